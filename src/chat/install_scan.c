/* install_scan.c: the scripts and policies of a page, found as a browser's parser finds them: comments, raw texts and
 * templates are no places where a script runs, the first of two attributes with one name counts, entities are read.
 * Nothing of the page is run; what a script would add is not seen, and a page that has such scripts says so. */
#include "chat/install.h"

#include <ctype.h>

enum { NAME_BYTES = 16, VALUE_MAX = 2048, POLICY_MAX = 16 << 10 };

struct scan {
    struct arena *a;
    const char *p, *end;
    struct install_seen *out;
    bool in_comment, inert, in_body;
    int templates;
};
struct element {
    char name[NAME_BYTES];
    bool closing, crossorigin;
    struct str src, shop, shop_id, type, nonce, equiv, content, href; /* p NULL: not there */
};

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static bool is_name(const struct element *e, const char *name) { return strcmp(e->name, name) == 0; }

/* ---- values ---- */

/* "&#38;" at p: bytes that it takes and the character; 0: it is none that we know. */
static size_t entity(const char *p, size_t n, char *c)
{
    static const struct {
        const char *name;
        char c;
    } known[] = { { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' }, { "&lt;", '<' }, { "&gt;", '>' } };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        size_t m = strlen(known[i].name);
        if (n >= m && memcmp(p, known[i].name, m) == 0) {
            *c = known[i].c;
            return m;
        }
    }
    if (n < 4 || p[1] != '#') return 0;
    bool hex = p[2] == 'x' || p[2] == 'X';
    unsigned code = 0;
    size_t i = hex ? 3 : 2, digits = 0;
    for (; i < n && digits < 7; i++, digits++) {
        unsigned char d = (unsigned char)p[i];
        if (!(hex ? isxdigit(d) : isdigit(d))) break;
        code = code * (hex ? 16 : 10) + (unsigned)(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
    }
    if (digits == 0 || i >= n || p[i] != ';' || code < 0x20 || code > 0x7e) return 0;
    *c = (char)code;
    return i + 1;
}

/* NULL: it was not there. */
static const char *value(struct arena *a, struct str raw, size_t max)
{
    if (!raw.p) return NULL;
    struct str in = { raw.p, raw.n < max ? raw.n : max };
    char *out = arena_alloc(a, in.n + 1), c;
    size_t n = 0;
    for (size_t i = 0; i < in.n;) {
        size_t took = in.p[i] == '&' ? entity(in.p + i, in.n - i, &c) : 0;
        out[n++] = took ? c : in.p[i];
        i += took ? took : 1;
    }
    while (n > 0 && is_space(out[n - 1])) n--;
    out[n] = '\0';
    while (is_space(*out)) out++;
    return strlen(out) == n || n == 0 ? out : arena_text(a, out);
}

/* As browsers read an address: line ends and tabs inside of it do not count. */
static const char *address(struct arena *a, struct str raw)
{
    const char *text = value(a, raw, VALUE_MAX);
    if (!text) return NULL;
    char *out = arena_text(a, text), *to = out;
    for (const char *p = text; *p; p++)
        if (*p != '\t' && *p != '\n' && *p != '\r') *to++ = *p;
    *to = '\0';
    return out;
}

/* ---- tags ---- */

static void take_attribute(struct element *e, struct str name, struct str text)
{
    const struct {
        const char *name;
        struct str *to;
    } wanted[] = { { "src", &e->src },         { "data-shop", &e->shop }, { "data-shop-id", &e->shop_id },
                   { "type", &e->type },       { "nonce", &e->nonce },    { "http-equiv", &e->equiv },
                   { "content", &e->content }, { "href", &e->href } };
    if (str_eq_nocase(name, STR("crossorigin"))) e->crossorigin = true;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (!wanted[i].to->p && str_eq_nocase(name, str_of(wanted[i].name))) *wanted[i].to = text;
}

/* At the sign behind the name: reads the value, and returns what is behind it. */
static const char *read_value(const char *p, const char *end, struct str *out)
{
    for (p++; p < end && is_space(*p);) p++;
    if (p < end && (*p == '"' || *p == '\'')) {
        const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
        *out = (struct str){ p + 1, (size_t)((close ? close : end) - p - 1) };
        return close ? close + 1 : end;
    }
    const char *from = p;
    while (p < end && !is_space(*p) && *p != '>') p++;
    *out = (struct str){ from, (size_t)(p - from) };
    return p;
}

/* At '<': false when it begins no tag. Else s->p is behind it. */
static bool read_element(struct scan *s, struct element *e)
{
    const char *p = s->p + 1;
    size_t n = 0;
    *e = (struct element){ .name = "" };
    if (p < s->end && *p == '/') e->closing = true, p++;
    if (p >= s->end || !isalpha((unsigned char)*p)) return false;
    for (; p < s->end && !is_space(*p) && *p != '>' && *p != '/'; p++)
        if (n < NAME_BYTES - 1) e->name[n++] = (char)tolower((unsigned char)*p);
    while (p < s->end && *p != '>') {
        if (is_space(*p) || *p == '/') {
            p++;
            continue;
        }
        const char *from = p++; /* a '=' at the beginning belongs to the name */
        while (p < s->end && !is_space(*p) && *p != '=' && *p != '>' && *p != '/') p++;
        struct str name = { from, (size_t)(p - from) }, text = { "", 0 };
        const char *ahead = p;
        while (ahead < s->end && is_space(*ahead)) ahead++;
        if (ahead < s->end && *ahead == '=') p = read_value(ahead, s->end, &text);
        take_attribute(e, name, text);
    }
    s->p = p < s->end ? p + 1 : s->end;
    return true;
}

/* Behind the start of an element whose inside is text: up to its end tag. */
static struct str read_raw(struct scan *s, const char *name, bool *ended)
{
    const char *from = s->p;
    size_t n = strlen(name);
    *ended = true;
    while (s->p < s->end) {
        const char *p = memchr(s->p, '<', (size_t)(s->end - s->p));
        if (!p) break;
        s->p = p + 1;
        if ((size_t)(s->end - p) < n + 3 || p[1] != '/') continue;
        if (!str_eq_nocase((struct str){ p + 2, n }, (struct str){ name, n })) continue;
        if (!is_space(p[2 + n]) && p[2 + n] != '>' && p[2 + n] != '/') continue;
        const char *close = memchr(p, '>', (size_t)(s->end - p));
        s->p = close ? close + 1 : s->end;
        return (struct str){ from, (size_t)(p - from) };
    }
    *ended = false;
    s->p = s->end;
    return (struct str){ from, (size_t)(s->end - from) };
}

/* ---- what counts ---- */

bool install_is_widget_path(struct str url)
{
    size_t n = 0;
    while (n < url.n && url.p[n] != '?' && url.p[n] != '#') n++;
    size_t from = n;
    while (from > 0 && url.p[from - 1] != '/') from--;
    struct str last = { url.p + from, n - from };
    return str_eq(last, STR("widget.js")) || str_eq(last, STR("chatbot-widget.js"));
}

static bool says(struct str text, const char *word) { return memmem(text.p, text.n, word, strlen(word)) != NULL; }

static bool is_live(const struct scan *s) { return !s->in_comment && !s->inert && s->templates == 0; }

static void on_script(struct scan *s, const struct element *e, struct str inside, bool ended)
{
    static const char *const managers[] = { "googletagmanager.com", "/gtag/js", "hm.baidu.com", "cdn.segment.com",
                                            "assets.adobedtm.com" };
    const char *src = address(s->a, e->src);
    struct install_seen *out = s->out;
    bool ours = src && install_is_widget_path(str_of(src));
    for (size_t i = 0; i < ARRAY_LEN(managers) && is_live(s); i++)
        if ((src && strstr(src, managers[i])) || says(inside, managers[i])) out->tag_manager = true;
    if (!src && is_live(s) && (says(inside, "/widget.js") || says(inside, "chatbot-widget.js"))) out->by_code = true;
    if (!src || (!ours && !e->shop.p && !e->shop_id.p) || out->tags == INSTALL_TAGS_MAX) return;
    out->tag[out->tags++] = (struct install_tag){ .src = src,
                                                  .shop = value(s->a, e->shop.p ? e->shop : e->shop_id, VALUE_MAX),
                                                  .type = value(s->a, e->type, VALUE_MAX),
                                                  .nonce = value(s->a, e->nonce, VALUE_MAX),
                                                  .crossorigin = e->crossorigin,
                                                  .in_comment = s->in_comment,
                                                  .inert = s->inert || s->templates > 0 || !ended };
}

static void on_meta(struct scan *s, const struct element *e)
{
    struct install_seen *out = s->out;
    if (!is_live(s) || s->in_body || !e->equiv.p || !e->content.p || out->policies == INSTALL_POLICIES_MAX) return;
    if (str_eq_nocase(str_trim(e->equiv), STR("content-security-policy")))
        out->policy[out->policies++] = value(s->a, e->content, POLICY_MAX);
}

static void scan_text(struct scan *s);

/* A text that browsers do not read as a page: what stands there is told apart from what is missing. */
static void look_inside(const struct scan *s, struct str text, bool comment)
{
    if (s->in_comment || s->inert) return; /* one floor is enough */
    struct scan inner = { .a = s->a, .p = text.p, .end = text.p + text.n, .out = s->out };
    inner.in_comment = comment, inner.inert = !comment;
    scan_text(&inner);
}

static void on_element(struct scan *s, const struct element *e)
{
    static const char *const raw[] = { "textarea", "noscript", "xmp", "iframe", "noembed", "noframes" };
    bool ended;
    if (is_name(e, "template")) s->templates += e->closing ? (s->templates > 0 ? -1 : 0) : 1;
    if (e->closing) return;
    if (is_name(e, "script")) {
        struct str inside = read_raw(s, "script", &ended);
        on_script(s, e, inside, ended);
    } else if (is_name(e, "style") || is_name(e, "title")) (void)read_raw(s, e->name, &ended);
    else if (is_name(e, "plaintext")) s->p = s->end;
    else if (is_name(e, "body")) s->in_body = true;
    else if (is_name(e, "meta")) on_meta(s, e);
    else if (is_name(e, "base") && e->href.p && !s->out->base && is_live(s)) s->out->base = address(s->a, e->href);
    for (size_t i = 0; i < ARRAY_LEN(raw); i++)
        if (is_name(e, raw[i])) look_inside(s, read_raw(s, raw[i], &ended), false);
}

/* At "<!" or "<?". */
static void on_declaration(struct scan *s)
{
    size_t left = (size_t)(s->end - s->p);
    const char *from = s->p + 4, *close;
    if (left < 4 || memcmp(s->p, "<!--", 4) != 0) {
        close = memchr(s->p, '>', left);
        s->p = close ? close + 1 : s->end;
        return;
    }
    if (left > 4 && *from == '>') s->p = from + 1;
    else if (left > 5 && from[0] == '-' && from[1] == '>') s->p = from + 2;
    else {
        /* One walk to whichever end comes first: a page may be nothing but comments. */
        size_t n = 0;
        for (close = from; (close = memmem(close, (size_t)(s->end - close), "--", 2)) != NULL; close++) {
            size_t behind = (size_t)(s->end - close);
            if (behind > 2 && close[2] == '>') n = 3;
            else if (behind > 3 && close[2] == '!' && close[3] == '>') n = 4;
            if (n > 0) break;
        }
        s->p = close ? close + n : s->end;
        look_inside(s, (struct str){ from, (size_t)((close ? close : s->end) - from) }, true);
    }
}

static void scan_text(struct scan *s)
{
    struct element e;
    while (s->p < s->end) {
        const char *p = memchr(s->p, '<', (size_t)(s->end - s->p));
        if (!p) return;
        s->p = p;
        if (p + 1 < s->end && (p[1] == '!' || p[1] == '?')) on_declaration(s);
        else if (read_element(s, &e)) on_element(s, &e);
        else s->p = p + 1;
    }
}

void install_scan(struct arena *a, struct str html, struct install_seen *out)
{
    struct scan s = { .a = a, .p = html.p, .end = html.p + html.n, .out = out };
    *out = (struct install_seen){ .tags = 0 };
    scan_text(&s);
}
