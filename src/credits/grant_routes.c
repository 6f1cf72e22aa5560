/* grant_routes.c: what operators do to a balance: look first, grant, correct. A large change wants `confirm`: an answer
 * of 409 tells what the balance is and what it would become. A correction is an entry of its own that takes credits
 * away again; never below what is held, for held credits are promised. */
#include "audit/audit.h"
#include "credits/credits.h"
#include "credits/settings.h"
#include "http/events.h"

#define GRANT_MAX 1000000
enum { CREDITS_PER_PRICE = 1000 };

static const struct problem problem_account_unknown = { "account_unknown", 404, "No account has this e-mail address.",
                                                        "没有使用该邮箱的账号。" };
static const struct problem problem_balance_limit = { "balance_limit", 422,
                                                      "The balance would grow past what an account may hold.",
                                                      "余额将超过账号允许的上限。" };
static const struct problem problem_confirm = { "confirm_needed", 409,
                                                "This is a large change. Look at the numbers and confirm it.",
                                                "变动数额较大，请核对数字后确认。" };
static const struct problem problem_correction = { "correction_too_large", 422,
                                                   "A correction cannot take more than is available.",
                                                   "更正数额不能超过可用余额。" };

struct post_grant {
    const char *email, *reason;
    struct credits amount;
    bool confirm;
};
/* clang-format off */
static const struct field post_grant_fields[] = {
    FIELD_TEXT(struct post_grant, email, .form = TEXT_EMAIL, .min = 3, .max = 254, .doc = "Whose account."),
    FIELD_CREDITS(struct post_grant, amount, .min = 1, .max = GRANT_MAX, .doc = "Credits to add, or to take away."),
    FIELD_REASON(struct post_grant, reason, .doc = "Why; stands in the audit trail."),
    FIELD_BOOL(struct post_grant, confirm, .optional = true, .doc = "A large change is meant."),
    FIELD_END
};
/* clang-format on */

enum direction { DIRECTION_GRANT, DIRECTION_CORRECTION };
static const char *const direction_names[] = { "grant", "correction", NULL };
struct get_preview {
    const char *email;
    struct credits amount;
    int kind;
};
static const struct field get_preview_fields[] = {
    FIELD_TEXT(struct get_preview, email, .form = TEXT_EMAIL, .min = 3, .max = 254, .doc = "Whose account."),
    FIELD_CREDITS(struct get_preview, amount, .min = 1, .max = GRANT_MAX, .doc = "Credits to add, or to take away."),
    FIELD_ENUM(struct get_preview, kind, direction_names, .optional = true, .fallback = DIRECTION_GRANT,
               .doc = "Which way."),
    FIELD_END
};

static const struct shape grant_shape[] = { SHAPE_BOOL("success"), SHAPE_I64("creditsRemaining"), SHAPE_END };
static const struct shape preview_shape[] = {
    SHAPE_I64("account"),
    SHAPE_I64("before", .doc = "The balance now."),
    SHAPE_I64("after", .doc = "The balance afterwards."),
    SHAPE_I64("held", .doc = "Promised to work under way; a correction leaves it alone."),
    SHAPE_I64("valueFen", .doc = "What the credits are worth, in CNY 0.01."),
    SHAPE_BOOL("allowed", .doc = "false: it would be refused."),
    SHAPE_BOOL("needsConfirm", .doc = "It is refused without `confirm`."),
    SHAPE_END
};

/* ---- the numbers ---- */

struct numbers {
    int64_t account, fen; /* fen: of 1000 credits */
    struct credit_balance now;
    struct credits amount, after;
    bool fits;
};

static bool is_large(struct credits amount) { return credits_less(credits_settings.confirm_above, amount); }

/* ANSWER_GO_ON: *out is filled. */
static enum answer look(struct req *req, const char *email, struct credits amount, enum direction way,
                        struct numbers *out)
{
    switch (credits_hooks.account_by_email(req->tx, email, &out->account)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_account_unknown);
    case ROW_FOUND: break;
    }
    if (credits_balance(req->tx, out->account, &out->now) != ROW_FOUND) return reply_fault(req);
    if (!credits_price(req->tx, &out->fen)) return reply_fault(req);
    out->amount = amount;
    out->after = out->now.balance;
    if (way == DIRECTION_GRANT) out->fits = credits_add(out->now.balance, amount, &out->after);
    else
        out->fits =
            !credits_less(out->now.available, amount) && credits_subtract(out->now.balance, amount, &out->after);
    return ANSWER_GO_ON;
}

static void preview_json(struct json *j, const void *arg)
{
    const struct numbers *n = arg;
    json_i64(j, "account", n->account);
    json_credits(j, "before", n->now.balance);
    json_credits(j, "after", n->after);
    json_credits(j, "held", n->now.held);
    json_i64(j, "valueFen", credits_count(n->amount) * n->fen / CREDITS_PER_PRICE);
    json_bool(j, "allowed", n->fits);
    json_bool(j, "needsConfirm", is_large(n->amount));
}

static enum answer run_preview(struct req *req)
{
    const struct get_preview *in = req->query;
    struct numbers n = { 0 };
    enum answer go_on = look(req, in->email, in->amount, (enum direction)in->kind, &n);
    return go_on == ANSWER_GO_ON ? reply_json(req, 200, preview_json, &n) : go_on;
}

/* ---- changing ---- */

static void grant_json(struct json *j, const void *arg)
{
    json_bool(j, "success", true);
    json_credits(j, "creditsRemaining", ((const struct credit_balance *)arg)->available);
}

