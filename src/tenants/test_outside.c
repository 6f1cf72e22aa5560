/* test_outside.c: the catalogue of what an outside chatbot server can do to an enable. The server is real (a thread on
 * a socket) and answers, refuses, breaks or stays away as each test says. */
#include "tenants/test_outside.h"

#include "base/jwt.h"

static void expect_failed_and_free(struct test_db *t)
{
    assert_string_equal(state(t), "failed");
    assert_int_equal(held(t), 0);
    assert_int_equal(fix_available(t, account), 100);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(resumed(t).status, 502);
    assert_int_equal(fix_audits(t, "chatbot_enable_failed"), 1);
    fix_expect_sound(t);
}

static void expect_charged_once(struct test_db *t)
{
    assert_string_equal(state(t), "active");
    assert_int_equal(held(t), 0);
    assert_int_equal(fix_available(t, account), 50);
    assert_int_equal(fix_charges(t), 1);
    assert_int_equal(resumed(t).status, 200);
    assert_int_equal(fix_audits(t, "chatbot_enabled"), 1);
    fix_expect_sound(t);
}

/* ---- the catalogue ---- */

TEST_EACH_ENGINE(registered_at_the_first_attempt)
{
    begin(t);
    ask(t);
    assert_string_equal(state(t), "provisioning");
    assert_int_equal(held(t), 50);
    assert_int_equal(fix_available(t, account), 50);
    assert_int_equal(resumed(t).status, 0); /* goes on waiting */
    fix_expect_sound(t);                    /* a tenant in provisioning has a live job */
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(out.registers, 1);
    assert_int_equal(out.configs, 0);

    /* To the letter what the contract wants. */
    json_t *body = json_read(str_of(out.body), 4096, NULL);
    static const char *const names[] = { "shopId",          "merchantId",    "instanceUrl", "ssoType",
                                         "ssoSharedSecret", "webhookSecret", "botName" };
    assert_int_equal(json_object_size(body), ARRAY_LEN(names));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) assert_true(json_is_string(json_object_get(body, names[i])));
    assert_string_equal(json_string_value(json_object_get(body, "shopId")), "shop-1");
    assert_string_equal(json_string_value(json_object_get(body, "merchantId")), "1");
    assert_string_equal(json_string_value(json_object_get(body, "ssoType")), "shared");
    json_decref(body);
    assert_non_null(strcasestr(out.head, "x-shopsaas-secret: shared-secret-of-both"));
    assert_int_equal(strncmp(out.head, "POST /api/admin/tenants/register HTTP/1.1", 41), 0);
}

/* In every recorded run of the replaced systems botId was null, and the flow was a success. */
TEST_EACH_ENGINE(a_bot_that_is_not_made_yet_is_success)
{
    begin(t);
    out.on_register = ACT_NO_BOT;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_true(json_is_null(json_object_get(a.json, "botId")));
    assert_string_equal(fix_text(&a, "botState"), "pending");
}

/* D-02: any failure after the charge kept the credits. */
TEST_EACH_ENGINE(d02_a_refusal_gives_the_credits_back)
{
    begin(t);
    out.on_register = ACT_REFUSE;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_GIVE_UP);
    expect_failed_and_free(t);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    json_t *error = json_object_get(a.json, "error");
    assert_string_equal(json_string_value(json_object_get(error, "code")), "chatbot_enable_failed");
    assert_int_equal(strlen(json_string_value(json_object_get(error, "message"))) > 10, true);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE details LIKE '%bad shared secret%'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE maybe_registered = 0"), 1);
}

/* D-03: after one failure a shop could never be enabled, and each try cost 50 more. */
TEST_EACH_ENGINE(d03_after_a_failure_a_new_try_succeeds_with_the_same_secrets)
{
    char first[8192];
    begin(t);
    out.on_register = ACT_REFUSE;
    for (int i = 0; i < 3; i++) {
        ask(t);
        assert_int_equal(attempt(t, 1, false), JOB_GIVE_UP);
        assert_int_equal(fix_available(t, account), 100);
        if (i == 0) snprintf(first, sizeof first, "%s", out.body);
    }
    out.on_register = ACT_OK;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_string_equal(out.body, first);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets"), 2);
}

/* D-04: the background step threw after the charge. Here: again and again, nothing is taken, and it can still succeed.
 */
TEST_EACH_ENGINE(d04_a_server_that_comes_back_is_asked_again)
{
    begin(t);
    out.on_register = ACT_LATER;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_AGAIN);
    assert_int_equal(held(t), 50);
    assert_int_equal(fix_charges(t), 0);
    out.on_register = ACT_OK;
    assert_int_equal(attempt(t, 2, false), JOB_FINISHED);
    expect_charged_once(t);
}

