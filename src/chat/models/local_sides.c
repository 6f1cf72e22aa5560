/* local_sides.c: values of options by the words around a number: "3 deep" of what has a depth of 3 inches, "5 pack" of
 * what comes as "pack of 5", a twin pack of what comes in twos. */
#include "chat/models/local.h"

enum { VALUE_ATOMS = 6 };

/* What is said behind the number, and a part of the name of the option that it belongs to. */
static const char *const sides[][2] = {
    { "deep", "depth" },        { "deep", "deep" },       { "long", "length" },
    { "wide", "width" },        { "tall", "height" },     { "high", "height" },
    { "thick", "thickness" },   { "across", "diameter" }, { "in diameter", "diameter" },
    { "drop", "drop" },         { "wide", "diameter" },   { "length", "length" },
    { "width", "width" },       { "height", "height" },   { "depth", "depth" },
    { "diameter", "diameter" }, { "wide", "size" },       { "long", "size" },
    { "across", "size" },       { "round", "size" },      { "tall", "size" },
};

size_t options_side_at(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which)
{
    const struct atoms *a = &h->a;
    if (a->atom[i].kind != ATOM_NUMBER || (i > 0 && a->atom[i].glued && a->atom[i - 1].kind != ATOM_HAN)) return 0;
    for (size_t skip = 0; skip < 2; skip++)
        for (size_t s = 0; s < ARRAY_LEN(sides); s++) {
            size_t at = i + 1 + skip, words = lexicon_phrase(a, at, sides[s][0]), found = 0;
            if (words == 0 || a->atom[at].broken || (skip > 0 && !units_same(a, i + 1, a, i + 1))) continue;
            for (size_t k = 0; k < n; k++) {
                size_t digits = strspn(values[k].joined, "0123456789./");
                bool same = digits == a->atom[i].n && memcmp(values[k].joined, a->atom[i].text, digits) == 0;
                if (same && strcasestr(values[k].name, sides[s][1])) found++, *which = k;
            }
            if (found == 1) return at + words - i;
        }
    return 0;
}

static int number_of(const struct atom *x)
{
    static const char *const words[] = { "two",   "three", "four", "five",   "six",   "seven",
                                         "eight", "nine",  "ten",  "eleven", "twelve" };
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (strcmp(x->text, words[k]) == 0) return (int)k + 2;
    if (strcmp(x->text, "dozen") == 0) return 12;
    return x->kind == ATOM_NUMBER && x->n < 4 ? (int)(atom_thousandths(x) / 1000) : 0;
}

/* How many atoms from i on say how many there are in a pack; 0: none do. */
static size_t pack_said(const struct atoms *a, size_t i, int *count)
{
    static const char packs[] = "pack|packs|pk|pks|pck|multipack|set|box|bundle|case|carton",
                      of[] = "pack of|packs of|set of|box of|bundle of|case of|carton of|bag of|pk of|multipack of|"
                             "pack of the";
    size_t n = lexicon_phrase(a, i, of);
    *count = 0;
    if (n > 0 && i + n < a->n) *count = number_of(&a->atom[i + n]);
    if (*count > 0) return n + 1;
    n = lexicon_phrase(a, i, "half a dozen|half dozen");
    if (n > 0) *count = 6;
    if (n > 0) return n + lexicon_phrase(a, i + n, packs);
    bool behind = i + 1 < a->n && !a->atom[i + 1].broken && lexicon_phrase(a, i + 1, packs) > 0;
    if (!behind || (i > 0 && a->atom[i].glued && a->atom[i - 1].kind != ATOM_HAN)) return 0;
    *count = lexicon_phrase(a, i, "twin|double|duo") > 0         ? 2
             : lexicon_phrase(a, i, "triple|trio") > 0           ? 3
             : lexicon_phrase(a, i, "single|individual|one") > 0 ? 1
                                                                 : number_of(&a->atom[i]);
    return *count > 0 ? 2 : 0;
}

/* So many come in a value that says nothing else; 0: it says another thing. */
static int pack_of(struct arena *a, const char *value)
{
    struct atoms v = atoms_of(a, str_of(value), VALUE_ATOMS);
    int count = 0;
    size_t n = v.n > 0 ? pack_said(&v, 0, &count) : 0;
    if (n > 0 && n == v.n) return count;
    return v.n == 1 && lexicon_phrase(&v, 0, "single|individual|one") > 0 ? 1 : 0;
}

size_t options_pack_at(struct local *m, size_t i, const struct mention *values, size_t n, size_t *which)
{
    int count = 0;
    size_t said = pack_said(&m->h.a, i, &count), found = 0;
    for (size_t k = 0; k < n && said > 0; k++) {
        struct arena_mark mark = arena_mark(m->arena);
        if (pack_of(m->arena, values[k].value) == count) found++, *which = k;
        arena_release(m->arena, mark);
    }
    return found == 1 ? said : 0;
}

/* "Delux", "terracota": the one value of a single word that it nearly is, where the title has no such word. */
size_t options_slip_at(struct local *m, size_t i, const char *title, const struct mention *values, size_t n,
                       size_t *which)
{
    enum { LEAST = 5, TITLE_ATOMS = 90 };
    const struct atom *x = &m->h.a.atom[i];
    size_t found = 0;
    if (x->kind != ATOM_LETTERS || x->n < LEAST || m->h.sense[i] != 0 || x->glued) return 0;
    for (size_t k = 0; k < n; k++) {
        const struct atom value = { .text = values[k].joined,
                                    .n = (uint8_t)strlen(values[k].joined),
                                    .kind = ATOM_LETTERS };
        if (value.n < LEAST || strpbrk(values[k].value, " -/0123456789(")) continue;
        if (value.text[0] == x->text[0] && atom_like(x, &value)) found++, *which = k;
    }
    if (found != 1) return 0;
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms t = atoms_of(m->arena, str_of(title), TITLE_ATOMS);
    for (size_t k = 0; k < t.n && found > 0; k++)
        if (atom_akin(&t.atom[k], x) || atom_like(&t.atom[k], x)) found = 0;
    arena_release(m->arena, mark);
    return found;
}

/* "2000pc" of what comes in pieces: the number, and the option's name written to it as a unit. */
size_t options_unit_at(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which)
{
    const struct atoms *a = &h->a;
    size_t found = 0;
    if (a->atom[i].kind != ATOM_NUMBER || i + 1 >= a->n || !a->atom[i + 1].glued || a->atom[i].glued) return 0;
    for (size_t k = 0; k < n; k++) {
        char name[LOCAL_JOINED];
        size_t length = joined_of(str_of(values[k].name), name, sizeof name);
        struct atom word = { .text = name, .n = (uint8_t)length, .kind = ATOM_LETTERS };
        const struct atoms of = { &word, 1 };
        if (strcmp(values[k].joined, a->atom[i].text) == 0 && units_same(a, i + 1, &of, 0)) found++, *which = k;
    }
    return found == 1 ? 2 : 0;
}
