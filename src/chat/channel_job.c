/* channel_job.c: a shop's own server as a channel, on its way out: what is said to its customers is sent to it as
 * signed webhooks.
 *
 * A conversation has a cursor and at most one job, so its messages are sent in their order, one after the other, and a
 * kill loses none: the cursor moves in the transaction that ends the attempt. A message that was sent just before a
 * kill is sent again with the same webhook-id. A server that fails is tried again for about a day, message by message;
 * what it does not take then is given up, counted, and told on the merchant's page. While the shop's chat is off
 * nothing is sent, and its messages wait as long. Texts stay where they are: what was erased meanwhile is not sent.
 *
 * Rejected: a copy of each delivery (a second place of what was said, to be erased as well; the last tries are kept by
 * their numbers alone), deliveries beside each other (an answer before its question), and a job that ends while the
 * chat is off (what waits would stay behind until somebody says another word). */
#include "chat/channel.h"

#include "base/clock.h"
#include "outbound/http_client.h"
#include "outbound/webhook.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 15000, BODY_BYTES = 96 << 10 };
enum { OFF_AGAIN_MS = 5 * MINUTE_MS, OFF_GIVE_UP_MS = DAY_MS }; /* while the chat is off */
static const int64_t again_after_ms[] = { 5 * SECOND_MS,  30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS,
                                          30 * MINUTE_MS, 2 * HOUR_MS,    6 * HOUR_MS,   12 * HOUR_MS };

STMT(set_error, "UPDATE chat_channels SET error = ?2 WHERE shop = ?1 AND error <> ?2");
/* The row is locked, so that tries get their numbers one after the other. */
STMT(count_skip, "UPDATE chat_channels SET error = ?2, skipped = skipped + ?3 WHERE shop = ?1");
STMT(last_send, "SELECT COALESCE(MAX(send), 0) AS send FROM chat_channel_sends WHERE shop = ?1");
STMT(keep_send, "INSERT INTO chat_channel_sends (shop, slot, send, conversation, number, sent, over, error, at_ms)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (shop, slot) DO UPDATE SET"
                " send = excluded.send, conversation = excluded.conversation, number = excluded.number,"
                " sent = excluded.sent, over = excluded.over, error = excluded.error, at_ms = excluded.at_ms");
STMT(move, "UPDATE chat_channel_talks SET told = ?3, tries = ?4, next_at_ms = ?5, off_since_ms = ?6"
           " WHERE conversation = ?1 AND told = ?2");
STMT(next_of, "SELECT number FROM chat_messages WHERE conversation = ?1 AND number > ?2 AND author <> 1"
              " ORDER BY number LIMIT 1");

/* ---- one delivery ---- */

struct sending { /* job->state; NULL: nothing is to be sent */
    struct channel_talk talk;
    struct conversation c;
    struct message m;
    struct webhook_secrets secrets;
    const char *url;
    int64_t wait_ms; /* > 0: not yet; a word that came meanwhile does not hurry the one before it */
    bool called;
    bool off; /* the chat of the shop is off: not now */
    enum outcome outcome;
    const char *error;
};

static void data_json(struct json *j, const struct sending *s)
{
    char shop[SHOP_PUBLIC_ID_SIZE];
    shop_public_id(s->talk.shop, shop);
    json_object(j, NULL);
    json_text(j, "type", "message.created");
    json_time(j, "timestamp", s->m.at_ms);
    json_object(j, "data");
    json_text(j, "shopId", shop);
    json_text(j, "customerId", s->talk.customer);
    json_object(j, "message");
    message_json(j, &s->m);
    json_end(j);
    json_object(j, "conversation");
    state_json(j, &s->c);
    json_end(j);
    json_end(j);
    json_end(j);
}

/* The next message that its customer did not say. */
static enum row next_message(struct job *job, struct tx *tx, struct sending *s)
{
    struct query q = query(tx, &next_of);
    size_t count;
    bind_i64(&q, s->talk.conversation), bind_i64(&q, s->talk.told);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    struct message *m = ARENA_NEW(job->arena, struct message);
    if (!messages_after(tx, s->talk.conversation, col_i64(&q, "number") - 1, 1, m, &count)) return ROW_FAULT;
    s->m = *m;
    return count == 1 ? ROW_FOUND : ROW_NONE;
}

