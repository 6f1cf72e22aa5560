/* test_told.c: what an outside chatbot server is told after an enable: new secrets, a new domain; and what a request is
 * answered that is repeated when things have gone on. */
#include "tenants/test_outside.h"

static void enabled(struct test_db *t)
{
    begin(t);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
}

static int64_t last_job(struct test_db *t) { return test_number(t, "SELECT MAX(id) FROM jobs"); }

static struct kit_answer rotate(struct test_db *t, const char *kind)
{
    return fix_call(t, account, VERB_POST, shop, arena_printf(t->arena, "secrets/%s/rotate", kind), NULL);
}

static enum job_wish tell(struct test_db *t, int64_t job, bool last)
{
    return kit_job(
        t, &(struct kit_attempt){
               .kind = &tenants_tell_job, .id = job, .ref = shop, .account = account, .attempt = 1, .last = last });
}

static struct kit_answer of_shop(struct test_db *t, enum verb verb, const char *path, const char *body)
{
    return kit_call(t, &(struct kit_request){
                           .routes = shops_routes, .verb = verb, .path = path, .account = account, .body = body });
}

static const char *told(struct test_db *t, const char *name)
{
    json_t *body = json_read(str_of(out.body), JSON_READ_MAX_BYTES, NULL);
    const char *text = arena_text(t->arena, json_string_value(json_object_get(body, name)));
    json_decref(body);
    return text;
}

/* ---- secrets ---- */

/* Told with its answer lost; then the shop was deleted. When it comes back both sides must have the same secret. */
TEST_EACH_ENGINE(a_rotation_is_told_although_the_shop_was_deleted)
{
    begin(t);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL).status, 200);
    struct kit_answer other = fix_call(t, account, VERB_POST, shop, "secrets/webhook/rotate", NULL);
    assert_string_equal(other.error, "rotation_running");
    struct kit_attempt tell = { .kind = &tenants_tell_job,
                                .id = test_number(t, "SELECT MAX(id) FROM jobs"),
                                .ref = shop,
                                .account = account,
                                .attempt = 1 };
    out.on_register = ACT_BREAK;
    assert_int_equal(kit_job(t, &tell), JOB_AGAIN);
    struct kit_request change = {
        .routes = shops_routes, .verb = VERB_DELETE, .path = "/api/shops/1", .account = account
    };
    assert_int_equal(kit_call(t, &change).status, 200);
    out.on_register = ACT_OK;
    tell.attempt = 2;
    assert_int_equal(kit_job(t, &tell), JOB_NEXT); /* the first call may still arrive: told once more */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE delivered = 0"), 0);
    kit_set_now(kit_now() + 30 * SECOND_MS);
    tell.attempt = 3;
    assert_int_equal(kit_job(t, &tell), JOB_FINISHED);
    change.verb = VERB_POST, change.path = "/api/shops/1/restore";
    assert_int_equal(kit_call(t, &change).status, 200);
    assert_string_equal(state(t), "active");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/webhook/rotate", NULL).status, 200);
    fix_expect_sound(t);
}

