/* system_routes.c: what machines ask: alive, ready, metrics, the public settings, the API description. */
#include "app/app.h"
#include "base/clock.h"
#include "billing/billing.h"
#include "http/metrics.h"
#include "tenants/tenants.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum {
    READY_QUEUE_AGE_MS = 5000,
    READY_DISK_FREE_MB = 64,
    READY_JOB_AGE_MS = 300000,
    METRICS_MAX = 1 << 20,
    DESCRIPTION_MAX = 8 << 20
};

static enum answer get_healthz(struct req *req)
{
    return reply_text(req, 200, "application/json", STR("{\"status\":\"ok\"}"));
}

/* The replaced panel's address for the same question, with its answer. */
static const struct shape health_shape[] = { SHAPE_BOOL("ok"), SHAPE_END };

static enum answer get_health(struct req *req)
{
    return reply_text(req, 200, "application/json", STR("{\"ok\":true}"));
}

/* ---- readyz ---- */

struct ready {
    bool database, writable, queue, disk, jobs, clock, ready;
    int64_t queue_age_ms, disk_free_mb, oldest_job_ms, clock_off_ms;
    struct job_counts counts;
};
static const struct shape pool_shape[] = { SHAPE_TEXT("name"), SHAPE_I64("ready"), SHAPE_I64("oldestDueMs"),
                                           SHAPE_END };
/* clang-format off */
static const struct shape ready_shape[] = {
    SHAPE_BOOL("ready"),     SHAPE_BOOL("database"),      SHAPE_BOOL("queue"),
    SHAPE_BOOL("disk"),      SHAPE_BOOL("jobs"),          SHAPE_I64("queueAgeMs"),
    SHAPE_I64("diskFreeMb"), SHAPE_I64("oldestDueJobMs"), SHAPE_BOOL("clock"),
    SHAPE_I64("clockOffMs"), SHAPE_BOOL("writable"),      SHAPE_LIST("pools", pool_shape, .type_name = "JobPool"),
    SHAPE_END
};
/* clang-format on */

static void ready_json(struct json *j, const void *arg)
{
    const struct ready *r = arg;
    json_bool(j, "ready", r->ready);
    json_bool(j, "database", r->database);
    json_bool(j, "queue", r->queue);
    json_bool(j, "disk", r->disk);
    json_bool(j, "jobs", r->jobs);
    json_i64(j, "queueAgeMs", r->queue_age_ms);
    json_i64(j, "diskFreeMb", r->disk_free_mb);
    json_i64(j, "oldestDueJobMs", r->oldest_job_ms);
    json_bool(j, "clock", r->clock);
    json_i64(j, "clockOffMs", r->clock_off_ms);
    json_bool(j, "writable", r->writable);
    json_array(j, "pools");
    for (enum job_pool p = JOB_POOL_UNSET + 1; p < JOB_POOLS; p++) {
        json_object(j, NULL);
        json_text(j, "name", job_pool_name(p));
        json_i64(j, "ready", r->counts.pool[p].ready);
        json_i64(j, "oldestDueMs", r->counts.pool[p].oldest_age_ms);
        json_end(j);
    }
    json_end(j);
}

static int64_t disk_free_mb(const char *path)
{
    struct statvfs v;
    if (statvfs(path, &v) != 0) return 0;
    return (int64_t)(v.f_bavail * (v.f_frsize / 1024) / 1024);
}

static enum answer get_readyz(struct req *req)
{
    const struct app *app = app_of(req);
    struct ready r = { 0 };
    struct job_counts counts = { 0 };
    size_t waiting = 0;
    r.database = jobs_count(req->tx, &counts);
    lanes_depth(app->lanes, &waiting, &r.queue_age_ms);
    r.queue = r.queue_age_ms < READY_QUEUE_AGE_MS;
    struct lanes_health health;
    lanes_health(app->lanes, &health);
    r.writable = health.can_write;
    /* The disk that fills up is the one where the database lies; the keys lie in the data directory. */
    r.disk_free_mb = disk_free_mb(app->config->data_dir);
    const char *file = db_file(app->db);
    int64_t database_free_mb = file ? disk_free_mb(file) : r.disk_free_mb;
    if (database_free_mb < r.disk_free_mb) r.disk_free_mb = database_free_mb;
    r.disk = r.disk_free_mb >= READY_DISK_FREE_MB;
    r.oldest_job_ms = counts.oldest_age_ms;
    /* What one merchant alone can make late makes nobody else's service unfit. */
    r.jobs = counts.oldest_at_home_ms < READY_JOB_AGE_MS;
    r.counts = counts;
    struct clock_state clock;
    clock_state(&clock);
    /* Told, but no reason to send requests elsewhere: they are answered by the time that is believed. */
    r.clock = clock.doubt == CLOCK_SOUND;
    r.clock_off_ms = clock.off_ms;
    r.ready = r.database && r.writable && r.queue && r.disk && r.jobs;
    return reply_json(req, r.ready ? 200 : 503, ready_json, &r);
}

