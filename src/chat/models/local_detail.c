/* local_detail.c: a question of one product that no list knows. Told is the sentence of its description, or of its
 * papers, that has the words of the question, or a number of the unit that is asked for. */
#include "chat/models/local_lexicon.h"

#include "base/unicode.h"

#include <stdio.h>

enum { QUOTE = 600, CONTENT = 3 };

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }
static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* "多少毫安" is told by mAh. */
static bool is_unit_of(const struct atoms *a, const struct local_count *c, const struct atom *x)
{
    static const char *const same[][2] = { { "毫安", "mah" }, { "瓦", "w" },    { "升", "l" },    { "毫升", "ml" },
                                           { "克", "g" },     { "公斤", "kg" }, { "千克", "kg" }, { "厘米", "cm" },
                                           { "毫米", "mm" },  { "米", "m" },    { "伏", "v" },    { "流明", "lm" },
                                           { "小时", "h" },   { "分贝", "db" }, { "安", "a" },    { "寸", "inch" } };
    for (size_t k = 0; k < ARRAY_LEN(same); k++)
        if (atoms_joined(a, c->at, same[k][0], strlen(same[k][0])) == c->n && strcmp(x->text, same[k][1]) == 0)
            return true;
    return false;
}

/* "一盒几张" is told by 每盒两片: of one such box, how many. */
static bool of_box(const struct heard *h, const struct heard *t, size_t i)
{
    static const char boxes[] = "盒包袋箱套卷瓶罐板桶份组打本";
    static const char pieces[] = "片|张|支|只|个|条|粒|颗|枚|包|袋|瓶|抽|根|块|贴|卷|节|双";
    if (i < 2 || lexicon_phrase(&t->a, i + 1, pieces) == 0) return false;
    const char *box = t->a.atom[i - 1].text;
    bool each = strcmp(t->a.atom[i - 2].text, "每") == 0 || strcmp(t->a.atom[i - 2].text, "一") == 0;
    for (size_t k = 1; k + 1 < h->a.n && each && t->a.atom[i - 1].kind == ATOM_HAN && strstr(boxes, box); k++)
        if (strcmp(h->a.atom[k].text, box) == 0 && strcmp(h->a.atom[k - 1].text, "一") == 0 &&
            lexicon_phrase(&h->a, k + 1, "几|有几|多少|有多少|里几|里有几|装几") > 0)
            return true;
    return false;
}

/* How many of the words behind a number of the sentence are what is counted. */
static size_t count_told(const struct heard *h, const struct local_count *c, const struct heard *t)
{
    static const char times[] = "秒|分钟|小时|个小时|天|周|个月|年|seconds|minutes|hours|days|weeks|months|years|"
                                "minute|hour|day|week|month|year";
    bool han = h->a.atom[c->at].kind == ATOM_HAN;
    size_t best = 0;
    static const char words[] = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|dozen|两|三|"
                                "四|五|六|七|八|九|十";
    for (size_t i = 0; i + 1 < t->a.n; i++) {
        size_t n = 0;
        if (t->a.atom[i].kind != ATOM_NUMBER && lexicon_phrase(&t->a, i, words) == 0) continue;
        if (of_box(h, t, i)) return c->n > 0 ? c->n : 1;
        bool year = t->a.atom[i].n == 4 && lexicon_phrase(&t->a, i + 1, "年") > 0; /* 2018年 is no time that passes */
        if (c->time && !year && lexicon_phrase(&t->a, i + 1, times) > 0) return 1;
        while (han && n < c->n && i + 1 + n < t->a.n &&
               strcmp(t->a.atom[i + 1 + n].text, h->a.atom[c->at + n].text) == 0)
            n++;
        for (size_t k = 0; k < c->n && !han; k++)
            for (size_t at = i + 1; at < t->a.n && at <= i + 2; at++)
                n += atom_same(&t->a.atom[at], h->a.atom[c->at + k].text, h->a.atom[c->at + k].n) ||
                     units_same(&t->a, at, &h->a, c->at + k);
        static const char pieces[] = "枚|只|支|张|条|组|把|套|根|颗|粒|片|块|位|件";
        bool span = i + 2 < t->a.n && strcmp(t->a.atom[i + 1].text, "个") == 0 &&
                    lexicon_phrase(&t->a, i + 2, "月|小时|星期|工作日|多月") > 0; /* 10个月 is no number of pieces */
        if (span && h->a.n > c->at + 1 && strcmp(h->a.atom[c->at + 1].text, t->a.atom[i + 2].text) != 0) continue;
        if (han && n == 0 && strcmp(h->a.atom[c->at].text, "个") == 0 && lexicon_phrase(&t->a, i + 1, pieces) > 0)
            n = 1;
        if (han && n < c->n) n = is_unit_of(&h->a, c, &t->a.atom[i + 1]) ? c->n : 0;
        if (n > best) best = n;
    }
    return best;
}

