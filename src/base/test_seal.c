/* test_seal.c: a sealed value opens for its owner, its purpose and its key, and for nothing else. */
#include "base/testing.h"

#include "base/crypto.h"

static const uint8_t masters[3][MASTER_KEY_SIZE] = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } };

struct fixture {
    struct arena *arena;
    struct keyring *ring;
};

static int setup(void **state)
{
    static struct fixture f;
    f.arena = arena_new(4 << 20);
    f.ring = keyring_new(masters, (const uint8_t[]){ 1 }, 1);
    *state = &f;
    return f.ring == NULL;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    keyring_free(f->ring);
    arena_free(f->arena);
    return 0;
}

static void what_is_sealed_opens(void **state)
{
    struct fixture *f = *state;
    static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, 100000 };
    char *text = arena_alloc(f->arena, 100000);
    memset(text, 'x', 100000);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct str plain = { text, sizes[i] }, back;
        struct sealed s = seal(f->ring, f->arena, STR("shop:7"), STR("sso_secret"), plain);
        assert_int_equal(s.n, sizes[i] + SEAL_OVERHEAD);
        assert_int_equal(s.p[0], 1);
        assert_int_equal(s.p[1], 1);
        assert_true(unseal(f->ring, f->arena, STR("shop:7"), STR("sso_secret"), s, &back));
        assert_true(str_eq(back, plain));
        assert_int_equal(back.p[back.n], 0);
    }
}

static void the_same_text_never_looks_the_same(void **state)
{
    struct fixture *f = *state;
    struct sealed a = seal(f->ring, f->arena, STR("o"), STR("p"), STR("secret"));
    struct sealed b = seal(f->ring, f->arena, STR("o"), STR("p"), STR("secret"));
    assert_memory_not_equal(a.p, b.p, a.n);
    assert_memory_not_equal(a.p + 14, b.p + 14, 6);
    assert_null(memmem(a.p, a.n, "secret", 6));
}

static void every_changed_byte_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct str back = STR("untouched");
    struct sealed s = seal(f->ring, f->arena, STR("shop:7"), STR("p"), STR("a secret"));
    for (size_t i = 0; i < s.n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            s.p[i] ^= (uint8_t)(1 << bit);
            assert_false(unseal(f->ring, f->arena, STR("shop:7"), STR("p"), s, &back));
            s.p[i] ^= (uint8_t)(1 << bit);
        }
    }
    for (size_t n = 0; n < s.n; n++)
        assert_false(unseal(f->ring, f->arena, STR("shop:7"), STR("p"), (struct sealed){ s.p, n }, &back));
    assert_false(unseal(f->ring, f->arena, STR("shop:7"), STR("p"), (struct sealed){ NULL, 0 }, &back));
    expect_str(back, "untouched");
    assert_true(unseal(f->ring, f->arena, STR("shop:7"), STR("p"), s, &back));
}

