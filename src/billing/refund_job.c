/* refund_job.c: a refund at its provider. It carries a number of ours, which is the key of every try: the provider
 * gives back once, however often it hears it. Once it may have heard it, it is asked first, and told again only when it
 * says, verified, that it knows of nothing. What it has taken and not done yet (a bank, a second look) is asked about
 * for days. Only its verified word ends a refund; that is applied as a notification is. */
#include "billing/private.h"

#include "base/clock.h"
#include "base/log.h"

enum {
    FIRST_AGAIN_MS = 5 * SECOND_MS, /* its word was lost, or it wants us later: doubling */
    FIRST_PENDING_MS = MINUTE_MS,   /* taken, and not done: doubling */
    MOST_AGAIN_MS = 10 * MINUTE_MS,
    MOST_PENDING_MS = 6 * HOUR_MS,
    BETWEEN_MS = MINUTE_MS, /* two refunds of one payment, as WeChat Pay has it; Alipay: 3 s */
    REFUSED_MS = DAY_MS,    /* what the house owes, and the provider refuses: for some days */
    FOR_DAYS = 30,
    REFUSED_DAYS = 7
};

STMT(refund_others, "SELECT MAX(CASE WHEN tries > 0 OR state = 3 THEN updated_at_ms ELSE 0 END) AS last_ms,"
                    " CAST(SUM(CASE WHEN state = 2 AND tries = 0 AND id < ?2 THEN 1 ELSE 0 END) AS BIGINT) AS earlier"
                    " FROM refunds WHERE payment = ?1 AND id <> ?2");

struct refunding {
    bool idle;       /* it has ended: nothing to do */
    int64_t wait_ms; /* another refund of this payment is just being sent */
    bool asks_first;
    const struct provider *provider; /* NULL: not set up any more */
    struct refund refund;
    struct payment payment;
    struct provider_call call;
};

static const struct provider *find(const char *name)
{
    for (const struct provider *const *p = billing_providers; *p; p++)
        if (text_eq((*p)->name, name)) return (*p)->ready() ? *p : NULL;
    return NULL;
}

static bool read_wait(struct tx *tx, struct refunding *s, int64_t now_ms)
{
    struct query q = query(tx, &refund_others);
    bind_i64(&q, s->refund.payment), bind_i64(&q, s->refund.id);
    if (query_row(&q) != ROW_FOUND) return false;
    int64_t since_ms = now_ms - col_i64(&q, "last_ms");
    if (col_i64(&q, "earlier") > 0) s->wait_ms = FIRST_AGAIN_MS;
    else if (since_ms >= 0 && since_ms < BETWEEN_MS) s->wait_ms = BETWEEN_MS - since_ms;
    return true;
}

static void fill_call(struct job *job, struct refunding *s)
{
    const struct payment *p = &s->payment;
    s->call = (struct provider_call){ .arena = job->arena,
                                      .now_ms = job->now_ms,
                                      .order = { .number = str_of(p->number),
                                                 .trade = str_of(p->trade),
                                                 .session = str_of(p->session),
                                                 .amount = p->amount,
                                                 .refunded = p->refunded,
                                                 .state = p->state },
                                      .way = p->way,
                                      .subject = "",
                                      .lang = "zh-CN",
                                      .return_url = "",
                                      .client_address = "",
                                      .round = p->round,
                                      .refund = str_of(s->refund.number),
                                      .reason = str_of(s->refund.reason),
                                      .refund_amount = s->refund.amount,
                                      .outside = s->refund.outside };
}

/* Texts of rows live as long as the transaction that read them: what the call needs is kept. */
static void keep(struct arena *a, struct refunding *s)
{
    struct refund *r = &s->refund;
    struct payment *p = &s->payment;
    r->number = arena_text(a, r->number), r->reason = arena_text(a, r->reason);
    r->outside = arena_text(a, r->outside), r->error = arena_text(a, r->error), r->cause = arena_text(a, r->cause);
    p->number = arena_text(a, p->number), p->provider = arena_text(a, p->provider), p->way = arena_text(a, p->way);
    p->trade = arena_text(a, p->trade), p->session = arena_text(a, p->session);
}

