/* local_idioms.c: what is said in ways that no list of words holds: the words around a word tell what it means. */
#include "chat/models/local_lexicon.h"

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

bool local_asks_sold(const struct heard *h)
{
    if (h->all & (SENSE_PRICE | SENSE_STOCK)) return true;
    bool asks = h->a.n > 0 && lexicon_phrase(&h->a, h->a.n - 1, "吗|么|没|不|嘛|卖|冇") > 0;
    for (size_t i = 0; i < h->a.n; i++) {
        if (!(h->sense[i] & SENSE_HAVE)) continue;
        if (!is_han(&h->a, i) || (h->sense[i] & SENSE_STOP)) return true;
        bool begins = i == 0 || h->a.atom[i].broken || (h->sense[i - 1] & SENSE_STOP);
        bool what = lexicon_phrase(&h->a, i, "有啥|有什么|有哪|有没") > 0;
        if (what || asks || (begins && strcmp(h->a.atom[i].text, "有") != 0)) return true; /* "有绿茶吗", "买绿茶" */
    }
    return false;
}

/* "1.5号300米 多少": nothing is counted behind it. */
bool local_asks_sum(const struct heard *h)
{
    size_t last = h->a.n;
    while (last > 2 && lexicon_phrase(&h->a, last - 1, "呢|啊|呀|的|哦|嘞|哈") > 0) last--;
    return last > 2 && lexicon_phrase(&h->a, last - 2, "多少") == 2;
}

bool local_asks_had(const struct heard *h)
{
    size_t last = h->a.n;
    while (last > 0 && (h->sense[last - 1] & (SENSE_STOP | SENSE_SOFT)) && !(h->sense[last - 1] & SENSE_HAVE)) last--;
    return last > 0 && h->a.atom[last - 1].kind == ATOM_HAN && (h->sense[last - 1] & SENSE_HAVE) &&
           (h->sense[last - 1] & SENSE_STOP);
}

/* "到江苏几天", "寄武汉要多久": a place, and how long it takes to get there. */
static void sends_to(struct heard *h)
{
    enum { PLACE = 6 };
    static const char to[] = "到|发到|寄到|送到|发|寄|快递到|发往|寄往", time[] = "几天|多久|多长时间|几日|多少天";
    static const char before[] = "收拿用买等签找受感得不没"; /* 收到, 用到: no way to a place */
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, to), at = i + n;
        if (n == 0 || (i > 0 && !h->a.atom[i].broken && strstr(before, h->a.atom[i - 1].text))) continue;
        while (at < h->a.n && at < i + n + PLACE && h->sense[at] == 0 && is_han(&h->a, at)) at++;
        size_t place = at - i - n;
        at += lexicon_phrase(&h->a, at, "要|得|大概要|大概|大约|一般|需要|那边|这边|一般要|大概得");
        if (place < 2 || lexicon_phrase(&h->a, at, time) == 0) continue;
        for (size_t k = i; k < i + n + place; k++) local_hear_anew(h, k, SENSE_SHIP | SENSE_TIME);
    }
}

/* "10斤装的", "6只装": a pack, and nothing that is put together. */
static void packs_of(struct heard *h)
{
    static const char units[] =
        "斤|公斤|千克|克|两|升|毫升|只|个|支|片|包|袋|盒|瓶|罐|枚|粒|颗|抽|卷|条|双|件|对|g|kg|ml|l|pcs";
    for (size_t i = 1; i < h->a.n; i++) {
        if (strcmp(h->a.atom[i].text, "装") != 0 || h->a.atom[i].broken || lexicon_phrase(&h->a, i - 1, units) == 0)
            continue;
        for (size_t k = i; k < h->a.n && k < i + 2; k++) {
            if (!(h->sense[k] & SENSE_INSTALL) && (k > i || h->sense[k] != 0)) break;
            local_hear_anew(h, k, k == i ? SENSE_STOP : SENSE_SOFT);
        }
    }
}

