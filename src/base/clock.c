/* clock.c: time and the calendar. Reading the clock is two vDSO calls and a few atomic loads, so every log line and row
 * may ask for it.
 *
 * Which time is believed. The time since boot (CLOCK_BOOTTIME, which counts a suspended machine's sleep too) cannot be
 * set by anybody. `anchor` is what the wall clock said more than it. The wall clock is believed while it keeps its
 * distance; small steps (a leap second, NTP) move the anchor. A larger step is held in doubt: now_ms() goes by the
 * anchor, and clock_is_sound() says no. It ends
 *   - when the clock steps back: nothing has happened;
 *   - at once, when the database's clock says the new time and did not itself step: ours had been wrong before;
 *   - after CONFIRMED_MS, when the database's clock says the new time and stepped as well: the same machine, or we
 *     were stopped for a while (a virtual machine that was paused);
 *   - never, as long as the database's clock says that nothing happened;
 *   - without a database on another machine (SQLite), when it has lasted for BELIEVE_MS, or a 24th of the step if that
 *     is longer, but a day at most: then the clock was put right for good;
 *   - with a restart: the clock is taken as it is found. An operator who knows better restarts the service.
 * A database whose clock says something else already at our start is a dispute: our time is used, but is not sound
 * until one of the two was put right. Rejected: to believe the database's clock from the start (its machine is no
 * better than ours, and two servers would not agree with their own logs), and CLOCK_MONOTONIC (stands still while
 * suspended, so each wake-up would be a step).
 *
 * The calendar is proleptic Gregorian, UTC, computed with integers ("days from civil": years start in March so that the
 * leap day comes last). Rejected: gmtime and timegm (slower, and timegm repairs 31 February silently). */
#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t CONFIRMED_MS = 5 * MINUTE_MS, BELIEVE_MS = 10 * MINUTE_MS, BELIEVE_LONGEST_MS = DAY_MS;
static const int64_t NEVER_MS = INT64_MAX;

/* Wall and monotonic time are moved apart: a test may set the wall clock back, but no time-out may see that. */
static _Atomic int64_t wall_added_ms, monotonic_added_ms;
static _Atomic int64_t jumped_ms;       /* by clock_jump_ms: of the wall clock alone */
static _Atomic int64_t fixed_ms;        /* what the wall clock says while it stands still, before wall_added_ms */
static _Atomic int64_t fixed_jumped_ms; /* jumped_ms when it was made to stand still */
static atomic_bool is_fixed;

static _Atomic int64_t anchor_ms = INT64_MIN; /* believed wall time less time since boot; INT64_MIN: not looked yet */
static atomic_int doubt_now;                  /* an enum clock_doubt, set by clock_check alone */

/* Guards what follows, and each change of more than one of the above. */
static pthread_mutex_t clock_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    int64_t since_ms, off_ms, jumps; /* of the step in doubt; since_ms is time since boot */
} step;
static struct {
    bool known;
    int64_t ahead_ms;            /* its clock less our time since boot, when no step was in doubt */
    int64_t latest_ms, asked_ms; /* the same as last heard, and when that was (time since boot) */
} witness;

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z: the first and the last instant that RFC 3339 can write. */
static const int64_t FIRST_MS = INT64_C(-62167219200000), LAST_MS = INT64_C(253402300799999);

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    int failed = clock_gettime(id, &t);
    assert(failed == 0);
    (void)failed;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t read_ms(clockid_t id) { return read_us(id) / 1000; }

static int64_t magnitude(int64_t v) { return v < 0 ? -v : v; }

static int64_t load(_Atomic int64_t *v) { return atomic_load_explicit(v, memory_order_relaxed); }

/* Since boot, and what tests let go by. */
static int64_t elapsed_ms(void) { return read_ms(CLOCK_BOOTTIME) + load(&wall_added_ms); }

/* What the machine's wall clock says. */
static int64_t wall_ms(void) { return read_ms(CLOCK_REALTIME) + load(&wall_added_ms) + load(&jumped_ms); }

/* Both clocks of one moment: this thread may be stopped between two readings. */
static void read_both(int64_t *up_ms, int64_t *wall)
{
    int64_t again;
    do {
        *up_ms = elapsed_ms();
        *wall = wall_ms();
        again = elapsed_ms();
    } while (again - *up_ms > SECOND_MS);
}

static int64_t anchor(int64_t up_ms, int64_t wall)
{
    int64_t known = load(&anchor_ms), fresh = wall - up_ms;
    if (known != INT64_MIN) return known;
    return atomic_compare_exchange_strong(&anchor_ms, &known, fresh) ? fresh : known;
}

int64_t now_ms(void)
{
    if (atomic_load_explicit(&is_fixed, memory_order_relaxed)) return load(&fixed_ms) + load(&wall_added_ms);
    int64_t up_ms = elapsed_ms(), wall = wall_ms(), believed = anchor(up_ms, wall) + up_ms;
    return magnitude(wall - believed) <= CLOCK_STEP_MS ? wall : believed;
}

