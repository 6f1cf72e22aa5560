/* erase.c: taking out what was said: when somebody asks for it, when a shop is purged, when it was kept long enough,
 * and what was opened and never used.
 *
 * Whoever is erased is gone at once: the visitor's row and those of its conversations are deleted in the transaction of
 * the wish, so that no token, page or list leads there any more. What hangs on them (messages, notes, moves) may be
 * much, and goes in batches by a job that works off the tombstones. A tombstone names ids and nothing of what was said,
 * and stays.
 *
 * A table of this folder with a column `conversation` or `visitor` has its statement here: a test looks at the schema.
 *
 * Rejected: deleting all in one transaction (a day of a flood is a hundred thousand rows, under the one writer of
 * SQLite); blanking the words and keeping the rows (who talked when is about a person too). */
#include "chat/channel.h"
#include "chat/faces.h"
#include "chat/gaps.h"

#include "base/clock.h"
#include "http/events.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { ROWS_BATCH = 500, VISITORS_BATCH = 10, CONVERSATIONS_BATCH = 20, ERASURES_BATCH = 4, UNUSED_BATCH = 50 };
#define UNUSED_VISITOR_MS (7 * DAY_MS)
#define EMPTY_CONVERSATION_MS DAY_MS

enum erased { ERASED_NONE, ERASED_CONVERSATION, ERASED_VISITOR, ERASED_SHOP }; /* stored */

STMT(bury, "INSERT INTO chat_erasures (account, shop, kind, subject, why, person, at_ms, done_at_ms)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)");
STMT(next_account, "SELECT account, id FROM chat_erasures WHERE done_at_ms = 0 AND account > ?1"
                   " ORDER BY account, id LIMIT 1");
STMT(next_of_account, "SELECT account, id FROM chat_erasures WHERE done_at_ms = 0 AND account = ?1 AND id > ?2"
                      " ORDER BY id LIMIT 1");
STMT(get, "SELECT account, shop, kind, subject, why, person, at_ms FROM chat_erasures WHERE id = ?1");
STMT(done, "UPDATE chat_erasures SET done_at_ms = ?2 WHERE id = ?1");
STMT(drop_conversation, "DELETE FROM chat_conversations WHERE id = ?1");
/* The one before it is theirs again, so that they count as somebody who had one. */
STMT(forget_conversation, "UPDATE chat_visitors SET conversation = COALESCE((SELECT MAX(c.id) FROM chat_conversations c"
                          " WHERE c.visitor = ?1 AND c.id <> ?2), 0) WHERE id = ?1 AND conversation = ?2");
STMT(of_visitor, "SELECT id FROM chat_conversations WHERE visitor = ?1 ORDER BY id LIMIT ?2");
STMT(of_shop, "SELECT id FROM chat_visitors WHERE shop = ?1 ORDER BY id LIMIT ?2");
STMT(unused_visitors, "SELECT id FROM chat_visitors WHERE conversation = 0 AND seen_at_ms < ?1"
                      " ORDER BY seen_at_ms, id LIMIT ?2");
STMT(empty_conversations, "SELECT id FROM chat_conversations WHERE last_number = 0 AND last_at_ms < ?1"
                          " AND owner = 1 AND status = 1 AND last_note = 0 ORDER BY last_at_ms, id LIMIT ?2");

/* ---- what hangs on them ---- */

/* Up to the last of the first ?2: of a list PostgreSQL may look for each row in turn. */
#define BATCH_BY(table, key, order)                                                                                    \
    "DELETE FROM " table " WHERE conversation = ?1 AND " key " <= (SELECT MAX(" key ") FROM (SELECT " key              \
    " FROM " table " WHERE conversation = ?1 ORDER BY " order " LIMIT ?2) AS few)"
