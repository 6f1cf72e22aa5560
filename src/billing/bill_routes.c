/* bill_routes.c: operators see each day of each provider: what its bill has and what we have, and what differs. */
#include "billing/bills.h"

enum { BILLS_PAGE = 50, BILLS_PAGE_MAX = BILL_DAYS_MAX };

/* clang-format off */
static const struct shape sum_shape[] = {
    SHAPE_ENUM("kind", bill_kind_names), SHAPE_I64("theirsCount"), SHAPE_I64("oursCount"),
    SHAPE_OBJECT("theirs", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("ours", amount_shape, .type_name = "Money"), SHAPE_END
};
static const char day_doc[] =
    "As the provider counts it: 2026-11-28. Alipay's and WeChat Pay's days are Beijing's, Stripe's are UTC.";
static const char state_doc[] = "waiting: the bill is not here yet. given_up: it could not be had for a week.";
static const char sums_doc[] = "What is theirs and what is ours, by kind and currency.";
#define DAY_SHAPE                                                                                                      \
    SHAPE_I64("id"), SHAPE_TEXT("provider"), SHAPE_TEXT("day", .doc = day_doc),                                        \
    SHAPE_ENUM("state", bill_state_names, .doc = state_doc),                                                           \
    SHAPE_LIST("sums", sum_shape, .type_name = "BillSum", .doc = sums_doc),                                            \
    SHAPE_I64("differing", .doc = "Payments and refunds that do not agree."),                                          \
    SHAPE_I64("others", .doc = "Rows of the bill that are not of this app."), SHAPE_I64("tries"),                      \
    SHAPE_TEXT("error", .nullable = true, .doc = "Why it is not here yet."), SHAPE_TIME("readAt", .nullable = true),   \
    SHAPE_TIME("nextAt", .nullable = true, .doc = "It is asked for, or compared again, then.")
static const struct shape day_shape[] = { DAY_SHAPE, SHAPE_END };
static const struct shape days_shape[] = { SHAPE_LIST("bills", day_shape, .type_name = "Bill"), SHAPE_END };
static const char fault_doc[] =
    "unknown: a number like ours that is not known here. not_here: it has not happened here. twice: it is in the bills "
    "twice. amount: another sum. not_there: it is in no bill.";
static const struct shape difference_shape[] = {
    SHAPE_I64("id"), SHAPE_ENUM("kind", bill_kind_names), SHAPE_ENUM("fault", bill_fault_names, .doc = fault_doc),
    SHAPE_TEXT("number", .nullable = true, .doc = "Ours, of the payment."),
    SHAPE_TEXT("refund", .nullable = true, .doc = "Ours, of the refund."),
    SHAPE_TEXT("trade", .nullable = true, .doc = "The provider's number of the payment."),
    SHAPE_TEXT("order", .nullable = true), SHAPE_OBJECT("theirs", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("ours", amount_shape, .type_name = "Money"), SHAPE_TIME("createdAt"),
    SHAPE_TIME("endedAt", .nullable = true, .doc = "It agrees since then."), SHAPE_END
};
static const struct shape one_shape[] = {
    DAY_SHAPE,
    SHAPE_LIST("differences", difference_shape, .type_name = "BillDifference",
               .doc = "Those that have ended too; the first 500."), SHAPE_END
};
/* clang-format on */

struct shown_day {
    struct bill_day d;
    struct bill_sums sums;
};

static void day_json(struct json *j, const struct shown_day *s)
{
    char date[BILL_DATE_SIZE];
    bill_date(s->d.day, date);
    json_i64(j, "id", s->d.id);
    json_text(j, "provider", s->d.provider);
    json_text(j, "day", date);
    json_text(j, "state", bill_state_names[s->d.state - 1]);
    json_array(j, "sums");
    for (size_t i = 0; i < s->sums.count; i++) {
        const struct bill_sum *one = &s->sums.sum[i];
        json_object(j, NULL);
        json_text(j, "kind", bill_kind_names[one->kind - 1]);
        json_i64(j, "theirsCount", one->theirs_count);
        json_i64(j, "oursCount", one->ours_count);
        amount_json(j, "theirs", one->theirs);
        amount_json(j, "ours", one->ours);
        json_end(j);
    }
    json_end(j);
    json_i64(j, "differing", s->d.differing);
    json_i64(j, "others", s->d.others);
    json_i64(j, "tries", s->d.tries);
    operator_text_json(j, "error", s->d.error);
    json_time(j, "readAt", s->d.read_at_ms);
    json_time(j, "nextAt", s->d.look_at_ms);
}

struct get_bills {
    int64_t after, limit;
    int state;
};
static const struct field get_bills_fields[] = { FIELD_PAGE(struct get_bills, BILLS_PAGE, BILLS_PAGE_MAX),
                                                 FIELD_ENUM(struct get_bills, state, bill_state_names, .optional = true,
                                                            .fallback = -1, .doc = "Only these."),
                                                 FIELD_END };

struct page {
    struct shown_day *row;
    size_t count;
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "bills");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        day_json(j, &p->row[i]);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_bills(struct req *req)
{
    const struct get_bills *in = req->query;
    struct bill_day *days = ARENA_ARRAY(req->arena, struct bill_day, (size_t)in->limit);
    struct page p = { .row = ARENA_ARRAY(req->arena, struct shown_day, (size_t)in->limit) };
    enum bill_state state = (enum bill_state)(in->state + 1);
    if (!bill_days_page(req->tx, state, in->after, days, (size_t)in->limit, &p.count)) return reply_fault(req);
    int64_t ids[BILL_DAYS_MAX];
    struct bill_sums *sums[BILL_DAYS_MAX];
    for (size_t i = 0; i < p.count; i++) p.row[i].d = days[i], ids[i] = days[i].id, sums[i] = &p.row[i].sums;
    if (!bill_sums_read(req->tx, ids, p.count, sums)) return reply_fault(req);
    return reply_json(req, 200, page_json, &p);
}

/* ---- one, with what differs ---- */

struct bill_path {
    int64_t id;
};
static const struct field bill_path_fields[] = { FIELD_ID(struct bill_path, id, .doc = "A day of a provider."),
                                                 FIELD_END };

struct shown_bill {
    struct shown_day day;
    struct bill_difference *row;
    size_t count;
};

static void one_json(struct json *j, const void *arg)
{
    const struct shown_bill *s = arg;
    day_json(j, &s->day);
    json_array(j, "differences");
    for (size_t i = 0; i < s->count; i++) {
        const struct bill_difference *d = &s->row[i];
        json_object(j, NULL);
        json_i64(j, "id", d->id);
        json_text(j, "kind", bill_kind_names[d->kind - 1]);
        json_text(j, "fault", bill_fault_names[d->fault - 1]);
        operator_text_json(j, "number", d->number);
        operator_text_json(j, "refund", d->refund_number);
        operator_text_json(j, "trade", d->trade);
        operator_text_json(j, "order", d->order_number);
        amount_json(j, "theirs", d->theirs);
        amount_json(j, "ours", d->ours);
        json_time(j, "createdAt", d->created_at_ms);
        json_time(j, "endedAt", d->ended_at_ms);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_bill(struct req *req)
{
    int64_t id = ((const struct bill_path *)req->path)->id;
    struct shown_bill *s = ARENA_NEW(req->arena, struct shown_bill);
    s->row = ARENA_ARRAY(req->arena, struct bill_difference, BILL_DIFFERENCES_MAX);
    enum row row = bill_days_get(req->tx, id, false, &s->day.d);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    struct bill_sums *sums = &s->day.sums;
    if (!bill_sums_read(req->tx, &id, 1, &sums) || !bill_differences_of(req->tx, id, s->row, &s->count))
        return reply_fault(req);
    return reply_json(req, 200, one_json, s);
}

/* clang-format off */
const struct route billing_bill_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/bills", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_bills), .answer = days_shape, .run = get_bills,
      .doc = "Days of providers, newest first: what their bills have and what we have." },
    { .verb = VERB_GET, .path = "/api/operator/bills/:id", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      PATH_FIELDS(bill_path), .answer = one_shape, .run = get_bill, PROBLEMS(&problem_not_found),
      .doc = "A day of a provider, and what does not agree." },
    ROUTE_END
};
/* clang-format on */
