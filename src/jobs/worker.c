/* worker.c: the claimer thread, the pool of threads for outside calls, start and stop.
 *
 * The claimer looks (a read), claims (a write) and hands out, while what it handed out before is still running. It
 * wakes by tx_notify of jobs_put, at the time of the next job, and each JOB_POLL_MS: notices may be lost, so nothing
 * rests on them. It also puts the cron rows, renews leases of what is in flight and purges old rows.
 *
 * Two kinds of claims take turns: one for all kinds, no larger than the pool has room for, so that this process does
 * not sit on calls which another could make; and one for direct kinds alone, so that slow calls never hold those up.
 *
 * Time. A job is due by the wall clock, which may jump. Forward: leases look expired, so the claimer first renews its
 * own and only then takes expired ones; a cron kind gets one row for the period it finds, however many it missed. Back:
 * a lease that ends later than any can is taken as expired. Ready jobs from the time that is now to come, and the cron
 * periods that ran in it, are found at the start, when wall time falls behind monotonic time, and each minute for the
 * sake of other machines: the jobs wait from then on as long as they were to wait, and cron kinds run again in those
 * periods as they come. The period that the clock fell into, and any in the next 20 s, ran already and do not run
 * again: a kind stops for that long. Machines that share a database keep their clocks within a few seconds of each
 * other. */
#include "jobs/worker.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    CLAIM_ARENA_BYTES = 16 << 20,
    PURGE_EVERY_MS = 60000, PURGE_AGAIN_MS = 1000,
    CLOCK_EVERY_MS = 60000,
    WAIT_MIN_MS = 2,
};

struct claimer {
    struct jobs *jobs;
    struct arena *arena;
    int64_t next_ms;                     /* when the next job is due by the last look; 0: none */
    int64_t purge_at_ms, purge_cursor;
    int64_t clock_at_ms, wall_ahead_ms;  /* when to look for rows of a clock that was set back; wall - monotonic */
    bool all_turn;                       /* whose turn it is: all kinds, or the direct ones */
};

/* ---- small parts ---- */

struct arena *jobs_arena_take(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    struct arena *a = j->spare_arenas_n > 0 ? j->spare_arenas[--j->spare_arenas_n] : NULL;
    pthread_mutex_unlock(&j->lock);
    return a ? a : arena_new(JOB_ARENA_BYTES);
}

void jobs_arena_give(struct jobs *j, struct arena *a)
{
    arena_reset(a);
    pthread_mutex_lock(&j->lock);
    bool kept = j->spare_arenas_n < ARRAY_LEN(j->spare_arenas) && !j->stopping;
    if (kept) j->spare_arenas[j->spare_arenas_n++] = a;
    pthread_mutex_unlock(&j->lock);
    if (!kept) arena_free(a);
}

static bool is_stopping(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    bool stopping = j->stopping;
    pthread_mutex_unlock(&j->lock);
    return stopping;
}

static struct timespec after_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);      /* the conditions' clock; tests do not move it */
    t.tv_sec += ms / 1000;
    t.tv_nsec += (ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
    return t;
}

void jobs_wake(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    j->rung = true;
    pthread_cond_signal(&j->wake_claimer);
    pthread_mutex_unlock(&j->lock);
}

static void heard(void *arg) { jobs_wake(arg); }

static const struct job_kind *find_kind(const struct jobs *j, const char *name)
{
    for (size_t i = 0; j->options.kinds[i]; i++)
        if (text_eq(j->options.kinds[i]->name, name)) return j->options.kinds[i];
    return NULL;
}

/* ---- the claimer's transactions ---- */

struct claim_op {
    struct op op;
    struct claimer *claimer;
    /* claim */
    enum claim_of of;
    bool all_kinds;
    int limit, taken;
    struct claimed claimed[JOB_CLAIM_BATCH];
    struct { int64_t id, attempt; } *mine;   /* leases to renew */
    size_t mine_n;
    struct queue_look look;
    int64_t purged, purge_cursor;
    bool ahead;
    int64_t pulled;
};

static void claim_again(struct op *op)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    c->taken = 0;
    /* The arena stays: `mine` lives in it, and its limit is far above a few repeats of 64 rows. */
}

