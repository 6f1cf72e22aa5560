/* moves.c: what the merchant, the shoppers, two operators and bad luck do next. */
#include "tests/money/money.h"

#include "credits/credits.h"
#include "inbound/private.h"
#include "shops/shops.h"

#include <stdio.h>
#include <stdlib.h>

STMT(orders_last, "SELECT number FROM orders WHERE account = ?1 ORDER BY id DESC LIMIT 4");
STMT(paid_last, "SELECT p.number, o.number AS order_number, p.amount, p.refunding FROM payments p"
                " JOIN orders o ON o.id = p.order_id WHERE p.account = ?1 AND p.state = 3 ORDER BY p.id DESC LIMIT 4");
STMT(asked_all, "SELECT id, actor FROM refunds WHERE state = 1 ORDER BY id LIMIT 20");
STMT(unheard, "SELECT p.number, o.number AS order_number FROM payments p JOIN orders o ON o.id = p.order_id"
              " WHERE p.account = ?1 AND p.state <> 3 ORDER BY p.id DESC LIMIT 20");
STMT(hands, "SELECT p.number, o.number AS order_number, h.actor FROM hand_payments h JOIN payments p"
            " ON p.id = h.payment JOIN orders o ON o.id = p.order_id WHERE h.state = 1 ORDER BY h.id LIMIT 20");
STMT(dead_refunds, "SELECT j.id FROM jobs j JOIN refunds r ON r.id = j.ref WHERE j.kind = 'billing.refund'"
                   " AND j.state = 3 AND r.state = 2 ORDER BY j.id LIMIT 20");
STMT(deliveries_last, "SELECT id FROM deliveries ORDER BY id DESC LIMIT 8");
/* What the house owes and a provider has refused to give back: persons do. */
STMT(owed, "SELECT p.number, o.number AS order_number, (SELECT COUNT(*) FROM refunds r WHERE r.payment = p.id"
           " AND r.state = 4) + (SELECT COUNT(*) FROM mismatches m WHERE m.payment = p.id"
           " AND m.kind = 'refunded_outside') AS failed FROM payments p JOIN orders o ON o.id = p.order_id"
           " WHERE p.account = ?1 AND p.state = 3 AND p.counts = 0 AND p.refunding < p.amount ORDER BY p.id LIMIT 20");

/* What we know of as given back outside. */
STMT(outside_all, "SELECT p.number, o.number AS order_number, (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT)"
                  " FROM refunds r WHERE r.payment = p.id AND r.cause = 'outside' AND r.state IN (1, 3)) AS amount"
                  " FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.account = ?1 AND p.state = 3"
                  " ORDER BY p.id LIMIT 20");

struct found {
    char number[ORDER_NUMBER_SIZE], order[ORDER_NUMBER_SIZE];
    int64_t id, actor, amount, left;
    bool failed;
};
enum { FOUND_MAX = 20 };

/* Which columns a statement has. */
static bool is_of_ids(const struct stmt *s) { return s == &asked_all || s == &dead_refunds || s == &deliveries_last; }

static int read_rows(struct sim *s, const struct stmt *statement, struct found *out)
{
    struct arena_mark mark = arena_mark(s->t->arena);
    struct query q = query(s->t->tx, statement);
    enum row row;
    int n = 0;
    if (!is_of_ids(statement) && statement != &hands) bind_i64(&q, s->account);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct found *f = &out[n++];
        *f = (struct found){ 0 };
        if (is_of_ids(statement)) f->id = col_i64(&q, "id");
        else text_copy(f->number, sizeof f->number, col_text(&q, "number"));
        if (!is_of_ids(statement) && statement != &orders_last)
            text_copy(f->order, sizeof f->order, col_text(&q, "order_number"));
        if (statement == &asked_all || statement == &hands) f->actor = col_i64(&q, "actor");
        if (statement == &paid_last) f->amount = col_i64(&q, "amount"), f->left = f->amount - col_i64(&q, "refunding");
        if (statement == &outside_all) f->amount = col_i64(&q, "amount");
        if (statement == &owed) f->failed = col_i64(&q, "failed") > 0;
    }
    if (row == ROW_FAULT) abort();
    arena_release(s->t->arena, mark);
    return n;
}

static bool one_of(struct sim *s, const struct stmt *statement, struct found *out)
{
    struct found found[FOUND_MAX];
    int n = read_rows(s, statement, found);
    if (n > 0) *out = found[sim_draw(s, (uint64_t)n)];
    return n > 0;
}

/* ---- the merchant ---- */

