/* test_certs.c: serials and chains, over certificates made here and those of the vectors. */
#include "payments/certs.h"
#include "payments/test_keys.h"

#include "base/crypto.h"
#include "base/json_read.h"

#include <openssl/evp.h>

#define BROKEN "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
#define YEAR_S (365 * INT64_C(86400))

static struct arena *arena;
static struct test_pair root, leaf, stranger;

static int setup(void **state)
{
    arena = arena_new(1 << 24);
    root = test_pair_new(arena), leaf = test_pair_new(arena), stranger = test_pair_new(arena);
    return 0;
}

static int teardown(void **state)
{
    rsa_key_free(root.key), rsa_key_free(leaf.key), rsa_key_free(stranger.key);
    arena_free(arena);
    return 0;
}

static struct str made(long serial, const char *name, const struct test_pair *key, const char *issuer,
                       const struct test_pair *issuer_key, int64_t until_s)
{
    return test_certificate_pem(arena, &(struct test_certificate){ .serial = serial,
                                                                   .name = name,
                                                                   .issuer = issuer,
                                                                   .key = key->private_pem,
                                                                   .issuer_key = issuer_key->private_pem,
                                                                   .from_s = TEST_NOW - YEAR_S,
                                                                   .until_s = until_s,
                                                                   .is_root = text_eq(name, issuer) });
}

static void serials(void **state)
{
    struct str pem = made(0x0ABC, "Leaf", &leaf, "Root", &root, TEST_NOW + YEAR_S), serial;
    assert_true(cert_serial(arena, pem, &serial));
    expect_str(serial, "0ABC");
    /* Once more, by the contract's words: issuer from the last attribute to the first, then the number in decimal. */
    uint8_t digest[16];
    char hex[33];
    const char *text = "CN=Root,OU=Unit, one,O=Test,C=CN2748";
    assert_int_equal(EVP_Digest(text, strlen(text), digest, NULL, EVP_md5(), NULL), 1);
    hex_encode(digest, sizeof(digest), hex);
    assert_true(cert_alipay_serial(arena, pem, &serial));
    expect_str(serial, hex);
    const char *const none[] = { "", "x", "-----BEGIN CERTIFICATE-----", leaf.public_pem.p,
                                 "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_false(cert_serial(arena, str_of(none[i]), &serial));
        assert_false(cert_alipay_serial(arena, str_of(none[i]), &serial));
        assert_false(cert_alipay_root_serial(arena, str_of(none[i]), &serial));
        assert_null(cert_key(str_of(none[i])));
        assert_false(cert_is_current(str_of(none[i]), TEST_NOW));
        assert_false(cert_leads_to(str_of(none[i]), pem, TEST_NOW));
    }
}

static void root_serials_are_joined(void **state)
{
    struct str one = made(1, "Root", &root, "Root", &root, TEST_NOW + YEAR_S), a = { 0 }, b = { 0 }, joined;
    struct str two = made(2, "Other", &stranger, "Other", &stranger, TEST_NOW + YEAR_S);
    assert_true(cert_alipay_serial(arena, one, &a) && cert_alipay_serial(arena, two, &b));
    struct str file = str_of(arena_printf(arena, "roots\n%s\n# second\n%s", one.p, two.p));
    assert_true(cert_alipay_root_serial(arena, file, &joined));
    expect_str(joined, arena_printf(arena, "%s_%s", a.p, b.p));
    /* One that cannot be read does not count, and takes nothing from the others; that there are too many is no file. */
    struct str broken = str_of(arena_printf(arena, BROKEN "%s" BROKEN "%s", one.p, two.p));
    struct str leaf_pem = made(3, "Leaf", &leaf, "Other", &stranger, TEST_NOW + YEAR_S);
    assert_true(cert_alipay_root_serial(arena, broken, &joined));
    expect_str(joined, arena_printf(arena, "%s_%s", a.p, b.p));
    assert_true(cert_leads_to(leaf_pem, broken, TEST_NOW));
    assert_false(cert_leads_to(str_of(arena_printf(arena, "%s" BROKEN, leaf_pem.p)), broken, TEST_NOW));
    struct str many = STR("");
    for (int i = 0; i < CERTS_MAX; i++) many = str_of(arena_printf(arena, "%s%s", many.p, one.p));
    assert_true(cert_alipay_root_serial(arena, many, &joined) && cert_leads_to(one, many, TEST_NOW));
    many = str_of(arena_printf(arena, "%s%s", many.p, one.p));
    assert_false(cert_alipay_root_serial(arena, many, &joined));
    assert_false(cert_leads_to(one, many, TEST_NOW));
}

