/* pay_jobs.c: the calls about one payment: begun, asked about, closed. Each is a job, because a provider may be slow or
 * silent, and because what it came to has to reach our rows whoever waits for it. What is not known stays open: the
 * same call comes again, and the sweeper asks. */
#include "base/clock.h"
#include "base/log.h"
#include "billing/private.h"
#include "billing/provider_parts.h"

enum { NOTE_LANG_MAX = 8 };
#define LOOK_AGAIN_MS (6 * HOUR_MS)
#define LOOK_FOR_MS (7 * DAY_MS)

/* One payment, as a call wants it. */
struct pay_work {
    struct payment p;
    struct order o;
    const struct provider *provider;
    struct provider_call asked; /* by billing.close: of its query, behind the closing */
    struct provider_call call;
    bool begun; /* the provider may know of it */
};

static bool is_waited_for(const struct payment *p)
{
    return p->state == PAYMENT_OPEN || p->state == PAYMENT_PROCESSING;
}

static struct payment_order payment_words_of(struct arena *a, const struct payment *p)
{
    return (struct payment_order){ .number = str_of(arena_text(a, p->number)),
                                   .trade = str_of(arena_text(a, p->trade)),
                                   .session = str_of(arena_text(a, p->session)),
                                   .amount = p->amount,
                                   .refunded = p->refunded,
                                   .state = p->state };
}

/* In Chinese where the payer's page is: a buyer who reads our pages in English pays by card mostly. */
static const char *subject_of(struct arena *a, const struct offer *o, bool chinese)
{
    return arena_printf(a, "Chathub · %s", chinese ? o->name_zh : o->name_en);
}

void pay_call_fill(struct arena *a, const struct payment *p, const struct order *o, const struct offer *offer,
                   int64_t now_ms, struct provider_call *out)
{
    *out = (struct provider_call){ .arena = a,
                                   .now_ms = now_ms,
                                   .order = payment_words_of(a, p),
                                   .way = arena_text(a, p->way),
                                   .lang = "zh-CN",
                                   .return_url = arena_printf(a, "%s/orders/%s", billing_settings.base_url, o->number),
                                   .client_address = "",
                                   .expires_at_ms = p->expires_at_ms,
                                   .round = p->round,
                                   .outside = "" };
    out->subject = subject_of(a, offer, !text_eq(p->provider, "stripe"));
}

/* ROW_NONE: it cannot be worked on, by this version or with these settings; told in the job. */
static enum row work_load(struct job *job, struct tx *tx, int64_t payment, struct pay_work *w)
{
    struct offer offer;
    enum row row = payment_get(tx, payment, false, &w->p);
    if (row == ROW_FOUND) row = orders_get(tx, w->p.order, false, &w->o);
    if (row == ROW_FOUND) row = offers_get(tx, w->o.offer, &offer);
    if (row != ROW_FOUND) return ROW_FAULT; /* rows of these are never deleted */
    w->provider = provider_named(w->p.provider);
    pay_call_fill(job->arena, &w->p, &w->o, &offer, job->now_ms, &w->call);
    /* The rows' texts are the transaction's. */
    w->p.number = arena_text(job->arena, w->p.number), w->p.provider = arena_text(job->arena, w->p.provider);
    w->begun = w->p.started_at_ms > 0;
    if (w->provider && w->provider->ready()) return ROW_FOUND;
    job_error(job, "the provider %s is not set up here", w->p.provider);
    return ROW_NONE;
}

/* The rows again, locked: the order, then the payment. */
static bool lock_both(struct tx *tx, struct pay_work *w)
{
    if (orders_get(tx, w->o.id, true, &w->o) != ROW_FOUND) return false;
    return payment_get(tx, w->p.id, true, &w->p) == ROW_FOUND;
}

static bool note(struct tx *tx, const struct pay_work *w, const char *what, const char *said, int64_t now_ms)
{
    const struct order_note n = { .order = w->o.id,
                                  .payment = w->p.id,
                                  .account = w->o.account,
                                  .at_ms = now_ms,
                                  .provider = w->p.provider,
                                  .what = what,
                                  .said = said };
    return order_note_put(tx, &n);
}

static void alarm_if_ours(const struct provider_call *c, const char *provider)
{
    if (c->outcome == PAYMENT_OUTCOME_OURS)
        LOG(LOG_ERROR, "payment_call", LOG_TEXT("provider", provider),
            LOG_TEXT("error", c->error ? c->error : "our key, account or request is wrong"));
}

/* As the buyer reads it too: what is wrong with our keys or our account is for the log alone. */
static const char *error_of(const struct provider_call *c)
{
    if (c->outcome == PAYMENT_OUTCOME_OURS) return "this way of paying does not work at the moment";
    return c->error ? c->error : "no clear answer";
}

