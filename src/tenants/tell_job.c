/* tell_job.c: bringing the outside to what is here: another secret before the old one ends, another domain or name;
 * the chat suspended, resumed, removed.
 *
 * A shop has one such job at most. What must be heard is numbered (tenants.word); whoever changes something raises
 * the number, and the job ends only when the newest one was confirmed (tenants.told). It reads what is now, never
 * what was when it was put, so the newest word wins however many there were.
 *
 * A call that nobody answered may take effect later than one that came after it, and an outside server knows nothing
 * of our numbers. So after such a call the newest word is told once more when the recipe's doubt_ms are over: the
 * last word to arrive is the newest. The same for a call of the registering job, and for one whose worker died (its
 * attempt never settled). Rejected: telling only once and asking whether it is so. No call of the contract says
 * which domain it has. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"

static enum outside wanted(const struct tenant *t, const struct shop *s)
{
    switch (t->status) {
    case TENANT_ACTIVE: return OUTSIDE_SERVING;
    case TENANT_SUSPENDED:
    case TENANT_DISABLED: return s->status == SHOP_PURGED ? OUTSIDE_REMOVED : OUTSIDE_SUSPENDED;
    case TENANT_NONE:
    case TENANT_PENDING:
    case TENANT_PROVISIONING:
    case TENANT_STATUS_COUNT: break;
    }
    return OUTSIDE_NONE; /* somebody else's business for now */
}

/* Its words are kept true outside also while it is suspended: an earlier attempt may have told a new secret with its
 * answer lost, and after a return our tokens would be signed with one that the server dropped. */
bool tenant_is_known_outside(const struct tenant *t)
{
    return recipe_of(t->backend)->tell && (t->status == TENANT_ACTIVE || t->status == TENANT_SUSPENDED);
}

/* `again`: an older call may have undone it since. */
static recipe_call *call_for(const struct recipe *r, enum outside from, enum outside to, bool again)
{
    if ((from == to && !again) || from == OUTSIDE_NONE) return NULL;
    switch (to) {
    case OUTSIDE_SERVING: return r->resume;
    case OUTSIDE_SUSPENDED: return r->suspend;
    case OUTSIDE_REMOVED: return r->remove;
    case OUTSIDE_NONE: break;
    }
    return NULL;
}

static bool put_word(struct tx *tx, struct tenant *t, int64_t at_ms)
{
    if (t->outside == OUTSIDE_NONE || t->outside == OUTSIDE_REMOVED) return true;
    t->word++;
    if (t->tell_job) {
        struct job_row job;
        enum row row = jobs_get(tx, t->tell_job, &job);
        if (row == ROW_FAULT) return false;
        if (row == ROW_FOUND && job_row_is_live(&job)) return true; /* it looks again before it ends */
    }
    t->settled_attempt = 0;
    t->tell_job = jobs_put(
        tx,
        &(struct job_new){ .kind = tenants_tell_job.name, .account = t->account, .ref = t->shop, .run_at_ms = at_ms },
        NULL);
    return t->tell_job >= 0;
}

bool tenants_must_hear(struct tx *tx, struct tenant *t, int64_t at_ms)
{
    return !recipe_of(t->backend)->tell || put_word(tx, t, at_ms);
}

bool tenants_stands_anew(struct tx *tx, struct tenant *t)
{
    const struct recipe *r = recipe_of(t->backend);
    return (!r->suspend && !r->resume && !r->remove) || put_word(tx, t, 0);
}

enum row tenants_is_being_told(struct tx *tx, const struct tenant *t)
{
    struct job_row job = { 0 };
    enum row row = t->tell_job ? jobs_get(tx, t->tell_job, &job) : ROW_NONE;
    return row == ROW_FOUND && !job_row_is_live(&job) ? ROW_NONE : row;
}

/* ---- the job ---- */

static bool is_current(const struct tenant *t, const struct job *job)
{
    return t->tell_job == job->id || t->tell_job == 0; /* 0: put by an earlier version */
}

static enum job_wish tell_load(struct job *job, struct tx *tx)
{
    struct work *w = ARENA_NEW(job->arena, struct work);
    job->state = w;
    return registration_load(job, tx, w) ? JOB_FINISHED : JOB_FAULT;
}

static void make_call(struct job *job, struct work *w, recipe_call *call)
{
    struct recipe_answer answer = { .outcome = OUTCOME_UNKNOWN };
    call(job->arena, &w->words, &answer);
    w->verdict = registration_verdict(answer.outcome);
    w->error = answer.error;
    if (answer.id) w->bot_id = answer.id;
}

