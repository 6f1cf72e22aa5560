/* test_plan_job.c: the clock of plans on both engines: letters once each, renewals from credits once each, the end. */
#include "billing/test_plan_fix.h"

#define DAYS(n) ((n)*DAY_MS)

static int64_t letters(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM mail_outbox WHERE kind = '%s'", kind));
}

static int64_t renewals(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM credit_entries WHERE reason = 'plan_renewal'");
}

static void renew_by_itself(struct test_db *t, bool on)
{
    struct kit_answer a = plan_call(t, "renewal", on ? "{\"on\":true}" : "{\"on\":false}");
    assert_int_equal(a.status, 200);
    assert_true(json_is_true(json_object_get(a.json, "renews")) == on);
}

/* ---- letters ---- */

static void told_three_times(struct test_db *t, const char *kind)
{
    int64_t end_ms = plan(t).until_ms, all = 0;
    for (int64_t hour = 24 * 30; hour >= -24; hour -= 6) {
        kit_set_now(end_ms - hour * HOUR_MS);
        clock_runs(t), clock_runs(t);
        int64_t expected = hour > 7 * 24 ? 0 : hour > 3 * 24 ? 1 : hour > 24 ? 2 : 3;
        assert_int_equal(letters(t, kind), expected);
    }
    all = test_number(t, "SELECT COUNT(*) FROM mail_outbox");
    assert_int_equal(all, 3);
    assert_int_equal(fix_audits(t, "plan_ended"), 1);
    assert_int_equal(plan(t).due_at_ms, 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(an_end_is_announced_7_3_and_1_days_before)
{
    start_with_mail(t, 0);
    (void)bought(t, "basic", 0);
    told_three_times(t, "plan_ends_soon");
}

TEST_EACH_ENGINE(so_is_that_of_a_trial_in_the_owners_language)
{
    start_with_mail(t, 0);
    owner_lang = "zh-CN";
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    told_three_times(t, "trial_ends_soon");
}

TEST_EACH_ENGINE(a_clock_that_leaps_tells_the_nearest_alone)
{
    start_with_mail(t, 0);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    kit_set_now(end_ms - DAYS(2)), clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 1);
    kit_set_now(end_ms - DAYS(1)), clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 2);
    kit_set_now(end_ms + DAYS(40)), clock_runs(t); /* over: what comes now tenants' letters say */
    assert_int_equal(letters(t, "plan_ends_soon"), 2);
    assert_int_equal(fix_audits(t, "plan_ended"), 1);
    /* Bought anew, all of it begins anew. */
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(24)), clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 3);
    expect_sound(t);
}

TEST_EACH_ENGINE(who_buys_on_is_not_told_of_the_end_before)
{
    start_with_mail(t, 0);
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(22));
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(10)), clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 0);
    assert_int_equal(plan(t).due_at_ms, plan(t).until_ms - DAYS(7));
}

static enum row nobody(struct tx *tx, int64_t of, struct tenants_owner *found)
{
    *found = (struct tenants_owner){ 0 };
    return tx && of > 0 ? ROW_NONE : ROW_FAULT;
}

