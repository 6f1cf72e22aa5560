/* local_talk.c: what is no question about the shop: a wish for a person, a greeting, thanks.
 *
 * A wish is told from a word by what stands beside it: "agent please" is one, "agent fee" is not; "转人工" is one,
 * "人工费" is not. In doubt it is none: the shopper can always say it plainly, and every decline offers it. */
#include "chat/models/local.h"

static size_t others(const struct heard *h, uint64_t known) /* words of a meaning of their own */
{
    size_t n = 0;
    for (size_t i = 0; i < h->a.n; i++) n += h->used[i] || !(h->sense[i] & known);
    return n;
}

bool local_said(const struct heard *h, const char *word)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (strcmp(h->a.atom[i].text, word) == 0) return true;
    return false;
}

static bool talks_to(const struct heard *h) /* "speak to a human about my order": the noun soon after the verb */
{
    for (size_t i = 0; i < h->a.n; i++) {
        if (!(h->sense[i] & SENSE_TALK)) continue;
        for (size_t k = i + 1; k < h->a.n && k <= i + 6; k++) {
            if (!(h->sense[k] & SENSE_HUMAN)) continue;
            /* a longer noun: "speak to the agent app" */
            return k + 1 >= h->a.n || h->sense[k + 1] != 0 || h->a.atom[k + 1].broken;
        }
    }
    return false;
}

/* "Is it a real person who sews it", "made by a real person": it is asked who makes the thing. */
static bool asks_who_makes(const struct heard *h)
{
    enum { FAR = 4 };
    static const char made[] = "made|sewn|stitched|knitted|built|painted|carved|packed|written|designed|crafted|cut|"
                               "finished|printed|drawn|assembled|woven|tested|checked";
    bool talk = (h->all & SENSE_TALK) != 0;
    for (size_t i = 1; i < h->a.n && !talk; i++) {
        if (!(h->sense[i] & (SENSE_HUMAN | SENSE_WISH)) || i + 1 == h->a.n) continue;
        bool does = lexicon_phrase(&h->a, i + 1, "who|that") > 0 && i + 2 < h->a.n && h->sense[i + 2] == 0;
        for (size_t back = 1; back <= FAR && back <= i && does; back++)
            if (lexicon_phrase(&h->a, i - back, "is it|was it|is this|was this|are they|are these|is that") > 0)
                return true;
    }
    static const char served[] =
        "help|helped|helping|helps|served|serve|contacted|called|answer|answered|answering|answers|handled|dealt|"
        "assist|assisted|rung|phoned|seen|read|reads|reading|reply|replying|replies|respond|responding|typing|writing|"
        "chatting|listening|monitoring|watching|deal|take|call|ring|phone|contact|sort|look|available|there|here|who|"
        "that|please|now|instead|about|for|with";
    for (size_t i = 1; i < h->a.n && !talk; i++) {
        if (!(h->sense[i] & (SENSE_HUMAN | SENSE_WISH))) continue;
        for (size_t back = 1; back < FAR && back < i; back++) {
            size_t verb = i - back - 1;
            bool done = h->sense[verb] == 0 && lexicon_phrase(&h->a, verb, served) == 0;
            if (lexicon_phrase(&h->a, i - back, "by") > 0 && (done || lexicon_phrase(&h->a, verb, made) > 0))
                return true;
        }
        /* "does a real person check each one" */
        bool first = i + 1 < h->a.n && h->sense[i + 1] == 0 && lexicon_phrase(&h->a, i + 1, served) == 0;
        for (size_t back = 1; back < FAR && back <= i && first && !h->a.atom[i + 1].broken; back++)
            if (lexicon_phrase(&h->a, i - back, "is a|is an|does a|does an|do|did a|has a|are") > 0 && i - back < 2)
                return true;
    }
    return false;
}

