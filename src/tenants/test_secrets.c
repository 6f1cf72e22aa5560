/* test_secrets.c: what a shop signs with, and what is signed with it. */
#include "tenants/test_fix.h"

#include "base/jwt.h"

static int64_t enabled_shop(struct test_db *t, int64_t account)
{
    int64_t shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    return shop;
}

static char *copied(struct test_db *t, const char *text) { return arena_text(t->arena, text); }

/* The shop's SSO secret, taken as a merchant takes it. */
static const char *shown_secret(struct test_db *t, int64_t account, int64_t shop, const char *path)
{
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, path, NULL);
    assert_int_equal(a.status, 200);
    assert_true(a.reply->shows_secret);
    return copied(t, fix_text(&a, "secret"));
}

/* ---- the panel profile, held to a given secret ---- */

struct one_key {
    const char *shop, *kid, *secret;
};

static bool one_key(void *arg, struct str owner, struct jwt_keys *out)
{
    const struct one_key *k = arg;
    if (!str_eq(owner, str_of(k->shop))) return false;
    out->count = 1;
    out->key[0].kid = str_of(k->kid);
    out->key[0].secret = str_of(k->secret);
    return true;
}

static enum jwt_verdict judge(struct test_db *t, const char *token, struct one_key key, int64_t at_ms,
                              struct jwt_claims *out)
{
    const struct jwt_profile p = { .key_claim = "shopId",
                                   .issuer = STR("shopsaas"),
                                   .audience = STR("chatbot-node"),
                                   .leeway_s = 30,
                                   .max_lifetime_s = 3600,
                                   .need_sub = true,
                                   .need_jti = true,
                                   .roles = sso_role_names,
                                   .keys = one_key,
                                   .arg = &key };
    return jwt_verify(t->arena, str_of(token), &p, at_ms / 1000, out);
}

/* Acceptance 5: accepted for its shop; refused with another's secret and after an hour. */
TEST_EACH_ENGINE(a_token_is_the_shops_for_an_hour)
{
    fix_start();
    struct jwt_claims c;
    int64_t account = kit_account(t, 1000), shop = enabled_shop(t, account), other = enabled_shop(t, account);
    const char *secret = shown_secret(t, account, shop, "secrets/sso/show"),
               *others = shown_secret(t, account, other, "secrets/sso/show");
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{\"role\":\"viewer\",\"theirs\":1}");
    assert_int_equal(a.status, 200);
    const char *token = copied(t, fix_text(&a, "token"));
    char want[900];
    snprintf(want, sizeof want, "{\"token\":\"%s\",\"expiresIn\":3600}", token);
    assert_string_equal(a.text, want);

    assert_int_equal(judge(t, token, (struct one_key){ "shop-1", "k1", secret }, kit_now(), &c), JWT_OK);
    expect_str(c.owner, "shop-1");
    expect_str(c.role, "viewer");
    expect_str(c.sub, "account:1");
    assert_int_equal(c.exp_s - c.iat_s, 3600);
    assert_int_equal(judge(t, token, (struct one_key){ "shop-1", "k1", others }, kit_now(), &c), JWT_BAD_SIGNATURE);
    assert_int_equal(judge(t, token, (struct one_key){ "shop-2", "k1", secret }, kit_now(), &c), JWT_UNKNOWN_KEY);
    assert_int_equal(
        judge(t, token, (struct one_key){ "shop-1", "k1", secret }, kit_now() + HOUR_MS + 31 * SECOND_MS, &c),
        JWT_EXPIRED);
    a = fix_call(t, account, VERB_POST, shop, "sso/issue", NULL); /* no body at all: admin */
    assert_int_equal(judge(t, fix_text(&a, "token"), (struct one_key){ "shop-1", "k1", secret }, kit_now(), &c),
                     JWT_OK);
    expect_str(c.role, "admin");
    assert_int_equal(fix_audits(t, "sso_issued"), 2);
}

