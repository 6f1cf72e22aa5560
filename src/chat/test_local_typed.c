/* test_local_typed.c: how shoppers write beside how a shop writes its data: amounts without their unit, a word cut
 * short, what a thing is to do instead of its name, what the shop does for one, and papers that speak of two things. */
#include "chat/test_local_rows.h"

static const char fell[] =
    "{\"name\":\"Fen & "
    "Fell\",\"languages\":[\"en\"],\"currency\":\"GBP\",\"url\":\"https://shop.example\",\"promotions\":"
    "[],\"orders\":[],\"products\":["
    "{\"id\":\"tea\",\"title\":\"Marlow Teapot\",\"description\":\"Stoneware pot with a sieve, hardness of 7 on the "
    "scale.\",\"variants\":["
    "{\"id\":\"t1\",\"options\":{\"volume\":\"0.7 L\",\"glaze\":\"jade\"},\"price\":2100,\"available\":true},"
    "{\"id\":\"t2\",\"options\":{\"volume\":\"0.7 L\",\"glaze\":\"chalk\"},\"price\":2150,\"available\":true},"
    "{\"id\":\"t3\",\"options\":{\"volume\":\"1.2 L\",\"glaze\":\"jade\"},\"price\":2975,\"available\":true},"
    "{\"id\":\"t4\",\"options\":{\"volume\":\"1.2 L\",\"glaze\":\"chalk\"},\"price\":3050,\"available\":false}]},"
    "{\"id\":\"scope\",\"title\":\"Osprey Spotting Scope\",\"description\":\"Scope with a 65 mm lens, 980 g body "
    "alone. Folds away. Its arm carries 5 kg.\",\"variants\":["
    "{\"id\":\"s1\",\"options\":{\"set\":\"body alone\"},\"price\":31000,\"available\":true},"
    "{\"id\":\"s2\",\"options\":{\"set\":\"with 20-60 eyepiece\"},\"price\":42500,\"available\":false}]},"
    "{\"id\":\"rec\",\"title\":\"Corvid Field Recorder CR-9\",\"description\":\"Records bird song for 19 hours on one "
    "set "
    "of cells, with wind cancelling switched on for 12 hours. 7 ATM.\",\"price\":18800,\"available\":true},"
    "{\"id\":\"pad\",\"title\":\"Corvid Field Recorder CR-9 Plus\",\"description\":\"As the CR-9, with a screen.\","
    "\"price\":23300,\"available\":true},"
    "{\"id\":\"kit\",\"title\":\"Knoll Knitting Needle Set\",\"description\":\"Twelve needles of "
    "birch.\",\"price\":1940,"
    "\"available\":true},"
    "{\"id\":\"ink\",\"title\":\"Heron Calligraphy Ink\",\"description\":\"Not toxic to children. For dip pens "
    "only.\",\"price\":720,\"available\":true},"
    "{\"id\":\"pen\",\"title\":\"Heron Dip Pen\",\"description\":\"Pen with an oak holder.\",\"variants\":["
    "{\"id\":\"n1\",\"options\":{\"engraving\":\"none\"},\"price\":880,\"available\":true},"
    "{\"id\":\"n2\",\"options\":{\"engraving\":\"initials\"},\"price\":1180,\"available\":true}]},"
    "{\"id\":\"seed\",\"title\":\"Harvest Bird Seed\",\"description\":\"Sunflower hearts.\",\"variants\":["
    "{\"id\":\"b1\",\"options\":{\"weight\":\"900 g\",\"mix\":\"plain\"},\"price\":540,\"available\":true},"
    "{\"id\":\"b2\",\"options\":{\"weight\":\"4 kg\",\"mix\":\"plain\"},\"price\":1460,\"available\":false}]},"
    "{\"id\":\"tub\",\"title\":\"Larch Crate\",\"description\":\"Crate with vents that keeps potatoes dark and "
    "cool.\",\"price\":2640,\"available\":true},"
    "{\"id\":\"card\",\"title\":\"Plover microSDHC memory card\",\"description\":\"A CF card for recorders.\","
    "\"variants\":[{\"id\":\"c1\",\"options\":{\"capacity\":\"32 GB\"},\"price\":1310,\"available\":true},"
    "{\"id\":\"c2\",\"options\":{\"capacity\":\"64 GB\"},\"price\":2220,\"available\":true}]},"
    "{\"id\":\"fig\",\"title\":\"Ficus Benjamina (Weeping Fig)\",\"description\":\"Harmful to dogs if "
    "eaten. It grows slowly and likes water; pour a little every nine days.\",\"variants\":["
    "{\"id\":\"f1\",\"options\":{\"pot size\":\"11 cm\"},\"price\":990,\"available\":true},"
    "{\"id\":\"f2\",\"options\":{\"pot size\":\"19 cm\"},\"price\":2390,\"available\":true}]},"
    "{\"id\":\"feed\",\"title\":\"Bird Feeder\",\"description\":\"Tube.\",\"variants\":["
    "{\"id\":\"d1\",\"options\":{\"gauge\":\"2-needle\",\"food\":\"peanuts\"},\"price\":3100,\"available\":true},"
    "{\"id\":\"d2\",\"options\":{\"gauge\":\"4-needle\",\"food\":\"sunflower\"},\"price\":2900,\"available\":true}]},"
    "{\"id\":\"pot\",\"title\":\"Slate Plant Pot\",\"description\":\"Pot of "
    "slate.\",\"price\":1550,\"available\":true}],"
    "\"faq\":["
    "{\"id\":\"engrave\",\"question\":\"Do you engrave dip pens?\",\"answer\":\"Yes, initials are £3.00 and take four "
    "days.\"},"
    "{\"id\":\"hone\",\"question\":\"Scissor sharpening\",\"answer\":\"We sharpen scissors of any maker for £6.20.\"},"
    "{\"id\":\"back\",\"question\":\"Sending things back\",\"answer\":\"Returns are taken for 37 days.\"},"
    "{\"id\":\"money\",\"question\":\"When do I get my refund\",\"answer\":\"It is paid 8 days after the parcel "
    "reached "
    "us.\"},"
    "{\"id\":\"quick\",\"question\":\"Delivery times\",\"answer\":\"Before 11 am it is with you the next day for "
    "£9.40.\"},"
    "{\"id\":\"live\",\"question\":\"Delivery of plants\",\"answer\":\"Plants are shipped on Thursdays only.\"},"
    "{\"id\":\"ill\",\"question\":\"Damaged goods and plants\",\"answer\":\"Send us a photo within 5 days.\"},"
    "{\"id\":\"again\",\"question\":\"Regular deliveries\",\"answer\":\"Seed every month is 7% off.\"},"
    "{\"id\":\"isles\",\"question\":\"Shipping to islands and abroad\",\"answer\":\"To Skye, Mull and France it is "
    "£21.\"},"
    "{\"id\":\"open\",\"question\":\"Opened sacks\",\"answer\":\"A sack of seed that was opened is not taken "
    "back.\"},"
    "{\"id\":\"wrap\",\"question\":\"Gift box and ribbon\",\"answer\":\"A gift box with a ribbon is £2.\"},"
    "{\"id\":\"pay\",\"question\":\"Payment\",\"answer\":\"Visa card or bank card.\"},"
    "{\"id\":\"stop\",\"question\":\"Cancelling an order\",\"answer\":\"Until it is packed.\"}],"
    "\"documents\":["
    "{\"id\":\"rec-err\",\"product\":\"rec\",\"title\":\"Messages of the Corvid Field Recorder CR-9\",\"text\":\"Err "
    "07 "
    "Card full: put in another card.\\nErr 12 Cells low: change the cells.\\nOne channel is silent: clean the plug.\"},"
    "{\"id\":\"fits\",\"product\":\"ink\",\"title\":\"Which ink goes into which nib\",\"text\":\"Heron ink flows "
    "through the "
    "nibs of the Heron Dip Pen. It clogs fountain pens of steel.\"},"
    "{\"id\":\"fig-gift\",\"product\":\"fig\",\"title\":\"Free with the Weeping Fig\",\"text\":\"A Ficus in the 19 cm "
    "pot "
    "brings a free saucer.\"}]}";

