/* test_shares.c: what the process has once for all clients, and one of them may not have alone: memory for bodies, and
 * the threads of slow work. Files under way are in test_upload.c. */
#include "http/test_http.h"
#include <stdio.h>
#include <unistd.h>

enum { ALL = 200000, OF_ONE = ALL / 4, WAIT_MS = 15000 };
static char text[100000];

static void behind_proxy(struct http_options *o) { o->trusted_proxy = "127.0.0.1"; }

static void wait_for(struct test_http *s, size_t least, size_t most)
{
    for (int i = 0;; i++) {
        size_t now = share_taken(s->http->bodies);
        if (now >= least && now <= most) return;
        if (i == 3000) fail_msg("%zu bytes are held, not %zu to %zu", now, least, most);
        (void)usleep(10000);
    }
}

/* Says that `n` bytes follow. */
static struct test_client *says(struct test_http *s, const char *from, size_t n)
{
    char head[400];
    struct test_client *c = client_open(http_port(s->http));
    (void)snprintf(head, sizeof head,
                   "POST /api/echo-lane HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: %s\r\nContent-Length: %zu\r\n\r\n",
                   from, n);
    client_send_text(c, head);
    return c;
}

static struct test_client *holds(struct test_http *s, const char *from, size_t n)
{
    size_t before = share_taken(s->http->bodies);
    struct test_client *c = says(s, from, n + 1);
    client_send(c, text, n);
    wait_for(s, before + n, before + n);
    return c;
}

static void expect(struct test_client *c, int status)
{
    struct test_answer a = client_read(c, false, WAIT_MS);
    assert_int_equal(a.status, status);
    if (status == 503) {
        assert_string_equal(answer_error(&a), "busy");
        assert_true(atoi(answer_header(&a, "Retry-After")) >= 1);
        assert_true(client_is_closed(c, WAIT_MS)); /* where its body ends is not known */
    }
    answer_free(&a);
}

/* A body that is ended by the test, and answered. */
static void ends(struct test_client *c)
{
    client_send(c, text, 1);
    expect(c, 200);
    client_close(c);
}

static void is_refused(struct test_http *s, const char *from, size_t n)
{
    struct test_client *c = says(s, from, n);
    expect(c, 503);
    client_close(c);
}

static void is_taken(struct test_http *s, const char *from, size_t n)
{
    struct test_client *c = says(s, from, n);
    client_send(c, text, 10); /* not all of it at once */
    (void)usleep(20000);
    client_send(c, text, n - 10);
    expect(c, 200);
    client_close(c);
}

static void start(struct test_http *s, struct test_db *t)
{
    memset(text, 'x', sizeof text);
    http_bodies_for_tests(ALL);
    test_http_start(s, t, behind_proxy);
    http_bodies_for_tests(0);
}

TEST_EACH_ENGINE(one_address_holds_a_quarter_of_what_bodies_may)
{
    struct test_http s;
    start(&s, t);
    struct test_client *first = holds(&s, "203.0.113.7", 40000);
    is_refused(&s, "203.0.113.7", 40000); /* told before a byte of it came */
    is_taken(&s, "203.0.113.7", 16384);   /* what every row takes has always room */
    is_taken(&s, "198.51.100.7", 40000);  /* and others have theirs */
    ends(first);
    wait_for(&s, 0, 0);
    is_taken(&s, "203.0.113.7", 40000);
    is_refused(&s, "203.0.113.7", OF_ONE + 1);
    test_http_stop(&s, t);
}

