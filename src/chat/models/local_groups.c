/* local_groups.c: a discount that is asked for somebody ("is there one for nurses", 军人优惠): only what names them
 * answers it. A discount for students says nothing of pensioners, nor does the sale of the week. */
#include "chat/models/local_lexicon.h"

static const char *const groups[] = {
    "student|students|unidays|student beans|学生|学生证|大学生",
    "nhs|nurse|nurses|doctor|doctors|healthcare|health care|health worker|health workers|medics|hospital|"
    "医护|护士|医生|医务",
    "blue light|emergency service|emergency services|firefighter|firefighters|police|policeman|paramedic|paramedics|"
    "first responder|first responders|消防|警察",
    "key worker|key workers|essential worker|essential workers",
    "military|army|navy|veteran|veterans|armed forces|forces|soldier|soldiers|service member|service members|"
    "军人|退伍|现役|军属|退役",
    "senior|seniors|senior citizen|senior citizens|pensioner|pensioners|oap|oaps|elderly|retired|retirees|over 60s|"
    "over 65s|over 60|over 65|老年|老人|老年卡|老年证|退休|老人家",
    "teacher|teachers|educator|educators|教师|老师",
    "school|schools|university|universities|college|colleges|nursery|nurseries|kindergarten|学校|幼儿园",
    "charity|charities|non profit|nonprofit|nonprofits|church|churches|慈善|公益",
    "trade|trades|tradesman|tradesmen|contractor|contractors|builders|reseller|resellers|专业客户|同行",
    "staff|employee|employees|员工|内部员工",
    "birthday|birthdays|生日|寿星",
    "friends and family|refer a friend|referral|referrals|老带新|推荐好友|转介绍",
    "disabled|disability|carer|carers|残疾|残疾证",
    "apprentice|apprentices|unemployed|low income|benefits|低保",
    "club|clubs|club members|俱乐部",
    "first order|first purchase|first time|new customer|new customers|newcomer|newcomers|welcome|新人|新客|新用户|首单|"
    "首次|第一次",
    "member|members|membership|loyalty|regular customer|regular customers|returning customers|vip|会员|老客户|老顾客|"
    "老客|回头客",
    "under 25|under 26|under 18|youth|teenagers|child discount|kids discount|children|儿童票",
};

static bool names(const struct atoms *title, const struct atoms *text, const char *group)
{
    return (title && lexicon_says(title, group)) || lexicon_says(text, group);
}

bool local_of_other_group(const struct heard *h, const struct atoms *title, const struct atoms *text)
{
    static const char gifts[] = "gift|gifts|present|presents|送|礼物|礼盒|礼品",
                      off[] = "discount|discounts|money off|percent off|reduction|reductions|offer|offers|deal|deals|"
                              "concession|concessions|cheaper|优惠|折扣|打折|便宜|减免",
                      all[] = "discount|discounts|reductions|concessions|haggling|negotiate|折扣|优惠政策|议价|还价";
    bool asked = false, others = false;
    if (lexicon_says(&h->a, gifts) || !lexicon_says(&h->a, off)) return false;
    for (size_t k = 0; k < ARRAY_LEN(groups); k++) {
        bool told = names(title, text, groups[k]), said = lexicon_says(&h->a, groups[k]);
        if (said && told) return false;
        asked |= said, others |= told;
    }
    /* a rule of all discounts speaks of this one too */
    return asked && (others || !title || !lexicon_says(title, all));
}