#define BATCH_OF(table, key) BATCH_BY(table, key, key)
STMT(drop_messages, BATCH_OF("chat_messages", "number"));
STMT(drop_notes, BATCH_OF("chat_notes", "number"));
STMT(drop_moves, BATCH_OF("chat_moves", "epoch"));
STMT(drop_words, BATCH_OF("chat_words", "word"));
STMT(drop_labels, BATCH_OF("chat_labelled", "label"));
STMT(drop_gaps, BATCH_OF("chat_gaps", "number"));
STMT(drop_mentions, BATCH_BY("chat_mentions", "note", "note, person"));
STMT(drop_talk, "DELETE FROM chat_channel_talks WHERE conversation = ?1 AND CAST(?2 AS BIGINT) > 0");
STMT(drop_told, "DELETE FROM chat_mentions_told WHERE conversation = ?1 AND CAST(?2 AS BIGINT) > 0");
STMT(drop_proofs, BATCH_OF("chat_order_proofs", "number"));
static const struct stmt *const of_conversation[] = { &drop_told,  &drop_talk,  &drop_messages, &drop_notes,
                                                      &drop_moves, &drop_words, &drop_labels,   &drop_mentions,
                                                      &drop_gaps,  &drop_proofs };

/* Few rows a visitor: they go with it. */
STMT(drop_visitor, "DELETE FROM chat_visitors WHERE id = ?1");
STMT(drop_identity, "DELETE FROM chat_identities WHERE visitor = ?1");
STMT(drop_presence, "DELETE FROM chat_presence WHERE visitor = ?1");
STMT(drop_customer, "DELETE FROM chat_channel_customers WHERE visitor = ?1");
STMT(drop_customer_words, "DELETE FROM chat_customer_words WHERE visitor = ?1");
static const struct stmt *const with_visitor[] = { &drop_visitor, &drop_identity, &drop_presence, &drop_customer,
                                                   &drop_customer_words };

/* How many rows went; below ROWS_BATCH: none is left. -1: storage fault. */
static int64_t drop_rows(struct tx *tx, int64_t conversation)
{
    int64_t gone = 0;
    for (size_t i = 0; i < ARRAY_LEN(of_conversation) && gone < ROWS_BATCH; i++) {
        struct query q = query(tx, of_conversation[i]);
        bind_i64(&q, conversation), bind_i64(&q, ROWS_BATCH);
        int64_t n = query_change(&q);
        if (n < 0) return -1;
        gone += n;
    }
    return gone;
}

static bool drop_with(struct tx *tx, const struct stmt *const *all, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        struct query q = query(tx, all[i]);
        bind_i64(&q, id);
        if (query_change(&q) < 0) return false;
    }
    return true;
}

/* ---- burying ---- */

static bool tombstone(struct tx *tx, const struct erasure *e, enum erased kind, int64_t subject)
{
    struct query q = query(tx, &bury);
    bind_i64(&q, e->account), bind_i64(&q, e->shop), bind_i64(&q, kind), bind_i64(&q, subject);
    bind_text(&q, e->why), bind_i64(&q, e->person), bind_i64(&q, e->at_ms);
    return query_put(&q);
}

static bool bury_conversation(struct tx *tx, const struct erasure *e, int64_t id)
{
    struct query q = query(tx, &drop_conversation);
    bind_i64(&q, id);
    if (!chat_images_forget(tx, id, e->at_ms)) return false; /* no address of its pictures leads anywhere from now on */
    if (query_change(&q) < 0) return false;
    return tombstone(tx, e, ERASED_CONVERSATION, id);
}

static bool list_ids(struct query *q, int64_t *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) out[(*count)++] = col_i64(q, "id");
    return row == ROW_NONE;
}

/* The ids of what was buried in this transaction. */
struct gone {
    int64_t *id;
    size_t count;
    bool hurry, held; /* hurry: what somebody holds is not waited for, and there was some */
};

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Of open sockets, of pages of the inbox, and of events that repeat what was said. Last, and in the order of topics:
 * counters of events are locked behind all rows. Only of what somebody asked for: else nobody is there to hear it. */
