/* work.c: the jobs of two processes, as their worker runs them (jobs/claimer.c, attempt.c): claimed under a lease,
 * loaded, thought about, settled by the statement that names the attempt. A process may be killed at each of these
 * places, or stand still until its leases are gone and then go on as if nothing had been. */
#include "tests/simulate/sim.h"

#include "base/clock.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { THINK_MAX_MS = 4000, LONG_THINK_MS = 45000 };

STMT(line, "SELECT pool FROM jobs WHERE state = 0 AND pool > 0 LIMIT 1");
STMT(next, "SELECT MIN(run_at_ms) AS at_ms FROM jobs WHERE state < 2 AND pool >= 0");

static const struct job_kind *const kinds[] = { &chat_answer_job, &chat_line_job, NULL };
static const struct job_kind *const crons[] = { &chat_wake_job, &chat_due_job, &chat_erase_job, NULL };

static struct jobs jobs = { .options.kinds = kinds, .lock = PTHREAD_MUTEX_INITIALIZER };

void work_start(void) { jobs_know(kinds); }

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
    *f = (struct flight){ .g = group_new(&jobs, 1, k), .process = process };
    group_set(f->g, 0, k, claimed);
    struct run *r = &f->g->run[0];
    if (r->begun_at_ms || r->wish != JOB_FINISHED) return;
    r->begun_at_ms = s->now_ms;
    if (k->give_up_after_ms) r->job.deadline_ms = r->begun_at_ms + k->give_up_after_ms;
}

/* The claim's own question costs more, and mostly there is nothing. */
static bool in_line(struct tx *tx)
{
    struct query q = query(tx, &line);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) abort();
    return row == ROW_FOUND;
}

/* Each runs once a period, in whichever process looks first. */
static void run_crons(struct sim *s)
{
    for (size_t i = 0; crons[i]; i++) {
        int64_t period = s->now_ms / crons[i]->every_ms;
        if (period == s->cron_period[i] || (crons[i] == &chat_erase_job && !lives_to_clear(s))) continue;
        s->cron_period[i] = period;
        struct tx *tx = sim_begin(s);
        struct run r = { .kind = crons[i],
                         .job = { .kind = crons[i]->name, .arena = s->t->arena, .now_ms = s->now_ms } };
        if (crons[i]->settle(&r.job, tx) == JOB_FAULT) abort();
        sim_commit(s, &(struct cause){ BY_NOBODY });
    }
}

void work_look(struct sim *s, int process)
{
    struct claimed claimed[FLIGHTS_MAX];
    int room = FLIGHTS_MAX - (int)s->flights, n = 0;
    struct tx *tx = sim_begin(s);
    renew(s, tx, process);
    if (queue_expire(tx, s->now_ms) < 0 || queue_sort(tx, kinds, s->now_ms) < 0) abort();
    if (room > 0 && in_line(tx)) { /* all kinds are of one pool */
        int64_t round = 0;
        n = queue_claim(tx, kind_pool(kinds[0]), room, NULL, s->now_ms, &round, claimed);
        if (n < 0) abort();
    }
    if (sim_chance(s, 40)) {
        sim_undo(s);
        sim_say(s, "process %d is killed while it claims", process);
        work_drop(s, process);
        return;
    }
    for (int i = 0; i < n; i++) take(s, process, &claimed[i]); /* copies what lives in the transaction */
    sim_commit(s, &(struct cause){ BY_NOBODY });
    if (n > 0) sim_say(s, "process %d claims %d", process, n);
    run_crons(s);
}

/* ---- an attempt ---- */

void work_load(struct sim *s, size_t i)
{
    struct flight *f = &s->flight[i];
    struct run *r = &f->g->run[0];
    f->loaded = true;
    f->epoch = s->was.epoch, f->newest = s->newest;
    if (r->wish == JOB_FINISHED && r->kind->load) {
        sim_begin(s);
        enum op_wish wish = group_load_run(&f->g->op, s->t->tx);
        if (wish != OP_COMMIT) abort();
        sim_commit(s, NULL);
        if (r->wish == JOB_FAULT) r->wish = JOB_AGAIN;
        f->g->mark = arena_mark(f->g->arena);
    }
    f->ready_at_ms = s->now_ms + (int64_t)sim_draw(s, s->calm || sim_draw(s, 8) ? THINK_MAX_MS : LONG_THINK_MS);
    sim_say(s, "process %d thinks, in epoch %d, about message %d%s", f->process, (int)f->epoch, (int)f->newest,
            r->wish == JOB_FINISHED ? "" : ": in vain");
}

