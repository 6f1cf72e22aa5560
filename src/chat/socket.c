/* socket.c: a visitor's WebSocket. What comes is read on the loop, and stored by a lane in the order in which it came;
 * what is told comes as events of the conversation, after the commit. So a message is stored, then acknowledged, then
 * delivered, also to the one who sent it; and what a socket misses is read from a number.
 *
 * An idle socket is its struct, its token and one topic. What it says needs a `line`: made with the first frame, kept
 * until the socket and its last frame are gone. A line has one frame with a lane at a time, or two would overtake each
 * other. Whoever sends faster than is stored is closed, not waited for.
 *
 * Rejected: handing frames to the routes as requests of their own (each would carry a head to be parsed and a token to
 * be found again, and order would be lost between lanes). */
#include "chat/private.h"

#include "base/clock.h"
#include "base/json_read.h"
#include "base/log.h"
#include "http/events.h"
#include "http/fields.h"
#include "http/socket.h"
#include <pthread.h>
#include <stdlib.h>

enum {
    FRAME_MAX_BYTES = CHAT_BODY_MAX,
    FRAMES_AT_ONCE = 60,
    FRAMES_WAITING_MAX = FRAMES_AT_ONCE, /* no less: who is too fast hears of the rate, not that we are slow */
    SOCKETS_PER_VISITOR = 8,             /* a browser needs one */
    FRAME_ARENA_BYTES = 4 << 20,
    ANSWER_MAX_BYTES = 2 << 20,
    CLOSE_NOT_TEXT = 1003,
    CLOSE_NOT_JSON = 1007,
    CLOSE_TOO_SLOW = 1013,
};

struct line;
struct chat_socket {
    struct visitor_token token;
    int64_t conversation;
    struct line *line; /* NULL: it has said nothing yet */
};
/* What it is greeted with; gone afterwards. */
struct chat_hello {
    struct chat_socket own; /* first */
    int64_t began_at_ms, cursor, shop_cursor, last_number, read_by_visitor, read_by_team, place;
    enum chat_status status;
    enum chat_owner owner;
};

enum frame_kind { FRAME_SAY, FRAME_READ, FRAME_TYPING, FRAME_RESUME, FRAME_WANT_PERSON, FRAME_WANT_BOT };
static const char *const frame_names[] = { "message", "read", "typing", "resume", "person", "bot" };

/* What one frame asks; it is a lane's while `busy`. */
struct frame {
    struct op op;
    struct frame *next;
    struct line *line;
    struct arena *arena;
    struct arena_mark mark;
    enum frame_kind kind;
    struct post_message say;
    int64_t number;
    struct buf answer; /* a frame; empty: none */
};
struct line {
    pthread_mutex_t lock;
    struct socket_id socket;
    struct visitor_token token;
    int64_t conversation;
    bool open, busy;
    unsigned waiting;
    struct frame *first, *last;
};

/* ---- what is said back ---- */

static void begin_frame(struct json *j, struct buf *out, const char *type)
{
    json_begin(j, out);
    json_object(j, NULL);
    json_text(j, "type", type);
}

static void end_frame(struct json *j)
{
    json_end(j);
    json_finish(j);
}

static void say_error(struct frame *f, const char *code)
{
    struct json j;
    buf_clear(&f->answer);
    begin_frame(&j, &f->answer, "error");
    json_text(&j, "error", code);
    if (f->say.clientId) json_text(&j, "clientId", f->say.clientId);
    end_frame(&j);
}

/* `moved`: it went into another conversation than the socket listens to. Who comes again hears of that one. */
static void say_ack(struct frame *f, const struct message *m, bool moved)
{
    struct json j;
    begin_frame(&j, &f->answer, "ack");
    if (moved) json_bool(&j, "reset", true);
    json_text(&j, "clientId", f->say.clientId);
    json_i64(&j, "number", m->number);
    json_time(&j, "at", m->at_ms);
    end_frame(&j);
}

/* The conversation is another one by now: who comes again hears of that one. */
static void say_reset(struct frame *f)
{
    struct json j;
    buf_clear(&f->answer);
    begin_frame(&j, &f->answer, "reset");
    end_frame(&j);
}

/* ---- in the transaction ---- */

