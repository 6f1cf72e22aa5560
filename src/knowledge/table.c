/* table.c: a table as products with variants, or as questions with answers. What a column is, is guessed by its name
 * (in English and Chinese, and as Shopify exports it), and the merchant changes the guess before anything is taken. */
#include "knowledge/readers.h"

#include "base/unicode.h"

#include <ctype.h>
#include <stdlib.h>

/* clang-format off */
FIELD_CODE(column_missing, "No column is taken for this.", "没有对应的列。");
/* clang-format on */

const char *const reader_field_names[] = { "none",   "id",       "title",     "description", "url",
                                           "image",  "price",    "available", "group",       "sku",
                                           "option", "currency", "question",  "answer",      NULL };
const char *const reader_format_names[] = { "json", "csv", "shopify", "feed", "markdown", "html", "text", NULL };
static_assert(ARRAY_LEN(reader_field_names) == MAP_FIELD_COUNT + 1, "a name each");
static_assert(ARRAY_LEN(reader_format_names) == FORMAT_COUNT + 1, "a name each");

/* clang-format off */
static const struct { const char *name; enum reader_field field; } guesses[] = { /* letters and digits, lower case */
    { "id", MAP_ID }, { "productid", MAP_ID }, { "itemid", MAP_ID }, { "code", MAP_ID }, { "handle", MAP_GROUP },
    { "商品编号", MAP_ID }, { "编号", MAP_ID }, { "商品id", MAP_ID }, { "货号", MAP_SKU }, { "款号", MAP_GROUP },
    { "title", MAP_TITLE }, { "name", MAP_TITLE }, { "productname", MAP_TITLE }, { "product", MAP_TITLE },
    { "商品名称", MAP_TITLE }, { "名称", MAP_TITLE }, { "标题", MAP_TITLE }, { "商品", MAP_TITLE }, { "品名", MAP_TITLE },
    { "description", MAP_DESCRIPTION }, { "body", MAP_DESCRIPTION }, { "bodyhtml", MAP_DESCRIPTION },
    { "details", MAP_DESCRIPTION }, { "描述", MAP_DESCRIPTION }, { "商品描述", MAP_DESCRIPTION }, { "详情", MAP_DESCRIPTION },
    { "简介", MAP_DESCRIPTION }, { "介绍", MAP_DESCRIPTION },
    { "url", MAP_URL }, { "link", MAP_URL }, { "producturl", MAP_URL }, { "链接", MAP_URL }, { "商品链接", MAP_URL },
    { "网址", MAP_URL },
    { "image", MAP_IMAGE }, { "imagelink", MAP_IMAGE }, { "imageurl", MAP_IMAGE }, { "imagesrc", MAP_IMAGE },
    { "picture", MAP_IMAGE }, { "图片", MAP_IMAGE }, { "主图", MAP_IMAGE },
    { "price", MAP_PRICE }, { "saleprice", MAP_PRICE }, { "unitprice", MAP_PRICE }, { "价格", MAP_PRICE },
    { "售价", MAP_PRICE }, { "单价", MAP_PRICE }, { "现价", MAP_PRICE },
    { "available", MAP_AVAILABLE }, { "availability", MAP_AVAILABLE }, { "instock", MAP_AVAILABLE },
    { "stock", MAP_AVAILABLE }, { "quantity", MAP_AVAILABLE }, { "qty", MAP_AVAILABLE }, { "inventory", MAP_AVAILABLE },
    { "库存", MAP_AVAILABLE }, { "是否有货", MAP_AVAILABLE }, { "状态", MAP_AVAILABLE },
    { "group", MAP_GROUP }, { "itemgroupid", MAP_GROUP }, { "parent", MAP_GROUP }, { "parentid", MAP_GROUP },
    { "sku", MAP_SKU }, { "variantsku", MAP_SKU }, { "mpn", MAP_SKU },
    { "color", MAP_OPTION }, { "colour", MAP_OPTION }, { "size", MAP_OPTION }, { "material", MAP_OPTION },
    { "颜色", MAP_OPTION }, { "尺码", MAP_OPTION }, { "尺寸", MAP_OPTION }, { "规格", MAP_OPTION }, { "材质", MAP_OPTION },
    { "型号", MAP_OPTION },
    { "currency", MAP_CURRENCY }, { "币种", MAP_CURRENCY },
    { "question", MAP_QUESTION }, { "问题", MAP_QUESTION }, { "q", MAP_QUESTION },
    { "answer", MAP_ANSWER }, { "答案", MAP_ANSWER }, { "回答", MAP_ANSWER }, { "a", MAP_ANSWER },
};
/* clang-format on */

