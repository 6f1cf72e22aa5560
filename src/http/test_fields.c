/* test_fields.c: field tables against JSON and pairs, and answers against shapes. Each fault has a case. */
#include "http/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum colour { RED, GREEN, BLUE };
static const char *const colours[] = { "red", "green", "blue", NULL };

struct thing {
    int64_t id, count;
    bool count_given;
    struct credits price;
    const char *name, *title, *note, *secret, *email, *domain, *url;
    bool on;
    int colour;
};
/* clang-format off */
static const struct field needed_fields[] = {
    FIELD_ID(struct thing, id),
    FIELD_TEXT(struct thing, name, .min = 2, .max = 5),
    FIELD_END
};
/* clang-format on */
static const struct field thing_fields[] = {
    FIELD_I64(struct thing, count, .optional = true, .min = -5, .max = 10, .fallback = 7,
              .present_offset = offsetof(struct thing, count_given)),
    FIELD_CREDITS(struct thing, price, .optional = true, .min = 1, .max = 1000, .fallback = 50),
    FIELD_TEXT(struct thing, name, .optional = true, .min = 2, .max = 8),
    FIELD_TEXT(struct thing, note, .optional = true, .max = 20, .multiline = true),
    FIELD_TEXT(struct thing, secret, .optional = true, .max = 8, .form = TEXT_SECRET),
    FIELD_TEXT(struct thing, email, .optional = true, .max = 254, .form = TEXT_EMAIL),
    FIELD_TEXT(struct thing, title, .optional = true, .max = 20, .form = TEXT_NAME),
    FIELD_TEXT(struct thing, domain, .optional = true, .max = 300, .form = TEXT_DOMAIN),
    FIELD_TEXT(struct thing, url, .optional = true, .max = 200, .form = TEXT_URL),
    FIELD_BOOL(struct thing, on, .optional = true),
    FIELD_ENUM(struct thing, colour, colours, .optional = true, .fallback = GREEN),
    FIELD_END
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

/* One field of thing_fields, given as JSON, must give this one fault. */
static void expect_fault(const char *text, const char *field, const char *code, int64_t limit)
{
    if (from_json(thing_fields, text, false)) fail_msg("accepted: %s", text);
    assert_int_equal(faults.count, 1);
    if (!text_eq(faults.fault[0].field, field) || !text_eq(faults.fault[0].code, code) ||
        faults.fault[0].limit != limit)
        fail_msg("%s: %s %s %ld", text, faults.fault[0].field, faults.fault[0].code, (long)faults.fault[0].limit);
}

static void expect_good(const char *text)
{
    if (!from_json(thing_fields, text, false)) fail_msg("refused: %s: %s", text, faults.fault[0].code);
}

static void nothing_given_gives_fallbacks(void **state)
{
    expect_good("{}");
    assert_int_equal(out.count, 7);
    assert_false(out.count_given);
    assert_int_equal(credits_count(out.price), 50);
    assert_null(out.name);
    assert_false(out.on);
    assert_int_equal(out.colour, GREEN);
    expect_good("{\"count\":null,\"name\":null,\"on\":null,\"colour\":null,\"price\":null}");
    assert_int_equal(out.count, 7);
    assert_true(out.count_given);
}

static void good_values_are_stored(void **state)
{
    expect_good("{\"count\":-5,\"price\":1000,"
                "\"name\":\"  a\\u3000b\\u3000 \",\"note\":\"x\\ty\\r\\nz\\n\",\"secret\":\" s \","
                "\"email\":\" A.b+c@Shop.Example \",\"domain\":\"Shop.example.com\",\"url\":\"https://a.b/c?d=e#f\","
                "\"on\":true,\"colour\":\"blue\"}");
    assert_int_equal(out.count, -5);
    assert_true(out.count_given);
    assert_int_equal(credits_count(out.price), 1000);
    assert_string_equal(out.name, "a\xE3\x80\x80"
                                  "b");
    assert_string_equal(out.note, "x\ty\nz");
    assert_string_equal(out.secret, " s ");
    assert_string_equal(out.email, "A.b+c@Shop.Example");
    assert_string_equal(out.domain, "shop.example.com");
    assert_string_equal(out.url, "https://a.b/c?d=e#f");
    assert_true(out.on);
    assert_int_equal(out.colour, BLUE);
}

static void required_fields_are_named(void **state)
{
    assert_false(from_json(needed_fields, "{}", false));
    assert_int_equal(faults.count, 2);
    assert_string_equal(faults.fault[0].field, "id");
    assert_string_equal(faults.fault[0].code, "required");
    assert_string_equal(faults.fault[1].field, "name");
    assert_false(from_json(needed_fields, "{\"id\":1,\"name\":\" \\u3000\"}", false));
    assert_string_equal(faults.fault[0].code, "required");
    assert_false(from_json(needed_fields, "{\"id\":null,\"name\":\"ab\"}", false));
    assert_true(from_json(needed_fields, "{\"id\":9223372036854775807,\"name\":\"ab\"}", false));
    assert_true(out.id == INT64_MAX);
}

static void wrong_types_are_refused(void **state)
{
    expect_fault("{\"count\":\"1\"}", "count", "type", 0);
    expect_fault("{\"count\":1.0}", "count", "type", 0);
    expect_fault("{\"count\":1e1}", "count", "type", 0);
    expect_fault("{\"count\":true}", "count", "type", 0);
    expect_fault("{\"price\":[1]}", "price", "type", 0);
    expect_fault("{\"name\":1}", "name", "type", 0);
    expect_fault("{\"name\":{}}", "name", "type", 0);
    expect_fault("{\"on\":1}", "on", "type", 0);
    expect_fault("{\"on\":\"true\"}", "on", "type", 0);
    expect_fault("{\"colour\":1}", "colour", "type", 0);
    const char *tops[] = { "[]", "1", "\"a\"", "null", "true", "[{}]" };
    for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
        assert_false(from_json(thing_fields, tops[i], true));
        assert_string_equal(faults.fault[0].code, "type");
    }
}

