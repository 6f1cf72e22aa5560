/* private.h: private to tenants/: the rows of a tenant and what changes them. Writers hold the shop's lock (shops.h
 * says the order), so what was read stays true; the conditional updates are the second line behind it. */
#ifndef CHATHUB_TENANTS_PRIVATE_H
#define CHATHUB_TENANTS_PRIVATE_H

#include "audit/audit.h"
#include "credits/credits.h"
#include "base/jwt.h"
#include "jobs/steps.h"
#include "storage/reseal.h"
#include "tenants/recipe.h"

/* clang-format off */
#define TENANTS_ACTIONS(X)                                                                                             \
    X(chatbot_enable_asked) X(chatbot_enabled) X(chatbot_enable_failed) X(chatbot_enable_refused)                      \
    X(chatbot_disabled) X(chatbot_config_changed) X(chatbot_update_failed) X(chatbot_renewed)                          \
    X(chatbot_past_due) X(chatbot_expired) X(sso_issued) X(sso_launched) X(sso_refused) X(secret_shown)                \
    X(secret_rotated) X(secret_retired) X(secret_revoked) X(chatbot_renewal_changed) X(tenant_registered)              \
    X(tenant_suspended) X(tenant_resumed) X(panel_entered)
/* clang-format on */
TENANTS_ACTIONS(AUDIT_DECLARE)
#define TENANTS_REASONS(X) X(chatbot_enablement) X(chatbot_renewal)
TENANTS_REASONS(CREDITS_DECLARE)

enum { BOT_NAME_MAX = TENANT_BOT_NAME_MAX, GRACE_DAYS = 7, SECRET_OVERLAP_HOURS = 24 };

/* All stored: append, never renumber. */
enum subscription_status {
    SUBSCRIPTION_NONE,
    SUBSCRIPTION_ACTIVE,
    SUBSCRIPTION_PAST_DUE,
    SUBSCRIPTION_EXPIRED,
    SUBSCRIPTION_CANCELLED,
    SUBSCRIPTION_STATUS_COUNT
};
enum secret_kind { SECRET_NONE, SECRET_SSO, SECRET_WEBHOOK, SECRET_SERVICE, SECRET_KIND_COUNT };
enum secret_state { SECRET_STATE_NONE, SECRET_ACTIVE, SECRET_PREVIOUS, SECRET_REVOKED };

enum outside { OUTSIDE_NONE, OUTSIDE_SERVING, OUTSIDE_SUSPENDED, OUTSIDE_REMOVED }; /* outside; stored */

struct tenant {
    int64_t id, shop, account, version;
    enum tenant_status status;
    int64_t backend; /* struct recipe.number; 0: none yet */
    enum recipe_bot_state bot_state;
    const char *bot_id, *bot_name, *embed_id, *logo_url; /* bot_id, logo_url: NULL when none */
    const char *sync_scopes;                             /* "products,orders"; "" for none */
    const char *error_code;                              /* of the last attempt; NULL: none */
    int64_t generation, subscription, hold, job;         /* hold, job: 0 when none; job: of the last try */
    int64_t asked_at_ms, enabled_at_ms, created_at_ms, updated_at_ms;
    bool shop_deleted;
    int64_t word, told;      /* what the outside must hear, numbered; the newest that it confirmed */
    int64_t tell_job;        /* the one that tells it; 0: none */
    int64_t settled_attempt; /* of the job under way: the last attempt whose end is known */
    int64_t doubt_until_ms;  /* so long a call that nobody answered may still take effect outside */
    int64_t outside;         /* enum outside */
    bool maybe_registered;   /* an attempt ended without knowing whether the outside server did it */
};
struct subscription {
    int64_t tenant, number, shop, account, charges;
    enum subscription_status status;
    enum subscription_source source; /* what paid for it */
    int anchor_day;
    bool renews; /* by itself, when the paid month is over */
    int64_t started_at_ms, period_start_ms, expires_at_ms, due_at_ms;
    int64_t past_due_at_ms; /* when the merchant was told that it is not paid; 0: it is */
    int64_t notices;        /* letters about that */
};

