/* presence.c: who is on a shop's pages now. A browser says so each half minute while its page is looked at, under a
 * name that it has made for its visit. The name is a secret between that browser and us: who knows it is given the
 * token of a visitor that the team has begun to talk to. So it is kept hashed, and the team sees the row's number
 * alone. */
#include "chat/presence.h"

#include "base/clock.h"
#include "jobs/jobs.h"

enum { PURGE_BATCH = 500, KEPT_MS = 5 * 60 * 1000, HASH_TEXT = 32 };

/* clang-format off */
#define COLUMNS                                                                                                        \
    "id, account, shop, visitor, invited, page, referrer, language, since_ms, page_since_ms, seen_at_ms"
STMT(beat,
     "INSERT INTO chat_presence (account, shop, visit, visitor, invited, page, referrer, language, since_ms,"
     " page_since_ms, seen_at_ms) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?8, ?8)"
     " ON CONFLICT (shop, visit) DO UPDATE SET"
     "   page_since_ms = CASE WHEN chat_presence.page = excluded.page THEN chat_presence.page_since_ms"
     "     ELSE excluded.page_since_ms END,"
     "   page = excluded.page, language = excluded.language, seen_at_ms = excluded.seen_at_ms,"
     "   visitor = CASE WHEN excluded.visitor > 0 THEN excluded.visitor ELSE chat_presence.visitor END,"
     "   invited = CASE WHEN excluded.visitor = chat_presence.invited THEN 0 ELSE chat_presence.invited END"
     " RETURNING " COLUMNS);
#define PRESENT "SELECT " COLUMNS " FROM chat_presence WHERE account = ?1 AND "
STMT(present, PRESENT "id < ?2 AND seen_at_ms > ?3 AND seen_at_ms <= ?4 ORDER BY id DESC LIMIT ?5");
STMT(present_of, PRESENT "visitor = ?2 AND seen_at_ms > ?3 AND seen_at_ms <= ?4 ORDER BY id DESC LIMIT ?5");
#define ONE PRESENT "id = ?2 AND seen_at_ms > ?3 AND seen_at_ms <= ?4"
STMT(present_locked, ONE, .postgres = ONE " FOR UPDATE");
STMT(invite, "UPDATE chat_presence SET visitor = ?2, invited = ?2 WHERE id = ?1");
#define OF_VISIT "SELECT " COLUMNS " FROM chat_presence WHERE shop = ?1 AND visit = ?2"
STMT(of_visit, OF_VISIT, .postgres = OF_VISIT " FOR UPDATE");
STMT(claim, "UPDATE chat_presence SET visitor = ?2, invited = 0 WHERE id = ?1");
STMT(sent_as, "SELECT client_key FROM chat_messages WHERE conversation = ?1 AND number = ?2");
STMT(purge, "DELETE FROM chat_presence WHERE id IN (SELECT id FROM chat_presence WHERE seen_at_ms < ?1"
            " ORDER BY seen_at_ms LIMIT ?2)",
     .postgres = "DELETE FROM chat_presence WHERE id = ANY(ARRAY(SELECT id FROM chat_presence WHERE seen_at_ms < ?1"
                 " ORDER BY seen_at_ms LIMIT ?2 FOR UPDATE SKIP LOCKED))");
/* clang-format on */

static void read_row(const struct query *q, struct presence *p)
{
    *p = (struct presence){ .id = col_i64(q, "id"),
                            .account = col_i64(q, "account"),
                            .shop = col_i64(q, "shop"),
                            .visitor = col_i64(q, "visitor"),
                            .invited = col_i64(q, "invited"),
                            .page = col_text(q, "page"),
                            .referrer = col_text(q, "referrer"),
                            .language = col_text(q, "language"),
                            .since_ms = col_i64(q, "since_ms"),
                            .page_since_ms = col_i64(q, "page_since_ms"),
                            .seen_at_ms = col_i64(q, "seen_at_ms") };
}

static void hash_visit(const char *visit, char text[HASH_TEXT + 1])
{
    uint8_t hash[SHA256_SIZE];
    sha256(visit, strlen(visit), hash);
    hex_encode(hash, HASH_TEXT / 2, text);
}

bool presence_beat(struct tx *tx, const char *visit, struct presence *p, int64_t now_ms)
{
    char text[HASH_TEXT + 1];
    hash_visit(visit, text);
    struct query q = query(tx, &beat);
    bind_i64(&q, p->account), bind_i64(&q, p->shop), bind_text(&q, text), bind_i64(&q, p->visitor);
    bind_text(&q, p->page), bind_text(&q, p->referrer), bind_text(&q, p->language), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    read_row(&q, p);
    return true;
}

/* `by`: the number that is asked for, or to stay below. */
static bool read_present(struct query *q, int64_t account, int64_t by, int64_t limit, int64_t now_ms,
                         struct presence *out, size_t *count)
{
    enum row row;
    bind_i64(q, account), bind_i64(q, by), bind_i64(q, now_ms - PRESENT_MS);
    bind_i64(q, time_latest_end(now_ms, 0)), bind_i64(q, limit);
    for (*count = 0; (row = query_next(q)) == ROW_FOUND; (*count)++) read_row(q, &out[*count]);
    return row != ROW_FAULT;
}

bool presence_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, int64_t now_ms, struct presence *out,
                   size_t *count)
{
    struct query q = query(tx, &present);
    return read_present(&q, account, after, limit, now_ms, out, count);
}

bool presence_of(struct tx *tx, int64_t account, int64_t visitor, int64_t limit, int64_t now_ms, struct presence *out,
                 size_t *count)
{
    assert(visitor > 0); /* 0 is everybody who showed nothing */
    struct query q = query(tx, &present_of);
    return read_present(&q, account, visitor, limit, now_ms, out, count);
}

