/* test_plan_ends.c: operators set the end of a plan, earlier or later; and what became of plans is counted as it was.
 */
#include "billing/numbers.h"
#include "billing/test_plan_fix.h"

enum { ANN = 901 };

static struct kit_answer operator_call(struct test_db *t, const struct route *routes, enum verb verb, const char *path,
                                       const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = routes, .verb = verb, .path = path, .account = ANN, .body = body });
}

static void expect_shape(const struct route *r, const struct kit_answer *a)
{
    struct buf why;
    buf_init(&why, 4096);
    bool good = shape_matches(r->answer, a->json, &why);
    if (!good) print_error("%s: %s\n", r->path, buf_terminated(&why));
    buf_free(&why);
    assert_true(good);
}

static const char *time_of(struct test_db *t, int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];
    time_text(at_ms, text);
    return arena_text(t->arena, text);
}

/* until_ms 0: now. */
static struct kit_answer end_at(struct test_db *t, int64_t was_ms, int64_t until_ms)
{
    const char *until = until_ms > 0 ? arena_printf(t->arena, ",\"until\":\"%s\"", time_of(t, until_ms)) : "";
    const char *body =
        arena_printf(t->arena, "{\"was\":\"%s\",\"reason\":\"They asked for it\"%s}", time_of(t, was_ms), until);
    const char *path = arena_printf(t->arena, "/api/operator/plans/%lld/end", (long long)shop);
    return operator_call(t, billing_plan_end_routes, VERB_POST, path, body);
}

static void ends_at(struct test_db *t, int64_t until_ms)
{
    struct kit_answer a = end_at(t, plan(t).until_ms, until_ms);
    if (a.status != 200) fail_msg("%d %s %s", a.status, a.error, a.fault);
    assert_int_equal(plan(t).until_ms, until_ms > 0 ? until_ms : kit_now());
    expect_sound(t);
}

static struct kit_answer shown(struct test_db *t)
{
    struct kit_answer a = operator_call(t, billing_plan_end_routes, VERB_GET,
                                        arena_printf(t->arena, "/api/operator/plans/%lld", (long long)shop), NULL);
    assert_int_equal(a.status, 200);
    expect_shape(billing_plan_end_routes, &a);
    return a;
}

static int64_t moves(struct test_db *t, enum plan_move_kind kind)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM plan_moves WHERE kind = %d", (int)kind));
}

static int64_t worth_now(struct test_db *t)
{
    struct money worth;
    EXPECT(plan_worth(t->tx, shop, CURRENCY_CNY, kit_now(), &worth));
    return money_minor(worth);
}

TEST_EACH_ENGINE(an_earlier_end_cuts_what_lies_behind_it)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    assert_true(json_is_null(json_object_get(shown(t).json, "plan")));
    (void)bought(t, "basic", 0), (void)bought(t, "basic", 0);
    assert_int_equal(json_array_size(json_object_get(shown(t).json, "periods")), 2);
    kit_set_now(began_ms + DAYS(10));
    ends_at(t, began_ms + DAYS(15));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM plan_periods WHERE ended_ms > 0"), 1);
    assert_int_equal(worth_now(t), 5000 * 5 / 15); /* what it cost is for the days that are left of it */
    assert_int_equal(fix_audits(t, "plan_end_set"), 1);
    assert_false(plan(t).renews);
    kit_set_now(began_ms + DAYS(15));
    clock_runs(t);
    assert_int_equal(fix_audits(t, "plan_ended"), 1);
    assert_int_equal(moves(t, PLAN_MOVE_ENDED), 1);
    expect_sound(t);
}

/* Of the newest mail: that it is of this kind, tells of the plan, and leads to the page of this shop's. */
static void expect_letter(struct test_db *t, const char *kind)
{
    struct mail_row m;
    size_t count;
    EXPECT(mail_list(t->tx, billing_settings.mail, 0, 1, &m, &count) == ROW_FOUND && count == 1);
    assert_string_equal(m.kind, kind);
    const char *page = arena_printf(t->arena, "https://chathub.example/billing/plan?shop=%lld", (long long)shop);
    if (!strstr(m.text, page)) fail_msg("no %s in %s", page, m.text);
    if (!strstr(m.text, "the plan Basic of")) fail_msg("%s", m.text);
}

