/* landing.c: what this is, what it costs, and the way in. Prices are those at which it is sold now, read with each
 * answer: a page that was written beforehand would go on showing yesterday's. */
#include "site/private.h"

struct site_settings site_settings;
struct site_hooks site_hooks;

static struct str word(const char *name, enum lang lang)
{
    const char *text = word_of(name, strlen(name), lang);
    assert(text);
    return str_of(text);
}

/* ¥50, ¥12.50, USD 9.90: what is whole is said without its noughts. */
static const char *price_text(struct arena *a, struct money m)
{
    char text[MONEY_TEXT_SIZE];
    money_text(m, text);
    char *dot = strchr(text, '.');
    if (dot && dot[1 + strspn(dot + 1, "0")] == '\0') *dot = '\0';
    enum currency c = money_currency(m);
    return c == CURRENCY_CNY ? arena_printf(a, "¥%s", text) : arena_printf(a, "%s %s", currency_code(c), text);
}

static const char *number_text(struct arena *a, int64_t n) { return arena_printf(a, "%lld", (long long)n); }

struct offers {
    struct site_offer offer[SITE_OFFERS_MAX];
    size_t count;
};

static bool costs_less(const struct site_offer *a, const struct site_offer *b)
{
    return money_minor(a->price) < money_minor(b->price);
}

/* Of one currency, yuan where it is sold for yuan; the cheapest first. */
static void arrange(struct offers *o)
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

static const char *name_of(const struct site_offer *o, enum lang lang)
{
    return lang == LANG_ZH ? o->name_zh : o->name_en;
}

static const char *encoded(struct arena *a, const char *text)
{
    struct buf b;
    buf_init(&b, 3 * strlen(text) + 1);
    percent_encode(&b, str_of(text));
    const char *out = arena_text_n(a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return out;
}

static void write_plan(struct buf *out, struct arena *a, const struct site_offer *o, enum lang lang, bool best)
{
    struct template_slots s = { .count = 0 };
    template_set(&s, "lang", page_langs[lang]);
    template_text(&s, a, "code", encoded(a, o->code));
    template_text(&s, a, "name", name_of(o, lang));
    template_text(&s, a, "price", price_text(a, o->price));
    template_set(&s, "days", number_text(a, o->days));
    template_set(&s, "best", best ? "1" : "");
    template_set(&s, "more", o->more_seats ? "1" : "");
    template_text(&s, a, "seat.price", o->more_seats ? price_text(a, o->seat_price) : "");
    template_set(&s, "seats", number_text(a, o->seats));
    template_set(&s, "one.seat", o->seats == 1 ? "1" : "");
    template_set(&s, "websites", o->websites > 0 ? number_text(a, o->websites) : "");
    template_set(&s, "one.site", o->websites == 1 ? "1" : "");
    template_fill(out, text_plan_html, lang, &s);
}

static const char *plans_html(struct arena *a, const struct offers *o, enum lang lang)
{
    struct buf b;
    size_t plans = 0, at = 0;
    buf_init(&b, DOCUMENT_MAX);
    for (size_t i = 0; i < o->count; i++) plans += o->offer[i].plan;
    for (size_t i = 0; i < o->count; i++)
        if (o->offer[i].plan) write_plan(&b, a, &o->offer[i], lang, plans > 2 && at++ == plans / 2);
    const char *html = arena_text_n(a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return html;
}

static const char *packs_html(struct arena *a, const struct offers *o, enum lang lang)
{
    struct buf b;
    buf_init(&b, DOCUMENT_MAX);
    for (size_t i = 0; i < o->count; i++) {
        struct template_slots s = { .count = 0 };
        if (o->offer[i].plan) continue;
        template_text(&s, a, "price", price_text(a, o->offer[i].price));
        template_set(&s, "credits", number_text(a, o->offer[i].credits));
        if (b.n > 0) buf_text(&b, lang == LANG_ZH ? "，" : ", ");
        template_fill(&b, "{{plan.pack}}", lang, &s);
    }
    const char *html = arena_text_n(a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return html;
}

bool landing_write(struct buf *out, struct tx *tx, enum lang lang, bool negotiated)
{
    struct arena *a = tx_arena(tx);
    struct offers *o = ARENA_NEW(a, struct offers);
    struct template_slots s = { .count = 0 };
    if (site_hooks.offers && !site_hooks.offers(tx, o->offer, SITE_OFFERS_MAX, &o->count)) return false;
    arrange(o);
    template_set(&s, "lang", page_langs[lang]);
    template_set(&s, "plans", plans_html(a, o, lang));
    template_set(&s, "packs", packs_html(a, o, lang));
    template_set(&s, "trial.days", site_hooks.trial_days > 0 ? number_text(a, site_hooks.trial_days) : "");
    struct buf body;
    buf_init(&body, DOCUMENT_MAX);
    template_fill(&body, text_landing_html, lang, &s);
    const char *html = arena_text_n(a, body.p, body.n);
    buf_free(&body);
    document_write(out, a,
                   &(struct document){ .place = PLACE_HOME,
                                       .lang = lang,
                                       .negotiated = negotiated,
                                       .chat = true,
                                       .title = word("home.title", lang).p,
                                       .description = word("home.description", lang).p,
                                       .body = html });
    return true;
}
