/* test_wechat.c: what the vectors do not say: edges of notifications, answers and the list of certificates, signed and
 * sealed here with keys drawn for the run. */
#include "payments/test_wechat.h"
#include "payments/certs.h"

#include <stdio.h>

#define YEAR_S (365 * INT64_C(86400))

static struct arena *arena;
static struct test_pair ours, wechat, platform;
static struct wechat_keys *keys;
static struct str platform_pem;

static struct str platform_certificate(long serial, int64_t until_s)
{
    return test_certificate_pem(arena, &(struct test_certificate){ .serial = serial,
                                                                   .name = "Platform",
                                                                   .issuer = "Root",
                                                                   .key = platform.private_pem,
                                                                   .issuer_key = ours.private_pem,
                                                                   .from_s = TEST_NOW - YEAR_S,
                                                                   .until_s = until_s });
}

static struct wechat_keys *opened(struct wechat_setup s, const struct wechat_signer *signer, size_t count)
{
    const char *why = NULL;
    s.signer = signer, s.signers = count;
    struct wechat_keys *k = wechat_keys_open(&s, &why);
    assert_true((k != NULL) == (why == NULL));
    return k;
}

static struct wechat_setup setup_of(void)
{
    return (struct wechat_setup){ .mchid = STR(TEST_MCHID),
                                  .appid = STR(TEST_APPID),
                                  .v3_key = STR(TEST_V3_KEY),
                                  .merchant_serial = STR("8FA1"),
                                  .merchant_key = ours.private_pem };
}

static int setup(void **state)
{
    arena = arena_new(1 << 26);
    ours = test_pair_new(arena), wechat = test_pair_new(arena), platform = test_pair_new(arena);
    platform_pem = platform_certificate(0xABCDEF, TEST_NOW + YEAR_S);
    const struct wechat_signer signer[] = { { STR(TEST_KEY_ID), wechat.public_pem }, { STR(""), platform_pem } };
    keys = opened(setup_of(), signer, ARRAY_LEN(signer));
    return keys ? 0 : -1;
}

static int teardown(void **state)
{
    wechat_keys_close(keys);
    rsa_key_free(ours.key), rsa_key_free(wechat.key), rsa_key_free(platform.key);
    arena_free(arena);
    return 0;
}

/* ---- headers ---- */

static enum payment_reason verified(const struct wechat_headers *h, struct str body)
{
    return wechat_verify(keys, h, body, TEST_NOW);
}

static void both_kinds_of_key(void **state)
{
    struct str body = STR("{\"a\":1}");
    struct wechat_headers h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
    assert_int_equal(verified(&h, body), PAYMENT_ACCEPTED);
    h = test_headers(arena, platform.key, "ABCDEF", body, TEST_NOW);
    assert_int_equal(verified(&h, body), PAYMENT_ACCEPTED);
    /* Each under its own name, byte for byte. */
    h.serial = STR(TEST_KEY_ID);
    assert_int_equal(verified(&h, body), PAYMENT_SIGNATURE);
    h.serial = STR("abcdef");
    assert_int_equal(verified(&h, body), PAYMENT_UNKNOWN_SERIAL);
    h.serial = STR("0ABCDEF");
    assert_int_equal(verified(&h, body), PAYMENT_UNKNOWN_SERIAL);
    h = test_headers(arena, ours.key, TEST_KEY_ID, body, TEST_NOW);
    assert_int_equal(verified(&h, body), PAYMENT_OWN_KEY);
    h = test_headers(arena, ours.key, "8FA1", body, TEST_NOW); /* also under a name that is none of theirs */
    assert_int_equal(verified(&h, body), PAYMENT_OWN_KEY);
    expect_str(wechat_public_key_id(keys), TEST_KEY_ID);
}

