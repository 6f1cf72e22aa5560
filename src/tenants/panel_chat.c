/* panel_chat.c: what stands here for a shop that an outside panel registered: an account of its merchant, made with the
 * first of its shops; a shop of ours, with our number; and its chat in this program, which the panel gives. All of it
 * is made in the transaction of the registration, and a registration that comes again finds it: after a crash, beside
 * another, or after a version that made none of it.
 *
 * Registering says that the shop has its chat: one that was switched off comes on again, and where the merchant has
 * deleted the shop there is a new one, with a new number. What was said in the old one goes its way (shops.h).
 *
 * Rejected: to restore a deleted shop (its merchant has asked for what was said there to be gone). One account for a
 * panel: each of its merchants would see the conversations of all. */
#include "tenants/private.h"

#include "accounts/accounts.h"
#include "outbound/http_client.h"

static enum panel_made find_account(struct req *req, struct panel_tenant *p)
{
    bool disabled = false;
    enum row row = panels_merchant(req->tx, PANEL_ONE, p->merchant_id, &p->account, &disabled);
    if (row == ROW_FAULT) return PANEL_FAULT;
    if (row == ROW_FOUND) return disabled ? PANEL_DISABLED : PANEL_MADE;
    const struct panels_merchant_new in = { .panel = PANEL_ONE,
                                            .now_ms = req->now_ms,
                                            .merchant = p->merchant_id,
                                            .lang = req->lang == LANG_EN ? "en" : "zh-CN" };
    return panels_merchant_open(req->tx, &in, &p->account) ? PANEL_MADE : PANEL_FAULT;
}

/* Of "https://shop.example/path" or "shop.example". NULL: that is no place where shoppers are; their pages are then
 * named in the chat's settings. */
static const char *domain_of(struct arena *a, const char *url)
{
    static const struct field domain = { .kind = FIELD_KIND_TEXT, .form = TEXT_DOMAIN, .min = 1, .max = 253 };
    const char *host = url_host(a, url), *read = NULL;
    int64_t limit;
    const char *fault = fields_text_judge(a, &domain, str_of(host ? host : url), &read, &limit);
    return !fault && read && address_host_is_public(str_of(read)) ? read : NULL;
}

static enum panel_made add_shop(struct req *req, const struct panel_tenant *p, struct shop *shop)
{
    const char *name = arena_text_n(req->arena, p->shop_id, strnlen(p->shop_id, SHOP_NAME_MAX)); /* plain ASCII */
    switch (shops_add(req->tx,
                      &(struct shop_new){ .account = p->account,
                                          .name = name,
                                          .domain = domain_of(req->arena, p->instance_url),
                                          .at_ms = req->now_ms },
                      shop)) {
    case SHOP_ADDED: return PANEL_MADE;
    case SHOP_ADD_LIMIT: return PANEL_SHOPS_FULL;
    case SHOP_ADD_FAULT: break;
    }
    return PANEL_FAULT;
}

static enum panel_made find_shop(struct req *req, const struct panel_wish *w, struct shop *shop, bool *changed)
{
    enum row row = w->p->shop > 0 ? shops_locked(req->tx, w->p->shop, shop) : ROW_NONE;
    if (row == ROW_FAULT) return PANEL_FAULT;
    /* Nor does deleting it let it back: while it can be restored it is what it was. */
    if (row == ROW_FOUND && shop->status == SHOP_DELETED && shop->suspended_at_ms > 0) return PANEL_SUSPENDED;
    if (row == ROW_NONE || shop->status >= SHOP_DELETED) {
        *changed = true;
        return add_shop(req, w->p, shop);
    }
    if (!w->moved) return PANEL_MADE;
    const char *domain = domain_of(req->arena, w->p->instance_url);
    return shops_set_domain(req->tx, shop, domain, req->now_ms) ? PANEL_MADE : PANEL_FAULT;
}

/* As run_enable does it, for nothing and at once. */
static bool switch_on(struct req *req, const struct panel_tenant *p, struct tenant *t)
{
    struct subscription s;
    struct entitlement paid_by;
    bool fresh = t->id == 0;
    if (subscriptions_get(req->tx, t->id, t->subscription, &s) == ROW_FAULT) return false;
    if (!entitlement_of(req->tx, t->account, t->shop, &s, req->now_ms, &paid_by)) return false;
    if (credits_is_positive(entitlement_price(&paid_by))) return false; /* the panel gives it: its row is there */
    t->asked_at_ms = req->now_ms;
    t->hold = t->job = t->settled_attempt = 0;
    t->generation++;
    if (t->status != TENANT_SUSPENDED) {
        const struct recipe *recipe = recipe_here();
        struct recipe_bot bot = { 0 };
        recipe->at_once(req->arena, (struct recipe_bot){ p->bot_id, t->bot_state }, &bot);
        t->bot_id = bot.id, t->bot_state = bot.state, t->backend = recipe->number;
        t->outside = OUTSIDE_NONE;
    } else if (!tenants_stands_anew(req->tx, t)) {
        return false;
    }
    if (!tenants_activate(req->tx, req, t,
                          &(struct activation){ .bot_id = t->bot_id,
                                                .bot_state = t->bot_state,
                                                .begins = !paid_by.runs,
                                                .begin_ms = req->now_ms,
                                                .given = paid_by.next,
                                                .end_ms = paid_by.end_ms,
                                                .charged = credits_of(0) },
                          req->now_ms) ||
        !secrets_ensure(req->tx, t, req->now_ms))
        return false;
    return !fresh || !t->logo_url || tenants_keep(req->tx, t, req->now_ms); /* no column of a new row */
}

static enum panel_made find_chat(struct req *req, const struct panel_wish *w, const struct shop *shop, struct tenant *t,
                                 bool *changed)
{
    *t = (struct tenant){ 0 };
    enum row row = tenants_of_shop(req->tx, shop->id, t);
    if (row == ROW_FAULT) return PANEL_FAULT;
    if (row == ROW_NONE) {
        *t = (struct tenant){ .shop = shop->id,
                              .account = shop->account,
                              .sync_scopes = w->p->sync_scopes,
                              .bot_name = w->p->name,
                              .logo_url = w->p->logo_url };
        t->embed_id = tenants_embed_id(req->arena);
    }
    const char *name = w->bot_name ? w->bot_name : t->bot_name, *logo = w->logo_url ? w->logo_url : t->logo_url;
    bool words = !text_eq(name, t->bot_name) || !text_eq(logo, t->logo_url);
    t->bot_name = name, t->logo_url = logo;
    if (t->status == TENANT_ACTIVE) return !words || tenants_config_keep(req, t) ? PANEL_MADE : PANEL_FAULT;
    if (shop->status == SHOP_SUSPENDED) return PANEL_SUSPENDED;
    *changed = true;
    if (!tenants_settings.feature_enabled) return PANEL_NOT_NOW;
    return switch_on(req, w->p, t) ? PANEL_MADE : PANEL_FAULT;
}

enum panel_made panel_chat_open(struct req *req, const struct panel_wish *w, struct tenant *t, bool *changed)
{
    struct shop shop;
    enum panel_made made = find_account(req, w->p);
    if (made == PANEL_MADE) made = find_shop(req, w, &shop, changed);
    if (made != PANEL_MADE) return made;
    w->p->shop = shop.id;
    if (*changed) w->p->updated_at_ms = req->now_ms;
    if (!panel_rows_save(req->tx, w->p)) return PANEL_FAULT; /* first: what it gives is read from it */
    return find_chat(req, w, &shop, t, changed);
}
