/* loop.h: what the files of http/ share and nobody else includes: a loop (one thread, one libuv loop, one listening
 * socket), its connections, and an exchange (one request and its answer).
 *
 * Who owns what: a connection belongs to its loop's thread for life. An exchange belongs to one thread at a time: the
 * loop, then perhaps a crypto thread, then perhaps a lane, then the loop again through its queue of returns. It names
 * its connection by slot and generation, so one whose client has left meets nobody instead of a freed connection.
 *
 * Memory: bytes are read into one buffer a loop; only an incomplete head, a body in parts and pipelined bytes behind a
 * request under way are copied. Answers to pipelined requests are gathered in one buffer a loop and written in one go.
 * Exchanges are pooled a loop, with their arena and buffers, so an answer from memory allocates nothing. */
#ifndef CHATHUB_HTTP_LOOP_H
#define CHATHUB_HTTP_LOOP_H

#include "http/crypto_pool.h"
#include "http/events.h"
#include "http/limits.h"
#include "http/metrics.h"
#include "http/proxy.h"
#include "http/reader.h"
#include "http/router.h"
#include "http/server.h"
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

enum {
    LOOPS_MAX = 16,
    CONNECTIONS_MAX = 20000,                 /* all loops together; past it a new one is closed at once */
    CONNECTIONS_PER_NETWORK = CONNECTIONS_MAX / 10,          /* /24 or /64; not of our proxy, not of loopback */
    READ_BUFFER_BYTES = 65536,
    PIPELINE_MAX_BYTES = 65536,              /* kept behind a request under way; then reading stops until it is done */
    GATHER_BYTES = 131072,                   /* answers gathered before they are written */
    REQUESTS_PER_CONNECTION = 100000,
    BODY_MAX_DEFAULT = 16384,
    BODY_MAX_DISCARDED = 65536,              /* of a request that is refused already: read, so the answer arrives */
    LINGER_MAX_BYTES = 262144,
    REPLY_MAX_BYTES = 16 << 20,
    REQUEST_ARENA_MAX_BYTES = 32 << 20,
    POOLED_EXCHANGES = 128,                  /* a loop; more are made and freed */
    POOLED_BUFFER_BYTES = 65536,             /* a pooled exchange keeps no larger buffer */
    RANDOM_POOL_BYTES = 1024,
    IP_TEXT_SIZE = 46,
    NETWORK_TEXT_SIZE = 50,
    STREAM_QUEUE_MAX_BYTES = 262144,
    STREAMS_PER_ACCOUNT = 16,                /* counted by loop: approximate with several */
    STREAMS_MAX = 10000,                     /* a loop */
    RUNNING_MAX = 1024,                      /* requests with a key that wait for a job; more are not remembered */
    RUNNING_KEY_SIZE = 16,
};

struct http_timeouts { int64_t head_ms, body_ms, idle_ms, write_ms, linger_ms; };

enum connection_state {
    CONNECTION_HEAD,         /* between requests, or in the middle of a head */
    CONNECTION_BODY,
    CONNECTION_BUSY,         /* a request is with a crypto thread, a lane, or waits for a job */
    CONNECTION_STREAM,       /* server events */
    CONNECTION_LINGER,       /* answered and shut for writing; what the client still sends is thrown away */
    CONNECTION_CLOSED,
};
/* What a connection waits for; each has its time-out, which begins when something else was awaited before. */
enum connection_awaits {
    AWAITS_ANEW,             /* whatever it is by now, its time begins again */
    AWAITS_REQUEST,          /* the first byte of one */
    AWAITS_HEAD,             /* the rest of one */
    AWAITS_BODY,
    AWAITS_WRITE,            /* the client takes its answers */
    AWAITS_END,              /* of what it sends after a refusal */
    AWAITS_OTHERS,           /* a lane, a job, an event: they have ends of their own */
};
struct connection {
    uv_tcp_t tcp;
    struct loop *loop;
    struct connection *next, *previous;
    uint32_t slot, generation;
    enum connection_state state;
    enum connection_awaits awaits;
    bool reading, half_closed, close_when_written;
    bool loopback, from_proxy;
    bool counted;                            /* in its network's share */
    unsigned requests;
    struct exchange *exchange;               /* BODY and STREAM: ours; BUSY: NULL, it comes back by the queue */
    struct stream *stream;
    char *kept;                              /* bytes not yet taken: an incomplete head, pipelined requests */
    size_t kept_n, kept_cap, head_resume;
    size_t queued;                           /* bytes that libuv still has to write */
    size_t lingered;
    int64_t deadline_ms;                     /* by uv_now; INT64_MAX: none */
    char ip[IP_TEXT_SIZE], network[NETWORK_TEXT_SIZE];
};