static void grant_details(struct json *j, const void *arg)
{
    const struct post_grant *in = arg;
    json_credits(j, "amount", in->amount);
    json_text(j, "reason", in->reason);
}

static enum answer refuse(struct req *req, const struct problem *p, const struct numbers *n)
{
    reply_fact_i64(req, "before", credits_count(n->now.balance));
    reply_fact_i64(req, "after", credits_count(n->after));
    reply_fact_i64(req, "available", credits_count(n->now.available));
    return reply_problem(req, p);
}

static enum answer change(struct req *req, enum direction way)
{
    const struct post_grant *in = req->body;
    bool gives = way == DIRECTION_GRANT;
    struct numbers n = { 0 };
    enum answer go_on = look(req, in->email, in->amount, way, &n);
    if (go_on != ANSWER_GO_ON) return go_on;
    if (is_large(in->amount) && !in->confirm) return refuse(req, &problem_confirm, &n);
    /* Without a key of the caller each request is a change of its own. */
    const char *key = arena_printf(req->arena, "%s:%lld:%s", direction_names[way], (long long)req->who.account,
                                   req->idempotency_key ? req->idempotency_key : req->request_id);
    struct credit_entry entry;
    const struct credit_change c = { .account = n.account,
                                     .amount = in->amount,
                                     .note = in->reason,
                                     .key = key,
                                     .reason = gives ? REASON_grant : REASON_correction,
                                     .actor = req->who.person,
                                     .at_ms = req->now_ms };
    enum debit done = gives ? credits_grant(req->tx, &c, &entry) : credits_debit(req->tx, &c, &entry);
    switch (done) {
    case DEBIT_FAULT: return reply_fault(req);
    case DEBIT_INSUFFICIENT: return refuse(req, &problem_correction, &n);
    case DEBIT_TOO_MANY: return reply_problem(req, &problem_balance_limit);
    case DEBIT_KEY_REUSED: return reply_problem(req, &problem_key_reused);
    case DEBIT_REPLAYED: /* of a key whose kept answer is gone: nothing was changed now, so the trail gains nothing */
    case DEBIT_DONE: break;
    }
    struct credit_balance now;
    if (!credits_tell(req->tx, n.account, &now)) return reply_fault(req);
    struct audit_action action = gives ? AUDIT_credits_granted : AUDIT_credits_corrected;
    if (done == DEBIT_DONE && !audit_request(req, action, n.account, "account", n.account, grant_details, in))
        return reply_fault(req);
    events_hint("grants");
    return reply_json(req, 200, grant_json, &now);
}

static enum answer run_grant(struct req *req) { return change(req, DIRECTION_GRANT); }

static enum answer run_correction(struct req *req) { return change(req, DIRECTION_CORRECTION); }

static void refusal_details(struct json *j, const void *arg)
{
    const struct req *req = arg;
    json_credits(j, "amount", ((const struct post_grant *)req->body)->amount);
    json_text(j, "reason", req->reply.problem->code);
}

/* Also of an address that nobody has: the trail then says who tried, and not what was typed. A question is no
 * refusal. */
static bool refused_grant(struct req *req)
{
    const struct post_grant *in = req->body;
    int64_t account = 0;
    if (req->reply.problem == &problem_confirm) return true;
    if (credits_hooks.account_by_email(req->tx, in->email, &account) == ROW_FAULT) return false;
    return audit_request(req, AUDIT_credits_grant_refused, account, "account", account, refusal_details, req);
}

/* ---- new accounts ---- */

static void trial_details(struct json *j, const void *arg)
{
    json_credits(j, "amount", *(const struct credits *)arg);
    json_text(j, "reason", "trial");
}

bool credits_give_trial(struct tx *tx, int64_t account, int64_t now_ms)
{
    if (!credits_is_positive(credits_settings.trial)) return true;
    struct credit_entry entry;
    const struct credit_change c = {
        .account = account, .amount = credits_settings.trial, .reason = REASON_trial, .key = "trial", .at_ms = now_ms
    };
    enum debit done = credits_grant(tx, &c, &entry);
    if (done == DEBIT_REPLAYED) return true;
    const struct audit_entry e = { .action = AUDIT_credits_granted,
                                   .account = account,
                                   .resource = "account",
                                   .resource_id = account,
                                   .details = trial_details,
                                   .arg = &credits_settings.trial,
                                   .at_ms = now_ms };
    return done == DEBIT_DONE && audit_put(tx, &e);
}

/* clang-format off */
const struct route credits_grant_routes[] = {
    { .verb = VERB_POST, .path = "/api/billing/grant", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Operator",
      .idempotent = true, BODY_FIELDS(post_grant), .answer = grant_shape, .run = run_grant, .refused = refused_grant,
      PROBLEMS(&problem_account_unknown, &problem_balance_limit, &problem_confirm),
      .doc = "Give credits to an account, with a reason." },
    { .verb = VERB_GET, .path = "/api/billing/grant/preview", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_preview), .answer = preview_shape, .run = run_preview, PROBLEMS(&problem_account_unknown),
      .doc = "What a grant or a correction would do to a balance." },
    { .verb = VERB_POST, .path = "/api/billing/correction", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Operator",
      .idempotent = true, BODY_FIELDS(post_grant), .answer = grant_shape, .run = run_correction,
      .refused = refused_grant, PROBLEMS(&problem_account_unknown, &problem_correction, &problem_confirm),
      .doc = "Take credits from an account again, with a reason; never what is held." },
    ROUTE_END
};
/* clang-format on */