static enum job_wish refund_load(struct job *job, struct tx *tx)
{
    struct refunding *s = ARENA_NEW(job->arena, struct refunding);
    job->state = s;
    enum row row = refund_get(tx, job->ref, false, &s->refund);
    if (row == ROW_FOUND) row = payment_get(tx, s->refund.payment, false, &s->payment);
    if (row == ROW_FAULT) return JOB_AGAIN;
    s->idle = row == ROW_NONE || s->refund.state != REFUND_PENDING;
    if (s->idle) return JOB_FINISHED;
    if (!read_wait(tx, s, job->now_ms)) return JOB_AGAIN;
    s->asks_first = s->refund.tries > 0 || job->attempt > 1;
    s->provider = find(s->payment.provider);
    keep(job->arena, s);
    fill_call(job, s);
    return JOB_FINISHED;
}

static void refund_call(struct job *job)
{
    struct refunding *s = job->state;
    struct provider_call *c = &s->call;
    if (s->idle || s->wait_ms > 0) return;
    if (!s->provider) {
        c->outcome = PAYMENT_OUTCOME_OURS, c->error = "this provider is not set up";
        return;
    }
    if (s->asks_first) {
        s->provider->refund_query(c);
        /* That a question was refused says nothing of the refund. */
        if (c->outcome == PAYMENT_OUTCOME_REFUSED && !c->has_notice) c->outcome = PAYMENT_OUTCOME_UNKNOWN;
        if (c->outcome != PAYMENT_OUTCOME_ABSENT) return;
        fill_call(job, s);
    }
    s->provider->refund(c);
    /* Of the order, not of the refund: it cannot be given back there. */
    if (c->outcome == PAYMENT_OUTCOME_ABSENT) {
        c->outcome = PAYMENT_OUTCOME_REFUSED;
        if (!c->error) c->error = "the provider knows of no such payment";
    }
}

/* ---- what it came to ---- */

static const char *words_of(const struct provider_call *c)
{
    switch (c->outcome) {
    case PAYMENT_OUTCOME_OK: return "taken, and not done yet";
    case PAYMENT_OUTCOME_UNKNOWN: return "it is not known what became of it; it is asked again";
    case PAYMENT_OUTCOME_LATER: return "the provider wants it again later";
    case PAYMENT_OUTCOME_OURS: return "our keys or our account are not right";
    case PAYMENT_OUTCOME_REFUSED: return "refused";
    case PAYMENT_OUTCOME_ABSENT: break;
    }
    return "the provider knows of no such refund";
}

static const char *said_of(struct arena *a, const struct provider_call *c)
{
    const char *words = words_of(c);
    return c->error && c->error[0] ? arena_printf(a, "%s: %s", words, c->error) : words;
}

static int64_t delay_ms(const struct refunding *s, int64_t tries)
{
    bool pending = s->call.outcome == PAYMENT_OUTCOME_OK;
    if (s->call.outcome == PAYMENT_OUTCOME_REFUSED) return REFUSED_MS;
    int64_t ms = pending ? FIRST_PENDING_MS : FIRST_AGAIN_MS, most = pending ? MOST_PENDING_MS : MOST_AGAIN_MS;
    for (int64_t i = 1; i < tries && ms < most; i++) ms *= 2;
    return ms < most ? ms : most;
}

static bool note(struct tx *tx, const struct payment *p, const char *said, int64_t at_ms)
{
    const struct order_note n = { .order = p->order,
                                  .payment = p->id,
                                  .account = p->account,
                                  .provider = p->provider,
                                  .what = "refund",
                                  .said = said,
                                  .at_ms = at_ms };
    return order_note_put(tx, &n);
}

static bool alarm(struct tx *tx, const struct payment *p, const struct refund *r, const char *key, const char *said,
                  int64_t now_ms)
{
    const struct mismatch found =
        mismatch_of_payment(p, r->amount, "refund_failed", arena_printf(tx_arena(tx), "%s:%s", key, r->number), said);
    return mismatch_put(tx, &found, now_ms);
}

struct locked {
    struct order order;
    struct payment payment;
    struct refund refund;
};

static bool lock_all(struct tx *tx, const struct refund *r, struct locked *out)
{
    return orders_get(tx, r->order, true, &out->order) == ROW_FOUND &&
           payment_get(tx, r->payment, true, &out->payment) == ROW_FOUND &&
           refund_get(tx, r->id, true, &out->refund) == ROW_FOUND;
}

