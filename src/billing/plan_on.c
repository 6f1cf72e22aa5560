/* plan_on.c: the chat of a plan that runs is on. It is switched on with what was bought; where that could not be done
 * at once (an outside server is asked, refuses, or is away) it is looked at again, with growing pauses, as long as the
 * plan runs. What its merchant has switched off stays off, and what rests with a shop that is deleted or suspended, or
 * with a disabled account, is asked for when that is over.
 *
 * When it is looked at next is in the plan's row, so what is due is found by an index, and a worker that dies forgets
 * nothing. Rejected: a job for each shop, which would end with its last attempt. */
#include "billing/plans.h"

enum { ON_BATCH = 20 };
#define ON_FIRST_MS MINUTE_MS /* a backend that is asked has answered by then, mostly */
#define ON_MOST_MS (6 * HOUR_MS)

STMT(on_due, "SELECT shop FROM (SELECT shop, account FROM shop_plans WHERE on_at_ms > 0 AND on_at_ms <= ?1"
             " ORDER BY on_at_ms LIMIT ?2) AS few ORDER BY account, shop");
STMT(on_read, "SELECT on_at_ms, on_tries FROM shop_plans WHERE shop = ?1");
STMT(on_set, "UPDATE shop_plans SET on_at_ms = ?2, on_tries = ?3 WHERE shop = ?1");

static bool set(struct tx *tx, int64_t shop, int64_t at_ms, int64_t tries)
{
    struct query q = query(tx, &on_set);
    bind_i64(&q, shop), bind_i64(&q, at_ms), bind_i64(&q, tries);
    return query_change(&q) == 1;
}

static int64_t pause_ms(int64_t tries)
{
    int64_t ms = ON_FIRST_MS;
    for (int64_t i = 0; i < tries && ms < ON_MOST_MS; i++) ms *= 2;
    return ms < ON_MOST_MS ? ms : ON_MOST_MS;
}

bool plan_switch_on(struct tx *tx, const struct shop *s, int64_t tries, int64_t now_ms)
{
    switch (tenants_begin_paid(tx, s, now_ms)) {
    case TENANTS_BEGUN_FAULT: return false;
    case TENANTS_BEGUN_ON: return tries == 0 || set(tx, s->id, 0, 0);
    case TENANTS_BEGUN_ASKED:
    case TENANTS_BEGUN_OFF: break;
    }
    return set(tx, s->id, now_ms + pause_ms(tries), tries);
}

/* ---- and again ---- */

static bool look(struct tx *tx, const struct shop *s, const struct shop_plan *p, int64_t tries, int64_t now_ms)
{
    const char *state = NULL;
    bool rests = false;
    if (s->status == SHOP_PURGED || p->until_ms <= now_ms) return set(tx, s->id, 0, 0);
    if (tenants_hooks.disabled && !tenants_hooks.disabled(tx, p->account, &rests)) return false;
    rests = rests || s->status == SHOP_DELETED || s->status == SHOP_SUSPENDED;
    if (rests) return set(tx, s->id, now_ms + HOUR_MS, tries); /* it may come back */
    if (!tenants_states(tx, &s->id, 1, &state)) return false;
    if (text_eq(state, "active") || text_eq(state, "disabled")) return set(tx, s->id, 0, 0);
    if (text_eq(state, "provisioning")) return set(tx, s->id, now_ms + ON_FIRST_MS, tries); /* its answer is awaited */
    return plan_switch_on(tx, s, tries + 1, now_ms);
}

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &on_due);
    int64_t count = 0;
    enum row row;
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "shop");
    return row == ROW_FAULT ? -1 : count;
}

static enum job_wish look_at_one(struct job *job, struct tx *tx, int64_t shop)
{
    struct shop s;
    struct shop_plan p;
    enum row row = shops_try_locked(tx, shop, &s);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    struct query q = query(tx, &on_read);
    bind_i64(&q, shop);
    if (query_row(&q) != ROW_FOUND) return JOB_FAULT;
    int64_t at_ms = col_i64(&q, "on_at_ms"), tries = col_i64(&q, "on_tries");
    if (plan_get(tx, shop, &p) != ROW_FOUND) return JOB_FAULT;
    if (at_ms == 0 || at_ms > job->now_ms) return JOB_FINISHED; /* somebody was here before */
    return look(tx, &s, &p, tries, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish on_settle(struct job *job, struct tx *tx)
{
    static const struct job_list list = { .read = read_due, .one = look_at_one, .max = ON_BATCH };
    return jobs_each(job, tx, &list);
}

const struct job_kind billing_switch_on_job = { .name = "billing.switch_on",
                                                .doc = "Switches on chats that are paid for and are not on yet.",
                                                .max_attempts = 5,
                                                .backoff_first_ms = SECOND_MS,
                                                .backoff_max_ms = MINUTE_MS,
                                                .every_ms = MINUTE_MS,
                                                .pool = JOB_POOL_MONEY,
                                                .settle = on_settle };
