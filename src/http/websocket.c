/* websocket.c: how a request becomes a WebSocket (RFC 6455 4.2), and what its connection does from then on: frames in,
 * pings, and the end. What the messages mean is its kind's business (socket.h).
 *
 * The end is always ours to make: a close frame goes out, the connection is shut for writing, and what still comes is
 * thrown away for a moment, as behind a refused request; so a client in the middle of a message still sees why. */
#include "base/clock.h"
#include "http/frames.h"
#include "http/private.h"
#include <stdlib.h>

enum {
    FRAGMENTS_MAX = 64,
    QUEUE_MAX_BYTES = 262144,
    READ_ON_BYTES = 65536,
    FRAMES_LENT_MAX = 16,
    REASON_MAX_BYTES = 123,
};
/* Pings, pongs: each costs an answer. */
static const struct limit control_rate = { .name = "control frames", .burst = 60, .per_ms = 10 * 1000 };

/* ---- the handshake ---- */

enum answer reply_socket(struct req *req, const void *own)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    req->reply.status = 101;
    if (x == NULL) return ANSWER_SENT;
    const struct socket_kind *kind = req->route->socket;
    size_t n = kind->given_size > 0 ? kind->given_size : kind->own_size;
    assert(n >= kind->own_size);
    x->socket_own = n > 0 ? arena_copy(req->arena, own, n) : "";
    return ANSWER_SENT;
}

static void render_upgrade(const struct exchange *x, struct buf *out)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct str key = head_get(&x->head, "sec-websocket-key");
    struct buf both;
    char memory[128], accept[32];
    uint8_t hash[SHA1_SIZE];
    buf_fixed(&both, memory, sizeof memory);
    buf_add(&both, key.p, key.n);
    buf_text(&both, guid);
    assert(!both.overflow);
    sha1(both.p, both.n, hash);
    base64_encode(hash, sizeof hash, accept);
    buf_printf(out,
               "HTTP/1.1 101 Switching Protocols\r\n%sUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: %s\r\nX-Request-Id: %s\r\n",
               x->loop->date, accept, x->request_id);
    if (x->req.route->socket->subprotocol != NULL)
        buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", x->req.route->socket->subprotocol);
    buf_text(out, "\r\n");
}

/* ---- frames made ready ---- */

struct shared_bytes *socket_bytes_new(enum socket_message kind, struct str data)
{
    uint8_t header[FRAME_HEADER_MAX];
    size_t header_n = frame_header((enum frame_opcode)kind, data.n, header);
    struct shared_bytes *b = malloc(sizeof *b + header_n + data.n);
    if (b == NULL) abort();
    atomic_init(&b->references, 1);
    b->n = header_n + data.n;
    memcpy(b->p, header, header_n);
    if (data.n > 0) memcpy(b->p + header_n, data.p, data.n);
    return b;
}

/* ---- frames are lent ---- */

static struct frames *frames_borrow(struct loop *l)
{
    if (l->frames_lent_n == 0) return frames_new();
    l->frames_lent_n--;
    return l->frames_lent[l->frames_lent_n];
}

static void frames_return(struct loop *l, struct frames *f)
{
    if (frames_at_rest(f) && l->frames_lent_n < ARRAY_LEN(l->frames_lent)) l->frames_lent[l->frames_lent_n++] = f;
    else frames_free(f);
}

void sockets_loop_close(struct loop *l)
{
    while (l->frames_lent_n > 0) frames_free(l->frames_lent[--l->frames_lent_n]);
}

/* ---- topics ---- */

static struct reader **reader_of(struct socket *s, struct topic topic, size_t *count)
{
    struct reader **at = &s->readers;
    for (*count = 0; *at != NULL; at = &(*at)->sibling, (*count)++) {
        struct topic t = reader_topic(*at);
        if (t.kind == topic.kind && t.id == topic.id) break;
    }
    return at;
}

bool socket_listen(struct socket *s, struct topic topic, int64_t cursor)
{
    size_t count;
    struct reader **at = reader_of(s, topic, &count), *r = *at;
    if (r == NULL) {
        if (count == SOCKET_TOPICS_MAX) return false;
        r = *at = calloc(1, sizeof *r);
        if (r == NULL) abort();
    } else {
        reader_end(r);
    }
    reader_begin(r, s->connection, topic, cursor);
    return true;
}

void socket_listen_end(struct socket *s, struct topic topic)
{
    size_t count;
    struct reader **at = reader_of(s, topic, &count), *r = *at;
    if (r == NULL) return;
    *at = r->sibling;
    reader_end(r);
    free(r);
}

