/* fuzz_json.c: the JSON reader and writer against each other. What is read can be written by jansson and read again as
 * the same value; any bytes that the writer takes for a text give JSON that the reader takes back. */
#include "base/json_read.h"
#include "base/json_write.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static void read_dump_read(struct str in)
{
    struct json_fault fault = { .offset = SIZE_MAX };
    json_t *value = json_read(in, JSON_READ_MAX_BYTES, &fault);
    if (value == NULL) {
        must(fault.text[0] != '\0' && fault.offset <= in.n);
        must(json_read(in, JSON_READ_MAX_BYTES, NULL) == NULL);
        return;
    }
    must(memchr(in.p, '\0', in.n) == NULL && utf8_valid(in));
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    must(text != NULL);
    json_t *again = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    must(again != NULL && json_equal(value, again));
    json_decref(again);
    free(text);
    /* The wide reader may take more, never less. */
    json_t *wide = json_read_wide(in, JSON_READ_MAX_BYTES, NULL);
    must(wide != NULL && json_typeof(wide) == (json_is_integer(value) ? JSON_REAL : json_typeof(value)));
    json_decref(wide);
    json_t *grown = json_read_grown(in, JSON_READ_MAX_BYTES, NULL);
    must(grown != NULL && json_equal(value, grown));
    json_decref(grown);
    json_decref(value);
}

static void write_read(struct str text)
{
    struct buf out;
    struct json j;
    buf_init(&out, JSON_READ_MAX_BYTES);
    json_begin(&j, &out);
    json_array(&j, NULL);
    json_str(&j, NULL, text);
    json_end(&j);
    json_finish(&j);
    if (!out.overflow) {
        bool has_nul = text.n > 0 && memchr(text.p, '\0', text.n) != NULL;
        json_t *value = json_read(buf_str(&out), JSON_READ_MAX_BYTES, NULL);
        must((value != NULL) == !has_nul);
        const json_t *back = json_array_get(value, 0);
        if (value != NULL && utf8_valid(text))
            must(str_eq((struct str){ json_string_value(back), json_string_length(back) }, text));
        json_decref(value);
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = { (const char *)data, size };
    read_dump_read(in);
    write_read(in);
    return 0;
}
