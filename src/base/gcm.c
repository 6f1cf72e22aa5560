/* gcm.c: the tag is given to OpenSSL before the end and its verdict looked at: a library that forgets it hands out
 * whatever an attacker wrote. */
#include "base/gcm.h"

#include "base/crypto.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static bool decrypt(EVP_CIPHER_CTX *ctx, struct str associated, const uint8_t *in, size_t n, uint8_t *out)
{
    int done = 0, last = 0;
    uint8_t tag[GCM_TAG_SIZE];
    memcpy(tag, in + n, sizeof(tag));
    if (associated.n > 0 && EVP_DecryptUpdate(ctx, NULL, &done, (const uint8_t *)associated.p, (int)associated.n) != 1)
        return false;
    done = 0;
    if (n > 0 && EVP_DecryptUpdate(ctx, out, &done, in, (int)n) != 1) return false;
    if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) != 1) return false;
    return EVP_DecryptFinal_ex(ctx, out + done, &last) == 1 && (size_t)done + (size_t)last == n;
}

bool gcm_open(struct arena *a, struct str key, struct str nonce, struct str associated, struct str sealed,
              struct str *plain)
{
    if (key.n != GCM_KEY_SIZE || nonce.n != GCM_NONCE_SIZE || sealed.n < GCM_TAG_SIZE) return false;
    if (sealed.n > INT_MAX || associated.n > INT_MAX) return false;
    size_t n = sealed.n - GCM_TAG_SIZE;
    uint8_t *out = arena_alloc(a, n + 1);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL ||
        EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), (const uint8_t *)key.p, (const uint8_t *)nonce.p, NULL) != 1) {
        fputs("gcm: starting failed\n", stderr);
        abort();
    }
    bool good = decrypt(ctx, associated, (const uint8_t *)sealed.p, n, out);
    EVP_CIPHER_CTX_free(ctx);
    ERR_clear_error();
    if (!good) {
        wipe(out, n);
        return false;
    }
    out[n] = '\0';
    *plain = (struct str){ (const char *)out, n };
    return true;
}
