/* test_landing.c: the public pages as they are written: both languages, with prices and without, for whoever asks. */
#include "base/crypto.h"
#include "shops/test_kit.h"
#include "site/private.h"

#include <stdio.h>

static bool fails;
static size_t sold;

/* clang-format off */
static const struct site_offer wares[] = {
    { .code = "credits-1000", .name_en = "1000 credits", .name_zh = "1000 积分", .price = { 10000, CURRENCY_CNY },
      .seat_price = { 0, CURRENCY_CNY }, .credits = 1000 },
    { .code = "enterprise", .name_en = "Enterprise", .name_zh = "企业版", .plan = true, .price = { 7000, CURRENCY_CNY },
      .seat_price = { 1000, CURRENCY_CNY }, .more_seats = true, .days = 30, .seats = 2 },
    { .code = "pro", .name_en = "Pro", .name_zh = "专业版", .plan = true, .price = { 6050, CURRENCY_CNY },
      .seat_price = { 0, CURRENCY_CNY }, .days = 30, .seats = 2, .websites = 3 },
    { .code = "a&b", .name_en = "<Basic>", .name_zh = "<基础版>", .plan = true, .price = { 5000, CURRENCY_CNY },
      .seat_price = { 0, CURRENCY_CNY }, .days = 30, .seats = 1, .websites = 1, .trial = true },
    { .code = "far", .name_en = "Far", .name_zh = "远", .plan = true, .price = { 900, CURRENCY_USD },
      .seat_price = { 0, CURRENCY_USD }, .days = 30, .seats = 1, .websites = 1 },
};
/* clang-format on */

static bool offers(struct tx *tx, struct site_offer *out, size_t max, size_t *count)
{
    (void)tx;
    assert_true(sold <= max);
    memcpy(out, wares, sold * sizeof wares[0]);
    *count = sold;
    return !fails;
}

static struct kit_answer get(struct test_db *t, const char *path)
{
    return kit_call(t, &(struct kit_request){ .routes = site_routes, .verb = VERB_GET, .path = path });
}

static void begin(size_t wares_sold)
{
    kit_start();
    sold = wares_sold, fails = false;
    site_settings = (struct site_settings){ .base_url = "https://chat.example" };
    site_hooks = (struct site_hooks){ .offers = offers, .trial_days = 30 };
}

static const char *header(const struct kit_answer *a, const char *name)
{
    for (size_t i = 0; i < a->reply->headers; i++)
        if (text_eq(a->reply->header[i].name, name)) return a->reply->header[i].value;
    return "";
}

static bool says(const char *page, const char *text) { return strstr(page, text) != NULL; }

/* Of each thing that a page cannot do without there is one. */
static void assert_whole(const char *page)
{
    static const char *const once[] = { "<!doctype html>",
                                        "<html lang=",
                                        "<title>",
                                        "<h1>",
                                        "<main ",
                                        "</main>",
                                        "rel=\"canonical\"",
                                        "name=\"description\"",
                                        "hreflang=\"x-default\"",
                                        "property=\"og:title\"",
                                        "property=\"og:image\"",
                                        "name=\"twitter:card\"",
                                        "<style>",
                                        "</style>",
                                        "</html>" };
    for (size_t i = 0; i < ARRAY_LEN(once); i++) {
        const char *found = strstr(page, once[i]);
        if (!found || strstr(found + 1, once[i])) fail_msg("%s is not there once", once[i]);
    }
    assert_null(strstr(page, "{{"));
    assert_null(strstr(page, " style="));
    assert_null(strstr(page, " onclick"));
}

TEST_EACH_ENGINE(the_landing_page_says_what_it_costs)
{
    begin(5);
    const char *en = get(t, "/en").text;
    assert_whole(en);
    EXPECT(says(en, "<html lang=\"en\">") && says(en, "href=\"https://chat.example/en\""));
    EXPECT(says(en, "<b>¥50</b>") && says(en, "<b>¥60.50</b>") && says(en, "from <b>¥70</b>") && says(en, "¥10<"));
    EXPECT(says(en, "1 colleague<") && says(en, "2 colleagues") && says(en, "1 website<") && says(en, "3 websites"));
    EXPECT(says(en, "any number of websites") && says(en, "1000 credits for ¥100") && says(en, "Try it free for 30"));
    EXPECT(says(en, "/register?plan=pro&amp;lang=en") && says(en, "/register?plan=a%26b&amp;lang=en"));
    EXPECT(says(en, "&lt;Basic&gt;") && !says(en, "<Basic>") && !says(en, "USD") && !says(en, "<script"));
    EXPECT(strstr(en, "¥50<") < strstr(en, "¥60.50<") && strstr(en, "¥60.50<") < strstr(en, "¥70<"));
    const char *best = strstr(en, "class=\"best\"");
    EXPECT(best != NULL && strstr(best, "¥60.50") < strstr(best, "¥70"));
    const char *zh = get(t, "/zh-CN").text;
    assert_whole(zh);
    EXPECT(says(zh, "<html lang=\"zh-CN\">") && says(zh, "专业版") && says(zh, "免费试用 30 天") &&
           says(zh, "¥70</b> 起"));
    EXPECT(says(zh, "/register?plan=pro&amp;lang=zh-CN"));
}

