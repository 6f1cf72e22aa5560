/* plan_ends.c: operators see the plan of a shop with all that made it so, and set its end, earlier or later, with a
 * reason.
 *
 * Earlier: what lies behind the new end is ended, and the period in which it lies is cut there; of what that period
 * cost its part of the days stays, so a change of plan counts what is left as before. A plan whose end was set so does
 * not renew by itself. Later: a period of its own, which cost nothing and is worth nothing in a change. So the row of
 * the shop still is what its periods make of it.
 *
 * Who sets an end says which one there was: between looking and setting an order may have been paid. */
#include "billing/plans.h"

#include "http/events.h"

enum { PERIODS_SHOWN = 100 };
#define END_MOST_MS (3660 * DAY_MS)

static const struct problem problem_plan_none = { "plan_none", 409, "This shop has never had a plan.",
                                                  "该店铺从未有过套餐。" };
static const struct problem problem_plan_moved = { "plan_moved", 409, "The end of this plan has moved meanwhile.",
                                                   "该套餐的到期时间已发生变化。" };
static const struct problem problem_plan_shop_deleted = { "plan_shop_deleted", 409, "This shop is deleted.",
                                                          "该店铺已删除。" };

STMT(periods_of,
     "SELECT p.id, p.key, p.seats, p.from_ms, p.to_ms, p.ended_ms, p.currency, p.paid, f.code, f.name_en, f.name_zh,"
     " COALESCE(o.number, '') AS number FROM plan_periods p JOIN offers f ON f.id = p.offer"
     " LEFT JOIN orders o ON o.id = p.order_id WHERE p.shop = ?1 ORDER BY p.shop DESC, p.from_ms DESC, p.id DESC LIMIT "
     "?2");
STMT(period_at, "SELECT id, key, from_ms FROM plan_periods WHERE shop = ?1 AND from_ms < ?2 AND to_ms > ?2"
                " AND ended_ms = 0 ORDER BY from_ms DESC LIMIT 1");
STMT(end_behind,
     "UPDATE plan_periods SET ended_ms = ?3 WHERE shop = ?1 AND from_ms >= ?2 AND to_ms > ?3 AND ended_ms = 0");
STMT(period_cut, "UPDATE plan_periods SET to_ms = ?2 WHERE id = ?1 AND ended_ms = 0");
STMT(trial_cut, "UPDATE plan_trials SET until_ms = began_at_ms + ?2 WHERE account = ?1");

/* ---- how it is shown ---- */

static const char *const source_names[] = { "order", "trial", NULL };

/* clang-format off */
static const struct shape period_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("offer"), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"), SHAPE_I64("seats"),
    SHAPE_TIME("from"), SHAPE_TIME("to"),
    SHAPE_TIME("endedAt", .nullable = true, .doc = "Taken back, exchanged or cut off."),
    SHAPE_TEXT("order", .nullable = true), SHAPE_TEXT("key", .doc = "What it was given for."),
    SHAPE_OBJECT("paid", amount_shape, .type_name = "Money"), SHAPE_END };
#define PLAN_SHAPES                                                                                                    \
    SHAPE_I64("shop"), SHAPE_I64("account"), SHAPE_TEXT("offer"), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"),          \
    SHAPE_ENUM("source", source_names), SHAPE_I64("seats"), SHAPE_I64("websites"), SHAPE_BOOL("renews"),               \
    SHAPE_TIME("beganAt"), SHAPE_TIME("until")
static const struct shape plan_shape[] = { PLAN_SHAPES, SHAPE_END };
static const struct shape whole_shape[] = {
    SHAPE_OBJECT("plan", plan_shape, .type_name = "OperatorPlan", .nullable = true, .doc = "null: it never had one."),
    SHAPE_LIST("periods", period_shape, .type_name = "OperatorPlanPeriod", .doc = "The newest 100."), SHAPE_END };
/* clang-format on */

static void plan_json(struct json *j, const void *arg)
{
    const struct shop_plan *p = arg;
    json_i64(j, "shop", p->shop);
    json_i64(j, "account", p->account);
    json_text(j, "offer", p->code);
    json_text(j, "nameEn", p->name_en);
    json_text(j, "nameZh", p->name_zh);
    json_text(j, "source", source_names[p->source == SOURCE_TRIAL]);
    json_i64(j, "seats", p->seats);
    json_i64(j, "websites", p->websites);
    json_bool(j, "renews", p->renews);
    json_time(j, "beganAt", p->began_at_ms);
    json_time(j, "until", p->until_ms);
}

struct shown_period {
    int64_t id, seats, from_ms, to_ms, ended_ms;
    const char *code, *name_en, *name_zh, *number, *key;
    struct money paid;
};
struct whole {
    struct shop_plan plan;
    bool has_plan;
    struct shown_period period[PERIODS_SHOWN];
    size_t periods;
};

