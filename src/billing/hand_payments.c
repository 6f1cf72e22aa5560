/* hand_payments.c: a payment that came another way than through its provider's word (a transfer, a provider that is
 * gone): one operator says so with a reason and what proves it, a second one agrees, and then it goes the way of a
 * notice: the same judgement, the same effects. Nothing is marked paid by anything else. */
#include "billing/private.h"

#include "http/events.h"

enum { TRADE_MAX = 64, HANDS_PAGE = 50, HANDS_PAGE_MAX = 100 };
enum hand_state { HAND_NONE, HAND_ASKED, HAND_AGREED, HAND_DECLINED }; /* stored */
static const char *const hand_state_names[] = { "asked", "agreed", "declined", NULL };

#define HAND_SELECT                                                                                                    \
    "SELECT h.id, h.payment, h.order_id, h.account, h.state, h.trade, h.reason, h.actor, h.approver, h.ended_at_ms,"   \
    " h.created_at_ms, p.number AS payment_number, p.provider, p.currency, p.amount, o.number AS order_number,"        \
    " o.state AS order_state"                                                                                          \
    " FROM hand_payments h JOIN payments p ON p.id = h.payment JOIN orders o ON o.id = h.order_id WHERE "
STMT(hand_of, HAND_SELECT "h.payment = ?1 AND h.state = 1");
STMT(hands_of_order, HAND_SELECT "h.order_id = ?1 ORDER BY h.order_id, h.id LIMIT ?2");
STMT(hands_all, HAND_SELECT "h.id < ?1 ORDER BY h.id DESC LIMIT ?2");
STMT(hands_in_state, HAND_SELECT "h.state = ?3 AND h.id < ?1 ORDER BY h.state DESC, h.id DESC LIMIT ?2");
STMT(hand_insert, "INSERT INTO hand_payments (payment, order_id, account, state, trade, reason, actor, approver,"
                  " ended_at_ms, created_at_ms, proof) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, 0, 0, ?7, ?8) RETURNING id");
STMT(hand_end, "UPDATE hand_payments SET state = ?2, approver = ?3, ended_at_ms = ?4, proof = ?5"
               " WHERE id = ?1 AND state = 1");
STMT(hands_waiting, "SELECT COUNT(*) AS n FROM (SELECT id FROM hand_payments WHERE state = 1 ORDER BY state, id"
                    " LIMIT ?1) AS few");

static const struct problem problem_payment_is_paid = { "payment_is_paid", 409, "This payment is paid already.",
                                                        "该笔付款已支付。" };
static const struct problem problem_hand_open = { "hand_payment_open", 409,
                                                  "Somebody has said so already; a second person has to agree.",
                                                  "已有人提交，等待另一人员同意。" };
static const struct problem problem_hand_none = { "hand_payment_none", 409, "Nobody has said that this payment came.",
                                                  "没有待同意的人工收款登记。" };
static const struct problem problem_hand_own = { "hand_payment_own", 403,
                                                 "Somebody else than who said so has to agree.",
                                                 "须由登记人以外的人员同意。" };
static const struct problem problem_order_is_paid = {
    "order_is_paid", 409, "This order is paid already: to agree would give this payment back. Nothing was changed.",
    "该订单已付款：同意会将该笔款项退回。尚未作任何更改。"
};
static const struct problem problem_hand_refused = { "hand_payment_refused", 409,
                                                     "This cannot be taken: the trade number is another payment's, or "
                                                     "the payment is not open to it.",
                                                     "无法登记：交易号属于其他付款，或该笔付款不能这样登记。" };

/* ---- how one is shown ---- */

