/* test_worker.h: what the tests of the worker share: kinds that end in every possible way, a table for their effects,
 * and a look at rows while the lanes run. */
#ifndef CHATHUB_JOBS_TEST_WORKER_H
#define CHATHUB_JOBS_TEST_WORKER_H

#include "storage/test_db.h"

#include "base/clock.h"
#include "jobs/private.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WAIT_MAX_MS = 60000, PAUSE_MS = 5 };

/* ---- what the kinds of these tests do ---- */

static atomic_int calls, settles, deaths, ends, cron_runs, returned;
static atomic_int fail_times;     /* "t.again" fails this often */
static _Atomic int64_t failed_ms; /* when it last did */
static sem_t gate;                /* "t.gate" waits here in its call */

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
static const struct job_kind effect_kind = {
    .name = "t.effect", .doc = "one row", .max_attempts = 5, .settle = settle_effect
};

static enum job_wish settle_again(struct job *job, struct tx *tx)
{
    if (!write_effect(tx, job->id, "tried")) return JOB_FAULT;
    if (atomic_fetch_sub(&fail_times, 1) > 0) {
        atomic_store(&failed_ms, now_ms());
        job_error(job, "not yet:\n%s", "\xff\xe4");
        return JOB_AGAIN;
    }
    return JOB_FINISHED;
}
static enum job_wish dead_effect(struct job *job, struct tx *tx, const char *error)
{
    atomic_fetch_add(&deaths, 1);
    assert_true(error[0] != '\0');
    return write_effect(tx, job->id, "dead") ? JOB_FINISHED : JOB_FAULT;
}
/* clang-format off */
static const struct job_kind again = { .name = "t.again", .doc = "fails at first", .max_attempts = 3,
    .backoff_first_ms = 10 * SECOND_MS, .backoff_max_ms = 15 * SECOND_MS, .settle = settle_again, .dead = dead_effect };
/* clang-format on */

static enum job_wish settle_give_up(struct job *job, struct tx *tx)
{
    (void)tx;
    job_error(job, "refused");
    return JOB_GIVE_UP;
}
/* clang-format off */
static const struct job_kind give_up = { .name = "t.give_up", .doc = "refused", .max_attempts = 9,
    .settle = settle_give_up, .dead = dead_effect };
/* clang-format on */

static enum job_wish settle_later(struct job *job, struct tx *tx)
{
    (void)tx;
    job_again_after(job, 10 * SECOND_MS);
    return JOB_AGAIN;
}
/* clang-format off */
static const struct job_kind late = { .name = "t.late", .doc = "ends by its deadline", .max_attempts = 100,
    .give_up_after_ms = 25 * SECOND_MS, .settle = settle_later, .dead = dead_effect };
/* clang-format on */

static enum job_wish settle_fault(struct job *job, struct tx *tx)
{
    if (!write_effect(tx, job->id, "half")) return JOB_FAULT;
    return job->attempt == 1 ? JOB_FAULT : JOB_FINISHED; /* however often the lanes run it: in a group, alone */
}
/* clang-format off */
static const struct job_kind fault = { .name = "t.fault", .doc = "storage fails", .max_attempts = 9,
    .backoff_first_ms = SECOND_MS, .backoff_max_ms = SECOND_MS, .settle = settle_fault };
/* clang-format on */

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
/* clang-format off */
static const struct job_kind call_kind = { .name = "t.call", .doc = "load, call, settle", .max_attempts = 3,
    .load = load_call, .call = call_state, .settle = settle_state, .dead = dead_effect };
/* clang-format on */

static void call_gate(struct job *job)
{
    (void)job;
    atomic_fetch_add(&calls, 1);
    while (sem_wait(&gate) != 0) continue;
    atomic_fetch_add(&returned, 1);
}
static UNUSED void call_nothing(struct job *job)
{
    (void)job;
    atomic_fetch_add(&calls, 1);
}
/* clang-format off */
static const struct job_kind gate_kind = { .name = "t.gate", .doc = "waits in its call", .max_attempts = 3,
    .call = call_gate, .settle = settle_effect, .dead = dead_effect };
/* clang-format on */

static enum job_wish settle_cron(struct job *job, struct tx *tx)
{
    (void)tx;
    assert_true(strncmp(job->key, "cron:", 5) == 0);
    atomic_fetch_add(&cron_runs, 1);
    return JOB_FINISHED;
}
/* clang-format off */
static const struct job_kind cron = { .name = "t.cron", .doc = "hourly", .max_attempts = 3, .every_ms = HOUR_MS,
    .settle = settle_cron };

