/* plain_routes.c: the chat as one question and one answer, for programs that hold no socket open: a message is stored
 * as every other (messages.c), and the request waits a bounded while for what is said to it. What is too late is read
 * at the usual address. The same answer comes as lines of events for who reads those: at once and whole, since nobody
 * here speaks in pieces. Beside it the conversation read backwards, as a page that shows its history does, and counted.
 *
 * A client of a chatbot-node server says {message, userId, conversationId} and has no id of its own for what it says:
 * it is heard as it speaks. Who it is and in which conversation stands in its token; the ids it names are not believed,
 * and the one it is told is no key to anything. */
#include "chat/private.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/random.h"
#include "knowledge/knowledge.h"

enum {
    WAIT_MS = 10000,
    REPLIES_MAX = 20,
    HISTORY_USUAL = 50,
    RESPONSE_BYTES = 128 << 10,
    LINES_BYTES = 4 << 20,
    COUNTED_MAX = 10000
};

static const struct limit plain_limit = { .name = "chat_plain", .burst = 120, .per_ms = MINUTE_MS };

struct post_chat {
    const char *text, *message, *clientId;
};
static const struct field post_chat_fields[] = {
    FIELD_TEXT(struct post_chat, text, .optional = true, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT,
               .multiline = true, .doc = "Kept to the byte."),
    FIELD_TEXT(struct post_chat, message, .optional = true, .min = 1, .max = MESSAGE_MAX, .form = TEXT_EXACT,
               .multiline = true, .doc = "The same, as clients of chatbot-node call it; one of the two."),
    FIELD_TEXT(struct post_chat, clientId, .optional = true, .min = 8, .max = CLIENT_ID_MAX, .form = TEXT_EXACT,
               .doc = "Made by the sender for this message: sent again with it, it is the same message. Left out: it is"
                      " another message each time."),
    FIELD_END
};

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
    SHAPE_TEXT("conversationId", .doc = "The same as long as it is the same conversation; it opens nothing."),
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

