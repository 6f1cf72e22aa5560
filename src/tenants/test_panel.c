/* test_panel.c: the chatbot-node contract as the built-in backend answers it, to outside panels and to stores. */
#include "tenants/test_fix.h"

#include "base/jwt.h"

#define REGISTER                                                                                                       \
    "{\"shopId\":\"%s\",\"merchantId\":\"m1\",\"instanceUrl\":\"shop.example\",\"ssoType\":\"shared\","                \
    "\"ssoSharedSecret\":\"%s\",\"webhookSecret\":\"webhook-secret-0001\",\"botName\":\"Helper\",\"extra\":true}"
static const char first_secret[] = "first-sso-secret-of-the-panel", second_secret[] = "second-sso-secret-of-the-panel";

static void begin(void)
{
    fix_start();
    tenants_settings.panel_secret = "panel-shared-secret";
}

static struct kit_answer register_shop(struct test_db *t, const char *shared, const char *shop_id, const char *secret)
{
    return kit_call(t, &(struct kit_request){ .routes = tenants_routes,
                                              .verb = VERB_POST,
                                              .path = "/api/admin/tenants/register",
                                              .shared_secret = shared,
                                              .body = arena_printf(t->arena, REGISTER, shop_id, secret) });
}

struct claims {
    const char *shop, *role, *issuer, *audience, *algorithm;
    int64_t ttl_s;
};

static const char *token(struct test_db *t, const char *secret, struct claims c)
{
    const char *header =
        arena_printf(t->arena, "{\"alg\":\"%s\",\"typ\":\"JWT\"}", c.algorithm ? c.algorithm : "HS256");
    const char *payload = arena_printf(
        t->arena, "{\"shopId\":\"%s\",\"role\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"aud\":\"%s\",\"iss\":\"%s\"}", c.shop,
        c.role ? c.role : "admin", (long long)(kit_now() / 1000),
        (long long)(kit_now() / 1000 + (c.ttl_s ? c.ttl_s : 3600)), c.audience ? c.audience : "chatbot-node",
        c.issuer ? c.issuer : "shopsaas");
    struct str signed_token = jwt_sign_hs256(t->arena, str_of(header), str_of(payload), str_of(secret));
    return arena_printf(t->arena, "Bearer %.*s", (int)signed_token.n, signed_token.p);
}

static struct kit_answer config(struct test_db *t, enum verb verb, const char *shop_id, const char *authorization,
                                const char *body)
{
    return kit_call(t,
                    &(struct kit_request){ .routes = tenants_routes,
                                           .verb = verb,
                                           .authorization = authorization,
                                           .body = body,
                                           .path = arena_printf(t->arena, "/api/admin/tenants/%s/config", shop_id) });
}

TEST_EACH_ENGINE(the_route_does_not_exist_without_a_secret)
{
    begin();
    tenants_settings.panel_secret = NULL;
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 0);
}

TEST_EACH_ENGINE(only_the_panels_secret_registers)
{
    static const char *const wrong[] = { NULL, "", "panel-shared-secreT", "panel-shared-secret ",
                                         "panel-shared-secre" };
    begin();
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(register_shop(t, wrong[i], "their-1", first_secret).status, 401);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 0);
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).status, 200);
    assert_int_equal(fix_audits(t, "tenant_registered"), 1);
}

TEST_EACH_ENGINE(registering_is_idempotent_by_shop)
{
    begin();
    struct kit_answer a = register_shop(t, "panel-shared-secret", "their-1", first_secret);
    json_t *one = json_object_get(a.json, "config"), *tenant = json_object_get(a.json, "tenant");
    assert_string_equal(json_string_value(json_object_get(tenant, "status")), "active");
    assert_string_equal(json_string_value(json_object_get(tenant, "merchantId")), "m1");
    assert_string_equal(json_string_value(json_object_get(one, "name")), "Helper");
    assert_true(json_is_array(json_object_get(one, "syncScopes")) && json_is_null(json_object_get(one, "logoUrl")));
    const char *text = arena_text(t->arena, a.text);
    kit_set_now(KIT_START_MS + HOUR_MS);
    assert_string_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).text, text);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 1);
    assert_int_equal(fix_audits(t, "tenant_registered"), 1); /* the second time changed nothing */
    /* Sealed, and never in an answer: the replaced system leaked both secrets here. */
    assert_null(strstr(text, first_secret));
    assert_null(strstr(text, "webhook-secret"));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants WHERE LENGTH(sso_sealed) > 40"), 1);
}

