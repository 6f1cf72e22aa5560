/* register_job.c: asking the outside chatbot server, and settling what it said.
 *
 *   ok       → capture the hold, tenant active
 *   refused  → give up: release, tenant pending with the reason
 *   later    → surely not done: again
 *   unknown  → maybe done: the next attempt first asks whether the shop is known with these secrets
 *
 * After two minutes the credits go back. When the last word was "unknown" the tenant remembers that it may be
 * registered, and the next enable starts by asking, with the same secrets: never registered twice, never charged for a
 * late success. Secrets are opened in .call alone; the job row holds ids.
 *
 * Registering is also how the server hears of what changes later: a secret, the shop's domain. Such a job settles only
 * when what it told is still what is; else it tells again. So the last call to arrive is never one with old words, in
 * whatever order they went. */
#include "tenants/recipes.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

enum verdict { VERDICT_STALE, VERDICT_REGISTERED, VERDICT_REFUSED, VERDICT_LATER, VERDICT_UNKNOWN };

struct work {
    struct tenant t;
    struct shop shop;
    struct secret secret[SECRETS_MAX];
    size_t secrets;
    bool ask_first;
    enum verdict verdict;
    int64_t sso_generation, webhook_generation;              /* what the server has been told */
    const char *bot_id, *error;
};

/* Reads tenant, shop and sealed secrets. False: storage fault. */
static bool load_work(struct job *job, struct tx *tx, struct work *w)
{
    enum row row = tenants_of_shop(tx, job->ref, &w->t);
    if (row == ROW_FOUND) row = shops_get(tx, job->ref, &w->shop);
    if (row == ROW_FAULT) return false;
    if (row == ROW_NONE) w->t.status = TENANT_NONE;
    return row == ROW_NONE || secrets_list(tx, w->t.id, w->secret, &w->secrets);
}

/* The secrets opened and the words put together. False: they do not open, which no repetition heals. */
static bool make_registration(struct job *job, struct work *w, struct registration *r)
{
    const struct secret *sso = secret_newest(w->secret, w->secrets, SECRET_SSO, false);
    const struct secret *webhook = secret_newest(w->secret, w->secrets, SECRET_WEBHOOK, false);
    *r = (struct registration){ .shop = w->t.shop, .account = w->t.account, .bot_name = w->t.bot_name,
        .logo_url = w->t.logo_url, .now_ms = now_ms(), .instance_url = tenants_settings.base_url };
    if (w->shop.domain) r->instance_url = arena_printf(job->arena, "https://%s", w->shop.domain);
    if (!sso || !webhook || !secret_open(job->arena, w->t.id, SECRET_SSO, sso->sealed, &r->sso_secret) ||
        !secret_open(job->arena, w->t.id, SECRET_WEBHOOK, webhook->sealed, &r->webhook_secret)) {
        LOG(LOG_ERROR, "tenant_secrets_do_not_open", LOG_NUMBER("shop", w->t.shop));
        return false;
    }
    r->sso_generation = w->sso_generation = sso->generation;
    w->webhook_generation = webhook->generation;
    return true;
}

static enum verdict verdict_of(enum outcome o)
{
    switch (o) {
    case OUTCOME_OK: return VERDICT_REGISTERED;
    case OUTCOME_REFUSED: return VERDICT_REFUSED;
    case OUTCOME_LATER: return VERDICT_LATER;
    case OUTCOME_UNKNOWN: break;
    }
    return VERDICT_UNKNOWN;
}

static void call_register(struct job *job)
{
    struct work *w = job->state;
    struct registration r;
    struct registered answer = { 0 };
    if (w->t.job != job->id) return;         /* stale: nothing to ask */
    if (!make_registration(job, w, &r)) {
        w->verdict = VERDICT_REFUSED, w->error = "the shop's secrets cannot be opened";
        return;
    }
    if (w->ask_first) {
        recipe_chatbot.ask(job->arena, &r, &answer);
        /* Not reached: what the earlier attempt did is still open. */
        w->verdict = answer.outcome == OUTCOME_OK ? VERDICT_REGISTERED : VERDICT_UNKNOWN;
        /* The question proves the sso secret alone. Once the webhook secret or the shop has been changed, what it was
         * registered with may be old: told again, which is harmless. */
        if (w->webhook_generation > 1 || w->shop.updated_at_ms > w->t.created_at_ms) answer.known = false;
    }
    if (!w->ask_first || (w->verdict == VERDICT_REGISTERED && !answer.known)) {
        recipe_chatbot.call(job->arena, &r, &answer);
        w->verdict = verdict_of(answer.outcome);
    }
    w->bot_id = answer.bot_id;
    w->error = answer.error;
}

/* ---- register ---- */

static bool is_current(const struct tenant *t, const struct job *job)
{
    return t->status == TENANT_PROVISIONING && t->job == job->id;
}

