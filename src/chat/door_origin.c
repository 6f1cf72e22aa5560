/* door_origin.c: which pages may talk to a shop's chat: those on the shop's domain (with or without "www."), and on
 * those that its chat settings name beside it; in development pages of this machine too. */
#include "chat/private.h"
#include "chat/settings.h"

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
bool door_admits_origin(struct arena *a, const char *domain, const struct chat_words *more, struct str origin)
{
    static const struct str https = { "https://", 8 }, http = { "http://", 7 };
    bool secure = str_starts(origin, https);
    if (!secure && !str_starts(origin, http)) return false;
    size_t scheme = secure ? https.n : http.n;
    struct str host = { origin.p + scheme, origin.n - scheme };
    if (chat_settings.development && is_loopback(host)) return true;
    if (!secure) return false;
    if (domain != NULL && host_name_covers(a, domain, host)) return true;
    for (size_t i = 0; more != NULL && i < more->count; i++)
        if (host_name_covers(a, more->text[i], host)) return true;
    return false;
}
