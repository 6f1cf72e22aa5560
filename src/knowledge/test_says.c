/* test_says.c: an address whose pages are read may be on a domain that the shop's chat settings allow. On both engines.
 */
#include "base/testing.h"
#include "knowledge/private.h"
#include "knowledge/intake.h"
#include "shops/test_kit.h"

static int64_t account, shop;

static bool says(struct tx *tx, int64_t of, struct arena *a, struct knowledge_says *out)
{
    static const char *const domain[] = { "*.landing.example" };
    *out = (struct knowledge_says){ domain, of == shop, false };
    return tx != NULL && a != NULL;
}

static struct kit_answer add(struct test_db *t, const char *url)
{
    return kit_call(
        t, &(struct kit_request){ .routes = knowledge_feed_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/feeds", (long long)shop),
                                  .account = account,
                                  .body = arena_printf(t->arena, "{\"kind\":\"pages\",\"url\":\"%s\"}", url) });
}

TEST_EACH_ENGINE(pages_are_added_of_the_shops_domains_alone)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    knowledge_settings.development = false;
    knowledge_hooks.shop_says = NULL;
    assert_string_equal(add(t, "https://zh.landing.example/").fault, "url:domain_missing");
    test_script(t, "UPDATE shops SET domain = 'tea.example'");
    assert_string_equal(add(t, "https://zh.landing.example/").fault, "url:other_domain");
    assert_int_equal(add(t, "https://tea.example/").status, 201);
    knowledge_hooks.shop_says = says;
    assert_int_equal(add(t, "https://zh.landing.example/").status, 201);
    assert_string_equal(add(t, "https://evillanding.example/").fault, "url:other_domain");
    assert_string_equal(add(t, "https://10.0.0.1/").fault, "url:address_not_allowed");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_feeds"), 2);
    knowledge_hooks.shop_says = NULL;
}

static void addresses_without_number_take_no_room(void **state)
{
    (void)state;
    static const char *const domain[] = { "*.\xe8\x8c\xb6\xe5\x8f\xb6.example", "*.\xe8\x8c\xb6\xe5\xa3\xb6.example",
                                          "\xe8\x8c\xb6.landing.example" };
    const struct knowledge_says says = { domain, ARRAY_LEN(domain), false };
    struct arena *a = arena_new(64 << 10);
    for (int i = 0; i < 5000; i++) assert_false(know_says_own(a, &says, "strange.example"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_without_number_take_no_room),
        EACH_ENGINE(pages_are_added_of_the_shops_domains_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
