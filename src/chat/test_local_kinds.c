/* test_local_kinds.c: kinds of language around what is asked: wishes, symptoms, things that came broken, old things
 * that are taken away, gifts, slips. Each is told what the shop has written; two shops in each language. */
#include "chat/test_local_rows.h"

#include <time.h>

static const char english[] = SHOP(
    "Hedge & Hoe", "en",
    "USD") "\"products\":["
           "{\"id\":\"m\",\"title\":\"Badger Lawn Mower\",\"description\":\"Cordless mower. The battery lasts 55 "
           "minutes. "
           "Bears slopes of up to 30 degrees. The deck is 42 cm wide.\",\"variants\":["
           "{\"id\":\"m1\",\"options\":{\"deck "
           "size\":\"small\",\"charger\":\"slow\"},\"price\":31900,\"available\":true},"
           "{\"id\":\"m2\",\"options\":{\"deck "
           "size\":\"large\",\"charger\":\"fast\"},\"price\":44900,\"available\":true}]},"
           "{\"id\":\"l\",\"title\":\"Folding Ladder\",\"description\":\"Steel ladder, holds up to 150 kg. Not to be "
           "left in "
           "the rain. For ages 14 and up.\",\"price\":8900,\"available\":true},"
           "{\"id\":\"b\",\"title\":\"Bench Grinder BGX-20\",\"description\":\"Turns 2950 revolutions a minute.\","
           "\"price\":12900,\"available\":true},"
           "{\"id\":\"f\",\"title\":\"Pond Pump\",\"description\":\"Moves 40 "
           "litres.\",\"price\":5900,\"available\":true}],"
           "\"orders\":["
           "{\"number\":\"HH-70115\",\"email\":\"rosa@example.com\",\"name\":\"Rosa\",\"status\":\"delivered\","
           "\"currency\":\"USD\",\"total\":5900,\"items\":[],\"shipments\":[]}],"
           "\"faq\":["
           "{\"id\":\"pay\",\"question\":\"Ways to pay\",\"answer\":\"Cards and PayPal.\"},"
           "{\"id\":\"hurt\",\"question\":\"Damaged on arrival\",\"answer\":\"Send a picture within 6 days.\"},"
           "{\"id\":\"old\",\"question\":\"Old tool collection\",\"answer\":\"We take one old tool with us for each "
           "new one.\"},"
           "{\"id\":\"back\",\"question\":\"Returns\",\"answer\":\"Within 33 days, at your own postage.\"},"
           "{\"id\":\"ship\",\"question\":\"Delivery\",\"answer\":\"Delivery is $7, in 3 days.\"},"
           "{\"id\":\"sure\",\"question\":\"Guarantee\",\"answer\":\"All tools have a guarantee of 2 years.\"}],"
           "\"documents\":["
           "{\"id\":\"m-care\",\"product\":\"m\",\"title\":\"Badger Lawn Mower: faults and care\",\"text\":\"A broken "
           "starter "
           "cord is replaced with the spare one under the lid. Green light blinks: the blade is jammed, free it. Grass "
           "clumps: cut it twice.\"},"
           "{\"id\":\"m-sure\",\"product\":\"m\",\"title\":\"Badger Lawn Mower: warranty\",\"text\":\"The deck is "
           "covered for 9 "
           "years, the battery for 20 months.\"},"
           "{\"id\":\"m-gift\",\"product\":\"m\",\"title\":\"Badger Lawn Mower: free gift\",\"text\":\"A pair of "
           "gloves comes "
           "free.\"},"
           "{\"id\":\"m-parts\",\"product\":\"m\",\"title\":\"Badger Lawn Mower: parts\",\"text\":\"A spare blade is "
           "$26, a grass "
           "bag $41.\"},"
           "{\"id\":\"f-faults\",\"product\":\"f\",\"title\":\"Pond Pump: troubleshooting\",\"text\":\"No water comes "
           "out: clean "
           "the sieve.\\nQ7 on the housing: it runs dry.\\nThe pump hums only: turn the wheel by hand.\"}]}";

