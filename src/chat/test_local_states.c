/* test_local_states.c: what is seen of things that have no engine, how long they keep, and other ways in which shoppers
 * of a nursery for plants and of a shop for the face and the desk ask in Chinese. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char plants[] =
    SHOP("绿野花圃", "zh-CN", "CNY") "\"products\":["
    THING("rose", "【春季发货】粉色龙沙宝石爬藤月季苗 庭院阳台四季开花 死苗包赔 带盆土", "【花期】三季开花。",
          TWO("苗龄", "A级三年苗", "盆径", "15cm", "4900", "true") "," TWO("苗龄", "AA级五年苗", "盆径", "15cm", "9900", "true") ","
          TWO("苗龄", "AAA级老桩", "盆径", "15cm", "16900", "false")) ","
    THING("succ", "冰冻蓝莓苗盆栽果树苗 南北方种植当年结果", "【株高】四十厘米。", ONE("数量", "1棵", "2500") "," ONE("数量", "3棵", "6900")) ","
    THING("bulb", "荷兰进口百合种球 香水百合花卉 耐寒复花", "【球径】16厘米。", ONE("数量", "5球装", "2990") "," ONE("数量", "10球装", "5290")) ","
    THING_AT("boots", "儿童防水园艺胶鞋 雨天踩水防滑软底", "【材质】橡胶。", "3900") ","
    THING_AT("coat", "防刺园丁工作长款围裙女士加厚", "【面料】帆布。", "5900") "],"
    "\"faq\":["
    FAQ("there", "几天能送到", "川渝2天内送达，华东、华南3天，其他地区4到6天送达。") ","
    FAQ("when", "发货时间", "每天14点前付款当天发出，周日不发。") ","
    FAQ("sure", "包活售后", "收到苗不满意，48小时内拍照联系客服。") ","
    FAQ("pots", "代客换盆服务", "同时买苗和花盆免费换盆，另收营养土钱。") ","
    FAQ("cards", "代写祝福贺卡", "可以免费放手写贺卡，内容写在备注里。") ","
    FAQ("group", "单位绿植采购", "满30盆由客服报价。") "],"
    "\"documents\":["
    PAPER("rose-help", "rose", "收货常见问题 月季苗", "叶片耷拉：路上缺水，浸盆半小时放阴处缓一天。\\n土撒了：用备用土补上即可。\\n死苗：收货5天内拍照，按棵补发。") ","
    PAPER("rose-keep", "rose", "养护 月季苗", "收货后7天内不要施肥。") ","
    PAPER("bulb-help", "bulb", "收货常见问题 百合种球", "表面有绿毛：擦掉后用多菌灵泡20分钟。\\n一直没发芽：室温低于10度时要等30天左右。\\n少球：签收后24小时内拍照补发。") ","
    PAPER("bulb-keep", "bulb", "种球保存", "不马上种的放冰箱冷藏，可放20天。") ","
    PAPER("succ-help", "succ", "收货常见问题 蓝莓苗", "根团干了：泡水一小时再种。") "],\"promotions\":[]}";

static const char desk[] =
    SHOP("案头小铺", "zh-CN", "CNY") "\"products\":["
    THING("cream", "山茶花保湿修护面霜女补水敏感肌 MS-30", "【质地】啫喱。保质期三年。", ONE("净含量", "30g", "8900") "," ONE("净含量", "50g",
    "12900")) ","
    THING("pen", "黄铜外壳复古中性笔签字笔 ZX-5", "【笔尖】0.5毫米。", ONE("颜色", "古铜", "5600") "," ONE("颜色", "银白", "5900")) ","
    THING("lens", "日抛彩色隐形眼镜 混血自然 YJ-8", "【含水量】42%。", ONE("度数", "0度", "6800") "," ONE("度数", "100度",
    "6800") "," ONE("度数", "250度", "6800")) ","
    THING_AT("fan", "桌面静音循环扇Mini台式 XH-2", "【风速】四档。最高转速每分钟2400转。", "9900") ","
    THING_AT("honey", "百花蜜罐装蜂蜜 农家自产 FM-500", "【净重】500克。", "4500") "],"
    "\"faq\":["
    FAQ("fault", "质量问题", "7天内质量问题包换。") ","
    FAQ("floor", "大件送货", "书桌送到楼下，没电梯上楼每层加15元。") "],"
    "\"documents\":["
    PAPER("cream-help", "cream", "使用问题 面霜", "涂完起白条：用量太多，减半再按压。\\n脸上泛红发热：立即洗净停用，3天内联系客服退款。\\n膏体出油：低温下油水分离，拌匀可用。") ","
    PAPER("cream-keep", "cream", "开封后 面霜", "开盖后12个月内用完，避光。") ","
    PAPER("pen-help", "pen", "使用问题 中性笔", "写着断断续续：笔尖有纸毛，在玻璃上划几下。\\n洇纸：换80克以上的纸。") ","
    PAPER("fan-help", "fan", "常见故障 循环扇", "E3 堵转：清理扇叶。\\n异响：底座没放平。") ","
    PAPER("honey-help", "honey", "常见问题 蜂蜜", "底部变成沙状：天然结晶，40度温水化开。\\n表面有泡沫：发酵的7天内退款。") ","
    PAPER("honey-claim", "honey", "理赔说明", "碎罐包赔：签收后36小时内拍照。") "],\"promotions\":[]}";
/* clang-format on */

