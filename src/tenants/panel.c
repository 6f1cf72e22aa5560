/* panel.c: the chatbot-node contract, as the built-in backend answers it: an outside panel registers its shops here,
 * and the holder of a panel SSO token reads and changes a shop's configuration. An outside store cannot tell us from
 * the server it knew.
 *
 * Two kinds of tenant answer to the same addresses: our own shops (secrets of secrets.c) and those of a panel. A
 * panel's shop may be called as one of ours will be called later, so a token is tried with the keys of both, and the
 * key that fits decides. The register route does not exist while no secret is set. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/jwt.h"
#include "base/random.h"
#include "http/events.h"

enum { PANEL_ONE = 1, TOKEN_LEEWAY_S = 30, TOKEN_LIFETIME_S = 3600, BOT_BYTES = 12 };

const char *const sync_scope_names[] = { "products", "orders", "promotions", NULL };
static_assert(ARRAY_LEN(sync_scope_names) == SYNC_SCOPES + 1, "private.h says how many");

#define PANEL_COLUMNS                                                                                                  \
    "id, shop_id, merchant_id, instance_url, name, logo_url, bot_id, sync_scopes, sso_sealed, webhook_sealed,"         \
    " old_sso_sealed, old_until_ms, created_at_ms, updated_at_ms"
#define PANEL_GET "SELECT " PANEL_COLUMNS " FROM panel_tenants WHERE panel = ?1 AND shop_id = ?2"
STMT(panel_get, PANEL_GET);
STMT(panel_get_locked, PANEL_GET, .postgres = PANEL_GET " FOR UPDATE");
/* clang-format off */
STMT(panel_add,
     "INSERT INTO panel_tenants (panel, shop_id, merchant_id, instance_url, name, logo_url, bot_id, sync_scopes,"
     " sso_sealed, webhook_sealed, old_until_ms, created_at_ms, updated_at_ms)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', ?8, ?9, 0, ?10, ?10) RETURNING id");
STMT(panel_change,
     "UPDATE panel_tenants SET merchant_id = ?2, instance_url = ?3, name = ?4, logo_url = ?5, sso_sealed = ?6,"
     " webhook_sealed = ?7, old_sso_sealed = ?8, old_until_ms = ?9, updated_at_ms = ?10 WHERE id = ?1");
STMT(panel_config,
     "UPDATE panel_tenants SET name = ?2, logo_url = ?3, sync_scopes = ?4, updated_at_ms = ?5 WHERE id = ?1");

/* What both kinds of tenant look like to the outside. */
struct guest {
    int64_t id, created_at_ms, updated_at_ms;
    const char *shop_id, *merchant_id, *instance_url, *name, *logo_url, *bot_id, *sync_scopes;
    bool ours;
    struct tenant t;                 /* when ours */
    struct str sso_sealed, webhook_sealed, old_sso_sealed;   /* when a panel's */
    int64_t old_until_ms;
};
/* clang-format on */

/* ---- JSON ---- */

static void config_json(struct json *j, const void *arg)
{
    const struct guest *g = arg;
    json_i64(j, "id", g->id);
    json_text(j, "shopId", g->shop_id);
    json_text(j, "name", g->name);
    json_text(j, "logoUrl", g->logo_url);
    json_text(j, "botId", g->bot_id);
    tenants_scopes_json(j, g->sync_scopes);
    json_time(j, "createdAt", g->created_at_ms);
    json_time(j, "updatedAt", g->updated_at_ms);
}

static void registered_json(struct json *j, const void *arg)
{
    const struct guest *g = arg;
    json_object(j, "tenant");
    json_i64(j, "id", g->id);
    json_text(j, "shopId", g->shop_id);
    json_text(j, "merchantId", g->merchant_id);
    json_text(j, "instanceUrl", g->instance_url);
    json_text(j, "status", "active");
    json_end(j);
    json_object(j, "config");
    config_json(j, g);
    json_end(j);
}

/* ---- rows ---- */

