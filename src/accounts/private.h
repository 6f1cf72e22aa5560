/* private.h: what the files of accounts/ share. */
#ifndef CHATHUB_ACCOUNTS_PRIVATE_H
#define CHATHUB_ACCOUNTS_PRIVATE_H

#include "accounts/accounts.h"
#include "audit/audit.h"
#include "base/clock.h"
#include "base/random.h"

/* clang-format off */
#define ACCOUNTS_ACTIONS(X)                                                                                            \
    X(user_register) X(email_verified) X(password_login) X(password_login_failed) X(logout) X(password_change)         \
    X(password_reset_asked) X(password_reset) X(session_ended) X(sessions_ended) X(reauthenticated)                    \
    X(account_created) X(account_disabled) X(account_enabled) X(account_unlocked) X(config_changed)                    \
    X(member_invited) X(member_joined) X(member_role_changed) X(member_removed) X(invitation_revoked)         \
    X(account_renamed) X(person_erased)
/* clang-format on */
ACCOUNTS_ACTIONS(AUDIT_DECLARE)

#define HANDLER(name) enum answer name(struct req *req)
enum { EMAIL_KEY_SIZE = 256, PASSWORD_MIN_LENGTH = 8, PASSWORD_MAX_BYTES = 256 };

/* ---- persons.c ---- */
/* Trimmed, lower case, and cut between characters: a search may be longer than any address. */
void email_key(const char *email, char out[EMAIL_KEY_SIZE]);
struct user { /* password_hash NULL: none */
    struct person person;
    const char *password_hash;
};
MUST_USE enum row user_by_key(struct tx *tx, const char *key, struct user *out);
MUST_USE enum row user_by_id(struct tx *tx, int64_t id, struct user *out);
/* Its password and whether it is disabled stay so until this transaction ends. */
MUST_USE enum row user_by_id_locked(struct tx *tx, int64_t id, struct user *out);
struct user_new {
    const char *email, *name, *lang, *password_hash;
    enum person_role role;
    int64_t now_ms;
};
/* A person with an account of its own. ROW_NONE: the address is a person's. `id`: the person's. */
MUST_USE enum row user_add(struct tx *tx, const struct user_new *in, int64_t *id);
/* ROW_NONE: the stored hash is no longer `old` (NULL: whatever it is). */
MUST_USE enum row user_set_password(struct tx *tx, int64_t id, const char *old, const char *hash);
MUST_USE bool user_signed_in(struct tx *tx, int64_t id, int64_t now_ms);
/* NULL: as it is. ROW_NONE: nothing of it is new. */
MUST_USE enum row user_update(struct tx *tx, int64_t id, const char *name, const char *lang);
/* The account that a sign-in begins in. ROW_NONE: the person belongs to none that is alive; *account is 0. */
MUST_USE enum row person_home(struct tx *tx, int64_t person, int64_t *account);
MUST_USE bool person_remember(struct tx *tx, int64_t person, int64_t account); /* the next sign-in begins there */
MUST_USE enum row persons_get(struct tx *tx, int64_t id, struct person *out);
/* Whether somebody else is an operator who can sign in; they stay so until this transaction ends. */
MUST_USE bool operators_others(struct tx *tx, int64_t person, bool *others);
/* Name, address and password go; the number stays, and nobody signs in with it. */
MUST_USE bool person_blank(struct tx *tx, int64_t id, int64_t now_ms);

