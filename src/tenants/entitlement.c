/* entitlement.c: what pays for a chat, and until when: the one place that asks others, and that judges a source.
 *
 * Credits pay month by month: the end of a subscription is that of the last month that was taken from the ledger.
 * Others (an order, a trial, the panel that registered the shop) give a shop its chat until a day that is theirs to
 * move: no credits are taken for it, and the end in our row is what they said last. A subscription has one source; when
 * another one takes over, a new one begins. Credits are never taken for a chat that others paid for and that nobody
 * goes on paying: it ends as an unpaid one does.
 *
 * Rejected: to ask at each token whether the chat is paid. The state says so: it is moved when the end comes, and by
 * tenants_entitlement_changed when the end moves. */
#include "tenants/private.h"

#include "base/clock.h"

/* A panel gives month by month, and goes on while its row is there: so long is what begins now, or is looked at now.
 * The first of a month, so that the end which is told does not move with each look at it. */
static int64_t panel_until_ms(const struct subscription *s, int64_t now_ms)
{
    bool runs = s->source == SOURCE_PANEL && s->status != SUBSCRIPTION_NONE && s->status != SUBSCRIPTION_EXPIRED;
    if (tenants_settings.panel_secret) return time_add_months(now_ms - now_ms % DAY_MS, 2, 1);
    return runs ? s->expires_at_ms : 0; /* nobody speaks for it any more: what it gave it gave, and no more comes */
}

/* What nobody else gives, its panel may. */
static bool ask_panel(struct tx *tx, const int64_t *account, const int64_t *shop, const struct subscription *s,
                      size_t count, int64_t now_ms, struct tenants_entitlement *given)
{
    bool gives[ENTITLEMENTS_MAX];
    if (!panel_rows_give(tx, account, shop, count, gives)) return false;
    for (size_t i = 0; i < count; i++)
        if (gives[i] && given[i].until_ms == 0)
            given[i] = (struct tenants_entitlement){ SOURCE_PANEL, panel_until_ms(&s[i], now_ms) };
    return true;
}

static void judge(const struct subscription *s, const struct tenants_entitlement *given, int64_t now_ms,
                  struct entitlement *out)
{
    bool ended = s->status == SUBSCRIPTION_NONE || s->status == SUBSCRIPTION_EXPIRED;
    bool theirs = !ended && s->source != SOURCE_CREDITS && given->until_ms > 0 && given->source == s->source;
    *out = (struct entitlement){ .source = ended ? SOURCE_CREDITS : s->source, .given = theirs };
    /* A panel's gift has no end of its own: one that it gives no more (it has the shop under another number now) is
     * over. */
    bool dropped = s->source == SOURCE_PANEL && given->until_ms == 0 && s->expires_at_ms > now_ms;
    if (!ended) out->end_ms = theirs ? given->until_ms : dropped ? now_ms : s->expires_at_ms;
    out->runs = s->status != SUBSCRIPTION_PAST_DUE && out->end_ms > now_ms;
    if (!theirs && given->until_ms > now_ms && given->until_ms > out->end_ms) out->next = *given;
    if (ended && out->next.until_ms > 0) out->source = out->next.source;
    out->by_credits = out->source == SOURCE_CREDITS && out->next.until_ms == 0;
}

bool entitlements_each(struct tx *tx, const int64_t *account, const int64_t *shop, const struct subscription *s,
                       size_t count, int64_t now_ms, struct entitlement *out)
{
    struct tenants_entitlement given[ENTITLEMENTS_MAX] = { 0 };
    assert(count <= ENTITLEMENTS_MAX);
    if (count == 0) return true;
    if (tenants_hooks.entitlements && !tenants_hooks.entitlements(tx, account, shop, count, given)) return false;
    if (!ask_panel(tx, account, shop, s, count, now_ms, given)) return false;
    for (size_t i = 0; i < count; i++) {
        assert(given[i].until_ms == 0 || (given[i].source > SOURCE_CREDITS && given[i].source < SOURCE_COUNT));
        judge(&s[i], &given[i], now_ms, &out[i]);
    }
    return true;
}

bool entitlements_of(struct tx *tx, int64_t account, const struct subscription *s, size_t count, int64_t now_ms,
                     struct entitlement *out)
{
    int64_t accounts[ENTITLEMENTS_MAX], shop[ENTITLEMENTS_MAX];
    assert(count <= ENTITLEMENTS_MAX);
    for (size_t i = 0; i < count; i++) accounts[i] = account, shop[i] = s[i].shop;
    return entitlements_each(tx, accounts, shop, s, count, now_ms, out);
}

bool entitlement_of(struct tx *tx, int64_t account, int64_t shop, const struct subscription *s, int64_t now_ms,
                    struct entitlement *out)
{
    struct subscription one = *s;
    one.shop = shop;
    return entitlements_of(tx, account, &one, 1, now_ms, out);
}

struct credits entitlement_price(const struct entitlement *e)
{
    return e->runs || e->next.until_ms > 0 ? credits_of(0) : tenants_settings.enable_price;
}

int64_t entitlement_free_until_ms(const struct entitlement *e)
{
    return e->next.until_ms > 0 ? e->next.until_ms : e->runs ? e->end_ms : 0;
}

bool entitlement_serves(const struct tenant *t) { return t->status == TENANT_ACTIVE && !t->shop_deleted; }
