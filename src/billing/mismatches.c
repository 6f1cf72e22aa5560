/* mismatches.c: what does not agree, and somebody has to look at: a row, once by its cause, an error in the log and a
 * row in the trail. Nothing is decided here: money that has to go back goes back by itself, whoever looks. */
#include "billing/private.h"

#include "base/log.h"
#include "http/events.h"

STMT(mismatch_insert,
     "INSERT INTO mismatches (key, kind, provider, order_id, payment, account, delivery, trade, currency, amount, said,"
     " resolved_at_ms, resolver, resolution, created_at_ms, came)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, '', ?12, ?13)"
     " ON CONFLICT (key) DO NOTHING RETURNING id");

#define MISMATCH_SELECT                                                                                                \
    "SELECT m.id, m.key, m.kind, m.provider, m.order_id, m.payment, m.account, m.delivery, m.trade, m.currency,"       \
    " m.amount, m.said, m.resolved_at_ms, m.resolver, m.resolution, m.created_at_ms, o.number AS order_number"         \
    " FROM mismatches m LEFT JOIN orders o ON o.id = m.order_id WHERE "
STMT(mismatch_get, MISMATCH_SELECT "m.id = ?1");
STMT(mismatches_any, MISMATCH_SELECT "m.id < ?1 ORDER BY m.id DESC LIMIT ?2");
STMT(mismatches_open, MISMATCH_SELECT "m.resolved_at_ms = 0 AND m.id < ?1 ORDER BY m.id DESC LIMIT ?2");
STMT(mismatches_resolved, MISMATCH_SELECT "m.resolved_at_ms > 0 AND m.id < ?1 ORDER BY m.id DESC LIMIT ?2");
STMT(mismatches_of, MISMATCH_SELECT "m.order_id = ?1 ORDER BY m.order_id, m.id LIMIT ?2");
STMT(mismatches_number, "SELECT COUNT(*) AS n FROM (SELECT id FROM mismatches WHERE resolved_at_ms = 0 ORDER BY id"
                        " LIMIT ?1) AS few");
STMT(mismatch_resolve, "UPDATE mismatches SET resolved_at_ms = ?2, resolver = ?3, resolution = ?4"
                       " WHERE id = ?1 AND resolved_at_ms = 0");

static const char *or_nothing(const char *text) { return text ? text : ""; }

static void found_json(struct json *j, const void *arg)
{
    const struct mismatch *m = arg;
    json_text(j, "kind", m->kind);
    json_text(j, "provider", or_nothing(m->provider));
    json_text(j, "said", or_nothing(m->said));
    if (m->currency != CURRENCY_NONE) amount_json(j, "amount", money_of(m->minor, m->currency));
}

struct mismatch mismatch_of_payment(const struct payment *p, struct money amount, const char *kind, const char *key,
                                    const char *said)
{
    return (struct mismatch){ .key = key,
                              .kind = kind,
                              .provider = p->provider,
                              .order = p->order,
                              .payment = p->id,
                              .account = p->account,
                              .trade = p->trade,
                              .currency = money_currency(amount),
                              .minor = money_minor(amount),
                              .said = said };
}

bool mismatch_put(struct tx *tx, const struct mismatch *m, int64_t now_ms)
{
    assert(m->key && m->key[0] != '\0' && m->kind && m->kind[0] != '\0');
    struct query q = query(tx, &mismatch_insert);
    bind_text(&q, m->key), bind_text(&q, m->kind), bind_text(&q, or_nothing(m->provider)), bind_i64(&q, m->order);
    bind_i64(&q, m->payment), bind_i64(&q, m->account), bind_i64(&q, m->delivery), bind_text(&q, or_nothing(m->trade));
    bind_text(&q, currency_code(m->currency)), bind_i64(&q, m->currency == CURRENCY_NONE ? 0 : m->minor);
    bind_text(&q, or_nothing(m->said)), bind_i64(&q, now_ms), bind_bool(&q, m->came);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE;
    int64_t id = col_i64(&q, "id");
    LOG(LOG_ERROR, "billing.mismatch", LOG_NUMBER("mismatch", id), LOG_TEXT("kind", m->kind),
        LOG_TEXT("provider", or_nothing(m->provider)), LOG_NUMBER("order", m->order),
        LOG_TEXT("said", or_nothing(m->said)));
    events_hint("money");
    return audit_put(tx, &(struct audit_entry){ .action = AUDIT_mismatch_found,
                                                .resource = "mismatch",
                                                .resource_id = id,
                                                .details = found_json,
                                                .arg = m,
                                                .at_ms = now_ms });
}

/* ---- reading, and the end of one ---- */

static struct mismatch mismatch_of(const struct query *q)
{
    const char *code = col_text(q, "currency");
    return (struct mismatch){ .id = col_i64(q, "id"),
                              .key = col_text(q, "key"),
                              .kind = col_text(q, "kind"),
                              .provider = col_text(q, "provider"),
                              .order = col_i64(q, "order_id"),
                              .payment = col_i64(q, "payment"),
                              .account = col_i64(q, "account"),
                              .delivery = col_i64(q, "delivery"),
                              .trade = col_text(q, "trade"),
                              .currency = currency_from_code(code, strlen(code)),
                              .minor = col_state(q, "amount", -MONEY_LIMIT, MONEY_LIMIT),
                              .said = col_text(q, "said"),
                              .resolved_at_ms = col_i64(q, "resolved_at_ms"),
                              .resolver = col_i64(q, "resolver"),
                              .resolution = col_text(q, "resolution"),
                              .created_at_ms = col_i64(q, "created_at_ms"),
                              .order_number = col_text(q, "order_number") };
}

enum row mismatch_get_row(struct tx *tx, int64_t id, struct mismatch *out)
{
    struct query q = query(tx, &mismatch_get);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = mismatch_of(&q);
    return row;
}

static bool read_all(struct query *q, struct mismatch *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) out[(*count)++] = mismatch_of(q);
    return row == ROW_NONE;
}

bool mismatches_page(struct tx *tx, enum mismatches_wanted wanted, int64_t after, struct mismatch *out, size_t max,
                     size_t *count)
{
    static const struct stmt *const pages[] = { &mismatches_any, &mismatches_open, &mismatches_resolved };
    struct query q = query(tx, pages[wanted]);
    bind_i64(&q, after), bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool mismatches_of_order(struct tx *tx, int64_t order, struct mismatch *out, size_t max, size_t *count)
{
    struct query q = query(tx, &mismatches_of);
    bind_i64(&q, order), bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool mismatches_count(struct tx *tx, int64_t most, int64_t *out)
{
    struct query q = query(tx, &mismatches_number);
    bind_i64(&q, most);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}

enum row mismatch_end(struct tx *tx, const struct mismatch *m, const char *resolution, const struct move *by)
{
    struct query q = query(tx, &mismatch_resolve);
    bind_i64(&q, m->id), bind_i64(&q, by->at_ms), bind_i64(&q, by->actor), bind_text(&q, resolution);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows > 0 ? ROW_FOUND : ROW_NONE;
}