static void readers_end(struct socket *s)
{
    for (struct reader *r = s->readers, *next; r != NULL; r = next) {
        next = r->sibling;
        reader_end(r);
        free(r);
    }
    s->readers = NULL;
}

static void usual_text(const struct socket_event *e, struct buf *out)
{
    static const char *const names[] = { "", "account", "conversation", "inbox", "shop" };
    const char *name = (size_t)e->topic.kind < ARRAY_LEN(names) ? names[e->topic.kind] : "";
    buf_printf(out, "{\"topic\":\"%s\",\"id\":%lld,\"seq\":%lld,\"type\":\"%.*s\",\"data\":", name,
               (long long)e->topic.id, (long long)e->seq, (int)e->type.n, e->type.p);
    buf_add(out, e->data.p, e->data.n);
    buf_char(out, '}');
}

/* The frames of the news for this kind. Readers of one topic are mostly of one kind, so one set is kept. */
static void make_frames(struct topic_news *n, const struct socket_kind *kind)
{
    struct buf text;
    if (n->frames_of == kind) return;
    buf_init(&text, EVENTS_READ_MAX_BYTES);
    for (size_t i = 0; i < n->n; i++) {
        const struct event_row *row = &n->rows->row[n->first + i];
        const char *p = n->rows->text.p;
        const struct socket_event e = { .topic = n->topic,
                                        .seq = row->seq,
                                        .type = { p + row->type_at, row->type_n },
                                        .data = { p + row->data_at, row->data_n } };
        bool told = true;
        buf_clear(&text);
        if (kind->told != NULL) told = kind->told(&e, &text);
        else usual_text(&e, &text);
        if (n->frame[i] != NULL) shared_bytes_drop(n->frame[i]);
        n->frame[i] = told ? socket_bytes_new(SOCKET_TEXT, buf_str(&text)) : NULL;
    }
    n->frames_of = kind;
    buf_free(&text);
}

static void socket_news(struct connection *c, struct reader *r, struct topic_news *n, size_t first)
{
    struct socket *s = c->own;
    (void)r;
    make_frames(n, s->kind);
    for (size_t i = first; i < n->n; i++) {
        const struct event_row *row = &n->rows->row[n->first + i];
        bool last = str_eq((struct str){ n->rows->text.p + row->type_at, row->type_n }, STR(EVENT_ENDED));
        if (n->frame[i] != NULL && !socket_send_shared(s, n->frame[i])) return;
        if (!last) continue;
        socket_close(s, CLOSE_POLICY, NULL);
        return;
    }
}

/* ---- the end ---- */

/* After this the connection is nobody's: what it still has to write goes out, what comes is thrown away. */
static void part(struct socket *s, int code)
{
    struct connection *c = s->connection;
    struct loop *l = c->loop;
    if (s->told_open && s->kind->closed != NULL) s->kind->closed(s, code);
    c->own = NULL;
    readers_end(s);
    if (s->frames != NULL) frames_return(l, s->frames);
    (void)atomic_fetch_sub_explicit(&l->metrics.sockets, 1, memory_order_relaxed);
    standing_end(&s->standing, l->http);
    free(s);
}

static void put_frame(struct buf *out, enum frame_opcode opcode, struct str data)
{
    uint8_t header[FRAME_HEADER_MAX];
    buf_add(out, header, frame_header(opcode, data.n, header));
    buf_add(out, data.p, data.n);
}

static void put_close(struct buf *out, int code, const char *reason)
{
    char text[2 + REASON_MAX_BYTES] = { (char)(code >> 8), (char)code };
    size_t n = reason != NULL ? strlen(reason) : 0;
    assert(n <= REASON_MAX_BYTES);
    if (n > 0) memcpy(text + 2, reason, n);
    put_frame(out, OPCODE_CLOSE, (struct str){ text, code == CLOSE_NO_CODE ? 0 : 2 + n });
}

/* `said` is what goes out, `code` what the kind is told. */
static void end_socket(struct socket *s, int said, int code, const char *reason)
{
    struct connection *c = s->connection;
    part(s, code);
    if (c->state != CONNECTION_TAKEN) return; /* the kind closed the connection itself */
    c->state = CONNECTION_LINGER;
    c->close_when_written = true;
    put_close(&c->loop->out, said, reason);
    if (!connection_flush(c, (struct str){ 0 })) return;
    if (c->queued == 0) connection_linger(c);
    else connection_settle(c);
}

