/* login.c: sign in, sign in again, change the password: the three that check a password. argon2 is slow and so runs in
 * .prepare, where no transaction is open; .run then holds the stored hash to the one that was checked.
 *
 * The count of failed tries is written by .refused, since a refusal rolls back what .run wrote. */
#include "accounts/private.h"

/* What .prepare leaves for .run and .refused. */
struct checked {
    /* in */
    const struct req *req;
    const char *key, *session_key; /* the address typed, or the session of the caller; the other is NULL */
    int64_t now_ms;
    /* read */
    bool known, disabled;
    int64_t account, blocked_until_ms;
    char email[EMAIL_KEY_SIZE], hash[PASSWORD_HASH_SIZE];
    struct tries tries; /* what its failures are counted with */
    /* found */
    bool right, stale;                 /* stale: of an old spelling or weaker than today's; to be made anew */
    char new_hash[PASSWORD_HASH_SIZE]; /* "": none; a stronger one of the same password, or the new password's */
    bool failed;                       /* .run refused because the password was wrong: it counts */
};

/* Whose failures these are: see tries.c. */
static void tries_of(struct checked *p)
{
    char device[DEVICE_SIZE];
    struct buf source;
    address_hash(p->key ? p->key : p->email, p->tries.address);
    bool known = !p->session_key && device_knows(p->req, p->tries.address, device);
    buf_fixed(&source, p->tries.source, sizeof p->tries.source);
    if (p->session_key) buf_printf(&source, "s:%.32s", p->session_key);
    else if (known) buf_printf(&source, "d:%s", device);
    else buf_printf(&source, "n:%s", p->req->client_network ? p->req->client_network : "");
    (void)buf_terminated(&source);
    p->tries.stranger = !p->session_key && !known;
}

static bool check_read(struct tx *tx, void *arg)
{
    struct checked *p = arg;
    struct user u = { 0 };
    enum row r = ROW_NONE;
    if (p->key) {
        r = user_by_key(tx, p->key, &u);
    } else {
        struct session s;
        r = session_find(tx, p->session_key, p->now_ms, &s);
        if (r == ROW_FOUND) r = user_by_id(tx, s.person, &u);
    }
    if (r == ROW_FAULT) return false;
    p->known = r == ROW_FOUND;
    if (p->known) {
        p->account = u.person.id;
        p->disabled = u.person.disabled;
        email_key(u.person.email, p->email);
        if (u.password_hash && strlen(u.password_hash) < PASSWORD_HASH_SIZE)
            memcpy(p->hash, u.password_hash, strlen(u.password_hash) + 1);
    }
    tries_of(p);
    return tries_blocked_until(tx, &p->tries, p->now_ms, &p->blocked_until_ms);
}

static enum answer too_many(struct req *req, int64_t until_ms)
{
    return reply_later(req, &problem_too_many_tries, (until_ms - req->now_ms + SECOND_MS - 1) / SECOND_MS);
}

/* The password against what is stored, or against nothing in the same time. */
static enum answer check(struct req *req, struct checked *p, const char *password)
{
    if (p->blocked_until_ms > req->now_ms) return too_many(req, p->blocked_until_ms);
    enum password_match m = password_matches(str_of(password), p->hash[0] ? p->hash : NULL);
    p->right = m != PASSWORD_WRONG && !p->disabled;
    p->stale = p->right && (m == PASSWORD_RIGHT_AS_TYPED || password_hash_is_weak(p->hash));
    return ANSWER_GO_ON;
}

/* In .run: is what was checked still true? ANSWER_GO_ON: yes, and the password was right. */
static enum answer check_again(struct req *req, struct checked *p, const struct problem *wrong)
{
    int64_t until_ms;
    struct user u;
    p->failed = false;
    if (!tries_blocked_until(req->tx, &p->tries, req->now_ms, &until_ms)) return reply_fault(req);
    if (until_ms > req->now_ms) return too_many(req, until_ms); /* tries that ran beside this one */
    if (!p->right) {
        p->failed = true;
        return reply_problem(req, wrong);
    }
    /* Locked: a reset or a disabling beside this one either is seen here, or comes after and finds our session. */
    if (user_by_id_locked(req->tx, p->account, &u) != ROW_FOUND) return reply_fault(req);
    /* Changed while we checked (a reset, a disabling, a rehash by a twin): nothing is known, so ask to try again. */
    if (u.person.disabled || !text_eq(u.password_hash, p->hash)) return reply_later(req, &problem_busy, 1);
    return ANSWER_GO_ON;
}

/* ---- POST /auth/password/login ---- */

HANDLER(login_prepare)
{
    const struct post_login *in = req->body;
    struct checked *p = req->prepared = ARENA_NEW(req->arena, struct checked);
    char *key = arena_alloc(req->arena, EMAIL_KEY_SIZE);
    email_key(in->email, key);
    p->req = req;
    p->key = key;
    p->now_ms = req->now_ms;
    if (!read_now(req, check_read, p)) return reply_fault(req);
    enum answer a = check(req, p, in->password);
    if (a != ANSWER_GO_ON || !p->stale) return a;
    return password_hash(str_of(in->password), p->new_hash) ? ANSWER_GO_ON : reply_later(req, &problem_busy, 1);
}

