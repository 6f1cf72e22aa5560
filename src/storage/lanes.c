/* lanes.c: the threads of the lanes and their connections. What they work on is lane_queue.c's. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void lane_has(struct lane *l, struct conn *c)
{
    l->conn = c;
    c->notices_sink = notifier_put;
    c->notices_arg = l->lanes;
    c->queue = l->queue;
    if (l->mode == TX_WRITE && db_engine_of(l->lanes->db) == DB_SQLITE) c->others_wait = queue_has_more;
    lane_set_usable(l, true);
}

/* True with a live connection. While the server is away one lane of a queue tries, less and less often; when it gets
 * through, all others may. */
static bool connect(struct lane *l)
{
    struct lane_queue *q = l->queue;
    pthread_mutex_lock(&q->lock);
    bool may = monotonic_ms() >= q->connect_at_ms && (q->connect_wait_ms == 0 || q->connecting == 0);
    q->connecting += may;
    pthread_mutex_unlock(&q->lock);
    if (!may) return false;
    char error[DB_ERROR_SIZE];
    struct conn *c = conn_open(l->lanes->db, l->mode, error, sizeof error);
    if (c) lane_has(l, c);
    pthread_mutex_lock(&q->lock);
    q->connecting--;
    unsigned wait_ms = q->connect_wait_ms ? q->connect_wait_ms * 2 : LANE_CONNECT_WAIT_MS;
    if (wait_ms > LANE_CONNECT_WAIT_MAX_MS) wait_ms = LANE_CONNECT_WAIT_MAX_MS;
    q->connect_wait_ms = c ? 0 : wait_ms;
    q->connect_at_ms = c ? 0 : monotonic_ms() + wait_ms;
    pthread_cond_broadcast(&q->down);
    pthread_mutex_unlock(&q->lock);
    return c != NULL;
}

static void disconnect_when_lost(struct lane *l)
{
    if (!l->conn || conn_usable(l->conn)) return;
    lane_set_usable(l, false);
    conn_close(l->conn);
    l->conn = NULL;
}

static void run_or_fail(struct lane *l, size_t n)
{
    disconnect_when_lost(l);
    if (!l->conn && queue_leave_to_others(l->queue, l->batch, n)) return;
    if (l->conn || connect(l)) {
        lane_run(l, n);
        disconnect_when_lost(l); /* now, and not with the next op: until then it counts as usable */
        return;
    }
    enum op_outcome outcome = queue_stopping(l->queue) ? OP_DROPPED : OP_FAILED;
    for (size_t i = 0; i < n; i++) {
        l->batch[i]->outcome = outcome;
        op_finish(l->batch[i]);
    }
}

static void *worker(void *arg)
{
    struct lane *l = arg;
    bool stop = false;
    if (!l->conn && !connect(l)) LOG(LOG_WARN, "lane_not_connected");
    while (!stop) {
        size_t n = queue_take(l, &stop);
        if (n > 0) {
            run_or_fail(l, n);
        } else if (!stop) {
            (void)connect(l);
        }
    }
    return NULL;
}

/* `first` of its kind: connects here, so that a database which cannot be used is told. The others connect in their own
 * threads, side by side: sixteen PostgreSQL connections one after the other take a quarter of a second. */
static bool lane_start(struct lanes *ls, enum tx_mode mode, bool first, char *error, size_t error_size)
{
    assert(ls->count < LANE_MAX_WORKERS);
    struct lane *l = calloc(1, sizeof *l);
    if (!l) abort();
    l->lanes = ls;
    l->mode = mode;
    l->queue = mode == TX_WRITE ? &ls->write : &ls->read;
    if (first) {
        struct conn *c = conn_open(ls->db, mode, error, error_size);
        if (!c) {
            free(l);
            return false;
        }
        lane_has(l, c);
    }
    l->arena = arena_new(LANE_ARENA_BYTES);
    pthread_mutex_lock(&l->queue->lock);
    l->queue->workers++;
    pthread_mutex_unlock(&l->queue->lock);
    int failed = pthread_create(&l->thread, NULL, worker, l);
    if (failed) {
        snprintf(error, error_size, "cannot start a thread: %s", strerror(failed));
        conn_close(l->conn);
        arena_free(l->arena);
        free(l);
        return false;
    }
    ls->lane[ls->count++] = l;
    return true;
}

struct lanes *lanes_start(struct db *db, const struct lane_options *o, char *error, size_t error_size)
{
    struct lanes *ls = calloc(1, sizeof *ls);
    if (!ls) abort();
    ls->db = db;
    ls->options = *o;
    queue_init(&ls->read);
    queue_init(&ls->write);
    unsigned writers = db_engine_of(db) == DB_SQLITE || o->writers == 0 ? 1 : o->writers;
    unsigned readers = o->readers ? o->readers : 1;
    assert(writers <= LANE_MAX_EACH && readers <= LANE_MAX_EACH);
    bool good = notifier_start(ls, error, error_size);
    good =
        good && lane_start(ls, TX_WRITE, true, error, error_size) && lane_start(ls, TX_READ, true, error, error_size);
    for (unsigned i = 1; good && i < writers; i++) good = lane_start(ls, TX_WRITE, false, error, error_size);
    for (unsigned i = 1; good && i < readers; i++) good = lane_start(ls, TX_READ, false, error, error_size);
    good = good && watch_start(ls, error, error_size);
    if (good) return ls;
    lanes_stop(ls);
    return NULL;
}

static void stop_lanes_of(struct lanes *ls, struct lane_queue *q, enum tx_mode mode)
{
    queue_stop(q);
    for (unsigned i = 0; i < ls->count; i++) {
        struct lane *l = ls->lane[i];
        if (l->mode == mode && pthread_join(l->thread, NULL) != 0) abort();
    }
}

void lanes_stop(struct lanes *ls)
{
    if (!ls) return;
    watch_stop(ls);
    /* Readers first: they may hand a refusal on to the writers. */
    stop_lanes_of(ls, &ls->read, TX_READ);
    stop_lanes_of(ls, &ls->write, TX_WRITE);
    notifier_stop(ls);
    /* SQLite: the writer's connection, which started first, closes last and so leaves no log behind. */
    for (unsigned i = ls->count; i-- > 0;) {
        conn_close(ls->lane[i]->conn);
        arena_free(ls->lane[i]->arena);
        free(ls->lane[i]);
    }
    queue_free(&ls->read);
    queue_free(&ls->write);
    free(ls);
}
