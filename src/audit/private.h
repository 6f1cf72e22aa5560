/* private.h: what the files of audit/ share. */
#ifndef CHATHUB_AUDIT_PRIVATE_H
#define CHATHUB_AUDIT_PRIVATE_H

#include "audit/audit.h"

enum { AUDIT_PAGE_DEFAULT = 50, AUDIT_PAGE_MAX = 100 };

struct audit_row {
    int64_t id, account, actor, actor_account, resource_id, at_ms;
    const char *action, *resource, *details, *network, *user_agent;  /* details: JSON text or NULL */
};
/* Newest first, ids below `after` (0: from the newest); account 0: of all. False on a storage fault. */
/* `after`: rows with smaller ids; account 0: of all; action NULL: any. */
struct audit_wanted { int64_t account, after, limit, from, to; const char *action; };
MUST_USE bool audit_page(struct tx *tx, const struct audit_wanted *w, struct audit_row *out, size_t *count);
extern const char *const audit_action_names[AUDIT_ACTION_COUNT + 1];             /* NULL-ended */

/* seals.c, in the parts that tests drive without a worker. Ids up to *final can no longer appear. */
MUST_USE bool audit_final_id(struct tx *tx, int64_t *final);
struct audit_batch;                                          /* seals computed and not yet stored */
MUST_USE struct audit_batch *audit_batch_read(struct tx *tx, struct arena *a);       /* NULL on a fault; reads alone */
/* In a transaction that began after the one that read: what may be sealed is decided by that order. */
MUST_USE bool audit_batch_store(struct tx *tx, const struct audit_batch *b, int64_t now);
#endif
