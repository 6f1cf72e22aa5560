/* test_shares.c: machines of one merchant that say nothing hold up neither another merchant's nor what the house does.
 */
#include "jobs/test_worker.h"

/* clang-format off */
static const struct job_kind shop_kind = { .name = "t.shop", .doc = "waits for a merchant's machine", .max_attempts = 3,
    .pool = JOB_POOL_SHOPS, .call = call_gate, .settle = settle_effect };
static const struct job_kind enable_kind = { .name = "t.enable", .doc = "a person waits for it", .max_attempts = 3,
    .call = call_nothing, .settle = settle_effect };
/* clang-format on */
static const struct job_kind file_kind = { .name = "t.file",
                                           .doc = "takes a mail apart",
                                           .max_attempts = 3,
                                           .pool = JOB_POOL_FILES,
                                           .call = call_gate,
                                           .settle = settle_effect };
static const struct job_kind answer_kind = { .name = "t.answer",
                                             .doc = "a shopper waits for it",
                                             .max_attempts = 3,
                                             .pool = JOB_POOL_INBOUND,
                                             .call = call_nothing,
                                             .settle = settle_effect };
static const struct job_kind *const table[] = { &shop_kind, &enable_kind, &file_kind, &answer_kind, NULL };

static void put_for(struct test_db *t, int64_t account, int n)
{
    for (int i = 0; i < n; i++)
        EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "t.shop", .account = account }, NULL) > 0);
}

static int claim(struct test_db *t, const struct pool_use *use, int limit, int64_t *round, int seen[10])
{
    struct claimed c[JOB_CLAIM_BATCH];
    int n = queue_claim(t->tx, JOB_POOL_SHOPS, limit, use, now_ms(), round, c);
    memset(seen, 0, 10 * sizeof seen[0]);
    for (int i = 0; i < n; i++) seen[c[i].account]++;
    return n;
}

TEST_EACH_ENGINE(who_has_its_share_is_passed_over)
{
    int seen[10];
    int64_t round = -1;
    struct pool_use use = { .share = 4 };
    jobs_know(table);
    put_for(t, 1, 100);
    EXPECT(claim(t, &use, 24, &round, seen) == 4 && seen[1] == 4);
    use.count = 1, use.of[0].account = 1, use.of[0].jobs = 4;
    EXPECT(claim(t, &use, 20, &round, seen) == 0);
    put_for(t, 2, 1), put_for(t, 3, 50);
    EXPECT(claim(t, &use, 20, &round, seen) == 5 && seen[1] == 0 && seen[2] == 1 && seen[3] == 4);
    /* Fewer places than accounts that have their share: the next one behind them is found all the same. */
    use.count = 3;
    for (int i = 0; i < 3; i++) use.of[i].account = i + 1, use.of[i].jobs = 4;
    put_for(t, 9, 1);
    round = 0;
    EXPECT(claim(t, &use, 1, &round, seen) == 1 && seen[9] == 1 && round == 9);
    use.of[0].jobs = 3;
    EXPECT(claim(t, &use, 9, &round, seen) == 1 && seen[1] == 1);
}

TEST_EACH_ENGINE(fifty_machines_of_one_account_that_hang_hold_up_nobody_else)
{
    enum { MACHINES = 50 };
    const unsigned share = pool_facts(JOB_POOL_SHOPS)->share;
    assert_in_range(2 * share, 1, pool_facts(JOB_POOL_SHOPS)->threads - 1);
    begin(t);
    jobs_know(table);
    put_for(t, 1, MACHINES);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 2);
    WAIT_FOR(calls == (int)share);
    struct job_new other = { .kind = "t.enable", .account = 2 };
    int64_t id = run_ask(t, &(struct ask){ .put = &other }, TX_WRITE, put_run);
    WAIT_FOR(is_state(t, id, "done"));
    /* Another merchant's own machine is asked at once as well: not after the fifty. */
    other = (struct job_new){ .kind = "t.shop", .account = 2 };
    run_ask(t, &(struct ask){ .put = &other }, TX_WRITE, put_run);
    WAIT_FOR(calls == (int)share + 2);
    EXPECT(returned == 0);
    /* The fifty go on as theirs end. */
    for (int i = 0; i < MACHINES + 1; i++) sem_post(&gate);
    WAIT_FOR(ends == MACHINES + 2);
    EXPECT(number(t, "effects") == MACHINES + 2);
    stop(j, 1000);
}

/* Whoever is sent a hundred mails at once waits for them: not who is sent one, nor who asks the assistant. */
TEST_EACH_ENGINE(mails_of_one_account_hold_up_no_answers_and_nobody_elses_mails)
{
    enum { MAILS = 20 };
    const unsigned share = pool_facts(JOB_POOL_FILES)->share;
    assert_in_range(share, 1, pool_facts(JOB_POOL_FILES)->threads - 1);
    begin(t);
    jobs_know(table);
    for (int i = 0; i < MAILS; i++)
        EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "t.file", .account = 1 }, NULL) > 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 2);
    WAIT_FOR(calls == (int)share);
    struct job_new other = { .kind = "t.answer", .account = 1 };
    int64_t id = run_ask(t, &(struct ask){ .put = &other }, TX_WRITE, put_run);
    WAIT_FOR(is_state(t, id, "done"));
    other = (struct job_new){ .kind = "t.file", .account = 2 };
    run_ask(t, &(struct ask){ .put = &other }, TX_WRITE, put_run);
    WAIT_FOR(calls == (int)share + 2);
    EXPECT(returned == 0);
    for (int i = 0; i < MAILS + 1; i++) sem_post(&gate);
    WAIT_FOR(ends == MAILS + 2);
    EXPECT(number(t, "effects") == MAILS + 2);
    stop(j, 1000);
}

TEST_EACH_ENGINE(what_waits_for_merchants_machines_is_told_apart)
{
    struct job_counts c;
    int64_t began_ms = 1700000000000;
    clock_fix_ms(began_ms);
    jobs_know(table);
    put_for(t, 1, 2);
    EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "t.file", .account = 1 }, NULL) > 0);
    clock_fix_ms(began_ms + HOUR_MS);
    EXPECT(jobs_count(t->tx, &c));
    EXPECT(c.pool[JOB_POOL_FILES].oldest_age_ms == HOUR_MS);
    EXPECT(c.pool[JOB_POOL_SHOPS].ready == 2 && c.pool[JOB_POOL_SHOPS].oldest_age_ms == HOUR_MS);
    EXPECT(c.oldest_age_ms == HOUR_MS && c.oldest_at_home_ms == 0);
    EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "t.enable", .account = 2 }, NULL) > 0);
    clock_fix_ms(began_ms + HOUR_MS + MINUTE_MS);
    EXPECT(jobs_count(t->tx, &c));
    EXPECT(c.pool[JOB_POOL_CALLS].oldest_age_ms == MINUTE_MS && c.oldest_at_home_ms == MINUTE_MS);
    EXPECT(c.oldest_age_ms == HOUR_MS + MINUTE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(who_has_its_share_is_passed_over),
        BOTH(fifty_machines_of_one_account_that_hang_hold_up_nobody_else),
        BOTH(mails_of_one_account_hold_up_no_answers_and_nobody_elses_mails),
        BOTH(what_waits_for_merchants_machines_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
