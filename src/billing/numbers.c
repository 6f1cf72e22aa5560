/* numbers.c: the days of the operator's numbers, and the steps in which they are added up. A step is called by its
 * first day; the first and the last one may be cut by the range.
 *
 * Rejected: sums of each day, kept with each posting (every payment of a day would wait for one row, which has no place
 * in the order of locks: books are written before a plan is given and before it is taken back). */
#include "billing/numbers.h"

const char *const numbers_step_names[] = { "day", "week", "month", NULL };

/* clang-format off */
const struct problem problem_days_too_many = { "days_too_many", 422,
    "There is more in these days than is counted at once. Choose fewer days.",
    "所选日期内的记录超出一次可统计的上限，请缩短日期范围。" };
const struct shape numbers_step_shape[] = {
    SHAPE_TEXT("day", .doc = "Its first one."), SHAPE_TIME("begins"),
    SHAPE_TIME("ends", .doc = "The first moment behind it."), SHAPE_END };
/* clang-format on */

static int64_t day_of(int64_t at_ms) { return (at_ms + NUMBERS_ZONE_MS) / DAY_MS; }

int64_t numbers_day_begins(int64_t day) { return day * DAY_MS - NUMBERS_ZONE_MS; }

void numbers_day_text(int64_t day, char out[NUMBERS_DAY_SIZE])
{
    char text[TIME_TEXT_SIZE];
    time_text(day * DAY_MS, text);
    memcpy(out, text, NUMBERS_DAY_SIZE - 1);
    out[NUMBERS_DAY_SIZE - 1] = '\0';
}

enum answer numbers_range_of(struct req *req, int64_t days, int64_t to, int by, struct numbers_range *out)
{
    if (to >= 0 && to % DAY_MS != 0) return reply_fields(req, "to", "format");
    if (to >= 0 && to / DAY_MS < NUMBERS_DAYS_MOST) return reply_fields(req, "to", "too_small");
    out->last = to >= 0 ? to / DAY_MS : day_of(req->now_ms);
    out->first = out->last - days + 1;
    out->by = (enum numbers_step)by;
    out->from_ms = numbers_day_begins(out->first), out->to_ms = numbers_day_begins(out->last + 1);
    return ANSWER_GO_ON;
}

/* The day on which the step begins in which this one lies. */
static int64_t step_begins(enum numbers_step by, int64_t day)
{
    switch (by) {
    case NUMBERS_WEEK: return day - (day + 3) % 7; /* 1970 began on a Thursday */
    case NUMBERS_MONTH: return day - time_day_of_month(day * DAY_MS) + 1;
    case NUMBERS_DAY: break;
    }
    return day;
}

int64_t numbers_step_of(const struct numbers_range *r, int64_t day)
{
    int64_t begins = step_begins(r->by, day);
    return begins < r->first ? r->first : begins;
}

/* The first day behind the step of a day, but none behind the range. */
static int64_t step_ends(const struct numbers_range *r, int64_t day)
{
    int64_t next = day + 1;
    while (next <= r->last && step_begins(r->by, next) != next) next++;
    return next;
}

void numbers_range_json(struct json *j, const struct numbers_range *r)
{
    char text[NUMBERS_DAY_SIZE];
    json_text(j, "timezone", NUMBERS_ZONE);
    numbers_day_text(r->first, text);
    json_text(j, "from", text);
    numbers_day_text(r->last, text);
    json_text(j, "to", text);
    json_text(j, "by", numbers_step_names[r->by]);
    json_array(j, "steps");
    for (int64_t day = r->first; day <= r->last; day = step_ends(r, day)) {
        numbers_day_text(day, text);
        json_object(j, NULL);
        json_text(j, "day", text);
        json_time(j, "begins", numbers_day_begins(day));
        json_time(j, "ends", numbers_day_begins(step_ends(r, day)));
        json_end(j);
    }
    json_end(j);
}
