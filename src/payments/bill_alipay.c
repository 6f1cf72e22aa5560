/* bill_alipay.c: Alipay's bill of a day's trades: an archive with the trades (业务明细) and their sums by shop
 * (业务明细(汇总)), of which only the first is read. Lines that begin with # are no rows: they say where the list
 * begins and ends, and at the end how many trades and refunds there were, which is how a file that was cut short is
 * told. */
#include "payments/bill_lines.h"
#include "payments/zip.h"

#include <errno.h>
#include <iconv.h>

#define LIST_BEGINS "业务明细列表"
#define LIST_ENDS "业务明细列表结束"

/* GB 18030 is at most twice as long in UTF-8. p NULL: it is neither. */
static struct str to_utf8(struct arena *a, struct str bytes)
{
    if (utf8_valid(bytes)) return bytes;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    if (cd == (iconv_t)-1) return (struct str){ NULL, 0 };
    size_t room = bytes.n * 2 + 16, left = bytes.n, free_bytes = room;
    char *in = (char *)(uintptr_t)bytes.p, *out = arena_alloc(a, room), *to = out;
    size_t got = iconv(cd, &in, &left, &to, &free_bytes);
    (void)iconv_close(cd);
    struct str text = { out, room - free_bytes };
    return got == (size_t)-1 || left > 0 || !utf8_valid(text) ? (struct str){ NULL, 0 } : text;
}

static bool contains(struct str line, const char *words)
{
    return line.n > 0 && memmem(line.p, line.n, words, strlen(words)) != NULL;
}

/* Of "#交易合计：3笔，…" the number. -1: this line says none. */
static int64_t count_of(struct str line, const char *begins)
{
    int64_t n;
    if (!str_starts(line, str_of(begins))) return -1;
    size_t from = strlen(begins), to = from;
    while (to < line.n && line.p[to] >= '0' && line.p[to] <= '9') to++;
    return str_to_i64((struct str){ line.p + from, to - from }, &n) ? n : -1;
}

struct columns {
    size_t trade, order, type, name, amount, refund;
};

static bool find_columns(const struct bill_cells *titles, struct columns *c)
{
    *c = (struct columns){ .trade = bill_column(titles, "支付宝交易号"),
                           .order = bill_column(titles, "商户订单号"),
                           .type = bill_column(titles, "业务类型"),
                           .name = bill_column(titles, "商品名称"),
                           .amount = bill_column(titles, "订单金额"),
                           .refund = bill_column(titles, "退款批次号") };
    return c->trade != SIZE_MAX && c->order != SIZE_MAX && c->type != SIZE_MAX && c->name != SIZE_MAX &&
           c->amount != SIZE_MAX && c->refund != SIZE_MAX;
}

struct reading {
    struct bill *bill;
    struct bill_cells titles;
    struct columns columns;
    bool has_titles, ended;
    int64_t trades, refunds, other, said_trades, said_refunds;
};

static const char *read_row(struct reading *r, const struct bill_cells *row)
{
    const struct columns *c = &r->columns;
    struct str type = bill_cell(&r->titles, row, c->name, c->type);
    bool negative;
    if (row->count < r->titles.count) return "a row has too few cells";
    struct bill_row b = { .is_refund = str_starts(type, STR("退款")),
                          .order = bill_cell(&r->titles, row, c->name, c->order),
                          .trade = bill_cell(&r->titles, row, c->name, c->trade) };
    if (!b.is_refund && !str_starts(type, STR("交易"))) {
        r->other++;
        return NULL;
    }
    if (!bill_yuan(bill_cell(&r->titles, row, c->name, c->amount), &negative, &b.amount))
        return "an amount cannot be read";
    if (b.is_refund) b.refund = bill_cell(&r->titles, row, c->name, c->refund);
    if (b.trade.n == 0) return "a row has no trade number";
    if (negative != b.is_refund && money_is_positive(b.amount)) return "an amount has the wrong sign";
    *(b.is_refund ? &r->refunds : &r->trades) += 1;
    if (!money_is_positive(b.amount)) return NULL; /* nothing moved */
    return bill_add(r->bill, &b) ? NULL : "there are too many rows, or a number is too long";
}

static const char *read_line(struct reading *r, struct str line)
{
    struct bill_cells cells;
    if (line.p[0] == '#') {
        int64_t trades = count_of(line, "#交易合计：");
        int64_t refunds = count_of(line, "#退款合计：");
        r->ended |= contains(line, LIST_ENDS);
        if (trades >= 0) r->said_trades = trades;
        if (refunds >= 0) r->said_refunds = refunds;
        return NULL;
    }
    if (r->ended) return "there are rows behind its end";
    if (!bill_cells(line, &cells)) return "a row has too many cells";
    if (r->has_titles) return read_row(r, &cells);
    r->titles = cells, r->has_titles = true;
    return find_columns(&cells, &r->columns) ? NULL : "its columns are not those of a bill of trades";
}

static const char *read_list(struct str text, struct bill *out)
{
    struct reading r = { .bill = out, .said_trades = -1, .said_refunds = -1 };
    struct str line;
    const char *why = NULL;
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = (struct str){ text.p + 3, text.n - 3 };
    while (!why && bill_line(&text, &line)) why = read_line(&r, line);
    if (why) return why;
    if (!r.has_titles || !r.ended) return "it is cut short";
    bool counted =
        (r.said_trades < 0 || r.said_trades == r.trades) && (r.said_refunds < 0 || r.said_refunds == r.refunds);
    out->other += (size_t)r.other;
    return counted ? NULL : "it says another number of rows than it has";
}

const char *bill_read_alipay(struct arena *a, struct str archive, struct bill *out)
{
    struct zip_file file[ZIP_FILES_MAX];
    size_t count, lists = 0, left = BILL_TEXT_MAX;
    bill_begin(a, out);
    if (archive.n > BILL_FILE_MAX || !zip_open(archive, file, &count)) return "it is no archive that can be read";
    for (size_t i = 0; i < count; i++) {
        struct str bytes;
        if (!zip_read(a, &file[i], left, &bytes)) return "a file of the archive is broken, or too large";
        left -= bytes.n;
        struct str text = to_utf8(a, bytes);
        if (!text.p) return "a file of the archive is no text";
        if (!contains(text, LIST_BEGINS)) continue; /* the sums by shop */
        const char *why = read_list(text, out);
        if (why) return why;
        lists++;
    }
    return lists > 0 ? NULL : "the archive has no list of trades";
}
