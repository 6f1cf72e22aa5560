/* local_meant.c: values of options that are meant by other words than the shop's: an amount in another unit ("20斤" is
 * 10kg), a part that no other value has ("大容量" is 大容量3000页). */
#include "chat/models/local.h"

#include <stdio.h>

enum { VALUE_ATOMS = 16, PART_LEAST = 2, PART_MOST = 6, TITLE_BYTES = 512 };

struct quantity {
    int64_t amount; /* thousandths of a milligram, of a millilitre, of a micrometre, of a watt */
    char of;        /* 'w'eight, 'v'olume, 'l'ength, 'p'ower; a digit: pieces of a kind */
};

/* The number of Chinese words at i, up to ninety-nine: 两, 十二, 三十; how many atoms. */
static size_t han_number_at(const struct atoms *a, size_t i, int64_t *out)
{
    static const char digits[] = "一二三四五六七八九";
    int64_t tens = 0, ones = 0;
    size_t at = i;
    bool ten = false;
    for (; at < a->n && a->atom[at].kind == ATOM_HAN && at < i + 3; at++) {
        const char *x = a->atom[at].text, *digit = strstr(digits, x);
        if (strcmp(x, "十") == 0 && !ten) tens = ones ? ones : 1, ones = 0, ten = true;
        else if (strcmp(x, "两") == 0 && at == i) ones = 2;
        else if (digit && ones == 0) ones = (digit - digits) / 3 + 1;
        else break;
    }
    *out = (tens * 10 + ones) * 1000;
    return at - i;
}

/* A fraction of an amount: one figure, a stroke, one figure or two. */
static int64_t of_fraction(const char *text)
{
    int64_t low = 0;
    for (const char *p = text + 2; *p; p++) {
        if (*p < '0' || *p > '9' || low > 9) return 0;
        low = low * 10 + (*p - '0');
    }
    return low > 0 ? (text[0] - '0') * INT64_C(1000) / low : 0;
}

int64_t atom_thousandths(const struct atom *x)
{
    int64_t n = 0;
    int decimals = -1;
    if (x->kind != ATOM_NUMBER || x->n > 8) return 0;
    if (x->n > 2 && x->text[1] == '/') return of_fraction(x->text);
    for (size_t i = 0; i < x->n && decimals < 3; i++) {
        if (x->text[i] == '.') decimals = 0;
        else n = n * 10 + (x->text[i] - '0'), decimals += decimals >= 0;
    }
    for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++) n *= 10;
    return n;
}

/* How many atoms from i on are an amount with its unit; 0: they are none. */
static size_t quantity_at(const struct atoms *a, size_t i, struct quantity *out)
{
    /* clang-format off */
    static const struct {
        const char *unit;
        int64_t times;
        char of;
    } units[] = {
        { "包", 1, '1' },        { "袋", 1, '2' },       { "盒", 1, '3' },       { "瓶", 1, '4' },
        { "支", 1, '5' },        { "片", 1, '6' },       { "只", 1, '7' },       { "罐", 1, '8' },
        { "kg", 1000000, 'w' },  { "g", 1000, 'w' },    { "mg", 1, 'w' },      { "lb", 453592, 'w' },
        { "oz", 28350, 'w' },    { "公斤", 1000000, 'w' }, { "千克", 1000000, 'w' }, { "毫克", 1, 'w' },
        { "克", 1000, 'w' },     { "斤", 500000, 'w' },  { "两", 50000, 'w' },   { "l", 1000, 'v' },
        { "ml", 1, 'v' },        { "毫升", 1, 'v' },     { "升", 1000, 'v' },    { "m", 1000000, 'l' },
        { "cm", 10000, 'l' },    { "mm", 1000, 'l' },    { "厘米", 10000, 'l' }, { "公分", 10000, 'l' },
        { "毫米", 1000, 'l' },   { "米", 1000000, 'l' }, { "英寸", 25400, 'l' }, { "寸", 25400, 'l' },
        { "inch", 25400, 'l' },  { "w", 1, 'p' },        { "瓦", 1, 'p' },
    };
    /* clang-format on */
    int64_t number = atom_thousandths(&a->atom[i]);
    size_t n = number > 0 ? 1 : han_number_at(a, i, &number), best = 0;
    if (n == 0 || i + n >= a->n || a->atom[i + n].broken) return 0;
    for (size_t k = 0; k < ARRAY_LEN(units); k++) {
        size_t length = atoms_joined(a, i + n, units[k].unit, strlen(units[k].unit));
        if (length <= best) continue;
        best = length, *out = (struct quantity){ number * units[k].times, units[k].of };
    }
    return best > 0 ? n + best : 0;
}

