/* visitor_routes.c: what a visitor's browser asks for, over HTTP. All of it works without a socket; the socket
 * (socket.c) is quicker, and says the same. docs/chat-protocol.md is the page for who writes a client. */
#include "chat/desk.h"
#include "chat/cards.h"
#include "chat/presence.h"

#include "base/clock.h"
#include "http/events.h"

enum { MESSAGES_USUAL = 50 };

/* Limits by network, of who does not show a good token; and of one visitor, and of all visitors of one shop: a flood at
 * one shop slows no other. */
static const struct limit sessions_limit = { .name = "chat_sessions", .burst = 60, .per_ms = MINUTE_MS };
static const struct limit network_limit = { .name = "chat_network", .burst = 600, .per_ms = MINUTE_MS };
const struct limit chat_visitor_limit = { .name = "chat_visitor", .burst = 60, .per_ms = 20 * SECOND_MS };
const struct limit chat_shop_network_limit = { .name = "chat_shop_network", .burst = 300, .per_ms = 10 * SECOND_MS };
const struct limit chat_shop_limit = { .name = "chat_shop", .burst = 3000, .per_ms = 10 * SECOND_MS };

/* ---- fields ---- */

const struct field path_chat_fields[] = { FIELD_TEXT(struct path_chat, shop, .min = 6, .max = SHOP_PUBLIC_ID_SIZE - 1,
                                                     .doc = "As in the embed code: shop-7."),
                                          FIELD_END };
struct post_session {
    const char *name, *language, *page, *visit;
};
static const struct field post_session_fields[] = {
    FIELD_TEXT(struct post_session, name, .optional = true, .max = VISITOR_NAME_MAX, .form = TEXT_NAME,
               .doc = "What the visitor calls itself."),
    FIELD_TEXT(struct post_session, language, .optional = true, .max = LANGUAGE_MAX, .form = TEXT_NAME,
               .doc = "As in navigator.language."),
    FIELD_TEXT(struct post_session, page, .optional = true, .max = PAGE_MAX, .form = TEXT_URL,
               .doc = "The page that the visitor is on."),
    FIELD_TEXT(struct post_session, visit, .optional = true, .min = VISIT_NAME_MIN, .max = VISIT_NAME_MAX,
               .form = TEXT_SECRET,
               .doc = "As in POST here: who is spoken to by the team goes on as the one that was spoken to."),
    FIELD_END
};
const struct field post_read_fields[] = {
    FIELD_I64(struct post_read, number, .min = 1, .max = CHAT_NUMBER_MAX, .doc = "Read up to this message."), FIELD_END
};
struct post_email {
    const char *email;
};
static const struct field post_email_fields[] = {
    FIELD_TEXT(struct post_email, email, .min = 1, .max = 254, .form = TEXT_EMAIL,
               .doc = "Where an answer may be sent when nobody of the shop is there."),
    FIELD_END
};
struct get_messages {
    int64_t after, limit;
};
static const struct field get_messages_fields[] = {
    FIELD_I64(struct get_messages, after, .optional = true, .min = 0, .max = INT64_MAX,
              .doc = "The number of the last message that the reader has; newer ones follow."),
    FIELD_I64(struct get_messages, limit, .optional = true, .min = 1, .max = MESSAGES_PAGE_MAX,
              .fallback = MESSAGES_USUAL, .doc = "How many."),
    FIELD_END
};
struct get_stream {
    int64_t after;
};
static const struct field get_stream_fields[] = { FIELD_I64(struct get_stream, after, .optional = true, .min = 0,
                                                            .max = INT64_MAX, .fallback = -1,
                                                            .doc = "Last number of an event seen; Last-Event-ID wins."),
                                                  FIELD_END };

/* ---- answers ---- */

