/* db.h: one interface, two engines. SQL stands beside its caller (STMT), one portable text with ?1 numbering; columns
 * are read by name. Every read and write needs a struct tx, and only the lanes (db_lanes.h) open and end one, so a
 * handler cannot run outside a transaction. A transaction is used by one thread, which is the lane's.
 *
 * The first fault of a transaction stands: every later statement fails at once (ROW_FAULT, -1, false), and what the op
 * returns no longer matters. So a caller goes back as soon as something fails, and cleans nothing up. A mistake in a
 * call (a row read that was not found, an unknown column, a value of another type, too many parameters) ends the
 * process.
 *
 * Shapes in both engines: integers are int64, text is UTF-8, bytes are BLOB/BYTEA, times are ms since 1970 as integers,
 * booleans are 0/1 integers. Sums of integers must be cast: CAST(SUM(x) AS BIGINT). */
#ifndef CHATHUB_STORAGE_DB_H
#define CHATHUB_STORAGE_DB_H

#include "base/arena.h"
#include "base/money.h"
#include "base/str.h"

enum db_engine { DB_SQLITE, DB_POSTGRES };
struct db; /* a database and how to connect to it; shared by threads */
struct tx; /* an open transaction of one conn */

struct db_options {
    const char *url;          /* "sqlite:PATH", "postgres://..." or "postgresql://..." */
    const char *vfs;          /* SQLite VFS by name, for tests; NULL: the default one */
    int statement_timeout_ms; /* PostgreSQL; 0: 5000 */
    bool exclusive;           /* SQLite: hold PATH.lock, so that a second server gets a clear error */
    bool announce;            /* PostgreSQL: no migration goes up or down while a lane is connected */
    uint8_t announced_key;    /* with announce: the number of the key that this process seals with */
};
/* Connects once. NULL on a bad url or when the database cannot be used; the reason is logged and put into error[]. */
MUST_USE struct db *db_open(const struct db_options *o, char *error, size_t error_size);
void db_close(struct db *db); /* after lanes_stop; NULL: nothing */
enum db_engine db_engine_of(const struct db *db);
const char *db_file(const struct db *db); /* SQLite: its path; else NULL */

/* The first two are words of a route (http/route.h): nothing said, and no transaction. No transaction has them. */
enum tx_mode { TX_UNSET, TX_NONE, TX_READ, TX_WRITE };

/* ---- statements ---- */

/* One statement text. `STMT(take, "UPDATE ...")` puts it into the section "stmts", so that each has a number (its place
 * there, used as the slot of the prepared statement on every connection) and one test can prepare them all on both
 * engines. A second text only where the engines differ: STMT(name, "...", .postgres = "..."). At file scope. */