enum exchange_errand {
    ERRAND_REQUEST,          /* prepare and run of the route */
    ERRAND_RESUME,           /* .resume of a request that waits for a job */
    ERRAND_RECHECK,          /* is the session of an event stream still alive? */
};
struct exchange {
    struct req req;                          /* what handlers see; req.raw is this exchange */
    struct op op;
    enum exchange_errand errand;
    enum op_outcome outcome;
    struct loop *loop;
    struct exchange *next;                   /* in the pool or the queue of returns */
    struct exchange *parked_next, *parked_previous;
    uint32_t slot, generation;
    size_t route_number;                     /* for metrics */
    struct head head;
    const char *head_bytes;
    size_t head_n;
    bool kept;                               /* head and body are in the arena */
    bool head_only, close, counted;
    bool deferred;                           /* a refusal that stands, but who calls is asked first */
    bool ran;                                /* .run was reached: its refusal may write .refused */
    bool replayed;
    struct str body;
    struct buf body_store;
    struct chunk_reader chunk;
    int64_t body_left;
    bool discard;
    struct arena_mark mark;                  /* what .prepare left stays when .run runs again */
    int64_t started_us;
    char request_id[33], session_key[SHA256_HEX_SIZE];
    char ip[IP_TEXT_SIZE], network[NETWORK_TEXT_SIZE];       /* when a proxy forwarded it */
    uint8_t request_hash[SHA256_SIZE];       /* body, path and query, for Idempotency-Key */
    uint8_t running_key[RUNNING_KEY_SIZE];   /* in http.running while `running` */
    bool running;
    struct str fixed_body;                   /* a body that lives for ever (assets); instead of reply.body */
    const char *allow;                       /* of a 405 or OPTIONS; in the arena */
    /* waiting for a job */
    struct reply late;
    int64_t wait_job, wait_until_ms;
    bool away, ask_again;                    /* the errand is under way; look once more when it is back */
    /* server events */
    bool wants_stream;
    bool stream_alive;
    int64_t stream_cursor;
};

struct slot { struct connection *connection; uint32_t generation, next_free; };

struct loop {
    struct http *http;
    unsigned index;
    uv_loop_t uv;
    uv_thread_t thread;
    bool started;
    uv_tcp_t listener;
    uv_async_t wake;
    uv_timer_t tick, events_timer;
    bool listening, closing;
    int64_t stop_at_ms;                      /* by uv_now; 0: not stopping */
    struct connection *connections;
    size_t connection_count, connection_max;
    struct slot *slots;
    uint32_t first_free;
    struct exchange *pool;
    size_t pooled, under_way;                /* under_way: exchanges that other threads have */
    struct exchange *parked;
    struct buf out;
    char date[64];                           /* the header line, once a second */
    uint8_t random[RANDOM_POOL_BYTES];
    size_t random_left;
    char in[READ_BUFFER_BYTES];
    struct metrics_loop metrics;
    struct events_loop *events;
    /* shared with other threads, under the lock */
    pthread_mutex_t lock;
    struct exchange *returns, *returns_last;
    int64_t ended_jobs[256];
    size_t ended_job_count;
    bool ended_jobs_overflow;
    atomic_size_t parked_count;
};

/* Keys of requests that wait for a job and have not been answered yet: the same key again is told 409 in_progress. In
 * this process alone; another one tells how the job stands, which is also true. */
struct running_keys { pthread_mutex_t lock; size_t count; uint8_t key[RUNNING_MAX][RUNNING_KEY_SIZE]; };

struct http {
    struct running_keys running;
    struct http_options o;                   /* strings copied into `text` */
    struct arena *text;
    const char *session_cookie;
    struct router *router;
    struct limits *limits;
    struct proxy_list trusted;
    struct crypto_pool *pool;
    struct http_timeouts timeouts;
    char *common_headers;                    /* security headers, the same for every answer */
    size_t common_headers_n;
    int port;
    unsigned loops;
    struct loop *loop[LOOPS_MAX];
    atomic_bool draining, stopping;
    atomic_size_t connections;
};

/* Tests shorten them; NULL sets the usual ones. Counts for servers started afterwards. */
void http_timeouts_for_tests(const struct http_timeouts *t);
/* How many connections a network may hold, loopback too; 0: the usual share. */
void http_share_for_tests(unsigned share);

/* ---- server.c ---- */
void loop_return(struct exchange *x);                        /* any thread: x comes back to its loop */
struct connection *loop_find(struct loop *l, uint32_t slot, uint32_t generation);        /* NULL: it has gone */

