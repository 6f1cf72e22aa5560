/* home_routes.c: what a merchant's first page says in figures: the last seven days beside the seven before them. The
 * conversations are those of `/api/numbers`, of the same days and by the same count; the balance is the ledger's. Where
 * nothing was before, that is said instead of a difference.
 *
 * Rejected: the difference alone (of nothing before it would be a growth), and per cent (3 after 1 is "200 % more"). */
#include "chat/numbers.h"
#include "chat/private.h"

#include "base/clock.h"
#include "chat/hours.h"
#include "credits/credits.h"

/* The page is opened often and looks again by itself: what is more than a moment's work is counted under Analytics
 * alone. */
enum { HOME_DAYS = 7, HOME_TALKS_MAX = 5000 };

STMT(earlier, "SELECT id FROM chat_conversations WHERE account = ?1 AND last_number > 0 AND created_at_ms < ?2"
              " ORDER BY created_at_ms, id LIMIT 1");
STMT(short_kept,
     "SELECT shop FROM chat_settings WHERE account = ?1 AND keep_days > 0 AND keep_days < ?2 ORDER BY shop LIMIT 1");

struct figure {
    int64_t now, before; /* -1: not known, or nothing was before */
};
struct figures {
    const char *zone;
    int64_t first_day, waiting;
    struct figure talks, by_bot, balance;
    const struct numbers_sum *day; /* 2 * HOME_DAYS; NULL: too many to count */
};

/* clang-format off */
static const struct shape figure_shape[] = {
    SHAPE_I64("now", .nullable = true, .doc = "null: there are more conversations than are counted at once."),
    SHAPE_I64("before", .nullable = true,
              .doc = "In the seven days before; null: they are not all there."), SHAPE_END };
static const struct shape day_shape[] = {
    SHAPE_TEXT("day"), SHAPE_I64("byAssistant"), SHAPE_I64("byPerson"), SHAPE_I64("unanswered"), SHAPE_END };
static const struct shape figures_shape[] = {
    SHAPE_I64("days"), SHAPE_TEXT("timezone", .doc = "Of the days."),
    SHAPE_TEXT("from"), SHAPE_TEXT("to", .doc = "Today."),
    SHAPE_I64("waiting", .doc = "For a person, now."),
    SHAPE_OBJECT("conversations", figure_shape, .type_name = "HomeFigure"),
    SHAPE_OBJECT("byAssistant", figure_shape, .type_name = "HomeFigure",
                 .doc = "The assistant answered; no person was called or came."),
    SHAPE_OBJECT("balance", figure_shape, .type_name = "HomeFigure",
                 .doc = "Of the ledger, what is held included: now, and when the seven days began."),
    SHAPE_LIST("daily", day_shape, .type_name = "HomeDay",
               .doc = "Both weeks, day by day: the conversations that began on it. Empty: too many to count."),
    SHAPE_END };
/* clang-format on */

static void put_count(struct json *j, const char *name, int64_t n)
{
    if (n < 0) json_null(j, name);
    else json_i64(j, name, n);
}

static void put_figure(struct json *j, const char *name, struct figure f)
{
    json_object(j, name);
    put_count(j, "now", f.now), put_count(j, "before", f.before);
    json_end(j);
}

static void put_day(struct json *j, const char *name, int64_t day)
{
    char text[HOURS_DAY_SIZE];
    hours_day_write(day, text);
    json_text(j, name, text);
}

static void put_days(struct json *j, const struct figures *f)
{
    json_array(j, "daily");
    for (int d = 0; f->day && d < 2 * HOME_DAYS; d++) {
        json_object(j, NULL);
        put_day(j, "day", f->first_day - HOME_DAYS + d);
        json_i64(j, "byAssistant", f->day[d].by_bot), json_i64(j, "byPerson", f->day[d].by_person);
        json_i64(j, "unanswered", f->day[d].unanswered);
        json_end(j);
    }
    json_end(j);
}

