/* work.c: one operation in a transaction of its own, from its begin to its end. */
#include "app/app.h"

enum { OP_ARENA_MAX = 64 << 20 };

struct app_op {
    struct op op;
    app_work *work;
    void *arg;
};

static enum op_wish run_work(struct op *op, struct tx *tx)
{
    struct app_op *o = OWNER_OF(op, struct app_op, op);
    return o->work(o->arg, tx);
}

static void work_again(struct op *op) { arena_reset(op->arena); }

enum op_outcome app_do(struct app *app, enum tx_mode mode, app_work *work, void *arg)
{
    struct app_op o = { .op = { .mode = mode, .arena = arena_new(OP_ARENA_MAX), .run = run_work, .again = work_again },
                        .work = work,
                        .arg = arg };
    enum op_outcome outcome = lanes_run(app->lanes, &o.op);
    arena_free(o.op.arena);
    return outcome;
}
