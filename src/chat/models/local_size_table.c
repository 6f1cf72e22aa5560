/* local_size_table.c: "what size guitar for a nine year old", "which size for a 20 lb dog": the text of the shop that
 * tells of several values of the thing, each with so many years, pounds or inches. Told is the whole of it: the shopper
 * sees where his own number lies, and nothing is computed. */
#include "chat/models/local.h"

enum { TEXTS = 12, VALUES_LEAST = 2, RANGES_LEAST = 2 };

/* What a unit measures: 'y' an age, 'w' a weight, 'l' a length; 0: nothing of a body. */
static char measured_by(const struct atoms *a, size_t i)
{
    static const char ages[] = "year|years|yr|yrs|yo|month|months|mth|mths",
                      weights[] = "kg|kilo|kilos|kilogram|kilograms|lb|lbs|pound|pounds|stone",
                      lengths[] = "cm|centimetre|centimetres|centimeter|centimeters|inch|inches|in|ft|foot|feet|m|mm";
    if (i >= a->n || a->atom[i].broken) return 0;
    return lexicon_phrase(a, i, ages) > 0      ? 'y'
           : lexicon_phrase(a, i, weights) > 0 ? 'w'
           : lexicon_phrase(a, i, lengths) > 0 ? 'l'
                                               : 0;
}

/* What the number of the turn measures: "20 lb", "a 9-year-old", "he is 9"; 0: nothing of somebody. */
static char measure_said(const struct heard *h)
{
    enum { WHO = 4 };
    static const char who[] = "he|she|hes|shes|son|daughter|lad|boy|girl|kid|child|grandson|granddaughter|nephew|niece|"
                              "toddler|brother|sister|little one|baby|lass",
                      aged[] = "is|s|aged|age|turns|turning|about|nearly|almost|only|just|hes|shes";
    for (size_t i = 0; i < h->a.n; i++) {
        if (h->a.atom[i].kind != ATOM_NUMBER) continue;
        char unit = measured_by(&h->a, i + 1);
        if (unit) return unit;
        bool person = false, age = i > 0 && lexicon_phrase(&h->a, i - 1, aged) > 0 && h->a.atom[i].n <= 2;
        for (size_t k = i; k > 0 && k + WHO > i; k--) person |= lexicon_phrase(&h->a, k - 1, who) > 0;
        if (age && person && (i + 1 >= h->a.n || !h->a.atom[i + 1].glued)) return 'y';
    }
    return 0;
}

/* How many different values of the products stand in the text, as the shop writes them. */
static size_t values_told(struct local *m, const struct atoms *t)
{
    enum { SEEN = 24 };
    const char *seen[SEEN];
    size_t n = 0;
    for (size_t f = 0; f < m->found.n; f++)
        for (size_t v = 0; v < m->found.product[f]->variants; v++)
            for (size_t k = 0; k < m->found.product[f]->variant[v].options && n < SEEN; k++) {
                const char *value = m->found.product[f]->variant[v].option[k].value;
                char joined[LOCAL_JOINED];
                size_t length = joined_of(str_of(value), joined, sizeof joined);
                bool there = length == 0;
                for (size_t s = 0; s < n && !there; s++) there = text_eq(seen[s], value);
                for (size_t i = 0; i < t->n && !there; i++)
                    if (atoms_joined(t, i, joined, length) > 0) seen[n++] = value, there = true;
            }
    return n;
}

/* How many ranges of that measure: "5 to 7 years", "28-31 lb", "from 12 years". */
static size_t ranges_told(const struct atoms *t, char measure)
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < t->n; i++) {
        if (t->atom[i].kind != ATOM_NUMBER || measured_by(t, i + 1) != measure) continue;
        bool from = i > 0 && lexicon_phrase(t, i - 1, "from|over|under|up to|to|and|above|below") > 0;
        n += from || (i > 0 && t->atom[i - 1].kind == ATOM_NUMBER);
    }
    return n;
}

bool local_size_table(struct local *m, bool *answered)
{
    const uint64_t others = SENSE_PRICE | SENSE_STOCK | SENSE_RETURN | SENSE_EXCHANGE | SENSE_ORDER;
    const struct found *f = &m->found;
    bool sized = false, named = f->how >= FOUND_TALKED_ABOUT || (f->how == FOUND_NEAR && !f->left_over);
    *answered = false;
    for (size_t i = 0; i < m->h.a.n; i++) sized |= lexicon_phrase(&m->h.a, i, "size|sizes|how big|how large") > 0;
    char measure = sized && named && f->n > 0 && !(m->h.all & others) ? measure_said(&m->h) : 0;
    if (!measure || m->language != LOCAL_EN) return true;
    struct knowledge_text *t = NULL;
    size_t n = 0;
    struct str query = str_of(arena_printf(m->arena, "%.*s %s size sizes age weight height chart guide",
                                           (int)m->h.text.n, m->h.text.p, f->product[0]->title));
    if (!m->source->search_texts(m->source->ctx, query, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        bool own = !t[i].product || (f->n == 1 && text_eq(t[i].product, f->product[0]->id));
        struct arena_mark mark = arena_mark(m->arena);
        struct atoms text = atoms_of(m->arena, str_of(t[i].text), LOCAL_TEXT_ATOMS);
        own = own && t[i].kind != KNOWLEDGE_PROMOTION && values_told(m, &text) >= VALUES_LEAST &&
              ranges_told(&text, measure) >= RANGES_LEAST;
        arena_release(m->arena, mark);
        if (!own || !local_say_text(m, &t[i], str_of(t[i].text))) continue;
        if (f->n == 1) local_cite_product(m, f->product[0], NULL);
        m->why = arena_printf(m->arena, "paper:%s", t[i].id), *answered = true;
    }
    return true;
}
