/* test_tokens.c: text becomes the tokens that it should, whatever the text. */
#include "base/testing.h"
#include "base/random.h"
#include "knowledge/tokens.h"

enum { MANY = 4096 };

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_new(64 << 20);
    return 0;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

/* All tokens of a text, with a space between. */
static const char *cut(const char *text, unsigned how)
{
    struct tokens t;
    struct buf b;
    char *memory = arena_alloc(arena, 1 << 16);
    tokens_begin(&t, arena, MANY);
    tokens_add(&t, str_of(text), 1, how);
    buf_fixed(&b, memory, 1 << 16);
    for (size_t i = 0; i < t.count; i++) {
        if (i > 0) buf_char(&b, ' ');
        buf_add(&b, t.token[i].text.p, t.token[i].text.n);
    }
    return buf_terminated(&b);
}

static bool has(const char *text, unsigned how, const char *token)
{
    struct tokens t;
    tokens_begin(&t, arena, MANY);
    tokens_add(&t, str_of(text), 1, how);
    for (size_t i = 0; i < t.count; i++)
        if (str_eq(t.token[i].text, str_of(token))) return true;
    return false;
}

static void han_is_cut_into_one_and_two_characters(void **state)
{
    assert_string_equal(cut("电饭煲", 0), "电 饭 电饭 煲 饭煲");
    assert_string_equal(cut("锅", 0), "锅");
    assert_string_equal(cut("大。小", 0), "大 小");
    assert_string_equal(cut("16升燃气", 0), "16 升 燃 升燃 气 燃气");
    assert_true(has("カメラ", 0, "メラ"));
    assert_true(has("𠮷野家", 0, "𠮷野"));
}

static void case_width_and_accents_do_not_matter(void **state)
{
    assert_string_equal(cut("ＫＥＴＴＬＥ", 0), "kettle");
    assert_string_equal(cut("Kettle", 0), "kettle");
    assert_string_equal(cut("café", 0), "cafe");
    assert_string_equal(cut("cafe\xcc\x81", 0), "cafe");
    assert_string_equal(cut("Straße", 0), "strasse");
    assert_string_equal(cut("пальто", 0), "пальто");
}

/* They stand where a text was copied out of something, or where a word of another script is told; nobody sees them. */
static void signs_of_direction_do_not_matter(void **state)
{
    assert_string_equal(cut("\u202akettle\u202c", 0), "kettle");
    assert_string_equal(cut("\u200fket\u200etle", 0), "kettle");
    assert_string_equal(cut("\u2068电\u061c饭\u2069", 0), "电 饭 电饭");
    const char *number = arena_text(arena, cut("SO-10442", 0));
    assert_string_equal(cut("\u202aSO-\u200e10442\u202c", 0), number);
    assert_string_equal(cut("\u202a\u202c", 0), "");
}

static void plurals_and_possessives_are_the_word(void **state)
{
    static const char *const same[][2] = {
        { "kettles", "kettle" }, { "boxes", "box" },         { "watches", "watch" },   { "glasses", "glass" },
        { "shoes", "shoe" },     { "batteries", "battery" }, { "movies", "movie" },    { "men's", "men" },
        { "cases", "case" },     { "brushes", "brush" },     { "tomatoes", "tomato" }, { "men\xe2\x80\x99s", "men" },
        { "cookies", "cookie" },
    };
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        const char *one = arena_text(arena, cut(same[i][0], 0));
        assert_string_equal(one, cut(same[i][1], 0));
    }
    assert_string_equal(cut("glass", 0), "glass");
    assert_string_equal(cut("bus", 0), "bus");
    assert_string_equal(cut("tennis", 0), "tennis");
    assert_string_equal(cut("gas", 0), "gas");
    assert_string_equal(cut("don't", 0), "dont");
    assert_string_equal(cut("shop'", 0), "shop");
    assert_string_equal(cut("'s", 0), "s");
}

static void a_number_is_found_in_any_spelling(void **state)
{
    static const char *const spelled[] = {
        "JSQ22-HWA", "jsq22hwa", "jsq22 hwa", "JSQ 22 HWA", "jsq22/hwa", "jsq22.hwa"
    };
    assert_true(has("静音JSQ22-HWA 热水器", 0, "#jsq22hwa"));
    assert_true(has("静音JSQ22-HWA 热水器", 0, "jsq22hwa"));
    assert_true(has("静音JSQ22-HWA 热水器", 0, "jsq22"));
    assert_true(has("静音JSQ22-HWA 热水器", 0, "hwa"));
    for (size_t i = 0; i < ARRAY_LEN(spelled); i++) {
        const char *text = arena_printf(arena, "is the %s in stock?", spelled[i]);
        assert_true(has(text, TOKENS_QUESTION, "#jsq22hwa"));
    }
    assert_true(has("order 6700-0499.80", 0, "#6700049980"));
    assert_false(has("well-known", 0, "#wellknown"));
    assert_false(has("the 5 - 7 range", TOKENS_QUESTION, "#the57"));
    assert_false(has("a -- b2", 0, "#ab2"));
    char joined[TOKEN_NUMBER_MAX + 1];
    assert_int_equal(token_number(STR("#W-5703 958"), joined), 8);
    assert_string_equal(joined, "w5703958");
    assert_int_equal(token_number(STR("—"), joined), 0);
    assert_int_equal(token_number(STR("12345678901234567890123456789012345678901"), joined), 0);
}

