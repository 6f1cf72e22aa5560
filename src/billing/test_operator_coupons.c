/* test_operator_coupons.c: coupons as operators make, see and end them. */
#include "billing/test_refund_fix.h"

#define TEN "\"code\":\"Ten-Off\",\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":10"

static struct kit_answer make(struct test_db *t, const char *members)
{
    return fix_call(t, ANN, billing_coupon_routes, VERB_POST, "/api/operator/coupons",
                    arena_printf(t->arena, "{%s}", members));
}

static struct kit_answer list(struct test_db *t, const char *query)
{
    return fix_call(t, ANN, billing_coupon_routes, VERB_GET, arena_printf(t->arena, "/api/operator/coupons%s", query),
                    NULL);
}

static struct kit_answer end(struct test_db *t, int64_t id)
{
    const char *path = arena_printf(t->arena, "/api/operator/coupons/%lld/end", (long long)id);
    return fix_call(t, ANN, billing_coupon_routes, VERB_POST, path, NULL);
}

static const json_t *nth(const struct kit_answer *a, size_t i)
{
    assert_int_equal(a->status, 200);
    return json_array_get(json_object_get(a->json, "coupons"), i);
}

static const char *text_of(const json_t *coupon, const char *name)
{
    return json_string_value(json_object_get(coupon, name));
}

static void expect_shape(const struct route *r, const json_t *answer)
{
    struct buf why;
    buf_init(&why, 4096);
    bool good = shape_matches(r->answer, answer, &why);
    if (!good) print_error("%s\n", buf_terminated(&why));
    buf_free(&why);
    assert_true(good);
}

static int64_t audits(struct test_db *t, const char *action)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM audit_log WHERE action = '%s'", action));
}

TEST_EACH_ENGINE(a_coupon_is_made_seen_and_ended)
{
    fix_start(t);
    struct kit_answer a = make(t, TEN ",\"months\":3,\"once\":true,\"mostUses\":7,\"mostGiven\":100000,"
                                      "\"offers\":[\"pro\",\"basic\"],\"until\":\"2099-01-01\",\"note\":\"Fair\"");
    assert_int_equal(a.status, 201);
    expect_shape(&billing_coupon_routes[1], a.json);
    assert_string_equal(fix_text(&a, "code"), "TEN-OFF");
    assert_string_equal(fix_text(&a, "state"), "running");
    int64_t id = fix_number(&a, "id");
    assert_int_equal(json_array_size(json_object_get(a.json, "offers")), 2);
    (void)make(t, "\"code\":\"SOON\",\"kind\":\"amount\",\"currency\":\"CNY\",\"off\":5,\"from\":\"2098-01-01\"");
    a = list(t, "");
    expect_shape(&billing_coupon_routes[0], a.json);
    assert_string_equal(text_of(nth(&a, 0), "code"), "SOON");
    assert_string_equal(text_of(nth(&a, 0), "state"), "coming");
    assert_string_equal(text_of(nth(&a, 1), "note"), "Fair");
    assert_string_equal(json_string_value(json_array_get(json_object_get(nth(&a, 1), "offers"), 0)), "pro");
    a = list(t, "?limit=1");
    assert_int_equal(json_array_size(json_object_get(a.json, "coupons")), 1);
    a = list(t, arena_printf(t->arena, "?after=%lld", (long long)id + 1));
    assert_string_equal(text_of(nth(&a, 0), "code"), "TEN-OFF");
    a = end(t, id);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "state"), "ended");
    assert_string_equal(end(t, id).error, "coupon_ended");
    assert_string_equal(end(t, 99).error, "not_found");
    assert_int_equal(audits(t, "coupon_made"), 2);
    assert_int_equal(audits(t, "coupon_ended"), 1);
    test_expect_sound(t, billing_coupon_checks);
}

TEST_EACH_ENGINE(a_code_runs_once_in_a_currency)
{
    fix_start(t);
    struct kit_answer a = make(t, TEN);
    int64_t id = fix_number(&a, "id");
    assert_string_equal(make(t, TEN).error, "coupon_code_taken");
    assert_int_equal(make(t, "\"code\":\"TEN-OFF\",\"kind\":\"percent\",\"currency\":\"USD\",\"percent\":10").status,
                     201);
    assert_int_equal(end(t, id).status, 200);
    assert_int_equal(make(t, TEN).status, 201);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM coupons"), 3);
}