static enum op_wish look_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    struct jobs *j = c->claimer->jobs;
    return queue_look(tx, j->names, j->names_n, now_ms(), &c->look) ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish claim_at(struct claim_op *c, struct tx *tx, int64_t at_ms)
{
    struct jobs *j = c->claimer->jobs;
    c->taken = queue_claim(tx, c->of, c->all_kinds ? j->names : j->direct_names,
                           c->all_kinds ? j->names_n : j->direct_names_n, c->limit, at_ms, c->claimed);
    return c->taken >= 0 ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish claim_run(struct op *op, struct tx *tx)
{
    return claim_at(OWNER_OF(op, struct claim_op, op), tx, now_ms());
}

/* Superseded ones are left: their attempt finds out when it settles. */
static enum op_wish renew_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    int64_t at_ms = now_ms();                    /* one time for both: the clock may jump in between */
    for (size_t i = 0; i < c->mine_n; i++)
        if (queue_renew(tx, c->mine[i].id, c->mine[i].attempt, at_ms + JOB_LEASE_MS) == ROW_FAULT) return OP_REFUSE;
    return c->of == CLAIM_EXPIRED && c->limit > 0 ? claim_at(c, tx, at_ms) : OP_COMMIT;
}

static enum op_wish cron_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    struct jobs *j = c->claimer->jobs;
    int64_t at_ms = now_ms();
    for (size_t i = 0; j->options.kinds[i]; i++) {
        const struct job_kind *k = j->options.kinds[i];
        if (k->every_ms == 0 || at_ms / k->every_ms == j->cron_period[i]) continue;
        const char *key = queue_cron_key(op->arena, k, at_ms);
        if (jobs_put(tx, &(struct job_new){ .kind = k->name, .key = key }, NULL) < 0) return OP_REFUSE;
    }
    return OP_COMMIT;
}

static enum op_wish ahead_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    enum row row = queue_is_ahead(tx, c->claimer->jobs->options.kinds, now_ms());
    c->ahead = row == ROW_FOUND;
    return row == ROW_FAULT ? OP_REFUSE : OP_COMMIT;
}

static enum op_wish pull_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    c->pulled = queue_pull(tx, c->claimer->jobs->options.kinds, now_ms());
    return c->pulled >= 0 ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish purge_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    c->purge_cursor = c->claimer->purge_cursor;
    c->purged = queue_purge(tx, now_ms(), &c->purge_cursor);
    return c->purged >= 0 ? OP_COMMIT : OP_REFUSE;
}

static bool claimer_run(struct claim_op *c, enum tx_mode mode, enum op_wish (*run)(struct op *op, struct tx *tx))
{
    c->op = (struct op){ .mode = mode, .arena = c->claimer->arena, .run = run, .again = claim_again };
    return lanes_run(c->claimer->jobs->options.lanes, &c->op) == OP_COMMITTED;
}

/* ---- handing out ---- */

static int by_account(const void *a, const void *b)
{
    const struct claimed *x = a, *y = b;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void pool_add(struct jobs *j, struct group *g)
{
    pthread_mutex_lock(&j->lock);
    g->stage = STAGE_QUEUED;
    if (j->queue_last) j->queue_last->queued = g;
    else j->queue_first = g;
    j->queue_last = g;
    j->queue_n++;
    pthread_cond_signal(&j->wake_workers);
    pthread_mutex_unlock(&j->lock);
}

/* How many of these settle together. Cron kinds go through rows of many shops and accounts; each locks its own in
 * order, but two in one transaction would take the second's shops after the first's accounts. So each is alone. */
static size_t group_size(const struct jobs *j, const struct claimed *c, size_t n)
{
    size_t size = 0;
    while (size < n && size < GROUP_MAX && find_kind(j, c[size].kind)->every_ms == 0) size++;
    return size > 0 ? size : 1;
}

static void hand_out(struct jobs *j, struct claimed *claimed, size_t n)
{
    struct claimed direct[JOB_CLAIM_BATCH];
    size_t direct_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct job_kind *k = find_kind(j, claimed[i].kind);
        assert(k);                               /* only known kinds are claimed */
        if (kind_is_direct(k)) {
            direct[direct_n++] = claimed[i];
            continue;
        }
        struct group *g = group_new(j, 1, false);
        group_set(g, 0, k, &claimed[i]);
        pool_add(j, g);
    }
    /* Accounts in one order: groups that touch the same ones wait for each other's locks instead of deadlocking. */
    qsort(direct, direct_n, sizeof(direct[0]), by_account);
    for (size_t at = 0, size; at < direct_n; at += size) {
        size = group_size(j, direct + at, direct_n - at);
        struct group *g = group_new(j, size, true);
        for (size_t i = 0; i < size; i++) group_set(g, i, find_kind(j, direct[at + i].kind), &direct[at + i]);
        group_submit(g, true);
    }
}

