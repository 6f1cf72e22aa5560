/* purge.c: the end of ended jobs. */
#include "jobs/private.h"

#include "base/clock.h"

/* A row that was put in the future was written by a clock that was ahead, and does not mark the young end. */
STMT(purge_chunk, "SELECT MAX(id) AS last, COUNT(*) AS n, MAX(put_at_ms) AS newest, MAX(ended_at_ms) AS last_end,"
                  " MIN(CASE WHEN put_at_ms <= ?3 THEN put_at_ms END) AS oldest FROM"
                  " (SELECT id, put_at_ms, ended_at_ms FROM jobs WHERE id > ?1 ORDER BY id LIMIT ?2) AS chunk");
/* Its age counts from now on. */
STMT(clamp, "UPDATE jobs SET put_at_ms = CASE WHEN put_at_ms > ?3 THEN ?3 ELSE put_at_ms END,"
            " ended_at_ms = CASE WHEN ended_at_ms > ?3 THEN ?3 ELSE ended_at_ms END"
            " WHERE id > ?1 AND id <= ?2 AND state >= 2 AND (put_at_ms > ?3 OR ended_at_ms > ?3)");
#define OVER                                                                                                           \
    "id > ?1 AND id <= ?2 AND state >= 2 AND ended_at_ms < ?3 AND ((state = 2 AND SUBSTR(key, 1, 5) = 'cron:')"        \
    " OR (state = 2 AND key IS NULL AND ended_at_ms < ?4) OR ended_at_ms < ?5)"
STMT(purge, "DELETE FROM jobs WHERE " OVER,
     .postgres = "DELETE FROM jobs WHERE id = ANY(ARRAY(SELECT id FROM jobs WHERE " OVER
                 " ORDER BY id FOR UPDATE SKIP LOCKED))");
STMT(purge_steps, "DELETE FROM job_steps WHERE job > ?1 AND job <= ?2"
                  " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = job_steps.job)");

int64_t queue_purge(struct tx *tx, int64_t at_ms, int64_t *cursor)
{
    struct query q = query(tx, &purge_chunk);
    bind_i64(&q, *cursor), bind_i64(&q, QUEUE_PURGE_CHUNK), bind_i64(&q, at_ms);
    if (query_row(&q) != ROW_FOUND) return -1;
    int64_t after = *cursor, last = col_i64(&q, "last"), young_ms = at_ms - QUEUE_KEEP_CRON_MS;
    bool all_ahead = col_is_null(&q, "oldest"), young = !all_ahead && col_i64(&q, "oldest") >= young_ms;
    int64_t n = col_i64(&q, "n"), newest_ms = col_i64(&q, "newest"), last_end_ms = col_i64(&q, "last_end");
    *cursor = n < QUEUE_PURGE_CHUNK || young ? 0 : last;
    if (n == 0) return 0;
    if (newest_ms > at_ms + QUEUE_CLOCK_SLACK_MS || last_end_ms > at_ms + QUEUE_CLOCK_SLACK_MS) {
        q = query(tx, &clamp);
        bind_i64(&q, after), bind_i64(&q, last), bind_i64(&q, at_ms);
        if (query_change(&q) < 0) return -1;
    }
    if (young || all_ahead) return 0;
    q = query(tx, &purge);
    bind_i64(&q, after), bind_i64(&q, last), bind_i64(&q, young_ms), bind_i64(&q, at_ms - QUEUE_KEEP_MS);
    bind_i64(&q, at_ms - QUEUE_KEEP_KEYED_MS);
    int64_t rows = query_change(&q);
    if (rows <= 0) return rows;
    q = query(tx, &purge_steps);
    bind_i64(&q, after), bind_i64(&q, last);
    return query_change(&q) < 0 ? -1 : rows;
}
