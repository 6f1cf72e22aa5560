/* payment_rows.c: ways of paying an order, and their one mover. What a notice does to them is decided in paid.c. */
#include "billing/private.h"

#include "base/clock.h"

static_assert(PAYMENT_CLOSED == 4, "payments.state is stored, as one more: append, never renumber");
enum { FIRST_STATE = PAYMENT_OPEN + 1, LAST_STATE = PAYMENT_CLOSED + 1 };

#define PAYMENT_COLUMNS                                                                                                \
    "id, number, order_id, account, provider, way, state, version, counts, currency, amount, refunding, refunded,"     \
    " trade, session, round, url, scan, error, started_at_ms, expires_at_ms, paid_at_ms, created_at_ms"
#define PAYMENT_BY_ID "SELECT " PAYMENT_COLUMNS " FROM payments WHERE id = ?1"
STMT(payment_by_id, PAYMENT_BY_ID);
STMT(payment_by_id_locked, PAYMENT_BY_ID, .postgres = PAYMENT_BY_ID " FOR UPDATE");
STMT(payment_of_number, "SELECT " PAYMENT_COLUMNS " FROM payments WHERE number = ?1 AND provider = ?2");
/* The newest, should a provider ever give a number twice. */
STMT(payment_of_trade, "SELECT " PAYMENT_COLUMNS " FROM payments WHERE provider = ?1 AND trade = ?2 AND trade <> ''"
                       " ORDER BY id DESC LIMIT 1");
STMT(payments_of_order, "SELECT " PAYMENT_COLUMNS " FROM payments WHERE order_id = ?1 ORDER BY id LIMIT ?2");
STMT(payment_add, "INSERT INTO payments (number, order_id, account, provider, way, state, version, counts, currency,"
                  " amount, refunding, refunded, trade, session, round, url, scan, error, started_at_ms,"
                  " expires_at_ms, paid_at_ms, created_at_ms, updated_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, 1, 1, 0, ?6,"
                  " ?7, 0, 0, '', '', 0, '', '', '', 0, ?8, 0, ?9, ?9) RETURNING id");
STMT(payment_change,
     "UPDATE payments SET state = ?3, version = ?4, counts = ?5, refunding = ?6, refunded = ?7, trade = ?8,"
     " session = ?9, round = ?10, url = ?11, scan = ?12, error = ?13, started_at_ms = ?14, expires_at_ms = ?15,"
     " paid_at_ms = ?16, updated_at_ms = ?17 WHERE id = ?1 AND version = ?2");

static struct payment payment_of(const struct query *q)
{
    int64_t state = col_state(q, "state", FIRST_STATE, LAST_STATE);
    return (struct payment){ .id = col_i64(q, "id"),
                             .order = col_i64(q, "order_id"),
                             .account = col_i64(q, "account"),
                             .version = col_i64(q, "version"),
                             .round = col_i64(q, "round"),
                             .started_at_ms = col_i64(q, "started_at_ms"),
                             .expires_at_ms = col_i64(q, "expires_at_ms"),
                             .paid_at_ms = col_i64(q, "paid_at_ms"),
                             .created_at_ms = col_i64(q, "created_at_ms"),
                             .number = col_text(q, "number"),
                             .provider = col_text(q, "provider"),
                             .way = col_text(q, "way"),
                             .trade = col_text(q, "trade"),
                             .session = col_text(q, "session"),
                             .url = col_text(q, "url"),
                             .scan = col_text(q, "scan"),
                             .error = col_text(q, "error"),
                             .state = (enum payment_state)(state - 1),
                             .counts = col_bool(q, "counts"),
                             .amount = col_money(q, "amount"),
                             .refunding = col_money(q, "refunding"),
                             .refunded = col_money(q, "refunded") };
}

static enum row read_one(struct query *q, struct payment *out)
{
    enum row row = query_row(q);
    if (row == ROW_FOUND) *out = payment_of(q);
    return row;
}

