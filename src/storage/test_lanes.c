/* test_lanes.c: what the lanes promise to ops: group commit hurts nobody, refusals leave what they may, lost batches
 * and lost connections are told truly, and a hundred debits of an account for ten succeed ten times. */
#include "base/clock.h"
#include "storage/engine.h"
#include "storage/test_db.h"
#include "storage/test_vfs.h"
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OP_ARENA_BYTES = 1 << 20, MANY = 100 };

static const char tables_sql[] = "CREATE TABLE t_rows (name TEXT PRIMARY KEY, number {int} NOT NULL) {strict};"
                                 "CREATE TABLE t_big (bytes {blob}) {strict};"
                                 "INSERT INTO t_rows (name, number) VALUES ('balance', 10);";

STMT(row_put, "INSERT INTO t_rows (name, number) VALUES (?1, ?2)");
STMT(row_get, "SELECT number FROM t_rows WHERE name = ?1");
STMT(row_take, "UPDATE t_rows SET number = number - ?2 WHERE name = ?1 AND number >= ?2 RETURNING number");
STMT(big_put, "INSERT INTO t_big (bytes) VALUES (?1)");
STMT(backend_pid, "SELECT 0 AS pid", .postgres = "SELECT pg_backend_pid() AS pid");
STMT(backend_kill, "SELECT ?1 AS done", .postgres = "SELECT pg_terminate_backend(CAST(?1 AS INTEGER)) AS done");

/* What one op does, and what became of it. */
struct work {
    struct op op;
    enum { DO_PUT, DO_PUT_TWICE, DO_TAKE, DO_REFUSE, DO_BREAK, DO_GET, DO_BIG, DO_DIE, DO_NOTIFY, DO_GET_REFUSE } what;
    char name[32];
    enum op_outcome outcome;
    unsigned runs, agains, answers;
    int64_t seen;
    sem_t *finished;
    unsigned asked;
    const char *told;                        /* by before(), in the lane's memory */
};

static bool put(struct tx *tx, const char *name, int64_t number)
{
    struct query q = query(tx, &row_put);
    bind_text(&q, name), bind_i64(&q, number);
    return query_put(&q);
}

