/* test_refunds.c: money goes back once, as much as was paid and no more, and what was bought goes with it. */
#include "billing/test_refund_fix.h"

#include "outbound/mail.h"
#include <stdatomic.h>
#include <time.h>

#define ALL_BACK "\"reason\":\"Bought by mistake\",\"takesBack\":true"
#define MONEY_ONLY "\"reason\":\"We are sorry\",\"takesBack\":false"

TEST_EACH_ENGINE(all_of_it_goes_back_and_the_credits_with_it)
{
    fix_start(t);
    int64_t account = kit_account(t, 50);
    struct fix_paid f = fix_paid_order(t, account, 1);
    assert_int_equal(fix_available(t, account), 50 + PACK_CREDITS);
    struct kit_answer a = fix_refund(t, ANN, &f, ALL_BACK);
    assert_int_equal(a.status, 201);
    assert_string_equal(fix_text(&a, "state"), "pending");
    assert_int_equal(fix_number(&a, "credits"), PACK_CREDITS);
    assert_int_equal(fix_available(t, account), 50); /* held: they cannot be spent meanwhile */
    fix_expect_sound(t);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    fix_read(t, &f);
    assert_int_equal(fix_state(t), REFUND_DONE);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    assert_int_equal(money_minor(f.p.refunded), PACK_PRICE);
    assert_int_equal(fix_available(t, account), 50);
    assert_int_equal(fix_book(t, "provider:fake"), 0);
    assert_int_equal(fix_book(t, "refunds"), PACK_PRICE);
    assert_int_equal(fake.given, PACK_PRICE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'order_refunded'"), 1);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(the_buyer_is_told_once)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    struct mail_row row[8];
    size_t count, told = 0;
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_work(t, 2), JOB_FINISHED);
    EXPECT(mail_list(t->tx, &fix_mail, 0, ARRAY_LEN(row), row, &count) == ROW_FOUND);
    for (size_t i = 0; i < count; i++)
        told += strstr(row[i].text, "CNY 100.00") && strstr(row[i].text, "Fake Pay") && strstr(row[i].text, f.o.number);
    assert_int_equal(told, 1);
}

TEST_EACH_ENGINE(parts_take_their_share_of_the_credits)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    static const struct {
        int64_t amount, credits;
    } part[] = { { 3333, 333 }, { 3333, 333 }, { 3334, 334 } };
    for (size_t i = 0; i < ARRAY_LEN(part); i++) {
        const char *members = arena_printf(t->arena, "\"amount\":%lld," ALL_BACK, (long long)part[i].amount);
        struct kit_answer a = fix_refund(t, ANN, &f, members);
        assert_int_equal(a.status, 201);
        assert_int_equal(fix_number(&a, "credits"), part[i].credits);
        fix_read(t, &f);
        assert_int_equal(f.o.state, ORDER_DELIVERED);
        if (i > 0) assert_int_equal(fix_work(t, 1), JOB_NEXT); /* a minute lies between two */
        if (i > 0) kit_set_now(kit_now() + MINUTE_MS);
        assert_int_equal(fix_work(t, 1), JOB_FINISHED);
        fix_expect_sound(t);
    }
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    assert_int_equal(fix_available(t, account), 0);
    assert_int_equal(fake.given, PACK_PRICE);
}

TEST_EACH_ENGINE(no_more_goes_back_than_was_paid)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    struct kit_answer a = fix_refund(t, ANN, &f, "\"amount\":10001," MONEY_ONLY);
    assert_int_equal(a.status, 422);
    assert_string_equal(a.error, "refund_too_much");
    assert_int_equal(kit_fact(&a, "left"), PACK_PRICE);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":6000," MONEY_ONLY).status, 201);
    a = fix_refund(t, BOB, &f, "\"amount\":4001," MONEY_ONLY);
    assert_int_equal(kit_fact(&a, "left"), 4000);
    assert_int_equal(fix_refund(t, BOB, &f, MONEY_ONLY).status, 201); /* all that is left */
    a = fix_refund(t, BOB, &f, MONEY_ONLY);
    assert_string_equal(a.error, "refund_too_much");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds"), 2);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(credits_that_are_spent_are_not_taken_back)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    struct credit_entry e;
    const struct credit_change spent = {
        .account = account, .amount = credits_of(400), .reason = REASON_correction, .key = "spent", .at_ms = kit_now()
    };
    EXPECT(credits_debit(t->tx, &spent, &e) == DEBIT_DONE);
    struct kit_answer a = fix_refund(t, ANN, &f, ALL_BACK);
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "refund_credits_spent");
    assert_int_equal(kit_fact(&a, "need"), 1000);
    assert_int_equal(kit_fact(&a, "have"), 600);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunding), 0);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":6000," ALL_BACK).status, 201);
    assert_int_equal(fix_available(t, account), 0);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_plan_is_taken_back_when_all_of_it_is_back)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 0);
    assert_int_equal(plans_delivered, 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":2000," ALL_BACK).status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(plans_taken_back, 0);
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_refund(t, ANN, &f, MONEY_ONLY).status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(plans_taken_back, 1); /* one of them said so */
    struct fix_paid kept = fix_paid_order(t, kit_account(t, 0), 0);
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_refund(t, ANN, &kept, MONEY_ONLY).status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    fix_read(t, &kept);
    assert_int_equal(kept.o.state, ORDER_GIVEN_BACK);
    assert_int_equal(plans_taken_back, 1);
    fix_expect_sound(t);
}

