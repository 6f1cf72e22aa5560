/* shares.c: what the process has once for all clients: memory for bodies, files under way. One address may hold a
 * quarter of it, the networks around it a half each, so that whoever wants everything leaves something to the others.
 * Counted exactly, in counters that are found by the keyed hash of a network: two that share one (one in PLACES, and
 * nobody can choose it) hold its part together. Loopback has no part of its own, as accept.c says of connections.
 *
 * Rejected: to reserve what a head announces (who announces much and sends nothing would keep all others out). */
#include "http/private.h"
#include <stdlib.h>

enum { PLACES = 4096, PARTS_OF_AN_ADDRESS = 4, PARTS_AROUND_IT = 2 };

struct share {
    size_t most;
    atomic_size_t all, of[NETWORK_LEVELS][PLACES];
};

struct share *share_new(size_t most)
{
    struct share *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    s->most = most;
    return s;
}

void share_free(struct share *s) { free(s); }

size_t share_taken(const struct share *s) { return atomic_load_explicit(&s->all, memory_order_relaxed); }

static atomic_size_t *place_of(struct share *s, const struct limits *l, const uint8_t address[16], unsigned level)
{
    return &s->of[level][limits_hash(l, address, level) % PLACES];
}

static size_t part(const struct share *s, unsigned level)
{
    return s->most / (level == 0 ? PARTS_OF_AN_ADDRESS : PARTS_AROUND_IT);
}

static bool add(atomic_size_t *to, size_t n, size_t most)
{
    size_t have = atomic_load_explicit(to, memory_order_relaxed);
    do {
        if (n > most || have > most - n) return false; /* nobody else sees what was not taken */
    } while (!atomic_compare_exchange_weak_explicit(to, &have, have + n, memory_order_relaxed, memory_order_relaxed));
    return true;
}

static void give(atomic_size_t *of, size_t n)
{
    size_t before = atomic_fetch_sub_explicit(of, n, memory_order_relaxed);
    assert(before >= n);
    (void)before;
}

static bool has_room(const atomic_size_t *of, size_t n, size_t most)
{
    size_t have = atomic_load_explicit(of, memory_order_relaxed);
    return n <= most && have <= most - n;
}

bool share_has(struct share *s, const struct limits *l, const uint8_t address[16], size_t n)
{
    if (!has_room(&s->all, n, s->most)) return false;
    for (unsigned level = 0; level < NETWORK_LEVELS && !address_is_loopback(address); level++)
        if (!has_room(place_of(s, l, address, level), n, part(s, level))) return false;
    return true;
}

bool share_take(struct share *s, const struct limits *l, const uint8_t address[16], size_t n)
{
    if (address_is_loopback(address)) return add(&s->all, n, s->most);
    unsigned level = 0;
    while (level < NETWORK_LEVELS && add(place_of(s, l, address, level), n, part(s, level))) level++;
    if (level == NETWORK_LEVELS && add(&s->all, n, s->most)) return true;
    while (level > 0) give(place_of(s, l, address, --level), n);
    return false;
}

void share_give(struct share *s, const struct limits *l, const uint8_t address[16], size_t n)
{
    give(&s->all, n);
    if (address_is_loopback(address)) return;
    for (unsigned level = 0; level < NETWORK_LEVELS; level++) give(place_of(s, l, address, level), n);
}
