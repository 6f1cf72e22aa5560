/* local_services_han.c: what a shop that writes Chinese is asked to do to a thing (帮贴膜吗, 球拍穿线多少钱), as
 * local_services.c has it of English: a rule that speaks of it, or it is not known; the price of the thing is none. */
#include "chat/models/local_lexicon.h"

enum { TEXTS = 24, TITLE_ATOMS = 60, TEXT_ATOMS = 200, QUERY = 300 };

/* As it is asked for, and the words by which a text tells of it. `surely`: nobody asks so of what the thing can do. */
struct service_han {
    const char *asked, *told;
    bool surely;
};
static const struct service_han services[] = {
    { "刻字|刻名字|刻个字|刻个名字|镌刻|激光刻|雕字", "刻字|刻名|镌刻|雕字|刻", true },
    { "绣名字|绣字|绣个名字|刺绣名字|绣logo", "绣", true },
    { "印字|印logo|印名字|印照片|印个logo|烫字|烫金字|丝印", "印字|印logo|印名|烫字|烫金|丝印|定制", true },
    { "出租|租赁|租借|租用|能租|可以租|租吗|租不|租一天|租一个|想租|租多少", "租", true },
    { "穿线|拉线|换线", "穿线|拉线|换线|穿", true },
    { "帮贴膜|帮忙贴膜|给贴膜|代贴膜|贴膜服务|帮我贴膜|贴膜吗|帮贴|包贴膜|管贴膜",
      "贴膜服务|帮贴|代贴|包贴|贴膜到店|上门贴", true },
    { "干洗多少|干洗服务|帮忙干洗|能干洗|清洗服务|帮忙清洗|帮清洗|上门清洗|清洗吗|代洗|洗鞋服务|清洗多少|清洗要多少|"
      "帮洗|帮忙洗",
      "清洗服务|上门清洗|干洗服务|代洗|免费清洗|清洗收费|清洗费|洗护服务", false },
    { "改圈|改圈号|改戒圈|改手寸|改指圈", "改圈|改戒圈|改手寸", true },
    { "改裤脚|改裤长|改腰|改袖长|裁裤脚|锁边|改尺寸|修改尺寸", "改裤|改腰|改袖|裁裤|锁边|改衣|改尺寸|裤长", true },
    { "换底|补底|换鞋底|换跟|修鞋|补鞋", "换底|补底|鞋底更换|换跟|修鞋|补鞋", true },
    { "换拉链|修拉链|补洞|织补|缝补", "换拉链|修拉链|拉链更换|补洞|织补|缝补|免费更换", true },
    { "充绒服务|加绒服务|重新充绒|补充绒", "充绒服务|补绒|加绒服务", true },
    { "移机", "移机", true },
    { "加氟|加雪种|加制冷剂", "加氟|加雪种|加制冷剂", true },
    { "翻新", "翻新", true },
    { "装裱|裱框|装框服务", "装裱|裱框", false },
    { "磨刀|开刃", "磨刀|开刃", true },
    { "代写", "代写", true },
    { "寄养|宠物美容|给狗美容|给猫美容|给狗洗澡|给猫洗澡|剪毛|剪指甲服务|洗澡服务|洗澡吗|美容吗", "寄养|美容|洗澡|剪毛",
      true },
    { "打孔服务|帮打孔|帮忙打孔|代打孔|上门打孔", "打孔", true },
    { "抛光服务|帮抛光|重新电镀|翻镀|镀层翻新", "抛光|电镀|翻镀", true },
    { "上门设计|量房|上门量|上门测量|量尺寸服务|上门量尺", "上门设计|量房|上门量|上门测量|量尺", true },
    { "换屏|换电池服务|换屏幕", "换屏|换电池|屏幕更换", true },
};
static const struct service_han
    mends = { "维修多少|维修要多少|维修费|维修价格|维修怎么收|修一下多少|修多少钱|修要多少钱|维修收费",
              "维修|修理|返修|寄修|报修|修好", true },
    installs = { "安装多少|安装要多少|安装费|安装价格|安装怎么收|组装多少|组装要多少|"
                 "安装收费|上门安装多少",
                 "安装|组装|送装|装机|师傅", true },
    runs = { "电费|多少电|几度电|多少度电|耗多少电|费多少电|用多少电", "电费|耗电|度电|用电量|千瓦时|kwh", false };

static size_t where(const struct atoms *a, const char *phrases, size_t *n)
{
    for (size_t i = 0; i < a->n; i++) {
        *n = lexicon_phrase(a, i, phrases);
        if (*n > 0) return i;
    }
    return a->n;
}
static bool asks(const struct heard *h)
{
    static const char words[] =
        "多少|收费|要钱|价格|怎么收|几块|贵吗|费用|能不能|可不可以|可以|能|支持|提供|有没有|是否|"
        "帮我|帮忙|请问|服务|帮";
    size_t last = h->a.n;
    return lexicon_says(&h->a, words) || (last > 0 && lexicon_phrase(&h->a, last - 1, "吗|不|么|嘛|没|呢") > 0);
}

