/* local_texts.c: answers that stand in a text of the shop: its rules (FAQ), the papers of a product, its description.
 * A text is found by what it is about (senses) and by the words it shares with the turn; what is said is a quotation of
 * whole sentences: the shop is held to its own words. */
#include "chat/models/local_lexicon.h"

#include "base/unicode.h"

#include <stdio.h>

enum { TEXTS = 48, QUOTE = 600, QUERY = 560 };
enum {
    TITLE_SUBJECT = 30,
    TITLE_QUALIFIER = 16,
    TITLE_WORD = 12,
    TITLE_ALIKE = 9,
    BODY_SUBJECT = 6,
    BODY_QUALIFIER = 4,
    BODY_WORD = 5,
    BODY_RARE = 6,
    RARE_MOST = 2,
    MUCH = 3,
    ENOUGH = 30,
    LEAST = -10000
};

/* Other words for what the turn is about, and the turn itself as far as there is room. */
struct str local_query_of(struct local *m, uint64_t subjects, bool turn)
{
    struct buf b;
    char *memory = arena_alloc(m->arena, QUERY);
    buf_fixed(&b, memory, QUERY);
    struct str said = turn ? local_han_both(m->arena, m->h.text) : (struct str){ "", 0 };
    buf_add(&b, said.p, utf8_cut(said, QUERY / 2)), buf_char(&b, ' ');
    struct buf words;
    buf_fixed(&words, arena_alloc(m->arena, QUERY), QUERY);
    local_matter_words(&m->h, &words, QUERY / 4);
    lexicon_words(subjects, &words);
    if (turn) local_same_words(&m->h, &words, QUERY / 4);
    buf_add(&b, words.p, utf8_cut(buf_str(&words), QUERY / 2 - 2));
    return buf_str(&b);
}

/* "Old machine collection", "we take your old mower with us". */
static bool says_old(const struct atoms *a)
{
    bool old = false, taken = false;
    for (size_t i = 0; i < a->n; i++) {
        old |= strcmp(a->atom[i].text, "old") == 0 &&
               (i == 0 || lexicon_phrase(a, i - 1, "year|years|month|months|week|weeks|day|days|how|as") == 0);
        taken |= lexicon_phrase(a, i,
                                "take|takes|taken|collect|collects|collection|haul|remove|recycle|recycling|dispose|"
                                "disposal|trade|exchange") > 0;
    }
    return old && taken;
}

/* A text about repairs is one about the warranty; a shopper's word of repairs is only where it is about our goods. */
struct heard local_text_of(struct local *m, struct str text, size_t most)
{
    struct heard t = hear(m->arena, m->lexicon, text, most);
    if (t.all & SENSE_FIX) t.all |= SENSE_WARRANTY;
    if (says_old(&t.a)) t.all |= SENSE_OLD;
    t.all |= local_told_besides(&t.a);
    return t;
}

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }

static bool has_word(const struct heard *t, const struct atom *x, const struct atom *pair)
{
    for (size_t k = 0; k < t->a.n; k++) {
        bool joined =
            x->kind == ATOM_LETTERS && x->n > 3 && atoms_joined(&t->a, k, x->text, x->n) > 1; /* wifi, Wi-Fi */
        if (!joined && !atom_akin(&t->a.atom[k], x)) continue;
        if (!pair || (k + 1 < t->a.n && strcmp(t->a.atom[k + 1].text, pair->text) == 0)) return true;
    }
    return false;
}

/* 装电池, 连网络: verbs that any thing goes with; what is asked is behind them. */
static bool is_light(const struct atom *x)
{
    static const char verbs[] = "装用放含配接插加带送使连弄搞喂开吃做换买";
    return x->kind == ATOM_HAN && strstr(verbs, x->text) != NULL;
}

/* 开了几年, 折叠后: a character of so many words that by itself it tells no rule from another. */
static bool says_little(const struct atom *x)
{
    static const char chars[] = "后前时中内外先已等少大小关天年月日号第次出入进回过起来去见听走打拿放";
    return x->kind == ATOM_HAN && (is_light(x) || strstr(chars, x->text));
}

