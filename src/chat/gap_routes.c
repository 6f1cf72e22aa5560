/* gap_routes.c: the questions that found no answer, for those who can write one. */
#include "chat/gaps.h"
#include "chat/numbers.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "shops/shops.h"

#include <stdio.h>

enum { GAPS_DAYS_USUAL = 28, GAP_TEXT_MAX = 300 };

struct get_gaps {
    int64_t shop, days;
};
static const struct field get_gaps_fields[] = {
    FIELD_I64(struct get_gaps, shop, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Of this shop alone."),
    FIELD_I64(struct get_gaps, days, .optional = true, .min = 1, .max = NUMBERS_DAYS_MAX, .fallback = GAPS_DAYS_USUAL,
              .doc = "Asked within so many days."),
    FIELD_END
};
struct post_aside {
    int64_t shop;
    const char *question;
};
static const struct field post_aside_fields[] = {
    FIELD_I64(struct post_aside, shop, .min = 1, .max = CHAT_NUMBER_MAX, .doc = "The shop's number."),
    FIELD_TEXT(struct post_aside, question, .min = GAP_SIZE - 1, .max = GAP_SIZE - 1, .doc = "As the list names it."),
    FIELD_END
};
/* clang-format off */
static const struct shape gap_shape[] = {
    SHAPE_I64("shop"), SHAPE_TEXT("question", .doc = "What it comes to, as a name."),
    SHAPE_TEXT("entry", .doc = "The id of an entry in the shop's questions: with it, this one is answered."),
    SHAPE_TEXT("text", .doc = "As it was asked last."), SHAPE_I64("asked", .doc = "How often."), SHAPE_TIME("lastAt"),
    SHAPE_I64("conversation", .doc = "Where it was asked last."), SHAPE_END };
/* clang-format on */
static const struct shape gaps_shape[] = { SHAPE_LIST("gaps", gap_shape, .type_name = "Gap"), SHAPE_END };
static const struct shape aside_shape[] = { SHAPE_BOOL("success"), SHAPE_END };

struct gaps {
    struct gap gap[GAPS_SHOWN];
    size_t count;
};

static void gaps_json(struct json *j, const void *arg)
{
    const struct gaps *l = arg;
    json_array(j, "gaps");
    for (size_t i = 0; i < l->count; i++) {
        const struct gap *g = &l->gap[i];
        char entry[sizeof GAP_ENTRY + GAP_SIZE];
        (void)snprintf(entry, sizeof entry, GAP_ENTRY "%s", g->question);
        json_object(j, NULL);
        json_i64(j, "shop", g->shop), json_text(j, "question", g->question), json_text(j, "entry", entry);
        json_str(j, "text", (struct str){ g->text, unicode_cut(str_of(g->text), GAP_TEXT_MAX) });
        json_i64(j, "asked", g->asked), json_time(j, "lastAt", g->last_ms);
        json_i64(j, "conversation", g->conversation);
        json_end(j);
    }
    json_end(j);
}

static enum answer run_gaps(struct req *req)
{
    const struct get_gaps *in = req->query;
    struct gaps l;
    struct shop s;
    enum row row = in->shop == 0 ? ROW_FOUND : shops_owned(req->tx, req->who.account, in->shop, &s);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT ||
        !gaps_open(req->tx, req->who.account, in->shop, req->now_ms - in->days * DAY_MS, req->arena, l.gap, &l.count))
        return reply_fault(req);
    return reply_json(req, 200, gaps_json, &l);
}

static void aside_json(struct json *j, const void *arg)
{
    (void)arg;
    json_bool(j, "success", true);
}

static enum answer run_aside(struct req *req)
{
    const struct post_aside *in = req->body;
    struct shop s;
    enum row row = shops_owned(req->tx, req->who.account, in->shop, &s);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT || !gap_aside(req->tx, in->shop, in->question, req->now_ms)) return reply_fault(req);
    return reply_json(req, 200, aside_json, NULL);
}

/* clang-format off */
const struct route chat_gap_routes[] = {
    { .verb = VERB_GET, .path = "/api/numbers/gaps", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Numbers",
      QUERY_FIELDS(get_gaps), .answer = gaps_shape, .run = run_gaps, PROBLEMS(&problem_not_found),
      .doc = "Questions that found no answer, the most asked first." },
    { .verb = VERB_POST, .path = "/api/numbers/gaps/aside", .who = WHO_MANAGERS, .tx = TX_WRITE, .tag = "Numbers",
      .idempotent = true, BODY_FIELDS(post_aside), .answer = aside_shape, .run = run_aside,
      PROBLEMS(&problem_not_found), .doc = "Put a question aside until it is asked again." },
    ROUTE_END
};
/* clang-format on */