static const char chinese[] =
    SHOP("小满家纺", "zh-CN",
         "CNY") "\"products\":["
                "{\"id\":\"d\",\"title\":\"电动缝纫机 【巧手Q3】 SM-Q3 "
                "家用锁边\",\"description\":\"【转速】每分钟800针。\\n【重量】4.2千克。\\n"
                "【承重】桌板承重20公斤。\",\"variants\":["
                "{\"id\":\"d1\",\"options\":{\"颜色\":\"奶白\"},\"price\":69900,\"available\":true},"
                "{\"id\":\"d2\",\"options\":{\"颜色\":\"豆绿\"},\"price\":72900,\"available\":true}]},"
                "{\"id\":\"y\",\"title\":\"挂烫机 【平整S8】 GTX-80 "
                "大蒸汽\",\"description\":\"【水箱】2升，可用45分钟。\",\"price\":35900,"
                "\"available\":true},"
                "{\"id\":\"t\",\"title\":\"电热毯 30天保暖 "
                "双人\",\"description\":\"【续航】无。\",\"price\":19900,\"available\":true}],"
                "\"orders\":["
                "{\"number\":\"XM7700912345\",\"email\":\"mei@example.com\",\"name\":\"梅\",\"status\":\"delivered\","
                "\"statusText\":"
                "\"已签收\",\"currency\":\"CNY\",\"total\":35900,\"items\":[],\"shipments\":[]}],"
                "\"faq\":["
                "{\"id\":\"pay\",\"question\":\"怎么付款\",\"answer\":\"微信、支付宝。\"},"
                "{\"id\":\"hurt\",\"question\":\"收到破损怎么办\",\"answer\":\"24小时内拍照，免费补发。\"},"
                "{\"id\":\"old\",\"question\":\"以旧换新\",\"answer\":\"旧缝纫机可抵80元，顺丰上门取。\"},"
                "{\"id\":\"back\",\"question\":\"怎么退货\",\"answer\":\"7天内可退，运费自理。\"},"
                "{\"id\":\"low\",\"question\":\"降价了补差价吗\",\"answer\":\"10天内补差价。\"}],"
                "\"documents\":["
                "{\"id\":\"d-err\",\"product\":\"d\",\"title\":\"常见故障 巧手Q3\",\"text\":\"H4 "
                "梭芯没装好：取出重装。\\n断线：上线重新穿一遍。\\n"
                "绿灯一直闪：踏板没插。\"},"
                "{\"id\":\"d-sure\",\"product\":\"d\",\"title\":\"保修说明 "
                "巧手Q3\",\"text\":\"整机保修2年，电机保修6年。\"},"
                "{\"id\":\"d-gift\",\"product\":\"d\",\"title\":\"赠品 巧手Q3\",\"text\":\"送线轴10个。\"},"
                "{\"id\":\"d-inst\",\"product\":\"d\",\"title\":\"配件说明 "
                "巧手Q3\",\"text\":\"延长桌板每块88元，可自己装。\"},"
                "{\"id\":\"y-err\",\"product\":\"y\",\"title\":\"常见故障 "
                "平整S8\",\"text\":\"不出蒸汽：倒掉水垢。\\n喷头滴水：预热不够。\"}]}";

static void a_price_is_asked_for_in_many_words(void **state)
{
    EACH(english, { { "cheapest lawn mower you've got?" }, "$319.00", "nearest" },
         { { "I need a large badger mower with the fast charger, what would I pay" }, "$449.00", "PayPal" },
         { { "what's the least I'd have to spend on a badger mower" }, "$319.00", NULL },
         { { "what would two ladders cost" }, "$89.00", "nearest" },
         { { "a folding ladder for the shed. damage?" }, "$89.00", "6 days" },
         { { "badger with a large deck, how much" }, "$449.00", NULL });
    EACH(chinese, { { "看中平整S8了，价格是？" }, "¥359.00", "接近" }, { { "平整S8到手多少" }, "¥359.00", NULL },
         { { "种草巧手Q3好久，奶白色的得多少" }, "¥699.00", "接近" });
}

static void a_model_is_no_english(void **state)
{
    EACH(chinese, { { "GTX-80" }, "价格是", "costs" }, { { "sm-q3" }, "规格", "costs" },
         { { "SM-Q3", "豆绿色的多少" }, "¥729.00", "costs" });
}

static void of_an_old_thing_the_rule_is_asked(void **state)
{
    EACH(english, { { "will you take away my old mower if I get a new one" }, "one old tool", "sets its prices" },
         { { "do you collect the old ladder?" }, "one old tool", "$89" },
         { { "the mower is for an 80 year old man" }, "Mower", "one old tool" });
    EACH(chinese, { { "家里那台旧缝纫机你们收走不" }, "抵80元", "699" }, { { "旧的坏了还能抵钱吗" }, "抵80元", NULL });
}

static void what_came_broken_is_the_rule_for_it(void **state)
{
    EACH(english, { { "my order turned up smashed, what now" }, "6 days", "order number" },
         { { "got it yesterday, it arrived with a crack" }, "6 days", NULL },
         { { "my order HH-70115 turned up smashed" }, "e-mail", "6 days" },
         { { "where is my order" }, "order number", "6 days" }, { { "do you deliver to Reno" }, "$7", "6 days" });
    EACH(chinese, { { "拆开来里面是裂的" }, "24小时", NULL }, { { "收到挂烫机发现喷头碎了" }, "24小时", NULL });
}

static void what_is_seen_of_a_fault_is_in_the_papers(void **state)
{
    EACH(english, { { "the green lamp on my badger mower keeps flashing" }, "blade is jammed", "clumps" },
         { { "the starter cord of my mower snapped, how can I fix it" }, "spare one", "2 years" },
         { { "the blade got stuck under the ladder on my badger" }, "free it", "Ladder" },
         { { "pond pump just hums" }, "by hand", "sieve" },
         { { "there is no water coming out of my pump" }, "sieve", NULL },
         { { "pond pump", "now it reads Q7" }, "runs dry", NULL },
         { { "my ladder makes a noise" }, "Ladder", "sieve" }, /* of which no paper speaks */
         { { "is the pump allowed at school" }, "", "sieve" });
    EACH(chinese, { { "我的巧手Q3绿灯老闪" }, "踏板", "断线" }, { { "缝纫机老断线怎么回事" }, "重新穿", NULL },
         { { "平整S8不出蒸汽了" }, "水垢", "滴水" }, { { "巧手Q3", "面板上写着H4" }, "重装", NULL },
         { { "巧手Q3老是跳针" }, "没有资料", "踏板" });
}

