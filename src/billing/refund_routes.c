/* refund_routes.c: operators give money back. Above a set sum a second one has to agree, and never who asked for it. */
#include "billing/private.h"

#include "base/clock.h"

#include "credits/credits.h"
#include "http/events.h"

enum { REFUNDS_PAGE = 50, REFUNDS_PAGE_MAX = 100 };

static const struct problem problem_payment_not_paid = { "payment_not_paid", 409, "This payment has not been paid.",
                                                         "该笔付款尚未支付。" };
static const struct problem problem_refund_too_much = {
    "refund_too_much", 422, "More than is left of this payment, or more refunds than one payment may have.",
    "超过该笔付款的可退金额，或退款次数已达上限。"
};
static const struct problem problem_refund_credits = {
    "refund_credits_spent", 409,
    "The credits that were bought are spent, so they cannot be taken back. Give back without taking them.",
    "所购积分已被使用，无法收回。请选择不收回积分进行退款。"
};
static const struct problem problem_refund_own = { "refund_own", 403,
                                                   "Somebody else than who asked for it has to agree.",
                                                   "须由申请人以外的人员同意。" };
static const struct problem problem_refund_sent = {
    "refund_under_way", 409, "The provider is being asked for it. It can be given up when it is under way for a week.",
    "该笔退款正由支付渠道处理；超过一周仍未完成时方可放弃。"
};
static const struct problem problem_refund_decided = { "refund_decided", 409,
                                                       "This refund waits for nobody's consent any more.",
                                                       "该退款已无需审批。" };

/* ---- how one is shown ---- */

/* clang-format off */
const struct shape operator_refund_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("number"), SHAPE_TEXT("order"), SHAPE_TEXT("payment"), SHAPE_TEXT("provider"),
    SHAPE_I64("account"),
    SHAPE_ENUM("state", refund_state_names, .doc = "asked: a second person has to agree."),
    SHAPE_TEXT("cause", .doc = "operator, late, twice, undeliverable; outside: given back by another way than ours."),
    SHAPE_TEXT("reason"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_ENUM("kind", offer_kind_names, .doc = "What its payment was for."),
    SHAPE_BOOL("takesBack", .doc = "What was bought goes with it: credits by their share, a plan when all is back."),
    SHAPE_BOOL("endsPlan", .doc = "With this one all of the payment is back, and the plan ends."),
    SHAPE_I64("credits", .doc = "So many credits go with it."),
    SHAPE_I64("tries", .doc = "How often the provider was asked without an end."),
    SHAPE_TEXT("error", .nullable = true),
    SHAPE_I64("actor", .nullable = true, .doc = "Who asked for it; null: nobody, it goes back by itself."),
    SHAPE_TEXT("actorEmail", .nullable = true),
    SHAPE_I64("approver", .nullable = true, .doc = "Who agreed or declined."),
    SHAPE_TEXT("approverEmail", .nullable = true), SHAPE_BOOL("mine", .doc = "You asked for it."),
    SHAPE_BOOL("mayGiveUp", .doc = "It has been under way for a week: `decline` gives it up."), SHAPE_TIME("createdAt"),
    SHAPE_TIME("endedAt", .nullable = true), SHAPE_END
};
/* clang-format on */
static const struct shape refunds_shape[] = {
    SHAPE_LIST("refunds", operator_refund_shape, .type_name = "OperatorRefund"), SHAPE_END
};

static bool is_stuck(const struct refund *r, int64_t now_ms)
{
    return r->state == REFUND_PENDING && now_ms - r->created_at_ms > REFUND_ON_ITS_WAY_MS;
}

static bool name_some(struct tx *tx, struct refund *list, size_t count)
{
    int64_t id[2 * REFUNDS_PAGE_MAX] = { 0 };
    struct audit_person person[2 * REFUNDS_PAGE_MAX];
    for (size_t i = 0; i < count; i++) id[2 * i] = list[i].actor, id[2 * i + 1] = list[i].approver;
    if (!audit_people(tx, 0, id, 2 * count, person)) return false;
    for (size_t i = 0; i < count; i++)
        list[i].actor_email = person[2 * i].email, list[i].approver_email = person[2 * i + 1].email;
    return true;
}