const struct shape chat_message_shape[] = {
    SHAPE_I64("number", .doc = "Of the conversation: 1, 2, 3… without a gap."),
    SHAPE_ENUM("author", chat_author_names),
    SHAPE_TEXT("name", .doc = "Of a person who answered; empty of others."),
    SHAPE_I64("person", .maybe = true, .doc = "In the inbox alone: the colleague who answered."),
    SHAPE_TEXT("picture", .maybe = true,
               .doc = "Of the bot or the person who answered, at this server, when there is one."),
    SHAPE_TEXT("text", .doc = "Of a picture: its name."),
    SHAPE_OBJECT("image", chat_image_shape, .maybe = true, .type_name = "ChatImage"),
    SHAPE_LIST("cards", chat_card_shape, .maybe = true, .type_name = "ChatCard", .doc = "Products of the bot's reply."),
    SHAPE_LIST("sources", chat_source_shape, .maybe = true, .type_name = "ChatSource",
               .doc = "In the inbox alone: what the bot's reply stands on."),
    SHAPE_TIME("at"),
    SHAPE_TEXT("clientId", .maybe = true, .doc = "Of a visitor's message."),
    SHAPE_BOOL("byMail", .maybe = true, .doc = "The visitor's answer to a letter."),
    SHAPE_TEXT("notice", .maybe = true, .doc = "Of the house's: what it says, as a name."),
    SHAPE_END
};
const struct shape chat_state_shape[] = {
    SHAPE_TIME("beganAt", .doc = "Another one than before: a new conversation, whose numbers begin with 1."),
    SHAPE_ENUM("status", chat_status_names),
    SHAPE_ENUM("owner", chat_owner_names, .doc = "Who answers: the bot, nobody yet, a person."),
    SHAPE_TEXT("name", .doc = "Of the person; else empty."),
    SHAPE_TEXT("picture", .maybe = true, .doc = "Of the person, at this server, when they have one."),
    SHAPE_I64("place", .maybe = true, .doc = "In the line of those who wait for a person; at most 100."),
    SHAPE_I64("score", .doc = "The visitor's, given once after the end: 1 to 5; 0: none."),
    SHAPE_I64("lastNumber"),
    SHAPE_I64("readByVisitor"),
    SHAPE_I64("readByTeam"),
    SHAPE_END
};
const struct shape chat_session_shape[] = {
    SHAPE_TEXT("token", .doc = "Kept by the browser; sent as Authorization: Bearer."),
    SHAPE_TIME("expiresAt"),
    SHAPE_BOOL("anew", .doc = "The visitor is not the one of the token that was sent, if one was."),
    SHAPE_TEXT("botName"),
    SHAPE_I64("unread", .doc = "Messages that the visitor has not read."),
    SHAPE_OBJECT("conversation", chat_state_shape, .nullable = true, .type_name = "ChatState"),
    SHAPE_END
};
static const struct shape sent_shape[] = { SHAPE_OBJECT("message", chat_message_shape, .type_name = "ChatMessage"),
                                           SHAPE_OBJECT("conversation", chat_state_shape, .type_name = "ChatState"),
                                           SHAPE_END };
static const struct shape messages_shape[] = {
    SHAPE_LIST("messages", chat_message_shape, .type_name = "ChatMessage"),
    SHAPE_BOOL("more", .doc = "There are newer ones: ask again."),
    SHAPE_OBJECT("conversation", chat_state_shape, .nullable = true, .type_name = "ChatState"), SHAPE_END
};
static const struct shape conversation_shape[] = {
    SHAPE_OBJECT("conversation", chat_state_shape, .type_name = "ChatState"), SHAPE_END
};

struct talk {
    const struct conversation *c; /* NULL: none yet */
    const struct message *message;
    size_t count;
    bool more;
};

static void conversation_json(struct json *j, const void *arg)
{
    const struct talk *t = arg;
    if (t->c == NULL) {
        json_null(j, "conversation");
        return;
    }
    json_object(j, "conversation");
    state_json(j, t->c);
    json_end(j);
}

static void sent_json(struct json *j, const void *arg)
{
    json_object(j, "message");
    message_json(j, ((const struct talk *)arg)->message);
    json_end(j);
    conversation_json(j, arg);
}

static void page_json(struct json *j, const void *arg)
{
    const struct talk *t = arg;
    messages_json(j, t->message, t->count);
    json_bool(j, "more", t->more);
    conversation_json(j, arg);
}

/* ---- the session ---- */

struct session_answer {
    struct talk talk; /* first */
    const char *token, *bot_name;
    int64_t expires_at_ms;
    bool anew;
};

static void session_json(struct json *j, const void *arg)
{
    const struct session_answer *s = arg;
    json_text(j, "token", s->token);
    json_time(j, "expiresAt", s->expires_at_ms);
    json_bool(j, "anew", s->anew);
    json_text(j, "botName", s->bot_name);
    json_i64(j, "unread", s->talk.c ? s->talk.c->visitor_unread : 0);
    conversation_json(j, &s->talk);
}