/* clang-format off */
const struct shape operator_hand_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("order"), SHAPE_TEXT("payment"), SHAPE_I64("account"), SHAPE_TEXT("provider"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"), SHAPE_ENUM("state", hand_state_names),
    SHAPE_ENUM("orderState", order_state_names, .doc = "paid or refunded: who agrees to this one gives it back."),
    SHAPE_TEXT("trade"), SHAPE_TEXT("reason"), SHAPE_I64("actor"),
    SHAPE_TEXT("actorEmail", .nullable = true, .doc = "Of who said so, today."),
    SHAPE_BOOL("mine", .doc = "You said so."),
    SHAPE_I64("approver", .nullable = true, .doc = "Who agreed or declined."),
    SHAPE_TEXT("approverEmail", .nullable = true, .doc = "Of that person, today."),
    SHAPE_TIME("createdAt"), SHAPE_TIME("endedAt", .nullable = true), SHAPE_END
};
/* clang-format on */

static struct hand_payment hand_of_row(const struct query *q)
{
    return (struct hand_payment){ .id = col_i64(q, "id"),
                                  .payment = col_i64(q, "payment"),
                                  .order = col_i64(q, "order_id"),
                                  .account = col_i64(q, "account"),
                                  .state = col_state(q, "state", HAND_ASKED, HAND_DECLINED),
                                  .trade = col_text(q, "trade"),
                                  .reason = col_text(q, "reason"),
                                  .actor = col_i64(q, "actor"),
                                  .approver = col_i64(q, "approver"),
                                  .ended_at_ms = col_i64(q, "ended_at_ms"),
                                  .created_at_ms = col_i64(q, "created_at_ms"),
                                  .payment_number = col_text(q, "payment_number"),
                                  .order_number = col_text(q, "order_number"),
                                  .order_state =
                                      (enum order_state)col_state(q, "order_state", ORDER_OPEN, ORDER_STATE_COUNT - 1),
                                  .amount = col_money(q, "amount"),
                                  .provider = col_text(q, "provider") };
}

void operator_hand_json(struct json *j, const struct hand_payment *h, int64_t person)
{
    json_i64(j, "id", h->id);
    json_text(j, "order", h->order_number);
    json_text(j, "payment", h->payment_number);
    json_i64(j, "account", h->account);
    json_text(j, "provider", h->provider);
    amount_json(j, "amount", h->amount);
    json_text(j, "state", hand_state_names[h->state - 1]);
    json_text(j, "orderState", order_state_names[h->order_state - 1]);
    json_text(j, "trade", h->trade);
    json_text(j, "reason", h->reason);
    json_i64(j, "actor", h->actor);
    operator_text_json(j, "actorEmail", h->actor_email);
    json_bool(j, "mine", h->actor == person);
    operator_id_json(j, "approver", h->approver);
    operator_text_json(j, "approverEmail", h->approver_email);
    json_time(j, "createdAt", h->created_at_ms);
    json_time(j, "endedAt", h->ended_at_ms);
}

static bool name_people(struct tx *tx, struct hand_payment *h, size_t count)
{
    int64_t id[2 * HANDS_PAGE_MAX] = { 0 };
    struct audit_person person[2 * HANDS_PAGE_MAX];
    assert(count <= HANDS_PAGE_MAX);
    for (size_t i = 0; i < count; i++) id[2 * i] = h[i].actor, id[2 * i + 1] = h[i].approver;
    if (!audit_people(tx, 0, id, 2 * count, person)) return false;
    for (size_t i = 0; i < count; i++)
        h[i].actor_email = person[2 * i].email, h[i].approver_email = person[2 * i + 1].email;
    return true;
}

bool hand_payments_of(struct tx *tx, int64_t order, struct hand_payment *out, size_t max, size_t *count)
{
    struct query q = query(tx, &hands_of_order);
    enum row row;
    *count = 0;
    bind_i64(&q, order), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = hand_of_row(&q);
    return row == ROW_NONE && name_people(tx, out, *count);
}

bool hand_payments_count(struct tx *tx, int64_t most, int64_t *out)
{
    struct query q = query(tx, &hands_waiting);
    bind_i64(&q, most);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}

static enum row asked_of(struct tx *tx, int64_t payment, struct hand_payment *out)
{
    struct query q = query(tx, &hand_of);
    bind_i64(&q, payment);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = hand_of_row(&q);
    return row;
}

struct shown {
    const struct hand_payment *hand;
    size_t count;
    int64_t person; /* who looks */
};

static void one_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    operator_hand_json(j, s->hand, s->person);
}

