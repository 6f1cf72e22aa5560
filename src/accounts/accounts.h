/* accounts.h: persons sign in, accounts own (shops, credits, tenants), members are what a person is in an account.
 * Signing up makes one of each. They exist only once the mailbox was proven (or the command line made them); until then
 * there is a registration, which owns nothing and blocks nobody. Passwords are argon2id, sessions and tokens are stored
 * as SHA-256. Rules: contracts of identity, sections 4 to 7. */
#ifndef CHATHUB_ACCOUNTS_ACCOUNTS_H
#define CHATHUB_ACCOUNTS_ACCOUNTS_H

#include "audit/audit.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/route.h"
#include "http/server.h"
#include "jobs/jobs.h"
#include "outbound/letters.h"

enum { NAME_MAX_LENGTH = 80, EMAIL_MAX_LENGTH = 254 }; /* in characters */

/* What a person is for the whole service; what it is in an account is its membership. Stored: never renumber. */
enum person_role { ROLE_NONE, ROLE_MERCHANT, ROLE_OPERATOR };
struct person {
    int64_t id;
    enum person_role role;
    const char *email, *name, *lang; /* email as typed, or a name that is none: "erased-7", MAIL_NOBODY's; lang "zh-CN"
                                        or "en" */
    bool disabled;                   /* cannot sign in: itself, or every account it belongs to */
    int64_t created_at_ms, last_login_at_ms;
};

struct account {
    int64_t id;
    const char *name;         /* empty until it is given one: then its owner's address stands for it */
    bool disabled;            /* by an operator: nobody acts in it */
    const char *merchant;     /* how the outside panel that it is of calls it; NULL: it is a customer of ours */
    bool first_shop_redeemed; /* nothing sets it; answers carry the name */
    int64_t created_at_ms;
    struct person owner; /* the first of its owners: whom to write to */
};
MUST_USE enum row accounts_get(struct tx *tx, int64_t id, struct account *out);
/* An account that is not there is not disabled. */
MUST_USE bool accounts_disabled(struct tx *tx, int64_t id, bool *out);
/* Those one of whose owners has an address that begins so, in either case. At most `most`, into out[most]. */
MUST_USE bool accounts_search(struct tx *tx, const char *begin, size_t most, struct account *out, size_t *count);
/* The address of each account's owner, of at most 100; out[i] belongs to ids[i]; NULL: no such account. */
MUST_USE bool accounts_emails(struct tx *tx, const int64_t *ids, size_t n, const char **out);
/* For audit_hooks.people. */
MUST_USE bool persons_told(struct tx *tx, int64_t account, const int64_t *ids, size_t n, struct audit_person *out);
/* The first account that the person with this address owns. The address is trimmed and lower-cased. */
MUST_USE enum row accounts_by_email(struct tx *tx, const char *email, struct account *out);
/* For the command line and the demo: a confirmed person with an account of its own. *id: the account's, when ADDED. The
 * address is a good one; `password_hash` from password_hash(). Tells the trail. After a FAULT nothing may stay. */
enum account_add { ACCOUNT_FAULT = -1, ACCOUNT_ADDED, ACCOUNT_EXISTS };
MUST_USE enum account_add accounts_add(struct tx *tx, const char *email, const char *name, enum person_role role,
                                       const char *password_hash, int64_t now_ms, int64_t *id);
/* A person as a member of an account: what colleagues and customers see. ROW_NONE: no member. `name` may be empty. */
struct account_colleague {
    int64_t person;
    const char *name, *email, *lang;
    unsigned roles; /* one of WHO_OWNER to WHO_VIEWER */
};
MUST_USE enum row accounts_colleague(struct tx *tx, int64_t account, int64_t person, struct account_colleague *out);
/* The first `most` of them who can sign in, by their number; of an account that is disabled: nobody. */
MUST_USE bool accounts_colleagues(struct tx *tx, int64_t account, size_t most, struct account_colleague *out,
                                  size_t *count);
/* Locked, so that what they are given in this transaction comes before their sign-in is erased, and is erased with it.
 * ROW_NONE: it was erased. */
MUST_USE enum row accounts_person_stays(struct tx *tx, int64_t person);
/* For `verify`: the numbers of those whose sign-in was erased, behind `after`. */
MUST_USE bool accounts_erased(struct tx *tx, int64_t after, size_t most, int64_t *out, size_t *count);
/* In account_created: whether the address of this account's owner has had already what a new one is given, and was
 * erased within a year: one that stands has one account for ever. */
MUST_USE bool accounts_trial_was_had(struct tx *tx, int64_t account, bool *had);
/* Counts the whole table: for the job that keeps the operator's overview, not for a request. */
MUST_USE bool accounts_count(struct tx *tx, int64_t *count);