static void ranges_are_kept(void **state)
{
    expect_fault("{\"count\":-6}", "count", "too_small", -5);
    expect_fault("{\"count\":11}", "count", "too_large", 10);
    expect_fault("{\"price\":0}", "price", "too_small", 1);
    expect_fault("{\"price\":9223372036854775807}", "price", "too_large", 1000);
    expect_fault("{\"name\":\"a\"}", "name", "too_short", 2);
    expect_fault("{\"name\":\"123456789\"}", "name", "too_long", 8);
    expect_fault("{\"secret\":\"123456789\"}", "secret", "too_long", 8);
    expect_fault("{\"colour\":\"Red\"}", "colour", "not_one_of", 0);
    expect_fault("{\"colour\":\"\"}", "colour", "not_one_of", 0);
    expect_good("{\"name\":\"\\u4e2d\\u6587\\u5546\\u5e97\\u540d\\u79f0\\ud83d\\ude00\\u5b57\"}"); /* 8 characters */
    expect_fault("{\"name\":\"\\u4e2d\\u6587\\u5546\\u5e97\\u540d\\u79f0\\ud83d\\ude00\\u5b57x\"}", "name", "too_long",
                 8);
}

static void control_characters_are_refused(void **state)
{
    /* clang-format off */
    static const char *const texts[] = { "a\\u0001b", "a\\tb", "a\\nb", "\\na", "a\\rb", "a\\u007fb", "a\\u0085b",
        "a\\u009fb", "a\\u202eb", "a\\u2066b", "a\\u2069b", "a\\u2028b", "a\\u2029b", "a\\u001bb" };
    /* clang-format on */
    char json[64];
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        (void)snprintf(json, sizeof(json), "{\"name\":\"%s\"}", texts[i]);
        expect_fault(json, "name", "control_characters", 0);
    }
    expect_fault("{\"note\":\"a\\rb\"}", "note", "control_characters", 0);
}

