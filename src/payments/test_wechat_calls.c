/* test_wechat_calls.c: what is sent to WeChat Pay, and what its answers come to. */
#include "payments/test_wechat.h"

#include <stdio.h>

#define CNY(minor) money_of((minor), CURRENCY_CNY)

static struct arena *arena;
static struct test_pair ours;
static struct wechat_keys *keys;

static int setup(void **state)
{
    const char *why;
    arena = arena_new(1 << 24);
    ours = test_pair_new(arena);
    keys = wechat_keys_open(&(struct wechat_setup){ .mchid = STR(TEST_MCHID),
                                                    .appid = STR(TEST_APPID),
                                                    .merchant_serial = STR("8FA1"),
                                                    .merchant_key = ours.private_pem },
                            &why);
    return keys ? 0 : -1;
}

static int teardown(void **state)
{
    wechat_keys_close(keys);
    rsa_key_free(ours.key);
    arena_free(arena);
    return 0;
}

static void five_lines(void **state)
{
    struct wechat_call c = {
        .method = STR("GET"), .target = STR("/v3/certificates"), .at_s = TEST_NOW, .nonce = STR("n1")
    };
    expect_str(wechat_string_to_sign(arena, &c), "GET\n/v3/certificates\n1795320000\nn1\n\n");
    c.method = STR("POST"), c.body = STR("{\"a\":\"\xE5\x9B\xA2\"}");
    expect_str(wechat_string_to_sign(arena, &c), "POST\n/v3/certificates\n1795320000\nn1\n{\"a\":\"\xE5\x9B\xA2\"}\n");
    struct str text = wechat_string_to_sign(arena, &c), header = wechat_authorization(arena, keys, &c);
    const char *head = "WECHATPAY2-SHA256-RSA2048 mchid=\"" TEST_MCHID
                       "\",nonce_str=\"n1\",timestamp=\"1795320000\",serial_no=\"8FA1\",signature=\"";
    assert_memory_equal(header.p, head, strlen(head));
    assert_int_equal(header.p[header.n - 1], '"');
    struct str signature = { header.p + strlen(head), header.n - strlen(head) - 1 };
    assert_true(rsa_verify(ours.key, &text, 1, signature));
    static const char *const nonces[] = { "", "a b", "a\"b", "a\nb", "123456789012345678901234567890123" };
    for (size_t i = 0; i < ARRAY_LEN(nonces); i++) {
        c.nonce = str_of(nonces[i]);
        EXPECT_ABORT((void)wechat_authorization(arena, keys, &c));
    }
}

static void the_bridge(void **state)
{
    struct str text = wechat_bridge_to_sign(arena, keys, STR("wx1"), TEST_NOW, STR("n1")), sign;
    expect_str(text, TEST_APPID "\n1795320000\nn1\nprepay_id=wx1\n");
    json_t *page = json_read(wechat_bridge(arena, keys, STR("wx1"), TEST_NOW, STR("n1")), 4096, NULL);
    assert_int_equal(json_object_size(page), 6);
    struct str value;
    assert_true(json_get_str(page, "timeStamp", &value) && str_eq(value, STR("1795320000"))); /* a text */
    assert_true(json_get_str(page, "package", &value) && str_eq(value, STR("prepay_id=wx1")));
    assert_true(json_get_str(page, "signType", &value) && str_eq(value, STR("RSA")));
    assert_true(json_get_str(page, "paySign", &sign) && rsa_verify(ours.key, &text, 1, sign));
    json_decref(page);
    expect_str(wechat_h5_url(arena, STR("https://wx.test/h5?prepay_id=1"), STR("https://s.test/back?a=1&b=2")),
               "https://wx.test/h5?prepay_id=1&redirect_url=https%3A%2F%2Fs.test%2Fback%3Fa%3D1%26b%3D2");
}

