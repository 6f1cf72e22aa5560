/* db_url.c: libpq's own parser reads the address, so that what is judged here is what libpq will do. Rejected: looking
 * for ':' and '@' (a password may also stand behind '?', and a host list has several of each). */
#include "storage/db_url.h"
#include "base/str.h"
#include <libpq-fe.h>
#include <stdio.h>

static bool is_postgres(const char *url)
{
    return str_starts(str_of(url), STR("postgres://")) || str_starts(str_of(url), STR("postgresql://"));
}

static const char *option_of(const PQconninfoOption *list, const char *keyword)
{
    for (; list->keyword; list++)
        if (text_eq(list->keyword, keyword)) return list->val && *list->val ? list->val : NULL;
    return NULL;
}

/* One of "a,b,c". A path is a Unix socket, '@' begins an abstract one; empty is libpq's default, which is a socket. */
static bool is_here(struct str host)
{
    if (host.n == 0 || host.p[0] == '/' || host.p[0] == '@') return true;
    return str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("::1")) || str_starts(host, STR("127."));
}

static bool all_here(const char *hosts)
{
    if (!hosts) return true;
    for (const char *p = hosts;; p++) {
        size_t n = strcspn(p, ",");
        if (!is_here((struct str){ p, n })) return false;
        p += n;
        if (!*p) return true;
    }
}

bool db_url_read(const char *url, struct db_url *out, char *error, size_t error_size)
{
    *out = (struct db_url){ .postgres = is_postgres(url) };
    if (!out->postgres) return true;
    char *why = NULL;
    PQconninfoOption *list = PQconninfoParse(url, &why);
    if (!list) {
        /* libpq quotes the piece that it could not read, which may be a password. */
        (void)snprintf(error, error_size, "It is not an address that PostgreSQL's client library can read.");
        PQfreemem(why);
        return false;
    }
    /* An address in numbers is where the connection goes, whatever the name says. */
    const char *numbers = option_of(list, "hostaddr"), *mode = option_of(list, "sslmode");
    out->remote = !all_here(numbers ? numbers : option_of(list, "host"));
    out->encrypted = text_eq(mode, "require") || text_eq(mode, "verify-ca") || text_eq(mode, "verify-full");
    PQconninfoFree(list);
    return true;
}

/* Secrets of any spelling: "*" is how libpq marks what must not be shown. */
static bool is_secret(const PQconninfoOption *o)
{
    return o->dispchar[0] == '*' || strstr(o->keyword, "password") != NULL;
}

const char *db_url_shown(struct arena *a, const char *url)
{
    if (str_starts(str_of(url), STR("sqlite:"))) return url;
    if (!is_postgres(url)) return "(cannot be read)"; /* mistyped, and there may be a password in it */
    PQconninfoOption *list = PQconninfoParse(url, NULL);
    if (!list) return "(cannot be read)";
    const char *host = option_of(list, "host"), *port = option_of(list, "port"), *name = option_of(list, "dbname");
    const char *user = option_of(list, "user");
    struct buf text;
    buf_init(&text, 4096);
    buf_printf(&text, "postgres://%s%s%s%s", user ? user : "", option_of(list, "password") ? ":(set)" : "",
               user || option_of(list, "password") ? "@" : "", host ? host : "");
    buf_printf(&text, "%s%s/%s", port ? ":" : "", port ? port : "", name ? name : "");
    char between = '?';
    for (const PQconninfoOption *o = list; o->keyword; o++) {
        static const char *const placed[] = { "host", "port", "dbname", "user", "password" };
        bool done = !o->val || !*o->val;
        for (size_t i = 0; i < ARRAY_LEN(placed) && !done; i++) done = text_eq(o->keyword, placed[i]);
        if (done) continue;
        buf_printf(&text, "%c%s=%s", between, o->keyword, is_secret(o) ? "(set)" : o->val);
        between = '&';
    }
    PQconninfoFree(list);
    const char *shown = text.overflow ? "(too long)" : arena_text_n(a, text.p, text.n);
    buf_free(&text);
    return shown;
}
