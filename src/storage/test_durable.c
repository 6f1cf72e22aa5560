/* test_durable.c: batches that SQLite gives up, on a disk that is full or does not sync, and what is on it then. */
#include "storage/test_vfs.h"
#include "storage/test_work.h"
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- disks that fail: SQLite gives the whole batch up ---- */

static void use_forgetful(struct test_db *t)
{
    EXPECT(forgetful_vfs_register() == 0);
    forgetful_vfs_limit_bytes(-1), forgetful_vfs_fail_syncs(0); /* whatever a test that failed has left */
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

/* Holds the writer until the gate is opened, so that what is submitted meanwhile is one batch. */
static void close_gate(struct test_db *t, struct work *holder)
{
    size_t waiting;
    int64_t oldest_ms;
    work_make(holder, DO_GET, "gate");
    holder->op.mode = TX_WRITE;
    holder->op.run = wait_run;
    EXPECT(sem_init(&gate, 0, 0) == 0 && lanes_submit(t->lanes, &holder->op));
    do {
        usleep(1000);
        lanes_depth(t->lanes, &waiting, &oldest_ms);
    } while (waiting > 0);
}

/* The sync of a batch fails and nothing can be written afterwards: a crash might bring the batch back, so no op of it
 * is told that nothing was changed. */
TEST_EACH_ENGINE(a_batch_of_unknown_end_stays_unknown)
{
    enum { OPS = 20 };
    static struct work all[OPS], holder;
    char name[32];
    sem_t finished;
    test_script(t, tables_sql);
    use_forgetful(t);
    EXPECT(sem_init(&finished, 0, 0) == 0);
    close_gate(t, &holder);
    for (int i = 0; i < OPS; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], i % 5 == 4 ? DO_REFUSE : DO_PUT, name);
        all[i].finished = &finished;
        EXPECT(lanes_submit(t->lanes, &all[i].op));
    }
    forgetful_vfs_fail_sync_and_fill();
    int64_t began_ms = monotonic_ms();
    EXPECT(sem_post(&gate) == 0);
    for (int i = 0; i < OPS; i++) EXPECT(sem_wait(&finished) == 0);
    bool slow = monotonic_ms() - began_ms >= LANE_WRITE_CUT_MS;
    /* A machine that stands still cuts the batch short: what was left out of it has failed (the next test). */
    bool cut = false;
    for (int i = 0; i < OPS; i++) {
        cut |= slow && i > 0 && all[i].outcome == OP_FAILED;
        assert_int_equal(all[i].outcome, cut ? OP_FAILED : OP_UNCERTAIN);
    }
    EXPECT(work_alone(t, DO_PUT, "later", NULL) == OP_FAILED); /* of this one it is known */
    forgetful_vfs_limit_bytes(-1);
    EXPECT(work_alone(t, DO_PUT, "later", NULL) == OP_COMMITTED);
    sem_destroy(&finished);
    sem_destroy(&gate);
    for (int i = 0; i < OPS; i++) arena_free(all[i].op.arena);
    arena_free(holder.op.arena);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "n%") == 0 && rows_like(t, "later") == 1);
}

static enum op_wish slow_run(struct op *op, struct tx *tx)
{
    usleep(3 * LANE_WRITE_CUT_MS * 1000);
    return work_run(op, tx);
}

/* What a cut had left out of that batch is known: it was never in it. */
TEST_EACH_ENGINE(what_was_not_in_a_batch_of_unknown_end_has_failed)
{
    static struct work first, second, holder;
    sem_t finished;
    test_script(t, tables_sql);
    use_forgetful(t);
    EXPECT(sem_init(&finished, 0, 0) == 0);
    close_gate(t, &holder);
    work_make(&first, DO_PUT, "n1"), work_make(&second, DO_PUT, "n2");
    first.op.run = slow_run;
    first.finished = second.finished = &finished;
    EXPECT(lanes_submit(t->lanes, &first.op) && lanes_submit(t->lanes, &second.op));
    forgetful_vfs_fail_sync_and_fill();
    EXPECT(sem_post(&gate) == 0 && sem_wait(&finished) == 0 && sem_wait(&finished) == 0);
    assert_int_equal(first.outcome, OP_UNCERTAIN);
    assert_int_equal(second.outcome, OP_FAILED);
    forgetful_vfs_limit_bytes(-1);
    sem_destroy(&finished);
    sem_destroy(&gate);
    arena_free(first.op.arena), arena_free(second.op.arena), arena_free(holder.op.arena);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "n%") == 0);
}

