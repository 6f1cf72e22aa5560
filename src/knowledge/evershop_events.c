/* evershop_events.c: events of EverShop that name an order or a product by its number in the store and say one thing of
 * it: {"orderId":7,"before":"new","after":"processing"}, {"shipmentId":3,"orderId":7}, the inventory before and after,
 * a row of its product table (which holds no name). What is known of it is taken up again with that changed, and so it
 * is saved: older events are stale as everything that is older.
 *
 * Such an event says less than a row. An order does not fall back from shipped because its payment came; a product that
 * was switched off does not come back because it was counted again: only what changes in the inventory changes here. */
#include "knowledge/evershop.h"
#include "knowledge/private.h"

#define FIRST EVERSHOP_FIRST

static bool topic_is(const struct evershop_event *e, const char *word)
{
    size_t n = strlen(word);
    return strncmp(e->topic, word, n) == 0 && e->topic[n] == '\0';
}

/* ---- orders ---- */

static const json_t *order_of(const struct evershop_event *e)
{
    const json_t *inner = FIRST(e->data, "order");
    return json_is_object(inner) ? inner : e->data;
}

static enum row find_order(struct tx *tx, const struct knowledge_head *h, struct arena *a, const json_t *o,
                           struct knowledge_order *out)
{
    char text[EVERSHOP_NUMBER_SIZE];
    const char *number = evershop_text(FIRST(o, "orderNumber", "order_number", "number"), text);
    enum row row = number ? know_orders_get(tx, h->shop, str_of(number), a, out) : ROW_NONE;
    if (row != ROW_NONE) return row;
    const char *id = evershop_text(FIRST(o, "orderId", "order_id", "id"), text);
    return id ? know_orders_by_store_id(tx, h->shop, id, a, out) : ROW_NONE;
}

/* How far it is on its way, in our words and in those of a shop's own form; -1: it is on none. */
static int progress(const char *status)
{
    static const struct {
        const char *status;
        int step;
    } way[] = { { "new", 0 },       { "pending", 0 }, { "paid", 1 },      { "processing", 2 },
                { "processed", 2 }, { "shipped", 3 }, { "delivered", 4 }, { "completed", 4 } };
    for (size_t i = 0; i < ARRAY_LEN(way); i++)
        if (strcmp(way[i].status, status) == 0) return way[i].step;
    return -1;
}

/* NULL: as it was. A part of an order that is given back or shipped back is not the order. */
static const char *status_after(const struct evershop_event *e, const json_t *o, const char *before,
                                char other[EVERSHOP_STATUS_SIZE])
{
    if (topic_is(e, "order_refunded") && json_is_false(FIRST(o, "isFullRefund"))) return NULL;
    if (topic_is(e, "shipment_label_created") || topic_is(e, "shipment_label_voided")) return NULL;
    if (topic_is(e, "shipment_status_changed")) {
        const char *phase = json_string_value(FIRST(o, "phase"));
        return phase && progress(phase) >= progress("shipped") ? phase : NULL;
    }
    const char *status = evershop_status(o, e->topic, other);
    if (!status || (progress(status) >= 0 && progress(status) < progress(before))) return NULL;
    return status;
}

/* A parcel of which something new is told. */
static void add_shipment(struct arena *a, const json_t *o, struct knowledge_order *k)
{
    char number[EVERSHOP_NUMBER_SIZE];
    const char *tracking = evershop_text(FIRST(o, "trackingNumber", "tracking_number"), number);
    if (!tracking || k->shipments >= KNOWLEDGE_ITEMS_MAX || strlen(tracking) > KNOWLEDGE_ID_MAX) return;
    for (size_t i = 0; i < k->shipments; i++)
        if (text_eq(k->shipment[i].tracking, tracking)) return;
    struct knowledge_shipment *s = ARENA_ARRAY(a, struct knowledge_shipment, k->shipments + 1);
    if (k->shipments > 0) memcpy(s, k->shipment, k->shipments * sizeof *s);
    s[k->shipments++] = (struct knowledge_shipment){ .tracking = arena_text(a, tracking) };
    k->shipment = s;
}

static enum evershop_news order_event(struct tx *tx, const struct knowledge_head *h, const struct evershop_event *e,
                                      struct arena *a, struct knowledge_import *in)
{
    char other[EVERSHOP_STATUS_SIZE];
    const json_t *o = order_of(e);
    if (FIRST(o, "customerEmail", "customer_email", "email")) return EVERSHOP_ROW;
    struct knowledge_order *k = ARENA_NEW(a, struct knowledge_order);
    enum row row = find_order(tx, h, a, o, k);
    if (row != ROW_FOUND) return row == ROW_FAULT ? EVERSHOP_FAULT : EVERSHOP_UNKNOWN;
    const char *status = status_after(e, o, k->status, other);
    if (status && strcmp(status, k->status) != 0) {
        k->status = arena_text(a, status);
        k->status_text = NULL; /* it told of the one before */
    }
    if (!topic_is(e, "shipment_label_voided")) add_shipment(a, o, k);
    in->order = k, in->orders = 1;
    return EVERSHOP_TOLD;
}

/* ---- products ---- */