static enum answer reply_hand(struct req *req, int status, struct hand_payment *h)
{
    if (!name_people(req->tx, h, 1)) return reply_fault(req);
    const struct shown s = { .hand = h, .person = req->who.person };
    return reply_json(req, status, one_json, &s);
}

/* ---- which there are ---- */

/* clang-format off */
static const struct shape hands_shape[] = {
    SHAPE_LIST("handPayments", operator_hand_shape, .type_name = "OperatorHandPayment"), SHAPE_END };
/* clang-format on */
struct get_hands {
    int64_t after, limit;
    int state;
};
static const struct field get_hands_fields[] = { FIELD_PAGE(struct get_hands, HANDS_PAGE, HANDS_PAGE_MAX),
                                                 FIELD_ENUM(struct get_hands, state, hand_state_names, .optional = true,
                                                            .fallback = -1, .doc = "Only these."),
                                                 FIELD_END };

static void page_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    json_array(j, "handPayments");
    for (size_t i = 0; i < s->count; i++) {
        json_object(j, NULL);
        operator_hand_json(j, &s->hand[i], s->person);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_hands(struct req *req)
{
    const struct get_hands *in = req->query;
    struct hand_payment *row = ARENA_ARRAY(req->arena, struct hand_payment, (size_t)in->limit);
    struct shown s = { .hand = row, .person = req->who.person };
    struct query q = query(req->tx, in->state < 0 ? &hands_all : &hands_in_state);
    enum row more;
    bind_i64(&q, in->after), bind_i64(&q, in->limit);
    if (in->state >= 0) bind_i64(&q, in->state + 1);
    while ((more = query_next(&q)) == ROW_FOUND) row[s.count++] = hand_of_row(&q);
    if (more != ROW_NONE || !name_people(req->tx, row, s.count)) return reply_fault(req);
    return reply_json(req, 200, page_json, &s);
}

/* ---- one says so ---- */

struct post_paid {
    const char *payment, *reason, *trade;
};
static const struct field post_paid_fields[] = {
    FIELD_TEXT(struct post_paid, payment, .min = ORDER_NUMBER_SIZE - 1, .max = ORDER_NUMBER_SIZE - 1,
               .doc = "The number of the order's payment that came."),
    FIELD_REASON(struct post_paid, reason, .doc = "How that is known."),
    FIELD_TEXT(struct post_paid, trade, .min = 1, .max = TRADE_MAX,
               .doc = "What proves it: the provider's or the bank's number."),
    FIELD_END
};

static void told_json(struct json *j, const void *arg)
{
    const struct hand_payment *h = arg;
    json_text(j, "order", h->order_number);
    json_text(j, "payment", h->payment_number);
    json_text(j, "provider", h->provider);
    amount_json(j, "amount", h->amount);
    json_text(j, "trade", h->trade);
    json_text(j, "reason", h->reason);
}

/* What operators say to each other stands in the house's trail; the account's says that the order is paid. */
static bool told(struct req *req, struct audit_action action, const struct hand_payment *h)
{
    return audit_request(req, action, 0, "order", h->order, told_json, h);
}

/* What proves one payment proves no other, wherever that was paid. Two at once: the other one's row is met by a unique
 * index, and this runs again. */
static enum answer is_new_trade(struct req *req, const struct payment *p, const char *trade)
{
    struct payment other;
    int64_t named;
    enum row row = proof_payment(req->tx, trade, &named);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && named != p->id) return reply_problem(req, &problem_hand_refused);
    /* Also as it stands without what people put in between; a provider's own letters may be small ones. */
    const char *const written[] = { trade, proof_without_gaps(req->arena, trade), proof_text(req->arena, trade) };
    for (const struct provider *const *at = billing_providers; *at; at++) {
        for (size_t i = 0; i < ARRAY_LEN(written); i++) {
            row = payment_by_trade(req->tx, (*at)->name, written[i], &other);
            if (row == ROW_FAULT) return reply_fault(req);
            if (row == ROW_FOUND && other.id != p->id) return reply_problem(req, &problem_hand_refused);
        }
    }
    return ANSWER_GO_ON;
}

