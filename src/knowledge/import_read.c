/* import_read.c: a shop's knowledge as one JSON text, checked whole before anything of it is used. Each fault names its
 * row and field ("products[3].variants[0].price"), the first ones of them. What stands in texts is data and kept to the
 * byte; members that we do not know are passed over, since shops' own tools write these files. */
#include "knowledge/private.h"
#include "knowledge/readers.h"

#include "base/unicode.h"

#include <stdlib.h>

/* clang-format off */
FIELD_CODE(other_currency, "This is in another currency than the shop.", "币种与店铺不一致。");
/* clang-format on */

enum { PATH_BYTES = 200, STATUS_MAX = 60, EMAIL_MAX = 254, QUANTITY_MAX = 1000000, ROW_LIST_MAX = 384 << 10 };

struct place { /* a row of a list: "products[3]"; made into text when there is a fault, and only then */
    const struct place *outer;
    const char *list;
    size_t i;
};
struct reading {
    struct arena *a;
    const struct know_origins *from; /* NULL: places are those of the JSON */
    struct field_faults *faults;
    enum currency currency;
    const struct place *place; /* of the object that is read; NULL: the top */
};

static void place_text(struct buf *out, const struct place *p)
{
    if (!p) return;
    place_text(out, p->outer);
    buf_printf(out, "%s%s[%zu]", p->outer ? "." : "", p->list, p->i);
}

/* The row of the file that it came from, where a file was no JSON. False: as place_text says. */
static bool origin_text(struct buf *out, const struct know_origins *from, const struct place *p)
{
    const struct place *product = p && p->outer ? p->outer : p;
    if (!from || !from->product || !product || strcmp(product->list, "products") != 0) return false;
    if (product->i >= from->products) return false;
    bool variant = p != product && strcmp(p->list, "variants") == 0;
    buf_printf(out, "%s[%u]", from->word,
               variant ? from->variant[from->first[product->i] + p->i] : from->product[product->i]);
    return true;
}

static void fault(struct reading *r, const char *field, const char *code, int64_t limit)
{
    struct field_faults *f = r->faults;
    char memory[PATH_BYTES];
    struct buf path;
    if (f->count == FIELD_FAULTS_MAX) return;
    buf_fixed(&path, memory, sizeof memory);
    if (!origin_text(&path, r->from, r->place)) place_text(&path, r->place);
    if (path.n > 0 && field[0]) buf_char(&path, '.');
    buf_text(&path, field);
    f->fault[f->count++] =
        (struct field_fault){ .field = arena_text(r->a, buf_terminated(&path)), .code = code, .limit = limit };
}

/* ---- members ---- */

static const json_t *member(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_null(v) ? NULL : v;
}

/* NULL: not there, or at fault. */
static const char *text(struct reading *r, const json_t *o, const char *key, bool wanted, size_t max)
{
    const json_t *v = member(o, key);
    if (v && !json_is_string(v)) {
        fault(r, key, "type", 0);
        return NULL;
    }
    size_t n = json_string_length(v);
    if (n == 0) {
        if (wanted) fault(r, key, "required", 0);
        return NULL;
    }
    if (n > max) {
        fault(r, key, "too_long", (int64_t)max);
        return NULL;
    }
    if (wanted && !unicode_has_ink((struct str){ json_string_value(v), n })) {
        fault(r, key, "invisible", 0);
        return NULL;
    }
    return arena_text_n(r->a, json_string_value(v), n);
}

/* What rows are told apart by: a text on one line, or a whole number. */
static const char *id(struct reading *r, const json_t *o, const char *key, bool wanted)
{
    const json_t *v = member(o, key);
    if (json_is_integer(v)) return arena_printf(r->a, "%lld", (long long)json_integer_value(v));
    const char *t = text(r, o, key, wanted, KNOWLEDGE_ID_MAX);
    if (!t) return NULL;
    if (text_has_controls(str_of(t))) {
        fault(r, key, "control_characters", 0);
        return NULL;
    }
    if (str_trim(str_of(t)).n != strlen(t)) {
        fault(r, key, "format", 0);
        return NULL;
    }
    return t;
}

