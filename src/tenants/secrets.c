/* secrets.c: what a shop signs with. `sso` and `webhook` are 256 random bits, sealed under the tenant's id and the
 * kind; the service key is stored as a hash. Each is shown once; a rotation leaves the old one valid for 24 hours.
 *
 * With an outside backend a new secret is `delivered` only when that server has confirmed it: until then tokens are
 * signed with the old one, and the old one does not end. Two at a time is the most, so a second rotation waits; but
 * only while a job is at it. When that has given up, the next rotation replaces the secret which nobody confirmed. */
#include "tenants/private.h"

#include "outbound/webhook.h"

#include "base/clock.h"
#include "base/jwt.h"
#include "base/random.h"
#include <stdio.h>

enum { WEBHOOK_KEY_BYTES = 32, SECRET_HINT_CHARS = 4 };

static_assert(SECRET_SERVICE == 3 && SECRET_REVOKED == 3, "tenant_secrets.kind and .state are stored");

/* Also the purpose under which they are sealed: never rename. */
static const char *const kind_names[SECRET_KIND_COUNT] = { "none", "sso", "webhook", "service" };

STMT(add, "INSERT INTO tenant_secrets (tenant, kind, generation, account, state, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, valid_until_ms) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, 0)");
/* Both first secrets of a tenant in one statement. */
STMT(add_pair,
     "INSERT INTO tenant_secrets (tenant, kind, generation, account, state, delivered, sealed, key_hash, hint,"
     " created_at_ms, shown_at_ms, valid_until_ms) VALUES (?1, 1, 1, ?2, 1, 1, ?3, NULL, ?4, ?7, 0, 0),"
     " (?1, 2, 1, ?2, 1, 1, ?5, NULL, ?6, ?7, 0, 0)");
STMT(list, "SELECT kind, generation, state, delivered, sealed, hint, created_at_ms, shown_at_ms, valid_until_ms"
           " FROM tenant_secrets WHERE tenant = ?1 AND state < 3 ORDER BY kind, generation DESC LIMIT 6");
STMT(last_generation, "SELECT MAX(generation) AS newest FROM tenant_secrets WHERE tenant = ?1 AND kind = ?2");
STMT(show,
     "UPDATE tenant_secrets SET shown_at_ms = ?4 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3 AND state = 1"
     " AND shown_at_ms = 0");
STMT(make_previous,
     "UPDATE tenant_secrets SET state = 2, valid_until_ms = ?4 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3"
     " AND state = 1");
STMT(revoke, "UPDATE tenant_secrets SET state = 3, sealed = NULL, key_hash = NULL WHERE tenant = ?1 AND kind = ?2"
             " AND generation = ?3");
STMT(extend, "UPDATE tenant_secrets SET valid_until_ms = ?4 WHERE tenant = ?1 AND kind = ?2 AND generation = ?3");
STMT(erase, "UPDATE tenant_secrets SET state = 3, sealed = NULL, key_hash = NULL WHERE tenant = ?1 AND state < 3");
STMT(deliver,
     "UPDATE tenant_secrets SET delivered = 1 WHERE tenant = ?1 AND kind = ?2 AND generation <= ?3 AND delivered = 0");
STMT(shop_of_key, "SELECT t.shop, t.account, t.status, s.state, s.valid_until_ms FROM tenant_secrets s JOIN tenants t "
                  "ON t.id = s.tenant"
                  " WHERE s.key_hash = ?1 AND s.state < 3 AND t.shop_deleted = 0");

const char *secret_kind_name(enum secret_kind kind)
{
    assert((unsigned)kind < SECRET_KIND_COUNT);
    return kind_names[kind];
}

void secret_kind_json(struct json *j, const void *arg)
{
    json_text(j, "kind", kind_names[*(const enum secret_kind *)arg]);
}

/* ---- making, sealing and opening ---- */

