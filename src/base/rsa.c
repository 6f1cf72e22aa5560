/* rsa.c: signatures over OpenSSL's EVP (decision 106). Signing is constant in time and blinded there; verifying handles
 * nothing secret. A failure that is not the input's ends the process, as in crypto.c. */
#include "base/rsa.h"

#include "base/crypto.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIGNATURE_MAX = RSA_BITS_MAX / 8, SIGNATURE_TEXT_MAX = (SIGNATURE_MAX + 2) / 3 * 4 };

struct rsa_key {
    EVP_PKEY *pkey;
    bool is_private;
};

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "rsa: %s failed\n", what);
    abort();
}

static struct rsa_key *key_of(EVP_PKEY *pkey, bool is_private)
{
    bool fits = EVP_PKEY_is_a(pkey, "RSA") && EVP_PKEY_get_bits(pkey) >= RSA_BITS_MIN &&
                EVP_PKEY_get_bits(pkey) <= RSA_BITS_MAX;
    if (!fits) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    struct rsa_key *k = calloc(1, sizeof(*k));
    must(k != NULL, "memory");
    *k = (struct rsa_key){ .pkey = pkey, .is_private = is_private };
    return k;
}

struct rsa_key *rsa_key_adopt(void *evp_pkey) { return evp_pkey != NULL ? key_of(evp_pkey, false) : NULL; }

/* Whitespace out, then base64: a key as a console shows it, over several lines or one. */
static bool bare_der(struct str text, uint8_t *out, size_t *out_n)
{
    char *tight = malloc(text.n + 1);
    must(tight != NULL, "memory");
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (!strchr(" \t\r\n", text.p[i])) tight[n++] = text.p[i];
    bool ok = base64_decode((struct str){ tight, n }, out, out_n);
    wipe(tight, n);
    free(tight);
    return ok;
}

static EVP_PKEY *decode(const uint8_t *p, size_t n, int selection)
{
    EVP_PKEY *pkey = NULL;
    OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, NULL, NULL, "RSA", selection, NULL, NULL);
    must(ctx != NULL, "making a decoder");
    /* Without this, a key under a password would make OpenSSL ask at the terminal. */
    static const unsigned char no_password[1];
    must(OSSL_DECODER_CTX_set_passphrase(ctx, no_password, 0) == 1, "setting no password");
    if (OSSL_DECODER_from_data(ctx, &p, &n) != 1) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    OSSL_DECODER_CTX_free(ctx);
    ERR_clear_error();
    return pkey;
}

static struct rsa_key *key_from(struct str text, int selection, bool is_private)
{
    if (text.p == NULL || text.n == 0 || text.n > RSA_TEXT_MAX) return NULL;
    EVP_PKEY *pkey;
    bool armoured = memmem(text.p, text.n, "-----BEGIN", 10) != NULL;
    /* Of a private key one could take the public half: but who gives it as the other side's key has mixed them up. */
    if (armoured && is_private != (memmem(text.p, text.n, "PRIVATE KEY-----", 16) != NULL)) return NULL;
    if (armoured) {
        pkey = decode((const uint8_t *)text.p, text.n, selection);
    } else {
        size_t n = text.n;
        uint8_t *der = malloc(n);
        must(der != NULL, "memory");
        pkey = bare_der(text, der, &n) ? decode(der, n, selection) : NULL;
        wipe(der, text.n);
        free(der);
    }
    return pkey != NULL ? key_of(pkey, is_private) : NULL;
}

struct rsa_key *rsa_key_public(struct str text) { return key_from(text, EVP_PKEY_PUBLIC_KEY, false); }

struct rsa_key *rsa_key_private(struct str text) { return key_from(text, EVP_PKEY_KEYPAIR, true); }

void rsa_key_free(struct rsa_key *k)
{
    if (k == NULL) return;
    EVP_PKEY_free(k->pkey);
    free(k);
}

bool rsa_key_same(const struct rsa_key *a, const struct rsa_key *b)
{
    bool same = EVP_PKEY_eq(a->pkey, b->pkey) == 1;
    ERR_clear_error();
    return same;
}

struct str rsa_sign(struct arena *a, const struct rsa_key *k, struct str message)
{
    assert(k->is_private);
    uint8_t signature[SIGNATURE_MAX];
    size_t n = sizeof(signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(ctx != NULL && EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, k->pkey, NULL) == 1, "starting");
    must(EVP_DigestSign(ctx, signature, &n, (const unsigned char *)message.p, message.n) == 1, "signing");
    EVP_MD_CTX_free(ctx);
    char *text = arena_alloc(a, base64_size(n) + 1);
    base64_encode(signature, n, text);
    return (struct str){ text, base64_size(n) };
}

bool rsa_verify(const struct rsa_key *k, const struct str parts[], size_t count, struct str signature)
{
    uint8_t bytes[SIGNATURE_MAX];
    size_t n = sizeof(bytes);
    if (signature.n == 0 || signature.n > SIGNATURE_TEXT_MAX || !base64_decode(signature, bytes, &n)) return false;
    if (n != (size_t)EVP_PKEY_get_size(k->pkey)) return false;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    must(ctx != NULL && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, k->pkey, NULL) == 1, "starting");
    for (size_t i = 0; i < count; i++) must(EVP_DigestVerifyUpdate(ctx, parts[i].p, parts[i].n) == 1, "hashing");
    bool good = EVP_DigestVerifyFinal(ctx, bytes, n) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return good;
}