static const char *url(struct reading *r, const json_t *o, const char *key)
{
    const char *t = text(r, o, key, false, KNOWLEDGE_URL_MAX);
    if (!t) return NULL;
    bool web = str_starts(str_of(t), STR("https://")) || str_starts(str_of(t), STR("http://"));
    if (!web || strpbrk(t, " <>\"\\") || text_has_controls(str_of(t))) {
        fault(r, key, "format", 0);
        return NULL;
    }
    return t;
}

/* A whole number of minor units; a text or a fraction is no price. */
static bool amount(struct reading *r, const json_t *o, const char *key, bool wanted, int64_t *out)
{
    const json_t *v = member(o, key);
    *out = 0;
    if (!v) {
        if (wanted) fault(r, key, "required", 0);
        return false;
    }
    if (!json_is_integer(v)) {
        fault(r, key, "type", 0);
        return false;
    }
    int64_t n = json_integer_value(v);
    if (n < 0) {
        fault(r, key, "too_small", 0);
        return false;
    }
    if (n > MONEY_LIMIT) {
        fault(r, key, "too_large", MONEY_LIMIT);
        return false;
    }
    *out = n;
    return true;
}

static bool yes(struct reading *r, const json_t *o, const char *key, bool otherwise)
{
    const json_t *v = member(o, key);
    if (!v) return otherwise;
    if (!json_is_boolean(v)) fault(r, key, "type", 0);
    return json_is_true(v);
}

static enum currency currency(struct reading *r, const json_t *o, enum currency otherwise)
{
    const json_t *v = member(o, "currency");
    if (!v) return otherwise;
    const char *code = json_is_string(v) ? json_string_value(v) : "";
    enum currency c = currency_from_code(code, strlen(code));
    if (c == CURRENCY_NONE) fault(r, "currency", json_is_string(v) ? "not_one_of" : "type", 0);
    return c;
}

/* *n items; a fault: none. */
static const json_t *list(struct reading *r, const json_t *o, const char *key, size_t max, size_t *n)
{
    const json_t *v = member(o, key);
    *n = 0;
    if (!v) return NULL;
    if (!json_is_array(v)) {
        fault(r, key, "type", 0);
        return NULL;
    }
    if (json_array_size(v) > max) {
        fault(r, key, "too_many", (int64_t)max);
        return NULL;
    }
    *n = json_array_size(v);
    return v;
}

static const json_t *object(struct reading *r, const json_t *items, size_t i)
{
    const json_t *o = json_array_get(items, i);
    if (!json_is_object(o)) fault(r, "", "type", 0);
    return json_is_object(o) ? o : NULL;
}

/* ---- two of one name ---- */

struct named {
    const char *name;
    size_t i;
};

static int by_name(const void *a, const void *b)
{
    const struct named *s = a, *t = b;
    int order = strcmp(s->name, t->name);
    return order ? order : s->i < t->i ? -1 : s->i > t->i;
}

static void find_doubles(struct reading *r, struct named *n, size_t count, const char *what, const char *key)
{
    const struct place *outer = r->place;
    qsort(n, count, sizeof *n, by_name);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(n[i].name, n[i - 1].name) != 0 || !n[i].name[0]) continue;
        struct place here = { outer, what, n[i].i };
        r->place = &here;
        fault(r, key, "duplicate", 0);
        r->place = outer;
    }
}

/* ---- products ---- */

