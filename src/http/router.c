/* router.c: a tree of path segments. At each level a literal is tried before ":name", and the search goes back when the
 * literal leads nowhere, so "/api/shops/all" and "/api/shops/:id/status" can stand beside each other. Literals are
 * compared byte by byte, as sent: "/%61pi" is not "/api". */
#include "http/router.h"
#include <stdio.h>
#include <stdlib.h>

enum { NODES_MAX = 4096 };
#define NO_NODE UINT16_MAX

struct node {
    struct str segment;                     /* of a literal; of a part its name */
    uint16_t first_child, next, part_child; /* literals in a list; at most one part */
    int16_t route[VERBS];                   /* -1: none */
};
struct router {
    struct node *node;
    size_t nodes, routes;
    const struct route *route[ROUTES_MAX];
};

static uint16_t node_new(struct router *r, struct str segment)
{
    if (r->nodes == NODES_MAX) return NO_NODE;
    size_t number = r->nodes++;
    struct node *n = &r->node[number];
    *n = (struct node){ .segment = segment, .first_child = NO_NODE, .next = NO_NODE, .part_child = NO_NODE };
    for (size_t i = 0; i < VERBS; i++) n->route[i] = -1;
    return (uint16_t)number;
}

/* The next segment of *path (which begins with '/'); false at its end. */
static bool next_segment(struct str *path, struct str *segment)
{
    if (path->n == 0) return false;
    assert(path->p[0] == '/');
    const char *start = path->p + 1;
    const char *slash = memchr(start, '/', path->n - 1);
    size_t n = slash ? (size_t)(slash - start) : path->n - 1;
    *segment = (struct str){ start, n };
    path->p += n + 1, path->n -= n + 1;
    return true;
}

static uint16_t find_literal(const struct router *r, uint16_t parent, struct str segment)
{
    uint16_t i = r->node[parent].first_child;
    while (i != NO_NODE && !str_eq(r->node[i].segment, segment)) i = r->node[i].next;
    return i;
}

static uint16_t child_for(struct router *r, uint16_t parent, struct str segment)
{
    bool is_part = segment.n > 0 && segment.p[0] == ':';
    if (is_part && r->node[parent].part_child != NO_NODE) return r->node[parent].part_child;
    uint16_t child = is_part ? NO_NODE : find_literal(r, parent, segment);
    if (child != NO_NODE) return child;
    if (is_part) segment.p++, segment.n--;
    child = node_new(r, segment);
    if (child == NO_NODE) return NO_NODE;
    if (is_part) {
        r->node[parent].part_child = child;
    } else {
        r->node[child].next = r->node[parent].first_child;
        r->node[parent].first_child = child;
    }
    return child;
}

static bool add(struct router *r, const struct route *route, char *error, size_t error_size)
{
    struct str rest = str_of(route->path), segment;
    uint16_t at = 0;
    size_t segments = 0, parts = 0;
    if (rest.n == 0 || rest.p[0] != '/' || r->routes == ROUTES_MAX || route->verb <= VERB_UNSET ||
        route->verb > VERB_DELETE) {
        (void)snprintf(error, error_size, "route %s: bad path or verb, or too many routes", route->path);
        return false;
    }
    while (next_segment(&rest, &segment)) {
        parts += segment.n > 0 && segment.p[0] == ':';
        if (++segments > ROUTE_SEGMENTS_MAX || parts > ROUTE_PARTS_MAX || (at = child_for(r, at, segment)) == NO_NODE) {
            (void)snprintf(error, error_size, "route %s: too many parts", route->path);
            return false;
        }
    }
    if (r->node[at].route[route->verb] >= 0) {
        (void)snprintf(error, error_size, "two routes answer to %s", route->path);
        return false;
    }
    r->node[at].route[route->verb] = (int16_t)r->routes;
    r->route[r->routes++] = route;
    return true;
}

struct router *router_new(const struct route *const *tables, char *error, size_t error_size)
{
    struct router *r = calloc(1, sizeof *r);
    if (r == NULL) abort();
    r->node = calloc(NODES_MAX, sizeof *r->node);
    if (r->node == NULL) abort();
    (void)node_new(r, (struct str){ 0 });
    for (size_t t = 0; tables[t] != NULL; t++) {
        for (const struct route *row = tables[t]; row->verb != VERB_UNSET; row++) {
            bool absent = row->exists != NULL && !row->exists();
            if (absent || add(r, row, error, error_size)) continue;
            router_free(r);
            return NULL;
        }
    }
    return r;
}

void router_free(struct router *r)
{
    if (r == NULL) return;
    free(r->node);
    free(r);
}

/* Names come from the row, not from the tree: another row may call the same place otherwise. */
static void name_parts(struct route_match *m)
{
    struct str rest = str_of(m->route->path), segment;
    size_t i = 0;
    while (i < m->parts && next_segment(&rest, &segment))
        if (segment.n > 0 && segment.p[0] == ':') m->part_name[i++] = (struct str){ segment.p + 1, segment.n - 1 };
}

struct search {
    const struct router *r;
    enum verb verb;
    struct route_match *out;
};

/* Depth-first; the depth is that of the tree, at most ROUTE_SEGMENTS_MAX. True when a route was found. */
static bool walk(const struct search *s, uint16_t at, struct str rest, size_t parts)
{
    const struct node *n = &s->r->node[at];
    struct str segment;
    if (!next_segment(&rest, &segment)) {
        for (unsigned v = 1; v < VERBS; v++)
            if (n->route[v] >= 0) s->out->verbs |= 1u << v;
        if (n->route[s->verb] < 0) return false;
        s->out->number = (size_t)n->route[s->verb];
        s->out->route = s->r->route[s->out->number];
        s->out->parts = parts;
        name_parts(s->out);
        return true;
    }
    uint16_t literal = find_literal(s->r, at, segment);
    if (literal != NO_NODE && walk(s, literal, rest, parts)) return true;
    if (n->part_child == NO_NODE || segment.n == 0) return false;
    s->out->part[parts] = segment;
    return walk(s, n->part_child, rest, parts + 1);
}

void router_find(const struct router *r, enum verb verb, struct str path, struct route_match *out)
{
    out->route = NULL, out->verbs = 0, out->parts = 0, out->number = r->routes;
    if (path.n == 0 || path.p[0] != '/') return;
    struct search s = { .r = r, .verb = verb, .out = out };
    (void)walk(&s, 0, path, 0);
}

size_t router_count(const struct router *r) { return r->routes; }

const struct route *router_route(const struct router *r, size_t number)
{
    return number < r->routes ? r->route[number] : NULL;
}

/* clang-format off */
static const struct { struct str name; enum verb verb; } verbs[] = {
    { { "GET", 3 }, VERB_GET },     { { "HEAD", 4 }, VERB_GET },    { { "POST", 4 }, VERB_POST },
    { { "PUT", 3 }, VERB_PUT },     { { "PATCH", 5 }, VERB_PATCH }, { { "DELETE", 6 }, VERB_DELETE },
};
/* clang-format on */

enum verb verb_of(struct str method)
{
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (str_eq(verbs[i].name, method)) return verbs[i].verb;
    return VERB_UNSET;
}

const char *router_allow_text(struct arena *a, unsigned bits)
{
    const char *text = "OPTIONS";
    for (size_t i = ARRAY_LEN(verbs); i-- > 0;)
        if ((bits & (1u << verbs[i].verb)) != 0) text = arena_printf(a, "%s, %s", verbs[i].name.p, text);
    return text;
}
