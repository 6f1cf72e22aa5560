/* test_orders.c: offers and orders: what is sold, at which price, one open order for each purpose, and whose it is. */
#include "billing/test_money.h"

static struct kit_answer call(struct test_db *t, int64_t account, enum verb verb, const char *path, const char *body)
{
    return kit_call(t, &(struct kit_request){
                           .routes = billing_routes, .verb = verb, .path = path, .account = account, .body = body });
}

static struct kit_answer order(struct test_db *t, int64_t account, const char *body)
{
    return call(t, account, VERB_POST, "/api/billing/orders", body);
}

static const char *text_at(const struct kit_answer *a, const char *object, const char *name)
{
    return json_string_value(json_object_get(json_object_get(a->json, object), name));
}

static int64_t amount_at(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(a->json, name), "amount"));
}

TEST_EACH_ENGINE(the_first_start_puts_what_is_sold_once)
{
    struct offer list[OFFERS_MAX];
    size_t count;
    money_start(t);
    EXPECT(billing_begin(t->tx, kit_now()));
    EXPECT(offers_list(t->tx, list, OFFERS_MAX, &count) && count == 4);
    assert_string_equal(list[0].code, "basic");
    EXPECT(money_equal(list[0].price, CNY(5000)) && list[0].seats == 1 && list[0].websites == 1);
    assert_string_equal(list[1].code, "pro");
    EXPECT(money_equal(list[1].price, CNY(6000)) && list[1].seats == 2 && list[1].websites == 3);
    assert_string_equal(list[2].code, "enterprise");
    EXPECT(money_equal(list[2].seat_price, CNY(1000)) && list[2].seats == 2 && list[2].websites == 0);
    assert_string_equal(list[3].code, "credits-1000");
    EXPECT(list[3].kind == OFFER_CREDITS && list[3].credits == 1000 && money_equal(list[3].price, CNY(10000)));
}

TEST_EACH_ENGINE(a_new_price_is_a_new_version)
{
    int64_t id;
    money_start(t);
    struct order before = money_order(t, kit_account(t, 0), 1);
    struct offer dearer = money_offer(t, "credits-1000"), kept;
    dearer.price = CNY(12000);
    EXPECT(offers_put(t->tx, &dearer, 7, kit_now(), &id));
    struct offer now = money_offer(t, "credits-1000");
    EXPECT(now.id == id && now.version == 2 && money_equal(now.price, CNY(12000)));
    EXPECT(offers_get(t->tx, before.offer, &kept) == ROW_FOUND && kept.version == 1 && kept.replaced_at_ms > 0);
    EXPECT(money_equal(money_order_now(t, before.id).amount, CNY(10000)));
    struct offer dollars = now;
    dollars.price = money_of(1500, CURRENCY_USD), dollars.seat_price = money_of(0, CURRENCY_USD);
    EXPECT(offers_put(t->tx, &dollars, 7, kit_now(), &id));
    EXPECT(offers_sold(t->tx, "credits-1000", CURRENCY_USD, &dollars) == ROW_FOUND && dollars.version == 1);
    EXPECT(offers_sold(t->tx, "credits-1000", CURRENCY_CNY, &now) == ROW_FOUND && now.version == 2);
    EXPECT(offers_sold(t->tx, "credits-9", CURRENCY_CNY, &now) == ROW_NONE);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(anybody_sees_what_is_sold)
{
    money_start(t);
    struct kit_answer a = call(t, 0, VERB_GET, "/api/billing/offers", NULL);
    assert_int_equal(a.status, 200);
    const json_t *offers = json_object_get(a.json, "offers");
    assert_int_equal(json_array_size(offers), 4);
    const json_t *price = json_object_get(json_array_get(offers, 3), "price");
    assert_string_equal(json_string_value(json_object_get(price, "text")), "100.00");
    assert_int_equal(json_integer_value(json_object_get(a.json, "trialDays")), 30);
}

TEST_EACH_ENGINE(credits_are_ordered_by_packs)
{
    money_start(t);
    int64_t mine = kit_account(t, 0);
    struct kit_answer a = order(t, mine, "{\"offer\":\"credits-1000\",\"quantity\":3}");
    assert_int_equal(a.status, 201);
    assert_string_equal(fix_text(&a, "state"), "open");
    assert_string_equal(fix_text(&a, "stage"), "pending");
    assert_string_equal(fix_text(&a, "kind"), "credits");
    assert_string_equal(text_at(&a, "offer", "code"), "credits-1000");
    assert_int_equal(amount_at(&a, "amount"), 30000);
    assert_int_equal(strlen(fix_text(&a, "number")), ORDER_NUMBER_SIZE - 1);
    assert_int_equal(json_array_size(json_object_get(a.json, "lines")), 1);
    assert_int_equal(json_array_size(json_object_get(a.json, "timeline")), 1);
    EXPECT(fix_audits(t, "order_made") == 1);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(the_same_order_is_the_open_one_and_another_is_refused)
{
    money_start(t);
    int64_t mine = kit_account(t, 0), theirs = kit_account(t, 0);
    struct kit_answer a = order(t, mine, "{\"offer\":\"credits-1000\"}");
    assert_int_equal(a.status, 201);
    const char *number = arena_text(t->arena, fix_text(&a, "number"));
    a = order(t, mine, "{\"offer\":\"credits-1000\",\"quantity\":1}");
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "number"), number);
    a = order(t, mine, "{\"offer\":\"credits-1000\",\"quantity\":2}");
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "order_open");
    assert_string_equal(a.reply->fact[0].text, number);
    assert_int_equal(order(t, theirs, "{\"offer\":\"credits-1000\",\"quantity\":2}").status, 201);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM orders") == 2 && fix_audits(t, "order_made") == 2);
}

