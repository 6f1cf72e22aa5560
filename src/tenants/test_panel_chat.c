/* test_panel_chat.c: what stands here for a shop that an outside panel registered: an account of its merchant, a shop
 * of ours with its chat, which nobody is charged for, and a way in. */
#include "tenants/test_panel.h"

#include "outbound/webhook.h"

static const char *config_name(struct test_db *t, const char *shop, const char *secret)
{
    struct kit_answer a = panel(t, VERB_GET, shop, "config", bearer(t, secret, shop, "viewer"), NULL);
    assert_int_equal(a.status, 200);
    return arena_text(t->arena, fix_text(&a, "name"));
}

static const char *bot_name(struct test_db *t, int64_t shop)
{
    struct tenant tenant;
    EXPECT(tenants_of_shop(t->tx, shop, &tenant) == ROW_FOUND);
    return tenant.bot_name;
}

/* The shop's own page of the console changes a name. */
static void console_names(struct test_db *t, int64_t shop, const char *name)
{
    EXPECT(tenants_face_set(t->tx, shop, &(struct tenant_face){ .bot_name = name }, kit_now()) == ROW_FOUND);
}

static int64_t ours_of(struct test_db *t, const char *shop_id)
{
    int64_t shop;
    EXPECT(tenants_of_panel(t->tx, shop_id, &shop) == ROW_FOUND);
    return shop;
}

TEST_EACH_ENGINE(a_merchant_has_one_account_and_each_of_its_shops_a_chat)
{
    begin();
    struct kit_answer a = registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" });
    assert_int_equal(a.status, 200);
    json_t *chat = json_object_get(a.json, "chat");
    assert_string_equal(json_string_value(json_object_get(chat, "shopId")), "shop-1");
    const char *code = json_string_value(json_object_get(chat, "embedCode"));
    assert_non_null(strstr(code, "https://chathub.example/widget/chatbot-widget.js"));
    assert_non_null(strstr(code, "data-shop-id=\"shop-1\""));
    const char *bot = json_string_value(json_object_get(json_object_get(a.json, "config"), "botId"));
    assert_non_null(strstr(code, bot));
    const char *first = arena_text(t->arena, a.text);
    for (int i = 0; i < 3; i++) /* again, and after a day: nothing new */
        assert_string_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" }).text, first);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2", .logo = "https://a.example/l.png" }).status,
                     200);
    assert_int_equal(registers(t, (struct registration){ .shop = "best-1", .merchant = "m-2" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "best-2", .merchant = "M-2" }).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM accounts WHERE panel = 1"), 3);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT account) FROM panel_tenants"), 3);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT account) FROM shops WHERE id IN (1, 2)"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE status = 3"), 4);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE source = 'panel' AND charges = 0"), 4);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shops WHERE domain = 'acme.example'"), 4);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE logo_url = 'https://a.example/l.png'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries"), 0);
    assert_int_equal(fix_audits(t, "tenant_registered"), 4);
    assert_string_equal(bot_name(t, 1), "Amy");
    /* Its owner is nobody who could sign in. */
    assert_int_equal(
        test_number(t, "SELECT COUNT(*) FROM persons WHERE email LIKE 'panel:%' AND password_hash IS NULL"), 3);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(another_merchant_cannot_take_a_shop_and_changes_nothing)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" }).status, 200);
    int64_t audits = test_number(t, "SELECT COUNT(*) FROM audit_log");
    const char *const others[] = { "m-2", "M-1", "m-1 x", "m" };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct kit_answer a = registers(
            t, (struct registration){ .shop = "acme-1", .merchant = others[i], .name = "Evil", .secret = other_sso });
        assert_int_equal(a.status, 409);
        assert_string_equal(a.error, "other_merchant");
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM accounts WHERE panel = 1"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log"), audits);
    assert_string_equal(bot_name(t, 1), "Amy");
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", bearer(t, other_sso, "acme-1", "admin"), NULL).status, 401);
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", bearer(t, sso, "acme-1", "admin"), NULL).status, 200);
    fix_expect_sound(t);
}

