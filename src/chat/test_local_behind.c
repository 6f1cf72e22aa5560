/* test_local_behind.c: a value that is asked for and that the thing has not is said to be none of it, and never "in
 * stock"; what the thing has, or what tells of something else, is answered as before. A shop of lamps and rugs. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("Glow & Weave", "en", "GBP") "\"products\":["
    THING("lamp", "Heron Table Lamp", "Comes with a white cord of 2 m. Not for bathrooms.",
          TWO("base", "brass", "shade", "blue linen", "5110", "true") ","
          TWO("base", "brass", "shade", "cream", "5220", "true") ","
          TWO("base", "dark walnut", "shade", "cream", "5330", "true")) ","
    THING("rug", "Tern Wool Rug", "Woven by hand.",
          TWO("length", "180 cm", "colour", "grey", "8110", "true") ","
          TWO("length", "240 cm", "colour", "rust", "9220", "true")) ","
    THING("bulb", "Wren Dimmer Bulb", "For lamps with a large thread.",
          TWO("brightness", "400 lumens", "pack", "pack of 2", "910", "true") ","
          TWO("brightness", "800 lumens", "pack", "pack of 6", "1820", "true")) ","
    THING("fan", "Swift Desk Fan", "Quiet.",
          TWO("settings", "3", "plug", "UK", "3110", "true") ","
          TWO("settings", "5", "plug", "EU", "3220", "true")) "],"
    "\"faq\":[" FAQ("club", "Discounts for clubs", "Members of weaving clubs get 12% off.") "],"
    "\"documents\":[],\"promotions\":[]}";
/* clang-format on */

#define NONE "could not find"

static void a_value_behind_the_name(void **state)
{
    EACH(shop, { { "is the heron table lamp in green available" }, NONE, "in stock" },
         { { "table lamp with a marble base in stock?" }, NONE, "Yes" },
         { { "how much is the heron table lamp with a paper shade" }, NONE, "£" },
         { { "wool rug in navy, is it in stock" }, NONE, "Yes" }, { { "price of the wool rug in teal" }, NONE, "£" },
         { { "desk fan with US plug in stock" }, NONE, "Yes" },
         { { "is the desk fan with a us plug available" }, NONE, "Yes" });
}

static void an_amount_that_no_value_is(void **state)
{
    EACH(shop, { { "wool rug in grey 300 cm in stock" }, NONE, "Yes" },
         { { "how much is the dimmer bulb with 1200 lumens" }, NONE, "£" },
         { { "dimmer bulb 800 lumens pack of 10" }, NONE, "£" }, { { "desk fan with 8 settings, price?" }, NONE, "£" });
}

static void what_it_has_is_answered(void **state)
{
    EACH(shop, { { "is the heron table lamp in brass available" }, "in stock", NONE },
         { { "table lamp with a cream shade in stock?" }, "in stock", NONE },
         { { "table lamp with a linen shade in stock?" }, "in stock", NONE },
         { { "wool rug in gray in stock" }, "in stock", NONE }, { { "wool rug 2.4 m price" }, "£92.20", NONE },
         { { "desk fan with EU plug in stock" }, "in stock", NONE },
         { { "dimmer bulb 800 lumens pack of 6 price" }, "£18.20", NONE },
         { { "how much is the wool rug in the big length" }, "£", NONE },
         { { "is the wool rug in a nice colour in stock" }, "in stock", NONE });
}

static void what_tells_of_something_else(void **state)
{
    EACH(shop, { { "how much is the wool rug, its for my green sofa" }, "£", NONE },
         { { "is the heron table lamp with the white cord in stock" }, "in stock", NONE },
         { { "how much is the wool rug, not in red" }, "£", NONE },
         { { "is the heron table lamp in stock today" }, "in stock", NONE },
         { { "how much is the wool rug for a room of 400 cm" }, "£", NONE });
}

static void a_bid_is_no_discount(void **state)
{
    EACH(shop, { { "final offer 45" }, "price", "club" }, { { "my final offer is 45 pounds" }, "price", "club" },
         { { "how much is the wool rug?", "i can offer you 60 for it" }, "price", "club" },
         { { "do you have a discount for clubs" }, "12%", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_behind_the_name), cmocka_unit_test(an_amount_that_no_value_is),
        cmocka_unit_test(what_it_has_is_answered), cmocka_unit_test(what_tells_of_something_else),
        cmocka_unit_test(a_bid_is_no_discount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
