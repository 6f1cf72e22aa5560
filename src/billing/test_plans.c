/* test_plans.c: plans of shops on both engines: what an order gives and a refund takes back, what a change costs, and
 * that the chat follows. */
#include "billing/test_plan_fix.h"

#define DAYS(n) ((n)*DAY_MS)

static int64_t periods(struct test_db *t, const char *where)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM plan_periods WHERE %s", where));
}

static int64_t period(struct test_db *t, const char *member, int64_t id)
{
    return test_number(t, arena_printf(t->arena, "SELECT CAST(%s AS BIGINT) FROM plan_periods WHERE id = %lld", member,
                                       (long long)id));
}

/* ---- buying ---- */

TEST_EACH_ENGINE(a_paid_plan_switches_the_chat_on)
{
    start(t, 0);
    (void)bought(t, "pro", 0);
    struct shop_plan p = plan(t);
    assert_int_equal(p.until_ms, kit_now() + DAYS(30));
    assert_true(p.seats == 2 && p.websites == 3 && p.source == SOURCE_ORDER && !p.renews);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE source = 'order' AND charges = 0"), 1);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), p.until_ms);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(fix_audits(t, "plan_began"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'plan.changed'"), 1);
    struct kit_answer a = plans(t, VERB_GET, "", NULL);
    json_t *one = json_array_get(json_object_get(a.json, "plans"), 0);
    assert_string_equal(json_string_value(json_object_get(one, "offer")), "pro");
    assert_string_equal(json_string_value(json_object_get(one, "state")), "active");
    assert_string_equal(json_string_value(json_object_get(one, "shopName")), "Tea");
    assert_int_equal(json_integer_value(json_object_get(one, "renewsFor")), 600);
    assert_true(is_time(json_object_get(one, "until"), p.until_ms));
    assert_true(json_is_true(json_object_get(json_object_get(a.json, "trial"), "available")));
    expect_sound(t);
    account = kit_account(t, 0); /* and nobody else sees it */
    a = plans(t, VERB_GET, "", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "plans")), 0);
}

TEST_EACH_ENGINE(renewed_before_the_end_no_day_is_lost)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    (void)bought(t, "basic", 0);
    kit_set_now(began_ms + DAYS(10));
    (void)bought(t, "basic", 0);
    assert_int_equal(plan(t).until_ms, began_ms + DAYS(60));
    assert_int_equal(plan(t).began_at_ms, began_ms);
    assert_int_equal(period(t, "from_ms", 2), began_ms + DAYS(30));
    assert_int_equal(periods(t, "ended_ms = 0"), 2);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), began_ms + DAYS(60));
    expect_sound(t);
}

TEST_EACH_ENGINE(renewed_after_the_end_it_begins_now)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    (void)bought(t, "basic", 0);
    kit_set_now(began_ms + DAYS(33));
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    (void)bought(t, "basic", 0);
    assert_int_equal(plan(t).until_ms, began_ms + DAYS(63));
    assert_int_equal(plan(t).began_at_ms, began_ms + DAYS(33));
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    expect_sound(t);
}

TEST_EACH_ENGINE(delivered_twice_it_is_given_once)
{
    const char *why;
    start(t, 0);
    struct order o = bought(t, "basic", 0);
    struct offer offer = offer_of(t, "basic");
    EXPECT(plan_deliver(t->tx, &o, &offer, kit_now(), &why) == DELIVER_DONE);
    assert_int_equal(periods(t, "id > 0"), 1);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
}

/* ---- changes ---- */

TEST_EACH_ENGINE(a_larger_plan_begins_now_and_counts_what_is_left)
{
    struct order_quote q;
    start(t, 0);
    int64_t began_ms = kit_now();
    (void)bought(t, "basic", 0);
    kit_set_now(began_ms + DAYS(10));
    assert_int_equal(quoted(t, "pro", 0, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.credited), 5000 * 20 / 30);
    assert_int_equal(money_minor(q.order.amount), 6000 - 5000 * 20 / 30);
    assert_int_equal(q.line[0].from_ms, kit_now());
    assert_string_equal(q.line[1].what, "credited");
    (void)bought(t, "pro", 0);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    assert_string_equal(plan(t).code, "pro");
    assert_int_equal(period(t, "ended_ms", 1), kit_now());
    assert_int_equal(period(t, "ended_by", 1), 2);
    assert_int_equal(period(t, "paid", 2), 6000); /* what was counted was paid before */
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), kit_now() + DAYS(30));
    expect_sound(t);
    /* And back: now more is left than the smaller one costs, later less. */
    assert_int_equal(quoted(t, "basic", 0, &q), QUOTE_NOTHING_DUE);
    kit_set_now(kit_now() + DAYS(10));
    assert_int_equal(quoted(t, "basic", 0, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.amount), 1000);
    (void)bought(t, "basic", 0);
    assert_true(plan(t).seats == 1 && plan(t).websites == 1);
    assert_int_equal(periods(t, "ended_ms = 0"), 1);
    assert_int_equal(fix_audits(t, "plan_changed"), 2);
    expect_sound(t);
}

