/* test_local_plain.c: what is asked of the world and not of the shop, a person who is wished for or only spoken of,
 * words around a number, slips beside a word of the name, what is in a box, what becomes of what is used up, and a
 * day by which it must be there. A shop of aquarists, and one of tea. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char fish[] =
    SHOP("Tank & Tide", "en", "GBP") "\"products\":["
    THING("tank", "Clearwater Glass Aquarium", "Low-iron glass, waterproof lid.",
          TWO("volume", "12.5 qt", "depth", "9-inch", "6110", "true") ","
          TWO("volume", "25 qt", "depth", "9-inch", "8220", "true") ","
          TWO("volume", "25 qt", "depth", "14-inch", "9330", "false")) ","
    THING("food", "Marlin Flake Food", "Daily flakes. Made in a plant that also handles crab and soy.",
          TWO("size", "8 fl oz", "pack", "single", "410", "true") ","
          TWO("size", "8 fl oz", "pack", "pack of 6", "2230", "true") ","
          TWO("size", "16 fl oz", "pack", "twin pack", "1340", "true")) ","
    THING_AT("heater", "Corry Submersible Heater", "Up to 32 degrees, 100 W. Weatherproof to IP68.", "2790") ","
    THING_AT("net", "Landing Net", "Fine mesh net with a long handle.", "675") ","
    THING_AT("shade", "Pump Intake Cover (TT-IC4)", "Spare part, sponge guard for the Riffle filter pump.", "455") ","
    THING_AT("pump", "Riffle Filter Pump", "Moves 400 litres an hour. The impeller cover lifts off.", "3880") ","
    THING_AT("kit", "Water Test Starter Kit", "For beginners. Contains 20 strips, a colour card and a pipette.", "1490")
    "],\"faq\":["
    FAQ("post", "Delivery times", "Orders arrive in 2 to 4 working days.") ","
    FAQ("cold", "Live plants in winter", "Plants for Christmas must be ordered by 17 December.") ","
    FAQ("hours", "Our shop", "The shop in Hull is open Tuesday to Saturday from 10 am to 5 pm.") ","
    FAQ("closed", "Holidays", "We are closed on bank holidays.") ","
    FAQ("sign", "Orders with glass", "An aquarium needs a signature at the door.") ","
    FAQ("waste", "Recycling old lamps", "Bring old lamps and filters to Hull, we recycle them free of charge.")
    "],\"documents\":[],\"promotions\":[]}";

static const char tea[] =
    SHOP("Leaf Lane", "en", "USD") "\"products\":["
    THING("pot", "Orchard Teapot", "Stoneware, hand thrown.",
          TWO("capacity", "1.5 qt", "glaze", "smoke", "4410", "true") ","
          TWO("capacity", "1.5 qt", "glaze", "fern", "4520", "true") ","
          TWO("capacity", "2 qt", "glaze", "smoke", "5630", "false")) ","
    THING_AT("box", "Breakfast Hamper", "For slow mornings: a tin of Assam, two mugs and a jar of honey.", "6280") ","
    THING_AT("matcha", "Matcha Starter Set", "For who is new to it: a whisk, a bowl and 30 g of matcha.", "5490") ","
    THING("map", "Explorer Tea Sampler", "Six little tins.", ONE("destination", "India", "1710") ","
          ONE("destination", "Japan", "1820")) "],"
    "\"faq\":[" FAQ("gift", "Gift returns", "Gifts can be returned until the end of January.") "],"
    "\"documents\":[],\"promotions\":[]}";
/* clang-format on */

