/* test_plan_worth.c: what is left of a plan counts for as much as is still paid for it, on both engines: whatever went
 * back, whenever, and however often it was exchanged since. */
#include "billing/test_plan_fix.h"

static int64_t worth(struct test_db *t)
{
    struct money m;
    EXPECT(plan_worth(t->tx, shop, CURRENCY_CNY, kit_now(), &m));
    return money_minor(m);
}

static int64_t live(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM plan_periods WHERE ended_ms = 0");
}

/* As an order is paid by a provider, with so much of it asked back. */
static void paid_and_asked_back(struct test_db *t, struct order *o, int64_t fen)
{
    const struct move m = { .why = "paid", .at_ms = kit_now() };
    struct payment p = {
        .order = o->id, .account = account, .provider = "sandbox", .way = "page", .amount = o->amount
    };
    EXPECT(payment_insert(t->tx, &p, kit_now()));
    p.counts = true;
    EXPECT(payment_move(t->tx, &p, PAYMENT_PAID, &m));
    o->paid_by = p.id;
    EXPECT(order_save(t->tx, o, kit_now()));
    EXPECT(fen == 0 || refund_reserve(t->tx, &p, money_of(fen, CURRENCY_CNY), kit_now()));
}

TEST_EACH_ENGINE(what_goes_back_pays_for_nothing)
{
    const char *why = "";
    struct order_quote q;
    start(t, 0);
    struct order o = bought(t, "pro", 0), larger = ordered(t, "enterprise", 0);
    assert_int_equal(money_minor(larger.amount), 1000);
    paid_and_asked_back(t, &o, 6000); /* in the provider's console, or by one of us */
    assert_int_equal(delivered(t, &larger, &why), DELIVER_CANNOT);
    assert_non_null(strstr(why, "is there no more"));
    assert_int_equal(quoted(t, "enterprise", 0, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.credited), 0);
    assert_int_equal(money_minor(q.order.amount), 7000);
    test_script(t, "UPDATE payments SET refunding = 2000;");
    assert_int_equal(quoted(t, "enterprise", 0, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.credited), 4000);
}

TEST_EACH_ENGINE(what_was_exchanged_and_went_back_does_not_come_again)
{
    struct order_quote q;
    start(t, 0);
    struct order first = bought(t, "pro", 0), second = bought(t, "enterprise", 0);
    kit_set_now(kit_now() + DAYS(3));
    struct order third = bought(t, "enterprise", 3); /* 80 - 63 */
    assert_int_equal(worth(t), 8000);
    taken_back(t, &first);
    assert_int_equal(worth(t), 1700 + 900); /* what was paid beside it, and what is left of that */
    assert_string_equal(plan(t).code, "enterprise");
    assert_int_equal(quoted(t, "enterprise", 5, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.credited), 2600);
    taken_back(t, &third);
    taken_back(t, &second);
    assert_int_equal(plan(t).until_ms, kit_now());
    assert_int_equal(live(t), 0);
    expect_sound(t);
}

/* Behind the exchange too, and only as long as it is back or on its way. */
TEST_EACH_ENGINE(what_goes_back_in_part_is_missing_in_what_it_was_exchanged_for)
{
    start(t, 0);
    struct order small = bought(t, "pro", 0);
    kit_set_now(kit_now() + DAYS(15));
    struct order larger = bought(t, "enterprise", 0);
    assert_int_equal(money_minor(larger.credited), 3000);
    assert_int_equal(worth(t), 7000);
    paid_and_asked_back(t, &small, 2000);
    assert_int_equal(worth(t), 4000 + 2000); /* half of 40 is left of it */
    test_script(t, "UPDATE payments SET refunding = 0;");
    assert_int_equal(worth(t), 7000); /* it failed */
    test_script(t, "UPDATE payments SET refunding = 6000;");
    assert_int_equal(worth(t), 4000);
    paid_and_asked_back(t, &larger, 1500);
    assert_int_equal(worth(t), 2500);
    kit_set_now(kit_now() + DAYS(15));
    assert_int_equal(worth(t), 1250);
}

