/* ahead.c: rows from a clock that was set back since. */
#include "jobs/private.h"

#include "base/clock.h"

/* Of a ready job, ended_at_ms is when its last attempt ended: from then, or from its put, run_at_ms counts. Nobody
 * writes a time to come there, so a row whose count begins ahead of now was written under a clock that was set back
 * since. Its count begins anew, so it is never early; an attempt or a put is late by what it had waited already. What
 * is changed is no longer ahead, so it does not matter how many processes do this, or how often.
 *
 * The look walks the ready jobs that are not due for a while (retries that wait), on a reader. */
#define AHEAD                                                                                                          \
    "jobs WHERE state < 2 AND pool = 0 AND state = 0 AND run_at_ms > ?1 AND COALESCE(ended_at_ms, put_at_ms) > ?1"
#define COUNT_ANEW                                                                                                     \
    " run_at_ms = run_at_ms - COALESCE(ended_at_ms, put_at_ms) + ?2,"                                                  \
    " deadline_ms = CASE WHEN deadline_ms > 0 AND put_at_ms > ?2 THEN deadline_ms - put_at_ms + ?2"                    \
    " ELSE deadline_ms END,"                                                                                           \
    " put_at_ms = CASE WHEN put_at_ms > ?2 THEN ?2 ELSE put_at_ms END,"                                                \
    " begun_at_ms = CASE WHEN begun_at_ms > ?2 THEN ?2 ELSE begun_at_ms END,"                                          \
    " ended_at_ms = CASE WHEN ended_at_ms > ?2 THEN ?2 ELSE ended_at_ms END"
STMT(ahead_ready, "SELECT id FROM " AHEAD " ORDER BY run_at_ms LIMIT 1");
STMT(pull_ready, "UPDATE jobs SET" COUNT_ANEW " WHERE id IN (SELECT id FROM " AHEAD " ORDER BY run_at_ms LIMIT ?3)",
     .postgres = "WITH ahead AS (SELECT id FROM " AHEAD " ORDER BY run_at_ms LIMIT ?3 FOR UPDATE SKIP LOCKED)"
                 " UPDATE jobs SET" COUNT_ANEW " FROM ahead WHERE jobs.id = ahead.id");

/* Ended cron rows of periods to come lose their key, so that these periods get a row again when they come. */
#define AHEAD_CRON "jobs WHERE kind = ?1 AND key > ?2 AND state >= 2"
STMT(ahead_cron, "SELECT id FROM " AHEAD_CRON " ORDER BY key LIMIT 1");
STMT(free_cron, "UPDATE jobs SET key = NULL WHERE id IN (SELECT id FROM " AHEAD_CRON " ORDER BY key LIMIT ?3)",
     .postgres = "WITH ahead AS (SELECT id FROM " AHEAD_CRON " ORDER BY key LIMIT ?3 FOR UPDATE SKIP LOCKED)"
                 " UPDATE jobs SET key = NULL FROM ahead WHERE jobs.id = ahead.id");

const char *queue_cron_key(struct arena *a, const struct job_kind *k, int64_t at_ms)
{
    /* Of one length, so that keys compare as periods do. */
    return arena_printf(a, "cron:%013lld", (long long)(at_ms / k->every_ms));
}

static struct query cron_query(struct tx *tx, const struct stmt *s, const struct job_kind *k, int64_t at_ms)
{
    struct query q = query(tx, s);
    bind_text(&q, k->name), bind_text(&q, queue_cron_key(tx_arena(tx), k, at_ms + QUEUE_CLOCK_SLACK_MS));
    return q;
}

enum row queue_is_ahead(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms)
{
    struct query q = query(tx, &ahead_ready);
    bind_i64(&q, at_ms + QUEUE_CLOCK_SLACK_MS);
    enum row row = query_row(&q);
    for (size_t i = 0; kinds[i] && row == ROW_NONE; i++) {
        if (kinds[i]->every_ms == 0) continue;
        q = cron_query(tx, &ahead_cron, kinds[i], at_ms);
        row = query_row(&q);
    }
    return row;
}

int64_t queue_pull(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms)
{
    struct query q = query(tx, &pull_ready);
    bind_i64(&q, at_ms + QUEUE_CLOCK_SLACK_MS), bind_i64(&q, at_ms), bind_i64(&q, QUEUE_PULL_MAX);
    int64_t all = query_change(&q);
    for (size_t i = 0; kinds[i] && all >= 0; i++) {
        if (kinds[i]->every_ms == 0) continue;
        q = cron_query(tx, &free_cron, kinds[i], at_ms);
        bind_i64(&q, QUEUE_PULL_MAX);
        int64_t rows = query_change(&q);
        all = rows < 0 ? -1 : all + rows;
    }
    return all;
}