static void a_warranty_of_the_thing_comes_before_that_of_all(void **state)
{
    EACH(english, { { "badger mower battery - is it under warranty and for how long?" }, "20 months", "2 years" },
         { { "how long does the battery of the badger last" }, "55 minutes", "20 months" });
    EACH(chinese, { { "SM-Q3质保多长时间" }, "保修2年", "千克" }, { { "巧手Q3电机保多少年" }, "6年", NULL });
}

static void a_gift_is_asked_for_in_many_words(void **state)
{
    EACH(english, { { "do I get anything free with the badger mower?" }, "gloves", "$" },
         { { "is anything thrown in with the badger mower" }, "gloves", "sets its prices" },
         { { "can I have the ladder for free" }, "sets its prices", NULL });
    EACH(chinese, { { "巧手Q3送东西不" }, "线轴", NULL }, { { "买巧手Q3送点啥" }, "线轴", NULL },
         { { "巧手Q3有没有小礼物" }, "线轴", NULL }, { { "拍巧手Q3会送什么" }, "线轴", NULL });
}

static void a_person_is_wished_for_in_many_words(void **state)
{
    EACH(english, { { "this is no use, can I chat with a person instead?" }, "passing this conversation", NULL },
         { { "get me somebody who works there" }, "passing this conversation", NULL },
         { { "is the picture representative of the real size?" }, "", "passing this conversation" });
    EACH(chinese, { { "别拿机器人糊弄我，换个真人来" }, "正在为您转接", NULL },
         { { "叫个真人来" }, "正在为您转接", NULL }, { { "缝纫机一个人能装吗" }, "", "正在为您转接" });
}

static void a_slip_means_the_nearest(void **state)
{
    EACH(english, { { "BXG-20 price" }, "$129.00", "nearest" }, { { "price of the BGX-30" }, "", "$129.00" },
         { { "laddre price" }, "$89.00", NULL });
    EACH(chinese, { { "电动逢纫机多少钱" }, "", "豆绿：¥1" }, { { "挂汤机多少钱" }, "", NULL },
         { { "GXT-80什么价" }, "¥359.00", "接近" }, { { "GTX-90什么价" }, "", "¥359.00" },
         { { "电热坦多少钱" }, "¥199.00", "接近" });
}

static void an_order_is_known_by_its_mark(void **state)
{
    EACH(english, { { "I'd like to know what happened to HH-70115", "rosa@example.com" }, "delivered", NULL },
         { { "I'd like to know what happened to HH-70115", "mia@example.com" }, "could not find", "delivered" });
    EACH(chinese, { { "查单 XM7700912345", "mei@example.com" }, "已签收", NULL },
         { { "我妈那单XM7700912345收到了没", "邮箱mei@example.com" }, "已签收", NULL },
         { { "查单 XM7700912345", "邮箱wu@example.com" }, "没有找到", "已签收" });
}

static void what_goes_with_a_thing_has_a_price_of_its_own(void **state)
{
    EACH(english, { { "how much is a spare blade for the badger mower" }, "$26", "$319" },
         { { "how much is the badger mower" }, "$319.00", "$26" });
    EACH(chinese, { { "巧手Q3延长桌板一块多少钱" }, "88元", "699" });
}

static void a_quality_is_asked_of_what_is_talked_about(void **state)
{
    EACH(chinese, { { "平整S8多少钱", "那续航呢" }, "", "电热毯" },
         { { "暖气片有没有，冬天太冷了" }, "没有找到", "电热毯" });
    EACH(english, { { "how much weight can the ladder take? I'm a tall guy" }, "150 kg", "$" },
         { { "bench grinder", "and how fast is it?" }, "2950", "$" },
         { { "what age is the ladder for" }, "ages 14", "$" });
}

static void what_does_not_fit_goes_back(void **state)
{
    EACH(english, { { "the gloves I bought don't fit, can I send them back?" }, "33 days", NULL },
         { { "do I have to pay return postage" }, "33 days", "$7" });
    EACH(chinese, { { "上周买的今天就降价了，咋说" }, "10天", "没有权限" });
}

static void what_no_text_tells_is_not_told(void **state)
{
    EACH(english, { { "who founded the shop" }, "don't know", NULL },
         { { "mower cleaning spray price" }, "nearest", "$" }, { { "do you have a ladder hook" }, "nearest", "$" });
    EACH(chinese, { { "你们店开了几年了" }, "不清楚", "发票" }, { { "公司在哪个城市" }, "不清楚", NULL },
         { { "3加4等于几" }, "", "¥" }, { { "你喜欢什么颜色" }, "", "退" });
}

