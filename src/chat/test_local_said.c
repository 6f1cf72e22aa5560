/* test_local_said.c: what is said around a name and an amount: numbers and units as they are spoken, characters typed
 * for others, values beside the name, rules that a thing's word stands in. A shop of garden things, and one of bread.
 */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char garden[] =
    SHOP("青苗园艺", "zh-CN", "CNY") "\"products\":["
    THING("soil", "通用营养土种菜养花专用泥炭土有机肥 YT-5", "【成分】泥炭、椰糠。",
          ONE("规格", "250克", "390") "," ONE("规格", "5斤", "1290") "," ONE("规格", "10斤", "2190")) ","
    THING("lopper", "铝合金伸缩高枝剪修枝锯果园采果器 GZ-3", "【重量】1.4千克。修枝锯可拆。",
          ONE("长度", "3.4米", "12800") "," ONE("长度", "4.8米", "15900") "," ONE("长度", "6米", "18800")) ","
    THING("spray", "充电式电动喷雾器农用打药机背负式 PW-16", "【水箱】16升。【续航】一次充满可用5小时。适用果园、大棚。",
          TWO("电池", "8000毫安时", "颜色", "墨绿", "23900", "true") ","
          TWO("电池", "12000毫安时", "颜色", "墨绿", "28900", "false") ","
          TWO("电池", "12000毫安时", "颜色", "橙黑", "29100", "true")) ","
    THING("pot", "白色黑色加厚陶瓷花盆带托盘大口径 HP-20", "【口径】20厘米。",
          ONE("颜色", "白色", "2600") "," ONE("颜色", "磨砂黑", "2800") "," ONE("颜色", "白色+磨砂黑套装", "5100")) ","
    THING("fat", "多肉植物拼盘老桩易活四季播 DR-6", "【品种】六种。",
          ONE("数量", "单株", "880") "," ONE("数量", "六种各一株", "4200")) ","
    THING("hose", "家用浇花水管软管园林洗地防冻", "型号：SG-2510长10米，SG-2520长20米。",
          ONE("型号", "SG-2510", "4500") "," ONE("型号", "SG-2520", "7300")) ","
    THING_AT("light", "全光谱植物生长灯补光灯书桌夹子灯适用多肉绿植花架 BG-3", "【线长】1.5米。夹在花架上用。", "6900") ","
    THING_AT("stand", "阳台铁艺花盆架子落地多层 HJ-4", "【承重】30公斤。", "9900") "],"
    "\"faq\":["
    FAQ("when", "什么时候发货", "每天16:00前付款的当天发出，之后次日发出。") ","
    FAQ("way", "发什么快递，几天到", "默认发圆通，江浙沪1到2天到，其他地区4天到。") ","
    FAQ("cost", "运费和包邮", "满59元包邮，不满收7元运费。") ","
    FAQ("off", "满减活动", "全店满100元减10元。") ","
    FAQ("half", "第二件半价", "花盆同款第二件半价，拍两件自动减。") ","
    FAQ("back", "七天无理由退货", "签收后7天内完好可以无理由退货，运费由买家承担。") ","
    FAQ("plants", "植物土肥退换", "营养土、花苗、种子拆开包装后不支持无理由退货。") ","
    FAQ("size", "尺寸不合适换货", "花盆、水管尺寸不合适，15天内可换一次，来回运费由店铺承担。") ","
    FAQ("group", "企业团购与花盆定制", "满50个花盆可以印字。") "],"
    "\"documents\":["
    "{\"id\":\"empty\",\"title\":\"空育苗盘回收\",\"text\":\"寄回10个空育苗盘，送种子一包。\"},"
    PAPER("spray-sure", "spray", "保修说明", "整机保修14个月，电池保修6个月。加长杆弯折不保。") ","
    PAPER("spray-gift", "spray", "赠品说明", "配加长喷杆一根、口罩两个。") ","
    PAPER("spray-err", "spray", "常见故障", "E2 电池过热：停用15分钟。\\n喷出有水柱：喷片磨损，换一片。") ","
    PAPER("lopper-sure", "lopper", "保修说明", "一年内杆身断节免费换一节。") "],\"promotions\":[]}";

static const char bakery[] =
    SHOP("Crumb Street", "en", "USD") "\"products\":["
    THING("tin", "Harvest Loaf Tin", "Carbon steel.", TWO("capacity", "0.5 l", "finish", "Copper", "2150", "true") ","
          TWO("capacity", "0.9 l", "finish", "Copper", "2670", "true") ","
          TWO("capacity", "0.9 l", "finish", "Slate Blue", "2590", "true")) ","
    THING_AT("scale", "Milligram Kitchen Scale KS-40", "Weighs up to 5 kg.", "3300") "],"
    "\"faq\":[" FAQ("pay", "Ways to pay", "Cards.") "],\"documents\":[],\"promotions\":[]}";


