/* operator_orders.c: the orders of the whole house, and one with all that is known of it: its payments and refunds,
 * what was heard and asked, what does not agree, every change of a state, and what stands in the books. */
#include "billing/private.h"

#include "http/csv.h"

enum { LIST_PAGE = 50, LIST_PAGE_MAX = 100, ORDERS_LOOKED_AT = 2000, ORDERS_BATCH = 200 };

/* The filter with an index leads; what else is asked for is looked for among the next 2,000 orders, and `next` says
 * where to go on. */
#define ORDER_ROWS(few)                                                                                                \
    "SELECT o.id, o.number, o.account, o.person, o.shop, o.state, o.kind, o.seats, o.quantity, o.currency, o.amount,"  \
    " o.list_amount, o.discount, o.credited, o.created_at_ms, o.paid_at_ms, o.ended_at_ms, o.expires_at_ms,"           \
    " f.code, f.version, f.name_en, f.name_zh, COALESCE(p.provider, '') AS provider,"                                  \
    " COALESCE(p.refunded, 0) AS refunded, COALESCE(c.code, '') AS coupon, o.coupon AS coupon_id FROM (" few           \
    ") AS few"                                                                                                         \
    " JOIN orders o ON o.id = few.id JOIN offers f ON f.id = o.offer LEFT JOIN payments p ON p.id = o.paid_by"         \
    " LEFT JOIN coupons c ON c.id = o.coupon ORDER BY o.id DESC"
STMT(orders_all, ORDER_ROWS("SELECT id FROM orders WHERE id < ?1 ORDER BY id DESC LIMIT ?2"));
STMT(orders_in_state,
     ORDER_ROWS("SELECT id FROM orders WHERE state = ?3 AND id < ?1 ORDER BY state DESC, id DESC LIMIT ?2"));
STMT(orders_of_account,
     ORDER_ROWS("SELECT id FROM orders WHERE account = ?3 AND id < ?1 ORDER BY account DESC, id DESC LIMIT ?2"));
STMT(orders_at_provider, ORDER_ROWS("SELECT order_id AS id FROM payments WHERE provider = ?3 AND order_id < ?1"
                                    " GROUP BY provider, order_id ORDER BY provider DESC, order_id DESC LIMIT ?2"));
STMT(orders_with_coupon, ORDER_ROWS("SELECT order_id AS id FROM coupon_uses WHERE coupon = ?3 AND order_id < ?1"
                                    " ORDER BY coupon DESC, order_id DESC LIMIT ?2"));
