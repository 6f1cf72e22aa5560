/* batch.c: how a batch of ops becomes transactions, and what happens to each when something goes wrong.
 *
 *   SQLite, writes   one transaction and one sync for all; nobody is told before the commit
 *   SQLite, reads    one snapshot for all
 *   PostgreSQL       one transaction an op; before_batch once for all
 *
 * A savepoint makes SQLite copy every page that the op touches, which costs as much as the op itself. So ops run
 * without one at first: of those that do not commit, nearly all refuse before they write, and then nothing has to be
 * undone. When one must be undone after all, the batch begins again with a savepoint for each op, and so do the next
 * few.
 *
 * A batch that SQLite gave up (full disk, I/O error, a failed commit) is run again one by one: the ops that can be
 * stored are, the others fail alone. Nothing of a lost batch was told to anyone, so running again is right. When it is
 * not known whether the batch was lost (its sync failed), "failed" and "refused" are no answers for its ops until
 * something else was written in its place: they are told that nobody knows. */
#include "base/clock.h"
#include "base/log.h"
#include "storage/private.h"

static enum op_outcome outcome_of(enum tx_fault f)
{
    assert(f != TX_SOUND);
    return f == TX_CONFLICT ? OP_CONFLICT : OP_FAILED;
}

/* before_batch for these ops, in `tx`. It is not asked about ops that have nothing to ask. */
static void ask_before(struct lane *l, struct tx *tx, struct op *const *ops, size_t count)
{
    size_t keys = 0;
    for (size_t i = 0; i < count; i++) keys += ops[i]->session_key != NULL;
    if (!l->lanes->options.before_batch || keys == 0) return;
    struct arena *was = tx_arena(tx);
    tx_use_arena(tx, l->arena);
    l->lanes->options.before_batch(tx, ops, count);
    tx_use_arena(tx, was);
}

static void warn_when_slow(const struct op *op, int64_t began_ms)
{
    int64_t took_ms = monotonic_ms() - began_ms;
    if (took_ms >= LANE_SLOW_OP_MS)
        LOG(LOG_WARN, "slow_op", LOG_NUMBER("took_ms", took_ms), LOG_NUMBER("mode", op->mode));
}

/* ---- one op, a transaction of its own ---- */

static enum op_outcome attempt(struct lane *l, struct op *op, bool ask)
{
    struct tx *tx = tx_begin(l->conn, op->mode, op->arena);
    if (!tx) return outcome_of(tx_fault_of(&l->conn->tx));
    int64_t began_ms = monotonic_ms();
    if (ask) ask_before(l, tx, &op, 1);
    enum op_wish wish = tx_fault_of(tx) == TX_SOUND ? op->run(op, tx) : OP_COMMIT;
    warn_when_slow(op, began_ms);
    if (tx_fault_of(tx) == TX_SOUND && wish == OP_REFUSE) {
        tx_rollback(tx);
        op->refusing = true;
        return OP_REFUSED;
    }
    switch (tx_commit(tx)) {
    case TX_COMMITTED: return OP_COMMITTED;
    case TX_UNCERTAIN: return OP_UNCERTAIN;
    case TX_ROLLED_BACK: break;
    }
    return outcome_of(tx_fault_of(tx));
}

static enum op_outcome attempt_refused(struct lane *l, struct op *op)
{
    struct tx *tx = tx_begin(l->conn, TX_WRITE, op->arena);
    if (!tx) return outcome_of(tx_fault_of(&l->conn->tx));
    if (!op->refused(op, tx) && tx_fault_of(tx) == TX_SOUND) {
        tx_rollback(tx);
        return OP_FAILED;
    }
    switch (tx_commit(tx)) {
    case TX_COMMITTED: return OP_REFUSED;
    case TX_UNCERTAIN: return OP_UNCERTAIN;
    case TX_ROLLED_BACK: break;
    }
    return outcome_of(tx_fault_of(tx));
}

/* What has just failed on a lost connection, before its COMMIT was sent: nothing is written, so it may go to another
 * lane. When none has a connection, or this is not the first time, it fails. */
