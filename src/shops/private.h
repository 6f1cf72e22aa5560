/* private.h: what the files of shops/ share: the changes of a shop's row. Callers hold the shop's lock. */
#ifndef CHATHUB_SHOPS_PRIVATE_H
#define CHATHUB_SHOPS_PRIVATE_H

#include "shops/shops.h"
#include "audit/audit.h"

/* clang-format off */
#define SHOPS_ACTIONS(X)                                                                                               \
    X(shop_created) X(shop_updated) X(shop_soft_deleted) X(shop_restored) X(shop_hard_deleted)                         \
    X(shop_suspended) X(shop_resumed)
/* clang-format on */
SHOPS_ACTIONS(AUDIT_DECLARE)

enum { SHOPS_LIST_MAX = 250 }; /* above SHOPS_PER_ACCOUNT_MAX: that limit is counted without a lock */

/* Newest first: the living shops, or those that can still be restored. */
MUST_USE bool shops_list(struct tx *tx, int64_t account, bool deleted, struct shop *out, size_t *count);
MUST_USE enum row shops_deleted_locked(struct tx *tx, int64_t account, int64_t id, struct shop *out);
/* ROW_NONE: the shop is not in the state that was read, or may not go there. *s is what it is afterwards. */
MUST_USE enum row shops_move(struct tx *tx, struct shop *s, enum shop_status to, const char *why, int64_t actor,
                             int64_t now_ms);
/* The same of a shop that lives, by an operator, with the reason as its merchant reads it; and back. */
MUST_USE enum row shops_suspend(struct tx *tx, struct shop *s, const char *why, int64_t actor, int64_t now_ms);
MUST_USE enum row shops_resume(struct tx *tx, struct shop *s, int64_t actor, int64_t now_ms);
/* It is suspended, and stays so since then: its merchant reads this reason from now on. */
MUST_USE bool shops_suspended_anew(struct tx *tx, struct shop *s, const char *why);
/* New name and domain (NULL: none). */
MUST_USE bool shops_rename(struct tx *tx, struct shop *s, const char *name, const char *domain, int64_t now_ms);
/* `slug` with a random end. */
void shop_slug_with_tail(const char *slug, char out[SHOP_SLUG_MAX + 1]);
/* A slug that no living shop has: the wish, or the wish with a random end. */
MUST_USE bool shops_free_slug(struct tx *tx, const char *wish, char out[SHOP_SLUG_MAX + 1]);
MUST_USE bool shops_set_slug(struct tx *tx, struct shop *s, const char *slug, int64_t now_ms);
MUST_USE bool shops_blank(struct tx *tx, struct shop *s); /* of a purged shop */

#endif
