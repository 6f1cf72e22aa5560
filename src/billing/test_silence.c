/* test_silence.c: payments of which nobody says anything, or says it late: who is asked, how often, what is closed, and
 * that money which is found behind an end is not lost. */
#include "base/clock.h"
#include "billing/test_money.h"

/* ---- a provider that says what a test tells it to ---- */

enum { MANY = 4 };
static struct {
    enum payment_outcome query, close;
    enum payment_said said[MANY + 1]; /* to a question, by the payment's id; NOTHING: no notice */
    bool absent[MANY + 1];
    int asked[MANY + 1], closed[MANY + 1];
    const char *number[MANY + 1], *session;
    bool ready;
} fake;

static size_t place_of(const struct provider_call *c)
{
    for (size_t i = 1; i <= MANY; i++)
        if (fake.number[i] && str_eq(c->order.number, str_of(fake.number[i]))) return i;
    return 0;
}

static void fake_query(struct provider_call *c)
{
    size_t i = place_of(c);
    fake.asked[i]++;
    c->outcome = fake.absent[i] ? PAYMENT_OUTCOME_ABSENT : fake.query;
    if (c->outcome != PAYMENT_OUTCOME_OK || fake.said[i] == PAYMENT_SAYS_NOTHING) return;
    c->has_notice = true, c->session = fake.session;
    c->notice = (struct payment_notice){ .about_order = true,
                                         .session = str_of(fake.session),
                                         .said = fake.said[i],
                                         .type = STR("asked"),
                                         .order = c->order.number,
                                         .trade = c->order.number,
                                         .amount = c->order.amount };
}

static void fake_close(struct provider_call *c)
{
    fake.closed[place_of(c)]++;
    c->outcome = fake.close;
}

static void fake_start(struct provider_call *c)
{
    c->outcome = PAYMENT_OUTCOME_OK;
    c->url = "https://pay.example/page";
}

static bool fake_ready(void) { return fake.ready; }

static const struct provider silent_provider = { .name = "sandbox",
                                                 .name_en = "Sandbox",
                                                 .name_zh = "沙盒",
                                                 .ways = money_ways,
                                                 .ready = fake_ready,
                                                 .takes = money_takes,
                                                 .start = fake_start,
                                                 .query = fake_query,
                                                 .close = fake_close };
const struct provider *const billing_providers[] = { &silent_provider, NULL };
const struct provider *provider_named(const char *name) { return text_eq(name, "sandbox") ? &silent_provider : NULL; }

/* ---- an order and its ways of being paid ---- */

static struct order begin(struct test_db *t)
{
    memset(&fake, 0, sizeof fake);
    fake.ready = true, fake.query = fake.close = PAYMENT_OUTCOME_OK;
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 2);
    order_look_soon(&o, kit_now());
    EXPECT(order_save(t->tx, &o, kit_now()));
    return o;
}

/* Begun at its provider, if so. */
static struct payment way(struct test_db *t, const struct order *o, bool begun)
{
    struct payment p = money_payment(t, o);
    if (begun) p.started_at_ms = kit_now();
    EXPECT(payment_save(t->tx, &p, kit_now()));
    fake.number[p.id] = arena_text(t->arena, p.number);
    return p;
}

static void sweep(struct test_db *t)
{
    enum job_wish wish = kit_job(t, &(struct kit_attempt){ .kind = &billing_sweep_job });
    assert_int_equal(wish, JOB_FINISHED);
}

static enum job_wish work(struct test_db *t, const struct job_kind *kind, int64_t ref)
{
    return kit_job(t, &(struct kit_attempt){ .kind = kind, .id = 1000, .ref = ref, .attempt = 1 });
}

static int64_t jobs(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM jobs WHERE kind = '%s'", kind));
}

/* Jobs that were put so far are of no matter. */
static void forget_jobs(struct test_db *t) { test_script(t, "DELETE FROM jobs;"); }

static void move_to(struct test_db *t, int64_t payment, enum payment_state to)
{
    struct payment p = money_payment_now(t, payment);
    EXPECT(payment_move(t->tx, &p, to, &(struct move){ .why = "test", .at_ms = kit_now() }));
}