TEST_EACH_ENGINE(a_trial_is_promised_only_of_a_plan_that_is_shown)
{
    begin(3); /* that of the trial is not among them */
    const char *page = get(t, "/en").text;
    assert_whole(page);
    EXPECT(!says(page, "free for") && says(page, "/register?lang=en") && !says(page, "plan=basic"));
}

TEST_EACH_ENGINE(without_prices_it_says_where_they_are)
{
    begin(0);
    site_hooks.trial_days = 0;
    const char *none = get(t, "/en").text;
    assert_whole(none);
    EXPECT(says(none, "before you buy it") && !says(none, "¥") && !says(none, "free for"));
    EXPECT(says(none, "href=\"/register?lang=en\""));
    site_hooks = (struct site_hooks){ .offers = NULL };
    EXPECT(says(get(t, "/zh-CN").text, "购买之前"));
}

TEST_EACH_ENGINE(it_answers_in_the_language_that_was_asked_for)
{
    begin(1);
    struct kit_answer a = get(t, "/");
    assert_whole(a.text);
    EXPECT(says(a.text, "<html lang=\"en\">") && says(a.text, "rel=\"canonical\" href=\"https://chat.example/\""));
    assert_string_equal(header(&a, "Vary"), "Accept-Encoding, Accept-Language, Cookie");
    assert_string_equal(header(&a, "Cache-Control"), "private, no-cache");
    a = get(t, "/terms?utm_source=x");
    EXPECT(a.status == 200 && says(a.text, "rel=\"canonical\" href=\"https://chat.example/terms\""));
    a = get(t, "/zh-CN/terms");
    assert_string_equal(header(&a, "Vary"), "Accept-Encoding");
    EXPECT(says(a.text, "服务条款") && says(header(&a, "ETag"), "\"") && header(&a, "ETag")[0] == '"');
}

TEST_EACH_ENGINE(who_runs_it_stands_at_its_foot)
{
    begin(0);
    EXPECT(!says(get(t, "/en").text, "beian") && !says(get(t, "/en").text, "data-chat-shop"));
    EXPECT(says(get(t, "/en").reply->policy, "script-src 'none'"));
    site_settings = (struct site_settings){ .base_url = "https://chat.example",
                                            .company = "A & <B>",
                                            .icp_number = "ICP 1",
                                            .support_contact = "mailto:help@chat.example",
                                            .support_hours = "9-5",
                                            .status_url = "https://status.example/",
                                            .shop = "shop-7" };
    struct kit_answer a = get(t, "/en");
    EXPECT(says(a.text, "A &amp; &lt;B&gt;") && says(a.text, "ICP 1") && says(a.text, "https://status.example/"));
    EXPECT(says(a.text, "href=\"mailto:help@chat.example\"") && says(a.text, ">help@chat.example<"));
    EXPECT(says(a.text, "<script data-chat-shop=\"shop-7\" data-chat-language=\"en\">") && says(a.text, "data-ask"));
    EXPECT(says(a.reply->policy, "script-src 'self' 'sha256-"));
    a = get(t, "/en/terms");
    EXPECT(!says(a.text, "data-chat-shop") && !says(a.text, "data-ask") && says(a.reply->policy, "script-src 'none'"));
}

