/* bill_lines.h: lines and cells of the files that bill_alipay.c and bill_wechat.c read. Both write CSV without rules:
 * cells are not quoted, and a name that a person typed may have a comma in it, so a row is read from both sides of that
 * name. */
#ifndef CHATHUB_PAYMENTS_BILL_LINES_H
#define CHATHUB_PAYMENTS_BILL_LINES_H

#include "payments/bill.h"

enum { BILL_CELLS_MAX = 64 };
struct bill_cells {
    size_t count;
    struct str cell[BILL_CELLS_MAX];
};
/* The next line that has something in it, without its end. False: there is none. */
bool bill_line(struct str *rest, struct str *line);
/* Cut at commas; blanks, tabs and a WeChat Pay backtick around a cell are taken off. False: too many. */
MUST_USE bool bill_cells(struct str line, struct bill_cells *out);
/* The one column whose title begins so. SIZE_MAX: none, or two. */
size_t bill_column(const struct bill_cells *titles, const char *begins);
/* The cell under a title, in a row that may have more cells than titles because of commas in the column `free`. */
struct str bill_cell(const struct bill_cells *titles, const struct bill_cells *row, size_t free, size_t column);
/* "88.00", "0.0", "-3.00" (*negative set; NULL: not allowed), exact. */
MUST_USE bool bill_yuan(struct str text, bool *negative, struct money *out);
/* False: there are too many rows, or a number is longer than any is. */
MUST_USE bool bill_add(struct bill *b, const struct bill_row *row);
#endif
