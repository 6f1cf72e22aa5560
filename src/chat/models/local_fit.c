/* local_fit.c: how well a product fits a turn, word by word. What the shopper named must be in the title; a word beside
 * it that neither the title nor an option has makes it another thing ("fish tank" is no "tank top"). */
#include "chat/models/local_fitting.h"
#include "chat/models/local_lexicon.h"

#include <stdio.h>

enum { WEIGHT_WORD = 4, WEIGHT_HAN = 2, OTHER_NAMED = 4, FAR = 4 };

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }
/* A word of a rule ("gift", "card") may also be the name of a product. */
static bool soft(const struct heard *h, size_t i)
{
    if (h->used[i] || h->sense[i] == 0) return false;
    return h->a.atom[i].kind == ATOM_HAN || !(h->sense[i] & SENSE_STOP);
}

static bool is_tied(const char *text, const struct atoms *a, size_t i)
{
    return a->atom[i].from == a->atom[i - 1].to + 1 && text[a->atom[i - 1].to] == '-';
}

/* Where the title has this word, whole if possible. Gives how many of its atoms, and whether it is part of a longer
 * one. */
static size_t title_at(const struct fitting *f, size_t from, const char *word, size_t n, size_t *at, bool *loose)
{
    const struct atoms *t = &f->title;
    size_t found = 0;
    bool said_tied = from > 0 && is_tied(f->h->text.p, &f->h->a, from); /* the whole of KX40-E3 is said */
    for (size_t i = 0; i < t->n; i++) {
        size_t count = t->atom[i].kind == ATOM_HAN ? 0 : atoms_joined(t, i, word, n);
        if (count == 0) continue;
        const struct atom *after = i + count < t->n ? &t->atom[i + count] : NULL;
        /* the E3 of KX40-E3 */
        bool tied = i > 0 && count > 1 && !said_tied && is_tied(f->fit.product->title, t, i);
        bool inner = tied || (t->atom[i].glued && i > 0 && t->atom[i - 1].kind != ATOM_HAN) ||
                     (after && after->glued && after->kind != ATOM_HAN);
        if (found == 0 || (*loose && !inner)) found = count, *at = i, *loose = inner;
    }
    return found;
}

/* A word that says nothing elsewhere is of the name where the title has it at the same place: the "can" of a watering
 * can, the "work" of work boots. */
static void fit_empty(struct fitting *f, size_t from, size_t end, size_t at, size_t after)
{
    const struct heard *h = f->h;
    for (; end < h->a.n && after < f->title.n; end++, after++) {
        const struct atom *x = &h->a.atom[end], *t = &f->title.atom[after];
        if (hard(h, end) || soft(h, end) || x->broken || t->broken || !atom_same(t, x->text, x->n)) break;
        f->named[end] = true, f->in_title[after] = true;
    }
    for (; from > 0 && at > 0; from--, at--) {
        const struct atom *x = &h->a.atom[from - 1], *t = &f->title.atom[at - 1];
        if (hard(h, from - 1) || soft(h, from - 1) || h->a.atom[from].broken || f->title.atom[at].broken ||
            !atom_same(t, x->text, x->n))
            break;
        f->named[from - 1] = true, f->in_title[at - 1] = true;
    }
}

/* "Other than desks": the two words before i. */
static bool is_but_for(const struct heard *h, size_t i)
{
    return i > 1 && lexicon_phrase(&h->a, i - 2, "other than|apart from|aside from|except for") == 2;
}

static bool is_denied(const struct heard *h, size_t i)
{
    if (i == 0 || h->a.atom[i].kind != ATOM_LETTERS || h->a.atom[i].broken) return false;
    if (i > 1 && lexicon_phrase(&h->a, i - 1, "the|a|an") > 0 && !h->a.atom[i - 1].broken)
        return lexicon_phrase(&h->a, i - 2, "not|without|except|besides") > 0 || is_but_for(h, i - 1);
    return lexicon_phrase(&h->a, i - 1, "not|without|except|besides|non") > 0 || is_but_for(h, i);
}

