/* private.h: what the files of http/ share and nobody else includes: a loop (one thread, one libuv loop, one listening
 * socket), its connections, and an exchange (one request and its answer).
 *
 * Who owns what: a connection belongs to its loop's thread for life. An exchange belongs to one thread at a time: the
 * loop, then perhaps a crypto thread, then perhaps a lane, then the loop again through its queue of returns. It names
 * its connection by slot and generation, so one whose client has left meets nobody instead of a freed connection.
 *
 * Memory: bytes are read into one buffer a loop; only an incomplete head, a body in parts and pipelined bytes behind a
 * request under way are copied. Answers to pipelined requests are gathered in one buffer a loop and written in one go.
 * Exchanges are pooled a loop, with their arena and buffers, so an answer from memory allocates nothing. */
#ifndef CHATHUB_HTTP_PRIVATE_H
#define CHATHUB_HTTP_PRIVATE_H

#include "http/crypto_pool.h"
#include "http/events.h"
#include "http/limits.h"
#include "http/metrics.h"
#include "http/proxy.h"
#include "http/reader.h"
#include "http/router.h"
#include "http/server.h"
#include "http/socket.h"
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

enum {
    LOOPS_MAX = 16,
    CONNECTIONS_USUAL = 20000,
    CONNECTIONS_MAX = 1000000,
    CONNECTIONS_SHARES = 20, /* an address may have one: limits_enter. Not our proxy, not loopback */
    READ_BUFFER_BYTES = 65536,
    PIPELINE_MAX_BYTES = 65536, /* kept behind a request under way; then reading stops until it is done */
    GATHER_BYTES = 131072,      /* answers gathered before they are written */
    REQUESTS_PER_CONNECTION = 100000,
    BODY_MAX_DEFAULT = 16384,
    BODIES_MAX_BYTES = 128 << 20, /* held of bodies past BODY_MAX_DEFAULT, by all requests of the process */
    UPLOADS_MAX = 64,             /* files under way in the process */
    BODY_MAX_DISCARDED = 65536,   /* of a request that is refused already: read, so the answer arrives */
    LINGER_MAX_BYTES = 262144,
    REPLY_MAX_BYTES = 16 << 20,
    REQUEST_ARENA_MAX_BYTES = 128 << 20, /* a bound, not a reservation */
    POOLED_EXCHANGES = 128,              /* a loop; more are made and freed */
    POOLED_BUFFER_BYTES = 65536,         /* a pooled exchange keeps no larger buffer */
    RANDOM_POOL_BYTES = 1024,
    IP_TEXT_SIZE = 46,
    NETWORK_TEXT_SIZE = 50,
    STREAM_QUEUE_MAX_BYTES = 262144,
    STREAMS_PER_ACCOUNT = 16, /* in this process */
    GROUP_SHARES = 5,         /* of the connections: a req.stands_in may have one, unless the settings say more */
    RUNNING_MAX = 1024,       /* requests with a key that wait for a job; more are not remembered */
    RUNNING_KEY_SIZE = 16,
};

struct http_timeouts {
    int64_t head_ms, body_ms, idle_ms, write_ms, linger_ms, ping_ms, pong_ms;
};

enum connection_state {
    CONNECTION_HEAD, /* between requests, or in the middle of a head */
    CONNECTION_BODY,
    CONNECTION_BUSY,   /* a request is with a crypto thread, a lane, or waits for a job */
    CONNECTION_TAKEN,  /* no requests any more: `by` says what */
    CONNECTION_LINGER, /* answered and shut for writing; what the client still sends is thrown away */
    CONNECTION_CLOSED,
};
/* What a connection waits for; each has its time-out, which begins when something else was awaited before. */
enum connection_awaits {
    AWAITS_ANEW,    /* whatever it is by now, its time begins again */
    AWAITS_REQUEST, /* the first byte of one */
    AWAITS_HEAD,    /* the rest of one */
    AWAITS_BODY,
    AWAITS_WRITE, /* the client takes its answers */
    AWAITS_END,   /* of what it sends after a refusal */
    AWAITS_WORD,  /* of a socket: then it is asked whether it is there */
    AWAITS_PONG,
    AWAITS_OTHERS, /* a lane, a job, an event: they have ends of their own */
};
struct connection;
struct standing;
struct reader;
struct topic_news;
struct exchange;

