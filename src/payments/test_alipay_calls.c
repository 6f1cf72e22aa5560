/* test_alipay_calls.c: what is sent to Alipay, with which keys, and whose certificates are believed. */
#include "payments/alipay.h"
#include "payments/certs.h"
#include "payments/test_keys.h"

#include "base/crypto.h"

#include <stdio.h>

#define APP "2021000399858208"
#define GATEWAY STR("https://gateway.example.test/gateway.do")
#define AT_MS (TEST_NOW * 1000) /* 2026-11-22 04:00:00 UTC */
#define YEAR_S (365 * INT64_C(86400))
#define CNY(minor) money_of((minor), CURRENCY_CNY)

static struct arena *arena;
static struct test_pair ours, alipay, root;
static struct str roots, app_certificate, alipay_certificate_pem;

static struct str made(long serial, const char *name, const struct test_pair *key, const char *issuer)
{
    return test_certificate_pem(arena, &(struct test_certificate){ .serial = serial,
                                                                   .name = name,
                                                                   .issuer = issuer,
                                                                   .key = key->private_pem,
                                                                   .issuer_key = root.private_pem,
                                                                   .from_s = TEST_NOW - YEAR_S,
                                                                   .until_s = TEST_NOW + YEAR_S,
                                                                   .is_root = text_eq(name, issuer) });
}

static int setup(void **state)
{
    arena = arena_new(1 << 24);
    ours = test_pair_new(arena), alipay = test_pair_new(arena), root = test_pair_new(arena);
    roots = made(1, "Root", &root, "Root");
    app_certificate = made(2, "App", &ours, "Root");
    alipay_certificate_pem = made(3, "Alipay", &alipay, "Root");
    return 0;
}

static int teardown(void **state)
{
    rsa_key_free(ours.key), rsa_key_free(alipay.key), rsa_key_free(root.key);
    arena_free(arena);
    return 0;
}

static struct alipay_keys *opened(const struct alipay_setup *s)
{
    const char *why = NULL;
    struct alipay_keys *k = alipay_keys_open(s, &why);
    assert_true((k != NULL) == (why == NULL));
    return k;
}

static struct alipay_keys *key_mode(void)
{
    return opened(&(struct alipay_setup){
        .app_id = STR(APP), .seller_id = STR("2088"), .app_key = ours.private_pem, .alipay_key = alipay.public_pem });
}

static struct alipay_keys *certificate_mode(struct str alipays)
{
    return opened(&(struct alipay_setup){ .app_id = STR(APP),
                                          .seller_id = STR("2088"),
                                          .app_key = ours.private_pem,
                                          .app_certificate = app_certificate,
                                          .root_certificates = roots,
                                          .alipay_certificates = alipays });
}

/* ---- keys ---- */

static void sets_that_do_not_open(void **state)
{
    const struct alipay_setup broken[] = {
        { .app_key = STR("x") },
        { .app_key = ours.public_pem },
        { .alipay_key = STR("x") },
        { .alipay_key = alipay.private_pem },
        { .app_key = ours.private_pem, .alipay_key = ours.public_pem }, /* whoever made us sign could say "paid" */
        { .app_key = ours.private_pem, .alipay_certificates = app_certificate },
        { .alipay_certificates = STR("x") },
        { .app_certificate = app_certificate },
        { .root_certificates = roots },
        { .app_certificate = STR("x"), .root_certificates = roots },
        { .app_certificate = app_certificate, .root_certificates = STR("x") },
        { .app_key = alipay.private_pem, .app_certificate = app_certificate, .root_certificates = roots },
    };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) assert_null(opened(&broken[i]));
    struct alipay_keys *k = opened(&(struct alipay_setup){ .app_id = STR(APP), .alipay_key = alipay.public_pem });
    assert_true(k != NULL && !alipay_keys_sign(k));
    alipay_keys_close(k);
    alipay_keys_close(NULL);
}

static void too_many_certificates(void **state)
{
    struct str many = STR("");
    for (long i = 0; i <= ALIPAY_KEYS_MAX; i++)
        many = str_of(arena_printf(arena, "%s%s", many.p, made(10 + i, "Alipay", &alipay, "Root").p));
    assert_null(certificate_mode(many));
}

