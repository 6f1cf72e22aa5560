/* steps.c: see steps.h. The rows of a job are its memory: which steps are made, with which ids, and whether it is being
 * undone. Every change of them happens in the transaction that settles the attempt, behind the move of the job row,
 * which an attempt that was superseded cannot make. */
#include "jobs/steps.h"

#include "jobs/private.h"

enum { UNDOING_PLACE = -1 };

static_assert(STEP_RUNNING == 0 && STEP_FINISHED == 1 && STEP_FAILED == 2 && STEP_UNDONE == 3 && STEP_KEPT == 4,
              "job_steps.state is stored: append, never renumber");

struct stepping { /* one attempt; lives in the job's arena */
    const struct step_list *list;
    struct step_row row[STEPS_MAX]; /* of the list, by place */
    int64_t attempt[STEPS_MAX];
    bool undoing, dropped;
    const char *why; /* it is being undone */
    size_t at;       /* the step under way; list->count: none is left */
    enum step_answer answer;
    const char *outside_id, *error; /* what this attempt has learnt */
    bool id_is_bad;                 /* it was told an id that cannot be kept */
};

static struct run *run_of(struct job *job) { return OWNER_OF(job, struct run, job); }

static struct stepping *stepping_of(struct job *job)
{
    struct stepping *s = run_of(job)->stepping;
    assert(s);
    return s;
}

/* ---- rows ---- */

STMT(read_steps, "SELECT place, name, state, outside_id, attempt, tries, began_at_ms, ended_at_ms, error FROM job_steps"
                 " WHERE job = ?1 ORDER BY place LIMIT 64");
STMT(put_step,
     "INSERT INTO job_steps (job, place, name, state, outside_id, attempt, tries, began_at_ms, ended_at_ms, error)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (job, place) DO UPDATE SET name = ?3, state = ?4,"
     " outside_id = ?5, attempt = ?6, tries = ?7, began_at_ms = ?8, ended_at_ms = ?9, error = ?10");
STMT(drop_step, "DELETE FROM job_steps WHERE job = ?1 AND place = ?2");

static struct step_row row_of(struct arena *a, const struct query *q)
{
    return (struct step_row){
        .name = arena_text(a, col_text(q, "name")),
        .state = (enum step_state)col_state(q, "state", STEP_RUNNING, STEP_KEPT),
        .outside_id = arena_text(a, col_text(q, "outside_id")),
        .error = arena_text(a, col_text(q, "error")),
        .tries = col_i64(q, "tries"),
        .began_at_ms = col_i64(q, "began_at_ms"),
        .ended_at_ms = col_i64(q, "ended_at_ms"),
    };
}

static size_t place_of(const struct step_list *list, const char *name)
{
    size_t i = 0;
    while (i < list->count && !text_eq(list->step[i].name, name)) i++;
    return i;
}

static bool put_row(struct job *job, struct tx *tx, int64_t place, const struct step_row *row, int64_t attempt)
{
    struct query q = query(tx, &put_step);
    bind_i64(&q, job->id), bind_i64(&q, place), bind_text(&q, row->name), bind_i64(&q, row->state);
    bind_text(&q, row->outside_id), bind_i64(&q, attempt), bind_i64(&q, row->tries), bind_i64(&q, row->began_at_ms);
    if (row->ended_at_ms) bind_i64(&q, row->ended_at_ms);
    else bind_null(&q);
    bind_text(&q, row->error);
    if (query_change(&q) != 1) return false;
    const struct step_plan *plan = run_of(job)->kind->plan;
    return place == UNDOING_PLACE || !plan->changed || plan->changed(job, tx, row);
}

/* Rows into out[list->count], by name: a release may have put a step between others. False: storage fault. *unknown is
 * the name of a row that the list does not have, *why what stands in the row that says "undoing", else NULL. */
struct found {
    const char *unknown, *why;
    size_t rows;
};
static bool read_rows(struct tx *tx, struct arena *a, int64_t job, const struct step_list *list, struct step_row *out,
                      int64_t *attempt, struct found *f)
{
    *f = (struct found){ 0 };
    for (size_t i = 0; i < list->count; i++)
        out[i] = (struct step_row){ .name = list->step[i].name, .state = STEP_WAITING };
    struct query q = query(tx, &read_steps);
    bind_i64(&q, job);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct step_row r = row_of(a, &q);
        if (col_i64(&q, "place") == UNDOING_PLACE) {
            f->why = r.error;
            continue;
        }
        f->rows++;
        size_t place = place_of(list, r.name);
        if (place == list->count) {
            f->unknown = r.name;
            continue;
        }
        out[place] = r;
        if (attempt) attempt[place] = col_i64(&q, "attempt");
    }
    return row == ROW_NONE;
}

STMT(job_runs, "SELECT 1 AS yes FROM jobs WHERE id = ?1 AND state = 1");

