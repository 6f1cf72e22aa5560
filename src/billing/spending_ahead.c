/* spending_ahead.c: what comes due for an account in the months to come, row by row, each with what it assumes: that
 * prices and seats stay as they are, that what renews by itself goes on, that what does not is renewed by somebody when
 * it ends. Nothing of it is promised or stored.
 *
 *   plans that renew from credits     a day before each end, in credits, at the rate of today; minutes before it where
 *                                     another plan was wished
 *   plans that do not, and trials     at each end, in money, at the price of today: taken by nobody
 *   chats that credits pay for        each calendar month, where no plan of the shop goes on
 *
 * Credits are counted in the order of time: the first thing that they do not suffice for is when they run out. What is
 * left after that may pay for something smaller, as the ledger would let it.
 *
 * Rejected: a guess from what was spent before (a merchant with one shop more has no such past, and nobody can check a
 * guess); orders that are open (they are not due: they end by themselves). */
#include "billing/spending.h"

#include "billing/plans.h"

#include <stdlib.h>

enum { AHEAD_ROWS_MOST = 2000, AHEAD_SUMS_MOST = SPENDING_AHEAD_MOST * 8, AHEAD_PAGE = SHOPS_COUNT_EACH_MAX };
enum { AHEAD_PAGES_MOST = 20, AHEAD_CHATS_MOST = SHOPS_PER_ACCOUNT_MAX };

/* What a row assumes. */
enum ahead_why { WHY_RENEWS, WHY_BY_HAND, WHY_AGAIN, WHY_TRIAL, WHY_NOT_SOLD, WHY_MONTH, WHY_MONTH_ENDS, WHY_COUNT };
static const char *const why_names[] = { "renews", "byHand", "again", "trial", "notSold", "month", "monthEnds", NULL };
static_assert(WHY_COUNT + 1 == ARRAY_LEN(why_names), "one name each");

struct due {
    int64_t at_ms, shop, seats; /* seats 0: of no plan */
    size_t month;
    enum ahead_why why;
    const char *code, *name_en, *name_zh; /* NULL: of no plan */
    struct money amount;                  /* where in_money */
    struct credits credits;               /* 0: none are taken */
    bool in_money, covered;
};
struct ahead_sum {
    size_t month;
    struct money amount;
    int64_t dues;
};
struct spending_ahead {
    const struct spending_span *span;
    struct due *row;
    struct ahead_sum sum[AHEAD_SUMS_MOST];
    size_t rows, sums;
    struct credits available, needed, missing;
    int64_t run_out_ms; /* 0: they suffice */
    bool many;
};
struct ahead_read {
    struct req *req;
    struct spending_ahead *a;
    const struct plan_prices *prices;
    int64_t now_ms, to_ms;
};

/* clang-format off */
static const struct shape due_shape[] = {
    SHAPE_TIME("at"), SHAPE_TEXT("month"),
    SHAPE_ENUM("assumes", why_names,
               .doc = "renews: by itself, from credits, a day before the end, or minutes before it where it becomes "
                      "another plan. byHand: somebody renews it at its end; nothing is taken by itself. again: the "
                      "same, when it was renewed before. trial: it ends, and a plan is bought. notSold: it "
                      "ends and is sold no more. month: a chat's next month, from credits. monthEnds: a chat whose "
                      "paid month is its last."),
    SHAPE_I64("shop"), SHAPE_TEXT("offer", .nullable = true), SHAPE_TEXT("nameEn", .nullable = true),
    SHAPE_TEXT("nameZh", .nullable = true), SHAPE_I64("seats", .nullable = true),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money", .nullable = true,
                 .doc = "At the price of today; null: it is not paid in money."),
    SHAPE_I64("credits", .nullable = true, .doc = "Taken by itself; null: none are."),
    SHAPE_BOOL("covered", .doc = "The credits that are there now suffice for it. Of money: false."), SHAPE_END };
static const struct shape ahead_sum_shape[] = {
    SHAPE_TEXT("month"), SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_I64("dues", .doc = "Of how many rows."), SHAPE_END };
static const struct shape ahead_credits_shape[] = {
    SHAPE_I64("available"), SHAPE_I64("needed", .doc = "By all rows."), SHAPE_I64("missing"),
    SHAPE_TIME("runOutAt", .nullable = true, .doc = "The first row that they do not suffice for; null: for all."),
    SHAPE_END };
const struct shape spending_ahead_shape[] = {
    SHAPE_LIST("months", spending_month_shape, .type_name = "SpendingMonth"),
    SHAPE_LIST("sums", ahead_sum_shape, .type_name = "DueSum",
               .doc = "One a month and currency in which there is some."),
    SHAPE_OBJECT("credits", ahead_credits_shape, .type_name = "CreditsAhead"),
    SHAPE_LIST("rows", due_shape, .type_name = "DueRow", .doc = "What comes first first."), SHAPE_END };