static void read_options(struct reading *r, const json_t *o, struct knowledge_variant *v)
{
    const json_t *options = member(o, "options");
    if (options && !json_is_object(options)) fault(r, "options", "type", 0);
    size_t n = json_object_size(options), k = 0;
    if (n > KNOWLEDGE_OPTIONS_MAX) fault(r, "options", "too_many", KNOWLEDGE_OPTIONS_MAX);
    if (n == 0 || n > KNOWLEDGE_OPTIONS_MAX) return;
    struct knowledge_option *option = ARENA_ARRAY(r->a, struct knowledge_option, n);
    for (void *i = json_object_iter((json_t *)options); i; i = json_object_iter_next((json_t *)options, i)) {
        const char *name = json_object_iter_key(i);
        const json_t *value = json_object_iter_value(i);
        const char *shown = json_string_value(value);
        if (json_is_integer(value)) shown = arena_printf(r->a, "%lld", (long long)json_integer_value(value));
        if (!shown || !name[0]) fault(r, "options", "type", 0);
        else if (strlen(name) > KNOWLEDGE_NAME_MAX || strlen(shown) > KNOWLEDGE_NAME_MAX)
            fault(r, "options", "too_long", KNOWLEDGE_NAME_MAX);
        else option[k++] = (struct knowledge_option){ arena_text(r->a, name), arena_text(r->a, shown) };
    }
    v->option = option, v->options = k;
}

/* As JSON in a row: a control character takes six bytes there. */
static size_t written(const char *s)
{
    size_t n = 20;
    for (; s && *s; s++) n += (unsigned char)*s < 0x20 || *s == 0x7f ? 6 : *s == '"' || *s == '\\' ? 2 : 1;
    return n;
}

static void read_variants(struct reading *r, const json_t *o, struct knowledge_product *p, size_t *room)
{
    size_t n;
    const json_t *items = list(r, o, "variants", KNOWLEDGE_VARIANTS_MAX, &n);
    if (n > *room) fault(r, "variants", "too_many", IMPORT_VARIANTS_MAX);
    if (n == 0 || n > *room) return;
    *room -= n;
    struct knowledge_variant *variant = ARENA_ARRAY(r->a, struct knowledge_variant, n);
    struct named *names = calloc(n, sizeof *names);
    const struct place *outer = r->place;
    if (!names) abort();
    struct place here = { outer, "variants", 0 };
    r->place = &here;
    for (size_t i = 0; i < n; i++) {
        here.i = i;
        names[i] = (struct named){ "", i };
        const json_t *v = object(r, items, i);
        if (!v) continue;
        struct knowledge_variant *to = &variant[i];
        to->id = id(r, v, "id", true), to->sku = id(r, v, "sku", false);
        to->priced = amount(r, v, "price", false, &to->price);
        to->available = yes(r, v, "available", true);
        read_options(r, v, to);
        if (to->id) names[i].name = to->id;
    }
    r->place = outer;
    find_doubles(r, names, n, "variants", "id");
    free(names);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += 60 + written(variant[i].id) + written(variant[i].sku);
        for (size_t k = 0; k < variant[i].options; k++)
            bytes += written(variant[i].option[k].name) + written(variant[i].option[k].value);
    }
    if (bytes > ROW_LIST_MAX) fault(r, "variants", "too_large", ROW_LIST_MAX);
    p->variant = variant, p->variants = n;
}

static void read_product(struct reading *r, const json_t *o, struct knowledge_product *p, size_t *room)
{
    p->id = id(r, o, "id", true);
    p->title = text(r, o, "title", true, KNOWLEDGE_TITLE_MAX);
    p->description = text(r, o, "description", false, KNOWLEDGE_DESCRIPTION_MAX);
    if (!p->description) p->description = "";
    p->url = url(r, o, "url"), p->image = url(r, o, "image");
    p->priced = amount(r, o, "price", false, &p->price);
    if (currency(r, o, r->currency) != r->currency) fault(r, "currency", "other_currency", 0);
    read_variants(r, o, p, room);
    bool any = p->variants == 0;
    for (size_t i = 0; i < p->variants; i++) any = any || p->variant[i].available;
    p->available = yes(r, o, "available", any);
}

/* ---- the lists at the top ---- */