/* What the lanes do before they run an op again. */
static void again(struct flight *f)
{
    struct run *r = &f->g->run[0];
    arena_release(f->g->arena, f->g->mark);
    r->verdict = V_NONE;
    if (r->wish == JOB_FINISHED) r->again_after_ms = 0, r->spare = false, r->error[0] = '\0';
}

#ifdef TWIN_LOOKS_FIRST
/* The fault of this twin: whether the assistant may still speak is asked in a transaction before that which writes. */
static bool looks_first(struct sim *s, struct flight *f)
{
    if (f->looked) return false;
    f->looked = true;
    f->stale =
        s->was.epoch != f->epoch || s->was.owner != CHAT_BOT || s->was.status != CHAT_OPEN || s->newest != f->newest;
    if (f->stale) f->g->run[0].job.state = NULL;
    return sim_draw(s, 2) == 0;
}
#endif

void work_settle(struct sim *s, size_t i)
{
    static const char *const ends[] = { "nothing", "done", "again", "next", "kept", "dead", "superseded" };
    static_assert(ARRAY_LEN(ends) == V_SUPERSEDED + 1, "a word for each");
    struct flight *f = &s->flight[i];
    struct run *r = &f->g->run[0];
    int process = f->process;
    const struct cause why = { BY_JOB, .flight = f };
#ifdef TWIN_LOOKS_FIRST
    if (looks_first(s, f)) return;
#endif
    sim_begin(s);
    if (group_settle_run(&f->g->op, s->t->tx) != OP_COMMIT || tx_fault_of(s->t->tx) != TX_SOUND)
        sim_fault(s, "a settlement was refused");
    if (sim_chance(s, 16)) {
        sim_undo(s);
        sim_say(s, "process %d is killed while it settles", process);
        work_drop(s, process);
        return;
    }
    sim_commit(s, &why);
    sim_say(s, "process %d settles: %s", process, ends[r->verdict]);
    if (sim_chance(s, 12)) { /* the answer to COMMIT was lost: it is run again */
        again(f);
        sim_begin(s);
        if (group_settle_run(&f->g->op, s->t->tx) != OP_COMMIT) abort();
        sim_commit(s, &why);
        sim_say(s, "and once more: %s", ends[r->verdict]);
    }
    leave(s, i);
}

/* ---- the end ---- */

/* When there will be something to do, for whoever waits or holds a lease; 0: never. */
static int64_t next_work(struct sim *s)
{
    struct query q = query(s->t->tx, &next);
    if (query_row(&q) != ROW_FOUND) abort();
    return col_i64(&q, "at_ms");
}

/* What the row says will happen by itself, and a cron run after it; 0: nothing. */
static int64_t next_due(const struct conversation *c)
{
    int64_t at_ms[] = { c->status == CHAT_SNOOZED ? c->snoozed_until_ms : 0, c->back_at_ms, c->alert_at_ms }, first = 0;
    for (size_t i = 0; i < ARRAY_LEN(at_ms); i++)
        if (at_ms[i] && (!first || at_ms[i] < first)) first = at_ms[i];
    return first ? first + chat_wake_job.every_ms : 0;
}

void work_end(struct sim *s)
{
    enum { ROUNDS_MAX = 200 };
    for (int round = 0; s->fault[0] == '\0'; round++) {
        if (round == ROUNDS_MAX) sim_fault(s, "the work has no end");
        work_look(s, 0);
        while (s->flights > 0 && s->fault[0] == '\0') {
            if (!s->flight[0].loaded) work_load(s, 0);
            if (s->flight[0].ready_at_ms > s->now_ms) sim_pass(s, s->flight[0].ready_at_ms - s->now_ms);
            work_settle(s, 0);
        }
        int64_t next_ms = next_work(s), due_ms = next_due(&s->was);
        if (due_ms && (!next_ms || due_ms < next_ms)) next_ms = due_ms;
        if (!next_ms && lives_to_clear(s)) next_ms = s->now_ms + chat_erase_job.every_ms;
        if (!next_ms) return;
        if (next_ms > s->now_ms) sim_pass(s, next_ms - s->now_ms);
    }
}
