/* test_local_ways.c: Chinese ways of asking, of which the words alone say something else; names with one sign of the
 * same sound; what is in the box, and whom it fits. A shop of what musicians and gardeners buy. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char yard[] =
    SHOP("青苔与弦", "zh-CN", "CNY") "\"products\":["
    THING("pot", "苔庭 手工陶瓷花盆多肉盆栽透气阳台绿植盆 HT-8", "紫砂泥。", ONE("口径", "12cm", "1850") "," ONE("口径", "20cm", "3650")) ","
    THING("pot2", "苔庭 塑料花盆长方形阳台种菜盆加厚 HT-2", "树脂。", ONE("长度", "40cm", "990") "," ONE("长度", "60cm", "1590")) ","
    THING("net", "苔庭 遮阳网爬藤网加密防晒多肉花卉专用", "黑色聚乙烯。",
          ONE("尺寸", "2×3米", "2110") "," ONE("尺寸", "3×5米", "4220") "," ONE("尺寸", "4×6米", "6330")) ","
    THING("glove", "苔庭 园艺手套橡胶浸塑防刺透明款防滑款拔草", "耐磨。",
          TWO("款式", "透明款", "尺码", "8-9号", "1310", "true") "," TWO("款式", "防滑款", "尺码", "8-9号", "1420", "true") ","
          TWO("款式", "透明款", "尺码", "10-11号", "1530", "false") "," TWO("款式", "防滑款", "尺码", "10-11号", "1640", "true")) ","
    THING_AT("erhu", "弦野 专业二胡红木考级演奏 XY-E7", "随琴附琴盒、松香两块、琴弦一套、千斤一副。音色亮。", "128000") ","
    THING_AT("lamp", "苔庭 植物补光灯全光谱定时", "【功能】三档光色、预约12小时。【清单】一灯一夹一电源。2021年新款，每天照8小时。", "9900") ","
    THING_AT("bow", "弦野 二胡琴弓马尾红木弓杆 XY-E7适用", "白马尾。", "8600") ","
    THING_AT("metro", "弦野 节拍器电子版 XY-M3", "四节拍。", "6800") ","
    THING_AT("cymbal", "弦野 铜钹腰鼓队小钹", "响铜。", "5200") ","
    THING_AT("suit", "青衿 儿童演出服合唱礼服", "小码适合身高105-120cm；大码适合身高120-140cm。", "15800") ","
    THING("stand", "青衿 折叠铁艺乐谱架便携", "三脚。",
          ONE("套餐", "单架不含提包", "4100") "," ONE("套餐", "架子配夹子", "5200")) ","
    THING_AT("case", "青衿 防水琴谱夹磨砂A4文件收纳", "40页。", "2600") "],"
    "\"faq\":["
    FAQ("strings", "琴弦装断包补", "第一次装断的琴弦免费补寄一根，请拍照。") ","
    FAQ("put", "遮阳网安装收费", "上门装网每张60元。") ","
    FAQ("bulk", "批发", "满50件可谈批发价。") "],"
    "\"orders\":[{\"number\":\"70992015534\",\"email\":\"qiu@example.com\",\"name\":\"秋\",\"status\":\"paid\","
    "\"statusText\":\"已付款\",\"currency\":\"CNY\",\"total\":1900,\"items\":[],\"shipments\":[]}],"
    "\"documents\":["
    PAPER("net-put", "net", "安装 遮阳网", "安装前墙上留好四个挂钩。") ","
    PAPER("erhu-sure", "erhu", "保修 二胡 XY-E7", "琴筒保修2年，琴弓是易耗品，不保修。") ","
    PAPER("metro-fault", "metro", "故障 节拍器 XY-M3", "F4 电量低：请换电池。") ","
    PAPER("erhu-gift", "erhu", "赠品 二胡 XY-E7", "赠擦琴布一块。") "],\"promotions\":[]}";
/* clang-format on */

static void where_prices_begin_is_no_haggling(void **state)
{
    EACH(yard, { { "花盆最低多少起" }, "¥9.90", "权限" }, { { "遮阳网从多少钱开始" }, "¥21.10", "权限" },
         { { "手套起步价是多少呀" }, "¥13.10", "没有找到" }, { { "花盆最便宜的几块钱起卖" }, "¥9.90", "权限" },
         { { "便宜的那款花盆多少钱" }, "¥9.90", "权限" }, { { "有没有便宜点的花盆" }, "¥9.90", "权限" },
         { { "花盆最低多少卖给我" }, "权限", NULL }, { { "二胡能便宜点吗，从多少起都行" }, "权限", NULL },
         { { "遮阳网便宜的话我就拿了" }, "权限", NULL }, { { "多少件起批" }, "满50件", NULL });
}

static void who_wants_to_talk_with_somebody_wants_a_person(void **state)
{
    EACH(yard, { { "我要跟你们售后人员说话" }, "转接", NULL }, { { "能不能让你们店员跟我聊聊" }, "转接", NULL },
         { { "找个懂琴的工作人员沟通一下" }, "", "转接" }, { { "帮我叫一下你们老板娘来回我" }, "转接", NULL },
         { { "麻烦换个活人跟我讲" }, "转接", NULL }, { { "跟客服说好了送松香的" }, "", "转接" },
         { { "跟老板讲讲价" }, "权限", "转接" });
}

