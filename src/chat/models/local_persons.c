/* local_persons.c: persons of a shop: who by trade is wished for ("can I speak to the watchmaker", 找个懂行的说), and
 * what is asked of them without a wish ("how many staff do you have", 客服态度好吗). */
#include "chat/models/local_lexicon.h"

enum { FAR = 6 };

static bool ends_with(const struct atom *x, const char *end)
{
    size_t n = strlen(end);
    return x->n > n + 1 && strcmp(x->text + x->n - n, end) == 0;
}

/* "Watchmaker", "florist", "technician": who does it for a living. */
static bool is_trade(const struct atoms *a, size_t i)
{
    static const char *const ends[] = { "maker",  "smith", "ician", "wright", "monger",
                                        "keeper", "gist",  "nist",  "tist",   "rist" };
    static const char trades[] =
        "jeweller|jeweler|tailor|baker|butcher|groomer|roaster|framer|fitter|engraver|gardener|designer|grower|brewer|"
        "farmer|engineer|buyer|dealer|trainer|joiner|carpenter|plumber|decorator|builder|restorer|upholsterer|cobbler|"
        "saddler|mechanic|chef|barista|sommelier|vet|nurse|doctor|pharmacist|florist|stylist|therapist|artist|"
        "nutritionist|dietician|hygienist|luthier|curator|librarian|bookseller|expert|specialist|consultant|"
        "professional|guru|shopkeeper|salesman|saleswoman|founder|director|boss|accountant|seamstress|dressmaker";
    const struct atom *x = &a->atom[i];
    if (x->kind != ATOM_LETTERS) return false;
    for (size_t k = 0; k < ARRAY_LEN(ends); k++)
        if (ends_with(x, ends[k])) return true;
    return lexicon_phrase(a, i, trades) > 0;
}

size_t local_trade_at(const struct atoms *a, size_t i)
{
    static const char whose[] = "a|an|the|your|one of your|one of the|an actual|a real|a proper|a qualified|a trained|"
                                "someone from the|somebody from the|your own|the in house|your in house|the head",
                      rooms[] = "the workshop|your workshop|the warehouse|your warehouse|head office|the office|"
                                "your office|the shop|the store|your shop|the sales team|your sales team|"
                                "the sales department|sales|the returns team|the returns department|tech support|"
                                "technical support|the technical team|your technical team|the complaints department|"
                                "complaints|someone in the shop|someone in sales|the front desk|reception";
    enum { WORDS = 2 }; /* "the wine expert", "your head roaster" */
    size_t n = lexicon_phrase(a, i, rooms), det = lexicon_phrase(a, i, whose);
    if (n > 0) return n;
    for (size_t skip = 0; det > 0 && skip <= WORDS && i + det + skip < a->n; skip++) {
        if (a->atom[i + det + skip].broken || a->atom[i + det + skip].kind != ATOM_LETTERS) break;
        if (is_trade(a, i + det + skip)) return det + skip + 1;
        if (lexicon_phrase(a, i + det + skip, "about|of|with|for|in|on|at|and|or|to|who|that") > 0) break;
    }
    return 0;
}

/* "Can I ask the optician something", "I'd prefer a human", "get me hold of somebody". */
bool local_wishes_for_trade(const struct atoms *a)
{
    static const char asks[] = "can i ask|could i ask|may i ask|let me ask|want to ask|like to ask|need to ask|ask",
                      person[] = "a human|a person|a real person|an actual person|a real human|an actual human|"
                                 "a human being|someone|somebody|anyone|anybody|a member of staff|a staff member|"
                                 "an agent|a manager|a representative",
                      prefers[] = "prefer|rather have|rather deal with|rather it was|rather it were",
                      reaches[] = "hold of|get through to|through to|get me|fetch me|fetch|bring me|bring in|pass me",
                      behind[] = "please|pls|instead|thanks|now|for this|over|rather|to help|to talk|who can|not";
    for (size_t i = 0; i < a->n; i++) {
        size_t n = lexicon_phrase(a, i, asks);
        bool last = n > 0 && i == 0 && n == 1; /* "ask the jeweller": and "ask" of who asks something */
        if (n > 1 || last)
            if (local_trade_at(a, i + n) > 0) return true;
        n = lexicon_phrase(a, i, prefers);
        size_t who = n > 0 ? lexicon_phrase(a, i + n, person) : 0, end = i + n + who;
        if (who > 0 && (end >= a->n || a->atom[end].broken || lexicon_phrase(a, end, behind) > 0)) return true;
        n = lexicon_phrase(a, i, reaches);
        if (n > 0 && (lexicon_phrase(a, i + n, person) > 0 || local_trade_at(a, i + n) > 0)) return true;
    }
    return false;
}