TEST_EACH_ENGINE(what_is_not_sold_so_is_refused)
{
    static const struct {
        const char *body, *says;
        int status;
    } bad[] = {
        { "{}", "offer:required", 422 },
        { "{\"offer\":\"\"}", "offer:required", 422 },
        { "{\"offer\":\"gold\"}", "offer_gone", 404 },
        { "{\"offer\":\"credits-1000\",\"currency\":\"USD\"}", "offer_gone", 404 },
        { "{\"offer\":\"credits-1000\",\"currency\":\"QQQ\"}", "currency:not_one_of", 422 },
        { "{\"offer\":\"credits-1000\",\"quantity\":0}", "quantity:too_small", 422 },
        { "{\"offer\":\"credits-1000\",\"quantity\":101}", "quantity:too_large", 422 },
        { "{\"offer\":\"credits-1000\",\"quantity\":\"1\"}", "quantity:type", 422 },
        { "{\"offer\":\"credits-1000\",\"amount\":1}", "amount:unknown", 422 },
        { "{\"offer\":\"credits-1000\",\"shop\":999}", "not_found", 404 },
        { "{\"offer\":\"credits-1000\",\"coupon\":\"FREE\"}", "coupon_unknown", 422 },
        { "{\"offer\":\"basic\"}", "shop:required", 422 },
        { "{\"offer\":\"basic\",\"shop\":999}", "not_found", 404 },
        { "{\"offer\":\"basic\",\"shop\":1,\"seats\":1001}", "seats:too_large", 422 },
    };
    money_start(t);
    int64_t mine = kit_account(t, 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        static const char *const paths[] = { "/api/billing/orders", "/api/billing/quote" };
        for (size_t k = 0; k < ARRAY_LEN(paths); k++) {
            struct kit_answer a = call(t, mine, VERB_POST, paths[k], bad[i].body);
            assert_int_equal(a.status, bad[i].status);
            assert_string_equal(a.fault[0] ? a.fault : a.error, bad[i].says);
        }
    }
    EXPECT(test_number(t, "SELECT COUNT(*) FROM orders") == 0);
}

TEST_EACH_ENGINE(a_quote_writes_nothing)
{
    money_start(t);
    int64_t mine = kit_account(t, 0);
    struct kit_answer a = call(t, mine, VERB_POST, "/api/billing/quote", "{\"offer\":\"credits-1000\",\"quantity\":2}");
    assert_int_equal(a.status, 200);
    assert_int_equal(amount_at(&a, "amount"), 20000);
    assert_int_equal(amount_at(&a, "discount"), 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM orders") == 0);
}

TEST_EACH_ENGINE(another_accounts_order_does_not_exist)
{
    money_start(t);
    int64_t mine = kit_account(t, 0), theirs = kit_account(t, 0);
    struct order o = money_order(t, mine, 1);
    const char *path = arena_printf(t->arena, "/api/billing/orders/%s", o.number);
    assert_int_equal(call(t, mine, VERB_GET, path, NULL).status, 200);
    assert_int_equal(call(t, theirs, VERB_GET, path, NULL).status, 404);
    assert_int_equal(call(t, mine, VERB_GET, "/api/billing/orders/0000000000000000000000000z", NULL).status, 404);
    struct kit_answer a = call(t, theirs, VERB_GET, "/api/billing/orders", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), 0);
}

