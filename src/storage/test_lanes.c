/* test_lanes.c: what the lanes promise to ops: group commit hurts nobody, refusals leave what they may, lost batches
 * and lost connections are told truly, and a hundred debits of an account for ten succeed ten times. */
#include "storage/test_work.h"
#include <sys/stat.h>
#include <unistd.h>

TEST_EACH_ENGINE(one_op_of_each_kind)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(work_alone(t, DO_PUT, "a", NULL) == OP_COMMITTED);
    EXPECT(work_alone(t, DO_GET, "a", &w) == OP_COMMITTED && w.seen == 1);
    EXPECT(work_alone(t, DO_GET, "none", &w) == OP_COMMITTED && w.seen == -1);
    EXPECT(work_alone(t, DO_BREAK, "broken", &w) == OP_FAILED && w.runs == 1);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "broken") == 0 && rows_like(t, "a") == 1);
}

TEST_EACH_ENGINE(a_refusal_keeps_only_what_it_declares)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(work_alone(t, DO_REFUSE, "r1", &w) == OP_REFUSED && w.runs == 1 && w.agains == 0);
    EXPECT(work_alone(t, DO_GET_REFUSE, "balance", &w) == OP_REFUSED && w.seen == 10); /* from a lane that reads */
    test_lanes_stop(t);
    EXPECT(rows_like(t, "r1") == 0);
    EXPECT(rows_like(t, "refused r1") == 1 && rows_like(t, "refused balance") == 1);
}

TEST_EACH_ENGINE(what_a_refusal_cannot_keep_whole_it_does_not_keep_at_all)
{
    static struct work all[MANY];
    char name[32];
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(work_alone(t, DO_REFUSE_BADLY, "alone", &w) == OP_FAILED && w.runs == 1);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], i % 3 == 0 ? DO_REFUSE_BADLY : i % 3 == 1 ? DO_REFUSE : DO_PUT, name);
    }
    work_all(t, all, MANY);
    for (int i = 0; i < MANY; i++)
        EXPECT(all[i].outcome == (i % 3 == 0 ? OP_FAILED : i % 3 == 1 ? OP_REFUSED : OP_COMMITTED));
    test_lanes_stop(t);
    EXPECT(rows_like(t, "refused alone") == 0 && rows_like(t, "refused n%") == MANY / 3);
    EXPECT(rows_like(t, "n%") == MANY / 3);
}

TEST_EACH_ENGINE(a_conflict_is_run_again_and_then_told)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(work_alone(t, DO_PUT_TWICE, "twice", &w) == OP_CONFLICT);
    EXPECT(w.runs == OP_MAX_TRIES && w.agains == OP_MAX_TRIES - 1);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "twice") == 0);
}

TEST_EACH_ENGINE(a_bad_op_in_the_middle_hurts_nobody)
{
    static struct work all[MANY];
    char name[32];
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i],
                  i % 10 == 3   ? DO_BREAK
                  : i % 10 == 5 ? DO_REFUSE
                  : i % 10 == 7 ? DO_PUT_TWICE
                                : DO_PUT,
                  name);
    }
    work_all(t, all, MANY);
    for (int i = 0; i < MANY; i++) {
        enum op_outcome want = i % 10 == 3   ? OP_FAILED
                               : i % 10 == 5 ? OP_REFUSED
                               : i % 10 == 7 ? OP_CONFLICT
                                             : OP_COMMITTED;
        EXPECT(all[i].outcome == want);
        EXPECT(all[i].agains == all[i].runs - 1);
    }
    test_lanes_stop(t);
    EXPECT(rows_like(t, "n%") == MANY * 7 / 10);
    EXPECT(rows_like(t, "refused n%") == MANY / 10);
}

TEST_EACH_ENGINE(a_hundred_debits_of_an_account_for_ten)
{
    static struct work all[MANY];
    char name[32];
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 4 });
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "debit %02d", i);
        work_make(&all[i], DO_TAKE, name);
        all[i].op.refused = NULL;
    }
    work_all(t, all, MANY);
    int done = 0, refused = 0;
    for (int i = 0; i < MANY; i++) {
        done += all[i].outcome == OP_COMMITTED;
        refused += all[i].outcome == OP_REFUSED;
    }
    assert_int_equal(done, 10);
    assert_int_equal(refused, 90);
    test_lanes_stop(t);
    EXPECT(test_number(t, "SELECT number FROM t_rows WHERE name = 'balance'") == 0);
    EXPECT(rows_like(t, "debit%") == 10);
}