/* The variant that a row is about: the one of its number, or the only one. */
static struct knowledge_variant *variant_of(struct arena *a, struct knowledge_product *p, const char *sku)
{
    if (p->variants == 0) return NULL;
    struct knowledge_variant *v = ARENA_ARRAY(a, struct knowledge_variant, p->variants);
    memcpy(v, p->variant, p->variants * sizeof *v);
    p->variant = v;
    for (size_t i = 0; sku && i < p->variants; i++)
        if (text_eq(v[i].sku, sku) || text_eq(v[i].id, sku)) return &v[i];
    return p->variants == 1 ? v : NULL;
}

static void set_available(struct knowledge_product *p, struct knowledge_variant *v, bool yes)
{
    if (!v && p->variants > 0) return; /* of which of them is not said */
    if (v) v->available = yes;
    p->available = yes;
    for (size_t i = 0; i < p->variants; i++) p->available = p->available || p->variant[i].available;
}

static enum evershop_news product_event(struct tx *tx, const struct knowledge_head *h, const struct evershop_event *e,
                                        struct arena *a, struct knowledge_import *in, const char **code)
{
    char number[EVERSHOP_NUMBER_SIZE];
    const json_t *before = FIRST(e->data, "old"), *after = FIRST(e->data, "new"), *o = after ? after : e->data;
    if (FIRST(o, "name", "title")) return EVERSHOP_ROW;
    const char *id = evershop_text(
        FIRST(o, "product_inventory_product_id", "productInventoryProductId", "product_id", "productId", "id"), number);
    if (!id) return EVERSHOP_ROW;
    struct knowledge_product *p = ARENA_NEW(a, struct knowledge_product);
    enum row row = know_products_get(tx, h, id, a, p);
    if (row != ROW_FOUND) return row == ROW_FAULT ? EVERSHOP_FAULT : EVERSHOP_UNKNOWN;
    struct knowledge_variant *v = variant_of(a, p, json_string_value(FIRST(o, "sku")));
    const json_t *price = FIRST(o, "price");
    char waits[EVERSHOP_AMOUNT_SIZE];
    int64_t minor;
    if (price && v && h->currency == CURRENCY_NONE) {
        if (evershop_price_waits(price, waits, code)) v->waits = arena_text(a, waits);
    } else if (price && (v || p->variants == 0) && evershop_amount(price, h->currency, &minor, code)) {
        if (v) v->price = minor, v->priced = true;
        else p->price = minor, p->priced = true;
    }
    bool inventory = topic_is(e, "inventory_updated");
    if (inventory && (!before || evershop_in_stock(before) != evershop_in_stock(o)))
        set_available(p, v, evershop_in_stock(o));
    if (!inventory && evershop_is_off(o)) set_available(p, v, false);
    in->product = p, in->products = 1;
    return EVERSHOP_TOLD;
}

enum evershop_news know_evershop_event(struct tx *tx, const struct knowledge_head *h, const struct evershop_event *e,
                                       struct arena *a, struct knowledge_import *in, const char **code)
{
    bool removed;
    *code = NULL;
    if (!json_is_object(e->data)) return EVERSHOP_ROW;
    switch (evershop_topic(e->topic, &removed)) {
    case EVERSHOP_ORDERS: return order_event(tx, h, e, a, in);
    case EVERSHOP_PRODUCTS: return removed ? EVERSHOP_ROW : product_event(tx, h, e, a, in, code);
    case EVERSHOP_NONE:
    case EVERSHOP_PROMOTIONS: break;
    }
    return EVERSHOP_ROW;
}

/* ---- rows that say less than is known ---- */

bool know_evershop_keep_lists(struct tx *tx, const struct knowledge_head *h, struct arena *a,
                              struct knowledge_import *in)
{
    for (size_t i = 0; i < in->orders; i++) {
        struct knowledge_order *o = &in->order[i], known;
        if (o->items > 0 && o->shipments > 0) continue;
        enum row row = know_orders_get(tx, h->shop, str_of(o->number), a, &known);
        if (row == ROW_FAULT) return false;
        if (row == ROW_NONE || strcmp(known.number, o->number) != 0) continue;
        if (o->items == 0) o->item = known.item, o->items = known.items;
        if (o->shipments == 0) o->shipment = known.shipment, o->shipments = known.shipments;
    }
    return true;
}

/* ---- a shop whose currency is not known yet ---- */

/* A price that nobody may be told yet: of which currency it is comes with an order, a file or the merchant's word. */
void know_evershop_prices(struct arena *a, const json_t *root, struct knowledge_import *in)
{
    const json_t *list = json_object_get(root, "products");
    for (size_t i = 0; i < in->products; i++) {
        struct knowledge_product *p = &in->product[i];
        const json_t *rows = json_object_get(json_array_get(list, i), "variants");
        struct knowledge_variant *v = ARENA_ARRAY(a, struct knowledge_variant, p->variants + 1);
        if (p->variants > 0) memcpy(v, p->variant, p->variants * sizeof *v);
        for (size_t k = 0; k < p->variants; k++) {
            const char *waits = json_string_value(json_object_get(json_array_get(rows, k), "waits"));
            if (waits) v[k].waits = arena_text(a, waits);
        }
        p->variant = v;
    }
}

enum currency know_evershop_currency(const struct knowledge_order *o, size_t n)
{
    enum currency c = n > 0 ? o[0].currency : CURRENCY_NONE;
    for (size_t i = 1; i < n; i++)
        if (o[i].currency != c) return CURRENCY_NONE;
    return c;
}
