/* register_job.c: registering a shop with an outside backend, by the steps of its recipe (jobs/steps.h), and settling
 * what came of it.
 *
 *   ok       → the step is stored with its id; after the last one capture the hold, tenant active
 *   refused  → give up: what was made is undone, release, tenant pending with the reason
 *   later    → surely not done: again
 *   unknown  → maybe done: the next attempt first asks whether the outside has it, with these secrets
 *
 * After two minutes the credits go back. When something may be left outside the tenant remembers that it may be
 * registered, and the next enable starts by asking, with the same secrets: never registered twice, never charged for a
 * late success. Secrets are opened in the calls alone; the job row holds ids. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

static bool is_current(const struct tenant *t, const struct job *job)
{
    return t->status == TENANT_PROVISIONING && t->job == job->id;
}

static bool undoes(const struct recipe *r)
{
    for (size_t i = 0; i < r->steps; i++)
        if (r->step[i].undo) return true;
    return false;
}

/* ---- the steps ---- */

static enum step_answer learn(struct job *job, struct work *w, const struct recipe_answer *a)
{
    if (a->error) job_error(job, "%s", a->error);
    if (a->id) step_made(job, a->id);
    w->verdict = registration_verdict(a->outcome);
    switch (a->outcome) {
    case OUTCOME_OK: return STEP_DONE;
    case OUTCOME_REFUSED: return STEP_REFUSED;
    case OUTCOME_LATER: return STEP_LATER;
    case OUTCOME_UNKNOWN: break;
    }
    return STEP_UNKNOWN;
}

/* What the call of the step under way is told. NULL: the secrets do not open, which no repetition heals. */
static const struct recipe_step *step_words(struct job *job, struct work *w)
{
    const struct recipe *r = recipe_of(w->t.backend);
    size_t place = step_place(job);
    bool good = registration_words(job, w);
    for (size_t i = 0; i < place; i++) w->words.made[i] = step_id_of(job, r->step[i].name);
    w->words.id = step_id(job), w->words.key = step_key(job);
    if (good || steps_undoing(job)) return &r->step[place];
    w->verdict = VERDICT_REFUSED;
    job_error(job, "the shop's secrets cannot be opened");
    return NULL;
}

static enum step_answer step_find(struct job *job)
{
    struct work *w = job->state;
    const struct recipe_step *s = step_words(job, w);
    struct recipe_answer answer = { .outcome = OUTCOME_UNKNOWN };
    if (!s) return STEP_REFUSED;
    if (step_is_new(job) && !w->t.maybe_registered) return STEP_NONE; /* nor can an earlier job have made it */
    s->find(job->arena, &w->words, &answer);
    /* Not reached: what the earlier attempt did is still open. */
    if (answer.outcome != OUTCOME_OK) answer.outcome = OUTCOME_UNKNOWN;
    else if (!answer.known) return STEP_NONE;
    /* The question proves the sso secret alone. Once the webhook secret or the shop has been changed, what it was
     * made with may be old. */
    w->old_words = w->webhook_generation > 1 || w->shop.updated_at_ms > w->t.created_at_ms;
    if (answer.outcome == OUTCOME_OK && w->old_words && s->replaces && !steps_undoing(job)) return STEP_NONE;
    return learn(job, w, &answer);
}

static enum step_answer step_make(struct job *job)
{
    struct work *w = job->state;
    const struct recipe_step *s = step_words(job, w);
    struct recipe_answer answer = { .outcome = OUTCOME_UNKNOWN };
    if (!s) return STEP_REFUSED;
    w->old_words = false;
    s->make(job->arena, &w->words, &answer);
    return learn(job, w, &answer);
}

static enum step_answer step_undo(struct job *job)
{
    struct work *w = job->state;
    struct recipe_answer answer = { .outcome = OUTCOME_UNKNOWN };
    step_words(job, w)->undo(job->arena, &w->words, &answer);
    return learn(job, w, &answer);
}

