/* test_renewals.c: what must not stop the renewals of others, and what must not be taken: bad rows, rows that somebody
 * holds, a clock that is wrong, a notice that came late, a renewal that is switched off. */
#include "tenants/test_fix.h"

static int64_t at(const char *text)
{
    int64_t ms;
    EXPECT(time_parse(str_of(text), &ms));
    return ms;
}

/* As the worker makes it: a fault undoes all of the attempt. */
static enum job_wish attempt(struct test_db *t)
{
    struct job job = { .kind = tenants_renew_job.name, .arena = t->arena, .attempt = 1, .now_ms = kit_now() };
    EXPECT(tx_part_begin(t->tx, t->arena));
    enum job_wish wish = tenants_renew_job.settle(&job, t->tx);
    if (wish == JOB_FAULT || !tx_part_keep(t->tx)) {
        EXPECT(tx_part_undo(t->tx));
        return JOB_FAULT;
    }
    return wish;
}

enum { MANY = 6, BAD = 3 };
struct many {
    int64_t account[MANY], shop[MANY];
};

static struct many enabled(struct test_db *t)
{
    struct many m;
    fix_start();
    for (int i = 0; i < MANY; i++) {
        m.account[i] = kit_account(t, 1000);
        m.shop[i] = fix_shop(t, m.account[i], "Tea");
        assert_int_equal(fix_enable(t, m.account[i], m.shop[i]).status, 200);
    }
    kit_set_now(at("2026-11-15T00:00:00Z"));
    return m;
}

static void expect_all_but_one_renewed(struct test_db *t, const struct many *m)
{
    for (int i = 0; i < MANY; i++)
        if (i != BAD) assert_int_equal(fix_available(t, m->account[i]), 940);
    assert_int_equal(fix_charges(t), 2 * MANY - 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE charges = 2"), MANY - 1);
}

static void script(struct test_db *t, const char *format, int64_t number)
{
    const char *hole = strstr(format, "%d");
    test_script(t, arena_printf(t->arena, "%.*s%lld%s", (int)(hole - format), format, (long long)number, hole + 2));
}

/* What the operator sees. */
static struct tenants_renewal_failure failure(struct test_db *t)
{
    struct tenants_renewal_failure f[4];
    size_t count;
    EXPECT(tenants_renewals_failed(t->tx, 0, f, ARRAY_LEN(f), &count));
    assert_int_equal(count, 1);
    return f[0];
}

static void one_bad_row(struct test_db *t, const char *spoil, const char *mend)
{
    struct many m = enabled(t);
    script(t, spoil, m.account[BAD]);
    assert_int_equal(attempt(t), JOB_FINISHED);
    expect_all_but_one_renewed(t, &m);
    struct tenants_renewal_failure f = failure(t);
    assert_int_equal(f.shop, m.shop[BAD]);
    assert_int_equal(f.account, m.account[BAD]);
    assert_int_equal(f.tries, 1);
    assert_true(strlen(f.error) > 10);
    int64_t failing = 0;
    EXPECT(tenants_renewals_failing(t->tx, &failing) && failing == 1);

    kit_set_now(kit_now() + MINUTE_MS); /* it waits by itself */
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_int_equal(failure(t).tries, 1);
    kit_set_now(f.retry_at_ms);
    assert_int_equal(attempt(t), JOB_FINISHED);
    f = failure(t);
    assert_int_equal(f.tries, 2);
    assert_true(f.retry_at_ms > kit_now() + 9 * MINUTE_MS);

    script(t, mend, m.account[BAD]);
    kit_set_now(f.retry_at_ms);
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_int_equal(fix_available(t, m.account[BAD]), 940);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 0);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_subscription_with_impossible_dates_stops_nobody)
{
    one_bad_row(t, "UPDATE subscriptions SET anchor_day = 0 WHERE account = %d;",
                "UPDATE subscriptions SET anchor_day = 15 WHERE account = %d;");
}

TEST_EACH_ENGINE(an_account_without_a_ledger_stops_nobody)
{
    one_bad_row(t, "UPDATE credit_accounts SET account = -1 WHERE account = %d;",
                "UPDATE credit_accounts SET account = %d WHERE account = -1;");
}

