/* overview.h: sums over whole tables, counted by a job once a minute and kept in one row, so that no page scans a table
 * that grows. */
#ifndef CHATHUB_APP_OVERVIEW_H
#define CHATHUB_APP_OVERVIEW_H

#include "jobs/jobs.h"

/* What operators work off. Counted up to 1000 but for jobs. */
struct overview_queues {
    int64_t failed, past_due, renewals_failing, dead_jobs;
};
MUST_USE bool overview_queues_count(struct tx *tx, const struct job_counts *jobs, struct overview_queues *out);
/* As they were last counted on the day a week before `at_ms`. ROW_NONE: they were not counted on that day. */
MUST_USE enum row overview_queues_week_ago(struct tx *tx, int64_t at_ms, struct overview_queues *out);

struct overview {
    int64_t accounts, shops, tenants_active, tenants_provisioning, granted, spent, outstanding, held, counted_at_ms;
    struct overview_queues queues; /* of the count, for its day; not read again */
};
#define OVERVIEW_CHANNEL "overview" /* notified after a count */
/* All zero with counted_at_ms 0 before the first count. */
MUST_USE bool overview_read(struct tx *tx, struct overview *out);
extern const struct job_kind overview_job;

#endif