static void owner_and_purpose_bind(void **state)
{
    struct fixture *f = *state;
    struct str back;
    struct sealed s = seal(f->ring, f->arena, STR("shop:7"), STR("sso"), STR("x"));
    static const struct {
        struct str owner, purpose;
    } others[] = {
        { { "shop:8", 6 }, { "sso", 3 } },   { { "shop:7", 6 }, { "ssp", 3 } }, { { "sso", 3 }, { "shop:7", 6 } },
        { { "shop:7s", 7 }, { "so", 2 } },   { { "shop:", 5 }, { "7sso", 4 } }, { { NULL, 0 }, { "shop:7sso", 9 } },
        { { "shop:7sso", 9 }, { NULL, 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(unseal(f->ring, f->arena, others[i].owner, others[i].purpose, s, &back));
}

static void keys_rotate(void **state)
{
    struct fixture *f = *state;
    struct str back;
    struct sealed old = seal(f->ring, f->arena, STR("o"), STR("p"), STR("old"));
    const uint8_t two[2][MASTER_KEY_SIZE] = { { 4, 5, 6 }, { 1, 2, 3 } };
    struct keyring *rotated = keyring_new(two, (const uint8_t[]){ 2, 1 }, 2);
    struct keyring *stranger = keyring_new(&masters[2], (const uint8_t[]){ 1 }, 1);
    assert_true(rotated != NULL && stranger != NULL);
    assert_true(unseal(rotated, f->arena, STR("o"), STR("p"), old, &back));
    expect_str(back, "old");
    struct sealed new = seal(rotated, f->arena, STR("o"), STR("p"), STR("new"));
    assert_int_equal(new.p[1], 2);
    assert_true(unseal(rotated, f->arena, STR("o"), STR("p"), new, &back));
    assert_false(unseal(f->ring, f->arena, STR("o"), STR("p"), new, &back));  /* id unknown there */
    assert_false(unseal(stranger, f->arena, STR("o"), STR("p"), old, &back)); /* same id, another key */
    keyring_free(rotated);
    keyring_free(stranger);
    keyring_free(NULL);
}

static void a_keyring_needs_sound_ids(void **state)
{
    const uint8_t many[KEYRING_MAX_KEYS + 1][MASTER_KEY_SIZE] = { { 0 } };
    const uint8_t ids[KEYRING_MAX_KEYS + 1] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    assert_null(keyring_new(masters, ids, 0));
    assert_null(keyring_new(many, ids, KEYRING_MAX_KEYS + 1));
    assert_null(keyring_new(masters, (const uint8_t[]){ 0 }, 1));
    assert_null(keyring_new(masters, (const uint8_t[]){ 3, 4, 3 }, 3));
    struct keyring *full = keyring_new(many, ids, KEYRING_MAX_KEYS);
    assert_non_null(full);
    keyring_free(full);
}

static void macs_differ_by_purpose_and_message(void **state)
{
    struct fixture *f = *state;
    uint8_t mac[5][SHA256_SIZE], again[SHA256_SIZE];
    keyring_mac(f->ring, STR("csrf"), STR("sid"), mac[0]);
    keyring_mac(f->ring, STR("cursor"), STR("sid"), mac[1]);
    keyring_mac(f->ring, STR("csr"), STR("fsid"), mac[2]);
    keyring_mac(f->ring, STR(""), STR("csrfsid"), mac[3]);
    keyring_mac(f->ring, STR("csrfsid"), STR(""), mac[4]);
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < i; k++) assert_memory_not_equal(mac[i], mac[k], SHA256_SIZE);
    keyring_mac(f->ring, STR("csrf"), STR("sid"), again);
    assert_memory_equal(mac[0], again, SHA256_SIZE);
}

/* Stored for years: these bytes must open with every later version. Sealed under master key 01 02 03 00…, id 1. */
static void the_stored_form_does_not_change(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[SEAL_OVERHEAD + 5], mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    struct str back;
    assert_true(hex_decode(STR("0101454c2813cfd7800917869dbfe627867d60283c8e7a511ebcc307dda6c270e21fe1"), bytes,
                           sizeof(bytes)));
    assert_true(
        unseal(f->ring, f->arena, STR("shop:7"), STR("sso_secret"), (struct sealed){ bytes, sizeof(bytes) }, &back));
    expect_str(back, "hello");
    keyring_mac(f->ring, STR("csrf"), STR("sid"), mac);
    hex_encode(mac, sizeof(mac), hex);
    assert_string_equal(hex, "8dacfde3fe9b9c1ea0fdea7c27575de138b426454e16b5e6c8877fac402078a3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_sealed_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_text_never_looks_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(every_changed_byte_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(owner_and_purpose_bind, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_rotate, setup, teardown),
        cmocka_unit_test_setup_teardown(a_keyring_needs_sound_ids, setup, teardown),
        cmocka_unit_test_setup_teardown(macs_differ_by_purpose_and_message, setup, teardown),
        cmocka_unit_test_setup_teardown(the_stored_form_does_not_change, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
