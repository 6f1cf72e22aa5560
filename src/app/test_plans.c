/* test_plans.c: what every statement reads. PostgreSQL's generic plan, at tables that have grown: the plan that a
 * connection keeps after some executions knows no values: a LIMIT without an order, or a condition that most rows meet,
 * may then be answered by reading the whole table, each minute, for ever. SQLite tells its plan without data.
 *
 * The rows are made from the catalogue, so that a new table is there by itself: whole numbers count up, times lie in
 * the past, states are nearly all the same (as they are after a year), and what may be NULL mostly is. */
#include "storage/pg_wire.h"
#include "storage/test_db.h"

#include "app/app.h"
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* Referenced so that all their statements are linked into this program. */
__attribute__((used)) static const void *const everything[] = { app_route_tables, app_job_kinds };

static const char grow_sql[] =
    "SET session_replication_role = replica;"
    "DO $$ DECLARE t record; c record; names text; vals text; v text; BEGIN"
    " FOR t IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
    "   AND tablename <> 'schema_migrations' LOOP"
    "  FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = format('%I', t.name)::regclass AND contype = 'c'"
    "  LOOP EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', t.name, c.conname); END LOOP;"
    "  names := ''; vals := '';"
    "  FOR c IN SELECT column_name AS name, data_type AS type, is_nullable = 'YES' AS may_be_null"
    "    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = t.name LOOP"
    "   v := CASE WHEN c.name ~ '(state|status|kind|role|flag)' AND c.type <> 'text'"
    "             THEN '(CASE WHEN i % 50 = 0 THEN i % 5 ELSE 2 END)'"
    "        WHEN c.name ~ '(state|status|kind|role)' THEN '(''k'' || (CASE WHEN i % 50 = 0 THEN i % 5 ELSE 2 END))'"
    "        WHEN c.name ~ '_ms$' THEN '(1700000000000 + i * 1000)'"
    "        WHEN c.name IN ('account', 'shop', 'tenant', 'person') THEN '(i / 10)'"
    "        WHEN c.type IN ('bigint', 'integer', 'smallint') THEN 'i'"
    "        WHEN c.type = 'bytea' THEN 'convert_to(''x'' || i, ''UTF8'')' ELSE '(''x'' || i)' END;"
    "   IF c.may_be_null THEN v := format('CASE WHEN i %% 20 = 0 THEN %s END', v); END IF;"
    "   names := names || CASE WHEN names = '' THEN '' ELSE ', ' END || format('%I', c.name);"
    "   vals := vals || CASE WHEN vals = '' THEN '' ELSE ', ' END || v;"
    "  END LOOP;"
    "  EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM generate_series(1000000, 1000000 + current_setting("
    "    ''grown.rows'')::int) AS i ON CONFLICT DO NOTHING', t.name, names, vals);"
    "  IF current_setting('grown.known') = 'yes' THEN EXECUTE format('ANALYZE %I', t.name); END IF;"
    " END LOOP; END $$;";
/* As if the tables had fifty times the pages: to make that many rows would take too long. */
static const char generic_sql[] = "SET plan_cache_mode = force_generic_plan; SET seq_page_cost = 50;";

static void must(PGconn *pg, const char *sql)
{
    PGresult *r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) fail_msg("%s", PQerrorMessage(pg));
    PQclear(r);
}

static void grow(PGconn *pg, int rows, bool known)
{
    char text[128];
    (void)snprintf(text, sizeof text, "SET grown.rows = %d; SET grown.known = '%s'", rows, known ? "yes" : "no");
    must(pg, text), must(pg, grow_sql);
}