static void headers(void **state)
{
    struct str body = STR("{}"), none = { NULL, 0 };
    const struct wechat_headers good = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
    struct wechat_headers h = good;
    h.timestamp = none;
    assert_int_equal(verified(&h, body), PAYMENT_MISSING);
    h = good, h.nonce = STR("");
    assert_int_equal(verified(&h, body), PAYMENT_MISSING);
    h = good, h.signature = none;
    assert_int_equal(verified(&h, body), PAYMENT_MISSING);
    h = good, h.serial = none;
    assert_int_equal(verified(&h, body), PAYMENT_MISSING);
    h = good, h.type = none;
    assert_int_equal(verified(&h, body), PAYMENT_ACCEPTED);
    static const char *const types[] = { "", "WECHATPAY2-SM2-WITH-SM3", "wechatpay2-sha256-rsa2048",
                                         "WECHATPAY2-SHA256-RSA2048 " };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        h = good, h.type = str_of(types[i]);
        assert_int_equal(verified(&h, body), PAYMENT_ALGORITHM);
    }
    static const char *const times[] = { "1795320000 ", " 1795320000", "+1795320000", "1795320000.0", "now" };
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        h = good, h.timestamp = str_of(times[i]);
        assert_int_equal(verified(&h, body), PAYMENT_MALFORMED);
    }
    static const int64_t off[] = { -301, 301, -299, 299 };
    for (size_t i = 0; i < ARRAY_LEN(off); i++) {
        h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW + off[i]);
        assert_int_equal(verified(&h, body), i < 2 ? PAYMENT_TIMESTAMP : PAYMENT_ACCEPTED);
    }
    h = good, h.nonce = STR("x");
    assert_int_equal(verified(&h, body), PAYMENT_SIGNATURE);
    h = good, h.timestamp = STR("1795320001");
    assert_int_equal(verified(&h, body), PAYMENT_SIGNATURE);
    assert_int_equal(verified(&good, STR("{} ")), PAYMENT_SIGNATURE);
    assert_int_equal(verified(&good, none), PAYMENT_SIGNATURE);
    h = good, h.signature = str_of(arena_printf(arena, "WECHATPAY/SIGNTEST/%s", good.signature.p));
    assert_int_equal(verified(&h, body), PAYMENT_SIGNATURE);
    h = good, h.signature = str_of(arena_printf(arena, "%s\n", good.signature.p));
    assert_int_equal(verified(&h, body), PAYMENT_SIGNATURE);
    h = test_headers(arena, wechat.key, TEST_KEY_ID, none, TEST_NOW); /* a 204 */
    assert_int_equal(verified(&h, none), PAYMENT_ACCEPTED);
}

/* ---- notifications ---- */

struct event {
    const char *id, *type, *algorithm, *nonce, *associated, *v3_key, *plain;
};

#define PAID                                                                                                           \
    "{\"mchid\":\"" TEST_MCHID "\",\"appid\":\"" TEST_APPID "\",\"out_trade_no\":\"ord_2001\",\"transaction_id\":"     \
    "\"4200\",\"trade_state\":\"SUCCESS\",\"amount\":{\"total\":8800,\"payer_total\":8000,\"currency\":\"CNY\"}}"
#define REFUND(status, amount)                                                                                         \
    "{\"mchid\":\"" TEST_MCHID "\",\"out_trade_no\":\"ord_2001\",\"transaction_id\":\"4200\",\"out_refund_no\":"       \
    "\"rf_1\",\"refund_status\":\"" status "\",\"amount\":" amount "}"
#define REFUND_AMOUNT "{\"total\":8800,\"refund\":3000,\"payer_total\":8800,\"payer_refund\":3000}"

static const struct event paid = { .id = "e1",
                                   .type = "TRANSACTION.SUCCESS",
                                   .algorithm = "AEAD_AES_256_GCM",
                                   .nonce = "knr6C2kigk2t",
                                   .associated = "transaction",
                                   .v3_key = TEST_V3_KEY,
                                   .plain = PAID };

static struct str event_body(const struct event *e)
{
    struct str sealed = test_seal(arena, str_of(e->v3_key), str_of(e->nonce),
                                  e->associated ? str_of(e->associated) : STR(""), str_of(e->plain));
    const char *associated = e->associated ? arena_printf(arena, ",\"associated_data\":\"%s\"", e->associated) : "";
    return str_of(
        arena_printf(arena,
                     "{\"id\":\"%s\",\"event_type\":\"%s\",\"resource_type\":\"encrypt-resource\",\"resource\":"
                     "{\"algorithm\":\"%s\",\"ciphertext\":\"%s\",\"nonce\":\"%s\"%s}}",
                     e->id, e->type, e->algorithm, sealed.p, e->nonce, associated));
}

