/* clock.c: time and the calendar. Reading the clock is a vDSO call and an atomic load or two, so every log line and row
 * may ask for it.
 *
 * The calendar is proleptic Gregorian, UTC, computed with integers ("days from civil": years start in March so that the
 * leap day comes last). Rejected: gmtime and timegm (slower, and timegm repairs 31 February silently). */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Wall and monotonic time are moved apart: a test may set the wall clock back, but no time-out may see that. */
static _Atomic int64_t wall_added_ms, monotonic_added_ms;
static _Atomic int64_t fixed_ms;            /* what the wall clock says while it stands still, before wall_added_ms */
static atomic_bool is_fixed;

/* 9999-12-31T23:59:59.999Z: the last instant that RFC 3339 can write. */
static const int64_t LAST_MS = INT64_C(253402300799999);

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    int failed = clock_gettime(id, &t);
    assert(failed == 0);
    (void)failed;
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

int64_t now_ms(void)
{
    bool fixed = atomic_load_explicit(&is_fixed, memory_order_relaxed);
    int64_t base = fixed ? atomic_load_explicit(&fixed_ms, memory_order_relaxed) : read_ms(CLOCK_REALTIME);
    return base + atomic_load_explicit(&wall_added_ms, memory_order_relaxed);
}

int64_t monotonic_ms(void)
{
    return read_ms(CLOCK_MONOTONIC) + atomic_load_explicit(&monotonic_added_ms, memory_order_relaxed);
}

/* The last line of defence: whoever opened the way here in production has a bug worth a crash. */
static void refuse_in_production(void)
{
    if (!text_eq(getenv("CHATHUB_ENV"), "production")) return;
    fputs("clock: the clock is not ours to set in production\n", stderr);
    abort();
}

void clock_advance_ms(int64_t by_ms)
{
    refuse_in_production();
    atomic_fetch_add(&wall_added_ms, by_ms);
    if (by_ms > 0) atomic_fetch_add(&monotonic_added_ms, by_ms);
}

void clock_fix_ms(int64_t at_ms)
{
    refuse_in_production();
    if (at_ms != 0) atomic_store(&fixed_ms, at_ms - atomic_load(&wall_added_ms));
    atomic_store(&is_fixed, at_ms != 0);
}

struct civil { int64_t year; int month, day; };     /* month 1..12, day 1..31 */

static struct civil civil_of_days(int64_t days)
{
    int64_t shifted = days + 719468;                /* from 0000-03-01, the start of an era of 400 years */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * of_year + 2) / 153;  /* 0 is March */
    int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    return (struct civil){ .year = year_of_era + era * 400 + (month <= 2), .month = month,
                           .day = (int)(of_year - (153 * march_month + 2) / 5 + 1) };
}

