/* claimer.c: the thread that claims. It looks (a read), claims (a write for each pool) and hands out, while what it
 * handed out before is still running. It wakes by tx_notify of jobs_put, at the time of the next job, and each
 * JOB_POLL_MS: notices may be lost, so nothing rests on them. It also sorts what became due into the lines, puts the
 * cron rows, renews leases of what is in flight and purges old rows.
 *
 * Each pool is claimed for by itself and no more than it has room for, so this process does not sit on calls which
 * another could make, and no pool waits for another.
 *
 * Time. A job is due by the wall clock, which may jump. Forward: leases look expired, so the claimer first renews its
 * own and only then takes expired ones; a cron kind gets one row for the period it finds, however many it missed. Back:
 * a lease that ends later than any can is taken as expired. Ready jobs from the time that is now to come, and the cron
 * periods that ran in it, are found at the start, when wall time falls behind monotonic time, and each minute for the
 * sake of other machines: the jobs wait from then on as long as they were to wait, and cron kinds run again in those
 * periods as they come. The period that the clock fell into, and any in the next 20 s, ran already and do not run
 * again: a kind stops for that long. Machines that share a database keep their clocks within a few seconds of each
 * other. */
#include "jobs/private.h"

#include "base/clock.h"
#include "base/log.h"

#include <time.h>

enum {
    CLAIM_ARENA_BYTES = 16 << 20,
    PURGE_EVERY_MS = 60000,
    PURGE_AGAIN_MS = 1000,
    CLOCK_EVERY_MS = 60000,
    WAIT_MIN_MS = 2,
    CLAIMS_A_LOOK = 8, /* while lines are long */
};

struct claimer {
    struct jobs *jobs;
    struct arena *arena;
    unsigned lines;           /* pools in whose line there may be something, by the last look and claims */
    int64_t round[JOB_POOLS]; /* the account that was served last */
    int64_t next_ms;          /* when the next job is due by the last look; 0: none */
    int64_t purge_at_ms, purge_cursor;
    int64_t clock_at_ms, wall_ahead_ms; /* when to look for rows of a clock that was set back; wall - monotonic */
};

static bool is_stopping(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    bool stopping = j->stopping;
    pthread_mutex_unlock(&j->lock);
    return stopping;
}

struct timespec jobs_after_ms(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t); /* the conditions' clock; tests do not move it */
    t.tv_sec += ms / 1000;
    t.tv_nsec += (ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
    return t;
}

/* ---- the claimer's transactions ---- */

struct claim_op {
    struct op op;
    struct claimer *claimer;
    /* claim */
    enum job_pool pool;
    int limit, taken;
    bool set_aside; /* some that stood in the line are of no kind that is known here */
    struct pool_use use;
    int64_t round;
    struct claimed claimed[JOB_CLAIM_BATCH];
    struct {
        int64_t id, attempt;
    } * mine; /* leases to renew */
    size_t mine_n;
    bool expire;
    struct queue_look look;
    int sorted;
    int64_t purged, purge_cursor;
    bool ahead, strange;
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
    return queue_look(tx, now_ms(), &OWNER_OF(op, struct claim_op, op)->look) ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish sort_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    c->sorted = queue_sort(tx, c->claimer->jobs->options.kinds, now_ms());
    return c->sorted >= 0 ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish claim_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    c->round = c->claimer->round[c->pool];
    int64_t at_ms = now_ms(), strange[JOB_CLAIM_BATCH];
    int taken = queue_claim(tx, c->pool, c->limit, &c->use, at_ms, &c->round, c->claimed), known = 0;
    size_t strangers = 0;
    for (int i = 0; i < taken; i++) {
        if (kind_named(c->claimer->jobs->options.kinds, c->claimed[i].kind)) c->claimed[known++] = c->claimed[i];
        else strange[strangers++] = c->claimed[i].id;
    }
    if (taken < 0 || (strangers > 0 && !queue_set_aside(tx, strange, strangers, at_ms))) return OP_REFUSE;
    c->taken = known, c->set_aside = strangers > 0;
    return OP_COMMIT;
}

/* Superseded ones are left: their attempt finds out when it settles. */
static enum op_wish renew_run(struct op *op, struct tx *tx)
{
    struct claim_op *c = OWNER_OF(op, struct claim_op, op);
    int64_t at_ms = now_ms(); /* one time for both: the clock may jump in between */
    for (size_t i = 0; i < c->mine_n; i++)
        if (queue_renew(tx, c->mine[i].id, c->mine[i].attempt, at_ms + JOB_LEASE_MS) == ROW_FAULT) return OP_REFUSE;
    return !c->expire || queue_expire(tx, at_ms) >= 0 ? OP_COMMIT : OP_REFUSE;
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
    const struct jobs *j = c->claimer->jobs;
    enum row row = queue_is_ahead(tx, j->options.kinds, now_ms());
    enum row strange = row == ROW_FAULT ? row : queue_is_strange(tx, j->names, j->names_n);
    c->ahead = row == ROW_FOUND, c->strange = strange == ROW_FOUND;
    return strange == ROW_FAULT ? OP_REFUSE : OP_COMMIT;
}

