/* test_local_values.c: a thing that is named by what it comes in alone, a weight that a value is for, two numbers of
 * one value, and fees of which the shop tells, or not. A shop of paints, nappies and tablets. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char shop[] =
    SHOP("百样铺", "zh-CN", "CNY") "\"products\":["
    THING("paint", "净墙 水性内墙乳胶漆 净味 翻新", "云雀灰、月牙白两色，5升刷一间房。",
          TWO("色号", "云雀灰", "容量", "5L", "8810", "true") ","
          TWO("色号", "云雀灰", "容量", "18L", "28820", "true") ","
          TWO("色号", "月牙白", "容量", "5L", "8830", "false")) ","
    THING("pants", "暖芽 拉拉裤 婴儿透气 整箱", "不起坨。",
          ONE("规格", "6-10kg", "6910") "," ONE("规格", "10-15kg", "7920") "," ONE("规格", "15kg以上", "8930")) ","
    THING("drops", "护爪 体外滴剂 猫狗 单支", "每月一支。",
          ONE("规格", "猫用", "2110") "," ONE("规格", "犬用5kg以下", "2320") "," ONE("规格", "犬用5-15kg", "3130")) ","
    THING("q3", "飞讯Q3 平板电脑 11英寸", "学习用。",
          ONE("版本", "6GB+128GB", "129900") "," ONE("版本", "8GB+128GB", "149900")) ","
    THING("q3p", "飞讯Q3 Pro 平板电脑 12英寸", "画画用。",
          ONE("版本", "8GB+256GB", "229900") "," ONE("版本", "12GB+512GB", "289900")) "],"
    "\"orders\":[],\"faq\":[" FAQ("off", "满减活动", "全店满100减10元。") ","
    FAQ("fix", "保修", "保修期内坏了免费修，来回运费我们出。") ","
    FAQ("up", "送货", "没有电梯的上楼费每层收8元。") ","
    FAQ("staff", "在线时间", "人工客服9点到21点在线，免费咨询。") "],\"documents\":[]}";
/* clang-format on */

static void named_by_values_alone(void **state)
{
    EACH(shop, { { "云雀灰18升多少钱" }, "288.20", "88.10" }, { { "月牙白的5L有货吗" }, "缺货", "现在有货" },
         { { "云雀灰有货吗" }, "现在有货", "没有找到" }, { { "5L多少钱" }, "", "88.10" });
}

static void the_value_for_a_weight(void **state)
{
    EACH(shop, { { "宝宝13公斤用哪个拉拉裤" }, "79.20", "69.10" }, { { "拉拉裤 孩子16斤穿哪种" }, "69.10", "79.20" },
         { { "拉拉裤 宝宝3公斤用哪个" }, "15kg以上", "¥" }, { { "我家狗8斤用哪个滴剂" }, "23.20", "31.30" },
         { { "我家猫8斤滴剂用哪种" }, "21.10", "23.20" }, { { "滴剂 狗20公斤用哪种" }, "没有找到", "¥" });
}

static void two_numbers_of_one_value(void **state)
{
    EACH(shop, { { "飞讯Q3 8GB+256GB多少钱" }, "没有找到", "2299" }, { { "飞讯Q3 8+128多少钱" }, "1499.00", NULL },
         { { "飞讯Q3 Pro 8+256多少钱" }, "2299.00", NULL });
}

static void fees_and_words_of_rules(void **state)
{
    EACH(shop, { { "保修期外人工费多少" }, "不清楚", "来回运费" }, { { "上楼费多少" }, "每层收8元", NULL },
         { { "加盟费多少钱" }, "", "满100" }, { { "吃这个能减肥吗" }, "", "满100" },
         { { "能减多少" }, "满100减10", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_by_values_alone),
        cmocka_unit_test(the_value_for_a_weight),
        cmocka_unit_test(two_numbers_of_one_value),
        cmocka_unit_test(fees_and_words_of_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
