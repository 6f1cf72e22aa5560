/* crypto.c: hashes, MACs and encodings. OpenSSL 3.0 looks an algorithm up by name at every one-shot call, under locks
 * that threads fight for; so the algorithms are fetched once for the process, and each thread keeps its contexts until
 * it ends. A failure inside OpenSSL here means no memory or a broken library: the process ends, as in arena.h.
 *
 * Decoding is strict because decoded bytes are compared and signed by others: two texts for the same bytes would make
 * one token into two. */
#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;
static EVP_MD *md_sha256;
static EVP_MAC *mac_hmac;

static __thread struct contexts {
    EVP_MD_CTX *sha256;
    EVP_MAC_CTX *hmac; /* knows its digest already; only the key is new each time */
} mine;

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "crypto: %s failed\n", what);
    abort();
}

static void free_contexts(void *contexts)
{
    struct contexts *c = contexts;
    EVP_MD_CTX_free(c->sha256);
    EVP_MAC_CTX_free(c->hmac);
    *c = (struct contexts){ 0 };
}

static void fetch(void)
{
    md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    mac_hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    must(md_sha256 != NULL && mac_hmac != NULL, "fetching SHA256 and HMAC");
    must(pthread_key_create(&thread_end, free_contexts) == 0, "pthread_key_create");
}

static void make_contexts(void)
{
    must(pthread_once(&once, fetch) == 0, "pthread_once");
    mine.sha256 = EVP_MD_CTX_new();
    mine.hmac = EVP_MAC_CTX_new(mac_hmac);
    must(mine.sha256 != NULL && mine.hmac != NULL, "making contexts");
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                  OSSL_PARAM_construct_end() };
    must(EVP_MAC_CTX_set_params(mine.hmac, params) == 1, "setting the digest of HMAC");
    must(pthread_setspecific(thread_end, &mine) == 0, "pthread_setspecific");
}

static inline struct contexts *contexts(void)
{
    if (mine.sha256 == NULL) make_contexts();
    return &mine;
}

void sha256(const void *p, size_t n, uint8_t out[SHA256_SIZE])
{
    EVP_MD_CTX *ctx = contexts()->sha256;
    must(EVP_DigestInit_ex2(ctx, md_sha256, NULL) == 1 && EVP_DigestUpdate(ctx, p, n) == 1 &&
             EVP_DigestFinal_ex(ctx, out, NULL) == 1,
         "SHA256");
}

struct sha256 *sha256_begin(void)
{
    (void)contexts(); /* md_sha256 is there */
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    must(c != NULL && EVP_DigestInit_ex(c, md_sha256, NULL) == 1, "SHA-256");
    return (struct sha256 *)c;
}

void sha256_add(struct sha256 *s, const void *p, size_t n)
{
    must(EVP_DigestUpdate((EVP_MD_CTX *)s, p, n) == 1, "SHA-256");
}

void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
    must(EVP_DigestFinal_ex((EVP_MD_CTX *)s, out, NULL) == 1, "SHA-256");
    sha256_free(s);
}

void sha256_free(struct sha256 *s) { EVP_MD_CTX_free((EVP_MD_CTX *)s); }

void sha1(const void *p, size_t n, uint8_t out[SHA1_SIZE])
{
    must(EVP_Digest(p, n, out, NULL, EVP_sha1(), NULL) == 1, "SHA-1");
}

void sha256_hex(struct str s, char out[SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_SIZE];
    sha256(s.p, s.n, digest);
    hex_encode(digest, sizeof(digest), out);
}

void hmac_sha256_parts(struct str key, const struct str parts[], size_t count, uint8_t out[SHA256_SIZE])
{
    EVP_MAC_CTX *ctx = contexts()->hmac;
    /* NULL would mean "the key of last time". */
    static const unsigned char no_key[1];
    const unsigned char *key_bytes = key.n > 0 ? (const unsigned char *)key.p : no_key;
    must(EVP_MAC_init(ctx, key_bytes, key.n, NULL) == 1, "starting HMAC");
    for (size_t i = 0; i < count; i++)
        must(EVP_MAC_update(ctx, (const unsigned char *)parts[i].p, parts[i].n) == 1, "HMAC");
    size_t n = 0;
    must(EVP_MAC_final(ctx, out, &n, SHA256_SIZE) == 1 && n == SHA256_SIZE, "finishing HMAC");
}

void hmac_sha256(struct str key, struct str message, uint8_t out[SHA256_SIZE])
{
    hmac_sha256_parts(key, &message, 1, out);
}

