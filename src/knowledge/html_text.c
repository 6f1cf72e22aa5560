/* html_text.c: the words of an HTML page, as a reader would see them. One pass, no tree: a page of a stranger may be
 * nested a million deep. What is no content is dropped (scripts, styles, forms, menus, what is hidden); blocks become
 * lines, items of lists begin with a dash.
 *
 * Rejected: libxml2's HTML parser (it builds a tree, and its rules are those of HTML 4); a DOM of our own. */
#include "knowledge/readers.h"

#include <ctype.h>

enum { NAME_MAX_BYTES = 16, ENTITY_MAX = 10, CODE_POINT_MAX = 0x10ffff };

struct page {
    const char *p, *end;
    struct buf *out, *title;
    bool blank, line; /* a blank, a new line is wanted before the next word */
    bool in_title, title_said;
    bool marks, mark; /* headings are marked; the next word begins one */
    bool heading_tried;
    char dropped[NAME_MAX_BYTES]; /* the element that is passed over; "": none */
    size_t dropped_depth;
};
struct tag {
    char name[NAME_MAX_BYTES];
    bool closing, hidden, empty; /* empty: ended by /> */
};

static bool one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0) return true;
    return false;
}
static const char *const raw_names[] = { "script", "style", "textarea", "noscript", "iframe", "noembed", "xmp", NULL };
static const char *const drop_names[] = { "script",   "style",  "noscript", "template", "svg",    "math",
                                          "iframe",   "object", "canvas",   "audio",    "video",  "nav",
                                          "footer",   "aside",  "form",     "button",   "select", "textarea",
                                          "datalist", "dialog", "noembed",  "xmp",      "head",   NULL };
static const char *const void_names[] = { "br",    "hr",  "img",   "input",  "meta",  "link", "area", "base",
                                          "embed", "col", "param", "source", "track", "wbr",  NULL };
static const char *const block_names[] = { "p",          "div",     "br",      "hr",         "ul",   "ol",
                                           "table",      "tr",      "h1",      "h2",         "h3",   "h4",
                                           "h5",         "h6",      "pre",     "dl",         "dt",   "dd",
                                           "header",     "section", "article", "blockquote", "main", "figure",
                                           "figcaption", "address", "details", "summary",    "body", "li",
                                           "title",      NULL };

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static void put_bytes(struct page *g, const char *p, size_t n)
{
    struct buf *to = g->in_title ? g->title : g->out;
    if (!to || (g->in_title && g->title_said)) return;
    if (to->n + n + 1 + g->mark > to->max) { /* full: no part of a word more */
        g->p = g->end;
        return;
    }
    if (to->n > 0 && g->line && !g->in_title) buf_char(to, '\n');
    else if (to->n > 0 && (g->blank || g->line)) buf_char(to, ' ');
    g->blank = g->line = false;
    if (g->mark && !g->in_title) buf_char(to, KNOW_HEADING), g->mark = false;
    buf_add(to, p, n);
}

static void put_code_point(struct page *g, unsigned long c)
{
    char b[4];
    size_t n = 0;
    if (c == 0 || c > CODE_POINT_MAX || (c >= 0xd800 && c < 0xe000) || (c >= 0x80 && c < 0xa0)) c = 0xfffd;
    if (c == 0xa0 || c == ' ' || (c < ' ')) {
        g->blank = true;
        return;
    }
    if (c < 0x80) b[n++] = (char)c;
    else if (c < 0x800) b[n++] = (char)(0xc0 | c >> 6), b[n++] = (char)(0x80 | (c & 0x3f));
    else if (c < 0x10000)
        b[n++] = (char)(0xe0 | c >> 12), b[n++] = (char)(0x80 | (c >> 6 & 0x3f)), b[n++] = (char)(0x80 | (c & 0x3f));
    else {
        b[n++] = (char)(0xf0 | c >> 18), b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f)), b[n++] = (char)(0x80 | (c & 0x3f));
    }
    put_bytes(g, b, n);
}

