/* touch.c: when a session was last used, and when its person was last there. Most requests only read, so the times are
 * written behind the answer: ids are gathered in memory and one op of the writer's lane takes all that are there. While
 * one is under way the next ones gather, so there is at most one at a time, whatever the load. A kill loses at most the
 * last of them: the session then looks a minute older than it is.
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

/* A colleague is there while one of their pages is. Rows that somebody holds are left: an open page comes again. */
#define SEEN_OF                                                                                                        \
    "(SELECT s.account, s.person FROM sessions s WHERE s.id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1)))"
STMT(touch_members,
     "UPDATE members SET seen_at_ms = ?2 WHERE (account, person) IN " SEEN_OF
     " AND (seen_at_ms < ?2 OR seen_at_ms > ?3)",
     .postgres = "UPDATE members SET seen_at_ms = ?2 WHERE (account, person) IN (SELECT m.account, m.person"
                 " FROM sessions s JOIN members m ON m.account = s.account AND m.person = s.person"
                 " WHERE s.id = ANY(CAST(CAST(?1 AS text[]) AS bigint[])) AND (m.seen_at_ms < ?2 OR m.seen_at_ms > ?3)"
                 " FOR UPDATE OF m SKIP LOCKED)");

struct touched {
    size_t count, acted;                             /* acted: of `actor` */
    int64_t now_ms, id[TOUCH_MAX], actor[TOUCH_MAX]; /* sessions; those whose person did something */
};
struct touch_op {
    struct op op;
    struct touched touched;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct touched waiting; /* under the lock */
static bool under_way;         /* under the lock */

static bool write_times(struct tx *tx, const struct stmt *s, const int64_t *id, size_t count, int64_t now_ms)
{
    if (count == 0) return true;
    struct query q = query(tx, s);
    bind_i64_list(&q, id, count), bind_i64(&q, now_ms), bind_i64(&q, now_ms + CLOCK_WITNESS_MS);
    return query_change(&q) >= 0;
}

static enum op_wish touch_run(struct op *op, struct tx *tx)
{
    const struct touched *t = &OWNER_OF(op, struct touch_op, op)->touched;
    /* Members before sessions, as whoever is removed. */
    if (!write_times(tx, &touch_members, t->id, t->count, t->now_ms)) return OP_REFUSE;
    return write_times(tx, &touch_all, t->actor, t->acted, t->now_ms) ? OP_COMMIT : OP_REFUSE;
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
    waiting.count = waiting.acted = 0,
    waiting.now_ms = 0; /* the next time may be an earlier one: the clock was put right */
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

/* Full: this one comes again with its next request. */
static void add(int64_t *list, size_t *count, int64_t session)
{
    bool known = *count == TOUCH_MAX;
    for (size_t i = 0; i < *count && !known; i++) known = list[i] == session;
    if (!known) list[(*count)++] = session;
}

void session_touch(int64_t session, bool acts, int64_t now_ms)
{
    pthread_mutex_lock(&lock);
    add(waiting.id, &waiting.count, session);
    if (acts) add(waiting.actor, &waiting.acted, session);
    if (now_ms > waiting.now_ms) waiting.now_ms = now_ms;
    bool idle = !under_way;
    under_way = true;
    pthread_mutex_unlock(&lock);
    if (idle) touch_submit();
}