/* As an earlier version left it: no account, no shop. */
TEST_EACH_ENGINE(what_an_earlier_version_registered_gets_its_chat_with_the_next_registration)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2", .name = "Bob" }).status, 200);
    /* The second is made such a row; what was made for it is another's now. */
    test_script(t, "UPDATE panel_tenants SET shop_id = 'acme-3' WHERE shop_id = 'acme-2';");
    test_script(t, "INSERT INTO panel_tenants (panel, shop_id, merchant_id, instance_url, name, bot_id, sync_scopes,"
                   " sso_sealed, webhook_sealed, old_until_ms, created_at_ms, updated_at_ms) SELECT 1, 'acme-2', 'm-1',"
                   " 'acme.example', 'Old', 'bot_old', 'products', sso_sealed, webhook_sealed, 0, 5, 5"
                   " FROM panel_tenants WHERE shop_id = 'acme-3';");
    struct panel_tenant p;
    EXPECT(panel_rows_get(t->tx, "acme-2", &p) == ROW_FOUND && p.shop == 0 && p.account == 0);
    p.sso_sealed = panel_rows_seal(t->arena, "acme-2", PANEL_SSO, sso);
    p.webhook_sealed = panel_rows_seal(t->arena, "acme-2", PANEL_WEBHOOK, webhook);
    EXPECT(panel_rows_save(t->tx, &p));
    const char *admin = bearer(t, sso, "acme-2", "admin");
    int64_t none;
    EXPECT(tenants_of_panel(t->tx, "acme-2", &none) == ROW_FOUND && none == 0);
    assert_string_equal(config_name(t, "acme-2", sso), "Old");
    assert_int_equal(panel(t, VERB_PUT, "acme-2", "config", admin, "{\"name\":\"Older\"}").status, 200);
    struct kit_answer a = panel(t, VERB_POST, "acme-2", "launch", admin, NULL);
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "not_registered_anew");
    a = registers(t, (struct registration){ .shop = "acme-2", .url = "acme.example" });
    assert_int_equal(a.status, 200);
    json_t *config = json_object_get(a.json, "config");
    assert_string_equal(json_string_value(json_object_get(config, "botId")), "bot_old");
    assert_string_equal(json_string_value(json_object_get(config, "name")), "Older");
    int64_t shop = ours_of(t, "acme-2");
    assert_string_equal(bot_name(t, shop), "Older");
    struct tenant tenant;
    EXPECT(tenants_of_shop(t->tx, shop, &tenant) == ROW_FOUND);
    assert_string_equal(tenant.sync_scopes, "products");
    assert_string_equal(tenant.bot_id, "bot_old");
    assert_int_equal(tenant.status, TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM accounts WHERE panel = 1"), 1);
}

TEST_EACH_ENGINE(what_a_panel_gives_goes_on_and_costs_nobody)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    for (int month = 0; month < 14; month++) {
        kit_set_now(kit_now() + 31 * DAY_MS);
        fix_renew(t);
        assert_int_equal(test_number(t, "SELECT status FROM tenants"), TENANT_ACTIVE);
        fix_expect_sound(t);
    }
    int64_t account = test_number(t, "SELECT account FROM panel_tenants");
    struct kit_answer a = fix_call(t, account, VERB_GET, 1, "chatbot", NULL);
    json_t *s = json_object_get(a.json, "subscription");
    assert_string_equal(json_string_value(json_object_get(s, "source")), "panel");
    assert_true(json_is_null(json_object_get(s, "stopsAt")));
    assert_int_equal(json_integer_value(json_object_get(a.json, "price")), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries"), 0);
    /* Switched off by its merchant, and on again: for nothing; or on again by its panel. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fix_call(t, account, VERB_POST, 1, "chatbot/disable", NULL).status, 200);
        assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", bearer(t, sso, "acme-1", "admin"), NULL).status, 409);
        int status =
            i == 0 ? fix_enable(t, account, 1).status : registers(t, (struct registration){ .shop = "acme-1" }).status;
        assert_int_equal(status, 200);
        assert_int_equal(test_number(t, "SELECT status FROM tenants"), TENANT_ACTIVE);
        fix_expect_sound(t);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries"), 0);
    /* A shop that its merchant adds here is no panel's gift. */
    int64_t own = fix_shop(t, account, "Own");
    assert_int_equal(fix_enable(t, account, own).status, 402);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_shop_that_its_merchant_deleted_comes_back_as_a_new_one)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    int64_t account = test_number(t, "SELECT account FROM panel_tenants");
    struct kit_answer a =
        kit_call(t, &(struct kit_request){
                        .routes = shops_routes, .verb = VERB_DELETE, .path = "/api/shops/1", .account = account });
    assert_int_equal(a.status, 200);
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", bearer(t, sso, "acme-1", "admin"), NULL).status, 200);
    struct webhook_secrets secrets = { 0 };
    int64_t whose;
    EXPECT(tenants_webhook_secrets(t->tx, 1, kit_now(), t->arena, &secrets, &whose) == ROW_NONE);
    a = registers(t, (struct registration){ .shop = "acme-1" });
    assert_string_equal(json_string_value(json_object_get(json_object_get(a.json, "chat"), "shopId")), "shop-2");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE status = 3"), 1);
    assert_int_equal(ours_of(t, "acme-1"), 2);
    fix_expect_sound(t);
}

