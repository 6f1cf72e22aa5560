/* test_panel_ends.c: where what a panel may do ends: names that meet ours, chats that it gives no more, shops that are
 * purged, and settings under which it may do nothing. */
#include "tenants/test_panel.h"

static void delete_shop(struct test_db *t, int64_t account, int64_t shop)
{
    struct kit_answer a =
        kit_call(t, &(struct kit_request){ .routes = shops_routes,
                                           .verb = VERB_DELETE,
                                           .path = arena_printf(t->arena, "/api/shops/%lld", (long long)shop),
                                           .account = account });
    assert_int_equal(a.status, 200);
}

static int64_t status_of(struct test_db *t, int64_t shop)
{
    struct tenant tenant;
    EXPECT(tenants_of_shop(t->tx, shop, &tenant) == ROW_FOUND);
    return tenant.status;
}

/* Our numbers for its shops are no names of theirs. */
TEST_EACH_ENGINE(a_panel_that_counts_its_shops_as_we_do_registers_all_of_them)
{
    static const char *const names[] = { "shop-2", "shop-3", "shop-1", "shop-4" };
    begin();
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            const char *merchant = i % 2 ? "m-1" : "m-2";
            struct kit_answer a = registers(t, (struct registration){ .shop = names[i], .merchant = merchant });
            assert_int_equal(a.status, 200);
            assert_string_equal(json_string_value(json_object_get(json_object_get(a.json, "chat"), "shopId")),
                                arena_printf(t->arena, "shop-%d", (int)i + 1));
        }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct kit_answer a =
            panel(t, VERB_GET, names[i], "config", bearer(t, sso, names[i], "viewer"), NULL); /* one secret for all */
        assert_int_equal(a.status, 200);
        assert_string_equal(fix_text(&a, "shopId"), names[i]);
        assert_string_equal(fix_text(&a, "name"), names[i]);
    }
    int64_t account = kit_account(t, 0), own = fix_shop(t, account, "Tea");
    struct kit_answer a = registers(t, (struct registration){ .shop = arena_printf(t->arena, "shop-%d", (int)own) });
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "shop_id_reserved");
    delete_shop(t, account, own);
    assert_int_equal(registers(t, (struct registration){ .shop = arena_printf(t->arena, "shop-%d", (int)own) }).status,
                     409);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_shop_that_comes_back_under_an_old_number_is_given_nothing)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    int64_t account = test_number(t, "SELECT account FROM panel_tenants");
    delete_shop(t, account, 1);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200); /* number 2 */
    struct kit_answer a = kit_call(
        t, &(struct kit_request){
               .routes = shops_routes, .verb = VERB_POST, .path = "/api/shops/1/restore", .account = account });
    assert_int_equal(a.status, 200);
    assert_int_equal(status_of(t, 1), TENANT_SUSPENDED);
    assert_int_equal(status_of(t, 2), TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT s.status FROM subscriptions s WHERE s.shop = 1"), SUBSCRIPTION_EXPIRED);
    assert_int_equal(fix_enable(t, account, 1).status, 402);
    fix_expect_sound(t);
    /* One that runs, for whatever reason, ends when it is looked at. */
    struct subscription s;
    struct entitlement e;
    EXPECT(subscriptions_get(t->tx, 2, 1, &s) == ROW_FOUND && s.status == SUBSCRIPTION_ACTIVE);
    EXPECT(entitlement_of(t->tx, account, 2, &s, kit_now(), &e) && e.runs && e.end_ms > kit_now());
    EXPECT(entitlement_of(t->tx, account, 1, &s, kit_now(), &e) && !e.runs && e.end_ms == kit_now());
    assert_int_equal(credits_count(entitlement_price(&e)), 50);
    /* Restored before it is registered anew, it goes on. */
    delete_shop(t, account, 2);
    a = kit_call(t,
                 &(struct kit_request){
                     .routes = shops_routes, .verb = VERB_POST, .path = "/api/shops/2/restore", .account = account });
    assert_int_equal(a.status, 200);
    assert_int_equal(status_of(t, 2), TENANT_ACTIVE);
    fix_expect_sound(t);
}

static void operator_does(struct test_db *t, int64_t shop, const char *what)
{
    const char *path = arena_printf(t->arena, "/api/operator/shops/%lld/%s", (long long)shop, what);
    const struct kit_request r = {
        .routes = shops_house_routes, .verb = VERB_POST, .path = path, .account = 900, .body = "{\"reason\":\"a test\"}"
    };
    assert_int_equal(kit_call(t, &r).status, 200);
}