static void targets(void **state)
{
    expect_str(wechat_query_target(arena, keys, STR("ord_20|*-")),
               "/v3/pay/transactions/out-trade-no/ord_20%7C%2A-?mchid=" TEST_MCHID);
    expect_str(wechat_close_target(arena, STR("ord_2001")), "/v3/pay/transactions/out-trade-no/ord_2001/close");
    expect_str(wechat_refund_query_target(arena, STR("rf@1")), "/v3/refund/domestic/refunds/rf%401");
    expect_str(wechat_close_body(arena, keys), "{\"mchid\":\"" TEST_MCHID "\"}");
    static const char *const numbers[] = {
        "", "ord_1", "ord/2001", "ord 2001", "ord@2001", "\xE5\x8D\x95\xE5\x8D\x95", "123456789012345678901234567890123"
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        assert_null(wechat_query_target(arena, keys, str_of(numbers[i])).p);
        assert_null(wechat_close_target(arena, str_of(numbers[i])).p);
    }
    assert_null(wechat_refund_query_target(arena, STR("")).p);
    assert_null(wechat_refund_query_target(arena, STR("a/b")).p);
    assert_string_equal(wechat_pay_target(WECHAT_NATIVE), "/v3/pay/transactions/native");
    assert_string_equal(wechat_pay_target(WECHAT_H5), "/v3/pay/transactions/h5");
    assert_string_equal(wechat_pay_target(WECHAT_JSAPI), "/v3/pay/transactions/jsapi");
}

static struct wechat_pay pay_of(enum wechat_way way)
{
    return (struct wechat_pay){ .way = way,
                                .number = STR("ord_2001"),
                                .description = STR("Plan"),
                                .notify_url = STR("https://pay.test/n"),
                                .amount = CNY(8800),
                                .expires_at_ms = (TEST_NOW + 1800) * 1000,
                                .payer_address = STR("203.0.113.9"),
                                .payer_openid = STR("oa4U") };
}

#define PAY                                                                                                            \
    "{\"appid\":\"" TEST_APPID "\",\"mchid\":\"" TEST_MCHID "\",\"description\":\"Plan\",\"out_trade_no\":"            \
    "\"ord_2001\",\"time_expire\":\"2026-11-22T12:30:00+08:00\",\"notify_url\":\"https://pay.test/n\",\"amount\":"     \
    "{\"total\":8800,\"currency\":\"CNY\"}"

static void bodies(void **state)
{
    struct wechat_pay p = pay_of(WECHAT_NATIVE);
    expect_str(wechat_pay_body(arena, keys, &p), PAY "}");
    p = pay_of(WECHAT_H5);
    expect_str(wechat_pay_body(arena, keys, &p),
               PAY ",\"scene_info\":{\"payer_client_ip\":\"203.0.113.9\",\"h5_info\":{\"type\":\"Wap\"}}}");
    p = pay_of(WECHAT_JSAPI);
    expect_str(wechat_pay_body(arena, keys, &p), PAY ",\"payer\":{\"openid\":\"oa4U\"}}");
    struct wechat_refund r = { .number = STR("ord_2001"),
                               .refund = STR("rf_1"),
                               .reason = STR("asked"),
                               .notify_url = STR("https://pay.test/n"),
                               .amount = CNY(3000),
                               .total = CNY(8800) };
    expect_str(wechat_refund_body(arena, &r),
               "{\"out_trade_no\":\"ord_2001\",\"out_refund_no\":\"rf_1\",\"reason\":\"asked\",\"notify_url\":"
               "\"https://pay.test/n\",\"amount\":{\"refund\":3000,\"total\":8800,\"currency\":\"CNY\"}}");
    r.amount = CNY(8801);
    assert_null(wechat_refund_body(arena, &r).p);
    r.amount = CNY(0);
    assert_null(wechat_refund_body(arena, &r).p);
    r.amount = CNY(1), r.refund = STR("a b");
    assert_null(wechat_refund_body(arena, &r).p);
}

static void bodies_out_of_limits(void **state)
{
    static const char *const urls[] = { "", "http://pay.test/n", "https://pay.test/n?a=1", "https://pay.test/n#a" };
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct wechat_pay p = pay_of(WECHAT_NATIVE);
        p.notify_url = str_of(urls[i]);
        assert_null(wechat_pay_body(arena, keys, &p).p);
    }
    const struct money amounts[] = { CNY(0), CNY(-1), money_of(100, CURRENCY_HKD) };
    for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
        struct wechat_pay p = pay_of(WECHAT_NATIVE);
        p.amount = amounts[i];
        assert_null(wechat_pay_body(arena, keys, &p).p);
    }
    struct wechat_pay p = pay_of(WECHAT_NATIVE);
    p.number = STR("ord_1");
    assert_null(wechat_pay_body(arena, keys, &p).p);
    p = pay_of(WECHAT_H5), p.payer_address = STR("");
    assert_null(wechat_pay_body(arena, keys, &p).p);
    p = pay_of(WECHAT_JSAPI), p.payer_openid = STR("");
    assert_null(wechat_pay_body(arena, keys, &p).p);
    p = pay_of(WECHAT_NATIVE), p.expires_at_ms = 0;
    assert_null(wechat_pay_body(arena, keys, &p).p);
    char text[200];
    for (int i = 0; i < 60; i++) memcpy(text + i * 3, "\xE5\x9B\xA2", 3);
    p = pay_of(WECHAT_NATIVE), p.description = (struct str){ text, 180 };
    const char *at = strstr(wechat_pay_body(arena, keys, &p).p, "\"description\":\"") + 15;
    assert_int_equal(strchr(at, '"') - at, 126); /* whole characters */
}

