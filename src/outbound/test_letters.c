/* test_letters.c: templates, values, both parts, and the message they become. */
#include "base/testing.h"

#include "outbound/letters.h"
#include "outbound/private.h"

#include <stdio.h>

static struct arena *arena;

/* clang-format off */
static const struct letter sample = {
    .kind = "sample",
    .slot = { LETTER_SLOT_TEXT("shop", "Tea"), LETTER_SLOT_NUMBER("credits", 10), LETTER_SLOT_DAY("until", 0),
              LETTER_SLOT_LINK("link", "https://a.example/x") },
    .en = { "{shop} needs {credits} credits",
            "Hello,\n\n{shop} <b>needs</b> {credits} until {until}.\n\n[Top up]{link}\n\nBye" },
    .zh = { "{shop} 需要 {credits} 个点数",
            "您好：\n\n{shop} 在{until}前需要 {credits} 个点数。\n\n[去充值]{link}" },
};
#define LINK "https://a.example/billing?a=1&b=2#token=xyz"
static const struct letter_value values[] = {
    LETTER_VALUE_TEXT("shop", "茶 & <b>Co</b> \"x\""), LETTER_VALUE_NUMBER("credits", 10),
    LETTER_VALUE_DAY("until", INT64_C(1795320000000)), LETTER_VALUE_LINK("link", LINK), LETTER_END
};
/* clang-format on */

static void both_parts_say_the_same_and_only_one_is_html(void **state)
{
    (void)state;
    struct letter_text t;
    assert_true(letter_render(arena, &sample, "en", values, &t));
    assert_string_equal(t.subject, "茶 & <b>Co</b> \"x\" needs 10 credits");
    assert_string_equal(t.plain, "Hello,\n\n茶 & <b>Co</b> \"x\" <b>needs</b> 10 until 22 November 2026.\n\n"
                                 "Top up:\n" LINK "\n\nBye\n");
    /* No value and no template opens an element in the HTML part. */
    assert_null(strstr(t.html, "<b>"));
    assert_non_null(strstr(t.html, "茶 &amp; &lt;b&gt;Co&lt;/b&gt; &quot;x&quot; &lt;b&gt;needs&lt;/b&gt; 10 until"));
    assert_non_null(strstr(t.html, "<a href=\"https://a.example/billing?a=1&amp;b=2#token=xyz\""));
    assert_non_null(strstr(t.html, "<html lang=\"en\">"));
    assert_non_null(strstr(t.html, ">Top up</a>"));
    assert_true(letter_render(arena, &sample, "zh-CN", values, &t));
    assert_non_null(strstr(t.plain, "在2026年11月22日前需要 10 个点数"));
    assert_non_null(strstr(t.html, "<html lang=\"zh-CN\">"));
    assert_non_null(strstr(t.plain, "去充值：\n" LINK));
}