TEST_EACH_ENGINE(nobody_to_write_to_is_no_fault)
{
    start_with_mail(t, 0);
    (void)bought(t, "basic", 0);
    tenants_hooks.owner = nobody;
    kit_set_now(kit_now() + DAYS(24)), clock_runs(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_outbox"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 0);
    delete_shop(t); /* nothing is told of a shop that is not there */
    tenants_hooks.owner = owner_of;
    kit_set_now(kit_now() + DAYS(4)), clock_runs(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_outbox"), 0);
    assert_int_equal(plan(t).due_at_ms, kit_now() + DAYS(1));
}

/* ---- renewal from credits ---- */

TEST_EACH_ENGINE(a_plan_is_renewed_from_credits_once)
{
    start_with_mail(t, 2000);
    (void)bought(t, "pro", 0);
    int64_t end_ms = plan(t).until_ms;
    renew_by_itself(t, true);
    kit_set_now(end_ms - DAYS(1) - 1), clock_runs(t);
    assert_int_equal(fix_available(t, account), 2000);
    kit_set_now(end_ms - DAYS(1)), clock_runs(t), clock_runs(t);
    assert_int_equal(fix_available(t, account), 2000 - 600); /* CNY 60.00 at 10 fen a credit */
    assert_int_equal(plan(t).until_ms, end_ms + DAYS(30));
    assert_true(plan(t).renews);
    assert_int_equal(test_number(t, arena_printf(t->arena,
                                                 "SELECT COUNT(*) FROM credit_entries WHERE key ="
                                                 " 'plan:%lld:%lld'",
                                                 (long long)shop, (long long)end_ms)),
                     1);
    assert_int_equal(test_number(t, "SELECT paid FROM plan_periods WHERE key LIKE 'plan:%'"), 6000);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions"), end_ms + DAYS(30));
    kit_set_now(end_ms + DAYS(29)), clock_runs(t);
    assert_int_equal(fix_available(t, account), 2000 - 1200);
    assert_int_equal(renewals(t), 2);
    assert_int_equal(letters(t, "plan_renewed"), 2);                         /* one for each */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_outbox"), 2); /* it renews by itself */
    renew_by_itself(t, false);
    kit_set_now(end_ms + DAYS(61)), clock_runs(t);
    assert_int_equal(renewals(t), 2);
    expect_sound(t);
}

static struct kit_answer wish_letters(struct test_db *t, enum verb verb, const char *body)
{
    return kit_call(t, &(struct kit_request){ .routes = billing_renewal_letter_routes,
                                              .verb = verb,
                                              .path = "/api/billing/renewal-letters",
                                              .account = account,
                                              .body = body });
}

static bool letters_are_on(const struct kit_answer *a)
{
    assert_int_equal(a->status, 200);
    return json_is_true(json_object_get(a->json, "on"));
}

TEST_EACH_ENGINE(who_wants_no_letter_about_renewals_gets_none)
{
    start_with_mail(t, 5000);
    (void)bought(t, "pro", 0);
    renew_by_itself(t, true);
    struct kit_answer a = wish_letters(t, VERB_GET, NULL);
    assert_true(letters_are_on(&a));
    for (int i = 0; i < 2; i++) {
        a = wish_letters(t, VERB_PUT, "{\"on\":false}");
        assert_false(letters_are_on(&a));
    }
    assert_int_equal(fix_audits(t, "renewal_letters_changed"), 1); /* once changed, once told */
    kit_set_now(plan(t).until_ms - DAYS(1)), clock_runs(t);
    assert_int_equal(renewals(t), 1);
    assert_int_equal(letters(t, "plan_renewed"), 0);
    a = wish_letters(t, VERB_PUT, "{\"on\":true}");
    assert_true(letters_are_on(&a));
    kit_set_now(plan(t).until_ms - DAYS(1)), clock_runs(t);
    assert_int_equal(renewals(t), 2);
    assert_int_equal(letters(t, "plan_renewed"), 1);
    a = wish_letters(t, VERB_PUT, "{}");
    assert_string_equal(a.fault, "on:required");
    expect_sound(t);
}

TEST_EACH_ENGINE(seats_are_renewed_at_their_price_of_today_rounded_up)
{
    start(t, 5000);
    (void)bought(t, "enterprise", 5);
    renew_by_itself(t, true);
    struct offer o = offer_of(t, "enterprise");
    int64_t id;
    o.price = money_of(7001, CURRENCY_CNY); /* its price has changed since */
    EXPECT(offers_put(t->tx, &o, 1, kit_now(), &id));
    struct kit_answer a = plans(t, VERB_GET, "", NULL);
    json_t *one = json_array_get(json_object_get(a.json, "plans"), 0);
    assert_int_equal(json_integer_value(json_object_get(one, "renewsFor")), 1001); /* 70.01 + 3 times 10.00 */
    kit_set_now(plan(t).until_ms - HOUR_MS), clock_runs(t);
    assert_int_equal(fix_available(t, account), 5000 - 1001);
    assert_true(plan(t).offer == id && plan(t).seats == 5);
    expect_sound(t);
}

/* Time goes on, and nothing is taken for it; what was on its way is delivered, and lifts nothing. */
TEST_EACH_ENGINE(nothing_is_taken_while_an_operator_keeps_the_shop_suspended)
{
    const char *why = NULL;
    start(t, 5000);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    renew_by_itself(t, true);
    struct order late = ordered(t, "basic", 0);
    operator_does(t, "suspend");
    struct order_quote *q = ARENA_NEW(t->arena, struct order_quote);
    assert_int_equal(quoted(t, "basic", 0, q), QUOTE_SUSPENDED);
    assert_string_equal(plan_call(t, "trial", NULL).error, "shop_suspended");
    kit_set_now(end_ms - HOUR_MS), clock_runs(t);
    assert_int_equal(renewals(t), 0);
    assert_int_equal(delivered(t, &late, &why), DELIVER_DONE);
    assert_int_equal(plan(t).until_ms, end_ms + DAYS(30));
    kit_set_now(kit_now() + DAYS(1));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &billing_switch_on_job }), JOB_FINISHED);
        assert_int_equal(tenant_status(t), TENANT_SUSPENDED);
    }
    expect_sound(t);
    operator_does(t, "resume");
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    kit_set_now(end_ms + DAYS(29)), clock_runs(t); /* and it renews again */
    assert_int_equal(renewals(t), 1);
    expect_sound(t);
}