TEST_EACH_ENGINE(orders_are_listed_newest_first_a_page_at_a_time)
{
    enum { ORDERS = 5 };
    money_start(t);
    int64_t mine = kit_account(t, 0);
    const char *number[ORDERS];
    for (int i = 0; i < ORDERS; i++) {
        struct order o = money_order(t, mine, 1);
        number[i] = o.number;
        EXPECT(order_move(t->tx, &o, ORDER_CLOSED, &(struct move){ .why = "expired", .at_ms = kit_now() }));
    }
    const char *path = "/api/billing/orders?limit=2";
    for (int seen = 0; seen < ORDERS;) {
        struct kit_answer a = call(t, mine, VERB_GET, path, NULL);
        const json_t *orders = json_object_get(a.json, "orders"), *one;
        size_t i;
        json_array_foreach(orders, i, one)
            assert_string_equal(json_string_value(json_object_get(one, "number")), number[ORDERS - 1 - seen - (int)i]);
        seen += (int)json_array_size(orders);
        const char *next = fix_text(&a, "next");
        EXPECT((next == NULL) == (seen == ORDERS));
        path = arena_printf(t->arena, "/api/billing/orders?limit=2&after=%s", next ? next : "0");
    }
    assert_string_equal(call(t, mine, VERB_GET, "/api/billing/orders?limit=101", NULL).fault, "limit:too_large");
}

TEST_EACH_ENGINE(an_order_shows_what_happened_to_it)
{
    money_start(t);
    int64_t mine = kit_account(t, 0);
    struct order o = money_order(t, mine, 1);
    struct payment p = money_payment(t, &o);
    kit_set_now(kit_now() + 1000);
    (void)money_paid(t, &p, "T1");
    const char *path = arena_printf(t->arena, "/api/billing/orders/%s", o.number);
    struct kit_answer a = call(t, mine, VERB_GET, path, NULL);
    assert_string_equal(fix_text(&a, "state"), "paid");
    assert_string_equal(fix_text(&a, "stage"), "done");
    const json_t *payment = json_array_get(json_object_get(a.json, "payments"), 0);
    assert_string_equal(json_string_value(json_object_get(payment, "state")), "paid");
    assert_true(json_is_null(json_object_get(payment, "error")));
    assert_int_equal(json_array_size(json_object_get(a.json, "timeline")), 3); /* ordered, paid, what was heard */
}

/* Digits and small letters, each place with all of them. */
static void numbers_are_random(void **state)
{
    enum { DRAWN = 2000 };
    char number[ORDER_NUMBER_SIZE];
    bool seen[ORDER_NUMBER_SIZE][128] = { { false } };
    (void)state;
    for (int i = 0; i < DRAWN; i++) {
        order_number(number);
        assert_int_equal(strlen(number), ORDER_NUMBER_SIZE - 1);
        assert_int_equal(strspn(number, "0123456789abcdefghjkmnpqrstvwxyz"), ORDER_NUMBER_SIZE - 1);
        for (size_t k = 0; number[k]; k++) seen[k][(unsigned char)number[k]] = true;
    }
    for (size_t k = 0; k < ORDER_NUMBER_SIZE - 1; k++) {
        int different = 0;
        for (size_t c = 0; c < 128; c++) different += seen[k][c];
        assert_int_equal(different, k < ORDER_NUMBER_SIZE - 2 ? 32 : 8); /* 128 bits are 25 times 5, and 3 */
    }
}

TEST_EACH_ENGINE(a_row_that_was_changed_by_hand_breaks_its_transaction_alone)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    test_commit(t);
    test_script(t, "UPDATE orders SET currency = 'ABC'");
    struct order read;
    EXPECT(orders_get(t->tx, o.id, false, &read) == ROW_FOUND && tx_fault_of(t->tx) == TX_BROKEN);
    test_reopen(t);
    EXPECT(orders_get(t->tx, o.id, false, &read) == ROW_FOUND && money_equal(read.amount, CNY(10000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(the_first_start_puts_what_is_sold_once),
        EACH_ENGINE(a_new_price_is_a_new_version),
        EACH_ENGINE(anybody_sees_what_is_sold),
        EACH_ENGINE(credits_are_ordered_by_packs),
        EACH_ENGINE(the_same_order_is_the_open_one_and_another_is_refused),
        EACH_ENGINE(what_is_not_sold_so_is_refused),
        EACH_ENGINE(a_quote_writes_nothing),
        EACH_ENGINE(another_accounts_order_does_not_exist),
        EACH_ENGINE(orders_are_listed_newest_first_a_page_at_a_time),
        EACH_ENGINE(an_order_shows_what_happened_to_it),
        EACH_ENGINE(a_row_that_was_changed_by_hand_breaks_its_transaction_alone),
        cmocka_unit_test(numbers_are_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
