/* local_contents.c: what is in the box, and whom it fits. "礼盒里面都有啥" asks for no choice: told is the sentence of
 * the description that lists several things; to "身高128拿哪款" the one that has a range of heights around it. The same
 * in English, and "does the mixer come with a whisk". */
#include "chat/models/local_lexicon.h"

enum { QUOTE = 600 };

static size_t contents_at(const struct atoms *a, size_t i)
{
    static const char words[] = "里面都有什么|里面都有啥|里面有什么|里面有啥|里面有哪些|里面都有哪些|里面装了什么|"
                                "里面装的什么|里面装的啥|里面是什么|里面是啥|里都有什么|里都有啥|"
                                "里有什么|里有啥|里有些什么|里有些啥|里面有些什么|里有哪些|里头有啥|里头有什么|"
                                "里头都有啥|里头都有什么|里都装了什么|里都装了啥|里装了什么|里装了啥|"
                                "包含什么|包含啥|包含哪些|包含了什么|包含了哪些|都包含什么|都包含哪些|包括什么|"
                                "包括哪些|包括啥|都包括什么|都包括啥|都包括哪些|内含什么|内含哪些|"
                                "有哪几样|都有哪几样|有哪几件|都有哪几件|都有哪些东西|有哪些东西|都有什么东西|"
                                "都有些什么|都有些啥|都带些什么|都配了什么|配了些什么|由什么组成|由哪些组成",
                      more[] = "东西|物品|配件|内容|零件";
    size_t n = lexicon_phrase(a, i, words);
    return n == 0 ? 0 : n + lexicon_phrase(a, i + n, more);
}

/* Nothing but grammar stands behind: "里面有什么颜色" asks for the colours. */
static bool ends(const struct heard *h, size_t i)
{
    for (; i < h->a.n && !h->a.atom[i].broken; i++)
        if (lexicon_phrase(&h->a, i, "呢|呀|啊|吗|的|哦|哈|嘞|呗|么") == 0) return false;
    return true;
}

void local_hear_contents(struct heard *h)
{
    for (size_t i = 1; i < h->a.n; i++) {
        size_t n = contents_at(&h->a, i);
        if (n == 0 || !ends(h, i + n)) continue;
        for (size_t k = i; k < i + n; k++) local_hear_anew(h, k, SENSE_OPTIONS | SENSE_STOP);
    }
}

/* How much of a list the sentence is; 0: none. */
static size_t lists(struct local *m, struct str s)
{
    enum { FEW = 2, MARK = 3 };
    static const char marks[] = "件|件套|样|含|包含|包括|内含|附|附带|配|清单|随|内有|各";
    static const char comma[] = "、", heads[] = "内容|清单|包含|包括|套装内容|包装清单|装箱清单|盒内|箱内|内含|配件";
    size_t commas = 0;
    bool marked = false, head = false;
    for (size_t i = 0; i + sizeof comma - 1 <= s.n; i++) commas += memcmp(s.p + i, comma, sizeof comma - 1) == 0;
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms a = atoms_of(m->arena, s, LOCAL_TEXT_ATOMS / 4);
    head = a.n > 2 && lexicon_phrase(&a, 0, heads) > 0;
    for (size_t i = 0; i < a.n; i++) marked |= lexicon_phrase(&a, i, marks) > 0;
    arena_release(m->arena, mark);
    if (head) return commas + FEW + MARK; /* "【内容】一壶四杯一茶巾" */
    return commas < FEW || (commas == FEW && !marked) ? 0 : commas + (marked ? MARK : 0);
}

/* The sentence speaks of this measure of a body, and has the number within a range. */
static bool ranges_over(const struct atoms *t, const char *measure, int64_t said)
{
    enum { TIED = 5 };
    bool of_it = false, within = false;
    for (size_t k = 0; k < t->n; k++) {
        of_it |= lexicon_phrase(t, k, measure) > 0;
        size_t next = k + 1;
        while (next < t->n && next < k + 4 && t->atom[next].kind != ATOM_NUMBER) next++;
        if (next >= t->n || t->atom[next].from > t->atom[k].to + TIED) continue;
        int64_t low = atom_thousandths(&t->atom[k]), high = atom_thousandths(&t->atom[next]);
        within |= low > 0 && low < high && low <= said && said <= high;
    }
    return of_it && within;
}

