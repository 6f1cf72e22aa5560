/* test_certificates.c: WeChat Pay's platform certificates: one that signs notifications before anybody here knows it is
 * fetched while nobody calls, once a minute at most; with no key of theirs to begin with, and beside a public key. */
#include "base/clock.h"
#include "billing/billing.h"
#include "billing/provider_parts.h"
#include "payments/test_wechat.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* A program without any statement does not link. */
__attribute__((used)) static const struct route *const linked = billing_pay_routes;

enum { ANSWER_MAX = 32 * 1024 };
static struct {
    struct test_pair ours, key, old, fresh; /* key: their public key; old, fresh: of certificates */
    struct str old_pem, fresh_pem;
    struct arena *arena;
    int fd, port;
    pthread_t thread;
    _Atomic int fetches;
    const struct rsa_key *signer; /* of the list */
    const char *serial;
    char answer[ANSWER_MAX];
} they;

/* ---- WeChat Pay ---- */

static struct str certificate(long serial, const struct test_pair *pair)
{
    int64_t now_s = now_ms() / SECOND_MS;
    return test_certificate_pem(they.arena, &(struct test_certificate){ .serial = serial,
                                                                        .name = "Tenpay",
                                                                        .issuer = "Tenpay CA",
                                                                        .key = pair->private_pem,
                                                                        .issuer_key = they.key.private_pem,
                                                                        .from_s = now_s - 3600,
                                                                        .until_s = now_s + 3600 });
}

/* Its list has the fresh one, signed as the test says. */
static void write_answer(void)
{
    struct arena *a = they.arena;
    struct str sealed = test_seal(a, STR(TEST_V3_KEY), STR("61f9c719728a"), STR("certificate"), they.fresh_pem);
    struct str body = str_of(arena_printf(a,
                                          "{\"data\":[{\"serial_no\":\"12\",\"encrypt_certificate\":{\"algorithm\":"
                                          "\"AEAD_AES_256_GCM\",\"nonce\":\"61f9c719728a\",\"associated_data\":"
                                          "\"certificate\",\"ciphertext\":\"%s\"}}]}",
                                          sealed.p));
    struct wechat_headers h = test_headers(a, they.signer, they.serial, body, now_ms() / SECOND_MS);
    int n = snprintf(they.answer, sizeof they.answer,
                     "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nWechatpay-Timestamp: %s\r\nWechatpay-Nonce: %s\r\n"
                     "Wechatpay-Signature: %.*s\r\nWechatpay-Serial: %s\r\nConnection: close\r\n\r\n%s",
                     body.n, h.timestamp.p, h.nonce.p, (int)h.signature.n, h.signature.p, they.serial, body.p);
    assert_true(n > 0 && n < ANSWER_MAX);
}

static void *serve(void *arg)
{
    char in[8192];
    (void)arg;
    for (int fd; (fd = accept(they.fd, NULL, NULL)) >= 0; close(fd)) {
        if (recv(fd, in, sizeof in, 0) <= 0) continue;
        if (strncmp(in, "GET /v3/certificates ", 21) != 0) continue;
        atomic_fetch_add(&they.fetches, 1);
        if (send(fd, they.answer, strlen(they.answer), MSG_NOSIGNAL) < 0) continue;
    }
    return NULL;
}