/* ---- metrics: for a scraper on this machine; anybody else learns nothing ---- */

static void print_pools(struct buf *out, const struct job_counts *jobs)
{
    buf_text(out, "# HELP chathub_jobs_due Jobs that are due, by pool.\n# TYPE chathub_jobs_due gauge\n");
    for (enum job_pool p = JOB_POOL_UNSET + 1; p < JOB_POOLS; p++)
        buf_printf(out, "chathub_jobs_due{pool=\"%s\"} %lld\n", job_pool_name(p), (long long)jobs->pool[p].ready);
    buf_printf(out, "chathub_jobs_due{pool=\"unknown\"} %lld\n", (long long)jobs->strange);
    buf_text(out, "# HELP chathub_jobs_pool_oldest_due_milliseconds How long the oldest due job of a pool has waited.\n"
                  "# TYPE chathub_jobs_pool_oldest_due_milliseconds gauge\n");
    for (enum job_pool p = JOB_POOL_UNSET + 1; p < JOB_POOLS; p++)
        buf_printf(out, "chathub_jobs_pool_oldest_due_milliseconds{pool=\"%s\"} %lld\n", job_pool_name(p),
                   (long long)jobs->pool[p].oldest_age_ms);
}

static enum answer get_metrics(struct req *req)
{
    if (!req_is_local(req)) return reply_problem(req, &problem_not_found);
    const struct app *app = app_of(req);
    struct job_counts jobs = { 0 };
    int64_t skipped = 0, failing = 0, owed = 0;
    if (!jobs_count(req->tx, &jobs) || !jobs_skips_count(req->tx, NULL, &skipped) ||
        !tenants_renewals_failing(req->tx, &failing) || !billing_owed(req->tx, &owed))
        return reply_fault(req);
    struct buf out;
    buf_init(&out, METRICS_MAX);
    metrics_print(&out);
    buf_text(&out, "# HELP chathub_jobs Background jobs by state.\n# TYPE chathub_jobs gauge\n");
    buf_printf(&out, "chathub_jobs{state=\"ready\"} %lld\nchathub_jobs{state=\"running\"} %lld\n",
               (long long)jobs.ready, (long long)jobs.running);
    buf_printf(&out, "chathub_jobs{state=\"dead\"} %lld\n", (long long)jobs.dead);
    metrics_sample(&out, "chathub_jobs_oldest_due_milliseconds", "gauge", "How long the oldest due job has waited.",
                   jobs.oldest_age_ms);
    struct lanes_health health;
    lanes_health(app->lanes, &health);
    metrics_sample(&out, "chathub_database_writable", "gauge", "1 while the database takes writes.", health.can_write);
    metrics_sample(&out, "chathub_database_log_bytes", "gauge", "SQLite: size of the write-ahead log.",
                   health.log_bytes);
    metrics_sample(&out, "chathub_database_log_held_pages", "gauge",
                   "SQLite: pages of the log that a reader keeps from being copied back.", health.log_held_pages);
    metrics_sample(&out, "chathub_database_log_held_milliseconds", "gauge", "For how long it has done so.",
                   health.log_held_for_ms);
    print_pools(&out, &jobs);
    metrics_sample(&out, "chathub_job_items_skipped", "gauge", "Items that jobs leave out for a while.", skipped);
    metrics_sample(&out, "chathub_renewals_failing", "gauge",
                   "Of these, renewals: they fail for a reason that is not the merchant's.", failing);
    metrics_sample(&out, "chathub_payments_owed", "gauge",
                   "Payments that are paid, and neither delivered for nor given back. Above 0: an alarm.", owed);
    struct clock_state clock;
    clock_state(&clock);
    metrics_sample(&out, "chathub_clock_in_doubt", "gauge", "1 while the machine's clock is not believed.",
                   clock.doubt != CLOCK_SOUND);
    metrics_sample(&out, "chathub_clock_off_milliseconds", "gauge", "The machine's clock less the time we go by.",
                   clock.off_ms);
    metrics_sample(&out, "chathub_clock_jumps_total", "counter", "Steps of the machine's clock held in doubt.",
                   clock.jumps);
    metrics_sample(&out, "chathub_uptime_seconds", "counter", "Seconds since the start.",
                   (req->now_ms - app->started_at_ms) / SECOND_MS);
    enum answer answer = reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
    buf_free(&out);
    return answer;
}

/* ---- public settings ---- */