TEST_EACH_ENGINE(our_own_shops_cannot_be_registered)
{
    begin();
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).status, 200); /* ours: shop-1 */
    int64_t account = kit_account(t, 0);
    (void)fix_shop(t, account, "Tea");
    struct kit_answer a = register_shop(t, "panel-shared-secret", "shop-2", first_secret);
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "shop_id_reserved");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 1);
    assert_int_equal(register_shop(t, "panel-shared-secret", "shop-1", first_secret).status,
                     200); /* our name for theirs */
    assert_int_equal(register_shop(t, "panel-shared-secret", "shop-77", first_secret).status, 200);
    assert_int_equal(register_shop(t, "panel-shared-secret", "shop-01", first_secret).status, 200);
}

TEST_EACH_ENGINE(bad_registrations_are_refused)
{
    /* clang-format off */
    static const struct { const char *body, *fault; } cases[] = {
        { "{}", "shopId:required" },
        { "{\"shopId\":\"a\",\"merchantId\":\"m\",\"instanceUrl\":\"u\",\"ssoSharedSecret\":\"short\","
          "\"webhookSecret\":\"0123456789abcdef\"}",
          "ssoSharedSecret:too_short" },
        { "{\"shopId\":\"a\",\"merchantId\":\"m\",\"instanceUrl\":\"u\",\"ssoType\":\"oidc\",\"ssoSharedSecret\":"
          "\"0123456789abcdef\","
          "\"webhookSecret\":\"0123456789abcdef\"}",
          "ssoType:not_one_of" },
        { "{\"shopId\":\"a/b\",\"merchantId\":\"m\",\"instanceUrl\":\"u\",\"ssoSharedSecret\":\"0123456789abcdef\","
          "\"webhookSecret\":\"0123456789abcdef\"}",
          "shopId:format" },
        { "{\"shopId\":\"a\",\"merchantId\":\"m\",\"instanceUrl\":\"u\",\"ssoSharedSecret\":\"0123456789abcdef\","
          "\"webhookSecret\":\"0123456789abcdef\",\"logoUrl\":\"javascript:alert(1)\"}",
          "logoUrl:format" },
    };
    /* clang-format on */
    begin();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kit_answer a = kit_call(t, &(struct kit_request){ .routes = tenants_routes,
                                                                 .verb = VERB_POST,
                                                                 .path = "/api/admin/tenants/register",
                                                                 .shared_secret = "panel-shared-secret",
                                                                 .body = cases[i].body });
        assert_int_equal(a.status, 422);
        assert_string_equal(a.fault, cases[i].fault);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM panel_tenants"), 0);
}

/* Acceptance 5 and D-20: accepted for its shop; refused for another, after an hour, with another issuer, audience,
 * algorithm, role or key. */
