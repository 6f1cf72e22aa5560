/* test_other_sum.c: what who ordered is told of money that came and is not what was asked for; and what a dispute is
 * about. */
#include "billing/test_money.h"

static struct kit_answer shown(struct test_db *t, const struct order *o)
{
    const char *path = arena_printf(t->arena, "/api/billing/orders/%s", o->number);
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = billing_routes, .verb = VERB_GET, .path = path, .account = o->account });
    assert_int_equal(a.status, 200);
    return a;
}

static size_t others(const struct kit_answer *a) { return json_array_size(json_object_get(a->json, "otherSums")); }

static int64_t amount_of(const struct kit_answer *a, const char *which)
{
    const json_t *one = json_array_get(json_object_get(a->json, "otherSums"), 0);
    return json_integer_value(json_object_get(json_object_get(one, which), "amount"));
}

static struct payment_notice of_sum(const struct payment *p, enum payment_said said, struct money sum)
{
    struct payment_notice n = money_says(p, said);
    n.amount = sum;
    return n;
}

static int64_t told(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'order.changed'");
}

TEST_EACH_ENGINE(another_sum_is_told_until_the_payment_counts)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    struct kit_answer a = shown(t, &o);
    assert_int_equal(others(&a), 0);
    struct payment_notice n = of_sum(&p, PAYMENT_SAYS_PAID, CNY(10001));
    int64_t before = told(t);
    assert_string_equal(money_hear(t, &n), "refused: amount");
    assert_int_equal(told(t), before + 1); /* a page that waits for it looks anew */
    a = shown(t, &o);
    assert_int_equal(others(&a), 1);
    EXPECT(amount_of(&a, "came") == 10001 && amount_of(&a, "asked") == 10000);
    const json_t *one = json_array_get(json_object_get(a.json, "otherSums"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "payment")), p.number);
    assert_true(json_is_null(json_object_get(one, "seenAt")) && json_is_false(json_object_get(one, "again")));
    assert_string_equal(money_hear(t, &n), "refused: amount"); /* told again, and still one */
    a = shown(t, &o);
    assert_int_equal(others(&a), 1);
    EXPECT(strstr(a.text, "mismatch") == NULL && strstr(a.text, "refused") == NULL);
    (void)money_paid(t, &p, "T1");
    a = shown(t, &o);
    assert_int_equal(others(&a), 0);
    EXPECT_MONEY_TRUE(t);
}

/* Under a number that is paid: nobody gives it back by itself. */
TEST_EACH_ENGINE(what_comes_once_more_is_told_too)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o), second = money_payment(t, &o);
    (void)money_paid(t, &p, "T1");
    (void)money_paid(t, &second, "T2"); /* goes back, and is told as a refund */
    struct kit_answer a = shown(t, &o);
    assert_int_equal(others(&a), 0);
    assert_string_equal(money_paid(t, &p, "T3"), "refused: paid twice");
    a = shown(t, &o);
    assert_int_equal(others(&a), 1);
    const json_t *one = json_array_get(json_object_get(a.json, "otherSums"), 0);
    assert_true(json_is_true(json_object_get(one, "again")));
    EXPECT(amount_of(&a, "came") == 10000);
    struct payment_notice n = money_says(&p, PAYMENT_SAYS_CLOSED); /* another trade, by which nothing came */
    n.trade = STR("T4");
    assert_string_equal(money_hear(t, &n), "refused: paid twice");
    a = shown(t, &o);
    assert_int_equal(others(&a), 1);
}

TEST_EACH_ENGINE(another_currency_is_another_sum)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    struct payment_notice n = of_sum(&p, PAYMENT_SAYS_PAID, money_of(10000, CURRENCY_USD));
    (void)money_hear(t, &n);
    struct kit_answer a = shown(t, &o);
    EXPECT(others(&a) == 1 && strstr(a.text, "\"currency\":\"USD\"") && amount_of(&a, "asked") == 10000);
}

/* No money came: a promise, a failure, a question that names another sum. */
TEST_EACH_ENGINE(what_brings_no_money_is_not_told_as_money)
{
    static const enum payment_said said[] = { PAYMENT_SAYS_NOTHING, PAYMENT_SAYS_PROCESSING, PAYMENT_SAYS_FAILED,
                                              PAYMENT_SAYS_CLOSED };
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        struct payment_notice n = of_sum(&p, said[i], CNY(1));
        n.trade = str_of(arena_printf(t->arena, "T%zu", i));
        assert_string_equal(money_hear(t, &n), "refused: amount");
    }
    assert_int_equal(money_mismatches(t, "amount"), ARRAY_LEN(said)); /* persons look all the same */
    struct kit_answer a = shown(t, &o);
    assert_int_equal(others(&a), 0);
}

