/* register.c: register, confirm, ask for the mail again. The answers are the same for every address, known or not. A
 * known one gets a mail that says so; what a stranger chose as password is never set on it (defect D-07 of the replaced
 * panel). Timing: both ways hash the password and append a mail; they differ by a row, far less than a commit. */
#include "accounts/private.h"

#define LOGIN_COOKIE_S (REGISTRATION_LIFETIME_MS / SECOND_MS)

/* ---- POST /auth/password/register ---- */

struct registering { char hash[PASSWORD_HASH_SIZE]; };

HANDLER(register_prepare)
{
    const struct post_register *in = req->body;
    const char *fault = password_fault(str_of(in->password), in->email);
    if (fault) return reply_fields(req, "password", fault);
    struct registering *p = req->prepared = ARENA_NEW(req->arena, struct registering);
    return password_hash(str_of(in->password), p->hash) ? ANSWER_SENT : reply_later(req, &problem_busy, 1);
}

/* What is done for the address, if a mail may go there at all. A registration that cannot be mailed is not made: it
 * would only end the token of the one before it. */
static bool register_address(struct req *req, const char *browser)
{
    const struct post_register *in = req->body;
    const struct registering *p = req->prepared;
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE], token[TOKEN_TEXT_SIZE];
    struct user u;
    bool allowed;
    email_key(in->email, key);
    address_hash(key, address);
    if (!mailbox_take(req->tx, address, req->now_ms, &allowed)) return false;
    enum row known = user_by_key(req->tx, key, &u);
    if (known == ROW_FAULT || !allowed) return known != ROW_FAULT;
    if (known == ROW_FOUND) return u.person.disabled || mail_already_registered(req->tx, &u.person);
    const struct registration_new r = { .email = in->email, .name = in->name, .password_hash = p->hash,
                                        .lang = req_lang(req), .browser = browser, .now = req->now_ms };
    return registration_put(req->tx, &r, token) && mail_verify_email(req->tx, in->email, r.lang, token);
}

HANDLER(register_run)
{
    static const struct message done = { "Account created. Please verify your email.",
                                         "注册信息已提交，请查收邮件并完成邮箱验证。" };
    char browser[TOKEN_TEXT_SIZE];
    random_token(browser);
    if (!register_address(req, browser)) return reply_fault(req);
    reply_cookie(req, (struct cookie){ .name = login_cookie_name(), .value = browser, .max_age_s = LOGIN_COOKIE_S });
    return reply_success(req, &done);
}

/* ---- POST /auth/verify-email ---- */

/* What was read before the transaction: whether this browser, or the password given, proves the one who registered. */
struct verifying {
    bool known, same_browser, password_right;
    char hash[PASSWORD_HASH_SIZE];
    const char *token;
    int64_t now;
    char browser_hash[SHA256_HEX_SIZE];
};

static bool verify_read(struct tx *tx, void *arg)
{
    struct verifying *p = arg;
    struct registration r;
    enum row row = registration_by_token(tx, p->token, p->now, &r);
    p->known = row == ROW_FOUND && strlen(r.password_hash) < PASSWORD_HASH_SIZE;
    if (!p->known) return row != ROW_FAULT;
    p->same_browser = p->browser_hash[0] != '\0' && strcmp(p->browser_hash, r.browser_hash) == 0;
    memcpy(p->hash, r.password_hash, strlen(r.password_hash) + 1);
    return true;
}

HANDLER(verify_prepare)
{
    const struct post_verify *in = req->body;
    struct verifying *p = req->prepared = ARENA_NEW(req->arena, struct verifying);
    p->token = in->token;
    p->now = req->now_ms;
    struct str browser = req_cookie(req, login_cookie_name());
    if (browser.p) sha256_hex(browser, p->browser_hash);
    if (!read_now(req, verify_read, p)) return reply_fault(req);
    if (p->known && !p->same_browser && in->password)
        p->password_right = password_matches(str_of(in->password), p->hash) != PASSWORD_WRONG;
    return ANSWER_SENT;
}

/* The account, or ROW_NONE when the address got one meanwhile (the command line, another token): never another's. */
static enum row verify_add(struct req *req, const struct registration *r, int64_t *id)
{
    const struct user_new u = { .email = r->email, .name = r->name, .lang = r->lang, .password_hash = r->password_hash,
                                .role = ROLE_MERCHANT, .now = req->now_ms };
    /* Used before it is read for the account: of two that come at once, one finds it used. */
    enum row used = registration_use(req->tx, ((const struct verifying *)req->prepared)->token, req->now_ms);
    return used == ROW_FOUND ? user_add(req->tx, &u, id) : used;
}

HANDLER(verify_run)
{
    const struct verifying *p = req->prepared;
    struct registration r;
    struct user_view v = { .success = true };
    int64_t id = 0;
    enum row found = registration_by_token(req->tx, p->token, req->now_ms, &r);
    if (found == ROW_FAULT) return reply_fault(req);
    /* Another password than the one that was checked: somebody registered again in between, which ended this token. */
    if (found == ROW_NONE || !p->known || strcmp(r.password_hash, p->hash) != 0)
        return reply_problem(req, &problem_invalid_token);
    if (!p->same_browser && !p->password_right) return reply_problem(req, &problem_password_needed);
    switch (verify_add(req, &r, &id)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE:  return reply_problem(req, &problem_invalid_token);
    case ROW_FOUND: break;
    }
    if (!audit_self(req, AUDIT_user_register, id) || !audit_self(req, AUDIT_email_verified, id) ||
        !user_signed_in(req->tx, id, req->now_ms) || !sign_in(req, id, ROLE_MERCHANT) || !user_view_get(req, id, &v))
        return reply_fault(req);
    reply_cookie(req, (struct cookie){ .name = login_cookie_name(), .value = "", .max_age_s = 0 });
    return reply_user(req, &v);
}

/* ---- POST /auth/resend-verification ---- */

HANDLER(resend_run)
{
    static const struct message done = { "Verification email sent", "验证邮件已发送" };
    const struct post_email *in = req->body;
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE], token[TOKEN_TEXT_SIZE];
    struct registration r;
    bool allowed;
    email_key(in->email, key);
    address_hash(key, address);
    if (!mailbox_take(req->tx, address, req->now_ms, &allowed)) return reply_fault(req);
    if (!allowed) return reply_success(req, &done);
    enum row found = registration_renew(req->tx, key, req->now_ms, token, &r);
    if (found == ROW_FAULT) return reply_fault(req);
    if (found == ROW_FOUND && !mail_verify_email(req->tx, r.email, r.lang, token)) return reply_fault(req);
    return reply_success(req, &done);
}
