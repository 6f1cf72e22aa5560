/* test_worker_pools.c: who waits for whom: pools, accounts, and wishes of which one is alive at a time. */
#include "jobs/test_worker.h"

/* All threads of the calls hang. Mail, money and the house go on, calls of theirs too. */
/* clang-format off */
static const struct job_kind mail_kind = { .name = "t.mail", .doc = "a call of its own pool", .max_attempts = 3,
    .pool = JOB_POOL_MAIL, .call = call_nothing, .settle = settle_effect };
static const struct job_kind money_kind = { .name = "t.money", .doc = "a row", .max_attempts = 3,
    .pool = JOB_POOL_MONEY, .settle = settle_effect };
/* clang-format on */

TEST_EACH_ENGINE(pools_do_not_wait_for_each_other)
{
    static const struct job_kind *const table[] = { &gate_kind, &mail_kind, &money_kind, &noop, NULL };
    enum { CALLS = 100 };
    begin(t);
    for (int i = 0; i < CALLS; i++) put(t, "t.gate", i);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 2);
    WAIT_FOR(calls == 2);
    put_live(t, "t.mail", 0), put_live(t, "t.money", 0), put_live(t, "t.noop", 0);
    WAIT_FOR(ends == 3);
    EXPECT(number(t, "effects") == 2 && calls == 3 && returned == 0);
    for (int i = 0; i < CALLS; i++) sem_post(&gate);
    WAIT_FOR(ends == CALLS + 3);
    stop(j, 1000);
}

/* One account has a long line of calls. Another's first one is begun in the next round. */
TEST_EACH_ENGINE(an_account_with_many_jobs_delays_nobody_by_more_than_a_round)
{
    enum { CALLS = 300, THREADS = 2 };
    begin(t);
    for (int i = 0; i < CALLS; i++)
        EXPECT(jobs_put(t->tx, &(struct job_new){ .kind = "t.gate", .account = 1 }, NULL) > 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, THREADS);
    WAIT_FOR(calls == THREADS);
    struct job_new other = { .kind = "t.gate", .account = 2 };
    int64_t id = run_ask(t, &(struct ask){ .put = &other }, TX_WRITE, put_run);
    int let = 0;
    while (!is_state(t, id, "done") && let < CALLS) {
        sem_post(&gate), let++;
        WAIT_FOR(returned == let);
        WAIT_FOR(ends == let && calls == THREADS + let); /* it is stored, and the next one has begun */
    }
    EXPECT(let <= 4 * THREADS); /* those under way, and those that wait for a thread */
    for (int i = 0; i < CALLS; i++) sem_post(&gate);
    WAIT_FOR(ends == CALLS + 1);
    stop(j, 1000);
}

/* Its first try begins an hour after it was put. Its deadline, of 25 s, counts from then. */
TEST_EACH_ENGINE(a_deadline_counts_from_the_first_try)
{
    begin(t);
    int64_t id = put(t, "t.late", 0);
    test_commit(t);
    clock_advance_ms(HOUR_MS);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    for (int i = 1; i <= 2; i++) {
        WAIT_FOR(row_of(t, id).attempts == i && is_state(t, id, "ready"));
        jump(j, 11 * SECOND_MS);
    }
    WAIT_FOR(is_state(t, id, "dead"));
    EXPECT(row_of(t, id).attempts == 3);
    stop(j, 1000);
}

/* ---- one live job for each key ---- */

static int64_t wish(struct test_db *t, int64_t ref)
{
    struct job_new j = { .kind = "t.wish", .key = "shop:7", .ref = ref, .coalesce = true };
    return run_ask(t, &(struct ask){ .put = &j }, TX_WRITE, put_run);
}
static atomic_int at_once, most_at_once, last_ref;
static void call_wish(struct job *job)
{
    int now = atomic_fetch_add(&at_once, 1) + 1;
    if (now > most_at_once) most_at_once = now;
    call_gate(job);
    atomic_fetch_sub(&at_once, 1);
}
static enum job_wish settle_wish(struct job *job, struct tx *tx)
{
    atomic_store(&last_ref, (int)job->ref);
    if (atomic_fetch_sub(&fail_times, 1) > 0) {
        job_error(job, "not yet");
        return JOB_AGAIN;
    }
    return settle_effect(job, tx);
}
/* clang-format off */
static const struct job_kind wish_kind = { .name = "t.wish", .doc = "one at a time", .max_attempts = 3,
    .backoff_first_ms = SECOND_MS, .call = call_wish, .settle = settle_wish, .dead = dead_effect };
