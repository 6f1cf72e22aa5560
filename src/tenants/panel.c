/* panel.c: the chatbot-node contract, as the built-in backend answers it: an outside panel registers its shops here,
 * and the holder of a panel SSO token reads and changes a shop's configuration. An outside store cannot tell us from
 * the server it knew.
 *
 * Two kinds of tenant answer to the same addresses: our own shops (secrets of secrets.c) and those of a panel. A
 * panel's shop may be called as one of ours will be called later, so a token is tried with the keys of both, and the
 * key that fits decides. The register route does not exist while no secret is set, nor while a backend is shown it.
 * What stands here for a panel's shop is made in panel_chat.c; its words are the chat's, and a panel's are taken when
 * they are others than it said last: a name that its merchant gave in the console is not put back by a registration
 * that says the same again. */
#include "tenants/private.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/events.h"

enum { TOKEN_LEEWAY_S = 30, TOKEN_LIFETIME_S = 3600, BOT_BYTES = 12 };

const char *const sync_scope_names[] = { "products", "orders", "promotions", NULL };
static_assert(ARRAY_LEN(sync_scope_names) == SYNC_SCOPES + 1, "private.h says how many");

/* ---- JSON ---- */

/* Of both kinds of tenant. */
struct config {
    int64_t id, created_at_ms, updated_at_ms;
    const char *shop_id, *name, *logo_url, *bot_id, *sync_scopes;
};

static struct config config_of(struct arena *a, const struct guest *g)
{
    const struct tenant *t = &g->t;
    const struct panel_tenant *p = &g->p;
    if (t->id == 0)
        return (struct config){ p->id,   p->created_at_ms, p->updated_at_ms, p->shop_id,
                                p->name, p->logo_url,      p->bot_id,        p->sync_scopes };
    struct config c = { .id = t->id,
                        .created_at_ms = t->created_at_ms,
                        .updated_at_ms = t->updated_at_ms,
                        .name = t->bot_name,
                        .logo_url = t->logo_url,
                        .bot_id = t->bot_id,
                        .sync_scopes = t->sync_scopes };
    if (g->ours) {
        char *shop = arena_alloc(a, SHOP_PUBLIC_ID_SIZE);
        shop_public_id(t->shop, shop);
        c.shop_id = shop;
        return c;
    }
    c.id = p->id, c.shop_id = p->shop_id, c.created_at_ms = p->created_at_ms;
    if (p->updated_at_ms > c.updated_at_ms) c.updated_at_ms = p->updated_at_ms;
    return c;
}

static void config_json(struct json *j, const void *arg)
{
    const struct config *c = arg;
    json_i64(j, "id", c->id);
    json_text(j, "shopId", c->shop_id);
    json_text(j, "name", c->name);
    json_text(j, "logoUrl", c->logo_url);
    json_text(j, "botId", c->bot_id);
    tenants_scopes_json(j, c->sync_scopes);
    json_time(j, "createdAt", c->created_at_ms);
    json_time(j, "updatedAt", c->updated_at_ms);
}

static enum answer reply_config(struct req *req, const struct guest *g)
{
    const struct config c = config_of(req->arena, g);
    return reply_json(req, 200, config_json, &c);
}

struct registered {
    const struct guest *g;
    struct config config;
    const char *embed_code;
};

static void registered_json(struct json *j, const void *arg)
{
    const struct registered *r = arg;
    const struct panel_tenant *p = &r->g->p;
    char shop[SHOP_PUBLIC_ID_SIZE];
    json_object(j, "tenant");
    json_i64(j, "id", p->id);
    json_text(j, "shopId", p->shop_id);
    json_text(j, "merchantId", p->merchant_id);
    json_text(j, "instanceUrl", p->instance_url);
    json_text(j, "status", "active");
    json_end(j);
    json_object(j, "config");
    config_json(j, &r->config);
    json_end(j);
    shop_public_id(r->g->t.shop, shop);
    json_object(j, "chat");
    json_text(j, "shopId", shop);
    json_text(j, "embedCode", r->embed_code);
    json_end(j);
}

/* ---- register ---- */

/* The same secret opens a backend outside: whoever runs that one would register here, and replace what shops of others
 * sign with. */
bool panel_may_register(void) { return tenants_settings.panel_secret && !recipes_show_panel_secret(); }

static bool knows_secret(const struct req *req)
{
    struct str given = req_header(req, "x-shopsaas-secret"), right = str_of(tenants_settings.panel_secret);
    uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
    if (!given.p || right.n == 0) return false;
    sha256(given.p, given.n, a); /* of equal length, whatever was given */
    sha256(right.p, right.n, b);
    return equal_constant_time(a, b, sizeof a);
}