/* Rotation: until the server has confirmed the new secret, tokens are signed with the old one, and it does not end. */
TEST_EACH_ENGINE(a_rotation_is_delivered_before_the_old_secret_ends)
{
    begin(t);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_POST, shop, "secrets/sso/rotate", NULL);
    assert_string_equal(a.error, "rotation_running");
    const struct kit_attempt tell = { .kind = &tenants_tell_job,
                                      .id = test_number(t, "SELECT MAX(id) FROM jobs"),
                                      .ref = shop,
                                      .account = account,
                                      .attempt = 1 };
    out.on_register = ACT_BREAK;
    assert_int_equal(kit_job(t, &tell), JOB_AGAIN);
    assert_int_equal(
        test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE kind = 1 AND state = 1 AND delivered = 0"), 1);

    a = fix_call(t, account, VERB_POST, shop, "sso/issue", "{}");
    char header[64] = "";
    const char *token = fix_text(&a, "token");
    size_t n = sizeof header - 1;
    EXPECT(base64url_decode((struct str){ token, strcspn(token, ".") }, (uint8_t *)header, &n));
    assert_non_null(strstr(header, "\"kid\":\"k1\""));

    kit_set_now(KIT_START_MS + 25 * HOUR_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 2"), 1); /* longer */
    out.on_register = ACT_OK;
    assert_int_equal(kit_job(t, &tell), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE delivered = 0"), 0);
    kit_set_now(KIT_START_MS + 27 * HOUR_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 3"), 1);
    fix_expect_sound(t);
}

/* The job came to its end, and each later rotation was refused for good. */
TEST_EACH_ENGINE(a_rotation_that_nobody_heard_of_can_be_made_again)
{
    enabled(t);
    assert_int_equal(rotate(t, "sso").status, 200);
    int64_t dead = last_job(t), events = test_number(t, "SELECT COUNT(*) FROM events");
    out.on_register = ACT_LATER;
    assert_int_equal(tell(t, dead, true), JOB_AGAIN); /* the hundredth time */
    assert_int_equal(fix_audits(t, "chatbot_update_failed"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events"), events + 1);
    test_script(t, arena_printf(t->arena, "UPDATE jobs SET state = 3 WHERE id = %lld;", (long long)dead));

    kit_set_now(KIT_START_MS + 5 * DAY_MS);
    assert_int_equal(rotate(t, "sso").status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE kind = 1 AND state < 3"), 2);
    /* The first is what the server knows; the second was never confirmed; the third is on its way. */
    assert_int_equal(test_number(t, "SELECT state FROM tenant_secrets WHERE kind = 1 AND generation = 1"), 2);
    assert_int_equal(test_number(t, "SELECT state FROM tenant_secrets WHERE kind = 1 AND generation = 2"), 3);
    assert_string_equal(rotate(t, "webhook").error, "rotation_running");
    kit_set_now(KIT_START_MS + 7 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT state FROM tenant_secrets WHERE kind = 1 AND generation = 1"), 2);
    out.on_register = ACT_OK;
    assert_true(last_job(t) > dead);
    assert_int_equal(tell(t, last_job(t), false), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT delivered FROM tenant_secrets WHERE kind = 1 AND generation = 3"), 1);
    kit_set_now(KIT_START_MS + 8 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &tenants_secrets_job }), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT state FROM tenant_secrets WHERE kind = 1 AND generation = 1"), 3);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(after_a_rotation_that_nobody_heard_of_the_other_secret_carries_it)
{
    enabled(t);
    assert_int_equal(rotate(t, "sso").status, 200);
    test_script(t, "UPDATE jobs SET state = 3 WHERE kind = 'tenants.rotate';");
    assert_int_equal(rotate(t, "webhook").status, 200);
    assert_int_equal(tell(t, last_job(t), false), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE delivered = 0"), 0);
    assert_int_equal(rotate(t, "sso").status, 200);
    fix_expect_sound(t);
}

/* ---- the domain ---- */

TEST_EACH_ENGINE(a_new_domain_is_told)
{
    enabled(t);
    int64_t jobs = test_number(t, "SELECT COUNT(*) FROM jobs");
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"shop_name\":\"Coffee\"}").status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), jobs); /* the bot has a name of its own */
    for (int i = 0; i < 2; i++)                                          /* the second time it is no change */
        assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"tea.example\"}").status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), jobs + 1);
    assert_int_equal(tell(t, last_job(t), false), JOB_FINISHED);
    assert_int_equal(out.registers, 2);
    assert_string_equal(told(t, "instanceUrl"), "https://tea.example");
    assert_string_equal(told(t, "botName"), "Tea Assistant");

    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":null}").status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), jobs + 1); /* told when it is switched on again */
    fix_expect_sound(t);
}

/* The server is asked while the domain changes: what arrives last must be what is. */
TEST_EACH_ENGINE(what_changed_while_it_was_told_is_told_again)
{
    enabled(t);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"tea.example\"}").status, 200);
    struct job job = {
        .id = last_job(t), .ref = shop, .account = account, .attempt = 1, .arena = t->arena, .now_ms = kit_now()
    };
    assert_int_equal(tenants_tell_job.load(&job, t->tx), JOB_FINISHED);
    tenants_tell_job.call(&job);
    assert_int_equal(rotate(t, "sso").status, 200);
    assert_int_equal(tenants_tell_job.settle(&job, t->tx), JOB_NEXT);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE delivered = 0"), 1);
    assert_int_equal(tell(t, job.id, false), JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE delivered = 0"), 0);
}