static void unknown_fields(void **state)
{
    expect_fault("{\"counts\":1}", "counts", "unknown", 0);
    expect_fault("{\"Count\":1}", "Count", "unknown", 0);
    expect_fault("{\"a\\nb\":1}", "?", "unknown", 0);
    assert_true(from_json(thing_fields, "{\"counts\":1,\"count\":2}", true));
    assert_int_equal(out.count, 2);
    assert_false(from_json(thing_fields,
                           "{\"0123456789012345678901234567890123456789012345678901234567890123456789\":1}", false));
    assert_int_equal(strlen(faults.fault[0].field), 64);
    assert_false(from_json(thing_fields,
                           "{\"012345678901234567890123456789012345678901234567890123456789012\\u4e2d\":1}", false));
    assert_int_equal(strlen(faults.fault[0].field), 63); /* not cut inside a character */
    assert_false(
        from_json(thing_fields, "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}", false));
    assert_int_equal(faults.count, FIELD_FAULTS_MAX);
}

static void emails(void **state)
{
    static const char *const good[] = { "a@b.cn", "first.last+tag@shop.example.com", "o'hara@b.ie", "a_b-c@b-c.de" };
    /* clang-format off */
    static const char *const bad[] = {
        "a", "@b.cn", "a@", "a@b", "a@@b.cn", "a@b@c.cn", "a b@c.cn", "a@b .cn", "a@.cn", "a@b.", "a@b..cn",
        ".a@b.cn", "a.@b.cn", "a..b@c.cn", "a@-b.cn", "a@b-.cn", "\\\"a\\\"@b.cn", "a@[127.0.0.1]", "a@1.2.3.4",
        "a,b@c.cn", "a<b@c.cn", "\\u4e2d@b.cn", "a@\\u4e2d", "a@xn--a.cn", "a@b\\u200b.cn", "a@b_c.cn", "a@b.cn>",
        "0123456789012345678901234567890123456789012345678901234567890123x@b.cn",
    };
    /* clang-format on */
    char json[512];
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        (void)snprintf(json, sizeof(json), "{\"email\":\"%s\"}", good[i]);
        expect_good(json);
        assert_string_equal(out.email, good[i]);
    }
    /* Both spellings of an international host are one address. */
    expect_good("{\"email\":\"Ann@B\\u00fccher.de\"}");
    assert_string_equal(out.email, "Ann@xn--bcher-kva.de");
    expect_good("{\"email\":\"Ann@xn--bcher-kva.de\"}");
    assert_string_equal(out.email, "Ann@xn--bcher-kva.de");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        (void)snprintf(json, sizeof(json), "{\"email\":\"%s\"}", bad[i]);
        expect_fault(json, "email", "format", 0);
    }
    expect_fault("{\"email\":\"a@b.cn\\r\\nBcc: x\"}", "email", "control_characters", 0);
}

static void names_are_composed_and_show_something(void **state)
{
    /* clang-format off */
    static const char *const bad[] = { "\\u3164", "\\u2800", "\\u200d", "\\u115f", "\\ufe0f", "\\udb40\\udc41",
                                       "a\\u200bb", "a\\u202eb" };
    /* clang-format on */
    char json[128];
    expect_good("{\"title\":\" Cafe\\u0301 \"}");
    assert_string_equal(out.title, "Caf\xC3\xA9");
    expect_good("{\"title\":\"\\ud83d\\udc69\\u200d\\ud83d\\udcbb\"}");
    expect_good("{\"name\":\"Cafe\\u0301\"}"); /* other text is composed too, so that a search finds it */
    assert_string_equal(out.name, "Caf\xC3\xA9");
    expect_good("{\"secret\":\"Cafe\\u0301\"}"); /* but a secret is what was typed */
    assert_string_equal(out.secret, "Cafe\xCC\x81");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        (void)snprintf(json, sizeof(json), "{\"title\":\"%s\"}", bad[i]);
        expect_fault(json, "title", i + 1 < ARRAY_LEN(bad) ? "invisible" : "control_characters", 0);
    }
}