static bool goes_elsewhere(struct lane *l, struct op *op)
{
    if (op->outcome != OP_FAILED || !l->conn->lost || op->lost >= LANE_LOST_MAX) return false;
    if (tx_fault_of(&l->conn->tx) != TX_LOST) return false;
    op->lost++;
    /* One that has refused keeps its reply: only what the refusal leaves behind is left to write. */
    if (!op->refusing) op->again(op);
    queue_put_back(l->queue, &op, 1);
    return true;
}

/* After a batch of unknown end its ops may be in the log, where a crash would bring them back, until something is
 * written in their place. Till then the verdict of another run is no better than before, unless it has written. */
static void judge_again(struct lane *l, struct op *op, int64_t written)
{
    if (!l->ghost) return;
    bool ended_well = op->outcome == OP_COMMITTED || op->outcome == OP_REFUSED;
    if (ended_well && l->conn->engine->written(l->conn) != written) {
        l->ghost = false;
    } else {
        op->outcome = OP_UNCERTAIN;
    }
}

/* Writes the first page anew, in place of what a batch of unknown end has left behind in the log. */
static void lay_ghost(struct lane *l)
{
    struct tx *tx = tx_begin(l->conn, TX_WRITE, l->arena);
    if (!tx) return;
    if (!tx_script(tx, "PRAGMA user_version = 0")) {
        tx_rollback(tx);
    } else if (tx_commit(tx) == TX_COMMITTED) {
        l->ghost = false;
    }
}

/* Runs one op to its end. A read lane cannot write what a refusal leaves behind: the writers do. */
static void run_alone(struct lane *l, struct op *op, bool ask)
{
    int64_t written = l->ghost ? l->conn->engine->written(l->conn) : 0;
    for (op->tries = 1; !op->refusing; op->tries++) {
        op->outcome = attempt(l, op, ask);
        if (op->outcome != OP_CONFLICT || op->tries == OP_MAX_TRIES) break;
        op->again(op);
        ask = true; /* l->arena stays: it holds what was found for the ops that follow */
    }
    if (op->refusing && op->refused && l->mode == TX_READ) {
        queue_forward(&l->lanes->write, op);
        return;
    }
    for (unsigned i = 0; op->refusing && op->refused && i < OP_MAX_TRIES; i++) {
        op->outcome = attempt_refused(l, op);
        if (op->outcome != OP_CONFLICT) break;
    }
    judge_again(l, op, written);
    if (!goes_elsewhere(l, op)) op_finish(op);
}

/* ---- SQLite: group commit ---- */

/* What `run` wished to leave behind when it refused. False: the whole transaction is lost. */
static bool part_refused(struct tx *tx, struct op *op)
{
    op->outcome = OP_REFUSED;
    for (unsigned i = 0; op->refused && i < OP_MAX_TRIES; i++) {
        if (!tx_part_begin(tx, op->arena)) return false;
        bool said = op->refused(op, tx), sound = tx_fault_of(tx) == TX_SOUND;
        if (said && sound && tx_part_keep(tx)) {
            op->outcome = OP_REFUSED;
            return true;
        }
        op->outcome = sound && !said ? OP_FAILED : outcome_of(tx_fault_of(tx));
        if (!tx_part_undo(tx)) return false;
        if (op->outcome != OP_CONFLICT) return true;
    }
    return true;
}

/* One op in a savepoint of the batch. False: the whole transaction is lost. */
static bool part_run(struct lane *l, struct tx *tx, struct op *op)
{
    for (op->tries = 1; !op->refusing; op->tries++) {
        if (!tx_part_begin(tx, op->arena)) return false;
        int64_t began_ms = monotonic_ms();
        enum op_wish wish = op->run(op, tx);
        warn_when_slow(op, began_ms);
        if (tx_fault_of(tx) == TX_SOUND && wish == OP_COMMIT && tx_part_keep(tx)) {
            op->outcome = OP_COMMITTED;
            return true;
        }
        enum tx_fault f = tx_fault_of(tx);
        if (!tx_part_undo(tx)) return false;
        if (f == TX_SOUND) {
            op->refusing = true;
            break;
        }
        op->outcome = outcome_of(f);
        if (op->outcome != OP_CONFLICT || op->tries == OP_MAX_TRIES) return true;
        op->again(op);
        ask_before(l, tx, &op, 1);
        if (tx_fault_of(tx) != TX_SOUND) return false;
    }
    return part_refused(tx, op);
}

