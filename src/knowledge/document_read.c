/* document_read.c: what people wrote (Markdown, HTML, plain text) as passages of a document, in the form that
 * import_read.c judges. A passage is what stands under a heading; a long one is cut between paragraphs, so that a
 * search finds the place and not the book. What is markup is dropped; what is said is kept in the words of the file.
 *
 * Rejected: a Markdown library (all of its trees for words without marks); a passage of so many words whatever they
 * are about (an answer is quoted with the heading that it stands under). */
#include "knowledge/readers.h"

#include "base/crypto.h"
#include "base/unicode.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { PASSAGE_BYTES = 4000, TITLE_BYTES = 300, FIRST_LINE_MAX = 120, NAME_BYTES = 90, CUT_LEVELS = 3 };

/* ---- which one ---- */

static const struct {
    const char *ending;
    enum reader_format format;
} endings[] = { { ".md", FORMAT_MARKDOWN },
                { ".markdown", FORMAT_MARKDOWN },
                { ".html", FORMAT_HTML },
                { ".htm", FORMAT_HTML },
                { ".txt", FORMAT_TEXT } };

/* A table may be called .txt too: a tab in its first line, or two columns of which one has a name that we know. */
static bool looks_like_table(struct arena *a, struct str text)
{
    const char *end = memchr(text.p, '\n', text.n);
    struct str cell[READ_COLUMNS_MAX];
    struct cells c;
    size_t cells = end ? (size_t)(end - text.p) : text.n;
    const char *code;
    struct know_file head = { 0 };
    if (memchr(text.p, '\t', cells)) return true;
    char *line = arena_alloc(a, cells + 1);
    memcpy(line, text.p, cells), line[cells] = '\0';
    cells_begin(&c, line, cells, '\0');
    if (cells_next(&c, cell, &cells, &code) != CSV_ROW || cells < 2) return false;
    table_head(a, cell, cells, &head);
    for (size_t i = 0; i < head.columns; i++)
        if (head.column[i].field != MAP_NONE) return true;
    return false;
}

bool document_is(struct arena *a, const char *name, struct str text, enum reader_format *format)
{
    struct str n = str_of(name ? name : "");
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str e = str_of(endings[i].ending);
        if (n.n <= e.n || !str_eq_nocase((struct str){ n.p + n.n - e.n, e.n }, e)) continue;
        *format = endings[i].format;
        return *format != FORMAT_TEXT || !(strchr("{[<", text.p[0]) || looks_like_table(a, text));
    }
    return false;
}

/* Without the folders; by a number that stands for it where it cannot be an id. */
static const char *known_by(struct arena *a, const char *name)
{
    char hex[SHA256_HEX_SIZE];
    for (const char *p = name; *p; p++)
        if (*p == '/' || *p == '\\') name = p + 1;
    struct str s = str_trim(str_of(name));
    if (s.n > 0 && s.n <= NAME_BYTES && !text_has_controls(s)) return arena_text_n(a, s.p, s.n);
    sha256_hex(str_of(name), hex);
    return arena_printf(a, "document-%.16s", hex);
}

/* ---- lines: a heading begins with KNOW_HEADING ---- */

static struct str next_line(struct str text, size_t *at)
{
    const char *from = text.p + *at, *end = memchr(from, '\n', text.n - *at);
    size_t n = end ? (size_t)(end - from) : text.n - *at;
    *at += n + (end ? 1 : 0);
    if (n > 0 && from[n - 1] == '\r') n--;
    return (struct str){ from, n };
}

static void put_heading(struct buf *out, struct buf *title, struct str words)
{
    words = str_trim(words);
    if (words.n == 0) return;
    if (title->n == 0) buf_add(title, words.p, unicode_cut_bytes(words, TITLE_BYTES));
    buf_char(out, KNOW_HEADING), buf_add(out, words.p, words.n), buf_char(out, '\n');
}

/* ---- Markdown ---- */

