/* config.h: every setting, from the environment or one chathub.conf (same names; the environment wins), checked once at
 * start. Unset must work in development; production refuses what would be unsafe there. */
#ifndef CHATHUB_APP_CONFIG_H
#define CHATHUB_APP_CONFIG_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/money.h"
#include "billing/provider.h"
#include "outbound/mail.h"
#include "tenants/recipe.h"

struct config {
    const char *listen, *data_dir, *base_url, *database_url, *trusted_proxy, *limits, *security_contact, *file;
    /* Shown to everybody; NULL: nothing is said. Contact: mailto:, tel: or https:. */
    const char *company, *icp_number, *support_contact, *support_hours, *status_url;
    const char *landing_shop; /* whose chat stands on the landing page; NULL: none */
    const char *accept_risks; /* words of config_check.c, with commas; NULL: none */
    const char *panel_secret;
    const char *recipe[RECIPE_SETTINGS_MAX]; /* of recipe_settings(), by place; NULL: not set */
    const char *smtp_host, *smtp_user, *smtp_password, *mail_from;
    const char *reply_domain, *mail_secret; /* answers by mail; both or neither */
    struct provider_settings pay;           /* of payment providers; base_url and sandbox are set at start */
    const char *master_key;                 /* as set; NULL: the file in data_dir */
    int64_t refund_approve_above;           /* minor units */
    int64_t seats_without_plan;
    int64_t smtp_port, loops, connections, shop_connections, database_workers, price_cny;
    struct credits chatbot_price, renewal_price, shop_price, trial_credits, grant_confirm_above;
    bool smtp_tls_from_start, production, test_clock, test_rare_looks, chatbot_enabled, verbose;
};

/* Database threads when CHATHUB_DATABASE_WORKERS is unset (docs/performance.md). Few that read, because each takes many
 * requests at once and asks for all of their callers in one query; more that write, because on PostgreSQL each waits
 * for its own commit. SQLite has one writer whatever is said here. */
enum { LANES_SQLITE = 2, LANES_POSTGRES_READ = 4, LANES_POSTGRES_WRITE = 8 };

/* False with a sentence in `error` that names the setting. Everything lives in `a`. */
MUST_USE bool config_load(struct arena *a, struct config *out, struct buf *error);
/* Whose X-Forwarded-For is believed. NULL: nobody's. */
const char *config_proxies(const struct config *c);
/* Name, value and where it came from, one a line or as JSON; secrets as "(set)". */
void config_print(const struct config *c, bool as_json, struct buf *out);
/* The master keys: from CHATHUB_MASTER_KEY ("BASE64" or "id:BASE64,id:BASE64", the first seals), else from
 * <data_dir>/master.key, which is made with mode 0600 when it is missing (development only). */
bool config_smtp_tls(const struct config *c); /* TLS from the first byte, as said or as the port means */
MUST_USE struct keyring *config_keyring(const struct config *c, struct buf *error);

#endif