/* The sentence that has such a number: with all other words of the question, or the only one that has it. */
static bool count_of(struct local *m, struct str text, bool with_money)
{
    struct local_count c = local_counted(&m->h);
    struct str best = { NULL, 0 };
    size_t sentences = 0;
    bool all = false;
    if (c.n == 0 && !c.time) return false;
    struct heard rest = m->h;
    rest.used = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    if (m->language == LOCAL_ZH) rest.used = local_asked(m).rest.used; /* 时效是几小时 */
    /* "how long does a game of it take, roughly": of the thing itself */
    static const char goes[] = "a game|game|round|match|session|roughly|approximately|approx|usually|normally|"
                               "typically|generally|on average|average|play|playing|to play|to finish|finish";
    size_t few = c.n > 0 && c.at > 0 && strcmp(m->h.a.atom[c.at - 1].text, "几") == 0 ? 1 : 2,
           asks = c.n > 0 && c.at >= few ? c.at - few : m->h.a.n + 1; /* "能录几个": the verb before it says little */
    for (size_t i = 0; i < m->h.a.n; i++) {
        bool verb = i + 1 == asks && is_han(&m->h.a, i) && hard(&m->h, i) && (i == 0 || !hard(&m->h, i - 1));
        rest.used[i] |= verb || m->h.used[i] || (i >= c.at && i < c.at + c.n);
        for (size_t n = c.time ? lexicon_phrase(&m->h.a, i, goes) : 0; n > 0; n--) rest.used[i + n - 1] = true;
    }
    for (size_t at = 0; at < text.n && !all;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = local_sentence(text, &at);
        struct heard t = hear(m->arena, m->lexicon, s, 100);
        size_t of = 0, n = local_shared(&rest, &t, &of);
        /* Of the words that were said one must be there: "made in 5 days" is not how long it takes to Leeds. */
        bool of_that = of == 0 || n > 0 || local_counted_by(&m->h, &c, &t);
        if (of_that && count_told(&m->h, &c, &t) > 0 && text_is_quotable(m, s, with_money))
            best = str_trim(s), sentences++, all = (n >= of && of > 0) || local_counted_by(&m->h, &c, &t);
        arena_release(m->arena, mark);
    }
    if (sentences == 0 || (!all && (sentences > 1 || m->found.how == FOUND_NEAR))) return false;
    buf_add(&m->text, best.p, best.n < QUOTE ? best.n : unicode_cut_bytes(best, QUOTE));
    return true;
}

static bool is_told(const struct heard *t, const struct lexicon_kin *kin, bool strictly)
{
    bool percent = kin->units && strchr(kin->units, '%') &&
                   (memchr(t->text.p, '%', t->text.n) || memmem(t->text.p, t->text.n, "％", sizeof "％" - 1));
    bool word = percent, unit = !kin->units || percent;
    for (size_t i = 0; i < t->a.n; i++) {
        size_t n = lexicon_phrase(&t->a, i, kin->told);
        bool borne = n == 1 && i > 0 && strcmp(t->a.atom[i].text, "重") == 0 && !t->a.atom[i].broken &&
                     strstr("承载称举负体限", t->a.atom[i - 1].text); /* 承重 tells no weight of its own */
        bool again = n == 1 && i + 1 < t->a.n && strcmp(t->a.atom[i].text, "重") == 0 &&
                     strstr("新启复置装试做要点", t->a.atom[i + 1].text); /* 重新 is no weight */
        word |= n > 0 && !borne && !again;
        unit |= kin->units && i > 0 && t->a.atom[i - 1].kind == ATOM_NUMBER && lexicon_phrase(&t->a, i, kin->units) > 0;
    }
    return strictly ? word && unit : word || (kin->units && unit);
}