TEST_EACH_ENGINE(a_domain_that_changed_during_the_first_registration_is_told)
{
    begin(t);
    ask(t);
    struct kit_attempt first = registering(t, 1);
    struct job *job = kit_begin(t, &first);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"tea.example\"}").status, 200);
    assert_int_equal(kit_settle(t, job), JOB_NEXT);
    assert_int_equal(attempt(t, 2, false), JOB_FINISHED);
    assert_true(last_job(t) > job->id);
    assert_int_equal(tell(t, last_job(t), false), JOB_FINISHED);
    assert_string_equal(told(t, "instanceUrl"), "https://tea.example");
}

/* 4,000 changes in ten seconds were 4,000 calls, and everybody else waited behind them. */
TEST_EACH_ENGINE(many_changes_are_one_job_and_the_newest_word)
{
    enum { CHANGES = 120 };
    enabled(t);
    int64_t jobs = test_number(t, "SELECT COUNT(*) FROM jobs");
    for (int i = 0; i < CHANGES; i++) {
        const char *body = arena_printf(t->arena, "{\"domain\":\"tea%d.example\"}", i);
        assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", body).status, 200);
        if (i == 50) assert_int_equal(rotate(t, "sso").status, 200);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), jobs + 1);
    int registers = out.registers;
    assert_int_equal(tell(t, last_job(t), false), JOB_FINISHED);
    assert_int_equal(out.registers, registers + 1);
    assert_string_equal(told(t, "instanceUrl"), arena_printf(t->arena, "https://tea%d.example", CHANGES - 1));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE told = word AND tell_job = 0"), 1);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"tea.example\"}").status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), jobs + 2);
    fix_expect_sound(t);
}

/* An older call took effect after a newer one, and the old domain stayed outside. */
TEST_EACH_ENGINE(after_a_call_without_an_end_the_newest_word_is_told_once_more)
{
    enabled(t);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"old.example\"}").status, 200);
    struct kit_attempt of = {
        .kind = &tenants_tell_job, .id = last_job(t), .ref = shop, .account = account, .attempt = 1
    };
    out.on_register = ACT_BREAK; /* held up on its way */
    assert_int_equal(kit_job(t, &of), JOB_AGAIN);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"new.example\"}").status, 200);
    assert_int_equal(last_job(t), of.id);
    out.on_register = ACT_OK;
    of.attempt = 2;
    assert_int_equal(kit_job(t, &of), JOB_NEXT);
    assert_string_equal(told(t, "instanceUrl"), "https://new.example");
    out.body[0] = '\0'; /* the old one arrives */
    kit_set_now(kit_now() + 30 * SECOND_MS);
    of.attempt = 3;
    assert_int_equal(kit_job(t, &of), JOB_FINISHED);
    assert_string_equal(told(t, "instanceUrl"), "https://new.example");
    fix_expect_sound(t);
}

/* The same when the worker died between its call and its settlement. */
TEST_EACH_ENGINE(after_a_worker_that_died_the_newest_word_is_told_once_more)
{
    enabled(t);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"old.example\"}").status, 200);
    struct job job = {
        .id = last_job(t), .ref = shop, .account = account, .attempt = 1, .arena = t->arena, .now_ms = kit_now()
    };
    assert_int_equal(tenants_tell_job.load(&job, t->tx), JOB_FINISHED);
    tenants_tell_job.call(&job);
    struct kit_attempt of = { .kind = &tenants_tell_job, .id = job.id, .ref = shop, .account = account, .attempt = 2 };
    assert_int_equal(kit_job(t, &of), JOB_NEXT);
    kit_set_now(kit_now() + 30 * SECOND_MS);
    of.attempt = 3;
    int registers = out.registers;
    assert_int_equal(kit_job(t, &of), JOB_FINISHED);
    assert_int_equal(out.registers, registers + 1);
}