/* Of no matter what it is said how long it takes. */
static bool is_of_time(const struct atom *x)
{
    static const char *const words[] = { "month", "months", "year",  "years",   "week", "weeks", "day",
                                         "days",  "hour",   "hours", "minutes", "time", "times", NULL };
    for (size_t k = 0; words[k]; k++)
        if (strcmp(x->text, words[k]) == 0) return true;
    return false;
}

struct shared {
    size_t of, one, either; /* words of the turn; those that the first text has; those that one of the two has */
    size_t rare;            /* of `one`: those that few other texts have */
};

/* Words of the turn that texts have too: Han by twos, others whole. `common`: words that many texts have, or NULL. */
static struct shared share(const struct heard *h, const struct heard *t, const struct heard *other, const bool *common)
{
    struct shared out = { .of = 0 };
    bool skipped = false;
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        bool han = x->kind == ATOM_HAN;
        if (!hard(h, i) || (!han && x->n < 2)) continue;
        /* a character by itself counts where no word of two can be made of it, as behind 含 or 装 */
        bool pair = han && i + 1 < h->a.n && h->a.atom[i + 1].kind == ATOM_HAN && hard(h, i + 1);
        bool before = i > 0 && h->a.atom[i - 1].kind == ATOM_HAN && hard(h, i - 1) && !skipped;
        bool done = han && !pair && strcmp(x->text, "过") == 0; /* the 过 of 用过 is none of 过敏 */
        skipped = false;
        if ((han && !pair && before) || done) continue;
        size_t same = local_same_told(h, i, &t->a);
        bool first = has_word(t, x, pair ? x + 1 : NULL) || same > 0;
        bool one_of_it = pair && !first && strcmp(x->text, "一") == 0 && strstr("层个次件单台趟楼斤", x[1].text);
        if (one_of_it) continue;
        if (pair && !first && i + 2 < h->a.n && h->a.atom[i + 2].kind == ATOM_HAN && hard(h, i + 2))
            first = has_word(t, x, x + 2); /* 刻名字 is 刻字 */
        if (pair && !first && is_light(x)) {
            skipped = true;
            continue;
        }
        out.of++, out.one += first;
        out.either += first || (other && has_word(other, x, pair ? x + 1 : NULL));
        /* neither a number nor, but for its title, a single character tells a rule: 下雨 is no 雨伞 */
        bool tells = !han || pair || (other && !says_little(x));
        out.rare += first && x->kind != ATOM_NUMBER && tells && !is_of_time(x) && !(common && common[i]);
        if (han && same > 2) i += same - 1; /* 搬上去 was one word */
    }
    return out;
}

size_t local_shared(const struct heard *h, const struct heard *t, size_t *of)
{
    struct shared s = share(h, t, NULL, NULL);
    *of = s.of;
    return s.one;
}

/* Words that a third of the rules have, and more than two, tell no rule from another ("furniture"). */
static bool *common_words(struct local *m, const struct knowledge_text *t, size_t n)
{
    bool *common = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    uint16_t *times = ARENA_ARRAY(m->arena, uint16_t, m->h.a.n + 1);
    for (size_t k = 0; k < n; k++) {
        struct heard title = { .a = atoms_of(m->arena, str_of(t[k].title), 60) },
                     text = { .a = atoms_of(m->arena, str_of(t[k].text), 160) };
        for (size_t i = 0; i < m->h.a.n; i++) {
            const struct atom *x = &m->h.a.atom[i];
            if (x->kind != ATOM_HAN && hard(&m->h, i) && (has_word(&title, x, NULL) || has_word(&text, x, NULL)))
                times[i]++;
        }
    }
    for (size_t i = 0; i < m->h.a.n; i++) common[i] = times[i] > 1 && times[i] * 3U >= n;
    return common;
}

static int bits(uint64_t v) { return __builtin_popcountll(v); }

/* Subjects that a text may be about without naming them first. */
#define SAID_WITHIN (SENSE_SUBJECTS & ~(SENSE_CONTACT | SENSE_FAULT | SENSE_SIZE | SENSE_GIFT | SENSE_CARE))

struct scored {
    int score;
    bool enough;
};