static void a_way_to_send_is_no_parcel_of_mine(void **state)
{
    EACH(english, { { "how fast does the grinder turn" }, "2950", "3 days" },
         { { "badger mower with the charger that is fast, price" }, "$449.00", NULL });
    EACH(chinese, { { "缝纫机可以退吗，运费谁出" }, "运费自理", NULL }, { { "走京东物流吗" }, "", "订单号" });
}

/* ---- two more shops: what is asked after, what is said of parts, slips of who types by sound ---- */

static const char aquarium[] = SHOP(
    "Fin & Fern", "en",
    "USD") "\"products\":["
           "{\"id\":\"o\",\"title\":\"Otter Canister Filter OC-40\",\"description\":\"Moves 900 liters an hour. Stands "
           "2.5 bar. Comes in a box.\",\"variants\":["
           "{\"id\":\"o1\",\"options\":{\"hose\":\"12 mm\"},\"price\":8900,\"available\":true},"
           "{\"id\":\"o2\",\"options\":{\"hose\":\"16 mm\"},\"price\":9400,\"available\":false}]},"
           "{\"id\":\"i\",\"title\":\"OC-40 Impeller\",\"description\":\"Spare part.\",\"price\":1400,"
           "\"available\":true},"
           "{\"id\":\"h\",\"title\":\"Tank Heater\",\"description\":\"Glass. Highest setting 34 degrees.\","
           "\"price\":2300,\"available\":true},"
           "{\"id\":\"s\",\"title\":\"Gravel Siphon\",\"description\":\"With a valve.\",\"price\":1150,"
           "\"available\":true},"
           "{\"id\":\"b\",\"title\":\"Lighted Turtle Throw\",\"description\":\"Stuffed with coconut fiber.\","
           "\"variants\":["
           "{\"id\":\"b1\",\"options\":{\"color\":\"olive\",\"light\":\"warm\"},\"price\":3100,\"available\":true},"
           "{\"id\":\"b2\",\"options\":{\"color\":\"sand\",\"light\":\"cold\"},\"price\":3300,\"available\":true}]},"
           "{\"id\":\"p\",\"title\":\"Pottery Cave\",\"description\":\"For shy fish.\",\"price\":840,"
           "\"available\":true},"
           "{\"id\":\"g\",\"title\":\"Splash Fender\",\"description\":\"For tanks.\",\"price\":760,"
           "\"available\":true}],"
           "\"orders\":["
           "{\"number\":\"FF-20871\",\"email\":\"ada@example.com\",\"name\":\"Ada\",\"status\":\"shipped\","
           "\"currency\":\"USD\",\"total\":1400,\"items\":[],\"shipments\":[]}],"
           "\"faq\":["
           "{\"id\":\"back\",\"question\":\"Returns\",\"answer\":\"Unopened goods within 40 days.\"},"
           "{\"id\":\"food\",\"question\":\"Return of opened food\",\"answer\":\"Food that was opened stays with "
           "you.\"},"
           "{\"id\":\"abroad\",\"question\":\"Exchange of goods\",\"answer\":\"Once, within 8 days.\"},"
           "{\"id\":\"here\",\"question\":\"Collecting in the shop\",\"answer\":\"At 4 Pond Lane, Tuesday to Saturday "
           "from 9 am.\"},"
           "{\"id\":\"off\",\"question\":\"Discounts\",\"answer\":\"$6 off from $90.\"},"
           "{\"id\":\"new\",\"question\":\"Discount for new customers\",\"answer\":\"$3 off your first basket.\"}],"
           "\"documents\":["
           "{\"id\":\"o-err\",\"product\":\"o\",\"title\":\"Troubleshooting: Otter OC-40\",\"text\":\"No response "
           "after "
           "cleaning: press the pump down.\\nThe impeller has a gap: 1 mm is meant to be there.\"},"
           "{\"id\":\"o-sure\",\"product\":\"o\",\"title\":\"Warranty: Otter OC-40\",\"text\":\"The motor is covered "
           "for 4 years, the impeller wears and is not covered.\"},"
           "{\"id\":\"s-two\",\"product\":\"s\",\"title\":\"Promotion: Gravel Siphon\",\"text\":\"Two of them cost $19 "
           "together.\"},"
           "{\"id\":\"h-gift\",\"product\":\"h\",\"title\":\"Free gift: Tank Heater\",\"text\":\"A sticker "
           "thermometer.\"}]}";

