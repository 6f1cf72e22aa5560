/* purge.c: the end of a deleted shop, 7 days later.
 *
 * Purging keeps the row as a tombstone: the ledger and the audit trail name the shop for years. What is a person's or a
 * secret goes. Deletion in the past destroyed the row even when the remote parts failed (D-28); here all that the shop
 * owns is ended by hooks in the same transaction, and what is elsewhere will be ended by their jobs before this. */
#include "shops/rows.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "http/events.h"

#include <stdlib.h>

enum { PURGE_BATCH = 20 };

/* The batch is the longest overdue; it is locked in order of ids, as everybody does. */
STMT(purge_due,
     "SELECT id FROM (SELECT id FROM shops WHERE status = 5 AND purge_at_ms <= ?1 ORDER BY purge_at_ms LIMIT ?2)"
     " AS due ORDER BY id");
static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static bool purge(struct tx *tx, int64_t id, int64_t now)
{
    struct shop s;
    enum row row = shops_locked(tx, id, &s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (s.status != SHOP_DELETED || s.purge_at_ms > now) return true;        /* restored since the batch was read */
    struct shop before = s;
    if (shops_move(tx, &s, SHOP_PURGED, "purged", 0, now) != ROW_FOUND || !shops_blank(tx, &s)) return false;
    if (shops_hooks.purged && !shops_hooks.purged(tx, &before, now)) return false;
    return events_put(tx, s.account, "shop.changed", event_json, &id) &&
           audit_put(tx, &(struct audit_entry){ .action = AUDIT_shop_hard_deleted, .account = s.account,
               .resource = "shop", .resource_id = id, .at_ms = now });
}

struct due { int64_t id, account; };

static int by_account(const void *a, const void *b)
{
    const struct due *x = a, *y = b;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static enum job_wish purge_settle(struct job *job, struct tx *tx)
{
    int64_t ids[PURGE_BATCH];
    size_t count = 0;
    struct query q = query(tx, &purge_due);
    bind_i64(&q, job->now_ms), bind_i64(&q, PURGE_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && count < PURGE_BATCH) ids[count++] = col_i64(&q, "id");
    if (row == ROW_FAULT) return JOB_FAULT;
    /* All shops before any account, as in tenants.renew: the order of locks in shops.h. */
    struct due due[PURGE_BATCH];
    for (size_t i = 0; i < count; i++) {
        struct shop s = { 0 };
        if (shops_locked(tx, ids[i], &s) == ROW_FAULT) return JOB_FAULT;
        due[i] = (struct due){ .id = ids[i], .account = s.account };
    }
    /* Then the accounts in order of their numbers: each event takes its account's counter. */
    qsort(due, count, sizeof due[0], by_account);
    for (size_t i = 0; i < count; i++)
        if (!purge(tx, due[i].id, job->now_ms)) return JOB_FAULT;
    return JOB_FINISHED;
}

const struct job_kind shops_purge_job = {
    .name = "shops.purge", .doc = "Ends shops that were deleted 7 days ago; leaves a tombstone.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .settle = purge_settle,
};