/* Words of a subject that the title has too: of two rules about sending, the one with 快递 is asked for by 快递. */
static int said_alike(const struct heard *h, const struct heard *title)
{
    int n = 0;
    for (size_t i = 0; i + 1 < h->a.n; i++)
        if ((h->sense[i] & SENSE_SUBJECTS) && h->sense[i] == h->sense[i + 1] && h->a.atom[i].kind == ATOM_HAN)
            n += has_word(title, &h->a.atom[i], &h->a.atom[i + 1]);
    return n * TITLE_ALIKE;
}

/* "每天10点到20点", "8 am to 5 pm". */
static bool has_clock(const struct heard *t)
{
    for (size_t i = 0; i + 1 < t->a.n; i++)
        if (t->a.atom[i].kind == ATOM_NUMBER && lexicon_phrase(&t->a, i + 1, "点|点半|am|pm|a m|p m") > 0) return true;
    for (size_t i = 0; i + 2 < t->a.n; i++) { /* "9.30 to 17.30", "9:30-17:30" */
        const struct atom *x = &t->a.atom[i];
        const char *point = x->kind == ATOM_NUMBER ? strchr(x->text, '.') : NULL;
        bool minutes = x->kind == ATOM_NUMBER && x[1].kind == ATOM_NUMBER && x[1].n == 2 && x[1].from == x->to + 1 &&
                       t->text.p[x->to] == ':';
        bool hour = point && strlen(point) == 3 && point - x->text <= 2;
        if (minutes || (hour && lexicon_phrase(&t->a, i + 1, "to|until|till|and") > 0)) return true;
    }
    return false;
}

static bool asks_opening(const struct heard *h)
{
    /* "headphones that leave ears open" are asked for, and no hours */
    static const char opens[] =
        "you open|you close|you shut|u open|u close|shop open|shop close|store open|store close|they open|they close|"
        "open on|open at|open till|open until|open from|open today|open tomorrow|open now|open late|open sundays|"
        "open saturdays|open sunday|open saturday|still open|when * open|when * close|what time * open|"
        "what time * close|what time * shut|shut at|close at|it open|it close|store opens|shop opens";
    enum { SHORT = 3 };
    if (lexicon_says(&h->a, opens) || (h->a.n <= SHORT && lexicon_says(&h->a, "open|close|shut"))) return true;
    if ((h->all & SENSE_HOURS) && lexicon_says(&h->a, "hours")) return true; /* "litres an hour" asks for none */
    return lexicon_says(&h->a, "开门|关门|营业|几点上班|几点下班|几点开|几点关|opening|closing");
}

/* "Phone", "How to reach us": a title that promises what is asked for. */
static bool asks_contact(const struct heard *title)
{
    return lexicon_says(&title->a, "phone|telephone|contact|call us|reach us|电话|联系|热线");
}

/* Who made it, or where: no rule that has a word of the question tells that. */
static bool asks_maker(const struct heard *h)
{
    static const char words[] =
        "who makes|who made|where * made|who founded|who owns|the founder|the "
        "owner|哪产|哪里产|哪儿产|哪里生产|哪个厂|谁生产|"
        "谁设计|谁发明|哪个城市|哪座城市|哪个国家|哪年|哪一年|创始人|老板|员工|上市|几年了|开了几年|开了多久";
    return lexicon_says(&h->a, words);
}

/* Who buys here for the first time. */
static bool is_new_here(const struct atoms *a)
{
    return lexicon_says(
        a, "新人|新客|新用户|新顾客|新朋友|首单|首次|首购|第一次|头一次|头回|first order|first purchase|first time|"
           "new customer|new customers|newcomer|newcomers|new here|welcome");
}

static const char unopened[] =
    "没拆|未拆|没拆封|未拆封|没开封|未开封|没有拆|没打开过|没用过|没有用过|没穿过|没动过|没上身|吊牌没|吊牌还在|"
    "unopened|not opened|"
    "havent opened|have not opened|never opened|still sealed|still wrapped|unused|not used|havent used|never used|"
    "unworn|never worn|havent worn|tags on|tags are still";

/* "Is it taken back unopened" asks for the rule of what is whole, and not for that of "food that was opened"; of what
 * was opened, the rule that speaks of it as well as of the thing. */