/* clang-format off */
static const struct { const char *name; unsigned code; } entities[] = {
    { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", 0xa0 },
    { "copy", 0xa9 }, { "reg", 0xae }, { "trade", 0x2122 }, { "hellip", 0x2026 }, { "mdash", 0x2014 },
    { "ndash", 0x2013 }, { "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c }, { "rdquo", 0x201d },
    { "bull", 0x2022 }, { "middot", 0xb7 }, { "deg", 0xb0 }, { "times", 0xd7 }, { "euro", 0x20ac },
    { "pound", 0xa3 }, { "yen", 0xa5 }, { "cent", 0xa2 }, { "laquo", 0xab }, { "raquo", 0xbb }, { "frac12", 0xbd },
    { "plusmn", 0xb1 }, { "eacute", 0xe9 }, { "egrave", 0xe8 }, { "uuml", 0xfc }, { "ouml", 0xf6 }, { "auml", 0xe4 },
    { "szlig", 0xdf }, { "ntilde", 0xf1 }, { "ccedil", 0xe7 }, { "ensp", ' ' }, { "emsp", ' ' }, { "thinsp", ' ' },
};
/* clang-format on */

/* At '&'. Bytes that it takes; 0: it is no entity, and stands for itself. */
static size_t entity(struct page *g)
{
    const char *p = g->p; /* what is put may end the page */
    size_t n = 1, max = (size_t)(g->end - p);
    unsigned long c = 0;
    if (max > 2 && p[1] == '#') {
        bool hex = p[2] == 'x' || p[2] == 'X';
        size_t from = n = hex ? 3 : 2;
        for (; n < max; n++) {
            unsigned char d = (unsigned char)p[n];
            if (!(hex ? isxdigit(d) : isdigit(d))) break;
            c = c * (hex ? 16 : 10) + (unsigned long)(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
            if (c > CODE_POINT_MAX) c = CODE_POINT_MAX + 1UL;
        }
        if (n == from) return 0;
        put_code_point(g, c);
        return n < max && p[n] == ';' ? n + 1 : n;
    }
    while (n < max && n <= ENTITY_MAX && isalnum((unsigned char)p[n])) n++;
    if (n >= max || p[n] != ';') return 0;
    for (size_t i = 0; i < ARRAY_LEN(entities); i++)
        if (strlen(entities[i].name) == n - 1 && memcmp(entities[i].name, p + 1, n - 1) == 0) {
            put_code_point(g, entities[i].code);
            return n + 1;
        }
    return 0;
}

/* At '<' of a tag: reads it to its '>', with attributes, of which `hidden` alone counts. False: it is no tag. */
static bool read_tag(struct page *g, struct tag *t)
{
    const char *p = g->p + 1;
    size_t n = 0;
    *t = (struct tag){ 0 };
    if (p < g->end && *p == '/') t->closing = true, p++;
    if (p >= g->end || !isalpha((unsigned char)*p)) return false;
    for (; p < g->end && !is_space(*p) && *p != '>' && *p != '/'; p++)
        if (n < NAME_MAX_BYTES - 1) t->name[n++] = (char)tolower((unsigned char)*p);
    while (p < g->end && *p != '>') {
        if (is_space(*p) || *p == '/') {
            t->empty = *p == '/';
            p++;
            continue;
        }
        const char *from = p;
        while (p < g->end && !is_space(*p) && *p != '=' && *p != '>' && *p != '/') p++;
        if (str_eq_nocase((struct str){ from, (size_t)(p - from) }, STR("hidden"))) t->hidden = true;
        if (p == from) p++; /* a lonely '=' */
        if (p >= g->end || *p != '=') continue;
        for (p++; p < g->end && is_space(*p);) p++;
        if (p < g->end && (*p == '"' || *p == '\'')) {
            const char *close = memchr(p + 1, *p, (size_t)(g->end - p - 1));
            p = close ? close + 1 : g->end;
        } else
            while (p < g->end && !is_space(*p) && *p != '>') p++;
        t->empty = false;
    }
    g->p = p < g->end ? p + 1 : g->end;
    return true;
}

/* Behind the start of an element whose inside is no HTML: to its end tag. */
static void skip_raw(struct page *g, const char *name)
{
    size_t n = strlen(name);
    while (g->p < g->end) {
        const char *p = memchr(g->p, '<', (size_t)(g->end - g->p));
        if (!p) break;
        g->p = p + 1;
        if ((size_t)(g->end - p) < n + 2 || p[1] != '/') continue;
        if (!str_eq_nocase((struct str){ p + 2, n }, (struct str){ name, n })) continue;
        const char *close = memchr(p, '>', (size_t)(g->end - p));
        g->p = close ? close + 1 : g->end;
        return;
    }
    g->p = g->end;
}

/* "<!-- … -->", "<!DOCTYPE …>", "<?xml …>". */
static void skip_declaration(struct page *g)
{
    size_t left = (size_t)(g->end - g->p);
    if (left >= 4 && memcmp(g->p, "<!--", 4) == 0) {
        const char *p = memmem(g->p + 4, left - 4, "-->", 3);
        g->p = p ? p + 3 : g->end;
        return;
    }
    const char *p = memchr(g->p, '>', left);
    g->p = p ? p + 1 : g->end;
}

static void inside_dropped(struct page *g, const struct tag *t)
{
    if (strcmp(t->name, g->dropped) != 0) return;
    if (t->closing) g->dropped_depth--;
    else if (!t->empty) g->dropped_depth++;
    if (g->dropped_depth == 0) g->dropped[0] = '\0';
}

static void on_title(struct page *g, const struct tag *t)
{
    /* Of headings the first alone: it is looked into to its end, which may be far. */
    bool heading = strcmp(t->name, "h1") == 0 && g->title && g->title->n == 0 && !g->heading_tried;
    if (strcmp(t->name, "title") != 0 && !(heading && !t->closing)) return;
    if (!t->closing && g->title && g->title->n == 0) {
        g->heading_tried |= heading;
        const char *from = g->p, *end = g->end;
        struct page inner = { .p = from, .end = end, .title = g->title, .in_title = true };
        const char *close =
            heading ? memmem(from, (size_t)(end - from), "</h1", 4) : memmem(from, (size_t)(end - from), "</title", 7);
        inner.end = close ? close : end;
        while (inner.p < inner.end) {
            struct tag ignored;
            size_t n = *inner.p == '&' ? entity(&inner) : 0;
            if (n > 0) inner.p = inner.p < inner.end ? inner.p + n : inner.end;
            else if (*inner.p == '<' && read_tag(&inner, &ignored)) continue;
            else if (is_space(*inner.p)) inner.blank = true, inner.p++;
            else {
                n = utf8_sequence(inner.p, (size_t)(inner.end - inner.p));
                n = n ? n : 1;
                const char *at = inner.p;
                inner.p += n;
                put_bytes(&inner, at, n);
            }
        }
    }
    if (!heading && !t->closing) skip_raw(g, "title");
}

static void on_tag(struct page *g)
{
    struct tag t;
    if (g->p + 1 < g->end && (g->p[1] == '!' || g->p[1] == '?')) {
        skip_declaration(g);
        return;
    }
    const char *at = g->p;
    if (!read_tag(g, &t)) {
        if (!g->dropped[0]) put_bytes(g, at, 1);
        g->p = at + 1;
        return;
    }
    if (!t.closing && one_of(t.name, raw_names)) {
        skip_raw(g, t.name);
        g->blank = true;
        return;
    }
    if (!g->dropped[0] || strcmp(g->dropped, "head") == 0) on_title(g, &t);
    if (g->dropped[0]) {
        /* A head that was never ended ends where the body begins. */
        if (strcmp(g->dropped, "head") == 0 && strcmp(t.name, "body") == 0) g->dropped[0] = '\0', g->dropped_depth = 0;
        else inside_dropped(g, &t);
        return;
    }
    bool drops = one_of(t.name, drop_names) || (t.hidden && !one_of(t.name, void_names));
    if (drops && !t.closing && !(t.empty && strcmp(t.name, "svg") == 0)) {
        text_copy(g->dropped, sizeof g->dropped, t.name);
        g->dropped_depth = 1;
    }
    if (one_of(t.name, block_names)) g->line = true;
    else if (strcmp(t.name, "td") == 0 || strcmp(t.name, "th") == 0 || strcmp(t.name, "option") == 0) g->blank = true;
    if (g->marks && t.name[0] == 'h' && t.name[1] >= '1' && t.name[1] <= '3' && !t.name[2]) g->mark = !t.closing;
    if (strcmp(t.name, "li") == 0 && !t.closing) {
        put_bytes(g, "-", 1);
        g->blank = true;
    }
}

static void read_page(struct str html, bool marks, struct buf *text, struct buf *title)
{
    struct page g = { .p = html.p, .end = html.p + html.n, .out = text, .title = title, .marks = marks };
    while (g.p < g.end) {
        if (*g.p == '<') {
            on_tag(&g);
            continue;
        }
        const char *at = g.p;
        size_t n = utf8_sequence(g.p, (size_t)(g.end - g.p));
        n = n ? n : 1;
        if (g.dropped[0]) g.p += n;
        else if (is_space(*g.p)) g.blank = true, g.p++;
        else if (*g.p == '&' && (n = entity(&g)) > 0) g.p = g.p < g.end ? at + n : g.end;
        else {
            n = *at == '&' ? 1 : n;
            g.p = at + n;
            put_bytes(&g, at, n);
        }
    }
}

void know_html_text(struct str html, struct buf *text, struct buf *title) { read_page(html, false, text, title); }
void know_html_sections(struct str html, struct buf *text, struct buf *title) { read_page(html, true, text, title); }

bool know_looks_like_html(struct str s)
{
    const char *end = s.p + s.n;
    for (const char *p = s.p; (p = memchr(p, '<', (size_t)(end - p))) != NULL; p++) {
        if (p + 2 >= end) break;
        const char *name = p[1] == '/' ? p + 2 : p + 1;
        if (isalpha((unsigned char)*name) && memchr(name, '>', (size_t)(end - name))) return true;
        if (memcmp(p + 1, "!-", 2) == 0) return true;
    }
    return memmem(s.p, s.n, "&nbsp;", 6) || memmem(s.p, s.n, "&amp;", 5);
}