static void figures_json(struct json *j, const void *arg)
{
    const struct figures *f = arg;
    json_i64(j, "days", HOME_DAYS), json_text(j, "timezone", f->zone[0] ? f->zone : "UTC");
    put_day(j, "from", f->first_day), put_day(j, "to", f->first_day + HOME_DAYS - 1);
    json_i64(j, "waiting", f->waiting);
    put_figure(j, "conversations", f->talks), put_figure(j, "byAssistant", f->by_bot);
    put_figure(j, "balance", f->balance);
    put_days(j, f);
}

/* Is the week before whole? Something must have been there on its first day or earlier, and nothing of it may be taken
 * out already because its shop keeps conversations for less than both weeks. */
static enum row week_before(struct req *req, const struct figures *f)
{
    struct query kept = query(req->tx, &short_kept), talks = query(req->tx, &earlier);
    bind_i64(&kept, req->who.account), bind_i64(&kept, (int64_t)2 * HOME_DAYS);
    enum row row = query_row(&kept);
    if (row != ROW_NONE) return row == ROW_FOUND ? ROW_NONE : row;
    bind_i64(&talks, req->who.account), bind_i64(&talks, hours_day_begins(f->zone, f->first_day - HOME_DAYS + 1));
    return query_row(&talks);
}

/* Both periods by one walk: neither sum has a conversation of the other. */
static bool count_talks(struct req *req, struct figures *f)
{
    const struct numbers_asked asked = { .account = req->who.account,
                                         .zone = f->zone,
                                         .first_day = f->first_day - HOME_DAYS,
                                         .days = 2 * HOME_DAYS,
                                         .most = HOME_TALKS_MAX };
    struct numbers n;
    enum numbers_found found = numbers_count(req->tx, &asked, req->arena, &n);
    f->talks = f->by_bot = (struct figure){ -1, -1 };
    if (found == NUMBERS_TOO_MANY) return numbers_waiting(req->tx, &asked, &f->waiting); /* that is always known */
    if (found != NUMBERS_COUNTED) return false;
    f->waiting = n.waiting, f->day = n.day;
    struct figure talks = { 0, 0 }, by_bot = { 0, 0 };
    for (int d = 0; d < HOME_DAYS; d++) {
        talks.before += n.day[d].talks, talks.now += n.day[HOME_DAYS + d].talks;
        by_bot.before += n.day[d].by_bot, by_bot.now += n.day[HOME_DAYS + d].by_bot;
    }
    enum row row = week_before(req, f);
    if (row == ROW_NONE) talks.before = by_bot.before = -1;
    f->talks = talks, f->by_bot = by_bot;
    return row != ROW_FAULT;
}

static bool read_balance(struct req *req, struct figures *f)
{
    struct credit_balance now;
    struct credits before = credits_of(0);
    if (credits_balance(req->tx, req->who.account, &now) != ROW_FOUND) return false;
    enum row row = credits_balance_at(req->tx, req->who.account, hours_day_begins(f->zone, f->first_day), &before);
    f->balance.now = credits_count(now.balance);
    f->balance.before = row == ROW_FOUND ? credits_count(before) : -1;
    return row != ROW_FAULT;
}

static enum answer run_figures(struct req *req)
{
    struct figures f = { .zone = "" };
    if (!numbers_zone(req->tx, req->who.account, 0, req->arena, &f.zone)) return reply_fault(req);
    f.first_day = hours_local_of(f.zone, req->now_ms).day_number - HOME_DAYS + 1;
    if (!count_talks(req, &f) || !read_balance(req, &f)) return reply_fault(req);
    return reply_json(req, 200, figures_json, &f);
}

/* clang-format off */
const struct route chat_home_routes[] = {
    { .verb = VERB_GET, .path = "/api/home/figures", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Numbers",
      .answer = figures_shape, .run = run_figures,
      .doc = "Seven days in figures, and the seven before: conversations, answers of the assistant, the balance." },
    ROUTE_END
};
/* clang-format on */
