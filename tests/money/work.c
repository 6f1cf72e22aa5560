/* work.c: the jobs of two processes, as their worker runs them (jobs/claimer.c, attempt.c): claimed under a lease,
 * loaded, called, settled by the statement that names the attempt. A process may be killed at each of these places, so
 * that what it asked a provider for is done and nobody here knows. */
#include "tests/money/money.h"

#include <stdio.h>
#include <stdlib.h>

STMT(next, "SELECT MIN(run_at_ms) AS at_ms FROM jobs WHERE state < 2 AND pool >= 0 AND kind IN ('billing.start',"
           " 'billing.look', 'billing.close', 'billing.refund', 'billing.bill', 'billing.event', 'inbound.money')");
STMT(line, "SELECT pool FROM jobs WHERE state = 0 AND pool = ?1 LIMIT 1");
STMT(look_next, "SELECT MIN(look_at_ms) AS at_ms FROM orders WHERE look_at_ms > 0");
STMT(bill_next, "SELECT MIN(look_at_ms) AS at_ms FROM bill_days WHERE look_at_ms > 0");

static const struct job_kind *const kinds[] = { &billing_start_job, &billing_look_job,
                                                &billing_close_job, &billing_refund_job,
                                                &billing_bill_job,  &billing_event_job,
                                                &inbound_money_job, NULL };
static const struct job_kind *const crons[] = { &billing_sweep_job, &billing_plans_job, &billing_bills_job, NULL };
static const enum job_pool pools[] = { JOB_POOL_CALLS, JOB_POOL_MONEY, JOB_POOL_FILES };
static struct jobs jobs = { .options.kinds = kinds, .lock = PTHREAD_MUTEX_INITIALIZER };

void work_start(struct sim *s)
{
    s->jobs = &jobs;
    jobs_know(kinds);
}

static void leave(struct sim *s, size_t i)
{
    group_leave(s->flight[i].g);
    s->flight[i] = s->flight[--s->flights];
}

void work_drop(struct sim *s, int process)
{
    for (size_t i = s->flights; i-- > 0;)
        if (process < 0 || s->flight[i].process == process) leave(s, i);
}

static void killed(struct sim *s, int process, const char *when)
{
    sim_say(s, "process %d is killed while it %s", process, when);
    work_drop(s, process);
}

/* ---- the claimer ---- */

static void renew(struct sim *s, struct tx *tx, int process)
{
    for (size_t i = 0; i < s->flights; i++) {
        const struct job *job = &s->flight[i].g->run[0].job;
        if (s->flight[i].process != process) continue;
        if (queue_renew(tx, job->id, job->attempt, s->now_ms + JOB_LEASE_MS) == ROW_FAULT) abort();
    }
}

static void take(struct sim *s, int process, const struct claimed *claimed)
{
    const struct job_kind *k = kind_named(kinds, claimed->kind);
    struct flight *f = &s->flight[s->flights++];
    *f = (struct flight){ .g = group_new(s->jobs, 1, k), .process = process };
    group_set(f->g, 0, k, claimed);
    struct run *r = &f->g->run[0];
    if (r->begun_at_ms || r->wish != JOB_FINISHED) return;
    r->begun_at_ms = s->now_ms;
    if (k->give_up_after_ms) r->job.deadline_ms = r->begun_at_ms + k->give_up_after_ms;
}

static bool in_line(struct tx *tx, enum job_pool pool)
{
    struct query q = query(tx, &line);
    bind_i64(&q, pool);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) abort();
    return row == ROW_FOUND;
}

/* Each runs once a period, in whichever process looks first. */
static void run_crons(struct sim *s)
{
    for (size_t i = 0; crons[i]; i++) {
        int64_t period = s->now_ms / crons[i]->every_ms;
        if (period == s->cron_period[i]) continue;
        s->cron_period[i] = period;
        struct tx *tx = sim_begin(s);
        struct run r = { .kind = crons[i],
                         .job = { .kind = crons[i]->name, .arena = s->t->arena, .now_ms = s->now_ms } };
        if (crons[i]->settle(&r.job, tx) == JOB_FAULT || tx_fault_of(tx) != TX_SOUND)
            sim_fault(s, "%s met a fault", crons[i]->name);
        if (sim_chance(s, 20)) {
            sim_undo(s);
            sim_say(s, "%s is killed", crons[i]->name);
        } else {
            sim_commit(s);
        }
    }
}

void work_look(struct sim *s, int process)
{
    struct claimed claimed[FLIGHTS_MAX];
    int n = 0;
    struct tx *tx = sim_begin(s);
    renew(s, tx, process);
    if (queue_expire(tx, s->now_ms) < 0 || queue_sort(tx, kinds, s->now_ms) < 0) abort();
    for (size_t i = 0; i < ARRAY_LEN(pools); i++) {
        int room = FLIGHTS_MAX - (int)s->flights - n;
        int64_t round = 0;
        if (room <= 0 || !in_line(tx, pools[i])) continue;
        int more = queue_claim(tx, pools[i], room, NULL, s->now_ms, &round, claimed + n);
        if (more < 0) abort();
        n += more;
    }
    if (sim_chance(s, 40)) {
        sim_undo(s);
        killed(s, process, "claims");
        return;
    }
    for (int i = 0; i < n; i++) take(s, process, &claimed[i]); /* copies what lives in the transaction */
    sim_commit(s);
    if (n > 0) sim_say(s, "process %d claims %d", process, n);
    run_crons(s);
}

/* ---- an attempt ---- */

