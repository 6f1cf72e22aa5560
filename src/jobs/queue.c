/* queue.c: jobs as rows, from claim to settlement. Writes per job: one insert, one update to claim (64 rows a
 * statement), one to settle.
 *
 * Lines. A ready job that is due stands in the line of its pool (jobs.pool), by account; one that is not due, and one
 * that nobody has sorted yet, lies in jobs_due by time. queue_sort moves from there into the lines. So a claim walks
 * one index and sees only what it can take: neither jobs of other pools, nor those of kinds that nobody knows, nor
 * those that wait for their time, however many there are. It goes round over the accounts, so a hundred thousand jobs
 * of one account are as long a wait for the others as a few. Rejected: a number for each job by which accounts take
 * turns, given when it is put (puts of one account would wait for each other, or need a second index).
 *
 * The conditions of the partial indexes are written out in each statement: SQLite takes an index only then. */
#include "jobs/private.h"

#include "base/clock.h"

/* ---- claiming ---- */

#define IN_LINE "state = 0 AND pool > 0 AND pool = ?1"
/* The accounts of a line: at most ?3 behind ?2, then at most ?3 from the first up to ?2. One index seek for each. */
STMT(line_accounts,
     "WITH RECURSIVE ahead(account, n) AS ("
     "SELECT (SELECT account_id FROM jobs WHERE " IN_LINE " AND account_id > ?2 ORDER BY account_id LIMIT 1), 1"
     " UNION ALL SELECT (SELECT account_id FROM jobs WHERE " IN_LINE " AND account_id > ahead.account"
     " ORDER BY account_id LIMIT 1), n + 1 FROM ahead WHERE account IS NOT NULL AND n < ?3),"
     " behind(account, n) AS ("
     "SELECT (SELECT account_id FROM jobs WHERE " IN_LINE " AND account_id <= ?2 ORDER BY account_id LIMIT 1), 1"
     " UNION ALL SELECT (SELECT account_id FROM jobs WHERE " IN_LINE " AND account_id > behind.account"
     " AND account_id <= ?2 ORDER BY account_id LIMIT 1), n + 1 FROM behind WHERE account IS NOT NULL AND n < ?3)"
     " SELECT account FROM (SELECT account, 0 AS turn FROM ahead WHERE account IS NOT NULL"
     " UNION ALL SELECT account, 1 FROM behind WHERE account IS NOT NULL) AS turns ORDER BY turn, account");
/* SKIP LOCKED lets workers of several processes take different rows without waiting for each other. The CTE is not
 * inlined (it locks rows), so its LIMIT is obeyed once. SQLite has one writer: a plain update is exclusive. */
/* clang-format off */
#define CLAIMED                                                                                                        \
    "kind, key, live_key, account_id, ref, note, attempts, spared, deadline_ms, put_at_ms, begun_at_ms"
/* clang-format on */
STMT(claim_line,
     "UPDATE jobs SET state = 1, pool = 0, attempts = attempts + 1, run_at_ms = ?2 WHERE id IN"
     " (SELECT j.id FROM json_each(?4) AS a CROSS JOIN jobs AS j WHERE j.id IN"
     " (SELECT id FROM jobs WHERE " IN_LINE " AND account_id = CAST(a.value AS INTEGER) ORDER BY run_at_ms LIMIT ?3))"
     " RETURNING id, " CLAIMED,
     .postgres = "WITH due AS (SELECT l.id FROM UNNEST((?4::text[])::bigint[]) AS a(account) CROSS JOIN LATERAL"
                 " (SELECT id FROM jobs WHERE " IN_LINE " AND account_id = a.account ORDER BY run_at_ms LIMIT ?3"
                 " FOR UPDATE SKIP LOCKED) AS l)"
                 " UPDATE jobs SET state = 1, pool = 0, attempts = attempts + 1, run_at_ms = ?2 FROM due"
                 " WHERE jobs.id = due.id RETURNING jobs.id AS id, " CLAIMED);

static struct claimed claimed_of(const struct query *q)
{
    bool live = !col_is_null(q, "live_key");
    return (struct claimed){
        .id = col_i64(q, "id"),
        .account = col_i64(q, "account_id"),
        .ref = col_i64(q, "ref"),
        .attempt = col_i64(q, "attempts"),
        .spared = col_i64(q, "spared"),
        .deadline_ms = col_i64(q, "deadline_ms"),
        .put_at_ms = col_i64(q, "put_at_ms"),
        .begun_at_ms = col_i64(q, "begun_at_ms"),
        .live = live,
        .kind = col_text(q, "kind"),
        .key = live ? col_text(q, "live_key") : col_text(q, "key"),
        .note = col_text(q, "note"),
    };
}