const struct step_list *register_steps(struct arena *a, const struct recipe *r)
{
    struct job_step *step = ARENA_ARRAY(a, struct job_step, r->steps);
    struct step_list *list = ARENA_NEW(a, struct step_list);
    assert(r->steps <= RECIPE_STEPS_MAX);
    for (size_t i = 0; i < r->steps; i++)
        step[i] = (struct job_step){ .name = r->step[i].name,
                                     .doc = r->step[i].doc,
                                     .call = step_make,
                                     .find = r->step[i].find ? step_find : NULL,
                                     .undo = r->step[i].undo ? step_undo : NULL };
    *list = (struct step_list){ step, r->steps };
    return list;
}

/* ---- the plan ---- */

/* A shop that was deleted or suspended meanwhile: what was half made goes. A backend that undoes nothing keeps it, and
 * the next enable finds it. */
static enum job_wish register_load(struct job *job, struct tx *tx)
{
    struct work *w = ARENA_NEW(job->arena, struct work);
    job->state = w;
    if (!registration_load(job, tx, w)) return JOB_FAULT;
    const struct recipe *r = recipe_of(w->t.backend);
    w->outside = OUTSIDE_SERVING;
    if (steps_undoing(job)) return JOB_FINISHED;
    if (is_current(&w->t, job)) {
        if (r->steps > 0) return JOB_FINISHED;
        job_error(job, "this version does not know the shop's backend");
        return JOB_GIVE_UP;
    }
    if (w->t.job == job->id && w->t.status == TENANT_PENDING && undoes(r)) {
        job_error(job, "the shop was deleted or suspended");
        return JOB_GIVE_UP;
    }
    steps_drop(job); /* ended by somebody else */
    return JOB_FINISHED;
}

static const struct step_list *register_choose(struct job *job)
{
    const struct work *w = job->state;
    return register_steps(job->arena, recipe_of(w->t.backend));
}

/* Locks, and reads shop and tenant as they are now. ROW_NONE: this job is not its business any more. */
static enum row lock_current(struct job *job, struct tx *tx, struct shop *shop, struct tenant *t)
{
    enum row row = shops_locked(tx, job->ref, shop);
    if (row == ROW_FOUND) row = tenants_of_shop(tx, job->ref, t);
    if (row != ROW_FOUND) return row;
    return is_current(t, job) ? ROW_FOUND : ROW_NONE;
}

/* What an attempt has told the outside, and what it left open. */
static void note_call(struct job *job, const struct work *w, struct tenant *t, const struct step_row *row)
{
    const struct recipe *r = recipe_of(t->backend);
    int64_t until_ms = time_clamp_until(t->doubt_until_ms, job->now_ms, r->doubt_ms);
    if (w->verdict == VERDICT_UNKNOWN) t->maybe_registered = true, until_ms = job->now_ms + r->doubt_ms;
    if (row->state == STEP_FINISHED) {
        /* An earlier call that nobody answered may still take effect. Or somebody was telling the outside that it is
         * off while this was asked: which of the two arrived last? */
        bool open = job->attempt > 1 && w->t.settled_attempt != job->attempt - 1;
        bool crossed = w->t.tell_job && r->resume;
        if (crossed) t->word++;
        if (open || crossed) until_ms = job->now_ms + r->doubt_ms;
        /* What has changed since the first step is told again: later steps may have heard it or not. */
        bool first = text_eq(row->name, r->step[0].name);
        if (first && !w->old_words && t->told < w->t.word) t->told = w->t.word;
    }
    t->doubt_until_ms = until_ms > job->now_ms ? until_ms : 0;
    t->settled_attempt = job->attempt;
}

