/* store_import.c: the rows of a shop's own store, page by page from its export (`/api/admin/export/products?page=1`,
 * shown an SSO token). Each slice of the job asks for one page, judges it and keeps it as parts; where it is stands in
 * the intake's row, so after a kill the next page is the next page.
 *
 * The end is said by the store (an empty page, no more, its last page, its total), or seen: a page with nothing that
 * the one before had not. A store that says there is more and gives the same again is refused, as is one that goes on
 * for ever: nothing of it was taken. Rows move between pages while they are read; what the page before had is passed
 * over. */
#include "knowledge/fetch.h"
#include "knowledge/intake.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "knowledge/evershop.h"
#include "tenants/tenants.h"

enum {
    PAGE_ROWS = 50, /* asked for; a store may give fewer, or more */
    PAGE_ROWS_MAX = 500,
    PAGE_BYTES_MAX = 4 << 20,
    PAGES_MAX = 10000,
    ALL_BYTES_MAX = 256 << 20,
    PAGE_MS = 20000,
    PAUSE_MS = 50,
    FIELD_SIZE = 200,
    ARENA_MAX = 96 << 20
};
const char *const know_store_scope_names[] = { "products", "orders", "promotions", NULL };
const char *const know_store_sources[] = { "store_products", "store_orders", "store_promotions", NULL };
static_assert(ARRAY_LEN(know_store_scope_names) == STORE_SCOPES + 1, "a name each");
static_assert(ARRAY_LEN(know_store_sources) == STORE_SCOPES + 1, "a name each");

enum row know_store_load(struct tx *tx, struct arena *a, const struct intake *in, int64_t now_ms,
                         struct know_store **out)
{
    size_t scope = 0;
    while (scope < STORE_SCOPES && !text_eq(in->source, know_store_sources[scope])) scope++;
    *out = NULL;
    if (scope == STORE_SCOPES) return ROW_NONE;
    struct str url;
    json_t *wish = json_read(str_of(in->wish), JSON_READ_MAX_BYTES, NULL);
    if (!json_get_str(wish, "url", &url)) url = STR("");
    struct know_store *s = *out = ARENA_NEW(a, struct know_store);
    *s = (struct know_store){ .scope = (enum know_store_scope)scope, .url = arena_text_n(a, url.p, url.n) };
    json_decref(wish);
    struct reader_wish w = { .currency = CURRENCY_NONE };
    know_wish_read(a, in->wish, &w);
    s->currency = w.currency;
    const struct store_call call = { .shop = in->shop, .now_ms = now_ms, .url = s->url };
    return tenants_store_token(tx, &call, a, &s->token) == ROW_FAULT ? ROW_FAULT : ROW_FOUND;
}

/* ---- where it is ---- */

struct ids {
    const char *id[PAGE_ROWS_MAX];
    size_t n;
};

struct place { /* todo, as JSON */
    int64_t rows, bytes;
    struct ids *last;  /* of the page before */
    const char *first; /* a hash of the first page's ids: a store may begin anew */
};

static bool has(const struct ids *ids, const char *id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (text_eq(ids->id[i], id)) return true;
    return false;
}

static void add(struct arena *a, struct ids *ids, const char *id)
{
    if (ids->n < PAGE_ROWS_MAX) ids->id[ids->n++] = arena_text(a, id);
}

static void place_read(struct arena *a, const char *todo, struct place *p)
{
    struct str first;
    json_t *o = todo[0] ? json_read(str_of(todo), JSON_READ_MAX_BYTES, NULL) : NULL;
    const json_t *last = json_object_get(o, "last");
    *p = (struct place){ .last = ARENA_NEW(a, struct ids) };
    if (!json_get_i64(o, "rows", &p->rows)) p->rows = 0;
    if (!json_get_i64(o, "bytes", &p->bytes)) p->bytes = 0;
    for (size_t i = 0; i < json_array_size(last); i++) add(a, p->last, json_string_value(json_array_get(last, i)));
    p->first = json_get_str(o, "first", &first) ? arena_text_n(a, first.p, first.n) : "";
    json_decref(o);
}

static const char *place_write(struct arena *a, const struct place *p)
{
    struct buf b;
    struct json j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_i64(&j, "rows", p->rows);
    json_i64(&j, "bytes", p->bytes);
    json_text(&j, "first", p->first);
    json_array(&j, "last");
    for (size_t i = 0; i < p->last->n; i++) json_text(&j, NULL, p->last->id[i]);
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    const char *text = arena_text_n(a, b.p, b.n);
    buf_free(&b);
    return text;
}

/* ---- one page ---- */

