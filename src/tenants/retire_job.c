/* retire_job.c: the end of replaced secrets, tenant by tenant, and of launch codes that nobody took. */
#include "tenants/private.h"

#include "base/clock.h"

enum { RETIRE_BATCH = 50, EXTEND_HOURS = 1 };

/* By the index of the ends: the plus keeps SQLite from walking the primary key. */
#define OVERDUE(group)                                                                                                 \
    "SELECT tenant FROM tenant_secrets WHERE state = 2 AND valid_until_ms <= ?1 GROUP BY " group                       \
    " ORDER BY MIN(valid_until_ms) LIMIT ?2"
STMT(overdue, OVERDUE("+tenant"), .postgres = OVERDUE("tenant"));
STMT(overdue_of, "SELECT s.kind, s.generation, s.account,"
                 " (SELECT COUNT(*) FROM tenant_secrets n WHERE n.tenant = s.tenant AND n.kind = s.kind"
                 "   AND n.generation > s.generation AND n.state = 1 AND n.delivered = 0) AS undelivered"
                 " FROM tenant_secrets s WHERE s.tenant = ?1 AND s.state = 2 AND s.valid_until_ms <= ?2"
                 " ORDER BY s.kind, s.generation");
STMT(shop_of, "SELECT shop FROM tenants WHERE id = ?1");

struct retiring {
    int64_t tenant, shop, account;
    struct secret s;
    bool undelivered;
};

/* An end that a clock written ahead of time has set is no further away than it can have been set. */
STMT(clamp, "UPDATE tenant_secrets SET valid_until_ms = ?1 WHERE state = 2 AND valid_until_ms > ?1");

static bool clamp_ends(struct tx *tx, int64_t now_ms)
{
    struct query q = query(tx, &clamp);
    bind_i64(&q, now_ms + SECRET_OVERLAP_HOURS * HOUR_MS);
    return query_change(&q) >= 0;
}

static bool retire(struct tx *tx, const struct retiring *r, int64_t now_ms)
{
    if (r->undelivered) return secret_make_previous(tx, r->tenant, &r->s, now_ms + EXTEND_HOURS * HOUR_MS);
    if (!secret_revoke(tx, r->tenant, &r->s)) return false;
    return audit_put(tx, &(struct audit_entry){ .action = AUDIT_secret_retired,
                                                .account = r->account,
                                                .resource = "shop",
                                                .resource_id = r->shop,
                                                .details = secret_kind_json,
                                                .arg = &r->s.kind,
                                                .at_ms = now_ms });
}

static int64_t read_overdue(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &overdue);
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    int64_t count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "tenant");
    return row == ROW_FAULT ? -1 : count;
}

static enum job_wish retire_of(struct tx *tx, int64_t tenant, int64_t shop, int64_t now_ms)
{
    struct retiring due[SECRETS_MAX];
    size_t count = 0;
    struct query q = query(tx, &overdue_of);
    bind_i64(&q, tenant), bind_i64(&q, now_ms);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && count < SECRETS_MAX)
        due[count++] =
            (struct retiring){ .tenant = tenant,
                               .shop = shop,
                               .account = col_i64(&q, "account"),
                               .undelivered = col_i64(&q, "undelivered") > 0,
                               .s = { .kind = (enum secret_kind)col_state(&q, "kind", SECRET_SSO, SECRET_SERVICE),
                                      .state = SECRET_PREVIOUS,
                                      .generation = col_i64(&q, "generation") } };
    if (row == ROW_FAULT) return JOB_FAULT;
    for (size_t i = 0; i < count; i++)
        if (!retire(tx, &due[i], now_ms)) return JOB_FAULT;
    return JOB_FINISHED;
}

/* Under the shop's lock, as everybody who changes secrets. */
static enum job_wish retire_one(struct job *job, struct tx *tx, int64_t tenant)
{
    struct shop s;
    struct query q = query(tx, &shop_of);
    bind_i64(&q, tenant);
    enum row row = query_row(&q);
    if (row == ROW_NONE) job_item_error(job, "its tenant is missing");
    if (row != ROW_FOUND) return JOB_FAULT;
    int64_t shop = col_i64(&q, "shop");
    row = shops_try_locked(tx, shop, &s);
    if (row == ROW_FAULT) return JOB_FAULT;
    if (row == ROW_FOUND) return retire_of(tx, tenant, shop, job->now_ms);
    row = shops_get(tx, shop, &s);
    if (row == ROW_NONE) job_item_error(job, "its shop is missing");
    return row == ROW_FOUND ? JOB_AGAIN : JOB_FAULT;
}

static enum job_wish secrets_settle(struct job *job, struct tx *tx)
{
    if (!clamp_ends(tx, job->now_ms) || !launches_forget(tx, job->now_ms - HOUR_MS)) return JOB_FAULT;
    return jobs_each(job, tx, &(struct job_list){ .read = read_overdue, .one = retire_one, .max = RETIRE_BATCH });
}

/* clang-format off */
const struct job_kind tenants_secrets_job = {
    .name = "tenants.secrets", .doc = "Ends replaced secrets after their overlap; removes used launch codes.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .careful = true, .settle = secrets_settle,
};
/* clang-format on */
