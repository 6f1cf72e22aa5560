/* local_budget.c: the most that something may cost ("seeds under £3", "a hose for up to 35 pounds", "my budget is
 * 200", "一千五以内"). What is heard is a number of money: of kilos, litres and years nothing is read here, and nothing
 * is changed from one currency into another. */
#include "chat/models/local.h"

enum { BUDGET_GAP = 3, BACK = 3, LOOK = 6, SUM_DIGITS = 8, SUM_ATOMS = 24, AGE_MOST = 17 };
enum { TEN = 10, HUNDRED = 100, THOUSAND = 1000, TEN_THOUSAND = 10000 };
#define MOST (INT64_C(100000000) * THOUSAND) /* thousandths, as every sum here */

static bool is_one_of(const struct atom *x, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(x->text, *list) == 0) return true;
    return false;
}

/* ---- whose money it is ---- */

enum whose { WHOSE_UNSAID, WHOSE_OURS, WHOSE_OTHERS };
static const char of_dollars[] = "USD HKD TWD SGD AUD NZD CAD MXN ARS CLP COP";

static enum whose whose_of(const struct local *m, const char *codes)
{
    return !*codes || strstr(codes, currency_code(m->source->currency)) ? WHOSE_OURS : WHOSE_OTHERS;
}

/* The sign that stands at p; the currencies that are written with it, or NULL. */
static const char *sign_at(struct str s, size_t p, size_t *n)
{
    static const struct {
        const char *sign, *codes;
    } signs[] = { { "$", of_dollars },       { "\xc2\xa3", "GBP" },         { "\xe2\x82\xac", "EUR" },
                  { "\xc2\xa5", "CNY JPY" }, { "\xef\xbf\xa5", "CNY JPY" }, { "\xe2\x82\xa9", "KRW" },
                  { "\xe2\x82\xb9", "INR" } };
    for (size_t k = 0; k < ARRAY_LEN(signs); k++) {
        *n = strlen(signs[k].sign);
        if (p + *n <= s.n && memcmp(s.p + p, signs[k].sign, *n) == 0) return signs[k].codes;
    }
    return NULL;
}

/* The currencies of a sign before the number at atom i: "$30", "HK$ 300"; NULL: none stands there. */
static const char *sign_before(const struct heard *h, size_t i)
{
    static const char *const prefixes[][2] = { { "us", "USD" }, { "hk", "HKD" }, { "nt", "TWD" }, { "au", "AUD" },
                                               { "a", "AUD" },  { "ca", "CAD" }, { "c", "CAD" },  { "nz", "NZD" },
                                               { "sg", "SGD" }, { "s", "SGD" },  { "mx", "MXN" } };
    size_t end = h->a.atom[i].from, n = 0;
    if (end > 0 && h->text.p[end - 1] == ' ') end--;
    for (size_t back = 1; back <= 3 && back <= end; back++) {
        const char *codes = sign_at(h->text, end - back, &n);
        if (!codes || n != back) continue;
        for (size_t k = 0; k < ARRAY_LEN(prefixes) && n == 1 && i > 0 && h->a.atom[i - 1].to == end - 1; k++)
            if (strcmp(h->a.atom[i - 1].text, prefixes[k][0]) == 0) return prefixes[k][1];
        return codes;
    }
    return NULL;
}

/* "30€": the sign is not the next number's ("the 30 $50"). */
static const char *sign_behind(const struct heard *h, size_t last)
{
    size_t at = h->a.atom[last].to, n = 0;
    if (at < h->text.n && h->text.p[at] == ' ') at++;
    const char *codes = sign_at(h->text, at, &n);
    bool next = codes && at + n < h->text.n && h->text.p[at + n] >= '0' && h->text.p[at + n] <= '9';
    return next ? NULL : codes;
}

/* By a sign or a word at the number of the atoms from i to *end; *end moves behind a word. */
static enum whose whose_money(const struct local *m, size_t i, size_t *end)
{
    static const struct {
        const char *words, *codes;
    } rows[] = { { "dollar|dollars|buck|bucks", of_dollars },
                 { "usd|us dollar|us dollars|美元|美金", "USD" },
                 { "pound|pounds|quid|gbp|英镑", "GBP" },
                 { "euro|euros|eur|欧元", "EUR" },
                 { "yuan|rmb|cny|人民币|块人民币|元人民币", "CNY" },
                 { "yen|jpy|日元|日币", "JPY" },
                 { "hkd|港元|港币|港纸", "HKD" },
                 { "twd|ntd|新台币|台币", "TWD" },
                 { "块钱|元钱|块|元", "" } }; /* whoever writes Chinese says this of any money */
    const struct heard *h = &m->h;
    const char *codes = sign_before(h, i);
    size_t best = 0;
    if (!codes) codes = sign_behind(h, *end - 1);
    for (size_t k = 0; k < ARRAY_LEN(rows) && *end < h->a.n; k++) {
        size_t n = lexicon_phrase(&h->a, *end, rows[k].words);
        if (n <= best) continue;
        best = n;
        if (!codes || *rows[k].codes) codes = rows[k].codes;
    }
    *end += best;
    return codes ? whose_of(m, codes) : WHOSE_UNSAID;
}