/* What is said of a body: its measure, and how much it is; false: nothing. */
static bool body_said(const struct heard *h, const char **measure, int64_t *said)
{
    static const char *const measures[] = { "身高", "体重", "胸围", "腰围", "头围", "脚长", "手腕", "颈围" };
    enum { FAR = 3 };
    *measure = measures[0], *said = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        for (size_t k = 0; k < ARRAY_LEN(measures); k++) {
            size_t n = lexicon_phrase(&h->a, i, measures[k]);
            for (size_t at = i + n; n > 0 && at < h->a.n && at < i + n + FAR; at++) {
                *said = atom_thousandths(&h->a.atom[at]);
                if (*said > 0) *measure = measures[k];
                if (*said > 0) return true;
            }
        }
    }
    for (size_t i = 0; i + 1 < h->a.n && *said == 0; i++)
        if (lexicon_phrase(&h->a, i + 1, "cm|厘米|公分") > 0) *said = atom_thousandths(&h->a.atom[i]);
    return *said > 0;
}

static struct str fits_body(struct local *m, struct str d)
{
    const char *measure;
    int64_t said;
    struct str best = { NULL, 0 };
    if (!local_asks_for_body(&m->h) || !body_said(&m->h, &measure, &said)) return best;
    for (size_t at = 0; at < d.n && !best.p;) {
        struct str s = str_trim(local_sentence(d, &at));
        struct arena_mark mark = arena_mark(m->arena);
        struct atoms a = atoms_of(m->arena, s, LOCAL_TEXT_ATOMS / 4);
        if (ranges_over(&a, measure, said) && text_is_quotable(m, s, false)) best = s;
        arena_release(m->arena, mark);
    }
    return best;
}

static struct str list_of(struct local *m, struct str d)
{
    enum { LONGEST = 300 };
    struct str best = { NULL, 0 };
    size_t most = 0;
    bool asks = false;
    for (size_t i = 1; i < m->h.a.n; i++) {
        size_t n = contents_at(&m->h.a, i);
        asks |= n > 0 && ends(&m->h, i + n);
    }
    for (size_t at = 0; at < d.n && asks;) {
        struct str s = str_trim(local_sentence(d, &at));
        size_t score = s.n <= LONGEST ? lists(m, s) : 0;
        if (score > most && text_is_quotable(m, s, false)) best = s, most = score;
    }
    return best;
}

bool local_contents(struct local *m, const struct knowledge_product *p)
{
    enum { LONGEST = 600 };
    struct str d = str_of(p->description ? p->description : "");
    if (m->h.all & (SENSE_PRICE | SENSE_STOCK)) return false;
    struct str told = list_of(m, d);
    if (!told.p) told = fits_body(m, d);
    if (!told.p || told.n > LONGEST) return false;
    buf_add(&m->text, told.p, told.n);
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "description";
    return true;
}

bool local_included(struct local *m, const struct knowledge_product *p)
{
    static const char comes[] = "come with|comes with|come * with|include|includes|supplied with|ship with|ships with",
                      tells[] = "included|include|includes|comes with|come with|supplied|in the box|sold separately|"
                                "not included|separate|extra";
    struct str d = str_of(p->description ? p->description : "");
    struct heard rest = m->h;
    size_t with = 0, before = m->text.n;
    for (size_t i = 0; i < m->h.a.n && with == 0; i++) {
        size_t n = lexicon_phrase(&m->h.a, i, comes);
        with = n > 0 ? i + n : 0;
    }
    if (with == 0 || with >= m->h.a.n) return false;
    rest.used = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    for (size_t i = 0; i < m->h.a.n; i++) rest.used[i] = i < with;
    for (size_t at = 0; at < d.n && m->text.n == before;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = str_trim(local_sentence(d, &at));
        struct heard t = { .a = atoms_of(m->arena, s, 100) };
        size_t of = 0, n = local_shared(&rest, &t, &of);
        bool told = false;
        for (size_t i = 0; i < t.a.n; i++) told |= lexicon_phrase(&t.a, i, tells) > 0;
        arena_release(m->arena, mark);
        if (told && of > 0 && n == of && s.n < QUOTE && text_is_quotable(m, s, false)) buf_add(&m->text, s.p, s.n);
    }
    if (m->text.n == before) return false;
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "description";
    return true;
}

bool local_contents_told(struct local *m, const struct knowledge_product *p)
{
    static const char tells[] = "include|includes|including|contain|contains|contents|comes with|come with|inside|"
                                "consists of|made up of|you get|in the box|packed with";
    struct str d = str_of(p->description ? p->description : "");
    size_t before = m->text.n;
    for (size_t at = 0; at < d.n && m->text.n == before;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = str_trim(local_sentence(d, &at));
        struct atoms t = atoms_of(m->arena, s, 100);
        bool told = false;
        for (size_t i = 0; i < t.n; i++) told |= lexicon_phrase(&t, i, tells) > 0;
        if (told && s.n < QUOTE && text_is_quotable(m, s, false)) buf_add(&m->text, s.p, s.n);
        arena_release(m->arena, mark);
    }
    return m->text.n > before;
}
