/* test_local_casual.c: English as it is spoken in a shop: what a thing runs, anything but one colour, a deal for who
 * buys several, the size for a child of seven, a gift that only the promotion's text ties to its product. */
#include "chat/test_local_rows.h"

#define NEAR "The nearest I know of"
#define NOT_KNOWN "I have no information"

/* clang-format off */
static const char shop[] = SHOP("Fell and Field", "en", "GBP")
    "\"products\":["
    THING("a1", "Harbour Oak Desk", "Solid desk with one drawer. Bears 60 kg.",
          TWO("length", "120 cm", "finish", "oiled", "38000", "true") ","
          TWO("length", "120 cm", "finish", "lacquered", "39500", "true") ","
          TWO("length", "160 cm", "finish", "oiled", "47000", "true")) ","
    THING("a2", "Tarn Rain Jacket", "Taped seams and a hood that rolls away.",
          TWO("size", "S", "colour", "navy", "8900", "true") ","
          TWO("size", "M", "colour", "navy", "8950", "true") ","
          TWO("size", "M", "colour", "moss", "9100", "true") ","
          TWO("size", "L", "colour", "rust", "9200", "false")) ","
    THING_AT("a3", "Cub Balance Board", "Birch board. Runs on two AAA batteries or a USB cable for its lights. "
             "Takes up to 90 kg.", "5400") ","
    THING("a4", "Ridge Kids Skis", "Short skis with a soft tip.",
          ONE("size", "70 cm", "9900") "," ONE("size", "90 cm", "10900") "," ONE("size", "110 cm", "11900")) ","
    THING("a5", "Orla Dog Coat", "Fleece lined coat with a belly strap.",
          ONE("size", "small", "2400") "," ONE("size", "medium", "2700") "," ONE("size", "large", "3100")) ","
    THING_AT("a6", "Wren Karaoke Microphone", "Wireless, with a speaker.", "2950") ","
    THING_AT("a7", "Pike Wooden Stool", "Three legs, beech.", "4300") ","
    THING("a8", "Larch Electric Kettle", "Boils 1.7 l.",
          TWO("kind", "electric", "colour", "cream", "3600", "false") ","
          TWO("kind", "stovetop", "colour", "cream", "2800", "true")) ","
    THING("a9", "Bracken Bike Seat", "Child seat for the back of a bike.",
          ONE("set", "seat only", "6100") "," ONE("set", "with rack", "8300")) ","
    THING_AT("b1", "Fern Front Bike Seat", "Child seat for the front of a bike.", "4700") ","
    THING_AT("b2", "Sedge Pour-over Coffee Maker", "Glass, with a cork collar.", "3300") ","
    THING("b3", "Moor Paper Lantern", "Hangs on a cord.",
          ONE("colour", "red", "700") "," ONE("colour", "ivory", "750")) ","
    THING_AT("b4", "Ash Candle Tin", "Soy wax, burns for 30 hours.", "900")
    "],\"orders\":[],\"faq\":["
    FAQ("faq-visit", "Our shop and its hours", "The shop in Mill Lane is open Tuesday to Saturday.") ","
    FAQ("faq-post", "Delivery", "Parcels take 2 days.") ","
    FAQ("faq-back", "Returns", "Send it back within 30 days.")
    "],\"documents\":["
    "{\"id\":\"doc-skis\",\"title\":\"Choosing skis for children\",\"text\":\"70 cm skis are for children of 2 to 4 "
    "years, 90 cm skis for 5 to 7 years. From 8 years on take 110 cm.\"},"
    "{\"id\":\"doc-dogs\",\"title\":\"Dog coats\",\"text\":\"small: 3 to 8 kg.\\nmedium: 8 to 18 kg.\\n"
    "large: 18 to 35 kg.\"}"
    "],\"promotions\":["
    "{\"id\":\"promo-filter\",\"title\":\"Free filters\",\"text\":\"Every Sedge Pour-over Coffee Maker comes with a "
    "free box of paper filters.\"},"
    "{\"id\":\"promo-tins\",\"title\":\"Candles\",\"text\":\"Any four candle tins cost as much as three.\"},"
    "{\"id\":\"promo-lantern\",\"title\":\"Lantern week\",\"text\":\"Buy any two lanterns and the cheaper one is free. "
    "Applied at checkout until May.\"}]}";
/* clang-format on */

static void what_it_runs_is_its_price(void **state)
{
    EACH(shop, { { "tell me what the oak desk runs, 160 oiled" }, "£470.00", NULL },
         { { "what does the 120 cm desk run in lacquered" }, "£395.00", NULL },
         { { "what do the kids skis run" }, "£99.00", NULL },
         { { "could u say what a balance board runs these days" }, "£54.00", NULL },
         { { "what does the balance board run on" }, "two AAA", "£" },
         { { "how fast does the balance board run" }, NOT_KNOWN, "£" });
}

