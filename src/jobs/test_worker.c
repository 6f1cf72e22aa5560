/* test_worker.c: the worker with its threads, on both engines: every way an attempt can end, two workers on one queue,
 * kills, clocks that jump, cron rows and the stop. A worker that dies is played by a claim whose owner never comes back. */
#include "storage/test_db.h"

#include "base/clock.h"
#include "jobs/queue.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WAIT_MAX_MS = 20000, PAUSE_MS = 5 };

/* ---- what the kinds of these tests do ---- */

static atomic_int calls, settles, deaths, ends, cron_runs, returned;
static atomic_int fail_times;                /* "t.again" fails this often */
static sem_t gate;                           /* "t.gate" waits here in its call */

STMT(effect, "INSERT INTO effects (job, what) VALUES (?1, ?2)");

static bool write_effect(struct tx *tx, int64_t job, const char *what)
{
    struct query q = query(tx, &effect);
    bind_i64(&q, job), bind_text(&q, what);
    return query_change(&q) == 1;
}

static enum job_wish settle_noop(struct job *job, struct tx *tx)
{
    (void)job, (void)tx;
    atomic_fetch_add(&settles, 1);
    return JOB_FINISHED;
}
static const struct job_kind noop = { .name = "t.noop", .doc = "nothing", .max_attempts = 5, .settle = settle_noop };

static enum job_wish settle_effect(struct job *job, struct tx *tx)
{
    atomic_fetch_add(&settles, 1);
    return write_effect(tx, job->id, "done") ? JOB_FINISHED : JOB_FAULT;
}
static const struct job_kind effect_kind = { .name = "t.effect", .doc = "one row", .max_attempts = 5, .settle = settle_effect };

static enum job_wish settle_again(struct job *job, struct tx *tx)
{
    if (!write_effect(tx, job->id, "tried")) return JOB_FAULT;
    if (atomic_fetch_sub(&fail_times, 1) > 0) {
        job_error(job, "not yet:\n%s", "\xff\xe4");
        return JOB_AGAIN;
    }
    return JOB_FINISHED;
}
static void dead_effect(struct job *job, struct tx *tx, const char *error)
{
    atomic_fetch_add(&deaths, 1);
    assert_true(error[0] != '\0');
    assert_true(write_effect(tx, job->id, "dead"));
}
static const struct job_kind again = { .name = "t.again", .doc = "fails at first", .max_attempts = 3,
    .backoff_first_ms = 10 * SECOND_MS, .backoff_max_ms = 15 * SECOND_MS, .settle = settle_again, .dead = dead_effect };

static enum job_wish settle_give_up(struct job *job, struct tx *tx)
{
    (void)tx;
    job_error(job, "refused");
    return JOB_GIVE_UP;
}
static const struct job_kind give_up = { .name = "t.give_up", .doc = "refused", .max_attempts = 9,
    .settle = settle_give_up, .dead = dead_effect };

static enum job_wish settle_later(struct job *job, struct tx *tx)
{
    (void)tx;
    job_again_after(job, 10 * SECOND_MS);
    return JOB_AGAIN;
}
static const struct job_kind late = { .name = "t.late", .doc = "ends by its deadline", .max_attempts = 100,
    .deadline_ms = 25 * SECOND_MS, .settle = settle_later, .dead = dead_effect };

static enum job_wish settle_fault(struct job *job, struct tx *tx)
{
    if (!write_effect(tx, job->id, "half")) return JOB_FAULT;
    return atomic_fetch_sub(&fail_times, 1) > 0 ? JOB_FAULT : JOB_FINISHED;
}
static const struct job_kind fault = { .name = "t.fault", .doc = "storage fails", .max_attempts = 9,
    .backoff_first_ms = SECOND_MS, .backoff_max_ms = SECOND_MS, .settle = settle_fault };

STMT(read_ref, "SELECT ref FROM jobs WHERE id = ?1");

static enum job_wish load_call(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &read_ref);
    bind_i64(&q, job->id);
    if (query_row(&q) != ROW_FOUND) return JOB_FAULT;
    if (col_i64(&q, "ref") == 404) return JOB_GIVE_UP;
    job->state = arena_printf(job->arena, "ref %lld", (long long)col_i64(&q, "ref"));
    return JOB_FINISHED;
}
static void call_state(struct job *job)
{
    atomic_fetch_add(&calls, 1);
    job->state = arena_printf(job->arena, "%s called", (const char *)job->state);
}
static enum job_wish settle_state(struct job *job, struct tx *tx)
{
    assert_string_equal(job->context, "context");
    return write_effect(tx, job->id, job->state) ? JOB_FINISHED : JOB_FAULT;
}
static const struct job_kind call_kind = { .name = "t.call", .doc = "load, call, settle", .max_attempts = 3,
    .load = load_call, .call = call_state, .settle = settle_state, .dead = dead_effect };

