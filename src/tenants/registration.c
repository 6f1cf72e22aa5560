/* registration.c: telling the outside chatbot server about a shop: the words of the call, and what its answer means.
 * Shared by the job that registers and the job that tells what has changed since. Secrets are opened in .call alone;
 * the job row holds ids. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"

bool registration_load(struct job *job, struct tx *tx, struct work *w)
{
    enum row row = tenants_of_shop(tx, job->ref, &w->t);
    if (row == ROW_FOUND) row = shops_get(tx, job->ref, &w->shop);
    if (row == ROW_FAULT) return false;
    if (row == ROW_NONE) w->t.status = TENANT_NONE;
    return row == ROW_NONE || secrets_list(tx, w->t.id, w->secret, &w->secrets);
}

bool registration_words(struct job *job, struct work *w)
{
    struct recipe_shop *r = &w->words;
    const struct secret *sso = secret_newest(w->secret, w->secrets, SECRET_SSO, false);
    const struct secret *webhook = secret_newest(w->secret, w->secrets, SECRET_WEBHOOK, false);
    *r = (struct recipe_shop){ .shop = w->t.shop,
                               .account = w->t.account,
                               .bot_name = w->t.bot_name,
                               .logo_url = w->t.logo_url,
                               .embed_id = w->t.embed_id,
                               .bot_id = w->t.bot_id,
                               .now_ms = now_ms(),
                               .word = w->t.word,
                               .instance_url = tenants_settings.base_url };
    if (w->shop.domain) r->instance_url = arena_printf(job->arena, "https://%s", w->shop.domain);
    if (!sso || !webhook || !secret_open(job->arena, w->t.id, SECRET_SSO, sso->sealed, &r->sso_secret) ||
        !secret_open(job->arena, w->t.id, SECRET_WEBHOOK, webhook->sealed, &r->webhook_secret)) {
        /* After a purge there are none; those that are there must open. */
        if (w->secrets) LOG(LOG_ERROR, "tenant_secrets_do_not_open", LOG_NUMBER("shop", w->t.shop));
        return false;
    }
    r->sso_generation = w->sso_generation = sso->generation;
    w->webhook_generation = webhook->generation;
    return true;
}

void registration_failed_json(struct json *j, const void *arg) { json_text(j, "error", *(const char *const *)arg); }

enum verdict registration_verdict(enum outcome o)
{
    switch (o) {
    case OUTCOME_OK: return VERDICT_REGISTERED;
    case OUTCOME_REFUSED: return VERDICT_REFUSED;
    case OUTCOME_LATER: return VERDICT_LATER;
    case OUTCOME_UNKNOWN: break;
    }
    return VERDICT_UNKNOWN;
}
