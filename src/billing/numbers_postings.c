/* numbers_postings.c: the rows behind the sums of money: each posting of some time, newest first, as money that came or
 * went at a provider, with its order. */
#include "billing/numbers.h"

enum { POSTINGS_PAGE = 50, POSTINGS_PAGE_MAX = 100 };
enum posting_way { WAY_CAME, WAY_WENT };
static const char *const way_names[] = { "came", "went", NULL };
/* By the book on the other side. */
static const char *const kind_names[] = { "sold", "refunded", "owed", "returned", "other", NULL };

STMT(postings_between,
     "SELECT few.id, few.at_ms, few.account, y.provider, o.number, f.code, f.name_en, f.name_zh, e.currency, e.amount,"
     " COALESCE((SELECT g.book FROM posting_entries g WHERE g.posting = few.id AND g.line <> e.line ORDER BY g.line"
     " LIMIT 1), '') AS against"
     " FROM (SELECT id, at_ms, account, payment FROM postings WHERE at_ms >= ?1 AND at_ms < ?2"
     " AND (at_ms, id) < (?3, ?4) ORDER BY at_ms DESC, id DESC LIMIT ?5) AS few"
     " JOIN posting_entries e ON e.posting = few.id AND e.line = 1 JOIN payments y ON y.id = few.payment"
     " JOIN orders o ON o.id = y.order_id JOIN offers f ON f.id = o.offer ORDER BY few.at_ms DESC, few.id DESC");
STMT(posting_at, "SELECT at_ms FROM postings WHERE id = ?1");

struct posting_row {
    int64_t id, at_ms, account;
    const char *provider, *number, *code, *name_en, *name_zh, *kind;
    struct money amount;
};

/* clang-format off */
static const struct shape posting_shape[] = {
    SHAPE_I64("id"), SHAPE_TIME("at"),
    SHAPE_ENUM("kind", kind_names,
               .doc = "sold, and refunded of it; owed: came and was not delivered for, and returned of it."),
    SHAPE_TEXT("order"), SHAPE_I64("account"), SHAPE_TEXT("provider"), SHAPE_TEXT("offer"), SHAPE_TEXT("nameEn"),
    SHAPE_TEXT("nameZh"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money", .doc = "Below 0: it went."), SHAPE_END };
static const struct shape postings_shape[] = {
    SHAPE_LIST("postings", posting_shape, .type_name = "OperatorPosting"),
    SHAPE_I64("next", .nullable = true, .doc = "`after` of the next page; null: this was all."), SHAPE_END };
/* clang-format on */

struct get_postings {
    int64_t after, limit, from, to;
    const char *provider, *offer, *currency;
    int way;
};
static const struct field get_postings_fields[] = {
    FIELD_PAGE(struct get_postings, POSTINGS_PAGE, POSTINGS_PAGE_MAX),
    FIELD_RANGE(struct get_postings),
    FIELD_TEXT(struct get_postings, provider, .optional = true, .max = 32, .doc = "Only at this provider."),
    FIELD_TEXT(struct get_postings, offer, .optional = true, .max = OFFER_CODE_MAX,
               .doc = "Only of this offer, by its code."),
    FIELD_TEXT(struct get_postings, currency, .optional = true, .min = 3, .max = 3, .doc = "Only in this currency."),
    FIELD_ENUM(struct get_postings, way, way_names, .optional = true, .fallback = -1,
               .doc = "Only what came, or went."),
    FIELD_END
};

static const char *kind_of(const char *against, bool came)
{
    if (text_eq(against, "revenue")) return kind_names[0];
    if (text_eq(against, "refunds")) return kind_names[1];
    if (text_eq(against, "mismatch")) return kind_names[came ? 2 : 3];
    return kind_names[4];
}

static struct posting_row row_of(const struct query *q)
{
    struct posting_row r = { .id = col_i64(q, "id"),
                             .at_ms = col_i64(q, "at_ms"),
                             .account = col_i64(q, "account"),
                             .provider = col_text(q, "provider"),
                             .number = col_text(q, "number"),
                             .code = col_text(q, "code"),
                             .name_en = col_text(q, "name_en"),
                             .name_zh = col_text(q, "name_zh"),
                             .amount = col_money(q, "amount") };
    r.kind = kind_of(col_text(q, "against"), money_is_positive(r.amount));
    return r;
}

static bool is_wanted(const struct get_postings *in, const struct posting_row *r)
{
    if (in->provider && !text_eq(in->provider, r->provider)) return false;
    if (in->offer && !text_eq(in->offer, r->code)) return false;
    if (in->currency && !text_eq(in->currency, currency_code(money_currency(r->amount)))) return false;
    return in->way < 0 || money_is_positive(r->amount) == (in->way == WAY_CAME);
}

struct page {
    const struct get_postings *in;
    struct posting_row *row;
    size_t count;
    int64_t next;
};

static bool take_posting(const struct query *q, void *list)
{
    struct page *p = list;
    struct posting_row r = row_of(q);
    if (!is_wanted(p->in, &r)) return false;
    p->row[p->count++] = r;
    return true;
}

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "postings");
    for (size_t i = 0; i < p->count; i++) {
        const struct posting_row *r = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", r->id);
        json_time(j, "at", r->at_ms);
        json_text(j, "kind", r->kind);
        json_text(j, "order", r->number);
        json_i64(j, "account", r->account);
        json_text(j, "provider", r->provider);
        json_text(j, "offer", r->code);
        json_text(j, "nameEn", r->name_en);
        json_text(j, "nameZh", r->name_zh);
        amount_json(j, "amount", r->amount);
        json_end(j);
    }
    json_end(j);
    operator_id_json(j, "next", p->next);
}

static enum answer get_postings(struct req *req)
{
    const struct get_postings *in = req->query;
    struct page p = { .in = in, .row = ARENA_ARRAY(req->arena, struct posting_row, (size_t)in->limit) };
    const struct numbers_list l = { .rows = &postings_between,
                                    .at = &posting_at,
                                    .after = in->after,
                                    .limit = in->limit,
                                    .from_ms = in->from,
                                    .to_ms = in->to,
                                    .take = take_posting,
                                    .list = &p };
    return numbers_page(req->tx, &l, &p.next) ? reply_json(req, 200, page_json, &p) : reply_fault(req);
}

/* clang-format off */
const struct route billing_numbers_postings_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/postings", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_postings), .answer = postings_shape, .run = get_postings,
      .doc = "What came and went, row by row, newest first. By several filters: what is found among 2,000; `next`." },
    ROUTE_END
};
/* clang-format on */
