/* evershop.c: EverShop's own words. A row comes as a table's row (snake_case, amounts as numbers or texts of four
 * decimals), as GraphQL gives it (camelCase, amounts as objects), or between the two: so each fact is looked for under
 * all its names. Amounts are whole units there and minor ones here. */
#include "knowledge/evershop.h"

#include <stdio.h>

enum { TOPIC_MAX = 60, DEPTH_MAX = 8 };
#define FIRST EVERSHOP_FIRST

enum evershop_list evershop_topic(const char *topic, bool *removed)
{
    struct str t = str_of(topic);
    *removed = str_eq(t, STR("product_deleted")) || str_eq(t, STR("product.deleted"));
    if (t.n > TOPIC_MAX) return EVERSHOP_NONE;
    if (str_starts(t, STR("product_")) || str_starts(t, STR("product."))) return EVERSHOP_PRODUCTS;
    if (str_starts(t, STR("inventory_"))) return EVERSHOP_PRODUCTS;
    if (str_starts(t, STR("order_")) || str_starts(t, STR("order."))) return EVERSHOP_ORDERS;
    if (str_starts(t, STR("shipment_"))) return EVERSHOP_ORDERS;
    if (str_starts(t, STR("promotion_")) || str_starts(t, STR("coupon_"))) return EVERSHOP_PROMOTIONS;
    return EVERSHOP_NONE;
}

const json_t *evershop_first(const json_t *o, const char *const *names)
{
    for (; *names; names++) {
        const json_t *v = json_object_get(o, *names);
        if (v && !json_is_null(v) && !(json_is_string(v) && json_string_length(v) == 0)) return v;
    }
    return NULL;
}

const char *evershop_text(const json_t *v, char number[EVERSHOP_NUMBER_SIZE])
{
    if (json_is_string(v)) return json_string_value(v);
    if (!json_is_integer(v)) return NULL;
    (void)snprintf(number, EVERSHOP_NUMBER_SIZE, "%lld", (long long)json_integer_value(v));
    return number;
}

static void put_text(struct json *j, const char *key, const json_t *v)
{
    char number[EVERSHOP_NUMBER_SIZE];
    if (json_is_string(v)) json_str(j, key, (struct str){ json_string_value(v), json_string_length(v) });
    else if (json_is_integer(v)) json_text(j, key, evershop_text(v, number));
}

static enum currency currency_of(const json_t *o, enum currency otherwise)
{
    const char *code = json_string_value(FIRST(o, "currency", "currencyCode", "currency_code"));
    enum currency c = code ? currency_from_code(code, strlen(code)) : CURRENCY_NONE;
    return c == CURRENCY_NONE ? otherwise : c;
}

bool evershop_amount_text(const json_t *v, char text[EVERSHOP_AMOUNT_SIZE], const char **code)
{
    for (int depth = 0; json_is_object(v) && depth < DEPTH_MAX; depth++)
        v = FIRST(v, "special", "regular", "value", "amount");
    if (!v) return false;
    if (json_is_integer(v)) (void)snprintf(text, EVERSHOP_AMOUNT_SIZE, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v)) (void)snprintf(text, EVERSHOP_AMOUNT_SIZE, "%.4f", json_real_value(v));
    else if (json_is_string(v)) (void)snprintf(text, EVERSHOP_AMOUNT_SIZE, "%.40s", json_string_value(v));
    else {
        *code = "type";
        return false;
    }
    return true;
}

bool evershop_amount(const json_t *v, enum currency c, int64_t *minor, const char **code)
{
    char text[EVERSHOP_AMOUNT_SIZE];
    enum currency told;
    if (!evershop_amount_text(v, text, code)) return false;
    const char *fault = know_price_read(str_of(text), c, minor, &told);
    if (fault) *code = fault;
    return !fault;
}

bool evershop_price_waits(const json_t *v, char text[EVERSHOP_AMOUNT_SIZE], const char **code)
{
    int64_t minor;
    enum currency told;
    if (!evershop_amount_text(v, text, code)) return false;
    const char *fault = know_price_read(str_of(text), CURRENCY_NONE, &minor, &told);
    if (!fault || strcmp(fault, EVERSHOP_NO_CURRENCY) == 0) return true;
    *code = fault;
    return false;
}

