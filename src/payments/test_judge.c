/* test_judge.c: what a notice does to an order, state by state; what is looked at before a body; and the scanner of
 * spans. */
#include "base/testing.h"

#include "payments/alipay.h"
#include "payments/payments.h"
#include "payments/spans.h"

#include <stdio.h>

#define CNY(minor) money_of((minor), CURRENCY_CNY)

static const char *judged(const struct payment_notice *n, const struct payment_order *order, bool seen)
{
    static char text[200];
    struct payment_effects effects;
    enum payment_reason reason = payment_judge(n, order, seen, &effects);
    text[0] = '\0';
    if (reason != PAYMENT_ACCEPTED) {
        assert_int_equal(effects.count, 0);
        return payment_reason_text(reason);
    }
    for (size_t i = 0; i < effects.count; i++) {
        char one[PAYMENT_EFFECT_TEXT_SIZE];
        payment_effect_text(&effects, i, one);
        size_t at = strlen(text);
        assert_true(snprintf(text + at, sizeof(text) - at, "%s%s", at ? " " : "", one) > 0);
    }
    return text;
}

static struct payment_order order_in(enum payment_state state)
{
    static const struct payment_refund refunds[] = { { { "rf_1", 4 }, { 3000, CURRENCY_CNY }, PAYMENT_REFUND_PENDING },
                                                     { { "rf_2", 4 }, { 100, CURRENCY_CNY }, PAYMENT_REFUND_DONE },
                                                     { { "rf_3", 4 }, { 200, CURRENCY_CNY }, PAYMENT_REFUND_FAILED } };
    return (struct payment_order){ .number = STR("o1"),
                                   .trade = state == PAYMENT_PAID ? STR("t1") : STR(""),
                                   .session = STR("cs_1"),
                                   .amount = CNY(8800),
                                   .refunded = CNY(0),
                                   .state = state,
                                   .refund = refunds,
                                   .refunds = ARRAY_LEN(refunds) };
}

static struct payment_notice notice(enum payment_said said)
{
    return (struct payment_notice){
        .about_order = true, .said = said, .order = STR("o1"), .trade = STR("t1"), .amount = CNY(8800)
    };
}

/* From each state, by what is said. Nothing un-pays an order. */
static void states(void **state)
{
    static const char *const want[PAYMENT_CLOSED + 1][PAYMENT_SAYS_CLOSED + 1] = {
        [PAYMENT_OPEN] = { "", "mark_processing", "mark_paid", "mark_failed", "mark_closed" },
        [PAYMENT_PROCESSING] = { "", "", "mark_paid", "mark_failed", "mark_closed" },
        [PAYMENT_PAID] = { "", "", "", "", "" },
        [PAYMENT_FAILED] = { "", "", "mark_paid", "", "" },
        [PAYMENT_CLOSED] = { "", "", "mark_paid", "", "" },
    };
    for (int s = PAYMENT_OPEN; s <= PAYMENT_CLOSED; s++)
        for (int said = PAYMENT_SAYS_NOTHING; said <= PAYMENT_SAYS_CLOSED; said++) {
            struct payment_order order = order_in((enum payment_state)s);
            struct payment_notice n = notice((enum payment_said)said);
            assert_string_equal(judged(&n, &order, false), want[s][said]);
            assert_string_equal(judged(&n, &order, true), "");
        }
}

static void what_does_not_fit(void **state)
{
    struct payment_order order = order_in(PAYMENT_OPEN);
    struct payment_notice n = notice(PAYMENT_SAYS_PAID);
    assert_string_equal(judged(&n, NULL, false), "unknown order");
    n.order = STR("O1");
    assert_string_equal(judged(&n, &order, false), "unknown order");
    n = notice(PAYMENT_SAYS_PAID), n.amount = CNY(8799);
    assert_string_equal(judged(&n, &order, false), "amount");
    assert_string_equal(judged(&n, &order, true), "amount"); /* a known event is checked again all the same */
    n.amount = money_of(8800, CURRENCY_USD);
    assert_string_equal(judged(&n, &order, false), "amount");
    n = notice(PAYMENT_SAYS_PAID), n.session = STR("cs_2");
    assert_string_equal(judged(&n, &order, false), "session");
    n.session = STR(""), order.session = STR("");
    assert_string_equal(judged(&n, &order, false), "session");
    n = (struct payment_notice){ .about_order = false };
    assert_string_equal(judged(&n, NULL, false), "");
}