/* "For kids under 5", "适合身高150以下的": an age, or a measure of a thing, and no money. `i`: where the limit begins,
 * with its words or its number. */
static bool is_of_thing(const struct heard *h, size_t i, int64_t sum)
{
    static const char measures[] =
        "tall|height|weight|weigh|weighs|weighing|size|sizes|length|width|depth|noise|wattage|capacity|diameter|age|"
        "ages|aged|身高|体重|个子|尺码|尺寸|码数|长度|宽度|高度|厚度|直径|噪音|噪声|分贝|功率|重量|容量|面积|温度|年龄";
    static const char people[] = "kid|kids|child|children|baby|babies|toddler|toddlers|infant|infants|boys|girls|year "
                                 "old|suitable|孩|娃|宝宝|儿童|幼儿|婴儿|小朋友|岁|适合|适用";
    for (size_t back = 1; back <= LOOK && back <= i; back++) {
        const struct atom *x = &h->a.atom[i - back];
        if (h->a.atom[i - back + 1].broken || x->kind == ATOM_NUMBER || strcmp(x->text, "的") == 0) break;
        if (lexicon_phrase(&h->a, i - back, measures) > 0) return true;
    }
    return sum <= (int64_t)AGE_MOST * THOUSAND && lexicon_says(&h->a, people);
}

static int64_t minor_of(const struct local *m, int64_t sum)
{
    for (int k = 0; k < currency_digits(m->source->currency); k++) sum *= TEN; /* of at most 10^11 */
    return sum / THOUSAND;
}

/* The words of a limit are read. One in the money of another is no limit, but asks what it costs here. */
static void limit_read(struct local *m, size_t i, size_t end, enum whose whose, int64_t sum)
{
    struct heard *h = &m->h;
    if (whose != WHOSE_OTHERS) m->most = minor_of(m, sum);
    for (size_t k = i; k < end; k++) {
        h->sense[k] = whose == WHOSE_OTHERS ? SENSE_STOP | SENSE_PRICE : SENSE_STOP;
        h->used[k] = true;
    }
    h->all = 0;
    for (size_t k = 0; k < h->a.n; k++) h->all |= h->sense[k];
}

/* ---- sums: "500", "2k", "两百", "一千五", "1万2千", "1.5万" ---- */

/* 0 to 9; -1: no Chinese digit. */
static int han_digit(const struct atom *x)
{
    static const char digits[] = "零一二三四五六七八九";
    if (x->kind != ATOM_HAN) return -1;
    if (strcmp(x->text, "两") == 0) return 2;
    const char *digit = strstr(digits, x->text);
    return digit ? (int)(digit - digits) / 3 : -1;
}

/* What multiplies the number before it; 0: nothing that does. */
static int64_t times_at(const struct heard *h, size_t i)
{
    static const struct {
        const char *word;
        int64_t times;
    } rows[] = { { "十", TEN }, { "百", HUNDRED }, { "千", THOUSAND }, { "万", TEN_THOUSAND }, { "k", THOUSAND } };
    for (size_t k = 0; k < ARRAY_LEN(rows) && i < h->a.n && !h->a.atom[i].broken; k++)
        if (strcmp(h->a.atom[i].text, rows[k].word) == 0 && (*rows[k].word != 'k' || h->a.atom[i].glued))
            return rows[k].times;
    return 0;
}

/* Figures, or Chinese digits one after the other; "两三百" is at most 300. How many atoms. */
static size_t digits_at(const struct heard *h, size_t i, int64_t *out)
{
    int digit, before = -1;
    size_t count = 0;
    *out = 0;
    if (i < h->a.n && h->a.atom[i].kind == ATOM_NUMBER) {
        bool fraction = strchr(h->a.atom[i].text, '/') != NULL; /* no price is one */
        *out = fraction ? 0 : atom_thousandths(&h->a.atom[i]);
        return 1;
    }
    for (; i + count < h->a.n && count < SUM_DIGITS; count++) {
        digit = han_digit(&h->a.atom[i + count]);
        if (digit < 0 || (count > 0 && h->a.atom[i + count].broken)) break;
        bool about = count == 1 && digit == before + 1 && times_at(h, i + 2) > 0;
        *out = (about ? 0 : *out * TEN) + (int64_t)digit * THOUSAND;
        before = digit;
    }
    return count;
}

