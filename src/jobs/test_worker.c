/* test_worker.c: the worker with its threads, on both engines: every way an attempt can end, and two workers on one
 * queue. */
#include "jobs/test_worker.h"

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

/* A newer program put them into the line, and an older one, which does not know their kind, came back in its place. */
TEST_EACH_ENGINE(jobs_of_a_newer_program_in_the_line_wait_for_it)
{
    enum { STRANGE = JOB_CLAIM_BATCH + 6 };
    static const struct job_kind newer = {
        .name = "b.newer", .doc = "one row", .max_attempts = 1, .settle = settle_effect
    };
    static const struct job_kind *const later[] = { &newer, &effect_kind, NULL };
    begin(t);
    jobs_know(later);
    for (int i = 0; i < STRANGE; i++) put(t, "b.newer", i);
    put(t, "t.effect", 0);
    jobs_know(NULL);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(ends == 1);
    EXPECT(number(t, "effects") == 1);
    stop(j, 1000);
    j = start(t, later, 1);
    WAIT_FOR(ends == 1 + STRANGE);
    EXPECT(number(t, "effects") == 1 + STRANGE);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state <> 2 OR attempts <> 1") == 0);
}

TEST_EACH_ENGINE(a_put_wakes_the_worker)
{
    begin(t);
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    usleep(100000); /* it has nothing to do and sleeps */
    for (int i = 0; i < 5; i++) {
        put_live(t, "t.noop", 0);
        WAIT_FOR(ends == i + 1);
    }
    int64_t at_ms = now_ms() + 300; /* and at the time of a later one */
    put_live(t, "t.noop", at_ms);
    usleep(100000);
    int early = ends;
    EXPECT(early == 5 || now_ms() >= at_ms);
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
    EXPECT(text_eq(a.row.error, "not yet:?")); /* no controls, no broken UTF-8 */
    free((char *)a.row.error);
    int64_t run_at_ms = a.row.run_at_ms;
    EXPECT(text_eq(a.row.state, "ready") && a.row.attempts == 1);
    EXPECT(run_at_ms >= failed_ms + 8 * SECOND_MS && run_at_ms <= now_ms() + 12 * SECOND_MS); /* 10 s ± 20 % */
    jump(j, 12 * SECOND_MS);
    WAIT_FOR(number(t, "effects") == 2);
    run_at_ms = row_of(t, id).run_at_ms; /* doubled, but at most 15 s ± 20 % */
    EXPECT(run_at_ms >= failed_ms + 12 * SECOND_MS && run_at_ms <= now_ms() + 18 * SECOND_MS);
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
    WAIT_FOR(is_state(t, refused, "dead")); /* at its first attempt */
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
    EXPECT(row_of(t, id).attempts == 3); /* nobody tries again */
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
    WAIT_FOR(is_state(t, own, "dead")); /* would come again after its deadline */
    WAIT_FOR(is_state(t, past, "dead"));
    EXPECT(settles == 0); /* it was not even begun */
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
    test_lanes(t, NULL);
    struct jobs *j = start(t, kinds, 1);
    WAIT_FOR(number(t, "done") == OTHERS);
    WAIT_FOR(is_state(t, id, "ready"));
    EXPECT(number(t, "effects") == OTHERS); /* nothing of it stayed */
    jump(j, 2 * SECOND_MS);
    WAIT_FOR(is_state(t, id, "done"));
    EXPECT(number(t, "effects") == OTHERS + 1 && row_of(t, id).attempts == 2);
    stop(j, 1000);
}

static enum job_wish settle_cron_fault(struct job *job, struct tx *tx)
{
    (void)tx;
    return job->attempt == 1 ? JOB_FAULT : JOB_FINISHED;
}
/* clang-format off */
static const struct job_kind cron_fault = { .name = "t.cron_fault", .doc = "storage fails", .max_attempts = 9,
    .backoff_first_ms = HOUR_MS, .backoff_max_ms = HOUR_MS, .every_ms = HOUR_MS, .settle = settle_cron_fault };
/* clang-format on */

/* They lock rows of many shops. Were they in one transaction, the fault of one would run the other twice. (SQLite has
 * no row locks, and its writer may run an op twice.) */