/* ---- Chinese ---- */

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* 懂行的, 懂茶的人, 茶艺师, 老师傅: how many atoms from i on name who knows the trade; 0: none. */
static size_t knows_at(const struct atoms *a, size_t i)
{
    static const char who[] = "懂行的人|懂行的|懂的人|懂的|明白人|明白的人|内行|行家|专家|专业人士|专业人员|专业的人|"
                              "专业的|技术人员|技术员|技术|师傅|老师傅|领导|负责人|管事的|店长|老板|老板娘|经理|主管|"
                              "店员|店主|掌柜|会的人|能做主的人|能做主的|说了算的|说得清的|能说清楚的",
                      masters[] = "师";
    enum { WORD = 3 };
    size_t n = lexicon_phrase(a, i, who);
    if (n > 0) return n;
    bool knows = lexicon_phrase(a, i, "懂|会|了解|熟悉") > 0;
    for (size_t k = i + 1; k < a->n && k <= i + WORD && is_han(a, k) && !a->atom[k].broken; k++) {
        if (knows && strcmp(a->atom[k].text, "的") == 0) return k - i + 1 + lexicon_phrase(a, k + 1, "人");
        if (!knows && k > i && lexicon_phrase(a, k, masters) > 0 && lexicon_phrase(a, k, "师傅|师父") == 0)
            return k - i + 1;
    }
    return 0;
}

/* 叫你们店长来, 找个懂的人说, 给我转个技术. */
bool local_wishes_in_han(const struct heard *h)
{
    static const char calls[] = "叫|让|喊|请|找|换|派|安排|来|转|转给|转到|给我找|给我转|帮我找|帮我叫|帮我转|联系",
                      with[] = "跟|和|同|与|找",
                      whose[] = "你们的|你们家的|你们家|你们店里的|你们|你家|店里的|店里|一位|一个|个|位|的",
                      comes[] =
                          "来|出来|过来|来一下|接|回|说|讲|聊|处理|解决|帮我|回答|解答|对接|谈|沟通|给我|问问|问|看看",
                      talks[] = "说话|说说|讲讲|聊聊|谈谈|说|讲|聊|谈|沟通|问|对话|通话",
                      over[] = "过|好了|了|的是|价|要|过了";
    const struct atoms *a = &h->a;
    for (size_t i = 0; i < a->n; i++) {
        size_t n = lexicon_phrase(a, i, calls), pair = lexicon_phrase(a, i, with), at = i + n;
        for (size_t more = n; more > 0; at += more) more = lexicon_phrase(a, at, whose);
        size_t who = n > 0 ? knows_at(a, at) : 0, end = at + who;
        bool named = at > i + n; /* 找个明白人: nothing need follow; 找师傅 may be asked of another thing */
        bool last =
            end >= a->n || a->atom[end].broken || (end + 1 == a->n && lexicon_phrase(a, end, "吧|呗|吗|啊") > 0);
        if ((h->all & (SENSE_INSTALL | SENSE_FIX)) && lexicon_phrase(a, at, "师傅|老师傅|技术|技术员") > 0) continue;
        if (who > 0 && ((named && last) || lexicon_phrase(a, end, comes) > 0)) return true;
        at = i + pair;
        for (size_t more = pair; more > 0; at += more) more = lexicon_phrase(a, at, whose);
        who = pair > 0 ? knows_at(a, at) : 0;
        if (pair == 0 || who == 0) continue;
        for (size_t k = at + who; k < a->n && k <= at + who + 2 && !a->atom[k].broken; k++) {
            size_t said = lexicon_phrase(a, k, talks);
            if (said > 0 && lexicon_phrase(a, k + said, over) == 0) return true;
        }
    }
    return lexicon_says(
        a, "不跟你说|不想跟你说|不和你说|不想和你说|懒得跟你说|跟你说不清|跟你讲不清|有人能帮我|有没有人能帮我|"
           "有没有人帮我|有人帮我吗|谁能帮我|给我回电|安排回电|安排人回电|让人回电|回电给我|回个电给我|"
           "给我来个电话|给我来电话|打给我|打过来给我|打电话过来");
}