/* At '[': the words of a link, and how many bytes it takes; 0: it is none. */
static size_t link_at(struct str s, struct str *words)
{
    size_t n = 1, depth = 1;
    for (; n < s.n && depth > 0; n++) depth += s.p[n] == '[' ? 1 : s.p[n] == ']' ? (size_t)-1 : 0;
    if (depth > 0 || n >= s.n || (s.p[n] != '(' && s.p[n] != '[')) return 0;
    const char *close = memchr(s.p + n, s.p[n] == '(' ? ')' : ']', s.n - n);
    *words = (struct str){ s.p + 1, n - 2 };
    return close ? (size_t)(close - s.p) + 1 : 0;
}

/* At '<': a tag (dropped), or an address between < and > (kept). Bytes that it takes; 0: it is none. */
static size_t tag_at(struct buf *out, struct str s)
{
    const char *close = memchr(s.p, '>', s.n);
    if (!close || s.n < 3 || !(isalpha((unsigned char)s.p[1]) || s.p[1] == '/' || s.p[1] == '!')) return 0;
    struct str inner = { s.p + 1, (size_t)(close - s.p) - 1 };
    bool tag = memchr(inner.p, ':', inner.n) == NULL && memchr(inner.p, '@', inner.n) == NULL;
    if (memchr(inner.p, ' ', inner.n) || memchr(inner.p, '=', inner.n)) tag = true;
    if (!tag) buf_add(out, inner.p, inner.n);
    return inner.n + 2;
}

/* A mark of emphasis; between blanks, or inside of a word (snake_case), it is a sign like others. */
static bool is_mark(struct str s, size_t i)
{
    char c = s.p[i], before = i > 0 ? s.p[i - 1] : ' ', after = i + 1 < s.n ? s.p[i + 1] : ' ';
    if (c == '`') return true;
    if (c == '~') return before == '~' || after == '~';
    if (c == '*') return !(before == ' ' && after == ' ') && !(isdigit((unsigned char)before) && after != '*');
    return c == '_' && !(isalnum((unsigned char)before) && isalnum((unsigned char)after));
}

/* A link or a tag is looked for so far and no further: a line of nothing but brackets is read in one go. */
static void put_inline(struct buf *out, struct str s, int depth)
{
    enum { INLINE_REACH = 1000 };
    struct str words;
    for (size_t i = 0, n; i < s.n;) {
        struct str rest = { s.p + i, s.n - i < INLINE_REACH ? s.n - i : INLINE_REACH };
        bool picture = rest.p[0] == '!' && rest.n > 1 && rest.p[1] == '[';
        if (rest.p[0] == '\\' && rest.n > 1 && ispunct((unsigned char)rest.p[1])) {
            buf_char(out, rest.p[1]);
            i += 2;
        } else if ((picture || rest.p[0] == '[') && depth < 3 &&
                   (n = link_at((struct str){ rest.p + picture, rest.n - picture }, &words)) > 0) {
            put_inline(out, words, depth + 1);
            i += n + picture;
        } else if (rest.p[0] == '<' && (n = tag_at(out, rest)) > 0) {
            i += n;
        } else {
            if (!is_mark(s, i)) buf_char(out, s.p[i]);
            i++;
        }
    }
}

/* Only of these signs and blanks, and of two at least. */
static bool only(struct str s, const char *signs)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ' ') continue;
        if (!strchr(signs, s.p[i])) return false;
        n++;
    }
    return n >= 2;
}

static int heading_level(struct str s)
{
    int n = 0;
    while ((size_t)n < s.n && s.p[n] == '#') n++;
    return n <= 6 && (size_t)n < s.n && (s.p[n] == ' ' || s.p[n] == '\t') ? n : 0;
}