static enum row nobody(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = NULL };
    return tx && account > 0 ? ROW_NONE : ROW_FAULT;
}

TEST_EACH_ENGINE(a_disabled_merchant_registers_nothing_and_lets_nobody_in)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    const char *admin = bearer(t, sso, "acme-1", "admin");
    struct kit_answer a = panel(t, VERB_POST, "acme-1", "launch", admin, NULL);
    assert_int_equal(a.status, 200);
    const char *form = arena_printf(t->arena, "code=%s",
                                    json_string_value(json_object_get(json_object_get(a.json, "fields"), "code")));
    test_script(t, "UPDATE accounts SET disabled = 1 WHERE panel = 1;");
    tenants_hooks.owner = nobody;
    for (int i = 0; i < 2; i++) {
        a = registers(t, (struct registration){ .shop = i ? "acme-2" : "acme-1", .name = "New" });
        assert_int_equal(a.status, 403);
        assert_string_equal(a.error, "merchant_disabled");
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 1);
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", admin, NULL).status, 401);
    assert_int_equal(panel(t, VERB_PUT, "acme-1", "config", admin, "{\"name\":\"New\"}").status, 401);
    assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", admin, NULL).status, 401);
    a = kit_call(t,
                 &(struct kit_request){ .routes = tenants_routes, .verb = VERB_POST, .path = "/admin", .body = form });
    assert_int_equal(a.status, 403);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 0);
    struct webhook_secrets secrets = { 0 };
    int64_t whose;
    EXPECT(tenants_webhook_secrets(t->tx, 1, kit_now(), t->arena, &secrets, &whose) == ROW_NONE);
    tenants_hooks.owner = fix_owner;
    assert_string_equal(bot_name(t, 1), "acme-1");
}

/* One row, two doors: the console's name stays until the panel says another one than before. */
TEST_EACH_ENGINE(the_words_of_a_panel_and_of_the_console_are_the_chats)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy" }).status, 200);
    console_names(t, 1, "Ann");
    assert_string_equal(config_name(t, "acme-1", sso), "Ann");
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Amy", .secret = other_sso }).status,
                     200);
    assert_string_equal(bot_name(t, 1), "Ann");
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .name = "Bea", .secret = other_sso }).status,
                     200);
    assert_string_equal(bot_name(t, 1), "Bea");
    const char *admin = bearer(t, other_sso, "acme-1", "admin");
    struct kit_answer a =
        panel(t, VERB_PUT, "acme-1", "config", admin,
              "{\"name\":\"Cleo\",\"logoUrl\":\"https://a.example/c.png\",\"syncScopes\":[\"orders\"]}");
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "shopId"), "acme-1");
    struct tenant tenant;
    EXPECT(tenants_of_shop(t->tx, 1, &tenant) == ROW_FOUND);
    assert_string_equal(tenant.bot_name, "Cleo");
    assert_string_equal(tenant.logo_url, "https://a.example/c.png");
    assert_string_equal(tenant.sync_scopes, "orders");
    /* The shop moves when the panel says so, and not when it repeats itself. */
    struct shop shop;
    EXPECT(shops_get(t->tx, 1, &shop) == ROW_FOUND);
    assert_string_equal(shop.domain, "acme.example");
    static const struct {
        const char *url, *domain;
    } urls[] = {
        { "https://www.other.example:8443/shop", "www.other.example" },
        { "plain.example", "plain.example" },
        { "http://127.0.0.1:3000", NULL },
        { "no address at all", NULL },
        { "https://acme.example", "acme.example" },
    };
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        a = registers(t, (struct registration){ .shop = "acme-1", .secret = other_sso, .url = urls[i].url });
        assert_int_equal(a.status, 200);
        EXPECT(shops_get(t->tx, 1, &shop) == ROW_FOUND && text_eq(shop.domain, urls[i].domain));
    }
    fix_expect_sound(t);
}

