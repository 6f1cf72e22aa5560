/* requests.c: what a connection does until somebody takes it over: HTTP/1.1. Requests are taken one at a time and
 * answered in order; what is pipelined behind one that is away waits in `kept`, and past PIPELINE_MAX_BYTES we stop
 * reading, so the client's own socket fills instead of our memory. The same when it does not read its answers.
 *
 * A client that sends a head byte by byte is cut off when the head took too long, however alive it looks: the time runs
 * on until something else is awaited. A refused request ends the connection. */
#include "base/log.h"
#include "http/private.h"
#include <stdlib.h>

/* clang-format off */
static const struct problem problem_bad_request = {
    "bad_request", 400, "This is not a request that HTTP/1.1 allows.", "请求不符合 HTTP/1.1 规范。"
};
static const struct problem problem_target_too_long = {
    "target_too_long", 414, "The address is too long.", "请求地址过长。"
};
static const struct problem problem_head_too_large = {
    "head_too_large", 431, "The request has too many or too long headers.", "请求头过多或过长。"
};
static const struct problem problem_not_implemented = {
    "not_implemented", 501, "This transfer coding is not supported.", "不支持此传输编码。"
};
static const struct problem problem_expectation = {
    "expectation_failed", 417, "Only \"Expect: 100-continue\" is understood.", "仅支持 “Expect: 100-continue”。"
};
static const struct problem problem_version = {
    "version_not_supported", 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.", "仅支持 HTTP/1.1 与 HTTP/1.0。"
};
static const struct problem problem_timeout = {
    "request_timeout", 408, "The request took too long to arrive.", "请求接收超时。"
};
/* clang-format on */

enum { CROWDED_RETRY_S = 5 };

static void go_on(struct connection *c);
static void back(struct exchange *x);
static void upload_asked(struct exchange *x);

/* ---- answers ---- */

/* Puts the answer of x behind those gathered; x is gone afterwards. */
static void respond(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    if (atomic_load_explicit(&l->http->draining, memory_order_relaxed)) x->close = true;
    reply_render(x, &l->out);
    int status = x->req.reply.status;
    struct str fixed = x->head_only ? (struct str){ 0 } : x->fixed_body;
    int64_t took_us = (int64_t)(uv_hrtime() / 1000) - x->started_us;
    size_t number = x->req.route != NULL ? x->route_number : router_count(l->http->router);
    metrics_answer(&l->metrics, number, status, took_us);
    if (status >= 400) refusals_note(x);
    if (status >= 500 && x->req.route != NULL && x->req.reply.problem != &problem_busy)
        LOG(LOG_ERROR, "answer_5xx", LOG_NUMBER("status", status), LOG_TEXT("request", x->request_id),
            LOG_TEXT("path", x->req.route->path));
    c->close_when_written = c->close_when_written || x->close;
    if (x->close) c->state = CONNECTION_LINGER;
    exchange_give(x);
    if (fixed.n > 0 || l->out.n >= GATHER_BYTES) (void)connection_flush(c, fixed);
}

static const struct problem *problem_of_status(int status)
{
    static const struct problem *const known[] = { &problem_target_too_long, &problem_head_too_large,
                                                   &problem_not_implemented, &problem_version,
                                                   &problem_timeout,         &problem_expectation };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i]->status == status) return known[i];
    return status == 413 ? &problem_too_large : &problem_bad_request;
}

/* Nothing behind this is read as a request. */
static void refuse(struct connection *c, struct exchange *x, int status)
{
    if (x == NULL || x->req.route == NULL) {
        if (x == NULL) x = exchange_take(c->loop);
        x->head.fields = 0, x->head.minor = 1;
        x->head.method = x->head.target = x->head.path = x->head.query = (struct str){ 0 };
        request_begin_bare(c, x);
    }
    reply_reset(&x->req.reply);
    (void)reply_problem(&x->req, problem_of_status(status));
    x->allow = NULL;
    x->fixed_body = (struct str){ 0 };
    x->head_only = false;
    x->close = true;
    (void)atomic_fetch_add_explicit(&c->loop->metrics.refused_heads, 1, memory_order_relaxed);
    respond(c, x);
}

