/* attempt.c: one attempt, from the claimed row to its settlement.
 *
 * The settling transaction first moves its rows from running to done, naming the attempts. That takes the row locks and
 * asks at the same time whether the attempts still hold their jobs; no row means superseded, and nothing else is
 * written for it. Then each kind's .settle runs; when it wishes for another end, a second update says so. The usual
 * end, done, costs one statement for the whole group.
 *
 * When the answer to COMMIT was lost, the same transaction is run again: had it been committed, the first statement
 * finds no row in state running and nothing happens twice. */
#include "jobs/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SUBMIT_TRIES = 50, SUBMIT_PAUSE_MS = 4 };

/* ---- what kinds may say ---- */

static struct run *run_of(struct job *job) { return OWNER_OF(job, struct run, job); }

void job_again_after(struct job *job, int64_t delay_ms)
{
    assert(delay_ms >= 0);
    run_of(job)->again_after_ms = delay_ms;
}

/* Errors may quote what an outside server said: made valid UTF-8 without controls, and cut between characters. */
static void make_clean(char *text)
{
    enum { UTF8_TAIL_MAX = 3 };
    size_t all = strlen(text), n = all;
    while (n > 0 && all - n < UTF8_TAIL_MAX && !utf8_valid((struct str){ text, n })) n--;
    bool valid = utf8_valid((struct str){ text, n });
    if (valid) text[n] = '\0';
    for (unsigned char *p = (unsigned char *)text; *p; p++)
        if (*p < ' ' || *p == 0x7f || (!valid && *p >= 0x80)) *p = '?';
}

void job_error(struct job *job, const char *format, ...)
{
    struct run *r = run_of(job);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(r->error, sizeof(r->error), format, args);
    va_end(args);
    if (n < 0) run_error(r, "error text cannot be formatted");
    make_clean(r->error);
}

/* ---- the beginning ---- */

/* The first try begins: from here its kind's deadline counts, however long it waited for its turn. */
static void begin(struct run *r)
{
    r->job.now_ms = now_ms();
    if (r->begun_at_ms) return;
    r->begun_at_ms = r->job.now_ms;
    if (!r->job.deadline_ms && r->kind->give_up_after_ms)
        r->job.deadline_ms = r->begun_at_ms + r->kind->give_up_after_ms;
}

/* ---- settling, inside the transaction ---- */

static int64_t backoff_ms(const struct job_kind *k, int64_t attempt)
{
    int64_t delay_ms = k->backoff_first_ms > 0 ? k->backoff_first_ms : SECOND_MS;
    int64_t most_ms = k->backoff_max_ms > delay_ms ? k->backoff_max_ms : delay_ms;
    for (int64_t i = 1; i < attempt && delay_ms < most_ms; i++) delay_ms *= 2;
    if (delay_ms > most_ms) delay_ms = most_ms;
    /* ±20 %: what failed together does not come back together. */
    int64_t jitter_ms = delay_ms / 5;
    return delay_ms - jitter_ms + (int64_t)random_below((uint64_t)(2 * jitter_ms + 1));
}

static enum row move_row(struct run *r, struct tx *tx, enum job_state from, enum job_state to)
{
    int64_t at_ms = r->job.now_ms;
    return queue_move(
        tx, &(struct queue_move){ .id = r->job.id,
                                  .attempt = r->job.attempt,
                                  .from = from,
                                  .to = to,
                                  .at_ms = at_ms,
                                  .run_at_ms = to == JOB_READY ? r->next_ms : at_ms,
                                  .begun_at_ms = r->begun_at_ms,
                                  .pool = to == JOB_READY && r->next_ms <= at_ms ? kind_pool(r->kind) : JOB_POOL_UNSET,
                                  .spare = r->spare,
                                  .error = r->error[0] ? r->error : NULL });
}

