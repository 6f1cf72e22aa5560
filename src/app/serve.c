/* serve.c: the running service: start in order, wait for a signal, stop in order. A graceful stop finishes the requests
 * under way and gives leases back; everything else is repaired at the next start, as after `kill -9`. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/house.h"
#include "app/overview.h"
#include "base/clock.h"
#include "base/log.h"
#include "billing/billing.h"
#include "chat/chat.h"
#include "http/events.h"
#include "knowledge/knowledge.h"
#include "outbound/http_client.h"
#include "tenants/tenants.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STOP_GRACE_MS = 8000, FAREWELLS_MS = 2000, FILES_WANTED = 65536, FILES_BESIDE = 256 };

static int fail(struct buf *error)
{
    (void)fprintf(stderr, "chathub: %s\n", buf_terminated(error));
    buf_free(error);
    return EXIT_UNAVAILABLE;
}

static void raise_file_limit(const struct config *c)
{
    struct rlimit r;
    rlim_t wanted = (rlim_t)c->connections + FILES_BESIDE;
    if (wanted < FILES_WANTED) wanted = FILES_WANTED;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= wanted) return;
    r.rlim_cur = r.rlim_max < wanted ? r.rlim_max : wanted;
    if (r.rlim_cur < (rlim_t)c->connections + FILES_BESIDE)
        LOG(LOG_WARN, "fewer_files_than_connections", LOG_NUMBER("files", r.rlim_cur),
            LOG_NUMBER("connections", c->connections));
    if (setrlimit(RLIMIT_NOFILE, &r) != 0) LOG(LOG_WARN, "file_limit", LOG_TEXT("error", strerror(errno)));
}

/* Port 0 with no CHATHUB_BASE_URL: the public address must be known before the first request, so a free port is taken
 * here by a socket that stays bound and never listens; with both options the server's sockets may join it. */
static int reserve_port(const char *listen_on, struct arena *a, const char **listen_now)
{
    const char *colon = strrchr(listen_on, ':');
    *listen_now = listen_on;
    if (!text_eq(colon, ":0") || listen_on[0] == '[') return -1;
    struct sockaddr_in address = { .sin_family = AF_INET };
    char host[64];
    (void)snprintf(host, sizeof host, "%.*s", (int)(colon - listen_on), listen_on);
    if (text_eq(host, "localhost")) (void)snprintf(host, sizeof host, "127.0.0.1");
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return -1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    socklen_t n = sizeof address;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, n) != 0 || getsockname(fd, (struct sockaddr *)&address, &n) != 0) {
        if (fd >= 0) close(fd);
        return -1;
    }
    *listen_now = arena_printf(a, "%s:%d", host, ntohs(address.sin_port));
    return fd;
}

static void job_ended(void *arg, int64_t job)
{
    struct app *app = arg;
    struct http *http = __atomic_load_n(&app->http, __ATOMIC_ACQUIRE);
    if (http) http_job_ended(http, job);
    events_hint("jobs");
}

/* Operators' pages follow whatever process did it: jobs that were put, the numbers of the overview. */
static void hint_jobs(void *arg) { (void)arg, events_hint("jobs"); }
static void hint_overview(void *arg) { (void)arg, events_hint("overview"); }
static void hint_money(void *arg) { (void)arg, events_hint(BILLING_CHANNEL); }

static const struct http_hooks http_hooks = { .authenticate = accounts_authenticate, .refusals = app_refusals };

static const struct route *const worker_tables[] = { system_routes, NULL };

/* scheme://host[:port] of a URL: what a form-action of the page's policy may name. */
static const char *origin_of(struct arena *a, const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    return host ? arena_text_n(a, url, (size_t)(host - url) + 3 + strcspn(host + 3, "/")) : NULL;
}

/* Backends with pages of their own are entered by forms of ours. */
static const char *door_origins(struct arena *a)
{
    const char *all = NULL;
    for (const struct recipe *const *r = recipes; *r; r++) {
        struct recipe_door door;
        if ((*r)->here || !(*r)->door(a, &door)) continue;
        const char *origin = origin_of(a, door.action);
        if (origin) all = all ? arena_printf(a, "%s %s", all, origin) : origin;
    }
    return all;
}

/* Pictures of chats: files beside a database that is a file, else in the database, where every process finds them. */
static bool make_image_folder(struct app *app, const char *uploads, struct buf *error)
{
    chat_settings.upload_dir = arena_printf(app->arena, "%s/" CHAT_UPLOAD_FOLDER, uploads);
    if (db_engine_of(app->db) != DB_SQLITE) return true;
    chat_settings.image_dir = arena_printf(app->arena, "%s/images", app->config->data_dir);
    if (mkdir(chat_settings.image_dir, 0700) == 0 || errno == EEXIST) return true;
    buf_printf(error, "%s cannot be made: %s.", chat_settings.image_dir, strerror(errno));
    return false;
}

