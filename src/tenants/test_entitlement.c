/* test_entitlement.c: chats that an order or a trial pays for, beside those that credits pay for. Who sells is played
 * by this test. */
#include "tenants/test_outside.h"

enum { GIVEN_MAX = 8 };
static struct tenants_entitlement given[GIVEN_MAX]; /* by shop */
static int questions;
static bool broken;

static bool sell(struct tx *tx, const int64_t *of, const int64_t *shops, size_t count,
                 struct tenants_entitlement *found)
{
    assert_non_null(tx);
    questions++;
    for (size_t i = 0; i < count; i++) {
        assert_true(of[i] > 0 && shops[i] > 0 && shops[i] < GIVEN_MAX && found[i].until_ms == 0);
        found[i] = given[shops[i]];
    }
    return !broken;
}

static void start(struct test_db *t, int64_t credits)
{
    fix_start();
    if (!out.port) outside_start();
    tenants_settings.panel_secret = "shared-secret-of-both";
    memset(given, 0, sizeof given);
    questions = 0, broken = false;
    account = kit_account(t, credits);
    shop = fix_shop(t, account, "Tea"); /* the first, which is the one that the outside server answers for */
    tenants_hooks.entitlements = sell;
}

static void finish(struct test_db *t)
{
    fix_expect_sound(t);
    tenants_hooks.entitlements = NULL;
    tenants_settings.mail = NULL;
}

static void give(enum subscription_source source, int64_t until_ms)
{
    given[shop] = (struct tenants_entitlement){ source, until_ms };
}

static void tell(struct test_db *t) { EXPECT(tenants_entitlement_changed(t->tx, account, shop, kit_now())); }

static struct kit_answer view(struct test_db *t) { return fix_call(t, account, VERB_GET, shop, "chatbot", NULL); }

static json_t *part(const struct kit_answer *a, const char *name)
{
    return json_object_get(json_object_get(a->json, "subscription"), name);
}

static const char *word(const struct kit_answer *a, const char *name) { return json_string_value(part(a, name)); }

static bool is_time(const json_t *value, int64_t ms)
{
    int64_t told = 0;
    return json_is_string(value) && time_parse(str_of(json_string_value(value)), &told) && told == ms;
}

static json_t *attention(struct test_db *t, size_t *count)
{
    struct kit_answer a =
        kit_call(t, &(struct kit_request){
                        .routes = tenants_renewal_routes, .verb = VERB_GET, .path = "/api/home", .account = account });
    json_t *list = json_object_get(a.json, "attention");
    *count = json_array_size(list);
    return json_array_get(list, 0);
}

static int issue(struct test_db *t) { return fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status; }

/* ---- an order pays ---- */

static void expect_no_charge_promised(struct test_db *t, const char *source, int64_t until_ms)
{
    struct kit_answer a = view(t);
    assert_string_equal(word(&a, "source"), source);
    assert_string_equal(word(&a, "status"), "active");
    assert_true(is_time(part(&a, "expiresAt"), until_ms));
    assert_true(is_time(part(&a, "stopsAt"), until_ms));
    assert_true(json_is_null(part(&a, "renewsFor")) && json_is_null(part(&a, "nextRenewalAt")));
    assert_true(json_is_false(part(&a, "automatic")));
    assert_int_equal(json_integer_value(part(&a, "topUp")), 0);
    assert_int_equal(json_integer_value(part(&a, "renewalPrice")), 0);
}

TEST_EACH_ENGINE(an_order_pays_and_credits_do_not)
{
    start(t, 0);
    struct kit_answer a = view(t);
    assert_true(json_is_false(json_object_get(a.json, "canEnable")));
    assert_int_equal(fix_enable(t, account, shop).status, 402);
    int64_t until_ms = kit_now() + 40 * DAY_MS;
    give(SOURCE_ORDER, until_ms);
    a = view(t);
    assert_true(json_is_true(json_object_get(a.json, "canEnable")));
    assert_int_equal(json_integer_value(json_object_get(a.json, "price")), 0);
    assert_true(is_time(json_object_get(a.json, "freeUntil"), until_ms));
    a = fix_enable(t, account, shop);
    assert_int_equal(a.status, 200);
    assert_int_equal(json_integer_value(json_object_get(a.json, "creditsRemaining")), 0);
    assert_int_equal(fix_charges(t), 0);
    expect_no_charge_promised(t, "order", until_ms);
    assert_int_equal(issue(t), 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chatbot_enabled'"
                                    " AND details LIKE '%\"credits\":0%\"source\":\"order\"%'"),
                     1);
    a = kit_call(
        t, &(struct kit_request){ .routes = tenants_renewal_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/renewal", (long long)shop),
                                  .account = account,
                                  .body = "{\"automatic\":false}" });
    assert_string_equal(a.error, "not_paid_with_credits");
    finish(t);
}