/* Nor does its merchant get another one by deleting it. */
TEST_EACH_ENGINE(a_panel_lets_no_shop_back_that_an_operator_has_suspended)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" }).status, 200);
    int64_t account = test_number(t, "SELECT account FROM panel_tenants");
    operator_does(t, 1, "suspend");
    for (int deleted = 0; deleted < 2; deleted++) {
        if (deleted) delete_shop(t, account, 1);
        struct kit_answer a = registers(t, (struct registration){ .shop = "acme-1", .name = "Bea" });
        assert_int_equal(a.status, 409);
        assert_string_equal(a.error, "shop_suspended");
        assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops"), 1);
        assert_int_equal(status_of(t, 1), TENANT_SUSPENDED);
        assert_int_equal(fix_audits(t, "tenant_registered"), 1);
        fix_expect_sound(t);
    }
    struct kit_request restore = { .routes = shops_routes, .verb = VERB_POST, .path = "/api/shops/1/restore" };
    restore.account = account;
    assert_int_equal(kit_call(t, &restore).status, 200);
    assert_string_equal(registers(t, (struct registration){ .shop = "acme-1" }).error, "shop_suspended");
    operator_does(t, 1, "resume");
    assert_int_equal(status_of(t, 1), TENANT_ACTIVE);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    fix_expect_sound(t);
}

/* As an earlier version left it, which gave the name to another shop meanwhile; before its end, and behind it. */
TEST_EACH_ENGINE(let_back_without_its_panel_a_chat_is_over)
{
    begin();
    for (int64_t shop = 1; shop <= 2; shop++) {
        const char *name = arena_printf(t->arena, "acme-%lld", (long long)shop);
        assert_int_equal(registers(t, (struct registration){ .shop = name }).status, 200);
        operator_does(t, shop, "suspend");
    }
    test_script(t, "UPDATE panel_tenants SET shop = 0, account = 0;");
    for (int64_t shop = 1; shop <= 2; shop++) {
        if (shop == 2) kit_set_now(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions") + DAY_MS);
        operator_does(t, shop, "resume");
        assert_int_equal(status_of(t, shop), TENANT_SUSPENDED);
        fix_expect_sound(t);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE status = 3"), 2);
}

TEST_EACH_ENGINE(a_purge_leaves_the_name_alone_and_registering_makes_all_anew)
{
    begin();
    struct registration r = { .shop = "acme-1", .name = "Amy", .logo = "https://a.example/l.png" };
    assert_int_equal(registers(t, r).status, 200);
    r.secret = other_sso; /* and an old one that still counts */
    assert_int_equal(registers(t, r).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2" }).status, 200);
    int64_t account = test_number(t, "SELECT account FROM panel_tenants WHERE shop = 1");
    delete_shop(t, account, 1);
    const char *admin = bearer(t, other_sso, "acme-1", "admin");
    assert_int_equal(panel(t, VERB_PUT, "acme-1", "config", admin, "{\"name\":\"Bea\"}").status, 401);
    kit_set_now(KIT_START_MS + 8 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &shops_purge_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants WHERE shop_id = 'acme-1' AND shop = 0"
                                    " AND account = 0 AND name = '' AND instance_url = '' AND logo_url IS NULL"
                                    " AND LENGTH(sso_sealed) = 0 AND LENGTH(webhook_sealed) = 0"
                                    " AND old_sso_sealed IS NULL AND old_until_ms = 0"),
                     1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants WHERE shop = 2 AND name <> ''"), 1);
    fix_expect_sound(t);
    for (int i = 0; i < 2; i++) {
        admin = bearer(t, i ? sso : other_sso, "acme-1", "admin");
        assert_int_equal(panel(t, VERB_GET, "acme-1", "config", admin, NULL).status, 401);
        assert_int_equal(panel(t, VERB_PUT, "acme-1", "config", admin, "{\"name\":\"Bea\"}").status, 401);
        assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", admin, NULL).status, 401);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants WHERE name = ''"), 1);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .merchant = "m-2" }).status, 409);
    struct kit_answer a = registers(t, (struct registration){ .shop = "acme-1" });
    assert_int_equal(a.status, 200);
    assert_string_equal(json_string_value(json_object_get(json_object_get(a.json, "config"), "name")), "acme-1");
    assert_string_equal(json_string_value(json_object_get(json_object_get(a.json, "chat"), "shopId")), "shop-3");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants WHERE old_sso_sealed IS NULL"), 2);
    assert_int_equal(admin_form(t, code_for(t, "acme-1", "admin")).status, 303);
    admin = bearer(t, other_sso, "acme-1", "admin");
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", admin, NULL).status, 401);
    fix_expect_sound(t);
}

