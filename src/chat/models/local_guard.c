/* local_guard.c: the last look at a reply. Every amount of money and every address in it must stand in what it cites,
 * or have been said by the shopper; otherwise it is not sent. Whatever goes wrong above, no price is invented.
 *
 * Also: what of a merchant's words may be said on. A description is read by the bot, and its writer may be somebody who
 * wants to give the bot orders; a sentence that speaks like that is left out. */
#include "chat/models/local.h"

enum { HAN_BYTES = 3, PIECE = 1200, OVERLAP = 96 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The number that begins at i, without separators of thousands; the end of it is the answer. */
static size_t number_at(struct str s, size_t i, char *out, size_t size)
{
    size_t n = 0;
    bool point = false;
    for (; i < s.n; i++) {
        bool more = i + 1 < s.n && is_digit(s.p[i + 1]);
        if (is_digit(s.p[i])) {
            if (n + 1 < size) out[n++] = s.p[i];
        } else if (s.p[i] == '.' && more && !point) {
            point = true;
            if (n + 1 < size) out[n++] = '.';
        } else if (s.p[i] != ',' || !more) break;
    }
    /* 12.50 and 12.5 and, of 12.00, 12 are one amount */
    if (point) {
        while (n > 0 && out[n - 1] == '0') n--;
        if (n > 0 && out[n - 1] == '.') n--;
    }
    out[n] = 0;
    return i;
}

static const char *const signs[] = { "$", "¥", "￥", "€", "£", "₩", "₹", "usd", "cny", "rmb", "eur", "gbp", "hkd" };
static const char *const units[] = { "元", "块", "dollar", "euro", "usd", "cny",  "rmb",  "eur", "pound", "yuan",
                                     "$",  "€",  "£",      "cent", "圆",  "美元", "万元", "gbp", "hkd",   "jpy" };

static bool ends_with_any(struct str s, const char *const *list, size_t count)
{
    while (s.n > 0 && s.p[s.n - 1] == ' ') s.n--;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(list[i]);
        if (s.n >= n && str_eq_nocase((struct str){ s.p + s.n - n, n }, str_of(list[i]))) return true;
    }
    return false;
}
static bool starts_with_any(struct str s, const char *const *list, size_t count)
{
    while (s.n > 0 && s.p[0] == ' ') s.p++, s.n--;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(list[i]);
        if (s.n >= n && str_eq_nocase((struct str){ s.p, n }, str_of(list[i]))) return true;
    }
    return false;
}

/* The next amount of money at or after *at. */
static bool amount_next(struct str s, size_t *at, char *out, size_t size)
{
    for (size_t i = *at; i < s.n;) {
        if (!is_digit(s.p[i])) {
            i++;
            continue;
        }
        size_t end = number_at(s, i, out, size);
        bool money = ends_with_any((struct str){ s.p, i }, signs, sizeof signs / sizeof *signs) ||
                     starts_with_any((struct str){ s.p + end, s.n - end }, units, sizeof units / sizeof *units);
        *at = i = end;
        if (money) return true;
    }
    return false;
}

static bool has_number(struct str s, const char *number)
{
    char other[LOCAL_JOINED];
    for (size_t i = 0; i < s.n;) {
        if (!is_digit(s.p[i])) {
            i++;
            continue;
        }
        i = number_at(s, i, other, sizeof other);
        if (strcmp(other, number) == 0) return true;
    }
    return false;
}

static bool price_is(struct arena *a, bool priced, int64_t price, enum currency c, const char *number)
{
    struct arena_mark mark = arena_mark(a);
    bool is = priced && has_number(str_of(say_money(a, price, c)), number);
    arena_release(a, mark);
    return is;
}

/* "1块", "3块装": pieces, which read like money. */
static bool is_piece(const struct knowledge_variant *v, const char *number)
{
    char other[LOCAL_JOINED];
    for (size_t k = 0; k < v->options; k++) {
        size_t at = 0;
        if (amount_next(str_of(v->option[k].value), &at, other, sizeof other) && strcmp(other, number) == 0)
            return true;
    }
    return false;
}

static bool amount_stands(const struct local *m, const char *number)
{
    for (size_t i = 0; i < m->products_cited; i++) {
        const struct knowledge_product *p = m->product_cited[i];
        if (price_is(m->arena, p->priced, p->price, p->currency, number)) return true;
        if (has_number(str_of(p->title), number)) return true;
        for (size_t k = 0; k < p->variants; k++)
            if (price_is(m->arena, p->variant[k].priced, p->variant[k].price, p->currency, number) ||
                is_piece(&p->variant[k], number))
                return true;
    }
    for (size_t i = 0; i < m->texts_cited; i++)
        if (has_number(str_of(m->text_cited[i]), number)) return true;
    for (size_t i = 0; i < m->ask->turns; i++)
        if (m->ask->turn[i].customer && has_number(str_of(m->ask->turn[i].text), number)) return true;
    return false;
}

