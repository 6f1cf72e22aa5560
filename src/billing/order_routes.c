/* order_routes.c: what is sold, what it would cost, and orders as their buyers see them. How they are paid is in
 * pay_routes.c. Another account's order does not exist. */
#include "billing/private.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "http/csv.h"

enum { ORDERS_USUAL = 20, CURRENCY_LETTERS = 3 };

const struct problem problem_offer_gone = { "offer_gone", 404, "This is not sold (any more).",
                                            "该商品已下架或不存在。" };
const struct problem problem_seats_not_sold = { "seats_not_sold", 422, "This plan cannot be had with so many seats.",
                                                "该套餐不支持此席位数。" };
static const struct problem problem_coupon_unknown = { "coupon_unknown", 422,
                                                       "There is no such coupon. Look at how it is written.",
                                                       "优惠码不存在，请检查输入是否正确。" };
static const struct problem problem_coupon_over = { "coupon_over", 422, "This coupon is not valid any more.",
                                                    "该优惠码已失效。" };
static const struct problem problem_coupon_not_yet = { "coupon_not_yet", 422, "This coupon is not valid yet.",
                                                       "该优惠码尚未生效。" };
static const struct problem problem_coupon_used_up = { "coupon_used_up", 422, "This coupon has been used up.",
                                                       "该优惠码的名额已用完。" };
static const struct problem problem_coupon_had = { "coupon_had", 422, "This account has used this coupon already.",
                                                   "当前账户已使用过该优惠码。" };
static const struct problem problem_coupon_months = { "coupon_months_over", 422,
                                                      "This shop has had all the months of this coupon.",
                                                      "该店铺的优惠月数已全部使用。" };
static const struct problem problem_coupon_currency = { "coupon_other_currency", 422,
                                                        "This coupon is for prices in another currency.",
                                                        "该优惠码不适用于此币种。" };
static const struct problem problem_coupon_offer = { "coupon_other_offer", 422,
                                                     "This coupon is not for what is being bought.",
                                                     "该优惠码不适用于所选商品。" };
static const struct problem problem_coupon_nothing = { "coupon_nothing_off", 422,
                                                       "This coupon takes nothing off this price.",
                                                       "该优惠码对此价格没有优惠。" };
#define COUPON_PROBLEMS                                                                                                \
    &problem_coupon_unknown, &problem_coupon_over, &problem_coupon_not_yet, &problem_coupon_used_up,                   \
        &problem_coupon_had, &problem_coupon_months, &problem_coupon_currency, &problem_coupon_offer,                  \
        &problem_coupon_nothing
static const struct problem problem_nothing_due = {
    "nothing_due", 409,
    "What is left of the present plan is worth more than this one costs. Change to it when the present plan ends.",
    "现有套餐的剩余价值高于所选套餐的价格，请在现有套餐到期后再更换。"
};
static const struct problem problem_too_much = { "order_too_large", 422, "So much cannot be ordered at once.",
                                                 "单次订购数量过多。" };
static const struct problem problem_order_open = { "order_open", 409,
                                                   "Another order for the same is open. Pay or cancel it first.",
                                                   "同类订单尚未完成，请先支付或取消该订单。" };

/* ---- GET /api/billing/offers ---- */

static const char *const currency_codes[] = { "CNY", "USD", "EUR", "HKD", NULL };
static const enum currency currency_numbers[] = { CURRENCY_CNY, CURRENCY_USD, CURRENCY_EUR, CURRENCY_HKD };
static_assert(ARRAY_LEN(currency_codes) == ARRAY_LEN(currency_numbers) + 1, "one number a code");

/* clang-format off */
const struct shape offer_shape[] = {
    SHAPE_TEXT("code"), SHAPE_I64("version"), SHAPE_ENUM("kind", offer_kind_names), SHAPE_TEXT("nameEn"),
    SHAPE_TEXT("nameZh"), SHAPE_OBJECT("price", amount_shape, .type_name = "Money"),
    SHAPE_I64("days", .doc = "Of a plan, that one purchase pays for."),
    SHAPE_I64("seats", .doc = "Within the price."),
    SHAPE_OBJECT("seatPrice", amount_shape, .type_name = "Money", .doc = "Of each further seat; 0: none can be had."),
    SHAPE_I64("websites", .doc = "Of a shop; 0: any number."),
    SHAPE_I64("credits", .doc = "In a pack; 0: it is a plan."), SHAPE_END };
static const struct shape provider_shape[] = {
    SHAPE_TEXT("name"), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"), SHAPE_TEXT_LIST("ways"),
    SHAPE_TEXT_LIST("currencies", .doc = "Of the offers, which it takes."), SHAPE_END };
