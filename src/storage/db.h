/* db.h: one interface, two engines. SQL stands beside its caller (STMT), one portable text with ?1 numbering; columns
 * are read by name. Every read and write needs a struct tx, and only the lanes (db_lanes.h) open and end one, so a
 * handler cannot run outside a transaction. A transaction owns its statements and ends them.
 *
 * Shapes in both engines: integers are int64, text is UTF-8, bytes are BLOB/BYTEA, times are ms since 1970 as integers,
 * booleans are 0/1 integers. Sums of integers must be cast: CAST(SUM(x) AS BIGINT). */
#ifndef CHATHUB_STORAGE_DB_H
#define CHATHUB_STORAGE_DB_H

#include "base/arena.h"
#include "base/money.h"
#include "base/str.h"

enum db_engine { DB_SQLITE, DB_POSTGRES };
struct db;                                   /* a database and how to connect to it; shared by threads */
struct conn;                                 /* one connection; used by one thread at a time */
struct tx;                                   /* an open transaction of one conn */

struct db_options {
    const char *url;                         /* "sqlite:PATH", "postgres://..." or "postgresql://..." */
    const char *vfs;                         /* SQLite VFS by name, for tests; NULL: the default one */
    int statement_timeout_ms;                /* PostgreSQL; 0: 5000 */
    bool exclusive;                          /* SQLite: hold PATH.lock, so that a second server gets a clear error */
    bool announce;                           /* PostgreSQL: the lanes let migrate_down know that a server is there */
};
/* NULL on a bad url or when the database cannot be reached; the reason is logged and put into error[]. */
MUST_USE struct db *db_open(const struct db_options *o, char *error, size_t error_size);
void db_close(struct db *db);                /* all connections are closed before */
enum db_engine db_engine_of(const struct db *db);
const char *db_file(const struct db *db);    /* SQLite: its path; else NULL */

enum tx_mode { TX_UNSET, TX_NONE, TX_READ, TX_WRITE };
MUST_USE struct conn *conn_open(struct db *db, enum tx_mode mode, char *error, size_t error_size);
void conn_close(struct conn *c);
MUST_USE bool conn_usable(struct conn *c);   /* false: lost; the owner closes it and opens another */

/* ---- statements ---- */

/* One statement text. `STMT(take, "UPDATE ...")` puts it into the section "stmts", so that each has a number (its place
 * there, used as the slot of the prepared statement on every connection) and one test can prepare them all on both
 * engines. A second text only where the engines differ: STMT(name, "...", .postgres = "..."). */