static void outcomes(void **state)
{
    static const struct {
        enum payment_reason verified;
        int status;
        const char *body;
        enum payment_outcome want;
    } cases[] = {
        { PAYMENT_ACCEPTED, 200, "{}", PAYMENT_OUTCOME_OK },
        { PAYMENT_ACCEPTED, 204, "", PAYMENT_OUTCOME_OK },
        { PAYMENT_MISSING, 200, "{}", PAYMENT_OUTCOME_UNKNOWN }, /* forged */
        { PAYMENT_SIGNATURE, 204, "", PAYMENT_OUTCOME_UNKNOWN },
        { PAYMENT_MISSING, 400, "{\"code\":\"PARAM_ERROR\"}", PAYMENT_OUTCOME_UNKNOWN },
        { PAYMENT_ACCEPTED, 400, "{\"code\":\"PARAM_ERROR\"}", PAYMENT_OUTCOME_REFUSED },
        { PAYMENT_ACCEPTED, 403, "{\"code\":\"NO_AUTH\"}", PAYMENT_OUTCOME_OURS },
        { PAYMENT_MISSING, 401, "{\"code\":\"SIGN_ERROR\"}", PAYMENT_OUTCOME_OURS },
        { PAYMENT_ACCEPTED, 404, "{\"code\":\"ORDER_NOT_EXIST\"}", PAYMENT_OUTCOME_ABSENT },
        { PAYMENT_ACCEPTED, 404, "{\"code\":\"RESOURCE_NOT_EXISTS\"}", PAYMENT_OUTCOME_ABSENT },
        { PAYMENT_ACCEPTED, 404, "<html>", PAYMENT_OUTCOME_REFUSED },
        { PAYMENT_MISSING, 404, "{\"code\":\"ORDER_NOT_EXIST\"}", PAYMENT_OUTCOME_UNKNOWN },
        { PAYMENT_ACCEPTED, 429, "{}", PAYMENT_OUTCOME_LATER },
        { PAYMENT_MISSING, 502, "", PAYMENT_OUTCOME_LATER },
        { PAYMENT_ACCEPTED, 302, "", PAYMENT_OUTCOME_UNKNOWN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(wechat_outcome(cases[i].verified, cases[i].status, str_of(cases[i].body)), cases[i].want);
}

#define ORDER "\"mchid\":\"" TEST_MCHID "\",\"appid\":\"" TEST_APPID "\",\"out_trade_no\":\"ord_2001\""
#define TRADE ",\"transaction_id\":\"4200\""

static void queries(void **state)
{
    static const struct {
        const char *state;
        enum payment_said said;
    } states[] = {
        { "SUCCESS", PAYMENT_SAYS_PAID },    { "REFUND", PAYMENT_SAYS_PAID },    { "NOTPAY", PAYMENT_SAYS_NOTHING },
        { "CLOSED", PAYMENT_SAYS_CLOSED },   { "REVOKED", PAYMENT_SAYS_CLOSED }, { "USERPAYING", PAYMENT_SAYS_NOTHING },
        { "PAYERROR", PAYMENT_SAYS_FAILED }, { "NEW", PAYMENT_SAYS_NOTHING },
    };
    struct payment_notice n;
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const char *with = arena_printf(
            arena, "{" ORDER TRADE ",\"trade_state\":\"%s\",\"amount\":{\"total\":8800,\"currency\":\"CNY\"}}",
            states[i].state);
        assert_int_equal(wechat_query_notice(arena, keys, str_of(with), &n), PAYMENT_ACCEPTED);
        assert_int_equal(n.said, states[i].said);
        assert_int_equal(money_minor(n.amount), 8800);
        assert_false(n.no_amount);
        assert_int_equal(n.some_back, strcmp(states[i].state, "REFUND") == 0);
        bool is_paid = states[i].said == PAYMENT_SAYS_PAID;
        static const char *const amounts[] = { "{\"total\":8800}", "{\"total\":8800,\"currency\":\"USD\"}",
                                               "{\"total\":8800,\"currency\":1}" };
        for (size_t j = 0; j < ARRAY_LEN(amounts); j++) {
            const char *other = arena_printf(arena, "{" ORDER TRADE ",\"trade_state\":\"%s\",\"amount\":%s}",
                                             states[i].state, amounts[j]);
            assert_int_equal(wechat_query_notice(arena, keys, str_of(other), &n),
                             is_paid || j > 0 ? PAYMENT_AMOUNT : PAYMENT_ACCEPTED);
        }
        const char *no_trade =
            arena_printf(arena, "{" ORDER ",\"trade_state\":\"%s\",\"amount\":{\"total\":8800,\"currency\":\"CNY\"}}",
                         states[i].state);
        assert_int_equal(wechat_query_notice(arena, keys, str_of(no_trade), &n),
                         is_paid ? PAYMENT_MALFORMED : PAYMENT_ACCEPTED);
        const char *without = arena_printf(arena, "{" ORDER ",\"trade_state\":\"%s\"}", states[i].state);
        assert_int_equal(wechat_query_notice(arena, keys, str_of(without), &n),
                         is_paid ? PAYMENT_AMOUNT : PAYMENT_ACCEPTED);
    }
    static const char *const broken[] = {
        "{\"mchid\":\"1\",\"appid\":\"" TEST_APPID "\",\"out_trade_no\":\"ord_2001\",\"trade_state\":\"SUCCESS\"}",
        "{\"mchid\":\"" TEST_MCHID "\",\"appid\":\"1\",\"out_trade_no\":\"ord_2001\",\"trade_state\":\"SUCCESS\"}",
        "{" ORDER "}",
        "{" ORDER ",\"trade_state\":\"NOTPAY\",\"amount\":{\"total\":88.5}}",
        "[]",
        "",
    };
    static const enum payment_reason whys[] = { PAYMENT_MERCHANT, PAYMENT_APP,       PAYMENT_MALFORMED,
                                                PAYMENT_AMOUNT,   PAYMENT_MALFORMED, PAYMENT_MALFORMED };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++)
        assert_int_equal(wechat_query_notice(arena, keys, str_of(broken[i]), &n), whys[i]);
}