/* It may hold joiners, as Persian words do, but not those alone. */
static void what_must_be_given_must_be_seen(void **state)
{
    static const struct field texts[] = { FIELD_TEXT(struct thing, note, .min = 1, .max = 40, .multiline = true),
                                          FIELD_END };
    assert_true(from_json(texts, "{\"note\":\"\\u0645\\u06cc\\u200c\\u062e\\u0648\\u0627\\u0647\\u0645\"}", false));
    static const char *const bad[] = { "\\u3164", "\\u2800", "\\u200d\\u200c", "\\u115f \\n \\u3164" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char json[128];
        (void)snprintf(json, sizeof(json), "{\"note\":\"%s\"}", bad[i]);
        assert_false(from_json(texts, json, false));
    }
}

static void domains(void **state)
{
    /* clang-format off */
    static const struct { const char *in, *out; } good[] = {
        { "shop.example.com", "shop.example.com" }, { "https://shop.example.com/", "shop.example.com" },
        { "HTTP://Shop.Example.COM", "shop.example.com" }, { " a.b ", "a.b" }, { "localhost", "localhost" },
        { "localhost:3000", "localhost:3000" }, { "http://localhost:65535/", "localhost:65535" },
        { "XN--fiq228c.com", "\xE4\xB8\xAD\xE6\x96\x87.com" }, { "\\u5546\\u5e97.com", "\xE5\x95\x86\xE5\xBA\x97.com" },
        { "\\u5546\\u5e97\\u3002\\u4e2d\\u56fd", "\xE5\x95\x86\xE5\xBA\x97.\xE4\xB8\xAD\xE5\x9B\xBD" },
        { "B\\u00dcCHER.de", "b\xC3\xBC" "cher.de" }, { "\\u041c\\u0410\\u0413.ru", "\xD0\xBC\xD0\xB0\xD0\xB3.ru" },
        { "9-8.7z", "9-8.7z" },
    };
    static const char *const bad[] = {
        "shop", "a..b", ".a.b", "a.b.", "-a.b", "a-.b", "a_b.c", "a b.c", "a.b/c", "a.b?c", "a.b#c", "a.b:80",
        "u@a.b", "1.2.3.4", "[::1]", "https://", "ftp://a.b", "//a.b", "https://https://a.b", "a.b//", "localhost:0",
        "localhost:65536", "localhost:080", "localhost:", "localhost:x", "a\\u00a0b.c", "a\\u200db.c", "a\\u00d7b.c",
        "a\\uff41b.c", "\\ud83d\\ude00.com", "a\\u2215b.c", "javascript:alert(1)", "a.b\\\\c", "a.b%2e", "*.a.b",
        "0123456789012345678901234567890123456789012345678901234567890123.com",
        "locxq.xn--co2faseecom", "\\ud81d\\uddf3.com",   /* refused letters, by their code and as they are */
    };
    /* clang-format on */
    char json[512];
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        (void)snprintf(json, sizeof(json), "{\"domain\":\"%s\"}", good[i].in);
        expect_good(json);
        assert_string_equal(out.domain, good[i].out);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        (void)snprintf(json, sizeof(json), "{\"domain\":\"%s\"}", bad[i]);
        expect_fault(json, "domain", "format", 0);
    }
}

