/* numbers_failed.c: payments that came to nothing, by the day and by their cause, from the moves of their states. What
 * ended because its order was paid in another way is none, nor is one that came after all. */
#include "billing/numbers.h"

enum { FAILED_PAGE = 50, FAILED_PAGE_MAX = 100 };
/* What the buyer's provider said no to; what could not be begun; nobody paid in time; the buyer gave it up; the
 * provider never said what became of it. */
enum failed_cause { FAILED_DECLINED, FAILED_REFUSED, FAILED_UNPAID, FAILED_GIVEN_UP, FAILED_UNANSWERED, FAILED_COUNT };
static const char *const cause_names[] = { "declined", "refused", "unpaid", "givenUp", "unanswered", NULL };
static_assert(FAILED_COUNT + 1 == ARRAY_LEN(cause_names), "one name a cause");

/* By the words of paid.c, pay_jobs.c and sweep_job.c. */
#define CAUSE(m)                                                                                                       \
    "CASE WHEN " m ".to_state = 4 AND " m ".why IN ('notice', 'query') THEN 0 WHEN " m ".to_state = 4 THEN 1"          \
    " WHEN " m ".why = 'given up' THEN 3"                                                                              \
    " WHEN " m ".why IN ('the provider did not answer', 'what was promised never came', 'nothing came for it')"        \
    " THEN 4 ELSE 2 END"
#define ENDED "m.kind = 2 AND m.to_state >= 4"
/* Each payment once: what has failed may fail again, and is closed with its order. */
#define FIRST                                                                                                          \
    " AND NOT EXISTS (SELECT 1 FROM billing_moves b WHERE b.kind = 2 AND b.id = m.id AND b.version < m.version"        \
    " AND b.to_state >= 4)"
/* clang-format off */
STMT(failed_moves, "SELECT COUNT(*) AS n FROM (SELECT id FROM billing_moves m WHERE " ENDED
                   " AND m.at_ms >= ?1 AND m.at_ms < ?2 ORDER BY m.at_ms LIMIT ?3) AS few");
STMT(failed_days,
     "SELECT " NUMBERS_SQL_DAY("m.at_ms") " AS day, " CAUSE("m") " AS cause, COUNT(*) AS n"
     " FROM billing_moves m JOIN payments y ON y.id = m.id JOIN orders o ON o.id = y.order_id"
     " WHERE " ENDED " AND m.at_ms >= ?1 AND m.at_ms < ?2 AND (m.to_state = 4 OR o.paid_by = 0) AND y.state <> 3"
     FIRST
     " GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 10000");
STMT(failed_rows,
     "SELECT few.id, few.at_ms, few.why, " CAUSE("few") " AS cause, few.to_state, o.paid_by, y.state, o.number,"
     " y.account, y.provider, y.currency, y.amount, y.error FROM (SELECT m.id, m.at_ms, m.why, m.to_state"
     " FROM billing_moves m WHERE " ENDED " AND m.at_ms >= ?1 AND m.at_ms < ?2 AND (m.at_ms, m.id) < (?3, ?4)" FIRST
     " ORDER BY m.at_ms DESC, m.id DESC LIMIT ?5) AS few"
     " JOIN payments y ON y.id = few.id JOIN orders o ON o.id = y.order_id ORDER BY few.at_ms DESC, few.id DESC");
STMT(failed_at, "SELECT MIN(at_ms) AS at_ms FROM billing_moves m WHERE " ENDED " AND m.id = ?1");

static const struct shape row_shape[] = {
    SHAPE_TEXT("day", .doc = "The first one of its step."), SHAPE_ENUM("cause", cause_names),
    SHAPE_I64("payments"), SHAPE_END };
static const struct shape sum_shape[] = { SHAPE_ENUM("cause", cause_names), SHAPE_I64("payments"), SHAPE_END };
static const struct shape numbers_shape[] = {
    NUMBERS_RANGE_SHAPES, SHAPE_LIST("sums", sum_shape, .type_name = "FailedSum", .doc = "One a cause, also of none."),
    SHAPE_LIST("rows", row_shape, .type_name = "FailedRow"), SHAPE_END };