TEST_EACH_ENGINE(that_somebody_has_looked_is_told_and_not_what_they_wrote)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    struct payment_notice n = of_sum(&p, PAYMENT_SAYS_PAID, CNY(9999));
    (void)money_hear(t, &n);
    int64_t before = told(t);
    kit_set_now(kit_now() + HOUR_MS);
    struct kit_answer a = kit_call(t, &(struct kit_request){ .routes = billing_mismatch_routes,
                                                             .verb = VERB_POST,
                                                             .path = "/api/operator/mismatches/1/resolve",
                                                             .account = 900,
                                                             .body = "{\"resolution\":\"a word of the house\"}" });
    assert_int_equal(a.status, 200);
    assert_int_equal(told(t), before + 1);
    a = shown(t, &o);
    assert_int_equal(others(&a), 1);
    const json_t *one = json_array_get(json_object_get(a.json, "otherSums"), 0);
    assert_true(json_is_string(json_object_get(one, "seenAt")));
    EXPECT(strstr(a.text, "a word of the house") == NULL);
}

/* ---- disputes ---- */

static const json_t *newest_mismatch(struct test_db *t, struct kit_answer *a)
{
    *a = kit_call(t, &(struct kit_request){ .routes = billing_mismatch_routes,
                                            .verb = VERB_GET,
                                            .path = "/api/operator/mismatches",
                                            .account = 900 });
    return json_array_get(json_object_get(a->json, "mismatches"), 0);
}

static int64_t sum_of(const json_t *m)
{
    return json_integer_value(json_object_get(json_object_get(m, "amount"), "amount"));
}

TEST_EACH_ENGINE(a_dispute_says_how_much_of_which_order)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    (void)money_paid(t, &p, "pi_1");
    /* As Stripe tells it: by the trade alone, and judged by nothing. */
    struct payment_notice n = { .event = STR("e7"),
                                .type = STR("charge.dispute.created"),
                                .for_person = true,
                                .trade = STR("pi_1"),
                                .amount = CNY(2500) };
    struct kit_answer a;
    assert_string_equal(money_hear(t, &n), "nothing new; for a person: charge.dispute.created");
    const json_t *m = newest_mismatch(t, &a);
    assert_int_equal(sum_of(m), 2500);
    assert_string_equal(json_string_value(json_object_get(m, "order")), o.number);
    (void)money_hear(t, &n);
    assert_int_equal(money_mismatches(t, "dispute"), 1);
    n.event = STR("e8"), n.amount = (struct money){ 0 }; /* another one, which names no sum */
    (void)money_hear(t, &n);
    m = newest_mismatch(t, &a);
    EXPECT(money_mismatches(t, "dispute") == 2 && sum_of(m) == 10000);
    n = (struct payment_notice){ .event = STR("e9"),
                                 .type = STR("refund.failed"),
                                 .for_person = true,
                                 .trade = STR("pi_1"),
                                 .refund_amount = CNY(700) };
    (void)money_hear(t, &n);
    m = newest_mismatch(t, &a);
    assert_int_equal(sum_of(m), 700);
    n.event = STR("e10"), n.trade = STR("pi_unknown"); /* of something that is not ours */
    assert_string_equal(money_hear(t, &n), "nothing: refund.failed; for a person: refund.failed");
    m = newest_mismatch(t, &a);
    assert_true(json_is_null(json_object_get(m, "order")));
    EXPECT(money_payment_now(t, p.id).state == PAYMENT_PAID && money_owed(t) == 0);
    EXPECT_MONEY_TRUE(t);
}

/* A version that did not look for its payment has put it down; now the same message comes once more. */
TEST_EACH_ENGINE(a_dispute_that_is_told_again_is_the_same)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    struct payment_notice n = {
        .event = STR("e7"), .type = STR("charge.dispute.created"), .for_person = true, .trade = STR("pi_1")
    };
    struct kit_answer a;
    (void)money_hear(t, &n); /* as then: nothing is found */
    assert_true(json_is_null(json_object_get(newest_mismatch(t, &a), "order")));
    (void)money_paid(t, &p, "pi_1");
    (void)money_hear(t, &n);
    assert_int_equal(money_mismatches(t, "dispute"), 1);
    n.event = STR("e8");
    (void)money_hear(t, &n), (void)money_hear(t, &n);
    assert_int_equal(money_mismatches(t, "dispute"), 2);
    assert_string_equal(json_string_value(json_object_get(newest_mismatch(t, &a), "order")), o.number);
    EXPECT_MONEY_TRUE(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(another_sum_is_told_until_the_payment_counts),
        EACH_ENGINE(what_comes_once_more_is_told_too),
        EACH_ENGINE(another_currency_is_another_sum),
        EACH_ENGINE(what_brings_no_money_is_not_told_as_money),
        EACH_ENGINE(that_somebody_has_looked_is_told_and_not_what_they_wrote),
        EACH_ENGINE(a_dispute_says_how_much_of_which_order),
        EACH_ENGINE(a_dispute_that_is_told_again_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