TEST_EACH_ENGINE(d20_a_token_is_held_to_its_profile)
{
    static const struct claims bad[] = {
        { .shop = "their-1", .issuer = "other" },
        { .shop = "their-1", .audience = "other" },
        { .shop = "their-1", .role = "owner" },
        { .shop = "their-1", .ttl_s = 3601 },
        { .shop = "their-1", .ttl_s = -31 },
        { .shop = "their-1", .algorithm = "none" },
        { .shop = "their-1", .algorithm = "HS512" },
        { .shop = "their-9" },
        { .shop = "" },
    };
    begin();
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).status, 200);
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-2", second_secret).status, 200);
    struct kit_answer a =
        config(t, VERB_GET, "their-1", token(t, first_secret, (struct claims){ .shop = "their-1" }), NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(json_object_size(a.json), 8);
    assert_string_equal(fix_text(&a, "shopId"), "their-1");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(config(t, VERB_GET, "their-1", token(t, first_secret, bad[i]), NULL).status, 401);
    assert_int_equal(
        config(t, VERB_GET, "their-1", token(t, second_secret, (struct claims){ .shop = "their-1" }), NULL).status,
        401);
    a = config(t, VERB_GET, "their-1", token(t, second_secret, (struct claims){ .shop = "their-2" }), NULL);
    assert_int_equal(a.status, 403);
    assert_string_equal(a.error, "wrong_shop");
    const char *good = token(t, first_secret, (struct claims){ .shop = "their-1" });
    kit_set_now(KIT_START_MS + HOUR_MS + 31 * SECOND_MS);
    assert_int_equal(config(t, VERB_GET, "their-1", good, NULL).status, 401);
    static const char *const none[] = { NULL, "", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c" };
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_int_equal(config(t, VERB_GET, "their-1", none[i], NULL).status, 401);
}

TEST_EACH_ENGINE(a_viewer_may_look_and_an_admin_may_change)
{
    /* clang-format off */
    static const struct { const char *body, *fault; } bad[] = {
        { "{\"name\":\"\\u3164\"}", "name:invisible" }, { "{\"name\":\"a\\u200bb\"}", "name:invisible" },
        { "{\"name\":\"\"}", "name:required" },
        { "{\"name\":7}", "name:type" },
        { "{\"logoUrl\":\"javascript:x\"}", "logoUrl:format" },
        { "{\"syncScopes\":[\"customers\"]}", "syncScopes[0]:not_one_of" },
        { "{\"syncScopes\":\"orders\"}", "syncScopes:type" },
        { "{\"syncScopes\":[\"orders\",7]}", "syncScopes[1]:type" },
        { "{\"syncScopes\":null}", "syncScopes:required" },
    };
    /* clang-format on */
    begin();
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).status, 200);
    const char *viewer = token(t, first_secret, (struct claims){ .shop = "their-1", .role = "viewer" });
    const char *admin = token(t, first_secret, (struct claims){ .shop = "their-1" });
    assert_int_equal(config(t, VERB_GET, "their-1", viewer, NULL).status, 200);
    struct kit_answer a = config(t, VERB_PUT, "their-1", viewer, "{\"name\":\"New\"}");
    assert_int_equal(a.status, 403);
    assert_string_equal(a.error, "read_only_token");
    a = config(t, VERB_PUT, "their-1", admin,
               "{\"name\":\" New \",\"logoUrl\":\"https://a.example/l.png\","
               "\"syncScopes\":[\"orders\",\"products\",\"orders\"],\"unknown\":1}");
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "name"), "New");
    assert_string_equal(fix_text(&a, "logoUrl"), "https://a.example/l.png");
    char *scopes = json_dumps(json_object_get(a.json, "syncScopes"), JSON_COMPACT);
    assert_string_equal(scopes, "[\"products\",\"orders\"]");
    free(scopes);
    int64_t changes = fix_audits(t, "chatbot_config_changed");
    for (int i = 0; i < 3; i++) { /* what is so already leaves no row */
        a = config(t, VERB_PUT, "their-1", admin,
                   i == 0 ? "{}" : "{\"name\":\"New\",\"syncScopes\":[\"orders\",\"products\"]}");
        assert_int_equal(a.status, 200);
    }
    assert_int_equal(fix_audits(t, "chatbot_config_changed"), changes);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        a = config(t, VERB_PUT, "their-1", admin, bad[i].body);
        assert_int_equal(a.status, 422);
        assert_string_equal(a.fault, bad[i].fault);
    }
    a = config(t, VERB_PUT, "their-1", admin, "{\"logoUrl\":null,\"syncScopes\":[]}");
    assert_true(json_is_null(json_object_get(a.json, "logoUrl")));
    assert_string_equal(fix_text(&a, "name"), "New");
}

TEST_EACH_ENGINE(a_new_secret_leaves_the_old_one_valid_for_a_day)
{
    begin();
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", first_secret).status, 200);
    assert_int_equal(register_shop(t, "panel-shared-secret", "their-1", second_secret).status, 200);
    for (int i = 0; i < 2; i++)
        assert_int_equal(config(t, VERB_GET, "their-1",
                                token(t, i ? second_secret : first_secret, (struct claims){ .shop = "their-1" }), NULL)
                             .status,
                         200);
    kit_set_now(KIT_START_MS - 30 * DAY_MS); /* its day was written by a clock that was ahead */
    assert_int_equal(
        config(t, VERB_GET, "their-1", token(t, first_secret, (struct claims){ .shop = "their-1" }), NULL).status, 401);
    kit_set_now(KIT_START_MS + DAY_MS);
    assert_int_equal(
        config(t, VERB_GET, "their-1", token(t, first_secret, (struct claims){ .shop = "their-1" }), NULL).status, 401);
    assert_int_equal(
        config(t, VERB_GET, "their-1", token(t, second_secret, (struct claims){ .shop = "their-1" }), NULL).status,
        200);
}

