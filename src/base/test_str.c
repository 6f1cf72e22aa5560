/* test_str.c: views, numbers, UTF-8, buffers and escapings, with the input that strangers send. */
#include "base/testing.h"

#include "base/str.h"

#include <stdio.h>

static void comparisons(void **state)
{
    const struct str none = { NULL, 0 };
    assert_true(str_eq(none, STR("")));
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_false(str_eq(STR("a"), STR("ab")));
    assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_eq_nocase(STR("[{@`"), STR("{[`@")));         /* neighbours of the letters are not letters */
    assert_false(str_eq_nocase(STR("\xC3\x84"), STR("\xC3\xA4"))); /* ASCII only */
    assert_true(str_starts(STR("abc"), STR("ab")) && str_starts(STR("abc"), none) && str_starts(none, none));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(text_eq("a", "a") && text_eq(NULL, NULL));
    assert_false(text_eq("a", NULL) || text_eq(NULL, "") || text_eq("a", "b"));
    expect_str(str_trim(STR(" \t a b\t ")), "a b");
    expect_str(str_trim(STR(" \t ")), "");
    expect_str(str_trim(STR("\n a")), "\n a");
    expect_str(str_trim(none), "");
    expect_str(str_of(NULL), "");
}

static void whole_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        { "0", 0 },
        { "-0", 0 },
        { "7", 7 },
        { "-7", -7 },
        { "007", 7 },
        { "9223372036854775807", INT64_MAX },
        { "-9223372036854775808", INT64_MIN },
        { "00000000000000000000000000000000000001", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t v = 99;
        assert_true(str_to_i64(str_of(good[i].text), &v));
        assert_int_equal(v, good[i].value);
    }
    static const char *const bad[] = { "",
                                       "-",
                                       "+1",
                                       "--1",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "1e3",
                                       "0x10",
                                       "1_000",
                                       "a",
                                       "1a",
                                       "\n1",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "18446744073709551616",
                                       "99999999999999999999999",
                                       "\xD9\xA1" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t v = 99;
        assert_false(str_to_i64(str_of(bad[i]), &v));
        assert_int_equal(v, 99);
    }
    uint64_t u = 99;
    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("-1"), &u));
    assert_false(str_to_u64(STR("1\0"), &u));
    assert_true(str_to_u64((struct str){ "12x", 2 }, &u) && u == 12); /* reads only its own bytes */
}

static void utf8(void **state)
{
    static const char *const good[] = { "",
                                        "plain",
                                        "\x7F",
                                        "\xC2\x80",
                                        "\xDF\xBF",
                                        "\xE0\xA0\x80",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xEF\xBF\xBF",
                                        "\xF0\x90\x80\x80",
                                        "\xF4\x8F\xBF\xBF",
                                        "我的店铺",
                                        "eight by\xC3\xA9 then more plain text" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_true(utf8_valid(str_of(good[i])));
    static const char *const bad[] = { "\x80",
                                       "\xBF",
                                       "\xC0\x80",
                                       "\xC1\xBF",
                                       "\xC2",
                                       "\xC2 ",
                                       "\xE0\x9F\xBF",
                                       "\xE0\xA0",
                                       "\xED\xA0\x80",
                                       "\xED\xBF\xBF",
                                       "\xF0\x8F\xBF\xBF",
                                       "\xF0\x90\x80",
                                       "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80",
                                       "\xFE",
                                       "\xFF",
                                       "0123456\x80",
                                       "01234567\x80",
                                       "012345678\xC3",
                                       "\xE4\xBD\xA0\xE5\xA5",
                                       ("\xC3\xA9"
                                        "01234567"
                                        "\xFF") };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(utf8_valid(str_of(bad[i])));
    assert_true(utf8_valid(STR("a\0b")));
    assert_int_equal(utf8_length(STR("我a\xF0\x9F\x98\x80")), 3);
    assert_int_equal(utf8_length(STR("")), 0);
}

/* Every sequence of up to three bytes, against the definition in RFC 3629 written another way. */
static bool valid_by_code_point(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t length = p[i] < 0x80 ? 1 : p[i] >> 5 == 6 ? 2 : p[i] >> 4 == 14 ? 3 : p[i] >> 3 == 30 ? 4 : 0;
        if (length == 0 || i + length > n) return false;
        uint32_t point = length == 1 ? p[i] : p[i] & (0x7Fu >> length);
        for (size_t k = 1; k < length; k++) {
            if (p[i + k] >> 6 != 2) return false;
            point = point << 6 | (p[i + k] & 0x3Fu);
        }
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
        i += length;
    }
    return true;
}

