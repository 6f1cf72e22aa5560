/* test_operator_orders.c: what operators see of orders, and do to them: lists, one order whole, payments marked by
 * hand, mismatches, offers, and the house's money. */
#include "billing/test_refund_fix.h"

#define HAND "\"reason\":\"Bank transfer of 3 May\",\"trade\":\"BANK-42\""

static struct kit_answer get(struct test_db *t, const struct route *routes, const char *path)
{
    struct kit_answer a = fix_call(t, ANN, routes, VERB_GET, path, NULL);
    return a;
}

static struct kit_answer one(struct test_db *t, const struct fix_paid *f)
{
    return get(t, billing_operator_routes, arena_printf(t->arena, "/api/operator/orders/%s", f->o.number));
}

static size_t size_of(const struct kit_answer *a, const char *list)
{
    assert_int_equal(a->status, 200);
    return json_array_size(json_object_get(a->json, list));
}

/* Every answer is as the API description says it is. */
static void expect_shape(const struct route *routes, const char *path, const struct kit_answer *a)
{
    struct buf why;
    buf_init(&why, 4096);
    const struct route *r = routes;
    while (r->verb != VERB_UNSET && !text_eq(r->path, path)) r++;
    assert_non_null(r->answer);
    bool good = shape_matches(r->answer, a->json, &why);
    if (!good) print_error("%s: %s\n", path, buf_terminated(&why));
    buf_free(&why);
    assert_true(good);
}

/* ---- lists ---- */

TEST_EACH_ENGINE(orders_are_found_by_what_is_asked_for)
{
    fix_start(t);
    int64_t a1 = kit_account(t, 0), a2 = kit_account(t, 0);
    (void)fix_paid_order(t, a1, 1), (void)fix_paid_order(t, a1, 0);
    (void)fix_order(t, a1, 1), (void)fix_order(t, a2, 2);
    static const struct {
        const char *query;
        size_t count;
    } asked[] = {
        { "", 4 },
        { "?state=paid", 2 },
        { "?state=open", 2 },
        { "?state=refunded", 0 },
        { "?account=1", 3 },
        { "?account=1&state=open", 1 },
        { "?account=1&provider=fake", 2 },
        { "?provider=fake", 4 },
        { "?provider=fake&state=paid", 2 },
        { "?provider=other", 0 },
        { "?from=2001-01-01&to=2002-01-01", 0 },
        { "?limit=3", 3 },
        { "?after=3", 2 },
        { "?after=2&state=paid", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/orders%s", asked[i].query);
        struct kit_answer a = get(t, billing_operator_routes, path);
        if (size_of(&a, "orders") != asked[i].count)
            fail_msg("%s: %zu and not %zu", path, size_of(&a, "orders"), asked[i].count);
        expect_shape(billing_operator_routes, "/api/operator/orders", &a);
    }
}

TEST_EACH_ENGINE(pages_of_orders_follow_each_other)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    for (int i = 0; i < 5; i++) (void)fix_paid_order(t, account, i % 2 ? 1 : 0);
    size_t seen = 0;
    int64_t after = INT64_MAX;
    for (int page = 0; page < 9 && after > 0; page++) {
        const char *path =
            arena_printf(t->arena, "/api/operator/orders?state=paid&limit=2&after=%lld", (long long)after);
        struct kit_answer a = get(t, billing_operator_routes, path);
        seen += size_of(&a, "orders");
        after = json_integer_value(json_object_get(a.json, "next"));
    }
    assert_int_equal(seen, 5);
    assert_int_equal(after, 0);
}

