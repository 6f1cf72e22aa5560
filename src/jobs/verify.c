/* verify.c: what must be true of jobs: every row is in a state that leads on, or has ended, and nothing waits for what
 * will not come. What a job is for is asked by the folder whose row it works on (jobs_unworked). */
#include "jobs/private.h"
#include "jobs/steps.h"

#include "base/clock.h"

enum { VERIFY_PAGE_ROWS = 500, VERIFY_KEYS_MAX = 200 };
/* No kind puts itself off for longer than a day; a month is what somebody may have put off on purpose. */
#define PUT_OFF_MAX_MS (31 * DAY_MS)
#define SKIPPED_MAX_MS DAY_MS

STMT(verify_jobs,
     "SELECT j.id, j.kind, j.key, j.state, j.pool, j.attempts, j.spared, j.run_at_ms, j.deadline_ms, j.put_at_ms,"
     " j.ended_at_ms, CASE WHEN j.pool = -1 AND j.state = 0"
     " AND NOT EXISTS (SELECT 1 FROM jobs a WHERE a.kind = j.kind AND a.live_key = j.live_key AND a.state = 1"
     "   AND a.live_key IS NOT NULL)"
     " AND NOT EXISTS (SELECT 1 FROM jobs b WHERE b.kind = j.kind AND b.live_key = j.live_key AND b.state = 0"
     "   AND b.pool >= 0 AND b.live_key IS NOT NULL) THEN 1 ELSE 0 END AS forsaken"
     " FROM jobs j WHERE j.id > ?1 ORDER BY j.id LIMIT ?2");
STMT(verify_steps, "SELECT s.job, s.place, s.state, s.ended_at_ms, s.attempt, j.attempts FROM job_steps s"
                   " LEFT JOIN jobs j ON j.id = s.job WHERE (s.job, s.place) > (?1, ?2) ORDER BY s.job, s.place"
                   " LIMIT ?3");
STMT(verify_skips, "SELECT item FROM job_skips WHERE tries < 1 OR (retry_at_ms > ?1 AND retry_at_ms > last_at_ms + ?2)"
                   " ORDER BY kind, item LIMIT ?3");
STMT(verify_worked,
     "SELECT ref FROM jobs WHERE state < 2 AND kind = ?1"
     " AND ref IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT ref FROM jobs WHERE state < 2 AND kind = ?1 AND ref = ANY((?2::text[])::bigint[])");

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static bool is_line(int64_t pool) { return (pool >= -1 && pool < JOB_POOLS) || pool == POOL_STRANGE; }

static const char *bad_ready(const struct query *q)
{
    int64_t since_ms = larger(larger(col_i64(q, "put_at_ms"), col_i64(q, "ended_at_ms")), now_ms());
    if (!is_line(col_i64(q, "pool"))) return "a job stands in a line that nobody works off";
    if (col_bool(q, "forsaken")) return "a job waits for the end of another one that is not there";
    return col_i64(q, "run_at_ms") > since_ms + PUT_OFF_MAX_MS ? "a job is put off for ever" : NULL;
}

/* Rows of a kind that this program has none of are old, or somebody changed them. Cron rows of what an older version
 * ran in the background end nowhere and harm nobody. */
static const char *bad_live(const struct query *q)
{
    const char *key = col_text(q, "key");
    bool cron = key && strncmp(key, "cron:", 5) == 0;
    if (jobs_known() && !cron && !kind_known(col_text(q, "kind"))) return "nobody works for jobs of this kind";
    int64_t deadline_ms = col_i64(q, "deadline_ms");
    if (deadline_ms != 0 && deadline_ms < col_i64(q, "put_at_ms")) return "a job's deadline is before it was put";
    if (col_i64(q, "state") == JOB_READY) return bad_ready(q);
    if (col_i64(q, "pool") != 0) return "a running job stands in a line";
    return col_i64(q, "attempts") < 1 ? "a job runs that nobody has taken" : NULL;
}

static const char *bad_job(const struct query *q)
{
    int64_t state = col_i64(q, "state"), attempts = col_i64(q, "attempts"), spared = col_i64(q, "spared");
    if (spared < 0 || attempts < spared) return "a job's attempts are miscounted";
    if (state == JOB_READY || state == JOB_RUNNING) return bad_live(q);
    if (state != JOB_DONE && state != JOB_DEAD) return "a job is in no state";
    if (col_is_null(q, "ended_at_ms")) return "a job has ended at no time";
    return col_i64(q, "pool") != 0 ? "a job that has ended stands in a line" : NULL;
}

static bool rows_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_jobs);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_ROWS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_job(&q);
        if (what) verify_found(found, "job", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

static const char *bad_step(const struct query *q)
{
    int64_t state = col_i64(q, "state");
    if (col_is_null(q, "attempts")) return "a step is of no job";
    if (state < STEP_RUNNING || state > STEP_KEPT) return "a step is in no state";
    if (state != STEP_RUNNING && col_is_null(q, "ended_at_ms")) return "a step has ended at no time";
    /* Else it would be taken for new, and made a second time without asking whether it is there. */
    return col_i64(q, "attempt") > col_i64(q, "attempts") + 1 ? "a step was made by an attempt to come" : NULL;
}

static bool steps_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_steps);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_i64(&q, VERIFY_PAGE_ROWS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "job"), found->cursor[1] = col_i64(&q, "place");
        const char *what = bad_step(&q);
        if (what) verify_found(found, "job", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* What is left out stands before the operator, so there is not much of it. */
static bool skips_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_skips);
    bind_i64(&q, now_ms()), bind_i64(&q, SKIPPED_MAX_MS), bind_i64(&q, VERIFY_PAGE_ROWS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        verify_found(found, "item", col_i64(&q, "item"), "what a job left out is not tried again");
    return row != ROW_FAULT;
}

bool jobs_unworked(struct tx *tx, const char *kind, const int64_t *refs, size_t count, bool *out)
{
    assert(count <= VERIFY_KEYS_MAX);
    for (size_t i = 0; i < count; i++) out[i] = true;
    if (count == 0) return true;
    struct query q = query(tx, &verify_worked);
    bind_text(&q, kind), bind_i64_list(&q, refs, count);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < count; i++)
            if (refs[i] == col_i64(&q, "ref")) out[i] = false;
    return row != ROW_FAULT;
}

/* clang-format off */
const struct verify_check jobs_checks[] = {
    { .name = "jobs.rows", .doc = "Every job leads on or has ended, and waits for nothing that will not come.",
      .piece = rows_piece },
    { .name = "jobs.steps", .doc = "Steps belong to their jobs and are where their rows say.", .piece = steps_piece },
    { .name = "jobs.skips", .doc = "What a job left out comes again.", .piece = skips_piece },
    VERIFY_END
};
/* clang-format on */
