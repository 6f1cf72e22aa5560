/* verify.c: runs a check piece by piece, and asks again before it believes a finding. */
#include "storage/verify.h"
#include "base/log.h"

enum { VERIFY_ARENA_BYTES = 64 << 20 };

void verify_found(struct verify_piece *p, const char *kind, int64_t id, const char *what)
{
    p->unsound++;
    if (p->findings < VERIFY_PIECE_FINDINGS) p->finding[p->findings++] = (struct verify_finding){ kind, id, what };
}

static void begin_piece(struct verify_piece *p)
{
    p->more = false;
    p->unsound = 0;
    p->findings = 0;
}

static bool has(const struct verify_piece *p, const struct verify_finding *f)
{
    for (size_t i = 0; i < p->findings; i++) {
        const struct verify_finding *g = &p->finding[i];
        if (g->id == f->id && text_eq(g->kind, f->kind) && text_eq(g->what, f->what)) return true;
    }
    return false;
}

/* What both looks found. More than a piece keeps: nobody needs the exact number then. */
static void keep_common(struct verify_piece *p, const struct verify_piece *again)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->findings; i++)
        if (has(again, &p->finding[i])) p->finding[kept++] = p->finding[i];
    bool all = p->unsound > (int64_t)p->findings && again->unsound > (int64_t)again->findings;
    p->findings = kept;
    p->unsound = all ? (p->unsound < again->unsound ? p->unsound : again->unsound) : (int64_t)kept;
}

static void take_over(struct verify_result *out, const struct verify_piece *p)
{
    for (size_t i = 0; i < p->findings; i++) {
        const struct verify_finding *f = &p->finding[i];
        LOG(LOG_ERROR, "unsound", LOG_TEXT("check", out->check->name), LOG_TEXT("kind", f->kind),
            LOG_NUMBER("id", f->id), LOG_TEXT("what", f->what));
        if (out->kept < VERIFY_KEPT) out->finding[out->kept++] = *f;
    }
    out->unsound += p->unsound;
    out->looked = p->looked;
    out->rows = p->rows;
}

struct look {
    struct op op;
    const struct verify_check *check;
    struct verify_piece before, after;
};

static enum op_wish run_look(struct op *op, struct tx *tx)
{
    struct look *l = OWNER_OF(op, struct look, op);
    l->after = l->before;
    begin_piece(&l->after);
    return l->check->piece(tx, &l->after) ? OP_COMMIT : OP_REFUSE;
}

static void look_again(struct op *op) { arena_reset(op->arena); }

static bool look(struct lanes *lanes, struct look *l)
{
    l->op = (struct op){ .mode = TX_READ, .arena = l->op.arena, .run = run_look, .again = look_again };
    bool read = lanes_run(lanes, &l->op) == OP_COMMITTED;
    arena_reset(l->op.arena);
    return read;
}

static bool next_piece(struct lanes *lanes, struct look *l)
{
    if (!look(lanes, l)) return false;
    struct verify_piece first = l->after;
    for (int i = 0; i < VERIFY_LOOKS && first.unsound > 0; i++) {
        if (!look(lanes, l)) return false;
        keep_common(&first, &l->after);
    }
    l->after = first;
    return true;
}

bool verify_live(struct lanes *lanes, const struct verify_check *check, struct verify_result *out)
{
    *out = (struct verify_result){ .check = check };
    struct arena *a = arena_new(VERIFY_ARENA_BYTES);
    struct look *l = ARENA_NEW(a, struct look);
    l->op.arena = arena_new(VERIFY_ARENA_BYTES);
    l->check = check;
    bool read = true;
    do {
        read = next_piece(lanes, l);
        if (read) take_over(out, &l->after);
        l->before = l->after;
    } while (read && l->after.more);
    arena_free(l->op.arena);
    arena_free(a);
    return read;
}

bool verify_in(struct tx *tx, const struct verify_check *check, struct verify_result *out)
{
    *out = (struct verify_result){ .check = check };
    struct verify_piece *p = ARENA_NEW(tx_arena(tx), struct verify_piece);
    do {
        begin_piece(p);
        struct arena_mark mark = arena_mark(tx_arena(tx));
        bool read = check->piece(tx, p);
        arena_release(tx_arena(tx), mark);
        if (!read) return false;
        take_over(out, p);
    } while (p->more);
    return true;
}
