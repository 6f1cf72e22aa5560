/* test_local_called.c: the shop's own name of a thing, what a thing is for, what is wanted of the shop as a business,
 * and faults, gifts and guarantees as they are talked of. A shop of bags and toys, and one of kitchen machines.
 */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char bags[] =
    "{\"name\":\"青禾\",\"languages\":[\"zh-CN\"],"
    "\"currency\":\"CNY\",\"url\":\"https://shop.example\",\"orders\":[],\"products\":["
    THING("ride", "青禾【飞机盒子】儿童拉杆书包可坐骑 LB-2",
          "【容量】18升。【飞机】不能带上飞机。",
          ONE("颜色", "鹅黄", "26800") "," ONE("颜色", "湖蓝", "27900")) ","
    THING("pants", "青禾【远岚】弹力登山裤男 DS-4", "【裤长】三种。", ONE("裤长", "标准", "15600") "," ONE("裤长", "加长", "16700")) ","
    THING_AT("coat", "青禾【松霭】羊毛呢短外套女 WT-6", "【面料】羊毛。", "48800") ","
    THING_AT("boot", "青禾【寒川】防滑雪地靴 XD-7", "【鞋底】橡胶。", "23900") ","
    THING_AT("boot2", "青禾【石径】徒步高帮靴 TB-8", "【鞋底】橡胶。", "31900") "],"
    "\"faq\":["
    FAQ("back", "七天无理由退换货", "签收7天内吊牌还在可以退换。") ","
    FAQ("swap", "换尺码", "换尺码第一次来回邮费我们出。") ","
    FAQ("member", "会员", "积分满500升银卡。") ","
    FAQ("alter", "裁剪裤脚", "裤脚免费剪一次。") "],"
    "\"documents\":["
    PAPER("ride-gift", "ride", "赠品", "送贴纸一套。") ","
    PAPER("ride-sure", "ride", "质保说明", "轮子保两年，布面开线保半年。") ","
    PAPER("ride-err", "ride", "常见问题", "拉杆缩不回：抹一点石蜡。\\n忘记暗格密码：从000试到999。") ","
    PAPER("boot-sure", "boot", "质保说明", "开胶、断底保120天。") ","
    PAPER("coat-err", "coat", "常见问题", "起球：用去球器轻剃。\\n钻毛：从里面拽回去。") "],\"promotions\":[]}";

static const char kitchen[] =
    "{\"name\":\"灶台\",\"languages\":[\"zh-CN\"],"
    "\"currency\":\"CNY\",\"url\":\"https://shop.example\",\"orders\":[],\"products\":["
    THING_AT("pad", "加厚防震脚垫四只装冰柜专用 JD-3", "橡胶。", "2900") ","
    THING_AT("salt", "软水盐大颗粒除垢洗碗机通用 RS-5", "2公斤。", "3300") ","
    THING_AT("fan", "侧吸抽油烟机大吸力 YJ-9", "风量22立方。", "168800") ","
    THING_AT("hood", "壁挂燃气炉恒温 BG-1", "【额定】18千瓦。", "358800") ","
    THING_AT("cup", "婴儿专用学饮杯吸管款 XY-2", "硅胶吸嘴。", "5900") "],"
    "\"faq\":["
    FAQ("fit", "安装", "大件由师傅上门，提前一天预约。") ","
    FAQ("fee", "安装收费", "油烟机安装每台收88元，燃气炉每台收150元。") ","
    FAQ("lift", "送货上楼", "没电梯的四楼起每层收20元。") "],"
    "\"documents\":["
    PAPER("fan-fit", "fan", "安装须知", "烟管直径16厘米，墙面要能挂20公斤。") ","
    PAPER("fan-gift", "fan", "赠品", "送油杯两个。") ","
    PAPER("hood-sure", "hood", "保修政策", "整机保修三年。") ","
    PAPER("hood-err", "hood", "故障代码", "E3 点火失败：检查气阀。\\nE7 水压低：补水。") "],\"promotions\":[]}";
/* clang-format on */

static void what_it_is_for_is_not_sold(void **state)
{
    EACH(kitchen, { { "冰柜卖不卖" }, "", "¥" }, { { "有洗碗机吗" }, "", "¥" }, { { "洗碗机多少钱" }, "", "¥" },
         { { "冰柜脚垫多少钱" }, "¥29.00", "接近" }, { { "洗碗机软水盐怎么卖" }, "¥33.00", "接近" },
         { { "婴儿学饮杯多少钱" }, "¥59.00", "接近" }, { { "有婴儿的吗" }, "学饮杯", NULL });
}

static void the_shop_as_a_business_is_not_known(void **state)
{
    EACH(kitchen, { { "你们招上门师傅吗" }, "不清楚", "预约" }, { { "我想应聘安装师傅" }, "不清楚", "预约" },
         { { "想做你们油烟机的代理" }, "不清楚", "¥" });
    EACH(bags, { { "能加盟不" }, "不清楚", NULL });
}

static void the_name_in_brackets_is_a_name(void **state)
{
    EACH(bags, { { "飞机盒子有啥送的没" }, "贴纸", "飞机】" }, { { "飞机盒子书包多少钱" }, "¥268.00", "接近" },
         { { "飞机盒子轮子保几年" }, "两年", "飞机】" }, { { "飞机盒子密码忘了咋弄" }, "000", "积分" },
         { { "松蔼外套多少钱" }, "¥488.00", "接近" }, { { "松霭羊毛尼外套多少钱" }, "¥488.00", "接近" },
         { { "寒川面霜多少钱" }, "", "¥" });
}

static void faults_are_talked_of(void **state)
{
    EACH(bags, { { "寒川穿开胶了管吗" }, "120天", NULL }, { { "寒川穿了俩月脱胶 管不管" }, "120天", NULL },
         { { "松霭外套老钻毛咋整" }, "从里面拽", NULL }, { { "LB-2有没有搭个啥" }, "贴纸", NULL },
         { { "飞机盒子开线了保不保" }, "半年", NULL });
    EACH(kitchen, { { "机器报E7了", "燃气炉BG-1" }, "补水", "¥" }, { { "保修多久", "燃气炉BG-1" }, "三年", "¥" },
         { { "YJ-9有没有搭什么东西" }, "油杯", NULL });
}

static void one_tells_of_oneself(void **state)
{
    EACH(bags, { { "远岚多少钱", "我腿长 要加长的" }, "¥167.00", "¥156.00" },
         { { "推荐双雪地靴 下雪天穿" }, "寒川", "没有找到" }, { { "想买双高帮靴" }, "石径", "没有找到" },
         { { "穿着小了 想换大一号 邮费谁出" }, "第一次来回", NULL });
}

static void what_is_taken_for_it(void **state)
{
    EACH(kitchen, { { "油烟机上门装一台收多少" }, "88元", "16厘米" }, { { "油烟机烟管多粗，怎么装" }, "16厘米", NULL },
         { { "七楼没电梯 搬上去加钱吗" }, "20元", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_is_for_is_not_sold),     cmocka_unit_test(the_shop_as_a_business_is_not_known),
        cmocka_unit_test(the_name_in_brackets_is_a_name), cmocka_unit_test(faults_are_talked_of),
        cmocka_unit_test(one_tells_of_oneself),           cmocka_unit_test(what_is_taken_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