/* The words stand there because a whole title does: "…情侣对戒可刻字 J61多少钱" asks what the ring costs. */
static bool is_of_title(const struct local *m, size_t at)
{
    enum { QUOTED = 6 }; /* so many before the word, as they stand in the title; "对戒可刻字吗" asks for the service */
    if (m->found.how != FOUND_NAMED || m->found.n != 1 || at < QUOTED) return false;
    struct atoms t = atoms_of(m->arena, str_of(m->found.product[0]->title), TITLE_ATOMS);
    for (size_t k = QUOTED; k < t.n; k++) {
        size_t same = 0;
        while (same <= QUOTED && strcmp(t.atom[k - same].text, m->h.a.atom[at - same].text) == 0) same++;
        if (same > QUOTED) return true;
    }
    return false;
}

static const struct service_han *asked_for(const struct local *m, size_t *at, size_t *n)
{
    const struct heard *h = &m->h;
    const struct service_han *const of_cost[] = { &mends, &installs, &runs };
    /* 穿线机, 刻字笔: a thing to do it with */
    static const char things[] = "机|笔|器|刀|工具|神器|套|盒|贴|板|针|架|粉|液|剂|用的|布|刷|石|膏|露|模板|底座|台";
    if (!asks(h)) return NULL;
    for (size_t k = 0; k < ARRAY_LEN(services); k++) {
        *at = where(&h->a, services[k].asked, n);
        if (*at < h->a.n && lexicon_phrase(&h->a, *at + *n, things) == 0 && !is_of_title(m, *at)) return &services[k];
    }
    for (size_t k = 0; k < ARRAY_LEN(of_cost); k++)
        if ((*at = where(&h->a, of_cost[k]->asked, n)) < h->a.n && !is_of_title(m, *at)) return of_cost[k];
    return NULL;
}

static bool tells_cost(struct local *m, const struct knowledge_text *t)
{
    struct atoms text = atoms_of(m->arena, str_of(t->text), TEXT_ATOMS);
    return text_names_facts(str_of(t->text)) ||
           lexicon_says(&text, "元|免费|收费|费用|有偿|付费|不另收|不收|包安装|含安装");
}

static bool of_found(const struct local *m, const char *product)
{
    for (size_t i = 0; i < m->found.n && m->found.how != FOUND_NONE; i++)
        if (text_eq(m->found.product[i]->id, product)) return true;
    return false;
}

static int score_of(struct local *m, const struct knowledge_text *t, const struct service_han *s, bool cost, size_t at,
                    size_t n)
{
    enum { TITLE = 30, TEXT = 10, WORD = 6 };
    static const char back[] = "退货|退换|不支持退|无理由";
    struct heard title = { .a = atoms_of(m->arena, str_of(t->title), TITLE_ATOMS) },
                 text = { .a = atoms_of(m->arena, str_of(t->text), TEXT_ATOMS) }, h = m->h;
    size_t of = 0;
    h.used = ARENA_ARRAY(m->arena, bool, h.a.n + 1);
    for (size_t i = at; i < at + n && i < h.a.n; i++) h.used[i] = true;
    bool in_title = lexicon_says(&title.a, s->told), in_text = lexicon_says(&text.a, s->told);
    if (t->kind == KNOWLEDGE_PROMOTION || lexicon_says(&title.a, back) || !(in_title || in_text)) return 0;
    if (t->product && (!of_found(m, t->product) || !in_text)) return 0;
    if (cost && !tells_cost(m, t)) return 0;
    size_t words = local_shared(&h, &title, &of) + local_shared(&h, &text, &of);
    if (!in_title && words == 0 && of > 0) return 0;
    return in_title * TITLE + in_text * TEXT + (int)words * WORD + local_in_language(m, t->text);
}

/* Of what it costs to do, the price of the thing is no part. */
static void asks_no_price(struct local *m)
{
    for (size_t i = 0; i < m->h.a.n; i++)
        if (m->h.sense[i] & SENSE_PRICE) m->h.sense[i] = (m->h.sense[i] & ~(uint64_t)SENSE_PRICE) | SENSE_COST;
    m->h.all = (m->h.all & ~(uint64_t)SENSE_PRICE) | SENSE_COST;
}

bool local_service_han(struct local *m, bool *of_shop, bool *answered)
{
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    size_t count = 0, at = 0, n = 0;
    int most = 0;
    struct buf query;
    const struct service_han *s = asked_for(m, &at, &n);
    *answered = *of_shop = false;
    if (!s || (m->h.all & (SENSE_INJECT | SENSE_COMPARE | SENSE_HAGGLE | SENSE_STOCK | SENSE_GIFT))) return true;
    /* what one thing takes stands in its description */
    if (s == &runs && m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1) return true;
    bool cost = (m->h.all & SENSE_PRICE) || s == &mends || s == &installs;
    buf_fixed(&query, arena_alloc(m->arena, QUERY), QUERY);
    for (const char *p = s->told; *p && query.n + 1 < QUERY; p++) buf_char(&query, *p == '|' ? ' ' : *p);
    struct str words = { query.p, query.n };
    if (!m->source->search_texts(m->source->ctx, words, NULL, TEXTS, m->arena, &t, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        int score = score_of(m, &t[i], s, cost, at, n);
        arena_release(m->arena, mark);
        if (score > most) most = score, best = &t[i];
    }
    if (best) {
        *answered = local_say_text(m, best, str_of(best->text));
        m->why = arena_printf(m->arena, best->product ? "paper:%s" : "rule:%s", best->id);
        return true;
    }
    if (s == &installs && !local_fee(m, answered)) return false;
    if (*answered) return true;
    *of_shop = true;
    if (m->h.all & (SENSE_PRICE | SENSE_COST)) asks_no_price(m);
    if (s->surely && s != &mends) local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known"), *answered = true;
    return true;
}