static bool register_changed(struct job *job, struct tx *tx, const struct step_row *row)
{
    const struct work *w = job->state;
    struct tenant t = { 0 };
    struct shop shop;
    if (row->tries == 0) return true; /* the next one begins: told with the end of this one */
    enum row found = lock_current(job, tx, &shop, &t);
    if (found != ROW_FOUND) return found == ROW_NONE;
    if (!steps_undoing(job)) note_call(job, w, &t, row);
    bool heard = row->state == STEP_FINISHED && !w->old_words && w->sso_generation && !steps_undoing(job);
    if (!tenants_keep(tx, &t, job->now_ms)) return false;
    if (!tenants_progressed(tx, &t)) return false;
    if (!heard) return true;
    if (!secrets_delivered(tx, t.id, SECRET_SSO, w->sso_generation)) return false;
    return secrets_delivered(tx, t.id, SECRET_WEBHOOK, w->webhook_generation);
}

/* False: a fault, or *lost: the hold was released, which nobody but this job may do. */
static bool capture(struct job *job, struct tx *tx, struct tenant *t, struct credits *charged, bool *lost)
{
    struct credit_entry entry = { .amount = credits_of(0) };
    *charged = credits_of(0);
    if (!t->hold) return true;
    enum debit d = credits_capture(tx, t->hold, job->now_ms, &entry);
    *lost = d != DEBIT_DONE && d != DEBIT_REPLAYED && d != DEBIT_FAULT;
    if (*lost) LOG(LOG_ERROR, "hold_was_released", LOG_NUMBER("shop", t->shop), LOG_NUMBER("hold", t->hold));
    *charged = credits_negate(entry.amount);
    return d == DEBIT_DONE || d == DEBIT_REPLAYED;
}

static const char *bot_of(struct job *job, const struct tenant *t)
{
    const struct recipe *r = recipe_of(t->backend);
    for (size_t i = 0; i < r->steps; i++) {
        const char *id = r->step[i].is_bot ? step_id_of(job, r->step[i].name) : NULL;
        if (id && strlen(id) <= RECIPE_BOT_ID_MAX) return id;
    }
    return t->bot_id;
}

/* What was there when it was asked counts (over by now or not: the renewal sees to that). What was held is taken, so
 * credits pay, whatever came since. */
static bool paid_when_asked(struct tx *tx, const struct tenant *t, bool held, struct entitlement *out)
{
    struct subscription s;
    if (subscriptions_get(tx, t->id, t->subscription, &s) == ROW_FAULT) return false;
    if (!entitlement_of(tx, t->account, t->shop, &s, t->asked_at_ms, out)) return false;
    if (held) *out = (struct entitlement){ .source = SOURCE_CREDITS, .by_credits = true };
    return true;
}

static enum job_wish register_done(struct job *job, struct tx *tx)
{
    struct tenant t = { 0 };
    struct shop shop;
    struct credits charged;
    struct credit_balance balance;
    struct entitlement paid_by;
    bool lost = false;
    enum row row = lock_current(job, tx, &shop, &t);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    bool held = t.hold != 0;
    if (!capture(job, tx, &t, &charged, &lost)) return lost ? JOB_GIVE_UP : JOB_FAULT;
    if (!paid_when_asked(tx, &t, held, &paid_by)) return JOB_FAULT;
    if (!held && credits_is_positive(entitlement_price(&paid_by))) {
        job_error(job, "what it was to be paid by is no longer there");
        return JOB_GIVE_UP;
    }
    t.hold = 0;
    t.outside = OUTSIDE_SERVING;
    /* One from a clock that was ahead would put the telling off until then. */
    int64_t until_ms = time_clamp_until(t.doubt_until_ms, job->now_ms, recipe_of(t.backend)->doubt_ms);
    bool more = t.told < t.word;
    if ((more || until_ms > job->now_ms) && !tenants_must_hear(tx, &t, more ? 0 : until_ms)) return JOB_FAULT;
    const char *bot_id = bot_of(job, &t);
    bool over = paid_by.next.until_ms > 0 && paid_by.next.until_ms <= job->now_ms;
    const struct activation a = { .bot_id = bot_id,
                                  .bot_state = bot_id ? BOT_READY : BOT_PENDING,
                                  .begins = !paid_by.runs,
                                  .begin_ms = over ? t.asked_at_ms : job->now_ms,
                                  .given = paid_by.next,
                                  .end_ms = paid_by.end_ms,
                                  .charged = charged };
    bool good = tenants_activate(tx, NULL, &t, &a, job->now_ms) && credits_tell(tx, t.account, &balance);
    return good ? JOB_FINISHED : JOB_FAULT;
}

