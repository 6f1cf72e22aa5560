/* source.c: what a model asks, answered from the rows of one shop. */
#include "knowledge/private.h"

#include "shops/shops.h"
#include <stdlib.h>

/* GHOSTS_MAX: numbers of the index that belong to nothing may stand among the best; so many more are looked at. */
enum { PRODUCT_TEXTS_MAX = 64, NUMBER_BYTES_MAX = 200, GHOSTS_MAX = 12 };

struct context {
    struct tx *tx;
    struct knowledge_head head;
};

static bool search_products(void *ctx, struct str query, size_t most, struct arena *a, struct knowledge_product **out,
                            size_t *n)
{
    struct context *c = ctx;
    struct found found[SEARCH_FOUND_MAX];
    struct tokens said;
    const struct search s = { c->head.shop, INDEX_PRODUCTS, c->head.products, query };
    *n = 0;
    if (!know_search_find(c->tx, a, &s, found, n, &said)) return false;
    if (*n > most + GHOSTS_MAX) *n = most + GHOSTS_MAX;
    *out = ARENA_ARRAY(a, struct knowledge_product, *n + 1);
    if (!know_products_of(c->tx, &c->head, found, *n, a, *out, n)) return false;
    if (*n > most) *n = most;
    return true;
}

static int by_score(const void *a, const void *b)
{
    const struct knowledge_text *s = a, *t = b;
    if (s->score != t->score) return s->score < t->score ? 1 : -1;
    return s->row < t->row ? -1 : s->row > t->row;
}

static bool texts_of_one(struct context *c, struct str query, const char *product, size_t most, struct arena *a,
                         struct knowledge_text **out, size_t *n)
{
    struct tokens said;
    *out = ARENA_ARRAY(a, struct knowledge_text, PRODUCT_TEXTS_MAX);
    if (!know_texts_of_product(c->tx, c->head.shop, product, a, *out, PRODUCT_TEXTS_MAX, n)) return false;
    know_search_words(a, query, &said);
    for (size_t i = 0; i < *n; i++)
        (*out)[i].score = know_search_rank(a, &said, str_of((*out)[i].title), str_of((*out)[i].text));
    qsort(*out, *n, sizeof **out, by_score);
    if (*n > most) *n = most;
    return true;
}

static bool search_texts(void *ctx, struct str query, const char *product, size_t most, struct arena *a,
                         struct knowledge_text **out, size_t *n)
{
    struct context *c = ctx;
    struct found found[SEARCH_FOUND_MAX];
    struct tokens said;
    const struct search s = { c->head.shop, INDEX_TEXTS, c->head.texts, query };
    *n = 0;
    if (product) return texts_of_one(c, query, product, most, a, out, n);
    if (!know_search_find(c->tx, a, &s, found, n, &said)) return false;
    if (*n > most + GHOSTS_MAX) *n = most + GHOSTS_MAX;
    *out = ARENA_ARRAY(a, struct knowledge_text, *n + 1);
    if (!know_texts_of(c->tx, &c->head, found, *n, a, *out, n)) return false;
    if (*n > most) *n = most;
    return true;
}

static bool same_number(const char *a, const char *key)
{
    char other[TOKEN_NUMBER_MAX + 1];
    return a && token_number(str_of(a), other) > 0 && strcmp(other, key) == 0;
}

static bool by_number(void *ctx, struct str number, struct arena *a, struct knowledge_product **out, size_t *n,
                      const char **variant)
{
    struct context *c = ctx;
    struct found found[SEARCH_FOUND_MAX];
    char key[TOKEN_NUMBER_MAX + 1];
    size_t variants = 0;
    *n = 0, *variant = NULL, *out = NULL;
    if (number.n > NUMBER_BYTES_MAX || token_number(number, key) == 0) return true;
    if (!know_search_number(c->tx, a, c->head.shop, number, found, n)) return false;
    *out = ARENA_ARRAY(a, struct knowledge_product, *n + 1);
    if (!know_products_of(c->tx, &c->head, found, *n, a, *out, n)) return false;
    for (size_t i = 0; i < *n; i++)
        for (size_t k = 0; k < (*out)[i].variants; k++) {
            const struct knowledge_variant *v = &(*out)[i].variant[k];
            if (!same_number(v->id, key) && !same_number(v->sku, key)) continue;
            *variant = v->id;
            variants++;
        }
    if (variants != 1) *variant = NULL;
    return true;
}

static bool product(void *ctx, const char *id, struct arena *a, struct knowledge_product **out)
{
    struct context *c = ctx;
    struct knowledge_product *p = ARENA_NEW(a, struct knowledge_product);
    enum row row = know_products_get(c->tx, &c->head, id, a, p);
    *out = row == ROW_FOUND ? p : NULL;
    return row != ROW_FAULT;
}

static bool order(void *ctx, struct str number, struct arena *a, struct knowledge_order **out)
{
    struct context *c = ctx;
    struct knowledge_order *o = ARENA_NEW(a, struct knowledge_order);
    *out = NULL;
    if (number.n == 0 || number.n > NUMBER_BYTES_MAX || !utf8_valid(number)) return true;
    enum row row = know_orders_get(c->tx, c->head.shop, number, a, o);
    if (row == ROW_FOUND) *out = o;
    return row != ROW_FAULT;
}

static bool orders_of(void *ctx, struct str email, size_t most, struct arena *a, struct knowledge_order **out,
                      size_t *n)
{
    struct context *c = ctx;
    return know_orders_of(c->tx, c->head.shop, email, most, a, out, n);
}

enum row knowledge_source_of(struct tx *tx, int64_t account, int64_t shop, struct arena *a,
                             struct knowledge_source *out)
{
    struct context *c = ARENA_NEW(a, struct context);
    struct shop s;
    enum row row = shops_owned(tx, account, shop, &s);
    c->tx = tx;
    if (row != ROW_FOUND || know_head_get(tx, shop, account, &c->head) == ROW_FAULT)
        return row == ROW_NONE ? row : ROW_FAULT;
    const char *domain = s.domain ? arena_printf(a, "https://%s", s.domain) : NULL;
    *out = (struct knowledge_source){ .ctx = c,
                                      .shop_name = c->head.name ? c->head.name : s.name,
                                      .shop_url = c->head.url ? c->head.url : domain,
                                      .currency = c->head.currency,
                                      .language = c->head.language,
                                      .search_products = search_products,
                                      .search_texts = search_texts,
                                      .by_number = by_number,
                                      .product = product,
                                      .order = order,
                                      .orders_of = orders_of };
    return ROW_FOUND;
}
