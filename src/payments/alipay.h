/* alipay.h: Alipay's open platform (contract: payment providers, 2): what is sent to gateway.do, its answers, its
 * notifications and the browser's return. Signatures are RSA2 alone, whatever a message says of itself. */
#ifndef CHATHUB_PAYMENTS_ALIPAY_H
#define CHATHUB_PAYMENTS_ALIPAY_H

#include "payments/payments.h"

/* ---- keys: read once, immutable, shared by threads ---- */

struct alipay_setup { /* texts as they are configured; what is not used stays empty */
    struct str app_id, seller_id;
    struct str app_key;    /* our private key */
    struct str alipay_key; /* key mode: Alipay's public key, which is not ours */
    /* Certificate mode: PEM. Several of Alipay's may be believed at once. */
    struct str app_certificate, alipay_certificates, root_certificates;
};
enum { ALIPAY_KEYS_MAX = 8 };
struct alipay_keys;
/* NULL: *why says what is wrong, for the operator. A set may lack what signs or what verifies; then it does not. */
MUST_USE struct alipay_keys *alipay_keys_open(const struct alipay_setup *s, const char **why);
void alipay_keys_close(struct alipay_keys *k); /* NULL is allowed */
bool alipay_keys_sign(const struct alipay_keys *k);
/* Certificate mode: a body of alipay.open.app.alipaycert.download. It is signed under the certificate that it brings:
 * false unless that is the one of `serial`, signs no others, is not of our own key, leads to one of our roots at
 * `now_s`, and verifies the answer. *pem is that certificate alone, in `a`; it may be added to alipay_certificates, and
 * the keys opened anew. */
#define ALIPAY_CERTIFICATE_METHOD "alipay.open.app.alipaycert.download"
MUST_USE bool alipay_certificate(struct arena *a, const struct alipay_keys *k, struct str body, struct str serial,
                                 int64_t now_s, struct str *pem);

/* ---- requests ---- */

struct alipay_param {
    struct str name, value;
};
enum { ALIPAY_PARAMS_MAX = 200, ALIPAY_CALL_PARAMS_MAX = 16, ALIPAY_TIME_SIZE = 20 };
void alipay_time(int64_t at_ms, char out[ALIPAY_TIME_SIZE]); /* "2026-11-22 12:00:00" in Beijing */

struct alipay_call {
    const char *method;                         /* "alipay.trade.query" */
    struct str notify_url, return_url, content; /* content: biz_content; empty values are not sent */
    int64_t at_ms;
};
/* The parameters of a call without `sign`. Returns how many. */
size_t alipay_params(struct arena *a, const struct alipay_keys *k, const struct alipay_call *c,
                     struct alipay_param out[ALIPAY_CALL_PARAMS_MAX]);
/* What is signed: all but `sign` and empty values, by name, raw. This and what follows has p NULL when the parameters
 * are longer together than a request may be. */
struct str alipay_string_to_sign(struct arena *a, const struct alipay_param *p, size_t count);
struct str alipay_sign(struct arena *a, const struct alipay_keys *k, const struct alipay_param *p, size_t count);
/* A browser's way to the gateway: the signed address for a 303, or a form whose one field is biz_content. */
struct str alipay_url(struct arena *a, const struct alipay_keys *k, struct str gateway, const struct alipay_param *p,
                      size_t count);
struct str alipay_form(struct arena *a, const struct alipay_keys *k, struct str gateway, const struct alipay_param *p,
                       size_t count);
/* A call of ours: POST `body` as application/x-www-form-urlencoded to `url`. */
struct alipay_request {
    struct str url, body;
};
struct alipay_request alipay_request(struct arena *a, const struct alipay_keys *k, struct str gateway,
                                     const struct alipay_param *p, size_t count);