static struct str signed_answer(const struct rsa_key *signer, const char *serial)
{
    return str_of(arena_printf(arena, "{\"alipay_trade_query_response\":{},\"alipay_cert_sn\":\"%s\",\"sign\":\"%s\"}",
                               serial, rsa_sign(arena, signer, STR("{}")).p));
}

static void certificates_are_named(void **state)
{
    struct str other = made(4, "Alipay", &root, "Root"), serial = { 0 }, other_serial = { 0 };
    struct alipay_keys *k = certificate_mode(str_of(arena_printf(arena, "%s%s", alipay_certificate_pem.p, other.p)));
    struct alipay_answer answer;
    assert_true(cert_alipay_serial(arena, alipay_certificate_pem, &serial) &&
                cert_alipay_serial(arena, other, &other_serial));
    assert_int_equal(alipay_answer(arena, k, STR("alipay.trade.query"), signed_answer(alipay.key, serial.p), &answer),
                     PAYMENT_ACCEPTED);
    assert_int_equal(
        alipay_answer(arena, k, STR("alipay.trade.query"), signed_answer(root.key, other_serial.p), &answer),
        PAYMENT_ACCEPTED);
    /* Each under its own serial only; and one that is not known is not believed, but named. */
    assert_int_equal(alipay_answer(arena, k, STR("alipay.trade.query"), signed_answer(root.key, serial.p), &answer),
                     PAYMENT_SIGNATURE);
    assert_int_equal(alipay_answer(arena, k, STR("alipay.trade.query"), signed_answer(alipay.key, "00"), &answer),
                     PAYMENT_UNKNOWN_SERIAL);
    assert_null(answer.signed_text.p);
    expect_str(alipay_field(&answer, "alipay_cert_sn"), "00");
    alipay_keys_close(k);
}

static struct str base64_of(struct str s)
{
    char *text = arena_alloc(arena, base64_size(s.n) + 1);
    base64_encode(s.p, s.n, text);
    return str_of(text);
}

static struct str download_by(const struct rsa_key *signer, struct str content)
{
    const char *member = arena_printf(arena, "{\"code\":\"10000\",\"alipay_cert_content\":\"%s\"}", content.p);
    return str_of(arena_printf(arena, "{\"alipay_open_app_alipaycert_download_response\":%s,\"sign\":\"%s\"}", member,
                               rsa_sign(arena, signer, str_of(member)).p));
}

static struct str download(struct str content) { return download_by(alipay.key, content); }

/* A file of Alipay's is its certificate and the authority that signed it, and only the first signs messages. */
static void authorities_sign_no_messages(void **state)
{
    struct str serial = { 0 }, both = str_of(arena_printf(arena, "%s%s", alipay_certificate_pem.p, roots.p));
    struct alipay_answer answer;
    assert_true(cert_alipay_serial(arena, roots, &serial));
    assert_null(certificate_mode(roots));
    struct alipay_keys *k = certificate_mode(both);
    assert_non_null(k);
    assert_int_equal(alipay_answer(arena, k, STR("alipay.trade.query"), signed_answer(root.key, serial.p), &answer),
                     PAYMENT_UNKNOWN_SERIAL);
    assert_true(cert_alipay_serial(arena, alipay_certificate_pem, &serial));
    assert_int_equal(alipay_answer(arena, k, STR("alipay.trade.query"), signed_answer(alipay.key, serial.p), &answer),
                     PAYMENT_ACCEPTED);
    alipay_keys_close(k);
}

