/* test_local_compound.c: the last noun of a name says what the thing is; who asks for one before it is told neither a
 * price nor "yes". A shop of fishing tackle, of cases for devices, and of what is used around a stove and a piano. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("Reel & Rosin", "en", "GBP") "\"products\":["
    THING_AT("oar", "Selby Outboard Motor Lock", "Keeps outboard motors on the transom.", "3110") ","
    THING_AT("trap", "Lobster Trap Float", "Bright floats for lobster traps.", "410") ","
    THING_AT("vest", "Kapok Life Vest Cover", "Zips over any life vest of ours.", "1920") ","
    THING_AT("shoe", "Piano Pedal Extender", "For children at the piano; fits all pedals.", "8800") ","
    THING_AT("clean", "Brisk Trumpet Cleaner", "Two rods and a cloth.", "1230") ","
    THING_AT("keep", "Fishing Rod Holder", "Clamps to the rail.", "2740") ","
    THING("case", "Tern Phone Case", "Holds on to any magnet.",
          TWO("fits", "iPhone 14", "colour", "moss", "1510", "true") ","
          TWO("fits", "iPhone 14 Mini", "colour", "moss", "1520", "true")) ","
    THING_AT("pods", "MelodyPods 3 Sleeve", "A soft sleeve for MelodyPods 3.", "940") ","
    THING_AT("wind", "Windshield for Marlow Recorder", "Foam.", "630") ","
    THING_AT("gut", "Tansy Fish Scaler", "Scales trout and bass in no time.", "750") ","
    THING("chow", "Marlow Kitten Dry Food", "For kittens. A kitten eats four times a day.",
          ONE("weight", "3 kg", "1830") "," ONE("weight", "9 kg", "4210")) ","
    THING_AT("pan", "Ember Roasting Pan", "Enamelled; for roasting.", "3370") ","
    THING("line", "Braided Line", "Low stretch.",
          TWO("length", "150 m", "colour", "moss", "1610", "true") ","
          TWO("length", "150 m", "colour", "yellow", "1620", "false") ","
          TWO("length", "300 m", "colour", "moss", "2630", "true")) "],"
    "\"faq\":[" FAQ("back", "Can I send something back?", "Within 40 days, unused.") "],"
    "\"documents\":[],\"promotions\":[]}";
/* clang-format on */

#define NEAR "nearest"

static void a_noun_before_the_head_is_another_thing(void **state)
{
    EACH(shop, { { "outboard motor price" }, NEAR, "£" }, { { "do you have outboard motors" }, NEAR, "Yes" },
         { { "how much is a lobster trap" }, NEAR, "£" }, { { "lobster traps in stock?" }, NEAR, "Yes" },
         { { "how much is the life vest" }, NEAR, "£" }, { { "piano price" }, NEAR, "£" },
         { { "how much are pedals" }, NEAR, "£" }, { { "how much is a trumpet" }, NEAR, "£" },
         { { "fishing rod price" }, NEAR, "£" }, { { "got fishing rods in stock?" }, NEAR, "Yes" });
}

static void what_it_is_made_for_is_another_thing(void **state)
{
    EACH(shop, { { "how much is the iphone 14" }, NEAR, "£" }, { { "melodypods 3 price" }, NEAR, "£" },
         { { "do you have the marlow recorder" }, NEAR, "Yes" }, { { "marlow recorder price" }, NEAR, "£" });
}

static void the_head_and_a_makers_name_are_the_thing(void **state)
{
    EACH(shop, { { "outboard motor lock price" }, "£31.10", NEAR },
         { { "how much is the selby lock" }, "£31.10", NEAR }, { { "how much is the selby" }, "£31.10", NEAR },
         { { "trumpet cleaner in stock?" }, "in stock", NEAR }, { { "how much is the brisk" }, "£12.30", NEAR },
         { { "rod holder price" }, "£27.40", NEAR }, { { "iphone 14 case price" }, "£15.10", NEAR },
         { { "melodypods 3 sleeve" }, "£9.40", NEAR },
         { { "windshield for the marlow recorder price" }, "£6.30", NEAR },
         { { "how much is the fish scaler" }, "£7.50", NEAR });
}

/* What is named beside what was asked for is no offer where it is sold out. */
static void what_is_gone_is_said_to_be(void **state)
{
    EACH(shop, { { "how much is the braided line in 150 m" }, "yellow: £16.20. It is out of stock", NULL },
         { { "braided line in pink, how much" }, "yellow (out of stock)", "moss (out of stock)" },
         { { "which colours does the braided line come in" }, "moss, yellow (out of stock)", NULL },
         { { "braided line 150 m" }, "moss: £16.10\n", NULL });
}

/* A value that only one thing has, and a gerund, which is no thing: short for what is so called. */
static void a_short_name_is_the_thing(void **state)
{
    EACH(shop, { { "do you have the kitten in 3 kg?" }, "18.30", NEAR }, { { "roasting, how much" }, "£33.70", NEAR });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_noun_before_the_head_is_another_thing),
        cmocka_unit_test(what_it_is_made_for_is_another_thing),
        cmocka_unit_test(the_head_and_a_makers_name_are_the_thing),
        cmocka_unit_test(what_is_gone_is_said_to_be),
        cmocka_unit_test(a_short_name_is_the_thing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