static bool do_say(struct frame *f, struct tx *tx, struct visitor *v, int64_t now_ms, struct conversation *c)
{
    struct message m;
    enum message_put put = visitor_says(tx, v, &f->say, now_ms, &m, c);
    if (put == MESSAGE_OTHER) say_error(f, problem_message_other.code);
    else if (put == MESSAGE_NEW || put == MESSAGE_AGAIN) say_ack(f, &m, c->id != f->line->conversation);
    else return false;
    return true;
}

static bool do_resume(struct frame *f, struct tx *tx, const struct conversation *c)
{
    struct message *page = ARENA_ARRAY(f->arena, struct message, MESSAGES_PAGE_MAX);
    struct json j;
    size_t count;
    if (!messages_after(tx, c->id, f->number, MESSAGES_PAGE_MAX, page, &count)) return false;
    begin_frame(&j, &f->answer, "messages");
    messages_json(&j, page, count);
    json_bool(&j, "more", count > 0 && page[count - 1].number < c->last_number);
    json_object(&j, "conversation");
    state_json(&j, c);
    json_end(&j);
    end_frame(&j);
    return true;
}

static bool do_frame(struct frame *f, struct tx *tx, struct visitor *v)
{
    int64_t at_ms = now_ms();
    struct conversation c;
    enum chat_may may = CHAT_NOTHING;
    bool done = false;
    if (f->kind == FRAME_SAY) {
        done = do_say(f, tx, v, at_ms, &c);
    } else {
        if (!visitor_conversation_or_new(tx, v, at_ms, &c)) return false;
        switch (f->kind) {
        case FRAME_READ: done = conversation_read(tx, c.id, SIDE_VISITOR, f->number, &c) == ROW_FOUND; break;
        case FRAME_TYPING: done = chat_tell_typing(tx, &c, SIDE_VISITOR, v->name); break;
        case FRAME_RESUME: done = do_resume(f, tx, &c); break;
        case FRAME_WANT_PERSON: done = visitor_wants(tx, v, ACT_WANT_PERSON, at_ms, &c, &may) == ROW_FOUND; break;
        case FRAME_WANT_BOT: done = visitor_wants(tx, v, ACT_WANT_BOT, at_ms, &c, &may) == ROW_FOUND; break;
        case FRAME_SAY: break;
        }
    }
    if (done && may == CHAT_MAY_NOT) say_error(f, problem_person_answers.code);
    if (done && c.id != f->line->conversation && f->kind != FRAME_SAY) say_reset(f);
    return done;
}

static enum op_wish run_frame(struct op *op, struct tx *tx)
{
    struct frame *f = OWNER_OF(op, struct frame, op);
    struct visitor v;
    struct tenant_chat place;
    const struct visitor_token *token = &f->line->token;
    if (now_ms() >= token->expires_at_ms) {
        say_error(f, problem_chat_token.code);
        return OP_REFUSE;
    }
    enum chat_door door = chat_enter(tx, token->shop, token, true, &place, &v);
    if (door == DOOR_OPEN) return do_frame(f, tx, &v) ? OP_COMMIT : OP_REFUSE;
    if (door != DOOR_FAULT) say_error(f, door_problem(door)->code);
    return OP_REFUSE;
}

static void again(struct op *op)
{
    struct frame *f = OWNER_OF(op, struct frame, op);
    arena_release(f->arena, f->mark);
    buf_clear(&f->answer);
}

/* ---- the line ---- */

static void frame_free(struct frame *f)
{
    buf_free(&f->answer);
    arena_free(f->arena);
    free(f);
}

