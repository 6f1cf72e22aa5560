/* test_plan_on.c: the chat of a plan that runs is on, on both engines: what could not be switched on is tried again as
 * long as the plan runs, and its order says so. */
#include "billing/test_plan_fix.h"

static const struct order_view *viewed(struct test_db *t, const struct order *o)
{
    struct order_view *v = ARENA_NEW(t->arena, struct order_view);
    struct order now;
    EXPECT(orders_get(t->tx, o->id, false, &now) == ROW_FOUND && order_view_read(t->tx, &now, kit_now(), v));
    return v;
}

static void chats_are_looked_at(struct test_db *t)
{
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &billing_switch_on_job }), JOB_FINISHED);
}

static int64_t registrations(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'tenants.register'");
}

/* The outside server is asked; how that ends is as `out` says. */
static void asked_outside(struct test_db *t, enum job_wish end)
{
    test_script(t, "DELETE FROM jobs WHERE kind <> 'tenants.register';");
    assert_int_equal(tenant_status(t), TENANT_PROVISIONING);
    assert_int_equal(attempt(t, 1, false), end);
}

static struct order ordered_credits(struct test_db *t)
{
    const struct order_wish w = {
        .account = account, .person = 1, .offer = offer_of(t, "credits-1000"), .now_ms = kit_now()
    };
    struct order_quote *q = ARENA_NEW(t->arena, struct order_quote);
    assert_int_equal(order_quote(t->tx, &w, q), QUOTE_MADE);
    EXPECT(orders_insert(t->tx, q, kit_now()));
    return q->order;
}

static int64_t reprovision(struct test_db *t, const struct order *o, int64_t of)
{
    const char *path = arena_printf(t->arena, "/api/billing/orders/%s/reprovision", o->number);
    return kit_call(
               t, &(struct kit_request){ .routes = billing_pay_routes, .verb = VERB_POST, .path = path, .account = of })
        .status;
}

static void outside_refuses(struct test_db *t)
{
    static char url[64];
    start(t, 0);
    if (!out.port) outside_start();
    snprintf(url, sizeof url, "http://127.0.0.1:%d", out.port);
    fix_setting("CHATBOT_BASE_URL", url);
    tenants_settings.panel_secret = "shared-secret-of-both";
    out.on_register = ACT_REFUSE, out.on_config = ACT_UNKNOWN_SHOP;
}

TEST_EACH_ENGINE(what_an_outside_server_refused_is_asked_for_again_as_long_as_the_plan_runs)
{
    outside_refuses(t);
    struct order o = bought(t, "basic", 0);
    assert_string_equal(viewed(t, &o)->stage, "provisioning");
    assert_false(viewed(t, &o)->reprovision); /* the answer is awaited */
    asked_outside(t, JOB_GIVE_UP);
    assert_true(viewed(t, &o)->reprovision);
    int64_t tries = 1, at_ms = kit_now();
    for (int64_t pause_ms = MINUTE_MS; tries < 14; pause_ms = pause_ms < 6 * HOUR_MS / 2 ? 2 * pause_ms : 6 * HOUR_MS) {
        kit_set_now(at_ms + pause_ms - 1), chats_are_looked_at(t);
        assert_int_equal(registrations(t), tries);
        kit_set_now(at_ms += pause_ms), chats_are_looked_at(t), chats_are_looked_at(t);
        assert_int_equal(registrations(t), ++tries);
        asked_outside(t, JOB_GIVE_UP);
    }
    assert_true(kit_now() > KIT_START_MS + DAY_MS);
    assert_string_equal(viewed(t, &o)->stage, "provisioning"); /* still owed */
    out.on_register = ACT_OK;
    kit_set_now(kit_now() + 6 * HOUR_MS), chats_are_looked_at(t);
    asked_outside(t, JOB_FINISHED);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_string_equal(viewed(t, &o)->stage, "done");
    kit_set_now(kit_now() + 6 * HOUR_MS), chats_are_looked_at(t);
    assert_int_equal(test_number(t, "SELECT on_at_ms + on_tries FROM shop_plans"), 0);
    assert_int_equal(fix_charges(t), 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(nobody_asks_for_a_plan_that_is_over_or_a_chat_that_was_switched_off)
{
    outside_refuses(t);
    struct order o = bought(t, "basic", 0);
    asked_outside(t, JOB_GIVE_UP);
    delete_shop(t);
    kit_set_now(kit_now() + MINUTE_MS), chats_are_looked_at(t);
    assert_int_equal(registrations(t), 1);
    assert_int_equal(test_number(t, "SELECT on_at_ms FROM shop_plans"), kit_now() + HOUR_MS);
    kit_set_now(plan(t).until_ms), chats_are_looked_at(t);
    assert_int_equal(registrations(t), 1);
    assert_int_equal(test_number(t, "SELECT on_at_ms FROM shop_plans"), 0);
    assert_string_equal(viewed(t, &o)->stage, "done");

    fix_setting("CHATBOT_BASE_URL", NULL);
    shop = fix_shop(t, account, "Cups");
    tenants_settings.feature_enabled = false;
    o = bought(t, "basic", 0);
    assert_string_equal(viewed(t, &o)->stage, "provisioning");
    kit_set_now(kit_now() + MINUTE_MS), chats_are_looked_at(t);
    assert_int_equal(tenant_status(t), TENANT_NONE);
    tenants_settings.feature_enabled = true;
    kit_set_now(kit_now() + 2 * MINUTE_MS), chats_are_looked_at(t);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    test_script(t, "UPDATE shop_plans SET on_at_ms = 1;");
    chats_are_looked_at(t);
    assert_int_equal(tenant_status(t), TENANT_DISABLED);
    assert_int_equal(test_number(t, "SELECT MAX(on_at_ms) FROM shop_plans"), 0);
    assert_string_equal(viewed(t, &o)->stage, "done");
}

TEST_EACH_ENGINE(who_paid_may_have_it_tried_now)
{
    outside_refuses(t);
    struct order o = bought(t, "basic", 0), credits = ordered_credits(t);
    assert_int_equal(reprovision(t, &o, account), 409); /* it is being asked for */
    asked_outside(t, JOB_GIVE_UP);
    assert_int_equal(reprovision(t, &credits, account), 409);
    assert_int_equal(reprovision(t, &o, kit_account(t, 0)), 404);
    out.on_register = ACT_OK;
    assert_int_equal(reprovision(t, &o, account), 200);
    assert_int_equal(reprovision(t, &o, account), 409);
    asked_outside(t, JOB_FINISHED);
    assert_int_equal(reprovision(t, &o, account), 409);
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    delete_shop(t);
    assert_int_equal(reprovision(t, &o, account), 409);
    expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_an_outside_server_refused_is_asked_for_again_as_long_as_the_plan_runs),
        EACH_ENGINE(nobody_asks_for_a_plan_that_is_over_or_a_chat_that_was_switched_off),
        EACH_ENGINE(who_paid_may_have_it_tried_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