static void put_line(struct buf *out, struct str s)
{
    while (s.n > 0 && (s.p[0] == '>' || s.p[0] == ' ' || s.p[0] == '\t')) s.p++, s.n--;
    bool row = s.n > 1 && s.p[0] == '|';
    if (row && only(s, "|-:")) return; /* between the head of a table and its rows */
    if (row) s.p++, s.n--;
    if (row && s.n > 0 && s.p[s.n - 1] == '|') s.n--;
    if (s.n > 1 && strchr("*+-", s.p[0]) && s.p[1] == ' ') {
        buf_text(out, "- ");
        s.p += 2, s.n -= 2;
    }
    put_inline(out, str_trim(s), 0);
    buf_char(out, '\n');
}

static void put_marked_heading(struct buf *out, struct buf *title, struct str words, int level)
{
    struct buf b;
    buf_init(&b, words.n + 1);
    while (words.n > 0 && (words.p[words.n - 1] == '#' || words.p[words.n - 1] == ' ')) words.n--;
    put_inline(&b, str_trim(words), 0);
    if (level <= CUT_LEVELS) put_heading(out, title, buf_str(&b));
    else buf_add(out, b.p, b.n), buf_char(out, '\n');
    buf_free(&b);
}

/* Between two lines "---" at the beginning: what programs read. Of that the title alone. */
static size_t front_matter(struct str text, struct buf *title)
{
    size_t at = 0;
    if (!str_eq(str_trim(next_line(text, &at)), STR("---"))) return 0;
    while (at < text.n) {
        struct str s = str_trim(next_line(text, &at));
        if (str_eq(s, STR("---"))) return at;
        /* Blank, a comment, part of a list, or a name and its value: else it is a sentence, and that was a rule. */
        if (s.n > 0 && !strchr("#-[]{}\"'", s.p[0]) && !memchr(s.p, ':', s.n)) break;
        if (!str_starts(s, STR("title:"))) continue;
        title->n = 0;
        s = str_trim((struct str){ s.p + 6, s.n - 6 });
        if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0]) s.p++, s.n -= 2;
        buf_add(title, s.p, unicode_cut_bytes(s, TITLE_BYTES));
    }
    title->n = 0;
    return 0; /* it was a rule, and no end came */
}

static void read_markdown(struct str text, struct buf *out, struct buf *title)
{
    bool code = false;
    for (size_t at = front_matter(text, title); at < text.n;) {
        struct str s = next_line(text, &at), bare = str_trim(s);
        size_t behind = at;
        struct str after = at < text.n ? str_trim(next_line(text, &behind)) : STR("");
        bool fence = str_starts(bare, STR("```")) || str_starts(bare, STR("~~~"));
        if (fence) code = !code;
        if (fence) continue;
        int level = code ? 0 : heading_level(bare);
        bool under = !code && level == 0 && bare.n > 0 && !strchr("-*+|>", bare.p[0]) && after.n > 1 &&
                     (only(after, "=") || only(after, "-")) && !memchr(after.p, ' ', after.n);
        if (code) buf_add(out, s.p, s.n), buf_char(out, '\n');
        else if (level > 0)
            put_marked_heading(out, title, (struct str){ bare.p + level, bare.n - (size_t)level }, level);
        else if (under) put_marked_heading(out, title, bare, 1), at = behind;
        else if (bare.n > 2 && (only(bare, "-") || only(bare, "*") || only(bare, "_"))) buf_char(out, '\n');
        else put_line(out, s);
    }
}

/* ---- plain text ---- */

/* A short first line with nothing below it is what the text is called. */
static void read_plain(struct str text, struct buf *out, struct buf *title)
{
    size_t at = 0, behind;
    struct str first = str_trim(next_line(text, &at));
    behind = at;
    if (first.n > 0 && first.n <= FIRST_LINE_MAX && at < text.n && str_trim(next_line(text, &behind)).n == 0)
        put_heading(out, title, first);
    else at = 0;
    while (at < text.n) {
        struct str s = next_line(text, &at);
        buf_add(out, s.p, s.n), buf_char(out, '\n');
    }
}

/* ---- passages ---- */

struct passages {
    struct json *j;
    const char *name;
    struct str title;
    struct str heading;
    struct buf body;
    size_t n;
};