/* An order may have more of them than a page. */
bool refunds_name_people(struct tx *tx, struct refund *list, size_t count)
{
    for (; count > REFUNDS_PAGE_MAX; list += REFUNDS_PAGE_MAX, count -= REFUNDS_PAGE_MAX)
        if (!name_some(tx, list, REFUNDS_PAGE_MAX)) return false;
    return name_some(tx, list, count);
}

void operator_refund_json(struct json *j, const struct refund *r, int64_t person)
{
    json_i64(j, "id", r->id);
    json_text(j, "number", r->number);
    json_text(j, "order", r->order_number);
    json_text(j, "payment", r->payment_number);
    json_text(j, "provider", r->provider);
    json_i64(j, "account", r->account);
    json_text(j, "state", refund_state_names[r->state - 1]);
    json_text(j, "cause", r->cause);
    json_text(j, "reason", r->reason);
    amount_json(j, "amount", r->amount);
    json_text(j, "kind", offer_kind_names[r->kind - 1]);
    json_bool(j, "takesBack", r->takes_back);
    json_bool(j, "endsPlan", r->ends_plan);
    json_i64(j, "credits", r->credits);
    json_i64(j, "tries", r->tries);
    operator_text_json(j, "error", r->error);
    operator_id_json(j, "actor", r->actor);
    json_text(j, "actorEmail", r->actor_email);
    operator_id_json(j, "approver", r->approver);
    json_text(j, "approverEmail", r->approver_email);
    json_bool(j, "mine", r->actor > 0 && r->actor == person);
    json_bool(j, "mayGiveUp", is_stuck(r, now_ms()));
    json_time(j, "createdAt", r->created_at_ms);
    json_time(j, "endedAt", r->ended_at_ms);
}

struct shown {
    const struct refund *refund;
    size_t count;
    int64_t person;
};

static void one_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    operator_refund_json(j, s->refund, s->person);
}

static void page_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    json_array(j, "refunds");
    for (size_t i = 0; i < s->count; i++) {
        json_object(j, NULL);
        operator_refund_json(j, &s->refund[i], s->person);
        json_end(j);
    }
    json_end(j);
}

/* Everything is changed: the order's pages hear of it last. */
static enum answer shown(struct req *req, int status, const struct order *o, struct refund *r)
{
    struct refund now; /* with all that is read beside it */
    struct shown s = { .refund = &now, .count = 1, .person = req->who.person };
    if (!order_tell(req->tx, o) || refund_get(req->tx, r->id, false, &now) != ROW_FOUND) return reply_fault(req);
    if (!refunds_name_people(req->tx, &now, 1)) return reply_fault(req);
    events_hint("money");
    return reply_json(req, status, one_json, &s);
}

/* ---- asking for one ---- */

struct post_refund {
    const char *payment, *reason;
    int64_t amount;
    bool has_amount, takes_back, outside;
};
static const struct field post_refund_fields[] = {
    FIELD_TEXT(struct post_refund, payment, .min = ORDER_NUMBER_SIZE - 1, .max = ORDER_NUMBER_SIZE - 1,
               .doc = "The number of the order's payment that goes back."),
    FIELD_I64(struct post_refund, amount, .optional = true, .present_offset = offsetof(struct post_refund, has_amount),
              .min = 1, .max = MONEY_LIMIT, .doc = "In the currency's minor unit; absent: all that is left."),
    FIELD_REASON(struct post_refund, reason, .doc = "Why; stands in the audit trail, and in the provider's books."),
    FIELD_BOOL(struct post_refund, takes_back, .name = "takesBack",
               .doc = "What was bought goes with it: credits by their share, a plan when all is back."),
    FIELD_BOOL(struct post_refund, outside, .optional = true,
               .doc = "It went back already, at the provider or in another way: nothing is sent, and it counts when a "
                      "second person agrees, whatever the sum."),
    FIELD_END
};

