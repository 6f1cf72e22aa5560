/* fuzz_path.c: the target of a request on its way to a route: read, found, cut into parts, decoded, checked. */
#include "fuzz.h"
#include "http/reader.h"
#include "http/router.h"

enum { ARENA_BYTES = 1 << 20, PAIRS_MAX = 32 };

struct ids {
    int64_t id, key;
};
static const struct field id_fields[] = { FIELD_ID(struct ids, id),
                                          FIELD_I64(struct ids, key, .optional = true, .min = 0, .max = 99),
                                          FIELD_END };
/* clang-format off */
static const struct route routes[] = {
    { .verb = VERB_GET, .path = "/api/shops" },
    { .verb = VERB_GET, .path = "/api/shops/all" },
    { .verb = VERB_GET, .path = "/api/shops/:id" },
    { .verb = VERB_GET, .path = "/api/shops/:id/keys/:key" },
    { .verb = VERB_POST, .path = "/api/shops/:id/status" },
    { .verb = VERB_GET, .path = "/" },
    ROUTE_END
};
/* clang-format on */
static const struct route *const tables[] = { routes, NULL };

/* Where a row was found, its own parts lie in the path in order, and the literals between them are the row's. */
static void check_match(struct str path, const struct route_match *m)
{
    if (!m->route) return;
    const char *row = m->route->path, *at = path.p, *end = path.p + path.n;
    size_t part = 0;
    while (*row) {
        if (*row != ':') {
            must(at < end && *at == *row);
            at++, row++;
            continue;
        }
        must(part < m->parts && m->part[part].p == at && !memchr(at, '/', m->part[part].n));
        at += m->part[part++].n;
        row += strcspn(row, "/");
    }
    must(at == end && part == m->parts);
}

static void check_parts(struct arena *a, const struct route_match *m)
{
    struct fields_pair pair[ROUTE_PARTS_MAX];
    for (size_t i = 0; i < m->parts; i++) {
        char *value = arena_alloc(a, m->part[i].n + 1), *again = arena_alloc(a, m->part[i].n + 1);
        size_t n = 0, again_n = 0;
        if (!percent_decode(m->part[i], false, value, m->part[i].n, &n)) return;
        must(n <= m->part[i].n && !memchr(value, '\0', n));
        struct buf encoded;
        buf_init(&encoded, 3 * n + 1);
        percent_encode(&encoded, (struct str){ value, n });
        must(percent_decode(buf_str(&encoded), false, again, n, &again_n));
        must(str_eq((struct str){ again, again_n }, (struct str){ value, n }));
        buf_free(&encoded);
        pair[i] = (struct fields_pair){ m->part_name[i], { value, n } };
    }
    struct ids ids = { 0 };
    struct field_faults faults;
    if (fields_from_pairs(a, id_fields, pair, m->parts, false, &ids, &faults))
        must(ids.id >= 1 && ids.key >= 0 && ids.key <= 99);
}

static void check_target(const struct router *router, struct arena *a, const struct head *h)
{
    static const enum verb verbs[] = { VERB_GET, VERB_POST };
    for (size_t i = 0; i < ARRAY_LEN(verbs) && h->path.p[0] == '/'; i++) {
        struct route_match m = { 0 };
        router_find(router, verbs[i], h->path, &m);
        must(m.parts <= ROUTE_PARTS_MAX && (!m.route || m.route->verb == verbs[i]));
        check_match(h->path, &m);
        if (m.route) check_parts(a, &m);
    }
    struct fields_pair pairs[PAIRS_MAX];
    size_t count;
    if (h->query.p && fields_pairs_split(a, h->query, pairs, PAIRS_MAX, &count))
        for (size_t i = 0; i < count; i++)
            must(!memchr(pairs[i].name.p, '\0', pairs[i].name.n) && pairs[i].value.n <= h->query.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct router *router;
    char error[128];
    if (!router) router = router_new(tables, error, sizeof(error));
    must(router != NULL);
    struct buf raw;
    buf_init(&raw, HEAD_MAX_BYTES);
    buf_text(&raw, "GET ");
    buf_add(&raw, data, size);
    buf_text(&raw, " HTTP/1.1\r\nHost: a\r\n\r\n");
    struct head h;
    size_t resume = 0, used;
    int status;
    if (!raw.overflow && head_read(raw.p, raw.n, &resume, &h, &used, &status) == READ_DONE) {
        struct arena *a = arena_new(ARENA_BYTES);
        check_target(router, a, &h);
        arena_free(a);
    }
    buf_free(&raw);
    return 0;
}
