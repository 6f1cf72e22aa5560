/* test_fields_exact.c: text that is kept as it came: words of one person to another, and names of files. */
#include "http/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct thing {
    const char *name, *note;
};

static struct arena *arena;
static struct thing out;
static struct field_faults faults;

static int setup(void **state)
{
    arena = arena_new(1 << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

static bool from_json(const struct field *table, const char *text, bool ignore_unknown)
{
    json_t *v = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    if (!v) fail_msg("no JSON: %s", text);
    memset(&out, 0, sizeof(out));
    bool good = fields_from_json(arena, table, v, ignore_unknown, &out, &faults);
    json_decref(v);
    return good;
}

/* Words of one person to another: nothing of them is put right, and nothing but white space is no word. */
static void exact_text_stays_to_the_byte(void **state)
{
    static const struct field exact[] = {
        FIELD_TEXT(struct thing, note, .min = 1, .max = 12, .form = TEXT_EXACT, .multiline = true), FIELD_END
    };
    assert_true(from_json(exact, "{\"note\":\"  e\\u0301\\u200b\\r\\n\\t\\u202e \"}", false));
    assert_string_equal(out.note, "  e\xCC\x81\xE2\x80\x8B\r\n\t\xE2\x80\xAE ");
    assert_false(from_json(exact, "{\"note\":\" \\n\\u3000\\u200b\"}", false));
    assert_string_equal(faults.fault[0].code, "required");
    assert_false(from_json(exact, "{\"note\":\"1234567890123\"}", false));
    assert_string_equal(faults.fault[0].code, "too_long");
    assert_false(from_json(exact, "{\"note\":\"a\\rb\"}", false));
    assert_string_equal(faults.fault[0].code, "control_characters");
}

/* As it is called where it comes from, in one line. */
static void names_of_files_stay_to_the_byte(void **state)
{
    static const struct field file[] = { FIELD_TEXT(struct thing, name, .min = 1, .max = 20, .form = TEXT_FILE),
                                         FIELD_END };
    assert_true(from_json(file, "{\"name\":\" \\u202a\\u2066e\\u0301\\u2069\\u200b.png\"}", false));
    assert_string_equal(out.name, " \xE2\x80\xAA\xE2\x81\xA6"
                                  "e\xCC\x81\xE2\x81\xA9\xE2\x80\x8B.png");
    static const char *const bad[] = { "a\\nb", "a\\u0007b", "a\\u2028b", "a\\u0085b" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char json[64];
        (void)snprintf(json, sizeof json, "{\"name\":\"%s\"}", bad[i]);
        assert_false(from_json(file, json, false));
        assert_string_equal(faults.fault[0].code, "control_characters");
    }
    assert_false(from_json(file, "{\"name\":\" \\u3000\"}", false));
    assert_string_equal(faults.fault[0].code, "required");
}

/* What people ask: as other text, but its signs of direction stay. */
static void words_keep_signs_of_direction(void **state)
{
    static const struct field words[] = { FIELD_TEXT(struct thing, note, .min = 1, .max = 12, .form = TEXT_WORDS),
                                          FIELD_END };
    assert_true(from_json(words, "{\"note\":\" \\u202ea\\u2066e\\u0301\\u2069 \"}", false));
    assert_string_equal(out.note, "\xE2\x80\xAE"
                                  "a\xE2\x81\xA6\xC3\xA9\xE2\x81\xA9");
    assert_false(from_json(words, "{\"note\":\"a\\nb\"}", false));
    assert_string_equal(faults.fault[0].code, "control_characters");
    assert_false(from_json(words, "{\"note\":\"\\u202e\\u2069\"}", false));
    assert_string_equal(faults.fault[0].code, "invisible");
}

/* What is searched for: as other text, and what turned it where it was copied is not part of it. */
static void searches_lose_signs_of_direction(void **state)
{
    static const struct field search[] = { FIELD_SEARCH(struct thing, note, 4, "Part of it."), FIELD_END };
    assert_string_equal(search[0].doc, "Part of it. Signs of direction in it do not count.");
    assert_true(from_json(search, "{\"note\":\"\\u202a \\u200e10\\u206601 \\u2069\\u061c\\u202c\"}", false));
    assert_string_equal(out.note, "1001");
    assert_true(from_json(search, "{\"note\":\"e\\u200f\\u0301\"}", false));
    assert_string_equal(out.note, "\xC3\xA9");
    assert_true(from_json(search, "{\"note\":\"\\u202a \\u202c\"}", false));
    assert_null(out.note); /* nothing */
    assert_false(from_json(search, "{\"note\":\"\\u202a10012\\u202c\"}", false));
    assert_string_equal(faults.fault[0].code, "too_long");
    assert_false(from_json(search, "{\"note\":\"\\u202aa\\nb\"}", false));
    assert_string_equal(faults.fault[0].code, "control_characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_text_stays_to_the_byte),
        cmocka_unit_test(names_of_files_stay_to_the_byte),
        cmocka_unit_test(words_keep_signs_of_direction),
        cmocka_unit_test(searches_lose_signs_of_direction),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