/* Only what was checked is handed on, whatever else the answer brings; and its own signature counts. */
static void what_a_certificate_brings_along(void **state)
{
    struct alipay_keys *k = certificate_mode(alipay_certificate_pem);
    struct str fresh = made(9, "Alipay", &alipay, "Root"), stranger = made(10, "Stranger", &ours, "Nobody"), serial,
               pem;
    struct str both = base64_of(str_of(arena_printf(arena, "# notes\n%s%s", fresh.p, stranger.p)));
    assert_true(cert_alipay_serial(arena, fresh, &serial));
    assert_true(alipay_certificate(arena, k, download(both), serial, TEST_NOW, &pem));
    assert_true(pem.n == strlen(fresh.p) - 1 && memcmp(pem.p, fresh.p, pem.n) == 0); /* without the last line feed */
    assert_false(alipay_certificate(arena, k, download_by(ours.key, both), serial, TEST_NOW, &pem));
    assert_null(pem.p);
    assert_false(alipay_certificate(arena, k, download_by(root.key, both), serial, TEST_NOW, &pem));
    const char *unsigned_body = arena_printf(
        arena, "{\"alipay_open_app_alipaycert_download_response\":{\"alipay_cert_content\":\"%s\"}}", both.p);
    assert_false(alipay_certificate(arena, k, str_of(unsigned_body), serial, TEST_NOW, &pem));
    /* An authority; and a certificate that Alipay's root gave to our own key. */
    assert_true(cert_alipay_serial(arena, roots, &serial));
    assert_false(alipay_certificate(arena, k, download_by(root.key, base64_of(roots)), serial, TEST_NOW, &pem));
    assert_true(cert_alipay_serial(arena, app_certificate, &serial));
    assert_false(
        alipay_certificate(arena, k, download_by(ours.key, base64_of(app_certificate)), serial, TEST_NOW, &pem));
    alipay_keys_close(k);
}

static void a_certificate_over_the_wire(void **state)
{
    struct alipay_keys *k = certificate_mode(alipay_certificate_pem), *plain = key_mode();
    struct str pem, fresh = made(9, "Alipay", &alipay, "Root"), serial = { 0 }, body = download(base64_of(fresh));
    assert_true(cert_alipay_serial(arena, fresh, &serial));
    assert_true(alipay_certificate(arena, k, body, serial, TEST_NOW, &pem) && str_starts(fresh, pem));
    assert_false(alipay_certificate(arena, k, body, STR("00"), TEST_NOW, &pem));
    assert_false(alipay_certificate(arena, k, body, serial, TEST_NOW + 2 * YEAR_S, &pem));
    assert_false(alipay_certificate(arena, plain, body, serial, TEST_NOW, &pem));
    assert_false(alipay_certificate(arena, k, download(fresh), serial, TEST_NOW, &pem));
    assert_false(alipay_certificate(arena, k, download(STR("")), serial, TEST_NOW, &pem));
    assert_false(alipay_certificate(arena, k, download(base64_of(STR("x"))), serial, TEST_NOW, &pem));
    assert_false(alipay_certificate(arena, k, STR("{}"), serial, TEST_NOW, &pem));
    assert_false(alipay_certificate(arena, k, STR(""), serial, TEST_NOW, &pem));
    /* The same names and number, but nobody whom we know has signed it. */
    struct str forged = test_certificate_pem(arena, &(struct test_certificate){ .serial = 9,
                                                                                .name = "Alipay",
                                                                                .issuer = "Root",
                                                                                .key = alipay.private_pem,
                                                                                .issuer_key = alipay.private_pem,
                                                                                .from_s = TEST_NOW - YEAR_S,
                                                                                .until_s = TEST_NOW + YEAR_S });
    assert_false(alipay_certificate(arena, k, download(base64_of(forged)), serial, TEST_NOW, &pem));
    expect_str(alipay_certificate_content(arena, STR("0f75")), "{\"alipay_cert_sn\":\"0f75\"}");
    assert_null(alipay_certificate_content(arena, STR("a b")).p);
    assert_true(pem.p == NULL);
    alipay_keys_close(k);
    alipay_keys_close(plain);
}

/* ---- requests ---- */

static void times_are_of_beijing(void **state)
{
    char text[ALIPAY_TIME_SIZE];
    alipay_time(AT_MS, text);
    assert_string_equal(text, "2026-11-22 12:00:00");
    alipay_time(INT64_C(1798732799999), text); /* 15:59:59.999 UTC, the last second of the year there */
    assert_string_equal(text, "2026-12-31 23:59:59");
    alipay_time(INT64_C(1798732800000), text);
    assert_string_equal(text, "2027-01-01 00:00:00");
}