static void whole_json(struct json *j, const void *arg)
{
    const struct whole *w = arg;
    if (w->has_plan) {
        json_object(j, "plan");
        plan_json(j, &w->plan);
        json_end(j);
    } else {
        json_null(j, "plan");
    }
    json_array(j, "periods");
    for (size_t i = 0; i < w->periods; i++) {
        const struct shown_period *p = &w->period[i];
        json_object(j, NULL);
        json_i64(j, "id", p->id);
        json_text(j, "offer", p->code);
        json_text(j, "nameEn", p->name_en);
        json_text(j, "nameZh", p->name_zh);
        json_i64(j, "seats", p->seats);
        json_time(j, "from", p->from_ms);
        json_time(j, "to", p->to_ms);
        json_time(j, "endedAt", p->ended_ms);
        operator_text_json(j, "order", p->number);
        json_text(j, "key", p->key);
        amount_json(j, "paid", p->paid);
        json_end(j);
    }
    json_end(j);
}

static bool read_periods(struct tx *tx, int64_t shop, struct whole *w)
{
    struct query q = query(tx, &periods_of);
    enum row row;
    bind_i64(&q, shop), bind_i64(&q, PERIODS_SHOWN);
    while ((row = query_next(&q)) == ROW_FOUND)
        w->period[w->periods++] = (struct shown_period){ .id = col_i64(&q, "id"),
                                                         .seats = col_i64(&q, "seats"),
                                                         .from_ms = col_i64(&q, "from_ms"),
                                                         .to_ms = col_i64(&q, "to_ms"),
                                                         .ended_ms = col_i64(&q, "ended_ms"),
                                                         .code = col_text(&q, "code"),
                                                         .name_en = col_text(&q, "name_en"),
                                                         .name_zh = col_text(&q, "name_zh"),
                                                         .number = col_text(&q, "number"),
                                                         .key = col_text(&q, "key"),
                                                         .paid = col_money(&q, "paid") };
    return row == ROW_NONE;
}

struct path_plan {
    int64_t shop;
};
/* clang-format off */
static const struct field path_plan_fields[] = {
    FIELD_ID(struct path_plan, shop, .doc = "The shop's number."), FIELD_END };
/* clang-format on */