TEST_EACH_ENGINE(each_cron_kind_settles_alone)
{
    static const struct job_kind *const table[] = { &cron, &cron_fault, &noop, NULL };
    begin(t);
    clock_fix_ms(now_ms() / HOUR_MS * HOUR_MS + MINUTE_MS);
    put(t, "t.noop", 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(number(t, "done") == 2);
    stop(j, 1000);
    EXPECT(cron_runs == 1 && settles == 1);
}

/* Its .dead changes a row and then cannot go on, for a reason that is not the storage's. */
static atomic_int dead_faults;
static enum job_wish dead_at_last(struct job *job, struct tx *tx, const char *error)
{
    if (dead_effect(job, tx, error) == JOB_FAULT) return JOB_FAULT;
    return atomic_fetch_sub(&dead_faults, 1) > 0 ? JOB_FAULT : JOB_FINISHED;
}
/* clang-format off */
static const struct job_kind half_dead = { .name = "t.half_dead", .doc = "dies at last", .max_attempts = 1,
    .settle = settle_give_up, .dead = dead_at_last };
/* clang-format on */

TEST_EACH_ENGINE(a_fault_in_dead_undoes_it_and_it_is_tried_again)
{
    static const struct job_kind *const table[] = { &half_dead, NULL };
    begin(t);
    int64_t id = put(t, "t.half_dead", 0);
    dead_faults = 20;
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(deaths >= 3);
    usleep(50000);
    EXPECT(number(t, "effects") == 0 && is_state(t, id, "running")); /* half of it is never committed */
    dead_faults = 0;
    jump(j, JOB_LEASE_MS + SECOND_MS);
    WAIT_FOR(is_state(t, id, "dead"));
    EXPECT(number(t, "effects") == 1);
    stop(j, 1000);
}

/* Three parts, and the second fails once. */
static atomic_int parts;
static enum job_wish settle_parts(struct job *job, struct tx *tx)
{
    if (!write_effect(tx, job->id, "part")) return JOB_FAULT;
    int part = atomic_fetch_add(&parts, 1);
    if (part == 1) job_again_after(job, 1);
    return part == 1 ? JOB_AGAIN : part < 3 ? JOB_NEXT : JOB_FINISHED;
}
/* clang-format off */
static const struct job_kind in_parts = { .name = "t.parts", .doc = "goes on", .max_attempts = 2,
    .settle = settle_parts, .dead = dead_effect };
/* clang-format on */

TEST_EACH_ENGINE(going_on_does_not_count_as_an_attempt)
{
    static const struct job_kind *const table[] = { &in_parts, NULL };
    begin(t);
    parts = 0;
    int64_t id = put(t, "t.parts", 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(is_state(t, id, "done"));
    WAIT_FOR(ends == 1);
    EXPECT(number(t, "effects") == 4 && deaths == 0 && row_of(t, id).attempts == 2);
    stop(j, 1000);
}

static enum job_wish settle_and_give_up(struct job *job, struct tx *tx)
{
    return write_effect(tx, job->id, "tried") ? JOB_GIVE_UP : JOB_FAULT;
}
/* clang-format off */
static const struct job_kind tries_once = { .name = "t.tries_once", .doc = "notes why it gives up", .max_attempts = 5,
    .settle = settle_and_give_up, .dead = dead_effect };
/* clang-format on */

TEST_EACH_ENGINE(what_was_written_before_giving_up_stays)
{
    static const struct job_kind *const table[] = { &tries_once, NULL };
    begin(t);
    int64_t id = put(t, "t.tries_once", 0);
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(is_state(t, id, "dead"));
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(deaths == 1 && test_number(t, "SELECT COUNT(*) FROM effects") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM effects a JOIN effects b ON b.job = a.job AND b.id > a.id"
                          " WHERE a.what = 'tried' AND b.what = 'dead'") == 1);
}

/* A cron kind with as many batches as are wanted. It takes what it has written as its own: a batch that is done twice,
 * or not at all, shows in the effects. */
static atomic_int batches;
static enum job_wish settle_batch(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &count_effects);
    (void)job;
    if (query_row(&q) != ROW_FOUND) return JOB_FAULT;
    int batch = (int)col_i64(&q, "n");
    if (!write_effect(tx, batch, "batch")) return JOB_FAULT;
    return batch + 1 < batches ? JOB_NEXT : JOB_FINISHED;
}
/* clang-format off */
static const struct job_kind in_batches = { .name = "t.batches", .doc = "a list", .max_attempts = 1,
    .every_ms = HOUR_MS, .settle = settle_batch };
/* clang-format on */