/* ---- the provider's word ---- */

TEST_EACH_ENGINE(an_unknown_end_is_asked_about_and_never_repeated_blindly)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = FAKE_UNKNOWN, fake.query = FAKE_UNKNOWN, fake.does = true;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_work(t, 1), JOB_NEXT); /* asked, and again without an answer: not told a second time */
    assert_int_equal(fake.refunds, 1);
    assert_int_equal(fake.queries, 1);
    assert_int_equal(fix_state(t), REFUND_PENDING);
    assert_int_equal(fix_owed(t), 0);
    fix_expect_sound(t);
    fake.query = FAKE_DONE;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_DONE);
    assert_int_equal(fake.refunds, 1);
    assert_int_equal(fake.given, PACK_PRICE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(what_never_arrived_is_sent_again_with_its_number)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = FAKE_UNKNOWN;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    fake.query = FAKE_ABSENT, fake.refund = FAKE_DONE;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fake.refunds, 2);
    assert_int_equal(fake.given, PACK_PRICE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_worker_that_dies_behind_its_call_gives_back_once)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    struct kit_attempt first = fix_attempt(t, 1);
    (void)kit_begin(t, &first); /* the provider has it, and nobody wrote that down */
    assert_int_equal(fake.given, PACK_PRICE);
    fake.query = FAKE_DONE;
    assert_int_equal(fix_work(t, 2), JOB_FINISHED);
    assert_int_equal(fake.refunds, 1);
    assert_int_equal(fake.queries, 1);
    assert_int_equal(fix_state(t), REFUND_DONE);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), PACK_PRICE);
    assert_int_equal(fake.given, PACK_PRICE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_that_is_refused_fails_for_a_person_to_see)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = FAKE_REFUSED;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_FAILED);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 1);
    assert_int_equal(fix_available(t, account), PACK_CREDITS);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunding), 0);
    assert_int_equal(f.o.state, ORDER_DELIVERED);
    fix_expect_sound(t);
    fake.refund = FAKE_DONE;
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201); /* a person tries anew */
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_DONE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_that_takes_days_is_asked_about_for_days)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = fake.query = FAKE_TAKEN;
    for (int day = 0; day < 30; day++) {
        assert_int_equal(fix_work(t, 1), JOB_NEXT);
        kit_set_now(kit_now() + DAY_MS);
    }
    assert_int_equal(fake.refunds, 1);
    assert_int_equal(fake.queries, 29);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 0);
    /* The same word over and over is one note. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM order_notes WHERE what = 'refund'"), 1);
    kit_set_now(kit_now() + DAY_MS);
    assert_int_equal(fix_work(t, 1), JOB_GIVE_UP);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 1);
    assert_int_equal(fix_state(t), REFUND_PENDING); /* its end is not known, so it is not ended */
    struct refund r;
    EXPECT(refund_get(t->tx, fix_newest(t), false, &r) == ROW_FOUND);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_REFUNDED);
    n.refund = str_of(r.number), n.refund_amount = r.amount;
    (void)fix_heard(t, &n);
    assert_int_equal(fix_state(t), REFUND_DONE);
}

