/* private.h: what the files of storage/ share. First the engines: one table of functions (struct engine) is all that
 * query.c, the lanes and migrate.c know of SQLite or PostgreSQL. Then the lanes: lane_queue.c has the queues, lanes.c
 * the threads, batch.c runs what a lane took, lanes_notify.c carries notices, lanes_watch.c looks after the clock.
 *
 * A statement never stays open: its rows are taken at once into the transaction's arena and it is reset. Rejected: a
 * cursor that is stepped by query_next. Its rows would land in the arena anyway, and an open cursor sees later changes
 * of its own connection, must not be used twice (a loop that calls itself) and stands in the way of a savepoint. */
#ifndef CHATHUB_STORAGE_PRIVATE_H
#define CHATHUB_STORAGE_PRIVATE_H

#include "storage/db_conn.h"
#include "storage/db_lanes.h"
#include "storage/migrate.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

enum {
    CHANNEL_SIZE = 64, /* PostgreSQL's limit for a channel name, with NUL */
    TX_MAX_NOTICES = 16,
    TX_MAX_TOLD = 1024, /* what a batch of SQLite's writer tells; more is told as "much" */
    TX_MAX_PARTS = 8,   /* depth of savepoints */
    QUERY_MAX_LIST = 512,
    DB_ERROR_SIZE = 256,
};

/* PostgreSQL: space of the advisory locks of running servers; the schema is the other half, since tests have one each.
 */
#define SERVER_LOCK_SPACE "4805"
#define KEY_LOCK_SPACE "480600" /* plus the number of the key */

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB, VALUE_LIST /* text[] or JSON */ };

/* Names of a statement's columns. They belong to the database and not to a connection, because a reply may still be
 * read after its connection was lost and closed by another thread. */
struct columns {
    unsigned count;
    char *name[QUERY_MAX_COLUMNS];
};

/* One result row in the arena: the values, and behind them their bytes, each with a NUL. */
struct result_row {
    struct result_row *next;
    struct query_value value[];
};

struct db {
    const struct engine *engine;
    char *url;        /* whole, for libpq */
    const char *path; /* SQLite: inside url */
    char *vfs;
    int statement_timeout_ms, settle_limit_ms;
    bool announce;
    uint8_t announced_key;
    /* SQLite, see sqlite_file.c */
    int lock_fd, file_fd; /* exclusive: hold the locks; else negative */
    dev_t file_device;
    ino_t file_inode; /* 0: not opened yet */
    /* Pages of its log that could not be copied back at the last look, and since when (monotonic; 0: all were) */
    _Atomic int64_t log_held_pages, log_held_since_ms;
    pthread_mutex_t columns_lock;     /* guards filling `columns`; entries never change once set */
    struct columns *_Atomic *columns; /* one per statement */
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
    size_t told_count; /* TX_MAX_TOLD + 1: too many */
    struct tx_told told[TX_MAX_TOLD];
};

struct lane_queue;
struct conn {
    const struct engine *engine;
    struct db *db;
    enum tx_mode mode; /* TX_READ: cannot write */
    bool lost;
    struct tx tx; /* a connection has one transaction at a time */
    /* Takes the notices of a committed transaction; NULL: the engine sends them itself, and what it tells nobody hears.
     */
    void (*notices_sink)(void *arg, const char (*channels)[CHANNEL_SIZE], unsigned count);
    void *notices_arg;
    /* Whether others wait for it: it is the one writer of lanes (SQLite). NULL: it is not. */
    bool (*others_wait)(struct lane_queue *q);
    struct lane_queue *queue;
    bool has_company;         /* its transaction is that of several ops */
    int64_t waited_for_at_ms; /* monotonic: when it was last seen that others wait; 0: never */
};
/* Now; asked by the thread that has it. */
bool conn_is_waited_for(struct conn *c);