/* ---- accept.c ---- */
void connection_accept(uv_stream_t *listener, int status);

/* ---- connection.c ---- */
void connection_close(struct connection *c);
void connection_tick(struct connection *c, int64_t now_ms);  /* time-outs */
/* After the state changed: reads on or not, and sets the time-out. May close it. */
void connection_settle(struct connection *c);
/* An exchange that was away is done: write its answer, go on with the bytes behind it. */
void connection_answer(struct connection *c, struct exchange *x);
/* Writes what loop->out holds, then `fixed` (memory that lives for ever). False: the connection is closed now. */
bool connection_flush(struct connection *c, struct str fixed);
bool connection_is_idle(const struct connection *c);

/* ---- request.c ---- */
struct exchange *exchange_take(struct loop *l);
void exchange_give(struct exchange *x);
void exchange_pool_free(struct loop *l);
void exchange_keep(struct exchange *x);                      /* head and body move into the arena */
/* After the head: route, limits, origin, size. A refusal is put into the reply and the body will be discarded. */
void request_begin(struct connection *c, struct exchange *x);
void request_begin_bare(struct connection *c, struct exchange *x);       /* its part that no refusal needs to skip */
/* After the body: content type, fields. */
void request_fields(struct exchange *x);
void request_refuse(struct exchange *x, const struct problem *p);

/* ---- dispatch.c ---- */
/* True: the answer is in x->req.reply. False: x is with another thread and comes back by loop_return. */
MUST_USE bool dispatch_start(struct exchange *x);
void dispatch_returned(struct exchange *x);                  /* on its loop */
void dispatch_prepare(struct exchange *x);                   /* on a crypto thread */
void dispatch_tick(struct loop *l, int64_t now_ms);          /* requests that wait for jobs */
void dispatch_job_ended(struct loop *l, int64_t job, bool any);
void dispatch_release_waiting(struct loop *l);               /* the server stops: late answers now */
/* Asks whether the caller of a stream is still signed in; the answer comes to events_rechecked. */
MUST_USE bool dispatch_recheck(struct exchange *x);

/* ---- reply.c ---- */
void reply_reset(struct reply *r);
void reply_render(struct exchange *x, struct buf *out);      /* head and body; fixed_body is the caller's to send */
const char *status_text(int status);

/* ---- idempotency.c ---- */
enum idempotency { IDEMPOTENCY_FAULT = -1, IDEMPOTENCY_NEW, IDEMPOTENCY_ANSWERED };
MUST_USE enum idempotency idempotency_before(struct exchange *x, struct tx *tx);
MUST_USE bool idempotency_after(struct exchange *x, struct tx *tx);
void idempotency_answered(struct exchange *x);               /* x is no longer running */

/* ---- events.c: rows ---- */
struct event_cursor {
    struct topic topic;
    int64_t cursor;                          /* the last number this reader has seen; moved on by events_read */
    uint32_t slot, generation;
    size_t text_at, text_n;                  /* its part of `out` */
};
enum { EVENTS_PER_READ = 200, EVENTS_READ_MAX_BYTES = 8 << 20 };
/* What is new for each of the list, as event-stream text. *more: some have more to read. The list is sorted by
 * event_cursors_compare: readers of one topic stand side by side. */
int event_cursors_compare(const void *a, const void *b);
MUST_USE bool events_read(struct tx *tx, struct event_cursor *list, size_t count, struct buf *out, bool *more);

/* ---- streams.c: the open event streams of a loop ---- */
void events_loop_open(struct loop *l);
void events_loop_drain(struct loop *l);                      /* closes every stream */
void events_loop_close(struct loop *l);                      /* frees, after the loop has ended */
/* The connection becomes a stream and x stays with it. False: one stream too many, the reply says so. */
MUST_USE bool events_stream_start(struct connection *c, struct exchange *x);
void events_stream_closed(struct connection *c);
void events_rechecked(struct exchange *x);
void events_tick(struct loop *l, int64_t at_ms);
void events_wake(struct loop *l);                            /* on the loop: something may have been notified or read */
void events_listen(struct http *h);                          /* once: rows of any process wake the loops */
void events_forget(struct http *h);
bool events_busy(const struct loop *l);                      /* a read is with a lane */
void streams_recheck_ms_for_tests(int64_t ms);               /* 0: the usual minute */

/* ---- assets.c ---- */
/* Answers GET and HEAD of static files and of the console's pages. False: the path is the API's. */
MUST_USE bool assets_answer(struct exchange *x);

#endif
