/* metrics.c: see the header. Counters are atomics written by one thread each, so that adding them up from another
 * thread is sound; relaxed, since no count promises anything about another. */
#include "http/metrics.h"
#include "http/private.h"
#include <stdlib.h>

static struct {
    metrics_printer *print;
    void *arg;
} printers[METRICS_PRINTERS_MAX];
static size_t printer_count;
static pthread_mutex_t printers_lock = PTHREAD_MUTEX_INITIALIZER;

void metrics_register(metrics_printer *print, void *arg)
{
    (void)pthread_mutex_lock(&printers_lock);
    assert(printer_count < METRICS_PRINTERS_MAX);
    printers[printer_count].print = print;
    printers[printer_count++].arg = arg;
    (void)pthread_mutex_unlock(&printers_lock);
}

void metrics_unregister(metrics_printer *print, void *arg)
{
    (void)pthread_mutex_lock(&printers_lock);
    for (size_t i = 0; i < printer_count; i++) {
        if (printers[i].print != print || printers[i].arg != arg) continue;
        printers[i] = printers[--printer_count];
        break;
    }
    (void)pthread_mutex_unlock(&printers_lock);
}

void metrics_print(struct buf *out)
{
    (void)pthread_mutex_lock(&printers_lock);
    for (size_t i = 0; i < printer_count; i++) printers[i].print(out, printers[i].arg);
    (void)pthread_mutex_unlock(&printers_lock);
}

void metrics_sample(struct buf *out, const char *name, const char *type, const char *help, int64_t value)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, type, name, (long long)value);
}

void metrics_loop_open(struct metrics_loop *m, size_t routes)
{
    m->routes = routes + 1;
    m->route = calloc(m->routes, sizeof *m->route);
    if (m->route == NULL) abort();
}

void metrics_loop_close(struct metrics_loop *m) { free(m->route); }

/* Upper ends in microseconds: 125, 187, 250, 375, 500 ... */
static int64_t bucket_end_us(size_t i)
{
    int64_t octave = INT64_C(125) << (i / 2);
    return i % 2 == 0 ? octave : octave + octave / 2;
}

static void add(atomic_uint_fast64_t *n, uint64_t by) { atomic_fetch_add_explicit(n, by, memory_order_relaxed); }

static uint64_t read_count(const atomic_uint_fast64_t *n) { return atomic_load_explicit(n, memory_order_relaxed); }

void metrics_answer(struct metrics_loop *m, size_t route, int status, int64_t took_us)
{
    assert(route < m->routes && status >= 100 && status < 600);
    struct metrics_route *r = &m->route[route];
    add(&r->answers[status / 100 - 1], 1);
    add(&r->sum_us, (uint64_t)(took_us > 0 ? took_us : 0));
    size_t i = 0;
    while (i < METRICS_BUCKETS - 1 && took_us > bucket_end_us(i)) i++;
    add(&r->bucket[i], 1);
}

static const char *const verb_names[] = { "", "GET", "POST", "PUT", "PATCH", "DELETE" };

static void label(struct buf *out, const struct http *h, size_t route)
{
    const struct route *r = router_route(h->router, route);
    if (r == NULL) buf_text(out, "route=\"other\"");
    else buf_printf(out, "route=\"%s %s\"", verb_names[r->verb], r->path);
}

static void print_answers(struct buf *out, const struct http *h, size_t routes)
{
    buf_text(out, "# HELP chathub_http_answers_total Answers by route and class of status.\n"
                  "# TYPE chathub_http_answers_total counter\n");
    for (size_t i = 0; i < routes; i++) {
        for (size_t class = 0; class < METRICS_CLASSES; class ++) {
            uint64_t sum = 0;
            for (unsigned l = 0; l < h->loops; l++) sum += read_count(&h->loop[l]->metrics.route[i].answers[class]);
            if (sum == 0) continue;
            buf_text(out, "chathub_http_answers_total{");
            label(out, h, i);
            buf_printf(out, ",class=\"%zuxx\"} %llu\n", class + 1, (unsigned long long)sum);
        }
    }
}

