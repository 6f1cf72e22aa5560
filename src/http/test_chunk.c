/* test_chunk.c: chunked bodies, each fed whole and in pieces of every size; and the probe requests, head and body. */
#include "base/json_read.h"
#include "http/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ALL = -1 }; /* more bytes are wanted */

/* Status, ALL when bytes are missing, or 0 with the body in `body`; fed in pieces of `step` bytes. */
static int chunks_fed(struct str raw, size_t step, uint64_t max, struct buf *body, size_t *total_used)
{
    struct chunk_reader c;
    chunk_start(&c, max);
    buf_clear(body);
    *total_used = 0;
    while (*total_used < raw.n) {
        size_t n = raw.n - *total_used < step ? raw.n - *total_used : step, used, data_n;
        const char *data;
        int status = 0;
        enum reader_result r = chunk_read(&c, raw.p + *total_used, n, &used, &data, &data_n, &status);
        assert_true(used > 0 && used <= n);
        buf_add(body, data, data_n);
        *total_used += used;
        if (r == READ_DONE) return 0;
        if (r == READ_REFUSED) return status;
    }
    return ALL;
}

struct chunk_case {
    const char *name;
    struct str raw;
    int status;
    const char *body;
    size_t left_over;
};

/* clang-format off */
static const struct chunk_case sizes_and_data[] = {
    { "empty", STR("0\r\n\r\n"), 0, "", 0 },
    { "one", STR("3\r\nabc\r\n0\r\n\r\n"), 0, "abc", 0 },
    { "two", STR("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"), 0, "abc0123456789", 0 },
    { "hex in both cases", STR("a\r\n0123456789\r\n0B\r\nabcdefghijk\r\n0\r\n\r\n"), 0,
      "0123456789abcdefghijk", 0 },
    { "next request behind", STR("1\r\nx\r\n0\r\n\r\nGET"), 0, "x", 3 },
    { "last chunk of zeros", STR("00000000\r\n\r\n"), 0, "", 0 },
    { "CRLF as data", STR("2\r\n\r\n\r\n0\r\n\r\n"), 0, "\r\n", 0 },
    { "ends early", STR("3\r\nab"), ALL, NULL, 0 },
    { "no last chunk", STR("3\r\nabc\r\n"), ALL, NULL, 0 },
    { "last CRLF missing", STR("0\r\n"), ALL, NULL, 0 },
    { "last LF missing", STR("0\r\n\r"), ALL, NULL, 0 },
    { "no size", STR("\r\nabc\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "0x", STR("0x1\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "no hex", STR("g\r\n"), 400, NULL, 0 },
    { "negative", STR("-1\r\nA\r\n"), 400, NULL, 0 },
    { "plus", STR("+1\r\nA\r\n"), 400, NULL, 0 },
    { "underscore", STR("1_0\r\n"), 400, NULL, 0 },
    { "quotes", STR("\"1\"\r\nA\r\n"), 400, NULL, 0 },
    { "space before", STR(" 1\r\nA\r\n"), 400, NULL, 0 },
    { "space behind", STR("1 \r\nA\r\n"), 400, NULL, 0 },
    { "tab behind", STR("1\t\r\nA\r\n"), 400, NULL, 0 },
    { "NUL behind", STR("1\0\r\nA\r\n"), 400, NULL, 0 },
    { "nine digits", STR("000000001\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "past uint64", STR("10000000000000001\r\nA\r\n"), 400, NULL, 0 },
    { "all F", STR("FFFFFFFFFFFFFFFF\r\nA\r\n"), 400, NULL, 0 },
    { "larger than allowed", STR("41\r\n"), 413, NULL, 0 },
    { "4 GiB", STR("ffffffff\r\nA\r\n"), 413, NULL, 0 },
    { "larger than allowed together", STR("3\r\nabc\r\n3e\r\n"), 413, NULL, 0 },
    { "bare LF after the size", STR("1\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "bare CR after the size", STR("1\rA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "two CR after the size", STR("1\r\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "data ends by LF", STR("1\r\nA\n0\r\n\r\n"), 400, NULL, 0 },
    { "data ends by CR", STR("1\r\nA\r0\r\n\r\n"), 400, NULL, 0 },
    { "data without end", STR("1\r\nA0\r\n\r\n"), 400, NULL, 0 },
    { "data longer than said", STR("1\r\nAB\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "data shorter than said", STR("3\r\nAB\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "last line by LF", STR("0\r\n\n"), 400, NULL, 0 },
    { "last chunk by LF", STR("0\n\n"), 400, NULL, 0 },
    { "next request for the last CRLF", STR("0\r\nGET / HTTP/1.1\r\n"), 400, NULL, 0 },
};
/* clang-format on */

static const struct chunk_case extensions_and_trailers[] = {
    { "extension", STR("1;a=b\r\nA\r\n0\r\n\r\n"), 0, "A", 0 },
    { "extension without value", STR("1;a\r\nA\r\n0\r\n\r\n"), 0, "A", 0 },
    { "two extensions", STR("1;a=b;c=\"d;e=\t\\\"f\"\r\nA\r\n0\r\n\r\nGET"), 0, "A", 3 },
    { "extension of the last chunk", STR("0;a\r\n\r\n"), 0, "", 0 },
    { "bytes from 0x80 in a quoted extension", STR("1;a=\"\xc3\xa4\"\r\nA\r\n0\r\n\r\n"), 0, "A", 0 },
    { "extension under way", STR("1;a=\"b"), ALL, NULL, 0 },
    { "empty extension", STR("1;\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "empty extension behind one", STR("1;a;\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension without a name", STR("1;=b\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension with an empty value", STR("1;a=\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension of two values", STR("1;a=b=c\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension with LF", STR("1;\nxx\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension that ends by LF", STR("1;a\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension with CR", STR("1;a\rb\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "CRLF in a quoted extension", STR("1;a=\"\r\n\"\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "LF escaped in an extension", STR("1;a=\"\\\n\"\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "NUL in a quoted extension", STR("1;a=\"\0\"\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "more behind the quoted text", STR("1;a=\"b\"c\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "quoted text without end", STR("1;a=\"b\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "space before the extension", STR("1 ;a\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "space before the name", STR("1; a\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "space behind the name", STR("1;a \r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "extension without a size", STR(";a\r\nA\r\n0\r\n\r\n"), 400, NULL, 0 },
    { "larger than allowed, with an extension", STR("41;a\r\n"), 413, NULL, 0 },
    { "trailer", STR("0\r\nX: y\r\n\r\n"), 0, "", 0 },
    { "two trailers", STR("1\r\nx\r\n0\r\nX: y\r\nEmpty:\r\n\r\nGET"), 0, "x", 3 },
    { "trailer with a long name", STR("0\r\nTransfer-Encoding-Not: chunked\r\n\r\n"), 0, "", 0 },
    { "trailer under way", STR("0\r\nX: y"), ALL, NULL, 0 },
    { "trailer without the last line", STR("0\r\nX: y\r\n"), ALL, NULL, 0 },
    { "trailer that cuts anew", STR("0\r\ntransfer-encoding: chunked\r\n\r\n"), 400, NULL, 0 },
    { "trailer that names a host", STR("0\r\nHOST: b\r\n\r\n"), 400, NULL, 0 },
    { "trailer that signs in", STR("0\r\nAuthorization: Bearer x\r\n\r\n"), 400, NULL, 0 },
    { "trailer that keeps the connection", STR("0\r\nConnection: keep-alive\r\n\r\n"), 400, NULL, 0 },
    { "trailer with a space before the colon", STR("0\r\nX : y\r\n\r\n"), 400, NULL, 0 },
    { "trailer without a name", STR("0\r\n: y\r\n\r\n"), 400, NULL, 0 },
    { "trailer without a colon", STR("0\r\nX\r\n\r\n"), 400, NULL, 0 },
    { "trailer that ends by LF", STR("0\r\nX: y\n\r\n"), 400, NULL, 0 },
    { "trailer with CR", STR("0\r\nX: y\rz\r\n\r\n"), 400, NULL, 0 },
    { "trailer with NUL", STR("0\r\nX: \0\r\n\r\n"), 400, NULL, 0 },
    { "trailer that goes on by a fold", STR("0\r\nX: y\r\n z\r\n\r\n"), 400, NULL, 0 },
    { "trailer that frames", STR("0\r\nContent-Length: 5\r\n\r\n"), 400, NULL, 0 },
    { "trailer that folds", STR("0\r\n x\r\n\r\n"), 400, NULL, 0 },
};

static void feed_all(const struct chunk_case *all, size_t count)
{
    struct buf body;
    buf_init(&body, 1 << 16);
    for (size_t i = 0; i < count; i++)
        for (size_t step = 1; step <= all[i].raw.n; step++) {
            size_t used;
            int status = chunks_fed(all[i].raw, step, 64, &body, &used);
            if (status != all[i].status) fail_msg("%s, step %zu: %d", all[i].name, step, status);
            if (status != 0) continue;
            assert_true(str_eq(buf_str(&body), str_of(all[i].body)));
            assert_int_equal(all[i].raw.n - used, all[i].left_over);
        }
    buf_free(&body);
}

static void chunks(void **state)
{
    struct buf body;
    buf_init(&body, 1 << 16);
    feed_all(sizes_and_data, ARRAY_LEN(sizes_and_data));
    feed_all(extensions_and_trailers, ARRAY_LEN(extensions_and_trailers));
    size_t used;
    struct str largest = STR("40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n0\r\n\r\n");
    assert_int_equal(chunks_fed(largest, 7, 64, &body, &used), 0);
    assert_int_equal(body.n, 64);
    buf_free(&body);
}

/* What is dropped is bounded over the whole body, however it is spread. */
static void dropped_bytes_are_bounded(void **state)
{
    struct buf raw, body;
    buf_init(&raw, 1 << 20);
    buf_init(&body, 1 << 16);
    size_t used;
    for (int n = 4000; n <= 4200; n += 200) {
        buf_clear(&raw);
        buf_text(&raw, "1;");
        for (int i = 0; i < n; i++) buf_char(&raw, 'a');
        buf_text(&raw, "\r\nA\r\n0\r\n\r\n");
        assert_int_equal(chunks_fed(buf_str(&raw), 1000, 64, &body, &used), n > 4096 ? 400 : 0);
    }
    for (int n = 1000; n <= 1100; n += 100) { /* "a=b" and CR are four bytes of each chunk */
        buf_clear(&raw);
        for (int i = 0; i < n; i++) buf_text(&raw, "1;a=b\r\nA\r\n");
        buf_text(&raw, "0\r\n\r\n");
        assert_int_equal(chunks_fed(buf_str(&raw), 1000, 4096, &body, &used), n > 1024 ? 400 : 0);
    }
    for (int n = 16; n <= 17; n++) {
        buf_clear(&raw);
        buf_text(&raw, "0\r\n");
        for (int i = 0; i < n; i++) buf_text(&raw, "X: y\r\n");
        buf_text(&raw, "\r\n");
        assert_int_equal(chunks_fed(buf_str(&raw), 1000, 64, &body, &used), n > 16 ? 400 : 0);
    }
    buf_clear(&raw);
    buf_text(&raw, "0\r\nX: ");
    for (int i = 0; i < 4200; i++) buf_char(&raw, 'v');
    assert_int_equal(chunks_fed(buf_str(&raw), 1000, 64, &body, &used), 400);
    buf_free(&raw);
    buf_free(&body);
}

/* ---- the probes ---- */

static int probe_outcome(struct str raw, unsigned *answered)
{
    *answered = 0;
    struct buf body;
    buf_init(&body, 1 << 16);
    int status = 0;
    while (raw.n > 0 && status == 0) {
        struct head head;
        size_t resume = 0, head_n = 0;
        enum reader_result r = head_read(raw.p, raw.n, &resume, &head, &head_n, &status);
        if (r == READ_MORE) status = ALL;
        if (r != READ_DONE) break;
        size_t used = head.content_length > 0 ? (size_t)head.content_length : 0;
        raw.p += head_n, raw.n -= head_n;
        if (head.chunked) status = chunks_fed(raw, raw.n, 1 << 16, &body, &used);
        assert_true(used <= raw.n);
        raw.p += used, raw.n -= used;
        if (status == 0) (*answered)++;
    }
    buf_free(&body);
    return status;
}

/* The probe file holds bytes as Latin-1 text. */
static struct str latin1(const char *utf8, size_t n, char *out)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)utf8[i];
        if (c >= 0xC2) out[k++] = (char)((c & 3) << 6 | ((uint8_t)utf8[++i] & 0x3F));
        else out[k++] = (char)c;
    }
    return (struct str){ out, k };
}

static void probes(void **state)
{
    json_error_t error;
    /* Not by json_read: the probes hold NUL, which it refuses. */
    json_t *file = json_load_file(TEST_VECTORS "/http-probes.json", JSON_ALLOW_NUL, &error);
    if (!file) fail_msg("%s/http-probes.json: %s", TEST_VECTORS, error.text);
    const json_t *cases = json_object_get(file, "cases");
    assert_true(json_array_size(cases) >= 20);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i), *raw = json_object_get(c, "raw");
        const char *name = json_string_value(json_object_get(c, "name"));
        const char *expect = json_string_value(json_object_get(c, "expect"));
        char bytes[4096];
        assert_true(json_string_length(raw) <= sizeof(bytes));
        unsigned answered;
        int status = probe_outcome(latin1(json_string_value(raw), json_string_length(raw), bytes), &answered);
        unsigned count = text_eq(expect, "answers") ? (unsigned)json_integer_value(json_object_get(c, "count")) : 1;
        if (text_eq(expect, "refuse")) {
            if (status != 400 && status != 501 && status != 505) fail_msg("%s: %d", name, status);
            assert_int_equal(answered, 0);
        } else if (status != 0 || answered != count) {
            fail_msg("%s: status %d after %u answers", name, status, answered);
        }
    }
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(chunks), cmocka_unit_test(dropped_bytes_are_bounded),
                                        cmocka_unit_test(probes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