TEST_EACH_ENGINE(each_letter_about_a_plan_leads_to_its_page)
{
    start_with_mail(t, 2000);
    int64_t began_ms = kit_now();
    (void)bought(t, "basic", 0);
    ends_at(t, began_ms + DAYS(10));
    expect_letter(t, "plan_end_set");
    kit_set_now(began_ms + DAYS(9)), clock_runs(t);
    expect_letter(t, "plan_ends_soon");
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    clock_runs(t);
    expect_letter(t, "plan_renewed");
}

TEST_EACH_ENGINE(an_earlier_end_is_that_of_the_period_it_cuts)
{
    start(t, 0);
    int64_t began_ms = kit_now(), id;
    (void)bought(t, "basic", 0);
    int64_t seats = plan(t).seats;
    struct offer o = offer_of(t, "basic");
    o.seats += 4;
    EXPECT(offers_put(t->tx, &o, ANN, kit_now(), &id));
    (void)bought(t, "basic", 0);
    assert_int_equal(plan(t).seats, seats + 4);
    ends_at(t, began_ms + DAYS(15));
    assert_int_equal(plan(t).seats, seats);
}

/* That it was renewed once, and an operator took that back, does not keep it from being renewed. */
TEST_EACH_ENGINE(an_end_that_was_renewed_and_is_set_again_is_renewed_again)
{
    start(t, 5000);
    (void)bought(t, "basic", 0);
    int64_t end_ms = plan(t).until_ms;
    assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    kit_set_now(end_ms - DAYS(1));
    for (int time = 1; time <= 3; time++) {
        clock_runs(t);
        assert_int_equal(plan(t).until_ms, end_ms + DAYS(30));
        assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries WHERE reason = 'plan_renewal'"), time);
        ends_at(t, end_ms);
        assert_int_equal(plan_call(t, "renewal", "{\"on\":true}").status, 200);
    }
}

TEST_EACH_ENGINE(a_later_end_costs_nothing_and_is_worth_nothing)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    struct order o = bought(t, "pro", 0);
    int64_t worth = worth_now(t);
    ends_at(t, began_ms + DAYS(50));
    assert_int_equal(worth_now(t), worth);
    kit_set_now(began_ms + DAYS(10));
    taken_back(t, &o); /* what was given stays, and moves up */
    assert_int_equal(plan(t).until_ms, began_ms + DAYS(30));
    expect_sound(t);
    kit_set_now(began_ms + DAYS(31));
    clock_runs(t);
    assert_int_equal(moves(t, PLAN_MOVE_ENDED), 1);
    ends_at(t, began_ms + DAYS(40)); /* one that is over runs again */
    assert_int_equal(moves(t, PLAN_MOVE_BEGAN), 2);
    assert_int_equal(plan(t).began_at_ms, kit_now());
    assert_int_equal(tenant_status(t), TENANT_ACTIVE);
}

TEST_EACH_ENGINE(an_end_now_and_the_same_end_again)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    (void)bought(t, "basic", 0);
    kit_set_now(began_ms + DAYS(3));
    ends_at(t, 0);
    assert_int_equal(worth_now(t), 0);
    assert_int_equal(moves(t, PLAN_MOVE_ENDED), 1);
    ends_at(t, 0); /* nothing ends twice */
    kit_set_now(began_ms + DAYS(4));
    assert_int_equal(end_at(t, plan(t).until_ms, 0).status, 200);
    assert_int_equal(plan(t).until_ms, began_ms + DAYS(3));
    assert_int_equal(fix_audits(t, "plan_end_set"), 1);
    clock_runs(t);
    assert_int_equal(moves(t, PLAN_MOVE_ENDED), 1);
    expect_sound(t);
}

TEST_EACH_ENGINE(a_trial_that_was_cut_is_as_long_as_it_says)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    kit_set_now(began_ms + DAYS(2));
    ends_at(t, began_ms + DAYS(10)), ends_at(t, 0);
    assert_int_equal(moves(t, PLAN_MOVE_TRIAL_ENDED), 1);
    ends_at(t, began_ms + DAYS(5)); /* and goes on */
    assert_true(plan(t).source == SOURCE_TRIAL);
}

