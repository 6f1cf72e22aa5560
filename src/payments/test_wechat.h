/* test_wechat.h: a stand-in for WeChat Pay: it seals resources and signs what it sends. */
#ifndef CHATHUB_PAYMENTS_TEST_WECHAT_H
#define CHATHUB_PAYMENTS_TEST_WECHAT_H

#include "base/crypto.h"
#include "payments/test_keys.h"
#include "payments/wechat.h"

#define TEST_V3_KEY "0123456789abcdef0123456789ABCDEF"
#define TEST_MCHID "1952041147"
#define TEST_APPID "wx13bbc591db635633"
#define TEST_KEY_ID "PUB_KEY_ID_0195204114766084466296228774666"

/* AES-256-GCM, base64 of the ciphertext and the tag. */
static inline struct str test_seal(struct arena *a, struct str key, struct str nonce, struct str associated,
                                   struct str plain)
{
    uint8_t *out = arena_alloc(a, plain.n + 16);
    int done = 0, last = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    assert_int_equal(
        EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), (const uint8_t *)key.p, (const uint8_t *)nonce.p, NULL), 1);
    if (associated.n > 0)
        assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &done, (const uint8_t *)associated.p, (int)associated.n), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, out, &done, (const uint8_t *)plain.p, (int)plain.n), 1);
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out + done, &last), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + plain.n), 1);
    EVP_CIPHER_CTX_free(ctx);
    char *text = arena_alloc(a, base64_size(plain.n + 16) + 1);
    base64_encode(out, plain.n + 16, text);
    return str_of(text);
}

static inline struct wechat_headers test_headers(struct arena *a, const struct rsa_key *signer, const char *serial,
                                                 struct str body, int64_t at_s)
{
    struct wechat_headers h = { .timestamp = str_of(arena_printf(a, "%lld", (long long)at_s)),
                                .nonce = STR("lzet58pJnjMSxOb540WubmWH3S01Q5Cg"),
                                .serial = str_of(serial),
                                .type = STR("WECHATPAY2-SHA256-RSA2048") };
    char *text = arena_printf(a, "%s\n%s\n", h.timestamp.p, h.nonce.p);
    size_t head = strlen(text);
    char *whole = arena_alloc(a, head + body.n + 1);
    memcpy(whole, text, head);
    if (body.n > 0) memcpy(whole + head, body.p, body.n);
    whole[head + body.n] = '\n';
    h.signature = rsa_sign(a, signer, (struct str){ whole, head + body.n + 1 });
    return h;
}

#endif