/* What is asked for lies far apart; each page finds the next one, and the last says that it was. */
TEST_EACH_ENGINE(short_pages_find_what_lies_behind_many_others)
{
    enum { OTHERS = 130 };
    fix_start(t);
    int64_t account = kit_account(t, 0), after = INT64_MAX;
    size_t seen = 0;
    for (int i = 0; i < 3; i++) {
        (void)fix_paid_order(t, account, 1);
        for (int n = 0; n < OTHERS; n++)
            test_script(t, arena_printf(t->arena,
                                        "INSERT INTO orders (number, account, person, shop, purpose, state, version,"
                                        " offer, kind, seats, quantity, coupon, currency, list_amount, discount,"
                                        " credited, amount, paid_by, closing, look_at_ms, looks, expires_at_ms,"
                                        " paid_at_ms, ended_at_ms, created_at_ms, updated_at_ms) SELECT 'n%d-%d',"
                                        " account, person, shop, purpose, 4, 1, offer, kind, seats, quantity, 0,"
                                        " currency, list_amount, discount, credited, amount, 0, 0, 0, 0, 1, 0, 1,"
                                        " created_at_ms, 1 FROM orders WHERE id = 1;",
                                        i, n));
    }
    for (int page = 0; page < 9 && after > 0; page++) {
        struct kit_answer a =
            get(t, billing_operator_routes,
                arena_printf(t->arena, "/api/operator/orders?account=%lld&state=paid&limit=1&after=%lld",
                             (long long)account, (long long)after));
        seen += size_of(&a, "orders");
        after = json_integer_value(json_object_get(a.json, "next"));
    }
    assert_int_equal(seen, 3);
    assert_int_equal(after, 0);
}

TEST_EACH_ENGINE(what_lists_do_not_take)
{
    static const struct {
        const char *path, *fault;
    } bad[] = {
        { "/api/operator/orders?state=lost", "state:not_one_of" },
        { "/api/operator/orders?account=0", "account:too_small" },
        { "/api/operator/orders?account=me", "account:type" },
        { "/api/operator/orders?limit=1000", "limit:too_large" },
        { "/api/operator/orders?from=yesterday", "from:format" },
        { "/api/operator/orders?colour=red", "colour:unknown" },
    };
    fix_start(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_string_equal(get(t, billing_operator_routes, bad[i].path).fault, bad[i].fault);
    struct kit_answer a = get(t, billing_money_routes, "/api/operator/money?from=2001-01-01");
    assert_string_equal(a.fault, "from:too_small");
    a = get(t, billing_mismatch_routes, "/api/operator/mismatches?open=maybe");
    assert_string_equal(a.fault, "open:type");
    a = get(t, billing_operator_routes, "/api/operator/orders/00000000000000000000000000");
    assert_int_equal(a.status, 404);
}

TEST_EACH_ENGINE(an_order_is_shown_whole)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":2500,\"reason\":\"We are sorry\",\"takesBack\":false").status,
                     201);
    struct kit_answer a = one(t, &f);
    assert_int_equal(a.status, 200);
    expect_shape(billing_operator_routes, "/api/operator/orders/:number", &a);
    json_int_t paid, refunded, under_way;
    assert_int_equal(json_unpack(a.json, "{s:{s:{s:I},s:{s:I},s:{s:I}}}", "sums", "paid", "amount", &paid, "refunded",
                                 "amount", &refunded, "underWay", "amount", &under_way),
                     0);
    assert_int_equal(paid, PACK_PRICE);
    assert_int_equal(refunded, 0);
    assert_int_equal(under_way, 2500);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    a = one(t, &f);
    assert_int_equal(size_of(&a, "payments"), 1);
    assert_int_equal(size_of(&a, "refunds"), 1);
    assert_int_equal(size_of(&a, "books"), 4); /* it came and was sold; a part went back */
    assert_true(size_of(&a, "moves") >= 6);
    assert_true(size_of(&a, "notes") >= 2);
    expect_shape(billing_operator_routes, "/api/operator/orders/:number", &a);
}

