/* plan_job.c: the clock of plans. Before the end of a plan its owner is told, 7, 3 and 1 days before; a plan that shall
 * go on from credits is renewed a day before its end, and its owner is told when the credits are missing; it is tried
 * again each hour, and when credits come, as long as the chat's days of grace last. At the end the trail and the open
 * pages are told. That the chat goes on for its days of grace, and stops behind them, is tenants' own affair, as with
 * whatever else a chat was paid by.
 *
 * As in tenants/renew_job.c: a batch is small, and a shop that fails in it is undone alone (jobs_each); a shop that
 * somebody holds is passed over, so no shop is waited for; while the clock is in doubt nothing is charged and nothing
 * is told. What was told is in the row, so running twice, or on two machines, tells once.
 *
 * While an operator keeps a shop suspended nothing is taken for its plan, and nobody is asked to extend it: its end
 * alone is told. When the shop is let back its plan is looked at in the same transaction, before its chat is: so what
 * is renewed is renewed before anybody finds that it is not paid for. Rejected: to leave that to this job, which may
 * come behind the renewals of chats and their letters. */
#include "billing/plans.h"
#include "base/log.h"

enum { PLANS_BATCH = 50 };
#define PLAN_RETRY_MS HOUR_MS

STMT(due, "SELECT shop FROM (SELECT shop, account FROM shop_plans WHERE due_at_ms > 0 AND due_at_ms <= ?1"
          " ORDER BY due_at_ms LIMIT ?2) AS overdue ORDER BY account, shop");

STMT(accounts_of,
     "SELECT DISTINCT account FROM shop_plans WHERE shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT DISTINCT account FROM shop_plans WHERE shop = ANY((?1::text[])::bigint[])");

struct plan_look {
    struct tx *tx;
    const struct plan_prices *prices; /* read once for the batch */
    struct shop shop;
    struct shop_plan p;
    int64_t now_ms;
    bool renews; /* as its owner wishes, and there is something to renew it for */
    bool waits;  /* its renewal is due, and an order for the shop may be paid any moment */
};

static bool save(struct plan_look *l, int64_t due_ms)
{
    l->p.due_at_ms = due_ms;
    return plan_put(l->tx, &l->p, l->now_ms);
}

/* The letter that is due now, once: of the nearest of the days that have come. None while the credits are there; these
 * may be taken by something else before the renewal does (of what becomes another plan a day later), so it is judged
 * again. */
static bool tell_before_end(struct plan_look *l)
{
    struct plan_renewal r;
    struct credit_balance balance = { .available = credits_of(0) };
    const struct plan_notice *nearest = NULL;
    for (size_t i = 0; i < PLAN_NOTICES; i++)
        if (l->p.until_ms - l->now_ms <= plan_notices[i].days * DAY_MS) nearest = &plan_notices[i];
    bool told = nearest && (l->p.warned & nearest->bit);
    if (!nearest || (told && !(l->p.warned & PLAN_COVERED))) return true;
    l->p.warned &= ~(int64_t)PLAN_COVERED;
    for (const struct plan_notice *n = plan_notices; n <= nearest; n++) l->p.warned |= n->bit;
    int64_t days = (l->p.until_ms - l->now_ms + DAY_MS - 1) / DAY_MS;
    struct plan_letter letter = { .shop = &l->shop, .plan = &l->p, .days = (int)days };
    if (l->renews) {
        if (credits_balance(l->tx, l->p.account, &balance) == ROW_FAULT) return false;
        if (plan_renewal_of(l->prices, &l->p, &r)) letter.renewal = &r;
        l->p.warned |= letter.renewal && !credits_less(balance.available, r.credits) ? PLAN_COVERED : 0;
        if (l->p.warned & PLAN_COVERED) return true; /* it renews by itself */
        letter.available = balance.available, letter.gone = !letter.renewal;
    }
    return plan_letter_put(l->tx, &letter);
}

/* The end has come, and was not told yet. */
static bool tell_end(struct plan_look *l)
{
    if (l->p.warned & PLAN_TOLD_END || l->p.until_ms > l->now_ms) return true;
    const struct shop_plan before = l->p;
    l->p.warned |= PLAN_TOLD_END;
    if (!plan_moved(l->tx, &before, &l->p, PLAN_MOVED_BY_TIME, l->now_ms)) return false;
    if (!plan_audit(l->tx, AUDIT_plan_ended, &l->p, "over", 0, l->now_ms)) return false;
    return plan_tell(l->tx, &l->p);
}

/* Nothing is taken for a chat that rests: its account is disabled, an operator has suspended its shop, or its merchant
 * has switched it off. */
static bool read_wish(struct plan_look *l)
{
    const char *state = NULL;
    bool rests = false;
    l->renews = false;
    if (!l->p.renews) return true;
    if (tenants_hooks.disabled && !tenants_hooks.disabled(l->tx, l->p.account, &rests)) return false;
    if (!tenants_states(l->tx, &l->p.shop, 1, &state)) return false;
    l->renews = !rests && l->shop.status != SHOP_SUSPENDED && !text_eq(state, "disabled");
    return true;
}

static bool renewal_is_due(const struct plan_look *l)
{
    const struct shop_plan *p = &l->p;
    if (!l->renews || plan_renews_at_ms(p) > l->now_ms) return false;
    return p->until_ms + PLAN_GRACE_DAYS * DAY_MS > l->now_ms;
}

/* What was ordered was priced by what the shop has: once credits have paid for its next period, another plan could not
 * be delivered any more, nor more of the same where that becomes another one; and with more of the same nothing is to
 * be renewed yet. Behind that time the renewal goes first: most orders that nobody has paid by then are never paid. */
