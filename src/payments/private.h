/* private.h: what the files of one provider share. */
#ifndef CHATHUB_PAYMENTS_PRIVATE_H
#define CHATHUB_PAYMENTS_PRIVATE_H

#include "base/rsa.h"
#include "payments/alipay.h"
#include "payments/wechat.h"

/* ---- Alipay ---- */

struct alipay_keys {
    struct arena *arena; /* of the texts */
    struct str app_id, seller_id, app_serial, root_serial, roots;
    struct rsa_key *app;
    size_t count;
    struct {
        struct str serial; /* empty: configured as a key */
        struct rsa_key *key;
    } alipay[ALIPAY_KEYS_MAX];
    bool has_certificates; /* of Alipay's: then a serial that a message names must be one of them */
};

/* Whether `sign` is Alipay's over `text`. `serial`: which of its certificates the message names; p NULL: none. */
MUST_USE enum payment_reason alipay_verify(const struct alipay_keys *k, struct str serial, struct str text,
                                           struct str sign);
/* By name, byte for byte. */
void alipay_sort(struct alipay_param *p, size_t count);
void alipay_join(struct buf *out, const struct alipay_param *p, size_t count); /* name=value&name=value, raw */
/* What a trade_status says; `refunded`: it speaks of a refund. */
enum payment_said alipay_said(struct str status, bool refunded);

/* ---- WeChat Pay ---- */

struct wechat_keys {
    struct arena *arena; /* of the texts */
    struct str mchid, appid, merchant_serial;
    char v3_key[WECHAT_V3_KEY_SIZE];
    bool has_v3_key;
    struct rsa_key *merchant;
    size_t count;
    struct {
        struct str serial;
        struct rsa_key *key;
    } signer[WECHAT_KEYS_MAX];
};

/* The headers alone: there, of the one algorithm, and of now. */
MUST_USE enum payment_reason wechat_check_headers(const struct wechat_headers *h, int64_t now_s);
MUST_USE bool wechat_is_signed(const struct rsa_key *k, const struct wechat_headers *h, struct str body);

#endif
