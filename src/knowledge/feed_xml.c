/* feed_xml.c: a product feed as Google Merchant takes it: RSS 2.0 or Atom, with names under g:. Read by expat, which
 * needs no table of what a feed may hold; a document type is refused before anything in it is read, so there are no
 * entities to grow and no addresses to ask.
 *
 * Rejected: libxml2 (a tree of 8 MB, and options to switch off what expat does not have). */
#include "knowledge/readers.h"

#include <expat.h>
#include <stdlib.h>

/* clang-format off */
FIELD_CODE(no_items, "This holds no items.", "没有商品条目。");
/* clang-format on */

enum { DEPTH_MAX = 40, OPTIONS = 4 };
enum item_field {
    ITEM_ID,
    ITEM_TITLE,
    ITEM_DESCRIPTION,
    ITEM_LINK,
    ITEM_IMAGE,
    ITEM_PRICE,
    ITEM_SALE,
    ITEM_AVAILABLE,
    ITEM_GROUP,
    ITEM_MPN,
    ITEM_COLOR,
    ITEM_SIZE,
    ITEM_MATERIAL,
    ITEM_PATTERN,
    ITEM_FIELDS
};
static const char *const item_names[] = { "id",    "title",      "description",  "link",          "image_link",
                                          "price", "sale_price", "availability", "item_group_id", "mpn",
                                          "color", "size",       "material",     "pattern" };
static_assert(ARRAY_LEN(item_names) == ITEM_FIELDS, "a name each");

struct item {
    struct str field[ITEM_FIELDS];
    size_t number; /* in the file, from 1 */
    size_t first;  /* the number of the first item of its group */
};
struct feed {
    struct shop_writer *w;
    XML_Parser parser;
    struct item *item;
    size_t count, room, depth, item_depth;
    int field; /* of the open element; -1: none that counts */
    struct buf text;
    const char *code; /* why it stopped */
};

/* "g:price" → "price"; only the feed's own names and g: count, so that media:title is not the title. */
static int field_of(const char *name)
{
    const char *colon = strchr(name, ':');
    if (colon && !(colon - name == 1 && name[0] == 'g')) return -1;
    if (colon) name = colon + 1;
    for (size_t i = 0; i < ITEM_FIELDS; i++)
        if (strcmp(name, item_names[i]) == 0) return (int)i;
    if (strcmp(name, "summary") == 0 || strcmp(name, "content") == 0) return ITEM_DESCRIPTION;
    return -1;
}

static void stop(struct feed *f, const char *code)
{
    if (!f->code) f->code = code;
    (void)XML_StopParser(f->parser, XML_FALSE);
}

static bool item_begin(struct feed *f)
{
    if (f->count == READ_ROWS_MAX) {
        stop(f, "too_many");
        return false;
    }
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 256;
        f->item = realloc(f->item, f->room * sizeof *f->item);
        if (!f->item) abort();
    }
    f->item[f->count] = (struct item){ .number = f->count + 1 };
    f->count++;
    f->item_depth = f->depth;
    return true;
}

static void keep(struct feed *f, int field, struct str text)
{
    struct str *to = &f->item[f->count - 1].field[field];
    text = str_trim(text);
    while (text.n > 0 && (text.p[0] == '\n' || text.p[0] == '\r')) text.p++, text.n--, text = str_trim(text);
    while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r')) text.n--, text = str_trim(text);
    if (to->n == 0 && text.n > 0) *to = (struct str){ arena_text_n(f->w->a, text.p, text.n), text.n };
}

static void XMLCALL on_start(void *arg, const char *name, const char **attribute)
{
    struct feed *f = arg;
    if (++f->depth > DEPTH_MAX) {
        stop(f, "too_deep");
        return;
    }
    bool inside = f->item_depth > 0;
    if (!inside && (strcmp(name, "item") == 0 || strcmp(name, "entry") == 0)) {
        (void)item_begin(f);
        return;
    }
    if (!inside || f->depth != f->item_depth + 1) return;
    f->field = field_of(name);
    buf_clear(&f->text);
    for (size_t i = 0; f->field == ITEM_LINK && attribute[i]; i += 2) /* Atom */
        if (strcmp(attribute[i], "href") == 0) keep(f, ITEM_LINK, str_of(attribute[i + 1]));
}

static void XMLCALL on_text(void *arg, const char *p, int n)
{
    struct feed *f = arg;
    if (f->item_depth == 0 || f->field < 0) return;
    buf_add(&f->text, p, (size_t)n);
    if (f->text.overflow) stop(f, "too_long");
}

static void XMLCALL on_end(void *arg, const char *name)
{
    struct feed *f = arg;
    if (f->item_depth > 0 && f->depth == f->item_depth) f->item_depth = 0;
    else if (f->item_depth > 0 && f->depth == f->item_depth + 1) {
        if (f->field >= 0) keep(f, f->field, buf_str(&f->text));
        f->field = -1;
    }
    f->depth--;
}

static void XMLCALL on_doctype(void *arg, const char *name, const char *system, const char *public, int internal)
{
    stop(arg, "document_type");
}