size_t amount_in(const struct atoms *a, size_t i, const struct atoms *text)
{
    struct quantity said, there;
    size_t count = quantity_at(a, i, &said);
    for (size_t at = 0; at < text->n && count > 0; at++)
        if (text->atom[at].kind == ATOM_NUMBER && quantity_at(text, at, &there) > 0 && there.of == said.of &&
            there.amount == said.amount)
            return count;
    return 0;
}

struct value_amounts {
    struct quantity q[VALUE_ATOMS / 2]; /* a number and its unit each */
    size_t n;
    bool whole; /* the first is all of the value */
};

const struct value_amounts *options_amounts(struct arena *a, const struct mention *values, size_t n)
{
    struct value_amounts *out = ARENA_ARRAY(a, struct value_amounts, n + 1);
    for (size_t k = 0; k < n; k++) {
        struct arena_mark mark = arena_mark(a);
        struct atoms v = atoms_of(a, str_of(values[k].value), VALUE_ATOMS);
        for (size_t at = 0; at < v.n && out[k].n < ARRAY_LEN(out[k].q); at++) {
            struct quantity q;
            size_t length = v.atom[at].kind == ATOM_NUMBER ? quantity_at(&v, at, &q) : 0;
            if (length == 0) continue;
            out[k].whole |= length == v.n;
            out[k].q[out[k].n++] = q;
        }
        arena_release(a, mark);
    }
    return out;
}

/* Which of the values is the amount that is said at i in another unit: one that is nothing else, or the only one that
 * has it ("大袋 5kg"). `values`: not found. */
static size_t value_of_quantity(const struct value_amounts *values, size_t n, const struct quantity *said)
{
    size_t whole = n, part = n, parts = 0;
    for (size_t k = 0; k < n && whole == n; k++) {
        bool has = false;
        for (size_t i = 0; i < values[k].n && !has; i++)
            has = values[k].q[i].of == said->of && values[k].q[i].amount == said->amount;
        if (has && values[k].whole) whole = k;
        if (has) part = k, parts++;
    }
    return whole < n ? whole : parts == 1 ? part : n;
}

static size_t values_with(const struct mention *values, size_t n, const char *part, size_t *which)
{
    size_t found = 0;
    for (size_t k = 0; k < n; k++)
        if (strstr(values[k].joined, part)) found++, *which = k;
    return found;
}

/* "大容量" is the value 大容量3000页, "木架" is 木架三踏板: characters that one value alone has, and neither a list nor
 * the title. How many of the turn's atoms; 0: none. */
static size_t value_in_part(const struct heard *h, const struct knowledge_product *p, size_t i,
                            const struct mention *values, size_t n, size_t *which)
{
    char part[LOCAL_JOINED] = "", title[TITLE_BYTES];
    size_t length = 0, count = 0, found = 0;
    bool unknown = false;
    for (size_t at = i; at < h->a.n && count < PART_MOST; at++) {
        const struct atom *x = &h->a.atom[at];
        size_t one = 0, before = length;
        if (x->kind != ATOM_HAN || h->used[at] || (count > 0 && x->broken)) break;
        memcpy(part + length, x->text, x->n), length += x->n, part[length] = 0;
        size_t now = values_with(values, n, part, &one);
        if (now == 0) {
            part[before] = 0;
            break;
        }
        found = now, *which = one, unknown |= h->sense[at] == 0, count++;
    }
    if (count < PART_LEAST || found != 1 || !unknown) return 0;
    (void)joined_of(str_of(p->title), title, sizeof title);
    return strstr(title, part) ? 0 : count;
}

