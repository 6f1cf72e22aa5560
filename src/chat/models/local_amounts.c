/* local_amounts.c: whether a text tells of an amount that was said, or of another one of its kind. */
#include "chat/models/local.h"

enum { FAR = 3, INCH = 25400, ALIKE = 50 };

static bool is_same(const struct quantity *a, const struct quantity *b)
{
    bool memory = a->of == 'b' && b->of == 'w' && a->amount * 1000 == b->amount; /* 512g of 512GB */
    return memory || (a->of == b->of && a->amount == b->amount);
}

/* Amounts that one may stand for the other, were it not another one: of one kind, both in inches or neither, and not of
 * another order. 175厘米 is no size of a bicycle of 26寸, 70公斤 none of a shirt of 300克. */
static bool is_alike(const struct quantity *a, const struct quantity *b)
{
    if (a->of != b->of || a->amount < 1 || b->amount < 1) return false;
    if (a->of == 'l' && (a->amount % INCH == 0) != (b->amount % INCH == 0)) return false;
    return a->amount / ALIKE <= b->amount && b->amount / ALIKE <= a->amount;
}

/* "3-4斤", "10kg以下": no single amount, and the one that is asked for is within it, or may be. 单果80克以上 tells
 * nothing of five pounds of it. */
static bool is_within(const struct atoms *t, size_t at, size_t n, const struct quantity *there,
                      const struct quantity *said)
{
    if (there->of != said->of) return false;
    bool piece =
        (at > 0 && lexicon_phrase(t, at - 1, "单|每") > 0) || (at > 1 && lexicon_phrase(t, at - 2, "单|每") > 0);
    if (lexicon_phrase(t, at + n, "以上|以下|以内|左右|起|内") > 0) return !piece && is_alike(there, said);
    int64_t this = atom_thousandths(&t->atom[at]), first = at > 0 ? atom_thousandths(&t->atom[at - 1]) : 0;
    if (this < 1 || first < 1 || first >= this || t->atom[at].from > t->atom[at - 1].to + FAR) return false;
    double low = (double)there->amount * (double)first / (double)this;
    return (double)said->amount >= low && said->amount <= there->amount;
}

enum amount_told local_amount_told(const struct atoms *t, const struct quantity *said)
{
    enum amount_told told = AMOUNT_NOT;
    for (size_t at = 0; at < t->n; at++) {
        struct quantity q;
        size_t n = quantity_at(t, at, &q);
        if (n == 0) continue;
        if (is_same(&q, said) || is_within(t, at, n, &q, said)) return AMOUNT_SAME;
        if (is_alike(&q, said)) told = AMOUNT_OTHER;
    }
    return told;
}