/* D-19, D-20: roles were free text. */
TEST_EACH_ENGINE(d19_d20_roles_are_two_words)
{
    static const char *const bodies[] = { "{\"role\":\"owner\"}", "{\"role\":\"Admin\"}", "{\"role\":\"admin \"}",
                                          "{\"role\":\"\"}" };
    fix_start();
    int64_t account = kit_account(t, 1000), shop = enabled_shop(t, account);
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/issue", bodies[i]).status, 422);
        assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/launch", bodies[i]).status, 422);
    }
    assert_int_equal(fix_audits(t, "sso_issued"), 0);
}

TEST_EACH_ENGINE(without_a_chatbot_there_is_no_token)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}");
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "chatbot_not_enabled");
    assert_int_equal(fix_audits(t, "sso_refused"), 1);
    assert_string_equal(fix_call(t, account, VERB_GET, shop, "secrets", NULL).text, "{\"secrets\":[]}");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/show", NULL).status, 409);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/service/rotate", NULL).status, 409);
}

/* D-19: the token stood in a URL for an hour. A launch is a form with a code that works once, for a minute. */
TEST_EACH_ENGINE(d19_a_launch_code_works_once_for_a_minute_for_its_account)
{
    fix_start();
    int64_t account = kit_account(t, 1000), thief = kit_account(t, 0), shop = enabled_shop(t, account);
    const char *codes[2], *forms[2];
    for (int i = 0; i < 2; i++) {
        struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/launch", "{}");
        assert_int_equal(a.status, 200);
        assert_string_equal(fix_text(&a, "action"), "https://chathub.example/admin");
        assert_string_equal(fix_text(&a, "method"), "POST");
        assert_int_equal(json_integer_value(json_object_get(a.json, "expiresIn")), 60);
        json_t *fields = json_object_get(a.json, "fields");
        assert_int_equal(json_object_size(fields), 1);
        codes[i] = copied(t, json_string_value(json_object_get(fields, "code")));
        forms[i] = arena_printf(t->arena, "code=%s", codes[i]);
    }
    struct kit_request enter = {
        .routes = tenants_routes, .verb = VERB_POST, .path = "/admin", .account = thief, .body = forms[0]
    };
    assert_int_equal(kit_call(t, &enter).status, 400);
    enter.account = account;
    struct kit_answer a = kit_call(t, &enter);
    assert_int_equal(a.status, 303);
    assert_string_equal(a.location, "/inbox?shop=1");
    a = kit_call(t, &enter);
    assert_int_equal(a.status, 400);
    assert_string_equal(a.error, "invalid_code");
    kit_set_now(KIT_START_MS + 60 * SECOND_MS);
    enter.body = forms[1];
    assert_int_equal(kit_call(t, &enter).status, 400);
    static const char *const bad[] = { "", "code=", "code=%", "code=a&code=b", "xcode=a", "token=abc" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        enter.body = bad[i];
        assert_int_equal(kit_call(t, &enter).status, 400);
    }
    /* The code itself is not stored. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_launches WHERE LENGTH(code_hash) = 64"), 2);
    kit_set_now(KIT_START_MS + 2 * HOUR_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_launches"), 0);
}

/* D-18, D-21: secrets stood in clear and were never replaced. */
TEST_EACH_ENGINE(d21_secrets_are_sealed_and_shown_once)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = enabled_shop(t, account);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "secrets", NULL);
    json_t *list = json_object_get(a.json, "secrets");
    assert_int_equal(json_array_size(list), 2);
    assert_true(json_is_false(json_object_get(json_array_get(list, 0), "shown")));
    assert_null(json_object_get(json_array_get(list, 0), "secret"));

    const char *sso = shown_secret(t, account, shop, "secrets/sso/show");
    assert_int_equal(strlen(sso), 43);
    a = fix_call(t, account, VERB_POST, shop, "secrets/sso/show", NULL);
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "already_shown");
    const char *webhook = shown_secret(t, account, shop, "secrets/webhook/show");
    assert_int_equal(strncmp(webhook, "whsec_", 6), 0);
    uint8_t key[64];
    size_t n = sizeof key;
    EXPECT(base64_decode(str_of(webhook + 6), key, &n) && n == 32);

    a = fix_call(t, account, VERB_GET, shop, "secrets", NULL);
    list = json_object_get(a.json, "secrets");
    assert_true(json_is_true(json_object_get(json_array_get(list, 0), "shown")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "hint")), sso + 39);
    assert_int_equal(fix_audits(t, "secret_shown"), 2);

    /* Sealed: longer than the text, and not it; bound to its row. */
    struct secret have[SECRETS_MAX];
    size_t count;
    struct str text;
    EXPECT(secrets_list(t->tx, 1, have, &count) && count == 2);
    EXPECT(have[0].sealed.n == 43 + SEAL_OVERHEAD && memmem(have[0].sealed.p, have[0].sealed.n, sso, 43) == NULL);
    EXPECT(secret_open(t->arena, 1, SECRET_SSO, have[0].sealed, &text));
    expect_str(text, sso);
    EXPECT(!secret_open(t->arena, 2, SECRET_SSO, have[0].sealed, &text));
    EXPECT(!secret_open(t->arena, 1, SECRET_WEBHOOK, have[0].sealed, &text));
}

