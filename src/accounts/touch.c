/* touch.c: when a session was last seen. Most requests only read, so the time is written behind the answer: ids are
 * gathered in memory and one op of the writer's lane takes all that are there. While one is under way the next ones
 * gather, so there is at most one at a time, whatever the load. A kill loses at most the last of them: the session then
 * looks a minute older than it is.
 *
 * Rejected: a cron job (the process that has the times need not be the one that runs jobs); a write in each request. */
#include "accounts/private.h"
#include <pthread.h>
#include <stdlib.h>

enum { TOUCH_MAX = 256, TOUCH_ARENA_BYTES = 65536 };

STMT(touch_all,
     "UPDATE sessions SET last_seen_at_ms = ?2 WHERE (last_seen_at_ms < ?2 OR last_seen_at_ms > ?3)"
     " AND id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "UPDATE sessions SET last_seen_at_ms = ?2 WHERE (last_seen_at_ms < ?2 OR last_seen_at_ms > ?3)"
                 " AND id = ANY(CAST(CAST(?1 AS text[]) AS bigint[]))");

struct touched {
    size_t count;
    int64_t now_ms, id[TOUCH_MAX];
};
struct touch_op {
    struct op op;
    struct touched touched;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct touched waiting; /* under the lock */
static bool under_way;         /* under the lock */

static enum op_wish touch_run(struct op *op, struct tx *tx)
{
    const struct touched *t = &OWNER_OF(op, struct touch_op, op)->touched;
    struct query q = query(tx, &touch_all);
    bind_i64_list(&q, t->id, t->count), bind_i64(&q, t->now_ms), bind_i64(&q, t->now_ms + CLOCK_WITNESS_MS);
    return query_change(&q) < 0 ? OP_REFUSE : OP_COMMIT;
}

static void touch_again(struct op *op) { arena_reset(op->arena); }

static void touch_done(struct op *op, enum op_outcome outcome);

/* Takes what waits and hands it to the writer; nothing waits: none is under way any more. Never fails loudly: the time
 * is a convenience, and the next request of the session comes again. */
static void touch_submit(void)
{
    struct touch_op *t = NULL;
    pthread_mutex_lock(&lock);
    under_way = waiting.count > 0 && accounts_settings.lanes != NULL;
    if (under_way) {
        t = calloc(1, sizeof *t);
        if (!t) abort();
        t->touched = waiting;
    }
    waiting.count = 0, waiting.now_ms = 0; /* the next time may be an earlier one: the clock was put right */
    pthread_mutex_unlock(&lock);
    if (!t) return;
    t->op = (struct op){ .mode = TX_WRITE,
                         .arena = arena_new(TOUCH_ARENA_BYTES),
                         .run = touch_run,
                         .again = touch_again,
                         .done = touch_done };
    if (lanes_submit(accounts_settings.lanes, &t->op)) return;
    arena_free(t->op.arena);
    free(t);
    pthread_mutex_lock(&lock);
    under_way = false;
    pthread_mutex_unlock(&lock);
}

/* On the lane's thread. The outcome does not matter: see touch_submit. */
static void touch_done(struct op *op, enum op_outcome outcome)
{
    struct touch_op *t = OWNER_OF(op, struct touch_op, op);
    arena_free(t->op.arena);
    free(t);
    touch_submit();
}

void session_touch(int64_t session, int64_t now_ms)
{
    pthread_mutex_lock(&lock);
    bool known = waiting.count == TOUCH_MAX; /* full: this one comes again with its next request */
    for (size_t i = 0; i < waiting.count && !known; i++) known = waiting.id[i] == session;
    if (!known) waiting.id[waiting.count++] = session;
    if (now_ms > waiting.now_ms) waiting.now_ms = now_ms;
    bool idle = !under_way;
    under_way = true;
    pthread_mutex_unlock(&lock);
    if (idle) touch_submit();
}
