/* csv_read.c: records of a CSV file, one at a time (RFC 4180, and what spreadsheets make of it: lines that end in CR,
 * LF or both, quotes doubled inside quotes, line breaks inside quotes, four kinds of delimiters). */
#include "knowledge/readers.h"

/* clang-format off */
FIELD_CODE(quotes, "A quotation mark is not closed.", "引号未闭合。");
FIELD_CODE(too_many_columns, "There are more columns than a table may have.", "列数过多。");
/* clang-format on */

enum { GUESS_BYTES = 64 << 10 };

/* How many cells the first record has with this delimiter, and whether the second has as many. */
static size_t cells_of(const char *p, const char *end, char delimiter, bool *agrees)
{
    size_t count[2] = { 1, 1 };
    int record = 0;
    bool quoted = false, blank = true;
    for (; p < end && record < 2; p++) {
        if (*p == '"') quoted = !quoted;
        else if (quoted) continue;
        else if (*p == delimiter) count[record]++;
        else if (*p == '\n' || *p == '\r') {
            if (!blank) record++;
            blank = true;
            continue;
        }
        blank = false;
    }
    *agrees = record < 1 || count[0] == count[1];
    return count[0];
}

static char guess(const char *p, size_t n)
{
    static const char all[] = { ',', ';', '\t', '|' };
    size_t best = 0;
    char delimiter = ',';
    for (size_t i = 0; i < sizeof all; i++) {
        bool agrees;
        size_t cells = cells_of(p, p + (n < GUESS_BYTES ? n : GUESS_BYTES), all[i], &agrees);
        size_t worth = cells > 1 ? cells * 2 + agrees : 1;
        if (worth > best) best = worth, delimiter = all[i];
    }
    return delimiter;
}

void cells_begin(struct cells *c, char *text, size_t n, char delimiter)
{
    *c = (struct cells){ .p = text, .end = text + n, .delimiter = delimiter, .next_row = 1 };
    /* Excel's own way to say it. */
    if (n > 5 && memcmp(text, "sep=", 4) == 0 && (text[5] == '\r' || text[5] == '\n')) {
        if (!delimiter) c->delimiter = text[4];
        c->p += 6 + (n > 6 && text[5] == '\r' && text[6] == '\n');
        c->next_row = 2;
    }
    if (!c->delimiter) c->delimiter = guess(c->p, (size_t)(c->end - c->p));
}

/* Both ends of the line are passed. */
static void end_line(struct cells *c)
{
    if (c->p < c->end && *c->p == '\r') c->p++;
    if (c->p < c->end && *c->p == '\n') c->p++;
}

/* A quoted cell, unquoted in place. False: it has no end, or words behind its end. */
static bool quoted_cell(struct cells *c, struct str *out)
{
    char *to = ++c->p;
    out->p = to;
    for (;; c->p++) {
        if (c->p >= c->end) return false;
        if (*c->p == '"') {
            if (c->p + 1 >= c->end || c->p[1] != '"') break;
            c->p++;
        }
        *to++ = *c->p;
    }
    out->n = (size_t)(to - out->p);
    c->p++;
    while (c->p < c->end && *c->p == ' ') c->p++;
    return c->p >= c->end || *c->p == c->delimiter || *c->p == '\r' || *c->p == '\n';
}

static void bare_cell(struct cells *c, struct str *out)
{
    out->p = c->p;
    while (c->p < c->end && *c->p != c->delimiter && *c->p != '\r' && *c->p != '\n') c->p++;
    out->n = (size_t)(c->p - out->p);
}

static enum cells_got one(struct cells *c, struct str *cell, size_t *n, const char **code)
{
    c->row = c->next_row++;
    for (*n = 0;;) {
        struct str got;
        if (c->p < c->end && *c->p == '"') {
            if (!quoted_cell(c, &got)) {
                *code = "quotes";
                return CSV_FAULT;
            }
        } else bare_cell(c, &got);
        got = str_trim(got);
        if (got.n > READ_CELL_MAX) {
            *code = "too_long";
            return CSV_FAULT;
        }
        /* Spreadsheets write empty cells to the right of the table without end. */
        if (*n < READ_COLUMNS_MAX) cell[(*n)++] = got;
        else if (got.n > 0) {
            *code = "too_many_columns";
            return CSV_FAULT;
        }
        if (c->p >= c->end || *c->p != c->delimiter) break;
        c->p++;
    }
    end_line(c);
    return CSV_ROW;
}

enum cells_got cells_next(struct cells *c, struct str cell[READ_COLUMNS_MAX], size_t *n, const char **code)
{
    while (c->p < c->end) {
        enum cells_got got = one(c, cell, n, code);
        if (got == CSV_FAULT) return got;
        for (size_t i = 0; i < *n; i++)
            if (cell[i].n > 0) return CSV_ROW;
    }
    return CSV_END;
}
