/* local_ways.c: Chinese ways of asking, of which the words alone say something else: 最低 haggles, and "最低多少起"
 * asks where the prices begin; 坏了 asks for the guarantee, and "坏了想单买一个" buys. */
#include "chat/models/local_lexicon.h"

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

static void hear_all_anew(struct heard *h, size_t i, size_t n, uint64_t sense)
{
    for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, sense);
}

/* What stands behind what was asked: nothing more, or what says nothing more. */
static bool ends(const struct heard *h, size_t i)
{
    return i >= h->a.n || h->a.atom[i].broken || (h->sense[i] & (SENSE_STOP | SENSE_SOFT)) != 0;
}

/* How many atoms from i on ask where the prices begin: "多少起", "几块钱起步", "从多少钱开始", "起步价"; 0: none. */
static size_t least_at(const struct heard *h, size_t i)
{
    static const char sums[] =
        "多少钱|多少元|多少块|多少|几块钱|几块|几元|几多钱|几毛|什么价位|什么价格|什么价钱|什么价|"
        "啥价位|啥价格|啥价钱|啥价|价格|价位|价钱";
    static const char from[] = "起步|起卖|起售|起价|起跳|开始卖|开始|打底|起头|起",
                      prices[] = "起步价|起步价格|起步价位|起售价|起卖价|起始价|起拍价|起步是多少|起步多少|起步几|起价";
    const struct atoms *a = &h->a;
    size_t whole = lexicon_phrase(a, i, prices);
    bool together = i > 0 && !a->atom[i].broken && lexicon_phrase(a, i - 1, "一起|对起") > 0;
    if (whole > 0 && !together) return whole;
    size_t sum = lexicon_phrase(a, i, sums), at = i + sum;
    if (sum == 0) return 0;
    at += lexicon_phrase(a, at, "钱|呢|算");
    size_t begins = lexicon_phrase(a, at, from);
    /* 起送, 起批, 起球: no price begins there */
    return begins > 0 && ends(h, at + begins) ? at + begins - i : 0;
}

/* "最低多少起", "便宜的从多少钱开始": the least price is asked for, and nothing is haggled over. */
static void asks_least(struct heard *h)
{
    static const char least[] = "最低价|最低|最少|最便宜|最实惠|最平|便宜|实惠|底价",
                      wished[] = "点|些|一点|吗|不|呗|一些|嘛|了";
    bool asks = false;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = least_at(h, i), many = lexicon_phrase(&h->a, i, "起批|起订量|起订|批发价|拿货价|起送量");
        if (many > 0) hear_all_anew(h, i, many, SENSE_BULK);
        if (n == 0) continue;
        hear_all_anew(h, i, n, SENSE_PRICE | SENSE_COST | SENSE_CHEAP | SENSE_STOP);
        if (i > 0 && lexicon_phrase(&h->a, i - 1, "从") > 0) local_hear_anew(h, i - 1, SENSE_SOFT);
        asks = true;
    }
    for (size_t i = 0; i < h->a.n && asks; i++) {
        size_t n = lexicon_phrase(&h->a, i, least);
        bool wish = n > 0 && lexicon_phrase(&h->a, i + n, wished) > 0; /* 便宜点 */
        if (n > 0 && !wish) hear_all_anew(h, i, n, SENSE_PRICE | SENSE_COST | SENSE_CHEAP | SENSE_STOP);
    }
}

/* "便宜的那种多少钱", "最低配卖多少": one of several by its price, which is asked for. */
static void asks_cheap_one(struct heard *h)
{
    static const char cheap[] = "便宜点的|便宜些的|便宜一点的|便宜的|实惠点的|实惠的|平价的|低价的|最低配|最低档|低配",
                      ones[] = "那种|那款|那个|那一款|这种|这款|一款|一种|款|版|配置|配|档",
                      asked[] =
                          "有吗|有没|有么|有不|多少|几块|什么价|啥价|怎么卖|咋卖|价格|多钱|几钱|是哪|哪款|哪个|哪一款";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = (h->sense[i] & SENSE_HAGGLE) || h->sense[i] == 0 ? lexicon_phrase(&h->a, i, cheap) : 0, at = i + n;
        if (n == 0 || (i > 0 && lexicon_phrase(&h->a, i - 1, "能|再|给|算|卖|更|可以") > 0)) continue;
        at += lexicon_phrase(&h->a, at, ones);
        bool one = at > i + n || strcmp(h->a.atom[at - 1].text, "的") != 0;
        at += lexicon_phrase(&h->a, at, "要|得|卖|是|大概|现在");
        if (!one && !(is_han(&h->a, at) && h->sense[at] == 0)) continue;
        bool price = i > 0 && !h->a.atom[i].broken &&
                     lexicon_phrase(&h->a, 0, "有没有|有没|有啥|有什么|找|求|推荐|想要|想买|要|买") > 0;
        for (size_t k = at; k < h->a.n; k++) price |= lexicon_phrase(&h->a, k, asked) > 0;
        if (price) hear_all_anew(h, i, n, SENSE_CHEAP | SENSE_STOP);
    }
}

