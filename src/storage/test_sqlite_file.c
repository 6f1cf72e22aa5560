/* test_sqlite_file.c: the database file: one server for it whatever its name, open to its owner alone, still there. */
#include "storage/test_work.h"
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *in_place(struct test_db *t, const char *name)
{
    return arena_printf(t->arena, "%s/%s", t->place, name);
}

static bool opens(struct test_db *t, const char *name, bool exclusive, char error[256])
{
    char *url = arena_printf(t->arena, "sqlite:%s/%s", t->place, name);
    struct db *db = db_open(&(struct db_options){ .url = url, .exclusive = exclusive }, error, 256);
    db_close(db);
    return db != NULL;
}

TEST_EACH_ENGINE(one_server_whatever_the_name)
{
    char error[256] = "";
    test_use(t, &(struct db_options){ .exclusive = true });
    assert_int_equal(symlink("test.db", in_place(t, "soft.db")), 0);
    assert_int_equal(link(in_place(t, "test.db"), in_place(t, "hard.db")), 0);
    static const char *const names[] = { "test.db", "./test.db", "soft.db", "hard.db" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        EXPECT(!opens(t, names[i], true, error));
        assert_non_null(strstr(error, "another server is running"));
    }
    EXPECT(opens(t, "soft.db", false, error)); /* a command beside it */
    /* It has opened and closed the file in this process: SQLite's own locks must have outlived that. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM schema_migrations") > 0);
}

TEST_EACH_ENGINE(a_file_that_others_may_read_is_refused)
{
    static const mode_t modes[] = { 0644, 0640, 0604, 0660, 0620 };
    char error[256] = "";
    test_close_tx(t);
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        EXPECT(chmod(in_place(t, "test.db"), modes[i]) == 0);
        EXPECT(!opens(t, "test.db", i % 2 == 0, error));
        assert_non_null(strstr(error, "chmod 600"));
    }
    EXPECT(chmod(in_place(t, "test.db"), 0600) == 0);
    EXPECT(opens(t, "test.db", true, error));
    EXPECT(mkdir(in_place(t, "folder.db"), 0700) == 0);
    EXPECT(!opens(t, "folder.db", false, error));
    test_open_tx(t);
}

static bool writable(struct lanes *l)
{
    struct lanes_health h;
    lanes_health(l, &h);
    return h.can_write;
}

static bool becomes(struct lanes *l, bool want)
{
    for (int i = 0; i < 600 && writable(l) != want; i++) usleep(50000);
    return writable(l) == want;
}

TEST_EACH_ENGINE(a_file_that_is_gone_takes_no_writes)
{
    static const char *const files[] = { "test.db", "test.db-wal" };
    char name[32];
    test_script(t, tables_sql);
    test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 1, .watch = true });
    EXPECT(work_alone(t, DO_PUT, "before", NULL) == OP_COMMITTED);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        const char *path = in_place(t, files[i]), *kept = in_place(t, "kept");
        snprintf(name, sizeof name, "after %zu", i);
        EXPECT(becomes(t->lanes, true));
        EXPECT(rename(path, kept) == 0); /* deleted */
        EXPECT(work_alone(t, DO_PUT, "never", NULL) == OP_FAILED);
        EXPECT(becomes(t->lanes, false));
        FILE *other = fopen(path, "w"); /* and replaced */
        EXPECT(other && fclose(other) == 0);
        EXPECT(work_alone(t, DO_PUT, "never", NULL) == OP_FAILED);
        EXPECT(!writable(t->lanes));
        EXPECT(rename(kept, path) == 0); /* put back */
        EXPECT(work_alone(t, DO_PUT, name, NULL) == OP_COMMITTED);
    }
    EXPECT(becomes(t->lanes, true));
    test_lanes_stop(t);
    EXPECT(rows_like(t, "never") == 0 && rows_like(t, "after%") == 2);
}

/* Another process reads and stays where it began: the log cannot be copied back. */
TEST_EACH_ENGINE(a_reader_that_holds_the_log_up_is_seen)
{
    sqlite3 *other;
    struct lanes_health h;
    test_script(t, tables_sql);
    test_lanes(t, NULL);
    EXPECT(sqlite3_open(in_place(t, "test.db"), &other) == SQLITE_OK);
    EXPECT(sqlite3_exec(other, "BEGIN; SELECT COUNT(*) FROM t_rows", NULL, NULL, NULL) == SQLITE_OK);
    for (int i = 0; i < 100; i++) EXPECT(work_alone(t, DO_BIG, "", NULL) == OP_COMMITTED);
    usleep(2000);
    lanes_health(t->lanes, &h);
    EXPECT(h.log_bytes > 10 << 20 && h.log_held_pages > 1000 && h.log_held_for_ms > 0);
    EXPECT(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    EXPECT(work_alone(t, DO_BIG, "", NULL) == OP_COMMITTED);
    for (int i = 0; i < 5000 && h.log_held_pages > 0; i++) { /* it is copied back after the answer */
        usleep(1000);
        lanes_health(t->lanes, &h);
    }
    EXPECT(h.log_held_pages == 0 && h.log_held_for_ms == 0);
    EXPECT(sqlite3_close(other) == SQLITE_OK);
    test_lanes_stop(t);
}

/* The command line has no lanes: its next transaction copies back what the one before has left. */
TEST_EACH_ENGINE(a_log_that_no_lane_looks_after_stays_short)
{
    struct stat st;
    test_script(t, "CREATE TABLE big (id {int} NOT NULL PRIMARY KEY, body {blob} NOT NULL){strict};");
    for (int i = 0; i < 60; i++) { /* a MiB each */
        test_script(t, "INSERT INTO big SELECT COUNT(*), zeroblob(1048576) FROM big");
        test_commit(t);
    }
    EXPECT(stat(in_place(t, "test.db-wal"), &st) == 0);
    EXPECT(st.st_size < 20 << 20); /* 2,000 pages and one transaction */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_SQLITE(one_server_whatever_the_name),
        ONLY_SQLITE(a_file_that_others_may_read_is_refused),
        ONLY_SQLITE(a_file_that_is_gone_takes_no_writes),
        ONLY_SQLITE(a_reader_that_holds_the_log_up_is_seen),
        ONLY_SQLITE(a_log_that_no_lane_looks_after_stays_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