/* ---- tenant.c ---- */
MUST_USE enum row tenants_of_shop(struct tx *tx, int64_t shop, struct tenant *out);
/* Of many shops, in any order; `out` has room for `count`. How many have one, or -1: a fault. */
MUST_USE int64_t tenants_of_shops(struct tx *tx, const int64_t *shop, size_t count, struct tenant *out);
/* Moves to `to` and writes every changeable member of *t; inserts when t->id is 0. ROW_NONE: not allowed, or moved by
 * somebody else. */
MUST_USE enum row tenants_move(struct tx *tx, struct tenant *t, enum tenant_status to, const char *why, int64_t actor,
                               int64_t now_ms);
MUST_USE bool tenants_keep(struct tx *tx, struct tenant *t, int64_t now_ms); /* the same, status stays */
/* face.c: words that two doors change: kept, told outside and put into the trail. */
MUST_USE bool tenants_config_keep(struct req *req, struct tenant *t);
const char *tenant_state_word(const struct tenant *t); /* off, pending, ..., failed: for screens */
/* The event alone: a step of the way was done. */
MUST_USE bool tenants_progressed(struct tx *tx, const struct tenant *t);
/* Whoever talks to the shop at this moment is cut off, and not at their next word. */
MUST_USE bool tenants_cut_off(struct tx *tx, int64_t shop);
/* Audit row and event of a change; `req` NULL: by a job. */
MUST_USE bool tenants_tell(struct tx *tx, struct req *req, struct audit_action action, const struct tenant *t,
                           json_writer *details, const void *arg, int64_t now_ms);

/* ---- subscriptions.c ---- */
MUST_USE enum row subscriptions_get(struct tx *tx, int64_t tenant, int64_t number, struct subscription *out);
/* The present ones of the tenants of many shops, in any order; `out` has room for `count`. How many, or -1: a fault. */
MUST_USE int64_t subscriptions_of_shops(struct tx *tx, const int64_t *shop, size_t count, struct subscription *out);
/* A first period from then on, and t->subscription is its number; the caller saves t. `given`: by others than credits,
 * until a later time; until_ms 0: a month of credits. */
struct subscription subscription_first(struct tenant *t, const struct tenants_entitlement *given, int64_t begin_ms);
MUST_USE bool subscription_insert(struct tx *tx, const struct subscription *s, int64_t now_ms);
MUST_USE bool subscription_save(struct tx *tx, const struct subscription *s, int64_t now_ms);
/* The same of one that was read in this transaction under its shop's lock: nobody can have taken it away meanwhile, so
 * no answer is waited for. */
MUST_USE bool subscription_put(struct tx *tx, const struct subscription *s, int64_t now_ms);
const char *subscription_status_name(enum subscription_status s);
extern const char *const subscription_source_names[]; /* NULL-ended */
const char *subscription_source_name(enum subscription_source s);
enum subscription_source subscription_source_named(const char *name); /* SOURCE_COUNT: a word that we do not know */
/* Neither over nor ended by its merchant: a tenant that is suspended with such a one rests with its shop. */
bool subscription_goes_on(const struct subscription *s);
/* Of one that is past due: when it stops, counted from the notice; whole days until then, rounded up. */
int64_t subscription_grace_end(const struct subscription *s, int64_t now_ms);
int subscription_days_left(const struct subscription *s, int64_t now_ms);

/* ---- ends.c: it goes on by itself at its end, as whoever pays for it says. False: storage fault ---- */
MUST_USE bool tenants_renews(struct tx *tx, const struct subscription *s, bool *out);

