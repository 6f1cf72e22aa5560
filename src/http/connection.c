/* connection.c: one client's socket, once accepted (accept.c), to its close: bytes in, bytes out, time. What the bytes
 * mean is the business of whoever has the connection (struct takeover): HTTP requests at first, then perhaps a stream
 * of server events or a WebSocket.
 *
 * What a connection waits for follows from its owner's state and from what is still to be written; connection_settle
 * alone sets reading and time-out by that, so none can be left with neither. A refused request ends the connection:
 * shut for writing, then what still comes is thrown away for a moment, because closing at once would reset the
 * connection and destroy the answer on its way. */
#include "base/log.h"
#include "http/private.h"
#include <stdlib.h>

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf);
static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf);

/* ---- close ---- */

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = OWNER_OF(handle, struct connection, tcp);
    free(c->asks);
    free(c);
}

void connection_close(struct connection *c)
{
    if (c->state == CONNECTION_CLOSED) return;
    struct loop *l = c->loop;
    c->state = CONNECTION_CLOSED; /* so that `closed` cannot close it once more */
    c->by->closed(c);
    struct slot *s = &l->slots[c->slot];
    s->connection = NULL;
    s->generation++;
    s->next_free = l->first_free;
    l->first_free = c->slot;
    if (c->previous != NULL) c->previous->next = c->next;
    else l->connections = c->next;
    if (c->next != NULL) c->next->previous = c->previous;
    l->connection_count--;
    (void)atomic_fetch_sub(&l->http->connections, 1);
    if (c->counted) limits_leave(l->http->limits, c->address);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

void connection_take(struct connection *c, const struct takeover *by, void *own)
{
    assert(c->asks != NULL && c->state != CONNECTION_CLOSED); /* requests have it: nobody took it before */
    c->by->closed(c);
    free(c->asks);
    c->asks = NULL;
    c->by = by;
    c->own = own;
    c->state = CONNECTION_TAKEN;
    c->awaits = AWAITS_ANEW;
}

/* ---- what is awaited ---- */

static enum connection_awaits awaited(const struct connection *c)
{
    if (c->queued > 0) return AWAITS_WRITE;
    if (c->state == CONNECTION_LINGER) return AWAITS_END;
    return c->by->awaits(c);
}

static int64_t limit_ms(const struct http_timeouts *t, enum connection_awaits what)
{
    switch (what) {
    case AWAITS_REQUEST: return t->idle_ms;
    case AWAITS_HEAD: return t->head_ms;
    case AWAITS_BODY: return t->body_ms;
    case AWAITS_WRITE: return t->write_ms;
    case AWAITS_END: return t->linger_ms;
    case AWAITS_WORD: return t->ping_ms;
    case AWAITS_PONG: return t->pong_ms;
    case AWAITS_ANEW:
    case AWAITS_OTHERS: break;
    }
    return -1;
}

/* More is read when it can be used. What comes after a refusal is thrown away all the time. */
static bool wants_more(const struct connection *c)
{
    if (c->half_closed) return false;
    return c->state == CONNECTION_LINGER || c->by->wants_bytes(c);
}

void connection_settle(struct connection *c)
{
    if (c->state == CONNECTION_CLOSED) return;
    enum connection_awaits now = awaited(c);
    if (c->awaits != now) {
        int64_t limit = limit_ms(&c->loop->http->timeouts, now);
        c->deadline_ms = limit < 0 ? INT64_MAX : (int64_t)uv_now(&c->loop->uv) + limit;
        c->awaits = now;
    }
    bool more = wants_more(c);
    if (more != c->reading) {
        int r = more ? uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) : uv_read_stop((uv_stream_t *)&c->tcp);
        if (r != 0) {
            connection_close(c);
            return;
        }
        c->reading = more;
    }
    /* Nobody would ever come back to it otherwise, not even at the client's end. */
    assert(c->reading || now == AWAITS_WRITE || now == AWAITS_OTHERS);
}

/* ---- the end of a refused one ---- */

static void on_shutdown(uv_shutdown_t *request, int status)
{
    free(request);
    (void)status; /* the time-out of the lingering closes it in any case */
}

void connection_linger(struct connection *c)
{
    if (c->half_closed) {
        connection_close(c);
        return;
    }
    uv_shutdown_t *request = malloc(sizeof *request);
    if (request == NULL) abort();
    if (uv_shutdown(request, (uv_stream_t *)&c->tcp, on_shutdown) == 0) {
        connection_settle(c);
        return;
    }
    free(request);
    connection_close(c);
}

/* ---- write ---- */

struct write_job {
    uv_write_t request;
    size_t n;
    struct shared_bytes *shared;
    char bytes[];
};

void shared_bytes_drop(struct shared_bytes *b)
{
    if (atomic_fetch_sub_explicit(&b->references, 1, memory_order_acq_rel) == 1) free(b);
}

static void job_free(struct write_job *job)
{
    if (job->shared != NULL) shared_bytes_drop(job->shared);
    free(job);
}