TEST_EACH_ENGINE(crawlers_find_what_there_is)
{
    begin(0);
    struct kit_answer a = get(t, "/robots.txt");
    EXPECT(says(a.text, "Disallow: /\n") && says(a.text, "Sitemap: https://chat.example/sitemap.xml\n"));
    a = get(t, "/sitemap.xml");
    EXPECT(says(a.text, "<loc>https://chat.example/</loc>") && says(a.text, "<loc>https://chat.example/en</loc>"));
    EXPECT(!says(a.text, "/terms</loc>"));
    EXPECT(says(get(t, "/en/terms").text, "content=\"noindex\"") && says(get(t, "/en/terms").text, "no contract yet"));
    struct page p = { .version = 1, .text = "# Ours\n\n<b>", .created_at_ms = KIT_START_MS };
    EXPECT(page_put(t->tx, PAGE_TERMS, LANG_EN, &p));
    a = get(t, "/sitemap.xml");
    EXPECT(says(a.text, "<loc>https://chat.example/en/terms</loc><lastmod>2026-10-15</lastmod>"));
    EXPECT(!says(a.text, "/zh-CN/terms</loc>"));
    a = get(t, "/en/terms");
    assert_whole(a.text);
    EXPECT(says(a.text, "<h2>Ours</h2>") && says(a.text, "&lt;b&gt;") && says(a.text, "2026-10-15"));
    EXPECT(!says(a.text, "noindex") && !says(a.text, "no contract yet"));
}

/* A word that no page says is a word that nobody checks. */
static void every_word_is_said(void **state)
{
    (void)state;
    static const char *const all[] = { text_frame_html, text_landing_html, text_plan_html, text_page_html };
    static const char *const in_code[] = { "home.title",        "home.description",    "plan.pack",
                                           "terms.description", "privacy.description", "refunds.description" };
    for (size_t i = 0; i < site_word_count; i++) {
        char place[64];
        bool said = false;
        assert_true(snprintf(place, sizeof place, "{{%s}}", site_words[i].name) > 0);
        for (size_t k = 0; k < ARRAY_LEN(all); k++) said = said || strstr(all[k], place) != NULL;
        for (size_t k = 0; k < ARRAY_LEN(in_code); k++) said = said || text_eq(in_code[k], site_words[i].name);
        if (!said) fail_msg("nobody says %s", site_words[i].name);
        assert_true(utf8_valid(str_of(site_words[i].zh)) && utf8_valid(str_of(site_words[i].en)));
    }
}

static const char *hash_between(struct arena *a, const char *page, const char *open, const char *close)
{
    const char *from = strstr(page, open), *to = from ? strstr(from, close) : NULL;
    uint8_t hash[SHA256_SIZE];
    assert_non_null(to);
    from = strchr(from, '>') + 1;
    sha256(from, (size_t)(to - from), hash);
    char *text = arena_alloc(a, base64_size(SHA256_SIZE) + 1);
    base64_encode(hash, SHA256_SIZE, text);
    return arena_printf(a, "'sha256-%s'", text);
}

/* The policy lets in what stands in the page, to the byte, and nothing that somebody could put beside it; and nothing
 * has to be fetched before the page is painted. */
TEST_EACH_ENGINE(what_is_in_the_page_is_named_by_its_policy)
{
    begin(5);
    site_settings.shop = "shop-7";
    for (int chat = 1; chat >= 0; chat--) {
        struct kit_answer a = get(t, chat ? "/zh-CN" : "/zh-CN/terms");
        const char *policy = a.reply->policy;
        const char *style = hash_between(t->arena, a.text, "<style>", "</style>");
        EXPECT(says(policy, arena_printf(t->arena, "style-src %s;", style)) && !says(policy, "unsafe"));
        EXPECT(!says(a.text, "rel=\"stylesheet\"") && !says(a.text, "preload") && !says(a.text, "<img"));
        EXPECT(text_eq(header(&a, "Link"), "") && !says(text_style_css, "url(") && !says(text_style_css, "@import"));
        if (!chat) continue;
        const char *script = hash_between(t->arena, a.text, "<script ", "</script>");
        EXPECT(says(policy, arena_printf(t->arena, "script-src 'self' %s;", script)));
        EXPECT(!says(a.text, "<script src") && !says(a.text, "<script async"));
    }
}

/* A storage fault is not a page without prices. */
TEST_EACH_ENGINE(a_fault_is_told)
{
    struct buf out;
    begin(0);
    fails = true;
    buf_init(&out, DOCUMENT_MAX);
    bool chat;
    EXPECT(!landing_write(&out, t->tx, LANG_EN, false, &chat));
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(the_landing_page_says_what_it_costs),
        EACH_ENGINE(a_trial_is_promised_only_of_a_plan_that_is_shown),
        EACH_ENGINE(without_prices_it_says_where_they_are),
        EACH_ENGINE(it_answers_in_the_language_that_was_asked_for),
        EACH_ENGINE(who_runs_it_stands_at_its_foot),
        EACH_ENGINE(crawlers_find_what_there_is),
        EACH_ENGINE(what_is_in_the_page_is_named_by_its_policy),
        EACH_ENGINE(a_fault_is_told),
        cmocka_unit_test(every_word_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