/* "多少一张", "几块钱一把": one of it, and no word of a name. */
static void asks_of_one(struct heard *h)
{
    static const char sums
        [] = "多少钱一|多少一|几块钱一|几块一|几毛一|几元一|几钱一|怎么卖一|啥价一|什么价一",
    ones[] =
        "张个只条支件套包袋盒瓶罐箱桶卷片块把台双对副本根枚颗粒株盆棵斤升辆顶床盏幅份捆提板筒碗杯样朵束筐板款组排串";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, sums), at = i + n;
        if (n == 0 || !is_han(&h->a, at) || !strstr(ones, h->a.atom[at].text) || !ends(h, at + 1)) continue;
        if (h->sense[at] == 0 || h->lone[at]) h->lone[at] = false, local_hear_anew(h, at, SENSE_STOP);
    }
}

/* "内胆坏了想单买一个，多少钱": what broke is bought anew, and nobody stands for it. */
static void buys_anew(struct heard *h)
{
    static const char buys[] =
        "单买|单独买|单独卖|单卖|单购|单独配|另买|另外买|再买|重新买|重买|重新配|想买|要买|买个|买一|"
        "配一个|配个|补买|补一个|自己买|换个新的|换新的";
    const uint64_t of_fault = SENSE_WARRANTY | SENSE_FAULT | SENSE_DAMAGE | SENSE_FIX | SENSE_EXCHANGE;
    bool bought = false;
    if (!(h->all & (SENSE_PRICE | SENSE_STOCK)) && !local_asks_had(h)) return;
    for (size_t i = 0; i < h->a.n; i++) {
        bool anew = lexicon_phrase(&h->a, i, buys) > 0;
        bought |= anew && (i == 0 || lexicon_phrase(&h->a, i - 1, "刚|才|前") == 0);
    }
    for (size_t i = 0; i < h->a.n && bought; i++) {
        if (lexicon_phrase(&h->a, i, "保修|质保|免费|赔|包换|包修") > 0) return;
    }
    for (size_t i = 0; i < h->a.n && bought; i++)
        if (h->sense[i] & of_fault) local_hear_anew(h, i, (h->sense[i] & ~of_fault) | SENSE_STOP);
}

/* "有单卖的吗", "单独买一个": by itself. */
static void sold_apart(struct heard *h)
{
    static const char apart[] =
        "单独卖|单独买|单独售|单独出售|单独购买|单卖|单买|单售|单购|零卖|零售|另卖|另售|分开卖|拆开卖|单出|另外卖";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, apart);
        if (n > 0) hear_all_anew(h, i, n, SENSE_HAVE | SENSE_STOP);
    }
}

/* "会送笔帘之类的吗", "有送防尘袋什么的没": what is given with it. */
static void gives_such(struct heard *h)
{
    static const char such[] = "之类的|之类|什么的|啥的|等等|这些|这类的", asks[] = "吗|么|不|没|嘛|没有",
                      gives[] = "会送|有送|能送|还送|都送|会赠|有赠|会附|会配|会带|送",
                      no_gift[] = "货|到|上|去|来|修|达|人|礼|检|的|了|快|给";
    const uint64_t sent = SENSE_SHIP | SENSE_ORDER | SENSE_TRACK;
    size_t last = h->a.n;
    if (last < 4 || (h->all & (SENSE_ORDER | SENSE_TRACK))) return;
    if (lexicon_phrase(&h->a, last - 1, asks) > 0) last--;
    size_t end = last;
    for (size_t i = last > 3 ? last - 3 : 0; i < last && end == last; i++)
        if (lexicon_phrase(&h->a, i, such) == last - i) end = i;
    if (end == last) return;
    for (size_t i = 0; i + 1 < end; i++) {
        size_t n = lexicon_phrase(&h->a, i, gives);
        if (n == 0 || i + n >= end || lexicon_phrase(&h->a, i + n, no_gift) > 0 || (h->sense[i + n] & sent)) continue;
        hear_all_anew(h, i, n, SENSE_GIFT | SENSE_STOP), hear_all_anew(h, end, last - end, SENSE_STOP);
        return;
    }
}