static void a_second_trade(void **state)
{
    struct payment_order order = order_in(PAYMENT_PAID);
    struct payment_notice n = notice(PAYMENT_SAYS_PAID);
    n.trade = STR("t2");
    assert_string_equal(judged(&n, &order, false), "paid twice");
    assert_true(payment_reason_alarms(PAYMENT_SECOND_TRADE));
    /* Whatever is said of it. */
    for (int said = PAYMENT_SAYS_NOTHING; said <= PAYMENT_SAYS_CLOSED; said++) {
        n.said = (enum payment_said)said, n.trade = STR("t2");
        assert_string_equal(judged(&n, &order, false), "paid twice");
        n.trade = STR("");
        assert_string_equal(judged(&n, &order, false), "");
    }
    n.said = PAYMENT_SAYS_PAID;
    order = order_in(PAYMENT_CLOSED), n.trade = STR("t2");
    assert_string_equal(judged(&n, &order, false), "mark_paid");
}

/* A payment that was promised is known by its number too: its refund names nothing else. */
static void trades_that_are_kept(void **state)
{
    for (int e = 0; e < PAYMENT_EFFECT_COUNT; e++)
        assert_int_equal(payment_effect_keeps_trade((enum payment_effect)e),
                         e == PAYMENT_EFFECT_MARK_PAID || e == PAYMENT_EFFECT_MARK_PROCESSING);
    struct payment_order order = order_in(PAYMENT_PROCESSING);
    struct payment_notice n = notice(PAYMENT_SAYS_PAID);
    order.trade = n.trade, n.order = (struct str){ NULL, 0 };
    n.has_total = true, n.refund_total = CNY(3000);
    assert_string_equal(judged(&n, &order, false), "mark_paid refund_total:3000");
}

static void requests(void **state)
{
    assert_int_equal(payment_check_target(STR("POST"), STR("/pay/notify")), PAYMENT_ACCEPTED);
    static const char *const targets[] = { "", "/pay/notify?", "/pay/notify?a=1" };
    for (size_t i = 0; i < ARRAY_LEN(targets); i++)
        assert_int_equal(payment_check_target(STR("POST"), str_of(targets[i])), PAYMENT_MALFORMED);
    static const char *const methods[] = { "GET", "PUT", "post", "" };
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        assert_int_equal(payment_check_target(str_of(methods[i]), STR("/pay/notify")), PAYMENT_MALFORMED);
    assert_int_equal(payment_check_target(STR("POST"), (struct str){ NULL, 0 }), PAYMENT_MALFORMED);
}

