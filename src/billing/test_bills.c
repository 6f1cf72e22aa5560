/* test_bills.c: days of a provider whose bill says what a test tells it to, against our payments and refunds: what
 * agrees, what is asked about and heals, what lasts and is told once, and days on which there is no bill. */
#include "billing/test_bill_fix.h"

/* ---- days ---- */

TEST_EACH_ENGINE(a_day_that_agrees)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    (void)bill_has(t, &p, "T1");
    struct bill_day d = that_day(t);
    assert_int_equal(d.state, BILL_AGREES);
    assert_int_equal(fake.day, BEGIN / DAY_MS);
    assert_int_equal(d.look_at_ms, 0);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 10000, 10000);
    expect_sum(t, d.id, BILL_OF_REFUNDS, -1, -1);
    assert_int_equal(jobs(t, "billing.look"), 0);
    int asked = fake.asked;
    assert_int_equal(read_bill(t, d.id), JOB_FINISHED); /* a second worker: it is read once */
    assert_int_equal(fake.asked, asked);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(days_that_were_missed_are_made_up_for_in_their_order)
{
    begin(t);
    first_day(t);
    cron(t, BEGIN + 45 * DAY_MS);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_days"), 31);
    int64_t oldest = day_of(t, BEGIN + 15 * DAY_MS), next = day_of(t, BEGIN + 16 * DAY_MS);
    assert_true(oldest > 0 && day_of(t, BEGIN + 14 * DAY_MS) == 0);
    assert_int_equal(jobs(t, "billing.bill"), 2); /* the first day's, and the oldest; the others wait for it */
    assert_int_equal(read_bill(t, oldest), JOB_FINISHED);
    assert_int_equal(jobs(t, "billing.bill"), 3);
    assert_int_equal(day_now(t, oldest).state, BILL_AGREES);
    assert_int_equal(day_now(t, next).state, BILL_WAITING);
    cron(t, BEGIN + 45 * DAY_MS); /* again: no day a second time */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_days"), 31);
}

TEST_EACH_ENGINE(nothing_is_asked_of_a_provider_that_is_not_set_up)
{
    begin(t);
    fake.ready = false;
    cron(t, BEGIN + HOUR_MS);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_days"), 0);
    fake.ready = true;
    cron(t, BEGIN + HOUR_MS);
    fake.ready = false;
    assert_int_equal(read_bill(t, day_of(t, BEGIN - DAY_MS)), JOB_FINISHED);
    assert_int_equal(fake.asked, 0);
}

