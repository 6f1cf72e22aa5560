/* server.h: starts and stops the HTTP side. `app` fills the hooks; http knows no account, shop or tenant. */
#ifndef CHATHUB_HTTP_SERVER_H
#define CHATHUB_HTTP_SERVER_H

#include "http/route.h"

struct app; /* app/app.h: configuration and services, handed through to handlers */

/* What was refused in a minute, by kind, with where the first came from. */
enum refusal_kind {
    REFUSAL_CROSS_SITE, /* another site's page */
    REFUSAL_WRONG_HOST,
    REFUSAL_TOO_MANY,   /* 429 */
    REFUSAL_BAD_KEY,    /* an Authorization that opens nothing: keys, tokens, the panels' secret */
    REFUSAL_NOT_THEIRS, /* ids that are not theirs, by who is signed in */
    REFUSAL_ROLE,       /* what their role may not; operators' pages by merchants */
    REFUSAL_BAD_SECRET, /* a password in a body, also of addresses that nobody has */
    REFUSAL_KINDS,
};
struct refusal_sum {
    enum refusal_kind kind;
    int64_t count, account;
    const char *network, *path;
};
const char *refusal_name(enum refusal_kind kind); /* "cross_site" */

struct http_hooks {
    /* Inside the request's transaction, on a lane's thread: who calls, from the session cookie or bearer key. Fills
     * req->who (.roles 0: nobody). False on a storage fault. May use what before_batch of the lanes left behind: an
     * op's session_key is the SHA-256 of the value of cookie "sid", as hex, or NULL when the request has none
     * (http_session_key gives the same). The origin of a request is not looked at when it has a bearer key and no
     * session cookie: nothing else that a browser sends by itself may make it a caller then. */
    bool (*authenticate)(struct req *req);
    /* Once a minute, when there were any, in a transaction of its own. False on a storage fault. May be NULL. */
    bool (*refusals)(struct tx *tx, const struct refusal_sum *list, size_t count);
    /* After any commit of a route, on the lane's thread, before the answer leaves: quick. May be NULL. */
    void (*committed)(struct req *req);
};
struct http_options {          /* what it points to lives until http_stop */
    const char *listen;        /* "127.0.0.1:8080", "[::]:8080"; port 0 takes a free one */
    const char *origin;        /* scheme://host[:port] of the public address: links, CSRF, cookies */
    const char *trusted_proxy; /* address or CIDR list whose X-Forwarded-For/-Proto count; NULL: none */
    const char *limits;        /* other numbers than the rows have: limits_set of http/limits.h; NULL: none */
    unsigned loops;            /* 0: one a core */
    bool secure_cookies;       /* __Host- names and Secure; false only on plain-HTTP loopback */
    bool development;
    bool rare_looks;          /* nobody looks for what was not told, but once a minute: for tests of telling */
    const char *form_targets; /* other origins, with spaces, that the console's forms may be posted to; NULL: none */
    const char *upload_dir;   /* a directory that is there, for rows with .upload; NULL: no such rows */
    unsigned connections_max; /* all loops together; 0: 20,000. Past it a new one is closed at once */
    unsigned group_max;       /* open streams and sockets of one req.stands_in; 0: a fifth of connections_max */
    struct lanes *lanes;
    struct db *db;
    const struct keyring *keyring;     /* seals kept answers */
    const struct route *const *routes; /* NULL-ended list of tables */
    const struct http_hooks *hooks;
    const struct app *app;
};
struct http;
/* NULL with a reason when a row is incomplete, two rows collide, or the address is taken. */
MUST_USE struct http *http_start(const struct http_options *o, char *error, size_t error_size);
int http_port(const struct http *h);
void http_drain(struct http *h); /* no new connections; requests under way finish; event streams are closed */
void http_stop(struct http *h);  /* drains too; waits at most 10 s and frees h, unless a lane still holds a request.
                                    Before the lanes stop */
/* A job ended (any process): wakes requests that wait for it. Thread-safe. */
void http_job_ended(struct http *h, int64_t job);
const char *http_session_key(const struct req *req); /* NULL: it has no session cookie */

/* The whole API as OpenAPI 3.1 JSON, from the same tables. */
void openapi_print(struct buf *out, const struct route *const *routes, const char *version);
/* Faults of the tables themselves, one line each; true when there are none. http_start calls it. */
MUST_USE bool routes_check(const struct route *const *routes, struct buf *complaints);

#endif
