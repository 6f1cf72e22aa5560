/* test_owed.c: what the house owes is tried until it is back, and counts as owed while nobody may be working on it. */
#include "billing/test_refund_fix.h"

#define ALL_BACK "\"reason\":\"Bought by mistake\",\"takesBack\":true"
#define MONEY_ONLY "\"reason\":\"We are sorry\",\"takesBack\":false"

/* The question is refused, which says nothing of the refund. */
TEST_EACH_ENGINE(a_refused_question_does_not_end_a_refund)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = FAKE_UNKNOWN, fake.does = true, fake.query = FAKE_REFUSED;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fake.queries, 1);
    assert_int_equal(fix_state(t), REFUND_PENDING);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 0);
    fake.query = FAKE_DONE;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_DONE);
    assert_int_equal(fake.given, PACK_PRICE);
    fix_expect_sound(t);
}

/* The order is paid twice, so that the house gives the second payment back by itself. */
static struct fix_paid twice_paid(struct test_db *t, int64_t packs, struct fix_paid *first)
{
    int64_t account = kit_account(t, 0);
    *first = fix_paid_order(t, account, packs);
    struct payment second = {
        .order = first->o.id, .account = account, .provider = "fake", .way = "page", .amount = first->p.amount
    };
    EXPECT(payment_insert(t->tx, &second, kit_now()));
    struct fix_paid again = { first->o, second };
    struct payment_notice n = fix_notice(&again, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    fix_read(t, &again);
    assert_int_equal(fix_mismatches(t, "twice"), 1);
    return again;
}

TEST_EACH_ENGINE(what_the_house_owes_is_tried_again_after_a_refusal)
{
    struct fix_paid f;
    fix_start(t);
    (void)twice_paid(t, 1, &f);
    fake.refund = FAKE_REFUSED, fake.query = FAKE_ABSENT;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_state(t), REFUND_PENDING);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 1); /* a person sees it at once */
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 1);
    fake.refund = FAKE_DONE;
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_DONE);
    assert_int_equal(fake.given, PACK_PRICE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_refund_that_nobody_may_be_working_on_is_owed)
{
    struct fix_paid f;
    fix_start(t);
    struct fix_paid again = twice_paid(t, 3, &f);
    fake.refund = fake.query = FAKE_TAKEN;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_owed(t), 0);
    kit_set_now(kit_now() + 8 * DAY_MS);
    assert_int_equal(fix_owed(t), 1);
    fake.query = FAKE_FAILED;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_owed(t), 1);
    /* What waits for a second person is not on its way. */
    struct refund r;
    struct kit_answer a = fix_refund(t, ANN, &again, MONEY_ONLY);
    assert_string_equal(fix_text(&a, "state"), "asked");
    assert_int_equal(fix_owed(t), 1);
    EXPECT(refund_get(t->tx, fix_newest(t), true, &r) == ROW_FOUND);
    EXPECT(refund_agree(t->tx, &r, &(struct move){ .why = "agreed", .actor = BOB, .at_ms = kit_now() }));
    assert_int_equal(fix_owed(t), 0);
    fake.refund = FAKE_DONE;
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_owed(t), 0);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_payment_that_is_owed_back_is_counted_until_it_is_on_its_way)
{
    struct fix_paid f;
    fix_start(t);
    struct fix_paid again = twice_paid(t, 1, &f);
    assert_int_equal(fix_owed(t), 0); /* it is on its way back, by itself */
    fake.refund = FAKE_REFUSED;
    kit_set_now(kit_now() + 7 * DAY_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_owed(t), 1);
    assert_int_equal(test_verify(t, billing_checks).unsound, 1); /* and `verify` says so */
    fix_read(t, &again);
    fake.refund = FAKE_DONE;
    kit_set_now(kit_now() + HOUR_MS);
    struct kit_answer a = fix_refund(t, ANN, &again, ALL_BACK);
    assert_int_equal(a.status, 201);
    assert_int_equal(fix_number(&a, "credits"), 0); /* nothing was delivered for it */
    assert_int_equal(fix_owed(t), 0);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_DELIVERED);
    assert_int_equal(fix_book(t, "mismatch"), 0);
    fix_expect_sound(t);
}

static void hear_total(struct test_db *t, const struct fix_paid *f, int64_t total, int64_t made_at_ms)
{
    struct payment_notice n = fix_notice(f, PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = money_of(total, CURRENCY_CNY), n.made_at_ms = made_at_ms;
    (void)fix_heard(t, &n);
}

/* Said while the provider had the refund, and heard when that has failed: nothing is back. */
TEST_EACH_ENGINE(an_old_total_of_a_refund_that_failed_is_no_money_back)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, MONEY_ONLY).status, 201);
    fake.refund = FAKE_TAKEN, fake.query = FAKE_FAILED;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    int64_t had_ms = kit_now();
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_FAILED);
    hear_total(t, &f, PACK_PRICE, had_ms);
    hear_total(t, &f, PACK_PRICE, had_ms);
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_DELIVERED);
    assert_int_equal(money_minor(f.p.refunded) + money_minor(f.p.refunding), 0);
    assert_int_equal(fix_mismatches(t, "drift"), 1); /* a person may look, once */
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 0);
    fix_expect_sound(t);
    /* What was said when we had heard of the failure, and more than it could be, is of somebody else. */
    kit_set_now(kit_now() + HOUR_MS);
    hear_total(t, &f, 3000, kit_now());
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), 3000);
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 1);
    assert_int_equal(fix_mismatches(t, "drift"), 1);
    fix_expect_sound(t);
}

/* The house gives back what was paid twice; the provider had that, told its total, and then could not do it. */
TEST_EACH_ENGINE(what_is_owed_stays_owed_behind_an_old_total)
{
    struct fix_paid f;
    fix_start(t);
    struct fix_paid again = twice_paid(t, 1, &f);
    fake.refund = FAKE_TAKEN, fake.query = FAKE_FAILED;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    int64_t had_ms = kit_now();
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_owed(t), 1);
    hear_total(t, &again, PACK_PRICE, had_ms);
    assert_int_equal(fix_owed(t), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_refused_question_does_not_end_a_refund),
        EACH_ENGINE(what_the_house_owes_is_tried_again_after_a_refusal),
        EACH_ENGINE(a_refund_that_nobody_may_be_working_on_is_owed),
        EACH_ENGINE(a_payment_that_is_owed_back_is_counted_until_it_is_on_its_way),
        EACH_ENGINE(an_old_total_of_a_refund_that_failed_is_no_money_back),
        EACH_ENGINE(what_is_owed_stays_owed_behind_an_old_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
