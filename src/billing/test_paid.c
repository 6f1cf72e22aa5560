/* test_paid.c: what a verified notice does to rows: whatever comes, in any order and however often, what is paid is
 * delivered once or goes back. */
#include "billing/test_money.h"

#include <pthread.h>

struct fix {
    int64_t account;
    struct order o;
    struct payment p;
};

static struct fix fix_begin(struct test_db *t)
{
    struct fix f;
    money_start(t);
    f.account = kit_account(t, 0);
    f.o = money_order(t, f.account, 2);
    f.p = money_payment(t, &f.o);
    return f;
}

static void fix_read(struct test_db *t, struct fix *f)
{
    f->o = money_order_now(t, f->o.id);
    f->p = money_payment_now(t, f->p.id);
}

static void close_order(struct test_db *t, struct fix *f)
{
    f->o.look_at_ms = 0, f->o.ended_at_ms = kit_now();
    EXPECT(order_move(t->tx, &f->o, ORDER_CLOSED, &(struct move){ .why = "expired", .at_ms = kit_now() }));
}

/* The one refund of the house that there is. */
static void expect_refund(struct test_db *t, const char *cause, int64_t fen)
{
    EXPECT(test_number(t, "SELECT COUNT(*) FROM refunds") == 1);
    EXPECT(test_number(t, "SELECT amount FROM refunds") == fen);
    EXPECT(test_number(t, "SELECT state FROM refunds") == REFUND_PENDING);
    EXPECT(test_number(t, "SELECT actor FROM refunds") == 0);
    EXPECT(test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM refunds WHERE cause = '%s'", cause)) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.refund'") == 1);
}

static void expect_delivered(struct test_db *t, struct fix *f)
{
    fix_read(t, f);
    EXPECT(f->o.state == ORDER_DELIVERED && f->o.paid_by == f->p.id && f->o.paid_at_ms == kit_now());
    EXPECT(f->o.look_at_ms == 0 && f->p.state == PAYMENT_PAID && f->p.counts && f->p.paid_at_ms == kit_now());
    EXPECT(fix_available(t, f->account) == 2000);
    EXPECT(money_book(t, "provider:sandbox") == 20000 && money_book(t, "revenue") == -20000);
    EXPECT(fix_audits(t, "order_paid") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM refunds") == 0 && money_owed(t) == 0);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(what_is_paid_is_delivered_in_one_transaction)
{
    struct fix f = fix_begin(t);
    assert_string_equal(money_paid(t, &f.p, "T1"), "mark_paid");
    expect_delivered(t, &f);
    assert_string_equal(f.p.trade, "T1");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'order.changed'") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM order_notes WHERE what = 'notice' AND delivery = 7") == 1);
}

TEST_EACH_ENGINE(a_letter_says_that_it_is_paid)
{
    struct fix f = fix_begin(t);
    const struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>", .keyring = fix_keyring };
    billing_settings.mail = &mail;
    (void)money_paid(t, &f.p, "T1");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'order.paid'") == 1);
    (void)money_paid(t, &f.p, "T1");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'order.paid'") == 1);
}

TEST_EACH_ENGINE(what_is_said_again_is_delivered_once)
{
    struct fix f = fix_begin(t);
    (void)money_paid(t, &f.p, "T1");
    for (int i = 0; i < 3; i++) assert_string_equal(money_paid(t, &f.p, "T1"), "nothing new");
    expect_delivered(t, &f);
}

TEST_EACH_ENGINE(another_trade_for_a_paid_payment_is_for_a_person)
{
    struct fix f = fix_begin(t);
    (void)money_paid(t, &f.p, "T1");
    assert_string_equal(money_paid(t, &f.p, "T2"), "refused: paid twice");
    EXPECT(money_mismatches(t, "twice") == 1);
    assert_string_equal(money_paid(t, &f.p, "T2"), "refused: paid twice");
    EXPECT(money_mismatches(t, "twice") == 1);
    expect_delivered(t, &f);
}