static const struct shape offers_shape[] = {
    SHAPE_LIST("offers", offer_shape, .type_name = "Offer"),
    SHAPE_LIST("providers", provider_shape, .type_name = "PaymentProvider"),
    SHAPE_I64("trialDays"), SHAPE_END };
/* clang-format on */

struct offers {
    struct offer offer[OFFERS_MAX];
    size_t count;
};

void offer_json(struct json *j, const struct offer *o)
{
    json_text(j, "code", o->code);
    json_i64(j, "version", o->version);
    json_text(j, "kind", offer_kind_names[o->kind - 1]);
    json_text(j, "nameEn", o->name_en);
    json_text(j, "nameZh", o->name_zh);
    amount_json(j, "price", o->price);
    json_i64(j, "days", o->days);
    json_i64(j, "seats", o->seats);
    amount_json(j, "seatPrice", o->seat_price);
    json_i64(j, "websites", o->websites);
    json_i64(j, "credits", o->credits);
}

static bool takes(const struct provider *p, const struct offers *l, enum currency c)
{
    for (size_t i = 0; i < l->count; i++)
        if (money_currency(l->offer[i].price) == c && p->takes(l->offer[i].price)) return true;
    return false;
}

static void provider_json(struct json *j, const struct provider *p, const struct offers *l)
{
    json_object(j, NULL);
    json_text(j, "name", p->name);
    json_text(j, "nameEn", p->name_en);
    json_text(j, "nameZh", p->name_zh);
    json_array(j, "ways");
    for (const char *const *way = p->ways; *way; way++) json_text(j, NULL, *way);
    json_end(j);
    json_array(j, "currencies");
    for (size_t i = 0; i < ARRAY_LEN(currency_numbers); i++)
        if (takes(p, l, currency_numbers[i])) json_text(j, NULL, currency_codes[i]);
    json_end(j);
    json_end(j);
}

static void offers_json(struct json *j, const void *arg)
{
    const struct offers *l = arg;
    json_array(j, "offers");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        offer_json(j, &l->offer[i]);
        json_end(j);
    }
    json_end(j);
    json_array(j, "providers");
    for (const struct provider *const *p = billing_providers; *p; p++)
        if ((*p)->ready()) provider_json(j, *p, l);
    json_end(j);
    json_i64(j, "trialDays", PLAN_TRIAL_DAYS);
}

static enum answer run_offers(struct req *req)
{
    struct offers *l = ARENA_NEW(req->arena, struct offers);
    if (!offers_list(req->tx, l->offer, OFFERS_MAX, &l->count)) return reply_fault(req);
    return reply_json(req, 200, offers_json, l);
}

/* ---- what is wished ---- */

struct post_order {
    const char *offer, *coupon;
    int64_t shop, seats, quantity;
    int currency;
};
/* clang-format off */
static const struct field post_order_fields[] = {
    FIELD_TEXT(struct post_order, offer, .min = 1, .max = OFFER_CODE_MAX, .doc = "Its code."),
    FIELD_I64(struct post_order, shop, .optional = true, .min = 1, .max = (INT64_C(1) << 53) - 1,
              .doc = "Of a plan: for which shop."),
    FIELD_I64(struct post_order, seats, .optional = true, .min = 1, .max = OFFER_SEATS_MAX,
              .doc = "Of a plan: all of them. Absent: those within its price."),
    FIELD_I64(struct post_order, quantity, .optional = true, .min = 1, .max = PACKS_MAX,
              .doc = "Of packs of credits. Absent: one."),
    FIELD_TEXT(struct post_order, coupon, .optional = true, .min = 1, .max = COUPON_CODE_MAX,
               .doc = "A code that lowers the price; capital and small letters are the same."),
    FIELD_ENUM(struct post_order, currency, currency_codes, .optional = true, .doc = "Absent: CNY."),
    FIELD_END
};
/* clang-format on */

/* Whoever guesses codes guesses slowly: what names one counts, also when it is right, or the right ones would be told
 * apart by coming through. */
static const struct limit coupon_limit = { .name = "coupons", .burst = 60, .per_ms = HOUR_MS };