int64_t monotonic_us(void) { return read_us(CLOCK_MONOTONIC); }

int64_t monotonic_ms(void) { return read_ms(CLOCK_MONOTONIC) + load(&monotonic_added_ms); }

/* The lock is held. How far the machine's clock is from the believed time. */
static int64_t off_ms(int64_t *up_ms)
{
    int64_t wall;
    read_both(up_ms, &wall);
    if (atomic_load(&is_fixed)) return load(&jumped_ms) - load(&fixed_jumped_ms);
    return wall - (anchor(*up_ms, wall) + *up_ms);
}

bool clock_is_sound(void)
{
    if (atomic_load_explicit(&doubt_now, memory_order_relaxed) != CLOCK_SOUND) return false;
    int64_t up_ms;
    pthread_mutex_lock(&clock_lock);
    bool near = magnitude(off_ms(&up_ms)) <= CLOCK_STEP_MS;
    pthread_mutex_unlock(&clock_lock);
    return near;
}

void clock_state(struct clock_state *out)
{
    int64_t up_ms;
    pthread_mutex_lock(&clock_lock);
    int64_t off = off_ms(&up_ms);
    bool near = magnitude(off) <= CLOCK_STEP_MS;
    enum clock_doubt doubt = (enum clock_doubt)atomic_load(&doubt_now);
    if (!near) doubt = CLOCK_JUMPED;
    *out = (struct clock_state){ .doubt = doubt,
                                 .off_ms = near ? 0 : off,
                                 .jumps = step.jumps,
                                 .lasts_ms = step.since_ms && doubt != CLOCK_SOUND ? up_ms - step.since_ms : 0 };
    pthread_mutex_unlock(&clock_lock);
}

/* ---- ends of a doubt ---- */

/* How long the step must last until it is believed. `up_ms` and `off` are those of now. */
static int64_t believed_after_ms(int64_t up_ms, int64_t off)
{
    enum { STEP_PART = 24 };
    if (witness.known && witness.asked_ms >= step.since_ms && up_ms - witness.asked_ms <= CLOCK_WITNESS_MS) {
        int64_t theirs = witness.latest_ms + up_ms, believed = load(&anchor_ms) + up_ms;
        if (atomic_load(&is_fixed)) believed = load(&fixed_ms) + load(&wall_added_ms);
        if (magnitude(theirs - (believed + off)) <= CLOCK_WITNESS_MS)
            return magnitude(witness.latest_ms - witness.ahead_ms) <= CLOCK_WITNESS_MS ? 0 : CONFIRMED_MS;
        if (magnitude(theirs - believed) <= CLOCK_WITNESS_MS) return NEVER_MS;
    }
    int64_t part = magnitude(off) / STEP_PART;
    return part < BELIEVE_MS ? BELIEVE_MS : part > BELIEVE_LONGEST_MS ? BELIEVE_LONGEST_MS : part;
}

static void believe(int64_t off)
{
    if (atomic_load(&is_fixed)) {
        atomic_fetch_add(&fixed_ms, off);
        atomic_fetch_add(&fixed_jumped_ms, off);
    } else {
        atomic_fetch_add(&anchor_ms, off);
    }
    witness.ahead_ms = witness.latest_ms;
}

/* The clock goes as it should: small steps are followed. Is there a dispute with the database's clock? */
static enum clock_doubt no_step(int64_t up_ms, int64_t off)
{
    if (!atomic_load(&is_fixed)) atomic_fetch_add(&anchor_ms, off);
    /* A database that steps while we do not is wrong about itself, not about us. */
    bool steady = witness.known && magnitude(witness.latest_ms - witness.ahead_ms) <= CLOCK_WITNESS_MS;
    bool differs = witness.known && magnitude(witness.latest_ms - load(&anchor_ms)) > CLOCK_WITNESS_MS;
    if (atomic_load(&is_fixed) || !steady || !differs) return CLOCK_SOUND;
    if (atomic_load(&doubt_now) == CLOCK_SOUND) step.since_ms = up_ms;
    return CLOCK_DISPUTED;
}

static enum clock_doubt step_seen(int64_t up_ms, int64_t off)
{
    /* The clock stepped on while an earlier step was in doubt: the waiting begins anew. */
    bool same = atomic_load(&doubt_now) == CLOCK_JUMPED && magnitude(off - step.off_ms) <= CLOCK_STEP_MS;
    if (!same) {
        step.since_ms = up_ms;
        step.off_ms = off;
        step.jumps++;
        LOG(LOG_ERROR, "clock_jumped", LOG_NUMBER("by_ms", off),
            LOG_TEXT("what", "the machine's clock stepped; it is not believed yet, and nothing that moves money or "
                             "deletes for good is done meanwhile"));
    }
    if (up_ms - step.since_ms < believed_after_ms(up_ms, off)) return CLOCK_JUMPED;
    LOG(LOG_WARN, "clock_believed", LOG_NUMBER("by_ms", off), LOG_NUMBER("after_ms", up_ms - step.since_ms));
    believe(off);
    return CLOCK_SOUND;
}

