/* routes.c: credits over HTTP. A merchant reads; only an operator grants, with a reason. */
#include "audit/audit.h"
#include "credits/credits.h"
#include "credits/settings.h"
#include "credits/transactions.h"
#include "http/csv.h"
#include "http/events.h"

enum { TRANSACTIONS_DEFAULT = 50, TRANSACTIONS_MAX = 100 };
#define GRANT_MAX 1000000

struct credits_hooks credits_hooks;
struct credits_settings credits_settings;

const struct problem problem_insufficient_credits = { "insufficient_credits", 402,
                                                      "Not enough credits. Ask your operator for more, then try again.",
                                                      "积分不足，请先充值！" };
static const struct problem problem_account_unknown = { "account_unknown", 404, "No account has this e-mail address.",
                                                        "没有使用该邮箱的账号。" };
static const struct problem problem_balance_limit = { "balance_limit", 422,
                                                      "The balance would grow past what an account may hold.",
                                                      "余额将超过账号允许的上限。" };

/* ---- summary ---- */

struct summary {
    struct credit_balance b;
    bool first_shop_redeemed;
};

static const struct shape pricing_shape[] = { SHAPE_I64("create_empty_shop_credits"), SHAPE_I64("price_cny"),
                                              SHAPE_I64("chatbot_credits"), SHAPE_I64("chatbot_renewal_credits"),
                                              SHAPE_END };
static const struct shape summary_shape[] = { SHAPE_I64("credits", .doc = "Available: balance minus held."),
                                              SHAPE_I64("balance"),
                                              SHAPE_I64("held"),
                                              SHAPE_BOOL("first_shop_redeemed"),
                                              SHAPE_OBJECT("pricing", pricing_shape, .type_name = "Pricing"),
                                              SHAPE_END };

static void summary_json(struct json *j, const void *arg)
{
    const struct summary *s = arg;
    json_credits(j, "credits", s->b.available);
    json_credits(j, "balance", s->b.balance);
    json_credits(j, "held", s->b.held);
    json_bool(j, "first_shop_redeemed", s->first_shop_redeemed);
    json_object(j, "pricing");
    json_credits(j, "create_empty_shop_credits", credits_settings.shop_price);
    json_i64(j, "price_cny", credits_settings.price_cny);
    json_credits(j, "chatbot_credits", credits_settings.chatbot_price);
    json_credits(j, "chatbot_renewal_credits", credits_settings.renewal_price);
    json_end(j);
}

static enum answer get_summary(struct req *req)
{
    struct summary s = { 0 };
    if (credits_balance(req->tx, req->who.account, &s.b) != ROW_FOUND) return reply_fault(req);
    if (credits_hooks.first_shop_redeemed(req->tx, req->who.account, &s.first_shop_redeemed) != ROW_FOUND)
        return reply_fault(req);
    return reply_json(req, 200, summary_json, &s);
}

/* ---- transactions ---- */

static const struct field transactions_fields[] = {
    FIELD_PAGE(struct transactions, TRANSACTIONS_DEFAULT, TRANSACTIONS_MAX), FIELD_RANGE(struct transactions),
    FIELD_TEXT(struct transactions, reason, .optional = true, .max = 64, .doc = "Entries of this reason alone."),
    FIELD_TEXT(struct transactions, search, .optional = true, .max = 128, .doc = "Part of the reference."),
    FIELD_I64(struct transactions, shop, .optional = true, .min = 0, .max = INT64_MAX, .doc = "Of this shop alone."),
    FIELD_BOOL(struct transactions, detail, .optional = true, .doc = "Entries with their reference."),
    FIELD_FORMAT(struct transactions), FIELD_END
};
static const struct shape entry_shape[] = { SHAPE_I64("id"),
                                            SHAPE_I64("amount"),
                                            SHAPE_TEXT("reason"),
                                            SHAPE_I64("relatedShopId", .nullable = true),
                                            SHAPE_I64("balanceAfter"),
                                            SHAPE_TEXT("reference", .maybe = true,
                                                       .doc = "With detail=true: what names this entry, once."),
                                            SHAPE_TIME("createdAt"),
                                            SHAPE_END };
