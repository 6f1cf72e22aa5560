/* paper_text.c: the words of papers in both languages, and texts of others made fit to be set.
 *
 * Days are those of China (UTC+8), where the providers of payments keep theirs; the paper says so. What we call an
 * invoice is a commercial one: the tax authority's own form (增值税发票) can only come out of its own system, and the
 * Chinese paper says that too. */
#include "billing/paper_text.h"

#include "base/clock.h"
#include "base/unicode.h"

const char *const paper_kind_names[] = { "invoice", "receipt", "credit_note", NULL };

/* clang-format off */
static const char *const words[PAPER_WORD_COUNT][2] = {
    [PAPER_WORD_INVOICE] = { "Invoice", "商业发票" },
    [PAPER_WORD_RECEIPT] = { "Receipt", "收据" },
    [PAPER_WORD_CREDIT_NOTE] = { "Credit note", "贷项通知单" },
    [PAPER_WORD_NUMBER] = { "Number", "编号" },
    [PAPER_WORD_ISSUED] = { "Date", "开具日期" },
    [PAPER_WORD_ORDER] = { "Order", "订单号" },
    [PAPER_WORD_TAKES_FROM] = { "Takes from", "冲减单据" },
    [PAPER_WORD_REPLACES] = { "Replaces", "替换单据" },
    [PAPER_WORD_REFUND] = { "Refund", "退款单号" },
    [PAPER_WORD_REASON] = { "Reason", "原因" },
    [PAPER_WORD_SELLER] = { "Seller", "销售方" },
    [PAPER_WORD_BUYER] = { "Buyer", "购买方" },
    [PAPER_WORD_TAX_NUMBER] = { "Tax number", "纳税人识别号" },
    [PAPER_WORD_ADDRESS] = { "Address", "地址" },
    [PAPER_WORD_PHONE] = { "Telephone", "电话" },
    [PAPER_WORD_EMAIL] = { "E-mail", "邮箱" },
    [PAPER_WORD_BANK] = { "Bank", "开户行" },
    [PAPER_WORD_BANK_ACCOUNT] = { "Account number", "银行账号" },
    [PAPER_WORD_ITEM] = { "Item", "项目" },
    [PAPER_WORD_QUANTITY] = { "Quantity", "数量" },
    [PAPER_WORD_PRICE] = { "Price", "单价" },
    [PAPER_WORD_AMOUNT] = { "Amount", "金额" },
    [PAPER_WORD_TOTAL] = { "Total", "合计" },
    [PAPER_WORD_REFUNDED] = { "Refunded", "已退款" },
    [PAPER_WORD_NET] = { "After refunds", "退款后金额" },
    [PAPER_WORD_CREDITED] = { "Credited to you", "冲减金额" },
    [PAPER_WORD_PAYMENT] = { "Payment", "付款信息" },
    [PAPER_WORD_PAID_BY] = { "Paid by", "付款方式" },
    [PAPER_WORD_PAID_AT] = { "Paid at", "付款时间" },
    [PAPER_WORD_TRADE] = { "Trade number", "交易号" },
    [PAPER_WORD_ABOUT_INVOICE] = { "A commercial invoice. It is no VAT invoice (fapiao) of the Chinese tax authority.",
                                   "本文件为商业发票，不是税务机关监制的增值税发票。" },
    [PAPER_WORD_ABOUT_RECEIPT] = { "This receipt says that the sum above was received.", "兹证明上述款项已收讫。" },
    [PAPER_WORD_ABOUT_CREDIT_NOTE] = { "The sum above is taken from the paper that is named.",
                                       "上述金额已从所列单据中冲减。" },
};
/* By order_lines.what; a `%s` is the offer's name. */
static const struct {
    const char *what, *text[2];
} items[] = {
    { "plan", { "%s", "%s" } },
    { "seats", { "%s: further seats", "%s：增加坐席" } },
    { "credits", { "%s", "%s" } },
    { "discount", { "Discount", "优惠" } },
    { "credited", { "Credit for the plan until now", "原套餐剩余价值抵扣" } },
    { "refund", { "Refund of %s", "退款：%s" } },
    { "cancelled", { "The paper is taken back whole", "单据全额冲销" } },
};
/* clang-format on */