/* "5026110790032 这个单付款成功没": so long a number, and an order beside it. */
static void numbers_order(struct heard *h)
{
    enum { LONG = 8, MOBILE = 11, FAR = 4 };
    static const char words[] = "这个单|那个单|这单|那单|该单|此单|的单|个单|单";
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        if (x->kind != ATOM_NUMBER || x->n < LONG || (x->n == MOBILE && x->text[0] == '1')) continue;
        for (size_t k = i > FAR ? i - FAR : 0; k < h->a.n && k <= i + FAR; k++) {
            size_t n = lexicon_phrase(&h->a, k, words), at = k + n;
            bool other = n > 0 && at < h->a.n && strstr("价个只件支买卖独品反人肩", h->a.atom[at].text);
            if (n > 0 && !other) hear_all_anew(h, k, n, SENSE_ORDER | SENSE_STOP);
        }
    }
}

/* "贴歪了", "剪坏了", "写废了", "报废了": who spoiled it asks what the shop does about it. */
static void spoiled(struct heard *h)
{
    for (size_t i = 1; i + 1 < h->a.n; i++) {
        bool done = strcmp(h->a.atom[i + 1].text, "了") == 0 && !h->a.atom[i].broken && is_han(&h->a, i - 1);
        bool spoils = strstr("歪废毁裂烂", h->a.atom[i].text) && is_han(&h->a, i) && h->sense[i - 1] == 0;
        if (done && spoils && h->sense[i] == 0) local_hear_anew(h, i, SENSE_WARRANTY | SENSE_DAMAGE);
    }
}

static const char
    body[] = "身高|体重|胸围|腰围|臀围|头围|脚长|臂长|肩宽|手腕|手围|颈围|腿长|内长|脚宽|背长|肩高",
    right[] = "哪款|哪个|哪一款|哪种|多大|几号|几码|什么码|啥码|多少码|哪个码|哪号|哪一个|合适|能穿|能用|能戴|穿得",
    whom[] = "孩子|宝宝|宝贝|小孩|小朋友|儿子|女儿|闺女|娃|孩儿|老公|老婆|男友|女友|男朋友|女朋友|对象|妈妈|爸爸|老人|"
             "学生|狗狗|狗子|我家狗|猫咪|小狗|小猫|大人|侄子|孙子|孙女|弟弟|妹妹|男生|女生|男孩|女孩";

/* A measure of somebody: 身高128, "128cm的孩子". */
static bool body_at(const struct heard *h, size_t i)
{
    enum { FAR = 3 };
    static const char units[] = "cm|厘米|公分|斤|公斤|kg|千克";
    size_t n = lexicon_phrase(&h->a, i, body), at = i + 1;
    for (size_t k = i + n; n > 0 && k < h->a.n && k < i + n + FAR; k++)
        if (h->a.atom[k].kind == ATOM_NUMBER) return true;
    size_t unit = h->a.atom[i].kind == ATOM_NUMBER ? lexicon_phrase(&h->a, at, units) : 0;
    at += unit;
    at += unit > 0 ? lexicon_phrase(&h->a, at, "的") : 0;
    return unit > 0 && lexicon_phrase(&h->a, at, whom) > 0;
}

bool local_asks_for_body(const struct heard *h)
{
    bool asks = false, said = false;
    for (size_t i = 0; i < h->a.n; i++) {
        said |= body_at(h, i);
        asks |= lexicon_phrase(&h->a, i, right) > 0;
    }
    return asks && said;
}

/* "身高128拿哪款", "脚长25选多大": which size is right for so large a body, and whose it is names nothing. */
static void asks_fit(struct heard *h)
{
    enum { WHOSE = 3 };
    static const char takes[] = "拿背选穿用买要拍戴配挑该";
    if (!local_asks_for_body(h)) return;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, body), person = lexicon_phrase(&h->a, i, whom);
        if (n > 0) hear_all_anew(h, i, n, SENSE_SIZE);
        bool near = person > 0 && i + person < h->a.n && lexicon_phrase(&h->a, i + person, body) > 0;
        near |= person > 0 && i > 0 && lexicon_phrase(&h->a, i - 1, "的|是") > 0;
        for (size_t k = i; k < i + person && near && person <= WHOSE; k++)
            if (h->sense[k] == 0) local_hear_anew(h, k, SENSE_STOP);
        n = lexicon_phrase(&h->a, i, right);
        if (n == 0) continue;
        if (h->sense[i] & (SENSE_RECOMMEND | SENSE_COMPARE | SENSE_OPTIONS))
            hear_all_anew(h, i, n, SENSE_SIZE | SENSE_STOP);
        if (i > 0 && is_han(&h->a, i - 1) && strstr(takes, h->a.atom[i - 1].text))
            local_hear_anew(h, i - 1, SENSE_SIZE | SENSE_STOP);
    }
}

