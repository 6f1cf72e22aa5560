/* test_spending_ahead.c: what comes due for an account, on both engines: when, how much at the prices of today, what it
 * assumes, and when the credits run out; and that it is what happens, where somebody waits for it. */
#include "billing/spending.h"
#include "billing/test_plan_fix.h"

static struct kit_answer ahead(struct test_db *t, int months)
{
    struct kit_answer a =
        kit_call(t, &(struct kit_request){ .routes = billing_spending_routes,
                                           .verb = VERB_GET,
                                           .path = arena_printf(t->arena, "/api/billing/spending?ahead=%d", months),
                                           .account = account });
    struct buf why;
    buf_init(&why, 4096);
    bool good = a.status == 200 && shape_matches(billing_spending_routes->answer, a.json, &why);
    if (!good) print_error("%d %s\n", a.status, buf_terminated(&why));
    buf_free(&why);
    assert_true(good);
    return a;
}

static json_t *part(const struct kit_answer *a, const char *name)
{
    return json_object_get(json_object_get(a->json, "ahead"), name);
}

static json_t *row(const struct kit_answer *a, size_t i) { return json_array_get(part(a, "rows"), i); }

static int64_t rows(const struct kit_answer *a) { return (int64_t)json_array_size(part(a, "rows")); }

static int64_t minor(const json_t *in)
{
    return json_integer_value(json_object_get(json_object_get(in, "amount"), "amount"));
}

static const char *word(const json_t *in, const char *name) { return json_string_value(json_object_get(in, name)); }

struct expected {
    const char *at, *assumes;
    int64_t amount, credits; /* 0: none */
    bool covered;
};

static void expect_rows(const struct kit_answer *a, const struct expected *e, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *r = row(a, i);
        if (!r || !text_eq(word(r, "assumes"), e[i].assumes)) fail_msg("row %zu: %s", i, r ? word(r, "assumes") : "");
        assert_string_equal(word(r, "at"), e[i].at);
        assert_int_equal(minor(r), e[i].amount);
        assert_true(json_is_null(json_object_get(r, "amount")) == (e[i].amount == 0));
        assert_int_equal(json_integer_value(json_object_get(r, "credits")), e[i].credits);
        assert_true(json_is_true(json_object_get(r, "covered")) == e[i].covered);
        assert_memory_equal(word(r, "month"), e[i].at, 7);
    }
    assert_int_equal(rows(a), (int64_t)count);
}
#define EXPECT_ROWS(a, ...)                                                                                            \
    do {                                                                                                               \
        static const struct expected e_[] = { __VA_ARGS__ };                                                           \
        expect_rows((a), e_, ARRAY_LEN(e_));                                                                           \
    } while (0)

static void expect_credits(struct test_db *t, const struct kit_answer *a, int64_t needed, int64_t missing,
                           const char *run_out_at)
{
    const json_t *c = part(a, "credits");
    assert_int_equal(json_integer_value(json_object_get(c, "available")), fix_available(t, account));
    assert_int_equal(json_integer_value(json_object_get(c, "needed")), needed);
    assert_int_equal(json_integer_value(json_object_get(c, "missing")), missing);
    const char *told = word(c, "runOutAt");
    assert_string_equal(told ? told : "", run_out_at);
}

TEST_EACH_ENGINE(where_nothing_runs_nothing_comes)
{
    start(t, 40);
    struct kit_answer a = ahead(t, 12);
    assert_int_equal(rows(&a), 0);
    assert_int_equal(json_array_size(part(&a, "sums")), 0);
    assert_int_equal(json_array_size(part(&a, "months")), 12);
    assert_string_equal(word(json_array_get(part(&a, "months"), 0), "month"), "2026-10");
    expect_credits(t, &a, 0, 0, "");
}