static const char *result_of(struct str body, enum payment_state at)
{
    static char text[100];
    struct payment_notice n;
    struct payment_effects effects;
    const struct payment_refund refund = { STR("rf_1"), money_of(3000, CURRENCY_CNY), PAYMENT_REFUND_PENDING };
    const struct payment_order order = { .number = STR("ord_2001"),
                                         .trade = at == PAYMENT_PAID ? STR("4200") : STR(""),
                                         .session = STR(""),
                                         .amount = money_of(8800, CURRENCY_CNY),
                                         .refunded = money_of(0, CURRENCY_CNY),
                                         .state = at,
                                         .refund = &refund,
                                         .refunds = 1 };
    struct wechat_headers h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
    enum payment_reason reason = wechat_notice(arena, keys, &h, body, TEST_NOW, &n);
    if (reason == PAYMENT_ACCEPTED) reason = payment_judge(&n, &order, false, &effects);
    if (reason != PAYMENT_ACCEPTED) return payment_reason_text(reason);
    text[0] = '\0';
    assert_true(effects.count <= 1);
    if (effects.count == 1) payment_effect_text(&effects, 0, text);
    return text;
}

static const char *result(const struct event *e) { return result_of(event_body(e), PAYMENT_OPEN); }

static const char *with_plain(const char *plain)
{
    struct event e = paid;
    e.plain = plain;
    return result(&e);
}

/* The paid resource with `from` put for `to`. */
static const char *changed(const char *from, const char *to)
{
    const char *at = strstr(PAID, from);
    assert_non_null(at);
    return with_plain(arena_printf(arena, "%.*s%s%s", (int)(at - PAID), PAID, to, at + strlen(from)));
}