TEST_EACH_ENGINE(a_bill_that_is_not_there_yet)
{
    begin(t);
    first_day(t);
    (void)paid(t, "T1");
    fake.outcome = PAYMENT_OUTCOME_UNKNOWN;
    struct bill_day d = that_day(t);
    assert_int_equal(d.state, BILL_WAITING);
    assert_string_equal(d.error, "it said no");
    assert_int_equal(d.tries, 1);
    assert_int_equal(d.look_at_ms, kit_now() + HOUR_MS);
    /* "There is none" is not believed while we know of a payment, for two days. */
    fake.outcome = PAYMENT_OUTCOME_ABSENT;
    assert_int_equal(read_bill(t, d.id), JOB_FINISHED);
    assert_int_equal(day_now(t, d.id).state, BILL_WAITING);
    kit_set_now(BEGIN + 3 * DAY_MS);
    assert_int_equal(read_bill(t, d.id), JOB_FINISHED);
    assert_int_equal(day_now(t, d.id).state, BILL_DIFFERS);
    assert_int_equal(difference(t, d.id).fault, BILL_NOT_THERE);
    /* And at once where we know of none. */
    cron(t, BEGIN + 3 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    assert_int_equal(day_now(t, day_of(t, BEGIN + DAY_MS)).state, BILL_AGREES);
}

TEST_EACH_ENGINE(a_bill_that_never_comes_is_given_up_and_told)
{
    begin(t);
    first_day(t);
    fake.outcome = PAYMENT_OUTCOME_LATER;
    struct bill_day d = that_day(t);
    for (int i = 0; i < 20; i++) assert_int_equal(read_bill(t, d.id), JOB_FINISHED);
    cron(t, BEGIN + 5 * DAY_MS);
    assert_int_equal(day_now(t, d.id).state, BILL_WAITING);
    cron(t, BEGIN + 9 * DAY_MS);
    assert_int_equal(day_now(t, d.id).state, BILL_GIVEN_UP);
    assert_int_equal(day_now(t, d.id).look_at_ms, 0);
    assert_int_equal(money_mismatches(t, "drift"), 1);
}

/* ---- there, and not here ---- */

TEST_EACH_ENGINE(a_payment_that_nobody_told_of_is_asked_about_and_heals)
{
    begin(t);
    first_day(t);
    struct payment p = begun(t);
    (void)bill_has(t, &p, "T1");
    struct bill_day d = that_day(t);
    assert_int_equal(d.state, BILL_DIFFERS);
    assert_int_equal(d.differing, 1);
    struct bill_difference of = difference(t, d.id);
    assert_int_equal(of.fault, BILL_NOT_HERE);
    assert_int_equal(of.payment, p.id);
    assert_int_equal(jobs(t, "billing.look"), 1);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 10000, 0);
    (void)money_paid(t, &p, "T1"); /* as the question brings it */
    cron(t, d.look_at_ms);
    d = day_now(t, d.id);
    assert_int_equal(d.state, BILL_AGREES);
    assert_int_equal(d.differing, 0);
    assert_true(difference(t, d.id).ended_at_ms > 0);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 10000, 10000);
    assert_int_equal(money_mismatches(t, "drift"), 0);
    /* It was heard of on the next day, and stands in the bill of this one. */
    fake.rows = 0;
    cron(t, BEGIN + 2 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    assert_int_equal(day_now(t, day_of(t, BEGIN + DAY_MS)).state, BILL_AGREES);
}

TEST_EACH_ENGINE(what_lasts_is_told_once)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    bill_has(t, &p, "T1")->amount = CNY(10001);
    struct bill_day d = that_day(t);
    assert_int_equal(difference(t, d.id).fault, BILL_OTHER_SUM);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 10001, 10000);
    assert_int_equal(money_mismatches(t, "drift"), 0); /* it may heal */
    for (int i = 0; i < 3; i++) {
        cron(t, day_now(t, d.id).look_at_ms);
        assert_int_equal(money_mismatches(t, "drift"), 1);
        expect_sum(t, d.id, BILL_OF_PAYMENTS, 10001, 10000);
    }
    assert_int_equal(day_now(t, d.id).state, BILL_DIFFERS);
    cron(t, BEGIN + 40 * DAY_MS);
    assert_int_equal(day_now(t, d.id).look_at_ms, 0); /* not for ever */
}

TEST_EACH_ENGINE(numbers_of_ours_that_are_unknown_and_those_of_others)
{
    begin(t);
    first_day(t);
    struct payment p = { .number = "0123456789abcdefghjkmnpqrs", .amount = CNY(700) };
    (void)bill_has(t, &p, "T1");
    static const char *const others[] = { "order-1", "0123456789ABCDEFGHJKMNPQRS", "0123456789abcdefghijklmnop", "" };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        p.number = others[i];
        (void)bill_has(t, &p, "T2");
    }
    struct bill_day d = that_day(t);
    assert_int_equal(d.others, 4);
    struct bill_difference of = difference(t, d.id);
    assert_int_equal(of.fault, BILL_UNKNOWN);
    assert_int_equal(of.payment, 0);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 700, 0);
    cron(t, d.look_at_ms);
    assert_int_equal(money_mismatches(t, "drift"), 1);
}

