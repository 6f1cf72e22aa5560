/* bills.c: rows of the days of providers: their states, sums and differences. What they mean is in bill_compare.c. */
#include "billing/bills.h"

const char *const bill_state_names[] = { "waiting", "agrees", "differs", "given_up", NULL };
const char *const bill_kind_names[] = { "payment", "refund", NULL };
const char *const bill_fault_names[] = { "unknown", "not_here", "twice", "amount", "not_there", NULL };
static_assert(BILL_GIVEN_UP == 4 && BILL_OF_REFUNDS == 2, "stored: append, never renumber");

#define DAY_COLUMNS                                                                                                    \
    "id, provider, day, from_ms, to_ms, state, tries, look_at_ms, differing, others, error, read_at_ms, created_at_ms"
#define DAY_BY_ID "SELECT " DAY_COLUMNS " FROM bill_days WHERE id = ?1"
STMT(day_add,
     "INSERT INTO bill_days (provider, day, from_ms, to_ms, state, tries, look_at_ms, differing, others, error,"
     " read_at_ms, created_at_ms, updated_at_ms) VALUES (?1, ?2, ?3, ?4, 1, 0, ?5, 0, 0, '', 0, ?6, ?6)"
     " ON CONFLICT (provider, day) DO NOTHING");
STMT(day_last, "SELECT day FROM bill_days WHERE provider = ?1 ORDER BY provider DESC, day DESC LIMIT 1");
STMT(day_get, DAY_BY_ID);
STMT(day_get_locked, DAY_BY_ID, .postgres = DAY_BY_ID " FOR UPDATE");
STMT(day_waiting, "SELECT " DAY_COLUMNS " FROM bill_days WHERE provider = ?1 AND state = 1"
                  " ORDER BY provider, day LIMIT 1");
STMT(days_due, "SELECT id FROM bill_days WHERE look_at_ms > 0 AND look_at_ms <= ?1 ORDER BY look_at_ms LIMIT ?2");
STMT(days_page,
     "SELECT " DAY_COLUMNS " FROM bill_days WHERE id < ?1 AND (CAST(?3 AS BIGINT) = 0 OR state = ?3) ORDER BY id DESC"
     " LIMIT ?2");
STMT(day_save, "UPDATE bill_days SET state = ?2, tries = ?3, look_at_ms = ?4, differing = ?5, others = ?6, error = ?7,"
               " read_at_ms = ?8, updated_at_ms = ?9 WHERE id = ?1");

static struct bill_day day_of(const struct query *q)
{
    return (struct bill_day){ .id = col_i64(q, "id"),
                              .provider = col_text(q, "provider"),
                              .day = col_i64(q, "day"),
                              .from_ms = col_i64(q, "from_ms"),
                              .to_ms = col_i64(q, "to_ms"),
                              .state = (enum bill_state)col_state(q, "state", BILL_WAITING, BILL_GIVEN_UP),
                              .tries = col_i64(q, "tries"),
                              .look_at_ms = col_i64(q, "look_at_ms"),
                              .differing = col_i64(q, "differing"),
                              .others = col_i64(q, "others"),
                              .error = col_text(q, "error"),
                              .read_at_ms = col_i64(q, "read_at_ms"),
                              .created_at_ms = col_i64(q, "created_at_ms") };
}

static enum row one_day(struct query *q, struct bill_day *out)
{
    enum row row = query_row(q);
    if (row == ROW_FOUND) *out = day_of(q);
    return row;
}

bool bill_days_add(struct tx *tx, const struct bill_day *d, int64_t now_ms)
{
    struct query q = query(tx, &day_add);
    assert(d->from_ms < d->to_ms && d->look_at_ms > 0);
    bind_text(&q, d->provider), bind_i64(&q, d->day), bind_i64(&q, d->from_ms), bind_i64(&q, d->to_ms);
    bind_i64(&q, d->look_at_ms), bind_i64(&q, now_ms);
    return query_change(&q) >= 0;
}

enum row bill_days_last(struct tx *tx, const char *provider, int64_t *day)
{
    struct query q = query(tx, &day_last);
    bind_text(&q, provider);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *day = col_i64(&q, "day");
    return row;
}

enum row bill_days_get(struct tx *tx, int64_t id, bool lock, struct bill_day *out)
{
    struct query q = query(tx, lock ? &day_get_locked : &day_get);
    bind_i64(&q, id);
    return one_day(&q, out);
}

