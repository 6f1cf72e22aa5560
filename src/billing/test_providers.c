/* test_providers.c: what the settings of providers must be, the code that phones scan, and the sandbox's signature. */
#include "billing/private.h"
#include "billing/provider_parts.h"
#include "payments/alipay.h"
#include "payments/stripe.h"
#include "payments/test_keys.h"
#include "outbound/http_client.h"
#include "outbound/test_peer.h"
#include "payments/wechat.h"

#include <qrencode.h>
#include <stdlib.h>

static struct provider_settings usual(void)
{
    return (struct provider_settings){ .base_url = "https://pay.example",
                                       .alipay_gateway = "https://openapi.example/gateway.do",
                                       .wechat_base = "https://api.example",
                                       .stripe_base = "https://stripe.example" };
}

static void expect_why(const struct provider_settings *s, const char *words)
{
    const char *why = NULL;
    bool good = providers_open(s, &why);
    if (words && (good || !why || !strstr(why, words))) fail_msg("%s instead of …%s…", why ? why : "opened", words);
    if (!words && !good) fail_msg("%s", why ? why : "no reason");
    providers_close();
}

static const char *wechat_v3 = "0123456789abcdef0123456789abcdef";

static struct provider_settings whole(struct arena *a, const struct test_pair *ours, const struct test_pair *theirs)
{
    struct provider_settings s = usual();
    (void)a;
    s.alipay_app_id = "2021", s.alipay_seller_id = "2088", s.alipay_app_key = ours->private_pem.p;
    s.alipay_public_key = theirs->public_pem.p;
    s.wechat_mchid = "1900", s.wechat_appid = "wx1", s.wechat_v3_key = wechat_v3, s.wechat_merchant_serial = "AB";
    s.wechat_merchant_key = ours->private_pem.p, s.wechat_public_key_id = WECHAT_PUBLIC_KEY "1";
    s.wechat_public_key = theirs->public_pem.p;
    s.stripe_key = "sk_test_"
                   "x",
    s.stripe_webhook_secret = "whsec_x";
    return s;
}

static void what_is_wrong_is_called_by_its_setting(void **state)
{
    (void)state;
    struct arena *a = arena_new(4 << 20);
    struct test_pair ours = test_pair_new(a), theirs = test_pair_new(a);
    struct provider_settings s = usual();
    expect_why(&s, NULL); /* nothing is set, nothing is offered */
    assert_false(provider_alipay.ready() || provider_wechat.ready() || provider_stripe.ready() ||
                 provider_sandbox.ready());
    s = whole(a, &ours, &theirs);
    expect_why(&s, NULL);
    s.alipay_seller_id = NULL;
    expect_why(&s, "ALIPAY_SELLER_ID must be set too");
    s = whole(a, &ours, &theirs), s.alipay_public_key = NULL;
    expect_why(&s, "ALIPAY_PUBLIC_KEY (key mode) or ALIPAY_CERTS");
    s = whole(a, &ours, &theirs), s.alipay_public_key = ours.public_pem.p;
    expect_why(&s, "ALIPAY_PUBLIC_KEY: Alipay's key is our own");
    s = whole(a, &ours, &theirs), s.alipay_app_key = "rubbish";
    expect_why(&s, "ALIPAY_APP_KEY: ");
    s = whole(a, &ours, &theirs), s.alipay_app_cert = "rubbish";
    expect_why(&s, "ALIPAY_ROOT_CERTS: ");
    s = whole(a, &ours, &theirs), s.alipay_certs = "rubbish";
    expect_why(&s, "ALIPAY_CERTS: ");
    s = whole(a, &ours, &theirs), s.wechat_v3_key = "short";
    expect_why(&s, "WECHAT_API_V3_KEY: ");
    s = whole(a, &ours, &theirs), s.wechat_merchant_key = "rubbish";
    expect_why(&s, "WECHAT_MERCHANT_KEY: ");
    s = whole(a, &ours, &theirs), s.wechat_public_key = "rubbish";
    expect_why(&s, "WECHAT_PUBLIC_KEY or WECHAT_CERTS: ");
    s = whole(a, &ours, &theirs), s.wechat_public_key_id = "1";
    expect_why(&s, "WECHAT_PUBLIC_KEY_ID must begin");
    s = whole(a, &ours, &theirs), s.wechat_public_key_id = NULL;
    expect_why(&s, "WECHAT_PUBLIC_KEY_ID must be set too");
    s = whole(a, &ours, &theirs), s.wechat_certs = "rubbish";
    expect_why(&s, "WECHAT_CERTS: ");
    s = whole(a, &ours, &theirs), s.wechat_merchant_serial = NULL;
    expect_why(&s, "WECHAT_MERCHANT_SERIAL must be set too");
    s = whole(a, &ours, &theirs), s.stripe_key = "pk_test_x";
    expect_why(&s, "STRIPE_SECRET_KEY must be");
    s = whole(a, &ours, &theirs), s.stripe_webhook_secret = "x";
    expect_why(&s, "STRIPE_WEBHOOK_SECRET must begin");
    s = whole(a, &ours, &theirs), s.stripe_webhook_secret = NULL;
    expect_why(&s, "STRIPE_WEBHOOK_SECRET must be set too");
    rsa_key_free(ours.key), rsa_key_free(theirs.key);
    arena_free(a);
}

