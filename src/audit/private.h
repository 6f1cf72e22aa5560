/* private.h: what the files of audit/ share. */
#ifndef CHATHUB_AUDIT_PRIVATE_H
#define CHATHUB_AUDIT_PRIVATE_H

#include "audit/audit.h"

enum { AUDIT_PAGE_DEFAULT = 50, AUDIT_PAGE_MAX = 100 };

struct audit_row {
    int64_t id, account, actor, actor_account, resource_id, at_ms;
    const char *action, *resource, *details, *network, *user_agent; /* details: JSON text or NULL */
};
/* Newest first. False on a storage fault. `after`: rows with smaller ids; account 0: of all; action NULL: any. */
struct audit_wanted {
    int64_t account, shop /* of that account; 0: all */, after, limit, from_ms, to_ms;
    const char *action;
};
MUST_USE bool audit_page(struct tx *tx, const struct audit_wanted *w, struct audit_row *out, size_t *count);

/* head.c: where the chain of seals ends. */
enum head_state {
    HEAD_OURS,      /* under our MAC, and the newest seal is the one it names */
    HEAD_GONE,      /* there is no row */
    HEAD_NOT_OURS,  /* not under our MAC */
    HEAD_ELSEWHERE, /* under our MAC, but of another seal than the newest */
};
struct audit_head {
    enum head_state state;
    int64_t seq, keyed_from, last_id;
    char hash[SHA256_HEX_SIZE];
};
MUST_USE bool audit_head_read(struct tx *tx, struct audit_head *out); /* false on a storage fault */
/* *moved false: it is not at `from` any more. */
MUST_USE bool audit_head_move(struct tx *tx, int64_t from, const struct audit_head *to, bool *moved);

/* Computes the seals again: audit_verify all in one transaction; audit_verify_piece 20 of them, from a zeroed verdict
 * on while .more is set, and the caller changes nothing in between. False: storage fault. What is wrong is told by
 * .bad and .cut. Rows that no seal covers yet are not looked at. */
struct audit_verdict {
    int64_t checked;      /* rows that are sealed and unchanged */
    int64_t bad;          /* the first that was changed, removed or put in later; 0: none */
    int64_t seq, last_id; /* where it goes on: the end of what was looked at, and its seal */
    char hash[SHA256_HEX_SIZE];
    bool more;
    bool cut; /* the end of the chain is not the one that was sealed last */
};
MUST_USE bool audit_verify_piece(struct tx *tx, struct audit_verdict *v);
MUST_USE bool audit_verify(struct tx *tx, struct audit_verdict *out);

/* seals.c, in the parts that tests drive without a worker. */
struct audit_batch;                                                            /* seals computed and not yet stored */
MUST_USE struct audit_batch *audit_batch_read(struct tx *tx, struct arena *a); /* NULL on a fault; reads alone */
/* The plain hash that a seal over these rows had before there was a key. */
void audit_plain_seal(struct arena *a, struct query *rows, int64_t seq, int64_t last_id, const char *previous,
                      char out[SHA256_HEX_SIZE]);
/* In a transaction that began after the one that read: what may be sealed is decided by that order. */
MUST_USE bool audit_batch_store(struct tx *tx, const struct audit_batch *b, int64_t now_ms);
#endif
