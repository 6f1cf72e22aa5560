/* operator_coupons.c: coupons as operators see them: all of them with what was used and given, a new one, and the end
 * of one. Nothing of a coupon is ever changed: who has ordered with it has its terms. */
#include "billing/private.h"

#include "http/events.h"

enum { COUPONS_PAGE = 50, COUPONS_PAGE_MAX = 100, NOTE_MAX = 200, USES_MAX = 1000000000 };
#define SUM_MAX INT64_C(100000000000)

static const struct problem problem_code_taken = {
    "coupon_code_taken", 409, "A coupon with this code runs already in this currency. End it first.",
    "该币种下已有使用此优惠码的优惠活动，请先将其结束。"
};
static const struct problem problem_ended = { "coupon_ended", 409, "This coupon was ended before.",
                                              "该优惠码此前已结束。" };
FIELD_CODE(not_sold, "Nothing with this code is sold in this currency.", "该币种下没有使用此代码的商品。");

enum standing { STANDING_RUNNING, STANDING_COMING, STANDING_OVER, STANDING_USED_UP, STANDING_ENDED };
static const char *const standing_names[] = { "running", "coming", "over", "used_up", "ended", NULL };

/* clang-format off */
static const struct shape coupon_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("code"), SHAPE_ENUM("kind", coupon_kind_names),
    SHAPE_OBJECT("off", amount_shape, .type_name = "Money", .doc = "0: it is a percentage."),
    SHAPE_I64("percent", .doc = "0: it is a sum."),
    SHAPE_I64("months", .doc = "Of a shop's plan, 30 days each; 0: each order whole."),
    SHAPE_BOOL("once", .doc = "One use an account."), SHAPE_TIME("from", .nullable = true),
    SHAPE_TIME("until", .nullable = true), SHAPE_I64("mostUses", .doc = "0: any number."),
    SHAPE_OBJECT("mostGiven", amount_shape, .type_name = "Money", .doc = "0: any sum."),
    SHAPE_TEXT_LIST("offers", .doc = "Codes; none: all offers."), SHAPE_TEXT("note"),
    SHAPE_I64("uses", .doc = "That orders hold which are not closed."),
    SHAPE_OBJECT("given", amount_shape, .type_name = "Money"), SHAPE_ENUM("state", standing_names),
    SHAPE_I64("actor", .nullable = true, .doc = "Who made it."), SHAPE_TIME("createdAt"),
    SHAPE_TIME("endedAt", .nullable = true), SHAPE_END
};
static const struct shape coupons_shape[] = {
    SHAPE_LIST("coupons", coupon_shape, .type_name = "OperatorCoupon"), SHAPE_END
};
/* clang-format on */

static enum standing standing_of(const struct coupon *c, int64_t now_ms)
{
    if (c->ended_at_ms > 0) return STANDING_ENDED;
    if (c->until_ms > 0 && c->until_ms <= now_ms) return STANDING_OVER;
    if (c->most_uses > 0 && c->uses >= c->most_uses) return STANDING_USED_UP;
    if (money_is_positive(c->most_given) && money_equal(c->given, c->most_given)) return STANDING_USED_UP;
    return c->from_ms > now_ms ? STANDING_COMING : STANDING_RUNNING;
}

struct shown {
    struct coupon c;
    int64_t now_ms;
};

static void offers_json(struct json *j, struct str codes)
{
    json_array(j, "offers");
    while (codes.n > 0) {
        const char *end = memchr(codes.p, ' ', codes.n);
        size_t n = end ? (size_t)(end - codes.p) : codes.n;
        json_str(j, NULL, (struct str){ codes.p, n });
        n += end ? 1 : 0;
        codes.p += n, codes.n -= n;
    }
    json_end(j);
}

static void coupon_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    const struct coupon *c = &s->c;
    json_i64(j, "id", c->id);
    json_text(j, "code", c->code);
    json_text(j, "kind", coupon_kind_names[c->kind - 1]);
    amount_json(j, "off", c->amount);
    json_i64(j, "percent", c->percent);
    json_i64(j, "months", c->months);
    json_bool(j, "once", c->once);
    json_time(j, "from", c->from_ms);
    json_time(j, "until", c->until_ms);
    json_i64(j, "mostUses", c->most_uses);
    amount_json(j, "mostGiven", c->most_given);
    offers_json(j, str_of(c->offers));
    json_text(j, "note", c->note);
    json_i64(j, "uses", c->uses);
    amount_json(j, "given", c->given);
    json_text(j, "state", standing_names[standing_of(c, s->now_ms)]);
    operator_id_json(j, "actor", c->actor);
    json_time(j, "createdAt", c->created_at_ms);
    json_time(j, "endedAt", c->ended_at_ms);
}

