/* test_local_asked.c: shoppers who name a thing, ask and count in words that are not the shop's: each is told what the
 * shop has written, and nothing else. */
#include "base/testing.h"

#include "chat/models/model.h"
#include "chat/test_memory.h"

static const char shop_text[] =
    "{\"name\":\"灯塔\",\"languages\":[\"zh-CN\",\"en\"],\"currency\":\"CNY\",\"url\":\"https://"
    "shop.example\",\"products\":["
    "{\"id\":\"d\",\"title\":\"手工水饺 速冻\",\"description\":\"水开下锅，煮8分钟。每袋40只。\",\"variants\":["
    "{\"id\":\"d1\",\"options\":{\"口味\":\"猪肉白菜\",\"规格\":\"500克\"},\"price\":1990,\"available\":true},"
    "{\"id\":\"d2\",\"options\":{\"口味\":\"猪肉白菜\",\"规格\":\"1千克\"},\"price\":3600,\"available\":true},"
    "{\"id\":\"d3\",\"options\":{\"口味\":\"三鲜\",\"规格\":\"500克\"},\"price\":2990,\"available\":false}]},"
    "{\"id\":\"s\",\"title\":\"马面裙 织金\",\"description\":\"不透，有内衬。\",\"variants\":["
    "{\"id\":\"s1\",\"options\":{\"颜色\":\"墨绿\",\"尺码\":\"L\"},\"price\":29900,\"available\":false},"
    "{\"id\":\"s2\",\"options\":{\"颜色\":\"绯红\",\"尺码\":\"L\"},\"price\":31900,\"available\":true}]},"
    "{\"id\":\"b\",\"title\":\"银手镯 素圈\",\"description\":\"重约20克。\",\"variants\":["
    "{\"id\":\"b1\",\"options\":{\"内径\":\"56毫米\"},\"price\":45900,\"available\":true},"
    "{\"id\":\"b2\",\"options\":{\"内径\":\"58毫米\"},\"price\":47900,\"available\":false}]},"
    "{\"id\":\"k\",\"title\":\"金属变调夹 CP-1\",\"description\":\"民谣吉他通用，不适合尤克里里。\",\"price\":2500,"
    "\"available\":true},"
    "{\"id\":\"t\",\"title\":\"烤箱温度计\",\"description\":\"量程300度。\",\"price\":2600,\"available\":true},"
    "{\"id\":\"f\",\"title\":\"保温水壶\",\"description\":\"保温12小时。\",\"price\":9900,\"available\":true},"
    "{\"id\":\"m\",\"title\":\"电动割草机\",\"description\":\"40V锂电池。\",\"price\":89900,\"available\":true},"
    "{\"id\":\"h\",\"title\":\"Garden Hose Hybrid\",\"description\":\"Drinking water safe.\",\"variants\":["
    "{\"id\":\"h1\",\"options\":{\"length\":\"25 ft\"},\"price\":2900,\"available\":true},"
    "{\"id\":\"h2\",\"options\":{\"length\":\"50 ft\"},\"price\":4400,\"available\":true}]},"
    "{\"id\":\"p\",\"title\":\"Bypass Pruning Shears\",\"description\":\"Blades of steel, 20 teeth.\",\"price\":2400,"
    "\"available\":true},"
    "{\"id\":\"y\",\"title\":\"Yoga Mat Rubber 4 mm\",\"description\":\"183 x 61 cm. Keeps its grip 5 years.\","
    "\"price\":5500,\"available\":true},"
    "{\"id\":\"r\",\"title\":\"Leather Pencil Roll\",\"description\":\"Holds 24 "
    "pencils.\",\"price\":3400,\"available\":true},"
    "{\"id\":\"e\",\"title\":\"Electric Kettle\",\"description\":\"1000 W, keeps warm. Battery not needed. "
    "Descale it, dishwasher safe lid.\",\"price\":7900,\"available\":true}],\"orders\":[],"
    "\"faq\":["
    "{\"id\":\"q-engrave\",\"question\":\"刻字服务\",\"answer\":\"手镯可刻字，加收30元。\"},"
    "{\"id\":\"q-size\",\"question\":\"尺码怎么选\",\"answer\":\"M适合95到110斤，L适合110到125斤。\"},"
    "{\"id\":\"q-ship\",\"question\":\"发货时间\",\"answer\":\"48小时内发货。\"},"
    "{\"id\":\"q-rent\",\"question\":\"割草机租赁\",\"answer\":\"割草机每天60元，押金300元。\"},"
    "{\"id\":\"q-store\",\"question\":\"门店地址\",\"answer\":\"青石路8号，每天10点到20点。\"},"
    "{\"id\":\"q-logo\",\"question\":\"批量定制\",\"answer\":\"雨伞50把起可印。\"},"
    "{\"id\":\"q-phone\",\"question\":\"Phone\",\"answer\":\"Ring 555 0100 on weekdays.\"},"
    "{\"id\":\"q-match\",\"question\":\"Price matching\",\"answer\":\"We match no prices of others.\"}],"
    "\"documents\":[{\"id\":\"w\",\"product\":\"m\",\"title\":\"保修\",\"text\":\"整机保修2年，电池保修1年。\"},"
    "{\"id\":\"l\",\"product\":\"s\",\"title\":\"穿着方法\",\"text\":\"先系绑带，再绕到身后交叉。\"}],"
    "\"promotions\":[]}";