static struct str trimmed(struct str s)
{
    while (s.n > 0 && isspace((unsigned char)s.p[0])) s.p++, s.n--;
    while (s.n > 0 && isspace((unsigned char)s.p[s.n - 1])) s.n--;
    return s;
}

static void end_passage(struct passages *p)
{
    struct str text = trimmed(buf_str(&p->body));
    char memory[3 * TITLE_BYTES];
    struct buf b;
    if (text.n > 0 && unicode_has_ink(text)) {
        buf_fixed(&b, memory, sizeof memory);
        buf_printf(&b, "%s#%04zu", p->name, ++p->n);
        json_object(p->j, NULL);
        json_text(p->j, "id", buf_terminated(&b));
        buf_clear(&b);
        buf_add(&b, p->title.p, p->title.n);
        if (p->heading.n > 0 && !str_eq(p->heading, p->title)) {
            buf_text(&b, ": ");
            buf_add(&b, p->heading.p, unicode_cut_bytes(p->heading, TITLE_BYTES));
        }
        json_str(p->j, "title", buf_str(&b));
        json_str(p->j, "text", text);
        json_end(p->j);
    }
    buf_clear(&p->body);
}

/* Where a line that is too long for one passage is cut: behind a blank or the end of a sentence. */
static size_t cut_at(struct str s)
{
    size_t most = unicode_cut_bytes(s, PASSAGE_BYTES);
    for (size_t n = most; n > most / 2; n--)
        if (s.p[n - 1] == ' ' || (n >= 3 && memcmp(s.p + n - 3, "。", 3) == 0)) return n;
    return most;
}

static void put_passages(struct passages *p, struct str text)
{
    buf_init(&p->body, 2 * PASSAGE_BYTES);
    for (size_t at = 0; at < text.n;) {
        struct str s = next_line(text, &at);
        if (s.n > 0 && s.p[0] == KNOW_HEADING) {
            end_passage(p);
            p->heading = (struct str){ s.p + 1, s.n - 1 };
            continue;
        }
        if (p->body.n + s.n > PASSAGE_BYTES || (s.n == 0 && p->body.n > PASSAGE_BYTES / 2)) end_passage(p);
        while (s.n > PASSAGE_BYTES) {
            size_t n = cut_at(s);
            buf_add(&p->body, s.p, n);
            end_passage(p);
            s.p += n, s.n -= n;
        }
        buf_add(&p->body, s.p, s.n), buf_char(&p->body, '\n');
    }
    end_passage(p);
    buf_free(&p->body);
}

/* The file's own name, without its ending. */
static struct str called(const char *name)
{
    const char *dot = strrchr(name, '.');
    return (struct str){ name, dot && dot > name ? (size_t)(dot - name) : strlen(name) };
}

size_t document_read(struct arena *a, char *text, size_t n, const char *name, struct know_file *out, struct buf *json)
{
    struct buf lines, title;
    struct json j;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' && !strchr("\t\r\n", text[i])) text[i] = ' ';
    buf_init(&lines, READ_TEXT_MAX), buf_init(&title, TITLE_BYTES + 1);
    if (out->format == FORMAT_HTML) know_html_sections((struct str){ text, n }, &lines, &title);
    else if (out->format == FORMAT_MARKDOWN) read_markdown((struct str){ text, n }, &lines, &title);
    else read_plain((struct str){ text, n }, &lines, &title);
    out->document = known_by(a, name);
    struct str is = unicode_has_ink(buf_str(&title)) ? str_trim(buf_str(&title)) : called(out->document);
    out->title = arena_text_n(a, is.p, is.n);
    struct passages p = { .j = &j, .name = out->document, .title = str_of(out->title) };
    json_begin(&j, json);
    json_object(&j, NULL);
    json_array(&j, "documents");
    put_passages(&p, buf_str(&lines));
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    out->rows = p.n;
    bool whole = !lines.overflow;
    buf_free(&lines), buf_free(&title);
    return whole ? p.n : 0;
}
