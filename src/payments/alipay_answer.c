/* alipay_answer.c: answers of gateway.do. The signature is over the bytes of one member as they were sent, so they are
 * found by a scanner (spans.h) and verified before anything is parsed. Until then the answer says nothing at all: what
 * was asked may have been done. */
#include "base/crypto.h"
#include "payments/certs.h"
#include "payments/private.h"
#include "payments/spans.h"

enum { METHOD_MAX = 100, FIELDS_MAX = 100 };

/* A text that stands at `span`, its escapes read. p NULL: it is no text. */
static struct str text_at(struct arena *a, struct str span)
{
    struct str out = { NULL, 0 }, text;
    if (span.n == 0 || span.p[0] != '"') return out;
    json_t *value = json_read_grown(span, PAYMENT_BODY_MAX, NULL);
    if (json_is_string(value)) {
        text = (struct str){ json_string_value(value), json_string_length(value) };
        out = (struct str){ arena_text_n(a, text.p, text.n), text.n };
    }
    json_decref(value);
    return out;
}

/* "alipay.trade.query" → "alipay_trade_query_response" */
static struct str member_of(struct arena *a, struct str method)
{
    assert(method.n > 0 && method.n <= METHOD_MAX);
    char *name = arena_printf(a, "%.*s_response", (int)method.n, method.p);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '.') *c = '_';
    return str_of(name);
}

static void read_fields(struct arena *a, const json_t *object, struct alipay_answer *out)
{
    const char *name;
    json_t *value;
    out->field = ARENA_ARRAY(a, struct alipay_param, FIELDS_MAX);
    json_object_foreach((json_t *)object, name, value)
    {
        if (!json_is_string(value) || out->fields == FIELDS_MAX) continue;
        struct str text = { json_string_value(value), json_string_length(value) };
        out->field[out->fields].name = str_of(arena_text(a, name));
        out->field[out->fields++].value = (struct str){ arena_text_n(a, text.p, text.n), text.n };
    }
}

static void keep_serial(struct arena *a, struct str serial, struct alipay_answer *out)
{
    out->field = ARENA_ARRAY(a, struct alipay_param, 1);
    out->field[0] = (struct alipay_param){ STR("alipay_cert_sn"), serial };
    out->fields = 1;
}

/* The spans of what is signed, the signature, and the serial of who signed (p NULL: none). */
static enum payment_reason find(struct arena *a, struct str body, struct str member, struct str *signed_text,
                                struct str *sign, struct str *serial)
{
    struct str span;
    enum span_found found = span_member(body, member, signed_text);
    if (found == SPAN_NONE) found = span_member(body, STR("error_response"), signed_text);
    if (found != SPAN_FOUND || signed_text->p[0] != '{') return PAYMENT_MALFORMED;
    found = span_member(body, STR("sign"), &span);
    if (found != SPAN_FOUND) return found == SPAN_NONE ? PAYMENT_UNSIGNED : PAYMENT_MALFORMED;
    *sign = text_at(a, span);
    *serial = (struct str){ NULL, 0 };
    if (span_member(body, STR("alipay_cert_sn"), &span) == SPAN_FOUND) *serial = text_at(a, span);
    return PAYMENT_ACCEPTED;
}

/* Read whole, so that what is no JSON around the member is refused as well; then the member alone, as signed. All that
 * is read of it are texts: a number in a member that nobody reads may be as long as it likes. NULL: no JSON. */
static json_t *member_read(struct str body, struct str signed_text)
{
    json_t *whole = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    json_t *member = whole != NULL ? json_read_grown(signed_text, PAYMENT_BODY_MAX, NULL) : NULL;
    json_decref(whole);
    return member;
}

enum payment_reason alipay_answer(struct arena *a, const struct alipay_keys *k, struct str method, struct str body,
                                  struct alipay_answer *out)
{
    struct str sign, serial, signed_text;
    *out = (struct alipay_answer){ 0 };
    if (body.n > PAYMENT_BODY_MAX || !utf8_valid(body)) return PAYMENT_MALFORMED;
    enum payment_reason reason = find(a, body, member_of(a, method), &signed_text, &sign, &serial);
    if (reason != PAYMENT_ACCEPTED) return reason;
    reason = alipay_verify(k, serial, signed_text, sign);
    if (reason == PAYMENT_UNKNOWN_SERIAL) keep_serial(a, serial, out);
    if (reason != PAYMENT_ACCEPTED) return reason;
    json_t *member = member_read(body, signed_text);
    if (member != NULL) {
        out->signed_text = (struct str){ arena_text_n(a, signed_text.p, signed_text.n), signed_text.n };
        read_fields(a, member, out);
    }
    reason = member != NULL ? PAYMENT_ACCEPTED : PAYMENT_MALFORMED;
    json_decref(member);
    return reason;
}

/* The certificate in a member, still to be judged. p NULL: there is none. */
static struct str brought(struct arena *a, const json_t *member)
{
    struct str content;
    if (!json_get_str(member, "alipay_cert_content", &content)) return (struct str){ NULL, 0 };
    size_t n = content.n;
    uint8_t *text = arena_alloc(a, n + 1);
    return base64_decode(content, text, &n) ? (struct str){ (const char *)text, n } : (struct str){ NULL, 0 };
}

/* Whether the first certificate of `chain` is the one that is wanted, and Alipay's to sign messages with. */
static bool is_alipays(struct arena *a, const struct alipay_keys *k, struct str chain, struct str serial, int64_t now_s)
{
    struct str own;
    return k->roots.n > 0 && cert_alipay_serial(a, chain, &own) && str_eq(own, serial) && !cert_is_authority(chain) &&
           cert_leads_to(chain, k->roots, now_s);
}

