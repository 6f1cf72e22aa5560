/* register.c: register and confirm. The answers are the same for every address, known or not, and so is the work: see
 * asks.c. */
#include "accounts/private.h"

#define LOGIN_COOKIE_S (REGISTRATION_LIFETIME_MS / SECOND_MS)

/* ---- POST /auth/password/register ---- */

struct registering {
    bool allowed;
    struct mail_asker who;
    char hash[PASSWORD_HASH_SIZE];
};

static bool register_look(struct tx *tx, void *arg)
{
    struct registering *p = arg;
    return mail_budget_look(tx, &p->who, MAIL_WELCOME, &p->allowed);
}

/* The cheap refusals first: a password that cannot be, and an address that gets no further mail today. */
HANDLER(register_prepare)
{
    const struct post_register *in = req->body;
    const char *fault = password_fault(str_of(in->password), in->email);
    if (fault) return reply_fields(req, "password", fault);
    struct registering *p = req->prepared = ARENA_NEW(req->arena, struct registering);
    char key[EMAIL_KEY_SIZE], device[DEVICE_SIZE], *address = arena_alloc(req->arena, SHA256_HEX_SIZE);
    email_key(in->email, key);
    address_hash(key, address);
    p->who = mail_asker_of(req, address, device);
    p->who.device = NULL; /* all registrations are strangers' */
    if (!read_now(req, register_look, p)) return reply_fault(req);
    if (!p->allowed) return ANSWER_GO_ON;
    return password_hash(str_of(in->password), p->hash) ? ANSWER_GO_ON : reply_later(req, &problem_busy, 1);
}

HANDLER(register_run)
{
    static const struct message done = { "Account created. Please verify your email.",
                                         "注册信息已提交，请查收邮件并完成邮箱验证。" };
    const struct registering *p = req->prepared;
    char browser[TOKEN_TEXT_SIZE];
    random_token(browser);
    if (p->allowed && !ask_register(req, p->hash, browser)) return reply_fault(req);
    reply_cookie(req, (struct cookie){ .name = login_cookie_name(), .value = browser, .max_age_s = LOGIN_COOKIE_S });
    return reply_success(req, &done);
}

/* ---- POST /auth/verify-email ---- */

/* What was read before the transaction: whether this browser, or the password given, proves the one who registered. */
struct verifying {
    bool known, same_browser, password_right;
    char hash[PASSWORD_HASH_SIZE];
    const char *token;
    int64_t now_ms;
    char browser_hash[SHA256_HEX_SIZE];
};

static bool verify_read(struct tx *tx, void *arg)
{
    struct verifying *p = arg;
    struct registration r;
    enum row row = registration_by_token(tx, p->token, p->now_ms, &r);
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
    p->now_ms = req->now_ms;
    struct str browser = req_cookie(req, login_cookie_name());
    if (browser.p) sha256_hex(browser, p->browser_hash);
    if (!read_now(req, verify_read, p)) return reply_fault(req);
    if (p->known && !p->same_browser && in->password)
        p->password_right = password_matches(str_of(in->password), p->hash) != PASSWORD_WRONG;
    return ANSWER_GO_ON;
}

/* The account, or ROW_NONE when the address got one meanwhile (the command line, another token): never another's. */
static enum row verify_add(struct req *req, const struct registration *r, int64_t *id)
{
    const struct user_new u = { .email = r->email,
                                .name = r->name,
                                .lang = r->lang,
                                .password_hash = r->password_hash,
                                .role = ROLE_MERCHANT,
                                .now_ms = req->now_ms };
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
    case ROW_NONE: return reply_problem(req, &problem_invalid_token);
    case ROW_FOUND: break;
    }
    if (!audit_self(req, AUDIT_user_register, id) || !audit_self(req, AUDIT_email_verified, id) ||
        !user_signed_in(req->tx, id, req->now_ms) || !sign_in(req, id, ROLE_MERCHANT) || !user_view_get(req, id, &v))
        return reply_fault(req);
    reply_cookie(req, (struct cookie){ .name = login_cookie_name(), .value = "", .max_age_s = 0 });
    device_remember_email(req, r.email);
    return reply_user(req, &v);
}