static int score_of_state(const struct heard *h, const struct heard *title, const struct heard *text)
{
    static const char opened[] = "拆封|开封|拆开|拆了|用过|穿过|洗过|opened|used|worn|washed|lit";
    size_t of = 0;
    bool whole = lexicon_says(&h->a, unopened);
    if (!whole && lexicon_says(&h->a, opened) && lexicon_says(&text->a, opened) && local_shared(h, text, &of) > 0)
        return TITLE_WORD + BODY_SUBJECT;
    if (!whole) return 0;
    bool of_opened = lexicon_says(&title->a, opened) && !lexicon_says(&title->a, unopened);
    return (of_opened ? -TITLE_SUBJECT : 0) + (lexicon_says(&text->a, unopened) ? BODY_SUBJECT : 0);
}

/* Words of a title that were not said, Han by twos: of two rules about sending back, the one about allergies is not
 * meant. */
static int strangers(const struct heard *title, const struct heard *h)
{
    enum { MOST = 4, EACH = 2 };
    static const char plain[] = "规则|政策|说明|须知|问题|流程|方式|rules|policy|conditions|guide|questions";
    int count = 0;
    for (size_t i = 0; i < title->a.n && count < MOST; i++) {
        const struct atom *x = &title->a.atom[i];
        bool pair = x->kind == ATOM_HAN && i + 1 < title->a.n && x[1].kind == ATOM_HAN && hard(title, i + 1) &&
                    lexicon_phrase(&title->a, i + 1, plain) == 0;
        if (!hard(title, i) || (x->kind != ATOM_LETTERS && !pair) || lexicon_phrase(&title->a, i, plain) > 0) continue;
        count += !has_word(h, x, pair ? x + 1 : NULL);
    }
    return count * EACH;
}

/* "四点付的款今天能发吗" asks when it leaves the house, "到北京要几天" when it is there. */
static int score_of_way(const struct heard *h, const struct heard *title, const struct heard *text)
{
    static const char leaves[] =
        "发|寄|出库|出货|走|发货|发出|寄出|dispatch|dispatched|ship out|send out|sent out|leave|leaves";
    static const char there[] = "几天到|几天能到|多久到|多久能到|天到|到货|送达|能到|后天到|明天到|次日达|隔日达|到达|"
                                "能收到|收到货|送到|到哪|arrive|arrives|get here|get to me|"
                                "here by|have it by";
    static const char soon[] =
        "今天|当天|今晚|马上|立刻|现在|明天|当日|今日|几点|点前|点之前|today|tonight|same day|cut off|cutoff";
    static const char until[] = "当天|当日|次日发|第二天发|点前|前付款|前下单|前拍|same day|before|next working day";
    if (!(h->all & SENSE_SHIP) || (h->all & (SENSE_RETURN | SENSE_EXCHANGE | SENSE_DAMAGE | SENSE_INVOICE))) return 0;
    bool goes = lexicon_says(&h->a, leaves), comes = lexicon_says(&h->a, there);
    for (size_t i = 0; i < h->a.n && !goes && (h->all & SENSE_TIME); i++) comes |= local_place_at(&h->a, i) > 0;
    int score = 0;
    if (goes && !comes && lexicon_says(&h->a, soon) && (has_clock(text) || lexicon_says(&text->a, until)))
        score += TITLE_QUALIFIER;
    if (comes && !goes) score += lexicon_says(&text->a, there) ? BODY_SUBJECT : -TITLE_QUALIFIER;
    return score;
}

/* "Do you ship to Reno": where the place stands that no list knows; h->a.n: none does. */
static size_t place_said(const struct heard *h)
{
    static const char verbs[] = "deliver to|delivering to|ship to|shipping to|send to|post to|delivery to",
                      near[] = "door|home|work|address|office|flat|house|floor|locker|neighbour|neighbor";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, verbs), at = i + n;
        at += n > 0 ? lexicon_phrase(&h->a, at, "the") : 0;
        if (n == 0 || at >= h->a.n || !hard(h, at) || h->a.atom[at].kind != ATOM_LETTERS) continue;
        if (lexicon_phrase(&h->a, at, near) == 0) return at;
    }
    return h->a.n;
}

