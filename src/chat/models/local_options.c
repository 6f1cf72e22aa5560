/* local_options.c: which variant is meant. Values of options are looked for in the turn, the longest first ("rose gold"
 * before "gold"); a value that two options share is given to whichever leaves every other word a place. */
#include "chat/models/local.h"

enum { VALUES = 256, FIT_OPTIONS = 32 };

static bool one_of(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (str_eq_nocase(str_of(text), str_of(*list))) return true;
    return false;
}
static bool says_yes(const char *v)
{
    static const char *const list[] = { "yes", "true", "y", "with", "有", "是", "支持", "带", NULL };
    return one_of(v, list);
}
static bool says_no(const char *v)
{
    static const char *const list[] = { "no", "false",  "n",    "none", "without", "无",
                                        "否", "不支持", "不带", "没有", NULL };
    return one_of(v, list);
}

/* "N" beside J and L is a size and no "no": of three values and more, none answers a question. */
static bool is_flag(const struct mention *values, size_t n, size_t which)
{
    const char *value = values[which].value;
    size_t of_name = 0;
    if (!says_yes(value) && !says_no(value)) return false;
    for (size_t k = 0; k < n; k++) of_name += text_eq(values[k].name, values[which].name);
    return strlen(value) > 1 || of_name <= 2;
}

/* Each value once, of all variants. */
static size_t values_of(struct arena *a, const struct knowledge_product *p, struct mention *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            const struct knowledge_option *o = &p->variant[i].option[k];
            bool there = false;
            for (size_t j = 0; j < n && !there; j++)
                there = text_eq(out[j].value, o->value) && text_eq(out[j].name, o->name);
            if (there || n == VALUES) continue;
            out[n] = (struct mention){ .value = o->value, .name = o->name };
            if (joined_of(str_of(o->value), out[n].joined, sizeof out[n].joined) > 0) n++;
        }
    return n;
}

size_t options_names(struct arena *a, const struct knowledge_product *p, const char **out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            bool there = false;
            for (size_t j = 0; j < n && !there; j++) there = text_eq(out[j], p->variant[i].option[k].name);
            if (!there && n < max) out[n++] = p->variant[i].option[k].name;
        }
    return n;
}

/* The words of a name from i on, where "resistant" is as good as "resistance". */
static size_t name_at(const struct heard *h, size_t i, const char *name)
{
    char joined[LOCAL_JOINED];
    size_t n = joined_of(str_of(name), joined, sizeof joined), at = 0, count = 0;
    size_t plain = atoms_joined(&h->a, i, joined, n);
    for (size_t k = 0; plain == 0; k++) {
        const char *other = lexicon_other(joined, k);
        if (!other) break;
        plain = atoms_joined(&h->a, i, other, strlen(other));
    }
    if (plain > 0) return plain;
    while (at < n && i + count < h->a.n) {
        const struct atom *x = &h->a.atom[i + count];
        size_t same = 0;
        while (same < x->n && at + same < n && x->text[same] == joined[at + same]) same++;
        if (same == x->n) at += same;
        else if (same >= 6 && n - at - same <= 4 && x->n - same <= 4) at = n;
        else return 0;
        count++;
    }
    return at >= n && count > 0 ? count : 0;
}

bool options_measure(const struct knowledge_product *p)
{
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            const struct knowledge_option *o = &p->variant[i].option[k];
            if (strpbrk(o->value, "0123456789") || str_eq_nocase(str_of(o->name), STR("size"))) return true;
        }
    return false;
}

size_t options_name_at(const struct heard *h, size_t i, const char *name) { return name_at(h, i, name); }

/* A word that is nearly an option's name and is the product's own: the weighted blanket is not asked for its weight. */
bool options_asked(struct arena *a, const struct heard *h, const struct knowledge_product *p, const char *name)
{
    char joined[LOCAL_JOINED];
    size_t n = joined_of(str_of(name), joined, sizeof joined);
    struct atoms title = atoms_of(a, str_of(p->title), 90);
    if (!options_named(h, name)) return false;
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        const char *last = strrchr(name, ' ');
        bool own = false;
        if (name_at(h, i, name) == 0 && (!last || name_at(h, i, last + 1) == 0)) continue;
        for (size_t t = 0; t < title.n && x->kind == ATOM_LETTERS && !atom_same(x, joined, n) && !own; t++)
            own = strcmp(title.atom[t].text, x->text) == 0;
        if (!own) return true;
    }
    return false;
}