/* ---- the way in ---- */

TEST_EACH_ENGINE(a_code_opens_a_session_of_its_merchant_once_for_a_minute)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "best-1", .merchant = "m-2" }).status, 200);
    const char *form = code_for(t, "acme-2", "admin");
    struct kit_answer a = admin_form(t, form);
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location, "/inbox?shop=2");
    assert_int_equal(a.reply->cookies, 1);
    assert_int_equal(a.reply->cookie[0].max_age_s, 8 * 3600);
    assert_int_equal(admin_form(t, form).status, 400); /* spent */
    int64_t account = test_number(t, "SELECT account FROM panel_tenants WHERE shop = 2");
    assert_int_equal(test_number(t, "SELECT account FROM sessions"), account);
    assert_int_equal(test_number(t, "SELECT m.role FROM members m JOIN sessions s ON s.person = m.person"), 2);
    assert_int_equal(test_number(t, "SELECT ends_at_ms FROM sessions"), kit_now() + 8 * HOUR_MS);
    assert_int_equal(fix_audits(t, "panel_entered"), 1);
    assert_int_equal(
        test_number(t,
                    "SELECT COUNT(*) FROM audit_log WHERE action = 'panel_entered' AND actor > 0 AND resource_id = 2"),
        1);
    /* The same person again; another one for who looks. */
    assert_int_equal(admin_form(t, code_for(t, "acme-1", "admin")).status, 303);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT person) FROM sessions"), 1);
    assert_int_equal(admin_form(t, code_for(t, "acme-1", "viewer")).status, 303);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM members WHERE role = 4"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT account) FROM sessions"), 1);
    /* The other merchant's is the other merchant's. */
    assert_int_equal(admin_form(t, code_for(t, "best-1", "admin")).status, 303);
    assert_int_equal(test_number(t, "SELECT COUNT(DISTINCT account) FROM sessions"), 2);
    form = code_for(t, "acme-1", "admin");
    kit_set_now(kit_now() + 60 * SECOND_MS);
    assert_int_equal(admin_form(t, form).status, 400);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(only_the_token_of_that_shop_makes_a_code)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    assert_int_equal(
        registers(t, (struct registration){ .shop = "best-1", .merchant = "m-2", .secret = other_sso }).status, 200);
    int64_t account = kit_account(t, 1000), own = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, own).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, own, "sso/issue", "{}");
    const char *ours = arena_printf(t->arena, "Bearer %s", fix_text(&a, "token"));
    struct {
        const char *shop, *authorization;
        int status;
    } bad[] = {
        { "acme-1", NULL, 401 },
        { "acme-1", "Bearer x", 401 },
        { "acme-1", bearer(t, other_sso, "acme-1", "admin"), 401 }, /* another merchant's secret */
        { "acme-1", bearer(t, other_sso, "best-1", "admin"), 403 },
        { "acme-1", bearer(t, sso, "acme-1", "owner"), 401 },
        { "acme-9", bearer(t, sso, "acme-9", "admin"), 401 },
        { "shop-3", ours, 404 }, /* a shop of ours has members, who sign in */
        { "acme-1", ours, 403 },
    };
    assert_int_equal(own, 3);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(panel(t, VERB_POST, bad[i].shop, "launch", bad[i].authorization, NULL).status, bad[i].status);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_launches"), 0);
    /* A code of ours opens no session, and a panel's is not used up in a session of ours. */
    a = fix_call(t, account, VERB_POST, own, "sso/launch", "{}");
    const char *form = arena_printf(t->arena, "code=%s",
                                    json_string_value(json_object_get(json_object_get(a.json, "fields"), "code")));
    assert_int_equal(admin_form(t, form).status, 400);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 0);
    struct kit_request enter = {
        .routes = tenants_routes, .verb = VERB_POST, .path = "/sso/enter", .body = code_for(t, "acme-1", "admin")
    };
    enter.account = test_number(t, "SELECT account FROM panel_tenants WHERE shop = 1");
    assert_int_equal(kit_call(t, &enter).status, 400);
    enter.account = account, enter.path = "/admin", enter.body = form;
    a = kit_call(t, &enter);
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location, "/inbox?shop=3");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 0);
}