/* ---- panels.c: accounts of merchants that an outside panel registered ---- */
struct panels_merchant_new {
    int64_t panel, now_ms;       /* whose merchant, by number */
    const char *merchant, *lang; /* how the panel calls it: at most 100 characters; "zh-CN" or "en" */
};
/* ROW_NONE: none such yet. */
MUST_USE enum row panels_merchant(struct tx *tx, int64_t panel, const char *merchant, int64_t *account, bool *disabled);
/* With its owner, without a trial; after panels_merchant said ROW_NONE: a second one is a conflict. */
MUST_USE bool panels_merchant_open(struct tx *tx, const struct panels_merchant_new *in, int64_t *account);
/* *panel 0: it is of no panel. False: storage fault. */
MUST_USE bool panels_account(struct tx *tx, int64_t account, int64_t *panel, const char **merchant);
/* This browser acts in that account from now on, for some hours: as an admin, or as one who looks. The session it had
 * ends. *person: who that is. ROW_NONE: the account is disabled, or of no panel. */
MUST_USE enum row panels_enter(struct req *req, int64_t account, bool may_change, int64_t *person);

/* ---- passwords ---- */

/* argon2id (m=19456 KiB, t=2, p=1). Slow: crypto pool or command line, never in a transaction. False: no memory. Of one
 * that password_fault has let through: a longer one than that knows ends the process. */
enum { PASSWORD_HASH_SIZE = 128 };
MUST_USE bool password_hash(struct str password, char out[PASSWORD_HASH_SIZE]);
/* NULL when acceptable, else the field code: too_short, too_long, too_common, too_guessable,
 * equals_email. email NULL: not known. */
const char *password_fault(struct str password, const char *email);

/* For app alone, which plugs them in. http: sessions by cookie, shop keys by the hook below. Lanes: before_batch. */
bool accounts_authenticate(struct req *req);
void accounts_before_batch(struct tx *tx, struct op *const *ops, size_t count);

/* What the folder needs from later ones; filled by app before start; called in the transaction. Those
 * that return bool say false on a storage fault. */
struct account_facts { /* credits: available */
    struct credits credits;
    int64_t shops;
};
struct accounts_hooks {
    bool (*account_created)(struct tx *tx, int64_t account, int64_t now_ms); /* credits row */
    bool (*merchant_opened)(struct tx *tx, int64_t account); /* the same for a panel's merchant: no trial */
    enum row (*shop_key)(struct tx *tx, struct str key, int64_t *shop, int64_t *account); /* service keys */
    const char *const *shop_key_scopes; /* what every service key is good for; NULL-ended */
    bool (*account_credits)(struct tx *tx, int64_t account, struct credits *available);
    /* The time zone that the account's days are told in; "": UTC. NULL: always */
    bool (*account_zone)(struct tx *tx, int64_t account, struct arena *a, const char **out);
    /* One query for all of a page: out[i] belongs to ids[i]; zeroed before. */
    bool (*operator_facts)(struct tx *tx, const int64_t *ids, size_t count, struct account_facts *out);
    /* Writes the items of the list `shops` of one account: {id, shop_name, status, chatbot_state} each. */
    bool (*account_shops_json)(struct tx *tx, int64_t account, struct json *j);
    /* How many seats plans pay for; 0: no plan says, so it is the house's own number. NULL: none ever does */
    bool (*seats)(struct tx *tx, int64_t account, int64_t now_ms, int64_t *out);
    bool (*has_credits)(struct tx *tx, int64_t account, bool *has); /* for verify; NULL: not asked */
    bool (*account_disabled)(struct tx *tx, int64_t account);       /* just now; may be NULL */
    bool (*account_closed)(struct tx *tx, int64_t account); /* for good, by who erases the sign-in; may be NULL */
    /* chat: the address of a person's picture, of this server; NULL: none. May be NULL */
    bool (*person_picture)(struct tx *tx, int64_t person, const char **path);
    /* Just now: no name and no picture of theirs is left anywhere, or will be soon. May be NULL */
    bool (*person_erased)(struct tx *tx, int64_t person, int64_t now_ms);
    /* Just now: they can answer no more here. It tells EVENT_SESSIONS_CHANGED, between its locks and what it tells of
     * its own. May be NULL */
    bool (*member_left)(struct tx *tx, int64_t account, int64_t person, int64_t now_ms);
};
extern struct accounts_hooks accounts_hooks;
struct accounts_settings {
    const struct mail_settings *mail;
    const char *base_url; /* of links in mails; never from the Host header; no '/' at the end */
    bool secure_cookies;
    int64_t seats;       /* of an account that has no plan; 0: 3 */
    struct lanes *lanes; /* a password's hash is read before it is checked, outside the request's
                            transaction; sessions' last_seen is written behind the answer */
};
extern struct accounts_settings accounts_settings;

extern const struct route accounts_team_routes[]; /* /api/team..., /auth/invitation... */
extern const struct route accounts_note_routes[];
extern const struct route accounts_routes[]; /* /auth/..., /api/user, PATCH /api/account, /api/operator/accounts... */
/* What the failures of others did to an address, undone: it may be tried and mailed. Tells the trail. ROW_NONE: nobody
 * has it. */
MUST_USE enum row accounts_unlock(struct tx *tx, const char *email, int64_t now_ms);

extern const struct letter *const accounts_letters[]; /* NULL-ended */
extern const struct verify_check accounts_checks[];
extern const struct job_kind accounts_ask_job;   /* somebody typed an address to register or to reset: decides what is
                                                    mailed there, where no answer's time can tell who has an account */
extern const struct job_kind accounts_purge_job; /* cron: dead sessions, old tokens, registrations, counters */
#endif