bool options_named(const struct heard *h, const char *name)
{
    for (size_t i = 0; i < h->a.n; i++) {
        if (name_at(h, i, name) > 0) return true;
        /* "colors" asks for "frame color" too */
        const char *last = strrchr(name, ' ');
        if (last && name_at(h, i, last + 1) > 0) return true;
    }
    return false;
}

bool options_available(struct arena *a, const struct heard *h, const struct knowledge_product *p)
{
    const char *names[16];
    size_t n = options_names(a, p, names, ARRAY_LEN(names));
    for (size_t i = 0; i + 1 < h->a.n; i++)
        for (size_t k = 0; k < n && strcmp(h->a.atom[i].text, "available") == 0; k++)
            if (name_at(h, i + 1, names[k]) > 0) return true;
    return false;
}

static bool negated(const struct heard *h, size_t at)
{
    if (at > 0 && (h->sense[at - 1] & SENSE_NOT)) return true;
    return at > 1 && (h->sense[at - 2] & SENSE_NOT) && (h->sense[at - 1] & SENSE_STOP) && !h->a.atom[at - 1].broken;
}

/* "Besides black or white": neither of them. */
static bool excluded_too(const struct found *f, const struct heard *h, size_t at)
{
    const struct mention *last = f->mentions > 0 ? &f->mention[f->mentions - 1] : NULL;
    return last && last->excluded && last->at + last->n + 1 == at && lexicon_phrase(&h->a, at - 1, "or|and|nor") > 0;
}

/* The word of a name together with the one before it, as the title has them: the "seat" of "car seat" is no value. */
static bool is_of_phrase(const struct heard *h, size_t i, const struct atoms *title)
{
    for (size_t k = 1; i > 0 && !h->a.atom[i].broken && k < title->n; k++)
        if (atom_same(&title->atom[k], h->a.atom[i].text, h->a.atom[i].n) &&
            atom_same(&title->atom[k - 1], h->a.atom[i - 1].text, h->a.atom[i - 1].n))
            return true;
    return false;
}

/* "In a size 7", "a 41": the number of one size alone, where the option is named before it. VALUES: of none. */
static size_t sized_by(const struct heard *h, size_t i, const struct mention *values, const struct atoms *parts,
                       size_t n)
{
    size_t which = VALUES, count = 0;
    bool size = i > 0 && lexicon_phrase(&h->a, i - 1, "size|sizes|uk|eu|us|eur") > 0;
    size |= i > 1 && lexicon_phrase(&h->a, i - 2, "in a|in an") == 2;
    if (!size || h->a.atom[i].kind != ATOM_NUMBER || (i + 1 < h->a.n && h->a.atom[i + 1].glued)) return VALUES;
    for (size_t k = 0; k < n && count < 2; k++) {
        bool there = false;
        for (size_t j = 0; j < parts[k].n && !there; j++) {
            bool system = j > 0 && lexicon_phrase(&parts[k], j - 1, "uk|eu|us|eur|size") > 0;
            there = system && strcmp(parts[k].atom[j].text, h->a.atom[i].text) == 0;
        }
        if (there) which = k, count++;
    }
    return count == 1 ? which : VALUES;
}

