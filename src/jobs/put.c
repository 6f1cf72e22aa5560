/* put.c: new jobs. A job that is due goes straight into the line of its kind, when this process knows the kind; all
 * others are sorted in by the claimer of a process that does. */
#include "jobs/private.h"

#include "base/clock.h"

enum { PUT_TRIES = 3, BRING_FORWARD_MS = 1000, POOL_BEHIND = -1 };

#define PUT                                                                                                            \
    "INSERT INTO jobs (kind, key, account_id, ref, note, state, attempts, spared, run_at_ms, deadline_ms, put_at_ms,"  \
    " pool) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?6, ?7, ?8, ?9)"
STMT(put, PUT " ON CONFLICT (kind, key) WHERE key IS NOT NULL DO NOTHING RETURNING id");
STMT(find_key, "SELECT id FROM jobs WHERE kind = ?1 AND key = ?2");

static int64_t pool_at_put(const struct job_new *j, int64_t at_ms)
{
    const struct job_kind *k = kind_known(j->kind);
    return k && (!j->run_at_ms || j->run_at_ms <= at_ms) ? (int64_t)kind_pool(k) : 0;
}

static struct query put_query(struct tx *tx, const struct stmt *s, const struct job_new *j, int64_t pool, int64_t at_ms)
{
    struct query q = query(tx, s);
    bind_text(&q, j->kind), bind_text(&q, j->key), bind_i64(&q, j->account), bind_i64(&q, j->ref);
    bind_text(&q, j->note), bind_i64(&q, j->run_at_ms ? j->run_at_ms : at_ms), bind_i64(&q, j->deadline_ms);
    bind_i64(&q, at_ms), bind_i64(&q, pool);
    return q;
}

/* ---- one live job for each key ---- */

/* A job that has not begun takes up the new wish: it counts as put now, and comes at once, though not sooner than a
 * moment after its last attempt, so that nobody drives it without a pause. */
STMT(absorb,
     "UPDATE jobs SET ref = ?3, note = ?4, spared = attempts, begun_at_ms = NULL, deadline_ms = ?5,"
     " run_at_ms = CASE WHEN run_at_ms <= ?6 THEN run_at_ms WHEN ended_at_ms IS NULL THEN ?6"
     " WHEN ended_at_ms + ?7 > run_at_ms THEN run_at_ms WHEN ended_at_ms + ?7 > ?6 THEN ended_at_ms + ?7 ELSE ?6 END"
     " WHERE kind = ?1 AND live_key = ?2 AND state = 0 AND pool >= 0 AND live_key IS NOT NULL RETURNING id");
/* The row is locked: its end waits for this transaction, and then finds who waits behind it. */
STMT(find_running, "SELECT id FROM jobs WHERE kind = ?1 AND live_key = ?2 AND state = 1 AND live_key IS NOT NULL",
     .postgres = "SELECT id FROM jobs WHERE kind = ?1 AND live_key = ?2 AND state = 1 AND live_key IS NOT NULL"
                 " FOR UPDATE");
#define PUT_LIVE                                                                                                       \
    "INSERT INTO jobs (kind, live_key, account_id, ref, note, state, attempts, spared, run_at_ms, deadline_ms,"        \
    " put_at_ms, pool) VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?6, ?7, ?8, ?9)"
STMT(put_live, PUT_LIVE " ON CONFLICT (kind, live_key) WHERE state = 0 AND pool >= 0 AND live_key IS NOT NULL"
                        " DO NOTHING RETURNING id");
STMT(put_behind, PUT_LIVE " ON CONFLICT (kind, live_key) WHERE pool < 0"
                          " DO UPDATE SET ref = excluded.ref, note = excluded.note, deadline_ms = excluded.deadline_ms"
                          " RETURNING id");
STMT(go_behind, "UPDATE jobs SET pool = -1 WHERE id = ?1");

/* At the end of a job with a live key. */
/* What ends may have put another one of its own key: that is the newer wish, and takes this one's place. */
#define READY_ONE "EXISTS (SELECT 1 FROM jobs r WHERE r.kind = ?1 AND r.live_key = ?2 AND r.state = 0 AND r.pool >= 0)"
STMT(free_behind, "UPDATE jobs SET pool = 0, run_at_ms = ?3, state = CASE WHEN " READY_ONE " THEN 2 ELSE 0 END,"
                  " ended_at_ms = CASE WHEN " READY_ONE " THEN CAST(?3 AS BIGINT) ELSE NULL END"
                  " WHERE kind = ?1 AND live_key = ?2 AND pool < 0");
