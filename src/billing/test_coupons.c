/* test_coupons.c: what a coupon takes off, who may have it, and that what it has counted is what orders hold. */
#include "billing/test_money.h"

#include "base/clock.h"
#include <stdatomic.h>
#include <time.h>

enum { MONTH_DAYS = 30 };

struct fix {
    int64_t account, shop;
};

static struct fix begin(struct test_db *t)
{
    struct fix f;
    money_start(t);
    f.account = kit_account(t, 0);
    f.shop = fix_shop(t, f.account, "Tea");
    tenants_hooks.entitlements = billing_entitlements;
    return f;
}

static void expect_sound(struct test_db *t)
{
    EXPECT_MONEY_TRUE(t);
    test_expect_sound(t, billing_coupon_checks);
    test_expect_sound(t, billing_plan_checks);
}

/* Ten percent in CNY, under TEN-OFF, unless the caller says otherwise. */
static struct coupon coupon_put(struct test_db *t, struct coupon c)
{
    int64_t id;
    if (!c.code) c.code = "TEN-OFF";
    if (c.kind == COUPON_NONE) c.kind = COUPON_PERCENT, c.percent = 10;
    if (c.kind == COUPON_PERCENT) c.amount = CNY(0);
    if (!money_is_positive(c.most_given)) c.most_given = money_of(0, money_currency(c.amount));
    if (!c.offers) c.offers = "";
    c.note = "", c.actor = 1;
    EXPECT(coupons_put(t->tx, &c, kit_now(), &id));
    EXPECT(coupons_get(t->tx, id, &c) == ROW_FOUND);
    return c;
}

static struct coupon coupon_now(struct test_db *t, int64_t id)
{
    struct coupon c;
    EXPECT(coupons_get(t->tx, id, &c) == ROW_FOUND);
    return c;
}

static enum quote quoted(struct test_db *t, const struct fix *f, const char *offer, const char *code,
                         struct order_quote *q)
{
    bool plan = strncmp(offer, "credits", 7) != 0;
    const struct order_wish w = { .account = f->account, .person = 1, .shop = plan ? f->shop : 0, .coupon = code };
    return money_wish(t, w, offer, q);
}

/* What stands against it; FITS: nothing. */
static enum coupon_said said(struct test_db *t, const struct fix *f, const char *offer, const char *code)
{
    struct order_quote q;
    enum quote quote = quoted(t, f, offer, code, &q);
    EXPECT(quote == QUOTE_MADE || quote == QUOTE_COUPON);
    assert_int_equal(quote == QUOTE_MADE, q.said == COUPON_FITS);
    return q.said;
}

static enum coupon_said take(struct test_db *t, const struct fix *f, const char *offer, const char *code,
                             struct order_quote *q)
{
    if (quoted(t, f, offer, code, q) != QUOTE_MADE) return q->said;
    EXPECT(orders_insert(t->tx, q, kit_now()));
    return code ? coupon_take(t->tx, &q->order, &q->use, kit_now()) : COUPON_FITS;
}

static struct order ordered(struct test_db *t, const struct fix *f, const char *offer, const char *code)
{
    struct order_quote q;
    assert_int_equal(take(t, f, offer, code, &q), COUPON_FITS);
    return q.order;
}

static struct order bought(struct test_db *t, const struct fix *f, const char *offer, const char *code)
{
    struct order o = ordered(t, f, offer, code);
    struct payment p = money_payment(t, &o);
    assert_string_equal(money_paid(t, &p, p.number), "mark_paid");
    return money_order_now(t, o.id);
}

static void closed(struct test_db *t, int64_t order)
{
    struct order o = money_order_now(t, order);
    EXPECT(order_close_here(t->tx, &o, "expired", 0, kit_now()));
}

static void expect_counted(struct test_db *t, int64_t coupon, int64_t uses, int64_t given)
{
    struct coupon c = coupon_now(t, coupon);
    assert_int_equal(c.uses, uses);
    assert_int_equal(money_minor(c.given), given);
}