/* ---- entitlement.c: what pays for a chat, and until when. Everybody asks this, nobody judges a source himself ---- */
struct entitlement {
    enum subscription_source source; /* of the present subscription; without one, of what would begin now */
    int64_t end_ms;                  /* of the present subscription, as whoever pays for it says; 0: there is none */
    bool runs;                       /* it is paid and not over: switching on begins nothing, and is free */
    bool given;                      /* others pay for the present one, and have said so just now */
    struct tenants_entitlement next; /* what others give beyond that end; until_ms 0: nothing */
    bool by_credits;                 /* the time after that is taken from the ledger, when it renews */
};
enum { ENTITLEMENTS_MAX = 64 };
/* `s`: the present subscription; number 0: none. False: storage fault. */
MUST_USE bool entitlement_of(struct tx *tx, int64_t account, int64_t shop, const struct subscription *s, int64_t now_ms,
                             struct entitlement *out);
/* The same of `count` subscriptions of one account, at most ENTITLEMENTS_MAX. */
MUST_USE bool entitlements_of(struct tx *tx, int64_t account, const struct subscription *s, size_t count,
                              int64_t now_ms, struct entitlement *out);
/* Of shops of several accounts: the present subscription of shop[i], which is account[i]'s, is s[i] (number 0: none).
 */
MUST_USE bool entitlements_each(struct tx *tx, const int64_t *account, const int64_t *shop,
                                const struct subscription *s, size_t count, int64_t now_ms, struct entitlement *out);
struct credits entitlement_price(const struct entitlement *e);  /* of switching on now */
int64_t entitlement_free_until_ms(const struct entitlement *e); /* so long that is free; 0: it costs */
/* Its chat serves: tokens are signed and taken. Renewals move the state when what paid for it is over. */
bool entitlement_serves(const struct tenant *t);

/* ---- renewal_letters.c ---- */
enum { RENEWAL_LAST_CALL_DAYS = 3 };
/* To the account's owner: what comes after is not paid, so many days are left; 0: it has stopped. Nobody to write to:
 * true. */
MUST_USE bool renewal_letter(struct tx *tx, const struct tenant *t, const struct subscription *s,
                             const struct entitlement *e, int days_left, int64_t now_ms);

/* ---- shop_letters.c ---- */
/* To the account's owner: an operator has suspended this shop, or let it back, as its status says. Nobody to write to:
 * true. */
MUST_USE bool shop_letter(struct tx *tx, const struct shop *s);
extern const struct letter shop_suspended_letter, shop_resumed_letter;

/* ---- activate.c ---- */
/* The end of every successful enable: tenant active, subscription, audit, events. The charge was made by the caller. */
struct activation {
    const char *bot_id;
    enum recipe_bot_state bot_state;
    bool begins; /* a new subscription, from begin_ms on */
    int64_t begin_ms;
    struct tenants_entitlement given; /* what it is paid by, when not by credits */
    int64_t end_ms;                   /* else: until when the present one goes on */
    struct credits charged;           /* as the ledger says: the price may have changed since */
    int64_t actor;
};
MUST_USE bool tenants_activate(struct tx *tx, struct req *req, struct tenant *t, const struct activation *a,
                               int64_t now_ms);
const char *enable_key(struct arena *a, const struct tenant *t);
void credits_details(struct json *j, const void *arg); /* of struct charge */
struct charge {
    struct credits credits;
    const char *backend;
    enum subscription_source source;
};

/* ---- secrets.c ---- */
struct secret {
    enum secret_kind kind;
    enum secret_state state;
    int64_t generation, created_at_ms, shown_at_ms, valid_until_ms;
    bool delivered;
    const char *hint;
    struct str sealed; /* p NULL: a service key, or erased */
};
enum { SECRETS_MAX = 6, SECRET_TEXT_SIZE = 64 }; /* three kinds, active and previous */
const char *secret_kind_name(enum secret_kind kind);
void secret_kind_json(struct json *j, const void *arg); /* audit details; `arg` is an enum secret_kind */
/* Makes those of sso and webhook that are missing. */
MUST_USE bool secrets_ensure(struct tx *tx, const struct tenant *t, int64_t now_ms);
/* The tenant whose secrets open a door, in or out. None where nothing is served, nor when the account is disabled:
 * every way asks that, also one without a session. */
