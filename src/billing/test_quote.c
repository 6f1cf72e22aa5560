/* test_quote.c: what an order would cost, line by line: seats, renewals, and what is left of a plan that another one
 * takes the place of. */
#include "billing/test_money.h"

#include "billing/plans.h"

enum { MONTH_DAYS = 30 };

struct fix {
    int64_t account, shop;
};

static struct fix fix_shop_of(struct test_db *t)
{
    struct fix f;
    money_start(t);
    f.account = kit_account(t, 0);
    f.shop = fix_shop(t, f.account, "Tea");
    tenants_hooks.entitlements = billing_entitlements;
    return f;
}

static enum quote wish(struct test_db *t, const struct fix *f, const char *code, int64_t seats, struct order_quote *q)
{
    return money_wish(t, (struct order_wish){ .account = f->account, .person = 1, .shop = f->shop, .seats = seats },
                      code, q);
}

/* Ordered and paid. */
static struct order buy(struct test_db *t, const struct fix *f, const char *code, int64_t seats)
{
    struct order_quote q;
    EXPECT(wish(t, f, code, seats, &q) == QUOTE_MADE && orders_insert(t->tx, &q, kit_now()));
    struct payment p = money_payment(t, &q.order);
    assert_string_equal(money_paid(t, &p, p.number), "mark_paid");
    return money_order_now(t, q.order.id);
}

static void expect_line(const struct order_line *l, const char *what, int64_t quantity, int64_t price, int64_t amount)
{
    assert_string_equal(l->what, what);
    assert_int_equal(l->quantity, quantity);
    assert_true(money_equal(l->price, CNY(price)) && money_equal(l->amount, CNY(amount)));
}

/* What every quote has to be: its lines make up what is to be paid. */
static void expect_sum(const struct order_quote *q)
{
    struct money sum = CNY(0);
    for (size_t i = 0; i < q->lines; i++) assert_true(money_add(sum, q->line[i].amount, &sum));
    assert_true(money_equal(sum, q->order.amount));
}

TEST_EACH_ENGINE(a_first_plan_begins_now)
{
    struct fix f = fix_shop_of(t);
    struct order_quote q;
    EXPECT(wish(t, &f, "basic", 0, &q) == QUOTE_MADE);
    EXPECT(q.lines == 1 && q.order.seats == 1 && money_equal(q.order.amount, CNY(5000)));
    expect_line(&q.line[0], "plan", 1, 5000, 5000);
    EXPECT(q.line[0].from_ms == kit_now() && q.line[0].to_ms == kit_now() + MONTH_DAYS * DAY_MS);
    assert_string_equal(q.order.purpose, arena_printf(t->arena, "plan:%lld", (long long)f.shop));
}

TEST_EACH_ENGINE(further_seats_are_a_line_of_their_own)
{
    struct fix f = fix_shop_of(t);
    struct order_quote q;
    EXPECT(wish(t, &f, "enterprise", 5, &q) == QUOTE_MADE && q.lines == 2);
    expect_line(&q.line[0], "plan", 1, 7000, 7000);
    expect_line(&q.line[1], "seats", 3, 1000, 3000);
    EXPECT(money_equal(q.order.amount, CNY(10000)) && q.order.seats == 5);
    expect_sum(&q);
    EXPECT(wish(t, &f, "enterprise", 2, &q) == QUOTE_MADE && q.lines == 1);
}

TEST_EACH_ENGINE(seats_that_a_plan_does_not_have_are_refused)
{
    struct fix f = fix_shop_of(t);
    struct order_quote q;
    EXPECT(wish(t, &f, "basic", 2, &q) == QUOTE_SEATS);
    EXPECT(wish(t, &f, "pro", 1, &q) == QUOTE_SEATS);
    EXPECT(wish(t, &f, "enterprise", OFFER_SEATS_MAX + 1, &q) == QUOTE_SEATS);
    EXPECT(wish(t, &f, "enterprise", OFFER_SEATS_MAX, &q) == QUOTE_MADE);
}

TEST_EACH_ENGINE(a_plan_is_of_a_shop_of_the_account_and_credits_of_none)
{
    struct fix f = fix_shop_of(t);
    struct fix theirs = { .account = kit_account(t, 0), .shop = f.shop };
    struct order_quote q;
    EXPECT(wish(t, &theirs, "basic", 0, &q) == QUOTE_NO_SHOP);
    EXPECT(wish(t, &f, "credits-1000", 0, &q) == QUOTE_NO_SHOP);
    f.shop = 0;
    EXPECT(wish(t, &f, "basic", 0, &q) == QUOTE_NO_SHOP);
    struct order_wish packs = { .account = f.account, .quantity = PACKS_MAX + 1 };
    EXPECT(money_wish(t, packs, "credits-1000", &q) == QUOTE_TOO_MUCH);
}

TEST_EACH_ENGINE(the_same_plan_goes_on_where_it_ends)
{
    struct fix f = fix_shop_of(t);
    int64_t began_ms = kit_now();
    (void)buy(t, &f, "basic", 0);
    kit_set_now(began_ms + 20 * DAY_MS);
    struct order_quote q;
    EXPECT(wish(t, &f, "basic", 0, &q) == QUOTE_MADE && q.lines == 1);
    EXPECT(q.line[0].from_ms == began_ms + MONTH_DAYS * DAY_MS && q.line[0].to_ms == began_ms + 60 * DAY_MS);
    EXPECT(money_equal(q.order.amount, CNY(5000)) && !money_is_positive(q.order.credited));
    kit_set_now(began_ms + 40 * DAY_MS); /* it is over: from now */
    EXPECT(wish(t, &f, "basic", 0, &q) == QUOTE_MADE && q.line[0].from_ms == kit_now());
}