/* May there be another attempt? Decides when, or writes why not. */
static bool again_is_possible(struct run *r)
{
    if (!r->spare && run_counted(r) >= r->kind->max_attempts) {
        if (!r->error[0]) run_error(r, "the last attempt failed");
        return false;
    }
    int64_t delay_ms = r->again_after_ms ? r->again_after_ms : backoff_ms(r->kind, run_counted(r));
    r->next_ms = r->job.now_ms + delay_ms;
    if (!r->job.deadline_ms || r->next_ms < r->job.deadline_ms) return true;
    if (!r->error[0]) run_error(r, "deadline passed");
    return false;
}

/* Ready again as if it had just been put; the row was moved in this transaction. */
static bool begin_anew(struct run *r, struct tx *tx, struct queue_anew *n)
{
    n->id = r->job.id, n->attempt = r->job.attempt, n->at_ms = r->job.now_ms;
    n->error = r->error[0] ? r->error : NULL;
    return queue_anew(tx, n) == ROW_FOUND;
}

static bool end_dead(struct run *r, struct tx *tx, enum job_state from)
{
    if (!r->error[0]) run_error(r, "given up");
    enum row row = move_row(r, tx, from, JOB_DEAD);
    if (row == ROW_FAULT) return false;
    r->verdict = row == ROW_NONE ? V_SUPERSEDED : V_DEAD;
    if (row == ROW_NONE) return true;
    switch (r->kind->dead ? r->kind->dead(&r->job, tx, r->error) : JOB_FINISHED) {
    case JOB_FINISHED: return !r->live || queue_free_behind(tx, r->job.kind, r->job.key, r->job.now_ms);
    case JOB_NEXT:
        r->verdict = V_NEXT;
        return begin_anew(r, tx, &(struct queue_anew){ .from = JOB_DEAD, .run_at_ms = r->job.now_ms });
    case JOB_FAULT: break;
    case JOB_AGAIN:
    case JOB_GIVE_UP: assert(!"an answer that .dead cannot give");
    }
    return false;
}

/* A kind that works off a list goes on with the claim that it has: giving it up and taking it again would be as many
 * transactions once more. Not for ever, and not while this process ends: others may have a better use for it. */
static bool keeps_claim(struct group *g)
{
    const struct run *r = &g->run[0];
    bool may = r->kind->keeps_claim || (g->direct && r->kind->every_ms > 0);
    if (!may || g->count > 1 || r->again_after_ms > 0 || g->kept >= CLAIM_KEPT_MAX) return false;
    if (monotonic_ms() - g->claimed_at_ms >= CLAIM_KEPT_MS) return false;
    if (r->kind->careful && !clock_is_sound()) return false; /* asked where jobs are claimed */
    pthread_mutex_lock(&g->jobs->lock);
    bool stopping = g->jobs->stopping;
    pthread_mutex_unlock(&g->jobs->lock);
    return !stopping;
}

static bool end_kept(struct run *r, struct tx *tx)
{
    enum row row = queue_keep(tx, r->job.id, r->job.attempt, r->job.now_ms + JOB_LEASE_MS);
    r->verdict = row == ROW_NONE ? V_SUPERSEDED : V_KEPT;
    return row != ROW_FAULT;
}

static bool end_next(struct run *r, struct tx *tx)
{
    r->next_ms = r->job.now_ms + r->again_after_ms;
    enum row row = move_row(r, tx, JOB_DONE, JOB_READY);
    r->verdict = row == ROW_NONE ? V_SUPERSEDED : V_NEXT;
    if (row == ROW_FOUND) tx_notify(tx, "jobs");
    return row != ROW_FAULT;
}

/* A newer wish with the same live key may have come meanwhile and wait: this job takes it up, and begins anew with it.
 * ROW_NONE: there is none. */
static enum row take_up(struct run *r, struct tx *tx, enum job_state from)
{
    int64_t ref;
    const char *note;
    /* Who waits behind a row that is another attempt's by now is that one's to take up. */
    enum row ours =
        from != JOB_RUNNING ? ROW_FOUND : queue_renew(tx, r->job.id, r->job.attempt, r->job.now_ms + JOB_LEASE_MS);
    if (ours == ROW_NONE) r->verdict = V_SUPERSEDED;
    if (ours != ROW_FOUND) return ours == ROW_NONE ? ROW_FOUND : ROW_FAULT;
    enum row row = queue_take_behind(tx, r->job.kind, r->job.key, r->job.now_ms, &ref, &note);
    if (row != ROW_FOUND) return row;
    r->verdict = V_AGAIN;
    struct queue_anew n = {
        .from = from, .run_at_ms = r->job.now_ms + backoff_ms(r->kind, 1), .ref = &ref, .note = note
    };
    return begin_anew(r, tx, &n) ? ROW_FOUND : ROW_FAULT;
}