/* Who has a connection: what its bytes mean. All are called on its loop; each may close the connection, so whoever
 * calls one touches the connection afterwards only when it is still open. The first is http_requests; connection_take
 * hands it over to another, once. */
struct takeover {
    const char *name;
    /* MUST. What came, in the loop's buffer: it is gone when this returns. */
    void (*bytes)(struct connection *c, const char *p, size_t n);
    /* The last queued byte has been written. NULL: nothing to do. */
    void (*written)(struct connection *c);
    /* MUST. The other side sends nothing more (it may still read). */
    void (*ended)(struct connection *c);
    /* What `awaits` named did not come in time. NULL: the connection is closed. */
    void (*late)(struct connection *c);
    /* MUST. While nothing is queued: what is awaited, which is what the time-outs go by. */
    enum connection_awaits (*awaits)(const struct connection *c);
    /* MUST. Whether more is to be read now. What awaits bytes of the other side must want them. */
    bool (*wants_bytes)(const struct connection *c);
    /* MUST. The connection closes, whoever wished it, or is taken over: free what is yours. */
    void (*closed)(struct connection *c);
    /* MUST when it has readers: news of a topic from row `first` on, which the reader has not seen. */
    void (*news)(struct connection *c, struct reader *r, struct topic_news *n, size_t first);
    /* Both or none. Who stands behind it (standing.c asks for them again each minute), and that they may not go on. */
    struct standing *(*standing)(struct connection *c);
    void (*dismissed)(struct connection *c);
};
struct connection {
    uv_tcp_t tcp;
    struct loop *loop;
    struct connection *next, *previous;
    const struct takeover *by;
    void *own; /* the takeover's */
    uint32_t slot, generation;
    enum connection_state state;
    enum connection_awaits awaits;
    bool reading, half_closed, close_when_written;
    bool loopback, from_proxy;
    bool counted;    /* in its network's share */
    unsigned writes; /* how many libuv has queued */
    unsigned lingered;
    struct socket_asking *asks; /* NULL: it was taken, and asks nothing any more */
    size_t queued;              /* bytes that libuv still has to write */
    int64_t deadline_ms;        /* by uv_now; INT64_MAX: none */
    uint8_t address[16];        /* of the other end */
};
/* What a connection needs while it sends requests: whoever takes it over does without. */
struct socket_asking {
    struct exchange *exchange; /* BODY: ours; BUSY: NULL, it comes back by the queue */
    char *kept;                /* bytes not yet taken: an incomplete head, pipelined requests */
    size_t kept_n, kept_cap, head_resume;
    unsigned requests;
    char ip[IP_TEXT_SIZE], network[NETWORK_TEXT_SIZE];
};

/* Bytes that are written to many connections and freed when the last one has them. */
struct shared_bytes {
    atomic_uint references;
    size_t n;
    char p[];
};

