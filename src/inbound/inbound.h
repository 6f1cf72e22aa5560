/* inbound.h: what others deliver to us by HTTP: notifications of payments, callbacks, synchronised chats. The mirror of
 * outbound/. Every sender goes the same way:
 *
 *   verified over the bytes as they came → stored under the sender's own id, once → acknowledged, after the commit → a
 *   job acts on it. The rows are the operator's log; from there a delivery is acted on again with today's code.
 *   A sender that takes the acknowledgement for the effect (.at_once: money) is acted on between storing and commit.
 *
 * So a sender that repeats itself (all do) costs one row and gets the same acknowledgement; what we cannot do now is
 * not lost; and nobody waits for our work. To add a sender: a struct sender, SENDER_ROUTE in the domain's route table,
 * a line in app_senders (src/app/wiring.c). HACKING.md has the recipe.
 *
 * Rejected: acting before the answer for all (senders give up after 5 s and come again while we still work); parsing
 * first and verifying what was parsed (another text than the one that was signed). */
#ifndef CHATHUB_INBOUND_INBOUND_H
#define CHATHUB_INBOUND_INBOUND_H

#include "base/crypto.h"
#include "http/route.h"
#include "jobs/jobs.h"
#include "storage/reseal.h"

enum { DELIVERY_HEADERS_MAX = 8, DELIVERY_ID_MAX = 200, DELIVERY_BODY_MAX = 8 << 20, DELIVERY_OUTCOME_MAX = 200 };
/* Stored: append, never renumber. */
enum delivery_state {
    DELIVERY_RECEIVED, /* a job will act on it */
    DELIVERY_ACTED,
    DELIVERY_FAILED,  /* the job has given up */
    DELIVERY_REFUSED, /* not verified: kept for a person, the first few of an hour; or verified, and .act of one that is
                         acted on at once refused it: that has its sender's id */
};
enum inbound_verdict {
    INBOUND_FAULT = -1, /* storage: 503 or 500, the sender comes again */
    INBOUND_GOOD,
    INBOUND_REFUSED, /* .reason says why: the sender's `nack`, no effect */
    INBOUND_ALARM,   /* the same, well signed: a row in the trail and an error in the log beside it */
    INBOUND_ASKED,   /* a question of the sender's set-up: .answer is given, nothing is stored */
};
struct inbound_words { /* what a sender wants to hear */
    int status;
    const char *content_type, *body;
};

/* One delivery: when it comes, and when a job acts on it. Everything lives in `arena`. */
struct delivery {
    const struct sender *sender; /* NULL: one that this version does not know */
    struct arena *arena;
    struct str body;     /* as it came, byte for byte */
    const char *address; /* the part for which the path has ":address"; else "" */
    bool queried;        /* its address had a query, or part of one; not stored */
    int64_t at_ms;       /* when it came: what may not be old is judged by this, at a replay too */
    int64_t row;         /* 0: not stored yet */
    struct {
        const char *name;
        struct str value;
    } header[DELIVERY_HEADERS_MAX];
    size_t headers;
    /* For .verify and .identify to set; .verify may also say another address: what it was sent to has a second name. */
    const char *id;  /* the sender's own id; 1..200 bytes without controls */
    int64_t account; /* whose it is; 0: nobody's */
    struct str same; /* what must be the same when this id comes again; p NULL: the body */
    void *made;      /* of .look and .make, for .act of the same attempt; at_once: of .verify; NULL: nothing */
    const char *reason;
    struct inbound_words answer;
};
struct str inbound_header(const struct delivery *d, const char *lower_case_name); /* p NULL when absent */