/* clang-format on */

/* ---- what comes ---- */

/* False: it is behind these months, or there are too many. */
static bool put(struct ahead_read *r, const struct due *d)
{
    struct spending_ahead *a = r->a;
    if (d->at_ms >= r->to_ms) return false;
    a->many = a->many || a->rows == AHEAD_ROWS_MOST;
    if (a->many) return false;
    a->row[a->rows++] = *d;
    return true;
}

static enum ahead_why why_of(const struct shop_plan *p, bool sold, bool first)
{
    if (!sold) return WHY_NOT_SOLD;
    if (!first) return WHY_AGAIN;
    return p->source == SOURCE_TRIAL ? WHY_TRIAL : WHY_BY_HAND;
}

/* `rests`: its chat is switched off, so nothing is taken for it. */
static void plan_ahead(struct ahead_read *r, const struct shop_plan *p, bool rests)
{
    struct plan_renewal next;
    bool by_itself = p->renews && !rests && plan_renewal_of(r->prices, p, &next);
    bool sold = by_itself || plan_price_today(r->prices, p, &next);
    int64_t end_ms = p->until_ms;
    for (bool more = true, first = true; more; first = false) {
        int64_t at_ms = !by_itself ? end_ms : first ? plan_renews_at_ms(p) : end_ms - PLAN_RENEWS_BEFORE_MS;
        struct due d = { .at_ms = at_ms > r->now_ms ? at_ms : r->now_ms, .shop = p->shop };
        d.code = p->code, d.name_en = p->name_en, d.name_zh = p->name_zh;
        if (by_itself) d.code = next.offer->code, d.name_en = next.offer->name_en, d.name_zh = next.offer->name_zh;
        d.why = by_itself ? WHY_RENEWS : why_of(p, sold, first);
        d.seats = sold ? next.seats : p->seats;
        if (by_itself) d.credits = next.credits;
        d.in_money = sold && !by_itself;
        if (d.in_money) d.amount = next.price;
        more = put(r, &d) && sold;
        /* What is over begins anew when it is paid. */
        if (more) end_ms = (end_ms > r->now_ms ? end_ms : r->now_ms) + next.offer->days * DAY_MS;
    }
}

/* What is over is due for its days of grace; but not what was taken back, or ended by an operator, unless its owner
 * wishes all the same that it goes on. */
static bool is_due(const struct shop_plan *p, int64_t now_ms)
{
    bool taken = (p->warned & PLAN_TAKEN) && !p->renews;
    return !taken && p->until_ms + PLAN_GRACE_DAYS * DAY_MS > now_ms;
}

/* What is deleted is left out, and what an operator has suspended: nobody can pay for it meanwhile. */
static bool read_plans(struct ahead_read *r)
{
    struct tx *tx = r->req->tx;
    struct shop_plan *p = ARENA_ARRAY(r->req->arena, struct shop_plan, AHEAD_PAGE);
    int64_t after = 0, shop[AHEAD_PAGE];
    const char *state[AHEAD_PAGE];
    bool open[AHEAD_PAGE];
    for (int page = 0; page < AHEAD_PAGES_MOST; page++) {
        size_t count;
        if (!plan_page(tx, r->req->who.account, after, p, AHEAD_PAGE, &count)) return false;
        for (size_t i = 0; i < count; i++) shop[i] = p[i].shop;
        if (!shops_open(tx, r->req->who.account, shop, count, open) || !tenants_states(tx, shop, count, state))
            return false;
        for (size_t i = 0; i < count; i++)
            if (open[i] && is_due(&p[i], r->now_ms)) plan_ahead(r, &p[i], text_eq(state[i], "disabled"));
        if (count < AHEAD_PAGE) return true;
        after = shop[count - 1];
    }
    return true;
}

static void chat_ahead(struct ahead_read *r, const struct tenants_month *m)
{
    bool more = true;
    for (int month = 0; more; month++) {
        int64_t at_ms = time_add_months(m->ends_ms, month, m->anchor_day);
        const struct due d = { .at_ms = at_ms > r->now_ms ? at_ms : r->now_ms,
                               .shop = m->shop,
                               .why = m->renews ? WHY_MONTH : WHY_MONTH_ENDS,
                               .credits = m->renews ? tenants_settings.renewal_price : credits_of(0) };
        more = put(r, &d) && m->renews;
    }
}

/* Its plan, as the first `plans` rows assume. It takes the chat over before the month that credits have paid is over:
 * a plan with a later end than that month's pays for the chat already. Then no credits are taken. */
static bool goes_on(const struct spending_ahead *a, size_t plans, int64_t shop)
{
    for (size_t i = 0; i < plans; i++)
        if (a->row[i].shop == shop && a->row[i].why != WHY_NOT_SOLD) return true;
    return false;
}

