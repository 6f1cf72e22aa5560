/* test_unicode.c: spellings, names that show nothing, hosts. */
#include "base/testing.h"

#include "base/unicode.h"

static struct arena *arena;

static void equal_text_gets_one_spelling(void **state)
{
    (void)state;
    struct str plain = STR("Tea Shop"), composed = STR("Caf\xC3\xA9"), apart = STR("Cafe\xCC\x81");
    assert_ptr_equal(unicode_nfc(arena, plain).p, plain.p);
    assert_ptr_equal(unicode_nfc(arena, composed).p, composed.p); /* nothing to do, nothing copied */
    assert_true(str_eq(unicode_nfc(arena, apart), composed));
    assert_true(str_eq(unicode_nfc(arena, STR("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB")), STR("\xED\x95\x9C")));
    assert_int_equal(unicode_nfc(arena, STR("")).n, 0);
}

static void expect_password(struct str in, struct str want)
{
    char out[256];
    size_t n = 0;
    assert_true(unicode_password(in, out, sizeof out, &n));
    if (!str_eq((struct str){ out, n }, want)) fail_msg("%.*s became %.*s", (int)in.n, in.p, (int)n, out);
}

static void passwords_are_one_however_they_were_typed(void **state)
{
    (void)state;
    expect_password(STR("cor rect"), STR("cor rect"));
    expect_password(STR("  Caf\xC3\xA9 1"), STR("  Caf\xC3\xA9 1")); /* not trimmed, no case folded */
    expect_password(STR("  Cafe\xCC\x81 1"), STR("  Caf\xC3\xA9 1"));
    expect_password(STR("\xEF\xBC\xA1\xEF\xBC\x91"), STR("A1")); /* full-width, as input methods write it */
    expect_password(STR("a\xE3\x80\x80"
                        "b\xC2\xA0"
                        "c\xE1\x9A\x80"
                        "d"),
                    STR("a b c d"));
    expect_password(STR(""), STR(""));
    char out[40];
    size_t n = 0;
    struct str longest = STR("\xEF\xB7\xBA"); /* grows more than any other character */
    assert_true(unicode_password(longest, out, sizeof out, &n) && n <= longest.n * UNICODE_PASSWORD_GROWTH);
    assert_false(unicode_password(longest, out, 10, &n));
    assert_false(unicode_password(STR("abc"), out, 2, &n));
}

