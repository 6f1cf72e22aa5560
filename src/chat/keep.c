/* keep.c: conversations are kept as long as the shop has set, and then taken out like any that somebody erases
 * (erase.c). The days stand in a column of their own, so that one statement finds what is over in all shops. */
#include "chat/private.h"
#include "chat/settings_fields.h"

#include "base/clock.h"

enum { KEEP_BATCH = 20 };

/* In the order of shops: those with much to take out come again at once, and are through before long. */
STMT(kept_enough, "SELECT c.id FROM chat_settings s JOIN chat_conversations c ON c.shop = s.shop"
                  " AND c.last_at_ms < ?1 - s.keep_days * 86400000 WHERE s.keep_days > 0"
                  " ORDER BY s.shop, c.last_at_ms, c.id LIMIT ?2");
static_assert(DAY_MS == 86400000, "the statement says the same");

static int64_t read_kept(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &kept_enough);
    int64_t count = 0;
    enum row row;
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

static enum job_wish take_out(struct job *job, struct tx *tx, int64_t id)
{
    struct conversation c;
    enum row row = conversation_get(tx, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    const struct erasure e = { .account = c.account, .shop = c.shop, .at_ms = job->now_ms, .why = "kept" };
    return chat_erase_conversation(tx, &e, &c);
}

static enum job_wish keep_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_kept, .one = take_out, .max = KEEP_BATCH });
}

const struct job_kind chat_keep_job = {
    .name = "chat.keep",
    .doc = "Takes out conversations that were kept as long as their shop has set.",
    .max_attempts = 3,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = MINUTE_MS,
    .every_ms = MINUTE_MS,
    .careful = true,
    .settle = keep_settle,
};