enum answer visitor_session(struct req *req, const struct tenant_chat *place, const struct visitor *v)
{
    struct conversation c;
    const struct visitor_call *call = visitor_call(req);
    enum row row = visitor_conversation(req->tx, v, req->now_ms, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    char *token = arena_alloc(req->arena, VISITOR_TOKEN_SIZE);
    struct visitor_token made;
    visitor_token_new(v, req->now_ms, &made, token);
    const struct session_answer s = { .talk.c = row == ROW_FOUND ? &c : NULL,
                                      .token = token,
                                      .bot_name = place->bot_name,
                                      .anew = !call->shown || call->token.visitor != v->id,
                                      .expires_at_ms = made.expires_at_ms };
    return reply_json(req, 200, session_json, &s);
}

/* A visitor for who showed none. Of a visit that the team sees it is known at once whose it is: until the next beat a
 * conversation that is begun by hand would be with nobody. One that was begun already is taken up. */
static enum row begins(struct req *req, const struct tenant_chat *place, struct visitor *v)
{
    const struct post_session *in = req->body;
    int64_t shop = visitor_call(req)->shop;
    struct presence p = { .id = 0 };
    enum row seen = in->visit ? presence_of_visit(req->tx, shop, in->visit, &p) : ROW_NONE, row = ROW_NONE;
    if (seen == ROW_FOUND && p.invited) row = visitor_locked(req->tx, p.invited, v);
    if (seen == ROW_FAULT || row == ROW_FAULT) return ROW_FAULT;
    if (row == ROW_NONE) {
        *v = (struct visitor){ .account = place->account,
                               .shop = shop,
                               .name = in->name ? in->name : "",
                               .language = in->language ? in->language : "",
                               .page = in->page ? in->page : "",
                               .email = "",
                               .network = visitor_network(req) };
        if (!visitor_add(req->tx, v, req->now_ms)) return ROW_FAULT;
    }
    return seen == ROW_NONE || presence_claim(req->tx, p.id, v->id) ? ROW_FOUND : ROW_FAULT;
}

/* A token that does not count any more begins anew: the browser has nothing better to do with it. */
static enum answer run_session(struct req *req)
{
    const struct post_session *in = req->body;
    const struct visitor_call *call = visitor_call(req);
    struct visitor v = { 0 };
    struct tenant_chat place;
    const struct visitor_token *shown = call->shown ? &call->token : NULL;
    enum chat_door door = chat_enter(req->tx, call->shop, shown, true, &place, &v);
    if (door == DOOR_FAULT) return reply_fault(req);
    if (door == DOOR_NO_TOKEN) {
        if (begins(req, &place, &v) != ROW_FOUND) return reply_fault(req);
        if (v.blocked_at_ms) return reply_problem(req, &problem_chat_blocked);
    } else if (door != DOOR_OPEN) {
        return reply_problem(req, door_problem(door));
    } else {
        req_known(req);
    }
    const struct visitor said = {
        .name = in->name, .language = in->language, .page = in->page, .network = visitor_network(req)
    };
    if (!visitor_seen(req->tx, &v, &said, req->now_ms)) return reply_fault(req);
    return visitor_session(req, &place, &v);
}

/* ---- messages ---- */

static enum answer run_say(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    struct message m;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    enum message_put put = visitor_says(req->tx, &v, req->body, req->now_ms, &m, &c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    const struct talk t = { .c = &c, .message = &m };
    return reply_json(req, 201, sent_json, &t);
}

static enum answer run_messages(struct req *req)
{
    const struct get_messages *in = req->query;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, false, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    struct message *page = ARENA_ARRAY(req->arena, struct message, in->limit);
    struct talk t = { .message = page };
    enum row row = visitor_conversation(req->tx, &v, req->now_ms, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) {
        t.c = &c;
        if (!messages_after(req->tx, c.id, in->after, (size_t)in->limit, page, &t.count)) return reply_fault(req);
        t.more = t.count > 0 && page[t.count - 1].number < c.last_number;
    }
    return reply_json(req, 200, page_json, &t);
}

/* ---- the rest ---- */

static enum answer run_read(struct req *req)
{
    const struct post_read *in = req->body;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_conversation_or_new(req->tx, &v, req->now_ms, &c)) return reply_fault(req);
    if (conversation_read(req->tx, c.id, SIDE_VISITOR, in->number, &c) != ROW_FOUND) return reply_fault(req);
    return reply_json(req, 200, conversation_json, &(struct talk){ .c = &c });
}

static enum answer run_typing(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_conversation_or_new(req->tx, &v, req->now_ms, &c)) return reply_fault(req);
    if (!chat_tell_typing(req->tx, &c, SIDE_VISITOR, v.name)) return reply_fault(req);
    return reply_json(req, 200, conversation_json, &(struct talk){ .c = &c });
}

static enum answer wish(struct req *req, enum chat_act_kind kind)
{
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum chat_may may;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (visitor_wants(req->tx, &v, kind, req->now_ms, &c, &may) != ROW_FOUND) return reply_fault(req);
    if (may == CHAT_MAY_NOT) return reply_problem(req, &problem_person_answers);
    return reply_json(req, 200, conversation_json, &(struct talk){ .c = &c });
}

static enum answer run_person(struct req *req) { return wish(req, ACT_WANT_PERSON); }
static enum answer run_bot(struct req *req) { return wish(req, ACT_WANT_BOT); }

