/* test_memory.c: a shop in memory. The search counts words that a query and a row share. */
#include "chat/test_memory.h"

#include "base/json_read.h"
#include "chat/models/local.h"

struct memory_shop {
    struct arena *arena;
    struct knowledge_source source;
    struct knowledge_product *product;
    struct knowledge_text *text;
    struct knowledge_order *order;
    size_t products, texts, orders;
    bool broken;
    int good;
};

static const char *text_in(struct arena *a, const json_t *o, const char *key)
{
    struct str s;
    return json_get_str(o, key, &s) ? arena_text_n(a, s.p, s.n) : NULL;
}

static void read_variants(struct arena *a, const json_t *list, struct knowledge_product *p)
{
    size_t n = json_array_size(list);
    struct knowledge_variant *v = ARENA_ARRAY(a, struct knowledge_variant, n + 1);
    p->variant = v, p->variants = n;
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_array_get(list, i), *options = json_object_get(o, "options"), *value;
        struct knowledge_option *option = ARENA_ARRAY(a, struct knowledge_option, json_object_size(options) + 1);
        const char *key;
        v[i].id = text_in(a, o, "id"), v[i].sku = text_in(a, o, "sku");
        v[i].priced = json_get_i64(o, "price", &v[i].price);
        if (!json_get_bool(o, "available", &v[i].available)) v[i].available = true;
        json_object_foreach(options, key, value) option[v[i].options++] =
            (struct knowledge_option){ arena_text(a, key), arena_text(a, json_string_value(value)) };
        v[i].option = option;
    }
}

static void read_products(struct memory_shop *s, const json_t *list)
{
    s->products = json_array_size(list);
    s->product = ARENA_ARRAY(s->arena, struct knowledge_product, s->products + 1);
    for (size_t i = 0; i < s->products; i++) {
        json_t *o = json_array_get(list, i);
        struct knowledge_product *p = &s->product[i];
        *p = (struct knowledge_product){ .row = (int64_t)i + 1,
                                         .id = text_in(s->arena, o, "id"),
                                         .title = text_in(s->arena, o, "title"),
                                         .description = text_in(s->arena, o, "description"),
                                         .url = text_in(s->arena, o, "url"),
                                         .currency = s->source.currency };
        if (!p->description) p->description = "";
        p->priced = json_get_i64(o, "price", &p->price);
        read_variants(s->arena, json_object_get(o, "variants"), p);
        if (!json_get_bool(o, "available", &p->available)) p->available = p->variants == 0;
        for (size_t k = 0; k < p->variants; k++) p->available |= p->variant[k].available;
    }
}

static void read_texts(struct memory_shop *s, const json_t *list, enum knowledge_kind kind)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *o = json_array_get(list, i);
        const char *title = text_in(s->arena, o, kind == KNOWLEDGE_FAQ ? "question" : "title");
        const char *text = text_in(s->arena, o, kind == KNOWLEDGE_FAQ ? "answer" : "text");
        s->text[s->texts++] = (struct knowledge_text){ .row = (int64_t)i + 1,
                                                       .kind = kind,
                                                       .id = text_in(s->arena, o, "id"),
                                                       .title = title ? title : "",
                                                       .text = text ? text : "",
                                                       .product = text_in(s->arena, o, "product") };
    }
}

static void read_orders(struct memory_shop *s, const json_t *list)
{
    s->orders = json_array_size(list);
    s->order = ARENA_ARRAY(s->arena, struct knowledge_order, s->orders + 1);
    for (size_t i = 0; i < s->orders; i++) {
        json_t *o = json_array_get(list, i), *items = json_object_get(o, "items"),
               *shipments = json_object_get(o, "shipments");
        struct knowledge_order_item *item =
            ARENA_ARRAY(s->arena, struct knowledge_order_item, json_array_size(items) + 1);
        struct knowledge_shipment *shipment =
            ARENA_ARRAY(s->arena, struct knowledge_shipment, json_array_size(shipments) + 1);
        for (size_t k = 0; k < json_array_size(items); k++) {
            item[k].title = text_in(s->arena, json_array_get(items, k), "title");
            if (!json_get_i64(json_array_get(items, k), "quantity", &item[k].quantity)) item[k].quantity = 1;
        }
        for (size_t k = 0; k < json_array_size(shipments); k++) {
            shipment[k].carrier = text_in(s->arena, json_array_get(shipments, k), "carrier");
            shipment[k].tracking = text_in(s->arena, json_array_get(shipments, k), "tracking");
        }
        s->order[i] = (struct knowledge_order){ .number = text_in(s->arena, o, "number"),
                                                .email = text_in(s->arena, o, "email"),
                                                .name = text_in(s->arena, o, "name"),
                                                .status = text_in(s->arena, o, "status"),
                                                .status_text = text_in(s->arena, o, "statusText"),
                                                .item = item,
                                                .items = json_array_size(items),
                                                .shipment = shipment,
                                                .shipments = json_array_size(shipments) };
    }
}