enum row bill_days_waiting(struct tx *tx, const char *provider, struct bill_day *out)
{
    struct query q = query(tx, &day_waiting);
    bind_text(&q, provider);
    return one_day(&q, out);
}

int64_t bill_days_due(struct tx *tx, int64_t now_ms, int64_t *out, size_t max)
{
    struct query q = query(tx, &days_due);
    enum row row;
    int64_t count = 0;
    bind_i64(&q, now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

bool bill_days_page(struct tx *tx, enum bill_state state, int64_t after, struct bill_day *out, size_t max,
                    size_t *count)
{
    struct query q = query(tx, &days_page);
    enum row row;
    *count = 0;
    bind_i64(&q, after), bind_i64(&q, (int64_t)max), bind_i64(&q, state);
    while ((row = query_next(&q)) == ROW_FOUND) out[(*count)++] = day_of(&q);
    return row == ROW_NONE;
}

bool bill_days_save(struct tx *tx, const struct bill_day *d, int64_t now_ms)
{
    struct query q = query(tx, &day_save);
    bind_i64(&q, d->id), bind_i64(&q, d->state), bind_i64(&q, d->tries), bind_i64(&q, d->look_at_ms);
    bind_i64(&q, d->differing), bind_i64(&q, d->others), bind_text(&q, d->error), bind_i64(&q, d->read_at_ms);
    bind_i64(&q, now_ms);
    return query_change(&q) == 1;
}

/* ---- sums ---- */

#define SUMS "SELECT bill_day, kind, currency, theirs_count, theirs, ours_count, ours FROM bill_sums WHERE bill_day "
#define SUMS_ORDER " ORDER BY bill_day, kind, currency LIMIT ?2"
STMT(sums_of, SUMS "IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))" SUMS_ORDER,
     .postgres = SUMS "= ANY((?1::text[])::bigint[])" SUMS_ORDER);
STMT(sum_put, "INSERT INTO bill_sums (bill_day, kind, currency, theirs_count, theirs, ours_count, ours)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (bill_day, kind, currency) DO UPDATE SET"
              " theirs_count = ?4, theirs = ?5, ours_count = ?6, ours = ?7");

bool bill_sums_read(struct tx *tx, const int64_t *days, size_t count, struct bill_sums *const *out)
{
    struct query q = query(tx, &sums_of);
    enum row row;
    assert(count <= BILL_DAYS_MAX);
    for (size_t i = 0; i < count; i++) out[i]->count = 0;
    bind_i64_list(&q, days, count), bind_i64(&q, BILL_DAYS_MAX * BILL_SUMS_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t day = col_i64(&q, "bill_day");
        size_t i = 0;
        while (i < count && days[i] != day) i++;
        assert(i < count && out[i]->count < BILL_SUMS_MAX);
        out[i]->sum[out[i]->count++] =
            (struct bill_sum){ .kind = (enum bill_kind)col_state(&q, "kind", BILL_OF_PAYMENTS, BILL_OF_REFUNDS),
                               .theirs_count = col_i64(&q, "theirs_count"),
                               .theirs = col_money(&q, "theirs"),
                               .ours_count = col_i64(&q, "ours_count"),
                               .ours = col_money(&q, "ours") };
    }
    return row == ROW_NONE;
}

bool bill_sums_write(struct tx *tx, int64_t day, const struct bill_sums *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct bill_sum *one = &s->sum[i];
        struct query q = query(tx, &sum_put);
        bind_i64(&q, day), bind_i64(&q, one->kind), bind_text(&q, currency_code(money_currency(one->theirs)));
        bind_i64(&q, one->theirs_count), bind_i64(&q, money_minor(one->theirs));
        bind_i64(&q, one->ours_count), bind_i64(&q, money_minor(one->ours));
        if (!query_put(&q)) return false;
    }
    return true;
}

bool bill_sums_add(struct bill_sums *s, enum bill_kind kind, bool theirs, int64_t count, struct money m)
{
    size_t i = 0;
    enum currency c = money_currency(m);
    assert(count == 1 || count == -1);
    while (i < s->count && (s->sum[i].kind != kind || money_currency(s->sum[i].theirs) != c)) i++;
    if (i == s->count) {
        assert(i < BILL_SUMS_MAX);
        s->sum[s->count++] = (struct bill_sum){ .kind = kind, .theirs = money_of(0, c), .ours = money_of(0, c) };
    }
    struct money *to = theirs ? &s->sum[i].theirs : &s->sum[i].ours;
    *(theirs ? &s->sum[i].theirs_count : &s->sum[i].ours_count) += count;
    return money_add(*to, count > 0 ? m : money_negate(m), to);
}

/* ---- differences ---- */

STMT(difference_add, "INSERT INTO bill_differences (bill_day, kind, fault, number, refund_number, trade, order_id,"
                     " payment, refund, currency, theirs, ours, looks, ended_at_ms, created_at_ms)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, 0, ?13)");
STMT(differences_list,
     "SELECT d.id, d.bill_day, d.kind, d.fault, d.number, d.refund_number, d.trade, d.order_id, d.payment, d.refund,"
     " d.currency, d.theirs, d.ours, d.looks, d.ended_at_ms, d.created_at_ms, o.number AS order_number"
     " FROM bill_differences d LEFT JOIN orders o ON o.id = d.order_id WHERE d.bill_day = ?1"
     " ORDER BY d.bill_day, d.id LIMIT ?2");
STMT(difference_save, "UPDATE bill_differences SET fault = ?2, order_id = ?3, payment = ?4, refund = ?5, ours = ?6,"
                      " looks = ?7, ended_at_ms = ?8 WHERE id = ?1");

static const char *fault_name(enum bill_fault f) { return bill_fault_names[f - 1]; }

static enum bill_fault fault_of(const char *name)
{
    for (enum bill_fault f = BILL_UNKNOWN; f <= BILL_NOT_THERE; f++)
        if (text_eq(fault_name(f), name)) return f;
    return BILL_UNKNOWN;
}

bool bill_differences_add(struct tx *tx, const struct bill_difference *d, int64_t now_ms)
{
    assert(d->fault != BILL_SAME && d->kind != BILL_OF_NOTHING);
    struct query q = query(tx, &difference_add);
    bind_i64(&q, d->bill_day), bind_i64(&q, d->kind), bind_text(&q, fault_name(d->fault)), bind_text(&q, d->number);
    bind_text(&q, d->refund_number), bind_text(&q, d->trade), bind_i64(&q, d->order), bind_i64(&q, d->payment);
    bind_i64(&q, d->refund), bind_text(&q, currency_code(money_currency(d->theirs)));
    bind_i64(&q, money_minor(d->theirs)), bind_i64(&q, money_minor(d->ours)), bind_i64(&q, now_ms);
    return query_put(&q);
}

bool bill_differences_of(struct tx *tx, int64_t day, struct bill_difference *out, size_t *count)
{
    struct query q = query(tx, &differences_list);
    enum row row;
    *count = 0;
    bind_i64(&q, day), bind_i64(&q, BILL_DIFFERENCES_MAX);
    while ((row = query_next(&q)) == ROW_FOUND)
        out[(*count)++] =
            (struct bill_difference){ .id = col_i64(&q, "id"),
                                      .bill_day = col_i64(&q, "bill_day"),
                                      .kind = (enum bill_kind)col_state(&q, "kind", BILL_OF_PAYMENTS, BILL_OF_REFUNDS),
                                      .fault = fault_of(col_text(&q, "fault")),
                                      .number = col_text(&q, "number"),
                                      .refund_number = col_text(&q, "refund_number"),
                                      .trade = col_text(&q, "trade"),
                                      .order = col_i64(&q, "order_id"),
                                      .payment = col_i64(&q, "payment"),
                                      .refund = col_i64(&q, "refund"),
                                      .theirs = col_money(&q, "theirs"),
                                      .ours = col_money(&q, "ours"),
                                      .looks = col_i64(&q, "looks"),
                                      .ended_at_ms = col_i64(&q, "ended_at_ms"),
                                      .created_at_ms = col_i64(&q, "created_at_ms"),
                                      .order_number = col_text(&q, "order_number") };
    return row == ROW_NONE;
}

bool bill_differences_save(struct tx *tx, const struct bill_difference *d)
{
    struct query q = query(tx, &difference_save);
    bind_i64(&q, d->id), bind_text(&q, fault_name(d->fault)), bind_i64(&q, d->order), bind_i64(&q, d->payment);
    bind_i64(&q, d->refund), bind_i64(&q, money_minor(d->ours)), bind_i64(&q, d->looks), bind_i64(&q, d->ended_at_ms);
    return query_change(&q) == 1;
}