/* The list of rows: the answer itself, or under one of the names that exports use, at most two deep. *around: what it
 * stands in, which may say how much there is. */
static const json_t *rows_of(const json_t *root, enum know_store_scope scope, const json_t **around)
{
    const char *const names[] = { know_store_scope_names[scope], "data", "items", "list", "rows", "results" };
    *around = root;
    for (int depth = 0; depth < 3; depth++) {
        if (json_is_array(root)) return root;
        const json_t *inner = NULL;
        for (size_t i = 0; i < ARRAY_LEN(names) && !inner; i++) {
            const json_t *v = json_object_get(root, names[i]);
            if (json_is_array(v) || json_is_object(v)) inner = v;
        }
        if (json_is_object(inner)) *around = inner;
        root = inner;
    }
    return NULL;
}

struct told { /* by the store, of how much there is; both also of a meta object beside the rows */
    bool no_more, more;
    int64_t total; /* -1: not said */
};

static void told_read(const json_t *o, int64_t page, struct told *out)
{
    static const char *const totals[] = { "total", "totalCount", "total_count" };
    static const char *const pages[] = { "totalPages", "total_pages", "pageCount", "lastPage", "last_page" };
    static const char *const mores[] = { "hasMore", "has_more", "hasNextPage", "hasNext" };
    int64_t n;
    for (size_t i = 0; i < ARRAY_LEN(totals); i++)
        if (out->total < 0 && json_get_i64(o, totals[i], &n) && n >= 0) out->total = n;
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        if (json_get_i64(o, pages[i], &n) && n >= 0) *(n <= page ? &out->no_more : &out->more) = true;
    for (size_t i = 0; i < ARRAY_LEN(mores); i++) {
        const json_t *v = json_object_get(o, mores[i]);
        if (json_is_boolean(v)) *(json_is_true(v) ? &out->more : &out->no_more) = true;
    }
}

static struct told told_of(const json_t *root, const json_t *around, int64_t page)
{
    static const char *const metas[] = { "meta", "pagination", "pageInfo" };
    struct told t = { .total = -1 };
    told_read(root, page, &t);
    if (around != root) told_read(around, page, &t);
    for (size_t i = 0; i < ARRAY_LEN(metas); i++) told_read(json_object_get(root, metas[i]), page, &t);
    return t;
}

static const char *id_of(const json_t *row, enum know_store_scope scope)
{
    return json_string_value(json_object_get(row, scope == STORE_ORDERS ? "number" : "id"));
}

static void refuse(struct arena *a, struct know_taking *t, int64_t page, const char *field, const char *code)
{
    const char *where = field[0] ? arena_printf(a, "page[%lld].%.160s", (long long)page, field)
                                 : arena_printf(a, "page[%lld]", (long long)page);
    t->faults = (struct field_faults){ 1, { { .field = where, .code = code } } };
}

/* Takes out the rows that stand in the page before, or twice in this one. Gives the ids of the whole page. */
static struct ids *only_new(struct arena *a, json_t *rows, enum know_store_scope scope, const struct place *p)
{
    struct ids *seen = ARENA_NEW(a, struct ids);
    for (size_t i = 0; i < json_array_size(rows);) {
        const char *id = id_of(json_array_get(rows, i), scope);
        bool twice = id && has(seen, id), known = id && has(p->last, id);
        if (id && !twice) add(a, seen, id);
        if (twice || known) (void)json_array_remove(rows, i);
        else i++;
    }
    return seen;
}

static const char *hash_of(struct arena *a, const struct ids *ids)
{
    struct buf b;
    char hex[SHA256_HEX_SIZE];
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < ids->n; i++) know_content_part(&b, ids->id[i]);
    sha256_hex(buf_str(&b), hex);
    buf_free(&b);
    return arena_text(a, hex);
}

/* Judged rows: t's counts, parts and place go on. False: the first page again. */
static bool keep_rows(struct job *job, struct know_taking *t, const json_t *root, const struct knowledge_import *in,
                      struct place *p, struct ids *ids)
{
    const char *hash = hash_of(job->arena, ids);
    if (text_eq(p->first, hash)) return false;
    if (!p->first[0]) p->first = hash;
    know_parts_cut(job->arena, root, in->currency, &t->parts);
    t->in.products += (int64_t)in->products, t->in.texts += (int64_t)in->texts, t->in.orders += (int64_t)in->orders;
    p->rows += (int64_t)(in->products + in->texts + in->orders);
    if (t->in.currency == CURRENCY_NONE) t->in.currency = in->currency;
    p->last = ids;
    return true;
}

