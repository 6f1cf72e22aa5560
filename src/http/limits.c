/* limits.c: a set-associative table of buckets, in shards with a lock each, and a table of counters of connections.
 * Places are found by a 64-bit keyed hash, of limit and network or of the network alone; the key is random, so nobody
 * can choose networks that collide with another's. */
#include "http/limits.h"
#include "base/random.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { SHARDS = 64, SETS = 64, WAYS = 8, OPEN_COUNTERS = 65536 };        /* 32768 buckets of 24 bytes */

const struct limit limit_general = { .name = "general", .burst = 2000, .per_ms = 10 * 1000 };

struct bucket {
    uint64_t hash;                                           /* 0: free */
    int64_t at_ms;                                           /* when `left` was true */
    int64_t left;                                            /* a token is per_ms of these: see `filled` */
};
struct shard { pthread_mutex_t lock; struct bucket bucket[SETS][WAYS]; };
struct limits {
    uint64_t seed;
    struct shard shard[SHARDS];
    atomic_uint open[OPEN_COUNTERS];                         /* connections, by the hash of their network */
};

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

/* `limit` NULL: of the network alone. */
static uint64_t hash_of(const struct limits *l, const struct limit *limit, const char *network)
{
    uint64_t h = mix(l->seed, (uint64_t)(uintptr_t)limit);
    for (const char *p = network; *p != '\0'; p++) h = mix(h, (unsigned char)*p);
    h = mix(h, l->seed);
    return h == 0 ? 1 : h;
}

static int64_t full(const struct limit *limit) { return limit->burst * limit->per_ms; }

/* Each ms brings `burst`, and a token costs per_ms of that: whole numbers, so nothing is lost by asking often. */
static int64_t filled(const struct bucket *b, const struct limit *limit, int64_t now_ms)
{
    int64_t passed_ms = now_ms > b->at_ms ? now_ms - b->at_ms : 0;
    if (passed_ms >= limit->per_ms) return full(limit);
    int64_t left = b->left + passed_ms * limit->burst;
    return left < full(limit) ? left : full(limit);
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
    int64_t left = b->hash == 0 ? full(limit) : filled(b, limit, now_ms);
    bool taken = left >= limit->per_ms;
    int64_t at_ms = now_ms > b->at_ms ? now_ms : b->at_ms;   /* never back: the same time would be paid for twice */
    *b = (struct bucket){ .hash = hash, .at_ms = at_ms, .left = taken ? left - limit->per_ms : left };
    (void)pthread_mutex_unlock(&shard->lock);
    int64_t missing_ms = (limit->per_ms - left) / limit->burst;
    *retry_after_s = taken ? 0 : missing_ms / 1000 + 1;
    return taken;
}

static atomic_uint *open_of(struct limits *l, const char *network)
{
    return &l->open[hash_of(l, NULL, network) % OPEN_COUNTERS];
}

bool limits_enter(struct limits *l, const char *network, unsigned most)
{
    atomic_uint *open = open_of(l, network);
    if (atomic_fetch_add_explicit(open, 1, memory_order_relaxed) < most) return true;
    (void)atomic_fetch_sub_explicit(open, 1, memory_order_relaxed);
    return false;
}

void limits_leave(struct limits *l, const char *network)
{
    unsigned before = atomic_fetch_sub_explicit(open_of(l, network), 1, memory_order_relaxed);
    assert(before > 0);
    (void)before;
}