/* What one order of a pack at that price has taken off; 0: nothing can be. */
static int64_t off(struct test_db *t, const struct fix *f, int64_t price, const char *code)
{
    int64_t id;
    struct offer pack = money_offer(t, "credits-1000");
    struct order_quote q;
    pack.price = CNY(price);
    EXPECT(offers_put(t->tx, &pack, 1, kit_now(), &id));
    enum quote quote = quoted(t, f, "credits-1000", code, &q);
    if (quote != QUOTE_MADE) return q.said == COUPON_NOTHING_OFF ? 0 : -1;
    EXPECT(q.lines == 2 && text_eq(q.line[1].what, "discount"));
    EXPECT(money_equal(q.line[1].amount, money_negate(q.order.discount)));
    EXPECT(money_minor(q.order.amount) == price - money_minor(q.order.discount));
    return money_minor(q.order.discount);
}

/* ---- how much ---- */

TEST_EACH_ENGINE(a_share_is_rounded_down_and_leaves_something)
{
    static const struct {
        int64_t percent, price, off;
    } rounded[] = {
        { 10, 10000, 1000 }, { 33, 9999, 3299 }, { 10, 99, 9 }, { 1, 99, 0 },
        { 1, 199, 1 },       { 50, 3, 1 },       { 50, 1, 0 },  { 99, 9999, 9899 },
        { 100, 99, 98 },     { 100, 2, 1 },      { 100, 1, 0 }, { 67, 1000000000, 670000000 },
    };
    struct fix f = begin(t);
    for (size_t i = 0; i < ARRAY_LEN(rounded); i++) {
        const char *code = arena_printf(t->arena, "SHARE-%zu", i);
        (void)coupon_put(t, (struct coupon){ .code = code, .kind = COUPON_PERCENT, .percent = rounded[i].percent });
        assert_int_equal(off(t, &f, rounded[i].price, code), rounded[i].off);
    }
}

TEST_EACH_ENGINE(a_sum_leaves_something_too)
{
    struct fix f = begin(t);
    (void)coupon_put(t, (struct coupon){ .code = "FIVE", .kind = COUPON_AMOUNT, .amount = CNY(500) });
    assert_int_equal(off(t, &f, 10000, "FIVE"), 500);
    assert_int_equal(off(t, &f, 501, "FIVE"), 500);
    assert_int_equal(off(t, &f, 500, "FIVE"), 499);
    assert_int_equal(off(t, &f, 2, "FIVE"), 1);
    assert_int_equal(off(t, &f, 1, "FIVE"), 0);
}

/* What is left of another plan is counted first: a coupon lowers the price, and then what is due at most. */
TEST_EACH_ENGINE(a_coupon_and_the_rest_of_a_plan_are_two_lines)
{
    struct fix f = begin(t);
    struct order_quote q;
    (void)coupon_put(t, (struct coupon){ .code = "HALF", .kind = COUPON_PERCENT, .percent = 50 });
    (void)bought(t, &f, "basic", NULL);
    kit_set_now(kit_now() + 20 * DAY_MS);
    EXPECT(quoted(t, &f, "pro", "HALF", &q) == QUOTE_MADE && q.lines == 3);
    EXPECT(money_equal(q.order.credited, CNY(1666)) && money_equal(q.order.discount, CNY(3000)));
    EXPECT(money_equal(q.order.amount, CNY(1334)));
    (void)coupon_put(t, (struct coupon){ .code = "MOST", .kind = COUPON_PERCENT, .percent = 90 });
    EXPECT(quoted(t, &f, "pro", "MOST", &q) == QUOTE_MADE);
    EXPECT(money_equal(q.order.discount, CNY(4333)) && money_equal(q.order.amount, CNY(1)));
    /* What was paid is what can be counted later: nobody is given back a discount. */
    struct order o = bought(t, &f, "pro", "HALF");
    EXPECT(o.state == ORDER_DELIVERED);
    EXPECT(test_number(t, arena_printf(t->arena, "SELECT paid FROM plan_periods WHERE order_id = %lld",
                                       (long long)o.id)) == 3000);
    expect_sound(t);
}

/* ---- for whom ---- */

TEST_EACH_ENGINE(a_code_is_one_in_capital_and_small_letters)
{
    static const char *const none[] = { "TEN",      "TEN_OFF",        "TEN OFF",
                                        "TEN-OFF-", "TEN\xc3\x96OFF", "0123456789012345678901234567890123456789A" };
    struct fix f = begin(t);
    (void)coupon_put(t, (struct coupon){ 0 });
    EXPECT(said(t, &f, "basic", "ten-Off") == COUPON_FITS);
    for (size_t i = 0; i < ARRAY_LEN(none); i++) assert_int_equal(said(t, &f, "basic", none[i]), COUPON_UNKNOWN);
}