static bool start_http(struct app *app, enum serve_role role, const char *listen_on, struct buf *error)
{
    char reason[512] = "";
    const char *uploads = arena_printf(app->arena, "%s/uploads", app->config->data_dir);
    if (mkdir(uploads, 0700) != 0 && errno != EEXIST) {
        buf_printf(error, "%s cannot be made: %s.", uploads, strerror(errno));
        return false;
    }
    knowledge_settings.upload_dir = uploads;
    if (!make_image_folder(app, uploads, error)) return false;
    const struct http_options o = { .listen = listen_on,
                                    .origin = app->base_url,
                                    .trusted_proxy = config_proxies(app->config),
                                    .limits = app->config->limits,
                                    .loops = (unsigned)app->config->loops,
                                    .connections_max = (unsigned)app->config->connections,
                                    .group_max = (unsigned)app->config->shop_connections,
                                    .upload_dir = uploads,
                                    .secure_cookies = accounts_settings.secure_cookies,
                                    .development = !app->config->production,
                                    .rare_looks = app->config->test_rare_looks,
                                    .lanes = app->lanes,
                                    .db = app->db,
                                    .keyring = app->keyring,
                                    .form_targets = door_origins(app->arena),
                                    .routes = role == SERVE_WORKER ? worker_tables : app_route_tables,
                                    .hooks = &http_hooks,
                                    .app = app };
    struct http *http = http_start(&o, reason, sizeof reason);
    if (!http) buf_printf(error, "The server cannot start: %s", reason);
    __atomic_store_n(&app->http, http, __ATOMIC_RELEASE);
    if (!http) return false;
    lanes_listen(app->lanes, "jobs", hint_jobs, NULL);
    lanes_listen(app->lanes, OVERVIEW_CHANNEL, hint_overview, NULL);
    lanes_listen(app->lanes, BILLING_CHANNEL, hint_money, NULL);
    return true;
}

/* What is sold, where nothing is yet. */
static enum op_wish begin_billing(void *arg, struct tx *tx)
{
    (void)arg;
    return billing_begin(tx, now_ms()) ? OP_COMMIT : OP_REFUSE;
}

/* What the house's own assistant knows is of another version, or other ways to pay are set. A start goes on without. */
static enum op_wish begin_house(void *arg, struct tx *tx)
{
    (void)arg;
    return house_refresh(tx, now_ms()) ? OP_COMMIT : OP_REFUSE;
}

static bool start(struct app *app, enum serve_role role, bool demo, struct buf *error, struct buf *message)
{
    const char *listen_on;
    int reserved = reserve_port(app->config->listen, app->arena, &listen_on);
    if (!app->config->base_url) app->base_url = arena_printf(app->arena, "http://%s", listen_on);
    app_fill_hooks(app); /* again: the public address is known now */
    if (!app_open_providers(app, error)) return false;
    if (app_do(app, TX_WRITE, begin_billing, NULL) != OP_COMMITTED) {
        buf_text(error, "What is sold could not be written down; the log says why.");
        return false;
    }
    if (demo && !demo_prepare(app, message, error)) return false;
    if (app_do(app, TX_WRITE, begin_house, NULL) != OP_COMMITTED)
        LOG(LOG_ERROR, "house_not_told", LOG_TEXT("version", CHATHUB_VERSION));
    if (role != SERVE_WEB)
        app->jobs = jobs_start(&(struct job_options){ .lanes = app->lanes,
                                                      .kinds = app_job_kinds,
                                                      .context = &app->mail_context,
                                                      .ended = job_ended,
                                                      .arg = app });
    if (role != SERVE_WEB && !app->jobs) {
        buf_text(error, "The job workers cannot start.");
        return false;
    }
    bool up = start_http(app, role, listen_on, error);
    if (reserved >= 0) close(reserved);
    if (!up) return false;
    return db_engine_of(app->db) != DB_SQLITE || admin_socket_start(app, error);
}

/* A call that nobody answers may go on: it uses what exit() would take down (OpenSSL's own memory). */
static int leave(struct app *app, int code)
{
    admin_socket_stop();
    if (app->http) http_drain(app->http);
    bool ended = !app->jobs || jobs_stop(app->jobs, STOP_GRACE_MS);
    struct http *http = app->http;
    __atomic_store_n(&app->http, NULL, __ATOMIC_RELEASE);
    if (http) http_stop(http);
    chat_farewells_end(FAREWELLS_MS);
    app_close(app);
    if (!ended) _exit(code);
    return code;
}

int serve(const struct config *c, enum serve_role role, bool demo)
{
    struct buf error, message;
    buf_init(&error, 4096);
    buf_init(&message, 8192);
    if (demo && c->production) {
        buf_text(&error, "--demo is not allowed in production.");
        return fail(&error);
    }
    if (role != SERVE_ALL && str_starts(str_of(c->database_url), STR("sqlite:"))) {
        buf_text(&error, "--role splits the work over processes, which only PostgreSQL allows.");
        (void)fail(&error);
        return EXIT_USAGE;
    }
    /* Blocked before any thread starts, so that they reach only the wait below. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR) return EXIT_FAILED;
    /* A file that may not grow is an error to answer, not the end of the process. */
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return EXIT_FAILED;
    raise_file_limit(c);
    outbound_start();

    static struct app app;
    if (!app_open(&app, c, APP_SERVER, &error) || !start(&app, role, demo, &error, &message)) {
        int code = fail(&error);
        buf_free(&message);
        return leave(&app, code);
    }
    (void)printf("Chathub %s is ready at %s\n%s", CHATHUB_VERSION, app.base_url,
                 message.n ? buf_terminated(&message) : "");
    (void)fflush(stdout);
    LOG(LOG_INFO, "ready", LOG_TEXT("address", app.base_url), LOG_NUMBER("port", http_port(app.http)),
        LOG_NUMBER("start_ms", now_ms() - app.started_at_ms));
    buf_free(&message);
    int got = 0;
    while (sigwait(&signals, &got) != 0) continue;
    LOG(LOG_INFO, "stopping", LOG_NUMBER("signal", got));
    buf_free(&error);
    return leave(&app, EXIT_OK);
}
