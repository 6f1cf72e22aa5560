/* test_evershop.c: what EverShop stores deliver in their own words: whole rows, rows of a table that say less, and
 * events that name no more than an id. On both engines. */
#include "knowledge/evershop.h"
#include "knowledge/test_deliver.h"
#include <sys/stat.h>

/* clang-format off */
static const char evershop_product[] =
    "{\"id\":\"1\",\"topic\":\"product_updated\",\"created_at\":\"2026-10-15\",\"data\":{\"product_id\":42,"
    "\"uuid\":\"u\",\"sku\":\"NK-1\",\"name\":\"Shoe\","
    "\"description\":[{\"columns\":[{\"data\":{\"text\":\"<p>Soft &amp; light</p>\"}}]}],"
    "\"price\":\"89.9000\",\"currency\":\"USD\",\"status\":1,\"inventory\":{\"manage_stock\":true,\"qty\":0},"
    "\"attributes\":[{\"attribute_name\":\"Color\",\"option_text\":\"Red\"}]}}";
static const char evershop_order[] =
    "{\"topic\":\"shipment_created\",\"data\":{\"order\":{\"order_number\":\"1001\",\"customer_email\":\"a@b.example\","
    "\"customer_full_name\":\"Ann\",\"status\":\"processing\",\"currency\":\"USD\",\"grand_total\":95.5,"
    "\"items\":[{\"product_id\":42,\"product_sku\":\"NK-1\",\"product_name\":\"Shoe\",\"qty\":1,\"final_price\":89.9}],"
    "\"shipment\":{\"carrier\":\"UPS\",\"tracking_number\":\"1Z\"}}}}";
/* clang-format on */

TEST_EACH_ENGINE(what_evershop_says_of_itself_is_understood)
{
    start(t);
    (void)acted(t, &knowledge_products_sender, &(struct sent){ .body = evershop_product });
    assert_string_equal(title(t, "42"), "Shoe");
    struct knowledge_source s;
    struct knowledge_product *p;
    struct knowledge_order *o;
    EXPECT(knowledge_source_of(t->tx, account, shop, t->arena, &s) == ROW_FOUND);
    EXPECT(s.product(s.ctx, "42", t->arena, &p));
    assert_string_equal(p->description, "Soft & light");
    assert_false(p->available);
    assert_int_equal(p->variant[0].price, 8990);
    assert_string_equal(p->variant[0].sku, "NK-1");
    assert_string_equal(p->variant[0].option[0].value, "Red");
    /* Its topic says what it is, also at the address for products. */
    (void)acted(t, &knowledge_products_sender, &(struct sent){ .body = evershop_order });
    EXPECT(s.order(s.ctx, STR("1001"), t->arena, &o));
    assert_non_null(o);
    assert_string_equal(o->status, "shipped");
    assert_int_equal(o->total, 9550);
    assert_string_equal(o->shipment[0].tracking, "1Z");
    assert_non_null(strstr(acted(t, &knowledge_orders_sender,
                                 &(struct sent){ .body = "{\"topic\":\"customer_created\",\"data\":{\"id\":1}}" }),
                           "nothing"));
    assert_non_null(strstr(acted(t, &knowledge_products_sender,
                                 &(struct sent){ .body = "{\"topic\":\"product_updated\",\"data\":{\"product_id\":42,"
                                                         "\"name\":\"Shoe\",\"price\":-1}}" }),
                           "refused: price too_small"));
    assert_string_equal(title(t, "42"), "Shoe");
    kit_set_now(kit_now() + MINUTE_MS);
    (void)acted(t, &knowledge_products_sender,
                &(struct sent){ .body = "{\"topic\":\"product_deleted\",\"data\":{\"product_id\":42}}" });
    assert_string_equal(title(t, "42"), "none");
}

/* ---- events that name no more than an id ---- */