static void on_written(uv_write_t *request, int status)
{
    struct write_job *job = OWNER_OF(request, struct write_job, request);
    struct connection *c = OWNER_OF(request->handle, struct connection, tcp);
    size_t n = job->n;
    job_free(job);
    if (c->state == CONNECTION_CLOSED) return;
    if (status < 0) {
        connection_close(c);
        return;
    }
    c->queued -= n;
    c->writes--;
    c->awaits = AWAITS_ANEW; /* it does read: what is left has the whole time again */
    if (c->queued > 0) connection_settle(c);
    else if (c->close_when_written) connection_linger(c);
    else if (c->state != CONNECTION_LINGER && c->by->written != NULL) c->by->written(c);
    else connection_settle(c);
}

/* What the kernel did not take is left to libuv: copied, unless it lives for ever or is shared. */
static bool write_rest(struct connection *c, struct str copied, struct str fixed, struct shared_bytes *shared)
{
    struct write_job *job = malloc(sizeof *job + copied.n);
    if (job == NULL) abort();
    job->n = copied.n + fixed.n;
    job->shared = shared;
    if (shared != NULL) (void)atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
    if (copied.n > 0) memcpy(job->bytes, copied.p, copied.n);
    uv_buf_t bufs[2] = { uv_buf_init(job->bytes, (unsigned)copied.n),
                         uv_buf_init((char *)(uintptr_t)fixed.p, (unsigned)fixed.n) };
    size_t queued = job->n;
    if (uv_write(&job->request, (uv_stream_t *)&c->tcp, bufs, 2, on_written) != 0) {
        job_free(job);
        connection_close(c);
        return false;
    }
    c->queued += queued;
    c->writes++;
    /* What comes without being asked for is no sign that its reader is alive. */
    if (c->state != CONNECTION_TAKEN) c->awaits = AWAITS_ANEW;
    connection_settle(c);
    return c->state != CONNECTION_CLOSED;
}

/* As much as the kernel takes now. False: the connection is closed. */
static bool write_now(struct connection *c, struct str *first, struct str *second)
{
    if (c->queued > 0) return true;
    uv_buf_t bufs[2] = { uv_buf_init((char *)(uintptr_t)first->p, (unsigned)first->n),
                         uv_buf_init((char *)(uintptr_t)second->p, (unsigned)second->n) };
    int n = uv_try_write((uv_stream_t *)&c->tcp, bufs, second->n > 0 ? 2 : 1);
    if (n < 0 && n != UV_EAGAIN) {
        connection_close(c);
        return false;
    }
    size_t done = n > 0 ? (size_t)n : 0, of_first = done < first->n ? done : first->n;
    first->p += of_first, first->n -= of_first;
    second->p += done - of_first, second->n -= done - of_first;
    return true;
}

bool connection_flush(struct connection *c, struct str fixed)
{
    struct buf *out = &c->loop->out;
    assert(!out->overflow); /* flushed past GATHER_BYTES; one answer has a maximum */
    struct str gathered = buf_str(out);
    bool alive = c->state != CONNECTION_CLOSED;
    if (alive && gathered.n + fixed.n > 0) {
        alive = write_now(c, &gathered, &fixed);
        if (alive && gathered.n + fixed.n > 0) alive = write_rest(c, gathered, fixed, NULL);
    }
    buf_clear(out);
    return alive;
}

bool connection_send(struct connection *c, struct shared_bytes *b)
{
    if (c->state == CONNECTION_CLOSED) return false;
    struct str bytes = { b->p, b->n }, none = { "", 0 };
    if (!write_now(c, &bytes, &none)) return false;
    return bytes.n == 0 || write_rest(c, none, bytes, b);
}

size_t connection_backlog(const struct connection *c) { return c->queued + c->writes * sizeof(struct write_job); }

/* ---- read ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct connection *c = OWNER_OF(handle, struct connection, tcp);
    *buf = uv_buf_init(c->loop->in, sizeof c->loop->in); /* emptied before the callback returns */
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
    struct connection *c = OWNER_OF(stream, struct connection, tcp);
    if (nread == 0 || c->state == CONNECTION_CLOSED) return;
    if (nread == UV_EOF) {
        c->half_closed = true;
        (void)uv_read_stop(stream);
        c->reading = false;
        if (c->state == CONNECTION_LINGER && c->queued == 0) connection_close(c);
        else if (c->state != CONNECTION_LINGER) c->by->ended(c);
        return;
    }
    if (nread < 0) {
        connection_close(c);
        return;
    }
    if (c->state != CONNECTION_LINGER) {
        c->by->bytes(c, buf->base, (size_t)nread);
        return;
    }
    c->lingered += (unsigned)nread;
    if (c->lingered > LINGER_MAX_BYTES) connection_close(c);
}

/* ---- time ---- */

void connection_tick(struct connection *c, int64_t at_ms)
{
    if (at_ms < c->deadline_ms) return;
    if (c->state == CONNECTION_LINGER || c->queued > 0 || c->by->late == NULL) connection_close(c);
    else c->by->late(c);
}