/* ---- before_batch ---- */

static void before(struct tx *tx, struct op *const *ops, size_t count)
{
    struct query q = query(tx, &row_get);
    bind_text(&q, "balance");
    bool found = query_row(&q) == ROW_FOUND;
    for (size_t i = 0; i < count; i++) {
        struct work *w = OWNER_OF(ops[i], struct work, op);
        if (!found || !ops[i]->session_key) continue;
        w->asked++;
        w->told = arena_text(tx_arena(tx), "what was found");
    }
}

TEST_EACH_ENGINE(every_run_is_asked_about_before)
{
    static struct work all[MANY];
    char name[32];
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = 2, .writers = 2, .before_batch = before });
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], i % 4 == 0 ? DO_PUT_TWICE : i % 4 == 1 ? DO_GET : DO_PUT, name);
        if (i % 3 != 0) all[i].op.session_key = "s";
    }
    work_all(t, all, MANY);
    for (int i = 0; i < MANY; i++) {
        /* An op that a cut put back is asked about again. */
        EXPECT(i % 3 != 0 ? all[i].asked >= all[i].runs : all[i].asked == 0);
    }
    test_lanes_stop(t);
}

/* ---- connections that break ---- */

TEST_EACH_ENGINE(a_connection_killed_in_a_transaction_fails_its_op_alone)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 1 });
    EXPECT(work_alone(t, DO_DIE, "", &w) == OP_FAILED && w.runs == 3); /* it does so each time */
    EXPECT(work_alone(t, DO_PUT, "after", NULL) == OP_COMMITTED);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "died") == 0 && rows_like(t, "after") == 1);
}

/* Nothing was written when its connection broke, so it runs again on another one. */
TEST_EACH_ENGINE(an_op_whose_connection_breaks_runs_again)
{
    struct work w;
    test_script(t, tables_sql);
    for (unsigned lanes = 1; lanes <= 2; lanes++) {
        test_lanes(t, &(struct lane_options){ .readers = lanes, .writers = lanes });
        EXPECT(work_alone(t, DO_DIE_ONCE, lanes == 1 ? "one" : "two", &w) == OP_COMMITTED);
        EXPECT(w.runs == 2 && w.agains == 1 && w.answers == 1);
        EXPECT(work_alone(t, DO_READ_DIE_ONCE, "one", &w) == OP_COMMITTED && w.runs == 2 && w.seen == 1);
        test_lanes_stop(t);
    }
    EXPECT(rows_like(t, "died") == 0 && rows_like(t, "one") == 1 && rows_like(t, "two") == 1);
}

TEST_EACH_ENGINE(connections_killed_while_idle_are_replaced)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = 2, .writers = 2 });
    EXPECT(work_alone(t, DO_PUT, "before", NULL) == OP_COMMITTED);
    test_open_tx(t);
#define LANE_CONNECTIONS " FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = current_schema()"
    for (int i = 0; i < 3000 && test_number(t, "SELECT COUNT(*)" LANE_CONNECTIONS) < 5; i++) {
        usleep(10000); /* all but the first of each kind connect behind lanes_start */
        test_close_tx(t);
        test_open_tx(t); /* the server shows one transaction the same activity all the time */
    }
    EXPECT(test_number(t, "SELECT COUNT(pg_terminate_backend(pid, 5000))" LANE_CONNECTIONS) == 5);
    test_close_tx(t);
    usleep(200000); /* until the goodbye has arrived */
    EXPECT(work_alone(t, DO_PUT, "after", &w) == OP_COMMITTED && w.runs == 1);
    EXPECT(work_alone(t, DO_GET, "after", &w) == OP_COMMITTED && w.seen == 1);
    test_lanes_stop(t);
}

/* ---- queues ---- */

static enum op_wish nothing_run(struct op *op, struct tx *tx)
{
    (void)op, (void)tx;
    return OP_COMMIT;
}

static atomic_int finished_ops;

static void count_done(struct op *op, enum op_outcome outcome)
{
    (void)op;
    if (outcome == OP_COMMITTED) atomic_fetch_add(&finished_ops, 1);
}

