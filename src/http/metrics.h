/* metrics.h: numbers for Prometheus, text format 0.0.4. Each loop counts for itself (no shared cache line on the way of
 * a request); a scrape adds the loops up. */
#ifndef CHATHUB_HTTP_METRICS_H
#define CHATHUB_HTTP_METRICS_H

#include "base/str.h"
#include <stdatomic.h>

enum {
    METRICS_PRINTERS_MAX = 16,
    METRICS_CLASSES = 5,  /* 1xx..5xx */
    METRICS_BUCKETS = 18, /* two to an octave from 125 us; the last is +Inf */
    METRICS_MAX_BYTES = 4 << 20,
};

typedef void metrics_printer(struct buf *out, void *arg);
/* At start and stop of a part, on any thread; `print` runs on the thread of whoever scrapes. At most
 * METRICS_PRINTERS_MAX; one more ends the process. */
void metrics_register(metrics_printer *print, void *arg);
void metrics_unregister(metrics_printer *print, void *arg);
/* All of it. Thread-safe. */
void metrics_print(struct buf *out);
/* One sample with its HELP and TYPE lines, for printers. `type`: "gauge" or "counter". */
void metrics_sample(struct buf *out, const char *name, const char *type, const char *help, int64_t value);

/* ---- of http alone ---- */
struct metrics_route {
    atomic_uint_fast64_t answers[METRICS_CLASSES], bucket[METRICS_BUCKETS], sum_us;
};
struct metrics_loop {
    struct metrics_route *route;
    size_t routes;
    atomic_uint_fast64_t accepted, turned_away, refused_heads, streams, sockets, socket_messages;
};
void metrics_loop_open(struct metrics_loop *m, size_t routes); /* one more for what met no route */
void metrics_loop_close(struct metrics_loop *m);
void metrics_answer(struct metrics_loop *m, size_t route, int status, int64_t took_us);
struct http;
void metrics_http(struct buf *out, void *http); /* a metrics_printer */

#endif
