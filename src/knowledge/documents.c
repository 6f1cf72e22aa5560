/* documents.c: the files of text that a shop's bot knows. A file stands here by its name; what is known of it are its
 * passages, which are documents like others. Sent again under the same name it takes the place of what it was. */
#include "knowledge/intake.h"

enum { DOCUMENTS_MAX = 200, PASSAGES_USUAL = 50, PASSAGES_MOST = 100 };

#define COLUMNS                                                                                                        \
    "d.id, d.name, d.title, d.format, d.bytes, d.taken_at_ms, (SELECT COUNT(*) FROM knowledge_texts t"                 \
    " WHERE t.shop = d.shop AND t.feed = -d.id) AS passages"
STMT(of_name, "SELECT id FROM knowledge_documents WHERE shop = ?1 AND name = ?2");
STMT(add, "INSERT INTO knowledge_documents (account, shop, name, title, format, bytes, intake, taken_at_ms)"
          " VALUES (?1, ?2, ?3, '', '', 0, ?4, 0) RETURNING id");
STMT(begin, "UPDATE knowledge_documents SET intake = ?2 WHERE id = ?1");
STMT(taken, "UPDATE knowledge_documents SET title = ?2, format = ?3, bytes = ?4, taken_at_ms = ?5 WHERE id = ?1");
/* Unless another intake of the same name is under way. */
STMT(never_taken, "DELETE FROM knowledge_documents WHERE id = ?1 AND taken_at_ms = 0 AND NOT EXISTS (SELECT 1 FROM"
                  " knowledge_intakes i WHERE i.shop = knowledge_documents.shop AND i.ended_at_ms IS NULL"
                  " AND i.feed = -CAST(?1 AS BIGINT) AND i.id <> ?2)");
STMT(count, "SELECT COUNT(*) AS n FROM knowledge_documents WHERE shop = ?1");
STMT(is_there, "SELECT id FROM knowledge_documents WHERE id = ?1");
STMT(of_shop, "SELECT " COLUMNS " FROM knowledge_documents d WHERE d.shop = ?1 AND d.taken_at_ms > 0 ORDER BY d.name");
STMT(get, "SELECT " COLUMNS " FROM knowledge_documents d WHERE d.id = ?1 AND d.shop = ?2 AND d.taken_at_ms > 0");
STMT(passages, "SELECT name, title, body FROM knowledge_texts WHERE shop = ?1 AND feed = -CAST(?2 AS BIGINT)"
               " AND kind = 1 AND name > ?3 ORDER BY name LIMIT ?4");
STMT(drop, "DELETE FROM knowledge_documents WHERE id = ?1 AND shop = ?2");
STMT(drop_passages, "DELETE FROM knowledge_texts WHERE shop = ?1 AND feed = -CAST(?2 AS BIGINT)");
STMT(forget_shop, "DELETE FROM knowledge_documents WHERE shop = ?1");
static_assert(KNOWLEDGE_DOCUMENT == 1, "passages: kind = 1");

/* ---- what is under way (take_job.c) ---- */

/* A row for a name that is new. ROW_NONE: there are as many as there may be. */
static enum row add_document(struct tx *tx, struct intake *in, const char *name)
{
    struct query c = query(tx, &count);
    bind_i64(&c, in->shop);
    if (query_row(&c) != ROW_FOUND) return ROW_FAULT;
    if (col_i64(&c, "n") >= DOCUMENTS_MAX) return ROW_NONE;
    struct query q = query(tx, &add);
    bind_i64(&q, in->account), bind_i64(&q, in->shop), bind_text(&q, name), bind_i64(&q, in->id);
    if (query_row(&q) != ROW_FOUND) return ROW_FAULT;
    in->feed = -col_i64(&q, "id");
    return ROW_FOUND;
}

enum row know_document_begin(struct tx *tx, struct intake *in, const char *name)
{
    struct query q = query(tx, &of_name);
    bind_i64(&q, in->shop), bind_text(&q, name);
    enum row row = query_row(&q);
    in->whole = true; /* what it had before and has no more goes */
    if (row == ROW_NONE) return add_document(tx, in, name);
    if (row == ROW_FAULT) return row;
    in->feed = -col_i64(&q, "id");
    struct query b = query(tx, &begin);
    bind_i64(&b, -in->feed), bind_i64(&b, in->id);
    return query_change(&b) == 1 ? ROW_FOUND : ROW_FAULT;
}

enum row know_document_is_there(struct tx *tx, const struct intake *in)
{
    if (in->feed >= 0) return ROW_FOUND;
    struct query q = query(tx, &is_there);
    bind_i64(&q, -in->feed);
    return query_row(&q);
}

