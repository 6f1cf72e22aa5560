/* csv.c: see the header. */
#include "http/csv.h"
#include "base/clock.h"
#include "http/private.h"
#include "http/negotiate.h"

const char *const csv_format_names[] = { "json", "csv", NULL };

bool csv_is_wanted(const struct req *req, int format)
{
    if (format == FORMAT_CSV) return true;
    struct str accept = req_header(req, "accept");
    int csv = accept_weight(accept, STR("text/csv"), false);
    int json = accept_weight(accept, STR("application/json"), false);
    return csv > 0 && csv > json;
}

static void cell(struct csv *c)
{
    if (c->in_row) buf_char(c->out, ',');
    c->in_row = true;
}

/* A formula begins here: with a character of ASCII, or with one of the wide forms U+FF0B, U+FF0D, U+FF1D, U+FF20. */
static bool begins_formula(const char *p)
{
    static const char *const wide[] = { "\uff0b", "\uff0d", "\uff1d", "\uff20" };
    if (*p != '\0' && strchr("=+-@", *p) != NULL) return true;
    for (size_t i = 0; i < ARRAY_LEN(wide); i++)
        if (strncmp(p, wide[i], strlen(wide[i])) == 0) return true;
    return false;
}

static bool ends_cell(char ch) { return ch == ';' || ch == '\t' || ch == '\r' || ch == '\n'; }

static void put_text(struct csv *c, const char *text)
{
    bool formula = begins_formula(text) || (text[0] != ';' && ends_cell(text[0]));
    bool quoted = formula || strpbrk(text, ",;\"\r\n\t") != NULL || text[0] == ' ';
    if (!quoted) {
        buf_text(c->out, text);
        return;
    }
    buf_char(c->out, '"');
    if (formula) buf_char(c->out, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (p > text && ends_cell(p[-1]) && begins_formula(p)) buf_char(c->out, '\'');
        if (*p == '"') buf_char(c->out, '"');
        buf_char(c->out, *p);
    }
    buf_char(c->out, '"');
}

void csv_text(struct csv *c, const char *text)
{
    cell(c);
    if (text != NULL) put_text(c, text);
}

void csv_i64(struct csv *c, int64_t v)
{
    cell(c);
    buf_i64(c->out, v);
}

void csv_time(struct csv *c, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    cell(c);
    if (at_ms == 0) return;
    time_text(at_ms, text);
    buf_text(c->out, text);
}

void csv_nothing(struct csv *c) { cell(c); }

void csv_end_row(struct csv *c)
{
    buf_add(c->out, "\r\n", 2);
    c->in_row = false;
    c->rows++;
}

/* The same address with another `after`. */
static const char *next_link(struct req *req, const char *after)
{
    const struct exchange *x = req->raw;
    struct str path = x != NULL ? x->head.path : str_of(req->route->path), query = { 0 };
    if (x != NULL) query = x->head.query;
    struct buf out;
    enum { LINK_MAX = 9000 };
    buf_fixed(&out, arena_alloc(req->arena, LINK_MAX), LINK_MAX);
    buf_char(&out, '<');
    buf_add(&out, path.p, path.n);
    buf_char(&out, '?');
    while (query.n > 0) {
        const char *and = memchr(query.p, '&', query.n);
        struct str one = { query.p, and != NULL ? (size_t)(and-query.p) : query.n };
        size_t step = and != NULL ? one.n + 1 : one.n;
        query.p += step, query.n -= step;
        if (one.n == 0 || str_starts(one, STR("after="))) continue;
        buf_add(&out, one.p, one.n);
        buf_char(&out, '&');
    }
    buf_printf(&out, "after=%s>; rel=\"next\"", after);
    return out.overflow ? NULL : arena_text_n(req->arena, out.p, out.n);
}

static void begin(struct csv *c, struct buf *out, const char *const *names)
{
    *c = (struct csv){ .out = out };
    if (!names) return;
    buf_text(out, "\xEF\xBB\xBF"); /* or Excel takes it for something else than UTF-8 */
    for (size_t i = 0; names[i] != NULL; i++) csv_text(c, names[i]);
    csv_end_row(c);
    c->rows = 0;
}

void csv_more_i64(struct csv *c, struct req *req, int64_t after)
{
    assert(after > 0);
    c->more = arena_printf(req->arena, "%lld", (long long)after);
}

void csv_more_text(struct csv *c, const char *after) { c->more = after; }

static enum answer reply_table(struct req *req, const char *file, struct csv *c)
{
    enum answer a = reply_text(req, 200, "text/csv; charset=utf-8", buf_str(c->out));
    if (a != ANSWER_SENT) return a;
    reply_header(req, "Content-Disposition", arena_printf(req->arena, "attachment; filename=\"%s.csv\"", file));
    const char *link = c->more ? next_link(req, c->more) : NULL;
    if (link != NULL) reply_header(req, "Link", link);
    return a;
}

/* A page is at most 100 rows, of which the longest carry a few kilobytes: what is begun under the half fits. Pages of
 * which few rows are written end the file too: what is looked at for one answer has an end. */
enum { CSV_BYTES_MAX = 12 << 20, CSV_PAGES_MAX = 100, AFTER_MAX = 4096 };

/* What a page has read is gone when it is written: a hundred pages that each pass over thousands of rows would take
 * more than a request may. */
static bool write_page(struct req *req, const struct csv_list *l, struct csv *c, struct buf *more)
{
    struct arena_mark mark = arena_mark(req->arena);
    c->more = NULL;
    bool good = l->page(req, c, l->list);
    if (c->more) {
        buf_clear(more);
        buf_text(more, c->more);
        c->more = buf_terminated(more);
    }
    arena_release(req->arena, mark);
    return good && !more->overflow;
}

enum answer reply_csv(struct req *req, const struct csv_list *l)
{
    struct buf out, more;
    struct csv c;
    bool good;
    size_t pages = 0;
    buf_init(&out, CSV_BYTES_MAX), buf_init(&more, AFTER_MAX);
    begin(&c, &out, l->first ? l->names : NULL);
    do good = write_page(req, l, &c, &more);
    while (good && c.more && ++pages < CSV_PAGES_MAX && c.rows < CSV_ROWS_MAX && out.n < CSV_BYTES_MAX / 2);
    enum answer a = good && !out.overflow ? reply_table(req, l->file, &c) : reply_fault(req);
    buf_free(&out), buf_free(&more);
    return a;
}
