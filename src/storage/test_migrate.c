/* test_migrate.c: schemas go up, down and up again, two processes may do so at once, and what is wrong stops. */
#include "base/clock.h"
#include "storage/reseal.h"
#include "storage/private.h"
#include "storage/test_db.h"
#include <stdlib.h>
#include <unistd.h>

enum { EXPANDED_MAX = 4096 };

/* Numbers above all real ones, so that both lists can be in one database. */
static const struct migration steps[] = {
    { 9001, "9001_one", "CREATE TABLE m_one (id {id}, n {int} NOT NULL) {strict};", "DROP TABLE m_one;" },
    { 9002, "9002_two",
      "ALTER TABLE m_one ADD COLUMN text TEXT;\n--sqlite CREATE TABLE m_lite (b {blob});\n"
      "--postgres CREATE TABLE m_great (b {blob});\n",
      "ALTER TABLE m_one DROP COLUMN text;\n--sqlite DROP TABLE m_lite;\n--postgres DROP TABLE m_great;\n" },
    { 9003, "9003_three", "INSERT INTO m_one (n, text) VALUES (3, '{int} is -- no word');",
      "DELETE FROM m_one WHERE n = 3;" },
    { 9004, "9004_four", "CREATE INDEX m_index ON m_one (n);", "DROP INDEX m_index;" },
    { 0 },
};

static int real_count(void)
{
    int count = 0;
    while (migrations[count].number != 0) count++;
    return count;
}

static int newest_real(void) { return migrations[real_count() - 1].number; }

/* The real migrations and `extra` behind them, so that nothing that is applied looks unknown. */
static const struct migration *with_real(struct test_db *t, const struct migration *extra, size_t count)
{
    size_t real = (size_t)real_count();
    struct migration *all = ARENA_ARRAY(t->arena, struct migration, real + count + 1);
    memcpy(all, migrations, real * sizeof *all);
    memcpy(all + real, extra, count * sizeof *all);
    return all;
}

TEST_EACH_ENGINE(up_down_and_up_again)
{
    int pending = -1;
    test_close_tx(t);
    int newest = real_count() ? migrations[real_count() - 1].number : 0;
    EXPECT(migrate_status(t->db, &pending) == newest && pending == 0);
    EXPECT(migrate_up(t->db) == 0);
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) == real_count());
    EXPECT(migrate_status(t->db, &pending) == 0 && pending == real_count());
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) == 0);
    EXPECT(migrate_up(t->db) == real_count());
    EXPECT(migrate_status(t->db, &pending) == newest && pending == 0);
    test_open_tx(t);
}

TEST_EACH_ENGINE(words_lines_and_single_steps)
{
    test_close_tx(t);
    const struct migration *all = with_real(t, steps, 4);
    EXPECT(migrate_list_up(t->db, all) == 4);
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM m_one WHERE n = 3") == 1);
    EXPECT(test_number(t, t->engine == DB_SQLITE ? "SELECT COUNT(*) FROM m_lite" : "SELECT COUNT(*) FROM m_great") ==
           0);
    test_close_tx(t);
    EXPECT(migrate_list_down(t->db, all, 9002, DOWN_DROP_DATA, NULL) == 2);
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM m_one") == 0);
    test_close_tx(t);
    EXPECT(migrate_list_down(t->db, all, newest_real(), DOWN_DROP_DATA, NULL) == 2);
    EXPECT(migrate_list_up(t->db, all) == 4);
    test_open_tx(t);
}

TEST_EACH_ENGINE(a_missing_one_in_the_middle_is_applied)
{
    const struct migration later[] = { steps[0], steps[3] };
    test_close_tx(t);
    EXPECT(migrate_list_up(t->db, with_real(t, later, 2)) == 2);
    EXPECT(migrate_list_up(t->db, with_real(t, steps, 4)) == 2);
    test_open_tx(t);
}

/* A lower number that landed later was applied later, and goes first. */
TEST_EACH_ENGINE(what_came_last_goes_first)
{
    const struct migration later[] = { steps[0], steps[3] };
    char plan_text[512];
    struct buf plan;
    test_close_tx(t);
    const struct migration *all = with_real(t, steps, 4);
    EXPECT(migrate_list_up(t->db, with_real(t, later, 2)) == 2);
    EXPECT(migrate_list_up(t->db, all) == 2);
    buf_fixed(&plan, plan_text, sizeof plan_text);
    EXPECT(migrate_list_down(t->db, all, 9004, DOWN_TRY, &plan) == 2);
    assert_string_equal(buf_terminated(&plan), "undoes 9003_three\nundoes 9002_two\ndeletes from m_one: 1 rows\n"
                                               "drops m_one.text: 1 rows\n");
    EXPECT(migrate_list_down(t->db, all, 9004, DOWN_LOSE_NOTHING, NULL) == MIGRATE_LOSES);
    EXPECT(migrate_list_down(t->db, all, 9004, DOWN_DROP_DATA, NULL) == 2);
    EXPECT(migrate_list_down(t->db, all, 9002, DOWN_DROP_DATA, NULL) == MIGRATE_NOT_APPLIED);
    EXPECT(migrate_list_down(t->db, all, 9004, DOWN_DROP_DATA, NULL) == 0);
    EXPECT(migrate_list_down(t->db, all, newest_real(), DOWN_LOSE_NOTHING, NULL) == 2); /* no rows left */
    test_open_tx(t);
}