static enum answer post_paid(struct req *req)
{
    const struct post_paid *in = req->body;
    struct order o;
    struct payment p;
    struct hand_payment h;
    enum answer found = operator_find(req, in->payment, &o, &p);
    if (found != ANSWER_GO_ON) return found;
    if (p.state == PAYMENT_PAID) return reply_problem(req, &problem_payment_is_paid);
    found = is_new_trade(req, &p, in->trade);
    if (found != ANSWER_GO_ON) return found;
    enum row row = asked_of(req->tx, p.id, &h);
    if (row != ROW_NONE) return row == ROW_FOUND ? reply_problem(req, &problem_hand_open) : reply_fault(req);
    struct query q = query(req->tx, &hand_insert);
    bind_i64(&q, p.id), bind_i64(&q, o.id), bind_i64(&q, o.account), bind_text(&q, in->trade);
    bind_text(&q, in->reason), bind_i64(&q, req->who.person), bind_i64(&q, req->now_ms);
    bind_text(&q, proof_text(req->arena, in->trade));
    if (query_row(&q) != ROW_FOUND || asked_of(req->tx, p.id, &h) != ROW_FOUND) return reply_fault(req);
    if (!told(req, AUDIT_hand_payment_asked, &h)) return reply_fault(req);
    events_hint("money");
    return reply_hand(req, 201, &h);
}

/* ---- another one agrees, or not ---- */

struct post_word {
    const char *payment;
};
static const struct field post_word_fields[] = { FIELD_TEXT(struct post_word, payment, .min = ORDER_NUMBER_SIZE - 1,
                                                            .max = ORDER_NUMBER_SIZE - 1,
                                                            .doc = "The number of the order's payment."),
                                                 FIELD_END };

struct post_agree {
    const char *payment;
    bool gives_back;
};
static const struct field post_agree_fields[] = {
    FIELD_TEXT(struct post_agree, payment, .min = ORDER_NUMBER_SIZE - 1, .max = ORDER_NUMBER_SIZE - 1,
               .doc = "The number of the order's payment."),
    FIELD_BOOL(struct post_agree, gives_back, .name = "givesBack", .optional = true,
               .doc = "Also when the order is paid already: this payment counts as one too many, and goes back."),
    FIELD_END
};

static enum answer find_asked(struct req *req, const char *payment, struct payment *p, struct hand_payment *h)
{
    struct order o;
    enum answer found = operator_find(req, payment, &o, p);
    if (found != ANSWER_GO_ON) return found;
    enum row row = asked_of(req->tx, p->id, h);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND ? ANSWER_GO_ON : reply_problem(req, &problem_hand_none);
}

static bool end(struct req *req, struct hand_payment *h, enum hand_state to)
{
    struct query q = query(req->tx, &hand_end);
    bind_i64(&q, h->id), bind_i64(&q, to), bind_i64(&q, req->who.person), bind_i64(&q, req->now_ms);
    bind_text(&q, to == HAND_DECLINED ? "" : proof_text(req->arena, h->trade));
    h->state = to, h->approver = req->who.person, h->ended_at_ms = req->now_ms;
    return query_change(&q) == 1;
}

static const struct provider *provider_of(const char *name)
{
    for (const struct provider *const *p = billing_providers; *p; p++)
        if (text_eq((*p)->name, name)) return *p;
    return NULL;
}

/* By the way of a notice. Whether the payment is paid afterwards is what counts. */
static enum answer apply(struct req *req, const struct payment *p, const struct hand_payment *h)
{
    char memory[DELIVERY_OUTCOME_MAX + 1];
    struct buf outcome;
    struct payment now;
    buf_fixed(&outcome, memory, sizeof memory);
    const struct payment_notice n = { .type = STR("marked by hand"),
                                      .about_order = true,
                                      .said = PAYMENT_SAYS_PAID,
                                      .order = str_of(p->number),
                                      .trade = str_of(h->trade),
                                      .amount = p->amount };
    const struct heard heard = {
        .provider = provider_of(p->provider), .notice = &n, .how = "hand", .now_ms = req->now_ms
    };
    if (!heard.provider) return reply_problem(req, &problem_hand_refused);
    if (!billing_apply(req->tx, &heard, &outcome) || payment_get(req->tx, p->id, false, &now) != ROW_FOUND)
        return reply_fault(req);
    return now.state == PAYMENT_PAID ? ANSWER_GO_ON : reply_problem(req, &problem_hand_refused);
}

