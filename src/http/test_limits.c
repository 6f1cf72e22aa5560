/* test_limits.c: token buckets, addresses and networks, cookies, origins and the router, without a server; then limits
 * through one. */
#include "http/assets.h"
#include "http/cookies.h"
#include "http/origin.h"
#include "http/test_http.h"
#include <stdio.h>

static void buckets(void **state)
{
    (void)state;
    static const struct limit three = { .name = "three", .burst = 3, .per_ms = 60000 };
    static const struct limit other = { .name = "other", .burst = 1, .per_ms = 1000 };
    struct limits *l = limits_new();
    int64_t wait_s = -1, now = 1000000;
    for (int i = 0; i < 3; i++) assert_true(limits_take(l, &three, "10.0.0.0/24", now, &wait_s));
    assert_false(limits_take(l, &three, "10.0.0.0/24", now, &wait_s));
    assert_in_range(wait_s, 20, 21);
    assert_true(limits_take(l, &three, "10.0.1.0/24", now, &wait_s));
    assert_true(limits_take(l, &other, "10.0.0.0/24", now, &wait_s));
    assert_false(limits_take(l, &three, "10.0.0.0/24", now + 19900, &wait_s));
    assert_int_equal(wait_s, 1);
    assert_true(limits_take(l, &three, "10.0.0.0/24", now + 20001, &wait_s));
    assert_false(limits_take(l, &three, "10.0.0.0/24", now + 20001, &wait_s));
    assert_false(limits_take(l, &three, "10.0.0.0/24", now, &wait_s));   /* a clock that goes back gives nothing */
    for (int i = 0; i < 3; i++) assert_true(limits_take(l, &three, "10.0.0.0/24", now + 9000000, &wait_s));
    assert_false(limits_take(l, &three, "10.0.0.0/24", now + 9000000, &wait_s));
    /* Asking all the time, each time too early, does not keep it from filling. */
    assert_true(limits_take(l, &other, "192.0.2.0/24", now, &wait_s));
    for (int ms = 1; ms < 1000; ms++) assert_false(limits_take(l, &other, "192.0.2.0/24", now + ms, &wait_s));
    assert_true(limits_take(l, &other, "192.0.2.0/24", now + 1000, &wait_s));
    for (int i = 0; i < 3; i++) assert_true(limits_take(l, &three, "192.0.2.0/24", now, &wait_s));
    for (int ms = 1; ms < 20000; ms++) assert_false(limits_take(l, &three, "192.0.2.0/24", now + ms, &wait_s));
    assert_true(limits_take(l, &three, "192.0.2.0/24", now + 20000, &wait_s));
    /* Time that went back is not paid for a second time. */
    for (int i = 0; i < 4; i++)
        assert_false(limits_take(l, &three, "192.0.2.0/24", now + 1000 + 15000 * (i % 2), &wait_s));
    /* More networks than buckets: none fails, and the newest is still counted. */
    char name[32];
    for (int i = 1; i < 200000; i++) {
        (void)snprintf(name, sizeof name, "10.%d.%d.0/24", i / 256, i % 256);
        assert_true(limits_take(l, &other, name, now, &wait_s));
    }
    assert_false(limits_take(l, &other, name, now, &wait_s));
    limits_free(l);
}

static void open_connections(void **state)
{
    (void)state;
    struct limits *l = limits_new();
    for (int i = 0; i < 3; i++) assert_true(limits_enter(l, "10.0.0.0/24", 3));
    assert_false(limits_enter(l, "10.0.0.0/24", 3));
    assert_false(limits_enter(l, "10.0.0.0/24", 3));         /* those who are refused are not counted */
    limits_leave(l, "10.0.0.0/24");
    assert_true(limits_enter(l, "10.0.0.0/24", 3));
    /* Other networks have shares of their own: of 1000 some may meet by chance, hardly one meets the full one. */
    int refused = 0;
    char name[32];
    for (int i = 1; i <= 1000; i++) {
        (void)snprintf(name, sizeof name, "10.%d.%d.0/24", i / 256, i % 256);
        refused += !limits_enter(l, name, 3);
    }
    assert_in_range(refused, 0, 5);
    limits_free(l);
}

