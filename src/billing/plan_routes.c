/* plan_routes.c: which plans an account's shops have, the free trial, the switch of renewal from credits, and what a
 * plan becomes with its next period.
 *
 * The trial is asked for, by a shop, once an account: the row of an account is its primary key, so of two that ask at
 * the same moment one is refused. Rejected: a trial by itself with the first shop (who looks around on the first day
 * would have nothing left when the shop is ready). */
#include "billing/plans.h"

enum { PLANS_SHOWN = SHOPS_PER_ACCOUNT_MAX };

STMT(trial_of, "SELECT account FROM plan_trials WHERE account = ?1");
STMT(trial_put, "INSERT INTO plan_trials (account, shop, began_at_ms, until_ms) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (account) DO NOTHING");

/* clang-format off */
static const struct problem problem_trial_used = { "trial_used", 409,
    "This account has had its free trial.", "该账号已使用过免费试用。" };
static const struct problem problem_no_trial = { "no_trial", 409,
    "No free trial is given at present.", "目前不提供免费试用。" };
static const struct problem problem_plan_running = { "plan_running", 409,
    "This shop has a plan already.", "该店铺已有套餐。" };
static const struct problem problem_no_plan = { "no_plan", 409,
    "This shop has no plan that could be renewed. Choose one first.", "该店铺没有可续费的套餐，请先选择套餐。" };
static const struct problem problem_plan_not_renewable = { "plan_not_renewable", 409,
    "This plan is no longer sold, so it cannot renew by itself. Choose another one.",
    "该套餐已停售，无法自动续费，请选择其他套餐。" };
static const struct problem problem_no_credits_sold = { "no_credits_sold", 409,
    "No credits are sold in the currency of this plan, so nothing of it is renewed from credits.",
    "目前不出售该套餐币种的积分，无法用积分续费。" };

static const char *const plan_state_names[] = { "trial", "active", "grace", "ended", NULL };
static const char *const plan_source_names[] = { "order", "trial", NULL };
/* Why it cannot be renewed from credits. */
enum renews_not { NOT_SOLD, NOT_WITH_SEATS, NOT_FOR_CREDITS };
static const char *const renews_not_names[] = { "notSold", "seats", "noCredits", NULL };
static const struct problem *const renews_not_problem[] = {
    &problem_plan_not_renewable, &problem_seats_not_sold, &problem_no_credits_sold };
static const struct shape plan_next_shape[] = {
    SHAPE_TEXT("offer", .doc = "Its code."), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"), SHAPE_I64("seats"),
    SHAPE_I64("staysFor", .nullable = true,
              .doc = "Credits for which it would renew as it is; null: it cannot be renewed so."), SHAPE_END };
static const struct shape plan_shape[] = {
    SHAPE_I64("shop"), SHAPE_TEXT("shopName"), SHAPE_TEXT("offer", .doc = "Its code."), SHAPE_TEXT("nameEn"),
    SHAPE_TEXT("nameZh"), SHAPE_ENUM("source", plan_source_names), SHAPE_I64("seats"),
    SHAPE_I64("websites", .doc = "0: any number."), SHAPE_TIME("beganAt"), SHAPE_TIME("until"),
    SHAPE_TEXT("currency", .doc = "Of its price. It renews, and becomes another plan, at prices in this one alone."),
    SHAPE_BOOL("renews", .doc = "Shall renew from credits: a day before its end, or minutes before it where it becomes "
                                "another plan then; not at all while `renewsFor` is null."),
    SHAPE_I64("renewsFor", .nullable = true, .doc = "Credits, as prices are today; null: it cannot be renewed so."),
    SHAPE_ENUM("renewsNot", renews_not_names, .nullable = true,
               .doc = "Why `renewsFor` is null: what it is, or becomes, is sold no more; not with so many seats; or no "
                      "credits are sold in its currency."),
    SHAPE_OBJECT("next", plan_next_shape, .type_name = "PlanNext", .nullable = true,
                 .doc = "What it becomes with its next period, for `renewsFor`; null: it stays as it is."),
    SHAPE_ENUM("state", plan_state_names, .doc = "grace: it is over, and the chat goes on for 7 days."), SHAPE_END };
static const struct shape trial_shape[] = {
    SHAPE_BOOL("available"), SHAPE_I64("days"), SHAPE_END };
static const struct shape plans_shape[] = {
    SHAPE_LIST("plans", plan_shape, .type_name = "ShopPlan"),
    SHAPE_OBJECT("trial", trial_shape, .type_name = "PlanTrial"), SHAPE_END };