/* The operator took the panel's secret out: what was given ends at its date, and nobody comes in any more. */
TEST_EACH_ENGINE(without_its_secret_a_panel_gives_nothing_more_and_lets_nobody_in)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    int64_t account = test_number(t, "SELECT account FROM panel_tenants"), end_ms;
    end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    const char *form = code_for(t, "acme-1", "admin"), *admin = bearer(t, sso, "acme-1", "admin");
    const char *secret = tenants_settings.panel_secret;
    tenants_settings.panel_secret = NULL;
    assert_int_equal(admin_form(t, form).status, 400);
    assert_int_equal(admin_form(t, arena_printf(t->arena, "token=%s&shopId=acme-1", admin + 7)).status, 400);
    assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", admin, NULL).status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 0);
    /* Off and on within what was given is for nothing still. */
    assert_int_equal(fix_call(t, account, VERB_POST, 1, "chatbot/disable", NULL).status, 200);
    assert_int_equal(fix_enable(t, account, 1).status, 200);
    assert_int_equal(test_number(t, "SELECT expires_at_ms FROM subscriptions"), end_ms);
    kit_set_now(end_ms - 1);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    kit_set_now(end_ms + 1);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_PAST_DUE);
    assert_int_equal(status_of(t, 1), TENANT_ACTIVE);
    /* Set again before the grace is over: it goes on. */
    tenants_settings.panel_secret = secret;
    kit_set_now(end_ms + DAY_MS);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_ACTIVE);
    end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    assert_true(end_ms > kit_now());
    tenants_settings.panel_secret = NULL;
    kit_set_now(end_ms + 1);
    fix_renew(t);
    kit_set_now(end_ms + 8 * DAY_MS);
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT status FROM subscriptions"), SUBSCRIPTION_EXPIRED);
    assert_int_equal(status_of(t, 1), TENANT_SUSPENDED);
    assert_int_equal(fix_enable(t, account, 1).status, 402);
    tenants_settings.panel_secret = secret;
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    assert_int_equal(status_of(t, 1), TENANT_ACTIVE);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(while_no_chat_is_offered_a_registration_makes_none)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    int64_t account = test_number(t, "SELECT account FROM panel_tenants");
    tenants_settings.feature_enabled = false;
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" }).status, 200); /* it is on */
    struct kit_answer a = registers(t, (struct registration){ .shop = "best-1", .merchant = "m-2" });
    assert_int_equal(a.status, 403);
    assert_string_equal(a.error, "chatbot_feature_disabled");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM accounts WHERE panel > 0"), 1);
    assert_int_equal(fix_call(t, account, VERB_POST, 1, "chatbot/disable", NULL).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 403);
    assert_int_equal(status_of(t, 1), TENANT_DISABLED);
    tenants_settings.feature_enabled = true;
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    assert_int_equal(status_of(t, 1), TENANT_ACTIVE);
    fix_expect_sound(t);
}

/* A backend outside is shown the secret: it would be good for registering here too. */
TEST_EACH_ENGINE(nobody_registers_while_the_secret_is_shown_to_a_server_outside)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    fix_setting("CHATBOT_BASE_URL", "http://127.0.0.1:1");
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .secret = other_sso }).status, 404);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2" }).status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 1);
    /* What is registered already has secrets of its own, and goes on. */
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", bearer(t, sso, "acme-1", "viewer"), NULL).status, 200);
    assert_int_equal(admin_form(t, code_for(t, "acme-1", "admin")).status, 303);
    fix_setting("CHATBOT_BASE_URL", NULL);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2" }).status, 200);
}

/* The names of persons are cut, in bytes, and stay apart. */
TEST_EACH_ENGINE(merchants_of_the_same_long_beginning_have_persons_of_their_own)
{
    char merchant[2][420];
    begin();
    for (int m = 0; m < 2; m++) {
        size_t n = 0;
        for (int i = 0; i < 98; i++) n += (size_t)snprintf(merchant[m] + n, sizeof merchant[m] - n, "\xe5\xba\x97");
        (void)snprintf(merchant[m] + n, sizeof merchant[m] - n, "\xf0\x9f\x98\x80%d", m);
        const char *shop = m ? "best-1" : "acme-1";
        assert_int_equal(registers(t, (struct registration){ .shop = shop, .merchant = merchant[m] }).status, 200);
        assert_int_equal(admin_form(t, code_for(t, shop, "admin")).status, 303);
        assert_int_equal(admin_form(t, code_for(t, shop, "viewer")).status, 303);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT account) FROM panel_tenants"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT email_key) FROM persons"), 6);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM persons WHERE email_key = email"),
                     6); /* none was cut again */
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT person) FROM sessions"), 4);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_panel_that_counts_its_shops_as_we_do_registers_all_of_them),
        EACH_ENGINE(a_shop_that_comes_back_under_an_old_number_is_given_nothing),
        EACH_ENGINE(a_panel_lets_no_shop_back_that_an_operator_has_suspended),
        EACH_ENGINE(let_back_without_its_panel_a_chat_is_over),
        EACH_ENGINE(a_purge_leaves_the_name_alone_and_registering_makes_all_anew),
        EACH_ENGINE(without_its_secret_a_panel_gives_nothing_more_and_lets_nobody_in),
        EACH_ENGINE(while_no_chat_is_offered_a_registration_makes_none),
        EACH_ENGINE(nobody_registers_while_the_secret_is_shown_to_a_server_outside),
        EACH_ENGINE(merchants_of_the_same_long_beginning_have_persons_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
