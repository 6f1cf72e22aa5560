/* answer_job.c: the assistant's turn in a live conversation. A visitor's word puts one job a conversation, to be done a
 * moment later, so that a burst of words is answered once. The model reads and thinks in a read transaction (.load);
 * what it found is written by the statement that demands the epoch it was thought for, and only when nothing was said
 * since: a newer word has put another job, a person silences this one (messages.c). The reply's own id is that of the
 * last word it answers, so that an attempt which is made twice is one message.
 *
 * When it answers: a moment after the last word; while the visitor goes on typing, some seconds after it, so that what
 * is being written is answered too; and never later than a while after the first word that has no answer. Typing is
 * known from the conversation's events (http/events.h): nothing is stored for it.
 *
 * It answers so many times an hour in one conversation and then calls a person: who talks to it may be a program too.
 *
 * A shop that has taught nothing has no assistant: its visitors wait for people. */
#include "chat/agent.h"
#include "chat/cards.h"
#include "chat/desk.h"
#include "chat/gaps.h"

#include "base/clock.h"
#include "http/events.h"
#include "jobs/jobs.h"

enum {
    ANSWER_TYPING_MS = 5 * SECOND_MS,
    ANSWER_AT_MOST_MS = 15 * SECOND_MS,
    TYPING_LASTS_MS = 6 * SECOND_MS, /* clients say it every few seconds */
    ANSWER_WORDS_MAX = 20,
    BURST_WORDS_MAX = 200,
    BURST_BYTES_MAX = 32 << 10,
    ANSWERS_PER_HOUR = 60,
    ORDER_MISSES_MAX = 5
};

/* What .load found out. NULL as job->state: there is nothing to answer. */
struct draft {
    int64_t wait_ms; /* > 0: not yet, and nothing else is set */
    int64_t epoch, last_number, failed;
    struct visitor visitor; /* its id, shop and network */
    const char *text;       /* NULL: say nothing */
    const char *cards;      /* products beside it; NULL: none */
    const char *sources;    /* what it stands on; NULL: nothing */
    const char *order;      /* the number of one that it tells by what was said; NULL: none */
    bool hand_off, order_missed;
    int64_t asked; /* > 0: nothing was found for this message, and its words come to `gap` */
    char gap[GAP_SIZE];
};

/* For who has guessed too often there are no orders: the words are those of any wrong number. */
static bool no_order(void *ctx, struct str number, struct arena *a, struct knowledge_order **out)
{
    (void)ctx, (void)number, (void)a;
    *out = NULL;
    return true;
}

/* The words as a model takes them. All that the visitor said since the last answer is one turn. 0: it was answered. */
static size_t turns_of(struct arena *a, const struct message *m, size_t count, struct model_turn *turn)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool customer = m[i].author == CHAT_BY_VISITOR;
        if (m[i].author == CHAT_BY_HOUSE) continue;
        if (customer && n > 0 && turn[n - 1].customer)
            turn[n - 1].text = arena_printf(a, "%s\n%s", turn[n - 1].text, m[i].image ? "" : m[i].text);
        else turn[n++] = (struct model_turn){ .customer = customer, .text = m[i].image ? "" : m[i].text };
        turn[n - 1].picture |= m[i].image != NULL;
    }
    return n > 0 && turn[n - 1].customer ? n : 0;
}

/* How long until it is to be answered; 0: now. -1: storage fault. `last` is the visitor's last word. */
static int64_t wait_of(struct tx *tx, const struct conversation *c, const struct message *last, int64_t now_ms)
{
    int64_t typed_ms, due_ms = last->at_ms + ANSWER_AFTER_MS;
    enum row row = events_newest(tx, (struct topic){ TOPIC_CONVERSATION, c->id }, "typing", &typed_ms);
    if (row == ROW_FAULT) return -1;
    bool typing = row == ROW_FOUND && typed_ms > last->at_ms && now_ms - typed_ms < TYPING_LASTS_MS;
    if (typing) due_ms = last->at_ms + ANSWER_TYPING_MS;
    int64_t most_ms = (c->burst_at_ms > 0 ? c->burst_at_ms : last->at_ms) + ANSWER_AT_MOST_MS;
    if (due_ms > most_ms) due_ms = most_ms;
    /* Words of a clock that was ahead are not waited for. */
    int64_t wait_ms = due_ms - now_ms;
    return wait_ms > ANSWER_AT_MOST_MS || wait_ms < 0 ? 0 : wait_ms;
}

