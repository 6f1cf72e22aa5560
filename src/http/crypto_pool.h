/* crypto_pool.h: the few threads on which .prepare of slow routes runs (argon2id holds 19 MiB and 20 ms each). The
 * queue is bounded: past it a request is answered 503 with Retry-After at once instead of late. */
#ifndef CHATHUB_HTTP_CRYPTO_POOL_H
#define CHATHUB_HTTP_CRYPTO_POOL_H

#include "base/compiler.h"

struct exchange;
struct crypto_pool;
enum { CRYPTO_QUEUE_MAX = 256, CRYPTO_THREADS_MAX = 2 };

MUST_USE struct crypto_pool *crypto_pool_start(unsigned threads, void (*work)(struct exchange *x));
MUST_USE bool crypto_pool_submit(struct crypto_pool *p, struct exchange *x);     /* false: full or stopping */
void crypto_pool_stop(struct crypto_pool *p);               /* runs what is queued, ends the threads; NULL is allowed */

#endif