/* Nobody is asked to extend what stays off; let back, its owner is told what is still to come. */
TEST_EACH_ENGINE(of_a_suspended_shop_the_end_alone_is_told)
{
    start_with_mail(t, 0);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    operator_does(t, "suspend");
    for (int64_t hour = 24 * 8; hour >= 48; hour -= 6) {
        kit_set_now(end_ms - hour * HOUR_MS), clock_runs(t);
        assert_int_equal(letters(t, "plan_ends_soon"), 0);
        assert_int_equal(plan(t).warned, 0);
        assert_int_equal(plan(t).due_at_ms, hour > 24 * 7 ? end_ms - DAYS(7) : kit_now() + HOUR_MS);
    }
    operator_does(t, "resume");
    assert_int_equal(letters(t, "plan_ends_soon"), 1);
    clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 1);
    assert_int_equal(plan(t).due_at_ms, end_ms - DAYS(1));
    operator_does(t, "suspend");
    kit_set_now(end_ms - MINUTE_MS), clock_runs(t);
    assert_int_equal(plan(t).due_at_ms, end_ms);
    kit_set_now(end_ms), clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 1);
    assert_int_equal(fix_audits(t, "plan_ended"), 1);
    assert_int_equal(plan(t).due_at_ms, 0);
    expect_sound(t);
    kit_set_now(end_ms + DAYS(1));
    operator_does(t, "resume"); /* in its days of grace */
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    expect_sound(t);
}

static void is_renewed_when_let_back(struct test_db *t, int64_t before, int64_t letters_before)
{
    assert_int_equal(renewals(t), before);
    kit_set_now(kit_now() + 5 * MINUTE_MS); /* nobody would look for most of an hour */
    operator_does(t, "resume");
    assert_int_equal(renewals(t), before + 1);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_moves WHERE why = 'shop_resumed'"), before + 1);
    expect_sound(t);
    fix_renew(t), clock_runs(t);
    kit_set_now(kit_now() + 2 * MINUTE_MS); /* it is on: nothing is left to be switched on */
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &billing_switch_on_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shop_plans WHERE on_at_ms > 0"), 0);
    assert_int_equal(renewals(t), before + 1);
    assert_int_equal(letters(t, "chatbot_time_over"), letters_before);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), plan(t).until_ms);
    expect_sound(t);
}

