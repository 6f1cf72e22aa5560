/* bill.c: what the readers of bills share: lines, cells, exact sums, and the rows that come of them. */
#include "payments/alipay.h"
#include "payments/bill_lines.h"

void bill_begin(struct arena *a, struct bill *out)
{
    *out = (struct bill){ .row = ARENA_ARRAY(a, struct bill_row, BILL_ROWS_MAX) };
}

bool bill_line(struct str *rest, struct str *line)
{
    while (rest->n > 0) {
        const char *end = memchr(rest->p, '\n', rest->n);
        size_t n = end ? (size_t)(end - rest->p) : rest->n;
        *line = (struct str){ rest->p, n };
        *rest = (struct str){ rest->p + n + (end != NULL), rest->n - n - (end != NULL) };
        while (line->n > 0 && line->p[line->n - 1] == '\r') line->n--;
        if (str_trim(*line).n > 0) return true;
    }
    return false;
}

static struct str bare(struct str cell)
{
    cell = str_trim(cell);
    if (cell.n > 0 && cell.p[0] == '`') cell = str_trim((struct str){ cell.p + 1, cell.n - 1 });
    return cell;
}

bool bill_cells(struct str line, struct bill_cells *out)
{
    out->count = 0;
    for (;;) {
        const char *comma = line.n > 0 ? memchr(line.p, ',', line.n) : NULL;
        size_t n = comma ? (size_t)(comma - line.p) : line.n;
        if (out->count == BILL_CELLS_MAX) return false;
        out->cell[out->count++] = bare((struct str){ line.p, n });
        if (!comma) return true;
        line = (struct str){ comma + 1, line.n - n - 1 };
    }
}

size_t bill_column(const struct bill_cells *titles, const char *begins)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < titles->count; i++) {
        if (!str_starts(titles->cell[i], str_of(begins))) continue;
        if (found != SIZE_MAX) return SIZE_MAX;
        found = i;
    }
    return found;
}

struct str bill_cell(const struct bill_cells *titles, const struct bill_cells *row, size_t free, size_t column)
{
    size_t more = row->count > titles->count ? row->count - titles->count : 0;
    size_t at = column > free ? column + more : column;
    return at < row->count ? row->cell[at] : (struct str){ "", 0 };
}

bool bill_yuan(struct str text, bool *negative, struct money *out)
{
    bool minus = text.n > 0 && text.p[0] == '-';
    if (negative) *negative = minus;
    else if (minus) return false;
    return alipay_money(minus ? (struct str){ text.p + 1, text.n - 1 } : text, out);
}

bool bill_add(struct bill *b, const struct bill_row *row)
{
    bool fits = row->order.n <= BILL_NUMBER_MAX && row->trade.n <= BILL_NUMBER_MAX && row->refund.n <= BILL_NUMBER_MAX;
    if (!fits || b->count == BILL_ROWS_MAX) return false;
    b->row[b->count++] = *row;
    return true;
}