static void payments(void **state)
{
    assert_string_equal(result(&paid), "mark_paid");
    assert_string_equal(result_of(event_body(&paid), PAYMENT_PAID), "");
    assert_string_equal(result_of(event_body(&paid), PAYMENT_CLOSED), "mark_paid");
    static const struct {
        const char *from, *to, *want;
    } cases[] = {
        { "8800,", "8800,\"x\":0.5,", "mark_paid" },
        { "8800,", "8800.0,", "amount" },
        { "8800,", "\"8800\",", "amount" },
        { "8800,", "880,", "amount" },
        { "8800,", "-8800,", "amount" },
        { "8800,", "null,", "amount" },
        { "8800,", "99999999999999999999,", "amount" },
        { "8800,", "8800,\"x\":[99999999999999999999,1e400],", "mark_paid" },
        { "\"CNY\"", "\"USD\"", "amount" },
        { "\"CNY\"", "\"cny\"", "amount" },
        { ",\"currency\":\"CNY\"", "", "amount" },
        { "\"amount\"", "\"amounts\"", "amount" },
        { "ord_2001", "ORD_2001", "unknown order" },
        { "\"ord_2001\"", "null", "unknown order" },
        { "\"ord_2001\"", "\"\"", "unknown order" },
        { TEST_MCHID, "1952041148", "merchant" },
        { "\"mchid\"", "\"mchid2\"", "merchant" },
        { TEST_APPID, "wx00", "app" },
        { "\"appid\"", "\"appid2\"", "app" },
        { "SUCCESS", "NOTPAY", "" },
        { "SUCCESS", "REFUND", "" },
        { "SUCCESS", "success", "" },
        { "\"SUCCESS\"", "1", "" },
        { "\"SUCCESS\"", "null", "" },
        { ",\"trade_state\":\"SUCCESS\"", "", "" },
        { "\"4200\"", "\"\"", "malformed" },
        { ",\"transaction_id\":\"4200\"", "", "malformed" },
        { "{\"mchid\"", "{\"mchid\":\"" TEST_MCHID "\",\"mchid\"", "malformed" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(changed(cases[i].from, cases[i].to), cases[i].want);
    assert_string_equal(with_plain("[]"), "malformed");
    assert_string_equal(with_plain("paid"), "malformed");
    assert_string_equal(with_plain(""), "malformed");
}

static const char *refund(const char *type, const char *plain)
{
    struct event e = paid;
    e.type = type, e.plain = plain, e.associated = "refund";
    return result_of(event_body(&e), PAYMENT_PAID);
}

static void refunds(void **state)
{
    assert_string_equal(refund("REFUND.SUCCESS", REFUND("SUCCESS", REFUND_AMOUNT)), "refund:3000");
    assert_string_equal(refund("REFUND.CLOSED", REFUND("CLOSED", REFUND_AMOUNT)), "refund_failed");
    assert_string_equal(refund("REFUND.ABNORMAL", REFUND("ABNORMAL", REFUND_AMOUNT)), "refund_failed");
    /* The status decides, not the name of the event. */
    assert_string_equal(refund("REFUND.SUCCESS", REFUND("ABNORMAL", REFUND_AMOUNT)), "refund_failed");
    assert_string_equal(refund("REFUND.SUCCESS", REFUND("SUCCESS", "{\"total\":8800,\"refund\":3001}")), "amount");
    assert_string_equal(refund("REFUND.SUCCESS", REFUND("SUCCESS", "{\"total\":8801,\"refund\":3000}")), "amount");
    assert_string_equal(refund("REFUND.SUCCESS", REFUND("SUCCESS", "{\"total\":8800,\"refund\":3000.0}")), "amount");
    assert_string_equal(refund("REFUND.SUCCESS", REFUND("SUCCESS", "{\"total\":8800}")), "amount");
    assert_string_equal(
        refund("REFUND.SUCCESS", REFUND("SUCCESS", "{\"total\":8800,\"refund\":3000,\"currency\":\"USD\"}")), "amount");
    static const char *const other[] = {
        "{\"mchid\":\"" TEST_MCHID "\",\"out_trade_no\":\"ord_2001\",\"out_refund_no\":\"rf_9\",\"refund_status\":"
        "\"SUCCESS\",\"amount\":" REFUND_AMOUNT "}",
        "{\"mchid\":\"1\",\"out_trade_no\":\"ord_2001\",\"out_refund_no\":\"rf_1\",\"refund_status\":"
        "\"SUCCESS\",\"amount\":" REFUND_AMOUNT "}",
        "{\"mchid\":\"" TEST_MCHID "\",\"out_trade_no\":\"ord_2\",\"out_refund_no\":\"rf_1\",\"refund_status\":"
        "\"SUCCESS\",\"amount\":" REFUND_AMOUNT "}",
        "{\"mchid\":\"" TEST_MCHID
        "\",\"out_trade_no\":\"ord_2001\",\"out_refund_no\":\"rf_1\",\"amount\":" REFUND_AMOUNT "}",
        "{\"mchid\":\"" TEST_MCHID "\",\"out_trade_no\":\"ord_2001\",\"transaction_id\":\"4201\",\"out_refund_no\":"
        "\"rf_1\",\"refund_status\":\"SUCCESS\",\"amount\":" REFUND_AMOUNT "}",
    };
    static const char *const whys[] = { "unknown refund", "merchant", "unknown order", "malformed", "paid twice" };
    for (size_t i = 0; i < ARRAY_LEN(other); i++) assert_string_equal(refund("REFUND.SUCCESS", other[i]), whys[i]);
}

static void what_is_sealed(void **state)
{
    struct event e = paid;
    e.associated = NULL; /* absent is empty */
    assert_string_equal(result(&e), "mark_paid");
    e.associated = "";
    assert_string_equal(result(&e), "mark_paid");
    e = paid, e.algorithm = "AEAD_AES_128_GCM";
    assert_string_equal(result(&e), "algorithm");
    e = paid, e.algorithm = "";
    assert_string_equal(result(&e), "algorithm");
    e = paid, e.v3_key = "0123456789abcdef0123456789ABCDEG";
    assert_string_equal(result(&e), "decrypt");
    struct str body = event_body(&paid);
    static const char *const swaps[][2] = { { "\"transaction\"}", "\"transactiom\"}" },
                                            { ",\"associated_data\":\"transaction\"", "" },
                                            { "knr6C2kigk2t", "knr6C2kigk2u" },
                                            { "knr6C2kigk2t", "knr6C2kigk2" },
                                            { "\"ciphertext\":\"", "\"ciphertext\":\" " },
                                            { "\"ciphertext\":\"", "\"ciphertext\":\"AAAA" },
                                            { "\"ciphertext\":\"", "\"ciphertext\":\"\\n" },
                                            { "==\"", "=\"" },
                                            { "=\"", "\"" } };
    for (size_t i = 0; i < ARRAY_LEN(swaps); i++) {
        const char *at = strstr(body.p, swaps[i][0]);
        if (!at) continue; /* the padding is as long as the text makes it */
        struct str other =
            str_of(arena_printf(arena, "%.*s%s%s", (int)(at - body.p), body.p, swaps[i][1], at + strlen(swaps[i][0])));
        assert_string_equal(result_of(other, PAYMENT_OPEN), "decrypt");
    }
    e = paid, e.type = "COUPON.USE";
    assert_string_equal(result(&e), "");
    e.plain = "{}";
    assert_string_equal(result(&e), "");
    e.v3_key = "0123456789abcdef0123456789ABCDEG";
    assert_string_equal(result(&e), "decrypt");
}

/* Every byte of what is sealed, the tag's too: nothing of it is used before the tag was looked at. */
static void no_byte_may_change(void **state)
{
    struct str sealed = test_seal(arena, STR(TEST_V3_KEY), STR("knr6C2kigk2t"), STR("x"), STR("{\"a\":1}")), plain;
    for (size_t i = 0; i <= sealed.n; i++) {
        char *text = arena_text(arena, sealed.p);
        if (i < sealed.n) text[i] = text[i] == 'A' ? 'B' : 'A';
        struct str json = str_of(arena_printf(arena,
                                              "{\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"%s\",\"nonce\":"
                                              "\"knr6C2kigk2t\",\"associated_data\":\"x\"}",
                                              text));
        json_t *resource = json_read(json, 4096, NULL);
        plain = STR("untouched");
        assert_int_equal(wechat_open(arena, keys, resource, &plain), i < sealed.n ? PAYMENT_DECRYPT : PAYMENT_ACCEPTED);
        expect_str(plain, i < sealed.n ? "untouched" : "{\"a\":1}");
        json_decref(resource);
    }
}

#define SEALED "{\"id\":\"e\",\"event_type\":\"x\",\"resource\":{\"algorithm\":\"AEAD_AES_256_GCM\""

static void bodies_that_are_no_notification(void **state)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"id\":\"\",\"event_type\":\"x\",\"resource\":{}}",
        "{\"id\":\"e\",\"event_type\":\"TRANSACTION.SUCCESS\"}",
        "{\"id\":\"e\",\"resource\":{}}",
        "{\"id\":1,\"event_type\":\"x\",\"resource\":{}}",
        SEALED "}}",
        SEALED ",\"ciphertext\":\"\",\"nonce\":1}}",
        SEALED ",\"ciphertext\":\"\",\"nonce\":\"knr6C2kigk2t\",\"associated_data\":7}}",
        "{\"id\":\"e\",\"id\":\"e\",\"event_type\":\"x\",\"resource\":{}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        assert_string_equal(result_of(str_of(bodies[i]), PAYMENT_OPEN), "malformed");
    char *large = arena_alloc(arena, PAYMENT_BODY_MAX + 2);
    memset(large, ' ', PAYMENT_BODY_MAX + 1);
    assert_string_equal(result_of((struct str){ large, PAYMENT_BODY_MAX + 1 }, PAYMENT_OPEN), "malformed");
}

static void without_a_v3_key(void **state)
{
    struct wechat_setup s = setup_of();
    const struct wechat_signer signer = { STR(TEST_KEY_ID), wechat.public_pem };
    s.v3_key = STR("");
    struct wechat_keys *k = opened(s, &signer, 1);
    struct str body = event_body(&paid);
    struct wechat_headers h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
    struct payment_notice n;
    assert_int_equal(wechat_notice(arena, k, &h, body, TEST_NOW, &n), PAYMENT_DECRYPT);
    wechat_keys_close(k);
}

static void words(void **state)
{
    assert_int_equal(wechat_ack.status, 204);
    assert_string_equal(wechat_ack.body, "");
    assert_int_equal(wechat_nack.status, 400);
    assert_non_null(strstr(wechat_nack.body, "\"code\":\"FAIL\""));
}

/* ---- keys and certificates ---- */

static void sets_that_do_not_open(void **state)
{
    const struct wechat_signer good = { STR(TEST_KEY_ID), wechat.public_pem };
    const struct wechat_signer broken[] = {
        { STR(""), wechat.public_pem },           { STR(TEST_KEY_ID), STR("x") },
        { STR(TEST_KEY_ID), wechat.private_pem }, { STR("ABCDEE"), platform_pem },
        { STR(TEST_KEY_ID), ours.public_pem },
    };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) assert_null(opened(setup_of(), &broken[i], 1));
    const struct wechat_signer twice[] = { good, good };
    assert_null(opened(setup_of(), twice, 2));
    struct wechat_signer many[WECHAT_KEYS_MAX + 1];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = (struct wechat_signer){ str_of(arena_printf(arena, "PUB_KEY_ID_%zu", i)), wechat.public_pem };
    assert_null(opened(setup_of(), many, ARRAY_LEN(many)));
    struct wechat_setup s = setup_of();
    s.v3_key = STR("short");
    assert_null(opened(s, &good, 1));
    s = setup_of(), s.merchant_serial = STR("");
    assert_null(opened(s, &good, 1));
    s = setup_of(), s.merchant_key = wechat.public_pem;
    assert_null(opened(s, &good, 1));
    s = setup_of(), s.merchant_key = STR("");
    struct wechat_keys *k = opened(s, &good, 0);
    assert_true(k != NULL && !wechat_keys_sign(k) && wechat_public_key_id(k).p == NULL);
    wechat_keys_close(k);
    wechat_keys_close(NULL);
}