static void refund_answers(void **state)
{
    static const struct {
        const char *status;
        enum payment_said said;
    } states[] = { { "PROCESSING", PAYMENT_SAYS_NOTHING },    { "SUCCESS", PAYMENT_SAYS_REFUNDED },
                   { "CLOSED", PAYMENT_SAYS_REFUND_FAILED },  { "ABNORMAL", PAYMENT_SAYS_REFUND_FAILED },
                   { "SOMETHING_NEW", PAYMENT_SAYS_NOTHING }, { "", PAYMENT_SAYS_NOTHING } };
    struct payment_notice n;
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const char *body = arena_printf(
            arena,
            "{\"out_trade_no\":\"ord_2001\",\"out_refund_no\":\"rf_1\",\"transaction_id\":\"4200\",\"status\":"
            "\"%s\",\"amount\":{\"total\":8800,\"refund\":3000,\"currency\":\"CNY\"}}",
            states[i].status);
        assert_int_equal(wechat_refund_notice(arena, str_of(body), &n), PAYMENT_ACCEPTED);
        assert_int_equal(n.said, states[i].said);
        expect_str(n.refund, "rf_1");
        assert_int_equal(money_minor(n.refund_amount), 3000);
        assert_int_equal(n.for_person, text_eq(states[i].status, "ABNORMAL"));
    }
    assert_int_equal(wechat_refund_notice(arena, STR("{}"), &n), PAYMENT_UNKNOWN_ORDER);
    assert_int_equal(wechat_refund_notice(arena, STR("x"), &n), PAYMENT_MALFORMED);
    expect_str(payment_field(arena, STR("{\"code_url\":\"weixin://x\"}"), "code_url"), "weixin://x");
    assert_null(payment_field(arena, STR("{\"code_url\":1}"), "code_url").p);
    assert_null(payment_field(arena, STR(""), "code_url").p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_lines), cmocka_unit_test(the_bridge),           cmocka_unit_test(targets),
        cmocka_unit_test(bodies),     cmocka_unit_test(bodies_out_of_limits), cmocka_unit_test(outcomes),
        cmocka_unit_test(queries),    cmocka_unit_test(refund_answers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
