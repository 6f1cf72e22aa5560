/* hours.c: see hours.h. Time zones are GLib's GTimeZone: it reads the system's zone files, takes an offset for a time
 * without touching the process's own zone, and can be asked by any thread.
 *
 * Rejected: tzset and localtime (one zone for the whole process, and a lock around it); ICU (30 MB of tables, whose
 * zones are older than the system's); a reader of zone files of our own. */
#include "chat/hours.h"

#include "base/clock.h"
#include <glib.h>
#include <stdio.h>

enum { ZONE_MAX = 64, MINUTE_S = 60, DAY_S = 24 * 60 * 60, WEEKDAY_OF_1970 = 3 /* a Thursday */ };

/* Letters, digits and what stands in names of zones: never a path out of the folder of zones, nor an offset. */
static bool is_name(const char *zone)
{
    size_t n = strlen(zone);
    bool letter = (zone[0] >= 'A' && zone[0] <= 'Z') || (zone[0] >= 'a' && zone[0] <= 'z');
    return letter && n <= ZONE_MAX &&
           n == strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
}

/* NULL: it is none. */
static GTimeZone *zone_of(const char *zone)
{
    if (zone == NULL || zone[0] == '\0') return g_time_zone_new_utc();
    return is_name(zone) ? g_time_zone_new_identifier(zone) : NULL;
}

/* A zone that was known when it was set and is gone from this machine counts as UTC. */
static GTimeZone *zone_or_utc(const char *zone)
{
    GTimeZone *z = zone_of(zone);
    return z != NULL ? z : g_time_zone_new_utc();
}

static int64_t offset_at(GTimeZone *z, int64_t utc_s)
{
    return g_time_zone_get_offset(z, g_time_zone_find_interval(z, G_TIME_TYPE_UNIVERSAL, utc_s));
}

/* A local time that clocks skip is the first one after the gap; of one that comes twice it is the first. */
static int64_t utc_of(GTimeZone *z, int64_t local_s)
{
    gint64 t = local_s;
    int interval = g_time_zone_adjust_time(z, G_TIME_TYPE_DAYLIGHT, &t);
    return t - g_time_zone_get_offset(z, interval);
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Of a day number since 1970: the calendar's, by Hinnant's rule. */
static void civil(int64_t day, struct hours_local *out)
{
    int64_t z = day + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    out->year = (int)(yoe + era * 400 + (out->month <= 2));
    out->day_number = day;
    out->weekday = (int)(((day + WEEKDAY_OF_1970) % 7 + 7) % 7);
}

static struct hours_local local_at(GTimeZone *z, int64_t at_ms)
{
    struct hours_local out;
    int64_t s = floor_div(at_ms, SECOND_MS), local = s + offset_at(z, s), day = floor_div(local, DAY_S);
    civil(day, &out);
    out.minute = (int)((local - day * DAY_S) / MINUTE_S);
    return out;
}

struct hours_local hours_local_of(const char *zone, int64_t at_ms)
{
    GTimeZone *z = zone_or_utc(zone);
    struct hours_local out = local_at(z, at_ms);
    g_time_zone_unref(z);
    return out;
}

int64_t hours_day_begins(const char *zone, int64_t day_number)
{
    GTimeZone *z = zone_or_utc(zone);
    int64_t s = utc_of(z, day_number * DAY_S);
    g_time_zone_unref(z);
    return s * SECOND_MS;
}

void hours_day_write(int64_t day_number, char out[HOURS_DAY_SIZE])
{
    struct hours_local d;
    civil(day_number, &d);
    (void)snprintf(out, HOURS_DAY_SIZE, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static bool is_holiday(const struct chat_shop_settings *s, const struct hours_local *d)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", d->year, d->month, d->day);
    for (size_t i = 0; i < s->holidays.count; i++)
        if (text_eq(s->holidays.text[i], text)) return true;
    return false;
}

/* The first span of that day that is not over at `minute`; NULL: none. */
static const struct chat_hours_span *span_after(const struct chat_shop_settings *s, const struct hours_local *d,
                                                int minute)
{
    const struct chat_hours_span *first = NULL;
    if (is_holiday(s, d)) return NULL;
    for (size_t i = 0; i < HOURS_SPANS; i++) {
        const struct chat_hours_span *h = &s->day[d->weekday][i];
        if (h->from_min < h->to_min && h->to_min > minute && (!first || h->from_min < first->from_min)) first = h;
    }
    return first;
}

bool hours_open(const struct chat_shop_settings *s, int64_t now_ms, int64_t *opens_at_ms)
{
    *opens_at_ms = 0;
    if (!s->hours_on) return true;
    GTimeZone *z = zone_or_utc(s->timezone);
    struct hours_local d = local_at(z, now_ms);
    const struct chat_hours_span *h = span_after(s, &d, d.minute);
    bool open = h != NULL && h->from_min <= d.minute;
    int64_t today = d.day_number;
    for (int ahead = 0; !open && *opens_at_ms == 0 && ahead <= HOURS_AHEAD_DAYS; ahead++) {
        civil(today + ahead, &d);
        h = span_after(s, &d, ahead == 0 ? d.minute : 0);
        if (h != NULL) *opens_at_ms = utc_of(z, d.day_number * DAY_S + (int64_t)h->from_min * MINUTE_S) * SECOND_MS;
    }
    g_time_zone_unref(z);
    return open;
}
