/* alipay_request.c: what is sent to gateway.do. The order of the work matters: the raw values are signed, and only then
 * is each of them percent-encoded. */
#include "base/clock.h"
#include "base/json_write.h"
#include "payments/bill.h"
#include "payments/private.h"

#include <stdlib.h>

enum {
    NUMBER_MAX = 64,
    SUBJECT_MAX = 256, /* characters */
    CONTENT_MAX = 16384,
    REQUEST_MAX = 65536,
    MINUTES_MAX = 15 * 24 * 60,
    BEIJING_HOURS = 8, /* no summer time since 1992 */
    DAY_CHARS = 10,    /* of "2026-11-22T12:00:00.000Z" */
    SECOND_CHARS = 19,
};
#define AMOUNT_MAX_MINOR INT64_C(10000000000)

void alipay_time(int64_t at_ms, char out[ALIPAY_TIME_SIZE])
{
    char text[TIME_TEXT_SIZE];
    static_assert((int)SECOND_CHARS + 1 == (int)ALIPAY_TIME_SIZE, "a time of Alipay's is the beginning of ours");
    time_text(at_ms + BEIJING_HOURS * HOUR_MS, text);
    text[DAY_CHARS] = ' ';
    text[SECOND_CHARS] = '\0';
    text_copy(out, ALIPAY_TIME_SIZE, text);
}

size_t alipay_params(struct arena *a, const struct alipay_keys *k, const struct alipay_call *c,
                     struct alipay_param out[ALIPAY_CALL_PARAMS_MAX])
{
    char *timestamp = arena_alloc(a, ALIPAY_TIME_SIZE);
    alipay_time(c->at_ms, timestamp);
    const struct alipay_param all[] = {
        { STR("app_id"), k->app_id },
        { STR("method"), str_of(c->method) },
        { STR("format"), STR("JSON") },
        { STR("charset"), STR("utf-8") },
        { STR("sign_type"), STR("RSA2") },
        { STR("timestamp"), str_of(timestamp) },
        { STR("version"), STR("1.0") },
        { STR("notify_url"), c->notify_url },
        { STR("return_url"), c->return_url },
        { STR("app_cert_sn"), k->app_serial },
        { STR("alipay_root_cert_sn"), k->root_serial },
        { STR("biz_content"), c->content },
    };
    static_assert(ARRAY_LEN(all) <= ALIPAY_CALL_PARAMS_MAX, "a call's parameters");
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].value.n > 0) out[count++] = all[i];
    return count;
}

static int by_name(const void *a, const void *b)
{
    const struct alipay_param *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int order = n > 0 ? memcmp(x->name.p, y->name.p, n) : 0;
    return order != 0 ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

void alipay_sort(struct alipay_param *p, size_t count)
{
    if (count > 0) qsort(p, count, sizeof(*p), by_name);
}

void alipay_join(struct buf *out, const struct alipay_param *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0) buf_char(out, '&');
        buf_add(out, p[i].name.p, p[i].name.n);
        buf_char(out, '=');
        buf_add(out, p[i].value.p, p[i].value.n);
    }
}

static bool is_sent(const struct alipay_param *p) { return p->value.n > 0 && !str_eq(p->name, STR("sign")); }

/* p NULL when it has grown too long. */
static struct str text_of(struct arena *a, struct buf *b)
{
    struct str out = { b->overflow ? NULL : arena_text_n(a, b->n > 0 ? b->p : "", b->n), b->overflow ? 0 : b->n };
    buf_free(b);
    return out;
}