TEST_EACH_ENGINE(a_second_payment_of_an_order_goes_back)
{
    struct fix f = fix_begin(t);
    struct payment second = money_payment(t, &f.o);
    (void)money_paid(t, &f.p, "T1");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.close'") == 1);
    expect_delivered(t, &f);
    assert_string_equal(money_paid(t, &second, "T9"), "mark_paid; twice");
    expect_refund(t, "twice", 20000);
    second = money_payment_now(t, second.id);
    EXPECT(second.state == PAYMENT_PAID && !second.counts && money_equal(second.refunding, CNY(20000)));
    EXPECT(money_mismatches(t, "twice") == 1 && money_book(t, "mismatch") == -20000);
    EXPECT(fix_available(t, f.account) == 2000 && money_owed(t) == 0);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(money_that_comes_late_is_delivered_for_while_the_same_is_sold)
{
    struct fix f = fix_begin(t);
    close_order(t, &f);
    assert_string_equal(money_paid(t, &f.p, "T1"), "mark_paid");
    expect_delivered(t, &f);
}

TEST_EACH_ENGINE(money_that_comes_late_goes_back_when_the_price_is_another)
{
    struct fix f = fix_begin(t);
    struct offer dearer = money_offer(t, "credits-1000");
    int64_t id;
    close_order(t, &f);
    dearer.price = CNY(12000);
    EXPECT(offers_put(t->tx, &dearer, 1, kit_now(), &id));
    assert_string_equal(money_paid(t, &f.p, "T1"), "mark_paid; late");
    expect_refund(t, "late", 20000);
    fix_read(t, &f);
    EXPECT(f.o.state == ORDER_CLOSED && f.p.state == PAYMENT_PAID && !f.p.counts);
    EXPECT(money_mismatches(t, "late") == 1 && fix_available(t, f.account) == 0 && money_owed(t) == 0);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(money_that_comes_late_goes_back_when_it_was_ordered_again)
{
    struct fix f = fix_begin(t);
    close_order(t, &f);
    struct order again = money_order(t, f.account, 1);
    assert_string_equal(money_paid(t, &f.p, "T1"), "mark_paid; late");
    expect_refund(t, "late", 20000);
    EXPECT(money_order_now(t, again.id).state == ORDER_OPEN && fix_available(t, f.account) == 0);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(what_cannot_be_delivered_goes_back)
{
    struct fix f = fix_begin(t);
    struct credit_entry e;
    const struct credit_change full = { .account = f.account,
                                        .amount = credits_of(CREDITS_LIMIT - 1999),
                                        .reason = REASON_grant,
                                        .key = "full",
                                        .at_ms = kit_now() };
    EXPECT(credits_grant(t->tx, &full, &e) == DEBIT_DONE);
    assert_string_equal(money_paid(t, &f.p, "T1"), "mark_paid; undeliverable");
    expect_refund(t, "undeliverable", 20000);
    fix_read(t, &f);
    EXPECT(f.o.state == ORDER_CLOSED && f.o.paid_by == 0 && !f.p.counts && money_owed(t) == 0);
    EXPECT(money_mismatches(t, "undelivered") == 1 && money_book(t, "revenue") == 0);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(another_sum_does_nothing_but_its_mismatch)
{
    struct fix f = fix_begin(t);
    const int64_t sums[] = { 1, 19999, 20001, 2000000 };
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
        struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PAID);
        n.amount = CNY(sums[i]);
        assert_string_equal(money_hear(t, &n), "refused: amount");
    }
    struct payment_notice dollars = money_says(&f.p, PAYMENT_SAYS_PAID);
    dollars.amount = money_of(20000, CURRENCY_USD);
    assert_string_equal(money_hear(t, &dollars), "refused: amount");
    fix_read(t, &f);
    EXPECT(f.o.state == ORDER_OPEN && f.p.state == PAYMENT_OPEN && f.p.version == 1);
    EXPECT(money_mismatches(t, "amount") == 1 && test_number(t, "SELECT COUNT(*) FROM postings") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mismatches") == 1 && fix_available(t, f.account) == 0);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(a_payment_that_nobody_knows_is_for_a_person)
{
    struct fix f = fix_begin(t);
    struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PAID);
    n.order = STR("0000000000000000000000000z");
    assert_string_equal(money_hear(t, &n), "refused: unknown order");
    n.order = STR(""), n.trade = STR("T404");
    assert_string_equal(money_hear(t, &n), "refused: unknown order");
    EXPECT(money_mismatches(t, "unknown_order") == 2);
    fix_read(t, &f);
    EXPECT(f.p.state == PAYMENT_OPEN);
    EXPECT_MONEY_TRUE(t);
}

/* A number of one provider's payment says nothing to another. */
TEST_EACH_ENGINE(another_providers_word_is_none)
{
    struct fix f = fix_begin(t);
    struct provider other = money_provider;
    struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PAID);
    enum payment_reason reason;
    other.name = "alipay";
    const struct heard h = { .provider = &other, .notice = &n, .how = "notice", .now_ms = kit_now() };
    EXPECT(billing_judge(t->tx, &h, t->arena, &reason) && reason == PAYMENT_UNKNOWN_ORDER);
    const struct heard ours = { .provider = &money_provider, .notice = &n, .how = "notice", .now_ms = kit_now() };
    EXPECT(billing_judge(t->tx, &ours, t->arena, &reason) && reason == PAYMENT_ACCEPTED);
    fix_read(t, &f);
    EXPECT(f.p.state == PAYMENT_OPEN && test_number(t, "SELECT COUNT(*) FROM mismatches") == 0);
}

TEST_EACH_ENGINE(what_is_promised_may_fail_and_be_paid_in_another_way)
{
    struct fix f = fix_begin(t);
    struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PROCESSING);
    assert_string_equal(money_hear(t, &n), "mark_processing");
    fix_read(t, &f);
    EXPECT(f.o.state == ORDER_PROCESSING && f.p.state == PAYMENT_PROCESSING && text_eq(f.p.trade, "T1"));
    n.said = PAYMENT_SAYS_FAILED;
    assert_string_equal(money_hear(t, &n), "mark_failed");
    fix_read(t, &f);
    EXPECT(f.o.state == ORDER_OPEN && f.p.state == PAYMENT_FAILED);
    struct payment second = money_payment(t, &f.o);
    (void)money_paid(t, &second, "T2");
    f.p = second;
    expect_delivered(t, &f);
}

TEST_EACH_ENGINE(a_promise_is_not_taken_back_by_another_payment)
{
    struct fix f = fix_begin(t);
    struct payment second = money_payment(t, &f.o);
    struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PROCESSING);
    (void)money_hear(t, &n);
    n = money_says(&second, PAYMENT_SAYS_CLOSED);
    n.trade = STR("T2");
    assert_string_equal(money_hear(t, &n), "mark_closed");
    EXPECT(money_order_now(t, f.o.id).state == ORDER_PROCESSING);
}

