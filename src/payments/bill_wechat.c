/* bill_wechat.c: WeChat Pay's bill of a day's trades (bill_type=ALL): a row for each payment and each refund, every
 * cell behind a backtick, and at the end a line of titles and a line of sums, which must be those of the rows. */
#include "payments/bill_lines.h"

struct columns {
    size_t appid, mchid, trade, order, state, currency, refund, refund_state, name, amount, refunded;
};

static bool find_columns(const struct bill_cells *t, struct columns *c)
{
    *c = (struct columns){ .appid = bill_column(t, "公众账号ID"),
                           .mchid = bill_column(t, "商户号"),
                           .trade = bill_column(t, "微信订单号"),
                           .order = bill_column(t, "商户订单号"),
                           .state = bill_column(t, "交易状态"),
                           .currency = bill_column(t, "货币种类"),
                           .refund = bill_column(t, "商户退款单号"),
                           .refund_state = bill_column(t, "退款状态"),
                           .name = bill_column(t, "商品名称"),
                           .amount = bill_column(t, "订单金额"),
                           .refunded = bill_column(t, "申请退款金额") };
    const size_t all[] = { c->appid,  c->mchid,        c->trade, c->order,  c->state,   c->currency,
                           c->refund, c->refund_state, c->name,  c->amount, c->refunded };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i] == SIZE_MAX) return false;
    return true;
}

struct reading {
    struct bill *bill;
    struct str mchid, appid;
    struct bill_cells titles;
    struct columns columns;
    int64_t rows;
    struct money paid, refunded; /* of all rows */
};

static struct str cell(const struct reading *r, const struct bill_cells *row, size_t column)
{
    return bill_cell(&r->titles, row, r->columns.name, column);
}

/* A refund that ended without paying out is in the list too, as is one that is under way. */
static bool went_back(struct str state)
{
    return state.n == 0 || str_eq(state, STR("SUCCESS")) || str_eq(state, STR("PROCESSING"));
}

static const char *read_row(struct reading *r, const struct bill_cells *row)
{
    const struct columns *c = &r->columns;
    struct money paid, refunded;
    struct str state = cell(r, row, c->state);
    if (row->count < r->titles.count) return "a row has too few cells";
    if (!bill_yuan(cell(r, row, c->amount), NULL, &paid) || !bill_yuan(cell(r, row, c->refunded), NULL, &refunded))
        return "an amount cannot be read";
    if (!money_add(r->paid, paid, &r->paid) || !money_add(r->refunded, refunded, &r->refunded))
        return "its sums are too large";
    r->rows++;
    if (!str_eq(cell(r, row, c->mchid), r->mchid)) return "it is another merchant's";
    struct bill_row b = { .is_refund = str_eq(state, STR("REFUND")),
                          .order = cell(r, row, c->order),
                          .trade = cell(r, row, c->trade) };
    bool other = !str_eq(cell(r, row, c->appid), r->appid) || (!b.is_refund && !str_eq(state, STR("SUCCESS")));
    if (other || (b.is_refund && !went_back(cell(r, row, c->refund_state)))) {
        r->bill->other++;
        return NULL;
    }
    if (!str_eq(cell(r, row, c->currency), STR("CNY"))) return "a sum is in another currency than CNY";
    b.amount = b.is_refund ? refunded : paid;
    if (b.is_refund) b.refund = cell(r, row, c->refund);
    if (b.trade.n == 0) return "a row has no trade number";
    if (!money_is_positive(b.amount)) return NULL; /* nothing moved */
    return bill_add(r->bill, &b) ? NULL : "there are too many rows, or a number is too long";
}

/* The last two lines: how many, and the sums of two columns. */
static const char *check_sums(const struct reading *r, const struct bill_cells *titles, struct str line)
{
    struct bill_cells sums;
    struct money paid, refunded;
    int64_t rows;
    size_t count = bill_column(titles, "总交易单数"), amount = bill_column(titles, "订单总金额");
    size_t back = bill_column(titles, "申请退款总金额");
    if (count == SIZE_MAX || amount == SIZE_MAX || back == SIZE_MAX || !bill_cells(line, &sums) ||
        sums.count != titles->count)
        return "its sums cannot be read";
    if (!str_to_i64(sums.cell[count], &rows) || !bill_yuan(sums.cell[amount], NULL, &paid) ||
        !bill_yuan(sums.cell[back], NULL, &refunded))
        return "its sums cannot be read";
    bool right = rows == r->rows && money_equal(paid, r->paid) && money_equal(refunded, r->refunded);
    return right ? NULL : "its sums are not those of its rows";
}

const char *bill_read_wechat(struct arena *a, struct str mchid, struct str appid, struct str text, struct bill *out)
{
    struct reading r = { .bill = out, .mchid = mchid, .appid = appid };
    struct str line;
    r.paid = r.refunded = money_of(0, CURRENCY_CNY);
    bill_begin(a, out);
    if (text.n > BILL_FILE_MAX || !utf8_valid(text)) return "it is no text that can be read";
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = (struct str){ text.p + 3, text.n - 3 };
    if (!bill_line(&text, &line) || !bill_cells(line, &r.titles) || !find_columns(&r.titles, &r.columns))
        return "its columns are not those of a bill of trades";
    while (bill_line(&text, &line)) {
        struct bill_cells cells;
        if (!bill_cells(line, &cells)) return "a row has too many cells";
        if (!str_starts(cells.cell[0], STR("总交易单数"))) {
            const char *why = read_row(&r, &cells);
            if (why) return why;
            continue;
        }
        if (!bill_line(&text, &line)) break;
        const char *why = check_sums(&r, &cells, line);
        if (why) return why;
        return bill_line(&text, &line) ? "there is more behind its sums" : NULL;
    }
    return "it is cut short";
}