struct str alipay_string_to_sign(struct arena *a, const struct alipay_param *p, size_t count)
{
    struct alipay_param *sent = ARENA_ARRAY(a, struct alipay_param, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (is_sent(&p[i])) sent[n++] = p[i];
    alipay_sort(sent, n);
    struct buf b;
    buf_init(&b, REQUEST_MAX);
    alipay_join(&b, sent, n);
    return text_of(a, &b);
}

struct str alipay_sign(struct arena *a, const struct alipay_keys *k, const struct alipay_param *p, size_t count)
{
    assert(k->app != NULL);
    struct str text = alipay_string_to_sign(a, p, count);
    return text.p != NULL ? rsa_sign(a, k->app, text) : text;
}

static void add_encoded(struct buf *b, char before, struct str name, struct str value)
{
    buf_char(b, before);
    percent_encode(b, name);
    buf_char(b, '=');
    percent_encode(b, value);
}

/* The gateway with the signed parameters behind it; biz_content only where it belongs into the query. p NULL: too
 * long. */
static struct str url_of(struct arena *a, const struct alipay_keys *k, struct str gateway, const struct alipay_param *p,
                         size_t count, bool with_content)
{
    struct buf url, *b = &url;
    struct str sign = alipay_sign(a, k, p, count);
    if (sign.p == NULL) return sign;
    buf_init(b, REQUEST_MAX);
    char before = memchr(gateway.p, '?', gateway.n) != NULL ? '&' : '?';
    buf_add(b, gateway.p, gateway.n);
    for (size_t i = 0; i < count; i++) {
        if (!is_sent(&p[i]) || (!with_content && str_eq(p[i].name, STR("biz_content")))) continue;
        add_encoded(b, before, p[i].name, p[i].value);
        before = '&';
    }
    add_encoded(b, before, STR("sign"), sign);
    return text_of(a, b);
}

static struct str content_of(const struct alipay_param *p, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(p[i].name, STR("biz_content"))) return p[i].value;
    return (struct str){ "", 0 };
}

struct str alipay_url(struct arena *a, const struct alipay_keys *k, struct str gateway, const struct alipay_param *p,
                      size_t count)
{
    return url_of(a, k, gateway, p, count, true);
}

struct alipay_request alipay_request(struct arena *a, const struct alipay_keys *k, struct str gateway,
                                     const struct alipay_param *p, size_t count)
{
    struct alipay_request out = { .url = url_of(a, k, gateway, p, count, false) };
    struct buf body;
    buf_init(&body, REQUEST_MAX);
    buf_text(&body, "biz_content=");
    percent_encode(&body, content_of(p, count));
    out.body = text_of(a, &body);
    if (out.url.p == NULL || out.body.p == NULL) out = (struct alipay_request){ { NULL, 0 }, { NULL, 0 } };
    return out;
}

struct str alipay_form(struct arena *a, const struct alipay_keys *k, struct str gateway, const struct alipay_param *p,
                       size_t count)
{
    struct str url = url_of(a, k, gateway, p, count, false);
    struct buf b;
    if (url.p == NULL) return url;
    buf_init(&b, (size_t)REQUEST_MAX * 6); /* each character may become six: &quot; */
    buf_text(&b, "<form id=\"pay\" method=\"post\" accept-charset=\"utf-8\" action=\"");
    html_escape(&b, url);
    buf_text(&b, "\"><input type=\"hidden\" name=\"biz_content\" value=\"");
    html_escape(&b, content_of(p, count));
    buf_text(&b, "\"></form>");
    return text_of(a, &b);
}

/* ---- biz_content ---- */

static bool is_number(struct str s)
{
    if (s.n == 0 || s.n > NUMBER_MAX) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
        if (!fits) return false;
    }
    return true;
}

static bool is_amount(struct money m)
{
    return money_currency(m) == CURRENCY_CNY && money_minor(m) >= 1 && money_minor(m) <= AMOUNT_MAX_MINOR;
}

/* Without the three characters that the gateway cannot take, cut at a character. */
static struct str clean_subject(struct arena *a, struct str subject)
{
    char *out = arena_alloc(a, subject.n + 1);
    size_t n = 0, characters = 0;
    for (size_t i = 0; i < subject.n && characters < SUBJECT_MAX;) {
        size_t bytes = utf8_sequence(subject.p + i, subject.n - i);
        bool kept = bytes > 0 && !strchr("/=&", subject.p[i]) && (unsigned char)subject.p[i] >= ' ';
        if (kept) memcpy(out + n, subject.p + i, bytes);
        n += kept ? bytes : 0;
        characters += kept ? 1 : 0;
        i += bytes > 0 ? bytes : 1;
    }
    return (struct str){ out, n };
}

static void content_begin(struct buf *b, struct json *j, struct str number)
{
    buf_init(b, CONTENT_MAX);
    json_begin(j, b);
    json_object(j, NULL);
    json_str(j, "out_trade_no", number);
}

static struct str content_end(struct arena *a, struct buf *b, struct json *j)
{
    json_end(j);
    return text_of(a, b);
}

