/* operator_routes.c: what an operator sees of the whole house: numbers and background work. Accounts, grants and audit
 * stand with their own folders. */
#include "app/app.h"
#include "app/overview.h"
#include "audit/audit.h"
#include "http/events.h"

enum { JOBS_PAGE_MAX = 100, JOBS_PAGE = 50 };

static const struct shape overview_jobs_shape[] = { SHAPE_I64("ready"), SHAPE_I64("running"), SHAPE_I64("dead"),
                                                    SHAPE_I64("oldestDueMs"), SHAPE_END };
static const struct shape overview_credits_shape[] = { SHAPE_I64("granted"), SHAPE_I64("spent"),
                                                       SHAPE_I64("outstanding"), SHAPE_I64("held"), SHAPE_END };
static const struct shape overview_shape[] = {
    SHAPE_I64("accounts"),
    SHAPE_I64("shops"),
    SHAPE_I64("tenantsActive"),
    SHAPE_I64("tenantsProvisioning"),
    SHAPE_OBJECT("credits", overview_credits_shape, .type_name = "OverviewCredits"),
    SHAPE_OBJECT("jobs", overview_jobs_shape, .type_name = "OverviewJobs"),
    SHAPE_TIME("countedAt", .nullable = true, .doc = "When the sums were counted (each minute); jobs are of now."),
    SHAPE_END
};

struct overview_answer {
    struct overview o;
    struct job_counts jobs;
};

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
    json_end(j);
    json_time(j, "countedAt", a->o.counted_at_ms);
}

static enum answer get_overview(struct req *req)
{
    struct overview_answer a = { 0 };
    if (!overview_read(req->tx, &a.o) || !jobs_count(req->tx, &a.jobs)) return reply_fault(req);
    return reply_json(req, 200, overview_json, &a);
}

/* ---- jobs ---- */

static const char *const job_states[] = { "ready", "running", "done", "dead", "all", NULL };
struct jobs_query {
    int state;
    const char *kind;
    bool scheduled;
    int64_t after, limit;
};
static const struct field jobs_query_fields[] = {
    FIELD_ENUM(struct jobs_query, state, job_states, .optional = true, .fallback = 4, .doc = "Only these."),
    FIELD_TEXT(struct jobs_query, kind, .optional = true, .max = 64,
               .doc = "Only this kind; without a state, or with `done`, what is found among 40,000 jobs."),
    FIELD_BOOL(struct jobs_query, scheduled, .optional = true,
               .doc = "Also the scheduled jobs that are done; they are nearly all. Without them, what is found among "
                      "40,000 jobs."),
    FIELD_I64(struct jobs_query, after, .optional = true, .min = 1, .max = INT64_MAX,
              .doc = "The id of the last job seen."),
    FIELD_I64(struct jobs_query, limit, .optional = true, .min = 1, .max = JOBS_PAGE_MAX, .fallback = JOBS_PAGE,
              .doc = "How many."),
    FIELD_END
};
static const struct shape job_shape[] = { SHAPE_I64("id"),
                                          SHAPE_TEXT("kind"),
                                          SHAPE_TEXT("state"),
                                          SHAPE_I64("attempts"),
                                          SHAPE_I64("account", .nullable = true),
                                          SHAPE_I64("ref"),
                                          SHAPE_TIME("putAt"),
                                          SHAPE_TIME("runAt"),
                                          SHAPE_TIME("endedAt", .nullable = true),
                                          SHAPE_TEXT("error", .nullable = true),
                                          SHAPE_END };
static const struct shape jobs_shape[] = { SHAPE_LIST("jobs", job_shape, .type_name = "Job"), SHAPE_END };

struct jobs_page {
    size_t count;
    struct job_row row[JOBS_PAGE_MAX];
};

static void jobs_json(struct json *j, const void *arg)
{
    const struct jobs_page *p = arg;
    json_array(j, "jobs");
    for (size_t i = 0; i < p->count; i++) {
        const struct job_row *r = &p->row[i];
        json_object(j, NULL);
        json_i64(j, "id", r->id);
        json_text(j, "kind", r->kind);
        json_text(j, "state", r->state);
        json_i64(j, "attempts", r->attempts);
        if (r->account)
            json_i64(j, "account", r->account);
        else
            json_null(j, "account");
        json_i64(j, "ref", r->ref);
        json_time(j, "putAt", r->put_at_ms);
        json_time(j, "runAt", r->run_at_ms);
        json_time(j, "endedAt", r->ended_at_ms);
        json_text(j, "error", r->error);
        json_end(j);
    }
    json_end(j);
}

static enum answer get_jobs(struct req *req)
{
    const struct jobs_query *in = req->query;
    const char *state = text_eq(job_states[in->state], "all") ? NULL : job_states[in->state];
    struct jobs_page *p = ARENA_NEW(req->arena, struct jobs_page);
    const struct jobs_wanted wanted = {
        .state = state, .kind = in->kind, .cron = in->scheduled, .after_id = in->after, .limit = in->limit
    };
    if (jobs_list(req->tx, &wanted, p->row, &p->count) == ROW_FAULT) return reply_fault(req);
    return reply_json(req, 200, jobs_json, p);
}

struct path_job {
    int64_t id;
};
static const struct field path_job_fields[] = { FIELD_ID(struct path_job, id, .doc = "Job."), FIELD_END };
static const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
static const struct problem problem_job_not_dead = { "job_not_dead", 409,
                                                     "Only a job that has failed for good can be run again.",
                                                     "只有最终失败的任务才能重试。" };

static void success_json(struct json *j, const void *arg)
{
    (void)arg;
    json_bool(j, "success", true);
}

static enum answer run_job_retry(struct req *req)
{
    int64_t id = ((const struct path_job *)req->path)->id;
    struct job_row row;
    switch (jobs_get(req->tx, id, &row)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_not_found);
    case ROW_FOUND: break;
    }
    switch (jobs_retry(req->tx, id)) {
    case ROW_FAULT: return reply_fault(req);
    case ROW_NONE: return reply_problem(req, &problem_job_not_dead);
    case ROW_FOUND: break;
    }
    if (!audit_request(req, AUDIT_job_retried, row.account, "job", id, NULL, NULL)) return reply_fault(req);
    events_hint("jobs");
    return reply_json(req, 200, success_json, NULL);
}

const struct route operator_routes[] = { { .verb = VERB_GET,
                                           .path = "/api/operator/overview",
                                           .who = WHO_OPERATOR,
                                           .tx = TX_READ,
                                           .tag = "Operator",
                                           .answer = overview_shape,
                                           .run = get_overview,
                                           .doc = "The business in numbers." },
                                         { .verb = VERB_GET,
                                           .path = "/api/operator/jobs",
                                           .who = WHO_OPERATOR,
                                           .tx = TX_READ,
                                           .tag = "Operator",
                                           QUERY_FIELDS(jobs_query),
                                           .answer = jobs_shape,
                                           .run = get_jobs,
                                           .doc = "Background work, newest first." },
                                         { .verb = VERB_POST,
                                           .path = "/api/operator/jobs/:id/retry",
                                           .who = WHO_OPERATOR,
                                           .tx = TX_WRITE,
                                           .tag = "Operator",
                                           .idempotent = true,
                                           PATH_FIELDS(path_job),
                                           .answer = success_shape,
                                           .run = run_job_retry,
                                           PROBLEMS(&problem_job_not_dead),
                                           .doc = "Run a failed job again." },
                                         ROUTE_END };
