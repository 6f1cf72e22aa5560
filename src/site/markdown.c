/* markdown.c: the small part of Markdown that a text of terms needs, as HTML.
 *
 *   # ## ### heading      - * + and 1. 1) lists      > quote      --- a rule      paragraphs; a line end is a line end
 *   **strong** *emphasis* `as it is` [words](address) \* the sign itself
 *
 * Addresses begin with https://, http://, mailto:, tel: or one slash; any other link stays the text that it was typed
 * as. There is no HTML in it, no picture, no attribute. Headings begin below the page's own and leave no step out,
 * since those who listen to a page go by them.
 *
 * Who typed it is an operator; it is treated as a stranger's all the same. The work is linear in the text's length:
 * what was searched for once and not found is not searched for again, words of a link are looked for 300 bytes ahead,
 * and marks nest six deep.
 *
 * Rejected: a Markdown library (all of CommonMark, of which raw HTML is a part, and a sanitizer to take it out
 * again). */
#include "site/private.h"

enum { NESTED_MAX = 6, LINK_TEXT_MAX = 300, LINK_ADDRESS_MAX = 500, HEADING_FIRST = 2, LIST_DIGITS_MAX = 6 };

/* ---- within a line ---- */

struct inline_ends {
    const char *strong, *emphasis, *code; /* nothing ends there behind these places */
};

static void inline_html(struct buf *out, struct str s, unsigned depth, bool in_link);

static bool is_sign(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/* Over one character, or one that is escaped. */
static const char *step(const char *p, const char *end)
{
    if (*p == '\\' && p + 1 < end && is_sign(p[1])) return p + 2;
    return p + 1;
}

/* The mark that ends what begins at `from`: NULL: there is none. It has something before it that is not a blank. */
static const char *end_of_strong(const char *from, const char *end)
{
    for (const char *p = from; p + 1 < end; p = step(p, end)) {
        if (p[0] != '*' || p[1] != '*' || p == from || is_blank(p[-1])) continue;
        return p + 2 < end && p[2] == '*' ? p + 1 : p; /* of ***both*** the inner one ends first */
    }
    return NULL;
}

static const char *end_of_emphasis(const char *from, const char *end)
{
    for (const char *p = from; p < end;) {
        if (*p != '*') {
            p = step(p, end);
        } else if (p + 1 < end && p[1] == '*') {
            p += 2;
        } else if (p == from || is_blank(p[-1])) {
            p++;
        } else {
            return p;
        }
    }
    return NULL;
}

static bool is_address(struct str s)
{
    static const char *const begins[] = { "https://", "http://", "mailto:", "tel:" };
    if (s.n == 0 || s.n > LINK_ADDRESS_MAX) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\') return false;
    }
    if (s.p[0] == '/') return s.n == 1 || s.p[1] != '/';
    for (size_t i = 0; i < ARRAY_LEN(begins); i++)
        if (str_starts(s, str_of(begins[i])) && s.n > strlen(begins[i])) return true;
    return false;
}

/* [words](address) from p on: its end, or NULL. */
static const char *read_link(const char *p, const char *end, struct str *words, struct str *address)
{
    const char *most = end - p > LINK_TEXT_MAX ? p + LINK_TEXT_MAX : end;
    const char *close = p + 1;
    while (close < most && *close != ']' && *close != '[') close = step(close, end);
    if (close >= most || *close != ']' || close + 1 >= end || close[1] != '(' || close == p + 1) return NULL;
    const char *from = close + 2, *stop = from;
    const char *far = end - from > LINK_ADDRESS_MAX ? from + LINK_ADDRESS_MAX + 1 : end;
    while (stop < far && *stop != ')') stop++;
    if (stop >= far) return NULL;
    *words = (struct str){ p + 1, (size_t)(close - p - 1) };
    *address = (struct str){ from, (size_t)(stop - from) };
    return is_address(*address) ? stop + 1 : NULL;
}

static void wrapped(struct buf *out, const char *element, struct str inside, unsigned depth, bool in_link)
{
    buf_printf(out, "<%s>", element);
    inline_html(out, inside, depth + 1, in_link);
    buf_printf(out, "</%s>", element);
}