static void networks(void **state)
{
    (void)state;
    struct proxy_list list;
    assert_true(proxy_list_parse(NULL, &list) && list.count == 0);
    assert_true(proxy_list_parse("10.0.0.0/8, 192.168.1.7,::1 , 2001:db8::/33", &list));
    static const struct { const char *address; bool inside; } cases[] = {
        { "10.255.0.1", true }, { "11.0.0.1", false }, { "192.168.1.7", true }, { "192.168.1.8", false },
        { "::1", true }, { "::2", false }, { "2001:db8:7fff::1", true }, { "2001:db8:8000::1", false },
        { "::ffff:10.1.1.1", true },
    };
    uint8_t address[16];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(address_parse(str_of(cases[i].address), address));
        if (proxy_list_has(&list, address) != cases[i].inside) fail_msg("%s", cases[i].address);
    }
    static const char *const bad[] = { "10.0.0.0/33", "::/129", "10.0.0", "a", "10.0.0.0/", "10.0.0.0/-1", "1.2.3.4,,",
                                       "1.2.3.4/8/8", "," };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (proxy_list_parse(bad[i], &list)) fail_msg("%s", bad[i]);
    static const char *const good[] = { "1.2.3.4:80", "[::1]:80", " 1.2.3.4 ", "[2001:db8::1]" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) assert_true(address_parse(str_of(good[i]), address));
    static const char *const wrong[] = { "", "1.2.3", "[::1", "unknown", "_hidden", "1.2.3.4.5", ":::" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (address_parse(str_of(wrong[i]), address)) fail_msg("%s", wrong[i]);
}