static bool sum_ends(const struct heard *h, size_t i)
{
    static const char after[] =
        "以内|之内|以下|之下|以里|内|的|左右|有|能|可以|买|想|推荐|看|块|元|rmb|美|港|欧|英|人民币";
    return i >= h->a.n || h->a.atom[i].broken || lexicon_phrase(&h->a, i, after) > 0;
}

/* In thousandths of the currency's unit; how many atoms. A sum of 0: these atoms are a number that nothing is made
 * of. */
static size_t sum_at(const struct heard *h, size_t i, int64_t *out)
{
    int64_t whole = 0, part = 0, unit = 0;
    size_t at = i;
    while (at < h->a.n && at < i + SUM_ATOMS && !h->used[at] && (at == i || !h->a.atom[at].broken)) {
        int64_t n = 0;
        size_t count = digits_at(h, at, &n);
        int64_t times = times_at(h, at + count);
        if (count == 0 && times == TEN) n = THOUSAND; /* "十五", "一百十五" */
        if (times == TEN_THOUSAND && whole == 0 && (n > 0 || part > 0)) {
            whole = (part + n) * times, part = 0, unit = times;
        } else if (times > 0 && times < TEN_THOUSAND && n > 0 && (unit == 0 || times < unit)) {
            part += n * times, unit = times;
        } else {
            bool shortly = count == 1 && n < (int64_t)TEN * THOUSAND && unit >= HUNDRED; /* "一千五", "1万2" */
            bool last = count > 0 && times == 0 && (unit == 0 || n < unit * THOUSAND);
            if (!last || (shortly && !sum_ends(h, at + count))) break;
            part += shortly ? n * unit / TEN : n, at += count;
            break;
        }
        at += count + 1;
    }
    *out = whole + part < MOST ? whole + part : MOST;
    if (h->a.atom[i].kind == ATOM_HAN && unit == 0) return 0; /* 一 alone is no sum */
    return at == i && h->a.atom[i].kind == ATOM_NUMBER ? 1 : at - i;
}

/* ---- "under £3", "a budget of 200" ---- */

/* With nothing behind it that it could count. */
static bool is_bare(const struct heard *h, size_t end)
{
    if (end >= h->a.n) return true;
    const struct atom *next = &h->a.atom[end];
    return !next->glued && next->kind == ATOM_LETTERS &&
           (next->broken || ((h->sense[end] & SENSE_STOP) && strcmp(next->text, "in") != 0));
}

/* How many atoms from i on say that a limit follows; 0: none. */
static size_t limit_at(const struct heard *h, size_t i)
{
    static const char *const one[] = { "under", "below", "max", "maximum", "within", "budget", "spend", "upto", NULL };
    static const char *const two[][2] = { { "less", "than" },    { "cheaper", "than" }, { "up", "to" },
                                          { "at", "most" },      { "more", "than" },    { "lower", "than" },
                                          { "costing", "under" } };
    if (is_one_of(&h->a.atom[i], one)) return 1;
    for (size_t k = 0; k < ARRAY_LEN(two) && i + 1 < h->a.n; k++) {
        if (strcmp(h->a.atom[i].text, two[k][0]) != 0 || strcmp(h->a.atom[i + 1].text, two[k][1]) != 0) continue;
        if (strcmp(two[k][0], "more") == 0 && (i == 0 || !(h->sense[i - 1] & SENSE_NOT))) continue;
        return 2;
    }
    return 0;
}

/* "Is $50 enough for a hose", "would 20 quid be enough". */
static void limit_enough(struct local *m)
{
    struct heard *h = &m->h;
    for (size_t i = 0; i < h->a.n; i++) {
        int64_t sum = 0;
        if (h->a.atom[i].kind != ATOM_NUMBER || h->used[i]) continue;
        size_t end = i + sum_at(h, i, &sum);
        enum whose whose = whose_money(m, i, &end);
        size_t words = lexicon_phrase(&h->a, end, "enough|be enough|do it|cover it|够吗|够不够|够买");
        if (sum == 0 || whose == WHOSE_UNSAID || words == 0) continue;
        limit_read(m, i, end + words, whose, sum);
        return;
    }
}