static void what_is_not_wanted_leaves_the_others(void **state)
{
    EACH(shop, { { "can i get the rain jacket in anything but navy" }, "moss, rust", "navy" },
         { { "does the rain jacket come in any colour other than navy" }, "moss, rust", "navy" },
         { { "tarn jacket - colours apart from navy?" }, "moss", "navy" },
         { { "any sizes besides S in the rain jacket" }, "M, L", "S," },
         { { "is the rain jacket in stock in anything other than navy?" }, "moss", "navy" },
         { { "anything other than navy or moss in the rain jacket?" }, "rust", "moss" },
         { { "rain jacket in moss instead of navy, M, price" }, "£91.00", "89.50" },
         { { "how much is the rain jacket", "anything other than navy?" }, "moss, rust", "navy" },
         { { "do you have the desk in a finish other than oiled" }, "£395.00", "380" },
         { { "what else do you have besides kettles" }, "could not find", "£" });
}

static void an_occasion_asks_no_hours_of_the_shop(void **state)
{
    EACH(shop, { { "need a red lantern for a party this weekend, got any?" }, "£7.00", "Mill Lane" },
         { { "ivory lantern for a wedding next saturday, do you have it" }, "£7.50", "Mill Lane" },
         { { "need a lantern for a garden party this weekend, do you have any red ones" }, "£7.00", "Mill Lane" },
         { { "are you open this weekend" }, "Mill Lane", NULL },
         { { "will it get here this weekend if i order the lantern" }, "2 days", NULL });
}

static void a_promotion_is_of_whom_its_text_names(void **state)
{
    EACH(shop, { { "do i get anything free w the sedge coffee maker" }, "paper filters", "lantern" },
         { { "what free stuff comes with the pour-over coffee maker" }, "paper filters", "lantern" },
         { { "any freebie with the coffee maker?" }, "paper filters", "lantern" },
         { { "any freebie with the balance board?" }, "no gift", "filters" });
}

static void who_buys_several_asks_for_what_is_offered(void **state)
{
    EACH(shop, { { "any deal if i buy a few candle tins" }, "Any four candle tins", "not able to change" },
         { { "any discount on lanterns if i get two?" }, "Buy any two lanterns", "not able to change" },
         { { "any deal if i buy two desks and pay cash, how low can you go" }, "not able to change", "% off" },
         { { "do me a deal on the lantern if i take two" }, "not able to change", "Applied at checkout" },
         { { "any deal on the desk if i buy two, whats your best price" }, "not able to change", "% off" });
}

static void the_size_for_somebody_stands_in_a_table(void **state)
{
    EACH(shop, { { "what size skis for a 6 year old" }, "90 cm skis for 5 to 7", "comes in" },
         { { "my daughter is 7, which size skis does she need" }, "90 cm skis for 5 to 7", "comes in" },
         { { "dog weighs 12 kg, which size coat" }, "medium: 8 to 18 kg", NULL },
         { { "what size dog coat for a 20kg lab" }, "large: 18 to 35 kg", NULL },
         { { "how much are the kids skis for a 6 year old" }, "£99.00", "5 to 7" },
         { { "which sizes do the skis come in" }, "70 cm", "5 to 7" });
}

static void a_thing_by_a_shorter_word(void **state)
{
    EACH(shop, { { "mic price" }, "£29.50", NULL }, { { "wood stool in stock?" }, "in stock", NEAR },
         { { "how much is the stool thingy" }, "£43.00", NEAR },
         { { "price of the coffee maker thing" }, "£33.00", NEAR }, { { "cheapest bike seat" }, "£47.00", NULL },
         { { "bike seat with rack price" }, "£83.00", NULL },
         { { "kettle electric cream in stock?" }, "out of stock", "Yes" },
         { { "plain electric one of the larch kettle in stock?" }, "out of stock", "Yes" });
}

static void what_is_told_of_oneself_is_asked_of_nothing(void **state)
{
    EACH(shop, { { "can the balance board run off batteries, we travel" }, "two AAA", NULL },
         { { "im a big bloke, how much weight does the balance board take" }, "90 kg", NULL },
         { { "im a beginner, can the balance board run off usb" }, "USB cable", NULL },
         { { "we cook on induction, does the coffee maker work" }, NOT_KNOWN, "cork" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_runs_is_its_price),
        cmocka_unit_test(what_is_not_wanted_leaves_the_others),
        cmocka_unit_test(an_occasion_asks_no_hours_of_the_shop),
        cmocka_unit_test(a_promotion_is_of_whom_its_text_names),
        cmocka_unit_test(who_buys_several_asks_for_what_is_offered),
        cmocka_unit_test(the_size_for_somebody_stands_in_a_table),
        cmocka_unit_test(a_thing_by_a_shorter_word),
        cmocka_unit_test(what_is_told_of_oneself_is_asked_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