static void cookies(void **state)
{
    (void)state;
    static const struct { const char *header, *value; } cases[] = {
        { "sid=abc", "abc" }, { "a=b; sid=abc; c=d", "abc" }, { "xsid=no; sid=\"abc\"", "abc" }, { "sid=", "" },
        { " sid = abc ", "abc" }, { "sid=a=b", "a=b" }, { "sid=first; sid=second", "first" }, { ";;;sid=x;", "x" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_str(cookies_find_in(str_of(cases[i].header), "sid"), cases[i].value);
    static const char *const none[] = { "", "sid", "SID=a", "sidd=a", ";", "=sid", "a=sid" };
    for (size_t i = 0; i < ARRAY_LEN(none); i++) assert_null(cookies_find_in(str_of(none[i]), "sid").p);
    assert_false(cookie_value_ok("a\r\nb"));
    assert_false(cookie_value_ok("a;b"));
    struct buf out;
    buf_init(&out, 1000);
    cookies_print(&out, &(struct cookie){ .name = "__Host-sid", .value = "v", .max_age_s = 5, .strict = true });
    expect_str(buf_str(&out), "Set-Cookie: __Host-sid=v; Path=/; Max-Age=5; HttpOnly; Secure; SameSite=Strict\r\n");
    buf_free(&out);
    struct http_options o = { .secure_cookies = true };
    assert_string_equal(http_cookie_name(&o, "sid"), "__Host-sid");
    assert_ptr_equal(http_cookie_name(&o, "sid"), http_cookie_name(&o, "sid"));
    o.secure_cookies = false;
    assert_string_equal(http_cookie_name(&o, "sid"), "sid");
}

static void origins(void **state)
{
    (void)state;
    static const struct { const char *origin, *given; bool names, good; } cases[] = {
        { "https://a.example", "https://a.example", false, true },
        { "https://a.example", "HTTPS://A.EXAMPLE", false, true },
        { "https://a.example", "http://a.example", false, false },
        { "https://a.example", "https://a.example:444", false, false },
        { "https://a.example", "https://a.example.evil", false, false },
        { "http://127.0.0.1:8080", "http://localhost:8080", true, true },
        { "http://127.0.0.1:8080", "http://[::1]:8080", true, true },
        { "http://127.0.0.1:8080", "http://localhost:8080", false, false },
        { "http://127.0.0.1:8080", "http://localhost:8081", true, false },
        { "http://127.0.0.1:8080", "http://localhost.evil:8080", true, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct head h = { .fields = 1 };
        h.field[0] = (struct head_field){ STR("Origin"), str_of(cases[i].given) };
        if (origin_ok(&h, cases[i].origin, cases[i].names) != cases[i].good) fail_msg("%zu", i);
    }
}

static void hosts(void **state)
{
    (void)state;
    static const struct { const char *host; bool good; } cases[] = {
        { "127.0.0.1", true }, { "127.0.0.1:8080", true }, { "localhost:1", true }, { "LOCALHOST", true },
        { "[::1]", true }, { "[::1]:8080", true }, { "tunnel.example", true }, { "tunnel.example:8443", true },
        { "evil.example", false }, { "evil.example:8080", false }, { "localhost.evil.example", false },
        { "127.0.0.1.evil.example:8080", false }, { "127.0.0.2", false }, { "[::2]:8080", false }, { "a", false },
        { "evil-localhost", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct head h = { .fields = 1 };
        h.field[0] = (struct head_field){ STR("Host"), str_of(cases[i].host) };
        if (host_ok(&h, "https://tunnel.example") != cases[i].good) fail_msg("%s", cases[i].host);
    }
    struct head none = { 0 };
    assert_true(host_ok(&none, "http://127.0.0.1:8080"));
}

static enum answer run(struct req *req) { return reply_text(req, 200, "text/plain", STR("")); }
#define ROW(v, p) { .verb = v, .path = p, .who = WHO_SYSTEM, .tx = TX_NONE, .run = run, .doc = "D.", .tag = "t" }

static void router(void **state)
{
    (void)state;
    static const struct route rows[] = {
        ROW(VERB_GET, "/"), ROW(VERB_GET, "/a/:id"), ROW(VERB_POST, "/a/:other"), ROW(VERB_GET, "/a/all/x"),
        ROW(VERB_GET, "/a/:id/y"), ROW(VERB_GET, "/a/all"), ROW(VERB_DELETE, "/a/:one/b/:two"), ROUTE_END
    };
    static const struct route *const tables[] = { rows, NULL };
    char error[200];
    struct router *r = router_new(tables, error, sizeof error);
    assert_non_null(r);
    static const struct { enum verb verb; const char *path; int row; size_t parts; } cases[] = {
        { VERB_GET, "/", 0, 0 }, { VERB_GET, "/a/7", 1, 1 }, { VERB_POST, "/a/7", 2, 1 },
        { VERB_GET, "/a/all/x", 3, 0 }, { VERB_GET, "/a/all/y", 4, 1 }, { VERB_GET, "/a/all", 5, 0 },
        { VERB_DELETE, "/a/1/b/2", 6, 2 }, { VERB_POST, "/a/all", 2, 1 }, { VERB_GET, "/a", -1, 0 },
        { VERB_GET, "/a/", -1, 0 }, { VERB_GET, "//a", -1, 0 }, { VERB_GET, "/a/7/", -1, 0 },
        { VERB_GET, "/a/7/z", -1, 0 }, { VERB_GET, "", -1, 0 }, { VERB_PUT, "/a/7", -1, 0 },
        { VERB_GET, "/a/7/y/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z", -1, 0 }, { VERB_UNSET, "/a/7", -1, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct route_match m;
        router_find(r, cases[i].verb, str_of(cases[i].path), &m);
        const struct route *wanted = cases[i].row < 0 ? NULL : &rows[cases[i].row];
        if (m.route != wanted) fail_msg("%s", cases[i].path);
        if (wanted != NULL) assert_int_equal(m.parts, cases[i].parts);
    }
    struct route_match m;
    router_find(r, VERB_POST, STR("/a/7"), &m);
    expect_str(m.part_name[0], "other");
    expect_str(m.part[0], "7");
    router_find(r, VERB_PUT, STR("/a/7"), &m);
    assert_int_equal(m.verbs, 1u << VERB_GET | 1u << VERB_POST);
    router_free(r);
    static const struct route clash[] = { ROW(VERB_GET, "/a/:id"), ROW(VERB_GET, "/a/:name"), ROUTE_END };
    static const struct route many[] = { ROW(VERB_GET, "/:a/:b/:c/:d/:e"), ROUTE_END };
    static const struct route relative[] = { ROW(VERB_GET, "a"), ROUTE_END };
    static const struct route *const bad[][2] = { { clash, NULL }, { many, NULL }, { relative, NULL } };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_null(router_new(bad[i], error, sizeof error));
}

static void pages(void **state)
{
    (void)state;
    static const char *const yes[] = { "/", "/login", "/shops/7", "/shops/7/chatbot", "/operator/jobs" };
    static const char *const no[] = { "/logins", "/shops/", "/shop", "/operator/", "", "/api", "/login/" };
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        if (!console_has_page(yes[i], strlen(yes[i]))) fail_msg("%s", yes[i]);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (console_has_page(no[i], strlen(no[i]))) fail_msg("%s", no[i]);
}

static void trust_loopback(struct http_options *o) { o->trusted_proxy = "127.0.0.1"; }

TEST_EACH_ENGINE(a_route_of_few)
{
    struct test_http s;
    test_http_start(&s, t, trust_loopback);
    for (int i = 0; i < 3; i++) expect_status(&s, "GET", "/api/few", NULL, NULL, 200, NULL);
    struct test_answer a = ask(&s, "GET", "/api/few", NULL, NULL);
    assert_int_equal(a.status, 429);
    assert_string_equal(answer_error(&a), "too_many_requests");
    assert_in_range(atoi(answer_header(&a, "Retry-After")), 19, 21);
    answer_free(&a);
    expect_status(&s, "GET", "/api/few", "X-Forwarded-For: 203.0.113.9\r\n", NULL, 200, NULL);
    clock_advance_ms(20 * SECOND_MS);
    expect_status(&s, "GET", "/api/few", NULL, NULL, 200, NULL);
    /* The general limit: for the world, not for loopback. */
    int refused = 0;
    for (int i = 0; i < 2500; i++) {
        a = ask(&s, "GET", "/healthz", "X-Forwarded-For: 198.51.100.1\r\n", NULL);
        refused += a.status == 429;
        answer_free(&a);
    }
    assert_in_range(refused, 1, 500);
    for (int i = 0; i < 2500; i++) expect_status(&s, "GET", "/healthz", NULL, NULL, 200, NULL);
    test_http_stop(&s, t);
}

/* A page of another site makes its visitor's browser ask; that must not cost the visitor a try. */
TEST_EACH_ENGINE(refused_for_their_origin_they_use_up_nothing)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    char ours[96];
    (void)snprintf(ours, sizeof ours, "Origin: %s\r\n", s.origin);
    client_always(s.client, "");
    for (int i = 0; i < 10; i++)
        expect_status(&s, "POST", "/api/few", "Origin: https://evil.example\r\n", NULL, 403, "cross_site");
    for (int i = 0; i < 3; i++) expect_status(&s, "POST", "/api/few", ours, NULL, 200, NULL);
    expect_status(&s, "POST", "/api/few", ours, NULL, 429, "too_many_requests");
    expect_status(&s, "POST", "/api/few", "Origin: https://evil.example\r\n", NULL, 403, "cross_site");
    test_http_stop(&s, t);
}

static struct test_answer once(struct test_client *c)
{
    client_send_text(c, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    return client_read(c, false, 5000);
}

TEST_EACH_ENGINE(a_network_has_a_share_of_the_connections)
{
    enum { SHARE = 5, MORE = 20 };
    struct test_http s;
    struct test_client *c[MORE];
    http_share_for_tests(SHARE);
    test_http_start(&s, t, NULL);                            /* its client holds one */
    struct test_answer a = ask(&s, "GET", "/healthz", NULL, NULL);
    answer_free(&a);
    for (int i = 0; i < MORE; i++) {
        c[i] = client_open(http_port(s.http));
        a = once(c[i]);
        assert_int_equal(a.status, i < SHARE - 1 ? 200 : 0);
        if (a.status == 0) assert_true(client_is_closed(c[i], 0));
        answer_free(&a);
    }
    assert_int_equal(atomic_load(&s.http->connections), SHARE);
    for (int i = 0; i < MORE; i++) client_close(c[i]);
    for (int i = 0; atomic_load(&s.http->connections) > 1; i++) {
        assert_true(i < 100);
        (void)usleep(20000);
    }
    c[0] = client_open(http_port(s.http));                   /* who leaves makes room */
    a = once(c[0]);
    assert_int_equal(a.status, 200);
    answer_free(&a);
    client_close(c[0]);
    test_http_stop(&s, t);
    test_script(t, "DROP TABLE test_notes");
    test_http_start(&s, t, trust_loopback);                  /* everybody comes through the proxy */
    for (int i = 0; i < MORE; i++) {
        c[i] = client_open(http_port(s.http));
        a = once(c[i]);
        assert_int_equal(a.status, 200);
        answer_free(&a);
    }
    for (int i = 0; i < MORE; i++) client_close(c[i]);
    test_http_stop(&s, t);
    http_share_for_tests(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets), cmocka_unit_test(open_connections), cmocka_unit_test(networks),
        cmocka_unit_test(cookies), cmocka_unit_test(origins), cmocka_unit_test(hosts), cmocka_unit_test(router),
        cmocka_unit_test(pages),   ONLY_SQLITE(a_route_of_few),
        ONLY_SQLITE(refused_for_their_origin_they_use_up_nothing),
        ONLY_SQLITE(a_network_has_a_share_of_the_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