/* A store of ours cannot tell us from the server it knew: its SSO token opens its configuration, while it is paid. */
TEST_EACH_ENGINE(d27_our_own_shops_answer_the_contract_while_they_are_on)
{
    begin();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea"), other = fix_shop(t, account, "Coffee");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_enable(t, account, other).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}");
    const char *bearer = arena_printf(t->arena, "Bearer %s", fix_text(&a, "token"));
    a = config(t, VERB_GET, "shop-1", bearer, NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "name"), "Tea Assistant");
    assert_int_equal(config(t, VERB_GET, "shop-2", bearer, NULL).status, 403);
    a = config(t, VERB_PUT, "shop-1", bearer, "{\"name\":\"Green\",\"syncScopes\":[\"products\"]}");
    assert_int_equal(a.status, 200);
    assert_int_equal(fix_audits(t, "chatbot_config_changed"), 1);
    a = fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL);
    assert_string_equal(fix_text(&a, "botName"), "Green");
    assert_non_null(strstr(a.text, "\"syncScopes\":[\"products\"]"));

    /* Rotated: tokens of the old secret are good for a day more. */
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL).status, 200);
    assert_int_equal(config(t, VERB_GET, "shop-1", bearer, NULL).status, 200);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    assert_int_equal(config(t, VERB_GET, "shop-1", bearer, NULL).status, 401);
    assert_int_equal(config(t, VERB_PUT, "shop-1", bearer, "{\"name\":\"No\"}").status, 401);
}

/* A panel may have a shop-3 before we have one: each keeps its own keys. */
TEST_EACH_ENGINE(a_panels_shop_and_ours_of_the_same_name_stay_apart)
{
    begin();
    assert_int_equal(register_shop(t, "panel-shared-secret", "shop-2", first_secret).status, 200); /* ours: shop-1 */
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(shop, 2);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}");
    const char *ours = arena_printf(t->arena, "Bearer %s", fix_text(&a, "token"));
    a = config(t, VERB_GET, "shop-2", ours, NULL);
    assert_string_equal(fix_text(&a, "name"), "Tea Assistant");
    const char *theirs = token(t, first_secret, (struct claims){ .shop = "shop-2" });
    a = config(t, VERB_GET, "shop-2", theirs, NULL);
    assert_string_equal(fix_text(&a, "name"), "Helper");
    /* Each changes its own. The panel goes on to register what it had first. */
    assert_int_equal(config(t, VERB_PUT, "shop-2", theirs, "{\"name\":\"Theirs\"}").status, 200);
    assert_int_equal(config(t, VERB_PUT, "shop-2", ours, "{\"name\":\"Ours\"}").status, 200);
    a = config(t, VERB_GET, "shop-2", theirs, NULL);
    assert_string_equal(fix_text(&a, "name"), "Theirs");
    a = config(t, VERB_GET, "shop-2", ours, NULL);
    assert_string_equal(fix_text(&a, "name"), "Ours");
    assert_int_equal(register_shop(t, "panel-shared-secret", "shop-2", second_secret).status, 200);
    fix_expect_sound(t);
}

static enum row no_such_owner(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ 0 };
    return tx && account > 0 ? ROW_NONE : ROW_FAULT; /* as for an account that is disabled */
}

TEST_EACH_ENGINE(a_disabled_account_writes_nothing_by_a_token_either)
{
    begin();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}");
    const char *bearer = arena_printf(t->arena, "Bearer %s", fix_text(&a, "token"));
    tenants_hooks.owner = no_such_owner;
    assert_int_equal(config(t, VERB_PUT, "shop-1", bearer, "{\"name\":\"Green\"}").status, 401);
    assert_int_equal(config(t, VERB_GET, "shop-1", bearer, NULL).status, 401);
    tenants_hooks.owner = fix_owner;
    assert_int_equal(fix_audits(t, "chatbot_config_changed"), 0);
    a = config(t, VERB_GET, "shop-1", bearer, NULL);
    assert_string_equal(fix_text(&a, "name"), "Tea Assistant");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(the_route_does_not_exist_without_a_secret),
        EACH_ENGINE(a_disabled_account_writes_nothing_by_a_token_either),
        EACH_ENGINE(only_the_panels_secret_registers),
        EACH_ENGINE(registering_is_idempotent_by_shop),
        EACH_ENGINE(our_own_shops_cannot_be_registered),
        EACH_ENGINE(bad_registrations_are_refused),
        EACH_ENGINE(d20_a_token_is_held_to_its_profile),
        EACH_ENGINE(a_viewer_may_look_and_an_admin_may_change),
        EACH_ENGINE(a_new_secret_leaves_the_old_one_valid_for_a_day),
        EACH_ENGINE(d27_our_own_shops_answer_the_contract_while_they_are_on),
        EACH_ENGINE(a_panels_shop_and_ours_of_the_same_name_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
