/* overview.c: see overview.h. */
#include "app/overview.h"

#include "accounts/accounts.h"
#include "base/clock.h"
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

static enum job_wish count_all(struct job *job, struct tx *tx)
{
    struct credit_totals credits;
    struct tenant_counts tenants;
    int64_t accounts = 0, shops = 0;
    if (!accounts_count(tx, &accounts) || !shops_count(tx, &shops) || !tenants_count(tx, &tenants) ||
        !credits_totals(tx, &credits))
        return JOB_FAULT;
    struct query q = query(tx, &overview_put);
    bind_i64(&q, accounts), bind_i64(&q, shops), bind_i64(&q, tenants.active), bind_i64(&q, tenants.provisioning);
    bind_i64(&q, credits.granted), bind_i64(&q, credits.spent), bind_i64(&q, credits.outstanding),
        bind_i64(&q, credits.held);
    bind_i64(&q, job->now_ms);
    return query_put(&q) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind overview_job = { .name = "overview.count",
                                       .doc = "Counts the operator's numbers.",
                                       .max_attempts = 3,
                                       .backoff_first_ms = 5 * SECOND_MS,
                                       .backoff_max_ms = MINUTE_MS,
                                       .every_ms = MINUTE_MS,
                                       .settle = count_all };
