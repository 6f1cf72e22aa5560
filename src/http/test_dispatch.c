/* test_dispatch.c: who may call what, CSRF, fields, refusals and what they leave behind, faults of the storage, waiting
 * for jobs, the crypto pool, and the console's files. Most run on both engines: ops cannot tell them apart. */
#include "http/assets.h"
#include "http/test_http.h"
#include <pthread.h>
#include <stdio.h>
#include <zlib.h>

#define JSON "Content-Type: application/json\r\n"

TEST_EACH_ENGINE(who_may_call)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    /* clang-format off */
    static const struct { const char *method, *path, *headers, *body; int status; const char *code; } cases[] = {
        { "GET", "/api/hello", NULL, NULL, 200, NULL },
        { "GET", "/api/me", NULL, NULL, 401, "sign_in_required" },
        { "GET", "/api/me", "Cookie: sid=dead\r\n", NULL, 401, "sign_in_required" },
        { "GET", "/api/me", AS_MERCHANT, NULL, 200, NULL },
        { "GET", "/api/me", AS_OPERATOR, NULL, 200, NULL },
        { "GET", "/api/me", "Authorization: Bearer chsk_7_3\r\n", NULL, 401, "sign_in_required" },
        { "GET", "/api/none", AS_MERCHANT, NULL, 200, NULL },
        { "GET", "/api/none", NULL, NULL, 401, NULL },
        { "GET", "/api/operator", NULL, NULL, 401, "sign_in_required" },
        { "GET", "/api/operator", AS_MERCHANT, NULL, 404, "not_found" },
        { "GET", "/api/operator", AS_OPERATOR, NULL, 200, NULL },
        { "GET", "/api/shops/3", NULL, NULL, 401, NULL },
        { "GET", "/api/shops/3", "Authorization: Bearer chsk_7_3\r\n", NULL, 200, NULL },
        { "GET", "/api/shops/3", "Authorization: Bearer wrong\r\n", NULL, 401, NULL },
        { "GET", "/api/shops/3", "Authorization: Bearer chsk_7_none\r\n", NULL, 403, "scope_missing" },
        /* Sets of roles: no role is above another. */
        { "GET", "/api/managers", AS_MERCHANT, NULL, 200, NULL },
        { "GET", "/api/managers", "Cookie: sid=a7-x\r\n", NULL, 200, NULL },
        { "GET", "/api/managers", "Cookie: sid=g7-x\r\n", NULL, 403, "role_not_allowed" },
        { "GET", "/api/managers", "Cookie: sid=v7-x\r\n", NULL, 403, "role_not_allowed" },
        { "GET", "/api/managers", "Cookie: sid=p7-x\r\n", NULL, 403, "role_not_allowed" },
        { "GET", "/api/managers", NULL, NULL, 401, "sign_in_required" },
        { "GET", "/api/me", "Cookie: sid=v7-x\r\n", NULL, 200, NULL },
        { "GET", "/api/me", "Cookie: sid=p7-x\r\n", NULL, 403, "role_not_allowed" },
        { "GET", "/api/own", "Cookie: sid=p7-x\r\n", NULL, 200, NULL },
        { "GET", "/api/own", AS_OPERATOR, NULL, 200, NULL },
        { "GET", "/api/own", NULL, NULL, 401, "sign_in_required" },
        { "GET", "/api/operator", "Cookie: sid=a7-x\r\n", NULL, 404, "not_found" },
        /* What is wrong inside a request is told only to those who may send it. */
        { "POST", "/api/operator", NULL, "nonsense", 401, "sign_in_required" },
        { "POST", "/api/operator", AS_MERCHANT, "nonsense", 404, "not_found" },
        { "POST", "/api/operator", "Cookie: sid=dead\r\n", "{}", 401, "sign_in_required" },
        { "POST", "/api/operator", AS_OPERATOR, "nonsense", 400, "invalid_json" },
        { "POST", "/api/operator", AS_OPERATOR, "{}", 422, "invalid_fields" },
        { "GET", "/api/me", "Cookie: sid=fault\r\n", NULL, 500, "internal" },
        { "GET", "/api/fresh", AS_MERCHANT, NULL, 200, NULL },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_status(&s, cases[i].method, cases[i].path, cases[i].headers, cases[i].body, cases[i].status,
                      cases[i].code);
    atomic_store(&test_session_age_s, 301);
    expect_status(&s, "GET", "/api/fresh", AS_MERCHANT, NULL, 403, "sign_in_again");
    atomic_store(&test_session_age_s, -61); /* signed in in the future: by a clock that was ahead */
    expect_status(&s, "GET", "/api/fresh", AS_MERCHANT, NULL, 403, "sign_in_again");
    assert_int_equal(atomic_load(&test_runs), 0);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(cross_site_requests_are_refused)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    client_always(s.client, "");
    char ours[96], referer[128], port[96];
    (void)snprintf(ours, sizeof ours, "Origin: %s\r\n", s.origin);
    (void)snprintf(referer, sizeof referer, "Referer: %s/shops?x=1\r\n", s.origin);
    (void)snprintf(port, sizeof port, "Origin: %s1\r\n", s.origin);
    const struct {
        const char *headers;
        int status;
    } cases[] = {
        { "", 403 },
        { ours, 201 },
        { referer, 201 },
        { port, 403 },
        { "Origin: null\r\n", 403 },
        { "Origin: https://evil.example\r\n", 403 },
        { "Referer: https://evil.example/\r\n", 403 },
        { "Referer: nonsense\r\n", 403 },
        { "Sec-Fetch-Site: same-origin\r\n", 201 },
        { "Sec-Fetch-Site: none\r\n", 201 },
        { "Sec-Fetch-Site: same-site\r\n", 403 },
        { "Sec-Fetch-Site: cross-site\r\n", 403 },
        { "Sec-Fetch-Site: whatever\r\n", 403 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char headers[256];
        (void)snprintf(headers, sizeof headers, "%s%s", cases[i].headers, AS_MERCHANT);
        expect_status(&s, "POST", "/api/notes", headers, "{\"text\":\"a\"}", cases[i].status,
                      cases[i].status == 403 ? "cross_site" : NULL);
    }
    /* The browser's word counts for more than an Origin that looks right. */
    char both[256];
    (void)snprintf(both, sizeof both, "%sSec-Fetch-Site: cross-site\r\n%s", ours, AS_MERCHANT);
    expect_status(&s, "POST", "/api/notes", both, "{\"text\":\"a\"}", 403, "cross_site");
    expect_status(&s, "POST", "/api/echo", NULL, "x", 200, NULL); /* has its own proof */
    /* A key that no browser sends by itself needs no origin; beside a cookie it does not turn the check off. */
    expect_status(&s, "POST", "/api/notes", "Authorization: Bearer x\r\n", "{\"text\":\"a\"}", 401, "sign_in_required");
    expect_status(&s, "POST", "/api/notes", "Authorization: Bearer x\r\n" AS_MERCHANT, "{\"text\":\"a\"}", 403,
                  "cross_site");
    expect_status(&s, "POST", "/api/notes", "Authorization: Bearer x\r\nOrigin: https://evil.example\r\n" AS_MERCHANT,
                  "{\"text\":\"a\"}", 403, "cross_site");
    expect_status(&s, "GET", "/api/me", "Origin: https://evil.example\r\n" AS_MERCHANT, NULL, 200, NULL);
    test_http_stop(&s, t);
}

static int status_for_host(struct test_http *s, const char *path, const char *host)
{
    char request[256];
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.%d\r\n%s%s%s\r\n", path, host ? 1 : 0, host ? "Host: " : "",
                   host ? host : "", host ? "\r\n" : "");
    struct test_client *c = client_open(http_port(s->http));
    client_send_text(c, request);
    struct test_answer a = client_read(c, false, 5000);
    if (a.status == 421) assert_string_equal(answer_error(&a), "wrong_host");
    int status = a.status;
    answer_free(&a);
    client_close(c);
    return status;
}