TEST_EACH_ENGINE(each_refusal_has_its_own_word)
{
    struct fix f = begin(t);
    int64_t now_ms = kit_now();
    struct coupon ended = coupon_put(t, (struct coupon){ .code = "ENDED" });
    EXPECT(coupons_end(t->tx, ended.id, 1, now_ms) == ROW_FOUND && coupons_end(t->tx, ended.id, 1, now_ms) == ROW_NONE);
    (void)coupon_put(t, (struct coupon){ .code = "OVER", .until_ms = now_ms });
    (void)coupon_put(t, (struct coupon){ .code = "SOON", .from_ms = now_ms + 1 });
    (void)coupon_put(t, (struct coupon){ .code = "NOW-1", .from_ms = now_ms, .until_ms = now_ms + 1 });
    (void)coupon_put(t, (struct coupon){ .code = "PRO-1", .offers = "pro enterprise" });
    (void)coupon_put(t, (struct coupon){ .code = "MONTHS", .months = 2 });
    (void)coupon_put(
        t, (struct coupon){ .code = "DOLLARS", .kind = COUPON_AMOUNT, .amount = money_of(100, CURRENCY_USD) });
    assert_int_equal(said(t, &f, "basic", "NOBODY"), COUPON_UNKNOWN);
    assert_int_equal(said(t, &f, "basic", "ENDED"), COUPON_OVER);
    assert_int_equal(said(t, &f, "basic", "OVER"), COUPON_OVER);
    assert_int_equal(said(t, &f, "basic", "SOON"), COUPON_NOT_YET);
    assert_int_equal(said(t, &f, "basic", "NOW-1"), COUPON_FITS);
    assert_int_equal(said(t, &f, "basic", "PRO-1"), COUPON_OTHER_OFFER);
    assert_int_equal(said(t, &f, "pro", "PRO-1"), COUPON_FITS);
    assert_int_equal(said(t, &f, "enterprise", "PRO-1"), COUPON_FITS);
    assert_int_equal(said(t, &f, "credits-1000", "MONTHS"), COUPON_OTHER_OFFER);
    assert_int_equal(said(t, &f, "basic", "DOLLARS"), COUPON_OTHER_CURRENCY);
    /* A new one of the same code takes the place of the one that was ended. */
    (void)coupon_put(t, (struct coupon){ .code = "ENDED" });
    assert_int_equal(said(t, &f, "basic", "ENDED"), COUPON_FITS);
}

TEST_EACH_ENGINE(once_an_account_is_once_in_all_its_shops)
{
    struct fix f = begin(t), other = { .account = kit_account(t, 0) }, second = f;
    second.shop = fix_shop(t, f.account, "Coffee"), other.shop = fix_shop(t, other.account, "Milk");
    struct coupon c = coupon_put(t, (struct coupon){ .once = true });
    struct order o = ordered(t, &f, "basic", "TEN-OFF");
    assert_int_equal(said(t, &second, "basic", "TEN-OFF"), COUPON_HAD);
    assert_int_equal(said(t, &f, "credits-1000", "TEN-OFF"), COUPON_HAD);
    assert_int_equal(said(t, &other, "basic", "TEN-OFF"), COUPON_FITS);
    closed(t, o.id); /* unpaid: it is free again */
    expect_counted(t, c.id, 0, 0);
    (void)bought(t, &second, "basic", "TEN-OFF");
    assert_int_equal(said(t, &f, "basic", "TEN-OFF"), COUPON_HAD);
    assert_int_equal(said(t, &second, "basic", "TEN-OFF"), COUPON_HAD);
    expect_counted(t, c.id, 1, 500);
    expect_sound(t);
}

/* ---- months ---- */

TEST_EACH_ENGINE(months_are_counted_over_orders)
{
    struct fix f = begin(t), second = f;
    second.shop = fix_shop(t, f.account, "Coffee");
    struct coupon c =
        coupon_put(t, (struct coupon){ .months = 2, .once = true, .most_uses = 1, .until_ms = kit_now() + DAY_MS });
    EXPECT(money_equal(bought(t, &f, "basic", "TEN-OFF").discount, CNY(500)));
    assert_int_equal(said(t, &second, "basic", "TEN-OFF"), COUPON_HAD);
    kit_set_now(kit_now() + 2 * DAY_MS); /* who began goes on, though nobody else could begin */
    struct order o = ordered(t, &f, "basic", "TEN-OFF");
    EXPECT(money_equal(o.discount, CNY(500)));
    expect_counted(t, c.id, 1, 1000);
    closed(t, o.id); /* the month is free again, the use is not */
    expect_counted(t, c.id, 1, 500);
    EXPECT(money_equal(bought(t, &f, "basic", "TEN-OFF").discount, CNY(500)));
    assert_int_equal(said(t, &f, "basic", "TEN-OFF"), COUPON_MONTHS_OVER);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM coupon_uses") == 3);
    expect_counted(t, c.id, 1, 1000);
    expect_sound(t);
}

