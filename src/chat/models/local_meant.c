/* local_meant.c: values of options that are meant by other words than the shop's: an amount in another unit ("20斤" is
 * 10kg), a part that no other value has ("大容量" is 大容量3000页). */
#include "chat/models/local.h"

#include <stdio.h>

enum { VALUE_ATOMS = 16, PART_LEAST = 2, PART_MOST = 6, TITLE_BYTES = 512 };

/* 1 to 9, 0 for 零; -1: no digit. 两 is one before what multiplies it, or first: 三两 is a weight, and so is 十两. */
static int han_digit_at(const struct atoms *a, size_t i, size_t first)
{
    static const char digits[] = "零一二三四五六七八九";
    if (a->atom[i].kind != ATOM_HAN) return -1;
    bool times = i + 1 < a->n && strstr("百千万", a->atom[i + 1].text) && a->atom[i + 1].kind == ATOM_HAN;
    if (strcmp(a->atom[i].text, "两") == 0) return i == first || times ? 2 : -1;
    const char *digit = strstr(digits, a->atom[i].text);
    return digit ? (int)(digit - digits) / 3 : -1;
}

static int64_t times_of(const struct atom *x)
{
    static const char *const rows[] = { "十", "百", "千", "万" };
    int64_t times = 10;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++, times *= 10)
        if (strcmp(x->text, rows[k]) == 0) return times;
    return 0;
}