static const char home[] =
    SHOP("暖居", "zh-CN", "CNY") "\"products\":["
    THING("net", "免安装蒙古包蚊帐可折叠 WZ-3", "【面料】细纱。", ONE("人数", "1-2人", "4900") "," ONE("人数", "3-4人", "7900")) ","
    THING("hat", "羊毛保暖帽护耳冬季 MZ-1", "S码适合头围46-50cm，M码适合头围51-54cm。",
          ONE("尺码", "S", "3300") "," ONE("尺码", "M", "3500")) ","
    THING("pot", "分体式电煮锅煮面蒸汽家用 ZG-15", "【清洗】锅身能进洗碗机。【煮蛋】可以煮蛋，最多6个。",
          ONE("套餐", "单锅", "9900") "," ONE("套餐", "锅+蒸笼", "12900")) ","
    THING_AT("printer", "热敏面单蓝牙打印机家用 MD-80", "只能用热敏纸，每卷三百张。", "23800") ","
    THING_AT("tape", "防水透气创可贴独立包装 CK-2", "每盒二十片，含棉芯。", "1280") ","
    THING_AT("toy", "合金遥控越野车手柄 YK-8", "手柄共8个键。【电池】1200mAh。", "8800") ","
    THING("case", "磨砂防摔保护壳适用Nova系列 HW-N", "硅胶软边。",
          ONE("机型", "Nova 11", "2100") "," ONE("机型", "Nova 11 Pro", "2300") "," ONE("机型", "Nova 12", "2500")) ","
    THING("disk", "移动硬盘固态高速 YD-6", "【重量】48克。重新格式化后可用。",
          ONE("版本", "读1050+512GB", "29900") ","
          ONE("版本", "读1050+1TB", "49900") "," ONE("版本", "读2000+256GB", "27900")) ","
    THING_AT("sausage", "广式腊肠甜味 L-205", "五花肉制。", "5600") "],"
    "\"faq\":["
    FAQ("way", "发什么快递", "默认发中通，2到3天到，要发顺丰补15元。") ","
    FAQ("cost", "运费说明", "满88元包邮，不满收8元运费。") ","
    FAQ("change", "修改订单", "没发货的订单可以改颜色、改地址或取消。") ","
    FAQ("swap", "尺码不合适换货", "7天内可换一次。") ","
    FAQ("new", "收到就有质量问题", "15天内直接换新。") ","
    FAQ("when", "发货时间", "17点前付款当天发出。") ","
    FAQ("back", "七天无理由退货", "7天内可退，送运费险。") ","
    FAQ("floor", "送货上楼", "没有电梯的楼房每层收10元搬运费。") "],"
    "\"documents\":["
    PAPER("pot-err", "pot", "常见故障", "蒸汽孔堵塞：用牙签疏通。\\n底盘不转：取下擦干。") ","
    PAPER("printer-err", "printer", "常见故障", "打出来是白纸：换热敏纸。") ","
    PAPER("hat-sure", "hat", "售后说明", "三个月内脱线可半价换新。") ","
    PAPER("sausage-keep", "sausage", "保存方法", "真空保质期90天，拆开后冷藏。") ","
    PAPER("sausage-eat", "sausage", "食用方法", "蒸15分钟即可食用。") "],\"promotions\":[]}";
/* clang-format on */

static void an_amount_is_spoken(void **state)
{
    EACH(garden, { { "营养土半斤的多少钱" }, "¥3.90", "接近" }, { { "半斤也就是250克的营养土几钱" }, "¥3.90", "接近" },
         { { "高枝剪4米8的啥价" }, "¥159.00", "¥128.00" }, { { "高枝剪三米四要多少钱" }, "¥128.00", "¥159.00" },
         { { "喷雾器一万二毫安橙黑的多少钱" }, "¥291.00", "接近" },
         { { "电动喷雾器8000mah 多少" }, "¥239.00", "¥291.00" }, { { "营养土十斤装的价格" }, "¥21.90", "¥12.90" },
         { { "5公斤的营养土多少钱" }, "¥21.90", "¥12.90" });
    EACH(bakery, { { "harvest tin 0.9 copper how much" }, "$26.70", "nearest" },
         { { "big loaf tin, 0.9 litre, slate blue - price?" }, "$25.90", "nearest" },
         { { "loaf tin 0.5 price" }, "$21.50", "$26" });
}

static void a_character_is_typed_for_another(void **state)
{
    EACH(garden, { { "电动喷务器多少钱" }, "¥239.00", "接近" }, { { "伸缩高枝减什么价" }, "¥128.00", "接近" },
         { { "多又植物单株几钱" }, "", NULL }, { { "陶瓷花碰多少钱" }, "¥26.00", "接近" },
         { { "生长登多少钱" }, "¥69.00", "接近" }, { { "电动喷雾器八千毫安多少钱" }, "¥239.00", NULL },
         { { "电动喷壶多少钱" }, "", "¥239.00" }, { { "高枝锯几钱" }, "", "¥128.00" });
    assert_true(local_han_near("头", "豆"));
    assert_true(local_han_near("盔", "灰"));
    assert_true(local_han_near("武", "五"));
    assert_false(local_han_near("衣", "碗"));
    assert_false(local_han_near("伞", "衫"));
    assert_false(local_han_near("四", "十"));
    assert_false(local_han_near("a", "豆"));
}

