/* parts.c: a shop that was judged, cut into pieces that a transaction can take, and kept while they are taken. */
#include "knowledge/intake.h"

#include <pthread.h>
#include <stdlib.h>

enum { PART_ROWS = 100, PART_BYTES = 128 << 10, PARTS_MAX = 8192 };
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