/* A place that was named, and that the rule names; of one that no list knows, the rule about places may tell. */
static int places_alike(const struct heard *h, const struct heard *title, const struct heard *text)
{
    size_t place = place_said(h);
    if (local_place_told(&h->a, &text->a)) return TITLE_QUALIFIER;
    if (place < h->a.n && (has_word(title, &h->a.atom[place], NULL) || has_word(text, &h->a.atom[place], NULL)))
        return TITLE_QUALIFIER;
    if (place < h->a.n && (title->all & SENSE_ABROAD)) return TITLE_QUALIFIER / 2;
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        bool pair = x->kind == ATOM_HAN && i + 1 < h->a.n;
        const struct atom *next = pair ? x + 1 : NULL;
        if (!(h->sense[i] & SENSE_ABROAD)) continue;
        if (has_word(text, x, next) || (!pair && has_word(title, x, next))) return TITLE_QUALIFIER;
    }
    return 0;
}

/* "How many days do I have to send it back" is no question of when the money comes. */
static bool of_money_back(const struct heard *title, const struct heard *h)
{
    static const char money[] = "refund|refunds|refunded|money|reimburse|reimbursement|退款|到账|返款|退钱|几时退|钱",
                      goods[] =
                          "return|returns|returning|send back|sending back|exchange|exchanges|退货|退换|换货|退|无理由";
    static const char asked[] = "refund|refunds|refunded|refound|money|paid|credited|account|get it back|钱|款|到账|返";
    return lexicon_says(&title->a, money) && !lexicon_says(&title->a, goods) && !lexicon_says(&h->a, asked);
}

/* "想换大一号": the rule of changing sizes, before that of what is not wanted. */
static int score_of_size(const struct heard *h, const struct heard *text)
{
    static const char asked[] =
        "大一号|小一号|大一码|小一码|换码|换大|换小|换个码|换个大|换个小|尺码|码数|bigger|larger|"
        "smaller|a size up|a size down|different size|another size|size",
                      told[] = "换码|换尺码|换个尺码|尺码不合|码数|尺码或|size|sizes";
    return lexicon_says(&h->a, asked) && lexicon_says(&text->a, told) ? TITLE_QUALIFIER : 0;
}

/* How many of the product's sizes stand in the text: "UK 7 / EU 40" does where the first name of it does. */
static size_t sizes_told(const struct knowledge_product *p, const struct heard *text)
{
    size_t told = 0;
    for (size_t v = 0; v < p->variants; v++)
        for (size_t k = 0; k < p->variant[v].options; k++) {
            const struct knowledge_option *o = &p->variant[v].option[k];
            char joined[LOCAL_JOINED];
            size_t n = joined_of((struct str){ o->value, strcspn(o->value, "/(") }, joined, sizeof joined);
            bool there = false;
            if (!str_eq_nocase(str_of(o->name), STR("size")) || n == 0) continue;
            for (size_t i = 0; i < text->a.n && !there; i++) there = atoms_joined(&text->a, i, joined, n) > 0;
            told += there;
        }
    return told;
}

/* "Ring size guide" and a coat that is weighed, or boots that run small: no table of another thing tells that. */
static bool sizes_another(struct local *m, const struct heard *title, const struct heard *text)
{
    static const char table[] = "size|sizes|sizing|guide|chart|table|measure|measuring|fit|clothing|clothes|garment";
    bool measured = local_asks_measure(&m->h), one = m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1;
    size_t things = 0;
    if (m->language == LOCAL_ZH || (!one && !measured)) return false;
    struct heard p = { .a = atoms_of(m->arena, str_of(one ? m->found.product[0]->title : ""), 60) };
    for (size_t i = 0; i < title->a.n; i++) {
        if (!hard(title, i) || lexicon_phrase(&title->a, i, table) > 0) continue;
        if (has_word(&p, &title->a.atom[i], NULL) || has_word(&m->h, &title->a.atom[i], NULL)) return false;
        things++;
    }
    if (things == 0) return false;
    return !one || measured || sizes_told(m->found.product[0], text) == 0;
}

/* All words of the turn are in it. "Must I sign for an aquarium delivery": all things come by delivery, and this speaks
 * of the rest. */
static int score_of_all(uint64_t subjects, const struct shared *in_title, const struct shared *in_text,
                        const struct heard *text)
{
    bool told = in_text->one == in_text->of && in_text->rare == in_text->of;
    if (subjects == SENSE_SHIP && in_text->of >= 2 && told) return TITLE_SUBJECT;
    bool knows = in_title->either == in_text->of && in_title->one > 0 && (subjects & text->all);
    return in_text->of >= 2 && knows ? TITLE_WORD : 0;
}