/* A plan of 45 days: 60 days of months are one order whole, and a third of the next one. */
TEST_EACH_ENGINE(a_part_of_an_order_is_lowered_by_its_days)
{
    struct fix f = begin(t);
    int64_t id;
    struct offer long_one = money_offer(t, "basic");
    long_one.days = 45, long_one.price = CNY(9999);
    EXPECT(offers_put(t->tx, &long_one, 1, kit_now(), &id));
    (void)coupon_put(t, (struct coupon){ .months = 2 });
    (void)coupon_put(t, (struct coupon){ .code = "TWELVE", .kind = COUPON_AMOUNT, .amount = CNY(1201), .months = 3 });
    EXPECT(money_equal(bought(t, &f, "basic", "TEN-OFF").discount, CNY(999)));
    EXPECT(money_equal(bought(t, &f, "basic", "TEN-OFF").discount, CNY(333))); /* 9999 × 10 × 15 / (100 × 45) */
    assert_int_equal(said(t, &f, "basic", "TEN-OFF"), COUPON_MONTHS_OVER);
    EXPECT(money_equal(bought(t, &f, "basic", "TWELVE").discount, CNY(1801))); /* 1201 + 600, of 45 days */
    EXPECT(money_equal(bought(t, &f, "basic", "TWELVE").discount, CNY(1801)));
    assert_int_equal(said(t, &f, "basic", "TWELVE"), COUPON_MONTHS_OVER);
    expect_sound(t);
}

/* ---- what orders hold ---- */

TEST_EACH_ENGINE(the_last_use_and_the_last_fen)
{
    struct fix f[3] = { begin(t) };
    f[1].account = kit_account(t, 0), f[2].account = kit_account(t, 0);
    struct coupon two = coupon_put(t, (struct coupon){ .most_uses = 2 });
    struct coupon sum = coupon_put(t, (struct coupon){ .code = "SUM-1", .most_given = CNY(2000) });
    struct coupon less = coupon_put(t, (struct coupon){ .code = "LESS", .most_given = CNY(1999) });
    (void)ordered(t, &f[0], "credits-1000", "TEN-OFF");
    struct order o = ordered(t, &f[1], "credits-1000", "TEN-OFF");
    assert_int_equal(said(t, &f[2], "credits-1000", "TEN-OFF"), COUPON_USED_UP);
    closed(t, o.id);
    assert_int_equal(said(t, &f[2], "credits-1000", "TEN-OFF"), COUPON_FITS);
    expect_counted(t, two.id, 1, 1000);
    (void)ordered(t, &f[1], "credits-1000", "SUM-1");
    (void)ordered(t, &f[2], "credits-1000", "SUM-1");
    expect_counted(t, sum.id, 2, 2000);
    closed(t, test_number(t, "SELECT MAX(id) FROM orders"));
    (void)ordered(t, &f[2], "credits-1000", "LESS");
    closed(t, test_number(t, "SELECT id FROM orders WHERE account = 2 AND state = 1"));
    assert_int_equal(said(t, &f[1], "credits-1000", "LESS"), COUPON_USED_UP);
    expect_counted(t, less.id, 1, 1000);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_is_given_back_whole_stays_used)
{
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ .once = true });
    struct order o = bought(t, &f, "credits-1000", "TEN-OFF");
    struct payment p = money_payment_now(t, o.paid_by);
    struct refund r;
    const struct refund_wish w = {
        .amount = p.amount, .cause = "operator", .reason = "Not wanted", .takes_back = true, .now_ms = kit_now()
    };
    EXPECT(refund_put(t->tx, &o, &p, &w, &r) == REFUND_PUT);
    EXPECT(refund_done(t->tx, &o, &p, &r, &(struct move){ .why = "notice", .at_ms = kit_now() }));
    EXPECT(money_order_now(t, o.id).state == ORDER_GIVEN_BACK);
    expect_counted(t, c.id, 1, 1000);
    assert_int_equal(said(t, &f, "credits-1000", "TEN-OFF"), COUPON_HAD);
    expect_sound(t);
}

