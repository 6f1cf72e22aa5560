/* orders.c: the rows of orders, and their one mover. What moves them is decided in paid.c (money), refunds.c and the
 * job that closes what nobody pays. */
#include "billing/private.h"

#include "http/events.h"

const char *const order_state_names[] = { "open", "processing", "paid", "closed", "refunded", NULL };
static_assert(ORDER_GIVEN_BACK == 5, "orders.state is stored: append, never renumber");

/* Which state follows which. Closed may still be delivered: the money came late. */
static const bool order_next[ORDER_STATE_COUNT][ORDER_STATE_COUNT] = {
    [ORDER_OPEN] = { [ORDER_PROCESSING] = true, [ORDER_DELIVERED] = true, [ORDER_CLOSED] = true },
    [ORDER_PROCESSING] = { [ORDER_OPEN] = true, [ORDER_DELIVERED] = true, [ORDER_CLOSED] = true },
    [ORDER_CLOSED] = { [ORDER_DELIVERED] = true },
    [ORDER_DELIVERED] = { [ORDER_GIVEN_BACK] = true },
};

#define ORDER_COLUMNS                                                                                                  \
    "id, number, account, person, shop, purpose, state, version, offer, kind, seats, quantity, coupon, currency,"      \
    " list_amount, discount, credited, amount, paid_by, closing, look_at_ms, looks, expires_at_ms, paid_at_ms,"        \
    " ended_at_ms, created_at_ms, updated_at_ms"