/* clang-format on */

struct shown_plan {
    struct shop_plan plan;
    const char *shop_name;
    bool renewable;
    enum renews_not renews_not; /* where it is not renewable */
    struct credits renews_for;
    const struct offer *next; /* of a wish; NULL: it is sold no more */
    bool can_stay;
    struct credits stays_for; /* of a wish: without it */
    int64_t now_ms;
};
struct shown_plans {
    struct shown_plan item[PLANS_SHOWN];
    size_t count;
    bool trial;
};

static const char *state_of(const struct shop_plan *p, int64_t now_ms)
{
    if (p->until_ms > now_ms) return p->source == SOURCE_TRIAL ? "trial" : "active";
    return p->until_ms + PLAN_GRACE_DAYS * DAY_MS > now_ms ? "grace" : "ended";
}

static void next_json(struct json *j, const struct shown_plan *s)
{
    const char *code = s->plan.next_code;
    if (!plan_wishes(&s->plan)) {
        json_null(j, "next");
        return;
    }
    json_object(j, "next");
    json_text(j, "offer", code);
    json_text(j, "nameEn", s->next ? s->next->name_en : code);
    json_text(j, "nameZh", s->next ? s->next->name_zh : code);
    json_i64(j, "seats", s->plan.next_seats);
    if (s->can_stay) json_credits(j, "staysFor", s->stays_for);
    else json_null(j, "staysFor");
    json_end(j);
}

static void plan_json(struct json *j, const void *arg)
{
    const struct shown_plan *s = arg;
    const struct shop_plan *p = &s->plan;
    json_i64(j, "shop", p->shop);
    json_text(j, "shopName", s->shop_name);
    json_text(j, "offer", p->code);
    json_text(j, "nameEn", p->name_en);
    json_text(j, "nameZh", p->name_zh);
    json_text(j, "source", plan_source_names[p->source == SOURCE_TRIAL]);
    json_i64(j, "seats", p->seats);
    json_i64(j, "websites", p->websites);
    json_time(j, "beganAt", p->began_at_ms);
    json_time(j, "until", p->until_ms);
    json_text(j, "currency", currency_code(p->currency));
    json_bool(j, "renews", p->renews);
    if (s->renewable) json_credits(j, "renewsFor", s->renews_for);
    else json_null(j, "renewsFor");
    if (s->renewable) json_null(j, "renewsNot");
    else json_text(j, "renewsNot", renews_not_names[s->renews_not]);
    next_json(j, s);
    json_text(j, "state", state_of(p, s->now_ms));
}

static void plans_json(struct json *j, const void *arg)
{
    const struct shown_plans *s = arg;
    json_array(j, "plans");
    for (size_t i = 0; i < s->count; i++) {
        json_object(j, NULL);
        plan_json(j, &s->item[i]);
        json_end(j);
    }
    json_end(j);
    json_object(j, "trial");
    json_bool(j, "available", s->trial);
    json_i64(j, "days", PLAN_TRIAL_DAYS);
    json_end(j);
}

/* Of what plan_renewal_of refuses: it, or what it becomes. */
static enum renews_not why_not(const struct plan_prices *prices, const struct shop_plan *p)
{
    const char *code = plan_wishes(p) ? p->next_code : p->code;
    for (size_t i = 0; i < prices->count; i++) {
        const struct offer *o = &prices->offer[i];
        struct money price;
        if (o->kind != OFFER_PLAN || !text_eq(o->code, code) || money_currency(o->price) != p->currency) continue;
        int64_t seats = plan_wishes(p) ? p->next_seats : p->seats;
        return plan_price(o, seats < o->seats ? o->seats : seats, &price) ? NOT_FOR_CREDITS : NOT_WITH_SEATS;
    }
    return NOT_SOLD;
}

static struct shown_plan shown(const struct plan_prices *prices, const struct shop_plan *p, const char *shop_name,
                               int64_t now_ms)
{
    struct shown_plan s = { .plan = *p, .shop_name = shop_name, .now_ms = now_ms };
    struct plan_renewal r;
    s.renewable = plan_renewal_of(prices, p, &r);
    if (s.renewable) s.renews_for = r.credits, s.next = r.offer;
    else s.renews_not = why_not(prices, p);
    struct shop_plan stays = *p;
    stays.next_code = "";
    s.can_stay = plan_renewal_of(prices, &stays, &r);
    if (s.can_stay) s.stays_for = r.credits;
    return s;
}