static enum row panel_tenant(struct tx *tx, const struct stmt *s, const char *shop_id, struct guest *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, PANEL_ONE), bind_text(&q, shop_id);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    *out = (struct guest){ .id = col_i64(&q, "id"),
                           .shop_id = col_text(&q, "shop_id"),
                           .merchant_id = col_text(&q, "merchant_id"),
                           .instance_url = col_text(&q, "instance_url"),
                           .name = col_text(&q, "name"),
                           .logo_url = col_text(&q, "logo_url"),
                           .bot_id = col_text(&q, "bot_id"),
                           .sync_scopes = col_text(&q, "sync_scopes"),
                           .sso_sealed = col_str(&q, "sso_sealed"),
                           .webhook_sealed = col_str(&q, "webhook_sealed"),
                           .old_sso_sealed = col_str(&q, "old_sso_sealed"),
                           .old_until_ms = col_i64(&q, "old_until_ms"),
                           .created_at_ms = col_i64(&q, "created_at_ms"),
                           .updated_at_ms = col_i64(&q, "updated_at_ms") };
    return ROW_FOUND;
}

struct str panel_owner(struct arena *a, const char *shop_id)
{
    return str_of(arena_printf(a, "panel:%d:%s", PANEL_ONE, shop_id));
}

static struct sealed seal_text(struct arena *a, const char *shop_id, const char *purpose, const char *text)
{
    return seal(tenants_settings.keyring, a, panel_owner(a, shop_id), str_of(purpose), str_of(text));
}

static bool open_text(struct arena *a, const char *shop_id, const char *purpose, struct str sealed, struct str *out)
{
    if (!sealed.p) return false;
    return unseal(tenants_settings.keyring, a, panel_owner(a, shop_id), str_of(purpose),
                  (struct sealed){ arena_copy(a, sealed.p, sealed.n), sealed.n }, out);
}

/* ---- register ---- */

static bool knows_secret(const struct req *req)
{
    struct str given = req_header(req, "x-shopsaas-secret"), right = str_of(tenants_settings.panel_secret);
    uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
    if (!given.p || right.n == 0) return false;
    sha256(given.p, given.n, a); /* of equal length, whatever was given */
    sha256(right.p, right.n, b);
    return equal_constant_time(a, b, sizeof a);
}