static enum reader_field guess_of(struct str head)
{
    char key[64];
    size_t n = 0;
    for (size_t i = 0; i < head.n && n < sizeof key - 1; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (c >= 0x80 || isalnum(c)) key[n++] = (char)tolower(c);
    }
    key[n] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(guesses); i++)
        if (strcmp(key, guesses[i].name) == 0) return guesses[i].field;
    return MAP_NONE;
}

static int column_named(const struct know_file *f, const char *name)
{
    for (size_t i = 0; i < f->columns; i++)
        if (str_eq_nocase(str_of(f->column[i].name), str_of(name))) return (int)i;
    return -1;
}

/* Each field once, but options. */
static bool is_taken(const struct know_file *f, size_t n, enum reader_field field)
{
    for (size_t i = 0; i < n && field != MAP_OPTION; i++)
        if (f->column[i].field == field) return true;
    return false;
}

void table_head(struct arena *a, const struct str *cell, size_t n, struct know_file *out)
{
    out->columns = n;
    for (size_t i = 0; i < n; i++) {
        enum reader_field field = guess_of(cell[i]);
        out->column[i] = (struct reader_column){ .name = arena_text_n(a, cell[i].p, cell[i].n), .sample = "" };
        out->column[i].field = is_taken(out, i, field) ? MAP_NONE : field;
    }
    bool shopify = (column_named(out, "Handle") >= 0 && column_named(out, "Variant Price") >= 0) ||
                   (column_named(out, "URL handle") >= 0 && column_named(out, "Price") >= 0);
    shopify = shopify && column_named(out, "Title") >= 0;
    out->format = shopify ? FORMAT_SHOPIFY : FORMAT_CSV;
}

enum { VARIANT_IDS = 250, VARIANT_ID_MAX = 100 /* bytes */ };
struct table {
    struct shop_writer *w;
    struct cells *csv;
    const struct reader_wish *wish;
    struct know_file *file;
    struct str cell[READ_COLUMNS_MAX];
    size_t n;
    int at[MAP_FIELD_COUNT];     /* the column of a field; -1: none */
    char *group;                 /* of the product that is open */
    const char *id[VARIANT_IDS]; /* of its variants */
    size_t ids;
};

static struct str cell_of(const struct table *t, int column)
{
    return column >= 0 && (size_t)column < t->n ? t->cell[column] : (struct str){ "", 0 };
}
static struct str field_of(const struct table *t, enum reader_field f) { return cell_of(t, t->at[f]); }
static const char *name_of(const struct table *t, int column) { return column < 0 ? "" : t->file->column[column].name; }

static void put(struct table *t, const char *key, struct str value)
{
    if (value.n > 0) json_str(&t->w->j, key, value);
}

static void put_price(struct table *t, int column)
{
    struct str text = cell_of(t, column);
    int64_t minor;
    if (text.n > 0 && shop_writer_price(t->w, t->csv->row, name_of(t, column), text, &minor))
        json_i64(&t->w->j, "price", minor);
}

static void put_available(struct table *t, int column)
{
    struct str text = cell_of(t, column);
    bool is;
    if (text.n > 0 && shop_writer_available(t->w, t->csv->row, name_of(t, column), text, &is))
        json_bool(&t->w->j, "available", is);
}

static struct str first_of(struct str a, struct str b) { return a.n > 0 ? a : b; }

/* ---- any table ---- */