static const struct shape transactions_shape[] = { SHAPE_LIST("transactions", entry_shape, .type_name = "Transaction"),
                                                   SHAPE_I64("currentBalance", .doc = "Balance minus held."),
                                                   SHAPE_END };

/* The balance and one page in one statement, which walks the primary key backwards and sorts nothing. Rejected: a join
 * of the account with its page, so that an account without entries has a row too: SQLite then keeps the page aside and
 * sorts it again. An empty page asks for the balance by itself. */
STMT(entries_page, "SELECT (SELECT balance - held FROM credit_accounts WHERE account = ?1) AS available,"
                   " seq, amount, reason, shop, balance_after, key, at_ms"
                   " FROM credit_entries WHERE account = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");

struct page {
    struct query query;
    enum row row;
    struct credits available;
    bool detail;
};

void transaction_json(struct json *j, const struct query *q, bool detail)
{
    json_object(j, NULL);
    json_i64(j, "id", col_i64(q, "seq"));
    json_credits(j, "amount", col_credits(q, "amount"));
    json_text(j, "reason", col_text(q, "reason"));
    if (col_is_null(q, "shop"))
        json_null(j, "relatedShopId");
    else
        json_i64(j, "relatedShopId", col_i64(q, "shop"));
    json_credits(j, "balanceAfter", col_credits(q, "balance_after"));
    if (detail) json_text(j, "reference", col_text(q, "key"));
    json_time(j, "createdAt", col_i64(q, "at_ms"));
    json_end(j);
}

/* Straight from the rows: the first one has been found. */
static void page_json(struct json *j, const void *arg)
{
    struct page *p = *(struct page *const *)arg;
    json_array(j, "transactions");
    for (; p->row == ROW_FOUND; p->row = query_next(&p->query)) transaction_json(j, &p->query, p->detail);
    json_end(j);
    json_credits(j, "currentBalance", p->available);
}

static enum answer reply_page(struct req *req, int64_t account)
{
    const struct transactions *in = req->query;
    bool looks_for = in->after == 0 || !transactions_are_plain(in) || wants_csv(req, in->format);
    if (looks_for) return transactions_found(req, account, in);
    struct page p = { .query = query(req->tx, &entries_page), .detail = in->detail };
    struct credit_balance balance;
    bind_i64(&p.query, account), bind_i64(&p.query, in->after), bind_i64(&p.query, in->limit);
    p.row = query_next(&p.query);
    if (p.row == ROW_FOUND) {
        p.available = col_credits(&p.query, "available");
    } else if (p.row == ROW_NONE) {
        enum row known = credits_balance(req->tx, account, &balance);
        if (known == ROW_NONE) return reply_problem(req, &problem_not_found);
        if (known == ROW_FAULT) return reply_fault(req);
        p.available = balance.available;
    }
    if (p.row == ROW_FAULT) return reply_fault(req);
    struct page *page = &p;
    enum answer a = reply_json(req, 200, page_json, &page);
    return p.row == ROW_NONE ? a : reply_fault(req);
}

static enum answer get_transactions(struct req *req)
{
    return reply_page(req, req->who.account);
}

struct path_account {
    int64_t id;
};
static const struct field path_account_fields[] = { FIELD_ID(struct path_account, id, .doc = "Account."), FIELD_END };

static enum answer get_account_transactions(struct req *req)
{
    return reply_page(req, ((const struct path_account *)req->path)->id);
}

/* ---- grant ---- */

struct post_grant {
    const char *email;
    struct credits amount;
    const char *reason;
};
static const struct field post_grant_fields[] = {
    FIELD_TEXT(struct post_grant, email, .form = TEXT_EMAIL, .min = 3, .max = 254, .doc = "Whose account."),
    FIELD_CREDITS(struct post_grant, amount, .min = 1, .max = GRANT_MAX, .doc = "Credits to add."),
    FIELD_TEXT(struct post_grant, reason, .min = 3, .max = 200, .doc = "Why; stands in the audit trail."), FIELD_END
};
static const struct shape grant_shape[] = { SHAPE_BOOL("success"), SHAPE_I64("creditsRemaining"), SHAPE_END };

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

static void changed_json(struct json *j, const void *arg)
{
    json_credits(j, "available", ((const struct credit_balance *)arg)->available);
}

