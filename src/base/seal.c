/* seal.c: secrets at rest. What is authenticated besides the secret: version, key id, owner, purpose. Owner and purpose
 * carry their length in front, so "ab"+"c" and "a"+"bc" are different.
 *
 * A random 96-bit nonce is safe up to 2^32 records for each key (NIST SP 800-38D 8.3); rotate long before that.
 * Rejected: a counter as nonce (two processes on one database would need a shared one), AES-GCM-SIV (not in OpenSSL
 * 3.0), XChaCha20 (design asks for AES-256-GCM, and it is the faster one here). */
#include "base/crypto.h"
#include "base/random.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEAL_VERSION = 1, NONCE_SIZE = 12, TAG_SIZE = 16, KEY_SIZE = 32 };
enum { NONCE_AT = 2, CIPHER_AT = NONCE_AT + NONCE_SIZE }; /* where the parts of a record begin */
static_assert(CIPHER_AT + TAG_SIZE == SEAL_OVERHEAD, "the layout in crypto.h");

/* Never rename: every value sealed so far was sealed under keys derived with these words. */
#define SEAL_INFO "chathub seal 1"
#define MAC_INFO "chathub mac 1"

struct derived {
    uint8_t id, seal_key[KEY_SIZE], mac_key[KEY_SIZE];
};

/* In guarded memory of libsodium: locked, left out of core dumps, read-only after start. */
struct kept_mac {
    uint8_t id, key[KEY_SIZE];
};
struct keyring {
    size_t count, kept;
    struct derived key[KEYRING_MAX_KEYS];
    struct kept_mac kept_mac[KEYRING_KEPT_MAX];
};
static_assert((int)KEY_SIZE == (int)KEYRING_MAC_KEY_SIZE, "as crypto.h says");

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;
static EVP_CIPHER *cipher_gcm;
static __thread EVP_CIPHER_CTX *mine;

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "seal: %s failed\n", what);
    abort();
}

static void free_context(void *context) { EVP_CIPHER_CTX_free(context); }

static void fetch(void)
{
    cipher_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    must(cipher_gcm != NULL, "fetching AES-256-GCM");
    must(pthread_key_create(&thread_end, free_context) == 0, "pthread_key_create");
    must(sodium_init() >= 0, "sodium_init");
}

static EVP_CIPHER_CTX *context(void)
{
    if (mine != NULL) return mine;
    must(pthread_once(&once, fetch) == 0, "pthread_once");
    mine = EVP_CIPHER_CTX_new();
    must(mine != NULL && pthread_setspecific(thread_end, mine) == 0, "making a context");
    /* Here once: a cipher named again later would throw the context away and make a new one. */
    must(EVP_CipherInit_ex2(mine, cipher_gcm, NULL, NULL, 1, NULL) == 1, "choosing AES-256-GCM");
    return mine;
}

static void derive(const uint8_t master[MASTER_KEY_SIZE], const char *info, uint8_t out[KEY_SIZE])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    must(ctx != NULL, "fetching HKDF");
    char digest[] = "SHA256";
    /* The parameters take pointers to bytes that are not const, and only read them. */
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)master, MASTER_KEY_SIZE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, strlen(info)),
        OSSL_PARAM_construct_end(),
    };
    must(EVP_KDF_derive(ctx, out, KEY_SIZE, params) == 1, "HKDF");
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

struct keyring *keyring_new(const uint8_t keys[][MASTER_KEY_SIZE], const uint8_t ids[], size_t count)
{
    if (count == 0 || count > KEYRING_MAX_KEYS) return NULL;
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == 0) return NULL;
        for (size_t before = 0; before < i; before++)
            if (ids[before] == ids[i]) return NULL;
    }
    must(pthread_once(&once, fetch) == 0, "pthread_once");
    struct keyring *k = sodium_malloc(sizeof(*k));
    must(k != NULL, "sodium_malloc");
    k->count = count, k->kept = 0;
    for (size_t i = 0; i < count; i++) {
        k->key[i].id = ids[i];
        derive(keys[i], SEAL_INFO, k->key[i].seal_key);
        derive(keys[i], MAC_INFO, k->key[i].mac_key);
    }
    must(sodium_mprotect_readonly(k) == 0, "sodium_mprotect_readonly");
    return k;
}