struct sender {
    const char *name;               /* stored: never rename. "stripe" */
    const char *doc;                /* one sentence for operators' documents */
    const char *path;               /* as in its route: "/hooks/stripe", "/hooks/chat/:address" */
    const char *const *headers;     /* the ones that are kept: what .verify and .act read; lower case, NULL-ended */
    enum job_pool pool;             /* JOB_POOL_UNSET: inbound, with .make files; or JOB_POOL_MONEY */
    struct inbound_words ack, nack; /* nack: 4xx */
    const char *changed;            /* body of the 409 to an id that came before with other contents; NULL: nack's */
    /* The acknowledgement says that it is done: .act runs in the request's own transaction, without a job (NULL), on
     * the same struct delivery as .verify; it says FINISHED; or GIVE_UP, which is a refusal that .verify could not
     * see yet; or FAULT, with which nothing stays and the sender comes again. After GIVE_UP the nack is sent, and
     * what .act wrote stays, with a row in the trail and the delivery as REFUSED under its id: a copy gets the nack,
     * until an operator replays it or it is forgotten. A copy is acknowledged only when the row was acted on.
     * A replay is a job's, as everybody's. Calls to others are jobs that .act puts. */
    bool at_once;
    /* Whether these bytes come from the sender and are meant for us. In the request's transaction; reads only. */
    enum inbound_verdict (*verify)(struct delivery *d, struct tx *tx);
    /* It was an alarm, and is stored as refused (or not: d->row 0): rows of the domain that tell of it, each time it
     * comes. May be NULL. False: a storage fault. */
    bool (*alarmed)(const struct delivery *d, struct tx *tx);
    /* Where the sender's id is: one of these three. The last also sets .account and .same where that is wanted. */
    const char *id_header;
    const char *id_member; /* of the JSON object at the top: text or a whole number */
    enum inbound_verdict (*identify)(struct delivery *d, struct tx *tx);
    /* Both or none. What takes long, or writes files, before .act and outside of its transaction: .look reads what must
     * be known and sets d->made, .make goes on with that. False: a storage fault. */
    bool (*look)(struct delivery *d, struct job *job, struct tx *tx);
    void (*make)(struct delivery *d);
    /* What it means for our rows, as .settle of a job: it may run again, also after it was done (a replay), so it
     * changes a row only where its state allows that. Calls to others are jobs that it puts. `outcome` is for
     * operators, at most DELIVERY_OUTCOME_MAX bytes: "order 7 paid", "nothing: not an event we use". */
    enum job_wish (*act)(const struct delivery *d, struct job *job, struct tx *tx, struct buf *outcome);
    /* The job has given up: undo and tell; may be NULL. */
    enum job_wish (*dead)(const struct delivery *d, struct job *job, struct tx *tx, const char *error);
};
/* Its row in the route table of its domain. `max`: of the body, at most DELIVERY_BODY_MAX. The limit is by network and
 * counts what is refused; what is verified counts by the account that it is of, and by that alone. */
extern const struct limit inbound_account_limit;
/* clang-format off */
#define SENDER_ROUTE(address_, max_, limit_, ...)                                                                      \
    { .verb = VERB_POST, .path = (address_), .who = WHO_SYSTEM, .tx = TX_WRITE, .tag = "Deliveries", .hidden = true,   \
      .origins = ORIGINS_UNCHECKED, .body_max = (max_), .limit = (limit_), .give_back_on_success = true,           \
      .key_limit = { &inbound_account_limit }, .give_back_to_known = true, .run = inbound_receive, __VA_ARGS__ }
/* clang-format on */
/* The same for a path that ends in "/:address". */
struct inbound_path {
    const char *address;
};
extern const struct field inbound_path_fields[];
#define SENDER_ROUTE_ADDRESSED(address_, max_, limit_, ...)                                                            \
    SENDER_ROUTE(address_, max_, limit_, PATH_FIELDS(inbound_path), __VA_ARGS__)
enum answer inbound_receive(struct req *req);
/* One that a page of our own made in the sender's place (a provider that is played, in development): sender, arena,
 * body, address "", at_ms and headers are set. The answer is as of one that came: ack, nack, 409, too many, .answer or
 * a fault. The row has TX_WRITE, and inbound_account_limit as its first key_limit. */
enum answer inbound_take(struct req *req, struct delivery *d);

/* What a sender could not deliver and a job has fetched from it, in the form in which it would have come (sender,
 * arena, body, address "", at_ms and headers are set), in that job's transaction. The sender is one that is acted on at
 * once. KNOWN: it had come, or was fetched, before; what .act said then does not count. REFUSED: d->reason says why.
 * What was not verified has no row, but .alarmed may have written; what .act refused stays as it does when it came. */
enum inbound_fetched {
    INBOUND_FETCHED_FAULT = -1,
    INBOUND_FETCHED_NEW,
    INBOUND_FETCHED_KNOWN,
    INBOUND_FETCHED_REFUSED
};
MUST_USE enum inbound_fetched inbound_take_fetched(struct tx *tx, struct delivery *d);
/* Whether a delivery of this id (address "") came and was acted on, so that it need not be fetched. One that .act
 * refused was not: fetched, it is KNOWN. */
MUST_USE bool inbound_was_acted_on(struct tx *tx, const struct sender *sender, const char *id, bool *out);

extern struct inbound_settings {         /* filled by app */
    const struct sender *const *senders; /* NULL-ended */
    const struct keyring *keyring;
} inbound_settings;

/* Faults of the table, one line each, for a test; true when there are none. */
MUST_USE bool inbound_check(const struct sender *const *senders, const struct route *const *routes,
                            struct buf *complaints);
extern const struct job_kind inbound_act_job, inbound_make_job, inbound_money_job, inbound_purge_job;
extern const struct route inbound_routes[]; /* the operators' pages */
extern const struct reseal_table inbound_sealed[];
extern const struct verify_check inbound_checks[];

#endif
