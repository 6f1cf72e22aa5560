/* idempotency.h: the part of idempotency.c that a cron job needs; the rest belongs to the dispatcher. */
#ifndef CHATHUB_HTTP_IDEMPOTENCY_H
#define CHATHUB_HTTP_IDEMPOTENCY_H

#include "storage/db.h"

enum { PURGE_BATCH = 500 };
/* Deletes at most PURGE_BATCH answers older than 24 h: how many, or -1 on a storage fault. Call again while full. */
MUST_USE int64_t idempotency_purge(struct tx *tx);

#endif