static void close_here(struct test_db *t, int64_t order)
{
    struct order o = money_order_now(t, order);
    EXPECT(order_close_here(t->tx, &o, "closed", 0, kit_now()));
}

/* ---- behind a delivery ---- */

TEST_EACH_ENGINE(another_way_of_paying_is_asked_about_behind_a_delivery)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true), other = way(t, &o, true);
    (void)money_paid(t, &p, "T1");
    o = money_order_now(t, o.id);
    assert_int_equal(o.state, ORDER_DELIVERED);
    assert_int_equal(o.look_at_ms, kit_now() + DAY_MS);
    fake.absent[other.id] = true; /* nobody has opened its page yet, which can still be paid */
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_CLOSED);
    kit_set_now(kit_now() + DAY_MS);
    forget_jobs(t);
    sweep(t);
    assert_int_equal(jobs(t, "billing.look"), 1);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, 0);
    fake.absent[other.id] = false, fake.said[other.id] = PAYMENT_SAYS_PAID;
    assert_int_equal(work(t, &billing_look_job, other.id), JOB_FINISHED);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_PAID);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds WHERE cause = 'twice' AND state = 2"), 1);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(one_that_is_promised_is_asked_about_each_hour)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true), other = way(t, &o, true);
    (void)money_paid(t, &p, "T1");
    struct payment_notice n = money_says(&other, PAYMENT_SAYS_PROCESSING);
    n.trade = STR("T2");
    (void)money_hear(t, &n);
    kit_set_now(kit_now() + DAY_MS);
    sweep(t);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, kit_now() + HOUR_MS);
    kit_set_now(kit_now() + HOUR_MS);
    forget_jobs(t);
    sweep(t);
    assert_int_equal(jobs(t, "billing.look"), 1);
    kit_set_now(kit_now() + 12 * DAY_MS);
    sweep(t);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_PROCESSING);
    kit_set_now(kit_now() + DAY_MS); /* and not for ever: its failing may never be told */
    sweep(t);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_CLOSED);
    o = money_order_now(t, o.id);
    assert_true(o.state == ORDER_DELIVERED && o.look_at_ms == 0);
    n.said = PAYMENT_SAYS_PAID; /* should it come after all, it goes back */
    (void)money_hear(t, &n);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds WHERE cause = 'twice' AND state = 2"), 1);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(what_cannot_be_delivered_has_its_other_ways_closed)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true), other = way(t, &o, true);
    struct credit_entry e;
    const struct credit_change full = { .account = o.account,
                                        .amount = credits_of(CREDITS_LIMIT - 1999),
                                        .reason = REASON_grant,
                                        .key = "full",
                                        .at_ms = kit_now() };
    EXPECT(credits_grant(t->tx, &full, &e) == DEBIT_DONE);
    assert_string_equal(money_paid(t, &p, "T1"), "mark_paid; undeliverable");
    o = money_order_now(t, o.id);
    assert_int_equal(o.state, ORDER_CLOSED);
    assert_int_equal(o.look_at_ms, kit_now() + DAY_MS);
    assert_int_equal(jobs(t, "billing.close"), 1);
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_CLOSED);
    EXPECT_MONEY_TRUE(t);
}

/* Its close was never answered clearly, or it was paid otherwise than it should be. */
TEST_EACH_ENGINE(one_that_stays_open_behind_a_delivery_is_closed_in_the_end)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true), other = way(t, &o, true);
    (void)money_paid(t, &p, "T1");
    kit_set_now(kit_now() + DAY_MS);
    sweep(t);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, kit_now() + DAY_MS);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_OPEN);
    kit_set_now(kit_now() + 13 * DAY_MS);
    sweep(t);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_CLOSED);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, 0);
    EXPECT_MONEY_TRUE(t);
}