static size_t value_at(const struct heard *h, size_t i, const char *joined, const struct option_others *others)
{
    size_t n = atoms_joined(&h->a, i, joined, strlen(joined));
    for (size_t k = 0; k < others->n; k++) { /* 灰色 rather than 灰 */
        size_t other = atoms_joined(&h->a, i, others->text[k], strlen(others->text[k]));
        if (other > n) n = other;
    }
    /* 米白色 is 米白, 橙色 is 橙 */
    size_t with = n > 0 ? local_said_with(h, i + n, joined) : 0;
    /* "the one that folds" is the folding one */
    const struct atom value = { .text = joined, .n = (uint8_t)strlen(joined), .kind = ATOM_LETTERS };
    bool does = n == 0 && i > 0 && lexicon_phrase(&h->a, i - 1, "that|which|who") > 0 && h->sense[i] == 0;
    does &= h->a.atom[i].n < 5 || strcmp(h->a.atom[i].text + h->a.atom[i].n - 4, "ness") != 0; /* "which firmness" */
    if (does && atom_akin(&h->a.atom[i], &value)) return 1;
    if (n != 1 || with > 0) return n + with;
    const struct atom *x = &h->a.atom[i];
    bool glued_after = i + 1 < h->a.n && h->a.atom[i + 1].glued && h->a.atom[i + 1].kind != ATOM_HAN;
    bool glued_before = x->glued && i > 0 && h->a.atom[i - 1].kind != ATOM_HAN;
    /* part of a longer word: the 9 of "9mm", the l of "l27" */
    return x->kind != ATOM_HAN && (glued_after || glued_before) ? 0 : n;
}

/* The word itself, or in its other spelling (gray). */
static bool is_word(const struct atom *part, const struct atom *x)
{
    if (strcmp(part->text, x->text) == 0) return true;
    for (size_t k = 0;; k++) {
        const char *other = lexicon_other(x->text, k);
        if (!other) return false;
        if (strcmp(part->text, other) == 0) return true;
    }
}

/* A word that one value alone has: the "sage" of sage green. VALUES: there is none, or several. */
static size_t part_of(const struct heard *h, size_t i, const struct mention *values, const struct atoms *parts,
                      size_t n)
{
    const struct atom *x = &h->a.atom[i];
    size_t which = VALUES, count = 0;
    if (x->kind != ATOM_LETTERS || x->n < 3 || h->sense[i] != 0) return VALUES;
    for (size_t k = 0; k < n && count < 2; k++) {
        bool there = false;
        for (size_t j = 0; j < parts[k].n && parts[k].n > 1 && !there; j++) there = is_word(&parts[k].atom[j], x);
        if (there && name_at(h, i, values[k].name) > 0) return VALUES; /* it asks for the option itself */
        if (there) which = k, count++;
    }
    return count == 1 ? which : VALUES;
}

/* Two numbers are those of the value, or all of them in a smaller unit or a larger: 90×40 of 900×400毫米. */
static bool same_pair(const struct atom *a, const struct atom *x, const struct atom *b, const struct atom *y)
{
    int64_t low = atom_thousandths(a), high = atom_thousandths(b), first = atom_thousandths(x),
            second = atom_thousandths(y);
    if (strcmp(a->text, x->text) == 0 && strcmp(b->text, y->text) == 0) return true;
    if (low < 1 || high < 1 || first < 1 || second < 1 || first > INT64_C(100000000) || low > INT64_C(100000000))
        return false;
    for (int64_t times = 10; times <= 100; times *= 10)
        if ((low * times == first && high * times == second) || (first * times == low && second * times == high))
            return true;
    return false;
}

/* "The 28-70 kit" is the one with 28-70 mm lens: two numbers written together that one value alone has; how many atoms
 * are said. VALUES: none. */
static size_t pair_of(const struct heard *h, size_t i, const struct atoms *parts, size_t n, size_t *said)
{
    size_t which = VALUES, count = 0, next = options_second_number(&h->a, i), from = h->a.atom[i].to;
    if (next == 0 || h->used[next] || memchr(h->text.p + from, ' ', h->a.atom[next].from - from)) return VALUES;
    for (size_t k = 0; k < n && count < 2; k++) {
        bool there = false;
        for (size_t j = 0; j + 1 < parts[k].n && !there; j++) {
            size_t second = options_second_number(&parts[k], j);
            there =
                second > 0 && (same_pair(&h->a.atom[i], &parts[k].atom[j], &h->a.atom[next], &parts[k].atom[second]));
        }
        if (there) which = k, count++;
    }
    *said = next + 1 - i;
    return count == 1 ? which : VALUES;
}

