/* test_ask.c: slow work is done for those alone who may have it, and so often as their account may. */
#include "http/test_http.h"
#include <unistd.h>

#define REFUSED "X-Refuse: yes\r\n"

static int worked(void) { return atomic_load(&test_at_gate); }

TEST_EACH_ENGINE(nobody_is_worked_for_who_may_not)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, "POST", "/api/work", NULL, "", 401, "sign_in_required");
    expect_status(&s, "POST", "/api/work", "Cookie: sid=dead\r\n", "", 401, "sign_in_required");
    expect_status(&s, "POST", "/api/work", "Cookie: sid=v7-x\r\n", "", 403, "role_not_allowed");
    expect_status(&s, "POST", "/api/work", "Authorization: Bearer chsk_7_3\r\n", "", 401, "sign_in_required");
    expect_status(&s, "POST", "/api/work", "Cookie: sid=fault\r\n", "", 500, "internal");
    expect_status(&s, "POST", "/api/work", AS_MERCHANT REFUSED, "", 409, "test_refused");
    assert_int_equal(worked(), 0);
    struct test_answer a = ask(&s, "POST", "/api/work", AS_MERCHANT, "");
    assert_int_equal(a.status, 200);
    assert_true(str_eq(buf_str(&a.body), STR("asked for 7, worked")));
    answer_free(&a);
    assert_int_equal(worked(), 1);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(work_is_counted_by_account_before_it_is_done)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    /* Three sessions of one account, and one of another. */
    expect_status(&s, "POST", "/api/work", "Cookie: sid=m7-a\r\n", "", 200, NULL);
    expect_status(&s, "POST", "/api/work", "Cookie: sid=m7-b\r\n" REFUSED, "", 409, "test_refused");
    expect_status(&s, "POST", "/api/work", "Cookie: sid=m7-c\r\n", "", 200, NULL);
    expect_status(&s, "POST", "/api/work", "Cookie: sid=m7-d\r\n", "", 429, "too_many_requests");
    assert_int_equal(worked(), 2);
    expect_status(&s, "POST", "/api/work", "Cookie: sid=m8-a\r\n", "", 200, NULL);
    assert_int_equal(worked(), 3);
    test_http_stop(&s, t);
}

/* However many shops it has: each has keys. */
TEST_EACH_ENGINE(keys_of_all_shops_of_an_account_are_counted_together)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    expect_status(&s, "POST", "/api/work/by-key", "Authorization: Bearer chsk_7_3\r\n", "", 200, NULL);
    expect_status(&s, "POST", "/api/work/by-key", "Authorization: Bearer chsk_7_4\r\n", "", 200, NULL);
    expect_status(&s, "POST", "/api/work/by-key", AS_MERCHANT, "", 200, NULL);
    expect_status(&s, "POST", "/api/work/by-key", "Authorization: Bearer chsk_7_4\r\n", "", 429, NULL);
    expect_status(&s, "POST", "/api/work/by-key", "Authorization: Bearer chsk_7_3\r\n", "", 429, NULL);
    expect_status(&s, "POST", "/api/work/by-key", "Cookie: sid=m8-a\r\n", "", 200, NULL);
    assert_int_equal(worked(), 4);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(nobody_is_worked_for_who_has_left)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    atomic_store(&test_gate, 1);
    struct test_client *leaves = client_open(http_port(s.http));
    client_send_text(leaves, "POST /api/work HTTP/1.1\r\nHost: x\r\n" AS_MERCHANT
                             "X-Wait: yes\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n\r\n");
    for (int i = 0; i < 5000 && atomic_load(&test_runs) == 0; i++) (void)usleep(1000);
    assert_int_equal(atomic_load(&test_runs), 1);
    client_reset(leaves);
    (void)usleep(200000); /* until the loop has seen it */
    atomic_store(&test_gate, 0);
    (void)usleep(200000);
    assert_int_equal(worked(), 0);
    expect_status(&s, "POST", "/api/work", AS_MERCHANT, "", 200, NULL); /* who stays is worked for */
    assert_int_equal(worked(), 1);
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(nobody_is_worked_for_who_may_not),
        EACH_ENGINE(work_is_counted_by_account_before_it_is_done),
        EACH_ENGINE(keys_of_all_shops_of_an_account_are_counted_together),
        EACH_ENGINE(nobody_is_worked_for_who_has_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