void secret_make(enum secret_kind kind, char out[SECRET_TEXT_SIZE])
{
    char token[TOKEN_TEXT_SIZE];
    uint8_t key[WEBHOOK_KEY_BYTES];
    if (kind == SECRET_WEBHOOK) { /* standard base64 behind whsec_: contracts of identity, 9.1 */
        random_bytes(key, sizeof key);
        memcpy(out, "whsec_", 6);
        base64_encode(key, sizeof key, out + 6);
        wipe(key, sizeof key);
        return;
    }
    random_token(token);
    snprintf(out, SECRET_TEXT_SIZE, "%s%s", kind == SECRET_SERVICE ? "chsk_" : "", token);
    wipe(token, sizeof token);
}

struct str secret_owner(struct arena *a, int64_t tenant)
{
    return str_of(arena_printf(a, "tenant:%lld", (long long)tenant));
}

struct str secret_purpose(enum secret_kind kind) { return str_of(kind_names[kind]); }

static struct sealed seal_secret(struct arena *a, int64_t tenant, enum secret_kind kind, const char *text)
{
    return seal(tenants_settings.keyring, a, secret_owner(a, tenant), secret_purpose(kind), str_of(text));
}

bool secret_open(struct arena *a, int64_t tenant, enum secret_kind kind, struct str sealed, struct str *out)
{
    if (!sealed.p) return false;
    uint8_t *bytes = arena_copy(a, sealed.p, sealed.n);
    return unseal(tenants_settings.keyring, a, secret_owner(a, tenant), secret_purpose(kind),
                  (struct sealed){ bytes, sealed.n }, out);
}

/* The last characters, so that a person can tell two apart. Base64 padding says nothing: the ones before it. */
static const char *hint_of(struct arena *a, const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '=') n--;
    assert(n >= SECRET_HINT_CHARS);
    return arena_text_n(a, text + n - SECRET_HINT_CHARS, SECRET_HINT_CHARS);
}

bool secret_add(struct tx *tx, const struct tenant *t, enum secret_kind kind, int64_t generation, const char *text,
                bool delivered, bool shown, int64_t now_ms)
{
    struct arena *a = tx_arena(tx);
    struct sealed sealed = { 0 };
    char *hash = NULL;
    if (kind == SECRET_SERVICE) {
        hash = arena_alloc(a, SHA256_HEX_SIZE);
        sha256_hex(str_of(text), hash);
    } else {
        sealed = seal_secret(a, t->id, kind, text);
    }
    struct query q = query(tx, &add);
    bind_i64(&q, t->id), bind_i64(&q, kind), bind_i64(&q, generation), bind_i64(&q, t->account);
    bind_bool(&q, delivered);
    bind_blob(&q, sealed.p, sealed.n), bind_text(&q, hash), bind_text(&q, hint_of(a, text)), bind_i64(&q, now_ms);
    bind_i64(&q, shown ? now_ms : 0);
    return query_put(&q);
}

static bool add_both(struct tx *tx, const struct tenant *t, int64_t now_ms)
{
    struct arena *a = tx_arena(tx);
    char sso[SECRET_TEXT_SIZE], webhook[SECRET_TEXT_SIZE];
    secret_make(SECRET_SSO, sso);
    secret_make(SECRET_WEBHOOK, webhook);
    struct sealed first = seal_secret(a, t->id, SECRET_SSO, sso),
                  second = seal_secret(a, t->id, SECRET_WEBHOOK, webhook);
    struct query q = query(tx, &add_pair);
    bind_i64(&q, t->id), bind_i64(&q, t->account), bind_blob(&q, first.p, first.n), bind_text(&q, hint_of(a, sso));
    bind_blob(&q, second.p, second.n), bind_text(&q, hint_of(a, webhook)), bind_i64(&q, now_ms);
    wipe(sso, sizeof sso);
    wipe(webhook, sizeof webhook);
    return query_put(&q);
}

