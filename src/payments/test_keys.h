/* test_keys.h: keys and certificates drawn anew for each run, so that no test leans on a key that stands in a file. */
#ifndef CHATHUB_PAYMENTS_TEST_KEYS_H
#define CHATHUB_PAYMENTS_TEST_KEYS_H

#include "base/rsa.h"
#include "base/testing.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define TEST_NOW INT64_C(1795320000)

struct test_pair {
    struct str private_pem, public_pem;
    struct rsa_key *key; /* the private one: what stands in for the other side signs with it */
};

static inline struct str test_bio_text(struct arena *a, BIO *bio)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    struct str out = { arena_text_n(a, p, (size_t)n), (size_t)n };
    BIO_free(bio);
    return out;
}

static inline struct str test_private_pem(struct arena *a, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
    return test_bio_text(a, bio);
}

static inline struct str test_public_pem(struct arena *a, EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
    return test_bio_text(a, bio);
}

static inline struct test_pair test_pair_new(struct arena *a)
{
    EVP_PKEY *pkey = EVP_RSA_gen(2048);
    assert_non_null(pkey);
    struct test_pair pair = { .private_pem = test_private_pem(a, pkey), .public_pem = test_public_pem(a, pkey) };
    EVP_PKEY_free(pkey);
    pair.key = rsa_key_private(pair.private_pem);
    assert_non_null(pair.key);
    return pair;
}

struct test_certificate {
    long serial;
    const char *name, *issuer;  /* common names */
    struct str key, issuer_key; /* private PEM */
    int64_t from_s, until_s;
    bool is_root;
    int serial_bytes; /* not 0: as many bytes of 0x11 instead of `serial` */
};

static inline EVP_PKEY *test_pkey(struct str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(pkey);
    return pkey;
}

static inline void test_name(X509_NAME *name, const char *common)
{
    const char *const parts[][2] = { { "C", "CN" }, { "O", "Test" }, { "OU", "Unit, one" }, { "CN", common } };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        assert_int_equal(
            X509_NAME_add_entry_by_txt(name, parts[i][0], MBSTRING_UTF8, (const unsigned char *)parts[i][1], -1, -1, 0),
            1);
}

static inline struct str test_certificate_pem(struct arena *a, const struct test_certificate *c)
{
    X509 *x = X509_new();
    EVP_PKEY *key = test_pkey(c->key), *issuer_key = test_pkey(c->issuer_key);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), c->serial);
    if (c->serial_bytes > 0) {
        char *bytes = arena_alloc(a, (size_t)c->serial_bytes);
        memset(bytes, 0x11, (size_t)c->serial_bytes);
        assert_int_equal(ASN1_STRING_set(X509_get_serialNumber(x), bytes, c->serial_bytes), 1);
    }
    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)c->from_s);
    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)c->until_s);
    test_name(X509_get_subject_name(x), c->name);
    X509_NAME *issuer = X509_NAME_new();
    test_name(issuer, c->issuer);
    X509_set_issuer_name(x, issuer);
    X509_NAME_free(issuer);
    X509_set_pubkey(x, key);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, c->is_root ? "CA:TRUE" : "CA:FALSE");
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    assert_true(X509_sign(x, issuer_key, EVP_sha256()) > 0);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_X509(bio, x), 1);
    X509_free(x);
    EVP_PKEY_free(key);
    EVP_PKEY_free(issuer_key);
    return test_bio_text(a, bio);
}

#endif
