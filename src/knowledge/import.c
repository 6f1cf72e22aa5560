/* import.c: POST /api/shops/:id/knowledge/import: a shop's knowledge in one file, taken whole or not at all.
 *
 * The body is an upload, so that who may is asked before 8 MB are taken. It is read and checked off the lanes; then one
 * transaction writes what has changed. What the file does not name stays. The same file again changes nothing.
 * Rejected: a job that writes in parts (half a catalogue would answer shoppers meanwhile, and a file that is refused in
 * the end would have left something behind). */
#include "knowledge/intake.h"

#include "audit/audit.h"
#include "http/events.h"
#include <stdio.h>
#include <stdlib.h>

KNOWLEDGE_ACTIONS(AUDIT_DEFINE)

struct knowledge_settings knowledge_settings;

/* More rows than these would hold SQLite's one writer longer than a chat should wait. */
enum { IMPORTS_KEPT = 50, REFUSALS_BYTES = 4096, ROWS_AT_ONCE = 400 };
enum import_state { IMPORT_DONE = 1, IMPORT_REFUSED = 2 };

STMT(insert, "INSERT INTO knowledge_imports (account, shop, source, state, products, texts, orders, changed, refusals,"
             " at_ms, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id");
STMT(forget, "DELETE FROM knowledge_imports WHERE shop = ?1 AND id <= (SELECT id FROM knowledge_imports WHERE shop = ?1"
             " ORDER BY id DESC LIMIT 1) - ?2");
STMT(last, "SELECT id, source, state, products, texts, orders, changed, refusals, at_ms, name FROM knowledge_imports"
           " WHERE shop = ?1 ORDER BY id DESC LIMIT ?2");

struct prepared {
    struct knowledge_import in;
    struct field_faults faults;
    const struct problem *problem; /* NULL: it could be read */
    int64_t changed, id;
    struct know_parts parts; /* of a file that is taken by a job */
    struct intake intake;    /* id 0: it is taken at once */
};

/* ---- the file ---- */

enum answer know_import_prepare(struct req *req)
{
    struct prepared *p = req->prepared = ARENA_NEW(req->arena, struct prepared);
    struct json_fault fault;
    size_t size = (size_t)req->upload->size;
    char *bytes = know_file_bytes(req->upload->name, size);
    if (!bytes) {
        p->problem = &problem_storage;
        return ANSWER_GO_ON;
    }
    json_t *root = json_read((struct str){ bytes, size }, JSON_READ_FILE_MAX_BYTES, &fault);
    free(bytes);
    if (!root) {
        p->problem = &problem_invalid_json;
        p->faults = (struct field_faults){ 1, { { .field = arena_text(req->arena, fault.text), .code = "format" } } };
    } else if (!know_import_read(req->arena, root, &p->in, &p->faults)) p->problem = &problem_invalid_fields;
    else if (p->in.products + p->in.texts + p->in.orders > ROWS_AT_ONCE)
        know_parts_cut(req->arena, root, p->in.currency, &p->parts);
    json_decref(root);
    return ANSWER_GO_ON;
}

/* ---- what is remembered of it ---- */

static void refusals_write(struct buf *out, const struct field_faults *f)
{
    struct json j;
    json_begin(&j, out);
    json_array(&j, NULL);
    for (size_t i = 0; i < f->count; i++) {
        json_object(&j, NULL);
        json_text(&j, "field", f->fault[i].field);
        json_text(&j, "code", f->fault[i].code);
        json_end(&j);
    }
    json_end(&j);
    json_finish(&j);
}

bool know_import_remember(struct tx *tx, const struct shop *s, const struct know_report *r, int64_t now_ms, int64_t *id)
{
    char memory[REFUSALS_BYTES];
    struct buf text;
    buf_fixed(&text, memory, sizeof memory);
    refusals_write(&text, r->faults);
    struct query q = query(tx, &insert);
    bind_i64(&q, s->account), bind_i64(&q, s->id), bind_text(&q, r->source);
    bind_i64(&q, r->faults->count > 0 ? IMPORT_REFUSED : IMPORT_DONE);
    bind_i64(&q, (int64_t)r->in->products), bind_i64(&q, (int64_t)r->in->texts);
    bind_i64(&q, (int64_t)r->in->orders), bind_i64(&q, r->changed);
    bind_text(&q, text.overflow ? "[]" : buf_terminated(&text)), bind_i64(&q, now_ms);
    bind_text(&q, r->name ? r->name : "");
    if (query_row(&q) != ROW_FOUND) return false;
    *id = col_i64(&q, "id");
    struct query f = query(tx, &forget);
    bind_i64(&f, s->id), bind_i64(&f, IMPORTS_KEPT);
    return query_put(&f);
}