/* "Do you rent pumps" is no question of a rule that knows pumps and no renting. */
static bool serves_so(const struct heard *h, const struct heard *title, const struct heard *text)
{
    size_t verb = local_verb_of_service(h);
    return verb == h->a.n || !hard(h, verb) || has_word(title, &h->a.atom[verb], NULL) ||
           has_word(text, &h->a.atom[verb], NULL);
}

static struct scored score_rule(struct local *m, const struct knowledge_text *t, const bool *common)
{
    const struct heard *h = &m->h;
    struct heard title = local_text_of(m, str_of(t->title), 60), text = local_text_of(m, str_of(t->text), 160);
    uint64_t subjects = h->all & SENSE_SUBJECTS;
    if (local_of_world(h, &title, &text)) return (struct scored){ LEAST, false };
    if (subjects & (SENSE_DAMAGE | SENSE_INVOICE))
        subjects &= ~(uint64_t)SENSE_SHIP; /* who brought it broken is no question; an invoice is sent, too */
    if ((title.all & SENSE_DAMAGE) && !(subjects & SENSE_DAMAGE))
        title.all &= ~(uint64_t)SENSE_SHIP, text.all &= ~(uint64_t)SENSE_SHIP;
    title.all &= ~local_not_asked(h, &title);
    bool card =
        lexicon_says(&h->a, "gift card|gift cards|gift voucher|gift vouchers|gift certificate|gift certificates");
    if (card && !lexicon_says(&title.a, "gift|voucher|vouchers|card|cards") && !lexicon_says(&text.a, "gift"))
        subjects &= ~(uint64_t)SENSE_DISCOUNT; /* an offer on soil is none of them */
    uint64_t more = h->all & (SENSE_COST | SENSE_TIME);
    uint64_t others = title.all & SENSE_SUBJECTS & ~subjects;
    struct shared in_title = share(h, &title, &text, common), in_text = share(h, &text, NULL, common);
    int score = bits(subjects & title.all) * TITLE_SUBJECT + bits(more & title.all) * TITLE_QUALIFIER +
                (int)in_title.one * TITLE_WORD + bits(subjects & text.all & ~title.all) * BODY_SUBJECT +
                bits(more & text.all & ~title.all) * BODY_QUALIFIER + (int)in_text.one * BODY_WORD - bits(others) * 4 -
                bits((title.all & ~h->all) & (SENSE_COST | SENSE_TIME)) * 6;
    score += subjects & SENSE_EXCHANGE ? score_of_size(h, &text) : 0;
    if ((subjects & SENSE_DISCOUNT) && in_title.rare > 0 && m->language == LOCAL_EN)
        score += TITLE_SUBJECT; /* whom it is for: "a discount for schools" */
    int timely = local_score_of_time(h, &title, &text), whole = score_of_all(subjects, &in_title, &in_text, &text);
    score += said_alike(h, &title) + score_of_state(h, &title, &text) + score_of_way(h, &title, &text) +
             local_score_of_carrier(h, &text) + local_score_of_case(h, &title.a) - strangers(&title, h) + timely +
             whole;
    /* of two rules about one subject, the one that speaks of these goods */
    score += (int)(in_text.rare < RARE_MOST ? in_text.rare : RARE_MOST) * BODY_RARE;
    if (m->language == LOCAL_EN) score += local_score_of_matter(h, &title, &text);
    if (is_new_here(&title.a)) score += is_new_here(&h->a) ? TITLE_WORD : -TITLE_WORD;
    if ((subjects & SENSE_EXCHANGE) && (title.all & SENSE_RETURN) && !(title.all & SENSE_EXCHANGE)) score -= 8;
    score += subjects & (SENSE_ABROAD | SENSE_SHIP) ? places_alike(h, &title, &text) : 0;
    if ((subjects & SENSE_RETURN) && of_money_back(&title, h)) score -= TITLE_QUALIFIER + BODY_QUALIFIER;
    if ((title.all & SENSE_FIX) && !(h->all & SENSE_FIX)) score -= 8; /* a guarantee is asked for, not a workshop */
    bool covered =
        in_title.rare > 0 && in_title.either * 10 >= in_title.of * 5 && (!others || in_title.one == in_title.of);
    /* 你喜欢什么颜色 is no question of the rule "不喜欢了能退吗" */
    covered &= !(others && (h->all & (SENSE_OPTIONS | SENSE_PRICE | SENSE_STOCK | SENSE_RECOMMEND)));
    /* "do you sell scissors" is no question of the rule for their sharpening */
    bool named = (h->all & SENSE_HAVE) || m->found.how >= FOUND_TALKED_ABOUT;
    covered &=
        m->language == LOCAL_ZH || !named || (subjects & title.all) || in_title.of > 1 || strangers(&title, h) == 0;
    /* "which heater for a 100 litre tank" is no question of the rule for new tanks */
    covered &= m->language == LOCAL_ZH || !named || subjects || in_title.either == in_title.of;
    bool told = in_text.one >= 2 && in_text.rare > 0 && in_text.one * 10 >= in_text.of * 6;
    /* all that was asked for, and no other rule speaks of it */
    told |= in_text.one > 0 && in_text.rare == in_text.of && in_text.of <= 2 && !(h->all & (SENSE_HAVE | SENSE_PRICE));
    bool serves = serves_so(h, &title, &text);
    told &= serves, covered &= serves;
    /* Words alone, where something else is asked of them ("how do I put up the X"), tell nothing. */
    told &= !subjects || (subjects & (title.all | text.all)) || timely > 0 || whole == TITLE_SUBJECT;
    bool within = (subjects & text.all & SAID_WITHIN) && in_text.of == 0;
    bool near = (subjects & text.all) && in_text.one >= 1 && score >= ENOUGH / 2;
    bool maker = asks_maker(h) && !(subjects & SENSE_STORE);
    told &= !maker, within &= !maker, near &= !maker;
    /* "the test report of the gift box": beside so much that no rule knows, the box is no question of wrapping */
    bool boxed = subjects == SENSE_WRAP && in_title.of >= MUCH && in_title.either == 0;
    /* the name of a country alone is no question of what is sent there */
    bool abroad = subjects == SENSE_ABROAD && in_text.of > 0 && in_title.either == 0;
    bool open = asks_opening(h) && (title.all & SENSE_STORE) && has_clock(&text);
    told |= ((h->all & SENSE_CONTACT) && asks_contact(&title)) || open || timely > 0, score += open ? BODY_SUBJECT : 0;
    /* "适合露营吗" is no question of renting what one camps with: of the title it has one word of many */
    bool other = subjects == SENSE_SIZE && sizes_another(m, &title, &text);
    other |= m->language == LOCAL_EN && timely == 0 && local_of_other_matter(h, &title, &text);
    told &= !other, near &= !other, within &= !other, covered &= !other;
    size_t of_title = 0, of_turn = local_shared(&title, h, &of_title);
    bool about = m->language != LOCAL_ZH || !subjects || (subjects & (title.all | text.all)) || of_turn * 2 >= of_title;
    return (struct scored){ score, ((subjects & title.all) && !abroad && !maker && !boxed && !other) ||
                                       (covered && about) || told || within || near };
}

