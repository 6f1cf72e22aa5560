/* list.c: jobs as people see them: the operator's page and the command line. */
#include "jobs/private.h"

#include "base/clock.h"

static const char *const state_names[] = { "ready", "running", "done", "dead" };
/* clang-format off */
static_assert(JOB_READY == 0 && JOB_RUNNING == 1 && JOB_DONE == 2 && JOB_DEAD == 3,
              "jobs.state is stored: append, never renumber");

#define LIST_COLUMNS                                                                                                   \
    "id, kind, state, account_id, ref, attempts - spared AS counted, put_at_ms, run_at_ms, ended_at_ms, error"
#define AS_ASKED                                                                                                       \
    " AND (CAST(?3 AS TEXT) = '' OR kind = ?3) AND (CAST(?4 AS BIGINT) = 0 OR account_id = ?4)"                        \
    " AND put_at_ms >= ?5 AND put_at_ms < ?6"
/* Dead jobs have an index of their own and are what operators look for; so have ready and running ones. Of all
 * or of done jobs the newest are the first ones found. What is asked for among them may be rare, and between cron jobs
 * all others are: such a walk has an end. */
STMT(list_dead, "SELECT " LIST_COLUMNS " FROM jobs WHERE state = 3 AND id < ?1" AS_ASKED " ORDER BY id DESC LIMIT ?2");
STMT(list_live, "SELECT " LIST_COLUMNS " FROM jobs WHERE state < 2 AND state = ?7 AND -id > CAST(?1 AS BIGINT)" AS_ASKED
                " ORDER BY -id LIMIT ?2");
STMT(list_newest, "SELECT " LIST_COLUMNS " FROM jobs WHERE id < ?1 AND (CAST(?3 AS BIGINT) < 0 OR state = ?3)"
                  " ORDER BY id DESC LIMIT ?2");
STMT(list_found, "SELECT " LIST_COLUMNS " FROM jobs WHERE id < ?1 AND id >= (SELECT MIN(id) FROM"
                 " (SELECT id FROM jobs WHERE id < ?1 ORDER BY id DESC LIMIT ?8) AS newest)" AS_ASKED
                 " AND (CAST(?7 AS BIGINT) < 0 OR state = ?7)"
                 " AND (CAST(?9 AS BIGINT) = 1 OR NOT (state = 2 AND key IS NOT NULL AND SUBSTR(key, 1, 5) = 'cron:'))"
                 " ORDER BY id DESC LIMIT ?2");
STMT(get, "SELECT " LIST_COLUMNS " FROM jobs WHERE id = ?1");

static struct job_row row_of(const struct query *q)
{
    int64_t state = col_state(q, "state", 0, (int64_t)ARRAY_LEN(state_names) - 1);
    return (struct job_row){
        .id = col_i64(q, "id"), .account = col_i64(q, "account_id"), .ref = col_i64(q, "ref"),
        .attempts = col_i64(q, "counted"), .put_at_ms = col_i64(q, "put_at_ms"), .run_at_ms = col_i64(q, "run_at_ms"),
        .ended_at_ms = state == JOB_DONE || state == JOB_DEAD ? col_i64(q, "ended_at_ms") : 0,
        .kind = col_text(q, "kind"), .state = state_names[state], .error = col_text(q, "error"),
    };
    /* clang-format on */
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
    bool any = !w->kind && w->account == 0 && w->from_ms == 0 && w->to_ms == 0;
    return any && w->cron ? &list_newest : &list_found;
}

