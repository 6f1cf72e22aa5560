/* local_names.c: what in a title is a name, and of what: the shop's own name of a thing stands in brackets, and a noun
 * before 专用 or 通用 names what it is for. */
#include "chat/models/local_fitting.h"

enum { NAME_LEAST = 2, NAME_MOST = 5 };

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* Where the brackets close that open right before the atom at `at`, as an atom behind the name; 0: it is no name. */
static size_t bracket_end(const char *title, const struct atoms *t, size_t at)
{
    static const char *const signs[][2] = {
        { "【", "】" }, { "「", "」" }, { "『", "』" }, { "“", "”" }, { "《", "》" }
    };
    size_t n = 0;
    while (n <= NAME_MOST && is_han(t, at + n) && (n == 0 || !t->atom[at + n].broken)) n++;
    if (n < NAME_LEAST || n > NAME_MOST) return 0;
    for (size_t k = 0; k < ARRAY_LEN(signs); k++) {
        size_t open = strlen(signs[k][0]), from = t->atom[at].from;
        if (from >= open && memcmp(title + from - open, signs[k][0], open) == 0 &&
            strncmp(title + t->atom[at + n - 1].to, signs[k][1], strlen(signs[k][1])) == 0)
            return at + n;
    }
    return 0;
}

bool local_fit_is_name(const struct fitting *f, size_t at, size_t n)
{
    return n >= NAME_LEAST && bracket_end(f->fit.product->title, &f->title, at) == at + n;
}

size_t local_name_at(struct arena *a, const struct heard *h, size_t i, const char *title)
{
    struct arena_mark mark = arena_mark(a);
    struct atoms t = atoms_of(a, str_of(title), TITLE_ATOMS);
    size_t found = 0;
    for (size_t at = 0; at < t.n && found == 0; at++) {
        size_t end = bracket_end(title, &t, at), n = 0;
        while (end > at + n && i + n < h->a.n && strcmp(h->a.atom[i + n].text, t.atom[at + n].text) == 0) n++;
        if (end > 0 && at + n == end) found = n;
    }
    arena_release(a, mark);
    return found;
}

/* Whom goods are for is asked for as the goods are: "有婴儿的吗". */
static bool is_person(const struct atoms *t, size_t at, size_t n)
{
    static const char whom[] =
        "儿童|婴儿|宝宝|婴幼儿|幼儿|孩子|小孩|男女|男士|女士|男|女|孕妇|老人|中老年|学生|成人|大人|"
        "情侣|新生儿|宠物|猫狗|猫咪|狗狗|猫|狗|犬|敏感肌|肌|户外|家用|办公|旅行|运动|健身|露营";
    for (size_t i = at; i < at + n; i++)
        if (lexicon_phrase(t, i, whom) > 0) return true;
    return false;
}

bool local_fit_is_for(const struct fitting *f, size_t at, size_t n)
{
    static const char behind[] = "两用|专用|通用|可用|适用|适配", before[] = "适用于|适用|适配|专配|匹配|配套|兼容";
    enum { FAR = 7 };
    const struct atoms *t = &f->title;
    size_t end = at + n;
    if (n < 2 || is_person(t, at, n)) return false;
    size_t made = end < t->n && !t->atom[end].broken && t->atom[end].glued ? lexicon_phrase(t, end, behind) : 0;
    /* "保护壳适用X系列": what it is for stands behind that, and the thing before it */
    bool last = end + made >= t->n || t->atom[end + made].broken || !t->atom[end + made].glued;
    if (made > 0 && (last || lexicon_phrase(t, end, "两用|专用|通用") > 0)) return true;
    for (size_t k = at; k > 0 && at - k < FAR && !t->atom[k].broken && t->atom[k].glued; k--)
        if (lexicon_phrase(t, k - 1, before) > 0 && k - 1 + lexicon_phrase(t, k - 1, before) <= at)
            return end >= t->n || !is_han(t, end) || t->atom[end].broken || !t->atom[end].glued;
    return false;
}

/* "A pole of the tent", "thread bunches up on my Lark": the thing is what stands behind, the other a part of it. */
bool local_fit_is_whole(const struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    if (f->h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE)) return false;
    for (size_t i = 2; i < a->n; i++)
        if (f->named[i] && !f->named[i - 1] && lexicon_phrase(a, i - 1, "the|my|our|this") > 0 &&
            lexicon_phrase(a, i - 2, "on|in|of|inside|from") > 0)
            return true;
    return false;
}

/* "Does the press come with a free cup": of the press it is asked, and the cup is what may come. */
bool local_fit_is_subject(const struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    for (size_t i = 2; i < a->n; i++)
        if (f->named[i] && lexicon_phrase(a, i - 1, "the|my|your|this") > 0 &&
            lexicon_phrase(a, i - 2, "does|do|did|will|has|can|is|are") > 0)
            return true;
    return false;
}
