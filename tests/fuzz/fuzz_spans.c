/* fuzz_spans.c: answers of Alipay's. Where the scanner finds the member that is signed, a parser of JSON must find the
 * same value there; and an answer that nobody signed is never taken. */
#include "fuzz_pay.h"
#include "base/json_read.h"
#include "payments/alipay.h"
#include "payments/spans.h"

#define MEMBER "alipay_trade_query_response"

static struct fuzz_key alipay;
static struct alipay_keys *keys;

static void start(void)
{
    const char *why;
    alipay = fuzz_key_new();
    keys = alipay_keys_open(&(struct alipay_setup){ .app_id = STR("app"), .alipay_key = alipay.public_pem }, &why);
    must(keys != NULL);
}

static void compare(struct str body)
{
    struct str span;
    json_t *whole = json_read(body, JSON_READ_MAX_BYTES, NULL);
    enum span_found found = span_member(body, STR(MEMBER), &span);
    if (found == SPAN_FOUND) must(inside(span, body.p, body.n) && span.n > 0);
    /* The scanner is the wider of the two: what it takes need not be JSON. What is JSON it must read alike; a name that
     * is written with escapes is the one thing that it does not see. */
    if (json_is_object(whole)) {
        const json_t *member = json_object_get(whole, MEMBER);
        must(found != SPAN_BROKEN && (found == SPAN_NONE || member != NULL));
        if (found == SPAN_FOUND) {
            json_t *part = json_read(span, JSON_READ_MAX_BYTES, NULL);
            must(part != NULL && json_equal(part, member) == 1);
            json_decref(part);
        }
    }
    json_decref(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = { (const char *)data, size }, span;
    struct alipay_answer answer;
    if (!keys) start();
    struct arena *a = arena_new(ARENA_BYTES);
    compare(body);
    must(alipay_answer(a, keys, STR("alipay.trade.query"), body, &answer) != PAYMENT_ACCEPTED);
    must(answer.signed_text.p == NULL);
    /* The input as the member's value, signed well. */
    struct str sign = rsa_sign(a, alipay.key, body);
    struct buf b;
    buf_init(&b, size + 2048);
    buf_text(&b, "{\"" MEMBER "\":");
    buf_add(&b, body.p, body.n);
    buf_printf(&b, ",\"sign\":\"%s\"}", sign.p);
    if (alipay_answer(a, keys, STR("alipay.trade.query"), buf_str(&b), &answer) == PAYMENT_ACCEPTED) {
        struct payment_notice n;
        struct money total;
        must(span_member(buf_str(&b), STR(MEMBER), &span) == SPAN_FOUND && str_eq(span, answer.signed_text));
        for (int i = 0; i < 2; i++) {
            const struct alipay_refund asked = { STR("ord_1"), STR("rf_1"), i == 1 };
            enum payment_outcome outcome = alipay_refund_outcome(&answer, &asked, &total);
            must(money_minor(total) == 0 || (i == 0 && outcome == PAYMENT_OUTCOME_OK));
        }
        if (alipay_outcome(&answer) == PAYMENT_OUTCOME_OK && alipay_query_notice(&answer, &n) == PAYMENT_ACCEPTED)
            fuzz_judge(&n, CURRENCY_CNY);
    }
    buf_free(&b);
    arena_free(a);
    return 0;
}
