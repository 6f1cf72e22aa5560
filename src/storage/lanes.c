/* lanes.c: queues and threads of the lanes. Two queues, reads and writes; a worker that becomes free takes what is
 * there (natural batching: no timer, so an idle system answers after one commit).
 *
 * Rejected: a lock-free queue. The lock is held for a few pointers; with batches it is taken once for many ops. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/lanes_private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct op_waiter {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool finished;
    enum op_outcome outcome;
};

/* ---- queues ---- */

void monotonic_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0 || pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(c, &attributes) != 0)
        abort();
    pthread_condattr_destroy(&attributes);
}

static void queue_init(struct lane_queue *q)
{
    if (pthread_mutex_init(&q->lock, NULL) != 0) abort();
    monotonic_cond_init(&q->wake);
    q->tail = &q->head;
}

static void queue_free(struct lane_queue *q)
{
    assert(q->count == 0);
    pthread_cond_destroy(&q->wake);
    pthread_mutex_destroy(&q->lock);
}

/* The lock is held. */
static void queue_add(struct lane_queue *q, struct op *op)
{
    op->next = NULL;
    *q->tail = op;
    q->tail = &op->next;
    q->count++;
    if (q->sleeping > 0) pthread_cond_signal(&q->wake);
}

void queue_put_back(struct lane_queue *q, struct op *const *ops, size_t count)
{
    if (count == 0) return;
    pthread_mutex_lock(&q->lock);
    ops[count - 1]->next = q->head;
    if (!q->head) q->tail = &ops[count - 1]->next;
    for (size_t i = count - 1; i > 0; i--) ops[i - 1]->next = ops[i];
    q->head = ops[0];
    q->count += count;
    if (q->sleeping > 0) pthread_cond_signal(&q->wake);
    pthread_mutex_unlock(&q->lock);
}

void queue_forward(struct lane_queue *q, struct op *op)
{
    pthread_mutex_lock(&q->lock);
    queue_add(q, op);
    pthread_mutex_unlock(&q->lock);
}

struct timespec after_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t); /* the condition's clock; tests do not move it */
    t.tv_sec += ms / 1000;
    t.tv_nsec += (ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
    return t;
}

/* How many of the waiting ops one worker takes. */
static size_t share(const struct lane *l)
{
    const struct lane_queue *q = l->queue;
    if (db_engine_of(l->lanes->db) == DB_SQLITE && l->mode == TX_WRITE)
        return q->count < LANE_BATCH ? q->count : LANE_BATCH;
    size_t fair = (q->count + q->workers - 1) / q->workers;
    return fair < LANE_READ_BATCH ? fair : LANE_READ_BATCH;
}

/* Waits for ops and moves some to l->batch. 0: the lanes stop and nothing is left. */
static size_t queue_take(struct lane *l)
{
    struct lane_queue *q = l->queue;
    bool tidied = false;
    pthread_mutex_lock(&q->lock);
    while (q->count == 0 && !q->stopping) {
        struct timespec limit = after_ms(LANE_IDLE_MS);
        q->sleeping++;
        int late = tidied ? pthread_cond_wait(&q->wake, &q->lock) : pthread_cond_timedwait(&q->wake, &q->lock, &limit);
        q->sleeping--;
        if (late != ETIMEDOUT || q->count > 0 || q->stopping) continue;
        tidied = true;
        pthread_mutex_unlock(&q->lock);
        if (l->conn) l->conn->engine->idle(l->conn);
        pthread_mutex_lock(&q->lock);
    }
    size_t n = q->count ? share(l) : 0;
    for (size_t i = 0; i < n; i++) {
        l->batch[i] = q->head;
        q->head = q->head->next;
    }
    q->count -= n;
    if (!q->head) q->tail = &q->head;
    if (q->count > 0 && q->sleeping > 0) pthread_cond_signal(&q->wake); /* there is work for another */
    pthread_mutex_unlock(&q->lock);
    return n;
}

