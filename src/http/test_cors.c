/* test_cors.c: pages of other origins: who may send, who may read the answer, who may frame it. */
#include "http/test_http.h"
#include <stdio.h>

#define SHOP "Origin: https://shop.example\r\n"
#define EVIL "Origin: https://evil.example\r\n"
#define BODY "{\"text\":\"a\"}"

static void expect_header(const struct test_answer *a, const char *name, const char *value)
{
    const char *got = answer_header(a, name);
    if (value == NULL && got != NULL) fail_msg("%s: %s", name, got);
    if (value != NULL && (got == NULL || strcmp(got, value) != 0)) fail_msg("%s: %s, not %s", name, got, value);
}

/* One request of a page; the headers that a browser goes by. */
static void expect(struct test_http *s, const char *method, const char *path, const char *headers, const char *body,
                   int status, const char *allowed, const char *credentials)
{
    struct test_answer a = ask(s, method, path, headers, body);
    if (a.status != status) fail_msg("%s %s %s: %d %s", method, path, headers, a.status, answer_error(&a));
    expect_header(&a, "Access-Control-Allow-Origin", allowed);
    expect_header(&a, "Access-Control-Allow-Credentials", credentials);
    if (allowed != NULL && strcmp(allowed, "*") != 0) assert_non_null(strstr(answer_header(&a, "Vary"), "Origin"));
    answer_free(&a);
}

TEST_EACH_ENGINE(who_may_read_an_answer)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    client_always(s.client, "");
    /* A row that says nothing: other pages may read nothing and change nothing. */
    expect(&s, "GET", "/api/hello", SHOP, NULL, 200, NULL, NULL);
    expect(&s, "POST", "/api/notes", SHOP AS_MERCHANT, BODY, 403, NULL, NULL);
    expect(&s, "GET", "/api/public", SHOP, NULL, 200, "*", NULL);
    expect(&s, "GET", "/api/public", EVIL "Cookie: sid=m7-a\r\n", NULL, 200, "*", NULL);
    expect(&s, "GET", "/api/public", "Origin: null\r\n", NULL, 200, "*", NULL);
    expect(&s, "GET", "/api/public", "", NULL, 200, NULL, NULL);
    /* A row that asks. */
    expect(&s, "POST", "/api/widget", SHOP, BODY, 200, "https://shop.example", NULL);
    expect(&s, "POST", "/api/widget", SHOP "Sec-Fetch-Site: cross-site\r\n", BODY, 200, "https://shop.example", NULL);
    expect(&s, "POST", "/api/widget", SHOP, "{\"text\":\"refuse\"}", 409, "https://shop.example", NULL);
    expect(&s, "POST", "/api/widget", s.origin_line, BODY, 200, s.origin, NULL);
    assert_int_equal(atomic_load(&test_runs), 4);
    expect(&s, "POST", "/api/widget", EVIL, BODY, 403, NULL, NULL);
    expect(&s, "POST", "/api/widget", "Origin: null\r\n", BODY, 403, NULL, NULL);
    expect(&s, "POST", "/api/widget", "Origin: https://shop.example.evil.example\r\n", BODY, 403, NULL, NULL);
    expect(&s, "POST", "/api/widget", "Origin: https://shop.example https://evil.example\r\n", BODY, 403, NULL, NULL);
    expect(&s, "POST", "/api/widget", "", BODY, 403, NULL, NULL);
    expect(&s, "POST", "/api/widget", "Origin: https://fault.example\r\n", BODY, 500, "https://fault.example", NULL);
    assert_int_equal(atomic_load(&test_runs), 4); /* none of these ran */
    /* What is wrong with the request itself may be read by any page that is let in at all. */
    expect(&s, "POST", "/api/widget", EVIL, "{}", 422, "https://evil.example", NULL);
    /* With cookies. */
    expect(&s, "GET", "/api/widget", SHOP AS_MERCHANT, NULL, 200, "https://shop.example", "true");
    expect(&s, "GET", "/api/widget", EVIL AS_MERCHANT, NULL, 403, NULL, NULL);
    expect(&s, "GET", "/api/widget", AS_MERCHANT, NULL, 200, NULL, NULL);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(preflights_are_answered_by_the_row)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    client_always(s.client, "");
