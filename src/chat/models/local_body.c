/* local_body.c: which value is for whom, where the values themselves tell for what weight they are ("犬用10kg以下",
 * "2-5kg"): "我家狗8斤用哪个" is answered with the value whose range holds the weight, and with all of them where none
 * does. */
#include "chat/models/local.h"

enum { VALUE_ATOMS = 16, RANGES_LEAST = 2 };

/* From more than `low` up to `high`, in the unit of struct quantity. */
struct range {
    int64_t low, high;
};

/* "10-20kg", "10kg以下", "超过40kg", "40kg以上"; false: the value tells of no range of weights. */
static bool range_of(const struct atoms *v, struct range *out)
{
    for (size_t i = 0; i < v->n; i++) {
        struct quantity q;
        size_t n = quantity_at(v, i, &q);
        if (n == 0 || q.of != 'w') continue;
        int64_t first = i > 0 ? atom_thousandths(&v->atom[i - 1]) : 0, last = atom_thousandths(&v->atom[i]);
        if (lexicon_phrase(v, i + n, "以下|以内|内|及以下") > 0) *out = (struct range){ 0, q.amount };
        else if (lexicon_phrase(v, i + n, "以上|起|及以上") > 0) *out = (struct range){ q.amount, INT64_MAX };
        else if (first > 0 && last > first && v->atom[i].from <= v->atom[i - 1].to + 3)
            *out = (struct range){ (int64_t)((double)q.amount * (double)first / (double)last), q.amount };
        else continue;
        return true;
    }
    return false;
}

/* The weight of an animal or a person that the turn tells. */
static bool weight_said(const struct heard *h, int64_t *out)
{
    static const char who[] =
        "体重|猫|狗|犬|兔|宠物|宝宝|孩子|小孩|娃|毛孩子|泰迪|柯基|金毛|拉布拉多|柴犬|比熊|布偶|英短|我家|它|老人";
    bool body = false, weight = false;
    for (size_t i = 0; i < h->a.n; i++) {
        struct quantity q;
        body |= lexicon_phrase(&h->a, i, who) > 0;
        if (weight || quantity_at(&h->a, i, &q) == 0 || q.of != 'w') continue;
        weight = true, *out = q.amount;
    }
    return body && weight;
}

enum whose { FOR_ANY, FOR_IT, FOR_ANOTHER };

/* "猫用" is for a cat and not for a dog, "犬用" the other way. */
static enum whose whose(const struct heard *h, const struct atoms *v)
{
    bool cat = false, dog = false, of_cat = false, of_dog = false;
    for (size_t i = 0; i < h->a.n; i++) {
        cat |= lexicon_phrase(&h->a, i, "猫|布偶|英短") > 0;
        dog |= lexicon_phrase(&h->a, i, "狗|犬|泰迪|柯基|金毛|拉布拉多|比熊") > 0;
    }
    for (size_t i = 0; i < v->n; i++)
        of_cat |= lexicon_phrase(v, i, "猫") > 0, of_dog |= lexicon_phrase(v, i, "狗|犬") > 0;
    if (of_cat == of_dog || cat == dog) return FOR_ANY;
    return cat == of_cat ? FOR_IT : FOR_ANOTHER;
}

bool local_for_body(struct local *m, const struct knowledge_product *p)
{
    const struct knowledge_option *fits = NULL, *any = NULL; /* any: for all of its kind, without a weight */
    size_t ranges = 0, count = 0;
    int64_t weight = 0;
    if (m->language != LOCAL_ZH || p->variants < RANGES_LEAST || m->found.variant || !weight_said(&m->h, &weight))
        return false;
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            const struct knowledge_option *o = &p->variant[i].option[k];
            struct arena_mark mark = arena_mark(m->arena);
            struct atoms v = atoms_of(m->arena, str_of(o->value), VALUE_ATOMS);
            struct range r = { 0 };
            bool ranged = range_of(&v, &r);
            enum whose of = whose(&m->h, &v);
            arena_release(m->arena, mark);
            ranges += ranged;
            if (of == FOR_ANOTHER || (fits && text_eq(fits->value, o->value))) continue;
            if (!ranged && of == FOR_IT) any = o;
            bool edge = fits && weight == r.low; /* 5kg of 2-5kg and 5-10kg: the first */
            if (ranged && weight >= r.low && weight <= r.high && !edge) fits = o, count++;
        }
    if (count == 0 && any) fits = any, count = 1;
    if (ranges < RANGES_LEAST) return false;
    if (count != 1) {
        local_no_variant(m, p);
        return true;
    }
    struct mention *x = &m->found.mention[0];
    *x = (struct mention){ .value = fits->value };
    joined_of(str_of(fits->value), x->joined, sizeof x->joined);
    m->found.mentions = 1, m->h.all |= SENSE_PRICE;
    m->h.all &= ~(uint64_t)(SENSE_OPTIONS | SENSE_STOCK);
    local_product_answer(m);
    return true;
}
