/* test_local_english.c: English that says a thing in other words than the shop's: amounts in words, what a bag would
 * be, what is counted, what the shop's description calls the thing. */
#include "chat/test_local_rows.h"

/* ---- a shop of musical instruments ---- */

/* clang-format off */
static const char music[] =
    SHOP("Stave", "en", "GBP") "\"products\":["
    THING("1", "Corvid Violin Rosin", "Light rosin in a tin for violin and viola.",
          TWO("weight", "0.25 kg", "grade", "soft", "850", "true") ","
          TWO("weight", "0.5 kg", "grade", "soft", "1450", "true") ","
          TWO("weight", "1.5 kg", "grade", "hard", "3950", "true")) ","
    THING("2", "Merle Practice Amp",
          "Speaker with a tone control and a headphone socket. Bluetooth from 2 to 9 metres.",
          TWO("power", "10 W / 1 channel", "set", "amp only", "9900", "true") ","
          TWO("power", "10 W / 1 channel", "set", "with cable and strap", "11950", "false") ","
          TWO("power", "30 W / 2 channels", "set", "amp only", "15500", "true") ","
          TWO("power", "30 W / 2 channels", "set", "with cable and strap", "17775", "true")) ","
    THING("3", "Tuning Pegs", "Ebony pegs for violins.",
          ONE("count", "4 pegs", "1225") "," ONE("count", "12 pegs", "3375")) ","
    THING("4", "Plover Music Stand", "Folding stand with a case. Takes books of up to 42 cm and carries 6 kg.",
          TWO("height", "110 cm", "finish", "black", "2150", "true") ","
          TWO("height", "150 cm", "finish", "black", "2675", "false") ","
          TWO("height", "150 cm", "finish", "chrome", "2895", "true")) ","
    THING_AT("5", "Finch F20 Metronome", "Beats from 30 to 250, in tempo steps of 1. Made in Wales.", "4120") ","
    THING_AT("6", "Battery Door for Finch F20", "Spare door.", "365") ","
    THING("7", "Siskin Ring Mute", "Mute for the bow arm. Slides off tape of up to 7 mm.",
          ONE("ring size", "K", "510") "," ONE("ring size", "L", "515") "," ONE("ring size", "N", "525")) ","
    THING("8", "Wader Ring Clip", "Clip for parts.",
          ONE("ring size", "J", "610") "," ONE("ring size", "M", "625") "," ONE("ring size", "Q", "615")) ","
    THING_AT("9", "Dunlin Wi-Fi Tuner",
             "Wi-Fi tuner with a screen, flat packed, takes 5 minutes to put together.", "6125") ","
    THING("10", "Linnet Concert Trousers", "Black trousers in 60% wool.",
          TWO("waist", "W30", "leg", "L32", "5410", "true") ","
          TWO("waist", "W32", "leg", "L30", "5420", "true") ","
          TWO("waist", "W32", "leg", "L32", "5430", "false"))
    "],\"orders\":[],\"faq\":["
    FAQ("back", "Returns", "Unused goods come back within 33 days.") ","
    FAQ("pay", "Ways to pay", "Cards and transfers.") ","
    FAQ("voucher", "Gift vouchers and discount codes", "Vouchers last 4 years.") ","
    FAQ("choirs", "Orders of choirs and orchestras", "Choirs get 11 percent off.") ","
    FAQ("fetch", "Collecting an order", "Collect it in Bath, we keep it for 8 days.") ","
    FAQ("broken", "Missing or broken parts", "We send what is missing within a day.")
    "],\"documents\":["
    PAPER("f5", "5", "Troubleshooting Finch F20",
          "Display flickers: change the cell.\\nPendulum swings unevenly: level the foot.\\n"
          "Wheel does not turn: oil the axle.") ","
    PAPER("g2", "2", "Free with the Merle", "Each Merle comes with a free plectrum.")
    "],\"promotions\":[]}";

/* ---- a shop of what one takes along ---- */

static const char along[] =
    SHOP("Rove", "en", "GBP") "\"products\":["
    THING_AT("1", "Sleeping Bag", "Bag with nine loops and a hood, water repellent.", "8850") ","
    THING("2", "Osprey Camp Stove", "Stove for two pots. Hose of 1.2 metres.",
          TWO("colour", "red", "hose", "fixed", "4100", "true") ","
          TWO("colour", "blue", "hose", "loose", "4300", "true")) ","
    THING_AT("3", "Heron Power Bank", "Charges a phone three times. For children from 8 years.", "2975") ","
    THING("4", "Ground Sheets", "Green sheets.", ONE("pack", "2 pieces", "1115") "," ONE("pack", "5 pieces", "2225"))
    "],\"orders\":[],\"faq\":["
    FAQ("change", "Sleeping on it: changes", "Changes are possible for an hour.") ","
    FAQ("course", "Camping courses", "A course is 44 pounds, on Sundays.") ","
    FAQ("hours", "Opening hours", "Open on weekdays.")
    "],\"documents\":["
    PAPER("parts", "2", "Osprey spare parts", "A second hose is 13 pounds, a knob 4 pounds.") ","
    PAPER("gas", "2", "How much gas", "The stove needs 90 grams of gas an hour.")
    "],\"promotions\":[]}";
/* clang-format on */

static void a_part_is_no_choice(void **state)
{
    EACH(along, { { "how much is a spare hose for the osprey stove" }, "13 pounds", "from" },
         { { "how much is the osprey stove in red" }, "£41.00", NULL },
         { { "what is the hose length of the osprey" }, "1.2 metres", "fixed" },
         { { "how much gas for the osprey stove" }, "90 grams", "£" },
         { { "how many loops does the sleeping bag have" }, "nine loops", NULL },
         { { "how often can the heron charge my phone" }, "three times", "£" },
         { { "what do you charge for the heron" }, "£29.75", NULL },
         { { "can a child use the heron" }, "8 years", NULL },
         { { "how much is a camping course" }, "44 pounds", "could not find" },
         { { "five ground sheets, how much" }, "£22.25", "£11.15" },
         { { "do you have a sleeping bag for a weekend away" }, "£88.50", "weekdays" },
         { { "are you open at the weekend" }, "weekdays", NULL });
}