static void put_amount(struct json *j, const char *key, const json_t *v, enum currency c, const char **code)
{
    int64_t minor;
    if (evershop_amount(v, c, &minor, code)) json_i64(j, key, minor);
}

/* Of a product; while nobody told the shop's currency, as it was written. */
static void put_price(struct json *j, const json_t *v, enum currency c, const char **code)
{
    char text[EVERSHOP_AMOUNT_SIZE];
    if (c != CURRENCY_NONE) put_amount(j, "price", v, c, code);
    else if (evershop_price_waits(v, text, code)) {
        json_text(j, "waits", text);
        if (!*code) *code = EVERSHOP_NO_CURRENCY;
    }
}

/* Truth as PHP, SQL and JSON say it. -1: not said. */
static int truth(const json_t *v)
{
    int64_t n;
    if (!v) return -1;
    if (json_is_boolean(v)) return json_is_true(v);
    if (json_is_integer(v)) return json_integer_value(v) > 0;
    if (json_is_real(v)) return json_real_value(v) > 0;
    if (!json_is_string(v)) return -1;
    struct str s = { json_string_value(v), json_string_length(v) };
    if (str_to_i64(s, &n)) return n > 0;
    if (str_eq_nocase(s, STR("true")) || str_eq_nocase(s, STR("in_stock"))) return 1;
    return str_eq_nocase(s, STR("false")) || str_eq_nocase(s, STR("out_of_stock")) ? 0 : -1;
}

bool evershop_in_stock(const json_t *inventory)
{
    int stock = truth(FIRST(inventory, "isInStock", "is_in_stock", "stockAvailability", "stock_availability"));
    int managed = truth(FIRST(inventory, "manageStock", "manage_stock"));
    return stock != 0 && !(managed == 1 && truth(FIRST(inventory, "qty", "quantity")) == 0);
}

bool evershop_is_off(const json_t *product)
{
    return truth(FIRST(product, "status")) == 0 || truth(FIRST(product, "visibility")) == 0;
}

static bool is_available(const json_t *o)
{
    const json_t *inventory = FIRST(o, "inventory");
    return !evershop_is_off(o) && evershop_in_stock(inventory ? inventory : o);
}

/* Text, HTML, or the blocks of its editor. */
static void gather_words(const json_t *v, struct buf *out, int depth)
{
    if (depth > DEPTH_MAX) return;
    if (json_is_string(v)) {
        struct str s = { json_string_value(v), json_string_length(v) };
        if (out->n > 0) buf_char(out, '\n');
        if (know_looks_like_html(s)) know_html_text(s, out, NULL);
        else if (out->n + s.n < out->max) buf_add(out, s.p, s.n);
        return;
    }
    for (size_t i = 0; i < json_array_size(v); i++) gather_words(json_array_get(v, i), out, depth + 1);
    static const char *const names[] = { "text", "html", "content", "data", "columns", "items", "blocks" };
    for (size_t i = 0; json_is_object(v) && i < ARRAY_LEN(names); i++) {
        const json_t *inner = json_object_get(v, names[i]);
        if (inner) gather_words(inner, out, depth + 1);
    }
}

static void put_words(struct json *j, const char *key, const json_t *v)
{
    struct buf b;
    if (!v) return;
    buf_init(&b, 32 << 10);
    gather_words(v, &b, 0);
    if (!b.overflow) json_str(j, key, buf_str(&b));
    buf_free(&b);
}

static void put_web(struct json *j, const char *key, const json_t *v)
{
    for (int depth = 0; depth < 3 && (json_is_object(v) || json_is_array(v)); depth++)
        v = json_is_array(v) ? json_array_get(v, 0) : FIRST(v, "url", "origin_image", "original", "single");
    struct str s = { json_string_value(v), json_string_length(v) };
    if (s.n > 0 && (str_starts(s, STR("https://")) || str_starts(s, STR("http://")))) json_str(j, key, s);
}

static void put_options(struct json *j, const json_t *o)
{
    const json_t *list = FIRST(o, "attributes", "attributeIndex", "attribute_index");
    json_object(j, "options");
    for (size_t i = 0; i < json_array_size(list) && i < 20; i++) {
        const json_t *a = json_array_get(list, i);
        const char *name =
            json_string_value(FIRST(a, "attributeName", "attribute_name", "attributeCode", "attribute_code"));
        bool twice = !name || !name[0];
        for (size_t k = 0; k < i && !twice; k++)
            twice = text_eq(name, json_string_value(FIRST(json_array_get(list, k), "attributeName", "attribute_name",
                                                          "attributeCode", "attribute_code")));
        if (!twice) put_text(j, name, FIRST(a, "optionText", "option_text", "value"));
    }
    json_end(j);
}

