/* fuzz_alipay.c: notifications of Alipay's. The input is tried as it is, when nothing may be accepted (nobody signed
 * it); and signed well, so that the checks behind the signature are reached too. */
#include "fuzz_pay.h"
#include "payments/alipay.h"

static struct fuzz_key alipay;
static struct alipay_keys *keys;

static void start(void)
{
    const char *why;
    alipay = fuzz_key_new();
    keys = alipay_keys_open(
        &(struct alipay_setup){ .app_id = STR("app"), .seller_id = STR("seller"), .alipay_key = alipay.public_pem },
        &why);
    must(keys != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = { (const char *)data, size }, text;
    struct payment_notice n;
    if (!keys) start();
    struct arena *a = arena_new(ARENA_BYTES);
    must(alipay_notice(a, keys, body, &n) != PAYMENT_ACCEPTED && !n.about_order);
    if (alipay_signed_pairs(a, body, &text)) {
        must(utf8_valid(text));
        struct buf b;
        buf_init(&b, size + 2048);
        buf_add(&b, body.p, body.n);
        buf_text(&b, "&sign=");
        percent_encode(&b, rsa_sign(a, alipay.key, text));
        enum payment_reason reason = alipay_notice(a, keys, buf_str(&b), &n);
        must(reason != PAYMENT_SIGNATURE && reason != PAYMENT_UNSIGNED);
        if (reason == PAYMENT_ACCEPTED) fuzz_judge(&n, CURRENCY_CNY);
        must(reason != PAYMENT_ACCEPTED || n.event.n > 0);
        buf_free(&b);
    }
    arena_free(a);
    return 0;
}