/* Said again with another one: the last one counts. */
static enum answer run_email(struct req *req)
{
    const struct post_email *in = req->body;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_set_email(req->tx, &v, in->email)) return reply_fault(req);
    if (!visitor_conversation_or_new(req->tx, &v, req->now_ms, &c) ||
        !words_put(req->tx, c.account, c.id, str_of(in->email)))
        return reply_fault(req);
    return reply_json(req, 200, conversation_json, &(struct talk){ .c = &c });
}

/* A conversation is begun when there is none: its events are what is listened to. */
static enum answer run_events(struct req *req)
{
    const struct get_stream *in = req->query;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    if (!visitor_conversation_or_new(req->tx, &v, req->now_ms, &c)) return reply_fault(req);
    return reply_events_until(req, (struct topic){ TOPIC_CONVERSATION, c.id }, in->after,
                              (struct topic){ TOPIC_SHOP, v.shop });
}

ROUTE_TAG(chat_tag, "Chat", "What a shop's visitor says and hears; the protocol has its own page.");

#define VISITOR                                                                                                        \
    .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED, .origin = visitor_origin, .prepare = visitor_prepare,  \
    PATH_FIELDS(path_chat), .passive = true
#define OFTEN                                                                                                          \
    .limit = &network_limit, .give_back_to_known = true,                                                               \
    .key_limit = { &chat_visitor_limit, &chat_shop_limit, &chat_shop_network_limit }
#define REFUSED &problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked
#define BODY_FIELDS_NONE BODY_FIELDS(post_nothing), .body_optional = true
const struct field post_nothing_fields[] = {
    FIELD_BOOL(struct post_nothing, typing, .optional = true, .doc = "Not looked at."), FIELD_END
};

/* clang-format off */
const struct route chat_visitor_routes[] = {
    { .verb = VERB_POST, .path = "/api/chat/:shop/session", VISITOR, .tx = TX_WRITE,
      .limit = &sessions_limit, .key_limit = { &chat_visitor_limit, &chat_shop_limit, &chat_shop_network_limit },
      .give_back_to_known = true, BODY_FIELDS(post_session), .body_optional = true, .answer = chat_session_shape,
      PROBLEMS(REFUSED), .run = run_session,
      .doc = "Begin as a visitor of this shop, or go on as the one that the token says." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/messages", VISITOR, OFTEN, .tx = TX_WRITE,
      .body_max = CHAT_BODY_MAX, BODY_FIELDS(post_message), .answer = sent_shape, .status = 201,
      PROBLEMS(REFUSED, &problem_message_other), .run = run_say, .doc = "Say something." },
    { .verb = VERB_GET, .path = "/api/chat/:shop/messages", VISITOR, OFTEN, .tx = TX_READ, QUERY_FIELDS(get_messages),
      .answer = messages_shape, PROBLEMS(REFUSED), .run = run_messages,
      .doc = "Messages behind a number, oldest first: how a reader fills its gaps." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/typing", VISITOR, OFTEN, .tx = TX_WRITE,
      BODY_FIELDS_NONE, .answer = conversation_shape, PROBLEMS(REFUSED), .run = run_typing,
      .doc = "The visitor is typing; say it every few seconds." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/read", VISITOR, OFTEN, .tx = TX_WRITE,
      BODY_FIELDS(post_read), .answer = conversation_shape, PROBLEMS(REFUSED), .run = run_read,
      .doc = "The visitor has read up to a message." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/person", VISITOR, OFTEN, .tx = TX_WRITE,
      BODY_FIELDS_NONE, .answer = conversation_shape, PROBLEMS(REFUSED, &problem_person_answers), .run = run_person,
      .doc = "The visitor wants a person." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/bot", VISITOR, OFTEN, .tx = TX_WRITE,
      BODY_FIELDS_NONE, .answer = conversation_shape, PROBLEMS(REFUSED, &problem_person_answers), .run = run_bot,
      .doc = "The visitor waits no longer for a person and takes the bot." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/email", VISITOR, OFTEN, .tx = TX_WRITE,
      BODY_FIELDS(post_email), .answer = conversation_shape, PROBLEMS(REFUSED), .run = run_email,
      .doc = "Where the visitor may be answered when nobody is there." },
    { .verb = VERB_GET, .path = "/api/chat/:shop/events", VISITOR, OFTEN, .tx = TX_WRITE, QUERY_FIELDS(get_stream),
      PROBLEMS(REFUSED), .run = run_events, .doc = "Server events of the conversation, where no socket can be had." },
    { .verb = VERB_GET, .path = "/chat/:shop/socket", VISITOR, OFTEN, .tx = TX_WRITE, .socket = &chat_socket_kind,
      PROBLEMS(REFUSED), .run = chat_socket_run,
      .doc = "A WebSocket of protocol chathub.chat.1; the token is offered as a second protocol." },
    ROUTE_END
};
/* clang-format on */