static bool add_panel_tenant(struct req *req, const struct post_register *in, struct guest *g)
{
    struct arena *a = req->arena;
    uint8_t random[BOT_BYTES];
    char *bot = arena_alloc(a, 4 + sizeof random * 2 + 1);
    random_bytes(random, sizeof random);
    memcpy(bot, "bot_", 4);
    hex_encode(random, sizeof random, bot + 4);
    struct sealed sso = seal_text(a, in->shopId, "sso", in->ssoSharedSecret);
    struct sealed webhook = seal_text(a, in->shopId, "webhook", in->webhookSecret);
    *g = (struct guest){ .shop_id = in->shopId,
                         .merchant_id = in->merchantId,
                         .instance_url = in->instanceUrl,
                         .name = in->botName ? in->botName : in->shopId,
                         .logo_url = in->logoUrl,
                         .bot_id = bot,
                         .sync_scopes = "",
                         .created_at_ms = req->now_ms,
                         .updated_at_ms = req->now_ms };
    struct query q = query(req->tx, &panel_add);
    bind_i64(&q, PANEL_ONE), bind_text(&q, g->shop_id), bind_text(&q, g->merchant_id), bind_text(&q, g->instance_url);
    bind_text(&q, g->name), bind_text(&q, g->logo_url), bind_text(&q, g->bot_id), bind_blob(&q, sso.p, sso.n);
    bind_blob(&q, webhook.p, webhook.n), bind_i64(&q, req->now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    g->id = col_i64(&q, "id");
    return true;
}

/* The same secrets again change nothing but words; another SSO secret replaces the old one, which stays valid a day. */
static bool change_panel_tenant(struct req *req, const struct post_register *in, struct guest *g, bool *changed)
{
    struct arena *a = req->arena;
    struct str sso = { 0 }, webhook = { 0 };
    bool same_sso = open_text(a, g->shop_id, "sso", g->sso_sealed, &sso) && str_eq(sso, str_of(in->ssoSharedSecret));
    bool same_webhook =
        open_text(a, g->shop_id, "webhook", g->webhook_sealed, &webhook) && str_eq(webhook, str_of(in->webhookSecret));
    const char *name = in->botName ? in->botName : g->name, *logo = in->logoUrl ? in->logoUrl : g->logo_url;
    if (same_sso && same_webhook && text_eq(name, g->name) && text_eq(logo, g->logo_url) &&
        text_eq(in->merchantId, g->merchant_id) && text_eq(in->instanceUrl, g->instance_url)) {
        *changed = false;
        return true;
    }
    if (!same_sso) {
        struct sealed fresh = seal_text(a, g->shop_id, "sso", in->ssoSharedSecret);
        g->old_sso_sealed = g->sso_sealed;
        g->old_until_ms = req->now_ms + SECRET_OVERLAP_HOURS * HOUR_MS;
        g->sso_sealed = (struct str){ (const char *)fresh.p, fresh.n };
    }
    if (!same_webhook) {
        struct sealed fresh = seal_text(a, g->shop_id, "webhook", in->webhookSecret);
        g->webhook_sealed = (struct str){ (const char *)fresh.p, fresh.n };
    }
    g->name = name, g->logo_url = logo, g->merchant_id = in->merchantId, g->instance_url = in->instanceUrl;
    g->updated_at_ms = req->now_ms;
    struct query q = query(req->tx, &panel_change);
    bind_i64(&q, g->id), bind_text(&q, g->merchant_id), bind_text(&q, g->instance_url), bind_text(&q, g->name);
    bind_text(&q, g->logo_url), bind_blob(&q, g->sso_sealed.p, g->sso_sealed.n);
    bind_blob(&q, g->webhook_sealed.p, g->webhook_sealed.n), bind_blob(&q, g->old_sso_sealed.p, g->old_sso_sealed.n);
    bind_i64(&q, g->old_until_ms), bind_i64(&q, req->now_ms);
    return query_change(&q) == 1;
}

/* Letters, digits and a few marks: the id stands in paths and tokens. */
static bool is_plain_id(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")] == '\0';
}

static void register_details(struct json *j, const void *arg) { json_text(j, "shopId", arg); }

enum answer run_panel_register(struct req *req)
{
    const struct post_register *in = req->body;
    struct guest g = { 0 };
    struct shop shop;
    if (!tenants_settings.panel_secret) return reply_problem(req, &problem_not_found);
    if (!knows_secret(req)) return reply_problem(req, &problem_bad_token);
    if (!is_plain_id(in->shopId)) return reply_fields(req, "shopId", "format");
    int64_t own = shop_of_public_id(str_of(in->shopId));
    enum row row = own ? shops_get(req->tx, own, &shop) : ROW_NONE;
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) return reply_problem(req, &problem_shop_is_ours);
    row = panel_tenant(req->tx, &panel_get_locked, in->shopId, &g);
    if (row == ROW_FAULT) return reply_fault(req);
    bool changed = true; /* what is so already leaves no row in the trail */
    bool good = row == ROW_NONE ? add_panel_tenant(req, in, &g) : change_panel_tenant(req, in, &g, &changed);
    if (good && changed)
        good = audit_request(req, AUDIT_tenant_registered, 0, "panel_tenant", g.id, register_details, in->shopId);
    if (!good) return reply_fault(req);
    return reply_json(req, 200, registered_json, &g);
}

/* ---- the token ---- */

struct keys_of {
    struct req *req;
    bool ours, fault;
    struct guest *g;
};

static bool add_key(struct jwt_keys *keys, struct str kid, struct str secret)
{
    if (keys->count == JWT_MAX_KEYS) return false;
    keys->key[keys->count].kid = kid;
    keys->key[keys->count++].secret = secret;
    return true;
}

