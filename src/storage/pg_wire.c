/* pg_wire.c: see pg_wire.h. */
#include "storage/pg_wire.h"
#include "base/clock.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SETTLE_PAUSE_MS = 50,
    LOCK_TIMEOUT_MS = 3000,
    IDLE_IN_TRANSACTION_TIMEOUT_MS = 15000, /* a stopped process must not hold its locks for long */
};

static void ignore_notice(void *arg, const char *message) { (void)arg, (void)message; }

/* Settings by SET and not by `options`, which the URL may use itself. A plan is kept for as long as PostgreSQL knows
 * nothing better: one that was made while a table was empty must not read all of it when it is full (decision 124). The
 * last statement names the server's run and its timeline: the statistics are reset by each recovery from a crash, also
 * when only a backend crashed and the postmaster stayed; a standby that became the primary goes on by a timeline of its
 * own. */
static bool pg_configure(PGconn *pg, const struct db *db, enum tx_mode mode, char generation[PG_GENERATION_SIZE])
{
    char sql[768];
    snprintf(sql, sizeof sql,
             "SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d;"
             "SET default_transaction_read_only = %s; SET default_transaction_isolation = 'read committed';"
             "SET client_min_messages = warning; SET standard_conforming_strings = on;"
             "SET enable_seqscan = off; SET jit = off;"
             "SELECT CAST(EXTRACT(EPOCH FROM pg_postmaster_start_time()) * 1000 AS BIGINT) || '/' ||"
             " COALESCE(CAST(EXTRACT(EPOCH FROM stats_reset) * 1000 AS BIGINT), 0) || '@' ||"
             " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_stat_bgwriter",
             db->statement_timeout_ms, LOCK_TIMEOUT_MS, IDLE_IN_TRANSACTION_TIMEOUT_MS, mode == TX_READ ? "on" : "off");
    PGresult *r = PQexec(pg, sql);
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    if (good) snprintf(generation, PG_GENERATION_SIZE, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    return good;
}

PGconn *pg_connect(const struct db *db, enum tx_mode mode, char generation[PG_GENERATION_SIZE], char *error,
                   size_t error_size)
{
    /* Only a server that writes will do, also for reading: a standby lags behind, and one that is reached by mistake
     * (an address that moved and came back) would be read from for ever. Of several hosts libpq takes the primary. */
    /* clang-format off */
    static const char *const keys[] = { "dbname",
                                        "target_session_attrs",
                                        "client_encoding",
                                        "fallback_application_name",
                                        "connect_timeout",
                                        "tcp_user_timeout",
                                        "keepalives_idle",
                                        "keepalives_interval",
                                        "keepalives_count",
                                        NULL };
    /* clang-format on */
    const char *values[] = { db->url, "primary", "UTF8", "chathub", "5", "10000", "10", "5", "3", NULL };
    PGconn *pg = PQconnectdbParams(keys, values, 1);
    if (!pg) abort();
    PQsetNoticeProcessor(pg, ignore_notice, NULL);
    const char *encoding = PQparameterStatus(pg, "server_encoding");
    if (PQstatus(pg) == CONNECTION_OK && PQserverVersion(pg) < PG_OLDEST_SERVER) {
        snprintf(error, error_size, "PostgreSQL 13 or newer is needed");
    } else if (PQstatus(pg) == CONNECTION_OK && (!encoding || strcmp(encoding, "UTF8") != 0)) {
        snprintf(error, error_size, "the PostgreSQL database must have the encoding UTF8");
    } else if (PQstatus(pg) == CONNECTION_OK && pg_configure(pg, db, mode, generation)) {
        return pg;
    } else {
        snprintf(error, error_size, "PostgreSQL: %s", PQerrorMessage(pg));
        error[strcspn(error, "\n")] = '\0';
    }
    PQfinish(pg);
    return NULL;
}

/* ---- poolers ---- */

static int server_pid(PGconn *pg)
{
    PGresult *r = PQexec(pg, "SELECT pg_backend_pid()");
    int pid = PQresultStatus(r) == PGRES_TUPLES_OK ? (int)strtol(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    PQclear(r);
    return pid;
}

bool pg_is_pooled(PGconn *pg)
{
    int pid = server_pid(pg);
    return pid != 0 && pid != PQbackendPID(pg);
}

bool pg_is_our_own(const struct db *db, char *error, size_t error_size)
{
    char generation[PG_GENERATION_SIZE];
    PGconn *one = pg_connect(db, TX_WRITE, generation, error, error_size);
    if (!one) return false;
    bool shared = false;
    if (pg_is_pooled(one)) {
        /* The first one is idle: a pooler that shares gives its server connection to the next who asks. */
        PGconn *other = pg_connect(db, TX_WRITE, generation, error, error_size);
        shared = other && server_pid(other) == server_pid(one);
        PQfinish(other);
    }
    PQfinish(one);
    if (shared) snprintf(error, error_size, "%s", PG_POOLER_SENTENCE);
    return !shared;
}

/* ---- text of statements ---- */

/* Behind a quoted text, a name or a comment that begins at p; p itself when none does. */
static const char *skip_quoted(const char *p)
{
    if (*p == '\'' || *p == '"') {
        const char *end = strchr(p + 1, *p); /* a doubled quote is two texts side by side */
        return end ? end + 1 : p + strlen(p);
    }
    if (p[0] == '-' && p[1] == '-') return strchrnul(p, '\n');
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        return end ? end + 2 : p + strlen(p);
    }
    return p;
}

char *pg_numbered(const char *sql, unsigned *params)
{
    char *out = strdup(sql);
    if (!out) abort();
    *params = 0;
    for (char *p = out; *p;) {
        char *behind = out + (skip_quoted(p) - out);
        if (behind == p && *p == '?' && p[1] >= '1' && p[1] <= '9') {
            unsigned number = (unsigned)strtoul(p + 1, NULL, 10);
            assert(number <= QUERY_MAX_PARAMS);
            if (number > *params) *params = number;
            *p = '$'; /* as long as ?, so the text stays in place */
        }
        p = behind == p ? p + 1 : behind;
    }
    return out;
}

/* ---- errors ---- */

enum tx_fault pg_fault_of(const char *sqlstate, bool writing)
{
    static const struct {
        const char *prefix;
        enum tx_fault fault;
    } meanings[] = {
        { "23505", TX_CONFLICT }, /* unique violation */
        { "40001", TX_CONFLICT }, /* serialization failure */
        { "40P01", TX_CONFLICT }, /* deadlock */
        { "55P03", TX_CONFLICT }, /* lock timeout */
        /* What this connection will never do again, for whatever reason: it is given up. */
        { "08", TX_LOST },
        { "57P0", TX_LOST },  /* shut down, crashed, cannot connect now, database dropped, idle for too long */
        { "25P03", TX_LOST }, /* we were idle in a transaction: the server hung up */
        { "25P04", TX_LOST }, /* the transaction took too long: the same */
        { "42P05", TX_LOST }, /* a prepared statement that is not ours: a pooler stands between */
        { "28", TX_LOST },    /* the role was taken away */
        { "3D000", TX_LOST }, /* the database was */
        /* Prepared statements of yesterday (a migration changed a type; a pooler dropped them): a new connection has
         * none of them. */
        { "26000", TX_LOST },
        { "0A000", TX_LOST },
        { "53", TX_UNABLE }, /* disk, memory, connections */
        { "58", TX_UNABLE }, /* I/O */
        /* Statement timeout: the server is overloaded or the statement is bad. Nothing is written; running it three
         * times would make it worse, so it is a failure and no conflict. */
        { "57014", TX_UNABLE },
    };
    if (!sqlstate) return TX_LOST; /* libpq's own error: no answer from the server */
    /* The server only reads: a standby, or one that was told to. On a connection of ours that reads it is our bug. */
    if (strcmp(sqlstate, "25006") == 0) return writing ? TX_LOST : TX_BROKEN;
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) return meanings[i].fault;
    }
    return TX_BROKEN;
}