/* "二分之一" is the value 1/2. */
static size_t fraction_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    int64_t low, high;
    size_t below = han_number_at(a, i, &low), at = i + below;
    if (below == 0 || at + 2 >= a->n || strcmp(a->atom[at].text, "分") != 0 || strcmp(a->atom[at + 1].text, "之") != 0)
        return 0;
    size_t above = han_number_at(a, at + 2, &high);
    char text[32];
    int length = snprintf(text, sizeof text, "%lld/%lld", (long long)high / 1000, (long long)low / 1000);
    for (size_t k = 0; k < n && above > 0 && length > 0; k++)
        if (text_eq(values[k].value, text)) {
            *which = k;
            return below + 2 + above;
        }
    return 0;
}

/* More than one stands before the measure: of "4包/箱" no 包 is sold by itself, nor a 瓶 of "500ml*6瓶". */
static bool counts_several(struct local *m, const char *value, const char *measure)
{
    struct atoms v = atoms_of(m->arena, str_of(value), VALUE_ATOMS);
    for (size_t k = 1; k < v.n; k++) {
        if (strcmp(v.atom[k].text, measure) != 0) continue;
        if (v.atom[k].broken) continue;                                         /* "12/箱": so many to one of them */
        size_t end = k > 1 && strstr("大小整", v.atom[k - 1].text) ? k - 1 : k; /* "6小瓶" */
        if (v.atom[end - 1].kind == ATOM_NUMBER && strcmp(v.atom[end - 1].text, "1") != 0) return true;
        for (size_t from = end > 3 ? end - 3 : 0; from < end; from++) {
            int64_t number = 0;
            if (from + han_number_at(&v, from, &number) == end && number != 1000) return true;
        }
    }
    return false;
}

/* "一箱" is 5包/箱 where no other value speaks of that measure. */
static size_t counted_at(struct local *m, size_t i, const struct mention *values, size_t n, size_t *which)
{
    static const char measures[] = "包袋盒瓶箱罐桶卷板";
    const struct atoms *a = &m->h.a;
    int64_t number = 0;
    size_t count = han_number_at(a, i, &number);
    size_t at = i + count;
    if (count == 1 && at < a->n && strcmp(a->atom[at].text, "整") == 0) at++;
    if (count != 1 || number != 1000 || at >= a->n || a->atom[at].kind != ATOM_HAN) return 0;
    const char *measure = a->atom[at].text;
    if (!strstr(measures, measure) || values_with(values, n, measure, which) != 1) return 0;
    return counts_several(m, values[*which].value, measure) ? 0 : at + 1 - i;
}

/* "红的呢", "58的": a value that is said shortly, with a word of grammar behind it or nothing. */
static bool ends_word(const struct atoms *a, size_t i, const char *title)
{
    static const char *const before[] = { "的", "呢", "这", "那", "有", "要", "款", NULL };
    if (i > 0 && !a->atom[i].broken && a->atom[i - 1].kind == ATOM_HAN && a->atom[i].kind == ATOM_HAN) {
        bool apart = false;                                   /* 绯红的 is no 红的 */
        if (strstr(title, a->atom[i - 1].text)) apart = true; /* 马面裙绿的 */
        for (size_t k = 0; before[k]; k++) apart |= strcmp(a->atom[i - 1].text, before[k]) == 0;
        if (!apart) return false;
    }
    if (i + 1 >= a->n || a->atom[i + 1].broken) return true;
    return strcmp(a->atom[i + 1].text, "的") == 0 || (strcmp(a->atom[i + 1].text, "呢") == 0);
}