/* An address ends where no address goes on; a mark at its end belongs to the sentence. */
static struct str address_at(struct str s, size_t i)
{
    size_t end = i;
    while (end < s.n && (unsigned char)s.p[end] > ' ' && (unsigned char)s.p[end] < 0x80 && !strchr("<>\"'", s.p[end]))
        end++;
    while (end > i && strchr(".,;:!?)", s.p[end - 1])) end--;
    return (struct str){ s.p + i, end - i };
}

static bool has_text(const char *in, struct str what) { return in && memmem(in, strlen(in), what.p, what.n) != NULL; }

static bool address_stands(const struct local *m, struct str address)
{
    for (size_t i = 0; i < m->cites; i++)
        if (has_text(m->cited[i].url, address)) return true;
    for (size_t i = 0; i < m->texts_cited; i++)
        if (has_text(m->text_cited[i], address)) return true;
    for (size_t i = 0; i < m->ask->turns; i++)
        if (m->ask->turn[i].customer && has_text(m->ask->turn[i].text, address)) return true;
    return has_text(m->source->shop_url, address);
}

bool local_guard(const struct local *m, struct str text)
{
    char number[LOCAL_JOINED];
    for (size_t at = 0; amount_next(text, &at, number, sizeof number);)
        if (!amount_stands(m, number)) return false;
    for (size_t i = 0; i + 4 < text.n; i++) {
        bool starts = str_eq_nocase((struct str){ text.p + i, 4 }, STR("http")) ||
                      str_eq_nocase((struct str){ text.p + i, 4 }, STR("www."));
        if (starts && !address_stands(m, address_at(text, i))) return false;
    }
    return true;
}

bool text_names_facts(struct str text)
{
    char number[LOCAL_JOINED];
    size_t at = 0;
    if (amount_next(text, &at, number, sizeof number)) return true;
    for (size_t i = 0; i + 4 < text.n; i++)
        if (str_eq_nocase((struct str){ text.p + i, 4 }, STR("http")) ||
            str_eq_nocase((struct str){ text.p + i, 4 }, STR("www.")))
            return true;
    return false;
}

/* ---- what may be said on ---- */

struct str local_sentence(struct str s, size_t *at)
{
    static const char *const ends[] = { "。", "！", "？", "\n", "；" };
    size_t from = *at;
    for (size_t i = from; i < s.n; i++) {
        size_t n = 0;
        for (size_t k = 0; k < sizeof ends / sizeof *ends && n == 0; k++)
            if (str_starts((struct str){ s.p + i, s.n - i }, str_of(ends[k]))) n = strlen(ends[k]);
        if (n == 0 && (s.p[i] == '.' || s.p[i] == '!' || s.p[i] == '?') &&
            (i + 1 == s.n || s.p[i + 1] == ' ' || s.p[i + 1] == '\n'))
            n = 1;
        if (n == 0) continue;
        *at = i + n;
        return (struct str){ s.p + from, i + n - from };
    }
    *at = s.n;
    return (struct str){ s.p + from, s.n - from };
}

static bool names_other_site(const struct local *m, struct str s)
{
    for (size_t i = 0; i + 4 < s.n; i++) {
        if (!str_eq_nocase((struct str){ s.p + i, 4 }, STR("http")) &&
            !str_eq_nocase((struct str){ s.p + i, 4 }, STR("www.")))
            continue;
        struct str address = address_at(s, i), shop = str_of(m->source->shop_url ? m->source->shop_url : "");
        if (shop.n == 0 || !str_starts(address, shop)) return true;
    }
    return false;
}

/* What of the sentence fits, written as the lists below are: lower case, simplified characters, letters and marks of
 * one width. How many of its bytes were read. */
static size_t plain_of(struct str s, char *out, size_t size)
{
    size_t at = 0, n = 0;
    while (at < s.n && n + HAN_BYTES < size) {
        const unsigned char *p = (const unsigned char *)s.p + at;
        size_t bytes = utf8_sequence(s.p + at, s.n - at);
        if (bytes == HAN_BYTES && p[0] == 0xef && (p[1] == 0xbc || (p[1] == 0xbd && p[2] <= 0x9e))) {
            unsigned wide = (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU); /* U+FF01 to U+FF5E */
            char c = (char)(wide - 0xf00U + 0x20U);
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        } else if (bytes == HAN_BYTES && memcmp(p, "\xe3\x80\x80", HAN_BYTES) == 0) {
            out[n++] = ' ';
        } else if (bytes == HAN_BYTES) {
            memcpy(out + n, local_han_plain(s.p + at), HAN_BYTES), n += HAN_BYTES;
        } else {
            bytes = 1;
            out[n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : (char)*p;
        }
        at += bytes;
    }
    out[n] = 0;
    return at;
}

/* A long sentence is read in pieces that overlap by more than any phrase is long. */
static bool each_piece(struct str s, bool (*has)(const char *plain, const char *const *list, size_t n),
                       const char *const *list, size_t n)
{
    char plain[PIECE];
    while (s.n > 0) {
        size_t read = plain_of(s, plain, sizeof plain);
        if (has(plain, list, n)) return true;
        if (read >= s.n) return false;
        s.p += read - OVERLAP, s.n -= read - OVERLAP;
    }
    return false;
}

static bool has_phrase(const char *plain, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(plain, list[i])) return true;
    return false;
}

