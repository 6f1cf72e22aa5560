/* wechat_keys.c: who may sign for WeChat Pay, and as what we sign; and the check of a signature's headers. */
#include "base/crypto.h"
#include "payments/certs.h"
#include "payments/private.h"

#include <stdlib.h>

enum { TEXTS_MAX_BYTES = 1 << 20 };
#define ALGORITHM "WECHATPAY2-SHA256-RSA2048"

static struct str kept(struct wechat_keys *k, struct str text)
{
    return (struct str){ arena_text_n(k->arena, text.n > 0 ? text.p : "", text.n), text.n };
}

static const char *add_signer(struct wechat_keys *k, const struct wechat_signer *s)
{
    struct str serial = s->serial, of_certificate;
    bool is_certificate = cert_serial(k->arena, s->pem, &of_certificate);
    if (is_certificate && serial.n == 0) serial = of_certificate;
    if (serial.n == 0) return "a key of WeChat Pay's has no id";
    if (is_certificate && !str_eq(serial, of_certificate)) return "a platform certificate has another serial";
    for (size_t i = 0; i < k->count; i++)
        if (str_eq(k->signer[i].serial, serial)) return "two keys of WeChat Pay's have one id";
    if (k->count == WECHAT_KEYS_MAX) return "there are too many keys of WeChat Pay's";
    struct rsa_key *key = is_certificate ? cert_key(s->pem) : rsa_key_public(s->pem);
    if (key == NULL) return "a key of WeChat Pay's cannot be read: RSA of 2048 bits or more is wanted";
    k->signer[k->count].serial = kept(k, serial);
    k->signer[k->count++].key = key;
    return k->merchant != NULL && rsa_key_same(key, k->merchant) ? "WeChat Pay's key is our own" : NULL;
}

static const char *open_own(struct wechat_keys *k, const struct wechat_setup *s)
{
    if (s->merchant_key.n > 0 && (k->merchant = rsa_key_private(s->merchant_key)) == NULL)
        return "the merchant's private key cannot be read: RSA of 2048 bits or more is wanted";
    if (s->merchant_key.n > 0 && s->merchant_serial.n == 0) return "the merchant certificate's serial is missing";
    if (s->v3_key.n != 0 && s->v3_key.n != WECHAT_V3_KEY_SIZE) return "the APIv3 key has to be 32 characters";
    k->has_v3_key = s->v3_key.n > 0;
    if (k->has_v3_key) memcpy(k->v3_key, s->v3_key.p, sizeof(k->v3_key));
    return NULL;
}

struct wechat_keys *wechat_keys_open(const struct wechat_setup *s, const char **why)
{
    struct wechat_keys *k = calloc(1, sizeof(*k));
    if (k == NULL) abort();
    k->arena = arena_new(TEXTS_MAX_BYTES);
    k->mchid = kept(k, s->mchid);
    k->appid = kept(k, s->appid);
    k->merchant_serial = kept(k, s->merchant_serial);
    *why = open_own(k, s);
    for (size_t i = 0; i < s->signers && *why == NULL; i++) *why = add_signer(k, &s->signer[i]);
    if (*why == NULL) return k;
    wechat_keys_close(k);
    return NULL;
}

void wechat_keys_close(struct wechat_keys *k)
{
    if (k == NULL) return;
    for (size_t i = 0; i < k->count; i++) rsa_key_free(k->signer[i].key);
    rsa_key_free(k->merchant);
    arena_free(k->arena);
    wipe(k->v3_key, sizeof(k->v3_key));
    free(k);
}

bool wechat_keys_sign(const struct wechat_keys *k) { return k->merchant != NULL; }

struct str wechat_public_key_id(const struct wechat_keys *k)
{
    for (size_t i = 0; i < k->count; i++)
        if (str_starts(k->signer[i].serial, STR(WECHAT_PUBLIC_KEY))) return k->signer[i].serial;
    return (struct str){ NULL, 0 };
}

enum payment_reason wechat_check_headers(const struct wechat_headers *h, int64_t now_s)
{
    if (h->timestamp.n == 0 || h->nonce.n == 0 || h->signature.n == 0 || h->serial.n == 0) return PAYMENT_MISSING;
    if (h->type.p != NULL && !str_eq(h->type, STR(ALGORITHM))) return PAYMENT_ALGORITHM;
    return payment_fresh(h->timestamp, now_s);
}

bool wechat_is_signed(const struct rsa_key *k, const struct wechat_headers *h, struct str body)
{
    const struct str parts[] = { h->timestamp, STR("\n"), h->nonce, STR("\n"), body, STR("\n") };
    return rsa_verify(k, parts, ARRAY_LEN(parts), h->signature);
}

enum payment_reason wechat_verify(const struct wechat_keys *k, const struct wechat_headers *h, struct str body,
                                  int64_t now_s)
{
    enum payment_reason reason = wechat_check_headers(h, now_s);
    if (reason != PAYMENT_ACCEPTED) return reason;
    bool known = false;
    for (size_t i = 0; i < k->count && !known; i++) {
        known = str_eq(h->serial, k->signer[i].serial);
        if (known && wechat_is_signed(k->signer[i].key, h, body)) return PAYMENT_ACCEPTED;
    }
    /* Under whatever serial: who signs as us has our key. */
    if (k->merchant != NULL && wechat_is_signed(k->merchant, h, body)) return PAYMENT_OWN_KEY;
    return known ? PAYMENT_SIGNATURE : PAYMENT_UNKNOWN_SERIAL;
}
