/* test_schema.c: see test_schema.h. Whether a schema is as it was is not believed but looked at: the rows of every
 * table (how many, and a sum over all their bytes), the numbers drawn from every sequence, and how many columns,
 * indexes, constraints, triggers and functions there are. */
#include "storage/test_schema.h"

#include "base/crypto.h"
#include "base/random.h"
#include "base/testing.h"
#include "storage/migrate.h"
#include <libpq-fe.h>
#include <stdio.h>

enum { NAME_SIZE = 64, TEXT_MAX = 64 << 10, GOODBYE_TRIES = 400, GOODBYE_PAUSE_US = 5000, MANY_ROWS = 2000 };

static struct {
    char name[NAME_SIZE];     /* "": none */
    pid_t owner;              /* a forked child must not drop it */
    PGconn *conn;             /* of the schema's keeper */
    bool lent;                /* to a test: who ends in the middle of one leaves it as nobody may have it */
    bool asked;               /* the statement `content` is prepared: planning it costs more than running it */
    PGresult *content, *form; /* as the migrations left it; NULL: it has not been looked at */
    PGresult *rows;           /* a table's name and a row as text, of all that the migrations wrote */
} kept;

const char *test_schema_server(void)
{
    const char *url = getenv("CHATHUB_TEST_POSTGRES");
    if (!url || !*url)
        fail_msg("%s", "CHATHUB_TEST_POSTGRES is not set: give the URL of a PostgreSQL database for tests");
    return url;
}

/* NULL on any fault. */
static PGresult *ask(const char *sql)
{
    PGresult *r = PQexec(kept.conn, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return r;
    PQclear(r);
    return NULL;
}

static bool tell(const char *format, ...) PRINTF_LIKE(1, 2);
static bool tell(const char *format, ...)
{
    char sql[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    PGresult *r = ask(sql);
    PQclear(r);
    return r != NULL;
}

static void forget(void)
{
    PQclear(kept.content);
    PQclear(kept.form);
    PQclear(kept.rows);
    kept.content = kept.form = kept.rows = NULL;
    kept.name[0] = '\0';
    if (kept.asked) (void)tell("DEALLOCATE content");
    kept.asked = false;
}

const char *test_shared_tag(void)
{
    static char tag[17];
    const char *folder = getenv("CHATHUB_TEST_SHARED");
    if (!folder || !*folder) return NULL;
    if (tag[0]) return tag;
    struct sha256 *all = sha256_begin();
    uint8_t sum[SHA256_SIZE];
    for (const struct migration *m = migrations; m->number != 0; m++) {
        sha256_add(all, m->name, strlen(m->name) + 1);
        sha256_add(all, m->up, strlen(m->up) + 1);
    }
    sha256_end(all, sum);
    hex_encode(sum, 8, tag);
    return tag;
}

/* A schema that another program left as it was made. Who renames it first has it. */
static bool take_handed_on(const char *name)
{
    char sql[160];
    bool have = false;
    if (!test_shared_tag()) return false;
    (void)snprintf(sql, sizeof sql, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'free_%s_') LIMIT 20",
                   test_shared_tag());
    PGresult *free = ask(sql);
    for (int i = 0; free && i < PQntuples(free) && !have; i++)
        have = tell("ALTER SCHEMA %s RENAME TO %s", PQgetvalue(free, i, 0), name);
    PQclear(free);
    return have;
}

static bool hand_on(void)
{
    const char *tag = test_shared_tag();
    return tag && kept.content && !kept.lent && tell("ALTER SCHEMA %s RENAME TO free_%s_%s", kept.name, tag, kept.name);
}

static bool drop(void)
{
    bool good = kept.name[0] == '\0' || tell("DROP SCHEMA %s CASCADE", kept.name);
    if (!good) print_error("DROP SCHEMA: %s\n", PQerrorMessage(kept.conn));
    forget();
    return good;
}

static void at_end(void)
{
    if (kept.owner != getpid() || !kept.conn) return;
    if (!kept.name[0] || !hand_on()) (void)drop();
    PQfinish(kept.conn);
    kept.conn = NULL;
}

static void connect_once(void)
{
    if (kept.conn && kept.owner == getpid() && PQstatus(kept.conn) == CONNECTION_OK) return;
    if (!kept.conn && atexit(at_end) != 0) abort();
    kept.conn = PQconnectdb(test_schema_server());
    kept.owner = getpid();
    forget();
    /* Nothing waits long here: what is still held by somebody is not put back but left. The role deletes without a
     * look at foreign keys; a user who may not take it has each schema made anew instead. */
    (void)tell("SET session_replication_role = replica");
    if (!tell("SET client_min_messages = error; SET synchronous_commit = off; SET lock_timeout = '5s'"))
        fail_msg("cannot use the database of CHATHUB_TEST_POSTGRES: %s", PQerrorMessage(kept.conn));
}

void test_schema_take(char *name, size_t size, bool *made)
{
    connect_once();
    *made = kept.name[0] != '\0';
    if (!*made) {
        uint8_t bytes[8];
        char hex[17];
        random_bytes(bytes, sizeof bytes);
        hex_encode(bytes, sizeof bytes, hex);
        (void)snprintf(kept.name, sizeof kept.name, "t%ld_%s", (long)getpid(), hex);
        *made = take_handed_on(kept.name);
        if (*made) test_schema_is_made();
        else if (!tell("CREATE SCHEMA %s", kept.name)) fail_msg("CREATE SCHEMA: %s", PQerrorMessage(kept.conn));
    }
    text_copy(name, size, kept.name);
    kept.lent = true;
}

/* ---- what is in it ---- */

/* A row a table: its name, how many rows it has, a sum over them. */
static bool prepare_content(void)
{
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "SELECT relname FROM pg_class WHERE relnamespace = '%s'::regnamespace"
                   " AND relkind = 'r' ORDER BY relname",
                   kept.name);
    PGresult *tables = ask(sql);
    struct buf text;
    buf_init(&text, TEXT_MAX);
    buf_text(&text, "PREPARE content AS ");
    for (int i = 0; i < PQntuples(tables); i++) {
        const char *table = PQgetvalue(tables, i, 0);
        buf_printf(&text,
                   "%sSELECT '%s', COUNT(*), COALESCE(SUM(hashtextextended(x::text, 0)::numeric), 0) FROM %s.%s x",
                   i > 0 ? " UNION ALL " : "", table, kept.name, table);
    }
    buf_text(&text, " ORDER BY 1");
    if (PQntuples(tables) > 0 && !text.overflow) {
        PGresult *r = ask(buf_terminated(&text));
        kept.asked = r != NULL;
        PQclear(r);
    }
    buf_free(&text);
    PQclear(tables);
    return kept.asked;
}