/* What an account may have more of a pool. */
static int left_of(const struct pool_use *use, int64_t account)
{
    if (!use || use->share == 0) return JOB_CLAIM_BATCH;
    for (size_t i = 0; i < use->count; i++)
        if (use->of[i].account == account)
            return use->of[i].jobs < use->share ? (int)(use->share - use->of[i].jobs) : 0;
    return (int)use->share;
}

/* The accounts whose turn it is, and how many jobs each may have; who has its share is passed over. -1 on a fault. */
static int turns(struct tx *tx, enum job_pool pool, int limit, const struct pool_use *use, int64_t round, int64_t *out,
                 int *each)
{
    struct query q = query(tx, &line_accounts);
    bind_i64(&q, pool), bind_i64(&q, round), bind_i64(&q, limit + (use ? (int64_t)use->count : 0));
    int n = 0, least = limit;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t account = col_i64(&q, "account");
        int left = left_of(use, account);
        if (n == limit || left == 0) continue;
        out[n++] = account;
        if (left < least) least = left;
    }
    if (row == ROW_FAULT) return -1;
    *each = n > 0 && limit / n < least ? limit / n : least;
    return n;
}

int queue_claim(struct tx *tx, enum job_pool pool, int limit, const struct pool_use *use, int64_t at_ms, int64_t *round,
                struct claimed *out)
{
    assert(limit > 0 && limit <= JOB_CLAIM_BATCH);
    int64_t account[JOB_CLAIM_BATCH];
    int each = 0, accounts = turns(tx, pool, limit, use, *round, account, &each);
    if (accounts <= 0) return accounts;
    *round = account[accounts - 1];
    struct query q = query(tx, &claim_line);
    bind_i64(&q, pool), bind_i64(&q, at_ms + JOB_LEASE_MS), bind_i64(&q, each);
    bind_i64_list(&q, account, (size_t)accounts);
    int n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(n < limit);
        out[n++] = claimed_of(&q);
    }
    return row == ROW_FAULT ? -1 : n;
}

/* ---- what comes into the lines ---- */

STMT(unsorted,
     "SELECT id, kind FROM jobs WHERE state < 2 AND pool = 0 AND state = 0 AND run_at_ms <= ?1"
     " ORDER BY run_at_ms LIMIT ?2",
     .postgres = "SELECT id, kind FROM jobs WHERE state < 2 AND pool = 0 AND state = 0 AND run_at_ms <= ?1"
                 " ORDER BY run_at_ms LIMIT ?2 FOR UPDATE SKIP LOCKED");
STMT(into_line,
     "UPDATE jobs SET pool = ?1 WHERE state = 0 AND pool = 0"
     " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "UPDATE jobs SET pool = ?1 WHERE state = 0 AND pool = 0 AND id = ANY((?2::text[])::bigint[])");

int queue_sort(struct tx *tx, const struct job_kind *const *kinds, int64_t at_ms)
{
    int64_t id[QUEUE_SORT_MAX];
    int pool_of[QUEUE_SORT_MAX], n = 0;
    struct query q = query(tx, &unsorted);
    bind_i64(&q, at_ms), bind_i64(&q, QUEUE_SORT_MAX);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        const struct job_kind *k = kind_named(kinds, col_text(&q, "kind"));
        pool_of[n] = k ? (int)kind_pool(k) : POOL_STRANGE;
        id[n++] = col_i64(&q, "id");
    }
    if (row == ROW_FAULT) return -1;
    for (int pool = 1; pool <= POOL_STRANGE; pool++) {
        int64_t list[QUEUE_SORT_MAX];
        size_t count = 0;
        for (int i = 0; i < n; i++)
            if (pool_of[i] == pool) list[count++] = id[i];
        if (count == 0) continue;
        q = query(tx, &into_line);
        bind_i64(&q, pool), bind_i64_list(&q, list, count);
        if (query_change(&q) < 0) return -1;
    }
    return n;
}

/* No lease given out now ends later than this; one that does was given under a clock that was set back since. */
static int64_t lease_limit_ms(int64_t at_ms) { return at_ms + 2 * JOB_LEASE_MS; }

#define EXPIRED "state < 2 AND pool = 0 AND state = 1 AND (run_at_ms <= ?1 OR run_at_ms > ?2)"
STMT(expire,
     "UPDATE jobs SET state = 0, run_at_ms = ?1 WHERE id IN"
     " (SELECT id FROM jobs WHERE " EXPIRED " ORDER BY run_at_ms LIMIT ?3)",
     .postgres = "WITH lost AS (SELECT id FROM jobs WHERE " EXPIRED " ORDER BY run_at_ms LIMIT ?3"
                 " FOR UPDATE SKIP LOCKED)"
                 " UPDATE jobs SET state = 0, run_at_ms = ?1 FROM lost WHERE jobs.id = lost.id");