static void order(struct sim *s)
{
    static const char *const plans[] = { "basic", "pro", "enterprise" };
    char body[200];
    const char *coupon = sim_draw(s, 5) ? "" : ",\"coupon\":\"SPRING\"";
    if (sim_draw(s, 2)) {
        (void)snprintf(body, sizeof body, "{\"offer\":\"credits-1000\",\"quantity\":%d%s}", 1 + (int)sim_draw(s, 2),
                       coupon);
    } else {
        int plan = (int)sim_draw(s, 3), seats = plan == 2 && sim_draw(s, 2) ? 4 : 0;
        char more[24] = "";
        if (seats) (void)snprintf(more, sizeof more, ",\"seats\":%d", seats);
        (void)snprintf(body, sizeof body, "{\"offer\":\"%s\",\"shop\":%lld%s%s}", plans[plan],
                       (long long)s->shop[sim_draw(s, SHOPS)], more, coupon);
    }
    sim_say(s, "an order of %.5s%s: %d", body + 10, coupon[0] ? " with a coupon" : "",
            request(s, VERB_POST, billing_routes, "/api/billing/orders", s->account, body));
}

static void of_order(struct sim *s, const char *what, const char *body)
{
    struct found o;
    char path[80];
    if (!one_of(s, &orders_last, &o)) return;
    (void)snprintf(path, sizeof path, "/api/billing/orders/%s/%s", o.number, what);
    sim_say(s, "%s: %d", what, request(s, VERB_POST, billing_pay_routes, path, s->account, body));
}

static void pay(struct sim *s)
{
    char body[40];
    if (s->trades > TRADES_MAX / 2) return;
    enum which at = (enum which)sim_draw(s, PROVIDERS);
    if (!s->has_bills[at]) at = (enum which)sim_draw(s, PROVIDERS); /* rather where it is listed */
    (void)snprintf(body, sizeof body, "{\"provider\":\"%s\"}", world_name(at));
    of_order(s, "pay", body);
}

static void plan(struct sim *s)
{
    bool trial = sim_draw(s, 3) == 0, on = sim_draw(s, 4) > 0;
    char path[80];
    (void)snprintf(path, sizeof path, "/api/billing/plans/%lld/%s", (long long)s->shop[sim_draw(s, SHOPS)],
                   trial ? "trial" : "renewal");
    sim_say(s, "%s: %d", trial ? "a trial" : "renewal by credits",
            request(s, VERB_POST, billing_plan_routes, path, s->account,
                    trial ? NULL
                    : on  ? "{\"on\":true}"
                          : "{\"on\":false}"));
}

static void spend(struct sim *s)
{
    char key[24];
    struct credit_entry entry;
    (void)snprintf(key, sizeof key, "spent:%d", s->spent++);
    const struct credit_change c = { .account = s->account,
                                     .amount = credits_of(1 + (int64_t)sim_draw(s, 900)),
                                     .reason = REASON_correction,
                                     .key = key,
                                     .at_ms = s->now_ms };
    enum debit done = credits_debit(sim_begin(s), &c, &entry);
    if (done != DEBIT_DONE && done != DEBIT_INSUFFICIENT) abort();
    sim_commit(s);
    sim_say(s, "credits are %s", done == DEBIT_DONE ? "spent" : "too few");
}

static void shop_goes(struct sim *s)
{
    char path[60];
    bool back = sim_draw(s, 2);
    (void)snprintf(path, sizeof path, "/api/shops/%lld%s", (long long)s->shop[sim_draw(s, SHOPS)],
                   back ? "/restore" : "");
    sim_say(s, "a shop is %s: %d", back ? "brought back" : "deleted",
            request(s, back ? VERB_POST : VERB_DELETE, shops_routes, path, s->account, NULL));
}

/* ---- the shoppers ---- */

static struct trade *any_trade(struct sim *s)
{
    if (s->trades == 0) return NULL;
    int few = s->trades < 4 ? s->trades : 4;
    return &s->trade[s->trades - 1 - (int)sim_draw(s, (uint64_t)few)];
}

/* ---- operators ---- */

static int64_t operator(struct sim *s) { return OPERATOR_FIRST + (int64_t)sim_draw(s, 2); }

#define TAKES_BACK "\"takesBack\":true"
#define MONEY_ONLY "\"takesBack\":false"