TEST_EACH_ENGINE(what_a_coupon_has_used_and_given_is_told)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct kit_answer a = make(t, TEN ",\"mostUses\":1");
    int64_t id = fix_number(&a, "id");
    const struct kit_request order = { .routes = billing_routes,
                                       .verb = VERB_POST,
                                       .path = "/api/billing/orders",
                                       .account = account,
                                       .body = "{\"offer\":\"credits-1000\",\"coupon\":\"TEN-OFF\"}" };
    assert_int_equal(kit_call(t, &order).status, 201);
    a = list(t, "");
    assert_int_equal(json_integer_value(json_object_get(nth(&a, 0), "uses")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(nth(&a, 0), "given"), "amount")), 1000);
    assert_string_equal(text_of(nth(&a, 0), "state"), "used_up");
    (void)fix_order(t, account + 1, 1);
    static const struct {
        const char *query;
        size_t count;
    } asked[] = { { "coupon=1", 1 }, { "coupon=1&state=paid", 0 }, { "coupon=1&account=99", 0 }, { "coupon=2", 0 } };
    assert_int_equal(id, 1);
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/orders?%s", asked[i].query);
        a = fix_call(t, ANN, billing_operator_routes, VERB_GET, path, NULL);
        assert_int_equal(json_array_size(json_object_get(a.json, "orders")), asked[i].count);
        if (asked[i].count > 0)
            assert_string_equal(text_of(json_array_get(json_object_get(a.json, "orders"), 0), "coupon"), "TEN-OFF");
    }
}

TEST_EACH_ENGINE(what_a_coupon_does_not_take)
{
    static const struct {
        const char *members, *fault;
    } bad[] = {
        { "\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":10", "code:required" },
        { "\"code\":\"TEN\",\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":10", "code:too_short" },
        { "\"code\":\"TEN OFF\",\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":10", "code:format" },
        { "\"code\":\"TEN_OFF\",\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":10", "code:format" },
        { "\"code\":\"TENS\",\"kind\":\"gift\",\"currency\":\"CNY\",\"percent\":10", "kind:not_one_of" },
        { "\"code\":\"TENS\",\"kind\":\"percent\",\"currency\":\"CNY\"", "percent:not_of_kind" },
        { "\"code\":\"TENS\",\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":101", "percent:too_large" },
        { "\"code\":\"TENS\",\"kind\":\"percent\",\"currency\":\"CNY\",\"percent\":-1", "percent:too_small" },
        { TEN ",\"off\":5", "off:not_of_kind" },
        { "\"code\":\"TENS\",\"kind\":\"amount\",\"currency\":\"CNY\"", "off:not_of_kind" },
        { "\"code\":\"TENS\",\"kind\":\"amount\",\"currency\":\"CNY\",\"off\":5,\"percent\":5", "percent:not_of_kind" },
        { "\"code\":\"TENS\",\"kind\":\"amount\",\"currency\":\"CNY\",\"off\":\"5.00\"", "off:type" },
        { TEN ",\"months\":121", "months:too_large" },
        { TEN ",\"mostUses\":-1", "mostUses:too_small" },
        { TEN ",\"mostGiven\":100000000001", "mostGiven:too_large" },
        { TEN ",\"until\":\"2001-01-01\"", "until:too_small" },
        { TEN ",\"from\":\"2098-01-01\",\"until\":\"2098-01-01\"", "until:too_small" },
        { TEN ",\"until\":\"tomorrow\"", "until:format" },
        { TEN ",\"offers\":[\"gold\"]", "offers[0]:not_sold" },
        { TEN ",\"offers\":[\"pro\",\"pro\"]", "offers[1]:duplicate" },
        { TEN ",\"offers\":\"pro\"", "offers:type" },
        { TEN ",\"months\":2,\"offers\":[\"pro\",\"credits-1000\"]", "offers[1]:not_of_kind" },
        { TEN ",\"uses\":1", "uses:unknown" },
    };
    fix_start(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_string_equal(make(t, bad[i].members).fault, bad[i].fault);
    struct kit_answer a = make(t, "\"code\":\"TENS\",\"kind\":\"percent\",\"currency\":\"QQQ\",\"percent\":10");
    assert_string_equal(a.error, "currency_unknown");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM coupons"), 0);
    assert_int_equal(audits(t, "coupon_made"), 0);
}

static void these_are_for_operators_alone(void **state)
{
    (void)state;
    for (const struct route *r = billing_coupon_routes; r->verb != VERB_UNSET; r++) {
        assert_int_equal(r->who, WHO_OPERATOR);
        assert_true(r->verb == VERB_GET || r->idempotent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_coupon_is_made_seen_and_ended),          EACH_ENGINE(a_code_runs_once_in_a_currency),
        EACH_ENGINE(what_a_coupon_has_used_and_given_is_told), EACH_ENGINE(what_a_coupon_does_not_take),
        cmocka_unit_test(these_are_for_operators_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