static size_t fit_word(struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    size_t end = local_word_end(h, i), at = 0;
    char word[LOCAL_JOINED], two[LOCAL_JOINED];
    size_t n = local_fit_join(&h->a, i, end, word);
    bool loose = false, any_hard = false, any_soft = false;
    for (size_t k = i; k < end; k++) any_hard |= hard(h, k), any_soft |= soft(h, k);
    if (!any_hard && (!any_soft || lexicon_phrase(&h->a, i, "for|with|of|to|in|on") > 0)) return end;
    size_t found = title_at(f, i, word, n, &at, &loose);
    bool size = n == 1 && h->a.atom[i].kind == ATOM_LETTERS && end < h->a.n &&
                lexicon_phrase(&h->a, end, "码|号|size") > 0;             /* the L of "L码" is none of L-806 */
    bool letter = n == 1 && loose && h->a.atom[i].kind == ATOM_LETTERS && /* "M的" is none of M2308 */
                  (end >= h->a.n || h->a.atom[end].kind == ATOM_HAN);
    if (size || letter) return end;
    if (any_hard && is_denied(h, i)) { /* "the buds, not pro": that is what it is not */
        f->missed[i] = found > 0 && end == i + 1;
        if (end == i + 1) return end;
    }
    if (found == 0 && end < h->a.n && h->a.atom[end].kind == ATOM_LETTERS && !h->a.atom[end].broken && any_hard) {
        size_t far = local_word_end(h, end), m = local_fit_join(&h->a, i, far, two); /* "smart phone" is "smartphone" */
        found = m > n ? title_at(f, i, two, m, &at, &loose) : 0;
        if (found > 0) end = far;
    }
    if (found == 0 && any_hard && end == i + 1) found = local_fit_like(f, i, &at), loose = found > 0;
    if (found == 0 && any_hard) found = local_fit_model(f, i, &end, &at), loose = found > 0;
    if (found == 0) {
        for (size_t k = i; k < end; k++) f->missed[k] = hard(h, k);
        return end;
    }
    for (size_t k = i; k < end; k++) f->named[k] = true;
    for (size_t k = at; k < at + found; k++) f->in_title[k] = true;
    size_t next = at + found; /* "3匹" of a title: the character behind its number */
    if (h->a.atom[end - 1].kind == ATOM_NUMBER && end < h->a.n && h->a.atom[end].kind == ATOM_HAN &&
        h->a.atom[end].glued && next < f->title.n && strcmp(f->title.atom[next].text, h->a.atom[end].text) == 0)
        f->behind[end] = true;
    bool bare =
        end == i + 1 && h->a.atom[i].kind == ATOM_NUMBER && h->a.atom[i].n < 4; /* the 200 of "200 g" names nothing */
    if (any_hard && !bare) fit_empty(f, i, end, at, at + found);
    bool device = any_hard && !bare && local_fit_is_device(f, at, found);
    for (size_t k = i; k < end && !bare; k++) f->names |= hard(h, k), f->proper |= hard(h, k) && !device;
    f->device |= device, f->plain |= any_hard && !bare && !device;
    f->fit.matched += any_hard && !bare ? WEIGHT_WORD : 1;
    f->fit.loose += loose;
    return end;
}

/* Whether a character may be part of a longer word with this one beside it: of those that lists know, only words of
 * grammar end a word for sure ("茶的价格" is about 茶, "茶几" is not). */
static bool in_word(const struct heard *h, size_t i, bool there)
{
    static const char ends[] = "的了吗呢吧啊呀么嘛有是这那个款买卖要想找喝吃穿怎还和跟与哪在贵多最更很太够每能会";
    if (!there || h->a.atom[i].kind != ATOM_HAN) return false;
    if (h->used[i] || (h->sense[i] & SENSE_POINT)) return false;
    if (h->state && h->state[i] > 1) return false; /* 虾化冻了 */
    bool whether = i + 2 < h->a.n && strcmp(h->a.atom[i + 1].text, "不") == 0 &&
                   strcmp(h->a.atom[i].text, h->a.atom[i + 2].text) == 0; /* 透不透 */
    if (whether) return false;
    bool soft_alone = (h->sense[i] & SENSE_SOFT) != 0 || h->lone[i];
    return hard(h, i) || (soft_alone && !strstr(ends, h->a.atom[i].text));
}