/* "我要跟你们客服人员讲话", "找个管事的聊聊": with whom, and that one talks with them, or that they are to come. */
static bool talks_with(const struct heard *h)
{
    enum { FAR = 6 };
    static const char with
        [] = "跟|和|同|与|找|让|叫|请|喊|联系|接通|接|换|派|安排|来|转给|转到|转",
    whose[] =
        "你们的|你们家的|你们家|你们店里的|你们店里|你们|你家|您们|贵店|店里的|店里|一下|一位|一个|个|位|别的|其他|的",
    who[] = "客服人员|客服小姐姐|客服小姐姐|客服小哥|客服妹妹|客服|工作人员|服务人员|售后人员|售后客服|售前客服|售后|"
            "店员|店主|"
            "店长|老板娘|老板|掌柜|经理|主管|负责人|管事的|真人|活人|人工|真的人|大活人|人类|正常人|员工|专员",
    talks[] =
        "讲话|说话|对话|通话|聊聊|聊天|聊一下|聊几句|聊|谈谈|谈一下|谈|沟通|交流|讲讲|讲一下|讲几句|说说|说一下|说两句|"
        "说几句|反映|直接说|直接聊|直接沟通|来说|来讲|来聊|来回|来回答|来接待|接待我|帮我|处理|解决|对接|联系我|"
        "回我一下|回我|回一下|回个话|回个消息|回复一下|回复|回复我|跟我说|和我说";
    static const char no_talk[] = "价|好|过|了";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t at = i + lexicon_phrase(&h->a, i, with);
        if (at == i) continue;
        for (size_t more = 1; more > 0; at += more) more = lexicon_phrase(&h->a, at, whose);
        size_t n = lexicon_phrase(&h->a, at, who);
        for (size_t k = at + n; n > 0 && k < h->a.n && k <= at + n + FAR && !h->a.atom[k].broken; k++) {
            size_t said = lexicon_phrase(&h->a, k, talks);
            if (said > 0 && lexicon_phrase(&h->a, k + said, no_talk) == 0) return true; /* 跟客服说好了 */
        }
    }
    return false;
}

bool local_is_wish(const struct heard *h)
{
    uint64_t talk = SENSE_STOP | SENSE_SOFT | SENSE_WISH | SENSE_TALK | SENSE_HUMAN | SENSE_NOT | SENSE_GREET |
                    SENSE_THANKS | SENSE_HAVE | SENSE_FINE | SENSE_POINT;
    bool strong = false, noun = (h->all & SENSE_HUMAN) != 0;
    for (size_t i = 0; i < h->a.n; i++) strong |= (h->sense[i] & SENSE_WISH) && !(h->sense[i] & SENSE_NO_HUMAN);
    /* "有没有真人图，没有就转人工" wishes all the same */
    if ((h->all & SENSE_WHO) || ((h->all & SENSE_NO_HUMAN) && !strong)) return false;
    bool with = talks_with(h);
    if (asks_who_makes(h) || local_person_makes(h) || local_asks_of_staff(h)) return false;
    if (local_wishes_for_one(h)) return true;
    if (!strong && !noun && !with) return false;
    if (with && !(h->all & (SENSE_HOURS | SENSE_PRICE | SENSE_NO_HUMAN))) return true;
    if (talks_to(h)) return true;
    size_t rest = others(h, talk);
    if (strong) return rest <= 6 && !(rest > 0 && (h->all & (SENSE_HOURS | SENSE_PRICE | SENSE_TIME | SENSE_COST)));
    /* a noun alone, or "I need a person": nothing else may stand there */
    if (rest > 0) return false;
    size_t last = h->a.n;
    while (last > 0 && !(h->sense[last - 1] & SENSE_HUMAN)) last--;
    return last > 0;
}

bool local_is_small_talk(const struct heard *h, enum say *out)
{
    uint64_t talk = SENSE_STOP | SENSE_SOFT | SENSE_GREET | SENSE_THANKS | SENSE_BYE | SENSE_WHO | SENSE_FINE;
    uint64_t asks = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_COMPARE | SENSE_RECOMMEND | SENSE_ORDER |
                    SENSE_TRACK | SENSE_SUBJECTS | SENSE_HAGGLE | SENSE_INJECT | SENSE_POINT;
    if (h->all & SENSE_WHO) {
        *out = SAY_WHO;
        return true;
    }
    if (others(h, talk) > 0 || (h->all & asks)) return false;
    if (h->all & SENSE_THANKS) *out = SAY_THANKS;
    else if (h->all & SENSE_BYE) *out = SAY_BYE;
    else if (h->all & SENSE_GREET) *out = SAY_GREETING;
    else if ((h->all & SENSE_FINE) && h->a.n <= 6) *out = SAY_FINE;
    else return false;
    return true;
}