TEST_EACH_ENGINE(d21_rotation_overlaps_for_a_day)
{
    fix_start();
    struct jwt_claims c;
    int64_t account = kit_account(t, 1000), shop = enabled_shop(t, account);
    const char *old = shown_secret(t, account, shop, "secrets/sso/show");
    kit_set_now(KIT_START_MS + HOUR_MS);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "previousValidUntil"), "2026-10-16T01:00:00.000Z");
    const char *fresh = copied(t, fix_text(&a, "secret"));
    assert_string_not_equal(fresh, old);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/show", NULL).status, 409);

    a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}");
    const char *token = copied(t, fix_text(&a, "token"));
    assert_int_equal(judge(t, token, (struct one_key){ "shop-1", "k2", fresh }, kit_now(), &c), JWT_OK);
    a = fix_call(t, account, VERB_GET, shop, "secrets", NULL);
    assert_int_equal(json_array_size(json_object_get(a.json, "secrets")), 3);

    const struct kit_attempt retire = { .kind = &tenants_secrets_job };
    kit_set_now(KIT_START_MS + 25 * HOUR_MS - 1);
    assert_int_equal(kit_job(t, &retire), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 2"), 1);
    kit_set_now(KIT_START_MS + 25 * HOUR_MS);
    assert_int_equal(kit_job(t, &retire), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 3 AND sealed IS NULL"), 1);
    assert_int_equal(fix_audits(t, "secret_retired"), 1);
    assert_int_equal(fix_audits(t, "secret_rotated"), 1);

    /* Twice within a day: two at a time is the most. */
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/webhook/rotate", NULL).status, 200);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/webhook/rotate", NULL).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE kind = 2 AND state < 3"), 2);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(seeing_or_changing_a_secret_wants_a_fresh_sign_in)
{
    fix_start();
    for (const struct route *r = tenants_routes; r->verb != VERB_UNSET; r++)
        if (strstr(r->path, "/rotate") || strstr(r->path, "/show") || strstr(r->path, "/revoke")) assert_true(r->fresh);
        else assert_false(r->fresh);
}

/* A store's server may ask for tokens of its own shop, and for nothing else. */
TEST_EACH_ENGINE(a_service_key_speaks_for_one_shop_alone)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = enabled_shop(t, account), other = enabled_shop(t, account);
    int64_t found_shop = 0, found_account = 0;
    const char *key = shown_secret(t, account, shop, "secrets/service/show");
    assert_int_equal(strncmp(key, "chsk_", 5), 0);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/service/show", NULL).status, 409);
    EXPECT(tenants_shop_key(t->tx, str_of(key), &found_shop, &found_account) == ROW_FOUND);
    EXPECT(found_shop == shop && found_account == account);
    EXPECT(tenants_shop_key(t->tx, STR("chsk_wrong"), &found_shop, &found_account) == ROW_NONE);
    EXPECT(tenants_shop_key(t->tx, STR(""), &found_shop, &found_account) == ROW_NONE);
    assert_int_equal(
        test_number(t,
                    "SELECT COUNT(*) FROM tenant_secrets WHERE kind = 3 AND sealed IS NULL AND LENGTH(key_hash) = 64"),
        1);

    struct kit_request ask = { .routes = tenants_routes,
                               .verb = VERB_POST,
                               .path = "/api/shops/1/sso/issue",
                               .account = account,
                               .key_of_shop = shop,
                               .body = "{}" };
    assert_int_equal(kit_call(t, &ask).status, 200);
    ask.key_of_shop = other; /* the same account, but the key of another shop */
    assert_int_equal(kit_call(t, &ask).status, 404);
    for (const struct route *r = tenants_routes; r->verb != VERB_UNSET; r++)
        if ((r->who & WHO_KEY) != 0) assert_string_equal(r->path, "/api/shops/:id/sso/issue");

    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "secrets/service/rotate", NULL);
    const char *fresh = copied(t, fix_text(&a, "secret"));
    EXPECT(tenants_shop_key(t->tx, str_of(key), &found_shop, &found_account) == ROW_FOUND);
    kit_set_now(KIT_START_MS + DAY_MS); /* the day is over, also when no job has come */
    EXPECT(tenants_shop_key(t->tx, str_of(key), &found_shop, &found_account) == ROW_NONE);
    EXPECT(tenants_shop_key(t->tx, str_of(fresh), &found_shop, &found_account) == ROW_FOUND);
    assert_int_equal(kit_call(t, &(struct kit_request){ .routes = shops_routes,
                                                        .verb = VERB_DELETE,
                                                        .path = "/api/shops/1",
                                                        .account = account })
                         .status,
                     200);
    EXPECT(tenants_shop_key(t->tx, str_of(fresh), &found_shop, &found_account) == ROW_NONE);
}

