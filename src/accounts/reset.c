/* reset.c: a new password by mail, for who forgot the old one. Asking changes nothing and answers the same for every
 * address; the token and the new password come together in one POST, which signs nobody in. */
#include "accounts/private.h"

/* ---- POST /auth/password/forgot ---- */

static bool forgot_mail(struct req *req, const struct person *who)
{
    char token[TOKEN_TEXT_SIZE];
    int64_t account;
    return token_make(req->tx, who->id, TOKEN_RESET, req->now_ms, token) && mail_reset_password(req->tx, who, token) &&
           account_of_person(req, who->id, &account) &&
           audit_request(req, AUDIT_password_reset_asked, account, "account", account, NULL, NULL);
}

HANDLER(forgot_run)
{
    static const struct message done = { "If the email exists, a reset link has been sent.",
                                         "如果该邮箱已注册，重置链接已发送。" };
    const struct post_email *in = req->body;
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE];
    struct user u;
    bool allowed;
    email_key(in->email, key);
    address_hash(key, address);
    if (!mailbox_take(req->tx, address, req->now_ms, &allowed)) return reply_fault(req);
    enum row known = user_by_key(req->tx, key, &u);
    if (known == ROW_FAULT) return reply_fault(req);
    if (known == ROW_FOUND && allowed && !u.person.disabled && !forgot_mail(req, &u.person)) return reply_fault(req);
    return reply_success(req, &done);
}

/* ---- POST /auth/password/reset ---- */

struct resetting { char hash[PASSWORD_HASH_SIZE]; };

HANDLER(reset_prepare)
{
    const struct post_reset *in = req->body;
    const char *fault = password_fault(str_of(in->password), NULL);
    if (fault) return reply_fields(req, "password", fault);
    struct resetting *p = req->prepared = ARENA_NEW(req->arena, struct resetting);
    return password_hash(str_of(in->password), p->hash) ? ANSWER_SENT : reply_later(req, &problem_busy, 1);
}

/* Everything that the old password opened ends; failed tries are forgotten, so a running lock does not last. */
static bool reset_account(struct req *req, const struct person *who, const char *hash)
{
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE];
    email_key(who->email, key);
    address_hash(key, address);
    return user_set_password(req->tx, who->id, NULL, hash) == ROW_FOUND &&
           tokens_end(req->tx, who->id) && tries_clear(req->tx, arena_text(req->arena, address)) &&
           sessions_end_all(req->tx, who->id, 0) >= 0 && audit_self(req, AUDIT_password_reset, who->id) &&
           mail_password_changed(req->tx, who) && sessions_changed(req, who->id);
}

HANDLER(reset_run)
{
    static const struct message done = { "Password reset successfully!", "密码重置成功！" };
    const struct post_reset *in = req->body;
    const struct resetting *p = req->prepared;
    struct person who = { 0 };
    int64_t id = 0;
    enum row used = token_use(req->tx, in->token, TOKEN_RESET, req->now_ms, &id);
    if (used == ROW_FOUND) used = persons_get(req->tx, id, &who);
    if (used == ROW_FAULT) return reply_fault(req);
    if (used == ROW_NONE || who.disabled) return reply_problem(req, &problem_invalid_token);
    /* The refusal rolls back: the token stays good for another try. */
    const char *fault = password_fault(str_of(in->password), who.email);
    if (fault) return reply_fields(req, "password", fault);
    return reset_account(req, &who, p->hash) ? reply_success(req, &done) : reply_fault(req);
}
