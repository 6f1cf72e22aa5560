/* file_routes.c: a merchant's file: sent, looked at with what each column is taken for, then taken whole or not at all.
 *
 * The file stays as it came for a day, so that a column can be called otherwise without sending it again. Each look
 * reads it anew, off the lanes: nothing is remembered of a look. */
#include "knowledge/intake.h"

#include "base/unicode.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 5, FILES_MAX = 20, SAMPLE_BYTES_MAX = 200, READ_ARENA_MAX = 512 << 20, PREVIEW_BYTES_MAX = 16 << 20 };

STMT(insert, "INSERT INTO knowledge_files (account, shop, file, title, bytes, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
             " RETURNING id");
STMT(get, "SELECT id, file, title, bytes FROM knowledge_files WHERE id = ?1 AND shop = ?2 AND at_ms > 0");
/* The newest ?2 stay. One that is being taken is read to its end all the same: only housekeeping looks at the time. */
STMT(make_room, "UPDATE knowledge_files SET at_ms = 0 WHERE shop = ?1 AND at_ms > 0 AND id NOT IN (SELECT id"
                " FROM knowledge_files WHERE shop = ?1 AND at_ms > 0 ORDER BY id DESC LIMIT ?2)");
STMT(forget, "UPDATE knowledge_files SET at_ms = 0 WHERE id = ?1 AND shop = ?2 AND at_ms > 0");

static const struct problem problem_file_gone = { "file_gone", 409, "The file is not there any more. Send it again.",
                                                  "文件已不存在，请重新上传。" };

/* ---- what comes and goes ---- */

struct get_file {
    const char *name;
};
struct path_file {
    int64_t id; /* the shop's; first, as in struct path_shop_known */
    int64_t file;
};
struct path_intake {
    int64_t id;
    int64_t intake;
};
static const char *const delimiter_names[] = { "comma", "semicolon", "tab", "bar", NULL };
static const char delimiters[] = { ',', ';', '\t', '|' };
struct wish_field {
    int field;
};
struct post_wish {
    int currency;  /* of know_currency_names; -1: not said */
    int delimiter; /* of delimiters; -1: not said */
    struct field_list fields;
};
/* clang-format off */
static const struct field get_file_fields[] = {
    FIELD_TEXT(struct get_file, name, .optional = true, .max = FIELD_FILE_NAME_MAX, .form = TEXT_FILE,
               .doc = "How its owner calls it."),
    FIELD_END
};
static const struct field path_file_fields[] = {
    FIELD_ID(struct path_file, id, .doc = "The shop's number."),
    FIELD_ID(struct path_file, file, .doc = "The file's number."),
    FIELD_END
};
static const struct field path_intake_fields[] = {
    FIELD_ID(struct path_intake, id, .doc = "The shop's number."),
    FIELD_ID(struct path_intake, intake, .doc = "The number of the intake."),
    FIELD_END
};
static const struct field wish_field = FIELD_ENUM(struct wish_field, field, reader_field_names, .doc = "What it is.");
static const struct field post_wish_fields[] = {
    FIELD_ENUM(struct post_wish, currency, know_currency_names, .optional = true, .fallback = -1,
               .doc = "Of prices that do not say; unset: the shop's."),
    FIELD_ENUM(struct post_wish, delimiter, delimiter_names, .optional = true, .fallback = -1,
               .doc = "Between the cells of a table; unset: found out."),
    FIELD_LIST(struct post_wish, fields, &wish_field, struct wish_field, .optional = true, .max = READ_COLUMNS_MAX,
               .doc = "What each column of a table is, in their order; unset: as guessed."),
    FIELD_END
};

static const struct shape column_shape[] = {
    SHAPE_TEXT("name"), SHAPE_TEXT("sample"), SHAPE_ENUM("field", reader_field_names), SHAPE_END };