TEST_EACH_ENGINE(a_plan_comes_due_at_its_end_at_the_price_of_today)
{
    start(t, 0);
    (void)bought(t, "basic", 0);
    struct kit_answer a = ahead(t, 3);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "byHand", 5000, 0, false },
                { "2026-12-14T00:00:00.000Z", "again", 5000, 0, false });
    assert_string_equal(word(row(&a, 0), "offer"), "basic");
    assert_int_equal(json_array_size(part(&a, "sums")), 2);
    assert_string_equal(word(json_array_get(part(&a, "sums"), 0), "month"), "2026-11");
    assert_int_equal(minor(json_array_get(part(&a, "sums"), 0)), 5000);
    expect_credits(t, &a, 0, 0, "");
    struct offer o = offer_of(t, "basic");
    int64_t id;
    o.price = money_of(5500, CURRENCY_CNY), o.seats = 2;
    EXPECT(offers_put(t->tx, &o, 1, kit_now(), &id));
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "byHand", 5500, 0, false });
    assert_int_equal(json_integer_value(json_object_get(row(&a, 0), "seats")), 2);
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'basic';");
    a = ahead(t, 12);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "notSold", 0, 0, false });
    a = ahead(t, 1); /* it is not in October */
    assert_int_equal(rows(&a), 0);
}

TEST_EACH_ENGINE(a_plan_that_renews_takes_credits_until_they_run_out)
{
    start(t, 1000);
    (void)bought(t, "basic", 0);
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    struct kit_answer a = ahead(t, 3);
    EXPECT_ROWS(&a, { "2026-11-13T00:00:00.000Z", "renews", 0, 500, true },
                { "2026-12-13T00:00:00.000Z", "renews", 0, 500, true });
    expect_credits(t, &a, 1000, 0, "");
    assert_int_equal(json_array_size(part(&a, "sums")), 0);
    a = ahead(t, 4);
    assert_int_equal(rows(&a), 3);
    assert_true(json_is_false(json_object_get(row(&a, 2), "covered")));
    expect_credits(t, &a, 1500, 500, "2027-01-12T00:00:00.000Z");
    /* And so it happens. */
    kit_set_now(KIT_START_MS + DAYS(29));
    clock_runs(t);
    assert_int_equal(fix_available(t, account), 500);
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-12-13T00:00:00.000Z", "renews", 0, 500, true });
    /* Nothing is taken for a chat that its merchant has switched off. */
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-12-14T00:00:00.000Z", "byHand", 5000, 0, false });
}

TEST_EACH_ENGINE(a_trial_ends_and_what_is_over_is_due_now)
{
    start(t, 0);
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    struct kit_answer a = ahead(t, 3);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "trial", 5000, 0, false },
                { "2026-12-14T00:00:00.000Z", "again", 5000, 0, false });
    kit_set_now(KIT_START_MS + DAYS(36)); /* in its days of grace */
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-11-20T00:00:00.000Z", "trial", 5000, 0, false },
                { "2026-12-20T00:00:00.000Z", "again", 5000, 0, false });
    kit_set_now(KIT_START_MS + DAYS(37));
    a = ahead(t, 2);
    assert_int_equal(rows(&a), 0);
}

TEST_EACH_ENGINE(chats_that_credits_pay_for_come_each_calendar_month)
{
    start(t, 85);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    struct kit_answer a = ahead(t, 4);
    EXPECT_ROWS(&a, { "2026-11-15T00:00:00.000Z", "month", 0, 10, true },
                { "2026-12-15T00:00:00.000Z", "month", 0, 10, true },
                { "2027-01-15T00:00:00.000Z", "month", 0, 10, true });
    assert_true(json_is_null(json_object_get(row(&a, 0), "offer")));
    expect_credits(t, &a, 30, 0, "");
    /* A second shop: what comes first is paid first, and what is smaller may still be paid. */
    shop = fix_shop(t, account, "Cups");
    (void)bought(t, "basic", 0);
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-11-13T00:00:00.000Z", "renews", 0, 500, false },
                { "2026-11-15T00:00:00.000Z", "month", 0, 10, true });
    expect_credits(t, &a, 510, 475, "2026-11-13T00:00:00.000Z");
    kit_set_now(KIT_START_MS + DAYS(31));
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 25);
    test_script(t, "UPDATE subscriptions SET renews = 0;");
    a = ahead(t, 2);
    assert_string_equal(word(row(&a, rows(&a) - 1), "assumes"), "monthEnds");
    assert_string_equal(word(row(&a, rows(&a) - 1), "at"), "2026-12-15T00:00:00.000Z");
}

