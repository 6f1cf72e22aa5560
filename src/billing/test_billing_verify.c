/* test_billing_verify.c: what somebody with the database in his hands could do to money is found by `verify`. */
#include "billing/test_money.h"

/* An order that is paid by its first payment, whose second one goes back, and one that is open; ids 1, 2. */
static void world(struct test_db *t)
{
    money_start(t);
    int64_t account = kit_account(t, 0);
    struct order o = money_order(t, account, 2);
    struct payment first = money_payment(t, &o), second = money_payment(t, &o);
    (void)money_paid(t, &first, "T1"), (void)money_paid(t, &second, "T2");
    o = money_order(t, kit_account(t, 0), 1);
    (void)money_payment(t, &o);
}

TEST_EACH_ENGINE(what_is_wrong_with_money_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE offers SET credits = 0 WHERE kind = 2", "holds no credits" },
        { "UPDATE offers SET days = 0 WHERE code = 'pro'", "no days" },
        { "UPDATE offers SET currency = 'XYZ' WHERE code = 'pro'", "nobody knows" },
        { "UPDATE orders SET state = 4 WHERE id = 2", "without its mover" },
        { "UPDATE orders SET version = 2 WHERE id = 2", "gap" },
        { "UPDATE billing_moves SET from_state = 4 WHERE kind = 1 AND id = 1 AND version = 2", "where it ended" },
        { "DELETE FROM billing_moves WHERE kind = 2 AND id = 1 AND version = 1", "gap" },
        { "UPDATE order_lines SET amount = 19999 WHERE order_id = 1", "lines of an order" },
        { "DELETE FROM order_lines WHERE order_id = 2", "lines of an order" },
        { "UPDATE orders SET offer = 99 WHERE id = 2", "no offer like it" },
        { "UPDATE orders SET offer = 1 WHERE id = 2", "no offer like it" },
        { "UPDATE orders SET paid_by = 0 WHERE id = 1", "paid and undelivered" },
        { "UPDATE orders SET paid_by = 3 WHERE id = 2", "paid and undelivered" },
        { "UPDATE orders SET paid_by = 3 WHERE id = 1", "not one of it" },
        { "UPDATE orders SET look_at_ms = 0 WHERE id = 2", "nobody looks" },
        { "UPDATE orders SET number = 'another' WHERE id = 1", "never granted" },
        { "UPDATE payments SET counts = 0 WHERE id = 1", "not one of it" },
        { "UPDATE payments SET amount = 20001 WHERE id = 1", "another sum" },
        { "UPDATE payments SET account = 9 WHERE id = 3", "no order of its account" },
        { "UPDATE payments SET currency = 'USD' WHERE id = 3", "another currency" },
        { "UPDATE payments SET counts = 1 WHERE id = 3", "counts for nothing" },
        { "UPDATE payments SET refunding = 19999 WHERE id = 2", "reserved for refunds" },
        { "UPDATE payments SET refunded = 5 WHERE id = 3", "never came" },
        { "UPDATE refunds SET state = 4; UPDATE payments SET refunding = 0 WHERE id = 2", "neither delivered" },
        { "UPDATE payments SET provider = 'alipay' WHERE id = 1", "books and a payment differ" },
        { "UPDATE posting_entries SET amount = 19999 WHERE posting = 1 AND line = 1", "books and a payment differ" },
        { "UPDATE posting_entries SET book = 'revenue' WHERE posting = 2 AND line = 2", "call sold what is not" },
        { "UPDATE posting_entries SET amount = amount + 1 WHERE posting = 1 AND line = 2", "call sold what is not" },
        { "UPDATE posting_entries SET amount = 19999 WHERE posting = 2 AND line = 2", "sum to zero" },
        { "DELETE FROM posting_entries WHERE posting = 2 AND line = 2", "two sides" },
        { "UPDATE posting_entries SET currency = 'USD' WHERE posting = 2 AND line = 2", "sum to zero" },
        { "UPDATE postings SET order_id = 2 WHERE id = 2", "of no payment" },
    };
    world(t);
    test_expect_found(t, billing_checks, harms, ARRAY_LEN(harms));
}

TEST_EACH_ENGINE(credits_that_nobody_paid_for_are_found)
{
    struct credit_entry e;
    world(t);
    struct order o = money_order_now(t, 2);
    const struct credit_change c = { .account = o.account,
                                     .amount = credits_of(5),
                                     .reason = REASON_topup,
                                     .key = order_credit_key(t->arena, &o),
                                     .at_ms = kit_now() };
    test_expect_sound(t, billing_checks);
    EXPECT(credits_grant(t->tx, &c, &e) == DEBIT_DONE);
    struct test_found f = test_verify(t, billing_checks);
    EXPECT(f.unsound == 1 && f.id == 2 && strstr(f.what, "not paid"));
}

/* More rows than a piece has. */
TEST_EACH_ENGINE(every_piece_is_looked_at)
{
    enum { ORDERS = 450 };
    money_start(t);
    for (int i = 0; i < ORDERS; i++) (void)money_order(t, kit_account(t, 0), 1);
    test_script(t, "UPDATE order_lines SET amount = 1 WHERE order_id = 450");
    struct verify_result r;
    EXPECT(verify_in(t->tx, &billing_checks[1], &r));
    EXPECT(r.looked == ORDERS && r.unsound == 1 && r.finding[0].id == ORDERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_wrong_with_money_is_found),
        EACH_ENGINE(credits_that_nobody_paid_for_are_found),
        EACH_ENGINE(every_piece_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