static void what_is_signed(void **state)
{
    struct alipay_param out[ALIPAY_CALL_PARAMS_MAX];
    struct alipay_keys *k = key_mode();
    const struct alipay_call call = { .method = "alipay.trade.query",
                                      .content = STR("{\"a\":\"b c&d=\"}"),
                                      .at_ms = AT_MS };
    size_t n = alipay_params(arena, k, &call, out);
    expect_str(alipay_string_to_sign(arena, out, n),
               "app_id=" APP "&biz_content={\"a\":\"b c&d=\"}&charset=utf-8&format=JSON&method=alipay.trade.query&"
               "sign_type=RSA2&timestamp=2026-11-22 12:00:00&version=1.0");
    struct str sign = alipay_sign(arena, k, out, n), text = alipay_string_to_sign(arena, out, n);
    assert_true(rsa_verify(ours.key, &text, 1, sign));
    /* Empty values and a sign that is there already are left out; bytes decide the order, not letters. */
    const struct alipay_param odd[] = { { STR("b"), STR("1") },    { STR("sign"), STR("x") },   { STR("B"), STR("2") },
                                        { STR("empty"), STR("") }, { STR("a_b"), STR("3") },    { STR("ab"), STR("4") },
                                        { STR("a"), STR("5") },    { STR("none"), { NULL, 0 } } };
    expect_str(alipay_string_to_sign(arena, odd, ARRAY_LEN(odd)), "B=2&a=5&a_b=3&ab=4&b=1");
    expect_str(alipay_string_to_sign(arena, odd, 0), "");
    alipay_keys_close(k);
}

static void serials_are_sent_in_certificate_mode(void **state)
{
    struct alipay_param out[ALIPAY_CALL_PARAMS_MAX];
    struct str serial = { 0 }, root_serial = { 0 };
    struct alipay_keys *k = certificate_mode(alipay_certificate_pem);
    size_t n = alipay_params(arena, k, &(struct alipay_call){ .method = "m", .at_ms = AT_MS }, out);
    assert_true(cert_alipay_serial(arena, app_certificate, &serial) &&
                cert_alipay_root_serial(arena, roots, &root_serial));
    expect_str(
        alipay_string_to_sign(arena, out, n),
        arena_printf(arena,
                     "alipay_root_cert_sn=%s&app_cert_sn=%s&app_id=" APP
                     "&charset=utf-8&format=JSON&method=m&sign_type=RSA2&timestamp=2026-11-22 12:00:00&version=1.0",
                     root_serial.p, serial.p));
    alipay_keys_close(k);
}

static void ways_to_the_gateway(void **state)
{
    struct alipay_param out[ALIPAY_CALL_PARAMS_MAX];
    struct alipay_keys *k = key_mode();
    const struct alipay_call call = { .method = "alipay.trade.page.pay",
                                      .return_url = STR("https://shop.example.test/back?a=1&b=2"),
                                      .content = STR("{\"subject\":\"<&>\\\"'\"}"),
                                      .at_ms = AT_MS };
    size_t n = alipay_params(arena, k, &call, out);
    struct str url = alipay_url(arena, k, GATEWAY, out, n), form = alipay_form(arena, k, GATEWAY, out, n), pairs;
    struct alipay_request r = alipay_request(arena, k, GATEWAY, out, n);
    const char *head = "https://gateway.example.test/gateway.do?app_id=" APP "&method=alipay.trade.page.pay&";
    assert_memory_equal(url.p, head, strlen(head));
    assert_memory_equal(r.url.p, head, strlen(head));
    /* What arrives is what was signed, but for sign_type, which a request signs and a notification does not. */
    assert_true(alipay_signed_pairs(arena, str_of(strchr(url.p, '?') + 1), &pairs));
    assert_non_null(strstr(pairs.p, "biz_content={\"subject\":\"<&>\\\"'\"}&charset=utf-8"));
    assert_null(strstr(r.url.p, "biz_content"));
    expect_str(r.body, "biz_content=%7B%22subject%22%3A%22%3C%26%3E%5C%22%27%22%7D");
    assert_non_null(strstr(form.p, "value=\"{&quot;subject&quot;:&quot;&lt;&amp;&gt;\\&quot;&#39;&quot;}\"></form>"));
    assert_non_null(strstr(form.p, "gateway.do?app_id=" APP "&amp;method="));
    assert_null(strstr(form.p, "'"));
    struct str longer = alipay_url(arena, k, STR("https://x.test/g?y=1"), out, n);
    assert_non_null(strstr(longer.p, "?y=1&app_id="));
    alipay_keys_close(k);
}