/* "4 piston" is four-piston, "three drawer" is 3-drawer: a number in figures or in words. */
static size_t counted_value(const struct heard *h, size_t i, const struct mention *value)
{
    const char *joined = value->joined;
    static const char *const words[][2] = { { "2", "two" },  { "3", "three" },  { "4", "four" },  { "5", "five" },
                                            { "6", "six" },  { "7", "seven" },  { "8", "eight" }, { "9", "nine" },
                                            { "10", "ten" }, { "12", "twelve" } };
    for (size_t k = 0; k < 2 * ARRAY_LEN(words); k++) {
        const char *said = words[k / 2][k % 2], *written = words[k / 2][1 - k % 2];
        size_t n = strlen(written);
        if (strcmp(h->a.atom[i].text, said) != 0 || strncmp(joined, written, n) != 0) continue;
        /* "2 cameras", of an option of that name */
        if (!joined[n] && i + 1 < h->a.n && name_at(h, i + 1, value->name) > 0) return 2;
        if (!joined[n]) continue;
        size_t rest = atoms_joined(&h->a, i + 1, joined + n, strlen(joined + n));
        if (rest > 0) return rest + 1;
    }
    return 0;
}

/* "Campag" is Campagnolo: the beginning of a word that one value alone is. VALUES: of none. */
static size_t begun_by(const struct heard *h, size_t i, const struct mention *values, size_t n)
{
    enum { LEAST = 5, CUT = 2 };
    const struct atom *x = &h->a.atom[i];
    size_t which = VALUES, count = 0;
    if (x->kind != ATOM_LETTERS || x->n < LEAST || h->sense[i] != 0) return VALUES;
    for (size_t k = 0; k < n; k++) {
        bool begins = strncmp(values[k].joined, x->text, x->n) == 0 && strlen(values[k].joined) >= (size_t)x->n + CUT;
        if (begins && !strpbrk(values[k].value, " -/0123456789")) which = k, count++;
    }
    return count == 1 ? which : VALUES;
}

/* "With the hood n light" is with hood and light: the words of a value that carry something, in their order, however
 * they are joined; with the "with" before them. How many atoms, from *from on; 0: it is another one. */
static size_t value_loosely(const struct heard *h, size_t i, const struct atoms *value, size_t *from)
{
    static const char joints[] = "with|and|the|a|an|of|in|plus|its|n";
    size_t at = i, words = 0, k = 0;
    bool joined = false;
    while (k < value->n && lexicon_phrase(value, k, joints) > 0) k++;
    for (; k < value->n; k++) {
        size_t skip = at;
        if (lexicon_phrase(value, k, joints) > 0) {
            joined = true;
            continue;
        }
        while (words > 0 && skip < h->a.n && lexicon_phrase(&h->a, skip, joints) > 0) skip++;
        if (skip >= h->a.n || h->used[skip] || !atom_same(&h->a.atom[skip], value->atom[k].text, value->atom[k].n))
            return 0;
        at = skip + 1, words++;
    }
    if (words < 2 || !joined) return 0;
    *from = i;
    while (*from > 0 && *from + 2 > i && !h->a.atom[*from].broken && lexicon_phrase(&h->a, *from - 1, "with|the") > 0)
        --*from;
    return at - *from;
}

/* Words of one letter that are values only where a size is meant ("size s", "M"). */
static bool is_weak(const struct heard *h, size_t i, size_t n)
{
    const struct atom *x = &h->a.atom[i];
    if (n != 1) return false;
    if (x->kind == ATOM_LETTERS && x->n == 1 && x->text[0] == 'a') return true;
    return x->kind == ATOM_HAN && (h->sense[i] & (SENSE_STOP | SENSE_SOFT)) != 0;
}

/* A value before which its option's name stands ("size 9") belongs to that option, if it has it. */
static const char *name_before(const struct heard *h, size_t at, const struct mention *values, size_t n,
                               const char *joined)
{
    if (h->a.atom[at].broken) return NULL;
    for (size_t k = 0; k < n; k++)
        for (size_t back = 1; back <= 3 && back <= at && strcmp(values[k].joined, joined) == 0; back++)
            if (name_at(h, at - back, values[k].name) == back) return values[k].name;
    return NULL;
}

