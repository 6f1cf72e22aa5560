/* customers.h: the visitors of an account of whom it is known who they are: by a name or an address that they said, or
 * by their shop's word. */
#ifndef CHATHUB_CHAT_CUSTOMERS_H
#define CHATHUB_CHAT_CUSTOMERS_H

#include "chat/private.h"
#include "knowledge/knowledge.h"

struct customer_row {
    int64_t id, shop, conversation, blocked_at_ms, since_ms, seen_at_ms; /* conversation: their last one */
    const char *name, *email, *language, *page; /* name and email: the shop's word before their own */
    const char *subject;                        /* the shop's own id of them; NULL: it does not vouch for them */
};
/* Those seen last come first, behind the place (before_ms, before_id). A customer whom the shop vouches for stands
 * there once, as the browser that was seen last. shop 0: all. */
struct customers_page {
    int64_t account, shop, before_ms, before_id, limit;
};
/* next->before_id 0: that was all; a page may be short, or empty, and have a next one. */
MUST_USE bool customers_page(struct tx *tx, const struct customers_page *in, struct customer_row *out, size_t *count,
                             struct customers_page *next);
/* By names, addresses, the shop's own ids and numbers of orders; the newest first, behind in->before_id. *next: where
 * the next page begins; 0: that was all. A page may be empty and have a next one. */
MUST_USE bool customers_found(struct tx *tx, const struct customers_page *in, struct str text, struct customer_row *out,
                              size_t *count, int64_t *next);
/* ROW_NONE: another account's, nobody known, or gone. */
MUST_USE enum row customer_get(struct tx *tx, int64_t account, int64_t id, struct customer_row *out);
enum { CUSTOMERS_BY_ORDER = 20 }; /* customers_found may give so many more than in->limit */

/* ---- customer.c ---- */
extern const struct shape customer_order_shape[];
void customer_order_json(struct json *j, const struct knowledge_order *o);
#endif