/* Rows in our form, judged; t's counts, parts and place go on. */
static void take_rows(struct job *job, struct know_taking *t, const json_t *rows, struct place *p, bool *nothing_new)
{
    static const enum evershop_list lists[] = { EVERSHOP_PRODUCTS, EVERSHOP_ORDERS, EVERSHOP_PROMOTIONS };
    const enum know_store_scope scope = t->store->scope;
    struct knowledge_import in = { 0 };
    struct field_faults faults = { 0 };
    const char *code = NULL;
    struct buf b;
    enum currency c = t->in.currency;
    if (c == CURRENCY_NONE) c = t->store->currency != CURRENCY_NONE ? t->store->currency : t->currency;
    buf_init(&b, READ_JSON_MAX);
    evershop_write(rows, lists[scope], NULL, c, &b, &code);
    json_t *root = b.overflow ? NULL : json_read(buf_str(&b), READ_JSON_MAX, NULL);
    buf_free(&b);
    json_t *ours = json_object_get(root, know_store_scope_names[scope]);
    struct ids *ids = only_new(job->arena, ours, scope, p);
    *nothing_new = root && json_array_size(ours) == 0;
    if (!root) refuse(job->arena, t, t->in.place + 1, "", "format");
    else if (code) refuse(job->arena, t, t->in.place + 1, scope == STORE_ORDERS ? "total" : "price", code);
    else if (!know_import_read(job->arena, root, &in, &faults))
        refuse(job->arena, t, t->in.place + 1, faults.fault[0].field, faults.fault[0].code);
    else if (in.currency != CURRENCY_NONE && c != CURRENCY_NONE && in.currency != c)
        refuse(job->arena, t, t->in.place + 1, "currency", "other_currency");
    else if (!*nothing_new) *nothing_new = !keep_rows(job, t, root, &in, p, ids);
    json_decref(root);
}

static bool is_too_much(const struct know_taking *t, const struct place *p)
{
    static const int64_t most[] = { KNOWLEDGE_PRODUCTS_MAX, KNOWLEDGE_ORDERS_MAX, KNOWLEDGE_TEXTS_MAX };
    return p->rows > most[t->store->scope] || t->in.place >= PAGES_MAX;
}

static void take_page(struct job *job, struct know_taking *t, struct str body)
{
    struct place p;
    const json_t *around;
    bool nothing_new = true;
    json_t *root = json_read(body, PAGE_BYTES_MAX, NULL);
    const json_t *rows = rows_of(root, t->store->scope, &around);
    const int64_t page = t->in.place + 1;
    place_read(job->arena, t->in.todo, &p);
    size_t n = json_array_size(rows);
    if (!rows) refuse(job->arena, t, page, "", "format");
    else if (n > PAGE_ROWS_MAX) refuse(job->arena, t, page, "", "too_many");
    else if (n > 0) take_rows(job, t, rows, &p, &nothing_new);
    struct told told = told_of(root, around, page);
    if (t->faults.count == 0) {
        t->in.place = page, p.bytes += (int64_t)body.n;
        bool all = told.total >= 0 && p.rows >= told.total;
        t->finished = n == 0 || nothing_new || told.no_more || all;
        if (n > 0 && nothing_new && (told.more || (told.total >= 0 && !all)) && !told.no_more)
            refuse(job->arena, t, page, "", "pages_repeat");
        else if (is_too_much(t, &p)) refuse(job->arena, t, page, "", "too_many");
        else if (p.bytes > ALL_BYTES_MAX) refuse(job->arena, t, page, "", "too_large");
        t->in.todo = place_write(job->arena, &p);
        t->again_ms = t->finished ? 0 : PAUSE_MS;
    }
    json_decref(root);
}

void know_take_store(struct job *job, struct know_taking *t)
{
    const struct know_store *s = t->store;
    struct outbound_answer out;
    if (!s->token.p) {
        t->error = "no_chatbot";
        return;
    }
    if (!s->url[0]) {
        t->error = "domain_missing";
        return;
    }
    struct arena *a = arena_new(ARENA_MAX);
    const struct know_fetch ask = { .url = arena_printf(a, "%s/api/admin/export/%s?page=%lld&pageSize=%d", s->url,
                                                        know_store_scope_names[s->scope], (long long)t->in.place + 1,
                                                        PAGE_ROWS),
                                    .accept = "application/json",
                                    .bearer = arena_printf(a, "Bearer %.*s", (int)s->token.n, s->token.p),
                                    .log_as = "knowledge.store",
                                    .max = PAGE_BYTES_MAX,
                                    .total_ms = PAGE_MS };
    know_fetch(a, &ask, &out);
    t->status = out.status;
    if ((t->error = know_fetch_error(&out, &t->later)) == NULL) take_page(job, t, out.body);
    arena_free(a);
}
