/* test_hours.c: when somebody is there, in the shop's own time: summer time in both directions, holidays, breaks, days
 * without hours, names that are no zones. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/hours.h"

static struct chat_shop_settings nine_to_five(const char *zone)
{
    struct chat_shop_settings s = { .timezone = zone, .hours_on = true };
    for (int d = 0; d < 5; d++) s.day[d][0] = (struct chat_hours_span){ 9 * 60, 17 * 60 };
    return s;
}

static int64_t at(const char *text)
{
    int64_t ms = 0;
    assert_true(time_parse(str_of(text), &ms));
    return ms;
}

static void opens(const struct chat_shop_settings *s, const char *now, const char *then)
{
    int64_t at_ms = -1;
    char text[TIME_TEXT_SIZE] = "";
    bool open = hours_open(s, at(now), &at_ms);
    if (at_ms > 0) time_text(at_ms, text);
    assert_int_equal(open, then == NULL);
    if (then != NULL) assert_string_equal(text, then);
}

static void what_is_no_zone_is_utc(void **state)
{
    (void)state;
    static const char *const bad[] = { "Mars/Olympus",
                                       "../../../usr/share/zoneinfo/Asia/Shanghai",
                                       "/usr/share/zoneinfo/Asia/Shanghai",
                                       "+08:00",
                                       "08",
                                       "Asia/Shanghai ",
                                       "Asia/Shanghai\n",
                                       ":Asia/Shanghai",
                                       "<b>",
                                       "" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (hours_local_of(bad[i], at("2026-11-29T16:05:00.000Z")).minute != 16 * 60 + 5) fail_msg("%s", bad[i]);
    assert_int_equal(hours_local_of("Asia/Kolkata", at("2026-11-29T16:05:00.000Z")).minute, 21 * 60 + 35);
    assert_int_equal(hours_local_of("Etc/GMT+5", at("2026-11-29T16:05:00.000Z")).minute, 11 * 60 + 5);
}

static void hours_are_of_the_shops_own_day(void **state)
{
    (void)state;
    struct chat_shop_settings s = nine_to_five("Asia/Shanghai");
    opens(&s, "2026-11-30T00:59:59.999Z", "2026-11-30T01:00:00.000Z"); /* a Monday, 8:59 there */
    opens(&s, "2026-11-30T01:00:00.000Z", NULL);
    opens(&s, "2026-11-30T08:59:59.999Z", NULL);
    opens(&s, "2026-11-30T09:00:00.000Z", "2026-12-01T01:00:00.000Z");
    opens(&s, "2026-12-04T09:00:00.000Z", "2026-12-07T01:00:00.000Z"); /* Friday evening: Monday */
    s.hours_on = false;
    opens(&s, "2026-12-05T09:00:00.000Z", NULL);
    struct hours_local d = hours_local_of("Asia/Shanghai", at("2026-11-29T16:05:00.000Z"));
    assert_true(d.year == 2026 && d.month == 11 && d.day == 30 && d.weekday == 0 && d.minute == 5);
    d = hours_local_of("America/Los_Angeles", at("2024-02-29T07:59:00.000Z"));
    assert_true(d.month == 2 && d.day == 28 && d.weekday == 2 && d.minute == 23 * 60 + 59);
}

static void summer_time_keeps_the_hour(void **state)
{
    (void)state;
    struct chat_shop_settings s = nine_to_five("Europe/Berlin");
    opens(&s, "2026-03-27T17:00:00.000Z", "2026-03-30T07:00:00.000Z"); /* clocks go forward on Sunday */
    opens(&s, "2026-10-23T17:00:00.000Z", "2026-10-26T08:00:00.000Z"); /* and back */
    s.day[6][0] = (struct chat_hours_span){ 2 * 60 + 30, 5 * 60 };
    opens(&s, "2026-03-28T12:00:00.000Z", "2026-03-29T01:00:00.000Z"); /* 2:30 is skipped: 3:00 is the next */
    opens(&s, "2026-10-24T12:00:00.000Z", "2026-10-25T00:30:00.000Z"); /* 2:30 comes twice: the first */
}

static void breaks_holidays_and_shops_that_never_open(void **state)
{
    (void)state;
    static const char *const days[] = { "2026-12-24", "2026-12-25" };
    struct chat_shop_settings s = nine_to_five("");
    s.day[0][0] = (struct chat_hours_span){ 13 * 60, 24 * 60 };
    s.day[0][1] = (struct chat_hours_span){ 8 * 60, 12 * 60 };
    opens(&s, "2026-11-30T12:00:00.000Z", "2026-11-30T13:00:00.000Z");
    opens(&s, "2026-11-30T23:59:59.000Z", NULL);
    opens(&s, "2026-12-01T00:00:00.000Z", "2026-12-01T09:00:00.000Z");
    s.holidays = (struct chat_words){ days, ARRAY_LEN(days) };
    opens(&s, "2026-12-24T10:00:00.000Z", "2026-12-28T08:00:00.000Z");
    struct chat_shop_settings never = { .timezone = "Nowhere/Else", .hours_on = true };
    opens(&never, "2026-12-24T10:00:00.000Z", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_zone_is_utc),
        cmocka_unit_test(hours_are_of_the_shops_own_day),
        cmocka_unit_test(summer_time_keeps_the_hour),
        cmocka_unit_test(breaks_holidays_and_shops_that_never_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
