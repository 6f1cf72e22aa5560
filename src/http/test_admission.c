/* test_admission.c: who is counted as what, through a server: forwarded clients, accounts, successes without cost. */
#include "http/test_http.h"
#include <stdio.h>

static void trust_loopback(struct http_options *o) { o->trusted_proxy = "127.0.0.1"; }

static void few_of_each(struct http_options *o)
{
    o->trusted_proxy = "127.0.0.1";
    o->limits = "general=20/10m, account_reads=30/10m, account_changes=4/10m, shop_key=6/10m";
}

static void few_an_hour(struct http_options *o)
{
    o->trusted_proxy = "127.0.0.1";
    o->limits = "account_changes=5/10m, account_changes_hour=8/1h, often=2/10m";
}

/* Asks `count` times; how many were refused with 429. */
static int refused_of(struct test_http *s, const char *method, const char *path, const char *headers, const char *body,
                      int count)
{
    int refused = 0;
    for (int i = 0; i < count; i++) {
        struct test_answer a = ask(s, method, path, headers, body);
        if (a.status == 429) {
            assert_string_equal(answer_error(&a), "too_many_requests");
            assert_true(atoi(answer_header(&a, "Retry-After")) >= 1);
            refused++;
        }
        answer_free(&a);
    }
    return refused;
}

TEST_EACH_ENGINE(a_client_that_cannot_be_read_is_nobody)
{
    struct test_http s;
    test_http_start(&s, t, trust_loopback);
    static const char *const unreadable[] = { "unknown", "_hidden", "203.0.113.7,", "203.0.113.7, x", "::1x" };
    for (size_t i = 0; i < ARRAY_LEN(unreadable); i++) {
        char header[100];
        (void)snprintf(header, sizeof header, "X-Forwarded-For: %s\r\n", unreadable[i]);
        expect_status(&s, "GET", "/api/local", header, NULL, 400, "bad_forwarded");
    }
    expect_status(&s, "GET", "/api/local", NULL, NULL, 200, NULL);
    /* clang-format off */
    static const char *const forwarded[] = { "X-Forwarded-For: 203.0.113.7\r\n", "X-Forwarded-For: 127.0.0.1\r\n",
                                             "X-Real-IP: 203.0.113.7\r\n", "Forwarded: for=203.0.113.7\r\n",
                                             "Via: 1.1 proxy\r\n", "X-Forwarded-For:\r\n" };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
        expect_status(&s, "GET", "/api/local", forwarded[i], NULL, 404, "not_found");
    test_http_stop(&s, t);
    test_script(t, "DROP TABLE test_notes");
    test_http_start(&s, t, NULL); /* a proxy that nobody named looks like loopback */
    for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
        expect_status(&s, "GET", "/api/local", forwarded[i], NULL, 404, "not_found");
    expect_status(&s, "GET", "/api/local", NULL, NULL, 200, NULL);
    test_http_stop(&s, t);
}

#define FROM_7 "X-Forwarded-For: 203.0.113.7\r\n"
#define FROM_8 "X-Forwarded-For: 203.0.113.8\r\n"

