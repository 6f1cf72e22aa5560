/* test_work.h: ops of the tests of the lanes: what each does, and what became of it. */
#ifndef CHATHUB_STORAGE_TEST_WORK_H
#define CHATHUB_STORAGE_TEST_WORK_H

#include "base/clock.h"
#include "storage/private.h"
#include "storage/test_db.h"
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { OP_ARENA_BYTES = 1 << 20, MANY = 100 };

/* clang-format off */
static const char tables_sql[] = "CREATE TABLE t_rows (name TEXT PRIMARY KEY, number {int} NOT NULL) {strict};"
                                 "CREATE TABLE t_big (bytes {blob}) {strict};"
                                 "INSERT INTO t_rows (name, number) VALUES ('balance', 10);";

STMT(row_put, "INSERT INTO t_rows (name, number) VALUES (?1, ?2)");
STMT(row_get, "SELECT number FROM t_rows WHERE name = ?1");
STMT(row_take, "UPDATE t_rows SET number = number - ?2 WHERE name = ?1 AND number >= ?2 RETURNING number");
STMT(big_put, "INSERT INTO t_big (bytes) VALUES (?1)");
STMT(backend_pid, "SELECT 0 AS pid", .postgres = "SELECT pg_backend_pid() AS pid");
STMT(backend_kill, "SELECT ?1 AS done", .postgres = "SELECT pg_terminate_backend(CAST(?1 AS INTEGER)) AS done");

/* What one op does, and what became of it. */
struct work {
    struct op op;
    enum { DO_PUT, DO_PUT_TWICE, DO_TAKE, DO_REFUSE, DO_BREAK, DO_GET, DO_BIG, DO_DIE, DO_NOTIFY, DO_TELL,
           DO_GET_REFUSE, DO_DIE_ONCE, DO_READ_DIE_ONCE,
           DO_REFUSE_BADLY } what;
    char name[32];
    enum op_outcome outcome;
    unsigned runs, agains, answers;
    int64_t seen;
    sem_t *finished;
    unsigned asked;
    const char *told;                        /* by before(), in the lane's memory */
};
/* clang-format on */

UNUSED static bool put(struct tx *tx, const char *name, int64_t number)
{
    struct query q = query(tx, &row_put);
    bind_text(&q, name), bind_i64(&q, number);
    return query_put(&q);
}

UNUSED static enum op_wish take(struct work *w, struct tx *tx)
{
    struct query q = query(tx, &row_take);
    bind_text(&q, "balance"), bind_i64(&q, 1);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    w->seen = col_i64(&q, "number");
    return put(tx, w->name, 1) ? OP_COMMIT : OP_REFUSE;
}

UNUSED static enum op_wish put_big(struct tx *tx)
{
    enum { BIG = 200 * 1024 };
    struct query q = query(tx, &big_put);
    bind_blob(&q, arena_alloc(tx_arena(tx), BIG), BIG);
    return query_put(&q) ? OP_COMMIT : OP_REFUSE;
}

/* Ends its own connection from the side, in the middle of the transaction. */
UNUSED static enum op_wish die_reading(struct tx *tx)
{
    struct query q = query(tx, &backend_pid);
    if (query_row(&q) != ROW_FOUND) return OP_REFUSE;
    int64_t pid = col_i64(&q, "pid");
    q = query(tx, &backend_kill);
    bind_i64(&q, pid);
    return query_row(&q) == ROW_FOUND ? OP_COMMIT : OP_REFUSE;
}

UNUSED static enum op_wish die(struct tx *tx)
{
    (void)!put(tx, "died", 1);
    return die_reading(tx);
}