/* How many jobs may be claimed now: of all kinds, of direct kinds. */
static void room(struct jobs *j, int *all, int *direct)
{
    pthread_mutex_lock(&j->lock);
    size_t flights = j->direct_n < DIRECT_IN_FLIGHT_MAX ? DIRECT_IN_FLIGHT_MAX - j->direct_n : 0;
    size_t pool = j->queue_n < 2 * (size_t)j->workers ? 2 * j->workers - j->queue_n : 0;
    pthread_mutex_unlock(&j->lock);
    if (flights > JOB_CLAIM_BATCH) flights = JOB_CLAIM_BATCH;
    *direct = j->direct_names_n > 0 ? (int)flights : 0;
    *all = (int)(pool < flights ? pool : flights);
    if (j->direct_names_n == j->names_n) *all = 0;           /* then the direct claim sees everything */
}

/* ---- the claimer's round ---- */

/* Claims ready jobs once. True when there may be more that could be claimed at once. */
static bool claim(struct claimer *c)
{
    struct jobs *j = c->jobs;
    int all, direct;
    room(j, &all, &direct);
    c->all_turn = all > 0 && (!c->all_turn || direct == 0);
    struct claim_op op = {
        .claimer = c, .of = CLAIM_READY, .all_kinds = c->all_turn, .limit = c->all_turn ? all : direct
    };
    if (op.limit == 0 || !claimer_run(&op, TX_WRITE, claim_run)) return false;
    hand_out(j, op.claimed, (size_t)op.taken);
    /* Whoever got nothing on the turn for all kinds knows that there is nothing. */
    return op.taken == op.limit || (!op.all_kinds && all > 0) || (op.all_kinds && op.taken > 0);
}

/* Renews what is in flight (`all`: whatever its age) and, with it in one transaction, takes expired leases. */
static void renew(struct claimer *c, bool take_expired)
{
    struct jobs *j = c->jobs;
    struct claim_op op = { .claimer = c, .of = take_expired ? CLAIM_EXPIRED : CLAIM_READY, .all_kinds = true };
    int64_t at_ms = monotonic_ms();
    pthread_mutex_lock(&j->lock);
    size_t runs = 0;
    for (const struct group *g = j->flights; g; g = g->next) runs += g->count;
    op.mine = arena_alloc(c->arena, (runs + 1) * sizeof(*op.mine));
    for (struct group *g = j->flights; g; g = g->next) {
        if (!take_expired && g->renew_at_ms > at_ms) continue;
        g->renew_at_ms = at_ms + JOB_LEASE_MS / 3;
        for (size_t i = 0; i < g->count; i++, op.mine_n++) {
            op.mine[op.mine_n].id = g->run[i].job.id;
            op.mine[op.mine_n].attempt = g->run[i].job.attempt;
        }
    }
    pthread_mutex_unlock(&j->lock);
    int all, direct;
    room(j, &all, &direct);
    op.limit = all > 0 ? all : direct;
    op.all_kinds = all > 0;
    if (op.mine_n == 0 && !take_expired) return;
    if (claimer_run(&op, TX_WRITE, renew_run) && take_expired) hand_out(j, op.claimed, (size_t)op.taken);
}

static void keep_cron(struct claimer *c)
{
    struct jobs *j = c->jobs;
    int64_t at_ms = now_ms();
    bool due = false;
    for (size_t i = 0; j->options.kinds[i]; i++) {
        const struct job_kind *k = j->options.kinds[i];
        due |= k->every_ms > 0 && at_ms / k->every_ms != j->cron_period[i];
    }
    if (!due) return;
    struct claim_op op = { .claimer = c };
    if (!claimer_run(&op, TX_WRITE, cron_run)) return;       /* tried again in the next round */
    /* A period that began since at_ms is put in the next round. */
    for (size_t i = 0; j->options.kinds[i]; i++)
        if (j->options.kinds[i]->every_ms > 0) j->cron_period[i] = at_ms / j->options.kinds[i]->every_ms;
}

static void keep_clock(struct claimer *c)
{
    int64_t at_ms = monotonic_ms(), ahead_ms = now_ms() - at_ms;
    if (ahead_ms < c->wall_ahead_ms - SECOND_MS) c->clock_at_ms = at_ms;
    c->wall_ahead_ms = ahead_ms;
    if (at_ms < c->clock_at_ms) return;
    struct claim_op op = { .claimer = c };
    if (!claimer_run(&op, TX_READ, ahead_run)) return;       /* tried again in the next round */
    if (op.ahead) {
        if (!claimer_run(&op, TX_WRITE, pull_run)) return;
        LOG(LOG_WARN, "jobs.clock_was_set_back", LOG_NUMBER("rows", op.pulled));
        if (op.pulled >= QUEUE_PULL_MAX) {                   /* there may be more */
            jobs_wake(c->jobs);
            return;
        }
    }
    c->clock_at_ms = at_ms + CLOCK_EVERY_MS;
}

