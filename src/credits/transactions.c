/* transactions.c: entries that somebody looks for (a reason, a reference, a shop, days), and all of them as CSV. The
 * plain page of the ledger is in routes.c: it is the one that is asked for all day. */
#include "credits/transactions.h"

#include "credits/credits.h"
#include "http/csv.h"

enum { PAGE_ROWS = 100 };

/* Every condition may be left out by an empty text or 0. */
#define FOUND(has)                                                                                                     \
    "SELECT seq, amount, reason, shop, balance_after, key, at_ms FROM credit_entries"                                  \
    " WHERE account = ?1 AND seq < ?2 AND at_ms >= ?3 AND at_ms < ?4"                                                  \
    " AND (CAST(?5 AS TEXT) = '' OR reason = CAST(?5 AS TEXT))"                                                        \
    " AND (CAST(?6 AS TEXT) = '' OR " has "(key, CAST(?6 AS TEXT)) > 0)"                                               \
    " AND (CAST(?7 AS BIGINT) = 0 OR shop = CAST(?7 AS BIGINT)) ORDER BY seq DESC LIMIT ?8"
STMT(entries_found, FOUND("instr"), .postgres = FOUND("strpos"));

bool transactions_are_plain(const struct transactions *in)
{
    return in->from == 0 && in->to == INT64_MAX && in->reason == NULL && in->search == NULL && in->shop == 0;
}

static struct query ask(struct req *req, int64_t account, const struct transactions *in, int64_t after, int64_t limit)
{
    struct query q = query(req->tx, &entries_found);
    bind_i64(&q, account), bind_i64(&q, after), bind_i64(&q, in->from), bind_i64(&q, in->to);
    bind_text(&q, in->reason ? in->reason : ""), bind_text(&q, in->search ? in->search : "");
    bind_i64(&q, in->shop), bind_i64(&q, limit);
    return q;
}

struct found {
    struct query *q;
    enum row row;
    struct credits available;
    bool detail;
};

static void found_json(struct json *j, const void *arg)
{
    struct found *f = *(struct found *const *)arg;
    json_array(j, "transactions");
    for (; (f->row = query_next(f->q)) == ROW_FOUND;) transaction_json(j, f->q, f->detail);
    json_end(j);
    json_credits(j, "currentBalance", f->available);
}

struct csv_pages {
    int64_t account, after;
    const struct transactions *in;
};

static void entry_csv(struct csv *c, struct query *q)
{
    csv_i64(c, col_i64(q, "seq")), csv_time(c, col_i64(q, "at_ms"));
    csv_i64(c, credits_count(col_credits(q, "amount"))), csv_text(c, col_text(q, "reason"));
    if (col_is_null(q, "shop")) csv_nothing(c);
    else csv_i64(c, col_i64(q, "shop"));
    csv_i64(c, credits_count(col_credits(q, "balance_after"))), csv_text(c, col_text(q, "key"));
    csv_end_row(c);
}

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct csv_pages *l = arg;
    struct query q = ask(req, l->account, l->in, l->after, PAGE_ROWS);
    size_t rows = 0;
    enum row row;
    for (; (row = query_next(&q)) == ROW_FOUND; rows++) {
        l->after = col_i64(&q, "seq");
        entry_csv(c, &q);
    }
    if (rows == PAGE_ROWS) csv_more_i64(c, req, l->after);
    return row == ROW_NONE;
}

static enum answer csv(struct req *req, int64_t account, const struct transactions *in)
{
    /* clang-format off */
    static const char *const names[] = { "id", "createdAt", "amount", "reason", "relatedShopId", "balanceAfter",
                                         "reference", NULL };
    /* clang-format on */
    struct csv_pages l = { account, in->after > 0 ? in->after : INT64_MAX, in };
    return reply_csv(req, &(struct csv_list){ "transactions", names, l.after == INT64_MAX, csv_page, &l });
}

enum answer transactions_found(struct req *req, int64_t account, const struct transactions *in)
{
    struct credit_balance balance;
    enum row known = credits_balance(req->tx, account, &balance);
    if (known == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (known == ROW_FAULT) return reply_fault(req);
    if (csv_is_wanted(req, in->format)) return csv(req, account, in);
    struct query q = ask(req, account, in, in->after > 0 ? in->after : INT64_MAX, in->limit);
    struct found f = { .q = &q, .available = balance.available, .detail = in->detail }, *found = &f;
    enum answer a = reply_json(req, 200, found_json, &found);
    return f.row == ROW_NONE ? a : reply_fault(req);
}

void transaction_json(struct json *j, const struct query *q, bool detail)
{
    json_object(j, NULL);
    json_i64(j, "id", col_i64(q, "seq"));
    json_credits(j, "amount", col_credits(q, "amount"));
    json_text(j, "reason", col_text(q, "reason"));
    if (col_is_null(q, "shop")) json_null(j, "relatedShopId");
    else json_i64(j, "relatedShopId", col_i64(q, "shop"));
    json_credits(j, "balanceAfter", col_credits(q, "balance_after"));
    if (detail) json_text(j, "reference", col_text(q, "key"));
    json_time(j, "createdAt", col_i64(q, "at_ms"));
    json_end(j);
}