/* A name of another site that resolves to 127.0.0.1 reaches us, but not under a name that is ours. */
TEST_EACH_ENGINE(what_is_for_our_own_names_answers_under_no_other)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    char port[64];
    (void)snprintf(port, sizeof port, "localhost:%d", http_port(s.http));
    assert_int_equal(status_for_host(&s, "/api/ours", "evil.example:8080"), 421);
    assert_int_equal(status_for_host(&s, "/api/ours", "127.0.0.1.evil.example"), 421);
    assert_int_equal(status_for_host(&s, "/api/ours", port), 200);
    assert_int_equal(status_for_host(&s, "/api/ours", "127.0.0.1"), 200);
    assert_int_equal(status_for_host(&s, "/api/ours", NULL), 200);
    assert_int_equal(status_for_host(&s, "/healthz", "evil.example"), 200); /* elsewhere: the proxy's matter */
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(fields_are_checked_before_the_handler)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    /* clang-format off */
    static const struct { const char *headers, *body; int status; const char *code; } cases[] = {
        { AS_MERCHANT, NULL, 400, "invalid_json" },
        { AS_MERCHANT, "", 400, "invalid_json" },
        { AS_MERCHANT, "{\"text\":", 400, "invalid_json" },
        { AS_MERCHANT, "[]", 400, "invalid_json" },
        { AS_MERCHANT, "{\"text\":\"a\",\"text\":\"b\"}", 400, "invalid_json" },
        { AS_MERCHANT "Content-Type: text/plain\r\n", "{\"text\":\"a\"}", 415, "unsupported_media_type" },
        { AS_MERCHANT "Content-Type: application/jsonp\r\n", "{\"text\":\"a\"}", 415, "unsupported_media_type" },
        { AS_MERCHANT "Content-Type: application/x-www-form-urlencoded\r\n", "text=a", 415, "unsupported_media_type" },
        { AS_MERCHANT "Content-Type: application/json; charset=utf-8\r\n", "{\"text\":\"a\"}", 201, NULL },
        { AS_MERCHANT, "{\"text\":1}", 422, "invalid_fields" },
        { AS_MERCHANT, "{\"text\":\"a\",\"more\":1}", 422, "invalid_fields" },
        { AS_MERCHANT, "{\"text\":\"123456789012345678901\"}", 422, "invalid_fields" },
        { AS_MERCHANT, "{\"text\":\"a\",\"number\":101}", 422, "invalid_fields" },
        { AS_MERCHANT, "{\"text\":\"a\\u0007\"}", 422, "invalid_fields" },
        { AS_MERCHANT, "{\"text\":\"\xff\"}", 400, "invalid_json" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_status(&s, "POST", "/api/notes", cases[i].headers, cases[i].body, cases[i].status, cases[i].code);
    assert_int_equal(atomic_load(&test_runs), 1);
    struct test_answer a = ask(&s, "POST", "/api/notes", AS_MERCHANT "Cookie: lang=en\r\n", "{\"number\":-1}");
    json_t *json = answer_json(&a);
    json_t *first = json_array_get(json_object_get(json, "fields"), 0);
    assert_non_null(json_string_value(json_object_get(first, "field")));
    assert_non_null(json_string_value(json_object_get(first, "code")));
    assert_non_null(json_string_value(json_object_get(first, "message")));
    assert_int_equal(json_array_size(json_object_get(json, "fields")), 2);
    json_decref(json);
    answer_free(&a);
    /* clang-format off */
    static const struct { const char *path; int status; const char *code; } paths[] = {
        { "/api/shops/3?after=5&q=a%20b+c", 200, NULL },
        { "/api/shops/abc", 404, "not_found" },
        { "/api/shops/0", 404, "not_found" },
        { "/api/shops/99999999999999999999", 404, "not_found" },
        { "/api/shops/%zz", 400, "invalid_path" },
        { "/api/shops/3?after=x", 422, "invalid_fields" },
        { "/api/shops/3?unknown=1", 422, "invalid_fields" },
        { "/api/shops/3?q=%", 400, "invalid_query" },
        { "/api/shops/3?q=%00", 400, "invalid_query" },
        { "/api/shops/count", 200, NULL },
        { "/api/me?x=1", 422, "invalid_fields" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        expect_status(&s, "GET", paths[i].path, AS_MERCHANT, NULL, paths[i].status, paths[i].code);
    a = ask(&s, "GET", "/api/shops/3?after=5&q=a%20b+c", AS_MERCHANT, NULL);
    expect_str(buf_str(&a.body), "{\"id\":3,\"after\":5,\"q\":\"a b c\"}");
    answer_free(&a);
    test_http_stop(&s, t);
}

static int64_t notes(struct test_http *s, const char *headers)
{
    struct test_answer a = ask(s, "GET", "/api/shops/count", headers, NULL);
    assert_int_equal(a.status, 200);
    int64_t n = atoi(buf_terminated(&a.body));
    answer_free(&a);
    return n;
}

TEST_EACH_ENGINE(refusals_leave_only_what_they_may)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a =
        ask(&s, "POST", "/api/notes", AS_MERCHANT "Accept-Language: fr, en;q=0.8\r\n", "{\"text\":\"refuse\"}");
    assert_int_equal(a.status, 409);
    json_t *json = answer_json(&a);
    assert_string_equal(json_string_value(json_object_get(json, "error")), "test_refused");
    assert_string_equal(json_string_value(json_object_get(json, "message")), "Refused for the test.");
    assert_int_equal(json_integer_value(json_object_get(json, "need")), 50);
    json_decref(json);
    answer_free(&a);
    assert_int_equal(atomic_load(&test_refused_runs), 1);
    assert_int_equal(notes(&s, AS_MERCHANT), 1); /* "was refused" alone */
    expect_status(&s, "POST", "/api/notes", AS_MERCHANT, "{\"text\":\"field\"}", 422, "invalid_fields");
    assert_int_equal(notes(&s, AS_MERCHANT), 2);
    /* Faults write nothing at all; these will not pass, so nobody is told to try again. */
    static const char *const faults[] = { "{\"text\":\"fault\"}", "{\"text\":\"broken\"}" };
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        a = ask(&s, "POST", "/api/notes", AS_MERCHANT, faults[i]);
        assert_int_equal(a.status, 500);
        assert_string_equal(answer_error(&a), "internal");
        assert_null(answer_header(&a, "Retry-After"));
        assert_null(strstr(buf_terminated(&a.body), "NULL")); /* no word of SQL */
        answer_free(&a);
    }
    assert_int_equal(notes(&s, AS_MERCHANT), 2);
    assert_int_equal(atomic_load(&test_refused_runs), 2);
    expect_status(&s, "POST", "/api/notes", AS_MERCHANT, "{\"text\":\"silent\"}", 500, "internal");
    expect_status(&s, "POST", "/api/notes", AS_MERCHANT, "{\"text\":\"neither\"}", 500, "internal");
    assert_int_equal(notes(&s, AS_MERCHANT), 2); /* and nobody was told 201 */
    test_http_stop(&s, t);
}

/* What the refusal should have left behind is missing, so it is no refusal: nobody hears 409 for it. */
TEST_EACH_ENGINE(a_refusal_that_cannot_be_kept_is_a_fault)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    int before = atomic_load(&test_refused_runs);
    expect_status(&s, "POST", "/api/notes", AS_MERCHANT, "{\"text\":\"refuse badly\"}", 500, "internal");
    expect_status(&s, "POST", "/api/notes", AS_MERCHANT, "{\"text\":\"refuse broken\"}", 500, "internal");
    assert_int_equal(atomic_load(&test_refused_runs), before + 2);
    assert_int_equal(notes(&s, AS_MERCHANT), 0);
    test_http_stop(&s, t);
}