/* The sync fails once. Something is written in the batch's place at once, so that who changes nothing (it refuses, in
 * front of the others) hears what became of it, and not that nobody knows. */
TEST_EACH_ENGINE(a_batch_of_unknown_end_is_overwritten_before_anybody_hears_of_it)
{
    enum { OPS = 6 };
    static struct work all[OPS], holder;
    char name[32];
    sem_t finished;
    test_script(t, tables_sql);
    use_forgetful(t);
    EXPECT(sem_init(&finished, 0, 0) == 0);
    close_gate(t, &holder);
    for (int i = 0; i < OPS; i++) {
        snprintf(name, sizeof name, "n%02d", i);
        work_make(&all[i], i < OPS / 2 ? DO_GET_REFUSE : DO_PUT, name);
        all[i].op.mode = TX_WRITE;
        if (i < OPS / 2) all[i].op.refused = NULL;
        all[i].finished = &finished;
        EXPECT(lanes_submit(t->lanes, &all[i].op));
    }
    forgetful_vfs_fail_syncs(1);
    EXPECT(sem_post(&gate) == 0);
    for (int i = 0; i < OPS; i++) EXPECT(sem_wait(&finished) == 0);
    for (int i = 0; i < OPS; i++) {
        assert_int_equal(all[i].outcome, i < OPS / 2 ? OP_REFUSED : OP_COMMITTED);
        assert_int_equal(all[i].runs, 2);
        arena_free(all[i].op.arena);
    }
    forgetful_vfs_fail_syncs(0);
    arena_free(holder.op.arena);
    sem_destroy(&finished);
    sem_destroy(&gate);
    test_lanes_stop(t);
    EXPECT(rows_like(t, "n%") == OPS / 2);
}

/* A server whose disk is full answers reads, and BEGIN: readiness is told by a write. */
TEST_EACH_ENGINE(a_full_disk_is_seen_by_the_watch)
{
    struct lanes_health h = { .can_write = true };
    test_script(t, tables_sql);
    EXPECT(forgetful_vfs_register() == 0);
    test_use(t, &(struct db_options){ .vfs = "forgetful" });
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 1, .watch = true });
    EXPECT(work_alone(t, DO_PUT, "before", NULL) == OP_COMMITTED);
    for (int full = 1; full >= 0; full--) {
        forgetful_vfs_limit_bytes(full ? 0 : -1);
        for (int i = 0; i < 1200 && h.can_write == (full == 1); i++) {
            usleep(50000);
            lanes_health(t->lanes, &h);
        }
        EXPECT(h.can_write == (full == 0));
    }
    test_lanes_stop(t);
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
    for (int i = 0; i < 600 && st.st_size > 0; i++) {
        usleep(100000);
        EXPECT(stat(path, &st) == 0);
    }
    EXPECT(st.st_size == 0);
    test_lanes_stop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_SQLITE(a_full_disk_fails_only_what_does_not_fit),
        ONLY_SQLITE(a_failed_sync_runs_the_batch_again_one_by_one),
        ONLY_SQLITE(a_batch_of_unknown_end_stays_unknown),
        ONLY_SQLITE(what_was_not_in_a_batch_of_unknown_end_has_failed),
        ONLY_SQLITE(a_batch_of_unknown_end_is_overwritten_before_anybody_hears_of_it),
        ONLY_SQLITE(a_full_disk_is_seen_by_the_watch),
        ONLY_SQLITE(what_was_told_is_on_the_disk),
        ONLY_SQLITE(what_was_not_synced_is_not_on_the_disk),
        ONLY_SQLITE(an_idle_writer_empties_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
