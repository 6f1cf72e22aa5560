/* asks.c: mails that anybody can ask for: confirm a registration, confirm again, choose a new password. The request
 * looks no address up and does the same statements for each; a job finds out what there is to send. So neither the
 * answer nor its time tells which addresses are known. Rejected: doing it in the request, with the same work for show
 * when nobody is known (0.1.0 had two statements and a commit more for a known one; a copy of the work would have to be
 * kept alike for ever). */
#include "accounts/private.h"

enum { ASK_REGISTER = 1, ASK_CONFIRM_AGAIN = 2, ASK_RESET = 3 }; /* stored: append, never renumber */

STMT(put, "INSERT INTO mail_asks (kind, email, lang, name, password_hash, browser_hash, network, user_agent, at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id");
STMT(get, "SELECT kind, email, lang, name, password_hash, browser_hash, network, user_agent, at_ms FROM mail_asks"
          " WHERE id = ?1");
STMT(forget, "DELETE FROM mail_asks WHERE id = ?1");

struct ask {
    int64_t kind, at_ms;
    const char *email, *lang, *name, *password_hash, *browser_hash, *network, *user_agent;
};

static bool ask_put(struct req *req, const struct ask *in)
{
    struct query q = query(req->tx, &put);
    bind_i64(&q, in->kind), bind_text(&q, in->email), bind_text(&q, req_lang(req)), bind_text(&q, in->name);
    bind_text(&q, in->password_hash), bind_text(&q, in->browser_hash), bind_text(&q, req->client_network);
    bind_text(&q, req->user_agent), bind_i64(&q, req->now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    return jobs_put(req->tx, &(struct job_new){ .kind = accounts_ask_job.name, .ref = col_i64(&q, "id") }, NULL) > 0;
}

struct mail_asker mail_asker_of(const struct req *req, const char *address, char device[DEVICE_SIZE])
{
    return (struct mail_asker){ .address = address,
                                .network = req->client_network,
                                .now_ms = req->now_ms,
                                .device = device_knows(req, address, device) ? device : NULL };
}

/* Whether it may be sent, and then the row. */
static bool ask(struct req *req, enum mail_budget budget, const struct ask *in)
{
    char key[EMAIL_KEY_SIZE], address[SHA256_HEX_SIZE], device[DEVICE_SIZE];
    bool allowed;
    email_key(in->email, key);
    address_hash(key, address);
    struct mail_asker who = mail_asker_of(req, address, device);
    if (!mail_budget_take(req->tx, &who, budget, &allowed)) return false;
    return !allowed || ask_put(req, in);
}

/* ---- POST /auth/password/register, resend-verification, password/forgot ---- */

/* A registration that cannot be mailed is not made: it would only end the token of the one before it. */
bool ask_register(struct req *req, const char *password_hash, const char *browser)
{
    const struct post_register *in = req->body;
    char browser_hash[SHA256_HEX_SIZE];
    sha256_hex(str_of(browser), browser_hash);
    return ask(req, MAIL_WELCOME,
               &(struct ask){ .kind = ASK_REGISTER,
                              .email = in->email,
                              .name = in->name,
                              .password_hash = password_hash,
                              .browser_hash = browser_hash });
}

HANDLER(resend_run)
{
    static const struct message done = { "Verification email sent", "验证邮件已发送" };
    const struct post_email *in = req->body;
    bool asked = ask(req, MAIL_WELCOME, &(struct ask){ .kind = ASK_CONFIRM_AGAIN, .email = in->email });
    return asked ? reply_success(req, &done) : reply_fault(req);
}

HANDLER(forgot_run)
{
    static const struct message done = { "If the email exists, a reset link has been sent.",
                                         "如果该邮箱已注册，重置链接已发送。" };
    const struct post_email *in = req->body;
    bool asked = ask(req, MAIL_RESET, &(struct ask){ .kind = ASK_RESET, .email = in->email });
    return asked ? reply_success(req, &done) : reply_fault(req);
}

/* ---- the job ---- */

static bool send_reset(struct tx *tx, const struct ask *in, const struct person *who)
{
    char token[TOKEN_TEXT_SIZE];
    int64_t account = 0;
    if (person_home(tx, who->id, &account) == ROW_FAULT) return false;
    const struct audit_entry e = { .action = AUDIT_password_reset_asked,
                                   .account = account,
                                   .resource = "account",
                                   .resource_id = account,
                                   .network = in->network,
                                   .user_agent = in->user_agent,
                                   .at_ms = in->at_ms };
    if (!token_make(tx, who->id, TOKEN_RESET, in->at_ms, token)) return false;
    if (!mail_reset_password(tx, who, token)) return false;
    return audit_put(tx, &e);
}

/* The link to confirm, for a registration that waits; nothing when there is none. */
static bool send_confirmation(struct tx *tx, const struct ask *in)
{
    char token[TOKEN_TEXT_SIZE];
    struct registration r;
    enum row found = registration_renew(tx, in->email, in->at_ms, token, &r);
    return found == ROW_NONE || (found == ROW_FOUND && mail_verify_email(tx, r.email, r.lang, token));
}

static bool send_welcome(struct tx *tx, const struct ask *in)
{
    const struct registration_new r = { .email = in->email,
                                        .name = in->name,
                                        .password_hash = in->password_hash,
                                        .lang = in->lang,
                                        .browser_hash = in->browser_hash,
                                        .now_ms = in->at_ms };
    char token[TOKEN_TEXT_SIZE];
    if (!registration_put(tx, &r, token)) return false;
    return mail_verify_email(tx, in->email, r.lang, token);
}

static bool answer(struct tx *tx, const struct ask *in)
{
    struct user u;
    char key[EMAIL_KEY_SIZE];
    email_key(in->email, key);
    enum row known = user_by_key(tx, key, &u);
    if (known == ROW_FAULT) return false;
    if (known == ROW_FOUND && u.person.disabled) return true;
    switch (in->kind) {
    case ASK_REGISTER:
        /* What a stranger chose as password is never set on an account (defect D-07 of the replaced panel). */
        return known == ROW_FOUND ? mail_already_registered(tx, &u.person) : send_welcome(tx, in);
    case ASK_CONFIRM_AGAIN: return known == ROW_FOUND || send_confirmation(tx, in);
    case ASK_RESET:
        /* Who never confirmed has no password to forget, but wants to get in: the way is the link to confirm. */
        return known == ROW_FOUND ? send_reset(tx, in, &u.person) : send_confirmation(tx, in);
    }
    return true;
}

static enum job_wish ask_settle(struct job *job, struct tx *tx)
{
    struct query q = query(tx, &get);
    bind_i64(&q, job->ref);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    const struct ask in = {
        .kind = col_i64(&q, "kind"),
        .email = col_text(&q, "email"),
        .lang = col_text(&q, "lang"),
        .name = col_text(&q, "name"),
        .password_hash = col_text(&q, "password_hash"),
        .browser_hash = col_text(&q, "browser_hash"),
        .network = col_text(&q, "network"),
        .user_agent = col_text(&q, "user_agent"),
        .at_ms = col_i64(&q, "at_ms"),
    };
    struct query end = query(tx, &forget);
    bind_i64(&end, job->ref);
    if (query_change(&end) < 0) return JOB_FAULT;
    return answer(tx, &in) ? JOB_FINISHED : JOB_FAULT;
}

/* It asked for a mail and got none, which is what it would see if the mail were lost. */
static enum job_wish ask_dead(struct job *job, struct tx *tx, const char *error)
{
    (void)error;
    struct query q = query(tx, &forget);
    bind_i64(&q, job->ref);
    return query_change(&q) < 0 ? JOB_FAULT : JOB_FINISHED;
}

/* clang-format off */
const struct job_kind accounts_ask_job = {
    .name = "accounts.ask", .doc = "Finds out what to mail to an address that somebody typed.", .max_attempts = 20,
    .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .settle = ask_settle,
    .dead = ask_dead,
};
/* clang-format on */
