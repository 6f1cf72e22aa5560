/* certs.c: serials and chains. MD5 here is Alipay's name for a certificate and proves nothing: what proves is the
 * chain, and the signature that the certificate's key makes. */
#include "payments/certs.h"

#include "base/crypto.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MD5_SIZE = 16, OID_TEXT_MAX = 128, ISSUER_MAX = 4096, SERIAL_MAX_BYTES = 64 }; /* RFC 5280: at most 20 */
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"
#define RSA_ALGORITHMS "1.2.840.113549.1.1."

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "certs: %s failed\n", what);
    abort();
}

bool cert_next(struct str *rest, struct str *pem)
{
    const char *begin = rest->n > 0 ? memmem(rest->p, rest->n, PEM_BEGIN, sizeof(PEM_BEGIN) - 1) : NULL;
    if (begin == NULL) return false;
    size_t left = rest->n - (size_t)(begin - rest->p);
    const char *end = memmem(begin, left, PEM_END, sizeof(PEM_END) - 1);
    if (end == NULL) return false;
    *pem = (struct str){ begin, (size_t)(end - begin) + sizeof(PEM_END) - 1 };
    *rest = (struct str){ begin + pem->n, left - pem->n };
    return true;
}

static int no_password(char *buf, int size, int writing, void *arg)
{
    (void)buf, (void)size, (void)writing, (void)arg;
    return 0;
}

static X509 *read_one(struct str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    must(bio != NULL, "memory");
    X509 *x = PEM_read_bio_X509(bio, NULL, no_password, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return x;
}

static X509 *read_first(struct str text)
{
    struct str pem;
    if (text.n > CERTS_TEXT_MAX || !cert_next(&text, &pem)) return NULL;
    return read_one(pem);
}

struct rsa_key *cert_key(struct str pem)
{
    X509 *x = read_first(pem);
    if (x == NULL) return NULL;
    struct rsa_key *k = rsa_key_adopt(X509_get_pubkey(x));
    X509_free(x);
    ERR_clear_error();
    return k;
}

/* NULL: longer than any that is given out. To write it in decimal takes the square of its length. */
static BIGNUM *serial_number(const X509 *x)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    if (ASN1_STRING_length(serial) > SERIAL_MAX_BYTES) return NULL;
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    must(number != NULL, "a serial number");
    return number;
}

bool cert_serial(struct arena *a, struct str pem, struct str *out)
{
    X509 *x = read_first(pem);
    BIGNUM *number = x != NULL ? serial_number(x) : NULL;
    X509_free(x);
    if (number == NULL) return false;
    char *hex = BN_bn2hex(number);
    must(hex != NULL, "a serial number");
    *out = str_of(arena_text(a, hex));
    OPENSSL_free(hex);
    BN_free(number);
    return true;
}

/* "CN=…,OU=…,O=…,C=…": the attributes from the last to the first, nothing escaped. */
static bool issuer_text(const X509 *x, struct buf *out)
{
    const X509_NAME *name = X509_get_issuer_name(x);
    for (int i = X509_NAME_entry_count(name); i-- > 0;) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
        unsigned char *value = NULL;
        char oid[OID_TEXT_MAX];
        int nid = OBJ_obj2nid(object), n = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(entry));
        if (n < 0) return false;
        if (nid == NID_undef && OBJ_obj2txt(oid, sizeof(oid), object, 1) <= 0) oid[0] = '\0';
        if (out->n > 0) buf_char(out, ',');
        buf_text(out, nid == NID_undef ? oid : OBJ_nid2sn(nid));
        buf_char(out, '=');
        buf_add(out, value, (size_t)n);
        OPENSSL_free(value);
    }
    return !out->overflow;
}

static bool alipay_serial(struct arena *a, const X509 *x, struct str *out)
{
    char memory[ISSUER_MAX];
    struct buf text;
    buf_fixed(&text, memory, sizeof(memory));
    BIGNUM *number = issuer_text(x, &text) ? serial_number(x) : NULL;
    ERR_clear_error();
    if (number == NULL) return false;
    char *decimal = BN_bn2dec(number);
    must(decimal != NULL, "a serial number");
    buf_text(&text, decimal);
    OPENSSL_free(decimal);
    BN_free(number);
    if (text.overflow) return false;
    uint8_t digest[MD5_SIZE];
    char *hex = arena_alloc(a, 2 * MD5_SIZE + 1);
    must(EVP_Digest(text.p, text.n, digest, NULL, EVP_md5(), NULL) == 1, "MD5");
    hex_encode(digest, sizeof(digest), hex);
    *out = str_of(hex);
    return true;
}

