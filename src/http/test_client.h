/* test_client.h: a small blocking HTTP client for tests. It reads what the server sends strictly (a length or chunks,
 * nothing else), keeps cookies, and can send raw bytes for everything that a good client would not.
 *
 *     struct test_client *c = client_open(port);
 *     struct test_answer a = client_request(c, "POST", "/api/shops", "Origin: http://127.0.0.1:80\r\n", "{...}");
 *     assert_int_equal(a.status, 201);
 *     json_t *shop = answer_json(&a);  ...  answer_free(&a);  client_close(c);
 *
 * A fault of the connection fails the test (cmocka's fail_msg); use client_read for tests of refusals. */
#ifndef CHATHUB_HTTP_TEST_CLIENT_H
#define CHATHUB_HTTP_TEST_CLIENT_H

#include "base/json_read.h"
#include "base/str.h"

struct test_client;
struct test_answer {
    int status; /* 0: the server closed without an answer */
    char *head; /* status line and headers, NUL-terminated */
    struct buf body;
};

struct test_client *client_open(int port);        /* connects; 127.0.0.1 */
struct test_client *client_open_narrow(int port); /* with the smallest buffer for what the server sends */
void client_close(struct test_client *c);
void client_reset(struct test_client *c); /* closes with a reset instead of an end */
/* What later requests carry besides their own headers: "Origin: ...\r\n", whole lines. NULL: nothing. */
void client_always(struct test_client *c, const char *headers);
void client_forget_cookies(struct test_client *c);
const char *client_cookie(struct test_client *c, const char *name); /* NULL: not set */

/* `headers` are whole lines or NULL. A body brings Content-Length and, unless `headers` say one, Content-Type JSON.
 * Connects again when the server has closed the connection. */
struct test_answer client_request(struct test_client *c, const char *method, const char *path, const char *headers,
                                  const char *body);
void client_send(struct test_client *c, const void *p, size_t n); /* raw; a reset by the server is no fault */
void client_send_text(struct test_client *c, const char *text);
void client_send_end(struct test_client *c); /* shuts our side */
/* One answer, at most `wait_ms`; HEAD answers have no body. Status 0 when the server closed or nothing came. */
struct test_answer client_read(struct test_client *c, bool to_head, int wait_ms);
/* Bytes as they come, for event streams: appends to `out` until it holds `text`. False after `wait_ms` or at the
 * end. */
bool client_read_until(struct test_client *c, struct buf *out, const char *text, int wait_ms);
/* The server has closed: true; something else came or nothing for `wait_ms`: false. */
bool client_is_closed(struct test_client *c, int wait_ms);

/* A header of the answer, or NULL. Valid until the next call. Names in any case. */
const char *answer_header(const struct test_answer *a, const char *name);
json_t *answer_json(const struct test_answer *a); /* NULL when it is none; the caller owns it */
/* The member "error" of a problem; "" when none. Valid until the next call. */
const char *answer_error(const struct test_answer *a);
void answer_free(struct test_answer *a);

#endif
