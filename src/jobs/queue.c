/* queue.c: jobs as rows. Writes per job: one insert, one update to claim (64 rows a statement), one to settle. */
#include "jobs/queue.h"

#include "base/clock.h"

/* "state < 2" stands in every statement that shall use jobs_due: SQLite takes a partial index only when its condition
 * is written out. */
STMT(put,
     "INSERT INTO jobs (kind, key, account_id, ref, note, state, attempts, spared, run_at_ms, deadline_ms, put_at_ms)"
     " VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, ?6, ?7, ?8)"
     " ON CONFLICT (kind, key) WHERE key IS NOT NULL DO NOTHING RETURNING id");
STMT(find_key, "SELECT id FROM jobs WHERE kind = ?1 AND key = ?2");

int64_t jobs_put(struct tx *tx, const struct job_new *j, bool *existed)
{
    assert(j->kind && j->kind[0] != '\0');
    assert(!j->key || j->key[0] != '\0');
    int64_t at_ms = now_ms();
    if (existed) *existed = false;
    /* Twice: the job that held the key may be purged between the insert and the look. */
    for (int tries = 0; tries < 2; tries++) {
        struct query q = query(tx, &put);
        bind_text(&q, j->kind), bind_text(&q, j->key), bind_i64(&q, j->account), bind_i64(&q, j->ref);
        bind_text(&q, j->note), bind_i64(&q, j->run_at_ms ? j->run_at_ms : at_ms), bind_i64(&q, j->deadline_ms);
        bind_i64(&q, at_ms);
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

/* ---- claiming ---- */

/* SKIP LOCKED lets workers of several processes take different rows without waiting for each other. The CTE is not
 * inlined (it locks rows), so its LIMIT is obeyed once. SQLite has one writer: a plain update is exclusive. */
STMT(claim_ready,
     "UPDATE jobs SET state = 1, attempts = attempts + 1, run_at_ms = ?2 WHERE id IN"
     " (SELECT id FROM jobs WHERE state < 2 AND state = 0 AND run_at_ms <= ?1"
     " AND kind IN (SELECT value FROM json_each(?4)) ORDER BY run_at_ms LIMIT ?3)"
     " RETURNING id, kind, key, account_id, ref, note, attempts, spared, deadline_ms, put_at_ms",
     .postgres =
         "WITH due AS (SELECT id FROM jobs WHERE state < 2 AND state = 0 AND run_at_ms <= ?1"
         " AND kind = ANY(?4::text[]) ORDER BY run_at_ms LIMIT ?3 FOR UPDATE SKIP LOCKED)"
         " UPDATE jobs SET state = 1, attempts = attempts + 1, run_at_ms = ?2 FROM due WHERE jobs.id = due.id"
         " RETURNING jobs.id AS id, kind, key, account_id, ref, note, attempts, spared, deadline_ms, put_at_ms");
STMT(claim_expired,
     "UPDATE jobs SET attempts = attempts + 1, run_at_ms = ?2 WHERE id IN"
     " (SELECT id FROM jobs WHERE state < 2 AND state = 1 AND (run_at_ms <= ?1 OR run_at_ms > ?5)"
     " AND kind IN (SELECT value FROM json_each(?4)) ORDER BY run_at_ms LIMIT ?3)"
     " RETURNING id, kind, key, account_id, ref, note, attempts, spared, deadline_ms, put_at_ms",
     .postgres =
         "WITH due AS (SELECT id FROM jobs WHERE state < 2 AND state = 1 AND (run_at_ms <= ?1 OR run_at_ms > ?5)"
         " AND kind = ANY(?4::text[]) ORDER BY run_at_ms LIMIT ?3 FOR UPDATE SKIP LOCKED)"
         " UPDATE jobs SET attempts = attempts + 1, run_at_ms = ?2 FROM due WHERE jobs.id = due.id"
         " RETURNING jobs.id AS id, kind, key, account_id, ref, note, attempts, spared, deadline_ms, put_at_ms");

/* No lease given out now ends later than this; one that does was given under a clock that was set back since. */
static int64_t lease_limit_ms(int64_t at_ms) { return at_ms + 2 * JOB_LEASE_MS; }

int queue_claim(struct tx *tx, enum claim_of of, const char *const *kinds, size_t kinds_n, int limit, int64_t at_ms,
                struct claimed *out)
{
    assert(limit > 0 && limit <= JOB_CLAIM_BATCH);
    struct query q = query(tx, of == CLAIM_READY ? &claim_ready : &claim_expired);
    bind_i64(&q, at_ms), bind_i64(&q, at_ms + JOB_LEASE_MS), bind_i64(&q, limit), bind_text_list(&q, kinds, kinds_n);
    if (of == CLAIM_EXPIRED) bind_i64(&q, lease_limit_ms(at_ms));
    int n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(n < limit);
        out[n++] = (struct claimed){
            .id = col_i64(&q, "id"), .account = col_i64(&q, "account_id"), .ref = col_i64(&q, "ref"),
            .attempt = col_i64(&q, "attempts"), .spared = col_i64(&q, "spared"),
            .deadline_ms = col_i64(&q, "deadline_ms"), .put_at_ms = col_i64(&q, "put_at_ms"),
            .kind = col_text(&q, "kind"), .key = col_text(&q, "key"), .note = col_text(&q, "note"),
        };
    }
    return row == ROW_FAULT ? -1 : n;
}

/* Three places of one index. Kinds that this process does not know are left to those that do. */
STMT(look,
     "SELECT EXISTS (SELECT 1 FROM jobs WHERE state < 2 AND state = 0 AND run_at_ms <= ?1"
     " AND kind IN (SELECT value FROM json_each(?2))) AS due,"
     " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND state = 0 AND run_at_ms > ?1) AS next,"
     " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND state = 1) AS lease_first,"
     " (SELECT MAX(run_at_ms) FROM jobs WHERE state < 2 AND state = 1) AS lease_last",
     .postgres =
         "SELECT CAST(EXISTS (SELECT 1 FROM jobs WHERE state < 2 AND state = 0 AND run_at_ms <= ?1"
         " AND kind = ANY(?2::text[])) AS INTEGER) AS due,"
         " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND state = 0 AND run_at_ms > ?1) AS next,"
         " (SELECT MIN(run_at_ms) FROM jobs WHERE state < 2 AND state = 1) AS lease_first,"
         " (SELECT MAX(run_at_ms) FROM jobs WHERE state < 2 AND state = 1) AS lease_last");

bool queue_look(struct tx *tx, const char *const *kinds, size_t kinds_n, int64_t at_ms, struct queue_look *out)
{
    struct query q = query(tx, &look);
    bind_i64(&q, at_ms), bind_text_list(&q, kinds, kinds_n);
    if (query_row(&q) != ROW_FOUND) return false;
    bool leased = !col_is_null(&q, "lease_first");
    *out = (struct queue_look){
        .due = col_bool(&q, "due"),
        .expired = leased && (col_i64(&q, "lease_first") <= at_ms || col_i64(&q, "lease_last") > lease_limit_ms(at_ms)),
        .next_ms = col_i64(&q, "next"),
    };
    return true;
}

/* ---- the rest of an attempt ---- */

STMT(move, "UPDATE jobs SET state = ?4, run_at_ms = ?5, ended_at_ms = ?6, error = ?7, spared = spared + ?8"
           " WHERE id = ?1 AND attempts = ?2 AND state = ?3");
STMT(revive, "UPDATE jobs SET state = 0, spared = attempts, run_at_ms = ?3, put_at_ms = ?3, deadline_ms = 0,"
             " ended_at_ms = NULL WHERE id = ?1 AND attempts = ?2 AND state = 3");
/* Fenced by what it returns: an attempt that is not ours undoes all of it. */
STMT(finish, "UPDATE jobs SET state = 2, run_at_ms = ?2, ended_at_ms = ?2, error = NULL WHERE state = 1"
             " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1)) RETURNING id, attempts",
     .postgres = "UPDATE jobs SET state = 2, run_at_ms = ?2, ended_at_ms = ?2, error = NULL WHERE state = 1"
                 " AND id = ANY((?1::text[])::bigint[]) RETURNING id, attempts");
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
    bind_i64(&q, m->at_ms), bind_text(&q, m->error), bind_bool(&q, m->spare);
    return touched(&q);
}

