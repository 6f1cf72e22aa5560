/* file_read.c: which form a file has, and the reader for it. */
#include "knowledge/readers.h"

#include <stdlib.h>

static void fail(struct field_faults *faults, struct arena *a, const char *field, const char *code)
{
    *faults = (struct field_faults){ 1, { { .field = arena_text(a, field), .code = code } } };
}

static void take_written(struct arena *a, struct shop_writer *w, bool read, struct know_file *out,
                         struct field_faults *faults)
{
    shop_writer_end(w, out);
    if (read && faults->count == 0) {
        struct json_fault why;
        out->root = json_read(buf_str(&w->out), READ_JSON_MAX, &why);
        if (!out->root) fail(faults, a, "", "format");
    }
    buf_free(&w->out);
}

static void read_table(struct arena *a, char *text, size_t n, const struct reader_wish *wish, struct know_file *out,
                       struct field_faults *faults)
{
    struct shop_writer w;
    struct cells c;
    struct str cell[READ_COLUMNS_MAX];
    size_t cells;
    const char *code = "required";
    cells_begin(&c, text, n, wish->delimiter);
    out->delimiter = c.delimiter;
    if (cells_next(&c, cell, &cells, &code) != CSV_ROW) {
        fail(faults, a, "", code);
        return;
    }
    table_head(a, cell, cells, out);
    shop_writer_begin(&w, a, faults, "rows");
    w.currency = wish->currency;
    bool read = table_read(&w, &c, wish, out);
    take_written(a, &w, read, out, faults);
}

static void read_feed(struct arena *a, char *text, size_t n, const struct reader_wish *wish, struct know_file *out,
                      struct field_faults *faults)
{
    struct shop_writer w;
    out->format = FORMAT_FEED;
    shop_writer_begin(&w, a, faults, "items");
    w.currency = wish->currency;
    bool read = feed_read(&w, (struct str){ text, n }, out);
    take_written(a, &w, read, out, faults);
}

static void read_json(struct arena *a, char *text, size_t n, struct know_file *out, struct field_faults *faults)
{
    struct json_fault why;
    out->format = FORMAT_JSON;
    out->root = json_read((struct str){ text, n }, READ_FILE_MAX, &why);
    if (!out->root) fail(faults, a, why.text, "format");
}

static void read_document(struct arena *a, char *text, size_t n, const char *name, struct know_file *out,
                          struct field_faults *faults)
{
    struct json_fault why;
    struct buf json;
    buf_init(&json, READ_JSON_MAX);
    if (document_read(a, text, n, name, out, &json) == 0) fail(faults, a, "", "no_text");
    else if (!(out->root = json_read(buf_str(&json), READ_JSON_MAX, &why))) fail(faults, a, "", "format");
    buf_free(&json);
}

static bool ends(struct str s, const char *ending)
{
    struct str e = str_of(ending);
    return s.n > e.n && str_eq_nocase((struct str){ s.p + s.n - e.n, e.n }, e);
}

/* What people send first and is no text, known by how it begins; what two programs begin alike, by its name. NULL: not
 * of these. */
static const char *other_form(struct str bytes, const char *name)
{
    static const char *const books[] = { ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".et" };
    static const char *const papers[] = { ".docx", ".doc", ".odt", ".pages", ".wps" };
    struct str n = str_of(name ? name : "");
    if (str_starts(bytes, STR("%PDF-"))) return "pdf";
    if (str_starts(bytes, STR("{\\rtf"))) return "word_document";
    if (!str_starts(bytes, STR("PK\3\4")) && !str_starts(bytes, STR("\xd0\xcf\x11\xe0"))) return NULL;
    for (size_t i = 0; i < ARRAY_LEN(books); i++)
        if (ends(n, books[i])) return "spreadsheet";
    for (size_t i = 0; i < ARRAY_LEN(papers); i++)
        if (ends(n, papers[i])) return "word_document";
    return NULL;
}

bool know_file_read(struct arena *a, struct str bytes, const struct reader_wish *wish, struct know_file *out,
                    struct field_faults *faults)
{
    size_t n;
    *out = (struct know_file){ 0 };
    *faults = (struct field_faults){ 0 };
    if (bytes.n > READ_FILE_MAX) {
        fail(faults, a, "", "too_large");
        return false;
    }
    const char *other = other_form(bytes, wish->name);
    if (other) {
        fail(faults, a, "", other);
        return false;
    }
    char *text = know_decode(bytes, &n, &out->encoding);
    if (!text) {
        fail(faults, a, "", "encoding");
        return false;
    }
    size_t at = 0;
    while (at < n && strchr(" \t\r\n", text[at])) at++;
    enum reader_format format;
    if (at == n) fail(faults, a, "", "empty"), out->encoding = NULL;
    else if (document_is(a, wish->name, (struct str){ text + at, n - at }, &format)) {
        out->format = format;
        read_document(a, text + at, n - at, wish->name, out, faults);
    } else if (text[at] == '{' || text[at] == '[') read_json(a, text, n, out, faults);
    else if (text[at] == '<') read_feed(a, text + at, n - at, wish, out, faults);
    else read_table(a, text, n, wish, out, faults);
    free(text);
    return out->root != NULL;
}

/* ---- what a person said of it ---- */

static const char *member(struct arena *a, const json_t *o, const char *key)
{
    struct str s;
    return json_get_str(o, key, &s) && s.n > 0 ? arena_text_n(a, s.p, s.n) : NULL;
}

void know_wish_read(struct arena *a, const char *json, struct reader_wish *out)
{
    json_t *o = json && json[0] ? json_read(str_of(json), JSON_READ_MAX_BYTES, NULL) : NULL;
    const char *currency = member(a, o, "currency"), *delimiter = member(a, o, "delimiter");
    const json_t *fields = json_object_get(o, "fields");
    if (currency) out->currency = currency_from_code(currency, strlen(currency));
    if (delimiter) out->delimiter = delimiter[0];
    size_t n = json_array_size(fields);
    if (n > 0 && n <= READ_COLUMNS_MAX) {
        enum reader_field *map = ARENA_ARRAY(a, enum reader_field, n);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < MAP_FIELD_COUNT; k++)
                if (text_eq(json_string_value(json_array_get(fields, i)), reader_field_names[k]))
                    map[i] = (enum reader_field)k;
        out->map = map, out->mapped = n;
    }
    json_decref(o);
}
