/* clock.h: the one source of time. Wall time in ms since 1970 UTC; monotonic ms for time-outs. Both can be moved by
 * tests (CHATHUB_TEST_CLOCK=1), never in production. Calendar rules for subscriptions live here too.
 *
 * The machine's wall clock is not taken at its word. now_ms() follows it as long as it goes on as fast as the time
 * since boot does. A step of more than CLOCK_STEP_MS is held in doubt: now_ms() goes on as if it had not happened and
 * clock_is_sound() is false, until the step is taken back or believed (the rules are in clock.c). Whoever moves money
 * or deletes what cannot be had back asks clock_is_sound() first, and waits. */
#ifndef CHATHUB_BASE_CLOCK_H
#define CHATHUB_BASE_CLOCK_H

#include "base/str.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

int64_t now_ms(void);                 /* wall clock as far as it is believed */
int64_t monotonic_ms(void);           /* never goes back, plus what tests added */
int64_t monotonic_us(void);           /* never goes back; for what takes less than a millisecond */
void clock_advance_ms(int64_t by_ms); /* thread-safe; tests and /dev/clock only */
void clock_fix_ms(int64_t at_ms);     /* wall clock stands still at this time; 0 lets it run */
void clock_jump_ms(int64_t by_ms);    /* the machine's wall clock alone, as a wrong clock does */

/* ---- is the wall clock to be believed ---- */

enum {
    CLOCK_STEP_MS = 10000,    /* steps up to here are followed at once */
    CLOCK_WITNESS_MS = 60000, /* clocks of two machines that agree differ by less */
};
enum clock_doubt {
    CLOCK_SOUND,
    CLOCK_JUMPED,   /* it stepped, and the time since boot does not show it */
    CLOCK_DISPUTED, /* the database's clock and ours differ, and neither stepped; until they agree */
};
struct clock_state {
    enum clock_doubt doubt;
    int64_t off_ms;   /* the machine's clock less now_ms(); 0: no step is held in doubt, also when DISPUTED */
    int64_t lasts_ms; /* how long it has been in doubt */
    int64_t jumps;    /* steps held in doubt since the start */
};
MUST_USE bool clock_is_sound(void); /* cheap; notices a step by itself */
void clock_state(struct clock_state *out);
/* Once a second by whoever watches (storage/lanes_watch.c): ends doubts by the rules, and tells the log. */
void clock_check(void);
/* What the database's clock says now: of each PostgreSQL, also on this machine. SQLite has none. */
void clock_witness_ms(int64_t their_now_ms);

/* Stored times may have been written by a clock that was ahead. A time that says when something happened is not in the
 * future; one that says until when something holds is not further away than it can have been set. */
static inline int64_t time_clamp_past(int64_t at_ms, int64_t now_ms) { return at_ms < now_ms ? at_ms : now_ms; }
static inline int64_t time_clamp_until(int64_t until_ms, int64_t now_ms, int64_t longest_ms)
{
    return until_ms < now_ms + longest_ms ? until_ms : now_ms + longest_ms;
}
/* Further ahead than the clocks of two machines that agree can differ: nothing that it says is taken for true. */
static inline bool time_is_ahead(int64_t at_ms, int64_t now_ms) { return at_ms > now_ms + CLOCK_WITNESS_MS; }
/* The furthest that the end of something may lie which lasts so long: an end behind it was written by a clock ahead. */
static inline int64_t time_latest_end(int64_t now_ms, int64_t lasts_ms) { return now_ms + lasts_ms + CLOCK_WITNESS_MS; }

enum { TIME_TEXT_SIZE = 25 };                            /* "2026-11-22T04:00:00.000Z" and NUL */
void time_text(int64_t at_ms, char out[TIME_TEXT_SIZE]); /* RFC 3339, UTC, years 0..9999; others end the process */
MUST_USE bool time_parse(struct str s, int64_t *at_ms);  /* RFC 3339 with Z or an offset; none before 1970 */

/* The same time of day `months` calendar months later, on `anchor_day` (1..31) or the month's last day when shorter:
 * 31 January + 1 month = 28 or 29 February, + 2 months = 31 March. UTC. */
int64_t time_add_months(int64_t at_ms, int months, int anchor_day);
int time_day_of_month(int64_t at_ms);

#endif