static const char *sealed_certificate(struct str pem, const char *serial)
{
    struct str sealed = test_seal(arena, STR(TEST_V3_KEY), STR("61f9c719728a"), STR("certificate"), pem);
    return arena_printf(arena,
                        "{\"serial_no\":\"%s\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce\":"
                        "\"61f9c719728a\",\"associated_data\":\"certificate\",\"ciphertext\":\"%s\"}}",
                        serial, sealed.p);
}

static void the_list_of_certificates(void **state)
{
    struct str fresh = platform_certificate(0x11, TEST_NOW + YEAR_S), over = platform_certificate(0x12, TEST_NOW - 1);
    struct str body = str_of(
        arena_printf(arena, "{\"data\":[%s,%s]}", sealed_certificate(over, "12"), sealed_certificate(fresh, "11")));
    struct wechat_keys *first = opened(setup_of(), NULL, 0); /* knows no key of theirs yet */
    struct wechat_headers h = test_headers(arena, platform.key, "11", body, TEST_NOW);
    struct wechat_certificates all;
    assert_int_equal(wechat_certificates(arena, first, &h, body, TEST_NOW, &all), PAYMENT_ACCEPTED);
    assert_int_equal(all.count, 1);
    expect_str(all.certificate[0].serial, "11");
    assert_true(str_eq(all.certificate[0].pem, fresh));
    struct wechat_keys *next = opened(setup_of(), all.certificate, all.count);
    assert_int_equal(wechat_verify(next, &h, body, TEST_NOW), PAYMENT_ACCEPTED);
    wechat_keys_close(next);
    /* Signed by what is over, by a stranger, by one that it does not bring; late; and brought under another serial. */
    h = test_headers(arena, platform.key, "12", body, TEST_NOW);
    assert_int_equal(wechat_certificates(arena, first, &h, body, TEST_NOW, &all), PAYMENT_SIGNATURE);
    h = test_headers(arena, wechat.key, "11", body, TEST_NOW);
    assert_int_equal(wechat_certificates(arena, first, &h, body, TEST_NOW, &all), PAYMENT_SIGNATURE);
    h = test_headers(arena, platform.key, "13", body, TEST_NOW);
    assert_int_equal(wechat_certificates(arena, first, &h, body, TEST_NOW, &all), PAYMENT_UNKNOWN_SERIAL);
    h = test_headers(arena, platform.key, "11", body, TEST_NOW - 301);
    assert_int_equal(wechat_certificates(arena, first, &h, body, TEST_NOW, &all), PAYMENT_TIMESTAMP);
    assert_int_equal(all.count, 0);
    /* A key that is known already does as well. */
    h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
    assert_int_equal(wechat_certificates(arena, keys, &h, body, TEST_NOW, &all), PAYMENT_ACCEPTED);
    wechat_keys_close(first);
}

