/* test_verify.c: changes that somebody with the database in his hands could make, each found, and nothing else. */
#include "tenants/test_fix.h"

static void expect_found(struct test_db *t, const struct test_harm *harms, size_t n)
{
    test_expect_found(t, tenants_checks, harms, n);
}

TEST_EACH_ENGINE(what_was_done_to_an_active_chatbot_is_found)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE tenants SET status = 5;", "without its mover" },
        { "UPDATE tenants SET version = 2;", "gap" },
        { "UPDATE tenant_moves SET from_status = 4;", "" },
        { "UPDATE tenants SET subscription = 9;", "" },
        { "UPDATE tenants SET subscription = 0;", "beside" },
        { "DELETE FROM subscriptions;", "missing" },
        { "UPDATE subscriptions SET charges = 2;", "periods and charges" },
        { "UPDATE subscriptions SET expires_at_ms = expires_at_ms + 1;", "periods and charges" },
        { "UPDATE subscriptions SET status = 3;", "not paid for" },
        { "UPDATE subscriptions SET status = 4;", "not paid for" },
        { "UPDATE subscriptions SET due_at_ms = 0;", "not renewed at its end" },
        { "UPDATE subscriptions SET due_at_ms = due_at_ms + 1;", "not renewed at its end" },
        { "UPDATE subscriptions SET due_at_ms = 99999999999999;", "not renewed at its end" },
        { "UPDATE subscriptions SET status = 2;", "past due before its end" },
        { "UPDATE subscriptions SET shop = 2;", "another shop" },
        { "UPDATE subscriptions SET account = 2;", "another shop" },
        { "UPDATE tenant_secrets SET state = 3 WHERE kind = 1;", "lacks a secret" },
        { "UPDATE tenants SET hold = 4;", "outside of provisioning" },
        { "UPDATE tenants SET status = 2, job = 99; UPDATE tenant_moves SET to_status = 2 WHERE to_status = 3;",
          "" },
        { "UPDATE tenants SET account = 2; UPDATE subscriptions SET account = 2;", "another account" },
        { "UPDATE tenants SET shop = 77; UPDATE subscriptions SET shop = 77;", "shop is missing" },
        { "DELETE FROM shops WHERE id = 1;", "shop is missing" },
        { "UPDATE shops SET account = 2 WHERE id = 1;", "another account" },
        { "UPDATE shops SET status = 5 WHERE id = 1;", "does not know" },
        { "UPDATE shops SET status = 5 WHERE id = 1; UPDATE tenants SET shop_deleted = 1;", "shop is deleted" },
        { "UPDATE shops SET status = 4 WHERE id = 1;", "shop is suspended" },
        { "UPDATE tenants SET shop_deleted = 1;", "does not know" },
        { "DELETE FROM credit_entries WHERE amount < 0;", "ledger's charges" },
        { "UPDATE tenants SET generation = 0;", "would not be charged" },
        { "UPDATE tenants SET backend = 77;", "backend is unknown" },
        { "UPDATE tenants SET bot_state = 9;", "bot is in no state" },
        { "UPDATE tenants SET outside = 9;", "nowhere outside" },
        { "UPDATE tenants SET told = 5;", "never said" },
        { "UPDATE tenants SET doubt_until_ms = 99999999999999;", "in doubt for ever" },
        { "UPDATE tenant_secrets SET tenant = 77;", "lacks a secret" },
        { "INSERT INTO tenant_secrets SELECT 77, 3, generation, account, state, delivered, NULL, 'h', hint,"
          " created_at_ms, shown_at_ms, valid_until_ms FROM tenant_secrets WHERE kind = 1;", "of no tenant" },
        { "UPDATE tenant_secrets SET account = 2;", "another account" },
        { "UPDATE tenant_secrets SET sealed = NULL WHERE kind = 1;", "" },
        { "INSERT INTO tenant_secrets SELECT tenant, kind, 2, account, state, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, valid_until_ms FROM tenant_secrets WHERE kind = 1;"
          " UPDATE tenant_secrets SET state = 3, sealed = NULL WHERE kind = 2;", "two secrets" },
        { "INSERT INTO tenant_secrets SELECT tenant, kind, 2, account, 2, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, 99999999999999 FROM tenant_secrets WHERE kind = 1;", "old secret" },
        { "INSERT INTO tenant_secrets SELECT tenant, kind, 0, account, 2, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, 99999999999999 FROM tenant_secrets WHERE kind = 1;", "does not end" },
        { "INSERT INTO tenant_secrets SELECT tenant, kind, 0, account, 3, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, 0 FROM tenant_secrets WHERE kind = 1;", "still there" },
        { "INSERT INTO tenant_secrets SELECT tenant, kind, 0, account, 9, delivered, sealed, key_hash, hint,"
          " created_at_ms, shown_at_ms, 0 FROM tenant_secrets WHERE kind = 1;", "in no state" },
        { "INSERT INTO tenant_launches VALUES ('x', 1, 2, 0, 1, 0, 0);", "launch code" },
        { "INSERT INTO tenant_launches VALUES ('x', 77, 1, 0, 1, 0, 0);", "launch code" },
        { "INSERT INTO tenant_launches VALUES ('x', 1, 1, 0, 99999999999999, 0, 0);", "launch code" },
        { "UPDATE tenant_moves SET account = 2;", "another account" },
        { "UPDATE tenant_moves SET tenant = 77;", "gap" },
        { "INSERT INTO tenant_moves SELECT 77, version, account, from_status, to_status, why, actor, at_ms"
          " FROM tenant_moves;", "of no tenant" },
    };
    /* clang-format on */
    fix_start();
    int64_t account = kit_account(t, 100);
    (void)kit_account(t, 1);
    int64_t shop = fix_shop(t, account, "Tea");
    (void)fix_shop(t, account, "Cups");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(test_verify(t, tenants_checks).looked, 1);
    expect_found(t, harms, ARRAY_LEN(harms));
}