/* "Nothing stands against it" is said, never meant by silence. */
TEST_EACH_ENGINE(preparing_without_a_word_is_a_fault)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, "POST", "/api/unsaid", AS_MERCHANT, "{}", 500, "internal");
    test_http_stop(&s, t);
}

/* Not 422 for its fields, nor 405 for its verb: nothing tells that the row is in the program. */
TEST_EACH_ENGINE(a_row_that_does_not_exist_here_is_not_found)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    static const char *const verbs[] = { "GET", "POST", "PUT", "OPTIONS" };
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        struct test_answer a = ask(&s, verbs[i], "/api/absent", NULL, i == 1 ? "{}" : NULL);
        assert_int_equal(a.status, 404);
        answer_free(&a);
    }
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(languages_and_agents)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    /* clang-format off */
    static const struct { const char *headers, *lang; } cases[] = {
        { "", "zh" }, { "Accept-Language: en-GB\r\n", "en" }, { "Accept-Language: zh-CN,en;q=0.5\r\n", "zh" },
        { "Accept-Language: fr,en;q=0.5\r\n", "en" }, { "Accept-Language: en\r\nCookie: lang=zh-CN\r\n", "zh" },
        { "Accept-Language: zh\r\nCookie: a=b; lang=en\r\n", "en" }, { "Accept-Language: ,,;q=\r\n", "zh" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct test_answer a = ask(&s, "GET", "/api/here", cases[i].headers, NULL);
        json_t *json = answer_json(&a);
        assert_string_equal(json_string_value(json_object_get(json, "lang")), cases[i].lang);
        json_decref(json);
        answer_free(&a);
    }
    struct test_answer a = ask(&s, "GET", "/api/hello", "User-Agent: \xff\xfe.bc\r\n", NULL);
    assert_non_null(strstr(buf_terminated(&a.body), "\"agent\":\"??.bc\""));
    assert_non_null(strstr(buf_terminated(&a.body), "\"network\":\"127.0.0.0/24\""));
    answer_free(&a);
    test_http_stop(&s, t);
}