TEST_EACH_ENGINE(the_money_of_the_house_is_that_of_its_books)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    (void)fix_paid_order(t, account, 0);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":2500,\"reason\":\"We are sorry\",\"takesBack\":false").status,
                     201);
    struct kit_answer a = get(t, billing_money_routes, "/api/operator/money");
    assert_int_equal(fix_number(&a, "refundsPending"), 1);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    kit_set_now(kit_now() + DAY_MS);
    (void)fix_paid_order(t, account, 2);
    a = get(t, billing_money_routes, "/api/operator/money");
    assert_int_equal(a.status, 200);
    expect_shape(billing_money_routes, "/api/operator/money", &a);
    assert_int_equal(fix_number(&a, "owed"), 0);
    assert_int_equal(fix_number(&a, "refundsPending"), 0);
    const json_t *days = json_object_get(a.json, "days");
    assert_int_equal(json_array_size(days), 2);
    json_int_t came, went;
    const char *day, *provider;
    assert_int_equal(json_unpack(json_array_get(days, 1), "{s:s,s:s,s:{s:I},s:{s:I}}", "day", &day, "provider",
                                 &provider, "came", "amount", &came, "went", "amount", &went),
                     0);
    assert_string_equal(day, "2026-10-15T00:00:00.000Z");
    assert_string_equal(provider, "fake");
    assert_int_equal(came, PACK_PRICE + PLAN_PRICE);
    assert_int_equal(went, 2500);
    a = get(t, billing_money_routes, "/api/operator/money?from=2026-10-16&to=2026-10-17");
    assert_int_equal(size_of(&a, "days"), 1);
}

/* ---- marked by hand ---- */

static struct kit_answer paid(struct test_db *t, int64_t person, const struct fix_paid *f, const char *what,
                              const char *members)
{
    return fix_post(t, person, billing_hand_routes, f, what, members);
}

TEST_EACH_ENGINE(a_payment_is_marked_by_two_and_delivered_as_any_other)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_order(t, account, 1);
    struct kit_answer a = paid(t, ANN, &f, "paid", HAND);
    assert_int_equal(a.status, 201);
    expect_shape(billing_hand_routes, "/api/operator/orders/:number/paid", &a);
    assert_int_equal(fix_available(t, account), 0); /* one person's word is nothing yet */
    assert_string_equal(paid(t, BOB, &f, "paid", HAND).error, "hand_payment_open");
    a = paid(t, ANN, &f, "paid/agree", "");
    assert_int_equal(a.status, 403);
    assert_string_equal(a.error, "hand_payment_own");
    a = paid(t, BOB, &f, "paid/agree", "");
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "state"), "agreed");
    assert_string_equal(fix_text(&a, "actorEmail"), "ann@house.example");
    assert_string_equal(fix_text(&a, "approverEmail"), "bob@house.example");
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_DELIVERED);
    assert_string_equal(f.p.trade, "BANK-42");
    assert_int_equal(fix_available(t, account), PACK_CREDITS);
    assert_int_equal(fix_book(t, "provider:fake"), PACK_PRICE);
    assert_string_equal(paid(t, BOB, &f, "paid/agree", "").error, "hand_payment_none");
    assert_string_equal(paid(t, ANN, &f, "paid", HAND).error, "payment_is_paid");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'hand_payment_%'"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'hand_payment_%'"
                                    " AND account IS NOT NULL AND account > 0"),
                     0); /* the house's words to each other */
    a = get(t, billing_hand_routes, "/api/operator/hand-payments?state=agreed");
    const json_t *hand = json_array_get(json_object_get(a.json, "handPayments"), 0);
    assert_string_equal(json_string_value(json_object_get(hand, "approverEmail")), "bob@house.example");
    a = one(t, &f);
    assert_int_equal(size_of(&a, "handPayments"), 1);
    expect_shape(billing_operator_routes, "/api/operator/orders/:number", &a);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_proof_is_for_one_payment)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_order(t, account, 1), other = fix_order(t, account, 0);
    test_script(t, "UPDATE payments SET provider = 'elsewhere' WHERE id = 2;"); /* wherever the other was begun */
    assert_int_equal(paid(t, ANN, &other, "paid", HAND).status, 201);
    assert_string_equal(paid(t, ANN, &f, "paid", HAND).error, "hand_payment_refused");
    assert_string_equal(paid(t, ANN, &f, "paid", "\"reason\":\"It came\",\"trade\":\"bank 42\"").error,
                        "hand_payment_refused"); /* the same number as somebody else writes it */
    assert_int_equal(paid(t, ANN, &other, "paid/decline", "").status, 200);
    assert_int_equal(paid(t, ANN, &f, "paid", HAND).status, 201); /* what was declined proves nothing */
    assert_int_equal(paid(t, BOB, &f, "paid/agree", "").status, 200);
    assert_string_equal(paid(t, ANN, &other, "paid", HAND).error, "hand_payment_refused");
    fix_read(t, &other);
    assert_int_equal(other.p.state, PAYMENT_OPEN);
    assert_int_equal(plans_delivered, 0);
    fix_expect_sound(t);
}