static void add(struct found *f, struct mention x)
{
    struct mention *last = f->mentions > 0 ? &f->mention[f->mentions - 1] : NULL;
    if (last && last->value == x.value && last->at + last->n == x.at && !x.excluded && !last->excluded) {
        last->n += x.n; /* 白菜猪肉 is 猪肉白菜 */
        return;
    }
    if (f->mentions < LOCAL_MENTIONS) f->mention[f->mentions++] = x;
}

/* "100g那个大罐": one value in two ways, where but one option has it. */
static bool is_said_again(const struct found *f, const struct mention *x, const struct mention *values, size_t n)
{
    size_t options = 0;
    bool before = false;
    for (size_t k = 0; k < n; k++) options += strcmp(values[k].joined, x->joined) == 0;
    for (size_t k = 0; k < f->mentions; k++) {
        const struct mention *y = &f->mention[k];
        before |= y->value == x->value && y->at + y->n < x->at && y->excluded == x->excluded;
    }
    return before && options == 1;
}

/* "大的那支 25g的": both ways are of the mention, where nothing that means something stands between. */
static void cover_again(struct found *f, const struct heard *h, const struct mention *x)
{
    struct mention *last = &f->mention[f->mentions - 1];
    if (last->value != x->value || last->excluded || h->a.atom[x->at].kind == ATOM_LETTERS) return;
    for (size_t i = last->at + last->n; i < x->at; i++)
        if (h->sense[i] == 0) return;
    last->n = x->at + x->n - last->at;
}

/* "waterproof", "not waterproof", "no features": a name whose values are yes and no. */
static size_t yes_or_no_at(struct found *f, const struct heard *h, size_t i, const struct mention *values, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool yes = says_yes(values[k].value), no = says_no(values[k].value);
        size_t count = yes || no ? name_at(h, i, values[k].name) : 0;
        if (count == 0) continue;
        bool want_no = negated(h, i);
        if (want_no ? !no : !yes) continue;
        struct mention x = values[k];
        x.at = i, x.n = count;
        add(f, x);
        return count;
    }
    return 0;
}

/* The number of a value that has but one ("W34", "UK 9"), as text; 0: it has none, or more. */
static size_t only_number(const char *joined, const char **out)
{
    static const char digits[] = "0123456789.";
    *out = joined + strcspn(joined, digits);
    size_t n = strspn(*out, digits);
    return strpbrk(*out + n, digits) ? 0 : n;
}

/* Whether the names of options stand before their numbers ("waist 34, leg 32"), and not behind them. */
static bool names_first(const struct heard *h, const struct mention *values, size_t n)
{
    for (size_t i = 0; i < h->a.n; i++) {
        for (size_t k = 0; k < n; k++)
            if (name_at(h, i, values[k].name) > 0) return true;
        if (h->a.atom[i].kind == ATOM_NUMBER) return false;
    }
    return false;
}

/* "34 waist, 32 leg": the one value of an option that has the number at i, beside the option's name; how many atoms. */
static size_t number_named(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which)
{
    size_t found = 0;
    const struct atom *x = &h->a.atom[i];
    if (x->kind != ATOM_NUMBER || (x->glued && i > 0)) return 0;
    bool first = names_first(h, values, n);
    for (size_t k = 0; k < n; k++) {
        const char *number = NULL;
        bool beside = first ? i > 0 && !x->broken && name_at(h, i - 1, values[k].name) == 1
                            : i + 1 < h->a.n && !x[1].broken && name_at(h, i + 1, values[k].name) > 0;
        size_t length = beside ? only_number(values[k].joined, &number) : 0;
        if (length != x->n || memcmp(number, x->text, length) != 0) continue;
        found++, *which = k;
    }
    return found == 1;
}