static int begin(void **state)
{
    (void)state;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    they.arena = arena_new(8 << 20);
    they.ours = test_pair_new(they.arena), they.key = test_pair_new(they.arena);
    they.old = test_pair_new(they.arena), they.fresh = test_pair_new(they.arena);
    they.old_pem = certificate(0x11, &they.old), they.fresh_pem = certificate(0x12, &they.fresh);
    they.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(they.fd >= 0 && bind(they.fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(they.fd, 16) == 0);
    assert_int_equal(getsockname(they.fd, (struct sockaddr *)&a, &size), 0);
    they.port = ntohs(a.sin_port);
    return pthread_create(&they.thread, NULL, serve, NULL);
}

static int end(void **state)
{
    (void)state;
    (void)shutdown(they.fd, SHUT_RDWR);
    (void)pthread_join(they.thread, NULL);
    close(they.fd);
    rsa_key_free(they.ours.key), rsa_key_free(they.key.key), rsa_key_free(they.old.key), rsa_key_free(they.fresh.key);
    arena_free(they.arena);
    return 0;
}

/* ---- us ---- */

static struct provider_settings settings(void)
{
    return (struct provider_settings){ .base_url = "https://pay.example",
                                       .alipay_gateway = "https://openapi.example/gateway.do",
                                       .stripe_base = "https://stripe.example",
                                       .wechat_base = arena_printf(they.arena, "http://127.0.0.1:%d", they.port),
                                       .wechat_mchid = TEST_MCHID,
                                       .wechat_appid = TEST_APPID,
                                       .wechat_v3_key = TEST_V3_KEY,
                                       .wechat_merchant_serial = "AB",
                                       .wechat_merchant_key = they.ours.private_pem.p };
}

/* What a notification that is signed so comes to; that it says nothing is another matter. */
static enum payment_reason hear(const struct rsa_key *signer, const char *serial)
{
    struct payment_notice n;
    struct str body = STR("{}");
    struct wechat_headers h = test_headers(they.arena, signer, serial, body, now_ms() / SECOND_MS);
    struct delivery d = { .arena = they.arena,
                          .body = body,
                          .at_ms = now_ms(),
                          .header = { { "wechatpay-timestamp", h.timestamp },
                                      { "wechatpay-nonce", h.nonce },
                                      { "wechatpay-signature", h.signature },
                                      { "wechatpay-serial", h.serial } },
                          .headers = 4 };
    return provider_wechat.hear(&d, &n);
}

static void expect_known_soon(const struct rsa_key *signer, const char *serial)
{
    enum payment_reason reason = PAYMENT_UNKNOWN_SERIAL;
    for (int i = 0; i < 500 && reason == PAYMENT_UNKNOWN_SERIAL; i++) {
        reason = hear(signer, serial);
        if (reason == PAYMENT_UNKNOWN_SERIAL) usleep(20000);
    }
    assert_int_equal(reason, PAYMENT_MALFORMED);
}

static void the_first_notification_makes_it_known(void **state)
{
    const char *why = NULL;
    struct provider_settings s = settings();
    (void)state;
    atomic_store(&they.fetches, 0);
    they.signer = they.fresh.key, they.serial = "12";
    write_answer();
    assert_true(providers_open(&s, &why));
    assert_int_equal(they.fetches, 0);
    assert_int_equal(hear(they.fresh.key, "12"), PAYMENT_UNKNOWN_SERIAL);
    expect_known_soon(they.fresh.key, "12");
    assert_int_equal(they.fetches, 1);
    /* Whatever strangers send, it is asked for once a minute. */
    for (int i = 0; i < 20; i++) assert_int_equal(hear(they.old.key, "99"), PAYMENT_UNKNOWN_SERIAL);
    usleep(200000);
    assert_int_equal(they.fetches, 1);
    providers_close();
}

static void in_a_change_over_both_kinds_are_believed(void **state)
{
    const char *why = NULL;
    struct provider_settings s = settings();
    (void)state;
    s.wechat_public_key_id = TEST_KEY_ID, s.wechat_public_key = they.key.public_pem.p;
    s.wechat_certs = they.old_pem.p;
    atomic_store(&they.fetches, 0);
    they.signer = they.key.key, they.serial = TEST_KEY_ID;
    write_answer();
    assert_true(providers_open(&s, &why));
    assert_int_equal(hear(they.key.key, TEST_KEY_ID), PAYMENT_MALFORMED);
    assert_int_equal(hear(they.old.key, "11"), PAYMENT_MALFORMED);
    expect_known_soon(they.fresh.key, "12"); /* a certificate that came meanwhile */
    assert_int_equal(hear(they.old.key, "11"), PAYMENT_MALFORMED);
    assert_int_equal(hear(they.key.key, TEST_KEY_ID), PAYMENT_MALFORMED);
    providers_close();
}

/* Nothing is fetched where a public key alone counts. */
static void with_a_public_key_alone_nothing_is_fetched(void **state)
{
    const char *why = NULL;
    struct provider_settings s = settings();
    (void)state;
    s.wechat_public_key_id = TEST_KEY_ID, s.wechat_public_key = they.key.public_pem.p;
    atomic_store(&they.fetches, 0);
    assert_true(providers_open(&s, &why));
    assert_int_equal(hear(they.fresh.key, "12"), PAYMENT_UNKNOWN_SERIAL);
    usleep(100000);
    assert_int_equal(they.fetches, 0);
    providers_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_notification_makes_it_known),
        cmocka_unit_test(in_a_change_over_both_kinds_are_believed),
        cmocka_unit_test(with_a_public_key_alone_nothing_is_fetched),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