/* To write a number in decimal takes the square of its length: nobody gives out such a one. */
static void serials_that_are_too_long(void **state)
{
    struct test_certificate c = { .name = "Leaf",
                                  .issuer = "Root",
                                  .key = leaf.private_pem,
                                  .issuer_key = root.private_pem,
                                  .from_s = TEST_NOW - YEAR_S,
                                  .until_s = TEST_NOW + YEAR_S };
    static const int bytes[] = { 20, 64, 65, 60000 };
    for (size_t i = 0; i < ARRAY_LEN(bytes); i++) {
        struct str serial, pem;
        c.serial_bytes = bytes[i];
        pem = test_certificate_pem(arena, &c);
        assert_int_equal(cert_serial(arena, pem, &serial), bytes[i] <= 64);
        assert_int_equal(cert_alipay_serial(arena, pem, &serial), bytes[i] <= 64);
        assert_int_equal(cert_alipay_root_serial(arena, pem, &serial), bytes[i] <= 64);
    }
}

static void authorities(void **state)
{
    assert_true(cert_is_authority(made(1, "Root", &root, "Root", &root, TEST_NOW + YEAR_S)));
    assert_false(cert_is_authority(made(2, "Leaf", &leaf, "Root", &root, TEST_NOW + YEAR_S)));
    assert_false(cert_is_authority(STR("x")));
}

/* The vectors' file of roots holds one of RSA and one of an elliptic curve; the second does not count. */
static void the_roots_of_the_vectors(void **state)
{
    json_error_t error;
    json_t *file = json_load_file(TEST_VECTORS "/alipay-request.json", 0, &error);
    struct str roots, wanted, got;
    const json_t *certificates = json_object_get(file, "certificates");
    assert_true(json_get_str(certificates, "alipay_root_pem", &roots));
    assert_true(json_get_str(json_object_get(certificates, "expect"), "alipay_root_cert_sn", &wanted));
    assert_true(cert_alipay_root_serial(arena, roots, &got));
    assert_true(str_eq(got, wanted));
    assert_non_null(strstr(roots.p + 100, "-----BEGIN CERTIFICATE-----"));
    json_decref(file);
}

static void keys_come_out(void **state)
{
    struct rsa_key *key = cert_key(made(7, "Leaf", &leaf, "Root", &root, TEST_NOW + YEAR_S));
    assert_true(key != NULL && rsa_key_same(key, leaf.key) && !rsa_key_same(key, root.key));
    rsa_key_free(key);
}

static void chains(void **state)
{
    struct str roots = made(1, "Root", &root, "Root", &root, TEST_NOW + YEAR_S);
    struct str good = made(2, "Leaf", &leaf, "Root", &root, TEST_NOW + YEAR_S);
    struct str forged = made(2, "Leaf", &leaf, "Root", &stranger, TEST_NOW + YEAR_S);
    struct str over = made(2, "Leaf", &leaf, "Root", &root, TEST_NOW - 1);
    struct str own = made(3, "Other", &stranger, "Other", &stranger, TEST_NOW + YEAR_S);
    assert_true(cert_leads_to(good, roots, TEST_NOW));
    assert_false(cert_leads_to(good, own, TEST_NOW));
    assert_false(cert_leads_to(good, (struct str){ "", 0 }, TEST_NOW));
    assert_false(cert_leads_to(forged, roots, TEST_NOW));
    assert_false(cert_leads_to(over, roots, TEST_NOW));
    assert_false(cert_leads_to(good, roots, TEST_NOW + 2 * YEAR_S));
    assert_false(cert_leads_to(good, roots, TEST_NOW - 2 * YEAR_S));
    /* A root that comes with the certificate is not one of ours. */
    assert_false(cert_leads_to(str_of(arena_printf(arena, "%s%s", own.p, own.p)), roots, TEST_NOW));
    assert_true(cert_is_current(good, TEST_NOW) && !cert_is_current(over, TEST_NOW));
    assert_false(cert_is_current(good, TEST_NOW - 2 * YEAR_S));
}

/* Over a certificate in between, which may sign others; and over one that may not. */
static void longer_chains(void **state)
{
    struct str roots = made(1, "Root", &root, "Root", &root, TEST_NOW + YEAR_S);
    struct test_certificate between = { .serial = 5,
                                        .name = "Between",
                                        .issuer = "Root",
                                        .key = stranger.private_pem,
                                        .issuer_key = root.private_pem,
                                        .from_s = TEST_NOW - YEAR_S,
                                        .until_s = TEST_NOW + YEAR_S,
                                        .is_root = true };
    struct str end = made(6, "Leaf", &leaf, "Between", &stranger, TEST_NOW + YEAR_S);
    struct str chain = str_of(arena_printf(arena, "%s%s", end.p, test_certificate_pem(arena, &between).p));
    assert_true(cert_leads_to(chain, roots, TEST_NOW));
    assert_false(cert_leads_to(end, roots, TEST_NOW));
    between.is_root = false;
    chain = str_of(arena_printf(arena, "%s%s", end.p, test_certificate_pem(arena, &between).p));
    assert_false(cert_leads_to(chain, roots, TEST_NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serials),
        cmocka_unit_test(root_serials_are_joined),
        cmocka_unit_test(serials_that_are_too_long),
        cmocka_unit_test(authorities),
        cmocka_unit_test(the_roots_of_the_vectors),
        cmocka_unit_test(keys_come_out),
        cmocka_unit_test(chains),
        cmocka_unit_test(longer_chains),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
