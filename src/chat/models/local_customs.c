/* local_customs.c: what is said in Chinese in ways that no list of words holds, around a wish, a price, a way to the
 * door. What is common to all languages is in local_idioms.c. */
#include "chat/models/local_lexicon.h"

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* "想买点虾", "来些橙子": some of it, and no part of the name. */
static void some_of(struct heard *h)
{
    static const char verbs[] = "买|来|要|吃|喝|整|弄|搞|囤|订|选|挑|拿|带|称|尝|添|备|送|寄|发|换|下单|入手|购|找|看|求";
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

/* "送不送上楼", "能送到家门口吗": the way to the door, and nothing that is given. */
static void brings(struct heard *h)
{
    static const char there[] = "上楼|上门|到家|到楼|货上门|货吗|货不|到门|进屋|进门|入户|家里|到府|楼上|到村|乡下|到镇|下乡";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, "送不送|给送|管送|包送|能送|会送|负责送|帮送|送");
        if (n == 0 || lexicon_phrase(&h->a, i + n, there) == 0) continue;
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, (h->sense[k] & ~(uint64_t)SENSE_GIFT) | SENSE_SHIP);
    }
}

void local_customs(struct heard *h)
{
    some_of(h);
    names_price(h);
    brings(h);
}
