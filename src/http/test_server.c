/* test_server.c: sockets. What is sent in pieces, too slowly, too much, all at once or not to the end; keep-alive,
 * pipelining, HEAD, OPTIONS, 100-continue; and how the server ends. */
#include "http/test_http.h"
#include <stdio.h>

#define HOST "Host: a\r\n"

static const struct http_timeouts short_times = { 900, 900, 1500, 2000, 500 };

static void expect_answer(struct test_client *c, int status)
{
    struct test_answer a = client_read(c, false, 5000);
    if (a.status != status) fail_msg("%d instead of %d", a.status, status);
    answer_free(&a);
}

/* The probes of the contract, each on a connection of its own: refused ones are answered and then the end comes. */
TEST_EACH_ENGINE(probes)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    json_error_t why;
    json_t *file = json_load_file(TEST_VECTORS "/http-probes.json", JSON_ALLOW_NUL, &why), *one;
    if (file == NULL) fail_msg("%s", why.text);
    size_t i;
    json_array_foreach(json_object_get(file, "cases"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        const char *expect = json_string_value(json_object_get(one, "expect"));
        json_t *raw = json_object_get(one, "raw");
        struct test_client *c = client_open(http_port(s.http));
        client_send(c, json_string_value(raw), json_string_length(raw));
        struct test_answer a = client_read(c, false, 5000);
        if (strcmp(expect, "refuse") == 0) {
            if (a.status != 400 && a.status != 501 && a.status != 505) fail_msg("%s: %d", name, a.status);
            assert_string_equal(answer_header(&a, "Connection"), "close");
            if (!client_is_closed(c, 5000)) fail_msg("%s: still open", name);
        } else {
            if (a.status != 200) fail_msg("%s: %d", name, a.status);
            if (strcmp(expect, "answers") == 0) expect_answer(c, 200);
        }
        answer_free(&a);
        client_close(c);
    }
    assert_true(i > 15);
    json_decref(file);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(nothing_behind_a_refusal_is_read)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_client *c = client_open(http_port(s.http));
    client_send_text(c, "POST /api/notes HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0x1\r\nA\r\n0\r\n\r\n"
                        "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
    expect_answer(c, 400);
    assert_true(client_is_closed(c, 5000));
    client_close(c);
    test_http_stop(&s, t);
}

/* One request with a body, its bytes cut at every place. */
TEST_EACH_ENGINE(split_at_every_byte)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    static const char *const requests[] = {
        "POST /api/echo-lane HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
        "POST /api/echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    };
    struct test_client *c = client_open(http_port(s.http));
    for (size_t r = 0; r < ARRAY_LEN(requests); r++) {
        size_t n = strlen(requests[r]);
        for (size_t cut = 1; cut < n; cut++) {
            client_send(c, requests[r], cut);
            (void)usleep(300);
            client_send(c, requests[r] + cut, n - cut);
            struct test_answer a = client_read(c, false, 5000);
            if (a.status != 200) fail_msg("request %zu cut at %zu: %d", r, cut, a.status);
            expect_str(buf_str(&a.body), "hello");
            answer_free(&a);
        }
    }
    client_close(c);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(pipelined_answers_keep_their_order)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_client *c = client_open(http_port(s.http));
    struct buf out;
    buf_init(&out, 1 << 20);
    enum { MANY = 300 };
    for (int i = 0; i < MANY; i++) {
        const char *path = i % 3 == 0 ? "/api/echo-lane" : "/api/echo";
        char body[24];
        int n = snprintf(body, sizeof body, "number %d", i);
        buf_printf(&out, "POST %s HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n%s", path, n, body);
    }
    client_send(c, out.p, out.n);
    for (int i = 0; i < MANY; i++) {
        char body[24];
        (void)snprintf(body, sizeof body, "number %d", i);
        struct test_answer a = client_read(c, false, 10000);
        assert_int_equal(a.status, 200);
        expect_str(buf_str(&a.body), body);
        answer_free(&a);
    }
    buf_free(&out);
    client_close(c);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(verbs_and_headers)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a = ask(&s, "GET", "/healthz", NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(answer_header(&a, "X-Content-Type-Options"), "nosniff");
    assert_non_null(strstr(answer_header(&a, "Content-Security-Policy"), "frame-ancestors 'none'"));
    assert_int_equal(strlen(answer_header(&a, "X-Request-Id")), 32);
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-store");
    assert_non_null(answer_header(&a, "Date"));
    assert_null(answer_header(&a, "Strict-Transport-Security"));
    answer_free(&a);
    a = ask(&s, "HEAD", "/healthz", NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(answer_header(&a, "Content-Length"), "3");
    answer_free(&a);
    a = ask(&s, "OPTIONS", "/api/notes", NULL, NULL);
    assert_int_equal(a.status, 204);
    assert_string_equal(answer_header(&a, "Allow"), "POST, OPTIONS");
    assert_null(answer_header(&a, "Access-Control-Allow-Origin"));
    answer_free(&a);
    a = ask(&s, "DELETE", "/api/shops/7", NULL, NULL);
    assert_int_equal(a.status, 405);
    assert_string_equal(answer_header(&a, "Allow"), "GET, HEAD, OPTIONS");
    assert_string_equal(answer_error(&a), "method_not_allowed");
    answer_free(&a);
    expect_status(&s, "GET", "/api/unknown", NULL, NULL, 404, "not_found");
    expect_status(&s, "POST", "/healthz/x", NULL, NULL, 404, "not_found");
    expect_status(&s, "GET", "/api/shops/", NULL, NULL, 404, "not_found");
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(keep_alive_and_close)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_client *c = client_open(http_port(s.http));
    client_send_text(c, "GET /healthz HTTP/1.0\r\n\r\n");
    expect_answer(c, 200);
    assert_true(client_is_closed(c, 5000));
    client_close(c);
    c = client_open(http_port(s.http));
    client_send_text(c, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    struct test_answer a = client_read(c, false, 5000);
    assert_string_equal(answer_header(&a, "Connection"), "keep-alive");
    answer_free(&a);
    client_send_text(c, "GET /healthz HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"
                        "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
    expect_answer(c, 200);
    assert_true(client_is_closed(c, 5000));
    client_close(c);
    /* A client that shuts its side still gets its answers, from memory and from a lane. */
    static const char *const paths[] = { "/healthz", "/api/hello" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        char request[128];
        (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "Cookie: sid=m7-a\r\n\r\n", paths[i]);
        c = client_open(http_port(s.http));
        client_send_text(c, request);
        client_send_end(c);
        expect_answer(c, 200);
        assert_true(client_is_closed(c, 5000));
        client_close(c);
    }
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(expect_100_continue)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_client *c = client_open(http_port(s.http));
    client_send_text(c, "POST /api/echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    expect_answer(c, 100);
    client_send_text(c, "hello");
    expect_answer(c, 200);
    /* Refused before the body: the refusal comes instead, and the connection ends. */
    client_send_text(c, "POST /api/unknown HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    expect_answer(c, 404);
    assert_true(client_is_closed(c, 5000));
    client_close(c);
    c = client_open(http_port(s.http));
    client_send_text(c, "GET /healthz HTTP/1.1\r\n" HOST "Expect: magic\r\n\r\n");
    struct test_answer a = client_read(c, false, 5000);
    assert_int_equal(a.status, 417);
    assert_string_equal(answer_error(&a), "expectation_failed");
    answer_free(&a);
    assert_true(client_is_closed(c, 5000));
    client_close(c);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(too_much)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    int port = http_port(s.http);
    struct buf out;
    buf_init(&out, 1 << 20);
    struct {
        const char *start;
        char fill;
        size_t n;
        const char *end;
        int status;
    } cases[] = {
        { "GET /", 'a', TARGET_MAX_BYTES + 1, " HTTP/1.1\r\n" HOST "\r\n", 414 },
        { "GET / HTTP/1.1\r\n" HOST "X: ", 'a', HEAD_MAX_BYTES, "\r\n\r\n", 431 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 100001\r\n\r\n", 'a', 100001, "", 413 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999\r\n\r\n", 'a', 10, "", 413 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n186a1\r\n", 'a', 100001,
          "\r\n0\r\n\r\n", 413 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", 'a', 1, "", 413 },
        { "POST /api/unknown HTTP/1.1\r\n" HOST "Content-Length: 300000\r\n\r\n", 'a', 300000, "", 404 },
        { "POST /api/unknown HTTP/1.1\r\n" HOST "Content-Length: 30000\r\n\r\n", 'a', 30000, "", 404 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n", 'a', 100000, "", 200 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&out);
        buf_text(&out, cases[i].start);
        for (size_t k = 0; k < cases[i].n; k++) buf_char(&out, cases[i].fill);
        buf_text(&out, cases[i].end);
        struct test_client *c = client_open(port);
        client_send(c, out.p, out.n);
        struct test_answer a = client_read(c, false, 5000);
        if (a.status != cases[i].status) fail_msg("case %zu: %d instead of %d", i, a.status, cases[i].status);
        if (a.status != 200) assert_true(answer_error(&a)[0] != '\0');
        answer_free(&a);
        client_close(c);
    }
    buf_clear(&out);
    buf_text(&out, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < HEAD_MAX_HEADERS; i++) buf_printf(&out, "X-%d: 1\r\n", i);
    buf_text(&out, "\r\n");
    struct test_client *c = client_open(port);
    client_send(c, out.p, out.n);
    expect_answer(c, 431);
    client_close(c);
    buf_free(&out);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(slow_clients_are_cut_off)
{
    struct test_http s;
    http_timeouts_for_tests(&short_times);
    test_http_start(&s, t, NULL);
    http_timeouts_for_tests(NULL);
    int port = http_port(s.http);
    struct test_client *idle = client_open(port), *head = client_open(port), *body = client_open(port),
                       *used = client_open(port);
    client_send_text(used, "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
    expect_answer(used, 200);
    client_send_text(body, "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe");
    for (int i = 0; i < 25; i++) { /* a byte of head each 100 ms */
        client_send_text(head, i == 0 ? "GET /healthz HTTP/1.1\r\nX: " : "a");
        (void)usleep(100000);
    }
    expect_answer(head, 408);
    expect_answer(body, 408);
    assert_true(client_is_closed(head, 3000));
    assert_true(client_is_closed(body, 3000));
    assert_true(client_is_closed(idle, 3000));
    assert_true(client_is_closed(used, 3000));
    client_close(idle), client_close(head), client_close(body), client_close(used);
    test_http_stop(&s, t);
}

/* Reads nothing while 40 MB are waiting: the server keeps what the socket does not take of one answer, no more. */
TEST_EACH_ENGINE(a_reader_that_stops_is_closed)
{
    struct test_http s;
    http_timeouts_for_tests(&short_times);
    test_http_start(&s, t, NULL);
    http_timeouts_for_tests(NULL);
    struct test_client *c = client_open(http_port(s.http));
    for (int i = 0; i < 10; i++) client_send_text(c, "GET /api/big HTTP/1.1\r\n" HOST "\r\n");
    (void)usleep(4500 * 1000);
    int whole = 0;
    struct buf out;
    buf_init(&out, 64 << 20);
    while (client_read_until(c, &out, "never", 2000)) whole++;
    assert_true(out.n < 40u << 20);
    assert_true(atomic_load(&s.http->connections) <= 1); /* the fixture's own may be idle for too long */
    buf_free(&out);
    client_close(c);
    test_http_stop(&s, t);
}

/* With the usual times: on a busy machine it may not get to read for a second. */
TEST_EACH_ENGINE(a_reader_that_reads_gets_all)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_client *c = client_open(http_port(s.http));
    for (int i = 0; i < 5; i++) client_send_text(c, "GET /api/big HTTP/1.1\r\n" HOST "\r\n");
    for (int i = 0; i < 5; i++) {
        struct test_answer a = client_read(c, false, 10000);
        assert_int_equal(a.status, 200);
        assert_int_equal(a.body.n, 4 << 20);
        answer_free(&a);
    }
    client_close(c);
    test_http_stop(&s, t);
}

/* Answers wait to be written while the request behind them is incomplete: when they are written it is waited for as any
 * other is. The client may go on, stop (408), or leave. */
TEST_EACH_ENGINE(what_is_incomplete_behind_waiting_answers)
{
    enum { ANSWERS = 150 }; /* more than the sockets take, less than one flush */
    /* clang-format off */
    static const struct { const char *tail, *more; bool leaves; int status; } cases[] = {
        { "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe", NULL, false, 408 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe", "llo", false, 200 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe", NULL, true, 0 },
        { "POST /api/echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhe", NULL, false, 408 },
        { "GET /healthz HTTP/1.1\r\nX", NULL, false, 408 },
        { "GET /healthz HTTP/1.1\r\nX", "-Y: 1\r\n" HOST "\r\n", false, 200 },
        { "GET /healthz HTTP/1.1\r\nX", NULL, true, 0 },
    };
    /* clang-format on */
    struct test_http s;
    http_timeouts_for_tests(&short_times);
    test_http_start(&s, t, NULL);
    http_timeouts_for_tests(NULL);
    test_http_narrow(&s);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out;
        buf_init(&out, 1 << 20);
        for (int k = 0; k < ANSWERS; k++) buf_text(&out, "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
        buf_text(&out, cases[i].tail);
        struct test_client *c = client_open_narrow(http_port(s.http));
        client_send(c, out.p, out.n);
        buf_free(&out);
        if (cases[i].leaves) client_send_end(c);
        (void)usleep(200000);
        for (int k = 0; k < ANSWERS; k++) expect_answer(c, 200);
        if (cases[i].more != NULL) client_send_text(c, cases[i].more);
        if (cases[i].status != 0) expect_answer(c, cases[i].status);
        if (cases[i].status != 200 && !client_is_closed(c, 5000)) fail_msg("case %zu: still open", i);
        client_close(c);
    }
    for (int i = 0; atomic_load(&s.http->connections) > 1; i++) {
        assert_true(i < 1200);
        (void)usleep(50000);
    }
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(clients_that_leave)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    for (int i = 0; i < 200; i++) {
        struct test_client *c = client_open(http_port(s.http));
        char request[256];
        (void)snprintf(request, sizeof request,
                       "POST /api/notes HTTP/1.1\r\n" HOST "%sCookie: sid=m9-a\r\nContent-Type: application/json\r\n"
                       "Content-Length: 12\r\n\r\n{\"text\":\"a\"}",
                       s.origin_line);
        client_send(c, request, strlen(request) - (i % 4 == 0 ? 5 : 0));
        if (i % 4 == 3) client_reset(c);
        else client_close(c);
    }
    /* The work of those who sent it all and did not take it back by a reset is done all the same. */
    for (int i = 0; i < 1200; i++) {
        struct test_answer a = ask(&s, "GET", "/api/shops/count", "Cookie: sid=m9-a\r\n", NULL);
        assert_int_equal(a.status, 200);
        bool all = atoi(buf_terminated(&a.body)) >= 100;
        answer_free(&a);
        if (all) break;
        assert_true(i < 1199);
        (void)usleep(50000);
    }
    test_http_stop(&s, t);
}

/* Answers are on their way while their readers reset: the writes fail, nothing else does. */
TEST_EACH_ENGINE(clients_that_reset)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    for (int i = 0; i < 50; i++) {
        struct test_client *c = client_open(http_port(s.http));
        for (int k = 0; k < 20; k++) client_send_text(c, "GET /api/hello HTTP/1.1\r\n" HOST "\r\n");
        client_send_text(c, "GET /api/big HTTP/1.1\r\n" HOST "\r\n");
        if (i % 2 == 0) (void)usleep(2000);
        client_reset(c);
    }
    expect_status(&s, "GET", "/api/hello", NULL, NULL, 200, NULL);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(drain_finishes_what_is_under_way)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    int port = http_port(s.http);
    struct test_client *busy = client_open(port), *idle = client_open(port);
    client_send_text(idle, "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
    expect_answer(idle, 200);
    atomic_store(&test_gate, 1);
    client_send_text(busy, "POST /api/slow HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
    while (atomic_load(&test_at_gate) == 0) (void)usleep(1000);
    http_drain(s.http);
    assert_true(client_is_closed(idle, 3000));
    atomic_store(&test_gate, 0);
    struct test_answer a = client_read(busy, false, 5000);
    assert_int_equal(a.status, 200);
    assert_string_equal(answer_header(&a, "Connection"), "close");
    answer_free(&a);
    assert_true(client_is_closed(busy, 3000));
    client_close(busy), client_close(idle);
    test_http_stop(&s, t);
}

static enum answer no_run(struct req *req) { return reply_text(req, 200, "text/plain", STR("")); }

ROUTE_TAG(test_tag, "x", "Rows of this test.");
#define ROW(p)                                                                                                         \
    {                                                                                                                  \
        .verb = VERB_GET, .path = p, .who = WHO_SYSTEM, .tx = TX_NONE, .run = no_run, .doc = "A.", .tag = "x"          \
    }

/* The loops learn of the end by a wake or by the tick of a second, whichever comes first: the tick alone is enough.
 * (When the tick came first, the listener stayed open and the loop never ended.) */
TEST_EACH_ENGINE(a_tick_ends_a_loop_whole)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, "GET", "/api/hello", NULL, NULL, 200, NULL);
    atomic_store(&s.http->draining, true);
    atomic_store(&s.http->stopping, true);
    (void)usleep(1500 * 1000); /* no wake, one tick */
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s.http)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), -1);
    (void)close(fd);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(start_refuses_what_is_wrong)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    static const struct route good[] = { ROW("/a"), ROUTE_END }, twice[] = { ROW("/a"), ROUTE_END };
    static const struct route *const one[] = { good, NULL };
    static const struct route *const two[] = { good, twice, NULL };
    char taken[32], error[512];
    (void)snprintf(taken, sizeof taken, "127.0.0.1:%d", http_port(s.http));
    struct http_options o = { .listen = taken, .loops = 1, .routes = one };
    assert_null(http_start(&o, error, sizeof error)); /* the port is taken */
    assert_non_null(strstr(error, "cannot listen"));
    static const char *const bad[] = { "127.0.0.1", "nowhere:80", "127.0.0.1:99999", ":", "127.0.0.1:-1" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        o.listen = bad[i];
        assert_null(http_start(&o, error, sizeof error));
    }
    o.listen = "127.0.0.1:0", o.trusted_proxy = "10.0.0.0/99";
    assert_null(http_start(&o, error, sizeof error));
    o.trusted_proxy = NULL, o.routes = two;
    assert_null(http_start(&o, error, sizeof error));
    o.routes = one;
    struct http *h = http_start(&o, error, sizeof error);
    assert_non_null(h);
    http_stop(h);
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_SQLITE(probes),
        ONLY_SQLITE(nothing_behind_a_refusal_is_read),
        EACH_ENGINE(split_at_every_byte),
        EACH_ENGINE(pipelined_answers_keep_their_order),
        ONLY_SQLITE(verbs_and_headers),
        ONLY_SQLITE(keep_alive_and_close),
        ONLY_SQLITE(expect_100_continue),
        ONLY_SQLITE(too_much),
        ONLY_SQLITE(slow_clients_are_cut_off),
        ONLY_SQLITE(a_reader_that_stops_is_closed),
        ONLY_SQLITE(a_reader_that_reads_gets_all),
        ONLY_SQLITE(what_is_incomplete_behind_waiting_answers),
        EACH_ENGINE(clients_that_leave),
        ONLY_SQLITE(clients_that_reset),
        EACH_ENGINE(drain_finishes_what_is_under_way),
        ONLY_SQLITE(a_tick_ends_a_loop_whole),
        ONLY_SQLITE(start_refuses_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
