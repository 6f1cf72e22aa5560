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

enum {
    LANE_BATCH = 256,
    LANE_QUEUE_MAX = 8192, /* ops waiting to read, and as many to write */
    LANE_MAX_EACH = 64,    /* threads that read, and as many that write */
    OP_MAX_TRIES = 3,
};

enum op_wish {
    OP_COMMIT,
    /* Roll back; then run `refused` (when set) in a transaction of its own that writes, also after one that only
     * read, and commit that */
    OP_REFUSE,
};
enum op_outcome {
    OP_COMMITTED,
    OP_REFUSED,   /* rolled back as `run` wished; what `refused` wrote is committed */
    OP_CONFLICT,  /* still in conflict after OP_MAX_TRIES: nothing is written */
    OP_FAILED,    /* storage failed, or `refused` did: nothing is written */
    OP_UNCERTAIN, /* the answer to COMMIT was lost, or SQLite could not sync: written or not, nobody knows yet */
    OP_DROPPED,   /* it did not run: the lanes were stopping and took nothing more, or had no connection left */
};
struct op {
    enum tx_mode mode;   /* TX_READ or TX_WRITE */
    struct arena *arena; /* results of queries */
    /* Both may run several times, so what they do outside the transaction must bear that. A fault of the transaction
     * wins over what `run` returns. */
    enum op_wish (*run)(struct op *op, struct tx *tx);
    /* What stays of a refusal; may be NULL. False: it could not be done, nothing of it stays and the op has failed. */
    bool (*refused)(struct op *op, struct tx *tx);
    void (*again)(struct op *op); /* never NULL: resets the arena and what `run` left; before each run but the first,
                                     and not before `refused`, which finds what `run` left */
    /* On the lane's thread, so it must be quick; the op is the caller's again, to free or submit anew. */
    void (*done)(struct op *op, enum op_outcome outcome);
    const char *session_key; /* for before_batch; NULL: none */
    /* The lanes' own: zero when the op is made, and not the caller's to read. */
    struct op *next;
    unsigned tries, lost; /* runs; connections lost under it */
    bool refusing;        /* `run` has refused; only `refused` is left to run */
    enum op_outcome outcome;
    int64_t queued_at_ms;     /* monotonic */
    struct op_waiter *waiter; /* of lanes_run */
};

struct lanes;
struct lane_options {
    unsigned readers, writers; /* threads, 0: one; SQLite has one writer in any case */
    /* Called on the lane's thread before a batch runs, to answer for all of its ops at once what each would ask alone
     * (sessions). It reads, in the transaction of the batch or one before it. May be NULL. */
    void (*before_batch)(struct tx *tx, struct op *const *ops, size_t count);
    bool watch; /* a server: look after the clock, see lanes_watch.c */
};
/* NULL: the reason is in error[]. */
MUST_USE struct lanes *lanes_start(struct db *db, const struct lane_options *o, char *error, size_t error_size);
/* Takes nothing more, runs what is queued, ends the threads and frees `l`. NULL: nothing. */
void lanes_stop(struct lanes *l);
/* From any thread. False when the queue is full or the lanes are stopping: answer 503. `done` is not called then. */
MUST_USE bool lanes_submit(struct lanes *l, struct op *op);
/* Submits and waits (also for room in the queue): for job workers and the command line, never for a loop thread nor
 * for a lane's (it would wait for itself). `done` may be NULL here; when set it is called before this returns. */
enum op_outcome lanes_run(struct lanes *l, struct op *op);
/* What the watch of a server last saw. It looks more often while somebody calls this. Without a watch it can write. */
struct lanes_health {
    bool can_write;        /* a transaction that writes was committed within the last seconds */
    int64_t looked_ago_ms; /* so long ago that was tried */
    int64_t log_bytes;     /* SQLite: the write-ahead log */
    /* SQLite: pages that cannot go from the log into the database file because somebody still reads the old ones, and
     * since how long */
    int64_t log_held_pages, log_held_for_ms;
};
void lanes_health(struct lanes *l, struct lanes_health *out);
/* For /metrics and /readyz: ops waiting now, and the age of the oldest in ms. */
void lanes_depth(struct lanes *l, size_t *waiting, int64_t *oldest_ms);
/* Calls `fn` when `channel` was notified (tx_notify), by any process; coalesced. It runs on a thread of storage and
 * must be quick. It may also be called when nothing was notified, and a notice may be lost with a connection: look
 * now and then without one too. There is no end to listening but lanes_stop. At most 16 in the whole program. */
void lanes_listen(struct lanes *l, const char *channel, void (*fn)(void *arg), void *arg);
/* The same, of other processes alone: never on SQLite. */
void lanes_listen_others(struct lanes *l, const char *channel, void (*fn)(void *arg), void *arg);
/* Calls `fn` with what transactions of this process have told (tx_tell), after they were committed and their owners
 * know. It runs on the lane that did it, and must be quick. n 0: there were too many to name. */
void lanes_hear(struct lanes *l, void (*fn)(void *arg, const struct tx_told *told, size_t n), void *arg);

#endif
