/* test_enable.c: the sale with the built-in backend: exact answers, one charge, nothing changed by a refusal. */
#include "tenants/test_fix.h"

#include "http/private.h"

TEST_EACH_ENGINE(an_enable_answers_exactly_as_the_plan_prints)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    struct kit_answer a =
        fix_call(t, account, VERB_POST, shop, "chatbot/enable", "{\"botName\":\"Helper\",\"theirs\":1}");
    assert_int_equal(a.status, 200);
    char want[200];
    snprintf(want, sizeof want, "{\"success\":true,\"botId\":\"%s\",\"creditsRemaining\":950}", fix_text(&a, "botId"));
    assert_string_equal(a.text, want);
    assert_int_equal(strncmp(fix_text(&a, "botId"), "bot_", 4), 0);

    snprintf(want, sizeof want,
             "{\"enabled\":true,\"botId\":\"%s\",\"botName\":\"Helper\",\"syncScopes\":[],"
             "\"subscription\":{\"status\":\"active\",\"expiresAt\":\"2026-11-15T00:00:00.000Z\"}}",
             fix_text(&a, "botId"));
    a = fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.text, want);
    fix_expect_sound(t);
}

/* What enable.c says an enable writes. */
TEST_EACH_ENGINE(an_enable_writes_few_rows)
{
    /* clang-format off */
    static const struct { const char *sql; int rows; } tables[] = {
        { "SELECT COUNT(*) FROM tenants", 1 },        { "SELECT COUNT(*) FROM tenant_moves", 1 },
        { "SELECT COUNT(*) FROM tenant_secrets", 2 }, { "SELECT COUNT(*) FROM subscriptions", 1 },
        { "SELECT COUNT(*) FROM credit_entries", 2 }, { "SELECT COUNT(*) FROM audit_log", 1 },
        { "SELECT COUNT(*) FROM events", 2 },         { "SELECT COUNT(*) FROM jobs", 0 },
        { "SELECT COUNT(*) FROM credit_holds", 0 },
    };
    /* clang-format on */
    fix_start();
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) assert_int_equal(test_number(t, tables[i].sql), tables[i].rows);
}

TEST_EACH_ENGINE(before_enabling_the_status_says_so)
{
    fix_start();
    int64_t account = kit_account(t, 0), shop = fix_shop(t, account, "Tea");
    assert_string_equal(fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL).text, "{\"enabled\":false}");
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "off");
    assert_int_equal(json_integer_value(json_object_get(a.json, "price")), 50);
    assert_true(json_is_false(json_object_get(a.json, "canEnable")));
    assert_true(json_is_null(json_object_get(a.json, "embedCode")));
}

/* Acceptance 2: with less than 50 credits 402 with need and have, and nothing changes but the trail. */
TEST_EACH_ENGINE(without_credits_nothing_changes)
{
    fix_start();
    int64_t account = kit_account(t, 49), shop = fix_shop(t, account, "Tea");
    struct kit_answer a = fix_enable(t, account, shop);
    assert_int_equal(a.status, 402);
    assert_string_equal(a.error, "insufficient_credits");
    assert_int_equal(kit_fact(&a, "need"), 50);
    assert_int_equal(kit_fact(&a, "have"), 49);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenant_secrets"), 0);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(fix_audits(t, "chatbot_enable_refused"), 1);
    assert_string_equal(fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL).text, "{\"enabled\":false}");
    fix_expect_sound(t);
}

/* D-01: balances were read and then overwritten, so two calls could spend the same credits. */
TEST_EACH_ENGINE(d01_two_shops_cannot_spend_the_same_credits)
{
    fix_start();
    int64_t account = kit_account(t, 60), one = fix_shop(t, account, "One"), two = fix_shop(t, account, "Two");
    assert_int_equal(fix_enable(t, account, one).status, 200);
    assert_int_equal(fix_enable(t, account, two).status, 402);
    assert_int_equal(fix_available(t, account), 10);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(enabling_twice_is_refused_and_charged_once)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_enable(t, account, shop);
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "chatbot_already_enabled");
    assert_int_equal(fix_charges(t), 1);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(the_feature_can_be_switched_off)
{
    fix_start();
    tenants_settings.feature_enabled = false;
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    struct kit_answer a = fix_enable(t, account, shop);
    assert_int_equal(a.status, 403);
    assert_string_equal(a.error, "chatbot_feature_disabled");
    assert_int_equal(fix_available(t, account), 1000);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_true(json_is_false(json_object_get(a.json, "canEnable")));
}