bool secrets_list(struct tx *tx, int64_t tenant, struct secret out[SECRETS_MAX], size_t *count)
{
    struct query q = query(tx, &list);
    bind_i64(&q, tenant);
    enum row row;
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND && *count < SECRETS_MAX)
        out[(*count)++] =
            (struct secret){ .kind = (enum secret_kind)col_state(&q, "kind", SECRET_SSO, SECRET_SERVICE),
                             .state = (enum secret_state)col_state(&q, "state", SECRET_ACTIVE, SECRET_REVOKED),
                             .generation = col_i64(&q, "generation"),
                             .created_at_ms = col_i64(&q, "created_at_ms"),
                             .shown_at_ms = col_i64(&q, "shown_at_ms"),
                             .valid_until_ms = col_i64(&q, "valid_until_ms"),
                             .delivered = col_bool(&q, "delivered"),
                             .hint = col_text(&q, "hint"),
                             .sealed = col_str(&q, "sealed") };
    return row != ROW_FAULT;
}

const struct secret *secret_newest(const struct secret *s, size_t count, enum secret_kind kind, bool delivered)
{
    for (size_t i = 0; i < count; i++) /* newest first within a kind */
        if (s[i].kind == kind && (s[i].delivered || !delivered)) return &s[i];
    return NULL;
}

bool secret_next_generation(struct tx *tx, int64_t tenant, enum secret_kind kind, int64_t *out)
{
    struct query q = query(tx, &last_generation);
    bind_i64(&q, tenant), bind_i64(&q, kind);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "newest") + 1;
    return true;
}

bool secrets_ensure(struct tx *tx, const struct tenant *t, int64_t now_ms)
{
    if (t->version == 1) return add_both(tx, t, now_ms); /* the tenant is new in this transaction */
    struct secret have[SECRETS_MAX];
    size_t count;
    if (!secrets_list(tx, t->id, have, &count)) return false;
    for (enum secret_kind kind = SECRET_SSO; kind <= SECRET_WEBHOOK; kind++) {
        char text[SECRET_TEXT_SIZE];
        int64_t generation;
        if (secret_newest(have, count, kind, false)) continue;
        secret_make(kind, text);
        bool good = secret_next_generation(tx, t->id, kind, &generation) &&
                    secret_add(tx, t, kind, generation, text, true, false, now_ms);
        wipe(text, sizeof text);
        if (!good) return false;
    }
    return true;
}

bool secrets_erase(struct tx *tx, int64_t tenant)
{
    struct query q = query(tx, &erase);
    bind_i64(&q, tenant);
    return query_put(&q);
}

bool secrets_delivered(struct tx *tx, int64_t tenant, enum secret_kind kind, int64_t generation)
{
    struct query q = query(tx, &deliver);
    bind_i64(&q, tenant), bind_i64(&q, kind), bind_i64(&q, generation);
    return query_put(&q);
}

static bool change_one(struct tx *tx, const struct stmt *s, int64_t tenant, const struct secret *which, int64_t at_ms)
{
    struct query q = query(tx, s);
    bind_i64(&q, tenant), bind_i64(&q, which->kind), bind_i64(&q, which->generation);
    if (at_ms) bind_i64(&q, at_ms);
    return query_change(&q) == 1;
}

bool secret_mark_shown(struct tx *tx, int64_t tenant, const struct secret *s, int64_t now_ms)
{
    return change_one(tx, &show, tenant, s, now_ms);
}

bool secret_make_previous(struct tx *tx, int64_t tenant, const struct secret *s, int64_t until_ms)
{
    return change_one(tx, s->state == SECRET_ACTIVE ? &make_previous : &extend, tenant, s, until_ms);
}

bool secret_revoke(struct tx *tx, int64_t tenant, const struct secret *s)
{
    return change_one(tx, &revoke, tenant, s, 0);
}

/* ---- hook of accounts ---- */

const char *const tenants_key_scopes[] = { KEY_SCOPE_SSO, KEY_SCOPE_KNOWLEDGE, KEY_SCOPE_CHAT, NULL };

enum row tenants_shop_key(struct tx *tx, struct str key, int64_t *shop, int64_t *account)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    if (!str_starts(key, STR("chsk_"))) return ROW_NONE;
    sha256_hex(key, hash);
    struct query q = query(tx, &shop_of_key);
    bind_text(&q, hash);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    if (col_i64(&q, "state") == SECRET_PREVIOUS && col_i64(&q, "valid_until_ms") <= now_ms()) return ROW_NONE;
    *shop = col_i64(&q, "shop");
    *account = col_i64(&q, "account");
    if (col_i64(&q, "status") == TENANT_ACTIVE) return ROW_FOUND; /* nothing more is looked up where it is hot */
    struct shop s;
    row = shops_get(tx, *shop, &s);
    return row == ROW_FOUND && s.status == SHOP_SUSPENDED ? ROW_NONE : row;
}