UNUSED static enum op_wish work_run(struct op *op, struct tx *tx)
{
    struct work *w = OWNER_OF(op, struct work, op);
    w->runs++;
    struct query q;
    if (w->told) assert_string_equal(w->told, "what was found");
    switch (w->what) {
    case DO_PUT: return put(tx, w->name, 1) ? OP_COMMIT : OP_REFUSE;
    case DO_PUT_TWICE: return put(tx, w->name, 1) && put(tx, w->name, 2) ? OP_COMMIT : OP_REFUSE;
    case DO_TAKE: return take(w, tx);
    case DO_REFUSE:
    case DO_REFUSE_BADLY: (void)!put(tx, w->name, 1); return OP_REFUSE;
    case DO_BREAK:
        (void)!put(tx, w->name, 1);
        q = query(tx, &row_put);
        bind_text(&q, "no number"), bind_null(&q);
        return query_change(&q) == 1 ? OP_COMMIT : OP_REFUSE;
    case DO_BIG: return put_big(tx);
    case DO_DIE: return die(tx);
    case DO_DIE_ONCE: return w->runs == 1 ? die(tx) : put(tx, w->name, 1) ? OP_COMMIT : OP_REFUSE;
    case DO_READ_DIE_ONCE:
        if (w->runs == 1) return die_reading(tx);
        q = query(tx, &row_get);
        bind_text(&q, w->name);
        w->seen = query_row(&q) == ROW_FOUND ? col_i64(&q, "number") : -1;
        return OP_COMMIT;
    case DO_NOTIFY: tx_notify(tx, "t_channel"); return OP_COMMIT;
    case DO_TELL:
        if (!put(tx, w->name, 1)) return OP_REFUSE;
        for (int64_t i = 0; i < w->seen; i++) tx_tell(tx, (struct tx_told){ 7, w->seen });
        return OP_COMMIT;
    case DO_GET:
    case DO_GET_REFUSE:
        q = query(tx, &row_get);
        bind_text(&q, w->name);
        w->seen = query_row(&q) == ROW_FOUND ? col_i64(&q, "number") : -1;
        return w->what == DO_GET ? OP_COMMIT : OP_REFUSE;
    }
    return OP_REFUSE;
}

UNUSED static bool work_refused(struct op *op, struct tx *tx)
{
    struct work *w = OWNER_OF(op, struct work, op);
    char *name = arena_printf(op->arena, "refused %s", w->name);
    return put(tx, name, 1) && w->what != DO_REFUSE_BADLY;
}

UNUSED static void work_again(struct op *op)
{
    OWNER_OF(op, struct work, op)->agains++;
    arena_reset(op->arena);
}

UNUSED static void work_done(struct op *op, enum op_outcome outcome)
{
    struct work *w = OWNER_OF(op, struct work, op);
    w->outcome = outcome;
    w->answers++;
    if (w->finished) sem_post(w->finished);
}

UNUSED static void work_make(struct work *w, int what, const char *name)
{
    bool reads = what == DO_GET || what == DO_GET_REFUSE || what == DO_READ_DIE_ONCE;
    *w = (struct work){ .what = what,
                        .op = { .mode = reads ? TX_READ : TX_WRITE,
                                .arena = arena_new(OP_ARENA_BYTES),
                                .run = work_run,
                                .refused = work_refused,
                                .again = work_again,
                                .done = work_done } };
    snprintf(w->name, sizeof w->name, "%s", name);
}

UNUSED static enum op_outcome work_alone(struct test_db *t, int what, const char *name, struct work *out)
{
    struct work w;
    work_make(&w, what, name);
    enum op_outcome outcome = lanes_run(t->lanes, &w.op);
    EXPECT(w.answers == 1 && w.outcome == outcome);
    arena_free(w.op.arena);
    if (out) *out = w;
    return outcome;
}

/* Submits all at once, so that they meet in batches, and waits for all. */
UNUSED static void work_all(struct test_db *t, struct work *all, size_t count)
{
    sem_t finished;
    EXPECT(sem_init(&finished, 0, 0) == 0);
    for (size_t i = 0; i < count; i++) {
        all[i].finished = &finished;
        EXPECT(lanes_submit(t->lanes, &all[i].op));
    }
    for (size_t i = 0; i < count; i++) EXPECT(sem_wait(&finished) == 0);
    sem_destroy(&finished);
    for (size_t i = 0; i < count; i++) {
        EXPECT(all[i].answers == 1);
        arena_free(all[i].op.arena);
    }
}

UNUSED static int64_t rows_like(struct test_db *t, const char *pattern)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM t_rows WHERE name LIKE '%s'", pattern);
    return test_number(t, sql);
}

UNUSED static sem_t gate;

UNUSED static enum op_wish wait_run(struct op *op, struct tx *tx)
{
    (void)op, (void)tx;
    EXPECT(sem_wait(&gate) == 0);
    return OP_COMMIT;
}

#endif