/* ---- requests ---- */

static void complete(struct connection *c, struct exchange *x)
{
    c->state = CONNECTION_HEAD;
    request_fields(x);
    if (x->discard || dispatch_start(x, back)) {
        respond(c, x);
        return;
    }
    c->state = CONNECTION_BUSY;
}

/* Its bytes wait, at first with the client, until it is known whether they may be sent. */
static void begin_upload(struct connection *c, struct exchange *x)
{
    x->body_left = x->head.content_length > 0 ? x->head.content_length : 0;
    if (x->head.chunked) chunk_start(&x->chunk, (uint64_t)x->req.route->upload->max_bytes);
    exchange_keep(x);
    c->state = CONNECTION_BUSY;
    if (upload_ask(x, upload_asked)) return;
    (void)reply_later(&x->req, &problem_busy, 1);
    x->close = true;
    c->state = CONNECTION_HEAD;
    respond(c, x);
}

/* What is past a usual body is held only as long as there is room for it. */
static bool has_room(struct exchange *x, size_t n)
{
    const struct http *h = x->loop->http;
    size_t all = x->body_store.n + n;
    if (all <= BODY_MAX_DEFAULT) return true;
    if (!share_take(h->bodies, h->limits, x->address, all - x->body_held)) return false;
    x->body_held = all;
    return true;
}

/* As far as can be told before a byte of it came. */
static bool would_have_room(const struct exchange *x, int64_t length)
{
    const struct http *h = x->loop->http;
    return length <= BODY_MAX_DEFAULT || share_has(h->bodies, h->limits, x->address, (size_t)length);
}

/* Nothing behind this is read: its body does not end where the next request begins. */
static void refuse_crowded(struct connection *c, struct exchange *x)
{
    c->asks->exchange = NULL;
    x->close = true;
    (void)reply_later(&x->req, &problem_busy, CROWDED_RETRY_S);
    respond(c, x);
}

/* The head said that a body follows. How it is framed decides what is safe to do with what comes. */
static size_t begin_body(struct connection *c, struct exchange *x, size_t rest)
{
    int64_t length = x->head.content_length;
    bool chunked = x->head.chunked;
    if (!x->discard && x->req.route != NULL && x->req.route->upload != NULL) {
        begin_upload(c, x);
        return 0;
    }
    if (!chunked && length <= 0) {
        complete(c, x);
        return 0;
    }
    /* Too much to throw away, or the client asks before it sends: the refusal goes out now and ends it. */
    if (x->discard && (length > BODY_MAX_DISCARDED || x->head.expect_continue)) {
        x->close = true;
        respond(c, x);
        return 0;
    }
    if (!chunked && (uint64_t)length <= rest) { /* all here: no copy */
        if (!x->discard) x->body = (struct str){ x->head_bytes + x->head_n, (size_t)length };
        complete(c, x);
        return (size_t)length;
    }
    if (!x->discard && !would_have_room(x, length)) {
        refuse_crowded(c, x);
        return 0;
    }
    const struct route *r = x->req.route;
    size_t most = x->discard || r == NULL ? BODY_MAX_DISCARDED : r->body_max ? r->body_max : BODY_MAX_DEFAULT;
    x->body_store.max = most;
    x->body_left = length;
    if (chunked) chunk_start(&x->chunk, most);
    exchange_keep(x);
    c->asks->exchange = x;
    c->state = CONNECTION_BODY;
    if (x->head.expect_continue && rest == 0) buf_text(&c->loop->out, "HTTP/1.1 100 Continue\r\n\r\n");
    return 0;
}