/* The append meets a row that is there already: on PostgreSQL that is known only at the end of the part. */
TEST_EACH_ENGINE(an_entry_in_the_way_stops_nobody)
{
    one_bad_row(t,
                "INSERT INTO credit_entries (account, seq, key, amount, balance_after, reason, actor, at_ms, hash)"
                " SELECT account, 3, 'in the way', 1, 1, 'grant', 0, 1, hash FROM credit_entries"
                " WHERE account = %d AND seq = 1;",
                "DELETE FROM credit_entries WHERE account = %d AND key = 'in the way';");
}

/* Four shops of one account in one batch, and credits for three. */
TEST_EACH_ENGINE(an_account_pays_for_its_shops_as_far_as_its_credits_reach)
{
    enum { SHOPS = 4, PRICES = 4 * (1 + 50) };
    fix_start();
    int64_t account = kit_account(t, PRICES + 3 * 10);
    for (int i = 0; i < SHOPS; i++) assert_int_equal(fix_enable(t, account, fix_shop(t, account, "Tea")).status, 200);
    int64_t before = fix_available(t, account);
    kit_set_now(at("2026-11-15T00:00:00Z"));
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_int_equal(fix_available(t, account), before - 3 * 10);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE charges = 2 AND status = 1"), 3);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE charges = 1 AND status = 2"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 0);
    fix_expect_sound(t);
}

/* Its entry is there, its subscription is not moved: a table that was put back. Found when it goes by itself. */
static void put_back(struct test_db *t, int64_t account)
{
    script(t,
           "UPDATE subscriptions SET expires_at_ms = period_start_ms, due_at_ms = period_start_ms,"
           " period_start_ms = started_at_ms - 1 WHERE account = %d;",
           account);
}

TEST_EACH_ENGINE(a_month_that_was_taken_is_not_taken_again)
{
    struct many m = enabled(t);
    assert_int_equal(attempt(t), JOB_FINISHED);
    put_back(t, m.account[BAD]);
    put_back(t, m.account[0]);
    assert_int_equal(attempt(t), JOB_FINISHED);
    for (int i = 0; i < MANY; i++) assert_int_equal(fix_available(t, m.account[i]), 940);
    assert_int_equal(fix_charges(t), 2 * MANY);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE charges = 3"), 2);
}

/* Nor is it unpaid because what was left has been spent since. */
TEST_EACH_ENGINE(a_month_that_was_taken_is_paid_whatever_is_left)
{
    struct many m = enabled(t);
    assert_int_equal(attempt(t), JOB_FINISHED);
    struct credit_entry e;
    EXPECT(credits_debit(t->tx,
                         &(struct credit_change){ .account = m.account[BAD],
                                                  .shop = m.shop[BAD],
                                                  .amount = credits_of(935),
                                                  .reason = REASON_chatbot_renewal,
                                                  .key = "spent",
                                                  .at_ms = kit_now() },
                         &e) == DEBIT_DONE);
    put_back(t, m.account[BAD]);
    put_back(t, m.account[0]);
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_int_equal(fix_available(t, m.account[BAD]), 5);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE charges = 3 AND status = 1"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM subscriptions WHERE status = 2"), 0);
}

/* Made by hand: it is nobody's, and is charged to nobody. */
TEST_EACH_ENGINE(a_subscription_of_another_shop_is_charged_to_nobody)
{
    struct many m = enabled(t);
    script(t, "UPDATE subscriptions SET shop = (SELECT MIN(shop) FROM subscriptions) WHERE account = %d;",
           m.account[BAD]);
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_int_equal(fix_available(t, m.account[BAD]), 950);
    assert_int_equal(fix_available(t, m.account[0]), 940);
}