static void an_amount_may_leave_its_unit_out(void **state)
{
    EACH(fell, { { "marlow teapot 1.2 jade how much" }, "£29.75", "nearest" },
         { { "price of the marlow teapot 0.7 chalk" }, "£21.50", "nearest" },
         { { "is the 20-60 set of the osprey scope in stock" }, "out of stock", "Yes" },
         { { "how much for 12 marlow teapots" }, "£21.00", "£29.75." },
         { { "marlow teapot 1.2 kg how much" }, "", "(1.2 L" });
}

static void how_large_somebody_finds_it_makes_no_other_thing(void **state)
{
    EACH(fell, { { "big marlow teapot, 1.2 litre, jade - what would it come to?" }, "£29.75", "nearest" },
         { { "Do you currently have harvest bird seed in the 4 kg sack?" }, "out of stock", "no information" },
         { { "sack sizes for bird seed?" }, "900 g, 4 kg", NULL },
         { { "the normal corvid field recorder cr-9, not plus, how much" }, "£188.00", "£233" });
}

static void a_word_may_be_cut_short(void **state)
{
    EACH(fell, { { "whats the nitting needle set" }, "Knoll", "nearest" },
         { { "how much is the spotting scop" }, "£310.00", "nearest" },
         { { "roughly how much is a cr-9 field rec" }, "£188.00", "nearest" },
         { { "im after a 64gb plover cf card, whats it cost" }, "£22.20", "Visa" });
}