static void load(struct sim *s, struct flight *f)
{
    struct run *r = &f->g->run[0];
    f->loaded = true;
    if (r->wish != JOB_FINISHED || !r->kind->load) return;
    sim_begin(s);
    if (group_load_run(&f->g->op, s->t->tx) != OP_COMMIT) abort();
    sim_commit(s);
    if (r->wish == JOB_FAULT) r->wish = JOB_AGAIN;
    f->g->mark = arena_mark(f->g->arena);
}

static void call(struct sim *s, size_t i)
{
    struct flight *f = &s->flight[i];
    struct run *r = &f->g->run[0];
    int process = f->process;
    f->called = true;
    if (r->wish != JOB_FINISHED || !r->kind->call) return;
    r->job.now_ms = s->now_ms;
    r->kind->call(&r->job);
    f->g->mark = arena_mark(f->g->arena);
    if (sim_chance(s, 14)) killed(s, process, "hears the answer");
}

/* What the lanes do before they run an op again. */
static void again(struct flight *f)
{
    struct run *r = &f->g->run[0];
    arena_release(f->g->arena, f->g->mark);
    r->verdict = V_NONE;
    if (r->wish == JOB_FINISHED) r->again_after_ms = 0, r->spare = false, r->error[0] = '\0';
}

static void settle(struct sim *s, size_t i)
{
    static const char *const ends[] = { "nothing", "done", "again", "next", "kept", "dead", "superseded" };
    static_assert(ARRAY_LEN(ends) == V_SUPERSEDED + 1, "a word for each");
    struct flight *f = &s->flight[i];
    struct run *r = &f->g->run[0];
    int process = f->process;
    sim_begin(s);
    if (group_settle_run(&f->g->op, s->t->tx) != OP_COMMIT || tx_fault_of(s->t->tx) != TX_SOUND) {
        sim_fault(s, "a settlement of %s was refused", r->kind->name);
        sim_undo(s);
        leave(s, i);
        return;
    }
    if (sim_chance(s, 14)) {
        sim_undo(s);
        killed(s, process, "settles");
        return;
    }
    sim_commit(s);
    sim_say(s, "process %d settles %s: %s%s%s", process, r->kind->name, ends[r->verdict], r->error[0] ? ", " : "",
            r->error);
    if (sim_chance(s, 12)) { /* the answer to COMMIT was lost: it is run again */
        again(f);
        sim_begin(s);
        if (group_settle_run(&f->g->op, s->t->tx) != OP_COMMIT) abort();
        sim_commit(s);
        sim_say(s, "and once more: %s", ends[r->verdict]);
    }
    leave(s, i);
}

void work_any(struct sim *s)
{
    if (s->flights == 0) {
        work_look(s, (int)sim_draw(s, PROCESSES));
        return;
    }
    size_t i = (size_t)sim_draw(s, s->flights);
    struct flight *f = &s->flight[i];
    if (!f->loaded) load(s, f);
    else if (!f->called) call(s, i);
    else settle(s, i);
}

/* ---- the end ---- */

static int64_t first_of(struct sim *s, const struct stmt *statement)
{
    struct query q = query(s->t->tx, statement);
    if (query_row(&q) != ROW_FOUND) abort();
    return col_is_null(&q, "at_ms") ? 0 : col_i64(&q, "at_ms");
}

/* The first run of a cron job that sees what is due then. */
static int64_t run_ms(const struct sim *s, const struct job_kind *cron, int64_t look_ms)
{
    int64_t from_ms = look_ms > s->now_ms ? look_ms : s->now_ms;
    return look_ms ? (from_ms / cron->every_ms + 1) * cron->every_ms : 0;
}

/* When something will be to do; 0: never. */
static int64_t next_ms(struct sim *s, bool of_bills)
{
    struct arena_mark mark = arena_mark(s->t->arena);
    int64_t at_ms[] = { first_of(s, &next), run_ms(s, &billing_sweep_job, first_of(s, &look_next)), world_next_ms(s),
                        news_next_ms(s), of_bills ? run_ms(s, &billing_bills_job, first_of(s, &bill_next)) : 0 };
    int64_t first_ms = 0;
    arena_release(s->t->arena, mark);
    for (size_t i = 0; i < ARRAY_LEN(at_ms); i++)
        if (at_ms[i] && (!first_ms || at_ms[i] < first_ms)) first_ms = at_ms[i];
    return first_ms;
}

/* All that is to do now. */
static void work_now(struct sim *s)
{
    world_turn(s);
    while (news_are_due(s) && s->fault[0] == '\0') news_turn(s);
    work_look(s, 0);
    while (s->flights > 0 && s->fault[0] == '\0') work_any(s);
}

void work_end(struct sim *s)
{
    enum { ROUNDS_MAX = 3000 };
    for (int round = 0; s->fault[0] == '\0'; round++) {
        if (round == ROUNDS_MAX) sim_fault(s, "the work has no end");
        work_now(s);
        int64_t at_ms = next_ms(s, false);
        if (!at_ms) return;
        if (at_ms > s->now_ms) sim_pass(s, at_ms - s->now_ms);
    }
}

/* A day that is over is listed a morning later; what differs is looked at half an hour after that, and each day. */
void work_bills(struct sim *s)
{
    enum { ROUNDS_MAX = 3000 };
    int64_t until_ms = s->now_ms + DAY_MS + BILLS_AFTER_MS + BILLS_LATE_MS + DAY_MS + HOUR_MS;
    for (int round = 0; s->fault[0] == '\0' && s->now_ms < until_ms; round++) {
        if (round == ROUNDS_MAX) sim_fault(s, "the work on bills has no end");
        work_now(s);
        int64_t at_ms = next_ms(s, true), most_ms = s->now_ms + 12 * HOUR_MS;
        if (!at_ms || at_ms > most_ms) at_ms = most_ms; /* or a day that is over has no row */
        if (at_ms > s->now_ms) sim_pass(s, at_ms - s->now_ms);
    }
}
