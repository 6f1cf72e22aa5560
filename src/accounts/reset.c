/* reset.c: a new password by mail, for who forgot the old one. Asking changes nothing and answers the same for every
 * address; the token and the new password come together in one POST, which signs nobody in. */
#include "accounts/private.h"

/* ---- POST /auth/password/reset ---- */

struct resetting {
    const char *token;
    int64_t now_ms, person;
    bool known;
    char email[EMAIL_KEY_SIZE], hash[PASSWORD_HASH_SIZE];
};

static bool reset_read(struct tx *tx, void *arg)
{
    struct resetting *p = arg;
    struct person who;
    enum row found = token_find(tx, p->token, TOKEN_RESET, p->now_ms, &p->person);
    if (found == ROW_FOUND) found = persons_get(tx, p->person, &who);
    p->known = found == ROW_FOUND && !who.disabled;
    if (p->known) email_key(who.email, p->email);
    return found != ROW_FAULT;
}

/* The token before the hash: a token that was made up costs us a look, not argon2. A refusal leaves it good. */
HANDLER(reset_prepare)
{
    const struct post_reset *in = req->body;
    struct resetting *p = req->prepared = ARENA_NEW(req->arena, struct resetting);
    p->token = in->token;
    p->now_ms = req->now_ms;
    if (!read_now(req, reset_read, p)) return reply_fault(req);
    if (!p->known) return reply_problem(req, &problem_invalid_token);
    const char *fault = password_fault(str_of(in->password), p->email);
    if (fault) return reply_fields(req, "password", fault);
    return password_hash(str_of(in->password), p->hash) ? ANSWER_GO_ON : reply_later(req, &problem_busy, 1);
}

/* Everything that the old password opened ends; failed tries are forgotten, so a running lock does not last. This
 * browser has proven the mailbox, so what strangers fail is none of its business from now on. */
static bool reset_account(struct req *req, const struct person *who, const char *hash)
{
    char key[EMAIL_KEY_SIZE], *address = arena_alloc(req->arena, SHA256_HEX_SIZE);
    email_key(who->email, key);
    address_hash(key, address);
    device_remember(req, address);
    if (user_set_password(req->tx, who->id, NULL, hash) != ROW_FOUND) return false;
    if (!tokens_end(req->tx, who->id)) return false;
    if (!tries_forget(req->tx, address)) return false;
    if (sessions_end_all(req->tx, who->id, 0) < 0) return false;
    if (!audit_self(req, AUDIT_password_reset, who->id)) return false;
    if (!mail_password_changed(req->tx, who)) return false;
    return sessions_changed(req, who->id);
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
    if (used == ROW_NONE || who.disabled || id != p->person) return reply_problem(req, &problem_invalid_token);
    return reset_account(req, &who, p->hash) ? reply_success(req, &done) : reply_fault(req);
}