static const char order_row[] = /* of its table: no items */
    "{\"id\":\"e1\",\"topic\":\"order_placed\",\"data\":{\"order_id\":7,\"uuid\":\"u\",\"order_number\":\"10007\","
    "\"currency\":\"USD\",\"customer_email\":\"a@b.example\",\"customer_full_name\":\"Ann\",\"grand_total\":\"95."
    "5000\","
    "\"shipment_status\":\"pending\",\"payment_status\":\"pending\",\"status\":\"new\"}}";
#define EVENT(topic, data) "{\"id\":\"e\",\"topic\":\"" topic "\",\"data\":" data "}"

/* Each is told a second after the one before. */
static const char *event(struct test_db *t, const char *body)
{
    kit_set_now(kit_now() + SECOND_MS);
    return acted(t, &knowledge_orders_sender, &(struct sent){ .body = body });
}

static const struct knowledge_order *order(struct test_db *t, const char *number)
{
    struct knowledge_source s;
    struct knowledge_order *o;
    EXPECT(knowledge_source_of(t->tx, account, shop, t->arena, &s) == ROW_FOUND);
    EXPECT(s.order(s.ctx, str_of(number), t->arena, &o));
    assert_non_null(o);
    return o;
}

TEST_EACH_ENGINE(an_event_of_evershop_that_names_an_order_by_its_id_changes_that_order)
{
    start(t);
    assert_string_equal(event(t, order_row), "orders: 1 changed, 0 stale");
    assert_string_equal(order(t, "10007")->status, "pending");
    (void)event(t, EVENT("order_status_updated", "{\"orderId\":7,\"before\":\"new\",\"after\":\"processing\"}"));
    assert_string_equal(order(t, "10007")->status, "processing");
    (void)event(t, EVENT("shipment_created", "{\"shipmentId\":3,\"orderId\":7,\"notifyCustomer\":true}"));
    assert_string_equal(order(t, "10007")->status, "shipped");
    (void)event(t, EVENT("shipment_label_created",
                         "{\"shipmentId\":3,\"orderId\":7,\"labelUrl\":null,\"trackingNumber\":\"1Z\"}"));
    assert_string_equal(order(t, "10007")->status, "shipped");
    assert_string_equal(order(t, "10007")->shipment[0].tracking, "1Z");
    /* Its payment came afterwards: it is no less shipped. Nor by a part of it that is given back or shipped back. */
    (void)event(t, EVENT("order_status_updated", "{\"orderId\":7,\"before\":\"new\",\"after\":\"processing\"}"));
    (void)event(t, EVENT("order_refunded", "{\"orderId\":7,\"amount\":5,\"isFullRefund\":false}"));
    (void)event(t, EVENT("shipment_status_changed",
                         "{\"shipmentId\":3,\"orderId\":7,\"from\":\"shipped\",\"to\":\"x\",\"phase\":\"canceled\"}"));
    assert_string_equal(order(t, "10007")->status, "shipped");
    (void)event(t, EVENT("shipment_delivered", "{\"shipmentId\":3,\"orderId\":7}"));
    assert_string_equal(order(t, "10007")->status, "delivered");
    (void)event(t, EVENT("order_refunded", "{\"orderId\":7,\"amount\":95.5,\"isFullRefund\":true}"));
    assert_string_equal(order(t, "10007")->status, "refunded");
    (void)event(t, EVENT("order_canceled", "{\"orderId\":\"7\",\"reason\":\"asked\"}"));
    const struct knowledge_order *o = order(t, "10007");
    assert_string_equal(o->status, "cancelled");
    assert_string_equal(o->email, "a@b.example");
    assert_int_equal(o->total, 9550);
    /* The older panels' way: a number, and what it was. */
    (void)event(t, "{\"event\":\"order.updated\",\"data\":{\"id\":7,\"orderNumber\":\"10007\",\"status\":\"shipped\","
                   "\"previousStatus\":\"new\"}}");
    assert_string_equal(order(t, "10007")->status, "shipped");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_orders"), 1);
}