/* What begins at p with a mark: where it ends, or NULL: it is only a sign. */
static const char *marked(struct buf *out, const char *p, const char *end, struct inline_ends *none, unsigned depth,
                          bool in_link)
{
    if (depth >= NESTED_MAX) return NULL;
    bool two = p + 1 < end && p[0] == '*' && p[1] == '*';
    const char *from = p + (two ? 2 : 1), *stop = NULL;
    if (*p == '*' && (from >= end || is_blank(*from))) return NULL;
    if (two && none->strong == NULL) {
        stop = end_of_strong(from, end);
        if (stop == NULL) none->strong = p;
        else wrapped(out, "strong", (struct str){ from, (size_t)(stop - from) }, depth, in_link);
        return stop ? stop + 2 : NULL;
    }
    if (*p == '*' && !two && none->emphasis == NULL) {
        stop = end_of_emphasis(from, end);
        if (stop == NULL) none->emphasis = p;
        else wrapped(out, "em", (struct str){ from, (size_t)(stop - from) }, depth, in_link);
        return stop ? stop + 1 : NULL;
    }
    if (*p == '`' && none->code == NULL) {
        stop = memchr(from, '`', (size_t)(end - from));
        if (stop == NULL) none->code = p;
        if (stop == NULL || stop == from) return NULL;
        buf_text(out, "<code>");
        html_escape(out, (struct str){ from, (size_t)(stop - from) });
        buf_text(out, "</code>");
        return stop + 1;
    }
    struct str words, address;
    if (*p != '[' || in_link || (stop = read_link(p, end, &words, &address)) == NULL) return NULL;
    buf_text(out, "<a href=\"");
    html_escape(out, address);
    buf_text(out, address.p[0] == '/' ? "\">" : "\" rel=\"noopener\">");
    inline_html(out, words, depth + 1, true);
    buf_text(out, "</a>");
    return stop;
}

static void inline_html(struct buf *out, struct str s, unsigned depth, bool in_link)
{
    struct inline_ends none = { 0 };
    const char *p = s.p, *end = s.p + s.n, *plain = p;
    while (p < end) {
        bool escaped = *p == '\\' && p + 1 < end && is_sign(p[1]);
        bool may = *p == '*' || *p == '`' || *p == '[';
        if (!escaped && !may && *p != '\n') {
            p++;
            continue;
        }
        html_escape(out, (struct str){ plain, (size_t)(p - plain) });
        const char *after = NULL;
        if (escaped) {
            html_escape(out, (struct str){ p + 1, 1 });
            after = p + 2;
        } else if (*p == '\n') {
            buf_text(out, "<br>\n");
            after = p + 1;
        } else {
            after = marked(out, p, end, &none, depth, in_link);
        }
        plain = after ? after : p;
        p = after ? after : p + 1 + (size_t)(p + 1 < end && p[0] == '*' && p[1] == '*');
    }
    html_escape(out, (struct str){ plain, (size_t)(end - plain) });
}

/* ---- line by line ---- */

enum block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_BULLETS, BLOCK_NUMBERS, BLOCK_QUOTE };
struct blocks {
    struct buf *out;
    struct buf words; /* of the paragraph or item that is being read */
    enum block block;
    int heading; /* of the last heading; the page's own is 1 */
};

static void end_words(struct blocks *b)
{
    inline_html(b->out, buf_str(&b->words), 0, false);
    buf_clear(&b->words);
}

static void end_block(struct blocks *b)
{
    static const char *const ends[] = { [BLOCK_NONE] = "",
                                        [BLOCK_PARAGRAPH] = "</p>\n",
                                        [BLOCK_BULLETS] = "</li>\n</ul>\n",
                                        [BLOCK_NUMBERS] = "</li>\n</ol>\n",
                                        [BLOCK_QUOTE] = "</p></blockquote>\n" };
    if (b->block == BLOCK_NONE) return;
    end_words(b);
    buf_text(b->out, ends[b->block]);
    b->block = BLOCK_NONE;
}

static void add_line(struct blocks *b, struct str line)
{
    if (b->words.n > 0) buf_char(&b->words, '\n');
    buf_add(&b->words, line.p, line.n);
}

