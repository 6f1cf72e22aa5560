/* test_local_unmet.c: who asks for an amount, a colour or a part that a product does not have is not told that it is in
 * stock, nor what it costs; and who asks for what it has is told both, in whatever unit. */
#include "chat/test_local_rows.h"

/* clang-format off */
#define BAG(colour, length, price, there) TWO("颜色", colour, "长度", length, price, there)
static const char camp[] = SHOP("山坳户外", "zh-CN", "CNY")
    "\"products\":["
    THING_AT("k", "燎原 户外电源600W 储能电源 180000毫安 LY-E6", "自带LED灯。含点烟器线，长60cm。", "189900") ","
    THING("b", "山坳 睡袋 羽绒加厚 1.2公斤", "舒适温度零下5度。",
          BAG("墨竹绿", "190厘米", "39900", "true") "," BAG("墨竹绿", "210厘米", "42900", "false") ","
          BAG("岩灰", "190厘米", "40900", "true")) ","
    THING("p", "野营气罐 扁气罐 丁烷气 户外炉用", "勿近明火。",
          ONE("规格", "3罐装", "3600") "," ONE("规格", "12罐装", "12900")) ","
    THING_AT("h", "探路 头灯H7 充电式 500流明 2000mAh", "附头带一条，电池不可拆。", "12900") ","
    THING_AT("f", "狗粮包 登山犬粮 5-8斤", "冻干。", "8800") ","
    THING_AT("t", "折叠野营垃圾桶 12升", "收起后厚4厘米。", "2900") "],"
    "\"orders\":[],\"faq\":[" FAQ("r", "退换", "7天内可退。") "],\"documents\":["
    PAPER("d", "b", "睡袋：收纳", "先卷后压，自己就能收。") "]}";
/* clang-format on */

static void an_amount_that_it_lacks(void **state)
{
    EACH(camp, { { "1000W的户外电源有货吗" }, "没有找到", "现在有货" },
         { { "户外电源300000毫安多少钱" }, "没有找到", "1899" }, { { "气罐6罐装有货吗" }, "3罐装、12罐装", "现在有货" },
         { { "气罐24罐装多少钱" }, "3罐装、12罐装", "¥" }, { { "垃圾桶30升有货吗" }, "没有找到", "现在有货" },
         { { "睡袋230厘米的有货吗" }, "190厘米", "现在有货" }, { { "犬粮20斤的多少钱" }, "没有找到", "88.00" });
}

static void an_amount_that_it_has(void **state)
{
    EACH(camp, { { "600瓦的户外电源有货吗" }, "现在有货", NULL }, { { "18万毫安的户外电源有货吗" }, "现在有货", NULL },
         { { "气罐12罐装多少钱" }, "129.00", NULL }, { { "垃圾桶12L多少钱" }, "29.00", NULL },
         { { "睡袋2.1米的有货吗" }, "缺货", NULL }, { { "犬粮6斤的多少钱" }, "88.00", NULL },
         { { "身高175厘米买睡袋多少钱" }, "399.00", "没有找到" });
}

/* clang-format off */
static const char sea[] = SHOP("潮汐渔获", "zh-CN", "CNY")
    "\"products\":["
    THING("c", "鲜鳕鱼块 去骨 单块80克以上 2斤装/4斤装", "单块80克以上。",
          ONE("重量", "2斤装", "6900") "," ONE("重量", "4斤装", "12900")) ","
    THING_AT("o", "即食鱿鱼丝 500g罐装", "微辣。", "5200") ","
    THING("g", "防滑渔夫靴 高帮", "橡胶底。", ONE("尺码", "41", "9900") "," ONE("尺码", "43", "9910")) ","
    THING("w", "防水连体裤 下水裤", "加厚。", ONE("尺码", "M", "15900") "," ONE("尺码", "XL", "15910")) ","
    THING("n", "抄网头 粗眼", "可折。", ONE("数量", "2个装", "3900") "," ONE("数量", "6个装", "9900")) ","
    THING_AT("n2", "抄网杆 碳素 1根", "三节。", "8900") "],"
    "\"orders\":[],\"faq\":[" FAQ("r", "退换", "7天内可退。") "],\"documents\":[]}";
/* clang-format on */

static void amounts_and_sizes_of_several(void **state)
{
    EACH(sea, { { "鳕鱼5斤多少钱" }, "2斤装、4斤装", "¥" }, { { "鳕鱼4斤多少钱" }, "129.00", NULL },
         { { "鳕鱼500g多少钱" }, "没有找到", "52.00" }, { { "鱿鱼丝500克有吗" }, "52.00", NULL },
         { { "渔夫靴46码有吗" }, "41、43", "有，" }, { { "渔夫靴43码有吗" }, "99.10", NULL },
         { { "下水裤S码多少钱" }, "M、XL", "¥" }, { { "下水裤XL码多少钱" }, "159.10", NULL },
         { { "抄网10个装多少钱" }, "2个装、6个装", "¥" }, { { "鳕鱼8斤装" }, "2斤装、4斤装", "¥" });
}

static void a_number_before_a_value(void **state)
{
    EACH(camp, { { "睡袋210墨竹绿有货吗" }, "缺货", "现在有货" }, { { "睡袋190岩灰有货吗" }, "现在有货", NULL });
}

static void a_colour_that_it_lacks(void **state)
{
    EACH(camp, { { "睡袋190厘米红色有货吗" }, "墨竹绿、岩灰", "现在有货" },
         { { "睡袋灰色有货吗" }, "现在有货", "没有找到" });
}

static void a_part_is_no_whole(void **state)
{
    EACH(camp, { { "H7电池有货吗" }, "没有找到", "现在有货" }, { { "H7头灯的充电线多少钱" }, "没有找到", "129" },
         { { "H7多少钱" }, "129.00", NULL });
}

static void anger_and_wishes(void **state)
{
    EACH(camp, { { "垃圾桶买错了能退吗" }, "7天", "转接" }, { { "一群垃圾" }, "转接", NULL },
         { { "睡袋要人工组装吗" }, "", "转接" }, { { "有没有人管管" }, "转接", NULL },
         { { "喊你们店长" }, "转接", NULL }, { { "我要跟你们经理讲" }, "转接", NULL },
         { { "现在有人在线吗" }, "转接", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_amount_that_it_lacks),
        cmocka_unit_test(an_amount_that_it_has),
        cmocka_unit_test(amounts_and_sizes_of_several),
        cmocka_unit_test(a_number_before_a_value),
        cmocka_unit_test(a_colour_that_it_lacks),
        cmocka_unit_test(a_part_is_no_whole),
        cmocka_unit_test(anger_and_wishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