static const char kitchen[] =
    SHOP("竹溪厨具", "zh-CN",
         "CNY") "\"products\":["
                "{\"id\":\"g\",\"title\":\"铸铁珐琅锅 炖汤家用\",\"description\":\"厚底，明火可用。\",\"variants\":["
                "{\"id\":\"g1\",\"options\":{\"色号\":\"R12樱红\",\"容量\":\"3L\"},\"price\":26900,\"available\":true},"
                "{\"id\":\"g2\",\"options\":{\"色号\":\"R12樱红\",\"容量\":\"5L\"},\"price\":32900,"
                "\"available\":false},"
                "{\"id\":\"g3\",\"options\":{\"色号\":\"G05松绿\",\"容量\":\"3L\"},\"price\":27900,"
                "\"available\":true}]},"
                "{\"id\":\"y\",\"title\":\"手动研磨机 YM-C3 "
                "磨豆\",\"description\":\"可调粗细。\",\"price\":18800,\"available\":true},"
                "{\"id\":\"x\",\"title\":\"YM-C3 "
                "替换磨芯\",\"description\":\"装在YM-C3上。\",\"price\":4600,\"available\":true},"
                "{\"id\":\"z\",\"title\":\"厨房手工皂 高甘油去油\",\"description\":\"【成分】皂基72%，甘油≥8%。\","
                "\"variants\":["
                "{\"id\":\"z1\",\"options\":{\"香型\":\"茉莉\"},\"price\":1900,\"available\":true},"
                "{\"id\":\"z2\",\"options\":{\"香型\":\"檀香\"},\"price\":2100,\"available\":true}]},"
                "{\"id\":\"b\",\"title\":\"随行保温杯\",\"description\":\"304不锈钢。\",\"price\":7900,"
                "\"available\":true},"
                "{\"id\":\"t\",\"title\":\"隔热手套 加厚\",\"description\":\"填充硅棉，耐250度。\",\"price\":2500,"
                "\"available\":true}],"
                "\"orders\":["
                "{\"number\":\"886201774531\",\"email\":\"lan@example.com\",\"name\":\"兰\",\"status\":\"shipped\","
                "\"statusText\":\"运输中\",\"currency\":\"CNY\",\"total\":1900,\"items\":[],\"shipments\":[]}],"
                "\"faq\":["
                "{\"id\":\"opened\",\"question\":\"锅具开封后能退吗\",\"answer\":\"开过火的锅不退。\"},"
                "{\"id\":\"back\",\"question\":\"退货规则\",\"answer\":\"9天内，没拆封的都可以退。\"},"
                "{\"id\":\"send\",\"question\":\"多久发货\",\"answer\":\"17点前付款当天发，之后隔天发。\"},"
                "{\"id\":\"full\",\"question\":\"满减\",\"answer\":\"满260减35，和新人礼不叠加。\"},"
                "{\"id\":\"new\",\"question\":\"新客礼\",\"answer\":\"头一单立减6元。\"}],"
                "\"documents\":["
                "{\"id\":\"y-sure\",\"product\":\"y\",\"title\":\"保修说明 "
                "研磨机\",\"text\":\"机身保修3年，磨芯是易损件，不保修。\"},"
                "{\"id\":\"y-err\",\"product\":\"y\",\"title\":\"常见问题 "
                "研磨机\",\"text\":\"手柄掉落：拧紧螺母。\\n磨芯之间有空隙：留1毫米是正常的。\"},"
                "{\"id\":\"z-gift\",\"product\":\"z\",\"title\":\"赠品 手工皂\",\"text\":\"每块送起泡网1个。\"}]}";

static void what_is_left_is_asked_in_many_words(void **state)
{
    EACH(aquarium,
         { { "can I still get the otter canister filter with the 16 mm hose or are they gone" }, "out of", NULL },
         { { "OC-40 canister filter, 12 mm hose - can you send one now?" }, "$89.00", "Pond" },
         { { "got the turtle throw in olive?" }, "$31.00", "prices" });
    EACH(kitchen, { { "珐琅锅5L那个大的还有吗" }, "缺货", "没有找到" }, { { "珐琅锅G05的多少米" }, "¥279.00", NULL },
         { { "珐琅锅", "容量分几种" }, "5L", "不清楚" }, { { "手工皂有啥香味的" }, "檀香", "没有资料" });
}

static void what_a_thing_is_made_of_is_told(void **state)
{
    EACH(aquarium, { { "what psi does the canister filter take at most" }, "2.5 bar", NULL },
         { { "highest temperature of the tank heater?" }, "34 degrees", NULL },
         { { "what is the stuffing of the turtle throw" }, "coconut", NULL },
         { { "the lighted throw, what's it stuffed with" }, "coconut", "warm" });
    EACH(kitchen, { { "手工皂 甘油含量多少" }, "8%", NULL }, { { "隔热手套里面填的啥" }, "硅棉", NULL });
}

static void of_a_part_the_papers_of_the_whole_are_asked(void **state)
{
    EACH(aquarium, { { "is the OC-40 impeller under warranty" }, "not covered", NULL },
         { { "OC-40 impeller has a gap, is that normal?" }, "1 mm", NULL },
         { { "the OC-40 canister filter is unresponsive after cleaning" }, "press the pump", NULL });
    EACH(kitchen, { { "YM-C3的磨芯保不保修" }, "易损件", NULL }, { { "YM-C3磨芯中间有条缝 正常么" }, "1毫米", NULL },
         { { "YM-C3研磨机保几年" }, "3年", NULL });
}