static bool tell_gone(struct tx *tx, const struct erasure *e, struct gone *gone)
{
    const struct topic inbox = { TOPIC_INBOX, e->account };
    if (!text_eq(e->why, "asked")) return true;
    qsort(gone->id, gone->count, sizeof *gone->id, by_id);
    for (size_t i = 0; i < gone->count; i++) {
        const struct topic talk = { TOPIC_CONVERSATION, gone->id[i] };
        const char *begins = arena_printf(tx_arena(tx), "{\"conversation\":%lld,", (long long)gone->id[i]);
        if (!events_blank(tx, talk, "") || !events_blank(tx, inbox, begins)) return false;
        if (!events_put_to(tx, talk, EVENT_ENDED, NULL, NULL)) return false;
    }
    return events_put_to(tx, inbox, "conversation", NULL, NULL);
}

/* Some of the conversations that it still has: at most CONVERSATIONS_BATCH more in *gone. Whoever writes into one holds
 * it: they come first. */
static bool bury_conversations(struct tx *tx, const struct erasure *e, int64_t visitor, struct gone *gone, bool *more)
{
    int64_t id[CONVERSATIONS_BATCH];
    struct conversation c;
    size_t count;
    struct query q = query(tx, &of_visitor);
    bind_i64(&q, visitor), bind_i64(&q, CONVERSATIONS_BATCH);
    if (!list_ids(&q, id, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        enum row row = gone->hurry ? conversation_free(tx, id[i], &c) : conversation_locked(tx, id[i], &c);
        if (row == ROW_FAULT || (row == ROW_FOUND && !bury_conversation(tx, e, id[i]))) return false;
        if (row == ROW_FOUND) gone->id[gone->count++] = id[i];
        else gone->held = gone->hurry;
    }
    *more = count == CONVERSATIONS_BATCH;
    return true;
}

static bool bury_visitor(struct tx *tx, const struct erasure *e, int64_t visitor, struct gone *gone)
{
    struct visitor v;
    bool more;
    struct query visits = query(tx, &drop_presence); /* visits are locked before their visitor: presence_routes.c */
    bind_i64(&visits, visitor);
    if (query_change(&visits) < 0) return false;
    enum row row = visitor_locked(tx, visitor, &v);
    if (row == ROW_FAULT) return false;
    if (row == ROW_NONE) return bury_conversations(tx, e, visitor, gone, &more); /* gone before what was said */
    if (!drop_with(tx, with_visitor, ARRAY_LEN(with_visitor), visitor)) return false;
    if (!tombstone(tx, e, ERASED_VISITOR, visitor)) return false;
    return bury_conversations(tx, e, visitor, gone, &more);
}

bool chat_erase_visitors(struct tx *tx, const struct erasure *e, const int64_t *visitor, size_t count)
{
    struct gone gone = { .id = ARENA_ARRAY(tx_arena(tx), int64_t, count * CONVERSATIONS_BATCH) };
    for (size_t i = 0; i < count; i++)
        if (!bury_visitor(tx, e, visitor[i], &gone)) return false;
    return count == 0 || tell_gone(tx, e, &gone);
}

/* Both rows in their order, without waiting for anybody. Its visitor may be gone before it. */
static enum row hold(struct tx *tx, int64_t visitor, int64_t conversation, struct conversation *c)
{
    struct visitor v;
    enum row row = visitor_get(tx, visitor, &v);
    if (row == ROW_FOUND) row = visitor_free(tx, visitor, &v);
    else if (row == ROW_NONE) row = ROW_FOUND;
    return row == ROW_FOUND ? conversation_free(tx, conversation, c) : row;
}

enum job_wish chat_erase_conversation(struct tx *tx, const struct erasure *e, const struct conversation *c)
{
    struct conversation now;
    enum row row = hold(tx, c->visitor, c->id, &now);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    if (now.last_at_ms != c->last_at_ms) return JOB_FINISHED; /* it goes on */
    struct query q = query(tx, &forget_conversation);
    bind_i64(&q, c->visitor), bind_i64(&q, c->id);
    if (query_change(&q) < 0) return JOB_FAULT;
    return bury_conversation(tx, e, c->id) ? JOB_FINISHED : JOB_FAULT;
}

bool chat_shop_purged(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms)
{
    const struct erasure e = { .account = account, .shop = shop, .why = "purged", .at_ms = now_ms };
    const struct face_owner bot = { .shop = shop };
    if (!gaps_forget(tx, shop) || !channel_drop(tx, shop)) return false;
    if (face_drop(tx, &bot, now_ms) == ROW_FAULT) return false;
    return tombstone(tx, &e, ERASED_SHOP, shop);
}

/* ---- the job ---- */

/* Accounts take turns, a tombstone each: one that takes out ten thousand customers is as long a wait for the others as
 * one that takes out four. Who was served last is remembered by the process: after a start it is the first again. */
static _Atomic int64_t served_last;

struct turn {
    int64_t account, id; /* its tombstone; 0: it has no more */
};

static enum row read_turn(struct query *q, struct turn *out)
{
    enum row row = query_row(q);
    if (row == ROW_FOUND) *out = (struct turn){ .account = col_i64(q, "account"), .id = col_i64(q, "id") };
    return row;
}

/* The first one of each account, from the one behind `last` round to it. */
static bool first_turns(struct tx *tx, int64_t last, struct turn *turn, size_t max, size_t *count)
{
    bool round = false;
    for (int64_t account = last; *count < max;) {
        struct query q = query(tx, &next_account);
        bind_i64(&q, account);
        enum row row = read_turn(&q, &turn[*count]);
        if (row == ROW_FAULT) return false;
        if (round && (row == ROW_NONE || turn[*count].account > last)) break;
        if (row == ROW_NONE) round = true, account = -1;
        else account = turn[(*count)++].account;
    }
    return true;
}

static int by_account(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int64_t read_open(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct turn *turn = ARENA_ARRAY(tx_arena(tx), struct turn, max);
    struct turn *all = ARENA_ARRAY(tx_arena(tx), struct turn, max);
    size_t accounts = 0, n = 0;
    (void)job;
    if (!first_turns(tx, atomic_load(&served_last), turn, max, &accounts)) return -1;
    for (size_t i = 0; i < accounts; i++) all[n++] = turn[i];
    if (accounts > 0)
        atomic_store(&served_last, turn[(accounts < ERASURES_BATCH ? accounts : ERASURES_BATCH) - 1].account);
    for (bool more = accounts > 0; more && n < max;) { /* their second ones, and so on */
        more = false;
        for (size_t i = 0; i < accounts && n < max; i++) {
            struct query q = query(tx, &next_of_account);
            bind_i64(&q, turn[i].account), bind_i64(&q, turn[i].id);
            enum row row = turn[i].id > 0 ? read_turn(&q, &turn[i]) : ROW_NONE;
            if (row == ROW_FAULT) return -1;
            if (row == ROW_NONE) turn[i].id = 0;
            else all[n++] = turn[i], more = true;
        }
    }
    /* Whose turn it is was chosen; those of one transaction go in the order of accounts, as everybody takes them. */
    for (size_t at = 0; at < n; at += ERASURES_BATCH)
        qsort(all + at, n - at < ERASURES_BATCH ? n - at : ERASURES_BATCH, sizeof all[0], by_account);
    for (size_t i = 0; i < n; i++) out[i] = all[i].id;
    return (int64_t)n;
}

/* Some of the shop's visitors. */
static bool bury_visitors(struct tx *tx, const struct erasure *e, bool *more)
{
    int64_t id[VISITORS_BATCH];
    size_t count;
    struct query q = query(tx, &of_shop);
    bind_i64(&q, e->shop), bind_i64(&q, VISITORS_BATCH);
    if (!list_ids(&q, id, &count)) return false;
    *more = count == VISITORS_BATCH;
    return chat_erase_visitors(tx, e, id, count);
}

/* *held: somebody has one of them, who may want just the counters that this transaction has taken. */
static bool erase_some(struct tx *tx, const struct erasure *e, enum erased kind, int64_t subject, bool *more,
                       bool *held)
{
    if (kind == ERASED_SHOP) return bury_visitors(tx, e, more);
    if (kind == ERASED_VISITOR) {
        struct gone gone = { .id = ARENA_ARRAY(tx_arena(tx), int64_t, CONVERSATIONS_BATCH), .hurry = true };
        if (!bury_conversations(tx, e, subject, &gone, more)) return false;
        *held = gone.held;
        return gone.count == 0 || tell_gone(tx, e, &gone);
    }
    int64_t gone = drop_rows(tx, subject);
    *more = gone >= ROWS_BATCH;
    return gone >= 0;
}

static enum job_wish work_off(struct job *job, struct tx *tx, int64_t id)
{
    bool more = false, held = false;
    struct query q = query(tx, &get);
    bind_i64(&q, id);
    if (query_row(&q) != ROW_FOUND) return JOB_FAULT;
    const struct erasure e = { .account = col_i64(&q, "account"),
                               .shop = col_i64(&q, "shop"),
                               .person = col_i64(&q, "person"),
                               .at_ms = col_i64(&q, "at_ms"),
                               .why = col_text(&q, "why") };
    enum erased kind = (enum erased)col_state(&q, "kind", ERASED_CONVERSATION, ERASED_SHOP);
    if (!erase_some(tx, &e, kind, col_i64(&q, "subject"), &more, &held)) return JOB_FAULT;
    if (held) return JOB_AGAIN; /* the rest of it in the next period */
    if (more) return JOB_NEXT;
    struct query end = query(tx, &done);
    bind_i64(&end, id), bind_i64(&end, job->now_ms);
    return query_change(&end) == 1 ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish erase_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_open, .one = work_off, .max = ERASURES_BATCH });
}