/* clang-format off */
static void trust_loopback(struct http_options *o) { o->trusted_proxy = "127.0.0.1, 10.0.0.0/8"; }

TEST_EACH_ENGINE(forwarded_addresses_count_only_from_our_proxy)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a = ask(&s, "GET", "/api/here", "X-Forwarded-For: 203.0.113.9\r\n", NULL);
    assert_non_null(strstr(buf_terminated(&a.body), "\"ip\":\"127.0.0.1\""));
    answer_free(&a);
    test_http_stop(&s, t);
    test_script(t, "DROP TABLE test_notes");
    test_http_start(&s, t, trust_loopback);
    static const struct { const char *headers, *wanted; } cases[] = {
        { "X-Forwarded-For: 203.0.113.9\r\n", "{\"ip\":\"203.0.113.9\",\"network\":\"203.0.113.0/24\"" },
        { "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\n", "{\"ip\":\"203.0.113.9\"" },
        { "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.9\r\n", "{\"ip\":\"203.0.113.9\"" },
        { "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.1.2.3\r\n", "{\"ip\":\"203.0.113.9\"" },
        { "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For:\r\n", "{\"error\":\"bad_forwarded\"" },
        { "X-Forwarded-For: 203.0.113.9, 10.1.2.3\r\n", "{\"ip\":\"203.0.113.9\"" },
        { "X-Forwarded-For: 2001:db8:1:2:3::4\r\n", "{\"ip\":\"2001:db8:1:2:3::4\",\"network\":\"2001:db8:1:2::/64\"" },
        { "X-Forwarded-For: nonsense\r\n", "{\"error\":\"bad_forwarded\"" },
        { "", "{\"ip\":\"127.0.0.1\"" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        a = ask(&s, "GET", "/api/hello", cases[i].headers, NULL);
        if (strncmp(buf_terminated(&a.body), cases[i].wanted, strlen(cases[i].wanted)) != 0)
            fail_msg("%s: %s", cases[i].headers, buf_terminated(&a.body));
        answer_free(&a);
    }
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(cookies_and_redirects)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a = ask(&s, "POST", "/api/cookie", NULL, NULL);
    assert_int_equal(a.status, 303);
    assert_string_equal(answer_header(&a, "Location"), "/dashboard");
    assert_string_equal(answer_header(&a, "Set-Cookie"), "sid=m7-new; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    assert_non_null(strstr(a.head, "Set-Cookie: old=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict\r\n"));
    answer_free(&a);
    assert_string_equal(client_cookie(s.client, "sid"), "m7-new");
    assert_null(client_cookie(s.client, "old"));
    expect_status(&s, "GET", "/api/me", NULL, NULL, 200, NULL);
    test_http_stop(&s, t);
}

/* ---- waiting ---- */

struct job_ender {
    struct test_http *s;
    int after_ms;
    bool tell;
};

static void *end_job(void *arg)
{
    struct job_ender *e = arg;
    (void)usleep((unsigned)e->after_ms * 1000);
    struct test_client *c = client_open(http_port(e->s->http));
    client_always(c, e->s->origin_line);
    struct test_answer a = client_request(c, "POST", "/api/jobs/end", AS_MERCHANT, NULL);
    assert_int_equal(a.status, 200);
    answer_free(&a);
    client_close(c);
    if (e->tell) http_job_ended(e->s->http, 42);
    return NULL;
}

static int64_t took_ms(struct test_http *s, const char *headers, int status)
{
    int64_t start = monotonic_ms();
    expect_status(s, "POST", "/api/jobs", headers, NULL, status, NULL);
    return monotonic_ms() - start;
}

TEST_EACH_ENGINE(waiting_for_a_job)
{
    struct test_http s;
    int runs = 2, tries = 5; /* the machine may be busy with something else */
    test_http_start(&s, t, NULL);
    /* Never ended: the 202 after wait_ms (a tick more at most). */
    int64_t ms = took_ms(&s, AS_MERCHANT "Idempotency-Key: one\r\n", 202);
    assert_true(ms >= 1400 && ms < 15000);
    /* The same key again: the present state at once, which is still the 202. */
    for (int i = 0; i < tries && ms >= 1000; i++) ms = took_ms(&s, AS_MERCHANT "Idempotency-Key: one\r\n", 202);
    assert_true(ms < 1000);
    assert_int_equal(atomic_load(&test_runs), 1);
    /* Ended while we wait, and told. */
    struct job_ender e = { .s = &s, .after_ms = 200, .tell = true };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, end_job, &e), 0);
    ms = took_ms(&s, AS_MERCHANT, 200);
    assert_true(ms >= 150 && ms < 15000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (ms = 1000; tries > 0 && ms >= 1000; tries--) ms = took_ms(&s, AS_MERCHANT, 200), runs++;
    assert_true(ms < 1000); /* ended before we park */
    /* And the replay of the 202 now tells the end. */
    expect_status(&s, "POST", "/api/jobs", AS_MERCHANT "Idempotency-Key: one\r\n", NULL, 200, NULL);
    assert_int_equal(atomic_load(&test_runs), runs);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(the_same_key_while_it_waits)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_client *c = client_open(http_port(s.http));
    client_send_text(c, "POST /api/jobs HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: none\r\n" AS_MERCHANT
                        "Idempotency-Key: two\r\nContent-Length: 0\r\n\r\n");
    while (atomic_load(&test_runs) == 0) (void)usleep(1000);
    (void)usleep(100000);
    expect_status(&s, "POST", "/api/jobs", AS_MERCHANT "Idempotency-Key: two\r\n", NULL, 409, "in_progress");
    struct test_answer a = client_read(c, false, 5000);
    assert_int_equal(a.status, 202);
    answer_free(&a);
    expect_status(&s, "POST", "/api/jobs", AS_MERCHANT "Idempotency-Key: two\r\n", NULL, 202, NULL);
    assert_int_equal(atomic_load(&test_runs), 1);
    client_close(c);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(waiting_without_being_told)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct job_ender e = { .s = &s, .after_ms = 100, .tell = false };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, end_job, &e), 0);
    int64_t ms = took_ms(&s, AS_MERCHANT, 200);
    assert_true(ms < 2500);
    assert_int_equal(pthread_join(thread, NULL), 0);
    test_open_tx(t);
    test_script(t, "DELETE FROM test_notes");
    /* A client that leaves while it waits takes nothing with it; the server stops without waiting for the job. */
    test_close_tx(t);
    for (int i = 0; i < 3; i++) {
        struct test_client *c = client_open(http_port(s.http));
        client_always(c, s.origin_line);
        client_send_text(c, "POST /api/jobs HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: none\r\n" AS_MERCHANT
                            "Content-Length: 0\r\n\r\n");
        if (i > 0) client_close(c);
        else (void)usleep(100000), client_close(c);
    }
    struct test_client *c = client_open(http_port(s.http));
    client_send_text(c, "POST /api/jobs HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: none\r\n" AS_MERCHANT
                        "Content-Length: 0\r\n\r\n");
    (void)usleep(200000);
    int64_t start = monotonic_ms();
    http_drain(s.http);
    test_http_stop(&s, t);
    assert_true(monotonic_ms() - start < 3000);
    struct test_answer a = client_read(c, false, 100);
    assert_int_equal(a.status, 202);
    answer_free(&a);
    client_close(c);
}