static void what_it_is_for_is_asked_instead_of_its_name(void **state)
{
    EACH(fell, { { "what do u have to keep potatoes cool" }, "Larch Crate", "Seed" },
         { { "need smth that keeps potatoes dark" }, "Larch Crate", "£7" },
         { { "have you got gloves for plants" }, "", "£" },
         { { "do you have something that keeps wine cool" }, "", "£" });
}

static void what_the_shop_does_is_a_rule(void **state)
{
    EACH(fell, { { "do you engrave dip pens" }, "four days", "Which one" },
         { { "can you sharpen my old scissors and for how much" }, "£6.20", NULL },
         { { "could you guys sharpen scissors for me" }, "£6.20", NULL }, { { "do you sell scissors" }, "", "£6.20" },
         { { "can you paint the larch crate" }, "", "£6.20" }, { { "can you plant the ficus for me" }, "", "photo" },
         { { "do you rent spotting scopes" }, "", "Returns" });
}

static void a_rule_is_asked_for_in_many_words(void **state)
{
    EACH(fell, { { "how many days do i have to send smth back" }, "37 days", "8 days" },
         { { "how many days until my refund is paid" }, "8 days", "37" },
         { { "need it tomorrow, possible?" }, "11 am", NULL },
         { { "until what time must I order to have it tomorrow" }, "11 am", "address" },
         { { "which days do you send out plants?" }, "Thursdays", NULL },
         { { "my ficus turned up half dead!! what now" }, "photo", "no information" },
         { { "subscribe for bird seed every month, cheaper?" }, "7%", "sets its prices" },
         { { "can i order the osprey scope now or is it gone" }, "", "e-mail" });
}

static void a_paper_of_one_tells_of_another(void **state)
{
    EACH(fell, { { "which nib flows with heron ink" }, "Heron Dip Pen", NULL },
         { { "ok to use heron ink in fountain pens" }, "clogs", "no information" },
         { { "is the heron ink made by monks" }, "", "clogs" });
}

static void what_is_asked_of_a_thing_is_in_its_own_words(void **state)
{
    EACH(fell, { { "is the weeping fig poisonous to dogs" }, "Harmful", NULL },
         { { "Is there a free extra with the Ficus in the 19 cm pot?" }, "saucer", "Slate" },
         { { "what's included for free with the ficus" }, "saucer", "sets its prices" },
         { { "osprey scope weight without eyepiece" }, "980 g", NULL },
         { { "corvid field recorder cr-9 waterproof how deep?" }, "7 ATM", NULL },
         { { "how long does the cr-9 last with wind cancelling on?" }, "12 hours", "packed" },
         { { "What are you charging for the larch crate?" }, "£26.40", "assistant" });
}

static void a_message_is_found_however_its_number_is_written(void **state)
{
    EACH(fell, { { "err 7 on my corvid cr-9" }, "another card", "Cells" },
         { { "corvid cr-9 shows error 12" }, "change the cells", "Card full" },
         { { "one of the channels of my cr-9 has gone silent" }, "clean the plug", NULL },
         { { "my cr-9 says err 44" }, "", "card" });
}

static void an_option_is_asked_for_by_its_name(void **state)
{
    EACH(fell, { { "what weight options does the bird seed have?" }, "900 g, 4 kg", NULL },
         { { "can you tell me the available glazes for the marlow teapot" }, "jade, chalk", "Yes" },
         { { "which volumes is the marlow teapot sold in" }, "0.7 L, 1.2 L", "nearest" },
         { { "is the 19 ficus back yet" }, "in stock", "nearest" });
}

static void a_place_is_that_of_the_rule_which_names_it(void **state)
{
    EACH(fell, { { "do you ship to skye" }, "£21", "11 am" }, { { "do you deliver to leeds" }, "£21", "11 am" });
}

static void of_rules_the_one_for_these_goods_is_told(void **state)
{
    EACH(fell, { { "can I send back seed when the sack is open" }, "not taken", "37 days" },
         { { "my crate is too large, can I swap it for a smaller one" }, "37 days", "no information" },
         { { "do you have gift cards" }, "Visa", "7%" },
         { { "is the gift box tested for lead and tin and zinc" }, "", "ribbon" },
         { { "do you wrap gifts" }, "ribbon", NULL });
}

