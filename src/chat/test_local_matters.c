/* test_local_matters.c: rules that lie near each other, each asked for by its own matter: the money and not the goods,
 * the fast way and not the plain one. A shop that has a rule for each, and one that has half of them. */
#include "chat/test_local_rows.h"

/* clang-format off */
#define HALF                                                                                                           \
    FAQ("1", "Returns", "Send goods home to us within 33 days, unused.") ","                                           \
    FAQ("2", "Shipping cost", "A flat 5.40 euros.") ","                                                                \
    FAQ("3", "Overseas shipping", "To Iceland and Malta for 17.30 euros.") ","                                         \
    FAQ("4", "Cancelling an order", "Within 3 hours of placing it.") ","                                               \
    FAQ("5", "Ways to pay", "Visa, PayPal and bank transfer.") ","                                                     \
    FAQ("6", "Damaged goods", "Mail a photo within 2 days.")
#define REST                                                                                                           \
    FAQ("7", "Refunds", "The sum is with you within 6 working days of our check.") ","                                 \
    FAQ("8", "Exchanges", "One swap of size is on us.") ","                                                            \
    FAQ("9", "Shipping time", "Two or three working days.") ","                                                        \
    FAQ("10", "Express shipping", "Ordered by eleven, it is there the next morning for 11.20 euros.") ","              \
    FAQ("11", "Changing an order", "Write to us before it is packed.") ","                                             \
    FAQ("12", "Paying in instalments", "Klarna, in three parts, from 90 euros.") ","                                   \
    FAQ("13", "Lost parcels", "After 12 days we send another.") ","                                                    \
    FAQ("14", "Gift vouchers", "From 15 to 150 euros, good for 4 years.")
#define KILNS                                                                                                          \
    SHOP("Kiln & Clay", "en", "EUR") "\"products\":["                                                                  \
    THING("vase", "Reed Vase", "Glazed by hand.", ONE("size", "small", "2400") "," ONE("size", "tall", "3900"))        \
    "],\"faq\":["
static const char all[] = KILNS HALF "," REST "],\"documents\":[],\"promotions\":[]}";
static const char half[] = KILNS HALF "],\"documents\":[],\"promotions\":[]}";
/* clang-format on */

static void the_money_is_none_of_the_goods(void **state)
{
    EACH(all, { { "when do I get my money back" }, "6 working days", NULL },
         { { "how long does a refund take" }, "6 working days", NULL },
         { { "how many days until the money is back in my account" }, "6 working days", NULL },
         { { "how soon after you receive it do you refund" }, "6 working days", NULL },
         { { "do you refund to the card I paid with" }, "6 working days", "PayPal" },
         { { "I sent it back last week, when will I see my money" }, "6 working days", NULL },
         { { "how long do I have to return something" }, "33 days", NULL },
         { { "can I send it back" }, "33 days", NULL },
         { { "wrong size, can you change it for a tall one" }, "swap", NULL });
}

static void each_is_asked_for_by_its_matter(void **state)
{
    EACH(all, { { "whats express cost" }, "11.20", NULL }, { { "is there a faster delivery option" }, "11.20", NULL },
         { { "how many days for delivery" }, "Two or three", NULL }, { { "how much is shipping" }, "5.40", NULL },
         { { "do you ship to malta" }, "17.30", NULL },
         { { "changed my mind, can I stop the order" }, "3 hours", NULL },
         { { "can I change my order" }, "packed", NULL }, { { "do you take paypal" }, "bank transfer", NULL },
         { { "can I split the payment" }, "three parts", NULL }, { { "do vouchers run out" }, "4 years", NULL },
         { { "my parcel arrived smashed" }, "photo", NULL }, { { "a parcel is lost" }, "12 days", NULL });
}

static void a_neighbour_is_not_told_instead(void **state)
{
    EACH(half, { { "how long does shipping take" }, "don't know", "euros" },
         { { "can I change my order" }, "don't know", "3 hours" }, { { "how much is shipping" }, "5.40", NULL },
         { { "do you ship overseas" }, "17.30", NULL }, { { "can I pay in instalments" }, "PayPal", NULL },
         { { "how long does a refund take" }, "33 days", NULL }, { { "can I cancel" }, "3 hours", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_money_is_none_of_the_goods),
        cmocka_unit_test(each_is_asked_for_by_its_matter),
        cmocka_unit_test(a_neighbour_is_not_told_instead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
