/* notes.c: what was heard and asked about an order, for people. Nothing hangs on these rows. */
#include "billing/private.h"

STMT(note_insert, "INSERT INTO order_notes (order_id, payment, account, provider, what, said, delivery, at_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

bool order_note_put(struct tx *tx, const struct order_note *n)
{
    assert(n->order > 0 && n->what[0] != '\0');
    struct query q = query(tx, &note_insert);
    bind_i64(&q, n->order), bind_i64(&q, n->payment), bind_i64(&q, n->account), bind_text(&q, n->provider);
    bind_text(&q, n->what), bind_text(&q, n->said), bind_i64(&q, n->delivery), bind_i64(&q, n->at_ms);
    return query_put(&q);
}