/* `how`: further members of the wish. */
static int gives_back(struct sim *s, int64_t person, const struct found *p, int64_t minor, const char *how)
{
    char path[90], body[200], part[40] = "";
    if (minor > 0) (void)snprintf(part, sizeof part, "\"amount\":%lld,", (long long)minor);
    (void)snprintf(path, sizeof path, "/api/operator/orders/%s/refund", p->order);
    (void)snprintf(body, sizeof body, "{\"payment\":\"%s\",%s\"reason\":\"as asked\",%s}", p->number, part, how);
    return request(s, VERB_POST, billing_refund_routes, path, person, body);
}

static void refund(struct sim *s)
{
    struct found p;
    if (!one_of(s, &paid_last, &p)) return;
    int64_t minor = sim_draw(s, 2) && p.left > 0 ? 1 + (int64_t)sim_draw(s, (uint64_t)p.left) : 0;
    if (sim_draw(s, 12) == 0) minor = p.amount + 1; /* more than there is */
    int status = gives_back(s, operator(s), &p, minor, sim_draw(s, 2) ? TAKES_BACK : MONEY_ONLY);
    sim_say(s, "an operator gives %lld back: %d", (long long)minor, status);
    if (minor > p.amount && status / 100 == 2) sim_fault(s, "more was promised back than was paid");
}

/* Who looks at the provider's own pages finds what went back there, and says so. How much was to say. */
static int says_outside(struct sim *s)
{
    struct found found[FOUND_MAX];
    int n = read_rows(s, &outside_all, found), said = 0;
    for (int i = 0; i < n; i++) {
        const struct trade *w = world_find(s, str_of(found[i].number));
        int64_t minor = w ? world_outside(w) - found[i].amount : 0;
        if (minor <= 0) continue;
        int status = gives_back(s, operator(s), &found[i], minor, MONEY_ONLY ",\"outside\":true");
        sim_say(s, "an operator says that %lld went back outside: %d", (long long)minor, status);
        said++;
    }
    return said;
}

static int decides(struct sim *s, const struct found *r, int64_t person, bool agrees)
{
    char path[80];
    (void)snprintf(path, sizeof path, "/api/operator/refunds/%lld/%s", (long long)r->id, agrees ? "agree" : "decline");
    return request(s, VERB_POST, billing_refund_routes, path, person, agrees ? NULL : "{\"reason\":\"no, not so\"}");
}

static void decide(struct sim *s)
{
    struct found r;
    if (!one_of(s, &asked_all, &r)) return;
    int64_t person = operator(s);
    bool agrees = sim_draw(s, 3) > 0;
    int status = decides(s, &r, person, agrees);
    sim_say(s, "%s %s: %d", person == r.actor ? "who asked" : "a second person", agrees ? "agrees" : "declines",
            status);
    if (agrees && person == r.actor && status / 100 == 2) sim_fault(s, "who asked for a refund agreed to it");
}

/* A payment of which nothing was heard is in the bank: somebody says so by its number there, another one agrees. */
static void by_hand(struct sim *s)
{
    struct found p;
    char path[100], body[140];
    bool second = one_of(s, &hands, &p);
    if (!second && !one_of(s, &unheard, &p)) return;
    const struct trade *w = world_find(s, str_of(p.number));
    if (!w || !world_is_paid(w)) return;
    (void)snprintf(path, sizeof path, "/api/operator/orders/%s/paid%s", p.order, second ? "/agree" : "");
    (void)snprintf(body, sizeof body, "{\"payment\":\"%s\",\"reason\":\"in the bank\",\"trade\":\"%s\"}", p.number,
                   w->trade);
    if (second) (void)snprintf(body, sizeof body, "{\"payment\":\"%s\",\"givesBack\":true}", p.number);
    int64_t person = operator(s);
    int status = request(s, VERB_POST, billing_hand_routes, path, person, body);
    sim_say(s, "%s: %d", second ? "a second person agrees that it was paid" : "marked paid by hand", status);
    if (second && person == p.actor && status / 100 == 2) sim_fault(s, "one person alone has marked it paid");
}

static void reprice(struct sim *s)
{
    static const char *const codes[] = { "credits-1000", "basic", "pro" };
    struct offer o;
    int64_t id;
    struct tx *tx = sim_begin(s);
    if (offers_sold(tx, codes[sim_draw(s, ARRAY_LEN(codes))], CURRENCY_CNY, &o) != ROW_FOUND) abort();
    o.price = money_of(money_minor(o.price) + 1 + (int64_t)sim_draw(s, 900), CURRENCY_CNY);
    if (!offers_put(tx, &o, OPERATOR_FIRST, s->now_ms, &id)) abort();
    sim_commit(s);
    sim_say(s, "a price is raised");
}