enum row presence_locked(struct tx *tx, int64_t account, int64_t id, int64_t now_ms, struct presence *out)
{
    struct query q = query(tx, &present_locked);
    bind_i64(&q, account), bind_i64(&q, id), bind_i64(&q, now_ms - PRESENT_MS);
    bind_i64(&q, time_latest_end(now_ms, 0));
    enum row row = query_row(&q);
    if (row == ROW_FOUND) read_row(&q, out);
    return row;
}

bool presence_invite(struct tx *tx, int64_t id, int64_t visitor)
{
    struct query q = query(tx, &invite);
    bind_i64(&q, id), bind_i64(&q, visitor);
    return query_change(&q) == 1;
}

enum row presence_of_visit(struct tx *tx, int64_t shop, const char *visit, struct presence *out)
{
    char text[HASH_TEXT + 1];
    hash_visit(visit, text);
    struct query q = query(tx, &of_visit);
    bind_i64(&q, shop), bind_text(&q, text);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) read_row(&q, out);
    return row;
}

bool presence_claim(struct tx *tx, int64_t id, int64_t visitor)
{
    struct query q = query(tx, &claim);
    bind_i64(&q, id), bind_i64(&q, visitor);
    return query_change(&q) == 1;
}

/* The invited visitor and its conversation, and whoever the browser is and theirs, are locked before anything is told.
 */
static enum row lock_both(struct tx *tx, const struct presence *p, int64_t now_ms, struct conversation *from,
                          struct conversation *to)
{
    struct visitor lost, is;
    bool older = p->invited < p->visitor;
    enum row row = visitor_locked(tx, older ? p->invited : p->visitor, older ? &lost : &is);
    if (row == ROW_FOUND) row = visitor_locked(tx, older ? p->visitor : p->invited, older ? &is : &lost);
    if (row != ROW_FOUND) return row;
    if (lost.conversation == 0) return ROW_NONE;
    if (!visitor_conversation_or_new(tx, &is, now_ms, to)) return ROW_FAULT;
    older = lost.conversation < to->id;
    row = conversation_locked(tx, older ? lost.conversation : to->id, older ? from : to);
    if (row == ROW_FOUND) row = conversation_locked(tx, older ? to->id : lost.conversation, older ? to : from);
    return row;
}

/* A word of the team once more, by the same sender's id: so a page that sends it again finds it. */
static bool say_there(struct tx *tx, const struct message *m, int64_t conversation, int64_t now_ms)
{
    struct query q = query(tx, &sent_as);
    struct message there;
    struct conversation c;
    bind_i64(&q, m->conversation), bind_i64(&q, m->number);
    if (query_row(&q) != ROW_FOUND) return false;
    const char *key = col_text(&q, "client_key"), *id = key ? strchr(key, ':') : NULL;
    const struct message_new said = { .conversation = conversation,
                                      .author = CHAT_BY_PERSON,
                                      .person = m->person,
                                      .author_name = m->author_name,
                                      .client_id = id ? id + 1 : NULL,
                                      .text = m->text,
                                      .image = m->image,
                                      .now_ms = now_ms };
    enum message_put put = message_put(tx, &said, &there, &c);
    return put == MESSAGE_NEW || put == MESSAGE_AGAIN;
}

/* All that persons said, a page at a time. What the house said beside it is said there anew. */
static bool carry(struct tx *tx, const struct conversation *from, const struct conversation *to, int64_t now_ms)
{
    struct message *m = ARENA_ARRAY(tx_arena(tx), struct message, MESSAGES_PAGE_MAX);
    size_t count = MESSAGES_PAGE_MAX;
    for (int64_t after = 0; count == MESSAGES_PAGE_MAX;) {
        if (!messages_after(tx, from->id, after, MESSAGES_PAGE_MAX, m, &count)) return false;
        for (size_t i = 0; i < count; i++)
            if (m[i].author == CHAT_BY_PERSON && !say_there(tx, &m[i], to->id, now_ms)) return false;
        if (count > 0) after = m[count - 1].number;
    }
    return true;
}

bool presence_settle(struct tx *tx, struct presence *p, int64_t now_ms)
{
    struct conversation from, to;
    struct message_counts said;
    if (p->invited == 0 || p->invited == p->visitor) return true;
    const struct erasure e = { .account = p->account, .shop = p->shop, .why = "asked", .at_ms = now_ms };
    int64_t lost = p->invited;
    if (!presence_claim(tx, p->id, p->visitor)) return false;
    enum row row = lock_both(tx, p, now_ms, &from, &to);
    p->invited = 0;
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (!messages_count(tx, from.id, MESSAGES_PAGE_MAX, &said)) return false;
    if (said.visitor > 0 || from.visitor_read > 0) return true; /* its token was taken: it was heard there */
    if (!carry(tx, &from, &to, now_ms)) return false;
    return chat_erase_visitors(tx, &e, &lost, 1);
}

static enum job_wish forget(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &purge);
    bind_i64(&q, job->now_ms - KEPT_MS), bind_i64(&q, PURGE_BATCH);
    int64_t n = query_change(&q);
    if (n < 0) return JOB_FAULT;
    return n == PURGE_BATCH ? JOB_NEXT : JOB_FINISHED;
}

const struct job_kind chat_presence_job = { .name = "chat.presence",
                                            .doc = "Forgets who has left a shop's pages.",
                                            .max_attempts = 3,
                                            .backoff_first_ms = 5 * SECOND_MS,
                                            .backoff_max_ms = MINUTE_MS,
                                            .every_ms = MINUTE_MS,
                                            .settle = forget };