static const json_t *id_of(const json_t *o) { return FIRST(o, "productId", "product_id", "id", "uuid"); }

static void write_product(struct json *j, const json_t *o, enum currency c, const char **code)
{
    const json_t *sku = FIRST(o, "sku"), *price = FIRST(o, "price");
    const json_t *named = sku || c != CURRENCY_NONE || !price ? sku : id_of(o); /* a price that waits is a variant's */
    bool there = is_available(o);
    json_object(j, NULL);
    put_text(j, "id", id_of(o));
    put_text(j, "title", FIRST(o, "name", "title"));
    put_words(j, "description", FIRST(o, "description"));
    put_web(j, "url", FIRST(o, "url"));
    put_web(j, "image", FIRST(o, "image", "images"));
    if (!named) put_amount(j, "price", price, c, code);
    json_bool(j, "available", there);
    if (named) {
        json_array(j, "variants");
        json_object(j, NULL);
        put_text(j, "id", named), put_text(j, "sku", sku);
        put_price(j, price, c, code);
        json_bool(j, "available", there);
        put_options(j, o);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

/* Its own words of an order. */
struct status_word {
    const char *theirs, *ours;
};

static const char *word_for(const struct status_word *words, const char *said)
{
    for (; said && words->theirs; words++)
        if (str_eq_nocase(str_of(said), str_of(words->theirs))) return words->ours;
    return NULL;
}

/* The furthest of what is said: an order that is being worked on and was shipped is shipped. What was ended is told
 * first, and only by what ends an order: a parcel or a payment that was called off leaves it to be sent or paid anew.
 * What is under way is never told as done: "processed" is a word of other shops. */
const char *evershop_status(const json_t *o, const char *topic, char other[EVERSHOP_STATUS_SIZE])
{
    static const struct status_word topics[] = { { "order_canceled", "cancelled" },
                                                 { "order_refunded", "refunded" },
                                                 { "shipment_delivered", "delivered" },
                                                 { "shipment_created", "shipped" },
                                                 { NULL, NULL } },
                                    orders[] = { { "canceled", "cancelled" },    { "cancelled", "cancelled" },
                                                 { "refunded", "refunded" },     { "delivered", "delivered" },
                                                 { "shipped", "shipped" },       { "completed", "completed" },
                                                 { "processing", "processing" }, { "new", "pending" },
                                                 { "pending", "pending" },       { NULL, NULL } },
                                    shipments[] = { { "delivered", "delivered" },
                                                    { "shipped", "shipped" },
                                                    { "processing", "processing" },
                                                    { "pending", "pending" },
                                                    { NULL, NULL } },
                                    payments[] = { { "refunded", "refunded" },
                                                   { "paid", "paid" },
                                                   { "pending", "pending" },
                                                   { NULL, NULL } };
    /* An order that is "completed" is delivered, unless its parcel says that it is under way. The last three are
     * nothing to one that the store has a word of its own for. */
    static const char *const furthest[] = { "cancelled", "refunded",   "delivered", "shipped",
                                            "completed", "processing", "paid",      "pending" };
    enum { COMPLETED = 4, USUAL = 3 };
    const char *own = json_string_value(FIRST(o, "after", "status"));
    const char *said[] = { word_for(topics, topic), word_for(orders, own),
                           word_for(shipments, json_string_value(FIRST(o, "shipmentStatus", "shipment_status"))),
                           word_for(payments, json_string_value(FIRST(o, "paymentStatus", "payment_status"))) };
    bool is_own = own && !said[1]; /* a word that only this store knows says more than that it is not paid yet */
    for (size_t w = 0; w < ARRAY_LEN(furthest) - (is_own ? USUAL : 0); w++)
        for (size_t i = 0; i < ARRAY_LEN(said); i++)
            if (said[i] && strcmp(said[i], furthest[w]) == 0) return w == COMPLETED ? "delivered" : furthest[w];
    (void)snprintf(other, EVERSHOP_STATUS_SIZE, "%.40s", own ? own : "");
    return other[0] ? other : NULL;
}

static void write_items(struct json *j, const json_t *list, enum currency c, const char **code)
{
    json_array(j, "items");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i), *n = FIRST(o, "qty", "quantity");
        json_object(j, NULL);
        put_text(j, "productId", FIRST(o, "productId", "product_id"));
        put_text(j, "variantId", FIRST(o, "productSku", "product_sku", "sku"));
        put_text(j, "title", FIRST(o, "productName", "product_name", "name"));
        if (json_is_integer(n)) json_i64(j, "quantity", json_integer_value(n));
        put_amount(j, "price", FIRST(o, "finalPrice", "final_price", "productPrice", "product_price", "price"), c,
                   code);
        json_end(j);
    }
    json_end(j);
}

