/* plain_routes.c: the chat as one question and one answer, for programs that hold no socket open: a message is stored
 * as every other (messages.c), and the request waits a bounded while for what is said to it. What is too late is read
 * at the usual address. Beside it the conversation read backwards, as a page that shows its history does. */
#include "chat/private.h"

#include "base/clock.h"
#include "knowledge/knowledge.h"

enum { WAIT_MS = 10000, REPLIES_MAX = 20, HISTORY_USUAL = 50, RESPONSE_BYTES = 128 << 10 };

static const struct limit plain_limit = { .name = "chat_plain", .burst = 120, .per_ms = MINUTE_MS };

struct get_history {
    int64_t before, limit;
};
static const struct field get_history_fields[] = {
    FIELD_I64(struct get_history, before, .optional = true, .min = 1, .max = INT64_MAX, .fallback = INT64_MAX,
              .doc = "The number of the oldest message that the reader has; unset: from the newest."),
    FIELD_I64(struct get_history, limit, .optional = true, .min = 1, .max = MESSAGES_PAGE_MAX,
              .fallback = HISTORY_USUAL, .doc = "How many."),
    FIELD_END
};
static const struct shape plain_shape[] = {
    SHAPE_TEXT("response", .nullable = true, .doc = "The texts of the replies, an empty line between; null: none yet."),
    SHAPE_LIST("replies", chat_message_shape, .type_name = "ChatMessage", .doc = "What was said to it so far."),
    SHAPE_OBJECT("message", chat_message_shape, .type_name = "ChatMessage", .doc = "The visitor's own, as stored."),
    SHAPE_TEXT("readOn", .doc = "Where what follows is read."),
    SHAPE_OBJECT("conversation", chat_state_shape, .type_name = "ChatState"),
    SHAPE_END
};
static const struct shape history_shape[] = {
    SHAPE_LIST("messages", chat_message_shape, .type_name = "ChatMessage", .doc = "Oldest first."),
    SHAPE_BOOL("more", .doc = "There are older ones: ask before the first of these."),
    SHAPE_OBJECT("conversation", chat_state_shape, .nullable = true, .type_name = "ChatState"), SHAPE_END
};

struct talk {
    const struct conversation *c; /* NULL: none yet */
    const struct message *own, *reply;
    size_t replies;
    int64_t last; /* the number of the last message that is told here */
    const char *shop;
    bool more;
};

static void state_member(struct json *j, const struct conversation *c)
{
    if (c == NULL) {
        json_null(j, "conversation");
        return;
    }
    json_object(j, "conversation");
    state_json(j, c);
    json_end(j);
}

static void response_member(struct json *j, const struct talk *t)
{
    struct buf b;
    buf_init(&b, RESPONSE_BYTES);
    for (size_t i = 0; i < t->replies; i++) {
        if (b.n > 0) buf_text(&b, "\n\n");
        buf_text(&b, t->reply[i].text);
    }
    if (t->replies == 0) json_null(j, "response");
    else json_str(j, "response", buf_str(&b));
    buf_free(&b);
}

static void plain_json(struct json *j, const void *arg)
{
    const struct talk *t = arg;
    char address[SHOP_PUBLIC_ID_SIZE + 64];
    struct buf b;
    buf_fixed(&b, address, sizeof address);
    buf_printf(&b, "/api/chat/%s/messages?after=%lld", t->shop, (long long)t->last);
    response_member(j, t);
    json_array(j, "replies");
    for (size_t i = 0; i < t->replies; i++) {
        json_object(j, NULL);
        message_json(j, &t->reply[i]);
        json_end(j);
    }
    json_end(j);
    json_object(j, "message");
    message_json(j, t->own);
    json_end(j);
    json_str(j, "readOn", buf_str(&b));
    state_member(j, t->c);
}

static void history_json(struct json *j, const void *arg)
{
    const struct talk *t = arg;
    messages_json(j, t->reply, t->replies);
    json_bool(j, "more", t->more);
    state_member(j, t->c);
}