static bool look_at_orders(struct plan_look *l)
{
    struct order o;
    if (l->p.until_ms - PLAN_WAITS_BEFORE_MS <= l->now_ms) return true;
    const char *purpose = arena_printf(tx_arena(l->tx), "plan:%lld", (long long)l->p.shop);
    enum row row = orders_open_for(l->tx, l->p.account, purpose, false, &o);
    l->waits = row == ROW_FOUND;
    return row != ROW_FAULT;
}

static bool renew(struct plan_look *l, bool *done)
{
    *done = false;
    if (!look_at_orders(l)) return false;
    if (l->waits) return true;
    enum plan_renewed said = plan_renew(l->tx, l->prices, &l->shop, &l->p, l->now_ms);
    *done = said == PLAN_RENEWED; /* and saved */
    return said != PLAN_RENEW_FAULT;
}

/* When to look again, where it could not be renewed. */
static int64_t next_look_ms(const struct plan_look *l)
{
    const struct shop_plan *p = &l->p;
    int64_t due_ms = plan_due_ms(p), again_ms = l->now_ms + PLAN_RETRY_MS;
    bool last_day = p->until_ms - l->now_ms <= DAY_MS, judged_again = last_day && (p->warned & PLAN_COVERED);
    if (due_ms > l->now_ms) return judged_again && again_ms < due_ms ? again_ms : due_ms;
    if (!p->renews || p->until_ms + PLAN_GRACE_DAYS * DAY_MS <= l->now_ms) return due_ms;
    int64_t most_ms = p->until_ms - (l->waits ? PLAN_WAITS_BEFORE_MS : 0);
    return most_ms > l->now_ms && most_ms < again_ms ? most_ms : again_ms;
}

/* Before its end, with the shop suspended: what is told then is told when it is let back, if it is still to come. */
static bool look_later(struct plan_look *l)
{
    int64_t again_ms = l->now_ms + PLAN_RETRY_MS;
    return save(l, l->p.until_ms < again_ms ? l->p.until_ms : again_ms);
}

static bool look(struct plan_look *l)
{
    if (l->shop.status == SHOP_PURGED) return save(l, 0);
    if (l->shop.status == SHOP_DELETED) return save(l, l->now_ms + DAY_MS); /* it may be restored */
    if (l->shop.status == SHOP_SUSPENDED && l->p.until_ms > l->now_ms) return look_later(l);
    if (!read_wish(l)) return false;
    bool renewed = false;
    if (renewal_is_due(l) && !renew(l, &renewed)) return false;
    if (renewed) return true;
    if (l->p.until_ms > l->now_ms && !tell_before_end(l)) return false;
    if (!tell_end(l)) return false;
    return save(l, next_look_ms(l));
}

bool billing_shop_resumed(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    struct plan_prices *prices = ARENA_NEW(tx_arena(tx), struct plan_prices);
    struct plan_look l = { .tx = tx, .prices = prices, .shop = *s, .now_ms = now_ms };
    enum row row = plan_get(tx, s->id, &l.p);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (l.p.due_at_ms == 0) return true; /* long over, and told */
    if (!clock_is_sound()) return save(&l, now_ms);
    return plan_prices_read(tx, prices) && look(&l);
}

/* ---- the batch ---- */

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &due);
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    int64_t count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "shop");
    return row == ROW_FAULT ? -1 : count;
}

/* The books of all of them before anything is told (shops/shops.h has the order of locks): a renewal of chats that
 * holds the next one's books would wait for what was told of the one before, and this for those books. */
static bool hold_books(struct job *job, struct tx *tx, const int64_t *shop, size_t count)
{
    int64_t account[PLANS_BATCH];
    size_t n = 0;
    assert(job && count <= PLANS_BATCH);
    struct query q = query(tx, &accounts_of);
    bind_i64_list(&q, shop, count);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && n < count) account[n++] = col_i64(&q, "account");
    return row != ROW_FAULT && credits_lock_each(tx, account, n) != NULL;
}

static enum job_wish look_at_one(struct job *job, struct tx *tx, int64_t shop)
{
    struct plan_look l = { .tx = tx, .prices = job->state, .now_ms = job->now_ms };
    enum row row = shops_try_locked(tx, shop, &l.shop);
    if (row == ROW_NONE) {
        row = shops_get(tx, shop, &l.shop);
        if (row == ROW_FOUND) return JOB_AGAIN;
        if (row == ROW_NONE) job_item_error(job, "its shop is missing");
        return JOB_FAULT;
    }
    if (row == ROW_FOUND) row = plan_get(tx, shop, &l.p);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_FINISHED : JOB_FAULT;
    /* What the batch read may be old. */
    if (l.p.due_at_ms == 0 || l.p.due_at_ms > job->now_ms) return JOB_FINISHED;
    return look(&l) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish plans_settle(struct job *job, struct tx *tx)
{
    if (!clock_is_sound()) {
        LOG(LOG_WARN, "plans_wait_for_the_clock", LOG_NUMBER("job", job->id));
        return JOB_FINISHED;
    }
    struct plan_prices *prices = ARENA_NEW(job->arena, struct plan_prices);
    if (!plan_prices_read(tx, prices)) return JOB_FAULT;
    job->state = prices;
    const struct job_list list = { .read = read_due, .load = hold_books, .one = look_at_one, .max = PLANS_BATCH };
    return jobs_each(job, tx, &list);
}

/* clang-format off */
const struct job_kind billing_plans_job = {
    .name = "billing.plans", .doc = "Tells of plans that end, and renews those that shall go on from credits.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .pool = JOB_POOL_MONEY, .careful = true, .settle = plans_settle,
};
/* clang-format on */