struct asked_row {
    const char *said[2], *there, *not_there; /* in the last reply; NULL: one turn, nothing that may not be */
};

static void each_is_answered(const struct asked_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena *a = arena_new(64 << 20);
        struct memory_shop *shop = memory_shop_read(a, str_of(shop_text));
        struct model_turn turn[3] = { { .customer = true, .text = rows[i].said[0] },
                                      { .text = "…" },
                                      { .customer = true, .text = rows[i].said[1] } };
        struct model_ask ask = {
            .turn = turn, .turns = rows[i].said[1] ? 3 : 1, .source = memory_shop_source(shop), .arena = a
        };
        struct model_reply r;
        assert_true(model_local(&ask, &r));
        if (!strstr(r.text, rows[i].there) || (rows[i].not_there && strstr(r.text, rows[i].not_there)))
            fail_msg("%s: [%s] %s", rows[i].said[rows[i].said[1] ? 1 : 0], r.why, r.text);
        arena_free(a);
    }
}
#define EACH(...)                                                                                                      \
    do {                                                                                                               \
        static const struct asked_row rows[] = { __VA_ARGS__ };                                                        \
        each_is_answered(rows, ARRAY_LEN(rows));                                                                       \
    } while (0)

static void a_thing_is_found_by_its_other_names(void **state)
{
    EACH({ { "饺子多少钱" }, "¥19.90", NULL }, { { "三鲜饺子还有没" }, "缺货", NULL },
         { { "secateurs price" }, "24.00", NULL }, { { "白菜猪肉饺子两斤的多少钱" }, "¥36.00", "没有找到" },
         { { "how mcuh is the prunning shears" }, "24.00", NULL }, { { "有镯子吗" }, "手镯", NULL },
         { { "有汤圆吗" }, "没有找到", "¥" });
}

static void what_trails_a_title_is_not_its_head(void **state)
{
    EACH({ { "hose price" }, "29.00", "nearest" }, { { "50ft hose how much" }, "44.00", NULL },
         { { "what lengths does the hose come in" }, "25 ft, 50 ft", NULL },
         { { "how much is a pencil" }, "Pencil Roll", "34.00" }, { { "烤箱多少钱" }, "接近", "26" });
}

static void a_word_before_the_name_of_which_it_is_told_is_no_other_thing(void **state)
{
    EACH({ { "吉他变调夹多少钱" }, "¥25.00", NULL }, { { "尤克里里变调夹多少钱" }, "接近", "25" },
         { { "小提琴变调夹多少钱" }, "接近", "25" });
}

