/* spending_rows.c: the rows behind what an account has spent: each payment that it has had something for, and what went
 * back of it, newest first, with its order. */
#include "billing/numbers.h"

enum { SPENT_PAGE = 50, SPENT_PAGE_MAX = 100 };
static const char *const way_names[] = { "paid", "refunded", NULL };
enum { WAY_PAID, WAY_REFUNDED };

STMT(spent_page,
     "SELECT few.id, few.at_ms, o.number, o.kind, o.shop, f.name_en, f.name_zh, e.book, e.currency, -e.amount AS amount"
     " FROM (SELECT id, at_ms, payment FROM postings WHERE account = ?6 AND at_ms >= ?1 AND at_ms < ?2"
     " AND (at_ms, id) < (?3, ?4) ORDER BY at_ms DESC, id DESC LIMIT ?5) AS few"
     " JOIN posting_entries e ON e.posting = few.id AND e.line = 2 JOIN payments y ON y.id = few.payment"
     " JOIN orders o ON o.id = y.order_id JOIN offers f ON f.id = o.offer ORDER BY few.at_ms DESC, few.id DESC");
STMT(spent_at, "SELECT at_ms FROM postings WHERE id = ?1 AND account = ?2");

/* clang-format off */
static const struct shape spent_shape[] = {
    SHAPE_I64("id"), SHAPE_TIME("at"), SHAPE_ENUM("way", way_names), SHAPE_ENUM("kind", offer_kind_names),
    SHAPE_I64("shop", .nullable = true), SHAPE_TEXT("order"), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money", .doc = "Below 0: it went back."), SHAPE_END };
static const struct shape list_shape[] = {
    SHAPE_LIST("rows", spent_shape, .type_name = "SpentRow"),
    SHAPE_I64("next", .nullable = true, .doc = "`after` of the next page; null: this was all."), SHAPE_END };
/* clang-format on */

struct get_spent {
    int64_t after, limit, from, to, shop;
    const char *currency;
    int kind, way;
};
static const struct field get_spent_fields[] = {
    FIELD_PAGE(struct get_spent, SPENT_PAGE, SPENT_PAGE_MAX),
    FIELD_RANGE(struct get_spent),
    FIELD_ENUM(struct get_spent, kind, offer_kind_names, .optional = true, .fallback = -1, .doc = "Only of this kind."),
    FIELD_I64(struct get_spent, shop, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Only for this shop."),
    FIELD_TEXT(struct get_spent, currency, .optional = true, .min = 3, .max = 3, .doc = "Only in this currency."),
    FIELD_ENUM(struct get_spent, way, way_names, .optional = true, .fallback = -1,
               .doc = "Only what was paid, or went back."),
    FIELD_END
};

struct spent {
    int64_t id, at_ms, shop;
    enum offer_kind kind;
    const char *number, *name_en, *name_zh;
    struct money amount;
};
struct page {
    const struct get_spent *in;
    struct spent *row;
    size_t count;
    int64_t next;
};

static bool is_wanted(const struct get_spent *in, const struct spent *r)
{
    if (in->kind >= 0 && r->kind != (enum offer_kind)(in->kind + 1)) return false;
    if (in->shop > 0 && r->shop != in->shop) return false;
    if (in->currency && !text_eq(in->currency, currency_code(money_currency(r->amount)))) return false;
    return in->way < 0 || money_is_positive(r->amount) == (in->way == WAY_PAID);
}

static bool take_spent(const struct query *q, void *list)
{
    struct page *p = list;
    const char *book = col_text(q, "book");
    const struct spent r = { .id = col_i64(q, "id"),
                             .at_ms = col_i64(q, "at_ms"),
                             .shop = col_i64(q, "shop"),
                             .kind = (enum offer_kind)col_state(q, "kind", OFFER_PLAN, OFFER_KIND_COUNT - 1),
                             .number = col_text(q, "number"),
                             .name_en = col_text(q, "name_en"),
                             .name_zh = col_text(q, "name_zh"),
                             .amount = col_money(q, "amount") };
    if (!text_eq(book, "revenue") && !text_eq(book, "refunds")) return false; /* it goes back by itself */
    if (!is_wanted(p->in, &r)) return false;
    p->row[p->count++] = r;
    return true;
}

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "rows");
    for (size_t i = 0; i < p->count; i++) {
        const struct spent *r = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", r->id);
        json_time(j, "at", r->at_ms);
        json_text(j, "way", way_names[money_is_positive(r->amount) ? WAY_PAID : WAY_REFUNDED]);
        json_text(j, "kind", offer_kind_names[r->kind - 1]);
        operator_id_json(j, "shop", r->shop);
        json_text(j, "order", r->number);
        json_text(j, "nameEn", r->name_en);
        json_text(j, "nameZh", r->name_zh);
        amount_json(j, "amount", r->amount);
        json_end(j);
    }
    json_end(j);
    operator_id_json(j, "next", p->next);
}

static enum answer get_spent(struct req *req)
{
    const struct get_spent *in = req->query;
    struct page p = { .in = in, .row = ARENA_ARRAY(req->arena, struct spent, (size_t)in->limit) };
    const struct numbers_list l = { .rows = &spent_page,
                                    .at = &spent_at,
                                    .account = req->who.account,
                                    .after = in->after,
                                    .limit = in->limit,
                                    .from_ms = in->from,
                                    .to_ms = in->to,
                                    .take = take_spent,
                                    .list = &p };
    return numbers_page(req->tx, &l, &p.next) ? reply_json(req, 200, page_json, &p) : reply_fault(req);
}

/* clang-format off */
const struct route billing_spent_routes[] = {
    { .verb = VERB_GET, .path = "/api/billing/spending/rows", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Orders",
      QUERY_FIELDS(get_spent), .answer = list_shape, .run = get_spent,
      .doc = "What was paid and went back, row by row, newest first. By several filters: found among 2,000; `next`." },
    ROUTE_END
};
/* clang-format on */
