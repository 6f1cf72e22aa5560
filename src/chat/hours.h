/* hours.h: when somebody of the shop is there. Spans are minutes of the shop's own day, in its time zone, so they keep
 * their hour when clocks change; a holiday is closed all day. */
#ifndef CHATHUB_CHAT_HOURS_H
#define CHATHUB_CHAT_HOURS_H

#include "chat/settings.h"

/* A minute of a local day: what it is called there. A zone that this machine does not know is UTC. */
struct hours_local {
    int year, month, day, minute; /* month 1 to 12, minute of the day */
    int weekday;                  /* 0: Monday */
    int64_t day_number;           /* of the local calendar: two times of one day have the same */
};
struct hours_local hours_local_of(const char *zone, int64_t at_ms);
/* The first moment of a day by its number, and how the day is written: "2026-11-28". */
int64_t hours_day_begins(const char *zone, int64_t day_number);
enum { HOURS_DAY_SIZE = 32 };
void hours_day_write(int64_t day_number, char out[HOURS_DAY_SIZE]);
/* Is somebody there? *opens_at_ms: when not, the next time that somebody will be; 0: not within HOURS_AHEAD_DAYS. */
enum { HOURS_AHEAD_DAYS = 60 };
bool hours_open(const struct chat_shop_settings *s, int64_t now_ms, int64_t *opens_at_ms);

#endif
