/* tenants.h: the customer-service tenancy of a shop: its life, its subscription, its secrets and its SSO tokens. Where
 * the conversations live is a backend, one recipe each (recipes/): `builtin` registers inside the transaction,
 * `chatbot` by a job that speaks to an outside server while the credits are held. */
#ifndef CHATHUB_TENANTS_TENANTS_H
#define CHATHUB_TENANTS_TENANTS_H

#include "base/crypto.h"
#include "http/route.h"
#include "jobs/jobs.h"
#include "outbound/letters.h"
#include "storage/reseal.h"
#include "storage/verify.h"
#include "shops/shops.h"

/* pending → provisioning → active ↔ suspended → disabled. Stored: append, never renumber. */
enum tenant_status {
    TENANT_NONE,
    TENANT_PENDING,
    TENANT_PROVISIONING,
    TENANT_ACTIVE,
    TENANT_SUSPENDED,
    TENANT_DISABLED,
    TENANT_STATUS_COUNT
};
const char *tenant_status_name(enum tenant_status s);

struct tenants_settings {
    bool feature_enabled;     /* CHATBOT_FEATURE_ENABLED */
    const char *panel_secret; /* of the panel's contract, in both directions; NULL: no panel registers or enters */
    const char *base_url;     /* ours, public: embed code, config */
    struct credits enable_price, renewal_price;
    const struct keyring *keyring;
    const struct mail_settings *mail; /* NULL: no letters are written */
};
extern struct tenants_settings tenants_settings;
extern const struct letter *const tenants_letters[]; /* NULL-ended */

/* What pays for a chat. Stored by name. */
enum subscription_source {
    SOURCE_CREDITS,
    SOURCE_ORDER,
    SOURCE_TRIAL,
    SOURCE_PANEL,
    SOURCE_HOUSE, /* the chat of who runs the service, on its own pages */
    SOURCE_COUNT
};

/* Filled by app; called in the caller's transaction. */
struct tenants_owner { /* lang "zh-CN" or "en" */
    const char *email, *lang;
};
/* What somebody else than credits gives a shop: an order, a trial, the house itself; and until when. until_ms 0:
 * nothing. An end that has gone by: it was given, and is over (also one that was taken back). */
struct tenants_entitlement {
    enum subscription_source source;
    int64_t until_ms;
    bool renews; /* whoever gives it goes on by itself at that end */
};
struct tenants_hooks {
    /* Who gets the letters. ROW_NONE: nobody, the account is disabled. Never NULL. */
    enum row (*owner)(struct tx *tx, int64_t account, struct tenants_owner *out);
    /* An operator has disabled this account: its chats rest. NULL: none is. */
    bool (*disabled)(struct tx *tx, int64_t account, bool *out);
    /* Of some shops, each with the account it is asked for: what another account has for a shop is not told. *out is
     * zero, and what stays so is paid with credits, month by month. NULL: all of them are. Whoever answers here tells
     * of changes by tenants_entitlement_changed. */
    bool (*entitlements)(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count,
                         struct tenants_entitlement *out);
};
extern struct tenants_hooks tenants_hooks;

/* More was given to this shop, or something was taken back: looked at now, and not only at the end that was known. */
MUST_USE bool tenants_entitlement_changed(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms);

/* Somebody else than credits has begun to pay for this shop, or pays on: after the change of what `entitlements` says.
 * The shop is locked and not deleted. A chat that never was on, or that stopped for want of payment, is switched on for
 * nothing, as by POST .../chatbot/enable; one that its merchant switched off stays off, and that of a shop that an
 * operator has suspended; one that runs goes on. */
enum tenants_begun {
    TENANTS_BEGUN_FAULT = -1,
    TENANTS_BEGUN_ON,    /* also of an account that is disabled: its chat rests all the same */
    TENANTS_BEGUN_ASKED, /* an outside backend is being asked: the shop's state says how that ends */
    TENANTS_BEGUN_OFF,   /* as its merchant or an operator wishes; no chat is switched on here at present; or what an
                            earlier try made outside is being undone */
};
MUST_USE enum tenants_begun tenants_begin_paid(struct tx *tx, const struct shop *shop, int64_t now_ms);