TEST_EACH_ENGINE(paid_twice_under_one_number)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1"), q = paid(t, "T3");
    (void)bill_has(t, &p, "T1");
    (void)bill_has(t, &p, "T2");
    struct bill_day d = that_day(t);
    assert_int_equal(d.differing, 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_differences WHERE fault = 'twice' AND trade = 'T2'"), 1);
    assert_int_equal(test_number(t, arena_printf(t->arena,
                                                 "SELECT COUNT(*) FROM bill_differences WHERE fault ="
                                                 " 'not_there' AND payment = %lld",
                                                 (long long)q.id)),
                     1);
    /* The very same row in the bill of the next day. */
    fake.rows = 1;
    cron(t, BEGIN + 2 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    assert_int_equal(difference(t, day_of(t, BEGIN + DAY_MS)).fault, BILL_TWICE);
}

/* A hostile file: sums that cannot be added. Nothing of it is written. */
TEST_EACH_ENGINE(sums_that_are_too_large)
{
    begin(t);
    first_day(t);
    struct payment p = { .number = "0123456789abcdefghjkmnpqrs", .amount = CNY(MONEY_LIMIT) };
    (void)bill_has(t, &p, "T1");
    (void)bill_has(t, &p, "T2");
    struct bill_day d = that_day(t);
    assert_int_equal(d.state, BILL_WAITING);
    assert_non_null(strstr(d.error, "too large"));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_differences"), 0);
}

/* ---- here, and not there; and midnight ---- */

TEST_EACH_ENGINE(a_payment_at_midnight_is_looked_for_in_both_days)
{
    begin(t);
    first_day(t);
    /* Paid a moment before midnight, told of a moment after. */
    kit_set_now(BEGIN + DAY_MS + SECOND_MS);
    struct payment p = paid(t, "T1");
    (void)bill_has(t, &p, "T1");
    struct bill_day d = that_day(t);
    assert_int_equal(d.state, BILL_AGREES);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 10000, 10000);
    /* Their clock is ahead: theirs is of the day after. */
    kit_set_now(BEGIN + 2 * DAY_MS - SECOND_MS);
    struct payment q = paid(t, "T2");
    fake.rows = 0;
    cron(t, BEGIN + 2 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    assert_int_equal(day_now(t, day_of(t, BEGIN + DAY_MS)).state, BILL_AGREES);
    (void)bill_has(t, &q, "T2");
    cron(t, BEGIN + 3 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + 2 * DAY_MS)), JOB_FINISHED);
    assert_int_equal(day_now(t, day_of(t, BEGIN + 2 * DAY_MS)).state, BILL_AGREES);
}

TEST_EACH_ENGINE(what_no_bill_names)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    struct bill_day d = that_day(t);
    struct bill_difference of = difference(t, d.id);
    assert_int_equal(of.fault, BILL_NOT_THERE);
    assert_int_equal(of.payment, p.id);
    assert_int_equal(jobs(t, "billing.look"), 1);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 0, 10000);
    /* It is in a later one after all. */
    (void)bill_has(t, &p, "T1");
    cron(t, BEGIN + 2 * DAY_MS + HOUR_MS);
    assert_int_equal(money_mismatches(t, "drift"), 1);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    cron(t, BEGIN + 4 * DAY_MS);
    assert_int_equal(day_now(t, d.id).state, BILL_AGREES);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, 0, 0);
    expect_sum(t, day_of(t, BEGIN + DAY_MS), BILL_OF_PAYMENTS, 10000, 10000);
}