/* Of the tables that were there when the schema was made; form() sees the others. */
static PGresult *content(void) { return kept.asked || prepare_content() ? ask("EXECUTE content") : NULL; }

/* One row: relations and columns, constraints, triggers, functions, sequences that gave a number. */
static PGresult *form(void)
{
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "SELECT COUNT(*), SUM(relnatts), md5(string_agg(relname, ',' ORDER BY relname)),"
                   " (SELECT COUNT(*) FROM pg_constraint WHERE connamespace = n), (SELECT COUNT(*) FROM pg_proc WHERE"
                   " pronamespace = n), (SELECT COUNT(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE"
                   " c.relnamespace = n), (SELECT COUNT(last_value) FROM pg_sequences WHERE schemaname = '%s')"
                   " FROM pg_class, (SELECT '%s'::regnamespace::oid AS n) AS here WHERE relnamespace = n GROUP BY n",
                   kept.name, kept.name);
    return ask(sql);
}

static bool same_row(const PGresult *a, const PGresult *b, int row)
{
    for (int k = 0; k < PQnfields(a); k++)
        if (strcmp(PQgetvalue(a, row, k), PQgetvalue(b, row, k)) != 0) return false;
    return true;
}

static bool same(const PGresult *a, const PGresult *b)
{
    if (!a || !b || PQntuples(a) != PQntuples(b) || PQnfields(a) != PQnfields(b)) return false;
    for (int i = 0; i < PQntuples(a); i++)
        if (!same_row(a, b, i)) return false;
    return true;
}

static int64_t count_of(const PGresult *content, int table) { return strtoll(PQgetvalue(content, table, 1), NULL, 10); }

/* The few rows that migrations write: counters, the first of a chain. */
static PGresult *rows_of(const PGresult *content)
{
    struct buf sql;
    buf_init(&sql, TEXT_MAX);
    for (int i = 0; content && i < PQntuples(content); i++)
        if (count_of(content, i) > 0)
            buf_printf(&sql, "%sSELECT '%s', x::text FROM %s.%s x", sql.n > 0 ? " UNION ALL " : "",
                       PQgetvalue(content, i, 0), kept.name, PQgetvalue(content, i, 0));
    PGresult *r = sql.overflow || sql.n == 0 ? NULL : ask(buf_terminated(&sql));
    buf_free(&sql);
    return r;
}

