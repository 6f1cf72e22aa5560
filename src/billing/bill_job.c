/* bill_job.c: each day of each provider has a bill, once; days that passed while nobody was here are made up for, up to
 * 30 of them. A cron job makes the days and looks at those that are due; one job fetches and compares a bill, in the
 * order of days, because a payment of midnight is looked for in the bill before; and one takes an event that Stripe
 * could not deliver. */
#include "base/clock.h"
#include "base/log.h"
#include "billing/bills.h"
#include "billing/provider_parts.h"

enum { DAYS_BACK = 30, DUE_BATCH = 20, TRIES_ENOUGH = 20 };
#define ASK_AGAIN_MS HOUR_MS
#define BEHIND_MS (10 * MINUTE_MS) /* of one that waits for the day before: that one may end in this very moment */
#define NO_BILL_MS (2 * DAY_MS)    /* "there is none" is taken for true by then, also where we know of payments */
#define GIVE_UP_MS (7 * DAY_MS)    /* of trying */
#define NEVER_MS (30 * DAY_MS)     /* also when nobody could try */

/* ---- billing.bill ---- */

struct bill_work {
    struct bill_day d;
    const struct provider *provider;
    struct provider_bill call;
};

/* The one for whoever comes first: a second wish finds it there. */
static bool put_bill(struct tx *tx, int64_t day)
{
    const struct job_new job = { .kind = billing_bill_job.name,
                                 .key = arena_printf(tx_arena(tx), "bill:%lld", (long long)day),
                                 .coalesce = true,
                                 .ref = day };
    return jobs_put(tx, &job, NULL) > 0;
}

static enum job_wish bill_load(struct job *job, struct tx *tx)
{
    struct bill_work *w = ARENA_NEW(job->arena, struct bill_work);
    enum row row = bill_days_get(tx, job->ref, false, &w->d);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_GIVE_UP : JOB_FAULT;
    w->provider = provider_named(w->d.provider);
    bool wanted = w->d.state == BILL_WAITING && w->provider && w->provider->bill && w->provider->ready();
    if (!wanted) return JOB_FINISHED;
    w->call = (struct provider_bill){
        .arena = job->arena, .now_ms = job->now_ms, .day = w->d.day, .from_ms = w->d.from_ms, .to_ms = w->d.to_ms
    };
    job->state = w;
    return JOB_FINISHED;
}

static void bill_call(struct job *job)
{
    struct bill_work *w = job->state;
    if (!w) return;
    w->provider->bill(&w->call);
    bool ours = w->call.outcome == PAYMENT_OUTCOME_OURS;
    if (w->call.outcome != PAYMENT_OUTCOME_OK && w->call.outcome != PAYMENT_OUTCOME_ABSENT)
        LOG(ours ? LOG_ERROR : LOG_WARN, "payment_bill", LOG_TEXT("provider", w->provider->name),
            LOG_NUMBER("day", w->call.day), LOG_TEXT("error", w->call.error ? w->call.error : "no clear answer"));
}

static const struct sender *sender_of(const struct provider *p)
{
    for (const struct sender *const *s = billing_senders; *s; s++)
        if (text_eq((*s)->name, p->name)) return *s;
    return NULL;
}

/* Stripe lists what any address of the account has missed: what came here is not fetched. */
static bool put_missed(struct tx *tx, const struct bill_work *w)
{
    const struct sender *sender = sender_of(w->provider);
    for (size_t i = 0; i < w->call.missed_count; i++) {
        const char *id = arena_text_n(tx_arena(tx), w->call.missed[i].p, w->call.missed[i].n);
        const struct job_new job = { .kind = billing_event_job.name,
                                     .key = arena_printf(tx_arena(tx), "%s:%s", w->provider->name, id),
                                     .note = arena_printf(tx_arena(tx), "%s %s", w->provider->name, id) };
        bool came = false;
        if (sender && !inbound_was_acted_on(tx, sender, id, &came)) return false;
        if (!came && jobs_put(tx, &job, NULL) <= 0) return false;
    }
    return true;
}