/* ---- items to products ---- */

static int by_group(const void *a, const void *b)
{
    const struct item *s = a, *t = b;
    const struct str *g = &s->field[ITEM_GROUP], *h = &t->field[ITEM_GROUP];
    size_t n = g->n < h->n ? g->n : h->n;
    int order = n ? memcmp(g->p, h->p, n) : 0;
    if (!order && g->n != h->n) order = g->n < h->n ? -1 : 1;
    return order ? order : s->number < t->number ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    const struct item *s = a, *t = b;
    if (s->first != t->first) return s->first < t->first ? -1 : 1;
    return s->number < t->number ? -1 : s->number > t->number;
}

/* Items of one group stand together, in the place of the first of them. */
static void gather(struct item *item, size_t n)
{
    qsort(item, n, sizeof *item, by_group);
    for (size_t i = 0; i < n; i++) {
        bool goes_on = i > 0 && item[i].field[ITEM_GROUP].n > 0 &&
                       str_eq(item[i].field[ITEM_GROUP], item[i - 1].field[ITEM_GROUP]);
        item[i].first = goes_on ? item[i - 1].first : item[i].number;
    }
    qsort(item, n, sizeof *item, by_place);
}

static void put(struct shop_writer *w, const char *key, struct str s)
{
    if (s.n > 0) json_str(&w->j, key, s);
}

/* What a shopper pays: the sale price where there is one. */
static void price_and_state(struct shop_writer *w, const struct item *i)
{
    enum item_field f = i->field[ITEM_SALE].n > 0 ? ITEM_SALE : ITEM_PRICE;
    int64_t minor;
    bool is;
    if (i->field[f].n > 0 && shop_writer_price(w, i->number, item_names[f], i->field[f], &minor))
        json_i64(&w->j, "price", minor);
    struct str state = i->field[ITEM_AVAILABLE];
    if (state.n > 0 && shop_writer_available(w, i->number, item_names[ITEM_AVAILABLE], state, &is))
        json_bool(&w->j, "available", is);
}

static void write_variant(struct shop_writer *w, const struct item *i)
{
    if (!shop_writer_variant(w, i->number)) return;
    json_str(&w->j, "id", i->field[ITEM_ID]);
    put(w, "sku", i->field[ITEM_MPN]);
    price_and_state(w, i);
    json_object(&w->j, "options");
    for (size_t k = ITEM_COLOR; k < ITEM_FIELDS; k++) put(w, item_names[k], i->field[k]);
    json_end(&w->j);
    json_end(&w->j);
}

static bool has_variants(const struct item *i)
{
    size_t said = i->field[ITEM_GROUP].n + i->field[ITEM_MPN].n;
    for (size_t k = ITEM_COLOR; k < ITEM_FIELDS; k++) said += i->field[k].n;
    return said > 0;
}

static void write_items(struct shop_writer *w, const struct item *item, size_t n)
{
    for (size_t i = 0; i < n && w->faults->count < FIELD_FAULTS_MAX; i++) {
        bool goes_on = i > 0 && item[i].first == item[i - 1].first;
        if (!goes_on) {
            if (!shop_writer_product(w, item[i].number)) return;
            struct str group = item[i].field[ITEM_GROUP];
            json_str(&w->j, "id", group.n > 0 ? group : item[i].field[ITEM_ID]);
            json_str(&w->j, "title", item[i].field[ITEM_TITLE]);
            shop_writer_html(w, "description", item[i].field[ITEM_DESCRIPTION]);
            put(w, "url", item[i].field[ITEM_LINK]), put(w, "image", item[i].field[ITEM_IMAGE]);
            if (!has_variants(&item[i])) price_and_state(w, &item[i]);
        }
        if (has_variants(&item[i])) write_variant(w, &item[i]);
    }
}

bool feed_read(struct shop_writer *w, struct str text, struct know_file *out)
{
    struct feed f = { .w = w, .field = -1, .parser = XML_ParserCreate("UTF-8") };
    if (!f.parser) abort();
    buf_init(&f.text, READ_CELL_MAX);
    XML_SetUserData(f.parser, &f);
    XML_SetElementHandler(f.parser, on_start, on_end);
    XML_SetCharacterDataHandler(f.parser, on_text);
    XML_SetStartDoctypeDeclHandler(f.parser, on_doctype);
    size_t line = 0;
    if (XML_Parse(f.parser, text.p, (int)text.n, XML_TRUE) != XML_STATUS_OK)
        line = (size_t)XML_GetCurrentLineNumber(f.parser);
    if (line > 0) {
        const char *where = arena_printf(w->a, "line %zu", line);
        shop_writer_fault(w, 0, where, f.code ? f.code : "format");
    } else if (f.count == 0) shop_writer_fault(w, 0, "", "no_items");
    else {
        gather(f.item, f.count);
        write_items(w, f.item, f.count);
    }
    out->rows = f.count;
    XML_ParserFree(f.parser);
    buf_free(&f.text);
    free(f.item);
    return w->faults->count == 0;
}
