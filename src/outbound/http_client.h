/* http_client.h: every HTTP call that leaves the house. Blocking, made by job workers only. TLS verified always,
 * redirects not followed, no proxy variables, bounded answer, time-outs on connect and whole. The address is checked at
 * connect time (SSRF): loopback, private, link-local, CGNAT, multicast, documentation and IPv4-in-IPv6 forms of these
 * are refused unless the call is to an operator-configured base address. Outcomes are four, and `unknown` is not
 * failure. */
#ifndef CHATHUB_OUTBOUND_HTTP_CLIENT_H
#define CHATHUB_OUTBOUND_HTTP_CLIENT_H

#include "base/arena.h"
#include "base/str.h"

enum outcome {
    OUTCOME_OK,      /* 2xx */
    OUTCOME_REFUSED, /* no for good: 3xx, 4xx other than 408, 425, 429; 501, 505; a url or address not allowed */
    OUTCOME_LATER,   /* surely not done: could not connect, 408, 425, 429, 503 with Retry-After */
    OUTCOME_UNKNOWN, /* sent, and no or no clear answer (time-out, reset, 5xx): may have been done; ask, never assume */
};
struct out_header { const char *name, *value; };
enum { OUT_HEADERS_MAX = 12, OUT_BODY_MAX = 1 << 20 };
struct out_request {
    const char *method, *url;
    struct out_header header[OUT_HEADERS_MAX];
    size_t headers;
    struct str body;                         /* p NULL: none */
    int64_t connect_ms, total_ms;            /* MUST be set */
    size_t answer_max;                       /* 0: 64 KiB */
    bool trusted_address;                    /* operator-configured: private addresses and plain http are allowed */
    const char *log_as; /* what logs call it: "chatbot.register"; urls and headers are not logged */
};
struct out_answer {
    enum outcome outcome;
    int status;                              /* 0: none came */
    struct str body;                         /* in the arena */
    int64_t retry_after_s;                   /* 0: not said */
    const char *error;                       /* short, for people, without addresses or secrets */
};
void outbound_start(void);                   /* once, before threads */
void http_call(struct arena *a, const struct out_request *r, struct out_answer *out);
/* Exported for tests and webhooks: is this address one that a merchant's url must not reach? */
struct sockaddr;
bool address_is_internal(const struct sockaddr *address);
/* The same of a name, with or without a port: nothing that shoppers could reach. */
bool host_is_internal(struct str host);

#endif
