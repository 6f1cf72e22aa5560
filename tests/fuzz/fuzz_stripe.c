/* fuzz_stripe.c: webhooks of Stripe's. The first line is the header, the rest the body. A header that is accepted holds
 * the right signature, put together here a second time; and the body is tried under a good header too. */
#include "fuzz_pay.h"
#include "base/crypto.h"
#include "payments/stripe.h"

static const struct stripe_setup keys = { .secrets = 2, .secret = { { "whsec_one", 9 }, { "whsec_two", 9 } } };

static const char *mac_of(struct arena *a, struct str secret, struct str t, struct str body)
{
    uint8_t mac[SHA256_SIZE];
    char *hex = arena_alloc(a, SHA256_HEX_SIZE);
    const struct str parts[] = { t, STR("."), body };
    hmac_sha256_parts(secret, parts, ARRAY_LEN(parts), mac);
    hex_encode(mac, sizeof(mac), hex);
    return hex;
}

static bool contains(struct str whole, const char *part)
{
    return whole.n > 0 && memmem(whole.p, whole.n, part, strlen(part)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = { (const char *)data, size }, header = line_cut(&body), t = STR("1795320000");
    struct arena *a = arena_new(ARENA_BYTES);
    struct payment_notice n;
    const char *one = mac_of(a, keys.secret[0], t, body), *two = mac_of(a, keys.secret[1], t, body);
    if (stripe_verify(&keys, header, body, NOW_S) == PAYMENT_ACCEPTED) {
        must(contains(header, "t=") && contains(header, "v1="));
        if (contains(header, "t=1795320000")) must(contains(header, one) || contains(header, two));
    }
    struct str good = str_of(arena_printf(a, "t=1795320000,v1=%s", two));
    enum payment_reason reason = stripe_notice(a, &keys, good, body, NOW_S, &n);
    must(reason != PAYMENT_SIGNATURE && reason != PAYMENT_TIMESTAMP && reason != PAYMENT_MISSING);
    if (reason == PAYMENT_ACCEPTED) {
        must(n.event.n > 0);
        fuzz_judge(&n, n.about_order ? money_currency(n.amount) : CURRENCY_USD);
    }
    must(stripe_verify(&keys, good, body, NOW_S + PAYMENT_TOLERANCE_S + 1) == PAYMENT_TIMESTAMP);
    if (stripe_session_notice(a, &keys, body, &n) == PAYMENT_ACCEPTED) fuzz_judge(&n, money_currency(n.amount));
    (void)stripe_refund_outcome(body);
    (void)stripe_outcome(400, header, body);
    arena_free(a);
    return 0;
}
