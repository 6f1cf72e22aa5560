/* test_local_groups.c: a discount that is asked for somebody: only the rule that names them tells of it. A shop that
 * has one for students, one with a sale, one that gives none, and one that writes Chinese. */
#include "chat/test_local_rows.h"

/* clang-format off */
static const char paints[] =
    SHOP("Easel House", "en", "GBP") "\"products\":["
    THING_AT("oil", "Oil Paint Set", "Twelve tubes.", "3450") ","
    THING_AT("easel", "Student Easel", "Beech, folds flat.", "5200")
    "],\"faq\":["
    FAQ("stu", "Students", "Students of any school of art get 9% off paper.") ","
    FAQ("sale", "Current offers", "Brushes are 20% off until Sunday.") "],\"documents\":[],\"promotions\":[]}";

static const char fixed[] =
    SHOP("Slate & Chalk", "en", "USD") "\"products\":[" THING_AT("board", "Chalk Board", "Slate.", "4100") "],\"faq\":["
    FAQ("d", "Discounts", "Our prices are the same for everybody.") "],\"documents\":[],\"promotions\":[]}";

static const char ink[] =
    SHOP("松烟墨坊", "zh", "CNY") "\"products\":[" THING_AT("m", "徽墨 一两装", "松烟。", "6800") "],\"faq\":["
    FAQ("t", "教师优惠", "教师凭证件享九五折。") "],\"documents\":[],\"promotions\":["
    "{\"id\":\"p\",\"title\":\"满减\",\"text\":\"全店满200减15。\"}]}";
/* clang-format on */

static void only_who_is_named(void **state)
{
    EACH(paints, { { "student discount" }, "9%", "20%" }, { { "nhs discount" }, "don't know", "9%" },
         { { "do you do a military discount" }, "don't know", "%" }, { { "any discount for pensioners" }, "team", "%" },
         { { "is there a discount for teachers" }, "team", "%" },
         { { "what's the first order discount" }, "don't know", "%" }, { { "any offers on brushes" }, "20%", NULL },
         { { "how much is the student easel" }, "52.00", "9%" });
    EACH(fixed, { { "nhs discount" }, "same for everybody", NULL });
    EACH(ink, { { "教师有优惠吗" }, "九五折", "200" }, { { "军人优惠" }, "不清楚", "折" },
         { { "老年卡优惠" }, "不清楚", "折" }, { { "学生有优惠吗" }, "不清楚", "15" },
         { { "有什么优惠" }, "200", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(only_who_is_named) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