static void purge(struct claimer *c)
{
    int64_t at_ms = monotonic_ms();
    if (at_ms < c->purge_at_ms) return;
    c->purge_at_ms = at_ms + PURGE_EVERY_MS;
    struct claim_op op = { .claimer = c };
    if (!claimer_run(&op, TX_WRITE, purge_run)) return;
    c->purge_cursor = op.purge_cursor;
    if (c->purge_cursor != 0) c->purge_at_ms = at_ms + PURGE_AGAIN_MS;
}

static void wait_for_work(struct claimer *c)
{
    struct jobs *j = c->jobs;
    int64_t wait_ms = c->next_ms ? c->next_ms - now_ms() : JOB_POLL_MS;
    if (wait_ms > JOB_POLL_MS) wait_ms = JOB_POLL_MS;
    if (wait_ms < WAIT_MIN_MS) wait_ms = WAIT_MIN_MS;
    struct timespec until = after_ms(wait_ms);
    pthread_mutex_lock(&j->lock);
    if (!j->rung && !j->stopping) pthread_cond_timedwait(&j->wake_claimer, &j->lock, &until);
    pthread_mutex_unlock(&j->lock);
}

/* One look and what follows from it. False: nothing to do for now. */
static bool look_and_claim(struct claimer *c)
{
    struct claim_op op = { .claimer = c };
    c->next_ms = 0;
    if (!claimer_run(&op, TX_READ, look_run)) return false;
    c->next_ms = op.look.next_ms;
    if (op.look.expired) renew(c, true);
    return op.look.due && claim(c);
}

static void *claimer_thread(void *arg)
{
    struct jobs *j = arg;
    struct claimer c = { .jobs = j,
                         .arena = arena_new(CLAIM_ARENA_BYTES),
                         .purge_at_ms = monotonic_ms() + PURGE_EVERY_MS,
                         .clock_at_ms = monotonic_ms(),
                         .wall_ahead_ms = now_ms() - monotonic_ms() };
    while (!is_stopping(j)) {
        arena_reset(c.arena);
        keep_clock(&c);
        keep_cron(&c);
        renew(&c, false);
        purge(&c);
        pthread_mutex_lock(&j->lock);
        bool rung = j->rung;
        j->rung = false;
        pthread_mutex_unlock(&j->lock);
        bool more = rung && claim(&c);
        if (!more) more = look_and_claim(&c);
        if (more) jobs_wake(j);
        else wait_for_work(&c);
    }
    arena_free(c.arena);
    return NULL;
}

/* ---- the pool ---- */

static struct group *pool_take(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    while (!j->stopping && !j->queue_first) pthread_cond_wait(&j->wake_workers, &j->lock);
    struct group *g = j->stopping ? NULL : j->queue_first;
    if (g) {
        j->queue_first = g->queued;
        if (!j->queue_first) j->queue_last = NULL;
        g->queued = NULL;
        if (j->queue_n-- == 2 * (size_t)j->workers) {        /* there is room again */
            j->rung = true;
            pthread_cond_signal(&j->wake_claimer);
        }
    }
    pthread_mutex_unlock(&j->lock);
    return g;
}

static void *worker_thread(void *arg)
{
    struct worker *w = arg;
    struct group *g;
    while ((g = pool_take(w->jobs)) != NULL) group_work(w, g);
    return NULL;
}

/* ---- start and stop ---- */