/* Plain ASCII, as is_plain_id() has seen. */
static const char *default_name(struct arena *a, const char *shop_id)
{
    return arena_text_n(a, shop_id, strnlen(shop_id, BOT_NAME_MAX));
}

static bool add_panel_tenant(struct req *req, const struct post_register *in, struct panel_tenant *p)
{
    struct arena *a = req->arena;
    uint8_t random[BOT_BYTES];
    char *bot = arena_alloc(a, 4 + sizeof random * 2 + 1);
    random_bytes(random, sizeof random);
    memcpy(bot, "bot_", 4);
    hex_encode(random, sizeof random, bot + 4);
    *p = (struct panel_tenant){ .shop_id = in->shopId,
                                .merchant_id = in->merchantId,
                                .instance_url = in->instanceUrl,
                                .name = in->botName ? in->botName : default_name(a, in->shopId),
                                .logo_url = in->logoUrl,
                                .bot_id = bot,
                                .sync_scopes = "",
                                .sso_sealed = panel_rows_seal(a, in->shopId, PANEL_SSO, in->ssoSharedSecret),
                                .webhook_sealed = panel_rows_seal(a, in->shopId, PANEL_WEBHOOK, in->webhookSecret),
                                .created_at_ms = req->now_ms,
                                .updated_at_ms = req->now_ms };
    return panel_rows_add(req->tx, p);
}

/* The same secrets again change nothing but words; another SSO secret replaces the old one, which stays valid a day. */
static bool take_secrets(struct req *req, const struct post_register *in, struct panel_tenant *p)
{
    struct arena *a = req->arena;
    struct str sso = { 0 }, webhook = { 0 };
    bool same_sso =
        panel_rows_open(a, p->shop_id, PANEL_SSO, p->sso_sealed, &sso) && str_eq(sso, str_of(in->ssoSharedSecret));
    bool same_webhook = panel_rows_open(a, p->shop_id, PANEL_WEBHOOK, p->webhook_sealed, &webhook) &&
                        str_eq(webhook, str_of(in->webhookSecret));
    if (!same_sso) {
        bool had = p->sso_sealed.n > 0; /* else its shop was purged */
        p->old_sso_sealed = had ? p->sso_sealed : (struct str){ 0 };
        p->old_until_ms = had ? req->now_ms + SECRET_OVERLAP_HOURS * HOUR_MS : 0;
        p->sso_sealed = panel_rows_seal(a, p->shop_id, PANEL_SSO, in->ssoSharedSecret);
    }
    if (!same_webhook) p->webhook_sealed = panel_rows_seal(a, p->shop_id, PANEL_WEBHOOK, in->webhookSecret);
    return !same_sso || !same_webhook;
}

/* What this registration says anew; *changed: anything at all. */
static struct panel_wish read_wish(struct req *req, const struct post_register *in, struct panel_tenant *p,
                                   bool *changed)
{
    struct panel_wish w = { .p = p, .moved = !text_eq(in->instanceUrl, p->instance_url) };
    *changed = take_secrets(req, in, p) || w.moved;
    if (in->botName && !text_eq(in->botName, p->name)) w.bot_name = p->name = in->botName, *changed = true;
    if (in->logoUrl && !text_eq(in->logoUrl, p->logo_url)) w.logo_url = p->logo_url = in->logoUrl, *changed = true;
    p->instance_url = in->instanceUrl;
    if (p->name[0] == '\0') p->name = default_name(req->arena, p->shop_id); /* its shop was purged */
    if (*changed) p->updated_at_ms = req->now_ms;
    return w;
}

/* Letters, digits and a few marks: the id stands in paths and tokens. */
static bool is_plain_id(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")] == '\0';
}

static void register_details(struct json *j, const void *arg)
{
    const struct panel_tenant *p = arg;
    json_text(j, "shopId", p->shop_id);
    json_text(j, "merchantId", p->merchant_id);
}

static enum answer reply_registered(struct req *req, const struct guest *g)
{
    const struct registered r = { g, config_of(req->arena, g), tenants_embed_code(req->arena, &g->t) };
    return reply_json(req, 200, registered_json, &r);
}

/* ROW_NONE: nothing is registered under this name, and no merchant of ours has a shop that is called so. A name that a
 * panel had before one of ours got it stays the panel's too. Our numbers for shops of panels keep no name from them:
 * a panel that calls its shops shop-1, shop-2, … would meet the numbers that we gave it for others. */
