/* private.h: what the files of inbound/ share. */
#ifndef CHATHUB_INBOUND_PRIVATE_H
#define CHATHUB_INBOUND_PRIVATE_H

#include "inbound/inbound.h"
#include "audit/audit.h"

/* clang-format off */
#define INBOUND_ACTIONS(X)                                                                                             \
    X(delivery_refused) X(delivery_changed) X(delivery_replayed) X(delivery_read)
/* clang-format on */
INBOUND_ACTIONS(AUDIT_DECLARE)

extern const char *const inbound_state_names[]; /* NULL-ended, in the order of enum delivery_state */

/* ---- senders.c ---- */
const struct sender *inbound_sender(const char *name); /* NULL: none of this name */
const struct sender *inbound_sender_at(const char *path);
/* .verify and then the id; INBOUND_GOOD when both are. Sets .reason else. */
enum inbound_verdict inbound_judge(struct delivery *d, struct tx *tx);

/* ---- content.c: headers and body in one sealed value ---- */
struct sealed inbound_seal(const struct delivery *d, const uint8_t body_hash[SHA256_SIZE]);

/* ---- rows.c ---- */
struct delivery_row {
    int64_t id, account, size, copies, changes, job, received_at_ms, last_at_ms, acted_at_ms;
    enum delivery_state state;
    const char *sender, *address, *sender_id, *outcome;
    struct str content, body_hash; /* by inbound_get alone */
};
enum inbound_stored { STORED_FAULT = -1, STORED_NEW, STORED_COPY, STORED_CHANGED, STORED_CHANGED_TOLD };
/* One that was judged good: its row, and a job unless it is acted on at once. STORED_COPY: it is there already and is
 * counted. STORED_CHANGED: this id came with something else; counted too, and _TOLD when that was so less than an hour
 * ago. Sets d->row. */
MUST_USE enum inbound_stored inbound_store(struct tx *tx, struct delivery *d);
/* One that was not; the first few of an hour. *row 0: not kept. */
MUST_USE bool inbound_store_refused(struct tx *tx, const struct delivery *d, bool alarm, int64_t *row);
MUST_USE enum row inbound_get(struct tx *tx, int64_t id, bool lock, struct delivery_row *out);
/* The job has come to an end with it. */
MUST_USE bool inbound_end(struct tx *tx, int64_t id, enum delivery_state to, const char *outcome, int64_t at_ms);
/* Acts on it again. ROW_NONE: a job is under way. */
MUST_USE enum row inbound_again(struct tx *tx, const struct delivery_row *r, const struct sender *s);
/* One that was refused is good by today's code. ROW_NONE: its id is another one's already. */
MUST_USE enum row inbound_accept(struct tx *tx, const struct delivery_row *r, struct delivery *d);
/* What a row holds, ready for .verify and .act. False: it does not open. */
MUST_USE bool inbound_open(const struct delivery_row *r, struct arena *a, struct delivery *out);

enum { DELIVERIES_PAGE = 50, DELIVERIES_PAGE_MAX = 100 };
struct deliveries_wanted {
    int64_t after, limit, from_ms, to_ms, account /* 0: of all */;
    const char *sender;
    int state /* -1: all */;
};
MUST_USE bool inbound_page(struct tx *tx, const struct deliveries_wanted *w, struct delivery_row *out, size_t *count);

#endif
