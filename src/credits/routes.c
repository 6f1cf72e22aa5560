/* routes.c: credits over HTTP, for those who read them. */
#include "credits/credits.h"
#include "credits/settings.h"
#include "credits/transactions.h"
#include "http/csv.h"
#include "http/events.h"

CREDITS_ACTIONS(AUDIT_DEFINE)

enum { TRANSACTIONS_DEFAULT = 50, TRANSACTIONS_MAX = 100 };

enum { FEN_PER_YUAN = 100 };

struct credits_hooks credits_hooks;
struct credits_settings credits_settings;

const struct problem problem_insufficient_credits = { "insufficient_credits", 402,
                                                      "Not enough credits. Ask your operator for more, then try again.",
                                                      "积分不足，请先充值！" };

/* ---- summary ---- */

struct summary {
    struct credit_balance b;
    int64_t fen; /* of 1000 credits */
    bool first_shop_redeemed;
};

bool credits_price(struct tx *tx, int64_t *fen)
{
    *fen = credits_settings.price_cny * FEN_PER_YUAN;
    return !credits_hooks.price || credits_hooks.price(tx, fen);
}

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
    json_i64(j, "price_cny", (s->fen + FEN_PER_YUAN / 2) / FEN_PER_YUAN);
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
    if (!credits_price(req->tx, &s.fen)) return reply_fault(req);
    return reply_json(req, 200, summary_json, &s);
}

/* ---- transactions ---- */

/* clang-format off */
static const struct field transactions_fields[] = {
    FIELD_PAGE(struct transactions, TRANSACTIONS_DEFAULT, TRANSACTIONS_MAX), FIELD_RANGE(struct transactions),
    FIELD_TEXT(struct transactions, reason, .optional = true, .max = 64, .doc = "Entries of this reason alone."),
    FIELD_SEARCH(struct transactions, search, 128, "Part of the reference."),
    FIELD_I64(struct transactions, shop, .optional = true, .min = 0, .max = INT64_MAX, .doc = "Of this shop alone."),
    FIELD_BOOL(struct transactions, detail, .optional = true, .doc = "Entries with their reference."),
    FIELD_FORMAT(struct transactions), FIELD_END
};
/* clang-format on */
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
    bool looks_for = in->after == 0 || !transactions_are_plain(in) || csv_is_wanted(req, in->format);
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

static enum answer get_transactions(struct req *req) { return reply_page(req, req->who.account); }

struct path_account {
    int64_t id;
};
static const struct field path_account_fields[] = { FIELD_ID(struct path_account, id, .doc = "Account."), FIELD_END };

static enum answer get_account_transactions(struct req *req)
{
    return reply_page(req, ((const struct path_account *)req->path)->id);
}

static void changed_json(struct json *j, const void *arg)
{
    json_credits(j, "available", ((const struct credit_balance *)arg)->available);
}

bool credits_tell(struct tx *tx, int64_t account, struct credit_balance *now)
{
    if (credits_balance(tx, account, now) != ROW_FOUND) return false;
    return credits_tell_left(tx, account, now);
}

bool credits_tell_left(struct tx *tx, int64_t account, const struct credit_balance *left)
{
    return events_put(tx, account, "credits.changed", changed_json, left);
}

ROUTE_TAG(billing_tag, "Billing", "The balance and every entry of the ledger.");

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