static enum answer too_much(struct req *req, const struct payment *p)
{
    reply_fact_i64(req, "left", money_minor(refund_left(p)));
    return reply_problem(req, &problem_refund_too_much);
}

static enum answer no_credits(struct req *req, int64_t need)
{
    struct credit_balance b;
    const struct operator_order_path *path = req->path;
    struct order o;
    if (orders_by_number(req->tx, path->number, false, &o) != ROW_FOUND) return reply_fault(req);
    if (credits_balance(req->tx, o.account, &b) != ROW_FOUND) return reply_fault(req);
    reply_fact_i64(req, "need", need);
    reply_fact_i64(req, "have", credits_count(b.available));
    return reply_problem(req, &problem_refund_credits);
}

static enum answer post_refund(struct req *req)
{
    const struct post_refund *in = req->body;
    struct order o;
    struct payment p;
    struct refund r;
    enum answer found = operator_find(req, in->payment, &o, &p);
    if (found != ANSWER_GO_ON) return found;
    if (p.state != PAYMENT_PAID) return reply_problem(req, &problem_payment_not_paid);
    struct refund_wish w = { .amount = refund_left(&p),
                             .cause = in->outside ? REFUND_OUTSIDE : "operator",
                             .reason = in->reason,
                             .takes_back = in->takes_back,
                             .outside = in->outside,
                             .actor = req->who.person,
                             .network = req->client_network,
                             .user_agent = req->user_agent,
                             .now_ms = req->now_ms };
    if (in->has_amount) w.amount = money_of(in->amount, money_currency(p.amount));
    if (!money_is_positive(w.amount)) return too_much(req, &p);
    switch (refund_put(req->tx, &o, &p, &w, &r)) {
    case REFUND_PUT_FAULT: return reply_fault(req);
    case REFUND_PUT_TOO_MUCH: return too_much(req, &p);
    case REFUND_PUT_NO_CREDITS: return no_credits(req, r.credits);
    case REFUND_PUT: break;
    }
    return shown(req, 201, &o, &r);
}

/* ---- which there are ---- */

struct get_refunds {
    int64_t after, limit;
    int state;
};
static const struct field get_refunds_fields[] = { FIELD_PAGE(struct get_refunds, REFUNDS_PAGE, REFUNDS_PAGE_MAX),
                                                   FIELD_ENUM(struct get_refunds, state, refund_state_names,
                                                              .optional = true, .fallback = -1, .doc = "Only these."),
                                                   FIELD_END };

static enum answer get_refunds(struct req *req)
{
    const struct get_refunds *in = req->query;
    struct refund *list = ARENA_ARRAY(req->arena, struct refund, (size_t)in->limit);
    struct shown s = { .refund = list, .person = req->who.person };
    enum refund_state state = (enum refund_state)(in->state + 1);
    if (!refunds_page(req->tx, state, in->after, list, (size_t)in->limit, &s.count)) return reply_fault(req);
    if (!refunds_name_people(req->tx, list, s.count)) return reply_fault(req);
    return reply_json(req, 200, page_json, &s);
}

/* ---- a second person's word ---- */

struct refund_path {
    int64_t id;
};
static const struct field refund_path_fields[] = { FIELD_ID(struct refund_path, id, .doc = "Refund."), FIELD_END };
struct post_decline {
    const char *reason;
};
static const struct field post_decline_fields[] = { FIELD_REASON(struct post_decline, reason, .doc = "Why not."),
                                                    FIELD_END };

static enum answer find_refund(struct req *req, struct order *o, struct payment *p, struct refund *r)
{
    enum row row = refund_get(req->tx, ((const struct refund_path *)req->path)->id, false, r);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (orders_get(req->tx, r->order, true, o) != ROW_FOUND || payment_get(req->tx, r->payment, true, p) != ROW_FOUND)
        return reply_fault(req);
    return refund_get(req->tx, r->id, true, r) == ROW_FOUND ? ANSWER_GO_ON : reply_fault(req);
}