static bool remember(struct req *req, int64_t shop, struct prepared *p)
{
    const struct shop s = { .id = shop, .account = req->who.account };
    const struct know_report r = { .source = "import", .in = &p->in, .faults = &p->faults, .changed = p->changed };
    return know_import_remember(req->tx, &s, &r, req->now_ms, &p->id);
}

bool know_imports_last(struct tx *tx, int64_t shop, struct knowledge_imported *out, size_t most, size_t *count)
{
    struct query q = query(tx, &last);
    bind_i64(&q, shop), bind_i64(&q, (int64_t)most);
    enum row row;
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct knowledge_imported){ .id = col_i64(&q, "id"),
                                                       .source = col_text(&q, "source"),
                                                       .done = col_i64(&q, "state") == IMPORT_DONE,
                                                       .products = col_i64(&q, "products"),
                                                       .texts = col_i64(&q, "texts"),
                                                       .orders = col_i64(&q, "orders"),
                                                       .changed = col_i64(&q, "changed"),
                                                       .refusals = col_text(&q, "refusals"),
                                                       .name = col_text(&q, "name"),
                                                       .at_ms = col_i64(&q, "at_ms") };
    return row == ROW_NONE;
}

/* ---- taking it ---- */

static enum answer refuse(struct req *req, struct prepared *p, const char *field, const char *code)
{
    if (field) p->faults = (struct field_faults){ 1, { { .field = field, .code = code } } };
    enum answer a = reply_problem(req, p->problem ? p->problem : &problem_invalid_fields);
    if (p->problem != &problem_invalid_json) req->reply.faults = &p->faults;
    return a;
}

const char *know_import_misfit(const struct knowledge_head *h, const struct knowledge_import *in, const char **code)
{
    if (in->currency == CURRENCY_NONE && h->currency == CURRENCY_NONE && in->products > 0) {
        *code = "required";
        return "currency";
    }
    bool other = in->currency != CURRENCY_NONE && h->currency != CURRENCY_NONE && in->currency != h->currency;
    if (other && h->products > 0) {
        *code = "other_currency";
        return "currency";
    }
    return NULL;
}

static void take_words(struct knowledge_head *h, const struct knowledge_import *in)
{
    if (in->currency != CURRENCY_NONE) h->currency = in->currency;
    if (in->language) h->language = in->language;
    if (in->name) h->name = in->name;
    if (in->url) h->url = in->url;
}

/* The counts of a file that is taken by a job, for the answer at its end. */
static const char *counts_text(struct arena *a, const struct knowledge_import *in)
{
    return arena_printf(a, "{\"variants\":%zu,\"faq\":%zu,\"documents\":%zu,\"promotions\":%zu}", in->variants,
                        in->of_kind[KNOWLEDGE_FAQ], in->of_kind[KNOWLEDGE_DOCUMENT], in->of_kind[KNOWLEDGE_PROMOTION]);
}

static size_t count_read(const json_t *o, const char *key)
{
    int64_t n;
    return json_get_i64(o, key, &n) && n > 0 ? (size_t)n : 0;
}

static void counts_read(struct prepared *p)
{
    json_t *o = json_read(str_of(p->intake.wish), JSON_READ_MAX_BYTES, NULL);
    p->in.products = (size_t)p->intake.products, p->in.orders = (size_t)p->intake.orders;
    p->in.variants = count_read(o, "variants"), p->in.of_kind[KNOWLEDGE_FAQ] = count_read(o, "faq");
    p->in.of_kind[KNOWLEDGE_DOCUMENT] = count_read(o, "documents");
    p->in.of_kind[KNOWLEDGE_PROMOTION] = count_read(o, "promotions");
    p->changed = p->intake.changed, p->id = p->intake.import;
    json_decref(o);
}

static void done_json(struct json *j, const void *arg)
{
    const struct prepared *p = arg;
    char url[INTAKE_URL_SIZE];
    bool later = p->intake.id > 0 && p->intake.state < INTAKE_DONE;
    json_text(j, "status", later ? intake_state_names[p->intake.state] : "done");
    if (later) json_null(j, "import");
    else json_i64(j, "import", p->id);
    if (later) json_text(j, "statusUrl", know_intake_url(url, &p->intake));
    json_i64(j, "products", (int64_t)p->in.products);
    json_i64(j, "variants", (int64_t)p->in.variants);
    json_i64(j, "orders", (int64_t)p->in.orders);
    json_i64(j, "faq", (int64_t)p->in.of_kind[KNOWLEDGE_FAQ]);
    json_i64(j, "documents", (int64_t)p->in.of_kind[KNOWLEDGE_DOCUMENT]);
    json_i64(j, "promotions", (int64_t)p->in.of_kind[KNOWLEDGE_PROMOTION]);
    json_i64(j, "changed", p->changed);
}