static void row_variant(struct table *t)
{
    if (!shop_writer_variant(t->w, t->csv->row)) return;
    struct str id = first_of(field_of(t, MAP_ID), field_of(t, MAP_SKU));
    char name[32];
    (void)snprintf(name, sizeof name, "row-%zu", t->csv->row);
    json_str(&t->w->j, "id", id.n > 0 ? id : str_of(name));
    put(t, "sku", field_of(t, MAP_SKU));
    put_price(t, t->at[MAP_PRICE]), put_available(t, t->at[MAP_AVAILABLE]);
    json_object(&t->w->j, "options");
    for (size_t i = 0; i < t->file->columns; i++) {
        struct str value = cell_of(t, (int)i);
        bool said = t->file->column[i].field == MAP_OPTION && value.n > 0 && t->file->column[i].name[0];
        if (said && column_named(t->file, t->file->column[i].name) == (int)i)
            json_str(&t->w->j, t->file->column[i].name, value);
    }
    json_end(&t->w->j);
    json_end(&t->w->j);
}

static void check_currency(struct table *t)
{
    struct str text = field_of(t, MAP_CURRENCY);
    if (text.n == 0) return;
    enum currency c = currency_from_code(text.p, text.n);
    const char *name = name_of(t, t->at[MAP_CURRENCY]);
    if (c == CURRENCY_NONE) shop_writer_fault(t->w, t->csv->row, name, "not_one_of");
    else if (t->w->currency != CURRENCY_NONE && t->w->currency != c)
        shop_writer_fault(t->w, t->csv->row, name, "other_currency");
    else t->w->currency = c;
}

static bool has_options(const struct table *t)
{
    for (size_t i = 0; i < t->file->columns; i++)
        if (t->file->column[i].field == MAP_OPTION && cell_of(t, (int)i).n > 0) return true;
    return false;
}

static void row_product(struct table *t)
{
    struct str group = field_of(t, MAP_GROUP),
               id = first_of(group, first_of(field_of(t, MAP_ID), field_of(t, MAP_SKU)));
    bool goes_on = group.n > 0 && t->group && str_eq(group, str_of(t->group));
    bool varies = group.n > 0 || has_options(t) || (t->at[MAP_SKU] >= 0 && t->at[MAP_ID] >= 0);
    check_currency(t);
    if (!goes_on) {
        if (!shop_writer_product(t->w, t->csv->row)) return;
        free(t->group);
        t->group = group.n > 0 ? strndup(group.p, group.n) : NULL;
        json_str(&t->w->j, "id", id);
        json_str(&t->w->j, "title", field_of(t, MAP_TITLE));
        shop_writer_html(t->w, "description", field_of(t, MAP_DESCRIPTION));
        put(t, "url", field_of(t, MAP_URL)), put(t, "image", field_of(t, MAP_IMAGE));
        if (!varies) put_price(t, t->at[MAP_PRICE]), put_available(t, t->at[MAP_AVAILABLE]);
    }
    if (varies) row_variant(t);
}

/* ---- Shopify's ---- */

/* By its name of old, or of the exports since 2025. */
static int shopify_column(const struct table *t, const char *old, const char *young)
{
    int at = column_named(t->file, old);
    return at >= 0 ? at : column_named(t->file, young);
}
static struct str named(const struct table *t, const char *old, const char *young)
{
    return cell_of(t, shopify_column(t, old, young));
}

static bool shopify_is_for_sale(const struct table *t)
{
    struct str published = named(t, "Published", "Published on online store"), status = named(t, "Status", "Status");
    return !str_eq_nocase(published, STR("false")) && !str_eq_nocase(status, STR("draft")) &&
           !str_eq_nocase(status, STR("archived"));
}

/* The names of options stand in the first row of a product alone. */
static const char *const shopify_name[] = { "Option1 Name", "Option2 Name", "Option3 Name" };
static const char *const shopify_value[] = { "Option1 Value", "Option2 Value", "Option3 Value" };
static struct str shopify_option(const struct table *t, size_t i)
{
    struct str v = named(t, shopify_value[i], shopify_value[i]);
    return str_eq(v, STR("Default Title")) ? STR("") : v;
}

