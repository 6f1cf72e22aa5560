/* local_customs.c: what is said in Chinese in ways that no list of words holds, around a wish, a price, a way to the
 * door. What is common to all languages is in local_idioms.c. */
#include "chat/models/local_lexicon.h"

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* "想买点虾", "来些橙子": some of it, and no part of the name. */
static void some_of(struct heard *h)
{
    static const char verbs[] =
        "买|来|要|吃|喝|整|弄|搞|囤|订|选|挑|拿|带|称|尝|添|备|送|寄|发|换|下单|入手|购|找|看|求";
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        size_t n = is_han(&h->a, i) ? lexicon_phrase(&h->a, i, verbs) : 0, at = i + n;
        size_t some = n > 0 ? lexicon_phrase(&h->a, at, "点儿|一点|一些|点|些|几样|几种|几款") : 0;
        bool early = i > 0 && strcmp(h->a.atom[at > 0 ? at - 1 : 0].text, "早") == 0;
        if (some == 0 || early || !is_han(&h->a, at + some) || h->a.atom[at].broken || h->a.atom[at + some].broken)
            continue;
        if (lexicon_phrase(&h->a, at + some, "什么|啥|哪|吗|的|啊|呗|不|吧") > 0) continue;
        for (size_t k = at; k < at + some; k++)
            if (!(h->sense[k] & ~(uint64_t)(SENSE_SOFT | SENSE_STOP | SENSE_HAVE)))
                h->sense[k] = SENSE_STOP, h->lone[k] = false;
    }
}

/* "报一下TR-9的价": who names a price reports no fault. */
static void names_price(struct heard *h)
{
    if (!(h->all & SENSE_PRICE) || !(h->all & SENSE_FAULT)) return;
    for (size_t i = 0; i < h->a.n; i++) {
        bool code = i + 1 < h->a.n && h->a.atom[i + 1].kind == ATOM_LETTERS && h->a.atom[i + 1].n <= 2;
        if (strcmp(h->a.atom[i].text, "报") != 0 || code || !(h->sense[i] & SENSE_FAULT)) continue;
        local_hear_anew(h, i, SENSE_STOP);
    }
}

/* "K9 ?元", "背包 ？块": how many of them, by a mark of a question and no number. */
static void marks_price(struct heard *h)
{
    static const char units[] = "元钱|块钱|元|块|大洋";
    for (size_t i = 1; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, units);
        struct str gap = { h->text.p + h->a.atom[i - 1].to, h->a.atom[i].from - h->a.atom[i - 1].to };
        bool mark = memchr(gap.p, '?', gap.n) || memmem(gap.p, gap.n, "？", sizeof "？" - 1);
        bool ends = i + n == h->a.n || h->a.atom[i + n].broken || (h->sense[i + n] & (SENSE_STOP | SENSE_SOFT));
        if (n == 0 || !mark || !ends) continue;
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, SENSE_PRICE | SENSE_COST | SENSE_STOP);
    }
}

/* "送不送上楼", "能送到家门口吗": the way to the door, and nothing that is given. */
static void brings(struct heard *h)
{
    static const char there[] =
        "上楼|上门|到家|到楼|货上门|货吗|货不|到门|进屋|进门|入户|家里|到府|楼上|到村|乡下|到镇|下乡";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, "送不送|给送|管送|包送|能送|会送|负责送|帮送|送");
        if (n == 0 || lexicon_phrase(&h->a, i + n, there) == 0) continue;
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, (h->sense[k] & ~(uint64_t)SENSE_GIFT) | SENSE_SHIP);
    }
}

/* "成都要几天", "杭州那边多久": the way to a place, where no verb says so. */
static void way_to(struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = local_place_at(&h->a, i), at = i + n;
        if (n == 0) continue;
        at += lexicon_phrase(&h->a, at, "那边|这边|市区|市|省");
        at += lexicon_phrase(&h->a, at, "大概要|一般要|大概|一般|需要|要|得|的话");
        if (lexicon_phrase(&h->a, at, "几天|多久|多长时间|几日|多少天|几号") == 0) continue;
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, SENSE_SHIP | SENSE_TIME);
    }
}

/* "给公司买的那款多少钱": for whom it is; one that wants many says so. */
static void buys_for(struct heard *h)
{
    static const char
        whom[] = "公司|单位|学校|厂里|部门|工厂|医院|办公室|企业|店里|班里|班级|员工|同事|客户",
        many[] = "批量|团购|采购|合同|量大|大量|几十|上百|百来|优惠|折|便宜|批发|集采|定制|印|对公|开票|报价单";
    bool one = true;
    for (size_t i = 0; i < h->a.n; i++) one &= lexicon_phrase(&h->a, i, many) == 0;
    if (!one || !(h->all & (SENSE_PRICE | SENSE_STOCK))) return;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, "给|为|帮|替");
        size_t of = n > 0 ? lexicon_phrase(&h->a, i + n, whom) : 0;
        for (size_t k = i + n; k < i + n + of; k++) local_hear_anew(h, k, SENSE_STOP);
        for (size_t k = i + n + of; of > 0 && k < i + n + of + 2 && k < h->a.n; k++)
            if (h->sense[k] & SENSE_BULK) local_hear_anew(h, k, SENSE_STOP);
    }
}

/* "到手结晶了", "到手发现有划痕": it has come, and no price is asked. */
static void has_come(struct heard *h)
{
    static const char price[] = "到手价|到手多少|到手几|到手是多少|到手要|到手得|到手大概",
                      seen[] = "到手后|到手就|到手发现|到手一看|到手的时候|到手时|"
                               "到手已经|到手没|到手有|到手是|到手不|刚到手|到手里";
    bool state = false;
    for (size_t i = 0; i < h->a.n && h->state; i++) state |= h->state[i] > 0;
    for (size_t i = 0; i < h->a.n; i++) {
        if (lexicon_phrase(&h->a, i, "到手") == 0 || lexicon_phrase(&h->a, i, price) > 0) continue;
        if (!state && lexicon_phrase(&h->a, i, seen) == 0) continue;
        local_hear_anew(h, i, SENSE_STOP), local_hear_anew(h, i + 1, SENSE_STOP);
    }
}

/* "滤芯多久换", "几个月换一次": worn out, and nothing goes back. */
static void wears_out(struct heard *h)
{
    static const char when[] =
        "多久|几个月|多长时间|几天|几年|几周|隔多久|多少天|多少个月|每隔多久|什么时候|啥时候|何时|怎么";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, when), at = i + n;
        at += n > 0 ? lexicon_phrase(&h->a, at, "要|该|得|需要|应该|能|会|才|就|去|自己") : 0;
        size_t changes = n > 0 ? lexicon_phrase(&h->a, at, "更换|换一次|换一回|换新|换") : 0;
        bool how = strcmp(h->a.atom[i].text, "怎") == 0; /* 怎么换货 asks for the rule */
        if (changes == 0 || lexicon_phrase(&h->a, at, "换货|换码|换大|换小|换尺") > 0) continue;
        if (how && (at + changes >= h->a.n || h->sense[at + changes] != 0)) continue;
        for (size_t k = at; k < at + changes; k++)
            if (h->sense[k] & SENSE_EXCHANGE)
                local_hear_anew(h, k, h->sense[k] & ~(uint64_t)(SENSE_EXCHANGE | SENSE_RETURN));
    }
}

void local_customs(struct heard *h)
{
    wears_out(h);
    has_come(h);
    buys_for(h);
    way_to(h);
    some_of(h);
    names_price(h);
    marks_price(h);
    brings(h);
    local_spoken(h);
}