/* What is meant may be another thing than the product that is near it: a word of it has no place there. */
static bool may_be_other(const struct local *m) { return m->found.how == FOUND_NEAR && m->found.left_over; }

/* "头围59" is told by 58-61cm: how many numbers of the turn the sentence has within a range, and not themselves. */
static size_t within_ranges(const struct heard *h, const struct heard *t)
{
    size_t count = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        int64_t said = hard(h, i) && h->a.atom[i].n >= 2 ? atom_thousandths(&h->a.atom[i]) : 0;
        bool there = false, within = false;
        for (size_t k = 0; k < t->a.n && said > 0; k++) {
            size_t next = k + 1 + (k + 1 < t->a.n && lexicon_phrase(&t->a, k + 1, "到|至|to|cm|厘米") == 1);
            int64_t low = atom_thousandths(&t->a.atom[k]),
                    high = next < t->a.n ? atom_thousandths(&t->a.atom[next]) : 0;
            bool tied = next > k + 1 || (next < t->a.n && t->a.atom[next].from <= t->a.atom[k].to + 3);
            there |= low == said;
            within |= low > 0 && low < high && tied && low <= said && said <= high;
        }
        count += within && !there;
    }
    return count;
}

/* The first of `passes` passes in which this sentence tells what is asked; `passes`: in none. */
static int pass_of(struct local *m, const struct local_asked *asked, struct str s, int passes)
{
    struct heard t = hear(m->arena, m->lexicon, s, 100);
    bool other = may_be_other(m), number = false;
    size_t of = 0, n = local_shared(&asked->rest, &t, &of), ranged = within_ranges(&asked->rest, &t);
    n += ranged < of - n ? ranged : of - n;
    for (size_t i = 0; i < t.a.n; i++) number |= t.a.atom[i].kind == ATOM_NUMBER;
    for (int pass = 0; pass < passes; pass++) {
        bool told = of > 0 || asked->any, to_the_word = other;
        for (size_t k = 0; k < LOCAL_KINS && lexicon_kin[k].asked; k++)
            if (asked->kin[k]) {
                to_the_word |= lexicon_kin[k].to_the_word;
                told &=
                    is_told(&t, &lexicon_kin[k], pass != 1) || (lexicon_kin[k].units && number && of > 0 && n >= of);
            }
        if (told && n + (!to_the_word && (pass == 2 || of >= 4)) >= of) return pass;
    }
    return passes;
}

/* What the turn is about, and how much of it the sentence is about: of two that have the words, "Battery and charger
 * included" is the one to "is a battery included". */
static int subjects_of(struct local *m, struct str s)
{
    struct heard t = hear(m->arena, m->lexicon, s, 100);
    return __builtin_popcountll(t.all & m->h.all & SENSE_SUBJECTS);
}

/* A sentence of the description, or of the product's papers, that has all the words of the question, or tells what is
 * asked in words of its own: with its number first, then without, and last without one word that may be of the asker's
 * own affairs ("装多重的狗"); of four words and more one may be lacking. None may where it could be the word that makes
 * it another thing (a copper pan is no copper kettle). */
struct told_sentence {
    struct str s; /* p NULL: none */
    int pass, about;
    size_t of; /* which of the texts has it */
};

/* Whether the text has a better one than was found. */
static void look_for_sentence(struct local *m, const struct local_asked *asked, struct str text, bool with_money,
                              size_t which, struct told_sentence *best)
{
    for (size_t at = 0; at < text.n && best->pass >= 0;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = local_sentence(text, &at);
        int pass = pass_of(m, asked, s, best->s.p ? best->pass + 1 : best->pass);
        int about = pass <= best->pass ? subjects_of(m, s) : 0;
        bool better = pass < best->pass || (best->s.p && pass == best->pass && about > best->about);
        if (better && text_is_quotable(m, s, with_money)) *best = (struct told_sentence){ s, pass, about, which };
        arena_release(m->arena, mark);
    }
}