static const struct shape failed_shape[] = {
    SHAPE_I64("id", .doc = "Of the payment."), SHAPE_TIME("at"), SHAPE_ENUM("cause", cause_names), SHAPE_TEXT("order"),
    SHAPE_I64("account"), SHAPE_TEXT("provider"), SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_TEXT("said", .nullable = true, .doc = "What was said of it."), SHAPE_END };
static const struct shape list_shape[] = {
    SHAPE_LIST("payments", failed_shape, .type_name = "FailedPayment"),
    SHAPE_I64("next", .nullable = true, .doc = "`after` of the next page; null: this was all."), SHAPE_END };
/* clang-format on */

/* ---- counted ---- */

struct failed_row {
    int64_t day, payments; /* day: the first one of its step */
    enum failed_cause cause;
};
struct failed_numbers {
    struct numbers_range range;
    struct failed_row row[NUMBERS_DAYS_MOST * FAILED_COUNT];
    int64_t sum[FAILED_COUNT];
    size_t rows;
};

static enum failed_cause cause_of(const struct query *q)
{
    return (enum failed_cause)col_state(q, "cause", FAILED_DECLINED, FAILED_COUNT - 1);
}

static void take(struct failed_numbers *n, int64_t day, enum failed_cause cause, int64_t payments)
{
    size_t at = n->rows;
    while (at > 0 && n->row[at - 1].day == day && n->row[at - 1].cause != cause) at--;
    n->sum[cause] += payments;
    if (at > 0 && n->row[at - 1].day == day) n->row[at - 1].payments += payments;
    else n->row[n->rows++] = (struct failed_row){ .day = day, .payments = payments, .cause = cause };
}

static bool read_days(struct tx *tx, struct failed_numbers *n)
{
    struct query q = query(tx, &failed_days);
    enum row row;
    bind_i64(&q, n->range.from_ms), bind_i64(&q, n->range.to_ms);
    while ((row = query_next(&q)) == ROW_FOUND)
        take(n, numbers_step_of(&n->range, col_i64(&q, "day")), cause_of(&q), col_i64(&q, "n"));
    return row == ROW_NONE;
}

static void numbers_json(struct json *j, const void *arg)
{
    const struct failed_numbers *n = arg;
    char day[NUMBERS_DAY_SIZE];
    numbers_range_json(j, &n->range);
    json_array(j, "sums");
    for (size_t i = 0; i < FAILED_COUNT; i++) {
        json_object(j, NULL);
        json_text(j, "cause", cause_names[i]);
        json_i64(j, "payments", n->sum[i]);
        json_end(j);
    }
    json_end(j);
    json_array(j, "rows");
    for (size_t i = 0; i < n->rows; i++) {
        numbers_day_text(n->row[i].day, day);
        json_object(j, NULL);
        json_text(j, "day", day);
        json_text(j, "cause", cause_names[n->row[i].cause]);
        json_i64(j, "payments", n->row[i].payments);
        json_end(j);
    }
    json_end(j);
}

static bool csv_rows(struct req *req, struct csv *c, void *arg)
{
    const struct failed_numbers *n = arg;
    char day[NUMBERS_DAY_SIZE];
    (void)req;
    for (size_t i = 0; i < n->rows; i++) {
        numbers_day_text(n->row[i].day, day);
        csv_text(c, day), csv_text(c, cause_names[n->row[i].cause]), csv_i64(c, n->row[i].payments);
        csv_end_row(c);
    }
    return true;
}

struct get_failed_numbers {
    int64_t days, to;
    int by, format;
};
static const struct field get_failed_numbers_fields[] = { FIELD_NUMBERS(struct get_failed_numbers), FIELD_END };

