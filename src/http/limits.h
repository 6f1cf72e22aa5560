/* limits.h: token buckets by client network (/24 of IPv4, /64 of IPv6) and limit, and how many connections a network
 * has open. In memory, one table a process, of fixed size: approximate across processes and when more networks come at
 * once than it has room for; then the bucket that was asked longest ago makes room. Rejected: counters in the database
 * (a write for each refused request is what an attacker wants). */
#ifndef CHATHUB_HTTP_LIMITS_H
#define CHATHUB_HTTP_LIMITS_H

#include "http/route.h"

struct limits;
MUST_USE struct limits *limits_new(void);
void limits_free(struct limits *l);
/* Takes one token. False when there is none: *retry_after_s (≥ 1) is when the next one comes. Thread-safe. */
MUST_USE bool limits_take(struct limits *l, const struct limit *limit, const char *network, int64_t now_ms,
                          int64_t *retry_after_s);

/* Counts one open connection of this network; false, and not counted, when it has `most` already. The table has a fixed
 * size: of two networks that share a place (1 in 65536, and nobody can choose it) the sum is counted. Thread-safe. */
MUST_USE bool limits_enter(struct limits *l, const char *network, unsigned most);
void limits_leave(struct limits *l, const char *network);

/* Every request counts here too, except from loopback: behind a proxy that is not named as trusted everybody is
 * loopback, and one bucket for all would shut out all. */
extern const struct limit limit_general;

#endif
