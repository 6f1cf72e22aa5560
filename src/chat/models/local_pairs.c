/* local_pairs.c: values of options by what is not there ("裸机不含电池"), by some of each, and pairs of numbers. */
#include "chat/models/local.h"

/* 电池 of 裸机不含电池: the value says that it is not there. */
static bool lacks_it(const struct heard *h, size_t i, size_t n, const char *joined)
{
    static const char *const without[] = {
        "不含", "不带", "不配", "不送", "无", "没有", "没", "without", "no", "excl"
    };
    char said[LOCAL_JOINED] = "";
    size_t length = 0;
    size_t from = i + (h->a.atom[i].kind == ATOM_HAN && n > 1 && strstr("带含配有加要", h->a.atom[i].text));
    for (size_t k = from; k < i + n && length + h->a.atom[k].n < sizeof said; k++)
        memcpy(said + length, h->a.atom[k].text, h->a.atom[k].n), length += h->a.atom[k].n;
    said[length] = 0;
    const char *at = length > 0 ? strstr(joined, said) : NULL;
    for (size_t w = 0; at && at > joined && w < ARRAY_LEN(without); w++) {
        size_t before = strlen(without[w]);
        if ((size_t)(at - joined) >= before && memcmp(at - before, without[w], before) == 0) return true;
    }
    return false;
}

/* "不带电池的", "without the battery". */
static bool said_without(const struct heard *h, size_t i)
{
    enum { FAR = 3 };
    for (size_t back = 1; back <= FAR && back <= i && !h->a.atom[i - back + 1].broken; back++)
        if (lexicon_phrase(&h->a, i - back, "不|没|无|没有|不带|不含|不要|without|no|not") > 0) return true;
    return lexicon_phrase(&h->a, i, "不|没|无|without|no") > 0;
}

void options_without(const struct heard *h, size_t i, size_t n, const char *joined, bool *excluded)
{
    if (lacks_it(h, i, n, joined)) *excluded = !said_without(h, i);
}

/* "都来一瓶", "全套": the one value that has some of each. */
size_t options_each_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which)
{
    static const char said[] =
        "都来一|各来一|各要一|都要一|各一|每样一|每种一|每色一|一样一|样样来一|每样来一|全套|整套|成套|一整套|"
        "one of each|one each|the full set|the whole set|the complete set";
    static const char *const words[] = { "各一", "全套", "套装", "组合", "oneofeach", "fullset", "completeset" };
    size_t count = lexicon_phrase(a, i, said), found = 0;
    for (size_t k = 0; k < n && count > 0; k++) {
        bool has = false;
        for (size_t w = 0; w < ARRAY_LEN(words); w++) has |= strstr(values[k].joined, words[w]) != NULL;
        if (has) *which = k, found++;
    }
    return found == 1 ? count : 0;
}

/* Where the second of two numbers stands that are written together: "28-70", "70×100", "70x100", 70乘100; 0: nowhere.
 */
size_t options_second_number(const struct atoms *a, size_t i)
{
    size_t next = i + 1;
    if (next >= a->n || a->atom[i].kind != ATOM_NUMBER) return 0;
    size_t by = lexicon_phrase(a, next, "x|乘以|乘");
    for (size_t k = next; k < next + by; k++)
        if (a->atom[k].broken || a->atom[k].from > a->atom[k - 1].to + 1) return 0;
    next += by;
    if (next >= a->n || a->atom[next].kind != ATOM_NUMBER) return 0;
    bool times = a->atom[next].broken && by == 0; /* the sign of two bytes, or an asterisk */
    return a->atom[next].from <= a->atom[next - 1].to + 1 + times ? next : 0;
}
