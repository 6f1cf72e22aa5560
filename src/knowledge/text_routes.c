/* text_routes.c: the merchant's own questions with answers, and documents: one handler for both, that differ in the
 * names of their members. */
#include "knowledge/private.h"

#include "base/random.h"

enum {
    TEXTS_USUAL = 50,
    TEXTS_SHOWN_MAX = 100,
    QUESTION_MAX = 300,
    ANSWER_MAX = 8000,
    DOCUMENT_MAX = 12000,
    ENTRY_BODY_MAX = 48 << 10,
    NEW_ID_DRAWN = 12,
    SEARCH_MAX = 200
};

struct path_entry {
    int64_t id; /* the shop's; first, as in struct path_shop_known */
    const char *entry;
};
/* clang-format off */
static const struct field path_entry_fields[] = {
    FIELD_ID(struct path_entry, id, .doc = "The shop's number."),
    FIELD_TEXT(struct path_entry, entry, .min = 1, .max = KNOWLEDGE_ID_MAX, .doc = "The entry's id."),
    FIELD_END
};
struct get_texts { int64_t after, limit; const char *search; };
static const struct field get_texts_fields[] = {
    FIELD_PAGE(struct get_texts, TEXTS_USUAL, TEXTS_SHOWN_MAX),
    FIELD_SEARCH(struct get_texts, search, SEARCH_MAX,
                 "The best for these words, as a bot finds them, and no pages."),
    FIELD_END
};

/* The members of both kinds in one struct: the handlers do not ask which it was. */
struct post_entry { const char *id, *title, *text, *url, *product; };
#define ID_FIELD                                                                                                       \
    FIELD_TEXT(struct post_entry, id, .optional = true, .min = 1, .max = KNOWLEDGE_ID_MAX,                             \
               .doc = "The shop's own id; unset: one is made.")
#define FAQ_FIELDS                                                                                                     \
    FIELD_TEXT(struct post_entry, title, .name = "question", .min = 1, .max = QUESTION_MAX, .form = TEXT_WORDS,        \
               .doc = "As shoppers ask." SIGNS_STAY),                                                                  \
    FIELD_TEXT(struct post_entry, text, .name = "answer", .min = 1, .max = ANSWER_MAX, .multiline = true,              \
               .doc = "What the bot answers with.")
#define DOCUMENT_FIELDS                                                                                                \
    FIELD_TEXT(struct post_entry, title, .min = 1, .max = QUESTION_MAX, .form = TEXT_WORDS,                            \
               .doc = "What it is about." SIGNS_STAY),                                                                 \
    FIELD_TEXT(struct post_entry, text, .min = 1, .max = DOCUMENT_MAX, .multiline = true, .doc = "The text itself."),  \
    FIELD_TEXT(struct post_entry, url, .optional = true, .max = KNOWLEDGE_URL_MAX, .form = TEXT_URL,                   \
               .doc = "Where it stands on the web."),                                                                  \
    FIELD_TEXT(struct post_entry, product, .optional = true, .max = KNOWLEDGE_ID_MAX,                                  \
               .doc = "The id of the product that it belongs to.")
static const struct field post_faq_fields[] = { ID_FIELD, FAQ_FIELDS, FIELD_END };
static const struct field put_faq_fields[] = { FAQ_FIELDS, FIELD_END };
static const struct field post_document_fields[] = { ID_FIELD, DOCUMENT_FIELDS, FIELD_END };
static const struct field put_document_fields[] = { DOCUMENT_FIELDS, FIELD_END };

static const struct shape faq_shape[] = { SHAPE_TEXT("id"), SHAPE_TEXT("question"), SHAPE_TEXT("answer"), SHAPE_END };
static const struct shape document_shape[] = {
    SHAPE_TEXT("id"), SHAPE_TEXT("title"), SHAPE_TEXT("text"), SHAPE_TEXT("url", .nullable = true),
    SHAPE_TEXT("product", .nullable = true), SHAPE_END };
#define NEXT SHAPE_I64("next", .nullable = true, .doc = "The `after` of the next page; null: this is the last.")
static const struct shape faqs_shape[] = { SHAPE_LIST("faq", faq_shape, .type_name = "Faq"), NEXT, SHAPE_END };
static const struct shape documents_shape[] = {
    SHAPE_LIST("documents", document_shape, .type_name = "KnowledgeDocument"), NEXT, SHAPE_END };
static const struct shape promotions_shape[] = {
    SHAPE_LIST("promotions", document_shape, .type_name = "KnowledgeDocument"), NEXT, SHAPE_END };
static const struct shape removed_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
/* clang-format on */

static const struct problem problem_entry_there = { "entry_exists", 409, "There is an entry with this id already.",
                                                    "已有相同编号的条目。" };
static const struct problem problem_texts_full = { "knowledge_full", 409,
                                                   "The shop has as many entries as it may have.",
                                                   "该店铺的知识条目数量已达上限。" };

