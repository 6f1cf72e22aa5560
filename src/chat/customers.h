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
/* Those seen last come first, or last (`oldest`), behind the place (at_ms, id) of customers_begin or of the page
 * before; seen from from_ms on and before to_ms. A customer whom the shop vouches for stands there once, as the browser
 * that was seen last. shop 0: all. */
struct customers_page {
    int64_t account, shop, from_ms, to_ms, at_ms, id, limit;
    bool oldest;
};
void customers_begin(struct customers_page *p);
/* How many there are of those; `more`: more than were looked at. */
MUST_USE bool customers_count(struct tx *tx, const struct customers_page *in, int64_t *total, bool *more);
/* next->id 0: that was all; a page may be short, or empty, and have a next one. */
MUST_USE bool customers_page(struct tx *tx, const struct customers_page *in, struct customer_row *out, size_t *count,
                             struct customers_page *next);
/* By names, addresses, the shop's own ids and numbers of orders; the newest first, behind in->id (the
 * first page: INT64_MAX), whenever they were seen. *next: where
 * the next page begins; 0: that was all. A page may be empty and have a next one. */
MUST_USE bool customers_found(struct tx *tx, const struct customers_page *in, struct str text, struct customer_row *out,
                              size_t *count, int64_t *next);
/* ROW_NONE: another account's, nobody known, or gone. */
MUST_USE enum row customer_get(struct tx *tx, int64_t account, int64_t id, struct customer_row *out);
enum { CUSTOMERS_BY_ORDER = 20 }; /* customers_found may give so many more than in->limit */

/* Visitors of whom it is known who they are: *of_order whose order has this number, and behind them whom the words or
 * the address name, the newest CUSTOMERS_BY_WORDS. One may stand there twice. `ids` has room for CUSTOMERS_NAMED. */
enum { CUSTOMERS_BY_WORDS = 100, CUSTOMERS_NAMED = CUSTOMERS_BY_WORDS + 2 * CUSTOMERS_BY_ORDER };
MUST_USE bool customers_named(struct tx *tx, int64_t account, int64_t shop, struct str text, int64_t *ids,
                              size_t *count, size_t *of_order);

/* ---- customer.c ---- */
extern const struct shape customer_order_shape[];
void customer_order_json(struct json *j, const struct knowledge_order *o);
#endif