HANDLER(login_run)
{
    struct checked *p = req->prepared;
    struct user_view v = { .success = true };
    enum answer a = check_again(req, p, &problem_invalid_credentials);
    /* A right password costs its network nothing; what it leaves in the trail costs its person. */
    if (a == ANSWER_GO_ON) a = req_count_change(req, COUNTED_PERSON, p->account);
    if (a != ANSWER_GO_ON) return a;
    if (p->new_hash[0] && user_set_password(req->tx, p->account, p->hash, p->new_hash) == ROW_FAULT)
        return reply_fault(req);
    /* Rows are locked in one order everywhere: account, tries, sessions, events. */
    if (!user_signed_in(req->tx, p->account, req->now_ms) || !tries_clear(req->tx, &p->tries) ||
        !audit_self(req, AUDIT_password_login, p->account) || !user_view_get(req, p->account, &v) ||
        !sign_in(req, p->account, v.person.role))
        return reply_fault(req);
    device_remember(req, p->tries.address);
    return reply_user(req, &v);
}

struct failed {
    const char *route;
    int64_t failures;
};

static void failed_json(struct json *j, const void *arg)
{
    const struct failed *f = arg;
    json_text(j, "route", f->route);
    json_i64(j, "failures", f->failures);
}

/* One row for the 1st, 2nd, 4th, 8th... failure of one source: the trail tells that and how much is tried, and who
 * tries for ever writes some twenty rows. None for an address that nobody has: there are as many as one can invent. It
 * names the route and never the address that was typed: people type passwords there. */
static bool trail_of_failure(struct req *req, int64_t person, int64_t failures)
{
    const struct failed f = { strrchr(req->route->path, '/') + 1, failures };
    int64_t account;
    bool told = person > 0 && (failures & (failures - 1)) == 0;
    return !told || (account_of_person(req, person, &account) &&
                     audit_request(req, AUDIT_password_login_failed, account, "account", account, failed_json, &f));
}

/* The owner hears of it when strangers have tried so much that all of them wait now; once a day. */
static bool tell_owner(struct req *req, const struct checked *p)
{
    struct person who;
    bool allowed;
    const struct mail_asker asker = { .address = p->tries.address, .now_ms = req->now_ms };
    if (!p->known || p->disabled) return true;
    if (!mail_budget_take(req->tx, &asker, MAIL_NOTICE, &allowed)) return false;
    return !allowed || (persons_get(req->tx, p->account, &who) == ROW_FOUND && mail_sign_in_tried(req->tx, &who));
}

/* Counts for unknown addresses as well. */
static bool count_failure(struct req *req, int64_t person)
{
    const struct checked *p = req->prepared;
    struct tries_count count;
    if (!p || !p->failed) return true;
    if (!tries_failed(req->tx, &p->tries, req->now_ms, &count)) return false;
    if (!trail_of_failure(req, person, count.failures)) return false;
    return !count.strangers_blocked || tell_owner(req, p);
}

bool login_refused(struct req *req)
{
    const struct checked *p = req->prepared;
    return count_failure(req, p && p->known ? p->account : 0);
}

/* ---- for a caller who is signed in ---- */

static enum answer caller_read(struct req *req, struct checked *p)
{
    p->req = req;
    p->session_key = http_session_key(req);
    p->now_ms = req->now_ms;
    if (!p->session_key) return ANSWER_GO_ON; /* authentication says so, before .run */
    return read_now(req, check_read, p) ? ANSWER_GO_ON : reply_fault(req);
}

bool password_refused(struct req *req) { return count_failure(req, req->who.person); }

/* ---- POST /auth/reauthenticate ---- */

HANDLER(reauthenticate_prepare)
{
    const struct post_reauthenticate *in = req->body;
    struct checked *p = req->prepared = ARENA_NEW(req->arena, struct checked);
    enum answer a = caller_read(req, p);
    return a == ANSWER_GO_ON && p->known ? check(req, p, in->password) : a;
}

HANDLER(password_proven)
{
    struct checked *p = req->prepared;
    if (p->account != req->who.person) return reply_later(req, &problem_busy, 1);
    return check_again(req, p, &problem_wrong_password);
}

HANDLER(reauthenticate_run)
{
    struct checked *p = req->prepared;
    enum answer a = password_proven(req);
    if (a != ANSWER_GO_ON) return a;
    if (!tries_clear(req->tx, &p->tries) || !audit_self(req, AUDIT_reauthenticated, p->account) ||
        !sign_in(req, p->account, caller_role(req)))
        return reply_fault(req);
    device_remember(req, p->tries.address);
    return reply_success(req, NULL);
}

/* ---- POST /auth/password/change ---- */

HANDLER(change_prepare)
{
    const struct post_change *in = req->body;
    struct checked *p = req->prepared = ARENA_NEW(req->arena, struct checked);
    enum answer a = caller_read(req, p);
    if (a != ANSWER_GO_ON || !p->known) return a;
    const char *fault = password_fault(str_of(in->newPassword), p->email);
    if (fault) return reply_fields(req, "newPassword", fault);
    a = check(req, p, in->currentPassword);
    if (a != ANSWER_GO_ON || !p->right) return a;
    return password_hash(str_of(in->newPassword), p->new_hash) ? ANSWER_GO_ON : reply_later(req, &problem_busy, 1);
}

HANDLER(change_run)
{
    static const struct message done = { "Password updated successfully!", "密码已更新！" };
    struct checked *p = req->prepared;
    struct person who;
    enum answer a = password_proven(req);
    if (a != ANSWER_GO_ON) return a;
    if (user_set_password(req->tx, p->account, p->hash, p->new_hash) != ROW_FOUND ||
        persons_get(req->tx, p->account, &who) != ROW_FOUND || !tokens_end(req->tx, p->account) ||
        !tries_clear(req->tx, &p->tries) || sessions_end_all(req->tx, p->account, 0) < 0 ||
        !audit_self(req, AUDIT_password_change, p->account) || !mail_password_changed(req->tx, &who) ||
        !sign_in(req, p->account, caller_role(req)))
        return reply_fault(req);
    device_remember(req, p->tries.address);
    return reply_success(req, &done);
}