/* Its word is applied as a notification is, which may end the refund. */
static bool apply(struct tx *tx, const struct refunding *s, int64_t now_ms)
{
    char memory[DELIVERY_OUTCOME_MAX + 1];
    struct buf outcome;
    buf_fixed(&outcome, memory, sizeof memory);
    const struct heard h = { .provider = s->provider, .notice = &s->call.notice, .how = "query", .now_ms = now_ms };
    return billing_apply(tx, &h, &outcome);
}

static enum job_wish refused(struct tx *tx, struct locked *l, const char *said, int64_t now_ms)
{
    const struct move m = { .why = said, .at_ms = now_ms };
    bool good = note(tx, &l->payment, said, now_ms) && refund_failed(tx, &l->order, &l->payment, &l->refund, false, &m);
    return good && order_tell(tx, &l->order) ? JOB_FINISHED : JOB_FAULT;
}

/* Not ended: tried once more, and again after a while; for a month. */
static enum job_wish not_yet(struct job *job, struct tx *tx, const struct refunding *s, struct locked *l,
                             const char *said)
{
    struct refund *r = &l->refund;
    bool new_word = !text_eq(said, r->error);
    r->tries++, r->error = said;
    if (s->call.outside && s->call.outside[0]) r->outside = s->call.outside;
    if (!refund_save(tx, r, job->now_ms) || (new_word && !note(tx, &l->payment, said, job->now_ms))) return JOB_FAULT;
    if (s->call.outcome == PAYMENT_OUTCOME_OURS && !alarm(tx, &l->payment, r, "refund_ours", said, job->now_ms))
        return JOB_FAULT;
    if (s->call.outcome == PAYMENT_OUTCOME_REFUSED && !alarm(tx, &l->payment, r, "refund_refused", said, job->now_ms))
        return JOB_FAULT;
    job_error(job, "%s", said);
    if (job->now_ms - r->created_at_ms > FOR_DAYS * DAY_MS) return JOB_GIVE_UP;
    job_again_after(job, delay_ms(s, r->tries));
    return JOB_NEXT;
}

/* What the house owes is not given up for what may pass by itself, as an empty account of the seller. */
static bool ends_refused(const struct refunding *s, const struct refund *r, int64_t now_ms)
{
    if (s->call.outcome != PAYMENT_OUTCOME_REFUSED) return false;
    return r->actor > 0 || now_ms - r->created_at_ms >= REFUSED_DAYS * DAY_MS;
}

static enum job_wish refund_settle(struct job *job, struct tx *tx)
{
    struct refunding *s = job->state;
    struct locked l;
    if (s->idle) return JOB_FINISHED;
    if (s->wait_ms > 0) {
        job_again_after(job, s->wait_ms);
        return JOB_NEXT;
    }
    if (s->call.has_notice && s->provider && !apply(tx, s, job->now_ms)) return JOB_FAULT;
    if (!lock_all(tx, &s->refund, &l)) return JOB_FAULT;
    if (l.refund.state != REFUND_PENDING) return JOB_FINISHED;
    const char *said = said_of(job->arena, &s->call);
    return ends_refused(s, &l.refund, job->now_ms) ? refused(tx, &l, said, job->now_ms) : not_yet(job, tx, s, &l, said);
}

/* It stays under way, since its end is not known: a person looks, and may have it tried again. */
static enum job_wish refund_dead(struct job *job, struct tx *tx, const char *error)
{
    struct refund r;
    struct payment p;
    enum row row = refund_get(tx, job->ref, false, &r);
    if (row == ROW_FOUND) row = payment_get(tx, r.payment, false, &p);
    if (row != ROW_FOUND || r.state != REFUND_PENDING) return row == ROW_FAULT ? JOB_FAULT : JOB_FINISHED;
    const char *said = arena_printf(tx_arena(tx), "not done, and not tried any more: %s", error ? error : "");
    return alarm(tx, &p, &r, "refund_silent", said, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind billing_refund_job = { .name = "billing.refund",
                                             .doc = "Gives money back at its provider.",
                                             .max_attempts = 100,
                                             .backoff_first_ms = FIRST_AGAIN_MS,
                                             .backoff_max_ms = MOST_AGAIN_MS,
                                             .careful = true,
                                             .load = refund_load,
                                             .call = refund_call,
                                             .settle = refund_settle,
                                             .dead = refund_dead };
