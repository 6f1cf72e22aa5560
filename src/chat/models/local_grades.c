/* local_grades.c: values of options by the letters that they begin with ("JJ的" is JJ级大果), and by what is counted
 * ("几U的" asks for 4U and 5U). */
#include "chat/models/local.h"

enum { VALUE_ATOMS = 16 };

/* How many atoms of the turn from i on stand at the beginning of the value. */
static size_t begun(const struct atoms *a, size_t i, const struct atoms *v)
{
    size_t n = 0;
    while (i + n < a->n && n < v->n && (n == 0 || !a->atom[i + n].broken) &&
           strcmp(a->atom[i + n].text, v->atom[n].text) == 0)
        n++;
    return n;
}

size_t options_grade(struct local *m, size_t i, const struct mention *values, size_t n, size_t *which)
{
    static const char behind[] = "级|款|版|码|号|型|档|的|规格|大果|中果|果";
    const struct atoms *a = &m->h.a;
    const struct atom *x = &a->atom[i];
    size_t found = 0, count = 0;
    bool before = x->glued && i > 0 && a->atom[i - 1].kind != ATOM_HAN;
    bool after = i + 1 < a->n && a->atom[i + 1].glued && a->atom[i + 1].kind != ATOM_HAN;
    if (x->kind != ATOM_LETTERS || before || after) return 0;
    for (size_t k = 0; k < n; k++) {
        struct arena_mark mark = arena_mark(m->arena);
        struct atoms v = atoms_of(m->arena, str_of(values[k].value), VALUE_ATOMS);
        bool begins = v.n > 1 && strcmp(v.atom[0].text, x->text) == 0 && v.atom[1].kind == ATOM_HAN;
        if (begins) found++, *which = k, count = begun(a, i, &v);
        arena_release(m->arena, mark);
    }
    if (found != 1) return 0;
    /* of one letter, or of a word that says something, what stands behind it tells that a grade is meant */
    bool plain = x->n > 1 && m->h.sense[i] == 0;
    return plain || count > 1 || lexicon_phrase(a, i + 1, behind) > 0 ? count : 0;
}

size_t options_single(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which)
{
    static const char pieces[] = "个只件支条包瓶盒袋张片双把根本套罐桶台卷块枚颗粒株棵盆";
    const struct atoms *a = &h->a;
    size_t found = 0;
    if (strcmp(a->atom[i].text, "单") != 0 || i + 1 >= a->n || a->atom[i + 1].kind != ATOM_HAN) return 0;
    if (!strstr(pieces, a->atom[i + 1].text)) return 0;
    for (size_t k = 0; k < n; k++) {
        const char *v = values[k].joined;
        bool one = strncmp(v, "单", sizeof "单" - 1) == 0;
        one |= (*v == '1' && strncmp(v + 1, a->atom[i + 1].text, a->atom[i + 1].n) == 0);
        one |= strncmp(v, "一", sizeof "一" - 1) == 0 &&
               strncmp(v + sizeof "一" - 1, a->atom[i + 1].text, a->atom[i + 1].n) == 0;
        if (one) found++, *which = k;
    }
    return found == 1 ? 2 : 0;
}

bool options_in_title(const struct knowledge_product *p, const char *value)
{
    enum { LEAST = 2 }; /* bytes: a letter alone is in any title */
    size_t which = SIZE_MAX;
    if (strlen(value) < LEAST || !strcasestr(p->title, value)) return false;
    for (size_t v = 0; v < p->variants && which == SIZE_MAX; v++)
        for (size_t k = 0; k < p->variant[v].options; k++)
            if (text_eq(p->variant[v].option[k].value, value)) which = k;
    for (size_t v = 0; v < p->variants; v++) {
        const char *other = which < p->variant[v].options ? p->variant[v].option[which].value : value;
        bool part = strstr(other, value) || strstr(value, other);
        if (!part && strlen(other) >= LEAST && strcasestr(p->title, other)) return true;
    }
    return false;
}

static bool counts_values(struct local *m, const struct knowledge_product *p, size_t option, size_t at)
{
    size_t had = 0;
    for (size_t k = 0; k < p->variants; k++) {
        struct arena_mark mark = arena_mark(m->arena);
        if (option >= p->variant[k].options) return false;
        struct atoms v = atoms_of(m->arena, str_of(p->variant[k].option[option].value), VALUE_ATOMS);
        had += v.n == 2 && v.atom[0].kind == ATOM_NUMBER && strcmp(v.atom[1].text, m->h.a.atom[at].text) == 0;
        arena_release(m->arena, mark);
    }
    return had > 1 && had == p->variants;
}

uint64_t options_counted(struct local *m, const struct knowledge_product *p)
{
    const struct atoms *a = &m->h.a;
    size_t options = p->variants > 0 ? p->variant[0].options : 0;
    for (size_t i = 0; i + 1 < a->n; i++) {
        size_t at = i + lexicon_phrase(a, i, "几|多少");
        if (at == i || at >= a->n || a->atom[at].broken || (m->h.sense[i] & SENSE_PRICE)) continue;
        for (size_t k = 0; k < options; k++)
            if (counts_values(m, p, k, at)) {
                m->h.all |= SENSE_OPTIONS;
                return SENSE_OPTIONS;
            }
    }
    return 0;
}