static const struct shape sample_shape[] = {
    SHAPE_TEXT("id"), SHAPE_TEXT("title"), SHAPE_TEXT("text"), SHAPE_I64("price", .nullable = true),
    SHAPE_BOOL("available"), SHAPE_I64("variants"), SHAPE_END };
static const struct shape file_shape[] = {
    SHAPE_I64("file"), SHAPE_TEXT("name"), SHAPE_I64("bytes"), SHAPE_END };
static const struct shape preview_shape[] = {
    SHAPE_I64("file"), SHAPE_TEXT("name"), SHAPE_ENUM("format", reader_format_names), SHAPE_TEXT("encoding"),
    SHAPE_ENUM("delimiter", delimiter_names, .nullable = true), SHAPE_TEXT("currency", .nullable = true),
    SHAPE_LIST("columns", column_shape, .type_name = "KnowledgeColumn"), SHAPE_I64("rows"),
    SHAPE_I64("passedOver", .doc = "Rows of what is not for sale, and of pictures alone."), SHAPE_I64("products"),
    SHAPE_I64("variants"), SHAPE_I64("orders"), SHAPE_I64("faq"), SHAPE_I64("documents"), SHAPE_I64("promotions"),
    SHAPE_LIST("samples", sample_shape, .type_name = "KnowledgeSample", .doc = "The first five."),
    SHAPE_LIST("refused", know_refusal_shape, .type_name = "KnowledgeRefusal", .doc = "None: it can be taken."),
    SHAPE_END };
const struct shape know_intake_shape[] = {
    SHAPE_I64("intake"), SHAPE_ENUM("status", intake_state_names),
    SHAPE_TEXT("statusUrl"), SHAPE_I64("import", .nullable = true), SHAPE_I64("products"), SHAPE_I64("texts"),
    SHAPE_I64("orders"), SHAPE_I64("changed"), SHAPE_I64("parts"), SHAPE_I64("written"),
    SHAPE_LIST("refused", know_refusal_shape, .type_name = "KnowledgeRefusal"), SHAPE_END };
static const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
/* clang-format on */

/* ---- sending ---- */

struct sent {
    int64_t id, bytes;
    const char *name, *file;
};

static void sent_json(struct json *j, const void *arg)
{
    const struct sent *f = arg;
    json_i64(j, "file", f->id);
    json_text(j, "name", f->name);
    json_i64(j, "bytes", f->bytes);
}

static enum answer run_send(struct req *req)
{
    const struct get_file *in = req->query;
    struct sent f = { .name = in->name ? in->name : "", .bytes = req->upload->size };
    struct knowledge_head h = { .shop = 0 };
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    struct query c = query(req->tx, &make_room);
    bind_i64(&c, shop), bind_i64(&c, FILES_MAX - 1);
    if (query_change(&c) < 0) return reply_fault(req);
    struct query q = query(req->tx, &insert);
    bind_i64(&q, req->who.account), bind_i64(&q, shop), bind_text(&q, req->upload->name), bind_text(&q, f.name);
    bind_i64(&q, f.bytes), bind_i64(&q, req->now_ms);
    if (query_row(&q) != ROW_FOUND) return reply_fault(req);
    f.id = col_i64(&q, "id");
    req_keep_upload(req);
    return reply_json(req, 201, sent_json, &f);
}

/* ---- looking ---- */

/* ANSWER_GO_ON: *f is the shop's file. */
static enum answer file_of(struct req *req, bool locked, struct knowledge_head *h, struct sent *f)
{
    int64_t shop;
    enum answer a = locked ? know_shop_locked(req, &shop, h) : know_shop_read(req, &shop, h);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &get);
    bind_i64(&q, ((const struct path_file *)req->path)->file), bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    *f = (struct sent){ .id = col_i64(&q, "id"),
                        .bytes = col_i64(&q, "bytes"),
                        .name = col_text(&q, "title"),
                        .file = col_text(&q, "file") };
    return ANSWER_GO_ON;
}

