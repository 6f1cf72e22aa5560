/* test_local_acting.c: what a thing can do and bear, asked by other words than the shop's; the paper of its faults, for
 * who says that something is wrong and for nobody else; a value that is written as it was said. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char home[] =
    SHOP("Alder Home", "en", "USD") "\"products\":["
    THING("throw", "Quilted Sofa Throw", "Cotton front, fleece back. Machine at 30 degrees, no tumble drying.",
          TWO("size", "M", "weave", "low", "3900", "true") "," TWO("size", "L", "weave", "medium", "4900", "true") ","
          TWO("size", "M", "weave", "medium", "5100", "false")) ","
    THING_AT("ladder", "Folding Step Ladder", "Three steps, aluminium. Bears 150 kg.", "5900") ","
    THING_AT("robot", "Self-Cleaning Robot Mop R5", "Runs 110 minutes. Tank 0.4 litres.", "39900") ","
    THING_AT("pump", "Garden Hose Pump GP40", "Moves 3,600 litres an hour, lifts to 38 m. Tank of 9 litres.", "12900")
    ","
    THING_AT("lamp", "Arc Desk Light", "Steel arm.", "4500")
    "],\"faq\":[],\"documents\":["
    PAPER("f3", "robot", "Fault list Self-Cleaning Robot Mop R5",
          "Red light: the brush is stuck.\\nWhite pulsing light: the map was lost, put it on its dock.") ","
    PAPER("w3", "robot", "Warranty Self-Cleaning Robot Mop R5", "Four years on the motor.") ","
    PAPER("f4", "pump", "Fault codes Garden Hose Pump GP40",
          "P1 runs dry: fill it with 2 litres of water.\\nP2 too hot: let it cool in the air.")
    "],\"promotions\":[]}";
/* clang-format on */

static void what_it_can_do_is_told(void **state)
{
    EACH(home, { { "can the sofa throw go in the wash" }, "30 degrees", NULL },
         { { "can I put the sofa throw in the washing machine" }, "30 degrees", NULL },
         { { "what weight does the step ladder hold?" }, "150 kg", NULL },
         { { "how many kilos does the step ladder take" }, "150 kg", NULL },
         { { "how many litres an hour does the GP40 pump bring out of the air" }, "3,600", "P2" },
         { { "how much water does the hose pump move in an hour" }, "3,600", "P1" });
}

static void faults_are_told_to_who_has_one(void **state)
{
    EACH(home, { { "my robot mop is acting up" }, "Red light", NULL },
         { { "something is wrong with my robot mop" }, "Red light", NULL },
         { { "the hose pump isn't working properly" }, "P1", NULL },
         { { "my robot mop is playing up", "white pulsing light" }, "on its dock", "Desk Light" },
         { { "my desk light is acting up" }, "no information", NULL },
         { { "self cleaning robot mop yrs warranty?" }, "Four years", "Red light" },
         { { "warranty self cleaning robot mop yrs?" }, "Four years", "Red light" });
}

static void a_value_is_first_what_is_written(void **state)
{
    EACH(home, { { "is the sofa throw (medium, L) in stock" }, "L, medium", "39.00" },
         { { "sofa throw in medium, M, in stock?" }, "out of stock", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_can_do_is_told),
        cmocka_unit_test(faults_are_told_to_who_has_one),
        cmocka_unit_test(a_value_is_first_what_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