static void a_rule_is_that_of_what_was_said(void **state)
{
    EACH(aquarium, { { "it's unopened, can I still return it" }, "40 days", "stays" },
         { { "I'm new here, is there a discount for my first order" }, "$3", "$90" },
         { { "can it be collected by me, and when are you open" }, "Pond Lane", NULL },
         { { "any deals on the gravel siphon right now?" }, "$19", "$6" },
         { { "do I get a little something with the tank heater" }, "sticker", NULL });
    EACH(kitchen, { { "还没开封的几天内能退" }, "9天", "开过火" }, { { "晚上八点下单的今天能寄走吗" }, "17点", NULL },
         { { "头一次买，新客有啥优惠没" }, "6元", "260" }, { { "凑够三百减多少" }, "35", NULL },
         { { "手工皂有小样送没" }, "起泡网", NULL });
}

static void words_of_rules_may_be_of_other_things(void **state)
{
    EACH(aquarium, { { "who fills in my tax return" }, "don't know", "40 days" },
         { { "what's the exchange rate of the yen today" }, "don't know", "8 days" });
    EACH(kitchen, { { "美元汇率今天多少" }, "不清楚", NULL }, { { "个税退税怎么弄" }, "不清楚", "9天" },
         { { "隔热手套有真人佩戴的图吗" }, "隔热手套", "转接" });
}

static void an_order_is_asked_after_in_many_words(void **state)
{
    EACH(aquarium, { { "any update on ff-20871", "ada@example.com" }, "shipped", NULL },
         { { "got plants with ada@example.com, number FF-20871. are they here" }, "shipped", NULL },
         { { "any news on FF-20871", "eve@example.com" }, "could not find an order", "shipped" });
    EACH(kitchen, { { "帮我瞧瞧886201774531这个单子", "lan@example.com" }, "运输中", NULL });
}

static void who_types_by_sound_is_understood(void **state)
{
    EACH(kitchen, { { "法琅锅多少钱" }, "¥269.00", "接近" }, { { "手动严磨机什么价" }, "¥188.00", "接近" },
         { { "格热手套几钱" }, "¥25.00", "接近" }, { { "珐琅果多少钱" }, "没有找到", "¥269.00" });
    EACH(aquarium, { { "how much is a gravel sihopn" }, "$11.50", "nearest" },
         { { "a curtain for my theater... how much is it" }, "could not find", "$23.00" },
         { { "mudguards for my pool, how much" }, "$7.60", NULL },
         { { "how much is a battery for my syphon" }, "Gravel Siphon", "$" },
         { { "how much is a battery for my siphon" }, "Gravel Siphon", "$" },
         { { "I need a battery for my syphon" }, "Gravel Siphon", "$" },
         { { "poterry cave price" }, "$8.40", "nearest" });
    EACH(kitchen, { { "租铁珐琅锅几钱" }, "¥269.00", "接近" });
    EACH(chinese, { { "缝任机多少钱" }, "¥699.00", "接近" });
}

static void a_sum_is_an_offer_in_many_words(void **state)
{
    EACH(aquarium, { { "could you do the tank heater for 15 bucks" }, "not able", NULL },
         { { "let me have the gravel siphon for 8 dollars, ok?" }, "not able", NULL },
         { { "do you have a heater for 20 fish" }, "", "not able" });
    EACH(kitchen, { { "保温杯五十块卖不卖" }, "没有权限", NULL }, { { "一百二十块的锅有吗" }, "", "没有权限" });
}

static void a_word_of_two_senses_is_that_of_its_neighbours(void **state)
{
    EACH(english, { { "how long does the badger mower take to charge" }, "minutes", "$" },
         { { "my folding ladder came in bits" }, "picture", "guarantee" },
         { { "has HH-70115 left yet", "rosa@example.com" }, "delivered", NULL },
         { { "how much grass can I cut with the ladder" }, "", "$" });
    EACH(aquarium, { { "any chance the canister filter with the 12 mm hose is in?" }, "in stock", NULL },
         { { "is the pottery cave gone" }, "in stock", NULL },
         { { "goodies with the tank heater?" }, "sticker", "40 days" });
    EACH(chinese, { { "缝纫机自己有多沉" }, "4.2千克", "20公斤" });
    EACH(kitchen, { { "买手工皂送起泡网不" }, "起泡网1个", NULL }, { { "有真人拿着保温杯的照片没" }, "", "转接" },
         { { "帮我瞅一眼886201774531", "lan@example.com" }, "运输中", NULL });
}

/* ---- what sounds, or is called, nearly the same and is another thing ---- */

