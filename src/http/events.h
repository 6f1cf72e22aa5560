/* events.h: what changed, told to whoever has it open. A domain appends an event to a topic in the transaction of the
 * change; after the commit every open reader of that topic reads on from its cursor. Numbers come from a counter row
 * per topic under its lock, so a reader that saw n will never meet a smaller one later. Kept for 24 h; a cursor older
 * than that gets `reset` and the page loads anew. */
#ifndef CHATHUB_HTTP_EVENTS_H
#define CHATHUB_HTTP_EVENTS_H

#include "http/route.h"
#include "storage/verify.h"

/* What an event is told under. The numbers stand in rows: never reused. Counter rows are locked until the commit, so a
 * transaction that appends to several topics takes them in the order of kind and id, or two of them wait for each
 * other. */
enum topic_kind {
    TOPIC_ACCOUNT = 1, /* what every page of an account may need */
    TOPIC_CONVERSATION = 2,
    TOPIC_INBOX = 3,
    TOPIC_SHOP = 4,
};
struct topic {
    enum topic_kind kind;
    int64_t id; /* > 0 */
};

/* The number of the newest event of a topic, 0 when there is none: a cursor for socket_listen, read in .run. */
MUST_USE bool events_last(struct tx *tx, struct topic topic, int64_t *seq);
/* When the newest event of this type was told, of the last 20 of its topic. ROW_NONE: none of them is one. */
MUST_USE enum row events_newest(struct tx *tx, struct topic topic, const char *type, int64_t *at_ms);
/* In .run of a GET: the answer becomes an event stream of this topic, replayed from Last-Event-ID, else from `after`
 * (-1: from now on). Whoever may call the row may listen; the row's handler has looked whose topic it is. Where no
 * session and no key stands behind it the stream ends by itself after a quarter of an hour, and is asked for anew. */
enum answer reply_events(struct req *req, struct topic topic, int64_t after);
/* The same; and what `until` tells of the two types below counts too, and is told without a number. Nothing else of it
 * is told. */
enum answer reply_events_until(struct req *req, struct topic topic, int64_t after, struct topic until);

#define EVENT_SESSIONS_CHANGED "sessions.changed" /* the account's streams ask at once if they may go on */
#define EVENT_ENDED "ended"                       /* the last that is told: streams and sockets close behind it */
/* `type` is dotted ("shop.chatbot"); `data` writes the members of the JSON object (small: ids and states, no secrets;
 * over 4 KiB it is logged and told empty; NULL: none). False on a storage fault. Cost: one upsert of the counter, one
 * insert. */
MUST_USE bool events_put_to(struct tx *tx, struct topic topic, const char *type, json_writer *data, const void *arg);
/* The same, to the topic of an account. */
MUST_USE bool events_put(struct tx *tx, int64_t account, const char *type, json_writer *data, const void *arg);
/* What was told in the last day is forgotten: the members of those events of a topic whose data begin so ("": of all),
 * as JSON text with its "{"; end it with a comma, or 7 means 71 too. Their numbers and types stay. */
MUST_USE bool events_blank(struct tx *tx, struct topic topic, const char *begins);
/* Operators' pages: a hint that something of this kind ("jobs", "accounts", "overview") changed. Not stored, coalesced
 * to one a second, at most once, any thread. Every event of any account is a hint of "accounts" too. `kind` is a
 * literal; a 17th ends the process. */
void events_hint(const char *kind);
/* For a cron job: deletes at most HTTP_PURGE_BATCH events older than 24 h: how many, or -1 on a storage fault. */
MUST_USE int64_t events_purge(struct tx *tx);
extern const struct route events_routes[]; /* GET /api/events */
extern const struct verify_check events_checks[];

#endif