static void the_world_is_not_the_shop(void **state)
{
    EACH(fish, { { "is it going to snow in hull on tuesday" }, "don't know", "10 am" },
         { { "who won the derby on saturday" }, "don't know", "closed" },
         { { "how many days until christmas" }, "don't know", "17 December" },
         { { "whats the time in hull" }, "don't know", "10 am" },
         { { "can you book me a cab in hull for saturday" }, "don't know", "10 am" },
         { { "is monday a bank holiday" }, "don't know", "closed" },
         { { "is the ring road closed on friday" }, "don't know", "10 am" },
         { { "is the shop open on friday" }, "10 am to 5 pm", NULL },
         { { "are you open on saturday" }, "10 am to 5 pm", "bank" }, { { "saturday?" }, "10 am", NULL },
         { { "anybody in on wednesdays?" }, "10 am", NULL }, { { "are you shut on bank holidays" }, "closed", NULL });
}

static void a_person_is_wished_for(void **state)
{
    EACH(fish, { { "I would sooner go over this with one of your team" }, "passing this", NULL },
         { { "may i have a quick word with somebody from the shop" }, "passing this", NULL },
         { { "could one of your colleagues get back to me" }, "passing this", NULL },
         { { "is there anyone I could write to about my case" }, "passing this", NULL },
         { { "I refuse to chat with a robot" }, "passing this", NULL },
         { { "are the nets knotted by a real person or a machine" }, "", "passing this" },
         { { "do real people check the glass" }, "", "passing this" },
         { { "was the lid glued by an actual human being" }, "", "passing this" },
         { { "can someone else fetch my net" }, "", "passing this" },
         { { "can you talk to people through the heater" }, "", "passing this" });
}

static void words_stand_around_a_number(void **state)
{
    EACH(fish, { { "12.5 quart glass aquarium price" }, "£61.10", NULL },
         { { "glass aquarium 25 quarts 9 deep, how much" }, "£82.20", "£93" },
         { { "aquarium 25 qt 14 inches deep in stock?" }, "out of stock", "Yes" },
         { { "flake food 8 oz 6 pack price" }, "£22.30", NULL },
         { { "flake food 8oz pack of six how much" }, "£22.30", NULL },
         { { "two pack of the flake food price" }, "£13.40", NULL },
         { { "flake food single pack price" }, "£4.10", NULL });
}

static void slips_beside_a_word_of_the_name(void **state)
{
    EACH(fish, { { "landing nett how much" }, "£6.75", NULL }, { { "sub heater price" }, "£27.90", NULL },
         { { "glass aquarrium 12.5 qt price" }, "£61.10", NULL }, { { "filtar pump price" }, "£38.80", NULL },
         { { "flaik food single price" }, "£4.10", NULL }, { { "price of a landing knot" }, "could not find", "£" },
         { { "test startur kits price" }, "£14.90", NULL }, { { "filter pulp price" }, "could not find", "£" },
         { { "sponge guard for the riffle pump, price" }, "£4.55", NULL },
         { { "impeller cover for the riffle pump, price" }, "", "£4.55" },
         { { "how much is that water testing kit thing" }, "£14.90", NULL });
    EACH(tea, { { "how much is the smoky style teapot, in smoke, 1.5 quarts" }, "$44.10", NULL },
         { { "orchid teapott in fern price" }, "", "$44.10" });
}

static void what_is_in_it(void **state)
{
    EACH(tea, { { "What comes inside the breakfast hamper?" }, "two mugs", "$" },
         { { "whats in the matcha set" }, "a whisk", "$" },
         { { "what does the breakfast hamper include" }, "honey", "$" },
         { { "present ideas for someone who just got into matcha" }, "Matcha Starter Set", "January" },
         { { "how long do I have to return a gift" }, "January", NULL },
         { { "which countries do you have in the explorer sampler" }, "India, Japan", "$" });
    EACH(fish, { { "what do I get in the water test kit" }, "20 strips", "£" },
         { { "any soy in the flake food? allergies" }, "soy", "£" },
         { { "whats the ip rating of the heater" }, "IP68", NULL },
         { { "max water temp for the corry heater" }, "32 degrees", NULL });
}