/* ---- the crypto pool ---- */

TEST_EACH_ENGINE(a_full_crypto_queue_refuses_at_once)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    enum { MANY = CRYPTO_QUEUE_MAX + CRYPTO_THREADS_MAX + 20 };
    static struct test_client *c[MANY];
    atomic_store(&test_gate, 1);
    for (int i = 0; i < MANY; i++) {
        c[i] = client_open(http_port(s.http));
        client_send_text(c[i], "POST /api/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    }
    int refused = 0;
    struct test_answer first = { 0 };
    for (int i = MANY - 1; i >= 0 && first.status == 0; i--) first = client_read(c[i], false, 200);
    assert_int_equal(first.status, 503);
    assert_non_null(answer_header(&first, "Retry-After"));
    answer_free(&first);
    expect_status(&s, "GET", "/healthz", NULL, NULL, 200, NULL); /* the loops do not wait */
    atomic_store(&test_gate, 0);
    for (int i = 0; i < MANY; i++) {
        struct test_answer a = client_read(c[i], false, 5000);
        if (a.status == 503) refused++;
        else if (a.status != 0) assert_int_equal(a.status, 200);
        answer_free(&a);
        client_close(c[i]);
    }
    assert_true(refused + 1 >= 18);
    test_http_stop(&s, t);
}

/* ---- files ---- */

TEST_EACH_ENGINE(the_console)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a = ask(&s, "GET", "/", "Accept-Encoding: br, gzip\r\n", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(answer_header(&a, "Content-Encoding"), "gzip");
    assert_string_equal(answer_header(&a, "Vary"), "Accept-Encoding");
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-cache");
    char etag[80], with[128];
    (void)snprintf(etag, sizeof etag, "%s", answer_header(&a, "ETag"));
    answer_free(&a);
    struct test_answer plain = ask(&s, "GET", "/shops/7", NULL, NULL);
    assert_int_equal(plain.status, 200);
    assert_null(answer_header(&plain, "Content-Encoding"));
    assert_non_null(strstr(buf_terminated(&plain.body), "<title>"));
    assert_string_not_equal(answer_header(&plain, "ETag"), etag);
    answer_free(&plain);
    (void)snprintf(with, sizeof with, "Accept-Encoding: gzip\r\nIf-None-Match: W/\"x\", %s\r\n", etag);
    a = ask(&s, "GET", "/", with, NULL);
    assert_int_equal(a.status, 304);
    assert_null(answer_header(&a, "Content-Length"));
    answer_free(&a);
    a = ask(&s, "HEAD", "/index.html", NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_true(atoi(answer_header(&a, "Content-Length")) > 100);
    answer_free(&a);
    a = ask(&s, "GET", "/auth/reset-password?token=x", NULL, NULL);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.head, "Referrer-Policy: no-referrer"));
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-store");
    answer_free(&a);
    a = ask(&s, "HEAD", "/auth/verify-email?token=x", NULL, NULL);
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-store");
    answer_free(&a);
    /* clang-format off */
    static const struct { const char *path; int status; const char *type; } cases[] = {
        { "/nowhere", 404, "text/html; charset=utf-8" },     { "/api", 404, "application/json" },
        { "/api/nowhere", 404, "application/json" },         { "/auth/nowhere", 404, "application/json" },
        { "/auth/verify-email", 200, "text/html; charset=utf-8" },
        { "/assets/nowhere-12345678.js", 404, "application/json" },
        { "/operator/customers/5", 200, "text/html; charset=utf-8" }, { "/operator", 200, "text/html; charset=utf-8" },
        { "/operator/jobs/5", 404, "text/html; charset=utf-8" },
        { "/../etc/passwd", 404, "text/html; charset=utf-8" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        a = ask(&s, "GET", cases[i].path, NULL, NULL);
        if (a.status != cases[i].status) fail_msg("%s: %d", cases[i].path, a.status);
        assert_string_equal(answer_header(&a, "Content-Type"), cases[i].type);
        answer_free(&a);
    }
    expect_status(&s, "POST", "/login", NULL, NULL, 404, "not_found");
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(metrics_count_answers)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    for (int i = 0; i < 3; i++) expect_status(&s, "GET", "/api/me", AS_MERCHANT, NULL, 200, NULL);
    expect_status(&s, "GET", "/api/nowhere", NULL, NULL, 404, NULL);
    struct buf out;
    buf_init(&out, METRICS_MAX_BYTES);
    metrics_print(&out);
    const char *text = buf_terminated(&out);
    assert_non_null(strstr(text, "chathub_http_answers_total{route=\"GET /api/me\",class=\"2xx\"} 3\n"));
    assert_non_null(strstr(text, "chathub_http_answers_total{route=\"other\",class=\"4xx\"} 1\n"));
    assert_non_null(strstr(text, "chathub_http_seconds_count{route=\"GET /api/me\"} 3\n"));
    assert_non_null(strstr(text, "chathub_http_connections 1\n"));
    assert_non_null(strstr(text, "chathub_lane_waiting 0\n"));
    buf_free(&out);
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_may_call),
        ONLY_SQLITE(cross_site_requests_are_refused),
        ONLY_SQLITE(what_is_for_our_own_names_answers_under_no_other),
        ONLY_SQLITE(fields_are_checked_before_the_handler),
        EACH_ENGINE(refusals_leave_only_what_they_may),
        EACH_ENGINE(a_refusal_that_cannot_be_kept_is_a_fault),
        ONLY_SQLITE(preparing_without_a_word_is_a_fault),
        ONLY_SQLITE(a_row_that_does_not_exist_here_is_not_found),
        ONLY_SQLITE(languages_and_agents),
        ONLY_SQLITE(forwarded_addresses_count_only_from_our_proxy),
        ONLY_SQLITE(cookies_and_redirects),
        EACH_ENGINE(waiting_for_a_job),
        EACH_ENGINE(the_same_key_while_it_waits),
        EACH_ENGINE(waiting_without_being_told),
        ONLY_SQLITE(a_full_crypto_queue_refuses_at_once),
        ONLY_SQLITE(the_console),
        EACH_ENGINE(metrics_count_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