/* In its days of grace: before anybody is told that its time is over and that no credits are taken. */
TEST_EACH_ENGINE(let_back_a_plan_that_renews_is_renewed_at_once)
{
    start_with_mail(t, 999);
    tenants_settings.mail = billing_settings.mail;
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    renew_by_itself(t, true);
    kit_set_now(end_ms - DAYS(2));
    operator_does(t, "suspend");
    kit_set_now(end_ms + DAYS(1)), clock_runs(t);
    is_renewed_when_let_back(t, 0, 0);
    assert_int_equal(fix_available(t, account), 499);

    /* Past due when it was suspended, and the credits came meanwhile. */
    end_ms = plan(t).until_ms;
    kit_set_now(end_ms), clock_runs(t), fix_renew(t);
    assert_int_equal(letters(t, "chatbot_time_over"), 1); /* they were missing */
    operator_does(t, "suspend");
    struct credit_entry entry;
    EXPECT(credits_grant(t->tx,
                         &(struct credit_change){ .account = account,
                                                  .amount = credits_of(1),
                                                  .reason = REASON_grant,
                                                  .key = "more",
                                                  .at_ms = kit_now() },
                         &entry) == DEBIT_DONE);
    kit_set_now(end_ms + DAYS(2)), clock_runs(t);
    is_renewed_when_let_back(t, 1, 1);
    assert_int_equal(fix_available(t, account), 0);
}

/* Without a clock that can be trusted it is left to the job, and looked at as soon as there is one. */
TEST_EACH_ENGINE(let_back_with_the_clock_in_doubt_nothing_is_taken_yet)
{
    start(t, 500);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    renew_by_itself(t, true);
    operator_does(t, "suspend");
    kit_set_now(end_ms - HOUR_MS);
    clock_fix_ms(0);
    clock_jump_ms(DAYS(400));
    clock_check();
    assert_false(clock_is_sound());
    operator_does(t, "resume");
    assert_int_equal(renewals(t), 0);
    assert_int_equal(plan(t).due_at_ms, kit_now());
    clock_jump_ms(-DAYS(400));
    clock_check();
    kit_set_now(end_ms - HOUR_MS);
    assert_true(clock_is_sound());
    clock_runs(t);
    assert_int_equal(renewals(t), 1);
    expect_sound(t);
}

TEST_EACH_ENGINE(without_credits_its_owner_is_told_and_nothing_is_taken)
{
    start_with_mail(t, 499);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    renew_by_itself(t, true);
    kit_set_now(end_ms - DAYS(7)), clock_runs(t);
    assert_int_equal(letters(t, "plan_renewal_short"), 1);
    for (int hour = 0; hour <= 30; hour++) {
        kit_set_now(end_ms - DAYS(1) + hour * HOUR_MS), clock_runs(t);
        assert_int_equal(letters(t, "plan_renewal_short"), 2);
    }
    assert_int_equal(letters(t, "plan_ends_soon"), 0);
    assert_int_equal(renewals(t), 0);
    assert_int_equal(fix_audits(t, "plan_ended"), 1);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    expect_sound(t);

    struct credit_entry entry; /* credits within the days of grace: it goes on from now */
    EXPECT(credits_grant(t->tx,
                         &(struct credit_change){ .account = account,
                                                  .amount = credits_of(1),
                                                  .reason = REASON_grant,
                                                  .key = "more",
                                                  .at_ms = kit_now() },
                         &entry) == DEBIT_DONE);
    assert_int_equal(plan(t).due_at_ms, kit_now());
    clock_runs(t);
    assert_int_equal(fix_available(t, account), 0);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    expect_sound(t);
}

