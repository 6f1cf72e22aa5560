/* readers.h: what merchants have at hand (spreadsheets, shop exports, product feeds, pages) made into the one form that
 * import_read.c judges: the JSON of a shop. A reader knows its form and nothing of rows in a database; it keeps which
 * row of the file each product came from, so that every fault is told in the words of the file ("rows[12].price").
 *
 * All input is a stranger's: bounded before it is read, never evaluated. XML has no document type and no entities but
 * the five; a text that grows past its limit is a fault, not a cut. */
#ifndef CHATHUB_KNOWLEDGE_READERS_H
#define CHATHUB_KNOWLEDGE_READERS_H

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/money.h"
#include "http/fields.h"

enum {
    READ_FILE_MAX = 8 << 20,  /* bytes of a file as it came */
    READ_TEXT_MAX = 16 << 20, /* as UTF-8 */
    READ_JSON_MAX = 32 << 20, /* in the form of a shop */
    READ_COLUMNS_MAX = 120,
    READ_ROWS_MAX = 120000,
    READ_CELL_MAX = 64 << 10,
    KNOWLEDGE_OPTION_NAME = 200,
};

/* ---- decode.c ---- */
/* UTF-8 with or without a mark, UTF-16 in both orders, GB18030 (also GBK and GB2312). *encoding: what it was. The text
 * is malloc'ed and ends with a NUL that is not counted; NULL: in none of these, or it has a NUL. */
char *know_decode(struct str bytes, size_t *n, const char **encoding);

/* ---- csv_read.c ---- */
struct cells {
    char *p, *end;
    char delimiter;
    size_t row; /* of the file as spreadsheets count, from 1; of the record that was read last */
    size_t next_row;
};
enum cells_got { CSV_ROW, CSV_END, CSV_FAULT };
/* `text` is written to: cells are unquoted where they stand. delimiter 0: guessed from the first lines. */
void cells_begin(struct cells *c, char *text, size_t n, char delimiter);
/* Records without any text are passed over. CSV_FAULT: *code says why, c->row where. */
enum cells_got cells_next(struct cells *c, struct str cell[READ_COLUMNS_MAX], size_t *n, const char **code);

/* ---- price_read.c ---- */
/* "12.90", "CNY 12.90", "¥1,299.00", "12,90 €". *told: the currency that stands there, else NONE. NULL: it is an amount
 * of `c`; else the code of the fault. */
const char *know_price_read(struct str text, enum currency c, int64_t *minor, enum currency *told);

/* ---- html_text.c ---- */
/* The words of a page: scripts, styles, forms and what is hidden dropped, entities read, a line for each block. *title
 * (may be NULL): of <title>, else the first heading; empty: none. Adds at most `max` bytes to each. */
void know_html_text(struct str html, struct buf *text, struct buf *title);
bool know_looks_like_html(struct str s);
/* The same, and a line that is a heading (h1 to h3) begins with this. */
enum { KNOW_HEADING = '\x01' };
void know_html_sections(struct str html, struct buf *text, struct buf *title);

/* ---- table.c ---- */
/* What a column is. By name in requests; append, never renumber. */
enum reader_field {
    MAP_NONE,
    MAP_ID,
    MAP_TITLE,
    MAP_DESCRIPTION,
    MAP_URL,
    MAP_IMAGE,
    MAP_PRICE,
    MAP_AVAILABLE,
    MAP_GROUP, /* rows with the same text stand together and are variants of one product */
    MAP_SKU,
    MAP_OPTION, /* an option of a variant, under the column's own name */
    MAP_CURRENCY,
    MAP_QUESTION,
    MAP_ANSWER,
    MAP_FIELD_COUNT
};
extern const char *const reader_field_names[]; /* NULL-ended */
enum reader_format {
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_SHOPIFY,
    FORMAT_FEED,
    FORMAT_MARKDOWN,
    FORMAT_HTML,
    FORMAT_TEXT,
    FORMAT_COUNT
};
extern const char *const reader_format_names[]; /* NULL-ended */

struct reader_column {
    const char *name, *sample; /* of the head, and of the first row that says something */
    enum reader_field field;
};
/* Which row of the file each product and each of its variants came from; NULL: they are told by their place. */
struct know_origins {
    const char *word; /* "rows", "items" */
    const uint32_t *product, *variant;
    const uint32_t *first; /* of product i: where its variants begin in `variant` */
    size_t products;
};
struct reader_wish {
    enum currency currency;       /* of prices that do not say; NONE: they must */
    const char *url;              /* of the shop, for Shopify's handles; NULL: none */
    const enum reader_field *map; /* of a CSV's columns; NULL: as guessed */
    size_t mapped;                /* how many */
    char delimiter;               /* 0: guessed */
    const char *name;             /* of the file, whose ending tells documents; NULL: it has none */
};
struct know_file {
    enum reader_format format;
    const char *encoding;
    char delimiter; /* of a CSV */
    struct reader_column column[READ_COLUMNS_MAX];
    size_t columns, rows, passed_over; /* passed_over: rows that are not for sale, or only pictures */
    struct know_origins origins;
    enum currency currency;
    const char *document, *title; /* what it is known by and called; NULL: it is no document */
    json_t *root;                 /* the shop as JSON; NULL: see faults. json_decref */
};
/* False: the faults say why, and root is NULL. */
MUST_USE bool know_file_read(struct arena *a, struct str bytes, const struct reader_wish *w, struct know_file *out,
                             struct field_faults *faults);

/* How to read, from its JSON: {"currency","delimiter","fields":[…]}. */
void know_wish_read(struct arena *a, const char *json, struct reader_wish *out);
/* ---- document_read.c ---- */
/* By the name of the file. `text` begins with its first word. */
bool document_is(struct arena *a, const char *name, struct str text, enum reader_format *format);
/* Its passages as JSON; `text` is written to. 0: there are none. */
size_t document_read(struct arena *a, char *text, size_t n, const char *name, struct know_file *out, struct buf *json);

/* What the readers of one form share: products with their variants, written as they come. */
struct shop_writer {
    struct arena *a;
    struct buf out;
    struct json j;
    struct field_faults *faults;
    const char *word;
    uint32_t *product, *variant, *first;
    size_t products, variants, most_products, most_variants;
    bool in_product, in_variants;
    enum currency currency;
};
void shop_writer_begin(struct shop_writer *w, struct arena *a, struct field_faults *faults, const char *word);
void shop_writer_fault(struct shop_writer *w, size_t row, const char *field, const char *code);
/* False: it is at fault (told). *minor is in the shop's currency, which the first price that names one decides. */
bool shop_writer_price(struct shop_writer *w, size_t row, const char *field, struct str text, int64_t *minor);
bool shop_writer_available(struct shop_writer *w, size_t row, const char *field, struct str text, bool *out);
bool shop_writer_product(struct shop_writer *w, size_t row); /* opens one, after ending the last; false: too many */
bool shop_writer_variant(struct shop_writer *w, size_t row); /* opens one inside; the caller ends it (json_end) */
void shop_writer_html(struct shop_writer *w, const char *key, struct str text); /* words alone, where it is HTML */
/* Ends all; the JSON is in w->out (the caller frees that). */
void shop_writer_end(struct shop_writer *w, struct know_file *out);

/* ---- into an open writer: table.c, feed_xml.c ---- */
void table_head(struct arena *a, const struct str *cell, size_t n, struct know_file *out);
bool table_read(struct shop_writer *w, struct cells *c, const struct reader_wish *wish, struct know_file *out);
bool feed_read(struct shop_writer *w, struct str text, struct know_file *out);
#endif
