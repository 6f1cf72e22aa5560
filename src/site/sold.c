/* sold.c: what is sold, as the public pages and the house's own assistant say it: of one currency, and how a price is
 * written. */
#include "site/private.h"

const char *sold_price_text(struct arena *a, struct money m)
{
    char text[MONEY_TEXT_SIZE];
    money_text(m, text);
    char *dot = strchr(text, '.');
    if (dot && dot[1 + strspn(dot + 1, "0")] == '\0') *dot = '\0';
    enum currency c = money_currency(m);
    return c == CURRENCY_CNY ? arena_printf(a, "¥%s", text) : arena_printf(a, "%s %s", currency_code(c), text);
}

static bool costs_less(const struct site_offer *a, const struct site_offer *b)
{
    return money_minor(a->price) < money_minor(b->price);
}

void sold_arrange(struct sold *o)
{
    enum currency shown = o->count > 0 ? money_currency(o->offer[0].price) : CURRENCY_NONE;
    size_t kept = 0;
    for (size_t i = 0; i < o->count; i++)
        if (money_currency(o->offer[i].price) == CURRENCY_CNY) shown = CURRENCY_CNY;
    for (size_t i = 0; i < o->count; i++)
        if (money_currency(o->offer[i].price) == shown) o->offer[kept++] = o->offer[i];
    o->count = kept;
    for (size_t i = 1; i < kept; i++)
        for (size_t k = i; k > 0 && costs_less(&o->offer[k], &o->offer[k - 1]); k--) {
            struct site_offer held = o->offer[k];
            o->offer[k] = o->offer[k - 1];
            o->offer[k - 1] = held;
        }
}

bool sold_now(struct tx *tx, struct sold **out)
{
    *out = ARENA_NEW(tx_arena(tx), struct sold);
    if (site_hooks.offers && !site_hooks.offers(tx, (*out)->offer, SITE_OFFERS_MAX, &(*out)->count)) return false;
    sold_arrange(*out);
    return true;
}

const char *sold_name(const struct site_offer *o, enum lang lang) { return lang == LANG_ZH ? o->name_zh : o->name_en; }

static const char *number_text(struct arena *a, int64_t n) { return arena_printf(a, "%lld", (long long)n); }

void sold_slots(struct template_slots *s, struct arena *a, const struct site_offer *o, enum lang lang)
{
    template_text(s, a, "name", sold_name(o, lang));
    template_text(s, a, "price", sold_price_text(a, o->price));
    template_set(s, "days", number_text(a, o->days));
    template_set(s, "more", o->more_seats ? "1" : "");
    template_text(s, a, "seat.price", o->more_seats ? sold_price_text(a, o->seat_price) : "");
    template_set(s, "seats", number_text(a, o->seats));
    template_set(s, "one.seat", o->seats == 1 ? "1" : "");
    template_set(s, "websites", o->websites > 0 ? number_text(a, o->websites) : "");
    template_set(s, "one.site", o->websites == 1 ? "1" : "");
    template_set(s, "credits", number_text(a, o->credits));
}