TEST_EACH_ENGINE(an_order_that_is_extended_moves_the_end)
{
    start(t, 1000);
    int64_t first_ms = kit_now() + 40 * DAY_MS, second_ms = kit_now() + 80 * DAY_MS, third_ms = kit_now() + 95 * DAY_MS;
    give(SOURCE_ORDER, first_ms);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    give(SOURCE_ORDER, second_ms); /* told at once */
    tell(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'tenants.renew'"), 1);
    fix_expect_sound(t);
    fix_renew(t);
    expect_no_charge_promised(t, "order", second_ms);
    assert_int_equal(test_number(t, "SELECT due_at_ms FROM subscriptions"), second_ms);
    assert_int_equal(fix_audits(t, "chatbot_renewed"), 1);
    tell(t); /* nothing new: looked at, and left as it is */
    fix_renew(t);
    assert_int_equal(fix_audits(t, "chatbot_renewed"), 1);
    assert_int_equal(test_number(t, "SELECT due_at_ms FROM subscriptions"), second_ms);
    give(SOURCE_ORDER, third_ms); /* not told: known at the end, and seen before */
    expect_no_charge_promised(t, "order", third_ms);
    kit_set_now(second_ms);
    fix_renew(t);
    expect_no_charge_promised(t, "order", third_ms);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(fix_available(t, account), 1000);
    finish(t);
}

static int64_t letters(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM mail_outbox WHERE kind = '%s'", kind));
}

/* With any credits: those who paid otherwise were promised that none are taken. */
static void ends_unpaid(struct test_db *t, enum subscription_source source)
{
    const struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>",
                                        .keep = true,
                                        .keyring = fix_keyring };
    start(t, 1000);
    tenants_settings.mail = &mail;
    int64_t end_ms = kit_now() + 14 * DAY_MS;
    give(source, end_ms);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    for (int64_t hour = 0; hour <= 7 * 24; hour++) {
        kit_set_now(end_ms + hour * HOUR_MS);
        fix_renew(t);
        assert_int_equal(letters(t, "chatbot_time_over"), 1);
        assert_int_equal(letters(t, "chatbot_time_over_last_call"), hour >= 4 * 24);
        assert_int_equal(letters(t, "chatbot_stopped"), hour >= 7 * 24);
        if (hour != 1) continue;
        struct kit_answer a = view(t);
        assert_string_equal(word(&a, "status"), "past_due");
        assert_true(is_time(part(&a, "stopsAt"), end_ms + 7 * DAY_MS) && json_is_null(part(&a, "renewsFor")));
        size_t count;
        json_t *item = attention(t, &count);
        assert_int_equal(count, 1);
        assert_string_equal(json_string_value(json_object_get(item, "kind")), "renewal_unpaid");
        assert_string_equal(json_string_value(json_object_get(item, "source")), subscription_source_name(source));
        assert_int_equal(json_integer_value(json_object_get(item, "amount")), 0);
        assert_int_equal(issue(t), 200); /* in the days of grace it serves */
        fix_expect_sound(t);
    }
    struct kit_answer a = view(t);
    assert_string_equal(fix_text(&a, "state"), "suspended");
    assert_string_equal(fix_text(&a, "stoppedBy"), "unpaid");
    assert_int_equal(issue(t), 409);
    assert_int_equal(letters(t, "renewal_not_paid") + letters(t, "renewal_last_call"), 0);
    assert_int_equal(fix_available(t, account), 1000);
    fix_expect_sound(t);

    a = view(t);
    assert_int_equal(json_integer_value(json_object_get(a.json, "price")), 50); /* from here on by credits */
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_available(t, account), 950);
    finish(t);
}

