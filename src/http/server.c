/* server.c: starts the loops and ends them. Each loop has a listening socket of its own on the same port
 * (SO_REUSEPORT), so the kernel spreads connections and no loop hands sockets to another.
 *
 * The end: http_drain closes the listeners, idle connections and event streams; what is under way finishes with
 * "Connection: close". http_stop gives it 10 s, then closes what is left. A request that is still with a lane then
 * keeps its loop's memory: leaking it at the end of the process is safer than guessing when the lane lets go. */
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 1024, TICK_MS = 1000, STOPPING_TICK_MS = 20, STOP_MS = 10000 };

/* clang-format off */
static const struct http_timeouts usual_timeouts = {
    .head_ms = 10000, .body_ms = 30000, .idle_ms = 75000, .write_ms = 30000, .linger_ms = 2000,
    .ping_ms = 25000,                                        /* proxies end what is silent for a minute */
    .pong_ms = 10000,
};
/* clang-format on */
static struct http_timeouts next_timeouts = { 10000, 30000, 75000, 30000, 2000, 25000, 10000 };

void http_timeouts_for_tests(const struct http_timeouts *t)
{
    next_timeouts = t != NULL ? *t : usual_timeouts;
    if (next_timeouts.ping_ms == 0) next_timeouts.ping_ms = usual_timeouts.ping_ms;
    if (next_timeouts.pong_ms == 0) next_timeouts.pong_ms = usual_timeouts.pong_ms;
}

/* ---- a loop ---- */

static atomic_size_t bodies_for_tests;
void http_bodies_for_tests(size_t most) { atomic_store(&bodies_for_tests, most); }

void http_job_ended(struct http *h, int64_t job)
{
    for (unsigned i = 0; i < h->loops; i++) {
        struct loop *l = h->loop[i];
        if (atomic_load(&l->parked_count) == 0) continue;
        (void)pthread_mutex_lock(&l->lock);
        if (l->closing) {
            (void)pthread_mutex_unlock(&l->lock);
            continue;
        }
        if (l->ended_job_count < ARRAY_LEN(l->ended_jobs)) l->ended_jobs[l->ended_job_count++] = job;
        else l->ended_jobs_overflow = true;
        (void)uv_async_send(&l->wake);
        (void)pthread_mutex_unlock(&l->lock);
    }
}

static void set_date(struct loop *l)
{
    static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    /* clang-format off */
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                                        "Dec" };
    /* clang-format on */
    time_t at = (time_t)(now_ms() / SECOND_MS);
    struct tm tm;
    if (gmtime_r(&at, &tm) == NULL) return;
    (void)snprintf(l->date, sizeof l->date, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday % 7],
                   tm.tm_mday % 100, months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
                   tm.tm_min % 100, tm.tm_sec % 100);
}

static void drain_loop(struct loop *l)
{
    if (l->listening) {
        uv_close((uv_handle_t *)&l->listener, NULL);
        l->listening = false;
        streams_drain(l);
        sockets_drain(l);
    }
    for (struct connection *c = l->connections, *next; c != NULL; c = next) {
        next = c->next;
        if (connection_is_idle(c)) connection_close(c);
    }
}