/* What went back outside is back when two say so. */
static bool agree_that_it_is_back(struct req *req, struct order *o, struct payment *p, struct refund *r,
                                  const struct move *m)
{
    r->approver = m->actor;
    if (!refund_told(req->tx, AUDIT_refund_agreed, r, m)) return false;
    return refund_done(req->tx, o, p, r, m);
}

static enum answer post_agree(struct req *req)
{
    struct order o;
    struct payment p;
    struct refund r;
    enum answer found = find_refund(req, &o, &p, &r);
    if (found != ANSWER_GO_ON) return found;
    if (r.state != REFUND_ASKED) return reply_problem(req, &problem_refund_decided);
    if (r.actor == req->who.person) return reply_problem(req, &problem_refund_own);
    const struct move m = move_by(req, "agreed");
    bool outside = text_eq(r.cause, REFUND_OUTSIDE);
    if (!(outside ? agree_that_it_is_back(req, &o, &p, &r, &m) : refund_agree(req->tx, &r, &m)))
        return reply_fault(req);
    return shown(req, 200, &o, &r);
}

/* Its provider, or our keys, would never end it: then it has failed by a person's word, and what it holds is free to go
 * back by another way. Should it be done after all, that is heard as of any that failed. */
static bool give_up(struct req *req, struct order *o, struct payment *p, struct refund *r, const struct move *m)
{
    return refund_failed(req->tx, o, p, r, false, m);
}

/* Who asked for it may think better of it. */
static enum answer post_decline(struct req *req)
{
    const struct post_decline *in = req->body;
    struct order o;
    struct payment p;
    struct refund r;
    enum answer found = find_refund(req, &o, &p, &r);
    if (found != ANSWER_GO_ON) return found;
    bool asked = r.state == REFUND_ASKED, pending = r.state == REFUND_PENDING;
    if (!asked && !pending) return reply_problem(req, &problem_refund_decided);
    if (pending && !is_stuck(&r, req->now_ms)) return reply_problem(req, &problem_refund_sent);
    const struct move m = move_by(req, in->reason);
    if (!(asked ? refund_decline(req->tx, &p, &r, &m) : give_up(req, &o, &p, &r, &m))) return reply_fault(req);
    return shown(req, 200, &o, &r);
}

/* clang-format off */
const struct route billing_refund_routes[] = {
    { .verb = VERB_POST, .path = "/api/operator/orders/:number/refund", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, .path_fields = operator_order_fields,
      .path_size = sizeof(struct operator_order_path), BODY_FIELDS(post_refund), .answer = operator_refund_shape,
      .status = 201, .run = post_refund,
      PROBLEMS(&problem_not_found, &problem_payment_unknown, &problem_payment_not_paid, &problem_refund_too_much,
               &problem_refund_credits),
      .doc = "Give money back, all or a part of one payment; above a set sum it waits for a second person. With "
             "`outside`: say that it went back by another way." },
    { .verb = VERB_GET, .path = "/api/operator/refunds", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_refunds), .answer = refunds_shape, .run = get_refunds, .doc = "Refunds, newest first." },
    { .verb = VERB_POST, .path = "/api/operator/refunds/:id/agree", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(refund_path), .answer = operator_refund_shape,
      .run = post_agree, PROBLEMS(&problem_not_found, &problem_refund_own, &problem_refund_decided),
      .doc = "Agree to a refund that somebody else asked for." },
    { .verb = VERB_POST, .path = "/api/operator/refunds/:id/decline", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(refund_path), BODY_FIELDS(post_decline),
      .answer = operator_refund_shape, .run = post_decline,
      PROBLEMS(&problem_not_found, &problem_refund_decided, &problem_refund_sent),
      .doc = "Decline a refund that waits for a second person, or give up one that has been under way for a week, with "
             "a reason." },
    ROUTE_END
};
/* clang-format on */
