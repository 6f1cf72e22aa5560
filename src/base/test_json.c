/* test_json.c: the writer against the reader, and the reader against broken, hostile and merely unusual input. */
#include "base/testing.h"

#include "base/json_read.h"
#include "base/json_write.h"

static void the_writer_writes(void **state)
{
    struct buf b;
    struct json j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_i64(&j, "i", INT64_MIN);
    json_bool(&j, "t", true);
    json_bool(&j, "f", false);
    json_null(&j, "n");
    json_text(&j, "x", "a");
    json_text(&j, "none", NULL);
    json_str(&j, "s", (struct str){ NULL, 0 });
    json_credits(&j, "c", credits_of(50));
    json_time(&j, "at", INT64_C(1700000000123));
    json_time(&j, "never", 0);
    json_array(&j, "a");
    json_i64(&j, NULL, 1);
    json_object(&j, NULL);
    json_end(&j);
    json_array(&j, NULL);
    json_end(&j);
    json_raw(&j, NULL, STR("{\"r\":1}"));
    json_text(&j, NULL, "last");
    json_end(&j);
    json_end(&j);
    json_finish(&j);
    expect_str(buf_str(&b),
               "{\"i\":-9223372036854775808,\"t\":true,\"f\":false,\"n\":null,\"x\":\"a\",\"none\":null,\"s\":\"\","
               "\"c\":50,\"at\":\"2023-11-14T22:13:20.123Z\",\"never\":null,\"a\":[1,{},[],{\"r\":1},\"last\"]}");
    buf_free(&b);
}

static const char *written(struct buf *b, struct str s)
{
    struct json j;
    buf_clear(b);
    json_begin(&j, b);
    json_str(&j, NULL, s);
    json_finish(&j);
    return buf_terminated(b);
}