/* As a panel of the replaced kind does it, and our own launches towards an outside server. */
TEST_EACH_ENGINE(a_fresh_token_in_the_form_enters_once)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "best-1", .merchant = "m-2" }).status, 200);
    const char *token = bearer(t, sso, "acme-1", "admin") + 7;
    const char *form = arena_printf(t->arena, "token=%s&shopId=acme-1", token);
    static const char *const bad[] = { "token=%s", "token=%s&shopId=best-1",
                                       "token=%s&shopId=", "token=%sx&shopId=acme-1",
                                       "token=%s&shopId=acme-1&shopId=acme-1" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *cut = strstr(bad[i], "%s");
        const char *made = arena_printf(t->arena, "%.*s%s%s", (int)(cut - bad[i]), bad[i], token, cut + 2);
        assert_int_equal(admin_form(t, made).status, 400);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 0);
    struct kit_answer a = admin_form(t, form);
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location, "/inbox?shop=1");
    assert_int_equal(admin_form(t, form).status, 400);
    form = arena_printf(t->arena, "token=%s&shopId=acme-1", bearer(t, sso, "acme-1", "viewer") + 7);
    /* Spent, it makes no code; fresh, it makes several, and can still be posted. */
    assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", arena_printf(t->arena, "Bearer %s", token), NULL).status,
                     401);
    const char *other = bearer(t, sso, "acme-1", "admin"), *late = bearer(t, sso, "best-1", "admin");
    kit_set_now(kit_now() + 89 * SECOND_MS);
    for (int i = 0; i < 2; i++) assert_int_equal(panel(t, VERB_POST, "best-1", "launch", late, NULL).status, 200);
    kit_set_now(kit_now() + 2 * SECOND_MS); /* good for an hour elsewhere, but no longer for coming in */
    assert_int_equal(admin_form(t, form).status, 400);
    assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", other, NULL).status, 401);
    assert_int_equal(panel(t, VERB_POST, "best-1", "launch", late, NULL).status, 401);
    assert_int_equal(panel(t, VERB_GET, "acme-1", "config", other, NULL).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 1);
    fix_expect_sound(t);
}

/* ---- secrets ---- */

TEST_EACH_ENGINE(the_shops_server_signs_with_what_its_panel_registered)
{
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    struct webhook_secrets secrets = { 0 };
    struct jwt_keys keys = { 0 };
    struct str token;
    int64_t account;
    for (int i = 0; i < 3; i++) { /* what is there already is written over */
        EXPECT(tenants_webhook_secrets(t->tx, 1, kit_now(), t->arena, &secrets, &account) == ROW_FOUND);
        assert_int_equal(secrets.count, 2); /* its own as well, which the console shows */
        expect_str(secrets.secret[0], webhook);
    }
    struct webhook_secrets own = secrets;
    EXPECT(tenants_own_webhook_secrets(t->tx, 1, kit_now(), t->arena, &own, &account) == ROW_FOUND);
    assert_int_equal(own.count, 1);
    EXPECT(tenants_webhook_secrets(t->tx, 9, kit_now(), t->arena, &own, &account) == ROW_NONE && own.count == 0);
    assert_int_equal(account, test_number(t, "SELECT account FROM panel_tenants"));
    EXPECT(tenants_shop_token_keys(t->tx, 1, kit_now(), t->arena, &keys) == ROW_FOUND);
    assert_int_equal(keys.count, 2);
    expect_str(keys.key[0].secret, sso);
    /* Its store is asked by the panel's name for it, under the panel's secret. */
    const char *const at[] = { "https://acme.example", "https://www.acme.example", "https://acme.example:8443/x" };
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        struct store_call call = { .shop = 1, .now_ms = kit_now(), .url = at[i] };
        EXPECT(tenants_store_token(t->tx, &call, t->arena, &token) == ROW_FOUND);
        const char *shown = arena_printf(t->arena, "Bearer %.*s", (int)token.n, token.p);
        assert_int_equal(panel(t, VERB_GET, "acme-1", "config", shown, NULL).status, 200);
        /* Who is shown it does not come in by it. */
        assert_int_equal(panel(t, VERB_POST, "acme-1", "launch", shown, NULL).status, 401);
        assert_int_equal(admin_form(t, arena_printf(t->arena, "token=%s&shopId=acme-1", shown + 7)).status, 400);
    }
    /* Elsewhere it is asked as a shop of ours: its merchant may have changed the domain. */
    const char *const elsewhere[] = { "https://evil.example",
                                      "https://acme.example.evil.example",
                                      "https://evil.acme.example",
                                      "https://acme.example@evil.example",
                                      "acme.example",
                                      "" };
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
        struct store_call call = { .shop = 1, .now_ms = kit_now(), .url = elsewhere[i] };
        EXPECT(tenants_store_token(t->tx, &call, t->arena, &token) == ROW_FOUND);
        const char *shown = arena_printf(t->arena, "Bearer %.*s", (int)token.n, token.p);
        assert_int_equal(panel(t, VERB_GET, "acme-1", "config", shown, NULL).status, 403);
        assert_int_equal(panel(t, VERB_GET, "shop-1", "config", shown, NULL).status, 200);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_launches"), 0);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1", .secret = other_sso }).status, 200);
    EXPECT(tenants_shop_token_keys(t->tx, 1, kit_now(), t->arena, &keys) == ROW_FOUND);
    assert_int_equal(keys.count, 3); /* the old one for a day */
    kit_set_now(kit_now() + DAY_MS);
    EXPECT(tenants_shop_token_keys(t->tx, 1, kit_now(), t->arena, &keys) == ROW_FOUND);
    assert_int_equal(keys.count, 2);
}

