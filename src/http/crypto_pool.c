/* crypto_pool.c: a short list under one lock, looked through whole each time. Work takes milliseconds, so neither the
 * lock nor the look is ever what is waited for. */
#include "http/crypto_pool.h"
#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SERVED_SLOTS = 4096, TALLY_SLOTS = 1024 };
static_assert(TALLY_SLOTS >= 2 * CRYPTO_QUEUE_MAX, "open addressing wants room");

struct waiting {
    struct exchange *x;
    uint64_t network[CRYPTO_LEVELS], number;
    int64_t at_ms;
};
struct crypto_pool {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct waiting waiting[CRYPTO_QUEUE_MAX]; /* in no order; `number` tells who came first */
    size_t count;
    uint64_t number;
    uint64_t served[CRYPTO_LEVELS][SERVED_SLOTS]; /* when a network was served last, by its hash */
    uint64_t turn;
    bool stopping;
    void (*work)(struct exchange *x);
    void (*late)(struct exchange *x);
    unsigned threads;
    pthread_t thread[CRYPTO_THREADS_MAX];
};

static uint64_t *served_of(struct crypto_pool *p, const struct waiting *w, int level)
{
    return &p->served[level][w->network[level] % SERVED_SLOTS];
}

static bool before(struct crypto_pool *p, const struct waiting *a, const struct waiting *b)
{
    for (int level = CRYPTO_LEVELS - 1; level >= 0; level--) {
        uint64_t at_a = *served_of(p, a, level), at_b = *served_of(p, b, level);
        if (at_a != at_b) return at_a < at_b;
    }
    return a->number < b->number;
}

static struct exchange *take_out(struct crypto_pool *p, size_t i)
{
    struct exchange *x = p->waiting[i].x;
    p->waiting[i] = p->waiting[--p->count];
    return x;
}

/* One that waited too long, or the one whose turn it is. */
static struct exchange *next(struct crypto_pool *p, bool *too_late)
{
    int64_t at_ms = monotonic_ms();
    size_t best = 0;
    *too_late = true;
    for (size_t i = 0; i < p->count; i++) {
        if (at_ms - p->waiting[i].at_ms > CRYPTO_WAIT_MAX_MS) return take_out(p, i);
        if (before(p, &p->waiting[i], &p->waiting[best])) best = i;
    }
    *too_late = false;
    p->turn++;
    for (int level = 0; level < CRYPTO_LEVELS; level++) *served_of(p, &p->waiting[best], level) = p->turn;
    return take_out(p, best);
}

static void *serve(void *arg)
{
    struct crypto_pool *p = arg;
    for (;;) {
        (void)pthread_mutex_lock(&p->lock);
        while (p->count == 0 && !p->stopping) (void)pthread_cond_wait(&p->filled, &p->lock);
        if (p->count == 0) {
            (void)pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        bool too_late;
        struct exchange *x = next(p, &too_late);
        (void)pthread_mutex_unlock(&p->lock);
        if (too_late) p->late(x);
        else p->work(x);
    }
}

struct crypto_pool *crypto_pool_start(unsigned cores, void (*work)(struct exchange *x),
                                      void (*late)(struct exchange *x))
{
    struct crypto_pool *p = calloc(1, sizeof *p);
    if (p == NULL) abort();
    p->work = work;
    p->late = late;
    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->filled, NULL) != 0) abort();
    unsigned threads = cores > 2 ? cores - 1 : cores; /* with many cores one is left to the loops */
    if (threads < 1) threads = 1;
    if (threads > CRYPTO_THREADS_MAX) threads = CRYPTO_THREADS_MAX;
    while (p->threads < threads && pthread_create(&p->thread[p->threads], NULL, serve, p) == 0) p->threads++;
    if (p->threads > 0) return p;
    crypto_pool_stop(p);
    return NULL;
}

/* The widest network with most in the queue, and how much that is. */
static uint64_t greediest(const struct crypto_pool *p, size_t *most)
{
    struct {
        uint64_t network;
        size_t count;
    } tally[TALLY_SLOTS];
    memset(tally, 0, sizeof tally);
    uint64_t found = 0;
    *most = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint64_t network = p->waiting[i].network[CRYPTO_LEVELS - 1];
        size_t at = network % TALLY_SLOTS;
        while (tally[at].count > 0 && tally[at].network != network) at = (at + 1) % TALLY_SLOTS;
        tally[at].network = network;
        if (++tally[at].count > *most) *most = tally[at].count, found = network;
    }
    return found;
}

/* Makes a place in a full queue. NULL: the newcomer's network has as much as anybody. */
static struct exchange *push_out(struct crypto_pool *p, uint64_t newcomer)
{
    size_t most, own = 0, newest = CRYPTO_QUEUE_MAX;
    uint64_t network = greediest(p, &most);
    for (size_t i = 0; i < p->count; i++) {
        const struct waiting *w = &p->waiting[i];
        own += w->network[CRYPTO_LEVELS - 1] == newcomer;
        if (w->network[CRYPTO_LEVELS - 1] != network) continue;
        if (newest == CRYPTO_QUEUE_MAX || w->number > p->waiting[newest].number) newest = i;
    }
    return newest == CRYPTO_QUEUE_MAX || own + 1 >= most ? NULL : take_out(p, newest);
}

bool crypto_pool_submit(struct crypto_pool *p, struct exchange *x, const uint64_t network[CRYPTO_LEVELS])
{
    struct exchange *pushed_out = NULL;
    (void)pthread_mutex_lock(&p->lock);
    if (p->count == CRYPTO_QUEUE_MAX && !p->stopping) pushed_out = push_out(p, network[CRYPTO_LEVELS - 1]);
    bool room = p->count < CRYPTO_QUEUE_MAX && !p->stopping;
    if (room) {
        struct waiting *w = &p->waiting[p->count++];
        *w = (struct waiting){ .x = x, .number = ++p->number, .at_ms = monotonic_ms() };
        memcpy(w->network, network, sizeof w->network);
    }
    (void)pthread_mutex_unlock(&p->lock);
    if (room) (void)pthread_cond_signal(&p->filled);
    if (pushed_out != NULL) p->late(pushed_out);
    return room;
}

void crypto_pool_stop(struct crypto_pool *p)
{
    if (p == NULL) return;
    (void)pthread_mutex_lock(&p->lock);
    p->stopping = true;
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_cond_broadcast(&p->filled);
    for (unsigned i = 0; i < p->threads; i++) (void)pthread_join(p->thread[i], NULL);
    (void)pthread_cond_destroy(&p->filled);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}