/* "58的" is 58毫米, "and 90?" the pack of 90 lenses: a number that one value alone has, the unit left out. */
static size_t bare_at(const struct atoms *a, size_t i, const char *title, const struct mention *values, size_t n,
                      size_t *which)
{
    size_t found = 0;
    bool glued = a->atom[i].glued && i > 0 && a->atom[i - 1].kind != ATOM_HAN;
    if (a->atom[i].kind != ATOM_NUMBER || glued || a->atom[i].n < 2 || !ends_word(a, i, title)) return 0;
    for (size_t k = 0; k < n; k++) {
        size_t digits = strspn(values[k].joined, "0123456789.");
        if (digits != a->atom[i].n || memcmp(values[k].joined, a->atom[i].text, digits) != 0) continue;
        found++, *which = k;
    }
    return found == 1 ? 1 : 0;
}

/* "16+512" is 16GB+512GB: the numbers of one value, in their order, with or without their units. */
static size_t numbers_at(const struct atoms *a, size_t i, const struct mention *values,
                         const struct value_amounts *amounts, size_t n, size_t *which)
{
    size_t end = i + 1, found = 0;
    if (end < a->n && a->atom[end].kind == ATOM_LETTERS && a->atom[end].glued) end++;
    if (a->atom[i].kind != ATOM_NUMBER || end >= a->n || a->atom[end].kind != ATOM_NUMBER) return 0;
    if (a->atom[end].from > a->atom[end - 1].to + 1) return 0;
    for (size_t k = 0; k < n; k++) {
        const char *p = values[k].joined, *first = a->atom[i].text, *second = a->atom[end].text;
        size_t digits = strspn(p, "0123456789."), units = strcspn(p + digits, "0123456789");
        const char *q = p + digits + units;
        if (amounts[k].whole || digits != strlen(first) || memcmp(p, first, digits) != 0 || units == 0) continue;
        if (strspn(q, "0123456789.") != strlen(second) || memcmp(q, second, strlen(second)) != 0) continue;
        found++, *which = k;
    }
    if (found != 1) return 0;
    if (end + 1 < a->n && a->atom[end + 1].kind == ATOM_LETTERS && a->atom[end + 1].glued) end++;
    return end + 1 - i;
}

/* "A pack of six" is 6 pieces: the one value that begins with this number. */
static size_t pack_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    static const char *const words[] = { "two",   "three", "four", "five",   "six",   "seven",
                                         "eight", "nine",  "ten",  "eleven", "twelve" };
    size_t count = lexicon_phrase(a, i, "pack of|packs of|set of|box of|bundle of|case of|bag of"), found = 0;
    size_t number = 0, at = i + count;
    if (count == 0 || at >= a->n) return 0;
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (strcmp(a->atom[at].text, words[k]) == 0) number = k + 2;
    if (a->atom[at].kind == ATOM_NUMBER) number = (size_t)(atom_thousandths(&a->atom[at]) / 1000);
    for (size_t k = 0; k < n && number > 0; k++) {
        size_t digits = strspn(values[k].joined, "0123456789"), value = 0;
        for (size_t d = 0; d < digits && digits < 6; d++) value = value * 10 + (size_t)(values[k].joined[d] - '0');
        if (value != number) continue;
        found++, *which = k;
    }
    return found == 1 ? count + 1 : 0;
}

