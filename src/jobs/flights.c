/* flights.c: hands out what was claimed, to the lanes or to the queue of a pool's threads, and knows how much may still
 * be claimed. */
#include "jobs/private.h"

#include <stdlib.h>

static int by_account(const void *a, const void *b)
{
    const struct claimed *x = a, *y = b;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
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

/* How many of these settle together. Cron kinds go through rows of many shops and accounts; each locks its own in
 * order, but two in one transaction would take the second's shops after the first's accounts. So each is alone. */
static size_t group_size(const struct jobs *j, const struct claimed *c, size_t n)
{
    size_t size = 0;
    while (size < n && size < GROUP_MAX && kind_named(j->options.kinds, c[size].kind)->every_ms == 0) size++;
    return size > 0 ? size : 1;
}

void flights_hand_out(struct jobs *j, const struct claimed *claimed, size_t n)
{
    struct claimed direct[JOB_CLAIM_BATCH];
    size_t direct_n = 0;
    assert(n <= JOB_CLAIM_BATCH);
    for (size_t i = 0; i < n; i++) {
        const struct job_kind *k = kind_named(j->options.kinds, claimed[i].kind);
        assert(k); /* only known kinds come into a line that is claimed */
        if (kind_is_direct(k)) {
            direct[direct_n++] = claimed[i];
            continue;
        }
        struct group *g = group_new(j, 1, k);
        group_set(g, 0, k, &claimed[i]);
        queue_add(j, g);
    }
    /* Accounts in one order: groups that touch the same ones wait for each other's locks instead of deadlocking. */
    qsort(direct, direct_n, sizeof(direct[0]), by_account);
    for (size_t at = 0, size; at < direct_n; at += size) {
        size = group_size(j, direct + at, direct_n - at);
        struct group *g = group_new(j, size, kind_named(j->options.kinds, direct[at].kind));
        for (size_t i = 0; i < size; i++)
            group_set(g, i, kind_named(j->options.kinds, direct[at + i].kind), &direct[at + i]);
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