bool know_document_ended(struct tx *tx, const struct intake *in, int64_t now_ms)
{
    if (in->feed >= 0) return true;
    struct query q = query(tx, in->state == INTAKE_DONE ? &taken : &never_taken);
    bind_i64(&q, -in->feed);
    if (in->state != INTAKE_DONE) {
        bind_i64(&q, in->id);
        return query_change(&q) >= 0;
    }
    json_t *said = json_read(str_of(in->todo), JSON_READ_MAX_BYTES, NULL);
    const char *title = json_string_value(json_object_get(said, "title"));
    const char *format = json_string_value(json_object_get(said, "format"));
    bind_text(&q, title ? title : ""), bind_text(&q, format ? format : "");
    bind_i64(&q, json_integer_value(json_object_get(said, "bytes"))), bind_i64(&q, now_ms);
    bool done = query_change(&q) == 1;
    json_decref(said);
    return done;
}

bool know_documents_purged(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &forget_shop);
    bind_i64(&q, shop);
    return query_change(&q) >= 0;
}

/* ---- routes ---- */

struct path_document {
    int64_t id; /* the shop's; first, as in struct path_shop_known */
    int64_t file;
};
struct get_passages {
    const char *after;
    int64_t limit;
};
/* clang-format off */
static const struct field path_document_fields[] = {
    FIELD_ID(struct path_document, id, .doc = "The shop's number."),
    FIELD_ID(struct path_document, file, .doc = "The file's number."),
    FIELD_END
};
static const struct field get_passages_fields[] = {
    FIELD_TEXT(struct get_passages, after, .optional = true, .max = KNOWLEDGE_ID_MAX,
               .doc = "`next` of the page before."),
    FIELD_I64(struct get_passages, limit, .optional = true, .min = 1, .max = PASSAGES_MOST, .fallback = PASSAGES_USUAL,
              .doc = "How many."),
    FIELD_END
};
static const struct shape file_shape[] = {
    SHAPE_I64("file"), SHAPE_TEXT("name"), SHAPE_TEXT("title"), SHAPE_ENUM("format", reader_format_names),
    SHAPE_I64("bytes"), SHAPE_I64("passages"), SHAPE_TIME("takenAt"), SHAPE_END };
static const struct shape files_shape[] = {
    SHAPE_LIST("files", file_shape, .type_name = "KnowledgeDocumentFile"), SHAPE_END };
static const struct shape passage_shape[] = { SHAPE_TEXT("id"), SHAPE_TEXT("title"), SHAPE_TEXT("text"), SHAPE_END };
static const struct shape one_shape[] = {
    SHAPE_OBJECT("file", file_shape, .type_name = "KnowledgeDocumentFile"),
    SHAPE_LIST("passages", passage_shape, .type_name = "KnowledgePassage", .doc = "In the order of the file."),
    SHAPE_TEXT("next", .nullable = true, .doc = "`after` of the next page; null: this is the last."), SHAPE_END };
static const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
/* clang-format on */

struct document {
    int64_t id, bytes, passages, taken_at_ms;
    const char *name, *title, *format;
};

static struct document document_of(const struct query *q)
{
    return (struct document){ .id = col_i64(q, "id"),
                              .bytes = col_i64(q, "bytes"),
                              .passages = col_i64(q, "passages"),
                              .taken_at_ms = col_i64(q, "taken_at_ms"),
                              .name = col_text(q, "name"),
                              .title = col_text(q, "title"),
                              .format = col_text(q, "format") };
}

static void document_json(struct json *j, const char *key, const struct document *d)
{
    json_object(j, key);
    json_i64(j, "file", d->id), json_text(j, "name", d->name), json_text(j, "title", d->title);
    json_text(j, "format", d->format), json_i64(j, "bytes", d->bytes), json_i64(j, "passages", d->passages);
    json_time(j, "takenAt", d->taken_at_ms);
    json_end(j);
}

struct documents {
    struct document document[DOCUMENTS_MAX];
    size_t count;
};

static void documents_json(struct json *j, const void *arg)
{
    const struct documents *d = arg;
    json_array(j, "files");
    for (size_t i = 0; i < d->count; i++) document_json(j, NULL, &d->document[i]);
    json_end(j);
}

