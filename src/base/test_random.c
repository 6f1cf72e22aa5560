/* test_random.c: randomness is random, or repeats exactly when a test asks for it. */
#include "base/testing.h"

#include "base/random.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void the_kernel_gives_different_bytes(void **state)
{
    char a[64], b[64];
    random_bytes(a, sizeof(a));
    random_bytes(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    random_bytes(a, 0);
    char *large = malloc(1 << 20);
    assert_non_null(large);
    random_bytes(large, 1 << 20); /* more than the kernel gives in one call when a signal comes */
    free(large);
}

/* Small draws come from a block kept in memory: no byte of it twice, and none of it in a child. */
static void no_byte_is_handed_out_twice(void **state)
{
    enum { DRAWS = 2000, DRAW = 16 };
    static uint8_t drawn[DRAWS][DRAW];
    static const uint8_t zero[DRAW];
    for (int i = 0; i < DRAWS; i++) {
        random_bytes(drawn[i], i % 3 == 0 ? DRAW : DRAW - 3);
        assert_memory_not_equal(drawn[i], zero, DRAW - 3);
        for (int before = 0; before < i; before++) assert_memory_not_equal(drawn[i], drawn[before], DRAW - 3);
    }
}

static void a_child_draws_its_own(void **state)
{
    uint8_t mine[16], its[16];
    int ends[2], status;
    random_bytes(mine, sizeof(mine)); /* a block is there when the child comes */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        random_bytes(its, sizeof(its));
        _exit(write(ends[1], its, sizeof(its)) == (ssize_t)sizeof(its) ? 0 : 1);
    }
    random_bytes(mine, sizeof(mine));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], its, sizeof(its)), sizeof(its));
    assert_memory_not_equal(mine, its, sizeof(mine));
    close(ends[0]);
    close(ends[1]);
}

static void below_a_limit_and_evenly(void **state)
{
    int seen[10] = { 0 };
    for (int i = 0; i < 20000; i++) {
        uint64_t v = random_below(10);
        assert_true(v < 10);
        seen[v]++;
    }
    for (int i = 0; i < 10; i++) assert_in_range(seen[i], 1700, 2300); /* 2000 ± 7 sigma */
    assert_int_equal(random_below(1), 0);
    uint64_t huge = UINT64_MAX / 2 + 2; /* nearly half of all draws are thrown away */
    for (int i = 0; i < 100; i++) assert_true(random_below(huge) < huge);
    EXPECT_ABORT((void)random_below(0));
}

static void tokens_are_43_url_safe_characters(void **state)
{
    char a[TOKEN_TEXT_SIZE], b[TOKEN_TEXT_SIZE];
    random_token(a);
    random_token(b);
    assert_int_equal(strlen(a), 43);
    assert_string_not_equal(a, b);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
}

static void *draw(void *arg)
{
    for (int i = 0; i < 1000; i++) random_bytes(arg, 16);
    return NULL;
}

static void a_seed_repeats_the_stream(void **state)
{
    char a[3][100], b[3][100];
    random_seed_for_tests(42);
    for (int i = 0; i < 3; i++) random_bytes(a[i], 100);
    random_seed_for_tests(42);
    for (int i = 0; i < 3; i++) random_bytes(b[i], 100);
    assert_memory_equal(a, b, sizeof(a));
    assert_memory_not_equal(a[0], a[1], 100);
    random_seed_for_tests(43);
    random_bytes(b[0], 100);
    assert_memory_not_equal(a[0], b[0], 100);
    pthread_t threads[4];
    char out[4][16];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, draw, out[i]), 0);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 1; i < 4; i++) assert_memory_not_equal(out[0], out[i], 16); /* no two calls share a nonce */
}

static void production_refuses_a_seed(void **state)
{
    assert_int_equal(setenv("CHATHUB_ENV", "production", 1), 0);
    EXPECT_ABORT(random_seed_for_tests(1));
    assert_int_equal(unsetenv("CHATHUB_ENV"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_gives_different_bytes),
        cmocka_unit_test(no_byte_is_handed_out_twice),
        cmocka_unit_test(a_child_draws_its_own),
        cmocka_unit_test(below_a_limit_and_evenly),
        cmocka_unit_test(tokens_are_43_url_safe_characters),
        cmocka_unit_test(production_refuses_a_seed),
        cmocka_unit_test(a_seed_repeats_the_stream), /* last: there is no way back from a seed */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