/* A session that an answer brought is the payment's: before that is judged which the answer says of it. */
static bool keep_session(struct tx *tx, struct pay_work *w, const struct provider_call *c, int64_t now_ms)
{
    if (!c->session) return true;
    if (!lock_both(tx, w)) return false;
    if (w->p.session[0]) return true;
    w->p.session = c->session;
    return payment_save(tx, &w->p, now_ms);
}

/* What was said, by the way of all notices. */
static bool apply(struct tx *tx, const struct pay_work *w, const struct provider_call *c, int64_t now_ms)
{
    char text[DELIVERY_OUTCOME_MAX + 1];
    struct buf outcome;
    const struct heard h = { .provider = w->provider, .notice = &c->notice, .how = "query", .now_ms = now_ms };
    buf_fixed(&outcome, text, sizeof text);
    return billing_apply(tx, &h, &outcome);
}

/* ---- billing.start ---- */

static enum job_wish start_load(struct job *job, struct tx *tx)
{
    struct pay_work *w = ARENA_NEW(job->arena, struct pay_work);
    enum row row = work_load(job, tx, job->ref, w);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE) return JOB_GIVE_UP;
    /* "LANG ADDRESS", as pay_routes.c wrote it. */
    const char *space = job->note ? strchr(job->note, ' ') : NULL;
    if (space && space - job->note < NOTE_LANG_MAX) {
        w->call.lang = arena_text_n(job->arena, job->note, (size_t)(space - job->note));
        w->call.client_address = arena_text(job->arena, space + 1);
    }
    bool wanted = w->p.state == PAYMENT_OPEN && w->o.state == ORDER_OPEN && !w->p.url[0] && !w->p.scan[0];
    if (wanted) job->state = w;
    return JOB_FINISHED;
}

static void start_call(struct job *job)
{
    struct pay_work *w = job->state;
    if (!w) return;
    w->provider->start(&w->call);
    alarm_if_ours(&w->call, w->p.provider);
}

/* Nobody waits for it any more, but it can be paid now: what was begun is closed again. */
static bool close_again(struct tx *tx, const struct pay_work *w)
{
    return (w->o.state == ORDER_OPEN && !w->o.closing) || order_close_put(tx, &w->o) > 0;
}

static enum job_wish start_settle(struct job *job, struct tx *tx)
{
    struct pay_work *w = job->state;
    if (!w) return JOB_FINISHED;
    const struct provider_call *c = &w->call;
    const struct move m = { .why = error_of(c), .at_ms = job->now_ms };
    bool good = c->outcome == PAYMENT_OUTCOME_OK, refused = c->outcome == PAYMENT_OUTCOME_REFUSED;
    if (!lock_both(tx, w)) return JOB_FAULT;
    if (c->url) w->p.url = c->url;
    if (c->scan) w->p.scan = c->scan;
    if (c->session) w->p.session = c->session;
    if (c->spent && !w->p.session[0]) w->p.round++;
    w->p.error = good ? "" : error_of(c);
    if (!note(tx, w, "start", good ? "begun" : error_of(c), job->now_ms)) return JOB_FAULT;
    bool fails = refused && w->p.state == PAYMENT_OPEN;
    bool saved = fails ? payment_move(tx, &w->p, PAYMENT_FAILED, &m) : payment_save(tx, &w->p, job->now_ms);
    if (!saved || (good && !close_again(tx, w)) || !order_tell(tx, &w->o)) return JOB_FAULT;
    if (good || refused) return JOB_FINISHED;
    job_error(job, "%s", error_of(c));
    return JOB_AGAIN;
}

/* What it came to is not known: it stays open, and is asked about until the order's end. */
static enum job_wish start_dead(struct job *job, struct tx *tx, const char *error)
{
    struct payment p;
    struct order o;
    if (payment_get(tx, job->ref, false, &p) != ROW_FOUND || orders_get(tx, p.order, true, &o) != ROW_FOUND ||
        payment_get(tx, job->ref, true, &p) != ROW_FOUND)
        return JOB_FAULT;
    p.error = error;
    if (!payment_save(tx, &p, job->now_ms)) return JOB_FAULT;
    return order_tell(tx, &o) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind billing_start_job = { .name = "billing.start",
                                            .doc = "Begins a payment at its provider.",
                                            .max_attempts = 6,
                                            .backoff_first_ms = 2 * SECOND_MS,
                                            .backoff_max_ms = MINUTE_MS,
                                            .give_up_after_ms = 8 * MINUTE_MS,
                                            .load = start_load,
                                            .call = start_call,
                                            .settle = start_settle,
                                            .dead = start_dead };

/* ---- billing.look ---- */

static enum job_wish look_load(struct job *job, struct tx *tx)
{
    struct pay_work *w = ARENA_NEW(job->arena, struct pay_work);
    enum row row = work_load(job, tx, job->ref, w);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE) return JOB_GIVE_UP;
    if (w->begun) job->state = w;
    return JOB_FINISHED;
}

