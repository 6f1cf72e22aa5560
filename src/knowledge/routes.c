/* routes.c: the addresses of what a shop knows: how much it is, what was refused, and each product as a bot sees it. */
#include "knowledge/intake.h"

enum { PRODUCTS_USUAL = 50, PRODUCTS_MAX = 100, IMPORTS_SHOWN = 10, SEARCH_MAX = 200, IMPORT_FILE_MAX = 8 << 20 };
enum { IMPORT_WAIT_MS = 20000 };

struct path_product {
    int64_t id; /* first, as in struct path_shop_known */
    const char *product;
};
/* clang-format off */
static const struct field path_product_fields[] = {
    FIELD_ID(struct path_product, id, .doc = "The shop's number."),
    FIELD_TEXT(struct path_product, product, .min = 1, .max = KNOWLEDGE_ID_MAX,
               .doc = "The product's id, the shop's own."),
    FIELD_END
};
/* clang-format on */
struct get_products {
    int64_t after, limit;
    const char *search;
};
/* clang-format off */
static const struct field get_products_fields[] = {
    FIELD_PAGE(struct get_products, PRODUCTS_USUAL, PRODUCTS_MAX),
    FIELD_SEARCH(struct get_products, search, SEARCH_MAX,
                 "The best for these words, as a bot finds them; where none fits, whose number begins so. "
                 "No pages."),
    FIELD_END
};

static const char *const import_states[] = { "done", "failed", NULL };
static const struct shape imported_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("source"), SHAPE_TEXT("name", .doc = "Of a file, as its owner calls it; else empty."),
    SHAPE_ENUM("status", import_states), SHAPE_I64("products"),
    SHAPE_I64("texts"), SHAPE_I64("orders"), SHAPE_I64("changed", .doc = "Rows that were new or other than before."),
    SHAPE_LIST("refused", know_refusal_shape, .type_name = "KnowledgeRefusal"), SHAPE_TIME("at"), SHAPE_END };
static const struct shape summary_shape[] = {
    SHAPE_TEXT("currency", .nullable = true), SHAPE_TEXT("language"), SHAPE_I64("products"),
    SHAPE_I64("texts", .doc = "Questions, documents and promotions."), SHAPE_I64("faq"), SHAPE_I64("documents"),
    SHAPE_I64("promotions"), SHAPE_I64("orders"),
    SHAPE_TIME("changedAt", .nullable = true),
    SHAPE_LIST("imports", imported_shape, .type_name = "KnowledgeImport", .doc = "The last ten, newest first."),
    SHAPE_END };
static const struct shape done_shape[] = {
    SHAPE_ENUM("status", intake_state_names), SHAPE_I64("import", .nullable = true),
    SHAPE_TEXT("statusUrl", .maybe = true, .doc = "With 202: where its end can be asked for."),
    SHAPE_I64("products"), SHAPE_I64("variants"),
    SHAPE_I64("orders"), SHAPE_I64("faq"), SHAPE_I64("documents"), SHAPE_I64("promotions"),
    SHAPE_I64("changed", .doc = "Rows that were new or other than before."), SHAPE_END };
static const struct shape option_shape[] = { SHAPE_TEXT("name"), SHAPE_TEXT("value"), SHAPE_END };
static const struct shape variant_shape[] = {
    SHAPE_TEXT("id"), SHAPE_TEXT("sku", .nullable = true), SHAPE_I64("price", .nullable = true),
    SHAPE_BOOL("available"),
    SHAPE_LIST("options", option_shape, .type_name = "KnowledgeOption"), SHAPE_END };
#define PRODUCT_SHAPES                                                                                                 \
    SHAPE_TEXT("id"), SHAPE_TEXT("title"), SHAPE_TEXT("url", .nullable = true),                                        \
    SHAPE_TEXT("image", .nullable = true),                                                                             \
    SHAPE_I64("price", .nullable = true, .doc = "Minor units; null: its variants have prices, or none is known."),     \
    SHAPE_TEXT("currency"), SHAPE_BOOL("available")
static const struct shape listed_shape[] = { PRODUCT_SHAPES, SHAPE_I64("variants", .doc = "How many."), SHAPE_END };
static const struct shape products_shape[] = {
    SHAPE_LIST("products", listed_shape, .type_name = "KnowledgeListed"),
    SHAPE_I64("next", .nullable = true, .doc = "The `after` of the next page; null: this is the last."), SHAPE_END };
static const struct shape text_shape[] = {
    SHAPE_TEXT("kind"), SHAPE_TEXT("id"), SHAPE_TEXT("title"), SHAPE_TEXT("text"), SHAPE_END };
