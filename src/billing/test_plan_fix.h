/* test_plan_fix.h: what the tests of plans share: a shop, what is sold, and buying without a provider. */
#ifndef CHATHUB_BILLING_TEST_PLAN_FIX_H
#define CHATHUB_BILLING_TEST_PLAN_FIX_H

#include "billing/plans.h"
#include "tenants/test_outside.h"

#define DAYS(n) ((n)*DAY_MS)

static const char *owner_lang = "en";

static inline enum row owner_of(struct tx *tx, int64_t of, struct tenants_owner *found)
{
    *found = (struct tenants_owner){ .email = "owner@shop.example", .lang = owner_lang };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static inline bool credits_come(struct tx *tx, int64_t of, int64_t now_ms)
{
    return tenants_credits_came(tx, of, now_ms) && billing_credits_came(tx, of, now_ms);
}

static inline bool purged(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    return billing_shop_purged(tx, s, now_ms) && tenants_shop_purged(tx, s, now_ms);
}

static inline bool let_back(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    return billing_shop_resumed(tx, s, now_ms) && tenants_shop_resumed(tx, req, s, now_ms);
}

static inline void start(struct test_db *t, int64_t credits)
{
    fix_start();
    owner_lang = "en";
    tenants_hooks.owner = owner_of;
    tenants_hooks.entitlements = billing_entitlements;
    tenants_hooks.disabled = NULL;
    credits_hooks.granted = credits_come;
    shops_hooks.purged = purged, shops_hooks.resumed = let_back;
    billing_settings = (struct billing_settings){ .base_url = "https://chathub.example" };
    EXPECT(billing_begin(t->tx, kit_now()));
    account = kit_account(t, credits);
    shop = fix_shop(t, account, "Tea");
}

static inline void start_with_mail(struct test_db *t, int64_t credits)
{
    static struct mail_settings mail;
    start(t, credits);
    mail = (struct mail_settings){ .from = "Chathub <no-reply@chathub.example>", .keep = true, .keyring = fix_keyring };
    billing_settings.mail = &mail;
}

static inline void expect_sound(struct test_db *t)
{
    fix_expect_sound(t);
    test_expect_sound(t, billing_plan_checks);
}

static inline struct offer offer_of(struct test_db *t, const char *code)
{
    struct offer o;
    EXPECT(offers_sold(t->tx, code, CURRENCY_CNY, &o) == ROW_FOUND);
    return o;
}

/* seats 0: as many as are in the price. */
static inline enum quote quoted(struct test_db *t, const char *code, int64_t seats, struct order_quote *q)
{
    const struct order_wish w = {
        .account = account, .person = 1, .shop = shop, .seats = seats, .offer = offer_of(t, code), .now_ms = kit_now()
    };
    return order_quote(t->tx, &w, q);
}

static inline struct order ordered(struct test_db *t, const char *code, int64_t seats)
{
    struct order_quote *q = ARENA_NEW(t->arena, struct order_quote);
    assert_int_equal(quoted(t, code, seats, q), QUOTE_MADE);
    EXPECT(orders_insert(t->tx, q, kit_now()));
    return q->order;
}

/* As where its payment is found to be paid. */
static inline enum deliver delivered(struct test_db *t, struct order *o, const char **why)
{
    const struct move m = { .why = "paid", .at_ms = kit_now() };
    struct offer offer;
    EXPECT(offers_get(t->tx, o->offer, &offer) == ROW_FOUND);
    enum deliver d = billing_deliver(t->tx, o, &offer, kit_now(), why);
    if (d == DELIVER_DONE) EXPECT(order_move(t->tx, o, ORDER_DELIVERED, &m));
    if (d == DELIVER_CANNOT) EXPECT(order_move(t->tx, o, ORDER_CLOSED, &m));
    return d;
}

static inline struct order bought(struct test_db *t, const char *code, int64_t seats)
{
    const char *why = "";
    struct order o = ordered(t, code, seats);
    if (delivered(t, &o, &why) != DELIVER_DONE) fail_msg("%s", why);
    return o;
}

static inline void taken_back(struct test_db *t, struct order *o)
{
    const struct move m = { .why = "refunded", .at_ms = kit_now() };
    EXPECT(order_move(t->tx, o, ORDER_GIVEN_BACK, &m));
    EXPECT(plan_take_back(t->tx, o, kit_now()));
}

static inline struct shop_plan plan(struct test_db *t)
{
    struct shop_plan p;
    EXPECT(plan_get(t->tx, shop, &p) == ROW_FOUND);
    return p;
}

static inline struct kit_answer plans(struct test_db *t, enum verb verb, const char *end, const char *body)
{
    return kit_call(t, &(struct kit_request){ .routes = billing_plan_routes,
                                              .verb = verb,
                                              .path = arena_printf(t->arena, "/api/billing/plans%s", end),
                                              .account = account,
                                              .body = body });
}

static inline struct kit_answer plan_call(struct test_db *t, const char *what, const char *body)
{
    return plans(t, VERB_POST, arena_printf(t->arena, "/%lld/%s", (long long)shop, what), body);
}

static inline void clock_runs(struct test_db *t)
{
    enum job_wish wish = kit_job(t, &(struct kit_attempt){ .kind = &billing_plans_job });
    assert_true(wish == JOB_FINISHED || wish == JOB_NEXT);
}

static inline void delete_shop(struct test_db *t)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld", (long long)shop);
    const struct kit_request r = { .routes = shops_routes, .verb = VERB_DELETE, .path = path, .account = account };
    assert_int_equal(kit_call(t, &r).status, 200);
}

static inline void operator_does(struct test_db *t, const char *what)
{
    const struct kit_request r = { .routes = shops_house_routes,
                                   .verb = VERB_POST,
                                   .path = arena_printf(t->arena, "/api/operator/shops/%lld/%s", (long long)shop, what),
                                   .account = 900,
                                   .body = "{\"reason\":\"a test\"}" };
    assert_int_equal(kit_call(t, &r).status, 200);
}

static inline int64_t tenant_status(struct test_db *t)
{
    return test_number(
        t, arena_printf(t->arena, "SELECT COALESCE(MAX(status), 0) FROM tenants WHERE shop = %lld", (long long)shop));
}

static inline bool is_time(const json_t *value, int64_t ms)
{
    int64_t told = 0;
    return json_is_string(value) && time_parse(str_of(json_string_value(value)), &told) && told == ms;
}
#endif