static bool end_again(struct run *r, struct tx *tx, enum job_state from)
{
    if (r->live) {
        enum row row = take_up(r, tx, from);
        if (row != ROW_NONE) return row == ROW_FOUND;
    }
    if (!again_is_possible(r)) return end_dead(r, tx, from);
    enum row row = move_row(r, tx, from, JOB_READY);
    r->verdict = row == ROW_NONE ? V_SUPERSEDED : V_AGAIN;
    return row != ROW_FAULT;
}

/* The first move, to done, of all that wish it: V_SUPERSEDED for those whose row is gone from us. One statement, which
 * on PostgreSQL is one round trip instead of sixteen. False: nothing of this transaction may stay. */
static bool finish_rows(struct group *g, struct tx *tx)
{
    struct queue_finish list[GROUP_MAX];
    struct run *of[GROUP_MAX];
    size_t n = 0;
    int64_t at_ms = now_ms();
    for (size_t i = 0; i < g->count; i++) {
        struct run *r = &g->run[i];
        if (r->wish == JOB_FINISHED) begin(r);
        r->job.now_ms = at_ms;
        if (r->wish != JOB_FINISHED) continue;
        list[n] = (struct queue_finish){ .id = r->job.id, .attempt = r->job.attempt };
        of[n++] = r;
    }
    if (n == 1) {
        enum row row = queue_move(tx, &(struct queue_move){ .id = list[0].id,
                                                            .attempt = list[0].attempt,
                                                            .from = JOB_RUNNING,
                                                            .to = JOB_DONE,
                                                            .run_at_ms = at_ms,
                                                            .at_ms = at_ms });
        if (row == ROW_FAULT) return false;
        list[0].found = row == ROW_FOUND;
    } else if (n > 1 && queue_finish(tx, list, n, at_ms) != ROW_FOUND) {
        return false;
    }
    for (size_t i = 0; i < n; i++)
        if (!list[i].found) of[i]->verdict = V_SUPERSEDED;
    return true;
}

/* False: nothing of this transaction may stay. */
static bool settle_one(struct group *g, struct run *r, struct tx *tx)
{
    if (r->verdict == V_SUPERSEDED) return true;
    if (r->wish == JOB_GIVE_UP) return end_dead(r, tx, JOB_RUNNING);
    if (r->wish != JOB_FINISHED) return end_again(r, tx, JOB_RUNNING);
    switch (r->kind->settle(&r->job, tx)) {
    case JOB_FAULT: return false;
    case JOB_GIVE_UP: return end_dead(r, tx, JOB_DONE);
    case JOB_AGAIN: return end_again(r, tx, JOB_DONE);
    case JOB_NEXT: r->spare = true; return keeps_claim(g) ? end_kept(r, tx) : end_next(r, tx);
    case JOB_FINISHED: break;
    }
    r->verdict = V_DONE;
    return !r->live || queue_free_behind(tx, r->job.kind, r->job.key, r->job.now_ms);
}

enum op_wish group_settle_run(struct op *op, struct tx *tx)
{
    struct group *g = OWNER_OF(op, struct group, op);
    if (!finish_rows(g, tx)) return OP_REFUSE;
    for (size_t i = 0; i < g->count; i++)
        if (!settle_one(g, &g->run[i], tx)) return OP_REFUSE;
    return OP_COMMIT;
}

static void group_again(struct op *op)
{
    struct group *g = OWNER_OF(op, struct group, op);
    arena_release(g->arena, g->mark);
    for (size_t i = 0; i < g->count; i++) {
        struct run *r = &g->run[i];
        r->verdict = V_NONE;
        if (r->wish == JOB_FINISHED) r->again_after_ms = 0, r->spare = false, r->error[0] = '\0';
    }
}