static void urls(void **state)
{
    /* clang-format off */
    static const char *const good[] = { "http://a", "https://a.b:8443/c/d?e=f&g#h", "http://[::1]:80/",
        "https://a/@b" };
    static const char *const bad[] = {
        "a.b", "ftp://a", "javascript:alert(1)", "//a", "/a", "https://", "https:///a", "http://:80", "https://u@a/",
        "https://u:p@a/", "https://a b", "https://a/\\u4e2d", "https://a/<b>", "https://a/\\\"", "https:/a",
        "HTTPS://a", "https://a\\\\b", "https://?a",
    };
    /* clang-format on */
    char json[512];
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        (void)snprintf(json, sizeof(json), "{\"url\":\"%s\"}", good[i]);
        expect_good(json);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        (void)snprintf(json, sizeof(json), "{\"url\":\"%s\"}", bad[i]);
        expect_fault(json, "url", "format", 0);
    }
}

/* ---- pairs ---- */

static bool from_pair(const char *name, struct str value)
{
    struct fields_pair pair = { str_of(name), value };
    memset(&out, 0, sizeof(out));
    return fields_from_pairs(arena, thing_fields, &pair, 1, false, &out, &faults);
}

static void pairs_are_read(void **state)
{
    const struct fields_pair pairs[] = { { STR("count"), STR("10") },
                                         { STR("on"), STR("true") },
                                         { STR("colour"), STR("red") },
                                         { STR("name"), STR(" ab ") } };
    assert_true(fields_from_pairs(arena, thing_fields, pairs, ARRAY_LEN(pairs), false, &out, &faults));
    assert_int_equal(out.count, 10);
    assert_true(out.on);
    assert_int_equal(out.colour, RED);
    assert_string_equal(out.name, "ab");
    assert_true(from_pair("count", STR("0")) && out.count == 0);
    assert_true(from_pair("count", STR("-5")) && out.count == -5);
    assert_true(from_pair("on", STR("false")) && !out.on);
    assert_true(from_pair("name", STR("")) && !out.name);
    assert_true(fields_from_pairs(arena, thing_fields, NULL, 0, false, &out, &faults));
    assert_int_equal(out.count, 7);
    assert_false(fields_from_pairs(arena, needed_fields, NULL, 0, false, &out, &faults));
}

