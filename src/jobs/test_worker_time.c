/* test_worker_time.c: what time does to the worker: kills, leases, clocks that jump, cron rows and the stop. A worker
 * that dies is played by a claim whose owner never comes back. */
#include "jobs/test_worker.h"

#include <signal.h>
#include <sys/wait.h>

/* A claim whose owner never comes back. */
static struct claimed lose(struct test_db *t)
{
    struct claimed c;
    int64_t round = -1;
    EXPECT(queue_expire(t->tx, now_ms()) >= 0 && queue_sort(t->tx, kinds, now_ms()) >= 0);
    EXPECT(queue_claim(t->tx, JOB_POOL_HOUSE, 1, NULL, now_ms(), &round, &c) == 1);
    return c;
}

/* The claim of a worker that was killed. */
TEST_EACH_ENGINE(a_killed_workers_job_is_taken_within_its_lease)
{
    begin(t);
    int64_t id = put(t, "t.effect", 0);
    struct claimed lost = lose(t);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    usleep(200000);
    EXPECT(ends == 0);
    jump(j, JOB_LEASE_MS + SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    EXPECT(row_of(t, id).attempts == 2);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(queue_move(t->tx, &(struct queue_move){
                                 .id = id, .attempt = lost.attempt, .from = JOB_RUNNING, .to = JOB_DONE }) == ROW_NONE);
}

/* A process of its own on the same database, which never returns: it says when two calls are under way and waits to be
 * killed. */
static void be_a_process(struct test_db *t, int ready_fd)
{
    char error[256];
    struct db *db = db_open(&(struct db_options){ .url = t->url }, error, sizeof(error));
    struct lanes *lanes =
        db ? lanes_start(db, &(struct lane_options){ .readers = 1, .writers = 2 }, error, sizeof(error)) : NULL;
    if (!lanes) _exit(1);
    struct jobs *j =
        jobs_start(&(struct job_options){ .lanes = lanes, .kinds = kinds, .context = "context", .workers = 2 });
    if (!j) _exit(1);
    while (atomic_load(&calls) < 2) usleep(1000);
    if (write(ready_fd, "r", 1) != 1) _exit(1);
    for (;;) pause();
}

TEST_EACH_ENGINE(a_process_is_killed_and_another_finishes)
{
    enum { JOBS = 300, CALLS = 6 };
    begin(t);
    for (int i = 0; i < CALLS; i++) put(t, "t.gate", i);
    for (int i = 0; i < JOBS; i++) put(t, "t.effect", i);
    test_close_tx(t);
    int ready[2];
    char byte;
    EXPECT(pipe(ready) == 0);
    pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) be_a_process(t, ready[1]);
    close(ready[1]);
    EXPECT(read(ready[0], &byte, 1) == 1);
    EXPECT(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
    close(ready[0]);
    test_open_tx(t);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 4);
    for (int i = 0; i < CALLS; i++) sem_post(&gate);
    jump(j, JOB_LEASE_MS + SECOND_MS);
    WAIT_FOR(number(t, "done") == JOBS + CALLS);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects") == JOBS + CALLS);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT job) FROM effects") == JOBS + CALLS);
}

/* Three workers die with it one after the other: then it is dead, and its kind is told. */
TEST_EACH_ENGINE(a_job_that_kills_its_workers_ends)
{
    begin(t);
    int64_t id = put(t, "t.again", 0);
    struct claimed lost = lose(t);
    for (int i = 0; i < 2; i++) {
        clock_advance_ms(JOB_LEASE_MS + 1);
        lost = lose(t);
    }
    EXPECT(lost.attempt == 3);
    clock_advance_ms(JOB_LEASE_MS + 1);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(is_state(t, id, "dead"));
    EXPECT(deaths == 1 && number(t, "effects") == 1);
    stop(j, 1000);
}

