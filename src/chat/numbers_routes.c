/* numbers_routes.c: what conversations come to, for the people of an account, as JSON and as a table a day. */
#include "chat/numbers.h"
#include "chat/private.h"

#include "base/clock.h"
#include "chat/hours.h"
#include "http/csv.h"
#include "shops/shops.h"

enum { NUMBERS_DAYS_USUAL = 28 };

/* clang-format off */
static const struct problem problem_too_many = {
    "numbers_too_many", 422, "There are more conversations in these days than are counted at once. Choose fewer days.",
    "所选日期内的对话数量超出一次可统计的上限，请缩短日期范围。"
};
/* clang-format on */

struct get_numbers {
    int64_t shop, days, to;
    int format;
};
static const struct field get_numbers_fields[] = {
    FIELD_I64(struct get_numbers, shop, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Of this shop alone."),
    FIELD_I64(struct get_numbers, days, .optional = true, .min = 1, .max = NUMBERS_DAYS_MAX,
              .fallback = NUMBERS_DAYS_USUAL, .doc = "How many days, the last of them is `to`."),
    FIELD_TIME(struct get_numbers, to, .optional = true, .fallback = -1,
               .doc = "A day, as 2026-11-28, of the time zone that the answer names. Absent: today."),
    FIELD_FORMAT(struct get_numbers), FIELD_END
};

/* clang-format off */
#define LENGTH(n, text) SHAPE_I64(n, .nullable = true, .doc = text)
#define SUM_SHAPE                                                                                                      \
    SHAPE_I64("conversations", .doc = "Begun, and the visitor has said something."),                                   \
    SHAPE_I64("byAssistant", .doc = "The assistant answered; no person was called or came."),                          \
    SHAPE_I64("byPerson", .doc = "A person was called, or came."),                                                     \
    SHAPE_I64("unanswered", .doc = "Neither: nobody has answered."),                                                   \
    SHAPE_I64("reopened"), SHAPE_I64("resolved"), SHAPE_I64("rated"),                                                  \
    SHAPE_I64("satisfied", .doc = "Rated with 4 or 5."),                                                               \
    LENGTH("firstMsHalf", "From the visitor's first word to the first answer: at most so long for half of them."),     \
    LENGTH("firstMs95", "The same for 95 of 100."),                                                                    \
    LENGTH("personMsHalf", "From the call for a person to that person's first word, for half of them."),               \
    LENGTH("personMs95", "The same for 95 of 100."),                                                                   \
    LENGTH("resolvedMsHalf", "From the visitor's first word to the end, for half of those that are resolved."),        \
    LENGTH("resolvedMs95", "The same for 95 of 100.")
static const struct shape sum_shape[] = { SUM_SHAPE, SHAPE_END };
static const struct shape day_shape[] = { SHAPE_TEXT("day"), SUM_SHAPE, SHAPE_END };
static const struct shape hour_shape[] = { SHAPE_I64("hour"), SHAPE_I64("conversations"), SHAPE_END };
static const struct shape numbers_shape[] = {
    SHAPE_TEXT("timezone", .doc = "Of the days: the shop's; of all shops, that of the first with one set, else UTC."),
    SHAPE_TEXT("from"), SHAPE_TEXT("to"), SHAPE_I64("waiting", .doc = "For a person, now."),
    SHAPE_OBJECT("all", sum_shape, .type_name = "NumbersSum"),
    SHAPE_LIST("days", day_shape, .type_name = "NumbersDay"),
    SHAPE_LIST("hours", hour_shape, .type_name = "NumbersHour"), SHAPE_END };
/* clang-format on */

struct shown {
    const struct numbers_asked *in;
    const struct numbers *n;
};

static void put_length(struct json *j, const char *name, int64_t ms)
{
    if (ms < 0) json_null(j, name);
    else json_i64(j, name, ms);
}

static void put_sum(struct json *j, const struct numbers_sum *s)
{
    json_i64(j, "conversations", s->talks), json_i64(j, "byAssistant", s->by_bot);
    json_i64(j, "byPerson", s->by_person), json_i64(j, "unanswered", s->unanswered);
    json_i64(j, "reopened", s->reopened), json_i64(j, "resolved", s->resolved);
    json_i64(j, "rated", s->rated), json_i64(j, "satisfied", s->satisfied);
    put_length(j, "firstMsHalf", s->first.half), put_length(j, "firstMs95", s->first.most);
    put_length(j, "personMsHalf", s->person.half), put_length(j, "personMs95", s->person.most);
    put_length(j, "resolvedMsHalf", s->resolution.half), put_length(j, "resolvedMs95", s->resolution.most);
}

static void put_day(struct json *j, const char *name, int64_t day)
{
    char text[HOURS_DAY_SIZE];
    hours_day_write(day, text);
    json_text(j, name, text);
}

static void numbers_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    json_text(j, "timezone", s->in->zone[0] ? s->in->zone : "UTC");
    put_day(j, "from", s->in->first_day), put_day(j, "to", s->in->first_day + s->in->days - 1);
    json_i64(j, "waiting", s->n->waiting);
    json_object(j, "all");
    put_sum(j, &s->n->all);
    json_end(j);
    json_array(j, "days");
    for (int64_t d = 0; d < s->in->days; d++) {
        json_object(j, NULL);
        put_day(j, "day", s->in->first_day + d);
        put_sum(j, &s->n->day[d]);
        json_end(j);
    }
    json_end(j);
    json_array(j, "hours");
    for (int64_t h = 0; h < NUMBERS_HOURS; h++) {
        json_object(j, NULL);
        json_i64(j, "hour", h), json_i64(j, "conversations", s->n->hour[h]);
        json_end(j);
    }
    json_end(j);
}