static void amounts_are_said_in_words(void **state)
{
    EACH(music, { { "half a kilo of corvid rosin, price?" }, "£14.50", "£8.50" },
         { { "what is a quarter of a kilo of the rosin" }, "£8.50", "£14.50" },
         { { "a kilo and a half of rosin how much" }, "£39.50", "£14.50" },
         { { "one and a half kilos of the hard rosin, how much" }, "£39.50", NULL },
         { { "twelve tuning pegs price" }, "£33.75", "£12.25" }, { { "12 tuning pegs, how much" }, "£33.75", "£12.25" },
         { { "plover stand in 150, black, how much" }, "£26.75", "could not find" },
         { { "the tall plover stand, 110, price" }, "£21.50", "could not find" },
         { { "biggest plover stand in chrome price" }, "£28.95", NULL },
         { { "30 waist 32 leg linnet trousers, how much" }, "£54.10", "£54.30" },
         { { "linnet trousers waist 32 leg 30, price" }, "£54.20", "£54.10" });
}

static void a_choice_is_said_loosely(void **state)
{
    EACH(music, { { "what does the 30 watt merle cost when it comes with the cable n strap" }, "£177.75", "plectrum" },
         { { "have you got the 10w merle with a cable and a strap in atm" }, "out of stock", "no information" },
         { { "does the merle come with anything free" }, "plectrum", NULL },
         { { "do i get anything with the merle" }, "plectrum", NULL },
         { { "hi, after the merle amp", "30 W, amp only version. is it in?" }, "£155.00", "comes in" },
         { { "hi, after the plover stand", "150 cm, the black version. is it in?" }, "out of stock", "comes in" },
         { { "merle speaker with 30 watts, amp only, price" }, "£155.00", "could not find" },
         { { "0.25 kg of the hard rosin?" }, "could not find", "cheaper" },
         { { "the 4 pegs or the 12 pegs?" }, "cheaper", "could not find" },
         { { "ring size N, how much" }, "£5.25", "Wader" }, { { "do you have a ring clip in an n" }, "", "£5.25" });
}

static void what_would_it_be(void **state)
{
    EACH(music, { { "what would a metronome be" }, "£41.20", NULL },
         { { "how much would the finch f20 be, delivered" }, "£41.20", NULL },
         { { "where do prices start for the corvid rosin?" }, "£8.50", "could not find" },
         { { "prices for the rosin start where" }, "£8.50", "could not find" },
         { { "what would the best metronome be" }, "", "several" }, { { "price of the F20" }, "£41.20", "£3.65" },
         { { "battery door for the f20, price" }, "£3.65", "£41.20" });
}

static void nothing_is_haggled_over(void **state)
{
    EACH(music, { { "if the stand is too big would you take it back unused" }, "33 days", "sets its prices" },
         { { "will you take the mute back if my son does not like it" }, "33 days", "sets its prices" },
         { { "would you take 20 for the stand" }, "sets its prices", "33 days" },
         { { "would you accept a return of the amp" }, "33 days", "sets its prices" },
         { { "do you give choirs a discount" }, "11 percent", "4 years" },
         { { "how long can you hold my order in the shop" }, "8 days", NULL },
         { { "do the tuning pegs go mouldy" }, "", "missing within" },
         { { "the pegs arrived mouldy" }, "missing within", NULL });
}

static void what_is_counted_and_measured(void **state)
{
    EACH(music, { { "how big a book can the plover stand hold" }, "42 cm", NULL },
         { { "up to what book size can i use the plover" }, "42 cm", NULL },
         { { "what size tape does the siskin slide off" }, "7 mm", "comes in" },
         { { "how many channels has the merle" }, "2 channels", "no information" },
         { { "is the dunlin wifi" }, "Wi-Fi", "no information" },
         { { "does the dunlin need assembly" }, "flat packed", NULL },
         { { "how many cards are in the rosin tin" }, "", "transfers" },
         { { "finch f20 9 volt?" }, "Finch", "don't know" });
}

static void a_fault_is_told_in_a_sentence(void **state)
{
    EACH(music, { { "the display of my F20 keeps flickering" }, "change the cell", NULL },
         { { "pendulum of the f20 is swinging uneven" }, "level the foot", NULL },
         { { "the wheel won't turn on my f20" }, "oil the axle", NULL },
         { { "is the pendulum of the f20 steel" }, "", "level the foot" },
         { { "do you sell wheels for the f20" }, "", "oil the axle" });
}

static void who_makes_it_is_no_wish(void **state)
{
    EACH(music, { { "are the pegs turned by a real person or a lathe" }, "", "passing this" },
         { { "does a real person tune each amp" }, "", "passing this" },
         { { "is a human checking your rosin" }, "", "passing this" },
         { { "can i be helped by a real person" }, "passing this", NULL },
         { { "is a real person there" }, "passing this", NULL }, { { "real person now" }, "passing this", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_said_in_words),
        cmocka_unit_test(a_choice_is_said_loosely),
        cmocka_unit_test(what_would_it_be),
        cmocka_unit_test(nothing_is_haggled_over),
        cmocka_unit_test(what_is_counted_and_measured),
        cmocka_unit_test(a_fault_is_told_in_a_sentence),
        cmocka_unit_test(who_makes_it_is_no_wish),
        cmocka_unit_test(a_part_is_no_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