/* What others said behind the message `own`. */
static bool read_replies(struct tx *tx, struct arena *a, const struct message *own, struct talk *t)
{
    struct message *m = ARENA_ARRAY(a, struct message, REPLIES_MAX);
    size_t count;
    if (!messages_after(tx, own->conversation, own->number, REPLIES_MAX, m, &count)) return false;
    t->own = own, t->reply = m, t->replies = 0, t->last = count > 0 ? m[count - 1].number : own->number;
    for (size_t i = 0; i < count; i++)
        if (m[i].author != CHAT_BY_VISITOR) m[t->replies++] = m[i];
    return true;
}

/* The job that will answer: put by the message, and found by being put again. 0: nobody answers by himself. */
static int64_t job_of(struct tx *tx, const struct conversation *c, int64_t now_ms)
{
    if (c->owner != CHAT_BOT || c->status != CHAT_OPEN) return 0;
    enum row told = knowledge_told(tx, c->account, c->shop);
    if (told != ROW_FOUND) return told == ROW_NONE ? 0 : -1;
    return chat_answer_put(tx, c, now_ms);
}

static enum answer run_chat(struct req *req)
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
    if (conversation_get(req->tx, m.conversation, &c) != ROW_FOUND || !line_place(req->tx, &c)) return reply_fault(req);
    struct talk t = { .c = &c, .shop = ((const struct path_chat *)req->path)->shop };
    if (!read_replies(req->tx, req->arena, &m, &t)) return reply_fault(req);
    if (t.replies > 0) return reply_json(req, 200, plain_json, &t);
    int64_t job = job_of(req->tx, &c, req->now_ms);
    if (job < 0) return reply_fault(req);
    visitor_call(req)->said = m.number;
    a = reply_json(req, 202, plain_json, &t);
    if (job > 0) reply_wait(req, job);
    return a;
}

/* Looked at when the job has ended, and each moment meanwhile: whoever answers first is the answer. */
static enum answer resume_chat(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    struct message *own = ARENA_NEW(req->arena, struct message);
    size_t count;
    int64_t number = visitor_call(req)->said;
    visitor_call(req)->place = NULL; /* of the transaction before: the chat may be off by now */
    enum answer a = visitor_enter(req, false, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    enum row row = visitor_conversation(req->tx, &v, req->now_ms, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || number == 0) return ANSWER_WAIT;
    struct talk t = { .c = &c, .shop = ((const struct path_chat *)req->path)->shop };
    if (!messages_after(req->tx, c.id, number - 1, 1, own, &count)) return reply_fault(req);
    if (count == 0) return ANSWER_WAIT;
    if (!read_replies(req->tx, req->arena, own, &t)) return reply_fault(req);
    return t.replies > 0 ? reply_json(req, 200, plain_json, &t) : ANSWER_WAIT;
}

static enum answer run_history(struct req *req)
{
    const struct get_history *in = req->query;
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, false, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    struct message *page = ARENA_ARRAY(req->arena, struct message, in->limit);
    struct talk t = { .reply = page };
    enum row row = visitor_conversation(req->tx, &v, req->now_ms, &c);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) {
        t.c = &c;
        if (!messages_before(req->tx, c.id, in->before, (size_t)in->limit, page, &t.replies)) return reply_fault(req);
        t.more = t.replies > 0 && page[0].number > 1;
    }
    return reply_json(req, 200, history_json, &t);
}

/* clang-format off */
#define PLAIN                                                                                                          \
    .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED, .origin = visitor_origin, .prepare = visitor_prepare,  \
    PATH_FIELDS(path_chat), .passive = true, .limit = &plain_limit,                                                    \
    .key_limit = { &chat_visitor_limit, &chat_shop_limit }
#define REFUSED &problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked
const struct route chat_plain_routes[] = {
    { .verb = VERB_POST, .path = "/api/chat/:shop/chat", PLAIN, .tx = TX_WRITE, .body_max = CHAT_BODY_MAX,
      BODY_FIELDS(post_message), .answer = plain_shape, .run = run_chat, .resume = resume_chat, .wait_ms = WAIT_MS,
      PROBLEMS(REFUSED, &problem_message_other),
      .doc = "Say something and wait up to ten seconds for the answer; 202: it is stored, and there is none yet." },
    { .verb = VERB_GET, .path = "/api/chat/:shop/history", PLAIN, .tx = TX_READ, QUERY_FIELDS(get_history),
      .answer = history_shape, .run = run_history, PROBLEMS(REFUSED),
      .doc = "The conversation backwards, a page at a time." },
    ROUTE_END
};
/* clang-format on */
