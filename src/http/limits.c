/* limits.c: a set-associative table of buckets, in shards with a lock each, and a table of counters of connections.
 * Places are found by a 64-bit keyed hash, of limit and network or of the network alone; the key is random, so nobody
 * can choose networks that collide with another's. */
#include "http/limits.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/proxy.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHARDS = 64, SETS = 128, WAYS = 8, OPEN_COUNTERS = 65536, WIDER_MAX = 100000 }; /* 65536 buckets of 24 bytes */

const struct limit limit_general = { .name = "general", .burst = 2000, .per_ms = 10 * SECOND_MS };
const struct limit limit_account_reads = { .name = "account_reads", .burst = 1500, .per_ms = 10 * SECOND_MS };
const struct limit limit_account_changes = { .name = "account_changes", .burst = 120, .per_ms = 10 * SECOND_MS };
const struct limit limit_account_hour = { .name = "account_changes_hour", .burst = 12000, .per_ms = HOUR_MS };
const struct limit limit_shop_key = { .name = "shop_key", .burst = 3000, .per_ms = 10 * SECOND_MS };

struct bucket {
    uint64_t hash; /* 0: free */
    int64_t at_ms; /* when `left` was true */
    int64_t left;  /* a token is per_ms of these: see `filled` */
};
struct shard {
    pthread_mutex_t lock;
    struct bucket bucket[SETS][WAYS];
};
struct limits {
    uint64_t seed;
    size_t set;
    struct {
        const struct limit *of;
        struct limit now;
    } other[LIMITS_SET_MAX]; /* numbers from the settings */
    struct shard shard[SHARDS];
    atomic_uint open[OPEN_COUNTERS]; /* connections, by the hash of their network */
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

/* ---- networks ---- */

/* The prefix at each level, narrowest first, of an address in 16 bytes: /32, /24, /16 of IPv4; /64, /56, /48 of IPv6.
 */
static unsigned network_bits(const uint8_t address[16], unsigned level)
{
    static const unsigned v4[NETWORK_LEVELS] = { 128, 120, 112 }, v6[NETWORK_LEVELS] = { 64, 56, 48 };
    assert(level < NETWORK_LEVELS);
    return address_is_v4(address) ? v4[level] : v6[level];
}

/* A seeded multiply-and-fold hash: what it guards is fairness, not secrecy. */
static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

/* `limit` NULL: of who it is alone. */
static uint64_t hash_of(const struct limits *l, const struct limit *limit, uint64_t kind, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t h = mix(mix(l->seed, (uint64_t)(uintptr_t)limit), kind);
    for (size_t i = 0; i < n; i++) h = mix(h, p[i]);
    h = mix(h, l->seed);
    return h == 0 ? 1 : h;
}

static uint64_t hash_of_network(const struct limits *l, const struct limit *limit, const uint8_t address[16],
                                unsigned level)
{
    unsigned bits = network_bits(address, level);
    return hash_of(l, limit, bits, address, bits / 8);
}

uint64_t limits_hash(const struct limits *l, const uint8_t address[16], unsigned level)
{
    return hash_of_network(l, NULL, address, level);
}

/* ---- buckets ---- */

static int64_t full(const struct limit *limit) { return limit->burst * limit->per_ms; }

/* Each ms brings `burst`, and a token costs per_ms of that: whole numbers, so nothing is lost by asking often. */
static int64_t filled(const struct bucket *b, const struct limit *limit, int64_t now_ms)
{
    if (b->hash == 0) return full(limit);
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

/* `tokens` 1 takes one, -1 gives one back. */
static bool change(struct limits *l, const struct limit *limit, uint64_t hash, int tokens, int64_t now_ms,
                   int64_t *retry_after_s)
{
    struct shard *shard = &l->shard[hash % SHARDS];
    (void)pthread_mutex_lock(&shard->lock);
    struct bucket *b = find(shard->bucket[(hash / SHARDS) % SETS], hash);
    int64_t left = filled(b, limit, now_ms), cost = tokens * limit->per_ms;
    bool taken = left >= cost;
    int64_t at_ms = now_ms > b->at_ms ? now_ms : b->at_ms; /* never back: the same time would be paid for twice */
    int64_t now_left = taken ? left - cost : left;
    *b = (struct bucket){ .hash = hash, .at_ms = at_ms, .left = now_left < full(limit) ? now_left : full(limit) };
    (void)pthread_mutex_unlock(&shard->lock);
    int64_t missing_ms = (limit->per_ms - left) / limit->burst;
    if (retry_after_s != NULL) *retry_after_s = taken ? 0 : missing_ms / 1000 + 1;
    return taken;
}

static struct limit numbers_of(const struct limits *l, const struct limit *limit)
{
    for (size_t i = 0; i < l->set; i++)
        if (l->other[i].of == limit) return l->other[i].now;
    return *limit;
}

/* The room of a level: a wider network has more. */
static struct limit at_level(const struct limit *numbers, const uint8_t address[16], unsigned level)
{
    static const int v4[NETWORK_LEVELS] = { 1, 8, 64 }, v6[NETWORK_LEVELS] = { 1, 4, 16 };
    struct limit now = *numbers;
    int usual = address_is_v4(address) ? v4[level] : v6[level];
    now.burst *= level > 0 && numbers->wider[level - 1] > 0 ? numbers->wider[level - 1] : usual;
    return now;
}

static void give_back_from(struct limits *l, const struct limit *limit, const struct limit *numbers,
                           const uint8_t address[16], unsigned level, int64_t now_ms)
{
    for (; level < NETWORK_LEVELS; level++) {
        struct limit now = at_level(numbers, address, level);
        (void)change(l, &now, hash_of_network(l, limit, address, level), -1, now_ms, NULL);
    }
}

/* From the widest: once that is empty, ever new addresses inside it cost no place in the table. */
bool limits_take(struct limits *l, const struct limit *limit, const uint8_t address[16], int64_t now_ms,
                 int64_t *retry_after_s)
{
    struct limit numbers = numbers_of(l, limit);
    assert(numbers.burst > 0 && numbers.per_ms > 0);
    for (unsigned level = NETWORK_LEVELS; level-- > 0;) {
        struct limit now = at_level(&numbers, address, level);
        if (change(l, &now, hash_of_network(l, limit, address, level), 1, now_ms, retry_after_s)) continue;
        give_back_from(l, limit, &numbers, address, level + 1, now_ms);
        return false;
    }
    return true;
}

void limits_give_back(struct limits *l, const struct limit *limit, const uint8_t address[16], int64_t now_ms)
{
    struct limit numbers = numbers_of(l, limit);
    give_back_from(l, limit, &numbers, address, 0, now_ms);
}

bool limits_take_of(struct limits *l, const struct limit *limit, struct str who, int64_t now_ms, int64_t *retry_after_s)
{
    struct limit numbers = numbers_of(l, limit);
    return change(l, &numbers, hash_of(l, limit, 1, who.p, who.n), 1, now_ms, retry_after_s);
}

void limits_give_back_of(struct limits *l, const struct limit *limit, struct str who, int64_t now_ms)
{
    struct limit numbers = numbers_of(l, limit);
    (void)change(l, &numbers, hash_of(l, limit, 1, who.p, who.n), -1, now_ms, NULL);
}

/* ---- numbers from the settings ---- */

static bool read_number(struct str *s, int64_t most, int64_t *out)
{
    size_t n = 0;
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') n++;
    if (!str_to_i64((struct str){ s->p, n }, out) || *out < 1 || *out > most) return false;
    s->p += n, s->n -= n;
    return true;
}

/* "30/5m*8*64" */
static bool read_numbers(struct str s, struct limit *out)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = { { 's', SECOND_MS }, { 'm', MINUTE_MS }, { 'h', HOUR_MS } };
    int64_t burst, count, ms = 0;
    if (!read_number(&s, WIDER_MAX, &burst) || s.n == 0 || s.p[0] != '/') return false;
    s.p++, s.n--;
    if (!read_number(&s, DAY_MS / SECOND_MS, &count) || s.n == 0) return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (units[i].unit == s.p[0]) ms = count * units[i].ms;
    s.p++, s.n--;
    if (ms == 0 || ms > DAY_MS) return false;
    out->burst = (int)burst;
    out->per_ms = ms;
    for (size_t i = 0; i < ARRAY_LEN(out->wider) && s.n > 0; i++) {
        int64_t times;
        if (s.p[0] != '*') return false;
        s.p++, s.n--;
        if (!read_number(&s, 1000, &times)) return false;
        out->wider[i] = (int)times;
    }
    return s.n == 0;
}

/* One name may stand for the limit of several rows, and for several limits. */
static bool set_named(struct limits *l, struct str name, struct str numbers, const struct limit *limit)
{
    if (limit == NULL || !str_eq(str_of(limit->name), name)) return false;
    size_t i = 0;
    while (i < l->set && l->other[i].of != limit) i++;
    if (i == LIMITS_SET_MAX) return false;
    l->other[i].of = limit;
    l->other[i].now = *limit;
    if (!read_numbers(numbers, &l->other[i].now)) return false;
    if (i == l->set) l->set++;
    return true;
}

static bool set_one(struct limits *l, struct str name, struct str numbers, const struct route *const *tables)
{
    static const struct limit *const general[] = { &limit_general, &limit_account_reads, &limit_account_changes,
                                                   &limit_account_hour, &limit_shop_key };
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(general); i++) found |= set_named(l, name, numbers, general[i]);
    for (size_t t = 0; tables[t] != NULL; t++)
        for (const struct route *r = tables[t]; r->verb != VERB_UNSET; r++) {
            found |= set_named(l, name, numbers, r->limit);
            found |= set_named(l, name, numbers, r->account_limit);
            for (size_t k = 0; k < ARRAY_LEN(r->key_limit); k++) found |= set_named(l, name, numbers, r->key_limit[k]);
        }
    return found;
}