/* Who does not say how much it will be is stopped where it is too much. */
TEST_EACH_ENGINE(a_body_in_chunks_ends_where_there_is_no_room)
{
    struct test_http s;
    char size[32];
    start(&s, t);
    struct test_client *c = client_open(http_port(s.http));
    client_send_text(c, "POST /api/echo-lane HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
    (void)snprintf(size, sizeof size, "%x\r\n", 40000);
    client_send_text(c, size);
    client_send(c, text, 40000);
    wait_for(&s, 40000, 40000);
    client_send_text(c, "\r\n");
    client_send_text(c, size);
    client_send(c, text, 40000);
    expect(c, 503);
    wait_for(&s, 0, 0);
    client_close(c);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(all_together_hold_so_much_and_no_more)
{
    static const char *const from[] = { "203.0.113.7", "198.51.100.7", "192.0.2.7", "2001:db8::7" };
    struct test_http s;
    struct test_client *c[ARRAY_LEN(from)];
    start(&s, t);
    for (size_t i = 0; i < ARRAY_LEN(from); i++) c[i] = holds(&s, from[i], 45000);
    is_refused(&s, "100.64.0.7", 40000);
    is_refused(&s, "127.0.0.1", 40000); /* no part of its own, but no more than there is */
    is_taken(&s, "100.64.0.7", 16384);
    is_taken(&s, "100.64.0.7", 18000);
    client_reset(c[0]); /* who leaves in the middle holds nothing */
    wait_for(&s, 135000, 135000);
    is_taken(&s, "100.64.0.7", 40000);
    for (size_t i = 1; i < ARRAY_LEN(from); i++) ends(c[i]);
    wait_for(&s, 0, 0);
    test_http_stop(&s, t);
}

/* The networks around an address have a half. */
TEST_EACH_ENGINE(one_network_holds_a_half)
{
    struct test_http s;
    start(&s, t);
    struct test_client *a = holds(&s, "203.0.113.7", 45000), *b = holds(&s, "203.0.113.8", 45000);
    is_refused(&s, "203.0.113.9", 40000);
    is_refused(&s, "203.0.7.9", 40000);
    is_taken(&s, "203.1.7.9", 40000);
    ends(a), ends(b);
    test_http_stop(&s, t);
}

/* ---- slow work ---- */

enum { MANY = 2 * CRYPTO_THREADS_MAX };

static struct test_client *looks_at(struct test_http *s, int account)
{
    char request[300];
    struct test_client *c = client_open(http_port(s->http));
    (void)snprintf(request, sizeof request,
                   "POST /api/work HTTP/1.1\r\nHost: a\r\n%sCookie: sid=m%d-a\r\nContent-Length: 0\r\n\r\n",
                   s->origin_line, account);
    client_send_text(c, request);
    return c;
}

static struct test_client *signs_in(struct test_http *s)
{
    struct test_client *c = client_open(http_port(s->http));
    client_send_text(c, "POST /api/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    return c;
}

static void expect_all(struct test_client *c[MANY])
{
    for (int i = 0; i < MANY; i++) {
        expect(c[i], 200);
        client_close(c[i]);
    }
}

/* All of one address. */
TEST_EACH_ENGINE(passwords_and_looks_do_not_wait_for_each_other)
{
    struct test_http s;
    struct test_client *c[MANY];
    test_http_start(&s, t, NULL);
    atomic_store(&test_look_gate, 1);
    for (int i = 0; i < MANY; i++) c[i] = looks_at(&s, 100 + i);
    for (int i = 0; atomic_load(&test_at_gate) == 0 && i < 3000; i++) (void)usleep(10000);
    (void)usleep(100000); /* so that the others stand behind it */
    struct test_client *one = signs_in(&s);
    expect(one, 200);
    client_close(one);
    atomic_store(&test_look_gate, 0);
    expect_all(c);
    atomic_store(&test_gate, 1);
    for (int i = 0; i < MANY; i++) c[i] = signs_in(&s);
    (void)usleep(100000);
    one = looks_at(&s, 200);
    expect(one, 200);
    client_close(one);
    atomic_store(&test_gate, 0);
    expect_all(c);
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_SQLITE(one_address_holds_a_quarter_of_what_bodies_may),
        ONLY_SQLITE(a_body_in_chunks_ends_where_there_is_no_room),
        ONLY_SQLITE(all_together_hold_so_much_and_no_more),
        ONLY_SQLITE(one_network_holds_a_half),
        EACH_ENGINE(passwords_and_looks_do_not_wait_for_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
