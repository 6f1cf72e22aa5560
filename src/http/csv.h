/* csv.h: lists as CSV (RFC 4180), for spreadsheets. A spreadsheet takes a cell that begins with = + - @ (also in their
 * wide forms) for a formula, whoever wrote it: text cells that begin so get an apostrophe in front, which it hides. So
 * does such a character behind a semicolon, a tab or the end of a line: in many countries a spreadsheet takes the
 * semicolon for the end of a cell, and knows our quotes no more. Numbers are written by us.
 *
 * A list is given in pages, as JSON is: at most CSV_ROWS_MAX rows, and `Link: <...>; rel="next"` when there are more.
 * The line of names stands on the first page alone, so pages that are put together are one table. */
#ifndef CHATHUB_HTTP_CSV_H
#define CHATHUB_HTTP_CSV_H

#include "http/route.h"

enum { CSV_ROWS_MAX = 5000 };

/* `?format=csv` (FIELD_FORMAT), or an Accept that names text/csv above JSON. */
enum { FORMAT_JSON, FORMAT_CSV };
MUST_USE bool csv_is_wanted(const struct req *req, int format);

struct csv {
    struct buf *out;
    bool in_row;
    size_t rows;
    const char *more; /* behind what the next page begins; NULL: this was all */
};
void csv_text(struct csv *c, const char *text); /* NULL: an empty cell */
void csv_i64(struct csv *c, int64_t v);
void csv_time(struct csv *c, int64_t at_ms); /* 0: an empty cell */
void csv_nothing(struct csv *c);
void csv_end_row(struct csv *c);

struct csv_list {
    const char *file;         /* its name, without ".csv" */
    const char *const *names; /* of the columns, NULL-ended; written when `first` */
    bool first;
    /* Writes the next page of `list` and moves that on; sets csv_more when there may be rows behind. False: storage
     * fault. What it takes from the request's arena is given back behind each page: what the next page needs stands in
     * the list itself. */
    bool (*page)(struct req *req, struct csv *c, void *list);
    void *list;
};
/* The next page begins behind this `after`: a number, or a text of letters, digits and . _ -. */
void csv_more_i64(struct csv *c, struct req *req, int64_t after);
void csv_more_text(struct csv *c, const char *after);
/* Answers with the list as a file: page by page, up to CSV_ROWS_MAX rows, as many as fit, or a hundred pages. */
enum answer reply_csv(struct req *req, const struct csv_list *l);

#endif
