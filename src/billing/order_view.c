/* order_view.c: an order as answers tell it: to who ordered it, and to operators, who are told more beside it. */
#include "billing/private.h"

#include "base/clock.h"

const char *const order_stage_names[] = { "pending", "provisioning", "done", "closed", "refunded", NULL };
const char *const payment_state_names[] = { "open", "processing", "paid", "failed", "closed", NULL };
static_assert(PAYMENT_CLOSED + 2 == ARRAY_LEN(payment_state_names), "one name a state");

/* What stands beside orders: of the payment that counts; while none does, of all of them. */
#define BESIDE(among)                                                                                                  \
    "SELECT o.id, o.currency, f.code, f.name_en, f.name_zh, c.code AS coupon,"                                         \
    " (SELECT CAST(COALESCE(SUM(p.refunded), 0) AS BIGINT) FROM payments p"                                            \
    "   WHERE p.order_id = o.id AND (p.counts = 1 OR o.paid_by = 0)) AS refunded,"                                     \
    " COALESCE((SELECT g.to_ms FROM plan_periods g WHERE g.key = 'order:' || CAST(o.id AS TEXT)"                       \
    "   AND g.ended_ms = 0), 0) AS given_until_ms"                                                                     \
    " FROM orders o JOIN offers f ON f.id = o.offer LEFT JOIN coupons c ON c.id = o.coupon WHERE o.id " among
