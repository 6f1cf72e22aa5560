/* receive.c: a delivery comes in. The answer leaves after the commit, as every answer does: what is acknowledged is
 * stored. A crash between the two makes the sender come again, and then it meets its own row. */
#include "inbound/private.h"

#include "audit/audit.h"
#include "base/clock.h"
#include "base/log.h"

INBOUND_ACTIONS(AUDIT_DEFINE)

/* Each is a row that is kept for months, and a job. Room for a shop that makes up for an outage. */
const struct limit inbound_account_limit = { .name = "deliveries_account", .burst = 1200, .per_ms = MINUTE_MS };

static void take_headers(struct delivery *d, const struct req *req)
{
    const char *const *names = d->sender->headers;
    for (size_t i = 0; names && names[i] && d->headers < DELIVERY_HEADERS_MAX; i++) {
        struct str value = req_header(req, names[i]);
        if (!value.p) continue;
        d->header[d->headers].name = names[i];
        d->header[d->headers++].value = value;
    }
}

static enum answer answer_with(struct req *req, struct inbound_words w)
{
    return reply_text(req, w.status, w.content_type, str_of(w.body ? w.body : ""));
}

static void what_json(struct json *j, const void *arg)
{
    const struct delivery *d = arg;
    json_text(j, "sender", d->sender->name);
    if (d->id) json_text(j, "senderId", d->id);
    if (d->reason) json_text(j, "reason", d->reason);
}

static bool tell(struct req *req, const struct delivery *d, struct audit_action action)
{
    return audit_request(req, action, d->account, "delivery", d->row, what_json, d);
}

static enum answer refuse(struct req *req, struct delivery *d, bool alarm)
{
    if (!d->reason) d->reason = "refused";
    if (!inbound_store_refused(req->tx, d, alarm, &d->row)) return reply_fault(req);
    if (alarm && !tell(req, d, AUDIT_delivery_refused)) return reply_fault(req);
    if (alarm && d->sender->alarmed && !d->sender->alarmed(d, req->tx)) return reply_fault(req);
    if (alarm || d->row) /* as few lines as rows: who sends rubbish fills no log either */
        LOG(alarm ? LOG_ERROR : LOG_WARN, "delivery_refused", LOG_TEXT("sender", d->sender->name),
            LOG_TEXT("reason", d->reason), LOG_TEXT("network", req->client_network), LOG_NUMBER("delivery", d->row));
    return answer_with(req, d->sender->nack);
}

/* The same id with something else in it is no repetition: nothing is done with it, and people are told, of one delivery
 * once an hour. */
static enum answer refuse_change(struct req *req, struct delivery *d, bool told)
{
    d->reason = "this id came before with other contents";
    if (!told && !tell(req, d, AUDIT_delivery_changed)) return reply_fault(req);
    if (!told) LOG(LOG_ERROR, "delivery_changed", LOG_TEXT("sender", d->sender->name), LOG_NUMBER("delivery", d->row));
    const struct inbound_words *nack = &d->sender->nack;
    const char *body = d->sender->changed ? d->sender->changed : nack->body;
    return answer_with(req, (struct inbound_words){ 409, nack->content_type, body });
}

/* What was done, the row and the acknowledgement are of one transaction. */
static enum answer act_now(struct req *req, struct delivery *d)
{
    struct buf outcome;
    char text[DELIVERY_OUTCOME_MAX + 1];
    buf_fixed(&outcome, text, sizeof text);
    enum job_wish wish = d->sender->act(d, NULL, req->tx, &outcome);
    assert(wish == JOB_FINISHED || wish == JOB_GIVE_UP || wish == JOB_FAULT);
    if (wish == JOB_FAULT) return reply_fault(req);
    const char *said = arena_text_n(req->arena, outcome.p, utf8_cut(buf_str(&outcome), DELIVERY_OUTCOME_MAX));
    enum delivery_state to = wish == JOB_FINISHED ? DELIVERY_ACTED : DELIVERY_REFUSED;
    if (!inbound_end(req->tx, d->row, to, said[0] ? said : NULL, d->at_ms)) return reply_fault(req);
    if (wish == JOB_FINISHED) return answer_with(req, d->sender->ack);
    d->reason = said;
    if (!tell(req, d, AUDIT_delivery_refused)) return reply_fault(req);
    LOG(LOG_ERROR, "delivery_refused", LOG_TEXT("sender", d->sender->name), LOG_TEXT("reason", said),
        LOG_NUMBER("delivery", d->row));
    return answer_with(req, d->sender->nack);
}

/* Of a sender that takes the acknowledgement for the effect: one that was taken up again by a person, and on which
 * nobody has acted yet, is not acknowledged. It comes once more. */
static enum answer answer_copy(struct req *req, const struct delivery *d)
{
    struct delivery_row r;
    if (inbound_get(req->tx, d->row, false, &r) != ROW_FOUND) return reply_fault(req);
    return answer_with(req, r.state == DELIVERY_ACTED ? d->sender->ack : d->sender->nack);
}

static enum answer store(struct req *req, struct delivery *d)
{
    const char *account = arena_printf(req->arena, "account %lld", (long long)d->account);
    if (d->account > 0) req_known(req); /* before the count: what is too much of one is not the network's */
    if (d->account > 0 && !req_count(req, 0, str_of(account))) return ANSWER_REFUSED;
    switch (inbound_store(req->tx, d)) {
    case STORED_NEW: return d->sender->at_once ? act_now(req, d) : answer_with(req, d->sender->ack);
    case STORED_COPY: return d->sender->at_once ? answer_copy(req, d) : answer_with(req, d->sender->ack);
    case STORED_CHANGED: return refuse_change(req, d, false);
    case STORED_CHANGED_TOLD: return refuse_change(req, d, true);
    case STORED_FAULT: break;
    }
    return reply_fault(req);
}

enum answer inbound_take(struct req *req, struct delivery *d)
{
    enum inbound_verdict v = inbound_judge(d, req->tx);
    switch (v) {
    case INBOUND_GOOD: return store(req, d);
    case INBOUND_REFUSED:
    case INBOUND_ALARM: return refuse(req, d, v == INBOUND_ALARM);
    case INBOUND_ASKED: return answer_with(req, d->answer);
    case INBOUND_FAULT: break;
    }
    return reply_fault(req);
}

enum answer inbound_receive(struct req *req)
{
    const struct sender *s = inbound_sender_at(req->route->path);
    const struct inbound_path *path = req->path;
    if (!s) return reply_problem(req, &problem_not_found);
    struct delivery *d = ARENA_NEW(req->arena, struct delivery);
    *d = (struct delivery){ .sender = s,
                            .arena = req->arena,
                            .body = req_raw_body(req),
                            .at_ms = req->now_ms,
                            .address = path ? path->address : "",
                            .queried = req_has_query(req) };
    if (!d->body.p) d->body = STR("");
    take_headers(d, req);
    return inbound_take(req, d);
}