static void a_value_stands_beside_the_name(void **state)
{
    EACH(garden, { { "黑色的花盆多少钱" }, "¥28.00", "接近" }, { { "陶瓷花盆白色单个多少钱" }, "¥26.00", "接近" },
         { { "墨绿喷雾器12000毫安时有没有货" }, "缺货", NULL },
         { { "多肉我想每样来一株 一共多少" }, "¥42.00", "¥8.80" }, { { "型号SG-2520一根几块钱" }, "¥73.00", "接近" });
}

static void what_is_no_part_of_the_name_is_not_sold(void **state)
{
    EACH(garden, { { "12V7AH蓄电池多少钱" }, "", "¥" }, { { "M20/2.5喷雾器多少钱" }, "接近", "¥" },
         { { "花架灯多少钱" }, "", NULL }, { { "喷雾器喷杆多少钱" }, "", "¥239.00" });
}

static void the_rule_has_the_word_of_the_thing(void **state)
{
    EACH(garden, { { "营养土我拆开了能退吗" }, "不支持无理由", NULL },
         { { "花盆小了换大一号，运费要我出吗" }, "来回运费由店铺承担", NULL }, { { "买多少钱免邮" }, "59", "减10" },
         { { "花盆是不是第二件半价" }, "第二件半价", "没有权限" }, { { "下午三点付的款今天能发吗" }, "16:00", NULL },
         { { "到苏州几天" }, "江浙沪", NULL }, { { "用完的空育苗盘你们收不收" }, "种子一包", NULL },
         { { "不想要能退吗 邮费我出吗" }, "7天", "59" });
}

static void of_the_thing_its_papers_are_told(void **state)
{
    EACH(garden, { { "PW-16保修期多长" }, "14个月", "加长喷杆" }, { { "喷雾器配口罩的吗" }, "口罩两个", "接近" },
         { { "高枝剪断节了怎么赔" }, "免费换一节", NULL }, { { "打药机PW-16出毛病了", "报的E2" }, "停用15分钟", NULL },
         { { "我那个PW-16喷雾器喷着喷着停了", "屏上是E2" }, "停用15分钟", NULL },
         { { "PW-16还有货吗", "一次能用多久" }, "5小时", NULL }, { { "喷雾器喷出来一道水柱怎么回事" }, "换一片", NULL },
         { { "花盆的质检报告编号是多少" }, "", "50个" }, { { "想买个放花盆的架子" }, "花盆架子", NULL },
         { { "想给院子囤点营养土", "10斤装的价格" }, "¥21.90", NULL }, { { "多肉用的补光灯你们有吗" }, "BG-3", NULL });
}

static void what_is_said_in_other_words_is_told(void **state)
{
    EACH(home, { { "蚊帐三四个人睡的多少钱" }, "¥79.00", "¥49.00" }, { { "头围52戴多大的帽子" }, "51-54cm", NULL },
         { { "电煮锅带蒸笼的多少钱" }, "¥129.00", "¥99.00" }, { { "创可贴一盒几片" }, "二十片", NULL },
         { { "遥控车手柄有几个键" }, "8个键", "可选" }, { { "遥控车多少毫安" }, "1200mAh", NULL },
         { { "11pro的保护壳多少钱" }, "¥23.00", "¥21.00" }, { { "棉服L码多少钱" }, "没有找到", "¥" },
         { { "面单机打出来是白的" }, "换热敏纸", NULL }, { { "电煮锅煮着煮着没蒸汽了" }, "牙签", NULL },
         { { "电煮锅能煮蛋吗" }, "最多6个", NULL }, { { "腊肠要放冰箱吗" }, "冷藏", NULL },
         { { "移动硬盘256的多少钱" }, "¥279.00", "¥299.00" }, { { "移动硬盘多重" }, "48克", NULL },
         { { "帽子用坏了能换吗" }, "半价换新", NULL });
}

static void the_rule_is_that_of_what_is_done(void **state)
{
    EACH(home, { { "顺丰要加钱吗" }, "15元", "88元" }, { { "换个颜色行吗 还没发货" }, "改颜色", "7天" },
         { { "没电梯搬上去要钱吗" }, "每层收10元", NULL }, { { "上楼费怎么收" }, "每层收10元", NULL },
         { { "刚收到就黑屏了" }, "直接换新", NULL }, { { "晚上八点付的款今天发吗" }, "17点", NULL },
         { { "有运费险吗" }, "送运费险", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_amount_is_spoken),
        cmocka_unit_test(a_character_is_typed_for_another),
        cmocka_unit_test(a_value_stands_beside_the_name),
        cmocka_unit_test(what_is_no_part_of_the_name_is_not_sold),
        cmocka_unit_test(the_rule_has_the_word_of_the_thing),
        cmocka_unit_test(of_the_thing_its_papers_are_told),
        cmocka_unit_test(what_is_said_in_other_words_is_told),
        cmocka_unit_test(the_rule_is_that_of_what_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
