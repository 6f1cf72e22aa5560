/* wiring.c: the tables that put the house together. To add a route table or a kind of job: one line here. Earlier folders
 * reach later ones only through the hooks filled at the end. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/overview.h"
#include "audit/audit.h"
#include "credits/credits.h"
#include "credits/settings.h"
#include "http/events.h"
#include "http/idempotency.h"
#include "base/clock.h"
#include "shops/shops.h"
#include "tenants/tenants.h"

const struct route *const app_route_tables[] = { system_routes, accounts_routes, home_routes, shops_routes, tenants_routes,
    credits_routes, audit_routes, events_routes, operator_routes, developer_routes, NULL };

/* ---- housekeeping of http's tables, which has no jobs of its own ---- */

static enum job_wish purge_http(struct job *job, struct tx *tx)
{
    return idempotency_purge(tx, job->now_ms) && events_purge(tx, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

static const struct job_kind http_purge_job = { .name = "http.purge", .doc = "Forgets answers and events older than a day.",
    .max_attempts = 3, .backoff_first_ms = 5 * SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = 5 * MINUTE_MS,
    .settle = purge_http };

const struct job_kind *const app_job_kinds[] = { &mail_send_job, &audit_seal_job, &accounts_purge_job, &accounts_touch_job,
    &shops_purge_job, &tenants_register_job, &tenants_renew_job, &tenants_secrets_job, &tenants_rotate_job, &overview_job,
    &http_purge_job, NULL };

/* ---- hooks: from an earlier folder to a later one, in the caller's transaction ---- */

static bool account_created(struct tx *tx, int64_t account, int64_t now)
{
    (void)now;
    return credits_open(tx, account);
}

static enum row account_by_email(struct tx *tx, const char *email, int64_t *account)
{
    struct account a;
    enum row row = accounts_by_email(tx, email, &a);
    if (row == ROW_FOUND) *account = a.id;
    return row;
}

static enum row first_shop_redeemed(struct tx *tx, int64_t account, bool *out)
{
    struct account a;
    enum row row = accounts_get(tx, account, &a);
    if (row == ROW_FOUND) *out = a.first_shop_redeemed;
    return row;
}

void app_fill_hooks(struct app *app)
{
    const struct config *c = app->config;
    accounts_settings.mail = &app->mail;
    accounts_settings.keyring = app->keyring;
    accounts_settings.base_url = app->base_url;
    accounts_settings.secure_cookies = app->base_url && str_starts(str_of(app->base_url), STR("https://"));
    accounts_settings.lanes = app->lanes;
    accounts_hooks.account_created = account_created;
    accounts_hooks.shop_key = tenants_shop_key;
    credits_hooks.account_by_email = account_by_email;
    credits_hooks.first_shop_redeemed = first_shop_redeemed;
    credits_settings = (struct credits_settings){ .shop_price = c->shop_price, .chatbot_price = c->chatbot_price,
        .renewal_price = c->renewal_price, .price_cny = c->price_cny };
    shops_hooks = (struct shops_hooks){ .deleted = tenants_shop_deleted, .restored = tenants_shop_restored,
        .purged = tenants_shop_purged, .chatbots = tenants_chatbots };
    tenants_settings = (struct tenants_settings){ .feature_enabled = c->chatbot_enabled,
        .chatbot_base_url = c->chatbot_base_url, .chatbot_shared_secret = c->chatbot_shared_secret,
        .base_url = app->base_url, .enable_price = c->chatbot_price, .renewal_price = c->renewal_price,
        .keyring = app->keyring, .enable_wait_ms = 10000 };
}
