/* test_lists.c: the plans of the lists that people look at, at grown tables. */
#include "storage/test_db.h"

#include "jobs/private.h"

#include <sqlite3.h>
#include <stdio.h>

/* A statement with its parameters written out. */
static const char *written_out(struct arena *a, const struct stmt *s)
{
    static const char *const value[] = { "9000000", "100", "''", "0", "0", "90000", "0", "20000", "0" };
    bool newest = text_eq(s->name, "list_newest"); /* its ?3 is a state */
    bool live = text_eq(s->name, "list_live");     /* its ?1 is -id */
    char *text = arena_alloc(a, 4096);
    size_t n = 0;
    for (const char *p = s->sql; *p; p++) {
        if (*p != '?') {
            text[n++] = *p;
            continue;
        }
        p++;
        const char *v = *p == '3' && newest ? "2" : value[*p - '1'];
        n += (size_t)snprintf(text + n, 4096 - n, "%s%s", *p == '1' && live ? "-" : "", v);
        EXPECT(n < 4000);
    }
    text[n] = '\0';
    return text;
}

/* Of the committed rows: does a line of the plan name this? */
static bool plan_names(struct test_db *t, const char *sql, const char *what)
{
    if (t->engine == DB_POSTGRES) {
        test_script(t,
                    arena_printf(
                        t->arena,
                        "DO $do$ DECLARE line TEXT; BEGIN DELETE FROM plan;"
                        " FOR line IN EXECUTE $q$EXPLAIN %s$q$ LOOP INSERT INTO plan VALUES (line); END LOOP; END $do$",
                        sql));
        return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM plan WHERE line LIKE '%%%s%%'", what)) > 0;
    }
    sqlite3 *db;
    sqlite3_stmt *plan = NULL;
    bool found = false;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    EXPECT(sqlite3_prepare_v2(db, arena_printf(t->arena, "EXPLAIN QUERY PLAN %s", sql), -1, &plan, NULL) == SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) found |= strstr((const char *)sqlite3_column_text(plan, 3), what) != NULL;
    sqlite3_finalize(plan);
    sqlite3_close(db);
    return found;
}

TEST_EACH_ENGINE(no_list_reads_all_the_done_rows)
{
    struct job_row row[1];
    size_t n;
    EXPECT(jobs_list(t->tx, &(struct jobs_wanted){ .limit = 1 }, row, &n) == ROW_NONE && n == 0);
    test_script(t, "CREATE TABLE plan (line TEXT)");
    test_script(t, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                   " INSERT INTO jobs (kind, account_id, ref, state, attempts, spared, run_at_ms, deadline_ms,"
                   " put_at_ms) SELECT 'a.two', 0, 0, CASE WHEN i % 5000 = 0 THEN i / 5000 % 2 ELSE 2 END,"
                   " 1, 0, i, 0, i FROM n");
    test_script(t, "ANALYZE jobs");
    test_commit(t);
    const char *walk = t->engine == DB_SQLITE ? "INTEGER PRIMARY KEY (rowid<?)" : "Backward using jobs_pkey";
    const struct {
        const char *name, *index;
    } lists[] = {
        { "list_live", "jobs_alive" },
        { "list_dead", "jobs_dead" },
        { "list_newest", walk },
        { "list_found", walk },
    };
    size_t seen = 0;
    for (size_t i = 0; i < stmt_count(); i++)
        for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
            if (!text_eq(stmt_at(i)->name, lists[k].name)) continue;
            EXPECT(plan_names(t, written_out(t->arena, stmt_at(i)), lists[k].index));
            seen++;
        }
    EXPECT(seen == ARRAY_LEN(lists));
}

int main(void)
{
    const struct CMUnitTest tests[] = { EACH_ENGINE(no_list_reads_all_the_done_rows) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