static void look_call(struct job *job)
{
    struct pay_work *w = job->state;
    if (!w) return;
    w->provider->query(&w->call);
    alarm_if_ours(&w->call, w->p.provider);
}

/* Nobody looks at an order that has ended, unless this says so; for some days. It is locked. */
static bool look_again(struct tx *tx, struct order *o, int64_t now_ms)
{
    bool waits = o->state == ORDER_OPEN || o->state == ORDER_PROCESSING;
    if (waits || o->look_at_ms > 0 || now_ms - o->ended_at_ms >= LOOK_FOR_MS) return true;
    o->look_at_ms = now_ms + LOOK_AGAIN_MS;
    return order_save(tx, o, now_ms);
}

/* No clear answer is no reason to ask at once again: the sweeper comes back to it. */
static enum job_wish look_settle(struct job *job, struct tx *tx)
{
    struct pay_work *w = job->state;
    if (!w) return JOB_FINISHED;
    const struct provider_call *c = &w->call;
    bool clear = c->outcome == PAYMENT_OUTCOME_OK || c->outcome == PAYMENT_OUTCOME_ABSENT;
    if (!keep_session(tx, w, c, job->now_ms)) return JOB_FAULT;
    if (c->has_notice && !apply(tx, w, c, job->now_ms)) return JOB_FAULT;
    if (clear) return JOB_FINISHED;
    if (!lock_both(tx, w)) return JOB_FAULT;
    if (!note(tx, w, "query", error_of(c), job->now_ms)) return JOB_FAULT;
    return look_again(tx, &w->o, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish look_dead(struct job *job, struct tx *tx, const char *error)
{
    struct payment p;
    struct order o;
    (void)error;
    if (payment_get(tx, job->ref, false, &p) != ROW_FOUND || orders_get(tx, p.order, true, &o) != ROW_FOUND)
        return JOB_FAULT;
    return look_again(tx, &o, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind billing_look_job = { .name = "billing.look",
                                           .doc = "Asks a provider how a payment stands.",
                                           .max_attempts = 3,
                                           .backoff_first_ms = 5 * SECOND_MS,
                                           .backoff_max_ms = MINUTE_MS,
                                           .load = look_load,
                                           .call = look_call,
                                           .settle = look_settle,
                                           .dead = look_dead };

/* One for each second, as order_close_put. Two at once carry the same ids. */
int64_t payment_start_put(struct tx *tx, const struct payment *p, const char *note_text)
{
    long long second = (long long)(now_ms() / SECOND_MS);
    const struct job_new job = { .kind = billing_start_job.name,
                                 .key = arena_printf(tx_arena(tx), "payment:%lld:%lld", (long long)p->id, second),
                                 .coalesce = true,
                                 .account = p->account,
                                 .ref = p->id,
                                 .note = note_text };
    return jobs_put(tx, &job, NULL);
}

/* One for each second, as order_close_put. */
int64_t payment_look_put(struct tx *tx, const struct payment *p)
{
    long long second = (long long)(now_ms() / SECOND_MS);
    const struct job_new job = { .kind = billing_look_job.name,
                                 .key = arena_printf(tx_arena(tx), "payment:%lld:%lld", (long long)p->id, second),
                                 .coalesce = true,
                                 .account = p->account,
                                 .ref = p->id };
    return jobs_put(tx, &job, NULL);
}

/* ---- billing.close ---- */

struct close_work {
    size_t count;
    struct pay_work pay[PAYMENTS_OF_ORDER_MAX];
};

/* What has failed may be tried again with the same code; what is closed here may have begun there since. */
static bool may_be_open_there(const struct payment *p, int64_t now_ms)
{
    if (is_waited_for(p)) return true;
    if (p->started_at_ms == 0) return false;
    return p->state == PAYMENT_FAILED || (p->state == PAYMENT_CLOSED && p->expires_at_ms > now_ms);
}

static enum job_wish close_load(struct job *job, struct tx *tx)
{
    struct close_work *w = ARENA_NEW(job->arena, struct close_work);
    struct payment *all = ARENA_ARRAY(job->arena, struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count;
    if (!payments_of(tx, job->ref, all, &count)) return JOB_FAULT;
    for (size_t i = 0; i < count; i++) {
        if (!may_be_open_there(&all[i], job->now_ms)) continue;
        enum row row = work_load(job, tx, all[i].id, &w->pay[w->count]);
        if (row == ROW_FAULT) return JOB_FAULT;
        if (row == ROW_NONE) w->pay[w->count].provider = NULL; /* it cannot be asked, so it stays open until .dead */
        w->count++;
    }
    job->state = w;
    return JOB_FINISHED;
}

/* Closed, and then asked once more: it may have been paid a moment before. */
static void close_call(struct job *job)
{
    struct close_work *w = job->state;
    for (size_t i = 0; i < w->count; i++) {
        struct pay_work *p = &w->pay[i];
        if (!p->begun || !p->provider) continue;
        p->asked = p->call;
        p->provider->close(&p->call);
        if (p->call.session) p->asked.order.session = str_of(p->call.session);
        p->provider->query(&p->asked);
        alarm_if_ours(&p->call, p->p.provider);
    }
}

/* By verified answers alone: it cannot be paid any more. Or it never began. */
static bool is_closed_there(const struct pay_work *p)
{
    enum payment_outcome closed = p->call.outcome, asked = p->asked.outcome;
    if (!p->begun) return true;
    if (!p->provider) return false;
    /* What has failed may be tried again with the same code, until the provider has heard that it is closed. */
    bool heard = closed == PAYMENT_OUTCOME_OK || closed == PAYMENT_OUTCOME_ABSENT || closed == PAYMENT_OUTCOME_REFUSED;
    bool ended = p->asked.has_notice && (p->asked.notice.said == PAYMENT_SAYS_CLOSED ||
                                         (p->asked.notice.said == PAYMENT_SAYS_FAILED && heard));
    return ended || ((closed == PAYMENT_OUTCOME_OK || closed == PAYMENT_OUTCOME_ABSENT) &&
                     (asked == PAYMENT_OUTCOME_OK || asked == PAYMENT_OUTCOME_ABSENT));
}

/* What the question brought, then the payment's own end, where it is clear. *open: it still may be paid. */
static bool close_one(struct tx *tx, struct pay_work *p, int64_t now_ms, bool *open)
{
    const struct move m = { .why = "closed", .at_ms = now_ms };
    const char *error = p->call.error ? p->call.error : p->asked.error;
    if (!keep_session(tx, p, p->asked.session ? &p->asked : &p->call, now_ms)) return false;
    if (p->asked.has_notice && !apply(tx, p, &p->asked, now_ms)) return false;
    if (!lock_both(tx, p)) return false;
    bool waits = is_waited_for(&p->p), gone = is_closed_there(p);
    if (waits && p->p.state == PAYMENT_PROCESSING && p->asked.outcome == PAYMENT_OUTCOME_OK)
        gone = false; /* promised */
    if (waits && p->begun && !note(tx, p, "close", gone ? "closed" : error ? error : "not closed yet", now_ms))
        return false;
    *open |= (waits || p->p.state == PAYMENT_FAILED) && !gone;
    return !waits || !gone || payment_move(tx, &p->p, PAYMENT_CLOSED, &m);
}

static enum job_wish close_settle(struct job *job, struct tx *tx)
{
    struct close_work *w = job->state;
    struct order o;
    bool open = false, promised = false;
    if (orders_get(tx, job->ref, true, &o) != ROW_FOUND) return JOB_FAULT;
    enum order_state before = o.state;
    for (size_t i = 0; i < w->count; i++) {
        if (!close_one(tx, &w->pay[i], job->now_ms, &open)) return JOB_FAULT;
        promised |= w->pay[i].p.state == PAYMENT_PROCESSING;
    }
    if (orders_get(tx, job->ref, true, &o) != ROW_FOUND) return JOB_FAULT;
    if (promised) return JOB_FINISHED; /* the sweeper asks on, however long its bank takes */
    /* Money was found, and what it ended has put a job like this one for the others (paid.c). */
    if (open && o.state != before && (o.state == ORDER_DELIVERED || o.state == ORDER_CLOSED)) return JOB_FINISHED;
    if (open) {
        job_error(job, "a payment may still be paid");
        return JOB_AGAIN;
    }
    return order_close_here(tx, &o, "closed", 0, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

/* The provider has not answered for long. Money that comes later is paid late, and dealt with then. */
static enum job_wish close_dead(struct job *job, struct tx *tx, const char *error)
{
    struct order o;
    (void)error;
    if (orders_get(tx, job->ref, true, &o) != ROW_FOUND) return JOB_FAULT;
    return order_close_here(tx, &o, "the provider did not answer", 0, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind billing_close_job = { .name = "billing.close",
                                            .doc = "Closes the payments of an order at their providers, and then it.",
                                            .max_attempts = 12,
                                            .backoff_first_ms = 5 * SECOND_MS,
                                            .backoff_max_ms = 10 * MINUTE_MS,
                                            .load = close_load,
                                            .call = close_call,
                                            .settle = close_settle,
                                            .dead = close_dead };