/* The order is kept when the clock goes back between two upgrades. */
TEST_EACH_ENGINE(the_order_is_not_that_of_the_clock)
{
    test_close_tx(t);
    const struct migration *all = with_real(t, steps, 4);
    EXPECT(migrate_list_up(t->db, with_real(t, steps, 1)) == 1);
    clock_advance_ms(-HOUR_MS);
    EXPECT(migrate_list_up(t->db, all) == 3);
    clock_advance_ms(HOUR_MS);
    EXPECT(migrate_list_down(t->db, all, 9001, DOWN_DROP_DATA, NULL) == 3);
    test_open_tx(t);
}

/* What goes is named, and nothing of it happens unless it was said that it may. */
TEST_EACH_ENGINE(rows_are_not_lost_by_the_way)
{
    static const struct migration with_rows[] = {
        { 9001, "9001_rows", "CREATE TABLE m_rows (n {int} NOT NULL, text TEXT);", "DROP TABLE m_rows;" },
        { 9002, "9002_column", "ALTER TABLE m_rows ADD COLUMN more TEXT;", "ALTER TABLE m_rows DROP COLUMN more;" },
        { 0 },
    };
    char plan_text[512];
    struct buf plan;
    test_close_tx(t);
    const struct migration *all = with_real(t, with_rows, 2);
    EXPECT(migrate_list_up(t->db, all) == 2);
    test_open_tx(t);
    test_script(t, "INSERT INTO m_rows (n) VALUES (1); INSERT INTO m_rows (n) VALUES (2);");
    test_close_tx(t);
    EXPECT(migrate_list_down(t->db, all, 9001, DOWN_LOSE_NOTHING, NULL) == 1); /* an empty column */
    EXPECT(migrate_list_up(t->db, all) == 1);
    test_open_tx(t);
    test_script(t, "UPDATE m_rows SET more = 'x' WHERE n = 2;");
    test_close_tx(t);
    buf_fixed(&plan, plan_text, sizeof plan_text);
    EXPECT(migrate_list_down(t->db, all, 9001, DOWN_LOSE_NOTHING, &plan) == MIGRATE_LOSES);
    assert_string_equal(buf_terminated(&plan), "undoes 9002_column\ndrops m_rows.more: 1 rows\n");
    buf_fixed(&plan, plan_text, sizeof plan_text);
    EXPECT(migrate_list_down(t->db, all, newest_real(), DOWN_LOSE_NOTHING, &plan) == MIGRATE_LOSES);
    assert_string_equal(buf_terminated(&plan), "undoes 9002_column\nundoes 9001_rows\ndrops m_rows: 2 rows\n");
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM m_rows WHERE more = 'x'") == 1);
    test_close_tx(t);
    EXPECT(migrate_list_down(t->db, all, newest_real(), DOWN_DROP_DATA, NULL) == 2);
    test_open_tx(t);
}

TEST_EACH_ENGINE(a_failing_step_leaves_nothing_of_itself)
{
    const struct migration bad[] = { steps[0],
                                     { 9002, "9002_bad", "CREATE TABLE m_half (n {int}); CREATE NONSENSE;", "" } };
    test_close_tx(t);
    EXPECT(migrate_list_up(t->db, with_real(t, bad, 2)) == -1);
    test_open_tx(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM m_one") == 0); /* the step before stays */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM schema_migrations WHERE number = 9002") == 0);
    test_close_tx(t);
    EXPECT(migrate_list_up(t->db, with_real(t, steps, 4)) == 3); /* m_half is not in the way */
    test_open_tx(t);
}

TEST_EACH_ENGINE(a_newer_database_is_refused)
{
    test_close_tx(t);
    EXPECT(migrate_list_up(t->db, with_real(t, steps, 4)) == 4);
    EXPECT(migrate_list_up(t->db, with_real(t, steps, 2)) == -1);
    EXPECT(migrate_up(t->db) == -1);
    test_open_tx(t);
}

struct race {
    struct test_db *t;
    const struct migration *list;
    int taken;
};

static void *race_up(void *arg)
{
    struct race *r = arg;
    r->taken = migrate_list_up(r->t->db, r->list);
    return NULL;
}

TEST_EACH_ENGINE(two_at_once_share_the_work)
{
    enum { RACERS = 4 };
    struct race racers[RACERS];
    pthread_t threads[RACERS];
    test_close_tx(t);
    const struct migration *all = with_real(t, steps, 4);
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) == real_count());
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct race){ .t = t, .list = all };
        EXPECT(pthread_create(&threads[i], NULL, race_up, &racers[i]) == 0);
    }
    int taken = 0;
    for (int i = 0; i < RACERS; i++) {
        EXPECT(pthread_join(threads[i], NULL) == 0);
        EXPECT(racers[i].taken >= 0);
        taken += racers[i].taken;
    }
    assert_int_equal(taken, real_count() + 4);
    test_open_tx(t);
}