/* biz_content of the calls. p NULL: something is outside the contract's limits. */
enum alipay_way { ALIPAY_PAGE, ALIPAY_WAP, ALIPAY_CODE };
struct alipay_pay {
    enum alipay_way way;
    struct str number, subject;   /* subject: cleaned and cut here */
    struct money amount;          /* CNY 0.01 to 100,000,000 */
    int64_t at_ms, expires_at_ms; /* there is always an end */
    struct str quit_url;          /* WAP */
    struct str product_code;      /* CODE: as contracted; empty: none is sent */
};
const char *alipay_pay_method(enum alipay_way way);
struct str alipay_pay_content(struct arena *a, const struct alipay_pay *p);
struct str alipay_order_content(struct arena *a, struct str number); /* query and close */
struct str alipay_certificate_content(struct arena *a, struct str serial);
struct str alipay_refund_content(struct arena *a, struct str number, struct str refund, struct money amount,
                                 struct str reason);
struct str alipay_refund_query_content(struct arena *a, struct str number, struct str refund);
/* Of the bill of a day's trades (payments/bill.h); the day is counted from 1970, and is Beijing's. The answer names an
 * address that is good for half a minute, as "bill_download_url". */
#define ALIPAY_BILL_METHOD "alipay.data.dataservice.bill.downloadurl.query"
struct str alipay_bill_content(struct arena *a, int64_t day);

/* ---- answers ---- */

struct alipay_answer {
    struct str signed_text; /* the exact bytes */
    size_t fields;
    struct alipay_param *field; /* its members that are texts */
};
/* On anything but ACCEPTED the call's outcome is unknown. UNKNOWN_SERIAL: fetch that certificate, which *out names as
 * the field "alipay_cert_sn", and ask again. */
MUST_USE enum payment_reason alipay_answer(struct arena *a, const struct alipay_keys *k, struct str method,
                                           struct str body, struct alipay_answer *out);
struct str alipay_field(const struct alipay_answer *answer, const char *name); /* p NULL: absent */
enum payment_outcome alipay_outcome(const struct alipay_answer *answer);
/* The same of a question for a bill: ABSENT also when there is none of that day, or none yet. */
enum payment_outcome alipay_bill_outcome(const struct alipay_answer *answer);
/* alipay.trade.query said OK: what it says of the order. */
MUST_USE enum payment_reason alipay_query_notice(const struct alipay_answer *answer, struct payment_notice *out);
/* A refund, or its query: OK when money moved (*total: what was refunded so far, or is 0 when it is not told, as a
 * query never does). UNKNOWN also when the answer names another order or refund, and after 10000 without fund_change=Y,
 * which is for the refund query to settle. */
struct alipay_refund {
    struct str number, refund; /* out_trade_no and out_request_no of what was asked */
    bool is_query;
};
enum payment_outcome alipay_refund_outcome(const struct alipay_answer *answer, const struct alipay_refund *asked,
                                           struct money *total);

/* ---- what comes in ---- */

/* The header Content-Type of a POST to notify_url (p NULL: absent), which says how the body is to be read: a form, and
 * in no other charset than UTF-8. ACCEPTED, MALFORMED or CHARSET. */
MUST_USE enum payment_reason alipay_check_type(struct str content_type);
/* A POST's body, as received. */
MUST_USE enum payment_reason alipay_notice(struct arena *a, const struct alipay_keys *k, struct str body,
                                           struct payment_notice *out);
/* The browser's return: the same checks over the query of its target; a notice that says nothing. */
MUST_USE enum payment_reason alipay_return(struct arena *a, const struct alipay_keys *k, struct str target,
                                           struct payment_notice *out);
/* The text that the signature of these pairs is over, for tests and persons. False: the encoding is broken. */
MUST_USE bool alipay_signed_pairs(struct arena *a, struct str pairs, struct str *out);
extern const struct payment_words alipay_ack, alipay_nack;

/* Exact: "88", "88.0" and "88.00" are equal; a sign, an exponent, a third decimal are none. */
MUST_USE bool alipay_money(struct str text, struct money *out);

#endif