static void shopify_options(struct table *t, char names[3][KNOWLEDGE_OPTION_NAME])
{
    json_object(&t->w->j, "options");
    for (size_t i = 0; i < 3; i++) {
        struct str n = named(t, shopify_name[i], shopify_name[i]), v = shopify_option(t, i);
        if (n.n > 0 && n.n < KNOWLEDGE_OPTION_NAME)
            (void)snprintf(names[i], KNOWLEDGE_OPTION_NAME, "%.*s", (int)n.n, n.p);
        bool said = v.n > 0 && names[i][0];
        for (size_t k = 0; k < i; k++) said = said && strcmp(names[k], names[i]) != 0;
        if (said) json_str(&t->w->j, names[i], v);
    }
    json_end(&t->w->j);
}

static bool is_new_id(const struct table *t, struct str id)
{
    for (size_t i = 0; i < t->ids; i++)
        if (str_eq(str_of(t->id[i]), id)) return false;
    return id.n > 0 && id.n <= VARIANT_ID_MAX;
}

/* Its SKU; where it has none, or another one of the product has the same, what it is chosen by: both stay the same in
 * the next export, as the place in the file does not. */
static const char *shopify_id(struct table *t, struct str sku)
{
    struct arena *a = t->w->a;
    const char *id = arena_text_n(a, sku.p, sku.n);
    if (!is_new_id(t, sku)) {
        id = "";
        for (size_t i = 0; i < 3; i++) {
            struct str v = shopify_option(t, i);
            if (v.n > 0) id = arena_printf(a, "%s%s%.*s", id, id[0] ? " / " : "", (int)v.n, v.p);
        }
        if (!is_new_id(t, str_of(id))) id = arena_printf(a, "row-%zu", t->csv->row);
    }
    if (t->ids < ARRAY_LEN(t->id)) t->id[t->ids++] = id;
    return id;
}

static void shopify_variant(struct table *t, char names[3][KNOWLEDGE_OPTION_NAME])
{
    struct str sku = named(t, "Variant SKU", "SKU"), amount = named(t, "Variant Inventory Qty", "Inventory quantity"),
               policy = named(t, "Variant Inventory Policy", "Continue selling when out of stock"),
               tracker = named(t, "Variant Inventory Tracker", "Inventory tracker");
    int64_t n;
    if (!shop_writer_variant(t->w, t->csv->row)) return;
    if (sku.n > 0 && sku.p[0] == '\'') sku = (struct str){ sku.p + 1, sku.n - 1 }; /* so that Excel leaves it alone */
    json_text(&t->w->j, "id", shopify_id(t, sku));
    put(t, "sku", sku);
    put_price(t, shopify_column(t, "Variant Price", "Price"));
    /* Not counted, or sold also when there is none. */
    bool always = str_eq_nocase(policy, STR("continue")) || str_eq_nocase(policy, STR("true"));
    bool counted = tracker.n > 0 && str_to_i64(amount, &n) && !always;
    json_bool(&t->w->j, "available", !counted || n > 0);
    shopify_options(t, names);
    json_end(&t->w->j);
}

static void shopify_product(struct table *t, struct str handle)
{
    json_str(&t->w->j, "id", handle);
    json_str(&t->w->j, "title", named(t, "Title", "Title"));
    shop_writer_html(t->w, "description", named(t, "Body (HTML)", "Description"));
    put(t, "image", named(t, "Image Src", "Product image URL"));
    if (!t->wish->url) return;
    size_t n = strlen(t->wish->url);
    const char *slash = n > 0 && t->wish->url[n - 1] == '/' ? "" : "/";
    json_text(&t->w->j, "url",
              arena_printf(t->w->a, "%s%sproducts/%.*s", t->wish->url, slash, (int)handle.n, handle.p));
}