/* One that cannot be used does not keep the others from us; one that is sealed with another key ends it. */
static void certificates_of_no_use(void **state)
{
    struct str fresh = platform_certificate(0x11, TEST_NOW + YEAR_S),
               more = platform_certificate(0x14, TEST_NOW + YEAR_S);
    struct str of_ours = test_certificate_pem(arena, &(struct test_certificate){ .serial = 0x15,
                                                                                 .name = "Platform",
                                                                                 .issuer = "Root",
                                                                                 .key = ours.private_pem,
                                                                                 .issuer_key = ours.private_pem,
                                                                                 .from_s = TEST_NOW - YEAR_S,
                                                                                 .until_s = TEST_NOW + YEAR_S });
    const char *good = sealed_certificate(fresh, "11");
    const char *const others[] = { sealed_certificate(STR("no certificate"), "13"),
                                   sealed_certificate(more, "15"), /* of another serial than it is listed under */
                                   sealed_certificate(of_ours, "15"),
                                   "{\"serial_no\":\"13\"}",
                                   "{\"serial_no\":\"13\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_SM4_GCM\"}}",
                                   "7",
                                   good };
    struct wechat_certificates all;
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct str body =
            str_of(arena_printf(arena, "{\"data\":[%s,%s,%s]}", others[i], good, sealed_certificate(more, "14")));
        struct wechat_headers h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
        assert_int_equal(wechat_certificates(arena, keys, &h, body, TEST_NOW, &all), PAYMENT_ACCEPTED);
        assert_int_equal(all.count, 2);
        struct wechat_keys *next = opened(setup_of(), all.certificate, all.count);
        assert_non_null(next);
        wechat_keys_close(next);
    }
    struct str sealed = test_seal(arena, STR("0123456789abcdef0123456789ABCDEG"), STR("61f9c719728a"), STR(""), more);
    struct str body = str_of(arena_printf(arena,
                                          "{\"data\":[%s,{\"serial_no\":\"14\",\"encrypt_certificate\":{\"algorithm\":"
                                          "\"AEAD_AES_256_GCM\",\"nonce\":\"61f9c719728a\",\"ciphertext\":\"%s\"}}]}",
                                          good, sealed.p));
    struct wechat_headers h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
    assert_int_equal(wechat_certificates(arena, keys, &h, body, TEST_NOW, &all), PAYMENT_DECRYPT);
    assert_int_equal(all.count, 0);
}