struct preview {
    const struct sent *sent;
    struct know_file *file;
    struct knowledge_import in;
    struct field_faults faults;
};

static void sample_json(struct json *j, const char *id, const char *title, const char *text,
                        const struct knowledge_product *p)
{
    json_object(j, NULL);
    json_text(j, "id", id ? id : ""); /* of a row that is refused for the want of it */
    json_text(j, "title", title ? title : "");
    json_str(j, "text",
             (struct str){ text ? text : "", unicode_cut_bytes(str_of(text ? text : ""), SAMPLE_BYTES_MAX) });
    if (p && p->priced) json_i64(j, "price", p->price);
    else if (p && p->variants > 0 && p->variant[0].priced) json_i64(j, "price", p->variant[0].price);
    else json_null(j, "price");
    json_bool(j, "available", p ? p->available : true);
    json_i64(j, "variants", p ? (int64_t)p->variants : 0);
    json_end(j);
}

static void samples_json(struct json *j, const struct knowledge_import *in)
{
    json_array(j, "samples");
    for (size_t i = 0; i < in->products && i < SAMPLES; i++)
        sample_json(j, in->product[i].id, in->product[i].title, in->product[i].description, &in->product[i]);
    for (size_t i = 0; i < in->texts && i + in->products < SAMPLES; i++)
        sample_json(j, in->text[i].id, in->text[i].title, in->text[i].text, NULL);
    json_end(j);
}

static void refused_json(struct json *j, const struct field_faults *f)
{
    json_array(j, "refused");
    for (size_t i = 0; i < f->count; i++) {
        json_object(j, NULL);
        json_text(j, "field", f->fault[i].field);
        json_text(j, "code", f->fault[i].code);
        json_end(j);
    }
    json_end(j);
}

static void preview_json(struct json *j, const void *arg)
{
    const struct preview *p = arg;
    const struct know_file *f = p->file;
    const struct knowledge_import *in = &p->in;
    const char *delimiter = NULL;
    for (size_t i = 0; i < ARRAY_LEN(delimiters); i++)
        if (f->delimiter == delimiters[i]) delimiter = delimiter_names[i];
    json_i64(j, "file", p->sent->id);
    json_text(j, "name", p->sent->name);
    json_text(j, "format", reader_format_names[f->format]);
    json_text(j, "encoding", f->encoding);
    json_text(j, "delimiter", delimiter);
    json_text(j, "currency", in->currency == CURRENCY_NONE ? NULL : currency_code(in->currency));
    json_array(j, "columns");
    for (size_t i = 0; i < f->columns; i++) {
        json_object(j, NULL);
        json_text(j, "name", f->column[i].name);
        json_text(j, "sample", f->column[i].sample);
        json_text(j, "field", reader_field_names[f->column[i].field]);
        json_end(j);
    }
    json_end(j);
    json_i64(j, "rows", (int64_t)f->rows);
    json_i64(j, "passedOver", (int64_t)f->passed_over);
    json_i64(j, "products", (int64_t)in->products);
    json_i64(j, "variants", (int64_t)in->variants);
    json_i64(j, "orders", (int64_t)in->orders);
    json_i64(j, "faq", (int64_t)in->of_kind[KNOWLEDGE_FAQ]);
    json_i64(j, "documents", (int64_t)in->of_kind[KNOWLEDGE_DOCUMENT]);
    json_i64(j, "promotions", (int64_t)in->of_kind[KNOWLEDGE_PROMOTION]);
    samples_json(j, in);
    refused_json(j, &p->faults);
}