/* D-22 and invariant 6: another merchant's shop is 404 on every route, and no word of it in anyone's trail. */
TEST_EACH_ENGINE(d22_another_merchants_shop_is_not_found)
{
    /* clang-format off */
    static const struct { enum verb verb; const char *path, *body; } calls[] = {
        { VERB_POST, "chatbot/enable", "{}" },
        { VERB_GET, "chatbot/status", NULL },
        { VERB_GET, "chatbot", NULL },
        { VERB_POST, "chatbot/disable", "{}" },
        { VERB_POST, "sso/issue", "{}" },
        { VERB_POST, "sso/launch", "{}" },
        { VERB_GET, "secrets", NULL },
        { VERB_POST, "secrets/sso/show", NULL },
        { VERB_POST, "secrets/webhook/rotate", NULL },
        { VERB_POST, "secrets/service/show", NULL },
    };
    /* clang-format on */
    fix_start();
    int64_t owner = kit_account(t, 1000), thief = kit_account(t, 1000), shop = fix_shop(t, owner, "Tea");
    assert_int_equal(fix_enable(t, owner, shop).status, 200);
    int64_t audits = test_number(t, "SELECT COUNT(*) FROM audit_log");
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        assert_int_equal(fix_call(t, thief, calls[i].verb, shop, calls[i].path, calls[i].body).status, 404);
        assert_int_equal(fix_call(t, owner, calls[i].verb, shop + 5, calls[i].path, calls[i].body).status, 404);
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log"), audits);
    assert_int_equal(fix_available(t, thief), 1000);
}

TEST_EACH_ENGINE(bad_bodies_are_refused)
{
    /* clang-format off */
    static const struct { const char *path, *body, *fault; } cases[] = {
        { "chatbot/enable", "{\"botName\":7}", "botName:type" },
        { "chatbot/enable", "{\"botName\":\"a\\u001bb\"}", "botName:control_characters" },
        { "chatbot/enable",
          "{\"botName\":\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901\"}",
          "botName:too_long" },
        { "sso/issue", "{\"role\":\"owner\"}", "role:not_one_of" },
        { "sso/issue", "{\"role\":1}", "role:type" },
        { "sso/launch", "{\"role\":\"admin\",\"token\":\"x\"}", "token:unknown" },
    };
    /* clang-format on */
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct kit_answer a = fix_call(t, account, VERB_POST, shop, cases[i].path, cases[i].body);
        assert_int_equal(a.status, 422);
        assert_string_equal(a.fault, cases[i].fault);
    }
    assert_string_equal(fix_call(t, account, VERB_POST, shop, "secrets/master/show", NULL).fault, "kind:not_one_of");
    assert_int_equal(fix_available(t, account), 1000);
}

TEST_EACH_ENGINE(off_and_on_again_inside_a_paid_month_is_free)
{
    fix_start();
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    char bot[64];
    struct kit_answer a = fix_enable(t, account, shop);
    snprintf(bot, sizeof bot, "%s", fix_text(&a, "botId"));
    kit_set_now(KIT_START_MS + 3 * DAY_MS);
    a = fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL);
    assert_string_equal(a.text, "{\"success\":true,\"freeUntil\":\"2026-11-15T00:00:00.000Z\"}");
    assert_string_equal(fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL).text, "{\"enabled\":false}");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status, 409);
    a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "disabled");
    assert_string_equal(fix_text(&a, "freeUntil"), "2026-11-15T00:00:00.000Z");
    assert_int_equal(json_integer_value(json_object_get(a.json, "price")), 0);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 409);

    a = fix_enable(t, account, shop);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "botId"), bot); /* the embed code in the merchant's pages still works */
    assert_int_equal(fix_available(t, account), 50);
    fix_expect_sound(t);

    /* Off over the end of the month: then it is a new sale. */
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).status, 200);
    kit_set_now(KIT_START_MS + 40 * DAY_MS);
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 50); /* nothing is renewed while it is off */
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_available(t, account), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions"), 2);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(the_view_shows_steps_and_embed_code)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "active");
    assert_string_equal(fix_text(&a, "botState"), "ready");
    assert_string_equal(fix_text(&a, "backend"), "builtin");
    assert_true(json_is_true(json_object_get(a.json, "managedHere")));
    assert_string_equal(fix_text(&a, "botName"), "Tea Assistant");
    const char *code = fix_text(&a, "embedCode");
    assert_non_null(
        strstr(code, "<script src=\"https://chathub.example/widget/chatbot-widget.js\" data-shop-id=\"shop-1\""));
    assert_non_null(strstr(code, "data-embed-id=\"emb_"));
    json_t *steps = json_object_get(a.json, "steps");
    assert_int_equal(json_array_size(steps), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(json_string_value(json_object_get(json_array_get(steps, i), "state")), "done");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(a.json, "subscription"), "renewsFor")), 10);
    assert_true(json_is_null(json_object_get(a.json, "error")) && json_is_null(json_object_get(a.json, "freeUntil")));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'chatbot.changed'"), 1);
}

