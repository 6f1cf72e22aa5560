/* test_subscriptions.c: what a month is, and what happens when it is over. */
#include "tenants/test_fix.h"

#include <pthread.h>

static int64_t at(const char *text)
{
    int64_t ms;
    EXPECT(time_parse(str_of(text), &ms));
    return ms;
}

static const char *expires(struct test_db *t, int64_t account, int64_t shop)
{
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL);
    return json_string_value(json_object_get(json_object_get(a.json, "subscription"), "expiresAt"));
}

static const char *status(struct test_db *t, int64_t account, int64_t shop)
{
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    return json_string_value(json_object_get(json_object_get(a.json, "subscription"), "status"));
}

TEST_EACH_ENGINE(the_anchor_day_is_kept_through_short_months)
{
    static const char *const ends[] = { "2027-02-28T10:00:00.000Z", "2027-03-31T10:00:00.000Z",
                                        "2027-04-30T10:00:00.000Z", "2027-05-31T10:00:00.000Z" };
    fix_start();
    kit_set_now(at("2027-01-31T10:00:00Z"));
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        assert_string_equal(expires(t, account, shop), ends[i]);
        kit_set_now(at(ends[i]) - 1);
        fix_renew(t);
        assert_string_equal(expires(t, account, shop), ends[i]);
        assert_int_equal(fix_charges(t), 1 + (int)i);
        kit_set_now(at(ends[i]));
        fix_renew(t);
    }
    assert_int_equal(fix_available(t, account), 1000 - 50 - 4 * 10);
    assert_int_equal(fix_audits(t, "chatbot_renewed"), 4);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(renewing_twice_charges_once)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 940);
    /* As if a second machine had read the row before the first one changed it. */
    test_script(t, "UPDATE subscriptions SET status = 1, charges = 1, period_start_ms = started_at_ms,"
                   " expires_at_ms = period_start_ms, due_at_ms = period_start_ms;");
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 940);
    assert_string_equal(expires(t, account, shop), "2026-12-15T00:00:00.000Z");
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_server_that_slept_for_months_charges_each_of_them)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(at("2027-02-01T00:00:00Z"));
    for (int months = 1; months <= 3; months++) { /* one at a time, at once one after the other */
        enum job_wish wish = kit_job(t, &(struct kit_attempt){ .kind = &tenants_renew_job });
        assert_int_equal(wish, months < 3 ? JOB_NEXT : JOB_FINISHED);
        assert_int_equal(fix_available(t, account), 1000 - 50 - months * 10);
    }
    fix_renew(t);
    assert_string_equal(expires(t, account, shop), "2027-02-15T00:00:00.000Z");
    assert_int_equal(fix_available(t, account), 1000 - 50 - 3 * 10);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(without_credits_there_are_seven_days_of_grace)
{
    fix_start();
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "past_due");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status, 200);
    fix_expect_sound(t);
    kit_set_now(at("2026-11-21T23:59:00Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "past_due");
    assert_int_equal(fix_audits(t, "chatbot_past_due"), 1); /* told once, not at every try */
    kit_set_now(at("2026-11-22T00:00:00Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "expired");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "sso/issue", "{}").status, 409);
    assert_string_equal(fix_call(t, account, VERB_GET, shop, "chatbot/status", NULL).text, "{\"enabled\":false}");
    assert_int_equal(fix_audits(t, "chatbot_expired"), 1);
    assert_int_equal(fix_charges(t), 1);
    fix_expect_sound(t);

    /* Bought again: a new month, the same bot. */
    struct credit_entry entry;
    EXPECT(credits_grant(t->tx,
                         &(struct credit_change){ .account = account,
                                                  .amount = credits_of(60),
                                                  .reason = REASON_topup,
                                                  .key = "again",
                                                  .at_ms = kit_now() },
                         &entry) == DEBIT_DONE);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_string_equal(expires(t, account, shop), "2026-12-22T00:00:00.000Z");
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_top_up_within_the_grace_renews_from_the_old_end)
{
    fix_start();
    struct credit_entry entry;
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    kit_set_now(at("2026-11-15T00:05:00Z"));
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE updated_at_ms = due_at_ms - 600000"), 1);
    EXPECT(credits_grant(t->tx,
                         &(struct credit_change){ .account = account,
                                                  .amount = credits_of(10),
                                                  .reason = REASON_topup,
                                                  .key = "again",
                                                  .at_ms = kit_now() },
                         &entry) == DEBIT_DONE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'tenants.renew'"), 1);
    kit_set_now(at("2026-11-15T00:05:01Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "active");
    assert_string_equal(expires(t, account, shop), "2026-12-15T00:00:00.000Z");
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(switching_off_while_past_due_leaves_nothing_free)
{
    fix_start();
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(at("2026-11-16T00:00:00Z"));
    fix_renew(t);
    assert_string_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", NULL).text,
                        "{\"success\":true,\"freeUntil\":null}");
    assert_int_equal(fix_enable(t, account, shop).status, 402);
    kit_set_now(at("2026-12-16T00:00:00Z"));
    fix_renew(t);
    assert_int_equal(fix_charges(t), 1);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_batch_renews_many_shops_of_many_accounts)
{
    fix_start();
    int64_t rich = kit_account(t, 5000), poor = kit_account(t, 105);
    for (int i = 0; i < 20; i++) assert_int_equal(fix_enable(t, rich, fix_shop(t, rich, "Tea")).status, 200);
    for (int i = 0; i < 2; i++) assert_int_equal(fix_enable(t, poor, fix_shop(t, poor, "Tea")).status, 200);
    kit_set_now(at("2026-11-15T00:01:00Z"));
    fix_renew(t);
    assert_int_equal(fix_available(t, rich), 5000 - 20 * 60);
    assert_int_equal(fix_available(t, poor), 5);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE status = 2"), 2);
    fix_expect_sound(t);
}

/* 5,000 past due, each due again after ten minutes, kept a paying merchant waiting for 100 minutes. */
TEST_EACH_ENGINE(a_full_batch_goes_on_at_once)
{
    enum { POOR = 6, EACH = 45, RICH = 40 }; /* 310: no full batch is the last */
    fix_start();
    for (int i = 0; i < POOR; i++) {
        int64_t poor = kit_account(t, EACH * 50);
        for (int n = 0; n < EACH; n++) assert_int_equal(fix_enable(t, poor, fix_shop(t, poor, "Tea")).status, 200);
    }
    kit_set_now(KIT_START_MS + SECOND_MS); /* the last ones due */
    int64_t rich = kit_account(t, RICH * 60);
    for (int n = 0; n < RICH; n++) assert_int_equal(fix_enable(t, rich, fix_shop(t, rich, "Tea")).status, 200);
    kit_set_now(at("2026-11-15T00:01:00Z"));
    int rounds = 1;
    while (kit_job(t, &(struct kit_attempt){ .kind = &tenants_renew_job }) == JOB_NEXT) rounds++;
    assert_int_equal(rounds, (POOR * EACH + RICH + ENTITLEMENTS_MAX - 1) / ENTITLEMENTS_MAX);
    assert_int_equal(fix_available(t, rich), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE status = 2"), POOR * EACH);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE charges = 2"), RICH);
    fix_expect_sound(t);
}

/* Only what waits for credits of this account, and not what was stopped. */
TEST_EACH_ENGINE(credits_wake_what_is_past_due_and_nothing_else)
{
    fix_start();
    int64_t account = kit_account(t, 150), other = kit_account(t, 50);
    int64_t stopped = fix_shop(t, account, "Tea"), past_due = fix_shop(t, account, "Tea");
    int64_t theirs = fix_shop(t, other, "Tea"), later;
    assert_int_equal(fix_enable(t, account, stopped).status, 200);
    assert_int_equal(fix_enable(t, account, past_due).status, 200);
    assert_int_equal(fix_enable(t, other, theirs).status, 200);
    kit_set_now(at("2026-11-10T00:00:00Z"));
    later = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, later).status, 200); /* its month goes on */
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE status = 2"), 3);
    char path[64];
    snprintf(path, sizeof path, "/api/shops/%lld", (long long)stopped);
    assert_int_equal(
        kit_call(t,
                 &(struct kit_request){ .routes = shops_routes, .verb = VERB_DELETE, .path = path, .account = account })
            .status,
        200);
    kit_set_now(at("2026-11-15T00:01:00Z"));
    EXPECT(tenants_credits_came(t->tx, account, kit_now()));
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM subscriptions WHERE due_at_ms = %lld", (long long)kit_now());
    assert_int_equal(test_number(t, sql), 1);
    snprintf(sql, sizeof sql, "SELECT shop FROM subscriptions WHERE due_at_ms = %lld", (long long)kit_now());
    assert_int_equal(test_number(t, sql), past_due);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), 1);
    EXPECT(tenants_credits_came(t->tx, account, kit_now()));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs"), 1); /* nothing was asleep */
}

/* Two lanes take the same due batch: the second finds it renewed. */
struct lane_renewal {
    struct op op;
    struct lanes *lanes;
};

static enum op_wish renew_run(struct op *op, struct tx *tx)
{
    struct job job = { .kind = tenants_renew_job.name, .arena = op->arena, .now_ms = kit_now() };
    return tenants_renew_job.settle(&job, tx) != JOB_FAULT ? OP_COMMIT : OP_REFUSE;
}

static void renew_again(struct op *op) { arena_reset(op->arena); }

static void *renew_thread(void *arg)
{
    struct lane_renewal *r = arg;
    EXPECT(lanes_run(r->lanes, &r->op) == OP_COMMITTED);
    return NULL;
}

TEST_EACH_ENGINE(renewing_on_two_lanes_at_once_charges_once)
{
    enum { THREADS = 4, SHOPS = 12 };
    struct lane_renewal r[THREADS];
    pthread_t thread[THREADS];
    fix_start();
    int64_t account = kit_account(t, 5000);
    for (int i = 0; i < SHOPS; i++) assert_int_equal(fix_enable(t, account, fix_shop(t, account, "Tea")).status, 200);
    kit_set_now(at("2026-11-15T00:00:00Z"));
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = THREADS });
    for (int i = 0; i < THREADS; i++) {
        r[i] = (struct lane_renewal){
            .lanes = lanes,
            .op = { .mode = TX_WRITE, .arena = arena_new(8 << 20), .run = renew_run, .again = renew_again }
        };
        assert_int_equal(pthread_create(&thread[i], NULL, renew_thread, &r[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        arena_free(r[i].op.arena);
    }
    test_lanes_stop(t);
    assert_int_equal(fix_available(t, account), 5000 - SHOPS * 60);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(the_anchor_day_is_kept_through_short_months),
        EACH_ENGINE(renewing_twice_charges_once),
        EACH_ENGINE(a_server_that_slept_for_months_charges_each_of_them),
        EACH_ENGINE(without_credits_there_are_seven_days_of_grace),
        EACH_ENGINE(a_top_up_within_the_grace_renews_from_the_old_end),
        EACH_ENGINE(switching_off_while_past_due_leaves_nothing_free),
        EACH_ENGINE(a_batch_renews_many_shops_of_many_accounts),
        EACH_ENGINE(a_full_batch_goes_on_at_once),
        EACH_ENGINE(credits_wake_what_is_past_due_and_nothing_else),
        EACH_ENGINE(renewing_on_two_lanes_at_once_charges_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