/* The wish of a request as JSON, in the request's memory. */
static const char *wish_json(struct req *req)
{
    const struct post_wish *in = req->body;
    struct buf b;
    struct json j;
    buf_init(&b, 64 << 10);
    json_begin(&j, &b);
    json_object(&j, NULL);
    if (in->currency >= 0) json_text(&j, "currency", know_currency_names[in->currency]);
    if (in->delimiter >= 0) json_str(&j, "delimiter", (struct str){ &delimiters[in->delimiter], 1 });
    if (in->fields.item) {
        const struct wish_field *f = in->fields.item;
        json_array(&j, "fields");
        for (size_t i = 0; i < in->fields.count; i++) json_text(&j, NULL, reader_field_names[f[i].field]);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
    const char *text = arena_text_n(req->arena, b.p, b.n);
    buf_free(&b);
    return text;
}

/* What .ask found, and the answer that .prepare made of it. */
struct looking {
    struct sent sent;
    struct knowledge_head head;
    struct str answer;
};

static enum answer ask_preview(struct req *req)
{
    struct looking *l = req->prepared = ARENA_NEW(req->arena, struct looking);
    return file_of(req, false, &l->head, &l->sent);
}

/* The answer outlives what was read. */
static enum answer keep_preview(struct req *req, struct looking *l, const struct preview *p)
{
    struct buf b;
    struct json j;
    buf_init(&b, PREVIEW_BYTES_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    preview_json(&j, p);
    json_end(&j);
    json_finish(&j);
    bool good = !b.overflow;
    if (good) l->answer = (struct str){ arena_text_n(req->arena, b.p, b.n), b.n };
    buf_free(&b);
    return good ? ANSWER_GO_ON : ANSWER_FAULT;
}

/* A file of 8 MB takes a second: off the lanes, on which everybody reads, and by account so many a minute. */
static enum answer prepare_preview(struct req *req)
{
    struct looking *l = req->prepared;
    const char *wish = wish_json(req), *code, *field;
    char *bytes = know_file_bytes(l->sent.file, (size_t)l->sent.bytes);
    if (!bytes) return reply_problem(req, &problem_file_gone);
    struct arena *a = arena_new(READ_ARENA_MAX);
    struct reader_wish w = { .currency = l->head.currency, .url = l->head.url, .name = l->sent.name };
    struct preview p = { .sent = &l->sent, .file = ARENA_NEW(a, struct know_file) };
    know_wish_read(a, wish, &w);
    if (know_file_read(a, (struct str){ bytes, (size_t)l->sent.bytes }, &w, p.file, &p.faults) &&
        know_import_read_from(a, p.file->root, &p.file->origins, &p.in, &p.faults) &&
        (field = know_import_misfit(&l->head, &p.in, &code)) != NULL)
        p.faults = (struct field_faults){ 1, { { .field = field, .code = code } } };
    if (!p.file->encoding) p.file->encoding = "";
    enum answer answer = keep_preview(req, l, &p);
    json_decref(p.file->root);
    arena_free(a);
    free(bytes);
    return answer;
}

/* Still the caller's, and still there. */
static enum answer run_preview(struct req *req)
{
    const struct looking *l = req->prepared;
    struct knowledge_head h = { .shop = 0 };
    struct sent f = { .id = 0 };
    enum answer got = file_of(req, false, &h, &f);
    return got == ANSWER_GO_ON ? reply_text(req, 200, "application/json", l->answer) : got;
}

/* ---- taking ---- */

void know_intake_json(struct json *j, const void *arg)
{
    const struct intake *in = arg;
    char url[INTAKE_URL_SIZE];
    json_i64(j, "intake", in->id);
    json_text(j, "status", intake_state_names[in->state]);
    json_text(j, "statusUrl", know_intake_url(url, in));
    if (in->import) json_i64(j, "import", in->import);
    else json_null(j, "import");
    json_i64(j, "products", in->products);
    json_i64(j, "texts", in->texts);
    json_i64(j, "orders", in->orders);
    json_i64(j, "changed", in->changed);
    json_i64(j, "parts", in->parts);
    json_i64(j, "written", in->written);
    json_raw(j, "refused", str_of(in->refusals));
}

static enum answer run_take(struct req *req)
{
    struct sent f = { .id = 0 };
    struct knowledge_head h = { .shop = 0 };
    int64_t job;
    enum answer got = file_of(req, true, &h, &f);
    if (got == ANSWER_GO_ON) got = know_intake_may_begin(req, h.shop);
    if (got != ANSWER_GO_ON) return got;
    struct intake in = { .account = req->who.account, .shop = h.shop, .file = f.id, .source = "file" };
    in.began_at_ms = req->now_ms, in.refusals = "[]";
    in.wish = wish_json(req);
    if (!know_intake_begin(req->tx, &in, &job)) return reply_fault(req);
    return reply_json(req, 202, know_intake_json, &in);
}

static void success_json(struct json *j, const void *arg) { json_bool(j, "success", true); }

static enum answer run_discard(struct req *req)
{
    struct sent f = { .id = 0 };
    struct knowledge_head h = { .shop = 0 };
    enum answer got = file_of(req, true, &h, &f);
    if (got != ANSWER_GO_ON) return got;
    struct query q = query(req->tx, &forget);
    bind_i64(&q, f.id), bind_i64(&q, h.shop);
    return query_change(&q) == 1 ? reply_json(req, 200, success_json, NULL) : reply_fault(req);
}

static enum answer run_intake(struct req *req)
{
    struct intake in;
    struct knowledge_head h = { .shop = 0 };
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    enum row row = know_intake_get(req->tx, ((const struct path_intake *)req->path)->intake, &in);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || in.shop != shop) return reply_problem(req, &problem_not_found);
    return reply_json(req, 200, know_intake_json, &in);
}

static const struct upload_rule file_upload = { .max_bytes = READ_FILE_MAX };
static const struct limit looks = { .name = "knowledge_previews", .burst = 20, .per_ms = MINUTE_MS };

/* clang-format off */
#define MANAGE .who = WHO_MANAGERS | WHO_KEY, .scope = KEY_SCOPE_KNOWLEDGE, .tag = "Knowledge"
const struct route knowledge_file_routes[] = {
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/files", MANAGE, .tx = TX_WRITE, .idempotent = true,
      .upload = &file_upload, PATH_FIELDS(path_shop_known), QUERY_FIELDS(get_file), .answer = file_shape, .status = 201,
      .run = run_send, PROBLEMS(&problem_not_found),
      .doc = "Send a file (JSON, CSV, the CSV that Shopify exports, a product feed; Markdown, HTML or plain text, told"
             " by the ending of its name), to look at and then take. It is kept for a day, of a shop the newest 20." },
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/files/:file/preview", MANAGE, .tx = TX_READ, .reads = true,
      .account_limit = &looks, .slow = true, .ask = ask_preview, .prepare = prepare_preview, PATH_FIELDS(path_file),
      BODY_FIELDS(post_wish), .answer = preview_shape, .run = run_preview,
      PROBLEMS(&problem_not_found, &problem_file_gone),
      .doc = "What would be taken of it, and what would not, and why. Changes nothing." },
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/files/:file/import", MANAGE, .tx = TX_WRITE,
      .idempotent = true, PATH_FIELDS(path_file), BODY_FIELDS(post_wish), .answer = know_intake_shape, .status = 202,
      .run = run_take, PROBLEMS(&problem_not_found, &problem_intakes_full),
      .doc = "Take the file, whole or not at all; statusUrl tells how it goes." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id/knowledge/files/:file", MANAGE, .tx = TX_WRITE,
      PATH_FIELDS(path_file), .answer = success_shape, .run = run_discard, PROBLEMS(&problem_not_found),
      .doc = "Discard a file that was sent." },
    { .verb = VERB_GET, .path = "/api/shops/:id/knowledge/intakes/:intake", .who = WHO_MEMBERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_READ, .tag = "Knowledge", PATH_FIELDS(path_intake),
      .answer = know_intake_shape, .run = run_intake, PROBLEMS(&problem_not_found),
      .doc = "How far the taking of a file or a feed is: status done or failed at its end." },
    ROUTE_END
};
/* clang-format on */