static void one_of_it_is_no_name(void **state)
{
    EACH(yard, { { "铜钹多少钱一副" }, "¥52.00", "没有找到" },
         { { "二胡有琴弓的不", "多少一把" }, "¥86.00", "没有找到" },
         { { "琴弓坏了想单独买一个，E7的多少钱" }, "¥86.00", "保修" }, { { "有单卖的琴弓吗" }, "¥86.00", "没有找到" },
         { { "XY-E7的琴筒坏了保修吗" }, "琴筒保修2年", NULL }, { { "二胡会送擦琴布之类的吗" }, "擦琴布", "没有资料" });
}

static void a_slip_of_one_sound_is_heard(void **state)
{
    EACH(yard, { { "遮阳罔多少钱" }, "¥21.10", "没有找到" }, { { "铜拨多少" }, "¥52.00", "没有找到" },
         { { "结拍器什么价" }, "¥68.00", "没有找到" }, { { "二湖多少钱" }, "¥1280.00", "没有找到" },
         { { "有铜盆吗" }, "", "铜钹" }, { { "有花瓶吗" }, "", "花盆" }, { { "手陶多少钱" }, "¥13.10", "没有找到" },
         { { "手陶防滑款的多少" }, "¥14.20", "没有找到" });
    assert_true(local_han_same_sound("岭", "铃", false));
    assert_true(local_han_alike("璧", "壁", false));
    assert_false(local_han_same_sound("袋", "带", true));
}

static void values_as_they_are_said(void **state)
{
    EACH(yard, { { "遮阳网3x5的多少" }, "¥42.20", "¥21.10" }, { { "4*6米遮阳网多少钱" }, "¥63.30", "¥21.10" },
         { { "2乘3的遮阳网几块" }, "¥21.10", "¥63.30" }, { { "10-11号透明款手套还有不" }, "缺货", "有货" },
         { { "透明款手套", "10-11号的还有没" }, "缺货", "现在有货" },
         { { "遮阳网300乘500的多少" }, "¥42.20", "¥21.10" }, { { "橡胶手套防滑款8-9号" }, "¥14.20", "¥13.10" },
         { { "磨砂夹多少钱" }, "¥26.00", "没有找到" });
}

static void a_value_by_a_part_of_it(void **state)
{
    EACH(yard, { { "遮阳网要5米长那个多少钱" }, "¥42.20", "¥21.10" }, { { "遮阳网要6米的" }, "¥63.30", "¥21.10" },
         { { "9号防滑款手套多少" }, "¥14.20", "¥16.40" }, { { "10码的透明款手套" }, "¥15.30", "¥13.10" },
         { { "谱架带提包的多少钱" }, "¥52.00", "¥41.00" }, { { "谱架不带提包的多少钱" }, "¥41.00", "¥52.00" },
         { { "陶瓷花盆12和20的各多少" }, "¥18.50", NULL }, { { "陶瓷花盆12和20的各多少" }, "¥36.50", NULL },
         { { "遮阳网包安装吗" }, "60元", "挂钩" }, { { "遮阳网怎么安装" }, "挂钩", NULL });
}

static void what_is_in_the_box_and_whom_it_fits(void **state)
{
    EACH(yard, { { "专业二胡里面都有啥" }, "松香两块", "按规格" }, { { "XY-E7二胡包含哪些东西" }, "松香两块", NULL },
         { { "孩子身高112演出服拿哪个" }, "105-120cm", "120-140cm" },
         { { "演出服 135公分的女儿穿哪款" }, "120-140cm", "105-120cm" }, { { "琴弦装歪了废了咋办" }, "免费补寄", NULL },
         { { "补光灯里面都有什么" }, "一灯一夹一电源", NULL }, { { "补光灯能预约吗" }, "预约12小时", NULL },
         { { "补光灯每天照多久" }, "8小时", "没有资料" }, { { "考级选哪款二胡好" }, "¥1280.00", "没有资料" });
}

static void a_code_or_an_order_of_what_is_talked_about(void **state)
{
    EACH(yard, { { "我买的是XY-M3", "突然停了 屏上写F4" }, "换电池", NULL },
         { { "70992015534 这个单付款成功没", "qiu@example.com" }, "已付款", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_prices_begin_is_no_haggling),
        cmocka_unit_test(who_wants_to_talk_with_somebody_wants_a_person),
        cmocka_unit_test(one_of_it_is_no_name),
        cmocka_unit_test(a_slip_of_one_sound_is_heard),
        cmocka_unit_test(values_as_they_are_said),
        cmocka_unit_test(a_value_by_a_part_of_it),
        cmocka_unit_test(what_is_in_the_box_and_whom_it_fits),
        cmocka_unit_test(a_code_or_an_order_of_what_is_talked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
