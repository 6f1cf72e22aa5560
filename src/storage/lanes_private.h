/* lanes_private.h: what the files of the lanes share. lanes.c owns queues and threads, lanes_run.c runs a batch,
 * lanes_notify.c carries notices, lanes_watch.c looks after the clock. */
#ifndef CHATHUB_STORAGE_LANES_PRIVATE_H
#define CHATHUB_STORAGE_LANES_PRIVATE_H

#include "storage/db_lanes.h"
#include "storage/engine.h"
#include <time.h>

enum {
    LANE_READ_BATCH = 64,                    /* reads taken at once; also of a PostgreSQL worker's batch */
    LANE_READ_CUT_MS = 10,                   /* a snapshot must not stand in the way of the checkpoint for long */
    LANE_WRITE_CUT_MS = 20,                  /* a batch is committed after that much work, so that waiting is bounded */
    LANE_CAREFUL_BATCHES = 16,               /* batches with savepoints after one that had to begin again */
    LANE_SLOW_OP_MS = 50,                    /* logged: somebody holds the only writer */
    LANE_IDLE_MS = 1000,
    LANE_ARENA_BYTES = 4 << 20,              /* what before_batch reads for one batch */
    LANE_MAX_WORKERS = 64,
    LANE_CONNECT_WAIT_MS = 100,              /* back-off between connection attempts, doubled up to the maximum */
    LANE_CONNECT_WAIT_MAX_MS = 5000,
    LANE_FULL_WAIT_MS = 5,                   /* lanes_run looks again for room in the queue */
    LISTEN_MAX = 16,
    NOTIFY_PAUSE_MS = 50,
};

struct lane_queue {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct op *head, **tail;
    size_t count;
    unsigned workers, sleeping;              /* a submit to a busy lane costs no system call */
    bool stopping;
};

struct lane {
    struct lanes *lanes;
    struct lane_queue *queue;
    enum tx_mode mode;
    struct conn *conn;                       /* NULL: lost, to be opened again */
    struct arena *arena;
    pthread_t thread;
    int64_t connect_at_ms;
    unsigned connect_wait_ms;
    unsigned careful;                        /* SQLite, writes: so many batches more with a savepoint for each op */
    struct op *batch[LANE_BATCH];
};

struct listener { char channel[CHANNEL_SIZE]; void (*fn)(void *arg); void *arg; bool due; };

/* Who wants to hear of which channel, and what is to be told. */
struct notifier {
    pthread_mutex_t lock;
    struct listener listener[LISTEN_MAX];
    unsigned listeners;
    struct { char channel[CHANNEL_SIZE]; bool due; } out[LISTEN_MAX];
    unsigned outs;
    bool any_due;
    /* PostgreSQL: a thread with a connection of its own */
    bool has_thread, stopping;
    pthread_t thread;
    int wake_fd;
    unsigned listening;                      /* listeners already told to the server on this connection */
};

/* The thread that looks after what nobody asks about; see lanes_watch.c. */
struct watch {
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

/* lanes.c */
struct timespec after_ms(int64_t ms);        /* for conditions on the monotonic clock, which tests do not move */
void monotonic_cond_init(pthread_cond_t *c);
/* Back into the queue, before all others: what a cut left over. */
void queue_put_back(struct lane_queue *q, struct op *const *ops, size_t count);
/* Behind all others, past the limit and even while stopping: the refusal of a read, which was accepted before. */
void queue_forward(struct lane_queue *q, struct op *op);
void op_finish(struct op *op);               /* tells the owner op->outcome; the op is theirs again */

/* lanes_run.c: all ops of the batch are finished, forwarded or put back afterwards. */
void lane_run(struct lane *l, size_t count);

/* lanes_notify.c */
MUST_USE bool notifier_start(struct lanes *l, char *error, size_t error_size);
void notifier_stop(struct lanes *l);
void notifier_put(void *arg, const char (*channels)[CHANNEL_SIZE], unsigned count);
void notifier_deliver(struct lanes *l);      /* SQLite: calls the listeners, on the lane's thread */

/* lanes_watch.c */
MUST_USE bool watch_start(struct lanes *l, char *error, size_t error_size);
void watch_stop(struct lanes *l);            /* before the lanes stop: it submits ops */

/* pg_listen.c: the connection that hears and tells, for the notifier's thread. */
struct pg_listen;
MUST_USE struct pg_listen *pg_listen_open(struct db *db, char *error, size_t error_size);
void pg_listen_close(struct pg_listen *p);
MUST_USE bool pg_listen_to(struct pg_listen *p, const char *channel);
MUST_USE bool pg_listen_tell(struct pg_listen *p, const char *channel);
/* Waits until the server or wake_fd has something, or the time is over. Calls `heard` for each notice. */
MUST_USE bool pg_listen_wait(struct pg_listen *p, int wake_fd, int timeout_ms,
                             void (*heard)(void *arg, const char *channel), void *arg);

#endif
