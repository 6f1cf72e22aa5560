/* plan_rows.c: the rows of what shops have: one of a shop (what it has, until when) and its periods (what made it so).
 *
 * The periods of a shop that are not over lie one behind the other and are of one plan, but for the last minutes of one
 * that becomes another with its renewal: more of the same is put behind them, and another plan ends them all. So the
 * shop's row is its last period, and each reader of it needs one row.
 *
 * Rejected: the row alone (a refund would not know what it takes back, nor a quote what is still worth how much). The
 * periods alone (who may talk is asked of every visitor). */
#include "billing/plans.h"

/* clang-format off */
#define PLAN "SELECT p.shop, p.account, p.offer, p.source, p.seats, p.websites, p.began_at_ms, p.until_ms, p.renews," \
             " p.warned, p.due_at_ms, p.next_code, p.next_seats, o.code, o.name_en, o.name_zh, o.currency" \
             " FROM shop_plans p JOIN offers o ON o.id = p.offer WHERE "
/* clang-format on */
STMT(get, PLAN "p.shop = ?1");
STMT(page, PLAN "p.account = ?1 AND p.shop > ?2 ORDER BY p.shop LIMIT ?3");
STMT(put,
     "INSERT INTO shop_plans (shop, account, offer, source, seats, websites, began_at_ms, until_ms, renews, warned,"
     " due_at_ms, updated_at_ms, next_code, next_seats) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
     " ?13, ?14) ON CONFLICT (shop) DO UPDATE SET offer = ?3, source = ?4, seats = ?5, websites = ?6,"
     " began_at_ms = ?7, until_ms = ?8, renews = ?9, warned = ?10, due_at_ms = ?11, updated_at_ms = ?12,"
     " next_code = ?13, next_seats = ?14");
STMT(period_add, "INSERT INTO plan_periods (shop, account, key, order_id, offer, seats, from_ms, to_ms, currency, paid,"
                 " ended_ms, ended_by, created_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, ?11)"
                 " RETURNING id");
STMT(period_of, "SELECT id, shop, offer, seats, from_ms, to_ms, ended_ms, ended_by FROM plan_periods"
                " WHERE key = ?1");
static struct shop_plan plan_of(const struct query *q)
{
    const char *currency = col_text(q, "currency"), *source = col_text(q, "source");
    return (struct shop_plan){ .shop = col_i64(q, "shop"),
                               .account = col_i64(q, "account"),
                               .offer = col_i64(q, "offer"),
                               .seats = col_i64(q, "seats"),
                               .websites = col_i64(q, "websites"),
                               .source = text_eq(source, "trial") ? SOURCE_TRIAL : SOURCE_ORDER,
                               .renews = col_bool(q, "renews"),
                               .began_at_ms = col_i64(q, "began_at_ms"),
                               .until_ms = col_i64(q, "until_ms"),
                               .warned = col_i64(q, "warned"),
                               .due_at_ms = col_i64(q, "due_at_ms"),
                               .next_code = col_text(q, "next_code"),
                               .next_seats = col_i64(q, "next_seats"),
                               .code = col_text(q, "code"),
                               .name_en = col_text(q, "name_en"),
                               .name_zh = col_text(q, "name_zh"),
                               .currency = currency_from_code(currency, strlen(currency)) };
}

enum row plan_get(struct tx *tx, int64_t shop, struct shop_plan *out)
{
    struct query q = query(tx, &get);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = plan_of(&q);
    return row;
}

bool plan_page(struct tx *tx, int64_t account, int64_t after, struct shop_plan *out, size_t most, size_t *count)
{
    struct query q = query(tx, &page);
    enum row row;
    bind_i64(&q, account), bind_i64(&q, after), bind_i64(&q, (int64_t)most);
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(*count < most);
        out[(*count)++] = plan_of(&q);
    }
    return row == ROW_NONE;
}

bool plan_wishes(const struct shop_plan *p) { return p->renews && p->next_code && p->next_code[0]; }

bool plan_put(struct tx *tx, const struct shop_plan *p, int64_t now_ms)
{
    bool wishes = plan_wishes(p);
    struct query q = query(tx, &put);
    bind_i64(&q, p->shop), bind_i64(&q, p->account), bind_i64(&q, p->offer);
    bind_text(&q, p->source == SOURCE_TRIAL ? "trial" : "order"), bind_i64(&q, p->seats), bind_i64(&q, p->websites);
    bind_i64(&q, p->began_at_ms), bind_i64(&q, p->until_ms), bind_bool(&q, p->renews), bind_i64(&q, p->warned);
    bind_i64(&q, p->due_at_ms), bind_i64(&q, now_ms);
    bind_text(&q, wishes ? p->next_code : ""), bind_i64(&q, wishes ? p->next_seats : 0);
    return query_put(&q);
}

bool plan_period_put(struct tx *tx, struct plan_period *p, int64_t now_ms)
{
    struct query q = query(tx, &period_add);
    assert(p->to_ms > p->from_ms && p->key[0]);
    bind_i64(&q, p->shop), bind_i64(&q, p->account), bind_text(&q, p->key), bind_i64(&q, p->order);
    bind_i64(&q, p->offer), bind_i64(&q, p->seats), bind_i64(&q, p->from_ms), bind_i64(&q, p->to_ms);
    bind_text(&q, currency_code(money_currency(p->paid))), bind_i64(&q, money_minor(p->paid)), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    p->id = col_i64(&q, "id");
    return true;
}

enum row plan_period_by_key(struct tx *tx, const char *key, struct plan_period *out)
{
    struct query q = query(tx, &period_of);
    bind_text(&q, key);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    *out = (struct plan_period){ .id = col_i64(&q, "id"),
                                 .shop = col_i64(&q, "shop"),
                                 .offer = col_i64(&q, "offer"),
                                 .seats = col_i64(&q, "seats"),
                                 .key = key,
                                 .from_ms = col_i64(&q, "from_ms"),
                                 .to_ms = col_i64(&q, "to_ms"),
                                 .ended_ms = col_i64(&q, "ended_ms"),
                                 .ended_by = col_i64(&q, "ended_by") };
    return row;
}

/* ---- what buying does to it ---- */

bool plan_step_of(struct tx *tx, int64_t shop, const struct offer *o, int64_t seats, int64_t now_ms,
                  struct plan_step *out)
{
    struct shop_plan p = { 0 };
    enum row row = plan_get(tx, shop, &p);
    /* A price that has more seats now ends nothing: whoever goes on has them from then on (plans.c, fill). */
    bool seated = p.seats == seats || (p.seats < o->seats && seats == o->seats);
    bool runs = row == ROW_FOUND && p.until_ms > now_ms, same = runs && text_eq(p.code, o->code) && seated;
    out->kind = same ? PLAN_EXTENDS : runs ? PLAN_CHANGES : PLAN_BEGINS;
    out->from_ms = same ? p.until_ms : now_ms;
    out->to_ms = out->from_ms + o->days * DAY_MS;
    return row != ROW_FAULT;
}

bool plan_price(const struct offer *o, int64_t seats, struct money *out)
{
    struct money more;
    *out = o->price;
    if (seats <= 0 || seats > OFFER_SEATS_MAX || seats < o->seats) return false;
    if (seats == o->seats) return true;
    if (!money_is_positive(o->seat_price)) return false;
    return money_times(o->seat_price, seats - o->seats, &more) && money_add(*out, more, out);
}
