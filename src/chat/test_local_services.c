/* test_local_services.c: what a shop is asked to do to a thing, and what that costs: the rule that tells of it, and
 * neither the price of the thing nor its guarantee. A shop of instruments, and one that tells of no service. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char luthier[] =
    SHOP("Bow & Bridge", "en", "GBP") "\"products\":["
    THING("cello", "Aldous Student Cello", "Spruce top, maple back.",
          ONE("size", "1/2", "51200") "," ONE("size", "4/4", "67300")) ","
    THING_AT("bow", "Pernam Violin Bow", "Brazilwood, horsehair.", "8450") ","
    THING_AT("amp", "Brook Practice Amplifier", "Runs from the mains. Wipe it with a dry cloth.", "13900") ","
    THING_AT("kit", "Varnish Repair Kit", "For small scratches.", "1875")
    "],\"faq\":["
    FAQ("hair", "Rehairing a bow", "We rehair bows for £46.00, ready in six working days.") ","
    FAQ("mend", "Repairs", "Open seams are glued for £25.00. Anything else is quoted free of charge.") ","
    FAQ("plate", "Engraved plates", "A name can be engraved on a brass plate for £12.50.") ","
    FAQ("lend", "Instruments by the month", "Cellos can be rented from £19.00 a month.") ","
    FAQ("post", "Delivery cost", "Delivery costs £6.20, cellos £29.00.") ","
    FAQ("back", "Returns", "Send unused goods back within 21 days. Engraved plates cannot be returned.") "],"
    "\"documents\":["
    PAPER("w-amp", "amp", "Brook Practice Amplifier: guarantee", "Guaranteed for 4 years.") ","
    PAPER("w-cello", "cello", "Aldous Student Cello: guarantee", "Seams are guaranteed for 5 years.")
    "],\"promotions\":[]}";

static const char lamps[] =
    SHOP("Wick & Shade", "en", "USD") "\"products\":["
    THING_AT("lamp", "Osier Table Lamp", "Woven shade, 40 W.", "6490") ","
    THING_AT("oven", "Sill Bread Oven", "1400 W.", "18800")
    "],\"faq\":["
    FAQ("g", "Guarantee", "All lamps are guaranteed for 6 years.") ","
    FAQ("r", "Returns", "Return it within 40 days.") ","
    FAQ("s", "Shipping", "Shipping is a flat $8.80.") "],\"documents\":[],\"promotions\":[]}";

static const char racket[] =
    SHOP("长弓球具", "zh", "CNY") "\"products\":["
    THING_AT("r", "碳素网球拍 C7 可指定磅数穿线", "全碳素。", "52000") ","
    THING_AT("f", "手机防窥膜 X20", "送贴膜神器。", "2900") ","
    THING_AT("t", "折叠球桌 Z3", "净重60kg。", "99000")
    "],\"faq\":["
    FAQ("q-线", "穿线", "自带球线穿线收20元，在本店买线免费。") ","
    FAQ("q-退", "七天无理由退货", "穿过线的球拍不退。") "],\"documents\":["
    PAPER("w", "r", "保修说明 网球拍", "拍框保修1年。") "],\"promotions\":[]}";
/* clang-format on */

static void chinese_shops_are_asked_too(void **state)
{
    EACH(racket, { { "网球拍穿线多少钱" }, "20元", "520" }, { { "帮穿线吗" }, "20元", NULL },
         { { "帮忙贴膜吗" }, "不清楚", "29" }, { { "网球拍能刻字吗" }, "不清楚", "520" },
         { { "球桌出租吗" }, "不清楚", "990" }, { { "球桌安装多少钱" }, "不清楚", "990" },
         { { "球拍翻新多少钱" }, "不清楚", "520" }, { { "防窥膜多少钱" }, "29", NULL },
         { { "网球拍多少钱" }, "520", "20元" });
}

static void the_rule_of_the_service_is_told(void **state)
{
    EACH(luthier, { { "do you rehair bows" }, "six working days", "84" },
         { { "how much to rehair the violin bow" }, "46", "84.50" },
         { { "can I get my cello repaired" }, "Open seams", "5 years" },
         { { "do you repair cellos" }, "Open seams", "5 y" }, { { "is there a repair service" }, "Open seams", NULL },
         { { "how much does it cost to engrave a name" }, "12.50", "21 days" },
         { { "can I rent the cello" }, "19", "512" }, { { "do you hire out cellos" }, "19", "512" },
         { { "how much to ship the cello" }, "29.00", "512" },
         { { "how much is it to deliver the violin bow" }, "6.20", "84.50" });
}

static void no_other_rule_is_told(void **state)
{
    EACH(lamps, { { "do you repair lamps" }, "don't know", "6 years" },
         { { "can you rewire my table lamp" }, "don't know", "64" },
         { { "how much does it cost to run the bread oven" }, "don't know", "188" },
         { { "what does it cost to clean the table lamp" }, "don't know", "64" },
         { { "do you rent bread ovens" }, "don't know", "188" }, { { "can you engrave the lamp" }, "don't know", "64" },
         { { "how much to have the oven installed" }, "don't know", "188" },
         { { "do you do servicing" }, "don't know", "years" }, { { "can I hire a lamp" }, "don't know", "64" });
}

static void things_are_still_sold(void **state)
{
    EACH(luthier, { { "how much is the repair kit" }, "18.75", "seams" },
         { { "how much to buy the violin bow" }, "84.50", NULL },
         { { "can you clean the amplifier with a cloth" }, "dry cloth", "139" },
         { { "my amplifier broke, can you fix it" }, "4 years", NULL },
         { { "how much for the cello in 1/2" }, "512", NULL });
    EACH(lamps, { { "what does the table lamp cost" }, "64.90", NULL },
         { { "how much is it to ship a lamp" }, "8.80", "64.90" });
}

static void trouble_of_nothing_named(void **state)
{
    EACH(lamps, { { "it won't turn on" }, "6 years", NULL }, { { "it fell apart" }, "6 years", NULL },
         { { "mine is dead" }, "6 years", NULL }, { { "how do I start it" }, "don't know", "6 years" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese_shops_are_asked_too), cmocka_unit_test(the_rule_of_the_service_is_told),
        cmocka_unit_test(no_other_rule_is_told),       cmocka_unit_test(things_are_still_sold),
        cmocka_unit_test(trouble_of_nothing_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