/* Stripe lists a charge on the day when it was begun, also when it is paid days later. */
TEST_EACH_ENGINE(what_was_promised_is_in_the_bill_of_its_first_day)
{
    begin(t);
    first_day(t);
    struct payment p = begun(t);
    bill_has(t, &p, "T1")->waits = true;
    struct bill_day d = that_day(t);
    assert_int_equal(d.state, BILL_AGREES);
    expect_sum(t, d.id, BILL_OF_PAYMENTS, -1, 0);
    fake.rows = 0;
    kit_set_now(BEGIN + DAY_MS + 2 * HOUR_MS);
    (void)money_paid(t, &p, "T1");
    cron(t, BEGIN + 2 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    assert_int_equal(day_now(t, day_of(t, BEGIN + DAY_MS)).state, BILL_AGREES);
    assert_int_equal(money_mismatches(t, "drift"), 0);
}

/* What a person has marked as paid never was at the provider; what was begun before the first bill may be in none. */
TEST_EACH_ENGINE(what_no_bill_can_name)
{
    begin(t);
    struct payment before = begun(t);
    test_script(t, arena_printf(t->arena, "UPDATE payments SET created_at_ms = %lld WHERE id = %lld;",
                                (long long)(BEGIN - 2 * DAY_MS), (long long)before.id));
    first_day(t);
    (void)money_paid(t, &before, "T0");
    struct payment p = paid(t, "by hand");
    test_script(t,
                arena_printf(t->arena,
                             "INSERT INTO hand_payments (payment, order_id, account, state, trade, reason, actor,"
                             " approver, ended_at_ms, created_at_ms) VALUES (%lld, %lld, 1, 2, 'x', 'y', 1, 2, 1, 1);",
                             (long long)p.id, (long long)p.order));
    assert_int_equal(that_day(t).state, BILL_AGREES);
}

/* ---- refunds ---- */

TEST_EACH_ENGINE(refunds_the_same)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    (void)bill_has(t, &p, "T1");
    struct refund taken = given_back(t, &p, 300), other = given_back(t, &p, 400);
    (void)bill_has_refund(t, &p, taken.number, 300); /* under way here, taken there */
    (void)bill_has_refund(t, &p, other.number, 500);
    bill_has_refund(t, &p, "made by hand", 700)->order = STR("");
    bill_has_refund(t, &p, "0123456789abcdefghjkmnpqrs", 800)->trade = STR("T9");
    fake.row[fake.rows - 1].order = STR("");
    struct bill_day d = that_day(t);
    assert_int_equal(d.differing, 3);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 2300, 700);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_differences WHERE kind = 2 AND fault = 'amount'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM bill_differences WHERE kind = 2 AND fault = 'unknown'"), 1);
    assert_int_equal(test_number(t, arena_printf(t->arena,
                                                 "SELECT COUNT(*) FROM bill_differences WHERE kind = 2 AND"
                                                 " fault = 'not_here' AND payment = %lld",
                                                 (long long)p.id)),
                     1);
    /* What was made by hand is heard of. */
    struct payment_notice n = money_says(&p, PAYMENT_SAYS_PAID);
    n.trade = STR("T1"), n.has_total = true, n.refund_total = CNY(1400);
    (void)money_hear(t, &n);
    cron(t, d.look_at_ms);
    assert_int_equal(day_now(t, d.id).differing, 2);
    assert_int_equal(money_mismatches(t, "drift"), 2);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 2300, 1400);
}

TEST_EACH_ENGINE(a_refund_that_no_bill_names)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    (void)bill_has(t, &p, "T1");
    struct refund r = given_back(t, &p, 300);
    struct order o = money_order_now(t, p.order);
    p = money_payment_now(t, p.id);
    EXPECT(refund_done(t->tx, &o, &p, &r, &(struct move){ .why = "test", .at_ms = kit_now() }));
    struct bill_day d = that_day(t);
    struct bill_difference of = difference(t, d.id);
    assert_int_equal(of.kind, BILL_OF_REFUNDS);
    assert_int_equal(of.fault, BILL_NOT_THERE);
    assert_int_equal(of.refund, r.id);
    expect_sum(t, d.id, BILL_OF_REFUNDS, 0, 300);
}

static const char *came(struct test_db *t, const char *id, int state)
{
    return arena_printf(
        t->arena,
        "INSERT INTO deliveries (sender, address, sender_id, account, state, body_hash, same_hash, size,"
        " copies, changes, job, received_at_ms, last_at_ms, acted_at_ms) SELECT 'sandbox', '', '%s', 0,"
        " %d, b, b, 1, 0, 0, 0, 1, 1, 1 FROM (SELECT CAST('x' AS %s) AS b) AS x;",
        id, state, t->engine == DB_SQLITE ? "BLOB" : "BYTEA");
}

