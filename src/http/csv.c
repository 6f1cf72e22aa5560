/* csv.c: see the header. */
#include "http/csv.h"
#include "base/clock.h"
#include "http/private.h"
#include "http/negotiate.h"

const char *const format_names[] = { "json", "csv", NULL };

bool wants_csv(const struct req *req, int format)
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

static void put_text(struct csv *c, const char *text)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool quoted = formula || strpbrk(text, ",\"\r\n") != NULL || text[0] == ' ';
    if (!quoted) {
        buf_text(c->out, text);
        return;
    }
    buf_char(c->out, '"');
    if (formula) buf_char(c->out, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"') buf_char(c->out, '"');
        buf_char(c->out, *p);
    }
    buf_char(c->out, '"');
}

void csv_begin(struct csv *c, struct buf *out, const char *const *names, bool first)
{
    *c = (struct csv){ .out = out };
    if (!first) return;
    buf_text(out, "\xEF\xBB\xBF"); /* or Excel takes it for something else than UTF-8 */
    for (size_t i = 0; names[i] != NULL; i++) csv_text(c, names[i]);
    csv_end_row(c);
    c->rows = 0;
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

enum answer reply_csv_after(struct req *req, const char *file, struct buf *body, const char *next_after)
{
    if (body->overflow) return reply_fault(req);
    enum answer a = reply_text(req, 200, "text/csv; charset=utf-8", buf_str(body));
    if (a != ANSWER_SENT) return a;
    reply_header(req, "Content-Disposition", arena_printf(req->arena, "attachment; filename=\"%s.csv\"", file));
    const char *link = next_after ? next_link(req, next_after) : NULL;
    if (link != NULL) reply_header(req, "Link", link);
    return a;
}

enum answer reply_csv(struct req *req, const char *file, struct buf *body, int64_t next_after)
{
    const char *after = next_after > 0 ? arena_printf(req->arena, "%lld", (long long)next_after) : NULL;
    return reply_csv_after(req, file, body, after);
}