/* The character before i, or behind it, where no mark of punctuation stands between. */
static bool word_before(const struct heard *h, size_t i) { return in_word(h, i - 1, i > 0 && !h->a.atom[i].broken); }
static bool word_behind(const struct heard *h, size_t i)
{
    return in_word(h, i + 1, i + 1 < h->a.n && !h->a.atom[i + 1].broken);
}

/* 茶叶 is 茶, 鞋子 is 鞋: endings that say nothing. */
static bool empty_ending(const struct heard *h, size_t i)
{
    static const char endings[] = "子叶类儿";
    if (i >= h->a.n || h->a.atom[i].kind != ATOM_HAN || !strstr(endings, h->a.atom[i].text)) return false;
    return !word_behind(h, i) || lexicon_phrase(&h->a, i + 1, "带|配|含|不带|不含|加厚") > 0; /* 椅子带脚踏 */
}

/* What is written together behind a name and makes another thing of it: a 烤箱温度计 is no 烤箱, a 吉他弦 no 吉他. */
static bool tail_makes_other(const struct atoms *t, size_t at)
{
    static const char ends[] =
        "弦|包|盒|架|套|壳|袋|垫|罩|钩|夹|刷|液|膜|贴纸|绳|链|线|温度计|计时器|模具|配件|支架|收纳盒|清洁剂|盖|"
        "塞|扣|带|布|巾|油|粉|粮|玩具|罐头|灯罩|电池|充电器|遥控器|滤芯|刀片|刷头|替换装|补充装|挂钩|底座";
    enum { TAIL = 4 };
    size_t n = 0;
    while (at + n < t->n && t->atom[at + n].kind == ATOM_HAN && t->atom[at + n].glued) n++;
    if (n == 0 || n > TAIL) return false;
    return lexicon_phrase(t, at, ends) == n;
}

