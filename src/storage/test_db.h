/* test_db.h: a database for each test, on each engine, as the migrations leave it.
 *
 *     TEST_EACH_ENGINE(a_replayed_debit_is_free)
 *     {
 *         EXPECT(credits_debit(t->tx, ...) == DEBIT_DONE);
 *     }
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = { EACH_ENGINE(a_replayed_debit_is_free) };
 *         return cmocka_run_group_tests(tests, NULL, NULL);
 *     }
 *
 * t->tx is an open write transaction (rolled back at the end). Code under test that opens its own, or lanes, first need
 * what the test wrote: call test_commit(t). PostgreSQL comes from CHATHUB_TEST_POSTGRES; without it the tests fail.
 * With CHATHUB_TEST_SHARED, a folder, programs hand on what the migrations made (a SQLite file there, schemas in the
 * database): for one run of one tree with a cluster of its own, as ./dev test is. */
#ifndef CHATHUB_STORAGE_TEST_DB_H
#define CHATHUB_STORAGE_TEST_DB_H

#include <setjmp.h>
#include <stdarg.h>
/* cmocka wants the two above first. */
#include "storage/db_conn.h"
#include "storage/db_lanes.h"
#include "storage/migrate.h"
#include <cmocka.h>

struct test_db {
    enum db_engine engine;
    struct db *db;
    struct conn *conn;
    struct arena *arena; /* results of t->tx */
    struct tx *tx;       /* open for writing; NULL after test_close_tx */
    struct lanes *lanes; /* after test_lanes */
    char url[1024];      /* of this test's own database */
    char place[256];     /* SQLite: its folder; PostgreSQL: its schema */
};

#define TEST_EACH_ENGINE(name)                                                                                         \
    static void name##_body(struct test_db *t);                                                                        \
    UNUSED static void name##_sqlite(void **state) { test_run(state, DB_SQLITE, name##_body); }                        \
    UNUSED static void name##_postgres(void **state) { test_run(state, DB_POSTGRES, name##_body); }                    \
    static void name##_body(struct test_db *t)
/* For the array of tests: two entries. The fixture is torn down also when the test fails. */
#define EACH_ENGINE(name)                                                                                              \
    cmocka_unit_test_setup_teardown(name##_sqlite, test_setup, test_teardown),                                         \
        cmocka_unit_test_setup_teardown(name##_postgres, test_setup, test_teardown)

/* For what only one engine can do. */
#define ONLY_SQLITE(name) cmocka_unit_test_setup_teardown(name##_sqlite, test_setup, test_teardown)
#define ONLY_POSTGRES(name) cmocka_unit_test_setup_teardown(name##_postgres, test_setup, test_teardown)

#ifndef EXPECT
#define EXPECT(condition) assert_true(condition)
#endif

int test_setup(void **state);
int test_teardown(void **state);
void test_run(void **state, enum db_engine e, void (*body)(struct test_db *t));

void test_commit(struct test_db *t);   /* commits t->tx and opens the next one */
void test_reopen(struct test_db *t);   /* rolls t->tx back (also a faulty one) and opens the next one */
void test_close_tx(struct test_db *t); /* commits t->tx and leaves none open: lanes on SQLite need the writer */
void test_open_tx(struct test_db *t);
/* Commits t->tx, closes it and starts lanes into t->lanes (stopped at the end). NULL: 1 reader, 2 writers. */
struct lanes *test_lanes(struct test_db *t, const struct lane_options *o);
/* Stops t->lanes and opens t->tx again. */
void test_lanes_stop(struct test_db *t);
/* Closes everything and opens the same database again with other options (o->url is ignored). */
void test_use(struct test_db *t, const struct db_options *o);
/* One number from plain SQL through t->tx, for assertions: test_number(t, "SELECT COUNT(*) FROM shops"). */
int64_t test_number(struct test_db *t, const char *sql);
/* Plain SQL for preparing a case, {id} {int} {blob} {strict} allowed. */
void test_script(struct test_db *t, const char *sql);

#endif