static void bad_pairs_are_refused(void **state)
{
    /* clang-format off */
    static const struct { const char *name; struct str value; const char *code; } cases[] = {
        { "count", STR("01"), "type" }, { "count", STR("+1"), "type" }, { "count", STR("-0"), "type" },
        { "count", STR("1.0"), "type" }, { "count", STR(" 1"), "type" }, { "count", STR("1 "), "type" },
        { "count", STR(""), "type" }, { "count", STR("-"), "type" }, { "count", STR("0x1"), "type" },
        { "count", STR("1e1"), "type" }, { "count", STR("00"), "type" }, { "count", STR("1\0"), "type" },
        { "count", STR("\xEF\xBC\x91"), "type" }, { "count", STR("\xFF"), "format" },
        { "count", STR("99999999999999999999"), "too_large" }, { "count", STR("-99999999999999999999"), "too_small" },
        { "count", STR("11"), "too_large" }, { "count", STR("-6"), "too_small" },
        { "on", STR("1"), "type" }, { "on", STR("True"), "type" }, { "on", STR(""), "type" },
        { "colour", STR("pink"), "not_one_of" }, { "colour", STR("red\0"), "not_one_of" },
        { "name", STR("a\xFFz"), "format" }, { "name", STR("\xC0\x80 a"), "format" },
        { "name", STR("\xED\xA0\x80 a"), "format" },
        { "name", STR("ab\0c"), "control_characters" }, { "name", STR("a\xC2\x85z"), "control_characters" },
        { "nam", STR("ab"), "unknown" }, { "", STR("ab"), "unknown" }, { "\xFF", STR(""), "unknown" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (from_pair(cases[i].name, cases[i].value)) fail_msg("accepted: %s=%s", cases[i].name, cases[i].value.p);
        if (faults.count != 1 || !text_eq(faults.fault[0].code, cases[i].code))
            fail_msg("%s=%s: %s", cases[i].name, cases[i].value.p, faults.fault[0].code);
    }
    const struct fields_pair twice[] = { { STR("count"), STR("1") }, { STR("count"), STR("1") } };
    assert_false(fields_from_pairs(arena, thing_fields, twice, 2, true, &out, &faults));
    assert_string_equal(faults.fault[0].code, "duplicate");
    const struct fields_pair unknown[] = { { STR("x"), STR("1") }, { STR("count"), STR("3") } };
    assert_true(fields_from_pairs(arena, thing_fields, unknown, 2, true, &out, &faults));
    assert_int_equal(out.count, 3);
}

static void pairs_are_split(void **state)
{
    /* clang-format off */
    static const struct { struct str in; bool good; const char *pairs; } cases[] = {
        { STR(""), true, "" }, { STR("&&"), true, "" }, { STR("a"), true, "a=;" }, { STR("a="), true, "a=;" },
        { STR("=b"), true, "=b;" }, { STR("="), true, "=;" }, { STR("a=b"), true, "a=b;" },
        { STR("a=b&c=d"), true, "a=b;c=d;" },
        { STR("a=b=c"), true, "a=b=c;" }, { STR("&a=b&"), true, "a=b;" }, { STR("a+b=c+d"), true, "a b=c d;" },
        { STR("%61=%E4%B8%ad"), true, "a=\xE4\xB8\xAD;" }, { STR("a=%26%3D"), true, "a=&=;" },
        { STR("a=1&a=2"), true, "a=1;a=2;" },
        { STR("a;b=c"), true, "a;b=c;" }, { STR("a=%"), false, NULL }, { STR("a=%4"), false, NULL },
        { STR("a=%zz"), false, NULL },
        { STR("%00=a"), false, NULL }, { STR("a=%00"), false, NULL }, { STR("1&2&3&4"), true, "1=;2=;3=;4=;" },
        { STR("1&2&3&4&5"), false, NULL },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fields_pair pairs[4];
        size_t count;
        struct buf text;
        buf_init(&text, 512);
        bool good = fields_pairs_split(arena, cases[i].in, pairs, ARRAY_LEN(pairs), &count);
        if (good != cases[i].good) fail_msg("%s", cases[i].in.p);
        for (size_t k = 0; good && k < count; k++) {
            buf_add(&text, pairs[k].name.p, pairs[k].name.n), buf_char(&text, '=');
            buf_add(&text, pairs[k].value.p, pairs[k].value.n), buf_char(&text, ';');
        }
        if (good && !text_eq(buf_terminated(&text), cases[i].pairs))
            fail_msg("%s: %s", cases[i].in.p, buf_terminated(&text));
        buf_free(&text);
    }
}

/* ---- shapes ---- */

static const struct shape part_shape[] = { SHAPE_I64("n"), SHAPE_END };
/* clang-format off */
static const struct shape whole_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("name", .nullable = true), SHAPE_BOOL("on", .maybe = true), SHAPE_TIME("at"),
    SHAPE_ENUM("colour", colours), SHAPE_OBJECT("part", part_shape, .maybe = true), SHAPE_LIST("parts", part_shape),
    SHAPE_TEXT_LIST("tags"), SHAPE_END
};
#define GOOD_HEAD "{\"id\":1,\"name\":null,\"at\":\"2026-11-22T04:00:00.000Z\",\"colour\":\"red\""