/* The longest piece from i on that the title has, at least two characters of which a list does not know all. */
static size_t fit_han(struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    size_t best = 0, at = 0;
    for (size_t t = 0; t < f->title.n; t++) {
        size_t n = 0;
        while (i + n < h->a.n && t + n < f->title.n && (n == 0 || !h->a.atom[i + n].broken) && !h->used[i + n] &&
               h->a.atom[i + n].kind == ATOM_HAN && f->title.atom[t + n].kind == ATOM_HAN &&
               strcmp(h->a.atom[i + n].text, f->title.atom[t + n].text) == 0)
            n++;
        if (n > best) best = n, at = t;
    }
    size_t hards = 0, heard = 0, like = local_fit_sound(f, i, &heard);
    if (like > best) best = like, at = heard, f->fit.loose++;
    for (size_t k = i; k < i + best; k++) hards += hard(h, k);
    bool first = (i > 0 && f->edge == i) || !word_before(h, i);
    bool ended = best == 1 && empty_ending(h, i + 1) && first;
    static const char no_name[] = "机器线品件款色号版具用料保修换退装送开关洗天电大小加放配接插带连弄搞做进出高低长短新"
                                  "旧气火光风声味力黑白红蓝绿灰黄紫粉吃喝听看玩睡坐写读死活坏烂硬软月年周"; /* of
                                           many words, a name
                                           of nothing */
    bool alone = ended || (first && !word_behind(h, i));
    bool of_state = h->state && h->state[i] > 1; /* 生 of 夹生 is no 养生壶 */
    if (best == 1 && (of_state || strstr(no_name, h->a.atom[i].text))) alone = ended = false;
    size_t first_at = 0, kind = best < 2 ? local_fit_kind(f, i, &first_at) : 0;
    if (kind > 0) {
        f->named[i] = f->named[i + 1] = f->in_title[first_at] = f->in_title[kind] = f->names = f->proper = true;
        f->fit.matched += 2 * WEIGHT_HAN, f->fit.loose++;
        return i + 2;
    }
    if (hards == 0 || (best == 1 && !alone)) {
        f->missed[i] = hard(h, i) && !f->behind[i];
        return i + 1;
    }
    for (size_t k = 0; k < best; k++) f->named[i + k] = true, f->in_title[at + k] = true;
    f->names = true;
    if (local_fit_is_name(f, at, best)) f->called = true, f->edge = i + best;
    if (local_fit_is_for(f, at, best) || local_fit_is_modifier(f, i, best, at, best)) f->is_for = true;
    else f->proper = true, f->plain |= !local_fit_is_vague(f, at, best);
    f->other |= tail_makes_other(&f->title, at + best);
    f->fit.matched += (int32_t)hards * WEIGHT_HAN;
    f->fit.title += 1;
    if (ended) f->named[i + 1] = true;
    if (best < 2 || ended) return i + best + ended;
    /* 幼猫粮 is 幼猫奶糕粮: the beginning and the end of the name */
    size_t last = at + best - 1, more = i + best;
    size_t within = best >= 2 ? local_fit_cut(f, more, last + 1) : 0; /* 标签机 is 标签打印机 */
    if (within > 0) {
        f->named[more] = f->in_title[within] = f->proper = true, f->fit.matched += WEIGHT_HAN, f->fit.loose++;
        return more + 1;
    }
    last = at + best - 1;
    while (last + 1 < f->title.n && f->title.atom[last + 1].kind == ATOM_HAN && f->title.atom[last + 1].glued) last++;
    bool ends = more < h->a.n && hard(h, more) && !h->a.atom[more].broken && !word_behind(h, more) &&
                strcmp(h->a.atom[more].text, f->title.atom[last].text) == 0;
    if (!ends || last < at + best) return more;
    f->named[more] = f->in_title[last] = f->proper = true; /* the head is said: no modifier alone */
    f->fit.matched += WEIGHT_HAN, f->fit.loose++;
    return more + 1;
}

/* "SPF 50", "type 2": a word that only makes something of the number behind it. */
static bool counts(const struct atom *x, const char *title)
{
    static const char *const words[] = { "type",   "level", "volume",  "vol", "series", "generation", "size",
                                         "number", "mark",  "version", "no",  "gen",    "model",      NULL };
    for (size_t i = 0; words[i]; i++)
        if (strcmp(x->text, words[i]) == 0) return true;
    bool capitals = true;
    for (size_t i = x->from; i < x->to; i++) capitals &= title[i] >= 'A' && title[i] <= 'Z';
    return capitals;
}

/* One of these words, each with a space on both sides. */
static bool is_of(const char *words, const char *word)
{
    char padded[LOCAL_JOINED + 3];
    int n = snprintf(padded, sizeof padded, " %s ", word);
    return n > 0 && strstr(words, padded) != NULL;
}

/* What stands behind a name and is no name: "Garden Hose Hybrid" is a hose, "Desk Stapler Heavy Duty" a stapler. */
static bool trails(const char *word)
{
    static const char words[] =
        " heavy duty hybrid classic deluxe premium original standard large small medium big mini "
        "compact portable foldable folding adjustable wireless cordless electric manual set kit "
        "pack bundle pair mix assorted edition series collection version steel cedar oak pine "
        "bamboo leather cotton wool silk linen aluminium aluminum brass copper plastic black "
        "white red blue green grey gray pink purple brown navy beige gold silver organic "
        "waterproof unisex mens womens kids adult pro max plus lite ";
    return is_of(words, word);
}