static void trigrams_stand_for_words_of_four_letters(void **state)
{
    assert_string_equal(cut("Kettle", TOKENS_TRIGRAMS), "kettle ~_ke ~ket ~ett ~ttl ~tle");
    assert_string_equal(cut("cup", TOKENS_TRIGRAMS), "cup");
    assert_true(token_likeness(STR("kettle"), STR("ketle")) >= 50);
    assert_true(token_likeness(STR("vacuum"), STR("vaccum")) >= 40);
    assert_true(token_likeness(STR("kettle"), STR("camera")) == 0);
    assert_int_equal(token_likeness(STR("kettle"), STR("kettle")), 100);
}

static void fields_are_told_apart(void **state)
{
    struct tokens t;
    tokens_begin(&t, arena, MANY);
    tokens_add(&t, STR("kettle blue"), 1, 0);
    tokens_add(&t, STR("a kettle"), 4, 0);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.token[0].fields, 5);
    assert_int_equal(t.token[0].weight, 2);
    assert_int_equal(t.token[1].fields, 1);
}

static void what_is_too_much_is_dropped(void **state)
{
    struct tokens t;
    char *text = arena_alloc(arena, TOKENS_TEXT_MAX * 2);
    memset(text, 'a', TOKENS_TEXT_MAX * 2);
    tokens_begin(&t, arena, MANY);
    tokens_add(&t, (struct str){ text, TOKENS_TEXT_MAX * 2 }, 1, TOKENS_TRIGRAMS | TOKENS_QUESTION);
    assert_true(t.count > 0 && t.token[0].text.n == TOKEN_MAX_BYTES);
    tokens_begin(&t, arena, 3);
    tokens_add(&t, STR("one two three four five one"), 1, 0);
    assert_int_equal(t.count, 3);
    tokens_add(&t, STR("two"), 2, 0);
    assert_int_equal(t.token[1].fields, 3);
    tokens_begin(&t, arena, MANY);
    tokens_add(&t, STR("\xff\xfe"), 1, 0);
    tokens_add(&t, STR(""), 1, 0);
    tokens_add(&t, STR("\xcc\x81"), 1, 0); /* an accent alone */
    tokens_add(&t, STR("👨‍👩‍👧 🇭🇰 !?"), 1, 0);
    assert_int_equal(t.count, 0);
}

/* Any bytes: every token is short, valid and there once. */
static void whatever_comes_is_cut_well(void **state)
{
    static const char *const pieces[] = { "a", "Z",  "9",  "-",        ".",
                                          "'", "s",  " ",  "饭",       "👨‍👩‍👧",
                                          "é", "ﬁ",  "İ",  "\xcc\x81", "\xe2\x80\x99",
                                          "ก", "가", "_",  "/",        "\xff",
                                          "#", "~",  "㎏", "ss",       "ies" };
    for (int round = 0; round < 3000; round++) {
        char text[400];
        struct buf b;
        buf_fixed(&b, text, sizeof text);
        for (uint64_t i = 0, n = random_below(60); i < n; i++) buf_text(&b, pieces[random_below(ARRAY_LEN(pieces))]);
        struct arena_mark m = arena_mark(arena);
        struct tokens t;
        tokens_begin(&t, arena, MANY);
        tokens_add(&t, buf_str(&b), 1, TOKENS_TRIGRAMS | TOKENS_QUESTION);
        for (size_t i = 0; i < t.count; i++) {
            assert_true(t.token[i].text.n > 0 && t.token[i].text.n <= TOKEN_MAX_BYTES);
            assert_true(utf8_valid(t.token[i].text));
            for (size_t k = 0; k < i; k++) assert_false(str_eq(t.token[i].text, t.token[k].text));
        }
        arena_release(arena, m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(han_is_cut_into_one_and_two_characters),
        cmocka_unit_test(case_width_and_accents_do_not_matter),
        cmocka_unit_test(signs_of_direction_do_not_matter),
        cmocka_unit_test(plurals_and_possessives_are_the_word),
        cmocka_unit_test(a_number_is_found_in_any_spelling),
        cmocka_unit_test(trigrams_stand_for_words_of_four_letters),
        cmocka_unit_test(fields_are_told_apart),
        cmocka_unit_test(what_is_too_much_is_dropped),
        cmocka_unit_test(whatever_comes_is_cut_well),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