/* "用完的空硒鼓收不收", "空瓶回收吗": what is left of a thing is asked for as an old one is. */
static void takes_empty(struct heard *h)
{
    static const char empty[] =
        "用完的|用完了的|用光的|用剩的|空的|报废的|废旧|废弃|空瓶|空罐|空盒|空桶|空箱|empty|empties|used up";
    static const char taken[] =
        "收不收|收吗|收么|收不|回收|回不回收|能收|收购|寄回|退回|换钱|抵|take back|take them back|recycle|"
        "return the empty|send back";
    static const char no_money[] = "费|钱|运|邮|税|定金|押金";
    size_t left = h->a.n;
    bool takes = false;
    for (size_t i = 0; i < h->a.n; i++) {
        bool first = strcmp(h->a.atom[i].text, "空") == 0 && i + 2 < h->a.n && h->sense[i + 1] == 0 &&
                     lexicon_phrase(&h->a, i, "空调|空气|空军|空间|空心|空运|空投|空载") == 0;
        if (left == h->a.n && (first || lexicon_phrase(&h->a, i, empty) > 0)) left = i;
        size_t n = lexicon_phrase(&h->a, i, taken);
        takes |= n > 0 && lexicon_phrase(&h->a, i + n, no_money) == 0;
    }
    if (!takes || left == h->a.n || (h->all & (SENSE_PRICE | SENSE_STOCK))) return;
    local_hear_anew(h, left, h->sense[left] | SENSE_OLD);
    for (size_t i = 0; i < h->a.n; i++) local_hear_anew(h, i, h->sense[i] & ~(uint64_t)(SENSE_RETURN | SENSE_HAGGLE));
}

/* "囤点酒米", "整两包": who wants some. */
static void wants_some(struct heard *h)
{
    for (size_t i = 0; i + 1 < h->a.n; i++)
        if (h->sense[i] == 0 && is_han(&h->a, i) && strstr("囤屯备整搞弄来添置配购入", h->a.atom[i].text) &&
            lexicon_phrase(&h->a, i + 1, "点|些|一点|一些|点儿|个|几个|一个|一批") > 0)
            local_hear_anew(h, i, SENSE_RECOMMEND | SENSE_STOP);
}

/* "大红袍礼盒" is sold in a box; no box to wrap it in is asked for. */
static void boxes_of(struct heard *h)
{
    static const char verbs[] = "用装配送带换包有要加给附的",
                      many[] = "印|定制|订做|logo|公司|单位|团购|企业|批量|员工";
    for (size_t i = 0; i < h->a.n; i++)
        if ((h->sense[i] & SENSE_BULK) || lexicon_phrase(&h->a, i, many) > 0) return;
    for (size_t i = 1; i + 1 < h->a.n; i++) {
        bool thing = is_han(&h->a, i - 1) && h->sense[i - 1] == 0 && !strstr(verbs, h->a.atom[i - 1].text);
        if (!thing || h->a.atom[i].broken || lexicon_phrase(&h->a, i, "礼盒|礼品盒|礼袋") == 0) continue;
        for (size_t n = lexicon_phrase(&h->a, i, "礼盒装|礼盒|礼品盒|礼袋"); n > 0; n--)
            local_hear_anew(h, i + n - 1, SENSE_SOFT);
    }
}

/* "换个颜色行吗，还没发货": the order is changed, and nothing comes back. */
static void changes_order(struct heard *h)
{
    static const char waits[] = "没发货|还没发|未发货|没发出|没寄|刚下单|刚拍|刚付款|刚买的还没|没出库";
    bool before = false;
    for (size_t i = 0; i < h->a.n; i++) before |= lexicon_phrase(&h->a, i, waits) > 0;
    for (size_t i = 0; i < h->a.n && before && (h->all & SENSE_EXCHANGE); i++) {
        if (h->sense[i] & SENSE_EXCHANGE)
            local_hear_anew(h, i, (h->sense[i] & ~(uint64_t)SENSE_EXCHANGE) | SENSE_CHANGE);
        else if (h->sense[i] & SENSE_TRACK) local_hear_anew(h, i, SENSE_STOP);
    }
}