/* ---- verify ---- */

TEST_EACH_ENGINE(verify_knows_what_a_panel_gives)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE panel_tenants SET account = 0;", "no panel gives" },
        { "UPDATE panel_tenants SET shop = 0, account = 0 WHERE shop_id = 'acme-1';", "no panel gives" },
        { "UPDATE panel_tenants SET shop = 0 WHERE shop_id = 'acme-2';", "account without a chat" },
        { "UPDATE panel_tenants SET shop = 99 WHERE shop_id = 'acme-2';", "another's chat" },
        { "UPDATE panel_tenants SET merchant_id = 'm-9' WHERE shop_id = 'acme-1';", "another merchant" },
        { "UPDATE panel_tenants SET account = 99 WHERE shop_id = 'acme-1';", "" },
        { "UPDATE accounts SET panel = 0, merchant = NULL WHERE merchant = 'm-1';", "another merchant" },
        { "UPDATE subscriptions SET charges = 1;", "what others pay" },
        { "DELETE FROM panel_tenants;", "no panel gives" },
    };
    /* clang-format on */
    begin();
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-1" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "best-1", .merchant = "m-2" }).status, 200);
    assert_int_equal(registers(t, (struct registration){ .shop = "acme-2" }).status, 200);
    /* Off: nothing is given to it, and its row is held to be right all the same. */
    int64_t account = test_number(t, "SELECT account FROM panel_tenants WHERE shop = 3");
    assert_int_equal(fix_call(t, account, VERB_POST, 3, "chatbot/disable", NULL).status, 200);
    test_expect_found(t, tenants_checks, harms, ARRAY_LEN(harms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_merchant_has_one_account_and_each_of_its_shops_a_chat),
        EACH_ENGINE(another_merchant_cannot_take_a_shop_and_changes_nothing),
        EACH_ENGINE(what_an_earlier_version_registered_gets_its_chat_with_the_next_registration),
        EACH_ENGINE(what_a_panel_gives_goes_on_and_costs_nobody),
        EACH_ENGINE(a_shop_that_its_merchant_deleted_comes_back_as_a_new_one),
        EACH_ENGINE(a_disabled_merchant_registers_nothing_and_lets_nobody_in),
        EACH_ENGINE(the_words_of_a_panel_and_of_the_console_are_the_chats),
        EACH_ENGINE(a_code_opens_a_session_of_its_merchant_once_for_a_minute),
        EACH_ENGINE(only_the_token_of_that_shop_makes_a_code),
        EACH_ENGINE(a_fresh_token_in_the_form_enters_once),
        EACH_ENGINE(the_shops_server_signs_with_what_its_panel_registered),
        EACH_ENGINE(verify_knows_what_a_panel_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
