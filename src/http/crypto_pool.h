/* crypto_pool.h: the few threads on which .prepare of slow routes runs (argon2id holds 19 MiB and 20 ms each). There
 * are two such pools: for what is secret, and for what was sent to be looked at (a picture, a file).
 *
 * The queue is bounded and fair by network: the one that was served longest ago is next, first among the widest
 * networks (a /48 or /16), then among those inside it. So whoever sends a thousand passwords from one network waits
 * behind himself. When the queue is full, a newcomer takes the place of the newest of the network that has most in it.
 * Whoever waited longer than CRYPTO_WAIT_MAX_MS is not worked for any more: the client has given up by then, and the
 * work would only make the others wait too. */
#ifndef CHATHUB_HTTP_CRYPTO_POOL_H
#define CHATHUB_HTTP_CRYPTO_POOL_H

#include "base/compiler.h"
#include <stdint.h>

struct exchange;
struct crypto_pool;
enum { CRYPTO_QUEUE_MAX = 256, CRYPTO_THREADS_MAX = 8, CRYPTO_LEVELS = 3, CRYPTO_WAIT_MAX_MS = 5000 };

/* `work` on a thread of the pool; `late` for one that waited too long or had to make room, on any thread. Each exchange
 * that was taken comes to one of them. */
MUST_USE struct crypto_pool *crypto_pool_start(unsigned cores, void (*work)(struct exchange *x),
                                               void (*late)(struct exchange *x));
/* `network`: hashes of the client's networks, narrowest first. False: full or stopping. */
MUST_USE bool crypto_pool_submit(struct crypto_pool *p, struct exchange *x, const uint64_t network[CRYPTO_LEVELS]);
void crypto_pool_stop(struct crypto_pool *p); /* runs what is queued, ends the threads; NULL is allowed */

#endif