/* The model's own answer, or a person when it has answered too often. */
static enum row answer(struct job *job, struct tx *tx, const struct conversation *c, const struct model_turn *turn,
                       size_t turns, struct draft *out)
{
    struct knowledge_source source;
    struct chat_shop_settings settings;
    struct agent_reply r;
    struct visitor v;
    struct identity who = { .email = "" };
    struct tenant_chat place = { .domain = NULL };
    enum row row = knowledge_source_of(tx, c->account, c->shop, job->arena, &source);
    if (row == ROW_FOUND) row = visitor_get(tx, c->visitor, &v);
    if (row != ROW_FOUND) return row;
    if (!chat_settings_read(tx, c->shop, job->arena, &settings) || identity_get(tx, v.id, &who) == ROW_FAULT)
        return ROW_FAULT;
    out->visitor = (struct visitor){ .id = v.id, .shop = v.shop, .network = v.network };
    bool hour = job->now_ms >= c->replies_since_ms && job->now_ms - c->replies_since_ms < HOUR_MS;
    out->hand_off = hour && c->replies >= ANSWERS_PER_HOUR;
    if (out->hand_off) return ROW_FOUND;
    bool closed = false;
    if (!who.email[0] && !order_tries_spent(tx, &v, job->now_ms, &closed)) return ROW_FAULT;
    closed |= v.order_misses >= ORDER_MISSES_MAX;
    if (closed) source.order = no_order;
    const struct model_ask ask = { .turn = turn,
                                   .turns = turns,
                                   .language = v.language,
                                   .source = &source,
                                   .arena = job->arena,
                                   .verified_email = who.email[0] ? who.email : NULL,
                                   .orders_rest = closed };
    if (!agent_answer(&ask, &settings, c->failed, &r)) return ROW_FAULT;
    out->order_missed = r.reply.order_missed && !closed;
    if (r.failed <= c->failed || r.reply.order_missed) out->asked = 0;
    out->failed = r.failed;
    out->text = r.reply.text ? arena_text(job->arena, r.reply.text) : NULL;
    out->order = out->text && r.reply.order ? arena_text(job->arena, r.reply.order) : NULL;
    if (tenants_chat(tx, c->shop, &place) == ROW_FAULT) return ROW_FAULT;
    if (!chat_cards(job->arena, &source, place.domain, &r.reply, &out->cards)) return ROW_FAULT;
    chat_sources(job->arena, &source, &r.reply, &out->sources);
    out->hand_off = r.reply.action == REPLY_HAND_OFF || r.reply.action == REPLY_HAND_OFF_ASKED;
    return ROW_FOUND;
}

/* Of a burst the longest words are the question: the others greet, or hurry. NULL: it is pictures alone. */
static const struct message *question_of(const struct message *m, size_t count)
{
    const struct message *out = NULL;
    for (; count > 0 && (m[count - 1].author == CHAT_BY_VISITOR || m[count - 1].author == CHAT_BY_HOUSE); count--) {
        const struct message *one = &m[count - 1];
        if (one->author != CHAT_BY_VISITOR || one->image) continue;
        if (out == NULL || strlen(one->text) > strlen(out->text)) out = one;
    }
    return out;
}

static bool is_answer(const struct message *m) { return m->author == CHAT_BY_BOT || m->author == CHAT_BY_PERSON; }

/* A few words are enough to know what is talked about; but all that is unanswered counts, however many words it has.
 * Who writes books while nobody answers is read from the end. */
static bool read_words(struct job *job, struct tx *tx, const struct conversation *c, struct message **out, size_t *n)
{
    struct message *m = *out = ARENA_ARRAY(job->arena, struct message, ANSWER_WORDS_MAX);
    if (!messages_before(tx, c->id, INT64_MAX, ANSWER_WORDS_MAX, m, n)) return false;
    size_t from = *n, bytes = 0;
    while (from > 0 && !is_answer(&m[from - 1])) from--;
    if (from > 0 || *n < ANSWER_WORDS_MAX) return true;
    m = ARENA_ARRAY(job->arena, struct message, BURST_WORDS_MAX);
    if (!messages_before(tx, c->id, INT64_MAX, BURST_WORDS_MAX, m, n)) return false;
    for (from = *n; from > 0 && !is_answer(&m[from - 1]); from--) {
        bytes += strlen(m[from - 1].text);
        if (*n - from >= ANSWER_WORDS_MAX && bytes > BURST_BYTES_MAX) break;
    }
    if (from > 0 && is_answer(&m[from - 1])) from -= from < ANSWER_WORDS_MAX ? from : ANSWER_WORDS_MAX;
    *out = m + from, *n -= from;
    return true;
}