static enum answer run_list(struct req *req)
{
    struct documents *d = ARENA_NEW(req->arena, struct documents);
    struct knowledge_head h;
    int64_t shop;
    enum row row = ROW_NONE;
    d->count = 0;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &of_shop);
    bind_i64(&q, shop);
    while (d->count < DOCUMENTS_MAX && (row = query_next(&q)) == ROW_FOUND) d->document[d->count++] = document_of(&q);
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, documents_json, d);
}

/* ANSWER_GO_ON: *d is the shop's. */
static enum answer find(struct req *req, int64_t shop, struct document *d)
{
    struct query q = query(req->tx, &get);
    bind_i64(&q, ((const struct path_document *)req->path)->file), bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    *d = document_of(&q);
    return ANSWER_GO_ON;
}

struct one {
    struct document d;
    struct knowledge_text passage[PASSAGES_MOST];
    size_t count;
    const char *next;
};

static void one_json(struct json *j, const void *arg)
{
    const struct one *o = arg;
    document_json(j, "file", &o->d);
    json_array(j, "passages");
    for (size_t i = 0; i < o->count; i++) {
        json_object(j, NULL);
        json_text(j, "id", o->passage[i].id), json_text(j, "title", o->passage[i].title);
        json_text(j, "text", o->passage[i].text);
        json_end(j);
    }
    json_end(j);
    json_text(j, "next", o->next);
}

static enum answer run_one(struct req *req)
{
    const struct get_passages *in = req->query;
    struct one *o = ARENA_NEW(req->arena, struct one);
    struct knowledge_head h;
    int64_t shop;
    enum row row;
    o->count = 0, o->next = NULL;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a == ANSWER_GO_ON) a = find(req, shop, &o->d);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &passages);
    bind_i64(&q, shop), bind_i64(&q, o->d.id), bind_text(&q, in->after ? in->after : ""), bind_i64(&q, in->limit);
    while ((row = query_next(&q)) == ROW_FOUND)
        o->passage[o->count++] = (struct knowledge_text){ .id = col_text(&q, "name"),
                                                          .title = col_text(&q, "title"),
                                                          .text = col_text(&q, "body") };
    if (row == ROW_FAULT) return reply_fault(req);
    if (o->count == (size_t)in->limit) o->next = o->passage[o->count - 1].id;
    return reply_json(req, 200, one_json, o);
}

static void success_json(struct json *j, const void *arg) { json_bool(j, "success", true); }

static void details_json(struct json *j, const void *arg)
{
    const struct document *d = arg;
    json_text(j, "kind", "file"), json_text(j, "id", d->name), json_i64(j, "passages", d->passages);
}

/* Its passages, and its row. */
static bool take_out(struct tx *tx, struct knowledge_head *h, const struct document *d)
{
    struct query p = query(tx, &drop_passages);
    bind_i64(&p, h->shop), bind_i64(&p, d->id);
    int64_t gone = query_change(&p);
    if (gone < 0) return false;
    h->texts -= gone, h->stale_texts += gone;
    struct query q = query(tx, &drop);
    bind_i64(&q, d->id), bind_i64(&q, h->shop);
    return query_change(&q) == 1;
}

static enum answer run_remove(struct req *req)
{
    struct document d = { 0 };
    struct knowledge_head h;
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a == ANSWER_GO_ON) a = find(req, shop, &d);
    if (a != ANSWER_GO_ON) return a;
    if (!take_out(req->tx, &h, &d) || !know_head_keep(req->tx, &h, req->now_ms) ||
        !know_tell(req, AUDIT_knowledge_text_removed, shop, details_json, &d))
        return reply_fault(req);
    return reply_json(req, 200, success_json, NULL);
}

/* clang-format off */
#define READ .verb = VERB_GET, .who = WHO_MEMBERS | WHO_KEY, .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_READ,              \
    .tag = "Knowledge", PROBLEMS(&problem_not_found)
const struct route knowledge_document_routes[] = {
    { READ, .path = "/api/shops/:id/knowledge/document-files", PATH_FIELDS(path_shop_known), .answer = files_shape,
      .run = run_list, .doc = "Files of text that the bot knows, by their names." },
    { READ, .path = "/api/shops/:id/knowledge/document-files/:file", PATH_FIELDS(path_document),
      QUERY_FIELDS(get_passages), .answer = one_shape, .run = run_one,
      .doc = "What the bot knows of a file: its passages." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id/knowledge/document-files/:file", .who = WHO_MANAGERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_WRITE, .tag = "Knowledge", PATH_FIELDS(path_document),
      .answer = success_shape, .run = run_remove, PROBLEMS(&problem_not_found),
      .doc = "Remove a file, with all its passages." },
    ROUTE_END
};
/* clang-format on */