static void content_types(void **state)
{
    static const struct {
        const char *type;
        enum payment_reason want;
    } cases[] = {
        { "application/x-www-form-urlencoded; charset=utf-8", PAYMENT_ACCEPTED },
        { "application/x-www-form-urlencoded", PAYMENT_ACCEPTED },
        { "Application/X-WWW-Form-Urlencoded ;  Charset=\"UTF-8\" ; a=b", PAYMENT_ACCEPTED },
        { "application/x-www-form-urlencoded;text/html; charset=UTF-8", PAYMENT_ACCEPTED },
        { "application/x-www-form-urlencoded; charset=GBK", PAYMENT_CHARSET },
        { "application/x-www-form-urlencoded;charset=", PAYMENT_CHARSET },
        { "application/x-www-form-urlencoded;charset=\"", PAYMENT_CHARSET },
        { "application/x-www-form-urlencoded; charset=utf-8; charset=gbk", PAYMENT_CHARSET },
        { "application/json", PAYMENT_MALFORMED },
        { "multipart/form-data; charset=utf-8", PAYMENT_MALFORMED },
        { "application/x-www-form-urlencodedx", PAYMENT_MALFORMED },
        { "; charset=utf-8", PAYMENT_MALFORMED },
        { "", PAYMENT_MALFORMED },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(alipay_check_type(str_of(cases[i].type)), cases[i].want);
    assert_int_equal(alipay_check_type((struct str){ NULL, 0 }), PAYMENT_MALFORMED);
}

static void running_totals(void **state)
{
    struct payment_order order = order_in(PAYMENT_PAID);
    struct payment_notice n = notice(PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = CNY(3000);
    assert_string_equal(judged(&n, &order, false), "refund_total:3000");
    order.refunded = CNY(3000);
    assert_string_equal(judged(&n, &order, false), "");
    order.refunded = CNY(8800);
    assert_string_equal(judged(&n, &order, false), ""); /* it never goes down */
    n.refund_total = CNY(8801);
    assert_string_equal(judged(&n, &order, false), "amount");
    n.refund_total = CNY(-1);
    assert_string_equal(judged(&n, &order, false), "amount");
    order = order_in(PAYMENT_OPEN), n.refund_total = CNY(8800);
    assert_string_equal(judged(&n, &order, false), "mark_paid refund_total:8800");
    /* By the trade alone, as a charge of Stripe's comes. */
    n.order = (struct str){ NULL, 0 };
    assert_string_equal(judged(&n, &order, false), "unknown order");
    order.trade = STR("t1");
    assert_string_equal(judged(&n, &order, false), "mark_paid refund_total:8800");
    n.trade = order.trade = STR("");
    assert_string_equal(judged(&n, &order, false), "unknown order");
}

static void named_refunds(void **state)
{
    static const struct {
        const char *refund;
        int64_t minor;
        const char *done, *failed;
    } want[] = {
        { "rf_1", 3000, "refund:3000", "refund_failed" },
        { "rf_1", 2999, "amount", "amount" },
        { "rf_2", 100, "", "" },
        { "rf_3", 200, "refund:200", "" },
        { "rf_4", 100, "unknown refund", "unknown refund" },
        { "", 100, "unknown refund", "unknown refund" },
    };
    struct payment_order order = order_in(PAYMENT_PAID);
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        struct payment_notice n = notice(PAYMENT_SAYS_REFUNDED);
        n.refund = str_of(want[i].refund), n.refund_amount = CNY(want[i].minor);
        assert_string_equal(judged(&n, &order, false), want[i].done);
        n.said = PAYMENT_SAYS_REFUND_FAILED;
        assert_string_equal(judged(&n, &order, false), want[i].failed);
    }
}

static void reasons(void **state)
{
    for (int r = PAYMENT_ACCEPTED; r < PAYMENT_REASON_COUNT; r++)
        assert_true(payment_reason_text((enum payment_reason)r)[0] != '\0');
    assert_false(payment_reason_alarms(PAYMENT_SIGNATURE));
    assert_false(payment_reason_alarms(PAYMENT_TIMESTAMP));
    assert_true(payment_reason_alarms(PAYMENT_OWN_KEY));
    assert_true(payment_reason_alarms(PAYMENT_AMOUNT));
    assert_true(payment_reason_alarms(PAYMENT_LIVEMODE));
}

static void times(void **state)
{
    static const struct {
        const char *text;
        enum payment_reason want;
    } cases[] = {
        { "1000", PAYMENT_ACCEPTED },
        { "1299", PAYMENT_ACCEPTED },
        { "701", PAYMENT_ACCEPTED },
        { "0700", PAYMENT_ACCEPTED },
        { "1301", PAYMENT_TIMESTAMP },
        { "699", PAYMENT_TIMESTAMP },
        { "", PAYMENT_MALFORMED },
        { " 1000", PAYMENT_MALFORMED },
        { "1000 ", PAYMENT_MALFORMED },
        { "+1000", PAYMENT_MALFORMED },
        { "-1000", PAYMENT_MALFORMED },
        { "1e3", PAYMENT_MALFORMED },
        { "1000.0", PAYMENT_MALFORMED },
        { "99999999999999999999", PAYMENT_MALFORMED },
        { "9223372036854775807", PAYMENT_TIMESTAMP },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(payment_fresh(str_of(cases[i].text), 1000), cases[i].want);
}

static void amounts_of_json(void **state)
{
    static const struct {
        const char *json;
        bool good;
    } cases[] = {
        { "{\"a\":8800}", true },
        { "{\"a\":0}", true },
        { "{\"a\":8800.0}", false },
        { "{\"a\":88e2}", false },
        { "{\"a\":\"8800\"}", false },
        { "{\"a\":null}", false },
        { "{\"a\":true}", false },
        { "{}", false },
        { "{\"a\":9223372036854775807}", false },
        { "{\"a\":-8800}", true },
        { "{\"a\":[8800]}", false },
        { "[]", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct money m;
        json_t *object = json_read(str_of(cases[i].json), 100, NULL);
        assert_int_equal(payment_money(object, "a", CURRENCY_CNY, &m), cases[i].good);
        json_decref(object);
    }
}

static void spans(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: none; "!": broken */
    } cases[] = {
        { "{\"a\":{\"x\":1},\"sign\":\"s\"}", "{\"x\":1}" },
        { " { \"a\" : { } } \n", "{ }" },
        { "{\"b\":\"\\\"a\\\":{}\",\"a\":{\"y\":\"}\"}}", "{\"y\":\"}\"}" },
        { "{\"a\":{\"z\":[{\"sign\":\"\\\\\"}]}}", "{\"z\":[{\"sign\":\"\\\\\"}]}" },
        { "{\"b\":{\"a\":{}}}", NULL },
        { "{\"a\":\"text\"}", "\"text\"" },
        { "{\"a\":12,\"b\":null}", "12" },
        { "{\"a\":{\"u\":\"\\u007b\"}}", "{\"u\":\"\\u007b\"}" },
        { "{}", NULL },
        { "{\"\\u0061\":{}}", NULL },
        { "{\"a\":{},\"a\":{}}", "!" },
        { "{\"a\":{}} x", "!" },
        { "{\"a\":{}", "!" },
        { "{\"a\":{]}}", "!" },
        { "{\"a\":{}},", "!" },
        { "{\"a\":{},}", "!" },
        { "{\"a\" {}}", "!" },
        { "{a:{}}", "!" },
        { "{\"a\":}", "!" },
        { "{\"a\":\"", "!" },
        { "{\"a\":\"\\", "!" },
        { "{\"a\":{\"", "!" },
        { "[{\"a\":{}}]", "!" },
        { "\xEF\xBB\xBF{\"a\":{}}", "!" },
        { "", "!" },
        { "{", "!" },
        { "}", "!" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str value = { NULL, 0 };
        enum span_found found = span_member(str_of(cases[i].text), STR("a"), &value);
        if (cases[i].want == NULL) assert_int_equal(found, SPAN_NONE);
        else if (text_eq(cases[i].want, "!")) assert_int_equal(found, SPAN_BROKEN);
        else {
            assert_int_equal(found, SPAN_FOUND);
            expect_str(value, cases[i].want);
        }
    }
    assert_int_equal(span_member((struct str){ NULL, 0 }, STR("a"), &(struct str){ NULL, 0 }), SPAN_BROKEN);
}

static void deep_spans_end(void **state)
{
    char text[200];
    for (int depth = SPANS_DEPTH_MAX - 1; depth <= SPANS_DEPTH_MAX + 1; depth++) {
        struct str value;
        int n = snprintf(text, sizeof(text), "{\"a\":");
        for (int i = 0; i < depth; i++) text[n++] = '[';
        for (int i = 0; i < depth; i++) text[n++] = ']';
        text[n++] = '}';
        assert_int_equal(span_member((struct str){ text, (size_t)n }, STR("a"), &value),
                         depth <= SPANS_DEPTH_MAX ? SPAN_FOUND : SPAN_BROKEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states),         cmocka_unit_test(what_does_not_fit),    cmocka_unit_test(a_second_trade),
        cmocka_unit_test(running_totals), cmocka_unit_test(named_refunds),        cmocka_unit_test(reasons),
        cmocka_unit_test(times),          cmocka_unit_test(amounts_of_json),      cmocka_unit_test(spans),
        cmocka_unit_test(deep_spans_end), cmocka_unit_test(trades_that_are_kept), cmocka_unit_test(requests),
        cmocka_unit_test(content_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