/* Statements that may read a whole table, and why; and those whose plan on SQLite begins with a scan that is none. */
enum { ON_SQLITE = 1 << DB_SQLITE, ON_POSTGRES = 1 << DB_POSTGRES, EVERY_ENGINE = ON_SQLITE | ON_POSTGRES };
/* clang-format off */
static const struct {
    const char *file, *name, *why;
    int engines;
} may_scan[] = {
    { "accounts/accounts.c", "count_all", "the minute's overview", EVERY_ENGINE },
    { "shops/counts.c", "count_all", "the minute's overview", EVERY_ENGINE },
    { "tenants/counts.c", "count_states", "the minute's overview", EVERY_ENGINE },
    { "credits/ledger.c", "all_totals", "the minute's overview", EVERY_ENGINE },
    { "tenants/launches.c", "forget", "codes live for a minute and are then removed", EVERY_ENGINE },
    { "storage/migrate.c", "applied", "one row a migration", EVERY_ENGINE },
    { "storage/migrate_losses.c", "tables", "the catalogue, by a command", EVERY_ENGINE },
    { "storage/migrate_losses.c", "columns", "the catalogue, by a command", ON_POSTGRES },
    { "credits/verify.c", "verify_page", "`verify` reads everything, in pages", ON_SQLITE },
    { "credits/routes.c", "entries_page", "scans its own inner page of at most 100 rows", ON_SQLITE },
    { "shops/purge.c", "purge_due", "scans the locked rows of its own inner LIMIT", ON_SQLITE },
    { "tenants/renew_job.c", "due", "sorts its own inner LIMIT", ON_SQLITE },
    { "billing/offers.c", "offers_any", "takes the first row, once at the start", ON_SQLITE },
    { "billing/plan_job.c", "due", "sorts its own inner LIMIT", ON_SQLITE },
    { "chat/due.c", "due", "sorts its own inner LIMITs", ON_SQLITE },
    { "chat/gone.c", "came", "scans its own inner LIMIT", ON_SQLITE },
    { "chat/acts.c", "due", "sorts its own inner LIMIT", ON_SQLITE },
    { "chat/left.c", "theirs", "sorts what one colleague has, and its own inner LIMIT", ON_SQLITE },
    { "audit/head.c", "head_last", "takes the last row of the primary key", ON_SQLITE },
    { "http/events.c", "purge_events", "walks the primary key from its start to a LIMIT", ON_SQLITE },
    { "http/idempotency.c", "purge_keys", "walks the primary key from its start to a LIMIT", ON_SQLITE },
    { "outbound/mail.c", "purge", "walks the primary key from its start to a LIMIT", ON_SQLITE },
    { "outbound/mail.c", "list", "walks the primary key from its end to a LIMIT", ON_SQLITE },
    { "jobs/list.c", "list_kind", "scans its own inner LIMIT", ON_SQLITE },
    { "http/events.c", "date_back", "walks the primary key from its start to a LIMIT", ON_SQLITE },
    { "http/idempotency.c", "date_back", "walks the primary key from its start to a LIMIT", ON_SQLITE },
    { "outbound/mail.c", "date_back", "walks the primary key from its start to a LIMIT", ON_SQLITE },
    { "app/keys.c", "keys_retire", "one row a master key", ON_SQLITE },
    { "app/keys.c", "keys_list", "one row a master key", ON_SQLITE },
    { "jobs/purge.c", "purge_chunk", "scans its own inner LIMIT", ON_SQLITE },
    { "jobs/queue.c", "line_accounts", "scans its own walk over the index", ON_SQLITE },
    { "jobs/queue.c", "look", "scans its own walk over the index", ON_SQLITE },
    { "jobs/list.c", "count_line", "scans its own walk over the index", ON_SQLITE },
    { "jobs/list.c", "count", "scans its own inner LIMIT", ON_SQLITE },
    { "jobs/each.c", "count_skips", "what stands before the operator, not much", ON_SQLITE },
    { "credits/chain.c", "chains_used", "only at a start without a key", ON_SQLITE },
    { "jobs/each.c", "list_skips", "walks the primary key", ON_SQLITE },
    { "chat/customers.c", "page_of_account", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "chat/customers.c", "oldest_of_account", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "chat/customers.c", "oldest_of_shop", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "chat/customers.c", "count_of_account", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "chat/customers.c", "count_of_shop", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "chat/customers.c", "page_of_shop", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "chat/customers.c", "listed", "scans its own inner LIMIT: the browsers of one customer", ON_SQLITE },
    { "storage/migrate.c", "has_table", "a table of the schema", ON_SQLITE },
};
/* clang-format on */

static bool may(const struct stmt *s, enum db_engine e)
{
    for (size_t i = 0; i < ARRAY_LEN(may_scan); i++)
        if (may_scan[i].engines & 1 << e && text_eq(may_scan[i].name, s->name) && strstr(s->file, may_scan[i].file))
            return true;
    return strncmp(s->name, "verify", 6) == 0 || strstr(s->file, "test_") != NULL;
}

/* What was made for one question alone, and has to answer it: no scan is not enough where a LIMIT may walk the primary
 * key from its end. */
static const struct {
    const char *file, *name, *index;
} made_for[] = {
    { "chat/found.c", "talks_of", "chat_conversations_by_visitor" },
    { "chat/customers_routes.c", "talks_of", "chat_conversations_by_visitor" },
};

static const char *index_of(const struct stmt *s)
{
    for (size_t i = 0; i < ARRAY_LEN(made_for); i++)
        if (text_eq(made_for[i].name, s->name) && strstr(s->file, made_for[i].file)) return made_for[i].index;
    return NULL;
}