/* A registration that was told twice: the first, of another domain, may still be on its way. */
TEST_EACH_ENGINE(after_a_registration_without_an_end_the_newest_word_is_told_once_more)
{
    begin(t);
    ask(t);
    out.on_register = ACT_BREAK;
    assert_int_equal(attempt(t, 1, false), JOB_AGAIN);
    int64_t register_job = last_job(t);
    assert_int_equal(of_shop(t, VERB_PATCH, "/api/shops/1", "{\"domain\":\"new.example\"}").status, 200);
    out.on_register = ACT_OK;
    assert_int_equal(attempt(t, 2, false), JOB_FINISHED);
    assert_string_equal(state(t), "active");
    assert_true(last_job(t) > register_job);
    assert_int_equal(test_number(t, "SELECT MAX(run_at_ms) FROM jobs"), kit_now() + 30 * SECOND_MS);
    kit_set_now(kit_now() + 30 * SECOND_MS);
    assert_int_equal(tell(t, last_job(t), false), JOB_FINISHED);
    assert_string_equal(told(t, "instanceUrl"), "https://new.example");
}

/* ---- a request that is repeated later ---- */

/* "No credits were taken" was the answer to a repeated request which had taken them. */
TEST_EACH_ENGINE(a_success_stays_a_success_when_it_was_switched_off_since)
{
    enabled(t);
    int64_t first = last_job(t);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    assert_int_equal(fix_available(t, account), 50);
    assert_int_equal(resumed(t).status, 200);

    out.on_register = ACT_REFUSE; /* a second try fails: that is not the first one's end */
    ask(t);
    int64_t second = last_job(t);
    assert_int_equal(resumed_of(t, first).status, 0); /* the kept 202 says where to look */
    assert_int_equal(attempt(t, 1, false), JOB_GIVE_UP);
    assert_int_equal(resumed_of(t, first).status, 0);
    assert_int_equal(resumed_of(t, second).status, 502);
    test_script(t, arena_printf(t->arena, "UPDATE jobs SET state = 3 WHERE id = %lld;", (long long)second));
    out.on_register = ACT_OK; /* a third succeeds */
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    assert_int_equal(resumed_of(t, first).status, 0);
    assert_int_equal(resumed_of(t, second).status, 502);
    assert_int_equal(resumed(t).status, 200);
    fix_expect_sound(t);
}

/* Deleted while it was being set up, then restored: the console found nothing to press. */
TEST_EACH_ENGINE(a_shop_that_comes_back_can_be_enabled)
{
    begin(t);
    ask(t);
    assert_int_equal(of_shop(t, VERB_DELETE, "/api/shops/1", NULL).status, 200);
    assert_int_equal(of_shop(t, VERB_POST, "/api/shops/1/restore", NULL).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "failed");
    assert_true(json_is_true(json_object_get(a.json, "canEnable")));
    assert_true(json_is_object(json_object_get(a.json, "error")));
    assert_int_equal(resumed(t).status, 502); /* and no credits were taken */
    assert_int_equal(fix_available(t, account), 100);
    ask(t);
    assert_int_equal(attempt(t, 1, false), JOB_FINISHED);
    assert_string_equal(state(t), "active");
    fix_expect_sound(t);
}

int main(void)
{
    outbound_start();
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_rotation_is_told_although_the_shop_was_deleted),
        EACH_ENGINE(a_rotation_is_delivered_before_the_old_secret_ends),
        EACH_ENGINE(a_rotation_that_nobody_heard_of_can_be_made_again),
        EACH_ENGINE(after_a_rotation_that_nobody_heard_of_the_other_secret_carries_it),
        EACH_ENGINE(a_new_domain_is_told),
        EACH_ENGINE(what_changed_while_it_was_told_is_told_again),
        EACH_ENGINE(a_domain_that_changed_during_the_first_registration_is_told),
        EACH_ENGINE(many_changes_are_one_job_and_the_newest_word),
        EACH_ENGINE(after_a_call_without_an_end_the_newest_word_is_told_once_more),
        EACH_ENGINE(after_a_worker_that_died_the_newest_word_is_told_once_more),
        EACH_ENGINE(after_a_registration_without_an_end_the_newest_word_is_told_once_more),
        EACH_ENGINE(a_success_stays_a_success_when_it_was_switched_off_since),
        EACH_ENGINE(a_shop_that_comes_back_can_be_enabled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
