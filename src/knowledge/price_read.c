/* price_read.c: prices as people and feeds write them. Strict where it matters: what could be read as two amounts
 * ("1.299" of a currency with cents) is refused, since a bot would tell a wrong price a thousand times. */
#include "knowledge/readers.h"

enum { DIGITS_MAX = 15 };

static const struct {
    struct str sign;
    const char *means; /* codes of three letters that it stands for */
} signs[] = {
    { STR("US$"), "USD" },
    { STR("HK$"), "HKD" },
    { STR("NT$"), "TWD" },
    { STR("RMB"), "CNY" },
    { STR("\xe5\x85\x83"), "CNYTWDHKD" }, /* yuan */
    { STR("\xc2\xa5"), "CNYJPY" },
    { STR("\xef\xbf\xa5"), "CNYJPY" }, /* the yen sign, narrow and wide */
    { STR("\xe2\x82\xac"), "EUR" },
    { STR("\xc2\xa3"), "GBP" },
    { STR("\xe2\x82\xa9"), "KRW" },
    { STR("\xe2\x82\xb9"), "INR" },
    { STR("$"), "USDAUDCADHKDSGDNZDTWDMXNARSCLPCOP" },
};

static bool means(const char *codes, enum currency c)
{
    for (; *codes; codes += 3)
        if (memcmp(codes, currency_code(c), 3) == 0) return true;
    return false;
}

/* What stands before or behind the digits. NULL: nothing, or it fits. */
static const char *judge_word(struct str word, enum currency c, enum currency *told)
{
    word = str_trim(word);
    if (word.n == 0) return NULL;
    enum currency code = word.n == 3 ? currency_from_code(word.p, 3) : CURRENCY_NONE;
    if (code != CURRENCY_NONE) {
        *told = code;
        return c == CURRENCY_NONE || c == code ? NULL : "other_currency";
    }
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (!str_eq(word, signs[i].sign)) continue;
        if (strlen(signs[i].means) == 3) *told = currency_from_code(signs[i].means, 3);
        if (c == CURRENCY_NONE) return NULL;
        return means(signs[i].means, c) ? NULL : "other_currency";
    }
    return "format";
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Digits behind the place `i`, up to the next sign. */
static size_t run(struct str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && is_digit(s.p[i + n])) n++;
    return n;
}

/* Where the part behind the point begins (its sign's place), or s.n. SIZE_MAX: it could be two amounts, or none. */
static size_t point_of(struct str s, int digits)
{
    size_t commas = 0, points = 0, comma = 0, point = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ',') commas++, comma = i;
        if (s.p[i] == '.') points++, point = i;
    }
    if (commas + points == 0) return s.n;
    if (commas > 0 && points > 0) {
        if (commas > 1 && points > 1) return SIZE_MAX;
        return comma > point ? (commas == 1 ? comma : SIZE_MAX) : (points == 1 ? point : SIZE_MAX);
    }
    if (commas + points > 1) return s.n; /* 1,234,567 */
    size_t at = commas ? comma : point, behind = run(s, at + 1);
    if (behind != 3) return at;
    if (points && digits != 3) return SIZE_MAX;
    return points ? at : s.n; /* 1,299 */
}

static const char *amount(struct str s, int digits, int64_t *out)
{
    size_t point = point_of(s, digits), whole = 0;
    int64_t n = 0;
    int behind = 0;
    if (point == SIZE_MAX) return "format";
    for (size_t i = 0; i < s.n; i++) {
        if (i == point) continue;
        if (!is_digit(s.p[i])) {
            /* Between thousands, and nowhere else. */
            if (i > point || whole == 0 || run(s, i + 1) != 3) return "format";
            continue;
        }
        if (i > point && behind >= digits) { /* 12.9000 says no more than 12.90 */
            if (s.p[i] != '0') return "format";
            continue;
        }
        if (i > point) behind++;
        else whole++;
        if (whole + (size_t)behind > DIGITS_MAX) return "too_large";
        n = n * 10 + (s.p[i] - '0');
    }
    if (whole == 0) return "format";
    for (; behind < digits; behind++) n *= 10;
    *out = n;
    return n > MONEY_LIMIT ? "too_large" : NULL;
}

const char *know_price_read(struct str text, enum currency c, int64_t *minor, enum currency *told)
{
    size_t from = 0, to;
    *told = CURRENCY_NONE;
    text = str_trim(text);
    while (from < text.n && !is_digit(text.p[from]) && text.p[from] != '-') from++;
    if (from == text.n) return "format";
    for (to = text.n; to > from && !is_digit(text.p[to - 1]);) to--;
    const char *code = judge_word((struct str){ text.p, from }, c, told);
    if (!code) {
        enum currency before = *told;
        code = judge_word((struct str){ text.p + to, text.n - to }, before ? before : c, told);
        if (*told == CURRENCY_NONE) *told = before;
    }
    if (code) return code;
    if (text.p[from] == '-') return "too_small";
    enum currency is = c != CURRENCY_NONE ? c : *told;
    if (is == CURRENCY_NONE) return "currency_missing";
    return amount((struct str){ text.p + from, to - from }, currency_digits(is), minor);
}
