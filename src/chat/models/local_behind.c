/* local_behind.c: a value that is asked for and that the thing has not: "the band in 22ct gold" of what comes in 9ct
 * and 18ct. The name fits, and so might the rest; but to say "yes, in stock" would be of another thing. English alone.
 */
#include "chat/models/local.h"

enum { NAMES = 16, WORDS = 12, NEAR = 4 };

/* What is told of the thing: its title, its description, its options. */
struct told {
    const struct knowledge_product *p;
    struct atoms title, text;
    const char *names[NAMES];
    size_t name_count;
    bool named[LOCAL_TURN_ATOMS]; /* of the turn: words of its name, and of values that were understood */
};

static bool has_word(const struct atoms *t, const struct atom *x)
{
    for (size_t i = 0; i < t->n; i++)
        if (atom_akin(&t->atom[i], x) || atom_like(&t->atom[i], x)) return true;
    return false;
}

static bool is_told(const struct told *t, const struct atom *x)
{
    return has_word(&t->title, x) || has_word(&t->text, x);
}

/* Values and names of options are read as text of the thing, too: "leather" of what comes in brown leather. */
static struct told told_of(struct local *m, const struct knowledge_product *p)
{
    enum { BYTES = 6000 };
    struct told t = { .p = p, .title = atoms_of(m->arena, str_of(p->title), LOCAL_TEXT_ATOMS) };
    struct buf b;
    struct found options = { .how = FOUND_NONE };
    buf_fixed(&b, arena_alloc(m->arena, BYTES), BYTES);
    t.name_count = options_names(m->arena, p, t.names, NAMES);
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            const struct knowledge_option *o = &p->variant[i].option[k];
            if (b.n + strlen(o->value) + strlen(o->name) + 4 < BYTES) buf_printf(&b, "%s, %s. ", o->value, o->name);
        }
    const char *d = p->description ? p->description : "";
    size_t room = BYTES - b.n - 1, n = strlen(d) < room ? strlen(d) : utf8_cut(str_of(d), room);
    buf_add(&b, d, n);
    t.text = atoms_of(m->arena, buf_str(&b), 4 * LOCAL_TEXT_ATOMS);
    (void)local_fit_named(m, p, &options, t.named);
    for (size_t k = 0; k < m->found.mentions; k++)
        for (size_t i = 0; i < m->found.mention[k].n; i++) t.named[m->found.mention[k].at + i] = true;
    return t;
}

static bool is_open(const struct local *m, const struct told *t, size_t i)
{
    return i < m->h.a.n && m->h.sense[i] == 0 && !m->h.used[i] && !t->named[i];
}

/* "For my white desk", "not red": of another thing, or not wanted. */
static bool is_of_another(const struct heard *h, size_t i)
{
    static const char others[] =
        "for|my|our|his|her|their|match|matches|matching|not|no|without|non|than|except|i have|"
        "ive got|we have|to go with|goes with|holds|fits|under|over|up to|at least|within|"
        "about|around|roughly|im|i am|is";
    for (size_t back = 1; back <= NEAR && back <= i && !h->a.atom[i - back + 1].broken; back++) {
        if (lexicon_phrase(&h->a, i - back, "in|with") > 0)
            return i > back && ((h->sense[i - back - 1] & SENSE_NOT) || lexicon_phrase(&h->a, i - back - 1, "not") > 0);
        if (lexicon_phrase(&h->a, i - back, others) > 0 || (h->sense[i - back] & SENSE_NOT)) return true;
    }
    return false;
}

static bool is_option_name(const struct told *t, const struct heard *h, size_t i)
{
    for (size_t k = 0; k < t->name_count; k++) {
        const char *last = strrchr(t->names[k], ' ');
        if (options_name_at(h, i, t->names[k]) > 0 || (last && options_name_at(h, i, last + 1) > 0)) return true;
    }
    return false;
}

/* A colour, or what things are made of, wherever it stands; "in a medium"; "with a leather strap", by what the shop
 * calls the choice. */