static enum answer find_registered(struct req *req, const struct post_register *in, struct panel_tenant *p)
{
    struct shop shop;
    int64_t panel = 0;
    const char *merchant;
    enum row row = panel_rows_locked(req->tx, in->shopId, p);
    if (row == ROW_FOUND && !text_eq(p->merchant_id, in->merchantId))
        return reply_problem(req, &problem_other_merchant);
    if (row != ROW_NONE) return row == ROW_FOUND ? ANSWER_GO_ON : reply_fault(req);
    int64_t own = shop_of_public_id(str_of(in->shopId));
    row = own ? shops_get(req->tx, own, &shop) : ROW_NONE;
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return ANSWER_GO_ON;
    if (!panels_account(req->tx, shop.account, &panel, &merchant)) return reply_fault(req);
    return panel > 0 ? ANSWER_GO_ON : reply_problem(req, &problem_shop_is_ours);
}

enum answer run_panel_register(struct req *req)
{
    const struct post_register *in = req->body;
    struct guest g = { .ours = false };
    if (!panel_may_register()) return reply_problem(req, &problem_not_found);
    if (!knows_secret(req)) return reply_problem(req, &problem_bad_token);
    if (!is_plain_id(in->shopId)) return reply_fields(req, "shopId", "format");
    enum answer go_on = find_registered(req, in, &g.p);
    if (go_on != ANSWER_GO_ON) return go_on;
    bool known = g.p.id > 0, changed = true; /* what is so already leaves no row in the trail */
    if (!known && !add_panel_tenant(req, in, &g.p)) return reply_fault(req);
    struct panel_wish w = { .p = &g.p };
    if (known) w = read_wish(req, in, &g.p, &changed);
    switch (panel_chat_open(req, &w, &g.t, &changed)) {
    case PANEL_FAULT: return reply_fault(req);
    case PANEL_DISABLED: return reply_problem(req, &problem_merchant_disabled);
    case PANEL_SHOPS_FULL: return reply_problem(req, &problem_merchant_shops);
    case PANEL_SUSPENDED: return reply_problem(req, &problem_shop_suspended);
    case PANEL_NOT_NOW: return reply_problem(req, &problem_chatbot_feature);
    case PANEL_MADE: break;
    }
    if (changed &&
        !audit_request(req, AUDIT_tenant_registered, g.p.account, "panel_tenant", g.p.id, register_details, &g.p))
        return reply_fault(req);
    return reply_registered(req, &g);
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
    /* A shop that is gone, unpaid or off has no chat to configure (D-27); nor has an account that is disabled. */
    enum row row = shop ? tenant_at_the_door(tx, shop, &g->t) : ROW_NONE;
    if (row == ROW_FOUND && !secrets_list(tx, g->t.id, have, &count)) row = ROW_FAULT;
    k->fault = row == ROW_FAULT;
    if (row != ROW_FOUND) return false;
    g->ours = true;
    for (size_t i = 0; i < count; i++) {
        struct str text;
        bool over = have[i].state == SECRET_PREVIOUS && have[i].valid_until_ms <= k->req->now_ms;
        if (have[i].kind != SECRET_SSO || over || !secret_open(a, g->t.id, SECRET_SSO, have[i].sealed, &text)) continue;
        if (!add_key(out, str_of(arena_printf(a, "k%lld", (long long)have[i].generation)), text)) break;
    }
    return out->count > 0;
}

/* The panel changes the words of a chat that is off too; in an account that is disabled nobody changes anything. */
static bool panel_keys(struct keys_of *k, struct str owner, struct jwt_keys *out)
{
    struct tx *tx = k->req->tx;
    struct tenants_owner alive;
    struct guest *g = k->g;
    enum row row = panel_rows_get(tx, arena_text_n(k->req->arena, owner.p, owner.n), &g->p);
    if (row == ROW_FOUND && g->p.account > 0) row = tenants_hooks.owner(tx, g->p.account, &alive);
    enum row chat = row == ROW_FOUND && g->p.shop > 0 ? tenants_of_shop(tx, g->p.shop, &g->t) : ROW_NONE;
    k->fault = row == ROW_FAULT || chat == ROW_FAULT;
    if (row != ROW_FOUND || k->fault) return false;
    panel_rows_keys(k->req->arena, &g->p, k->req->now_ms, out);
    return out->count > 0;
}

static bool find_keys(void *arg, struct str owner, struct jwt_keys *out)
{
    struct keys_of *k = arg;
    if (memchr(owner.p, '\0', owner.n)) return false;
    return k->ours ? own_keys(k, owner, out) : panel_keys(k, owner, out);
}

enum answer panel_authorise(struct req *req, const struct panel_call *c, struct guest *g)
{
    struct jwt_claims claims = { 0 };
    enum jwt_verdict verdict = JWT_MALFORMED;
    if (!c->token.p) return reply_problem(req, &problem_bad_token);
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
        *g = (struct guest){ .ours = false };
        verdict = jwt_verify(req->arena, c->token, &profile, req->now_ms / 1000, &claims);
        if (k.fault) return reply_fault(req);
    }
    if (verdict != JWT_OK) return reply_problem(req, &problem_bad_token);
    if (!str_eq(claims.owner, str_of(c->shop_id))) return reply_problem(req, &problem_wrong_shop_token);
    if (c->writes && !str_eq(claims.role, STR("admin"))) return reply_problem(req, &problem_read_only_token);
    g->claims = claims;
    return ANSWER_GO_ON;
}