/* "键盘有几个键": what is counted is a part of it, no choice. */
static void counts_parts(struct heard *h)
{
    static const char choices[] = "色|颜|尺|码|规|口味|款|型|版|味|大小|容|套|号|档|包装|种|品|系|样|花|图|香|选|价";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = (h->sense[i] & SENSE_OPTIONS) ? lexicon_phrase(&h->a, i, "有几个|几个") : 0;
        if (n == 0 || !is_han(&h->a, i + n) || h->sense[i + n] != 0 || lexicon_phrase(&h->a, i + n, choices) > 0)
            continue;
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, SENSE_STOP);
    }
}

/* "鞋底开胶管吗": who stands for what went wrong. */
static void stands_for(struct heard *h)
{
    static const char words[] =
        "管吗|管不管|管么|管不|管嘛|保吗|保不保|保么|赔吗|赔不赔|给修吗|给换吗|给不给修|给不给换";
    bool trouble = false;
    for (size_t i = 0; i < h->a.n; i++) trouble |= lexicon_phrase(&h->a, i, lexicon_trouble) > 0;
    for (size_t i = 0; i < h->a.n && trouble; i++) {
        size_t n = lexicon_phrase(&h->a, i, words);
        bool tube = i > 0 && strstr("水气油软硬胶钢铁铜灯试导吸血", h->a.atom[i - 1].text); /* 水管吗 */
        for (size_t k = i; k < i + n && !tube; k++) local_hear_anew(h, k, SENSE_WARRANTY | SENSE_STOP);
    }
}

/* "有没有搭什么", "配啥东西": what comes with it. */
static void comes_with(struct heard *h)
{
    static const char words[] =
        "搭什么|搭啥|搭点什么|搭点啥|搭点东西|搭东西|搭个|搭的什么|有搭|附带什么|附带啥|附什么|附啥|"
        "带什么东西|带啥东西|捎什么|捎带什么|饶点|饶什么";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = h->sense[i] & (SENSE_INSTALL | SENSE_GIFT) ? 0 : lexicon_phrase(&h->a, i, words);
        bool clothes = n > 0 && lexicon_phrase(&h->a, i + n, "衣|裤|裙|鞋|色|衫|外套|好看|合适|比较") > 0;
        for (size_t k = i; k < i + n && !clothes; k++) local_hear_anew(h, k, SENSE_GIFT | SENSE_STOP);
    }
}

/* "六楼没电梯，搬上去": the number of the floor, where it is asked who carries it there. */
static void floors(struct heard *h)
{
    static const char carried[] = "上楼|搬上|抬上|扛上|送上|爬楼|电梯|上门|入户", digits[] = "一二两三四五六七八九十几";
    bool carries = false;
    for (size_t i = 0; i < h->a.n; i++) carries |= lexicon_phrase(&h->a, i, carried) > 0;
    for (size_t i = 0; i + 1 < h->a.n && carries; i++) {
        const struct atom *x = &h->a.atom[i];
        bool number = x->kind == ATOM_NUMBER || (is_han(&h->a, i) && strstr(digits, x->text));
        if (!number || h->sense[i + 1] != 0 || !strstr("楼层", x[1].text) || x[1].broken) continue;
        local_hear_anew(h, i, SENSE_STOP), local_hear_anew(h, i + 1, SENSE_STOP);
    }
}

/* "推荐双鞋": one of them, before its name. */
static void measures(struct heard *h)
{
    static const char verbs[] = "推荐|想买|要买|想要|想入|买|找|来|整|求";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, verbs), at = i + n;
        if (n == 0 || at + 1 >= h->a.n || !is_han(&h->a, at + 1) || h->a.atom[at].broken) continue;
        bool free_word = h->sense[at] == 0 || h->lone[at];
        if (free_word && strstr("双件条把台个款套瓶盒支只辆顶副块床盏张", h->a.atom[at].text))
            h->sense[at] = SENSE_STOP, h->lone[at] = false;
    }
}