/* ---- GET /api/billing/plans ---- */

/* What is deleted is not shown; restored, it has its plan again. */
static bool names_of(struct req *req, const struct shop_plan *p, size_t count, const char **name)
{
    int64_t shop[PLANS_SHOWN];
    for (size_t i = 0; i < count; i++) shop[i] = p[i].shop;
    for (size_t at = 0; at < count; at += SHOPS_COUNT_EACH_MAX) {
        size_t n = count - at < SHOPS_COUNT_EACH_MAX ? count - at : SHOPS_COUNT_EACH_MAX;
        if (!shops_names(req->tx, req->who.account, shop + at, n, name + at)) return false;
    }
    return true;
}

/* Whether it may still be had; ROW_NONE: it may. */
static enum row trial_had(struct tx *tx, int64_t account)
{
    bool had = false;
    struct query q = query(tx, &trial_of);
    bind_i64(&q, account);
    enum row row = query_row(&q);
    if (row != ROW_NONE || !billing_settings.trial_was_had) return row;
    if (!billing_settings.trial_was_had(tx, account, &had)) return ROW_FAULT;
    return had ? ROW_FOUND : ROW_NONE;
}

static enum answer run_plans(struct req *req)
{
    struct shown_plans *s = ARENA_NEW(req->arena, struct shown_plans);
    struct plan_prices *prices = ARENA_NEW(req->arena, struct plan_prices);
    struct shop_plan *p = ARENA_ARRAY(req->arena, struct shop_plan, PLANS_SHOWN);
    const char *name[PLANS_SHOWN];
    size_t count;
    int64_t after = 0;
    enum row had = trial_had(req->tx, req->who.account);
    if (had == ROW_FAULT || !plan_prices_read(req->tx, prices)) return reply_fault(req);
    s->trial = had == ROW_NONE;
    /* Of shops that were purged there are rows too: so a page may show few of them. */
    for (int page = 0; page < 10 && s->count < PLANS_SHOWN; page++) {
        if (!plan_page(req->tx, req->who.account, after, p, PLANS_SHOWN, &count)) return reply_fault(req);
        if (!names_of(req, p, count, name)) return reply_fault(req);
        for (size_t i = 0; i < count && s->count < PLANS_SHOWN; i++)
            if (name[i]) s->item[s->count++] = shown(prices, &p[i], name[i], req->now_ms);
        if (count < PLANS_SHOWN) break;
        after = p[count - 1].shop;
    }
    return reply_json(req, 200, plans_json, s);
}

/* ---- POST /api/billing/plans/:shop/trial ---- */

struct path_plan {
    int64_t shop;
};
/* clang-format off */
static const struct field path_plan_fields[] = {
    FIELD_ID(struct path_plan, shop, .doc = "The shop's number."), FIELD_END };
/* clang-format on */

static enum answer reply_plan(struct req *req, const struct shop_plan *p, const char *shop_name)
{
    struct plan_prices *prices = ARENA_NEW(req->arena, struct plan_prices);
    if (!plan_prices_read(req->tx, prices)) return reply_fault(req);
    struct shown_plan s = shown(prices, p, shop_name, req->now_ms);
    return reply_json(req, 200, plan_json, &s);
}

/* ROW_NONE: it was had. */
static enum row take_trial(struct req *req, int64_t shop)
{
    enum row had = trial_had(req->tx, req->who.account);
    if (had != ROW_NONE) return had == ROW_FOUND ? ROW_NONE : ROW_FAULT;
    struct query q = query(req->tx, &trial_put);
    bind_i64(&q, req->who.account), bind_i64(&q, shop), bind_i64(&q, req->now_ms);
    bind_i64(&q, req->now_ms + PLAN_TRIAL_DAYS * DAY_MS);
    int64_t made = query_change(&q);
    return made < 0 ? ROW_FAULT : made == 0 ? ROW_NONE : ROW_FOUND;
}

