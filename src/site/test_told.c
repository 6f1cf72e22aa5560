/* test_told.c: what the program tells about itself: the same in both languages, at the prices that it is given, and
 * nothing of what is not so. And which shop tells it. */
#include "shops/test_kit.h"
#include "site/private.h"

#include "base/json_read.h"

enum { TOLD_BYTES = 1 << 20, ANSWER_BYTES_MAX = 600 /* what the assistant quotes of one */ };

/* clang-format off */
static const struct site_offer wares[] = {
    { .code = "enterprise", .name_en = "Enterprise & <Co>", .name_zh = "企业版", .plan = true,
      .price = { 7000, CURRENCY_CNY }, .seat_price = { 1000, CURRENCY_CNY }, .more_seats = true, .days = 30,
      .seats = 2 },
    { .code = "basic", .name_en = "Basic", .name_zh = "基础版", .plan = true, .price = { 4950, CURRENCY_CNY },
      .seat_price = { 0, CURRENCY_CNY }, .days = 30, .seats = 1, .websites = 1 },
    { .code = "credits-1000", .name_en = "1000 credits", .name_zh = "1000 积分", .price = { 10000, CURRENCY_CNY },
      .seat_price = { 0, CURRENCY_CNY }, .credits = 1000 },
    { .code = "far", .name_en = "Far", .name_zh = "远", .plan = true, .price = { 900, CURRENCY_USD },
      .seat_price = { 0, CURRENCY_USD }, .days = 30, .seats = 1, .websites = 1 },
};
/* clang-format on */

static const char *ways(struct arena *a, enum lang lang)
{
    (void)a;
    return lang == LANG_ZH ? "支付宝" : "Alipay";
}

static void everything_is_set(void)
{
    site_settings = (struct site_settings){ .base_url = "https://chat.example",
                                            .company = "House Ltd",
                                            .support_contact = "mailto:help@chat.example",
                                            .support_hours = "9-18",
                                            .enable_credits = 55,
                                            .renewal_credits = 12 };
    site_hooks = (struct site_hooks){ .trial_days = 21, .ways = ways };
}

static void nothing_is_set(void)
{
    site_settings = (struct site_settings){ .base_url = "https://chat.example" };
    site_hooks = (struct site_hooks){ .trial_days = 0 };
}

static json_t *told(struct arena *a, size_t sold)
{
    struct buf out;
    buf_init(&out, TOLD_BYTES);
    site_told_of(&out, a, wares, sold);
    assert_null(memmem(out.p, out.n, "{{", 2));
    json_t *json = json_read(buf_str(&out), TOLD_BYTES, NULL);
    assert_non_null(json);
    buf_free(&out);
    return json;
}

static const json_t *entry(const json_t *json, const char *list, const char *id)
{
    const json_t *all = json_object_get(json, list);
    for (size_t i = 0; i < json_array_size(all); i++)
        if (text_eq(json_string_value(json_object_get(json_array_get(all, i), "id")), id))
            return json_array_get(all, i);
    return NULL;
}

static const char *says(const json_t *json, const char *list, const char *id, const char *member)
{
    const char *text = json_string_value(json_object_get(entry(json, list, id), member));
    if (!text) fail_msg("%s has no %s of %s", list, member, id);
    return text;
}

/* Whatever is set: what is told in one language is told in the other, fits an answer, and is told once. */
static void assert_whole(struct arena *a, const json_t *json)
{
    static const struct {
        const char *list, *title, *text;
    } lists[] = { { "faq", "question", "answer" }, { "documents", "title", "text" } };
    for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
        const json_t *all = json_object_get(json, lists[l].list);
        size_t n = json_array_size(all);
        assert_true(n > 2 && n % 2 == 0);
        for (size_t i = 0; i < n; i++) {
            const char *id = json_string_value(json_object_get(json_array_get(all, i), "id"));
            const char *zh = i < n / 2 ? arena_printf(a, "%s.zh", id) : id;
            const char *title = says(json, lists[l].list, zh, lists[l].title),
                       *text = says(json, lists[l].list, zh, lists[l].text);
            assert_true(title[0] && text[0] && utf8_valid(str_of(title)) && utf8_valid(str_of(text)));
            if (l == 0 && strlen(text) > ANSWER_BYTES_MAX) fail_msg("%s would be cut", zh);
            assert_ptr_equal(entry(json, lists[l].list, id), json_array_get(all, i));
        }
    }
}