static void call_gate(struct job *job)
{
    (void)job;
    atomic_fetch_add(&calls, 1);
    while (sem_wait(&gate) != 0) continue;
    atomic_fetch_add(&returned, 1);
}
static const struct job_kind gate_kind = { .name = "t.gate", .doc = "waits in its call", .max_attempts = 3,
    .call = call_gate, .settle = settle_effect, .dead = dead_effect };

static enum job_wish settle_cron(struct job *job, struct tx *tx)
{
    (void)tx;
    assert_true(strncmp(job->key, "cron:", 5) == 0);
    atomic_fetch_add(&cron_runs, 1);
    return JOB_FINISHED;
}
static const struct job_kind cron = { .name = "t.cron", .doc = "hourly", .max_attempts = 3, .every_ms = HOUR_MS,
    .settle = settle_cron };

static const struct job_kind *const kinds[] = { &noop, &effect_kind, &again, &give_up, &late, &fault, &call_kind,
                                                &gate_kind, NULL };
static const struct job_kind *const cron_kinds[] = { &cron, &noop, NULL };

static void on_end(void *arg, int64_t job)
{
    (void)arg;
    assert_true(job > 0);
    atomic_fetch_add(&ends, 1);
}

/* ---- helpers ---- */

enum { STARTED_MAX = 4 };
static struct jobs *started[STARTED_MAX];    /* a test that fails leaves its workers running: the teardown stops them */

static struct jobs *start(struct test_db *t, const struct job_kind *const *table, unsigned workers)
{
    struct jobs *j = jobs_start(&(struct job_options){ .db = t->db, .lanes = t->lanes, .kinds = table,
                                                       .context = "context", .ended = on_end, .workers = workers });
    size_t i = 0;
    while (started[i]) assert_true(++i < STARTED_MAX);
    return started[i] = j;
}

static void stop(struct jobs *j, int64_t grace_ms)
{
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i] == j) started[i] = NULL;
    jobs_stop(j, grace_ms);
}

static int teardown(void **state)
{
    for (int i = 0; i < 100; i++) sem_post(&gate);
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i]) stop(started[i], WAIT_MAX_MS);
    clock_fix_ms(0);
    return test_teardown(state);
}

/* Rows before the lanes run. */
static int64_t put(struct test_db *t, const char *kind, int64_t ref)
{
    int64_t id = jobs_put(t->tx, &(struct job_new){ .kind = kind, .ref = ref }, NULL);
    EXPECT(id > 0);
    return id;
}

static void begin(struct test_db *t)
{
    calls = settles = deaths = ends = cron_runs = returned = fail_times = 0;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    test_script(t, "CREATE TABLE effects (id {id}, job {int} NOT NULL, what TEXT NOT NULL) {strict};");
    test_commit(t);
}

/* A read or a write of the test while lanes run. */
struct ask { struct op op; const char *sql; int64_t number, id; struct job_row row; const struct job_new *put; };
STMT(count_done, "SELECT COUNT(*) AS n FROM jobs WHERE state = 2");
STMT(count_effects, "SELECT COUNT(*) AS n FROM effects");
STMT(steal, "UPDATE jobs SET attempts = attempts + 1 WHERE id = ?1 AND state = 1");

static void ask_again(struct op *op) { (void)op; }
static int64_t run_ask(struct test_db *t, struct ask *a, enum tx_mode mode, enum op_wish (*run)(struct op *, struct tx *))
{
    struct arena *arena = arena_new(1 << 20);
    a->op = (struct op){ .mode = mode, .arena = arena, .run = run, .again = ask_again };
    EXPECT(lanes_run(t->lanes, &a->op) == OP_COMMITTED);
    a->row.error = a->row.error ? strdup(a->row.error) : NULL;
    arena_free(arena);
    return a->number;
}

static enum op_wish number_run(struct op *op, struct tx *tx)
{
    struct ask *a = OWNER_OF(op, struct ask, op);
    struct query q = query(tx, text_eq(a->sql, "done") ? &count_done : &count_effects);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    a->number = col_i64(&q, "n");
    return OP_COMMIT;
}
static int64_t number(struct test_db *t, const char *what) { return run_ask(t, &(struct ask){ .sql = what }, TX_READ, number_run); }