/* ---- what is asked of them ---- */

static const char staff[] = "staff|staff members|employees|employee|people|workers|persons|agents|managers|"
                            "customer service|customer services|customer support|customer care|support team|"
                            "support staff|service team|team|team members|the owner|the manager|your manager|the boss|"
                            "your boss|the founder|support|help desk|helpdesk";

bool local_asks_of_staff(const struct heard *h)
{
    static const char counts[] = "how many|how big is|how large is|number of",
                      is[] = "is|are|was|were|how good is|how good are|how is|how are|hows|how friendly|how helpful|"
                             "how quick|how fast|how reliable|where is|where are|wheres|who is|whos|who are|what is|"
                             "whats|why is|why are|does|do",
                      like[] = "any good|good|great|bad|friendly|nice|rude|polite|helpful|trained|qualified|"
                               "knowledgeable|based|located|from|like|rated|reliable|slow|quick|fast|paid|vetted|happy|"
                               "experienced|certified|kind|honest|english|local|in the uk|in house|outsourced|real|"
                               "drink|wear|use|get|like it|speak",
                      han_staff[] = "客服|员工|人工客服|工作人员|店员|老板|店长|师傅|你们人",
                      han_like[] = "态度|好不好|好吗|好说话|专业吗|专业不|男的|女的|靠谱|多大|是谁|叫什么|叫啥|姓什么|"
                                   "姓啥|贵姓|人好|几个人|几个|厉害吗|累不累|工资|是哪里人|哪里人|在哪里上班";
    static const char of_whom[] = "your|the|ur|our",
                      quality[] = "how good|how friendly|how helpful|how quick|how fast|"
                                  "how reliable|how big|how large|how old",
                      few[] = "几个|几位|多少个|多少位|多少|几名|多少名";
    const struct atoms *a = &h->a;
    if ((h->all & SENSE_TALK) && !lexicon_says(a, "how many")) return false;
    for (size_t i = 0; i < a->n; i++) {
        size_t n = lexicon_phrase(a, i, counts), asks = lexicon_phrase(a, i, is);
        for (size_t k = i + n; n > 0 && k < a->n && k <= i + n + 2; k++)
            if (lexicon_phrase(a, k, staff) > 0) return true;
        bool first = i == 0 || a->atom[i].broken || (i == 1 && lexicon_phrase(a, 0, "so|and|but|hi|hello|hey") > 0);
        size_t at = i + asks, whole = asks > 0 && first ? lexicon_phrase(a, at, staff) : 0;
        at += asks > 0 && whole == 0 ? lexicon_phrase(a, at, of_whom) : 0;
        size_t who = whole > 0 ? whole : asks > 0 && first ? lexicon_phrase(a, at, staff) : 0, end = at + who;
        bool ends = end >= a->n, person = lexicon_phrase(a, i, "who is|whos|who are") > 0;
        if (who > 0 && ends && (person || lexicon_phrase(a, i, quality) > 0)) return true;
        for (size_t k = end; who > 0 && k < a->n && k <= end + 3; k++)
            if (lexicon_phrase(a, k, like) > 0) return true;
        n = lexicon_phrase(a, i, few);
        if (n > 0 && lexicon_phrase(a, i + n, han_staff) > 0) return true;
        bool whose = i == 0 || (i > 1 && lexicon_phrase(a, i - 2, "你们|你家|店里|家的|们的") > 0);
        n = whose ? lexicon_phrase(a, i, han_staff) : 0; /* "帮我接一下客服好吗" wishes for one */
        for (size_t k = i + n; n > 0 && k < a->n && k <= i + n + 2; k++)
            if (lexicon_phrase(a, k, han_like) > 0) return true;
    }
    return false;
}