static void who_is_set_is_offered_and_no_sandbox_in_production(void **state)
{
    (void)state;
    struct arena *a = arena_new(4 << 20);
    const char *why = NULL;
    struct test_pair ours = test_pair_new(a), theirs = test_pair_new(a);
    struct provider_settings s = whole(a, &ours, &theirs);
    assert_true(providers_open(&s, &why));
    assert_true(provider_alipay.ready() && provider_wechat.ready() && provider_stripe.ready());
    assert_false(provider_sandbox.ready());
    assert_ptr_equal(provider_named("wechat"), &provider_wechat);
    assert_null(provider_named("paypal"));
    assert_true(provider_alipay.takes(money_of(1, CURRENCY_CNY)) && !provider_alipay.takes(money_of(1, CURRENCY_USD)));
    assert_true(provider_stripe.takes(money_of(100, CURRENCY_USD)) &&
                !provider_stripe.takes(money_of(1, CURRENCY_KWD)));
    assert_true(provider_stripe.takes(money_of(50, CURRENCY_USD)) &&
                !provider_stripe.takes(money_of(49, CURRENCY_USD)));
    assert_true(provider_stripe.takes(money_of(400, CURRENCY_HKD)) &&
                !provider_stripe.takes(money_of(399, CURRENCY_HKD)));
    providers_close();
    assert_false(provider_alipay.ready() || provider_wechat.ready() || provider_stripe.ready());
    rsa_key_free(ours.key), rsa_key_free(theirs.key);
    arena_free(a);
}

/* A payment on a page calls nobody; its end and its address are within what is signed. */
static void alipays_page_is_an_address(void **state)
{
    (void)state;
    struct arena *a = arena_new(4 << 20);
    const char *why = NULL;
    struct test_pair ours = test_pair_new(a), theirs = test_pair_new(a);
    struct provider_settings s = whole(a, &ours, &theirs);
    assert_true(providers_open(&s, &why));
    struct provider_call c = { .arena = a,
                               .now_ms = TEST_NOW * 1000,
                               .order = { .number = STR("0123456789abcdef"), .amount = money_of(8800, CURRENCY_CNY) },
                               .way = "page",
                               .subject = "Chathub · pro",
                               .lang = "zh-CN",
                               .return_url = "https://pay.example/orders/x",
                               .client_address = "",
                               .expires_at_ms = TEST_NOW * 1000 + 7200000 };
    provider_alipay.start(&c);
    assert_int_equal(c.outcome, PAYMENT_OUTCOME_OK);
    assert_non_null(strstr(c.url, "https://openapi.example/gateway.do?app_id=2021&method=alipay.trade.page.pay"));
    assert_non_null(strstr(c.url, "notify_url=https%3A%2F%2Fpay.example%2Fhooks%2Falipay"));
    assert_non_null(strstr(c.url, "88.00"));
    c.expires_at_ms = c.now_ms;
    provider_alipay.start(&c);
    assert_int_equal(c.outcome, PAYMENT_OUTCOME_REFUSED); /* there is always an end, and it is ahead */
    providers_close();
    rsa_key_free(ours.key), rsa_key_free(theirs.key);
    arena_free(a);
}

/* ---- an answer that breaks off ---- */

static void serve(struct peer *p, int fd)
{
    size_t from = p->seen_n;
    if (!peer_read_until(p, fd, from, "\r\n\r\n")) return;
    const char *length = strcasestr(p->seen + from, "content-length:");
    size_t head = (size_t)(strstr(p->seen + from, "\r\n\r\n") + 4 - p->seen);
    size_t body = length ? strtoul(length + strlen("content-length:"), NULL, 10) : 0;
    ssize_t got = 1;
    while (p->seen_n < head + body && got > 0) {
        got = recv(fd, p->seen + p->seen_n, PEER_SEEN_MAX - 1 - p->seen_n, 0);
        if (got > 0) p->seen_n += (size_t)got;
    }
    p->seen[p->seen_n] = '\0';
    peer_send(fd, p->script, strlen(p->script));
}

