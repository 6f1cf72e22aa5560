/* operator_routes.c: what an operator sees of the whole house: numbers. Background work is in job_routes.c; accounts,
 * grants and audit stand with their own folders. */
#include "app/app.h"
#include "app/overview.h"
#include "tenants/tenants.h"

APP_ACTIONS(AUDIT_DEFINE)

/* clang-format off */
static const struct shape overview_jobs_shape[] = {
    SHAPE_I64("ready"), SHAPE_I64("running"), SHAPE_I64("dead"), SHAPE_I64("oldestDueMs"),
    SHAPE_I64("leftOut", .doc = "Rows that jobs leave out because they failed."), SHAPE_END };
/* clang-format on */
static const struct shape overview_credits_shape[] = { SHAPE_I64("granted"), SHAPE_I64("spent"),
                                                       SHAPE_I64("outstanding"), SHAPE_I64("held"), SHAPE_END };
static const struct shape overview_shape[] = {
    SHAPE_I64("accounts"),
    SHAPE_I64("shops"),
    SHAPE_I64("tenantsActive"),
    SHAPE_I64("tenantsProvisioning"),
    SHAPE_OBJECT("credits", overview_credits_shape, .type_name = "OverviewCredits"),
    SHAPE_OBJECT("jobs", overview_jobs_shape, .type_name = "OverviewJobs"),
    SHAPE_I64("pastDue", .doc = "Chatbots that are on and not paid; counted up to 1000, as of now."),
    SHAPE_I64("failed", .doc = "Shops whose chatbot could not be set up; the same."),
    SHAPE_I64("renewalsFailing", .doc = "Renewals among what jobs leave out: not for the merchant's reasons."),
    SHAPE_TIME("countedAt", .nullable = true, .doc = "When the sums were counted (each minute); jobs are of now."),
    SHAPE_END
};

struct overview_answer {
    struct overview o;
    struct job_counts jobs;
    int64_t left_out, renewals_failing, past_due, failed;
};
enum { QUEUE_COUNTED_MAX = 1000 };

static void overview_json(struct json *j, const void *arg)
{
    const struct overview_answer *a = arg;
    json_i64(j, "accounts", a->o.accounts);
    json_i64(j, "shops", a->o.shops);
    json_i64(j, "tenantsActive", a->o.tenants_active);
    json_i64(j, "tenantsProvisioning", a->o.tenants_provisioning);
    json_object(j, "credits");
    json_i64(j, "granted", a->o.granted);
    json_i64(j, "spent", a->o.spent);
    json_i64(j, "outstanding", a->o.outstanding);
    json_i64(j, "held", a->o.held);
    json_end(j);
    json_object(j, "jobs");
    json_i64(j, "ready", a->jobs.ready);
    json_i64(j, "running", a->jobs.running);
    json_i64(j, "dead", a->jobs.dead);
    json_i64(j, "oldestDueMs", a->jobs.oldest_age_ms);
    json_i64(j, "leftOut", a->left_out);
    json_end(j);
    json_i64(j, "pastDue", a->past_due);
    json_i64(j, "failed", a->failed);
    json_i64(j, "renewalsFailing", a->renewals_failing);
    json_time(j, "countedAt", a->o.counted_at_ms);
}

static enum answer get_overview(struct req *req)
{
    struct overview_answer a = { 0 };
    if (!overview_read(req->tx, &a.o) || !jobs_count(req->tx, &a.jobs)) return reply_fault(req);
    if (!jobs_skips_count(req->tx, NULL, &a.left_out) || !tenants_renewals_failing(req->tx, &a.renewals_failing))
        return reply_fault(req);
    if (!tenants_count_past_due(req->tx, QUEUE_COUNTED_MAX, &a.past_due) ||
        !tenants_count_in_state(req->tx, TENANTS_STATE_FAILED, QUEUE_COUNTED_MAX, &a.failed))
        return reply_fault(req);
    return reply_json(req, 200, overview_json, &a);
}

const struct route operator_routes[] = { { .verb = VERB_GET,
                                           .path = "/api/operator/overview",
                                           .who = WHO_OPERATOR,
                                           .tx = TX_READ,
                                           .tag = "Operator",
                                           .answer = overview_shape,
                                           .run = get_overview,
                                           .doc = "The business in numbers." },
                                         ROUTE_END };