/* ---- accounts.c ---- */
/* With its owner. Calls the hook account_created. */
MUST_USE bool account_open(struct tx *tx, int64_t owner, const char *name, int64_t now_ms, int64_t *id);
/* Until the transaction ends its members and its being disabled stay as they are. */
MUST_USE enum row account_lock(struct tx *tx, int64_t id, bool *disabled);
/* ROW_NONE: it is so already. Disabled: sessions that act in it and its members' mailed tokens end. */
MUST_USE enum row account_set_disabled(struct tx *tx, int64_t id, bool disabled);
/* One of its owners has not had their sign-in erased; else it was closed with them, for good. */
MUST_USE bool account_is_led(struct tx *tx, int64_t id, bool *led);
MUST_USE enum row account_rename(struct tx *tx, int64_t id, const char *name); /* ROW_NONE: it is called so already */
/* All accounts, a page at a time. */
enum accounts_sort { ACCOUNTS_NEWEST, ACCOUNTS_OLDEST, ACCOUNTS_BY_EMAIL, ACCOUNTS_BY_EMAIL_DOWN };
struct account_page {
    const char *prefix; /* of the owner's address or a name; "": all. With one, newest first alone */
    enum accounts_sort sort;
    bool disabled;          /* these alone, by age */
    int64_t from_ms, to_ms; /* made in these, both included; to_ms 0: no end */
    int64_t after, limit;   /* the number of the last account seen; 0: none */
};
MUST_USE bool accounts_page(struct tx *tx, const struct account_page *p, struct account *out, size_t *count);
/* How many there are in all, without a prefix; counted up to `most`. */
MUST_USE bool accounts_count_some(struct tx *tx, const struct account_page *p, int64_t most, int64_t *out);

/* ---- teams: members.c, invitations.c ---- */
enum member_role { MEMBER_NONE, MEMBER_OWNER, MEMBER_ADMIN, MEMBER_AGENT, MEMBER_VIEWER };
enum { TEAM_SEATS = 3 };                               /* of an account that has no plan, where no setting says */
enum { MEMBERSHIPS_MAX = 100, INVITATIONS_MAX = 100 }; /* accounts of a person; open invitations of an account */
extern const char *const member_role_names[];          /* [role - 1], NULL-ended */
struct member {
    int64_t account, person;
    enum member_role role;
    const char *email, *name;
    bool disabled;
    int64_t joined_at_ms, last_login_at_ms;
};
struct membership {
    int64_t account;
    enum member_role role;
    const char *name;
    bool disabled;
};
struct invitation {
    int64_t id, invited_by, created_at_ms, expires_at_ms;
    const char *email;
    enum member_role role;
};
MUST_USE bool members_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, struct member *out,
                           size_t *count);
/* name: the account's, or its owner's address when it has none. */
MUST_USE bool memberships(struct tx *tx, int64_t person, struct membership out[MEMBERSHIPS_MAX], size_t *count);
MUST_USE bool invitations_open(struct tx *tx, int64_t account, int64_t now_ms, struct invitation out[INVITATIONS_MAX],
                               size_t *count);

/* Changes to a team. They judge by the roles in the rows, under a lock: also when the caller's session is older than
 * the role it had. All but TEAM_DONE is to be refused, so that what was written is undone. */
enum team {
    TEAM_FAULT = -1,
    TEAM_DONE,
    TEAM_UNKNOWN,    /* no such member or invitation; used, expired, somebody else's */
    TEAM_FORBIDDEN,  /* who acts may not give or take this role, or the account is disabled */
    TEAM_LAST_OWNER, /* an account keeps an owner */
    TEAM_MEMBER_ALREADY,
    TEAM_TOO_MANY,
    TEAM_NO_SEAT,  /* an invitation is left over from when there were more */
    TEAM_OF_PANEL, /* the panel says who may enter */
};
struct team_act {
    int64_t account, by /* a person */, now_ms;
    const char *network, *user_agent;
};
#define INVITATION_LIFETIME_MS (7 * DAY_MS)
/* Members and open invitations take a seat each. Who is in stays: there are never fewer seats than members. */
struct team_room {
    int64_t seats, members, invited;
};
MUST_USE bool team_room(struct tx *tx, int64_t account, int64_t now_ms, struct team_room *out);
/* *made has email and role. Mails the token to that address, in the transaction; nobody else gets to see it. The
 * address is afterwards as it was written when it was invited first. */
MUST_USE enum team invitation_make(struct tx *tx, const struct team_act *act, struct invitation *made,
                                   char token[TOKEN_TEXT_SIZE]);