static enum answer get_failed_numbers(struct req *req)
{
    static const char *const names[] = { "day", "cause", "payments", NULL };
    const struct get_failed_numbers *in = req->query;
    struct failed_numbers *n = ARENA_NEW(req->arena, struct failed_numbers);
    bool many = false;
    enum answer range = numbers_range_of(req, in->days, in->to, in->by, &n->range);
    if (range != ANSWER_GO_ON) return range;
    if (!numbers_too_many(req->tx, &failed_moves, &n->range, &many)) return reply_fault(req);
    if (many) return reply_problem(req, &problem_days_too_many);
    if (!read_days(req->tx, n)) return reply_fault(req);
    if (!csv_is_wanted(req, in->format)) return reply_json(req, 200, numbers_json, n);
    return reply_csv(req, &(struct csv_list){ "failed-payments", names, true, csv_rows, n });
}

/* ---- listed ---- */

struct get_failed {
    int64_t after, limit, from, to;
    int cause;
};
static const struct field get_failed_fields[] = {
    FIELD_PAGE(struct get_failed, FAILED_PAGE, FAILED_PAGE_MAX), FIELD_RANGE(struct get_failed),
    FIELD_ENUM(struct get_failed, cause, cause_names, .optional = true, .fallback = -1, .doc = "Only of this cause."),
    FIELD_END
};

struct failed {
    int64_t id, at_ms, account;
    enum failed_cause cause;
    const char *number, *provider, *said;
    struct money amount;
};
struct page {
    const struct get_failed *in;
    struct failed *row;
    size_t count;
    int64_t next;
};

static struct failed failed_of(const struct query *q)
{
    const char *why = col_text(q, "why"), *error = col_text(q, "error");
    struct failed f = { .id = col_i64(q, "id"),
                        .at_ms = col_i64(q, "at_ms"),
                        .account = col_i64(q, "account"),
                        .cause = cause_of(q),
                        .number = col_text(q, "number"),
                        .provider = col_text(q, "provider"),
                        .amount = col_money(q, "amount") };
    f.said = f.cause == FAILED_DECLINED ? error : why;
    return f;
}

static bool take_failed(const struct query *q, void *list)
{
    struct page *p = list;
    struct failed f = failed_of(q);
    if (col_i64(q, "state") == PAYMENT_PAID + 1) return false; /* it was tried again, and came */
    if (col_i64(q, "to_state") != PAYMENT_FAILED + 1 && col_i64(q, "paid_by") > 0) return false;
    if (p->in->cause >= 0 && f.cause != (enum failed_cause)p->in->cause) return false;
    p->row[p->count++] = f;
    return true;
}

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "payments");
    for (size_t i = 0; i < p->count; i++) {
        const struct failed *f = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", f->id);
        json_time(j, "at", f->at_ms);
        json_text(j, "cause", cause_names[f->cause]);
        json_text(j, "order", f->number);
        json_i64(j, "account", f->account);
        json_text(j, "provider", f->provider);
        amount_json(j, "amount", f->amount);
        operator_text_json(j, "said", f->said);
        json_end(j);
    }
    json_end(j);
    operator_id_json(j, "next", p->next);
}

static enum answer get_failed(struct req *req)
{
    const struct get_failed *in = req->query;
    struct page p = { .in = in, .row = ARENA_ARRAY(req->arena, struct failed, (size_t)in->limit) };
    const struct numbers_list l = { .rows = &failed_rows,
                                    .at = &failed_at,
                                    .after = in->after,
                                    .limit = in->limit,
                                    .from_ms = in->from,
                                    .to_ms = in->to,
                                    .take = take_failed,
                                    .list = &p };
    return numbers_page(req->tx, &l, &p.next) ? reply_json(req, 200, page_json, &p) : reply_fault(req);
}

/* clang-format off */
const struct route billing_numbers_failed_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/numbers/failed", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_failed_numbers), .answer = numbers_shape, .run = get_failed_numbers,
      PROBLEMS(&problem_days_too_many), .doc = "Payments that came to nothing, by the day, week or month, and cause." },
    { .verb = VERB_GET, .path = "/api/operator/failed-payments", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_failed), .answer = list_shape, .run = get_failed,
      .doc = "Payments that came to nothing, newest first. By cause: what is found among 2,000, and `next`." },
    ROUTE_END
};
/* clang-format on */
