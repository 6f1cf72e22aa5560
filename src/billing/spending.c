/* spending.c: what an account has spent in money: by month, by what was bought and for which shop, in each currency for
 * itself; and, with it, what comes due (spending_ahead.c). It is added up from the books, so that it agrees with them:
 * a payment counts in the month in which it came, a refund in the month in which it went back. What was paid and not
 * delivered for goes back by itself, and is nothing that was spent. Behind each sum stand its rows (spending_rows.c).
 *
 * Rejected: the sums of orders less what of them is back by now (a month that is over would change later); days of
 * China, as in the operator's numbers (a merchant's months are those of its other numbers). */
#include "billing/spending.h"

#include "http/csv.h"

enum { SPENT_POSTINGS_MOST = 20000, SPENT_ROWS_MOST = 4000 };

/* The second entry is the book on the other side: of what was sold, or given back of it (books.c). */
STMT(spent_postings,
     "SELECT few.at_ms, o.kind, o.shop, e.book, e.currency, -e.amount AS amount"
     " FROM (SELECT id, at_ms, payment FROM postings WHERE account = ?1 AND at_ms >= ?2 AND at_ms < ?3"
     " ORDER BY at_ms, id LIMIT ?4) AS few JOIN posting_entries e ON e.posting = few.id AND e.line = 2"
     " JOIN payments y ON y.id = few.payment JOIN orders o ON o.id = y.order_id ORDER BY few.at_ms, few.id");

struct spent {
    struct money paid, refunded;
    int64_t payments, refunds, shop; /* shop 0: of none */
    size_t month;
    enum offer_kind kind;
};
struct spending {
    struct spending_span span;
    struct spent *row, sum[CURRENCY_COUNT];
    size_t rows, sums;
    const struct spending_ahead *ahead;
};

/* clang-format off */
#define SPENT_SHAPES                                                                                                   \
    SHAPE_OBJECT("paid", amount_shape, .type_name = "Money"),                                                          \
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money", .doc = "What went back in this time."),               \
    SHAPE_OBJECT("net", amount_shape, .type_name = "Money", .doc = "What was paid less what went back."),              \
    SHAPE_I64("payments"), SHAPE_I64("refunds")
static const struct shape sum_shape[] = { SPENT_SHAPES, SHAPE_END };
static const struct shape row_shape[] = {
    SHAPE_TEXT("month"), SHAPE_ENUM("kind", offer_kind_names),
    SHAPE_I64("shop", .nullable = true, .doc = "null: credits are of no shop."), SPENT_SHAPES, SHAPE_END };
static const struct shape spending_shape[] = {
    SHAPE_TEXT("timezone", .doc = "Of the months: that of the account's first shop with chat settings, else UTC."),
    SHAPE_LIST("months", spending_month_shape, .type_name = "SpendingMonth", .doc = "All of them, also empty ones."),
    SHAPE_LIST("sums", sum_shape, .type_name = "SpendingSum", .doc = "One a currency, over all the months."),
    SHAPE_LIST("rows", row_shape, .type_name = "SpendingRow",
               .doc = "One a month, kind, shop and currency in which there was something."),
    SHAPE_OBJECT("ahead", spending_ahead_shape, .type_name = "SpendingAhead"), SHAPE_END };
/* clang-format on */

static bool add(struct spent *to, const struct spent *s)
{
    to->payments += s->payments, to->refunds += s->refunds;
    return money_add(to->paid, s->paid, &to->paid) && money_add(to->refunded, s->refunded, &to->refunded);
}

/* Rows of one month follow each other. */
static struct spent *row_like(struct spending *s, const struct spent *one)
{
    for (size_t i = s->rows; i > 0 && s->row[i - 1].month == one->month; i--) {
        struct spent *r = &s->row[i - 1];
        bool same = r->kind == one->kind && r->shop == one->shop;
        if (same && money_currency(r->paid) == money_currency(one->paid)) return r;
    }
    return NULL;
}

static struct spent *sum_like(struct spending *s, const struct spent *one)
{
    for (size_t i = 0; i < s->sums; i++)
        if (money_currency(s->sum[i].paid) == money_currency(one->paid)) return &s->sum[i];
    return NULL;
}

/* *full: there are more rows than are told at once. */
static bool take(struct spending *s, const struct spent *one, bool *full)
{
    struct spent *row = row_like(s, one), *sum = sum_like(s, one);
    if (row && !add(row, one)) return false;
    *full = !row && s->rows == SPENT_ROWS_MOST;
    if (*full) return true;
    if (!row) s->row[s->rows++] = *one;
    if (sum) return add(sum, one);
    s->sum[s->sums++] = *one;
    return true;
}

static bool is_spending(const char *book) { return text_eq(book, "revenue") || text_eq(book, "refunds"); }

static struct spent spent_of(const struct query *q, const struct spending_span *span)
{
    struct money amount = col_money(q, "amount"), none = money_of(0, money_currency(amount));
    bool came = money_is_positive(amount);
    return (struct spent){ .month = spending_month_at(span, col_i64(q, "at_ms")),
                           .kind = (enum offer_kind)col_state(q, "kind", OFFER_PLAN, OFFER_KIND_COUNT - 1),
                           .shop = col_i64(q, "shop"),
                           .paid = came ? amount : none,
                           .refunded = came ? none : money_negate(amount),
                           .payments = came,
                           .refunds = !came };
}

