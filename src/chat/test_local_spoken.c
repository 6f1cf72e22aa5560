/* test_local_spoken.c: Chinese as it is typed to a shop: what only counts, points or tells for whom it is makes no
 * other thing of the name; which of two a thing is, what is given with it and how long it keeps is told by the shop's
 * own texts. A shop of pots, teas and scarves. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("远岫生活", "zh-CN", "CNY") "\"products\":["
    THING("pot", "云纹珐琅汤锅 加厚", "三升。",
          "{\"id\":\"p1\",\"options\":{\"颜色\":\"鸭蛋青\"},\"price\":21900,\"available\":false},"
          "{\"id\":\"p2\",\"options\":{\"颜色\":\"炭黑\"},\"price\":19900,\"available\":true}") ","
    THING("tea", "山岚茉莉花茶", "三窨一提。",
          "{\"id\":\"t1\",\"options\":{\"规格\":\"50g\"},\"price\":1900,\"available\":true},"
          "{\"id\":\"t2\",\"options\":{\"规格\":\"200g\"},\"price\":6900,\"available\":true}") ","
    THING_AT("honey", "枣花蜂蜜 200g", "不加糖。", "4500") ","
    THING_AT("coat", "「雪岭」中长款棉服 可拆帽", "填充白棉。帽子可拆。", "32900") ","
    THING_AT("coat2", "「松针」系列灯芯绒外套", "单层无里布。", "25900") ","
    THING_AT("scooter", "儿童滑板车 可折叠", "三轮，铝杆。", "16800") ","
    THING_AT("scarf", "羊驼毛围巾 流苏", "羊驼毛60%、羊毛40%。手洗。", "13900") ","
    THING_AT("cup", "弹盖保温杯", "不锈钢。", "7900") "],"
    "\"orders\":[],\"faq\":[" FAQ("back", "退货", "签收7天内没有使用的可以退货，拆开用过的不退。") ","
    FAQ("money", "退款到账", "验货后5天内原路退款。") "," FAQ("ship", "发货时间", "24小时内发货，3天送到。") ","
    FAQ("skin", "过敏保障", "使用后过敏的凭证明可以退款，拆封了也可以退。") "],"
    "\"documents\":[" PAPER("brew", "tea", "茉莉花茶冲泡说明", "水温85度。孕期请不要饮用。") ","
    "{\"id\":\"keep\",\"title\":\"保质期和开封后期限\",\"text\":\"所有食品未开封18个月。开封后：蜂蜜6个月，茶叶3个月。\"}],"
    "\"promotions\":[{\"id\":\"gift\",\"title\":\"买棉服送手套\",\"text\":\"购买「雪岭」棉服送羊绒手套一双。\"},"
    "{\"id\":\"two\",\"title\":\"保温杯两个八折\",\"text\":\"保温杯任选两个及以上打八折。\"}]}";
/* clang-format on */

static void a_count_before_the_name_is_no_name(void **state)
{
    EACH(shop, { { "炭黑那口珐琅汤锅多少钱" }, "199.00", NULL }, { { "来口珐琅汤锅 炭黑的多少钱" }, "199.00", NULL },
         { { "想买台滑板车多少钱" }, "168.00", NULL }, { { "整台滑板车多少钱" }, "168.00", NULL });
}

static void whom_it_is_for_makes_no_other_thing_of_it(void **state)
{
    EACH(shop, { { "给外甥拿台滑板车多少钱" }, "168.00", NULL }, { { "滑板车 给五岁的娃" }, "168.00", NULL },
         { { "围巾 送给奶奶的" }, "139.00", NULL }, { { "围巾 送我妈的" }, "139.00", "统一设定" },
         { { "汤锅 给我妈用的", "炭黑的多少钱" }, "199.00", NULL });
}

static void what_is_only_said_with_a_value_is_of_it(void **state)
{
    EACH(shop, { { "珐琅汤锅多少钱", "要鸭蛋青款的，有货没" }, "缺货", NULL },
         { { "珐琅汤锅多少钱", "炭黑款有货吗" }, "有货", NULL });
}

static void an_amount_alone_goes_on_with_what_has_it(void **state)
{
    EACH(shop, { { "茉莉花茶多少钱", "200g多少钱" }, "69.00", "45.00" },
         { { "茉莉花茶多少钱", "大的那包 200g的呢" }, "69.00", NULL }, { { "200g蜂蜜多少钱" }, "45.00", NULL });
}

static void a_series_is_what_bears_its_name(void **state)
{
    EACH(shop, { { "雪岭系列多少钱" }, "329.00", "259.00" }, { { "松针系列多少钱" }, "259.00", "329.00" },
         { { "雪岭那件长棉服多少钱" }, "329.00", NULL });
}

static void which_of_two_it_is_stands_in_its_texts(void **state)
{
    EACH(shop, { { "雪岭棉服填的是丝棉还是白棉" }, "填充白棉", "¥" }, { { "雪岭是丝绵还是鸭绒" }, "没有资料", "¥" },
         { { "松针外套是双层还是单层的" }, "单层", "¥" }, { { "羊驼毛围巾含羊驼毛多少" }, "60%", "¥" });
}

static void what_is_given_or_taken_off_is_told(void **state)
{
    EACH(shop, { { "买雪岭棉服送东西吗" }, "羊绒手套", NULL }, { { "雪岭送什么" }, "羊绒手套", NULL },
         { { "买松针外套送东西吗" }, "没有查到", "手套" }, { { "保温杯买两个有折扣吗" }, "八折", NULL });
}

static void the_rule_that_is_meant_is_told(void **state)
{
    EACH(shop, { { "货退了 钱几天到" }, "5天内原路", NULL },
         { { "退的东西你们收了，钱什么时候回来" }, "5天内原路", NULL }, { { "用过能退吗" }, "签收7天", NULL },
         { { "用了过敏能退吗" }, "凭证明", NULL }, { { "用了烂脸 怎么赔" }, "凭证明", NULL },
         { { "蜂蜜开了能放多久" }, "6个月", NULL }, { { "茉莉花茶开封后多久要扔" }, "3个月", NULL },
         { { "怀孕了能喝茉莉花茶吗" }, "孕期请不要", NULL }, { { "怀孕了能吃枣花蜂蜜吗" }, "没有资料", "¥" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_before_the_name_is_no_name),
        cmocka_unit_test(whom_it_is_for_makes_no_other_thing_of_it),
        cmocka_unit_test(what_is_only_said_with_a_value_is_of_it),
        cmocka_unit_test(an_amount_alone_goes_on_with_what_has_it),
        cmocka_unit_test(a_series_is_what_bears_its_name),
        cmocka_unit_test(which_of_two_it_is_stands_in_its_texts),
        cmocka_unit_test(what_is_given_or_taken_off_is_told),
        cmocka_unit_test(the_rule_that_is_meant_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