static const struct shape product_shape[] = {
    PRODUCT_SHAPES, SHAPE_TEXT("description"),
    SHAPE_LIST("variants", variant_shape, .type_name = "KnowledgeVariant"),
    SHAPE_LIST("texts", text_shape, .type_name = "KnowledgeText", .doc = "Documents of this product."), SHAPE_END };
/* clang-format on */

/* ---- how much it is ---- */

struct summary {
    struct knowledge_head head;
    struct knowledge_imported last[IMPORTS_SHOWN];
    size_t count;
    int64_t of_kind[KNOWLEDGE_KIND_COUNT];
};

static void imported_json(struct json *j, const struct knowledge_imported *i)
{
    json_object(j, NULL);
    json_i64(j, "id", i->id);
    json_text(j, "source", i->source);
    json_text(j, "name", i->name);
    json_text(j, "status", import_states[i->done ? 0 : 1]);
    json_i64(j, "products", i->products);
    json_i64(j, "texts", i->texts);
    json_i64(j, "orders", i->orders);
    json_i64(j, "changed", i->changed);
    json_raw(j, "refused", str_of(i->refusals));
    json_time(j, "at", i->at_ms);
    json_end(j);
}

static void summary_json(struct json *j, const void *arg)
{
    const struct summary *s = arg;
    const struct knowledge_head *h = &s->head;
    json_text(j, "currency", h->currency == CURRENCY_NONE ? NULL : currency_code(h->currency));
    json_text(j, "language", h->language);
    json_i64(j, "products", h->products);
    json_i64(j, "texts", h->texts);
    json_i64(j, "faq", s->of_kind[KNOWLEDGE_FAQ]);
    json_i64(j, "documents", s->of_kind[KNOWLEDGE_DOCUMENT]);
    json_i64(j, "promotions", s->of_kind[KNOWLEDGE_PROMOTION]);
    json_i64(j, "orders", h->orders);
    json_time(j, "changedAt", h->changed_at_ms);
    json_array(j, "imports");
    for (size_t i = 0; i < s->count; i++) imported_json(j, &s->last[i]);
    json_end(j);
}

static enum answer run_summary(struct req *req)
{
    struct summary *s = ARENA_NEW(req->arena, struct summary);
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &s->head);
    if (a != ANSWER_GO_ON) return a;
    if (!know_imports_last(req->tx, shop, s->last, IMPORTS_SHOWN, &s->count) ||
        !know_texts_count(req->tx, shop, s->of_kind))
        return reply_fault(req);
    return reply_json(req, 200, summary_json, s);
}

/* ---- products ---- */

static void price_json(struct json *j, bool priced, int64_t price)
{
    if (priced) json_i64(j, "price", price);
    else json_null(j, "price");
}

static void product_members(struct json *j, const struct knowledge_product *p)
{
    json_text(j, "id", p->id);
    json_text(j, "title", p->title);
    json_text(j, "url", p->url);
    json_text(j, "image", p->image);
    price_json(j, p->priced, p->price);
    json_text(j, "currency", currency_code(p->currency));
    json_bool(j, "available", p->available);
}

struct listed {
    struct knowledge_product *product;
    size_t count;
    int64_t next; /* 0: none */
};

static void products_json(struct json *j, const void *arg)
{
    const struct listed *l = arg;
    json_array(j, "products");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        product_members(j, &l->product[i]);
        json_i64(j, "variants", (int64_t)l->product[i].variants);
        json_end(j);
    }
    json_end(j);
    if (l->next) json_i64(j, "next", l->next);
    else json_null(j, "next");
}

/* As a bot finds them. What nothing holds may be the beginning of a number that somebody types; a bot is not to take it
 * for the whole. */
static bool find_products(struct req *req, const struct knowledge_head *h, struct listed *l)
{
    const struct get_products *in = req->query;
    struct knowledge_source s;
    struct found found[SEARCH_FOUND_MAX];
    size_t n, most = (size_t)in->limit;
    if (knowledge_source_of(req->tx, req->who.account, h->shop, req->arena, &s) != ROW_FOUND) return false;
    if (!s.search_products(s.ctx, str_of(in->search), most, req->arena, &l->product, &l->count)) return false;
    if (l->count > 0) return true;
    if (!know_search_begins(req->tx, req->arena, h->shop, str_of(in->search), found, &n)) return false;
    l->product = ARENA_ARRAY(req->arena, struct knowledge_product, n + 1);
    if (!know_products_of(req->tx, h, found, n, req->arena, l->product, &l->count)) return false;
    if (l->count > most) l->count = most;
    return true;
}

static enum answer run_products(struct req *req)
{
    const struct get_products *in = req->query;
    struct listed l = { 0 };
    struct knowledge_head h;
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (in->search) return find_products(req, &h, &l) ? reply_json(req, 200, products_json, &l) : reply_fault(req);
    l.product = ARENA_ARRAY(req->arena, struct knowledge_product, (size_t)in->limit);
    if (!know_products_page(req->tx, &h, in->after, (size_t)in->limit, req->arena, l.product, &l.count, &l.next))
        return reply_fault(req);
    return reply_json(req, 200, products_json, &l);
}

