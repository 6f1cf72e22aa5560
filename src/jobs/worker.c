/* worker.c: the threads, start and stop. */
#include "jobs/private.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { RETURN_ARENA_BYTES = 16 << 20 };

static void heard(void *arg) { jobs_wake(arg); }

static void *worker_thread(void *arg)
{
    struct worker *w = arg;
    struct group *g;
    while ((g = flights_take(w->jobs, w->pool)) != NULL) group_work(w, g);
    return NULL;
}

/* ---- start and stop ---- */

static void check_kind(const struct job_kind *k)
{
    assert(k->name && k->doc && k->settle && k->pool < JOB_POOLS);
    assert(k->max_attempts >= 1 && k->max_attempts <= 100);
    assert(k->every_ms == 0 || (k->every_ms >= SECOND_MS && k->every_ms <= QUEUE_KEEP_CRON_MS / 2));
    for (const char *p = k->name; *p; p++) /* goes into a list (bind_text_list) */
        assert((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '_');
}

static void take_kind(struct jobs *j, size_t i)
{
    const struct job_kind *k = j->options.kinds[i];
    assert(i < KINDS_MAX);
    check_kind(k);
    assert(kind_named(j->options.kinds, k->name) == k); /* names are unique */
    j->cron_period[i] = -1;
    j->names[j->names_n++] = k->name;
    struct flights *f = &j->pool[kind_pool(k)];
    if (kind_is_direct(k)) f->directs = true;
    else f->calls = true;
}

static void init_locks(struct jobs *j)
{
    pthread_condattr_t attr;
    if (pthread_mutex_init(&j->lock, NULL) || pthread_condattr_init(&attr) ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) || pthread_cond_init(&j->wake_claimer, &attr) ||
        pthread_cond_init(&j->wake_stop, &attr))
        abort();
    for (enum job_pool p = 0; p < JOB_POOLS; p++)
        if (pthread_cond_init(&j->pool[p].wake_workers, &attr)) abort();
    pthread_condattr_destroy(&attr);
}

static void start_threads(struct jobs *j, enum job_pool p)
{
    struct flights *f = &j->pool[p];
    if (!f->calls) return;
    f->threads = p == JOB_POOL_CALLS && j->options.workers ? j->options.workers : pool_facts(p)->threads;
    for (unsigned i = 0; i < f->threads; i++) {
        assert(j->workers < WORKERS_MAX);
        struct worker *w = &j->worker[j->workers++];
        w->jobs = j, w->pool = p;
        if (pthread_create(&w->thread, NULL, worker_thread, w) != 0) abort();
    }
}

struct jobs *jobs_start(const struct job_options *o)
{
    assert(o->lanes && o->kinds);
    struct jobs *j = calloc(1, sizeof(*j));
    if (!j) abort();
    j->options = *o;
    jobs_know(o->kinds);
    for (size_t i = 0; o->kinds[i]; i++) take_kind(j, i);
    init_locks(j);
    j->rung = true;
    lanes_listen(o->lanes, "jobs", heard, j);
    for (enum job_pool p = JOB_POOL_UNSET + 1; p < JOB_POOLS; p++) start_threads(j, p);
    if (pthread_create(&j->claimer, NULL, claimer_thread, j) != 0) abort();
    return j;
}

struct return_op {
    struct op op;
    size_t n;
    struct {
        int64_t id, attempt;
        bool spare;
    } lease[];
};

static enum op_wish return_run(struct op *op, struct tx *tx)
{
    struct return_op *r = OWNER_OF(op, struct return_op, op);
    for (size_t i = 0; i < r->n; i++)
        if (queue_hand_back(tx, r->lease[i].id, r->lease[i].attempt, r->lease[i].spare, now_ms()) == ROW_FAULT)
            return OP_REFUSE;
    tx_notify(tx, "jobs"); /* another process takes them at once */
    return OP_COMMIT;
}

static void return_again(struct op *op) { (void)op; }

static void return_leases(struct jobs *j, struct return_op *r, struct arena *a)
{
    if (r->n == 0) return;
    r->op = (struct op){ .mode = TX_WRITE, .arena = a, .run = return_run, .again = return_again };
    bool returned = lanes_run(j->options.lanes, &r->op) == OP_COMMITTED;
    LOG(LOG_INFO, "jobs.leases_returned", LOG_NUMBER("count", r->n),
        LOG_TEXT("result", returned ? "ok" : "left to expire"));
}