TEST_EACH_ENGINE(all_that_lies_ahead_is_counted)
{
    struct order_quote q;
    start(t, 0);
    (void)bought(t, "basic", 0);
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(15));
    assert_int_equal(quoted(t, "enterprise", 12, &q), QUOTE_MADE); /* 70 + 10 further ones */
    assert_int_equal(money_minor(q.order.credited), 2500 + 5000);
    assert_int_equal(money_minor(q.order.amount), 7000 + 10000 - 7500);
    (void)bought(t, "enterprise", 12);
    assert_int_equal(periods(t, "ended_by = 3"), 2);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    assert_true(plan(t).seats == 12 && plan(t).websites == 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(other_seats_are_another_plan)
{
    struct order_quote q;
    start(t, 0);
    (void)bought(t, "enterprise", 3);
    kit_set_now(kit_now() + DAYS(15));
    assert_int_equal(quoted(t, "enterprise", 3, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.credited), 0); /* the same: put behind */
    assert_int_equal(q.line[0].from_ms, plan(t).until_ms);
    assert_int_equal(quoted(t, "enterprise", 5, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.credited), 4000);
    assert_int_equal(quoted(t, "enterprise", 1, &q), QUOTE_SEATS);
    assert_int_equal(quoted(t, "basic", 2, &q), QUOTE_SEATS);
    assert_int_equal(quoted(t, "enterprise", OFFER_SEATS_MAX + 1, &q), QUOTE_SEATS);
}

/* What was counted in the price must still be there when it is paid. */
TEST_EACH_ENGINE(what_was_counted_cannot_be_spent_twice)
{
    const char *why = "";
    start(t, 0);
    struct order first = bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(5));
    struct order larger = ordered(t, "pro", 0);
    taken_back(t, &first);
    assert_int_equal(delivered(t, &larger, &why), DELIVER_CANNOT);
    assert_non_null(strstr(why, "is there no more"));

    (void)bought(t, "basic", 0);
    larger = ordered(t, "pro", 0);
    kit_set_now(kit_now() + DAYS(31)); /* used up meanwhile */
    assert_int_equal(delivered(t, &larger, &why), DELIVER_CANNOT);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_was_bought_since_is_not_ended_unseen)
{
    const char *why = "";
    start(t, 0);
    struct order small = ordered(t, "basic", 0);
    const struct move closed = { .why = "expired", .at_ms = kit_now() };
    EXPECT(order_move(t->tx, &small, ORDER_CLOSED, &closed));
    kit_set_now(kit_now() + HOUR_MS);
    (void)bought(t, "pro", 0);
    assert_int_equal(plan_deliver(t->tx, &small,
                                  &(struct offer){ .id = 1,
                                                   .code = "basic",
                                                   .kind = OFFER_PLAN,
                                                   .days = 30,
                                                   .seats = 1,
                                                   .price = money_of(5000, CURRENCY_CNY) },
                                  kit_now(), &why),
                     DELIVER_CANNOT);
    assert_non_null(strstr(why, "after this was ordered"));
    assert_string_equal(plan(t).code, "pro");
    expect_sound(t);
}

/* ---- what cannot be delivered ---- */