/* The answer to its beginning was lost; the question finds it paid, under a session that we hear of only now. */
TEST_EACH_ENGINE(a_session_that_an_answer_brings_is_kept_before_it_is_judged)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    fake.session = "cs_1", fake.said[p.id] = PAYMENT_SAYS_PAID;
    assert_int_equal(work(t, &billing_look_job, p.id), JOB_FINISHED);
    assert_string_equal(money_payment_now(t, p.id).session, "cs_1");
    assert_int_equal(money_order_now(t, o.id).state, ORDER_DELIVERED);
    struct order next = money_order(t, o.account, 1);
    p = way(t, &next, true);
    fake.session = "cs_2", fake.said[p.id] = PAYMENT_SAYS_PAID;
    assert_int_equal(work(t, &billing_close_job, next.id), JOB_FINISHED);
    assert_int_equal(money_order_now(t, next.id).state, ORDER_DELIVERED);
    fake.session = "cs_3"; /* another one is not this payment's */
    assert_int_equal(work(t, &billing_look_job, p.id), JOB_FINISHED);
    assert_string_equal(money_payment_now(t, p.id).session, "cs_2");
    assert_int_equal(money_mismatches(t, "unknown_order"), 1);
    EXPECT_MONEY_TRUE(t);
}

/* ---- behind a closing ---- */

TEST_EACH_ENGINE(a_closed_order_is_asked_about_until_somebody_answers)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    close_here(t, o.id);
    kit_set_now(kit_now() + DAY_MS);
    sweep(t);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, 0);
    fake.query = PAYMENT_OUTCOME_UNKNOWN;
    assert_int_equal(work(t, &billing_look_job, p.id), JOB_FINISHED);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, kit_now() + 6 * HOUR_MS);
    kit_set_now(kit_now() + 6 * HOUR_MS);
    sweep(t);
    fake.ready = false; /* its keys are not there for a while */
    assert_int_equal(work(t, &billing_look_job, p.id), JOB_GIVE_UP);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, kit_now() + 6 * HOUR_MS);
    kit_set_now(kit_now() + 6 * HOUR_MS);
    sweep(t);
    fake.ready = true, fake.query = PAYMENT_OUTCOME_OK, fake.said[p.id] = PAYMENT_SAYS_PAID;
    assert_int_equal(work(t, &billing_look_job, p.id), JOB_FINISHED);
    assert_int_equal(money_order_now(t, o.id).state, ORDER_DELIVERED);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(a_closed_order_is_not_asked_about_for_ever)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    close_here(t, o.id);
    kit_set_now(kit_now() + 8 * DAY_MS);
    sweep(t);
    fake.query = PAYMENT_OUTCOME_LATER;
    assert_int_equal(work(t, &billing_look_job, p.id), JOB_FINISHED);
    assert_int_equal(money_order_now(t, o.id).look_at_ms, 0);
}

/* Its start had been under way, and came to something. */
TEST_EACH_ENGINE(what_begins_behind_its_closing_is_closed_there)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    struct job *start = kit_begin(t, &(struct kit_attempt){ .kind = &billing_start_job, .id = 1, .ref = p.id });
    close_here(t, o.id);
    assert_int_equal(kit_settle(t, start), JOB_FINISHED);
    assert_int_equal(jobs(t, "billing.close"), 1);
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(fake.closed[p.id], 1);
}

/* ---- what has failed ---- */

TEST_EACH_ENGINE(one_that_failed_may_still_be_paid_with_its_code)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    struct payment_notice n = money_says(&p, PAYMENT_SAYS_FAILED);
    (void)money_hear(t, &n);
    assert_int_equal(money_payment_now(t, p.id).state, PAYMENT_FAILED);
    kit_set_now(kit_now() + MINUTE_MS);
    sweep(t);
    assert_int_equal(jobs(t, "billing.look"), 1);
    kit_set_now(o.expires_at_ms);
    sweep(t);
    assert_int_equal(jobs(t, "billing.close"), 1); /* and not without asking */
    fake.said[p.id] = PAYMENT_SAYS_PAID;
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(fake.closed[p.id], 1);
    assert_int_equal(money_order_now(t, o.id).state, ORDER_DELIVERED);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(one_that_failed_is_closed_when_another_is_paid)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true), other = way(t, &o, true);
    move_to(t, other.id, PAYMENT_FAILED);
    (void)money_paid(t, &p, "T1");
    assert_int_equal(jobs(t, "billing.close"), 1);
    fake.said[other.id] = PAYMENT_SAYS_CLOSED;
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(fake.closed[other.id], 1);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_FAILED);
}