static bool read_spent(struct req *req, struct spending *s, bool *many)
{
    struct query q = query(req->tx, &spent_postings);
    int64_t read = 0;
    enum row row;
    s->row = ARENA_ARRAY(req->arena, struct spent, SPENT_ROWS_MOST);
    bind_i64(&q, req->who.account), bind_i64(&q, s->span.month[0].begins_ms);
    bind_i64(&q, s->span.month[s->span.count - 1].ends_ms), bind_i64(&q, SPENT_POSTINGS_MOST + 1);
    while ((row = query_next(&q)) == ROW_FOUND && !*many) {
        *many = ++read > SPENT_POSTINGS_MOST;
        if (*many || !is_spending(col_text(&q, "book"))) continue;
        const struct spent one = spent_of(&q, &s->span);
        if (!take(s, &one, many)) return false;
    }
    return row != ROW_FAULT;
}

/* ---- told ---- */

static struct money net_of(const struct spent *s)
{
    struct money net = s->paid;
    bool fits = money_subtract(s->paid, s->refunded, &net); /* neither is below 0, and both are within the limit */
    assert(fits);
    return net;
}

static void spent_json(struct json *j, const struct spent *s)
{
    amount_json(j, "paid", s->paid);
    amount_json(j, "refunded", s->refunded);
    amount_json(j, "net", net_of(s));
    json_i64(j, "payments", s->payments);
    json_i64(j, "refunds", s->refunds);
}

static void spending_json(struct json *j, const void *arg)
{
    const struct spending *s = arg;
    json_text(j, "timezone", s->span.zone[0] ? s->span.zone : "UTC");
    spending_months_json(j, &s->span);
    json_array(j, "sums");
    for (size_t i = 0; i < s->sums; i++) {
        json_object(j, NULL);
        spent_json(j, &s->sum[i]);
        json_end(j);
    }
    json_end(j);
    json_array(j, "rows");
    for (size_t i = 0; i < s->rows; i++) {
        json_object(j, NULL);
        json_text(j, "month", s->span.month[s->row[i].month].name);
        json_text(j, "kind", offer_kind_names[s->row[i].kind - 1]);
        operator_id_json(j, "shop", s->row[i].shop);
        spent_json(j, &s->row[i]);
        json_end(j);
    }
    json_end(j);
    json_object(j, "ahead");
    spending_ahead_json(j, s->ahead);
    json_end(j);
}

static void csv_money(struct csv *c, struct money m)
{
    char text[MONEY_TEXT_SIZE];
    money_text(m, text);
    csv_text(c, text);
}

static bool csv_rows(struct req *req, struct csv *c, void *arg)
{
    const struct spending *s = arg;
    (void)req;
    for (size_t i = 0; i < s->rows; i++) {
        const struct spent *r = &s->row[i];
        csv_text(c, s->span.month[r->month].name), csv_text(c, offer_kind_names[r->kind - 1]);
        if (r->shop > 0) csv_i64(c, r->shop);
        else csv_nothing(c);
        csv_text(c, currency_code(money_currency(r->paid)));
        csv_money(c, r->paid), csv_money(c, r->refunded), csv_i64(c, r->payments), csv_i64(c, r->refunds);
        csv_end_row(c);
    }
    return true;
}

/* ---- GET /api/billing/spending ---- */

struct get_spending {
    int64_t months, ahead;
    int format;
};
/* clang-format off */
static const struct field get_spending_fields[] = {
    FIELD_I64(struct get_spending, months, .optional = true, .min = 1, .max = SPENDING_MONTHS_MOST,
              .fallback = SPENDING_MONTHS_USUAL, .doc = "How many months, the last of them is the present one."),
    FIELD_I64(struct get_spending, ahead, .optional = true, .min = 1, .max = SPENDING_AHEAD_MOST,
              .fallback = SPENDING_AHEAD_USUAL,
              .doc = "How many months are looked ahead; what is left of the present one is the first."),
    FIELD_FORMAT(struct get_spending),
    FIELD_END
};
/* clang-format on */

static enum answer run_spending(struct req *req)
{
    static const char *const names[] = { "month",    "kind",     "shop",    "currency", "paid",
                                         "refunded", "payments", "refunds", NULL };
    const struct get_spending *in = req->query;
    struct spending *s = ARENA_NEW(req->arena, struct spending);
    struct spending_span *ahead = ARENA_NEW(req->arena, struct spending_span);
    bool many = false;
    if (!spending_span_of(req, 1 - (int)in->months, (size_t)in->months, &s->span)) return reply_fault(req);
    if (!read_spent(req, s, &many)) return reply_fault(req);
    if (many) return reply_problem(req, &problem_months_too_many);
    if (csv_is_wanted(req, in->format))
        return reply_csv(req, &(struct csv_list){ "spending", names, true, csv_rows, s });
    if (!spending_span_of(req, 0, (size_t)in->ahead, ahead)) return reply_fault(req);
    switch (spending_ahead_read(req, ahead, &s->ahead)) {
    case SPENDING_FAULT: return reply_fault(req);
    case SPENDING_TOO_MANY: return reply_problem(req, &problem_months_too_many);
    case SPENDING_READ: break;
    }
    return reply_json(req, 200, spending_json, s);
}

/* clang-format off */
const struct route billing_spending_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/spending", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Orders",
      QUERY_FIELDS(get_spending), .answer = spending_shape, .run = run_spending, PROBLEMS(&problem_months_too_many),
      .doc = "What the account has spent in money, by month; and what comes due. As CSV: the months that were." },
    ROUTE_END
};
/* clang-format on */