bool steps_progress(struct tx *tx, int64_t job, const struct step_list *list, struct step_row *out)
{
    struct found f;
    if (!read_rows(tx, tx_arena(tx), job, list, out, NULL, &f)) return false;
    if (f.rows > 0 || f.why || list->count == 0) return true;
    /* The first step has no row before its first attempt has ended. */
    struct query q = query(tx, &job_runs);
    bind_i64(&q, job);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) out[0].state = STEP_RUNNING;
    return row != ROW_FAULT;
}

/* ---- what the functions of a step may ask ---- */

void step_made(struct job *job, const char *outside_id)
{
    struct stepping *s = stepping_of(job);
    struct str id = outside_id ? str_of(outside_id) : STR("");
    s->id_is_bad = id.n > STEP_ID_MAX || !utf8_valid(id);
    s->outside_id = id.n > 0 && !s->id_is_bad ? arena_text_n(job->arena, id.p, id.n) : NULL;
}

const char *step_id(struct job *job)
{
    const struct stepping *s = stepping_of(job);
    return s->outside_id ? s->outside_id : s->at < s->list->count ? s->row[s->at].outside_id : NULL;
}

const char *step_id_of(struct job *job, const char *name)
{
    const struct stepping *s = stepping_of(job);
    size_t place = place_of(s->list, name);
    assert(place < s->list->count);
    return s->row[place].state == STEP_FINISHED ? s->row[place].outside_id : NULL;
}

const char *step_key(struct job *job)
{
    const struct stepping *s = stepping_of(job);
    assert(s->at < s->list->count);
    return arena_printf(job->arena, "job-%lld-%s", (long long)job->id, s->row[s->at].name);
}

size_t step_place(struct job *job)
{
    const struct stepping *s = stepping_of(job);
    assert(s->at < s->list->count);
    return s->at;
}

/* Without a row it is the first step: then the first attempt of the job is its first try. */
bool step_is_new(struct job *job)
{
    const struct stepping *s = stepping_of(job);
    size_t at = step_place(job);
    return !s->undoing && job->attempt == (s->row[at].state == STEP_WAITING ? 1 : s->attempt[at]);
}

void steps_drop(struct job *job) { stepping_of(job)->dropped = true; }

bool steps_undoing(struct job *job) { return stepping_of(job)->undoing; }

/* ---- one attempt: which step, its call, its row ---- */

/* A step that was undone before an operator ran the job again is made anew. */
static size_t next_to_make(const struct stepping *s)
{
    size_t i = 0;
    while (i < s->list->count && s->row[i].state == STEP_FINISHED) i++;
    return i;
}

/* The last one that is or may be there. */
static size_t next_to_undo(const struct stepping *s)
{
    for (size_t i = s->list->count; i-- > 0;)
        if (s->row[i].state == STEP_FINISHED || s->row[i].state == STEP_RUNNING) return i;
    return s->list->count;
}

static void check_list(const struct step_list *list)
{
    assert(list->count <= STEPS_MAX);
    for (size_t i = 0; i < list->count; i++) {
        const struct job_step *step = &list->step[i];
        assert(step->name && step->doc && step->call && place_of(list, step->name) == i);
    }
}

enum job_wish steps_load(struct job *job, struct tx *tx)
{
    const struct step_plan *plan = run_of(job)->kind->plan;
    static const struct step_list none;
    struct stepping *s = ARENA_NEW(job->arena, struct stepping);
    struct found f;
    run_of(job)->stepping = s;
    s->list = plan->list ? plan->list : &none;
    if (!read_rows(tx, job->arena, job->id, s->list, s->row, s->attempt, &f)) return JOB_FAULT;
    s->undoing = f.why != NULL, s->why = f.why;
    enum job_wish wish = plan->load ? plan->load(job, tx) : JOB_FINISHED;
    if (wish != JOB_FINISHED) return wish;
    if (s->dropped) {
        s->at = s->list->count;
        return JOB_FINISHED;
    }
    if (!plan->list) {
        s->list = plan->choose(job);
        if (!read_rows(tx, job->arena, job->id, s->list, s->row, s->attempt, &f)) return JOB_FAULT;
    }
    check_list(s->list);
    if (f.unknown) {
        job_error(job, "this version does not know the step %s", f.unknown);
        return JOB_AGAIN;
    }
    /* An attempt that never came to its end may have made the first step, which has no row before. */
    if (s->undoing && f.rows == 0 && s->list->count > 0) s->row[0].state = STEP_RUNNING;
    s->at = s->undoing ? next_to_undo(s) : next_to_make(s);
    return JOB_FINISHED;
}

static enum step_answer make(struct job *job, struct stepping *s)
{
    const struct job_step *step = &s->list->step[s->at];
    enum step_answer answer = step->find ? step->find(job) : STEP_NONE;
    return answer == STEP_NONE ? step->call(job) : answer;
}

