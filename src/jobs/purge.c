/* purge.c: the end of ended jobs. */
#include "jobs/private.h"

#include "base/clock.h"

STMT(purge_chunk, "SELECT MAX(id) AS last, COUNT(*) AS n, MIN(put_at_ms) AS oldest FROM"
                  " (SELECT id, put_at_ms FROM jobs WHERE id > ?1 ORDER BY id LIMIT ?2) AS chunk");
STMT(purge, "DELETE FROM jobs WHERE id > ?1 AND id <= ?2 AND state >= 2 AND ended_at_ms < ?3"
            " AND ((state = 2 AND SUBSTR(key, 1, 5) = 'cron:')"
            " OR (state = 2 AND key IS NULL AND ended_at_ms < ?4) OR ended_at_ms < ?5)");
STMT(purge_steps, "DELETE FROM job_steps WHERE job > ?1 AND job <= ?2"
                  " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = job_steps.job)");

int64_t queue_purge(struct tx *tx, int64_t at_ms, int64_t *cursor)
{
    struct query q = query(tx, &purge_chunk);
    bind_i64(&q, *cursor), bind_i64(&q, QUEUE_PURGE_CHUNK);
    if (query_row(&q) != ROW_FOUND) return -1;
    int64_t after = *cursor, last = col_i64(&q, "last"), young_ms = at_ms - QUEUE_KEEP_CRON_MS;
    bool at_end = col_i64(&q, "n") < QUEUE_PURGE_CHUNK || col_i64(&q, "oldest") >= young_ms;
    *cursor = at_end ? 0 : last;
    if (col_i64(&q, "n") == 0 || col_i64(&q, "oldest") >= young_ms) return 0;
    q = query(tx, &purge);
    bind_i64(&q, after), bind_i64(&q, last), bind_i64(&q, young_ms), bind_i64(&q, at_ms - QUEUE_KEEP_MS);
    bind_i64(&q, at_ms - QUEUE_KEEP_KEYED_MS);
    int64_t rows = query_change(&q);
    if (rows <= 0) return rows;
    q = query(tx, &purge_steps);
    bind_i64(&q, after), bind_i64(&q, last);
    return query_change(&q) < 0 ? -1 : rows;
}
