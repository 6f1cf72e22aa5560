/* cookies.c: RFC 6265 section 5.4 as browsers send it: "a=b; c=d". What is no pair is skipped, not refused: a cookie of
 * some other program on this host must not lock a person out. */
#include "http/cookies.h"
#include "http/private.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct str cookies_find_in(struct str header, const char *name)
{
    struct str wanted = str_of(name), rest = header;
    while (rest.n > 0) {
        const char *semicolon = memchr(rest.p, ';', rest.n);
        size_t n = semicolon ? (size_t)(semicolon - rest.p) : rest.n;
        struct str pair = str_trim((struct str){ rest.p, n });
        const char *equals = pair.n > 0 ? memchr(pair.p, '=', pair.n) : NULL;
        if (equals != NULL) {
            struct str key = str_trim((struct str){ pair.p, (size_t)(equals - pair.p) });
            struct str value = str_trim((struct str){ equals + 1, pair.n - (size_t)(equals + 1 - pair.p) });
            if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"') value.p++, value.n -= 2;
            if (str_eq(key, wanted)) return value;
        }
        if (semicolon == NULL) break;
        rest.p += n + 1, rest.n -= n + 1;
    }
    return (struct str){ 0 };
}

struct str cookies_find(const struct head *h, const char *name)
{
    for (size_t i = 0; i < h->fields; i++) {
        if (!str_eq_nocase(h->field[i].name, STR("cookie"))) continue;
        struct str found = cookies_find_in(h->field[i].value, name);
        if (found.p != NULL) return found;
    }
    return (struct str){ 0 };
}

bool cookie_value_ok(const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++)
        if (*p <= 0x20 || *p >= 0x7f || *p == '"' || *p == ',' || *p == ';' || *p == '\\') return false;
    return true;
}

void cookies_print(struct buf *out, const struct cookie *c)
{
    assert(cookie_value_ok(c->name) && cookie_value_ok(c->value));
    buf_text(out, "Set-Cookie: ");
    buf_text(out, c->name);
    buf_char(out, '=');
    if (c->max_age_s > 0) buf_text(out, c->value);
    buf_text(out, "; Path=/; Max-Age=");
    buf_i64(out, c->max_age_s > 0 ? c->max_age_s : 0);
    if (!text_eq(c->name, "lang")) buf_text(out, "; HttpOnly");
    if (strncmp(c->name, "__Host-", 7) == 0) buf_text(out, "; Secure");
    buf_text(out, c->strict ? "; SameSite=Strict\r\n" : "; SameSite=Lax\r\n");
}

/* Names are asked for by a handful of callers with a handful of literals; each is made once and kept. */
enum { COOKIE_NAMES_MAX = 32, COOKIE_NAME_SIZE = 48 };

const char *http_cookie_name(const struct http_options *o, const char *base)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char made[COOKIE_NAMES_MAX][COOKIE_NAME_SIZE];
    static size_t count;
    if (!o->secure_cookies) return base;
    char name[COOKIE_NAME_SIZE];
    int n = snprintf(name, sizeof name, "__Host-%s", base);
    assert(n > 0 && (size_t)n < sizeof name);
    (void)n;
    (void)pthread_mutex_lock(&lock);
    size_t i = 0;
    while (i < count && strcmp(made[i], name) != 0) i++;
    if (i == COOKIE_NAMES_MAX) abort(); /* names come from literals: a program error */
    if (i == count) memcpy(made[count++], name, sizeof name);
    (void)pthread_mutex_unlock(&lock);
    return made[i];
}
