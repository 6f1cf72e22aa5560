/* house.c: the house's own shop: its chat stands on the landing page, and its assistant answers about the program
 * itself, at the prices of now. It belongs to an account like any other, so whoever answers for the service does it in
 * that account's inbox; its chat costs nothing.
 *
 * Made by `chathub landing`. What it knows follows the program (site/told.c): at each start, when something is sold at
 * another price, and when the command is given again. What a person has changed in it stays (knowledge/give.c).
 *
 * Rejected: a shop that makes itself at the first start (nobody would know of the conversations in it); answers that
 * are made without a shop (its owner could not mend one). */
#include "app/house.h"
#include "accounts/accounts.h"
#include "audit/audit.h"
#include "base/clock.h"
#include "base/json_read.h"
#include "base/log.h"
#include "billing/provider.h"
#include "chat/chat.h"
#include "http/events.h"
#include "knowledge/knowledge.h"
#include "site/site.h"

enum { TOLD_MAX = 1 << 20, SETTINGS_MAX = 1 << 20, GIVEN_DAY = 1, GIVEN_MONTHS = 2 };
#define HOUSE_SHOP_NAME "Chathub"

static bool is_alive(const struct shop *s) { return s->status > SHOP_NONE && s->status < SHOP_DELETED; }

/* Its row, with its shop locked. ROW_NONE: none was made, or it is gone. */
static enum row house_locked(struct tx *tx, struct site_house *h, struct shop *s)
{
    enum row row = site_house_get(tx, h);
    if (row == ROW_FOUND) row = shops_locked(tx, h->shop, s);
    if (row == ROW_FOUND && !is_alive(s)) return ROW_NONE;
    return row == ROW_FOUND ? site_house_get(tx, h) : row; /* as it is under the lock */
}

static bool tell_shop(struct tx *tx, struct site_house *h, const struct shop *s, int64_t now_ms)
{
    struct buf told;
    const char *given = NULL;
    buf_init(&told, TOLD_MAX);
    bool good =
        site_told(tx, &told) &&
        knowledge_give(
            tx, &(struct knowledge_gift){ .shop = s, .told = buf_str(&told), .given = h->given, .now_ms = now_ms },
            &given);
    buf_free(&told);
    if (!good || text_eq(given, h->given)) return good;
    h->given = given;
    return site_house_put(tx, h, now_ms);
}

bool house_refresh(struct tx *tx, int64_t now_ms)
{
    struct site_house h;
    struct shop s;
    enum row row = house_locked(tx, &h, &s);
    return row == ROW_FOUND ? tell_shop(tx, &h, &s, now_ms) : row == ROW_NONE;
}

/* ---- making it ---- */

static bool find_account(struct tx *tx, const struct house_wish *w, struct house *out)
{
    struct account a;
    enum row row = accounts_by_email(tx, w->email, &a);
    if (row == ROW_FOUND) out->account = a.id;
    if (row != ROW_NONE) return row == ROW_FOUND;
    out->new_account =
        accounts_add(tx, w->email, "", ROLE_MERCHANT, w->hash, w->now_ms, &out->account) == ACCOUNT_ADDED;
    return out->new_account;
}

static void made_json(struct json *j, const void *arg) { json_text(j, "shop_name", ((const struct shop *)arg)->name); }
static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static enum house_made add_shop(struct tx *tx, const struct house_wish *w, struct house *out, struct shop *s)
{
    if (!find_account(tx, w, out)) return HOUSE_FAULT;
    const struct shop_new in = { .account = out->account, .name = HOUSE_SHOP_NAME, .at_ms = w->now_ms };
    switch (shops_add(tx, &in, s)) {
    case SHOP_ADD_LIMIT: return HOUSE_SHOPS_FULL;
    case SHOP_ADD_FAULT: return HOUSE_FAULT;
    case SHOP_ADDED: break;
    }
    out->new_shop = true;
    const struct audit_entry e = { .action = AUDIT_landing_shop_made,
                                   .account = out->account,
                                   .resource = "shop",
                                   .resource_id = s->id,
                                   .details = made_json,
                                   .arg = s,
                                   .at_ms = w->now_ms };
    if (!audit_put(tx, &e) || !events_put(tx, out->account, "shop.changed", event_json, &s->id)) return HOUSE_FAULT;
    return HOUSE_MADE;
}