/* A person at a database prompt, or a long transaction: passed over, not waited for. */
TEST_EACH_ENGINE(a_shop_that_somebody_holds_is_passed_over)
{
    struct many m = enabled(t);
    char error[256];
    test_commit(t);
    struct conn *c = conn_open(t->db, TX_WRITE, error, sizeof error);
    assert_non_null(c);
    struct arena *a = arena_new(1 << 20);
    struct tx *other = tx_begin(c, TX_WRITE, a);
    struct shop s;
    EXPECT(other && shops_locked(other, m.shop[BAD], &s) == ROW_FOUND);
    int64_t began_ms = monotonic_ms();
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_true(monotonic_ms() - began_ms < 1000);
    expect_all_but_one_renewed(t, &m);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 0);
    tx_rollback(other);
    conn_close(c);
    arena_free(a);
    assert_int_equal(attempt(t), JOB_FINISHED);
    assert_int_equal(fix_available(t, m.account[BAD]), 940);
    fix_expect_sound(t);
}

/* Down to what had a list of its own, and up again. */
TEST_EACH_ENGINE(what_fails_is_kept_through_the_schema)
{
    struct many m = enabled(t);
    script(t, "UPDATE subscriptions SET anchor_day = 0 WHERE account = %d;", m.account[BAD]);
    assert_int_equal(attempt(t), JOB_FINISHED);
    test_script(t, "INSERT INTO job_skips (kind, item, tries, first_at_ms, last_at_ms, retry_at_ms, error) VALUES"
                   " ('shops.purge', 1, 2, 1000, 2000, 3000, 'stays');");
    struct tenants_renewal_failure before = failure(t);
    test_close_tx(t);
    EXPECT(migrate_down(t->db, 1082, DOWN_DROP_DATA, NULL) >= 1);
    test_open_tx(t);
    assert_int_equal(test_number(t, "SELECT account FROM renewal_failures"), m.account[BAD]);
    assert_int_equal(test_number(t, "SELECT tries FROM renewal_failures"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM job_skips"), 1);
    test_close_tx(t);
    EXPECT(migrate_up(t->db) >= 1);
    test_open_tx(t);
    struct tenants_renewal_failure f = failure(t);
    assert_int_equal(f.shop, before.shop);
    assert_int_equal(f.retry_at_ms, before.retry_at_ms);
    assert_string_equal(f.error, "its subscription's dates make no sense");
}

/* ---- time ---- */

/* Three seconds a year ahead took twelve months from every shop. */
TEST_EACH_ENGINE(a_clock_that_jumped_takes_nothing)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    clock_fix_ms(0);
    EXPECT(clock_is_sound());
    clock_jump_ms(365 * DAY_MS);
    EXPECT(!clock_is_sound());
    kit_set_now(at("2027-11-15T00:00:00Z"));
    struct job job = {
        .kind = tenants_renew_job.name, .arena = t->arena, .attempt = 1, .now_ms = at("2027-11-15T00:00:00Z")
    };
    clock_fix_ms(0);
    EXPECT(!clock_is_sound());
    assert_int_equal(tenants_renew_job.settle(&job, t->tx), JOB_FINISHED);
    assert_int_equal(fix_available(t, account), 950);
    assert_int_equal(fix_charges(t), 1);
    clock_jump_ms(-365 * DAY_MS);
    EXPECT(clock_is_sound());
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 940);
}

static const char *status(struct test_db *t, int64_t account, int64_t shop)
{
    struct kit_answer a = fix_call(t, account, VERB_GET, shop, "chatbot", NULL);
    return json_string_value(json_object_get(json_object_get(a.json, "subscription"), "status"));
}