/* ---- the list ---- */

struct get_coupons {
    int64_t after, limit;
};
static const struct field get_coupons_fields[] = { FIELD_PAGE(struct get_coupons, COUPONS_PAGE, COUPONS_PAGE_MAX),
                                                   FIELD_END };

struct page {
    struct coupon *coupon;
    size_t count;
    int64_t now_ms;
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "coupons");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        coupon_json(j, &(struct shown){ p->coupon[i], p->now_ms });
        json_end(j);
    }
    json_end(j);
}

static enum answer get_coupons(struct req *req)
{
    const struct get_coupons *in = req->query;
    struct page p = { .coupon = ARENA_ARRAY(req->arena, struct coupon, (size_t)in->limit), .now_ms = req->now_ms };
    if (!coupons_page(req->tx, in->after, p.coupon, (size_t)in->limit, &p.count)) return reply_fault(req);
    return reply_json(req, 200, page_json, &p);
}

/* ---- a new one ---- */

struct offer_code {
    const char *code;
};
struct post_coupon {
    const char *code, *currency, *note;
    int64_t off, percent, months, from, until, most_uses, most_given;
    struct field_list offers;
    int kind;
    bool once;
};
/* clang-format off */
static const struct field offer_code_field = FIELD_TEXT(struct offer_code, code, .min = 1, .max = OFFER_CODE_MAX);
static const struct field post_coupon_fields[] = {
    FIELD_TEXT(struct post_coupon, code, .min = COUPON_CODE_MIN, .max = COUPON_CODE_MAX,
               .doc = "Letters, digits and hyphens; capital and small letters are the same. Long and random, unless"
                      " everybody may know it."),
    FIELD_ENUM(struct post_coupon, kind, coupon_kind_names),
    FIELD_TEXT(struct post_coupon, currency, .min = 3, .max = 3,
               .doc = "Three capital letters: of the prices that it lowers."),
    FIELD_I64(struct post_coupon, off, .optional = true, .min = 0, .max = SUM_MAX,
              .doc = "Of an amount: in the minor unit; with months off each 30 days."),
    FIELD_I64(struct post_coupon, percent, .optional = true, .min = 0, .max = COUPON_WHOLE, .doc = "Of a percentage."),
    FIELD_I64(struct post_coupon, months, .optional = true, .min = 0, .max = COUPON_MONTHS_MAX,
              .doc = "Of a shop's plan the first so many times 30 days, over as many orders as that takes; 0: each"
                     " order whole."),
    FIELD_BOOL(struct post_coupon, once, .optional = true, .doc = "One use an account."),
    FIELD_TIME(struct post_coupon, from, .optional = true, .doc = "Absent: at once."),
    FIELD_TIME(struct post_coupon, until, .optional = true, .doc = "Before this time a use has to begin."),
    FIELD_I64(struct post_coupon, most_uses, .name = "mostUses", .optional = true, .min = 0, .max = USES_MAX,
              .doc = "0: any number."),
    FIELD_I64(struct post_coupon, most_given, .name = "mostGiven", .optional = true, .min = 0, .max = SUM_MAX,
              .doc = "The sum of all discounts, in the minor unit; 0: any."),
    FIELD_LIST(struct post_coupon, offers, &offer_code_field, struct offer_code, .optional = true, .max = OFFERS_MAX,
               .doc = "Codes of what it is for; none: everything."),
    FIELD_TEXT(struct post_coupon, note, .optional = true, .max = NOTE_MAX, .doc = "For colleagues."),
    FIELD_END
};
/* clang-format on */

/* The name of the member that does not belong to its kind; NULL: all do. */
static const char *strange(const struct post_coupon *in)
{
    bool sum = in->kind + 1 == COUPON_AMOUNT;
    if ((in->off > 0) != sum) return "off";
    return (in->percent > 0) != !sum ? "percent" : NULL;
}

/* ANSWER_GO_ON: *out is their codes with a space between them. */
static enum answer offers_of(struct req *req, const struct post_coupon *in, enum currency c, const char **out)
{
    const struct offer_code *item = in->offers.item;
    const char *codes = "";
    for (size_t i = 0; i < in->offers.count; i++) {
        struct offer sold;
        const char *place = arena_printf(req->arena, "offers[%zu]", i);
        enum row row = offers_sold(req->tx, item[i].code, c, &sold);
        if (row == ROW_FAULT) return reply_fault(req);
        if (row == ROW_NONE) return reply_fields(req, place, "not_sold");
        if (in->months > 0 && sold.kind != OFFER_PLAN) return reply_fields(req, place, "not_of_kind");
        for (size_t k = 0; k < i; k++)
            if (text_eq(item[k].code, item[i].code)) return reply_fields(req, place, "duplicate");
        codes = arena_printf(req->arena, "%s%s%s", codes, i > 0 ? " " : "", item[i].code);
    }
    *out = codes;
    return ANSWER_GO_ON;
}

