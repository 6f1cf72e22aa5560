/* test_http.h: a server on a free port with a small table of routes, on a fresh database of either engine. Who calls is
 * said by the cookie: sid=m7-... is merchant 7, sid=o1-... operator 1, sid=dead is nobody, sid=fault a broken database;
 * "Bearer chsk_7_3" is the key of shop 3 of account 7. */
#ifndef CHATHUB_HTTP_TEST_HTTP_H
#define CHATHUB_HTTP_TEST_HTTP_H

#include "base/clock.h"
#include "base/testing.h"
#include "http/private.h"
#include "http/test_client.h"
#include "storage/test_db.h"

struct test_http {
    struct http *http;
    struct keyring *keyring;
    struct test_client *client; /* sends a good Origin with every request */
    char origin[64], origin_line[80];
};
extern atomic_int test_runs, test_refused_runs, test_gate, test_look_gate, test_at_gate, test_session_age_s;
extern atomic_long test_ended_account; /* this account's sessions are over */

extern struct test_refusals {
    pthread_mutex_t lock;
    int told;
    int64_t count[REFUSAL_KINDS];
} test_refusals;

/* `change` may alter the options before start; NULL. */
void test_http_start(struct test_http *s, struct test_db *t, void (*change)(struct http_options *o));
void test_http_stop(struct test_http *s, struct test_db *t);
/* One request on the fixture's client; the caller looks at the answer and frees it. */
struct test_answer ask(struct test_http *s, const char *method, const char *path, const char *headers,
                       const char *body);
/* Sockets accepted from now on take little of an answer at a time: so answers wait here. */
void test_http_narrow(struct test_http *s);
/* Status (and code, when not NULL) of one request must be these. */
void expect_status(struct test_http *s, const char *method, const char *path, const char *headers, const char *body,
                   int status, const char *code);
#define AS_MERCHANT "Cookie: sid=m7-a\r\n"
#define AS_OPERATOR "Cookie: sid=o1-a\r\n"

#endif