static enum answer refuse_coupon(struct req *req, enum coupon_said said)
{
    switch (said) {
    case COUPON_UNKNOWN: return reply_problem(req, &problem_coupon_unknown);
    case COUPON_OVER: return reply_problem(req, &problem_coupon_over);
    case COUPON_NOT_YET: return reply_problem(req, &problem_coupon_not_yet);
    case COUPON_USED_UP: return reply_problem(req, &problem_coupon_used_up);
    case COUPON_HAD: return reply_problem(req, &problem_coupon_had);
    case COUPON_MONTHS_OVER: return reply_problem(req, &problem_coupon_months);
    case COUPON_OTHER_CURRENCY: return reply_problem(req, &problem_coupon_currency);
    case COUPON_OTHER_OFFER: return reply_problem(req, &problem_coupon_offer);
    case COUPON_NOTHING_OFF: return reply_problem(req, &problem_coupon_nothing);
    case COUPON_FITS: return ANSWER_GO_ON;
    case COUPON_FAULT: break;
    }
    return reply_fault(req);
}

static bool count_try(struct req *req)
{
    return req_count(req, 0, str_of(arena_printf(req->arena, "%lld", (long long)req->who.account)));
}

/* ANSWER_GO_ON: *out is what it would cost. */
static enum answer quote_of(struct req *req, struct order_quote *out)
{
    const struct post_order *in = req->body;
    struct order_wish w = { .account = req->who.account,
                            .person = req->who.person,
                            .shop = in->shop,
                            .seats = in->seats,
                            .quantity = in->quantity,
                            .coupon = in->coupon,
                            .now_ms = req->now_ms };
    switch (offers_sold(req->tx, in->offer, currency_numbers[in->currency < 0 ? 0 : in->currency], &w.offer)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_offer_gone);
    case ROW_FOUND: break;
    }
    if (w.offer.kind == OFFER_PLAN && in->shop == 0) return reply_fields(req, "shop", "required");
    if (w.coupon && !count_try(req)) return ANSWER_REFUSED;
    switch (order_quote(req->tx, &w, out)) {
    case QUOTE_FAULT: return reply_fault(req);
    case QUOTE_NO_SHOP: return reply_problem(req, &problem_not_found);
    case QUOTE_SUSPENDED: return reply_problem(req, &problem_shop_suspended);
    case QUOTE_SEATS: return reply_problem(req, &problem_seats_not_sold);
    case QUOTE_COUPON: return refuse_coupon(req, out->said);
    case QUOTE_NOTHING_DUE: return reply_problem(req, &problem_nothing_due);
    case QUOTE_TOO_MUCH: return reply_problem(req, &problem_too_much);
    case QUOTE_MADE: break;
    }
    return ANSWER_GO_ON;
}

/* ---- POST /api/billing/quote ---- */

/* clang-format off */
static const struct shape coupon_terms_shape[] = {
    SHAPE_ENUM("kind", coupon_kind_names),
    SHAPE_OBJECT("off", amount_shape, .type_name = "Money", .doc = "With months off each 30 days; 0: a percentage."),
    SHAPE_I64("percent", .doc = "0: a sum."), SHAPE_I64("months", .doc = "0: off this order whole."),
    SHAPE_I64("days", .doc = "Of the months, that this order has at the lower price."),
    SHAPE_I64("daysLeft", .doc = "Of the months, that later orders of the shop may have."), SHAPE_END };