static enum answer authorise(struct req *req, bool writes, struct guest *g)
{
    const struct panel_call c = { .token = req_bearer(req),
                                  .shop_id = ((const struct path_panel *)req->path)->shopId,
                                  .writes = writes };
    return panel_authorise(req, &c, g);
}

/* For a change: what was read before the rows were locked is read again. A panel's row comes before its shop's. */
static enum answer lock(struct req *req, struct guest *g)
{
    struct shop shop;
    enum row row = g->p.id ? panel_rows_locked(req->tx, g->p.shop_id, &g->p) : ROW_FOUND;
    int64_t number = g->ours ? g->t.shop : g->p.shop;
    if (row == ROW_FOUND && number > 0) row = shops_locked(req->tx, number, &shop);
    if (row == ROW_FOUND && number > 0) row = tenants_of_shop(req->tx, number, &g->t);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_bad_token) : reply_fault(req);
    bool gone = number > 0 && shop.status >= SHOP_DELETED; /* what a purge will take out is not filled again */
    if (gone || (g->ours && !entitlement_serves(&g->t))) return reply_problem(req, &problem_bad_token);
    if (g->t.id > 0) return req_count_change(req, COUNTED_ACCOUNT, g->t.account);
    return req_count_change(req, COUNTED_GUEST, g->p.id);
}

enum answer tenants_sso_caller(struct req *req, bool writes, struct sso_caller *out)
{
    struct guest g = { .ours = false };
    enum answer go_on = authorise(req, writes, &g);
    if (go_on == ANSWER_GO_ON && writes) go_on = lock(req, &g);
    if (go_on != ANSWER_GO_ON) return go_on;
    if (!entitlement_serves(&g.t)) return reply_problem(req, &problem_not_found); /* a panel's, without a chat */
    *out = (struct sso_caller){ g.t.shop, g.t.account };
    return ANSWER_GO_ON;
}

enum answer run_panel_config(struct req *req)
{
    struct guest g = { .ours = false };
    enum answer go_on = authorise(req, false, &g);
    return go_on == ANSWER_GO_ON ? reply_config(req, &g) : go_on;
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

/* NULL: *c is changed as the body says. Else the name of the member that may not be nothing. */
static const char *read_change(struct req *req, struct config *c)
{
    const struct put_config *in = req->body;
    if (in->has_name && !in->name) return "name";
    if (in->has_scopes && !in->syncScopes.item) return "syncScopes";
    if (in->has_name) c->name = in->name;
    if (in->has_logo) c->logo_url = in->logoUrl;
    if (in->has_scopes) c->sync_scopes = scopes_text(req->arena, &in->syncScopes);
    return NULL;
}

static void config_details(struct json *j, const void *arg)
{
    const struct config *c = arg;
    json_text(j, "name", c->name);
    json_text(j, "syncScopes", c->sync_scopes);
}

static bool save_change(struct req *req, struct guest *g, const struct config *c)
{
    struct panel_tenant *p = &g->p;
    if (p->id > 0) {
        p->name = c->name, p->logo_url = c->logo_url, p->sync_scopes = c->sync_scopes;
        p->updated_at_ms = req->now_ms;
        if (!panel_rows_save(req->tx, p)) return false;
    }
    if (g->t.id == 0)
        return audit_request(req, AUDIT_chatbot_config_changed, 0, "panel_tenant", p->id, config_details, c);
    g->t.bot_name = c->name;
    g->t.logo_url = c->logo_url;
    g->t.sync_scopes = c->sync_scopes;
    return tenants_config_keep(req, &g->t);
}

enum answer run_panel_change(struct req *req)
{
    struct guest g = { .ours = false };
    enum answer go_on = authorise(req, true, &g);
    if (go_on == ANSWER_GO_ON) go_on = lock(req, &g);
    if (go_on != ANSWER_GO_ON) return go_on;
    struct config c = config_of(req->arena, &g);
    const struct config before = c;
    const char *wrong = read_change(req, &c);
    if (wrong) return reply_fields(req, wrong, "required");
    /* What is so already is no change: no row in the trail, and nobody outside is told. */
    bool same = text_eq(c.name, before.name) && text_eq(c.logo_url, before.logo_url) &&
                text_eq(c.sync_scopes, before.sync_scopes);
    if (!same && !save_change(req, &g, &c)) return reply_fault(req);
    return reply_config(req, &g);
}
