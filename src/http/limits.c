/* limits.c: a set-associative table of buckets, in shards with a lock each. A bucket is found by a 64-bit keyed hash of
 * its limit and network; the key is random, so nobody can choose networks that collide with another's. */
#include "http/limits.h"
#include "base/random.h"
#include <pthread.h>
#include <stdlib.h>

enum { SHARDS = 64, SETS = 64, WAYS = 8 };                   /* 32768 buckets of 24 bytes */
#define TOKEN INT64_C(1000)                                  /* fractions of a token are kept */

const struct limit limit_general = { .name = "general", .burst = 2000, .per_ms = 10 * 1000 };

struct bucket {
    uint64_t hash;                                           /* 0: free */
    int64_t at_ms;                                           /* when `left` was true */
    int64_t left;                                            /* in TOKEN */
};
struct shard { pthread_mutex_t lock; struct bucket bucket[SETS][WAYS]; };
struct limits { uint64_t seed; struct shard shard[SHARDS]; };

struct limits *limits_new(void)
{
    struct limits *l = calloc(1, sizeof *l);
    if (l == NULL) abort();
    random_bytes(&l->seed, sizeof l->seed);
    for (size_t i = 0; i < SHARDS; i++)
        if (pthread_mutex_init(&l->shard[i].lock, NULL) != 0) abort();
    return l;
}

void limits_free(struct limits *l)
{
    if (l == NULL) return;
    for (size_t i = 0; i < SHARDS; i++) (void)pthread_mutex_destroy(&l->shard[i].lock);
    free(l);
}

/* A seeded multiply-and-fold hash: what it guards is fairness, not secrecy. */
static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static uint64_t hash_of(const struct limits *l, const struct limit *limit, const char *network)
{
    uint64_t h = mix(l->seed, (uint64_t)(uintptr_t)limit);
    for (const char *p = network; *p != '\0'; p++) h = mix(h, (unsigned char)*p);
    h = mix(h, l->seed);
    return h == 0 ? 1 : h;
}

static int64_t filled(const struct bucket *b, const struct limit *limit, int64_t now_ms)
{
    int64_t passed_ms = now_ms > b->at_ms ? now_ms - b->at_ms : 0;
    if (passed_ms >= limit->per_ms) return limit->burst * TOKEN;
    int64_t left = b->left + passed_ms * limit->burst * TOKEN / limit->per_ms;
    return left < limit->burst * TOKEN ? left : limit->burst * TOKEN;
}

static struct bucket *find(struct bucket set[WAYS], uint64_t hash)
{
    struct bucket *victim = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].hash == hash) return &set[i];
        if (victim->hash == 0) continue;
        if (set[i].hash == 0 || set[i].at_ms < victim->at_ms) victim = &set[i];
    }
    /* The one that was asked longest ago has had the longest time to fill. */
    *victim = (struct bucket){ 0 };
    return victim;
}

bool limits_take(struct limits *l, const struct limit *limit, const char *network, int64_t now_ms,
                 int64_t *retry_after_s)
{
    assert(limit->burst > 0 && limit->per_ms > 0);
    uint64_t hash = hash_of(l, limit, network);
    struct shard *shard = &l->shard[hash % SHARDS];
    (void)pthread_mutex_lock(&shard->lock);
    struct bucket *b = find(shard->bucket[(hash / SHARDS) % SETS], hash);
    int64_t left = b->hash == 0 ? limit->burst * TOKEN : filled(b, limit, now_ms);
    bool taken = left >= TOKEN;
    *b = (struct bucket){ .hash = hash, .at_ms = now_ms, .left = taken ? left - TOKEN : left };
    (void)pthread_mutex_unlock(&shard->lock);
    int64_t missing_ms = (TOKEN - left) * limit->per_ms / (limit->burst * TOKEN);
    *retry_after_s = taken ? 0 : missing_ms / 1000 + 1;
    return taken;
}