static const struct shape quote_shape[] = {
    SHAPE_LIST("lines", order_line_shape, .type_name = "OrderLine"),
    SHAPE_OBJECT("listAmount", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("discount", amount_shape, .type_name = "Money"),
    SHAPE_TEXT("coupon", .nullable = true, .doc = "The code of what makes the discount."),
    SHAPE_OBJECT("couponTerms", coupon_terms_shape, .type_name = "CouponTerms", .nullable = true,
                 .doc = "What it takes off, and of what."),
    SHAPE_OBJECT("credited", amount_shape, .type_name = "Money",
                 .doc = "What is left of the plan that this one takes the place of."),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money", .doc = "What is to be paid."),
    SHAPE_TIME("until", .nullable = true, .doc = "Of a plan: when what is paid for ends."), SHAPE_END };
/* clang-format on */

static void coupon_terms_json(struct json *j, const struct coupon_use *use)
{
    if (!use->code) {
        json_null(j, "couponTerms");
        return;
    }
    json_object(j, "couponTerms");
    json_text(j, "kind", coupon_kind_names[use->kind - 1]);
    amount_json(j, "off", use->amount);
    json_i64(j, "percent", use->percent);
    json_i64(j, "months", use->months);
    json_i64(j, "days", use->days);
    json_i64(j, "daysLeft", use->left);
    json_end(j);
}

static void quote_json(struct json *j, const void *arg)
{
    const struct order_quote *q = arg;
    order_lines_json(j, q->line, q->lines);
    amount_json(j, "listAmount", q->order.list_amount);
    amount_json(j, "discount", q->order.discount);
    json_text(j, "coupon", q->use.code);
    coupon_terms_json(j, &q->use);
    amount_json(j, "credited", q->order.credited);
    amount_json(j, "amount", q->order.amount);
    json_time(j, "until", q->line[0].to_ms);
}

static enum answer run_quote(struct req *req)
{
    struct order_quote *q = ARENA_NEW(req->arena, struct order_quote);
    enum answer go_on = quote_of(req, q);
    return go_on == ANSWER_GO_ON ? reply_json(req, 200, quote_json, q) : go_on;
}

/* ---- POST /api/billing/orders ---- */

static enum answer reply_order(struct req *req, int status, const struct order *o)
{
    struct order_view *v = ARENA_NEW(req->arena, struct order_view);
    if (!order_view_read(req->tx, o, req->now_ms, v)) return reply_fault(req);
    return reply_json(req, status, order_view_json, v);
}

static void order_details(struct json *j, const void *arg)
{
    const struct order_quote *q = arg;
    const struct order *o = &q->order;
    char text[MONEY_TEXT_SIZE];
    money_text(o->amount, text);
    json_text(j, "order", o->number);
    json_text(j, "amount", text);
    json_text(j, "currency", currency_code(money_currency(o->amount)));
    if (q->use.code) json_text(j, "coupon", q->use.code);
}

/* The price may have moved by a second of what is left of a plan: the open order keeps its own. */
static bool is_same(const struct order *open, const struct order *wished)
{
    return open->offer == wished->offer && open->seats == wished->seats && open->quantity == wished->quantity &&
           open->coupon == wished->coupon && !open->closing;
}

static enum answer run_order(struct req *req)
{
    struct order_quote *q = ARENA_NEW(req->arena, struct order_quote);
    struct order open;
    enum answer go_on = quote_of(req, q);
    if (go_on != ANSWER_GO_ON) return go_on;
    enum row row = orders_open_for(req->tx, req->who.account, q->order.purpose, true, &open);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && is_same(&open, &q->order)) return reply_order(req, 200, &open);
    if (row == ROW_FOUND) {
        reply_fact_text(req, "number", open.number);
        return reply_problem(req, &problem_order_open);
    }
    /* Two at once: the other one's row is met by a unique index, and this runs again. */
    struct order *o = &q->order;
    if (!orders_insert(req->tx, q, req->now_ms)) return reply_fault(req);
    if (o->coupon > 0) go_on = refuse_coupon(req, coupon_take(req->tx, o, &q->use, req->now_ms));
    if (go_on != ANSWER_GO_ON) return go_on;
    if (!audit_request(req, AUDIT_order_made, o->account, "order", o->id, order_details, q)) return reply_fault(req);
    return order_tell(req->tx, o) ? reply_order(req, 201, o) : reply_fault(req);
}

/* ---- GET /api/billing/orders, /api/billing/orders/:number ---- */

struct get_orders {
    int64_t after, limit;
    int format;
};
static const struct field get_orders_fields[] = { FIELD_PAGE(struct get_orders, ORDERS_USUAL, ORDERS_PAGE_MAX),
                                                  FIELD_FORMAT(struct get_orders), FIELD_END };
/* clang-format off */
static const struct shape orders_shape[] = {
    SHAPE_LIST("orders", order_brief_shape, .type_name = "OrderBrief"),
    SHAPE_TEXT("next", .nullable = true, .doc = "`after` of the next page; null: there is none."), SHAPE_END };
const struct field order_path_fields[] = {
    FIELD_TEXT(struct order_path, number, .min = 1, .max = ORDER_NUMBER_SIZE - 1, .doc = "Of the order."), FIELD_END };
/* clang-format on */

struct orders {
    const struct order_view *view;
    size_t count;
    const char *next;
};

static void orders_json(struct json *j, const void *arg)
{
    const struct orders *l = arg;
    json_array(j, "orders");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        order_brief_json(j, &l->view[i]);
        json_end(j);
    }
    json_end(j);
    json_text(j, "next", l->next);
}

static bool read_orders(struct req *req, int64_t after, int64_t limit, struct order_view *view, size_t *count)
{
    struct order *o = ARENA_ARRAY(req->arena, struct order, ORDERS_PAGE_MAX);
    if (!orders_page(req->tx, req->who.account, after, limit, o, count)) return false;
    return order_views_brief(req->tx, o, *count, req->now_ms, view);
}