MUST_USE enum row tenant_at_the_door(struct tx *tx, int64_t shop, struct tenant *out);
MUST_USE bool secrets_list(struct tx *tx, int64_t tenant, struct secret out[SECRETS_MAX], size_t *count);
MUST_USE bool secrets_erase(struct tx *tx, int64_t tenant);
/* What a secret is sealed for. */
struct str secret_owner(struct arena *a, int64_t tenant);
struct str secret_purpose(enum secret_kind kind);
struct str panel_owner(struct arena *a, const char *shop_id); /* panel_rows.c: with purpose "sso" or "webhook" */
/* False when it does not open: changed, or its key is gone. The text lives in `a`. */
MUST_USE bool secret_open(struct arena *a, int64_t tenant, enum secret_kind kind, struct str sealed, struct str *out);
/* The newest of a kind; `delivered`: that the backend knows. NULL: none. */
const struct secret *secret_newest(const struct secret *s, size_t count, enum secret_kind kind, bool delivered);
MUST_USE bool secrets_delivered(struct tx *tx, int64_t tenant, enum secret_kind kind, int64_t generation);
void secret_make(enum secret_kind kind, char out[SECRET_TEXT_SIZE]);
MUST_USE bool secret_next_generation(struct tx *tx, int64_t tenant, enum secret_kind kind, int64_t *out);
/* Inserts `text` as the active secret. */
MUST_USE bool secret_add(struct tx *tx, const struct tenant *t, enum secret_kind kind, int64_t generation,
                         const char *text, bool delivered, bool shown, int64_t now_ms);
/* Changes of one secret; false also when it is not as it was read. */
MUST_USE bool secret_mark_shown(struct tx *tx, int64_t tenant, const struct secret *s, int64_t now_ms);
MUST_USE bool secret_make_previous(struct tx *tx, int64_t tenant, const struct secret *s, int64_t until_ms);
MUST_USE bool secret_revoke(struct tx *tx, int64_t tenant, const struct secret *s);

/* ---- registration.c: one attempt of a job that talks to the outside ---- */
enum verdict { VERDICT_STALE, VERDICT_REGISTERED, VERDICT_REFUSED, VERDICT_LATER, VERDICT_UNKNOWN };
struct work { /* job->state */
    struct tenant t;
    struct shop shop;
    struct secret secret[SECRETS_MAX];
    size_t secrets;
    enum verdict verdict;
    bool old_words;           /* of a step: it was found, made with words that may have changed since */
    struct recipe_shop words; /* of registration_words() */
    enum outside outside;     /* of a tell: where the tenant stands outside after it */
    int64_t sso_generation, webhook_generation; /* what the server has been told */
    const char *bot_id, *error;
};
/* Reads tenant, shop and sealed secrets. False: storage fault. */
MUST_USE bool registration_load(struct job *job, struct tx *tx, struct work *w);
/* The secrets opened and the words put together in w->words. False: they do not open, which no repetition heals. */
MUST_USE bool registration_words(struct job *job, struct work *w);
enum verdict registration_verdict(enum outcome o);
/* Members of an audit row; `arg` is a const char *const *. */
void registration_failed_json(struct json *j, const void *arg);

/* ---- register_job.c ---- */
/* The steps by which this backend registers; for pages, in any arena. */
const struct step_list *register_steps(struct arena *a, const struct recipe *r);
/* ROW_FOUND: what an earlier try has half made is still being undone. */
MUST_USE enum row register_is_undoing(struct tx *tx, const struct tenant *t);

/* ---- tell_job.c ---- */
bool tenant_is_known_outside(const struct tenant *t);
/* Something that the outside must hear has changed or is about to, in this transaction: raises the number, and sees to
 * it that a job tells it, not before at_ms (0: now). Under the shop's lock; the caller saves *t afterwards. */
MUST_USE bool tenants_must_hear(struct tx *tx, struct tenant *t, int64_t at_ms);
/* The same of a status that changes: for backends that have to do something about it. */
MUST_USE bool tenants_stands_anew(struct tx *tx, struct tenant *t);
/* ROW_FOUND: a job is at it. */
MUST_USE enum row tenants_is_being_told(struct tx *tx, const struct tenant *t);