static void shapes(void **state)
{
    static const struct { const char *json, *why; } cases[] = {
        { GOOD_HEAD ",\"parts\":[],\"tags\":[]}", "" },
        { GOOD_HEAD ",\"parts\":[{\"n\":1},{\"n\":2}],\"tags\":[\"a\"],\"on\":false,\"part\":{\"n\":3}}", "" },
        { GOOD_HEAD ",\"parts\":[],\"tags\":[1]}", "tags: holds something else than text" },
        { GOOD_HEAD ",\"parts\":[{}],\"tags\":[]}", "parts.n: is missing" },
        { GOOD_HEAD ",\"parts\":[1],\"tags\":[]}", "parts: is no object" },
        { GOOD_HEAD ",\"parts\":{},\"tags\":[]}", "parts: is no list" },
        { GOOD_HEAD ",\"parts\":null,\"tags\":[]}", "parts: is null" },
        { GOOD_HEAD ",\"parts\":[],\"tags\":[],\"part\":{\"n\":\"1\"}}", "part.n: is no whole number" },
        { GOOD_HEAD ",\"parts\":[],\"tags\":[],\"part\":{\"n\":1,\"m\":2}}", "part.m: is not in the shape" },
        { GOOD_HEAD ",\"parts\":[],\"tags\":[],\"more\":1}", "more: is not in the shape" },
        { GOOD_HEAD ",\"parts\":[],\"tags\":[],\"on\":0}", "on: is no boolean" },
        { GOOD_HEAD ",\"parts\":[]}", "tags: is missing" },
        { "{\"id\":null}", "id: is null" }, { "{\"id\":1.5}", "id: is no whole number" },
        { "{\"id\":1,\"name\":2}", "name: is no text" }, { "{\"id\":1,\"name\":\"\",\"at\":\"now\"}",
            "at: is no RFC 3339 time" },
        { "{\"id\":1,\"name\":\"\",\"at\":\"2026-11-22T04:00:00.000Z\",\"colour\":\"pink\"}",
            "colour: is not one of its names" },
        { "[]", ": is no object" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *v = json_read(str_of(cases[i].json), JSON_READ_MAX_BYTES, NULL);
        assert_non_null(v);
        struct buf why;
        buf_init(&why, 512);
        bool same = shape_matches(whole_shape, v, &why);
        if (!text_eq(buf_terminated(&why), cases[i].why)) fail_msg("%s: %s", cases[i].json, buf_terminated(&why));
        assert_int_equal(same, cases[i].why[0] == '\0');
        buf_free(&why);
        json_decref(v);
    }
}

/* ---- lists and objects ---- */

struct place {
    const char *city;
    int64_t zip;
};
/* clang-format off */
static const struct field place_fields[] = {
    FIELD_TEXT(struct place, city, .min = 1, .max = 10),
    FIELD_I64(struct place, zip, .optional = true, .min = 1, .max = 99),
    FIELD_END
};
struct line { int64_t amount; const struct place *place; };
static const struct field line_fields[] = {
    FIELD_I64(struct line, amount, .min = 1, .max = 9),
    FIELD_OBJECT(struct line, place, place_fields, struct place, .optional = true),
    FIELD_END
};
/* clang-format on */
struct word {
    int colour;
};
static const struct field word_field = FIELD_ENUM(struct word, colour, colours);
struct line_of {
    const struct line *line;
};
static const struct field line_field = FIELD_OBJECT(struct line_of, line, line_fields, struct line);
struct order {
    const struct place *place;
    struct field_list words, lines;
    bool words_given;
};
/* clang-format off */
static const struct field order_fields[] = {
    FIELD_OBJECT(struct order, place, place_fields, struct place),
    FIELD_LIST(struct order, words, &word_field, struct word, .optional = true, .max = 3,
               .present_offset = offsetof(struct order, words_given)),
    FIELD_LIST(struct order, lines, &line_field, struct line_of, .optional = true, .min = 1, .max = 2),
    FIELD_END
};
/* clang-format on */

static bool read_order(const char *text, struct order *o, struct field_faults *bad)
{
    json_t *json = json_read(str_of(text), JSON_READ_MAX_BYTES, NULL);
    assert_non_null(json);
    *o = (struct order){ 0 };
    bool good = fields_from_json(arena, order_fields, json, false, o, bad);
    json_decref(json);
    return good;
}

static void lists_and_objects_are_read(void **state)
{
    struct order o;
    struct field_faults bad;
    assert_true(read_order("{\"place\":{\"city\":\" Bern \"}}", &o, &bad));
    assert_string_equal(o.place->city, "Bern");
    assert_true(o.words.item == NULL && o.lines.item == NULL && !o.words_given);
    assert_true(read_order("{\"place\":{\"city\":\"Bern\",\"zip\":9},\"words\":[\"blue\",\"red\"],"
                           "\"lines\":[{\"amount\":1},{\"amount\":2,\"place\":{\"city\":\"Ulm\"}}]}",
                           &o, &bad));
    const struct word *words = o.words.item;
    const struct line_of *lines = o.lines.item;
    assert_true(o.words_given && o.words.count == 2 && words[0].colour == BLUE && words[1].colour == RED);
    assert_true(o.lines.count == 2 && lines[0].line->amount == 1 && lines[0].line->place == NULL);
    assert_string_equal(lines[1].line->place->city, "Ulm");
    assert_true(read_order("{\"place\":{\"city\":\"Bern\"},\"words\":[]}", &o, &bad));
    assert_true(o.words.item != NULL && o.words.count == 0);
}

static void faults_inside_say_where(void **state)
{
#define BERN "\"place\":{\"city\":\"Bern\"}"
    /* clang-format off */
    static const struct { const char *json, *field, *code; } cases[] = {
        { "{}", "place", "required" }, { "{\"place\":null}", "place", "required" },
        { "{\"place\":[]}", "place", "type" }, { "{\"place\":{}}", "place.city", "required" },
        { "{\"place\":{\"city\":\"Bern\",\"zip\":100}}", "place.zip", "too_large" },
        { "{\"place\":{\"city\":\"Bern\",\"street\":1}}", "place.street", "unknown" },
        { "{" BERN ",\"words\":{}}", "words", "type" }, { "{" BERN ",\"words\":\"red\"}", "words", "type" },
        { "{" BERN ",\"words\":[\"red\",\"pink\"]}", "words[1]", "not_one_of" },
        { "{" BERN ",\"words\":[null]}", "words[0]", "type" },
        { "{" BERN ",\"words\":[\"red\",\"red\",\"red\",\"red\"]}", "words", "too_many" },
        { "{" BERN ",\"lines\":[]}", "lines", "too_few" }, { "{" BERN ",\"lines\":[1]}", "lines[0]", "type" },
        { "{" BERN ",\"lines\":[{}]}", "lines[0].amount", "required" },
        { "{" BERN ",\"lines\":[{\"amount\":1},{\"amount\":1,\"place\":{\"city\":7}}]}", "lines[1].place.city",
          "type" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct order o;
        struct field_faults bad;
        assert_false(read_order(cases[i].json, &o, &bad));
        const struct field_fault *f = &bad.fault[0];
        if (bad.count != 1 || !text_eq(f->field, cases[i].field) || !text_eq(f->code, cases[i].code))
            fail_msg("%s: %s:%s", cases[i].json, f->field, f->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_gives_fallbacks),
        cmocka_unit_test(good_values_are_stored),
        cmocka_unit_test(required_fields_are_named),
        cmocka_unit_test(wrong_types_are_refused),
        cmocka_unit_test(ranges_are_kept),
        cmocka_unit_test(control_characters_are_refused),
        cmocka_unit_test(unknown_fields),
        cmocka_unit_test(emails),
        cmocka_unit_test(names_are_composed_and_show_something),
        cmocka_unit_test(what_must_be_given_must_be_seen),
        cmocka_unit_test(domains),
        cmocka_unit_test(urls),
        cmocka_unit_test(pairs_are_read),
        cmocka_unit_test(bad_pairs_are_refused),
        cmocka_unit_test(pairs_are_split),
        cmocka_unit_test(shapes),
        cmocka_unit_test(lists_and_objects_are_read),
        cmocka_unit_test(faults_inside_say_where),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