STMT(order_beside, BESIDE("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = BESIDE("= ANY((?1::text[])::bigint[])"));
STMT(order_moves,
     "SELECT to_state, why, at_ms FROM billing_moves WHERE kind = 1 AND id = ?1 ORDER BY version LIMIT ?2");
/* Not what was said: a provider's words about keys and accounts are for operators. */
STMT(order_heard, "SELECT what, at_ms FROM order_notes WHERE order_id = ?1 AND what <> 'refused' ORDER BY id"
                  " LIMIT ?2");
/* Another sum for what became paid by another word since is no question any more. 3: paid. */
STMT(order_other_sums,
     "SELECT m.kind, m.provider, m.currency, m.amount, m.resolved_at_ms, m.created_at_ms, p.number,"
     " p.currency AS asked_in, p.amount AS asked FROM mismatches m JOIN payments p ON p.id = m.payment"
     " WHERE m.order_id = ?1 AND m.came = 1 AND (m.kind = 'twice' OR p.state <> 3) ORDER BY m.order_id, m.id LIMIT ?2");
static_assert(PAYMENT_PAID + 1 == 3, "payments.state as it is stored");

/* clang-format off */
#define BRIEF_MEMBERS                                                                                                  \
    SHAPE_TEXT("number"), SHAPE_ENUM("state", order_state_names),                                                      \
    SHAPE_ENUM("stage", order_stage_names, .doc = "provisioning: it is paid, and the chat is being switched on."),     \
    SHAPE_ENUM("kind", offer_kind_names), SHAPE_OBJECT("offer", offer_brief_shape, .type_name = "OfferName"),          \
    SHAPE_I64("shop", .nullable = true), SHAPE_I64("seats"), SHAPE_I64("quantity"),                                    \
    SHAPE_OBJECT("listAmount", amount_shape, .type_name = "Money"),                                                    \
    SHAPE_OBJECT("discount", amount_shape, .type_name = "Money"),                                                      \
    SHAPE_TEXT("coupon", .nullable = true, .doc = "The code of what made the discount."),                              \
    SHAPE_OBJECT("credited", amount_shape, .type_name = "Money",                                                       \
                 .doc = "What was left of the plan that this one takes the place of."),                                \
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),                                                        \
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money"),                                                      \
    SHAPE_TIME("expiresAt"), SHAPE_TIME("paidAt", .nullable = true), SHAPE_TIME("createdAt")
static const struct shape offer_brief_shape[] = {
    SHAPE_TEXT("code"), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"), SHAPE_END };
const struct shape order_brief_shape[] = { BRIEF_MEMBERS, SHAPE_END };

const struct shape order_line_shape[] = {
    SHAPE_TEXT("what", .doc = "plan, seats, credits, discount or credited."), SHAPE_I64("quantity"),
    SHAPE_OBJECT("price", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_TIME("from", .nullable = true), SHAPE_TIME("to", .nullable = true), SHAPE_END };
const struct shape order_payment_shape[] = {
    SHAPE_TEXT("number"), SHAPE_TEXT("provider"), SHAPE_TEXT("way"), SHAPE_ENUM("state", payment_state_names),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money"),
    SHAPE_TEXT("error", .nullable = true), SHAPE_END };
static const struct shape refund_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("number"), SHAPE_TEXT("payment", .doc = "Its number."),
    SHAPE_ENUM("state", refund_state_names), SHAPE_TEXT("cause"), SHAPE_TEXT("reason"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"), SHAPE_TIME("createdAt"),
    SHAPE_TIME("endedAt", .nullable = true), SHAPE_END };
static const struct shape other_sum_shape[] = {
    SHAPE_TEXT("payment", .doc = "Its number."), SHAPE_TEXT("provider"),
    SHAPE_OBJECT("came", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("asked", amount_shape, .type_name = "Money"), SHAPE_TIME("at"),
    SHAPE_BOOL("again", .doc = "It came once more, for a payment that is paid."),
    SHAPE_TIME("seenAt", .nullable = true, .doc = "When a person has looked at it; null: not yet."), SHAPE_END };
static const struct shape moment_shape[] = {
    SHAPE_TIME("at"), SHAPE_TEXT("what", .doc = "A state of the order, or what was heard or asked: start, notice, "
                                                "query, close, refund."),
    SHAPE_TEXT("said"), SHAPE_END };
const struct shape order_view_shape[] = {
    BRIEF_MEMBERS,
    SHAPE_BOOL("reprovision", .doc = "It is paid, and its chat could not be switched on: it is tried again by itself, "
                                     "and now by POST …/reprovision."),
    SHAPE_LIST("lines", order_line_shape, .type_name = "OrderLine"),
    SHAPE_LIST("payments", order_payment_shape, .type_name = "OrderPayment"),
    SHAPE_LIST("refunds", refund_shape, .type_name = "OrderRefund", .doc = "Of what goes back, or did."),
    SHAPE_LIST("otherSums", other_sum_shape, .type_name = "OrderOtherSum",
               .doc = "Money that came for it, of another sum than was asked for, or once more: it does not count, and "
                      "a person looks."),
    SHAPE_I64("creditsHeld", .doc = "So many of the credits cannot be spent while a refund is looked at."),
    SHAPE_LIST("timeline", moment_shape, .type_name = "OrderMoment"), SHAPE_END };
/* clang-format on */

/* ---- reading ---- */

/* Of these a chat that was switched off by its merchant, or that rests, is none. */
static bool is_not_on_yet(const char *chat)
{
    static const char *const states[] = { "provisioning", "failed", "pending", "off", NULL };
    for (const char *const *state = states; *state; state++)
        if (text_eq(*state, chat)) return true;
    return false;
}

/* What it gave is there, and the chat is not on yet: that is still owed, however long ago it was paid. */
static const char *stage_of(const struct order *o, const char *chat, int64_t given_until_ms, int64_t now_ms)
{
    switch (o->state) {
    case ORDER_CLOSED: return "closed";
    case ORDER_GIVEN_BACK: return "refunded";
    case ORDER_DELIVERED: return chat && given_until_ms > now_ms && is_not_on_yet(chat) ? "provisioning" : "done";
    case ORDER_NONE:
    case ORDER_OPEN:
    case ORDER_PROCESSING:
    case ORDER_STATE_COUNT: break;
    }
    return "pending";
}

static bool read_stages(struct tx *tx, size_t count, int64_t now_ms, struct order_view *out)
{
    int64_t shop[ORDERS_PAGE_MAX];
    const char *chat[ORDERS_PAGE_MAX];
    size_t shops = 0;
    for (size_t i = 0; i < count; i++)
        if (out[i].o.shop > 0) shop[shops++] = out[i].o.shop;
    if (!tenants_states(tx, shop, shops, chat)) return false;
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        const char *its = out[i].o.shop > 0 ? chat[next++] : NULL;
        out[i].stage = stage_of(&out[i].o, its, out[i].given_until_ms, now_ms);
        out[i].reprovision = text_eq(out[i].stage, "provisioning") && !text_eq(its, "provisioning");
    }
    return true;
}

bool order_views_brief(struct tx *tx, const struct order *o, size_t count, int64_t now_ms, struct order_view *out)
{
    int64_t id[ORDERS_PAGE_MAX];
    assert(count <= ORDERS_PAGE_MAX);
    for (size_t i = 0; i < count; i++) {
        id[i] = o[i].id;
        out[i] = (struct order_view){ .o = o[i], .refunded = money_of(0, money_currency(o[i].amount)) };
    }
    if (count == 0) return true;
    struct query q = query(tx, &order_beside);
    enum row row;
    bind_i64_list(&q, id, count);
    while ((row = query_next(&q)) == ROW_FOUND) {
        for (size_t i = 0; i < count; i++) {
            if (id[i] != col_i64(&q, "id")) continue;
            out[i].code = col_text(&q, "code"), out[i].refunded = col_money(&q, "refunded");
            out[i].given_until_ms = col_i64(&q, "given_until_ms");
            out[i].name_en = col_text(&q, "name_en"), out[i].name_zh = col_text(&q, "name_zh");
            out[i].coupon = col_text(&q, "coupon");
        }
    }
    return row == ROW_NONE && read_stages(tx, count, now_ms, out);
}

/* Both lists are in order of time; so is what is made of them. */
static void add_moment(struct order_view *v, struct order_moment m)
{
    size_t at = v->moments;
    if (at == ORDER_MOMENTS_MAX) return;
    for (; at > 0 && v->moment[at - 1].at_ms > m.at_ms; at--) v->moment[at] = v->moment[at - 1];
    v->moment[at] = m;
    v->moments++;
}

static bool read_moves(struct tx *tx, struct order_view *v)
{
    struct query q = query(tx, &order_moves);
    enum row row;
    bind_i64(&q, v->o.id), bind_i64(&q, ORDER_MOMENTS_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t state = col_state(&q, "to_state", ORDER_OPEN, ORDER_STATE_COUNT - 1);
        add_moment(v, (struct order_moment){ .at_ms = col_i64(&q, "at_ms"),
                                             .what = order_state_names[state - 1],
                                             .said = col_text(&q, "why") });
    }
    return row == ROW_NONE;
}

static bool read_heard(struct tx *tx, struct order_view *v)
{
    struct query q = query(tx, &order_heard);
    enum row row;
    bind_i64(&q, v->o.id), bind_i64(&q, ORDER_MOMENTS_MAX);
    while ((row = query_next(&q)) == ROW_FOUND)
        add_moment(v, (struct order_moment){ .at_ms = col_i64(&q, "at_ms"), .what = col_text(&q, "what"), .said = "" });
    return row == ROW_NONE;
}

/* What operators ask each other, and answer no to, is nothing that was promised to the buyer. Of one that waits they
 * hear what it keeps from them: the credits that are held for it. */
static bool read_refunds(struct tx *tx, struct order_view *v)
{
    enum { ALL_MAX = 2 * REFUNDS_OF_PAYMENT_MAX };
    size_t all;
    v->refund = ARENA_ARRAY(tx_arena(tx), struct refund, ALL_MAX);
    if (!refunds_of_whole(tx, v->o.id, v->refund, ALL_MAX, &all)) return false;
    for (size_t i = 0; i < all; i++) {
        const struct refund *r = &v->refund[i];
        if (r->state == REFUND_ASKED && r->hold > 0) v->credits_held += r->credits;
        if (r->state != REFUND_ASKED && r->state != REFUND_REFUSED) v->refund[v->refunds++] = *r;
    }
    return true;
}

static bool read_other_sums(struct tx *tx, struct order_view *v)
{
    struct query q = query(tx, &order_other_sums);
    enum row row;
    bind_i64(&q, v->o.id), bind_i64(&q, OTHER_SUMS_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) {
        const char *code = col_text(&q, "asked_in");
        int64_t asked = col_state(&q, "asked", 0, MONEY_LIMIT);
        v->other_sum[v->other_sums++] =
            (struct other_sum){ .payment = col_text(&q, "number"),
                                .provider = col_text(&q, "provider"),
                                .came = col_money(&q, "amount"),
                                .asked = money_of(asked, currency_from_code(code, strlen(code))),
                                .again = text_eq(col_text(&q, "kind"), "twice"),
                                .at_ms = col_i64(&q, "created_at_ms"),
                                .seen_at_ms = col_i64(&q, "resolved_at_ms") };
    }
    return row == ROW_NONE;
}

bool order_view_read(struct tx *tx, const struct order *o, int64_t now_ms, struct order_view *out)
{
    struct arena *a = tx_arena(tx);
    if (!order_views_brief(tx, o, 1, now_ms, out)) return false;
    out->line = ARENA_ARRAY(a, struct order_line, ORDER_LINES_MAX);
    out->payment = ARENA_ARRAY(a, struct payment, PAYMENTS_OF_ORDER_MAX);
    if (!orders_lines(tx, o->id, out->line, &out->lines) || !payments_of(tx, o->id, out->payment, &out->payments))
        return false;
    out->moment = ARENA_ARRAY(a, struct order_moment, ORDER_MOMENTS_MAX);
    return read_refunds(tx, out) && read_other_sums(tx, out) && read_moves(tx, out) && read_heard(tx, out);
}

/* ---- telling ---- */

void order_brief_json(struct json *j, const void *view)
{
    const struct order_view *v = view;
    const struct order *o = &v->o;
    json_text(j, "number", o->number);
    json_text(j, "state", order_state_names[o->state - 1]);
    json_text(j, "stage", v->stage);
    json_text(j, "kind", offer_kind_names[o->kind - 1]);
    json_object(j, "offer");
    json_text(j, "code", v->code);
    json_text(j, "nameEn", v->name_en);
    json_text(j, "nameZh", v->name_zh);
    json_end(j);
    if (o->shop > 0) json_i64(j, "shop", o->shop);
    else json_null(j, "shop");
    json_i64(j, "seats", o->seats);
    json_i64(j, "quantity", o->quantity);
    amount_json(j, "listAmount", o->list_amount);
    amount_json(j, "discount", o->discount);
    json_text(j, "coupon", v->coupon);
    amount_json(j, "credited", o->credited);
    amount_json(j, "amount", o->amount);
    amount_json(j, "refunded", v->refunded);
    json_time(j, "expiresAt", o->expires_at_ms);
    json_time(j, "paidAt", o->paid_at_ms);
    json_time(j, "createdAt", o->created_at_ms);
}

void order_lines_json(struct json *j, const struct order_line *line, size_t count)
{
    json_array(j, "lines");
    for (size_t i = 0; i < count; i++) {
        json_object(j, NULL);
        json_text(j, "what", line[i].what);
        json_i64(j, "quantity", line[i].quantity);
        amount_json(j, "price", line[i].price);
        amount_json(j, "amount", line[i].amount);
        json_time(j, "from", line[i].from_ms);
        json_time(j, "to", line[i].to_ms);
        json_end(j);
    }
    json_end(j);
}

void order_payment_json(struct json *j, const struct payment *p)
{
    json_text(j, "number", p->number);
    json_text(j, "provider", p->provider);
    json_text(j, "way", p->way);
    json_text(j, "state", payment_state_names[p->state]);
    amount_json(j, "amount", p->amount);
    amount_json(j, "refunded", p->refunded);
    json_text(j, "error", p->error && p->error[0] ? p->error : NULL);
}

static const char *number_of(const struct order_view *v, int64_t payment)
{
    for (size_t i = 0; i < v->payments; i++)
        if (v->payment[i].id == payment) return v->payment[i].number;
    return "";
}

static void refunds_json(struct json *j, const struct order_view *v)
{
    json_array(j, "refunds");
    for (size_t i = 0; i < v->refunds; i++) {
        const struct refund *r = &v->refund[i];
        json_object(j, NULL);
        json_i64(j, "id", r->id);
        json_text(j, "number", r->number);
        json_text(j, "payment", number_of(v, r->payment));
        json_text(j, "state", refund_state_names[r->state - 1]);
        json_text(j, "cause", r->cause);
        json_text(j, "reason", r->reason);
        amount_json(j, "amount", r->amount);
        json_time(j, "createdAt", r->created_at_ms);
        json_time(j, "endedAt", r->ended_at_ms);
        json_end(j);
    }
    json_end(j);
}

static void other_sums_json(struct json *j, const struct order_view *v)
{
    json_array(j, "otherSums");
    for (size_t i = 0; i < v->other_sums; i++) {
        const struct other_sum *s = &v->other_sum[i];
        json_object(j, NULL);
        json_text(j, "payment", s->payment);
        json_text(j, "provider", s->provider);
        amount_json(j, "came", s->came);
        amount_json(j, "asked", s->asked);
        json_bool(j, "again", s->again);
        json_time(j, "at", s->at_ms);
        json_time(j, "seenAt", s->seen_at_ms);
        json_end(j);
    }
    json_end(j);
}

void order_view_json(struct json *j, const void *view)
{
    const struct order_view *v = view;
    order_brief_json(j, v);
    json_bool(j, "reprovision", v->reprovision);
    order_lines_json(j, v->line, v->lines);
    json_array(j, "payments");
    for (size_t i = 0; i < v->payments; i++) {
        json_object(j, NULL);
        order_payment_json(j, &v->payment[i]);
        json_end(j);
    }
    json_end(j);
    refunds_json(j, v);
    other_sums_json(j, v);
    json_i64(j, "creditsHeld", v->credits_held);
    json_array(j, "timeline");
    for (size_t i = 0; i < v->moments; i++) {
        json_object(j, NULL);
        json_time(j, "at", v->moment[i].at_ms);
        json_text(j, "what", v->moment[i].what);
        json_text(j, "said", v->moment[i].said);
        json_end(j);
    }
    json_end(j);
}