TEST_EACH_ENGINE(credits_are_not_taken_for_a_chat_that_a_plan_goes_on_paying_for)
{
    start(t, 1050);
    assert_int_equal(fix_enable(t, account, shop).status, 200); /* by credits until 15 November */
    (void)bought(t, "basic", 0);
    struct kit_answer a = ahead(t, 3);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "byHand", 5000, 0, false },
                { "2026-12-14T00:00:00.000Z", "again", 5000, 0, false });
    expect_credits(t, &a, 0, 0, "");
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    a = ahead(t, 3);
    EXPECT_ROWS(&a, { "2026-11-13T00:00:00.000Z", "renews", 0, 500, true },
                { "2026-12-13T00:00:00.000Z", "renews", 0, 500, true });
    expect_credits(t, &a, 1000, 0, "");
    /* One that is sold no more ends, and credits go on paying. */
    test_script(t, "UPDATE offers SET replaced_at_ms = 1 WHERE code = 'basic';");
    a = ahead(t, 3);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "notSold", 0, 0, false },
                { "2026-11-15T00:00:00.000Z", "month", 0, 10, true },
                { "2026-12-15T00:00:00.000Z", "month", 0, 10, true });
    test_script(t, "UPDATE offers SET replaced_at_ms = 0 WHERE code = 'basic';");
    /* And so it happens: nothing is taken but for the plan. */
    kit_set_now(KIT_START_MS + DAYS(29));
    clock_runs(t);
    assert_int_equal(fix_available(t, account), 500);
    kit_set_now(KIT_START_MS + DAYS(31));
    fix_renew(t);
    assert_int_equal(fix_available(t, account), 500);
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-12-13T00:00:00.000Z", "renews", 0, 500, true });
}

TEST_EACH_ENGINE(nothing_is_due_for_a_shop_that_an_operator_has_suspended)
{
    start(t, 500);
    (void)bought(t, "basic", 0);
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    operator_does(t, "suspend");
    struct kit_answer a = ahead(t, 3);
    assert_int_equal(rows(&a), 0);
    expect_credits(t, &a, 0, 0, "");
    operator_does(t, "resume");
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-11-13T00:00:00.000Z", "renews", 0, 500, true });
}

static void end_now(struct test_db *t)
{
    char was[TIME_TEXT_SIZE];
    time_text(plan(t).until_ms, was);
    const struct kit_request r = { .routes = billing_plan_end_routes,
                                   .verb = VERB_POST,
                                   .path = arena_printf(t->arena, "/api/operator/plans/%lld/end", (long long)shop),
                                   .account = 900,
                                   .body = arena_printf(t->arena, "{\"was\":\"%s\",\"reason\":\"a test\"}", was) };
    assert_int_equal(kit_call(t, &r).status, 200);
    assert_int_equal(plan(t).until_ms, kit_now());
}

TEST_EACH_ENGINE(nothing_is_due_for_a_plan_that_was_taken_back_or_ended)
{
    start(t, 500);
    struct order first = bought(t, "basic", 0), second = bought(t, "basic", 0);
    kit_set_now(KIT_START_MS + DAYS(10));
    taken_back(t, &second);
    struct kit_answer a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-11-14T00:00:00.000Z", "byHand", 5000, 0, false }); /* of the first one */
    taken_back(t, &first);
    a = ahead(t, 2);
    assert_int_equal(rows(&a), 0);
    (void)bought(t, "basic", 0); /* bought anew, it is due as any other */
    a = ahead(t, 2);
    EXPECT_ROWS(&a, { "2026-11-24T00:00:00.000Z", "byHand", 5000, 0, false });
    end_now(t);
    a = ahead(t, 2);
    assert_int_equal(rows(&a), 0);
    /* Its owner wishes that it goes on: so it will. */
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    a = ahead(t, 1);
    EXPECT_ROWS(&a, { "2026-10-25T00:00:00.000Z", "renews", 0, 500, true });
    clock_runs(t);
    assert_int_equal(fix_available(t, account), 0);
    expect_sound(t);
}

