/* cards.c: see cards.h. What stands on a card comes from the shop's rows alone, never from the words of a reply, and is
 * made once, when the reply is. A link is the product's own address, http or https. A picture is fetched by shoppers'
 * browsers: from the shop's own domain, the host of the product's page, or a host where shop systems keep pictures, and
 * by https; another one is left away, and so is an address that is too long.
 *
 * What a reply stands on is kept beside it the same way: which entry it was, as it was called then. It is for who looks
 * after the bot; shoppers get the words and the links. */
#include "chat/cards.h"

#include "base/unicode.h"
#include "chat/models/local.h"
#include "chat/private.h"
#include "outbound/http_client.h"

enum { CARDS_BYTES = 8 << 10 };

/* clang-format off */
const struct shape chat_card_shape[] = {
    SHAPE_TEXT("id"), SHAPE_TEXT("title"),
    SHAPE_TEXT("price", .nullable = true, .doc = "To be shown as it is: ¥29.00; null: not known."),
    SHAPE_BOOL("from", .doc = "There are dearer ones of it."), SHAPE_BOOL("available"),
    SHAPE_TEXT("url", .nullable = true, .doc = "The product's own page."),
    SHAPE_TEXT("image", .nullable = true, .doc = "https, of the shop or of where shops keep pictures."), SHAPE_END };
/* clang-format on */

static const char *const source_kinds[] = { "product", "variant", "faq", "document", "promotion", NULL };
/* clang-format off */
const struct shape chat_source_shape[] = {
    SHAPE_ENUM("kind", source_kinds), SHAPE_TEXT("id", .doc = "The shop's own, as in its knowledge."),
    SHAPE_TEXT("title", .doc = "As it was called when the reply was made."), SHAPE_TEXT("url", .nullable = true),
    SHAPE_END };
/* clang-format on */

static bool is_under(const char *host, const char *domain)
{
    if (domain && strncmp(domain, "www.", 4) == 0) domain += 4;
    size_t n = strlen(host), m = domain ? strlen(domain) : 0;
    return m > 0 && n >= m && strcmp(host + n - m, domain) == 0 && (n == m || host[n - m - 1] == '.');
}

static const char *link_of(struct arena *a, const struct knowledge_source *s, const char *own)
{
    const char *base = s->shop_url && url_resolve(a, NULL, s->shop_url) ? s->shop_url : NULL;
    const char *url = own ? url_resolve(a, base, own) : NULL;
    return url && strlen(url) <= CARD_URL_MAX ? url : NULL;
}

static const char *image_of(struct arena *a, const struct knowledge_source *s, const char *domain, const char *link,
                            const struct knowledge_product *p)
{
    static const char *const keepers[] = { "cdn.shopify.com", "shopifycdn.net", "alicdn.com", "360buyimg.com",
                                           "media-amazon.com" };
    const char *url = p->image ? url_resolve(a, link, p->image) : NULL, *host = url ? url_host(a, url) : NULL;
    if (!host || strlen(url) > CARD_URL_MAX) return NULL;
    bool near = text_eq(host, "localhost") || text_eq(host, "127.0.0.1");
    if (chat_settings.development && near) return url;
    if (!str_starts(str_of(url), STR("https://"))) return NULL;
    const char *shop = s->shop_url && strstr(s->shop_url, "://") ? url_host(a, s->shop_url) : NULL;
    bool good = is_under(host, domain) || is_under(host, shop) || (link && is_under(host, url_host(a, link)));
    for (size_t i = 0; i < ARRAY_LEN(keepers) && !good; i++) good = is_under(host, keepers[i]);
    return good ? url : NULL;
}

struct price {
    bool known, from, available;
    int64_t minor;
};

/* Of the variant that was meant, else the lowest one that can be had, else the lowest. */
static struct price price_of(const struct knowledge_product *p, const char *variant)
{
    struct price out = { .known = p->priced, .minor = p->price, .available = p->available };
    int64_t highest = 0;
    bool some = false;
    for (size_t i = 0; i < p->variants; i++) {
        const struct knowledge_variant *v = &p->variant[i];
        if (variant && text_eq(v->id, variant))
            return (struct price){ v->priced || p->priced, false, v->available, v->priced ? v->price : p->price };
        if (!v->priced || (p->available && !v->available)) continue;
        if (!some || v->price < out.minor) out.minor = v->price;
        if (!some || v->price > highest) highest = v->price;
        some = true;
    }
    out.known |= some;
    out.from = some && highest > out.minor;
    return out;
}

