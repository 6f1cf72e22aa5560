/* lane_queue.c: the two queues, reads and writes. A worker that becomes free takes what is there (natural batching: no
 * timer, so an idle system answers after one commit).
 *
 * A lane without a connection takes nothing while another has one: it would fail what the other can do. When none has
 * one, ops are taken all the same and fail at once; nobody waits for a server that is away.
 *
 * Rejected: a lock-free queue. The lock is held for a few pointers; with batches it is taken once for many ops. */
#include "base/clock.h"
#include "storage/private.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

void monotonic_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0 || pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(c, &attributes) != 0)
        abort();
    pthread_condattr_destroy(&attributes);
}

void queue_init(struct lane_queue *q)
{
    if (pthread_mutex_init(&q->lock, NULL) != 0) abort();
    monotonic_cond_init(&q->wake);
    monotonic_cond_init(&q->down);
    q->tail = &q->head;
}

void queue_free(struct lane_queue *q)
{
    assert(q->count == 0);
    pthread_cond_destroy(&q->wake);
    pthread_cond_destroy(&q->down);
    pthread_mutex_destroy(&q->lock);
}

/* The lock is held. */
static void wake_one(struct lane_queue *q)
{
    if (q->usable == 0) {
        pthread_cond_signal(&q->down);
    } else if (q->sleeping > 0) {
        pthread_cond_signal(&q->wake);
    }
}

/* The lock is held. */
static void queue_add(struct lane_queue *q, struct op *op)
{
    op->next = NULL;
    *q->tail = op;
    q->tail = &op->next;
    q->count++;
    wake_one(q);
}

/* The lock is held. */
static void put_back(struct lane_queue *q, struct op *const *ops, size_t count)
{
    ops[count - 1]->next = q->head;
    if (!q->head) q->tail = &ops[count - 1]->next;
    for (size_t i = count - 1; i > 0; i--) ops[i - 1]->next = ops[i];
    q->head = ops[0];
    q->count += count;
    wake_one(q);
}

void queue_put_back(struct lane_queue *q, struct op *const *ops, size_t count)
{
    if (count == 0) return;
    pthread_mutex_lock(&q->lock);
    put_back(q, ops, count);
    pthread_mutex_unlock(&q->lock);
}

bool queue_leave_to_others(struct lane_queue *q, struct op *const *ops, size_t count)
{
    pthread_mutex_lock(&q->lock);
    bool others = q->usable > 0;
    if (others) put_back(q, ops, count);
    pthread_mutex_unlock(&q->lock);
    return others;
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
    unsigned hands = q->usable ? q->usable : q->workers;
    size_t fair = (q->count + hands - 1) / hands;
    return fair < LANE_READ_BATCH ? fair : LANE_READ_BATCH;
}

/* The lock is held. Waits for ops, with a connection; after some time without any it is tidied. */
static void wait_for_ops(struct lane *l, bool *tidied)
{
    struct lane_queue *q = l->queue;
    struct timespec limit = after_ms(LANE_IDLE_MS);
    q->sleeping++;
    int late = *tidied ? pthread_cond_wait(&q->wake, &q->lock) : pthread_cond_timedwait(&q->wake, &q->lock, &limit);
    q->sleeping--;
    if (late != ETIMEDOUT || q->count > 0 || q->stopping) return;
    *tidied = true;
    pthread_mutex_unlock(&q->lock);
    l->conn->engine->idle(l->conn);
    pthread_mutex_lock(&q->lock);
}

/* The lock is held. Without a connection: until it may be tried again, or nobody else is there for the ops. */
static bool time_to_connect(struct lane_queue *q)
{
    int64_t wait_ms = q->connect_at_ms - monotonic_ms();
    bool somebody_tries = q->connect_wait_ms > 0 && q->connecting > 0;
    if (wait_ms <= 0 && !somebody_tries) return true;
    struct timespec limit = after_ms(wait_ms > 0 ? wait_ms : LANE_CONNECT_WAIT_MS);
    pthread_cond_timedwait(&q->down, &q->lock, &limit);
    return false;
}