/* Acceptance 3, and D-16: accepted, charged, and never worked on. */
TEST_EACH_ENGINE(d16_a_server_that_is_away_ends_in_a_clear_failure)
{
    begin(t);
    fix_setting("CHATBOT_BASE_URL", "http://127.0.0.1:1");
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_AGAIN);
    assert_int_equal(attempt(t, 2, true), JOB_AGAIN);
    expect_failed_and_free(t);
}

TEST_EACH_ENGINE(a_job_whose_deadline_passed_gives_the_credits_back)
{
    begin(t);
    ask(t);
    struct kit_attempt late = registering(t, 1);
    kit_expire(t, &late); /* without any attempt that ended */
    expect_failed_and_free(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE maybe_registered = 1"), 1);
}

/* Unknown: it was done, the answer was lost. The next attempt asks, and registers nothing twice. */
TEST_EACH_ENGINE(a_lost_answer_is_settled_by_asking)
{
    begin(t);
    out.on_register = ACT_BREAK;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_AGAIN);
    assert_int_equal(fix_charges(t), 0);
    out.on_config = ACT_OK;
    assert_int_equal(attempt(t, 2, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(out.registers, 1);
    assert_int_equal(out.configs, 1);

    /* It asked with a token signed by the shop's own secret. */
    struct str secret = { 0 };
    struct secret have[SECRETS_MAX];
    size_t count;
    EXPECT(secrets_list(t->tx, 1, have, &count) && secret_open(t->arena, 1, SECRET_SSO, have[0].sealed, &secret));
    char *token = strcasestr(out.token, "authorization: bearer ");
    assert_non_null(token);
    token += strlen("authorization: bearer ");
    token[strcspn(token, "\r")] = '\0';
    char *dot = strrchr(token, '.');
    uint8_t mac[SHA256_SIZE], given[SHA256_SIZE];
    size_t n = sizeof given;
    hmac_sha256(secret, (struct str){ token, (size_t)(dot - token) }, mac);
    EXPECT(base64url_decode(str_of(dot + 1), given, &n) && memcmp(mac, given, sizeof mac) == 0);
}

TEST_EACH_ENGINE(a_lost_request_is_registered_after_asking)
{
    begin(t);
    out.on_register = ACT_BREAK;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_AGAIN);
    out.on_register = ACT_OK; /* and config says 404 */
    assert_int_equal(attempt(t, 2, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(out.registers, 2);
}

TEST_EACH_ENGINE(what_nobody_can_read_is_unknown_and_not_success)
{
    static const enum act acts[] = { ACT_ERROR, ACT_GARBAGE, ACT_BREAK };
    begin(t);
    ask(t);
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        out.on_register = acts[i];
        assert_int_equal(attempt(t, (int64_t)i + 1, false), JOB_AGAIN);
        assert_int_equal(fix_charges(t), 0);
        assert_int_equal(held(t), 50);
    }
    out.on_config = ACT_WRONG_SHOP; /* another shop's configuration proves nothing */
    int registers = out.registers;
    assert_int_equal(attempt(t, 4, false), JOB_AGAIN);
    out.on_config = ACT_ERROR;
    assert_int_equal(attempt(t, 5, false), JOB_AGAIN);
    assert_int_equal(out.registers, registers); /* never repeated while it is open what happened */
    fix_expect_sound(t);
}

/* A 200 is not success by its number: 50 credits were taken for an empty object, an error, another shop's tenant. */
TEST_EACH_ENGINE(a_200_that_does_not_name_this_shop_is_unknown)
{
    begin(t);
    ask(t);
    int64_t number = 1;
    for (enum act act = ACT_EMPTY; act < ACT_LAST; act++) {
        out.on_register = act;
        out.on_config = ACT_UNKNOWN_SHOP;
        assert_int_equal(attempt(t, number++, false), JOB_AGAIN);
        assert_int_equal(fix_charges(t), 0);
        assert_int_equal(held(t), 50);
        assert_int_equal(test_number(t, "SELECT maybe_registered FROM tenants"), 1);
        out.on_config = act; /* nor is the answer to the question */
        int registers = out.registers;
        assert_int_equal(attempt(t, number++, false), JOB_AGAIN);
        assert_int_equal(out.registers, registers);
        assert_int_equal(fix_charges(t), 0);
    }
    out.on_config = ACT_OK; /* it had been done: found by asking, charged once */
    assert_int_equal(attempt(t, number, false), JOB_FINISHED);
    expect_charged_once(t);
}

/* The server said yes, and that could not be stored until it was too late: the credits went back, and the next enable
 * registered again. */
TEST_EACH_ENGINE(a_success_that_could_not_be_stored_is_asked_for_first)
{
    begin(t);
    ask(t);
    struct kit_attempt first = registering(t, 1), late = registering(t, 2);
    (void)kit_begin(t, &first);
    assert_int_equal(out.registers, 1);
    kit_expire(t, &late); /* no settlement was ever stored */
    expect_failed_and_free(t);
    assert_int_equal(test_number(t, "SELECT maybe_registered FROM tenants"), 1);
    out.on_config = ACT_OK;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(out.registers, 1);
}

/* The trail told the price of the day on which it was settled, the ledger that of the day on which it was held. */
TEST_EACH_ENGINE(a_price_that_changes_while_it_is_held_stays_what_it_was)
{
    begin(t);
    ask(t);
    tenants_settings.enable_price = credits_of(75);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chatbot_enabled'"
                                    " AND details LIKE '%\"credits\":50,%'"),
                     1);
}