/* Its use may be another's by now. */
TEST_EACH_ENGINE(what_is_paid_after_it_was_closed_goes_back)
{
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ 0 });
    struct order o = ordered(t, &f, "credits-1000", "TEN-OFF");
    struct payment p = money_payment(t, &o);
    closed(t, o.id);
    expect_counted(t, c.id, 0, 0);
    assert_string_equal(money_paid(t, &p, "T1"), "mark_paid; late");
    EXPECT(money_order_now(t, o.id).state == ORDER_CLOSED && money_owed(t) == 0);
    EXPECT(test_number(t, "SELECT amount FROM refunds") == 9000);
    expect_counted(t, c.id, 0, 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_cannot_be_delivered_gives_its_use_back)
{
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ 0 });
    struct order o = ordered(t, &f, "basic", "TEN-OFF");
    struct payment p = money_payment(t, &o);
    test_script(t, "UPDATE shops SET status = 5, deleted_from = 2");
    assert_string_equal(money_paid(t, &p, "T1"), "mark_paid; undeliverable");
    expect_counted(t, c.id, 0, 0);
    expect_sound(t);
}

/* ---- through the routes ---- */

static struct kit_answer post(struct test_db *t, const struct fix *f, const char *what, const char *members)
{
    const struct kit_request r = { .routes = billing_routes,
                                   .verb = VERB_POST,
                                   .path = arena_printf(t->arena, "/api/billing/%s", what),
                                   .account = f->account,
                                   .body = arena_printf(t->arena, "{\"offer\":\"credits-1000\"%s}", members) };
    return kit_call(t, &r);
}

#define WITH ",\"coupon\":\"ten-off\""

/* Whoever presses twice gets the order that is there, which holds its coupon whatever became of that. */
TEST_EACH_ENGINE(an_open_order_keeps_what_it_was_promised)
{
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ .once = true, .most_uses = 1 });
    struct kit_answer a = post(t, &f, "orders", WITH);
    assert_int_equal(a.status, 201);
    assert_string_equal(fix_text(&a, "coupon"), "TEN-OFF");
    EXPECT(coupons_end(t->tx, c.id, 1, kit_now()) == ROW_FOUND);
    assert_int_equal(post(t, &f, "orders", WITH).status, 200);
    a = post(t, &f, "quote", WITH);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "coupon"), "TEN-OFF");
    assert_string_equal(post(t, &f, "orders", "").error, "order_open");
    expect_counted(t, c.id, 1, 1000);
    closed(t, 1);
    assert_string_equal(post(t, &f, "orders", WITH).error, "coupon_over");
    expect_sound(t);
}

TEST_EACH_ENGINE(what_is_over_between_the_quote_and_the_order)
{
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ .until_ms = kit_now() + 60000 });
    assert_int_equal(post(t, &f, "quote", WITH).status, 200);
    kit_set_now(kit_now() + 60000);
    struct kit_answer a = post(t, &f, "orders", WITH);
    assert_int_equal(a.status, 422);
    assert_string_equal(a.error, "coupon_over");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM orders") == 0 && fix_audits(t, "order_made") == 0);
    expect_counted(t, c.id, 0, 0);
    assert_int_equal(post(t, &f, "orders", "").status, 201);
}

/* Asked of the row itself, and not of what the quote saw. */
TEST_EACH_ENGINE(what_was_quoted_is_asked_for_again_when_it_is_taken)
{
    static const struct {
        const char *sql;
        enum coupon_said said;
    } meanwhile[] = {
        { "UPDATE coupons SET ended_at_ms = 1", COUPON_OVER },
        { "UPDATE coupons SET until_ms = 1", COUPON_OVER },
        { "UPDATE coupons SET from_ms = 9000000000000", COUPON_NOT_YET },
        { "UPDATE coupons SET most_uses = 1, uses = 1", COUPON_USED_UP },
        { "UPDATE coupons SET most_given = 999", COUPON_USED_UP },
        { "INSERT INTO coupon_uses (order_id, coupon, account, shop, takes, days, discount, once, given_back_ms,"
          " created_at_ms) VALUES (99, 1, 1, 5, 1, 0, 1, 1, 0, 1)",
          COUPON_HAD },
        { "UPDATE coupons SET note = 'nothing'", COUPON_FITS },
    };
    struct fix f = begin(t);
    (void)coupon_put(t, (struct coupon){ .once = true });
    test_commit(t);
    for (size_t i = 0; i < ARRAY_LEN(meanwhile); i++) {
        struct order_quote q;
        EXPECT(quoted(t, &f, "credits-1000", "TEN-OFF", &q) == QUOTE_MADE && orders_insert(t->tx, &q, kit_now()));
        test_script(t, meanwhile[i].sql);
        assert_int_equal(coupon_take(t->tx, &q.order, &q.use, kit_now()), meanwhile[i].said);
        test_reopen(t);
    }
}