static const struct shape stats_shape[] = {
    SHAPE_I64("userMessages", .doc = "What the visitor said."),
    SHAPE_I64("botMessages"),
    SHAPE_I64("personMessages"),
    SHAPE_I64("replyRate", .nullable = true,
              .doc = "Replies of the bot and of persons to a hundred messages of the visitor's; null: there are none."),
    SHAPE_BOOL("more", .doc = "There is more than ten thousand messages, which is as far as is counted."),
    SHAPE_OBJECT("conversation", chat_state_shape, .nullable = true, .type_name = "ChatState"),
    SHAPE_END
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

static void id_member(struct json *j, const struct conversation *c)
{
    char name[80], hex[SHA256_HEX_SIZE], id[5 + 32 + 1];
    (void)snprintf(name, sizeof name, "conversation %lld %lld", (long long)c->id, (long long)c->created_at_ms);
    sha256_hex(str_of(name), hex);
    (void)snprintf(id, sizeof id, "conv_%.32s", hex);
    json_text(j, "conversationId", id);
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

static void read_on_member(struct json *j, const struct talk *t)
{
    char address[SHOP_PUBLIC_ID_SIZE + 64];
    struct buf b;
    buf_fixed(&b, address, sizeof address);
    buf_printf(&b, "/api/chat/%s/messages?after=%lld", t->shop, (long long)t->last);
    json_str(j, "readOn", buf_str(&b));
}

static void plain_json(struct json *j, const void *arg)
{
    const struct talk *t = arg;
    id_member(j, t->c);
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
    read_on_member(j, t);
    state_member(j, t->c);
}

/* How an answer is written: both say the same. */
typedef enum answer talk_reply(struct req *req, int status, const struct talk *t);

static enum answer reply_plain(struct req *req, int status, const struct talk *t)
{
    return reply_json(req, status, plain_json, t);
}

static void begin_line(struct json *j, struct buf *b, const char *event)
{
    buf_text(b, "data: ");
    json_begin(j, b);
    json_object(j, NULL);
    json_text(j, "event", event);
}

static void end_line(struct json *j, struct buf *b)
{
    json_end(j);
    json_finish(j);
    buf_text(b, "\n\n");
}

/* Its JSON has its line ends escaped: one line an event, whatever is said. */
static enum answer reply_lines(struct req *req, int status, const struct talk *t)
{
    struct json j;
    struct buf b;
    buf_init(&b, LINES_BYTES); /* as many replies as there may be, each twice, each byte escaped */
    begin_line(&j, &b, "started");
    id_member(&j, t->c);
    json_i64(&j, "number", t->own->number);
    end_line(&j, &b);
    for (size_t i = 0; i < t->replies; i++) {
        begin_line(&j, &b, "message");
        json_text(&j, "content", t->reply[i].text);
        json_object(&j, "message");
        message_json(&j, &t->reply[i]);
        json_end(&j);
        end_line(&j, &b);
    }
    begin_line(&j, &b, t->replies > 0 ? "completed" : "waiting");
    id_member(&j, t->c);
    read_on_member(&j, t);
    state_member(&j, t->c);
    end_line(&j, &b);
    buf_text(&b, "data: [DONE]\n\n");
    enum answer a = b.overflow ? reply_fault(req) : reply_text(req, status, "text/event-stream", buf_str(&b));
    buf_free(&b);
    return a;
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

/* NULL: nothing is said. */
static const struct post_message *said(struct req *req)
{
    enum { ID_BYTES = 12 };
    const struct post_chat *in = req->body;
    struct post_message *m = ARENA_NEW(req->arena, struct post_message);
    *m = (struct post_message){ .text = in->text ? in->text : in->message, .clientId = in->clientId };
    if (!m->clientId) {
        uint8_t bytes[ID_BYTES];
        char *hex = arena_alloc(req->arena, 2 * ID_BYTES + 1);
        random_bytes(bytes, sizeof bytes);
        hex_encode(bytes, sizeof bytes, hex);
        m->clientId = hex;
    }
    return m->text ? m : NULL;
}

static enum answer ask(struct req *req, talk_reply *reply)
{
    const struct post_message *in = said(req);
    if (!in) return reply_fields(req, "text", "required");
    struct visitor v;
    struct tenant_chat place;
    struct message m;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    enum message_put put = visitor_says(req->tx, &v, in, req->now_ms, &m, &c);
    if (put == MESSAGE_OTHER) return reply_problem(req, &problem_message_other);
    if (put != MESSAGE_NEW && put != MESSAGE_AGAIN) return reply_fault(req);
    if (conversation_get(req->tx, m.conversation, &c) != ROW_FOUND || !line_place(req->tx, &c)) return reply_fault(req);
    struct talk t = { .c = &c, .shop = ((const struct path_chat *)req->path)->shop };
    if (!read_replies(req->tx, req->arena, &m, &t)) return reply_fault(req);
    if (t.replies > 0) return reply(req, 200, &t);
    int64_t job = job_of(req->tx, &c, req->now_ms);
    if (job < 0) return reply_fault(req);
    visitor_call(req)->said = m.number;
    a = reply(req, 202, &t);
    if (job > 0) reply_wait(req, job);
    return a;
}

/* Looked at when the job has ended, and each moment meanwhile: whoever answers first is the answer. */
static enum answer asked(struct req *req, talk_reply *reply)
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
    if (t.replies == 0) return ANSWER_WAIT;
    /* As it is with what was just read: on PostgreSQL a reply may have come between the two. */
    if (conversation_get(req->tx, own->conversation, &c) != ROW_FOUND || !line_place(req->tx, &c))
        return reply_fault(req);
    return reply(req, 200, &t);
}

static enum answer run_chat(struct req *req) { return ask(req, reply_plain); }
static enum answer resume_chat(struct req *req) { return asked(req, reply_plain); }
static enum answer run_lines(struct req *req) { return ask(req, reply_lines); }
static enum answer resume_lines(struct req *req) { return asked(req, reply_lines); }

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

struct stats {
    const struct conversation *c; /* NULL: none yet */
    struct message_counts n;
};

static void stats_json(struct json *j, const void *arg)
{
    const struct stats *s = arg;
    json_i64(j, "userMessages", s->n.visitor);
    json_i64(j, "botMessages", s->n.bot);
    json_i64(j, "personMessages", s->n.person);
    if (s->n.visitor > 0) json_i64(j, "replyRate", (s->n.bot + s->n.person) * 100 / s->n.visitor);
    else json_null(j, "replyRate");
    json_bool(j, "more", s->c && s->c->last_number > COUNTED_MAX);
    state_member(j, s->c);
}

static enum answer run_stats(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    struct stats s = { 0 };
    enum answer a = visitor_enter(req, false, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    enum row row = visitor_conversation(req->tx, &v, req->now_ms, &c);
    if (row == ROW_FOUND) {
        s.c = &c;
        if (!messages_count(req->tx, c.id, COUNTED_MAX, &s.n)) row = ROW_FAULT;
    }
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 200, stats_json, &s);
}

/* clang-format off */
#define PLAIN                                                                                                          \
    .who = WHO_ANYONE, .tag = "Chat", .origins = ORIGINS_ASKED, .origin = visitor_origin, .prepare = visitor_prepare,  \
    PATH_FIELDS(path_chat), .passive = true, .limit = &plain_limit,                                                    \
    .key_limit = { &chat_visitor_limit, &chat_shop_limit }
#define REFUSED &problem_not_found, &problem_chat_paused, &problem_chat_token, &problem_chat_blocked
const struct route chat_plain_routes[] = {
    { .verb = VERB_POST, .path = "/api/chat/:shop/chat", PLAIN, .tx = TX_WRITE, .body_max = CHAT_BODY_MAX,
      BODY_FIELDS(post_chat), .ignore_unknown = true, .answer = plain_shape,
      .run = run_chat, .resume = resume_chat, .wait_ms = WAIT_MS,
      PROBLEMS(REFUSED, &problem_message_other),
      .doc = "Say something and wait up to ten seconds for the answer; 202: it is stored, and there is none yet." },
    { .verb = VERB_POST, .path = "/api/chat/:shop/chat/stream", PLAIN, .tx = TX_WRITE, .body_max = CHAT_BODY_MAX,
      BODY_FIELDS(post_chat), .ignore_unknown = true, .run = run_lines, .resume = resume_lines, .wait_ms = WAIT_MS,
      PROBLEMS(REFUSED, &problem_message_other),
      .doc = "The same, answered as text/event-stream: started, a message each, completed or waiting, [DONE]." },
    { .verb = VERB_GET, .path = "/api/chat/:shop/stats", PLAIN, .tx = TX_READ, .answer = stats_shape,
      .run = run_stats, PROBLEMS(REFUSED), .doc = "How much was said in the visitor's conversation, and by whom." },
    { .verb = VERB_GET, .path = "/api/chat/:shop/history", PLAIN, .tx = TX_READ, QUERY_FIELDS(get_history),
      .answer = history_shape, .run = run_history, PROBLEMS(REFUSED),
      .doc = "The conversation backwards, a page at a time." },
    ROUTE_END
};
/* clang-format on */