/* All MUST be set. Those that return bool or a row set the transaction's fault (tx_set_fault) before they say no. */
struct engine {
    enum db_engine id;
    struct conn *(*open)(struct db *db, enum tx_mode mode, char *error, size_t error_size);
    void (*close)(struct conn *c);
    bool (*prepare)(struct conn *c, const struct stmt *s, char *error, size_t error_size);
    bool (*begin)(struct tx *tx);
    enum tx_end (*commit)(struct tx *tx); /* of a sound transaction */
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
    bool (*alive)(struct conn *c);                       /* cheap look before work is begun: did the server hang up? */
    void (*rest)(struct conn *c);                        /* a batch of writes has ended, and its askers know */
    void (*idle)(struct conn *c);                        /* nothing to do for a while: tidy up */
    void (*notify)(struct conn *c, const char *channel); /* outside a transaction */
};
extern const struct engine engine_sqlite, engine_postgres;

/* sqlite_file.c. The locks of a server; files that are ours; both say why not in error[]. */
MUST_USE bool sqlite_file_lock(struct db *db, char *error, size_t error_size);
void sqlite_file_unlock(struct db *db);
MUST_USE bool sqlite_file_prepare(struct db *db, char *error, size_t error_size);
/* Do the names still lead to what is open? *log_inode is the connection's, 0 at first. */
MUST_USE bool sqlite_file_is_ours(const struct db *db, const char *log_path, ino_t *log_inode);
int64_t sqlite_file_log_bytes(const struct db *db);

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
void tx_clear_fault(struct tx *tx); /* of a read, which leaves nothing behind */

/* ---- migrate.c: with schemas of their own, for tests ---- */

/* The list is in number order, ended by number 0. */
MUST_USE int migrate_list_up(struct db *db, const struct migration *list);
MUST_USE int migrate_list_down(struct db *db, const struct migration *list, int to_number, enum migrate_down_mode mode,
                               struct buf *plan);
/* migrate_losses.c: what is there, and what of it would be lost. Both live in the transaction's arena. */
struct schema_seen {
    size_t count;
    struct seen_table *table;
};
MUST_USE bool schema_look(struct tx *tx, struct schema_seen *out);
MUST_USE bool schema_losses(struct tx *tx, const struct schema_seen *before, const struct schema_seen *after,
                            struct buf *plan, bool *loses);
void schema_expand(struct buf *out, const char *sql, enum db_engine e);
MUST_USE bool schema_run(struct tx *tx, const char *sql); /* expands, then runs */

/* ---- the lanes ---- */

enum {
    LANE_READ_BATCH = 64,      /* reads taken at once; also of a PostgreSQL worker's batch */
    LANE_READ_CUT_MS = 10,     /* a snapshot must not stand in the way of the checkpoint for long */
    LANE_WRITE_CUT_MS = 20,    /* a batch is committed after that much work, so that waiting is bounded */
    LANE_CAREFUL_BATCHES = 16, /* batches with savepoints after one that had to begin again */
    LANE_SLOW_OP_MS = 50,      /* logged: somebody holds the only writer */
    LANE_IDLE_MS = 1000,
    LANE_ARENA_BYTES = 4 << 20, /* what before_batch reads for one batch */
    LANE_MAX_WORKERS = 2 * LANE_MAX_EACH,
    LANE_CONNECT_WAIT_MS = 100, /* back-off between connection attempts, doubled up to the maximum */
    LANE_CONNECT_WAIT_MAX_MS = 1000,
    LANE_LOST_MAX = 2,     /* so often an op may lose its connection and go to another */
    LANE_FULL_WAIT_MS = 5, /* lanes_run looks again for room in the queue */
    LISTEN_MAX = 16,
    NOTIFY_PAUSE_MS = 50,
};

struct lane_queue {
    pthread_mutex_t lock;
    pthread_cond_t wake, down; /* where lanes with a connection wait, and those without */
    struct op *head, **tail;
    size_t count;
    unsigned workers, sleeping; /* a submit to a busy lane costs no system call */
    unsigned usable;            /* lanes with a connection */
    /* Connecting, shared by the lanes of a queue: while the server is away one at a time tries. */
    unsigned connecting;
    int64_t connect_at_ms;
    unsigned connect_wait_ms;
    bool stopping;
};

struct lane {
    struct lanes *lanes;
    struct lane_queue *queue;
    enum tx_mode mode;
    struct conn *conn; /* NULL: lost, to be opened again */
    bool usable;       /* counted in queue->usable */
    struct arena *arena;
    pthread_t thread;
    bool ghost;       /* SQLite: a batch of unknown end may still come back */
    unsigned careful; /* SQLite, writes: so many batches more with a savepoint for each op */
    struct op *batch[LANE_BATCH];
};