static enum op_wish take(struct work *w, struct tx *tx)
{
    struct query q = query(tx, &row_take);
    bind_text(&q, "balance"), bind_i64(&q, 1);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    w->seen = col_i64(&q, "number");
    return put(tx, w->name, 1) ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish put_big(struct tx *tx)
{
    enum { BIG = 200 * 1024 };
    struct query q = query(tx, &big_put);
    bind_blob(&q, arena_alloc(tx_arena(tx), BIG), BIG);
    return query_put(&q) ? OP_COMMIT : OP_REFUSE;
}

/* Ends its own connection from the side, in the middle of the transaction. */
static enum op_wish die(struct tx *tx)
{
    (void)!put(tx, "died", 1);
    struct query q = query(tx, &backend_pid);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    int64_t pid = col_i64(&q, "pid");
    q = query(tx, &backend_kill);
    bind_i64(&q, pid);
    return query_row(&q) == ROW_FOUND ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish work_run(struct op *op, struct tx *tx)
{
    struct work *w = OWNER_OF(op, struct work, op);
    w->runs++;
    struct query q;
    if (w->told) assert_string_equal(w->told, "what was found");
    switch (w->what) {
    case DO_PUT: return put(tx, w->name, 1) ? OP_COMMIT : OP_REFUSE;
    case DO_PUT_TWICE: return put(tx, w->name, 1) && put(tx, w->name, 2) ? OP_COMMIT : OP_REFUSE;
    case DO_TAKE: return take(w, tx);
    case DO_REFUSE: (void)!put(tx, w->name, 1); return OP_REFUSE;
    case DO_BREAK:
        (void)!put(tx, w->name, 1);
        q = query(tx, &row_put);
        bind_text(&q, "no number"), bind_null(&q);
        return query_change(&q) == 1 ? OP_COMMIT : OP_REFUSE;
    case DO_BIG: return put_big(tx);
    case DO_DIE: return die(tx);
    case DO_NOTIFY: tx_notify(tx, "t_channel"); return OP_COMMIT;
    case DO_GET:
    case DO_GET_REFUSE:
        q = query(tx, &row_get);
        bind_text(&q, w->name);
        w->seen = query_row(&q) == ROW_FOUND ? col_i64(&q, "number") : -1;
        return w->what == DO_GET ? OP_COMMIT : OP_REFUSE;
    }
    return OP_REFUSE;
}

static void work_refused(struct op *op, struct tx *tx)
{
    struct work *w = OWNER_OF(op, struct work, op);
    char *name = arena_printf(op->arena, "refused %s", w->name);
    (void)!put(tx, name, 1);
}

static void work_again(struct op *op)
{
    OWNER_OF(op, struct work, op)->agains++;
    arena_reset(op->arena);
}

static void work_done(struct op *op, enum op_outcome outcome)
{
    struct work *w = OWNER_OF(op, struct work, op);
    w->outcome = outcome;
    w->answers++;
    if (w->finished) sem_post(w->finished);
}

static void work_make(struct work *w, int what, const char *name)
{
    *w = (struct work){ .what = what,
                        .op = { .mode = what == DO_GET || what == DO_GET_REFUSE ? TX_READ : TX_WRITE,
                                .arena = arena_new(OP_ARENA_BYTES),
                                .run = work_run,
                                .refused = work_refused,
                                .again = work_again,
                                .done = work_done } };
    snprintf(w->name, sizeof w->name, "%s", name);
}

static enum op_outcome work_alone(struct test_db *t, int what, const char *name, struct work *out)
{
    struct work w;
    work_make(&w, what, name);
    enum op_outcome outcome = lanes_run(t->lanes, &w.op);
    EXPECT(w.answers == 1 && w.outcome == outcome);
    arena_free(w.op.arena);
    if (out) *out = w;
    return outcome;
}

/* Submits all at once, so that they meet in batches, and waits for all. */
static void work_all(struct test_db *t, struct work *all, size_t count)
{
    sem_t finished;
    EXPECT(sem_init(&finished, 0, 0) == 0);
    for (size_t i = 0; i < count; i++) {
        all[i].finished = &finished;
        EXPECT(lanes_submit(t->lanes, &all[i].op));
    }
    for (size_t i = 0; i < count; i++) EXPECT(sem_wait(&finished) == 0);
    sem_destroy(&finished);
    for (size_t i = 0; i < count; i++) {
        EXPECT(all[i].answers == 1);
        arena_free(all[i].op.arena);
    }
}

static int64_t rows_like(struct test_db *t, const char *pattern)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM t_rows WHERE name LIKE '%s'", pattern);
    return test_number(t, sql);
}

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

/* ---- disks that fail: SQLite gives the whole batch up ---- */

static void use_forgetful(struct test_db *t)
{
    EXPECT(forgetful_vfs_register() == 0);
    test_use(t, &(struct db_options){ .vfs = "forgetful" });
    test_lanes(t, NULL);
}

TEST_EACH_ENGINE(a_full_disk_fails_only_what_does_not_fit)
{
    enum { ROOM = 2 << 20 };
    static struct work all[MANY];
    char name[32];
    test_script(t, tables_sql);
    use_forgetful(t);
    forgetful_vfs_limit_bytes(ROOM);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], i % 2 ? DO_BIG : DO_PUT, name);
    }
    work_all(t, all, MANY);
    forgetful_vfs_limit_bytes(-1);
    int big = 0, small = 0, failed = 0;
    for (int i = 0; i < MANY; i++) {
        EXPECT(all[i].outcome == OP_COMMITTED || all[i].outcome == OP_FAILED);
        failed += all[i].outcome == OP_FAILED;
        if (all[i].outcome == OP_COMMITTED) big += i % 2, small += !(i % 2);
    }
    EXPECT(failed > 0 && big > 0 && small > 0);
    EXPECT(work_alone(t, DO_BIG, "", NULL) == OP_COMMITTED); /* there is room again */
    test_lanes_stop(t);
    EXPECT(rows_like(t, "n%") == small);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM t_big") == big + 1);
}