static enum op_wish row_run(struct op *op, struct tx *tx)
{
    struct ask *a = OWNER_OF(op, struct ask, op);
    return jobs_get(tx, a->id, &a->row) == ROW_FOUND ? OP_COMMIT : OP_REFUSE;
}
static struct job_row row_of(struct test_db *t, int64_t id)
{
    struct ask a = { .id = id };
    run_ask(t, &a, TX_READ, row_run);
    free((char *)a.row.error);
    a.row.error = NULL;
    return a.row;
}
static bool is_state(struct test_db *t, int64_t id, const char *state) { return text_eq(row_of(t, id).state, state); }

static enum op_wish put_run(struct op *op, struct tx *tx)
{
    struct ask *a = OWNER_OF(op, struct ask, op);
    a->number = jobs_put(tx, a->put, NULL);
    return a->number > 0 ? OP_COMMIT : OP_REFUSE;
}
static int64_t put_live(struct test_db *t, const char *kind, int64_t run_at_ms)
{
    struct job_new j = { .kind = kind, .run_at_ms = run_at_ms };
    return run_ask(t, &(struct ask){ .put = &j }, TX_WRITE, put_run);
}

static enum op_wish steal_run(struct op *op, struct tx *tx)
{
    struct query q = query(tx, &steal);
    bind_i64(&q, OWNER_OF(op, struct ask, op)->id);
    return query_change(&q) == 1 ? OP_COMMIT : OP_REFUSE;
}

#define WAIT_FOR(condition)                                                                                            \
    do {                                                                                                               \
        int waited_ms_ = 0;                                                                                            \
        for (; !(condition) && waited_ms_ < WAIT_MAX_MS; waited_ms_ += PAUSE_MS) usleep(PAUSE_MS * 1000);              \
        if (!(condition)) fail_msg("line %d: did not come: %s", __LINE__, #condition);                                 \
    } while (0)

static void jump(struct jobs *j, int64_t by_ms)
{
    clock_advance_ms(by_ms);
    jobs_wake(j);
}

/* ---- the tests ---- */

TEST_EACH_ENGINE(ten_thousand_jobs_complete_once_each)
{
    enum { JOBS = 10000 };
    begin(t);
    for (int i = 0; i < JOBS; i++) put(t, i % 10 ? "t.noop" : "t.effect", i);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 2);
    WAIT_FOR(atomic_load(&ends) >= JOBS);
    EXPECT(number(t, "done") == JOBS);
    EXPECT(number(t, "effects") == JOBS / 10);
    stop(j, 1000);
    EXPECT(ends == JOBS);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE attempts <> 1") == 0);
}

TEST_EACH_ENGINE(two_workers_take_each_job_once)
{
    enum { JOBS = 600 };
    begin(t);
    for (int i = 0; i < JOBS; i++) put(t, i % 3 ? "t.effect" : "t.call", i);
    test_lanes(t, NULL);
    struct jobs *one = start(t, kinds, 3), *two = start(t, kinds, 3);
    WAIT_FOR(number(t, "done") == JOBS);
    EXPECT(number(t, "effects") == JOBS);
    stop(one, 1000), stop(two, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT job) FROM effects") == JOBS);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE attempts <> 1") == 0);
}

TEST_EACH_ENGINE(a_put_wakes_the_worker)
{
    begin(t);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    usleep(100000);                                          /* it has nothing to do and sleeps */
    for (int i = 0; i < 5; i++) {
        put_live(t, "t.noop", 0);
        WAIT_FOR(ends == i + 1);
    }
    put_live(t, "t.noop", now_ms() + 300);                   /* and at the time of a later one */
    usleep(100000);
    EXPECT(ends == 5);
    WAIT_FOR(ends == 6);
    put_live(t, "t.noop", now_ms() + HOUR_MS);
    jump(j, HOUR_MS);
    WAIT_FOR(ends == 7);
    stop(j, 1000);
}

