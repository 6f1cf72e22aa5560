/* list.c: jobs as people see them: the operator's page and the command line. */
#include "jobs/queue.h"

#include "base/clock.h"

static const char *const state_names[] = { "ready", "running", "done", "dead" };
static_assert(JOB_READY == 0 && JOB_RUNNING == 1 && JOB_DONE == 2 && JOB_DEAD == 3,
              "jobs.state is stored: append, never renumber");

#define LIST_COLUMNS                                                                                                   \
    "id, kind, state, account_id, ref, attempts - spared AS counted, put_at_ms, run_at_ms, ended_at_ms, error"
/* Dead jobs have an index of their own and are what operators look for; the other lists walk down from the newest. */
STMT(list_dead, "SELECT " LIST_COLUMNS " FROM jobs WHERE state = 3 AND (CAST(?1 AS BIGINT) = 0 OR id < ?1)"
                " AND (CAST(?2 AS TEXT) = '' OR kind = ?2) ORDER BY id DESC LIMIT ?3");
STMT(list_some, "SELECT " LIST_COLUMNS
                " FROM jobs WHERE (CAST(?4 AS BIGINT) < 0 OR state = ?4) AND (CAST(?1 AS BIGINT) = 0 OR id < ?1)"
                " AND (CAST(?2 AS TEXT) = '' OR kind = ?2) ORDER BY id DESC LIMIT ?3");
STMT(get, "SELECT " LIST_COLUMNS " FROM jobs WHERE id = ?1");
STMT(find, "SELECT " LIST_COLUMNS " FROM jobs WHERE kind = ?1 AND key = ?2");

static struct job_row row_of(const struct query *q)
{
    int64_t state = col_i64(q, "state");
    assert(state >= 0 && state < (int64_t)ARRAY_LEN(state_names));
    return (struct job_row){
        .id = col_i64(q, "id"), .account = col_i64(q, "account_id"), .ref = col_i64(q, "ref"),
        .attempts = col_i64(q, "counted"), .put_at_ms = col_i64(q, "put_at_ms"), .run_at_ms = col_i64(q, "run_at_ms"),
        .ended_at_ms = col_i64(q, "ended_at_ms"), .kind = col_text(q, "kind"), .state = state_names[state],
        .error = col_text(q, "error"),
    };
}

/* -1: all states (NULL). -2: no state has this name. */
static int state_number(const char *name)
{
    if (!name) return -1;
    for (size_t i = 0; i < ARRAY_LEN(state_names); i++)
        if (text_eq(name, state_names[i])) return (int)i;
    return -2;
}

enum row jobs_list(struct tx *tx, const char *state, const char *kind, int64_t after_id, int64_t limit,
                   struct job_row *out, size_t *count)
{
    assert(limit > 0 && after_id >= 0);
    *count = 0;
    int number = state_number(state);
    if (number == -2) return ROW_NONE;
    struct query q = query(tx, number == JOB_DEAD ? &list_dead : &list_some);
    bind_i64(&q, after_id), bind_text(&q, kind ? kind : ""), bind_i64(&q, limit);
    if (number != JOB_DEAD) bind_i64(&q, number);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = row_of(&q);
    return row == ROW_FAULT ? ROW_FAULT : *count > 0 ? ROW_FOUND : ROW_NONE;
}

enum row jobs_get(struct tx *tx, int64_t id, struct job_row *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = row_of(&q);
    return row;
}

enum row jobs_find(struct tx *tx, const char *kind, const char *key, struct job_row *out)
{
    struct query q = query(tx, &find);
    bind_text(&q, kind), bind_text(&q, key);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = row_of(&q);
    return row;
}

bool job_row_is_live(const struct job_row *j)
{
    return text_eq(j->state, state_names[JOB_READY]) || text_eq(j->state, state_names[JOB_RUNNING]);
}

/* attempts goes on growing, so that an old worker still cannot settle; what was used up is forgiven (spared). The job
 * counts as put now, from which its kind's deadline runs again. */
STMT(retry, "UPDATE jobs SET state = 0, spared = attempts, run_at_ms = ?2, put_at_ms = ?2, deadline_ms = 0,"
            " ended_at_ms = NULL WHERE id = ?1 AND state = 3");

enum row jobs_retry(struct tx *tx, int64_t id)
{
    struct query q = query(tx, &retry);
    bind_i64(&q, id), bind_i64(&q, now_ms());
    int64_t rows = query_change(&q);
    if (rows < 0) return ROW_FAULT;
    if (rows == 0) return ROW_NONE;
    tx_notify(tx, "jobs");
    return ROW_FOUND;
}

STMT(count, "SELECT (SELECT COUNT(*) FROM jobs WHERE state < 2 AND state = 0) AS ready,"
            " (SELECT COUNT(*) FROM jobs WHERE state < 2 AND state = 1) AS running,"
            " (SELECT COUNT(*) FROM jobs WHERE state = 3) AS dead,"
            " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND state = 0) AS first_due");

bool jobs_count(struct tx *tx, struct job_counts *out)
{
    struct query q = query(tx, &count);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t age_ms = col_is_null(&q, "first_due") ? 0 : now_ms() - col_i64(&q, "first_due");
    *out = (struct job_counts){ .ready = col_i64(&q, "ready"), .running = col_i64(&q, "running"),
                                .dead = col_i64(&q, "dead"), .oldest_due_ms = age_ms > 0 ? age_ms : 0 };
    return true;
}