TEST_EACH_ENGINE(a_failed_sync_runs_the_batch_again_one_by_one)
{
    static struct work all[MANY];
    char name[32];
    test_script(t, tables_sql);
    use_forgetful(t);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], i % 10 == 5 ? DO_REFUSE : DO_PUT, name);
    }
    forgetful_vfs_fail_syncs(2);
    work_all(t, all, MANY);
    forgetful_vfs_fail_syncs(0);
    int committed = 0, uncertain = 0, refused = 0, again = 0;
    for (int i = 0; i < MANY; i++) {
        committed += all[i].outcome == OP_COMMITTED;
        refused += all[i].outcome == OP_REFUSED;
        uncertain += all[i].outcome == OP_UNCERTAIN; /* alone in its transaction when the second sync failed */
        again += all[i].agains > 0;
    }
    EXPECT(committed + refused + uncertain == MANY && uncertain <= 2 && committed >= MANY * 9 / 10 - 2);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "n%") == committed);
    EXPECT(rows_like(t, "refused n%") == refused);
    EXPECT(again > 0 || uncertain > 0);
}

static int64_t rows_in_copy(struct test_db *t, const char *sql)
{
    char command[900], url[600], error[256];
    snprintf(command, sizeof command, "mkdir %s/copy && cp %s/test.db* %s/copy/", t->place, t->place, t->place);
    EXPECT(system(command) == 0);
    snprintf(url, sizeof url, "sqlite:%s/copy/test.db", t->place);
    struct db *db = db_open(&(struct db_options){ .url = url }, error, sizeof error);
    assert_non_null(db);
    struct conn *c = conn_open(db, TX_WRITE, error, sizeof error);
    assert_non_null(c);
    struct tx *tx = tx_begin(c, TX_READ, t->arena);
    int64_t rows = -1;
    EXPECT(c->engine->script(tx, sql, &rows));
    tx_rollback(tx);
    conn_close(c);
    db_close(db);
    return rows;
}

/* What the VFS is for: the files as a power cut would leave them hold each acknowledged op and nothing of an open one.
 */
TEST_EACH_ENGINE(what_was_told_is_on_the_disk)
{
    static struct work all[MANY];
    char name[32];
    test_script(t, tables_sql);
    use_forgetful(t);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], DO_PUT, name);
    }
    work_all(t, all, MANY);
    EXPECT(rows_in_copy(t, "SELECT COUNT(*) FROM t_rows WHERE name LIKE 'n%'") == MANY);
    test_lanes_stop(t);
}

/* The counter-test: without syncs the same copy finds nothing, so the VFS really forgets. */
TEST_EACH_ENGINE(what_was_not_synced_is_not_on_the_disk)
{
    char path[400];
    sqlite3 *handle;
    test_script(t, tables_sql);
    use_forgetful(t);
    snprintf(path, sizeof path, "%s/test.db", t->place);
    EXPECT(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, "forgetful") == SQLITE_OK);
    EXPECT(sqlite3_exec(handle, "PRAGMA synchronous=OFF; INSERT INTO t_rows VALUES ('lost', 1)", NULL, NULL, NULL) ==
           SQLITE_OK);
    struct work w;
    EXPECT(work_alone(t, DO_GET, "lost", &w) == OP_COMMITTED && w.seen == 1); /* everyone here sees it */
    EXPECT(rows_in_copy(t, "SELECT COUNT(*) FROM t_rows WHERE name = 'lost'") == 0);
    EXPECT(sqlite3_close(handle) == SQLITE_OK);
    test_lanes_stop(t);
}