/* What comes beside a payment that counts goes back, which nobody does unawares: two may have been marked of which one
 * came, or the provider's word came meanwhile. */
static bool goes_back(const struct hand_payment *h)
{
    return h->order_state == ORDER_DELIVERED || h->order_state == ORDER_GIVEN_BACK;
}

static enum answer post_agree(struct req *req)
{
    const struct post_agree *in = req->body;
    struct payment p = { 0 };
    struct hand_payment h = { 0 };
    enum answer found = find_asked(req, in->payment, &p, &h);
    if (found != ANSWER_GO_ON) return found;
    if (h.actor == req->who.person) return reply_problem(req, &problem_hand_own);
    if (p.state == PAYMENT_PAID) return reply_problem(req, &problem_payment_is_paid);
    if (goes_back(&h) && !in->gives_back) return reply_problem(req, &problem_order_is_paid);
    found = is_new_trade(req, &p, h.trade);
    if (found != ANSWER_GO_ON) return found;
    if (!end(req, &h, HAND_AGREED) || !told(req, AUDIT_hand_payment_agreed, &h)) return reply_fault(req);
    enum answer applied = apply(req, &p, &h);
    if (applied != ANSWER_GO_ON) return applied;
    struct order o;
    if (orders_get(req->tx, h.order, false, &o) != ROW_FOUND) return reply_fault(req);
    h.order_state = o.state;
    events_hint("money");
    return reply_hand(req, 200, &h);
}

static enum answer post_decline(struct req *req)
{
    struct payment p = { 0 };
    struct hand_payment h = { 0 };
    enum answer found = find_asked(req, ((const struct post_word *)req->body)->payment, &p, &h);
    if (found != ANSWER_GO_ON) return found;
    if (!end(req, &h, HAND_DECLINED) || !told(req, AUDIT_hand_payment_declined, &h)) return reply_fault(req);
    events_hint("money");
    return reply_hand(req, 200, &h);
}

/* clang-format off */
#define ORDER_PATH .path_fields = operator_order_fields, .path_size = sizeof(struct operator_order_path)
const struct route billing_hand_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/hand-payments", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_hands), .answer = hands_shape, .run = get_hands,
      .doc = "Payments that were marked by hand, newest first." },
    { .verb = VERB_POST, .path = "/api/operator/orders/:number/paid", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, ORDER_PATH, BODY_FIELDS(post_paid), .answer = operator_hand_shape,
      .status = 201, .run = post_paid,
      PROBLEMS(&problem_not_found, &problem_payment_unknown, &problem_payment_is_paid, &problem_hand_open,
               &problem_hand_refused),
      .doc = "Say that a payment came in another way, with what proves it; a second person has to agree." },
    { .verb = VERB_POST, .path = "/api/operator/orders/:number/paid/agree", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, ORDER_PATH, BODY_FIELDS(post_agree), .answer = operator_hand_shape,
      .run = post_agree,
      PROBLEMS(&problem_not_found, &problem_payment_unknown, &problem_payment_is_paid, &problem_hand_none,
               &problem_hand_own, &problem_order_is_paid, &problem_hand_refused),
      .doc = "Agree that a payment came: it counts from now on as if the provider had said so." },
    { .verb = VERB_POST, .path = "/api/operator/orders/:number/paid/decline", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, ORDER_PATH, BODY_FIELDS(post_word), .answer = operator_hand_shape,
      .run = post_decline, PROBLEMS(&problem_not_found, &problem_payment_unknown, &problem_hand_none),
      .doc = "Do not agree that a payment came. Who said so may take it back in this way." },
    ROUTE_END
};
/* clang-format on */