/* Jobs that no thread has begun. Their attempt does not count. */
static void return_queue(struct jobs *j, struct flights *f)
{
    struct arena *a = arena_new(RETURN_ARENA_BYTES);
    pthread_mutex_lock(&j->lock);
    struct group *first = f->queue_first;
    struct return_op *r = arena_alloc(a, sizeof(*r) + (f->queue_n + 1) * sizeof(r->lease[0]));
    f->queue_first = f->queue_last = NULL;
    f->queue_n = 0;
    pthread_mutex_unlock(&j->lock);
    for (const struct group *g = first; g; g = g->queued, r->n++) {
        r->lease[r->n].id = g->run[0].job.id;
        r->lease[r->n].attempt = g->run[0].job.attempt;
        r->lease[r->n].spare = true;
    }
    return_leases(j, r, a);
    while (first) {
        struct group *next = first->queued;
        group_leave(first);
        first = next;
    }
    arena_free(a);
}

static bool only_calls_left(const struct jobs *j)
{
    for (const struct group *g = j->flights; g; g = g->next)
        if (g->stage != STAGE_CALL) return false;
    return true;
}

/* Waits for what is in flight; storage always comes to an end by itself, calls get `grace_ms`. */
static void wait_in_flight(struct jobs *j, int64_t grace_ms)
{
    struct timespec until = jobs_after_ms(grace_ms);
    bool late = grace_ms <= 0;
    pthread_mutex_lock(&j->lock);
    while (j->flights && !(late && only_calls_left(j))) {
        if (late) pthread_cond_wait(&j->wake_stop, &j->lock);
        else late = pthread_cond_timedwait(&j->wake_stop, &j->lock, &until) == ETIMEDOUT;
    }
    pthread_mutex_unlock(&j->lock);
}

/* Calls that outlast the grace: their leases go back, their threads are left to end by themselves. Whether there are.
 */
static bool abandon_calls(struct jobs *j)
{
    struct arena *a = arena_new(RETURN_ARENA_BYTES);
    pthread_mutex_lock(&j->lock);
    struct return_op *r = arena_alloc(a, sizeof(*r) + (j->flights_n + 1) * sizeof(r->lease[0]));
    for (struct group *g = j->flights; g; g = g->next) {
        if (g->stage != STAGE_CALL) continue; /* it came back just now */
        g->abandoned = true;
        r->lease[r->n].id = g->run[0].job.id;
        r->lease[r->n].attempt = g->run[0].job.attempt;
        r->n++;
    }
    bool left[WORKERS_MAX] = { false };
    for (unsigned i = 0; i < j->workers; i++) left[i] = j->worker[i].at && j->worker[i].at->abandoned;
    pthread_mutex_unlock(&j->lock);
    return_leases(j, r, a);
    arena_free(a);
    bool any = false;
    for (unsigned i = 0; i < j->workers; i++) {
        if ((left[i] ? pthread_detach(j->worker[i].thread) : pthread_join(j->worker[i].thread, NULL)) != 0) abort();
        any |= left[i];
    }
    return any;
}

bool jobs_stop(struct jobs *j, int64_t grace_ms)
{
    /* The struct itself stays: the lanes may ring it until they stop, and a thread that was left behind comes back to
     * it. A process stops its jobs once. The list keeps it reachable, for leak checkers. */
    static pthread_mutex_t retired_lock = PTHREAD_MUTEX_INITIALIZER;
    static struct jobs *retired;
    pthread_mutex_lock(&j->lock);
    assert(!j->stopping);
    j->stopping = true;
    pthread_cond_broadcast(&j->wake_claimer);
    for (enum job_pool p = 0; p < JOB_POOLS; p++) pthread_cond_broadcast(&j->pool[p].wake_workers);
    pthread_mutex_unlock(&j->lock);
    if (pthread_join(j->claimer, NULL) != 0) abort();
    for (enum job_pool p = 0; p < JOB_POOLS; p++) return_queue(j, &j->pool[p]);
    wait_in_flight(j, grace_ms);
    bool left = abandon_calls(j);
    pthread_mutex_lock(&j->lock); /* a lane may still give back the arena of the group that left last */
    while (j->spare_arenas_n > 0) arena_free(j->spare_arenas[--j->spare_arenas_n]);
    pthread_mutex_unlock(&j->lock);
    pthread_mutex_lock(&retired_lock);
    j->retired_next = retired;
    retired = j;
    pthread_mutex_unlock(&retired_lock);
    return !left;
}
