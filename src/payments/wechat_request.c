/* wechat_request.c: what is sent to WeChat Pay. Five lines are signed, each with its line feed, also the one of a body
 * that is empty. */
#include "base/clock.h"
#include "base/json_write.h"
#include "payments/bill.h"
#include "payments/private.h"

enum {
    NUMBER_MIN = 6,
    NUMBER_MAX = 32,
    REFUND_MAX = 64,
    DESCRIPTION_MAX = 127, /* bytes: the narrower reading of the contract's characters */
    REASON_MAX = 80,
    BODY_MAX = 8192,
    BEIJING_HOURS = 8,
    SECOND_CHARS = 19, /* of "2026-11-22T12:00:00.000Z" */
};

static struct str text_of(struct arena *a, struct buf *b)
{
    struct str out = { b->overflow ? NULL : arena_text_n(a, b->n > 0 ? b->p : "", b->n), b->overflow ? 0 : b->n };
    buf_free(b);
    return out;
}

struct str wechat_string_to_sign(struct arena *a, const struct wechat_call *c)
{
    struct buf b;
    buf_init(&b, c->target.n + c->body.n + 256);
    buf_add(&b, c->method.p, c->method.n);
    buf_char(&b, '\n');
    buf_add(&b, c->target.p, c->target.n);
    buf_char(&b, '\n');
    buf_i64(&b, c->at_s);
    buf_char(&b, '\n');
    buf_add(&b, c->nonce.p, c->nonce.n);
    buf_char(&b, '\n');
    if (c->body.n > 0) buf_add(&b, c->body.p, c->body.n);
    buf_char(&b, '\n');
    assert(!b.overflow);
    return text_of(a, &b);
}

static bool is_nonce(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
    }
    return s.n > 0 && s.n <= WECHAT_NONCE_MAX;
}

struct str wechat_authorization(struct arena *a, const struct wechat_keys *k, const struct wechat_call *c)
{
    assert(k->merchant != NULL && is_nonce(c->nonce));
    struct str signature = rsa_sign(a, k->merchant, wechat_string_to_sign(a, c));
    return str_of(arena_printf(a,
                               "WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",nonce_str=\"%.*s\",timestamp=\"%lld\","
                               "serial_no=\"%s\",signature=\"%s\"",
                               k->mchid.p, (int)c->nonce.n, c->nonce.p, (long long)c->at_s, k->merchant_serial.p,
                               signature.p));
}

struct str wechat_bridge_to_sign(struct arena *a, const struct wechat_keys *k, struct str prepay_id, int64_t at_s,
                                 struct str nonce)
{
    return str_of(arena_printf(a, "%s\n%lld\n%.*s\nprepay_id=%.*s\n", k->appid.p, (long long)at_s, (int)nonce.n,
                               nonce.p, (int)prepay_id.n, prepay_id.p));
}

struct str wechat_bridge(struct arena *a, const struct wechat_keys *k, struct str prepay_id, int64_t at_s,
                         struct str nonce)
{
    assert(k->merchant != NULL && is_nonce(nonce));
    struct buf b;
    struct json j;
    buf_init(&b, BODY_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_str(&j, "appId", k->appid);
    json_text(&j, "timeStamp", arena_printf(a, "%lld", (long long)at_s));
    json_str(&j, "nonceStr", nonce);
    json_text(&j, "package", arena_printf(a, "prepay_id=%.*s", (int)prepay_id.n, prepay_id.p));
    json_text(&j, "signType", "RSA");
    json_str(&j, "paySign", rsa_sign(a, k->merchant, wechat_bridge_to_sign(a, k, prepay_id, at_s, nonce)));
    json_end(&j);
    return text_of(a, &b);
}

struct str wechat_h5_url(struct arena *a, struct str h5_url, struct str redirect)
{
    struct buf b;
    buf_init(&b, BODY_MAX);
    buf_add(&b, h5_url.p, h5_url.n);
    buf_text(&b, "&redirect_url=");
    percent_encode(&b, redirect);
    return text_of(a, &b);
}

/* ---- targets and bodies ---- */

/* An order's number; a refund's may be longer and has '@' too. */
static bool is_number(struct str s, size_t min, size_t max, const char *also)
{
    if (s.n < min || s.n > max) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fits = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!fits && (c == '\0' || !strchr(also, c))) return false;
    }
    return true;
}

static bool is_order(struct str s) { return is_number(s, NUMBER_MIN, NUMBER_MAX, "_-|*"); }
static bool is_refund(struct str s) { return is_number(s, 1, REFUND_MAX, "_-|*@"); }

static struct str target(struct arena *a, const char *before, struct str number, const char *after, struct str end)
{
    struct buf b;
    buf_init(&b, BODY_MAX);
    buf_text(&b, before);
    percent_encode(&b, number);
    buf_text(&b, after);
    percent_encode(&b, end);
    return text_of(a, &b);
}

#define ORDERS "/v3/pay/transactions/out-trade-no/"