/* act->by joins; act->account is filled. */
MUST_USE enum team invitation_accept(struct tx *tx, struct team_act *act, const char *token);
/* What the holder of a token may know; ROW_NONE: used, revoked, or the account is disabled. */
struct invitation_seen {
    const char *account_name, *inviter, *email;
    enum member_role role;
    int64_t expires_at_ms;
    bool expired, registered; /* registered: a person has this address */
};
MUST_USE enum row invitation_look(struct tx *tx, const char *token, int64_t now_ms, struct invitation_seen *out);
MUST_USE enum team invitation_revoke(struct tx *tx, const struct team_act *act, int64_t id);
MUST_USE enum team member_change(struct tx *tx, const struct team_act *act, int64_t person, enum member_role role);
/* Also for leaving: person == act->by. Sessions that acted in the account act in another one at once, or in none. */
MUST_USE enum team member_remove(struct tx *tx, const struct team_act *act, int64_t person);

/* ---- members.c ---- */
struct member_new {
    int64_t account, person;
    enum member_role role;
    int64_t now_ms;
};
MUST_USE enum row member_put(struct tx *tx, const struct member_new *in); /* ROW_NONE: is one already */
MUST_USE enum row member_role(struct tx *tx, int64_t account, int64_t person, enum member_role *role);
unsigned member_roles(enum member_role role); /* as a set of enum who */
bool member_may_give(enum member_role by, enum member_role role);
/* team.c: whether the account keeps an owner when one who is `is` is none any more; TEAM_DONE or TEAM_LAST_OWNER. */
MUST_USE enum team member_spared(struct tx *tx, int64_t account, enum member_role is);
/* They can answer no more: what they had is given back, and the pages of the account are told. */
MUST_USE bool member_left(struct tx *tx, int64_t account, int64_t person, int64_t now_ms);
/* The rows of a membership go, and the trail says so. Its account is locked; who calls tells the open pages. */
MUST_USE bool member_drop(struct tx *tx, const struct team_act *act, int64_t person, enum member_role is);
MUST_USE bool person_told(struct tx *tx, int64_t person); /* its open pages ask at once whether they may go on */
MUST_USE bool team_audit(struct tx *tx, const struct team_act *act, struct audit_action action, int64_t person,
                         enum member_role role);
enum team team_of(enum row r); /* none is TEAM_UNKNOWN */

/* ---- passwords.c ---- */
/* hash NULL (no account, or none with a password): the same work against a fixed dummy, and false. */
enum password_match {
    PASSWORD_WRONG,
    PASSWORD_RIGHT,
    PASSWORD_RIGHT_AS_TYPED, /* an old hash, of another spelling: make a new one */
};
MUST_USE enum password_match password_matches(struct str password, const char *hash);
bool password_hash_is_weak(const char *hash); /* weaker than what password_hash() makes now */
bool password_is_common(struct str password);
extern const char common_passwords[]; /* generated: one a line, sorted */
extern const size_t common_passwords_size;
/* ---- password_words.c ---- */
extern const char *const password_words[]; /* NULL-ended */
/* Of those words, and of the address when it is given, alone. */
bool password_is_of_here(struct str password, const char *email);

/* ---- tries.c: failed passwords, by address and by who tries ---- */
void address_hash(const char *email_key_text, char out[SHA256_HEX_SIZE]);
enum { TRIES_FREE = 5, TRIES_FREE_STRANGERS = 20, TRIES_SOURCE_SIZE = 64 };
/* Must live until the transaction ends. */
struct tries {
    char address[SHA256_HEX_SIZE], source[TRIES_SOURCE_SIZE];
    bool stranger;
};
MUST_USE bool tries_blocked_until(struct tx *tx, const struct tries *who, int64_t now_ms,
                                  int64_t *until_ms); /* 0: free */
struct tries_count {                                  /* the second once, by the one that does it */
    int64_t failures;
    bool strangers_blocked;
};
MUST_USE bool tries_failed(struct tx *tx, const struct tries *who, int64_t now_ms, struct tries_count *out);
MUST_USE bool tries_clear(struct tx *tx, const struct tries *who); /* what this one failed */
MUST_USE bool tries_forget(struct tx *tx, const char *address);    /* what anybody failed */

/* ---- trials.c ---- */
#define TRIAL_HAD_KEPT_MS (365 * DAY_MS)
/* What a new account is given is not given again to this address (address_hash), for a year. */
MUST_USE bool trial_remember(struct tx *tx, const char *address, int64_t now_ms);