static void names_that_show_nothing_are_none(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const good[] = {
        "Ann", "\xE8\x8C\xB6\xE9\x93\xBA", "!", "7", "\xF0\x9F\x8D\xB5", "O\xE2\x80\x99Hara",
        "\xED\x95\x9C\xEA\xB5\xAD",
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",                  /* woman, joiner, computer */
        "\xE2\x9D\xA4\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x94\xA5",          /* heart, selector, joiner, fire */
        "1\xEF\xB8\x8F\xE2\x83\xA3 Tea",                                 /* keycap */
        "\xF0\x9F\x91\x8B\xF0\x9F\x8F\xBD",                              /* hand with a tone */
        ("\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xB3\xF3\xA0\x81\xA3\xF3\xA0\x81\xB4"
        "\xF3\xA0\x81\xBF"),                                            /* flag of Scotland */
        "\xF0\x9F\x87\xA8\xF0\x9F\x87\xB3",                              /* flag of two letters */
        "\xD8\xB9\xD9\x84\xDB\x8C\xE2\x80\x8C\xD8\xB1\xD8\xB6\xD8\xA7", /* Persian: two words of one name */
        "\xD8\xB9\xD9\x84\xD9\x90\xE2\x80\x8C\xD8\xB1",              /* the same behind a vowel's mark */
        "\xE0\xB7\x81\xE0\xB7\x8A\xE2\x80\x8D\xE0\xB6\xBB\xE0\xB7\x93", /* Sinhala: Sri */
        "\xE0\xB4\xB5\xE0\xB4\xA8\xE0\xB5\x8D\xE2\x80\x8D",          /* Malayalam, at the end of a word */
        "\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8C\xE0\xA4\xB7",          /* Hindi, kept apart */
        "\xF0\xB1\x8D\x90",                                              /* Han that is newer than the tables */
    };
    static const char *const bad[] = {
        "", " ", "\xE3\x85\xA4", "\xE2\xA0\x80", "\xE2\x80\x8D", "\xE1\x85\x9F", "\xE1\x85\xA0", "\xEF\xB8\x8F",
        "\xF3\xA0\x81\x81", "\xC2\xAD", "\xE2\x80\x8B", "\xEF\xBE\xA0", "\xCD\x8F", "\xE2\x81\xA0", "\xEF\xBB\xBF",
        "\xE3\x80\x80\xE2\xA0\x80 ", "\xEE\x80\x80",                     /* private use: no font has it */
        ("A\xE2\x80\x8B" "nn"), ("A\xE2\x80\x8D" "nn"), "A\xEF\xB8\x8F", "1\xEF\xB8\x8F",
        "\xE8\x8C\xB6\xF3\xA0\x84\x80",
        "\xF0\x9F\x8D\xB5\xE2\x80\x8D", "\xE2\x80\x8D\xF0\x9F\x8D\xB5", "A\xF3\xA0\x81\x81",
        "\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7", "\xF0\x9F\x8F\xB4\xF3\xA0\x81\xBF", ("A\xE2\x80\xAE" "B"),
        ("A\xE2\x81\xA6" "B"),
        /* Where they change nothing that is seen: in Latin, at an end, behind a letter that does not join. */
        ("A\xE2\x80\x8C" "nn"), "\xD8\xB9\xD9\x84\xE2\x80\x8C", "\xD8\xA7\xE2\x80\x8C\xD8\xA8",
        "\xD8\xB9\xE2\x80\x8C\xE2\x80\x8C\xD8\xA8", "\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8C",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (!unicode_shows(str_of(good[i]))) fail_msg("refused: %s (%zu)", good[i], i);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (unicode_shows(str_of(bad[i]))) fail_msg("taken: case %zu", i);
}

static void cuts_split_no_character(void **state)
{
    (void)state;
    struct str family = STR("a\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"
                            "b");
    assert_int_equal(unicode_cut(family, 0), 0);
    assert_int_equal(unicode_cut(family, 1), 1);
    assert_int_equal(unicode_cut(family, 3), 1); /* the joined pair needs three behind the letter */
    assert_int_equal(unicode_cut(family, 4), 12);
    assert_int_equal(unicode_cut(family, 99), family.n);
    assert_int_equal(unicode_cut(STR("e\xCC\x81x"), 1), 0);
    assert_int_equal(unicode_cut(STR("e\xCC\x81x"), 2), 3);
    assert_int_equal(unicode_cut(STR("\xF0\x9F\x87\xAD\xF0\x9F\x87\xB0x"), 1), 0); /* a flag */
    assert_int_equal(unicode_cut(STR("\xF0\x9F\x87\xAD\xF0\x9F\x87\xB0x"), 2), 8);
}

static void cuts_to_bytes_split_no_character(void **state)
{
    (void)state;
    struct str family = STR("a\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"
                            "b");
    /* clang-format off */
    static const size_t wanted[] = { 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 12, 13, 13 };
    /* clang-format on */
    for (size_t max = 0; max < ARRAY_LEN(wanted); max++) assert_int_equal(unicode_cut_bytes(family, max), wanted[max]);
    struct str flags = STR("\xF0\x9F\x87\xAD\xF0\x9F\x87\xB0\xF0\x9F\x87\xA8\xF0\x9F\x87\xB3"); /* two of them */
    assert_int_equal(unicode_cut_bytes(flags, 15), 8);
    assert_int_equal(unicode_cut_bytes(flags, 7), 0);
    assert_int_equal(unicode_cut_bytes(STR("e\xCC\x81x"), 2), 0);
    assert_int_equal(unicode_cut_bytes(STR("e\xCC\x81x"), 3), 3);
    assert_int_equal(unicode_cut_bytes(STR("a\r\nb"), 2), 1);
    /* A long text is not read from its beginning, and means the same. */
    char text[2000];
    size_t n = 0;
    while (n + family.n < sizeof text) memcpy(text + n, family.p + 1, family.n - 2), n += family.n - 2;
    for (size_t max = 0; max <= n; max++)
        assert_int_equal(unicode_cut_bytes((struct str){ text, n }, max), max / (family.n - 2) * (family.n - 2));
    /* A letter with a thousand marks ends somewhere. */
    for (n = 1; n + 2 <= sizeof text; n += 2) memcpy(text + n, "\xCC\x81", 2);
    text[0] = 'a';
    size_t cut = unicode_cut_bytes((struct str){ text, n }, 1000);
    assert_true(cut > 990 && cut <= 1000 && cut % 2 == 1);
}

static void hosts_have_one_name_in_two_forms(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *in, *ascii, *shown; } good[] = {
        { "Shop.Example.COM", "shop.example.com", "shop.example.com" },
        { "b\xC3\xBC" "cher.de", "xn--bcher-kva.de", "b\xC3\xBC" "cher.de" },
        { "B\xC3\x9C" "CHER.de", "xn--bcher-kva.de", "b\xC3\xBC" "cher.de" },
        { "bu\xCC\x88" "cher.de", "xn--bcher-kva.de", "b\xC3\xBC" "cher.de" },
        { "XN--Bcher-KVA.de", "xn--bcher-kva.de", "b\xC3\xBC" "cher.de" },
        { "\xE5\x95\x86\xE5\xBA\x97\xE3\x80\x82\xE4\xB8\xAD\xE5\x9B\xBD", "xn--czrs0t.xn--fiqs8s",
          "\xE5\x95\x86\xE5\xBA\x97.\xE4\xB8\xAD\xE5\x9B\xBD" },
        { "fa\xC3\x9F.de", "xn--fa-hia.de", "fa\xC3\x9F.de" },           /* not fass.de: that may be another's */
        { "localhost", "localhost", "localhost" },
    };
    static const char *const bad[] = {
        "", ".", "a..b", "-a.b", "a-.b", "a_b.c", "a b.c", ("a\xE2\x80\x8D" "b.c"), "xn--.com", "xn--a.com",
        "xn--99999999999.com", "\xF0\x9F\x98\x80.com", ("a\xC2\xA0" "b.c"), ("a\xE2\x88\x95" "b.c"), "a/b", "a@b",
        "0123456789012345678901234567890123456789012345678901234567890123.com",
        "xn--bcher-KVA-.de",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct host_name h = { 0 };
        if (!host_name_read(arena, str_of(good[i].in), &h)) fail_msg("refused: %s", good[i].in);
        assert_string_equal(h.ascii, good[i].ascii);
        assert_string_equal(h.shown, good[i].shown);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct host_name h = { 0 };
        if (host_name_read(arena, str_of(bad[i]), &h)) fail_msg("taken: %s as %s", bad[i], h.ascii);
    }
    struct host_name h;
    assert_false(host_name_read(arena, (struct str){ "a\0b.com", 7 }, &h));
    char huge[2000];
    memset(huge, 'a', sizeof huge);
    assert_false(host_name_read(arena, (struct str){ huge, sizeof huge }, &h));
}