static void who_asks_of_a_thing_names_it_first_or_last(void **state)
{
    EACH(fell, { { "battery life corvid field recorder cr-9?" }, "19 hours", NULL },
         { { "does the ficus come with a free saucer or seed" }, "saucer", "Seed" },
         { { "how hard is the marlow teapot" }, "hardness of 7", NULL },
         { { "how often do I water the weeping fig" }, "every nine days", NULL },
         { { "any chance you sell tents for birds" }, "", "£" });
}

static void a_rule_is_talked_of_like_a_thing(void **state)
{
    EACH(fell, { { "do you engrave dip pens", "and how long does it take" }, "four days", "Which one" },
         { { "can you sharpen scissors", "how much is that" }, "£6.20", "sorry" },
         { { "do you ship to skye", "how much" }, "£21", "sorry" },
         { { "how do I send things back", "who pays for the postage" }, "37 days", "£21" },
         { { "larch crate", "how much is it" }, "£26.40", "37 days" },
         { { "do you wrap gifts", "do you sell scissors" }, "", "£2" });
}

static void a_word_of_a_rule_may_tell_what_kind_a_thing_is(void **state)
{
    EACH(fell, { { "do you sell card readers" }, "", "Visa" }, { { "got any gift baskets" }, "", "ribbon" },
         { { "can I pay by card" }, "Visa", NULL }, { { "do you have seed for hamsters" }, "nearest", "£" },
         { { "do you have bird seed for my gran" }, "£5.40", "nearest" },
         { { "wheres my order" }, "order number", NULL },
         { { "marlow teapot", "what's the smallest" }, "0.7 L", "1.2 L" });
}

static void who_types_in_a_hurry_is_read(void **state)
{
    EACH(fell, { { "hw mch r the larch crates" }, "£26.40", NULL },
         { { "can u send it to me b4 noon tmrw, cn i get it tomoz?" }, "11 am", NULL },
         { { "is the osprey scope ok for 3 kg" }, "carries 5 kg", NULL },
         { { "marlow teapot chalk finish in 0.7 l" }, "£21.50", "no information" },
         { { "is the osprey scope foldable" }, "Folds", NULL }, { { "two needle gauge bird feeder" }, "£31.00", "£29" },
         { { "do i need pens of steel for heron ink" }, "clogs", "nearest" },
         { { "spotting scope w the 20-60 eyepiece?" }, "£425.00", "nearest" },
         { { "bird feeder for sunfl" }, "£29.00", "£31" });
}

/* clang-format off */
static const char kennel[] =
    SHOP("Kennel & Cot", "en", "GBP") "\"products\":["
    THING("mat", "T-Mat Cooler", "Gel.", ONE("length", "60 cm", "2350") "," ONE("length", "80 cm", "3175")) ","
    THING_AT("box", "4 Drawer Toy Box", "Pine.", "4890") ","
    THING_AT("bed", "Nest Puppy Bed", "Plush.", "1985") "],\"faq\":[],\"documents\":[],\"promotions\":[]}";
/* clang-format on */

static void a_finger_sets_hyphens_and_figures(void **state)
{
    EACH(kennel, { { "how much is the tm-at cooler" }, "23.50", NULL },
         { { "how much is the nes-tpuppy bed" }, "19.85", NULL }, { { "price 4 nest puppy bed" }, "19.85", NULL },
         { { "price 4 drawer toy box" }, "48.90", NULL },
         { { "mine measures 60cm along the back, what would the t-mat cooler come to in that length?" },
           "23.50",
           "31.75" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_amount_may_leave_its_unit_out),
        cmocka_unit_test(how_large_somebody_finds_it_makes_no_other_thing),
        cmocka_unit_test(a_word_may_be_cut_short),
        cmocka_unit_test(what_it_is_for_is_asked_instead_of_its_name),
        cmocka_unit_test(what_the_shop_does_is_a_rule),
        cmocka_unit_test(a_rule_is_asked_for_in_many_words),
        cmocka_unit_test(a_paper_of_one_tells_of_another),
        cmocka_unit_test(what_is_asked_of_a_thing_is_in_its_own_words),
        cmocka_unit_test(a_message_is_found_however_its_number_is_written),
        cmocka_unit_test(an_option_is_asked_for_by_its_name),
        cmocka_unit_test(a_place_is_that_of_the_rule_which_names_it),
        cmocka_unit_test(of_rules_the_one_for_these_goods_is_told),
        cmocka_unit_test(who_asks_of_a_thing_names_it_first_or_last),
        cmocka_unit_test(a_rule_is_talked_of_like_a_thing),
        cmocka_unit_test(who_types_in_a_hurry_is_read),
        cmocka_unit_test(a_word_of_a_rule_may_tell_what_kind_a_thing_is),
        cmocka_unit_test(a_finger_sets_hyphens_and_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
