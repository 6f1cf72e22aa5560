/* flights.c: hands out what was claimed, to the lanes or to the queue of a pool's threads, and knows how much may still
 * be claimed. */
#include "jobs/private.h"

#include <stdlib.h>

/* A job and how many of its account stand before it in what was claimed. */
struct ranked {
    struct claimed c;
    size_t rank;
};

static int by_account(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    if (x->c.account != y->c.account) return x->c.account < y->c.account ? -1 : 1;
    return x->c.id < y->c.id ? -1 : x->c.id > y->c.id;
}

static void queue_add(struct jobs *j, struct group *g)
{
    struct flights *f = &j->pool[g->pool];
    pthread_mutex_lock(&j->lock);
    g->stage = STAGE_QUEUED;
    if (f->queue_last) f->queue_last->queued = g;
    else f->queue_first = g;
    f->queue_last = g;
    f->queue_n++;
    pthread_cond_signal(&f->wake_workers);
    pthread_mutex_unlock(&j->lock);
}

/* How many of these settle together: each of another account, in the order of accounts. So a group that waits for a row
 * of one account holds rows of lesser ones alone, and whoever has that row waits for none of those: not another group,
 * nor a request, which is of one account. Two jobs of one account would hold the counters that the first has taken
 * while they wait for a row of the second. What has no account is the house's own and stands apart from those that
 * have one. Cron kinds go through rows of many accounts: each of them is alone. */
static size_t group_size(const struct jobs *j, const struct ranked *r, size_t n)
{
    size_t size = 0;
    while (size < n && size < GROUP_MAX && r[size].rank == r[0].rank &&
           (r[size].c.account == 0) == (r[0].c.account == 0) &&
           kind_named(j->options.kinds, r[size].c.kind)->every_ms == 0)
        size++;
    return size > 0 ? size : 1;
}

/* By rank, then by account. */
static void rank(struct ranked *r, size_t n)
{
    qsort(r, n, sizeof(r[0]), by_account);
    for (size_t i = 1; i < n; i++)
        r[i].rank = r[i].c.account != 0 && r[i].c.account == r[i - 1].c.account ? r[i - 1].rank + 1 : 0;
    qsort(r, n, sizeof(r[0]), by_account);
}

void flights_hand_out(struct jobs *j, const struct claimed *claimed, size_t n)
{
    struct ranked direct[JOB_CLAIM_BATCH];
    size_t direct_n = 0;
    assert(n <= JOB_CLAIM_BATCH);
    for (size_t i = 0; i < n; i++) {
        const struct job_kind *k = kind_named(j->options.kinds, claimed[i].kind);
        assert(k); /* the claim gives others back */
        if (kind_is_direct(k)) {
            direct[direct_n++] = (struct ranked){ .c = claimed[i] };
            continue;
        }
        struct group *g = group_new(j, 1, k);
        group_set(g, 0, k, &claimed[i]);
        queue_add(j, g);
    }
    rank(direct, direct_n);
    for (size_t at = 0, size; at < direct_n; at += size) {
        size = group_size(j, direct + at, direct_n - at);
        struct group *g = group_new(j, size, kind_named(j->options.kinds, direct[at].c.kind));
        for (size_t i = 0; i < size; i++)
            group_set(g, i, kind_named(j->options.kinds, direct[at + i].c.kind), &direct[at + i].c);
        group_submit(g, true);
    }
}

int flights_room(struct jobs *j, enum job_pool p)
{
    const struct flights *f = &j->pool[p];
    pthread_mutex_lock(&j->lock);
    /* One that waits for each thread, and no more: another process may have threads that are free. */
    size_t calls = f->queue_n < f->threads ? f->threads - f->queue_n : 0;
    size_t most = pool_facts(p)->direct, direct = f->direct_n < most ? most - f->direct_n : 0;
    pthread_mutex_unlock(&j->lock);
    size_t room = !f->calls ? direct : !f->directs ? calls : calls < direct ? calls : direct;
    return (int)(room < JOB_CLAIM_BATCH ? room : JOB_CLAIM_BATCH);
}

static void use_one(struct pool_use *use, int64_t account)
{
    size_t i = 0;
    while (i < use->count && use->of[i].account != account) i++;
    if (i == ARRAY_LEN(use->of)) return; /* more accounts than there are places: each of them has little */
    if (i == use->count) use->of[use->count++].account = account;
    use->of[i].jobs++;
}

void flights_use(struct jobs *j, enum job_pool p, struct pool_use *out)
{
    *out = (struct pool_use){ .share = pool_facts(p)->share };
    if (out->share == 0) return;
    pthread_mutex_lock(&j->lock);
    for (const struct group *g = j->flights; g; g = g->next)
        if (g->pool == p)
            for (size_t i = 0; i < g->count; i++) use_one(out, g->run[i].job.account);
    pthread_mutex_unlock(&j->lock);
}

struct group *flights_take(struct jobs *j, enum job_pool p)
{
    struct flights *f = &j->pool[p];
    pthread_mutex_lock(&j->lock);
    while (!j->stopping && !f->queue_first) pthread_cond_wait(&f->wake_workers, &j->lock);
    struct group *g = j->stopping ? NULL : f->queue_first;
    if (g) {
        f->queue_first = g->queued;
        if (!f->queue_first) f->queue_last = NULL;
        g->queued = NULL;
        if (f->queue_n-- == f->threads) { /* there is room again */
            j->rung = true;
            pthread_cond_signal(&j->wake_claimer);
        }
    }
    pthread_mutex_unlock(&j->lock);
    return g;
}