static void say_sentence(struct local *m, struct str s)
{
    while (s.n > 0 && (*s.p == '\n' || *s.p == ' ')) s.p++, s.n--;
    while (s.n > 0 && s.p[s.n - 1] == '\n') s.n--;
    buf_add(&m->text, s.p, s.n < QUOTE ? s.n : unicode_cut_bytes(s, QUOTE));
}

static bool sentence_of(struct local *m, struct str text, bool with_money)
{
    struct local_asked asked = local_asked(m);
    struct told_sentence best = { .pass = asked.any ? 3 : 1, .about = -1 };
    look_for_sentence(m, &asked, text, with_money, 0, &best);
    if (best.s.p) say_sentence(m, best.s);
    return best.s.p != NULL;
}

static bool title_tells(struct local *m, const struct knowledge_product *p)
{
    struct local_asked asked = local_asked(m);
    struct heard t = hear(m->arena, m->lexicon, str_of(p->title), 90);
    size_t of = 0, n = local_shared(&asked.rest, &t, &of);
    bool told = asked.any && n == of;
    for (size_t k = 0; k < LOCAL_KINS && lexicon_kin[k].asked; k++)
        if (asked.kin[k]) told &= is_told(&t, &lexicon_kin[k], true);
    return told;
}

static bool in_list(const char *list, const char *word)
{
    char padded[LOCAL_JOINED + 3];
    int n = snprintf(padded, sizeof padded, " %s ", word);
    return n > 0 && strstr(list, padded) != NULL;
}

/* What "how heavy", "how thick" asks for: words that ask, words by which a text says it, and its units. */
struct measure {
    const char *asked, *said, *units;
};
#define LENGTHS                                                                                                        \
    " cm mm m in inch inches ft feet foot km metre metres meter meters centimetres centimeters millimetres "           \
    "millimeters yards 厘 毫 米 寸 "
static const struct measure measures[] = {
    { " heavy weigh weighs weight 重 ", " weigh weighs weight 重 ", " kg g gram grams lb lbs oz 公 克 斤 千 " },
    { " tall high height ", " tall high height ", LENGTHS },
    { " wide width ", " wide width ", LENGTHS },
    { " long length ", " long length ", LENGTHS },
    { " deep depth ", " deep depth ", LENGTHS },
    { " thick thickness ", " thick thickness ", LENGTHS },
    { " loud noisy noise quiet ", " loud noise noisy ", " db dba decibel decibels " },
    { " hold holds capacity volume ", " holds hold capacity volume ",
      " l ml litre litres liter liters gallon gallons cup cups pint pints oz kg g lb lbs " },
    { " big large dimensions measurements size ", " dimensions footprint measures measuring size ",
      LENGTHS " l ml litre litres liter liters " },
};

/* "Yoga Mat 4 mm" tells how thick it is. */
static bool title_measures(struct local *m, const struct measure *x, const struct knowledge_product *p)
{
    struct atoms t = atoms_of(m->arena, str_of(p->title), 90);
    for (size_t i = 0; i + 1 < t.n && x && in_list(x->asked, "thick"); i++)
        if (t.atom[i].kind == ATOM_NUMBER && in_list(" mm cm inch inches in ", t.atom[i + 1].text)) return true;
    return false;
}

/* A paper whose title has all the words of the question. */
static bool paper_by_title(struct local *m, const struct knowledge_text *t)
{
    struct heard title = hear(m->arena, m->lexicon, str_of(t->title), 60);
    size_t of = 0, n = local_shared(&m->h, &title, &of);
    return of > 0 && n == of && local_say_text(m, t, str_of(t->text));
}