bool equal_constant_time(const void *a, const void *b, size_t n) { return CRYPTO_memcmp(a, b, n) == 0; }

void wipe(void *p, size_t n) { OPENSSL_cleanse(p, n); }

void hex_encode(const void *p, size_t n, char *out)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *bytes = p;
    for (size_t i = 0; i < n; i++) {
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct str s, uint8_t *out, size_t out_n)
{
    if (s.n % 2 != 0 || s.n / 2 != out_n) return false;
    for (size_t i = 0; i < out_n; i++) {
        int high = hex_value(s.p[2 * i]), low = hex_value(s.p[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static const char standard_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Writes 4 characters for each 3 bytes, and 2 or 3 for the rest; returns the end. */
static char *encode64(const char *alphabet, const uint8_t *p, size_t n, char *out)
{
    for (; n >= 3; p += 3, n -= 3) {
        uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        *out++ = alphabet[v >> 18];
        *out++ = alphabet[v >> 12 & 63];
        *out++ = alphabet[v >> 6 & 63];
        *out++ = alphabet[v & 63];
    }
    if (n == 0) return out;
    uint32_t v = (uint32_t)p[0] << 16 | (n == 2 ? (uint32_t)p[1] << 8 : 0);
    *out++ = alphabet[v >> 18];
    *out++ = alphabet[v >> 12 & 63];
    if (n == 2) *out++ = alphabet[v >> 6 & 63];
    return out;
}

/* The value of a character, or 64 and more. `plus` and `slash` are the alphabet's last two. */
static uint32_t value64(char c, char plus, char slash)
{
    if (c >= 'A' && c <= 'Z') return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z') return (uint32_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9') return (uint32_t)(c - '0' + 52);
    if (c == plus) return 62;
    if (c == slash) return 63;
    return 64;
}

/* Decodes characters without padding. 2 or 3 left over give 1 or 2 bytes; their unused bits must be zero. */
static bool decode64(struct str s, char plus, char slash, uint8_t *out, size_t *out_n)
{
    size_t tail = s.n % 4, n = s.n / 4 * 3 + (tail > 0 ? tail - 1 : 0);
    if (tail == 1 || n > *out_n) return false;
    size_t whole = s.n - tail;
    for (size_t i = 0; i < whole; i += 4) {
        uint32_t a = value64(s.p[i], plus, slash), b = value64(s.p[i + 1], plus, slash),
                 c = value64(s.p[i + 2], plus, slash), d = value64(s.p[i + 3], plus, slash);
        if ((a | b | c | d) > 63) return false;
        uint32_t v = a << 18 | b << 12 | c << 6 | d;
        *out++ = (uint8_t)(v >> 16);
        *out++ = (uint8_t)(v >> 8);
        *out++ = (uint8_t)v;
    }
    if (tail > 0) {
        uint32_t a = value64(s.p[whole], plus, slash), b = value64(s.p[whole + 1], plus, slash);
        uint32_t c = tail == 3 ? value64(s.p[whole + 2], plus, slash) : 0;
        if ((a | b | c) > 63) return false;
        if (tail == 2 ? (b & 15) != 0 : (c & 3) != 0) return false;
        *out++ = (uint8_t)(a << 2 | b >> 4);
        if (tail == 3) *out++ = (uint8_t)(b << 4 | c >> 2);
    }
    *out_n = n;
    return true;
}

size_t base64url_size(size_t n) { return n / 3 * 4 + (n % 3 > 0 ? n % 3 + 1 : 0); }

void base64url_encode(const void *p, size_t n, char *out) { *encode64(url_alphabet, p, n, out) = '\0'; }

bool base64url_decode(struct str s, uint8_t *out, size_t *out_n) { return decode64(s, '-', '_', out, out_n); }

size_t base64_size(size_t n) { return (n + 2) / 3 * 4; }

void base64_encode(const void *p, size_t n, char *out)
{
    char *end = encode64(standard_alphabet, p, n, out);
    while (end < out + base64_size(n)) *end++ = '=';
    *end = '\0';
}

bool base64_decode(struct str s, uint8_t *out, size_t *out_n)
{
    if (s.n % 4 != 0) return false;
    /* At most two '=', only at the end; any other is no character of the alphabet and decode64 refuses it. */
    for (int i = 0; i < 2 && s.n > 0 && s.p[s.n - 1] == '='; i++) s.n--;
    return decode64(s, '+', '/', out, out_n);
}