void pg_describe(const PGresult *r, char *out, size_t out_size)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (!state) {
        snprintf(out, out_size, "the server hung up");
        return;
    }
    const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
    const char *column = PQresultErrorField(r, PG_DIAG_COLUMN_NAME);
    const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    /* Class 42 (syntax, unknown names) speaks of our text; the other classes quote what was bound. */
    bool about_text = strncmp(state, "42", 2) == 0 || strncmp(state, "25", 2) == 0 || strncmp(state, "57", 2) == 0;
    snprintf(out, out_size, "%s%s%s", constraint ? constraint : "", column ? column : "",
             about_text && message ? message : "");
}

/* ---- a lost answer to COMMIT ---- */

enum verdict { VERDICT_AGAIN, VERDICT_COMMITTED, VERDICT_ABORTED, VERDICT_UNKNOWN };

/* A second look knows less than it seems to:
 *   - `same_line` false: another server answers (a standby that was promoted). What it has not got it calls aborted, or
 *     in the future, whatever the first one did; nobody can tell which of the two will go on.
 *   - `same_run` false: the server crashed since. It has all that was told to anybody, so what is in the future there
 *     was never committed. But numbers whose log was not flushed are given out again: "committed" may be another's. */
static enum verdict ask_status(PGconn *pg, const char *xid, bool same_run, bool same_line)
{
    PGresult *r = PQexecParams(pg, "SELECT pg_xact_status(CAST(CAST($1 AS text) AS xid8))", 1, NULL,
                               (const char *const[]){ xid }, NULL, NULL, 0);
    enum verdict v = VERDICT_UNKNOWN;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (PQresultStatus(r) != PGRES_TUPLES_OK) {
        bool in_the_future = state && strcmp(state, "22023") == 0;
        v = in_the_future && same_line && !same_run ? VERDICT_ABORTED : VERDICT_AGAIN;
    } else if (PQgetisnull(r, 0, 0)) {
        v = VERDICT_UNKNOWN;
    } else if (strcmp(PQgetvalue(r, 0, 0), "aborted") == 0) {
        v = same_line ? VERDICT_ABORTED : VERDICT_UNKNOWN;
    } else if (strcmp(PQgetvalue(r, 0, 0), "committed") == 0) {
        v = same_run ? VERDICT_COMMITTED : VERDICT_UNKNOWN;
    } else {
        v = VERDICT_AGAIN; /* the old backend is still at it */
    }
    PQclear(r);
    return v;
}

