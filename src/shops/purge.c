/* purge.c: the end of a deleted shop, 7 days later.
 *
 * Purging keeps the row as a tombstone: the ledger and the audit trail name the shop for years. What is a person's or a
 * secret goes. Deletion in the past destroyed the row even when the remote parts failed (D-28); here all that the shop
 * owns is ended by hooks in the same transaction, and what is elsewhere will be ended by their jobs before this. */
#include "shops/private.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "http/events.h"

enum { PURGE_BATCH = 20 };

/* The batch is the longest overdue. All its shops are locked before any account, as everybody does, and then the
 * accounts come in order of their numbers: each event takes its account's counter. What somebody holds is passed by. */
#define DUE "SELECT id, account FROM shops WHERE status = 5 AND purge_at_ms <= ?1 ORDER BY purge_at_ms LIMIT ?2"
STMT(purge_due, "SELECT id FROM (" DUE ") AS due ORDER BY account, id",
     .postgres = "SELECT id FROM (" DUE " FOR UPDATE SKIP LOCKED) AS due ORDER BY account, id");

/* An end that was written by a clock ahead of time is no further away than it can have been set. */
STMT(purge_sooner,
     "UPDATE shops SET purge_at_ms = ?1, deleted_at_ms = ?3 WHERE id IN (SELECT id FROM shops WHERE status = 5"
     " AND purge_at_ms > ?1 ORDER BY purge_at_ms LIMIT ?2)",
     .postgres = "UPDATE shops SET purge_at_ms = ?1, deleted_at_ms = ?3 WHERE id = ANY(ARRAY(SELECT id FROM shops "
                 "WHERE status = 5"
                 " AND purge_at_ms > ?1 ORDER BY purge_at_ms LIMIT ?2 FOR UPDATE SKIP LOCKED))");

static void event_json(struct json *j, const void *arg) { json_i64(j, "shop", *(const int64_t *)arg); }

static bool purge(struct tx *tx, int64_t id, int64_t now_ms)
{
    struct shop s;
    enum row row = shops_locked(tx, id, &s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (s.status != SHOP_DELETED || s.purge_at_ms > now_ms) return true; /* restored since the batch was read */
    struct shop before = s;
    if (shops_move(tx, &s, SHOP_PURGED, "purged", 0, now_ms) != ROW_FOUND || !shops_blank(tx, &s)) return false;
    if (shops_hooks.purged && !shops_hooks.purged(tx, &before, now_ms)) return false;
    if (!events_put(tx, s.account, "shop.changed", event_json, &id)) return false;
    return audit_put(tx, &(struct audit_entry){ .action = AUDIT_shop_hard_deleted,
                                                .account = s.account,
                                                .resource = "shop",
                                                .resource_id = id,
                                                .at_ms = now_ms });
}

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query sooner = query(tx, &purge_sooner);
    bind_i64(&sooner, job->now_ms + SHOP_RESTORE_DAYS * DAY_MS), bind_i64(&sooner, (int64_t)max);
    bind_i64(&sooner, job->now_ms);
    if (query_change(&sooner) < 0) return -1;
    struct query q = query(tx, &purge_due);
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    int64_t count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

static enum job_wish purge_one(struct job *job, struct tx *tx, int64_t id)
{
    return purge(tx, id, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

/* A shop that cannot be purged, or that somebody holds, is passed over. */
static enum job_wish purge_settle(struct job *job, struct tx *tx)
{
    return jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = purge_one, .max = PURGE_BATCH });
}

/* clang-format off */
const struct job_kind shops_purge_job = {
    .name = "shops.purge", .doc = "Ends shops that were deleted 7 days ago; leaves a tombstone.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .careful = true, .settle = purge_settle,
};
/* clang-format on */