TEST_EACH_ENGINE(a_shop_that_is_gone_gets_nothing)
{
    const char *why = "";
    start(t, 0);
    struct order o = ordered(t, "basic", 0);
    delete_shop(t);
    assert_int_equal(delivered(t, &o, &why), DELIVER_CANNOT);
    assert_non_null(strstr(why, "deleted"));
    kit_set_now(kit_now() + DAYS(8));
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &shops_purge_job }), JOB_FINISHED);
    o.state = ORDER_OPEN;
    struct offer offer = offer_of(t, "basic");
    assert_int_equal(plan_deliver(t->tx, &o, &offer, kit_now(), &why), DELIVER_CANNOT);
    int64_t mine = account;
    account = kit_account(t, 0);
    o.account = account, o.shop = shop = fix_shop(t, account, "Cups");
    o.account = mine; /* somebody else's */
    assert_int_equal(plan_deliver(t->tx, &o, &offer, kit_now(), &why), DELIVER_CANNOT);
    o.shop = 999;
    assert_int_equal(plan_deliver(t->tx, &o, &offer, kit_now(), &why), DELIVER_CANNOT);
    assert_non_null(strstr(why, "no such shop"));
    assert_int_equal(periods(t, "id > 0"), 0);
}

TEST_EACH_ENGINE(a_purged_shop_has_no_plan_and_no_seats)
{
    int64_t seats;
    start(t, 0);
    (void)bought(t, "pro", 0);
    delete_shop(t);
    kit_set_now(kit_now() + DAYS(8));
    clock_runs(t);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &shops_purge_job }), JOB_FINISHED);
    assert_int_equal(plan(t).until_ms, kit_now());
    EXPECT(billing_seats(t->tx, account, kit_now(), &seats) && seats == 0);
    struct kit_answer a = plans(t, VERB_GET, "", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "plans")), 0);
    expect_sound(t);
}

/* ---- refunds ---- */

TEST_EACH_ENGINE(what_is_taken_back_ends_now)
{
    start(t, 1000);
    struct order o = bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(3));
    test_script(t, "UPDATE shop_plans SET renews = 1;");
    taken_back(t, &o);
    assert_true(plan(t).until_ms == kit_now() && !plan(t).renews && plan(t).due_at_ms == 0);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    kit_set_now(kit_now() + DAYS(7));
    fix_renew(t);
    assert_int_equal(tenant_status(t), TENANT_SUSPENDED);
    assert_int_equal(fix_available(t, account), 1000);
    EXPECT(plan_take_back(t->tx, &o, kit_now())); /* once more: nothing is left of it */
    assert_int_equal(fix_audits(t, "plan_ended"), 1);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_was_bought_behind_it_moves_up)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    struct order first = bought(t, "basic", 0), second = bought(t, "basic", 0);
    kit_set_now(began_ms + DAYS(10));
    taken_back(t, &first);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    assert_int_equal(period(t, "from_ms", 2), kit_now());
    expect_sound(t);
    struct order third = bought(t, "basic", 0);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(60));
    taken_back(t, &third); /* one that has not begun */
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    expect_sound(t);
    taken_back(t, &second);
    assert_int_equal(plan(t).until_ms, kit_now());
    expect_sound(t);
}

TEST_EACH_ENGINE(nobody_pays_with_time_that_was_used_since)
{
    const char *why = "";
    start(t, 0);
    (void)bought(t, "pro", 0);
    struct order at_once = ordered(t, "enterprise", 0);
    kit_set_now(kit_now() + ORDER_LIFE_MS);
    assert_int_equal(delivered(t, &at_once, &why), DELIVER_DONE); /* as long as the order lives */
    struct order later = ordered(t, "enterprise", 5);
    kit_set_now(kit_now() + DAYS(10)); /* a bank took so long */
    assert_int_equal(delivered(t, &later, &why), DELIVER_CANNOT);
    assert_non_null(strstr(why, "is there no more"));
    expect_sound(t);
}

TEST_EACH_ENGINE(a_change_that_is_taken_back_gives_the_old_plan_back)
{
    start(t, 0);
    (void)bought(t, "basic", 0);
    (void)bought(t, "basic", 0);
    kit_set_now(kit_now() + DAYS(10));
    struct order larger = bought(t, "enterprise", 6);
    kit_set_now(kit_now() + DAYS(2));
    taken_back(t, &larger);
    assert_string_equal(plan(t).code, "basic");
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(50)); /* as much as was left when it was exchanged */
    assert_int_equal(periods(t, "ended_ms = 0"), 2);
    assert_true(plan(t).seats == 1 && plan(t).websites == 1);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), kit_now() + DAYS(50));
    expect_sound(t);
}

