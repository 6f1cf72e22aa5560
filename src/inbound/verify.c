/* verify.c: what must be true of deliveries: what was accepted is acted on, and is what came. */
#include "inbound/private.h"

enum { VERIFY_PAGE_DELIVERIES = 3 /* each may be large */ };

STMT(verify_page, "SELECT id, sender, sender_id, state, size, body_hash, job, acted_at_ms FROM deliveries WHERE id > ?1"
                  " ORDER BY id LIMIT ?2");

/* Acted on by nobody: the sender has our receipt and will not come again. */
static const char *bad_waiting(struct tx *tx, const struct query *q, bool *fault)
{
    struct job_row job = { 0 };
    enum row row = jobs_get(tx, col_i64(q, "job"), &job);
    *fault = row == ROW_FAULT;
    if (*fault) return NULL;
    const struct job_kind *const kinds[] = { &inbound_act_job, &inbound_money_job, &inbound_make_job };
    bool its_own = false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) its_own |= row == ROW_FOUND && text_eq(job.kind, kinds[i]->name);
    its_own = its_own && job_row_is_live(&job) && job.ref == col_i64(q, "id");
    return its_own ? NULL : "a delivery waits and nobody acts on it";
}

static const char *bad_content(struct tx *tx, const struct query *q, bool *fault)
{
    struct delivery_row r;
    struct delivery d;
    uint8_t hash[SHA256_SIZE];
    enum row row = inbound_get(tx, col_i64(q, "id"), false, &r);
    *fault = row == ROW_FAULT;
    if (row != ROW_FOUND) return NULL; /* gone meanwhile */
    /* One that was refused may have been too large to keep. */
    if (!r.content.p) return col_is_null(q, "sender_id") ? NULL : "a delivery has lost its content";
    if (!inbound_open(&r, tx_arena(tx), &d)) return "a delivery does not open with these master keys";
    sha256(d.body.p, d.body.n, hash);
    bool same = (int64_t)d.body.n == col_i64(q, "size") &&
                str_eq(col_str(q, "body_hash"), (struct str){ (const char *)hash, sizeof hash });
    return same ? NULL : "a delivery is not what came";
}

/* What was verified has an id, and what was not has none. Beside that there is what .act of a sender that is acted on
 * at once refused: verified, so it has one. A sender that this version does not know may have been such. */
static bool id_is_as_its_state(const struct query *q, bool accepted)
{
    const struct sender *s = inbound_sender(col_text(q, "sender"));
    if (col_i64(q, "state") != DELIVERY_REFUSED) return accepted;
    return !accepted || !s || s->at_once;
}

static const char *bad(struct tx *tx, const struct query *q, bool *fault)
{
    int64_t state = col_i64(q, "state");
    bool accepted = !col_is_null(q, "sender_id");
    const char *what = NULL;
    if (state < DELIVERY_RECEIVED || state > DELIVERY_REFUSED) return "a delivery is in no state";
    if (!id_is_as_its_state(q, accepted)) return "what was refused counts as accepted, or the other way round";
    if (state == DELIVERY_RECEIVED) what = bad_waiting(tx, q, fault);
    else if (accepted && col_i64(q, "acted_at_ms") <= 0) what = "a delivery was acted on at no time";
    return what || *fault ? what : bad_content(tx, q, fault);
}

static bool deliveries_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_page);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_DELIVERIES);
    enum row row = ROW_NONE;
    bool fault = false;
    while (!fault && (row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad(tx, &q, &fault);
        if (what) verify_found(found, "delivery", found->cursor[0], what);
    }
    return !fault && row != ROW_FAULT;
}

const struct verify_check inbound_checks[] = { { .name = "inbound.deliveries",
                                                 .doc = "What was accepted is acted on, and is what came.",
                                                 .piece = deliveries_piece },
                                               VERIFY_END };