/* ---- after the transaction ---- */

static void tell(struct jobs *j, const struct run *r)
{
    static const char *const events[] = {
        [V_AGAIN] = "job.again", [V_DEAD] = "job.dead", [V_SUPERSEDED] = "job.superseded"
    };
    enum log_level level = r->verdict == V_DEAD ? LOG_ERROR : r->error[0] ? LOG_WARN : LOG_INFO;
    if (r->verdict == V_AGAIN || r->verdict == V_DEAD || r->verdict == V_SUPERSEDED)
        LOG(level, events[r->verdict], LOG_TEXT("kind", r->job.kind), LOG_NUMBER("job", r->job.id),
            LOG_NUMBER("attempt", r->job.attempt), LOG_TEXT("error", r->error));
    /* Superseded may also mean: this is the repeat of a settlement that had been committed. A look costs nothing. */
    bool goes_on = r->verdict == V_AGAIN || r->verdict == V_NEXT || r->verdict == V_KEPT;
    if (!goes_on && j->options.ended) j->options.ended(j->options.arg, r->job.id);
}

static void give_up_group(struct group *g, const char *why)
{
    for (size_t i = 0; i < g->count; i++)
        LOG(LOG_WARN, "job.left_to_its_lease", LOG_TEXT("kind", g->run[i].job.kind),
            LOG_NUMBER("job", g->run[i].job.id), LOG_NUMBER("attempt", g->run[i].job.attempt), LOG_TEXT("reason", why));
    group_leave(g);
}

/* A settlement that failed: the attempt ends as one that shall come again, without .settle's changes. */
static void turn_into_again(struct group *g)
{
    assert(g->count == 1);
    struct run *r = &g->run[0];
    bool new_wish = r->wish == JOB_FINISHED;
    group_again(&g->op);
    if (!new_wish) return;
    r->wish = JOB_AGAIN;
    run_error(r, "storage failed");
}

static void split(struct group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct run *r = &g->run[i];
        struct group *one = group_new(g->jobs, 1, r->kind);
        group_set(one, 0, r->kind,
                  &(struct claimed){ .id = r->job.id,
                                     .account = r->job.account,
                                     .ref = r->job.ref,
                                     .attempt = r->job.attempt,
                                     .spared = r->spared,
                                     .deadline_ms = r->job.deadline_ms,
                                     .put_at_ms = r->job.put_at_ms,
                                     .begun_at_ms = r->begun_at_ms,
                                     .live = r->live,
                                     .key = r->job.key,
                                     .note = r->job.note });
        group_submit(one, false);
    }
    group_leave(g);
}

/* The row is this group's still, as another attempt that does not count. */
static void go_on(struct group *g)
{
    struct run *r = &g->run[0];
    pthread_mutex_lock(&g->jobs->lock); /* the claimer reads them to renew leases */
    r->job.attempt++, r->spared++;
    g->renew_at_ms = monotonic_ms() + JOB_LEASE_MS / 3;
    pthread_mutex_unlock(&g->jobs->lock);
    g->kept++, g->tries = 0;
    r->job.state = NULL, r->job.item_error = NULL; /* of the part before */
    group_again(&g->op);
}

/* What to do with a group whose transaction ended so. True: run g->op once more. */
static bool settled(struct group *g, enum op_outcome outcome)
{
    switch (outcome) {
    case OP_COMMITTED:
        for (size_t i = 0; i < g->count; i++) tell(g->jobs, &g->run[i]);
        if (g->run[0].verdict == V_KEPT) {
            go_on(g);
            return true;
        }
        group_leave(g);
        return false;
    case OP_UNCERTAIN:
        if (++g->tries < SETTLE_TRIES) {
            group_again(&g->op);
            return true;
        }
        give_up_group(g, "the answer to COMMIT was lost");
        return false;
    case OP_REFUSED:
    case OP_CONFLICT:
    case OP_FAILED:
        if (g->count > 1) {
            split(g);
            return false;
        }
        if (++g->tries < SETTLE_TRIES) {
            turn_into_again(g);
            return true;
        }
        give_up_group(g, "storage failed");
        return false;
    case OP_DROPPED: break;
    }
    give_up_group(g, "storage stopped");
    return false;
}