/* Texts that are longer than any request may be end no process. */
static void requests_that_are_too_long(void **state)
{
    struct alipay_param out[ALIPAY_CALL_PARAMS_MAX];
    struct alipay_keys *k = key_mode();
    enum { LONG = 70000, ENCODED_LONG = 30000 }; /* three times as long when it is encoded */
    static const size_t lengths[] = { LONG, ENCODED_LONG };
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        char *text = arena_alloc(arena, lengths[i] + 1);
        memset(text, '"', lengths[i]);
        struct alipay_call call = { .method = "m", .content = { text, lengths[i] }, .at_ms = AT_MS };
        size_t n = alipay_params(arena, k, &call, out);
        struct alipay_request r = alipay_request(arena, k, GATEWAY, out, n);
        bool is_signed = lengths[i] == ENCODED_LONG;
        assert_int_equal(alipay_string_to_sign(arena, out, n).p != NULL, is_signed);
        assert_int_equal(alipay_sign(arena, k, out, n).p != NULL, is_signed);
        assert_int_equal(alipay_form(arena, k, GATEWAY, out, n).p != NULL, is_signed);
        assert_null(alipay_url(arena, k, GATEWAY, out, n).p);
        assert_true(r.url.p == NULL && r.body.p == NULL);
        call = (struct alipay_call){ .method = "m", .return_url = { text, lengths[i] }, .at_ms = AT_MS };
        n = alipay_params(arena, k, &call, out);
        r = alipay_request(arena, k, GATEWAY, out, n);
        assert_true(r.url.p == NULL && r.body.p == NULL);
        assert_null(alipay_form(arena, k, GATEWAY, out, n).p);
    }
    alipay_keys_close(k);
}

static struct alipay_pay pay_of(enum alipay_way way)
{
    return (struct alipay_pay){ .way = way,
                                .number = STR("ord_1-A"),
                                .subject = STR("Plan, \"monthly\""),
                                .amount = CNY(8800),
                                .at_ms = AT_MS,
                                .expires_at_ms = AT_MS + 30 * 60000 };
}

static void contents(void **state)
{
    struct alipay_pay p = pay_of(ALIPAY_PAGE);
    expect_str(alipay_pay_content(arena, &p),
               "{\"out_trade_no\":\"ord_1-A\",\"total_amount\":\"88.00\",\"subject\":\"Plan, \\\"monthly\\\"\","
               "\"product_code\":\"FAST_INSTANT_TRADE_PAY\",\"time_expire\":\"2026-11-22 12:30:00\"}");
    p = pay_of(ALIPAY_WAP), p.quit_url = STR("https://shop.example.test/");
    expect_str(alipay_pay_content(arena, &p),
               "{\"out_trade_no\":\"ord_1-A\",\"total_amount\":\"88.00\",\"subject\":\"Plan, \\\"monthly\\\"\","
               "\"product_code\":\"QUICK_WAP_WAY\",\"time_expire\":\"2026-11-22 12:30:00\","
               "\"quit_url\":\"https://shop.example.test/\"}");
    p = pay_of(ALIPAY_CODE);
    expect_str(alipay_pay_content(arena, &p),
               "{\"out_trade_no\":\"ord_1-A\",\"total_amount\":\"88.00\",\"subject\":\"Plan, \\\"monthly\\\"\","
               "\"timeout_express\":\"30m\",\"qr_code_timeout_express\":\"30m\"}");
    p.product_code = STR("QR_CODE_OFFLINE");
    assert_non_null(strstr(alipay_pay_content(arena, &p).p, "\"product_code\":\"QR_CODE_OFFLINE\""));
    expect_str(alipay_order_content(arena, STR("ord_1")), "{\"out_trade_no\":\"ord_1\"}");
    expect_str(alipay_refund_content(arena, STR("ord_1"), STR("rf_1"), CNY(3000), STR("a/b & c=d")),
               "{\"out_trade_no\":\"ord_1\",\"refund_amount\":\"30.00\",\"out_request_no\":\"rf_1\","
               "\"refund_reason\":\"ab  cd\"}");
    expect_str(alipay_refund_query_content(arena, STR("ord_1"), STR("rf_1")),
               "{\"out_trade_no\":\"ord_1\",\"out_request_no\":\"rf_1\"}");
    assert_string_equal(alipay_pay_method(ALIPAY_PAGE), "alipay.trade.page.pay");
    assert_string_equal(alipay_pay_method(ALIPAY_WAP), "alipay.trade.wap.pay");
    assert_string_equal(alipay_pay_method(ALIPAY_CODE), "alipay.trade.precreate");
}

