/* local_asks.c: what a turn asks of a thing: its qualities by the words of lexicon_kin, and what is counted. */
#include "chat/models/local_lexicon.h"

struct local_asked local_asked(struct local *m)
{
    struct local_asked out = { .rest = m->h };
    out.rest.used = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    memcpy(out.rest.used, m->h.used, m->h.a.n * sizeof(bool));
    if (m->language == LOCAL_EN) local_oneself_aside(&m->h, out.rest.used);
    for (size_t i = 0, step; i < m->h.a.n; i += step) {
        size_t which = LOCAL_KINS, best = 0;
        for (size_t k = 0; lexicon_kin[k].asked && k < LOCAL_KINS; k++) {
            size_t n = lexicon_phrase(&m->h.a, i, lexicon_kin[k].asked);
            if (n > best) best = n, which = k;
        }
        size_t name = m->found.n == 1 ? local_name_at(m->arena, &m->h, i, m->found.product[0]->title) : 0;
        if (name > 0) best = 0; /* the shop calls it so: nothing is asked by that */
        size_t time = lexicon_phrase(&m->h.a, i, "多长时间|多长的时间|多大关系|多大区别"); /* no length, no size */
        /* "质保期多长" is no length either */
        const uint64_t terms = SENSE_WARRANTY | SENSE_RETURN | SENSE_EXCHANGE | SENSE_SHIP | SENSE_PROTECT;
        bool term = i > 0 && !m->h.a.atom[i].broken &&
                    ((m->h.sense[i - 1] & terms) || strcmp(m->h.a.atom[i - 1].text, "期") == 0);
        size_t span = term ? lexicon_phrase(&m->h.a, i, "多长|长多少|多久|多长时间") : 0;
        if (span > time) time = span;
        step = name > 0 ? name : best > time ? best : time > 0 ? time : 1;
        if (best <= time) continue;
        out.kin[which] = out.any = true;
        for (size_t k = i; k < i + best; k++) out.rest.used[k] = true;
    }
    return out;
}

struct local_count local_counted(const struct heard *h)
{
    static const char han[] =
        "毫安|毫安时|流明|分贝|克|斤|公斤|千克|毫升|升|片|只|个|粒|颗|支|根|张|枚|包|袋|瓶|条|双|人|分钟|小时|天|度|瓦|"
        "伏|层|格|档|寸|英寸|厘米|毫米|米|"
        "平|卡|大卡|页|针|股|克拉|k|g|kg|ml|w|v|cm|mm|抽|卷|块|种|色|孔|速|键|弦|岁";
    static const char duration[] =
        "多久|多长时间|how long does|how long do|how long will|how long is a game|how long is a round|"
        "how long is a match|how long is one game|how long is one round";
    const uint64_t thing = SENSE_CARE | SENSE_SIZE | SENSE_USED_FOR;
    enum { WORDS = 3 };
    bool often = false, asked = false; /* "多久洗一次", but "一次能洗多久" */
    for (size_t i = 0; i < h->a.n; i++) {
        asked |= lexicon_phrase(&h->a, i, "多久|多长时间") > 0;
        often |= asked && lexicon_phrase(&h->a, i, "一次|一回") > 0;
    }
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        size_t asks = lexicon_phrase(&h->a, i, "几个|多少个|几|多少|how many"), at = i + asks, n = 0;
        if (lexicon_phrase(&h->a, i, duration) > 0 && !often && !(h->all & SENSE_SUBJECTS & ~thing))
            return (struct local_count){ i, 0, true };
        if (asks == 0 || (h->sense[i] & SENSE_PRICE)) continue;
        if (h->a.atom[i].kind == ATOM_HAN) {
            n = at < h->a.n ? lexicon_phrase(&h->a, at, han) : 0;
            if (n == 0 && strcmp(h->a.atom[at - 1].text, "个") == 0) at--, n = 1;
            return (struct local_count){ at, n, false };
        }
        static const char times[] = "hours|minutes|days|weeks|months|years|seconds|miles|pounds|people|persons";
        if (at < h->a.n && lexicon_phrase(&h->a, at, times) > 0) return (struct local_count){ at, 1, false };
        while (n < WORDS && at + n < h->a.n && h->sense[at + n] == 0 && h->a.atom[at + n].kind == ATOM_LETTERS) n++;
        return (struct local_count){ at, n, false };
    }
    return (struct local_count){ 0, 0, false };
}

