/* test_clock.c: time as text, the calendar of subscriptions, and the clock that tests move. */
#include "base/testing.h"

#include "base/clock.h"

#include <time.h>

static void expect_text(int64_t at_ms, const char *want)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms, text);
    assert_string_equal(text, want);
    int64_t back = -1;
    assert_true(time_parse(str_of(want), &back));
    assert_true(back == at_ms);
}

static void times_as_text(void **state)
{
    expect_text(0, "1970-01-01T00:00:00.000Z");
    expect_text(INT64_C(1700000000123), "2023-11-14T22:13:20.123Z");
    expect_text(INT64_C(951782399999), "2000-02-28T23:59:59.999Z");
    expect_text(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    expect_text(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z");
    expect_text(INT64_C(253402300799999), "9999-12-31T23:59:59.999Z");
    /* Thirty days ago, by a clock that begins with 1970: such a time is written, and never read. */
    char text[TIME_TEXT_SIZE];
    time_text(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
    time_text(INT64_C(-62167219200000), text);
    assert_string_equal(text, "0000-01-01T00:00:00.000Z");
    assert_false(time_parse(str_of("1969-12-31T23:59:59.999Z"), &(int64_t){ 0 }));
    EXPECT_ABORT(time_text(INT64_C(-62167219200001), text));
    EXPECT_ABORT(time_text(INT64_C(253402300800000), text));
}

/* Every day of 400 years and more against the C library. */
static void the_calendar_agrees_with_the_c_library(void **state)
{
    for (int64_t day = 0; day < 160000; day++) {
        int64_t at_ms = day * DAY_MS + day % DAY_MS;
        time_t seconds = (time_t)(at_ms / 1000);
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        char want[64], got[TIME_TEXT_SIZE];
        assert_int_equal(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S", &tm), 19);
        time_text(at_ms, got);
        assert_memory_equal(got, want, 19);
        assert_int_equal(time_day_of_month(at_ms), tm.tm_mday);
        int64_t back;
        assert_true(time_parse(str_of(got), &back) && back == at_ms);
    }
}

static void parsing(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms;
    } good[] = {
        { "2023-11-14T22:13:20Z", 1700000000000 },
        { "2023-11-14t22:13:20z", 1700000000000 },
        { "2023-11-15T06:13:20+08:00", 1700000000000 },
        { "2023-11-14T16:43:20-05:30", 1700000000000 },
        { "2023-11-14T22:13:20.1Z", 1700000000100 },
        { "2023-11-14T22:13:20.123456789Z", 1700000000123 },
        { "2023-11-14T22:13:20-00:00", 1700000000000 },
        { "2024-02-29T00:00:00Z", 1709164800000 },
        { "1969-12-31T23:00:00-01:00", 0 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "2017-01-01T07:59:60+08:00", 1483228800000 },
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t at_ms = -1;
        if (!time_parse(str_of(good[i].text), &at_ms)) fail_msg("refused: %s", good[i].text);
        assert_true(at_ms == good[i].at_ms);
    }
    static const char *const bad[] = { "",
                                       "2023",
                                       "2023-11-14",
                                       "2023-11-14T22:13:20",
                                       "2023-11-14 22:13:20Z",
                                       "2023-11-14T22:13Z",
                                       "2023-02-29T00:00:00Z",
                                       "2100-02-29T00:00:00Z",
                                       "2023-04-31T00:00:00Z",
                                       "2023-00-10T00:00:00Z",
                                       "2023-13-10T00:00:00Z",
                                       "2023-01-00T00:00:00Z",
                                       "2023-01-01T24:00:00Z",
                                       "2023-01-01T23:60:00Z",
                                       "2023-01-01T23:59:61Z",
                                       "2023-01-01T12:00:60Z",
                                       "2016-12-31T23:59:60.5Z",
                                       "2023-01-01T00:00:00.Z",
                                       "2023-01-01T00:00:00+8:00",
                                       "2023-01-01T00:00:00+0800",
                                       "2023-01-01T00:00:00+24:00",
                                       "2023-01-01T00:00:00+08:60",
                                       "2023-01-01T00:00:00ZZ",
                                       "2023-01-01T00:00:00Z ",
                                       " 2023-01-01T00:00:00Z",
                                       "-023-01-01T00:00:00Z",
                                       "20230101T000000Z",
                                       "1969-12-31T23:59:59Z",
                                       "9999-12-31T23:59:59-00:01",
                                       "2023-1-1T00:00:00Z",
                                       "2023-01-01T00:00:00,5Z",
                                       "+2023-01-01T00:00:00Z" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t at_ms = -7;
        if (time_parse(str_of(bad[i]), &at_ms)) fail_msg("accepted: %s", bad[i]);
        assert_true(at_ms == -7);
    }
    int64_t at_ms;
    assert_false(time_parse(STR("2023-11-14T22:13:20Z\0"), &at_ms));
    assert_false(time_parse((struct str){ "2023-11-14T22:13:20Z", 19 }, &at_ms));
}

static int64_t at(const char *text)
{
    int64_t ms = -1;
    assert_true(time_parse(str_of(text), &ms));
    return ms;
}

static void expect_months(const char *from, int months, int anchor, const char *want)
{
    char got[TIME_TEXT_SIZE];
    time_text(time_add_months(at(from), months, anchor), got);
    assert_string_equal(got, want);
}

static void calendar_months(void **state)
{
    expect_months("2026-01-31T10:20:30.456Z", 1, 31, "2026-02-28T10:20:30.456Z");
    expect_months("2024-01-31T00:00:00Z", 1, 31, "2024-02-29T00:00:00.000Z");
    expect_months("2026-02-28T00:00:00Z", 1, 31, "2026-03-31T00:00:00.000Z"); /* back to the anchor */
    expect_months("2026-01-31T00:00:00Z", 2, 31, "2026-03-31T00:00:00.000Z");
    expect_months("2026-03-31T00:00:00Z", 1, 31, "2026-04-30T00:00:00.000Z");
    expect_months("2026-11-22T23:59:59.999Z", 1, 22, "2026-12-22T23:59:59.999Z");
    expect_months("2026-12-22T00:00:00Z", 1, 22, "2027-01-22T00:00:00.000Z");
    expect_months("2026-12-15T00:00:00Z", 12, 15, "2027-12-15T00:00:00.000Z");
    expect_months("2026-01-15T00:00:00Z", -1, 15, "2025-12-15T00:00:00.000Z");
    expect_months("2024-02-29T00:00:00Z", 12, 29, "2025-02-28T00:00:00.000Z");
    expect_months("2026-05-05T00:00:00Z", 0, 5, "2026-05-05T00:00:00.000Z");
    expect_months("2099-12-31T00:00:00Z", 2, 30, "2100-02-28T00:00:00.000Z");
    EXPECT_ABORT((void)time_add_months(0, 1, 0));
    EXPECT_ABORT((void)time_add_months(0, 1, 32));
    assert_int_equal(time_day_of_month(-1), 31);
}

static void tests_move_the_clock(void **state)
{
    int64_t wall = now_ms(), steady = monotonic_ms();
    assert_true(wall > INT64_C(1700000000000));
    clock_advance_ms(HOUR_MS);
    assert_true(now_ms() - wall >= HOUR_MS && now_ms() - wall < HOUR_MS + MINUTE_MS);
    assert_true(monotonic_ms() - steady >= HOUR_MS && monotonic_ms() - steady < HOUR_MS + MINUTE_MS);
    clock_advance_ms(-HOUR_MS);
    assert_true(now_ms() - wall < MINUTE_MS);
    assert_true(monotonic_ms() - steady >= HOUR_MS); /* never goes back */
    clock_fix_ms(INT64_C(1795320000000));
    assert_true(now_ms() == INT64_C(1795320000000));
    clock_advance_ms(5);
    assert_true(now_ms() == INT64_C(1795320000005));
    clock_fix_ms(INT64_C(1795320000000));
    assert_true(now_ms() == INT64_C(1795320000000));
    clock_fix_ms(0);
    assert_true(now_ms() - wall < MINUTE_MS);
}

/* ---- steps of the machine's clock ---- */

static enum clock_doubt doubt_after_check(void)
{
    struct clock_state s;
    clock_check();
    clock_state(&s);
    return s.doubt;
}

static bool near(int64_t at_ms, int64_t want_ms)
{
    enum { ROUNDING_MS = 100 };
    return at_ms >= want_ms - ROUNDING_MS && at_ms < want_ms + CLOCK_STEP_MS;
}

static void a_step_is_held_in_doubt_until_it_is_taken_back(void **state)
{
    static const int64_t steps[] = { 365 * DAY_MS, -365 * DAY_MS, HOUR_MS, -CLOCK_STEP_MS - SECOND_MS };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        int64_t wall = now_ms();
        struct clock_state before, s;
        clock_state(&before);
        assert_true(clock_is_sound());
        clock_jump_ms(steps[i]);
        assert_false(clock_is_sound()); /* before anybody checks */
        assert_true(near(now_ms(), wall));
        assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
        clock_state(&s);
        assert_true(near(s.off_ms, steps[i]));
        assert_true(s.jumps == before.jumps + 1);
        clock_advance_ms(4 * SECOND_MS);
        assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
        assert_true(near(now_ms(), wall + 4 * SECOND_MS));
        clock_jump_ms(-steps[i]);
        assert_true(near(now_ms(), wall + 4 * SECOND_MS));
        assert_int_equal(doubt_after_check(), CLOCK_SOUND);
        assert_true(clock_is_sound());
    }
}

static void small_steps_are_followed(void **state)
{
    int64_t wall = now_ms();
    for (int i = 0; i < 10; i++) {
        clock_jump_ms(CLOCK_STEP_MS - SECOND_MS);
        assert_true(clock_is_sound());
        assert_int_equal(doubt_after_check(), CLOCK_SOUND);
    }
    assert_true(near(now_ms(), wall + 10 * (CLOCK_STEP_MS - SECOND_MS)));
    clock_jump_ms(-(CLOCK_STEP_MS - SECOND_MS));
    assert_int_equal(doubt_after_check(), CLOCK_SOUND);
}

/* Each is begun anew by a step on top of it: a clock that jumps about is never believed. */
static void a_step_that_lasts_is_believed(void **state)
{
    static const struct {
        int64_t step_ms, lasts_ms;
    } cases[] = {
        { HOUR_MS, 10 * MINUTE_MS }, { -HOUR_MS, 10 * MINUTE_MS }, { 2 * DAY_MS, 2 * HOUR_MS },
        { 365 * DAY_MS, DAY_MS },    { -365 * DAY_MS, DAY_MS },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t wall = now_ms();
        clock_jump_ms(cases[i].step_ms - 2 * MINUTE_MS);
        assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
        clock_advance_ms(cases[i].lasts_ms - MINUTE_MS);
        clock_jump_ms(2 * MINUTE_MS);
        assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
        clock_advance_ms(cases[i].lasts_ms - MINUTE_MS);
        assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
        assert_true(near(now_ms(), wall + 2 * (cases[i].lasts_ms - MINUTE_MS)));
        clock_advance_ms(2 * MINUTE_MS);
        assert_int_equal(doubt_after_check(), CLOCK_SOUND);
        assert_true(near(now_ms(), wall + 2 * cases[i].lasts_ms + cases[i].step_ms));
    }
}

/* The database's clock, in the words of the first comment of clock.c. Last: what it said stays known. */
static void the_witness(void **state)
{
    int64_t wall = now_ms();
    clock_witness_ms(wall + HOUR_MS); /* at our start: one of the two is wrong */
    assert_int_equal(doubt_after_check(), CLOCK_DISPUTED);
    assert_false(clock_is_sound());
    assert_true(near(now_ms(), wall));
    clock_jump_ms(HOUR_MS); /* ours was: it is put right */
    assert_false(clock_is_sound());
    clock_witness_ms(wall + HOUR_MS);
    assert_int_equal(doubt_after_check(), CLOCK_SOUND);
    wall += HOUR_MS;
    assert_true(near(now_ms(), wall));

    clock_jump_ms(DAY_MS); /* ours is wrong, and is never believed against the database */
    assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
    clock_witness_ms(wall);
    assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
    clock_advance_ms(40 * DAY_MS), wall += 40 * DAY_MS;
    clock_witness_ms(wall);
    assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
    clock_jump_ms(-DAY_MS);
    assert_int_equal(doubt_after_check(), CLOCK_SOUND);
    clock_witness_ms(wall);

    clock_jump_ms(DAY_MS); /* both stepped: the same machine, or we were stopped */
    assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
    clock_witness_ms(wall + DAY_MS);
    assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
    clock_advance_ms(5 * MINUTE_MS), wall += 5 * MINUTE_MS;
    clock_witness_ms(wall + DAY_MS);
    assert_int_equal(doubt_after_check(), CLOCK_SOUND);
    wall += DAY_MS;
    assert_true(near(now_ms(), wall));

    clock_witness_ms(wall + DAY_MS); /* the database alone: not about us */
    assert_int_equal(doubt_after_check(), CLOCK_SOUND);
    assert_true(clock_is_sound());
}

static void a_step_while_the_clock_stands_still(void **state)
{
    clock_fix_ms(INT64_C(1795320000000));
    clock_jump_ms(DAY_MS);
    assert_false(clock_is_sound());
    assert_true(now_ms() == INT64_C(1795320000000));
    assert_int_equal(doubt_after_check(), CLOCK_JUMPED);
    clock_jump_ms(-DAY_MS);
    assert_int_equal(doubt_after_check(), CLOCK_SOUND);
    assert_true(clock_is_sound());
    clock_fix_ms(0);
    assert_true(clock_is_sound());
}

static void stored_times_are_clamped(void **state)
{
    assert_true(time_clamp_past(5, 9) == 5 && time_clamp_past(9, 9) == 9 && time_clamp_past(10, 9) == 9);
    assert_true(time_clamp_until(5, 9, 10) == 5 && time_clamp_until(19, 9, 10) == 19);
    assert_true(time_clamp_until(20, 9, 10) == 19 && time_clamp_until(INT64_MAX, 9, 0) == 9);
}

static void production_keeps_its_clock(void **state)
{
    assert_int_equal(setenv("CHATHUB_ENV", "production", 1), 0);
    EXPECT_ABORT(clock_advance_ms(1));
    EXPECT_ABORT(clock_fix_ms(1));
    EXPECT_ABORT(clock_jump_ms(1));
    assert_int_equal(unsetenv("CHATHUB_ENV"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_as_text),
        cmocka_unit_test(the_calendar_agrees_with_the_c_library),
        cmocka_unit_test(parsing),
        cmocka_unit_test(calendar_months),
        cmocka_unit_test(tests_move_the_clock),
        cmocka_unit_test(production_keeps_its_clock),
        cmocka_unit_test(a_step_is_held_in_doubt_until_it_is_taken_back),
        cmocka_unit_test(small_steps_are_followed),
        cmocka_unit_test(a_step_that_lasts_is_believed),
        cmocka_unit_test(a_step_while_the_clock_stands_still),
        cmocka_unit_test(stored_times_are_clamped),
        cmocka_unit_test(the_witness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