TEST_EACH_ENGINE(a_trial_stays_one)
{
    start(t, 0);
    int64_t began_ms = kit_now();
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    ends_at(t, began_ms + DAYS(45));
    assert_true(plan(t).source == SOURCE_TRIAL);
    struct order o = bought(t, "pro", 0);
    assert_int_equal(moves(t, PLAN_MOVE_BEGAN), 1);
    assert_true(test_number(t, "SELECT paid_at_ms FROM plan_trials") > 0);
    taken_back(t, &o);
    assert_true(plan(t).source == SOURCE_TRIAL); /* it goes on */
    assert_int_equal(test_number(t, "SELECT paid_at_ms FROM plan_trials"), 0);
    expect_sound(t);
    kit_set_now(began_ms + DAYS(46));
    clock_runs(t);
    assert_int_equal(moves(t, PLAN_MOVE_TRIAL_ENDED), 1);
    expect_sound(t);
    ends_at(t, began_ms + DAYS(50)); /* more days, and no second trial */
    assert_true(plan(t).source == SOURCE_TRIAL);
    kit_set_now(began_ms + DAYS(51));
    clock_runs(t);
    assert_int_equal(moves(t, PLAN_MOVE_TRIAL), 1);
    assert_int_equal(moves(t, PLAN_MOVE_TRIAL_ENDED), 1);
    expect_sound(t);
}

TEST_EACH_ENGINE(what_an_end_does_not_take)
{
    start(t, 0);
    int64_t now_ms = kit_now();
    assert_string_equal(end_at(t, now_ms, 0).error, "plan_none");
    (void)bought(t, "basic", 0);
    int64_t was_ms = plan(t).until_ms;
    assert_string_equal(end_at(t, was_ms + 1, 0).error, "plan_moved");
    assert_string_equal(end_at(t, was_ms, now_ms - 1).fault, "until:too_small");
    assert_string_equal(end_at(t, was_ms, now_ms + DAYS(3661)).fault, "until:too_large");
    static const struct {
        const char *body, *fault;
    } bad[] = { { "{}", "was:required" },
                { "{\"was\":\"2026-12-01T00:00:00Z\"}", "reason:required" },
                { "{\"was\":\"tomorrow\",\"reason\":\"why not\"}", "was:format" },
                { "{\"was\":\"2026-12-01T00:00:00Z\",\"reason\":\"x\"}", "reason:too_short" },
                { "{\"was\":\"2026-12-01T00:00:00Z\",\"reason\":\"why not\",\"until\":7}", "until:type" } };
    const char *path = arena_printf(t->arena, "/api/operator/plans/%lld/end", (long long)shop);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_string_equal(operator_call(t, billing_plan_end_routes, VERB_POST, path, bad[i].body).fault,
                            bad[i].fault);
    delete_shop(t);
    assert_string_equal(end_at(t, was_ms, 0).error, "plan_shop_deleted");
    shop = 4711;
    assert_int_equal(end_at(t, was_ms, 0).status, 404);
    assert_int_equal(operator_call(t, billing_plan_end_routes, VERB_GET, "/api/operator/plans/4711", NULL).status, 404);
}

/* ---- the numbers of plans ---- */

static struct kit_answer numbers(struct test_db *t, const char *asked)
{
    struct kit_answer a = operator_call(t, billing_numbers_plans_routes, VERB_GET,
                                        arena_printf(t->arena, "/api/operator/numbers/plans%s", asked), NULL);
    assert_int_equal(a.status, 200);
    return a;
}

static int64_t all(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(a->json, "all"), name));
}

static int64_t listed(struct test_db *t, const char *asked)
{
    struct kit_answer a = operator_call(t, billing_numbers_plans_routes, VERB_GET,
                                        arena_printf(t->arena, "/api/operator/plan-moves%s", asked), NULL);
    assert_int_equal(a.status, 200);
    expect_shape(billing_numbers_plans_routes + 1, &a);
    return (int64_t)json_array_size(json_object_get(a.json, "moves"));
}

