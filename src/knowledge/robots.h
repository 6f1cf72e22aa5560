/* robots.h: what a site asks of those who read it (RFC 9309), and the list of pages that it gives. Text in, nothing is
 * asked for here. */
#ifndef CHATHUB_KNOWLEDGE_ROBOTS_H
#define CHATHUB_KNOWLEDGE_ROBOTS_H

#include "base/arena.h"
#include "base/str.h"

enum { ROBOTS_RULES_MAX = 500, ROBOTS_SITEMAPS_MAX = 10 };
struct robots {
    struct robots_rule {
        const char *path;
        bool allow;
    } rule[ROBOTS_RULES_MAX];
    size_t rules;
    const char *sitemap[ROBOTS_SITEMAPS_MAX];
    size_t sitemaps;
};
/* The rules of the group for "chathub", else of the one for "*". */
void robots_read(struct arena *a, struct str text, struct robots *out);
bool robots_allow(const struct robots *r, const char *path);

/* Addresses in a sitemap, up to `max`. *index: they are of other sitemaps. False: it is no sitemap. */
bool robots_sitemap_read(struct arena *a, struct str text, const char **url, size_t max, size_t *count, bool *index);
#endif