static enum row think(struct job *job, struct tx *tx, const struct conversation *c, struct draft *out)
{
    struct message *m;
    size_t count;
    if (!read_words(job, tx, c, &m, &count)) return ROW_FAULT;
    struct model_turn *turn = ARENA_ARRAY(job->arena, struct model_turn, count);
    size_t turns = turns_of(job->arena, m, count, turn), last = count;
    if (turns == 0) return ROW_NONE;
    while (last > 0 && m[last - 1].author != CHAT_BY_VISITOR) last--;
    int64_t wait_ms = wait_of(tx, c, &m[last - 1], job->now_ms);
    if (wait_ms < 0) return ROW_FAULT;
    *out = (struct draft){ .wait_ms = wait_ms, .epoch = c->epoch, .last_number = m[count - 1].number };
    if (wait_ms > 0) return ROW_FOUND;
    const struct message *asked = question_of(m, last);
    if (asked && gap_of(job->arena, str_of(asked->text), out->gap)) out->asked = asked->number;
    return answer(job, tx, c, turn, turns, out);
}

static enum job_wish answer_load(struct job *job, struct tx *tx)
{
    struct conversation c;
    struct draft *d = ARENA_NEW(job->arena, struct draft);
    enum row row = conversation_get(tx, job->ref, &c);
    if (row == ROW_FOUND && (c.owner != CHAT_BOT || c.status != CHAT_OPEN)) row = ROW_NONE;
    if (row == ROW_FOUND) row = think(job, tx, &c, d);
    if (row == ROW_FOUND) job->state = d;
    return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
}

/* Where it still is the assistant's turn: what somebody has resolved or put off meanwhile is not opened again by it. */
static enum job_wish call_a_person(struct job *job, struct tx *tx)
{
    const struct chat_act act = { .kind = ACT_WANT_PERSON, .now_ms = job->now_ms };
    struct conversation c;
    enum chat_may may;
    enum row row = conversation_locked(tx, job->ref, &c);
    if (row == ROW_FOUND && (c.owner != CHAT_BOT || c.status != CHAT_OPEN)) return JOB_FINISHED;
    if (row == ROW_FOUND) row = conversation_act(tx, job->ref, &act, &c, &may);
    return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
}

static enum job_wish answer_settle(struct job *job, struct tx *tx)
{
    const struct draft *d = job->state;
    struct conversation c;
    struct message m;
    if (d == NULL) return JOB_FINISHED;
    if (d->wait_ms > 0) {
        job_again_after(job, d->wait_ms);
        return JOB_NEXT;
    }
    /* First: rows of visitors are locked before their conversations. It counts also when its answer is dropped. */
    bool counted = !d->order_missed ||
                   (visitor_missed_order(tx, d->visitor.id) && order_tries_count(tx, &d->visitor, job->now_ms));
    if (!counted) return JOB_FAULT;
    enum row row = conversation_locked(tx, job->ref, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    if (c.last_number != d->last_number) return JOB_FINISHED; /* that word has put a job of its own */
    if (d->text != NULL) {
        const struct message_new reply = { .conversation = c.id,
                                           .author = CHAT_BY_BOT,
                                           .author_name = "",
                                           .epoch = d->epoch,
                                           .failed = d->failed,
                                           .client_id = arena_printf(job->arena, "to-%lld", (long long)d->last_number),
                                           .text = d->text,
                                           .cards = d->cards,
                                           .sources = d->sources,
                                           .now_ms = job->now_ms };
        enum message_put put = message_put(tx, &reply, &m, &c);
        if (put == MESSAGE_FAULT) return JOB_FAULT;
        /* A person speaks; or one let go of what the assistant answers, and it is still the assistant's turn. */
        if (put == MESSAGE_STALE) return c.owner == CHAT_BOT && c.status == CHAT_OPEN ? JOB_NEXT : JOB_FINISHED;
        bool told = put == MESSAGE_NEW || put == MESSAGE_AGAIN;
        if (told && d->order && !order_proof_put(tx, &c, d->order)) return JOB_FAULT;
        if (d->asked > 0 && !gap_put(tx, &c, d->asked, d->gap, job->now_ms)) return JOB_FAULT;
    }
    return d->hand_off ? call_a_person(job, tx) : JOB_FINISHED;
}

/* It could not be answered: somebody should look, not nobody. */
static enum job_wish answer_dead(struct job *job, struct tx *tx, const char *error)
{
    (void)error;
    return call_a_person(job, tx);
}

const struct job_kind chat_answer_job = {
    .name = "chat.answer",
    .doc = "Answers a visitor from what the shop knows.",
    .max_attempts = 4,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 10 * SECOND_MS,
    .give_up_after_ms = MINUTE_MS,
    .pool = JOB_POOL_INBOUND,
    .load = answer_load,
    .settle = answer_settle,
    .dead = answer_dead,
};