static void replay(struct sim *s)
{
    struct found d;
    char path[80];
    if (!one_of(s, &deliveries_last, &d)) return;
    (void)snprintf(path, sizeof path, "/api/operator/deliveries/%lld/replay", (long long)d.id);
    sim_say(s, "a delivery is acted on again: %d", request(s, VERB_POST, inbound_routes, path, operator(s), NULL));
}

/* ---- time, and bad luck ---- */

/* To shortly before the days of a provider change. */
static int64_t to_midnight(struct sim *s)
{
    int64_t zone_ms = sim_draw(s, 2) ? BILLS_ZONE_MS : 0;
    int64_t left_ms = DAY_MS - (s->now_ms + zone_ms) % DAY_MS;
    int64_t before_ms = (int64_t)sim_draw(s, 12 * MINUTE_MS);
    return left_ms > before_ms ? left_ms - before_ms : left_ms;
}

/* To when lists of the day before are there. */
static int64_t to_morning(struct sim *s)
{
    int64_t due_ms = BILLS_AFTER_MS - BILLS_ZONE_MS; /* of UTC's day; Stripe's are there by then */
    return DAY_MS - (s->now_ms - due_ms) % DAY_MS + (int64_t)sim_draw(s, HOUR_MS);
}

static void time_passes(struct sim *s)
{
    static const int64_t most[] = { 5 * SECOND_MS, MINUTE_MS, 10 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS, 9 * DAY_MS };
    static const uint64_t of[] = { 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5 };
    int64_t by_ms = 1 + (int64_t)sim_draw(s, (uint64_t)most[of[sim_draw(s, ARRAY_LEN(of))]]);
    uint64_t hour = sim_draw(s, 16);
    if (hour < 2) by_ms = to_midnight(s);
    else if (hour < 4) by_ms = to_morning(s);
    sim_pass(s, by_ms);
    world_turn(s);
}

static void seldom(struct sim *s)
{
    struct trade *w = any_trade(s);
    switch (sim_draw(s, 13)) {
    case 0:
    case 1: spend(s); break;
    case 2:
    case 3: plan(s); break;
    case 4: shop_goes(s); break;
    case 5: reprice(s); break;
    case 6: replay(s); break;
    case 7:
    case 8: by_hand(s); break;
    case 9: (void)says_outside(s); break;
    case 10:
    case 11:
        if (w) world_gives(s, w);
        break;
    default:
        if (w) world_disputes(s, w);
    }
}

void move_any(struct sim *s)
{
    uint64_t n = sim_draw(s, 100);
    struct trade *w = any_trade(s);
    if (n < 7) order(s);
    else if (n < 17) pay(s);
    else if (n < 29 && w) world_pays(s, w);
    else if (n < 32) of_order(s, "check", NULL);
    else if (n < 34) of_order(s, "cancel", NULL);
    else if (n < 38) refund(s);
    else if (n < 43) decide(s);
    else if (n < 51) seldom(s);
    else if (n < 62) news_turn(s);
    else if (n < 66) work_look(s, (int)sim_draw(s, PROCESSES));
    else if (n < 91) work_any(s);
    else time_passes(s);
}

/* A refund that nobody works on any more after a month is begun again by whoever looks. */
static void begin_again(struct sim *s)
{
    struct found found[FOUND_MAX];
    int n = read_rows(s, &dead_refunds, found);
    for (int i = 0; i < n; i++) {
        if (jobs_retry(sim_begin(s), found[i].id) == ROW_FAULT) abort();
        sim_commit(s);
    }
}

void moves_end(struct sim *s, bool again)
{
    begin_again(s);
    struct found found[FOUND_MAX];
    int n = read_rows(s, &asked_all, found);
    for (int i = 0; i < n; i++) {
        int64_t second = found[i].actor == OPERATOR_FIRST ? OPERATOR_FIRST + 1 : OPERATOR_FIRST;
        if (decides(s, &found[i], second, again || sim_draw(s, 2)) / 100 != 2)
            sim_fault(s, "nobody can decide on a refund");
    }
    if (says_outside(s) > 0) return; /* first what is back already, which takes the place of what is to go */
    n = read_rows(s, &owed, found);
    for (int i = 0; i < n; i++) {
        if (!found[i].failed) sim_fault(s, "it was paid, does not count, and does not go back by itself");
        else if (gives_back(s, OPERATOR_FIRST, &found[i], 0, MONEY_ONLY) / 100 != 2)
            sim_fault(s, "what is owed cannot be given back");
        sim_say(s, "an operator gives back what is owed and was refused");
    }
}
