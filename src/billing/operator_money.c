/* operator_money.c: the house's money at a glance: what is owed (0), what waits for a person, and what came and went
 * each day at each provider, summed from the postings themselves, so that it agrees with the books because it is them.
 */
#include "billing/private.h"

#include "base/clock.h"

enum { DAYS_USUAL = 30, DAYS_MOST = 92, DAYS_ROWS = 2000, COUNT_MOST = 1000 };

STMT(money_days, "SELECT p.at_ms / 86400000 AS day, e.book, e.currency,"
                 " CAST(SUM(CASE WHEN e.amount > 0 THEN e.amount ELSE 0 END) AS BIGINT) AS came,"
                 " CAST(SUM(CASE WHEN e.amount < 0 THEN -e.amount ELSE 0 END) AS BIGINT) AS went"
                 " FROM postings p JOIN posting_entries e ON e.posting = p.id"
                 " WHERE p.at_ms >= ?1 AND p.at_ms < ?2 AND e.book LIKE 'provider:%'"
                 " GROUP BY p.at_ms / 86400000, e.book, e.currency ORDER BY day DESC, e.book, e.currency LIMIT ?3");
STMT(refunds_waiting, "SELECT COUNT(*) AS n FROM (SELECT id FROM refunds WHERE state = ?1 ORDER BY state, id LIMIT ?2)"
                      " AS few");

struct day {
    int64_t at_ms;
    const char *provider;
    struct money came, went;
};
struct money_answer {
    struct billing_waits waits;
    struct day day[DAYS_ROWS];
    size_t days;
};

/* clang-format off */
static const struct shape day_shape[] = {
    SHAPE_TIME("day", .doc = "Its begin in UTC."), SHAPE_TEXT("provider"),
    SHAPE_OBJECT("came", amount_shape, .type_name = "Money"), SHAPE_OBJECT("went", amount_shape, .type_name = "Money"),
    SHAPE_END
};
static const struct shape money_shape[] = {
    SHAPE_I64("owed", .doc = "Payments that are paid, and neither delivered for nor on their way back: 0."),
    SHAPE_I64("openMismatches", .doc = "Counted up to 1,000, as all of these."),
    SHAPE_I64("refundsAsked", .doc = "They wait for a second person."),
    SHAPE_I64("refundsPending", .doc = "They are under way at a provider."),
    SHAPE_I64("handPaymentsAsked", .doc = "Payments marked by hand that wait for a second person."),
    SHAPE_LIST("days", day_shape, .type_name = "MoneyDay", .doc = "From the books; the newest first."), SHAPE_END
};
/* clang-format on */

static void money_json(struct json *j, const void *arg)
{
    const struct money_answer *a = arg;
    json_i64(j, "owed", a->waits.owed);
    json_i64(j, "openMismatches", a->waits.mismatches);
    json_i64(j, "refundsAsked", a->waits.refunds_asked);
    json_i64(j, "refundsPending", a->waits.refunds_pending);
    json_i64(j, "handPaymentsAsked", a->waits.hands);
    json_array(j, "days");
    for (size_t i = 0; i < a->days; i++) {
        const struct day *d = &a->day[i];
        json_object(j, NULL);
        json_time(j, "day", d->at_ms);
        json_text(j, "provider", d->provider);
        amount_json(j, "came", d->came);
        amount_json(j, "went", d->went);
        json_end(j);
    }
    json_end(j);
}

static bool count_refunds(struct tx *tx, enum refund_state state, int64_t *out)
{
    struct query q = query(tx, &refunds_waiting);
    bind_i64(&q, state), bind_i64(&q, COUNT_MOST);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}

bool billing_waiting(struct tx *tx, struct billing_waits *out)
{
    return billing_owed(tx, &out->owed) && mismatches_count(tx, COUNT_MOST, &out->mismatches) &&
           count_refunds(tx, REFUND_ASKED, &out->refunds_asked) &&
           count_refunds(tx, REFUND_PENDING, &out->refunds_pending) && hand_payments_count(tx, COUNT_MOST, &out->hands);
}

static bool read_days(struct tx *tx, int64_t from_ms, int64_t to_ms, struct money_answer *out)
{
    struct query q = query(tx, &money_days);
    enum row row;
    bind_i64(&q, from_ms), bind_i64(&q, to_ms), bind_i64(&q, DAYS_ROWS);
    while ((row = query_next(&q)) == ROW_FOUND)
        out->day[out->days++] = (struct day){ .at_ms = col_i64(&q, "day") * DAY_MS,
                                              .provider = col_text(&q, "book") + strlen("provider:"),
                                              .came = col_money(&q, "came"),
                                              .went = col_money(&q, "went") };
    return row == ROW_NONE;
}

struct get_money {
    int64_t from, to;
};
static const struct field get_money_fields[] = { FIELD_RANGE(struct get_money), FIELD_END };

static enum answer get_money(struct req *req)
{
    const struct get_money *in = req->query;
    int64_t to_ms = in->to == INT64_MAX ? req->now_ms - req->now_ms % DAY_MS + DAY_MS : in->to;
    int64_t from_ms = in->from > 0 ? in->from : to_ms - DAYS_USUAL * DAY_MS;
    struct money_answer *a = ARENA_NEW(req->arena, struct money_answer);
    if (from_ms < to_ms - DAYS_MOST * DAY_MS) return reply_fields(req, "from", "too_small");
    if (!billing_waiting(req->tx, &a->waits) || !read_days(req->tx, from_ms, to_ms, a)) return reply_fault(req);
    return reply_json(req, 200, money_json, a);
}

/* clang-format off */
const struct route billing_money_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/money", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_money), .answer = money_shape, .run = get_money,
      .doc = "What is owed, what waits for a person, and what came and went: 30 days, or up to 92." },
    ROUTE_END
};
/* clang-format on */