/* Two servers on one database; the last that ends lets the schema go down. SQLite has its lock file for that. */
TEST_EACH_ENGINE(the_schema_stays_under_a_server)
{
    static const char holders[] = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4805"
                                  " AND objid = hashtext(current_schema())::oid";
    struct lanes *servers[2];
    char error[256] = "";
    test_use(t, &(struct db_options){ .announce = true });
    for (size_t i = 0; i < ARRAY_LEN(servers); i++)
        servers[i] = lanes_start(t->db, &(struct lane_options){ .readers = 1, .writers = 1 }, error, sizeof error);
    for (int i = 0; i < 3000 && test_number(t, holders) < 2; i++) usleep(10000);
    test_close_tx(t);
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) == MIGRATE_IN_USE);
    EXPECT(migrate_up(t->db) == 0);                                           /* there is nothing to do */
    EXPECT(migrate_list_up(t->db, with_real(t, steps, 4)) == MIGRATE_IN_USE); /* a newer program beside them */
    lanes_stop(servers[0]);
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) == MIGRATE_IN_USE);
    lanes_stop(servers[1]);
    EXPECT(migrate_down(t->db, 0, DOWN_DROP_DATA, NULL) == real_count());
    EXPECT(migrate_up(t->db) == real_count());
    test_open_tx(t);
}

/* Who changes the master key sees which one the servers seal with, also when they do nothing. */
TEST_EACH_ENGINE(servers_announce_the_key_they_seal_with)
{
    static const char holders[] = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 480607"
                                  " AND objid = hashtext(current_schema())::oid";
    char error[256] = "";
    int64_t other = 0;
    bool postgres = tx_engine(t->tx) == DB_POSTGRES;
    EXPECT(reseal_key_of_others(t->tx, 7, &other) && other == -1);
    test_use(t, &(struct db_options){ .announce = true, .announced_key = 7 });
    struct lanes *server =
        lanes_start(t->db, &(struct lane_options){ .readers = 1, .writers = 1 }, error, sizeof error);
    for (int i = 0; i < 3000 && postgres && test_number(t, holders) < 1; i++) usleep(10000);
    EXPECT(reseal_key_of_others(t->tx, 7, &other) && other == -1);
    EXPECT(reseal_key_of_others(t->tx, 8, &other) && other == (postgres ? 7 : -1));
    test_close_tx(t);
    lanes_stop(server);
    test_open_tx(t);
    /* The server is gone before PostgreSQL has ended its session. */
    for (int i = 0; i < 3000 && postgres && test_number(t, holders) > 0; i++) usleep(10000);
    EXPECT(reseal_key_of_others(t->tx, 8, &other) && other == -1);
}

static void words_are_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *in, *lite, *great;
    } cases[] = {
        { "", "", "" },
        { "a {int} b", "a INTEGER b\n", "a BIGINT b\n" },
        { "{blob}{int}\n", "BLOBINTEGER\n", "BYTEABIGINT\n" },
        { "{strict};", "STRICT;\n", ";\n" },
        { "{unknown} {in {", "{unknown} {in {\n", "{unknown} {in {\n" },
        { "--sqlite x {int}\n--postgres y", "x INTEGER\n\n", "\ny\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (int e = 0; e < 2; e++) {
            struct buf out;
            buf_init(&out, EXPANDED_MAX);
            schema_expand(&out, cases[i].in, e ? DB_POSTGRES : DB_SQLITE);
            assert_string_equal(buf_terminated(&out), e ? cases[i].great : cases[i].lite);
            buf_free(&out);
        }
    }
}

static void the_list_is_in_order(void **state)
{
    (void)state;
    for (const struct migration *m = migrations; m->number != 0; m++) {
        assert_true(m == migrations || m[-1].number < m->number);
        assert_true(m->name && m->up && m->down && strtol(m->name, NULL, 10) == m->number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_replaced),
        cmocka_unit_test(the_list_is_in_order),
        EACH_ENGINE(up_down_and_up_again),
        EACH_ENGINE(words_lines_and_single_steps),
        EACH_ENGINE(a_missing_one_in_the_middle_is_applied),
        EACH_ENGINE(what_came_last_goes_first),
        EACH_ENGINE(the_order_is_not_that_of_the_clock),
        EACH_ENGINE(rows_are_not_lost_by_the_way),
        EACH_ENGINE(a_failing_step_leaves_nothing_of_itself),
        EACH_ENGINE(a_newer_database_is_refused),
        EACH_ENGINE(two_at_once_share_the_work),
        ONLY_POSTGRES(the_schema_stays_under_a_server),
        EACH_ENGINE(servers_announce_the_key_they_seal_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