static enum op_wish strange_run(struct op *op, struct tx *tx)
{
    const struct jobs *j = OWNER_OF(op, struct claim_op, op)->claimer->jobs;
    return queue_take_strange(tx, j->names, j->names_n) ? OP_COMMIT : OP_REFUSE;
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

/* ---- the claimer's round ---- */

void jobs_wake(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    j->rung = true;
    pthread_cond_signal(&j->wake_claimer);
    pthread_mutex_unlock(&j->lock);
}

/* Claims once for each pool that has a line and room. True when more could be claimed at once. */
static bool claim(struct claimer *c)
{
    struct jobs *j = c->jobs;
    bool more = false;
    for (enum job_pool p = JOB_POOL_UNSET + 1; p < JOB_POOLS; p++) {
        int room = c->lines & (1U << p) ? flights_room(j, p) : 0;
        if (room == 0) continue;
        struct claim_op op = { .claimer = c, .pool = p, .limit = room };
        flights_use(j, p, &op.use);
        if (!claimer_run(&op, TX_WRITE, claim_run)) continue;
        c->round[p] = op.round;
        flights_hand_out(j, op.claimed, (size_t)op.taken);
        if (op.taken == 0 && !op.set_aside) c->lines &= ~(1U << p);
        else more |= flights_room(j, p) > 0;
    }
    return more;
}

/* Renews what is in flight (`all`: whatever its age) and, with it in one transaction, takes leases from the dead. */
static void renew(struct claimer *c, bool expire)
{
    struct jobs *j = c->jobs;
    struct claim_op op = { .claimer = c, .expire = expire };
    int64_t at_ms = monotonic_ms();
    pthread_mutex_lock(&j->lock);
    size_t runs = 0;
    for (const struct group *g = j->flights; g; g = g->next) runs += g->count;
    op.mine = arena_alloc(c->arena, (runs + 1) * sizeof(*op.mine));
    for (struct group *g = j->flights; g; g = g->next) {
        if (!expire && g->renew_at_ms > at_ms) continue;
        g->renew_at_ms = at_ms + JOB_LEASE_MS / 3;
        for (size_t i = 0; i < g->count; i++, op.mine_n++) {
            op.mine[op.mine_n].id = g->run[i].job.id;
            op.mine[op.mine_n].attempt = g->run[i].job.attempt;
        }
    }
    pthread_mutex_unlock(&j->lock);
    if (op.mine_n == 0 && !expire) return;
    /* What could not be renewed now is tried when its third is over again; leases last for three. */
    if (!claimer_run(&op, TX_WRITE, renew_run))
        LOG(LOG_WARN, "jobs.leases_not_renewed", LOG_NUMBER("count", op.mine_n));
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
    if (!claimer_run(&op, TX_WRITE, cron_run)) return; /* tried again in the next round */
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
    if (!claimer_run(&op, TX_READ, ahead_run)) return; /* tried again in the next round */
    if (op.ahead) {
        if (!claimer_run(&op, TX_WRITE, pull_run)) return;
        LOG(LOG_WARN, "jobs.clock_was_set_back", LOG_NUMBER("rows", op.pulled));
        if (op.pulled >= QUEUE_PULL_MAX) { /* there may be more */
            jobs_wake(c->jobs);
            return;
        }
    }
    if (op.strange && !claimer_run(&op, TX_WRITE, strange_run)) return;
    c->clock_at_ms = at_ms + (op.strange ? PURGE_AGAIN_MS : CLOCK_EVERY_MS);
}

static void purge(struct claimer *c)
{
    int64_t at_ms = monotonic_ms();
    if (at_ms < c->purge_at_ms || !clock_is_sound()) return;
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
    struct timespec until = jobs_after_ms(wait_ms);
    pthread_mutex_lock(&j->lock);
    if (!j->rung && !j->stopping) pthread_cond_timedwait(&j->wake_claimer, &j->lock, &until);
    pthread_mutex_unlock(&j->lock);
}

/* Looks, and sorts what became due into the lines. False: storage did not answer. */
static bool look(struct claimer *c)
{
    struct claim_op op = { .claimer = c };
    c->next_ms = 0;
    if (!claimer_run(&op, TX_READ, look_run)) return false;
    if (op.look.expired) {
        renew(c, true);
        op.look.due = true; /* what was taken from the dead is ready now */
    }
    if (op.look.due && (!claimer_run(&op, TX_WRITE, sort_run) || op.sorted == QUEUE_SORT_MAX)) jobs_wake(c->jobs);
    c->lines |= op.look.lines;
    if (op.sorted > 0) c->lines |= (1U << JOB_POOLS) - 1;
    c->next_ms = op.look.next_ms;
    return true;
}

void *claimer_thread(void *arg)
{
    struct jobs *j = arg;
    struct claimer c = { .jobs = j,
                         .arena = arena_new(CLAIM_ARENA_BYTES),
                         .purge_at_ms = monotonic_ms() + PURGE_EVERY_MS,
                         .clock_at_ms = monotonic_ms(),
                         .wall_ahead_ms = now_ms() - monotonic_ms() };
    bool more = false;
    while (!is_stopping(j)) {
        arena_reset(c.arena);
        keep_clock(&c);
        keep_cron(&c);
        renew(&c, false);
        purge(&c);
        pthread_mutex_lock(&j->lock);
        j->rung = false;
        pthread_mutex_unlock(&j->lock);
        more = look(&c);
        for (int i = 0; more && i < CLAIMS_A_LOOK; i++) more = claim(&c);
        if (!more) wait_for_work(&c);
    }
    arena_free(c.arena);
    return NULL;
}