int queue_expire(struct tx *tx, int64_t at_ms)
{
    struct query q = query(tx, &expire);
    bind_i64(&q, at_ms), bind_i64(&q, lease_limit_ms(at_ms)), bind_i64(&q, QUEUE_SORT_MAX);
    return (int)query_change(&q);
}

#define STRANGE "state = 0 AND pool > 0 AND pool = 15 AND kind"
static_assert(POOL_STRANGE == 15, "the statements say so");
#define BY_ACCOUNT " ORDER BY account_id, run_at_ms LIMIT "
STMT(is_strange, "SELECT id FROM jobs WHERE " STRANGE " IN (SELECT value FROM json_each(?1))" BY_ACCOUNT "1",
     .postgres = "SELECT id FROM jobs WHERE " STRANGE " = ANY(?1::text[])" BY_ACCOUNT "1");
STMT(take_strange,
     "UPDATE jobs SET pool = 0 WHERE id IN (SELECT id FROM jobs WHERE " STRANGE
     " IN (SELECT value FROM json_each(?1))" BY_ACCOUNT "?2)",
     .postgres = "UPDATE jobs SET pool = 0 WHERE id = ANY(ARRAY(SELECT id FROM jobs WHERE " STRANGE
                 " = ANY(?1::text[])" BY_ACCOUNT "?2 FOR UPDATE SKIP LOCKED))");

enum row queue_is_strange(struct tx *tx, const char *const *kinds, size_t kinds_n)
{
    struct query q = query(tx, &is_strange);
    bind_text_list(&q, kinds, kinds_n);
    return query_row(&q);
}

bool queue_take_strange(struct tx *tx, const char *const *kinds, size_t kinds_n)
{
    struct query q = query(tx, &take_strange);
    bind_text_list(&q, kinds, kinds_n), bind_i64(&q, QUEUE_PULL_MAX);
    return query_change(&q) >= 0;
}

STMT(set_aside,
     "UPDATE jobs SET state = 0, pool = 15, attempts = attempts - 1, run_at_ms = ?1 WHERE state = 1"
     " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "UPDATE jobs SET state = 0, pool = 15, attempts = attempts - 1, run_at_ms = ?1 WHERE state = 1"
                 " AND id = ANY((?2::text[])::bigint[])");

bool queue_set_aside(struct tx *tx, const int64_t *id, size_t n, int64_t at_ms)
{
    struct query q = query(tx, &set_aside);
    bind_i64(&q, at_ms), bind_i64_list(&q, id, n);
    return query_change(&q) >= 0;
}

/* A few places of two indexes. The bits of pools are read by one seek for each pool. */
STMT(look,
     "WITH RECURSIVE line(pool) AS ("
     "SELECT (SELECT pool FROM jobs WHERE state = 0 AND pool > 0 ORDER BY pool LIMIT 1) UNION ALL"
     " SELECT (SELECT pool FROM jobs WHERE state = 0 AND pool > 0 AND pool > line.pool ORDER BY pool LIMIT 1)"
     " FROM line WHERE pool IS NOT NULL)"
     " SELECT (SELECT CAST(COALESCE(SUM(1 << CAST(pool AS INTEGER)), 0) AS BIGINT) FROM line WHERE pool IS NOT NULL)"
     " AS lines,"
     " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND pool = 0 AND state = 0) AS first,"
     " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND pool = 0 AND state = 0 AND run_at_ms > ?1) AS next,"
     " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND pool = 0 AND state = 1) AS lease_first,"
     " (SELECT MAX(run_at_ms) FROM jobs WHERE state < 2 AND pool = 0 AND state = 1) AS lease_last");

