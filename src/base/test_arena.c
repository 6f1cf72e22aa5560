/* test_arena.c: memory by lifetime. The sanitizers are half of this test: they watch every byte that is written here.
 */
#include "base/testing.h"

#include "base/arena.h"

static void allocations_are_zeroed_aligned_and_apart(void **state)
{
    struct arena *a = arena_new(1 << 20);
    char *last = NULL;
    for (size_t n = 0; n < 300; n++) {
        char *p = arena_alloc(a, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_ptr_not_equal(p, last);
        for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xAB, n);
        last = p;
    }
    arena_free(a);
    arena_free(NULL);
}

static void reuse_after_reset_is_zeroed(void **state)
{
    struct arena *a = arena_new(1 << 20);
    char *first = arena_alloc(a, 100);
    memset(first, 0xFF, 100);
    for (int i = 0; i < 10; i++) memset(arena_alloc(a, 9000), 0xFF, 9000);
    arena_reset(a);
    char *again = arena_alloc(a, 100);
    assert_ptr_equal(again, first); /* the first block stays */
    for (size_t i = 0; i < 100; i++) assert_int_equal(again[i], 0);
    arena_free(a);
}

static void blocks_grow_and_one_may_be_larger_than_any_step(void **state)
{
    struct arena *a = arena_new(4 << 20);
    const size_t sizes[] = { 1, 4000, 5000, 8192, 65536, 65537, 1000000, 7 };
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) memset(arena_alloc(a, sizes[i]), 1, sizes[i]);
    for (int i = 0; i < 1000; i++) memset(arena_alloc(a, 1000), 2, 1000);
    arena_free(a);
}

static void release_goes_back_over_blocks(void **state)
{
    struct arena *a = arena_new(100000);
    char *kept = arena_text(a, "kept");
    struct arena_mark outer = arena_mark(a);
    /* More than the limit in sum: what is released does not count. */
    for (int round = 0; round < 50; round++) {
        memset(arena_alloc(a, 10), 1, 10);
        struct arena_mark inner = arena_mark(a);
        memset(arena_alloc(a, 50000), 1, 50000);
        arena_release(a, inner);
        memset(arena_alloc(a, 60000), 1, 60000);
        arena_release(a, outer);
    }
    assert_string_equal(kept, "kept");
    arena_release(a, outer); /* twice is nothing */
    arena_free(a);
}

static void texts_are_copied(void **state)
{
    struct arena *a = arena_new(1 << 20);
    char source[] = "hello";
    char *copy = arena_text(a, source);
    source[0] = 'j';
    assert_string_equal(copy, "hello");
    assert_null(arena_text(a, NULL));
    assert_string_equal(arena_text_n(a, "abcdef", 3), "abc");
    assert_string_equal(arena_text_n(a, NULL, 0), "");
    assert_memory_equal(arena_copy(a, "a\0b", 3), "a\0b", 3);
    assert_non_null(arena_copy(a, NULL, 0));
    arena_free(a);
}

static void printing_of_any_length(void **state)
{
    struct arena *a = arena_new(1 << 20);
    assert_string_equal(arena_printf(a, "%s", ""), "");
    assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
    const int lengths[] = { 254, 255, 256, 257, 5000 };
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        char *text = arena_printf(a, "%0*d", lengths[i], 1);
        assert_int_equal(strlen(text), lengths[i]);
        assert_int_equal(text[lengths[i] - 1], '1');
    }
    arena_free(a);
}

static void a_missing_bound_ends_the_process(void **state)
{
    struct arena *a = arena_new(1000);
    memset(arena_alloc(a, 1000), 1, 1000); /* the limit itself is allowed */
    arena_reset(a);
    EXPECT_ABORT((void)arena_alloc(a, 1001));
    EXPECT_ABORT((void)arena_alloc(a, SIZE_MAX));
    EXPECT_ABORT((void)arena_alloc(a, SIZE_MAX - 15));
    EXPECT_ABORT(for (int i = 0; i < 300; i++)(void) arena_alloc(a, 16));
    EXPECT_ABORT((void)ARENA_ARRAY(a, uint64_t, SIZE_MAX / 4));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_zeroed_aligned_and_apart),
        cmocka_unit_test(reuse_after_reset_is_zeroed),
        cmocka_unit_test(blocks_grow_and_one_may_be_larger_than_any_step),
        cmocka_unit_test(release_goes_back_over_blocks),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(printing_of_any_length),
        cmocka_unit_test(a_missing_bound_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
