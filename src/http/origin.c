/* origin.c: Sec-Fetch-Site decides when a browser sends it; else Origin, else Referer, must be ours; a request that
 * says nothing of where it comes from is refused. Rejected: tokens in every form (the console is one page that talks
 * JSON; a header the browser itself sets cannot be forgotten in one of the forms). */
#include "http/origin.h"

static bool same(struct str a, struct str b) { return a.n == b.n && str_eq_nocase(a, b); }

/* The port behind the host of "http://host:port", as text with its colon; empty when none. */
static struct str split_loopback(struct str s, bool *is_loopback)
{
    static const struct str names[] = { { "http://127.0.0.1", 16 },
                                        { "http://localhost", 16 },
                                        { "http://[::1]", 12 } };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (s.n < names[i].n || !same((struct str){ s.p, names[i].n }, names[i])) continue;
        struct str rest = { s.p + names[i].n, s.n - names[i].n };
        if (rest.n > 0 && rest.p[0] != ':') continue;
        *is_loopback = true;
        return rest;
    }
    *is_loopback = false;
    return (struct str){ 0 };
}

/* A browser leaves the usual port out; settings and scripts may say it. */
static struct str without_usual_port(struct str origin)
{
    /* clang-format off */
    static const struct { struct str scheme, port; } usual[] = { { { "https://", 8 }, { ":443", 4 } },
                                                                 { { "http://", 7 }, { ":80", 3 } } };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        struct str scheme = usual[i].scheme, port = usual[i].port;
        if (origin.n <= scheme.n + port.n || !same((struct str){ origin.p, scheme.n }, scheme)) continue;
        if (same((struct str){ origin.p + origin.n - port.n, port.n }, port)) origin.n -= port.n;
        break;
    }
    return origin;
}

static bool is_ours(struct str given, struct str ours, bool loopback_names)
{
    given = without_usual_port(given), ours = without_usual_port(ours);
    if (same(given, ours)) return true;
    if (!loopback_names) return false;
    bool a, b;
    struct str given_port = split_loopback(given, &a), our_port = split_loopback(ours, &b);
    return a && b && str_eq(given_port, our_port);
}

/* scheme://host[:port] of a URL. */
static struct str origin_of_url(struct str url)
{
    const char *scheme_end = NULL;
    for (size_t i = 0; i + 3 <= url.n && scheme_end == NULL; i++)
        if (memcmp(url.p + i, "://", 3) == 0) scheme_end = url.p + i + 3;
    if (scheme_end == NULL) return (struct str){ 0 };
    const char *end = url.p + url.n, *p = scheme_end;
    while (p < end && *p != '/' && *p != '?' && *p != '#') p++;
    return (struct str){ url.p, (size_t)(p - url.p) };
}

bool origin_ok(const struct head *h, const char *origin, bool loopback_names)
{
    struct str site = head_get(h, "sec-fetch-site");
    if (site.p != NULL) return str_eq(site, STR("same-origin")) || str_eq(site, STR("none"));
    struct str ours = str_of(origin), given = head_get(h, "origin");
    if (given.p != NULL) return is_ours(given, ours, loopback_names);
    struct str referer = head_get(h, "referer");
    if (referer.p == NULL) return false;
    return is_ours(origin_of_url(referer), ours, loopback_names);
}

/* Without its port. The reader has seen to it that a bracket is closed. */
static struct str host_name(struct str host)
{
    bool v6 = host.n > 0 && host.p[0] == '[';
    const char *end = host.n > 0 ? memchr(host.p, v6 ? ']' : ':', host.n) : NULL;
    return end == NULL ? host : (struct str){ host.p, (size_t)(end - host.p) + v6 };
}

bool origin_host_ok(const struct head *h, const char *origin)
{
    struct str given = head_get(h, "host");
    if (given.p == NULL) return true;
    const char *ours = strstr(origin, "://");
    const struct str known[] = { STR("127.0.0.1"), STR("localhost"), STR("[::1]"),
                                 host_name(str_of(ours != NULL ? ours + 3 : origin)) };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (same(host_name(given), known[i])) return true;
    return false;
}
