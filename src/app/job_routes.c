/* job_routes.c: background work, as operators see it: the jobs, and the rows that jobs left out. */
#include "app/app.h"
#include "audit/audit.h"
#include "http/csv.h"
#include "http/events.h"

enum { JOBS_PAGE_MAX = 100, JOBS_PAGE = 50, SKIP_KIND_MAX = 64 };

static const char *const job_states[] = { "ready", "running", "done", "dead", "all", NULL };
struct jobs_query {
    int state;
    const char *kind;
    bool scheduled;
    int64_t after, limit, account, from, to;
    int format;
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
    FIELD_I64(struct jobs_query, account, .optional = true, .min = 1, .max = INT64_MAX,
              .doc = "Of this account alone; what is found among 40,000 jobs, but of jobs that failed or wait all."),
    FIELD_TIME(struct jobs_query, from, .optional = true, .doc = "Put from this time on; found as by account."),
    FIELD_TIME(struct jobs_query, to, .optional = true, .doc = "Put before this time; found as by account."),
    FIELD_FORMAT(struct jobs_query),
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
        if (r->account) json_i64(j, "account", r->account);
        else json_null(j, "account");
        json_i64(j, "ref", r->ref);
        json_time(j, "putAt", r->put_at_ms);
        json_time(j, "runAt", r->run_at_ms);
        json_time(j, "endedAt", r->ended_at_ms);
        json_text(j, "error", r->error);
        json_end(j);
    }
    json_end(j);
}

static void job_csv(struct csv *c, const struct job_row *r)
{
    csv_i64(c, r->id), csv_text(c, r->kind), csv_text(c, r->state), csv_i64(c, r->attempts);
    if (r->account) csv_i64(c, r->account);
    else csv_nothing(c);
    csv_i64(c, r->ref), csv_time(c, r->put_at_ms), csv_time(c, r->run_at_ms), csv_time(c, r->ended_at_ms);
    csv_text(c, r->error);
    csv_end_row(c);
}

struct csv_jobs {
    struct jobs_wanted wanted;
    struct jobs_page *page;
};

static bool jobs_csv_page(struct req *req, struct csv *c, void *arg)
{
    struct csv_jobs *l = arg;
    struct jobs_page *p = l->page;
    if (jobs_list(req->tx, &l->wanted, p->row, &p->count) == ROW_FAULT) return false;
    for (size_t i = 0; i < p->count; i++) job_csv(c, &p->row[i]);
    if (p->count == JOBS_PAGE_MAX) csv_more_i64(c, req, l->wanted.after_id = p->row[p->count - 1].id);
    return true;
}

static enum answer jobs_csv(struct req *req, struct jobs_wanted w, struct jobs_page *p)
{
    /* clang-format off */
    static const char *const names[] = { "id", "kind", "state", "attempts", "account", "ref", "putAt", "runAt",
                                         "endedAt", "error", NULL };
    /* clang-format on */
    bool first = w.after_id == 0;
    w.limit = JOBS_PAGE_MAX;
    struct csv_jobs l = { w, p };
    return reply_csv(req, &(struct csv_list){ "jobs", names, first, jobs_csv_page, &l });
}

static enum answer get_jobs(struct req *req)
{
    const struct jobs_query *in = req->query;
    const char *state = text_eq(job_states[in->state], "all") ? NULL : job_states[in->state];
    struct jobs_page *p = ARENA_NEW(req->arena, struct jobs_page);
    const struct jobs_wanted wanted = { .state = state,
                                        .kind = in->kind,
                                        .cron = in->scheduled,
                                        .after_id = in->after,
                                        .limit = in->limit,
                                        .account = in->account,
                                        .from_ms = in->from,
                                        .to_ms = in->to };
    if (csv_is_wanted(req, in->format)) return jobs_csv(req, wanted, p);
    if (jobs_list(req->tx, &wanted, p->row, &p->count) == ROW_FAULT) return reply_fault(req);
    return reply_json(req, 200, jobs_json, p);
}

/* ---- what jobs left out ---- */

struct skips_query {
    const char *after_kind, *after;
    int64_t after_item, limit;
    int format;
};
static const struct field skips_query_fields[] = {
    FIELD_TEXT(struct skips_query, after_kind, .name = "afterKind", .optional = true, .max = SKIP_KIND_MAX,
               .doc = "The kind of the last one seen."),
    FIELD_I64(struct skips_query, after_item, .name = "afterItem", .optional = true, .min = 0, .max = INT64_MAX,
              .doc = "The item of the last one seen."),
    FIELD_TEXT(struct skips_query, after, .optional = true, .max = 96,
               .doc = "ITEM-KIND of the last one seen: both in one, as a table's Link gives it."),
    FIELD_I64(struct skips_query, limit, .optional = true, .min = 1, .max = JOBS_PAGE_MAX, .fallback = JOBS_PAGE_MAX,
              .doc = "How many."),
    FIELD_FORMAT(struct skips_query),
    FIELD_END
};
/* clang-format off */
static const struct shape skip_shape[] = { SHAPE_TEXT("kind"),
                                           SHAPE_I64("item", .doc = "The row that failed: its id in the kind's table."),
                                           SHAPE_I64("tries"),
                                           SHAPE_TEXT("error"),
                                           SHAPE_TIME("firstAt"),
                                           SHAPE_TIME("lastAt"),
                                           SHAPE_TIME("retryAt"),
                                           SHAPE_END };