enum row payment_get(struct tx *tx, int64_t id, bool lock, struct payment *out)
{
    struct query q = query(tx, lock ? &payment_by_id_locked : &payment_by_id);
    bind_i64(&q, id);
    return read_one(&q, out);
}

enum row payment_by_number(struct tx *tx, const char *provider, const char *number, struct payment *out)
{
    struct query q = query(tx, &payment_of_number);
    bind_text(&q, number), bind_text(&q, provider);
    return read_one(&q, out);
}

enum row payment_by_trade(struct tx *tx, const char *provider, const char *trade, struct payment *out)
{
    struct query q = query(tx, &payment_of_trade);
    bind_text(&q, provider), bind_text(&q, trade);
    return read_one(&q, out);
}

bool payments_of(struct tx *tx, int64_t order, struct payment *out, size_t *count)
{
    struct query q = query(tx, &payments_of_order);
    enum row row;
    *count = 0;
    bind_i64(&q, order), bind_i64(&q, PAYMENTS_OF_ORDER_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = payment_of(&q);
    return row == ROW_NONE;
}

bool payment_insert(struct tx *tx, struct payment *p, int64_t now_ms)
{
    char number[ORDER_NUMBER_SIZE];
    assert(p->id == 0 && p->order > 0 && money_is_positive(p->amount));
    order_number(number);
    p->number = arena_text(tx_arena(tx), number);
    struct query q = query(tx, &payment_add);
    bind_text(&q, p->number), bind_i64(&q, p->order), bind_i64(&q, p->account), bind_text(&q, p->provider);
    bind_text(&q, p->way), bind_text(&q, currency_code(money_currency(p->amount)));
    bind_i64(&q, money_minor(p->amount)), bind_i64(&q, p->expires_at_ms), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    p->id = col_i64(&q, "id"), p->version = 1, p->state = PAYMENT_OPEN, p->created_at_ms = now_ms;
    p->trade = p->session = p->url = p->scan = p->error = "";
    p->refunding = p->refunded = money_of(0, money_currency(p->amount));
    const struct moved what = { MOVED_PAYMENT, p->id, 1, p->account, 0, FIRST_STATE };
    return move_put(tx, &what, &(struct move){ .why = "begun", .at_ms = now_ms });
}

/* False also when somebody else changed it meanwhile: who changes a payment has locked its order. */
static bool change(struct tx *tx, struct payment *p, enum payment_state to, int64_t version, int64_t now_ms)
{
    struct query q = query(tx, &payment_change);
    bind_i64(&q, p->id), bind_i64(&q, p->version), bind_i64(&q, (int64_t)to + 1), bind_i64(&q, version);
    bind_bool(&q, p->counts), bind_i64(&q, money_minor(p->refunding)), bind_i64(&q, money_minor(p->refunded));
    bind_text(&q, p->trade), bind_text(&q, p->session), bind_i64(&q, p->round), bind_text(&q, p->url);
    bind_text(&q, p->scan), bind_text(&q, p->error), bind_i64(&q, p->started_at_ms), bind_i64(&q, p->expires_at_ms);
    bind_i64(&q, p->paid_at_ms), bind_i64(&q, now_ms);
    if (query_change(&q) != 1) return false;
    p->state = to, p->version = version;
    return true;
}

bool payment_move(struct tx *tx, struct payment *p, enum payment_state to, const struct move *m)
{
    assert(to != p->state && p->state != PAYMENT_PAID);
    const struct moved what = { MOVED_PAYMENT, p->id, p->version + 1, p->account, (int)p->state + 1, (int)to + 1 };
    if (!change(tx, p, to, what.version, m->at_ms)) return false;
    return move_put(tx, &what, m);
}

bool payment_save(struct tx *tx, struct payment *p, int64_t now_ms)
{
    return change(tx, p, p->state, p->version, now_ms);
}
