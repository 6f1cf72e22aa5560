/* presence_routes.c: the team sees who is on its shops' pages now, and begins a conversation by hand. */
#include "chat/presence.h"

#include "base/clock.h"
#include "chat/desk.h"

struct get_present {
    int64_t after, limit, conversation;
};
struct path_present {
    int64_t id;
};
/* clang-format off */
static const struct field get_present_fields[] = {
    FIELD_PAGE(struct get_present, PRESENCE_PAGE_MAX, PRESENCE_PAGE_MAX),
    FIELD_I64(struct get_present, conversation, .optional = true, .min = 1, .max = INT64_MAX,
              .doc = "Only the visits of this conversation's visitor: where they are now."), FIELD_END };
static const struct field path_present_fields[] = {
    FIELD_ID(struct path_present, id, .doc = "The visit's number."), FIELD_END };
static const struct shape present_shape[] = {
    SHAPE_I64("id"), SHAPE_I64("shop"), SHAPE_TEXT("page"), SHAPE_TEXT("referrer"), SHAPE_TEXT("language"),
    SHAPE_TIME("since"), SHAPE_TIME("pageSince"), SHAPE_TIME("seenAt"),
    SHAPE_TEXT("name", .doc = "What the visitor calls itself; empty: not known."),
    SHAPE_I64("conversation", .nullable = true, .doc = "The one that its next word goes to."), SHAPE_END };
static const struct shape presents_shape[] = {
    SHAPE_LIST("visitors", present_shape, .type_name = "PresentVisitor"),
    SHAPE_I64("next", .nullable = true, .doc = "The `after` of the next page; null: this is the last."), SHAPE_END };
static const struct shape begun_shape[] = { SHAPE_I64("conversation"), SHAPE_END };
/* clang-format on */

struct presents {
    struct presence *p;
    struct visitor *v; /* of the same place; id 0: none. conversation 0: also one in which nothing was said */
    size_t count;
    int64_t next;
};

static void presents_json(struct json *j, const void *arg)
{
    const struct presents *l = arg;
    json_array(j, "visitors");
    for (size_t i = 0; i < l->count; i++) {
        const struct presence *p = &l->p[i];
        json_object(j, NULL);
        json_i64(j, "id", p->id), json_i64(j, "shop", p->shop);
        json_text(j, "page", p->page), json_text(j, "referrer", p->referrer), json_text(j, "language", p->language);
        json_time(j, "since", p->since_ms), json_time(j, "pageSince", p->page_since_ms);
        json_time(j, "seenAt", p->seen_at_ms);
        json_text(j, "name", l->v[i].id ? l->v[i].name : "");
        if (l->v[i].conversation) json_i64(j, "conversation", l->v[i].conversation);
        else json_null(j, "conversation");
        json_end(j);
    }
    json_end(j);
    if (l->next) json_i64(j, "next", l->next);
    else json_null(j, "next");
}

/* Of one conversation's visitor, on one page. */
static enum answer run_present_of(struct req *req, int64_t conversation, struct presents *l)
{
    struct conversation c;
    const struct get_present *in = req->query;
    enum row row = conversation_get(req->tx, conversation, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || c.account != req->who.account) return reply_problem(req, &problem_not_found);
    if (visitor_get(req->tx, c.visitor, &l->v[0]) == ROW_FAULT ||
        !presence_of(req->tx, c.account, c.visitor, in->limit, req->now_ms, l->p, &l->count))
        return reply_fault(req);
    for (size_t i = 1; i < l->count; i++) l->v[i] = l->v[0];
    return reply_json(req, 200, presents_json, l);
}

/* A conversation in which nobody has said a word, and nobody waits, is none to open: who was greeted has one. */
static bool read_visitor(struct req *req, int64_t id, struct visitor *v)
{
    struct conversation c;
    enum row row = visitor_get(req->tx, id, v);
    if (row == ROW_FOUND && v->conversation) row = conversation_get(req->tx, v->conversation, &c);
    if (row == ROW_FOUND && v->conversation && c.last_number == 0 && c.owner == CHAT_BOT) v->conversation = 0;
    return row != ROW_FAULT;
}

