/* test_local_modifiers.c: a word of a Chinese title that only tells of what kind the thing is, or what it goes with, is
 * not the thing; who asks for it is told what is near, without a price. What is named by its own name is answered. A
 * shop of bags, pots and strings. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("半山杂货", "zh-CN", "CNY") "\"products\":["
    THING("bag", "凯影 适用佳影R50相机包单反双肩摄影包防泼水 KY-B2", "内胆可拆。",
          TWO("颜色", "墨灰", "款式", "加大款", "18900", "true") "," TWO("颜色", "卡其", "款式", "标准款", "15900", "true")) ","
    THING_AT("pot", "小灶 不粘电煮锅宿舍煮粥热牛奶一人食小电锅 XZ-P1", "一升半。", "8900") ","
    THING_AT("flour", "麦垄 高筋小麦粉家用花卷馒头面包粉5斤", "河套小麦。", "2650") ","
    THING_AT("gig", "乐弦 民谣吉他包加厚双肩背琴包防水 送变调夹", "41寸通用。", "7700") ","
    THING_AT("string", "乐弦 尤克里里弦碳素琴弦一套四根", "21到26寸。", "1900") ","
    THING_AT("wool", "絮语 圆领羊毛衫女秋冬打底", "八成羊毛。", "23900") ","
    THING_AT("lamp", "星途 充电强光头灯夜跑矿灯 帐篷鱼箱可用", "三档。", "5600") ","
    THING_AT("mat", "星途 便携打气泵户外充气船皮划艇用 XT-Q3", "双缸。", "9800") ","
    THING("table", "木与石 岩纹茶桌椅组合阳台 MS-8", "橡木。",
          ONE("组合", "单桌", "64000") "," ONE("组合", "一桌两椅", "99000")) ","
    THING_AT("serum", "露白 玻色因抗皱精华液 LB-3", "三十毫升。", "15800") ","
    THING_AT("ring", "拾穗 素圈银戒指情侣对戒可刻字 SS-J77", "足银。", "26600") ","
    THING_AT("shoes", "步云 老爹运动鞋女透气 BY-6", "网面。", "17300") ","
    THING_AT("paddle", "星途 皮划艇桨铝合金可拆 XT-J1", "两节。", "11200") "],"
    "\"orders\":[],\"faq\":[" FAQ("r", "退换", "7天内可退。") "],\"documents\":[]}";
/* clang-format on */

static void what_it_goes_with_is_not_sold(void **state)
{
    EACH(shop, { { "相机多少钱" }, "没有找到", "¥" }, { { "有相机卖吗" }, "没有找到", "有，" },
         { { "佳影R50多少钱" }, "没有找到", "¥" }, { { "吉他有吗" }, "没有找到", "¥" },
         { { "尤克里里多少钱" }, "没有找到", "¥" }, { { "帐篷有没有" }, "没有找到", "¥" });
}

static void what_is_put_into_it_is_not_sold(void **state)
{
    EACH(shop, { { "牛奶多少钱" }, "没有找到", "¥" }, { { "粥多少钱" }, "没有找到", "¥" },
         { { "花卷有吗" }, "没有找到", "¥" }, { { "有馒头卖吗" }, "没有找到", "¥" },
         { { "变调夹有吗" }, "没有找到", "¥" });
}

static void what_tells_of_others_only_what_they_are_for(void **state)
{
    EACH(shop, { { "皮划艇多少钱" }, "没有找到", "¥" }, { { "皮划艇桨多少钱" }, "112.00", NULL });
}

static void the_thing_itself_is_answered(void **state)
{
    EACH(shop, { { "相机包多少钱" }, "159.00", NULL }, { { "R50的包卡其多少钱" }, "159.00", NULL },
         { { "电煮锅有吗" }, "89.00", NULL }, { { "面包粉多少钱" }, "26.50", NULL },
         { { "吉他包有货吗" }, "有货", NULL }, { { "琴弦多少钱" }, "19.00", NULL },
         { { "羊毛的多少钱" }, "239.00", NULL }, { { "头灯多少钱" }, "56.00", NULL },
         { { "打气泵多少钱" }, "98.00", NULL });
}

/* The head that stands behind is of the same thing, or was said; a style is short for what has it. */
static void the_same_thing_is_answered(void **state)
{
    EACH(shop, { { "茶桌多少钱" }, "640.00", NULL }, { { "抗皱精华多少钱" }, "158.00", NULL },
         { { "老爹鞋多少钱" }, "173.00", NULL }, { { "老爹有没有" }, "173.00", "没有找到" });
}

/* 可刻字 of the title is no wish to have something engraved; by itself it is. */
static void a_title_that_holds_a_service_asks_for_none(void **state)
{
    EACH(shop, { { "拾穗 素圈银戒指情侣对戒可刻字 SS-J77多少钱" }, "266.00", "不清楚" },
         { { "刻字多少钱" }, "不清楚", "266" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_goes_with_is_not_sold),
        cmocka_unit_test(what_is_put_into_it_is_not_sold),
        cmocka_unit_test(what_tells_of_others_only_what_they_are_for),
        cmocka_unit_test(the_thing_itself_is_answered),
        cmocka_unit_test(the_same_thing_is_answered),
        cmocka_unit_test(a_title_that_holds_a_service_asks_for_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