static bool on_same_line(const char *generation, const char *now_generation)
{
    const char *line = strchr(generation, '@'), *now = strchr(now_generation, '@');
    return line && now && strcmp(line, now) == 0;
}

enum tx_end pg_settle(const struct db *db, const char *xid, const char *generation)
{
    int64_t limit_ms = monotonic_ms() + db->settle_limit_ms; /* then it stays unknown and is told as such */
    enum verdict v = VERDICT_AGAIN;
    while (v == VERDICT_AGAIN && monotonic_ms() < limit_ms) {
        char error[DB_ERROR_SIZE], now_generation[PG_GENERATION_SIZE];
        PGconn *pg = pg_connect(db, TX_READ, now_generation, error, sizeof error);
        if (pg) {
            v = ask_status(pg, xid, strcmp(generation, now_generation) == 0, on_same_line(generation, now_generation));
            PQfinish(pg);
        }
        if (v == VERDICT_AGAIN) usleep(SETTLE_PAUSE_MS * 1000);
    }
    LOG(LOG_WARN, "commit_settled", LOG_TEXT("xid", xid),
        LOG_TEXT("verdict", v == VERDICT_COMMITTED ? "committed"
                            : v == VERDICT_ABORTED ? "aborted"
                                                   : "unknown"));
    return v == VERDICT_COMMITTED ? TX_COMMITTED : v == VERDICT_ABORTED ? TX_ROLLED_BACK : TX_UNCERTAIN;
}