TEST_EACH_ENGINE(a_superseded_attempt_changes_nothing)
{
    begin(t);
    int64_t id = put(t, "t.gate", 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(calls == 1);
    run_ask(t, &(struct ask){ .id = id }, TX_WRITE, steal_run); /* another worker has it now */
    sem_post(&gate);
    WAIT_FOR(returned == 1);
    stop(j, 5000);
    EXPECT(number(t, "effects") == 0 && is_state(t, id, "running") && settles == 0);
}

TEST_EACH_ENGINE(a_long_call_keeps_its_lease)
{
    begin(t);
    int64_t id = put(t, "t.gate", 0);
    test_lanes(t, NULL);
    struct jobs *one = start(t, kinds, 1);
    WAIT_FOR(calls == 1);
    struct jobs *two = start(t, kinds, 1);
    for (int i = 0; i < 4; i++) {
        int64_t before_ms = row_of(t, id).run_at_ms;
        clock_advance_ms(JOB_LEASE_MS * 3 / 4);
        jobs_wake(one), jobs_wake(two);
        WAIT_FOR(row_of(t, id).run_at_ms > before_ms);
    }
    /* Even when all clocks jump past the lease at once, a worker does not take its own job again. */
    stop(two, 1000);
    jump(one, 365 * DAY_MS);
    WAIT_FOR(row_of(t, id).run_at_ms > now_ms());
    EXPECT(calls == 1 && row_of(t, id).attempts == 1);
    sem_post(&gate);
    WAIT_FOR(is_state(t, id, "done"));
    stop(one, 1000);
}

/* Slow calls fill the pool; direct jobs go on, and what the pool cannot begin soon is left for others. */
TEST_EACH_ENGINE(slow_calls_do_not_hold_up_direct_jobs)
{
    enum { CALLS = 30, OTHERS = 200 };
    begin(t);
    for (int i = 0; i < CALLS; i++) put(t, "t.gate", i);
    for (int i = 0; i < OTHERS; i++) put(t, "t.noop", i);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 2);
    WAIT_FOR(ends == OTHERS);
    EXPECT(calls == 2);
    for (int i = 0; i < CALLS; i++) sem_post(&gate);
    WAIT_FOR(ends == OTHERS + CALLS);
    EXPECT(number(t, "effects") == CALLS);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE attempts <> 1") == 0);
}

TEST_EACH_ENGINE(stopping_gives_leases_back)
{
    enum { CALLS = 6 };
    begin(t);
    for (int i = 0; i < CALLS; i++) put(t, "t.gate", i);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(calls == 1);
    usleep(50000);
    stop(j, 50);                  /* one in its call, some waiting for the thread */
    j = start(t, kinds, CALLS);   /* as the next process */
    WAIT_FOR(calls == 1 + CALLS); /* at once: no lease stands in the way */
    for (int i = 0; i < CALLS + 1; i++) sem_post(&gate);
    WAIT_FOR(ends == CALLS);
    WAIT_FOR(returned == CALLS + 1);
    EXPECT(number(t, "effects") == CALLS);
    stop(j, 5000);
    usleep(100000); /* the thread that was left behind ends */
    test_lanes_stop(t);
    /* Only the one that had begun has used up an attempt. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 2 AND attempts - spared = 1") == CALLS - 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 2 AND attempts - spared = 2") == 1);
}

TEST_EACH_ENGINE(stopping_waits_for_what_is_under_way)
{
    begin(t);
    int64_t id = put(t, "t.gate", 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(calls == 1);
    sem_post(&gate);
    stop(j, WAIT_MAX_MS);
    EXPECT(is_state(t, id, "done") && ends == 1);
}

/* The clock is an hour ahead, jobs are put, and it is set right while nobody runs. */
TEST_EACH_ENGINE(a_start_after_a_clock_was_set_back_runs_what_is_ready)
{
    enum { READY = 300 };
    begin(t);
    clock_advance_ms(HOUR_MS);
    int64_t slow = put(t, "t.noop", 0), slow_ms = now_ms() + 10 * MINUTE_MS - HOUR_MS;
    test_script(t, "UPDATE jobs SET run_at_ms = run_at_ms + 600000, pool = 0");
    for (int i = 0; i < READY; i++) put(t, "t.effect", i);
    test_commit(t);
    clock_advance_ms(-HOUR_MS);
    test_lanes(t, NULL);
    struct jobs *one = start(t, kinds, 1), *two = start(t, kinds, 1);
    WAIT_FOR(number(t, "done") == READY);
    int64_t due_ms = row_of(t, slow).run_at_ms;
    EXPECT(is_state(t, slow, "ready") && due_ms >= slow_ms && due_ms <= now_ms() + 10 * MINUTE_MS);
    usleep(100000);
    EXPECT(is_state(t, slow, "ready") && row_of(t, slow).run_at_ms == due_ms); /* once */
    clock_advance_ms(10 * MINUTE_MS);
    jobs_wake(one), jobs_wake(two);
    WAIT_FOR(is_state(t, slow, "done"));
    stop(one, 1000), stop(two, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT job) FROM effects") == READY);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects") == READY);
}