/* One op with no savepoint. False: it must be undone, which only the end of the whole transaction can do. */
static bool light_run(struct lane *l, struct tx *tx, struct op *op)
{
    if (op->refusing) return part_refused(tx, op);
    const struct conn *c = l->conn;
    int64_t written = c->engine->written(c);
    unsigned notices = tx->notice_count;
    op->tries = 1;
    tx_use_arena(tx, op->arena);
    int64_t began_ms = monotonic_ms();
    enum op_wish wish = op->run(op, tx);
    warn_when_slow(op, began_ms);
    if (tx_fault_of(tx) != TX_SOUND) return false;
    op->outcome = OP_COMMITTED;
    if (wish == OP_COMMIT) return true;
    if (c->engine->written(c) != written) return false;
    tx->notice_count = notices;
    op->refusing = true;
    return part_refused(tx, op);
}

enum group_end {
    GROUP_COMMITTED,
    GROUP_UNDONE, /* with savepoints it may go well */
    GROUP_LOST,
    GROUP_UNCERTAIN, /* the sync failed: this connection has rolled back, but a crash may bring it back */
};

/* Runs and commits as many as fit into the time; *ran says how many were begun. */
static enum group_end group_commit(struct lane *l, struct tx *tx, size_t count, bool careful, size_t *ran)
{
    *ran = 0;
    int64_t began_ms = monotonic_ms();
    ask_before(l, tx, l->batch, count);
    bool good = tx_fault_of(tx) == TX_SOUND;
    while (good && *ran < count && (*ran == 0 || monotonic_ms() - began_ms < LANE_WRITE_CUT_MS)) {
        struct op *op = l->batch[(*ran)++];
        good = careful ? part_run(l, tx, op) : light_run(l, tx, op);
    }
    if (!good) {
        /* Savepoints that are still open go with their transaction. */
        tx->parts = 0;
        tx_rollback(tx);
        return careful ? GROUP_LOST : GROUP_UNDONE;
    }
    switch (tx_commit(tx)) {
    case TX_COMMITTED: return GROUP_COMMITTED;
    case TX_UNCERTAIN: return GROUP_UNCERTAIN;
    case TX_ROLLED_BACK: break;
    }
    return GROUP_LOST;
}

/* Nothing of the transaction is left; the first `ran` of the batch get ready to run again. */
static void begin_again(struct lane *l, size_t count, size_t ran)
{
    for (size_t i = 0; i < count; i++) {
        struct op *op = l->batch[i];
        /* One that came here to write its refusal has `run` behind it, elsewhere, and keeps its reply. */
        bool forwarded = op->mode == TX_READ;
        if (!forwarded) op->refusing = false;
        if (i < ran && !forwarded) op->again(op);
    }
    arena_reset(l->arena);
}

/* No transaction to be had (another process holds the writer): waiting again for each op would only add up. */
static void fail_all(struct lane *l, size_t count, enum op_outcome outcome)
{
    for (size_t i = 0; i < count; i++) {
        l->batch[i]->outcome = outcome;
        op_finish(l->batch[i]);
    }
}

static void run_group(struct lane *l, size_t count)
{
    enum group_end end = GROUP_UNDONE;
    size_t ran = 0;
    while (end == GROUP_UNDONE) {
        struct tx *tx = tx_begin(l->conn, TX_WRITE, l->arena);
        if (!tx) {
            fail_all(l, count, outcome_of(tx_fault_of(&l->conn->tx)));
            return;
        }
        bool careful = l->careful > 0;
        if (careful) l->careful--;
        end = group_commit(l, tx, count, careful, &ran);
        if (end != GROUP_UNDONE) break;
        l->careful = LANE_CAREFUL_BATCHES;
        begin_again(l, count, ran);
    }
    if (end == GROUP_COMMITTED) {
        for (size_t i = 0; i < ran; i++) op_finish(l->batch[i]);
        queue_put_back(l->queue, l->batch + ran, count - ran);
        return;
    }
    LOG(LOG_WARN, "batch_lost", LOG_NUMBER("ops", count), LOG_NUMBER("begun", ran));
    begin_again(l, count, ran);
    bool doubtful = end == GROUP_UNCERTAIN;
    l->ghost = doubtful;
    if (doubtful) lay_ghost(l);
    for (size_t i = 0; i < count; i++) {
        arena_reset(l->arena);
        if (i >= ran) l->ghost = false; /* it was not in the batch */
        run_alone(l, l->batch[i], true);
        notifier_deliver(l);
    }
    l->ghost = false;
}

