/* mismatches.c: what does not agree, and somebody has to look at: a row, once by its cause, an error in the log and a
 * row in the trail. Nothing is decided here: money that has to go back goes back by itself, whoever looks. */
#include "billing/private.h"

#include "base/log.h"
#include "http/events.h"

STMT(mismatch_insert,
     "INSERT INTO mismatches (key, kind, provider, order_id, payment, account, delivery, trade, currency, amount, said,"
     " resolved_at_ms, resolver, resolution, created_at_ms)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, '', ?12) ON CONFLICT (key) DO NOTHING RETURNING id");

static const char *or_nothing(const char *text) { return text ? text : ""; }

static void found_json(struct json *j, const void *arg)
{
    const struct mismatch *m = arg;
    json_text(j, "kind", m->kind);
    json_text(j, "provider", or_nothing(m->provider));
    json_text(j, "said", or_nothing(m->said));
    if (m->currency != CURRENCY_NONE) amount_json(j, "amount", money_of(m->minor, m->currency));
}

bool mismatch_put(struct tx *tx, const struct mismatch *m, int64_t now_ms)
{
    assert(m->key && m->key[0] != '\0' && m->kind && m->kind[0] != '\0');
    struct query q = query(tx, &mismatch_insert);
    bind_text(&q, m->key), bind_text(&q, m->kind), bind_text(&q, or_nothing(m->provider)), bind_i64(&q, m->order);
    bind_i64(&q, m->payment), bind_i64(&q, m->account), bind_i64(&q, m->delivery), bind_text(&q, or_nothing(m->trade));
    bind_text(&q, currency_code(m->currency)), bind_i64(&q, m->currency == CURRENCY_NONE ? 0 : m->minor);
    bind_text(&q, or_nothing(m->said)), bind_i64(&q, now_ms);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row == ROW_NONE;
    int64_t id = col_i64(&q, "id");
    LOG(LOG_ERROR, "billing.mismatch", LOG_NUMBER("mismatch", id), LOG_TEXT("kind", m->kind),
        LOG_TEXT("provider", or_nothing(m->provider)), LOG_NUMBER("order", m->order),
        LOG_TEXT("said", or_nothing(m->said)));
    events_hint("mismatches");
    return audit_put(tx, &(struct audit_entry){ .action = AUDIT_mismatch_found,
                                                .resource = "mismatch",
                                                .resource_id = id,
                                                .details = found_json,
                                                .arg = m,
                                                .at_ms = now_ms });
}
