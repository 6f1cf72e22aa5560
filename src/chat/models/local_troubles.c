/* local_troubles.c: trouble that is told of nothing that was named ("it leaks", 开不了机): where nothing else answers,
 * the shop's rule of what is faulty: its guarantee, what arrives broken, or a return that speaks of faults. */
#include "chat/models/local_lexicon.h"

enum { TEXTS = 32, TITLE_ATOMS = 60, TEXT_ATOMS = 160, SHORT = 14 };

static bool tells_trouble(const struct heard *h)
{
    static const char trouble
        [] = "leaks|leaking|leaked|wont turn on|wont switch on|wont start|wont charge|wont work|not turning on|"
             "doesnt turn on|does not turn on|didnt turn on|doesnt charge|does not charge|not charging|fell apart|"
             "falling apart|came apart|coming apart|fell off|came off|fell out|snapped|broke|broken|cracked|"
             "is dead|died|stopped working|not working|doesnt work|does not work|keeps tripping|faulty|"
             "defective|ripped|came undone|burst|blew up|smoking|sparking|overheats|no power|packed up|"
             "gave up|given up|conked out|"
             "漏水|漏液|漏气|漏电|漏油|开不了机|不开机|不能用了|用不了|没反应|不工作|坏了|坏掉|断了|断线|裂了|"
             "裂开|开胶|脱线|掉页|充不进电|充不上电|不充电|不亮|不转|不出水|不加热|不制冷|不行了|黑屏|死机|"
             "散架|冒烟|失灵|不好使了|不响|掉了一块",
 asks[] = "does|do you|how to|how do|how can|which|what|will it|would it|is it|if it|when it|怎么|会不会|会|如果|容易";
    return h->a.n <= SHORT && !(h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE | SENSE_ORDER | SENSE_TRACK)) &&
           lexicon_says(&h->a, trouble) && !lexicon_says(&h->a, asks);
}

static int score_of(struct local *m, const struct knowledge_text *t, bool arrived)
{
    enum { SUBJECT = 30, ARRIVED = 20, TOLD = 10 };
    static const char faults[] =
        "faulty|fault|faults|defective|defect|defects|broken|damaged|质量问题|瑕疵|故障|损坏|破损";
    struct heard title = local_text_of(m, str_of(t->title), TITLE_ATOMS);
    struct atoms text = atoms_of(m->arena, str_of(t->text), TEXT_ATOMS);
    if (t->product || t->kind == KNOWLEDGE_PROMOTION || (title.all & (SENSE_SHIP | SENSE_OLD | SENSE_PROTECT)))
        return 0;
    bool told = lexicon_says(&text, faults), back = (title.all & (SENSE_RETURN | SENSE_EXCHANGE)) != 0;
    int score = title.all & SENSE_WARRANTY ? SUBJECT : 0;
    if (title.all & SENSE_FIX) score = arrived ? 0 : TOLD; /* what repairs cost, where nothing is guaranteed */
    if (title.all & SENSE_DAMAGE) score += arrived ? SUBJECT + ARRIVED : SUBJECT - TOLD;
    if (score == 0 && !(back && told)) return 0;
    return score + told * TOLD + local_in_language(m, t->text);
}

bool local_trouble(struct local *m, bool *answered)
{
    static const char came[] = "arrived|came|received|delivered|turned up|收到|到手|拆开|签收|刚到";
    struct str query =
        STR("warranty guarantee faulty broken damaged repair returns refund 保修 质量问题 破损 故障 售后 退货 换货");
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    size_t n = 0;
    int most = 0;
    *answered = false;
    if (m->found.how != FOUND_NONE || !tells_trouble(&m->h)) return true;
    if (!m->source->search_texts(m->source->ctx, query, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        int score = score_of(m, &t[i], lexicon_says(&m->h.a, came));
        arena_release(m->arena, mark);
        if (score > most) most = score, best = &t[i];
    }
    if (!best) return true;
    *answered = local_say_text(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}