TEST_EACH_ENGINE(an_order_that_ends_goes_the_way_of_what_is_not_paid) { ends_unpaid(t, SOURCE_ORDER); }

TEST_EACH_ENGINE(so_does_a_trial) { ends_unpaid(t, SOURCE_TRIAL); }

TEST_EACH_ENGINE(an_order_in_the_days_of_grace_keeps_the_chat)
{
    start(t, 0);
    int64_t end_ms = kit_now() + 14 * DAY_MS;
    give(SOURCE_ORDER, end_ms);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(end_ms + DAY_MS);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    give(SOURCE_ORDER, end_ms + 30 * DAY_MS);
    struct kit_answer a = view(t);
    assert_true(is_time(part(&a, "stopsAt"), end_ms + 30 * DAY_MS));
    tell(t);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    assert_int_equal(test_number(t, "SELECT past_due_at_ms FROM subscriptions"), 0);
    expect_no_charge_promised(t, "order", end_ms + 30 * DAY_MS);
    finish(t);
}

TEST_EACH_ENGINE(an_order_that_is_taken_back_ends_early)
{
    start(t, 1000);
    give(SOURCE_ORDER, kit_now() + 300 * DAY_MS);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(kit_now() + 10 * DAY_MS);
    give(SOURCE_ORDER, kit_now());
    tell(t);
    fix_renew(t);
    struct kit_answer a = view(t);
    assert_string_equal(word(&a, "status"), "past_due");
    assert_true(is_time(part(&a, "stopsAt"), kit_now() + 7 * DAY_MS));
    fix_expect_sound(t);
    kit_set_now(kit_now() + 7 * DAY_MS);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM tenants"), TENANT_SUSPENDED);
    assert_int_equal(fix_available(t, account), 1000);
    finish(t);
}

TEST_EACH_ENGINE(off_and_on_and_deleted_and_restored_cost_nothing_under_an_order)
{
    start(t, 0);
    int64_t until_ms = kit_now() + 40 * DAY_MS;
    give(SOURCE_ORDER, until_ms);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL);
    assert_true(is_time(json_object_get(a.json, "freeUntil"), until_ms));
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions"), 1);
    const char *path = arena_printf(t->arena, "/api/shops/%lld", (long long)shop);
    struct kit_request r = { .routes = shops_routes, .verb = VERB_DELETE, .path = path, .account = account };
    assert_int_equal(kit_call(t, &r).status, 200);
    kit_set_now(kit_now() + DAY_MS);
    give(SOURCE_ORDER, until_ms + 30 * DAY_MS);
    r.verb = VERB_POST, r.path = arena_printf(t->arena, "%s/restore", path);
    assert_int_equal(kit_call(t, &r).status, 200);
    expect_no_charge_promised(t, "order", until_ms + 30 * DAY_MS);
    kit_set_now(until_ms); /* cancelled, and extended meanwhile: free up to the end of today */
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    kit_set_now(until_ms + DAY_MS);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    expect_no_charge_promised(t, "order", until_ms + 30 * DAY_MS);
    assert_int_equal(fix_charges(t), 0);
    finish(t);
}

/* ---- credits and orders, one after the other ---- */