/* ---- devices.c: browsers that signed in before ---- */
enum { DEVICE_SIZE = 24 };
/* Whether this browser signed in to this address before; `device` names it. */
MUST_USE bool device_knows(const struct req *req, const char *address, char device[DEVICE_SIZE]);
void device_remember(struct req *req, const char *address); /* sets the cookie */
void device_remember_email(struct req *req, const char *email);

/* ---- mail_budgets.c: whether one more mail that anybody can ask for may go to an address ---- */
enum mail_budget { MAIL_WELCOME, MAIL_RESET, MAIL_NOTICE, MAIL_INVITATION, MAIL_INVITATION_OF_ACCOUNT };
struct mail_asker { /* device NULL: a stranger */
    const char *address, *network, *device;
    int64_t account, now_ms; /* account: who invites */
};
MUST_USE bool mail_budget_look(struct tx *tx, const struct mail_asker *who, enum mail_budget budget, bool *allowed);
MUST_USE bool mail_budget_take(struct tx *tx, const struct mail_asker *who, enum mail_budget budget, bool *allowed);
MUST_USE bool mail_budget_forget(struct tx *tx, const char *address);

/* ---- asks.c: mails that anybody can ask for ---- */
struct mail_asker mail_asker_of(const struct req *req, const char *address, char device[DEVICE_SIZE]);
MUST_USE bool ask_register(struct req *req, const char *password_hash, const char *browser);

/* ---- tokens.c: links in mails, for persons ---- */
enum token_purpose { TOKEN_RESET = 1 }; /* stored: append, never renumber */
#define RESET_LIFETIME_MS (30 * MINUTE_MS)
MUST_USE bool token_make(struct tx *tx, int64_t person, enum token_purpose purpose, int64_t now_ms,
                         char token[TOKEN_TEXT_SIZE]);
/* Uses it up: one winner. ROW_NONE: unknown, used, expired or made for something else. */
MUST_USE enum row token_find(struct tx *tx, const char *token, enum token_purpose purpose, int64_t now_ms,
                             int64_t *account); /* the same, and leaves it good */
MUST_USE enum row token_use(struct tx *tx, const char *token, enum token_purpose purpose, int64_t now_ms,
                            int64_t *person);
MUST_USE bool tokens_end(struct tx *tx, int64_t person);

/* ---- registrations.c ---- */
#define REGISTRATION_LIFETIME_MS (24 * HOUR_MS)
#define REGISTRATION_KEPT_MS (7 * DAY_MS) /* behind its expiry: it can still be asked for again */
struct registration_new {
    const char *email, *name, *password_hash, *lang, *browser_hash;
    int64_t now_ms;
};
/* Makes it, or takes the place of the one of the same address. browser_hash: SHA-256 of the pre-login cookie. */
MUST_USE bool registration_put(struct tx *tx, const struct registration_new *in, char token[TOKEN_TEXT_SIZE]);
struct registration {
    int64_t id;
    const char *email, *name, *password_hash, *browser_hash, *lang;
};
MUST_USE enum row registration_by_token(struct tx *tx, const char *token, int64_t now_ms, struct registration *out);
MUST_USE enum row registration_use(struct tx *tx, const char *token, int64_t now_ms); /* one winner */
/* A new token for the one that waits; the old token ends. */
MUST_USE enum row registration_renew(struct tx *tx, const char *email, int64_t now_ms, char token[TOKEN_TEXT_SIZE],
                                     struct registration *out);