/* ---- at the same moment ---- */

enum { RACERS = 8 };
struct racer {
    struct op op;
    struct order_quote q;
    enum coupon_said said;
    atomic_int *left;
};

static enum op_wish race_run(struct op *op, struct tx *tx)
{
    struct racer *r = OWNER_OF(op, struct racer, op);
    struct order_quote q = r->q;
    if (!orders_insert(tx, &q, kit_now())) return OP_REFUSE;
    r->said = coupon_take(tx, &q.order, &q.use, kit_now());
    return r->said == COUPON_FITS ? OP_COMMIT : OP_REFUSE;
}

static void race_again(struct op *op) { arena_reset(op->arena); }

static void race_done(struct op *op, enum op_outcome outcome)
{
    struct racer *r = OWNER_OF(op, struct racer, op);
    if (outcome != OP_COMMITTED && r->said == COUPON_FITS) r->said = COUPON_FAULT;
    atomic_fetch_sub(r->left, 1);
}

/* All have seen the same quote; what is decided is decided by the coupon's row. */
static void race(struct test_db *t, struct racer *racer)
{
    atomic_int left = RACERS;
    for (size_t i = 0; i < RACERS; i++) {
        racer[i].left = &left;
        racer[i].op = (struct op){
            .mode = TX_WRITE, .arena = arena_new(1 << 20), .run = race_run, .again = race_again, .done = race_done
        };
    }
    struct lanes *lanes = test_lanes(t, &(struct lane_options){ .readers = 1, .writers = 4 });
    for (size_t i = 0; i < RACERS; i++) EXPECT(lanes_submit(lanes, &racer[i].op));
    for (int waited = 0; atomic_load(&left) && waited < 30000; waited++)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    EXPECT(atomic_load(&left) == 0);
    test_lanes_stop(t);
    for (size_t i = 0; i < RACERS; i++) arena_free(racer[i].op.arena);
}

static int count(const struct racer *racer, enum coupon_said wanted)
{
    int n = 0;
    for (size_t i = 0; i < RACERS; i++) n += racer[i].said == wanted;
    return n;
}

TEST_EACH_ENGINE(of_two_for_the_last_use_one_wins)
{
    static struct racer racer[RACERS];
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ .most_uses = 3 });
    for (size_t i = 0; i < RACERS; i++) {
        f.account = kit_account(t, 0);
        EXPECT(quoted(t, &f, "credits-1000", "TEN-OFF", &racer[i].q) == QUOTE_MADE);
    }
    race(t, racer);
    assert_int_equal(count(racer, COUPON_FITS), 3);
    assert_int_equal(count(racer, COUPON_USED_UP), RACERS - 3);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM orders") == 3);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM coupon_uses") == 3);
    expect_counted(t, c.id, 3, 3000);
    expect_sound(t);
}

TEST_EACH_ENGINE(of_two_shops_of_one_account_one_wins)
{
    static struct racer racer[RACERS];
    struct fix f = begin(t);
    struct coupon c = coupon_put(t, (struct coupon){ .once = true, .months = 3 });
    for (size_t i = 0; i < RACERS; i++) {
        f.shop = fix_shop(t, f.account, arena_printf(t->arena, "Shop %zu", i));
        EXPECT(quoted(t, &f, "basic", "TEN-OFF", &racer[i].q) == QUOTE_MADE);
    }
    race(t, racer);
    assert_int_equal(count(racer, COUPON_FITS), 1);
    assert_int_equal(count(racer, COUPON_HAD), RACERS - 1);
    expect_counted(t, c.id, 1, 500);
    expect_sound(t);
}

/* ---- what verify finds ---- */