static const struct shape prices_shape[] = { SHAPE_I64("chatbot"), SHAPE_I64("renewal"), SHAPE_I64("shop"), SHAPE_END };
static const struct shape house_shape[] = { SHAPE_TEXT("company", .nullable = true),
                                            SHAPE_TEXT("icpNumber", .nullable = true),
                                            SHAPE_TEXT("supportContact", .nullable = true,
                                                       .doc = "mailto:, tel: or https:"),
                                            SHAPE_TEXT("supportHours", .nullable = true),
                                            SHAPE_TEXT("statusUrl", .nullable = true),
                                            SHAPE_END };
static const struct shape config_shape[] = { SHAPE_TEXT("name"),
                                             SHAPE_TEXT("version"),
                                             SHAPE_BOOL("development"),
                                             SHAPE_BOOL("mailOutbox"),
                                             SHAPE_BOOL("chatbotFeature"),
                                             SHAPE_OBJECT("prices", prices_shape, .type_name = "Prices"),
                                             SHAPE_OBJECT("house", house_shape, .type_name = "House",
                                                          .doc = "Who runs this, and where help is."),
                                             SHAPE_END };

static void config_json(struct json *j, const void *arg)
{
    const struct config *c = arg;
    json_text(j, "name", "Chathub");
    json_text(j, "version", CHATHUB_VERSION);
    json_bool(j, "development", !c->production);
    json_bool(j, "mailOutbox", !c->production);
    json_bool(j, "chatbotFeature", c->chatbot_enabled);
    json_object(j, "prices");
    json_credits(j, "chatbot", c->chatbot_price);
    json_credits(j, "renewal", c->renewal_price);
    json_credits(j, "shop", c->shop_price);
    json_end(j);
    json_object(j, "house");
    json_text(j, "company", c->company);
    json_text(j, "icpNumber", c->icp_number);
    json_text(j, "supportContact", c->support_contact);
    json_text(j, "supportHours", c->support_hours);
    json_text(j, "statusUrl", c->status_url);
    json_end(j);
}

static enum answer get_config(struct req *req) { return reply_json(req, 200, config_json, app_of(req)->config); }

/* The rows do not change while the program runs: printed once, on the first request. */
static pthread_once_t description_once = PTHREAD_ONCE_INIT;
static struct buf description;
static char description_tag[SHA256_HEX_SIZE];

static void description_make(void)
{
    buf_init(&description, DESCRIPTION_MAX);
    openapi_print(&description, app_route_tables, CHATHUB_VERSION);
    sha256_hex(buf_str(&description), description_tag);
}

static enum answer get_openapi(struct req *req)
{
    (void)pthread_once(&description_once, description_make);
    return reply_fixed(req, "application/json", buf_str(&description), description_tag);
}

ROUTE_TAG(system_tag, "System", "Health, and what pages need to know before anybody signs in.");

const struct route system_routes[] = { { .verb = VERB_GET,
                                         .path = "/healthz",
                                         .any_query = true,
                                         .who = WHO_SYSTEM,
                                         .tx = TX_NONE,
                                         .tag = "System",
                                         .run = get_healthz,
                                         .doc = "The process answers." },
                                       { .verb = VERB_GET,
                                         .path = "/health",
                                         .any_query = true,
                                         .who = WHO_SYSTEM,
                                         .tx = TX_NONE,
                                         .tag = "System",
                                         .answer = health_shape,
                                         .run = get_health,
                                         .doc = "The process answers; for monitors made for the replaced panel." },
                                       { .verb = VERB_GET,
                                         .path = "/readyz",
                                         .any_query = true,
                                         .who = WHO_SYSTEM,
                                         .tx = TX_READ,
                                         .tag = "System",
                                         .answer = ready_shape,
                                         .unfit_status = 503,
                                         .run = get_readyz,
                                         .doc = "Database, queues and disk are fit for work; 503 when one is not." },
                                       { .verb = VERB_GET,
                                         .path = "/metrics",
                                         .any_query = true,
                                         .who = WHO_SYSTEM,
                                         .tx = TX_READ,
                                         .tag = "System",
                                         .hidden = true,
                                         .run = get_metrics,
                                         .doc = "Prometheus text, for loopback only." },
                                       { .verb = VERB_GET,
                                         .path = "/api/config",
                                         .who = WHO_ANYONE,
                                         .tx = TX_NONE,
                                         .tag = "System",
                                         .answer = config_shape,
                                         .run = get_config,
                                         .doc = "What the pages need to know before anybody signs in." },
                                       { .verb = VERB_GET,
                                         .path = "/openapi.json",
                                         .any_query = true,
                                         .who = WHO_SYSTEM,
                                         .tx = TX_NONE,
                                         .tag = "System",
                                         .hidden = true,
                                         .run = get_openapi,
                                         .doc = "This description." },
                                       ROUTE_END };