/* Who sent an exchange away says what happens when it is back on its loop, with `outcome` set. */
typedef void exchange_back(struct exchange *x);
typedef enum op_wish op_runner(struct op *op, struct tx *tx);
struct exchange {
    struct req req; /* what handlers see; req.raw is this exchange */
    struct op op;
    exchange_back *back, *over; /* over: whose it is behind a question on the way: dispatch.c, waiting_begin */
    enum op_outcome outcome;
    struct loop *loop;
    struct exchange *next; /* in the pool or the queue of returns */
    struct exchange *parked_next, *parked_previous;
    uint32_t slot, generation;
    size_t route_number; /* for metrics */
    struct head head;
    const char *head_bytes;
    size_t head_n;
    bool kept; /* head and body are in the arena */
    bool head_only, close, counted;
    bool deferred; /* a refusal that stands, but who calls is asked first */
    bool broken;   /* its transaction met a fault that will not pass */
    bool ran;      /* .run was reached: its refusal may write .refused */
    bool replayed;
    struct str body;
    struct buf body_store;
    size_t body_held; /* of http.bodies */
    struct chunk_reader chunk;
    int64_t body_left;
    bool discard;
    struct arena_mark mark; /* what .prepare left stays when .run runs again */
    int64_t started_us;
    char request_id[33], session_key[SHA256_HEX_SIZE];
    uint8_t address[16];                               /* of the client: what limits count by */
    char ip[IP_TEXT_SIZE], network[NETWORK_TEXT_SIZE]; /* when a proxy forwarded it */
    bool client_unknown;                               /* a proxy of ours forwarded it and did not say for whom */
    unsigned taken;                                    /* tokens that may have to be given back: see admission.c */
    uint8_t request_hash[SHA256_SIZE];                 /* body, path and query, for Idempotency-Key */
    uint8_t running_key[RUNNING_KEY_SIZE];             /* in http.running while `running` */
    bool running;
    struct str fixed_body;              /* a body that lives for ever (assets); instead of reply.body */
    const char *allow;                  /* of a 405 or OPTIONS; in the arena */
    const struct route *preflight;      /* OPTIONS of a page of another origin: the row it asks about */
    bool origin_asked, origin_admitted; /* by a row with ORIGINS_ASKED */
    /* waiting for a job */
    struct reply late;
    int64_t wait_job, wait_until_ms;
    bool away, ask_again; /* .resume is asked; ask once more when it is back */
    /* server events */
    bool wants_stream;
    struct topic stream_topic, stream_until; /* until.kind 0: none */
    int64_t stream_cursor, stream_until_cursor;
    bool admitted;          /* of a standing: see standing.c */
    const void *socket_own; /* what .run left for the socket; in the arena */
    struct upload *upload;
};

/* Who stands behind a connection that lives long: enough to ask again whether they may. No exchange is kept for it. */
struct standing {
    const struct route *route;
    int64_t counted;  /* for whom: an account, or below 0 a stands_for; 0: not */
    int64_t group;    /* counted among all of it too, streams and sockets alike; 0: no group */
    const void *what; /* counted as one of these */
    int64_t checked_ms;
    struct shown *shown; /* NULL: they showed nothing, so there is nothing to ask again */
    bool ask_now, away;
};
/* What they showed: a session, or the value of Authorization. */
struct shown {
    struct caller who; /* without texts: those went with the request */
    char *bearer;      /* NULL: by session */
    char session_key[SHA256_HEX_SIZE];
};
struct account_counts;

struct socket_bucket {
    int64_t at_ms, left;
};
struct socket {
    struct connection *connection;
    const struct socket_kind *kind;
    struct reader *readers;
    struct frames *frames; /* lent, while a frame or a message is under way; NULL: none is */
    struct standing standing;
    struct socket_bucket messages, controls;
    bool told_open;     /* the kind knows of it: it is told of the end too */
    bool pinged, wrote; /* wrote: something had to wait since `writable` was last told */
    _Alignas(16) char own[];
};

struct slot {
    struct connection *connection;
    uint32_t generation, next_free;
};

struct loop {
    struct http *http;
    unsigned index;
    uv_loop_t uv;
    uv_thread_t thread;
    bool started;
    uv_tcp_t listener;
    uv_async_t wake;
    uv_timer_t tick, topics_timer;
    bool listening, closing;
    int64_t stop_at_ms; /* by uv_now; 0: not stopping */
    struct connection *connections;
    size_t connection_count;
    struct slot *slots;
    uint32_t first_free;
    struct exchange *pool;
    size_t pooled, under_way; /* under_way: exchanges that other threads have */
    struct exchange *parked;
    struct buf out;
    char date[64]; /* the header line, once a second */
    uint8_t random[RANDOM_POOL_BYTES];
    size_t random_left;
    char in[READ_BUFFER_BYTES];
    const void *socket_given; /* while a socket is told that it is open */
    struct metrics_loop metrics;
    struct topics_loop *topics;
    struct streams_loop *streams;
    struct frames *frames_lent[16]; /* to be lent again */
    size_t frames_lent_n;
    struct parcel *delivering, *delivering_last;
    /* shared with other threads, under the lock */
    pthread_mutex_t lock;
    struct exchange *returns, *returns_last;
    struct parcel *parcels, *parcels_last; /* what other threads want to send */
    int64_t ended_jobs[256];
    size_t ended_job_count;
    bool ended_jobs_overflow;
    atomic_size_t parked_count;
};