/* "有靴子吗 冬天穿": where Han is written with a gap, one thing ends and another begins. */
static void gaps(struct heard *h)
{
    for (size_t i = 1; i < h->a.n; i++) {
        struct atom *x = &h->a.atom[i];
        if (is_han(&h->a, i) && is_han(&h->a, i - 1) && x->from > x[-1].to) x->broken = true;
    }
}

bool *local_of_oneself(struct arena *a, const struct heard *h)
{
    static const char who[] = "我|咱|本人|我们|老公|老婆|孩子|我妈|我爸|妈妈|爸爸|对象|女朋友|男朋友|im|i am|my";
    bool *out = ARENA_ARRAY(a, bool, h->a.n + 1);
    for (size_t i = 0, end; i < h->a.n; i = end) {
        bool tells = lexicon_phrase(&h->a, i, who) > 0;
        end = i + 1;
        while (end < h->a.n && !h->a.atom[end].broken) end++;
        if (end < h->a.n && tells) memset(out + i, true, end - i); /* the wish is what stands last */
    }
    return out;
}

/* "UK 9", "in an EU 41", "a us size 8": a size, and no country to send to. */
static void sizes_of(struct heard *h)
{
    static const char systems[] = "uk|eu|us|eur|european|british|american",
                      to[] = "to|from|the|within|across|outside|for";
    static const char counted[] = "day|days|hour|hours|working|business|week|weeks|pounds|euros|dollars|items|orders|"
                                  "parcels|miles|percent|st|nd|rd|th|pm|am";
    enum { DIGITS = 4 };
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        size_t at = i + 1;
        if (lexicon_phrase(&h->a, i, systems) == 0 || (i > 0 && lexicon_phrase(&h->a, i - 1, to) > 0)) continue;
        at += lexicon_phrase(&h->a, at, "size|shoe size|mens|womens|men's|women's");
        const struct atom *x = at < h->a.n ? &h->a.atom[at] : NULL;
        if (!x || x->kind != ATOM_NUMBER || x->n > DIGITS || x->broken) continue;
        if (at + 1 < h->a.n && (h->a.atom[at + 1].glued || lexicon_phrase(&h->a, at + 1, counted) > 0)) continue;
        size_t from = i > 0 && lexicon_phrase(&h->a, i - 1, "in|a|an") > 0 ? i - 1 : i;
        for (size_t k = from; k < at; k++) local_hear_anew(h, k, SENSE_STOP); /* "in uk sizes" asks for a table */
    }
}

/* "Where can I get rid of dead batteries": what is used up is brought back, as an old thing is. */
static void gets_rid(struct heard *h)
{
    enum { FAR_BEHIND = 4 };
    static const char verbs[] = "get rid of|getting rid of|dispose of|disposing of|throw away|throw out|chuck out|"
                                "chuck away|get shot of|bin|hand in|drop off|discard|what do i do with|"
                                "what should i do with|what can i do with|what to do with",
                      worn[] = "dead|used|used up|spent|empty|old|flat|expired|finished|leftover|worn out|knackered|"
                               "burnt out|burned out|blown|unwanted";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, verbs), at = i + n;
        while (n > 0 && at < h->a.n && at < i + n + FAR_BEHIND && lexicon_phrase(&h->a, at, worn) == 0) at++;
        if (n == 0 || at >= h->a.n || lexicon_phrase(&h->a, at, worn) == 0) continue;
        local_hear_anew(h, at, SENSE_OLD | SENSE_STOP);
        for (size_t k = 0; k < h->a.n; k++)
            local_hear_anew(h, k, h->sense[k] & ~(uint64_t)(SENSE_RETURN | SENSE_WARRANTY | SENSE_HAGGLE));
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, SENSE_STOP);
    }
}