void options_heard(struct local *m, const struct knowledge_product *p, struct found *f)
{
    struct arena_mark mark = arena_mark(m->arena); /* forty products are heard in a turn, of 256 values each */
    struct mention *values = ARENA_ARRAY(m->arena, struct mention, VALUES);
    size_t n = values_of(m->arena, p, values);
    struct atoms *parts = ARENA_ARRAY(m->arena, struct atoms, n + 1); /* of values that are more than a word */
    struct option_others *others = ARENA_ARRAY(m->arena, struct option_others, n + 1);
    for (size_t k = 0; k < n; k++) {
        if (strpbrk(values[k].value, "0123456789 -/")) parts[k] = atoms_of(m->arena, str_of(values[k].value), 8);
        others[k] = options_others(m->arena, values, n, k);
    }
    const struct value_amounts *amounts = options_amounts(m->arena, values, n);
    const struct atoms title = atoms_of(m->arena, str_of(p->title), 40);
    const struct heard *h = &m->h;
    f->mentions = 0;
    for (size_t i = 0; i < h->a.n;) {
        size_t which = 0, side = h->used[i] ? 0 : options_side_at(h, i, values, n, &which), best = side;
        for (size_t k = 0; k < n && !h->used[i]; k++) {
            if (is_flag(values, n, k)) continue;
            size_t length = value_at(h, i, values[k].joined, &others[k]), said = amount_said(&h->a, i, &parts[k]);
            if (said > length) length = said;
            if (length == 0) length = counted_value(h, i, &values[k]);
            if (length == 1 && said == 1 && parts[k].n > 1 && name_at(h, i, values[k].name) == 1)
                length = 0; /* "what pack options": the name of what comes as 1-pack */
            /* "medium" of what comes in M, and with medium ventilation: as it is written */
            bool to_the_letter = length > 0 && length == best && side == 0 &&
                                 atoms_joined(&h->a, i, values[which].joined, strlen(values[which].joined)) == 0 &&
                                 atoms_joined(&h->a, i, values[k].joined, strlen(values[k].joined)) == length;
            if ((length > best || to_the_letter) && !is_weak(h, i, length)) best = length, which = k;
        }
        size_t flag = h->used[i] ? 0 : yes_or_no_at(f, h, i, values, n);
        if (flag > 0) {
            i += flag;
            continue;
        }
        size_t from = i;
        for (size_t k = 0, before = i; k < n && best == 0; k++) {
            best = h->used[i] || parts[k].n < 3 ? 0 : value_loosely(h, i, &parts[k], &before);
            if (best > 0) which = k, from = before;
        }
        if (best == 0 && !h->used[i] && !is_of_phrase(h, i, &title) &&
            (which = part_of(h, i, values, parts, n)) != VALUES)
            best = 1;
        size_t pair = 0;
        if (best == 0 && !h->used[i] && (which = pair_of(h, i, parts, n, &pair)) != VALUES) best = pair;
        if (best == 0 && !h->used[i] && (which = begun_by(h, i, values, n)) != VALUES) best = 1;
        if (best == 0 && !h->used[i] && (which = sized_by(h, i, values, parts, n)) != VALUES) best = 1;
        if (best == 0 && !h->used[i]) best = number_named(h, i, values, n, &which);
        if (best == 0 && !h->used[i]) best = options_single(h, i, values, n, &which);
        if (best == 0 && !h->used[i]) best = options_grade(m, i, values, n, &which);
        if (best == 0 && !h->used[i]) best = options_pack_at(m, i, values, n, &which);
        if (best == 0 && !h->used[i]) best = options_unit_at(h, i, values, n, &which);
        if (best == 0 && !h->used[i]) best = options_slip_at(m, i, p->title, values, n, &which);
        if (best == 0 && !h->used[i]) best = options_meant(m, p, i, values, amounts, n, &which);
        if (best == 0 && !h->used[i]) best = local_goods_counted(h, i, &title, parts, n, &which);
        if (best > 0) {
            struct mention x = values[which];
            x.name = side > 0 && best == side ? x.name : name_before(h, i, values, n, values[which].joined);
            x.at = from, x.n = best, x.excluded = negated(h, from);
            options_without(h, from, best, x.joined, &x.excluded);
            x.excluded |= excluded_too(f, h, from);
            if (!is_said_again(f, &x, values, n)) add(f, x);
            else cover_again(f, h, &x);
        }
        i = best ? from + best : i + 1;
    }
    arena_release(m->arena, mark); /* what was said points into the product alone */
}

