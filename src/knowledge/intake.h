/* intake.h: what is taken in from outside, whole or not at all, without holding up a chat.
 *
 *   reading   a file or an address is read and judged to its end; what is good becomes parts (JSON of a shop, a hundred
 *             rows or so each). One fault anywhere ends it: nothing was changed.
 *   writing   part by part, each in a transaction of its own: rows beside the live ones, their words already in the
 *             index under numbers that belong to nothing yet.
 *   switch    one transaction: rows become the live ones. What was changed by hand or delivery since it began stays.
 *
 * All of it is one job that goes on where it was after a kill. Orders are nobody's but their owners': they are written
 * part by part. */
#ifndef CHATHUB_KNOWLEDGE_INTAKE_H
#define CHATHUB_KNOWLEDGE_INTAKE_H

#include "base/clock.h"
#include "jobs/jobs.h"
#include "knowledge/private.h"
#include "knowledge/readers.h"

enum intake_state { INTAKE_READING, INTAKE_WRITING, INTAKE_DONE, INTAKE_FAILED, INTAKE_STATES };
extern const char *const intake_state_names[]; /* "reading", "writing", "done", "failed"; NULL-ended */

struct intake {
    int64_t id, account, shop, file;
    int64_t feed;       /* > 0: an address; < 0: minus the id of a document (documents.c); 0: neither */
    const char *source; /* "file", "import", "feed", "pages", "store_products", "store_orders", "store_promotions" */
    enum intake_state state;
    const char *wish, *todo; /* JSON; "" none */
    int64_t place, parts, written, cut;
    bool whole;
    enum currency currency;
    const char *language, *name, *url; /* NULL: not said */
    int64_t products, texts, orders;
    int64_t changed; /* live rows: orders as they are written, all others with the switch */
    const char *refusals;
    int64_t import, began_at_ms, ended_at_ms;
};
/* Under way in a shop at a time: its addresses and its store have one each, so that a few files may come beside them.
 */
enum { INTAKES_LIVE_MAX = 20 };
MUST_USE bool know_intakes_room(struct tx *tx, int64_t shop, bool *room);
/* ANSWER_GO_ON: the shop (locked, so that nobody else begins one) may begin one more. */
MUST_USE enum answer know_intake_may_begin(struct req *req, int64_t shop);
extern const struct problem problem_intakes_full;
/* Adds the row and its job. */
MUST_USE bool know_intake_begin(struct tx *tx, struct intake *in, int64_t *job);
MUST_USE enum row know_intake_get(struct tx *tx, int64_t id, struct intake *out);
MUST_USE bool know_intake_keep(struct tx *tx, const struct intake *in);
MUST_USE bool know_intake_part(struct tx *tx, int64_t intake, int64_t part, const char *body);
MUST_USE enum row know_intake_part_get(struct tx *tx, int64_t intake, int64_t part, const char **body);
MUST_USE bool know_intake_forget_parts(struct tx *tx, int64_t intake); /* and what was staged */
MUST_USE bool know_intake_drop(struct tx *tx, int64_t intake);         /* all of it: its shop is purged */
/* Some of it; *left: there may be more. */
MUST_USE bool know_intake_forget_some(struct tx *tx, int64_t intake, bool *left);
enum { INTAKE_URL_SIZE = 128 };
const char *know_intake_url(char out[INTAKE_URL_SIZE], const struct intake *in);
void know_intake_json(struct json *j, const void *intake);
extern const struct shape know_intake_shape[];
/* Ends one that is under way, as refused: nothing of it stays but orders that were written. The shop is locked. */
MUST_USE bool know_intake_stop(struct tx *tx, struct arena *a, int64_t now_ms, struct intake *in);
MUST_USE bool know_intakes_purged(struct tx *tx, int64_t shop);

/* ---- parts.c ---- */
struct know_parts {
    const char **body;
    size_t count, bytes;
};
/* A judged shop, cut into parts. In `a`. */
void know_parts_cut(struct arena *a, const json_t *root, enum currency c, struct know_parts *out);
/* What was read of a source, kept for its next slices; at most READINGS_KEPT of them, the oldest goes. A reading that
 * is not there any more is read again. */
struct know_reading {
    struct know_parts parts;
    struct knowledge_import in; /* counts and words of the shop */
};
enum { READINGS_KEPT = 2, SLICE_BYTES = 512 << 10, SLICE_PARTS = 64 };
void know_readings_put(int64_t intake, const struct know_reading *r); /* copies */
/* Parts from `from` on, copied into `a`. False: it is not there. */
bool know_readings_slice(int64_t intake, int64_t from, struct arena *a, struct know_parts *out, bool *last);