static enum answer get_plan(struct req *req)
{
    int64_t id = ((const struct path_plan *)req->path)->shop;
    struct whole *w = ARENA_NEW(req->arena, struct whole);
    struct shop shop;
    enum row row = shops_get(req->tx, id, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = plan_get(req->tx, id, &w->plan);
    w->has_plan = row == ROW_FOUND;
    if (row == ROW_FAULT || !read_periods(req->tx, id, w)) return reply_fault(req);
    return reply_json(req, 200, whole_json, w);
}

/* ---- its end is set ---- */

struct plan_end {
    struct tx *tx;
    struct shop shop;
    struct shop_plan plan;
    int64_t until_ms, now_ms;
};

/* The period in which the new end lies, but for its begin. A trial is as long as its row says. */
static bool cut(struct plan_end *e)
{
    struct query q = query(e->tx, &period_at);
    bind_i64(&q, e->plan.shop), bind_i64(&q, e->until_ms);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE;
    struct query c = query(e->tx, &period_cut);
    bind_i64(&c, col_i64(&q, "id")), bind_i64(&c, e->until_ms);
    if (query_change(&c) != 1) return false;
    const char *trial = arena_printf(tx_arena(e->tx), "trial:%lld", (long long)e->plan.account);
    if (!text_eq(col_text(&q, "key"), trial)) return true;
    struct query t = query(e->tx, &trial_cut);
    bind_i64(&t, e->plan.account), bind_i64(&t, e->until_ms - col_i64(&q, "from_ms"));
    return query_change(&t) == 1;
}

static bool shorten(struct plan_end *e)
{
    struct query behind = query(e->tx, &end_behind);
    bind_i64(&behind, e->plan.shop), bind_i64(&behind, e->until_ms), bind_i64(&behind, e->now_ms);
    e->plan.renews = false;
    if (query_change(&behind) < 0) return false;
    return cut(e);
}

/* A trial stays one: its key says so where a later change asks (plans.c). */
static bool lengthen(struct plan_end *e)
{
    char number[ORDER_NUMBER_SIZE];
    bool runs = e->plan.until_ms > e->now_ms;
    order_number(number);
    struct plan_period more = { .shop = e->plan.shop,
                                .account = e->plan.account,
                                .offer = e->plan.offer,
                                .seats = e->plan.seats,
                                .from_ms = runs ? e->plan.until_ms : e->now_ms,
                                .to_ms = e->until_ms,
                                .key = arena_printf(tx_arena(e->tx), "%s:%s",
                                                    e->plan.source == SOURCE_TRIAL ? "trial" : "given", number),
                                .paid = money_of(0, e->plan.currency) };
    if (!runs) e->plan.began_at_ms = e->now_ms;
    return plan_period_put(e->tx, &more, e->now_ms);
}

static bool set_end(struct plan_end *e)
{
    const struct shop_plan before = e->plan;
    bool longer = e->until_ms > before.until_ms;
    if (!(longer ? lengthen(e) : shorten(e))) return false;
    e->plan.until_ms = e->until_ms;
    if (longer) {
        plan_clock_set(&e->plan, e->now_ms);
        if (!plan_put(e->tx, &e->plan, e->now_ms)) return false;
        if (!plan_moved(e->tx, &before, &e->plan, PLAN_MOVED_BY_TIME, e->now_ms)) return false;
    } else if (!plan_follow(e->tx, &e->plan, e->now_ms)) {
        return false; /* seats and price are those of the period that is the last one now */
    }
    if (!tenants_entitlement_changed(e->tx, e->plan.account, e->plan.shop, e->now_ms)) return false;
    if (longer && !plan_switch_on(e->tx, &e->shop, 0, e->now_ms)) return false;
    return plan_end_letter(e->tx, &e->shop, &e->plan);
}

struct post_end {
    int64_t until, was;
    const char *reason;
};
static const struct field post_end_fields[] = {
    FIELD_TIME(struct post_end, until, .optional = true, .fallback = -1, .doc = "Its new end. Absent: now."),
    FIELD_TIME(struct post_end, was, .doc = "The end that it has, as you saw it."),
    FIELD_REASON(struct post_end, reason, .doc = "Why; it stands in the trail."), FIELD_END
};

struct end_said {
    const struct shop_plan *plan;
    int64_t was_ms;
    const char *reason;
};

static void said_json(struct json *j, const void *arg)
{
    const struct end_said *s = arg;
    json_text(j, "plan", s->plan->code);
    json_time(j, "was", s->was_ms);
    json_time(j, "until", s->plan->until_ms);
    json_text(j, "reason", s->reason);
}

static enum answer find(struct req *req, struct plan_end *e)
{
    const struct post_end *in = req->body;
    enum row row = shops_locked(req->tx, ((const struct path_plan *)req->path)->shop, &e->shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (e->shop.status >= SHOP_DELETED) return reply_problem(req, &problem_plan_shop_deleted);
    row = plan_get(req->tx, e->shop.id, &e->plan);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_plan_none) : reply_fault(req);
    if (in->was != e->plan.until_ms) {
        char text[TIME_TEXT_SIZE];
        time_text(e->plan.until_ms, text);
        reply_fact_text(req, "until", arena_text(req->arena, text));
        return reply_problem(req, &problem_plan_moved);
    }
    e->until_ms = in->until < 0 ? req->now_ms : in->until;
    if (e->until_ms < req->now_ms) return reply_fields(req, "until", "too_small");
    return e->until_ms > req->now_ms + END_MOST_MS ? reply_fields(req, "until", "too_large") : ANSWER_GO_ON;
}

static enum answer post_end(struct req *req)
{
    const struct post_end *in = req->body;
    struct plan_end e = { .tx = req->tx, .now_ms = req->now_ms };
    enum answer found = find(req, &e);
    if (found != ANSWER_GO_ON) return found;
    int64_t was_ms = e.plan.until_ms;
    bool over = was_ms <= req->now_ms && e.until_ms == req->now_ms; /* it ended before: nothing is ended again */
    if (e.until_ms == was_ms || over) return reply_json(req, 200, plan_json, &e.plan);
    if (!set_end(&e)) return reply_fault(req);
    const struct end_said said = { &e.plan, was_ms, in->reason };
    if (!audit_request(req, AUDIT_plan_end_set, e.plan.account, "shop", e.plan.shop, said_json, &said))
        return reply_fault(req);
    if (!plan_tell(req->tx, &e.plan)) return reply_fault(req);
    events_hint("accounts");
    return reply_json(req, 200, plan_json, &e.plan);
}

/* clang-format off */
const struct route billing_plan_end_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/plans/:shop", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      PATH_FIELDS(path_plan), .answer = whole_shape, .run = get_plan, PROBLEMS(&problem_not_found),
      .doc = "The plan of a shop, and each time that it was given." },
    { .verb = VERB_POST, .path = "/api/operator/plans/:shop/end", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_plan), BODY_FIELDS(post_end),
      .answer = plan_shape, .run = post_end,
      PROBLEMS(&problem_not_found, &problem_plan_none, &problem_plan_moved, &problem_plan_shop_deleted),
      .doc = "Set the end of a shop's plan, with a reason: now, earlier or later. It moves no money." },
    ROUTE_END
};
/* clang-format on */
