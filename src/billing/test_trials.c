/* test_trials.c: the free trial on both engines: once an account, however it is asked for, and what comes behind it. */
#include "billing/test_plan_fix.h"

#include "http/private.h"

TEST_EACH_ENGINE(a_trial_is_had_once_an_account)
{
    start(t, 0);
    struct kit_answer a = plan_call(t, "trial", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "state"), "trial");
    assert_true(is_time(json_object_get(a.json, "until"), kit_now() + DAYS(30)));
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE source = 'trial' AND charges = 0"), 1);
    assert_int_equal(fix_audits(t, "trial_began"), 1);
    assert_string_equal(plan_call(t, "trial", NULL).error, "plan_running");
    shop = fix_shop(t, account, "Cups");
    assert_string_equal(plan_call(t, "trial", NULL).error, "trial_used");
    a = plans(t, VERB_GET, "", NULL);
    assert_true(json_is_false(json_object_get(json_object_get(a.json, "trial"), "available")));
    expect_sound(t);
    int64_t theirs = shop;
    account = kit_account(t, 0);
    assert_int_equal(plan_call(t, "trial", NULL).status, 404);
    shop = fix_shop(t, account, "Tea");
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    assert_true(shop != theirs);
    expect_sound(t);
}

static bool had_before;
static bool was_had(struct tx *tx, int64_t of, bool *had)
{
    *had = had_before;
    return tx && of > 0;
}

TEST_EACH_ENGINE(who_went_and_came_back_has_no_second_trial)
{
    start(t, 0);
    billing_settings.trial_was_had = was_had;
    had_before = true;
    assert_string_equal(plan_call(t, "trial", NULL).error, "trial_used");
    struct kit_answer a = plans(t, VERB_GET, "", NULL);
    assert_true(json_is_false(json_object_get(json_object_get(a.json, "trial"), "available")));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM plan_trials"), 0);
    had_before = false;
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'basic';");
    assert_string_equal(plan_call(t, "trial", NULL).error, "no_trial");
    test_script(t, "UPDATE offers SET replaced_at_ms = 0 WHERE code = 'basic';");
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
}

TEST_EACH_ENGINE(a_plan_bought_in_the_trial_begins_behind_it_or_now)
{
    struct order_quote q;
    start(t, 0);
    int64_t began_ms = kit_now();
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    kit_set_now(began_ms + DAYS(5));
    assert_int_equal(quoted(t, "pro", 0, &q), QUOTE_MADE);
    assert_int_equal(money_minor(q.order.amount), 6000); /* a trial is worth nothing */
    struct order o = bought(t, "basic", 0);
    assert_int_equal(plan(t).until_ms, began_ms + DAYS(60));
    assert_true(plan(t).source == SOURCE_ORDER);
    kit_set_now(began_ms + DAYS(30));
    fix_renew(t); /* the trial is used up, the order takes over */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE source = 'order'"), 1);
    assert_int_equal(test_number(t, "SELECT MAX(expires_at_ms) FROM subscriptions"), began_ms + DAYS(60));
    expect_sound(t);
    struct order larger = bought(t, "pro", 0);
    assert_int_equal(plan(t).until_ms, kit_now() + DAYS(30));
    taken_back(t, &larger), taken_back(t, &o);
    assert_int_equal(plan(t).until_ms, kit_now());
    expect_sound(t);
}

enum { RACERS = 8 };
struct racer {
    struct op op;
    struct lanes *lanes;
    struct exchange *x;
    char path[64];
    int status;
};

static enum op_wish race_run(struct op *op, struct tx *tx)
{
    struct racer *r = OWNER_OF(op, struct racer, op);
    r->x->req.tx = tx;
    return r->x->req.route->run(&r->x->req) == ANSWER_SENT ? OP_COMMIT : OP_REFUSE;
}

static void race_again(struct op *op)
{
    struct racer *r = OWNER_OF(op, struct racer, op);
    buf_free(&r->x->req.reply.body);
    r->x->req.reply = (struct reply){ 0 };
}

static void *race(void *arg)
{
    struct racer *r = arg;
    enum op_outcome o = lanes_run(r->lanes, &r->op);
    EXPECT(o == OP_COMMITTED || o == OP_REFUSED);
    r->status = r->x->req.reply.status;
    return NULL;
}

/* Each by a shop of its own, so that no shop's lock orders them. */
TEST_EACH_ENGINE(of_trials_that_are_asked_for_at_once_one_is_given)
{
    static struct racer r[RACERS];
    pthread_t thread[RACERS];
    int given = 0, refused = 0;
    start(t, 0);
    memset(r, 0, sizeof r);
    for (int i = 0; i < RACERS; i++)
        snprintf(r[i].path, sizeof r[i].path, "/api/billing/plans/%lld/trial",
                 (long long)(i == 0 ? shop : fix_shop(t, account, "Cups")));
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = RACERS });
    for (int i = 0; i < RACERS; i++) {
        r[i].lanes = lanes;
        r[i].op = (struct op){ .mode = TX_WRITE, .arena = arena_new(1 << 20), .run = race_run, .again = race_again };
        const struct kit_request wish = {
            .routes = billing_plan_routes, .verb = VERB_POST, .path = r[i].path, .account = account
        };
        r[i].x = kit_exchange(r[i].op.arena, &wish);
        assert_non_null(r[i].x);
    }
    for (int i = 0; i < RACERS; i++) assert_int_equal(pthread_create(&thread[i], NULL, race, &r[i]), 0);
    for (int i = 0; i < RACERS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        given += r[i].status == 200, refused += r[i].status == 409;
        buf_free(&r[i].x->req.reply.body);
        arena_free(r[i].op.arena);
    }
    test_lanes_stop(t);
    assert_true(given == 1 && refused == RACERS - 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM shop_plans"), 1);
    expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_trial_is_had_once_an_account),
        EACH_ENGINE(who_went_and_came_back_has_no_second_trial),
        EACH_ENGINE(a_plan_bought_in_the_trial_begins_behind_it_or_now),
        EACH_ENGINE(of_trials_that_are_asked_for_at_once_one_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