struct seen {
    struct knowledge_product *product;
    struct knowledge_text *text;
    size_t texts;
};

static void seen_json(struct json *j, const void *arg)
{
    const struct seen *s = arg;
    product_members(j, s->product);
    json_text(j, "description", s->product->description);
    json_array(j, "variants");
    for (size_t i = 0; i < s->product->variants; i++) {
        const struct knowledge_variant *v = &s->product->variant[i];
        json_object(j, NULL);
        json_text(j, "id", v->id);
        json_text(j, "sku", v->sku);
        price_json(j, v->priced, v->price);
        json_bool(j, "available", v->available);
        json_array(j, "options");
        for (size_t k = 0; k < v->options; k++) {
            json_object(j, NULL);
            json_text(j, "name", v->option[k].name);
            json_text(j, "value", v->option[k].value);
            json_end(j);
        }
        json_end(j);
        json_end(j);
    }
    json_end(j);
    json_array(j, "texts");
    for (size_t i = 0; i < s->texts; i++) {
        json_object(j, NULL);
        json_text(j, "kind", knowledge_kind_name(s->text[i].kind));
        json_text(j, "id", s->text[i].id);
        json_text(j, "title", s->text[i].title);
        json_text(j, "text", s->text[i].text);
        json_end(j);
    }
    json_end(j);
}

static enum answer run_product(struct req *req)
{
    const struct path_product *in = req->path;
    struct seen s = { 0 };
    struct knowledge_head h;
    struct knowledge_source source;
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (knowledge_source_of(req->tx, req->who.account, shop, req->arena, &source) != ROW_FOUND ||
        !source.product(source.ctx, in->product, req->arena, &s.product))
        return reply_fault(req);
    if (!s.product) return reply_problem(req, &problem_not_found);
    if (!source.search_texts(source.ctx, STR(""), in->product, PRODUCTS_MAX, req->arena, &s.text, &s.texts))
        return reply_fault(req);
    return reply_json(req, 200, seen_json, &s);
}

/* ---- rows ---- */

ROUTE_TAG(knowledge_tag, "Knowledge", "What a shop knows: products, orders, questions with answers, documents.");

/* Each is read whole before anything of it is taken: a second of a thread for 8 MB. */
static const struct limit import_limit = { .name = "knowledge_imports", .burst = 240, .per_ms = MINUTE_MS };

static enum answer ask_import(struct req *req)
{
    int64_t shop;
    struct knowledge_head h = { .shop = 0 };
    return know_shop_read(req, &shop, &h);
}

static const struct upload_rule import_upload = { .max_bytes = IMPORT_FILE_MAX, .admit = ask_import };
static_assert((int)IMPORT_FILE_MAX <= (int)JSON_READ_FILE_MAX_BYTES, "a file is read as one JSON text");

/* clang-format off */
#define KNOWLEDGE .tag = "Knowledge", PATH_FIELDS(path_shop_known), PROBLEMS(&problem_not_found)
#define READ .verb = VERB_GET, .who = WHO_MEMBERS | WHO_KEY, .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_READ
const struct route knowledge_routes[] = {
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/import", .who = WHO_MANAGERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_WRITE, .idempotent = true, .upload = &import_upload, .slow = true,
      .account_limit = &import_limit, .ask = ask_import, .prepare = know_import_prepare, .run = know_import_run,
      .resume = know_import_resume, .wait_ms = IMPORT_WAIT_MS, .refused = know_import_refused, .answer = done_shape,
      .tag = "Knowledge", PATH_FIELDS(path_shop_known), PROBLEMS(&problem_not_found, &problem_invalid_fields,
      &problem_invalid_json, &problem_intakes_full),
      .doc = "Take a file (JSON: name, languages, currency, url, products, orders, faq, documents, promotions) whole or"
             " not at all; what it does not name stays." },
    { READ, .path = "/api/shops/:id/knowledge", KNOWLEDGE, .answer = summary_shape, .run = run_summary,
      .doc = "How much the shop knows, and what was read and refused lately." },
    { READ, .path = "/api/shops/:id/knowledge/products", KNOWLEDGE, QUERY_FIELDS(get_products),
      .answer = products_shape, .run = run_products, .doc = "The shop's products, the last changed first." },
    { READ, .path = "/api/shops/:id/knowledge/products/:product", .tag = "Knowledge", PATH_FIELDS(path_product),
      PROBLEMS(&problem_not_found), .answer = product_shape, .run = run_product,
      .doc = "A product as the bot sees it, with its documents." },
    ROUTE_END
};
/* clang-format on */