bool local_in_language(const struct local *m, const char *text)
{
    struct heard t = hear(m->arena, m->lexicon, (struct str){ text, utf8_cut(str_of(text), 400) }, 80);
    return local_language_of(&t, m->language) == m->language;
}

/* Whole sentences, as many as fit; what may not be said on is left out. */
static bool quote(struct local *m, struct buf *b, struct str text, size_t most)
{
    size_t said = 0;
    for (size_t at = 0; at < text.n && said < most;) {
        struct str s = local_sentence(text, &at);
        if (said > 0 && said + s.n > most) break;
        bool quotable = text_is_quotable(m, s, !m->without_money);
        if (!quotable && said == 0 && m->without_money) return false; /* the rest is of what may not be said */
        if (quotable) buf_add(b, s.p, s.n <= most * 2 ? s.n : unicode_cut_bytes(s, most * 2)), said += s.n;
    }
    while (b->n > 0 && (b->p[b->n - 1] == '\n' || b->p[b->n - 1] == ' ')) b->n--;
    return said > 0;
}

bool local_say_text(struct local *m, const struct knowledge_text *t, struct str part)
{
    size_t before = m->text.n;
    if (!local_in_language(m, t->text)) SAY(m, SAY_OTHER_LANGUAGE, { NULL, NULL });
    if (!quote(m, &m->text, part, QUOTE)) {
        m->text.n = before;
        return false;
    }
    local_cite_text(m, t);
    m->action = REPLY_ANSWER;
    return true;
}