static enum job_wish register_load(struct job *job, struct tx *tx)
{
    struct work *w = ARENA_NEW(job->arena, struct work);
    job->state = w;
    if (!load_work(job, tx, w)) return JOB_FAULT;
    if (!is_current(&w->t, job)) w->t.job = 0;               /* ended by somebody else: nothing to ask */
    /* A second attempt may follow one whose worker died after it had sent. */
    w->ask_first = w->t.maybe_registered || job->attempt > 1;
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
    struct credit_entry entry;
    struct credit_balance balance;
    bool paid = t->hold != 0;
    if (paid) {
        switch (credits_capture(tx, t->hold, job->now_ms, &entry)) {
        case DEBIT_DONE:
        case DEBIT_REPLAYED: break;
        case DEBIT_KEY_REUSED:
        case DEBIT_INSUFFICIENT:
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
    const char *bot_id = w->bot_id ? w->bot_id : t->backend == BACKEND_CHATBOT ? t->bot_id : NULL;
    if (!tenants_activate(tx, NULL, t,
                          &(struct activation){ .bot_id = bot_id,
                                                .bot_state = bot_id ? BOT_READY : BOT_PENDING,
                                                .paid = paid || s.expires_at_ms <= t->asked_at_ms },
                          job->now_ms) ||
        !secrets_delivered(tx, t->id, SECRET_SSO, w->sso_generation) ||
        !secrets_delivered(tx, t->id, SECRET_WEBHOOK, w->webhook_generation) ||
        !credits_changed(tx, t->account, &balance))
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
    if (w->verdict == VERDICT_REGISTERED) {
        enum job_wish wish = settle_registered(job, tx, &t);
        bool moved = wish == JOB_FINISHED && !text_eq(shop.domain, w->shop.domain);          /* while it was told */
        return moved && !tenants_put_tell(tx, &t, NULL) ? JOB_FAULT : wish;
    }
    bool unknown = w->verdict == VERDICT_UNKNOWN;
    if (unknown && !t.maybe_registered) {
        t.maybe_registered = true;
        if (!tenants_keep(tx, &t, job->now_ms)) return JOB_FAULT;
    }
    return w->verdict == VERDICT_REFUSED ? JOB_GIVE_UP : JOB_AGAIN;
}

static void failure_details(struct json *j, const void *arg)
{
    json_text(j, "error", *(const char *const *)arg);
}

/* The credits go back and the merchant may try again. A fault here is the transaction's and undoes all of it. */
static void register_dead(struct job *job, struct tx *tx, const char *error)
{
    struct tenant t = { 0 };
    struct shop shop;
    struct credit_balance balance;
    if (lock_current(job, tx, &shop, &t) != ROW_FOUND) return;
    if (t.hold) {
        enum debit d = credits_release(tx, t.hold, job->now_ms);
        if (d == DEBIT_FAULT) return;
        if (d == DEBIT_KEY_REUSED)
            LOG(LOG_ERROR, "hold_was_captured", LOG_NUMBER("shop", t.shop), LOG_NUMBER("hold", t.hold));
    }
    t.hold = 0;
    t.error_code = problem_chatbot_failed.code;
    /* No state: the last attempt never came to an end, and may have sent it too. */
    if (!job->state) t.maybe_registered = true;
    if (tenants_move(tx, &t, TENANT_PENDING, "failed", 0, job->now_ms) != ROW_FOUND) return;
    if (!credits_changed(tx, t.account, &balance)) return;
    if (!tenants_tell(tx, NULL, AUDIT_chatbot_enable_failed, &t, failure_details, &error, job->now_ms)) return;
}

const struct job_kind tenants_register_job = {
    .name = "tenants.register",
    .doc = "Registers a shop with the outside chatbot server; then takes or gives back the credits.",
    .max_attempts = 12,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = 20 * SECOND_MS,
    .deadline_ms = 2 * MINUTE_MS,
    .load = register_load,
    .call = call_register,
    .settle = register_settle,
    .dead = register_dead,
};

/* ---- rotate: the server must know the new secret before the old one ends, and where the shop is ---- */

bool tenant_is_known_outside(const struct tenant *t)
{
    return t->backend == BACKEND_CHATBOT && (t->status == TENANT_ACTIVE || t->status == TENANT_SUSPENDED);
}

bool tenants_put_tell(struct tx *tx, const struct tenant *t, const char *key)
{
    return jobs_put(tx, &(struct job_new){ .kind = tenants_rotate_job.name, .key = key, .account = t->account,
        .ref = t->shop }, NULL) >= 0;
}

/* The outside server fetches the shop's goods from its domain. One that is being registered is looked at again when
 * that settles; one that is switched off is told when it is switched on. The shop's name is not told: the bot has its
 * own. */
bool tenants_domain_changed(struct tx *tx, const struct shop *s)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    return !tenant_is_known_outside(&t) || tenants_put_tell(tx, &t, NULL);
}

static enum job_wish rotate_load(struct job *job, struct tx *tx)
{
    struct work *w = ARENA_NEW(job->arena, struct work);
    job->state = w;
    if (!load_work(job, tx, w)) return JOB_FAULT;
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
    if (!load_work(job, tx, &now)) return ROW_FAULT;
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
static void rotate_dead(struct job *job, struct tx *tx, const char *error)
{
    struct tenant t;
    if (tenants_of_shop(tx, job->ref, &t) != ROW_FOUND || !tenant_is_known_outside(&t)) return;
    if (!tenants_tell(tx, NULL, AUDIT_chatbot_update_failed, &t, failure_details, &error, job->now_ms)) return;
}

const struct job_kind tenants_rotate_job = {
    .name = "tenants.rotate",
    .doc = "Tells the outside chatbot server a shop's new secrets, before the old ones end, and its new domain.",
    .max_attempts = 100,
    .backoff_first_ms = SECOND_MS,
    .backoff_max_ms = HOUR_MS,
    .load = rotate_load,
    .call = call_register,
    .settle = rotate_settle,
    .dead = rotate_dead,
};