/* clang-format on */
static const struct shape skips_shape[] = { SHAPE_LIST("skips", skip_shape, .type_name = "JobSkip"), SHAPE_END };

struct skips_page {
    const char *after_kind;
    char kind[SKIP_KIND_MAX + 1]; /* of a table: that of the page before */
    int64_t after_item, limit;
    size_t count;
    struct job_skip skip[JOBS_PAGE_MAX];
};

static void skips_json(struct json *j, const void *arg)
{
    const struct skips_page *p = arg;
    json_array(j, "skips");
    for (size_t i = 0; i < p->count; i++) {
        const struct job_skip *s = &p->skip[i];
        json_object(j, NULL);
        json_text(j, "kind", s->kind);
        json_i64(j, "item", s->item);
        json_i64(j, "tries", s->tries);
        json_text(j, "error", s->error);
        json_time(j, "firstAt", s->first_at_ms);
        json_time(j, "lastAt", s->last_at_ms);
        json_time(j, "retryAt", s->retry_at_ms);
        json_end(j);
    }
    json_end(j);
}

static bool skips_read(struct req *req, struct skips_page *p)
{
    return jobs_skips(req->tx, p->after_kind, p->after_item, p->skip, (size_t)p->limit, &p->count) != ROW_FAULT;
}

static bool skips_csv_page(struct req *req, struct csv *c, void *arg)
{
    struct skips_page *p = arg;
    if (!skips_read(req, p)) return false;
    for (size_t i = 0; i < p->count; i++) {
        const struct job_skip *s = &p->skip[i];
        csv_text(c, s->kind), csv_i64(c, s->item), csv_i64(c, s->tries), csv_text(c, s->error);
        csv_time(c, s->first_at_ms), csv_time(c, s->last_at_ms), csv_time(c, s->retry_at_ms);
        csv_end_row(c);
    }
    if (p->count < JOBS_PAGE_MAX) return true;
    const struct job_skip *last = &p->skip[p->count - 1];
    (void)snprintf(p->kind, sizeof p->kind, "%s", last->kind);
    p->after_kind = p->kind, p->after_item = last->item;
    csv_more_text(c, arena_printf(req->arena, "%lld-%s", (long long)p->after_item, p->after_kind));
    return true;
}

static enum answer skips_csv(struct req *req, struct skips_page *p)
{
    static const char *const names[] = { "kind", "item", "tries", "error", "firstAt", "lastAt", "retryAt", NULL };
    p->limit = JOBS_PAGE_MAX;
    return reply_csv(req, &(struct csv_list){ "left-out", names, !p->after_kind, skips_csv_page, p });
}

static enum answer get_skips(struct req *req)
{
    const struct skips_query *in = req->query;
    struct skips_page *p = ARENA_NEW(req->arena, struct skips_page);
    p->after_kind = in->after_kind, p->after_item = in->after_item, p->limit = in->limit;
    if (in->after) {
        const char *dash = strchrnul(in->after, '-');
        struct str item = { in->after, (size_t)(dash - in->after) };
        if (*dash != '-' || !dash[1] || !str_to_i64(item, &p->after_item) || p->after_item < 0)
            return reply_fields(req, "after", "format");
        p->after_kind = dash + 1;
    }
    if (csv_is_wanted(req, in->format)) return skips_csv(req, p);
    return skips_read(req, p) ? reply_json(req, 200, skips_json, p) : reply_fault(req);
}

/* ---- once more ---- */

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

/* clang-format off */
const struct route job_routes[] = {
    { .verb = VERB_GET, .path = "/api/operator/jobs", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(jobs_query), .answer = jobs_shape, .run = get_jobs, .doc = "Background work, newest first." },
    { .verb = VERB_GET, .path = "/api/operator/jobs/skips", .who = WHO_OPERATOR, .tx = TX_READ, .tag = "Operator",
      QUERY_FIELDS(skips_query), .answer = skips_shape, .run = get_skips,
      .doc = "Rows that a job left out because they failed; each is tried again by itself. By kind and item." },
    { .verb = VERB_POST, .path = "/api/operator/jobs/:id/retry", .who = WHO_OPERATOR, .tx = TX_WRITE,
      .tag = "Operator", .idempotent = true, PATH_FIELDS(path_job), .answer = success_shape, .run = run_job_retry,
      PROBLEMS(&problem_job_not_dead), .doc = "Run a failed job again." },
    ROUTE_END
};
/* clang-format on */
