/* fuzz_wechat.c: notifications of WeChat Pay's. Lines: timestamp, nonce, type; then the body. The input is tried as it
 * is; as a body that is signed well; and what stands behind the third line as what is sealed within one. */
#include "fuzz_pay.h"
#include "base/crypto.h"
#include "payments/wechat.h"

#define V3_KEY "0123456789abcdef0123456789ABCDEF"
#define KEY_ID "PUB_KEY_ID_1"
#define NONCE "knr6C2kigk2t"

static struct fuzz_key wechat;
static struct wechat_keys *keys;

static void start(void)
{
    const char *why;
    wechat = fuzz_key_new();
    const struct wechat_signer signer = { STR(KEY_ID), wechat.public_pem };
    keys = wechat_keys_open(
        &(struct wechat_setup){
            .mchid = STR("1952041147"), .appid = STR("wx13"), .v3_key = STR(V3_KEY), .signers = 1, .signer = &signer },
        &why);
    must(keys != NULL);
}

static struct str sealed(struct arena *a, struct str plain)
{
    uint8_t *out = arena_alloc(a, plain.n + 16);
    int done = 0, last = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), (const uint8_t *)V3_KEY, (const uint8_t *)NONCE, NULL) == 1);
    must(plain.n == 0 || EVP_EncryptUpdate(ctx, out, &done, (const uint8_t *)plain.p, (int)plain.n) == 1);
    must(EVP_EncryptFinal_ex(ctx, out + done, &last) == 1);
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + plain.n) == 1);
    EVP_CIPHER_CTX_free(ctx);
    char *text = arena_alloc(a, base64_size(plain.n + 16) + 1);
    base64_encode(out, plain.n + 16, text);
    return str_of(text);
}

static void try_signed(struct arena *a, struct wechat_headers h, struct str body, bool opens)
{
    struct payment_notice n;
    struct buf b;
    buf_init(&b, h.timestamp.n + h.nonce.n + body.n + 4);
    buf_add(&b, h.timestamp.p, h.timestamp.n);
    buf_char(&b, '\n');
    buf_add(&b, h.nonce.p, h.nonce.n);
    buf_char(&b, '\n');
    if (body.n > 0) buf_add(&b, body.p, body.n);
    buf_char(&b, '\n');
    h.signature = rsa_sign(a, wechat.key, buf_str(&b));
    buf_free(&b);
    enum payment_reason reason = wechat_notice(a, keys, &h, body, NOW_S, &n);
    must(reason != PAYMENT_SIGNATURE && reason != PAYMENT_UNKNOWN_SERIAL);
    must(!opens || reason != PAYMENT_DECRYPT);
    if (reason == PAYMENT_ACCEPTED) fuzz_judge(&n, CURRENCY_CNY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = { (const char *)data, size };
    struct payment_notice n;
    if (!keys) start();
    struct arena *a = arena_new(ARENA_BYTES);
    struct str timestamp = line_cut(&body), nonce = line_cut(&body), type = line_cut(&body);
    struct wechat_headers h = { timestamp, nonce, STR("AAAA"), STR(KEY_ID), { NULL, 0 } };
    must(wechat_notice(a, keys, &h, body, NOW_S, &n) != PAYMENT_ACCEPTED);
    try_signed(a, h, body, false);
    h.timestamp = STR("1795320000"), h.nonce = STR("n");
    try_signed(a, h, body, false);
    static const char *const types[] = { "TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.CLOSED", "OTHER" };
    const char *event =
        arena_printf(a,
                     "{\"id\":\"e\",\"event_type\":\"%s\",\"resource\":{\"algorithm\":\"AEAD_AES_256_GCM\","
                     "\"ciphertext\":\"%s\",\"nonce\":\"" NONCE "\"}}",
                     types[type.n % ARRAY_LEN(types)], sealed(a, body).p);
    try_signed(a, h, str_of(event), true);
    if (wechat_query_notice(a, keys, body, &n) == PAYMENT_ACCEPTED) fuzz_judge(&n, CURRENCY_CNY);
    if (wechat_refund_notice(a, body, &n) == PAYMENT_ACCEPTED) fuzz_judge(&n, CURRENCY_CNY);
    arena_free(a);
    return 0;
}
