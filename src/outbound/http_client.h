/* http_client.h: every HTTP call that leaves the house. Blocking, made by job workers (.call) and commands. TLS
 * verified always, redirects not followed, no proxy variables, bounded answer, time-outs on connect and whole. The
 * address is checked at connect time (SSRF): loopback, private, link-local, CGNAT, multicast, documentation and
 * IPv4-in-IPv6 forms of these are refused unless the call is to an operator-configured base address; so are ports other
 * than 443 and 8443. Outcomes are four, and `unknown` is not failure. */
#ifndef CHATHUB_OUTBOUND_HTTP_CLIENT_H
#define CHATHUB_OUTBOUND_HTTP_CLIENT_H

#include "base/arena.h"
#include "base/str.h"

enum outcome {
    OUTCOME_OK,      /* 2xx */
    OUTCOME_REFUSED, /* no for good: 3xx, 4xx but 408, 425, 429; 501, 505; a url, header or address not allowed */
    OUTCOME_LATER,   /* surely not done: name not found, could not connect, 408, 425, 429, 503 with Retry-After */
    /* Sent, and no or no clear answer (time-out, reset, 5xx, an answer that is too large): may have been done; ask,
     * never assume. */
    OUTCOME_UNKNOWN,
};
struct outbound_header {
    const char *name, *value;
};
enum { OUT_HEADERS_MAX = 12, OUT_BODY_MAX = 8 << 20, OUT_GOT_MAX = 16, OUT_GOT_BYTES = 16 << 10 };
/* A larger body, and a method, url, time-out or name that is missing, end the process; what comes from outside (the
 * url, values of headers) is judged and refused. */
struct outbound_request {
    const char *method, *url;
    struct outbound_header header[OUT_HEADERS_MAX];
    size_t headers;
    struct str body; /* ≤ OUT_BODY_MAX; p NULL: none */
    /* > 0; the whole at least as long as the first. Where the address is not trusted its name is looked up before
     * these times begin, which takes seconds more. */
    int64_t connect_ms, total_ms;
    size_t answer_max;         /* 0: 64 KiB; a longer one is no answer */
    bool trusted_address;      /* operator-configured: private addresses and plain http are allowed */
    const char *const *wanted; /* names of headers of the answer, in lower case, NULL-ended; NULL: none but below */
    const char *log_as;        /* its name in logs: "chatbot.register"; urls and headers stay out */
};
struct outbound_answer {
    enum outcome outcome;
    /* All below is of a whole answer. One that broke off, or was too large, says nothing: it is UNKNOWN, with error. */
    int status;            /* 0: none came */
    struct str body;       /* in the arena, ended by a NUL; empty: none came */
    int64_t retry_after_s; /* ≤ a week, also when a date was given; 0: not said, or at once */
    const char *etag, *last_modified, *location, *content_type; /* as it said, at most 2 kB; NULL: it did not */
    /* Those that were wanted, as they came, under the caller's names; at most so many, each at most OUT_GOT_BYTES. */
    struct outbound_header got[OUT_GOT_MAX];
    size_t got_count;
    const char *error; /* short, for people, without addresses or secrets; NULL when OK */
};
void outbound_start(void); /* once, before threads */
/* Fills all of *out, whatever happens. */
void outbound_call(struct arena *a, const struct outbound_request *r, struct outbound_answer *out);
/* Where a reference (of a redirect, of a list of pages) leads from `base`: absolute, without a fragment. NULL: no
 * address of http or https, or one with a user in it. */
const char *url_resolve(struct arena *a, const char *base, const char *reference);
const char *url_host(struct arena *a, const char *url); /* lower case, without a port; NULL: none */
const char *url_path(struct arena *a, const char *url); /* with its query; "/" when there is none */
/* Is its port one that calls to merchants' urls may use? */
bool url_port_is_called(const char *url);
/* Is this address one that a merchant's url must not reach? True for families that are not known. */
struct sockaddr;
bool address_is_internal(const struct sockaddr *address);
/* Can the host that a merchant typed, with or without a port, be a name that all the world knows? Not a single word
 * ("intern"), not what ends in .local, .internal and the like, and no literal address in whatever spelling (decimal,
 * octal, hex, IPv6): shops have names. It asks nobody: where a name leads is judged by each call. */
bool address_host_is_public(struct str host);

#endif
