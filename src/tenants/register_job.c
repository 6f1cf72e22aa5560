/* register_job.c: asking the outside chatbot server, and settling what it said.
 *
 *   ok       → capture the hold, tenant active
 *   refused  → give up: release, tenant pending with the reason
 *   later    → surely not done: again
 *   unknown  → maybe done: the next attempt first asks whether the shop is known with these secrets
 *
 * After two minutes the credits go back. When the last word was "unknown" the tenant remembers that it may be
 * registered, and the next enable starts by asking, with the same secrets: never registered twice, never charged for a
 * late success. Secrets are opened in .call alone; the job row holds ids. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

static bool is_current(const struct tenant *t, const struct job *job)
{
    return t->status == TENANT_PROVISIONING && t->job == job->id;
}

static enum job_wish register_load(struct job *job, struct tx *tx)
{
    struct work *w = ARENA_NEW(job->arena, struct work);
    job->state = w;
    if (!registration_load(job, tx, w)) return JOB_FAULT;
    if (!is_current(&w->t, job)) w->t.job = 0;               /* ended by somebody else: nothing to ask */
    /* A second attempt may follow one whose worker died after it had sent. */
    w->ask_first = w->t.maybe_registered || job->attempt > 1;
    w->outside = OUTSIDE_SERVING;
    return JOB_FINISHED;
}

/* Locks, and reads shop and tenant as they are now. ROW_NONE: this job is not its business any more. */
static enum row lock_current(struct job *job, struct tx *tx, struct shop *shop, struct tenant *t)
{
    enum row row = shops_locked(tx, job->ref, shop);
    if (row == ROW_FOUND) row = tenants_of_shop(tx, job->ref, t);
    if (row != ROW_FOUND) return row;
    return is_current(t, job) ? ROW_FOUND : ROW_NONE;
}

static enum job_wish settle_registered(struct job *job, struct tx *tx, struct tenant *t)
{
    const struct work *w = job->state;
    struct credit_entry entry = { .amount = credits_of(0) };
    struct credit_balance balance;
    bool paid = t->hold != 0;
    if (paid) {
        switch (credits_capture(tx, t->hold, job->now_ms, &entry)) {
        case DEBIT_DONE:
        case DEBIT_REPLAYED: break;
        case DEBIT_KEY_REUSED:
        case DEBIT_INSUFFICIENT:
        case DEBIT_TOO_MANY:
            LOG(LOG_ERROR, "hold_was_released", LOG_NUMBER("shop", t->shop), LOG_NUMBER("hold", t->hold));
            return JOB_GIVE_UP;
        case DEBIT_FAULT: return JOB_FAULT;
        }
    }
    /* Free because a paid month ran when it was asked (over by now or not: the renewal sees to that), or because the
     * price is zero: then a month begins all the same. */
    struct subscription s;
    if (subscriptions_get(tx, t->id, t->subscription, &s) == ROW_FAULT) return JOB_FAULT;
    t->hold = 0;
    /* Somebody was telling the outside that it is off while this was asked: which of the two arrived last? */
    bool crossed = w->t.tell_job && recipe_of(t->backend)->resume;
    t->outside = crossed ? OUTSIDE_SUSPENDED : OUTSIDE_SERVING;
    if (t->told < w->t.word) t->told = w->t.word;
    /* An earlier call that nobody answered may still take effect; or something has changed while it was told. */
    int64_t doubt_ms = recipe_of(t->backend)->doubt_ms;
    bool open = job->attempt > 1 && w->t.settled_attempt != job->attempt - 1;
    int64_t until = open ? job->now_ms + doubt_ms : time_clamp_until(t->doubt_until_ms, job->now_ms, doubt_ms);
    bool doubtful = until > job->now_ms, more = t->told < t->word || crossed;
    t->doubt_until_ms = doubtful ? until : 0;
    if ((doubtful || more) && !tenants_must_hear(tx, t, more ? 0 : until)) return JOB_FAULT;
    const char *bot_id = w->bot_id ? w->bot_id : t->bot_id;
    if (!tenants_activate(tx, NULL, t,
                          &(struct activation){ .bot_id = bot_id,
                                                .bot_state = bot_id ? BOT_READY : BOT_PENDING,
                                                .paid = paid || s.expires_at_ms <= t->asked_at_ms,
                                                .charged = credits_negate(entry.amount) },
                          job->now_ms) ||
        !secrets_delivered(tx, t->id, SECRET_SSO, w->sso_generation) ||
        !secrets_delivered(tx, t->id, SECRET_WEBHOOK, w->webhook_generation) ||
        !credits_tell(tx, t->account, &balance))
        return JOB_FAULT;
    return JOB_FINISHED;
}

static enum job_wish register_settle(struct job *job, struct tx *tx)
{
    const struct work *w = job->state;
    struct tenant t = { 0 };
    struct shop shop;
    enum row row = lock_current(job, tx, &shop, &t);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE || w->verdict == VERDICT_STALE) return JOB_FINISHED;
    if (w->error) job_error(job, "%s", w->error);
    if (w->verdict == VERDICT_REGISTERED) return settle_registered(job, tx, &t);
    if (w->verdict == VERDICT_UNKNOWN) {
        t.maybe_registered = true;
        t.doubt_until_ms = job->now_ms + recipe_of(t.backend)->doubt_ms;
    }
    t.settled_attempt = job->attempt;
    if (!tenants_keep(tx, &t, job->now_ms)) return JOB_FAULT;
    return w->verdict == VERDICT_REFUSED ? JOB_GIVE_UP : JOB_AGAIN;
}

/* The credits go back and the merchant may try again. Whatever cannot be done undoes all of it: half of it committed
 * would leave a tenant that waits for a job which is dead. */
static enum job_wish register_dead(struct job *job, struct tx *tx, const char *error)
{
    struct tenant t = { 0 };
    struct shop shop;
    struct credit_balance balance;
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
    /* Anything but a clear "no" may have registered it: an attempt that never came to an end, and also a "yes" that
     * could not be stored until it was too late. The next enable asks first. */
    const struct work *w = job->state;
    if (!w || !w->surely_not) t.maybe_registered = true;
    bool told = tenants_move(tx, &t, TENANT_PENDING, "failed", 0, job->now_ms) == ROW_FOUND &&
                credits_tell(tx, t.account, &balance) &&
                tenants_tell(tx, NULL, AUDIT_chatbot_enable_failed, &t, registration_failed_json, &error, job->now_ms);
    return told ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind tenants_register_job = {
    .name = "tenants.register",
    .doc = "Registers a shop with the outside chatbot server; then takes or gives back the credits.",
    .max_attempts = 12,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 20 * SECOND_MS,
    .give_up_after_ms = 2 * MINUTE_MS,
    .load = register_load,
    .call = registration_call,
    .settle = register_settle,
    .dead = register_dead,
};