static enum row load(struct job *job, struct tx *tx, struct sending *s)
{
    struct channel channel;
    struct tenant_chat place;
    int64_t account = 0;
    enum row row = channel_talk_get(tx, job->ref, &s->talk);
    if (row == ROW_FOUND) row = conversation_get(tx, job->ref, &s->c); /* erased: nothing of it goes out */
    if (row == ROW_FOUND) row = channel_get(tx, s->talk.shop, &channel);
    if (row == ROW_FOUND) row = next_message(job, tx, s);
    if (row != ROW_FOUND) return row;
    row = tenants_chat(tx, s->talk.shop, &place);
    if (row == ROW_FAULT) return row;
    s->off = row == ROW_NONE || !place.active;
    row = tenants_webhook_secrets(tx, s->talk.shop, job->now_ms, job->arena, &s->secrets, &account);
    if (row == ROW_FAULT) return row;
    if (row == ROW_NONE) s->error = "no secret"; /* with none that opens nothing can be signed: a try that failed */
    s->url = arena_text(job->arena, channel.url);
    s->wait_ms = s->talk.next_at_ms - job->now_ms;
    if (s->wait_ms > again_after_ms[ARRAY_LEN(again_after_ms) - 1]) s->wait_ms = 0; /* of a clock that was ahead */
    return ROW_FOUND;
}

static enum job_wish channel_load(struct job *job, struct tx *tx)
{
    struct sending *s = ARENA_NEW(job->arena, struct sending);
    enum row row = load(job, tx, s);
    if (row == ROW_FOUND) job->state = s;
    return row == ROW_FAULT ? JOB_AGAIN : JOB_FINISHED;
}

const char *channel_signatures(struct arena *a, const struct webhook_secrets *secrets, struct str id, int64_t at_s,
                               struct str body)
{
    struct buf b;
    const size_t room = 512;
    buf_fixed(&b, arena_alloc(a, room), room);
    for (size_t i = 0; i < secrets->count; i++) {
        struct str one = webhook_sign(a, secrets->secret[i], id, at_s, body);
        if (one.p) buf_printf(&b, "%s%.*s", b.n > 0 ? " " : "", (int)one.n, one.p);
    }
    return buf_terminated(&b);
}

static void channel_call(struct job *job)
{
    struct sending *s = job->state;
    struct outbound_answer out;
    struct buf b;
    struct json j;
    if (!s || s->off || s->error || s->wait_ms > 0) return;
    buf_init(&b, BODY_BYTES);
    json_begin(&j, &b);
    data_json(&j, s);
    json_finish(&j);
    const char *id = arena_printf(job->arena, "msg_%lld_%lld", (long long)s->c.id, (long long)s->m.number);
    int64_t at_s = job->now_ms / SECOND_MS;
    const struct outbound_request r = {
        .method = "POST",
        .url = s->url,
        .header = { { "Content-Type", "application/json" },
                    { "webhook-id", id },
                    { "webhook-timestamp", arena_printf(job->arena, "%lld", (long long)at_s) },
                    { "webhook-signature",
                      channel_signatures(job->arena, &s->secrets, str_of(id), at_s, buf_str(&b)) } },
        .headers = 4,
        .body = buf_str(&b),
        .connect_ms = CONNECT_MS,
        .total_ms = TOTAL_MS,
        .trusted_address = chat_settings.development,
        .log_as = "chat.channel"
    };
    outbound_call(job->arena, &r, &out);
    s->called = true;
    s->outcome = out.outcome;
    s->error = out.outcome == OUTCOME_OK ? "" : arena_text(job->arena, out.error);
    buf_free(&b);
}

static bool move_to(struct tx *tx, const struct sending *s, int64_t told, int64_t tries, int64_t next_at_ms,
                    int64_t off_since_ms)
{
    struct query q = query(tx, &move);
    bind_i64(&q, s->talk.conversation), bind_i64(&q, s->talk.told), bind_i64(&q, told), bind_i64(&q, tries);
    bind_i64(&q, next_at_ms), bind_i64(&q, off_since_ms);
    return query_change(&q) >= 0;
}

static bool tell_error(struct tx *tx, int64_t shop, const char *error)
{
    struct query q = query(tx, &set_error);
    bind_i64(&q, shop), bind_text(&q, error);
    return query_change(&q) >= 0;
}