/* clang-format off */
static void what_is_under_way_is_never_said_to_be_done(void **state)
{
    static const struct { const char *topic, *row, *ours; } rows[] = {
        { NULL, "{\"status\":\"new\"}", "pending" },
        { NULL, "{\"status\":\"pending\"}", "pending" },
        { NULL, "{\"status\":\"processing\"}", "processing" },
        { NULL, "{\"status\":\"Processing\"}", "processing" },
        { NULL, "{\"status\":\"shipped\"}", "shipped" },
        { NULL, "{\"status\":\"completed\"}", "delivered" },
        { NULL, "{\"status\":\"completed\",\"shipment_status\":\"shipped\"}", "shipped" },
        { NULL, "{\"status\":\"completed\",\"payment_status\":\"paid\",\"shipment_status\":\"pending\"}",
          "delivered" },
        { NULL, "{\"status\":\"delivered\"}", "delivered" },
        { NULL, "{\"status\":\"canceled\"}", "cancelled" },
        { NULL, "{\"status\":\"cancelled\"}", "cancelled" },
        { NULL, "{\"status\":\"refunded\"}", "refunded" },
        { NULL, "{\"status\":\"closed\"}", "closed" },
        { NULL, "{\"status\":\"processed\"}", "processed" }, /* a word of its own is left to it */
        { NULL, "{\"status\":\"waiting for parts\",\"payment_status\":\"pending\"}", "waiting for parts" },
        { NULL, "{\"status\":\"waiting for parts\",\"shipmentStatus\":\"delivered\"}", "delivered" },
        { NULL, "{\"status\":\"new\",\"payment_status\":\"paid\"}", "paid" },
        { NULL, "{\"status\":\"closed\",\"payment_status\":\"refunded\"}", "refunded" },
        { NULL, "{\"status\":\"processing\",\"payment_status\":\"paid\",\"shipment_status\":\"pending\"}",
          "processing" },
        { NULL, "{\"status\":\"processing\",\"payment_status\":\"partial_refunded\"}", "processing" },
        { NULL, "{\"status\":\"processing\",\"payment_status\":\"authorized\"}", "processing" },
        { NULL, "{\"status\":\"processing\",\"payment_status\":\"canceled\"}", "processing" },
        { NULL, "{\"status\":\"new\",\"payment_status\":\"failed\"}", "pending" },
        { NULL, "{\"status\":\"new\",\"shipment_status\":\"processing\"}", "processing" },
        { NULL, "{\"status\":\"processing\",\"shipment_status\":\"canceled\"}", "processing" },
        { NULL, "{\"status\":\"processing\",\"shipmentStatus\":\"shipped\"}", "shipped" },
        { NULL, "{\"status\":\"processing\",\"shipmentStatus\":\"delivered\"}", "delivered" },
        { NULL, "{\"shipment_status\":\"processing\"}", "processing" },
        { NULL, "{\"payment_status\":\"paid\"}", "paid" },
        { NULL, "{\"payment_status\":\"pending\"}", "pending" },
        { "order_status_updated", "{\"before\":\"new\",\"after\":\"processing\"}", "processing" },
        { "order_status_updated", "{\"before\":\"processing\",\"after\":\"completed\"}", "delivered" },
        { "shipment_created", "{\"status\":\"processing\"}", "shipped" },
        { "shipment_delivered", "{\"status\":\"processing\"}", "delivered" },
        { "order_canceled", "{\"status\":\"processing\"}", "cancelled" },
        { "order_refunded", "{\"status\":\"processing\"}", "refunded" },
        { "order_placed", "{}", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char other[EVERSHOP_STATUS_SIZE];
        json_t *o = json_read(str_of(rows[i].row), JSON_READ_MAX_BYTES, NULL);
        const char *ours = evershop_status(o, rows[i].topic, other);
        if (!text_eq(ours, rows[i].ours)) fail_msg("%s: %s", rows[i].row, ours ? ours : "nothing");
        json_decref(o);
    }
}
/* clang-format on */

TEST_EACH_ENGINE(a_row_of_an_order_without_its_items_leaves_them_as_they_are)
{
    start(t);
    (void)event(
        t,
        "{\"currency\":\"USD\",\"orders\":[{\"number\":\"10007\",\"storeId\":\"7\",\"email\":\"a@b.example\","
        "\"status\":\"pending\",\"total\":1,\"items\":[{\"title\":\"Shoe\"}],\"shipments\":[{\"tracking\":\"2Z\"}]}]}");
    (void)event(t, order_row);
    const struct knowledge_order *o = order(t, "10007");
    assert_int_equal(o->total, 9550);
    assert_int_equal(o->items, 1);
    assert_string_equal(o->item[0].title, "Shoe");
    assert_string_equal(o->shipment[0].tracking, "2Z");
}

TEST_EACH_ENGINE(an_event_about_an_order_that_is_not_here_yet_comes_again)
{
    const struct sender *s = &knowledge_orders_sender;
    static const char body[] = EVENT("order_canceled", "{\"orderId\":7}");
    start(t);
    struct delivery d = delivery(t, s, &(struct sent){ .body = body });
    struct job job = { .arena = t->arena, .now_ms = kit_now(), .attempt = 1 };
    struct buf outcome;
    char text[DELIVERY_OUTCOME_MAX];
    buf_fixed(&outcome, text, sizeof text);
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(s->act(&d, &job, t->tx, &outcome), JOB_AGAIN);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_imports"), 0);
    job.attempt = 8;
    assert_int_equal(s->act(&d, &job, t->tx, &outcome), JOB_FINISHED);
    assert_string_equal(buf_terminated(&outcome), "refused: orderId not_known_yet");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM knowledge_imports WHERE refusals LIKE '%not_known_yet%'"), 1);
    kit_set_now(kit_now() + SECOND_MS);
    (void)event(t, order_row);
    /* Another shop's order has the same id in its own store. */
    int64_t mine = shop;
    shop = fix_shop(t, account, "Other"), secrets.count = 0;
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    EXPECT(tenants_webhook_secrets(t->tx, shop, kit_now(), t->arena, &secrets, &(int64_t){ 0 }) == ROW_FOUND);
    d = delivery(t, s, &(struct sent){ .body = body });
    assert_int_equal(s->verify(&d, t->tx), INBOUND_GOOD);
    assert_int_equal(s->act(&d, &job, t->tx, &outcome), JOB_FINISHED);
    shop = mine;
    assert_string_equal(order(t, "10007")->status, "pending");
}

static const struct knowledge_product *product(struct test_db *t, const char *id)
{
    struct knowledge_source s;
    struct knowledge_product *p;
    EXPECT(knowledge_source_of(t->tx, account, shop, t->arena, &s) == ROW_FOUND);
    EXPECT(s.product(s.ctx, id, t->arena, &p));
    assert_non_null(p);
    return p;
}

#define STOCK(qty)                                                                                                     \
    "{\"product_inventory_product_id\":42,\"qty\":" qty ",\"manage_stock\":true,\"stock_availability\":true}"
#define COUNTED(before, after) EVENT("inventory_updated", "{\"old\":" STOCK(before) ",\"new\":" STOCK(after) "}")

TEST_EACH_ENGINE(what_evershop_says_of_the_stock_and_the_price_of_a_product_is_taken)
{
    start(t);
    (void)event(t, evershop_product);
    assert_false(product(t, "42")->available);
    assert_string_equal(event(t, COUNTED("0", "5")), "products: 1 changed, 0 stale");
    assert_true(product(t, "42")->available && product(t, "42")->variant[0].available);
    (void)event(t, COUNTED("5", "0"));
    assert_false(product(t, "42")->available || product(t, "42")->variant[0].available);
    (void)event(t, COUNTED("0", "1"));
    /* A row of its table: no name, no inventory. */
    (void)event(t, EVENT("product_updated", "{\"product_id\":42,\"sku\":\"NK-1\",\"price\":\"79.9000\",\"status\":true,"
                                            "\"visibility\":true}"));
    const struct knowledge_product *p = product(t, "42");
    assert_string_equal(p->title, "Shoe");
    assert_string_equal(p->description, "Soft & light");
    assert_string_equal(p->variant[0].option[0].value, "Red");
    assert_int_equal(p->variant[0].price, 7990);
    assert_true(p->available);
    /* Switched off, and counted: nobody can buy it. */
    (void)event(
        t, EVENT("product_updated", "{\"product_id\":42,\"sku\":\"NK-1\",\"price\":\"79.9000\",\"status\":false}"));
    (void)event(t, COUNTED("1", "9"));
    assert_false(product(t, "42")->available);
    assert_string_equal(event(t, EVENT("product_created", "{\"product_id\":43,\"price\":\"1.0000\"}")),
                        "refused: product_id not_known_yet");
    assert_int_equal(test_number(t, "SELECT products FROM knowledge_shops"), 1);
}

/* ---- a store that names its currency last ---- */

#define NO_CURRENCY(price, more)                                                                                       \
    EVENT("product_created", "{\"product_id\":42,\"sku\":\"NK-1\",\"name\":\"Shoe\",\"price\":" price more "}")

static const char *currency(struct test_db *t)
{
    struct knowledge_head h;
    EXPECT(know_head_get(t->tx, shop, account, &h) == ROW_FOUND);
    return currency_code(h.currency);
}

TEST_EACH_ENGINE(a_product_is_there_before_the_currency_is_and_its_price_comes_with_an_order)
{
    start(t);
    assert_string_equal(event(t, NO_CURRENCY("\"19.9000\"", "")), "products: 1 changed, 0 stale");
    assert_string_equal(event(t, EVENT("product_created", "{\"product_id\":43,\"name\":\"Sock\",\"price\":5}")),
                        "products: 1 changed, 0 stale");
    assert_string_equal(event(t, EVENT("product_created", "{\"product_id\":44,\"name\":\"Gift\"}")),
                        "products: 1 changed, 0 stale");
    assert_string_equal(title(t, "42"), "Shoe");
    assert_false(product(t, "42")->priced || product(t, "42")->variant[0].priced); /* of no currency: nobody is told */
    assert_string_equal(currency(t), "");
    /* The row of its table, and what is counted, are taken meanwhile. */
    assert_string_equal(
        event(t, EVENT("product_updated", "{\"product_id\":42,\"sku\":\"NK-1\",\"price\":\"18.5000\"}")),
        "products: 1 changed, 0 stale");
    (void)event(t, COUNTED("1", "0"));
    assert_false(product(t, "42")->available || product(t, "42")->variant[0].priced);
    /* What is no price is refused now as ever. */
    assert_string_equal(event(t, NO_CURRENCY("-1", "")), "refused: price too_small");
    assert_string_equal(event(t, NO_CURRENCY("[]", "")), "refused: price type");
    (void)event(t, order_row);
    assert_string_equal(currency(t), "USD");
    const struct knowledge_product *p = product(t, "42");
    assert_true(p->currency == CURRENCY_USD && p->variant[0].priced);
    assert_int_equal(p->variant[0].price, 1850);
    assert_string_equal(p->variant[0].sku, "NK-1");
    assert_true(product(t, "43")->variant[0].priced);
    assert_int_equal(product(t, "43")->variant[0].price, 500);
    /* Counted again, it keeps the price; and what comes now is told at once. */
    (void)event(t, COUNTED("0", "5"));
    assert_int_equal(product(t, "42")->variant[0].price, 1850);
    (void)event(t, NO_CURRENCY("\"21.0000\"", ""));
    assert_int_equal(product(t, "42")->variant[0].price, 2100);
    assert_string_equal(event(t, NO_CURRENCY("\"21.0000\"", ",\"currency\":\"EUR\"")),
                        "refused: currency other_currency");
}

TEST_EACH_ENGINE(a_price_that_waits_is_told_in_the_shops_currency_and_in_no_other)
{
    char dir[64];
    start(t);
    (void)snprintf(dir, sizeof dir, "/tmp/know-ever-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
    (void)event(t, NO_CURRENCY("\"1900.0000\"", ""));
    (void)event(t, EVENT("product_created", "{\"product_id\":43,\"sku\":\"S\",\"name\":\"Sock\",\"price\":\"CNY 5\"}"));
    (void)event(t,
                EVENT("product_created", "{\"product_id\":44,\"sku\":\"G\",\"name\":\"Gift\",\"price\":\"5.5000\"}"));
    /* Our own form says of which currency it is, or is refused; an order of it is the buyer's currency, not the shop's.
     */
    assert_string_equal(
        event(t, "{\"orders\":[{\"number\":\"1\",\"storeId\":\"1\",\"email\":\"a@b.example\",\"status\":\"new\","
                 "\"currency\":\"EUR\",\"total\":1}]}"),
        "orders: 1 changed, 0 stale");
    assert_string_equal(currency(t), "");
    assert_string_equal(acted(t, &knowledge_products_sender,
                              &(struct sent){ .body = "{\"products\":[{\"id\":\"9\",\"title\":\"x\",\"price\":1}]}" }),
                        "refused: currency required");
    (void)event(t, EVENT("order_status_updated", "{\"orderId\":1,\"before\":\"new\",\"after\":\"processing\"}"));
    assert_string_equal(order(t, "1")->status, "processing");
    assert_string_equal(currency(t), "");
    /* The merchant's word: a file that says this alone. */
    assert_int_equal(
        kit_call(t, &(struct kit_request){ .routes = knowledge_routes,
                                           .verb = VERB_POST,
                                           .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/import",
                                                                (long long)shop),
                                           .account = account,
                                           .upload_dir = dir,
                                           .body = "{\"currency\":\"JPY\"}" })
            .status,
        200);
    assert_string_equal(currency(t), "JPY");
    assert_int_equal(product(t, "42")->variant[0].price, 1900);                               /* yen have no cents */
    assert_false(product(t, "43")->variant[0].priced || product(t, "44")->variant[0].priced); /* no yen */
}

TEST_EACH_ENGINE(an_event_that_is_sent_again_later_is_as_old_as_it_was)
{
    char body[2][300], made[2][TIME_TEXT_SIZE];
    start(t);
    for (int i = 0; i < 2; i++) {
        time_text(kit_now() - (2 - i) * MINUTE_MS, made[i]);
        (void)snprintf(
            body[i], sizeof body[i],
            "{\"topic\":\"product_updated\",\"created_at\":\"%s\",\"data\":{\"product_id\":42,\"name\":\"%s\","
            "\"currency\":\"USD\",\"price\":1}}",
            made[i], i == 0 ? "Old" : "New");
    }
    assert_string_equal(event(t, body[1]), "products: 1 changed, 0 stale");
    assert_string_equal(event(t, body[0]), "products: 0 changed, 1 stale");
    assert_string_equal(title(t, "42"), "New");
    /* One that says that it is of tomorrow is of now. */
    time_text(kit_now() + DAY_MS, made[0]);
    (void)snprintf(
        body[0], sizeof body[0],
        "{\"topic\":\"product_updated\",\"created_at\":\"%s\",\"data\":{\"product_id\":42,\"name\":\"Ahead\","
        "\"currency\":\"USD\",\"price\":1}}",
        made[0]);
    (void)event(t, body[0]);
    (void)event(t, "{\"topic\":\"product_updated\",\"data\":{\"product_id\":42,\"name\":\"Now\",\"price\":1}}");
    assert_string_equal(title(t, "42"), "Now");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_evershop_says_of_itself_is_understood),
        EACH_ENGINE(an_event_of_evershop_that_names_an_order_by_its_id_changes_that_order),
        cmocka_unit_test(what_is_under_way_is_never_said_to_be_done),
        EACH_ENGINE(a_row_of_an_order_without_its_items_leaves_them_as_they_are),
        EACH_ENGINE(an_event_about_an_order_that_is_not_here_yet_comes_again),
        EACH_ENGINE(what_evershop_says_of_the_stock_and_the_price_of_a_product_is_taken),
        EACH_ENGINE(a_product_is_there_before_the_currency_is_and_its_price_comes_with_an_order),
        EACH_ENGINE(a_price_that_waits_is_told_in_the_shops_currency_and_in_no_other),
        EACH_ENGINE(an_event_that_is_sent_again_later_is_as_old_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