static bool own_keys(struct keys_of *k, struct str owner, struct jwt_keys *out)
{
    struct tx *tx = k->req->tx;
    struct arena *a = k->req->arena;
    struct secret have[SECRETS_MAX];
    size_t count = 0;
    int64_t shop = shop_of_public_id(owner);
    struct guest *g = k->g;
    enum row row = shop ? tenants_of_shop(tx, shop, &g->t) : ROW_NONE;
    /* A shop that is gone, unpaid or off has no chat to configure (D-27). */
    if (row == ROW_FOUND && !entitlement_serves(&g->t)) row = ROW_NONE;
    /* Nor has an account that is disabled: every way in asks that, also one without a session. */
    struct tenants_owner alive;
    if (row == ROW_FOUND) row = tenants_hooks.owner(tx, g->t.account, &alive);
    if (row == ROW_FOUND && !secrets_list(tx, g->t.id, have, &count)) row = ROW_FAULT;
    k->fault = row == ROW_FAULT;
    if (row != ROW_FOUND) return false;
    *g = (struct guest){ .id = g->t.id,
                         .shop_id = arena_text_n(a, owner.p, owner.n),
                         .name = g->t.bot_name,
                         .logo_url = g->t.logo_url,
                         .bot_id = g->t.bot_id,
                         .sync_scopes = g->t.sync_scopes,
                         .created_at_ms = g->t.created_at_ms,
                         .updated_at_ms = g->t.updated_at_ms,
                         .ours = true,
                         .t = g->t };
    for (size_t i = 0; i < count; i++) {
        struct str text;
        bool over = have[i].state == SECRET_PREVIOUS && have[i].valid_until_ms <= k->req->now_ms;
        if (have[i].kind != SECRET_SSO || over || !secret_open(a, g->id, SECRET_SSO, have[i].sealed, &text)) continue;
        if (!add_key(out, str_of(arena_printf(a, "k%lld", (long long)have[i].generation)), text)) break;
    }
    return out->count > 0;
}

static bool panel_keys(struct keys_of *k, struct str owner, struct jwt_keys *out)
{
    struct arena *a = k->req->arena;
    struct str text;
    enum row row = panel_tenant(k->req->tx, &panel_get, arena_text_n(a, owner.p, owner.n), k->g);
    k->fault = row == ROW_FAULT;
    if (row != ROW_FOUND) return false;
    /* The panel names its keys as it likes, or not at all: no kid. */
    if (open_text(a, k->g->shop_id, "sso", k->g->sso_sealed, &text)) (void)add_key(out, (struct str){ 0 }, text);
    int64_t now_ms = k->req->now_ms, until_ms = k->g->old_until_ms;
    bool old_holds = until_ms > now_ms && until_ms <= time_latest_end(now_ms, SECRET_OVERLAP_HOURS * HOUR_MS);
    if (old_holds && open_text(a, k->g->shop_id, "sso", k->g->old_sso_sealed, &text))
        (void)add_key(out, (struct str){ 0 }, text);
    return out->count > 0;
}

static bool find_keys(void *arg, struct str owner, struct jwt_keys *out)
{
    struct keys_of *k = arg;
    if (memchr(owner.p, '\0', owner.n)) return false;
    return k->ours ? own_keys(k, owner, out) : panel_keys(k, owner, out);
}

/* Whose token it is. ANSWER_GO_ON: *g is that tenant, and the path names it. */
static enum answer authorise(struct req *req, bool writes, struct guest *g)
{
    struct str token = req_bearer(req);
    struct jwt_claims claims = { 0 };
    enum jwt_verdict verdict = JWT_MALFORMED;
    if (!token.p) return reply_problem(req, &problem_bad_token);
    for (int ours = 1; ours >= 0 && verdict != JWT_OK; ours--) {
        struct keys_of k = { .req = req, .ours = ours == 1, .g = g };
        const struct jwt_profile profile = { .key_claim = "shopId",
                                             .issuer = STR("shopsaas"),
                                             .audience = STR("chatbot-node"),
                                             .leeway_s = TOKEN_LEEWAY_S,
                                             .max_lifetime_s = TOKEN_LIFETIME_S,
                                             .roles = sso_role_names,
                                             .keys = find_keys,
                                             .arg = &k };
        *g = (struct guest){ 0 };
        verdict = jwt_verify(req->arena, token, &profile, req->now_ms / 1000, &claims);
        if (k.fault) return reply_fault(req);
    }
    if (verdict != JWT_OK) return reply_problem(req, &problem_bad_token);
    if (!str_eq(claims.owner, str_of(((const struct path_panel *)req->path)->shopId)))
        return reply_problem(req, &problem_wrong_shop_token);
    if (writes && !str_eq(claims.role, STR("admin"))) return reply_problem(req, &problem_read_only_token);
    return ANSWER_GO_ON;
}