static void read_products(struct reading *r, const json_t *root, struct knowledge_import *in)
{
    size_t n, room = IMPORT_VARIANTS_MAX;
    const json_t *items = list(r, root, "products", IMPORT_PRODUCTS_MAX, &n);
    struct named *names = calloc(n + 1, sizeof *names);
    if (!names) abort();
    in->product = ARENA_ARRAY(r->a, struct knowledge_product, n + 1);
    struct place here = { NULL, "products", 0 };
    r->place = &here;
    for (size_t i = 0; i < n; i++) {
        here.i = i;
        names[i] = (struct named){ "", i };
        const json_t *o = object(r, items, i);
        if (!o) continue;
        read_product(r, o, &in->product[i], &room);
        if (in->product[i].id) names[i].name = in->product[i].id;
        in->variants += in->product[i].variants;
    }
    r->place = NULL;
    find_doubles(r, names, n, "products", "id");
    free(names);
    in->products = n;
}

static const struct {
    const char *list, *title, *body;
} kinds[KNOWLEDGE_KIND_COUNT] = { { "faq", "question", "answer" },
                                  { "documents", "title", "text" },
                                  { "promotions", "title", "text" } };

static void read_texts(struct reading *r, const json_t *root, enum knowledge_kind kind, struct knowledge_import *in)
{
    size_t n;
    const json_t *items = list(r, root, kinds[kind].list, IMPORT_TEXTS_MAX, &n);
    struct named *names = calloc(n + 1, sizeof *names);
    if (!names) abort();
    struct place here = { NULL, kinds[kind].list, 0 };
    r->place = &here;
    for (size_t i = 0; i < n; i++) {
        struct knowledge_text *t = &in->text[in->texts + i];
        *t = (struct knowledge_text){ .kind = kind };
        here.i = i;
        names[i] = (struct named){ "", i };
        const json_t *o = object(r, items, i);
        if (!o) continue;
        t->id = id(r, o, "id", true);
        t->title = text(r, o, kinds[kind].title, true, KNOWLEDGE_TITLE_MAX);
        t->text = text(r, o, kinds[kind].body, true, KNOWLEDGE_BODY_MAX);
        t->url = url(r, o, "url"), t->product = id(r, o, "product", false);
        if (t->id) names[i].name = t->id;
    }
    r->place = NULL;
    find_doubles(r, names, n, kinds[kind].list, "id");
    free(names);
    in->texts += n, in->of_kind[kind] = n;
}

static void read_items(struct reading *r, const json_t *o, struct knowledge_order *to)
{
    size_t n;
    const json_t *items = list(r, o, "items", KNOWLEDGE_ITEMS_MAX, &n);
    const struct place *outer = r->place;
    struct knowledge_order_item *item = ARENA_ARRAY(r->a, struct knowledge_order_item, n + 1);
    struct place here = { outer, "items", 0 };
    r->place = &here;
    for (size_t i = 0; i < n; i++) {
        here.i = i;
        const json_t *x = object(r, items, i);
        if (!x) continue;
        item[i].product = id(r, x, "productId", false), item[i].variant = id(r, x, "variantId", false);
        item[i].title = text(r, x, "title", false, KNOWLEDGE_TITLE_MAX);
        if (!amount(r, x, "quantity", false, &item[i].quantity)) item[i].quantity = 1;
        if (item[i].quantity > QUANTITY_MAX) fault(r, "quantity", "too_large", QUANTITY_MAX);
        (void)amount(r, x, "price", false, &item[i].price);
    }
    r->place = outer;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += 90 + written(item[i].product) + written(item[i].variant) + written(item[i].title);
    if (bytes > ROW_LIST_MAX) fault(r, "items", "too_large", ROW_LIST_MAX);
    to->item = item, to->items = n;
}