static bool is_unmet_word(const struct local *m, const struct told *t, size_t i)
{
    static const char looks[] =
        "black|white|red|blue|navy|green|yellow|orange|purple|pink|brown|grey|gray|beige|cream|ivory|turquoise|teal|"
        "burgundy|maroon|lilac|lavender|khaki|olive|mustard|coral|peach|magenta|cyan|violet|indigo|charcoal|tan|gold|"
        "silver|bronze|copper|brass|chrome|platinum|titanium|aluminium|aluminum|steel|iron|oak|walnut|"
        "pine|bamboo|beech|maple|mahogany|teak|ash|marble|granite|glass|ceramic|porcelain|stoneware|nylon|"
        "polyester|rubber|silicone|leather|suede|canvas|linen|cotton|wool|silk|velvet|satin|denim|cashmere|felt|"
        "carbon|acrylic|enamel|rattan|wicker|tartan|paisley";
    static const char sizes[] = "xxs|xs|xl|xxl|xxxl|medium";
    static const char no_value[] =
        "different|other|another|bigger|larger|smaller|new|nice|good|particular|specific|certain|same|matching|custom|"
        "longer|shorter|wider|narrower|darker|lighter|own|any|better|second|spare|single|cheaper|big|biggest|large|"
        "largest|small|smallest|little|tiny|huge|giant|massive|tall|tallest|short|long|wide|deep|normal|regular|"
        "ordinary|"
        "usual|basic|standard|decent|proper|actual|right|correct|full|main|original|lovely|pretty|fancy|cheap";
    const struct atoms *a = &m->h.a;
    const struct atom *x = &a->atom[i];
    bool with = i > 0 && lexicon_phrase(a, i - 1, "in|with") > 0;
    with |= i > 1 && lexicon_phrase(a, i - 2, "in a|in an|in the|with a|with an|with the") == 2;
    bool choice = with && i + 1 < a->n && !a->atom[i + 1].broken && is_option_name(t, &m->h, i + 1);
    bool country = choice && lexicon_phrase(a, i, "us|uk|eu") > 0 && !t->named[i];
    if (x->kind != ATOM_LETTERS || !(is_open(m, t, i) || country) || is_of_another(&m->h, i)) return false;
    if (is_told(t, x) || is_option_name(t, &m->h, i)) return false;
    for (size_t k = 0; k < OPTION_OTHERS; k++) {
        const char *other = lexicon_other(x->text, k);
        if (!other) break;
        struct atom same = { .text = other, .n = (uint8_t)strlen(other), .kind = ATOM_LETTERS };
        if (is_told(t, &same)) return false;
    }
    if (choice && lexicon_phrase(a, i, no_value) == 0) return true;
    if (with && lexicon_phrase(a, i, sizes) > 0) return true;
    bool another = !with && i + 1 < a->n && !a->atom[i + 1].broken && is_open(m, t, i + 1); /* "red wine" */
    return !another && lexicon_phrase(a, i, looks) > 0;
}

/* Whether the two words are one unit, or count the same. */
static bool same_unit(const struct atoms *a, size_t i, const struct atoms *v, size_t k)
{
    return units_same(a, i, v, k) || atom_same(&v->atom[k], a->atom[i].text, a->atom[i].n) ||
           atom_akin(&v->atom[k], &a->atom[i]);
}

static bool same_number(const struct atom *x, const struct atom *y)
{
    return strcmp(x->text, y->text) == 0 || (atom_thousandths(x) > 0 && atom_thousandths(x) == atom_thousandths(y));
}

/* "13 speeds" of what has 10-speed, 11-speed: a value has the unit, and none, nor any text of it, has the number. What
 * stands in a range, or has two numbers, is not looked into: then it may be anything. */
