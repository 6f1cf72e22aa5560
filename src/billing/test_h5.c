/* test_h5.c: a way of paying that its provider takes once under a number (WeChat Pay's for phones, which is told the
 * buyer's address): gone on with while its address is good, and then another payment of the order. And what is not
 * begun at all. */
#include "base/clock.h"
#include "billing/test_money.h"

static int started;

static void start(struct provider_call *c)
{
    started++;
    c->outcome = PAYMENT_OUTCOME_OK;
    c->url = "https://pay.example/page";
}

static const char *const ways[] = { "native", "h5", NULL };
static const char *way_for(bool phone) { return phone ? "h5" : "native"; }
static const struct provider phone_provider = { .name = "sandbox",
                                                .name_en = "Sandbox",
                                                .name_zh = "沙盒",
                                                .ways = ways,
                                                .way_for = way_for,
                                                .ready = money_yes,
                                                .takes = money_takes,
                                                .start = start };
const struct provider *const billing_providers[] = { &phone_provider, NULL };
const struct provider *provider_named(const char *name) { return text_eq(name, "sandbox") ? &phone_provider : NULL; }

static struct kit_answer pay(struct test_db *t, const struct order *o, const char *way)
{
    return kit_call(
        t, &(struct kit_request){ .routes = billing_pay_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/billing/orders/%s/pay", o->number),
                                  .account = o->account,
                                  .body = arena_printf(t->arena, "{\"provider\":\"sandbox\",\"way\":\"%s\"}", way) });
}

static void jobs_run(struct test_db *t, int64_t payment)
{
    const struct kit_attempt a = {
        .kind = &billing_start_job, .id = 1, .ref = payment, .attempt = 1, .note = "zh-CN 192.0.2.1"
    };
    assert_int_equal(kit_job(t, &a), JOB_FINISHED);
}

static int64_t payments(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM payments"); }
static int64_t jobs(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.start'");
}

TEST_EACH_ENGINE(a_link_for_a_phone_is_begun_once_under_its_number)
{
    money_start(t);
    started = 0;
    struct order o = money_order(t, kit_account(t, 0), 1);
    assert_int_equal(pay(t, &o, "h5").status, 202);
    assert_int_equal(pay(t, &o, "h5").status, 202); /* a second click joins the first */
    assert_int_equal(payments(t), 1);
    assert_int_equal(jobs(t), 1);
    jobs_run(t, 1);
    kit_set_now(kit_now() + 3 * MINUTE_MS);
    assert_int_equal(pay(t, &o, "h5").status, 200);
    assert_int_equal(payments(t), 1);
    kit_set_now(kit_now() + 2 * MINUTE_MS); /* the link is over; the phone may have another address by now */
    assert_int_equal(pay(t, &o, "h5").status, 202);
    assert_int_equal(payments(t), 2);
    struct payment first = money_payment_now(t, 1);
    assert_string_equal(first.url, "https://pay.example/page"); /* it is still one that can be paid */
    assert_int_equal(first.state, PAYMENT_OPEN);
    jobs_run(t, 2);
    assert_int_equal(pay(t, &o, "h5").status, 200);
    assert_int_equal(started, 2);
    /* No answer came to it in a minute: another one, too. */
    kit_set_now(kit_now() + 5 * MINUTE_MS);
    assert_int_equal(pay(t, &o, "h5").status, 202);
    kit_set_now(kit_now() + MINUTE_MS);
    assert_int_equal(pay(t, &o, "h5").status, 202);
    assert_int_equal(payments(t), 4);
    EXPECT_MONEY_TRUE(t);
}

TEST_EACH_ENGINE(a_code_is_begun_again_under_its_number)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    assert_int_equal(pay(t, &o, "native").status, 202);
    kit_set_now(kit_now() + 10 * MINUTE_MS);
    assert_int_equal(pay(t, &o, "native").status, 202); /* its provider has not answered */
    assert_int_equal(payments(t), 1);
}

static struct kit_answer of_order(struct test_db *t, const struct order *o, const char *what)
{
    const char *path = arena_printf(t->arena, "/api/billing/orders/%s/%s", o->number, what);
    const struct kit_request r = {
        .routes = billing_pay_routes, .verb = VERB_POST, .path = path, .account = o->account
    };
    return kit_call(t, &r);
}

static void operator_does(struct test_db *t, int64_t shop, const char *what)
{
    const char *path = arena_printf(t->arena, "/api/operator/shops/%lld/%s", (long long)shop, what);
    const struct kit_request r = {
        .routes = shops_house_routes, .verb = VERB_POST, .path = path, .account = 900, .body = "{\"reason\":\"a test\"}"
    };
    assert_int_equal(kit_call(t, &r).status, 200);
}

TEST_EACH_ENGINE(nothing_is_begun_to_be_paid_for_a_shop_that_an_operator_has_suspended)
{
    struct order_quote q;
    money_start(t);
    int64_t account = kit_account(t, 0), shop = fix_shop(t, account, "Tea");
    EXPECT(money_wish(t, (struct order_wish){ .account = account, .person = 1, .shop = shop }, "basic", &q) ==
           QUOTE_MADE);
    EXPECT(orders_insert(t->tx, &q, kit_now()));
    struct order plan = q.order, packs = money_order(t, account, 1);
    operator_does(t, shop, "suspend");
    assert_string_equal(pay(t, &plan, "native").error, "shop_suspended");
    assert_int_equal(payments(t) + jobs(t), 0);
    assert_int_equal(pay(t, &packs, "native").status, 202); /* credits are no shop's */
    operator_does(t, shop, "resume");
    assert_int_equal(pay(t, &plan, "native").status, 202);
    assert_int_equal(payments(t), 2);
    /* What is begun is still asked about, and given up. */
    operator_does(t, shop, "suspend");
    assert_string_equal(pay(t, &plan, "native").error, "shop_suspended");
    assert_int_equal(of_order(t, &plan, "check").status, 202);
    assert_int_equal(of_order(t, &plan, "cancel").status, 202);
    EXPECT_MONEY_TRUE(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_link_for_a_phone_is_begun_once_under_its_number),
        EACH_ENGINE(a_code_is_begun_again_under_its_number),
        EACH_ENGINE(nothing_is_begun_to_be_paid_for_a_shop_that_an_operator_has_suspended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