static void contents_out_of_limits(void **state)
{
    static const char *const numbers[] = { "", "ord 1", "ord/1", "\xE5\x8D\x95", "ord_1|", "a\"b" };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        struct alipay_pay p = pay_of(ALIPAY_PAGE);
        p.number = str_of(numbers[i]);
        assert_null(alipay_pay_content(arena, &p).p);
        assert_null(alipay_order_content(arena, p.number).p);
        assert_null(alipay_refund_content(arena, p.number, STR("r"), CNY(1), STR("")).p);
        assert_null(alipay_refund_content(arena, STR("o"), p.number, CNY(1), STR("")).p);
        assert_null(alipay_refund_query_content(arena, STR("o"), p.number).p);
    }
    char number[66] = "";
    memset(number, '1', 65);
    assert_null(alipay_order_content(arena, str_of(number)).p);
    assert_non_null(alipay_order_content(arena, (struct str){ number, 64 }).p);
    const struct money amounts[] = { CNY(0), CNY(-1), CNY(INT64_C(10000000001)), money_of(100, CURRENCY_USD) };
    for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
        struct alipay_pay p = pay_of(ALIPAY_PAGE);
        p.amount = amounts[i];
        assert_null(alipay_pay_content(arena, &p).p);
        assert_null(alipay_refund_content(arena, STR("o"), STR("r"), amounts[i], STR("")).p);
    }
    struct alipay_pay p = pay_of(ALIPAY_PAGE);
    p.amount = CNY(INT64_C(10000000000));
    assert_non_null(strstr(alipay_pay_content(arena, &p).p, "\"100000000.00\""));
    p.expires_at_ms = p.at_ms; /* there is always an end */
    assert_null(alipay_pay_content(arena, &p).p);
    p = pay_of(ALIPAY_CODE), p.subject = STR("/&=");
    assert_null(alipay_pay_content(arena, &p).p);
}

static void subjects_are_cut_between_characters(void **state)
{
    struct alipay_pay p = pay_of(ALIPAY_PAGE);
    char text[1200];
    size_t n = 0;
    for (int i = 0; i < 300; i++) memcpy(text + n, "\xE5\x9B\xA2", 3), n += 3;
    p.subject = (struct str){ text, n };
    const char *at = strstr(alipay_pay_content(arena, &p).p, "\"subject\":\"") + 11;
    assert_int_equal(strchr(at, '"') - at, 256 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_that_do_not_open),
        cmocka_unit_test(too_many_certificates),
        cmocka_unit_test(certificates_are_named),
        cmocka_unit_test(authorities_sign_no_messages),
        cmocka_unit_test(a_certificate_over_the_wire),
        cmocka_unit_test(what_a_certificate_brings_along),
        cmocka_unit_test(times_are_of_beijing),
        cmocka_unit_test(what_is_signed),
        cmocka_unit_test(serials_are_sent_in_certificate_mode),
        cmocka_unit_test(ways_to_the_gateway),
        cmocka_unit_test(requests_that_are_too_long),
        cmocka_unit_test(contents),
        cmocka_unit_test(contents_out_of_limits),
        cmocka_unit_test(subjects_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