void op_finish(struct op *op)
{
    struct op_waiter *w = op->waiter;
    enum op_outcome outcome = op->outcome;
    if (op->done) op->done(op, outcome);
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->finished = true;
    w->outcome = outcome;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

/* ---- workers ---- */

/* True with a live connection. Ops are not kept waiting for a server that is down: they fail, the next try is later. */
static bool connected(struct lane *l)
{
    if (l->conn && conn_usable(l->conn)) return true;
    conn_close(l->conn);
    l->conn = NULL;
    int64_t now = monotonic_ms();
    if (now < l->connect_at_ms) return false;
    char error[DB_ERROR_SIZE];
    l->conn = conn_open(l->lanes->db, l->mode, error, sizeof error);
    if (!l->conn) {
        l->connect_wait_ms = l->connect_wait_ms ? l->connect_wait_ms * 2 : LANE_CONNECT_WAIT_MS;
        if (l->connect_wait_ms > LANE_CONNECT_WAIT_MAX_MS) l->connect_wait_ms = LANE_CONNECT_WAIT_MAX_MS;
        l->connect_at_ms = now + l->connect_wait_ms;
        return false;
    }
    l->connect_wait_ms = 0;
    l->conn->notices_sink = notifier_put;
    l->conn->notices_arg = l->lanes;
    return true;
}

static bool queue_stopping(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool is = q->stopping;
    pthread_mutex_unlock(&q->lock);
    return is;
}

static void *worker(void *arg)
{
    struct lane *l = arg;
    size_t n;
    if (!l->conn && !connected(l)) LOG(LOG_WARN, "lane_not_connected"); /* tried again with its first op */
    while ((n = queue_take(l)) > 0) {
        if (connected(l)) {
            lane_run(l, n);
            continue;
        }
        enum op_outcome outcome = queue_stopping(l->queue) ? OP_DROPPED : OP_FAILED;
        for (size_t i = 0; i < n; i++) {
            l->batch[i]->outcome = outcome;
            op_finish(l->batch[i]);
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
        l->conn = conn_open(ls->db, mode, error, error_size);
        if (!l->conn) {
            free(l);
            return false;
        }
        l->conn->notices_sink = notifier_put;
        l->conn->notices_arg = ls;
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
    assert(writers + readers <= LANE_MAX_WORKERS);
    bool good = notifier_start(ls, error, error_size);
    good = good && lane_start(ls, TX_WRITE, true, error, error_size) &&
           lane_start(ls, TX_READ, true, error, error_size);
    for (unsigned i = 1; good && i < writers; i++) good = lane_start(ls, TX_WRITE, false, error, error_size);
    for (unsigned i = 1; good && i < readers; i++) good = lane_start(ls, TX_READ, false, error, error_size);
    good = good && watch_start(ls, error, error_size);
    if (good) return ls;
    lanes_stop(ls);
    return NULL;
}

static void queue_stop(struct lanes *ls, struct lane_queue *q, enum tx_mode mode)
{
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_broadcast(&q->wake);
    pthread_mutex_unlock(&q->lock);
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
    queue_stop(ls, &ls->read, TX_READ);
    queue_stop(ls, &ls->write, TX_WRITE);
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

/* ---- submitting ---- */

enum submit { SUBMITTED, SUBMIT_FULL, SUBMIT_STOPPING };

static enum submit submit(struct lanes *ls, struct op *op)
{
    assert(op->run && op->arena && (op->mode == TX_READ || op->mode == TX_WRITE));
    struct lane_queue *q = op->mode == TX_WRITE ? &ls->write : &ls->read;
    op->tries = 0;
    op->refusing = false;
    op->queued_at_ms = monotonic_ms();
    pthread_mutex_lock(&q->lock);
    enum submit result = q->stopping ? SUBMIT_STOPPING : q->count >= LANE_QUEUE_MAX ? SUBMIT_FULL : SUBMITTED;
    if (result == SUBMITTED) queue_add(q, op);
    pthread_mutex_unlock(&q->lock);
    return result;
}

bool lanes_submit(struct lanes *ls, struct op *op)
{
    assert(op->again && op->done);
    op->waiter = NULL;
    return submit(ls, op) == SUBMITTED;
}

enum op_outcome lanes_run(struct lanes *ls, struct op *op)
{
    struct op_waiter w = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };
    op->waiter = &w;
    enum submit result;
    while ((result = submit(ls, op)) == SUBMIT_FULL) {
        struct timespec pause = { .tv_nsec = LANE_FULL_WAIT_MS * 1000000 };
        nanosleep(&pause, NULL);
    }
    if (result == SUBMIT_STOPPING) return OP_DROPPED;
    pthread_mutex_lock(&w.lock);
    while (!w.finished) pthread_cond_wait(&w.wake, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.wake);
    pthread_mutex_destroy(&w.lock);
    return w.outcome;
}

void lanes_depth(struct lanes *ls, size_t *waiting, int64_t *oldest_ms)
{
    int64_t now = monotonic_ms();
    *waiting = 0;
    *oldest_ms = 0;
    for (int i = 0; i < 2; i++) {
        struct lane_queue *q = i ? &ls->write : &ls->read;
        pthread_mutex_lock(&q->lock);
        *waiting += q->count;
        int64_t age = q->head ? now - q->head->queued_at_ms : 0;
        pthread_mutex_unlock(&q->lock);
        if (age > *oldest_ms) *oldest_ms = age;
    }
}