/* ---- PostgreSQL ---- */

static PGresult *explained(PGconn *pg, const struct stmt *s, struct arena *a)
{
    unsigned params;
    char *sql = pg_numbered(stmt_text(s, DB_POSTGRES), &params);
    PGresult *r = PQexec(pg, arena_printf(a, "PREPARE p AS %s", sql));
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!good) print_error("%s in %s: %s\n", s->name, s->file, PQresultErrorMessage(r));
    assert_true(good);
    PQclear(r);
    free(sql);
    struct buf ask;
    char text[QUERY_MAX_PARAMS * 6 + 64];
    buf_fixed(&ask, text, sizeof text);
    buf_text(&ask, "EXPLAIN EXECUTE p ");
    for (unsigned i = 0; i < params; i++) buf_text(&ask, i == 0 ? "(NULL" : ", NULL");
    if (params > 0) buf_char(&ask, ')');
    r = PQexec(pg, buf_terminated(&ask));
    PQclear(PQexec(pg, "DEALLOCATE p"));
    return r;
}

TEST_EACH_ENGINE(no_generic_plan_reads_a_whole_table)
{
    EXPECT(everything[0]);
    test_commit(t);
    PGconn *pg = PQconnectdb(t->url);
    grow(pg, 20000, true), must(pg, generic_sql);
    int scans = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (may(s, DB_POSTGRES)) continue;
        const char *index = index_of(s);
        bool used = index == NULL;
        PGresult *r = explained(pg, s, t->arena);
        for (int k = 0; k < PQntuples(r); k++) {
            const char *line = PQgetvalue(r, k, 0), *scan = strstr(line, "Seq Scan on ");
            if (index && strstr(line, index)) used = true;
            if (!scan) continue;
            print_error("%s in %s: %s\n", s->name, s->file, scan);
            scans++;
        }
        if (!used) print_error("%s in %s does not use %s\n", s->name, s->file, index), scans++;
        PQclear(r);
    }
    PQfinish(pg);
    EXPECT(scans == 0 && stmt_count() > 100);
}

/* What PostgreSQL knows of a table is as old as its last ANALYZE: after an import it takes a hundred thousand rows for
 * twenty, for a minute or more. A list of which each row is looked for in turn, or a condition with a list that an
 * index would answer, is then as much work as the product of both. */
TEST_EACH_ENGINE(no_plan_multiplies_rows_that_are_news)
{
    test_commit(t);
    PGconn *pg = PQconnectdb(t->url);
    grow(pg, 20, true), grow(pg, 20000, false), must(pg, generic_sql);
    int bad = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (may(s, DB_POSTGRES) || !strstr(s->file, "knowledge/")) continue;
        PGresult *r = explained(pg, s, t->arena);
        for (int k = 0; k < PQntuples(r); k++) {
            const char *line = PQgetvalue(r, k, 0);
            bool joins = strstr(line, "Join Filter: ") != NULL,
                 lists = strstr(line, " Filter: ") && strstr(line, "= ANY ($");
            if (!joins && !lists) continue;
            print_error("%s in %s: %s\n", s->name, s->file, line);
            bad++;
        }
        PQclear(r);
    }
    PQfinish(pg);
    EXPECT(bad == 0);
}

/* A plan is kept until there are new statistics, also one that was made while the tables were empty: as our connections
 * ask (pg_wire.c). */
TEST_EACH_ENGINE(no_plan_of_empty_tables_reads_them_when_they_are_full)
{
    test_commit(t);
    PGconn *pg = PQconnectdb(t->url);
    must(pg, "VACUUM ANALYZE"), must(pg, "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off");
    int bad = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (may(s, DB_POSTGRES)) continue;
        PGresult *r = explained(pg, s, t->arena);
        for (int k = 0; k < PQntuples(r); k++) {
            const char *line = PQgetvalue(r, k, 0);
            if (!strstr(line, "Seq Scan on ")) continue;
            print_error("%s in %s: %s\n", s->name, s->file, line);
            bad++;
        }
        PQclear(r);
    }
    PQfinish(pg);
    EXPECT(bad == 0);
}

/* ---- SQLite ---- */

static bool is_scan_of_a_table(const char *detail)
{
    /* "few": rows that a LIMIT has cut already, under the name that PostgreSQL wants. */
    return strncmp(detail, "SCAN ", 5) == 0 && !text_eq(detail, "SCAN few") && !strstr(detail, "json_each") &&
           !strstr(detail, "VIRTUAL") && !strstr(detail, "CONSTANT ROW") && !strstr(detail, "(subquery") &&
           !strstr(detail, "USING COVERING INDEX") && !strstr(detail, "USING INDEX");
}