TEST_EACH_ENGINE(a_price_of_zero_is_no_charge)
{
    fix_start();
    tenants_settings.enable_price = tenants_settings.renewal_price = credits_of(0);
    int64_t account = kit_account(t, 0), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(KIT_START_MS + 33 * DAY_MS);
    fix_renew(t);
    assert_int_equal(fix_charges(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE status = 1 AND charges = 2"), 1);
    fix_expect_sound(t);
}

/* D-27: a deleted shop's chatbot went on answering and signing tokens. */
TEST_EACH_ENGINE(d27_a_deleted_shop_suspends_its_chatbot_and_a_restored_one_resumes)
{
    fix_start();
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    const struct kit_request gone = {
        .routes = shops_routes, .verb = VERB_DELETE, .path = "/api/shops/1", .account = account
    };
    const struct kit_request back = {
        .routes = shops_routes, .verb = VERB_POST, .path = "/api/shops/1/restore", .account = account
    };
    assert_int_equal(kit_call(t, &gone).status, 200);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status, 404);
    assert_int_equal(fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL).status, 404);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE status = 4 AND shop_deleted = 1"), 1);
    kit_set_now(KIT_START_MS + 2 * DAY_MS);
    assert_int_equal(kit_call(t, &back).status, 200);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status, 200);
    assert_int_equal(fix_available(t, account), 50);
    assert_int_equal(fix_audits(t, "tenant_suspended") + fix_audits(t, "tenant_resumed"), 2);
    fix_expect_sound(t);

    /* Deleted over the end of the paid month: nothing is taken, and it stays off until it is bought again. */
    kit_set_now(KIT_START_MS + 28 * DAY_MS);
    assert_int_equal(kit_call(t, &gone).status, 200);
    kit_set_now(KIT_START_MS + 33 * DAY_MS);
    fix_renew(t);
    assert_int_equal(kit_call(t, &back).status, 200);
    assert_int_equal(fix_available(t, account), 50);
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    assert_string_equal(fix_text(&a, "state"), "suspended");
    assert_true(json_is_true(json_object_get(a.json, "canEnable")));
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_available(t, account), 0);
    fix_expect_sound(t);
}

/* D-28: what a purged shop signed with was kept for ever. */
TEST_EACH_ENGINE(d28_a_purge_erases_the_secrets)
{
    fix_start();
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "secrets/service/show", NULL).status, 200);
    assert_int_equal(kit_call(t, &(struct kit_request){ .routes = shops_routes,
                                                        .verb = VERB_DELETE,
                                                        .path = "/api/shops/1",
                                                        .account = account })
                         .status,
                     200);
    kit_set_now(KIT_START_MS + 8 * DAY_MS);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &shops_purge_job }), JOB_FINISHED);
    assert_int_equal(
        test_number(t, "SELECT COUNT(*) FROM tenant_secrets WHERE state = 3 AND sealed IS NULL AND key_hash IS NULL"),
        3);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM tenants WHERE status = 5 AND bot_name = ''"), 1);
    kit_set_now(KIT_START_MS + 90 * DAY_MS);
    fix_renew(t);
    assert_int_equal(fix_charges(t), 1);
    fix_expect_sound(t);
}

/* D-25: three schemas disagreed. Ours is made, undone and made again from one source. */
TEST_EACH_ENGINE(d25_the_schema_goes_down_and_up_again)
{
    fix_start();
    test_close_tx(t);
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) >= 3);
    EXPECT(migrate_up(t->db) >= 3);
    test_open_tx(t);
    int64_t account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
}

/* ---- many at once ---- */

enum { PARALLEL = 200 };
struct parallel {
    struct op op;
    struct exchange *x;
    struct kit_request request;
    enum op_outcome outcome;
    bool done;
};
static pthread_mutex_t parallel_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t parallel_wake = PTHREAD_COND_INITIALIZER;

static enum op_wish parallel_run(struct op *op, struct tx *tx)
{
    struct parallel *p = OWNER_OF(op, struct parallel, op);
    p->x->req.tx = tx;
    return p->x->req.route->run(&p->x->req) == ANSWER_SENT ? OP_COMMIT : OP_REFUSE;
}

static bool parallel_refused(struct op *op, struct tx *tx)
{
    struct parallel *p = OWNER_OF(op, struct parallel, op);
    p->x->req.tx = tx;
    return p->x->req.route->refused(&p->x->req);
}

static void parallel_again(struct op *op)
{
    struct parallel *p = OWNER_OF(op, struct parallel, op);
    buf_free(&p->x->req.reply.body);
    p->x->req.reply = (struct reply){ 0 };
}

static void parallel_done(struct op *op, enum op_outcome outcome)
{
    struct parallel *p = OWNER_OF(op, struct parallel, op);
    pthread_mutex_lock(&parallel_lock);
    p->outcome = outcome;
    p->done = true;
    pthread_cond_broadcast(&parallel_wake);
    pthread_mutex_unlock(&parallel_lock);
}