/* A clear "no" to each step, or it is gone again; anything else may have left something: an attempt that never came to
 * an end, what cannot be undone, a call that may still act. The next enable asks first. */
static bool surely_not(struct job *job, struct tx *tx, const struct tenant *t, bool *fault)
{
    const struct step_list *list = register_steps(job->arena, recipe_of(t->backend));
    struct step_row *row = ARENA_ARRAY(job->arena, struct step_row, list->count);
    *fault = !steps_progress(tx, job->id, list, row);
    bool any = false, left = false;
    for (size_t i = 0; !*fault && i < list->count; i++) {
        any |= row[i].state == STEP_FAILED || row[i].state == STEP_UNDONE;
        left |= row[i].state == STEP_RUNNING || row[i].state == STEP_FINISHED || row[i].state == STEP_KEPT;
    }
    return any && !left && t->doubt_until_ms <= job->now_ms;
}

/* The credits go back and the merchant may try again. Whatever cannot be done undoes all of it: half of it committed
 * would leave a tenant that waits for a job which is dead. */
static enum job_wish register_dead(struct job *job, struct tx *tx, const char *error, bool left)
{
    struct tenant t = { 0 };
    struct shop shop;
    struct credit_balance balance;
    bool fault;
    enum row row = lock_current(job, tx, &shop, &t);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    if (t.hold) {
        enum debit d = credits_release(tx, t.hold, job->now_ms);
        if (d == DEBIT_FAULT) return JOB_FAULT;
        if (d == DEBIT_KEY_REUSED)
            LOG(LOG_ERROR, "hold_was_captured", LOG_NUMBER("shop", t.shop), LOG_NUMBER("hold", t.hold));
    }
    t.hold = 0;
    t.error_code = problem_chatbot_failed.code;
    bool clean = surely_not(job, tx, &t, &fault);
    if (fault) return JOB_FAULT;
    if (left || !clean) t.maybe_registered = true;
    bool told = tenants_move(tx, &t, TENANT_PENDING, "failed", 0, job->now_ms) == ROW_FOUND &&
                credits_tell(tx, t.account, &balance) &&
                tenants_tell(tx, NULL, AUDIT_chatbot_enable_failed, &t, registration_failed_json, &error, job->now_ms);
    return told ? JOB_FINISHED : JOB_FAULT;
}

/* ---- for those who would begin anew ---- */

enum row register_is_undoing(struct tx *tx, const struct tenant *t)
{
    struct job_row job = { 0 };
    if (t->status != TENANT_PENDING || !t->job || !undoes(recipe_of(t->backend))) return ROW_NONE;
    enum row row = jobs_get(tx, t->job, &job);
    return row == ROW_FOUND && !job_row_is_live(&job) ? ROW_NONE : row;
}

/* clang-format off */
static const struct step_plan register_plan = { .load = register_load, .choose = register_choose,
    .changed = register_changed, .done = register_done, .dead = register_dead };
/* clang-format on */

const struct job_kind tenants_register_job = {
    .name = "tenants.register",
    .doc = "Registers a shop with the outside chatbot server; then takes or gives back the credits.",
    .max_attempts = 12,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 20 * SECOND_MS,
    .give_up_after_ms = 2 * MINUTE_MS,
    JOB_OF_STEPS(&register_plan),
};