/* What it was ordered with hours before is what counts, not when the money came. */
TEST_EACH_ENGINE(what_was_counted_is_as_it_was_ordered)
{
    const char *why = "";
    start(t, 0);
    (void)bought(t, "pro", 0);
    struct order larger = ordered(t, "enterprise", 0);
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(delivered(t, &larger, &why), DELIVER_DONE);
    assert_int_equal(worth(t), 7000);
}

TEST_EACH_ENGINE(a_change_that_is_taken_back_leaves_the_old_plan_to_what_was_bought_behind_it)
{
    struct order_quote q;
    start(t, 0);
    (void)bought(t, "pro", 0);
    struct order change = bought(t, "enterprise", 0), behind = bought(t, "enterprise", 0);
    assert_int_equal(worth(t), 14000);
    taken_back(t, &change);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    assert_int_equal(worth(t), 7000 + 6000);
    assert_int_equal(quoted(t, "enterprise", 12, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.amount), 7000 + 10000 - 13000);
    expect_sound(t);
    kit_set_now(kit_now() + DAYS(3));
    taken_back(t, &behind);
    assert_string_equal(plan(t).code, "pro");
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30)); /* as much as was left when it was exchanged */
    assert_int_equal(worth(t), 6000);
    expect_sound(t);
}

TEST_EACH_ENGINE(of_what_was_exchanged_the_rest_goes_on_without_what_was_taken)
{
    start(t, 0);
    struct order first = bought(t, "basic", 0);
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(10));
    struct order larger = bought(t, "enterprise", 6);
    assert_int_equal(worth(t), 11000);
    taken_back(t, &first);
    assert_int_equal(worth(t), money_minor(larger.amount) + 5000);
    kit_set_now(kit_now() + DAYS(2));
    taken_back(t, &larger);
    assert_string_equal(plan(t).code, "basic");
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30)); /* no day of the first one */
    assert_int_equal(live(t), 1);
    assert_int_equal(test_number(t, "SELECT from_ms FROM plan_periods WHERE ended_ms = 0"), kit_now());
    assert_int_equal(worth(t), 5000);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_a_taken_one_had_ended_is_not_lost_with_it)
{
    start(t, 0);
    (void)bought(t, "basic", 0);
    struct order second = bought(t, "pro", 0), third = bought(t, "enterprise", 0);
    assert_int_equal(worth(t), 7000);
    taken_back(t, &second);
    assert_int_equal(worth(t), 1000 + 5000);
    EXPECT(plan_take_back(t->tx, &second, kit_now())); /* said again */
    assert_int_equal(worth(t), 1000 + 5000);
    taken_back(t, &third);
    assert_string_equal(plan(t).code, "basic");
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    expect_sound(t);
}

/* What it had ended is counted by what lay behind it, and goes on when that is taken back: never beside it. */
TEST_EACH_ENGINE(what_a_taken_one_had_ended_goes_to_what_lay_behind_it)
{
    start(t, 0);
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(10));
    struct order second = bought(t, "pro", 0), behind = bought(t, "pro", 0);
    kit_set_now(kit_now() + DAYS(10));
    struct order third = bought(t, "enterprise", 20);
    taken_back(t, &second);
    kit_set_now(kit_now() + DAYS(4));
    taken_back(t, &third);
    assert_string_equal(plan(t).code, "pro");
    assert_int_equal(live(t), 1);
    expect_sound(t);
    taken_back(t, &behind);
    assert_string_equal(plan(t).code, "basic");
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(20));
    assert_int_equal(live(t), 1);
    expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_goes_back_pays_for_nothing),
        EACH_ENGINE(what_was_exchanged_and_went_back_does_not_come_again),
        EACH_ENGINE(what_goes_back_in_part_is_missing_in_what_it_was_exchanged_for),
        EACH_ENGINE(what_was_counted_is_as_it_was_ordered),
        EACH_ENGINE(a_change_that_is_taken_back_leaves_the_old_plan_to_what_was_bought_behind_it),
        EACH_ENGINE(of_what_was_exchanged_the_rest_goes_on_without_what_was_taken),
        EACH_ENGINE(what_a_taken_one_had_ended_is_not_lost_with_it),
        EACH_ENGINE(what_a_taken_one_had_ended_goes_to_what_lay_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
