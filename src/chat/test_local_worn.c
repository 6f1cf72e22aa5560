/* test_local_worn.c: sizes that have two names, what is measured and what is altered, how long a game goes on and for
 * how many it is, when one may come, and who makes the thing. A shop of what skiers and dancers wear, and one of games.
 */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char wear[] =
    SHOP("Edge & Barre", "en", "GBP") "\"products\":["
    THING("ski", "Zermatt Ski Boots", "Three buckles, flex 90. One boot weighs 1,850 g.",
          TWO("colour", "ice blue", "size", "UK 5 / EU 38", "21100", "true") ","
          TWO("colour", "ice blue", "size", "UK 6 / EU 39", "21200", "false") ","
          TWO("colour", "coal", "size", "UK 5 / EU 38", "22300", "true") ","
          TWO("colour", "coal", "size", "UK 6 / EU 39", "22400", "true")) ","
    THING("tap", "Fosse Tap Shoes", "Leather upper, screwed taps.",
          TWO("width", "narrow", "size", "UK 5 (EU 38)", "6110", "true") ","
          TWO("width", "broad", "size", "UK 5 (EU 38)", "6220", "true") ","
          TWO("width", "broad", "size", "UK 6 (EU 39)", "6330", "true")) ","
    THING("bag", "Pirouette Duffel", "Nylon.", TWO("cord", "60 cm", "colour", "rose", "3110", "true") ","
          TWO("cord", "85 cm", "colour", "rose", "3220", "true")) ","
    THING("ring", "Tap Ring", "Silver.", ONE("size", "J", "1710") "," ONE("size", "L", "1720") ","
          ONE("size", "N", "1850")) ","
    THING_AT("vest", "Glacier Down Vest", "Packs small. It weighs 240 g.", "9800") "],"
    "\"faq\":["
    FAQ("ship", "UK delivery", "Delivery in the UK costs 4 pounds and takes 3 days.") ","
    FAQ("sew", "Alterations", "We take in costumes for 12 pounds; boots cannot be stretched.") ","
    FAQ("come", "Collecting from the studio", "Collection is free. The studio is there from 10.15 to 18.45.") "],"
    "\"documents\":["
    "{\"id\":\"gloves\",\"title\":\"Glove size guide\",\"text\":\"Palm 19 cm is size 7, 21 cm is size 8.\"}"
    "],\"promotions\":[]}";

static const char games[] =
    SHOP("The Meeple Yard", "en", "GBP") "\"products\":["
    THING_AT("canal", "Canal Barons", "A game of locks and coal. For 3 to 6 players, playing time 75 minutes.",
             "4200") ","
    THING_AT("moth", "Moths in the Mill", "Everybody plays together. 1 to 4 players, a round takes about 20 minutes.",
             "1900") ","
    THING_AT("kit", "Sewing Starter Kit", "Needles and thread.", "2150") "],"
    "\"faq\":[" FAQ("pay", "Ways to pay", "Cards.") "],"
    "\"documents\":[" PAPER("canal-rules", "canal", "Canal Barons: setting up",
                          "Each player takes 4 barges. Lay out 6 of the locks.")
    "],\"promotions\":[]}";
/* clang-format on */

static void a_size_has_two_names(void **state)
{
    EACH(wear, { { "Zermatt ski boots in coal, UK 5: how much?" }, "£223.00", "£211.00" },
         { { "price of the ice blue ski boots in EU 38" }, "£211.00", "£223.00" },
         { { "hi, I'm after the Zermatt boots", "what would they be in coal, uk 6?" }, "£224.00", "£212.00" },
         { { "tap shoes broad fitting UK 6 price please" }, "£63.30", "Delivery" },
         { { "got the zermatt boots in ice blue uk 6" }, "out of stock", "Yes" },
         { { "any ice blue ski boots left in an EU 39?" }, "out of stock", "Yes" },
         { { "how much are the coal ski boots in a size 5" }, "£223.00", "£224.00" },
         { { "how much are the coal ski boots in UK size 6" }, "£224.00", "Palm" },
         { { "tap shoes in a 6, broad, how much" }, "£63.30", "£61" },
         { { "tap ring size N, price?" }, "£18.50", "£17" }, { { "do you ship to the UK" }, "4 pounds", NULL },
         { { "how many days to the UK?" }, "3 days", NULL },
         { { "what is delivery to uk 2 parcels" }, "4 pounds", NULL });
}

static void a_table_tells_of_its_own_things(void **state)
{
    EACH(wear, { { "how heavy is the glacier vest" }, "240 g", "Palm" },
         { { "what does one ski boot weigh" }, "850 g", "Palm" },
         { { "which cord lengths do you do for the duffel" }, "85 cm", "Palm" },
         { { "do the zermatt boots come up small" }, "", "Palm" }, { { "how tall is your model" }, "", "Palm" },
         { { "which glove size for a 19 cm palm" }, "size 7", NULL });
}

static void a_thing_may_be_altered(void **state)
{
    EACH(wear, { { "can the ski boots be made a size bigger" }, "cannot be stretched", "£" },
         { { "could my costume be taken in a bit" }, "12 pounds", NULL });
}

static void one_comes_to_fetch_it(void **state)
{
    EACH(wear, { { "opening hours of the studio for collection?" }, "10.15", NULL },
         { { "is it a real person who stitches the taps on, or a robot arm" }, "", "passing this" },
         { { "are these made by a real person" }, "", "passing this" },
         { { "can I talk to a real person who knows boots" }, "passing this", NULL },
         { { "real person please" }, "passing this", NULL });
}

static void a_game_is_for_some_and_goes_on(void **state)
{
    EACH(games, { { "how many ppl can play canal barons" }, "3 to 6", "barges" },
         { { "how many people is moths in the mill for" }, "1 to 4", NULL },
         { { "roughly how long does a game of canal barons take" }, "75 minutes", NULL },
         { { "how long does a round of moths in the mill usually last" }, "20 minutes", NULL },
         { { "how many barges does each player get in canal barons" }, "4 barges", NULL },
         { { "sewing starter kti how much" }, "£21.50", "could not find" }, { { "how much is a kti" }, "", "£21.50" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_has_two_names),           cmocka_unit_test(a_table_tells_of_its_own_things),
        cmocka_unit_test(a_thing_may_be_altered),         cmocka_unit_test(one_comes_to_fetch_it),
        cmocka_unit_test(a_game_is_for_some_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