/* The last word of the name itself: "Water Bottle with straw, 1 l" is a bottle. */
static size_t head_of(const struct atoms *t, const char *title)
{
    static const char ends[] = " with for in by from and of ";
    size_t head = t->n, last = t->n;
    for (size_t i = 0; i < t->n; i++) {
        if (i > 0 && (t->atom[i].broken || is_of(ends, t->atom[i].text))) break;
        if (t->atom[i].kind != ATOM_LETTERS || t->atom[i].n < 3 || t->atom[i].glued) continue;
        bool spec = i + 1 < t->n && t->atom[i + 1].kind == ATOM_NUMBER && counts(&t->atom[i], title);
        if (spec && head < t->n) continue;
        last = i;
        if (head == t->n || !trails(t->atom[i].text)) head = i;
    }
    return head < t->n && trails(t->atom[head].text) ? last : head;
}

/* Whether what is asked of the thing stands at i or behind it, and no other name between. */
static bool asked_behind(const struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    if (!h->asks || (h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE))) return false;
    for (size_t k = i; k < h->a.n && !f->named[k] && (k == i || !h->a.atom[k].broken); k++)
        if (h->asks[k]) return true;
    return false;
}

/* "My tent pole snapped": what happened to it makes no other thing of it. */
static bool happened(const struct atoms *a, size_t i)
{
    static const char verbs[] =
        "snapped|snaps|broke|broken|refuse|refuses|cracked|stopped|stops|leaks|leaking|leaked|drips|dripping|keeps|"
        "kept|blinks|blinking|"
        "flashes|flashing|beeps|beeping|smells|smelling|rattles|rattling|squeaks|squeaking|wobbles|wobbling|jammed|"
        "jams|"
        "overheats|overheating|fell|died|tore|ripped|faded|rusted|froze|freezes|crashed|crashes|shuts|cuts|turns|"
        "switches|makes|making|went|gone|goes|shows|says|reads|displays|arrived|came";
    return a->atom[i].kind == ATOM_LETTERS && lexicon_phrase(a, i, verbs) > 0;
}

/* "What pressure does the ember run at": the verb behind the name, where the question's own stands before it. */
static bool verb_of_question(const struct fitting *f, size_t i)
{
    static const char verbs[] =
        "run|work|fit|hold|take|need|use|weigh|support|connect|charge|fold|come|swivel|tilt|lock|grow|last|handle|"
        "carry|make|get|stay|have|spin|heat|cook|reach|turn|go|fly|float|keep|start|wash|shrink|dry|bend|stretch|"
        "open|close|stand|move|include|require|slide|seal|stick|accept|drill|grind|treat|cover|hang|mix|blend|brew|"
        "suit|lift|pull|push|feed|spray|burn|contain|play|record|print|cut|mow|pump|sew|freeze";
    const struct atoms *a = &f->h->a;
    size_t first = i;
    if (lexicon_phrase(a, i, verbs) == 0) return false;
    while (first > 0 && f->named[first - 1]) first--;
    if (first > 0 && lexicon_phrase(a, first - 1, "the|my|your|a|an|this|that|these|those|its") > 0) first--;
    return first > 0 && lexicon_phrase(a, first - 1, "does|do|did|will|would|can|could|should") > 0;
}

/* "12 garden chairs": so many of them. */
static bool counts_goods(const struct fitting *f, size_t i)
{
    enum { DIGITS = 3 };
    const struct atoms *a = &f->h->a;
    size_t last = i;
    if (a->atom[i].kind != ATOM_NUMBER || a->atom[i].n > DIGITS || strpbrk(a->atom[i].text, "./")) return false;
    while (last + 1 < a->n && f->named[last + 1] && a->atom[last + 1].kind == ATOM_LETTERS) last++;
    return last > i && !a->atom[i + 1].glued && a->atom[last].n > 3 && a->atom[last].text[a->atom[last].n - 1] == 's';
}