/* ---- the search ---- */

static bool alive(struct memory_shop *s) { return !s->broken || s->good-- > 0; }

static int32_t overlap(const struct atoms *q, const struct atoms *t)
{
    int32_t score = 0;
    for (size_t i = 0; i < q->n; i++)
        for (size_t k = 0; k < t->n; k++) {
            const struct atom *a = &q->atom[i], *b = &t->atom[k];
            bool same = atom_same(b, a->text, a->n) || atom_like(a, b);
            if (!same) continue;
            bool pair = a->kind == ATOM_HAN && i + 1 < q->n && k + 1 < t->n &&
                        strcmp(q->atom[i + 1].text, t->atom[k + 1].text) == 0;
            score += a->kind != ATOM_HAN ? 3 : pair ? 3 : 1;
            break;
        }
    return score;
}

static int by_score(const void *a, const void *b)
{
    int32_t x = ((const struct knowledge_product *)a)->score, y = ((const struct knowledge_product *)b)->score;
    return x < y ? 1 : x > y ? -1 : 0;
}
static int by_text_score(const void *a, const void *b)
{
    int32_t x = ((const struct knowledge_text *)a)->score, y = ((const struct knowledge_text *)b)->score;
    return x < y ? 1 : x > y ? -1 : 0;
}

static bool search_products(void *ctx, struct str query, size_t most, struct arena *a, struct knowledge_product **out,
                            size_t *n)
{
    struct memory_shop *s = ctx;
    struct atoms q = atoms_of(a, query, 200);
    *out = ARENA_ARRAY(a, struct knowledge_product, s->products + 1), *n = 0;
    if (!alive(s)) return false;
    for (size_t i = 0; i < s->products; i++) {
        struct atoms title = atoms_of(a, str_of(s->product[i].title), 100),
                     text = atoms_of(a, str_of(s->product[i].description), 400);
        int32_t score = overlap(&q, &title) * 4 + overlap(&q, &text);
        /* words written together in one of the two */
        for (size_t k = 0; k < q.n; k++) {
            for (size_t t = 0; t < title.n; t++)
                score += q.atom[k].n > 3 && atoms_joined(&title, t, q.atom[k].text, q.atom[k].n) > 1 ? 8 : 0;
            for (size_t t = 0; t < title.n; t++)
                score += title.atom[t].n > 3 && atoms_joined(&q, k, title.atom[t].text, title.atom[t].n) > 1 ? 8 : 0;
        }
        if (score == 0) continue;
        (*out)[*n] = s->product[i];
        (*out)[(*n)++].score = score;
    }
    qsort(*out, *n, sizeof **out, by_score);
    if (*n > most) *n = most;
    return true;
}

static bool search_texts(void *ctx, struct str query, const char *product, size_t most, struct arena *a,
                         struct knowledge_text **out, size_t *n)
{
    struct memory_shop *s = ctx;
    struct atoms q = atoms_of(a, (struct str){ query.p, utf8_cut(query, 600) }, 200);
    *out = ARENA_ARRAY(a, struct knowledge_text, s->texts + 1), *n = 0;
    if (!alive(s)) return false;
    for (size_t i = 0; i < s->texts; i++) {
        if (product && !text_eq(product, s->text[i].product)) continue;
        struct atoms title = atoms_of(a, str_of(s->text[i].title), 60),
                     text = atoms_of(a, str_of(s->text[i].text), 400);
        int32_t score = overlap(&q, &title) * 4 + overlap(&q, &text);
        if (score == 0 && !product) continue;
        (*out)[*n] = s->text[i];
        (*out)[(*n)++].score = score;
    }
    qsort(*out, *n, sizeof **out, by_text_score);
    if (*n > most) *n = most;
    return true;
}

static bool is_model(const struct knowledge_product *p, struct arena *a, const char *joined, size_t length)
{
    struct atoms t = atoms_of(a, str_of(p->title), 100);
    for (size_t i = 0; i < t.n; i++) {
        if (t.atom[i].kind == ATOM_HAN || (t.atom[i].glued && i > 0 && t.atom[i - 1].kind != ATOM_HAN)) continue;
        size_t n = atoms_joined(&t, i, joined, length);
        if (n > 1 && (i + n >= t.n || !t.atom[i + n].glued || t.atom[i + n].kind == ATOM_HAN)) return true;
    }
    return false;
}