static bool put_next(struct tx *tx, const struct bill_day *d, int64_t now_ms)
{
    struct bill_day next;
    enum row row = bill_days_waiting(tx, d->provider, &next);
    if (row != ROW_FOUND) return row == ROW_NONE;
    const struct provider *p = provider_named(d->provider);
    bool due = p && next.tries == 0 && next.to_ms + p->bill_after_ms <= now_ms;
    if (!due) return true;
    /* Or the cron job would want it too while it runs, holding the day's row that its end waits for. */
    if (bill_days_get(tx, next.id, true, &next) != ROW_FOUND) return false;
    next.look_at_ms = now_ms + ASK_AGAIN_MS;
    return bill_days_save(tx, &next, now_ms) && put_bill(tx, next.id);
}

/* What is ours of that day, so that "there is no bill" cannot be the whole truth. */
static bool has_ours(struct tx *tx, const struct bill_day *d, bool *out)
{
    struct bill_difference one;
    size_t payments, refunds;
    if (!bill_unnamed(tx, d, BILL_OF_PAYMENTS, &one, 1, &payments)) return false;
    if (!bill_unnamed(tx, d, BILL_OF_REFUNDS, &one, 1, &refunds)) return false;
    *out = payments + refunds > 0;
    return true;
}

static bool wait_on(struct tx *tx, struct bill_day *d, const char *why, int64_t now_ms)
{
    d->error = why, d->look_at_ms = now_ms + ASK_AGAIN_MS;
    return bill_days_save(tx, d, now_ms);
}

static bool take_bill(struct tx *tx, struct bill_work *w, int64_t now_ms)
{
    static const struct bill empty;
    const struct provider_bill *c = &w->call;
    bool ours = false;
    w->d.tries++;
    if (c->outcome == PAYMENT_OUTCOME_OK) {
        if (!bill_compare(tx, &w->d, &c->bill, now_ms) || !put_missed(tx, w)) return false;
        return put_next(tx, &w->d, now_ms);
    }
    if (c->outcome != PAYMENT_OUTCOME_ABSENT)
        return wait_on(tx, &w->d, c->error ? c->error : "no clear answer", now_ms);
    if (!has_ours(tx, &w->d, &ours)) return false;
    if (ours && now_ms < w->d.to_ms + NO_BILL_MS) return wait_on(tx, &w->d, "there is no bill of this day yet", now_ms);
    if (!bill_compare(tx, &w->d, &empty, now_ms)) return false;
    return put_next(tx, &w->d, now_ms);
}