size_t queue_take(struct lane *l, bool *stop)
{
    struct lane_queue *q = l->queue;
    bool tidied = false, connect = false;
    pthread_mutex_lock(&q->lock);
    while (!connect && !q->stopping && (q->count == 0 || (!l->usable && q->usable > 0))) {
        if (l->usable) {
            wait_for_ops(l, &tidied);
        } else {
            connect = time_to_connect(q);
        }
    }
    size_t n = q->count > 0 && !connect && (l->usable || q->usable == 0) ? share(l) : 0;
    for (size_t i = 0; i < n; i++) {
        l->batch[i] = q->head;
        q->head = q->head->next;
    }
    q->count -= n;
    if (!q->head) q->tail = &q->head;
    if (n > 0 && q->count > 0) wake_one(q); /* there is work for another */
    *stop = n == 0 && !connect;
    /* Whoever hands ops back looks for others that are still there. */
    if (*stop && l->usable) l->usable = false, q->usable--;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void lane_set_usable(struct lane *l, bool usable)
{
    struct lane_queue *q = l->queue;
    pthread_mutex_lock(&q->lock);
    if (usable != l->usable) q->usable = usable ? q->usable + 1 : q->usable - 1;
    l->usable = usable;
    /* Without any connection left, those who wait for one are there for the ops, to fail them. */
    if (q->usable == 0) pthread_cond_broadcast(&q->down);
    pthread_mutex_unlock(&q->lock);
}

enum submit { SUBMITTED, SUBMIT_FULL, SUBMIT_STOPPING };

static enum submit queue_submit(struct lane_queue *q, struct op *op)
{
    pthread_mutex_lock(&q->lock);
    enum submit result = q->stopping ? SUBMIT_STOPPING : q->count >= LANE_QUEUE_MAX ? SUBMIT_FULL : SUBMITTED;
    if (result == SUBMITTED) queue_add(q, op);
    pthread_mutex_unlock(&q->lock);
    return result;
}

void queue_stop(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_broadcast(&q->wake);
    pthread_cond_broadcast(&q->down);
    pthread_mutex_unlock(&q->lock);
}

bool queue_stopping(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool is = q->stopping;
    pthread_mutex_unlock(&q->lock);
    return is;
}

bool queue_has_more(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool has = q->count > 0;
    pthread_mutex_unlock(&q->lock);
    return has;
}

/* ---- as everybody else sees it: an op goes in, and its owner is told how it ended ---- */

struct op_waiter {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool finished;
    enum op_outcome outcome;
};

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

static enum submit submit(struct lanes *ls, struct op *op)
{
    assert(op->run && op->again && op->arena && (op->mode == TX_READ || op->mode == TX_WRITE));
    struct lane_queue *q = op->mode == TX_WRITE ? &ls->write : &ls->read;
    op->tries = 0;
    op->refusing = false;
    op->lost = 0;
    op->queued_at_ms = monotonic_ms();
    return queue_submit(q, op);
}

bool lanes_submit(struct lanes *ls, struct op *op)
{
    assert(op->done);
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
    if (result == SUBMIT_STOPPING) {
        op->outcome = OP_DROPPED;
        op_finish(op); /* `w` is told too, and nobody waits for it */
    }
    pthread_mutex_lock(&w.lock);
    while (!w.finished) pthread_cond_wait(&w.wake, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.wake);
    pthread_mutex_destroy(&w.lock);
    return w.outcome;
}

void lanes_depth(struct lanes *ls, size_t *waiting, int64_t *oldest_ms)
{
    int64_t at_ms = monotonic_ms();
    *waiting = 0;
    *oldest_ms = 0;
    for (int i = 0; i < 2; i++) {
        struct lane_queue *q = i ? &ls->write : &ls->read;
        pthread_mutex_lock(&q->lock);
        *waiting += q->count;
        int64_t age_ms = q->head ? at_ms - q->head->queued_at_ms : 0;
        pthread_mutex_unlock(&q->lock);
        if (age_ms > *oldest_ms) *oldest_ms = age_ms;
    }
}