bool local_counted_by(const struct heard *h, const struct local_count *c, const struct heard *t)
{
    static const char by[] = "a|an|per|each|every";
    bool same = false;
    size_t at = c->at + c->n;
    if (c->time || at + 1 >= h->a.n || lexicon_phrase(&h->a, at, by) == 0) return false;
    for (size_t i = 1; i + 1 < t->a.n; i++)
        same |= lexicon_phrase(&t->a, i, by) > 0 && strcmp(t->a.atom[i + 1].text, h->a.atom[at + 1].text) == 0;
    return same;
}

static bool has_count(const struct heard *h)
{
    struct local_count c = local_counted(h);
    return c.n > 0 || c.time;
}

bool local_asks_contents(const struct heard *h)
{
    static const char words[] =
        "what comes in|what comes inside|whats inside|what is inside|whats in|what is in|what all is in|"
        "what all comes in|what do i get in|what do you get in|what do we get in|what would i get in|contents of|"
        "the contents|"
        "what is included in|whats included in|included in the|what exactly is in|what exactly comes in|"
        "what exactly do i get in|whats part of|what is part of|what things are in|what pieces are in|what items are "
        "in|"
        "which things are in|which items are in|which pieces are in|what bits are in|what parts are in",
                      no_box[] = "stock|season|store|sale|fashion|it for|you";
    const uint64_t rows = SENSE_PRICE | SENSE_STOCK | SENSE_ORDER | SENSE_TRACK;
    enum { FAR = 9 };
    for (size_t i = 0; i < h->a.n && !(h->all & rows); i++) {
        size_t n = lexicon_phrase(&h->a, i, words);
        if (n > 0 && lexicon_phrase(&h->a, i + n, no_box) == 0) return true;
        bool does = lexicon_phrase(&h->a, i, "what does|what do") > 0; /* "what does the whole tea lover set include" */
        for (size_t k = i + 2; does && k < h->a.n && k <= i + FAR; k++)
            if (lexicon_phrase(&h->a, k, "include|contain|consist of") > 0) return true;
    }
    return false;
}

bool local_asks_of_thing(struct local *m)
{
    return has_count(&m->h) || local_asked(m).any || local_asks_contents(&m->h);
}

bool *local_words_that_ask(struct local *m)
{
    bool *words = local_asked(m).rest.used;
    struct local_count c = local_counted(&m->h);
    for (size_t i = c.at; i < c.at + c.n + c.time && i < m->h.a.n; i++) words[i] = true;
    return words;
}

/* "How long are the cables": of a product that is measured, not of time. */
bool local_asks_a_question(const struct heard *h)
{
    static const char words[] =
        "how|hows|what|whats|which|who|why|when|where|is|are|was|does|do|did|can|could|will|would|should|has|"
        "have|any idea|tell me|wondering|ok|okay";
    return lexicon_says(&h->a, words);
}

bool local_asks_measure(const struct heard *h)
{
    static const char words[] = "how heavy|how long|how tall|how wide|how deep|how thick|how high|how big|how large|"
                                "weigh|weighs|weight|length|lengths|width|height|depth|thickness|dimensions";
    static const char own[] = "my|i|hers|her|his|wear|take|should|need|fit|fits";
    bool asked = false, of_own = false;
    for (size_t i = 0; i < h->a.n; i++) {
        asked |= lexicon_phrase(&h->a, i, words) > 0;
        of_own |= lexicon_phrase(&h->a, i, own) > 0;
    }
    return asked && !of_own;
}

bool local_asks_size(const struct heard *h)
{
    static const char *const words[] = {
        "long", "big", "large", "tall", "wide", "deep", "thick", "high", "heavy", NULL
    };
    for (size_t i = 0; i + 2 < h->a.n; i++)
        for (size_t w = 0; words[w] && strcmp(h->a.atom[i].text, "how") == 0; w++)
            if (strcmp(h->a.atom[i + 1].text, words[w]) == 0) return true;
    static const char size[] = "what size is|what size are|whats the size|what are the dimensions|what dimensions";
    if (lexicon_says(&h->a, size)) return true;
    return h->a.n > 1 && (h->sense[h->a.n - 1] & SENSE_SIZE) && (h->sense[h->a.n - 1] & SENSE_OPTIONS);
}