/* Renewed since: then that goes on, and the old plan does not come back. */
TEST_EACH_ENGINE(a_change_that_was_renewed_since_stays_the_plan)
{
    start(t, 0);
    struct order small = bought(t, "basic", 0), larger = bought(t, "pro", 0);
    (void)bought(t, "pro", 0);
    kit_set_now(kit_now() + DAYS(2));
    taken_back(t, &larger);
    assert_string_equal(plan(t).code, "pro");
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    taken_back(t, &small); /* what was left of it was counted in the other */
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    expect_sound(t);
}

/* ---- the chat follows ---- */

TEST_EACH_ENGINE(after_its_days_of_grace_the_chat_stops_and_paying_brings_it_back)
{
    start(t, 1000);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    kit_set_now(end_ms), clock_runs(t), fix_renew(t);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    struct kit_answer a = plans(t, VERB_GET, "", NULL);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(a.json, "plans"), 0), "state")), "grace");
    kit_set_now(end_ms + DAYS(7)), clock_runs(t), fix_renew(t);
    assert_int_equal(tenant_status(t), TENANT_SUSPENDED);
    assert_int_equal(fix_available(t, account), 1000);
    a = plans(t, VERB_GET, "", NULL);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(a.json, "plans"), 0), "state")), "ended");
    kit_set_now(end_ms + DAYS(9));
    (void)bought(t, "basic", 0);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE due_at_ms > 0"), 1);
    assert_int_equal(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions"), kit_now() + DAYS(30));
    assert_int_equal(fix_available(t, account), 1000);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_its_merchant_switched_off_stays_off)
{
    start(t, 0);
    (void)bought(t, "basic", 0);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    (void)bought(t, "basic", 0);
    assert_int_equal(tenant_status(t), TENANT_DISABLED);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), kit_now() + DAYS(60));
    expect_sound(t);
}