TEST_EACH_ENGINE(a_failed_attempt_comes_again_with_back_off)
{
    begin(t);
    int64_t id = put(t, "t.again", 0);
    atomic_store(&fail_times, 2);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(number(t, "effects") == 1);
    struct ask a = { .id = id };
    run_ask(t, &a, TX_READ, row_run);
    EXPECT(text_eq(a.row.error, "not yet:?"));          /* no controls, no broken UTF-8 */
    free((char *)a.row.error);
    int64_t wait_ms = a.row.run_at_ms - now_ms();
    EXPECT(text_eq(a.row.state, "ready") && a.row.attempts == 1);
    EXPECT(wait_ms > 7 * SECOND_MS && wait_ms <= 12 * SECOND_MS);        /* 10 s ± 20 % */
    jump(j, 12 * SECOND_MS);
    WAIT_FOR(number(t, "effects") == 2);
    wait_ms = row_of(t, id).run_at_ms - now_ms();
    EXPECT(wait_ms > 11 * SECOND_MS && wait_ms <= 18 * SECOND_MS);       /* doubled, but at most 15 s ± 20 % */
    EXPECT(ends == 0);
    jump(j, 18 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    WAIT_FOR(ends == 1);
    EXPECT(row_of(t, id).attempts == 3 && number(t, "effects") == 3 && deaths == 0);
    stop(j, 1000);
}

TEST_EACH_ENGINE(the_last_failure_ends_dead_in_one_transaction)
{
    begin(t);
    int64_t id = put(t, "t.again", 0), refused = put(t, "t.give_up", 0);
    atomic_store(&fail_times, 100);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(is_state(t, refused, "dead"));                  /* at its first attempt */
    WAIT_FOR(row_of(t, id).attempts == 1 && is_state(t, id, "ready"));
    for (int i = 0; i < 2; i++) {
        jump(j, 20 * SECOND_MS);
        WAIT_FOR(row_of(t, id).attempts == i + 2 && !is_state(t, id, "running"));
    }
    EXPECT(is_state(t, id, "dead"));
    WAIT_FOR(ends == 2);
    EXPECT(deaths == 2);
    jump(j, DAY_MS);
    usleep(200000);
    EXPECT(row_of(t, id).attempts == 3);                     /* nobody tries again */
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects WHERE what = 'tried'") == 3);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects WHERE what = 'dead'") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE error = 'refused' AND state = 3") == 1);
}

TEST_EACH_ENGINE(deadlines)
{
    begin(t);
    int64_t id = put(t, "t.late", 0);
    int64_t own = jobs_put(t->tx, &(struct job_new){ .kind = "t.late", .deadline_ms = now_ms() + 5 * SECOND_MS }, NULL);
    int64_t past = jobs_put(t->tx, &(struct job_new){ .kind = "t.effect", .deadline_ms = now_ms() - 1 }, NULL);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(is_state(t, own, "dead"));                      /* would come again after its deadline */
    WAIT_FOR(is_state(t, past, "dead"));
    EXPECT(settles == 0);                                    /* it was not even begun */
    WAIT_FOR(is_state(t, id, "ready") && row_of(t, id).attempts == 1);
    jump(j, 11 * SECOND_MS);
    WAIT_FOR(row_of(t, id).attempts == 2 && is_state(t, id, "ready"));
    jump(j, 11 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "dead"));
    EXPECT(row_of(t, id).attempts == 3 && deaths == 2);
    stop(j, 1000);
}

TEST_EACH_ENGINE(a_storage_fault_undoes_one_job_and_spares_its_group)
{
    enum { OTHERS = 10 };
    begin(t);
    int64_t id = put(t, "t.fault", 0);
    for (int i = 0; i < OTHERS; i++) put(t, "t.effect", i);
    atomic_store(&fail_times, 2);                            /* in the group, and alone */
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(number(t, "done") == OTHERS);
    WAIT_FOR(is_state(t, id, "ready"));
    EXPECT(number(t, "effects") == OTHERS);                  /* nothing of it stayed */
    jump(j, 2 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    EXPECT(number(t, "effects") == OTHERS + 1 && row_of(t, id).attempts == 2);
    stop(j, 1000);
}

TEST_EACH_ENGINE(load_call_and_settle_hand_state_on)
{
    begin(t);
    int64_t id = put(t, "t.call", 77), gone = put(t, "t.call", 404);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 2);
    WAIT_FOR(is_state(t, id, "done") && is_state(t, gone, "dead"));
    EXPECT(calls == 1 && deaths == 1);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects WHERE what = 'ref 77 called'") == 1);
}