/* Returns how many bytes were taken; 0 when the head is not complete. */
static size_t take_head(struct connection *c, const char *p, size_t n)
{
    struct exchange *x = exchange_take(c->loop);
    size_t used = 0;
    int status = 0;
    switch (head_read(p, n, &c->asks->head_resume, &x->head, &used, &status)) {
    case READ_MORE: exchange_give(x); return 0;
    case READ_REFUSED: refuse(c, x, status); return n;
    case READ_DONE: break;
    }
    c->asks->head_resume = 0;
    c->awaits = AWAITS_ANEW; /* its body, or the next head, has its own time */
    c->asks->requests++;
    x->head_bytes = p, x->head_n = used;
    request_begin(c, x);
    x->close = !x->head.keep_alive || c->asks->requests >= REQUESTS_PER_CONNECTION;
    return used + begin_body(c, x, n - used);
}

static void body_done(struct connection *c, struct exchange *x)
{
    c->asks->exchange = NULL;
    if (x->upload != NULL) {
        c->state = CONNECTION_BUSY;
        c->loop->under_way++;
        upload_finish(x);
        return;
    }
    if (!x->discard) x->body = buf_str(&x->body_store);
    complete(c, x);
}

/* False: there is no room for it, and x has been answered. */
static bool take_data(struct connection *c, struct exchange *x, const char *p, size_t n)
{
    if (x->upload != NULL) {
        upload_add(x, p, n);
        if (upload_renews(x)) c->awaits = AWAITS_ANEW; /* large ones may take their time, but not stand still */
        return true;
    }
    if (x->discard) return true;
    if (!has_room(x, n)) {
        refuse_crowded(c, x);
        return false;
    }
    buf_add(&x->body_store, p, n);
    return true;
}

static bool waits_for_disk(const struct connection *c)
{
    return c->state == CONNECTION_BODY && c->asks->exchange->upload != NULL && upload_full(c->asks->exchange);
}

static size_t take_chunks(struct connection *c, struct exchange *x, const char *p, size_t n)
{
    size_t taken = 0;
    for (;;) {
        size_t used = 0, data_n = 0;
        const char *data = NULL;
        int status = 0;
        enum reader_result r = chunk_read(&x->chunk, p + taken, n - taken, &used, &data, &data_n, &status);
        taken += used;
        if (data_n > 0 && !take_data(c, x, data, data_n)) return n;
        switch (r) {
        case READ_DONE: body_done(c, x); return taken;
        case READ_MORE:
            if (taken == n) return taken;
            break;
        case READ_REFUSED:
            c->asks->exchange = NULL;
            if (status == 413 && x->discard) { /* refused for a better reason already */
                x->close = true;
                respond(c, x);
            } else {
                refuse(c, x, status);
            }
            return n;
        }
    }
}

static size_t take_body(struct connection *c, const char *p, size_t n)
{
    struct exchange *x = c->asks->exchange;
    assert(x != NULL);
    if (x->head.chunked) return take_chunks(c, x, p, n);
    size_t take = (uint64_t)x->body_left < n ? (size_t)x->body_left : n;
    if (!take_data(c, x, p, take)) return n;
    x->body_left -= (int64_t)take;
    if (x->body_left == 0) body_done(c, x);
    return take;
}

static size_t take_requests(struct connection *c, const char *p, size_t n)
{
    size_t taken = 0;
    while (taken < n && c->queued == 0 && !waits_for_disk(c)) {
        size_t used = 0;
        if (c->state == CONNECTION_HEAD) used = take_head(c, p + taken, n - taken);
        else if (c->state == CONNECTION_BODY) used = take_body(c, p + taken, n - taken);
        else break;
        if (used == 0 && c->state == CONNECTION_HEAD) break; /* an incomplete head */
        taken += used;
    }
    return c->state == CONNECTION_LINGER || c->state == CONNECTION_CLOSED ? n : taken;
}

/* ---- kept bytes ---- */

static void keep(struct connection *c, const char *p, size_t n)
{
    if (n == 0) return;
    if (c->asks->kept_n + n > c->asks->kept_cap) {
        size_t cap = c->asks->kept_cap ? c->asks->kept_cap : 1024;
        while (cap < c->asks->kept_n + n) cap *= 2;
        char *grown = realloc(c->asks->kept, cap);
        if (grown == NULL) abort();
        c->asks->kept = grown, c->asks->kept_cap = cap;
    }
    memcpy(c->asks->kept + c->asks->kept_n, p, n);
    c->asks->kept_n += n;
}

