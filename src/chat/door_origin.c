/* door_origin.c: which pages may talk to a shop's chat: those on the shop's domain (with or without "www."); in
 * development pages of this machine too. */
#include "chat/private.h"

#include "base/unicode.h"

static bool is_loopback(struct str host)
{
    static const struct str names[] = { { "localhost", 9 }, { "127.0.0.1", 9 }, { "[::1]", 5 } };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (host.n < names[i].n || memcmp(host.p, names[i].p, names[i].n) != 0) continue;
        int64_t port;
        struct str rest = { host.p + names[i].n, host.n - names[i].n };
        if (rest.n == 0) return true;
        return rest.p[0] == ':' && str_to_i64((struct str){ rest.p + 1, rest.n - 1 }, &port);
    }
    return false;
}

/* Domains are kept as people read them; an origin carries the host as protocols do. */
bool door_admits_origin(struct arena *a, const char *domain, struct str origin)
{
    static const struct str https = { "https://", 8 }, http = { "http://", 7 }, www = { "www.", 4 };
    bool secure = str_starts(origin, https);
    if (!secure && !str_starts(origin, http)) return false;
    size_t scheme = secure ? https.n : http.n;
    struct str host = { origin.p + scheme, origin.n - scheme };
    if (chat_settings.development && is_loopback(host)) return true;
    struct host_name name;
    if (domain == NULL || !secure || !host_name_read(a, str_of(domain), &name)) return false;
    if (str_starts(host, www)) host.p += www.n, host.n -= www.n;
    struct str ours = str_of(name.ascii);
    if (str_starts(ours, www)) ours.p += www.n, ours.n -= www.n;
    return str_eq_nocase(host, ours);
}