static void settle_done(struct op *op, enum op_outcome outcome)
{
    struct group *g = OWNER_OF(op, struct group, op);
    if (settled(g, outcome)) group_submit(g, false);
}

static void prepare_op(struct group *g)
{
    g->op = (struct op){ .mode = TX_WRITE, .arena = g->arena, .run = group_settle_run, .again = group_again };
}

void group_submit(struct group *g, bool patient)
{
    pthread_mutex_lock(&g->jobs->lock);
    g->stage = STAGE_STORAGE;
    pthread_mutex_unlock(&g->jobs->lock);
    prepare_op(g);
    g->op.done = settle_done;
    for (int i = 0; i < SUBMIT_TRIES; i++) {
        if (lanes_submit(g->jobs->options.lanes, &g->op)) return;
        if (!patient) break; /* a lane's thread must not wait for its own queue */
        struct timespec pause = { .tv_nsec = SUBMIT_PAUSE_MS * 1000000L };
        nanosleep(&pause, NULL);
    }
    give_up_group(g, "storage is too busy");
}

/* ---- jobs with .load or .call, on a thread of the pool ---- */

enum op_wish group_load_run(struct op *op, struct tx *tx)
{
    struct group *g = OWNER_OF(op, struct group, op);
    struct run *r = &g->run[0];
    r->job.now_ms = now_ms();
    r->job.state = NULL;
    r->wish = r->kind->load(&r->job, tx);
    assert(r->wish != JOB_NEXT);
    return OP_COMMIT;
}

/* .wish says how to go on. */
static void load(struct group *g)
{
    struct run *r = &g->run[0];
    g->op = (struct op){ .mode = TX_READ, .arena = g->arena, .run = group_load_run, .again = group_again };
    enum op_outcome outcome = lanes_run(g->jobs->options.lanes, &g->op);
    if (outcome != OP_COMMITTED || r->wish == JOB_FAULT) {
        r->wish = JOB_AGAIN;
        run_error(r, "storage failed");
    }
    g->mark = arena_mark(g->arena);
}

/* The stage tells jobs_stop which threads it may have to leave behind. False: this one was, and its lease is gone. */
static bool enter_stage(struct worker *w, struct group *g, enum stage stage)
{
    pthread_mutex_lock(&g->jobs->lock);
    bool ours = !g->abandoned;
    if (ours) g->stage = stage;
    w->at = stage == STAGE_CALL ? g : NULL;
    if (g->jobs->stopping) pthread_cond_signal(&g->jobs->wake_stop);
    pthread_mutex_unlock(&g->jobs->lock);
    return ours;
}

/* What .settle needs is there. False: the call took too long for a process that ends, and so did the group. */
static bool load_and_call(struct worker *w, struct group *g)
{
    struct run *r = &g->run[0];
    if (r->wish == JOB_FINISHED && r->kind->load) load(g);
    if (r->wish != JOB_FINISHED || !r->kind->call) return true;
    if (!enter_stage(w, g, STAGE_CALL)) abort(); /* only a call can be abandoned */
    r->job.now_ms = now_ms();
    r->kind->call(&r->job);
    g->mark = arena_mark(g->arena);
    if (enter_stage(w, g, STAGE_STORAGE)) return true;
    group_leave(g);
    return false;
}

void group_work(struct worker *w, struct group *g)
{
    struct run *r = &g->run[0];
    const struct arena_mark claimed = g->mark;
    assert(g->count == 1 && !g->direct);
    if (r->wish == JOB_FINISHED) begin(r);
    if (!enter_stage(w, g, STAGE_STORAGE)) abort();
    for (int begun = -1;;) { /* part by part, while it keeps its claim */
        if (begun != g->kept) {
            begun = g->kept, g->mark = claimed;
            arena_release(g->arena, claimed);
            if (!load_and_call(w, g)) return;
        }
        prepare_op(g);
        if (!settled(g, lanes_run(g->jobs->options.lanes, &g->op))) return;
    }
}
