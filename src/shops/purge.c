/* purge.c: the end of a deleted shop, 7 days later, and the check of the shops' histories.
 *
 * Purging keeps the row as a tombstone: the ledger and the audit trail name the shop for years. What is a person's or a
 * secret goes. Deletion in the past destroyed the row even when the remote parts failed (D-28); here all that the shop
 * owns is ended by hooks in the same transaction, and what is elsewhere will be ended by their jobs before this. */
#include "shops/rows.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "http/events.h"

enum { PURGE_BATCH = 20, VERIFY_PAGE_SHOPS = 500 };

/* The batch is the longest overdue; it is locked in order of ids, as everybody does. */
STMT(purge_due,
     "SELECT id FROM (SELECT id FROM shops WHERE status = 5 AND purge_at_ms <= ?1 ORDER BY purge_at_ms LIMIT ?2)"
     " AS due ORDER BY id");
/* The newest history row of each shop, whether the numbers are without a gap, and whether each begins where the one
 * before it ended. */
STMT(verify_page,
     "SELECT s.id, s.status, s.version, (SELECT COUNT(*) FROM shop_moves m WHERE m.shop = s.id) AS moves,"
     " (SELECT m.to_status FROM shop_moves m WHERE m.shop = s.id AND m.version = s.version) AS last_to,"
     " (SELECT COUNT(*) FROM shop_moves m JOIN shop_moves b ON b.shop = m.shop AND b.version = m.version - 1"
     "   WHERE m.shop = s.id AND b.to_status <> m.from_status) AS breaks"
     " FROM shops s WHERE s.id > ?1 ORDER BY s.id LIMIT ?2");

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

static enum job_wish purge_settle(struct job *job, struct tx *tx)
{
    int64_t ids[PURGE_BATCH];
    size_t count = 0;
    struct query q = query(tx, &purge_due);
    bind_i64(&q, job->now_ms), bind_i64(&q, PURGE_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && count < PURGE_BATCH) ids[count++] = col_i64(&q, "id");
    if (row == ROW_FAULT) return JOB_FAULT;
    for (size_t i = 0; i < count; i++)
        if (!purge(tx, ids[i], job->now_ms)) return JOB_FAULT;
    return JOB_FINISHED;
}

const struct job_kind shops_purge_job = {
    .name = "shops.purge", .doc = "Ends shops that were deleted 7 days ago; leaves a tombstone.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .settle = purge_settle,
};

static const char *complaint(const struct query *q)
{
    if (col_i64(q, "moves") != col_i64(q, "version")) return "a shop's history has a gap";
    if (col_is_null(q, "last_to") || col_i64(q, "last_to") != col_i64(q, "status"))
        return "a shop's status was changed without its mover";
    if (col_i64(q, "breaks") != 0) return "a shop's history does not begin where it ended";
    return NULL;
}

bool shops_verify_piece(struct tx *tx, struct shop_verdict *v)
{
    struct arena_mark mark = arena_mark(tx_arena(tx));
    struct query q = query(tx, &verify_page);
    bind_i64(&q, v->after), bind_i64(&q, VERIFY_PAGE_SHOPS);
    enum row row;
    v->more = false;
    while ((row = query_next(&q)) == ROW_FOUND) {
        v->more = true;
        v->after = col_i64(&q, "id");
        v->shops++;
        const char *what = complaint(&q);
        if (what && !v->bad_shop) v->bad_shop = v->after, v->what = what;
    }
    arena_release(tx_arena(tx), mark);
    return row != ROW_FAULT;
}

bool shops_verify(struct tx *tx, struct shop_verdict *out)
{
    *out = (struct shop_verdict){ .more = true };
    while (out->more)
        if (!shops_verify_piece(tx, out)) return false;
    return true;
}