/* A trial, bought in it; renewed, exchanged, ended, and bought again. Another account only tries. */
TEST_EACH_ENGINE(new_and_lost_plans_are_counted_as_they_came)
{
    start(t, 0);
    int64_t began_ms = kit_now(), first = account, its = shop;
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    account = kit_account(t, 0), shop = fix_shop(t, account, "Cups");
    assert_int_equal(plan_call(t, "trial", NULL).status, 200);
    account = first, shop = its;
    kit_set_now(began_ms + DAYS(20));
    (void)bought(t, "basic", 0), (void)bought(t, "basic", 0);
    kit_set_now(began_ms + DAYS(70));
    clock_runs(t);
    (void)bought(t, "pro", 0);
    kit_set_now(began_ms + DAYS(130));
    clock_runs(t);
    (void)bought(t, "pro", 0);
    expect_sound(t);
    struct kit_answer a = numbers(t, "?days=150&by=month");
    expect_shape(billing_numbers_plans_routes, &a);
    static const struct {
        const char *name, *asked;
        int64_t count;
    } expected[] = { { "trial", "?kind=trial", 2 },
                     { "trialPaid", "?kind=trial&paid=true", 1 },
                     { "trialEnded", "?kind=trialEnded", 1 },
                     { "began", "?kind=began", 2 },
                     { "renewed", "?kind=renewed", 1 },
                     { "exchanged", "?kind=exchanged", 1 },
                     { "ended", "?kind=ended", 1 } };
    int64_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) assert_int_equal(all(&a, expected[i].name), expected[i].count);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(listed(t, expected[i].asked), expected[i].count);
        if (!text_eq(expected[i].name, "trialPaid")) count += expected[i].count;
    }
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM plan_moves"), count);
    assert_int_equal(listed(t, ""), count);
    assert_int_equal(listed(t, "?limit=3"), 3);
    assert_int_equal(listed(t, "?paid=false"), 1);
    assert_int_equal(listed(t, "?after=1"), 0);
    a = numbers(t, "?days=1");
    assert_int_equal(all(&a, "began"), 1);
    assert_int_equal(all(&a, "ended"), 1);
    a = numbers(t, "?days=10&to=2026-01-10");
    assert_int_equal(all(&a, "trial"), 0);
    a = operator_call(t, billing_numbers_plans_routes, VERB_GET, "/api/operator/numbers/plans?days=1&format=csv", NULL);
    assert_non_null(strstr(a.text, "day,began,renewed,exchanged,ended,trial,trialEnded,trialPaid\r\n"));
    assert_non_null(strstr(a.text, ",1,0,0,1,0,0,0\r\n"));
}

static void these_are_for_operators_alone(void **state)
{
    static const struct route *const tables[] = { billing_numbers_money_routes, billing_numbers_postings_routes,
                                                  billing_numbers_plans_routes, billing_numbers_failed_routes,
                                                  billing_owed_routes,          billing_plan_end_routes };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        for (const struct route *r = tables[i]; r->verb != VERB_UNSET; r++) {
            assert_int_equal(r->who, WHO_OPERATOR);
            assert_true(r->verb == VERB_GET || r->idempotent);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_earlier_end_cuts_what_lies_behind_it),
        EACH_ENGINE(each_letter_about_a_plan_leads_to_its_page),
        EACH_ENGINE(an_earlier_end_is_that_of_the_period_it_cuts),
        EACH_ENGINE(an_end_that_was_renewed_and_is_set_again_is_renewed_again),
        EACH_ENGINE(a_later_end_costs_nothing_and_is_worth_nothing),
        EACH_ENGINE(an_end_now_and_the_same_end_again),
        EACH_ENGINE(a_trial_that_was_cut_is_as_long_as_it_says),
        EACH_ENGINE(a_trial_stays_one),
        EACH_ENGINE(what_an_end_does_not_take),
        EACH_ENGINE(new_and_lost_plans_are_counted_as_they_came),
        cmocka_unit_test(these_are_for_operators_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