static void read_shipments(struct reading *r, const json_t *o, struct knowledge_order *to)
{
    size_t n;
    const json_t *items = list(r, o, "shipments", KNOWLEDGE_ITEMS_MAX, &n);
    const struct place *outer = r->place;
    struct knowledge_shipment *s = ARENA_ARRAY(r->a, struct knowledge_shipment, n + 1);
    struct place here = { outer, "shipments", 0 };
    r->place = &here;
    for (size_t i = 0; i < n; i++) {
        here.i = i;
        const json_t *x = object(r, items, i);
        if (!x) continue;
        s[i].carrier = text(r, x, "carrier", false, KNOWLEDGE_NAME_MAX);
        s[i].tracking = id(r, x, "tracking", false), s[i].url = url(r, x, "url");
    }
    r->place = outer;
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += written(s[i].carrier) + written(s[i].tracking) + written(s[i].url);
    if (bytes > ROW_LIST_MAX) fault(r, "shipments", "too_large", ROW_LIST_MAX);
    to->shipment = s, to->shipments = n;
}

static void read_order(struct reading *r, const json_t *o, struct knowledge_order *to)
{
    to->number = id(r, o, "number", true);
    to->store_id = id(r, o, "storeId", false);
    to->email = text(r, o, "email", true, EMAIL_MAX);
    if (to->email && (!strchr(to->email, '@') || text_has_controls(str_of(to->email)))) fault(r, "email", "format", 0);
    to->name = text(r, o, "name", false, KNOWLEDGE_NAME_MAX);
    if (!to->name) to->name = "";
    to->status = text(r, o, "status", true, STATUS_MAX);
    to->status_text = text(r, o, "statusText", false, KNOWLEDGE_NAME_MAX);
    to->currency = currency(r, o, r->currency);
    if (to->currency == CURRENCY_NONE && !member(o, "currency")) fault(r, "currency", "required", 0);
    (void)amount(r, o, "total", true, &to->total);
    read_items(r, o, to);
    read_shipments(r, o, to);
}

static void read_orders(struct reading *r, const json_t *root, struct knowledge_import *in)
{
    size_t n;
    const json_t *items = list(r, root, "orders", IMPORT_ORDERS_MAX, &n);
    struct named *names = calloc(n + 1, sizeof *names);
    if (!names) abort();
    in->order = ARENA_ARRAY(r->a, struct knowledge_order, n + 1);
    struct place here = { NULL, "orders", 0 };
    r->place = &here;
    for (size_t i = 0; i < n; i++) {
        here.i = i;
        names[i] = (struct named){ "", i };
        const json_t *o = object(r, items, i);
        if (!o) continue;
        read_order(r, o, &in->order[i]);
        if (in->order[i].number) names[i].name = in->order[i].number;
    }
    r->place = NULL;
    find_doubles(r, names, n, "orders", "number");
    free(names);
    in->orders = n;
}

static const char *language(struct reading *r, const json_t *root)
{
    size_t n;
    const json_t *items = list(r, root, "languages", KNOWLEDGE_OPTIONS_MAX, &n);
    if (n == 0) return NULL;
    const char *first = json_string_value(json_array_get(items, 0));
    if (!first) {
        fault(r, "languages", "type", 0);
        return NULL;
    }
    return strncmp(first, "zh", 2) == 0 ? "zh-CN" : "en";
}

bool know_import_read(struct arena *a, const json_t *root, struct knowledge_import *in, struct field_faults *faults)
{
    return know_import_read_from(a, root, NULL, in, faults);
}

bool know_import_read_from(struct arena *a, const json_t *root, const struct know_origins *from,
                           struct knowledge_import *in, struct field_faults *faults)
{
    struct reading r = { .a = a, .faults = faults, .from = from };
    if (!json_is_object(root)) {
        fault(&r, "", "type", 0);
        return false;
    }
    in->currency = r.currency = currency(&r, root, CURRENCY_NONE);
    in->language = language(&r, root);
    in->name = text(&r, root, "name", false, KNOWLEDGE_NAME_MAX);
    in->url = url(&r, root, "url");
    read_products(&r, root, in);
    in->text = ARENA_ARRAY(a, struct knowledge_text, (size_t)IMPORT_TEXTS_MAX * KNOWLEDGE_KIND_COUNT);
    for (enum knowledge_kind k = KNOWLEDGE_FAQ; k < KNOWLEDGE_KIND_COUNT; k++) read_texts(&r, root, k, in);
    read_orders(&r, root, in);
    return faults->count == 0;
}
