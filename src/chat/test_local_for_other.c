/* test_local_for_other.c: what a thing is wanted for, and what of it does not exist: another edition, another amount, a
 * part of it. A shop of instruments' stands, of paint, and of saddles. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("Crossroads", "en", "GBP") "\"products\":["
    THING_AT("heat", "Tove Patio Heater", "Runs on propane. Heats terraces of up to 12 square metres.", "14100") ","
    THING_AT("rug", "Saddle Blanket", "Fleece, for ponies and cobs.", "3310") ","
    THING_AT("mill", "Ridley Grain Mixer", "Mixes feed. Comes with a scoop and a drum.", "25200") ","
    THING_AT("desk", "Paint Mixer", "Fits any drill.", "1120") ","
    THING("phone", "Kite Z4 Tablet Computer", "Light.",
          ONE("memory", "64GB", "21100") "," ONE("memory", "128GB", "23100")) ","
    THING("plus", "Kite Z4 Plus Tablet Computer", "Bright.",
          ONE("memory", "256GB", "32100") "," ONE("memory", "512GB", "34100")) ","
    THING("tin", "Harbour Gloss Paint", "A tin holds 750 ml.",
          ONE("colour", "slate", "1710") "," ONE("colour", "chalk", "1720")) ","
    THING_AT("tape", "Roof Ladder Wheel", "Steel.", "640") "],"
    "\"faq\":[" FAQ("swap", "Exchanges and returns", "We exchange goods within 21 days.") "],"
    "\"documents\":[],\"promotions\":[]}";
/* clang-format on */

#define NEAR "nearest"

static void what_no_text_speaks_of(void **state)
{
    EACH(shop, { { "how much is a patio heater for a yacht" }, NEAR, "£" },
         { { "is the patio heater in stock for my caravan" }, NEAR, "Yes" },
         { { "patio heater for a greenhouse in stock?" }, NEAR, "Yes" },
         { { "saddle blanket for a camel price" }, NEAR, "£" },
         { { "how much is a saddle blanket for a pony" }, "£33.10", NEAR },
         { { "how much is the patio heater for the terrace" }, "£141.00", NEAR },
         { { "is the saddle blanket in stock for my sister" }, "in stock", NEAR },
         { { "is the saddle blanket in stock, i need it for sunday" }, "in stock", NEAR });
}

static void a_part_of_it_is_not_the_whole(void **state)
{
    EACH(shop, { { "how much is paint for the mixer" }, "", "£11.20" },
         { { "grain for the mixer price" }, "", "£252.00" },
         { { "how much is the paint mixer for a drill" }, "£11.20", NEAR });
}

static void a_replacement_part_is_no_exchange(void **state)
{
    EACH(shop, { { "replacement drum for the grain mixer" }, "drum", "21 days" },
         { { "can i get a replacement, mine is broken" }, "21 days", NULL },
         { { "replacement policy" }, "21 days", NULL });
}

static void another_edition_is_not_taken(void **state)
{
    EACH(shop, { { "Z4 512GB" }, NEAR, "£" }, { { "how much is the z4 with 256gb" }, NEAR, "£" },
         { { "Z4 Plus 512GB" }, "£341.00", NEAR }, { { "z4 128GB price" }, "£231.00", NEAR },
         { { "how much is the kite z4" }, "£211.00", "Plus" });
}

static void an_amount_that_no_text_has(void **state)
{
    EACH(shop, { { "harbour gloss slate 250 ml" }, "could not find", "£" },
         { { "gloss paint chalk 2 l price" }, "could not find", "£" },
         { { "harbour gloss slate 750 ml price" }, "£17.10", "could not find" },
         { { "harbour gloss slate 0.75 l price" }, "£17.10", "could not find" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_text_speaks_of),
        cmocka_unit_test(a_part_of_it_is_not_the_whole),
        cmocka_unit_test(a_replacement_part_is_no_exchange),
        cmocka_unit_test(another_edition_is_not_taken),
        cmocka_unit_test(an_amount_that_no_text_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
