/* purge.c: what nobody needs any more. Found in a read transaction, beside the writer; deleted by key, at most so many
 * a step, so that no step holds SQLite's writer for long; a full step is followed by the next one soon: rows are made
 * slower than that, since each wrong password costs argon2. Each delete asks once more whether the row is still old.
 *
 * Tables that have an index on their age are read from the oldest on. Sessions and tokens have none, which every
 * sign-in and every look at a page would pay for: a step goes through so many of them behind those of the step before,
 * and after the last begins anew. One that is over is refused wherever it is shown, whether its row is there or not. */
#include "accounts/private.h"

#include <pthread.h>

enum { PURGE_BATCH = 256, PURGE_WALK = 2000, PURGE_EVERY_MS = 120000 };

/* Behind the cursor (the last parameter but one), so many (the last). */
#define WALK(table, key, dead, cursor, limit)                                                                          \
    "SELECT " key " AS key, CASE WHEN " dead " THEN 1 ELSE 0 END AS dead FROM " table " WHERE " key " > " cursor       \
    " ORDER BY " key " LIMIT " limit
#define FIND_OLDEST " ORDER BY last_at_ms LIMIT 256"
/* clang-format off */
STMT(find_sessions, WALK("sessions s JOIN persons p ON p.id = s.person", "s.token_hash",
                         "(p.role = 2 AND (s.last_seen_at_ms <= ?1 OR s.created_at_ms <= ?3))"
                         " OR (p.role <> 2 AND (s.last_seen_at_ms <= ?2 OR s.created_at_ms <= ?4))"
                         " OR (s.ends_at_ms > 0 AND s.ends_at_ms <= ?5)", "?6", "?7"));
STMT(find_tokens, WALK("person_tokens", "token_hash", "expires_at_ms <= ?1", "?2", "?3"));
STMT(find_registrations, WALK("registrations", "token_hash", "expires_at_ms <= ?1 OR used_at_ms IS NOT NULL", "?2",
                              "?3"));
STMT(find_invitations, WALK("invitations", "token_hash", "expires_at_ms <= ?1", "?2", "?3"));
STMT(find_tries, "SELECT address AS key FROM sign_in_tries WHERE last_at_ms <= ?1" FIND_OLDEST);
STMT(find_trials, "SELECT address AS key FROM trials_had WHERE at_ms <= ?1 ORDER BY at_ms LIMIT 256");
STMT(find_budgets, "SELECT address AS key FROM mail_budgets WHERE last_at_ms <= ?1" FIND_OLDEST);

/* A row that somebody holds is left for the next time: it keeps none of the others. */
#define DELETE_STMT(ident, table, column, still)                                                                       \
    STMT(ident, "DELETE FROM " table " WHERE " column " IN (SELECT value FROM json_each(?1)) AND " still,              \
         .postgres = "DELETE FROM " table " WHERE " column " = ANY(ARRAY(SELECT " column " FROM " table                \
                     " WHERE " column " = ANY(?1::text[]) AND " still " FOR UPDATE SKIP LOCKED))")
/* A session that was found dead can come back only by being seen in the meantime. */
DELETE_STMT(delete_sessions, "sessions", "token_hash", "last_seen_at_ms <= ?2");
DELETE_STMT(delete_tokens, "person_tokens", "token_hash", "expires_at_ms <= ?2");
DELETE_STMT(delete_registrations, "registrations", "token_hash", "(expires_at_ms <= ?2 OR used_at_ms IS NOT NULL)");
DELETE_STMT(delete_invitations, "invitations", "token_hash", "expires_at_ms <= ?2");
DELETE_STMT(delete_tries, "sign_in_tries", "address", "last_at_ms <= ?2");
DELETE_STMT(delete_budgets, "mail_budgets", "address", "last_at_ms <= ?2");
DELETE_STMT(delete_trials, "trials_had", "address", "at_ms <= ?2");

static const struct purge { const struct stmt *find, *delete; int64_t kept_ms; /* behind its end */ } purges[] = {
    { &find_sessions, &delete_sessions, 0 },
    { &find_tokens, &delete_tokens, DAY_MS },
    { &find_registrations, &delete_registrations, REGISTRATION_KEPT_MS },
    { &find_invitations, &delete_invitations, DAY_MS },
    { &find_tries, &delete_tries, DAY_MS },
    { &find_budgets, &delete_budgets, DAY_MS },
    { &find_trials, &delete_trials, TRIAL_HAD_KEPT_MS },
};
/* clang-format on */
enum { PURGES = sizeof purges / sizeof purges[0], WALKED = 4 /* the first so many */ };