/* Whoever tells of the trade first, the provider or a person. */
TEST_EACH_ENGINE(a_providers_trade_is_proof_of_one_payment_too)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_order(t, account, 1), other = fix_order(t, account, 0);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    n.trade = STR("4200abc0012");
    (void)fix_heard(t, &n);
    static const char *const copied[] = { "4200abc0012", "4200 abc-0012" };
    for (size_t i = 0; i < ARRAY_LEN(copied); i++) {
        const char *body = arena_printf(t->arena, "\"reason\":\"It came\",\"trade\":\"%s\"", copied[i]);
        assert_string_equal(paid(t, ANN, &other, "paid", body).error, "hand_payment_refused");
    }
    assert_int_equal(paid(t, ANN, &other, "paid", "\"reason\":\"It came\",\"trade\":\"4200 XYZ 9\"").status, 201);
    assert_int_equal(paid(t, BOB, &other, "paid/agree", "").status, 200);
    struct fix_paid third = fix_order(t, account, 1);
    n = fix_notice(&third, PAYMENT_SAYS_PAID);
    n.trade = STR("4200xyz9");
    (void)fix_heard(t, &n);
    fix_read(t, &third);
    assert_int_equal(third.p.state, PAYMENT_PAID);
    assert_int_equal(fix_mismatches(t, "twice"), 1);
    fix_expect_sound(t);
}

/* Two of before it was looked at. */
TEST_EACH_ENGINE(a_proof_that_was_named_twice_counts_once)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_order(t, account, 1), other = fix_order(t, account, 0);
    assert_int_equal(paid(t, ANN, &other, "paid", HAND).status, 201);
    test_script(t, "UPDATE hand_payments SET proof = '';");
    assert_int_equal(paid(t, ANN, &f, "paid", HAND).status, 201);
    assert_string_equal(paid(t, BOB, &other, "paid/agree", "").error, "hand_payment_refused");
    assert_int_equal(paid(t, BOB, &f, "paid/agree", "").status, 200);
    assert_string_equal(paid(t, BOB, &other, "paid/agree", "").error, "hand_payment_refused");
    assert_int_equal(paid(t, ANN, &other, "paid/decline", "").status, 200);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_payment_that_was_told_of_meanwhile_is_not_marked_again)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_order(t, account, 1);
    assert_int_equal(paid(t, ANN, &f, "paid", HAND).status, 201);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    assert_string_equal(paid(t, BOB, &f, "paid/agree", "").error, "payment_is_paid");
    assert_int_equal(paid(t, BOB, &f, "paid/decline", "").status, 200);
    assert_int_equal(fix_available(t, account), PACK_CREDITS);
    fix_expect_sound(t);
}

/* Another way of paying the same order, that was begun beside the first one. */
static struct fix_paid another_payment(struct test_db *t, const struct fix_paid *f)
{
    struct fix_paid other = { .o = f->o, .p = f->p };
    other.p.id = 0;
    EXPECT(payment_insert(t->tx, &other.p, kit_now()));
    return other;
}

