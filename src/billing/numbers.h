/* numbers.h: what the operator's numbers of money share: which days, in which steps. They are counted from the rows
 * when somebody looks, by a walk of an index over those days, and nothing is kept beside the rows; so they agree with
 * them. The house's days are China's (UTC+8, without summer time), as on papers. */
#ifndef CHATHUB_BILLING_NUMBERS_H
#define CHATHUB_BILLING_NUMBERS_H

#include "base/clock.h"
#include "billing/private.h"
#include "http/csv.h"

#define NUMBERS_ZONE "Asia/Shanghai"
#define NUMBERS_ZONE_MS (8 * HOUR_MS)
/* The same in SQL: the number of the day, since 1970, of a column of times. */
#define NUMBERS_SQL_DAY(column) "(" column " + 28800000) / 86400000"
enum { NUMBERS_DAYS_USUAL = 30, NUMBERS_DAYS_MOST = 366, NUMBERS_ROWS_MOST = 100000 };
enum { NUMBERS_DAY_SIZE = 11 }; /* "2026-11-28" and NUL */

enum numbers_step { NUMBERS_DAY, NUMBERS_WEEK, NUMBERS_MONTH };
extern const char *const numbers_step_names[]; /* "day", "week", "month"; NULL-ended */

/* The members that every question has: `struct get_x { int64_t days, to; int by, format; … }`. */
#define FIELD_NUMBERS(type)                                                                                            \
    FIELD_I64(type, days, .optional = true, .min = 1, .max = NUMBERS_DAYS_MOST, .fallback = NUMBERS_DAYS_USUAL,        \
              .doc = "How many days, the last of them is `to`."),                                                      \
        FIELD_TIME(type, to, .optional = true, .fallback = -1,                                                         \
                   .doc = "A day of China, as 2026-11-28. Absent: today."),                                            \
        FIELD_ENUM(type, by, numbers_step_names, .optional = true, .doc = "What is added up; weeks begin on Monday."), \
        FIELD_FORMAT(type)

struct numbers_range {
    int64_t first, last; /* numbers of days, both within it */
    enum numbers_step by;
    int64_t from_ms, to_ms; /* of all of it; to_ms is the first moment behind it */
};
/* ANSWER_GO_ON, or the refusal of a `to` that is no day. */
MUST_USE enum answer numbers_range_of(struct req *req, int64_t days, int64_t to, int by, struct numbers_range *out);
/* The first day of the step in which a day lies, but none before the range. */
int64_t numbers_step_of(const struct numbers_range *r, int64_t day);
int64_t numbers_day_begins(int64_t day); /* in ms */
void numbers_day_text(int64_t day, char out[NUMBERS_DAY_SIZE]);
/* The members `timezone`, `from`, `to`, `by`, and `steps`: each with its first day and its moments. */
void numbers_range_json(struct json *j, const struct numbers_range *r);
extern const struct shape numbers_step_shape[];
#define NUMBERS_RANGE_SHAPES                                                                                           \
    SHAPE_TEXT("timezone", .doc = "Of the days: China's, as on papers."), SHAPE_TEXT("from"), SHAPE_TEXT("to"),        \
        SHAPE_ENUM("by", numbers_step_names),                                                                          \
        SHAPE_LIST("steps", numbers_step_shape, .type_name = "MoneyStep", .doc = "All of them, also empty ones.")

extern const struct problem problem_days_too_many;

/* ---- numbers_page.c: the lists behind them, newest first ---- */
struct numbers_list {
    /* Rows with `id` and `at_ms`: ?1 from, ?2 before, ?3 and ?4 the time and the id that were seen last, which need not
     * be there any more, ?5 how many, ?6 whose (only where `account` is not 0). And the at_ms of the one with id ?1,
     * whose ?2 is. */
    const struct stmt *rows, *at;
    int64_t account, after, limit, from_ms, to_ms;
    bool (*take)(const struct query *q, void *list); /* is it wanted? Then `list` has it now */
    void *list;                                      /* has room for `limit` */
};
/* One page. *next: behind what the next one begins; 0: this was all. False: storage fault. */
MUST_USE bool numbers_page(struct tx *tx, const struct numbers_list *l, int64_t *next);
/* `counts`: how many (`n`) are between ?1 and ?2, up to ?3. *out: more than are counted at once. */
MUST_USE bool numbers_too_many(struct tx *tx, const struct stmt *counts, const struct numbers_range *r, bool *out);

/* plan_moves.c: how a walk of them counts. */
enum plan_move_kind { /* stored */
                      PLAN_MOVE_NONE,
                      PLAN_MOVE_TRIAL,
                      PLAN_MOVE_BEGAN,
                      PLAN_MOVE_RENEWED,
                      PLAN_MOVE_EXCHANGED,
                      PLAN_MOVE_ENDED,
                      PLAN_MOVE_TRIAL_ENDED,
                      PLAN_MOVE_COUNT
};
extern const char *const plan_move_names[]; /* by kind - 1; NULL-ended */
#endif