static void a_state_is_seen(void **state)
{
    EACH(plants, { { "月季到了叶子全蔫了" }, "浸盆半小时", "48小时" },
         { { "收到的月季苗死了两棵" }, "按棵补发", "48小时" }, { { "百合球上长绿毛了要紧吗" }, "多菌灵", NULL },
         { { "百合种下去老不出芽咋办" }, "30天", NULL }, { { "百合才四个球" }, "补发", NULL },
         { { "蓝莓苗根都干巴了" }, "泡水一小时", "48小时" });
    EACH(desk, { { "面霜擦了脸发红" }, "停用", "包换" }, { { "面霜上面一层油是坏了？" }, "拌匀可用", NULL },
         { { "中性笔老是断墨" }, "纸毛", NULL }, { { "蜂蜜结块了还能喝不" }, "温水化开", NULL },
         { { "蜂蜜到手结晶了，正常吗？" }, "温水化开", "¥" }, { { "签字笔晕墨" }, "80克", NULL },
         { { "循环扇变黄了" }, "需要我帮您", "¥" });
}

static void it_keeps_so_long(void **state)
{
    EACH(plants, { { "百合种球买回来不急着种，冰箱放得了几天" }, "20天", NULL });
    EACH(desk, { { "面霜开了以后几个月内用完" }, "12个月", "包换" }, { { "面霜保质多久呀" }, "三年", "包换" },
         { { "蜂蜜碎罐包赔时限是多久" }, "36小时", NULL }, { { "循环扇转速最快多少" }, "2400转", NULL });
}

static void a_value_is_said_by_its_letters(void **state)
{
    EACH(plants, { { "月季aa级的多少钱" }, "¥99.00", "¥49.00" }, { { "龙沙宝石AAA还有货不" }, "缺货", "¥99.00" },
         { { "月季A级价格" }, "¥49.00", "¥99.00" }, { { "先看看百合", "10球装的啥价" }, "¥52.90", "几款" });
    EACH(desk, { { "隐形眼镜有几度的" }, "250度", NULL });
}

static void it_is_called_shortly(void **state)
{
    EACH(plants, { { "童鞋多少钱" }, "¥39.00", "接近" }, { { "女围裙几钱" }, "¥59.00", "接近" },
         { { "想买点百合" }, "百合种球", "没有找到" }, { { "整些蓝莓苗" }, "蓝莓苗", "没有找到" });
    EACH(desk, { { "劳烦报下FM-500的价" }, "¥45.00", NULL }, { { "蜂蜜起步价多少" }, "¥45.00", NULL });
}

static void a_place_lies_in_a_region(void **state)
{
    EACH(plants, { { "我在成都，后天能到吗" }, "川渝", "14点" }, { { "厦门要几天" }, "华南3天", "14点" },
         { { "下午一点拍今天能发不" }, "14点", NULL });
    struct arena *a = arena_new(1 << 20);
    struct atoms wuhan = atoms_of(a, STR("武汉这边"), 20), centre = atoms_of(a, STR("华中地区加一天"), 20),
                 south = atoms_of(a, STR("两广包邮"), 20);
    assert_true(local_place_told(&wuhan, &centre));
    assert_false(local_place_told(&wuhan, &south));
    assert_int_equal(local_place_at(&wuhan, 0), 2);
    assert_int_equal(local_place_at(&wuhan, 2), 0);
    arena_free(a);
}