static bool were_set(struct str document)
{
    int64_t revision = 0;
    json_t *json = json_read(document, SETTINGS_MAX, NULL);
    bool read = json_get_i64(json, "revision", &revision);
    json_decref(json);
    return read && revision > 0;
}

/* How it greets, and sentences that fit a service better than a shop; unless somebody has set them already. */
static bool set_chat(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    struct buf document;
    const char *why = "";
    buf_init(&document, SETTINGS_MAX);
    enum chat_set set = chat_settings_command(tx, s->id, NULL, now_ms, &document, &why);
    if (set == CHAT_SET_DONE && !were_set(buf_str(&document)))
        set = chat_settings_command(tx, s->id, site_house_settings(), now_ms, &document, &why);
    if (set != CHAT_SET_DONE) LOG(LOG_ERROR, "house_settings_refused", LOG_TEXT("why", why));
    buf_free(&document);
    return set == CHAT_SET_DONE;
}

static bool is_owned_by(struct tx *tx, const char *email, int64_t account)
{
    struct account a;
    return accounts_by_email(tx, email, &a) == ROW_FOUND && a.id == account;
}

enum house_made house_make(struct tx *tx, const struct house_wish *w, struct house *out)
{
    struct site_house h;
    struct shop s = { .id = 0 };
    *out = (struct house){ .shop = 0 };
    enum row row = house_locked(tx, &h, &s);
    if (row == ROW_FAULT) return HOUSE_FAULT;
    if (row == ROW_NONE) {
        if (!w->email) return HOUSE_NO_EMAIL;
        enum house_made made = add_shop(tx, w, out, &s);
        if (made != HOUSE_MADE) return made;
        h.shop = s.id, h.given = "{}";
        if (!site_house_put(tx, &h, w->now_ms)) return HOUSE_FAULT; /* from here on its chat is the house's to give */
    } else if (w->email && !is_owned_by(tx, w->email, s.account)) {
        return HOUSE_OF_ANOTHER;
    }
    out->shop = s.id, out->account = s.account;
    enum tenants_begun begun = tenants_begin_paid(tx, &s, w->now_ms);
    if (begun == TENANTS_BEGUN_FAULT) return HOUSE_FAULT;
    out->chat = begun == TENANTS_BEGUN_ON;
    if (out->chat && !set_chat(tx, &s, w->now_ms)) return HOUSE_FAULT;
    return tell_shop(tx, &h, &s, w->now_ms) ? HOUSE_MADE : HOUSE_FAULT;
}

/* ---- what others ask of it ---- */

/* Month by month, as a panel gives (tenants/entitlement.c), and what nobody else gives. */
bool house_entitlements(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count,
                        struct tenants_entitlement *out)
{
    struct site_house h;
    if (!billing_entitlements(tx, accounts, shops, count, out)) return false;
    enum row row = site_house_get(tx, &h);
    for (size_t i = 0; row == ROW_FOUND && i < count; i++) {
        if (shops[i] != h.shop || out[i].until_ms > 0) continue;
        int64_t now = now_ms();
        out[i] =
            (struct tenants_entitlement){ SOURCE_HOUSE, time_add_months(now - now % DAY_MS, GIVEN_MONTHS, GIVEN_DAY) };
    }
    return row != ROW_FAULT;
}

const char *house_ways(struct arena *a, enum lang lang)
{
    const char *all = "";
    for (const struct provider *const *p = billing_providers; *p; p++) {
        if (!(*p)->ready() || text_eq((*p)->name, "sandbox")) continue;
        const char *name = lang == LANG_ZH ? (*p)->name_zh : (*p)->name_en;
        all = all[0] ? arena_printf(a, "%s%s%s", all, lang == LANG_ZH ? "、" : ", ", name) : name;
    }
    return all;
}
