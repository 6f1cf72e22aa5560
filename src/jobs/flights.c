/* flights.c: what this process has claimed: the list of all groups in flight, the queues of the pools' threads, and how
 * much may still be claimed. */
#include "jobs/private.h"

#include "base/clock.h"

#include <stdlib.h>

/* ---- arenas ---- */

static struct arena *arena_take(struct jobs *j)
{
    pthread_mutex_lock(&j->lock);
    struct arena *a = j->spare_arenas_n > 0 ? j->spare_arenas[--j->spare_arenas_n] : NULL;
    pthread_mutex_unlock(&j->lock);
    return a ? a : arena_new(JOB_ARENA_BYTES);
}

static void arena_give(struct jobs *j, struct arena *a)
{
    arena_reset(a);
    pthread_mutex_lock(&j->lock);
    bool kept = j->spare_arenas_n < ARRAY_LEN(j->spare_arenas) && !j->stopping;
    if (kept) j->spare_arenas[j->spare_arenas_n++] = a;
    pthread_mutex_unlock(&j->lock);
    if (!kept) arena_free(a);
}

/* ---- groups ---- */

struct group *group_new(struct jobs *j, size_t count, const struct job_kind *k)
{
    assert(count >= 1 && count <= GROUP_MAX);
    struct arena *a = arena_take(j);
    struct group *g = arena_alloc(a, sizeof(*g) + count * sizeof(struct run));
    g->jobs = j, g->arena = a, g->count = count, g->direct = kind_is_direct(k), g->pool = kind_pool(k);
    g->renew_at_ms = monotonic_ms() + JOB_LEASE_MS / 3;
    pthread_mutex_lock(&j->lock);
    g->next = j->flights;
    if (g->next) g->next->prev = g;
    j->flights = g;
    j->flights_n++;
    if (g->direct) j->pool[g->pool].direct_n += count;
    pthread_mutex_unlock(&j->lock);
    return g;
}

void group_leave(struct group *g)
{
    struct jobs *j = g->jobs;
    pthread_mutex_lock(&j->lock);
    if (g->prev) g->prev->next = g->next;
    else j->flights = g->next;
    if (g->next) g->next->prev = g->prev;
    assert(j->flights_n > 0);
    j->flights_n--;
    if (g->direct) {
        struct flights *f = &j->pool[g->pool];
        bool was_full = f->direct_n >= pool_facts(g->pool)->direct;
        assert(f->direct_n >= g->count);
        f->direct_n -= g->count;
        if (was_full) {
            j->rung = true;
            pthread_cond_signal(&j->wake_claimer);
        }
    }
    if (j->stopping) pthread_cond_signal(&j->wake_stop);
    pthread_mutex_unlock(&j->lock);
    arena_give(j, g->arena); /* the group itself lives in it */
}

/* ---- handing out ---- */

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