enum answer tenants_sso_caller(struct req *req, bool writes, struct sso_caller *out)
{
    struct guest g = { 0 };
    struct shop shop;
    int64_t own = shop_of_public_id(str_of(((const struct path_panel *)req->path)->shopId));
    if (own && writes && shops_locked(req->tx, own, &shop) == ROW_FAULT) return reply_fault(req);
    enum answer go_on = authorise(req, writes, &g);
    if (go_on != ANSWER_GO_ON) return go_on;
    if (!g.ours) return reply_problem(req, &problem_not_found);
    *out = (struct sso_caller){ g.t.shop, g.t.account };
    return writes ? req_count_change(req, COUNTED_ACCOUNT, g.t.account) : ANSWER_GO_ON;
}

enum answer run_panel_config(struct req *req)
{
    struct guest g = { 0 };
    enum answer go_on = authorise(req, false, &g);
    return go_on == ANSWER_GO_ON ? reply_json(req, 200, config_json, &g) : go_on;
}

/* ---- PUT config ---- */

/* Known words, each once, in our order. */
static const char *scopes_text(struct arena *a, const struct field_list *given)
{
    const struct sync_scope *scope = given->item;
    bool wanted[SYNC_SCOPES] = { false };
    struct buf b;
    for (size_t i = 0; i < given->count; i++) wanted[scope[i].word] = true;
    buf_fixed(&b, arena_alloc(a, 64), 64);
    for (size_t k = 0; k < SYNC_SCOPES; k++)
        if (wanted[k]) buf_printf(&b, "%s%s", b.n ? "," : "", sync_scope_names[k]);
    return buf_terminated(&b);
}

/* NULL: *g is changed as the body says. Else the name of the member that may not be nothing. */
static const char *read_change(struct req *req, struct guest *g)
{
    const struct put_config *in = req->body;
    if (in->has_name && !in->name) return "name";
    if (in->has_scopes && !in->syncScopes.item) return "syncScopes";
    if (in->has_name) g->name = in->name;
    if (in->has_logo) g->logo_url = in->logoUrl;
    if (in->has_scopes) g->sync_scopes = scopes_text(req->arena, &in->syncScopes);
    return NULL;
}

static void config_details(struct json *j, const void *arg)
{
    const struct guest *g = arg;
    json_text(j, "name", g->name);
    json_text(j, "syncScopes", g->sync_scopes);
}

static bool save_change(struct req *req, struct guest *g)
{
    g->updated_at_ms = req->now_ms;
    if (g->ours) {
        g->t.bot_name = g->name;
        g->t.logo_url = g->logo_url;
        g->t.sync_scopes = g->sync_scopes;
        return tenants_config_keep(req, &g->t);
    }
    struct query q = query(req->tx, &panel_config);
    bind_i64(&q, g->id), bind_text(&q, g->name), bind_text(&q, g->logo_url), bind_text(&q, g->sync_scopes);
    bind_i64(&q, req->now_ms);
    if (query_change(&q) != 1) return false;
    return audit_request(req, AUDIT_chatbot_config_changed, 0, "panel_tenant", g->id, config_details, g);
}

enum answer run_panel_change(struct req *req)
{
    struct guest g = { 0 };
    struct shop shop;
    int64_t own = shop_of_public_id(str_of(((const struct path_panel *)req->path)->shopId));
    /* The lock comes before the tenant is read; a name that is no shop of ours locks nothing. */
    if (own && shops_locked(req->tx, own, &shop) == ROW_FAULT) return reply_fault(req);
    enum answer go_on = authorise(req, true, &g);
    if (go_on == ANSWER_GO_ON)
        go_on =
            g.ours ? req_count_change(req, COUNTED_ACCOUNT, g.t.account) : req_count_change(req, COUNTED_GUEST, g.id);
    if (go_on != ANSWER_GO_ON) return go_on;
    const struct guest before = g;
    const char *wrong = read_change(req, &g);
    if (wrong) return reply_fields(req, wrong, "required");
    /* What is so already is no change: no row in the trail, and nobody outside is told. */
    bool same = text_eq(g.name, before.name) && text_eq(g.logo_url, before.logo_url) &&
                text_eq(g.sync_scopes, before.sync_scopes);
    if (!same && !save_change(req, &g)) return reply_fault(req);
    return reply_json(req, 200, config_json, &g);
}
