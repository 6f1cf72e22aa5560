/* test_money.c: sums of credits and money at and past their limits; money as text. */
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

static void money_of_two_currencies_is_never_mixed(void **state)
{
    struct money out = money_of(7, CURRENCY_CNY);
    int order = 5;
    assert_false(money_add(money_of(1, CURRENCY_CNY), money_of(1, CURRENCY_USD), &out));
    assert_false(money_subtract(money_of(1, CURRENCY_CNY), money_of(1, CURRENCY_USD), &out));
    assert_false(money_compare(money_of(1, CURRENCY_CNY), money_of(2, CURRENCY_USD), &order));
    assert_false(money_equal(money_of(1, CURRENCY_CNY), money_of(1, CURRENCY_USD)));
    assert_true(money_minor(out) == 7 && order == 5);
    assert_true(money_add(money_of(40, CURRENCY_CNY), money_of(2, CURRENCY_CNY), &out));
    assert_true(money_equal(out, money_of(42, CURRENCY_CNY)));
    assert_true(money_compare(money_of(1, CURRENCY_CNY), money_of(2, CURRENCY_CNY), &order) && order == -1);
    EXPECT_ABORT((void)money_of(1, CURRENCY_NONE));
    EXPECT_ABORT((void)money_of(MONEY_LIMIT + 1, CURRENCY_CNY));
}

static void money_past_its_limit_changes_nothing(void **state)
{
    struct money out = money_of(7, CURRENCY_CNY), most = money_of(MONEY_LIMIT, CURRENCY_CNY);
    assert_false(money_add(most, money_of(1, CURRENCY_CNY), &out));
    assert_false(money_subtract(money_negate(most), money_of(1, CURRENCY_CNY), &out));
    assert_false(money_times(most, 2, &out));
    assert_false(money_times(most, INT64_MIN, &out));
    assert_int_equal(money_minor(out), 7);
    assert_true(money_times(money_of(6000, CURRENCY_CNY), 12, &out) && money_minor(out) == 72000);
    assert_true(money_times(most, -1, &out) && money_minor(out) == -MONEY_LIMIT);
}

static void shares_are_never_more_than_the_whole(void **state)
{
    struct money third, sum, m = money_of(1000, CURRENCY_CNY);
    assert_true(money_share(m, 1, 3, &third) && money_minor(third) == 333);
    assert_true(money_times(third, 3, &sum) && money_minor(sum) == 999);
    assert_true(money_share(m, 30, 30, &sum) && money_equal(sum, m));
    assert_true(money_share(m, 0, 30, &sum) && money_minor(sum) == 0);
    assert_true(money_share(money_negate(m), 1, 3, &third) && money_minor(third) == -333);
    assert_true(money_share(money_of(MONEY_LIMIT, CURRENCY_CNY), INT64_MAX - 1, INT64_MAX, &sum));
    assert_true(money_minor(sum) < MONEY_LIMIT);
    assert_false(money_share(m, 1, 0, &sum));
    assert_false(money_share(m, 4, 3, &sum));
    assert_false(money_share(m, -1, 3, &sum));
}

static void money_as_text(void **state)
{
    /* clang-format off */
    static const struct { const char *text; enum currency c; int64_t minor; } same[] = {
        { "0.00", CURRENCY_CNY, 0 }, { "0.01", CURRENCY_CNY, 1 }, { "50.00", CURRENCY_CNY, 5000 },
        { "-0.05", CURRENCY_USD, -5 }, { "1200", CURRENCY_JPY, 1200 }, { "1.234", CURRENCY_KWD, 1234 },
        { "10000000000000.00", CURRENCY_CNY, MONEY_LIMIT }, { "-1000000000000000", CURRENCY_JPY, -MONEY_LIMIT },
    };
    /* clang-format on */
    struct money m;
    char text[MONEY_TEXT_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        assert_true(money_parse(same[i].text, strlen(same[i].text), same[i].c, &m));
        assert_int_equal(money_minor(m), same[i].minor);
        money_text(m, text);
        assert_string_equal(text, same[i].text);
    }
    assert_true(money_parse("50", 2, CURRENCY_CNY, &m) && money_minor(m) == 5000);
    /* clang-format off */
    static const char *const wrong[] = { "", "-", ".", ".50", "5.", "5.0", "5.000", "1,00", "1e2", "+1", " 1", "1 ",
        "0x1", "1.0.0", "--1", "10000000000000.01", "99999999999999999999", "1\xc2\xa0", "NaN", "١" };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (money_parse(wrong[i], strlen(wrong[i]), CURRENCY_CNY, &m)) fail_msg("taken: %s", wrong[i]);
    assert_false(money_parse("1.0", 3, CURRENCY_JPY, &m));
    assert_false(money_parse("1", 1, CURRENCY_NONE, &m));
}

static void currencies_by_their_letters(void **state)
{
    for (int c = CURRENCY_NONE + 1; c < CURRENCY_COUNT; c++)
        assert_int_equal(currency_from_code(currency_code((enum currency)c), 3), c);
    assert_int_equal(currency_from_code("CNY", 3), CURRENCY_CNY);
    assert_int_equal(currency_digits(CURRENCY_JPY), 0);
    /* Those whose digits are not two, as Stripe counts them; two of them only since it still does. */
    static const struct {
        const char *code;
        int digits;
    } odd[] = {
        { "BHD", 3 }, { "IQD", 3 }, { "JOD", 3 }, { "KWD", 3 }, { "OMR", 3 }, { "TND", 3 }, { "ISK", 2 }, { "UGX", 2 },
        { "BIF", 0 }, { "CLP", 0 }, { "DJF", 0 }, { "GNF", 0 }, { "JPY", 0 }, { "KMF", 0 }, { "KRW", 0 }, { "MGA", 0 },
        { "PYG", 0 }, { "RWF", 0 }, { "VND", 0 }, { "VUV", 0 }, { "XAF", 0 }, { "XOF", 0 }, { "XPF", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        assert_int_not_equal(currency_from_code(odd[i].code, 3), CURRENCY_NONE);
        assert_int_equal(currency_digits(currency_from_code(odd[i].code, 3)), odd[i].digits);
    }
    static const char *const unknown[] = { "", "cny", "RMB", "CNYX", "CN", "ZZZ" };
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        assert_int_equal(currency_from_code(unknown[i], strlen(unknown[i])), CURRENCY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_within_the_limit),
        cmocka_unit_test(sums_past_the_limit_change_nothing),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(money_of_two_currencies_is_never_mixed),
        cmocka_unit_test(money_past_its_limit_changes_nothing),
        cmocka_unit_test(shares_are_never_more_than_the_whole),
        cmocka_unit_test(money_as_text),
        cmocka_unit_test(currencies_by_their_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