/* ---- panel_rows.c: what an outside panel registered ---- */
enum { PANEL_ONE = 1 }; /* there is one, whose secret the settings have */
struct panel_tenant {
    int64_t id, account, shop; /* the last two 0: registered by an earlier version, which made none */
    const char *shop_id, *merchant_id, *instance_url, *name, *logo_url, *bot_id, *sync_scopes;
    struct str sso_sealed, webhook_sealed, old_sso_sealed;
    int64_t old_until_ms, created_at_ms, updated_at_ms;
};
enum panel_secret { PANEL_SSO, PANEL_WEBHOOK };
MUST_USE enum row panel_rows_get(struct tx *tx, const char *shop_id, struct panel_tenant *out);
MUST_USE enum row panel_rows_locked(struct tx *tx, const char *shop_id, struct panel_tenant *out);
MUST_USE enum row panel_rows_of_shop(struct tx *tx, int64_t shop, struct panel_tenant *out); /* by our number */
MUST_USE bool panel_rows_add(struct tx *tx, struct panel_tenant *p);                         /* ->id is filled */
MUST_USE bool panel_rows_save(struct tx *tx, const struct panel_tenant *p); /* all but the panel's id */
/* Its shop is purged: what is left is whose the name is. Its secrets are empty then, and open nothing. */
MUST_USE bool panel_rows_blank(struct tx *tx, int64_t shop, int64_t now_ms);
/* gives[i]: it gives shops[i], which is accounts[i]'s, its chat; at most ENTITLEMENTS_MAX. */
MUST_USE bool panel_rows_give(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count, bool *gives);
struct str panel_rows_seal(struct arena *a, const char *shop_id, enum panel_secret kind, const char *text);
MUST_USE bool panel_rows_open(struct arena *a, const char *shop_id, enum panel_secret kind, struct str sealed,
                              struct str *out);
/* The SSO secrets that count now, without names: the panel calls its keys as it likes, or not at all. */
void panel_rows_keys(struct arena *a, const struct panel_tenant *p, int64_t now_ms, struct jwt_keys *out);

/* ---- panel_chat.c: the account, the shop and the chat of what a panel registered ---- */
enum panel_made {
    PANEL_FAULT = -1,
    PANEL_MADE,
    PANEL_DISABLED,   /* the merchant's account is, by an operator */
    PANEL_SHOPS_FULL, /* it has as many shops as an account may have */
    PANEL_SUSPENDED,  /* the shop is, by an operator */
    PANEL_NOT_NOW,    /* no chat is switched on here at present (CHATBOT_FEATURE_ENABLED) */
};
/* Under the row's lock. *p is what will be saved; `moved`: it says another address of the shop than before. Fills
 * account and shop of *p, saves it, and switches the chat on; *t is its tenant, *changed whether anything was not so
 * already. */
struct panel_wish {
    struct panel_tenant *p;
    bool moved;
    const char *bot_name, *logo_url; /* of this registration; NULL: not said */
};
MUST_USE enum panel_made panel_chat_open(struct req *req, const struct panel_wish *w, struct tenant *t, bool *changed);
/* What it is pasted into pages as. NULL: too long. */
const char *tenants_embed_code(struct arena *a, const struct tenant *t); /* embed.c */
const char *tenants_embed_id(struct arena *a);                           /* of a new tenant */

/* ---- panel.c: whose token it is that the panel's contract is called with ---- */
struct guest {
    bool ours;             /* a shop of ours, and none of a panel */
    struct tenant t;       /* with ours, and when a panel's shop has its chat; else ->id is 0 */
    struct panel_tenant p; /* when a panel's */
    struct jwt_claims claims;
};
struct panel_call {
    struct str token;
    const char *shop_id; /* that the address, or the form, names */
    bool writes;
};
bool panel_may_register(void);
/* ANSWER_GO_ON: *g is that tenant. Else the refusal. */
MUST_USE enum answer panel_authorise(struct req *req, const struct panel_call *c, struct guest *g);