static enum answer run_trial(struct req *req)
{
    struct shop shop;
    struct shop_plan p = { 0 };
    struct offer offer;
    enum row row = shops_owned_locked(req->tx, req->who.account, ((const struct path_plan *)req->path)->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (shop.status == SHOP_SUSPENDED) return reply_problem(req, &problem_shop_suspended);
    row = offers_sold(req->tx, PLAN_OF_TRIAL, CURRENCY_CNY, &offer);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_no_trial) : reply_fault(req);
    row = plan_get(req->tx, shop.id, &p);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && p.until_ms > req->now_ms) return reply_problem(req, &problem_plan_running);
    row = take_trial(req, shop.id);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_trial_used) : reply_fault(req);
    const struct plan_gift g = { .shop = &shop,
                                 .offer = &offer,
                                 .seats = offer.seats,
                                 .days = PLAN_TRIAL_DAYS,
                                 .key = arena_printf(req->arena, "trial:%lld", (long long)req->who.account),
                                 .paid = money_of(0, money_currency(offer.price)),
                                 .source = SOURCE_TRIAL,
                                 .actor = req->who.person,
                                 .now_ms = req->now_ms };
    return plan_give(req->tx, &g, &p) ? reply_plan(req, &p, shop.name) : reply_fault(req);
}

/* ---- POST /api/billing/plans/:shop/renewal ---- */

struct post_plan_renewal {
    bool on;
};
/* clang-format off */
static const struct field post_plan_renewal_fields[] = {
    FIELD_BOOL(struct post_plan_renewal, on, .doc = "true: renewed from credits a day before its end."), FIELD_END };
/* clang-format on */

static bool switch_renewal(struct req *req, struct shop_plan *p, bool on)
{
    p->renews = on;
    int64_t due_ms = plan_due_ms(p);
    /* In its days of grace it is looked at now. */
    bool late = on && due_ms == 0;
    p->due_at_ms = late ? req->now_ms : due_ms;
    if (!plan_put(req->tx, p, req->now_ms)) return false;
    if (!plan_audit(req->tx, AUDIT_plan_changed, p, "renewal", req->who.person, req->now_ms)) return false;
    return plan_tell(req->tx, p);
}

