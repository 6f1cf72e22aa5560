/* test_offer_versions.c: the earlier versions of a price, as operators see them: since when, by whom, and how many
 * orders stand at each. */
#include "billing/test_refund_fix.h"

#define PACK "\"code\":\"credits-1000\",\"kind\":\"credits\",\"nameEn\":\"1000 credits\",\"nameZh\":\"1000 积分\""

static void set_price(struct test_db *t, int64_t person, const char *currency, int price)
{
    const char *body =
        arena_printf(t->arena, "{" PACK ",\"currency\":\"%s\",\"price\":%d,\"credits\":1000}", currency, price);
    struct kit_answer a = fix_call(t, person, billing_offer_routes, VERB_POST, "/api/operator/offers", body);
    assert_int_equal(a.status, 201);
}

static struct kit_answer versions(struct test_db *t, const char *query)
{
    const char *path = arena_printf(t->arena, "/api/operator/offer-versions?%s", query);
    struct kit_answer a = fix_call(t, ANN, billing_offer_routes, VERB_GET, path, NULL);
    if (a.status == 200) {
        struct buf why;
        buf_init(&why, 4096);
        bool good = shape_matches(billing_offer_routes[1].answer, a.json, &why);
        if (!good) print_error("%s\n", buf_terminated(&why));
        buf_free(&why);
        assert_true(good);
    }
    return a;
}

static const json_t *nth(const struct kit_answer *a, size_t i)
{
    return json_array_get(json_object_get(a->json, "versions"), i);
}

static int64_t number_of(const json_t *version, const char *name)
{
    return json_integer_value(json_object_get(version, name));
}

static int64_t price_of(const json_t *version) { return number_of(json_object_get(version, "price"), "amount"); }

static const char *text_of(const json_t *version, const char *name)
{
    return json_string_value(json_object_get(version, name));
}

TEST_EACH_ENGINE(each_version_says_since_when_by_whom_and_what_stands_at_it)
{
    fix_start(t);
    (void)fix_paid_order(t, kit_account(t, 0), 1);
    (void)fix_order(t, kit_account(t, 0), 1);
    struct fix_paid closed = fix_order(t, kit_account(t, 0), 1);
    EXPECT(order_move(t->tx, &closed.o, ORDER_CLOSED, &(struct move){ .why = "test", .at_ms = kit_now() }));
    int64_t began_ms = kit_now();
    kit_set_now(began_ms + DAY_MS);
    set_price(t, ANN, "CNY", 11000);
    kit_set_now(began_ms + 2 * DAY_MS);
    set_price(t, BOB, "CNY", 12000);
    set_price(t, BOB, "USD", 1500); /* another price: none of these */
    (void)fix_order(t, kit_account(t, 0), 1);
    struct kit_answer a = versions(t, "code=credits-1000&currency=CNY");
    assert_int_equal(a.status, 200);
    assert_int_equal(json_array_size(json_object_get(a.json, "versions")), 3);
    const json_t *now = nth(&a, 0), *between = nth(&a, 1), *first = nth(&a, 2);
    EXPECT(number_of(now, "version") == 3 && price_of(now) == 12000 && number_of(now, "orders") == 1);
    EXPECT(json_is_true(json_object_get(now, "sold")) && json_is_null(json_object_get(now, "replacedAt")));
    assert_string_equal(text_of(now, "actorEmail"), "bob@house.example");
    EXPECT(number_of(between, "version") == 2 && price_of(between) == 11000 && number_of(between, "orders") == 0);
    assert_string_equal(text_of(between, "actorEmail"), "ann@house.example");
    assert_string_equal(text_of(between, "replacedAt"), text_of(now, "createdAt"));
    /* What was closed unpaid stands at no price. */
    EXPECT(price_of(first) == PACK_PRICE && number_of(first, "orders") == 2);
    EXPECT(json_is_null(json_object_get(first, "actor")) && json_is_null(json_object_get(first, "actorEmail")));
    a = versions(t, "code=credits-1000&currency=USD");
    EXPECT(a.status == 200 && json_array_size(json_object_get(a.json, "versions")) == 1);
}

TEST_EACH_ENGINE(they_come_in_pages)
{
    fix_start(t);
    for (int i = 0; i < 4; i++) set_price(t, ANN, "CNY", 11000 + i);
    struct kit_answer a = versions(t, "code=credits-1000&currency=CNY&limit=2");
    EXPECT(json_array_size(json_object_get(a.json, "versions")) == 2 && price_of(nth(&a, 0)) == 11003);
    a = versions(t, arena_printf(t->arena, "code=credits-1000&currency=CNY&limit=2&after=%lld",
                                 (long long)number_of(nth(&a, 1), "id")));
    EXPECT(price_of(nth(&a, 0)) == 11001 && price_of(nth(&a, 1)) == 11000);
    a = versions(t, arena_printf(t->arena, "code=credits-1000&currency=CNY&limit=2&after=%lld",
                                 (long long)number_of(nth(&a, 1), "id")));
    EXPECT(json_array_size(json_object_get(a.json, "versions")) == 1 && price_of(nth(&a, 0)) == PACK_PRICE);
}

TEST_EACH_ENGINE(what_was_never_sold_has_none)
{
    fix_start(t);
    struct kit_answer a = versions(t, "code=credits-9&currency=CNY");
    EXPECT(a.status == 200 && json_array_size(json_object_get(a.json, "versions")) == 0);
    a = versions(t, "code=credits-1000&currency=QQQ");
    assert_int_equal(a.status, problem_currency_unknown.status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(each_version_says_since_when_by_whom_and_what_stands_at_it),
        EACH_ENGINE(they_come_in_pages),
        EACH_ENGINE(what_was_never_sold_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
