/* fetched.c: what a sender could not deliver, and a job has fetched from it instead. It takes the way of a delivery:
 * the same checks, its row under the same id, the same effect in the same transaction; so it counts once, whichever of
 * the two comes first. What is not verified has no row: who fetches may do so again and again, and .alarmed tells of
 * it. What .act refuses has one, and is known from then on. */
#include "inbound/private.h"

#include "base/log.h"

STMT(fetched_state, "SELECT state FROM deliveries WHERE sender = ?1 AND address = '' AND sender_id = ?2");

static enum inbound_fetched refused(struct tx *tx, const struct delivery *d, bool alarm)
{
    LOG(alarm ? LOG_ERROR : LOG_WARN, "delivery_refused", LOG_TEXT("sender", d->sender->name),
        LOG_TEXT("reason", d->reason ? d->reason : "refused"), LOG_NUMBER("delivery", d->row));
    bool told = !alarm || !d->sender->alarmed || d->sender->alarmed(d, tx);
    return told ? INBOUND_FETCHED_REFUSED : INBOUND_FETCHED_FAULT;
}

static enum inbound_fetched act(struct tx *tx, struct delivery *d)
{
    struct buf outcome;
    char text[DELIVERY_OUTCOME_MAX + 1];
    buf_fixed(&outcome, text, sizeof text);
    enum job_wish wish = d->sender->act(d, NULL, tx, &outcome);
    assert(wish == JOB_FINISHED || wish == JOB_GIVE_UP || wish == JOB_FAULT);
    if (wish == JOB_FAULT) return INBOUND_FETCHED_FAULT;
    const char *said = arena_text_n(d->arena, outcome.p, utf8_cut(buf_str(&outcome), DELIVERY_OUTCOME_MAX));
    enum delivery_state to = wish == JOB_FINISHED ? DELIVERY_ACTED : DELIVERY_REFUSED;
    if (!inbound_end(tx, d->row, to, said[0] ? said : NULL, d->at_ms)) return INBOUND_FETCHED_FAULT;
    if (wish == JOB_FINISHED) return INBOUND_FETCHED_NEW;
    d->reason = said;
    return refused(tx, d, false);
}

enum inbound_fetched inbound_take_fetched(struct tx *tx, struct delivery *d)
{
    assert(d->sender->at_once && d->body.p);
    enum inbound_verdict v = inbound_judge(d, tx);
    if (v == INBOUND_FAULT) return INBOUND_FETCHED_FAULT;
    if (v != INBOUND_GOOD) return refused(tx, d, v == INBOUND_ALARM);
    switch (inbound_store(tx, d)) {
    case STORED_NEW: return act(tx, d);
    case STORED_COPY: return INBOUND_FETCHED_KNOWN;
    case STORED_CHANGED:
    case STORED_CHANGED_TOLD: d->reason = "this id came before with other contents"; return refused(tx, d, false);
    case STORED_FAULT: break;
    }
    return INBOUND_FETCHED_FAULT;
}

bool inbound_was_acted_on(struct tx *tx, const struct sender *sender, const char *id, bool *out)
{
    struct query q = query(tx, &fetched_state);
    bind_text(&q, sender->name), bind_text(&q, id);
    enum row row = query_row(&q);
    *out = row == ROW_FOUND && col_i64(&q, "state") == DELIVERY_ACTED;
    return row != ROW_FAULT;
}