static enum step_answer unmake(struct job *job, struct stepping *s)
{
    const struct job_step *step = &s->list->step[s->at];
    if (!step->undo) return STEP_DONE;
    if (s->row[s->at].state == STEP_RUNNING && step->find) {
        enum step_answer answer = step->find(job);
        if (answer == STEP_NONE) return STEP_DONE;
        if (answer != STEP_DONE || s->id_is_bad) return answer;
    }
    return step->undo(job);
}

void steps_call(struct job *job)
{
    struct stepping *s = stepping_of(job);
    if (s->at == s->list->count) return;
    s->answer = s->undoing ? unmake(job, s) : make(job, s);
    if (s->id_is_bad && s->answer == STEP_DONE) {
        s->answer = STEP_UNKNOWN;
        job_error(job, "the outside gave an id that cannot be kept");
    }
    s->error = arena_text(job->arena, run_of(job)->error);
}

static bool begin_next(struct job *job, struct tx *tx, struct stepping *s)
{
    size_t next = next_to_make(s);
    if (next == s->list->count) return true;
    s->row[next] = (struct step_row){ .name = s->list->step[next].name, .began_at_ms = job->now_ms };
    return put_row(job, tx, (int64_t)next, &s->row[next], job->attempt + 1);
}

/* What the answer makes of the row of the step under way. */
static enum job_wish answered(struct job *job, struct stepping *s, struct step_row *row)
{
    row->tries++;
    if (!row->began_at_ms) row->began_at_ms = job->now_ms;
    if (s->outside_id) row->outside_id = s->outside_id;
    row->error = NULL;
    if (s->answer == STEP_DONE) {
        bool kept = s->undoing && !s->list->step[s->at].undo;
        row->state = !s->undoing ? STEP_FINISHED : kept ? STEP_KEPT : STEP_UNDONE;
        row->ended_at_ms = job->now_ms;
        return JOB_NEXT;
    }
    row->error = s->error[0] ? s->error : "no reason was given";
    if (s->undoing) job_error(job, "%s; undoing %s: %s", s->why, row->name, row->error);
    else job_error(job, "%s: %s", row->name, row->error);
    if (s->answer != STEP_REFUSED) {
        if (!s->undoing) row->state = STEP_RUNNING;
        return JOB_AGAIN;
    }
    if (!s->undoing) row->state = STEP_FAILED, row->ended_at_ms = job->now_ms;
    return JOB_GIVE_UP;
}

enum job_wish steps_settle(struct job *job, struct tx *tx)
{
    struct stepping s = *stepping_of(job); /* a copy: this may be run again */
    if (s.at == s.list->count) {
        if (s.dropped) return JOB_FINISHED;
        if (s.undoing) job_error(job, "%s", s.why);
        return s.undoing ? JOB_GIVE_UP : run_of(job)->kind->plan->done(job, tx);
    }
    struct step_row *row = &s.row[s.at];
    int64_t first = row->state == STEP_WAITING ? job->attempt : s.attempt[s.at];
    enum job_wish wish = answered(job, &s, row);
    bool stored =
        put_row(job, tx, (int64_t)s.at, row, first) && (wish != JOB_NEXT || s.undoing || begin_next(job, tx, &s));
    return stored ? wish : JOB_FAULT;
}

/* ---- giving up ---- */

STMT(count_left, "SELECT COUNT(*) AS known, COALESCE(SUM(CASE WHEN state < 2 THEN 1 ELSE 0 END), 0) AS standing"
                 " FROM job_steps WHERE job = ?1 AND place >= 0");
STMT(read_why, "SELECT error FROM job_steps WHERE job = ?1 AND place = -1");

enum job_wish steps_dead(struct job *job, struct tx *tx, const char *error)
{
    const struct step_plan *plan = run_of(job)->kind->plan;
    struct query why = query(tx, &read_why), left = query(tx, &count_left);
    bind_i64(&why, job->id), bind_i64(&left, job->id);
    enum row undoing = query_row(&why);
    if (undoing == ROW_FAULT || query_row(&left) != ROW_FOUND) return JOB_FAULT;
    bool standing = col_i64(&left, "standing") > 0;
    if (undoing == ROW_NONE) {
        /* Without rows there may still be a first step that an attempt made and could not tell. */
        if (standing || (col_i64(&left, "known") == 0 && job->attempt > 1)) {
            struct step_row row = { .name = "", .state = STEP_RUNNING, .began_at_ms = job->now_ms, .error = error };
            return put_row(job, tx, UNDOING_PLACE, &row, job->attempt) ? JOB_NEXT : JOB_FAULT;
        }
        return plan->dead ? plan->dead(job, tx, error, false) : JOB_FINISHED;
    }
    if (!standing) { /* an operator's retry makes everything anew */
        struct query q = query(tx, &drop_step);
        bind_i64(&q, job->id), bind_i64(&q, UNDOING_PLACE);
        if (query_change(&q) != 1) return JOB_FAULT;
    }
    return plan->dead ? plan->dead(job, tx, col_text(&why, "error"), standing) : JOB_FINISHED;
}