void socket_close(struct socket *s, int code, const char *reason)
{
    assert(frame_close_code_ok(code));
    end_socket(s, code, code, reason);
}

/* ---- writing ---- */

/* After something was written. False: too slow, and closed. */
static bool keeps_up(struct socket *s)
{
    size_t most = s->kind->queue_max ? s->kind->queue_max : QUEUE_MAX_BYTES;
    if (connection_backlog(s->connection) <= most) {
        s->wrote = s->wrote || s->connection->queued > 0;
        return true;
    }
    socket_close(s, CLOSE_LATER, NULL);
    return false;
}

static bool write_frame(struct socket *s, enum frame_opcode opcode, struct str data)
{
    struct connection *c = s->connection;
    put_frame(&c->loop->out, opcode, data);
    if (!connection_flush(c, (struct str){ 0 })) return false;
    return keeps_up(s);
}

bool socket_send(struct socket *s, enum socket_message kind, struct str data)
{
    return write_frame(s, (enum frame_opcode)kind, data);
}

bool socket_send_shared(struct socket *s, struct shared_bytes *b)
{
    if (!connection_send(s->connection, b)) return false;
    return keeps_up(s);
}

void *socket_own(struct socket *s) { return s->own; }
const void *socket_given(const struct socket *s) { return s->connection->loop->socket_given; }
const struct caller *socket_caller(const struct socket *s) { return standing_who(&s->standing); }

struct socket_id socket_id(const struct socket *s)
{
    const struct connection *c = s->connection;
    return (struct socket_id){ .loop = c->loop, .slot = c->slot, .generation = c->generation };
}

/* ---- reading ---- */

/* One token of the bucket, which is full when it has not been asked for long. */
static bool within(struct socket_bucket *b, const struct limit *limit, int64_t at_ms)
{
    int64_t full = limit->burst * limit->per_ms, passed_ms = at_ms - b->at_ms;
    int64_t left = b->at_ms == 0 || passed_ms >= limit->per_ms ? full : b->left + passed_ms * limit->burst;
    if (left > full) left = full;
    bool taken = left >= limit->per_ms;
    *b = (struct socket_bucket){ .at_ms = at_ms, .left = taken ? left - limit->per_ms : left };
    return taken;
}

/* One event of the frames. False: the socket has ended. */
static bool take_event(struct socket *s, enum frame_event event, struct str data, int code)
{
    struct connection *c = s->connection;
    int64_t at_ms = (int64_t)uv_now(&c->loop->uv);
    bool control = event == FRAME_PING || event == FRAME_PONG;
    struct socket_bucket *bucket = control ? &s->controls : &s->messages;
    bool counted = control || event == FRAME_TEXT || event == FRAME_BINARY;
    if (counted && !within(bucket, control ? &control_rate : &s->kind->rate, at_ms)) {
        socket_close(s, CLOSE_POLICY, "too many");
        return false;
    }
    switch (event) {
    case FRAME_TEXT:
    case FRAME_BINARY:
        (void)atomic_fetch_add_explicit(&c->loop->metrics.socket_messages, 1, memory_order_relaxed);
        s->kind->message(s, event == FRAME_TEXT ? SOCKET_TEXT : SOCKET_BINARY, data);
        return c->state == CONNECTION_TAKEN;
    case FRAME_PING: return write_frame(s, OPCODE_PONG, data);
    case FRAME_CLOSE:
        end_socket(s, code, code, NULL); /* the same back (5.5.1) */
        return false;
    case FRAME_FAULT: end_socket(s, code, code, NULL); return false;
    case FRAME_PONG:
    case FRAME_MORE: break;
    }
    return true;
}

static void socket_bytes(struct connection *c, const char *p, size_t n)
{
    struct socket *s = c->own;
    struct loop *l = c->loop;
    struct frames *f = s->frames != NULL ? s->frames : frames_borrow(l);
    bool whole = s->frames == NULL; /* what is under way keeps the time it has */
    const struct frame_limits limits = {
        .message_max = s->kind->message_max,
        .fragments_max = s->kind->fragments_max ? s->kind->fragments_max : FRAGMENTS_MAX,
    };
    s->frames = NULL; /* ours while the kind is called: it may close s */
    s->pinged = false;
    frames_feed(f, p, n);
    bool open = true;
    for (;;) {
        struct str data;
        int code = 0;
        enum frame_event event = frames_next(f, &limits, &data, &code);
        if (event == FRAME_MORE) break;
        whole = whole || event == FRAME_TEXT || event == FRAME_BINARY;
        open = take_event(s, event, data, code);
        if (!open) break;
    }
    if (!open) {
        frames_free(f);
        return;
    }
    if (frames_at_rest(f)) frames_return(l, f);
    else s->frames = f;
    if (whole) c->awaits = AWAITS_ANEW;
    connection_settle(c);
}