TEST_EACH_ENGINE(our_own_fault_is_told_once_and_the_refund_goes_on)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.ready = false; /* its keys are gone */
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fake.refunds + fake.queries, 0);
    fake.ready = true, fake.query = FAKE_OURS;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 1);
    fake.query = FAKE_ABSENT;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_DONE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_that_failed_and_was_done_after_all)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    struct refund r;
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = FAKE_FAILED;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_FAILED);
    assert_int_equal(fix_available(t, account), PACK_CREDITS);
    EXPECT(refund_get(t->tx, fix_newest(t), false, &r) == ROW_FOUND);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_REFUNDED);
    n.refund = str_of(r.number), n.refund_amount = r.amount;
    (void)fix_heard(t, &n);
    fix_read(t, &f);
    assert_int_equal(fix_state(t), REFUND_DONE);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    assert_int_equal(fix_available(t, account), 0);
    (void)fix_heard(t, &n); /* and once more: nothing new */
    assert_int_equal(fix_book(t, "refunds"), PACK_PRICE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_that_was_done_after_all_when_its_credits_are_spent)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    struct refund r;
    struct credit_entry e;
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    fake.refund = FAKE_FAILED;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    const struct credit_change spent = {
        .account = account, .amount = credits_of(1), .reason = REASON_correction, .key = "spent", .at_ms = kit_now()
    };
    EXPECT(credits_debit(t->tx, &spent, &e) == DEBIT_DONE);
    EXPECT(refund_get(t->tx, fix_newest(t), false, &r) == ROW_FOUND);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_REFUNDED);
    n.refund = str_of(r.number), n.refund_amount = r.amount;
    (void)fix_heard(t, &n);
    assert_int_equal(fix_state(t), REFUND_DONE);
    assert_int_equal(fix_mismatches(t, "refund_failed"), 2); /* that it failed, and that the credits are spent */
    assert_int_equal(fix_available(t, account), PACK_CREDITS - 1);
    fix_expect_sound(t);
}

/* ---- given back outside ---- */

static void hear_total(struct test_db *t, const struct fix_paid *f, int64_t total)
{
    struct payment_notice n = fix_notice(f, PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = money_of(total, CURRENCY_CNY);
    (void)fix_heard(t, &n);
}

TEST_EACH_ENGINE(what_is_given_back_outside_gets_a_row_and_a_mismatch)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    hear_total(t, &f, 3000);
    hear_total(t, &f, 3000); /* a running total, told again */
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds WHERE cause = 'outside' AND amount = 3000"), 1);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), 3000);
    assert_int_equal(money_minor(f.p.refunding), 3000);
    assert_int_equal(fix_book(t, "refunds"), 3000);
    fix_expect_sound(t);
    hear_total(t, &f, PACK_PRICE);
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    assert_int_equal(fix_available(t, account), PACK_CREDITS); /* a person decides about what was bought */
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 2);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_total_that_tells_of_our_own_is_no_refund_of_others)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":4000," MONEY_ONLY).status, 201);
    fake.refund = FAKE_UNKNOWN, fake.does = true;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    hear_total(t, &f, 4000); /* ours, whose answer was lost */
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 0);
    assert_int_equal(fix_state(t), REFUND_PENDING); /* a total names nobody */
    fake.query = FAKE_DONE;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds"), 1);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), 4000);
    fix_expect_sound(t);
}

/* The total was of the refund that fails: it is neither done by others nor gone. */
TEST_EACH_ENGINE(one_that_fails_behind_its_total_can_be_given_again)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, MONEY_ONLY).status, 201);
    fake.refund = FAKE_TAKEN, fake.query = FAKE_FAILED;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    hear_total(t, &f, PACK_PRICE);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), PACK_PRICE);
    kit_set_now(kit_now() + 3 * DAY_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_FAILED);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), 0);
    assert_int_equal(money_minor(f.p.refunding), 0);
    assert_int_equal(f.o.state, ORDER_DELIVERED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds"), 1);
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 0);
    assert_int_equal(fix_book(t, "refunds"), 0);
    fake.refund = FAKE_DONE;
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_refund(t, ANN, &f, MONEY_ONLY).status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    fix_expect_sound(t);
}

/* Nobody ever said that the other one is back. */
TEST_EACH_ENGINE(one_that_fails_behind_its_total_leaves_another_one_alone)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":6000," MONEY_ONLY).status, 201);
    struct kit_attempt first = fix_attempt(t, 1);
    fake.refund = FAKE_TAKEN, fake.query = FAKE_FAILED;
    assert_int_equal(kit_job(t, &first), JOB_NEXT);
    hear_total(t, &f, 6000);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":4000," MONEY_ONLY).status, 201);
    kit_set_now(kit_now() + 3 * DAY_MS);
    assert_int_equal(kit_job(t, &first), JOB_FINISHED);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), 0);
    fake.refund = FAKE_REFUSED;
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_state(t), REFUND_FAILED);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), 0);
    assert_int_equal(money_minor(f.p.refunding), 0);
    assert_int_equal(fix_book(t, "refunds"), 0);
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 0);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_total_that_ours_turns_out_not_to_be_part_of)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":4000," MONEY_ONLY).status, 201);
    hear_total(t, &f, 4000);
    fake.refund = FAKE_REFUSED;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 1);
    assert_int_equal(fix_book(t, "refunds"), 4000);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunding), 4000);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(what_waits_for_a_second_person_gives_way_to_money_that_is_gone)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 3);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":25000," ALL_BACK).status, 201);
    int64_t asked = fix_newest(t);
    struct refund r;
    hear_total(t, &f, 10000);
    EXPECT(refund_get(t->tx, asked, false, &r) == ROW_FOUND);
    assert_int_equal(r.state, REFUND_REFUSED);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunding), 10000);
    fix_expect_sound(t);
}

