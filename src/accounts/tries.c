/* tries.c: failed passwords, counted by address and by who tries. What strangers fail costs strangers:
 *
 *   who tries                        fills            is kept waiting by
 *   a live session                   its own count    its own count
 *   a browser that signed in before  its own count    its own count
 *   anybody else                     its network's    its network's, and that of all such networks together
 *
 * So one who knows an address delays only the networks it comes from; many networks together delay each other and a new
 * browser of the owner, who has the way by mail (mail_budgets.c), which makes that browser a known one. Counted for
 * unknown addresses too, or the limit would tell which are known. In the database, and so in all processes. Nothing is
 * ever locked for good. Rejected: one count an address (0.1.0), by which a wrong password each quarter of an hour kept
 * the owner out for as long as one liked. */
#include "accounts/private.h"

#define DELAY_FIRST_MS SECOND_MS
#define DELAY_MAX_MS (15 * MINUTE_MS)
#define FORGET_MS DAY_MS          /* without a further failure the count begins anew */
#define DRAIN_MS (15 * MINUTE_MS) /* of all networks together, one is forgotten each */
#define ALL_FREE_MS (TRIES_FREE_STRANGERS * DRAIN_MS)
#define ALL_MAX_MS (2 * ALL_FREE_MS) /* more can only come from a clock that was wrong */
#define SKEW_MS MINUTE_MS            /* clocks of two servers may differ by this */

STMT(tries_get, "SELECT source, blocked_until_ms, drained_at_ms FROM sign_in_tries WHERE address = ?1"
                " AND source IN (?2, ?3)");
STMT(tries_count, "INSERT INTO sign_in_tries (address, source, failures, last_at_ms, blocked_until_ms, drained_at_ms)"
                  " VALUES (?1, ?2, 1, ?3, 0, 0) ON CONFLICT (address, source) DO UPDATE SET last_at_ms = ?3,"
                  " failures = CASE WHEN sign_in_tries.last_at_ms < ?4 OR sign_in_tries.last_at_ms > ?5 THEN 1"
                  " ELSE sign_in_tries.failures + 1 END RETURNING failures");
STMT(tries_block, "UPDATE sign_in_tries SET blocked_until_ms = ?3 WHERE address = ?1 AND source = ?2");
STMT(tries_count_all,
     "INSERT INTO sign_in_tries (address, source, failures, last_at_ms, blocked_until_ms, drained_at_ms)"
     " VALUES (?1, '', 0, ?2, 0, ?3) ON CONFLICT (address, source) DO UPDATE SET last_at_ms = ?2,"
     " drained_at_ms = CASE WHEN sign_in_tries.drained_at_ms < ?2 OR sign_in_tries.drained_at_ms > ?4 THEN ?3"
     " ELSE sign_in_tries.drained_at_ms + ?5 END RETURNING drained_at_ms");
STMT(tries_delete, "DELETE FROM sign_in_tries WHERE address = ?1 AND source = ?2");
STMT(tries_delete_all, "DELETE FROM sign_in_tries WHERE address = ?1");

void address_hash(const char *email_key_text, char out[SHA256_HEX_SIZE]) { sha256_hex(str_of(email_key_text), out); }

bool tries_blocked_until(struct tx *tx, const struct tries *who, int64_t now_ms, int64_t *until_ms)
{
    struct query q = query(tx, &tries_get);
    bind_text(&q, who->address), bind_text(&q, who->source), bind_text(&q, who->stranger ? "" : who->source);
    *until_ms = 0;
    enum row r;
    while ((r = query_next(&q)) == ROW_FOUND) {
        bool all = col_text(&q, "source")[0] == '\0';
        int64_t drained_ms = col_i64(&q, "drained_at_ms"), until = col_i64(&q, "blocked_until_ms");
        if (all) until = drained_ms > now_ms + ALL_MAX_MS ? 0 : drained_ms - ALL_FREE_MS;
        else if (until > now_ms + DELAY_MAX_MS + SKEW_MS) until = 0; /* written while the clock was wrong */
        if (until > *until_ms) *until_ms = until;
    }
    return r == ROW_NONE;
}

static int64_t delay_ms(int64_t failures)
{
    if (failures < TRIES_FREE) return 0;
    int64_t wait_ms = DELAY_FIRST_MS;
    for (int64_t i = TRIES_FREE; i < failures && wait_ms < DELAY_MAX_MS; i++) wait_ms *= 2;
    return wait_ms < DELAY_MAX_MS ? wait_ms : DELAY_MAX_MS;
}

/* True in *crossed once, by the failure that makes all strangers wait. */
static bool count_all(struct tx *tx, const char *address, int64_t now_ms, bool *crossed)
{
    struct query q = query(tx, &tries_count_all);
    bind_text(&q, address), bind_i64(&q, now_ms), bind_i64(&q, now_ms + DRAIN_MS), bind_i64(&q, now_ms + ALL_MAX_MS);
    bind_i64(&q, DRAIN_MS);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t over = col_i64(&q, "drained_at_ms") - now_ms - ALL_FREE_MS;
    *crossed = over > 0 && over <= DRAIN_MS;
    return true;
}

bool tries_failed(struct tx *tx, const struct tries *who, int64_t now_ms, struct tries_count *out)
{
    struct query q = query(tx, &tries_count);
    bind_text(&q, who->address), bind_text(&q, who->source), bind_i64(&q, now_ms), bind_i64(&q, now_ms - FORGET_MS);
    bind_i64(&q, now_ms + SKEW_MS);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct tries_count){ .failures = col_i64(&q, "failures") };
    int64_t wait_ms = delay_ms(out->failures);
    if (wait_ms > 0) {
        struct query block = query(tx, &tries_block);
        bind_text(&block, who->address), bind_text(&block, who->source), bind_i64(&block, now_ms + wait_ms);
        if (!query_put(&block)) return false;
    }
    return !who->stranger || count_all(tx, who->address, now_ms, &out->strangers_blocked);
}

bool tries_clear(struct tx *tx, const struct tries *who)
{
    struct query q = query(tx, &tries_delete);
    bind_text(&q, who->address), bind_text(&q, who->source);
    return query_put(&q);
}

bool tries_forget(struct tx *tx, const char *address)
{
    struct query q = query(tx, &tries_delete_all);
    bind_text(&q, address);
    return query_put(&q);
}

enum row accounts_unlock(struct tx *tx, const char *email, int64_t now_ms)
{
    char key[EMAIL_KEY_SIZE], *address = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    struct user u;
    int64_t account = 0;
    email_key(email, key);
    address_hash(key, address);
    enum row known = user_by_key(tx, key, &u);
    if (known != ROW_FOUND) return known;
    if (person_home(tx, u.person.id, &account) == ROW_FAULT) return ROW_FAULT;
    const struct audit_entry e = { .action = AUDIT_account_unlocked,
                                   .account = account,
                                   .resource = "account",
                                   .resource_id = account,
                                   .at_ms = now_ms };
    bool done = tries_forget(tx, address) && mail_budget_forget(tx, address) && audit_put(tx, &e);
    return done ? ROW_FOUND : ROW_FAULT;
}