static enum answer run_plan_renewal(struct req *req)
{
    bool on = ((const struct post_plan_renewal *)req->body)->on;
    struct plan_prices *prices = ARENA_NEW(req->arena, struct plan_prices);
    struct shop shop;
    struct shop_plan p;
    struct plan_renewal r;
    enum row row = shops_owned_locked(req->tx, req->who.account, ((const struct path_plan *)req->path)->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = plan_get(req->tx, shop.id, &p);
    if (row == ROW_FAULT || !plan_prices_read(req->tx, prices)) return reply_fault(req);
    if (row == ROW_NONE || (on && p.until_ms + PLAN_GRACE_DAYS * DAY_MS <= req->now_ms))
        return reply_problem(req, &problem_no_plan);
    if (on && !plan_renewal_of(prices, &p, &r)) return reply_problem(req, renews_not_problem[why_not(prices, &p)]);
    if (p.renews != on && !switch_renewal(req, &p, on)) return reply_fault(req);
    return reply_plan(req, &p, shop.name);
}

/* ---- POST and DELETE /api/billing/plans/:shop/next ---- */

struct post_plan_next {
    const char *offer;
    int64_t seats;
};
/* clang-format off */
static const struct field post_plan_next_fields[] = {
    FIELD_TEXT(struct post_plan_next, offer, .min = 1, .max = OFFER_CODE_MAX,
               .doc = "The code of a plan that is sold."),
    FIELD_I64(struct post_plan_next, seats, .optional = true, .min = 0, .max = OFFER_SEATS_MAX,
              .doc = "All of them; 0: as many as are in its price."), FIELD_END };
/* clang-format on */

/* ANSWER_GO_ON: *shop is locked, and *p its plan, which is not long over. */
static enum answer plan_of_caller(struct req *req, struct shop *shop, struct shop_plan *p)
{
    enum row row = shops_owned_locked(req->tx, req->who.account, ((const struct path_plan *)req->path)->shop, shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    row = plan_get(req->tx, shop->id, p);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || p->until_ms + PLAN_GRACE_DAYS * DAY_MS <= req->now_ms)
        return reply_problem(req, &problem_no_plan);
    return ANSWER_GO_ON;
}

/* Its clock is set anew: another plan is renewed at another time. */
static bool keep_wish(struct req *req, struct shop_plan *p, const char *code, int64_t seats)
{
    p->next_code = code, p->next_seats = seats;
    int64_t due_ms = plan_due_ms(p);
    p->due_at_ms = due_ms < req->now_ms ? req->now_ms : due_ms; /* in its days of grace it is looked at now */
    if (!plan_put(req->tx, p, req->now_ms)) return false;
    if (!plan_audit(req->tx, AUDIT_plan_changed, p, "next", req->who.person, req->now_ms)) return false;
    return plan_tell(req->tx, p);
}

static enum answer run_plan_next(struct req *req)
{
    const struct post_plan_next *in = req->body;
    struct shop shop = { 0 };
    struct shop_plan p = { 0 };
    struct offer offer;
    struct money price;
    struct plan_prices *prices = ARENA_NEW(req->arena, struct plan_prices);
    struct plan_renewal r;
    enum answer go_on = plan_of_caller(req, &shop, &p);
    if (go_on != ANSWER_GO_ON) return go_on;
    enum row row = offers_sold(req->tx, in->offer, p.currency, &offer);
    if (row == ROW_FAULT || !plan_prices_read(req->tx, prices)) return reply_fault(req);
    if (row == ROW_NONE || offer.kind != OFFER_PLAN) return reply_problem(req, &problem_offer_gone);
    int64_t seats = in->seats > 0 ? in->seats : offer.seats;
    if (!plan_price(&offer, seats, &price)) return reply_problem(req, &problem_seats_not_sold);
    struct shop_plan wishing = p;
    wishing.renews = true, wishing.next_code = offer.code, wishing.next_seats = seats;
    if (!plan_renewal_of(prices, &wishing, &r)) return reply_problem(req, &problem_no_credits_sold);
    /* What is sold no more can be renewed as something else alone: so the wish brings its renewal with it. */
    if (!p.renews && !switch_renewal(req, &p, true)) return reply_fault(req);
    bool same = text_eq(offer.code, p.code) && seats == p.seats; /* as it is: nothing is wished */
    const char *code = same ? "" : offer.code, *wished = p.next_code ? p.next_code : "";
    if (same) seats = 0;
    bool changes = !text_eq(code, wished) || seats != p.next_seats;
    if (changes && !keep_wish(req, &p, code, seats)) return reply_fault(req);
    return reply_plan(req, &p, shop.name);
}

static enum answer run_plan_stays(struct req *req)
{
    struct shop shop = { 0 };
    struct shop_plan p = { 0 };
    enum answer go_on = plan_of_caller(req, &shop, &p);
    if (go_on != ANSWER_GO_ON) return go_on;
    if (plan_wishes(&p) && !keep_wish(req, &p, "", 0)) return reply_fault(req);
    return reply_plan(req, &p, shop.name);
}

ROUTE_TAG(plans_tag, "Plans", "What the shops of an account have, until when, and how it goes on.");

/* clang-format off */
const struct route billing_plan_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/plans", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Plans",
      .answer = plans_shape, .run = run_plans, .doc = "The plans of the account's shops, and whether it may try one." },
    { .verb = VERB_POST, .path = "/api/billing/plans/:shop/trial", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Plans",
      .idempotent = true, PATH_FIELDS(path_plan), .answer = plan_shape, .run = run_trial,
      PROBLEMS(&problem_not_found, &problem_trial_used, &problem_no_trial, &problem_plan_running,
               &problem_shop_suspended),
      .doc = "Begin the account's free trial with this shop." },
    { .verb = VERB_POST, .path = "/api/billing/plans/:shop/renewal", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Plans", .idempotent = true, PATH_FIELDS(path_plan), BODY_FIELDS(post_plan_renewal),
      .answer = plan_shape, .run = run_plan_renewal,
      PROBLEMS(&problem_not_found, &problem_no_plan, &problem_plan_not_renewable, &problem_seats_not_sold,
               &problem_no_credits_sold),
      .doc = "Switch on or off that a plan is renewed from credits." },
    { .verb = VERB_POST, .path = "/api/billing/plans/:shop/next", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Plans", .idempotent = true, PATH_FIELDS(path_plan), BODY_FIELDS(post_plan_next),
      .answer = plan_shape, .run = run_plan_next,
      PROBLEMS(&problem_not_found, &problem_no_plan, &problem_offer_gone, &problem_seats_not_sold,
               &problem_no_credits_sold),
      .doc = "Let a plan become another one, or have other seats, with its next period; it renews from credits then." },
    { .verb = VERB_DELETE, .path = "/api/billing/plans/:shop/next", .who = WHO_MANAGERS, .tx = TX_WRITE,
      .tag = "Plans", PATH_FIELDS(path_plan), .answer = plan_shape, .run = run_plan_stays,
      PROBLEMS(&problem_not_found, &problem_no_plan), .doc = "Let it stay as it is." },
    ROUTE_END
};
/* clang-format on */