TEST_EACH_ENGINE(a_full_queue_says_no_and_a_stop_runs_what_is_queued)
{
    size_t waiting;
    int64_t oldest_ms;
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 1 });
    EXPECT(sem_init(&gate, 0, 0) == 0);
    atomic_store(&finished_ops, 0);
    const struct op like = {
        .mode = TX_WRITE, .arena = t->arena, .run = nothing_run, .again = work_again, .done = count_done
    };
    struct op *ops = calloc(LANE_QUEUE_MAX + 2, sizeof *ops);
    assert_non_null(ops);
    ops[0] = like;
    ops[0].run = wait_run;
    EXPECT(lanes_submit(t->lanes, &ops[0]));
    do {
        usleep(1000);
        lanes_depth(t->lanes, &waiting, &oldest_ms);
    } while (waiting > 0); /* the writer has taken it and waits at the gate */
    for (int i = 1; i <= LANE_QUEUE_MAX + 1; i++) {
        ops[i] = like;
        EXPECT(lanes_submit(t->lanes, &ops[i]) == (i <= LANE_QUEUE_MAX));
    }
    usleep(20000);
    lanes_depth(t->lanes, &waiting, &oldest_ms);
    EXPECT(waiting == LANE_QUEUE_MAX && oldest_ms >= 20);
    EXPECT(sem_post(&gate) == 0);
    test_lanes_stop(t);
    EXPECT(atomic_load(&finished_ops) == LANE_QUEUE_MAX + 1);
    free(ops);
    sem_destroy(&gate);
}

static struct {
    bool before, then;
} waited_for;

static enum op_wish look_run(struct op *op, struct tx *tx)
{
    waited_for.before = tx_is_waited_for(tx);
    (void)wait_run(op, tx);
    waited_for.then = tx_is_waited_for(tx);
    return OP_COMMIT;
}

/* SQLite's writer is one: who has it can make room for others. PostgreSQL has room. */
TEST_EACH_ENGINE(who_has_the_writer_is_told_that_others_wait)
{
    size_t waiting;
    int64_t oldest_ms;
    EXPECT(!tx_is_waited_for(t->tx)); /* no lane's */
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 1 });
    EXPECT(sem_init(&gate, 0, 0) == 0);
    atomic_store(&finished_ops, 0);
    struct op has = { .mode = TX_WRITE, .arena = t->arena, .run = look_run, .again = work_again, .done = count_done };
    struct op waits = has;
    waits.run = nothing_run;
    EXPECT(lanes_submit(t->lanes, &has));
    do {
        usleep(1000);
        lanes_depth(t->lanes, &waiting, &oldest_ms);
    } while (waiting > 0);
    EXPECT(lanes_submit(t->lanes, &waits) && sem_post(&gate) == 0);
    test_lanes_stop(t);
    EXPECT(atomic_load(&finished_ops) == 2);
    EXPECT(!waited_for.before && waited_for.then == (t->engine == DB_SQLITE));
    sem_destroy(&gate);
}

TEST_EACH_ENGINE(who_waits_while_the_lanes_stop_is_told_like_others)
{
    struct work w;
    test_lanes(t, NULL);
    queue_stop(&t->lanes->write);
    EXPECT(work_alone(t, DO_PUT, "late", &w) == OP_DROPPED && w.runs == 0 && w.answers == 1);
    test_lanes_stop(t);
}

/* The most that CHATHUB_DATABASE_WORKERS may say. PostgreSQL has the same threads but not as many connections. */
TEST_EACH_ENGINE(as_many_threads_as_may_be_set_start)
{
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = LANE_MAX_EACH, .writers = LANE_MAX_EACH });
    EXPECT(work_alone(t, DO_PUT, "a", NULL) == OP_COMMITTED);
    test_lanes_stop(t);
}

/* ---- notices ---- */

static void heard(void *arg) { atomic_fetch_add((atomic_int *)arg, 1); }

static void wait_for(atomic_int *count, int least)
{
    for (int i = 0; i < 3000 && atomic_load(count) < least; i++) usleep(10000);
    EXPECT(atomic_load(count) >= least);
}