/* Texts of the shop, by the words of the turn and by what it is about: two questions, since papers of products may
 * crowd the answers to one. */
static bool shop_texts(struct local *m, uint64_t subjects, struct knowledge_text **out, size_t *n)
{
    struct knowledge_text *t[2] = { NULL, NULL };
    size_t count[2] = { 0, 0 };
    struct str query = local_query_of(m, subjects, true), about = local_query_of(m, subjects, false);
    *n = 0;
    if (!m->source->search_texts(m->source->ctx, query, NULL, TEXTS, m->arena, &t[0], &count[0])) return false;
    if (subjects && !m->source->search_texts(m->source->ctx, about, NULL, TEXTS, m->arena, &t[1], &count[1]))
        return false;
    *out = ARENA_ARRAY(m->arena, struct knowledge_text, count[0] + count[1] + 1);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < count[k]; i++) {
            bool there = t[k][i].product != NULL;
            for (size_t j = 0; j < *n && !there; j++)
                there = (*out)[j].kind == t[k][i].kind && text_eq((*out)[j].id, t[k][i].id);
            if (!there) (*out)[(*n)++] = t[k][i];
        }
    return true;
}

bool local_rule(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (!shop_texts(m, m->h.all & SENSE_SUBJECTS, &t, &n)) return false;
    const struct knowledge_text *best = NULL, *own = NULL;
    const bool *common = common_words(m, t, n);
    int most = LEAST, most_own = LEAST, most_other = LEAST, best_how = 0;
    uint32_t near = local_near_rules_asked(&m->h);
    for (size_t i = 0; i < n; i++) {
        if (t[i].kind == KNOWLEDGE_PROMOTION) continue;
        struct scored s = score_rule(m, &t[i], common);
        int how = local_score_of_near_rule(m, near, &t[i]);
        bool enough = s.enough || (how >= LOCAL_MEANT && m->found.how == FOUND_NONE);
        if (enough && how == LOCAL_NOT_MEANT && s.score > most_other) most_other = s.score;
        if (!enough || how == LOCAL_NOT_MEANT) continue;
        s.score += how;
        if (s.score > most) best = &t[i], most = s.score, best_how = how;
        if (s.score > most_own && local_in_language(m, t[i].text)) own = &t[i], most_own = s.score;
    }
    /* where another would be told, and this does not speak of what is asked either, nothing is known of that */
    if (!best || (best_how == 0 && most_other > most)) return true;
    /* A shop that tells its rules twice is quoted in the shopper's language. */
    if (own && (most <= 0 || most_own * 2 >= most)) best = own;
    *answered = local_say_text(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}

bool local_rule_called(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (!shop_texts(m, m->h.all & SENSE_SUBJECTS, &t, &n)) return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        if (t[i].kind != KNOWLEDGE_FAQ) continue;
        struct heard title = local_text_of(m, str_of(t[i].title), 60);
        size_t of_title = 0, in_turn = local_shared(&title, &m->h, &of_title), of = 0,
               shared = local_shared(&m->h, &title, &of);
        if (of_title < 2 || in_turn < of_title || shared * 10 < of * 6 || !local_in_language(m, t[i].text)) continue;
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        m->why = arena_printf(m->arena, "rule:%s", t[i].id);
    }
    return true;
}

bool local_promotions(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0, said = 0;
    *answered = false;
    if (!shop_texts(m, SENSE_DISCOUNT, &t, &n)) return false;
    for (size_t i = 0; i < n && said < 3; i++) {
        if (t[i].kind != KNOWLEDGE_PROMOTION) continue;
        struct atoms text = atoms_of(m->arena, str_of(t[i].text), 160);
        if (local_of_other_group(&m->h, NULL, &text)) continue;
        if (said > 0) buf_char(&m->text, '\n');
        if (local_say_text(m, &t[i], str_of(t[i].text))) said++;
    }
    *answered = said > 0, m->why = "promotions";
    return true;
}