static const struct measure *measure_asked(struct local *m)
{
    for (size_t k = 0; k < ARRAY_LEN(measures); k++)
        for (size_t i = 0; i < m->h.a.n; i++)
            if (in_list(measures[k].asked, m->h.a.atom[i].text)) return &measures[k];
    return m->h.all & SENSE_SIZE ? &measures[ARRAY_LEN(measures) - 1] : NULL;
}

enum told { TOLD_NOT, TOLD_MAYBE, TOLD_SURELY };

/* "What size hole does it close": what the size is asked of; h->a.n: of the thing itself. */
static size_t measured_part(const struct heard *h)
{
    static const char asks[] = "what size|which size|what size of|how big a|how large a|how small a|how big|how large|"
                               "what diameter|what thickness|what width|what length|how thick a|how long a|how wide a";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, asks);
        if (n > 0 && i + n < h->a.n && hard(h, i + n) && h->a.atom[i + n].kind == ATOM_LETTERS) return i + n;
    }
    return h->a.n;
}

/* `Surely`: it says what the number is of. What may be of another thing must have every word of the question, too. */
static enum told measure_told(struct local *m, const struct measure *x, struct str s)
{
    struct heard t = hear(m->arena, m->lexicon, s, 100);
    bool has = false, says = false;
    size_t of = 0, part = measured_part(&m->h);
    for (size_t i = 0; i < t.a.n && part < m->h.a.n; i++) says |= atom_akin(&t.a.atom[i], &m->h.a.atom[part]);
    for (size_t i = 0; i < t.a.n; i++) {
        says |= in_list(x->said, t.a.atom[i].text);
        has |= i + 1 < t.a.n && t.a.atom[i].kind == ATOM_NUMBER && in_list(x->units, t.a.atom[i + 1].text);
        has |= i + 3 < t.a.n && t.a.atom[i].kind == ATOM_NUMBER && in_list(" x by ", t.a.atom[i + 1].text) &&
               in_list(x->units, t.a.atom[i + 3].text); /* 130 x 180 cm */
    }
    if (!has) return TOLD_NOT;
    if (says && !may_be_other(m)) return TOLD_SURELY;
    if (in_list(x->asked, "thick")) return TOLD_NOT; /* 183 x 61 cm is no thickness */
    return local_shared(&m->h, &t, &of) < of ? TOLD_NOT : TOLD_MAYBE;
}

/* "How heavy is it": a number with such a unit is an answer though it has no word of the question, and where the
 * sentence says that it is the weight, even if it lacks other words. */
static bool measure_of(struct local *m, const struct measure *x, struct str text)
{
    struct str best = { NULL, 0 };
    enum told most = TOLD_NOT;
    for (size_t at = 0; at < text.n && most < TOLD_SURELY;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = local_sentence(text, &at);
        enum told told = measure_told(m, x, s);
        if (told > most && text_is_quotable(m, s, false)) best = str_trim(s), most = told;
        arena_release(m->arena, mark);
    }
    if (most == TOLD_NOT) return false;
    buf_add(&m->text, best.p, best.n < QUOTE ? best.n : unicode_cut_bytes(best, QUOTE));
    return true;
}

static bool same_at(const struct atoms *a, size_t i, const struct atoms *t, size_t k)
{
    return i < a->n && k < t->n && strcmp(a->atom[i].text, t->atom[k].text) == 0;
}

/* A character of a title's word is of the name where its neighbour is too, in the turn or in the title: the 音 of
 * 静音水泵 is not that of 声音. */
static bool is_of_name(const struct heard *h, size_t i, const struct atoms *t, size_t k)
{
    const struct atoms *a = &h->a;
    if (!is_han(a, i))
        return atom_same(&t->atom[k], a->atom[i].text, a->atom[i].n) || atom_like(&t->atom[k], &a->atom[i]);
    if (!same_at(a, i, t, k)) return false;
    bool before = i > 0 && is_han(a, i - 1) && !a->atom[i].broken, behind = is_han(a, i + 1) && !a->atom[i + 1].broken;
    if ((before && k > 0 && same_at(a, i - 1, t, k - 1)) || (behind && same_at(a, i + 1, t, k + 1))) return true;
    if ((before && h->used[i - 1]) || (behind && strcmp(a->atom[i + 1].text, "子") == 0)) return true;
    return !(before && hard(h, i - 1)) && !(behind && hard(h, i + 1));
}