/* ---- sessions.c ---- */
struct session_new {
    int64_t person, account /* 0: none */;
    const char *network, *user_agent;
    int64_t now_ms, ends_at_ms; /* the second 0: as its person's role says */
};
MUST_USE bool session_open(struct tx *tx, const struct session_new *in, char token[TOKEN_TEXT_SIZE], int64_t *id);
struct session {
    int64_t id, person, account /* 0: none */, created_at_ms, last_seen_at_ms, signed_in_at_ms;
    int64_t ends_at_ms;        /* whatever is done in it; 0: as the role says */
    int64_t member_seen_at_ms; /* by any session of the person in the account */
    enum person_role role;     /* of the person */
    enum member_role member;   /* in the account */
    bool disabled;             /* the person is, or the account it acts in */
    const char *email;
};
bool session_is_alive(const struct session *s, int64_t now_ms);
/* ROW_NONE: unknown, too old, its person or its account is disabled. `key`: SHA-256 hex of the cookie. */
MUST_USE enum row session_find(struct tx *tx, const char *key, int64_t now_ms, struct session *out);
/* All sessions with these keys, alive or not, in one query; read on to ROW_NONE. */
struct sessions_found {
    struct query query;
};
struct sessions_found sessions_find(struct tx *tx, const char *const *keys, size_t count);
MUST_USE enum row sessions_next(struct sessions_found *f, const char **key, struct session *out);
MUST_USE enum row session_end(struct tx *tx, int64_t person, int64_t id);
MUST_USE int64_t sessions_end_all(struct tx *tx, int64_t person, int64_t but); /* how many; -1: fault */
MUST_USE int64_t sessions_end_of_account(struct tx *tx, int64_t account);      /* how many; -1: fault */
/* Those that act in this account act in another one of the person from now on, or in none. */
MUST_USE int64_t sessions_leave(struct tx *tx, int64_t person, int64_t account);
MUST_USE bool session_switch(struct tx *tx, int64_t id, int64_t account);
MUST_USE bool session_end_by_key(struct tx *tx, const char *key);
enum { SESSIONS_LISTED_MAX = 100 };
struct session_row {
    int64_t id, created_at_ms, last_seen_at_ms;
    const char *network, *user_agent;
};
MUST_USE bool sessions_list(struct tx *tx, int64_t person, enum person_role role, int64_t now_ms,
                            struct session_row *out, size_t *count);
int64_t session_idle_ms(enum person_role role);
int64_t session_lifetime_ms(enum person_role role);

/* ---- touch.c: when somebody was there is written behind the answer ---- */
#define SESSION_TOUCH_MS MINUTE_MS /* last_seen may be this old */
#define MEMBER_TOUCH_MS (30 * SECOND_MS)
/* Any thread; never blocks on the database. `acts`: the person did something, so the session lasts; else a page of
 * theirs stood open, which says no more than that they are there. */
void session_touch(int64_t session, bool acts, int64_t now_ms);

/* ---- presence.c: which colleagues are there ---- */
#define MEMBER_HERE_MS (100 * SECOND_MS) /* an open page is asked for each minute (http/standing.c) */
HANDLER(team_presence_run);
extern const struct shape team_presence_shape[];

/* ---- mails.c: false on a storage fault ---- */
MUST_USE bool mail_verify_email(struct tx *tx, const char *to, const char *lang, const char *token);
MUST_USE bool mail_already_registered(struct tx *tx, const struct person *to);
MUST_USE bool mail_reset_password(struct tx *tx, const struct person *to, const char *token);
MUST_USE bool mail_password_changed(struct tx *tx, const struct person *to);
MUST_USE bool mail_sign_in_tried(struct tx *tx, const struct person *to);
struct mail_invitation {
    const char *to, *lang, *account_name, *inviter, *token;
    int64_t account;
};
MUST_USE bool mail_invitation(struct tx *tx, const struct mail_invitation *m);