static void drop_kept(struct connection *c, size_t taken)
{
    c->asks->kept_n -= taken;
    if (c->asks->kept_n > 0) {
        memmove(c->asks->kept, c->asks->kept + taken, c->asks->kept_n);
        return;
    }
    free(c->asks->kept); /* ten thousand idle connections keep nothing */
    c->asks->kept = NULL, c->asks->kept_cap = 0;
}

static void forget_kept(struct connection *c)
{
    free(c->asks->kept);
    c->asks->kept = NULL, c->asks->kept_n = c->asks->kept_cap = 0;
}

/* After requests were taken: their answers go out, and the connection ends or waits for what comes next. */
static void rest(struct connection *c)
{
    if (!connection_flush(c, (struct str){ 0 })) return;
    bool written = c->queued == 0;
    if (c->close_when_written && written) {
        connection_linger(c);
        return;
    }
    /* Nothing more comes: what is incomplete now stays so. */
    bool ended = c->half_closed && (c->state == CONNECTION_HEAD || c->state == CONNECTION_BODY);
    bool drained = c->state == CONNECTION_HEAD && c->asks->kept_n == 0 && atomic_load(&c->loop->http->draining);
    if (written && (ended || drained)) connection_close(c);
    else connection_settle(c);
}

static void go_on(struct connection *c)
{
    bool had_kept = c->asks->kept_n > 0;
    size_t taken = had_kept ? take_requests(c, c->asks->kept, c->asks->kept_n) : 0;
    if (c->state == CONNECTION_CLOSED) return;
    if (had_kept) drop_kept(c, taken);
    rest(c);
}

/* An exchange that was away is done: its answer goes out, or the connection to somebody else; then what is behind it.
 */
static void answer(struct connection *c, struct exchange *x)
{
    assert(c->state == CONNECTION_BUSY);
    c->state = CONNECTION_HEAD;
    bool stream = x->wants_stream && x->req.reply.problem == NULL && !x->head_only;
    bool socket = x->req.reply.status == 101 && x->req.route->socket != NULL;
    if ((stream && stream_start(c, x)) || (socket && socket_start(c, x))) {
        exchange_give(x);
        return;
    }
    x->wants_stream = false;
    respond(c, x);
    if (c->state != CONNECTION_CLOSED) go_on(c);
}

/* ---- what was away is back ---- */

/* Its connection; NULL: the client has left, and x is given up. The work is done all the same. */
static struct connection *connection_of(struct exchange *x)
{
    struct connection *c = loop_find(x->loop, x->slot, x->generation);
    if (c == NULL) exchange_give(x);
    return c;
}

static void waited(struct exchange *x)
{
    struct connection *c = connection_of(x);
    if (c != NULL) answer(c, x);
}

static void back(struct exchange *x)
{
    dispatch_end(x);
    struct connection *c = connection_of(x);
    if (c == NULL) return;
    const struct reply *r = &x->req.reply;
    bool waits = x->outcome == OP_COMMITTED && r->wait_job > 0 && r->problem == NULL && x->req.route->wait_ms > 0;
    if (waits && !atomic_load(&c->loop->http->stopping)) waiting_begin(x, waited);
    else answer(c, x);
}

/* ---- uploads ---- */

/* Its reply is made. The body is not taken to its end, so nothing behind it can be read. */
static void upload_refused(struct connection *c, struct exchange *x)
{
    c->asks->exchange = NULL;
    c->state = CONNECTION_HEAD;
    x->close = true;
    admission_settle(x); /* who was recognised is not counted by network */
    respond(c, x);
    if (c->state != CONNECTION_CLOSED) go_on(c);
}

