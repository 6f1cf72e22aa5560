/* db_lanes.h: the threads that run transactions. A request or a job becomes a struct op; a lane takes all that is
 * queued when it becomes free (up to LANE_BATCH), runs each as plain sequential code, commits, and only then calls
 * `done`. Nobody else opens, commits or repeats a transaction.
 *
 * SQLite: one writer thread, many ops in one transaction and one fsync for all, each undone alone when it must be (by a
 * savepoint, see batch.c); readers beside it. PostgreSQL: a few workers, a connection each, one transaction an op.
 * Ops cannot tell the difference.
 * A full disk may roll a whole batch back: then its ops are run again one by one. An op that loses its connection
 * before the COMMIT was sent has written nothing: it runs again, on another connection. */
#ifndef CHATHUB_STORAGE_DB_LANES_H
#define CHATHUB_STORAGE_DB_LANES_H

#include "storage/db.h"

enum { LANE_BATCH = 256, LANE_QUEUE_MAX = 8192, OP_MAX_TRIES = 3 };

enum op_wish {
    OP_COMMIT,
    OP_REFUSE,       /* roll back; then run `refused` (when set) in a transaction of its own and commit that */
};
enum op_outcome {
    OP_COMMITTED,
    OP_REFUSED,      /* rolled back as `run` wished; what `refused` wrote is committed */
    OP_CONFLICT,     /* still in conflict after OP_MAX_TRIES: nothing is written */
    OP_FAILED,       /* storage failed, or `refused` did: nothing is written */
    OP_UNCERTAIN,    /* the answer to COMMIT was lost: written or not, nobody knows yet */
    OP_DROPPED,      /* the lanes stopped before it ran */
};
struct op {
    enum tx_mode mode;                                       /* TX_READ or TX_WRITE */
    struct arena *arena;                                     /* results of queries */
    /* May run several times. A fault of the transaction wins over what it returns. */
    enum op_wish (*run)(struct op *op, struct tx *tx);
    /* What stays of a refusal; may be NULL. False: it could not be done, nothing of it stays and the op has failed. */
    bool (*refused)(struct op *op, struct tx *tx);
    void (*again)(struct op *op);                            /* MUST: reset arena and reply before another run */
    void (*done)(struct op *op, enum op_outcome outcome);    /* on the lane's thread; owns the op from here */
    const char *session_key;                                 /* for before_batch; NULL: none */
    /* the lanes' own */
    struct op *next;
    unsigned tries, lost;                                    /* runs; connections lost under it */
    bool refusing;                                           /* `run` has refused; only `refused` is left to run */
    enum op_outcome outcome;
    int64_t queued_at_ms;                                    /* monotonic */
    struct op_waiter *waiter;                                /* of lanes_run */
};

struct lanes;
struct lane_options {
    unsigned readers, writers;                               /* PostgreSQL: workers each; SQLite: readers, 1 writer */
    /* Called before a batch runs, in a transaction that reads, to answer for all of its ops at once what each would
     * ask alone (sessions). May be NULL. */
    void (*before_batch)(struct tx *tx, struct op *const *ops, size_t count);
    bool watch;                                              /* a server: look after the clock, see lanes_watch.c */
};
MUST_USE struct lanes *lanes_start(struct db *db, const struct lane_options *o, char *error, size_t error_size);
/* Runs what is queued, then ends the threads. */
void lanes_stop(struct lanes *l);
/* Thread-safe. False when the queue is full or the lanes are stopping: answer 503. */
MUST_USE bool lanes_submit(struct lanes *l, struct op *op);
/* Submits and waits (also for room in the queue): for job workers and the command line, never for a loop thread.
 * `done` may be NULL here; when set it is called before this returns. */
enum op_outcome lanes_run(struct lanes *l, struct op *op);
/* What the watch of a server last saw; it is asked more often while somebody calls this. */
struct lanes_health {
    bool can_write;                          /* a transaction that writes was committed within the last seconds */
    int64_t looked_ms;                       /* how long ago that was tried */
    int64_t log_bytes;                       /* SQLite: the write-ahead log */
    int64_t log_held_pages, log_held_ms;     /* pages a reader keeps from being copied back, and for how long */
};
void lanes_health(struct lanes *l, struct lanes_health *out);
/* For /metrics and /readyz: ops waiting now, and the age of the oldest in ms. */
void lanes_depth(struct lanes *l, size_t *waiting, int64_t *oldest_ms);
/* Calls `fn` on a lane thread when `channel` was notified (tx_notify), by any process; coalesced. At most 16. */
void lanes_listen(struct lanes *l, const char *channel, void (*fn)(void *arg), void *arg);

#endif