struct stmt {
    const char *sql, *postgres, *name, *file;
};
/* clang-format off */
#define STMT(ident, text, ...)                                                                                         \
    static const struct stmt ident __attribute__((section("stmts"), used, aligned(8))) =                               \
        { .sql = (text), .name = #ident, .file = __FILE__, ##__VA_ARGS__ }
/* clang-format on */

/* Every statement of the program, for the tests that look at them all. */
size_t stmt_count(void);
const struct stmt *stmt_at(size_t i);

enum row { ROW_FAULT = -1, ROW_NONE, ROW_FOUND };
enum { QUERY_MAX_PARAMS = 32, QUERY_MAX_COLUMNS = 40 };
/* One use of a statement. A caller makes it with query(), keeps it on its stack and reads no member: those are for
 * bind_*, query_* and col_*. */
struct query_value {
    int64_t number;
    const char *bytes;
    size_t n;
    uint8_t type;
};
struct query {
    struct tx *tx;
    const struct stmt *stmt;
    unsigned params;
    struct query_value param[QUERY_MAX_PARAMS];
    void *cursor;                     /* rows that query_next has not come to */
    const char *const *names;         /* column names, owned by the database; NULL: it has not run */
    const struct query_value *values; /* the current row; bytes live in the transaction's arena */
    unsigned columns;
};

struct query query(struct tx *tx, const struct stmt *s);
/* The n-th call binds ?n. Bytes are not copied: they must live until the query_row, query_next, query_change or
 * query_put that takes them has returned, and no longer. */
void bind_i64(struct query *q, int64_t v);
void bind_bool(struct query *q, bool v);
void bind_credits(struct query *q, struct credits c);
void bind_text(struct query *q, const char *text); /* NULL binds NULL */
void bind_str(struct query *q, struct str s);      /* p NULL binds NULL; a NUL inside is a fault */
void bind_blob(struct query *q, const void *p, size_t n);
void bind_null(struct query *q);
/* For `x IN (SELECT value FROM json_each(?1))`, .postgres `x = ANY(?1::text[])`. For ids and hex that we made, never
 * for text from outside: an empty item or one with a quote, backslash, comma, brace or space ends the process, and so
 * does the 513th. None at all is a list that holds nothing. */
void bind_text_list(struct query *q, const char *const *items, size_t count);
/* The same of numbers: `x IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))`, .postgres
 * `x = ANY((?1::text[])::bigint[])`. */
void bind_i64_list(struct query *q, const int64_t *items, size_t count);

/* One row wanted: runs, takes the first row and lets go of the others. Its columns stay readable as long as the
 * transaction's arena (so also while the reply is written). */
MUST_USE enum row query_row(struct query *q);
/* Many rows: the first call runs and takes them all, so bound the list with LIMIT; the statement may be used again
 * inside its own loop, and the loop may be left early. Tell ROW_FAULT from ROW_NONE at its end. Column bytes live in
 * the arena. */
MUST_USE enum row query_next(struct query *q);
/* A change: the number of rows it touched (ON CONFLICT DO NOTHING: 0), or -1 on a fault. With RETURNING: query_row.
 * Here and in query_put a transaction that only reads ends the process. */
MUST_USE int64_t query_change(struct query *q);
/* A change whose result nobody needs (an append). PostgreSQL sends it together with the next statement or the COMMIT,
 * so it costs no round trip of its own; a failure surfaces there as a fault of the transaction. False: the transaction
 * is faulty already. */
MUST_USE bool query_put(struct query *q);

int64_t col_i64(const struct query *q, const char *name); /* NULL reads as 0; an unknown name ends the process */
/* A stored number of an enum. One outside of first..last breaks the transaction (TX_BROKEN, told in the log) and reads
 * as `first`: a row that somebody changed by hand must not end the process. */
int64_t col_state(const struct query *q, const char *name, int64_t first, int64_t last);
bool col_bool(const struct query *q, const char *name);
struct credits col_credits(const struct query *q, const char *name); /* beyond their limit: ends the process */
const char *col_text(const struct query *q, const char *name);       /* NULL for NULL */
struct str col_str(const struct query *q, const char *name);         /* text or bytes; p NULL for NULL */
bool col_is_null(const struct query *q, const char *name);

/* ---- the transaction, for whoever was given one ---- */

struct arena *tx_arena(struct tx *tx); /* where rows live, and what else shall live as long */
enum db_engine tx_engine(const struct tx *tx);
/* Others wait for what this transaction alone has: the one writer of SQLite's lanes. Who works off a long list ends,
 * and goes on in another one. PostgreSQL has room for others, and what no lane runs makes nobody wait: false. */
bool tx_is_waited_for(const struct tx *tx);
/* What PostgreSQL's own clock says now; SQLite has none: 0. */
MUST_USE bool db_clock(struct tx *tx, int64_t *their_now_ms);
/* After this transaction commits, wake whoever listens on `channel` (lanes_listen), coalesced: in any process on
 * PostgreSQL, in this one on SQLite. At most 16 channels in the whole program, of at most 63 bytes. */
void tx_notify(struct tx *tx, const char *channel);
/* What has changed, by names that only whoever hears them understands. */
struct tx_told {
    int64_t kind, id;
};
/* After this transaction commits: lanes_hear gets it, in this process alone and at once. What was undone may be told
 * too. */
void tx_tell(struct tx *tx, struct tx_told n);

enum tx_fault {
    TX_SOUND,
    TX_CONFLICT, /* unique violation, serialization failure, deadlock, a lock not got in time: roll back, run again */
    TX_UNABLE,   /* no space, no memory, I/O error, statement timeout: perhaps all is rolled back already */
    TX_LOST,     /* connection gone before the commit was sent: nothing is written */
    TX_BROKEN,   /* a bug: bad SQL, a constraint of ours, a wrong column */
};
enum tx_fault tx_fault_of(const struct tx *tx);

/* A part that can be undone alone (SAVEPOINT), up to 8 deep: for the lanes, and for jobs that go through a list in
 * which one bad row shall stop nobody else's. Each begin that says true is followed by one keep or undo.
 * From begin on results live in `a`, also after the part: pass tx_arena(tx) to leave it as it is. */
MUST_USE bool tx_part_begin(struct tx *tx, struct arena *a);
/* False: something in it failed (a query_put is often known only now): undo it. */
MUST_USE bool tx_part_keep(struct tx *tx);
/* Undo the part and clear its fault. False when the whole transaction is lost (a full disk, a lost connection). */
MUST_USE bool tx_part_undo(struct tx *tx);

#endif