static void entry_json(struct json *j, const void *arg)
{
    const struct knowledge_text *t = arg;
    bool faq = t->kind == KNOWLEDGE_FAQ;
    json_text(j, "id", t->id);
    json_text(j, faq ? "question" : "title", t->title);
    json_text(j, faq ? "answer" : "text", t->text);
    if (faq) return;
    json_text(j, "url", t->url);
    json_text(j, "product", t->product);
}

/* ---- list ---- */

struct page {
    enum knowledge_kind kind;
    struct knowledge_text *text;
    size_t count;
    int64_t next;
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    static const char *const names[] = { "faq", "documents", "promotions" };
    json_array(j, names[p->kind]);
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        entry_json(j, &p->text[i]);
        json_end(j);
    }
    json_end(j);
    if (p->next) json_i64(j, "next", p->next);
    else json_null(j, "next");
}

/* As a bot finds them; of this kind alone. */
static enum answer list_found(struct req *req, struct page *p, int64_t shop)
{
    const struct get_texts *in = req->query;
    struct knowledge_source s;
    struct knowledge_text *found = NULL;
    size_t n = 0;
    if (knowledge_source_of(req->tx, req->who.account, shop, req->arena, &s) != ROW_FOUND ||
        !s.search_texts(s.ctx, str_of(in->search), NULL, TEXTS_SHOWN_MAX, req->arena, &found, &n))
        return reply_fault(req);
    for (size_t i = 0; i < n && p->count < (size_t)in->limit; i++)
        if (found[i].kind == p->kind) p->text[p->count++] = found[i];
    return reply_json(req, 200, page_json, p);
}

static enum answer list(struct req *req, enum knowledge_kind kind)
{
    const struct get_texts *in = req->query;
    struct page p = { .kind = kind, .text = ARENA_ARRAY(req->arena, struct knowledge_text, (size_t)in->limit) };
    struct knowledge_head h;
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (in->search) return list_found(req, &p, shop);
    if (!know_texts_page(req->tx, shop, kind, in->after, (size_t)in->limit, req->arena, p.text, &p.count, &p.next))
        return reply_fault(req);
    return reply_json(req, 200, page_json, &p);
}

/* ---- change ---- */

static void details_json(struct json *j, const void *arg)
{
    const struct knowledge_text *t = arg;
    json_text(j, "kind", knowledge_kind_name(t->kind));
    json_text(j, "id", t->id);
}

static enum answer keep(struct req *req, struct knowledge_head *h, const struct knowledge_text *t, int status)
{
    struct know_write w = { .now_ms = req->now_ms };
    if (!know_texts_save(req->tx, h, t, 1, &w)) return reply_fault(req);
    if (h->texts > KNOWLEDGE_TEXTS_MAX) return reply_problem(req, &problem_texts_full);
    if (w.changed > 0 && (!know_head_keep(req->tx, h, req->now_ms) ||
                          !know_tell(req, AUDIT_knowledge_text_saved, h->shop, details_json, t)))
        return reply_fault(req);
    return reply_json(req, status, entry_json, t);
}

static struct knowledge_text text_of(const struct post_entry *in, enum knowledge_kind kind, const char *id)
{
    return (struct knowledge_text){
        .kind = kind, .id = id, .title = in->title, .text = in->text, .url = in->url, .product = in->product
    };
}

static const char *new_id(struct req *req)
{
    char token[TOKEN_TEXT_SIZE];
    random_token(token);
    return arena_text_n(req->arena, token, NEW_ID_DRAWN);
}

static enum answer create(struct req *req, enum knowledge_kind kind)
{
    const struct post_entry *in = req->body;
    struct knowledge_head h;
    struct knowledge_text there;
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    struct knowledge_text t = text_of(in, kind, in->id ? in->id : new_id(req));
    enum row row = know_texts_get(req->tx, shop, kind, t.id, req->arena, &there);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) return reply_problem(req, &problem_entry_there);
    return keep(req, &h, &t, 201);
}

static enum answer replace(struct req *req, enum knowledge_kind kind)
{
    struct knowledge_head h;
    struct knowledge_text there;
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    const char *id = ((const struct path_entry *)req->path)->entry;
    enum row row = know_texts_get(req->tx, shop, kind, id, req->arena, &there);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    struct knowledge_text t = text_of(req->body, kind, id);
    return keep(req, &h, &t, 200);
}

static void removed_json(struct json *j, const void *arg) { json_bool(j, "success", true); }

static enum answer take_out(struct req *req, enum knowledge_kind kind)
{
    struct knowledge_head h;
    struct knowledge_text t = { .kind = kind, .id = ((const struct path_entry *)req->path)->entry };
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    enum row row = know_texts_remove(req->tx, &h, kind, t.id);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT || !know_head_keep(req->tx, &h, req->now_ms) ||
        !know_tell(req, AUDIT_knowledge_text_removed, shop, details_json, &t))
        return reply_fault(req);
    return reply_json(req, 200, removed_json, NULL);
}