/* "Gift idea for somebody who bakes": something is to be found for them, and no free gift is asked for. */
static void gift_for(struct heard *h)
{
    static const char gift[] = "gift|gifts|present|presents", idea[] = "idea|ideas|suggestion|suggestions|inspiration",
                      whom[] = "for someone|for somebody|for a|for an|for my|for our|for him|for her|for people|"
                               "for the|for anyone|for kids|for children|for friends|for mum|for dad|for mom";
    static const char given[] = "free|order|orders|purchase|spend|spending|wrap|wrapped|wrapping|voucher|receipt|"
                                "message|included|comes|come|get a|with";
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, given) > 0) return;
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        bool some = lexicon_phrase(&h->a, i, "something|smth|sth") > 0 &&
                    lexicon_phrase(&h->a, i + 1, "for someone|for somebody|for my|for a|for people") > 0;
        if (lexicon_phrase(&h->a, i, gift) == 0 && !some) continue;
        size_t n = lexicon_phrase(&h->a, i + 1, idea);
        if (n == 0 && lexicon_phrase(&h->a, i + 1, whom) == 0) continue;
        for (size_t k = i; k <= i + n; k++) local_hear_anew(h, k, SENSE_RECOMMEND | SENSE_STOP);
    }
}

/* "Do they go mouldy": what may become of it, and no harm that was done. */
static void may_become(struct heard *h)
{
    enum { SOON = 3 };
    static const char asks[] = "do|does|will|would|can|could|might", becomes[] = "go|get|turn|become|grow|come out";
    bool asked = false;
    for (size_t i = 0; i < h->a.n; i++) {
        asked |= lexicon_phrase(&h->a, i, asks) > 0;
        bool order = (h->all & (SENSE_ORDER | SENSE_TRACK)) != 0;
        if (!asked || order || lexicon_phrase(&h->a, i, becomes) == 0) continue;
        for (size_t k = i + 1; k < h->a.n && k < i + SOON; k++)
            if ((h->sense[k] & SENSE_DAMAGE) && h->a.atom[k].kind == ATOM_LETTERS && !(h->sense[k] & SENSE_STOP))
                local_hear_anew(h, k, h->sense[k] & ~(uint64_t)SENSE_DAMAGE);
    }
}

/* "Litres an hour", "24 hours": so long, and no question of when somebody is there. */
static void so_many_hours(struct heard *h)
{
    static const char before[] = "an|a|per|each|every|many|one|two|three|four|five|six|eight|ten|half|few|couple of|"
                                 "couple|several|the last|last";
    for (size_t i = 1; i < h->a.n; i++) {
        bool hours = (h->sense[i] & SENSE_HOURS) && lexicon_phrase(&h->a, i, "hour|hours") > 0;
        bool counted = h->a.atom[i - 1].kind == ATOM_NUMBER || lexicon_phrase(&h->a, i - 1, before) > 0;
        bool rate = i > 1 && lexicon_phrase(&h->a, i - 1, "an|a|per|each|every") > 0 &&
                    !(h->sense[i - 2] & ~SENSE_UNIT) && h->a.atom[i - 2].kind == ATOM_LETTERS; /* "litres an hour" */
        if (hours && counted && !h->a.atom[i].broken) local_hear_anew(h, i, rate ? 0 : SENSE_TIME | SENSE_STOP);
    }
}

/* "What size tank does it suit": no clothes. */
static void suits(struct heard *h)
{
    bool asks = false;
    for (size_t i = 0; i < h->a.n; i++) {
        asks |= lexicon_phrase(&h->a, i, "does|will|would|what|which") > 0;
        bool last = i + 1 >= h->a.n || h->a.atom[i + 1].broken || lexicon_phrase(&h->a, i + 1, "a|an|my|our|the") > 0;
        if (asks && last && i > 1 && h->sense[i] == 0 && lexicon_phrase(&h->a, i, "suit") > 0 &&
            lexicon_phrase(&h->a, i - 1, "a|an|the|my|your") == 0)
            local_hear_anew(h, i, SENSE_USED_FOR | SENSE_STOP);
    }
}

void local_idioms(struct heard *h)
{
    suits(h);
    so_many_hours(h);
    may_become(h);
    gets_rid(h);
    gift_for(h);
    gaps(h);
    stands_for(h);
    comes_with(h);
    floors(h);
    measures(h);
    sizes_of(h);
    changes_order(h);
    counts_parts(h);
    boxes_of(h);
    sends_to(h);
    packs_of(h);
    takes_empty(h);
    wants_some(h);
    local_customs(h);
}