static void utf8_agrees_with_the_definition(void **state)
{
    unsigned char bytes[4];
    for (uint32_t v = 0; v < 1u << 24; v += 1 + (v >> 8 & 3)) {
        bytes[0] = (unsigned char)(v >> 16), bytes[1] = (unsigned char)(v >> 8), bytes[2] = (unsigned char)v;
        if (utf8_valid((struct str){ (char *)bytes, 3 }) != valid_by_code_point(bytes, 3))
            fail_msg("%06x", (unsigned)v);
    }
    for (uint32_t v = 0; v < 1u << 16; v++) {
        const unsigned char four[] = { (unsigned char)(0xF0 + (v >> 13)), (unsigned char)(0x70 + (v >> 6 & 0x7F)),
                                       (unsigned char)(0x7E + (v >> 3 & 7)), (unsigned char)(0xBC + (v & 7)) };
        if (utf8_valid((struct str){ (const char *)four, 4 }) != valid_by_code_point(four, 4))
            fail_msg("four %04x", (unsigned)v);
    }
}

static void cutting_splits_no_character(void **state)
{
    struct str s = STR("a\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80"); /* 1 + 2 + 3 + 4 bytes */
    static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    for (size_t max = 0; max < ARRAY_LEN(want); max++) assert_int_equal(utf8_cut(s, max), want[max]);
    assert_int_equal(utf8_cut(STR("\x80\x80\x80\x80\x80\x80"), 5), 5); /* broken: anywhere within */
    assert_int_equal(utf8_cut(STR("\x80\x80"), 1), 1);
}

static void controls(void **state)
{
    static const char *const with[] = { "\n", "a\tb", "\x01", "\x1F", "\x7F", "\xC2\x80", "x\xC2\x9F" };
    for (size_t i = 0; i < ARRAY_LEN(with); i++) assert_true(text_has_controls(str_of(with[i])));
    assert_true(text_has_controls(STR("a\0b")));
    static const char *const without[] = { "", " ~", "\xC2\xA0", "\xC3\x80", "店", "\xC2" };
    for (size_t i = 0; i < ARRAY_LEN(without); i++) assert_false(text_has_controls(str_of(without[i])));
}

static void buffers_grow_to_their_limit_and_not_past_it(void **state)
{
    struct buf b;
    buf_init(&b, 1000);
    expect_str(buf_str(&b), "");
    assert_string_equal(buf_terminated(&b), "");
    for (int i = 0; i < 1000; i++) buf_char(&b, (char)('a' + i % 26));
    assert_false(b.overflow);
    assert_int_equal(b.n, 1000);
    assert_int_equal(strlen(buf_terminated(&b)), 1000);
    buf_char(&b, '!');
    assert_true(b.overflow);
    assert_int_equal(b.n, 1000);
    buf_clear(&b);
    assert_true(!b.overflow && b.n == 0);
    buf_text(&b, "x");
    buf_add(&b, NULL, 0);
    char *big = calloc(1, 1001);
    assert_non_null(big);
    buf_add(&b, big, 1001);
    free(big);
    buf_text(&b, "y"); /* would fit, but must not stand where the lost bytes were */
    assert_true(b.overflow);
    expect_str(buf_str(&b), "x");
    assert_null(buf_room(&b, 1));
    buf_free(&b);
    buf_text(&b, "again");
    expect_str(buf_str(&b), "again");
    buf_free(&b);
    buf_free(&b);
}

static void buffers_print(void **state)
{
    struct buf b;
    buf_init(&b, 5000);
    static const int64_t numbers[] = { 0, 7, -7, 1234567890123, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        char want[32];
        buf_clear(&b);
        buf_i64(&b, numbers[i]);
        snprintf(want, sizeof(want), "%lld", (long long)numbers[i]);
        expect_str(buf_str(&b), want);
    }
    buf_clear(&b);
    buf_printf(&b, "%s=%d;", "a", 1);
    for (int i = 0; i < 40; i++) buf_printf(&b, "%0100d", i);
    assert_int_equal(b.n, 4 + 4000);
    assert_false(b.overflow);
    buf_printf(&b, "%01000d", 1);
    assert_true(b.overflow);
    assert_int_equal(b.n, 4004);
    buf_free(&b);
    buf_init(&b, 3);
    buf_printf(&b, "%s", "abc");
    expect_str(buf_str(&b), "abc");
    buf_printf(&b, "%s", "");
    assert_false(b.overflow);
    buf_free(&b);
}