static bool by_number(void *ctx, struct str number, struct arena *a, struct knowledge_product **out, size_t *n,
                      const char **variant)
{
    struct memory_shop *s = ctx;
    char wanted[LOCAL_JOINED], other[LOCAL_JOINED];
    size_t length = joined_of(number, wanted, sizeof wanted);
    *out = ARENA_ARRAY(a, struct knowledge_product, s->products + 1), *n = 0, *variant = NULL;
    if (!alive(s)) return false;
    for (size_t i = 0; i < s->products && length > 0; i++) {
        const struct knowledge_product *p = &s->product[i];
        joined_of(str_of(p->id), other, sizeof other);
        bool same = strcmp(wanted, other) == 0 || is_model(p, a, wanted, length);
        for (size_t k = 0; k < p->variants; k++) {
            const char *names[2] = { p->variant[k].id, p->variant[k].sku };
            for (int w = 0; w < 2; w++) {
                if (!names[w]) continue;
                joined_of(str_of(names[w]), other, sizeof other);
                if (strcmp(wanted, other) == 0) same = true, *variant = p->variant[k].id;
            }
        }
        if (same) (*out)[(*n)++] = *p;
    }
    if (*n != 1) *variant = NULL;
    return true;
}

static bool product(void *ctx, const char *id, struct arena *a, struct knowledge_product **out)
{
    struct memory_shop *s = ctx;
    *out = NULL;
    for (size_t i = 0; i < s->products; i++)
        if (text_eq(s->product[i].id, id)) *out = &s->product[i];
    return alive(s);
}

static bool order(void *ctx, struct str number, struct arena *a, struct knowledge_order **out)
{
    struct memory_shop *s = ctx;
    char wanted[LOCAL_JOINED], other[LOCAL_JOINED];
    *out = NULL;
    if (!alive(s)) return false;
    joined_of(number, wanted, sizeof wanted);
    for (size_t i = 0; i < s->orders; i++) {
        joined_of(str_of(s->order[i].number), other, sizeof other);
        if (strcmp(wanted, other) == 0) *out = &s->order[i];
    }
    return true;
}

/* Later ones stand behind. */
static bool orders_of(void *ctx, struct str email, size_t most, struct arena *a, struct knowledge_order **out,
                      size_t *n)
{
    struct memory_shop *s = ctx;
    *out = ARENA_ARRAY(a, struct knowledge_order, most);
    *n = 0;
    for (size_t i = s->orders; i-- > 0 && *n < most;)
        if (s->order[i].email && str_eq_nocase(str_of(s->order[i].email), email)) (*out)[(*n)++] = s->order[i];
    return alive(s);
}

struct memory_shop *memory_shop_read(struct arena *a, struct str json)
{
    json_t *root = json_read(json, JSON_READ_MAX_BYTES, NULL), *list;
    if (!root) return NULL;
    struct memory_shop *s = ARENA_NEW(a, struct memory_shop);
    const char *code = text_in(a, root, "currency"),
               *language = json_string_value(json_array_get(json_object_get(root, "languages"), 0));
    s->arena = a;
    s->source = (struct knowledge_source){ .ctx = s,
                                           .shop_name = text_in(a, root, "name"),
                                           .shop_url = text_in(a, root, "url"),
                                           .currency = code ? currency_from_code(code, strlen(code)) : CURRENCY_NONE,
                                           .language = language ? arena_text(a, language) : "en",
                                           .search_products = search_products,
                                           .search_texts = search_texts,
                                           .by_number = by_number,
                                           .product = product,
                                           .order = order,
                                           .orders_of = orders_of };
    size_t texts = 1;
    for (int i = 0; i < 3; i++)
        texts += json_array_size(json_object_get(root, i == 0 ? "faq" : i == 1 ? "documents" : "promotions"));
    s->text = ARENA_ARRAY(a, struct knowledge_text, texts);
    list = json_object_get(root, "products"), read_products(s, list);
    read_texts(s, json_object_get(root, "faq"), KNOWLEDGE_FAQ);
    read_texts(s, json_object_get(root, "documents"), KNOWLEDGE_DOCUMENT);
    read_texts(s, json_object_get(root, "promotions"), KNOWLEDGE_PROMOTION);
    read_orders(s, json_object_get(root, "orders"));
    json_decref(root);
    return s;
}

const struct knowledge_source *memory_shop_source(const struct memory_shop *s) { return &s->source; }

void memory_shop_break(struct memory_shop *s, int good) { s->broken = true, s->good = good; }