TEST_EACH_ENGINE(events_that_were_missed_are_fetched_once)
{
    begin(t);
    first_day(t);
    fake.missed = "evt_1";
    (void)that_day(t);
    assert_int_equal(jobs(t, "billing.event"), 1);
    cron(t, BEGIN + 2 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + DAY_MS)), JOB_FINISHED);
    assert_int_equal(jobs(t, "billing.event"), 1);
    /* What came is not fetched: Stripe lists what any address of an account has missed. What was refused is. */
    test_script(t, came(t, "evt_2", DELIVERY_ACTED)), fake.missed = "evt_2";
    cron(t, BEGIN + 3 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + 2 * DAY_MS)), JOB_FINISHED);
    assert_int_equal(jobs(t, "billing.event"), 1);
    test_script(t, came(t, "evt_3", DELIVERY_REFUSED)), fake.missed = "evt_3";
    cron(t, BEGIN + 4 * DAY_MS + HOUR_MS);
    assert_int_equal(read_bill(t, day_of(t, BEGIN + 3 * DAY_MS)), JOB_FINISHED);
    assert_int_equal(jobs(t, "billing.event"), 2);
    struct kit_attempt a = { .kind = &billing_event_job, .id = 1000, .attempt = 1, .note = "sandbox evt_1" };
    fake.event = PAYMENT_OUTCOME_UNKNOWN;
    assert_int_equal(kit_job(t, &a), JOB_AGAIN);
    fake.event = PAYMENT_OUTCOME_ABSENT;
    assert_int_equal(kit_job(t, &a), JOB_FINISHED);
    a.note = "nobody evt_1";
    assert_int_equal(kit_job(t, &a), JOB_GIVE_UP);
    a.note = "sandbox";
    assert_int_equal(kit_job(t, &a), JOB_GIVE_UP);
}

/* ---- what operators see ---- */

static struct kit_answer ask(struct test_db *t, const char *path)
{
    return kit_call(
        t, &(struct kit_request){ .routes = billing_bill_routes, .verb = VERB_GET, .path = path, .account = 1 });
}

TEST_EACH_ENGINE(operators_see_days_and_what_differs)
{
    begin(t);
    first_day(t);
    struct payment p = paid(t, "T1");
    bill_has(t, &p, "T1")->amount = CNY(10001);
    struct bill_day d = that_day(t);
    struct kit_answer a = ask(t, "/api/operator/bills?state=differs");
    assert_int_equal(a.status, 200);
    const json_t *list = json_object_get(a.json, "bills"), *one = json_array_get(list, 0);
    struct str text;
    assert_int_equal(json_array_size(list), 1);
    assert_true(json_get_str(one, "day", &text) && str_eq(text, STR("2026-10-15")));
    assert_true(json_get_str(one, "state", &text) && str_eq(text, STR("differs")));
    a = ask(t, arena_printf(t->arena, "/api/operator/bills/%lld", (long long)d.id));
    assert_int_equal(a.status, 200);
    one = json_array_get(json_object_get(a.json, "differences"), 0);
    assert_true(json_get_str(one, "fault", &text) && str_eq(text, STR("amount")));
    assert_true(json_get_str(one, "number", &text) && str_eq(text, str_of(p.number)));
    a = ask(t, "/api/operator/bills/999");
    assert_int_equal(a.status, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_day_that_agrees),
        EACH_ENGINE(days_that_were_missed_are_made_up_for_in_their_order),
        EACH_ENGINE(nothing_is_asked_of_a_provider_that_is_not_set_up),
        EACH_ENGINE(a_bill_that_is_not_there_yet),
        EACH_ENGINE(a_bill_that_never_comes_is_given_up_and_told),
        EACH_ENGINE(a_payment_that_nobody_told_of_is_asked_about_and_heals),
        EACH_ENGINE(what_lasts_is_told_once),
        EACH_ENGINE(numbers_of_ours_that_are_unknown_and_those_of_others),
        EACH_ENGINE(paid_twice_under_one_number),
        EACH_ENGINE(sums_that_are_too_large),
        EACH_ENGINE(a_payment_at_midnight_is_looked_for_in_both_days),
        EACH_ENGINE(what_no_bill_names),
        EACH_ENGINE(what_was_promised_is_in_the_bill_of_its_first_day),
        EACH_ENGINE(what_no_bill_can_name),
        EACH_ENGINE(refunds_the_same),
        EACH_ENGINE(a_refund_that_no_bill_names),
        EACH_ENGINE(events_that_were_missed_are_fetched_once),
        EACH_ENGINE(operators_see_days_and_what_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