/* "NAME Assistant" was too long for the contract: such a shop could never be enabled. */
TEST_EACH_ENGINE(a_long_shop_name_makes_a_bot_name_within_the_limit)
{
    static const char *const letters[] = { "a", "店", "é", "👍🏽" };
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        const char *name = letters[i];
        begin(t);
        while (utf8_length(str_of(name)) + utf8_length(str_of(letters[i])) <= 80)
            name = arena_printf(t->arena, "%s%s", name, letters[i]);
        shop = fix_shop(t, account, name);
        assert_int_equal(fix_enable(t, account, shop).status, 202);
        struct tenant made;
        EXPECT(tenants_of_shop(t->tx, shop, &made) == ROW_FOUND);
        struct str bot = str_of(made.bot_name);
        assert_true(utf8_length(bot) <= BOT_NAME_MAX);
        size_t cut = bot.n - strlen(" Assistant");
        assert_string_equal(bot.p + cut, " Assistant");
        assert_int_equal(cut % strlen(letters[i]), 0); /* nothing is split that a reader takes for one */
        assert_true(cut > 0);
    }
}

/* Given up while unknown; it was registered all the same. The next enable asks first, and one charge is made. */
TEST_EACH_ENGINE(a_late_success_is_found_by_the_next_enable)
{
    begin(t);
    out.on_register = ACT_BREAK;
    ask(t);
    assert_int_equal(attempt(t, 1, true), JOB_AGAIN);
    expect_failed_and_free(t);
    int64_t old_job = test_number(t, "SELECT MAX(id) FROM jobs");
    /* The old job's worker wakes up very late, with a success: nothing is charged any more. */
    out.on_register = ACT_OK;
    assert_int_equal(
        kit_work(t,
                 &(struct kit_attempt){
                     .kind = &tenants_register_job, .id = old_job, .ref = shop, .account = account, .attempt = 2 }),
        JOB_FINISHED);
    expect_failed_and_free(t);

    out.on_config = ACT_OK;
    int registers = out.registers;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(out.registers, registers);
}

TEST_EACH_ENGINE(asking_again_while_provisioning_joins)
{
    begin(t);
    ask(t);
    ask(t);
    assert_int_equal(held(t), 50);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), 1);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 409);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL).status, 409);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED); /* a second worker: nothing is left to do */
    expect_charged_once(t);
}

TEST_EACH_ENGINE(without_credits_nobody_is_asked)
{
    begin(t);
    int64_t poor = kit_account(t, 49), theirs = fix_shop(t, poor, "Poor");
    assert_int_equal(fix_enable(t, poor, theirs).status, 402);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants"), 0);
}

TEST_EACH_ENGINE(a_shop_deleted_meanwhile_gets_its_credits_back)
{
    begin(t);
    ask(t);
    assert_int_equal(kit_call(t, &(struct kit_request){ .routes = shops_routes,
                                                        .verb = VERB_DELETE,
                                                        .path = "/api/shops/1",
                                                        .account = account })
                         .status,
                     200);
    assert_int_equal(held(t), 0);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED); /* finds that it is not wanted any more */
    assert_int_equal(out.registers, 0);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(test_number(t, "SELECT status FROM tenants"), TENANT_PENDING);
    assert_int_equal(fix_audits(t, "chatbot_enable_failed"), 1);
    assert_int_equal(resumed(t).status, 404);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(off_and_on_again_registers_anew_and_is_free)
{
    begin(t);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    ask(t);
    assert_int_equal(held(t), 0);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_string_equal(state(t), "active");
    assert_int_equal(fix_charges(t), 1);
    assert_int_equal(out.registers, 2);
    fix_expect_sound(t);
}

