/* retire_job.c: the end of replaced secrets, and of launch codes that nobody took. */
#include "tenants/private.h"

#include "base/clock.h"

enum { RETIRE_BATCH = 50, EXTEND_HOURS = 1 };

STMT(overdue, "SELECT s.tenant, s.kind, s.generation, s.account, t.shop,"
              " (SELECT COUNT(*) FROM tenant_secrets n WHERE n.tenant = s.tenant AND n.kind = s.kind"
              "   AND n.generation > s.generation AND n.state = 1 AND n.delivered = 0) AS undelivered"
              " FROM tenant_secrets s JOIN tenants t ON t.id = s.tenant"
              " WHERE s.state = 2 AND s.valid_until_ms <= ?1 ORDER BY s.valid_until_ms LIMIT ?2");

struct retiring {
    int64_t tenant, shop, account;
    struct secret s;
    bool undelivered;
};

/* An end that a clock written ahead of time has set is no further away than it can have been set. */
STMT(clamp, "UPDATE tenant_secrets SET valid_until_ms = ?1 WHERE state = 2 AND valid_until_ms > ?1");

static bool clamp_ends(struct tx *tx, int64_t now)
{
    struct query q = query(tx, &clamp);
    bind_i64(&q, now + SECRET_OVERLAP_HOURS * HOUR_MS);
    return query_change(&q) >= 0;
}

static bool retire(struct tx *tx, const struct retiring *r, int64_t now)
{
    if (r->undelivered) return secret_make_previous(tx, r->tenant, &r->s, now + EXTEND_HOURS * HOUR_MS);
    return secret_revoke(tx, r->tenant, &r->s) && audit_put(tx, &(struct audit_entry){ .action = AUDIT_secret_retired,
                                                                                       .account = r->account,
                                                                                       .resource = "shop",
                                                                                       .resource_id = r->shop,
                                                                                       .details = secret_kind_json,
                                                                                       .arg = &r->s.kind,
                                                                                       .at_ms = now });
}

static enum job_wish secrets_settle(struct job *job, struct tx *tx)
{
    struct retiring batch[RETIRE_BATCH];
    size_t count = 0;
    if (!clamp_ends(tx, job->now_ms)) return JOB_FAULT;
    struct query q = query(tx, &overdue);
    bind_i64(&q, job->now_ms), bind_i64(&q, RETIRE_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && count < RETIRE_BATCH)
        batch[count++] = (struct retiring){ .tenant = col_i64(&q, "tenant"),
                                            .shop = col_i64(&q, "shop"),
                                            .account = col_i64(&q, "account"),
                                            .undelivered = col_i64(&q, "undelivered") > 0,
                                            .s = { .kind = (enum secret_kind)col_i64(&q, "kind"),
                                                   .state = SECRET_PREVIOUS,
                                                   .generation = col_i64(&q, "generation") } };
    if (row == ROW_FAULT) return JOB_FAULT;
    for (size_t i = 0; i < count; i++)
        if (!retire(tx, &batch[i], job->now_ms)) return JOB_FAULT;
    return launches_forget(tx, job->now_ms - HOUR_MS) ? JOB_FINISHED : JOB_FAULT;
}

/* clang-format off */
const struct job_kind tenants_secrets_job = {
    .name = "tenants.secrets", .doc = "Ends replaced secrets after their overlap; removes used launch codes.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .careful = true, .settle = secrets_settle,
};
/* clang-format on */