static void csv_length(struct csv *c, int64_t ms)
{
    if (ms < 0) csv_nothing(c);
    else csv_i64(c, ms);
}

static bool csv_days(struct req *req, struct csv *c, void *arg)
{
    const struct shown *s = arg;
    (void)req;
    for (int64_t d = 0; d < s->in->days; d++) {
        const struct numbers_sum *n = &s->n->day[d];
        char text[HOURS_DAY_SIZE];
        hours_day_write(s->in->first_day + d, text);
        csv_text(c, text), csv_i64(c, n->talks), csv_i64(c, n->by_bot), csv_i64(c, n->by_person);
        csv_i64(c, n->unanswered), csv_i64(c, n->reopened), csv_i64(c, n->resolved);
        csv_length(c, n->first.half), csv_length(c, n->first.most);
        csv_length(c, n->person.half), csv_length(c, n->person.most);
        csv_length(c, n->resolution.half), csv_length(c, n->resolution.most);
        csv_i64(c, n->rated), csv_i64(c, n->satisfied);
        csv_end_row(c);
    }
    return true;
}

static enum answer reply_numbers(struct req *req, const struct shown *s)
{
    static const char *const names[] = { "day",          "conversations", "byAssistant", "byPerson",
                                         "unanswered",   "reopened",      "resolved",    "firstMsHalf",
                                         "firstMs95",    "personMsHalf",  "personMs95",  "resolvedMsHalf",
                                         "resolvedMs95", "rated",         "satisfied",   NULL };
    if (!csv_is_wanted(req, ((const struct get_numbers *)req->query)->format))
        return reply_json(req, 200, numbers_json, s);
    struct shown l = *s;
    return reply_csv(req, &(struct csv_list){ "numbers", names, true, csv_days, &l });
}

static enum answer run_numbers(struct req *req)
{
    const struct get_numbers *in = req->query;
    struct numbers_asked asked = { .account = req->who.account, .shop = in->shop, .days = in->days };
    struct numbers n;
    struct shop s;
    if (in->to >= 0 && in->to % DAY_MS != 0) return reply_fields(req, "to", "format");
    enum row row = in->shop == 0 ? ROW_FOUND : shops_owned(req->tx, asked.account, in->shop, &s);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT || !numbers_zone(req->tx, asked.account, in->shop, req->arena, &asked.zone))
        return reply_fault(req);
    int64_t last = in->to >= 0 ? in->to / DAY_MS : hours_local_of(asked.zone, req->now_ms).day_number;
    asked.first_day = last - in->days + 1;
    enum numbers_found found = numbers_count(req->tx, &asked, req->arena, &n);
    if (found == NUMBERS_TOO_MANY) return reply_problem(req, &problem_too_many);
    return found == NUMBERS_COUNTED ? reply_numbers(req, &(struct shown){ &asked, &n }) : reply_fault(req);
}

ROUTE_TAG(numbers_tag, "Numbers", "What conversations come to: how many, how soon, by whom.");

/* clang-format off */
const struct route chat_numbers_routes[] = {
    { .verb = VERB_GET, .path = "/api/numbers", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Numbers",
      QUERY_FIELDS(get_numbers), .answer = numbers_shape, .run = run_numbers,
      PROBLEMS(&problem_not_found, &problem_too_many),
      .doc = "Conversations that began in some days, counted by the day and by the hour." },
    ROUTE_END
};
/* clang-format on */
