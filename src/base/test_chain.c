/* test_chain.c: the links of chains under a key. */
#include "base/chain.h"
#include "base/testing.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

static const uint8_t key_a[CHAIN_KEY_SIZE] = { 1 }, key_b[CHAIN_KEY_SIZE] = { 2 };

static void it_is_hmac_sha256(void **state)
{
    uint8_t got[CHAIN_MAC_SIZE], want[CHAIN_MAC_SIZE];
    for (int again = 0; again < 3; again++) {
        const uint8_t *key = again == 1 ? key_b : key_a;
        chain_use(key);
        assert_true(chain_ready());
        for (size_t n = 0; n < 200; n += 7) {
            char message[256] = "entry";
            memset(message + 6, 'x', n);
            chain_mac("entry", message + 6, n, got);
            hmac_sha256((struct str){ (const char *)key, CHAIN_KEY_SIZE }, (struct str){ message, 6 + n }, want);
            assert_memory_equal(got, want, sizeof got);
        }
    }
}

static void sorts_are_apart(void **state)
{
    uint8_t a[CHAIN_MAC_SIZE], b[CHAIN_MAC_SIZE];
    chain_use(key_a);
    chain_mac("entry", "x", 1, a), chain_mac("hold", "x", 1, b);
    assert_memory_not_equal(a, b, sizeof a);
    chain_mac("en", "tryx", 4, a), chain_mac("entry", "x", 1, b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void *in_a_thread(void *out)
{
    chain_mac("entry", "x", 1, out);
    return NULL;
}

static void every_thread_has_the_key(void **state)
{
    uint8_t a[CHAIN_MAC_SIZE], b[CHAIN_MAC_SIZE];
    pthread_t thread;
    chain_use(key_b);
    chain_mac("entry", "x", 1, a);
    assert_int_equal(pthread_create(&thread, NULL, in_a_thread, b), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_memory_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(it_is_hmac_sha256), cmocka_unit_test(sorts_are_apart),
                                        cmocka_unit_test(every_thread_has_the_key) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