TEST_EACH_ENGINE(behind_the_days_of_grace_nothing_is_renewed)
{
    start_with_mail(t, 0);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    renew_by_itself(t, true);
    kit_set_now(end_ms + DAYS(6)), clock_runs(t);
    assert_int_equal(plan(t).due_at_ms, kit_now() + HOUR_MS);
    kit_set_now(end_ms + DAYS(7)), clock_runs(t);
    assert_int_equal(plan(t).due_at_ms, 0);
    (void)kit_account(t, 0);
    struct credit_entry entry;
    EXPECT(credits_grant(t->tx,
                         &(struct credit_change){ .account = account,
                                                  .amount = credits_of(1000),
                                                  .reason = REASON_grant,
                                                  .key = "late",
                                                  .at_ms = kit_now() },
                         &entry) == DEBIT_DONE);
    clock_runs(t);
    assert_int_equal(fix_available(t, account), 1000);
    assert_string_equal(plan_call(t, "renewal", "{\"on\":false}").error, "");
    assert_string_equal(plan_call(t, "renewal", "{\"on\":true}").error, "no_plan");
    expect_sound(t);
}

TEST_EACH_ENGINE(what_is_sold_no_more_is_not_renewed)
{
    start_with_mail(t, 5000);
    assert_string_equal(plan_call(t, "renewal", "{\"on\":true}").error, "no_plan");
    (void)bought(t, "basic", 0);
    renew_by_itself(t, true);
    renew_by_itself(t, true); /* so it is already: no trail */
    assert_int_equal(fix_audits(t, "plan_changed"), 1);
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'basic';");
    kit_set_now(plan(t).until_ms - DAYS(1)), clock_runs(t);
    assert_int_equal(renewals(t), 0);
    assert_int_equal(letters(t, "plan_renewal_gone"), 1);
    renew_by_itself(t, false);
    assert_string_equal(plan_call(t, "renewal", "{\"on\":true}").error, "plan_not_renewable");
    test_script(t, "UPDATE offers SET replaced_at_ms = 0 WHERE code = 'basic';"
                   "UPDATE offers SET replaced_at_ms = 1 WHERE kind = 2;");
    assert_string_equal(plan_call(t, "renewal", "{\"on\":true}").error, "no_credits_sold");
    assert_string_equal(plan_call(t, "renewal", "{}").fault, "on:required");
    account = kit_account(t, 0);
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 404);
}

static bool resting(struct tx *tx, int64_t of, bool *disabled)
{
    *disabled = true;
    return tx && of > 0;
}

TEST_EACH_ENGINE(nothing_is_taken_from_an_account_that_rests)
{
    start(t, 1000);
    (void)bought(t, "basic", 0);
    renew_by_itself(t, true);
    tenants_hooks.disabled = resting;
    kit_set_now(plan(t).until_ms - HOUR_MS), clock_runs(t);
    assert_int_equal(fix_available(t, account), 1000);
    tenants_hooks.disabled = NULL;
    kit_set_now(plan(t).due_at_ms), clock_runs(t);
    assert_int_equal(fix_available(t, account), 500);
    expect_sound(t);
}

/* Who switches the chat off does not want another month of it. */
TEST_EACH_ENGINE(nothing_is_taken_for_a_chat_that_was_switched_off)
{
    start_with_mail(t, 1000);
    (void)bought(t, "basic", 0);
    renew_by_itself(t, true);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    kit_set_now(plan(t).until_ms - DAYS(2)), clock_runs(t);
    assert_int_equal(letters(t, "plan_ends_soon"), 1);
    kit_set_now(plan(t).until_ms - HOUR_MS), clock_runs(t);
    assert_int_equal(fix_available(t, account), 1000);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(plan(t).due_at_ms), clock_runs(t);
    assert_int_equal(fix_available(t, account), 500);
    expect_sound(t);
}

TEST_EACH_ENGINE(while_the_clock_is_in_doubt_nothing_is_told_or_taken)
{
    start_with_mail(t, 1000);
    (void)bought(t, "basic", 0);
    renew_by_itself(t, true);
    int64_t end_ms = plan(t).until_ms;
    kit_set_now(end_ms - DAYS(1));
    clock_fix_ms(0);
    clock_jump_ms(DAYS(400));
    clock_check();
    assert_false(clock_is_sound());
    clock_runs(t);
    assert_int_equal(renewals(t), 0);
    clock_jump_ms(-DAYS(400));
    clock_check();
    kit_set_now(end_ms - DAYS(1));
    assert_true(clock_is_sound());
    clock_runs(t);
    assert_int_equal(renewals(t), 1);
}

