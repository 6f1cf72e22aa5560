/* test_bills_outside.c: what went back at the provider and not by us, in bills: they list it row by row, and we hear
 * how much it is in all, so its parts are not the same. */
#include "billing/test_bill_fix.h"

static struct payment paid_and_listed(struct test_db *t)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    (void)bill_has(t, &p, "T1");
    return p;
}

static void hear_total(struct test_db *t, const struct payment *p, int64_t minor)
{
    struct payment_notice n = money_says(p, PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = CNY(minor);
    (void)money_hear(t, &n);
}

static struct bill_day next_day(struct test_db *t, int64_t days)
{
    cron(t, BEGIN + days * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + (days - 1) * DAY_MS)), JOB_FINISHED);
    return day_now(t, day_of(t, BEGIN + (days - 1) * DAY_MS));
}

static struct bill_day looked_at_again(struct test_db *t, const struct bill_day *d)
{
    cron(t, day_now(t, d->id).look_at_ms);
    return day_now(t, d->id);
}

TEST_EACH_ENGINE(several_rows_are_one_refund_here)
{
    struct payment p = paid_and_listed(t);
    (void)bill_has_refund(t, &p, "one", 300);
    (void)bill_has_refund(t, &p, "two", 400);
    struct bill_day d = that_day(t);
    assert_int_equal(d.differing, 2);
    hear_total(t, &p, 600); /* not all of it */
    assert_int_equal(looked_at_again(t, &d).differing, 2);
    assert_int_equal(money_mismatches(t, "drift"), 2);
    hear_total(t, &p, 700);
    assert_int_equal(looked_at_again(t, &d).state, BILL_AGREES);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 700, 700);
    EXPECT_MONEY_TRUE(t);
}

/* What has been found to be parts of others is not found again. */
TEST_EACH_ENGINE(what_is_listed_once_more_is_something_else)
{
    struct payment p = paid_and_listed(t);
    hear_total(t, &p, 700);
    (void)bill_has_refund(t, &p, "one", 300);
    (void)bill_has_refund(t, &p, "two", 400);
    struct bill_day d = that_day(t);
    assert_int_equal(looked_at_again(t, &d).state, BILL_AGREES);
    assert_int_equal(money_mismatches(t, "drift"), 0);
    fake.rows = 0;
    (void)bill_has_refund(t, &p, "three", 700);
    d = next_day(t, 2);
    assert_int_equal(difference(t, d.id).fault, BILL_NOT_HERE);
    assert_int_equal(looked_at_again(t, &d).state, BILL_DIFFERS);
    assert_int_equal(money_mismatches(t, "drift"), 1);
    hear_total(t, &p, 1400);
    assert_int_equal(looked_at_again(t, &d).state, BILL_AGREES);
}

TEST_EACH_ENGINE(one_row_is_several_refunds_here)
{
    struct payment p = paid_and_listed(t);
    hear_total(t, &p, 300);
    hear_total(t, &p, 700);
    (void)bill_has_refund(t, &p, "both", 700);
    struct bill_day d = that_day(t);
    assert_int_equal(difference(t, d.id).fault, BILL_NOT_HERE);
    assert_int_equal(looked_at_again(t, &d).state, BILL_AGREES);
    assert_int_equal(money_mismatches(t, "drift"), 0);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 700, 700);
}

/* A refund of ours that was done after it had failed, when its room was taken, counts as given back outside. */
TEST_EACH_ENGINE(what_moved_after_all_is_known_as_given_back_outside)
{
    struct payment p = paid_and_listed(t);
    const struct move m = { .why = "test", .at_ms = kit_now() };
    struct order o = money_order_now(t, p.order);
    struct refund late = given_back(t, &p, 300);
    p = money_payment_now(t, p.id);
    EXPECT(refund_failed(t->tx, &o, &p, &late, false, &m));
    struct refund other = given_back(t, &p, 9900);
    p = money_payment_now(t, p.id);
    EXPECT(refund_done(t->tx, &o, &p, &late, &m));
    (void)bill_has_refund(t, &p, late.number, 300);
    struct bill_day d = that_day(t);
    assert_int_equal(difference(t, d.id).fault, BILL_NOT_HERE);
    EXPECT(refund_failed(t->tx, &o, &p, &other, false, &m)); /* so what moved is known to be outside */
    assert_int_equal(looked_at_again(t, &d).state, BILL_AGREES);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 300, 300);
}

TEST_EACH_ENGINE(the_same_number_in_another_currency_is_another_sum)
{
    struct payment p = paid_and_listed(t);
    hear_total(t, &p, 300);
    bill_has_refund(t, &p, "dollars", 300)->amount = money_of(300, CURRENCY_USD);
    struct bill_day d = that_day(t);
    assert_int_equal(difference(t, d.id).fault, BILL_NOT_HERE);
    assert_int_equal(looked_at_again(t, &d).state, BILL_DIFFERS);
}

/* Stripe names no number of ours for it. */
TEST_EACH_ENGINE(the_trade_alone_names_a_payment_that_nobody_told_of)
{
    begin(t);
    first_day(t);
    struct payment p = begun(t);
    (void)bill_has(t, &p, "T1");
    bill_has_refund(t, &p, "", 300)->order = STR("");
    struct bill_day d = that_day(t);
    assert_int_equal(d.others, 0);
    assert_int_equal(d.differing, 2);
    /* Also when it is listed a day later, and still nobody has told. */
    fake.rows = 0;
    bill_has_refund(t, &p, "", 400)->order = STR("");
    struct bill_day later = next_day(t, 2);
    assert_int_equal(later.others, 0);
    assert_int_equal(difference(t, later.id).payment, p.id);
    (void)money_paid(t, &p, "T1");
    hear_total(t, &p, 700);
    assert_int_equal(looked_at_again(t, &d).state, BILL_AGREES);
    assert_int_equal(looked_at_again(t, &later).state, BILL_AGREES);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 300, 300);
    expect_sum(t, later.id, BILL_OF_REFUNDS, 400, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(several_rows_are_one_refund_here),
        EACH_ENGINE(what_is_listed_once_more_is_something_else),
        EACH_ENGINE(one_row_is_several_refunds_here),
        EACH_ENGINE(what_moved_after_all_is_known_as_given_back_outside),
        EACH_ENGINE(the_same_number_in_another_currency_is_another_sum),
        EACH_ENGINE(the_trade_alone_names_a_payment_that_nobody_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