TEST_EACH_ENGINE(what_is_wrong_with_coupons_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE coupons SET uses = 2", "other uses" },
        { "UPDATE coupons SET given = 999", "another sum than orders hold" },
        { "UPDATE coupons SET currency = 'XYZ'", "nobody knows" },
        { "UPDATE coupon_uses SET account = 9 WHERE order_id = 1", "not as its order" },
        { "UPDATE coupon_uses SET order_id = 99 WHERE order_id = 1", "of no order" },
        { "UPDATE coupon_uses SET coupon = 9, given_back_ms = 5 WHERE order_id = 2", "of no order" },
        { "UPDATE coupon_uses SET discount = 999 WHERE order_id = 2", "by another sum" },
        { "UPDATE orders SET coupon = 9 WHERE id = 1", "not as its order" },
        { "UPDATE orders SET state = 4 WHERE id = 1", "holds a coupon" },
        { "UPDATE orders SET state = 3 WHERE id = 2", "lost its coupon" },
    };
    static const struct test_harm of_orders[] = {
        { "UPDATE orders SET coupon = 0 WHERE id = 1", "without a coupon" },
        { "DELETE FROM coupon_uses WHERE order_id = 1", "without a coupon" },
    };
    struct fix f = begin(t);
    (void)coupon_put(t, (struct coupon){ 0 });
    (void)bought(t, &f, "credits-1000", "TEN-OFF");
    closed(t, ordered(t, &f, "credits-1000", "TEN-OFF").id);
    test_expect_found(t, billing_coupon_checks, harms, ARRAY_LEN(harms));
    test_expect_found(t, billing_checks, of_orders, ARRAY_LEN(of_orders));
}

static int64_t term(struct test_db *t, const struct fix *f, const char *name)
{
    const char *body =
        arena_printf(t->arena, "{\"offer\":\"pro\",\"shop\":%lld,\"coupon\":\"ten-off\"}", (long long)f->shop);
    const struct kit_request r = {
        .routes = billing_routes, .verb = VERB_POST, .path = "/api/billing/quote", .account = f->account, .body = body
    };
    struct kit_answer a = kit_call(t, &r);
    assert_int_equal(a.status, 200);
    return json_integer_value(json_object_get(json_object_get(a.json, "couponTerms"), name));
}

TEST_EACH_ENGINE(a_quote_says_what_its_coupon_does_and_what_is_left)
{
    struct fix f = begin(t);
    struct order_quote q;
    (void)coupon_put(t, (struct coupon){ .months = 2 });
    EXPECT(term(t, &f, "percent") == 10 && term(t, &f, "months") == 2);
    EXPECT(term(t, &f, "days") == MONTH_DAYS && term(t, &f, "daysLeft") == MONTH_DAYS);
    assert_int_equal(take(t, &f, "pro", "TEN-OFF", &q), COUPON_FITS);
    EXPECT(order_move(t->tx, &q.order, ORDER_DELIVERED, &(struct move){ .why = "test", .at_ms = kit_now() }));
    EXPECT(term(t, &f, "days") == MONTH_DAYS && term(t, &f, "daysLeft") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_quote_says_what_its_coupon_does_and_what_is_left),
        EACH_ENGINE(a_share_is_rounded_down_and_leaves_something),
        EACH_ENGINE(a_sum_leaves_something_too),
        EACH_ENGINE(a_coupon_and_the_rest_of_a_plan_are_two_lines),
        EACH_ENGINE(a_code_is_one_in_capital_and_small_letters),
        EACH_ENGINE(each_refusal_has_its_own_word),
        EACH_ENGINE(once_an_account_is_once_in_all_its_shops),
        EACH_ENGINE(months_are_counted_over_orders),
        EACH_ENGINE(a_part_of_an_order_is_lowered_by_its_days),
        EACH_ENGINE(the_last_use_and_the_last_fen),
        EACH_ENGINE(what_is_given_back_whole_stays_used),
        EACH_ENGINE(what_is_paid_after_it_was_closed_goes_back),
        EACH_ENGINE(what_cannot_be_delivered_gives_its_use_back),
        EACH_ENGINE(an_open_order_keeps_what_it_was_promised),
        EACH_ENGINE(what_is_over_between_the_quote_and_the_order),
        EACH_ENGINE(what_was_quoted_is_asked_for_again_when_it_is_taken),
        EACH_ENGINE(of_two_for_the_last_use_one_wins),
        EACH_ENGINE(of_two_shops_of_one_account_one_wins),
        EACH_ENGINE(what_is_wrong_with_coupons_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
