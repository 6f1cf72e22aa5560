/* test_attention.c: what a merchant is told about the months to come, and the switch of automatic renewal. */
#include "tenants/test_fix.h"

static int64_t at(const char *text)
{
    int64_t ms;
    EXPECT(time_parse(str_of(text), &ms));
    return ms;
}

static struct kit_answer home(struct test_db *t, int64_t account)
{
    return kit_call(t,
                    &(struct kit_request){
                        .routes = tenants_renewal_routes, .verb = VERB_GET, .path = "/api/home", .account = account });
}

static json_t *item(const struct kit_answer *a, size_t i)
{
    return json_array_get(json_object_get(a->json, "attention"), i);
}

static size_t items(const struct kit_answer *a) { return json_array_size(json_object_get(a->json, "attention")); }

static void expect_item(const struct kit_answer *a, size_t i, const char *kind, int64_t amount, const char *by)
{
    assert_string_equal(json_string_value(json_object_get(item(a, i), "kind")), kind);
    assert_int_equal(json_integer_value(json_object_get(item(a, i), "amount")), amount);
    assert_string_equal(json_string_value(json_object_get(item(a, i), "by")), by);
}

static struct kit_answer renewal(struct test_db *t, int64_t account, int64_t shop, const char *body)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/renewal", (long long)shop);
    return kit_call(
        t, &(struct kit_request){
               .routes = tenants_renewal_routes, .verb = VERB_POST, .path = path, .account = account, .body = body });
}

static json_t *subscription(const struct kit_answer *a) { return json_object_get(a->json, "subscription"); }

static int64_t number(const json_t *o, const char *name) { return json_integer_value(json_object_get(o, name)); }