/* After 45 days without a server a shop expired without the notice it was promised. */
TEST_EACH_ENGINE(the_days_of_grace_count_from_the_notice)
{
    fix_start();
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    kit_set_now(at("2026-12-30T12:00:00Z"));
    fix_renew(t);
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "past_due");
    assert_int_equal(fix_audits(t, "chatbot_past_due"), 1);
    kit_set_now(at("2027-01-06T11:59:59Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "past_due");
    kit_set_now(at("2027-01-06T12:00:00Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "expired");
    fix_expect_sound(t);
}

/* A notice that a wrong clock wrote for the future is taken as one of now. */
TEST_EACH_ENGINE(a_notice_from_the_future_does_not_give_years_of_grace)
{
    struct subscription s = { .expires_at_ms = 1000 * DAY_MS, .past_due_at_ms = 2000 * DAY_MS };
    assert_int_equal(subscription_grace_end(&s, 1001 * DAY_MS), 1008 * DAY_MS);
    s.past_due_at_ms = 1003 * DAY_MS;
    assert_int_equal(subscription_grace_end(&s, 1004 * DAY_MS), 1010 * DAY_MS);
    assert_int_equal(subscription_days_left(&s, 1004 * DAY_MS), 6);
    assert_int_equal(subscription_days_left(&s, 1010 * DAY_MS - 1), 1);
    assert_int_equal(subscription_days_left(&s, 1010 * DAY_MS), 0);
    (void)t;
}

/* ---- letters ---- */

static enum row owner(struct tx *tx, int64_t account, struct tenants_owner *out)
{
    (void)tx;
    if (account == 99) return ROW_NONE;
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = account % 2 ? "en" : "zh-CN" };
    return ROW_FOUND;
}

static int64_t letters(struct test_db *t, const char *kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM mail_outbox WHERE kind = '%s'", kind));
}

TEST_EACH_ENGINE(a_month_that_is_not_paid_is_told_three_times)
{
    fix_start();
    tenants_hooks.owner = owner;
    const struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>",
                                        .keep = true,
                                        .keyring = fix_keyring };
    tenants_settings.mail = &mail;
    int64_t account = kit_account(t, 50), shop = fix_shop(t, account, "A & B {shop}");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    for (int64_t hour = 0; hour <= 7 * 24; hour++) {
        kit_set_now(at("2026-11-15T00:00:00Z") + hour * HOUR_MS);
        fix_renew(t);
        assert_int_equal(letters(t, "renewal_not_paid"), 1);
        assert_int_equal(letters(t, "renewal_last_call"), hour >= 4 * 24);
        assert_int_equal(letters(t, "chatbot_stopped"), hour >= 7 * 24);
    }
    assert_string_equal(status(t, account, shop), "expired");
    struct mail_row rows[4];
    size_t count;
    EXPECT(mail_list(t->tx, &mail, 0, 4, rows, &count) == ROW_FOUND && count == 3);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rows[i].to, "owner@shop.example");
        assert_non_null(strstr(rows[i].text, "A & B {shop}"));
    }
    assert_non_null(strstr(rows[2].text, "costs 10 credits"));
    assert_non_null(strstr(rows[0].text, "with 50 credits you enable it again")); /* a new one: not 10 */
    assert_non_null(strstr(rows[2].text, "goes on until the end of 21 November 2026"));
    tenants_hooks.owner = fix_owner;
}

/* ---- the merchant switches it off ---- */

TEST_EACH_ENGINE(without_automatic_renewal_the_month_is_the_last)
{
    fix_start();
    int64_t account = kit_account(t, 1000), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    test_script(t, "UPDATE subscriptions SET renews = 0;");
    kit_set_now(at("2026-11-14T23:59:59Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "active");
    kit_set_now(at("2026-11-15T00:00:00Z"));
    fix_renew(t);
    assert_string_equal(status(t, account, shop), "expired");
    assert_int_equal(fix_available(t, account), 950);
    assert_int_equal(fix_audits(t, "chatbot_past_due"), 0);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_subscription_with_impossible_dates_stops_nobody),
        EACH_ENGINE(an_account_without_a_ledger_stops_nobody),
        EACH_ENGINE(an_entry_in_the_way_stops_nobody),
        EACH_ENGINE(an_account_pays_for_its_shops_as_far_as_its_credits_reach),
        EACH_ENGINE(a_month_that_was_taken_is_not_taken_again),
        EACH_ENGINE(a_month_that_was_taken_is_paid_whatever_is_left),
        EACH_ENGINE(a_subscription_of_another_shop_is_charged_to_nobody),
        ONLY_POSTGRES(a_shop_that_somebody_holds_is_passed_over),
        EACH_ENGINE(what_fails_is_kept_through_the_schema),
        EACH_ENGINE(a_clock_that_jumped_takes_nothing),
        EACH_ENGINE(the_days_of_grace_count_from_the_notice),
        EACH_ENGINE(a_notice_from_the_future_does_not_give_years_of_grace),
        EACH_ENGINE(a_month_that_is_not_paid_is_told_three_times),
        EACH_ENGINE(without_automatic_renewal_the_month_is_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