/* A word that stands right beside the name and is not of it; a character that may be of the word may stand between. */
static bool beside(const struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    const struct atoms *a = &h->a;
    if (!f->missed[i]) return false;
    bool han = a->atom[i].kind == ATOM_HAN;
    if (han && !in_word(h, i, true)) return false;
    static const char may[] = "能可会要想", verbs[] = "装用放含配接插加带送连喂开做喝吃穿戴抹涂擦敷";
    if (han && i > 0 && strstr(may, a->atom[i - 1].text) && strstr(verbs, a->atom[i].text)) return false; /* 能装多重 */
    size_t before = i, after = i + 1;
    if (i > 0 && f->named[i - 1] && happened(a, i)) return false;
    bool trouble = han && !(h->all & (SENSE_PRICE | SENSE_STOCK)) && lexicon_phrase(a, i, lexicon_trouble) > 1;
    if (trouble && i > 0 && f->named[i - 1]) return false; /* 老人机开不了机 */
    if (!han && i > 0 && f->named[i - 1] && verb_of_question(f, i)) return false;
    bool asked = !han && h->asks && h->asks[i] && !(h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE));
    /* "is the sleeping bag machine washable", "battery life buds 3 pro" */
    if (asked && ((i > 0 && f->named[i - 1]) || (after < a->n && f->named[after]))) return false;
    if (counts_goods(f, i)) return false;
    bool verb = han && after + 1 < a->n && !(h->sense[after] & (SENSE_PRICE | SENSE_COST)) &&
                strstr("几多怎咋", a->atom[after].text);
    verb |= han && asked_behind(f, i);                            /* 头灯防水吗, 手表上满弦走多久 */
    if (verb && before > 0 && f->named[before - 1]) return false; /* 饺子煮几分钟 */
    if (han && before > 1 && !f->named[before - 1] && in_word(h, before - 1, true) && !hard(h, before - 1)) before--;
    /* "monitor cleaning spray", where it is asked for: a word of a rule between makes it no less another thing */
    bool sold = !han && (h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE));
    while (sold && before > 0 && !f->named[before - 1] && soft(h, before - 1) && !a->atom[before].broken) before--;
    if (before > 0 && f->named[before - 1] && !a->atom[before].broken && !a->atom[i].broken &&
        (a->atom[before - 1].kind == ATOM_HAN) == han)
        return true;
    while (han && after < a->n && after < i + FAR && !f->named[after] && !hard(h, after) && !a->atom[after].broken &&
           in_word(h, after, true))
        after++; /* 尤克里里 before a name: 里 is of the word */
    return after < a->n && f->named[after] && !a->atom[after].broken && (a->atom[after].kind == ATOM_HAN) == han;
}

/* "How much is a battery for my mower": the mower is there already, and no battery is named by it. "Have you got lights
 * for plants": no plant is asked for. */
static bool is_for_owned(const struct fitting *f)
{
    const struct heard *h = f->h;
    bool other = false;
    if (!(h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE))) return false;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t at = f->named[i] ? local_fit_owned(&h->a, i) : 0;
        if (f->named[i] && at == 0) at = local_fit_behind_for(&h->a, i);
        bool goes_on = f->named[i] && i > 0 && f->named[i - 1] && other; /* "for tent pegs" */
        if (f->named[i] && at == 0 && !goes_on) return false;
        other |= at > 0 && f->missed[at - 1];
    }
    return other;
}

/* "A free extra with the Monstera": who says "the" means what bears the name. */
static bool is_the_one(const struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    for (size_t i = 1; i < a->n; i++)
        if (f->named[i] && lexicon_phrase(a, i - 1, "the|your|this|that") > 0 &&
            atom_same(&a->atom[i], f->title.atom[0].text, f->title.atom[0].n))
            return true;
    return false;
}