/* Which options of a variant have the value of each mention, a bit each, and which mention has which option. */
struct places {
    uint32_t same[LOCAL_MENTIONS];
    size_t holder[FIT_OPTIONS]; /* LOCAL_MENTIONS: nobody */
};

/* Gives mention x an option, and who held it another one. `tried`: options that are known to be of no help. */
static bool place(struct places *s, size_t x, uint32_t *tried)
{
    for (size_t k = 0; k < FIT_OPTIONS; k++) {
        uint32_t bit = UINT32_C(1) << k;
        if (!(s->same[x] & bit) || (*tried & bit)) continue;
        *tried |= bit;
        if (s->holder[k] < LOCAL_MENTIONS && !place(s, s->holder[k], tried)) continue;
        s->holder[k] = x;
        return true;
    }
    return false;
}

/* Every mention finds an option of its own. The plain way, to try them in every order, takes a shopper's life where
 * twenty options have one value. */
bool options_fit(const struct knowledge_variant *v, const struct mention *mention, size_t n)
{
    struct places s = { .same = { 0 } };
    if (n > LOCAL_MENTIONS) n = LOCAL_MENTIONS;
    for (size_t k = 0; k < FIT_OPTIONS; k++) s.holder[k] = LOCAL_MENTIONS;
    for (size_t k = 0; k < v->options && k < FIT_OPTIONS; k++) {
        char joined[LOCAL_JOINED];
        joined_of(str_of(v->option[k].value), joined, sizeof joined);
        for (size_t i = 0; i < n; i++) {
            const struct mention *x = &mention[i];
            bool same = strcmp(joined, x->joined) == 0 && (!x->name || text_eq(x->name, v->option[k].name));
            if (x->excluded && same) return false;
            if (same) s.same[i] |= UINT32_C(1) << k;
        }
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t tried = 0;
        if (!mention[i].excluded && !place(&s, i, &tried)) return false;
    }
    return true;
}

static bool any_fits(const struct knowledge_product *p, const struct mention *mention, size_t n)
{
    for (size_t i = 0; i < p->variants; i++)
        if (options_fit(&p->variant[i], mention, n)) return true;
    return false;
}

/* "The 30 ml or the 50 ml?": no variant has both, and some have each. Those, by what was said of all of them; 0: that
 * is not it. */
size_t options_alternatives(const struct knowledge_product *p, const struct mention *mention, size_t mentions,
                            const struct knowledge_variant **out)
{
    struct mention all[LOCAL_MENTIONS], common[LOCAL_MENTIONS + 1];
    size_t n = 0, others = 0, count = 0;
    bool other[LOCAL_MENTIONS] = { false };
    for (size_t i = 0; i < mentions; i++)
        if (any_fits(p, &mention[i], 1)) all[n++] = mention[i];
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) {
            const struct mention both[2] = { all[i], all[k] };
            if (!all[i].excluded && !all[k].excluded && !any_fits(p, both, 2)) other[i] = other[k] = true;
        }
    for (size_t i = 0; i < n; i++)
        if (!other[i]) common[others++] = all[i];
    for (size_t k = 0; k < p->variants; k++)
        for (size_t i = 0; i < n; i++) {
            common[others] = all[i];
            if (!other[i] || !options_fit(&p->variant[k], common, others + 1)) continue;
            out[count++] = &p->variant[k];
            break;
        }
    return count;
}

static bool has_value(const struct knowledge_product *p, const char *name, const struct mention *x)
{
    for (size_t i = 0; i < p->variants; i++)
        for (size_t k = 0; k < p->variant[i].options; k++) {
            const struct knowledge_option *o = &p->variant[i].option[k];
            if (text_eq(o->name, name) && text_eq(o->value, x->value)) return true;
        }
    return false;
}

/* Two values of one option were said: who says both asks for either. */
bool options_choice(const struct knowledge_product *p, const struct mention *mention, size_t mentions)
{
    const char *names[16];
    size_t n = options_names(NULL, p, names, ARRAY_LEN(names));
    for (size_t k = 0; k < n; k++) {
        size_t values = 0;
        for (size_t i = 0; i < mentions; i++) values += !mention[i].excluded && has_value(p, names[k], &mention[i]);
        if (values > 1) return true;
    }
    return false;
}