static void prices_are_those_that_it_is_given(void **state)
{
    (void)state;
    struct arena *a = arena_new(16 << 20);
    everything_is_set();
    json_t *json = told(a, ARRAY_LEN(wares));
    assert_whole(a, json);
    assert_string_equal(json_string_value(json_object_get(json, "currency")), "CNY");
    assert_int_equal(json_array_size(json_object_get(json, "products")), 4);
    assert_int_equal(json_integer_value(json_object_get(entry(json, "products", "basic"), "price")), 4950);
    assert_string_equal(says(json, "products", "basic.zh", "title"), "基础版套餐");
    assert_string_equal(says(json, "products", "enterprise", "title"), "Enterprise & <Co> plan");
    assert_string_equal(says(json, "products", "enterprise", "url"), "https://chat.example/en#plans");
    const char *prices = says(json, "faq", "prices", "answer");
    assert_non_null(strstr(prices, "Basic costs ¥49.50 for 30 days, with 1 colleague and 1 website."));
    assert_non_null(
        strstr(prices, "costs from ¥70 for 30 days, with 2 colleagues (each further one ¥10) and any number"));
    assert_non_null(strstr(prices, "21 days"));
    assert_null(strstr(prices, "Far"));
    assert_non_null(strstr(says(json, "faq", "prices.zh", "answer"), "企业版 ¥70 起 / 30 天"));
    assert_non_null(strstr(says(json, "faq", "cheapest", "answer"), "Basic, at ¥49.50 for 30 days"));
    assert_non_null(strstr(says(json, "faq", "seats.zh", "answer"), "每增加一个席位 ¥10"));
    /* With more people, added up: of the plans that sell further seats, and of no other. */
    assert_string_equal(says(json, "faq", "seats-enterprise", "answer"),
                        "Enterprise & <Co> for 30 days costs ¥70 with 2 colleagues, ¥80 with 3, ¥90 with 4, ¥100 with "
                        "5, ¥110 with 6, ¥120 with 7, ¥130 with 8, ¥140 with 9, ¥150 with 10; each further one is ¥10 "
                        "more.");
    assert_non_null(strstr(says(json, "faq", "seats-enterprise.zh", "answer"), "5 个席位 ¥100、6 个席位 ¥110"));
    assert_null(entry(json, "faq", "seats-basic"));
    const json_t *with = json_object_get(entry(json, "products", "enterprise.zh"), "variants"), *five;
    assert_int_equal(json_array_size(with), 9);
    five = json_array_get(with, 3);
    assert_int_equal(json_integer_value(json_object_get(five, "price")), 10000);
    assert_string_equal(json_string_value(json_object_get(json_object_get(five, "options"), "同事")), "5 个同事");
    assert_null(json_object_get(entry(json, "products", "basic"), "variants"));
    assert_non_null(strstr(says(json, "faq", "refund", "answer"), "Write to help@chat.example with the number"));
    const char *credits = says(json, "faq", "credits", "answer");
    EXPECT(strstr(credits, "55 credits") && strstr(credits, "takes 12") && strstr(credits, "1000 credits for ¥100"));
    assert_non_null(strstr(says(json, "faq", "pay.zh", "answer"), "可以使用支付宝付款"));
    assert_non_null(strstr(says(json, "faq", "contact", "answer"), "help@chat.example (9-18)"));
    assert_null(strstr(says(json, "faq", "contact", "answer"), "mailto:"));
    assert_non_null(strstr(says(json, "faq", "company.zh", "answer"), "House Ltd"));
    json_decref(json);
    arena_free(a);
}