/* Keys of requests that wait for a job and have not been answered yet: the same key again is told 409 in_progress. In
 * this process alone; another one tells how the job stands, which is also true. */
struct running_keys {
    pthread_mutex_t lock;
    size_t count;
    uint8_t key[RUNNING_MAX][RUNNING_KEY_SIZE];
};

struct http {
    struct running_keys running;
    struct http_options o; /* strings copied into `text` */
    struct arena *text;
    const char *session_cookie;
    struct router *router;
    struct limits *limits;
    struct proxy_list trusted;
    struct crypto_pool *pool,
        *looks; /* what is secret, and what was sent to be looked at: neither waits for the other */
    struct share *bodies, *uploads;
    struct refusals *refusals;
    struct account_counts *counts; /* streams and sockets, by account */
    atomic_size_t streams;
    size_t connections_max;
    unsigned group_max;
    struct http_timeouts timeouts;
    struct str common_headers[FRAMING_ASKED]; /* security headers, by who may frame the answer */
    const char *policy;                       /* their begin, to which frame-ancestors are added */
    const char *before_policy;                /* what stands before that policy, and before a page's own */
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
/* How much all bodies may hold; 0: the usual. Counts for servers started afterwards. */
void http_bodies_for_tests(size_t most);

/* ---- loop.c ---- */
void loop_return(struct exchange *x); /* any thread: x comes back to its loop */
struct connection *loop_find(struct loop *l, uint32_t slot, uint32_t generation); /* NULL: it has gone */

/* ---- accept.c ---- */
void connection_accept(uv_stream_t *listener, int status);

/* ---- connection.c ---- */
void connection_close(struct connection *c);
void connection_linger(struct connection *c);               /* all is written: shut, and throw away what still comes */
void connection_tick(struct connection *c, int64_t now_ms); /* time-outs */
/* After the state changed: reads on or not, and sets the time-out. May close it. */
void connection_settle(struct connection *c);
/* From requests to something else. What it needed for requests is gone: an exchange of it was kept. `own` is freed by
 * by->closed, whatever happens. */
void connection_take(struct connection *c, const struct takeover *by, void *own);
/* Writes what loop->out holds, then `fixed` (memory that lives for ever). False: the connection is closed now. */
bool connection_flush(struct connection *c, struct str fixed);
/* Writes b, without a copy: what the kernel does not take at once keeps a reference. False as above. */
bool connection_send(struct connection *c, struct shared_bytes *b);
void shared_bytes_drop(struct shared_bytes *b);        /* any thread */
size_t connection_backlog(const struct connection *c); /* what waits to be written, with its upkeep */

/* ---- requests.c ---- */
extern const struct takeover http_requests;
bool connection_is_idle(const struct connection *c);

/* ---- exchange.c ---- */
struct exchange *exchange_take(struct loop *l);
void exchange_give(struct exchange *x);
void exchange_pool_free(struct loop *l);
void exchange_keep(struct exchange *x);                            /* head and body move into the arena */
void exchange_keep_client(struct exchange *x);                     /* who asks, which exchange_keep does too */
void exchange_refuse(struct exchange *x, const struct problem *p); /* and its body will be discarded */

/* ---- request.c ---- */
/* After the head: route, limits, origin, size. A refusal is put into the reply and the body will be discarded. */
void request_begin(struct connection *c, struct exchange *x);
void request_begin_bare(struct connection *c, struct exchange *x); /* its part that no refusal needs to skip */
/* After the body: content type, fields. */
void request_fields(struct exchange *x);

/* ---- admission.c ---- */
void admission_client(struct connection *c, struct exchange *x); /* fills the address and its texts */
/* Each takes a token where one counts. False: there is none, the reply says so. */
MUST_USE bool admission_at_the_door(struct connection *c, struct exchange *x);
MUST_USE bool admission_of_route(struct exchange *x);
MUST_USE bool admission_of_caller(struct exchange *x); /* in the transaction: the caller is known */
void admission_settle(struct exchange *x);             /* the reply is made: gives back what need not count */

/* ---- shares.c: what there is once for all clients, and one may not have alone ---- */
struct share *share_new(size_t most);
void share_free(struct share *s);          /* NULL is allowed */
size_t share_taken(const struct share *s); /* by all together */
/* False, and nothing is taken: not so much is left, or it is more than this address, or a network around it, may hold.
 */
MUST_USE bool share_take(struct share *s, const struct limits *l, const uint8_t address[16], size_t n);
/* The same question, and nothing is taken. */
MUST_USE bool share_has(struct share *s, const struct limits *l, const uint8_t address[16], size_t n);
void share_give(struct share *s, const struct limits *l, const uint8_t address[16], size_t n);

/* ---- cors.c ---- */
MUST_USE bool cors_at_the_door(struct exchange *x, bool by_key_alone); /* false: cross_site */
MUST_USE enum row cors_ask(struct exchange *x);                        /* in the transaction; ROW_NONE: cross_site */
void cors_preflight(struct exchange *x);                               /* of an OPTIONS request */
void cors_print(const struct exchange *x, struct buf *out);
void security_headers_make(struct http *h);
void security_headers_print(const struct exchange *x, struct buf *out);

/* ---- refusals.c ---- */
struct refusals;
struct refusals *refusals_new(struct http *h);
void refusals_free(struct refusals *r);
void refusals_note(struct exchange *x); /* its answer is made */
void refusals_tick(struct http *h);     /* by one loop */
bool refusals_busy(const struct http *h);
void refusals_print(struct refusals *r, struct buf *out);

/* ---- dispatch.c ---- */
/* True: the answer is in x->req.reply. False: x is with another thread and comes back by loop_return, to `back`. */
MUST_USE bool dispatch_start(struct exchange *x, exchange_back *back);
void dispatch_end(struct exchange *x); /* it is back: what its outcome means is put into the reply */
/* Sends x to a lane for `run`, which reads; then `back`. False: the lanes have no room, and x is still ours. */
MUST_USE bool exchange_away(struct exchange *x, op_runner *run, exchange_back *back);
/* Inside `run`: who calls, into x->req.who, and whether the route admits them. False on a storage fault. */
MUST_USE bool exchange_caller(struct exchange *x, struct tx *tx, bool *admitted);
void dispatch_prepare(struct exchange *x); /* on a crypto thread */
void dispatch_late(struct exchange *x);    /* any thread: its pool had no time for it */

/* ---- waiting.c ---- */
/* Its reply, a 202, is made; `over` when the wait is, with the reply that goes out. x stays with its loop. */
void waiting_begin(struct exchange *x, exchange_back *over);
void waiting_tick(struct loop *l, int64_t now_ms);
void waiting_job_ended(struct loop *l, int64_t job, bool any);
void waiting_release(struct loop *l); /* the server stops: late answers now */

/* ---- standing.c: who is behind a connection that lives long ---- */
/* How many streams or sockets an account has open in this process, counted by `what`, an address that names them. */
struct account_counts *account_counts_new(void);
void account_counts_free(struct account_counts *a);
/* Takes from x who asked. False, and nothing to end: this account has `most` of `what` already, or what it stands in
 * has its share of the connections. */
MUST_USE bool standing_begin(struct standing *s, struct exchange *x, const void *what, unsigned most);
void standing_end(struct standing *s, struct http *h);
const struct caller *standing_who(const struct standing *s); /* without texts */
/* Each second: asks when it is due. A caller who may not go on is dismissed. */
void standing_tick(struct connection *c, int64_t at_ms);
void standing_recheck_ms_for_tests(int64_t ms); /* 0: the usual minute */

/* ---- callers.c ---- */
const struct problem *caller_judge(const struct req *req); /* NULL: the caller may call this row; else why not */
bool route_wants_caller(const struct route *r);            /* it is closed to who shows nothing */
/* Names of single roles, as the API description and the documents say them; ends with a NULL name. */
struct role_name {
    enum who role;
    const char *name;
};
extern const struct role_name role_names_of_callers[];

/* ---- cookies.c ---- */
/* "__Host-sid" or "sid" as the settings want it; lives for ever. */
const char *http_cookie_name(const struct http_options *o, const char *base);

/* ---- reply.c ---- */
struct str bearer_of(struct str authorization);
void reply_reset(struct reply *r);
bool req_has_tag(const struct req *req, const char *etag); /* If-None-Match names it; without quotes */
void reply_render(struct exchange *x, struct buf *out);    /* head and body; fixed_body is the caller's to send */
const char *status_text(int status);

/* ---- idempotency.c ---- */
/* What a kept answer is sealed for; the purpose is its route. */
struct str kept_owner(struct arena *a, int64_t account);
enum idempotency { IDEMPOTENCY_FAULT = -1, IDEMPOTENCY_NEW, IDEMPOTENCY_ANSWERED };
MUST_USE enum idempotency idempotency_before(struct exchange *x, struct tx *tx);
MUST_USE bool idempotency_after(struct exchange *x, struct tx *tx);
void idempotency_answered(struct exchange *x); /* x is no longer running */

/* ---- events.c: rows ---- */
enum { EVENTS_PER_READ = 200, EVENTS_READ_MAX_BYTES = 8 << 20, EVENTS_MOVED_MAX = 2000 };
struct event_row { /* places in the text of its rows */
    int64_t seq;
    size_t type_at, type_n, data_at, data_n;
};
struct event_rows {
    struct event_row *row;
    size_t n, cap;
    struct buf text;
};
void event_rows_init(struct event_rows *r);
void event_rows_free(struct event_rows *r);
void events_print(const struct event_rows *rows, size_t first, size_t n, struct buf *out); /* for a stream */
/* Rows of a topic behind the cursor are out->row[first .. first + n). */
struct topic_read {
    struct topic topic;
    int64_t cursor;
    size_t first, n;
};
int topic_reads_compare(const void *a, const void *b);
/* Reads each topic of the list, which is sorted by topic_reads_compare and names none twice. *more: some have more. */
MUST_USE bool events_read(struct tx *tx, struct topic_read *list, size_t count, struct event_rows *out, bool *more);
/* Which topics have events with an id above `since` (-1: only the last id is asked). `all`: too many to name. */
struct events_moved {
    struct topic topic[EVENTS_MOVED_MAX];
    size_t n;
    bool all;
    int64_t last;
};
MUST_USE bool events_moved(struct tx *tx, int64_t since, struct events_moved *out);

/* ---- topics.c: who listens to what on this loop ---- */
/* What is new in a topic, for its readers one after the other: made ready once for all who want it in the same form. */
struct topic_news {
    struct topic topic;
    const struct event_rows *rows;
    size_t first, n;
    struct buf printed; /* as events of a stream; empty: nobody asked yet */
    size_t printed_at[EVENTS_PER_READ];
    struct shared_bytes *frame[EVENTS_PER_READ];
    const struct socket_kind *frames_of;
};
/* One listener to one topic; a member of what belongs to a connection, or linked to it. */
struct reader {
    struct topic_place *place;      /* NULL: ended */
    struct reader *next, *previous; /* of the same topic */
    struct reader *sibling;         /* of the same socket */
    struct connection *connection;
    int64_t cursor;
};
void reader_begin(struct reader *r, struct connection *c, struct topic topic, int64_t cursor);
void reader_end(struct reader *r);
struct topic reader_topic(const struct reader *r);
/* News from row `first` on, as text of a stream. */
struct str news_printed(struct topic_news *n, size_t first);
void topics_loop_open(struct loop *l);
void topics_loop_close(struct loop *l); /* frees, after the loop has ended */
void topics_tick(struct loop *l, int64_t at_ms);
void topics_wake(struct loop *l);   /* on the loop: something may have been notified or read */
void topics_listen(struct http *h); /* once: rows of any process wake the loops */
void topics_forget(struct http *h);
bool topics_busy(const struct loop *l); /* a read is with a lane */

/* ---- hints.c ---- */
enum { HINT_KINDS_MAX = 16 };
struct hints_seen {
    uint64_t count[HINT_KINDS_MAX];
};
void hints_see(struct hints_seen *s);                    /* all that were given until now */
void hints_print(struct hints_seen *s, struct buf *out); /* `event: hint` for each kind that was given since */

/* ---- streams.c: the open event streams of a loop ---- */
void streams_loop_open(struct loop *l);
void streams_drain(struct loop *l);      /* closes every stream */
void streams_loop_close(struct loop *l); /* frees, after the loop has ended */
/* The connection becomes a stream. False: one stream too many, the reply says so. x stays the caller's. */
MUST_USE bool stream_start(struct connection *c, struct exchange *x);
void streams_tick(struct loop *l, int64_t at_ms);
void streams_beat_ms_for_tests(int64_t ms);  /* 0: the usual 15 s */
void streams_visit_ms_for_tests(int64_t ms); /* 0: the usual 13 to 17 minutes */

/* ---- upgrade.c ---- */
/* The head asks for a WebSocket as it should; else it is refused. */
MUST_USE bool socket_upgrade_ok(struct exchange *x);

/* ---- websocket.c: one socket ---- */
/* The connection becomes a socket. False: one too many, the reply says so. x stays the caller's. */
MUST_USE bool socket_start(struct connection *c, struct exchange *x);
struct socket *socket_of(struct connection *c); /* NULL: it is none (any more), or c is NULL */
MUST_USE bool socket_send_shared(struct socket *s, struct shared_bytes *b);
void sockets_loop_close(struct loop *l);
struct shared_bytes *socket_bytes_new(enum socket_message kind, struct str data); /* one frame */

/* ---- sockets.c: many of them, and other threads ---- */
void sockets_deliver(struct loop *l); /* a turn's share of what is to be sent */
void sockets_drain(struct loop *l);
void sockets_forget(struct loop *l); /* frees, after the loop has ended */

/* ---- upload.c: the file of a body ---- */
enum upload_news {
    UPLOAD_ROOM,   /* more may be added */
    UPLOAD_DONE,   /* after upload_finish: the file is on the disk, in req.upload */
    UPLOAD_FAILED, /* the reply says why */
};
typedef void upload_told(struct exchange *x, enum upload_news news); /* on the loop */
MUST_USE bool upload_begin(struct exchange *x, upload_told *told);   /* false: too many at once */
void upload_add(struct exchange *x, const char *p, size_t n);
bool upload_full(const struct exchange *x); /* no more before UPLOAD_ROOM */
bool upload_renews(struct exchange *x);     /* enough came for the client's time to begin again */
void upload_finish(struct exchange *x);     /* that was all */
void upload_end(struct exchange *x);        /* x goes; the file stays or not */
const uint8_t *upload_hash(const struct exchange *x);

/* ---- upload_ask.c ---- */
/* May the client send it? False: no room, and x is still ours. Back with outcome OP_COMMITTED and x->admitted: yes;
 * else the reply says why not, or is empty when nobody could be asked. */
MUST_USE bool upload_ask(struct exchange *x, exchange_back *back);

/* ---- page.c ---- */
bool head_takes_gzip(const struct head *h);

/* ---- assets.c ---- */
/* Answers GET and HEAD of static files and of the console's pages. False: the path is the API's. */
MUST_USE bool assets_answer(struct exchange *x);

#endif