TEST_EACH_ENGINE(an_order_takes_over_when_the_month_of_credits_is_over)
{
    start(t, 60);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions"), until_ms = end_ms + 90 * DAY_MS;
    give(SOURCE_ORDER, until_ms);
    tell(t); /* what is paid with credits runs out first */
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), end_ms);
    struct kit_answer a = view(t);
    assert_string_equal(word(&a, "source"), "credits");
    assert_true(json_is_null(part(&a, "renewsFor")) && is_time(part(&a, "stopsAt"), until_ms));
    kit_set_now(end_ms - DAY_MS);
    size_t count;
    (void)attention(t, &count);
    assert_int_equal(count, 0);
    kit_set_now(end_ms);
    fix_renew(t);
    expect_no_charge_promised(t, "order", until_ms);
    assert_int_equal(fix_available(t, account), 10);
    assert_int_equal(test_number(t, "SELECT subscription FROM tenants"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE due_at_ms > 0"), 1);
    kit_set_now(until_ms - 3 * DAY_MS);
    json_t *item = attention(t, &count);
    assert_int_equal(count, 1);
    assert_string_equal(json_string_value(json_object_get(item, "kind")), "ending");
    assert_true(is_time(json_object_get(item, "by"), until_ms));
    finish(t);
}

/* The switch of credits says nothing about what was bought otherwise. */
TEST_EACH_ENGINE(an_order_takes_over_although_credits_should_not_go_on)
{
    start(t, 60);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    test_script(t, "UPDATE subscriptions SET renews = 0;");
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    give(SOURCE_TRIAL, end_ms + DAY_MS);
    kit_set_now(end_ms);
    fix_renew(t);
    expect_no_charge_promised(t, "trial", end_ms + DAY_MS);
    give(SOURCE_ORDER, end_ms + 30 * DAY_MS); /* and after the trial an order */
    kit_set_now(end_ms + DAY_MS);
    fix_renew(t);
    expect_no_charge_promised(t, "order", end_ms + 30 * DAY_MS);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions"), 3);
    finish(t);
}

/* Beside each other, and with an end that has gone by: credits are taken as ever. */
TEST_EACH_ENGINE(where_nothing_is_given_credits_pay_as_ever)
{
    start(t, 1000);
    int64_t order = shop;
    give(SOURCE_ORDER, kit_now() + 300 * DAY_MS);
    shop = fix_shop(t, account, "Cups");
    give(SOURCE_ORDER, kit_now() - DAY_MS);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_enable(t, account, order).status, 200);
    assert_int_equal(fix_available(t, account), 950);
    kit_set_now(test_number(t, "SELECT MIN(expires_at_ms) FROM subscriptions"));
    struct kit_answer a = view(t);
    assert_string_equal(word(&a, "source"), "credits");
    assert_int_equal(json_integer_value(part(&a, "renewsFor")), 10);
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 940);
    assert_int_equal(test_number(t, "SELECT charges FROM subscriptions WHERE source = 'credits'"), 2);
    questions = 0;
    size_t count;
    (void)attention(t, &count);
    assert_int_equal(questions, 0); /* nothing ends soon */
    kit_set_now(kit_now() + 28 * DAY_MS);
    (void)attention(t, &count);
    assert_int_equal(questions, 1); /* one for all shops */
    finish(t);
}

/* ---- with an outside server ---- */

static void ask_outside(struct test_db *t)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", out.port);
    fix_setting("CHATBOT_BASE_URL", url);
    out.on_register = ACT_OK, out.on_config = ACT_UNKNOWN_SHOP;
    assert_int_equal(fix_enable(t, account, shop).status, 202);
    assert_int_equal(held(t), 0);
}

TEST_EACH_ENGINE(an_order_pays_for_what_is_registered_outside)
{
    start(t, 0);
    int64_t until_ms = kit_now() + 40 * DAY_MS;
    give(SOURCE_ORDER, until_ms);
    ask_outside(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_no_charge_promised(t, "order", until_ms);
    assert_int_equal(fix_charges(t), 0);
    finish(t);
}

/* Over by the time the server answers: it begins as it was promised, and the renewal sees to the rest. */
TEST_EACH_ENGINE(an_order_that_ends_while_asking_is_no_gift)
{
    start(t, 1000);
    give(SOURCE_ORDER, kit_now() + SECOND_MS);
    ask_outside(t);
    kit_set_now(kit_now() + MINUTE_MS);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT status FROM tenants"), TENANT_ACTIVE);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    assert_int_equal(fix_available(t, account), 1000);
    finish(t);
}

TEST_EACH_ENGINE(an_order_that_vanishes_while_asking_enables_nothing)
{
    start(t, 1000);
    give(SOURCE_ORDER, kit_now() + 40 * DAY_MS);
    ask_outside(t);
    give(SOURCE_ORDER, 0);
    assert_int_equal(attempt(t, 1, false), JOB_GIVE_UP);
    assert_string_equal(state(t), "failed");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions"), 0);
    assert_int_equal(fix_available(t, account), 1000);
    finish(t);
}

/* ---- what does not answer, and what was changed by hand ---- */

TEST_EACH_ENGINE(without_an_answer_nothing_is_enabled_charged_or_stopped)
{
    start(t, 1000);
    broken = true;
    const struct subscription none = { 0 };
    struct entitlement e;
    EXPECT(!entitlement_of(t->tx, account, shop, &none, kit_now(), &e)); /* and a request that asked is a fault */
    broken = false;
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions") + MINUTE_MS);
    broken = true;
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 950);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips WHERE kind = 'tenants.renew'"), 1);
    broken = false;
    finish(t);
}