/* With the claim that it has, which it gives up now and then; none of that counts as an attempt. */
TEST_EACH_ENGINE(a_cron_kind_goes_on_with_its_claim)
{
    static const struct job_kind *const table[] = { &in_batches, NULL };
    begin(t);
    clock_fix_ms(now_ms() / HOUR_MS * HOUR_MS + MINUTE_MS);
    batches = 2 * CLAIM_KEPT_MAX + 5;
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(number(t, "done") == 1);
    WAIT_FOR(ends == 1);
    EXPECT(number(t, "effects") == batches);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE attempts = spared + 1") == 1);
}

/* Each part is loaded and called for anew. */
STMT(count_parts, "SELECT COUNT(*) AS n FROM effects WHERE what = 'part'");
static atomic_int part_calls;
static enum job_wish load_part(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &count_parts);
    if (query_row(&q) != ROW_FOUND) return JOB_AGAIN;
    int64_t *done = job->state = ARENA_NEW(job->arena, int64_t);
    *done = col_i64(&q, "n");
    return JOB_FINISHED;
}
static void call_part(struct job *job) { atomic_fetch_add(&part_calls, 1), ++*(int64_t *)job->state; }
static void call_nobody(struct job *job) { (void)job; }
static enum job_wish settle_part(struct job *job, struct tx *tx)
{
    const int64_t *number = job->state;
    if (!number || !write_effect(tx, *number, "part")) return JOB_FAULT;
    return *number < batches ? JOB_NEXT : JOB_FINISHED;
}
/* clang-format off */
static const struct job_kind in_calls = { .name = "t.calls", .doc = "a file", .max_attempts = 1, .keeps_claim = true,
    .load = load_part, .call = call_part, .settle = settle_part };
static const struct job_kind beside = { .name = "t.beside", .doc = "waits", .max_attempts = 1,
    .call = call_nobody, .settle = settle_effect };
/* clang-format on */

/* Not all of them with one claim: who waits for the same thread comes in between. */
TEST_EACH_ENGINE(a_kind_with_a_call_goes_on_with_its_claim)
{
    static const struct job_kind *const table[] = { &in_calls, &beside, NULL };
    begin(t);
    batches = 2 * CLAIM_KEPT_MAX + 5;
    part_calls = 0;
    int64_t id = put(t, "t.calls", 0), other = put(t, "t.beside", 0);
    test_lanes(t, NULL);
    int64_t began_ms = monotonic_ms();
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(is_state(t, id, "done") && is_state(t, other, "done"));
    bool quick = monotonic_ms() - began_ms < CLAIM_KEPT_MS; /* no claim was given up for its age */
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(part_calls == batches);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT job) FROM effects WHERE what = 'part'") == batches);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 't.calls' AND attempts = spared + 1") == 1);
    int64_t before = test_number(t, "SELECT COUNT(*) FROM effects WHERE what = 'part' AND id <"
                                    " (SELECT id FROM effects WHERE what = 'done')");
    EXPECT((before != 1 || !quick) && before <= CLAIM_KEPT_MAX + 1);
}

/* What it has done stays, and whoever comes next goes on. */
TEST_EACH_ENGINE(a_stop_does_not_wait_for_the_whole_list)
{
    static const struct job_kind *const table[] = { &in_batches, NULL };
    begin(t);
    clock_fix_ms(now_ms() / HOUR_MS * HOUR_MS + MINUTE_MS);
    batches = 1000000;
    test_lanes(t, NULL);
    struct jobs *j = start(t, table, 1);
    WAIT_FOR(number(t, "effects") > 2 * CLAIM_KEPT_MAX);
    stop(j, 1000);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 0 AND error IS NULL") == 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(ten_thousand_jobs_complete_once_each),
        BOTH(two_workers_take_each_job_once),
        BOTH(a_put_wakes_the_worker),
        BOTH(a_failed_attempt_comes_again_with_back_off),
        BOTH(the_last_failure_ends_dead_in_one_transaction),
        BOTH(deadlines),
        BOTH(a_storage_fault_undoes_one_job_and_spares_its_group),
        cmocka_unit_test_setup_teardown(each_cron_kind_settles_alone_postgres, test_setup, teardown),
        BOTH(a_fault_in_dead_undoes_it_and_it_is_tried_again),
        BOTH(going_on_does_not_count_as_an_attempt),
        BOTH(a_cron_kind_goes_on_with_its_claim),
        BOTH(a_kind_with_a_call_goes_on_with_its_claim),
        BOTH(a_stop_does_not_wait_for_the_whole_list),
        BOTH(jobs_of_a_newer_program_in_the_line_wait_for_it),
        BOTH(what_was_written_before_giving_up_stays),
        BOTH(load_call_and_settle_hand_state_on),
        BOTH(a_put_that_is_rolled_back_never_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
