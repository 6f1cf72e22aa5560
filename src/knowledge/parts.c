/* parts.c: a shop that was judged, cut into pieces that a transaction can take, and kept while they are taken. */
#include "knowledge/intake.h"

#include <pthread.h>
#include <stdlib.h>

enum { PART_ROWS = 100, PART_BYTES = 128 << 10, PARTS_MAX = 8192, READ_ARENA_MAX = 512 << 20 };
static const char *const lists[] = { "products", "faq", "documents", "promotions", "orders" };

static void put(struct arena *a, struct know_parts *out, const struct buf *b, const char *list, enum currency c)
{
    const char *code = c == CURRENCY_NONE ? "null" : arena_printf(a, "\"%s\"", currency_code(c));
    if (out->count == PARTS_MAX) abort(); /* 32 MB in pieces of more than 4 kB each, or of 100 rows */
    out->body[out->count] = arena_printf(a, "{\"currency\":%s,\"%s\":[%.*s]}", code, list, (int)b->n, b->p);
    out->bytes += strlen(out->body[out->count++]);
}

static void cut_list(struct arena *a, const json_t *items, const char *list, enum currency c, struct know_parts *out)
{
    struct buf b;
    size_t rows = 0;
    buf_init(&b, READ_JSON_MAX);
    for (size_t i = 0; i < json_array_size(items); i++) {
        char *row = json_dumps(json_array_get(items, i), JSON_COMPACT);
        if (!row) abort();
        if (rows > 0) buf_char(&b, ',');
        buf_text(&b, row);
        free(row);
        if (++rows < PART_ROWS && b.n < PART_BYTES) continue;
        put(a, out, &b, list, c);
        buf_clear(&b);
        rows = 0;
    }
    if (rows > 0) put(a, out, &b, list, c);
    buf_free(&b);
}

void know_parts_cut(struct arena *a, const json_t *root, enum currency c, struct know_parts *out)
{
    *out = (struct know_parts){ .body = ARENA_ARRAY(a, const char *, PARTS_MAX) };
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) cut_list(a, json_object_get(root, lists[i]), lists[i], c, out);
}

/* ---- kept between slices ---- */

static struct kept {
    int64_t intake;
    uint64_t used;
    struct arena *arena;
    struct know_parts parts;
} kept[READINGS_KEPT];
static uint64_t uses;
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static void lock(void)
{
    if (pthread_mutex_lock(&kept_lock) != 0) abort();
}
static void unlock(void)
{
    if (pthread_mutex_unlock(&kept_lock) != 0) abort();
}

static void drop(struct kept *k)
{
    arena_free(k->arena);
    *k = (struct kept){ 0 };
}

void know_readings_put(int64_t intake, const struct know_reading *r)
{
    lock();
    struct kept *to = &kept[0];
    for (size_t i = 0; i < READINGS_KEPT; i++) {
        if (kept[i].intake == intake) drop(&kept[i]);
        if (kept[i].used < to->used) to = &kept[i];
    }
    drop(to);
    *to = (struct kept){ .intake = intake, .used = ++uses, .arena = arena_new(128 << 20) };
    to->parts = (struct know_parts){ ARENA_ARRAY(to->arena, const char *, r->parts.count + 1), r->parts.count, 0 };
    for (size_t i = 0; i < r->parts.count; i++) to->parts.body[i] = arena_text(to->arena, r->parts.body[i]);
    unlock();
}

bool know_readings_slice(int64_t intake, int64_t from, struct arena *a, struct know_parts *out, bool *last)
{
    bool found = false;
    *out = (struct know_parts){ .body = ARENA_ARRAY(a, const char *, SLICE_PARTS) };
    lock();
    for (size_t k = 0; k < READINGS_KEPT && !found; k++) {
        if (kept[k].intake != intake) continue;
        const struct know_parts *p = &kept[k].parts;
        found = true;
        kept[k].used = ++uses;
        size_t i = (size_t)from;
        for (; i < p->count && out->count < SLICE_PARTS && out->bytes < SLICE_BYTES; i++) {
            out->body[out->count++] = arena_text(a, p->body[i]);
            out->bytes += strlen(p->body[i]);
        }
        *last = i >= p->count;
        if (*last) drop(&kept[k]);
    }
    unlock();
    return found;
}

/* ---- from bytes ---- */

static void copy_faults(struct arena *a, const struct field_faults *from, struct field_faults *to)
{
    *to = *from;
    for (size_t i = 0; i < to->count; i++) to->fault[i].field = arena_text(a, to->fault[i].field);
}

/* Counts and the shop's words of a whole reading. */
static void take_counts(struct arena *a, struct intake *in, const struct knowledge_import *from)
{
    in->products = (int64_t)from->products, in->texts = (int64_t)from->texts, in->orders = (int64_t)from->orders;
    in->currency = from->currency;
    in->language = arena_text(a, from->language), in->name = arena_text(a, from->name);
    in->url = arena_text(a, from->url);
}

/* What its row says once it was taken. */
static void take_document(struct arena *a, struct know_taking *t, const struct know_file *file, size_t bytes)
{
    struct buf b;
    struct json j;
    buf_init(&b, 16 << 10);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_text(&j, "title", file->title), json_text(&j, "format", reader_format_names[file->format]);
    json_i64(&j, "bytes", (int64_t)bytes);
    json_end(&j);
    json_finish(&j);
    t->document = arena_text(a, file->document), t->in.todo = arena_text_n(a, b.p, b.n);
    buf_free(&b);
}

void know_take_bytes(struct job *job, struct know_taking *t, struct str bytes)
{
    struct arena *a = arena_new(READ_ARENA_MAX);
    struct reader_wish wish = { .currency = t->currency, .url = t->shop_url, .name = t->file_name };
    struct know_file *file = ARENA_NEW(a, struct know_file);
    struct know_reading r = { 0 };
    struct field_faults faults;
    know_wish_read(a, t->in.wish, &wish);
    if (t->feed && t->feed->currency != CURRENCY_NONE) wish.currency = t->feed->currency;
    if (know_file_read(a, bytes, &wish, file, &faults) &&
        know_import_read_from(a, file->root, &file->origins, &r.in, &faults)) {
        if (r.in.currency == CURRENCY_NONE) r.in.currency = wish.currency;
        take_counts(job->arena, &t->in, &r.in);
        if (file->document) take_document(job->arena, t, file, bytes.n);
        know_parts_cut(a, file->root, r.in.currency, &r.parts);
        know_readings_put(t->in.id, &r);
    } else copy_faults(job->arena, &faults, &t->faults);
    json_decref(file->root);
    arena_free(a);
    if (t->faults.count == 0 && !know_readings_slice(t->in.id, t->in.parts, job->arena, &t->parts, &t->finished))
        t->error = "interrupted", t->later = true; /* somebody else's reading took its place */
}
