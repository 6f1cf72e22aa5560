/* tell_job.c: the server must know a new secret before the old one ends, and where the shop is.
 *
 * Registering is how the server hears of what changes later. Such a job settles only when what it told is still what
 * is; else it tells again. So the last call to arrive is never one with old words, in whatever order they went. */
#include "tenants/private.h"

#include "base/clock.h"

bool tenant_is_known_outside(const struct tenant *t)
{
    return recipe_of(t->backend)->tell && (t->status == TENANT_ACTIVE || t->status == TENANT_SUSPENDED);
}

bool tenants_put_tell(struct tx *tx, const struct tenant *t, const char *key)
{
    return jobs_put(tx, &(struct job_new){ .kind = tenants_rotate_job.name, .key = key, .account = t->account,
        .ref = t->shop }, NULL) >= 0;
}

static enum job_wish rotate_load(struct job *job, struct tx *tx)
{
    struct work *w = ARENA_NEW(job->arena, struct work);
    job->state = w;
    if (!registration_load(job, tx, w)) return JOB_FAULT;
    /* Registering again is harmless, so nothing has to be asked first. A tenant that was switched off learns its
     * secrets when it is switched on. A shop that was deleted is told all the same: an earlier attempt may have done
     * it with its answer lost, and after a restore our tokens would be signed with a secret that the server dropped. */
    w->t.job = tenant_is_known_outside(&w->t) ? job->id : 0;
    return JOB_FINISHED;
}

/* Is what was told still what is? ROW_NONE: tell again. */
static enum row is_up_to_date(struct job *job, struct tx *tx, const struct work *told)
{
    struct work now = { 0 };
    if (!registration_load(job, tx, &now)) return ROW_FAULT;
    if (!tenant_is_known_outside(&now.t)) return ROW_FOUND;  /* nothing is to be told any more */
    const struct secret *sso = secret_newest(now.secret, now.secrets, SECRET_SSO, false);
    const struct secret *webhook = secret_newest(now.secret, now.secrets, SECRET_WEBHOOK, false);
    bool same = sso && webhook && sso->generation == told->sso_generation &&
                webhook->generation == told->webhook_generation && text_eq(now.shop.domain, told->shop.domain);
    return same ? ROW_FOUND : ROW_NONE;
}

static enum job_wish rotate_settle(struct job *job, struct tx *tx)
{
    const struct work *w = job->state;
    if (w->verdict == VERDICT_STALE) return JOB_FINISHED;
    if (w->error) job_error(job, "%s", w->error);
    if (w->verdict != VERDICT_REGISTERED) return JOB_AGAIN;
    if (!secrets_delivered(tx, w->t.id, SECRET_SSO, w->sso_generation) ||
        !secrets_delivered(tx, w->t.id, SECRET_WEBHOOK, w->webhook_generation))
        return JOB_FAULT;
    switch (is_up_to_date(job, tx, w)) {
    case ROW_FAULT: return JOB_FAULT;
    case ROW_NONE: return JOB_AGAIN;
    case ROW_FOUND: break;
    }
    return JOB_FINISHED;
}

/* After four days. The old secrets stay valid, and the merchant may rotate again: that puts a new job. */
static enum job_wish rotate_dead(struct job *job, struct tx *tx, const char *error)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, job->ref, &t);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE || !tenant_is_known_outside(&t)) return JOB_FINISHED;
    bool told = tenants_tell(tx, NULL, AUDIT_chatbot_update_failed, &t, registration_failed_json, &error, job->now_ms);
    return told ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind tenants_rotate_job = {
    .name = "tenants.rotate",
    .doc = "Tells the outside chatbot server a shop's new secrets, before the old ones end, and its new domain.",
    .max_attempts = 100,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = HOUR_MS,
    .load = rotate_load,
    .call = registration_call,
    .settle = rotate_settle,
    .dead = rotate_dead,
};