static void order_csv(struct csv *c, const struct order_view *v)
{
    const struct order *o = &v->o;
    char text[MONEY_TEXT_SIZE];
    const struct money sums[] = { o->list_amount, o->discount, o->credited, o->amount, v->refunded };
    csv_text(c, o->number), csv_time(c, o->created_at_ms), csv_text(c, v->stage);
    csv_text(c, offer_kind_names[o->kind - 1]), csv_text(c, v->name_en), csv_text(c, v->name_zh);
    if (o->shop > 0) csv_i64(c, o->shop);
    else csv_nothing(c);
    csv_i64(c, o->seats), csv_i64(c, o->quantity), csv_text(c, currency_code(money_currency(o->amount)));
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) money_text(sums[i], text), csv_text(c, text);
    csv_text(c, v->coupon), csv_time(c, o->paid_at_ms);
    csv_end_row(c);
}

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    int64_t *after = arg;
    struct order_view *view = ARENA_ARRAY(req->arena, struct order_view, ORDERS_PAGE_MAX);
    size_t count;
    if (!read_orders(req, *after, ORDERS_PAGE_MAX, view, &count)) return false;
    for (size_t i = 0; i < count; i++) order_csv(c, &view[i]);
    if (count == ORDERS_PAGE_MAX) csv_more_i64(c, req, *after = view[count - 1].o.id);
    return true;
}

static enum answer run_orders(struct req *req)
{
    /* clang-format off */
    static const char *const names[] = { "number", "createdAt", "state", "kind", "nameEn", "nameZh", "shop", "seats",
                                         "quantity", "currency", "listAmount", "discount", "credited", "amount",
                                         "refunded", "coupon", "paidAt", NULL };
    /* clang-format on */
    const struct get_orders *in = req->query;
    struct order_view *view = ARENA_ARRAY(req->arena, struct order_view, ORDERS_PAGE_MAX);
    struct orders l = { .view = view };
    int64_t after = in->after > 0 ? in->after : INT64_MAX;
    if (csv_is_wanted(req, in->format))
        return reply_csv(req, &(struct csv_list){ "orders", names, after == INT64_MAX, csv_page, &after });
    if (!read_orders(req, after, in->limit, view, &l.count)) return reply_fault(req);
    if ((int64_t)l.count == in->limit) l.next = arena_printf(req->arena, "%lld", (long long)view[l.count - 1].o.id);
    return reply_json(req, 200, orders_json, &l);
}

enum row order_of_caller(struct req *req, bool lock, struct order *out)
{
    enum row row = orders_by_number(req->tx, ((const struct order_path *)req->path)->number, lock, out);
    return row == ROW_FOUND && out->account != req->who.account ? ROW_NONE : row;
}

static enum answer run_get(struct req *req)
{
    struct order o;
    switch (order_of_caller(req, false, &o)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    return reply_order(req, 200, &o);
}

ROUTE_TAG(orders_tag, "Orders", "What is sold for money, and what an account has ordered.");

/* clang-format off */
const struct route billing_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/offers", .who = WHO_ANYONE, .tx = TX_READ, .tag = "Orders",
      .answer = offers_shape, .run = run_offers, .doc = "What is sold, and how it can be paid." },
    { .verb = VERB_POST, .path = "/api/billing/quote", .who = WHO_MANAGERS, .tx = TX_READ, .reads = true,
      .tag = "Orders", BODY_FIELDS(post_order), .answer = quote_shape, .run = run_quote,
      .key_limit = { &coupon_limit },
      PROBLEMS(&problem_offer_gone, &problem_not_found, &problem_shop_suspended, &problem_seats_not_sold,
               &problem_nothing_due, &problem_too_much, COUPON_PROBLEMS),
      .doc = "What an order would cost, line by line; nothing is written." },
    { .verb = VERB_POST, .path = "/api/billing/orders", .who = WHO_MANAGERS, .tx = TX_WRITE, .idempotent = true,
      .tag = "Orders", BODY_FIELDS(post_order), .status = 201, .answer = order_view_shape, .run = run_order,
      .key_limit = { &coupon_limit },
      PROBLEMS(&problem_offer_gone, &problem_not_found, &problem_shop_suspended, &problem_seats_not_sold,
               &problem_nothing_due, &problem_too_much, &problem_order_open, COUPON_PROBLEMS),
      .doc = "Order it. 200 with the open order when the same is ordered already." },
    { .verb = VERB_GET, .path = "/api/billing/orders", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Orders",
      QUERY_FIELDS(get_orders), .answer = orders_shape, .run = run_orders,
      .doc = "The account's orders, newest first; also as CSV." },
    { .verb = VERB_GET, .path = "/api/billing/orders/:number", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Orders",
      PATH_FIELDS(order_path), .answer = order_view_shape, .run = run_get, PROBLEMS(&problem_not_found),
      .doc = "An order with its lines, payments, refunds and what happened to it." },
    ROUTE_END
};
/* clang-format on */