/* ---- for those who verify what comes in a shop's name ---- */

enum row tenant_at_the_door(struct tx *tx, int64_t shop, struct tenant *t)
{
    struct tenants_owner alive;
    enum row row = tenants_of_shop(tx, shop, t);
    if (row == ROW_FOUND && (t->status != TENANT_ACTIVE || t->shop_deleted)) row = ROW_NONE;
    return row == ROW_FOUND ? tenants_hooks.owner(tx, t->account, &alive) : row;
}

/* The shop's server knows the one that its panel gave it. */
static bool panel_webhook(struct tx *tx, int64_t shop, struct arena *a, struct webhook_secrets *out)
{
    struct panel_tenant p;
    enum row row = panel_rows_of_shop(tx, shop, &p);
    assert(out->count < WEBHOOK_SECRETS_MAX);
    if (row == ROW_FOUND && panel_rows_open(a, p.shop_id, PANEL_WEBHOOK, p.webhook_sealed, &out->secret[out->count]))
        out->count++;
    return row != ROW_FAULT;
}

/* After what *out has already. */
static enum row own_webhook(struct tx *tx, const struct tenant *t, int64_t now_ms, struct arena *a,
                            struct webhook_secrets *out)
{
    struct secret have[SECRETS_MAX];
    size_t count;
    if (!secrets_list(tx, t->id, have, &count)) return ROW_FAULT;
    for (size_t i = 0; i < count && out->count < WEBHOOK_SECRETS_MAX; i++) {
        bool over = have[i].state == SECRET_PREVIOUS && have[i].valid_until_ms <= now_ms;
        if (have[i].kind == SECRET_WEBHOOK && !over &&
            secret_open(a, t->id, SECRET_WEBHOOK, have[i].sealed, &out->secret[out->count]))
            out->count++;
    }
    return out->count > 0 ? ROW_FOUND : ROW_NONE;
}

enum row tenants_own_webhook_secrets(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a,
                                     struct webhook_secrets *out, int64_t *account)
{
    struct tenant t;
    *out = (struct webhook_secrets){ .count = 0 };
    enum row row = tenant_at_the_door(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    *account = t.account;
    return own_webhook(tx, &t, now_ms, a, out);
}

enum row tenants_webhook_secrets(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a,
                                 struct webhook_secrets *out, int64_t *account)
{
    struct tenant t;
    *out = (struct webhook_secrets){ .count = 0 };
    enum row row = tenant_at_the_door(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    *account = t.account;
    if (!panel_webhook(tx, shop, a, out)) return ROW_FAULT;
    return own_webhook(tx, &t, now_ms, a, out);
}

enum row tenants_shop_token_keys(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a, struct jwt_keys *out)
{
    struct tenant t;
    struct secret have[SECRETS_MAX];
    size_t count;
    *out = (struct jwt_keys){ 0 };
    enum row row = tenant_at_the_door(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    struct panel_tenant p;
    if (!secrets_list(tx, t.id, have, &count)) return ROW_FAULT;
    row = panel_rows_of_shop(tx, shop, &p);
    if (row == ROW_FAULT) return row;
    if (row == ROW_FOUND) panel_rows_keys(a, &p, now_ms, out);
    for (size_t i = 0; i < count && out->count < JWT_MAX_KEYS; i++) {
        struct str secret;
        bool over = have[i].state == SECRET_PREVIOUS && have[i].valid_until_ms <= now_ms;
        if (have[i].kind != SECRET_SSO || over || !secret_open(a, t.id, SECRET_SSO, have[i].sealed, &secret)) continue;
        const char *kid = arena_printf(a, "k%lld", (long long)have[i].generation);
        out->key[out->count].kid = str_of(kid), out->key[out->count++].secret = secret;
    }
    return out->count > 0 ? ROW_FOUND : ROW_NONE;
}
