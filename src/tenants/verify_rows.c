/* verify_rows.c: the other rows of tenants/ on a live database: what is told to the outside, what the next charge will
 * meet, secrets, launch codes, panels, and rows whose tenant is gone. verify.c has the tenants themselves. */
#include "tenants/private.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "credits/credits.h"

enum { VERIFY_PAGE_ROWS = 200 };
#define VERIFY_SKEW_MS (10 * MINUTE_MS)

STMT(verify_told, "SELECT id, shop, account, status, generation, backend, bot_state, job, word, told,"
                  " tell_job, outside, doubt_until_ms FROM tenants WHERE id > ?1 ORDER BY id LIMIT ?2");
/* `active`: of this kind; `newer`: newer ones that are not the active one. */
STMT(verify_secret_rows,
     "SELECT s.tenant, s.kind, s.generation, s.account, s.state, s.sealed, s.key_hash, s.valid_until_ms,"
     " t.account AS owner,"
     " (SELECT COUNT(*) FROM tenant_secrets a WHERE a.tenant = s.tenant AND a.kind = s.kind AND a.state = 1) AS active,"
     " (SELECT COUNT(*) FROM tenant_secrets n WHERE n.tenant = s.tenant AND n.kind = s.kind AND n.state = 2"
     "   AND n.generation > s.generation) AS newer"
     " FROM tenant_secrets s LEFT JOIN tenants t ON t.id = s.tenant WHERE (s.tenant, s.kind, s.generation)"
     " > (?1, ?2, ?3) ORDER BY s.tenant, s.kind, s.generation LIMIT ?4");
STMT(verify_periods,
     "SELECT s.tenant, s.number, s.account, s.shop, s.status, t.account AS owner, t.shop AS its_shop"
     " FROM subscriptions s LEFT JOIN tenants t ON t.id = s.tenant WHERE (s.tenant, s.number) > (?1, ?2)"
     " ORDER BY s.tenant, s.number LIMIT ?3");
STMT(verify_moves, "SELECT m.tenant, m.version, m.account, t.account AS owner FROM tenant_moves m"
                   " LEFT JOIN tenants t ON t.id = m.tenant WHERE (m.tenant, m.version) > (?1, ?2)"
                   " ORDER BY m.tenant, m.version LIMIT ?3");
/* Codes live for a minute, so there are few. */
STMT(verify_codes, "SELECT l.shop FROM tenant_launches l LEFT JOIN tenants t ON t.shop = l.shop"
                   " WHERE t.id IS NULL OR t.account <> l.account OR l.expires_at_ms > ?1 LIMIT 64");
STMT(verify_panels,
     "SELECT p.id, p.old_until_ms, p.account, p.shop, p.merchant_id, t.account AS owner FROM panel_tenants p"
     " LEFT JOIN tenants t ON t.shop = p.shop WHERE p.id > ?1 ORDER BY p.id LIMIT ?2");

/* ---- what is told, and what will be charged ---- */

static bool is_recipe(int64_t number) { return number == 0 || recipe_of(number)->number == number; }

/* A job in a tenant's row is of its shop and of its kind; an old one may be gone. */
static const char *bad_job(struct tx *tx, int64_t id, const char *kind, int64_t shop, bool *fault)
{
    struct job_row job = { 0 };
    enum row row = id ? jobs_get(tx, id, &job) : ROW_NONE;
    *fault = row == ROW_FAULT;
    bool other = row == ROW_FOUND && (job.ref != shop || !text_eq(job.kind, kind));
    return other ? "a tenant's job is another's" : NULL;
}

/* A key that is in the ledger already makes the next enable a replay: free. */
static const char *bad_generation(struct tx *tx, const struct query *q, bool *fault)
{
    struct tenant next = { .shop = col_i64(q, "shop"), .generation = col_i64(q, "generation") + 1 };
    bool used;
    *fault = !credits_key_is_used(tx, col_i64(q, "account"), enable_key(tx_arena(tx), &next), &used);
    return !*fault && used ? "the next enable of a shop would not be charged" : NULL;
}

static const char *bad_told(const struct query *q)
{
    int64_t bot = col_i64(q, "bot_state"), outside = col_i64(q, "outside");
    if (!is_recipe(col_i64(q, "backend"))) return "a tenant's backend is unknown";
    if (bot < BOT_NONE || bot > BOT_ERROR) return "a tenant's bot is in no state";
    if (outside < OUTSIDE_NONE || outside > OUTSIDE_REMOVED) return "a tenant is nowhere outside";
    if (col_i64(q, "told") > col_i64(q, "word")) return "the outside was told what was never said";
    int64_t longest_ms = recipe_of(col_i64(q, "backend"))->doubt_ms + VERIFY_SKEW_MS;
    return col_i64(q, "doubt_until_ms") > now_ms() + longest_ms ? "a call to the outside is in doubt for ever" : NULL;
}

static const char *bad_tenant(struct tx *tx, const struct query *q, bool *fault)
{
    const char *what = bad_told(q);
    if (!what) what = bad_generation(tx, q, fault);
    if (!what && !*fault) what = bad_job(tx, col_i64(q, "tell_job"), tenants_tell_job.name, col_i64(q, "shop"), fault);
    if (!what && !*fault && col_i64(q, "status") == TENANT_PROVISIONING)
        what = bad_job(tx, col_i64(q, "job"), tenants_register_job.name, col_i64(q, "shop"), fault);
    return what;
}