static void a_kept_name_covers_its_own_hosts_alone(void **state)
{
    (void)state;
    static const struct {
        const char *kept, *host;
        bool covers;
    } cases[] = {
        { "tea.example", "tea.example", true },
        { "tea.example", "www.tea.example", true },
        { "www.tea.example", "tea.example", true },
        { "tea.example", "TEA.example", true },
        { "tea.example", "shop.tea.example", false },
        { "tea.example", "eviltea.example", false },
        { "tea.example", "tea.example:8443", false },
        { "tea.example", "tea.example.evil.example", false },
        { "tea.example", "", false },
        { "*.tea.example", "tea.example", true },
        { "*.tea.example", "zh.shop.tea.example", true },
        { "*.tea.example", "eviltea.example", false },
        { "*.b\xC3\xBC"
          "cher.de",
          "shop.xn--bcher-kva.de", true },
        { "*.www.tea.example", "a.www.tea.example", true },
        { "*.www.tea.example", "www.tea.example", true },
        { "*.www.tea.example", "tea.example", false },
        { "*.www.tea.example", "evil.tea.example", false },
        { "*.www.com", "tea.com", false },
        { "*.", "tea.example", false },
        { "*.*.tea.example", "a.tea.example", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (host_name_covers(arena, cases[i].kept, str_of(cases[i].host)) != cases[i].covers)
            fail_msg("%s: %s", cases[i].kept, cases[i].host);
}

static void addresses_can_be_sent_to(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *in, *out; } good[] = {
        { "Ann.O'Hara+x@Shop.Example", "Ann.O'Hara+x@Shop.Example" },
        { "ann@b\xC3\xBC" "cher.de", "ann@xn--bcher-kva.de" }, { "ann@xn--bcher-kva.de", "ann@xn--bcher-kva.de" },
        { "ann@B\xC3\x9C" "CHER.DE", "ann@xn--bcher-kva.de" },
    };
    static const char *const bad[] = {
        "", "ann", "@a.cn", "ann@", "ann@a", "a@b@c.cn", "\xE5\xBC\xA0@a.cn", "ann@1.2.3.4", "ann@[1.2.3.4]",
        "ann@a.cn ", "a..b@c.cn", ".a@b.cn", "a.@b.cn", "ann@xn--a.cn", "ann@a\xE2\x80\x8B.cn",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        const char *out = email_read(arena, str_of(good[i].in));
        if (!out) fail_msg("refused: %s", good[i].in);
        assert_string_equal(out, good[i].out);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (email_read(arena, str_of(bad[i]))) fail_msg("taken: %s", bad[i]);
}

static void what_turns_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "1001", "1001" },
        { "\u202a1001\u202c", "1001" },
        { "\u2068一\u2069\u200e\u200f\u061c", "一" },
        { "\u2066\u2067", "" },
        { "\u2029\u202f\u2065\u206a", "\u2029\u202f\u2065\u206a" }, /* their neighbours */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str in = str_of(rows[i].in), out = unicode_without_turns(arena, in);
        if (!str_eq(out, str_of(rows[i].out))) fail_msg("row %zu: %.*s", i, (int)out.n, out.p);
        assert_int_equal(out.p == in.p, out.n == in.n);
    }
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(8 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_name_covers_its_own_hosts_alone),
        cmocka_unit_test(equal_text_gets_one_spelling),
        cmocka_unit_test(passwords_are_one_however_they_were_typed),
        cmocka_unit_test(names_that_show_nothing_are_none),
        cmocka_unit_test(what_turns_is_left_out),
        cmocka_unit_test(cuts_split_no_character),
        cmocka_unit_test(cuts_to_bytes_split_no_character),
        cmocka_unit_test(hosts_have_one_name_in_two_forms),
        cmocka_unit_test(addresses_can_be_sent_to),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
