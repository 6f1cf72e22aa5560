/* desk_routes.c: what the inbox shows beside its list and its threads: who could answer, how much waits, who else looks
 * at a conversation, and what its customer said before. */
#include "chat/desk.h"

#include "http/events.h"

enum { COLLEAGUES_MAX = 100, COUNT_MAX = 100, EARLIER_MAX = 10 };

/* Over the indexes of the inbox's pages, which are of those that were used. */
STMT(count_waiting, "SELECT COUNT(*) AS n FROM (SELECT id FROM chat_conversations WHERE account = ?1 AND status = 1"
                    " AND owner = 2 AND (last_number > 0 OR owner <> 1) ORDER BY last_at_ms DESC LIMIT ?2) AS few");
STMT(count_mine, "SELECT COUNT(*) AS n FROM (SELECT team_unread FROM chat_conversations WHERE account = ?1"
                 " AND status = 1 AND assignee = ?2 AND (last_number > 0 OR owner <> 1) ORDER BY last_at_ms DESC LIMIT "
                 "?3) AS few WHERE team_unread > 0");
STMT(earlier, "SELECT id, status, created_at_ms, last_at_ms, last_number FROM chat_conversations WHERE visitor = ?1"
              " AND id <> ?2 ORDER BY id DESC LIMIT ?3");

struct path_desk {
    int64_t id;
};
static const struct field path_desk_fields[] = { FIELD_ID(struct path_desk, id, .doc = "Of a conversation."),
                                                 FIELD_END };

/* ---- colleagues ---- */

struct team {
    struct account_colleague one[COLLEAGUES_MAX];
    size_t count;
};
static const struct shape colleague_shape[] = { SHAPE_I64("person"), SHAPE_TEXT("name"), SHAPE_TEXT("email"),
                                                SHAPE_BOOL("answers", .doc = "Can be assigned to."), SHAPE_END };
static const struct shape team_shape[] = { SHAPE_LIST("colleagues", colleague_shape, .type_name = "ChatColleague"),
                                           SHAPE_END };

static void team_json(struct json *j, const void *arg)
{
    const struct team *t = arg;
    json_array(j, "colleagues");
    for (size_t i = 0; i < t->count; i++) {
        json_object(j, NULL);
        json_i64(j, "person", t->one[i].person);
        json_text(j, "name", t->one[i].name ? t->one[i].name : "");
        json_text(j, "email", t->one[i].email);
        json_bool(j, "answers", (t->one[i].roles & WHO_STAFF) != 0);
        json_end(j);
    }
    json_end(j);
}

static enum answer run_colleagues(struct req *req)
{
    struct team *t = ARENA_NEW(req->arena, struct team);
    if (!accounts_colleagues(req->tx, req->who.account, COLLEAGUES_MAX, t->one, &t->count)) return reply_fault(req);
    return reply_json(req, 200, team_json, t);
}

/* ---- counts ---- */

struct counts {
    int64_t waiting, mine, mentions;
};
static const struct shape counts_shape[] = { SHAPE_I64("waiting", .doc = "For a person; 100: so many or more."),
                                             SHAPE_I64("mine", .doc = "Assigned to you, with unread words."),
                                             SHAPE_I64("mentions", .doc = "In which you were named in a note."),
                                             SHAPE_END };

static void counts_json(struct json *j, const void *arg)
{
    const struct counts *c = arg;
    json_i64(j, "waiting", c->waiting), json_i64(j, "mine", c->mine), json_i64(j, "mentions", c->mentions);
}

static enum answer run_counts(struct req *req)
{
    int64_t ids[COUNT_MAX];
    struct counts c;
    size_t mentions;
    struct query waiting = query(req->tx, &count_waiting), mine = query(req->tx, &count_mine);
    bind_i64(&waiting, req->who.account), bind_i64(&waiting, COUNT_MAX);
    bind_i64(&mine, req->who.account), bind_i64(&mine, req->who.person), bind_i64(&mine, COUNT_MAX);
    if (query_row(&waiting) != ROW_FOUND || query_row(&mine) != ROW_FOUND ||
        !mentions_page(req->tx, req->who.account, req->who.person, INT64_MAX, COUNT_MAX, ids, &mentions))
        return reply_fault(req);
    c = (struct counts){ col_i64(&waiting, "n"), col_i64(&mine, "n"), (int64_t)mentions };
    return reply_json(req, 200, counts_json, &c);
}