static void upload_news(struct exchange *x, enum upload_news news)
{
    struct connection *c = loop_find(x->loop, x->slot, x->generation);
    if (news == UPLOAD_ROOM) {
        if (c != NULL && c->state == CONNECTION_BODY && c->asks->exchange == x) go_on(c);
        return;
    }
    /* With the whole body here, or without a connection, it was away; else the connection has it. */
    if (c == NULL || c->state == CONNECTION_BUSY) x->loop->under_way--;
    if (c == NULL) {
        exchange_give(x);
    } else if (news == UPLOAD_FAILED) {
        upload_refused(c, x);
    } else {
        complete(c, x);
        if (c->state != CONNECTION_CLOSED) go_on(c);
    }
}

static void upload_asked(struct exchange *x)
{
    bool admitted = x->outcome == OP_COMMITTED && x->admitted;
    struct connection *c = connection_of(x);
    if (c == NULL) return;
    if (!admitted || !upload_begin(x, upload_news)) {
        if (admitted || x->req.reply.status == 0) (void)reply_later(&x->req, &problem_busy, 2);
        upload_refused(c, x);
        return;
    }
    reply_reset(&x->req.reply);
    x->outcome = OP_REFUSED; /* until the request itself says otherwise */
    c->state = CONNECTION_BODY;
    c->asks->exchange = x;
    if (x->head.expect_continue && c->asks->kept_n == 0) buf_text(&c->loop->out, "HTTP/1.1 100 Continue\r\n\r\n");
    if (!x->head.chunked && x->body_left == 0) body_done(c, x);
    go_on(c);
}

/* ---- as the connection calls it ---- */

static void requests_bytes(struct connection *c, const char *p, size_t n)
{
    if (c->state == CONNECTION_BUSY) {
        keep(c, p, n);
        rest(c);
        return;
    }
    if (c->asks->kept_n > 0 || c->queued > 0) {
        keep(c, p, n);
        go_on(c);
        return;
    }
    size_t taken = take_requests(c, p, n);
    if (c->state == CONNECTION_CLOSED) return;
    if (c->state == CONNECTION_TAKEN) return; /* what came behind went to whoever took it */
    keep(c, p + taken, n - taken);
    rest(c);
}

static void requests_written(struct connection *c)
{
    if (c->state == CONNECTION_BUSY) connection_settle(c);
    else go_on(c);
}

static void requests_ended(struct connection *c)
{
    if (c->state != CONNECTION_BUSY && c->queued == 0) connection_close(c);
}

static void requests_late(struct connection *c)
{
    bool late_head = c->state == CONNECTION_HEAD && c->asks->kept_n > 0;
    if (!late_head && c->state != CONNECTION_BODY) {
        connection_close(c);
        return;
    }
    struct exchange *x = c->asks->exchange;
    c->asks->exchange = NULL;
    refuse(c, x, 408);
    if (c->state != CONNECTION_CLOSED) rest(c);
}

static enum connection_awaits requests_awaits(const struct connection *c)
{
    if (c->state == CONNECTION_HEAD) return c->asks->kept_n == 0 ? AWAITS_REQUEST : AWAITS_HEAD;
    return c->state == CONNECTION_BODY && !waits_for_disk(c) ? AWAITS_BODY : AWAITS_OTHERS;
}

/* Not before the answers are written, not without end behind a request under way. */
static bool requests_want_bytes(const struct connection *c)
{
    if (c->queued > 0 || waits_for_disk(c)) return false;
    return c->state != CONNECTION_BUSY || c->asks->kept_n < PIPELINE_MAX_BYTES;
}

static void requests_closed(struct connection *c)
{
    if (c->asks->exchange != NULL) exchange_give(c->asks->exchange);
    c->asks->exchange = NULL;
    forget_kept(c);
}

/* clang-format off */
const struct takeover http_requests = {
    .name = "requests", .bytes = requests_bytes, .written = requests_written, .ended = requests_ended,
    .late = requests_late, .awaits = requests_awaits, .wants_bytes = requests_want_bytes, .closed = requests_closed,
};
/* clang-format on */

bool connection_is_idle(const struct connection *c)
{
    return c->state == CONNECTION_HEAD && c->asks->kept_n == 0 && c->queued == 0;
}
