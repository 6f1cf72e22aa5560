/* alipay_keys.c: Alipay's keys and ours. They are kept apart by who they are of: what verifies under our own key was
 * not sent by Alipay, and a set in which both are the same key is not opened at all, because with it whoever can make
 * us sign something could tell us that an order was paid. */
#include "payments/certs.h"
#include "payments/private.h"

#include <stdlib.h>

enum { TEXTS_MAX_BYTES = 4 << 20 };

static struct str kept(struct alipay_keys *k, struct str text)
{
    return (struct str){ arena_text_n(k->arena, text.n > 0 ? text.p : "", text.n), text.n };
}

static const char *add_key(struct alipay_keys *k, struct rsa_key *key, struct str serial)
{
    if (key == NULL) return "a key of Alipay's cannot be read: RSA of 2048 bits or more is wanted";
    if (k->count == ALIPAY_KEYS_MAX) {
        rsa_key_free(key);
        return "there are too many keys of Alipay's";
    }
    k->alipay[k->count].serial = serial;
    k->alipay[k->count++].key = key;
    return k->app != NULL && rsa_key_same(key, k->app)
               ? "Alipay's key is our own: it has to be the one that Alipay shows"
               : NULL;
}

static const char *open_certificates(struct alipay_keys *k, const struct alipay_setup *s)
{
    struct str rest = s->alipay_certificates, pem, serial;
    while (cert_next(&rest, &pem)) {
        /* Alipay's own file brings the authority that signed its certificate: that signs no messages. */
        if (cert_is_authority(pem)) continue;
        if (!cert_alipay_serial(k->arena, pem, &serial)) return "a certificate of Alipay's cannot be read";
        const char *why = add_key(k, cert_key(pem), serial);
        if (why != NULL) return why;
        k->has_certificates = true;
    }
    if (s->alipay_certificates.n > 0 && !k->has_certificates) return "there is no certificate in Alipay's";
    return NULL;
}

static const char *open_own(struct alipay_keys *k, const struct alipay_setup *s)
{
    if (s->app_key.n > 0 && (k->app = rsa_key_private(s->app_key)) == NULL)
        return "the app's private key cannot be read: RSA of 2048 bits or more is wanted";
    if ((s->app_certificate.n > 0) != (s->root_certificates.n > 0))
        return "certificate mode wants both the app's certificate and the root certificates";
    if (s->app_certificate.n == 0) return NULL;
    if (!cert_alipay_serial(k->arena, s->app_certificate, &k->app_serial))
        return "the app's certificate cannot be read";
    if (!cert_alipay_root_serial(k->arena, s->root_certificates, &k->root_serial))
        return "the root certificates cannot be read";
    k->roots = kept(k, s->root_certificates);
    struct rsa_key *named = cert_key(s->app_certificate);
    bool ours = named != NULL && (k->app == NULL || rsa_key_same(named, k->app));
    rsa_key_free(named);
    return ours ? NULL : "the app's certificate is of another key than the app's private key";
}

struct alipay_keys *alipay_keys_open(const struct alipay_setup *s, const char **why)
{
    struct alipay_keys *k = calloc(1, sizeof(*k));
    if (k == NULL) abort();
    k->arena = arena_new(TEXTS_MAX_BYTES);
    k->app_id = kept(k, s->app_id);
    k->seller_id = kept(k, s->seller_id);
    *why = open_own(k, s);
    if (*why == NULL) *why = open_certificates(k, s);
    if (*why == NULL && s->alipay_key.n > 0) *why = add_key(k, rsa_key_public(s->alipay_key), (struct str){ "", 0 });
    if (*why == NULL) return k;
    alipay_keys_close(k);
    return NULL;
}

void alipay_keys_close(struct alipay_keys *k)
{
    if (k == NULL) return;
    for (size_t i = 0; i < k->count; i++) rsa_key_free(k->alipay[i].key);
    rsa_key_free(k->app);
    arena_free(k->arena);
    free(k);
}

bool alipay_keys_sign(const struct alipay_keys *k) { return k->app != NULL; }

enum payment_reason alipay_verify(const struct alipay_keys *k, struct str serial, struct str text, struct str sign)
{
    bool named = serial.p != NULL && k->has_certificates, known = !named;
    if (sign.n == 0) return PAYMENT_UNSIGNED;
    for (size_t i = 0; i < k->count; i++) {
        if (named && !str_eq(serial, k->alipay[i].serial)) continue;
        known = true;
        if (rsa_verify(k->alipay[i].key, &text, 1, sign)) return PAYMENT_ACCEPTED;
    }
    if (k->app != NULL && rsa_verify(k->app, &text, 1, sign)) return PAYMENT_OWN_KEY;
    return known ? PAYMENT_SIGNATURE : PAYMENT_UNKNOWN_SERIAL;
}
