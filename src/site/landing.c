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

static const char *number_text(struct arena *a, int64_t n) { return arena_printf(a, "%lld", (long long)n); }

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
    template_set(&s, "best", best ? "1" : "");
    sold_slots(&s, a, o, lang);
    template_fill(out, text_plan_html, lang, &s);
}

static const char *plans_html(struct arena *a, const struct sold *o, enum lang lang)
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

static const char *packs_html(struct arena *a, const struct sold *o, enum lang lang)
{
    struct buf b;
    buf_init(&b, DOCUMENT_MAX);
    for (size_t i = 0; i < o->count; i++) {
        struct template_slots s = { .count = 0 };
        if (o->offer[i].plan) continue;
        sold_slots(&s, a, &o->offer[i], lang);
        if (b.n > 0) buf_text(&b, lang == LANG_ZH ? "，" : ", ");
        template_fill(&b, "{{plan.pack}}", lang, &s);
    }
    const char *html = arena_text_n(a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return html;
}

/* A trial is promised only of a plan that stands here. */
static bool tries(const struct sold *o)
{
    bool sold = false;
    for (size_t i = 0; i < o->count; i++) sold |= o->offer[i].trial;
    return sold && site_hooks.trial_days > 0;
}

bool landing_write(struct buf *out, struct tx *tx, enum lang lang, bool negotiated, bool *chat)
{
    struct arena *a = tx_arena(tx);
    struct sold *o;
    const char *shop;
    struct template_slots s = { .count = 0 };
    if (!sold_now(tx, &o) || !site_chat_shop(tx, &shop)) return false;
    *chat = shop != NULL;
    template_set(&s, "lang", page_langs[lang]);
    template_set(&s, "chat", shop ? "1" : "");
    template_text(&s, a, "base", site_settings.base_url);
    template_set(&s, "plans", plans_html(a, o, lang));
    template_set(&s, "packs", packs_html(a, o, lang));
    template_set(&s, "trial.days", tries(o) ? number_text(a, site_hooks.trial_days) : "");
    struct buf body;
    buf_init(&body, DOCUMENT_MAX);
    template_fill(&body, text_landing_html, lang, &s);
    const char *html = arena_text_n(a, body.p, body.n);
    buf_free(&body);
    document_write(out, a,
                   &(struct document){ .place = PLACE_HOME,
                                       .lang = lang,
                                       .negotiated = negotiated,
                                       .shop = shop,
                                       .title = word("home.title", lang).p,
                                       .description = word("home.description", lang).p,
                                       .body = html });
    return true;
}
