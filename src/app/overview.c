/* overview.c: see overview.h. */
#include "app/overview.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "base/log.h"
#include "billing/billing.h"
#include "credits/credits.h"
#include "shops/shops.h"
#include "tenants/tenants.h"

STMT(overview_get, "SELECT accounts, shops, tenants_active, tenants_provisioning, granted, spent, outstanding, held,"
                   " counted_at_ms FROM overview WHERE id = 1");
STMT(overview_put,
     "INSERT INTO overview (id, accounts, shops, tenants_active, tenants_provisioning, granted, spent,"
     " outstanding, held, counted_at_ms) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
     " ON CONFLICT (id) DO UPDATE SET accounts = ?1, shops = ?2, tenants_active = ?3,"
     " tenants_provisioning = ?4, granted = ?5, spent = ?6, outstanding = ?7, held = ?8, counted_at_ms = ?9");
STMT(queues_put, "INSERT INTO overview_days (day, failed, past_due, renewals_failing, dead_jobs, counted_at_ms)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (day) DO UPDATE SET failed = ?2, past_due = ?3,"
                 " renewals_failing = ?4, dead_jobs = ?5, counted_at_ms = ?6");
STMT(queues_of, "SELECT failed, past_due, renewals_failing, dead_jobs FROM overview_days WHERE day = ?1");

enum { QUEUE_COUNTED_MAX = 1000, WEEK_DAYS = 7 };

bool overview_queues_count(struct tx *tx, const struct job_counts *jobs, struct overview_queues *out)
{
    out->dead_jobs = jobs->dead;
    return tenants_renewals_failing(tx, &out->renewals_failing) &&
           tenants_count_past_due(tx, QUEUE_COUNTED_MAX, &out->past_due) &&
           tenants_count_in_state(tx, TENANTS_STATE_FAILED, QUEUE_COUNTED_MAX, &out->failed);
}

enum row overview_queues_week_ago(struct tx *tx, int64_t at_ms, struct overview_queues *out)
{
    struct query q = query(tx, &queues_of);
    bind_i64(&q, at_ms / DAY_MS - WEEK_DAYS);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *out = (struct overview_queues){ .failed = col_i64(&q, "failed"),
                                         .past_due = col_i64(&q, "past_due"),
                                         .renewals_failing = col_i64(&q, "renewals_failing"),
                                         .dead_jobs = col_i64(&q, "dead_jobs") };
    return row;
}

static bool keep_queues(struct tx *tx, const struct overview *o)
{
    struct query q = query(tx, &queues_put);
    bind_i64(&q, o->counted_at_ms / DAY_MS), bind_i64(&q, o->queues.failed), bind_i64(&q, o->queues.past_due);
    bind_i64(&q, o->queues.renewals_failing), bind_i64(&q, o->queues.dead_jobs), bind_i64(&q, o->counted_at_ms);
    return query_put(&q);
}

bool overview_read(struct tx *tx, struct overview *out)
{
    *out = (struct overview){ 0 };
    struct query q = query(tx, &overview_get);
    switch (query_row(&q)) {
    case ROW_FAULT: return false;
    case ROW_NONE: return true;
    case ROW_FOUND: break;
    }
    *out = (struct overview){ .accounts = col_i64(&q, "accounts"),
                              .shops = col_i64(&q, "shops"),
                              .tenants_active = col_i64(&q, "tenants_active"),
                              .tenants_provisioning = col_i64(&q, "tenants_provisioning"),
                              .granted = col_i64(&q, "granted"),
                              .spent = col_i64(&q, "spent"),
                              .outstanding = col_i64(&q, "outstanding"),
                              .held = col_i64(&q, "held"),
                              .counted_at_ms = col_i64(&q, "counted_at_ms") };
    return true;
}

/* Reads whole tables: beside the writer, in a read transaction, because on SQLite nothing may hold the writer for
 * long. */
static enum job_wish count_all(struct job *job, struct tx *tx)
{
    struct credit_totals credits;
    struct tenant_counts tenants;
    struct job_counts jobs;
    struct overview *o = ARENA_NEW(job->arena, struct overview);
    int64_t owed;
    job->state = o;
    if (!billing_owed(tx, &owed)) return JOB_FAULT;
    if (owed > 0) LOG(LOG_ERROR, "billing.owed", LOG_NUMBER("payments", owed));
    if (!accounts_count(tx, &o->accounts) || !shops_count(tx, &o->shops) || !tenants_count(tx, &tenants) ||
        !credits_totals(tx, &credits) || !jobs_count(tx, &jobs) || !overview_queues_count(tx, &jobs, &o->queues))
        return JOB_FAULT;
    o->tenants_active = tenants.active, o->tenants_provisioning = tenants.provisioning;
    o->granted = credits.granted, o->spent = credits.spent;
    o->outstanding = credits.outstanding, o->held = credits.held;
    o->counted_at_ms = job->now_ms;
    return JOB_FINISHED;
}

static enum job_wish keep_counts(struct job *job, struct tx *tx)
{
    const struct overview *o = job->state;
    struct query q = query(tx, &overview_put);
    bind_i64(&q, o->accounts), bind_i64(&q, o->shops), bind_i64(&q, o->tenants_active);
    bind_i64(&q, o->tenants_provisioning), bind_i64(&q, o->granted), bind_i64(&q, o->spent);
    bind_i64(&q, o->outstanding), bind_i64(&q, o->held), bind_i64(&q, o->counted_at_ms);
    tx_notify(tx, OVERVIEW_CHANNEL);
    if (!query_put(&q)) return JOB_FAULT;
    return keep_queues(tx, o) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind overview_job = { .name = "overview.count",
                                       .doc = "Counts the operator's numbers.",
                                       .max_attempts = 3,
                                       .backoff_first_ms = 5 * SECOND_MS,
                                       .backoff_max_ms = MINUTE_MS,
                                       .every_ms = MINUTE_MS,
                                       .load = count_all,
                                       .settle = keep_counts };