/* "大包的", "the big bottle": of values that are amounts of one kind, the largest; 小 and "small" the least. */
static size_t large_at(const struct atoms *a, size_t i, const struct mention *values,
                       const struct value_amounts *amounts, size_t n, size_t *which)
{
    static const char large[] = "大|最大|large|largest|big|biggest|bigger|larger",
                      small[] = "小|最小|small|smallest|smaller";
    static const char after[] = "包|袋|盒|瓶|桶|罐|箱|的|one|bottle|bag|pack|box|tin|size|tub|jar";
    size_t most = lexicon_phrase(a, i, large), words = most > 0 ? most : lexicon_phrase(a, i, small), best = n;
    size_t end = i + words, more = words > 0 && end < a->n ? lexicon_phrase(a, end, after) : 0;
    if (more == 0 || (i > 0 && strcmp(a->atom[i - 1].text, "多") == 0)) return 0; /* 多大包装 asks */
    for (size_t k = 0; k < n; k++) {
        if (strstr(values[k].joined, a->atom[i].text)) return 0; /* the shop's own word */
        if (!amounts[k].whole) continue;
        if (best < n && (amounts[k].q[0].of != amounts[best].q[0].of || !text_eq(values[k].name, values[best].name)))
            return 0;
        bool larger = best < n && amounts[k].q[0].amount > amounts[best].q[0].amount;
        if (best == n || larger == (most > 0)) best = k;
    }
    if (best == n) return 0;
    *which = best;
    return words + more;
}

/* "W30" is W30暖杏: letters and digits that are one word of one value alone. */
static size_t code_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    char code[LOCAL_JOINED];
    size_t end = i + 1, found = 0;
    if (a->atom[i].kind != ATOM_LETTERS || end >= a->n || a->atom[end].kind != ATOM_NUMBER) return 0;
    if (a->atom[end].from > a->atom[i].to + 1 || (i > 0 && a->atom[i].glued && a->atom[i - 1].kind != ATOM_HAN))
        return 0;
    if (end + 1 < a->n && a->atom[end + 1].glued && a->atom[end + 1].kind != ATOM_HAN) return 0;
    int length = snprintf(code, sizeof code, "%s%s", a->atom[i].text, a->atom[end].text);
    if (length <= 0 || (size_t)length >= sizeof code) return 0;
    for (size_t k = 0; k < n; k++) {
        const char *after = values[k].joined + length;
        if (strncmp(values[k].joined, code, (size_t)length) != 0 || (unsigned char)*after < 0xe3) continue;
        found++, *which = k;
    }
    return found == 1 ? 2 : 0;
}

/* "黑色" is 曜石黑 where nothing else is black. */
static size_t colour_at(const struct atoms *a, size_t i, const char *title, const struct mention *values, size_t n,
                        size_t *which)
{
    static const char colours[] = "黑白红蓝绿灰黄紫粉棕银金橙青";
    if (a->atom[i].kind != ATOM_HAN || !strstr(colours, a->atom[i].text)) return 0;
    bool named = i + 1 < a->n && strcmp(a->atom[i + 1].text, "色") == 0, alone = !named && ends_word(a, i, title);
    if (!named && !alone) return 0;
    return values_with(values, n, a->atom[i].text, which) == 1 ? 1 + named : 0;
}

size_t options_meant(struct local *m, const struct knowledge_product *p, size_t i, const struct mention *values,
                     const struct value_amounts *amounts, size_t n, size_t *which)
{
    const struct atoms *a = &m->h.a;
    struct quantity said;
    size_t found, count = n > 0 ? quantity_at(a, i, &said) : 0;
    if (count > 0 && (found = value_of_quantity(amounts, n, &said)) < n) {
        *which = found;
    } else {
        count = n > 0 ? fraction_at(a, i, values, n, which) : 0;
        if (count == 0 && n > 0) count = pack_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = numbers_at(a, i, values, amounts, n, which);
        if (count == 0 && n > 0) count = counted_at(m, i, values, n, which);
        if (count == 0 && n > 0) count = code_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = colour_at(a, i, p->title, values, n, which);
        if (count == 0 && n > 0) count = bare_at(a, i, p->title, values, n, which);
        if (count == 0 && n > 0) count = large_at(a, i, values, amounts, n, which);
    }
    if (count > 0) return count + (i + count < a->n && strcmp(a->atom[i + count].text, "装") == 0); /* "一斤装" */
    return value_in_part(&m->h, p, i, values, n, which);
}