static const char lamps[] = SHOP(
    "Nook", "en",
    "USD") "\"products\":["
           "{\"id\":\"d\",\"title\":\"Desk Lamp Nordic\",\"description\":\"LED.\",\"variants\":["
           "{\"id\":\"d1\",\"options\":{\"size\":\"large\",\"color\":\"white\"},\"price\":4700,\"available\":true},"
           "{\"id\":\"d2\",\"options\":{\"size\":\"small\",\"color\":\"black\"},\"price\":3900,\"available\":true}]},"
           "{\"id\":\"s\",\"title\":\"Laptop Sleeve Felt\",\"description\":\"Soft.\",\"price\":2100,"
           "\"available\":true},"
           "{\"id\":\"p\",\"title\":\"Headphones WH-1000XM5\",\"description\":\"Wireless.\",\"price\":29900,"
           "\"available\":true},"
           "{\"id\":\"c\",\"title\":\"WH-1000XM5 Carrying Case\",\"description\":\"Hard.\",\"price\":2500,"
           "\"available\":true},"
           "{\"id\":\"t\",\"title\":\"Stoneware Dinner Set\",\"description\":\"White.\",\"price\":8800,"
           "\"available\":true}],"
           "\"orders\":["
           "{\"number\":\"NK-50233\",\"email\":\"ada@example.com\",\"name\":\"Ada\",\"status\":\"shipped\","
           "\"currency\":\"USD\",\"total\":1400,\"items\":[],\"shipments\":[]}],"
           "\"faq\":[],\"documents\":["
           "{\"id\":\"s-sure\",\"product\":\"s\",\"title\":\"Laptop Sleeve Felt: warranty\",\"text\":\"Warranty: 2 "
           "years.\"},"
           "{\"id\":\"p-sure\",\"product\":\"p\",\"title\":\"Headphones WH-1000XM5: warranty\",\"text\":\"In case of a "
           "defect we replace it within 4 years.\"}]}";

static const char balcony[] = SHOP(
    "云台", "zh-CN",
    "CNY") "\"products\":["
           "{\"id\":\"j\",\"title\":\"晾衣架 不锈钢\",\"description\":\"落地。\",\"price\":12900,"
           "\"available\":true},"
           "{\"id\":\"d\",\"title\":\"露营灯 充电\",\"description\":\"挂钩。\",\"price\":6600,\"available\":true},"
           "{\"id\":\"s\",\"title\":\"防晒衫女款\",\"description\":\"轻薄。\",\"price\":8800,\"available\":true},"
           "{\"id\":\"t\",\"title\":\"碎花床上十件套\",\"description\":\"纯棉。\",\"price\":39900,"
           "\"available\":true},"
           "{\"id\":\"b\",\"title\":\"电脑包 双肩\",\"description\":\"防泼水。\",\"price\":15900,"
           "\"available\":true},"
           "{\"id\":\"k\",\"title\":\"投影仪 TYQ-1070X\",\"description\":\"1080P。\",\"price\":199900,"
           "\"available\":true},"
           "{\"id\":\"h\",\"title\":\"TYQ-1070X 保护套\",\"description\":\"硅胶。\",\"price\":3900,"
           "\"available\":true}],"
           "\"orders\":["
           "{\"number\":\"YT30077012\",\"email\":\"lan@example.com\",\"name\":\"兰\",\"status\":\"shipped\","
           "\"statusText\":\"运输中\",\"currency\":\"CNY\",\"total\":1900,\"items\":[],\"shipments\":[]}],"
           "\"faq\":[],\"documents\":["
           "{\"id\":\"b-sure\",\"product\":\"b\",\"title\":\"保修说明 电脑包\",\"text\":\"拉链保修2年。\"},"
           "{\"id\":\"k-sure\",\"product\":\"k\",\"title\":\"保修说明 投影仪\",\"text\":\"带过载保护，保修3年。\"}]}";

static void what_sounds_alike_may_be_another_thing(void **state)
{
    EACH(balcony, { { "晾衣夹多少钱" }, "接近", NULL }, { { "晾衣夹子多少钱" }, "接近", NULL },
         { { "有露营凳吗" }, "接近", NULL }, { { "防晒伞多少钱" }, "接近", NULL },
         { { "防晒伞女款多少钱" }, "接近", NULL }, { { "床上四件套多少钱" }, "接近", NULL },
         { { "晾衣价多少钱" }, "¥129.00", "接近" }, { { "露应灯多少钱" }, "¥66.00", "接近" });
}

/* A turn of many slips asks this a million times. */
static void what_sounds_alike_is_known_at_once(void **state)
{
    enum { TIMES = 4000000, SECONDS = 5 };
    size_t alike = 0;
    clock_t begin = clock();
    for (size_t i = 0; i < TIMES; i++) alike += local_han_alike(i & 1U ? "坐" : "器", "座", false);
    assert_int_equal(alike, TIMES / 2);
    assert_true((clock() - begin) / CLOCKS_PER_SEC < SECONDS);
    assert_true(local_han_alike("坐", "座", true));
    assert_true(local_han_alike("珐", "法", false));
    assert_false(local_han_alike("珐", "法", true));
    assert_false(local_han_alike("四", "十", false));
    assert_false(local_han_alike("搭", "大", false));
    assert_false(local_han_alike("罐", "管", false));
    assert_false(local_han_alike("床", "窗", true));
    assert_false(local_han_alike("a", "座", false));
    assert_false(local_han_alike("", "座", false));
}

static void a_kind_of_thing_is_not_the_thing(void **state)
{
    EACH(lamps, { { "how much is the large white desk" }, "nearest", NULL },
         { { "how much is the large white desk lamp" }, "$47.00", "nearest" },
         { { "is my laptop still under warranty?" }, "", "2 years" },
         { { "is my laptop sleeve still under warranty?" }, "2 years", NULL });
    EACH(balcony, { { "我的电脑还在保吗" }, "", "2年" }, { { "我的电脑包还在保吗" }, "2年", NULL });
}

