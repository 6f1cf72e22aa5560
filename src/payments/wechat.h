/* wechat.h: WeChat Pay, API v3 for a direct merchant (contract: payment providers, 3): signed requests, the headers
 * that sign answers and notifications, and what is sealed within. */
#ifndef CHATHUB_PAYMENTS_WECHAT_H
#define CHATHUB_PAYMENTS_WECHAT_H

#include "base/crypto.h"
#include "payments/payments.h"

/* ---- keys: read once, immutable, shared by threads ---- */

enum { WECHAT_KEYS_MAX = 16, WECHAT_V3_KEY_SIZE = 32, WECHAT_NONCE_MAX = 32 };
#define WECHAT_PUBLIC_KEY "PUB_KEY_ID_"

/* What WeChat Pay signs with: a public key by its id, or a platform certificate by its serial. Both kinds work at once,
 * because in a change-over both are used for days. */
struct wechat_signer {
    struct str serial; /* byte for byte as in Wechatpay-Serial; of a certificate it may be empty and is read from it */
    struct str pem;
};
struct wechat_setup { /* texts as they are configured; what is not used stays empty */
    struct str mchid, appid;
    struct str v3_key;                        /* 32 bytes of text */
    struct str merchant_serial, merchant_key; /* of our API certificate; the private key */
    size_t signers;
    const struct wechat_signer *signer;
};
struct wechat_keys;
/* NULL: *why says what is wrong, for the operator. A set may lack what signs or what verifies; then it does not. */
MUST_USE struct wechat_keys *wechat_keys_open(const struct wechat_setup *s, const char **why);
void wechat_keys_close(struct wechat_keys *k); /* NULL is allowed */
bool wechat_keys_sign(const struct wechat_keys *k);
/* What every request says in its own Wechatpay-Serial header, so that answers are signed with that key; p NULL:
 * certificate mode, no such header. */
struct str wechat_public_key_id(const struct wechat_keys *k);

/* ---- requests ---- */

struct wechat_call {
    struct str method, target, body; /* target: path and query exactly as sent; body: empty for GET */
    int64_t at_s;
    struct str nonce; /* 1..32 letters and digits, random */
};
struct str wechat_string_to_sign(struct arena *a, const struct wechat_call *c);
/* The value of the Authorization header. */
struct str wechat_authorization(struct arena *a, const struct wechat_keys *k, const struct wechat_call *c);
/* What a page hands to WeChat's own browser to pay a JSAPI order: a JSON object of six texts. */
struct str wechat_bridge(struct arena *a, const struct wechat_keys *k, struct str prepay_id, int64_t at_s,
                         struct str nonce);
struct str wechat_bridge_to_sign(struct arena *a, const struct wechat_keys *k, struct str prepay_id, int64_t at_s,
                                 struct str nonce);
/* An H5 address that leads back to `redirect`. */
struct str wechat_h5_url(struct arena *a, struct str h5_url, struct str redirect);

/* Targets and bodies of the calls. p NULL: something is outside the contract's limits. */
enum wechat_way { WECHAT_NATIVE, WECHAT_H5, WECHAT_JSAPI };
struct wechat_pay {
    enum wechat_way way;
    struct str number, description, notify_url; /* description: cut here */
    struct money amount;                        /* CNY */
    int64_t expires_at_ms;
    struct str payer_address, payer_openid; /* H5; JSAPI */
};
const char *wechat_pay_target(enum wechat_way way);
struct str wechat_pay_body(struct arena *a, const struct wechat_keys *k, const struct wechat_pay *p);
struct str wechat_query_target(struct arena *a, const struct wechat_keys *k, struct str number);
struct str wechat_close_target(struct arena *a, struct str number);
struct str wechat_close_body(struct arena *a, const struct wechat_keys *k);
#define WECHAT_REFUND_TARGET "/v3/refund/domestic/refunds"
#define WECHAT_CERTIFICATES_TARGET "/v3/certificates"
struct str wechat_refund_query_target(struct arena *a, struct str refund);
struct wechat_refund {
    struct str number, refund, reason, notify_url;
    struct money amount, total;
};
struct str wechat_refund_body(struct arena *a, const struct wechat_refund *r);

/* ---- what comes back ---- */

struct wechat_headers { /* values as received, p NULL: absent; their names are Wechatpay-… in any case */
    struct str timestamp, nonce, signature, serial, type;
};
MUST_USE enum payment_reason wechat_verify(const struct wechat_keys *k, const struct wechat_headers *h, struct str body,
                                           int64_t now_s);
/* `verified`: what wechat_verify said of it; `body` is read for its code only. */
enum payment_outcome wechat_outcome(enum payment_reason verified, int status, struct str body);
/* Bodies of verified answers. The order's query; a refund's call or query, where only CLOSED and ABNORMAL say that it
 * failed, and ABNORMAL is for a person, since the same refund goes on from there. */
MUST_USE enum payment_reason wechat_query_notice(struct arena *a, const struct wechat_keys *k, struct str body,
                                                 struct payment_notice *out);
MUST_USE enum payment_reason wechat_refund_notice(struct arena *a, struct str body, struct payment_notice *out);
/* The bill of a day's trades (payments/bill.h); the day is counted from 1970, and is Beijing's. *_outcome: what a call
 * for it came to, which is ABSENT when there is none of that day, and LATER while it is being made. A verified answer
 * says where the file is, and its SHA-1: the file itself is not signed. */
struct wechat_bill {
    struct str url;
    uint8_t hash[SHA1_SIZE];
};
struct str wechat_bill_target(struct arena *a, int64_t day);
enum payment_outcome wechat_bill_outcome(enum payment_outcome outcome, struct str body);
MUST_USE bool wechat_bill_answer(struct arena *a, struct str body, struct wechat_bill *out);
bool wechat_bill_is(const struct wechat_bill *b, struct str file);
/* What else a verified answer has is read with payment_field: "code_url", "h5_url", "prepay_id". */

/* A POST to notify_url. */
MUST_USE enum payment_reason wechat_notice(struct arena *a, const struct wechat_keys *k, const struct wechat_headers *h,
                                           struct str body, int64_t now_s, struct payment_notice *out);
/* The resource of a notification that was verified, for tests and persons. */
MUST_USE enum payment_reason wechat_open(struct arena *a, const struct wechat_keys *k, const json_t *resource,
                                         struct str *plain);
extern const struct payment_words wechat_ack, wechat_nack;

/* An answer of /v3/certificates, which may be signed by one of the certificates that it brings: it is believed when it
 * verifies under the one it names, and our v3 key opened that. *out: those within their dates, for a new set of keys;
 * one that such a set could not use, or that is listed twice, is left out. */
struct wechat_certificates {
    size_t count;
    struct wechat_signer certificate[WECHAT_KEYS_MAX];
};
MUST_USE enum payment_reason wechat_certificates(struct arena *a, const struct wechat_keys *k,
                                                 const struct wechat_headers *h, struct str body, int64_t now_s,
                                                 struct wechat_certificates *out);

#endif