STMT(take_behind, "UPDATE jobs SET state = 2, pool = 0, ended_at_ms = ?3, error = 'taken up by the one before it'"
                  " WHERE kind = ?1 AND live_key = ?2 AND pool < 0 RETURNING ref, note");

static enum row running(struct tx *tx, const struct job_new *j)
{
    struct query q = query(tx, &find_running);
    bind_text(&q, j->kind), bind_text(&q, j->key);
    return query_row(&q);
}

static int64_t id_of(struct query *q) { return query_row(q) == ROW_FOUND ? col_i64(q, "id") : -1; }

/* 0: another one was put in between, look again. */
static int64_t put_once(struct tx *tx, const struct job_new *j, bool *existed, int64_t at_ms)
{
    struct query q = query(tx, &absorb);
    bind_text(&q, j->kind), bind_text(&q, j->key), bind_i64(&q, j->ref), bind_text(&q, j->note);
    bind_i64(&q, j->deadline_ms), bind_i64(&q, j->run_at_ms ? j->run_at_ms : at_ms), bind_i64(&q, BRING_FORWARD_MS);
    enum row row = query_row(&q);
    *existed = true;
    if (row != ROW_NONE) return row == ROW_FOUND ? col_i64(&q, "id") : -1;
    row = running(tx, j);
    if (row == ROW_FAULT) return -1;
    if (row == ROW_FOUND) {
        q = put_query(tx, &put_behind, j, POOL_BEHIND, at_ms);
        return id_of(&q);
    }
    *existed = false;
    q = put_query(tx, &put_live, j, pool_at_put(j, at_ms), at_ms);
    row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE ? 0 : -1;
    int64_t id = col_i64(&q, "id");
    /* Ours is the only one that is ready now. One that began since the first look goes first. */
    row = running(tx, j);
    if (row == ROW_FAULT) return -1;
    if (row == ROW_NONE) return id;
    q = query(tx, &go_behind);
    bind_i64(&q, id);
    return query_change(&q) == 1 ? id : -1;
}

static int64_t put_coalesced(struct tx *tx, const struct job_new *j, bool *existed)
{
    assert(j->key);
    bool there = false;
    int64_t at_ms = now_ms(), id = 0;
    for (int tries = 0; tries < PUT_TRIES && id == 0; tries++) id = put_once(tx, j, &there, at_ms);
    if (existed) *existed = there;
    if (id > 0) tx_notify(tx, "jobs");
    return id > 0 ? id : -1;
}

bool queue_free_behind(struct tx *tx, const char *kind, const char *live_key, int64_t at_ms)
{
    struct query q = query(tx, &free_behind);
    bind_text(&q, kind), bind_text(&q, live_key), bind_i64(&q, at_ms);
    int64_t rows = query_change(&q);
    if (rows > 0) tx_notify(tx, "jobs");
    return rows >= 0;
}

enum row queue_take_behind(struct tx *tx, const char *kind, const char *live_key, int64_t at_ms, int64_t *ref,
                           const char **note)
{
    struct query q = query(tx, &take_behind);
    bind_text(&q, kind), bind_text(&q, live_key), bind_i64(&q, at_ms);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *ref = col_i64(&q, "ref"), *note = col_text(&q, "note");
    return row;
}

/* ---- all others ---- */

int64_t jobs_put(struct tx *tx, const struct job_new *j, bool *existed)
{
    assert(j->kind && j->kind[0] != '\0');
    assert(!j->key || j->key[0] != '\0');
    if (j->coalesce) return put_coalesced(tx, j, existed);
    int64_t at_ms = now_ms();
    if (existed) *existed = false;
    /* Twice: the job that held the key may be purged between the insert and the look. */
    for (int tries = 0; tries < 2; tries++) {
        struct query q = put_query(tx, &put, j, pool_at_put(j, at_ms), at_ms);
        enum row row = query_row(&q);
        if (row == ROW_FAULT) return -1;
        if (row == ROW_FOUND) {
            tx_notify(tx, "jobs");
            return col_i64(&q, "id");
        }
        q = query(tx, &find_key);
        bind_text(&q, j->kind), bind_text(&q, j->key);
        row = query_row(&q);
        if (row == ROW_FAULT) return -1;
        if (row == ROW_FOUND) {
            if (existed) *existed = true;
            return col_i64(&q, "id");
        }
    }
    return -1;
}