TEST_EACH_ENGINE(nothing_is_due_for_a_plan_whose_money_went_back_in_its_days_of_grace)
{
    start(t, 0);
    struct order o = bought(t, "basic", 0);
    kit_set_now(KIT_START_MS + DAYS(32));
    struct kit_answer a = ahead(t, 1);
    EXPECT_ROWS(&a, { "2026-11-16T00:00:00.000Z", "byHand", 5000, 0, false });
    taken_back(t, &o);
    a = ahead(t, 1);
    assert_int_equal(rows(&a), 0);
}

TEST_EACH_ENGINE(currencies_stand_beside_each_other_and_shops_that_are_gone_are_left_out)
{
    start(t, 0);
    int64_t first = shop, id;
    (void)bought(t, "basic", 0);
    struct offer o = offer_of(t, "basic");
    o.price = money_of(900, CURRENCY_USD), o.seat_price = money_of(0, CURRENCY_USD);
    EXPECT(offers_put(t->tx, &o, 1, kit_now(), &id));
    shop = fix_shop(t, account, "Cups");
    (void)bought(t, "basic", 0);
    test_script(t, arena_printf(t->arena, "UPDATE shop_plans SET offer = %lld WHERE shop = %lld;", (long long)id,
                                (long long)shop));
    struct kit_answer a = ahead(t, 2);
    const json_t *sums = part(&a, "sums");
    assert_int_equal(json_array_size(sums), 2);
    assert_int_equal(minor(json_array_get(sums, 0)), 5000);
    assert_int_equal(minor(json_array_get(sums, 1)), 900);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(sums, 1), "dues")), 1);
    delete_shop(t);
    a = ahead(t, 2);
    assert_int_equal(rows(&a), 1);
    assert_int_equal(json_integer_value(json_object_get(row(&a, 0), "shop")), first);
    account = kit_account(t, 0); /* nothing of another account */
    a = ahead(t, 12);
    assert_int_equal(rows(&a), 0);
}

TEST_EACH_ENGINE(more_than_is_told_at_once_is_refused)
{
    start(t, 0);
    (void)bought(t, "basic", 0);
    test_script(t, "UPDATE offers SET days = 1;"); /* 350 ends of each plan in a year */
    for (int i = 0; i < 6; i++) {
        shop = fix_shop(t, account, arena_printf(t->arena, "Shop %d", i));
        (void)bought(t, "basic", 0);
    }
    struct kit_answer a = kit_call(t, &(struct kit_request){ .routes = billing_spending_routes,
                                                             .verb = VERB_GET,
                                                             .path = "/api/billing/spending?ahead=12",
                                                             .account = account });
    assert_string_equal(a.error, "months_too_many");
    a = ahead(t, 2);
    assert_true(rows(&a) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(where_nothing_runs_nothing_comes),
        EACH_ENGINE(a_plan_comes_due_at_its_end_at_the_price_of_today),
        EACH_ENGINE(a_plan_that_renews_takes_credits_until_they_run_out),
        EACH_ENGINE(a_trial_ends_and_what_is_over_is_due_now),
        EACH_ENGINE(chats_that_credits_pay_for_come_each_calendar_month),
        EACH_ENGINE(credits_are_not_taken_for_a_chat_that_a_plan_goes_on_paying_for),
        EACH_ENGINE(nothing_is_due_for_a_shop_that_an_operator_has_suspended),
        EACH_ENGINE(nothing_is_due_for_a_plan_that_was_taken_back_or_ended),
        EACH_ENGINE(nothing_is_due_for_a_plan_whose_money_went_back_in_its_days_of_grace),
        EACH_ENGINE(currencies_stand_beside_each_other_and_shops_that_are_gone_are_left_out),
        EACH_ENGINE(more_than_is_told_at_once_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
