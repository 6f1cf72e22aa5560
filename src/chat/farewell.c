/* farewell.c: a visitor's socket has gone, and the team is told. Nobody waits for that, so one transaction at a time
 * tells of all that went meanwhile, FAREWELLS_PER_OP at most: a shop whose thousand chats end together (its chat is
 * switched off) takes no lane from anybody, and most of its visitors, who said nothing, cost one row of one query. One
 * that fails is not tried again: the visitor's row says when it was seen last, within VISITOR_SEEN_MS of a beginning.
 *
 * Order of locks: visitors first, and none is waited for (who holds one is there, or tells of it); then the counters of
 * events, by account, as everybody takes them.
 *
 * Rejected: a transaction for each. A thousand took all lanes of PostgreSQL from those who were still to be told: the
 * last heard after 65 ms instead of 20. */
#include "chat/private.h"

#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FAREWELLS_PER_OP = 32, FAREWELLS_MAX = 65536, FAREWELL_ARENA_BYTES = 4 << 20, LOOK_US = 1000 };

/* Where nothing was said there is nothing for the inbox to show. */
/* clang-format off */
#define WORTH_TELLING(among)                                                                                           \
    "SELECT c.id FROM chat_conversations c JOIN chat_visitors v ON v.id = c.visitor"                                   \
    " WHERE c.id " among " AND (c.last_number > 0 OR v.seen_at_ms < ?2) ORDER BY c.account, v.id"
STMT(worth_telling, WORTH_TELLING("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = WORTH_TELLING("= ANY((?1::text[])::bigint[])"));
/* clang-format on */

/* One for the process. `gone` is of `n`; the first `taken` are the op's while it is under way. */
static struct {
    pthread_mutex_t lock;
    int64_t *gone;
    size_t n, cap, taken;
    bool under_way;
    struct op op;
    struct arena *arena;
} farewells = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* False: storage fault. */
static bool last_seen(struct tx *tx, int64_t id)
{
    struct visitor v;
    const struct visitor said = { .name = NULL };
    enum row row = visitor_free(tx, id, &v);
    return row == ROW_NONE || (row == ROW_FOUND && visitor_seen(tx, &v, &said, now_ms()));
}

static bool tell_all(struct tx *tx, const int64_t *ids, size_t n)
{
    struct conversation c[FAREWELLS_PER_OP];
    size_t there = 0;
    for (size_t i = 0; i < n; i++) {
        enum row row = conversation_get(tx, ids[i], &c[there]);
        if (row == ROW_FAULT) return false;
        if (row == ROW_NONE) continue; /* erased meanwhile */
        if (!last_seen(tx, c[there].visitor)) return false;
        there++;
    }
    for (size_t i = 0; i < there; i++)
        if (c[i].last_number > 0 && !chat_tell_presence(tx, &c[i], false)) return false;
    return true;
}

static enum op_wish run_farewells(struct op *op, struct tx *tx)
{
    (void)op;
    int64_t conversation[FAREWELLS_PER_OP];
    (void)pthread_mutex_lock(&farewells.lock); /* the list may be moved while it grows */
    size_t taken = farewells.taken, n = 0;
    memcpy(conversation, farewells.gone, taken * sizeof *conversation);
    (void)pthread_mutex_unlock(&farewells.lock);
    struct query q = query(tx, &worth_telling);
    bind_i64_list(&q, conversation, taken), bind_i64(&q, now_ms() - VISITOR_SEEN_MS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && n < taken) conversation[n++] = col_i64(&q, "id");
    return row == ROW_NONE && tell_all(tx, conversation, n) ? OP_COMMIT : OP_REFUSE;
}

static void farewells_again(struct op *op)
{
    (void)op;
    arena_reset(farewells.arena);
}

static void farewells_done(struct op *op, enum op_outcome outcome);

/* Under the lock. Where the lanes have no room the list waits for the next who goes. */
static void go_on(void)
{
    farewells.under_way = false;
    farewells.taken = farewells.n < FAREWELLS_PER_OP ? farewells.n : FAREWELLS_PER_OP;
    if (farewells.taken == 0) {
        arena_free(farewells.arena);
        free(farewells.gone);
        farewells.arena = NULL, farewells.gone = NULL, farewells.cap = 0;
        return;
    }
    if (farewells.arena == NULL) farewells.arena = arena_new(FAREWELL_ARENA_BYTES);
    arena_reset(farewells.arena);
    farewells.op = (struct op){ .mode = TX_WRITE,
                                .arena = farewells.arena,
                                .run = run_farewells,
                                .again = farewells_again,
                                .done = farewells_done };
    farewells.under_way = lanes_submit(chat_settings.lanes, &farewells.op);
    if (!farewells.under_way) farewells.taken = 0;
}

/* On the lane's thread. */
static void farewells_done(struct op *op, enum op_outcome outcome)
{
    (void)op, (void)outcome;
    (void)pthread_mutex_lock(&farewells.lock);
    farewells.n -= farewells.taken;
    memmove(farewells.gone, farewells.gone + farewells.taken, farewells.n * sizeof *farewells.gone);
    go_on();
    (void)pthread_mutex_unlock(&farewells.lock);
}

void chat_farewell(int64_t conversation)
{
    (void)pthread_mutex_lock(&farewells.lock);
    if (farewells.n == farewells.cap && farewells.n < FAREWELLS_MAX) {
        farewells.cap = farewells.cap > 0 ? 2 * farewells.cap : FAREWELLS_PER_OP;
        farewells.gone = realloc(farewells.gone, farewells.cap * sizeof *farewells.gone);
        if (farewells.gone == NULL) abort();
    }
    if (farewells.n < farewells.cap) farewells.gone[farewells.n++] = conversation;
    if (!farewells.under_way) go_on();
    (void)pthread_mutex_unlock(&farewells.lock);
}

void chat_here_again(int64_t conversation)
{
    (void)pthread_mutex_lock(&farewells.lock);
    for (size_t i = farewells.taken; i < farewells.n;) /* on a loop, while thousands come back: it copies none */
        if (farewells.gone[i] == conversation) farewells.gone[i] = farewells.gone[--farewells.n];
        else i++;
    (void)pthread_mutex_unlock(&farewells.lock);
}

void chat_farewells_end(int64_t most_ms)
{
    int64_t until = monotonic_ms() + most_ms;
    for (;;) {
        (void)pthread_mutex_lock(&farewells.lock);
        bool over = !farewells.under_way;
        (void)pthread_mutex_unlock(&farewells.lock);
        if (over || monotonic_ms() >= until) return;
        (void)usleep(LOOK_US);
    }
}