const char *alipay_pay_method(enum alipay_way way)
{
    switch (way) {
    case ALIPAY_PAGE: return "alipay.trade.page.pay";
    case ALIPAY_WAP: return "alipay.trade.wap.pay";
    case ALIPAY_CODE: break;
    }
    return "alipay.trade.precreate";
}

static void pay_expiry(struct json *j, const struct alipay_pay *p)
{
    if (p->way != ALIPAY_CODE) {
        char at[ALIPAY_TIME_SIZE];
        alipay_time(p->expires_at_ms, at);
        json_text(j, "time_expire", at);
        return;
    }
    char memory[16];
    struct buf minutes;
    int64_t count = (p->expires_at_ms - p->at_ms) / MINUTE_MS;
    buf_fixed(&minutes, memory, sizeof(memory));
    buf_i64(&minutes, count < 1 ? 1 : count);
    buf_char(&minutes, 'm');
    json_str(j, "timeout_express", buf_str(&minutes));
    json_str(j, "qr_code_timeout_express", buf_str(&minutes));
}

struct str alipay_pay_content(struct arena *a, const struct alipay_pay *p)
{
    static const char *const products[] = { [ALIPAY_PAGE] = "FAST_INSTANT_TRADE_PAY", [ALIPAY_WAP] = "QUICK_WAP_WAY" };
    struct str subject = clean_subject(a, p->subject);
    bool lasts = p->expires_at_ms > p->at_ms && p->expires_at_ms - p->at_ms <= MINUTES_MAX * MINUTE_MS;
    if (!is_number(p->number) || !is_amount(p->amount) || subject.n == 0 || !lasts) return (struct str){ NULL, 0 };
    char amount[MONEY_TEXT_SIZE];
    struct buf b;
    struct json j;
    money_text(p->amount, amount);
    content_begin(&b, &j, p->number);
    json_text(&j, "total_amount", amount);
    json_str(&j, "subject", subject);
    if (p->way != ALIPAY_CODE) json_text(&j, "product_code", products[p->way]);
    else if (p->product_code.n > 0) json_str(&j, "product_code", p->product_code);
    pay_expiry(&j, p);
    if (p->way == ALIPAY_WAP && p->quit_url.n > 0) json_str(&j, "quit_url", p->quit_url);
    return content_end(a, &b, &j);
}

struct str alipay_order_content(struct arena *a, struct str number)
{
    struct buf b;
    struct json j;
    if (!is_number(number)) return (struct str){ NULL, 0 };
    content_begin(&b, &j, number);
    return content_end(a, &b, &j);
}

struct str alipay_certificate_content(struct arena *a, struct str serial)
{
    struct buf b;
    struct json j;
    if (!is_number(serial)) return (struct str){ NULL, 0 };
    buf_init(&b, CONTENT_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_str(&j, "alipay_cert_sn", serial);
    return content_end(a, &b, &j);
}

struct str alipay_refund_content(struct arena *a, struct str number, struct str refund, struct money amount,
                                 struct str reason)
{
    char text[MONEY_TEXT_SIZE];
    struct buf b;
    struct json j;
    if (!is_number(number) || !is_number(refund) || !is_amount(amount)) return (struct str){ NULL, 0 };
    money_text(amount, text);
    content_begin(&b, &j, number);
    json_text(&j, "refund_amount", text);
    json_str(&j, "out_request_no", refund);
    if (reason.n > 0) json_str(&j, "refund_reason", clean_subject(a, reason));
    return content_end(a, &b, &j);
}

struct str alipay_refund_query_content(struct arena *a, struct str number, struct str refund)
{
    struct buf b;
    struct json j;
    if (!is_number(number) || !is_number(refund)) return (struct str){ NULL, 0 };
    content_begin(&b, &j, number);
    json_str(&j, "out_request_no", refund);
    return content_end(a, &b, &j);
}

struct str alipay_bill_content(struct arena *a, int64_t day)
{
    char date[BILL_DATE_SIZE];
    struct buf b;
    struct json j;
    bill_date(day, date);
    buf_init(&b, CONTENT_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_text(&j, "bill_type", "trade");
    json_text(&j, "bill_date", date);
    return content_end(a, &b, &j);
}
