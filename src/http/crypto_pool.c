/* crypto_pool.c: a ring under one lock. Work takes milliseconds, so the lock is never what is waited for. */
#include "http/crypto_pool.h"
#include <pthread.h>
#include <stdlib.h>

struct crypto_pool {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct exchange *ring[CRYPTO_QUEUE_MAX];
    size_t first, count;
    bool stopping;
    void (*work)(struct exchange *x);
    unsigned threads;
    pthread_t thread[CRYPTO_THREADS_MAX];
};

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
        struct exchange *x = p->ring[p->first];
        p->first = (p->first + 1) % CRYPTO_QUEUE_MAX;
        p->count--;
        (void)pthread_mutex_unlock(&p->lock);
        p->work(x);
    }
}

struct crypto_pool *crypto_pool_start(unsigned threads, void (*work)(struct exchange *x))
{
    struct crypto_pool *p = calloc(1, sizeof *p);
    if (p == NULL) abort();
    p->work = work;
    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->filled, NULL) != 0) abort();
    if (threads < 1) threads = 1;
    if (threads > CRYPTO_THREADS_MAX) threads = CRYPTO_THREADS_MAX;
    while (p->threads < threads && pthread_create(&p->thread[p->threads], NULL, serve, p) == 0) p->threads++;
    if (p->threads > 0) return p;
    crypto_pool_stop(p);
    return NULL;
}

bool crypto_pool_submit(struct crypto_pool *p, struct exchange *x)
{
    (void)pthread_mutex_lock(&p->lock);
    bool room = p->count < CRYPTO_QUEUE_MAX && !p->stopping;
    if (room) p->ring[(p->first + p->count++) % CRYPTO_QUEUE_MAX] = x;
    (void)pthread_mutex_unlock(&p->lock);
    if (room) (void)pthread_cond_signal(&p->filled);
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