/* Pairs: a phrase, and what behind it makes another word of it. */
static bool has_phrase_but(const char *plain, const char *const *pairs, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        for (const char *p = strstr(plain, pairs[i]); p; p = strstr(p + 1, pairs[i]))
            if (strncmp(p + strlen(pairs[i]), pairs[i + 1], strlen(pairs[i + 1])) != 0) return true;
    return false;
}

static bool speaks_like(struct str s, const char *const *list, size_t n) { return each_piece(s, has_phrase, list, n); }

/* "机器人说…" and "机器人须…" give it an order; a manual (说明) and what one must know (须知) of a machine do not. */
static bool orders_the_bot(struct str s)
{
    static const char *const pairs[] = { "机器人说", "明", "机器人须", "知" };
    return each_piece(s, has_phrase_but, pairs, ARRAY_LEN(pairs));
}

bool text_is_quotable(const struct local *m, struct str sentence, bool with_money)
{
    static const char *const orders[] = {
        "ignore ",
        "disregard",
        "instruction",
        "previous rules",
        "system:",
        "system prompt",
        "</",
        "you are now",
        "tell every",
        "tell all",
        "tell the customer",
        "tell customers",
        "every customer",
        "assistant:",
        "chatbot",
        "as an ai",
        "the bot ",
        "override",
        "忽略",
        "无视",
        "指令",
        "系统提示",
        "提示词",
        "请机器人",
        "让机器人",
        "机器人请",
        "机器人必须",
        "机器人应",
        "机器人要",
        "机器人:",
        "机器人回答",
        "机器人回复",
        "机器人一律",
        "机器人在回答",
        "机器人在回复",
        "客服机器人",
        "聊天机器人",
        "告诉所有",
        "告诉每",
        "告诉顾客",
        "告诉客户",
        "告诉用户",
        "对所有",
    };
    static const char *const offers[] = { "free with", "everything is free",
                                          "% off",     "discount code",
                                          "use code",  "coupon",
                                          "with code", "promo code",
                                          "折",        "优惠码",
                                          "到手价",    "优惠",
                                          "补贴",      "免费送",
                                          "is free",   "are free" };
    if (names_other_site(m, sentence)) return false;
    if (speaks_like(sentence, orders, ARRAY_LEN(orders)) || orders_the_bot(sentence)) return false;
    if (with_money) return true;
    if (speaks_like(sentence, offers, ARRAY_LEN(offers))) return false;
    char number[LOCAL_JOINED];
    size_t at = 0;
    return !amount_next(sentence, &at, number, sizeof number);
}

/* ---- sentences of a shop's own ---- */

static bool has_hole(const struct str *holes, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(holes[i], name)) return true;
    return false;
}

enum { WIDE_DIGIT = 3 }; /* bytes: U+FF10 to U+FF19 */

static bool is_wide_digit(const char *p)
{
    return strncmp(p, "\xEF\xBC", 2) == 0 && (unsigned char)p[2] >= 0x90 && (unsigned char)p[2] <= 0x99;
}

/* What makes another amount of the one before it: a digit, or a word of multiplication. */
static bool changes_amount(const char *p)
{
    static const char *const words[] = { "k", "K", "百", "千", "万", "萬", "亿", "億", "折" };
    if (is_digit(*p) || is_wide_digit(p)) return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strncmp(p, words[i], strlen(words[i])) == 0) return true;
    return false;
}

/* "{price}0", "1{price}", "{price}.5": filled, these would be other amounts than the shop's. */
static bool makes_other_amount(struct str text, struct str hole)
{
    bool amount = str_eq(hole, STR("price")) || str_eq(hole, STR("low")) || str_eq(hole, STR("high"));
    const char *open = hole.p - 1, *after = hole.p + hole.n + 1; /* text ends with a NUL */
    size_t before = (size_t)(open - text.p);
    if (!amount) return false;
    if (before > 0 && is_digit(open[-1])) return true;
    if (before >= WIDE_DIGIT && is_wide_digit(open - WIDE_DIGIT)) return true;
    return changes_amount(*after == '.' || *after == ',' ? after + 1 : after);
}

const char *say_judge(enum local_language l, enum say s, const char *text)
{
    struct str wanted[SAYING_HOLES], there[SAYING_HOLES];
    size_t wants = say_holes(say_built_in(l, s), wanted), n = say_holes(str_of(text), there), braces = 0;
    for (const char *p = text; *p; p++) braces += *p == '{' || *p == '}';
    for (size_t i = 0; i < n; i++)
        if (!has_hole(wanted, wants, there[i])) return "hole_unknown";
    if (braces != 2 * n) return "hole_unknown"; /* one that is not closed, or more than a sentence has */
    for (size_t i = 0; i < wants; i++)
        if (!has_hole(there, n, wanted[i])) return "hole_missing";
    for (size_t i = 0; i < n; i++)
        if (makes_other_amount(str_of(text), there[i])) return "names_facts";
    return text_names_facts(str_of(text)) ? "names_facts" : NULL;
}