static bool read_chats(struct ahead_read *r)
{
    struct tenants_month *m = ARENA_ARRAY(r->req->arena, struct tenants_month, AHEAD_CHATS_MOST);
    size_t count, plans = r->a->rows;
    if (!tenants_months(r->req->tx, r->req->who.account, r->to_ms, r->now_ms, m, AHEAD_CHATS_MOST, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!goes_on(r->a, plans, m[i].shop)) chat_ahead(r, &m[i]);
    return true;
}

/* ---- what it comes to ---- */

static int by_time(const void *a, const void *b)
{
    const struct due *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->shop > y->shop) - (x->shop < y->shop);
}

static bool add_money(struct spending_ahead *a, const struct due *d)
{
    for (size_t i = a->sums; i > 0 && a->sum[i - 1].month == d->month; i--) {
        struct ahead_sum *s = &a->sum[i - 1];
        if (money_currency(s->amount) != money_currency(d->amount)) continue;
        s->dues++;
        return money_add(s->amount, d->amount, &s->amount);
    }
    a->many = a->many || a->sums == AHEAD_SUMS_MOST;
    if (!a->many) a->sum[a->sums++] = (struct ahead_sum){ d->month, d->amount, 1 };
    return true;
}

/* The rows are in the order of time. False: a sum leaves its limits. */
static bool add_up(struct spending_ahead *a)
{
    struct credits left = a->available;
    for (size_t i = 0; i < a->rows; i++) {
        struct due *d = &a->row[i];
        d->month = spending_month_at(a->span, d->at_ms);
        if (d->in_money && !add_money(a, d)) return false;
        if (!credits_is_positive(d->credits)) continue;
        d->covered = !credits_less(left, d->credits);
        if (!d->covered && a->run_out_ms == 0) a->run_out_ms = d->at_ms;
        if (d->covered && !credits_subtract(left, d->credits, &left)) return false;
        if (!credits_add(a->needed, d->credits, &a->needed)) return false;
    }
    return !credits_less(a->available, a->needed) || credits_subtract(a->needed, a->available, &a->missing);
}

enum spending_read spending_ahead_read(struct req *req, const struct spending_span *s,
                                       const struct spending_ahead **out)
{
    struct plan_prices *prices = ARENA_NEW(req->arena, struct plan_prices);
    struct spending_ahead *a = ARENA_NEW(req->arena, struct spending_ahead);
    struct ahead_read r = { req, a, prices, req->now_ms, s->month[s->count - 1].ends_ms };
    struct credit_balance balance;
    a->span = s;
    a->row = ARENA_ARRAY(req->arena, struct due, AHEAD_ROWS_MOST);
    if (credits_balance(req->tx, req->who.account, &balance) != ROW_FOUND) return SPENDING_FAULT;
    a->available = balance.available;
    if (!plan_prices_read(req->tx, prices) || !read_plans(&r) || !read_chats(&r)) return SPENDING_FAULT;
    qsort(a->row, a->rows, sizeof a->row[0], by_time);
    if (!add_up(a)) return SPENDING_FAULT;
    *out = a;
    return a->many ? SPENDING_TOO_MANY : SPENDING_READ;
}

/* ---- told ---- */

static void text_or_null(struct json *j, const char *name, const char *text)
{
    if (text) json_text(j, name, text);
    else json_null(j, name);
}

static void due_json(struct json *j, const struct spending_ahead *a, const struct due *d)
{
    json_time(j, "at", d->at_ms);
    json_text(j, "month", a->span->month[d->month].name);
    json_text(j, "assumes", why_names[d->why]);
    json_i64(j, "shop", d->shop);
    text_or_null(j, "offer", d->code);
    text_or_null(j, "nameEn", d->name_en);
    text_or_null(j, "nameZh", d->name_zh);
    operator_id_json(j, "seats", d->seats);
    if (d->in_money) amount_json(j, "amount", d->amount);
    else json_null(j, "amount");
    operator_id_json(j, "credits", credits_count(d->credits));
    json_bool(j, "covered", d->covered);
}

void spending_ahead_json(struct json *j, const struct spending_ahead *a)
{
    spending_months_json(j, a->span);
    json_array(j, "sums");
    for (size_t i = 0; i < a->sums; i++) {
        json_object(j, NULL);
        json_text(j, "month", a->span->month[a->sum[i].month].name);
        amount_json(j, "amount", a->sum[i].amount);
        json_i64(j, "dues", a->sum[i].dues);
        json_end(j);
    }
    json_end(j);
    json_object(j, "credits");
    json_credits(j, "available", a->available);
    json_credits(j, "needed", a->needed);
    json_credits(j, "missing", a->missing);
    json_time(j, "runOutAt", a->run_out_ms);
    json_end(j);
    json_array(j, "rows");
    for (size_t i = 0; i < a->rows; i++) {
        json_object(j, NULL);
        due_json(j, a, &a->row[i]);
        json_end(j);
    }
    json_end(j);
}