static enum job_wish bill_settle(struct job *job, struct tx *tx)
{
    struct bill_work *w = job->state;
    if (!w) return JOB_FINISHED;
    if (bill_days_get(tx, w->d.id, true, &w->d) != ROW_FOUND) return JOB_FAULT;
    if (w->d.state != BILL_WAITING) return JOB_FINISHED;
    return take_bill(tx, w, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

/* clang-format off */
const struct job_kind billing_bill_job = {
    .name = "billing.bill", .doc = "Fetches the bill of a day from a provider, and compares it with our payments.",
    .max_attempts = 6, .backoff_first_ms = 2 * SECOND_MS, .backoff_max_ms = MINUTE_MS, .pool = JOB_POOL_FILES,
    .load = bill_load, .call = bill_call, .settle = bill_settle,
};
/* clang-format on */

/* ---- billing.event ---- */

struct event_work {
    const struct provider *provider;
    struct provider_event call;
};

static enum job_wish event_load(struct job *job, struct tx *tx)
{
    struct event_work *w = ARENA_NEW(job->arena, struct event_work);
    const char *space = job->note ? strchr(job->note, ' ') : NULL;
    (void)tx;
    if (!space) return JOB_GIVE_UP;
    w->provider = provider_named(arena_text_n(job->arena, job->note, (size_t)(space - job->note)));
    if (!w->provider || !w->provider->event || !w->provider->ready() || !sender_of(w->provider)) {
        job_error(job, "the provider is not set up here");
        return JOB_GIVE_UP;
    }
    w->call = (struct provider_event){ .arena = job->arena, .now_ms = job->now_ms, .id = str_of(space + 1) };
    job->state = w;
    return JOB_FINISHED;
}

static void event_call(struct job *job)
{
    struct event_work *w = job->state;
    w->provider->event(&w->call);
}

/* As it would have come, and by the same way: whichever of the two is first, it counts once. */
static enum job_wish event_settle(struct job *job, struct tx *tx)
{
    struct event_work *w = job->state;
    const struct provider_event *c = &w->call;
    if (c->outcome == PAYMENT_OUTCOME_ABSENT) return JOB_FINISHED; /* older than what is kept there */
    if (c->outcome != PAYMENT_OUTCOME_OK) {
        job_error(job, "%s", c->error ? c->error : "no clear answer");
        return JOB_AGAIN;
    }
    struct delivery d = { .sender = sender_of(w->provider),
                          .arena = job->arena,
                          .body = c->body,
                          .address = "",
                          .at_ms = job->now_ms,
                          .headers = 1 };
    d.header[0].name = c->header_name;
    d.header[0].value = c->header;
    enum inbound_fetched taken = inbound_take_fetched(tx, &d);
    if (taken == INBOUND_FETCHED_NEW) LOG(LOG_INFO, "payment_event_fetched", LOG_NUMBER("delivery", d.row));
    return taken == INBOUND_FETCHED_FAULT ? JOB_FAULT : JOB_FINISHED;
}

/* clang-format off */
const struct job_kind billing_event_job = {
    .name = "billing.event", .doc = "Takes an event that a provider could not deliver.",
    .max_attempts = 8, .backoff_first_ms = 10 * SECOND_MS, .backoff_max_ms = 10 * MINUTE_MS, .load = event_load,
    .call = event_call, .settle = event_settle,
};
/* clang-format on */

/* ---- billing.bills ---- */

static int64_t day_at(const struct provider *p, int64_t at_ms) { return (at_ms + p->bill_zone_ms) / DAY_MS; }

/* Those that are over, behind the last one that has a row. */
static bool add_days(struct tx *tx, const struct provider *p, int64_t now_ms)
{
    int64_t newest = day_at(p, now_ms) - 1, last = newest - 1;
    if (bill_days_last(tx, p->name, &last) == ROW_FAULT) return false;
    if (last < newest - DAYS_BACK) last = newest - DAYS_BACK;
    for (int64_t day = last + 1; day <= newest; day++) {
        int64_t from_ms = day * DAY_MS - p->bill_zone_ms;
        const struct bill_day d = { .provider = p->name,
                                    .day = day,
                                    .from_ms = from_ms,
                                    .to_ms = from_ms + DAY_MS,
                                    .look_at_ms = from_ms + DAY_MS + p->bill_after_ms };
        if (!bill_days_add(tx, &d, now_ms)) return false;
    }
    return true;
}

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    return bill_days_due(tx, job->now_ms, out, max);
}

/* One that waits behind another is put by that one, when it has been compared or given up. */
static bool look_at_waiting(struct tx *tx, struct bill_day *d, int64_t now_ms)
{
    struct bill_day first;
    int64_t waits_ms = now_ms - d->created_at_ms;
    bool enough = (waits_ms >= GIVE_UP_MS && d->tries >= TRIES_ENOUGH) || waits_ms >= NEVER_MS;
    if (enough && !bill_give_up(tx, d, now_ms)) return false;
    if (enough) return put_next(tx, d, now_ms);
    if (bill_days_waiting(tx, d->provider, &first) != ROW_FOUND) return false;
    bool is_first = first.id == d->id;
    d->look_at_ms = now_ms + (is_first ? ASK_AGAIN_MS : BEHIND_MS);
    return bill_days_save(tx, d, now_ms) && (!is_first || put_bill(tx, d->id));
}

static enum job_wish look_at_one(struct job *job, struct tx *tx, int64_t item)
{
    struct bill_day d;
    if (bill_days_get(tx, item, true, &d) != ROW_FOUND) return JOB_FAULT;
    if (d.look_at_ms == 0 || d.look_at_ms > job->now_ms) return JOB_FINISHED;
    bool done =
        d.state == BILL_DIFFERS ? bill_compare_again(tx, &d, job->now_ms) : look_at_waiting(tx, &d, job->now_ms);
    return done ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish bills_settle(struct job *job, struct tx *tx)
{
    if (!clock_is_sound()) return JOB_FINISHED; /* days that have not been are not made */
    for (const struct provider *const *p = billing_providers; *p; p++)
        if ((*p)->bill && (*p)->ready() && !add_days(tx, *p, job->now_ms)) return JOB_FAULT;
    return jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = look_at_one, .max = DUE_BATCH });
}

/* clang-format off */
const struct job_kind billing_bills_job = {
    .name = "billing.bills", .doc = "Asks for the bills of days that are over, and compares again what differs.",
    .max_attempts = 3, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = 10 * MINUTE_MS,
    .pool = JOB_POOL_MONEY, .settle = bills_settle,
};
/* clang-format on */