/* Indexes that may be walked from their beginning: each holds few rows, or a LIMIT ends the walk. */
static const char *const may_walk[] = {
    "chat_conversations_unindexed",
    "chat_settings_keep",
    "chat_visitors_unwritten",
    "payments_owed",
    "offers_sold",
    "mismatches_open",
    "shops_gone",
    "shops_paused",
    "jobs_alive",
    "json_each",
    "VIRTUAL TABLE",
};

/* A whole index, of which a condition takes what it wants, is as much as the table. One that covers what is read may
 * be: verify and counts go through all of it in pages. */
static bool is_walk_of_an_index(const char *detail, const struct stmt *s)
{
    if (strncmp(detail, "SCAN ", 5) != 0 || !strstr(detail, " USING INDEX ")) return false;
    if (text_eq(s->name, "count_living")) return false; /* up to a number, for "more than" */
    for (size_t i = 0; i < ARRAY_LEN(may_walk); i++)
        if (strstr(detail, may_walk[i])) return false;
    return true;
}

/* SQLite tells its plan without data; a scan there is a missing index on PostgreSQL too. */
TEST_EACH_ENGINE(no_statement_reads_a_whole_table_that_grows)
{
    sqlite3 *db;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    int scans = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (may(s, DB_SQLITE)) continue;
        char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", s->sql);
        sqlite3_stmt *plan = NULL;
        const char *index = index_of(s);
        bool used = index == NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &plan, NULL) == SQLITE_OK)
            while (sqlite3_step(plan) == SQLITE_ROW) {
                const char *detail = (const char *)sqlite3_column_text(plan, 3);
                if (index && strstr(detail, index)) used = true;
                if (!is_scan_of_a_table(detail) && !is_walk_of_an_index(detail, s)) continue;
                print_error("%s in %s: %s\n", s->name, s->file, detail);
                scans++;
            }
        if (!used) print_error("%s in %s does not use %s\n", s->name, s->file, index), scans++;
        sqlite3_finalize(plan);
        sqlite3_free(sql);
    }
    sqlite3_close(db);
    EXPECT(scans == 0);
}

/* ---- both ---- */

/* Which rows a LIMIT takes is left to the plan of the day when there is no order. */
static void a_limit_has_an_order(void **state)
{
    (void)state;
    int bare = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        for (int e = 0; e < 2; e++) {
            const char *text = stmt_text(s, e ? DB_POSTGRES : DB_SQLITE);
            if (may(s, DB_POSTGRES) || !strstr(text, " LIMIT ") || strstr(text, "ORDER BY")) continue;
            print_error("%s in %s: %s\n", s->name, s->file, text);
            bare++;
        }
    }
    assert_int_equal(bare, 0);
}

/* A row that somebody holds stops no purge of all the others': it is passed over, and found the next time. */
static void a_batch_that_is_purged_waits_for_nobody(void **state)
{
    static const struct {
        const char *file, *name, *why;
    } may_wait[] = {
        { "chat/erase.c", "drop_", "one conversation at a time; who is held is left out (jobs_each)" },
        { "knowledge/intake.c", "forget_", "one intake that has ended, by its own job" },
        { "knowledge/import.c", "forget", "one shop, whose row is held" },
    };
    (void)state;
    int waits = 0, seen = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        const char *text = stmt_text(s, DB_POSTGRES);
        bool may_be = strstr(s->file, "test_") != NULL;
        for (size_t k = 0; k < ARRAY_LEN(may_wait); k++)
            may_be |= str_starts(str_of(s->name), str_of(may_wait[k].name)) && strstr(s->file, may_wait[k].file);
        if (may_be || !strstr(text, "DELETE FROM") || !(strstr(text, " LIMIT ") || strstr(text, "SKIP LOCKED")))
            continue;
        seen++;
        if (strstr(text, "SKIP LOCKED")) continue;
        print_error("%s in %s: %s\n", s->name, s->file, text);
        waits++;
    }
    assert_int_equal(waits, 0);
    assert_true(seen >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_POSTGRES(no_generic_plan_reads_a_whole_table),
        ONLY_POSTGRES(no_plan_multiplies_rows_that_are_news),
        ONLY_POSTGRES(no_plan_of_empty_tables_reads_them_when_they_are_full),
        ONLY_SQLITE(no_statement_reads_a_whole_table_that_grows),
        cmocka_unit_test(a_limit_has_an_order),
        cmocka_unit_test(a_batch_that_is_purged_waits_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