/* ANSWER_GO_ON: none of this code runs. Two at once: a unique index meets them, and this is asked again. */
static enum answer is_free(struct req *req, const struct coupon *c)
{
    struct coupon old;
    enum row row = coupons_by_code(req->tx, c->code, money_currency(c->amount), &old);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_FOUND && old.ended_at_ms == 0 ? reply_problem(req, &problem_code_taken) : ANSWER_GO_ON;
}

static enum answer read_coupon(struct req *req, struct coupon *out)
{
    const struct post_coupon *in = req->body;
    enum currency c = currency_from_code(in->currency, strlen(in->currency));
    char *code = arena_alloc(req->arena, COUPON_CODE_MAX + 1);
    if (!coupon_code_read(in->code, code)) return reply_fields(req, "code", "format");
    if (c == CURRENCY_NONE) return reply_problem(req, &problem_currency_unknown);
    const char *bad = strange(in);
    if (bad) return reply_fields(req, bad, "not_of_kind");
    if (in->until > 0 && in->until <= (in->from > req->now_ms ? in->from : req->now_ms))
        return reply_fields(req, "until", "too_small");
    *out = (struct coupon){ .code = code,
                            .kind = (enum coupon_kind)(in->kind + 1),
                            .amount = money_of(in->off, c),
                            .percent = in->percent,
                            .months = in->months,
                            .once = in->once,
                            .from_ms = in->from,
                            .until_ms = in->until,
                            .most_uses = in->most_uses,
                            .most_given = money_of(in->most_given, c),
                            .note = in->note ? in->note : "",
                            .actor = req->who.person };
    enum answer go_on = offers_of(req, in, c, &out->offers);
    return go_on == ANSWER_GO_ON ? is_free(req, out) : go_on;
}

/* As it is now, in the trail and in the answer. */
static enum answer told(struct req *req, int status, struct audit_action action, int64_t id)
{
    struct shown s = { .now_ms = req->now_ms };
    if (coupons_get(req->tx, id, &s.c) != ROW_FOUND) return reply_fault(req);
    if (!audit_request(req, action, 0, "coupon", id, coupon_json, &s)) return reply_fault(req);
    events_hint("money");
    return reply_json(req, status, coupon_json, &s);
}

static enum answer post_coupon(struct req *req)
{
    struct coupon c;
    int64_t id;
    enum answer go_on = read_coupon(req, &c);
    if (go_on != ANSWER_GO_ON) return go_on;
    if (!coupons_put(req->tx, &c, req->now_ms, &id)) return reply_fault(req);
    return told(req, 201, AUDIT_coupon_made, id);
}

/* ---- the end of one ---- */

struct coupon_path {
    int64_t id;
};
static const struct field coupon_path_fields[] = { FIELD_ID(struct coupon_path, id, .doc = "Coupon."), FIELD_END };

static enum answer post_end(struct req *req)
{
    int64_t id = ((const struct coupon_path *)req->path)->id;
    struct coupon c;
    enum row row = coupons_get(req->tx, id, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = coupons_end(req->tx, id, req->who.person, req->now_ms);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_ended) : reply_fault(req);
    return told(req, 200, AUDIT_coupon_ended, id);
}

/* clang-format off */
const struct route billing_coupon_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/coupons", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_coupons), .answer = coupons_shape, .run = get_coupons,
      .doc = "Coupons with what was used and given, newest first." },
    { .verb = VERB_POST, .path = "/api/operator/coupons", .who = WHO_OPERATOR, .tx = TX_WRITE, .tag = "Operator",
      .idempotent = true, BODY_FIELDS(post_coupon), .answer = coupon_shape, .status = 201, .run = post_coupon,
      PROBLEMS(&problem_currency_unknown, &problem_code_taken),
      .doc = "Make a coupon. It is never changed: end it, and make another one of the same code." },
    { .verb = VERB_POST, .path = "/api/operator/coupons/:id/end", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(coupon_path), .answer = coupon_shape, .run = post_end,
      PROBLEMS(&problem_not_found, &problem_ended),
      .doc = "From now on nobody can use it. Orders that hold it keep their price." },
    ROUTE_END
};
/* clang-format on */