TEST_EACH_ENGINE(notices_wake_listeners_and_are_merged)
{
    static struct work all[MANY];
    static atomic_int here, there, other;
    char error[256];
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    struct lanes *second = NULL; /* as another process would */
    if (t->engine == DB_POSTGRES) {
        second = lanes_start(t->db, &(struct lane_options){ .readers = 1, .writers = 1 }, error, sizeof error);
        assert_non_null(second);
        lanes_listen(second, "t_channel", heard, &there);
    }
    atomic_store(&here, 0), atomic_store(&there, 0), atomic_store(&other, 0);
    lanes_listen(t->lanes, "t_channel", heard, &here);
    lanes_listen(t->lanes, "t_other", heard, &other);
    if (second) { /* a new listener is told once, for what it missed */
        wait_for(&here, 0);
        usleep(300000);
        atomic_store(&here, 0), atomic_store(&there, 0), atomic_store(&other, 0);
    }
    for (int i = 0; i < MANY; i++) work_make(&all[i], i == 0 ? DO_REFUSE : DO_NOTIFY, "n");
    work_all(t, all, MANY);
    wait_for(&here, 1);
    if (second) wait_for(&there, 1);
    EXPECT(atomic_load(&other) == 0);
    EXPECT(atomic_load(&here) < MANY / 2);
    lanes_stop(second);
    test_lanes_stop(t);
}

static struct heard_names {
    pthread_mutex_t lock;
    int calls, much, names, other_names, before_done;
    const struct work *of;
} names_heard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void heard_names(void *arg, const struct tx_told *told, size_t n)
{
    (void)arg;
    pthread_mutex_lock(&names_heard.lock);
    names_heard.calls++;
    names_heard.much += n == 0;
    for (size_t i = 0; i < n; i++) {
        names_heard.names += told[i].kind == 7 && told[i].id == 1;
        names_heard.other_names += told[i].kind != 7 || told[i].id != 1;
    }
    if (n == 0) names_heard.before_done += names_heard.of->answers == 0; /* there is one such work */
    pthread_mutex_unlock(&names_heard.lock);
}

/* What was committed is told by its names, after its owner knows; what was not is not told; a great many have none. */
TEST_EACH_ENGINE(what_is_committed_is_told_by_name)
{
    static struct work all[MANY], twice, much;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    names_heard.calls = names_heard.much = names_heard.names = names_heard.other_names = names_heard.before_done = 0;
    names_heard.of = &much;
    lanes_hear(t->lanes, heard_names, NULL);
    for (int i = 0; i < MANY; i++) {
        work_make(&all[i], i % 10 == 3 ? DO_REFUSE : DO_TELL, "n");
        (void)snprintf(all[i].name, sizeof all[i].name, "n%d", i);
        all[i].seen = 1;
    }
    work_all(t, all, MANY);
    work_make(&twice, DO_TELL, "n0"); /* the row is there: it fails */
    twice.seen = 1;
    work_all(t, &twice, 1);
    EXPECT(twice.outcome != OP_COMMITTED);
    work_make(&much, DO_TELL, "much");
    much.seen = TX_MAX_TOLD + 1;
    work_all(t, &much, 1);
    test_lanes_stop(t);
    EXPECT(much.outcome == OP_COMMITTED && names_heard.before_done == 0);
    EXPECT(names_heard.names == MANY - MANY / 10 && names_heard.other_names == 0 && names_heard.much == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(one_op_of_each_kind),
        EACH_ENGINE(a_refusal_keeps_only_what_it_declares),
        EACH_ENGINE(what_a_refusal_cannot_keep_whole_it_does_not_keep_at_all),
        EACH_ENGINE(a_conflict_is_run_again_and_then_told),
        EACH_ENGINE(a_bad_op_in_the_middle_hurts_nobody),
        EACH_ENGINE(a_hundred_debits_of_an_account_for_ten),
        EACH_ENGINE(every_run_is_asked_about_before),
        ONLY_POSTGRES(a_connection_killed_in_a_transaction_fails_its_op_alone),
        ONLY_POSTGRES(an_op_whose_connection_breaks_runs_again),
        ONLY_POSTGRES(connections_killed_while_idle_are_replaced),
        EACH_ENGINE(a_full_queue_says_no_and_a_stop_runs_what_is_queued),
        EACH_ENGINE(who_has_the_writer_is_told_that_others_wait),
        EACH_ENGINE(who_waits_while_the_lanes_stop_is_told_like_others),
        ONLY_SQLITE(as_many_threads_as_may_be_set_start),
        EACH_ENGINE(notices_wake_listeners_and_are_merged),
        EACH_ENGINE(what_is_committed_is_told_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