static enum answer run_present(struct req *req)
{
    const struct get_present *in = req->query;
    struct presents l = { .p = ARENA_ARRAY(req->arena, struct presence, (size_t)in->limit),
                          .v = ARENA_ARRAY(req->arena, struct visitor, (size_t)in->limit) };
    if (in->conversation) return run_present_of(req, in->conversation, &l);
    if (!presence_page(req->tx, req->who.account, in->after, in->limit, req->now_ms, l.p, &l.count))
        return reply_fault(req);
    for (size_t i = 0; i < l.count; i++)
        if (l.p[i].visitor && !read_visitor(req, l.p[i].visitor, &l.v[i])) return reply_fault(req);
    if (l.count == (size_t)in->limit) l.next = l.p[l.count - 1].id;
    return reply_json(req, 200, presents_json, &l);
}

static void begun_json(struct json *j, const void *arg) { json_i64(j, "conversation", *(const int64_t *)arg); }

/* The visitor of the visit, made when there is none. Order of locks: the visit, the visitor, the conversation. */
static enum row whom(struct req *req, const struct presence *p, struct visitor *v)
{
    if (p->visitor) return visitor_locked(req->tx, p->visitor, v);
    *v = (struct visitor){
        .account = p->account, .shop = p->shop, .name = "", .language = p->language, .page = p->page
    };
    if (!visitor_add(req->tx, v, req->now_ms) || !presence_invite(req->tx, p->id, v->id)) return ROW_FAULT;
    return ROW_FOUND;
}

static enum answer run_begin(struct req *req)
{
    const struct desk_word *in = req->body;
    struct presence p;
    struct visitor v;
    struct conversation c;
    struct message m;
    struct account_colleague me = { .name = "" };
    int64_t id = ((const struct path_present *)req->path)->id;
    enum row row = presence_locked(req->tx, req->who.account, id, req->now_ms, &p); /* none: it has left */
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    enum answer a = desk_speaker(req, p.shop, &me);
    if (a != ANSWER_GO_ON) return a;
    row = whom(req, &p, &v);
    if (row == ROW_NONE) return reply_problem(req, &problem_not_found);
    if (row != ROW_FOUND || !visitor_conversation_or_new(req->tx, &v, req->now_ms, &c)) return reply_fault(req);
    const struct message_new said = { .conversation = c.id,
                                      .author = CHAT_BY_PERSON,
                                      .person = req->who.person,
                                      .author_name = me.name,
                                      .seen_epoch = in->epoch,
                                      .client_id = in->clientId,
                                      .text = in->text,
                                      .now_ms = req->now_ms };
    enum message_put put = message_put(req->tx, &said, &m, &c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put == MESSAGE_STALE) return desk_moved(req, &c);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    return reply_json(req, 201, begun_json, &c.id);
}

ROUTE_TAG(visitors_tag, "Visitors", "Who is on the shops' pages now.");

/* clang-format off */
const struct route chat_presence_routes[] = {
    { .verb = VERB_GET, .path = "/api/visitors", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Visitors", .passive = true,
      QUERY_FIELDS(get_present), .answer = presents_shape, PROBLEMS(&problem_not_found), .run = run_present,
      .doc = "Who is on the shops' pages now, the newest visit first." },
    { .verb = VERB_POST, .path = "/api/visitors/:id/messages", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Visitors",
      .idempotent = true, .body_max = CHAT_BODY_MAX, PATH_FIELDS(path_present), BODY_FIELDS(desk_word),
      .answer = begun_shape, .status = 201, .run = run_begin,
      PROBLEMS(&problem_not_found, &problem_message_other, &problem_moved, &problem_shop_suspended),
      .doc = "Begin a conversation with somebody who is there: from then on the bot is silent in it." },
    ROUTE_END
};
/* clang-format on */