/* clang-format on */
static const struct job_kind *const wish_table[] = { &wish_kind, NULL };

TEST_EACH_ENGINE(wishes_run_one_at_a_time_and_the_last_one_last)
{
    begin(t);
    most_at_once = 0;
    test_lanes(t, NULL);
    struct jobs *j = start(t, wish_table, 4);
    wish(t, 1);
    WAIT_FOR(calls == 1);
    for (int i = 2; i <= 50; i++) wish(t, i);
    usleep(100000);
    EXPECT(calls == 1); /* the others wait for the end of the first */
    sem_post(&gate);
    WAIT_FOR(calls == 2);
    EXPECT(last_ref == 1);
    for (int i = 51; i <= 99; i++) wish(t, i);
    sem_post(&gate), sem_post(&gate);
    WAIT_FOR(number(t, "effects") == 3);
    EXPECT(last_ref == 99 && calls == 3 && most_at_once == 1);
    stop(j, 1000);
}

/* The one that runs fails, and takes up the wish that came meanwhile. */
TEST_EACH_ENGINE(a_failed_one_takes_up_the_wish_behind_it)
{
    begin(t);
    fail_times = 1;
    test_lanes(t, NULL);
    struct jobs *j = start(t, wish_table, 4);
    int64_t id = wish(t, 1);
    WAIT_FOR(calls == 1);
    int64_t behind = wish(t, 2);
    EXPECT(behind != id);
    sem_post(&gate);
    WAIT_FOR(is_state(t, id, "ready"));
    EXPECT(is_state(t, behind, "done") && row_of(t, id).ref == 2 && row_of(t, id).attempts == 0);
    EXPECT(wish(t, 3) == id);
    sem_post(&gate);
    jump(j, 2 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    EXPECT(last_ref == 3 && number(t, "effects") == 1 && calls == 2);
    stop(j, 1000);
}

/* Many put at once, while it is claimed and ends again and again: nothing runs side by side, and no wish is lost. */
struct wisher {
    struct test_db *t;
    int64_t from;
};
static void *wisher_thread(void *arg)
{
    const struct wisher *w = arg;
    for (int i = 0; i < 150; i++) wish(w->t, w->from + i);
    return NULL;
}

TEST_EACH_ENGINE(wishes_from_many_sides_are_neither_doubled_nor_lost)
{
    enum { SIDES = 4 };
    begin(t);
    most_at_once = 0;
    for (int i = 0; i < 4000; i++) sem_post(&gate);
    test_lanes(t, &(struct lane_options){ .readers = 2, .writers = 6 });
    struct jobs *j = start(t, wish_table, 4);
    pthread_t thread[SIDES];
    struct wisher wisher[SIDES];
    for (int i = 0; i < SIDES; i++) {
        wisher[i] = (struct wisher){ t, 1000 * (i + 1) };
        EXPECT(pthread_create(&thread[i], NULL, wisher_thread, &wisher[i]) == 0);
    }
    for (int i = 0; i < SIDES; i++) EXPECT(pthread_join(thread[i], NULL) == 0);
    int64_t id = wish(t, 77);
    WAIT_FOR(is_state(t, id, "done"));
    stop(j, 1000);
    EXPECT(last_ref == 77 && most_at_once == 1);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state <> 2") == 0);
    while (sem_trywait(&gate) == 0) continue;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(pools_do_not_wait_for_each_other),
        BOTH(an_account_with_many_jobs_delays_nobody_by_more_than_a_round),
        BOTH(a_deadline_counts_from_the_first_try),
        BOTH(wishes_run_one_at_a_time_and_the_last_one_last),
        BOTH(a_failed_one_takes_up_the_wish_behind_it),
        BOTH(wishes_from_many_sides_are_neither_doubled_nor_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