static void card_json(struct json *j, struct arena *a, const struct knowledge_source *s, const char *domain,
                      const struct knowledge_product *p, const char *variant)
{
    enum currency c = p->currency != CURRENCY_NONE ? p->currency : s->currency;
    struct str title = str_of(p->title);
    struct price price = price_of(p, variant);
    const char *link = link_of(a, s, p->url);
    const char *money = price.known ? say_money(a, price.minor, c) : "";
    if (title.n > CARD_TITLE_MAX) title.n = unicode_cut_bytes(title, CARD_TITLE_MAX);
    json_object(j, NULL);
    json_text(j, "id", p->id);
    json_str(j, "title", title);
    json_text(j, "price", money[0] ? money : NULL);
    json_bool(j, "from", price.from);
    json_bool(j, "available", price.available);
    json_text(j, "url", link);
    json_text(j, "image", image_of(a, s, domain, link, p));
    json_end(j);
}

bool chat_cards(struct arena *a, const struct knowledge_source *source, const char *domain, const struct model_reply *r,
                const char **out)
{
    struct host_name name;
    const char *variant = NULL;
    size_t cards = 0;
    struct buf b;
    struct json j;
    bool good = true;
    *out = NULL;
    if (r->action != REPLY_ANSWER && r->action != REPLY_ASK) return true;
    domain = domain && host_name_read(a, str_of(domain), &name) ? name.ascii : NULL;
    buf_init(&b, CARDS_BYTES);
    json_begin(&j, &b);
    json_array(&j, NULL);
    for (size_t i = 0; i < r->sources && cards < CARDS_MAX && good; i++) {
        const struct model_cited *cited = &r->source[i];
        const struct knowledge_product *p = cited->product;
        struct knowledge_product *read = NULL;
        if (cited->kind == CITED_VARIANT) variant = cited->id;
        if (cited->kind != CITED_PRODUCT) continue;
        if (!p) good = source->product(source->ctx, cited->id, a, &read), p = read;
        if (!good || !p) continue;
        card_json(&j, a, source, domain, p, variant);
        variant = NULL;
        cards++;
    }
    json_end(&j);
    json_finish(&j);
    if (good && cards > 0 && !b.overflow) *out = arena_text(a, buf_terminated(&b));
    buf_free(&b);
    return good;
}

static bool is_new(const struct model_cited *all, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (all[k].kind == all[i].kind && text_eq(all[k].id, all[i].id)) return false;
    return true;
}

static void source_json(struct json *j, struct arena *a, const struct knowledge_source *s, const struct model_cited *c)
{
    const char *own = c->url ? c->url : c->product ? c->product->url : NULL;
    struct str title = str_of(c->title ? c->title : "");
    if (title.n > CARD_TITLE_MAX) title.n = unicode_cut_bytes(title, CARD_TITLE_MAX);
    json_object(j, NULL);
    json_text(j, "kind", model_cited_name(c->kind));
    json_text(j, "id", c->id);
    json_str(j, "title", title);
    json_text(j, "url", link_of(a, s, own));
    json_end(j);
}

/* One that would be too much is the last that is looked at: the first ones are what the words begin with. */
void chat_sources(struct arena *a, const struct knowledge_source *source, const struct model_reply *r, const char **out)
{
    size_t kept = 0;
    struct buf all, one;
    *out = NULL;
    buf_init(&all, SOURCES_BYTES + 4);
    buf_char(&all, '[');
    for (size_t i = 0; i < r->sources && kept < SOURCES_MAX; i++) {
        struct json j;
        if (!r->source[i].id || !is_new(r->source, i)) continue;
        buf_init(&one, CARDS_BYTES);
        json_begin(&j, &one);
        source_json(&j, a, source, &r->source[i]);
        json_finish(&j);
        bool fits = !one.overflow && all.n + one.n <= SOURCES_BYTES;
        if (fits && kept++ > 0) buf_char(&all, ',');
        if (fits) buf_add(&all, one.p, one.n);
        buf_free(&one);
        if (!fits) break;
    }
    buf_char(&all, ']');
    if (kept > 0) *out = arena_text(a, buf_terminated(&all));
    buf_free(&all);
}