bool limits_set(struct limits *l, const char *list, const struct route *const *tables, char *error, size_t error_size)
{
    for (const char *p = list != NULL ? list : ""; *p != '\0';) {
        size_t n = strcspn(p, ",");
        struct str one = str_trim((struct str){ p, n });
        p += p[n] == ',' ? n + 1 : n;
        if (one.n == 0) continue;
        const char *equals = memchr(one.p, '=', one.n);
        struct str name = { one.p, equals != NULL ? (size_t)(equals - one.p) : one.n };
        struct str numbers = { equals != NULL ? equals + 1 : one.p + one.n, 0 };
        numbers.n = (size_t)(one.p + one.n - numbers.p);
        if (set_one(l, str_trim(name), str_trim(numbers), tables)) continue;
        (void)snprintf(error, error_size, "limit %.*s: no such name, or not of the form NAME=30/5m*8*64", (int)one.n,
                       one.p);
        return false;
    }
    return true;
}

/* ---- connections ---- */

static atomic_uint *open_of(struct limits *l, const uint8_t address[16], unsigned level)
{
    return &l->open[hash_of_network(l, NULL, address, level) % OPEN_COUNTERS];
}

static void leave_level(struct limits *l, const uint8_t address[16], unsigned level)
{
    unsigned before = atomic_fetch_sub_explicit(open_of(l, address, level), 1, memory_order_relaxed);
    assert(before > 0);
    (void)before;
}

bool limits_enter(struct limits *l, const uint8_t address[16], unsigned most)
{
    for (unsigned level = 0; level < NETWORK_LEVELS; level++) {
        if (atomic_fetch_add_explicit(open_of(l, address, level), 1, memory_order_relaxed) < most << level) continue;
        for (unsigned i = 0; i <= level; i++) leave_level(l, address, i);
        return false;
    }
    return true;
}

void limits_leave(struct limits *l, const uint8_t address[16])
{
    for (unsigned level = 0; level < NETWORK_LEVELS; level++) leave_level(l, address, level);
}