/* ---- at once ---- */

enum { RACERS = 12 };
struct racer {
    struct op op;
    struct fix_paid f;
    enum refund_put result;
    atomic_int *left;
};

static enum op_wish race_run(struct op *op, struct tx *tx)
{
    struct racer *r = OWNER_OF(op, struct racer, op);
    struct refund out;
    if (orders_get(tx, r->f.o.id, true, &r->f.o) != ROW_FOUND) return OP_REFUSE;
    if (payment_get(tx, r->f.p.id, true, &r->f.p) != ROW_FOUND) return OP_REFUSE;
    const struct refund_wish w = { .amount = money_of(3000, CURRENCY_CNY),
                                   .cause = "operator",
                                   .reason = "race",
                                   .takes_back = true,
                                   .actor = ANN,
                                   .now_ms = kit_now() };
    r->result = refund_put(tx, &r->f.o, &r->f.p, &w, &out);
    return r->result == REFUND_PUT ? OP_COMMIT : OP_REFUSE;
}

static void race_again(struct op *op) { arena_reset(op->arena); }

static void race_done(struct op *op, enum op_outcome outcome)
{
    struct racer *r = OWNER_OF(op, struct racer, op);
    if (outcome != OP_COMMITTED && r->result == REFUND_PUT) r->result = REFUND_PUT_FAULT;
    atomic_fetch_sub(r->left, 1);
}

TEST_EACH_ENGINE(refunds_at_once_do_not_give_back_more_than_was_paid)
{
    static struct racer racer[RACERS];
    fix_start(t);
    atomic_int left = RACERS;
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    for (size_t i = 0; i < RACERS; i++)
        racer[i] = (struct racer){ .f = f,
                                   .left = &left,
                                   .op = { .mode = TX_WRITE,
                                           .arena = arena_new(1 << 20),
                                           .run = race_run,
                                           .again = race_again,
                                           .done = race_done } };
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 4 });
    for (size_t i = 0; i < RACERS; i++) EXPECT(lanes_submit(lanes, &racer[i].op));
    for (int waited = 0; atomic_load(&left) && waited < 30000; waited++)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    EXPECT(atomic_load(&left) == 0);
    test_lanes_stop(t);
    int put = 0, refused = 0;
    for (size_t i = 0; i < RACERS; i++) {
        put += racer[i].result == REFUND_PUT, refused += racer[i].result == REFUND_PUT_TOO_MUCH;
        arena_free(racer[i].op.arena);
    }
    assert_int_equal(put, 3);
    assert_int_equal(refused, RACERS - 3);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunding), 9000);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(all_of_it_goes_back_and_the_credits_with_it),
        EACH_ENGINE(the_buyer_is_told_once),
        EACH_ENGINE(parts_take_their_share_of_the_credits),
        EACH_ENGINE(no_more_goes_back_than_was_paid),
        EACH_ENGINE(credits_that_are_spent_are_not_taken_back),
        EACH_ENGINE(a_plan_is_taken_back_when_all_of_it_is_back),
        EACH_ENGINE(an_unknown_end_is_asked_about_and_never_repeated_blindly),
        EACH_ENGINE(what_never_arrived_is_sent_again_with_its_number),
        EACH_ENGINE(a_worker_that_dies_behind_its_call_gives_back_once),
        EACH_ENGINE(one_that_is_refused_fails_for_a_person_to_see),
        EACH_ENGINE(one_that_takes_days_is_asked_about_for_days),
        EACH_ENGINE(our_own_fault_is_told_once_and_the_refund_goes_on),
        EACH_ENGINE(one_that_failed_and_was_done_after_all),
        EACH_ENGINE(one_that_was_done_after_all_when_its_credits_are_spent),
        EACH_ENGINE(what_is_given_back_outside_gets_a_row_and_a_mismatch),
        EACH_ENGINE(a_total_that_tells_of_our_own_is_no_refund_of_others),
        EACH_ENGINE(one_that_fails_behind_its_total_can_be_given_again),
        EACH_ENGINE(one_that_fails_behind_its_total_leaves_another_one_alone),
        EACH_ENGINE(a_total_that_ours_turns_out_not_to_be_part_of),
        EACH_ENGINE(what_waits_for_a_second_person_gives_way_to_money_that_is_gone),
        EACH_ENGINE(refunds_at_once_do_not_give_back_more_than_was_paid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