bool verify_told_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_told);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_ROWS);
    enum row row = ROW_NONE;
    bool fault = false;
    while (!fault && (row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_tenant(tx, &q, &fault);
        if (what) verify_found(found, "tenant", found->cursor[0], what);
    }
    return !fault && row != ROW_FAULT;
}

/* ---- secrets, panels, codes ---- */

static const char *bad_secret(const struct query *q)
{
    int64_t state = col_i64(q, "state"), kind = col_i64(q, "kind");
    bool value = !col_is_null(q, "sealed") || !col_is_null(q, "key_hash");
    if (col_is_null(q, "owner")) return "a secret is of no tenant";
    if (col_i64(q, "owner") != col_i64(q, "account")) return "a secret is of another account";
    if (kind <= SECRET_NONE || kind >= SECRET_KIND_COUNT) return "a secret is of no kind";
    if (state <= SECRET_STATE_NONE || state > SECRET_REVOKED) return "a secret is in no state";
    if (state == SECRET_REVOKED) return value ? "a secret that was revoked is still there" : NULL;
    if (!value) return "a secret has lost its value";
    if (col_i64(q, "active") > 1) return "a tenant has two secrets of a kind";
    if (state == SECRET_ACTIVE) return col_i64(q, "newer") > 0 ? "an old secret is taken for the new one" : NULL;
    bool lasts = col_i64(q, "valid_until_ms") > now_ms() + SECRET_OVERLAP_HOURS * HOUR_MS + VERIFY_SKEW_MS;
    return lasts ? "a secret that was replaced does not end" : NULL;
}

bool verify_secret_rows_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_secret_rows);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_i64(&q, found->cursor[2]);
    bind_i64(&q, VERIFY_PAGE_ROWS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "tenant"), found->cursor[1] = col_i64(&q, "kind");
        found->cursor[2] = col_i64(&q, "generation");
        const char *what = bad_secret(&q);
        if (what) verify_found(found, "tenant", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* Its shop and its chat are in the account of its merchant, and of no other's. */
static const char *bad_panel(struct tx *tx, const struct query *q, bool *fault)
{
    int64_t account = col_i64(q, "account"), shop = col_i64(q, "shop"), panel;
    const char *merchant;
    if (col_i64(q, "old_until_ms") > now_ms() + SECRET_OVERLAP_HOURS * HOUR_MS + VERIFY_SKEW_MS)
        return "a secret that was replaced does not end";
    if ((account > 0) != (shop > 0)) return "a panel's shop has an account without a chat, or the other way round";
    if (account == 0) return NULL;
    if (col_is_null(q, "owner") || col_i64(q, "owner") != account) return "a panel's shop has another's chat";
    *fault = !panels_account(tx, account, &panel, &merchant);
    bool its_own = !*fault && panel == PANEL_ONE && text_eq(merchant, col_text(q, "merchant_id"));
    return *fault || its_own ? NULL : "a panel's shop is in the account of another merchant";
}

bool verify_codes_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_codes);
    bind_i64(&q, now_ms() + LAUNCH_TTL_S * SECOND_MS + VERIFY_SKEW_MS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        verify_found(found, "shop", col_i64(&q, "shop"), "a launch code is of another's chatbot, or does not end");
    if (row == ROW_FAULT) return false;
    q = query(tx, &verify_panels);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_ROWS);
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        bool fault = false;
        const char *what = bad_panel(tx, &q, &fault);
        if (fault) return false;
        if (what) verify_found(found, "panel tenant", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

/* ---- what hangs on a tenant ---- */

static const char *bad_period(const struct query *q)
{
    int64_t status = col_i64(q, "status");
    if (col_is_null(q, "owner")) return "a subscription is of no tenant";
    if (col_i64(q, "owner") != col_i64(q, "account") || col_i64(q, "its_shop") != col_i64(q, "shop"))
        return "a subscription is of another shop";
    return status <= SUBSCRIPTION_NONE || status >= SUBSCRIPTION_STATUS_COUNT ? "a subscription is in no state" : NULL;
}

static const char *bad_move(const struct query *q)
{
    if (col_is_null(q, "owner")) return "a history is of no tenant";
    return col_i64(q, "owner") != col_i64(q, "account") ? "a history is of another account" : NULL;
}

/* First all subscriptions, then all moves. */
bool verify_hanging_piece(struct tx *tx, struct verify_piece *found)
{
    bool moves = found->cursor[2] > 0, any = false;
    struct query q = query(tx, moves ? &verify_moves : &verify_periods);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_i64(&q, VERIFY_PAGE_ROWS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        any = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "tenant"), found->cursor[1] = col_i64(&q, moves ? "version" : "number");
        const char *what = moves ? bad_move(&q) : bad_period(&q);
        if (what) verify_found(found, "tenant", found->cursor[0], what);
    }
    if (!any && !moves) found->cursor[0] = found->cursor[1] = 0, found->cursor[2] = 1;
    found->more = any || !moves;
    return row != ROW_FAULT;
}