UNUSED static const struct job_kind *const kinds[] = { &noop, &effect_kind, &again, &give_up, &late, &fault, &call_kind,
                                                &gate_kind, NULL };
/* clang-format on */
UNUSED static const struct job_kind *const cron_kinds[] = { &cron, &noop, NULL };

static void on_end(void *arg, int64_t job)
{
    (void)arg;
    assert_true(job > 0);
    atomic_fetch_add(&ends, 1);
}

/* ---- helpers ---- */

enum { STARTED_MAX = 4 };
static struct jobs *started[STARTED_MAX]; /* a test that fails leaves its workers running: the teardown stops them */

static UNUSED struct jobs *start(struct test_db *t, const struct job_kind *const *table, unsigned workers)
{
    struct jobs *j = jobs_start(&(struct job_options){
        .lanes = t->lanes, .kinds = table, .context = "context", .ended = on_end, .workers = workers });
    size_t i = 0;
    while (started[i]) assert_true(++i < STARTED_MAX);
    return started[i] = j;
}

static UNUSED void stop(struct jobs *j, int64_t grace_ms)
{
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i] == j) started[i] = NULL;
    jobs_stop(j, grace_ms);
}

static UNUSED int teardown(void **state)
{
    for (int i = 0; i < 100; i++) sem_post(&gate);
    for (size_t i = 0; i < STARTED_MAX; i++)
        if (started[i]) stop(started[i], WAIT_MAX_MS);
    clock_fix_ms(0);
    return test_teardown(state);
}

/* Rows before the lanes run. */
static UNUSED int64_t put(struct test_db *t, const char *kind, int64_t ref)
{
    int64_t id = jobs_put(t->tx, &(struct job_new){ .kind = kind, .ref = ref }, NULL);
    EXPECT(id > 0);
    return id;
}

static UNUSED void begin(struct test_db *t)
{
    calls = settles = deaths = ends = cron_runs = returned = fail_times = 0;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    test_script(t, "CREATE TABLE effects (id {id}, job {int} NOT NULL, what TEXT NOT NULL) {strict};");
    test_commit(t);
}

/* A read or a write of the test while lanes run. */
struct ask {
    struct op op;
    const char *sql;
    int64_t number, id;
    struct job_row row;
    const struct job_new *put;
};
STMT(count_done, "SELECT COUNT(*) AS n FROM jobs WHERE state = 2");
STMT(count_effects, "SELECT COUNT(*) AS n FROM effects");
STMT(steal, "UPDATE jobs SET attempts = attempts + 1 WHERE id = ?1 AND state = 1");

static void ask_again(struct op *op) { (void)op; }
static int64_t run_ask(struct test_db *t, struct ask *a, enum tx_mode mode,
                       enum op_wish (*run)(struct op *, struct tx *))
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
static UNUSED int64_t number(struct test_db *t, const char *what)
{
    return run_ask(t, &(struct ask){ .sql = what }, TX_READ, number_run);
}

static enum op_wish row_run(struct op *op, struct tx *tx)
{
    struct ask *a = OWNER_OF(op, struct ask, op);
    return jobs_get(tx, a->id, &a->row) == ROW_FOUND ? OP_COMMIT : OP_REFUSE;
}
static UNUSED struct job_row row_of(struct test_db *t, int64_t id)
{
    struct ask a = { .id = id };
    run_ask(t, &a, TX_READ, row_run);
    free((char *)a.row.error);
    a.row.error = NULL;
    return a.row;
}
static UNUSED bool is_state(struct test_db *t, int64_t id, const char *state)
{
    return text_eq(row_of(t, id).state, state);
}

static enum op_wish put_run(struct op *op, struct tx *tx)
{
    struct ask *a = OWNER_OF(op, struct ask, op);
    a->number = jobs_put(tx, a->put, NULL);
    return a->number > 0 ? OP_COMMIT : OP_REFUSE;
}
static UNUSED int64_t put_live(struct test_db *t, const char *kind, int64_t run_at_ms)
{
    struct job_new j = { .kind = kind, .run_at_ms = run_at_ms };
    return run_ask(t, &(struct ask){ .put = &j }, TX_WRITE, put_run);
}

static UNUSED enum op_wish steal_run(struct op *op, struct tx *tx)
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

static UNUSED void jump(struct jobs *j, int64_t by_ms)
{
    clock_advance_ms(by_ms);
    jobs_wake(j);
}

#define BOTH(name)                                                                                                     \
    cmocka_unit_test_setup_teardown(name##_sqlite, test_setup, teardown),                                              \
        cmocka_unit_test_setup_teardown(name##_postgres, test_setup, teardown)

#endif