struct listener {
    char channel[CHANNEL_SIZE];
    void (*fn)(void *arg);
    void *arg;
    bool due, others_only;
};
struct hearer {
    void (*fn)(void *arg, const struct tx_told *told, size_t n);
    void *arg;
};

/* Who wants to hear of which channel, and what is to be told. */
struct notifier {
    pthread_mutex_t lock;
    struct listener listener[LISTEN_MAX];
    unsigned listeners;
    struct hearer hearer[LISTEN_MAX];
    unsigned hearers;
    struct {
        char channel[CHANNEL_SIZE];
        bool due;
    } out[LISTEN_MAX];
    unsigned outs;
    bool any_due;
    /* PostgreSQL: a thread with a connection of its own */
    bool has_thread, stopping;
    pthread_t thread;
    int wake_fd;
    unsigned listening; /* listeners already told to the server on this connection */
};

/* The thread that looks after what no request asks about; see lanes_watch.c. */
struct watch {
    _Atomic int64_t looked_at_ms, asked_at_ms; /* monotonic: the last try to write, the last lanes_health */
    atomic_bool can_write;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool has_thread, stopping;
};

struct lanes {
    struct db *db;
    struct lane_options options;
    struct lane_queue read, write;
    struct notifier notifier;
    struct watch watch;
    unsigned count;
    struct lane *lane[LANE_MAX_WORKERS];
};

/* lane_queue.c */
struct timespec after_ms(int64_t ms); /* for conditions on the monotonic clock, which tests do not move */
void monotonic_cond_init(pthread_cond_t *c);
void queue_init(struct lane_queue *q);
void queue_free(struct lane_queue *q);
void queue_stop(struct lane_queue *q);
MUST_USE bool queue_stopping(struct lane_queue *q);
MUST_USE bool queue_has_more(struct lane_queue *q);
/* Waits for ops and moves some to l->batch. 0: the lanes stop and nothing is left (*stop), or this lane has no
 * connection and may try to get one. */
size_t queue_take(struct lane *l, bool *stop);
/* Back into the queue, before all others: what a cut left over. */
void queue_put_back(struct lane_queue *q, struct op *const *ops, size_t count);
/* The same, but only when there is a lane with a connection; false: they are still the caller's. */
MUST_USE bool queue_leave_to_others(struct lane_queue *q, struct op *const *ops, size_t count);
/* Behind all others, past the limit and even while stopping: the refusal of a read, which was accepted before. */
void queue_forward(struct lane_queue *q, struct op *op);
void lane_set_usable(struct lane *l, bool usable);
void op_finish(struct op *op); /* tells the owner op->outcome; the op is theirs again */

/* batch.c: all ops of the batch are finished, forwarded or put back afterwards. */
void lane_run(struct lane *l, size_t count);

/* lanes_notify.c */
MUST_USE bool notifier_start(struct lanes *l, char *error, size_t error_size);
void notifier_stop(struct lanes *l);
void notifier_put(void *arg, const char (*channels)[CHANNEL_SIZE], unsigned count);
/* On the lane's thread, after the owners of what it has run were told: calls those who hear; SQLite: the listeners. */
void notifier_deliver(struct lane *l);

/* lanes_watch.c */
MUST_USE bool watch_start(struct lanes *l, char *error, size_t error_size);
void watch_stop(struct lanes *l); /* before the lanes stop: it submits ops */

/* pg_listen.c: the connection that hears and tells, for the notifier's thread. */
struct pg_listen;
MUST_USE struct pg_listen *pg_listen_open(struct db *db, char *error, size_t error_size);
void pg_listen_close(struct pg_listen *p);
MUST_USE bool pg_listen_to(struct pg_listen *p, const char *channel);
MUST_USE bool pg_listen_tell(struct pg_listen *p, const char *channel);
/* Waits until the server or wake_fd has something, or the time is over. Calls `heard` for each notice. */
MUST_USE bool pg_listen_wait(struct pg_listen *p, int wake_fd, int timeout_ms,
                             void (*heard)(void *arg, const char *channel, bool ours), void *arg);

#endif