static void the_shop_does_it(void **state)
{
    EACH(plants, { { "你们帮换盆不 要钱吗" }, "免费换盆", "¥" }, { { "送朋友的，能放张卡片吗" }, "手写贺卡", NULL },
         { { "给单位买的那个百合种球，起价多少？" }, "¥29.90", "30盆" });
    EACH(desk, { { "书桌送不送上楼，住五楼" }, "每层加15元", NULL });
}

/* clang-format off */
static const char bath[] =
    SHOP("净屋卫浴", "zh-CN", "CNY") "\"products\":["
    THING("tap", "304不锈钢花洒喷头套装 增压软管 SP-110V/SP-220V通用", "【适用】110V配2平以下，220V配3到6平的浴室。【出水】有180个孔。",
          TWO("电压", "110V", "套餐", "单喷头", "5900", "true") "," TWO("电压", "110V", "套餐", "喷头+软管", "8900", "true") ","
          TWO("电压", "220V", "套餐", "单喷头", "6900", "true") "," TWO("电压", "220V", "套餐", "喷头+软管", "9900", "false")) ","
    THING("soap", "手工冷制皂洁面皂 洋甘菊/海盐/薰衣草 滋润温和", "【用法】打泡后按摩一分钟冲净。",
          TWO("香型", "洋甘菊", "数量", "1块", "1900", "true") "," TWO("香型", "海盐", "数量", "1块", "2100", "false") ","
          TWO("香型", "海盐", "数量", "3块(送皂托)", "5500", "true") "," TWO("香型", "薰衣草", "数量", "1块", "2300", "true")) ","
    THING("core", "花洒过滤芯PP棉替换装 通用", "【更换】每2个月。", ONE("数量", "单支", "1200") "," ONE("数量", "一组(6支)", "6000")) ","
    THING_AT("seat", "智能马桶盖即热烘干 ZM-9", "【配件】含遥控器、挂架、净水滤芯。【提示】安装后24小时内不要坐浴。", "99900") "],"
    "\"faq\":["
    FAQ("swap", "换货说明", "7天内可换一次，运费自理。") ","
    FAQ("true", "品牌保证", "官方授权店，支持扫码验真，假一赔三。") ","
    FAQ("cost", "运费", "满58元包邮，西北地区每单加8元。") "],"
    "\"documents\":["
    PAPER("tap-help", "tap", "常见问题 花洒", "水流变小：拆下用白醋泡半小时。\\n接口对不齐：垫圈放反了。") "],\"promotions\":[]}";
/* clang-format on */

static void a_value_of_the_title_is_chosen(void **state)
{
    EACH(bath, { { "花洒220v喷头加软管还有没" }, "缺货", "¥89.00" },
         { { "110伏单喷头的花洒多少钱" }, "¥59.00", "¥69.00" }, { { "海盐的皂单块有货吗" }, "缺货", "¥19.00" },
         { { "洁面皂海盐3块啥价" }, "¥55.00", "¥21.00" }, { { "薰衣草皂多少钱" }, "¥23.00", "¥19.00" },
         { { "过滤芯单个几钱" }, "¥12.00", "¥60.00" }, { { "过滤芯一组多少钱" }, "¥60.00", "¥12.00" });
}

static void the_shop_tells_of_its_use(void **state)
{
    EACH(bath, { { "滤芯多久换一次" }, "每2个月", "7天" }, { { "冷制皂怎么用" }, "打泡", NULL },
         { { "马桶盖都有啥配件" }, "遥控器", "¥" }, { { "马桶盖装好了能坐浴吗" }, "24小时", NULL },
         { { "花洒喷头多少钱", "4平的用多少伏的合适" }, "220V配3到6平", NULL },
         { { "你家东西是正品不" }, "扫码验真", NULL }, { { "花洒水越来越小了" }, "白醋", NULL },
         { { "花洒接口拧上去对不上" }, "垫圈", NULL }, { { "西宁包邮不 要多少钱" }, "西北地区", "没有找到" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_seen),
        cmocka_unit_test(it_keeps_so_long),
        cmocka_unit_test(a_value_is_said_by_its_letters),
        cmocka_unit_test(it_is_called_shortly),
        cmocka_unit_test(a_place_lies_in_a_region),
        cmocka_unit_test(the_shop_does_it),
        cmocka_unit_test(a_value_of_the_title_is_chosen),
        cmocka_unit_test(the_shop_tells_of_its_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