static void a_fixed_buffer_never_allocates(void **state)
{
    char memory[8];
    struct buf b;
    buf_fixed(&b, memory, sizeof(memory));
    buf_text(&b, "1234567");
    assert_ptr_equal(buf_terminated(&b), memory);
    assert_string_equal(memory, "1234567");
    buf_char(&b, '8');
    assert_true(b.overflow);
    buf_clear(&b);
    buf_printf(&b, "%d", 12345678);
    assert_true(b.overflow && b.n == 0);
    assert_ptr_equal(b.p, memory);
}

static void expect_decoded(struct str in, bool plus, const char *want)
{
    char out[64];
    size_t n = 0;
    assert_true(percent_decode(in, plus, out, sizeof(out), &n));
    expect_str((struct str){ out, n }, want);
}

static void percent_decoding(void **state)
{
    expect_decoded(STR(""), false, "");
    expect_decoded(STR("a%20b%2fC%2F"), false, "a b/C/");
    expect_decoded(STR("a+b%2B"), false, "a+b+");
    expect_decoded(STR("a+b%2B"), true, "a b+");
    expect_decoded(STR("%E5%BA%97"), false, "店");
    expect_decoded(STR("%25%32%35"), false, "%25"); /* once, never twice */
    expect_decoded(STR("%ff"), false, "\xFF");      /* UTF-8 is the caller's question */
    static const char *const bad[] = { "%",   "%1",  "%g0", "%0g", "a%",    "a%2",   "%%20",
                                       "% 1", "%-1", "%+1", "%00", "a%00b", "%u0041" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char out[64];
        size_t n = 99;
        assert_false(percent_decode(str_of(bad[i]), true, out, sizeof(out), &n));
        assert_int_equal(n, 99);
    }
    char out[4];
    size_t n;
    assert_false(percent_decode(STR("a\0b"), false, out, sizeof(out), &n));
    assert_true(percent_decode(STR("%41bcd"), false, out, 4, &n) && n == 4);
    assert_false(percent_decode(STR("%41bcde"), false, out, 4, &n));
    assert_false(percent_decode(STR("a"), false, out, 0, &n));
    assert_false(percent_decode((struct str){ "%41", 2 }, false, out, 4, &n)); /* must not look past its end */
    char place[] = "x%41%42y";
    assert_true(percent_decode((struct str){ place, 8 }, false, place, 8, &n) && n == 4);
    assert_memory_equal(place, "xABy", 4);
}

static void percent_encoding_comes_back(void **state)
{
    char all[255];
    for (int i = 0; i < 255; i++) all[i] = (char)(i + 1); /* every byte but NUL */
    struct buf b;
    buf_init(&b, 4096);
    percent_encode(&b, (struct str){ all, sizeof(all) });
    for (size_t i = 0; i < b.n; i++)
        assert_true(b.p[i] > ' ' && b.p[i] < 0x7F && strchr("&=+/?#\"'<>", b.p[i]) == NULL);
    char back[255];
    size_t n;
    assert_true(percent_decode(buf_str(&b), true, back, sizeof(back), &n));
    assert_int_equal(n, sizeof(all));
    assert_memory_equal(back, all, sizeof(all));
    buf_clear(&b);
    percent_encode(&b, STR("aZ09-._~ /店"));
    expect_str(buf_str(&b), "aZ09-._~%20%2F%E5%BA%97");
    buf_free(&b);
}

static void html(void **state)
{
    struct buf b;
    buf_init(&b, 4096);
    html_escape(&b, STR("<script>alert(\"x\" & 'y')</script>店"));
    expect_str(buf_str(&b), "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;店");
    buf_clear(&b);
    html_escape(&b, STR(""));
    html_escape(&b, STR("plain"));
    html_escape(&b, STR("&"));
    expect_str(buf_str(&b), "plain&amp;");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(utf8),
        cmocka_unit_test(utf8_agrees_with_the_definition),
        cmocka_unit_test(cutting_splits_no_character),
        cmocka_unit_test(controls),
        cmocka_unit_test(buffers_grow_to_their_limit_and_not_past_it),
        cmocka_unit_test(buffers_print),
        cmocka_unit_test(a_fixed_buffer_never_allocates),
        cmocka_unit_test(percent_decoding),
        cmocka_unit_test(percent_encoding_comes_back),
        cmocka_unit_test(html),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