static void limit_before(struct local *m)
{
    struct heard *h = &m->h;
    bool budget = lexicon_says(&h->a, "budget|spend|cheaper than|costing under");
    for (size_t i = 0; i < h->a.n; i++) {
        size_t words = limit_at(h, i), at = i + words;
        if (words == 0) continue;
        for (size_t skip = 0; skip < BUDGET_GAP && at < h->a.n && h->a.atom[at].kind != ATOM_NUMBER; skip++) {
            if (!(h->sense[at] & SENSE_STOP)) break;
            at++;
        }
        if (at >= h->a.n || h->a.atom[at].kind != ATOM_NUMBER || h->used[at]) continue;
        int64_t sum = 0;
        size_t end = at + sum_at(h, at, &sum), behind = end;
        enum whose whose = whose_money(m, at, &end);
        if (sum == 0) continue;
        /* "Pro Max 256" is a name, and "under 20 pounds" may be a weight */
        bool name = strcmp(h->a.atom[i].text, "max") == 0 && at == i + 1;
        bool bare = is_bare(h, end) && (budget || (!name && !is_of_thing(h, i, sum)));
        if (whose == WHOSE_UNSAID && !bare) continue;
        if (whose == WHOSE_OTHERS && behind < end && strncmp(h->a.atom[behind].text, "pound", strlen("pound")) == 0)
            continue;
        limit_read(m, i, end, whose, sum);
        return;
    }
}

/* ---- "500以内", "预算两千" ---- */

static bool is_one(const struct heard *h, size_t i, const char *const *list, size_t *count)
{
    for (; *list; list++) {
        *count = i < h->a.n ? atoms_joined(&h->a, i, *list, strlen(*list)) : 0;
        if (*count > 0) return true;
    }
    return false;
}

/* "预算", "不超过", shortly before i. */
static bool bounded_before(const struct heard *h, size_t i)
{
    static const char *const words[] = { "预算", "不超过", "不到", "低于", "少于", "最多", "不高于", "控制在", NULL };
    size_t n;
    for (size_t back = 1; back <= i && back <= BACK + 2; back++)
        if (is_one(h, i - back, words, &n) && n + BACK >= back) return true;
    return false;
}

/* "几百", and what is left of a number that was not understood. */
static bool is_within_number(const struct heard *h, size_t i)
{
    if (i == 0 || h->a.atom[i].broken || h->a.atom[i - 1].kind != ATOM_HAN) return false;
    return han_digit(&h->a.atom[i - 1]) >= 0 || times_at(h, i - 1) > 0 || strstr("几数", h->a.atom[i - 1].text);
}

/* "两百左右的戒指" bounds nothing: what it costs is told. */
static void asks_price(struct heard *h, size_t i, size_t end)
{
    for (size_t k = i; k < end; k++) h->sense[k] = SENSE_STOP | SENSE_PRICE, h->used[k] = true;
    h->all |= SENSE_PRICE;
}

static void han_budget(struct local *m)
{
    static const char *const after[] = { "以内", "之内", "以下", "之下", "以里", "内", NULL };
    static const char *const about[] = { "左右", "上下", "出头", NULL };
    static const char *const goes_on[] = { "的", "有", "能", "可以", "买", "想", "推荐", "看", NULL };
    struct heard *h = &m->h;
    bool budget = lexicon_says(&h->a, "预算|budget");
    for (size_t i = 0, n = 0; i<h->a.n; i += n> 0 ? n : 1) {
        int64_t sum = 0;
        size_t more = 0;
        n = h->used[i] ? 0 : sum_at(h, i, &sum);
        if (n == 0 || sum == 0 || is_within_number(h, i)) continue;
        size_t end = i + n;
        enum whose whose = whose_money(m, i, &end);
        if (is_one(h, end, about, &more) && (whose != WHOSE_UNSAID || !is_of_thing(h, i, sum))) {
            asks_price(h, i, end + more);
            return;
        }
        bool bound = is_one(h, end, after, &more);
        if (bound) end += more;
        /* "不到3岁" is no sum */
        bool plain = end >= h->a.n || h->a.atom[end].broken || is_one(h, end, goes_on, &more);
        if (!bound && !(bounded_before(h, i) && (whose != WHOSE_UNSAID || plain))) continue;
        if (whose == WHOSE_UNSAID && !budget && is_of_thing(h, i, sum)) continue;
        limit_read(m, i, end, whose, sum);
        return;
    }
}

void local_budget(struct local *m)
{
    m->most = 0;
    if (m->source->currency == CURRENCY_NONE) return;
    limit_before(m);
    if (m->most == 0) limit_enough(m);
    if (m->most == 0) han_budget(m);
}