/* Strangers of one address use up its room; people who are signed in there do not, and have their own. */
TEST_EACH_ENGINE(who_is_signed_in_is_counted_by_account)
{
    struct test_http s;
    test_http_start(&s, t, few_of_each);
    assert_int_equal(refused_of(&s, "GET", "/api/me", FROM_7 AS_MERCHANT, NULL, 30), 0);
    assert_int_equal(refused_of(&s, "GET", "/api/me", FROM_7 "Cookie: sid=m8-a\r\n", NULL, 30), 0);
    assert_int_equal(refused_of(&s, "GET", "/api/hello", FROM_7, NULL, 30), 10);
    assert_int_equal(refused_of(&s, "GET", "/api/me", FROM_8 AS_MERCHANT, NULL, 5), 5); /* it had its 30 */
    /* Another session of the same account has no other room. */
    assert_int_equal(refused_of(&s, "GET", "/api/me", FROM_8 "Cookie: sid=m7-b\r\n", NULL, 5), 5);
    assert_int_equal(refused_of(&s, "GET", "/api/me", FROM_8 "Cookie: sid=m9-a\r\n", NULL, 5), 0);
    /* A cookie that is none proves nothing. */
    assert_int_equal(
        refused_of(&s, "GET", "/api/me", "X-Forwarded-For: 198.51.100.1\r\nCookie: sid=dead\r\n", NULL, 30), 10);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(changes_are_counted_apart_and_refused_ones_write_nothing)
{
    struct test_http s;
    test_http_start(&s, t, few_of_each);
    assert_int_equal(refused_of(&s, "POST", "/api/notes", FROM_7 AS_MERCHANT, "{\"text\":\"n\"}", 10), 6);
    assert_int_equal(atomic_load(&test_runs), 4);
    expect_status(&s, "GET", "/api/me", FROM_7 AS_MERCHANT, NULL, 200, NULL);
    assert_int_equal(refused_of(&s, "GET", "/api/shops/3", FROM_7 "Authorization: bearer  chsk_7_3\r\n", NULL, 10), 4);
    clock_advance_ms(10 * MINUTE_MS);
    assert_int_equal(refused_of(&s, "POST", "/api/notes", FROM_7 AS_MERCHANT, "{\"text\":\"n\"}", 4), 0);
    test_http_stop(&s, t);
}

/* Whatever a row says of itself, and whoever speaks for the account: its changes have a bound by the hour. */
TEST_EACH_ENGINE(all_changes_of_an_account_count_by_the_hour)
{
    struct test_http s;
    test_http_start(&s, t, few_an_hour);
    /* A row with a limit of its own that gives back what succeeds: still a change. */
    assert_int_equal(refused_of(&s, "POST", "/api/often", AS_MERCHANT, "{\"text\":\"n\"}", 7), 2);
    clock_advance_ms(10 * MINUTE_MS); /* the hour brought one and a third again */
    /* Another session of it, and a key of one of its shops. */
    assert_int_equal(refused_of(&s, "POST", "/api/notes", "Cookie: sid=m7-b\r\n", "{\"text\":\"n\"}", 2), 0);
    assert_int_equal(refused_of(&s, "POST", "/api/by-key", "Authorization: Bearer chsk_7_3\r\n", "{\"text\":\"n\"}", 4),
                     2);
    assert_int_equal(refused_of(&s, "POST", "/api/notes", "Cookie: sid=m7-b\r\n", "{\"text\":\"n\"}", 2), 2);
    expect_status(&s, "GET", "/api/shops/3", "Authorization: Bearer chsk_7_3\r\n", NULL, 200, NULL); /* reads do not */
    assert_int_equal(refused_of(&s, "POST", "/api/notes", "Cookie: sid=m9-a\r\n", "{\"text\":\"n\"}", 2), 0);
    test_http_stop(&s, t);
}

/* A row that finds out in .run whose rows it changes counts them as that account's. */
TEST_EACH_ENGINE(changes_of_who_is_found_out_late_are_counted)
{
    struct test_http s;
    test_http_start(&s, t, few_an_hour);
    assert_int_equal(refused_of(&s, "POST", "/api/late", NULL, "{\"text\":\"7\"}", 7), 2);
    assert_int_equal(refused_of(&s, "POST", "/api/late", NULL, "{\"text\":\"8\"}", 5), 0);
    assert_int_equal(atomic_load(&test_runs), 10);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(what_runs_again_is_counted_once)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    assert_int_equal(refused_of(&s, "POST", "/api/counted", NULL, "{\"text\":\"7\"}", 5), 2);
    assert_int_equal(refused_of(&s, "POST", "/api/counted", NULL, "{\"text\":\"8\"}", 3), 0);
    test_http_stop(&s, t);
}

/* Only what fails counts where the row says so. */
TEST_EACH_ENGINE(a_success_gives_its_token_back)
{
    struct test_http s;
    test_http_start(&s, t, trust_loopback);
    for (int i = 0; i < 20; i++) expect_status(&s, "POST", "/api/tries", FROM_7, "{\"text\":\"right\"}", 200, NULL);
    for (int i = 0; i < 3; i++) expect_status(&s, "POST", "/api/tries", FROM_7, "{\"text\":\"refuse\"}", 409, NULL);
    expect_status(&s, "POST", "/api/tries", FROM_7, "{\"text\":\"right\"}", 429, "too_many_requests");
    expect_status(&s, "POST", "/api/tries", FROM_8, "{\"text\":\"right\"}", 200, NULL);
    test_http_stop(&s, t);
}

/* Many refusals are one line of the log at once, one more at the end of the minute, and one call of the hook. */
TEST_EACH_ENGINE(refusals_are_told_by_the_minute)
{
    struct test_http s;
    test_http_start(&s, t, few_of_each);
    client_always(s.client, "");
    (void)refused_of(&s, "GET", "/api/hello", FROM_7, NULL, 50);
    for (int i = 0; i < 5; i++) {
        expect_status(&s, "POST", "/api/notes", "Origin: https://evil.example\r\n", "{}", 403, "cross_site");
        expect_status(&s, "GET", "/api/shops/3", "Authorization: Bearer chsk_wrong\r\n", NULL, 401, NULL);
        expect_status(&s, "GET", "/api/operator", AS_MERCHANT, NULL, 404, NULL);
        expect_status(&s, "POST", "/api/proven", "X-Secret: guessed\r\n", "{\"text\":\"n\"}", 401, NULL);
        expect_status(&s, "POST", "/api/notes", AS_MERCHANT "Sec-Fetch-Site: same-origin\r\n", "{\"text\":\"nowhere\"}",
                      i < 4 ? 404 : 429, NULL);                          /* an id in a body */
        expect_status(&s, "GET", "/api/nowhere", NULL, NULL, 404, NULL); /* nobody looks for this */
    }
    clock_advance_ms(61 * SECOND_MS);
    for (int i = 0; i < 600; i++) {
        (void)usleep(50000);
        (void)pthread_mutex_lock(&test_refusals.lock);
        int told = test_refusals.told;
        (void)pthread_mutex_unlock(&test_refusals.lock);
        if (told > 0) break;
    }
    assert_int_equal(test_refusals.told, 1);
    assert_int_equal(test_refusals.count[REFUSAL_CROSS_SITE], 5);
    assert_int_equal(test_refusals.count[REFUSAL_BAD_KEY], 10);
    assert_int_equal(test_refusals.count[REFUSAL_ROLE], 5);
    assert_int_equal(test_refusals.count[REFUSAL_NOT_THEIRS], 4);
    assert_int_equal(test_refusals.count[REFUSAL_TOO_MANY], 31);
    assert_int_equal(test_refusals.count[REFUSAL_WRONG_HOST], 0);
    struct buf out;
    buf_init(&out, METRICS_MAX_BYTES);
    metrics_print(&out);
    assert_non_null(strstr(buf_terminated(&out), "chathub_http_refusals_total{kind=\"cross_site\"} 5\n"));
    buf_free(&out);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(settings_must_name_what_there_is)
{
    struct test_http s;
    test_http_start(&s, t, few_of_each);
    char error[256] = "";
    struct http_options o = s.http->o;
    o.listen = "127.0.0.1:0";
    o.limits = "nonsense=1/1s";
    assert_null(http_start(&o, error, sizeof error));
    assert_non_null(strstr(error, "nonsense"));
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONLY_SQLITE(a_client_that_cannot_be_read_is_nobody),
        EACH_ENGINE(who_is_signed_in_is_counted_by_account),
        EACH_ENGINE(changes_are_counted_apart_and_refused_ones_write_nothing),
        EACH_ENGINE(all_changes_of_an_account_count_by_the_hour),
        EACH_ENGINE(changes_of_who_is_found_out_late_are_counted),
        EACH_ENGINE(what_runs_again_is_counted_once),
        EACH_ENGINE(a_success_gives_its_token_back),
        ONLY_SQLITE(refusals_are_told_by_the_minute),
        ONLY_SQLITE(settings_must_name_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