/* A job that waits for its next attempt while the clock is set back under a worker, which looks at once. */
TEST_EACH_ENGINE(a_clock_set_back_does_not_hold_up_what_waits)
{
    begin(t);
    fail_times = 1;
    int64_t id = put(t, "t.again", 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(number(t, "effects") == 1);
    WAIT_FOR(is_state(t, id, "ready"));
    jump(j, -HOUR_MS);
    WAIT_FOR(row_of(t, id).run_at_ms <= now_ms() + 13 * SECOND_MS);
    EXPECT(row_of(t, id).run_at_ms > now_ms() && number(t, "effects") == 1); /* not early */
    jump(j, 13 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    put_live(t, "t.noop", 0);
    WAIT_FOR(number(t, "done") == 2);
    stop(j, 1000);
    clock_advance_ms(HOUR_MS);
}

TEST_EACH_ENGINE(cron_runs_once_a_period_whatever_the_clock_does)
{
    begin(t);
    int64_t hour = now_ms() / HOUR_MS + 1;
    clock_fix_ms(hour * HOUR_MS + MINUTE_MS);
    test_lanes(t, NULL);
    struct jobs *one = start(t, cron_kinds, 1), *two = start(t, cron_kinds, 1);
    WAIT_FOR(cron_runs == 1);
    const struct {
        int64_t hours;
        int runs;
    } jumps[] = {
        { 1, 2 },        { 11, 3 }, /* ten missed: one is made up for */
        { 1, 3 },        { 0, 3 },  /* back: it ran then */
        { 11, 4 },       { 12, 5 }, /* but it goes on, also through what was seen before */
        { 365 * 24, 6 }, { 13, 7 }, /* a wrong year for a while does no harm */
    };
    for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
        clock_fix_ms((hour + jumps[i].hours) * HOUR_MS + MINUTE_MS);
        jobs_wake(one), jobs_wake(two);
        WAIT_FOR(cron_runs == jumps[i].runs);
        usleep(150000);
        jobs_wake(one), jobs_wake(two);
        usleep(50000);
        EXPECT(cron_runs == jumps[i].runs);
    }
    stop(one, 1000), stop(two, 1000);
    struct jobs *next = start(t, cron_kinds, 1); /* a restart in the same period */
    usleep(200000);
    EXPECT(cron_runs == 7);
    stop(next, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 't.cron'") == 7);
}

/* clang-format off */
static const struct job_kind careful = { .name = "t.careful", .doc = "moves money", .max_attempts = 1, .careful = true,
    .settle = settle_noop };
/* clang-format on */

/* The wall clock steps, and nothing else shows it: what moves money waits, and has lost no attempt by it. */
TEST_EACH_ENGINE(careful_kinds_wait_while_the_clock_is_in_doubt)
{
    static const struct job_kind *const table[] = { &careful, &noop, NULL };
    begin(t);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    EXPECT(clock_is_sound());
    clock_jump_ms(365 * DAY_MS);
    EXPECT(!clock_is_sound());
    int64_t id = put_live(t, "t.careful", 0);
    put_live(t, "t.noop", 0);
    WAIT_FOR(number(t, "done") == 1);
    WAIT_FOR(is_state(t, id, "ready") && row_of(t, id).run_at_ms > now_ms());
    EXPECT(row_of(t, id).attempts == 0 && settles == 1);
    clock_jump_ms(-365 * DAY_MS);
    EXPECT(clock_is_sound());
    jump(j, 6 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    EXPECT(settles == 2 && row_of(t, id).attempts == 1);
    stop(j, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_killed_workers_job_is_taken_within_its_lease),
        BOTH(a_process_is_killed_and_another_finishes),
        BOTH(a_job_that_kills_its_workers_ends),
        BOTH(a_superseded_attempt_changes_nothing),
        BOTH(a_long_call_keeps_its_lease),
        BOTH(slow_calls_do_not_hold_up_direct_jobs),
        BOTH(stopping_gives_leases_back),
        BOTH(stopping_waits_for_what_is_under_way),
        BOTH(a_start_after_a_clock_was_set_back_runs_what_is_ready),
        BOTH(a_clock_set_back_does_not_hold_up_what_waits),
        BOTH(cron_runs_once_a_period_whatever_the_clock_does),
        BOTH(careful_kinds_wait_while_the_clock_is_in_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