static void row_shopify(struct table *t, char names[3][KNOWLEDGE_OPTION_NAME], bool *skipping)
{
    struct str handle = named(t, "Handle", "URL handle");
    bool goes_on = t->group && str_eq(handle, str_of(t->group));
    if (!goes_on) {
        free(t->group);
        t->group = strndup(handle.p, handle.n);
        *skipping = !shopify_is_for_sale(t);
        memset(names, 0, 3 * sizeof *names);
        t->ids = 0;
        if (!*skipping && !shop_writer_product(t->w, t->csv->row)) return;
        if (!*skipping) shopify_product(t, handle);
    }
    bool only_picture = named(t, "Variant Price", "Price").n == 0 && goes_on;
    if (*skipping || only_picture) t->file->passed_over++;
    else shopify_variant(t, names);
}

/* ---- questions ---- */

static void row_question(struct table *t)
{
    char name[32];
    struct str id = field_of(t, MAP_ID);
    (void)snprintf(name, sizeof name, "row-%zu", t->csv->row);
    json_object(&t->w->j, NULL);
    json_str(&t->w->j, "id", id.n > 0 ? id : str_of(name));
    json_str(&t->w->j, "question", field_of(t, MAP_QUESTION));
    json_str(&t->w->j, "answer", field_of(t, MAP_ANSWER));
    put(t, "url", field_of(t, MAP_URL));
    json_end(&t->w->j);
}

/* ---- the whole ---- */

static void take_samples(struct table *t)
{
    for (size_t i = 0; i < t->file->columns; i++) {
        struct str s = cell_of(t, (int)i);
        if (s.n > 0 && !t->file->column[i].sample[0])
            t->file->column[i].sample = arena_text_n(t->w->a, s.p, unicode_cut_bytes(s, 120));
    }
}

static void locate(struct table *t)
{
    for (size_t f = 0; f < MAP_FIELD_COUNT; f++) t->at[f] = -1;
    if (t->wish->map)
        for (size_t i = 0; i < t->file->columns; i++)
            t->file->column[i].field = i < t->wish->mapped ? t->wish->map[i] : MAP_NONE;
    for (size_t i = 0; i < t->file->columns; i++) {
        enum reader_field f = t->file->column[i].field;
        if (f != MAP_NONE && f != MAP_OPTION && t->at[f] >= 0)
            shop_writer_fault(t->w, 1, name_of(t, (int)i), "duplicate");
        if (t->at[f] < 0) t->at[f] = (int)i;
    }
}

bool table_read(struct shop_writer *w, struct cells *c, const struct reader_wish *wish, struct know_file *out)
{
    struct table t = { .w = w, .csv = c, .wish = wish, .file = out };
    char names[3][KNOWLEDGE_OPTION_NAME] = { { 0 } };
    const char *code = NULL;
    bool skipping = false;
    enum cells_got got = CSV_END;
    locate(&t);
    bool shopify = out->format == FORMAT_SHOPIFY, asks = !shopify && t.at[MAP_QUESTION] >= 0 && t.at[MAP_ANSWER] >= 0;
    if (!shopify && !asks && t.at[MAP_TITLE] < 0) shop_writer_fault(w, 0, "title", "column_missing");
    if (!shopify && !asks && t.at[MAP_ID] < 0 && t.at[MAP_GROUP] < 0 && t.at[MAP_SKU] < 0)
        shop_writer_fault(w, 0, "id", "column_missing");
    if (asks) {
        json_end(&w->j);
        json_array(&w->j, "faq");
    }
    while (w->faults->count < FIELD_FAULTS_MAX && (got = cells_next(c, t.cell, &t.n, &code)) == CSV_ROW) {
        if (out->rows++ >= READ_ROWS_MAX) {
            shop_writer_fault(w, c->row, "", "too_many");
            break;
        }
        take_samples(&t);
        if (shopify) row_shopify(&t, names, &skipping);
        else if (asks) row_question(&t);
        else row_product(&t);
    }
    free(t.group);
    if (got == CSV_FAULT) shop_writer_fault(w, c->row, "", code);
    return w->faults->count == 0;
}
