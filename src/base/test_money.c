/* test_money.c: sums of credits at and past their limits. */
#include "base/testing.h"

#include "base/money.h"

static void sums_within_the_limit(void **state)
{
    struct credits out;
    assert_true(credits_add(credits_of(40), credits_of(2), &out));
    assert_int_equal(credits_count(out), 42);
    assert_true(credits_subtract(credits_of(40), credits_of(50), &out));
    assert_int_equal(credits_count(out), -10);
    assert_true(credits_add(credits_of(CREDITS_LIMIT), credits_of(-CREDITS_LIMIT), &out));
    assert_int_equal(credits_count(out), 0);
    assert_true(credits_subtract(credits_of(-1), credits_of(CREDITS_LIMIT - 1), &out));
    assert_int_equal(credits_count(out), -CREDITS_LIMIT);
}

static void sums_past_the_limit_change_nothing(void **state)
{
    struct credits out = credits_of(7);
    assert_false(credits_add(credits_of(CREDITS_LIMIT), credits_of(1), &out));
    assert_false(credits_add(credits_of(-CREDITS_LIMIT), credits_of(-1), &out));
    assert_false(credits_add(credits_of(CREDITS_LIMIT), credits_of(CREDITS_LIMIT), &out));
    assert_false(credits_subtract(credits_of(CREDITS_LIMIT), credits_of(-CREDITS_LIMIT), &out));
    assert_int_equal(credits_count(out), 7);
    EXPECT_ABORT((void)credits_of(CREDITS_LIMIT + 1));
    EXPECT_ABORT((void)credits_of(INT64_MIN));
}

static void comparisons(void **state)
{
    assert_true(credits_is_positive(credits_of(1)) && !credits_is_positive(credits_of(0)));
    assert_true(credits_is_negative(credits_of(-1)) && !credits_is_negative(credits_of(0)));
    assert_true(credits_less(credits_of(1), credits_of(2)) && !credits_less(credits_of(2), credits_of(2)));
    assert_true(credits_equal(credits_of(2), credits_of(2)) && !credits_equal(credits_of(2), credits_of(-2)));
    assert_int_equal(credits_count(credits_negate(credits_of(5))), -5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_within_the_limit),
        cmocka_unit_test(sums_past_the_limit_change_nothing),
        cmocka_unit_test(comparisons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