void keyring_free(struct keyring *k) { sodium_free(k); /* wipes; NULL is allowed */ }

/* A length as 8 bytes, most significant first: the frame of every variable part. */
static void frame(uint64_t n, uint8_t out[8])
{
    for (int i = 7; i >= 0; i--, n >>= 8) out[i] = (uint8_t)n;
}

static bool add_framed(EVP_CIPHER_CTX *ctx, struct str s)
{
    uint8_t length[8];
    int done;
    frame(s.n, length);
    if (EVP_CipherUpdate(ctx, NULL, &done, length, sizeof(length)) != 1) return false;
    return s.n == 0 || EVP_CipherUpdate(ctx, NULL, &done, (const uint8_t *)s.p, (int)s.n) == 1;
}

/* Starts the cipher in one direction and feeds all that is authenticated but not encrypted. `head` is the record's
 * start, up to the ciphertext. */
static EVP_CIPHER_CTX *start(const struct derived *key, const uint8_t *head, struct str owner, struct str purpose,
                             int encrypt)
{
    EVP_CIPHER_CTX *ctx = context();
    int done;
    assert(owner.n <= INT_MAX && purpose.n <= INT_MAX);
    must(EVP_CipherInit_ex2(ctx, NULL, key->seal_key, head + NONCE_AT, encrypt, NULL) == 1, "starting");
    must(EVP_CipherUpdate(ctx, NULL, &done, head, NONCE_AT) == 1 && add_framed(ctx, owner) && add_framed(ctx, purpose),
         "adding the associated data");
    return ctx;
}

static const struct derived *key_by_id(const struct keyring *k, uint8_t id)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->key[i].id == id) return &k->key[i];
    return NULL;
}

static struct sealed seal_with(const struct derived *key, struct arena *a, struct str owner, struct str purpose,
                               struct str plain)
{
    assert(plain.n <= INT_MAX - SEAL_OVERHEAD);
    struct sealed out = { .p = arena_alloc(a, plain.n + SEAL_OVERHEAD), .n = plain.n + SEAL_OVERHEAD };
    out.p[0] = SEAL_VERSION;
    out.p[1] = key->id;
    random_bytes(out.p + NONCE_AT, NONCE_SIZE);
    EVP_CIPHER_CTX *ctx = start(key, out.p, owner, purpose, 1);
    int done = 0, last = 0;
    const uint8_t *text = (const uint8_t *)plain.p;
    if (plain.n > 0) must(EVP_CipherUpdate(ctx, out.p + CIPHER_AT, &done, text, (int)plain.n) == 1, "encrypting");
    must(EVP_CipherFinal_ex(ctx, out.p + CIPHER_AT + done, &last) == 1, "finishing");
    assert((size_t)done + (size_t)last == plain.n);
    uint8_t *tag = out.p + CIPHER_AT + plain.n;
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag) == 1, "reading the tag");
    return out;
}

bool unseal(const struct keyring *k, struct arena *a, struct str owner, struct str purpose, struct sealed in,
            struct str *plain)
{
    if (in.n < SEAL_OVERHEAD || in.n > INT_MAX || in.p[0] != SEAL_VERSION) return false;
    const struct derived *key = key_by_id(k, in.p[1]);
    if (key == NULL) return false;
    size_t n = in.n - SEAL_OVERHEAD;
    char *text = arena_alloc(a, n + 1);
    EVP_CIPHER_CTX *ctx = start(key, in.p, owner, purpose, 0);
    int done = 0, last = 0;
    if (n > 0) must(EVP_CipherUpdate(ctx, (uint8_t *)text, &done, in.p + CIPHER_AT, (int)n) == 1, "decrypting");
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, in.p + CIPHER_AT + n) == 1, "setting the tag");
    if (EVP_CipherFinal_ex(ctx, (uint8_t *)text + done, &last) != 1) {
        wipe(text, n); /* decrypted, but not proven: nobody may see it */
        return false;
    }
    text[n] = '\0';
    *plain = (struct str){ text, n };
    return true;
}