bool cert_alipay_serial(struct arena *a, struct str pem, struct str *out)
{
    X509 *x = read_first(pem);
    bool good = x != NULL && alipay_serial(a, x, out);
    X509_free(x);
    return good;
}

static bool is_signed_with_rsa(const X509 *x)
{
    const X509_ALGOR *algorithm;
    const ASN1_OBJECT *object;
    char oid[OID_TEXT_MAX];
    X509_get0_signature(NULL, &algorithm, x);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return OBJ_obj2txt(oid, sizeof(oid), object, 1) > 0 && str_starts(str_of(oid), STR(RSA_ALGORITHMS));
}

bool cert_alipay_root_serial(struct arena *a, struct str pem, struct str *out)
{
    struct str one, joined = { NULL, 0 };
    if (pem.n > CERTS_TEXT_MAX) return false;
    for (int i = 0; cert_next(&pem, &one); i++) {
        struct str serial;
        X509 *x = i < CERTS_MAX ? read_one(one) : NULL;
        bool counts = x != NULL && is_signed_with_rsa(x), good = !counts || alipay_serial(a, x, &serial);
        X509_free(x);
        if (!good || i == CERTS_MAX) return false;
        if (!counts) continue;
        joined = joined.n == 0 ? serial : str_of(arena_printf(a, "%s_%s", joined.p, serial.p));
    }
    if (joined.n == 0) return false;
    *out = joined;
    return true;
}

static bool is_within(const X509 *x, int64_t now_s)
{
    time_t now = (time_t)now_s;
    int since = X509_cmp_time(X509_get0_notBefore(x), &now), until = X509_cmp_time(X509_get0_notAfter(x), &now);
    return since == -1 && until == 1; /* 0 is a date that cannot be read */
}

bool cert_is_current(struct str pem, int64_t now_s)
{
    X509 *x = read_first(pem);
    bool current = x != NULL && is_within(x, now_s);
    X509_free(x);
    ERR_clear_error();
    return current;
}

bool cert_is_authority(struct str pem)
{
    X509 *x = read_first(pem);
    bool authority = x != NULL && X509_check_ca(x) > 0;
    X509_free(x);
    ERR_clear_error();
    return authority;
}

/* All certificates of a text. NULL: none or too many, or one cannot be read and is not to be skipped. */
static STACK_OF(X509) * read_all(struct str text, bool skips)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    must(all != NULL, "memory");
    struct str pem;
    bool good = text.n <= CERTS_TEXT_MAX;
    for (int i = 0; good && cert_next(&text, &pem); i++) {
        X509 *x = i < CERTS_MAX ? read_one(pem) : NULL;
        good = x != NULL || (skips && i < CERTS_MAX);
        if (x != NULL) must(sk_X509_push(all, x) > 0, "memory");
    }
    if (good && sk_X509_num(all) > 0) return all;
    sk_X509_pop_free(all, X509_free);
    return NULL;
}

static bool is_verified(STACK_OF(X509) * chain, STACK_OF(X509) * roots, int64_t now_s)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    must(store != NULL && ctx != NULL, "memory");
    for (int i = 0; i < sk_X509_num(roots); i++)
        must(X509_STORE_add_cert(store, sk_X509_value(roots, i)) == 1, "adding a root");
    must(X509_STORE_CTX_init(ctx, store, sk_X509_value(chain, 0), chain) == 1, "starting a chain");
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), (time_t)now_s);
    bool good = X509_verify_cert(ctx) == 1;
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    ERR_clear_error();
    return good;
}

bool cert_leads_to(struct str pem, struct str roots, int64_t now_s)
{
    STACK_OF(X509) *chain = read_all(pem, false), *trusted = chain != NULL ? read_all(roots, true) : NULL;
    bool good = trusted != NULL && is_verified(chain, trusted, now_s);
    sk_X509_pop_free(chain, X509_free);
    sk_X509_pop_free(trusted, X509_free);
    return good;
}
