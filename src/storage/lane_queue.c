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

enum submit queue_submit(struct lane_queue *q, struct op *op)
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