void test_schema_is_made(void)
{
    kept.content = content();
    kept.form = form();
    kept.rows = rows_of(kept.content);
}

/* ---- and back ---- */

/* The rows of a table as they were at first; `sql` says first that it be emptied. */
static void write_again(struct buf *sql, const char *table)
{
    for (int i = 0; kept.rows && i < PQntuples(kept.rows); i++) {
        if (strcmp(PQgetvalue(kept.rows, i, 0), table) != 0) continue;
        char *row = PQescapeLiteral(kept.conn, PQgetvalue(kept.rows, i, 1), (size_t)PQgetlength(kept.rows, i, 1));
        if (!row) fail_msg("%s", PQerrorMessage(kept.conn));
        buf_printf(sql, "INSERT INTO %s.%s SELECT (%s::%s.%s).*;", kept.name, table, row, kept.name, table);
        PQfreemem(row);
    }
}

/* Deletes what a test wrote. Not TRUNCATE: it makes new files for each table and index, ten times the cost of a few
 * rows. Many rows are not worth it: their space would stay, and the schema is made anew. */
static bool empty_again(const PGresult *now)
{
    struct buf sql;
    bool some = false, many = false;
    if (!now || PQntuples(now) != PQntuples(kept.content)) return false;
    buf_init(&sql, TEXT_MAX);
    for (int i = 0; i < PQntuples(now); i++) {
        if (same_row(now, kept.content, i)) continue;
        buf_printf(&sql, "DELETE FROM %s.%s;", kept.name, PQgetvalue(now, i, 0));
        if (count_of(kept.content, i) > 0) write_again(&sql, PQgetvalue(now, i, 0));
        many |= count_of(now, i) > MANY_ROWS;
        some = true;
    }
    PGresult *r = some && !many && !sql.overflow ? ask(buf_terminated(&sql)) : NULL;
    buf_free(&sql);
    PQclear(r);
    return r != NULL || !some;
}

/* Backends end a moment after their clients. */
static bool all_have_left(void)
{
    for (int i = 0; i < GOODBYE_TRIES; i++) {
        char sql[160];
        (void)snprintf(sql, sizeof sql, "SELECT 1 FROM pg_stat_activity WHERE application_name = '%s'", kept.name);
        PGresult *r = ask(sql);
        int there = r ? PQntuples(r) : -1;
        PQclear(r);
        if (there <= 0) return there == 0;
        (void)usleep(GOODBYE_PAUSE_US);
    }
    return false;
}

/* Tables that a test made for itself. */
static bool drop_new_tables(void)
{
    char question[1024];
    struct buf sql;
    buf_init(&sql, TEXT_MAX);
    (void)snprintf(question, sizeof question,
                   "SELECT relname FROM pg_class WHERE relnamespace = '%s'::regnamespace AND relkind = 'r'", kept.name);
    PGresult *tables = ask(question);
    bool good = tables != NULL;
    for (int i = 0; good && i < PQntuples(tables); i++) {
        bool ours = false;
        for (int k = 0; !ours && k < PQntuples(kept.content); k++)
            ours = strcmp(PQgetvalue(tables, i, 0), PQgetvalue(kept.content, k, 0)) == 0;
        if (!ours) buf_printf(&sql, "DROP TABLE %s.%s CASCADE;", kept.name, PQgetvalue(tables, i, 0));
    }
    PQclear(tables);
    PGresult *r = good && sql.n > 0 && !sql.overflow ? ask(buf_terminated(&sql)) : NULL;
    buf_free(&sql);
    PQclear(r);
    return r != NULL;
}

static bool has_the_form(void)
{
    PGresult *shape = form();
    bool good = same(shape, kept.form);
    PQclear(shape);
    return good;
}

static bool put_back(void)
{
    if (!kept.content || !kept.form || !all_have_left()) return false;
    PGresult *now = content();
    bool good = empty_again(now);
    PQclear(now);
    if (!good || !tell("SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, start_value, false)"
                       " FROM pg_sequences WHERE schemaname = '%s' AND last_value IS NOT NULL",
                       kept.name))
        return false;
    PGresult *rows = content();
    good = same(rows, kept.content);
    PQclear(rows);
    return good && (has_the_form() || (drop_new_tables() && has_the_form()));
}

bool test_schema_give(void)
{
    kept.lent = false;
    return kept.name[0] == '\0' || put_back() || drop();
}