/* The number of Chinese words at i, in thousandths: 两, 十二, 两万, 一千五, 半; how many atoms. */
static size_t han_number_at(const struct atoms *a, size_t i, int64_t *out)
{
    enum { MOST = 8 };
    int64_t whole = 0, part = 0, last = 0;
    int digit = -1;
    bool zero = false;
    size_t at = i;
    bool half = i < a->n && strcmp(a->atom[i].text, "半") == 0;
    *out = half ? 500 : 0;
    if (half) return 1;
    for (; at < a->n && at < i + MOST && (at == i || !a->atom[at].broken); at++) {
        int next = han_digit_at(a, at, i);
        int64_t times = times_of(&a->atom[at]);
        if (next >= 0 && digit < 0) {
            digit = next > 0 ? next : -1, zero |= next == 0;
        } else if (times == 10000 && whole == 0 && (part > 0 || digit > 0)) {
            whole = (part + (digit > 0 ? digit : 0)) * times, part = 0, digit = -1, last = times;
        } else if (times > 0 && times < 10000 && (digit > 0 || (times == 10 && at == i)) && (!last || times < last)) {
            part += (digit > 0 ? digit : 1) * times, digit = -1, last = times;
        } else break;
    }
    bool shortly = last >= 100 && !zero; /* 一千五 */
    if (digit > 0) part += shortly ? digit * last / 10 : digit;
    *out = (whole + part) * 1000;
    return *out > 0 ? at - i : 0;
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

/* clang-format off */
static const struct unit {
    const char *unit;
    int64_t times;
    char of;
} all_units[] = {
    { "包", 1, '1' },        { "袋", 1, '2' },       { "盒", 1, '3' },       { "瓶", 1, '4' },
    { "支", 1, '5' },        { "片", 1, '6' },       { "只", 1, '7' },       { "罐", 1, '8' },
    { "人", 1, 'A' },        { "层", 1, 'B' },       { "件", 1, 'C' },       { "张", 1, 'D' },
    { "卷", 1, 'E' },        { "根", 1, 'F' },       { "条", 1, 'G' },       { "个", 1, 'H' },
    { "颗", 1, 'I' },        { "粒", 1, 'J' },       { "枚", 1, 'K' },       { "抽", 1, 'L' },
    { "格", 1, 'M' },        { "匹", 1, 'N' },       { "座", 1, 'O' },       { "桶", 1, 'P' },
    { "度", 1, 'Q' },        { "磅", 1, 'R' },
    { "kg", 1000000, 'w' },  { "g", 1000, 'w' },     { "mg", 1, 'w' },       { "lb", 453592, 'w' },
    { "oz", 28350, 'w' },    { "公斤", 1000000, 'w' }, { "千克", 1000000, 'w' }, { "毫克", 1, 'w' },
    { "克", 1000, 'w' },     { "斤", 500000, 'w' },  { "两", 50000, 'w' },   { "l", 1000, 'v' },
    { "ml", 1, 'v' },        { "毫升", 1, 'v' },     { "升", 1000, 'v' },    { "m", 1000000, 'l' },
    { "cm", 10000, 'l' },    { "mm", 1000, 'l' },    { "厘米", 10000, 'l' }, { "公分", 10000, 'l' },
    { "毫米", 1000, 'l' },   { "米", 1000000, 'l' }, { "英寸", 25400, 'l' }, { "寸", 25400, 'l' },
    { "inch", 25400, 'l' },  { "litre", 1000, 'v' },  { "liter", 1000, 'v' }, { "cl", 10, 'v' },
    { "kilo", 1000000, 'w' }, { "kilogram", 1000000, 'w' }, { "gram", 1000, 'w' }, { "ounce", 28350, 'w' },
    { "metre", 1000000, 'l' }, { "meter", 1000000, 'l' }, { "w", 1, 'p' },   { "瓦", 1, 'p' },
    { "kw", 1000, 'p' },
    { "v", 1, 'u' },         { "伏", 1, 'u' },
    { "千瓦", 1000, 'p' },   { "毫安", 1, 'e' },     { "毫安时", 1, 'e' },   { "mah", 1, 'e' },
    { "ah", 1000, 'e' },     { "安时", 1000, 'e' },  { "gb", 1, 'b' },       { "tb", 1000, 'b' },
    { "t", 1000, 'b' },
};
/* clang-format on */

/* The unit that stands at i; how many atoms it is. */
static size_t unit_at(const struct atoms *a, size_t i, const struct unit **out)
{
    size_t best = 0;
    for (size_t k = 0; k < ARRAY_LEN(all_units); k++) {
        size_t length = atoms_joined(a, i, all_units[k].unit, strlen(all_units[k].unit));
        if (length > best) best = length, *out = &all_units[k];
    }
    return best;
}

/* A number in figures, or in Chinese words; 2万 is 20,000. */
static size_t number_at(const struct atoms *a, size_t i, int64_t *out)
{
    size_t n = 0;
    *out = atom_thousandths(&a->atom[i]);
    if (*out == 0) n = local_number_words(a, i, out);
    if (*out == 0) return han_number_at(a, i, out);
    if (n > 0) return n;
    int64_t times = i + 1 < a->n && a->atom[i + 1].glued ? times_of(&a->atom[i + 1]) : 0;
    if (times < 1000 || *out > INT64_C(1000000000)) return 1; /* of more than any shop has, nothing is made */
    *out *= times;
    return 2;
}

/* What is said behind an amount and is more of it: 5米4, 一米八, 1米75, 3斤半, 两斤三两. */
static size_t more_at(const struct atoms *a, size_t i, const struct unit *unit, struct quantity *q)
{
    static const char counted[] = "条根卷个件只包支张片套把组盘瓶盒袋箱层人";
    const struct unit *next = NULL;
    int64_t number = 0;
    if (i >= a->n || a->atom[i].broken || (a->atom[i].kind == ATOM_NUMBER && !a->atom[i].glued)) return 0;
    size_t half = lexicon_phrase(a, i, "半|and a half");
    q->amount += half > 0 ? unit->times * 500 : 0;
    if (half > 0) return half;
    size_t n = number_at(a, i, &number), behind = n > 0 ? unit_at(a, i + n, &next) : 0;
    if (n == 0 || (a->atom[i].kind == ATOM_NUMBER && memchr(a->atom[i].text, '.', a->atom[i].n))) return 0;
    if (behind > 0 && next->of == unit->of && next->times < unit->times) {
        q->amount += number * next->times;
        return n + behind;
    }
    bool metres = strcmp(unit->unit, "米") == 0 && number < 100 * INT64_C(1000);
    if (!metres || behind > 0 || (i + n < a->n && strstr(counted, a->atom[i + n].text))) return 0;
    bool tenths = number < 10 * INT64_C(1000) && (a->atom[i].kind != ATOM_NUMBER || a->atom[i].n == 1);
    q->amount += number * unit->times / (tenths ? 10 : 100);
    return n;
}

size_t quantity_at(const struct atoms *a, size_t i, struct quantity *out)
{
    const struct unit *unit = NULL;
    int64_t number = 0;
    size_t n = number_at(a, i, &number);
    if (n == 0 || i + n >= a->n || a->atom[i + n].broken) return 0;
    size_t length = unit_at(a, i + n, &unit);
    if (length == 0) return 0;
    *out = (struct quantity){ number * unit->times, unit->of };
    return n + length + more_at(a, i + n + length, unit, out);
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

/* 1.5 of "1.5×2米": the unit stands behind the other number. */
static size_t side_at(const struct atoms *v, size_t at, struct quantity *out)
{
    const struct unit *unit = NULL;
    size_t next = options_second_number(v, at);
    if (next == 0 || unit_at(v, next + 1, &unit) == 0 || unit->of != 'l') return 0;
    *out = (struct quantity){ atom_thousandths(&v->atom[at]) * unit->times, unit->of };
    return next - at;
}

const struct value_amounts *options_amounts(struct arena *a, const struct mention *values, size_t n)
{
    struct value_amounts *out = ARENA_ARRAY(a, struct value_amounts, n + 1);
    for (size_t k = 0; k < n; k++) {
        struct arena_mark mark = arena_mark(a);
        struct atoms v = atoms_of(a, str_of(values[k].value), VALUE_ATOMS);
        for (size_t at = 0, length; at < v.n && out[k].n<ARRAY_LEN(out[k].q); at += length> 0 ? length : 1) {
            struct quantity q;
            length = quantity_at(&v, at, &q);
            if (length == 0) length = side_at(&v, at, &q);
            if (length == 0 || (at > 0 && strstr("各每共满", v.atom[at - 1].text))) continue;
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
        for (size_t i = 0; i < values[k].n && !has; i++) {
            const struct quantity *q = &values[k].q[i];
            bool memory = q->of == 'b' && said->of == 'w' && q->amount * 1000 == said->amount; /* 512g of 512GB */
            has = memory || (q->of == said->of && q->amount == said->amount);
        }
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

/* Of several values with this part, the one that is no set of others: 三彩色 beside 黑色+三彩色套装. */
static size_t plain_with(const struct mention *values, size_t n, const char *part, size_t *which)
{
    static const char *const sets[] = { "+", "＋", "套装", "组合", "全套", "各一" };
    size_t found = 0;
    for (size_t k = 0; k < n; k++) {
        bool set = strstr(values[k].joined, part) == NULL;
        for (size_t i = 0; i < ARRAY_LEN(sets) && !set; i++) set = strstr(values[k].value, sets[i]) != NULL;
        if (!set) *which = k, found++;
    }
    return found;
}

/* Whether the title has this, and goes on with what the turn goes on with: then it is of the name. */
static bool is_of_title(const char *title, const char *part, const struct heard *h, size_t after)
{
    bool ends = after >= h->a.n || h->a.atom[after].broken || h->a.atom[after].kind != ATOM_HAN;
    for (const char *at = strstr(title, part); at; at = strstr(at + 1, part))
        if (ends || strncmp(at + strlen(part), h->a.atom[after].text, h->a.atom[after].n) == 0) return true;
    return false;
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
    bool colour = count > 1 && strcmp(h->a.atom[i + count - 1].text, "色") == 0;
    if (found > 1 && colour) found = plain_with(values, n, part, which);
    if (count < PART_LEAST || found != 1 || !unknown) return 0;
    (void)joined_of(str_of(p->title), title, sizeof title);
    bool listed = options_in_title(p, values[*which].value);
    return !listed && is_of_title(title, part, h, i + count) ? 0 : count;
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
    bool more = i + 2 < a->n && a->atom[i + 2].kind == ATOM_NUMBER; /* "30和50的" */
    if (more && lexicon_phrase(a, i + 1, "和|跟|与|还是|或") == 1) return true;
    return strcmp(a->atom[i + 1].text, "的") == 0 || (strcmp(a->atom[i + 1].text, "呢") == 0);
}

/* "The kettle 0.9 brass", "the 340 how much": before a value of another option, or a word that asks; of "12 cups" it
 * counts what stands behind it. */
static bool stands_alone(const struct heard *h, size_t i, const char *title, const struct mention *values, size_t n,
                         const char *name)
{
    enum { WORD_LEAST = 3 };
    const struct atom *next = &h->a.atom[i + 1];
    for (size_t k = 0; i + 1 < h->a.n && next->kind == ATOM_HAN && !next->broken && k < n; k++) /* "750樱花粉" */
        if (!text_eq(values[k].name, name) && h->a.atom[i].n > 1 &&
            atoms_joined(&h->a, i + 1, values[k].joined, strlen(values[k].joined)) > 1)
            return true;
    if (i + 1 >= h->a.n || next->glued || next->kind != ATOM_LETTERS) return false;
    bool the = i > 0 && lexicon_phrase(&h->a, i - 1, "the|a|an|your|my|this|that") > 0; /* "the 170 cat tree" */
    the |= h->a.atom[i].n >= WORD_LEAST;                                                /* "160 rotor" */
    if (the && next->n >= WORD_LEAST && h->sense[i + 1] == 0 && strcasestr(title, next->text)) return true;
    for (size_t k = 0; k < n; k++)
        if (!text_eq(values[k].name, name) && strncmp(values[k].joined, next->text, next->n) == 0) return true;
    if (memchr(h->a.atom[i].text, '.', h->a.atom[i].n) && !(h->sense[i + 1] & SENSE_SOFT))
        return true; /* it is hardly of anything else */
    return (h->sense[i + 1] & (SENSE_PRICE | SENSE_STOCK)) != 0;
}

/* "58的" is 58毫米, "and 90?" the pack of 90 lenses: a number that one value alone has, the unit left out. */
static size_t bare_at(const struct heard *h, size_t i, const char *title, const struct mention *values, size_t n,
                      size_t *which)
{
    const struct atoms *a = &h->a;
    size_t found = 0;
    bool glued = a->atom[i].glued && i > 0 && a->atom[i - 1].kind != ATOM_HAN;
    size_t behind = i + 1 < a->n ? lexicon_phrase(a, i + 1, "色号|号色|号|码") : 0; /* "05色号" */
    bool some = a->atom[i].n > 1 || behind > 0 || (i + 1 < a->n && (h->sense[i + 1] & SENSE_PRICE));
    if (a->atom[i].kind != ATOM_NUMBER || glued || !some) return 0;
    static const char asks[] = "还有|有货|有没|有吗|多少|几|怎么|什么|啥|能|可以|卖|价|现货|缺货|没货|装|的";
    bool ends = behind > 0 || ends_word(a, i, title) || (a->atom[i].n > 1 && lexicon_phrase(a, i + 1, asks) > 0);
    for (size_t k = 0; k < n; k++) {
        size_t digits = strspn(values[k].value, "0123456789.");
        if (digits != a->atom[i].n || memcmp(values[k].value, a->atom[i].text, digits) != 0) continue;
        if (!ends && !stands_alone(h, i, title, values, n, values[k].name)) continue;
        found++, *which = k;
    }
    if (found == 0 && ends) found = options_number_within(values, n, a->atom[i].text, which);
    return found == 1 ? 1 + behind : 0;
}

/* "16+512" is 16GB+512GB: the numbers of one value, in their order, with or without their units. */
static size_t numbers_at(const struct atoms *a, size_t i, const struct mention *values,
                         const struct value_amounts *amounts, size_t n, size_t *which)
{
    size_t end = i + 1, found = 0;
    if (end < a->n && a->atom[end].kind == ATOM_LETTERS && a->atom[end].glued) end++;
    end += end + 1 < a->n && a->atom[end].glued && strcmp(a->atom[end].text, "加") == 0; /* "16加512" */
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
    bool behind = count == 0 && a->atom[i].kind == ATOM_NUMBER && i + 1 < a->n && !a->atom[i + 1].broken &&
                  lexicon_phrase(a, i + 1, "pack|packs|pk|box|set|bundle") > 0; /* "100 pack" */
    if (behind) count = 1;
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

/* A gram is as much as a millilitre: of a tube of 60 g and a bottle of 350 ml that is the large one. */
static bool comparable(char a, char b) { return a == b || ((a == 'w' || a == 'v') && (b == 'w' || b == 'v')); }
static int64_t measure_of(const struct quantity *q) { return q->of == 'w' ? q->amount / 1000 : q->amount; }

/* "大包的", "the big bottle": of values that are amounts of one kind, the largest; 小 and "small" the least. */
static size_t large_at(const struct atoms *a, size_t i, const struct mention *values,
                       const struct value_amounts *amounts, size_t n, size_t *which)
{
    static const char large[] =
        "大|最大|large|largest|big|biggest|bigger|larger|tallest|longest|widest|heaviest|strongest",
                      small[] = "小|最小|small|smallest|smaller|shortest|tiniest|narrowest|lightest|littlest";
    static const char after[] = "包|袋|盒|瓶|桶|罐|箱|支|管|块|条|份|卷|件|的|one|bottle|bag|pack|box|tin|size|tub|jar";
    size_t most = lexicon_phrase(a, i, large), words = most > 0 ? most : lexicon_phrase(a, i, small), best = n;
    size_t end = i + words, more = words > 0 && end < a->n ? lexicon_phrase(a, end, after) : 0;
    bool most_of = words > 0 && a->atom[i].n > 4 && strcmp(a->atom[i].text + a->atom[i].n - 3, "est") == 0;
    if ((more == 0 && !most_of) || (i > 0 && strcmp(a->atom[i - 1].text, "多") == 0)) return 0; /* 多大包装 asks */
    for (size_t k = 0; k < n; k++) {
        if (strstr(values[k].joined, a->atom[i].text)) return 0; /* the shop's own word */
        if (!amounts[k].whole) continue;
        if (best < n &&
            (!comparable(amounts[k].q[0].of, amounts[best].q[0].of) || !text_eq(values[k].name, values[best].name)))
            return 0;
        bool larger = best < n && measure_of(&amounts[k].q[0]) > measure_of(&amounts[best].q[0]);
        if (best == n || larger == (most > 0)) best = k;
    }
    if (best == n) return 0;
    *which = best;
    return words + more;
}

/* "带线的", "含底座的吗": the one value that has it beside something else. */
static size_t with_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    enum { MOST = 4 };
    char part[LOCAL_JOINED] = "";
    size_t length = 0, at = i + 1, found = 0;
    if (a->atom[i].kind != ATOM_HAN || !strstr("带含配加", a->atom[i].text)) return 0;
    if (i > 0 && strstr("不没未无", a->atom[i - 1].text)) return 0;
    for (; at < a->n && at <= i + MOST && a->atom[at].kind == ATOM_HAN && !a->atom[at].broken; at++) {
        if (lexicon_phrase(a, at, "的|吗|么|不|多少|几|什么|价|有|要|怎") > 0) break;
        memcpy(part + length, a->atom[at].text, a->atom[at].n), length += a->atom[at].n, part[length] = 0;
    }
    for (size_t k = 0; k < n && length > 0; k++) {
        static const char *const less[] = { "不含", "不带", "无", "单", "裸" };
        bool has = strstr(values[k].joined, part) != NULL;
        for (size_t w = 0; w < ARRAY_LEN(less) && has; w++) has = !strstr(values[k].joined, less[w]);
        if (has) *which = k, found++;
    }
    return found == 1 ? at - i : 0;
}

/* "三四个人睡的" is 3-4人: two numbers one after the other, and a value that has both. */
static size_t about_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    static const char used[] = "睡的|用的|住的|坐的|吃的|穿的|睡|用|住|坐|吃|穿|的";
    char joined[LOCAL_JOINED];
    size_t at = i + 2, found = 0;
    int low = i + 2 < a->n ? han_digit_at(a, i, i) : -1, high = low > 0 ? han_digit_at(a, i + 1, i + 1) : -1;
    if (low < 1 || high != low + 1 || a->atom[i + 1].broken) return 0;
    at += at < a->n && strcmp(a->atom[at].text, "个") == 0;
    if (at >= a->n || a->atom[at].kind != ATOM_HAN || strstr("十百千万", a->atom[at].text)) return 0;
    int length = snprintf(joined, sizeof joined, "%d%d%s", low, high, a->atom[at].text);
    for (size_t k = 0; k < n && length > 0; k++)
        if (strncmp(values[k].joined, joined, (size_t)length) == 0) *which = k, found++;
    return found == 1 ? at + 1 - i + lexicon_phrase(a, at + 1, used) : 0;
}

/* "15pro的壳", "苹果15": a value said without the word of letters that it begins with, where no other ends so. */
static size_t ending_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    char joined[LOCAL_JOINED] = "";
    size_t end = i, length = 0, found = 0;
    bool alone = i == 0 || a->atom[i].broken || a->atom[i - 1].kind == ATOM_HAN || !a->atom[i].glued;
    if (a->atom[i].kind != ATOM_NUMBER || !alone || a->atom[i].n < 2) return 0;
    for (; end < a->n && a->atom[end].kind != ATOM_HAN && (end == i || !a->atom[end].broken); end++) {
        if (length + a->atom[end].n >= sizeof joined) return 0;
        memcpy(joined + length, a->atom[end].text, a->atom[end].n), length += a->atom[end].n, joined[length] = 0;
    }
    bool behind = i > 0 && a->atom[i].glued && a->atom[i - 1].kind == ATOM_HAN; /* 苹果15 */
    if (end == i + 1 && !behind) return 0;
    for (size_t k = 0; k < n; k++) {
        size_t all = strlen(values[k].joined), before = all > length ? all - length : 0;
        if (before < 3 || strcmp(values[k].joined + before, joined) != 0) continue;
        if (strspn(values[k].joined, "abcdefghijklmnopqrstuvwxyz") == before) *which = k, found++;
    }
    return found == 1 ? end - i : 0;
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
    size_t found = values_with(values, n, a->atom[i].text, which);
    if (found > 1) found = plain_with(values, n, a->atom[i].text, which);
    return found == 1 ? 1 + named : 0;
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
        if (count == 0 && n > 0) count = local_fraction_bare(a, i, values, n, which);
        if (count == 0 && n > 0) count = pack_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = numbers_at(a, i, values, amounts, n, which);
        if (count == 0 && n > 0) count = counted_at(m, i, values, n, which);
        if (count == 0 && n > 0) count = options_each_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = with_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = about_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = ending_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = code_at(a, i, values, n, which);
        if (count == 0 && n > 0) count = colour_at(a, i, p->title, values, n, which);
        if (count == 0 && n > 0) count = bare_at(&m->h, i, p->title, values, n, which);
        if (count == 0 && n > 0) count = large_at(a, i, values, amounts, n, which);
    }
    if (count > 0) return count + (i + count < a->n && strcmp(a->atom[i + count].text, "装") == 0); /* "一斤装" */
    return value_in_part(&m->h, p, i, values, n, which);
}