static void write_shipments(struct json *j, const json_t *o)
{
    const json_t *v = FIRST(o, "shipments", "shipment");
    size_t n = json_is_array(v) ? json_array_size(v) : 1;
    json_array(j, "shipments");
    for (size_t i = 0; i < n; i++) {
        const json_t *s = json_is_array(v) ? json_array_get(v, i) : v;
        json_object(j, NULL);
        put_text(j, "carrier", FIRST(s, "carrierName", "carrier_name", "carrier"));
        put_text(j, "tracking", FIRST(s, "trackingNumber", "tracking_number", "tracking"));
        put_web(j, "url", FIRST(s, "trackingUrl", "tracking_url", "url"));
        json_end(j);
    }
    json_end(j);
}

static void write_order(struct json *j, const json_t *o, const char *topic, enum currency c, const char **code)
{
    char other[EVERSHOP_STATUS_SIZE];
    const json_t *inner = FIRST(o, "order");
    if (json_is_object(inner)) o = inner;
    c = currency_of(o, c);
    const char *status = evershop_status(o, topic, other);
    json_object(j, NULL);
    put_text(j, "number", FIRST(o, "orderNumber", "order_number", "number"));
    put_text(j, "email", FIRST(o, "customerEmail", "customer_email", "email"));
    put_text(j, "name", FIRST(o, "customerFullName", "customer_full_name", "customerName", "customer_name"));
    put_text(j, "storeId", FIRST(o, "orderId", "order_id"));
    json_text(j, "status", status ? status : "pending");
    if (c != CURRENCY_NONE) json_text(j, "currency", currency_code(c));
    put_amount(j, "total", FIRST(o, "grandTotal", "grand_total", "total"), c, code);
    /* A row of its table names neither: what is known of them stays. */
    if (FIRST(o, "items")) write_items(j, FIRST(o, "items"), c, code);
    if (FIRST(o, "shipments", "shipment")) write_shipments(j, o);
    json_end(j);
}

static void write_promotion(struct json *j, const json_t *o)
{
    json_object(j, NULL);
    put_text(j, "id", FIRST(o, "promotionId", "promotion_id", "couponId", "coupon_id", "id", "uuid"));
    put_text(j, "title", FIRST(o, "title", "name", "coupon"));
    put_words(j, "text", FIRST(o, "text", "description"));
    put_web(j, "url", FIRST(o, "url"));
    json_end(j);
}

void evershop_write(const json_t *rows, enum evershop_list list, const char *topic, enum currency c, struct buf *out,
                    const char **code)
{
    static const char *const names[] = { "", "products", "orders", "promotions" };
    struct json j;
    bool removed = false;
    size_t n = json_is_array(rows) ? json_array_size(rows) : 1;
    *code = NULL;
    if (topic) (void)evershop_topic(topic, &removed);
    c = currency_of(json_is_array(rows) ? json_array_get(rows, 0) : rows, c);
    json_begin(&j, out);
    json_object(&j, NULL);
    if (list != EVERSHOP_ORDERS && c != CURRENCY_NONE) json_text(&j, "currency", currency_code(c));
    json_array(&j, removed ? "removed" : names[list]);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_is_array(rows) ? json_array_get(rows, i) : rows;
        if (removed) put_text(&j, NULL, id_of(o));
        else if (list == EVERSHOP_PRODUCTS) write_product(&j, o, c, code);
        else if (list == EVERSHOP_ORDERS) write_order(&j, o, topic, c, code);
        else write_promotion(&j, o);
    }
    json_end(&j);
    json_end(&j);
    json_finish(&j);
}