const struct job_kind chat_erase_job = {
    .name = "chat.erase",
    .doc = "Deletes what hangs on conversations, visitors and shops that were taken out.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = 10 * SECOND_MS,
    .settle = erase_settle,
};

/* ---- what was never used: nothing was said, so nothing is remembered of it ---- */

static int64_t read_before(struct tx *tx, const struct stmt *s, int64_t before_ms, int64_t *out, size_t max)
{
    size_t count;
    struct query q = query(tx, s);
    bind_i64(&q, before_ms), bind_i64(&q, (int64_t)max);
    return list_ids(&q, out, &count) ? (int64_t)count : -1;
}

static int64_t read_empty(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    return read_before(tx, &empty_conversations, job->now_ms - EMPTY_CONVERSATION_MS, out, max);
}

static bool is_empty(const struct conversation *c)
{
    return c->last_number == 0 && c->last_note == 0 && c->owner == CHAT_BOT && c->status == CHAT_OPEN;
}

/* Its first word may come just now: who brings it holds the visitor. */
static enum job_wish drop_empty(struct job *job, struct tx *tx, int64_t id)
{
    struct conversation c;
    (void)job;
    enum row row = conversation_get(tx, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    row = hold(tx, c.visitor, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    if (!is_empty(&c)) return JOB_FINISHED;
    struct query forget = query(tx, &forget_conversation), q = query(tx, &drop_conversation);
    bind_i64(&forget, c.visitor), bind_i64(&forget, id);
    bind_i64(&q, id);
    if (query_change(&forget) < 0 || drop_rows(tx, id) < 0) return JOB_FAULT;
    return query_change(&q) == 1 ? JOB_FINISHED : JOB_FAULT;
}

static int64_t read_unused(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    return read_before(tx, &unused_visitors, job->now_ms - UNUSED_VISITOR_MS, out, max);
}

static enum job_wish drop_unused(struct job *job, struct tx *tx, int64_t id)
{
    struct visitor v;
    enum row row = visitor_free(tx, id, &v);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    if (v.conversation != 0 || v.seen_at_ms >= job->now_ms - UNUSED_VISITOR_MS) return JOB_FINISHED;
    return drop_with(tx, with_visitor, ARRAY_LEN(with_visitor), id) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish empty_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_empty, .one = drop_empty, .max = UNUSED_BATCH });
}

static enum job_wish unused_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_unused, .one = drop_unused, .max = UNUSED_BATCH });
}

const struct job_kind chat_empty_job = {
    .name = "chat.empty",
    .doc = "Deletes conversations that were opened a day ago and never used.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = MINUTE_MS,
    .careful = true,
    .settle = empty_settle,
};
const struct job_kind chat_unused_job = {
    .name = "chat.unused",
    .doc = "Deletes visitors of 7 days ago who never had a conversation.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = MINUTE_MS,
    .careful = true,
    .settle = unused_settle,
};