enum row queue_revive(struct tx *tx, int64_t id, int64_t attempt, int64_t at_ms)
{
    struct query q = query(tx, &revive);
    bind_i64(&q, id), bind_i64(&q, attempt), bind_i64(&q, at_ms);
    enum row row = touched(&q);
    if (row == ROW_FOUND) tx_notify(tx, "jobs");
    return row;
}

enum row queue_finish(struct tx *tx, struct queue_finish *list, size_t n, int64_t at_ms)
{
    assert(n > 0 && n <= QUEUE_FINISH_MAX);
    const char *ids[QUEUE_FINISH_MAX];
    for (size_t i = 0; i < n; i++) {
        ids[i] = arena_printf(tx_arena(tx), "%lld", (long long)list[i].id);
        list[i].found = false;
    }
    struct query q = query(tx, &finish);
    bind_text_list(&q, ids, n), bind_i64(&q, at_ms);
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

/* ---- a clock that was set back ---- */

/* Of a ready job, ended_at_ms is when its last attempt ended: from then, or from its put, run_at_ms counts. Nobody
 * writes a time to come there, so a row whose count begins ahead of now was written under a clock that was set back
 * since. Its count begins anew, so it is never early; an attempt or a put is late by what it had waited already. What
 * is changed is no longer ahead, so it does not matter how many processes do this, or how often.
 *
 * The look walks the ready jobs that are not due for a while (retries that wait), on a reader. */
#define AHEAD                                                                                                          \
    "jobs WHERE state < 2 AND state = 0 AND run_at_ms > ?1 AND COALESCE(ended_at_ms, put_at_ms) > ?1"
#define COUNT_ANEW                                                                                                     \
    " run_at_ms = run_at_ms - COALESCE(ended_at_ms, put_at_ms) + ?2,"                                                  \
    " deadline_ms = CASE WHEN deadline_ms > 0 AND put_at_ms > ?2 THEN deadline_ms - put_at_ms + ?2"                    \
    " ELSE deadline_ms END,"                                                                                           \
    " put_at_ms = CASE WHEN put_at_ms > ?2 THEN ?2 ELSE put_at_ms END,"                                                \
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

/* ---- purge ---- */

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
