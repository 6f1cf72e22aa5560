/* numbers.h: what a team's conversations come to, counted from their rows: how many, how soon somebody answered, how
 * long until they were resolved, who answered. A conversation counts on the day on which it began, by the clock of the
 * shop; one in which the visitor has said nothing does not count.
 *
 * The cost: one walk over the conversations that began in the period, a few rows read by their key for each; nothing
 * else of the tables is touched. So a period has at most NUMBERS_DAYS_MAX days and NUMBERS_TALKS_MAX conversations. */
#ifndef CHATHUB_CHAT_NUMBERS_H
#define CHATHUB_CHAT_NUMBERS_H

#include "base/arena.h"
#include "storage/db_lanes.h"

enum { NUMBERS_DAYS_MAX = 92, NUMBERS_TALKS_MAX = 50000, NUMBERS_HOURS = 24 };

struct numbers_span {   /* in ms; -1: there was none */
    int64_t half, most; /* half of them were at most so long, and 95 of 100 */
};
struct numbers_sum {
    int64_t talks;
    int64_t by_bot;     /* the assistant answered, and no person was called or came */
    int64_t by_person;  /* a person was called, or came */
    int64_t unanswered; /* neither: nobody has said a word */
    int64_t reopened, resolved;
    int64_t rated, satisfied;       /* with a score; with 4 or 5 */
    struct numbers_span first;      /* from the visitor's first word to the first answer of anybody */
    struct numbers_span person;     /* from the call for a person to that person's first word */
    struct numbers_span resolution; /* from the visitor's first word to the end; of those that are resolved */
};
struct numbers_asked {
    int64_t account, shop; /* shop 0: all */
    const char *zone;
    int64_t first_day, days; /* day_number of hours.h */
    size_t most;             /* conversations; with more it is NUMBERS_TOO_MANY. 0: NUMBERS_TALKS_MAX */
};
struct numbers {
    struct numbers_sum all;
    struct numbers_sum *day;     /* `days` of them */
    int64_t hour[NUMBERS_HOURS]; /* conversations by the hour in which they began */
    int64_t waiting;             /* for a person, now */
};
enum numbers_found { NUMBERS_FAULT = -1, NUMBERS_COUNTED, NUMBERS_TOO_MANY };
MUST_USE enum numbers_found numbers_count(struct tx *tx, const struct numbers_asked *in, struct arena *a,
                                          struct numbers *out);
/* How many wait for a person now. */
MUST_USE bool numbers_waiting(struct tx *tx, const struct numbers_asked *in, int64_t *out);
/* The time zone that an account's days are counted in: of its first shop that has chat settings; "": UTC. */
MUST_USE bool numbers_zone(struct tx *tx, int64_t account, int64_t shop, struct arena *a, const char **out);

#endif