static void texts_are_escaped(void **state)
{
    struct buf b;
    buf_init(&b, 4096);
    assert_string_equal(written(&b, STR("\"\\/\b\f\n\r\t")), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    assert_string_equal(written(&b, STR("a\0b\x01\x1F\x7F")), "\"a\\u0000b\\u0001\\u001f\\u007f\"");
    assert_string_equal(written(&b, STR("店\xF0\x9F\x98\x80")), "\"店\xF0\x9F\x98\x80\"");
    assert_string_equal(written(&b, STR("\x80"
                                        "a\xFF")),
                        "\"\xEF\xBF\xBD"
                        "a\xEF\xBF\xBD\"");
    assert_string_equal(written(&b, STR("\xE5\xBA")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");                 /* cut off */
    assert_string_equal(written(&b, STR("\xED\xA0\x80")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); /* a surrogate */
    assert_string_equal(written(&b, STR("\xC0\xAF")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    buf_free(&b);
}

static void whatever_is_written_can_be_read(void **state)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    uint32_t seed = 12345;
    for (int round = 0; round < 3000; round++) {
        char bytes[40];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = (char)(1 + (seed >> 16) % 255); /* NUL is written, but refused by the reader */
        }
        size_t n = seed >> 24 & 31;
        (void)written(&b, (struct str){ bytes, n });
        json_t *v = json_read(buf_str(&b), JSON_READ_MAX_BYTES, NULL);
        assert_true(json_is_string(v));
        if (utf8_valid((struct str){ bytes, n })) assert_memory_equal(json_string_value(v), bytes, n);
        json_decref(v);
    }
    buf_free(&b);
}

static void misuse_of_the_writer_fails_an_assert(void **state)
{
    struct buf b;
    struct json j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    EXPECT_ABORT(json_end(&j));
    EXPECT_ABORT(json_finish(&j));
    EXPECT_ABORT(json_i64(&j, "key at the top", 1));
    json_array(&j, NULL);
    EXPECT_ABORT(json_i64(&j, "key in an array", 1));
    EXPECT_ABORT(json_finish(&j));
    json_object(&j, NULL);
    EXPECT_ABORT(json_i64(&j, NULL, 1));
    EXPECT_ABORT(json_raw(&j, "k", STR("")));
    json_end(&j);
    json_end(&j);
    EXPECT_ABORT(json_end(&j));
    EXPECT_ABORT(json_i64(&j, NULL, 2)); /* a second value at the top */
    json_finish(&j);
    buf_clear(&b);
    json_begin(&j, &b);
    for (int i = 0; i < JSON_WRITE_MAX_DEPTH; i++) json_array(&j, NULL);
    EXPECT_ABORT(json_array(&j, NULL));
    for (int i = 0; i < JSON_WRITE_MAX_DEPTH; i++) json_end(&j);
    json_finish(&j);
    buf_free(&b);
}

static void overflow_is_the_buffers_matter(void **state)
{
    struct buf b;
    struct json j;
    buf_init(&b, 10);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_text(&j, "long_key", "and a value that does not fit");
    json_i64(&j, "k", 1);
    json_end(&j);
    json_finish(&j);
    assert_true(b.overflow && b.n <= 10);
    buf_free(&b);
}

static void expect_refused(struct str in)
{
    struct json_fault fault = { .offset = SIZE_MAX };
    json_t *v = json_read(in, JSON_READ_MAX_BYTES, &fault);
    if (v != NULL) fail_msg("accepted: %.*s", (int)in.n, in.p);
    assert_true(strlen(fault.text) > 0);
    assert_true(fault.offset <= in.n);
    assert_null(strstr(fault.text, "hunter2"));
}

static void broken_json_is_refused(void **state)
{
    static const char *const bad[] = { "",
                                       " ",
                                       "{",
                                       "[",
                                       "\"",
                                       "{\"a\"",
                                       "{\"a\":",
                                       "{\"a\":1",
                                       "{\"a\":1,}",
                                       "[1,]",
                                       "[,1]",
                                       "{a:1}",
                                       "{'a':1}",
                                       "{\"a\":1}}",
                                       "{} {}",
                                       "1 2",
                                       "nul",
                                       "True",
                                       "NaN",
                                       "Infinity",
                                       "-",
                                       "+1",
                                       "01",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "0x1",
                                       "// c\n1",
                                       "/* c */1",
                                       "\"\x01\"",
                                       "\"a\nb\"",
                                       "\"\\x\"",
                                       "\"\\u12\"",
                                       "\"\\ud800\"",
                                       "\"\\udc00\\ud800\"",
                                       "\"\\u0000\"",
                                       "{\"\\u0000\":1}",
                                       "\"\xFF\"",
                                       "\"\xED\xA0\x80\"",
                                       "\xEF\xBB\xBF{}",
                                       "{\"hunter2\":hunter2}",
                                       "{\"password\":\"hunter2",
                                       "{\"a\":1,\"a\":2}",
                                       "{\"x\":{\"a\":1,\"b\":2,\"a\":1}}",
                                       "[{\"a\":1,\"\\u0061\":2}]",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "1e400",
                                       "-1e999",
                                       "[1e400]",
                                       "\xFF",
                                       "{]",
                                       "[}",
                                       "]",
                                       "}" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) expect_refused(str_of(bad[i]));
    expect_refused(STR("\"a\0b\""));
    expect_refused(STR("1\0"));
    expect_refused(STR("[1\0]"));
    expect_refused(STR("{}\0"));
    expect_refused((struct str){ NULL, 0 });
}

static void good_json_is_accepted(void **state)
{
    static const char *const good[] = { "{}",
                                        "[]",
                                        " {\"a\" : 1 }\r\n\t",
                                        "1",
                                        "-0",
                                        "1.5e3",
                                        "\"\"",
                                        "null",
                                        "true",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "\"\\ud83d\\ude00\"",
                                        "\"\\/\"",
                                        "\"]]]]]\"",
                                        "{\"\":1}" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        json_t *v = json_read(str_of(good[i]), JSON_READ_MAX_BYTES, NULL);
        if (v == NULL) fail_msg("refused: %s", good[i]);
        json_decref(v);
    }
}

static void limits_hold(void **state)
{
    char deep[2 * (JSON_READ_MAX_DEPTH + 1)];
    memset(deep, '[', JSON_READ_MAX_DEPTH);
    memset(deep + JSON_READ_MAX_DEPTH, ']', JSON_READ_MAX_DEPTH);
    json_t *v = json_read((struct str){ deep, 2 * JSON_READ_MAX_DEPTH }, JSON_READ_MAX_BYTES, NULL);
    assert_non_null(v);
    json_decref(v);
    memset(deep, '[', JSON_READ_MAX_DEPTH + 1);
    memset(deep + JSON_READ_MAX_DEPTH + 1, ']', JSON_READ_MAX_DEPTH + 1);
    expect_refused((struct str){ deep, sizeof(deep) });
    /* Brackets in texts do not count, however they are escaped. */
    v = json_read(STR("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\\\\\"]"), JSON_READ_MAX_BYTES, NULL);
    assert_non_null(v);
    json_decref(v);
    assert_null(json_read(STR("[1,2]"), 4, NULL));
    v = json_read(STR("[1,2]"), 5, NULL);
    assert_non_null(v);
    json_decref(v);
    size_t n = 100000; /* far below a stack overflow, whatever jansson does */
    char *abyss = malloc(n);
    assert_non_null(abyss);
    memset(abyss, '[', n);
    expect_refused((struct str){ abyss, n });
    free(abyss);
}

static void members_are_typed(void **state)
{
    json_t *o = json_read(STR("{\"s\":\"x\",\"i\":5,\"r\":5.0,\"b\":false,\"n\":null,\"o\":{}}"), 1000, NULL);
    struct str s;
    int64_t i;
    bool b = true;
    assert_true(json_get_str(o, "s", &s));
    expect_str(s, "x");
    assert_true(json_get_i64(o, "i", &i) && i == 5);
    assert_true(json_get_bool(o, "b", &b) && !b);
    assert_false(json_get_str(o, "i", &s) || json_get_str(o, "n", &s) || json_get_str(o, "absent", &s));
    assert_false(json_get_i64(o, "r", &i) || json_get_i64(o, "s", &i) || json_get_i64(o, "b", &i));
    assert_false(json_get_bool(o, "i", &b) || json_get_bool(o, "n", &b));
    assert_false(json_get_str(NULL, "s", &s) || json_get_str(json_object_get(o, "s"), "s", &s));
    json_decref(o);
    json_t *wide = json_read_wide(STR("{\"big\":123456789012345678901234567890,\"small\":7}"), 1000, NULL);
    assert_true(json_is_real(json_object_get(wide, "big")) && json_is_real(json_object_get(wide, "small")));
    json_decref(wide);
    assert_null(json_read_wide(STR("{\"a\":1,\"a\":1}"), 1000, NULL));
    assert_null(json_read_wide(STR("1e400"), 1000, NULL));
}

static void numbers_that_do_not_fit_spoil_nothing(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\":[123456789012345678901234567890,-1e400 , 7E+999,\"1e400 \\\" 1e400\"],\"n\":8800,"
        "\"r\":8800.0,\"m\":-9223372036854775808,\"k\":999999999999999999}";
    struct str s;
    int64_t n;
    json_t *o = json_read_grown(STR(text), 1000, NULL);
    const json_t *a = json_object_get(o, "a");
    for (size_t i = 0; i < 3; i++) assert_true(json_is_real(json_array_get(a, i)));
    const json_t *kept = json_array_get(a, 3);
    s = (struct str){ json_string_value(kept), json_string_length(kept) };
    assert_true(str_eq(s, STR("1e400 \" 1e400")));
    assert_true(json_get_i64(o, "n", &n) && n == 8800);
    assert_true(json_get_i64(o, "k", &n) && n == 999999999999999999);
    assert_false(json_get_i64(o, "r", &n) || json_get_i64(o, "m", &n));
    json_decref(o);
    struct json_fault fault;
    static const char *const broken[] = { "[1e400",
                                          "[1e400,]",
                                          "{\"a\":1e400,\"a\":1}",
                                          "1e400x",
                                          "[01]",
                                          "",
                                          "[1e]",
                                          "[1e400,01234567890123456789012]",
                                          "[1e400,--12345678901234567890]",
                                          "[1e400,1.e12345]",
                                          "[1e400,123456789012345678901.]",
                                          "[1e400,-e12345]" };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) assert_null(json_read_grown(str_of(broken[i]), 1000, &fault));
    assert_null(json_read_grown(STR("[1e400]"), 3, &fault));
    o = json_read_grown(STR("{\"m\":-9223372036854775808}"), 1000, NULL);
    assert_true(json_get_i64(o, "m", &n) && n == INT64_MIN); /* nothing is touched where all fits */
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_writer_writes),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(whatever_is_written_can_be_read),
        cmocka_unit_test(misuse_of_the_writer_fails_an_assert),
        cmocka_unit_test(overflow_is_the_buffers_matter),
        cmocka_unit_test(broken_json_is_refused),
        cmocka_unit_test(good_json_is_accepted),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(members_are_typed),
        cmocka_unit_test(numbers_that_do_not_fit_spoil_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