/* What named the product is not asked for again. Gives what was used before. */
bool *local_use_title(struct local *m, const struct knowledge_product *p)
{
    bool *before = m->h.used;
    struct atoms title = atoms_of(m->arena, str_of(p->title), 90);
    m->h.used = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    memcpy(m->h.used, before, (m->h.a.n + 1) * sizeof *before);
    for (size_t i = 0; i < m->h.a.n; i++)
        for (size_t k = 0; k < title.n && !m->h.used[i]; k++) m->h.used[i] = is_of_name(&m->h, i, &title, k);
    for (size_t i = 1; i < m->h.a.n; i++) { /* 蛋白含量: of what, though 高蛋白 stands in the name */
        size_t from = lexicon_phrase(&m->h.a, i, "含量|占比|百分比|百分之") > 0 ? i : 0;
        for (size_t k = from; k > 0 && from - k < CONTENT && is_han(&m->h.a, k - 1) && !m->h.a.atom[k].broken; k--)
            m->h.used[k - 1] = before[k - 1];
    }
    for (size_t i = 1; i < m->h.a.n; i++) { /* "含羊毛多少": so, too */
        size_t from = lexicon_phrase(&m->h.a, i, "含有多少|含多少|含有|含") > 0 ? i : 0, end = from;
        if (from > 0) end += lexicon_phrase(&m->h.a, i, "含有多少|含多少|含有|含");
        bool sum = end > from + 2;
        for (size_t k = end; k < m->h.a.n && k <= end + CONTENT; k++) sum |= lexicon_phrase(&m->h.a, k, "多少|几") > 0;
        for (size_t k = end; sum && from > 0 && k < end + CONTENT && is_han(&m->h.a, k); k++) m->h.used[k] = before[k];
    }
    for (size_t i = 1; i < m->h.a.n; i++) /* 裙子 is 裙 */
        m->h.used[i] |= m->h.used[i - 1] && strcmp(m->h.a.atom[i].text, "子") == 0;
    const char *names[16];
    size_t n = options_names(m->arena, p, names, 16);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < m->h.a.n; i++) {
            bool spare = i > 0 && lexicon_phrase(&m->h.a, i - 1, lexicon_spare) > 0;
            for (size_t count = spare ? 0 : options_name_at(&m->h, i, names[k]); count > 0; count--)
                m->h.used[i + count - 1] = true;
        }
    return before;
}

bool local_rule_of(struct local *m, const struct knowledge_product *p, bool *answered)
{
    bool *before = local_use_title(m, p), words = false;
    *answered = false;
    for (size_t i = 0; i < m->h.a.n; i++) words |= hard(&m->h, i);
    /* "internal filter for an 80 litre tank" names a thing, and asks no rule */
    words &= m->language != LOCAL_EN || m->found.mentions == 0 || local_asks_a_question(&m->h);
    bool good = !words || local_rule(m, answered);
    m->h.used = before;
    return good;
}

/* The sentence with an amount of money that has most words of the turn: one in three at least, or all of them where the
 * product is only near. */
static struct str price_in(struct local *m, struct str text, size_t *most)
{
    struct str best = { NULL, 0 };
    for (size_t at = 0; at < text.n;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = local_sentence(text, &at);
        struct heard t = hear(m->arena, m->lexicon, s, 100);
        size_t of = 0, n = local_shared(&m->h, &t, &of);
        arena_release(m->arena, mark);
        if (n <= *most || n * (m->found.how == FOUND_NEAR ? 1 : 3) < of || !text_names_facts(s) ||
            !text_is_quotable(m, s, true))
            continue;
        best = str_trim(s), *most = n;
    }
    return best;
}