/* ---- on many machines ---- */

enum { THREADS = 4, SHOPS = 12 };
struct lane_run {
    struct op op;
    struct lanes *lanes;
};

static enum op_wish lane_look(struct op *op, struct tx *tx)
{
    struct job job = { .kind = billing_plans_job.name, .arena = op->arena, .now_ms = kit_now() };
    return billing_plans_job.settle(&job, tx) != JOB_FAULT ? OP_COMMIT : OP_REFUSE;
}

static void lane_again(struct op *op) { arena_reset(op->arena); }

static void *lane_thread(void *arg)
{
    struct lane_run *r = arg;
    EXPECT(lanes_run(r->lanes, &r->op) == OP_COMMITTED);
    return NULL;
}

static void run_on_lanes(struct test_db *t)
{
    static struct lane_run r[THREADS];
    pthread_t thread[THREADS];
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = THREADS });
    for (int i = 0; i < THREADS; i++) {
        r[i] = (struct lane_run){
            .lanes = lanes,
            .op = { .mode = TX_WRITE, .arena = arena_new(8 << 20), .run = lane_look, .again = lane_again }
        };
        assert_int_equal(pthread_create(&thread[i], NULL, lane_thread, &r[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        arena_free(r[i].op.arena);
    }
    test_lanes_stop(t);
}

TEST_EACH_ENGINE(on_many_lanes_at_once_each_plan_is_renewed_and_told_once)
{
    start_with_mail(t, 100000);
    for (int i = 0; i < SHOPS; i++) {
        shop = fix_shop(t, account, "Cups");
        (void)bought(t, "basic", 0);
        if (i % 2) renew_by_itself(t, true);
    }
    kit_set_now(plan(t).until_ms - DAYS(1));
    run_on_lanes(t);
    clock_runs(t); /* those that were held by the other just then */
    assert_int_equal(renewals(t), SHOPS / 2);
    assert_int_equal(fix_available(t, account), 100000 - SHOPS / 2 * 500);
    assert_int_equal(letters(t, "plan_ends_soon"), SHOPS / 2);
    assert_int_equal(letters(t, "plan_renewed"), SHOPS / 2);
    expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_end_is_announced_7_3_and_1_days_before),
        EACH_ENGINE(so_is_that_of_a_trial_in_the_owners_language),
        EACH_ENGINE(a_clock_that_leaps_tells_the_nearest_alone),
        EACH_ENGINE(who_buys_on_is_not_told_of_the_end_before),
        EACH_ENGINE(nobody_to_write_to_is_no_fault),
        EACH_ENGINE(a_plan_is_renewed_from_credits_once),
        EACH_ENGINE(who_wants_no_letter_about_renewals_gets_none),
        EACH_ENGINE(seats_are_renewed_at_their_price_of_today_rounded_up),
        EACH_ENGINE(nothing_is_taken_while_an_operator_keeps_the_shop_suspended),
        EACH_ENGINE(of_a_suspended_shop_the_end_alone_is_told),
        EACH_ENGINE(let_back_a_plan_that_renews_is_renewed_at_once),
        EACH_ENGINE(let_back_with_the_clock_in_doubt_nothing_is_taken_yet),
        EACH_ENGINE(without_credits_its_owner_is_told_and_nothing_is_taken),
        EACH_ENGINE(behind_the_days_of_grace_nothing_is_renewed),
        EACH_ENGINE(what_is_sold_no_more_is_not_renewed),
        EACH_ENGINE(nothing_is_taken_from_an_account_that_rests),
        EACH_ENGINE(nothing_is_taken_for_a_chat_that_was_switched_off),
        EACH_ENGINE(while_the_clock_is_in_doubt_nothing_is_told_or_taken),
        EACH_ENGINE(on_many_lanes_at_once_each_plan_is_renewed_and_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