/* Nothing that a merchant must keep to himself stands in audit details, events or job notes. */
TEST_EACH_ENGINE(d18_no_secret_is_in_a_trail)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = enabled_shop(t, account);
    const char *secrets[] = { shown_secret(t, account, shop, "secrets/sso/show"),
                              shown_secret(t, account, shop, "secrets/webhook/show"),
                              shown_secret(t, account, shop, "secrets/service/show") };
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        assert_int_equal(
            test_number(
                t, arena_printf(t->arena, "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%%%s%%'", secrets[i])),
            0);
        assert_int_equal(
            test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM events WHERE data LIKE '%%%s%%'", secrets[i])),
            0);
    }
}

/* The old one is in wrong hands: nobody waits a day. */
TEST_EACH_ENGINE(a_replaced_secret_can_be_ended_now)
{
    fix_start();
    int64_t account = kit_account(t, 100), shop = enabled_shop(t, account), found_shop, found_account;
    assert_string_equal(fix_call(t, account, VERB_POST, shop, "secrets/service/revoke", NULL).error,
                        "nothing_to_revoke");
    const char *old = shown_secret(t, account, shop, "secrets/service/show");
    const char *fresh = shown_secret(t, account, shop, "secrets/service/rotate");
    EXPECT(tenants_shop_key(t->tx, str_of(old), &found_shop, &found_account) == ROW_FOUND);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "secrets/service/revoke", NULL);
    assert_string_equal(a.text, "{\"success\":true,\"kind\":\"service\"}");
    EXPECT(tenants_shop_key(t->tx, str_of(old), &found_shop, &found_account) == ROW_NONE);
    EXPECT(tenants_shop_key(t->tx, str_of(fresh), &found_shop, &found_account) == ROW_FOUND);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE kind = 1 AND state = 2"), 1);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/revoke", NULL).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE kind = 1 AND state < 3"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 3 AND sealed IS NOT NULL"), 0);
    assert_int_equal(fix_audits(t, "secret_revoked"), 2);
    int64_t other = kit_account(t, 0);
    assert_int_equal(fix_call(t, other, VERB_POST, shop, "secrets/sso/revoke", NULL).status, 404);
}

