/* test_bill_calls.c: what is asked of providers for their bills and for events that were missed, and what their answers
 * come to. */
#include "payments/alipay.h"
#include "payments/stripe.h"
#include "payments/test_keys.h"
#include "payments/wechat.h"

enum { DAY = 20785 }; /* 2026-11-28 */

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_new(1 << 24);
    return 0;
}
static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

static void expect_text(struct str got, const char *wanted)
{
    assert_non_null(got.p);
    assert_string_equal(arena_text_n(arena, got.p, got.n), wanted);
}

static void targets(void **state)
{
    expect_text(alipay_bill_content(arena, DAY), "{\"bill_type\":\"trade\",\"bill_date\":\"2026-11-28\"}");
    expect_text(wechat_bill_target(arena, DAY), "/v3/bill/tradebill?bill_date=2026-11-28&bill_type=ALL");
    expect_text(stripe_list_target(arena, STRIPE_CHARGES, 1, 2, STR("")),
                "/v1/charges?limit=100&created%5Bgte%5D=1&created%5Blt%5D=2");
    expect_text(stripe_list_target(arena, STRIPE_REFUNDS, 1, 2, STR("re&1")),
                "/v1/refunds?limit=100&created%5Bgte%5D=1&created%5Blt%5D=2&starting_after=re%261");
    struct str events = stripe_list_target(arena, STRIPE_UNDELIVERED, 1, 2, STR(""));
    assert_non_null(strstr(events.p, "&delivery_success=false&types%5B%5D=checkout.session.completed&"));
    assert_non_null(strstr(events.p, "&types%5B%5D=charge.dispute.created"));
    expect_text(stripe_event_target(arena, STR("evt_1/..")), "/v1/events/evt_1%2F..");
    assert_null(stripe_event_target(arena, STR("")).p);
}

static void alipay_says_there_is_none(void **state)
{
    struct alipay_param p[] = { { STR("code"), STR("40004") }, { STR("sub_code"), STR("isp.bill_not_exist") } };
    struct alipay_answer answer = { .fields = 2, .field = p };
    assert_int_equal(alipay_bill_outcome(&answer), PAYMENT_OUTCOME_ABSENT);
    p[1].value = STR("BILL_NOT_EXIST");
    assert_int_equal(alipay_bill_outcome(&answer), PAYMENT_OUTCOME_ABSENT);
    p[1].value = STR("INVAILID_ARGUMENTS");
    assert_int_equal(alipay_bill_outcome(&answer), PAYMENT_OUTCOME_REFUSED);
    p[1].value = STR("");
    assert_int_equal(alipay_bill_outcome(&answer), PAYMENT_OUTCOME_REFUSED);
}

#define HASH "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d" /* of "hello" */
#define ANSWER(type, hash, url) "{\"hash_type\":\"" type "\",\"hash_value\":\"" hash "\",\"download_url\":\"" url "\"}"

static void wechat_says_where_it_is(void **state)
{
    struct wechat_bill b;
    assert_true(wechat_bill_answer(arena, STR(ANSWER("SHA1", HASH, "https://x/v3/billdownload/file?token=1")), &b));
    expect_text(b.url, "https://x/v3/billdownload/file?token=1");
    assert_true(wechat_bill_is(&b, STR("hello")));
    assert_false(wechat_bill_is(&b, STR("hello\n")));
    assert_false(wechat_bill_is(&b, STR("")));
    static const char *const bad[] = { "",
                                       "[]",
                                       "{}",
                                       ANSWER("MD5", HASH, "https://x"),
                                       ANSWER("SHA1", "aa", "https://x"),
                                       ANSWER("SHA1", HASH, ""),
                                       "{\"hash_type\":\"SHA1\",\"hash_value\":\"" HASH "\"}" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(wechat_bill_answer(arena, str_of(bad[i]), &b));
}

static void wechat_says_there_is_none(void **state)
{
    const struct str none = STR("{\"code\":\"NO_STATEMENT_EXIST\"}"), later = STR("{\"code\":\"STATEMENT_CREATING\"}");
    assert_int_equal(wechat_bill_outcome(PAYMENT_OUTCOME_REFUSED, none), PAYMENT_OUTCOME_ABSENT);
    assert_int_equal(wechat_bill_outcome(PAYMENT_OUTCOME_REFUSED, later), PAYMENT_OUTCOME_LATER);
    assert_int_equal(wechat_bill_outcome(PAYMENT_OUTCOME_REFUSED, STR("{}")), PAYMENT_OUTCOME_REFUSED);
    /* Not signed: what it says counts for nothing. */
    assert_int_equal(wechat_bill_outcome(PAYMENT_OUTCOME_UNKNOWN, none), PAYMENT_OUTCOME_UNKNOWN);
}

static void an_event_that_was_fetched_is_one_that_came(void **state)
{
    const struct stripe_setup s = { .secrets = 2, .secret = { STR("whsec_1"), STR("whsec_0") } };
    const struct str body = STR("{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"x\",\"livemode\":false}");
    struct payment_notice n;
    struct str header = stripe_signature(arena, &s, body, TEST_NOW);
    assert_int_equal(stripe_notice(arena, &s, header, body, TEST_NOW, &n), PAYMENT_ACCEPTED);
    assert_int_equal(stripe_notice(arena, &s, header, STR("{}"), TEST_NOW, &n), PAYMENT_SIGNATURE);
    assert_int_equal(stripe_notice(arena, &s, header, body, TEST_NOW + 301, &n), PAYMENT_TIMESTAMP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets),
        cmocka_unit_test(alipay_says_there_is_none),
        cmocka_unit_test(wechat_says_where_it_is),
        cmocka_unit_test(wechat_says_there_is_none),
        cmocka_unit_test(an_event_that_was_fetched_is_one_that_came),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
