/* overview.h: sums over whole tables, counted by a job once a minute and kept in one row, so that no page scans a table
 * that grows. */
#ifndef CHATHUB_APP_OVERVIEW_H
#define CHATHUB_APP_OVERVIEW_H

#include "jobs/jobs.h"

struct overview {
    int64_t accounts, shops, tenants_active, tenants_provisioning, granted, spent, outstanding, held, counted_at_ms;
};
#define OVERVIEW_CHANNEL "overview" /* notified after a count */
/* All zero with counted_at_ms 0 before the first count. */
MUST_USE bool overview_read(struct tx *tx, struct overview *out);
extern const struct job_kind overview_job;

#endif