/* "包安装吗" asks what it costs; "装一个收多少", though no list has it. */
static void asks_fee(struct heard *h)
{
    static const char pays[] = "包安装吗|包安装不|包安装么|包不包安装|含安装吗|含不含安装|管安装吗|管不管安装|送安装吗|"
                               "给安装吗|包装吗|包不包装",
                      one[] = "装一个|装一台|装一套|装一盏|装一次|装一扇|装一组|装一把",
                      sum[] = "多少钱|多少|收多少|要多少|几块|收费|什么价|啥价|得多少",
                      pack[] = "瓶罐袋盒箱包桶散简精套礼支单双组";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, pays), many = lexicon_phrase(&h->a, i, one);
        if (n > 0 && (h->sense[i] & SENSE_INSTALL)) hear_all_anew(h, i, n, SENSE_INSTALL | SENSE_COST);
        if (many == 0 || (i > 0 && strstr(pack, h->a.atom[i - 1].text))) continue;
        n = lexicon_phrase(&h->a, i + many, sum);
        if (n > 0) hear_all_anew(h, i, many + n, SENSE_INSTALL | SENSE_COST);
    }
}

/* "石头掉了能补吗": what came off is mended, and no difference of a price is paid. */
static void mends(struct heard *h)
{
    static const char mended[] = "能补吗|能补不|能补么|能补|给补吗|给补", price[] = "降|跌|差价|便宜|价|买贵|优惠";
    bool trouble = false, money = false;
    for (size_t i = 0; i < h->a.n; i++) {
        trouble |= lexicon_phrase(&h->a, i, lexicon_trouble) > 1 || lexicon_phrase(&h->a, i, "掉了|坏|缺") > 0;
        money |= lexicon_phrase(&h->a, i, price) > 0;
    }
    for (size_t i = 0; i < h->a.n && trouble && !money; i++) {
        size_t n = h->sense[i] & SENSE_PROTECT ? lexicon_phrase(&h->a, i, mended) : 0;
        if (n > 0) hear_all_anew(h, i, n, SENSE_WARRANTY | SENSE_STOP);
    }
}

/* "养生壶能预约吗": what the thing can do, and no appointment. */
static void can_be_timed(struct heard *h)
{
    static const char timed[] = "能预约|可预约|可以预约|能不能预约|预约功能|定时预约|预约定时|带预约|有预约|支持预约|"
                                "预约煮|预约做饭|预约多久|预约几",
                      visit[] = "安装|上门|师傅|取件|送货|服务|试穿|到店|门店|装机|维修|人工";
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, visit) > 0) return;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, timed);
        for (size_t k = i; k < i + n; k++)
            if (h->sense[k] & SENSE_INSTALL) local_hear_anew(h, k, h->sense[k] & ~(uint64_t)SENSE_INSTALL);
    }
}

/* "送领导选哪款茶好": no two of them are compared. */
static void asks_which(struct heard *h)
{
    static const char which[] = "选哪款|选哪个|哪款好|哪个好|怎么选|买哪款|买哪个|拿哪款|挑哪款",
                      two[] = "和|跟|与|还是|或|比|vs|贵|便宜|区别";
    bool named = false, both = false;
    for (size_t i = 0; i < h->a.n; i++) {
        named |= h->sense[i] == 0;
        both |= lexicon_phrase(&h->a, i, two) > 0 || (i > 0 && h->a.atom[i].broken);
    }
    for (size_t i = 0; i < h->a.n && named && !both; i++) {
        size_t n = h->sense[i] & SENSE_COMPARE ? lexicon_phrase(&h->a, i, which) : 0;
        if (n > 0) hear_all_anew(h, i, n, SENSE_RECOMMEND | SENSE_STOP);
    }
}

/* "电机坏了 保几年", "掉瓷管不管，保多久": what broke is told, and how long the shop stands for it is asked. */
static void asks_term(struct heard *h)
{
    static const char term[] = "保几年|保多久|保多长|保几个月|保修多|保修几|质保多|质保几|保修期|质保期";
    if (!lexicon_says(&h->a, term)) return;
    for (size_t i = 0; i < h->a.n; i++)
        if (h->sense[i] & SENSE_FAULT) local_hear_anew(h, i, (h->sense[i] & ~(uint64_t)SENSE_FAULT) | SENSE_WARRANTY);
}

void local_ways(struct heard *h)
{
    asks_term(h);
    can_be_timed(h);
    asks_which(h);
    asks_fee(h);
    mends(h);
    asks_least(h);
    asks_cheap_one(h);
    asks_of_one(h);
    sold_apart(h);
    buys_anew(h);
    gives_such(h);
    numbers_order(h);
    spoiled(h);
    asks_fit(h);
}
