/* test_local_orders.c: orders whose numbers are short, as a young shop's are, and what is no number of an order. */
#include "chat/test_local_rows.h"

#define ORDER(number)                                                                                                  \
    "{\"number\":\"" number "\",\"email\":\"zoe@shop.example\",\"name\":\"Zoe\",\"status\":\"shipped\","               \
    "\"currency\":\"USD\",\"total\":100,\"items\":[],\"shipments\":[]}"

static const char young[] = SHOP("Young", "en", "USD") "\"products\":[" THING_AT(
    "1", "Desk Lamp", "",
    "4900") "],"
            "\"orders\":[" ORDER("7") "," ORDER("101") "," ORDER("A-2") "," ORDER("#W1") "," ORDER(
                "AB-12") "],\"faq\":[" FAQ("change", "Change an order",
                                           "Within 2 hours.") "],"
                                                              "\"documents\":[],\"promotions\":[]}";

static void short_numbers_are_heard(void **state)
{
    EACH(young, { { "Where is my order 7? My e-mail is zoe@shop.example" }, "Order 7: shipped", NULL },
         { { "where's my order A-2", "zoe@shop.example" }, "Order A-2: shipped", NULL },
         { { "order #W1, zoe@shop.example" }, "Order #W1: shipped", NULL },
         { { "status of order no. 101 (zoe@shop.example)" }, "Order 101: shipped", NULL },
         { { "my order number is AB-12", "it's zoe@shop.example" }, "Order AB-12: shipped", NULL },
         { { "zoe@shop.example #7 has it left?" }, "Order 7: shipped", NULL },
         { { "where is my order? zoe@shop.example", "A-2" }, "Order A-2: shipped", NULL },
         { { "where is my order? zoe@shop.example", "it's 7" }, "Order 7: shipped", NULL },
         { { "我的订单7到哪了", "zoe@shop.example" }, "订单7", NULL },
         { { "订单号：A-2，邮箱zoe@shop.example" }, "订单A-2", NULL });
}

/* A number that is none, and one of somebody else's, get the same words. */
static void of_a_short_number_nothing_is_told_to_a_stranger(void **state)
{
    EACH(young, { { "where is order 7?" }, "e-mail", "shipped" }, { { "where is order 8?" }, "e-mail", "shipped" },
         { { "where is order 7?", "bob@shop.example" }, "could not find an order", "shipped" },
         { { "where is order 8?", "bob@shop.example" }, "could not find an order", "shipped" },
         { { "where is order 8?", "zoe@shop.example" }, "could not find an order", "shipped" });
}

static void what_is_counted_is_no_number(void **state)
{
    EACH(young, { { "my order 2 weeks ago, zoe@shop.example" }, "order number", "could not find" },
         { { "can I order 5 lamps?" }, "", "order number" }, { { "order 3 desk lamps please" }, "", "order number" },
         { { "can I change my order 2 hours after buying" }, "Within 2 hours", NULL },
         { { "my order. 2 of them broke" }, "order number", "could not find" },
         { { "订单3天了还没发货" }, "订单号", "没有找到" },
         { { "how much for an order of 10 lamps" }, "$49.00", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_numbers_are_heard),
        cmocka_unit_test(of_a_short_number_nothing_is_told_to_a_stranger),
        cmocka_unit_test(what_is_counted_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