static void expect_found(struct test_db *t, const char *sql, const char *says)
{
    test_script(t, sql);
    struct test_found f = test_verify(t, tenants_checks);
    if (!f.unsound || !strstr(f.what, says)) fail_msg("%s: %s", sql, f.unsound ? f.what : "not found");
    test_reopen(t);
}

TEST_EACH_ENGINE(a_charge_too_many_or_too_few_is_found)
{
    start(t, 1000);
    give(SOURCE_ORDER, kit_now() + 40 * DAY_MS);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    shop = fix_shop(t, account, "Cups");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    fix_expect_sound(t);
    test_commit(t);
    expect_found(t, "UPDATE subscriptions SET charges = 1 WHERE source = 'order';", "what others pay");
    expect_found(t,
                 arena_printf(t->arena, "UPDATE credit_entries SET shop = %lld WHERE amount < 0;", (long long)shop - 1),
                 "ledger's charges");
    expect_found(t, "UPDATE subscriptions SET source = 'credits' WHERE source = 'order';", "periods and charges");
    expect_found(t, "UPDATE subscriptions SET source = 'trial' WHERE source = 'credits';", "what others pay");
    expect_found(t, "UPDATE subscriptions SET source = 'order', charges = 0 WHERE source = 'credits';", "ledger's");
    expect_found(t, "DELETE FROM credit_entries WHERE amount < 0;", "ledger's charges");
    expect_found(t, "UPDATE subscriptions SET source = 'gift' WHERE source = 'order';", "nobody knows");
    expect_found(t, "UPDATE subscriptions SET expires_at_ms = started_at_ms WHERE source = 'order';",
                 "before it begins");
    expect_found(t, "UPDATE subscriptions SET due_at_ms = 0 WHERE source = 'order';", "not renewed at its end");
    finish(t);
}

/* Nothing is guessed about a source that nobody knows: no credits are taken, and the chat is not given away. */
TEST_EACH_ENGINE(a_source_that_nobody_knows_is_left_out)
{
    start(t, 1000);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    test_script(t, "UPDATE subscriptions SET source = 'gift';");
    struct subscription s;
    EXPECT(subscriptions_get(t->tx, 1, 1, &s) == ROW_FAULT);
    kit_set_now(kit_now() + 40 * DAY_MS);
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 950);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips WHERE kind = 'tenants.renew'"), 1);
    test_script(t, "UPDATE subscriptions SET source = 'credits';");
    finish(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_order_pays_and_credits_do_not),
        EACH_ENGINE(an_order_that_is_extended_moves_the_end),
        EACH_ENGINE(an_order_that_ends_goes_the_way_of_what_is_not_paid),
        EACH_ENGINE(so_does_a_trial),
        EACH_ENGINE(an_order_in_the_days_of_grace_keeps_the_chat),
        EACH_ENGINE(an_order_that_is_taken_back_ends_early),
        EACH_ENGINE(off_and_on_and_deleted_and_restored_cost_nothing_under_an_order),
        EACH_ENGINE(an_order_takes_over_when_the_month_of_credits_is_over),
        EACH_ENGINE(an_order_takes_over_although_credits_should_not_go_on),
        EACH_ENGINE(where_nothing_is_given_credits_pay_as_ever),
        EACH_ENGINE(an_order_pays_for_what_is_registered_outside),
        EACH_ENGINE(an_order_that_ends_while_asking_is_no_gift),
        EACH_ENGINE(an_order_that_vanishes_while_asking_enables_nothing),
        EACH_ENGINE(without_an_answer_nothing_is_enabled_charged_or_stopped),
        EACH_ENGINE(a_charge_too_many_or_too_few_is_found),
        EACH_ENGINE(a_source_that_nobody_knows_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