TEST_EACH_ENGINE(an_idle_writer_empties_the_log)
{
    char path[400];
    struct stat st = { 0 };
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(work_alone(t, DO_BIG, "", NULL) == OP_COMMITTED);
    snprintf(path, sizeof path, "%s/test.db-wal", t->place);
    EXPECT(stat(path, &st) == 0 && st.st_size > 0);
    for (int i = 0; i < 50 && st.st_size > 0; i++) {
        usleep(100000);
        EXPECT(stat(path, &st) == 0);
    }
    EXPECT(st.st_size == 0);
    test_lanes_stop(t);
}

/* ---- connections that break ---- */

TEST_EACH_ENGINE(a_connection_killed_in_a_transaction_fails_its_op_alone)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 1 });
    EXPECT(work_alone(t, DO_DIE, "", &w) == OP_FAILED && w.runs == 1);
    EXPECT(work_alone(t, DO_PUT, "after", NULL) == OP_COMMITTED);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "died") == 0 && rows_like(t, "after") == 1);
}

TEST_EACH_ENGINE(connections_killed_while_idle_are_replaced)
{
    struct work w;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(work_alone(t, DO_PUT, "before", NULL) == OP_COMMITTED);
    test_open_tx(t);
#define LANE_CONNECTIONS " FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = current_schema()"
    for (int i = 0; i < 500 && test_number(t, "SELECT COUNT(*)" LANE_CONNECTIONS) < 5; i++) {
        usleep(10000); /* all but the first of each kind connect behind lanes_start */
        test_close_tx(t);
        test_open_tx(t); /* the server shows one transaction the same activity all the time */
    }
    EXPECT(test_number(t, "SELECT COUNT(pg_terminate_backend(pid))" LANE_CONNECTIONS) == 5);
    test_close_tx(t);
    usleep(200000); /* until the goodbye has arrived */
    EXPECT(work_alone(t, DO_PUT, "after", &w) == OP_COMMITTED && w.runs == 1);
    EXPECT(work_alone(t, DO_GET, "after", &w) == OP_COMMITTED && w.seen == 1);
    test_lanes_stop(t);
}

/* ---- queues ---- */

static sem_t gate;

static enum op_wish wait_run(struct op *op, struct tx *tx)
{
    (void)op, (void)tx;
    EXPECT(sem_wait(&gate) == 0);
    return OP_COMMIT;
}

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

/* ---- notices ---- */

static void heard(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static void wait_for(atomic_int *count, int least)
{
    for (int i = 0; i < 500 && atomic_load(count) < least; i++) usleep(10000);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(one_op_of_each_kind),
        EACH_ENGINE(a_refusal_keeps_only_what_it_declares),
        EACH_ENGINE(a_conflict_is_run_again_and_then_told),
        EACH_ENGINE(a_bad_op_in_the_middle_hurts_nobody),
        EACH_ENGINE(a_hundred_debits_of_an_account_for_ten),
        EACH_ENGINE(every_run_is_asked_about_before),
        ONLY_SQLITE(a_full_disk_fails_only_what_does_not_fit),
        ONLY_SQLITE(a_failed_sync_runs_the_batch_again_one_by_one),
        ONLY_SQLITE(what_was_told_is_on_the_disk),
        ONLY_SQLITE(what_was_not_synced_is_not_on_the_disk),
        ONLY_SQLITE(an_idle_writer_empties_the_log),
        ONLY_POSTGRES(a_connection_killed_in_a_transaction_fails_its_op_alone),
        ONLY_POSTGRES(connections_killed_while_idle_are_replaced),
        EACH_ENGINE(a_full_queue_says_no_and_a_stop_runs_what_is_queued),
        EACH_ENGINE(notices_wake_listeners_and_are_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
