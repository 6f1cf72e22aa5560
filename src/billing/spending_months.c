/* spending_months.c: months by the clock of an account, which is that of its first shop with chat settings, as in its
 * other numbers. Who knows time zones stands in a later folder and is asked by a hook (billing_settings.calendar). */
#include "billing/spending.h"

/* clang-format off */
const struct problem problem_months_too_many = { "months_too_many", 422,
    "There is more in these months than is counted at once. Choose fewer months.",
    "所选月份内的记录超出一次可统计的上限，请减少月份。" };
const struct shape spending_month_shape[] = {
    SHAPE_TEXT("month", .doc = "As 2026-11."), SHAPE_TIME("begins"),
    SHAPE_TIME("ends", .doc = "The first moment behind it."), SHAPE_END };
/* clang-format on */

static int64_t day_begins_ms(const char *zone, int64_t day)
{
    const struct billing_calendar *c = &billing_settings.calendar;
    return c->day_begins_ms ? c->day_begins_ms(zone, day) : day * DAY_MS;
}

static int64_t day_of(const char *zone, int64_t at_ms)
{
    const struct billing_calendar *c = &billing_settings.calendar;
    return c->day_of ? c->day_of(zone, at_ms) : at_ms / DAY_MS;
}

bool spending_span_of(struct req *req, int first, size_t count, struct spending_span *out)
{
    const struct billing_calendar *c = &billing_settings.calendar;
    assert(count > 0 && count <= SPENDING_MONTHS_MOST);
    *out = (struct spending_span){ .zone = "", .count = count };
    if (c->zone && !c->zone(req->tx, req->who.account, req->arena, &out->zone)) return false;
    /* A day by its number, as a moment of UTC: so months are counted without any zone. */
    int64_t today_ms = day_of(out->zone, req->now_ms) * DAY_MS;
    for (size_t i = 0; i < count; i++) {
        char text[TIME_TEXT_SIZE];
        struct spending_month *m = &out->month[i];
        int64_t day_ms = time_add_months(today_ms, first + (int)i, 1);
        m->begins_ms = day_begins_ms(out->zone, day_ms / DAY_MS);
        m->ends_ms = day_begins_ms(out->zone, time_add_months(day_ms, 1, 1) / DAY_MS);
        time_text(day_ms, text);
        memcpy(m->name, text, SPENDING_MONTH_SIZE - 1);
    }
    return true;
}

size_t spending_month_at(const struct spending_span *s, int64_t at_ms)
{
    size_t i = s->count - 1;
    while (i > 0 && at_ms < s->month[i].begins_ms) i--;
    return i;
}

void spending_months_json(struct json *j, const struct spending_span *s)
{
    json_array(j, "months");
    for (size_t i = 0; i < s->count; i++) {
        json_object(j, NULL);
        json_text(j, "month", s->month[i].name);
        json_time(j, "begins", s->month[i].begins_ms);
        json_time(j, "ends", s->month[i].ends_ms);
        json_end(j);
    }
    json_end(j);
}