/* All at once through the lanes; counts the answers by status. */
static void run_parallel(struct test_db *t, struct parallel *all, size_t count, int statuses[600])
{
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 8 });
    for (size_t i = 0; i < count; i++) {
        all[i].op = (struct op){ .mode = TX_WRITE,
                                 .arena = arena_new(1 << 20),
                                 .run = parallel_run,
                                 .refused = parallel_refused,
                                 .again = parallel_again,
                                 .done = parallel_done };
        all[i].x = kit_exchange(all[i].op.arena, &all[i].request);
    }
    for (size_t i = 0; i < count; i++) EXPECT(lanes_submit(lanes, &all[i].op));
    pthread_mutex_lock(&parallel_lock);
    for (size_t i = 0; i < count; i++)
        while (!all[i].done) pthread_cond_wait(&parallel_wake, &parallel_lock);
    pthread_mutex_unlock(&parallel_lock);
    for (size_t i = 0; i < count; i++) {
        EXPECT(all[i].outcome == OP_COMMITTED || all[i].outcome == OP_REFUSED);
        statuses[all[i].x->req.reply.status]++;
        buf_free(&all[i].x->req.reply.body);
        arena_free(all[i].op.arena);
    }
    test_lanes_stop(t);
}

/* Acceptance 4: two hundred parallel enables of one shop: one charge, the others are told, none errs. */
TEST_EACH_ENGINE(d01_two_hundred_parallel_enables_are_one_charge)
{
    static struct parallel all[PARALLEL];
    static int statuses[600];
    fix_start();
    memset(all, 0, sizeof all), memset(statuses, 0, sizeof statuses);
    int64_t account = kit_account(t, 100000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(shop, 1);
    for (size_t i = 0; i < PARALLEL; i++)
        all[i].request = (struct kit_request){ .routes = tenants_routes,
                                               .verb = VERB_POST,
                                               .path = "/api/shops/1/chatbot/enable",
                                               .account = account,
                                               .body = "{}" };
    run_parallel(t, all, PARALLEL, statuses);
    assert_int_equal(statuses[200], 1);
    assert_int_equal(statuses[409], PARALLEL - 1);
    assert_int_equal(fix_charges(t), 1);
    assert_int_equal(fix_available(t, account), 100000 - 50);
    fix_expect_sound(t);
}

/* Eighty shops of one account that can pay for ten: ten are enabled, the rest is refused, none errs. */
TEST_EACH_ENGINE(d01_parallel_enables_of_many_shops_spend_each_credit_once)
{
    enum { SHOPS = 80 };
    static struct parallel all[SHOPS];
    static char paths[SHOPS][48];
    static int statuses[600];
    fix_start();
    memset(all, 0, sizeof all), memset(statuses, 0, sizeof statuses);
    int64_t account = kit_account(t, 500);
    for (size_t i = 0; i < SHOPS; i++) {
        snprintf(paths[i], sizeof paths[i], "/api/shops/%d/chatbot/enable", (int)fix_shop(t, account, "Tea"));
        all[i].request = (struct kit_request){
            .routes = tenants_routes, .verb = VERB_POST, .path = paths[i], .account = account, .body = "{}"
        };
    }
    run_parallel(t, all, SHOPS, statuses);
    assert_int_equal(statuses[200], 10);
    assert_int_equal(statuses[402], SHOPS - 10);
    assert_int_equal(fix_charges(t), 10);
    assert_int_equal(fix_audits(t, "chatbot_enable_refused"), SHOPS - 10);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_enable_answers_exactly_as_the_plan_prints),
        EACH_ENGINE(an_enable_writes_few_rows),
        EACH_ENGINE(before_enabling_the_status_says_so),
        EACH_ENGINE(without_credits_nothing_changes),
        EACH_ENGINE(d01_two_shops_cannot_spend_the_same_credits),
        EACH_ENGINE(enabling_twice_is_refused_and_charged_once),
        EACH_ENGINE(the_feature_can_be_switched_off),
        EACH_ENGINE(d22_another_merchants_shop_is_not_found),
        EACH_ENGINE(bad_bodies_are_refused),
        EACH_ENGINE(off_and_on_again_inside_a_paid_month_is_free),
        EACH_ENGINE(the_view_shows_steps_and_embed_code),
        EACH_ENGINE(a_price_of_zero_is_no_charge),
        EACH_ENGINE(d27_a_deleted_shop_suspends_its_chatbot_and_a_restored_one_resumes),
        EACH_ENGINE(d28_a_purge_erases_the_secrets),
        EACH_ENGINE(d25_the_schema_goes_down_and_up_again),
        EACH_ENGINE(d01_two_hundred_parallel_enables_are_one_charge),
        EACH_ENGINE(d01_parallel_enables_of_many_shops_spend_each_credit_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
