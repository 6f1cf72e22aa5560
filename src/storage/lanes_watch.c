/* lanes_watch.c: the thread of a server that looks, each second, after what no request asks about: whether the
 * machine's clock is to be believed (base/clock.c has the rules). On PostgreSQL it asks the database's clock,
 * often while ours is in doubt and now and then otherwise. */
#include "base/clock.h"
#include "storage/private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WATCH_PAUSE_MS = 1000,
    WITNESS_PAUSE_MS = 30000,                /* while nothing is in doubt */
    WITNESS_ANSWER_MS = 5000,                /* an answer that took longer says little about now */
    WATCH_ARENA_BYTES = 1 << 16,
};

STMT(their_clock, "SELECT 0 AS now_ms",
     .postgres = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now_ms");

struct look {
    struct op op;
    int64_t now_ms;
};

static enum op_wish ask_clock(struct op *op, struct tx *tx)
{
    struct query q = query(tx, &their_clock);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    OWNER_OF(op, struct look, op)->now_ms = col_i64(&q, "now_ms");
    return OP_COMMIT;
}

static void look_again(struct op *op)
{
    arena_reset(op->arena);
}

static void ask_witness(struct lanes *l, struct arena *a)
{
    struct look look = { .op = { .mode = TX_READ, .arena = a, .run = ask_clock, .again = look_again } };
    int64_t began_ms = monotonic_ms();
    if (lanes_run(l, &look.op) == OP_COMMITTED && monotonic_ms() - began_ms < WITNESS_ANSWER_MS)
        clock_witness_ms(look.now_ms);
    arena_reset(a);
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
    bool has_witness = db_engine_of(l->db) == DB_POSTGRES;
    int64_t ask_at_ms = monotonic_ms();
    do {
        if (has_witness && (!clock_is_sound() || monotonic_ms() >= ask_at_ms)) {
            ask_at_ms = monotonic_ms() + WITNESS_PAUSE_MS;
            ask_witness(l, a);
        }
        clock_check();
    } while (pause_ms(&l->watch, WATCH_PAUSE_MS));
    arena_free(a);
    return NULL;
}

bool watch_start(struct lanes *l, char *error, size_t error_size)
{
    struct watch *w = &l->watch;
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