/* How a try went, for the merchant's page. Nothing when the channel was closed meanwhile. */
static bool remember(struct tx *tx, const struct sending *s, bool sent, bool over, int64_t now_ms)
{
    struct query q = query(tx, &count_skip);
    bind_i64(&q, s->talk.shop), bind_text(&q, s->error), bind_i64(&q, over);
    int64_t open = query_change(&q);
    if (open <= 0) return open == 0;
    q = query(tx, &last_send);
    bind_i64(&q, s->talk.shop);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t send = col_i64(&q, "send") + 1;
    q = query(tx, &keep_send);
    bind_i64(&q, s->talk.shop), bind_i64(&q, send % CHANNEL_SENDS), bind_i64(&q, send), bind_i64(&q, s->c.id);
    bind_i64(&q, s->m.number), bind_bool(&q, sent), bind_bool(&q, over), bind_text(&q, s->error);
    bind_i64(&q, now_ms);
    return query_put(&q);
}

/* The chat is off: looked at again and again, without counting as tries of the server, until it has been off for a day
 * since it was first seen so, and since this message was said. */
static enum job_wish wait_for_chat(struct job *job, struct tx *tx, struct sending *s)
{
    const int64_t next_at_ms = job->now_ms + OFF_AGAIN_MS;
    s->error = CHANNEL_OFF;
    bool known = s->talk.off_since_ms && !time_is_ahead(s->talk.off_since_ms, job->now_ms);
    const int64_t since_ms = known ? s->talk.off_since_ms : job->now_ms;
    bool said_since = s->m.at_ms > since_ms && !time_is_ahead(s->m.at_ms, job->now_ms);
    const int64_t waits_from_ms = said_since ? s->m.at_ms : since_ms;
    if (job->now_ms - waits_from_ms > OFF_GIVE_UP_MS) {
        bool passed = move_to(tx, s, s->m.number, 0, 0, since_ms) && remember(tx, s, false, true, job->now_ms);
        return passed ? JOB_NEXT : JOB_FAULT;
    }
    if (!move_to(tx, s, s->talk.told, s->talk.tries, next_at_ms, since_ms) || !tell_error(tx, s->talk.shop, s->error))
        return JOB_FAULT;
    job_again_after(job, OFF_AGAIN_MS);
    return JOB_NEXT;
}

/* A try that did, or did not, bring the message over. */
static enum job_wish tried(struct job *job, struct tx *tx, const struct sending *s, bool sent)
{
    bool over = !sent && s->talk.tries >= (int64_t)ARRAY_LEN(again_after_ms);
    int64_t after_ms = sent || over ? 0 : again_after_ms[s->talk.tries];
    bool moved = sent || over ? move_to(tx, s, s->m.number, 0, 0, 0)
                              : move_to(tx, s, s->talk.told, s->talk.tries + 1, job->now_ms + after_ms, 0);
    if (!moved || !remember(tx, s, sent, over, job->now_ms)) return JOB_FAULT;
    if (after_ms > 0) job_again_after(job, after_ms);
    return JOB_NEXT; /* until there is nothing behind the cursor */
}

static enum job_wish channel_settle(struct job *job, struct tx *tx)
{
    struct sending *s = job->state;
    if (!s) return JOB_FINISHED;
    if (s->wait_ms > 0) {
        job_again_after(job, s->wait_ms);
        return JOB_NEXT;
    }
    return s->off ? wait_for_chat(job, tx, s) : tried(job, tx, s, s->called && s->outcome == OUTCOME_OK);
}

/* Attempts that never came to their end (killed, or storage that failed) are together one try of the message. */
static enum job_wish channel_dead(struct job *job, struct tx *tx, const char *error)
{
    struct sending s = { .error = NULL };
    (void)error;
    enum row row = load(job, tx, &s);
    if (row == ROW_FAULT) return JOB_FAULT;
    s.error = "could not be tried";
    return row == ROW_NONE ? JOB_FINISHED : tried(job, tx, &s, false);
}

const struct job_kind chat_channel_job = {
    .name = "chat.channel",
    .doc = "Sends what is said to customers of a shop's own server to it.",
    .max_attempts = 10,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .pool = JOB_POOL_SHOPS,
    .load = channel_load,
    .call = channel_call,
    .settle = channel_settle,
    .dead = channel_dead,
};