static void tell_call(struct job *job)
{
    struct work *w = job->state;
    const struct recipe *r = recipe_of(w->t.backend);
    w->outside = wanted(&w->t, &w->shop);
    if (!is_current(&w->t, job) || w->outside == OUTSIDE_NONE) return; /* stale: nothing to say */
    recipe_call *tell = tenant_is_known_outside(&w->t) ? r->tell : NULL;
    recipe_call *move = call_for(r, (enum outside)w->t.outside, w->outside, w->t.doubt_until_ms > 0);
    if (!registration_words(job, w) && tell) {
        w->verdict = VERDICT_REFUSED, w->error = "the shop's secrets cannot be opened";
        return;
    }
    w->verdict = VERDICT_REGISTERED;
    if (move) make_call(job, w, move);
    if (tell && w->verdict == VERDICT_REGISTERED) make_call(job, w, tell);
}

static enum job_wish not_told(struct job *job, struct tx *tx, struct tenant *t)
{
    const struct work *w = job->state;
    if (w->verdict == VERDICT_UNKNOWN) t->doubt_until_ms = job->now_ms + recipe_of(t->backend)->doubt_ms;
    t->settled_attempt = job->attempt;
    return tenants_keep(tx, t, job->now_ms) ? JOB_AGAIN : JOB_FAULT;
}

static enum job_wish told(struct job *job, struct tx *tx, struct tenant *t)
{
    const struct work *w = job->state;
    int64_t doubt_ms = recipe_of(t->backend)->doubt_ms;
    int64_t until_ms = time_clamp_until(t->doubt_until_ms, job->now_ms, doubt_ms);
    /* An attempt before this one never came to an end: its call may still be on its way. */
    if (w->t.settled_attempt != job->attempt - 1 && job->attempt > 1) until_ms = job->now_ms + doubt_ms;
    bool doubtful = doubt_ms > 0 && until_ms > job->now_ms;
    t->doubt_until_ms = doubtful ? until_ms : 0;
    t->settled_attempt = job->attempt;
    t->outside = w->outside;
    if (t->told < w->t.word) t->told = w->t.word;
    if (w->bot_id && !t->bot_id) t->bot_id = w->bot_id, t->bot_state = BOT_READY;
    bool more = t->told < t->word;
    if (!more && !doubtful) t->tell_job = 0;
    if (!tenants_keep(tx, t, job->now_ms) ||
        (w->sso_generation && (!secrets_delivered(tx, t->id, SECRET_SSO, w->sso_generation) ||
                               !secrets_delivered(tx, t->id, SECRET_WEBHOOK, w->webhook_generation))))
        return JOB_FAULT;
    if (!more && doubtful) job_again_after(job, until_ms - job->now_ms);
    return more || doubtful ? JOB_NEXT : JOB_FINISHED;
}

static enum job_wish tell_settle(struct job *job, struct tx *tx)
{
    const struct work *w = job->state;
    struct shop shop;
    struct tenant t = { 0 };
    enum row row = shops_locked(tx, job->ref, &shop);
    if (row == ROW_FOUND) row = tenants_of_shop(tx, job->ref, &t);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE || !is_current(&t, job)) return JOB_FINISHED;
    if (w->error) job_error(job, "%s", w->error);
    if (w->verdict == VERDICT_REGISTERED) return told(job, tx, &t);
    if (w->verdict != VERDICT_STALE) return not_told(job, tx, &t);
    t.tell_job = 0; /* whoever moves it on from here says what must be heard then */
    return tenants_keep(tx, &t, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

/* After four days. The old secrets stay valid, and the next change puts a new job. */
static enum job_wish tell_dead(struct job *job, struct tx *tx, const char *error)
{
    struct shop shop;
    struct tenant t = { 0 };
    enum row row = shops_locked(tx, job->ref, &shop);
    if (row == ROW_FOUND) row = tenants_of_shop(tx, job->ref, &t);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE || !is_current(&t, job)) return JOB_FINISHED;
    t.tell_job = 0;
    if (!tenants_keep(tx, &t, job->now_ms)) return JOB_FAULT;
    bool heard = tenants_tell(tx, NULL, AUDIT_chatbot_update_failed, &t, registration_failed_json, &error, job->now_ms);
    return heard ? JOB_FINISHED : JOB_FAULT;
}

/* clang-format off */
const struct job_kind tenants_tell_job = {
    .name = "tenants.rotate",                /* what it was first: stored */
    .doc = "Tells the outside chatbot server what has changed: secrets before the old ones end, domain, on or off.",
    .max_attempts = 100,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = HOUR_MS,
    .load = tell_load,
    .call = tell_call,
    .settle = tell_settle,
    .dead = tell_dead,
};
/* clang-format on */
