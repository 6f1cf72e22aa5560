/* engine.h: what the two engines have in common, private to storage/. One table of functions (struct engine) is all
 * that query.c, lanes.c and migrate.c know of SQLite or PostgreSQL.
 *
 * A statement never stays open: its rows are taken at once into the transaction's arena and it is reset. Rejected: a
 * cursor that is stepped by query_next. Its rows would land in the arena anyway, and an open cursor sees later changes
 * of its own connection, must not be used twice (a loop that calls itself) and stands in the way of a savepoint. */
#ifndef CHATHUB_STORAGE_ENGINE_H
#define CHATHUB_STORAGE_ENGINE_H

#include "storage/db.h"
#include <pthread.h>

enum {
    CHANNEL_SIZE = 64,                       /* PostgreSQL's limit for a channel name, with NUL */
    TX_MAX_NOTICES = 16,
    TX_MAX_PARTS = 8,                        /* depth of savepoints */
    QUERY_MAX_LIST = 256,
    DB_ERROR_SIZE = 256,
};

/* PostgreSQL: space of the advisory locks of running servers; the schema is the other half, since tests have one each.
 */
#define SERVER_LOCK_SPACE "4805"

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB, VALUE_LIST /* text[] or JSON */ };

/* Names of a statement's columns. They belong to the database and not to a connection, because a reply may still be
 * read after its connection was lost and closed by another thread. */
struct columns { unsigned count; char *name[QUERY_MAX_COLUMNS]; };

/* One result row in the arena: the values, and behind them their bytes, each with a NUL. */
struct result_row { struct result_row *next; struct query_value value[]; };

struct db {
    const struct engine *engine;
    char *url;                               /* whole, for libpq */
    const char *path;                        /* SQLite: inside url */
    char *vfs;
    int statement_timeout_ms;
    bool announce;
    int lock_fd;                             /* SQLite, exclusive: holds the lock; else -1 */
    pthread_mutex_t columns_lock;            /* guards filling `columns`; entries never change once set */
    struct columns *_Atomic *columns;        /* one per statement */
};

struct tx {
    struct conn *conn;
    struct arena *arena;
    enum tx_mode mode;
    enum tx_fault fault;
    bool open;
    unsigned parts, part_notices[TX_MAX_PARTS];
    unsigned notice_count;
    char notices[TX_MAX_NOTICES][CHANNEL_SIZE];
};

struct conn {
    const struct engine *engine;
    struct db *db;
    enum tx_mode mode;                       /* TX_READ: cannot write */
    bool lost;
    struct tx tx;                            /* a connection has one transaction at a time */
    /* Takes the notices of a committed transaction; NULL: the engine sends them itself. */
    void (*notices_sink)(void *arg, const char (*channels)[CHANNEL_SIZE], unsigned count);
    void *notices_arg;
};

/* All MUST be set. Those that return bool or a row set the transaction's fault (tx_set_fault) before they say no. */
struct engine {
    enum db_engine id;
    struct conn *(*open)(struct db *db, enum tx_mode mode, char *error, size_t error_size);
    void (*close)(struct conn *c);
    bool (*prepare)(struct conn *c, const struct stmt *s, char *error, size_t error_size);
    bool (*begin)(struct tx *tx);
    enum tx_end (*commit)(struct tx *tx);    /* of a sound transaction */
    void (*rollback)(struct tx *tx);
    bool (*part_begin)(struct tx *tx);
    bool (*part_keep)(struct tx *tx);
    bool (*part_undo)(struct tx *tx);
    /* Rows that this connection has changed since it was opened. SQLite alone, whose lane groups ops; else NULL. */
    int64_t (*written)(const struct conn *c);
    /* Plain SQL, maybe many statements. *number (may be NULL): the first value of the last row, for tests. */
    bool (*script)(struct tx *tx, const char *sql, int64_t *number);
    /* Sets q->names, q->columns and q->cursor (the list of rows). At most max_rows rows are kept. */
    enum row (*run)(struct query *q, size_t max_rows);
    int64_t (*change)(struct query *q);
    bool (*put)(struct query *q);
    bool (*alive)(struct conn *c);           /* cheap look before work is begun: did the server hang up? */
    void (*idle)(struct conn *c);            /* nothing to do for a while: tidy up */
    void (*notify)(struct conn *c, const char *channel);     /* outside a transaction */
};
extern const struct engine engine_sqlite, engine_postgres;

/* The statement's number, which is its place in the section "stmts". */
size_t stmt_slot(const struct stmt *s);
const char *stmt_text(const struct stmt *s, enum db_engine e);

/* The columns of `s`, made on first use from names[]. Later calls only look. */
const struct columns *db_columns(struct db *db, const struct stmt *s, unsigned count,
                                 const char *(*name)(void *arg, unsigned i), void *arg);

/* The first fault stands. A fault that is not a conflict is logged here, once, with the statement's name and the
 * engine's code and text; texts of constraint violations can hold values and are left out by the callers. */
void tx_set_fault(struct tx *tx, enum tx_fault fault, const struct stmt *s, const char *code, const char *text);
void tx_use_arena(struct tx *tx, struct arena *a);
void tx_clear_fault(struct tx *tx);          /* of a read, which leaves nothing behind */

#endif
