/* lanes_watch.c: the thread of a server that looks, each second, after what no request asks about: whether the
 * machine's clock is to be believed (base/clock.c has the rules; PostgreSQL's clock is asked too), and whether the
 * database still takes writes. The answer to the second is what readiness goes by: that a connection answers says
 * nothing about a server that only reads, a full disk or a file that was deleted. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WATCH_PAUSE_MS = 1000,
    WATCH_IDLE_MS = 5000,     /* between tries to write, while nobody asks and nothing is in doubt */
    WATCH_ASKED_MS = 60000,   /* so long after /readyz was asked each second is one */
    WITNESS_ANSWER_MS = 5000, /* an answer that took longer says little about now */
    WATCH_ARENA_BYTES = 1 << 16,
};

STMT(their_clock, "SELECT 0 AS now_ms",
     .postgres = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now_ms");

bool db_clock(struct tx *tx, int64_t *their_now_ms)
{
    struct query q = query(tx, &their_clock);
    if (query_row(&q) != ROW_FOUND) return false;
    *their_now_ms = col_i64(&q, "now_ms");
    return true;
}

struct look {
    struct op op;
    int64_t now_ms;
};

/* A transaction that writes, on the lanes that requests use. PostgreSQL: one with a number of its own, which a server
 * that only reads does not give. SQLite: the first page is written anew. */
static enum op_wish try_to_write(struct op *op, struct tx *tx)
{
    if (tx_engine(tx) == DB_SQLITE) return tx_script(tx, "PRAGMA user_version = 0") ? OP_COMMIT : OP_REFUSE;
    return db_clock(tx, &OWNER_OF(op, struct look, op)->now_ms) ? OP_COMMIT : OP_REFUSE;
}

static void look_again(struct op *op) { arena_reset(op->arena); }

static void look(struct lanes *l, struct arena *a)
{
    struct look look = { .op = { .mode = TX_WRITE, .arena = a, .run = try_to_write, .again = look_again } };
    int64_t began_ms = monotonic_ms();
    bool good = lanes_run(l, &look.op) == OP_COMMITTED;
    int64_t took_ms = monotonic_ms() - began_ms;
    if (good && look.now_ms != 0 && took_ms < WITNESS_ANSWER_MS) clock_witness_ms(look.now_ms);
    if (good != atomic_load(&l->watch.can_write))
        LOG(good ? LOG_WARN : LOG_ERROR, good ? "database_writable_again" : "database_not_writable");
    atomic_store(&l->watch.can_write, good);
    atomic_store(&l->watch.looked_at_ms, monotonic_ms());
    arena_reset(a);
}

void lanes_health(struct lanes *l, struct lanes_health *out)
{
    enum { TOO_OLD_MS = 10000 }; /* a try that does not come back is no good sign */
    int64_t at_ms = monotonic_ms(), held_since_ms = atomic_load(&l->db->log_held_since_ms);
    atomic_store(&l->watch.asked_at_ms, at_ms);
    *out = (struct lanes_health){ .looked_ago_ms = at_ms - atomic_load(&l->watch.looked_at_ms),
                                  .log_held_pages = atomic_load(&l->db->log_held_pages),
                                  .log_held_for_ms = held_since_ms ? at_ms - held_since_ms : 0 };
    out->can_write = atomic_load(&l->watch.can_write) && (!l->watch.has_thread || out->looked_ago_ms < TOO_OLD_MS);
    if (db_engine_of(l->db) == DB_SQLITE) out->log_bytes = sqlite_file_log_bytes(l->db);
}

/* False: the lanes stop. */
static bool pause_ms(struct watch *w, int64_t ms)
{
    struct timespec limit = after_ms(ms);
    pthread_mutex_lock(&w->lock);
    while (!w->stopping && pthread_cond_timedwait(&w->wake, &w->lock, &limit) != ETIMEDOUT) continue;
    bool go_on = !w->stopping;
    pthread_mutex_unlock(&w->lock);
    return go_on;
}

static void *watch_thread(void *arg)
{
    struct lanes *l = arg;
    struct arena *a = arena_new(WATCH_ARENA_BYTES);
    int64_t look_at_ms = 0;
    do {
        int64_t at_ms = monotonic_ms();
        bool asked = at_ms - atomic_load(&l->watch.asked_at_ms) < WATCH_ASKED_MS;
        if (asked || at_ms >= look_at_ms || !atomic_load(&l->watch.can_write) || !clock_is_sound()) {
            look(l, a);
            look_at_ms = at_ms + WATCH_IDLE_MS;
        }
        clock_check();
    } while (pause_ms(&l->watch, WATCH_PAUSE_MS));
    arena_free(a);
    return NULL;
}

bool watch_start(struct lanes *l, char *error, size_t error_size)
{
    struct watch *w = &l->watch;
    atomic_store(&w->can_write, true); /* the writer has just connected */
    atomic_store(&w->looked_at_ms, monotonic_ms());
    atomic_store(&w->asked_at_ms, INT64_MIN / 2);
    if (!l->options.watch) return true;
    if (pthread_mutex_init(&w->lock, NULL) != 0) abort();
    monotonic_cond_init(&w->wake);
    w->has_thread = pthread_create(&w->thread, NULL, watch_thread, l) == 0;
    if (!w->has_thread) snprintf(error, error_size, "cannot start the watch: %m");
    return w->has_thread;
}

void watch_stop(struct lanes *l)
{
    struct watch *w = &l->watch;
    if (!w->has_thread) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    if (pthread_join(w->thread, NULL) != 0) abort();
    w->has_thread = false;
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
}