static int64_t days_of_civil(struct civil c)
{
    int64_t year = c.year - (c.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t of_year = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
    int64_t of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    return era * 146097 + of_era - 719468;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Whole days since 1970, rounded down: also right before 1970. */
static int64_t days_of_ms(int64_t at_ms)
{
    return at_ms / DAY_MS - (at_ms % DAY_MS < 0);
}

/* `width` decimal digits of v at p; returns what stands behind them. */
static char *digits(char *p, int width, int64_t v)
{
    for (int i = width - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
    return p + width;
}

void time_text(int64_t at_ms, char out[TIME_TEXT_SIZE])
{
    assert(at_ms >= 0 && at_ms <= LAST_MS);
    struct civil c = civil_of_days(at_ms / DAY_MS);
    int64_t of_day = at_ms % DAY_MS;
    char *p = digits(out, 4, c.year);
    *p++ = '-';
    p = digits(p, 2, c.month);
    *p++ = '-';
    p = digits(p, 2, c.day);
    *p++ = 'T';
    p = digits(p, 2, of_day / HOUR_MS);
    *p++ = ':';
    p = digits(p, 2, of_day / MINUTE_MS % 60);
    *p++ = ':';
    p = digits(p, 2, of_day / SECOND_MS % 60);
    *p++ = '.';
    p = digits(p, 3, of_day % SECOND_MS);
    *p++ = 'Z';
    *p++ = '\0';
    assert(p == out + TIME_TEXT_SIZE);
}

/* Takes exactly `width` digits off the front of *s. */
static bool take_number(struct str *s, size_t width, int *out)
{
    if (s->n < width) return false;
    int v = 0;
    for (size_t i = 0; i < width; i++) {
        if (s->p[i] < '0' || s->p[i] > '9') return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = (struct str){ s->p + width, s->n - width };
    *out = v;
    return true;
}

static bool take_char(struct str *s, char a, char b)
{
    if (s->n == 0 || (s->p[0] != a && s->p[0] != b)) return false;
    *s = (struct str){ s->p + 1, s->n - 1 };
    return true;
}

/* ".123456": any number of digits, those past milliseconds are dropped. No fraction is zero. */
static bool take_fraction(struct str *s, int64_t *ms)
{
    *ms = 0;
    if (!take_char(s, '.', '.')) return true;
    int64_t unit = 100;
    size_t count = 0;
    for (int digit; take_number(s, 1, &digit); count++, unit /= 10) *ms += digit * unit;
    return count > 0;
}

/* "Z" or "+08:00": minutes to take off the local time. */
static bool take_offset(struct str *s, int *minutes)
{
    *minutes = 0;
    if (take_char(s, 'Z', 'z')) return true;
    if (s->n == 0 || (s->p[0] != '+' && s->p[0] != '-')) return false;
    int sign = s->p[0] == '+' ? 1 : -1, hour, minute;
    if (!take_char(s, '+', '-') || !take_number(s, 2, &hour) || !take_char(s, ':', ':') || !take_number(s, 2, &minute))
        return false;
    *minutes = sign * (hour * 60 + minute);
    return hour <= 23 && minute <= 59;
}

bool time_parse(struct str s, int64_t *at_ms)
{
    int year, month, day, hour, minute, second, offset;
    int64_t fraction;
    if (!take_number(&s, 4, &year) || !take_char(&s, '-', '-') || !take_number(&s, 2, &month) ||
        !take_char(&s, '-', '-') || !take_number(&s, 2, &day) || !take_char(&s, 'T', 't') ||
        !take_number(&s, 2, &hour) || !take_char(&s, ':', ':') || !take_number(&s, 2, &minute) ||
        !take_char(&s, ':', ':') || !take_number(&s, 2, &second) || !take_fraction(&s, &fraction) ||
        !take_offset(&s, &offset) || s.n > 0)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    int64_t days = days_of_civil((struct civil){ .year = year, .month = month, .day = day });
    int64_t at = days * DAY_MS + hour * HOUR_MS + (minute - offset) * MINUTE_MS + second * SECOND_MS;
    /* A leap second is written :60 and comes at the end of a UTC day only; for us it is the next midnight. */
    if (second == 60 && (at % DAY_MS != 0 || fraction != 0)) return false;
    at += fraction;
    if (at < 0 || at > LAST_MS) return false;
    *at_ms = at;
    return true;
}

int64_t time_add_months(int64_t at_ms, int months, int anchor_day)
{
    assert(anchor_day >= 1 && anchor_day <= 31);
    int64_t days = days_of_ms(at_ms);
    struct civil c = civil_of_days(days);
    int64_t month = c.year * 12 + (c.month - 1) + months;
    assert(month >= 0);
    c.year = month / 12;
    c.month = (int)(month % 12) + 1;
    int last = days_in_month(c.year, c.month);
    c.day = anchor_day < last ? anchor_day : last;
    return days_of_civil(c) * DAY_MS + (at_ms - days * DAY_MS);
}

int time_day_of_month(int64_t at_ms)
{
    return civil_of_days(days_of_ms(at_ms)).day;
}