/* "Do you sell grinders for pepper": what it is for, of which its description says nothing, may make another of it. */
static bool is_for_another(struct local *m, const struct fitting *f)
{
    const struct heard *h = f->h;
    struct atoms d = { NULL, 0 };
    if (!(h->all & SENSE_HAVE) || (h->all & (SENSE_PRICE | SENSE_STOCK)) || m->most > 0) return false;
    for (size_t i = 2; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        size_t at = f->missed[i] && x->kind == ATOM_LETTERS ? local_fit_behind_for(&h->a, i) : 0;
        bool there = at == 0 || !f->named[at - 1];
        if (!there && d.n == 0)
            d = atoms_of(m->arena, str_of(f->fit.product->description ? f->fit.product->description : ""),
                         LOCAL_TEXT_ATOMS);
        for (size_t k = 0; k < d.n && !there; k++) there = atom_akin(&d.atom[k], x);
        if (!there) return true;
    }
    return false;
}

static void judge(struct local *m, struct fitting *f, const struct found *options)
{
    struct fit *x = &f->fit;
    size_t head = head_of(&f->title, x->product->title), words = 0, in_title = 0, only = 0;
    for (size_t k = 0; k < options->mentions; k++)
        for (size_t i = options->mention[k].at; i < options->mention[k].at + options->mention[k].n; i++) {
            if (f->missed[i]) x->matched += f->h->a.atom[i].kind == ATOM_HAN ? 2 : 3;
            f->missed[i] = false;
        }
    local_fit_excuse(m, f, options);
    for (size_t i = 0; i < f->h->a.n; i++) /* "20斤" of what comes in 10kg */
        for (size_t n = f->missed[i] || f->named[i] ? amount_in(&f->h->a, i, &f->title) : 0; n > 0; n--)
            f->missed[i + n - 1] = false;
    for (size_t i = 0; i < f->h->a.n; i++) {
        bool han = f->h->a.atom[i].kind == ATOM_HAN;
        x->named += f->named[i];
        x->known += f->named[i] && f->h->sense[i] != 0 && !(f->h->sense[i] & SENSE_STOP);
        if (!f->missed[i]) continue;
        x->missed += han ? WEIGHT_HAN : WEIGHT_WORD;
        x->near |= beside(f, i);
    }
    bool sold = local_asks_sold(f->h);
    /* "CQ-08充气泵打着打着停了": what is told of the thing makes no other of it, but one may ask for a part of it */
    if (x->near && !sold) x->near = !f->called && !local_fit_model_named(f);
    if (sold) local_fit_judge_modifiers(f, options);
    if (sold && x->named > 0) x->near |= local_fit_other_model(m, f);
    if (is_for_owned(f)) x->near = true, x->missed += WEIGHT_WORD;
    x->near |= is_for_another(m, f) || local_fit_for_unknown(m, f) || local_fit_part_for(m, f, head);
    for (size_t k = 0; k < f->title.n; k++) {
        words += f->title.atom[k].kind != ATOM_HAN;
        if (!f->in_title[k]) continue;
        in_title++, only = k;
    }
    x->exact = in_title > 0 && in_title == f->title.n;
    for (size_t k = head; k < f->title.n && f->title.atom[k].kind == ATOM_LETTERS; k++) {
        if (k > head && !trails(f->title.atom[k].text)) break;
        x->head |= f->in_title[k];
    }
    x->title = f->title.n ? (int32_t)(in_title * 100 / f->title.n) : 0;
    bool han = f->title.n > 0 && in_title > 0 && f->title.atom[only].kind == ATOM_HAN;
    bool number = in_title > 0 && ((only + 1 < f->title.n && f->title.atom[only + 1].kind == ATOM_NUMBER) ||
                                   f->title.atom[only].kind == ATOM_NUMBER || f->title.atom[only].glued ||
                                   (only + 1 < f->title.n && f->title.atom[only + 1].glued));
    /* "water" is no water bottle, "iphone" is an iPhone 15 */
    bool first = in_title > 0 && only == 0 && (!(f->h->all & SENSE_HAVE) || is_the_one(f)) &&
                 !local_fit_is_adjunct(f->title.atom[0].text);
    /* "a 120 litre tank with hood" is no tank thermometer */
    first &= !(x->missed > 0 && only + 1 < f->title.n && local_fit_makes_other(f->title.atom[only + 1].text));
    bool option = false; /* "what nibs has the Kestrel": what comes in nibs */
    const char *names[16];
    size_t n = options_names(NULL, x->product, names, 16);
    for (size_t k = 0; k < n; k++) option |= options_named(f->h, names[k]);
    /* a noun, and behind it no other: "Wool Throw Blanket Herringbone" */
    bool noun = in_title == 1 && only > 0 && only + 1 < f->title.n && !local_fit_is_adjunct(f->title.atom[only].text) &&
                !local_fit_makes_other(f->title.atom[only + 1].text) && f->title.atom[only + 1].kind == ATOM_LETTERS;
    /* "the mustard pendant": a value of its own beside the noun, or two; but "the large white desk" is no desk lamp */
    bool of_kind = in_title == 1 && local_fit_is_adjunct(f->title.atom[only].text);
    bool valued = options->mentions > 1 && in_title == 1 && !of_kind;
    for (size_t k = 0; k < options->mentions && in_title == 1 && !of_kind; k++) {
        size_t after = options->mention[k].at + options->mention[k].n;
        valued |= after < f->h->a.n && f->named[after];
    }
    bool part = first || noun || x->head || valued;
    x->of_kind = (of_kind && !x->head && words > 1) || (f->other && in_title < f->title.n);
    if (in_title == 1 && !han && !part && !number && !option && words > 1) x->near = true;
    x->modifies |= !x->head && local_fit_modifies(m, f, options);
}

