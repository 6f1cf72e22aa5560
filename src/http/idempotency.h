/* idempotency.h: what jobs and commands need of idempotency.c; the rest belongs to the dispatcher (private.h). */
#ifndef CHATHUB_HTTP_IDEMPOTENCY_H
#define CHATHUB_HTTP_IDEMPOTENCY_H

#include "storage/reseal.h"

enum { HTTP_PURGE_BATCH = 500 };
/* Deletes at most HTTP_PURGE_BATCH answers older than 24 h: how many, or -1 on a storage fault. Call again while it is
 * as many. */
MUST_USE int64_t idempotency_purge(struct tx *tx);
extern const struct reseal_table http_sealed[]; /* kept answers, for the change of the master key */

#endif