bool queue_look(struct tx *tx, int64_t at_ms, struct queue_look *out)
{
    struct query q = query(tx, &look);
    bind_i64(&q, at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    bool leased = !col_is_null(&q, "lease_first");
    *out = (struct queue_look){
        .lines = (unsigned)col_i64(&q, "lines"),
        .due = !col_is_null(&q, "first") && col_i64(&q, "first") <= at_ms,
        .expired = leased && (col_i64(&q, "lease_first") <= at_ms || col_i64(&q, "lease_last") > lease_limit_ms(at_ms)),
        .next_ms = col_i64(&q, "next"),
    };
    return true;
}

/* ---- the rest of an attempt ---- */

STMT(move, "UPDATE jobs SET state = ?4, run_at_ms = ?5, ended_at_ms = ?6, error = ?7, spared = spared + ?8,"
           " pool = ?9, begun_at_ms = COALESCE(begun_at_ms, ?10)"
           " WHERE id = ?1 AND attempts = ?2 AND state = ?3");
STMT(anew, "UPDATE jobs SET state = 0, pool = 0, spared = attempts, run_at_ms = ?4, begun_at_ms = NULL,"
           " deadline_ms = 0, ended_at_ms = ?5, error = ?6, ref = COALESCE(?7, ref),"
           " note = CASE WHEN CAST(?7 AS BIGINT) IS NULL THEN note ELSE ?8 END"
           " WHERE id = ?1 AND attempts = ?2 AND state = ?3");
/* Fenced by what it returns: an attempt that is not ours undoes all of it. */
STMT(finish,
     "UPDATE jobs SET state = 2, run_at_ms = ?2, ended_at_ms = ?2, error = NULL WHERE state = 1"
     " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1)) RETURNING id, attempts",
     .postgres = "UPDATE jobs SET state = 2, run_at_ms = ?2, ended_at_ms = ?2, error = NULL WHERE state = 1"
                 " AND id = ANY((?1::text[])::bigint[]) RETURNING id, attempts");
STMT(keep, "UPDATE jobs SET state = 1, attempts = attempts + 1, spared = spared + 1, run_at_ms = ?3, error = NULL"
           " WHERE id = ?1 AND attempts = ?2 AND state = 2");
STMT(renew, "UPDATE jobs SET run_at_ms = ?3 WHERE id = ?1 AND attempts = ?2 AND state = 1");
STMT(hand_back, "UPDATE jobs SET state = 0, run_at_ms = ?3, ended_at_ms = ?3, spared = spared + ?4"
                " WHERE id = ?1 AND attempts = ?2 AND state = 1");

static enum row touched(struct query *q)
{
    int64_t rows = query_change(q);
    assert(rows <= 1);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

enum row queue_move(struct tx *tx, const struct queue_move *m)
{
    struct query q = query(tx, &move);
    bind_i64(&q, m->id), bind_i64(&q, m->attempt), bind_i64(&q, m->from), bind_i64(&q, m->to),
        bind_i64(&q, m->run_at_ms);
    bind_i64(&q, m->at_ms), bind_text(&q, m->error), bind_bool(&q, m->spare), bind_i64(&q, m->pool);
    if (m->begun_at_ms) bind_i64(&q, m->begun_at_ms);
    else bind_null(&q);
    return touched(&q);
}

enum row queue_anew(struct tx *tx, const struct queue_anew *n)
{
    struct query q = query(tx, &anew);
    bind_i64(&q, n->id), bind_i64(&q, n->attempt), bind_i64(&q, n->from), bind_i64(&q, n->run_at_ms);
    bind_i64(&q, n->at_ms), bind_text(&q, n->error);
    if (n->ref) bind_i64(&q, *n->ref);
    else bind_null(&q);
    bind_text(&q, n->note);
    enum row row = touched(&q);
    if (row == ROW_FOUND) tx_notify(tx, "jobs");
    return row;
}

enum row queue_finish(struct tx *tx, struct queue_finish *list, size_t n, int64_t at_ms)
{
    assert(n > 0 && n <= QUEUE_FINISH_MAX);
    int64_t ids[QUEUE_FINISH_MAX];
    for (size_t i = 0; i < n; i++) {
        ids[i] = list[i].id;
        list[i].found = false;
    }
    struct query q = query(tx, &finish);
    bind_i64_list(&q, ids, n), bind_i64(&q, at_ms);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        size_t i = 0;
        while (i < n && list[i].id != col_i64(&q, "id")) i++;
        assert(i < n);
        if (list[i].attempt != col_i64(&q, "attempts")) return ROW_NONE;
        list[i].found = true;
    }
    return row == ROW_FAULT ? ROW_FAULT : ROW_FOUND;
}

enum row queue_keep(struct tx *tx, int64_t id, int64_t attempt, int64_t until_ms)
{
    struct query q = query(tx, &keep);
    bind_i64(&q, id), bind_i64(&q, attempt), bind_i64(&q, until_ms);
    return touched(&q);
}

enum row queue_renew(struct tx *tx, int64_t id, int64_t attempt, int64_t until_ms)
{
    struct query q = query(tx, &renew);
    bind_i64(&q, id), bind_i64(&q, attempt), bind_i64(&q, until_ms);
    return touched(&q);
}

enum row queue_hand_back(struct tx *tx, int64_t id, int64_t attempt, bool spare, int64_t at_ms)
{
    struct query q = query(tx, &hand_back);
    bind_i64(&q, id), bind_i64(&q, attempt), bind_i64(&q, at_ms), bind_bool(&q, spare);
    return touched(&q);
}