/* The paid month was running when the merchant asked, and over when the server answered: the next one is not a gift. */
TEST_EACH_ENGINE(a_month_that_ends_while_asking_is_renewed_and_not_given)
{
    begin(t);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    int64_t end_ms = test_number(t, "SELECT expires_at_ms FROM subscriptions");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    kit_set_now(end_ms - SECOND_MS);
    ask(t);
    assert_int_equal(held(t), 0);
    kit_set_now(end_ms + SECOND_MS);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_string_equal(state(t), "active");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions"), 1);
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 100 - 50 - 10);
    assert_int_equal(test_number(t, "SELECT charges FROM subscriptions"), 2);
    fix_expect_sound(t);
}

/* Registered with the first webhook secret while its answer was lost; then the merchant changed that secret. The sso
 * secret still opens the door, but the server must hear of the other one. */
TEST_EACH_ENGINE(a_webhook_secret_that_changed_meanwhile_is_told)
{
    begin(t);
    out.on_register = ACT_BREAK;
    ask(t);
    assert_int_equal(attempt(t, 1, true), JOB_AGAIN);
    expect_failed_and_free(t);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/webhook/rotate", NULL).status, 200);
    out.on_register = out.on_config = ACT_OK;
    int registers = out.registers;
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    expect_charged_once(t);
    assert_int_equal(out.registers, registers + 1);
    struct secret have[SECRETS_MAX];
    size_t count;
    struct str secret = { 0 };
    EXPECT(secrets_list(t->tx, 1, have, &count));
    const struct secret *newest = secret_newest(have, count, SECRET_WEBHOOK, true);
    assert_int_equal(newest->generation, 2);
    EXPECT(secret_open(t->arena, 1, SECRET_WEBHOOK, newest->sealed, &secret));
    assert_non_null(strstr(out.body, arena_text_n(t->arena, secret.p, secret.n)));
}

/* To an outside server the browser brings the token itself: in a form, for a minute, never in a URL (D-19). */
TEST_EACH_ENGINE(d19_a_launch_posts_the_token)
{
    begin(t);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "sso/launch", "{\"role\":\"viewer\"}");
    assert_int_equal(a.status, 200);
    assert_null(strchr(fix_text(&a, "action"), '?'));
    assert_non_null(strstr(fix_text(&a, "action"), "/admin"));
    json_t *fields = json_object_get(a.json, "fields");
    assert_int_equal(json_object_size(fields), 2);
    assert_string_equal(json_string_value(json_object_get(fields, "shopId")), "shop-1");
    assert_int_equal(strncmp(json_string_value(json_object_get(fields, "token")), "eyJ", 3), 0);
}

int main(void)
{
    outbound_start();
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(registered_at_the_first_attempt),
        EACH_ENGINE(a_bot_that_is_not_made_yet_is_success),
        EACH_ENGINE(d02_a_refusal_gives_the_credits_back),
        EACH_ENGINE(d03_after_a_failure_a_new_try_succeeds_with_the_same_secrets),
        EACH_ENGINE(d04_a_server_that_comes_back_is_asked_again),
        EACH_ENGINE(d16_a_server_that_is_away_ends_in_a_clear_failure),
        EACH_ENGINE(a_job_whose_deadline_passed_gives_the_credits_back),
        EACH_ENGINE(a_lost_answer_is_settled_by_asking),
        EACH_ENGINE(a_lost_request_is_registered_after_asking),
        EACH_ENGINE(what_nobody_can_read_is_unknown_and_not_success),
        EACH_ENGINE(a_200_that_does_not_name_this_shop_is_unknown),
        EACH_ENGINE(a_success_that_could_not_be_stored_is_asked_for_first),
        EACH_ENGINE(a_price_that_changes_while_it_is_held_stays_what_it_was),
        EACH_ENGINE(a_long_shop_name_makes_a_bot_name_within_the_limit),
        EACH_ENGINE(a_late_success_is_found_by_the_next_enable),
        EACH_ENGINE(asking_again_while_provisioning_joins),
        EACH_ENGINE(without_credits_nobody_is_asked),
        EACH_ENGINE(a_shop_deleted_meanwhile_gets_its_credits_back),
        EACH_ENGINE(off_and_on_again_registers_anew_and_is_free),
        EACH_ENGINE(a_month_that_ends_while_asking_is_renewed_and_not_given),
        EACH_ENGINE(a_webhook_secret_that_changed_meanwhile_is_told),
        EACH_ENGINE(d19_a_launch_posts_the_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
