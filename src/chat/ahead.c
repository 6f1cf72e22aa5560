/* ahead.c: times that a clock wrote which was ahead. What lies in the future without a reason would wait until then: a
 * letter, the assistant, the end of what is kept. Each minute, while the clock is believed, such a time becomes that of
 * now: what was due is due, and what ages begins to age. Doors (tokens) and what is looked at by itself are judged
 * where they are read; decision 79 has the table of all.
 *
 * Each statement is a seek at the end of an index, and nearly always finds nothing. */
#include "chat/private.h"

#include "base/clock.h"
#include "jobs/jobs.h"

enum { AHEAD_BATCH = 200 };

/* Who is held by somebody is looked at again a minute later. */
#define PULL(table, column, where)                                                                                     \
    "UPDATE " table " SET " column " = ?1 WHERE id IN (SELECT id FROM " table " WHERE " where " AND " column " > ?2"   \
    " ORDER BY " column " LIMIT ?3)"
#define PULL_FREE(table, column, where)                                                                                \
    "UPDATE " table " SET " column " = ?1 WHERE id = ANY(ARRAY(SELECT id FROM " table " WHERE " where " AND " column   \
    " > ?2 ORDER BY " column " LIMIT ?3 FOR UPDATE SKIP LOCKED))"
#define PULLED(name, ...) STMT(name, PULL(__VA_ARGS__), .postgres = PULL_FREE(__VA_ARGS__))
PULLED(unheard, "chat_conversations", "last_at_ms", "visitor_unread > 0 AND mailed_number < last_number");
PULLED(empty, "chat_conversations", "last_at_ms", "last_number = 0");
PULLED(back, "chat_conversations", "back_at_ms", "back_at_ms > 0");
PULLED(alert, "chat_conversations", "alert_at_ms", "alert_at_ms > 0");
PULLED(unused, "chat_visitors", "seen_at_ms", "conversation = 0");
PULLED(present, "chat_presence", "seen_at_ms", "seen_at_ms > 0");
PULLED(images, "chat_images", "made_at_ms", "uses = 0");
#define KEPT                                                                                                           \
    "SELECT c.id FROM chat_settings s JOIN chat_conversations c ON c.shop = s.shop AND c.last_at_ms > ?2"              \
    " WHERE s.keep_days > 0 ORDER BY s.shop, c.last_at_ms, c.id LIMIT ?3"
STMT(kept, "UPDATE chat_conversations SET last_at_ms = ?1 WHERE id IN (" KEPT ")",
     .postgres = "UPDATE chat_conversations SET last_at_ms = ?1 WHERE id = ANY(ARRAY(" KEPT
                 " FOR UPDATE OF c SKIP LOCKED))");
/* Counters of the future count for nothing: they may as well begin to be forgotten. */
STMT(tries,
     "UPDATE chat_order_tries SET drained_at_ms = ?1 WHERE (shop, network) IN (SELECT shop, network"
     " FROM chat_order_tries WHERE drained_at_ms > ?2 ORDER BY drained_at_ms LIMIT ?3)",
     .postgres = "WITH ahead AS (SELECT shop, network FROM chat_order_tries WHERE drained_at_ms > ?2"
                 " ORDER BY drained_at_ms LIMIT ?3 FOR UPDATE SKIP LOCKED) UPDATE chat_order_tries"
                 " SET drained_at_ms = ?1 FROM ahead WHERE chat_order_tries.shop = ahead.shop"
                 " AND chat_order_tries.network = ahead.network");
STMT(copies,
     "UPDATE chat_transcripts SET began_ms = CAST(?1 AS BIGINT) - 86400000, sent = 0 WHERE counted IN (SELECT counted"
     " FROM chat_transcripts WHERE began_ms > ?2 ORDER BY began_ms LIMIT ?3)",
     .postgres = "UPDATE chat_transcripts SET began_ms = CAST(?1 AS BIGINT) - 86400000, sent = 0 WHERE counted = "
                 "ANY(ARRAY(SELECT"
                 " counted FROM chat_transcripts WHERE began_ms > ?2 ORDER BY began_ms LIMIT ?3"
                 " FOR UPDATE SKIP LOCKED))");
static_assert(DAY_MS == 86400000, "the statement says the same");

/* longest_ms: how far ahead a right clock may have put it. */
static const struct pulled {
    const struct stmt *stmt;
    int64_t longest_ms;
} pulled[] = {
    { &kept, 0 },   { &unheard, 0 }, { &empty, 0 },  { &back, DAY_MS },   { &alert, DAY_MS },
    { &unused, 0 }, { &present, 0 }, { &images, 0 }, { &tries, HOUR_MS }, { &copies, 0 },
};

static enum job_wish ahead_settle(struct job *job, struct tx *tx)
{
    bool more = false;
    for (size_t i = 0; i < ARRAY_LEN(pulled); i++) {
        struct query q = query(tx, pulled[i].stmt);
        bind_i64(&q, job->now_ms), bind_i64(&q, time_latest_end(job->now_ms, pulled[i].longest_ms));
        bind_i64(&q, AHEAD_BATCH);
        int64_t rows = query_change(&q);
        if (rows < 0) return JOB_FAULT;
        more |= rows == AHEAD_BATCH;
    }
    return more ? JOB_NEXT : JOB_FINISHED;
}

const struct job_kind chat_ahead_job = {
    .name = "chat.ahead",
    .doc = "Takes for now what a clock that was ahead has written.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = MINUTE_MS,
    .careful = true,
    .settle = ahead_settle,
};
