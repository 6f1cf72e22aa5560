/* router.h: from verb and path to a route row. Built once at start, read by all loops. */
#ifndef CHATHUB_HTTP_ROUTER_H
#define CHATHUB_HTTP_ROUTER_H

#include "http/route.h"

enum { ROUTE_PARTS_MAX = 4, ROUTE_SEGMENTS_MAX = 16, ROUTES_MAX = 512, VERBS = 6 };

struct router;
struct route_match {
    const struct route *route; /* NULL: no such path, or no such verb there */
    size_t number;             /* of the route, for metrics; router_count() when none */
    unsigned verbs;            /* bits 1 << verb of what the path answers to; 0: no such path */
    size_t parts;
    struct str part_name[ROUTE_PARTS_MAX]; /* "id" */
    struct str part[ROUTE_PARTS_MAX];      /* as in the target, still percent-encoded */
};
/* NULL when a path is no path or two rows collide; the reason is in error[]. */
MUST_USE struct router *router_new(const struct route *const *tables, char *error, size_t error_size);
void router_free(struct router *r);
void router_find(const struct router *r, enum verb verb, struct str path, struct route_match *out);
size_t router_count(const struct router *r);
const struct route *router_route(const struct router *r, size_t number); /* NULL past the last */
enum verb verb_of(struct str method); /* VERB_UNSET for any other; HEAD reads as GET */
/* "GET, HEAD, POST, OPTIONS" of the bits above. */
const char *router_allow_text(struct arena *a, unsigned verbs);

#endif
