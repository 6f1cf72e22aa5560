/* clock.h: the one source of time. Wall time in ms since 1970 UTC; monotonic ms for time-outs. Both can be advanced by
 * tests (CHATHUB_TEST_CLOCK=1), never in production. Calendar rules for subscriptions live here too. */
#ifndef CHATHUB_BASE_CLOCK_H
#define CHATHUB_BASE_CLOCK_H

#include "base/str.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

int64_t now_ms(void);                                        /* wall clock, plus what tests added */
int64_t monotonic_ms(void);                                  /* never goes back, plus what tests added */
void clock_advance_ms(int64_t by_ms);                        /* thread-safe; tests and /dev/clock only */
void clock_fix_ms(int64_t at_ms);                            /* wall clock stands still at this time; 0 lets it run */

enum { TIME_TEXT_SIZE = 25 };                                /* "2026-11-22T04:00:00.000Z" and NUL */
void time_text(int64_t at_ms, char out[TIME_TEXT_SIZE]);     /* RFC 3339, UTC, years 1970..9999 */
MUST_USE bool time_parse(struct str s, int64_t *at_ms);      /* RFC 3339 with Z or an offset */

/* The same time of day `months` calendar months later, on `anchor_day` (1..31) or the month's last day when shorter:
 * 31 January + 1 month = 28 or 29 February, + 2 months = 31 March. UTC. */
int64_t time_add_months(int64_t at_ms, int months, int anchor_day);
int time_day_of_month(int64_t at_ms);

#endif
