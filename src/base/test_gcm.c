/* test_gcm.c: a published vector, and everything that must not open. */
#include "base/gcm.h"
#include "base/crypto.h"
#include "base/testing.h"

/* Test case 16 of the GCM specification (McGrew and Viega). */
#define KEY "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define NONCE "cafebabefacedbaddecaf888"
#define AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define PLAIN                                                                                                          \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de65"  \
    "7ba637b39"
#define SEALED                                                                                                         \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0"  \
    "abcc9f662"                                                                                                        \
    "76fc6ece0f4e1768cddf8853bb2d551b"

static struct arena *arena;
static struct str key, nonce, aad, plain, sealed;

static struct str bytes(const char *hex)
{
    size_t n = strlen(hex) / 2;
    uint8_t *out = arena_alloc(arena, n + 1);
    assert_true(hex_decode(str_of(hex), out, n));
    return (struct str){ (const char *)out, n };
}

static int setup(void **state)
{
    arena = arena_new(1 << 20);
    key = bytes(KEY), nonce = bytes(NONCE), aad = bytes(AAD), plain = bytes(PLAIN), sealed = bytes(SEALED);
    return 0;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

static void the_published_vector(void **state)
{
    struct str out;
    assert_true(gcm_open(arena, key, nonce, aad, sealed, &out));
    assert_true(str_eq(out, plain));
    assert_int_equal(out.p[out.n], '\0');
}

static void every_changed_byte_is_noticed(void **state)
{
    struct str *const parts[] = { &key, &nonce, &aad, &sealed };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        for (size_t at = 0; at < parts[i]->n; at++) {
            struct str whole = *parts[i], out = STR("untouched");
            char *changed = arena_copy(arena, whole.p, whole.n);
            changed[at] ^= 1;
            *parts[i] = (struct str){ changed, whole.n };
            assert_false(gcm_open(arena, key, nonce, aad, sealed, &out));
            expect_str(out, "untouched");
            *parts[i] = whole;
        }
}

static void sizes(void **state)
{
    struct str out;
    for (size_t n = 0; n < sealed.n; n++)
        assert_false(gcm_open(arena, key, nonce, aad, (struct str){ sealed.p, n }, &out));
    assert_false(gcm_open(arena, (struct str){ key.p, 16 }, nonce, aad, sealed, &out));
    assert_false(gcm_open(arena, (struct str){ NULL, 0 }, nonce, aad, sealed, &out));
    assert_false(gcm_open(arena, key, (struct str){ nonce.p, 11 }, aad, sealed, &out));
    assert_false(gcm_open(arena, key, nonce, STR(""), sealed, &out));
    assert_false(gcm_open(arena, key, nonce, aad, (struct str){ NULL, 0 }, &out));
}

/* Test case 13: nothing sealed, nothing beside it. The tag alone is checked then. */
static void an_empty_text(void **state)
{
    struct str out, zero = bytes("0000000000000000000000000000000000000000000000000000000000000000");
    struct str tag = bytes("530f8afbc74536b9a963b4f1c4cb738b");
    assert_true(gcm_open(arena, zero, (struct str){ zero.p, 12 }, STR(""), tag, &out));
    assert_int_equal(out.n, 0);
    assert_false(gcm_open(arena, zero, (struct str){ zero.p, 12 }, STR("x"), tag, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vector),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(sizes),
        cmocka_unit_test(an_empty_text),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