struct sealed seal(const struct keyring *k, struct arena *a, struct str owner, struct str purpose, struct str plain)
{
    return seal_with(&k->key[0], a, owner, purpose, plain);
}

struct sealed seal_as(const struct keyring *k, uint8_t id, struct arena *a, struct str owner, struct str purpose,
                      struct str plain)
{
    const struct derived *key = key_by_id(k, id);
    assert(key != NULL);
    return seal_with(key, a, owner, purpose, plain);
}

uint8_t keyring_first_id(const struct keyring *k) { return k->key[0].id; }

size_t keyring_ids(const struct keyring *k, uint8_t out[KEYRING_MAX_KEYS])
{
    for (size_t i = 0; i < k->count; i++) out[i] = k->key[i].id;
    return k->count;
}

bool keyring_has(const struct keyring *k, int64_t id)
{
    return id >= 0 && id <= UINT8_MAX && key_by_id(k, (uint8_t)id) != NULL;
}

uint8_t sealed_key_id(struct sealed in) { return in.n < SEAL_OVERHEAD || in.p[0] != SEAL_VERSION ? 0 : in.p[1]; }

enum seal_again seal_again(const struct keyring *k, struct arena *a, struct str owner, struct str purpose,
                           struct sealed in, struct sealed *out)
{
    struct str plain;
    if (sealed_key_id(in) == k->key[0].id) return RESEAL_CURRENT;
    if (!unseal(k, a, owner, purpose, in, &plain)) return RESEAL_BROKEN;
    *out = seal(k, a, owner, purpose, plain);
    wipe((char *)(uintptr_t)plain.p, plain.n);
    return RESEAL_DONE;
}

static void mac_of(const uint8_t key[KEY_SIZE], struct str purpose, struct str message, uint8_t out[SHA256_SIZE])
{
    uint8_t purpose_n[8], message_n[8];
    frame(purpose.n, purpose_n);
    frame(message.n, message_n);
    const struct str parts[] = {
        { (const char *)purpose_n, sizeof(purpose_n) },
        purpose,
        { (const char *)message_n, sizeof(message_n) },
        message,
    };
    hmac_sha256_parts((struct str){ (const char *)key, KEY_SIZE }, parts, ARRAY_LEN(parts), out);
}

void keyring_mac(const struct keyring *k, struct str purpose, struct str message, uint8_t out[SHA256_SIZE])
{
    mac_of(k->key[0].mac_key, purpose, message, out);
}

bool keyring_mac_key(const struct keyring *k, uint8_t id, uint8_t out[KEYRING_MAC_KEY_SIZE])
{
    const struct derived *key = key_by_id(k, id);
    if (key) memcpy(out, key->mac_key, KEY_SIZE);
    return key != NULL;
}

bool keyring_keep_mac(struct keyring *k, uint8_t id, const uint8_t key[KEYRING_MAC_KEY_SIZE])
{
    if (key_by_id(k, id) || k->kept == KEYRING_KEPT_MAX) return false;
    must(sodium_mprotect_readwrite(k) == 0, "sodium_mprotect_readwrite");
    k->kept_mac[k->kept].id = id;
    memcpy(k->kept_mac[k->kept++].key, key, KEY_SIZE);
    must(sodium_mprotect_readonly(k) == 0, "sodium_mprotect_readonly");
    return true;
}

size_t keyring_mac_ids(const struct keyring *k, uint8_t out[KEYRING_MACS_MAX])
{
    size_t n = keyring_ids(k, out);
    for (size_t i = 0; i < k->kept; i++) out[n++] = k->kept_mac[i].id;
    return n;
}

bool keyring_mac_as(const struct keyring *k, uint8_t id, struct str purpose, struct str message,
                    uint8_t out[SHA256_SIZE])
{
    const struct derived *own = key_by_id(k, id);
    const uint8_t *key = own ? own->mac_key : NULL;
    for (size_t i = 0; i < k->kept && !key; i++)
        if (k->kept_mac[i].id == id) key = k->kept_mac[i].key;
    if (key) mac_of(key, purpose, message, out);
    return key != NULL;
}