/* "S3" is the S3 and not the S3 Pro, and not what is made for it, while those are there too. */
static int32_t besides_name(struct fitting *f)
{
    static const char more[] = " pro max plus ultra mini lite air se fe promax ";
    int32_t penalty = 0;
    for (size_t i = 0; i + 1 < f->title.n; i++) {
        const char *next = f->title.atom[i + 1].text;
        if (!f->in_title[i] || f->in_title[i + 1]) continue;
        bool fits_it = i + 2 < f->title.n && (!strcmp(next, "专") || !strcmp(next, "适")) &&
                       (!strcmp(f->title.atom[i + 2].text, "用") || !strcmp(f->title.atom[i + 2].text, "配"));
        if (fits_it || is_of(more, next)) penalty++;
        f->fit.edition |= is_of(more, next);
    }
    return penalty + local_fit_only_for(f);
}

struct fit local_fit_named(struct local *m, const struct knowledge_product *p, struct found *options, bool *named)
{
    struct fitting *f = ARENA_NEW(m->arena, struct fitting);
    f->h = &m->h, f->title = atoms_of(m->arena, str_of(p->title), TITLE_ATOMS), f->fit.product = p;
    for (size_t i = 0; i < m->h.a.n;) {
        if (m->h.used[i]) i++;
        else i = m->h.a.atom[i].kind == ATOM_HAN ? fit_han(f, i) : fit_word(f, i);
    }
    options_heard(m, p, options);
    size_t kept = 0;
    for (size_t k = 0; k < options->mentions; k++) /* a word of the name is no option ("black tea") */
        if (local_fit_is_value(f, &options->mention[k])) options->mention[kept++] = options->mention[k];
    options->mentions = kept;
    local_fit_tail(f, options);
    judge(m, f, options);
    /* words of rules alone name a product only by its whole title */
    if (!f->names && !f->fit.exact) f->fit.matched = 0;
    f->fit.amount = local_fit_is_amount_alone(f);
    f->fit.matched += f->fit.matched > 0 && (local_fit_is_whole(f) || local_fit_is_subject(f));
    if (f->other && f->fit.named < OTHER_NAMED && options->mentions == 0) f->fit.near = true;
    f->fit.more = besides_name(f) > 0;
    f->fit.loose += besides_name(f) + local_fit_model_of_another(f);
    if (named) memcpy(named, f->named, sizeof f->named);
    return f->fit;
}