enum row jobs_list(struct tx *tx, const struct jobs_wanted *w, struct job_row *out, size_t *count)
{
    assert(w->limit > 0 && w->after_id >= 0);
    *count = 0;
    int state = state_number(w->state);
    if (state == -2) return ROW_NONE;
    const struct stmt *list = list_for(w, state);
    struct query q = query(tx, list);
    int64_t after_id = w->after_id ? w->after_id : INT64_MAX;
    bind_i64(&q, list == &list_live ? -after_id : after_id), bind_i64(&q, w->limit);
    if (list != &list_newest) {
        bind_text(&q, w->kind ? w->kind : ""), bind_i64(&q, w->account);
        bind_i64(&q, w->from_ms), bind_i64(&q, w->to_ms ? w->to_ms : INT64_MAX);
    }
    if (list != &list_dead) bind_i64(&q, state);
    if (list == &list_found) bind_i64(&q, QUEUE_LIST_WALK), bind_i64(&q, w->cron || w->kind);
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

bool job_row_is_live(const struct job_row *j)
{
    return text_eq(j->state, state_names[JOB_READY]) || text_eq(j->state, state_names[JOB_RUNNING]);
}

/* attempts goes on growing, so that an old worker still cannot settle; what was used up is forgiven (spared). The
 * kind's deadline counts from the first try that follows. Where a younger job with the same live key is under way
 * there is nothing to do again: it does the same work. */
STMT(retry, "UPDATE jobs SET state = 0, spared = attempts, run_at_ms = ?2, begun_at_ms = NULL, deadline_ms = 0,"
            " ended_at_ms = NULL WHERE id = ?1 AND state = 3"
            " AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.kind = jobs.kind"
            " AND other.live_key = jobs.live_key AND other.live_key IS NOT NULL AND other.state = 0"
            " AND other.pool >= 0)"
            " AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.kind = jobs.kind"
            " AND other.live_key = jobs.live_key AND other.live_key IS NOT NULL AND other.state = 1)");

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

/* Counted as far as anybody cares: a million entries of an index are a long look. */
#define SOME " LIMIT 100000) AS few)"
STMT(count, "SELECT"
            " (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE state < 2 AND pool = 0 AND state = 0"
            " ORDER BY run_at_ms" SOME " AS waiting,"
            " (SELECT COUNT(*) FROM jobs WHERE pool < 0) AS behind,"
            " (SELECT COUNT(*) FROM jobs WHERE state < 2 AND pool = 0 AND state = 1) AS running,"
            " (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE state = 3 ORDER BY id" SOME " AS dead,"
            " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND pool = 0 AND state = 0) AS first_due");
#define IN_LINE "state = 0 AND pool > 0 AND pool = ?1"
/* A claim goes round over the accounts, so the first of them tell about how long the others wait. */
STMT(count_line, "WITH RECURSIVE walk(account, n) AS ("
                 "SELECT (SELECT account_id FROM jobs WHERE " IN_LINE " ORDER BY account_id LIMIT 1), 1"
                 " UNION ALL SELECT (SELECT account_id FROM jobs WHERE " IN_LINE " AND account_id > walk.account"
                 " ORDER BY account_id LIMIT 1), n + 1 FROM walk WHERE account IS NOT NULL AND n < ?2)"
                 " SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE " IN_LINE
                 " ORDER BY account_id, run_at_ms" SOME " AS ready,"
                 " (SELECT MIN((SELECT run_at_ms FROM jobs WHERE " IN_LINE " AND account_id = walk.account"
                 " ORDER BY run_at_ms LIMIT 1)) FROM walk WHERE account IS NOT NULL) AS first_due");

static int64_t due_age_ms(const struct query *q, int64_t at_ms)
{
    int64_t age_ms = col_is_null(q, "first_due") ? 0 : at_ms - col_i64(q, "first_due");
    return age_ms > 0 ? age_ms : 0;
}

bool jobs_count(struct tx *tx, struct job_counts *out)
{
    int64_t at_ms = now_ms();
    struct query q = query(tx, &count);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct job_counts){ .ready = col_i64(&q, "waiting") + col_i64(&q, "behind"),
                                .running = col_i64(&q, "running"),
                                .dead = col_i64(&q, "dead"),
                                .oldest_age_ms = due_age_ms(&q, at_ms) };
    out->oldest_at_home_ms = out->oldest_age_ms;
    for (int p = JOB_POOL_UNSET + 1; p <= POOL_STRANGE; p++) {
        if (p >= JOB_POOLS && p != POOL_STRANGE) continue;
        q = query(tx, &count_line);
        bind_i64(&q, p), bind_i64(&q, QUEUE_LINE_WALK);
        if (query_row(&q) != ROW_FOUND) return false;
        int64_t ready = col_i64(&q, "ready"), oldest_ms = due_age_ms(&q, at_ms);
        out->ready += ready;
        if (p == POOL_STRANGE) {
            out->strange = ready;
            continue;
        }
        out->pool[p].ready = ready, out->pool[p].oldest_age_ms = oldest_ms;
        if (oldest_ms > out->oldest_age_ms) out->oldest_age_ms = oldest_ms;
        if (pool_facts(p)->share == 0 && oldest_ms > out->oldest_at_home_ms) out->oldest_at_home_ms = oldest_ms;
    }
    return true;
}