bool alipay_certificate(struct arena *a, const struct alipay_keys *k, struct str body, struct str serial, int64_t now_s,
                        struct str *pem)
{
    struct str sign, named, signed_text, chain;
    *pem = (struct str){ NULL, 0 };
    if (body.n > PAYMENT_BODY_MAX || !utf8_valid(body)) return false;
    if (find(a, body, member_of(a, STR(ALIPAY_CERTIFICATE_METHOD)), &signed_text, &sign, &named) != PAYMENT_ACCEPTED)
        return false;
    json_t *member = member_read(body, signed_text);
    chain = brought(a, member);
    json_decref(member);
    if (chain.p == NULL || !is_alipays(a, k, chain, serial, now_s)) return false;
    struct rsa_key *key = cert_key(chain);
    bool good = key != NULL && (k->app == NULL || !rsa_key_same(key, k->app)) && rsa_verify(key, &signed_text, 1, sign);
    rsa_key_free(key);
    /* The first alone: what else came was needed for the chain, and nobody has checked that it may sign. */
    if (good) good = cert_next(&chain, pem);
    return good;
}

struct str alipay_field(const struct alipay_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->fields; i++)
        if (str_eq(answer->field[i].name, str_of(name))) return answer->field[i].value;
    return (struct str){ NULL, 0 };
}

static bool ends_with(struct str s, struct str end)
{
    return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

enum payment_outcome alipay_outcome(const struct alipay_answer *answer)
{
    struct str code = alipay_field(answer, "code"), sub_code = alipay_field(answer, "sub_code");
    if (str_eq(code, STR("10000"))) return PAYMENT_OUTCOME_OK;
    if (str_eq(code, STR("20000")) || ends_with(sub_code, STR("SYSTEM_ERROR"))) return PAYMENT_OUTCOME_LATER;
    if (str_eq(code, STR("40004")))
        return str_eq(sub_code, STR("ACQ.TRADE_NOT_EXIST")) ? PAYMENT_OUTCOME_ABSENT : PAYMENT_OUTCOME_REFUSED;
    /* 20001 no permission by token, 40001 and 40002 parameters or signature, 40006 permission: all for a person. */
    static const char *const ours[] = { "20001", "40001", "40002", "40006" };
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (str_eq(code, str_of(ours[i]))) return PAYMENT_OUTCOME_OURS;
    return PAYMENT_OUTCOME_UNKNOWN;
}

enum payment_outcome alipay_bill_outcome(const struct alipay_answer *answer)
{
    const struct str none = STR("BILL_NOT_EXIST");
    struct str sub_code = alipay_field(answer, "sub_code");
    bool absent = sub_code.n >= none.n && str_eq_nocase((struct str){ sub_code.p + sub_code.n - none.n, none.n }, none);
    return absent ? PAYMENT_OUTCOME_ABSENT : alipay_outcome(answer);
}

enum payment_reason alipay_query_notice(const struct alipay_answer *answer, struct payment_notice *out)
{
    assert(alipay_outcome(answer) == PAYMENT_OUTCOME_OK);
    *out = (struct payment_notice){ .about_order = true };
    out->order = alipay_field(answer, "out_trade_no");
    out->trade = alipay_field(answer, "trade_no");
    out->type = alipay_field(answer, "trade_status");
    /* Closed with a day of payment: it was paid, and given back whole, which is what closes a paid trade. */
    bool refunded = alipay_field(answer, "send_pay_date").n > 0;
    out->said = alipay_said(out->type, refunded);
    if (out->order.n == 0) return PAYMENT_UNKNOWN_ORDER;
    if (out->said == PAYMENT_SAYS_PAID && out->trade.n == 0) return PAYMENT_MALFORMED;
    if (!alipay_money(alipay_field(answer, "total_amount"), &out->amount)) return PAYMENT_AMOUNT;
    out->has_total = refunded && str_eq(out->type, STR("TRADE_CLOSED"));
    out->refund_total = out->amount;
    return PAYMENT_ACCEPTED;
}

static bool is_or_absent(const struct alipay_answer *answer, const char *name, struct str wanted)
{
    struct str value = alipay_field(answer, name);
    return value.p == NULL || str_eq(value, wanted);
}

enum payment_outcome alipay_refund_outcome(const struct alipay_answer *answer, const struct alipay_refund *asked,
                                           struct money *total)
{
    enum payment_outcome outcome = alipay_outcome(answer);
    *total = money_of(0, CURRENCY_CNY);
    if (!is_or_absent(answer, "out_trade_no", asked->number) || !is_or_absent(answer, "out_request_no", asked->refund))
        return PAYMENT_OUTCOME_UNKNOWN;
    if (outcome != PAYMENT_OUTCOME_OK) return outcome;
    bool moved = asked->is_query ? str_eq(alipay_field(answer, "refund_status"), STR("REFUND_SUCCESS"))
                                 : str_eq(alipay_field(answer, "fund_change"), STR("Y"));
    struct str fee = alipay_field(answer, "refund_fee");
    if (moved && !asked->is_query && fee.n > 0 && !alipay_money(fee, total)) return PAYMENT_OUTCOME_UNKNOWN;
    return moved ? PAYMENT_OUTCOME_OK : PAYMENT_OUTCOME_UNKNOWN;
}
