/* test_local_alone.c: who asks whether a part of a thing, or one of a set, is sold by itself is told no price of the
 * whole, and no "yes"; where that part is sold, or the shop tells of it, that is told. A shop of fishing and kitchen
 * things. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("江边小铺", "zh-CN", "CNY") "\"products\":["
    THING_AT("reel", "钓友 水滴轮轻量路亚渔轮防炸线替换线杯装 DY-R8", "速比七比一。", "23800") ","
    THING_AT("spool", "钓友 线杯原厂替换件浅杯适用DY-R8", "铝合金。", "5900") ","
    THING_AT("grill", "野炊 折叠烧烤架户外便携木炭炉加厚烤网带油盘 YC-G2", "一米长。", "16800") ","
    THING("tea", "暖盏 骨瓷下午茶具欧式一壶六杯托盘套装 NZ-6", "手绘。",
          ONE("款式", "全套", "32900") "," ONE("款式", "单壶", "12900")) ","
    THING_AT("box", "钓友 保鲜钓箱加厚三十升带肩带插杆架 DY-X3", "能坐。", "21900") "],"
    "\"orders\":[],\"faq\":[" FAQ("r", "退换", "7天内可退。") "],\"documents\":["
    PAPER("w", "box", "钓箱：保修", "箱体保一年，肩带坏了可以单独购买，十五元一条。") "]}";
/* clang-format on */

static void a_part_alone_is_not_the_whole(void **state)
{
    EACH(shop, { { "烧烤架的烤网单卖吗" }, "没有找到", "¥" }, { { "烤网能不能单买" }, "没有找到", "¥" },
         { { "油盘可以单独买吗" }, "没有找到", "¥" }, { { "茶具的杯子单买多少钱" }, "没有找到", "¥" },
         { { "托盘单卖多少钱" }, "没有找到", "¥" });
}

static void what_is_sold_as_a_part(void **state)
{
    EACH(shop, { { "渔轮的线杯单卖吗" }, "", "238.00" }, { { "线杯能单买吗" }, "59.00", "238" },
         { { "钓箱的肩带单卖吗" }, "十五元一条", "219" }, { { "烧烤架多少钱" }, "168.00", NULL },
         { { "烧烤架单卖吗" }, "168.00", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_alone_is_not_the_whole),
        cmocka_unit_test(what_is_sold_as_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