static void check_kind(const struct job_kind *k)
{
    assert(k->name && k->doc && k->settle);
    assert(k->max_attempts >= 1 && k->max_attempts <= 100);
    assert(k->every_ms == 0 || (k->every_ms >= SECOND_MS && k->every_ms <= QUEUE_KEEP_CRON_MS / 2));
    for (const char *p = k->name; *p; p++)       /* goes into a list (bind_text_list) */
        assert((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '_');
}

struct jobs *jobs_start(const struct job_options *o)
{
    assert(o->lanes && o->kinds);
    struct jobs *j = calloc(1, sizeof(*j));
    if (!j) abort();
    j->options = *o;
    j->workers = o->workers ? o->workers : JOB_WORKERS;
    assert(j->workers <= WORKERS_MAX);
    for (size_t i = 0; o->kinds[i]; i++) {
        assert(i < KINDS_MAX);
        check_kind(o->kinds[i]);
        assert(find_kind(j, o->kinds[i]->name) == o->kinds[i]);      /* names are unique */
        j->cron_period[i] = -1;
        j->names[j->names_n++] = o->kinds[i]->name;
        if (kind_is_direct(o->kinds[i])) j->direct_names[j->direct_names_n++] = o->kinds[i]->name;
    }
    pthread_condattr_t attr;
    if (pthread_mutex_init(&j->lock, NULL) || pthread_condattr_init(&attr) ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) || pthread_cond_init(&j->wake_claimer, &attr) ||
        pthread_cond_init(&j->wake_workers, &attr) || pthread_cond_init(&j->wake_stop, &attr))
        abort();
    pthread_condattr_destroy(&attr);
    j->rung = true;
    lanes_listen(o->lanes, "jobs", heard, j);
    for (unsigned i = 0; i < j->workers; i++) {
        j->worker[i].jobs = j;
        if (pthread_create(&j->worker[i].thread, NULL, worker_thread, &j->worker[i]) != 0) abort();
    }
    if (pthread_create(&j->claimer, NULL, claimer_thread, j) != 0) abort();
    return j;
}

struct return_op { struct op op; size_t n; struct { int64_t id, attempt; bool spare; } lease[]; };

static enum op_wish return_run(struct op *op, struct tx *tx)
{
    struct return_op *r = OWNER_OF(op, struct return_op, op);
    for (size_t i = 0; i < r->n; i++)
        if (queue_hand_back(tx, r->lease[i].id, r->lease[i].attempt, r->lease[i].spare, now_ms()) == ROW_FAULT)
            return OP_REFUSE;
    tx_notify(tx, "jobs");                       /* another process takes them at once */
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
static void return_queue(struct jobs *j)
{
    struct arena *a = arena_new(CLAIM_ARENA_BYTES);
    pthread_mutex_lock(&j->lock);
    struct group *first = j->queue_first;
    struct return_op *r = arena_alloc(a, sizeof(*r) + (j->queue_n + 1) * sizeof(r->lease[0]));
    j->queue_first = j->queue_last = NULL;
    j->queue_n = 0;
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
    struct timespec until = after_ms(grace_ms);
    bool late = grace_ms <= 0;
    pthread_mutex_lock(&j->lock);
    while (j->flights && !(late && only_calls_left(j))) {
        if (late) pthread_cond_wait(&j->wake_stop, &j->lock);
        else late = pthread_cond_timedwait(&j->wake_stop, &j->lock, &until) == ETIMEDOUT;
    }
    pthread_mutex_unlock(&j->lock);
}

/* Calls that outlast the grace: their leases go back, their threads are left to end by themselves. */
static void abandon_calls(struct jobs *j)
{
    struct arena *a = arena_new(CLAIM_ARENA_BYTES);
    pthread_mutex_lock(&j->lock);
    struct return_op *r = arena_alloc(a, sizeof(*r) + (j->flights_n + 1) * sizeof(r->lease[0]));
    for (struct group *g = j->flights; g; g = g->next) {
        if (g->stage != STAGE_CALL) continue;    /* it came back just now */
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
    for (unsigned i = 0; i < j->workers; i++)
        if ((left[i] ? pthread_detach(j->worker[i].thread) : pthread_join(j->worker[i].thread, NULL)) != 0) abort();
}

void jobs_stop(struct jobs *j, int64_t grace_ms)
{
    /* The struct itself stays: the lanes may ring it until they stop, and a thread that was left behind comes back to
     * it. A process stops its jobs once. The list keeps it reachable, for leak checkers. */
    static pthread_mutex_t retired_lock = PTHREAD_MUTEX_INITIALIZER;
    static struct jobs *retired;
    pthread_mutex_lock(&j->lock);
    assert(!j->stopping);
    j->stopping = true;
    pthread_cond_broadcast(&j->wake_claimer);
    pthread_cond_broadcast(&j->wake_workers);
    pthread_mutex_unlock(&j->lock);
    if (pthread_join(j->claimer, NULL) != 0) abort();
    return_queue(j);
    wait_in_flight(j, grace_ms);
    abandon_calls(j);
    while (j->spare_arenas_n > 0) arena_free(j->spare_arenas[--j->spare_arenas_n]);
    pthread_mutex_lock(&retired_lock);
    j->retired_next = retired;
    retired = j;
    pthread_mutex_unlock(&retired_lock);
}