static void of_a_part_only_what_speaks_of_it_is_told(void **state)
{
    EACH(lamps, { { "is the WH-1000XM5 carrying case under warranty?" }, "", "4 years" });
    EACH(balcony, { { "TYQ-1070X保护套保修多久" }, "", "3年" });
    EACH(aquarium, { { "is the OC-40 impeller under warranty" }, "Otter Canister Filter OC-40:", NULL });
    EACH(kitchen, { { "YM-C3的磨芯保不保修" }, "手动研磨机", NULL });
}

static void a_picture_is_no_reason_to_keep_the_person_away(void **state)
{
    EACH(balcony, { { "真人客服看图" }, "正在为您转接", NULL }, { { "请真人看照片" }, "正在为您转接", NULL },
         { { "真人客服，照片发了" }, "正在为您转接", NULL }, { { "有没有真人图，没有就转人工" }, "正在为您转接", NULL },
         { { "有真人佩戴的照片吗" }, "", "转接" }, { { "防晒衫有真人图没" }, "", "转接" });
}

static void a_number_of_goods_is_none_of_an_order(void **state)
{
    EACH(lamps, { { "Please write to ada@example.com when the WH-1000XM5 is back" }, "", "order" },
         { { "where's my order of the WH-1000XM5? ada@example.com" }, "order number", "could not find an order" },
         { { "is the WH-1000XM5 here yet?" }, "$299.00", "order" },
         { { "any update on the WH-1000XM5?" }, "$299.00", "order" },
         { { "any update on NK-50233?", "ada@example.com" }, "shipped", NULL },
         { { "has my WH-1000XM5 shipped yet?" }, "order number", NULL },
         { { "my mail is ada@example.com, NK-50233" }, "shipped", NULL });
    EACH(balcony, { { "TYQ-1070X到了没" }, "¥1999.00", "订单" },
         { { "TYQ-1070X有货了请发邮件到lan@example.com" }, "", "订单" },
         { { "YT30077012到哪了", "lan@example.com" }, "运输中", NULL });
}

static void a_number_behind_for_may_be_of_people(void **state)
{
    EACH(lamps, { { "do you have the dinner set for 12?" }, "Dinner Set", "not able" },
         { { "give me the price of the dinner set for 12" }, "$88.00", "not able" },
         { { "do you do the dinner set for 12?" }, "", "not able" },
         { { "can I have the dinner set for $60?" }, "not able", NULL },
         { { "let me have the dinner set for 60 euros" }, "not able", NULL },
         { { "60 euros and I take the dinner set" }, "not able", NULL },
         { { "could you do the dinner set for 60?" }, "not able", NULL });
    EACH(balcony, { { "晾衣架八十欧卖不卖" }, "没有权限", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_price_is_asked_for_in_many_words),
        cmocka_unit_test(a_model_is_no_english),
        cmocka_unit_test(of_an_old_thing_the_rule_is_asked),
        cmocka_unit_test(what_came_broken_is_the_rule_for_it),
        cmocka_unit_test(what_is_seen_of_a_fault_is_in_the_papers),
        cmocka_unit_test(a_warranty_of_the_thing_comes_before_that_of_all),
        cmocka_unit_test(a_gift_is_asked_for_in_many_words),
        cmocka_unit_test(a_person_is_wished_for_in_many_words),
        cmocka_unit_test(a_slip_means_the_nearest),
        cmocka_unit_test(an_order_is_known_by_its_mark),
        cmocka_unit_test(what_goes_with_a_thing_has_a_price_of_its_own),
        cmocka_unit_test(a_quality_is_asked_of_what_is_talked_about),
        cmocka_unit_test(what_does_not_fit_goes_back),
        cmocka_unit_test(what_no_text_tells_is_not_told),
        cmocka_unit_test(a_way_to_send_is_no_parcel_of_mine),
        cmocka_unit_test(what_is_left_is_asked_in_many_words),
        cmocka_unit_test(what_a_thing_is_made_of_is_told),
        cmocka_unit_test(of_a_part_the_papers_of_the_whole_are_asked),
        cmocka_unit_test(a_rule_is_that_of_what_was_said),
        cmocka_unit_test(words_of_rules_may_be_of_other_things),
        cmocka_unit_test(an_order_is_asked_after_in_many_words),
        cmocka_unit_test(who_types_by_sound_is_understood),
        cmocka_unit_test(a_sum_is_an_offer_in_many_words),
        cmocka_unit_test(a_word_of_two_senses_is_that_of_its_neighbours),
        cmocka_unit_test(what_sounds_alike_may_be_another_thing),
        cmocka_unit_test(what_sounds_alike_is_known_at_once),
        cmocka_unit_test(a_kind_of_thing_is_not_the_thing),
        cmocka_unit_test(of_a_part_only_what_speaks_of_it_is_told),
        cmocka_unit_test(a_picture_is_no_reason_to_keep_the_person_away),
        cmocka_unit_test(a_number_of_goods_is_none_of_an_order),
        cmocka_unit_test(a_number_behind_for_may_be_of_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