static void values_must_fit_the_slots(void **state)
{
    (void)state;
    const struct letter_value bad[][6] = {
        { LETTER_END },
        { values[0], values[1], values[2], LETTER_END },
        { LETTER_VALUE_TEXT("shop", NULL), LETTER_VALUE_NUMBER("credits", 1), LETTER_VALUE_DAY("until", 0),
          LETTER_VALUE_LINK("link", LINK), LETTER_END },
        { LETTER_VALUE_NUMBER("shop", 1), LETTER_VALUE_NUMBER("credits", 1), LETTER_VALUE_DAY("until", 0),
          LETTER_VALUE_LINK("link", LINK), LETTER_END },
        { LETTER_VALUE_TEXT("shop", "a"), LETTER_VALUE_NUMBER("credits", 1), LETTER_VALUE_DAY("until", 0),
          LETTER_VALUE_LINK("link", "javascript:alert(1)"), LETTER_END },
        { LETTER_VALUE_TEXT("shop", "a"), LETTER_VALUE_NUMBER("credits", 1), LETTER_VALUE_DAY("until", 0),
          LETTER_VALUE_LINK("link", LINK), LETTER_VALUE_TEXT("more", "a"), LETTER_END },
    };
    struct letter_text t;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(letter_render(arena, &sample, "en", bad[i], &t));
    char *huge = arena_alloc(arena, 70000);
    memset(huge, 'x', 69999);
    const struct letter_value long_one[] = { LETTER_VALUE_TEXT("shop", huge), values[1], values[2], values[3],
                                             LETTER_END };
    assert_false(letter_render(arena, &sample, "en", long_one, &t));
    /* A line end in a value begins no paragraph and no header. */
    const struct letter_value lines[] = { LETTER_VALUE_TEXT("shop", "a\r\n\x7f\xc2\x85"
                                                                    "Bcc: \xc2\xa3"),
                                          values[1], values[2], values[3], LETTER_END };
    assert_true(letter_render(arena, &sample, "en", lines, &t));
    assert_string_equal(t.subject, "a    Bcc: \xc2\xa3 needs 10 credits");
    /* A subject has room for two long names, cut between characters. */
    char *name = arena_alloc(arena, 1 + 4 * 79 + 1);
    name[0] = 'x';
    for (int i = 0; i < 79; i++) memcpy(name + 1 + 4 * i, "🍵", 4);
    name[1 + 4 * 79] = '\0';
    const struct letter_value named[] = { LETTER_VALUE_TEXT("shop", name), values[1], values[2], values[3],
                                          LETTER_END };
    assert_true(letter_render(arena, &sample, "en", named, &t));
    assert_string_equal(t.subject, arena_printf(arena, "%.117s… needs 10 credits", name));
    assert_non_null(strstr(t.plain, name));
    /* A brace in a value is a brace. */
    const struct letter_value braces[] = { LETTER_VALUE_TEXT("shop", "{link}"), values[1], values[2], values[3],
                                           LETTER_END };
    assert_true(letter_render(arena, &sample, "en", braces, &t));
    assert_string_equal(t.subject, "{link} needs 10 credits");
}

/* A time that ends at midnight has the day before for its last one. */
static void an_end_is_written_as_its_last_day(void **state)
{
    (void)state;
    static const struct {
        int64_t end_ms;
        const char *says;
    } ends[] = {
        { INT64_C(1795305600000), "until 21 November 2026." }, /* midnight in UTC */
        { INT64_C(1795305600001), "until 22 November 2026." },
        { INT64_C(1795391999999), "until 22 November 2026." },
        { INT64_C(1795392000000), "until 22 November 2026." },
    };
    struct letter_text t;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        const struct letter_value v[] = { values[0], values[1], LETTER_VALUE_DAY("until", ends[i].end_ms), values[3],
                                          LETTER_END };
        assert_true(letter_render(arena, &sample, "en", v, &t));
        if (!strstr(t.plain, ends[i].says)) fail_msg("%s: %s", ends[i].says, t.plain);
    }
}

static void nobody_is_sent_to_an_address_that_is_not_there(void **state)
{
    (void)state;
    assert_string_equal(letter_appeal(arena, "en", "Write to us:", "请联系："), "");
    letters_contact = "mailto:help@a.example";
    assert_string_equal(letter_appeal(arena, "en", "Write to us:", "请联系："), "Write to us: help@a.example");
    assert_string_equal(letter_appeal(arena, "zh-CN", "Write to us:", "请联系："), "请联系：help@a.example");
    letters_contact = "https://a.example/help";
    assert_string_equal(letter_appeal(arena, "en", "Write to us:", "请联系："), "Write to us: https://a.example/help");
    letters_contact = NULL;
    /* A paragraph that ends with it has no gap there. */
    static const struct letter ends = { .kind = "ends",
                                        .slot = { LETTER_SLOT_TEXT("shop", "Tea") },
                                        .en = { "a", "It is over. {shop}\n\nBye" },
                                        .zh = { "a", "结束。{shop}\n\n再见" } };
    struct letter_text t;
    const struct letter_value empty[] = { LETTER_VALUE_TEXT("shop", ""), LETTER_END };
    assert_true(letter_render(arena, &ends, "en", empty, &t));
    assert_string_equal(t.plain, "It is over.\n\nBye\n");
}

