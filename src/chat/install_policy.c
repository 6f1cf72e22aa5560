/* install_policy.c: does a Content-Security-Policy let the chat work? The matching of CSP level 3 for what the widget
 * does: a script of the page, one that it adds itself, requests, a socket, pictures. It needs nothing of style-src (its
 * sheets are constructed) and no frame. Several policies all hold: each is asked by itself.
 *
 * Hashes are not asked for: our script changes with each version, so a policy that names one breaks the chat anyway. */
#include "chat/install.h"

#include <ctype.h>

struct place {
    struct str scheme, host, port, path; /* port: as written, empty: the usual one */
};

static struct str cut(const char *from, const char *to) { return (struct str){ from, (size_t)(to - from) }; }

/* Of an address or of a source: each part may be missing. */
static struct place place_of(struct str s)
{
    struct place out = { .path = { "", 0 } };
    const char *p = s.p, *end = s.p + s.n, *sign = memmem(s.p, s.n, "://", 3);
    if (sign) out.scheme = cut(p, sign), p = sign + 3;
    const char *host = p;
    if (p < end && *p == '[') {
        const char *close = memchr(p, ']', (size_t)(end - p));
        p = close ? close + 1 : end;
    }
    while (p < end && *p != ':' && *p != '/' && *p != '?' && *p != '#') p++;
    out.host = cut(host, p);
    if (p < end && *p == ':') {
        const char *port = ++p;
        while (p < end && *p != '/' && *p != '?' && *p != '#') p++;
        out.port = cut(port, p);
    }
    if (p < end && *p == '/') {
        const char *path = p;
        while (p < end && *p != '?' && *p != '#') p++;
        out.path = cut(path, p);
    }
    return out;
}

static struct str usual_port(struct str scheme)
{
    bool secure = str_eq_nocase(scheme, STR("https")) || str_eq_nocase(scheme, STR("wss"));
    return secure ? STR("443") : STR("80");
}

static struct str port_of(const struct place *p) { return p->port.n > 0 ? p->port : usual_port(p->scheme); }

const char *install_origin(struct arena *a, const char *url)
{
    struct place p = place_of(str_of(url));
    bool usual = str_eq(port_of(&p), usual_port(p.scheme));
    char *out = arena_printf(a, "%.*s://%.*s%s%.*s", (int)p.scheme.n, p.scheme.p ? p.scheme.p : "", (int)p.host.n,
                             p.host.p, usual ? "" : ":", usual ? 0 : (int)p.port.n, p.port.n ? p.port.p : "");
    for (char *c = out; *c; c++) *c = (char)tolower((unsigned char)*c);
    return out;
}

/* ---- one source ---- */

/* What is allowed for a protocol is allowed for its safer forms. A socket is none of those of http: browsers block
 * wss://chat.example where https://chat.example or https: is allowed (CSP 3, 6.7.2.9; tried in Chromium). */
static bool scheme_allows(struct str a, struct str b)
{
    static const struct {
        const char *a, *b;
    } also[] = { { "http", "https" }, { "ws", "wss" }, { "ws", "http" }, { "ws", "https" }, { "wss", "https" } };
    if (str_eq_nocase(a, b)) return true;
    for (size_t i = 0; i < ARRAY_LEN(also); i++)
        if (str_eq_nocase(a, str_of(also[i].a)) && str_eq_nocase(b, str_of(also[i].b))) return true;
    return false;
}

static bool host_allows(struct str a, struct str b)
{
    if (a.n > 1 && a.p[0] == '*' && a.p[1] == '.')
        return b.n > a.n - 1 &&
               str_eq_nocase((struct str){ b.p + b.n - (a.n - 1), a.n - 1 }, (struct str){ a.p + 1, a.n - 1 });
    return str_eq(a, STR("*")) || str_eq_nocase(a, b);
}

static bool port_allows(const struct place *a, const struct place *b)
{
    struct str want = port_of(b);
    if (str_eq(a->port, STR("*")) || str_eq(a->port, want)) return true;
    if (a->port.n == 0) return str_eq(want, usual_port(b->scheme));
    return str_eq(a->port, STR("80")) && str_eq(want, STR("443"));
}

static bool path_allows(struct str a, struct str b)
{
    if (a.n == 0 || (b.n == 0 && str_eq(a, STR("/")))) return true;
    return a.p[a.n - 1] == '/' ? str_starts(b, a) : str_eq(a, b);
}