/* Written by a clock that was ahead, an end stayed away for years. */
TEST_EACH_ENGINE(ends_from_the_future_are_brought_back)
{
    fix_start();
    int64_t account = kit_account(t, 100), shop = enabled_shop(t, account);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL).status, 200);
    test_script(t, "UPDATE tenant_secrets SET valid_until_ms = valid_until_ms + 31536000000 WHERE state = 2;");
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    kit_set_now(kit_now() + 24 * HOUR_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 2"), 0);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/launch", "{}").status, 200);
    test_script(t, "UPDATE tenant_launches SET expires_at_ms = expires_at_ms + 31536000000,"
                   " code_hash = '2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683';");
    int64_t where;
    EXPECT(launches_use(t->tx, STR("key"), account, kit_now(), &where) == ROW_NONE);
    test_script(t, "UPDATE tenant_launches SET expires_at_ms = expires_at_ms - 31536000000;");
    EXPECT(launches_use(t->tx, STR("key"), account, kit_now(), &where) == ROW_FOUND && where == shop);
}

/* One tenant whose secret cannot be ended kept all others' old secrets alive. */
TEST_EACH_ENGINE(a_secret_that_cannot_be_ended_stops_nobody)
{
    enum { SHOPS = 3, BAD = 1 };
    static const char *const kinds[] = { "secrets/sso/rotate", "secrets/webhook/rotate" };
    fix_start();
    int64_t account = kit_account(t, 1000), shop[SHOPS];
    const struct kit_attempt retire = { .kind = &tenants_secrets_job };
    for (int i = 0; i < SHOPS; i++) {
        shop[i] = enabled_shop(t, account);
        for (int k = 0; k < 2; k++)
            assert_int_equal(fix_call(t, account, VERB_POST, shop[i], kinds[k], NULL).status, 200);
    }
    kit_set_now(kit_now() + SECRET_OVERLAP_HOURS * HOUR_MS);
    test_script(t, arena_printf(t->arena, "UPDATE shops SET id = 99 WHERE id = %lld;", (long long)shop[BAD]));
    assert_int_equal(kit_job(t, &retire), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 2"), 2);
    struct job_skip skip[2];
    size_t n;
    EXPECT(jobs_skips(t->tx, NULL, 0, skip, 2, &n) == ROW_FOUND && n == 1);
    EXPECT(text_eq(skip[0].kind, "tenants.secrets") && text_eq(skip[0].error, "its shop is missing"));

    test_script(t, arena_printf(t->arena, "UPDATE shops SET id = %lld WHERE id = 99;", (long long)shop[BAD]));
    kit_set_now(skip[0].retry_at_ms);
    assert_int_equal(kit_job(t, &retire), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 2"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 0);
    assert_int_equal(fix_audits(t, "secret_retired"), 2 * SHOPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_token_is_the_shops_for_an_hour),
        EACH_ENGINE(d19_d20_roles_are_two_words),
        EACH_ENGINE(without_a_chatbot_there_is_no_token),
        EACH_ENGINE(d19_a_launch_code_works_once_for_a_minute_for_its_account),
        EACH_ENGINE(d21_secrets_are_sealed_and_shown_once),
        EACH_ENGINE(d21_rotation_overlaps_for_a_day),
        EACH_ENGINE(seeing_or_changing_a_secret_wants_a_fresh_sign_in),
        EACH_ENGINE(a_replaced_secret_can_be_ended_now),
        EACH_ENGINE(ends_from_the_future_are_brought_back),
        EACH_ENGINE(a_secret_that_cannot_be_ended_stops_nobody),
        EACH_ENGINE(a_service_key_speaks_for_one_shop_alone),
        EACH_ENGINE(d18_no_secret_is_in_a_trail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