static void add_item(struct blocks *b, enum block kind, int64_t number, struct str line)
{
    if (b->block == kind) {
        end_words(b);
        buf_text(b->out, "</li>\n<li>");
    } else {
        end_block(b);
        if (kind == BLOCK_BULLETS) buf_text(b->out, "<ul>\n<li>");
        else if (number == 1) buf_text(b->out, "<ol>\n<li>");
        else buf_printf(b->out, "<ol start=\"%lld\">\n<li>", (long long)number);
        b->block = kind;
    }
    add_line(b, line);
}

/* "# words": 1 to 3, and the words; 0: it is none. */
static int heading_of(struct str line, struct str *words)
{
    size_t n = 0;
    while (n < line.n && n < 4 && line.p[n] == '#') n++;
    if (n == 0 || n > 3 || n >= line.n || line.p[n] != ' ') return 0;
    *words = str_trim((struct str){ line.p + n, line.n - n });
    return words->n > 0 ? (int)n : 0;
}

static void add_heading(struct blocks *b, int level, struct str words)
{
    int wanted = HEADING_FIRST + level - 1;
    end_block(b);
    b->heading = wanted > b->heading + 1 ? b->heading + 1 : wanted;
    buf_printf(b->out, "<h%d>", b->heading);
    inline_html(b->out, words, 0, false);
    buf_printf(b->out, "</h%d>\n", b->heading);
}

static bool is_rule(struct str line)
{
    if (line.n < 3 || (line.p[0] != '-' && line.p[0] != '*' && line.p[0] != '_')) return false;
    for (size_t i = 1; i < line.n; i++)
        if (line.p[i] != line.p[0]) return false;
    return true;
}

/* "12. words" or "12) words"; 0: it is none. */
static int64_t number_of(struct str line, struct str *words)
{
    size_t n = 0;
    int64_t number = 0;
    while (n < line.n && n < LIST_DIGITS_MAX && line.p[n] >= '0' && line.p[n] <= '9')
        number = 10 * number + (line.p[n++] - '0');
    if (n == 0 || n + 1 >= line.n || (line.p[n] != '.' && line.p[n] != ')') || line.p[n + 1] != ' ') return 0;
    *words = str_trim((struct str){ line.p + n + 1, line.n - n - 1 });
    return number;
}

static bool is_bullet(struct str line)
{
    return line.n > 2 && (line.p[0] == '-' || line.p[0] == '*' || line.p[0] == '+') && line.p[1] == ' ';
}

static void read_line(struct blocks *b, struct str whole)
{
    struct str line = str_trim(whole), words = { 0 };
    bool indented = line.n > 0 && line.p >= whole.p + 2;
    bool list = b->block == BLOCK_BULLETS || b->block == BLOCK_NUMBERS;
    if (line.n == 0) {
        end_block(b);
        return;
    }
    int level = heading_of(line, &words);
    if (level > 0) {
        add_heading(b, level, words);
        return;
    }
    if (is_rule(line)) {
        end_block(b);
        buf_text(b->out, "<hr>\n");
        return;
    }
    if (is_bullet(line)) {
        add_item(b, BLOCK_BULLETS, 0, str_trim((struct str){ line.p + 2, line.n - 2 }));
        return;
    }
    int64_t number = number_of(line, &words);
    if (number > 0) {
        add_item(b, BLOCK_NUMBERS, number, words);
        return;
    }
    bool quote = line.p[0] == '>';
    if (quote) line = str_trim((struct str){ line.p + 1, line.n - 1 });
    enum block kind = quote ? BLOCK_QUOTE : list && indented ? b->block : BLOCK_PARAGRAPH;
    if (b->block != kind) {
        end_block(b);
        buf_text(b->out, quote ? "<blockquote><p>" : "<p>");
        b->block = kind;
    }
    add_line(b, line);
}

void markdown_html(struct buf *out, struct str text)
{
    struct blocks b = { .out = out, .heading = HEADING_FIRST - 1 };
    buf_init(&b.words, text.n + 1);
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (stop == NULL) stop = end;
        size_t n = (size_t)(stop - p);
        read_line(&b, (struct str){ p, n > 0 && p[n - 1] == '\r' ? n - 1 : n });
        p = stop < end ? stop + 1 : end;
    }
    end_block(&b);
    assert(!b.words.overflow);
    buf_free(&b.words);
}