void clock_check(void)
{
    int64_t up_ms;
    pthread_mutex_lock(&clock_lock);
    int64_t off = off_ms(&up_ms);
    enum clock_doubt was = (enum clock_doubt)atomic_load(&doubt_now);
    bool near = magnitude(off) <= CLOCK_STEP_MS;
    enum clock_doubt is = near ? no_step(up_ms, off) : step_seen(up_ms, off);
    if (near && was == CLOCK_JUMPED) LOG(LOG_WARN, "clock_back", LOG_NUMBER("after_ms", up_ms - step.since_ms));
    if (is == CLOCK_DISPUTED && was != CLOCK_DISPUTED)
        LOG(LOG_ERROR, "clock_disputed", LOG_NUMBER("database_ahead_ms", witness.latest_ms - load(&anchor_ms)),
            LOG_TEXT("what", "this machine's clock and the database's differ; nothing that moves money or deletes for "
                             "good is done until one of them is put right"));
    if (is == CLOCK_SOUND && was == CLOCK_DISPUTED) LOG(LOG_WARN, "clock_agreed");
    atomic_store(&doubt_now, is);
    pthread_mutex_unlock(&clock_lock);
}

void clock_witness_ms(int64_t their_now_ms)
{
    int64_t up_ms;
    pthread_mutex_lock(&clock_lock);
    bool near = magnitude(off_ms(&up_ms)) <= CLOCK_STEP_MS;
    int64_t ahead = their_now_ms - up_ms;
    /* One that agrees with us is the new measure of its own steps. */
    bool agrees = near && magnitude(ahead - load(&anchor_ms)) <= CLOCK_WITNESS_MS;
    if (!witness.known || agrees) witness.ahead_ms = ahead;
    witness.known = true;
    witness.latest_ms = ahead;
    witness.asked_ms = up_ms;
    pthread_mutex_unlock(&clock_lock);
}

/* ---- for tests ---- */

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
    pthread_mutex_lock(&clock_lock);
    atomic_fetch_add(&wall_added_ms, by_ms); /* also to the time since boot: a day that goes by is no step */
    if (by_ms > 0) atomic_fetch_add(&monotonic_added_ms, by_ms);
    pthread_mutex_unlock(&clock_lock);
}

void clock_jump_ms(int64_t by_ms)
{
    refuse_in_production();
    pthread_mutex_lock(&clock_lock);
    (void)now_ms(); /* the clock before the step is the measure */
    atomic_fetch_add(&jumped_ms, by_ms);
    pthread_mutex_unlock(&clock_lock);
}

void clock_fix_ms(int64_t at_ms)
{
    refuse_in_production();
    pthread_mutex_lock(&clock_lock);
    if (at_ms != 0) {
        atomic_store(&fixed_ms, at_ms - load(&wall_added_ms));
        atomic_store(&fixed_jumped_ms, load(&jumped_ms));
    }
    atomic_store(&is_fixed, at_ms != 0);
    pthread_mutex_unlock(&clock_lock);
}

struct civil { /* month 1..12, day 1..31 */
    int64_t year;
    int month, day;
};

static struct civil civil_of_days(int64_t days)
{
    int64_t shifted = days + 719468; /* from 0000-03-01, the start of an era of 400 years */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * of_year + 2) / 153; /* 0 is March */
    int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    return (struct civil){ .year = year_of_era + era * 400 + (month <= 2),
                           .month = month,
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
static int64_t days_of_ms(int64_t at_ms) { return at_ms / DAY_MS - (at_ms % DAY_MS < 0); }

/* `width` decimal digits of v at p; returns what stands behind them. */
static char *digits(char *p, int width, int64_t v)
{
    for (int i = width - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
    return p + width;
}

void time_text(int64_t at_ms, char out[TIME_TEXT_SIZE])
{
    assert(at_ms >= FIRST_MS && at_ms <= LAST_MS);
    int64_t days = days_of_ms(at_ms), of_day = at_ms - days * DAY_MS;
    struct civil c = civil_of_days(days);
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
    int64_t whole_ms = days * DAY_MS + hour * HOUR_MS + (minute - offset) * MINUTE_MS + second * SECOND_MS;
    /* A leap second is written :60 and comes at the end of a UTC day only; for us it is the next midnight. */
    if (second == 60 && (whole_ms % DAY_MS != 0 || fraction != 0)) return false;
    int64_t all_ms = whole_ms + fraction;
    if (all_ms < 0 || all_ms > LAST_MS) return false;
    *at_ms = all_ms;
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

int time_day_of_month(int64_t at_ms) { return civil_of_days(days_of_ms(at_ms)).day; }