static void a_value_is_said_shortly(void **state)
{
    EACH({ { "58的手镯有货吗" }, "缺货", NULL }, { { "马面裙多少钱", "红的呢" }, "319", NULL },
         { { "马面裙绿的还有L不" }, "缺货", NULL }, { { "马面裙有几个色" }, "墨绿、绯红", NULL },
         { { "水饺大包的多少钱" }, "¥36.00", NULL });
}

static void what_is_counted_is_told_and_no_price(void **state)
{
    EACH({ { "手镯几克" }, "20克", "¥" }, { { "水饺煮几分钟" }, "8分钟", "¥" }, { { "水饺一袋多少只" }, "40只", "¥" },
         { { "水壶保温几个小时" }, "12小时", NULL }, { { "水壶多少钱", "保温多久" }, "12小时", NULL },
         { { "how many watts is the kettle" }, "1000 W", NULL },
         { { "how many teeth do the shears have" }, "20 teeth", NULL });
}

static void a_thickness_is_no_length(void **state)
{
    EACH({ { "garden hose sizes?" }, "25 ft, 50 ft", NULL }, { { "yoga mat size" }, "183 x 61", NULL },
         { { "how thick is the yoga mat" }, "4 mm", "183" }, { { "what size is the yoga mat" }, "183 x 61", NULL },
         { { "how much grip is in the yoga mat" }, "5 years", "55.00" });
}

static void a_quality_is_told_by_the_product_before_a_rule(void **state)
{
    EACH({ { "裙子透不透" }, "不透", NULL }, { { "马面裙怎么穿" }, "绑带", NULL },
         { { "割草机电池保多久" }, "1年", NULL },
         { { "can the kettle lid go in the dishwasher" }, "dishwasher safe", NULL },
         { { "who makes the battery of the kettle" }, "person", "Battery" });
}

static void a_rule_is_found_by_words_apart(void **state)
{
    EACH({ { "明天会下雨吗" }, "不清楚", "雨伞" }, { { "how do i call you, got a phone number" }, "555", NULL },
         { { "能刻名字吗" }, "刻字", NULL }, { { "我105斤穿啥码" }, "95到110斤", NULL },
         { { "几点关门" }, "10点到20点", NULL }, { { "do u price match amazon" }, "no prices", NULL },
         { { "这周末适合出门吗" }, "不清楚", "10点" });
}

static void a_second_question_leaves_the_first_its_answer(void **state)
{
    EACH({ { "割草机多少钱？你们老板多大年纪？" }, "¥899.00", NULL },
         { { "割草机多少钱？你们老板多大年纪？" }, "不清楚", NULL },
         { { "你们老板多大年纪？割草机多少钱？" }, "¥899.00", NULL }, { { "手镯啥价 能刻字不" }, "刻字", NULL },
         { { "手镯啥价 能刻字不" }, "459", NULL }, { { "有披萨吗？多少钱？" }, "没有找到", "¥" });
}

static void an_offer_of_a_sum_is_no_question_of_a_rule(void **state)
{
    EACH({ { "割草机300行吗" }, "¥899.00", "押金" }, { { "割草机600块卖不卖" }, "没有权限", NULL },
         { { "烤箱卖不卖" }, "烤箱温度计", "26" }, { { "is 50 yuan enough for a 50 ft hose" }, "44.00", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_is_found_by_its_other_names),
        cmocka_unit_test(what_trails_a_title_is_not_its_head),
        cmocka_unit_test(a_word_before_the_name_of_which_it_is_told_is_no_other_thing),
        cmocka_unit_test(a_value_is_said_shortly),
        cmocka_unit_test(what_is_counted_is_told_and_no_price),
        cmocka_unit_test(a_thickness_is_no_length),
        cmocka_unit_test(a_quality_is_told_by_the_product_before_a_rule),
        cmocka_unit_test(a_rule_is_found_by_words_apart),
        cmocka_unit_test(a_second_question_leaves_the_first_its_answer),
        cmocka_unit_test(an_offer_of_a_sum_is_no_question_of_a_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