/* "Which strap lengths do you do": a choice by its name, where that is no size by which a table tells one's own. */
bool local_asks_choices(struct local *m, const struct knowledge_product *p)
{
    const char *names[16];
    size_t n = options_names(m->arena, p, names, ARRAY_LEN(names));
    bool which = false;
    for (size_t i = 0; i < m->h.a.n; i++) which |= lexicon_phrase(&m->h.a, i, "which|what|how many|any other") > 0;
    for (size_t k = 0; k < n && which; k++) {
        struct heard name = hear(m->arena, m->lexicon, str_of(names[k]), 8);
        if (!(name.all & SENSE_SIZE) && !local_said(&name, "size") && options_asked(m->arena, &m->h, p, names[k]))
            return true;
    }
    return false;
}

/* "Does it come with a battery", "is the frame of steel": a yes or a no is asked for, not a list. */
bool local_asks_whether(const struct heard *h)
{
    static const char *const words[] = { "does", "do", "is", "are", "can", "has", "will", NULL };
    for (size_t w = 0; words[w] && h->a.n > 0; w++)
        if (strcmp(h->a.atom[0].text, words[w]) == 0) return !(h->all & (SENSE_OPTIONS | SENSE_STOCK | SENSE_HAVE));
    return false;
}

/* "圈号怎么量", "how do I wash it": how it is done is asked, not which there are. */
bool local_asks_how(const struct heard *h)
{
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, "怎么|咋|如何|怎样|how do i|how do you|how to|how should i|how can i");
        if (n > 0 && i + n < h->a.n && !(h->sense[i] & SENSE_PRICE) &&
            (h->sense[i + n] == 0 || (h->sense[i + n] & SENSE_CARE)))
            return true;
    }
    return false;
}

/* "Do you also grind beans": the verb of what the shop is asked to do, where no list knows it; h->a.n: there is none.
 */
size_t local_verb_of_service(const struct heard *h)
{
    static const char asks[] = "can you|could you|do you|will you|would you|can u|could u|do u|would u|are you able to";
    static const char between[] =
        "also|please|pls|even|still|ever|guys|maybe|possibly|perhaps|kindly|help me|help me to|help us";
    enum { VERB_LEAST = 3 };
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, asks), at = i + n;
        for (size_t more = n; more > 0; at += more) more = lexicon_phrase(&h->a, at, between);
        if (n == 0 || at >= h->a.n) continue;
        const struct atom *x = &h->a.atom[at];
        static const char hands[] = "fit|fix|repair|mend|install|mount|clean|service|wash|assemble";
        bool known = h->sense[at] == 0 || lexicon_phrase(&h->a, at, hands) > 0;
        if (known && !h->used[at] && x->kind == ATOM_LETTERS && x->n >= VERB_LEAST && !x->broken) return at;
    }
    return h->a.n;
}

bool local_names_only(const struct heard *h)
{
    enum { MOST = 7 };
    bool asks = h->text.n > 0 && h->text.p[h->text.n - 1] == '?';
    return asks && h->a.n <= MOST && !(h->all & SENSE_SUBJECTS) && !local_asks_a_question(h);
}

/* "How many litres is the large one", of what comes as "large 48 litre": a value counts what is counted in the turn. */
static bool counts_of_values(struct arena *a, const struct heard *h, const struct knowledge_product *p)
{
    struct local_count c = local_counted(h);
    if (c.n == 0 || c.time || h->a.atom[c.at].kind != ATOM_LETTERS) return false;
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            struct atoms v = atoms_of(a, str_of(p->variant[i].option[k].value), 8);
            for (size_t t = 0; t + 1 < v.n; t++)
                if (v.atom[t].kind == ATOM_NUMBER &&
                    (units_same(&v, t + 1, &h->a, c.at) || atom_akin(&v.atom[t + 1], &h->a.atom[c.at])))
                    return true;
        }
    return false;
}

bool local_asks_sizes(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool of_thing)
{
    bool fits = local_said(&m->h, "fit") || local_said(&m->h, "fits") || local_counted(&m->h).time,
         size = (subjects & SENSE_SIZE) != 0, measured = options_measure(p);
    if ((size && !fits && measured) || counts_of_values(m->arena, &m->h, p)) return true;
    return !m->found.left_over && p->variants > 0 && (of_thing || size) && measured;
}

bool local_asks_length(struct local *m)
{
    return m->language == LOCAL_EN && m->found.n == 1 && m->found.mentions == 0 && local_asks_measure(&m->h) &&
           !options_measure(m->found.product[0]);
}
