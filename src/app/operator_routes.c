/* operator_routes.c: what an operator sees of the whole house: numbers. Background work is in job_routes.c; accounts,
 * grants and audit stand with their own folders. */
#include "app/app.h"
#include "app/overview.h"
#include "billing/billing.h"

APP_ACTIONS(AUDIT_DEFINE)

/* clang-format off */
static const struct shape queues_shape[] = {
    SHAPE_I64("failed", .doc = "Shops whose chatbot could not be set up; counted up to 1000."),
    SHAPE_I64("pastDue", .doc = "Chatbots that are on and not paid; the same."),
    SHAPE_I64("renewalsFailing", .doc = "Renewals among what jobs leave out: not for the merchant's reasons."),
    SHAPE_I64("deadJobs"), SHAPE_END };
static const struct shape overview_jobs_shape[] = {
    SHAPE_I64("ready"), SHAPE_I64("running"), SHAPE_I64("dead"), SHAPE_I64("oldestDueMs"),
    SHAPE_I64("leftOut", .doc = "Rows that jobs leave out because they failed."), SHAPE_END };
/* clang-format on */
static const struct shape overview_credits_shape[] = { SHAPE_I64("granted"), SHAPE_I64("spent"),
                                                       SHAPE_I64("outstanding"), SHAPE_I64("held"), SHAPE_END };
static const struct shape overview_money_shape[] = {
    SHAPE_I64("openMismatches", .doc = "Counted up to 1000, as all of these."),
    SHAPE_I64("refundsAsked", .doc = "They wait for a second person."),
    SHAPE_I64("handPaymentsAsked", .doc = "Payments marked by hand that wait for a second person."), SHAPE_END
};
static const struct shape overview_shape[] = {
    SHAPE_I64("accounts"),
    SHAPE_I64("shops"),
    SHAPE_I64("tenantsActive"),
    SHAPE_I64("tenantsProvisioning"),
    SHAPE_OBJECT("credits", overview_credits_shape, .type_name = "OverviewCredits"),
    SHAPE_OBJECT("jobs", overview_jobs_shape, .type_name = "OverviewJobs"),
    SHAPE_I64("pastDue", .doc = "As in `queues`."),
    SHAPE_I64("failed", .doc = "As in `queues`."),
    SHAPE_I64("renewalsFailing", .doc = "As in `queues`."),
    SHAPE_I64("owed", .doc = "Payments that are paid, and neither delivered for nor given back: 0, or an alarm."),
    SHAPE_OBJECT("money", overview_money_shape, .type_name = "OverviewMoney"),
    SHAPE_OBJECT("queues", queues_shape, .type_name = "OverviewQueues", .doc = "What waits for an operator now."),
    SHAPE_OBJECT("weekAgo", queues_shape, .nullable = true, .type_name = "OverviewQueues",
                 .doc = "The same as last counted on the day a week before; null: not counted then."),
    SHAPE_TIME("countedAt", .nullable = true, .doc = "When the sums were counted (each minute); jobs are of now."),
    SHAPE_END
};

struct overview_answer {
    struct overview o;
    struct job_counts jobs;
    struct overview_queues queues, week_ago;
    bool has_week_ago;
    struct billing_waits waits;
    int64_t left_out;
};

static void queues_json(struct json *j, const char *name, const struct overview_queues *q)
{
    json_object(j, name);
    json_i64(j, "failed", q->failed);
    json_i64(j, "pastDue", q->past_due);
    json_i64(j, "renewalsFailing", q->renewals_failing);
    json_i64(j, "deadJobs", q->dead_jobs);
    json_end(j);
}

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
    json_i64(j, "pastDue", a->queues.past_due);
    json_i64(j, "failed", a->queues.failed);
    json_i64(j, "renewalsFailing", a->queues.renewals_failing);
    json_i64(j, "owed", a->waits.owed);
    json_object(j, "money");
    json_i64(j, "openMismatches", a->waits.mismatches);
    json_i64(j, "refundsAsked", a->waits.refunds_asked);
    json_i64(j, "handPaymentsAsked", a->waits.hands);
    json_end(j);
    queues_json(j, "queues", &a->queues);
    if (a->has_week_ago) queues_json(j, "weekAgo", &a->week_ago);
    else json_null(j, "weekAgo");
    json_time(j, "countedAt", a->o.counted_at_ms);
}

static enum answer get_overview(struct req *req)
{
    struct overview_answer a = { 0 };
    if (!overview_read(req->tx, &a.o) || !jobs_count(req->tx, &a.jobs)) return reply_fault(req);
    if (!billing_waiting(req->tx, &a.waits) || !jobs_skips_count(req->tx, NULL, &a.left_out) ||
        !overview_queues_count(req->tx, &a.jobs, &a.queues))
        return reply_fault(req);
    enum row row = overview_queues_week_ago(req->tx, req->now_ms, &a.week_ago);
    if (row == ROW_FAULT) return reply_fault(req);
    a.has_week_ago = row == ROW_FOUND;
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