static void print_times(struct buf *out, const struct http *h, size_t routes)
{
    buf_text(out, "# HELP chathub_http_seconds Time from the end of the head to the answer.\n"
                  "# TYPE chathub_http_seconds histogram\n");
    for (size_t i = 0; i < routes; i++) {
        uint64_t bucket[METRICS_BUCKETS] = { 0 }, sum_us = 0, all = 0;
        for (unsigned l = 0; l < h->loops; l++) {
            const struct metrics_route *r = &h->loop[l]->metrics.route[i];
            for (size_t b = 0; b < METRICS_BUCKETS; b++) bucket[b] += read_count(&r->bucket[b]);
            sum_us += read_count(&r->sum_us);
        }
        for (size_t b = 0; b < METRICS_BUCKETS; b++) all += bucket[b];
        if (all == 0) continue;
        uint64_t below = 0;
        for (size_t b = 0; b < METRICS_BUCKETS; b++) {
            below += bucket[b];
            buf_text(out, "chathub_http_seconds_bucket{");
            label(out, h, i);
            if (b == METRICS_BUCKETS - 1) buf_printf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)below);
            else buf_printf(out, ",le=\"%.6f\"} %llu\n", (double)bucket_end_us(b) / 1e6, (unsigned long long)below);
        }
        buf_text(out, "chathub_http_seconds_sum{");
        label(out, h, i);
        buf_printf(out, "} %.6f\nchathub_http_seconds_count{", (double)sum_us / 1e6);
        label(out, h, i);
        buf_printf(out, "} %llu\n", (unsigned long long)all);
    }
}

void metrics_http(struct buf *out, void *http)
{
    const struct http *h = http;
    size_t routes = router_count(h->router) + 1;
    print_answers(out, h, routes);
    print_times(out, h, routes);
    refusals_print(h->refusals, out);
    uint64_t accepted = 0, turned_away = 0, refused = 0, streams = 0, waiting_for_jobs = 0;
    uint64_t sockets = 0, messages = 0;
    for (unsigned i = 0; i < h->loops; i++) {
        accepted += read_count(&h->loop[i]->metrics.accepted);
        turned_away += read_count(&h->loop[i]->metrics.turned_away);
        refused += read_count(&h->loop[i]->metrics.refused_heads);
        streams += read_count(&h->loop[i]->metrics.streams);
        sockets += read_count(&h->loop[i]->metrics.sockets);
        messages += read_count(&h->loop[i]->metrics.socket_messages);
        waiting_for_jobs += atomic_load(&h->loop[i]->parked_count);
    }
    metrics_sample(out, "chathub_http_connections", "gauge", "Open connections.",
                   (int64_t)atomic_load(&h->connections));
    metrics_sample(out, "chathub_http_accepted_total", "counter", "Connections accepted.", (int64_t)accepted);
    metrics_sample(out, "chathub_http_turned_away_total", "counter", "Connections closed at once: too many.",
                   (int64_t)turned_away);
    metrics_sample(out, "chathub_http_refused_total", "counter", "Requests refused by the reader.", (int64_t)refused);
    metrics_sample(out, "chathub_http_streams", "gauge", "Open event streams.", (int64_t)streams);
    metrics_sample(out, "chathub_http_sockets", "gauge", "Open WebSockets.", (int64_t)sockets);
    metrics_sample(out, "chathub_http_socket_messages_total", "counter", "Messages that WebSockets sent us.",
                   (int64_t)messages);
    metrics_sample(out, "chathub_http_body_bytes", "gauge", "Held of requests' bodies that are larger than 16 KiB.",
                   (int64_t)share_taken(h->bodies));
    metrics_sample(out, "chathub_http_uploads", "gauge", "Files that are being sent.",
                   (int64_t)share_taken(h->uploads));
    metrics_sample(out, "chathub_http_waiting", "gauge", "Requests that wait for a job.", (int64_t)waiting_for_jobs);
    if (h->o.lanes == NULL) return;
    size_t waiting = 0;
    int64_t oldest_ms = 0;
    lanes_depth(h->o.lanes, &waiting, &oldest_ms);
    metrics_sample(out, "chathub_lane_waiting", "gauge", "Requests that wait for a storage lane.", (int64_t)waiting);
    metrics_sample(out, "chathub_lane_oldest_ms", "gauge", "Age of the oldest of them in ms.", oldest_ms);
}