TEST_EACH_ENGINE(where_no_chat_is_switched_on_the_plan_waits)
{
    start(t, 0);
    tenants_settings.feature_enabled = false;
    (void)bought(t, "basic", 0);
    assert_int_equal(tenant_status(t), TENANT_NONE);
    tenants_settings.feature_enabled = true;
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_charges(t), 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(a_month_of_credits_is_used_up_first)
{
    start(t, 60);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    int64_t month_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    (void)bought(t, "basic", 0);
    (void)bought(t, "basic", 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions"), 1);
    kit_set_now(month_ms), fix_renew(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE source = 'order'"), 1);
    assert_int_equal(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions"), KIT_START_MS + DAYS(60));
    assert_int_equal(fix_available(t, account), 10);
    expect_sound(t);
}

TEST_EACH_ENGINE(an_outside_server_is_asked_for_what_was_paid)
{
    static char url[64];
    start(t, 0);
    if (!out.port) outside_start();
    snprintf(url, sizeof url, "http://127.0.0.1:%d", out.port);
    fix_setting("CHATBOT_BASE_URL", url);
    tenants_settings.panel_secret = "shared-secret-of-both";
    out.on_register = ACT_OK, out.on_config = ACT_UNKNOWN_SHOP;
    assert_int_equal(shop, 1); /* the one that the outside server answers for */
    (void)bought(t, "basic", 0);
    assert_int_equal(tenant_status(t), TENANT_PROVISIONING);
    assert_string_equal(state(t), "provisioning");
    assert_int_equal(held(t), 0);
    test_script(t, "DELETE FROM jobs WHERE kind <> 'tenants.register';");
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), plan(t).until_ms);
    assert_int_equal(fix_charges(t), 0);
    expect_sound(t);
}

/* ---- seats and websites ---- */

TEST_EACH_ENGINE(seats_and_websites_are_those_of_plans_that_run)
{
    int64_t n;
    start(t, 0);
    EXPECT(billing_seats(t->tx, account, kit_now(), &n) && n == 0);
    EXPECT(billing_websites(t->tx, account, shop, kit_now(), &n) && n == -1);
    (void)bought(t, "pro", 0);
    EXPECT(billing_websites(t->tx, account, shop, kit_now(), &n) && n == 2);
    EXPECT(billing_websites(t->tx, account + 1, shop, kit_now(), &n) && n == -1);
    shop = fix_shop(t, account, "Cups");
    kit_set_now(kit_now() + DAY_MS);
    (void)bought(t, "enterprise", 7);
    EXPECT(billing_websites(t->tx, account, shop, kit_now(), &n) && n == -1);
    EXPECT(billing_seats(t->tx, account, kit_now(), &n) && n == 9);
    EXPECT(billing_seats(t->tx, account + 1, kit_now(), &n) && n == 0);
    kit_set_now(plan(t).until_ms - 1);
    EXPECT(billing_seats(t->tx, account, kit_now(), &n) && n == 7);
    kit_set_now(plan(t).until_ms);
    EXPECT(billing_seats(t->tx, account, kit_now(), &n) && n == 0);
}

/* ---- verify ---- */

TEST_EACH_ENGINE(what_somebody_changed_by_hand_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE shop_plans SET until_ms = until_ms + 1;", "does not end with its periods" },
        { "UPDATE shop_plans SET seats = 99;", "another one than that of its last period" },
        { "UPDATE shop_plans SET account = account + 100;", "of another account" },
        { "UPDATE shop_plans SET source = 'gift';", "nobody knows" },
        { "UPDATE shop_plans SET due_at_ms = 0;", "nobody would look" },
        { "DELETE FROM shop_plans;", "its shop has no plan" },
        { "DELETE FROM plan_periods WHERE id = 2;", "it was delivered, and gave no plan" },
        { "UPDATE plan_periods SET to_ms = from_ms WHERE id = 1;", "ends before it begins" },
        { "UPDATE plan_periods SET ended_ms = 0 WHERE id = 1;", "it was exchanged, and has not ended" },
        { "UPDATE plan_periods SET taken_back = 1 WHERE id = 3;", "it was taken back, and has not ended" },
        { "UPDATE plan_periods SET order_id = 0 WHERE id = 3;", "key is not of its order" },
        { "UPDATE plan_periods SET order_id = 999 WHERE id = 3;", "its order is not there" },
        { "UPDATE orders SET state = 4 WHERE id = 1;", "was not delivered" },
        { "UPDATE orders SET kind = 2;", "for something else" },
        { "UPDATE plan_periods SET key = 'plan:1:2', order_id = 0 WHERE id = 1;", "not in the ledger" },
        { "UPDATE plan_trials SET shop = 99;", "another one" },
        { "UPDATE plan_trials SET until_ms = until_ms + 1;", "not as long as it was given for" },
        { "DELETE FROM plan_periods WHERE key LIKE 'trial%';", "its trial was given to no shop" },
    };
    start(t, 0);
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    kit_set_now(kit_now() + DAYS(1));
    (void)bought(t, "pro", 0);
    (void)bought(t, "pro", 0);
    test_expect_found(t, billing_plan_checks, harms, ARRAY_LEN(harms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_paid_plan_switches_the_chat_on),
        EACH_ENGINE(renewed_before_the_end_no_day_is_lost),
        EACH_ENGINE(renewed_after_the_end_it_begins_now),
        EACH_ENGINE(delivered_twice_it_is_given_once),
        EACH_ENGINE(a_larger_plan_begins_now_and_counts_what_is_left),
        EACH_ENGINE(all_that_lies_ahead_is_counted),
        EACH_ENGINE(other_seats_are_another_plan),
        EACH_ENGINE(what_was_counted_cannot_be_spent_twice),
        EACH_ENGINE(what_was_bought_since_is_not_ended_unseen),
        EACH_ENGINE(a_shop_that_is_gone_gets_nothing),
        EACH_ENGINE(a_purged_shop_has_no_plan_and_no_seats),
        EACH_ENGINE(what_is_taken_back_ends_now),
        EACH_ENGINE(what_was_bought_behind_it_moves_up),
        EACH_ENGINE(nobody_pays_with_time_that_was_used_since),
        EACH_ENGINE(a_change_that_is_taken_back_gives_the_old_plan_back),
        EACH_ENGINE(a_change_that_was_renewed_since_stays_the_plan),
        EACH_ENGINE(after_its_days_of_grace_the_chat_stops_and_paying_brings_it_back),
        EACH_ENGINE(what_its_merchant_switched_off_stays_off),
        EACH_ENGINE(where_no_chat_is_switched_on_the_plan_waits),
        EACH_ENGINE(a_month_of_credits_is_used_up_first),
        EACH_ENGINE(an_outside_server_is_asked_for_what_was_paid),
        EACH_ENGINE(seats_and_websites_are_those_of_plans_that_run),
        EACH_ENGINE(what_somebody_changed_by_hand_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
