/* csv.h: lists as CSV (RFC 4180), for spreadsheets. A spreadsheet takes a cell that begins with = + - @ for a formula,
 * whoever wrote it: text cells that begin so get an apostrophe in front, which it hides. Numbers are written by us.
 *
 * A list is given in pages, as JSON is: at most CSV_ROWS_MAX rows, and `Link: <...>; rel="next"` when there are more.
 * The line of names stands on the first page alone, so pages that are put together are one table. */
#ifndef CHATHUB_HTTP_CSV_H
#define CHATHUB_HTTP_CSV_H

#include "http/route.h"

enum { CSV_ROWS_MAX = 5000 };

/* `?format=csv` (FIELD_FORMAT), or an Accept that names text/csv above JSON. */
enum { FORMAT_JSON, FORMAT_CSV };
MUST_USE bool wants_csv(const struct req *req, int format);

struct csv {
    struct buf *out;
    bool in_row;
    size_t rows;
};
/* `names`: NULL-ended; written when `first`. */
void csv_begin(struct csv *c, struct buf *out, const char *const *names, bool first);
void csv_text(struct csv *c, const char *text); /* NULL: an empty cell */
void csv_i64(struct csv *c, int64_t v);
void csv_time(struct csv *c, int64_t at_ms); /* 0: an empty cell */
void csv_nothing(struct csv *c);
void csv_end_row(struct csv *c);
/* Answers with it as a file. `next_after` > 0: there are more rows, behind this key. */
enum answer reply_csv(struct req *req, const char *file, struct buf *body, int64_t next_after);
/* The same of a list whose `after` is a text of letters, digits and '-'; NULL: this was all. */
enum answer reply_csv_after(struct req *req, const char *file, struct buf *body, const char *next_after);

#endif
