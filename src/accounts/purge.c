/* purge.c: what nobody needs any more. Found in a read transaction, beside the writer; deleted by key, at most so many
 * a step, so that no step holds SQLite's writer for long; a full step is followed by the next one soon: rows are made
 * slower than that, since each wrong password costs argon2. Each delete asks once more whether the row is still old. */
#include "accounts/private.h"

enum { PURGE_BATCH = 256, PURGE_EVERY_MS = 120000 };

#define FIND_IN " ORDER BY 1 LIMIT 256"
#define FIND_OLDEST " ORDER BY last_at_ms LIMIT 256"
/* clang-format off */
STMT(find_sessions, "SELECT s.token_hash AS key FROM sessions s JOIN persons p ON p.id = s.person WHERE"
                    " (p.role = 2 AND (s.last_seen_at_ms <= ?1 OR s.created_at_ms <= ?3))"
                    " OR (p.role <> 2 AND (s.last_seen_at_ms <= ?2 OR s.created_at_ms <= ?4))"
                    " OR (s.ends_at_ms > 0 AND s.ends_at_ms <= ?5)" FIND_IN);
STMT(find_tokens, "SELECT token_hash AS key FROM person_tokens WHERE expires_at_ms <= ?1" FIND_IN);
STMT(find_registrations, "SELECT token_hash AS key FROM registrations WHERE expires_at_ms <= ?1"
                         " OR used_at_ms IS NOT NULL" FIND_IN);
STMT(find_invitations, "SELECT token_hash AS key FROM invitations WHERE expires_at_ms <= ?1" FIND_IN);
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
enum { PURGES = sizeof purges / sizeof purges[0] };
struct purge_work {
    int64_t now_ms;
    size_t count[PURGES];
    const char *key[PURGES][PURGE_BATCH];
};

static bool purge_find(struct tx *tx, struct purge_work *w, size_t which)
{
    const struct purge *p = &purges[which];
    struct query q = query(tx, p->find);
    if (p->find == &find_sessions) {
        bind_i64(&q, w->now_ms - session_idle_ms(ROLE_OPERATOR)),
            bind_i64(&q, w->now_ms - session_idle_ms(ROLE_MERCHANT));
        bind_i64(&q, w->now_ms - session_lifetime_ms(ROLE_OPERATOR));
        bind_i64(&q, w->now_ms - session_lifetime_ms(ROLE_MERCHANT)), bind_i64(&q, w->now_ms);
    } else {
        bind_i64(&q, w->now_ms - p->kept_ms);
    }
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
