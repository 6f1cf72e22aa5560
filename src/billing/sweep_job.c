/* sweep_job.c: whoever says nothing is asked (contract 1.9): about 30 s, 1, 2, 5 and 10 minutes after a payment was
 * begun, then every 10 minutes until the order ends; at its end it is closed. An order that has ended is asked about
 * once more a day later, for money that came in silence: it was closed, or another way of paying it was begun; and
 * again, for two weeks, while one of its payments is promised or was never closed. While the clock is in doubt nothing
 * is closed, and asking goes on. Each order carries when it is looked at next, so this reads what is due and nothing
 * else.
 *
 * Few orders at a time, and none that somebody else holds: whoever tells of a payment does not wait for this. */
#include "base/clock.h"
#include "billing/private.h"

enum { BATCH = 10 };
#define PROMISED_MS HOUR_MS
#define PROMISE_KEPT_MS (14 * DAY_MS) /* longer than any bank takes; what comes later is paid late */

static const int64_t looks_ms[] = { 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS };

STMT(orders_due, "SELECT id FROM (SELECT id FROM orders WHERE look_at_ms > 0 AND look_at_ms <= ?1"
                 " ORDER BY look_at_ms LIMIT ?2) AS few ORDER BY id");

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &orders_due);
    enum row row;
    int64_t count = 0;
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "id");
    return row == ROW_FAULT ? -1 : count;
}

void order_look_soon(struct order *o, int64_t now_ms)
{
    o->looks = 0;
    o->look_at_ms = now_ms + looks_ms[0];
}

/* Counted from when it was begun, so that the fifth comes ten minutes after that. */
static void look_later(struct order *o, int64_t began_ms, int64_t now_ms)
{
    size_t place = (size_t)++o->looks;
    int64_t at_ms = place < ARRAY_LEN(looks_ms) ? began_ms + looks_ms[place] : now_ms + 10 * MINUTE_MS;
    if (at_ms <= now_ms) at_ms = now_ms + looks_ms[0];
    o->look_at_ms = at_ms < o->expires_at_ms || o->expires_at_ms <= now_ms ? at_ms : o->expires_at_ms;
}

/* Of the payments of an order. */
struct asked {
    size_t count;     /* that were asked about */
    bool promised;    /* one is on its way */
    bool open;        /* or may still be paid */
    int64_t began_ms; /* when the last of them was begun */
};

/* Asks about those that may have been paid. What has failed is one while the order is open: a buyer may try again with
 * the same code. What is closed is one when the order has ended: it may have been paid just before. */
static bool ask(struct tx *tx, const struct order *o, bool ended, struct asked *out)
{
    struct payment *all = ARENA_ARRAY(tx_arena(tx), struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count;
    *out = (struct asked){ .began_ms = o->created_at_ms };
    if (!payments_of(tx, o->id, all, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        out->promised |= all[i].state == PAYMENT_PROCESSING;
        out->open |= all[i].state == PAYMENT_OPEN;
        if (all[i].started_at_ms == 0 || all[i].state == PAYMENT_PAID) continue;
        if (all[i].state == PAYMENT_CLOSED && !ended) continue;
        if (all[i].started_at_ms > out->began_ms) out->began_ms = all[i].started_at_ms;
        if (payment_look_put(tx, &all[i]) <= 0) return false;
        out->count++;
    }
    return true;
}

static bool look_at_open(struct tx *tx, struct order *o, int64_t now_ms)
{
    struct asked asked;
    if (!ask(tx, o, false, &asked)) return false;
    bool over = now_ms >= o->expires_at_ms && clock_is_sound(); /* who is asked loses nothing; who is closed may */
    if (over && asked.promised && now_ms - o->expires_at_ms >= PROMISE_KEPT_MS)
        return order_close_here(tx, o, "what was promised never came", 0, now_ms);
    if (over && !asked.promised) {
        if (asked.count == 0) return order_close_here(tx, o, "nobody paid it", 0, now_ms);
        o->closing = true, o->look_at_ms = now_ms + PROMISED_MS;
        return order_save(tx, o, now_ms) && order_close_put(tx, o) > 0;
    }
    if (over) o->look_at_ms = now_ms + PROMISED_MS;
    else if (asked.count == 0) o->look_at_ms = o->expires_at_ms > now_ms ? o->expires_at_ms : now_ms + PROMISED_MS;
    else look_later(o, asked.began_ms, now_ms);
    return order_save(tx, o, now_ms);
}

/* Asked about once more; as long as one of its payments is promised, or may be paid, again, though not for ever. No
 * clear answer: billing.look wants it once more. */
static bool look_at_ended(struct tx *tx, struct order *o, int64_t now_ms)
{
    struct asked asked;
    if (!ask(tx, o, true, &asked)) return false;
    bool over = now_ms - o->ended_at_ms >= PROMISE_KEPT_MS;
    if (over && !order_close_here(tx, o, "nothing came for it", 0, now_ms)) return false;
    int64_t again_ms = asked.promised ? PROMISED_MS : asked.open ? DAY_MS : 0;
    o->look_at_ms = again_ms && !over ? now_ms + again_ms : 0;
    return order_save(tx, o, now_ms);
}

static enum job_wish sweep_one(struct job *job, struct tx *tx, int64_t item)
{
    struct order o;
    enum row row = orders_try_locked(tx, item, &o);
    if (row != ROW_FOUND) return row == ROW_NONE ? JOB_AGAIN : JOB_FAULT;
    if (o.look_at_ms == 0 || o.look_at_ms > job->now_ms) return JOB_FINISHED; /* somebody was here before */
    bool waits = o.state == ORDER_OPEN || o.state == ORDER_PROCESSING;
    bool looked = waits ? look_at_open(tx, &o, job->now_ms) : look_at_ended(tx, &o, job->now_ms);
    return looked ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish sweep_settle(struct job *job, struct tx *tx)
{
    static const struct job_list list = { .read = read_due, .one = sweep_one, .max = BATCH };
    return jobs_each(job, tx, &list);
}

const struct job_kind billing_sweep_job = { .name = "billing.sweep",
                                            .doc = "Asks about orders that nobody says anything of, and ends old ones.",
                                            .max_attempts = 3,
                                            .backoff_first_ms = SECOND_MS,
                                            .backoff_max_ms = 10 * SECOND_MS,
                                            .every_ms = 10 * SECOND_MS,
                                            .pool = JOB_POOL_MONEY,
                                            .settle = sweep_settle };