/* ---- who else looks ---- */

struct look {
    int64_t conversation, person;
    const char *name;
};
static const struct shape done_shape[] = { SHAPE_BOOL("success"), SHAPE_END };

static void look_json(struct json *j, const void *arg)
{
    const struct look *l = arg;
    json_i64(j, "conversation", l->conversation), json_i64(j, "person", l->person), json_text(j, "name", l->name);
}

static void done_json(struct json *j, const void *arg)
{
    (void)arg;
    json_bool(j, "success", true);
}

static enum row find(struct req *req, struct conversation *c)
{
    enum row row = conversation_get(req->tx, ((const struct path_desk *)req->path)->id, c);
    return row == ROW_FOUND && c->account != req->who.account ? ROW_NONE : row;
}

/* Told and forgotten; nothing is kept but the event of a day. */
static enum answer run_look(struct req *req)
{
    struct conversation c;
    struct account_colleague who;
    enum row row = find(req, &c);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    enum answer a = desk_me(req, &who);
    if (a != ANSWER_GO_ON) return a;
    const struct look l = { c.id, who.person, who.name && who.name[0] ? who.name : who.email };
    if (!events_put_to(req->tx, (struct topic){ TOPIC_INBOX, c.account }, "looking", look_json, &l) ||
        !mentions_seen(req->tx, c.account, c.id, who.person, req->now_ms))
        return reply_fault(req);
    return reply_json(req, 200, done_json, NULL);
}

/* ---- what was said before ---- */

struct before {
    struct conversation earlier[EARLIER_MAX];
    size_t count;
};
static const struct shape earlier_shape[] = { SHAPE_I64("id"),       SHAPE_ENUM("status", chat_status_names),
                                              SHAPE_TIME("beganAt"), SHAPE_TIME("lastAt"),
                                              SHAPE_I64("messages"), SHAPE_END };
static const struct shape before_shape[] = { SHAPE_LIST("earlier", earlier_shape, .type_name = "EarlierConversation"),
                                             SHAPE_END };

static void before_json(struct json *j, const void *arg)
{
    const struct before *c = arg;
    json_array(j, "earlier");
    for (size_t i = 0; i < c->count; i++) {
        const struct conversation *e = &c->earlier[i];
        json_object(j, NULL);
        json_i64(j, "id", e->id), json_text(j, "status", chat_status_name(e->status));
        json_time(j, "beganAt", e->created_at_ms), json_time(j, "lastAt", e->last_at_ms);
        json_i64(j, "messages", e->last_number);
        json_end(j);
    }
    json_end(j);
}

static enum answer run_before(struct req *req)
{
    struct before *out = ARENA_NEW(req->arena, struct before);
    struct conversation c;
    enum row row = find(req, &c);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row == ROW_FAULT) return reply_fault(req);
    *out = (struct before){ .count = 0 };
    struct query q = query(req->tx, &earlier);
    bind_i64(&q, c.visitor), bind_i64(&q, c.id), bind_i64(&q, EARLIER_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) out->earlier[out->count++] = conversation_brief(&q);
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, before_json, out);
}

#define READS .verb = VERB_GET, .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Inbox"

/* clang-format off */
const struct route chat_desk_routes[] = {
    { READS, .path = "/api/inbox/colleagues", .answer = team_shape, .run = run_colleagues,
      .doc = "Who works in this account: for assigning, and for naming in a note." },
    { READS, .path = "/api/inbox/counts", .answer = counts_shape, .run = run_counts, .doc = "How much waits for you." },
    { READS, .path = "/api/inbox/:id/before", PATH_FIELDS(path_desk), .answer = before_shape,
      PROBLEMS(&problem_not_found), .run = run_before,
      .doc = "Earlier conversations of the same customer." },
    { .verb = VERB_POST, .path = "/api/inbox/:id/looking", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Inbox",
      .idempotent = true, PATH_FIELDS(path_desk), .answer = done_shape, PROBLEMS(&problem_not_found), .run = run_look,
      .doc = "You have it open: colleagues see that; say it every half a minute. What named you there is seen." },
    ROUTE_END
};
/* clang-format on */