TEST_EACH_ENGINE(another_plan_counts_in_what_is_left)
{
    struct fix f = fix_shop_of(t);
    int64_t began_ms = kit_now();
    (void)buy(t, &f, "basic", 0);
    kit_set_now(began_ms + 20 * DAY_MS);
    struct order_quote q;
    EXPECT(wish(t, &f, "pro", 0, &q) == QUOTE_MADE && q.lines == 2);
    expect_line(&q.line[0], "plan", 1, 6000, 6000);
    expect_line(&q.line[1], "credited", 1, -1666, -1666); /* a third of 50.00, towards the house */
    EXPECT(money_equal(q.order.credited, CNY(1666)) && money_equal(q.order.amount, CNY(4334)));
    EXPECT(q.line[0].from_ms == kit_now() && q.line[0].to_ms == kit_now() + MONTH_DAYS * DAY_MS);
    expect_sum(&q);
    struct order o = buy(t, &f, "pro", 0);
    EXPECT(o.state == ORDER_DELIVERED && money_equal(o.amount, CNY(4334)));
    struct shop_plan p;
    EXPECT(plan_get(t->tx, f.shop, &p) == ROW_FOUND && text_eq(p.code, "pro"));
    EXPECT(p.until_ms == kit_now() + MONTH_DAYS * DAY_MS);
    EXPECT_MONEY_TRUE(t);
}

/* What was counted in was paid before: it counts again. */
TEST_EACH_ENGINE(nothing_is_lost_by_changing_twice)
{
    struct fix f = fix_shop_of(t);
    int64_t began_ms = kit_now();
    (void)buy(t, &f, "pro", 0);
    kit_set_now(began_ms + 15 * DAY_MS);
    (void)buy(t, &f, "enterprise", 2); /* 70.00, of which 30.00 were there */
    struct order_quote q;
    EXPECT(wish(t, &f, "enterprise", 3, &q) == QUOTE_MADE);
    EXPECT(money_equal(q.order.credited, CNY(7000)) && money_equal(q.order.amount, CNY(1000)));
    expect_sum(&q);
}

TEST_EACH_ENGINE(more_seats_are_another_plan)
{
    struct fix f = fix_shop_of(t);
    int64_t began_ms = kit_now();
    (void)buy(t, &f, "enterprise", 4);
    kit_set_now(began_ms + 15 * DAY_MS);
    struct order_quote q;
    EXPECT(wish(t, &f, "enterprise", 6, &q) == QUOTE_MADE && q.lines == 3);
    expect_line(&q.line[1], "seats", 4, 1000, 4000);
    expect_line(&q.line[2], "credited", 1, -4500, -4500);
    EXPECT(money_equal(q.order.amount, CNY(6500)));
    expect_sum(&q);
}

TEST_EACH_ENGINE(a_plan_that_costs_less_than_is_left_is_not_due)
{
    struct fix f = fix_shop_of(t);
    (void)buy(t, &f, "enterprise", 10);
    struct order_quote q;
    EXPECT(wish(t, &f, "basic", 0, &q) == QUOTE_NOTHING_DUE);
}

/* A renewal that is paid for and has not begun is worth all of its price. */
TEST_EACH_ENGINE(what_is_paid_ahead_counts_too)
{
    struct fix f = fix_shop_of(t);
    (void)buy(t, &f, "basic", 0);
    (void)buy(t, &f, "basic", 0);
    struct order_quote q;
    EXPECT(wish(t, &f, "enterprise", 6, &q) == QUOTE_MADE);
    EXPECT(money_equal(q.order.credited, CNY(10000)) && money_equal(q.order.amount, CNY(1000)));
    expect_sum(&q);
}

TEST_EACH_ENGINE(a_plan_of_a_shop_that_is_gone_goes_back)
{
    struct fix f = fix_shop_of(t);
    struct order_quote q;
    EXPECT(wish(t, &f, "basic", 0, &q) == QUOTE_MADE && orders_insert(t->tx, &q, kit_now()));
    struct payment p = money_payment(t, &q.order);
    test_script(t, "UPDATE shops SET status = 5, deleted_from = 2");
    assert_string_equal(money_paid(t, &p, "T1"), "mark_paid; undeliverable");
    EXPECT(money_order_now(t, q.order.id).state == ORDER_CLOSED && money_owed(t) == 0);
    EXPECT(test_number(t, "SELECT amount FROM refunds") == 5000);
    EXPECT_MONEY_TRUE(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_first_plan_begins_now),
        EACH_ENGINE(further_seats_are_a_line_of_their_own),
        EACH_ENGINE(seats_that_a_plan_does_not_have_are_refused),
        EACH_ENGINE(a_plan_is_of_a_shop_of_the_account_and_credits_of_none),
        EACH_ENGINE(the_same_plan_goes_on_where_it_ends),
        EACH_ENGINE(another_plan_counts_in_what_is_left),
        EACH_ENGINE(nothing_is_lost_by_changing_twice),
        EACH_ENGINE(more_seats_are_another_plan),
        EACH_ENGINE(a_plan_that_costs_less_than_is_left_is_not_due),
        EACH_ENGINE(what_is_paid_ahead_counts_too),
        EACH_ENGINE(a_plan_of_a_shop_that_is_gone_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
