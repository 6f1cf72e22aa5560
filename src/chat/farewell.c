/* farewell.c: a visitor's socket has gone, and the team is told. Nobody waits for that, so one transaction at a time
 * tells of all that went meanwhile, FAREWELLS_PER_OP at most: a shop whose thousand chats end together (its chat is
 * switched off) costs its visitors' last word no lane, and most of them, who said nothing, one row of one query. One
 * that fails is not tried again: the visitor's row says when it was seen last.
 *
 * Rejected: a transaction for each. A thousand took all lanes of PostgreSQL from those who were still to be told: the
 * last heard after 65 ms instead of 16. */
#include "chat/private.h"

#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FAREWELLS_PER_OP = 32, FAREWELL_ARENA_BYTES = 4 << 20 };

/* Where nothing was said there is nothing for the inbox to show. */
/* clang-format off */
#define WORTH_TELLING(among)                                                                                           \
    "SELECT c.id FROM chat_conversations c JOIN chat_visitors v ON v.id = c.visitor"                                   \
    " WHERE c.id " among " AND (c.last_number > 0 OR v.seen_at_ms < ?2)"
STMT(worth_telling, WORTH_TELLING("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = WORTH_TELLING("= ANY((?1::text[])::bigint[])"));
/* clang-format on */

/* One for the process. `gone` is of `n`; the first `taken` are the op's while it is under way. */
static struct {
    pthread_mutex_t lock;
    int64_t *gone;
    size_t n, cap, taken;
    struct op op;
    struct arena *arena; /* NULL: no op is under way */
} farewells = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool tell_gone(struct tx *tx, int64_t conversation)
{
    struct conversation c;
    struct visitor v;
    const struct visitor said = { .name = NULL };
    enum row row = conversation_get(tx, conversation, &c);
    if (row == ROW_FOUND) row = visitor_get(tx, c.visitor, &v);
    if (row != ROW_FOUND) return row == ROW_NONE; /* erased meanwhile */
    if (!visitor_seen(tx, &v, &said, now_ms())) return false;
    return c.last_number == 0 || chat_tell_presence(tx, &c, false);
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
    if (row != ROW_NONE) return OP_REFUSE;
    for (size_t i = 0; i < n; i++)
        if (!tell_gone(tx, conversation[i])) return OP_REFUSE;
    return OP_COMMIT;
}

static void farewells_again(struct op *op)
{
    (void)op;
    arena_reset(farewells.arena);
}

static void farewells_done(struct op *op, enum op_outcome outcome);

/* Under the lock. What the lanes have no room for is not told. */
static void go_on(void)
{
    farewells.taken = farewells.n < FAREWELLS_PER_OP ? farewells.n : FAREWELLS_PER_OP;
    farewells.op = (struct op){ .mode = TX_WRITE,
                                .arena = farewells.arena,
                                .run = run_farewells,
                                .again = farewells_again,
                                .done = farewells_done };
    if (farewells.taken > 0 && lanes_submit(chat_settings.lanes, &farewells.op)) return;
    arena_free(farewells.arena);
    free(farewells.gone);
    farewells.arena = NULL, farewells.gone = NULL;
    farewells.n = farewells.cap = farewells.taken = 0;
}

/* On the lane's thread. */
static void farewells_done(struct op *op, enum op_outcome outcome)
{
    (void)op, (void)outcome;
    (void)pthread_mutex_lock(&farewells.lock);
    farewells.n -= farewells.taken;
    memmove(farewells.gone, farewells.gone + farewells.taken, farewells.n * sizeof *farewells.gone);
    arena_reset(farewells.arena);
    go_on();
    (void)pthread_mutex_unlock(&farewells.lock);
}

void chat_farewell(int64_t conversation)
{
    (void)pthread_mutex_lock(&farewells.lock);
    if (farewells.n == farewells.cap) {
        farewells.cap = farewells.cap > 0 ? 2 * farewells.cap : FAREWELLS_PER_OP;
        farewells.gone = realloc(farewells.gone, farewells.cap * sizeof *farewells.gone);
        if (farewells.gone == NULL) abort();
    }
    farewells.gone[farewells.n++] = conversation;
    if (farewells.arena == NULL) {
        farewells.arena = arena_new(FAREWELL_ARENA_BYTES);
        go_on();
    }
    (void)pthread_mutex_unlock(&farewells.lock);
}
