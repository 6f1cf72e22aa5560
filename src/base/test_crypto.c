/* test_crypto.c: known answers from the standards, and strict decoding of what is not quite an encoding. */
#include "base/testing.h"

#include "base/crypto.h"

#include <pthread.h>

static void expect_hex(const uint8_t digest[SHA256_SIZE], const char *want)
{
    char got[SHA256_HEX_SIZE];
    hex_encode(digest, SHA256_SIZE, got);
    assert_string_equal(got, want);
}

static void sha256_known_answers(void **state) /* FIPS 180-4 examples */
{
    char hex[SHA256_HEX_SIZE];
    sha256_hex(STR(""), hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex((struct str){ NULL, 0 }, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex(STR("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_hex(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void hmac_known_answers(void **state) /* RFC 4231 */
{
    uint8_t mac[SHA256_SIZE];
    char key[131];
    hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), mac);
    expect_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0x0B, 20);
    hmac_sha256((struct str){ key, 20 }, STR("Hi There"), mac);
    expect_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    memset(key, 0xAA, 131);
    hmac_sha256((struct str){ key, 131 }, STR("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
    expect_hex(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    /* An empty key is a key, not the one of the call before. */
    hmac_sha256(STR(""), STR(""), mac);
    expect_hex(mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    hmac_sha256((struct str){ NULL, 0 }, (struct str){ NULL, 0 }, mac);
    expect_hex(mac, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    const struct str parts[] = { STR("what do ya "), STR(""), STR("want for nothing?") };
    hmac_sha256_parts(STR("Jefe"), parts, ARRAY_LEN(parts), mac);
    expect_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void *hash_much(void *arg)
{
    bool *ok = arg;
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE], want[] = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    *ok = true;
    for (int i = 0; i < 2000; i++) {
        hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), mac);
        hex_encode(mac, sizeof(mac), hex);
        *ok &= memcmp(hex, want, sizeof(want)) == 0;
        sha256_hex(STR("abc"), hex);
        *ok &= memcmp(hex, "ba7816bf", 8) == 0;
    }
    return NULL;
}

static void threads_do_not_share_contexts(void **state)
{
    pthread_t threads[4];
    bool ok[4];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, hash_much, &ok[i]), 0);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(ok[0] && ok[1] && ok[2] && ok[3]);
}

static void small_helpers(void **state)
{
    char secret[8] = "1234567";
    assert_true(equal_constant_time("abc", "abc", 3) && equal_constant_time("abc", "abd", 2));
    assert_false(equal_constant_time("abc", "abd", 3));
    wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++) assert_int_equal(secret[i], 0);
}

static void hex(void **state)
{
    uint8_t out[4] = { 0 };
    char text[9];
    hex_encode("\x00\x7F\x80\xFF", 4, text);
    assert_string_equal(text, "007f80ff");
    assert_true(hex_decode(STR("007F80fF"), out, 4));
    assert_memory_equal(out, "\x00\x7F\x80\xFF", 4);
    assert_true(hex_decode(STR(""), out, 0));
    static const char *const bad[] = { "",         "0",        "00",       "007f80f",  "007f80ff0", "007f80ff00",
                                       "007f80fg", "0x7f80ff", "007f 0ff", "-07f80ff", "007f80f\n" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(hex_decode(str_of(bad[i]), out, 4));
    assert_false(hex_decode(STR("007f80f\0"), out, 4));
}

struct pair {
    const char *plain, *url, *standard;
};
static const struct pair rfc4648[] = {
    /* section 10, and the last two characters of the alphabets */
    { "", "", "" },
    { "f", "Zg", "Zg==" },
    { "fo", "Zm8", "Zm8=" },
    { "foo", "Zm9v", "Zm9v" },
    { "foob", "Zm9vYg", "Zm9vYg==" },
    { "fooba", "Zm9vYmE", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    { "\xFB\xFF\xFE", "-__-", "+//+" },
};

static void base64_both_ways(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(rfc4648); i++) {
        const struct pair *v = &rfc4648[i];
        char text[16];
        uint8_t back[16];
        size_t n = strlen(v->plain), room = sizeof(back);
        base64url_encode(v->plain, n, text);
        assert_string_equal(text, v->url);
        assert_int_equal(base64url_size(n), strlen(v->url));
        assert_true(base64url_decode(str_of(v->url), back, &room) && room == n);
        assert_memory_equal(back, v->plain, n);
        base64_encode(v->plain, n, text);
        assert_string_equal(text, v->standard);
        assert_int_equal(base64_size(n), strlen(v->standard));
        room = n; /* exactly enough */
        assert_true(base64_decode(str_of(v->standard), back, &room) && room == n);
        assert_memory_equal(back, v->plain, n);
        if (n == 0) continue;
        room = n - 1;
        assert_false(base64_decode(str_of(v->standard), back, &room));
        assert_false(base64url_decode(str_of(v->url), back, &room));
    }
}

static void base64_is_strict(void **state)
{
    uint8_t out[64];
    static const char *const bad_url[] = { "A",    "AAAAA", "Zg==",    "Zg=",    "Zh",         "Zm9",
                                           "Zm8=", "+//+",  "Zm9v Zg", "Zm9v\n", " Zm9v",      "Zm9vYg\r\n",
                                           "Zm.v", "Zm9v=", "====",    "=",      "Zm9\xC3\xA9" };
    for (size_t i = 0; i < ARRAY_LEN(bad_url); i++) {
        size_t n = sizeof(out);
        if (base64url_decode(str_of(bad_url[i]), out, &n)) fail_msg("accepted: %s", bad_url[i]);
        assert_int_equal(n, sizeof(out));
    }
    static const char *const bad[] = { "Zg",    "Zg=",  "Zh==",     "Zm9=",     "Zg===",   "Zm9v====",
                                       "=Zm9",  "Z=g=", "Zg==Zm9v", "Zm8=Zm8=", "-__-",    "Zm9v\n",
                                       "Zm 9v", "====", "==",       "A===",     "Zm9vZ===" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        size_t n = sizeof(out);
        if (base64_decode(str_of(bad[i]), out, &n)) fail_msg("accepted: %s", bad[i]);
    }
    size_t n = sizeof(out);
    assert_false(base64url_decode(STR("Zm\0v"), out, &n));
}

/* What decodes is what encodes to the same text: one text for each value. */
static void decoding_accepts_only_what_encoding_writes(void **state)
{
    static const char some[] = "AZaz09+/-_=Bg. ";
    char text[5] = "";
    for (size_t v = 0; v < 15 * 15 * 15 * 15; v++) {
        size_t n = v % 4 + 1, rest = v;
        for (size_t i = 0; i < 4; i++, rest /= 15) text[i] = some[rest % 15];
        struct str s = { text, n };
        uint8_t bytes[4];
        char again[9];
        size_t count = sizeof(bytes);
        if (base64url_decode(s, bytes, &count)) {
            base64url_encode(bytes, count, again);
            assert_true(str_eq(str_of(again), s));
        }
        count = sizeof(bytes);
        if (base64_decode(s, bytes, &count)) {
            base64_encode(bytes, count, again);
            assert_true(str_eq(str_of(again), s));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_known_answers),
        cmocka_unit_test(hmac_known_answers),
        cmocka_unit_test(threads_do_not_share_contexts),
        cmocka_unit_test(small_helpers),
        cmocka_unit_test(hex),
        cmocka_unit_test(base64_both_ways),
        cmocka_unit_test(base64_is_strict),
        cmocka_unit_test(decoding_accepts_only_what_encoding_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
