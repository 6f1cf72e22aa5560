/* test_pages.c: operators write the texts of the public pages, on both engines. */
#include "shops/test_kit.h"
#include "site/private.h"

#include <stdio.h>

static struct kit_answer pages(struct test_db *t, enum verb verb, const char *path, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = site_page_routes, .verb = verb, .path = path, .account = 1, .body = body });
}

static const char *text_in(const struct kit_answer *a, const char *member)
{
    return json_string_value(json_object_get(a->json, member));
}

static int64_t number_in(const struct kit_answer *a, const char *member)
{
    return json_integer_value(json_object_get(a->json, member));
}

static void begin(struct test_db *t)
{
    kit_start();
    site_settings = (struct site_settings){ .base_url = "https://chat.example" };
    assert_int_equal(kit_account(t, 0), 1);
}

TEST_EACH_ENGINE(a_text_is_the_programs_until_somebody_writes_one)
{
    begin(t);
    struct kit_answer a = pages(t, VERB_GET, "/api/operator/pages/terms?lang=en", NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(number_in(&a, "version"), 0);
    assert_string_equal(text_in(&a, "text"), text_in(&a, "standardText"));
    EXPECT(json_is_null(json_object_get(a.json, "changedAt")) && json_is_null(json_object_get(a.json, "changedBy")));
    assert_string_equal(text_in(&a, "path"), "/en/terms");
    a = pages(t, VERB_PUT, "/api/operator/pages/terms?lang=en", "{\"version\":0,\"text\":\"# Ours\\n\\ntext\"}");
    assert_int_equal(a.status, 200);
    assert_int_equal(number_in(&a, "version"), 1);
    assert_int_equal(number_in(&a, "changedBy"), 1);
    a = pages(t, VERB_PUT, "/api/operator/pages/terms?lang=en", "{\"version\":1,\"text\":\"later\"}");
    assert_int_equal(number_in(&a, "version"), 2);
    a = pages(t, VERB_GET, "/api/operator/pages/terms?lang=en", NULL);
    assert_string_equal(text_in(&a, "text"), "later");
    a = pages(t, VERB_GET, "/api/operator/pages/terms?lang=en&version=1", NULL);
    assert_string_equal(text_in(&a, "text"), "# Ours\n\ntext");
    assert_int_equal(number_in(&a, "newest"), 2);
    a = pages(t, VERB_GET, "/api/operator/pages/terms?lang=zh-CN", NULL);
    assert_int_equal(number_in(&a, "version"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'page_changed'"), 2);
}

TEST_EACH_ENGINE(two_who_save_at_once_are_told)
{
    begin(t);
    assert_int_equal(
        pages(t, VERB_PUT, "/api/operator/pages/privacy?lang=zh-CN", "{\"version\":0,\"text\":\"a\"}").status, 200);
    assert_string_equal(
        pages(t, VERB_PUT, "/api/operator/pages/privacy?lang=zh-CN", "{\"version\":0,\"text\":\"b\"}").error,
        "page_changed");
    assert_string_equal(
        pages(t, VERB_PUT, "/api/operator/pages/privacy?lang=zh-CN", "{\"version\":7,\"text\":\"b\"}").error,
        "page_changed");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM site_pages"), 1);
}

TEST_EACH_ENGINE(what_is_no_text_is_refused)
{
    begin(t);
    static const struct {
        const char *path, *body, *fault;
    } cases[] = {
        { "/api/operator/pages/terms?lang=en", "{\"version\":0,\"text\":\"  \\n \"}", "text:required" },
        { "/api/operator/pages/terms?lang=en", "{\"text\":\"a\"}", "version:required" },
        { "/api/operator/pages/terms?lang=en", "{\"version\":-1,\"text\":\"a\"}", "version:too_small" },
        { "/api/operator/pages/terms?lang=de", "{\"version\":0,\"text\":\"a\"}", "lang:not_one_of" },
        { "/api/operator/pages/terms", "{\"version\":0,\"text\":\"a\"}", "lang:required" },
        { "/api/operator/pages/nothing?lang=en", "{\"version\":0,\"text\":\"a\"}", "name:not_one_of" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(pages(t, VERB_PUT, cases[i].path, cases[i].body).fault, cases[i].fault);
    assert_string_equal(pages(t, VERB_GET, "/api/operator/pages/terms?lang=en&version=9", NULL).error, "not_found");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM site_pages"), 0);
}

TEST_EACH_ENGINE(a_look_at_it_saves_nothing)
{
    begin(t);
    struct kit_answer a =
        pages(t, VERB_POST, "/api/operator/pages/refunds/preview?lang=en", "{\"text\":\"**Soon**<script>\"}");
    assert_int_equal(a.status, 200);
    const char *html = text_in(&a, "html");
    EXPECT(strstr(html, "<strong>Soon</strong>&lt;script&gt;") != NULL && strstr(html, "<script") == NULL);
    EXPECT(strstr(html, "<h1>Refunds</h1>") != NULL);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM site_pages"), 0);
}

TEST_EACH_ENGINE(the_list_says_which_were_replaced)
{
    begin(t);
    EXPECT(page_put(t->tx, PAGE_REFUNDS, LANG_ZH,
                    &(struct page){ .version = 1, .text = "我们的", .actor = 1, .created_at_ms = KIT_START_MS }));
    struct kit_answer a = pages(t, VERB_GET, "/api/operator/pages", NULL);
    const json_t *list = json_object_get(a.json, "pages");
    int64_t replaced = 0;
    assert_int_equal(json_array_size(list), 6);
    for (size_t i = 0; i < 6; i++) replaced += json_integer_value(json_object_get(json_array_get(list, i), "version"));
    assert_int_equal(replaced, 1);
}

/* The texts of the program are as long as an operator's may be, and begin where a page goes on. */
static void the_standard_texts_are_fit(void **state)
{
    (void)state;
    for (int name = 0; name < PAGE_NAMES; name++)
        for (int lang = LANG_EN; lang <= LANG_ZH; lang++) {
            const char *text = page_standard_text((enum page_name)name, (enum lang)lang);
            struct buf out;
            buf_init(&out, DOCUMENT_MAX);
            markdown_html(&out, str_of(text));
            assert_true(utf8_valid(str_of(text)) && utf8_length(str_of(text)) < PAGE_TEXT_MAX);
            assert_true(strncmp(buf_terminated(&out), "<h2>", 4) == 0);
            assert_non_null(
                strstr(buf_terminated(&out), lang == LANG_EN ? "whoever runs this service" : "待运营方补充"));
            buf_free(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_text_is_the_programs_until_somebody_writes_one),
        EACH_ENGINE(two_who_save_at_once_are_told),
        EACH_ENGINE(what_is_no_text_is_refused),
        EACH_ENGINE(a_look_at_it_saves_nothing),
        EACH_ENGINE(the_list_says_which_were_replaced),
        cmocka_unit_test(the_standard_texts_are_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