static void lists_that_are_none(void **state)
{
    struct str fresh = platform_certificate(0x11, TEST_NOW + YEAR_S);
    const char *bodies[] = {
        "{}",
        "{\"data\":[]}",
        "{\"data\":{}}",
        "",
        arena_printf(arena, "{\"data\":[%s]}", sealed_certificate(fresh, "12")),
        arena_printf(arena, "{\"data\":[%s]}", sealed_certificate(STR("no certificate"), "11")),
        "{\"data\":[{\"serial_no\":\"11\"}]}",
    };
    struct wechat_certificates all;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct str body = str_of(bodies[i]);
        struct wechat_headers h = test_headers(arena, wechat.key, TEST_KEY_ID, body, TEST_NOW);
        assert_int_equal(wechat_certificates(arena, keys, &h, body, TEST_NOW, &all), PAYMENT_MALFORMED);
        assert_int_equal(all.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_key),
        cmocka_unit_test(headers),
        cmocka_unit_test(payments),
        cmocka_unit_test(refunds),
        cmocka_unit_test(what_is_sealed),
        cmocka_unit_test(no_byte_may_change),
        cmocka_unit_test(bodies_that_are_no_notification),
        cmocka_unit_test(without_a_v3_key),
        cmocka_unit_test(words),
        cmocka_unit_test(sets_that_do_not_open),
        cmocka_unit_test(the_list_of_certificates),
        cmocka_unit_test(certificates_of_no_use),
        cmocka_unit_test(lists_that_are_none),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
