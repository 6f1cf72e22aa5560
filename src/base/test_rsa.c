/* test_rsa.c: keys in all their spellings, what is no key, and signatures that are nearly right. */
#include "base/rsa.h"
#include "base/crypto.h"
#include "base/testing.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

static struct arena *arena;
static struct str private_pem, public_pem, other_pem;

static struct str bio_text(BIO *bio)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    struct str out = { arena_text_n(arena, p, (size_t)n), (size_t)n };
    BIO_free(bio);
    return out;
}

static struct str private_text(EVP_PKEY *pkey, const EVP_CIPHER *cipher, const char *password)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const unsigned char *word = (const unsigned char *)password;
    assert_int_equal(
        PEM_write_bio_PrivateKey(bio, pkey, cipher, word, password ? (int)strlen(password) : 0, NULL, NULL), 1);
    return bio_text(bio);
}

static struct str public_text(EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
    return bio_text(bio);
}

static int setup(void **state)
{
    arena = arena_new(1 << 22);
    EVP_PKEY *one = EVP_RSA_gen(2048), *other = EVP_RSA_gen(2048);
    assert_true(one != NULL && other != NULL);
    private_pem = private_text(one, NULL, NULL);
    public_pem = public_text(one);
    other_pem = public_text(other);
    EVP_PKEY_free(one);
    EVP_PKEY_free(other);
    return 0;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

/* What stands between the armour, on one line or as it is. */
static struct str without_armour(struct str pem, bool one_line)
{
    const char *from = strchr(pem.p, '\n') + 1, *to = strstr(from, "-----END");
    char *out = arena_text_n(arena, from, (size_t)(to - from));
    size_t n = 0;
    for (size_t i = 0; out[i]; i++)
        if (!one_line || out[i] != '\n') out[n++] = out[i];
    out[n] = '\0';
    return (struct str){ out, n };
}

static void what_is_signed_verifies(void **state)
{
    struct rsa_key *ours = rsa_key_private(private_pem), *theirs = rsa_key_public(public_pem);
    assert_true(ours != NULL && theirs != NULL && rsa_key_same(ours, theirs));
    struct str message = STR("app_id=1&method=x"), signature = rsa_sign(arena, ours, message);
    const struct str parts[] = { STR("app_id="), STR(""), STR("1&method=x") };
    assert_int_equal(signature.n, 344);
    assert_true(rsa_verify(theirs, &message, 1, signature));
    assert_true(rsa_verify(theirs, parts, ARRAY_LEN(parts), signature));
    assert_true(rsa_verify(ours, &message, 1, signature));
    assert_false(rsa_verify(theirs, parts, 2, signature));
    rsa_key_free(ours);
    rsa_key_free(theirs);
    rsa_key_free(NULL);
}

static void near_misses_do_not(void **state)
{
    struct rsa_key *ours = rsa_key_private(private_pem), *other = rsa_key_public(other_pem);
    struct str message = STR("m"), signature = rsa_sign(arena, ours, message), changed = STR("n");
    assert_false(rsa_key_same(ours, other));
    assert_false(rsa_verify(other, &message, 1, signature));
    assert_false(rsa_verify(ours, &changed, 1, signature));
    const char *const wrong[] = {
        "",
        "AAAA",
        "=",
        arena_printf(arena, "%s\n", signature.p),
        arena_printf(arena, " %s", signature.p),
        arena_printf(arena, "%.*s", 342, signature.p),
        arena_printf(arena, "%.*s", 343, signature.p),
        arena_printf(arena, "%sAAAA", signature.p),
        arena_printf(arena, "AAAA%s", signature.p),
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) assert_false(rsa_verify(ours, &message, 1, str_of(wrong[i])));
    for (size_t i = 0; i < signature.n; i += 37) {
        char *other_text = arena_text(arena, signature.p);
        other_text[i] = other_text[i] == 'A' ? 'B' : 'A';
        assert_false(rsa_verify(ours, &message, 1, str_of(other_text)));
    }
    rsa_key_free(ours);
    rsa_key_free(other);
}

static void another_hash_is_no_signature(void **state)
{
    struct rsa_key *ours = rsa_key_private(private_pem);
    BIO *bio = BIO_new_mem_buf(private_pem.p, (int)private_pem.n);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    const char *const hashes[] = { "SHA1", "SHA512", "SHA256" };
    struct str message = STR("m");
    for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
        uint8_t bytes[256];
        size_t n = sizeof(bytes);
        char text[400];
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, hashes[i], NULL, NULL, pkey, NULL), 1);
        assert_int_equal(EVP_DigestSign(ctx, bytes, &n, (const unsigned char *)"m", 1), 1);
        EVP_MD_CTX_free(ctx);
        base64_encode(bytes, n, text);
        assert_int_equal(rsa_verify(ours, &message, 1, str_of(text)), i == 2);
    }
    EVP_PKEY_free(pkey);
    BIO_free(bio);
    rsa_key_free(ours);
}

static void keys_without_armour(void **state)
{
    struct rsa_key *ours = rsa_key_private(private_pem);
    for (int one_line = 0; one_line < 2; one_line++) {
        struct rsa_key *bare = rsa_key_private(without_armour(private_pem, one_line));
        struct rsa_key *bare_public = rsa_key_public(without_armour(public_pem, one_line));
        assert_true(bare != NULL && bare_public != NULL);
        assert_true(rsa_key_same(bare, ours) && rsa_key_same(bare_public, ours));
        rsa_key_free(bare);
        rsa_key_free(bare_public);
    }
    rsa_key_free(ours);
}

static void what_is_no_key(void **state)
{
    EVP_PKEY *ec = EVP_EC_gen("P-256"), *small = EVP_RSA_gen(1024), *good = EVP_RSA_gen(2048);
    assert_null(rsa_key_public(public_text(ec)));
    assert_null(rsa_key_private(private_text(ec, NULL, NULL)));
    assert_null(rsa_key_public(public_text(small)));
    assert_null(rsa_key_private(private_text(small, NULL, NULL)));
    /* Must not ask anybody for the password either. */
    assert_null(rsa_key_private(private_text(good, EVP_aes_128_cbc(), "secret")));
    EVP_PKEY_free(ec);
    EVP_PKEY_free(small);
    EVP_PKEY_free(good);
    /* The two halves in each other's place. */
    assert_null(rsa_key_public(private_pem));
    assert_null(rsa_key_private(public_pem));
    assert_null(rsa_key_private(without_armour(public_pem, true)));
    assert_null(rsa_key_public(STR("")));
    assert_null(rsa_key_public((struct str){ NULL, 0 }));
    assert_null(rsa_key_public(STR("MIIB")));
    assert_null(rsa_key_public(STR("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n")));
    assert_null(rsa_key_public((struct str){ public_pem.p, public_pem.n / 2 }));
    char *long_text = arena_alloc(arena, RSA_TEXT_MAX + 2);
    memset(long_text, 'A', RSA_TEXT_MAX + 1);
    assert_null(rsa_key_public((struct str){ long_text, RSA_TEXT_MAX + 1 }));
    assert_null(rsa_key_adopt(NULL));
}

static void a_public_key_signs_nothing(void **state)
{
    struct rsa_key *theirs = rsa_key_public(public_pem);
    EXPECT_ABORT((void)rsa_sign(arena, theirs, STR("m")));
    rsa_key_free(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_verifies),
        cmocka_unit_test(near_misses_do_not),
        cmocka_unit_test(another_hash_is_no_signature),
        cmocka_unit_test(keys_without_armour),
        cmocka_unit_test(what_is_no_key),
        cmocka_unit_test(a_public_key_signs_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
