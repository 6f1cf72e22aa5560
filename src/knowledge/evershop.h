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
 * names none. *code: why a row cannot be read (its amount); NULL: all could; EVERSHOP_NO_CURRENCY of products: all
 * could but that no currency is told, and their prices stand as they were written (know_evershop_prices). */
#define EVERSHOP_NO_CURRENCY "currency_missing" /* as know_price_read says it */
void evershop_write(const json_t *rows, enum evershop_list list, const char *topic, enum currency c, struct buf *out,
                    const char **code);

/* ---- evershop_events.c ---- */
struct evershop_event {
    const char *topic;
    const json_t *data;
};
enum evershop_news {
    EVERSHOP_FAULT = -1,
    EVERSHOP_ROW,     /* it is a whole row: evershop_write */
    EVERSHOP_TOLD,    /* *in: what is known of it, with what the event says */
    EVERSHOP_UNKNOWN, /* it names what is not known here */
};
struct tx;
struct knowledge_head;
struct knowledge_import;
struct knowledge_order;
/* *code: as of evershop_write. */
enum evershop_news know_evershop_event(struct tx *tx, const struct knowledge_head *h, const struct evershop_event *e,
                                       struct arena *a, struct knowledge_import *in, const char **code);
/* Orders whose rows name no items or parcels keep those that are known. False: storage fault. */
MUST_USE bool know_evershop_keep_lists(struct tx *tx, const struct knowledge_head *h, struct arena *a,
                                       struct knowledge_import *in);
/* Prices that were written as they stood go on to wait in their products (.waits of their variants). */
void know_evershop_prices(struct arena *a, const json_t *root, struct knowledge_import *in);
/* The currency that all these orders name; NONE: none, or several. A store has one. */
enum currency know_evershop_currency(const struct knowledge_order *o, size_t n);

/* ---- what its rows and its events (evershop_events.c) have in common ---- */
/* The first of these members that says something. */
#define EVERSHOP_FIRST(o, ...) evershop_first((o), (const char *const[]){ __VA_ARGS__, NULL })
const json_t *evershop_first(const json_t *o, const char *const *names);
enum { EVERSHOP_NUMBER_SIZE = 24, EVERSHOP_STATUS_SIZE = 60 };
/* A text, or a whole number as one, in `number`; NULL: neither. */
const char *evershop_text(const json_t *v, char number[EVERSHOP_NUMBER_SIZE]);
/* A number, a text, or an object that has one. False: none, or *code says why it cannot be read. */
bool evershop_amount(const json_t *v, enum currency c, int64_t *minor, const char **code);
/* The same as it was written, and whether it is a price once a currency is known. False: none, or *code says why. */
enum { EVERSHOP_AMOUNT_SIZE = 48 };
bool evershop_amount_text(const json_t *v, char text[EVERSHOP_AMOUNT_SIZE], const char **code);
bool evershop_price_waits(const json_t *v, char text[EVERSHOP_AMOUNT_SIZE], const char **code);
bool evershop_in_stock(const json_t *inventory); /* as its row of inventory says */
bool evershop_is_off(const json_t *product);     /* its row says that nobody can buy it */
/* Of an order, in the words that a shopper is answered with, or (in `other`) in its own; NULL: nothing is said. */
const char *evershop_status(const json_t *o, const char *topic, char other[EVERSHOP_STATUS_SIZE]);
#endif