/* Its status came, and the rest did not: nobody knows what it would have said, so it is asked again. */
static void half_an_answer_is_none(void **state)
{
    (void)state;
    static const int statuses[] = { 200, 400, 402, 404 };
    static struct peer peer;
    struct arena *a = arena_new(4 << 20);
    const char *why = NULL;
    struct test_pair ours = test_pair_new(a), theirs = test_pair_new(a);
    struct provider_settings s = whole(a, &ours, &theirs);
    outbound_start();
    peer_start(&peer, serve);
    s.stripe_base = arena_printf(a, "http://127.0.0.1:%d", peer.port);
    assert_true(providers_open(&s, &why));
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        peer.script = arena_printf(a, "HTTP/1.1 %d X\r\nContent-Length: 500\r\n\r\n{\"id\":\"re_1\",", statuses[i]);
        const struct provider_call asked = { .arena = a,
                                             .now_ms = TEST_NOW * 1000,
                                             .order = { .number = STR("0123456789abcdef"),
                                                        .trade = STR("pi_1"),
                                                        .session = STR("cs_test_1"),
                                                        .amount = money_of(8800, CURRENCY_USD) },
                                             .refund = STR("r1"),
                                             .refund_amount = money_of(100, CURRENCY_USD) };
        void (*const calls[])(struct provider_call *) = { provider_stripe.close, provider_stripe.refund };
        for (size_t k = 0; k < ARRAY_LEN(calls); k++) {
            struct provider_call c = asked;
            atomic_store(&peer.connections, 0);
            peer.seen_n = 0;
            calls[k](&c);
            if (c.outcome != PAYMENT_OUTCOME_UNKNOWN || c.has_notice)
                fail_msg("half a %d: outcome %d of call %zu", statuses[i], c.outcome, k);
            assert_int_equal(atomic_load(&peer.connections), 3);
        }
    }
    providers_close();
    peer_stop(&peer);
    rsa_key_free(ours.key), rsa_key_free(theirs.key);
    arena_free(a);
}

/* Rectangles back into modules: what the encoder made is what is drawn. */
static void a_code_is_drawn_as_it_was_made(void **state)
{
    (void)state;
    struct arena *a = arena_new(4 << 20);
    static const char text[] = "weixin://wxpay/bizpayurl?pr=0123456789";
    const char *svg = qr_svg(a, STR(text));
    assert_non_null(svg);
    QRcode *code = QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
    assert_non_null(code);
    int side = code->width, dark = 0, drawn = 0;
    for (int i = 0; i < side * side; i++) dark += code->data[i] & 1;
    const char *path = strstr(svg, "#000\" d=\"");
    assert_non_null(path);
    path += strlen("#000\" d=\"");
    while (*path == 'M') {
        char *end;
        long x = strtol(path + 1, &end, 10), y = strtol(end, &end, 10);
        assert_int_equal(*end, 'h');
        long n = strtol(end + 1, &end, 10);
        for (long i = 0; i < n; i++) assert_int_equal(code->data[(y - 4) * side + x - 4 + i] & 1, 1);
        drawn += (int)n;
        path = strchr(end, 'z') + 1;
    }
    assert_int_equal(drawn, dark);
    QRcode_free(code);
    assert_null(qr_svg(a, STR("")));
    char *long_text = arena_alloc(a, 1002);
    memset(long_text, 'x', 1001);
    assert_null(qr_svg(a, str_of(long_text)));
    arena_free(a);
}

/* The words of senders are those of the wire. */
static void expect_words(const struct inbound_words *got, const struct payment_words *wanted)
{
    assert_int_equal(got->status, wanted->status);
    assert_string_equal(got->content_type ? got->content_type : "", wanted->content_type);
    assert_string_equal(got->body ? got->body : "", wanted->body);
}

static void senders_say_what_the_wire_says(void **state)
{
    (void)state;
    expect_words(&billing_alipay_sender.ack, &alipay_ack), expect_words(&billing_alipay_sender.nack, &alipay_nack);
    expect_words(&billing_wechat_sender.ack, &wechat_ack), expect_words(&billing_wechat_sender.nack, &wechat_nack);
    expect_words(&billing_stripe_sender.ack, &stripe_ack), expect_words(&billing_stripe_sender.nack, &stripe_nack);
    for (const struct sender *const *s = billing_senders; *s; s++) assert_non_null(provider_named((*s)->name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_called_by_its_setting),
        cmocka_unit_test(who_is_set_is_offered_and_no_sandbox_in_production),
        cmocka_unit_test(alipays_page_is_an_address),
        cmocka_unit_test(half_an_answer_is_none),
        cmocka_unit_test(a_code_is_drawn_as_it_was_made),
        cmocka_unit_test(senders_say_what_the_wire_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