static bool is_unmet_amount(struct local *m, const struct told *t, size_t i)
{
    const struct atoms *a = &m->h.a;
    const struct atom *x = &a->atom[i];
    bool unit = false;
    if (x->kind != ATOM_NUMBER || !is_open(m, t, i) || i + 1 >= a->n || a->atom[i + 1].kind != ATOM_LETTERS ||
        (a->atom[i + 1].broken && m->h.text.p[x->to] != '-') || is_of_another(&m->h, i) || options_second_number(a, i))
        return false;
    for (size_t k = 0; k < t->text.n; k++) /* the number anywhere: "22 (7/8 inch)" */
        if (t->text.atom[k].kind == ATOM_NUMBER && same_number(&t->text.atom[k], x)) return false;
    if (amount_in(a, i, &t->text) > 0 || amount_in(a, i, &t->title) > 0 || has_word(&t->title, x)) return false;
    for (size_t v = 0; v < t->p->variants; v++)
        for (size_t o = 0; o < t->p->variant[v].options; o++) {
            const struct knowledge_option *option = &t->p->variant[v].option[o];
            struct arena_mark mark = arena_mark(m->arena);
            struct atoms value = atoms_of(m->arena, str_of(option->value), WORDS);
            size_t numbers = 0;
            bool has = value.n == 1 && options_name_at(&m->h, i + 1, option->name) > 0;
            for (size_t k = 0; k < value.n; k++) {
                numbers += value.atom[k].kind == ATOM_NUMBER;
                has |= k > 0 && value.atom[k - 1].kind == ATOM_NUMBER && same_unit(a, i + 1, &value, k);
            }
            arena_release(m->arena, mark);
            if (has && numbers > 1) return false;
            unit |= has && numbers == 1;
        }
    return unit;
}

/* "Pack of 12" of what comes as pack of 4 and pack of 8. */
static bool is_unmet_pack(const struct local *m, const struct told *t, size_t i)
{
    static const char packs[] = "pack of|set of|box of|bag of|case of|packs of";
    const struct atoms *a = &m->h.a;
    bool pack = false;
    if (i < 2 || a->atom[i].kind != ATOM_NUMBER || !is_open(m, t, i) || lexicon_phrase(a, i - 2, packs) == 0)
        return false;
    for (size_t k = 0; k < t->text.n; k++) {
        if (t->text.atom[k].kind != ATOM_NUMBER) continue;
        if (same_number(&t->text.atom[k], &a->atom[i])) return false;
        pack |= k > 1 && atom_same(&t->text.atom[k - 2], a->atom[i - 2].text, a->atom[i - 2].n) &&
                strcmp(t->text.atom[k - 1].text, "of") == 0;
    }
    return pack;
}

/* "T42 black 250 ml", of which it is told that it holds 127 ml: the texts of the thing have amounts of this kind, and
 * not this one. */
static bool is_unmet_measure(const struct local *m, const struct told *t, size_t i)
{
    static const char kinds[] = "wvlpeb";
    struct quantity q;
    size_t n = is_open(m, t, i) && m->h.a.atom[i].kind == ATOM_NUMBER ? quantity_at(&m->h.a, i, &q) : 0;
    if (n == 0 || !strchr(kinds, q.of) || m->h.a.atom[i].glued || is_of_another(&m->h, i)) return false;
    for (size_t k = i; k < i + n; k++)
        if (t->named[k]) return false;
    enum amount_told title = local_amount_told(&t->title, &q), text = local_amount_told(&t->text, &q);
    return title != AMOUNT_SAME && text != AMOUNT_SAME && (title == AMOUNT_OTHER || text == AMOUNT_OTHER);
}

bool local_behind(struct local *m, const struct knowledge_product *p)
{
    bool unmet = false;
    if (m->language != LOCAL_EN || m->found.variant || p->variants == 0 || p->variant[0].options == 0) return false;
    struct arena_mark mark = arena_mark(m->arena);
    struct told *t = ARENA_NEW(m->arena, struct told);
    *t = told_of(m, p);
    for (size_t i = 0; i < m->h.a.n && !unmet; i++)
        unmet =
            is_unmet_word(m, t, i) || is_unmet_amount(m, t, i) || is_unmet_pack(m, t, i) || is_unmet_measure(m, t, i);
    arena_release(m->arena, mark);
    return unmet;
}