struct str wechat_query_target(struct arena *a, const struct wechat_keys *k, struct str number)
{
    if (!is_order(number)) return (struct str){ NULL, 0 };
    return target(a, ORDERS, number, "?mchid=", k->mchid);
}

struct str wechat_close_target(struct arena *a, struct str number)
{
    return is_order(number) ? target(a, ORDERS, number, "/close", STR("")) : (struct str){ NULL, 0 };
}

struct str wechat_refund_query_target(struct arena *a, struct str refund)
{
    return is_refund(refund) ? target(a, WECHAT_REFUND_TARGET "/", refund, "", STR("")) : (struct str){ NULL, 0 };
}

struct str wechat_close_body(struct arena *a, const struct wechat_keys *k)
{
    struct buf b;
    struct json j;
    buf_init(&b, BODY_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_str(&j, "mchid", k->mchid);
    json_end(&j);
    return text_of(a, &b);
}

const char *wechat_pay_target(enum wechat_way way)
{
    switch (way) {
    case WECHAT_NATIVE: return "/v3/pay/transactions/native";
    case WECHAT_H5: return "/v3/pay/transactions/h5";
    case WECHAT_JSAPI: break;
    }
    return "/v3/pay/transactions/jsapi";
}

/* RFC 3339 in Beijing, without a fraction. */
static const char *expiry(struct arena *a, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms + BEIJING_HOURS * HOUR_MS, text);
    return arena_printf(a, "%.*s+08:00", SECOND_CHARS, text);
}

static bool is_amount(struct money m) { return money_currency(m) == CURRENCY_CNY && money_is_positive(m); }

static struct str cut(struct str s, size_t max) { return (struct str){ s.p, utf8_cut(s, max) }; }

static bool is_plain_https(struct str url)
{
    return str_starts(url, STR("https://")) && memchr(url.p, '?', url.n) == NULL && memchr(url.p, '#', url.n) == NULL;
}

static bool is_payable(const struct wechat_pay *p)
{
    bool named = p->way == WECHAT_NATIVE || (p->way == WECHAT_H5 ? p->payer_address.n > 0 : p->payer_openid.n > 0);
    return named && is_order(p->number) && is_amount(p->amount) && p->description.n > 0 &&
           is_plain_https(p->notify_url) && p->expires_at_ms > 0;
}

struct str wechat_pay_body(struct arena *a, const struct wechat_keys *k, const struct wechat_pay *p)
{
    if (!is_payable(p)) return (struct str){ NULL, 0 };
    struct buf b;
    struct json j;
    buf_init(&b, BODY_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_str(&j, "appid", k->appid);
    json_str(&j, "mchid", k->mchid);
    json_str(&j, "description", cut(p->description, DESCRIPTION_MAX));
    json_str(&j, "out_trade_no", p->number);
    json_text(&j, "time_expire", expiry(a, p->expires_at_ms));
    json_str(&j, "notify_url", p->notify_url);
    json_object(&j, "amount");
    json_i64(&j, "total", money_minor(p->amount));
    json_text(&j, "currency", "CNY");
    json_end(&j);
    if (p->way == WECHAT_H5) {
        json_object(&j, "scene_info");
        json_str(&j, "payer_client_ip", p->payer_address);
        json_object(&j, "h5_info");
        json_text(&j, "type", "Wap");
        json_end(&j);
        json_end(&j);
    } else if (p->way == WECHAT_JSAPI) {
        json_object(&j, "payer");
        json_str(&j, "openid", p->payer_openid);
        json_end(&j);
    }
    json_end(&j);
    return text_of(a, &b);
}

struct str wechat_refund_body(struct arena *a, const struct wechat_refund *r)
{
    int order;
    bool within =
        is_amount(r->amount) && is_amount(r->total) && money_compare(r->amount, r->total, &order) && order <= 0;
    bool told = r->notify_url.n == 0 || is_plain_https(r->notify_url);
    if (!is_order(r->number) || !is_refund(r->refund) || !within || !told) return (struct str){ NULL, 0 };
    struct buf b;
    struct json j;
    buf_init(&b, BODY_MAX);
    json_begin(&j, &b);
    json_object(&j, NULL);
    json_str(&j, "out_trade_no", r->number);
    json_str(&j, "out_refund_no", r->refund);
    if (r->reason.n > 0) json_str(&j, "reason", cut(r->reason, REASON_MAX));
    if (r->notify_url.n > 0) json_str(&j, "notify_url", r->notify_url);
    json_object(&j, "amount");
    json_i64(&j, "refund", money_minor(r->amount));
    json_i64(&j, "total", money_minor(r->total));
    json_text(&j, "currency", "CNY");
    json_end(&j);
    json_end(&j);
    return text_of(a, &b);
}

struct str wechat_bill_target(struct arena *a, int64_t day)
{
    char date[BILL_DATE_SIZE];
    bill_date(day, date);
    return str_of(arena_printf(a, "/v3/bill/tradebill?bill_date=%s&bill_type=ALL", date));
}