const char *paper_word(enum paper_word w, enum lang lang) { return words[w][lang == LANG_ZH]; }

const char *paper_item(struct arena *a, const struct paper_line *l, enum lang lang)
{
    const char *name = lang == LANG_ZH ? l->name_zh : l->name_en;
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        if (!text_eq(items[i].what, l->what)) continue;
        const char *text = items[i].text[lang == LANG_ZH], *hole = strstr(text, "%s");
        if (!hole) return text;
        return arena_printf(a, "%.*s%s%s", (int)(hole - text), text, name, hole + 2);
    }
    return name[0] ? name : l->what;
}

/* ---- texts of others ---- */

/* One code point of valid UTF-8. */
static uint32_t point_of(const char *p, size_t n)
{
    const unsigned char *b = (const unsigned char *)p;
    if (n == 1) return b[0];
    if (n == 2) return (uint32_t)(b[0] & 0x1F) << 6 | (b[1] & 0x3F);
    if (n == 3) return (uint32_t)(b[0] & 0x0F) << 12 | (uint32_t)(b[1] & 0x3F) << 6 | (b[2] & 0x3F);
    return (uint32_t)(b[0] & 0x07) << 18 | (uint32_t)(b[1] & 0x3F) << 12 | (uint32_t)(b[2] & 0x3F) << 6 | (b[3] & 0x3F);
}

/* Points that stand for no character, which Cairo takes for broken text. */
static bool is_nothing(uint32_t c) { return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF); }

static bool is_break(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

/* What turns the direction of what stands beside it goes: on a paper it could make a sum read otherwise. */
const char *paper_clean(struct arena *a, const char *text)
{
    static const char cut[] = "\xE2\x80\xA6", unknown[] = "\xEF\xBF\xBD";
    struct str in = str_of(text);
    char *out = arena_alloc(a, PAPER_TEXT_MAX_BYTES + sizeof cut), *to = out;
    bool whole = true;
    for (size_t at = 0; at < in.n && whole;) {
        size_t n = utf8_sequence(in.p + at, in.n - at);
        uint32_t c = n > 0 ? point_of(in.p + at, n) : 0;
        bool lost = n == 0 || is_nothing(c);
        const char *from = lost ? unknown : is_break(c) ? " " : in.p + at;
        size_t add = lost ? sizeof unknown - 1 : unicode_turns(c) ? 0 : is_break(c) ? 1 : n;
        whole = (size_t)(to - out) + add <= PAPER_TEXT_MAX_BYTES;
        if (whole) memcpy(to, from, add), to += add, at += n > 0 ? n : 1;
    }
    if (!whole) {
        to = out + unicode_cut_bytes((struct str){ out, (size_t)(to - out) }, PAPER_TEXT_MAX_BYTES);
        memcpy(to, cut, sizeof cut - 1);
        to += sizeof cut - 1;
    }
    *to = '\0';
    return out;
}

/* ---- numbers ---- */

enum { DAY_CHARS = 10, CLOCK_CHARS = 5 };

const char *paper_day(struct arena *a, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms + PAPER_ZONE_MS, text);
    return arena_text_n(a, text, DAY_CHARS);
}

const char *paper_time(struct arena *a, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms + PAPER_ZONE_MS, text);
    return arena_printf(a, "%.*s %.*s (UTC+8)", DAY_CHARS, text, CLOCK_CHARS, text + DAY_CHARS + 1);
}

int64_t paper_year(int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    int64_t year;
    time_text(at_ms + PAPER_ZONE_MS, text);
    bool read = str_to_i64((struct str){ text, 4 }, &year);
    assert(read);
    return read ? year : 0;
}

const char *paper_sum(struct arena *a, struct money m)
{
    char text[MONEY_TEXT_SIZE];
    money_text(m, text);
    return arena_printf(a, "%s %s", currency_code(money_currency(m)), text);
}