static void tables_are_looked_at(void **state)
{
    (void)state;
    static const struct letter unused = { "unused", { LETTER_SLOT_TEXT("a", "b") }, { "a", "{a}" }, { "a", "b" } };
    static const struct letter unknown = { "unknown", { { 0 } }, { "a", "{shop}" }, { "a", "b" } };
    static const struct letter open = { "open", { { 0 } }, { "a", "b" }, { "a", "{shop" } };
    /* clang-format off */
    static const struct letter pressed = { "pressed", { LETTER_SLOT_TEXT("a", "b") }, { "a", "[x]{a}" },
                                           { "a", "{a}" } };
#define FORTY "1234567890123456789012345678901234567890"
    static const struct letter crowded = { "crowded", { LETTER_SLOT_TEXT("a", "b") },
                                           { FORTY FORTY FORTY FORTY FORTY FORTY FORTY FORTY FORTY FORTY "{a}", "{a}" },
                                           { "{a}", "{a}" } };
    /* clang-format on */
    static const struct letter *const good[] = { &sample, NULL };
    const struct letter *const bad[] = { &unused, &unknown, &open, &pressed, &crowded };
    struct buf complaints;
    buf_init(&complaints, 4096);
    assert_true(letters_check(good, &complaints));
    assert_int_equal(complaints.n, 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const struct letter *const table[] = { bad[i], NULL };
        buf_clear(&complaints);
        assert_false(letters_check(table, &complaints));
        assert_non_null(strstr(buf_terminated(&complaints), bad[i]->kind));
    }
    buf_free(&complaints);
}

/* ---- the message ---- */

static size_t count(struct str s, const char *what)
{
    size_t n = 0;
    for (const char *p = s.p; (p = strstr(p, what)) != NULL; p += strlen(what)) n++;
    return n;
}

static void a_letter_becomes_two_parts_of_one_message(void **state)
{
    (void)state;
    struct letter_text t;
    assert_true(letter_render(arena, &sample, "zh-CN", values, &t));
    const struct smtp_mail mail = { .to = "b@example.com",
                                    .subject = t.subject,
                                    .text = t.plain,
                                    .html = t.html,
                                    .message_id = "<id@x>",
                                    .at_ms = INT64_C(1795320000123) };
    struct str m = smtp_message(arena, "Chathub <no-reply@example.com>", &mail);
    const char *at = strstr(m.p, "boundary=\"");
    assert_non_null(at);
    char boundary[64] = "--";
    assert_int_equal(sscanf(at, "boundary=\"%60[^\"]", boundary + 2), 1);
    assert_int_equal(count(m, boundary), 3); /* two parts and the end */
    assert_int_equal(count(m, "MIME-Version:"), 1);
    const char *plain = strstr(m.p, "Content-Type: text/plain; charset=utf-8\r\n");
    const char *html = strstr(m.p, "Content-Type: text/html; charset=utf-8\r\n");
    assert_true(plain && html && plain < html);
    assert_non_null(strstr(m.p, "Subject: =?UTF-8?B?"));
    for (size_t i = 0, line = 0; i < m.n; i++) {
        line = m.p[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 998 && (unsigned char)m.p[i] < 0x80);
        assert_true(m.p[i] != '\n' || m.p[i - 1] == '\r');
    }
    /* The base64 of the HTML part is the HTML part. */
    const char *body = strstr(html, "\r\n\r\n") + 4, *end = strstr(body, boundary);
    struct buf coded;
    buf_init(&coded, 1 << 20);
    for (const char *p = body; p < end; p++)
        if (*p != '\r' && *p != '\n') buf_char(&coded, *p);
    uint8_t *bytes = arena_alloc(arena, coded.n);
    size_t n = coded.n;
    assert_true(base64_decode(buf_str(&coded), bytes, &n));
    assert_non_null(memmem(bytes, n, "去充值</a>", strlen("去充值</a>")));
    buf_free(&coded);
    assert_true(str_eq(m, smtp_message(arena, "Chathub <no-reply@example.com>", &mail)));
}

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
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
        cmocka_unit_test(both_parts_say_the_same_and_only_one_is_html),
        cmocka_unit_test(values_must_fit_the_slots),
        cmocka_unit_test(an_end_is_written_as_its_last_day),
        cmocka_unit_test(nobody_is_sent_to_an_address_that_is_not_there),
        cmocka_unit_test(tables_are_looked_at),
        cmocka_unit_test(a_letter_becomes_two_parts_of_one_message),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