/* ---- money that is found by closing ---- */

TEST_EACH_ENGINE(money_that_a_closing_finds_is_delivered_for_in_it)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true), other = way(t, &o, true);
    fake.said[p.id] = PAYMENT_SAYS_PAID;
    fake.close = PAYMENT_OUTCOME_UNKNOWN; /* the other may still be paid */
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(money_order_now(t, o.id).state, ORDER_DELIVERED);
    assert_int_equal(jobs(t, "billing.close"), 1); /* for the other */
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_AGAIN);
    fake.close = PAYMENT_OUTCOME_OK;
    assert_int_equal(work(t, &billing_close_job, o.id), JOB_FINISHED);
    assert_int_equal(money_payment_now(t, other.id).state, PAYMENT_CLOSED);
    EXPECT_MONEY_TRUE(t);
}

/* WeChat Pay says REFUND of a payment whose paying was never heard of; how much is back it does not say. */
TEST_EACH_ENGINE(what_was_given_back_before_it_was_heard_of_is_for_a_person)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    struct payment_notice n = money_says(&p, PAYMENT_SAYS_PAID);
    n.some_back = true;
    assert_string_equal(money_hear(t, &n), "mark_paid");
    p = money_payment_now(t, p.id);
    assert_true(p.state == PAYMENT_PAID && !p.counts);
    assert_int_equal(money_order_now(t, o.id).state, ORDER_OPEN);
    assert_int_equal(money_mismatches(t, "refunded_outside"), 1);
    assert_int_equal(fix_available(t, o.account), 0);
    assert_int_equal(money_book(t, "mismatch"), -20000);
    assert_int_equal(money_owed(t), 1);
    (void)money_hear(t, &n);
    assert_int_equal(money_mismatches(t, "refunded_outside"), 1);
}

/* ---- side by side ---- */

/* Who wishes for a look holds the order, and does not wait for one that is ending. */
TEST_EACH_ENGINE(wishes_at_different_moments_are_different_jobs)
{
    struct order o = begin(t);
    struct payment p = way(t, &o, true);
    int64_t first = payment_look_put(t->tx, &p), close = order_close_put(t->tx, &o);
    assert_true(first > 0 && close > 0);
    kit_set_now(kit_now() + SECOND_MS);
    int64_t second = payment_look_put(t->tx, &p);
    assert_true(second > 0 && second != first && order_close_put(t->tx, &o) != close);
    assert_int_equal(payment_look_put(t->tx, &p), second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(another_way_of_paying_is_asked_about_behind_a_delivery),
        EACH_ENGINE(one_that_is_promised_is_asked_about_each_hour),
        EACH_ENGINE(what_cannot_be_delivered_has_its_other_ways_closed),
        EACH_ENGINE(one_that_stays_open_behind_a_delivery_is_closed_in_the_end),
        EACH_ENGINE(a_session_that_an_answer_brings_is_kept_before_it_is_judged),
        EACH_ENGINE(a_closed_order_is_asked_about_until_somebody_answers),
        EACH_ENGINE(a_closed_order_is_not_asked_about_for_ever),
        EACH_ENGINE(what_begins_behind_its_closing_is_closed_there),
        EACH_ENGINE(one_that_failed_may_still_be_paid_with_its_code),
        EACH_ENGINE(one_that_failed_is_closed_when_another_is_paid),
        EACH_ENGINE(money_that_a_closing_finds_is_delivered_for_in_it),
        EACH_ENGINE(what_was_given_back_before_it_was_heard_of_is_for_a_person),
        EACH_ENGINE(wishes_at_different_moments_are_different_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