/* The page's own origin, and that alone, has its sockets with it. */
static bool self_allows(struct str page, struct str to)
{
    return scheme_allows(page, to) || str_eq_nocase(to, STR("wss")) ||
           (str_eq_nocase(page, STR("http")) && str_eq_nocase(to, STR("ws")));
}

static bool source_allows(struct str s, const struct place *page, const struct place *to)
{
    if (str_eq(s, STR("*"))) return true;
    if (str_eq_nocase(s, STR("'self'")))
        return str_eq_nocase(page->host, to->host) && self_allows(page->scheme, to->scheme) &&
               (str_eq(port_of(page), port_of(to)) ||
                (str_eq(port_of(page), usual_port(page->scheme)) && str_eq(port_of(to), usual_port(to->scheme))));
    if (s.p[0] == '\'') return false;
    if (s.p[s.n - 1] == ':') return scheme_allows((struct str){ s.p, s.n - 1 }, to->scheme);
    struct place from = place_of(s);
    return scheme_allows(from.scheme.n > 0 ? from.scheme : page->scheme, to->scheme) &&
           host_allows(from.host, to->host) && port_allows(&from, to) && path_allows(from.path, to->path);
}

/* ---- one policy ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/* The next word of *rest; n 0: there is none. */
static struct str word(struct str *rest)
{
    while (rest->n > 0 && is_blank(*rest->p)) rest->p++, rest->n--;
    struct str w = { rest->p, 0 };
    while (rest->n > 0 && !is_blank(*rest->p)) rest->p++, rest->n--, w.n++;
    return w;
}

/* The words behind the first directive of this name. False: there is none. */
static bool directive(struct str policy, const char *name, struct str *out)
{
    while (policy.n > 0) {
        const char *semicolon = memchr(policy.p, ';', policy.n);
        struct str one = { policy.p, semicolon ? (size_t)(semicolon - policy.p) : policy.n };
        policy = semicolon ? (struct str){ semicolon + 1, policy.n - one.n - 1 } : (struct str){ policy.p, 0 };
        if (str_eq_nocase(word(&one), str_of(name))) {
            *out = one;
            return true;
        }
    }
    return false;
}

static bool directive_of(struct str policy, const char *const *names, struct str *out)
{
    for (; *names; names++)
        if (directive(policy, *names, out)) return true;
    return false;
}

static bool has_word(struct str words, const char *wanted)
{
    for (struct str w; (w = word(&words)).n > 0;)
        if (str_eq_nocase(w, str_of(wanted))) return true;
    return false;
}

static bool has_nonce(struct str words, const char *nonce)
{
    if (!nonce || !nonce[0]) return false;
    size_t n = strlen(nonce);
    for (struct str w; (w = word(&words)).n > 0;)
        if (w.n == n + 8 && str_eq_nocase((struct str){ w.p, 7 }, STR("'nonce-")) && memcmp(w.p + 7, nonce, n) == 0 &&
            w.p[w.n - 1] == '\'')
            return true;
    return false;
}

static bool allows(struct str words, const struct place *page, const char *url)
{
    struct place to = place_of(str_of(url));
    for (struct str w; (w = word(&words)).n > 0;)
        if (source_allows(w, page, &to)) return true;
    return false;
}

void install_policy(struct str policy, bool of_meta, const struct install_use *use, struct install_verdict *v)
{
    static const char *const script[] = { "script-src-elem", "script-src", "default-src", NULL };
    static const char *const connect[] = { "connect-src", "default-src", NULL };
    static const char *const picture[] = { "img-src", "default-src", NULL };
    struct place page = place_of(str_of(use->page));
    struct str words;
    if (directive_of(policy, script, &words) && !has_nonce(words, use->nonce)) {
        /* Beside 'strict-dynamic' addresses do not count. The second script is added by the first: it may, then. */
        if (has_word(words, "'strict-dynamic'")) v->nonce = true;
        else if (!allows(words, &page, use->script) || !allows(words, &page, use->panel)) v->script = true;
    }
    if (directive_of(policy, connect, &words)) {
        if (!allows(words, &page, use->connect)) v->connect = true;
        else if (!allows(words, &page, use->socket)) v->socket = true;
    }
    if (directive_of(policy, picture, &words) && !allows(words, &page, use->picture)) v->pictures = true;
    if (!of_meta && directive(policy, "sandbox", &words) &&
        (!has_word(words, "allow-scripts") || !has_word(words, "allow-same-origin")))
        v->sandbox = true;
    if (directive(policy, "require-trusted-types-for", &words) && has_word(words, "'script'")) v->trusted_types = true;
}