static void line_free(struct line *l)
{
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

/* Under its lock: the socket is not gone before this has returned, see chat_closed. */
static void send_answer(struct line *l, const struct frame *f)
{
    if (!l->open || f->answer.n == 0) return;
    struct socket_frame *bytes = socket_frame_new(SOCKET_TEXT, buf_str(&f->answer));
    sockets_send(&l->socket, 1, bytes);
    socket_frame_free(bytes);
}

static void frame_done(struct op *op, enum op_outcome outcome);

/* The next one that a lane takes; those it has no room for are told so. Under the lock. */
static void go_on(struct line *l)
{
    while (l->first != NULL) {
        struct frame *f = l->first;
        l->first = f->next;
        l->waiting--;
        f->op =
            (struct op){ .mode = TX_WRITE, .arena = f->arena, .run = run_frame, .again = again, .done = frame_done };
        l->busy = l->open && lanes_submit(chat_settings.lanes, &f->op);
        if (l->busy) return;
        say_error(f, problem_busy.code);
        send_answer(l, f);
        frame_free(f);
    }
}

/* On the lane's thread. What was refused has said why; what failed is to be sent again. */
static void frame_done(struct op *op, enum op_outcome outcome)
{
    struct frame *f = OWNER_OF(op, struct frame, op);
    struct line *l = f->line;
    bool said = outcome == OP_COMMITTED || (outcome == OP_REFUSED && f->answer.n > 0);
    if (!said) say_error(f, outcome == OP_UNCERTAIN ? problem_uncertain.code : problem_storage.code);
    (void)pthread_mutex_lock(&l->lock);
    l->busy = false;
    send_answer(l, f);
    frame_free(f);
    go_on(l);
    bool last = !l->open && !l->busy;
    (void)pthread_mutex_unlock(&l->lock);
    if (last) line_free(l);
}

static struct line *line_of(struct socket *s)
{
    struct chat_socket *own = socket_own(s);
    if (own->line != NULL) return own->line;
    struct line *l = calloc(1, sizeof *l);
    if (l == NULL || pthread_mutex_init(&l->lock, NULL) != 0) abort();
    l->socket = socket_id(s);
    l->token = own->token;
    l->conversation = own->conversation;
    l->open = true;
    own->line = l;
    return l;
}

/* False: too many wait already. */
static bool line_put(struct line *l, struct frame *f)
{
    (void)pthread_mutex_lock(&l->lock);
    bool room = l->waiting < FRAMES_WAITING_MAX;
    if (room) {
        f->line = l;
        if (l->first == NULL) l->first = f;
        else l->last->next = f;
        l->last = f;
        l->waiting++;
        if (!l->busy) go_on(l);
    }
    (void)pthread_mutex_unlock(&l->lock);
    return room;
}

/* ---- frames that come ---- */

/* What is wrong with it, as a code; NULL: nothing. */
static const char *read_members(struct frame *f, const json_t *json)
{
    struct field_faults faults = { 0 };
    struct post_read read = { 0 };
    bool good = true;
    if (f->kind == FRAME_SAY) good = fields_from_json(f->arena, post_message_fields, json, true, &f->say, &faults);
    if (f->kind == FRAME_READ || f->kind == FRAME_RESUME) {
        const char *name = f->kind == FRAME_READ ? "number" : "after";
        struct field named[] = { FIELD_I64(struct post_read, number, .max = INT64_MAX), FIELD_END };
        named[0].name = name;
        good = fields_from_json(f->arena, named, json, true, &read, &faults);
        f->number = read.number;
    }
    return good ? NULL : problem_invalid_fields.code;
}

static bool kind_of(const json_t *json, enum frame_kind *kind)
{
    struct str type;
    if (!json_get_str(json, "type", &type)) return false;
    for (size_t i = 0; i < ARRAY_LEN(frame_names); i++)
        if (str_eq(type, str_of(frame_names[i]))) {
            *kind = (enum frame_kind)i;
            return true;
        }
    return false;
}

static struct frame *frame_new(void)
{
    struct frame *f = calloc(1, sizeof *f);
    if (f == NULL) abort();
    f->arena = arena_new(FRAME_ARENA_BYTES);
    buf_init(&f->answer, ANSWER_MAX_BYTES);
    return f;
}

/* What cannot be asked of storage is answered here. */
static void refuse_frame(struct socket *s, struct frame *f, const char *code)
{
    say_error(f, code);
    (void)!socket_send(s, SOCKET_TEXT, buf_str(&f->answer));
    frame_free(f);
}

static void chat_message(struct socket *s, enum socket_message kind, struct str data)
{
    if (kind != SOCKET_TEXT) {
        socket_close(s, CLOSE_NOT_TEXT, "text alone");
        return;
    }
    json_t *json = json_read(data, FRAME_MAX_BYTES, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        socket_close(s, CLOSE_NOT_JSON, "not a JSON object");
        return;
    }
    struct frame *f = frame_new();
    const char *wrong = kind_of(json, &f->kind) ? read_members(f, json) : "unknown_type";
    json_decref(json);
    if (wrong != NULL) {
        refuse_frame(s, f, wrong);
        return;
    }
    f->mark = arena_mark(f->arena);
    if (line_put(line_of(s), f)) return;
    frame_free(f);
    socket_close(s, CLOSE_TOO_SLOW, "faster than it can be stored");
}

/* ---- the socket ---- */

static void chat_opened(struct socket *s)
{
    const struct chat_socket *own = socket_own(s);
    const struct chat_hello *h = socket_given(s);
    chat_here_again(own->conversation);
    struct json j;
    struct buf hello;
    char memory[512];
    if (!socket_listen(s, (struct topic){ TOPIC_CONVERSATION, own->conversation }, h->cursor)) return;
    if (!socket_listen(s, (struct topic){ TOPIC_SHOP, own->token.shop }, h->shop_cursor)) return;
    buf_fixed(&hello, memory, sizeof memory);
    begin_frame(&j, &hello, "hello");
    json_object(&j, "conversation");
    json_time(&j, "beganAt", h->began_at_ms);
    json_text(&j, "status", chat_status_name(h->status));
    json_text(&j, "owner", chat_owner_name(h->owner));
    if (h->place > 0) json_i64(&j, "place", h->place);
    json_i64(&j, "lastNumber", h->last_number);
    json_i64(&j, "readByVisitor", h->read_by_visitor);
    json_i64(&j, "readByTeam", h->read_by_team);
    json_end(&j);
    end_frame(&j);
    (void)!socket_send(s, SOCKET_TEXT, buf_str(&hello));
}

/* Frames that wait are dropped: their client has no acknowledgement, and sends them again. */
static void chat_closed(struct socket *s, int code)
{
    struct chat_socket *own = socket_own(s);
    struct line *l = own->line;
    (void)code;
    chat_farewell(own->conversation);
    if (l == NULL) return;
    (void)pthread_mutex_lock(&l->lock);
    l->open = false;
    for (struct frame *f = l->first, *next; f != NULL; f = next) {
        next = f->next;
        frame_free(f);
    }
    l->first = l->last = NULL;
    l->waiting = 0;
    bool last = !l->busy;
    (void)pthread_mutex_unlock(&l->lock);
    if (last) line_free(l);
}

/* {"type":"message", …the event's members}. Of the shop a visitor hears only that its chat is over. */
static bool chat_told(const struct socket_event *e, struct buf *out)
{
    if (e->topic.kind == TOPIC_SHOP && !str_eq(e->type, STR(EVENT_ENDED))) return false;
    buf_printf(out, "{\"type\":\"%.*s\"%s", (int)e->type.n, e->type.p, e->data.n > 2 ? "," : "");
    buf_add(out, e->data.p + 1, e->data.n - 1);
    return true;
}

const struct socket_kind chat_socket_kind = {
    .name = "chat",
    .subprotocol = "chathub.chat.1",
    .own_size = sizeof(struct chat_socket),
    .given_size = sizeof(struct chat_hello),
    .message_max = FRAME_MAX_BYTES,
    .rate = { "chat frames", FRAMES_AT_ONCE, 20 * SECOND_MS },
    .beat = "{\"type\":\"beat\"}",
    .per_account = SOCKETS_PER_VISITOR,
    .opened = chat_opened,
    .message = chat_message,
    .closed = chat_closed,
    .told = chat_told,
};

enum answer chat_socket_run(struct req *req)
{
    struct visitor v;
    struct tenant_chat place;
    struct conversation c;
    enum answer a = visitor_enter(req, true, &place, &v);
    if (a != ANSWER_GO_ON) return a;
    struct chat_hello h = { .own.token = visitor_call(req)->token };
    if (!visitor_conversation_or_new(req->tx, &v, req->now_ms, &c)) return reply_fault(req);
    h.own.conversation = c.id, h.began_at_ms = c.created_at_ms, h.last_number = c.last_number;
    h.read_by_visitor = c.visitor_read, h.read_by_team = c.team_read;
    h.status = c.status, h.owner = c.owner, h.place = c.place;
    const struct visitor said = { .network = visitor_network(req) };
    /* Where nothing was said yet there is nothing for the inbox to show, and most of those who come say nothing. */
    bool shows = c.last_number > 0;
    if (!visitor_seen(req->tx, &v, &said, req->now_ms) || (shows && !chat_tell_presence(req->tx, &c, true)))
        return reply_fault(req);
    if (!events_last(req->tx, (struct topic){ TOPIC_CONVERSATION, c.id }, &h.cursor) ||
        !events_last(req->tx, (struct topic){ TOPIC_SHOP, v.shop }, &h.shop_cursor))
        return reply_fault(req);
    return reply_socket(req, &h);
}