static void used_up_and_in_time(void **state)
{
    EACH(fish, { { "where can i get rid of dead lamps" }, "recycle them", NULL },
         { { "what should I do with used filters" }, "recycle them", NULL },
         { { "last day to order plants so theyre here by xmas" }, "17 December", "2 to 4" },
         { { "how long does delivery take" }, "2 to 4", "December" },
         { { "does somebody have to sign for an aquarium delivery" }, "signature", "2 to 4" });
}

/* clang-format off */
static const char hobby[] =
    SHOP("Peg & Pin", "en", "GBP") "\"products\":["
    THING("puzzle", "Harbour Jigsaw", "Thick board. The lid is a frame.",
          ONE("pieces", "500", "1210") "," ONE("pieces", "1500", "2320")) ","
    THING("liner", "Ink Liner", "Waterproof ink.", TWO("tip", "0.7 mm", "colour", "crimson", "330", "true") ","
          TWO("tip", "0.3 mm", "colour", "emerald", "440", "true")) ","
    THING_AT("ship", "Lighthouse Model", "Paint and glue are sold separately. Two brushes included.", "3450") ","
    THING_AT("lamp", "Bench Lamp", "One charge lasts about 30 hours. Draws 4 litres of air an hour.", "2870") ","
    THING_AT("flask", "Hiker Flask", "Drinks stay hot for 9 hours. Safe to 95 degrees.", "1990") ","
    THING_AT("thermo", "Vat Thermometer", "Reads up to 110 degrees.", "870") "],"
    "\"faq\":["
    FAQ("clubs", "Orders from clubs", "Clubs get 15% off from 10 items.") ","
    FAQ("cards", "Gift vouchers", "Gift vouchers come by e-mail.") ","
    FAQ("collect", "Collecting", "Collect in Ely, Monday to Friday from 9 am to 4 pm.") ","
    FAQ("snap", "Broken on arrival", "If it arrives broken we replace it.") ","
    FAQ("bugs", "Live seedlings", "Seedlings travel on Mondays. If seedlings arrive dead we send others.")
    "],\"documents\":[" PAPER("gift", "lamp", "Free gift: Bench Lamp",
                          "A free cloth comes with every Bench Lamp.")
    "],\"promotions\":[]}";
/* clang-format on */

static void values_as_they_are_typed(void **state)
{
    EACH(hobby, { { "harbour jigsaw 1500pc price" }, "£23.20", NULL },
         { { "got any puzzles" }, "Harbour Jigsaw", NULL }, { { "ink liner .7 how much" }, "£3.30", "£4" },
         { { "ink liner emereld price" }, "£4.40", "£3" }, { { "ink liner crimsom" }, "£3.30", "£4" },
         { { "50 litre vat with lid, price" }, "could not find", "£" });
}

static void what_is_told_of_it(void **state)
{
    EACH(hobby, { { "does the lighthouse model come with paint" }, "sold separately", NULL },
         { { "does the bench lamp come with anything free" }, "free cloth", NULL },
         { { "how long does the bench lamp battery last" }, "30 hours", "Ely" },
         { { "how many litres an hour does the bench lamp draw" }, "4 litres", "Ely" },
         { { "does the hiker flask keep hot" }, "9 hours", NULL },
         { { "is the flask ok at 90 degrees" }, "95 degrees", NULL }, { { "do the liners go mouldy" }, "", "replace" },
         { { "my seedlings arrived dead" }, "send others", "replace it" },
         { { "any discount for clubs" }, "15% off", "vouchers" },
         { { "is a person reading this" }, "automatic assistant", "Ely" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_world_is_not_the_shop),
        cmocka_unit_test(a_person_is_wished_for),
        cmocka_unit_test(words_stand_around_a_number),
        cmocka_unit_test(slips_beside_a_word_of_the_name),
        cmocka_unit_test(values_as_they_are_typed),
        cmocka_unit_test(what_is_told_of_it),
        cmocka_unit_test(what_is_in_it),
        cmocka_unit_test(used_up_and_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
