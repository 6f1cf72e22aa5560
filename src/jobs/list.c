/* list.c: jobs as people see them: the operator's page and the command line. */
#include "jobs/queue.h"

#include "base/clock.h"

static const char *const state_names[] = { "ready", "running", "done", "dead" };
static_assert(JOB_READY == 0 && JOB_RUNNING == 1 && JOB_DONE == 2 && JOB_DEAD == 3,
              "jobs.state is stored: append, never renumber");

#define LIST_COLUMNS                                                                                                   \
    "id, kind, state, account_id, ref, attempts - spared AS counted, put_at_ms, run_at_ms, ended_at_ms, error"
#define OF_KIND " AND (CAST(?3 AS TEXT) = '' OR kind = ?3)"
/* Dead jobs have an index of their own and are what operators look for. Ready and running ones are few: they are read
 * by jobs_due and sorted; "+id" keeps both planners from walking the primary key through the done rows instead. Of all
 * or of done jobs the newest are the first ones found. One kind among them may be rare, and between cron jobs all
 * others are: such a walk has an end. */
STMT(list_dead, "SELECT " LIST_COLUMNS " FROM jobs WHERE state = 3 AND id < ?1" OF_KIND " ORDER BY id DESC LIMIT ?2");
STMT(list_live, "SELECT " LIST_COLUMNS " FROM jobs WHERE state < 2 AND state = ?4 AND +id < ?1" OF_KIND
                " ORDER BY +id DESC LIMIT ?2");
STMT(list_newest, "SELECT " LIST_COLUMNS " FROM jobs WHERE id < ?1 AND (CAST(?3 AS BIGINT) < 0 OR state = ?3)"
                  " ORDER BY id DESC LIMIT ?2");
STMT(list_kind, "SELECT " LIST_COLUMNS " FROM jobs WHERE id < ?1 AND id >= (SELECT MIN(id) FROM"
                " (SELECT id FROM jobs WHERE id < ?1 ORDER BY id DESC LIMIT ?5) AS newest)"
                " AND kind = ?3 AND (CAST(?4 AS BIGINT) < 0 OR state = ?4) ORDER BY id DESC LIMIT ?2");
STMT(list_worked, "SELECT " LIST_COLUMNS " FROM jobs WHERE id < ?1 AND id >= (SELECT MIN(id) FROM"
                  " (SELECT id FROM jobs WHERE id < ?1 ORDER BY id DESC LIMIT ?4) AS newest)"
                  " AND (CAST(?3 AS BIGINT) < 0 OR state = ?3)"
                  " AND NOT (state = 2 AND key IS NOT NULL AND SUBSTR(key, 1, 5) = 'cron:') ORDER BY id DESC LIMIT ?2");
STMT(get, "SELECT " LIST_COLUMNS " FROM jobs WHERE id = ?1");
STMT(find, "SELECT " LIST_COLUMNS " FROM jobs WHERE kind = ?1 AND key = ?2");

static struct job_row row_of(const struct query *q)
{
    int64_t state = col_i64(q, "state");
    assert(state >= 0 && state < (int64_t)ARRAY_LEN(state_names));
    return (struct job_row){
        .id = col_i64(q, "id"), .account = col_i64(q, "account_id"), .ref = col_i64(q, "ref"),
        .attempts = col_i64(q, "counted"), .put_at_ms = col_i64(q, "put_at_ms"), .run_at_ms = col_i64(q, "run_at_ms"),
        .ended_at_ms = state == JOB_DONE || state == JOB_DEAD ? col_i64(q, "ended_at_ms") : 0,
        .kind = col_text(q, "kind"), .state = state_names[state], .error = col_text(q, "error"),
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

static const struct stmt *list_for(const struct jobs_wanted *w, int state)
{
    if (state == JOB_DEAD) return &list_dead;
    if (state == JOB_READY || state == JOB_RUNNING) return &list_live;
    if (w->kind) return &list_kind;
    return w->cron ? &list_newest : &list_worked;
}

enum row jobs_list(struct tx *tx, const struct jobs_wanted *w, struct job_row *out, size_t *count)
{
    assert(w->limit > 0 && w->after_id >= 0);
    *count = 0;
    int state = state_number(w->state);
    if (state == -2) return ROW_NONE;
    const struct stmt *list = list_for(w, state);
    struct query q = query(tx, list);
    bind_i64(&q, w->after_id ? w->after_id : INT64_MAX), bind_i64(&q, w->limit);
    if (list != &list_newest && list != &list_worked) bind_text(&q, w->kind ? w->kind : "");
    if (list != &list_dead) bind_i64(&q, state);
    if (list == &list_kind || list == &list_worked) bind_i64(&q, QUEUE_LIST_WALK);
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
