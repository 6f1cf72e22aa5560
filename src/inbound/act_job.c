/* act_job.c: what was delivered is acted on, and old deliveries are forgotten. */
#include "inbound/private.h"

#include "base/clock.h"

enum { PURGE_BATCH = 200, PURGE_ROUNDS = 10 };
#define KEPT_MS (90 * DAY_MS) /* longer than any sender repeats an id */
#define REFUSED_KEPT_MS (7 * DAY_MS)

/* JOB_FINISHED: go on with it. JOB_NEXT: there is nothing to act on. */
static enum job_wish open_delivery(struct job *job, struct tx *tx, struct delivery *d)
{
    struct delivery_row r;
    enum row row = inbound_get(tx, job->ref, true, &r);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_NONE || r.state != DELIVERY_RECEIVED) return JOB_NEXT;
    if (!inbound_open(&r, job->arena, d)) {
        job_error(job, "what was stored does not open");
        return JOB_GIVE_UP;
    }
    if (d->sender) return JOB_FINISHED;
    job_error(job, "this version knows no sender %s", r.sender);
    return JOB_GIVE_UP;
}

/* A delivery that does not open is given up where it is acted on. */
static enum job_wish make_load(struct job *job, struct tx *tx)
{
    struct delivery_row r;
    struct delivery *d = ARENA_NEW(job->arena, struct delivery);
    enum row row = inbound_get(tx, job->ref, false, &r);
    if (row == ROW_FAULT) return JOB_FAULT;
    bool there = row == ROW_FOUND && r.state == DELIVERY_RECEIVED && inbound_open(&r, job->arena, d);
    if (!there || !d->sender || !d->sender->look) return JOB_FINISHED;
    if (!d->sender->look(d, job, tx)) return JOB_FAULT;
    job->state = d;
    return JOB_FINISHED;
}

static void make_call(struct job *job)
{
    struct delivery *d = job->state;
    if (d) d->sender->make(d);
}

static enum job_wish act_settle(struct job *job, struct tx *tx)
{
    struct delivery d;
    struct buf outcome;
    char text[DELIVERY_OUTCOME_MAX + 1];
    enum job_wish wish = open_delivery(job, tx, &d);
    if (wish != JOB_FINISHED) return wish == JOB_NEXT ? JOB_FINISHED : wish;
    const struct delivery *before = job->state; /* of inbound.make */
    if (before) d.made = before->made;
    buf_fixed(&outcome, text, sizeof text);
    wish = d.sender->act(&d, job, tx, &outcome);
    if (wish != JOB_FINISHED) return wish;
    const char *said = arena_text_n(job->arena, outcome.p, utf8_cut(buf_str(&outcome), DELIVERY_OUTCOME_MAX));
    return inbound_end(tx, d.row, DELIVERY_ACTED, said[0] ? said : NULL, job->now_ms) ? JOB_FINISHED : JOB_FAULT;
}

static enum job_wish act_dead(struct job *job, struct tx *tx, const char *error)
{
    struct delivery d = { 0 };
    switch (open_delivery(job, tx, &d)) {
    case JOB_FAULT: return JOB_FAULT;
    case JOB_NEXT: return JOB_FINISHED;
    case JOB_FINISHED:
        if (d.sender->dead && d.sender->dead(&d, job, tx, error) == JOB_FAULT) return JOB_FAULT;
        break;
    case JOB_AGAIN:
    case JOB_GIVE_UP: break;
    }
    return inbound_end(tx, job->ref, DELIVERY_FAILED, arena_text(job->arena, error), job->now_ms) ? JOB_FINISHED
                                                                                                  : JOB_FAULT;
}

#define ACTS(pool_)                                                                                                    \
    .max_attempts = 12, .backoff_first_ms = 2 * SECOND_MS, .backoff_max_ms = HOUR_MS, .pool = (pool_),                 \
    .settle = act_settle, .dead = act_dead
/* clang-format off */
const struct job_kind inbound_act_job = { .name = "inbound.act", .doc = "Acts on what others delivered.",
                                          ACTS(JOB_POOL_INBOUND) };
const struct job_kind inbound_make_job = { .name = "inbound.make",
                                           .doc = "Acts on what others delivered, with files in it.",
                                           ACTS(JOB_POOL_FILES), .load = make_load, .call = make_call };
const struct job_kind inbound_money_job = { .name = "inbound.money",
                                            .doc = "Acts on what payment providers delivered.", ACTS(JOB_POOL_MONEY) };
/* clang-format on */

/* ---- old ones ---- */

/* A delivery that still waits for its job is never forgotten. */
STMT(purge_old,
     "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE received_at_ms < ?1"
     " AND state <> 0 ORDER BY received_at_ms LIMIT ?2)",
     .postgres = "DELETE FROM deliveries WHERE id = ANY(ARRAY(SELECT id FROM deliveries WHERE received_at_ms < ?1"
                 " AND state <> 0 ORDER BY received_at_ms LIMIT ?2 FOR UPDATE SKIP LOCKED))");
STMT(purge_refused,
     "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE state <> 1 AND state = 3"
     " AND received_at_ms < ?1 ORDER BY id LIMIT ?2)",
     .postgres = "DELETE FROM deliveries WHERE id = ANY(ARRAY(SELECT id FROM deliveries WHERE state <> 1 AND state = 3"
                 " AND received_at_ms < ?1 ORDER BY id LIMIT ?2 FOR UPDATE SKIP LOCKED))");

static int64_t purge(struct tx *tx, const struct stmt *s, int64_t before_ms)
{
    struct query q = query(tx, s);
    bind_i64(&q, before_ms), bind_i64(&q, PURGE_BATCH);
    return query_change(&q);
}

static enum job_wish purge_settle(struct job *job, struct tx *tx)
{
    int64_t old = PURGE_BATCH, refused = PURGE_BATCH;
    for (int i = 0; i < PURGE_ROUNDS && (old == PURGE_BATCH || refused == PURGE_BATCH); i++) {
        old = purge(tx, &purge_old, job->now_ms - KEPT_MS);
        refused = purge(tx, &purge_refused, job->now_ms - REFUSED_KEPT_MS);
        if (old < 0 || refused < 0) return JOB_FAULT;
    }
    return JOB_FINISHED;
}

/* clang-format off */
const struct job_kind inbound_purge_job = {
    .name = "inbound.purge", .doc = "Forgets deliveries older than 90 days, and refused ones after 7.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = HOUR_MS,
    .careful = true, .settle = purge_settle,
};
/* clang-format on */
