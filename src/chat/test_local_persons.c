/* test_local_persons.c: who wants to ring, or to speak with somebody of a trade; what is asked of the staff without a
 * wish for one of them. A shop that has a telephone, one that has none, and one that writes Chinese. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char saddlery[] =
    SHOP("Girth & Bit", "en", "GBP") "\"products\":["
    THING_AT("saddle", "Fallow Jumping Saddle", "Calf leather, 17 inch.", "68900") ","
    THING_AT("talk", "Rider Radio", "Lets a trainer talk to the rider. Range 200 m.", "9900")
    "],\"faq\":["
    FAQ("post", "Delivery", "Parcels take 3 to 5 working days. We do not send on Saturdays or Sundays.") ","
    FAQ("tel", "Telephone", "Call 01632 960 177 on weekdays.") "],\"documents\":[],\"promotions\":[]}";

static const char nursery[] =
    SHOP("Root & Stem", "en", "USD") "\"products\":["
    THING_AT("fern", "Sword Fern", "Grows to 60 cm. For people with little light.", "2250")
    "],\"faq\":["
    FAQ("post", "Delivery", "Plants take 2 to 6 days and never travel on a Sunday.") "],\"documents\":[],"
    "\"promotions\":[]}";

static const char violin[] =
    SHOP("木声琴行", "zh", "CNY") "\"products\":["
    THING_AT("v", "初学者小提琴 4/4 云杉面板", "送琴盒。适合送老师。", "88000") ","
    THING_AT("w", "儿童电话手表 D3", "可以打电话，防水。", "29900")
    "],\"faq\":[" FAQ("s", "客服时间", "客服每天10点到21点在线。") "],\"documents\":[],\"promotions\":[]}";
/* clang-format on */

static void the_number_is_told(void **state)
{
    EACH(saddlery, { { "can I phone you" }, "01632", NULL }, { { "is there a number I can ring" }, "01632", NULL },
         { { "do you have a phone number" }, "01632", NULL }, { { "can I order by phone" }, "01632", NULL },
         { { "could I give you a ring tomorrow" }, "01632", NULL });
    EACH(nursery, { { "can I phone you" }, "passing", NULL }, { { "is there a number I can ring" }, "passing", NULL },
         { { "what's your phone number" }, "don't know", NULL },
         { { "do you take phone orders" }, "don't know", NULL });
    EACH(violin, { { "我要打电话" }, "转接", NULL }, { { "有电话吗我想说清楚" }, "转接", NULL },
         { { "你们电话多少" }, "不清楚", "299" }, { { "D3能打电话吗" }, "可以打电话", "转接" });
}

static void somebody_of_a_trade_is_wished_for(void **state)
{
    EACH(saddlery, { { "I'd like a callback" }, "passing", NULL },
         { { "can I speak to the saddler" }, "passing", NULL },
         { { "could I have a word with your leather expert" }, "passing", NULL },
         { { "put me through to the workshop" }, "passing", NULL }, { { "I'd prefer a human" }, "passing", NULL },
         { { "I want to complain to the owner" }, "passing", NULL },
         { { "can a trainer talk to the rider with the rider radio" }, "to the rider", "passing" });
    EACH(nursery, { { "talk to a botanist" }, "passing", "22" }, { { "ask the gardener" }, "passing", "22" },
         { { "get me hold of someone who knows ferns" }, "passing", "22" });
    EACH(violin, { { "叫你们店长来" }, "转接", NULL }, { { "找个懂琴的人说" }, "转接", "880" },
         { { "能跟制琴师聊聊吗" }, "转接", "880" }, { { "来个懂行的" }, "转接", NULL },
         { { "能不能安排人给我回电" }, "转接", NULL }, { { "送老师的小提琴多少钱" }, "880", "转接" });
}

static void the_staff_is_asked_about(void **state)
{
    EACH(nursery, { { "how many staff do you have" }, "don't know", "passing" },
         { { "is customer service any good" }, "don't know", "passing" },
         { { "are your people friendly" }, "don't know", "passing" },
         { { "how good is your customer support" }, "don't know", "passing" },
         { { "what time does customer service open" }, "don't know", "Sunday" },
         { { "are you ai" }, "assistant", NULL }, { { "who is the manager" }, "don't know", "passing" });
    EACH(violin, { { "客服几点上班" }, "10点到21点", NULL }, { { "你们有几个客服" }, "不清楚", "转接" },
         { { "客服态度好吗" }, "不清楚", "转接" }, { { "人工智能吗" }, "助手", NULL },
         { { "你们有多少员工" }, "不清楚", "商品" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_is_told),
        cmocka_unit_test(somebody_of_a_trade_is_wished_for),
        cmocka_unit_test(the_staff_is_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
