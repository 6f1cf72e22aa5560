/* operator_owed.c: payments that are paid, and neither delivered for nor given back or on their way back: how many (0,
 * or an alarm), and which. Both walk an index that holds nothing else. */
#include "base/clock.h"
#include "billing/private.h"

enum { OWED_PAGE = 50, OWED_PAGE_MAX = 100 };

/* On its way is what a provider works on; not what waits for somebody's consent, nor what has taken so long that
 * nobody may be working on it. */
#define OWED                                                                                                           \
    "p.state = 3 AND p.counts = 0 AND p.refunded < p.amount"                                                           \
    " AND (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r WHERE r.payment = p.id AND (r.state = 3 OR"                \
    " (r.state = 2 AND r.created_at_ms > ?1))) < p.amount"
STMT(owed_count, "SELECT COUNT(*) AS n FROM payments p WHERE " OWED);
STMT(owed_rows, "SELECT p.id, p.number, p.account, p.provider, p.currency, p.amount, p.refunded, p.paid_at_ms,"
                " o.number AS order_number FROM payments p JOIN orders o ON o.id = p.order_id WHERE " OWED
                " AND p.id < ?2 ORDER BY p.id DESC LIMIT ?3");

bool billing_owed(struct tx *tx, int64_t *count)
{
    struct query q = query(tx, &owed_count);
    bind_i64(&q, now_ms() - REFUND_ON_ITS_WAY_MS);
    if (query_row(&q) != ROW_FOUND) return false;
    *count = col_i64(&q, "n");
    return true;
}

/* ---- GET /api/operator/owed ---- */

/* clang-format off */
static const struct shape owed_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("payment"), SHAPE_TEXT("order"), SHAPE_I64("account"), SHAPE_TEXT("provider"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money"), SHAPE_TIME("paidAt", .nullable = true), SHAPE_END };
static const struct shape list_shape[] = { SHAPE_LIST("payments", owed_shape, .type_name = "OwedPayment"), SHAPE_END };
/* clang-format on */

struct owed {
    int64_t id, account, paid_at_ms;
    const char *number, *order, *provider;
    struct money amount, refunded;
};
struct page {
    struct owed *row;
    size_t count;
};
struct get_owed {
    int64_t after, limit;
};
static const struct field get_owed_fields[] = { FIELD_PAGE(struct get_owed, OWED_PAGE, OWED_PAGE_MAX), FIELD_END };

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "payments");
    for (size_t i = 0; i < p->count; i++) {
        const struct owed *o = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", o->id);
        json_text(j, "payment", o->number);
        json_text(j, "order", o->order);
        json_i64(j, "account", o->account);
        json_text(j, "provider", o->provider);
        amount_json(j, "amount", o->amount);
        amount_json(j, "refunded", o->refunded);
        json_time(j, "paidAt", o->paid_at_ms);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_owed(struct req *req)
{
    const struct get_owed *in = req->query;
    struct page p = { .row = ARENA_ARRAY(req->arena, struct owed, (size_t)in->limit) };
    struct query q = query(req->tx, &owed_rows);
    enum row row;
    bind_i64(&q, req->now_ms - REFUND_ON_ITS_WAY_MS), bind_i64(&q, in->after), bind_i64(&q, in->limit);
    while ((row = query_next(&q)) == ROW_FOUND)
        p.row[p.count++] = (struct owed){ .id = col_i64(&q, "id"),
                                          .number = col_text(&q, "number"),
                                          .order = col_text(&q, "order_number"),
                                          .account = col_i64(&q, "account"),
                                          .provider = col_text(&q, "provider"),
                                          .amount = col_money(&q, "amount"),
                                          .refunded = col_money(&q, "refunded"),
                                          .paid_at_ms = col_i64(&q, "paid_at_ms") };
    return row == ROW_NONE ? reply_json(req, 200, page_json, &p) : reply_fault(req);
}

/* clang-format off */
const struct route billing_owed_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/owed", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_owed), .answer = list_shape, .run = get_owed,
      .doc = "Payments that are paid, and neither delivered for nor given back, newest first: none, or an alarm." },
    ROUTE_END
};
/* clang-format on */