/* ---- take_job.c ---- */
struct feed;
struct know_store;
struct know_taking {
    struct intake in;
    struct feed *feed;        /* NULL: a file */
    struct know_store *store; /* NULL: none of it */
    const char *file;         /* among the uploads; NULL: none */
    const char *file_name;    /* as its owner calls it; NULL: none */
    int64_t file_bytes;
    const char *shop_url;  /* NULL: not known */
    const char *shop_host; /* the shop's domain; NULL: none */
    struct knowledge_says says;
    enum currency currency; /* the shop's; NONE: nothing was told yet */
    const char *part;       /* the one that is written next; NULL: it is still read, or all are written */
    /* What a reader leaves: */
    struct knowledge_import *piece; /* what `part` says; NULL: it says nothing */
    struct know_parts parts;
    const char *document;       /* the file is one, known by this name; NULL: it is none */
    bool finished;              /* nothing comes behind these */
    bool restart;               /* what was read before is read anew */
    bool unchanged;             /* as at the last reading: nothing is taken */
    struct field_faults faults; /* > 0: refused */
    const char *error;          /* a code: it could not be read; NULL: it was */
    int status;                 /* what the server answered; 0: nothing */
    bool later;                 /* and another try may do */
    int64_t again_ms;           /* before the next slice */
    const char *etag, *modified;
};
extern const struct job_kind knowledge_take_job, knowledge_due_job;
/* The readers: called with no transaction open. Parts and texts in job->arena; what is large in an arena of their own.
 */
void know_take_feed(struct job *job, struct know_taking *t);
void know_take_pages(struct job *job, struct know_taking *t);
void know_take_store(struct job *job, struct know_taking *t);
/* Bytes of a file or an answer: judged, cut, kept; fills t (parts.c). */
void know_take_bytes(struct job *job, struct know_taking *t, struct str bytes);

/* ---- store_import.c: the rows of a shop's own store, page by page from its export ---- */
enum know_store_scope { STORE_PRODUCTS, STORE_ORDERS, STORE_PROMOTIONS, STORE_SCOPES };
extern const char *const know_store_scope_names[],
    *const know_store_sources[]; /* "products"…, NULL-ended; "store_products"… */
struct know_store {
    enum know_store_scope scope;
    const char *url;        /* of the store, without a path; "" when it has none */
    struct str token;       /* p NULL: the chatbot is off */
    enum currency currency; /* of amounts whose row names none; NONE: the shop's */
};
/* ROW_FOUND: *out is what t->in reads; ROW_NONE: it reads no store. */
MUST_USE enum row know_store_load(struct tx *tx, struct arena *a, const struct intake *in, int64_t now_ms,
                                  struct know_store **out);

/* ---- feeds.c ---- */
enum feed_kind { FEED_FILE, FEED_PAGES, FEED_KINDS };
enum feed_state { FEED_NEVER, FEED_READING, FEED_READ, FEED_FAILED, FEED_STATES };
struct feed {
    int64_t id, account, shop;
    enum feed_kind kind;
    const char *url, *etag, *modified, *error;
    enum currency currency; /* of prices that do not say */
    int64_t next_at_ms;     /* 0: when asked */
    enum feed_state state;
    int64_t status, intake, import, products, texts, orders, changed;
    int64_t tried_at_ms, read_at_ms, created_at_ms; /* 0: never */
};
MUST_USE enum row know_feed_get(struct tx *tx, int64_t id, struct feed *out);
MUST_USE bool know_feed_keep(struct tx *tx, const struct feed *f);
/* Begins a reading; *f is read anew. ROW_NONE: one is under way, or it was removed. */
MUST_USE enum row know_feed_start(struct tx *tx, struct feed *f, int64_t now_ms, int64_t *intake);
MUST_USE bool know_feeds_purged(struct tx *tx, int64_t shop);
/* Is this host the shop's domain, or below it? */
bool know_is_of_shop(const char *host, const char *domain);
extern const char *const feed_kind_names[], *const feed_state_names[];
/* ---- documents.c ---- */
/* A file of text is taken in: in->feed is its own from now on. ROW_NONE: the shop has as many as it may have. */
MUST_USE enum row know_document_begin(struct tx *tx, struct intake *in, const char *name);
/* ROW_NONE: it was removed meanwhile. ROW_FOUND also when `in` takes in none. */
MUST_USE enum row know_document_is_there(struct tx *tx, const struct intake *in);
/* in->todo says its title, format and bytes. */
MUST_USE bool know_document_ended(struct tx *tx, const struct intake *in, int64_t now_ms);
MUST_USE bool know_documents_purged(struct tx *tx, int64_t shop);
/* The bytes of a file that was sent, malloc'ed. NULL: they are not here, which is ours. */
char *know_file_bytes(const char *name, size_t size);

#endif