/* ---- request.c: what the route files share ---- */
/* Runs `fn` in a read transaction of its own, for .prepare of slow routes: its thread waits. False: fault. */
MUST_USE bool read_now(struct req *req, bool (*fn)(struct tx *tx, void *arg), void *arg);
const char *session_cookie_name(void);
const char *login_cookie_name(void);
const char *req_lang(const struct req *req); /* "zh-CN" or "en" */
enum person_role caller_role(const struct req *req);
/* A new session for this person in this browser; the one it had dies. Sets the cookie, appends the event. */
MUST_USE bool sign_in(struct req *req, int64_t person, enum person_role role);
struct sign_in { /* ends: after this time, whatever is done in it; else when nobody has been there for long */
    int64_t person, lifetime_ms;
    bool ends;
};
MUST_USE bool sign_in_until(struct req *req, const struct sign_in *in); /* the same for this long */
MUST_USE bool sessions_changed(struct req *req, int64_t person);        /* tells the person's open pages */
/* Where what a person does to itself stands: the account it acts in, or would. 0: none. */
MUST_USE bool account_of_person(struct req *req, int64_t person, int64_t *account);
MUST_USE bool audit_self(struct req *req, struct audit_action action, int64_t person); /* actor: the person */
/* {"success":true,"message":...} in the caller's language; message NULL: none. */
struct message {
    const char *en, *zh;
};
enum answer reply_success(struct req *req, const struct message *m);
extern const struct shape success_shape[], message_shape[];
/* A person with the account it acts in, and the answers that hold it. */
struct user_view {
    struct person person;
    struct account account; /* id 0: none */
    struct membership *membership;
    size_t memberships;
    struct credits credits;
    const char *picture; /* its address; NULL: none */
    const char *zone;    /* in which days are told; NULL: nobody tells them to this role */
    bool known, success;
};
MUST_USE bool user_view_get(struct req *req, int64_t person, struct user_view *out);
enum answer reply_user(struct req *req, const struct user_view *v);
extern const struct shape user_answer_shape[], signed_in_shape[];

/* ---- handlers, a file a subject ---- */
struct post_register {
    const char *email, *password, *name;
};
struct post_verify {
    const char *token, *password;
};
struct post_email {
    const char *email;
};
struct post_login {
    const char *email, *password;
};
struct post_reset {
    const char *token, *password;
};
struct post_change {
    const char *currentPassword, *newPassword;
};
struct post_reauthenticate {
    const char *password;
};
struct patch_user {
    const char *name;
    int lang;
};
struct post_switch {
    int64_t account;
};
struct patch_account {
    const char *name;
};
struct id_path {
    int64_t id;
};
struct post_invitation {
    const char *email;
    int role; /* enum member_role - 1 */
};
struct patch_member {
    int role; /* the same */
};
struct post_token {
    const char *token;
};
struct post_joiner {
    const char *token, *password, *name;
};
struct post_reason {
    const char *reason;
};
struct accounts_query {
    const char *search;
    int64_t after, limit, from, to;
    int sort, state, format;
};
enum { ACCOUNTS_ALL, ACCOUNTS_DISABLED }; /* accounts_query.state */
extern const char *const accounts_sort_names[], *const accounts_state_names[];
enum { ACCOUNTS_PAGE_DEFAULT = 50, ACCOUNTS_PAGE_MAX = 100 };

HANDLER(account_patch_run);
HANDLER(register_prepare);
HANDLER(register_run);
HANDLER(verify_prepare);
HANDLER(verify_run);
HANDLER(resend_run);
HANDLER(login_prepare);
HANDLER(login_run);
bool login_refused(struct req *req);
HANDLER(forgot_run);
HANDLER(reset_prepare);
HANDLER(reset_run);
HANDLER(change_prepare);
HANDLER(change_run);
HANDLER(reauthenticate_prepare);
HANDLER(reauthenticate_run);
bool password_refused(struct req *req);
/* In .run behind reauthenticate_prepare: the caller's password was right, and is still theirs. */
HANDLER(password_proven);
HANDLER(erase_run);
HANDLER(logout_run);
HANDLER(sessions_run);
HANDLER(session_end_run);
HANDLER(sessions_end_run);
HANDLER(user_run);
HANDLER(user_patch_run);
HANDLER(switch_run);
HANDLER(operator_accounts_run);
HANDLER(operator_account_run);
HANDLER(operator_disable_run);
HANDLER(operator_enable_run);
HANDLER(operator_sessions_end_run);
extern const struct shape sessions_shape[], sessions_ended_shape[], operator_accounts_shape[], operator_account_shape[];

extern const struct problem problem_only_owner, problem_last_operator, problem_account_closed;
extern const struct problem problem_invalid_credentials, problem_too_many_tries, problem_invalid_token,
    problem_password_needed, problem_wrong_password, problem_not_yourself;
#endif