struct stmt { const char *sql, *postgres, *name, *file; };
#define STMT(ident, text, ...)                                                                                         \
    static const struct stmt ident __attribute__((section("stmts"), used, aligned(8))) =                               \
        { .sql = (text), .name = #ident, .file = __FILE__, ##__VA_ARGS__ }

/* Every statement of the program, for the test (and the start-up check) that prepares them all. */
size_t stmt_count(void);
const struct stmt *stmt_at(size_t i);
/* False: error[] names the first one that the engine refuses, or whose result has a type that no col_* can read. */
MUST_USE bool conn_prepare_all(struct conn *c, char *error, size_t error_size);

enum row { ROW_FAULT = -1, ROW_NONE, ROW_FOUND };
enum { QUERY_MAX_PARAMS = 24, QUERY_MAX_COLUMNS = 40 };
struct query_value { int64_t number; const char *bytes; size_t n; uint8_t type; };
struct query {
    struct tx *tx;
    const struct stmt *stmt;
    unsigned params;
    struct query_value param[QUERY_MAX_PARAMS];
    void *cursor;                            /* rows that query_next has not come to */
    const char *const *names;                /* column names, owned by the database; NULL: it has not run */
    const struct query_value *values;        /* the current row; bytes live in the transaction's arena */
    unsigned columns;
};

struct query query(struct tx *tx, const struct stmt *s);
/* The n-th call binds ?n. Bytes are not copied and must live until the query has run (for query_put: until commit). */
void bind_i64(struct query *q, int64_t v);
void bind_bool(struct query *q, bool v);
void bind_credits(struct query *q, struct credits c);
void bind_text(struct query *q, const char *text);           /* NULL binds NULL */
void bind_str(struct query *q, struct str s);                /* p NULL binds NULL */
void bind_blob(struct query *q, const void *p, size_t n);
void bind_null(struct query *q);
/* For `x IN (SELECT value FROM json_each(?1))`, .postgres `x = ANY(?1::text[])`. The items must be plain ASCII without
 * quotes, backslashes, commas or braces (hex, ids). At most 256. */
void bind_text_list(struct query *q, const char *const *items, size_t count);

/* One row wanted: runs, takes the first row, ends the statement. Its columns stay readable to the end of the
 * transaction's arena (so also while the reply is written). */
MUST_USE enum row query_row(struct query *q);
/* Many rows: the first call runs and takes them all, so bound the list with LIMIT; the statement may be used again
 * inside its own loop. Go on to ROW_NONE or ROW_FAULT, or call query_end. Column bytes live in the arena. */
MUST_USE enum row query_next(struct query *q);
void query_end(struct query *q);
/* A change: the number of rows it touched, or -1 on a fault. */
MUST_USE int64_t query_change(struct query *q);
/* A change whose result nobody needs (an append). PostgreSQL sends it together with the next statement or the COMMIT,
 * so it costs no round trip of its own; a failure surfaces there as a fault of the transaction. False: it is faulty. */
MUST_USE bool query_put(struct query *q);

int64_t col_i64(const struct query *q, const char *name);    /* NULL reads as 0; an unknown name ends the process */
bool col_bool(const struct query *q, const char *name);
struct credits col_credits(const struct query *q, const char *name);
const char *col_text(const struct query *q, const char *name);           /* NULL for NULL */
struct str col_str(const struct query *q, const char *name);             /* text or bytes; p NULL for NULL */
bool col_is_null(const struct query *q, const char *name);

/* ---- transactions: for the lanes, the command line and tests; never for handlers ---- */

enum tx_fault {
    TX_SOUND,
    TX_CONFLICT,     /* unique violation, serialization failure, deadlock: roll back and run again */
    TX_FULL,         /* no space, I/O error, statement timeout: the engine may have rolled everything back */
    TX_LOST,         /* connection gone before the commit was sent: nothing is written */
    TX_BROKEN,       /* a bug: bad SQL, a constraint of ours, a wrong column */
};
enum tx_end { TX_COMMITTED, TX_ROLLED_BACK, TX_UNCERTAIN /* the answer to COMMIT was lost and could not be settled */ };

/* NULL when it cannot be opened (logged). Memory of results comes from `a`. PostgreSQL: TX_READ sends no BEGIN, so each
 * statement sees what is committed when it begins (as in any READ COMMITTED transaction). */
MUST_USE struct tx *tx_begin(struct conn *c, enum tx_mode mode, struct arena *a);
MUST_USE enum tx_end tx_commit(struct tx *tx);               /* of a faulty transaction: TX_ROLLED_BACK */
void tx_rollback(struct tx *tx);
/* A part that can be undone alone (SAVEPOINT). The lanes use it for group commit. */
MUST_USE bool tx_part_begin(struct tx *tx, struct arena *a); /* from here results live in `a` */
MUST_USE bool tx_part_keep(struct tx *tx);
/* Undo the part and clear its fault. False when the engine has lost the whole transaction (a full disk). */
MUST_USE bool tx_part_undo(struct tx *tx);

enum tx_fault tx_fault_of(const struct tx *tx);
struct arena *tx_arena(struct tx *tx);
enum db_engine tx_engine(const struct tx *tx);
/* Runs plain SQL without parameters (migrations). */
MUST_USE bool tx_script(struct tx *tx, const char *sql);
/* After this transaction commits, wake whoever listens on `channel` in any process, coalesced. SQLite: this process. */
void tx_notify(struct tx *tx, const char *channel);

#endif