/* How far this process has gone through each. A hint: from any place all are come to. */
static struct {
    pthread_mutex_t lock;
    char key[WALKED][SHA256_HEX_SIZE];
} walked = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const char *walk_from(struct arena *a, size_t which)
{
    pthread_mutex_lock(&walked.lock);
    const char *key = arena_text(a, walked.key[which]);
    pthread_mutex_unlock(&walked.lock);
    return key;
}

static void walk_on(size_t which, const char *key)
{
    pthread_mutex_lock(&walked.lock);
    text_copy(walked.key[which], sizeof walked.key[which], key);
    pthread_mutex_unlock(&walked.lock);
}

struct purge_work {
    int64_t now_ms;
    size_t count[PURGES];
    const char *key[PURGES][PURGE_BATCH];
};

/* ROW_NONE, or a fault. */
static enum row walk(struct tx *tx, struct purge_work *w, size_t which)
{
    const struct purge *p = &purges[which];
    struct query q = query(tx, p->find);
    if (p->find == &find_sessions) {
        bind_i64(&q, w->now_ms - session_idle_ms(ROLE_OPERATOR)),
            bind_i64(&q, w->now_ms - session_idle_ms(ROLE_MERCHANT));
        bind_i64(&q, w->now_ms - session_lifetime_ms(ROLE_OPERATOR)),
            bind_i64(&q, w->now_ms - session_lifetime_ms(ROLE_MERCHANT)), bind_i64(&q, w->now_ms);
    } else {
        bind_i64(&q, w->now_ms - p->kept_ms);
    }
    bind_text(&q, walk_from(tx_arena(tx), which)), bind_i64(&q, PURGE_WALK);
    size_t seen = 0;
    const char *last = "";
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        if (w->count[which] == PURGE_BATCH) continue; /* those from here on are of the next step */
        last = col_text(&q, "key"), seen++;
        if (col_i64(&q, "dead")) w->key[which][w->count[which]++] = last;
    }
    bool whole = w->count[which] < PURGE_BATCH && seen < PURGE_WALK;
    if (r == ROW_NONE) walk_on(which, whole ? "" : last);
    return r;
}

static bool purge_find(struct tx *tx, struct purge_work *w, size_t which)
{
    if (which < WALKED) return walk(tx, w, which) == ROW_NONE;
    const struct purge *p = &purges[which];
    struct query q = query(tx, p->find);
    bind_i64(&q, w->now_ms - p->kept_ms);
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        assert(w->count[which] < PURGE_BATCH);
        w->key[which][w->count[which]++] = col_text(&q, "key");
    }
    return r == ROW_NONE;
}

static bool purge_read(struct tx *tx, struct purge_work *w)
{
    for (size_t i = 0; i < PURGES; i++)
        if (!purge_find(tx, w, i)) return false;
    return true;
}

static bool purge_delete(struct tx *tx, const struct purge_work *w)
{
    for (size_t i = 0; i < PURGES; i++) {
        if (w->count[i] == 0) continue;
        struct query q = query(tx, purges[i].delete);
        bind_text_list(&q, w->key[i], w->count[i]), bind_i64(&q, w->now_ms - purges[i].kept_ms);
        if (query_change(&q) < 0) return false;
    }
    return true;
}

static enum job_wish purge_load(struct job *job, struct tx *tx)
{
    struct purge_work *w = job->state = ARENA_NEW(job->arena, struct purge_work);
    w->now_ms = job->now_ms;
    return purge_read(tx, w) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish purge_settle(struct job *job, struct tx *tx)
{
    const struct purge_work *w = job->state;
    bool more = false;
    for (size_t i = 0; i < PURGES; i++) more |= w->count[i] == PURGE_BATCH;
    if (!purge_delete(tx, w)) return JOB_FAULT;
    if (!more) return JOB_FINISHED;
    job_again_after(job, SECOND_MS / 4);
    return JOB_NEXT;
}

/* clang-format off */
const struct job_kind accounts_purge_job = {
    .name = "accounts.purge",
    .doc = "Removes dead sessions, old tokens and registrations, counters of yesterday and trials of last year.",
    .max_attempts = 10, .backoff_first_ms = 1000, .backoff_max_ms = 60000, .every_ms = PURGE_EVERY_MS,
    .careful = true,
    .load = purge_load, .settle = purge_settle,
};
/* clang-format on */