/* ---- SQLite: many reads of one snapshot ---- */

static void run_reads(struct lane *l, size_t count)
{
    struct tx *tx = tx_begin(l->conn, TX_READ, l->arena);
    if (!tx) {
        fail_all(l, count, outcome_of(tx_fault_of(&l->conn->tx)));
        return;
    }
    size_t ran = 0;
    int64_t began_ms = monotonic_ms();
    ask_before(l, tx, l->batch, count);
    bool good = tx_fault_of(tx) == TX_SOUND;
    for (; good && ran < count && (ran == 0 || monotonic_ms() - began_ms < LANE_READ_CUT_MS); ran++) {
        struct op *op = l->batch[ran];
        tx_use_arena(tx, op->arena);
        enum op_wish wish = op->run(op, tx);
        enum tx_fault f = tx_fault_of(tx);
        if (f != TX_SOUND) tx_clear_fault(tx); /* a read leaves nothing to undo */
        op->refusing = f == TX_SOUND && wish == OP_REFUSE;
        op->outcome = f != TX_SOUND ? outcome_of(f) : wish == OP_REFUSE ? OP_REFUSED : OP_COMMITTED;
    }
    tx_rollback(tx); /* cheaper than COMMIT, and cannot fail */
    for (size_t i = 0; i < ran; i++) {
        struct op *op = l->batch[i];
        if (op->refusing && op->refused) {
            queue_forward(&l->lanes->write, op);
        } else {
            op_finish(op);
        }
    }
    if (good) {
        queue_put_back(l->queue, l->batch + ran, count - ran);
        return;
    }
    for (size_t i = 0; i < count; i++) run_alone(l, l->batch[i], true);
}

/* ---- PostgreSQL: one transaction an op ---- */

/* None of them has begun. From the last, so that those which go elsewhere keep their order. */
static void all_failed(struct lane *l, size_t count)
{
    enum op_outcome outcome = outcome_of(tx_fault_of(&l->conn->tx));
    for (size_t i = count; i-- > 0;) {
        l->batch[i]->outcome = outcome;
        if (!goes_elsewhere(l, l->batch[i])) op_finish(l->batch[i]);
    }
}

static void run_each(struct lane *l, size_t count)
{
    if (count > 1) { /* a single op is asked about in its own transaction */
        struct tx *tx = tx_begin(l->conn, TX_READ, l->arena);
        if (tx) ask_before(l, tx, l->batch, count);
        if (!tx || tx_commit(tx) != TX_COMMITTED) {
            all_failed(l, count);
            return;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (l->conn->lost) {
            /* The connection broke under the op before, which was told so. The rest has not begun: others may do it. */
            queue_put_back(l->queue, l->batch + i, count - i);
            return;
        }
        run_alone(l, l->batch[i], count == 1);
        notifier_deliver(l);
    }
}

void lane_run(struct lane *l, size_t count)
{
    assert(count > 0 && count <= LANE_BATCH);
    arena_reset(l->arena);
    l->conn->has_company = count > 1;
    if (db_engine_of(l->lanes->db) == DB_POSTGRES) {
        run_each(l, count);
    } else if (count == 1) {
        run_alone(l, l->batch[0], true);
    } else if (l->mode == TX_WRITE) {
        run_group(l, count);
    } else {
        run_reads(l, count);
    }
    notifier_deliver(l);
    if (l->mode == TX_WRITE) l->conn->engine->rest(l->conn);
}