TEST_EACH_ENGINE(a_second_mark_gives_back_only_by_who_says_so)
{
    fix_start(t);
    struct fix_paid f = fix_order(t, kit_account(t, 0), 1), other = another_payment(t, &f);
    assert_int_equal(paid(t, ANN, &f, "paid", HAND).status, 201);
    struct kit_answer a = paid(t, ANN, &other, "paid", "\"reason\":\"It came\",\"trade\":\"BANK-43\"");
    assert_int_equal(a.status, 201);
    assert_string_equal(fix_text(&a, "orderState"), "open");
    a = paid(t, BOB, &f, "paid/agree", "");
    assert_string_equal(fix_text(&a, "orderState"), "paid");
    a = get(t, billing_hand_routes, "/api/operator/hand-payments?state=asked");
    assert_int_equal(size_of(&a, "handPayments"), 1);
    const json_t *waits = json_array_get(json_object_get(a.json, "handPayments"), 0);
    assert_string_equal(json_string_value(json_object_get(waits, "orderState")), "paid");
    a = paid(t, BOB, &other, "paid/agree", "");
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "order_is_paid");
    fix_read(t, &other);
    assert_int_equal(other.p.state, PAYMENT_OPEN);
    assert_int_equal(fix_mismatches(t, "twice") + test_number(t, "SELECT COUNT(*) FROM refunds"), 0);
    assert_int_equal(paid(t, BOB, &other, "paid/agree", "\"givesBack\":true").status, 200);
    assert_int_equal(fix_mismatches(t, "twice"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds WHERE cause = 'twice' AND state = 2"), 1);
    fix_expect_sound(t);
}

/* Also of an order that was given back since. */
TEST_EACH_ENGINE(a_mark_that_comes_too_late_may_be_declined)
{
    fix_start(t);
    struct fix_paid f = fix_order(t, kit_account(t, 0), 1), other = another_payment(t, &f);
    assert_int_equal(paid(t, ANN, &other, "paid", HAND).status, 201);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    assert_string_equal(paid(t, BOB, &other, "paid/agree", "").error, "order_is_paid");
    assert_int_equal(fix_refund(t, ANN, &f, "\"reason\":\"We are sorry\",\"takesBack\":true").status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    assert_string_equal(paid(t, BOB, &other, "paid/agree", "").error, "order_is_paid");
    assert_int_equal(paid(t, BOB, &other, "paid/decline", "").status, 200);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(what_a_mark_by_hand_does_not_take)
{
    static const struct {
        const char *members, *fault;
    } bad[] = {
        { "", "reason:required" },
        { "\"reason\":\"why\"", "trade:required" },
        { "\"reason\":\"y\",\"trade\":\"1\"", "reason:too_short" },
        { "\"reason\":\"why\",\"trade\":7", "trade:type" },
        { HAND ",\"amount\":5", "amount:unknown" },
    };
    fix_start(t);
    struct fix_paid f = fix_order(t, kit_account(t, 0), 1);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_string_equal(paid(t, ANN, &f, "paid", bad[i].members).fault, bad[i].fault);
    assert_string_equal(paid(t, ANN, &f, "paid/agree", "").error, "hand_payment_none");
    assert_string_equal(paid(t, ANN, &f, "paid/decline", "").error, "hand_payment_none");
    f.p.number = "00000000000000000000000000";
    assert_string_equal(paid(t, ANN, &f, "paid", HAND).error, "payment_unknown");
}

/* ---- mismatches ---- */

static void disagree(struct test_db *t, const char *key)
{
    const struct mismatch m = { .key = key, .kind = "drift", .provider = "fake", .said = "7 more there" };
    EXPECT(mismatch_put(t->tx, &m, kit_now()));
}

TEST_EACH_ENGINE(a_mismatch_is_told_once_and_resolved_once)
{
    fix_start(t);
    disagree(t, "drift:1"), disagree(t, "drift:2"), disagree(t, "drift:1");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'mismatch_found'"), 2);
    struct kit_answer a = get(t, billing_mismatch_routes, "/api/operator/mismatches?open=true");
    assert_int_equal(size_of(&a, "mismatches"), 2);
    expect_shape(billing_mismatch_routes, "/api/operator/mismatches", &a);
    a = get(t, billing_money_routes, "/api/operator/money");
    assert_int_equal(fix_number(&a, "openMismatches"), 2);
    const char *path = "/api/operator/mismatches/1/resolve";
    a = fix_call(t, BOB, billing_mismatch_routes, VERB_POST, path, "{\"resolution\":\"\"}");
    assert_string_equal(a.fault, "resolution:required");
    a = fix_call(t, BOB, billing_mismatch_routes, VERB_POST, path, "{\"resolution\":\"A fee of the bank.\"}");
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "resolution"), "A fee of the bank.");
    assert_int_equal(fix_number(&a, "resolver"), BOB);
    assert_string_equal(fix_text(&a, "resolverEmail"), "bob@house.example");
    a = get(t, billing_mismatch_routes, "/api/operator/mismatches?open=false");
    json_t *row = json_array_get(json_object_get(a.json, "mismatches"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "resolverEmail")), "bob@house.example");
    /* The trail, which nobody can change, has the person's number alone. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'mismatch_resolved' AND actor = 902"
                                    " AND details LIKE '%A fee of the bank.%' AND details NOT LIKE '%house.example%'"),
                     1);
    a = fix_call(t, ANN, billing_mismatch_routes, VERB_POST, path, "{\"resolution\":\"No.\"}");
    assert_string_equal(a.error, "mismatch_resolved");
    a = fix_call(t, ANN, billing_mismatch_routes, VERB_POST, "/api/operator/mismatches/99/resolve",
                 "{\"resolution\":\"No.\"}");
    assert_int_equal(a.status, 404);
    static const struct {
        const char *query;
        size_t count;
    } asked[] = { { "?open=true", 1 }, { "?open=false", 1 }, { "", 2 }, { "?limit=1", 1 }, { "?after=2", 1 } };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        a = get(t, billing_mismatch_routes, arena_printf(t->arena, "/api/operator/mismatches%s", asked[i].query));
        assert_int_equal(size_of(&a, "mismatches"), asked[i].count);
    }
    fix_expect_sound(t);
}

/* ---- offers ---- */

#define PLAN "\"code\":\"pro\",\"kind\":\"plan\",\"nameEn\":\"Pro\",\"nameZh\":\"专业版\",\"currency\":\"CNY\""

static struct kit_answer offer(struct test_db *t, const char *members)
{
    const char *body = arena_printf(t->arena, "{%s}", members);
    return fix_call(t, ANN, billing_offer_routes, VERB_POST, "/api/operator/offers", body);
}

TEST_EACH_ENGINE(a_new_price_is_a_new_version)
{
    fix_start(t);
    struct kit_answer a = get(t, billing_offer_routes, "/api/operator/offers");
    size_t before = size_of(&a, "offers");
    a = offer(t, PLAN ",\"price\":6500,\"days\":30,\"seats\":2,\"websites\":3");
    assert_int_equal(a.status, 201);
    assert_int_equal(fix_number(&a, "version"), 2);
    a = get(t, billing_offer_routes, "/api/operator/offers");
    assert_int_equal(size_of(&a, "offers"), before + 1);
    expect_shape(billing_offer_routes, "/api/operator/offers", &a);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM offers WHERE code = 'pro' AND replaced_at_ms = 0"), 1);
    assert_int_equal(test_number(t, "SELECT price FROM offers WHERE code = 'pro' AND version = 1"), 6000);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'offer_changed'"), 1);
}

TEST_EACH_ENGINE(what_an_offer_does_not_take)
{
    static const struct {
        const char *members, *fault;
    } bad[] = {
        { PLAN ",\"price\":0,\"days\":30,\"seats\":2", "price:too_small" },
        { PLAN ",\"price\":5,\"seats\":2", "days:not_of_kind" },
        { PLAN ",\"price\":5,\"days\":30", "seats:not_of_kind" },
        { PLAN ",\"price\":5,\"days\":30,\"seats\":2,\"credits\":5", "credits:not_of_kind" },
        { PLAN ",\"price\":\"60.00\",\"days\":30,\"seats\":2", "price:type" },
        { "\"code\":\"pro\",\"kind\":\"credits\",\"nameEn\":\"P\",\"nameZh\":\"P\",\"currency\":\"CNY\",\"price\":5,"
          "\"credits\":5",
          "kind:not_of_kind" },
        { "\"code\":\"Pro!\",\"kind\":\"credits\",\"nameEn\":\"P\",\"nameZh\":\"P\",\"currency\":\"CNY\",\"price\":5,"
          "\"credits\":5",
          "code:format" },
        { "\"code\":\"p\",\"kind\":\"credits\",\"nameEn\":\"P\",\"nameZh\":\"P\",\"currency\":\"CNY\",\"price\":5",
          "credits:not_of_kind" },
        { "\"code\":\"p\",\"kind\":\"gift\",\"nameEn\":\"P\",\"nameZh\":\"P\",\"currency\":\"CNY\",\"price\":5",
          "kind:not_one_of" },
    };
    fix_start(t);
    int64_t before = test_number(t, "SELECT COUNT(*) FROM offers");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_string_equal(offer(t, bad[i].members).fault, bad[i].fault);
    struct kit_answer a = offer(t, "\"code\":\"p\",\"kind\":\"credits\",\"nameEn\":\"P\",\"nameZh\":\"P\","
                                   "\"currency\":\"QQQ\",\"price\":5,\"credits\":5");
    assert_string_equal(a.error, "currency_unknown");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM offers"), before);
}

/* ---- who may ---- */

static void these_are_for_operators_alone(void **state)
{
    static const struct route *const tables[] = { billing_operator_routes, billing_refund_routes,
                                                  billing_mismatch_routes, billing_hand_routes,
                                                  billing_offer_routes,    billing_money_routes };
    (void)state;
    size_t seen = 0;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        for (const struct route *r = tables[i]; r->verb != VERB_UNSET; r++, seen++) {
            assert_int_equal(r->who, WHO_OPERATOR);
            assert_true(str_starts(str_of(r->path), STR("/api/operator/")));
            assert_true(r->verb == VERB_GET || r->idempotent);
        }
    assert_int_equal(seen, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(orders_are_found_by_what_is_asked_for),
        EACH_ENGINE(pages_of_orders_follow_each_other),
        EACH_ENGINE(short_pages_find_what_lies_behind_many_others),
        EACH_ENGINE(what_lists_do_not_take),
        EACH_ENGINE(an_order_is_shown_whole),
        EACH_ENGINE(the_money_of_the_house_is_that_of_its_books),
        EACH_ENGINE(a_payment_is_marked_by_two_and_delivered_as_any_other),
        EACH_ENGINE(one_proof_is_for_one_payment),
        EACH_ENGINE(a_providers_trade_is_proof_of_one_payment_too),
        EACH_ENGINE(a_proof_that_was_named_twice_counts_once),
        EACH_ENGINE(a_payment_that_was_told_of_meanwhile_is_not_marked_again),
        EACH_ENGINE(a_second_mark_gives_back_only_by_who_says_so),
        EACH_ENGINE(a_mark_that_comes_too_late_may_be_declined),
        EACH_ENGINE(what_a_mark_by_hand_does_not_take),
        EACH_ENGINE(a_mismatch_is_told_once_and_resolved_once),
        EACH_ENGINE(a_new_price_is_a_new_version),
        EACH_ENGINE(what_an_offer_does_not_take),
        cmocka_unit_test(these_are_for_operators_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
