/* test_local_near_rules.c: rules of a shop that lie near each other, with both of them and with one alone; and how
 * long the shop stands for what broke. A shop of what one rides and repairs bicycles with. */
#include "chat/test_local_rows.h"

/* clang-format off */
#define GOODS SHOP("链轮车坊", "zh-CN", "CNY") "\"products\":["                                                          \
    THING_AT("pump", "飞砾 高压打气筒 PG-3", "带气压表。", "9900") ","                                                       \
    THING_AT("lamp", "飞砾 骑行前灯 600流明", "充电款。", "12900") "],\"orders\":[],\"documents\":["                    \
    PAPER("lamp-sure", "lamp", "保修 骑行前灯", "整灯保修2年，电路板保修4年。") ","                                    \
    PAPER("lamp-fault", "lamp", "故障 骑行前灯", "电路板进水：拆开晾干两天。") ","                                      \
    PAPER("lamp-gift", "lamp", "赠品 骑行前灯", "赠车把支架一个。") "],\"promotions\":[],\"faq\":["

static const char both[] =
    GOODS
    FAQ("back", "退货", "签收后12天内，没骑过、没装过的可以退货。") ","
    FAQ("money", "退款到账时间", "仓库验货后4个工作日内原路退款。") ","
    FAQ("swap", "换货", "签收后25天内可以换一次尺寸。") ","
    FAQ("postage", "退换货运费", "装错的由本店出，其它由买家承担。") ","
    FAQ("fee", "运费", "满77元包邮，不满收9元。") ","
    FAQ("goes", "发货时间", "14点前付款的当天发出。") ","
    FAQ("comes", "多久能到", "一般3到5天送达。") ","
    FAQ("far", "偏远地区", "新疆、西藏加收28元，约9天送达。") ","
    FAQ("pay", "付款方式", "支持支付宝和银行卡。") ","
    FAQ("parts", "分期付款", "满800元可以分6期。") ","
    FAQ("shop", "门店地址", "厦门市思明区莲前西路66号。") ","
    FAQ("hours", "营业时间", "每天10:30到19:30营业。") ","
    FAQ("fetch", "到店自提", "备好后短信通知，凭码取货。") ","
    FAQ("staff", "客服时间", "在线客服8点到22点。") ","
    FAQ("cancel", "取消订单", "没发出的可以在订单页取消。") ","
    FAQ("alter", "修改订单", "发出前可以改一次地址。") ","
    FAQ("wrap", "礼品包装", "每件加13元，配贺卡。") ","
    FAQ("given", "赠品", "满500元送头巾一条。") ","
    FAQ("card", "礼品卡", "面值200元，三年有效。") ","
    FAQ("sure", "质保", "车架质保5年。") ","
    FAQ("mend", "维修", "寄到车坊检修，约6天寄回。") "]}";

static const char few[] =
    GOODS
    FAQ("money", "退款到账时间", "仓库验货后4个工作日内原路退款。") ","
    FAQ("goes", "发货时间", "14点前付款的当天发出。") ","
    FAQ("fee", "运费", "满77元包邮，不满收9元；新疆、西藏加收28元。") ","
    FAQ("swap", "换货", "签收后25天内可以换一次尺寸，寄回的邮费由买家承担。") ","
    FAQ("staff", "客服时间", "在线客服8点到22点。") ","
    FAQ("wrap", "礼品包装", "每件加13元，配贺卡。") ","
    FAQ("alter", "修改订单", "发出前可以改一次地址。") "]}";
/* clang-format on */

static void in_how_many_days_is_not_when_the_money_comes(void **state)
{
    EACH(both, { { "骑着不合适，几天内能退" }, "12天", NULL }, { { "多久之内可以退货" }, "12天", NULL },
         { { "签收几天可以退" }, "12天", "4个工作日" }, { { "退货期限是多长" }, "12天", NULL },
         { { "退了货钱多久能回来" }, "4个工作日", NULL }, { { "货寄回去了几天退款" }, "4个工作日", NULL },
         { { "几天内可以换" }, "25天", NULL }, { { "换货的邮费谁承担" }, "装错的", NULL },
         { { "退回去快递费谁付" }, "装错的", NULL });
}

static void the_way_is_not_the_leaving(void **state)
{
    EACH(both, { { "快递要走几天" }, "3到5天", NULL }, { { "大概多久到货" }, "3到5天", NULL },
         { { "拍下几天发出" }, "14点前", NULL }, { { "运费怎么算" }, "77元", NULL },
         { { "发乌鲁木齐要加运费吗" }, "28元", NULL }, { { "西藏几天能到" }, "9天", NULL });
}

static void of_the_shop_and_of_paying_the_one_that_is_named(void **state)
{
    EACH(both, { { "怎么付款" }, "支付宝", NULL }, { { "能用银行卡吗" }, "支付宝", NULL },
         { { "最多分几期" }, "分6期", NULL }, { { "门店营业到几点" }, "19:30", NULL },
         { { "客服几点下班" }, "22点", NULL }, { { "我自己去取行不" }, "凭码", NULL },
         { { "店在哪" }, "莲前西路", NULL }, { { "还没发货能不能退单" }, "订单页取消", NULL },
         { { "下完单能改地址吗" }, "改一次", NULL }, { { "有啥礼物送" }, "头巾", NULL },
         { { "可以写贺卡吗" }, "13元", NULL }, { { "礼品卡能用多久" }, "三年", NULL },
         { { "坏了能修吗" }, "检修", NULL }, { { "车架质保多久" }, "5年", NULL });
}

static void what_no_rule_tells_is_not_known(void **state)
{
    EACH(few, { { "几天内能退" }, "不清楚", "4个工作日" }, { { "门店营业到几点" }, "", "22点" },
         { { "有礼品卡吗" }, "", "13元" }, { { "怎么取消订单" }, "", "改一次" },
         /* the answer of another tells it, or a part of the way */
         { { "几天能到" }, "14点", NULL }, { { "急用 明天能到吗" }, "14点", NULL },
         { { "换货的邮费谁出" }, "买家承担", NULL }, { { "寄新疆要加钱吗" }, "28元", NULL },
         { { "退款多久" }, "4个工作日", NULL });
}

static void a_term_a_gift_and_a_price(void **state)
{
    EACH(few, { { "前灯电路板坏了 保几年" }, "4年", "晾干" }, { { "骑行前灯", "电路板坏了，质保多久" }, "4年", "晾干" },
         { { "前灯电路板进水了怎么办" }, "晾干", "4年" }, { { "拍前灯会给什么礼物呀" }, "支架", NULL },
         { { "骑行前灯有啥礼物送" }, "支架", NULL }, { { "PG-3 ?元" }, "¥99.00", NULL },
         { { "打气筒 ？块钱" }, "¥99.00", NULL }, { { "前灯？元一个" }, "¥129.00", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_how_many_days_is_not_when_the_money_comes),
        cmocka_unit_test(the_way_is_not_the_leaving),
        cmocka_unit_test(of_the_shop_and_of_paying_the_one_that_is_named),
        cmocka_unit_test(what_no_rule_tells_is_not_known),
        cmocka_unit_test(a_term_a_gift_and_a_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