/* The claim of a worker that was killed. */
TEST_EACH_ENGINE(a_killed_workers_job_is_taken_within_its_lease)
{
    begin(t);
    static const char *const names[] = { "t.effect" };
    int64_t id = put(t, "t.effect", 0);
    struct claimed lost;
    EXPECT(queue_claim(t->tx, CLAIM_READY, names, 1, 1, now_ms(), &lost) == 1);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    usleep(200000);
    EXPECT(ends == 0);
    jump(j, JOB_LEASE_MS + SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    EXPECT(row_of(t, id).attempts == 2);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(queue_move(t->tx, &(struct queue_move){ .id = id, .attempt = lost.attempt, .from = JOB_RUNNING, .to = JOB_DONE })
           == ROW_NONE);
}

/* Three workers die with it one after the other: then it is dead, and its kind is told. */
TEST_EACH_ENGINE(a_job_that_kills_its_workers_ends)
{
    begin(t);
    static const char *const names[] = { "t.again" };
    int64_t id = put(t, "t.again", 0);
    struct claimed lost;
    EXPECT(queue_claim(t->tx, CLAIM_READY, names, 1, 1, now_ms(), &lost) == 1);
    for (int i = 0; i < 2; i++) {
        clock_advance_ms(JOB_LEASE_MS + 1);
        EXPECT(queue_claim(t->tx, CLAIM_EXPIRED, names, 1, 1, now_ms(), &lost) == 1);
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
    run_ask(t, &(struct ask){ .id = id }, TX_WRITE, steal_run);          /* another worker has it now */
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
    struct jobs *one = start(t, kinds, 1), *two = start(t, kinds, 1);
    WAIT_FOR(calls == 1);
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
    stop(j, 50);                                        /* one in its call, some waiting for the thread */
    j = start(t, kinds, CALLS);                              /* as the next process */
    WAIT_FOR(calls == 1 + CALLS);                            /* at once: no lease stands in the way */
    for (int i = 0; i < CALLS + 1; i++) sem_post(&gate);
    WAIT_FOR(ends == CALLS);
    WAIT_FOR(returned == CALLS + 1);
    EXPECT(number(t, "effects") == CALLS);
    stop(j, 5000);
    usleep(100000);                                          /* the thread that was left behind ends */
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

TEST_EACH_ENGINE(cron_runs_once_a_period_whatever_the_clock_does)
{
    begin(t);
    int64_t hour = now_ms() / HOUR_MS + 1;
    clock_fix_ms(hour * HOUR_MS + MINUTE_MS);
    test_lanes(t, NULL);
    struct jobs *one = start(t, cron_kinds, 1), *two = start(t, cron_kinds, 1);
    WAIT_FOR(cron_runs == 1);
    const struct { int64_t hours; int runs; } jumps[] = {
        { 1, 2 }, { 11, 3 },                                 /* ten missed: one is made up for */
        { 1, 3 }, { 0, 3 },                                  /* back: it ran then */
        { 11, 3 }, { 12, 4 },
        { 365 * 24, 5 }, { 13, 6 },                          /* a wrong year for a while does no harm */
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
    struct jobs *next = start(t, cron_kinds, 1);             /* a restart in the same period */
    usleep(200000);
    EXPECT(cron_runs == 6);
    stop(next, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 't.cron'") == 6);
}

static enum op_wish failing_run(struct op *op, struct tx *tx)
{
    struct ask *a = OWNER_OF(op, struct ask, op);
    assert_true(jobs_put(tx, a->put, NULL) > 0);
    return OP_REFUSE;
}

TEST_EACH_ENGINE(a_put_that_is_rolled_back_never_runs)
{
    begin(t);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    struct job_new new = { .kind = "t.effect" };
    struct arena *arena = arena_new(1 << 20);
    struct ask a = { .put = &new };
    a.op = (struct op){ .mode = TX_WRITE, .arena = arena, .run = failing_run, .again = ask_again };
    EXPECT(lanes_run(t->lanes, &a.op) == OP_REFUSED);
    arena_free(arena);
    put_live(t, "t.noop", 0);
    WAIT_FOR(ends == 1);
    EXPECT(number(t, "effects") == 0);
    stop(j, 1000);
}

#define BOTH(name)                                                                                                     \
    cmocka_unit_test_setup_teardown(name##_sqlite, test_setup, teardown),                                              \
        cmocka_unit_test_setup_teardown(name##_postgres, test_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(ten_thousand_jobs_complete_once_each), BOTH(two_workers_take_each_job_once),
        BOTH(a_put_wakes_the_worker), BOTH(a_failed_attempt_comes_again_with_back_off),
        BOTH(the_last_failure_ends_dead_in_one_transaction), BOTH(deadlines),
        BOTH(a_storage_fault_undoes_one_job_and_spares_its_group),
        BOTH(load_call_and_settle_hand_state_on), BOTH(a_killed_workers_job_is_taken_within_its_lease),
        BOTH(a_job_that_kills_its_workers_ends), BOTH(a_superseded_attempt_changes_nothing),
        BOTH(a_long_call_keeps_its_lease), BOTH(slow_calls_do_not_hold_up_direct_jobs),
        BOTH(stopping_gives_leases_back), BOTH(stopping_waits_for_what_is_under_way),
        BOTH(cron_runs_once_a_period_whatever_the_clock_does), BOTH(a_put_that_is_rolled_back_never_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