static void details_json(struct json *j, const void *arg)
{
    const struct prepared *p = arg;
    json_i64(j, "import", p->id);
    json_i64(j, "changed", p->changed);
}

static bool save(struct req *req, struct knowledge_head *h, struct prepared *p)
{
    const struct knowledge_import *in = &p->in;
    struct know_write w = { .now_ms = req->now_ms };
    bool good = know_products_save(req->tx, h, in->product, in->products, &w) &&
                know_texts_save(req->tx, h, in->text, in->texts, &w) &&
                know_orders_save(req->tx, h, in->order, in->orders, &w);
    p->changed = w.changed;
    return good;
}

/* By a job, written beside the live rows and switched at once. Who asked waits a while for its end. */
static enum answer take_later(struct req *req, struct knowledge_head *h, struct prepared *p)
{
    const struct knowledge_import *from = &p->in;
    struct intake *in = &p->intake;
    int64_t job;
    *in = (struct intake){ .account = h->account, .shop = h->shop, .source = "import", .began_at_ms = req->now_ms };
    in->wish = counts_text(req->arena, from);
    if (h->orders + (int64_t)from->orders > KNOWLEDGE_ORDERS_MAX) return refuse(req, p, "orders", "too_many");
    enum answer may = know_intake_may_begin(req, h->shop);
    if (may != ANSWER_GO_ON) return may;
    if (!know_intake_begin(req->tx, in, &job)) return reply_fault(req);
    for (size_t i = 0; i < p->parts.count; i++)
        if (!know_intake_part(req->tx, in->id, in->parts++, p->parts.body[i])) return reply_fault(req);
    in->state = INTAKE_WRITING, in->currency = from->currency, in->language = from->language, in->name = from->name;
    in->url = from->url, in->products = (int64_t)from->products, in->texts = (int64_t)from->texts;
    in->orders = (int64_t)from->orders, in->refusals = "[]", in->todo = "";
    if (h->currency == CURRENCY_NONE) h->currency = in->currency;
    h->intakes++;
    if (!know_intake_keep(req->tx, in) || !know_head_keep(req->tx, h, req->now_ms)) return reply_fault(req);
    enum answer a = reply_json(req, 202, done_json, p);
    reply_wait(req, job);
    return a;
}

/* The job has ended: what a small file would have been answered. */
enum answer know_import_resume(struct req *req)
{
    struct prepared p = { 0 };
    struct job_row job;
    struct knowledge_head h;
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    enum row row = jobs_get(req->tx, req->job, &job);
    if (row == ROW_FOUND) row = know_intake_get(req->tx, job.ref, &p.intake);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || p.intake.shop != shop || p.intake.state != INTAKE_DONE) return ANSWER_WAIT;
    counts_read(&p);
    return reply_json(req, 200, done_json, &p);
}

enum answer know_import_run(struct req *req)
{
    struct prepared *p = req->prepared;
    struct knowledge_head h;
    const char *code, *field;
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (p->problem == &problem_storage) return reply_fault(req);
    if (p->problem) return refuse(req, p, NULL, NULL);
    if ((field = know_import_misfit(&h, &p->in, &code)) != NULL) return refuse(req, p, field, code);
    if (p->parts.count > 0) return take_later(req, &h, p);
    take_words(&h, &p->in);
    if (!save(req, &h, p)) return reply_fault(req);
    if (h.products > KNOWLEDGE_PRODUCTS_MAX) return refuse(req, p, "products", "too_many");
    if (h.texts > KNOWLEDGE_TEXTS_MAX) return refuse(req, p, "documents", "too_many");
    if (h.orders > KNOWLEDGE_ORDERS_MAX) return refuse(req, p, "orders", "too_many");
    if (!know_head_keep(req->tx, &h, req->now_ms) || !remember(req, shop, p)) return reply_fault(req);
    if (p->changed > 0 && !know_tell(req, AUDIT_knowledge_imported, shop, details_json, p)) return reply_fault(req);
    return reply_json(req, 200, done_json, p);
}

/* What was refused, and why, for the page on which the merchant looks. */
bool know_import_refused(struct req *req)
{
    struct prepared *p = req->prepared;
    struct knowledge_head h;
    int64_t shop;
    if (req->reply.problem == &problem_not_found || req->reply.problem == &problem_intakes_full || !p) return true;
    p->changed = 0;
    if (know_shop_locked(req, &shop, &h) != ANSWER_GO_ON) return false;
    return remember(req, shop, p);
}