bool credits_changed(struct tx *tx, int64_t account, struct credit_balance *now)
{
    return credits_balance(tx, account, now) == ROW_FOUND &&
           events_put(tx, account, "credits.changed", changed_json, now);
}

static enum answer run_grant(struct req *req)
{
    const struct post_grant *in = req->body;
    int64_t account = 0;
    switch (credits_hooks.account_by_email(req->tx, in->email, &account)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_account_unknown);
    case ROW_FOUND: break;
    }
    /* Without a key of the caller each request is a grant of its own. */
    const char *key = arena_printf(req->arena, "grant:%lld:%s", (long long)req->who.account,
                                   req->idempotency_key ? req->idempotency_key : req->request_id);
    struct credit_entry entry;
    enum debit granted = credits_grant(req->tx,
                                       &(struct credit_change){ .account = account,
                                                                .amount = in->amount,
                                                                .reason = REASON_grant,
                                                                .note = in->reason,
                                                                .key = key,
                                                                .actor = req->who.person,
                                                                .at_ms = req->now_ms },
                                       &entry);
    switch (granted) {
    case DEBIT_FAULT:
    case DEBIT_INSUFFICIENT: return reply_fault(req);
    case DEBIT_TOO_MANY: return reply_problem(req, &problem_balance_limit);
    case DEBIT_KEY_REUSED: return reply_problem(req, &problem_key_reused);
    case DEBIT_REPLAYED: /* of a key whose kept answer is gone: nothing was granted now, so the trail gains nothing */
    case DEBIT_DONE: break;
    }
    struct credit_balance now;
    if (!credits_changed(req->tx, account, &now)) return reply_fault(req);
    if (granted == DEBIT_DONE &&
        !audit_request(req, AUDIT_credits_granted, account, "account", account, grant_details, in))
        return reply_fault(req);
    events_hint("grants");
    return reply_json(req, 200, grant_json, &now);
}

static void refusal_details(struct json *j, const void *arg)
{
    const struct req *req = arg;
    json_credits(j, "amount", ((const struct post_grant *)req->body)->amount);
    json_text(j, "reason", req->reply.problem->code);
}

/* Also of an address that nobody has: the trail then says who tried, and not what was typed. */
static bool refused_grant(struct req *req)
{
    const struct post_grant *in = req->body;
    int64_t account = 0;
    if (credits_hooks.account_by_email(req->tx, in->email, &account) == ROW_FAULT) return false;
    return audit_request(req, AUDIT_credits_grant_refused, account, "account", account, refusal_details, req);
}

const struct route credits_routes[] = { { .verb = VERB_GET,
                                          .path = "/api/billing/summary",
                                          .who = WHO_BOOKS,
                                          .tx = TX_READ,
                                          .tag = "Billing",
                                          .answer = summary_shape,
                                          .run = get_summary,
                                          .doc = "The balance, what is held, and the prices." },
                                        { .verb = VERB_GET,
                                          .path = "/api/billing/transactions",
                                          .who = WHO_BOOKS,
                                          .tx = TX_READ,
                                          .tag = "Billing",
                                          QUERY_FIELDS(transactions),
                                          .answer = transactions_shape,
                                          .run = get_transactions,
                                          .doc = "The ledger of the calling account, newest first." },
                                        { .verb = VERB_POST,
                                          .path = "/api/billing/grant",
                                          .who = WHO_OPERATOR,
                                          .tx = TX_WRITE,
                                          .tag = "Operator",
                                          .idempotent = true,
                                          BODY_FIELDS(post_grant),
                                          .answer = grant_shape,
                                          .run = run_grant,
                                          .refused = refused_grant,
                                          PROBLEMS(&problem_account_unknown, &problem_balance_limit),
                                          .doc = "Give credits to an account, with a reason." },
                                        { .verb = VERB_GET,
                                          .path = "/api/operator/accounts/:id/transactions",
                                          .who = WHO_OPERATOR,
                                          .tx = TX_READ,
                                          .tag = "Operator",
                                          PATH_FIELDS(path_account),
                                          QUERY_FIELDS(transactions),
                                          .answer = transactions_shape,
                                          .run = get_account_transactions,
                                          .doc = "The ledger of any account, newest first." },
                                        ROUTE_END };