bool local_price_beside(struct local *m, const struct knowledge_product *p, bool *answered)
{
    struct knowledge_text *t = NULL, *found = NULL;
    struct str best = { NULL, 0 };
    size_t n = 0, most = 0;
    bool *used = local_use_title(m, p);
    *answered = false;
    for (size_t i = 0; i < m->h.a.n; i++) m->h.used[i] |= lexicon_phrase(&m->h.a, i, lexicon_spare) > 0;
    bool good =
        m->source->search_texts(m->source->ctx, local_han_both(m->arena, m->h.text), p->id, 8, m->arena, &t, &n);
    for (size_t i = 0; i < n && good; i++) {
        struct str s = price_in(m, str_of(t[i].text), &most);
        if (s.p) best = s, found = &t[i];
    }
    m->h.used = used;
    if (!found) return good;
    *answered = local_say_text(m, found, best);
    if (*answered) local_cite_product(m, p, NULL), m->why = arena_printf(m->arena, "paper:%s", found->id);
    return good;
}

/* Which of the papers tells what is asked, and says it; n: none. */
static size_t papers_tell(struct local *m, const struct knowledge_text *t, size_t n, const struct measure *measure,
                          bool kin)
{
    struct local_asked asked = local_asked(m);
    struct told_sentence best = { .pass = asked.any ? 3 : 1, .about = -1 };
    for (size_t i = 0; i < n; i++)
        if (count_of(m, str_of(t[i].text), true)) return i;
    for (size_t i = 0; i < n; i++) look_for_sentence(m, &asked, str_of(t[i].text), true, i, &best);
    if (best.s.p) {
        say_sentence(m, best.s);
        return best.of;
    }
    for (size_t i = 0; i < n; i++)
        if ((measure && !kin && measure_of(m, measure, str_of(t[i].text))) || paper_by_title(m, &t[i])) return i;
    return n;
}

static bool detail(struct local *m, const struct knowledge_product *p, bool *answered)
{
    struct str description = str_of(p->description ? p->description : "");
    const struct measure *measure = measure_asked(m);
    static const char verbs[] = " grow grows measure measures "; /* "how tall does it grow": no other thing */
    for (size_t i = 0; i < m->h.a.n && measure; i++)
        m->h.used[i] |= in_list(measure->asked, m->h.a.atom[i].text) || in_list(verbs, m->h.a.atom[i].text);
    bool kin = local_asks_of_thing(m);
    for (size_t k = 0; k < m->found.mentions && measure && !kin;
         k++) /* "weight without lens": what was said of options */
        memset(m->h.used + m->found.mention[k].at, true, m->found.mention[k].n);
    *answered = measure && !kin && measure_of(m, measure, description);
    bool large = measure && !in_list(measure->asked, "heavy") && !in_list(measure->asked, "hold");
    if (!*answered && large && !kin && options_measure(p)) return true; /* an option says how large it is */
    if (!*answered) *answered = count_of(m, description, false) || sentence_of(m, description, false);
    if (!*answered && measure && kin) *answered = measure_of(m, measure, description);
    if (*answered) {
        local_cite_product(m, p, NULL);
        m->action = REPLY_ANSWER, m->why = "description";
        return true;
    }
    struct knowledge_text *t = NULL;
    size_t n = 0;
    if (!m->source->search_texts(m->source->ctx, local_han_both(m->arena, m->h.text), p->id, 8, m->arena, &t, &n))
        return false;
    size_t told = papers_tell(m, t, n, measure, kin);
    *answered = told < n;
    if (*answered) {
        local_cite_text(m, &t[told]);
        local_cite_product(m, p, NULL);
        m->action = REPLY_ANSWER, m->why = arena_printf(m->arena, "paper:%s", t[told].id);
    }
    if (!*answered &&
        (title_tells(m, p) || title_measures(m, measure, p))) { /* "几岁能用": 0-12岁 stands in the name */
        SAY(m, SAY_HAVE, { "title", local_title(m, p) });
        local_cite_product(m, p, NULL);
        m->action = REPLY_ANSWER, m->why = "title", *answered = true;
    }
    return true;
}