TEST_EACH_ENGINE(what_was_done_to_one_that_is_past_due_or_stopped_is_found)
{
    static const struct test_harm past_due[] = {
        { "UPDATE subscriptions SET due_at_ms = 0;", "asked for again" },
        { "UPDATE subscriptions SET due_at_ms = 99999999999999;", "asked for again" },
    };
    static const struct test_harm stopped[] = {
        { "UPDATE subscriptions SET status = 1;", "runs" },
        { "UPDATE subscriptions SET due_at_ms = 1;", "out of service" },
        { "UPDATE subscriptions SET status = 2;", "runs" },
    };
    fix_start();
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(time_add_months(KIT_START_MS, 1, 15) + MINUTE_MS);
    fix_renew(t);
    expect_found(t, past_due, ARRAY_LEN(past_due));
    for (int day = 0; day < 2 * GRACE_DAYS + 2; day++) {
        kit_set_now(kit_now() + DAY_MS);
        fix_renew(t);
    }
    assert_int_equal(test_number(t, "SELECT status FROM tenants"), TENANT_SUSPENDED);
    expect_found(t, stopped, ARRAY_LEN(stopped));
}

TEST_EACH_ENGINE(what_was_done_to_one_that_is_being_set_up_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE credit_holds SET state = 2; UPDATE credit_accounts SET held = 0;", "lost its held credits" },
        { "DELETE FROM credit_holds; UPDATE credit_accounts SET held = 0;", "lost its held credits" },
        { "UPDATE credit_holds SET state = 1; UPDATE credit_accounts SET held = 0;", "lost its held credits" },
        { "UPDATE credit_holds SET account = 2;", "lost its held credits" },
        { "UPDATE credit_holds SET shop = 9;", "lost its held credits" },
        { "UPDATE jobs SET state = 3;", "no live job" },
        { "DELETE FROM jobs;", "no live job" },
        { "UPDATE tenants SET hold = 0;", "for no enable under way" },
        { "UPDATE tenants SET hold = hold + 1;", "" },
    };
    fix_start();
    fix_setting("CHATBOT_BASE_URL", "http://127.0.0.1:1");
    tenants_settings.panel_secret = "sixteen letters and more";
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 202);
    expect_found(t, harms, ARRAY_LEN(harms));
}

/* Credits that are held, and that nobody would ever give back: of this shop, of none, and of an ended enable. */
/* Each attempt has a key of its own; one that is in the ledger already would be free. */
TEST_EACH_ENGINE(an_enable_that_would_be_free_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE tenants SET generation = generation - 1;", "would not be charged" },
    };
    fix_start();
    int64_t account = kit_account(t, 200), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(time_add_months(KIT_START_MS, 1, 15) + MINUTE_MS);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    kit_set_now(kit_now() + 40 * DAY_MS);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(test_number(t, "SELECT generation FROM tenants"), 3);
    expect_found(t, harms, ARRAY_LEN(harms));
}

TEST_EACH_ENGINE(jobs_of_others_are_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE jobs SET ref = 77;", "another's" },
        { "UPDATE jobs SET kind = 'mail.send';", "another's" },
        { "UPDATE tenants SET tell_job = job;", "another's" },
    };
    fix_start();
    fix_setting("CHATBOT_BASE_URL", "http://127.0.0.1:1");
    tenants_settings.panel_secret = "sixteen letters and more";
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 202);
    expect_found(t, harms, ARRAY_LEN(harms));
}

TEST_EACH_ENGINE(credits_held_for_nothing_are_found)
{
    static const char *const holders[] = { "1", "NULL", "7" };
    fix_start();
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO credit_holds (account, key, amount, reason, shop, state,"
                                    " put_at_ms) VALUES (1, 'lost', 5, 'chatbot_enablement', %s, 0, 1);",
                                    holders[i]));
        struct test_found f = test_verify(t, tenants_checks);
        EXPECT(f.unsound == 1 && strstr(f.what, "no enable under way"));
        test_script(t, "DELETE FROM credit_holds;");
        test_expect_sound(t, tenants_checks);
    }
}

TEST_EACH_ENGINE(a_charge_without_a_chatbot_is_found)
{
    fix_start();
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    test_expect_sound(t, credits_checks);
    test_script(t, "DELETE FROM tenants");
    struct test_found f = test_verify(t, credits_checks);
    EXPECT(f.id == account && strstr(f.what, "charged for"));
}

TEST_EACH_ENGINE(a_lost_master_key_is_found)
{
    static const uint8_t other[1][MASTER_KEY_SIZE] = { { 8 } }, id[1] = { 1 };
    fix_start();
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct keyring *wrong = keyring_new(other, id, 1);
    tenants_settings.keyring = wrong;
    struct test_found f = test_verify(t, tenants_checks);
    EXPECT(f.id == 1 && strstr(f.what, "master key"));
    tenants_settings.keyring = fix_keyring;
    keyring_free(wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_was_done_to_an_active_chatbot_is_found),
        EACH_ENGINE(what_was_done_to_one_that_is_past_due_or_stopped_is_found),
        EACH_ENGINE(what_was_done_to_one_that_is_being_set_up_is_found),
        EACH_ENGINE(an_enable_that_would_be_free_is_found),
        EACH_ENGINE(jobs_of_others_are_found),
        EACH_ENGINE(credits_held_for_nothing_are_found),
        EACH_ENGINE(a_charge_without_a_chatbot_is_found),
        EACH_ENGINE(a_lost_master_key_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