static void socket_written(struct connection *c)
{
    struct socket *s = c->own;
    bool tell = s->wrote && s->kind->writable != NULL;
    s->wrote = false;
    if (tell) s->kind->writable(s);
    connection_settle(c);
}

static void socket_ended(struct connection *c)
{
    part(c->own, CLOSE_ABNORMAL);
    connection_close(c);
}

/* Silent: is it there? Silent after that, or in the middle of a message: it is not. */
static void socket_late(struct connection *c)
{
    struct socket *s = c->own;
    if (s->pinged || s->frames != NULL) {
        socket_close(s, s->frames != NULL ? CLOSE_POLICY : CLOSE_GOING_AWAY, "too slow");
        return;
    }
    s->pinged = true;
    /* Pings are the browser's own business: who reads with a script hears of a beat, in the same packet. */
    if (s->kind->beat != NULL) put_frame(&c->loop->out, (enum frame_opcode)SOCKET_TEXT, str_of(s->kind->beat));
    if (write_frame(s, OPCODE_PING, (struct str){ "", 0 })) connection_settle(c);
}

static enum connection_awaits socket_awaits(const struct connection *c)
{
    const struct socket *s = c->own;
    if (s->pinged) return AWAITS_PONG;
    return s->frames != NULL ? AWAITS_BODY : AWAITS_WORD;
}

static bool socket_wants_bytes(const struct connection *c) { return c->queued <= READ_ON_BYTES; }

static void socket_closed(struct connection *c)
{
    if (c->own != NULL) part(c->own, CLOSE_ABNORMAL);
}

/* clang-format off */
static struct standing *socket_standing(struct connection *c) { return &((struct socket *)c->own)->standing; }
static void socket_dismissed(struct connection *c) { socket_close(c->own, CLOSE_POLICY, "sign in again"); }

static const struct takeover websocket = {
    .name = "websocket", .news = socket_news, .bytes = socket_bytes, .written = socket_written, .ended = socket_ended,
    .late = socket_late, .awaits = socket_awaits, .wants_bytes = socket_wants_bytes, .closed = socket_closed,
    .standing = socket_standing, .dismissed = socket_dismissed,
};
/* clang-format on */

struct socket *socket_of(struct connection *c)
{
    return c != NULL && c->by == &websocket && c->state == CONNECTION_TAKEN ? c->own : NULL;
}

/* ---- the beginning ---- */

bool socket_start(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    const struct socket_kind *kind = x->req.route->socket;
    struct socket *s = calloc(1, sizeof *s + kind->own_size);
    if (s == NULL) abort();
    if (!standing_begin(&s->standing, x, kind, kind->per_account)) {
        free(s);
        (void)reply_later(&x->req, &problem_too_many_requests, 30);
        return false;
    }
    s->connection = c;
    s->kind = kind;
    if (kind->own_size > 0) memcpy(s->own, x->socket_own, kind->own_size);
    (void)atomic_fetch_add_explicit(&l->metrics.sockets, 1, memory_order_relaxed);
    char *behind = c->asks->kept; /* sent with the request: allowed, if not wise */
    size_t behind_n = c->asks->kept_n;
    c->asks->kept = NULL, c->asks->kept_n = c->asks->kept_cap = 0;
    exchange_keep_client(x);
    connection_take(c, &websocket, s);
    render_upgrade(x, &l->out);
    metrics_answer(&l->metrics, x->route_number, 101, (int64_t)(uv_hrtime() / 1000) - x->started_us);
    bool open = connection_flush(c, (struct str){ 0 });
    if (open && c->half_closed) connection_close(c), open = false;
    if (open && atomic_load(&l->http->draining)) socket_close(s, CLOSE_GOING_AWAY, NULL), open = false;
    if (open) s->told_open = true;
    l->socket_given = x->socket_own;
    if (open && kind->opened != NULL) kind->opened(s);
    l->socket_given = NULL;
    open = open && c->state == CONNECTION_TAKEN;
    if (open) connection_settle(c);
    if (open && behind_n > 0) socket_bytes(c, behind, behind_n);
    free(behind);
    return true;
}