static enum answer list_faq(struct req *req) { return list(req, KNOWLEDGE_FAQ); }
static enum answer create_faq(struct req *req) { return create(req, KNOWLEDGE_FAQ); }
static enum answer replace_faq(struct req *req) { return replace(req, KNOWLEDGE_FAQ); }
static enum answer remove_faq(struct req *req) { return take_out(req, KNOWLEDGE_FAQ); }
static enum answer list_documents(struct req *req) { return list(req, KNOWLEDGE_DOCUMENT); }
static enum answer create_document(struct req *req) { return create(req, KNOWLEDGE_DOCUMENT); }
static enum answer replace_document(struct req *req) { return replace(req, KNOWLEDGE_DOCUMENT); }
static enum answer remove_document(struct req *req) { return take_out(req, KNOWLEDGE_DOCUMENT); }

static enum answer list_promotions(struct req *req) { return list(req, KNOWLEDGE_PROMOTION); }
static enum answer create_promotion(struct req *req) { return create(req, KNOWLEDGE_PROMOTION); }
static enum answer replace_promotion(struct req *req) { return replace(req, KNOWLEDGE_PROMOTION); }
static enum answer remove_promotion(struct req *req) { return take_out(req, KNOWLEDGE_PROMOTION); }

/* clang-format off */
#define WRITE .who = WHO_MANAGERS | WHO_KEY, .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_WRITE, .tag = "Knowledge"
#define READ .verb = VERB_GET, .who = WHO_MEMBERS | WHO_KEY, .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_READ,              \
    .tag = "Knowledge", PATH_FIELDS(path_shop_known), QUERY_FIELDS(get_texts), PROBLEMS(&problem_not_found)
#define ENTRY_BODY(table) .body_fields = (table), .body_size = sizeof(struct post_entry), .body_max = ENTRY_BODY_MAX
#define NEW .verb = VERB_POST, WRITE, .idempotent = true, .status = 201, PATH_FIELDS(path_shop_known),                 \
    PROBLEMS(&problem_not_found, &problem_entry_there, &problem_texts_full)
#define CHANGE .verb = VERB_PUT, WRITE, PATH_FIELDS(path_entry), PROBLEMS(&problem_not_found, &problem_texts_full)
#define REMOVE .verb = VERB_DELETE, WRITE, PATH_FIELDS(path_entry), PROBLEMS(&problem_not_found),                      \
    .answer = removed_shape
const struct route knowledge_text_routes[] = {
    { READ, .path = "/api/shops/:id/knowledge/faq", .answer = faqs_shape, .run = list_faq,
      .doc = "Questions with answers, the last changed first." },
    { NEW, .path = "/api/shops/:id/knowledge/faq", ENTRY_BODY(post_faq_fields), .answer = faq_shape, .run = create_faq,
      .doc = "Add a question with its answer." },
    { CHANGE, .path = "/api/shops/:id/knowledge/faq/:entry", ENTRY_BODY(put_faq_fields), .answer = faq_shape,
      .run = replace_faq, .doc = "Change a question and its answer." },
    { REMOVE, .path = "/api/shops/:id/knowledge/faq/:entry", .run = remove_faq, .doc = "Remove a question." },
    { READ, .path = "/api/shops/:id/knowledge/documents", .answer = documents_shape, .run = list_documents,
      .doc = "Documents, the last changed first." },
    { NEW, .path = "/api/shops/:id/knowledge/documents", ENTRY_BODY(post_document_fields), .answer = document_shape,
      .run = create_document, .doc = "Add a document." },
    { CHANGE, .path = "/api/shops/:id/knowledge/documents/:entry", ENTRY_BODY(put_document_fields),
      .answer = document_shape, .run = replace_document, .doc = "Change a document." },
    { REMOVE, .path = "/api/shops/:id/knowledge/documents/:entry", .run = remove_document,
      .doc = "Remove a document." },
    { READ, .path = "/api/shops/:id/knowledge/promotions", .answer = promotions_shape, .run = list_promotions,
      .doc = "Promotions, the last changed first." },
    { NEW, .path = "/api/shops/:id/knowledge/promotions", ENTRY_BODY(post_document_fields), .answer = document_shape,
      .run = create_promotion, .doc = "Add a promotion." },
    { CHANGE, .path = "/api/shops/:id/knowledge/promotions/:entry", ENTRY_BODY(put_document_fields),
      .answer = document_shape, .run = replace_promotion, .doc = "Change a promotion." },
    { REMOVE, .path = "/api/shops/:id/knowledge/promotions/:entry", .run = remove_promotion,
      .doc = "Remove a promotion." },
    ROUTE_END
};
/* clang-format on */