/* Hooks for shops (app plugs them in). Nobody else calls these, nor those for credits and accounts below. */
bool tenants_shop_deleted(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
bool tenants_shop_restored(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
/* Suspended by an operator, and let back: what keeps its chat off for another reason still does. */
bool tenants_shop_suspended(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
bool tenants_shop_resumed(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms);
bool tenants_shop_purged(struct tx *tx, const struct shop *s, int64_t now_ms);
bool tenants_chatbots(struct tx *tx, int64_t account, const int64_t *ids, size_t count, struct shop_chatbot *out);
bool tenants_domain_changed(struct tx *tx, const struct shop *s, int64_t now_ms);
/* Hooks for credits: what waits for credits of this account is asked again now; did this shop of this account ever
 * have a tenant? */
bool tenants_credits_came(struct tx *tx, int64_t account, int64_t now_ms);
enum row tenants_shop_served(struct tx *tx, int64_t account, int64_t shop);
/* Hooks for accounts: it was disabled, so whoever talks to one of its shops is cut off now; whose service key is this?
 */
MUST_USE bool tenants_account_disabled(struct tx *tx, int64_t account);
enum row tenants_shop_key(struct tx *tx, struct str key, int64_t *shop, int64_t *account);
/* What every service key is good for; NULL-ended. */
#define KEY_SCOPE_SSO "sso.issue"
#define KEY_SCOPE_KNOWLEDGE "knowledge"
#define KEY_SCOPE_CHAT "chat"
extern const char *const tenants_key_scopes[];

/* What the shop's server signs with: the webhook secrets that count now, opened; of a panel's shop its panel's first.
 * ROW_NONE: it has no chatbot that is on, or none of them opens. *out is written over. */
struct webhook_secrets;
MUST_USE enum row tenants_webhook_secrets(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a,
                                          struct webhook_secrets *out, int64_t *account);
/* The same without its panel's. */
MUST_USE enum row tenants_own_webhook_secrets(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a,
                                              struct webhook_secrets *out, int64_t *account);

/* Our number of what an outside panel calls so; 0: it has no chat. ROW_NONE: no panel calls anything so. One name may
 * be a panel's and one of ours: the key that fits says whose it is; a panel's key means the panel's. */
MUST_USE enum row tenants_of_panel(struct tx *tx, const char *shop_id, int64_t *shop);

/* What the shop's server signs its statements of who a customer is with: the sso secrets that count now, opened, each
 * under the name that a token gives as `kid`. ROW_NONE: as above. */
struct jwt_keys;
MUST_USE enum row tenants_shop_token_keys(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a,
                                          struct jwt_keys *out);

/* A store that calls with its SSO token (the panel's contract; the row's path struct begins with const char *shopId).
 * ANSWER_GO_ON: *shop is what the token and the path name; or the refusal. A shop of an outside panel that has no chat
 * yet is refused. With `writes` the shop is locked, the token must be an admin's, and the change is counted. */
struct sso_caller {
    int64_t shop, account;
};
MUST_USE enum answer tenants_sso_caller(struct req *req, bool writes, struct sso_caller *out);
extern const struct problem problem_bad_token, problem_wrong_shop_token, problem_read_only_token;
/* What we show to the shop's own store when we ask it for its rows: an SSO token of two minutes. Whether the address is
 * the shop's has been seen by the caller: one that is not the panel's just gets a token under the shop's own secret.
 * ROW_NONE: the chatbot is not on, or its secret does not open. */
struct store_call {
    int64_t shop, now_ms;
    const char *url; /* of the store that will be asked */
};
MUST_USE enum row tenants_store_token(struct tx *tx, const struct store_call *call, struct arena *a, struct str *out);

/* Invariants 3 and 4 of the design: a tenant in provisioning has a live job and the credits that it was promised; every
 * state came through the mover; an enabled tenant belongs to a living shop of its account, was charged exactly once a
 * period (or never, where credits do not pay) and will be renewed; every kept secret opens with the keyring in the
 * settings; and every open hold belongs to a tenant in provisioning. */
extern const struct verify_check tenants_checks[];
extern const struct reseal_table tenants_sealed[]; /* secrets under an old master key, for `keys rotate` */

/* Shops whose renewal failed for a reason that is not the merchant's, by their number: for the operator. */
struct tenants_renewal_failure {
    int64_t shop, account, tries, first_at_ms, last_at_ms, retry_at_ms;
    const char *error;
};
MUST_USE bool tenants_renewals_failed(struct tx *tx, int64_t after_shop, struct tenants_renewal_failure *out,
                                      size_t limit, size_t *count);
MUST_USE bool tenants_renewals_failing(struct tx *tx, int64_t *out); /* how many */

/* For the overview (reads the table: for a job), and for the home page: how far these shops of one account have come.
 */
struct tenant_counts {
    int64_t active, provisioning;
};
MUST_USE bool tenants_count(struct tx *tx, struct tenant_counts *out);
/* Of all these shops together: one was ever enabled; a secret of one was shown. */
struct tenant_progress {
    bool enabled, keys_shown;
};
MUST_USE bool tenants_progress(struct tx *tx, const int64_t *shops, size_t n, struct tenant_progress *out);

/* Of a shop whose conversations are in this program: whose it is and whether it may talk now. ROW_NONE: no such shop,
 * never enabled, off, or its conversations are elsewhere. */
struct tenant_chat {
    int64_t account;
    bool active; /* false: suspended (unpaid, its shop was deleted or is suspended, its account is disabled) */
    const char *bot_name, *domain; /* domain as people read it; NULL: none was given */
};
MUST_USE enum row tenants_chat(struct tx *tx, int64_t shop, struct tenant_chat *out);

/* What a shop's bot is called and looks like: an outside panel may change it too (panel.c). ROW_NONE: no tenant. */
enum { TENANT_BOT_NAME_MAX = 80 };
struct tenant_face {
    const char *bot_name, *logo_url; /* logo_url NULL: none */
};
MUST_USE enum row tenants_face(struct tx *tx, int64_t shop, struct tenant_face *out);
/* With its shop locked. What is so already is no change. */
MUST_USE enum row tenants_face_change(struct req *req, int64_t shop, const struct tenant_face *face);
/* The same by the command line. */
MUST_USE enum row tenants_face_set(struct tx *tx, int64_t shop, const struct tenant_face *face, int64_t now_ms);
extern const struct problem problem_chatbot_not_enabled;

/* ---- house.c: of all accounts, for operators. False: storage fault ---- */
extern const char *const tenants_state_names[]; /* a number below is a place in it; NULL-ended */
enum { TENANTS_STATE_FAILED = 4 };
/* The state of the chatbot of each of these shops; out[i] belongs to shops[i]; "off": none. */
MUST_USE bool tenants_states(struct tx *tx, const int64_t *shops, size_t n, const char **out);
struct tenants_wanted {
    int state;
    bool down;     /* the largest numbers first */
    int64_t after; /* the last shop seen; 0: none */
    int64_t limit;
};
MUST_USE bool tenants_in_state(struct tx *tx, const struct tenants_wanted *w, int64_t *shops, size_t *count);
MUST_USE bool tenants_count_in_state(struct tx *tx, int state, int64_t most, int64_t *out); /* up to `most` */
/* ---- ends.c: until when the chatbots that are on are paid, of all accounts; for operators. False: storage fault ----
 */
struct tenant_end {
    bool past_due; /* its chatbot is on, and not paid */
    bool renews;   /* as whoever pays for it says */
    int64_t at_ms; /* also of one that rests with its suspended shop. 0: nothing pays for it */
};
MUST_USE bool tenants_ends(struct tx *tx, const int64_t *shops, size_t n, struct tenant_end *out);
MUST_USE bool tenants_past_due(struct tx *tx, const struct tenants_wanted *w, int64_t *shops, size_t *count);
MUST_USE bool tenants_count_past_due(struct tx *tx, int64_t most, int64_t *out); /* up to `most` */
/* What ends next comes first; the page begins behind this end and this shop. */
MUST_USE bool tenants_ending(struct tx *tx, int64_t after_ms, int64_t after_shop, int64_t limit, int64_t *shops,
                             size_t *count);
MUST_USE bool tenants_count_ending(struct tx *tx, int64_t most, int64_t *out); /* up to `most` */

/* ---- months.c: chats of one account that credits pay for, month by month ---- */
struct tenants_month {
    int64_t shop, ends_ms; /* when what is paid is over; of one that is past due it lies behind */
    int anchor_day;        /* further months are time_add_months of it, on this day */
    bool renews;
};
/* Those whose paid month is over before `before_ms`, what ends first first; what others pay for is none. */
MUST_USE bool tenants_months(struct tx *tx, int64_t account, int64_t before_ms, int64_t now_ms,
                             struct tenants_month *out, size_t max, size_t *count);

struct tenant_facts {
    const char *state, *backend, *bot_id, *bot_name, *error; /* all but the state may be NULL */
    int64_t job, enabled_at_ms;                              /* 0: none */
    const char *subscription, *source;                       /* NULL: none */
    bool renews;
    int64_t started_at_ms, expires_at_ms, past_due_at_ms;
};
MUST_USE enum row tenants_facts(struct tx *tx, int64_t shop, struct tenant_facts *out); /* ROW_NONE: never one */

extern const struct job_kind tenants_register_job, tenants_renew_job, tenants_secrets_job, tenants_tell_job;
extern const struct route tenants_routes[];
extern const struct route tenants_renewal_routes[];
#endif
