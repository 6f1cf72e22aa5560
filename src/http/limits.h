/* limits.h: token buckets, and how many connections a network has open. In memory, one table a process, of fixed size:
 * approximate across processes and when more come at once than it has room for; then the bucket that was asked longest
 * ago makes room. Rejected: counters in the database (a write for each refused request is what an attacker wants).
 *
 * Who is counted by network is counted three times: by the address itself, and with more room by the networks around
 * it. Whoever owns a /56 of IPv6 has 256 networks of /64, and is one customer; behind an IPv4 address may stand one
 * person or a whole carrier. */
#ifndef CHATHUB_HTTP_LIMITS_H
#define CHATHUB_HTTP_LIMITS_H

#include "http/route.h"

enum { NETWORK_LEVELS = 3, LIMITS_SET_MAX = 64 };
struct limits;
MUST_USE struct limits *limits_new(void);
void limits_free(struct limits *l);

/* Other numbers than the rows have, by name: "login=30/5m, register=60/1h*8*64" is BURST/PERIOD and how many times that
 * room the two wider networks have. Units: s, m, h. Before the threads run. False with a sentence: not such a list, or
 * no row has a limit of that name. */
MUST_USE bool limits_set(struct limits *l, const char *list, const struct route *const *tables, char *error,
                         size_t error_size);

/* Takes one token from each level. False when one has none, and then nothing is taken: *retry_after_s (≥ 1) is when the
 * next one comes. Thread-safe, as all below. */
MUST_USE bool limits_take(struct limits *l, const struct limit *limit, const uint8_t address[16], int64_t now_ms,
                          int64_t *retry_after_s);
void limits_give_back(struct limits *l, const struct limit *limit, const uint8_t address[16], int64_t now_ms);
/* The same for somebody who is known: by account, session, key. */
MUST_USE bool limits_take_of(struct limits *l, const struct limit *limit, struct str who, int64_t now_ms,
                             int64_t *retry_after_s);
void limits_give_back_of(struct limits *l, const struct limit *limit, struct str who, int64_t now_ms);

/* Counts one open connection of this address: at most `most`, twice that from the network around it and four times from
 * the next. False, and not counted, when one is full. The table has a fixed size: of two networks that share a place (1
 * in 65536, and nobody can choose it) the sum is counted. */
MUST_USE bool limits_enter(struct limits *l, const uint8_t address[16], unsigned most);
void limits_leave(struct limits *l, const uint8_t address[16]);
/* Of a network, keyed: what fairness goes by. */
uint64_t limits_hash(const struct limits *l, const uint8_t address[16], unsigned level);

/* Every request counts here too, except from loopback: behind a proxy that is not named as trusted everybody is
 * loopback, and one bucket for all would shut out all. Whoever turns out to be signed in gets the token back and is
 * counted by account: reads and changes apart. Changes, also those by the keys of its shops, count by the hour as well:
 * each may leave rows that are kept for a year, so what one account can make them grow by has a bound. */
extern const struct limit limit_general, limit_account_reads, limit_account_changes, limit_account_hour, limit_shop_key;

#endif