/* ---- launches.c ---- */
enum { LAUNCH_TTL_S = 60 };
struct launch {
    struct str code;
    int64_t shop, account, expires_at_ms;
    enum sso_role role;
    bool panel; /* made with a panel's token: it opens a session itself */
};
MUST_USE bool launches_put(struct tx *tx, const struct launch *l);
/* Each works once, before its end, for the account it was made for. */
MUST_USE enum row launches_use(struct tx *tx, struct str code, int64_t account, int64_t now_ms, int64_t *shop);
/* The same of one that a panel's token made: *l is what it was made for. */
MUST_USE enum row launches_enter(struct tx *tx, struct str code, int64_t now_ms, struct launch *l);
/* A token that stands for a code: used up now, by one winner; ROW_NONE: it was already. */
MUST_USE enum row launches_spend(struct tx *tx, const struct launch *l, int64_t now_ms);
/* ROW_FOUND: it was used up, by either way. */
MUST_USE enum row launches_spent(struct tx *tx, struct str code);
MUST_USE bool launches_forget(struct tx *tx, int64_t before_ms);

/* ---- problems ---- */
extern const struct problem problem_chatbot_enabled, problem_chatbot_feature, problem_chatbot_failed,
    problem_chatbot_provisioning, problem_rotation_running, problem_nothing_to_revoke, problem_no_renewal_by_credits,
    problem_shop_is_ours, problem_launch_code, problem_other_merchant, problem_merchant_disabled,
    problem_merchant_shops, problem_no_panel_chat;

/* ---- verify_rows.c: pieces for the table in verify.c ---- */
MUST_USE bool verify_told_piece(struct tx *tx, struct verify_piece *found);
MUST_USE bool verify_secret_rows_piece(struct tx *tx, struct verify_piece *found);
MUST_USE bool verify_codes_piece(struct tx *tx, struct verify_piece *found);
MUST_USE bool verify_hanging_piece(struct tx *tx, struct verify_piece *found);

/* ---- routes: the handlers stand in the file of their matter, the rows in routes.c ---- */
struct path_shop {
    int64_t id;
};
/* Members of bodies are called as in JSON. */
struct post_enable {
    const char *botName;
};
struct post_role {
    int role;
};
struct path_secret {
    int64_t id;
    int kind;
};
struct path_panel {
    const char *shopId;
};
struct post_register {
    const char *shopId, *merchantId, *instanceUrl, *ssoSharedSecret, *webhookSecret, *botName, *logoUrl;
    int ssoType;
};
enum { SYNC_SCOPES = 3 };
extern const char *const sync_scope_names[];                  /* NULL-ended */
void tenants_scopes_json(struct json *j, const char *scopes); /* the member syncScopes, of "products,orders" */
struct sync_scope {
    int word;
};
struct put_config {
    const char *name, *logoUrl;
    struct field_list syncScopes; /* of struct sync_scope */
    bool has_name, has_logo, has_scopes;
};
static inline int64_t path_shop_id(const struct req *req) { return ((const struct path_shop *)req->path)->id; }
enum answer run_enable(struct req *req), resume_enable(struct req *req), run_disable(struct req *req);
bool refused_enable(struct req *req);
enum answer run_status(struct req *req), run_view(struct req *req);
enum answer run_sso_issue(struct req *req), run_sso_launch(struct req *req), run_sso_enter(struct req *req);
struct str sso_form_value(struct req *req, struct str name); /* sso_routes.c: "code="; p NULL: not exactly one */
enum answer run_admin_enter(struct req *req), run_panel_launch(struct req *req);
bool refused_sso(struct req *req);
enum answer run_secrets(struct req *req), run_secret_show(struct req *req), run_secret_rotate(struct req *req),
    run_secret_revoke(struct req *req);
enum answer run_panel_register(struct req *req), run_panel_config(struct req *req), run_panel_change(struct req *req);

#endif