static const char *word(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

TEST_EACH_ENGINE(the_view_says_what_it_costs_now_and_later)
{
    fix_start();
    int64_t account = kit_account(t, 55), shop = fix_shop(t, account, "Tea");
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_int_equal(number(a.json, "price"), 50);
    assert_int_equal(number(a.json, "available"), 55);
    assert_int_equal(number(a.json, "balanceAfter"), 5);
    assert_int_equal(number(a.json, "topUp"), 0);
    assert_int_equal(number(a.json, "renewalPrice"), 10);
    assert_true(json_is_null(json_object_get(a.json, "stoppedBy")));
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(word(subscription(&a), "source"), "credits");
    assert_true(json_is_true(json_object_get(subscription(&a), "automatic")));
    assert_string_equal(word(subscription(&a), "nextRenewalAt"), "2026-11-15T00:00:00.000Z");
    assert_true(json_is_null(json_object_get(subscription(&a), "stopsAt")));
    assert_int_equal(number(subscription(&a), "topUp"), 5);

    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(word(subscription(&a), "stopsAt"), "2026-11-22T00:00:00.000Z");
    kit_set_now(at("2026-11-22T00:00:00Z"));
    fix_renew(t);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(word(a.json, "state"), "suspended");
    assert_string_equal(word(a.json, "stoppedBy"), "unpaid");
    assert_int_equal(number(a.json, "price"), 50);
    assert_int_equal(number(a.json, "topUp"), 45);
}

TEST_EACH_ENGINE(home_says_what_is_missing_and_until_when)
{
    fix_start();
    int64_t account = kit_account(t, 115), other = kit_account(t, 50);
    int64_t first = fix_shop(t, account, "Tea"), second = fix_shop(t, account, "Coffee");
    assert_int_equal(fix_enable(t, account, first).status, 200);
    kit_set_now(KIT_START_MS + DAY_MS);
    assert_int_equal(fix_enable(t, account, second).status, 200);
    assert_int_equal(fix_enable(t, other, fix_shop(t, other, "Not theirs")).status, 200);
    struct kit_answer a = home(t, account);
    assert_int_equal(items(&a), 0); /* a month away */
    assert_int_equal(number(a.json, "credits"), 15);

    kit_set_now(at("2026-11-10T00:00:00Z")); /* 15 credits are enough for one of two */
    a = home(t, account);
    assert_int_equal(items(&a), 1);
    expect_item(&a, 0, "renewal_short", 5, "2026-11-23T00:00:00.000Z");
    assert_string_equal(word(item(&a, 0), "shopName"), "Coffee");
    assert_int_equal(number(item(&a, 0), "shop"), second);

    kit_set_now(at("2026-11-16T12:00:00Z"));
    fix_renew(t);
    a = home(t, account);
    assert_int_equal(items(&a), 1);
    expect_item(&a, 0, "renewal_unpaid", 5, "2026-11-23T12:00:00.000Z"); /* from the notice */
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(automatic_renewal_can_be_switched)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea"), other = kit_account(t, 1000);
    assert_string_equal(renewal(t, account, shop, "{\"automatic\":false}").error, "chatbot_not_enabled");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(renewal(t, other, shop, "{\"automatic\":false}").status, 404);
    assert_string_equal(renewal(t, account, shop, "{}").fault, "automatic:required");
    assert_string_equal(renewal(t, account, shop, "{\"automatic\":\"no\"}").fault, "automatic:type");
    for (int i = 0; i < 2; i++) { /* the second time it is no change */
        struct kit_answer a = renewal(t, account, shop, "{\"automatic\":false}");
        assert_string_equal(a.text,
                            "{\"success\":true,\"automatic\":false,\"expiresAt\":\"2026-11-15T00:00:00.000Z\"}");
    }
    assert_int_equal(fix_audits(t, "chatbot_renewal_changed"), 1);
    kit_set_now(at("2026-11-12T00:00:00Z"));
    struct kit_answer a = home(t, account);
    assert_int_equal(items(&a), 1);
    expect_item(&a, 0, "ending", 0, "2026-11-15T00:00:00.000Z");
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_true(json_is_null(json_object_get(subscription(&a), "renewsFor")));
    assert_true(json_is_null(json_object_get(subscription(&a), "nextRenewalAt")));
    assert_string_equal(word(subscription(&a), "stopsAt"), "2026-11-15T00:00:00.000Z");
    assert_int_equal(renewal(t, account, shop, "{\"automatic\":true}").status, 200);
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 940);
    assert_int_equal(renewal(t, account, shop, "{\"automatic\":false}").status, 200);
    kit_set_now(at("2026-12-15T00:00:00Z"));
    fix_renew(t);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(word(a.json, "stoppedBy"), "ended");
    assert_int_equal(fix_available(t, account), 940);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(operators_see_renewals_that_fail)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    test_script(t, "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error) VALUES"
                   " ('tenants.renew', 1, 2, 1000, 2000, 3000, 'its rows are in conflict'),"
                   " ('tenants.purge', 1, 2, 1000, 2000, 3000, 'before'),"
                   " ('tenants.secrets', 1, 2, 1000, 2000, 3000, 'behind');");
    struct kit_request r = {
        .routes = tenants_renewal_routes, .verb = VERB_GET, .path = "/api/operator/renewals", .account = account
    };
    struct kit_answer a = kit_call(t, &r);
    assert_string_equal(a.text, "{\"renewals\":[{\"shop\":1,\"account\":1,\"tries\":2,"
                                "\"since\":\"1970-01-01T00:00:01.000Z\",\"lastTryAt\":\"1970-01-01T00:00:02.000Z\","
                                "\"nextTryAt\":\"1970-01-01T00:00:03.000Z\",\"error\":\"its rows are in conflict\"}]}");
    r.path = "/api/operator/renewals?after=1";
    assert_string_equal(kit_call(t, &r).text, "{\"renewals\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(the_view_says_what_it_costs_now_and_later),
        EACH_ENGINE(home_says_what_is_missing_and_until_when),
        EACH_ENGINE(automatic_renewal_can_be_switched),
        EACH_ENGINE(operators_see_renewals_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
