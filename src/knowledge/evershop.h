/* evershop.h: what EverShop stores say of themselves, made into the JSON of a shop: the bodies of its webhooks
 * ({topic, data}) and the rows of its export. */
#ifndef CHATHUB_KNOWLEDGE_EVERSHOP_H
#define CHATHUB_KNOWLEDGE_EVERSHOP_H

#include "knowledge/readers.h"

enum evershop_list { EVERSHOP_NONE, EVERSHOP_PRODUCTS, EVERSHOP_ORDERS, EVERSHOP_PROMOTIONS };
/* Which list a topic is about; NONE: nothing that a bot answers from. *removed: what it names is gone. */
enum evershop_list evershop_topic(const char *topic, bool *removed);
/* Rows (an object, or an array of them) as {"currency":…,"products":[…]} or {"removed":[…]}, added to `out`. `topic`
 * (may be NULL) says of an order what its row may not: order_canceled, shipment_delivered. `c`: of amounts whose row
 * names none. *code: why a row cannot be read (its amount); NULL: all could. */
void evershop_write(const json_t *rows, enum evershop_list list, const char *topic, enum currency c, struct buf *out,
                    const char **code);
#endif