#define ORDER_BY_ID "SELECT " ORDER_COLUMNS " FROM orders WHERE id = ?1"
#define ORDER_BY_NUMBER "SELECT " ORDER_COLUMNS " FROM orders WHERE number = ?1"
#define ORDER_OPEN_FOR "SELECT " ORDER_COLUMNS " FROM orders WHERE account = ?1 AND purpose = ?2 AND state IN (1, 2)"
STMT(order_by_id, ORDER_BY_ID);
STMT(order_by_id_locked, ORDER_BY_ID, .postgres = ORDER_BY_ID " FOR UPDATE");
STMT(order_by_id_free, ORDER_BY_ID, .postgres = ORDER_BY_ID " FOR UPDATE SKIP LOCKED");
STMT(order_by_number, ORDER_BY_NUMBER);
STMT(order_by_number_locked, ORDER_BY_NUMBER, .postgres = ORDER_BY_NUMBER " FOR UPDATE");
STMT(order_open_for, ORDER_OPEN_FOR);
STMT(order_open_for_locked, ORDER_OPEN_FOR, .postgres = ORDER_OPEN_FOR " FOR UPDATE");
STMT(order_page, "SELECT " ORDER_COLUMNS " FROM orders WHERE account = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
STMT(order_newer, "SELECT id FROM orders WHERE account = ?1 AND id > ?3 AND purpose = ?2 AND state <> 4"
                  " ORDER BY account, id LIMIT 1");
STMT(order_insert,
     "INSERT INTO orders (number, account, person, shop, purpose, state, version, offer, kind, seats, quantity, coupon,"
     " currency, list_amount, discount, credited, amount, paid_by, closing, look_at_ms, looks, expires_at_ms,"
     " paid_at_ms, ended_at_ms, created_at_ms, updated_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, 1, 1, ?6, ?7, ?8, ?9, ?10,"
     " ?11, ?12, ?13, ?14, ?15, 0, 0, ?16, 0, ?16, 0, 0, ?17, ?17) RETURNING id");
STMT(line_insert, "INSERT INTO order_lines (order_id, line, what, quantity, price, amount, from_ms, to_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
STMT(lines_of, "SELECT l.what, l.quantity, l.price, l.amount, l.from_ms, l.to_ms, o.currency FROM order_lines l"
               " JOIN orders o ON o.id = l.order_id WHERE l.order_id = ?1 ORDER BY l.line LIMIT ?2");
STMT(order_change,
     "UPDATE orders SET state = ?3, version = ?4, paid_by = ?5, closing = ?6, look_at_ms = ?7, looks = ?8,"
     " expires_at_ms = ?9, paid_at_ms = ?10, ended_at_ms = ?11, updated_at_ms = ?12 WHERE id = ?1 AND version = ?2");

static struct order order_of(const struct query *q)
{
    return (struct order){ .id = col_i64(q, "id"),
                           .account = col_i64(q, "account"),
                           .person = col_i64(q, "person"),
                           .shop = col_i64(q, "shop"),
                           .version = col_i64(q, "version"),
                           .offer = col_i64(q, "offer"),
                           .seats = col_i64(q, "seats"),
                           .quantity = col_i64(q, "quantity"),
                           .coupon = col_i64(q, "coupon"),
                           .paid_by = col_i64(q, "paid_by"),
                           .looks = col_i64(q, "looks"),
                           .number = col_text(q, "number"),
                           .purpose = col_text(q, "purpose"),
                           .state = (enum order_state)col_state(q, "state", ORDER_OPEN, ORDER_STATE_COUNT - 1),
                           .kind = (enum offer_kind)col_state(q, "kind", OFFER_PLAN, OFFER_KIND_COUNT - 1),
                           .closing = col_bool(q, "closing"),
                           .list_amount = col_money(q, "list_amount"),
                           .discount = col_money(q, "discount"),
                           .credited = col_money(q, "credited"),
                           .amount = col_money(q, "amount"),
                           .look_at_ms = col_i64(q, "look_at_ms"),
                           .expires_at_ms = col_i64(q, "expires_at_ms"),
                           .paid_at_ms = col_i64(q, "paid_at_ms"),
                           .ended_at_ms = col_i64(q, "ended_at_ms"),
                           .created_at_ms = col_i64(q, "created_at_ms"),
                           .updated_at_ms = col_i64(q, "updated_at_ms") };
}

static enum row read_one(struct query *q, struct order *out)
{
    enum row row = query_row(q);
    if (row == ROW_FOUND) *out = order_of(q);
    return row;
}

enum row orders_get(struct tx *tx, int64_t id, bool lock, struct order *out)
{
    struct query q = query(tx, lock ? &order_by_id_locked : &order_by_id);
    bind_i64(&q, id);
    return read_one(&q, out);
}

enum row orders_try_locked(struct tx *tx, int64_t id, struct order *out)
{
    struct query q = query(tx, &order_by_id_free);
    bind_i64(&q, id);
    return read_one(&q, out);
}

enum row orders_by_number(struct tx *tx, const char *number, bool lock, struct order *out)
{
    struct query q = query(tx, lock ? &order_by_number_locked : &order_by_number);
    bind_text(&q, number);
    return read_one(&q, out);
}

enum row orders_open_for(struct tx *tx, int64_t account, const char *purpose, bool lock, struct order *out)
{
    struct query q = query(tx, lock ? &order_open_for_locked : &order_open_for);
    bind_i64(&q, account), bind_text(&q, purpose);
    return read_one(&q, out);
}

bool orders_page(struct tx *tx, int64_t account, int64_t after, int64_t limit, struct order *out, size_t *count)
{
    struct query q = query(tx, &order_page);
    enum row row;
    *count = 0;
    bind_i64(&q, account), bind_i64(&q, after), bind_i64(&q, limit);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = order_of(&q);
    return row == ROW_NONE;
}

bool orders_ordered_again(struct tx *tx, const struct order *o, bool *out)
{
    struct query q = query(tx, &order_newer);
    bind_i64(&q, o->account), bind_text(&q, o->purpose), bind_i64(&q, o->id);
    enum row row = query_row(&q);
    *out = row == ROW_FOUND;
    return row != ROW_FAULT;
}

bool orders_lines(struct tx *tx, int64_t order, struct order_line *out, size_t *count)
{
    struct query q = query(tx, &lines_of);
    enum row row;
    *count = 0;
    bind_i64(&q, order), bind_i64(&q, ORDER_LINES_MAX);
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] = (struct order_line){ .what = col_text(&q, "what"),
                                               .quantity = col_i64(&q, "quantity"),
                                               .from_ms = col_i64(&q, "from_ms"),
                                               .to_ms = col_i64(&q, "to_ms"),
                                               .price = col_money(&q, "price"),
                                               .amount = col_money(&q, "amount") };
    return row == ROW_NONE;
}

static bool insert_lines(struct tx *tx, const struct order_quote *quote)
{
    for (size_t i = 0; i < quote->lines; i++) {
        const struct order_line *l = &quote->line[i];
        struct query q = query(tx, &line_insert);
        bind_i64(&q, quote->order.id), bind_i64(&q, (int64_t)i + 1), bind_text(&q, l->what), bind_i64(&q, l->quantity);
        bind_i64(&q, money_minor(l->price)), bind_i64(&q, money_minor(l->amount)), bind_i64(&q, l->from_ms);
        bind_i64(&q, l->to_ms);
        if (!query_put(&q)) return false;
    }
    return true;
}

bool orders_insert(struct tx *tx, struct order_quote *quote, int64_t now_ms)
{
    struct order *o = &quote->order;
    char number[ORDER_NUMBER_SIZE];
    assert(o->id == 0 && money_is_positive(o->amount) && quote->lines > 0 && quote->lines <= ORDER_LINES_MAX);
    order_number(number);
    o->number = arena_text(tx_arena(tx), number);
    o->expires_at_ms = o->look_at_ms = now_ms + ORDER_LIFE_MS;
    struct query q = query(tx, &order_insert);
    bind_text(&q, o->number), bind_i64(&q, o->account), bind_i64(&q, o->person), bind_i64(&q, o->shop);
    bind_text(&q, o->purpose), bind_i64(&q, o->offer), bind_i64(&q, o->kind), bind_i64(&q, o->seats);
    bind_i64(&q, o->quantity), bind_i64(&q, o->coupon), bind_text(&q, currency_code(money_currency(o->amount)));
    bind_i64(&q, money_minor(o->list_amount)), bind_i64(&q, money_minor(o->discount));
    bind_i64(&q, money_minor(o->credited)), bind_i64(&q, money_minor(o->amount)), bind_i64(&q, o->expires_at_ms);
    bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    o->id = col_i64(&q, "id"), o->version = 1, o->state = ORDER_OPEN;
    o->created_at_ms = o->updated_at_ms = now_ms;
    const struct moved what = { MOVED_ORDER, o->id, 1, o->account, ORDER_NONE, ORDER_OPEN };
    const struct move m = { .why = "ordered", .actor = o->person, .at_ms = now_ms };
    if (!insert_lines(tx, quote)) return false;
    return move_put(tx, &what, &m);
}

/* False also when somebody else changed it meanwhile: who changes an order has locked it. */
static bool change(struct tx *tx, struct order *o, enum order_state to, int64_t version, int64_t now_ms)
{
    struct query q = query(tx, &order_change);
    bind_i64(&q, o->id), bind_i64(&q, o->version), bind_i64(&q, to), bind_i64(&q, version), bind_i64(&q, o->paid_by);
    bind_bool(&q, o->closing), bind_i64(&q, o->look_at_ms), bind_i64(&q, o->looks), bind_i64(&q, o->expires_at_ms);
    bind_i64(&q, o->paid_at_ms), bind_i64(&q, o->ended_at_ms), bind_i64(&q, now_ms);
    int64_t changed = query_change(&q);
    if (changed != 1) return false;
    o->state = to, o->version = version, o->updated_at_ms = now_ms;
    return true;
}

static void state_json(struct json *j, const void *arg)
{
    const struct order *o = arg;
    json_text(j, "number", o->number);
    json_text(j, "state", order_state_names[o->state - 1]);
}

bool order_tell(struct tx *tx, const struct order *o)
{
    tx_notify(tx, BILLING_CHANNEL);
    return events_put(tx, o->account, "order.changed", state_json, o);
}

bool order_move(struct tx *tx, struct order *o, enum order_state to, const struct move *m)
{
    assert(to > ORDER_NONE && to < ORDER_STATE_COUNT && order_next[o->state][to]);
    const struct moved what = { MOVED_ORDER, o->id, o->version + 1, o->account, (int)o->state, (int)to };
    if (!change(tx, o, to, what.version, m->at_ms) || !move_put(tx, &what, m)) return false;
    return to != ORDER_CLOSED || o->coupon == 0 || coupon_give_back(tx, o, m->at_ms);
}

bool order_save(struct tx *tx, struct order *o, int64_t now_ms) { return change(tx, o, o->state, o->version, now_ms); }

const char *order_credit_key(struct arena *a, const struct order *o) { return arena_printf(a, "order:%s", o->number); }