#define ASK_FOR(method) "Access-Control-Request-Method: " method "\r\nAccess-Control-Request-Headers: content-type\r\n"
    struct test_answer a = ask(&s, "OPTIONS", "/api/widget", SHOP ASK_FOR("POST"), NULL);
    assert_int_equal(a.status, 204);
    expect_header(&a, "Access-Control-Allow-Origin", "https://shop.example");
    expect_header(&a, "Access-Control-Allow-Methods", "POST");
    expect_header(&a, "Access-Control-Allow-Credentials", NULL);
    expect_header(&a, "Access-Control-Max-Age", "600");
    assert_non_null(strstr(answer_header(&a, "Access-Control-Allow-Headers"), "Content-Type"));
    assert_non_null(strstr(answer_header(&a, "Vary"), "Origin"));
    answer_free(&a);
    expect(&s, "OPTIONS", "/api/widget", SHOP ASK_FOR("GET"), NULL, 204, "https://shop.example", "true");
    expect(&s, "OPTIONS", "/api/public", EVIL ASK_FOR("GET"), NULL, 204, "*", NULL);
    expect(&s, "OPTIONS", "/api/public", EVIL ASK_FOR("POST"), NULL, 204, NULL, NULL);
    expect(&s, "OPTIONS", "/api/notes", SHOP ASK_FOR("POST"), NULL, 204, NULL, NULL);
    expect(&s, "OPTIONS", "/api/widget", ASK_FOR("POST"), NULL, 204, NULL, NULL);
    expect(&s, "OPTIONS", "/api/widget", SHOP, NULL, 204, NULL, NULL);
    expect(&s, "OPTIONS", "/api/widget", SHOP ASK_FOR("NONSENSE"), NULL, 204, NULL, NULL);
    expect(&s, "OPTIONS", "/api/nowhere", SHOP ASK_FOR("POST"), NULL, 404, NULL, NULL);
    test_http_stop(&s, t);
}

static void frames(struct test_http *s, const char *method, const char *path, const char *body, const char *ancestors,
                   const char *options)
{
    struct test_answer a = ask(s, method, path, NULL, body);
    const char *policy = answer_header(&a, "Content-Security-Policy");
    const char *at = policy != NULL ? strstr(policy, "frame-ancestors ") : NULL;
    if (at == NULL || strcmp(at + 16, ancestors) != 0) fail_msg("%s %s: %s", path, body, policy);
    assert_non_null(strstr(policy, "default-src 'self'"));
    assert_string_equal(answer_header(&a, "X-Content-Type-Options"), "nosniff");
    expect_header(&a, "X-Frame-Options", options);
    answer_free(&a);
}

TEST_EACH_ENGINE(frames_by_row)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    frames(&s, "GET", "/api/hello", NULL, "'none'", "DENY");
    frames(&s, "GET", "/", NULL, "'none'", "DENY");
    frames(&s, "GET", "/api/nowhere", NULL, "'none'", "DENY");
    frames(&s, "GET", "/api/public", NULL, "'self'", "SAMEORIGIN");
    frames(&s, "POST", "/api/widget", "{\"text\":\"https://a.example\"}", "https://a.example", NULL);
    frames(&s, "POST", "/api/widget", "{\"text\":\"https://a; script\"}", "'none'", "DENY");
    test_http_stop(&s, t);
}

/* Who is not signed in and lost gets a page of a few hundred bytes, who is signed in the console. */
TEST_EACH_ENGINE(who_is_lost_gets_a_page)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    for (int signed_in = 0; signed_in <= 1; signed_in++) {
        struct test_answer a = ask(&s, "GET", "/nowhere", signed_in ? "Cookie: sid=m7\r\n" : NULL, NULL);
        assert_int_equal(a.status, 404);
        assert_true((strstr(buf_terminated(&a.body), "There is no such page") == NULL) == (signed_in != 0));
        assert_string_equal(answer_header(&a, "Vary"), "Accept-Encoding, Cookie");
        answer_free(&a);
    }
    test_http_stop(&s, t);
}

/* Two policies would both count: a page that has one has that alone, and all else that every answer says. */
TEST_EACH_ENGINE(a_page_may_have_a_policy_of_its_own)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a = ask(&s, "GET", "/api/own-policy", NULL, NULL);
    assert_string_equal(answer_header(&a, "Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_null(strstr(a.head, "unsafe-inline"));
    assert_string_equal(answer_header(&a, "X-Frame-Options"), "DENY");
    assert_string_equal(answer_header(&a, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(answer_header(&a, "Cross-Origin-Opener-Policy"), "same-origin");
    answer_free(&a);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(bodies_that_live_for_ever)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct test_answer a = ask(&s, "GET", "/api/public", NULL, NULL);
    assert_string_equal(buf_terminated(&a.body), "always");
    assert_string_equal(answer_header(&a, "ETag"), "\"tag-1\"");
    answer_free(&a);
    /* clang-format off */
    static const struct { const char *known; int status; } cases[] = {
        { "If-None-Match: \"tag-1\"\r\n", 304 }, { "If-None-Match: W/\"tag-1\"\r\n", 304 },
        { "If-None-Match: \"x\", \"tag-1\"\r\n", 304 }, { "If-None-Match: *\r\n", 304 },
        { "If-None-Match: \"tag-12\"\r\n", 200 }, { "If-None-Match: \"other\"\r\n", 200 },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_status(&s, "GET", "/api/public", cases[i].known, NULL, cases[i].status, NULL);
    expect_status(&s, "GET", "/api/any-query?x=1&x=2&%zz", NULL, NULL, 200, NULL);
    expect_status(&s, "GET", "/api/public?x=1", NULL, NULL, 422, "invalid_fields");
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_may_read_an_answer),  ONLY_SQLITE(preflights_are_answered_by_the_row),
        ONLY_SQLITE(frames_by_row),           ONLY_SQLITE(a_page_may_have_a_policy_of_its_own),
        ONLY_SQLITE(who_is_lost_gets_a_page), ONLY_SQLITE(bodies_that_live_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