/* What stands from `from` on is asked for, though it is of the name too. */
static bool detail_of(struct local *m, const struct knowledge_product *p, size_t from, bool *answered)
{
    bool *before = local_use_title(m, p);
    for (size_t i = from; i < m->h.a.n; i++) m->h.used[i] = before[i];
    bool good = detail(m, p, answered);
    m->h.used = before;
    return good;
}

bool local_detail(struct local *m, const struct knowledge_product *p, bool *answered)
{
    *answered = local_contents(m, p);
    if (*answered || local_asks_for_body(&m->h)) return true; /* "体重135穿多大" asks for no weight of the thing */
    bool *before = local_use_title(m, p), good = detail(m, p, answered);
    m->h.used = before;
    if (!good || *answered || m->found.how != FOUND_NAMED || !local_asks_contents(&m->h)) return good;
    size_t from = m->text.n;
    if (!local_contents_told(m, p)) local_about(m, p);
    *answered = m->text.n > from;
    if (!*answered) return good;
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "description";
    return good;
}

/* The two characters behind the word that asks whether it may be done: 洗澡 of "滴了能洗澡吗"; h->a.n: none. */
static size_t may_be_done(const struct heard *h)
{
    static const char may[] = "能不能|可不可以|可以|能|会不会|会|要不要|用不用|需不需要|需要|要";
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        size_t at = i + lexicon_phrase(&h->a, i, may);
        if (at == i || at + 1 >= h->a.n || !is_han(&h->a, at) || !is_han(&h->a, at + 1) || h->a.atom[at + 1].broken)
            continue;
        if (!(h->sense[at] & ~(uint64_t)SENSE_CARE) && !(h->sense[at + 1] & ~(uint64_t)SENSE_CARE) && !h->used[at + 1])
            return at;
    }
    return h->a.n;
}

/* The only sentence of the text that speaks of doing that; `count`: of how many. */
static struct str sentence_of_doing(struct local *m, struct str text, size_t at, size_t *count)
{
    struct str best = { NULL, 0 };
    const char *both = arena_printf(m->arena, "%s%s", m->h.a.atom[at].text, m->h.a.atom[at + 1].text);
    for (size_t from = 0; from < text.n;) {
        struct str s = local_sentence(text, &from);
        if (!memmem(s.p, s.n, both, strlen(both)) || !text_is_quotable(m, s, false)) continue;
        best = str_trim(s), ++*count;
    }
    return best;
}

bool local_may_it(struct local *m, const struct knowledge_product *p, bool *answered)
{
    bool *before = local_use_title(m, p);
    size_t at = may_be_done(&m->h), count = 0, n = 0;
    m->h.used = before;
    *answered = false;
    if (at == m->h.a.n || m->language != LOCAL_ZH) return true;
    struct knowledge_text *t = NULL, *found = NULL;
    struct str best = sentence_of_doing(m, str_of(p->description ? p->description : ""), at, &count);
    if (!m->source->search_texts(m->source->ctx, local_han_both(m->arena, m->h.text), p->id, 8, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct str s = sentence_of_doing(m, str_of(t[i].text), at, &count);
        if (s.p) best = s, found = &t[i];
    }
    if (count != 1) return true;
    buf_add(&m->text, best.p, best.n < QUOTE ? best.n : unicode_cut_bytes(best, QUOTE));
    if (found) local_cite_text(m, found);
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, *answered = true;
    m->why = found ? arena_printf(m->arena, "paper:%s", found->id) : "description";
    return true;
}

/* "白茶能煮吗": a yes or a no is asked for; what is told must have the verb, though the name has it too. */
bool local_can_it(struct local *m, const struct knowledge_product *p, bool *answered)
{
    const struct heard *h = &m->h;
    size_t last = h->a.n, can = 0;
    if (last < 3 || lexicon_phrase(&h->a, last - 1, "吗|么|不|嘛|没") == 0) return true;
    for (size_t i = 1; i + 1 < last; i++)
        if (lexicon_phrase(&h->a, i, "能不能|可不可以|可以|能") > 0) can = i;
    for (size_t k = can; can > 0 && k < last; k++)
        if (h->a.atom[k].kind != ATOM_HAN) return true;
    return can == 0 || detail_of(m, p, can, answered);
}
