/* socket.h: WebSockets for handlers of later folders. A row of the route table says `.socket = &kind`; who may call,
 * which origins, limits and fields are the row's as for any other, judged in its transaction before anything is
 * answered.
 *
 *     struct chat_socket { int64_t conversation; };
 *     static const struct socket_kind chat_kind = {
 *         .name = "chat", .own_size = sizeof(struct chat_socket), .message_max = 16384, .per_account = 64,
 *         .rate = { "chat messages", 30, 10 * 1000 }, .opened = opened, .message = message,
 *     };
 *     static enum answer run(struct req *req)               // in the transaction: may they, and to what?
 *     {
 *         struct chat_socket own = { .conversation = ... };
 *         return reply_socket(req, &own);                   // or reply_problem, as anywhere
 *     }
 *     { .verb = VERB_GET, .path = "/api/chat", .who = WHO_MEMBERS, .tx = TX_READ, .socket = &chat_kind, ... }
 *
 * What a socket has to say to storage goes through a request or a job of its own: these callbacks are on a loop and
 * must not block. What storage has to say to a socket comes as events of the topics it listens to (socket_listen,
 * http/events.h): a domain appends them in its transaction, and after the commit every loop of every process reads them
 * once for all its sockets. What is not stored (somebody types) goes by sockets_send, from any thread.
 *
 * Every minute the caller is asked for again as the row says; who may not go on is closed with 1008, and so is, at
 * once, who listens to a topic that tells EVENT_ENDED. A socket that is silent gets a ping and is closed when nothing
 * answers. A slow reader is never waited for: past `queue_max` it is closed with 1013 and comes back. The server's end
 * closes with 1001.
 *
 * An idle socket costs its struct, `own` and the kernel's buffers: reading state exists only while a message is under
 * way. Compression is not offered: a window a socket is a hundred times what an idle one costs. */
#ifndef CHATHUB_HTTP_SOCKET_H
#define CHATHUB_HTTP_SOCKET_H

#include "http/events.h"

struct socket;
struct socket_event {
    struct topic topic;
    int64_t seq;
    struct str type, data;
};
enum socket_message { SOCKET_TEXT = 1, SOCKET_BINARY = 2 };

struct socket_kind {
    const char *name;        /* never NULL. So are those marked "wanted", which have no usual value */
    const char *subprotocol; /* which the client must offer; NULL: none is chosen */
    size_t own_size;         /* of what belongs to each socket: socket_own */
    size_t given_size;       /* 0: own_size. Of what .run gives: `own`, and behind it what `opened` alone needs */
    size_t message_max;      /* wanted: bytes of one message of the client; else 1009 */
    unsigned fragments_max;  /* 0: 64 */
    struct limit rate;       /* wanted: messages of one socket; else 1008 */
    const char *beat;        /* a text message beside each ping, which a browser's script does not see; NULL: none */
    size_t queue_max;        /* 0: 256 KiB waiting to be written; else 1013 */
    unsigned per_account;    /* of one account, or of one req.stands_for: open in this process; else 429 */
    /* On the socket's loop. `s` is gone when a call returns that closes it. */
    void (*opened)(struct socket *s);                                             /* may be NULL */
    void (*message)(struct socket *s, enum socket_message kind, struct str data); /* wanted. Text is valid UTF-8 */
    void (*writable)(struct socket *s);         /* all is written again; may be NULL */
    void (*closed)(struct socket *s, int code); /* once for each opened; nothing may be sent; may be NULL */
    /* An event of a topic that sockets of this kind listen to, as the text message they get: made once for all of them.
     * False: it is nothing for them. NULL: {"topic":"conversation","id":7,"seq":9,"type":"…","data":{…}}. */
    bool (*told)(const struct socket_event *e, struct buf *out);
};

/* In .run of a row with .socket: `own` (own_size bytes of it) is copied into the socket, which opens after the commit.
 */
enum answer reply_socket(struct req *req, const void *own);

/* ---- on the loop, in callbacks ---- */
void *socket_own(struct socket *s);
const void *socket_given(const struct socket *s);           /* in `opened`: all that .run gave */
const struct caller *socket_caller(const struct socket *s); /* without texts */
/* False: the socket is closed now (it was lost, or too slow), and its `closed` has been called. */
MUST_USE bool socket_send(struct socket *s, enum socket_message kind, struct str data);
/* Sends a close frame with this code and a reason of at most 123 bytes; NULL: none. s is gone afterwards. */
void socket_close(struct socket *s, int code, const char *reason);

/* From now on the socket gets the events of this topic behind number `cursor`, which .run has read in its transaction
 * with what it told of the topic: nothing is missed in between and nothing comes twice. Each in order; together they
 * count as sends. At most SOCKET_TOPICS_MAX; false: that many already. Listening again moves the cursor. */
enum { SOCKET_TOPICS_MAX = 64 };
MUST_USE bool socket_listen(struct socket *s, struct topic topic, int64_t cursor);
void socket_listen_end(struct socket *s, struct topic topic);

/* ---- any thread ---- */
/* Names a socket for longer than a callback. One that has gone is met by nobody, never by the next one in its place. */
struct socket_id {
    struct loop *loop;
    uint32_t slot, generation;
};
struct socket_id socket_id(const struct socket *s); /* on its loop */
/* A message made ready once for any number of sockets; freed when the last has it. */
struct socket_frame;
MUST_USE struct socket_frame *socket_frame_new(enum socket_message kind, struct str data);
void socket_frame_free(struct socket_frame *f); /* the caller's hold on it */
/* Each of the sockets gets it, in the order of the calls, a few hundred a turn of their loop. Thread-safe while the
 * server runs. */
void sockets_send(const struct socket_id *to, size_t n, struct socket_frame *f);

#endif