static void what_is_not_so_is_not_told(void **state)
{
    (void)state;
    static const char *const absent[] = { "prices", "cheapest", "which-plan", "seats", "trial", "contact", "company" };
    struct arena *a = arena_new(16 << 20);
    nothing_is_set();
    json_t *json = told(a, 0);
    assert_whole(a, json);
    for (size_t i = 0; i < ARRAY_LEN(absent); i++) assert_null(entry(json, "faq", absent[i]));
    assert_int_equal(json_array_size(json_object_get(json, "products")), 0);
    assert_null(json_object_get(json, "currency"));
    assert_null(strstr(says(json, "faq", "free", "answer"), "trial"));
    /* Nobody is sent to an address that is not there. */
    EXPECT(!strstr(says(json, "faq", "refund", "answer"), "Write to") &&
           strstr(says(json, "faq", "refund", "answer"), "Ask for a person in this chat"));
    EXPECT(!strstr(says(json, "faq", "refund.zh", "answer"), "联系") &&
           strstr(says(json, "faq", "refund.zh", "answer"), "人工服务"));
    assert_non_null(strstr(says(json, "faq", "pay", "answer"), "Which ways are open here is shown there"));
    json_decref(json);
    json = told(a, 1); /* one plan: nothing to choose between */
    assert_null(entry(json, "faq", "which-plan"));
    assert_non_null(entry(json, "faq", "prices"));
    json_decref(json);
    arena_free(a);
}

static void its_chat_settings_are_json(void **state)
{
    (void)state;
    json_t *json = json_read(str_of(site_house_settings()), TOLD_BYTES, NULL);
    assert_true(json_is_object(json) && json_array_size(json_object_get(json, "sayings")) % 2 == 0);
    json_decref(json);
}

/* ---- which shop ---- */

TEST_EACH_ENGINE(it_is_kept_which_shop_it_is)
{
    struct site_house h;
    kit_start();
    nothing_is_set();
    EXPECT(site_house_get(t->tx, &h) == ROW_NONE && text_eq(h.given, "{}") && h.shop == 0);
    h.shop = 7, h.given = "{\"faq:a\":12}";
    EXPECT(site_house_put(t->tx, &h, KIT_START_MS));
    h.given = "{\"faq:b\":-9007199254740993}";
    EXPECT(site_house_put(t->tx, &h, KIT_START_MS));
    EXPECT(site_house_get(t->tx, &h) == ROW_FOUND && h.shop == 7 && h.version == 2);
    assert_string_equal(h.given, "{\"faq:b\":-9007199254740993}");
    /* It is no page. */
    struct page p;
    EXPECT(page_get(t->tx, PAGE_TERMS, LANG_EN, 0, &p) == ROW_NONE);
    struct kit_answer a =
        kit_call(t, &(struct kit_request){ .routes = site_routes, .verb = VERB_GET, .path = "/sitemap.xml" });
    assert_null(strstr(a.text, "house"));
}

TEST_EACH_ENGINE(a_shop_whose_chat_is_not_on_is_not_on_the_page)
{
    struct site_house h = { .shop = 7, .given = "{}" };
    const char *shop = "";
    kit_start();
    nothing_is_set();
    EXPECT(site_chat_shop(t->tx, &shop) && shop == NULL);
    EXPECT(site_house_put(t->tx, &h, KIT_START_MS));
    EXPECT(site_chat_shop(t->tx, &shop) && shop == NULL); /* that shop has no chat */
    site_settings.shop = "shop-9";
    EXPECT(site_chat_shop(t->tx, &shop) && text_eq(shop, "shop-9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_those_that_it_is_given),
        cmocka_unit_test(what_is_not_so_is_not_told),
        cmocka_unit_test(its_chat_settings_are_json),
        EACH_ENGINE(it_is_kept_which_shop_it_is),
        EACH_ENGINE(a_shop_whose_chat_is_not_on_is_not_on_the_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