/* True when nothing is left to do: the loop's handles are closed and uv_run returns. */
static bool end_loop(struct loop *l, bool by_force)
{
    if (l->closing) return true;
    drain_loop(l); /* a tick may come before the wake that was to do it */
    waiting_release(l);
    for (struct connection *c = l->connections, *next; c != NULL; c = next) {
        next = c->next;
        if (by_force || c->state == CONNECTION_HEAD || c->state == CONNECTION_LINGER) connection_close(c);
    }
    bool busy =
        l->connection_count > 0 || l->under_way > 0 || topics_busy(l) || (l->index == 0 && refusals_busy(l->http));
    if (busy && !by_force) return false;
    (void)pthread_mutex_lock(&l->lock);
    l->closing = true;
    (void)pthread_mutex_unlock(&l->lock);
    uv_close((uv_handle_t *)&l->tick, NULL);
    uv_close((uv_handle_t *)&l->topics_timer, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
    return true;
}

static void on_tick(uv_timer_t *handle)
{
    struct loop *l = OWNER_OF(handle, struct loop, tick);
    int64_t at_ms = (int64_t)uv_now(&l->uv);
    set_date(l);
    for (struct connection *c = l->connections, *next; c != NULL; c = next) {
        next = c->next;
        connection_tick(c, at_ms);
        standing_tick(c, at_ms);
    }
    waiting_tick(l, at_ms);
    streams_tick(l, at_ms);
    topics_tick(l, at_ms);
    if (l->index == 0) refusals_tick(l->http);
    if (!atomic_load(&l->http->stopping)) return;
    if (l->stop_at_ms == 0) l->stop_at_ms = at_ms + STOP_MS;
    (void)end_loop(l, at_ms >= l->stop_at_ms);
}

static void on_wake(uv_async_t *handle)
{
    struct loop *l = OWNER_OF(handle, struct loop, wake);
    int64_t job[ARRAY_LEN(l->ended_jobs)];
    (void)pthread_mutex_lock(&l->lock);
    struct exchange *x = l->returns;
    l->returns = l->returns_last = NULL;
    size_t jobs = l->ended_job_count;
    memcpy(job, l->ended_jobs, jobs * sizeof job[0]);
    bool any = l->ended_jobs_overflow;
    l->ended_job_count = 0;
    l->ended_jobs_overflow = false;
    (void)pthread_mutex_unlock(&l->lock);
    for (struct exchange *next; x != NULL; x = next) {
        next = x->next;
        l->under_way--;
        x->back(x);
    }
    for (size_t i = 0; i < jobs && !any; i++) waiting_job_ended(l, job[i], false);
    if (any) waiting_job_ended(l, 0, true);
    sockets_deliver(l); /* first: what is acknowledged was done before it is told */
    topics_wake(l);
    if (atomic_load(&l->http->draining)) drain_loop(l);
    if (!atomic_load(&l->http->stopping)) return;
    if (!end_loop(l, false)) (void)uv_timer_start(&l->tick, on_tick, STOPPING_TICK_MS, STOPPING_TICK_MS);
}

/* A client that resets its connection must not end the process by SIGPIPE: this thread's writes report EPIPE. */
static void serve(void *arg)
{
    struct loop *l = arg;
    sigset_t pipe;
    if (sigemptyset(&pipe) != 0 || sigaddset(&pipe, SIGPIPE) != 0 || pthread_sigmask(SIG_BLOCK, &pipe, NULL) != 0)
        abort();
    (void)uv_run(&l->uv, UV_RUN_DEFAULT);
}

/* ---- listening ---- */

static bool parse_listen(const char *listen, struct sockaddr_storage *out)
{
    const char *colon = strrchr(listen, ':');
    int64_t port;
    if (colon == NULL || !str_to_i64(str_of(colon + 1), &port) || port < 0 || port > 65535) return false;
    struct str host = { listen, (size_t)(colon - listen) };
    if (str_eq(host, STR("localhost"))) host = STR("127.0.0.1");
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') host.p++, host.n -= 2;
    char text[64];
    if (host.n == 0 || host.n >= sizeof text) return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    return uv_ip4_addr(text, (int)port, (struct sockaddr_in *)out) == 0 ||
           uv_ip6_addr(text, (int)port, (struct sockaddr_in6 *)out) == 0;
}

static in_port_t *port_of(struct sockaddr_storage *sa)
{
    return sa->ss_family == AF_INET ? &((struct sockaddr_in *)sa)->sin_port : &((struct sockaddr_in6 *)sa)->sin6_port;
}

static socklen_t size_of(const struct sockaddr_storage *sa)
{
    return sa->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* A bound socket, or -1 with errno. */
static int bound_socket(struct sockaddr_storage *sa, bool shared)
{
    int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    if (fd < 0) return -1;
    bool good = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
                bind(fd, (const struct sockaddr *)sa, size_of(sa)) == 0;
    socklen_t size = sizeof *sa;
    if (good && getsockname(fd, (struct sockaddr *)sa, &size) == 0) return fd;
    int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

static bool listen_all(struct http *h, struct sockaddr_storage *sa)
{
    /* With SO_REUSEPORT a second server would quietly share the port. A plain socket finds that out first. */
    if (*port_of(sa) != 0) {
        int probe = bound_socket(sa, false);
        if (probe < 0) return false;
        (void)close(probe);
    }
    for (unsigned i = 0; i < h->loops; i++) {
        struct loop *l = h->loop[i];
        int fd = bound_socket(sa, true); /* the first one fills in the port */
        if (fd < 0) return false;
        int r = uv_tcp_open(&l->listener, fd);
        if (r != 0) (void)close(fd);
        else r = uv_listen((uv_stream_t *)&l->listener, BACKLOG, connection_accept);
        if (r != 0) {
            errno = -r;
            return false;
        }
    }
    h->port = ntohs(*port_of(sa));
    return true;
}

/* ---- start ---- */

static struct loop *loop_new(struct http *h, unsigned index)
{
    struct loop *l = calloc(1, sizeof *l);
    if (l == NULL) abort();
    l->http = h;
    l->index = index;
    l->slots = calloc(h->connections_max, sizeof *l->slots);
    if (l->slots == NULL) abort();
    for (size_t i = 0; i < h->connections_max; i++) l->slots[i].next_free = (uint32_t)i + 1;
    buf_init(&l->out, REPLY_MAX_BYTES + 4 * GATHER_BYTES);
    metrics_loop_open(&l->metrics, router_count(h->router));
    set_date(l);
    bool good = pthread_mutex_init(&l->lock, NULL) == 0 && uv_loop_init(&l->uv) == 0 &&
                uv_async_init(&l->uv, &l->wake, on_wake) == 0 && uv_timer_init(&l->uv, &l->tick) == 0 &&
                uv_timer_init(&l->uv, &l->topics_timer) == 0 && uv_tcp_init(&l->uv, &l->listener) == 0 &&
                uv_timer_start(&l->tick, on_tick, TICK_MS, TICK_MS) == 0;
    if (!good) abort(); /* no descriptors or no memory at start */
    l->listening = true;
    topics_loop_open(l);
    streams_loop_open(l);
    return l;
}

static void loop_free(struct loop *l)
{
    if (l->under_way > 0 || uv_loop_close(&l->uv) != 0) {
        LOG(LOG_WARN, "loop_left_behind", LOG_NUMBER("under_way", l->under_way));
        return;
    }
    streams_loop_close(l);
    topics_loop_close(l);
    sockets_forget(l);
    exchange_pool_free(l);
    metrics_loop_close(&l->metrics);
    buf_free(&l->out);
    (void)pthread_mutex_destroy(&l->lock);
    free(l->slots);
    free(l);
}

static void copy_options(struct http *h, const struct http_options *o)
{
    h->text = arena_new(64 * 1024);
    h->o = *o;
    h->o.listen = arena_text(h->text, o->listen);
    h->o.upload_dir = arena_text(h->text, o->upload_dir);
    h->connections_max = o->connections_max ? o->connections_max : CONNECTIONS_USUAL;
    if (h->connections_max > CONNECTIONS_MAX) h->connections_max = CONNECTIONS_MAX;
    h->group_max = o->group_max ? o->group_max : (unsigned)(h->connections_max / GROUP_SHARES);
    h->o.origin = arena_text(h->text, o->origin);
    h->o.trusted_proxy = arena_text(h->text, o->trusted_proxy);
    h->session_cookie = http_cookie_name(o, "sid");
    security_headers_make(h);
}

static bool make_upload_folders(struct http *h, char *error, size_t error_size)
{
    for (size_t t = 0; h->o.routes[t] != NULL; t++)
        for (const struct route *r = h->o.routes[t]; r->verb != VERB_UNSET; r++) {
            if (r->upload == NULL || r->upload->folder == NULL) continue;
            const char *path = arena_printf(h->text, "%s/%s", h->o.upload_dir, r->upload->folder);
            if (mkdir(path, 0700) == 0 || errno == EEXIST) continue;
            (void)snprintf(error, error_size, "%s cannot be made: %s", path, strerror(errno));
            return false;
        }
    return true;
}

static bool check_options(struct http *h, const struct http_options *o, struct sockaddr_storage *sa, char *error,
                          size_t error_size)
{
    struct buf complaints;
    buf_init(&complaints, 8192);
    bool rows_good = routes_check(o->routes, &complaints);
    if (!rows_good) (void)snprintf(error, error_size, "%s", buf_terminated(&complaints));
    buf_free(&complaints);
    if (!rows_good) return false;
    if (!parse_listen(o->listen, sa)) {
        (void)snprintf(error, error_size, "listen address %s is not host:port", o->listen);
        return false;
    }
    if (!proxy_list_parse(o->trusted_proxy, &h->trusted)) {
        (void)snprintf(error, error_size, "trusted proxy list %s is not a list of addresses", o->trusted_proxy);
        return false;
    }
    h->limits = limits_new();
    if (!limits_set(h->limits, o->limits, o->routes, error, error_size)) return false;
    for (size_t t = 0; o->upload_dir == NULL && o->routes[t] != NULL; t++)
        for (const struct route *r = o->routes[t]; r->verb != VERB_UNSET; r++)
            if (r->upload != NULL) {
                (void)snprintf(error, error_size, "%s takes files, and there is no folder for them", r->path);
                return false;
            }
    if (!make_upload_folders(h, error, error_size)) return false;
    h->router = router_new(o->routes, error, error_size);
    return h->router != NULL;
}

static unsigned cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (unsigned)n;
}

/* Before the threads run: nothing of it is shared yet. */
static void http_free(struct http *h)
{
    router_free(h->router);
    limits_free(h->limits);
    account_counts_free(h->counts);
    refusals_free(h->refusals);
    share_free(h->bodies);
    share_free(h->uploads);
    arena_free(h->text);
    (void)pthread_mutex_destroy(&h->running.lock);
    free(h);
}

static void discard(struct http *h)
{
    for (unsigned i = 0; i < h->loops; i++) {
        struct loop *l = h->loop[i];
        if (l == NULL) continue;
        if (l->listening) uv_close((uv_handle_t *)&l->listener, NULL);
        l->listening = false;
        (void)end_loop(l, true);
        (void)uv_run(&l->uv, UV_RUN_DEFAULT);
        loop_free(l);
    }
    crypto_pool_stop(h->pool);
    crypto_pool_stop(h->looks);
    http_free(h);
}

static bool start_threads(struct http *h)
{
    for (unsigned i = 0; i < h->loops; i++) {
        if (uv_thread_create(&h->loop[i]->thread, serve, h->loop[i]) != 0) return false;
        h->loop[i]->started = true;
    }
    return true;
}

struct http *http_start(const struct http_options *o, char *error, size_t error_size)
{
    struct http *h = calloc(1, sizeof *h);
    if (h == NULL) abort();
    if (pthread_mutex_init(&h->running.lock, NULL) != 0) abort();
    copy_options(h, o);
    h->timeouts = next_timeouts;
    struct sockaddr_storage sa = { 0 };
    if (!check_options(h, o, &sa, error, error_size)) {
        discard(h);
        return NULL;
    }
    h->counts = account_counts_new();
    h->refusals = refusals_new(h);
    size_t bodies_max = atomic_load(&bodies_for_tests);
    h->bodies = share_new(bodies_max ? bodies_max : BODIES_MAX_BYTES);
    h->uploads = share_new(UPLOADS_MAX);
    h->pool = crypto_pool_start(cores(), dispatch_prepare, dispatch_late);
    h->looks = crypto_pool_start(cores() > 4 ? cores() / 2 : 2, dispatch_prepare, dispatch_late);
    h->loops = o->loops ? o->loops : cores();
    if (h->loops > LOOPS_MAX) h->loops = LOOPS_MAX;
    for (unsigned i = 0; i < h->loops; i++) h->loop[i] = loop_new(h, i);
    if (h->pool == NULL || h->looks == NULL || !listen_all(h, &sa)) {
        (void)snprintf(error, error_size, "cannot listen on %s: %s", o->listen, strerror(errno));
        discard(h);
        return NULL;
    }
    if (h->o.origin == NULL) h->o.origin = arena_printf(h->text, "http://127.0.0.1:%d", h->port);
    if (!start_threads(h)) abort(); /* no threads at start */
    metrics_register(metrics_http, h);
    topics_listen(h);
    return h;
}

int http_port(const struct http *h) { return h->port; }

/* ---- end ---- */

static void wake_all(struct http *h)
{
    for (unsigned i = 0; i < h->loops; i++) (void)uv_async_send(&h->loop[i]->wake);
}

void http_drain(struct http *h)
{
    if (atomic_exchange(&h->draining, true)) return;
    wake_all(h);
}

void http_stop(struct http *h)
{
    http_drain(h);
    topics_forget(h);
    metrics_unregister(metrics_http, h);
    atomic_store(&h->stopping, true);
    wake_all(h);
    for (unsigned i = 0; i < h->loops; i++) (void)uv_thread_join(&h->loop[i]->thread);
    crypto_pool_stop(h->pool);
    crypto_pool_stop(h->looks);
    bool clean = true;
    for (unsigned i = 0; i < h->loops; i++) {
        clean = clean && h->loop[i]->under_way == 0;
        loop_free(h->loop[i]);
    }
    if (!clean) return; /* a lane still holds a request that points to us */
    http_free(h);
}