/* Alipay and Stripe say it so: who gives all of it back was paid, so there is nothing to deliver for. */
TEST_EACH_ENGINE(a_refund_before_the_payment_delivers_nothing)
{
    struct fix f = fix_begin(t);
    struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = CNY(20000);
    assert_string_equal(money_hear(t, &n), "mark_paid, refund_total:20000");
    fix_read(t, &f);
    EXPECT(f.p.state == PAYMENT_PAID && !f.p.counts && money_equal(f.p.refunded, CNY(20000)));
    EXPECT(f.o.state == ORDER_OPEN && fix_available(t, f.account) == 0 && money_owed(t) == 0);
    EXPECT(money_book(t, "provider:sandbox") == 0 && money_book(t, "mismatch") == 0);
    assert_string_equal(money_paid(t, &f.p, "T1"), "nothing new");
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(a_part_that_went_back_outside_is_told)
{
    struct fix f = fix_begin(t);
    struct payment_notice n = money_says(&f.p, PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = CNY(500);
    assert_string_equal(money_hear(t, &n), "mark_paid, refund_total:500");
    fix_read(t, &f);
    EXPECT(f.o.state == ORDER_DELIVERED && f.p.counts && money_equal(f.p.refunded, CNY(500)));
    EXPECT(money_book(t, "provider:sandbox") == 19500 && money_book(t, "refunds") == 500);
    EXPECT(money_mismatches(t, "refunded_outside") == 1 && fix_available(t, f.account) == 2000);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(a_refund_of_the_house_ends_by_its_number)
{
    struct fix f = fix_begin(t);
    struct payment second = money_payment(t, &f.o);
    (void)money_paid(t, &f.p, "T1"), (void)money_paid(t, &second, "T2");
    struct refund r;
    size_t count;
    EXPECT(refunds_of(t->tx, second.id, &r, 1, &count) && count == 1);
    struct payment_notice n = money_says(&second, PAYMENT_SAYS_REFUNDED);
    n.trade = STR("T2"), n.refund = str_of(r.number), n.refund_amount = CNY(20000);
    n.has_total = true, n.refund_total = CNY(20000);
    assert_string_equal(money_hear(t, &n), "refund:20000, refund_total:20000");
    second = money_payment_now(t, second.id);
    EXPECT(money_equal(second.refunded, CNY(20000)) && money_owed(t) == 0);
    EXPECT(money_book(t, "mismatch") == 0 && money_book(t, "provider:sandbox") == 20000);
    n.refund = STR("unknown");
    assert_string_equal(money_hear(t, &n), "refused: unknown refund");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM refunds") == 1);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(a_refund_that_failed_leaves_the_money_owed)
{
    struct fix f = fix_begin(t);
    struct payment second = money_payment(t, &f.o);
    (void)money_paid(t, &f.p, "T1"), (void)money_paid(t, &second, "T2");
    struct refund r;
    size_t count;
    EXPECT(refunds_of(t->tx, second.id, &r, 1, &count) && count == 1);
    struct payment_notice n = money_says(&second, PAYMENT_SAYS_REFUND_FAILED);
    n.trade = STR("T2"), n.refund = str_of(r.number), n.refund_amount = CNY(20000);
    assert_string_equal(money_hear(t, &n), "refund_failed");
    EXPECT(money_owed(t) == 1);
    EXPECT(test_verify(t, billing_checks).unsound == 1);
}

TEST_EACH_ENGINE(what_is_of_no_order_is_for_a_person_or_nobody)
{
    struct fix f = fix_begin(t);
    struct payment_notice n = { .event = STR("e9"), .type = STR("charge.dispute.created"), .for_person = true };
    assert_string_equal(money_hear(t, &n), "nothing: charge.dispute.created; for a person: charge.dispute.created");
    EXPECT(money_mismatches(t, "dispute") == 1);
    n = (struct payment_notice){ .event = STR("e10"), .type = STR("customer.created") };
    assert_string_equal(money_hear(t, &n), "nothing: customer.created");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mismatches") == 1 && f.p.state == PAYMENT_OPEN);
}

/* ---- two at the same moment, as from two processes ---- */

enum { AT_ONCE = 4 };
struct telling {
    struct op op;
    struct lanes *lanes;
    struct payment_notice n;
    enum op_outcome outcome;
};

static enum op_wish tell_op(struct op *op, struct tx *tx)
{
    struct telling *w = OWNER_OF(op, struct telling, op);
    struct buf outcome;
    const struct heard h = { .provider = &money_provider, .notice = &w->n, .how = "notice", .now_ms = KIT_START_MS };
    buf_init(&outcome, DELIVERY_OUTCOME_MAX);
    bool done = billing_apply(tx, &h, &outcome);
    buf_free(&outcome);
    return done ? OP_COMMIT : OP_REFUSE;
}

static void tell_again(struct op *op) { arena_reset(op->arena); }

static void *tell(void *arg)
{
    struct telling *w = arg;
    w->outcome = lanes_run(w->lanes, &w->op);
    return NULL;
}

TEST_EACH_ENGINE(notices_at_the_same_moment_deliver_once)
{
    struct fix f = fix_begin(t);
    struct payment second = money_payment(t, &f.o);
    struct telling w[AT_ONCE];
    pthread_t thread[AT_ONCE];
    char number[2][ORDER_NUMBER_SIZE];
    snprintf(number[0], sizeof number[0], "%s", f.p.number), snprintf(number[1], sizeof number[1], "%s", second.number);
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = AT_ONCE });
    for (int i = 0; i < AT_ONCE; i++) {
        w[i] = (struct telling){
            .op = { .mode = TX_WRITE, .arena = arena_new(1 << 20), .run = tell_op, .again = tell_again }, .lanes = lanes
        };
        const struct payment p = { .number = number[i % 2], .amount = CNY(20000) };
        w[i].n = money_says(&p, PAYMENT_SAYS_PAID);
        w[i].n.trade = i % 2 ? STR("T2") : STR("T1");
        assert_int_equal(pthread_create(&thread[i], NULL, tell, &w[i]), 0);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(w[i].outcome, OP_COMMITTED);
        arena_free(w[i].op.arena);
    }
    test_lanes_stop(t);
    EXPECT(fix_available(t, f.account) == 2000 && money_owed(t) == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM payments WHERE state = 3 AND counts = 1") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM payments WHERE state = 3 AND counts = 0") == 1);
    expect_refund(t, "twice", 20000);
    EXPECT_MONEY_TRUE(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_paid_is_delivered_in_one_transaction),
        EACH_ENGINE(a_letter_says_that_it_is_paid),
        EACH_ENGINE(what_is_said_again_is_delivered_once),
        EACH_ENGINE(another_trade_for_a_paid_payment_is_for_a_person),
        EACH_ENGINE(a_second_payment_of_an_order_goes_back),
        EACH_ENGINE(money_that_comes_late_is_delivered_for_while_the_same_is_sold),
        EACH_ENGINE(money_that_comes_late_goes_back_when_the_price_is_another),
        EACH_ENGINE(money_that_comes_late_goes_back_when_it_was_ordered_again),
        EACH_ENGINE(what_cannot_be_delivered_goes_back),
        EACH_ENGINE(another_sum_does_nothing_but_its_mismatch),
        EACH_ENGINE(a_payment_that_nobody_knows_is_for_a_person),
        EACH_ENGINE(another_providers_word_is_none),
        EACH_ENGINE(what_is_promised_may_fail_and_be_paid_in_another_way),
        EACH_ENGINE(a_promise_is_not_taken_back_by_another_payment),
        EACH_ENGINE(a_refund_before_the_payment_delivers_nothing),
        EACH_ENGINE(a_part_that_went_back_outside_is_told),
        EACH_ENGINE(a_refund_of_the_house_ends_by_its_number),
        EACH_ENGINE(a_refund_that_failed_leaves_the_money_owed),
        EACH_ENGINE(what_is_of_no_order_is_for_a_person_or_nobody),
        EACH_ENGINE(notices_at_the_same_moment_deliver_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
