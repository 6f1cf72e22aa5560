/* local_by_values.c: "绿茶味10公斤", "云雾白8+256": a thing that is named by nothing but what it comes in. Two values
 * of one product, of different options, or one of three characters and more that no other product has. */
#include "chat/models/local.h"

enum { LONG = 3, MOST = 3 };

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }

/* Which option of the product the value is one of; NULL: of none. */
static const char *option_of(const struct knowledge_product *p, const char *value)
{
    for (size_t v = 0; v < p->variants; v++)
        for (size_t k = 0; k < p->variant[v].options; k++)
            if (text_eq(p->variant[v].option[k].value, value)) return p->variant[v].option[k].name;
    return NULL;
}

/* Every word of the turn is of a value, or an ending behind one: 绿茶味, 海盐蓝的那款. */
static bool is_all(const struct heard *h, const struct found *options)
{
    for (size_t i = 0; i < h->a.n; i++) {
        bool there = !hard(h, i);
        for (size_t k = 0; k < options->mentions && !there; k++) {
            const struct mention *x = &options->mention[k];
            there = i >= x->at && i < x->at + x->n;
            there |= i == x->at + x->n && lexicon_phrase(&h->a, i, "味|色|款|装|号|版|码|型") == 1;
        }
        if (!there) return false;
    }
    return true;
}

/* How many options were chosen, or whether one value alone tells: 2 or more. */
static size_t chosen(const struct heard *h, const struct knowledge_product *p, const struct found *options)
{
    const char *first = NULL;
    size_t n = 0;
    for (size_t k = 0; k < options->mentions; k++) {
        const struct mention *x = &options->mention[k];
        const char *name = x->excluded || x->n == 0 ? NULL : option_of(p, x->value);
        if (!name) return 0;
        if (!first || !text_eq(first, name)) n++;
        first = name;
        bool whole = x->n >= LONG && h->a.atom[x->at].kind == ATOM_HAN && strlen(x->joined) == 3 * x->n;
        if (whole) n++;
    }
    return n;
}

void local_by_values(struct local *m, const struct knowledge_product *p, size_t n)
{
    const struct knowledge_product *kept[MOST + 1];
    size_t count = 0;
    if (m->language != LOCAL_ZH || (m->h.all & (SENSE_SUBJECTS | SENSE_COMPARE))) return;
    for (size_t i = 0; i < n && count <= MOST; i++) {
        struct found options = { .how = FOUND_NONE };
        bool fits = false;
        options_heard(m, &p[i], &options);
        if (options.mentions == 0 || !is_all(&m->h, &options) || chosen(&m->h, &p[i], &options) < 2) continue;
        for (size_t v = 0; v < p[i].variants && !fits; v++)
            fits = options_fit(&p[i].variant[v], options.mention, options.mentions);
        if (fits) kept[count++] = &p[i];
    }
    if (count == 0 || count > MOST) return;
    m->found.how = FOUND_NAMED, m->found.n = count;
    for (size_t i = 0; i < count; i++) m->found.product[i] = kept[i];
}

/* ---- pairs ---- */

/* "16GB+512GB", "8+256": two numbers and a plus between them. How many atoms from i on; 0: none. */
static size_t pair_at(const struct atoms *a, const char *text, size_t i, int64_t pair[2])
{
    size_t next = i + 1;
    if (a->atom[i].kind != ATOM_NUMBER || next >= a->n) return 0;
    if (lexicon_phrase(a, next, "g|gb|t|tb") == 1 && a->atom[next].glued) next++;
    if (next >= a->n || a->atom[next].kind != ATOM_NUMBER || text[a->atom[next].from - 1] != '+') return 0;
    pair[0] = atom_thousandths(&a->atom[i]), pair[1] = atom_thousandths(&a->atom[next]);
    return next + 1 - i;
}

static bool pair_of_turn(const struct heard *h, int64_t pair[2])
{
    for (size_t i = 0; i < h->a.n; i++)
        if (pair_at(&h->a, h->text.p, i, pair) > 0) return true;
    return false;
}

/* Who says "X7 16GB+512GB" means the X7, and not the X7 Pro that comes so. */
void local_pairs_of_less(const struct local *m, struct fit *fit, size_t n)
{
    int64_t pair[2];
    if (m->language != LOCAL_ZH || !pair_of_turn(&m->h, pair)) return;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n && fit[i].more && fit[i].matched > 0; k++)
            if (!fit[k].more && fit[k].matched > 0 && fit[k].named >= fit[i].named) fit[i].matched = 0;
}

bool local_lacks_pair(struct local *m, const struct knowledge_product *p)
{
    int64_t pair[2], there[2];
    bool pairs = false;
    if (!pair_of_turn(&m->h, pair)) return false;
    for (size_t v = 0; v < p->variants; v++)
        for (size_t k = 0; k < p->variant[v].options; k++) {
            struct arena_mark mark = arena_mark(m->arena);
            const char *value = p->variant[v].option[k].value;
            struct atoms t = atoms_of(m->arena, str_of(value), LOCAL_TURN_ATOMS);
            bool any = t.n > 0 && pair_at(&t, value, 0, there) > 0;
            arena_release(m->arena, mark);
            if (any && there[0] == pair[0] && there[1] == pair[1]) return false;
            pairs |= any;
        }
    return pairs;
}