STMT(orders_some, ORDER_ROWS("SELECT id FROM orders WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = ORDER_ROWS("SELECT id FROM orders WHERE id = ANY((?1::text[])::bigint[])"));
STMT(order_whole, ORDER_ROWS("SELECT id FROM orders WHERE number = ?1"));

/* ---- how one is shown ---- */

struct order_row {
    int64_t id, account, person, shop, seats, quantity, version, created_at_ms, paid_at_ms, ended_at_ms, expires_at_ms;
    int64_t coupon_id;
    enum order_state state;
    enum offer_kind kind;
    const char *number, *code, *name_en, *name_zh, *provider, *coupon;
    struct money amount, list_amount, discount, credited, refunded;
};

/* clang-format off */
#define ORDER_SHAPES                                                                                                   \
    SHAPE_TEXT("number"), SHAPE_I64("account"), SHAPE_I64("person"), SHAPE_I64("shop", .nullable = true),              \
    SHAPE_ENUM("state", order_state_names), SHAPE_ENUM("kind", offer_kind_names), SHAPE_TEXT("offer"),                 \
    SHAPE_I64("version", .doc = "Of the offer."), SHAPE_TEXT("nameEn"), SHAPE_TEXT("nameZh"), SHAPE_I64("seats"),      \
    SHAPE_I64("quantity"), SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),                                 \
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money", .doc = "Of what it was delivered for."),              \
    SHAPE_TEXT("provider", .nullable = true, .doc = "Of what it was delivered for."),                                  \
    SHAPE_OBJECT("discount", amount_shape, .type_name = "Money"),                                                      \
    SHAPE_TEXT("coupon", .nullable = true, .doc = "The code of what made the discount."), SHAPE_TIME("createdAt"),     \
    SHAPE_TIME("expiresAt"), SHAPE_TIME("paidAt", .nullable = true), SHAPE_TIME("endedAt", .nullable = true)
static const struct shape order_shape[] = { ORDER_SHAPES, SHAPE_END };
static const struct shape orders_shape[] = {
    SHAPE_LIST("orders", order_shape, .type_name = "OperatorOrder"),
    SHAPE_I64("next", .nullable = true, .doc = "`after` of the next page; null: this was all."), SHAPE_END
};
/* clang-format on */

static struct order_row row_of(const struct query *q)
{
    return (struct order_row){ .id = col_i64(q, "id"),
                               .account = col_i64(q, "account"),
                               .person = col_i64(q, "person"),
                               .shop = col_i64(q, "shop"),
                               .seats = col_i64(q, "seats"),
                               .quantity = col_i64(q, "quantity"),
                               .version = col_i64(q, "version"),
                               .created_at_ms = col_i64(q, "created_at_ms"),
                               .paid_at_ms = col_i64(q, "paid_at_ms"),
                               .ended_at_ms = col_i64(q, "ended_at_ms"),
                               .expires_at_ms = col_i64(q, "expires_at_ms"),
                               .state = (enum order_state)col_state(q, "state", ORDER_OPEN, ORDER_GIVEN_BACK),
                               .kind = (enum offer_kind)col_state(q, "kind", OFFER_PLAN, OFFER_CREDITS),
                               .number = col_text(q, "number"),
                               .code = col_text(q, "code"),
                               .name_en = col_text(q, "name_en"),
                               .name_zh = col_text(q, "name_zh"),
                               .provider = col_text(q, "provider"),
                               .coupon = col_text(q, "coupon"),
                               .coupon_id = col_i64(q, "coupon_id"),
                               .amount = col_money(q, "amount"),
                               .list_amount = col_money(q, "list_amount"),
                               .discount = col_money(q, "discount"),
                               .credited = col_money(q, "credited"),
                               .refunded = col_money(q, "refunded") };
}

static void row_json(struct json *j, const struct order_row *r)
{
    json_text(j, "number", r->number);
    json_i64(j, "account", r->account);
    json_i64(j, "person", r->person);
    operator_id_json(j, "shop", r->shop);
    json_text(j, "state", order_state_names[r->state - 1]);
    json_text(j, "kind", offer_kind_names[r->kind - 1]);
    json_text(j, "offer", r->code);
    json_i64(j, "version", r->version);
    json_text(j, "nameEn", r->name_en);
    json_text(j, "nameZh", r->name_zh);
    json_i64(j, "seats", r->seats);
    json_i64(j, "quantity", r->quantity);
    amount_json(j, "amount", r->amount);
    amount_json(j, "refunded", r->refunded);
    operator_text_json(j, "provider", r->provider);
    amount_json(j, "discount", r->discount);
    operator_text_json(j, "coupon", r->coupon);
    json_time(j, "createdAt", r->created_at_ms);
    json_time(j, "expiresAt", r->expires_at_ms);
    json_time(j, "paidAt", r->paid_at_ms);
    json_time(j, "endedAt", r->ended_at_ms);
}

/* ---- the list ---- */

struct get_orders {
    int64_t after, limit, from, to, account, coupon;
    const char *search, *provider;
    int state, format;
};
static const struct field get_orders_fields[] = {
    FIELD_PAGE(struct get_orders, LIST_PAGE, LIST_PAGE_MAX),
    FIELD_RANGE(struct get_orders),
    FIELD_SEARCH(struct get_orders, search, 100,
                 "Only of this number (an order's, a payment's, a refund's, a provider's or a bank's), or of "
                 "accounts whose owner's address begins so: the first 10."),
    FIELD_ENUM(struct get_orders, state, order_state_names, .optional = true, .fallback = -1, .doc = "Only these."),
    FIELD_TEXT(struct get_orders, provider, .optional = true, .max = 32,
               .doc = "Only with a payment, whatever became of it, at this provider."),
    FIELD_I64(struct get_orders, account, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Only of this account."),
    FIELD_I64(struct get_orders, coupon, .optional = true, .min = 1, .max = INT64_MAX,
              .doc = "Only with this coupon, by its id."),
    FIELD_FORMAT(struct get_orders),
    FIELD_END
};

struct page {
    struct order_row *row;
    size_t count;
    int64_t next;
};
struct wanted {
    struct get_orders in;
    struct order_search search; /* of in.search */
};

static void page_json(struct json *j, const void *arg)
{
    const struct page *p = arg;
    json_array(j, "orders");
    for (size_t i = 0; i < p->count; i++) {
        json_object(j, NULL);
        row_json(j, &p->row[i]);
        json_end(j);
    }
    json_end(j);
    operator_id_json(j, "next", p->next);
}

static bool ask(struct tx *tx, const struct wanted *w, int64_t after, int64_t limit, struct query *q)
{
    const struct get_orders *in = &w->in;
    const struct stmt *s = in->search        ? &orders_some
                           : in->coupon > 0  ? &orders_with_coupon
                           : in->account > 0 ? &orders_of_account
                           : in->provider    ? &orders_at_provider
                           : in->state >= 0  ? &orders_in_state
                                             : &orders_all;
    int64_t some[ORDERS_BATCH];
    size_t count = 0;
    if (in->search && !order_search_page(tx, &w->search, after, (size_t)limit, some, &count)) return false;
    *q = query(tx, s);
    if (in->search) {
        bind_i64_list(q, some, count);
        return true;
    }
    bind_i64(q, after), bind_i64(q, limit);
    if (in->coupon > 0) bind_i64(q, in->coupon);
    else if (in->account > 0) bind_i64(q, in->account);
    else if (in->provider) bind_text(q, in->provider);
    else if (in->state >= 0) bind_i64(q, in->state + 1);
    return true;
}

/* Where another filter leads, the payment that counts is the one whose provider is looked at. */
static bool is_wanted(const struct get_orders *in, const struct order_row *r)
{
    bool leads = !in->search && in->coupon == 0 && in->account == 0;
    bool at_provider = !in->provider || leads || text_eq(r->provider, in->provider);
    bool with_coupon = in->coupon == 0 || !in->search || r->coupon_id == in->coupon;
    return at_provider && with_coupon && (in->account == 0 || r->account == in->account) &&
           (in->state < 0 || r->state == (enum order_state)(in->state + 1)) && r->created_at_ms >= in->from &&
           r->created_at_ms < in->to;
}

/* What no index leads to is passed over many rows at a time, however short the page is. */
static int64_t batch_of(const struct get_orders *in)
{
    int leads = (in->search != NULL) + (in->coupon > 0) + (in->account > 0) + (in->provider != NULL) + (in->state >= 0);
    bool passes_over = leads > 1 || in->from > 0 || in->to < INT64_MAX;
    return passes_over && in->limit < ORDERS_BATCH ? ORDERS_BATCH : in->limit;
}

static bool read_page(struct tx *tx, const struct wanted *w, struct page *out)
{
    const struct get_orders *in = &w->in;
    int64_t after = in->after, batch = batch_of(in);
    for (int64_t looked = 0; looked < ORDERS_LOOKED_AT; looked += batch) {
        struct query q;
        int64_t found = 0;
        enum row more;
        if (!ask(tx, w, after, batch, &q)) return false;
        while ((more = query_next(&q)) == ROW_FOUND && out->count < (size_t)in->limit) {
            struct order_row r = row_of(&q);
            after = r.id, found++;
            if (is_wanted(in, &r)) out->row[out->count++] = r;
        }
        if (more == ROW_FAULT) return false;
        if (out->count < (size_t)in->limit && found < batch) return true; /* these were the last ones */
        out->next = after;
        if (out->count == (size_t)in->limit) return true;
    }
    return true;
}

/* ---- the same as a table ---- */

static void row_csv(struct csv *c, const struct order_row *r, const char *email)
{
    char text[MONEY_TEXT_SIZE];
    const struct money sums[] = { r->list_amount, r->discount, r->credited, r->amount, r->refunded };
    csv_text(c, r->number), csv_time(c, r->created_at_ms), csv_text(c, order_state_names[r->state - 1]);
    csv_i64(c, r->account), csv_text(c, email);
    if (r->shop > 0) csv_i64(c, r->shop);
    else csv_nothing(c);
    csv_text(c, offer_kind_names[r->kind - 1]), csv_text(c, r->code), csv_i64(c, r->version);
    csv_text(c, r->name_en), csv_text(c, r->name_zh), csv_i64(c, r->seats), csv_i64(c, r->quantity);
    csv_text(c, currency_code(money_currency(r->amount)));
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) money_text(sums[i], text), csv_text(c, text);
    csv_text(c, r->coupon), csv_text(c, r->provider), csv_time(c, r->paid_at_ms), csv_time(c, r->ended_at_ms);
    csv_end_row(c);
}

static bool csv_page(struct req *req, struct csv *c, void *arg)
{
    struct wanted *w = arg;
    struct page p = { .row = ARENA_ARRAY(req->arena, struct order_row, LIST_PAGE_MAX) };
    int64_t person[LIST_PAGE_MAX] = { 0 };
    struct audit_person who[LIST_PAGE_MAX];
    if (!read_page(req->tx, w, &p)) return false;
    for (size_t i = 0; i < p.count; i++) person[i] = p.row[i].person;
    if (!audit_people(req->tx, 0, person, p.count, who)) return false;
    for (size_t i = 0; i < p.count; i++) row_csv(c, &p.row[i], who[i].email);
    if (p.next > 0) csv_more_i64(c, req, w->in.after = p.next);
    return true;
}

static enum answer reply_table(struct req *req, struct wanted *w)
{
    /* clang-format off */
    static const char *const names[] = { "number", "createdAt", "state", "account", "orderedBy", "shop", "kind",
                                         "offer", "version", "nameEn", "nameZh", "seats", "quantity", "currency",
                                         "listAmount", "discount", "credited", "amount", "refunded", "coupon",
                                         "provider", "paidAt", "endedAt", NULL };
    /* clang-format on */
    bool first = w->in.after == INT64_MAX;
    w->in.limit = LIST_PAGE_MAX;
    return reply_csv(req, &(struct csv_list){ "orders", names, first, csv_page, w });
}

static enum answer get_orders(struct req *req)
{
    struct wanted *w = ARENA_NEW(req->arena, struct wanted);
    w->in = *(const struct get_orders *)req->query;
    if (w->in.search && !w->in.search[0]) w->in.search = NULL;
    if (w->in.search && !order_search_begin(req->tx, w->in.search, &w->search)) return reply_fault(req);
    if (csv_is_wanted(req, w->in.format)) return reply_table(req, w);
    struct page p = { .row = ARENA_ARRAY(req->arena, struct order_row, (size_t)w->in.limit) };
    return read_page(req->tx, w, &p) ? reply_json(req, 200, page_json, &p) : reply_fault(req);
}

/* ---- one, whole ---- */

enum {
    REFUNDS_SHOWN = 200,
    NOTES_SHOWN = 200,
    MISMATCHES_SHOWN = 100,
    HANDS_SHOWN = 50,
    MOVES_SHOWN = 300, /* of all payments, and of all refunds */
    POSTINGS_SHOWN = 400
};

STMT(notes_of, "SELECT n.what, n.said, n.provider, n.delivery, n.at_ms, COALESCE(p.number, '') AS number"
               " FROM order_notes n LEFT JOIN payments p ON p.id = n.payment WHERE n.order_id = ?1"
               " ORDER BY n.order_id DESC, n.id DESC LIMIT ?2");
/* Of the order, of all its payments, of all its refunds: one statement each, however many there are. */
#define MOVES "SELECT x.number, m.from_state, m.to_state, m.why, m.actor, m.at_ms FROM "
STMT(moves_of_order,
     MOVES "orders x JOIN billing_moves m ON m.kind = 1 AND m.id = x.id WHERE x.id = ?1 ORDER BY x.id, m.version"
           " LIMIT ?2");
STMT(moves_of_payments, MOVES "payments x JOIN billing_moves m ON m.kind = 2 AND m.id = x.id WHERE x.order_id = ?1"
                              " ORDER BY x.order_id, x.id, m.version LIMIT ?2");
STMT(moves_of_refunds, MOVES "refunds x JOIN billing_moves m ON m.kind = 3 AND m.id = x.id WHERE x.order_id = ?1"
                             " ORDER BY x.order_id, x.id, m.version LIMIT ?2");
STMT(postings_of, "SELECT s.at_ms, e.book, e.currency, e.amount FROM payments p JOIN postings s ON s.payment = p.id"
                  " JOIN posting_entries e ON e.posting = s.id WHERE p.order_id = ?1"
                  " ORDER BY p.order_id, p.id, s.id, e.line LIMIT ?2");

/* clang-format off */
static const struct shape line_shape[] = {
    SHAPE_TEXT("what"), SHAPE_I64("quantity"), SHAPE_OBJECT("price", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"), SHAPE_TIME("from", .nullable = true),
    SHAPE_TIME("to", .nullable = true), SHAPE_END
};
static const struct shape payment_shape[] = {
    SHAPE_TEXT("number"), SHAPE_TEXT("provider"), SHAPE_TEXT("way"), SHAPE_ENUM("state", payment_state_names),
    SHAPE_BOOL("counts", .doc = "The order was delivered for it; what was paid and does not count goes back."),
    SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("left", amount_shape, .type_name = "Money", .doc = "What may still be asked back."),
    SHAPE_TEXT("trade", .nullable = true), SHAPE_TEXT("error", .nullable = true), SHAPE_TIME("createdAt"),
    SHAPE_TIME("startedAt", .nullable = true), SHAPE_TIME("expiresAt", .nullable = true),
    SHAPE_TIME("paidAt", .nullable = true), SHAPE_END
};
static const struct shape note_shape[] = {
    SHAPE_TEXT("what"), SHAPE_TEXT("said"), SHAPE_TEXT("provider"), SHAPE_TEXT("payment", .nullable = true),
    SHAPE_I64("delivery", .nullable = true, .doc = "GET /api/operator/deliveries/:id has it as it came."),
    SHAPE_TIME("at"), SHAPE_END
};
static const char *const moved_names[] = { "order", "payment", "refund", NULL };
static const struct shape move_shape[] = {
    SHAPE_ENUM("of", moved_names), SHAPE_TEXT("number"), SHAPE_TEXT("from", .nullable = true), SHAPE_TEXT("to"),
    SHAPE_TEXT("why"), SHAPE_I64("actor", .nullable = true), SHAPE_TIME("at"), SHAPE_END
};
static const struct shape entry_shape[] = {
    SHAPE_TEXT("book"), SHAPE_OBJECT("amount", amount_shape, .type_name = "Money"), SHAPE_TIME("at"), SHAPE_END
};
static const struct shape sums_shape[] = {
    SHAPE_OBJECT("paid", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("refunded", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("underWay", amount_shape, .type_name = "Money", .doc = "Asked back, and not back yet."), SHAPE_END
};
static const struct shape whole_shape[] = {
    ORDER_SHAPES,
    SHAPE_OBJECT("listAmount", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("credited", amount_shape, .type_name = "Money"),
    SHAPE_OBJECT("sums", sums_shape, .type_name = "OperatorOrderSums"),
    SHAPE_LIST("lines", line_shape, .type_name = "OperatorOrderLine"),
    SHAPE_LIST("payments", payment_shape, .type_name = "OperatorPayment"),
    SHAPE_LIST("refunds", operator_refund_shape, .type_name = "OperatorRefund"),
    SHAPE_LIST("handPayments", operator_hand_shape, .type_name = "OperatorHandPayment"),
    SHAPE_LIST("mismatches", operator_mismatch_shape, .type_name = "OperatorMismatch"),
    SHAPE_LIST("notes", note_shape, .type_name = "OperatorOrderNote", .doc = "The newest 200, newest first."),
    SHAPE_LIST("moves", move_shape, .type_name = "OperatorMove"),
    SHAPE_LIST("books", entry_shape, .type_name = "OperatorBookEntry"), SHAPE_END
};
/* clang-format on */

struct noted {
    const char *what, *said, *provider, *payment;
    int64_t delivery, at_ms;
};
struct moved_row {
    enum moved_kind kind;
    int from, to;
    const char *number, *why;
    int64_t actor, at_ms;
};
struct entry {
    const char *book;
    struct money amount;
    int64_t at_ms;
};
struct whole {
    struct order_row row;
    struct order_line line[ORDER_LINES_MAX];
    struct payment payment[PAYMENTS_OF_ORDER_MAX];
    struct refund refund[REFUNDS_SHOWN];
    struct hand_payment hand[HANDS_SHOWN];
    struct mismatch mismatch[MISMATCHES_SHOWN];
    struct noted note[NOTES_SHOWN];
    struct moved_row move[3 * MOVES_SHOWN]; /* of the order, its payments, its refunds */
    struct entry entry[POSTINGS_SHOWN];
    size_t lines, payments, refunds, hands, mismatches, notes, moves, entries;
    struct money paid, refunded, under_way;
    int64_t person;
};

static bool read_notes(struct tx *tx, struct whole *w)
{
    struct query q = query(tx, &notes_of);
    enum row row;
    bind_i64(&q, w->row.id), bind_i64(&q, NOTES_SHOWN);
    while ((row = query_next(&q)) == ROW_FOUND)
        w->note[w->notes++] = (struct noted){ .what = col_text(&q, "what"),
                                              .said = col_text(&q, "said"),
                                              .provider = col_text(&q, "provider"),
                                              .payment = col_text(&q, "number"),
                                              .delivery = col_i64(&q, "delivery"),
                                              .at_ms = col_i64(&q, "at_ms") };
    return row == ROW_NONE;
}

static bool read_moves(struct tx *tx, struct whole *w, enum moved_kind kind)
{
    static const struct stmt *const of[] = {
        [MOVED_ORDER] = &moves_of_order, [MOVED_PAYMENT] = &moves_of_payments, [MOVED_REFUND] = &moves_of_refunds
    };
    struct query q = query(tx, of[kind]);
    enum row row;
    bind_i64(&q, w->row.id), bind_i64(&q, MOVES_SHOWN);
    while ((row = query_next(&q)) == ROW_FOUND && w->moves < ARRAY_LEN(w->move))
        w->move[w->moves++] = (struct moved_row){ .kind = kind,
                                                  .number = col_text(&q, "number"),
                                                  .from = (int)col_state(&q, "from_state", 0, ORDER_STATE_COUNT - 1),
                                                  .to = (int)col_state(&q, "to_state", 1, ORDER_STATE_COUNT - 1),
                                                  .why = col_text(&q, "why"),
                                                  .actor = col_i64(&q, "actor"),
                                                  .at_ms = col_i64(&q, "at_ms") };
    return row != ROW_FAULT;
}

static bool read_entries(struct tx *tx, struct whole *w)
{
    struct query q = query(tx, &postings_of);
    enum row row;
    bind_i64(&q, w->row.id), bind_i64(&q, POSTINGS_SHOWN);
    while ((row = query_next(&q)) == ROW_FOUND && w->entries < ARRAY_LEN(w->entry))
        w->entry[w->entries++] = (struct entry){ .book = col_text(&q, "book"),
                                                 .amount = col_money(&q, "amount"),
                                                 .at_ms = col_i64(&q, "at_ms") };
    return row != ROW_FAULT;
}

/* All payments of an order are in its currency. */
static bool add_up(struct whole *w)
{
    w->paid = w->refunded = w->under_way = money_of(0, money_currency(w->row.amount));
    for (size_t i = 0; i < w->payments; i++) {
        const struct payment *p = &w->payment[i];
        struct money rest = w->paid;
        if (p->state != PAYMENT_PAID) continue;
        if (!money_add(w->paid, p->amount, &w->paid) || !money_add(w->refunded, p->refunded, &w->refunded))
            return false;
        if (!money_subtract(p->refunding, p->refunded, &rest)) return false;
        if (money_is_positive(rest) && !money_add(w->under_way, rest, &w->under_way)) return false;
    }
    return true;
}

static bool read_whole(struct tx *tx, struct whole *w)
{
    int64_t id = w->row.id;
    if (!orders_lines(tx, id, w->line, &w->lines) || !payments_of(tx, id, w->payment, &w->payments)) return false;
    if (!refunds_of_whole(tx, id, w->refund, REFUNDS_SHOWN, &w->refunds)) return false;
    if (!hand_payments_of(tx, id, w->hand, HANDS_SHOWN, &w->hands)) return false;
    if (!mismatches_of_order(tx, id, w->mismatch, MISMATCHES_SHOWN, &w->mismatches) || !read_notes(tx, w)) return false;
    for (enum moved_kind kind = MOVED_ORDER; kind <= MOVED_REFUND; kind++)
        if (!read_moves(tx, w, kind)) return false;
    if (!refunds_name_people(tx, w->refund, w->refunds)) return false;
    return mismatches_name_people(tx, w->mismatch, w->mismatches) && read_entries(tx, w) && add_up(w);
}

static void line_json(struct json *j, const struct order_line *l)
{
    json_text(j, "what", l->what);
    json_i64(j, "quantity", l->quantity);
    amount_json(j, "price", l->price);
    amount_json(j, "amount", l->amount);
    json_time(j, "from", l->from_ms);
    json_time(j, "to", l->to_ms);
}

static void payment_json(struct json *j, const struct payment *p)
{
    json_text(j, "number", p->number);
    json_text(j, "provider", p->provider);
    json_text(j, "way", p->way);
    json_text(j, "state", payment_state_names[p->state]);
    json_bool(j, "counts", p->counts);
    amount_json(j, "amount", p->amount);
    amount_json(j, "refunded", p->refunded);
    amount_json(j, "left", p->state == PAYMENT_PAID ? refund_left(p) : money_of(0, money_currency(p->amount)));
    operator_text_json(j, "trade", p->trade);
    operator_text_json(j, "error", p->error);
    json_time(j, "createdAt", p->created_at_ms);
    json_time(j, "startedAt", p->started_at_ms);
    json_time(j, "expiresAt", p->expires_at_ms);
    json_time(j, "paidAt", p->paid_at_ms);
}

static void note_json(struct json *j, const struct noted *n)
{
    json_text(j, "what", n->what);
    json_text(j, "said", n->said);
    json_text(j, "provider", n->provider);
    operator_text_json(j, "payment", n->payment);
    operator_id_json(j, "delivery", n->delivery);
    json_time(j, "at", n->at_ms);
}

static void move_json(struct json *j, const struct moved_row *m)
{
    const char *const *names = m->kind == MOVED_ORDER     ? order_state_names
                               : m->kind == MOVED_PAYMENT ? payment_state_names
                                                          : refund_state_names;
    json_text(j, "of", moved_names[m->kind - MOVED_ORDER]);
    json_text(j, "number", m->number);
    json_text(j, "from", m->from > 0 ? names[m->from - 1] : NULL);
    json_text(j, "to", names[m->to - 1]);
    json_text(j, "why", m->why);
    operator_id_json(j, "actor", m->actor);
    json_time(j, "at", m->at_ms);
}

static void entry_json(struct json *j, const struct entry *e)
{
    json_text(j, "book", e->book);
    amount_json(j, "amount", e->amount);
    json_time(j, "at", e->at_ms);
}

#define EACH(name, count, write)                                                                                       \
    json_array(j, name);                                                                                               \
    for (size_t i = 0; i < (count); i++) {                                                                             \
        json_object(j, NULL);                                                                                          \
        write;                                                                                                         \
        json_end(j);                                                                                                   \
    }                                                                                                                  \
    json_end(j)

static void whole_json(struct json *j, const void *arg)
{
    const struct whole *w = arg;
    row_json(j, &w->row);
    amount_json(j, "listAmount", w->row.list_amount);
    amount_json(j, "credited", w->row.credited);
    json_object(j, "sums");
    amount_json(j, "paid", w->paid);
    amount_json(j, "refunded", w->refunded);
    amount_json(j, "underWay", w->under_way);
    json_end(j);
    EACH("lines", w->lines, line_json(j, &w->line[i]));
    EACH("payments", w->payments, payment_json(j, &w->payment[i]));
    EACH("refunds", w->refunds, operator_refund_json(j, &w->refund[i], w->person));
    EACH("handPayments", w->hands, operator_hand_json(j, &w->hand[i], w->person));
    EACH("mismatches", w->mismatches, operator_mismatch_json(j, &w->mismatch[i]));
    EACH("notes", w->notes, note_json(j, &w->note[i]));
    EACH("moves", w->moves, move_json(j, &w->move[i]));
    EACH("books", w->entries, entry_json(j, &w->entry[i]));
}

static enum answer get_order(struct req *req)
{
    struct whole *w = ARENA_NEW(req->arena, struct whole);
    struct query q = query(req->tx, &order_whole);
    bind_text(&q, ((const struct operator_order_path *)req->path)->number);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    w->row = row_of(&q), w->person = req->who.person;
    return read_whole(req->tx, w) ? reply_json(req, 200, whole_json, w) : reply_fault(req);
}

/* clang-format off */
const struct route billing_operator_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/orders", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(get_orders), .answer = orders_shape, .run = get_orders,
      .doc = "Orders of the whole house, newest first. By several filters: what is found among 2,000, and `next`. Also "
             "as CSV." },
    { .verb = VERB_GET, .path = "/api/operator/orders/:number", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      .path_fields = operator_order_fields, .path_size = sizeof(struct operator_order_path), .answer = whole_shape,
      .run = get_order, PROBLEMS(&problem_not_found),
      .doc = "An order with all that is known of it: payments, refunds, what was heard, what does not agree." },
    ROUTE_END
};
/* clang-format on */
