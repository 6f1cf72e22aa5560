/* test_numbers.c: the operator's numbers of money are those of the rows: what came and went, what came to nothing and
 * why, and what is owed; each sum is that of the rows behind it. */
#include "billing/numbers.h"
#include "billing/test_refund_fix.h"

static struct kit_answer get(struct test_db *t, const struct route *routes, const char *path)
{
    struct kit_answer a = fix_call(t, ANN, routes, VERB_GET, path, NULL);
    return a;
}

static struct kit_answer money(struct test_db *t, const char *asked)
{
    struct kit_answer a =
        get(t, billing_numbers_money_routes, arena_printf(t->arena, "/api/operator/numbers/money%s", asked));
    if (a.status != 200) fail_msg("%s: %d %s", asked, a.status, a.fault ? a.fault : "");
    return a;
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

static int64_t amount_of(const json_t *in, const char *name)
{
    const json_t *money = json_object_get(in, name);
    return json_is_object(money) ? json_integer_value(json_object_get(money, "amount"))
                                 : json_integer_value(json_object_get(in, name));
}

static int64_t total(const json_t *list, const char *name)
{
    int64_t sum = 0;
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one) sum += amount_of(one, name);
    return sum;
}

static int64_t booked(struct test_db *t, const char *which)
{
    return test_number(t, arena_printf(t->arena,
                                       "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM posting_entries"
                                       " WHERE %s",
                                       which));
}

static void at(const char *text)
{
    int64_t at_ms;
    EXPECT(time_parse(str_of(text), &at_ms));
    kit_set_now(at_ms);
}

/* Another way of paying the same order, which is paid as well: it came, and goes back. */
static void paid_twice(struct test_db *t, struct fix_paid *f)
{
    struct payment second = f->p;
    second.id = 0;
    EXPECT(payment_insert(t->tx, &second, kit_now()));
    struct fix_paid again = { .o = f->o, .p = second };
    struct payment_notice n = fix_notice(&again, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
}

/* Three days of October, by the clock of China; the second one begins at 16:00 UTC. */
static void some_days(struct test_db *t)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    at("2026-10-15T15:59:59.999Z");
    struct fix_paid f = fix_paid_order(t, account, 1);
    at("2026-10-15T16:00:00.000Z");
    struct fix_paid plan = fix_paid_order(t, account, 0);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":2500,\"reason\":\"We are sorry\",\"takesBack\":false").status,
                     201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    at("2026-11-02T09:00:00.000Z");
    paid_twice(t, &plan);
}

static void expect_sums_of_the_books(struct test_db *t, const json_t *sums)
{
    assert_int_equal(total(sums, "came"), booked(t, "book LIKE 'provider:%' AND amount > 0"));
    assert_int_equal(total(sums, "went"), -booked(t, "book LIKE 'provider:%' AND amount < 0"));
    assert_int_equal(total(sums, "net"), booked(t, "book LIKE 'provider:%'"));
    assert_int_equal(total(sums, "sold") - total(sums, "refunded"), -booked(t, "book IN ('revenue', 'refunds')"));
    assert_int_equal(total(sums, "payments"), test_number(t, "SELECT COUNT(*) FROM payments WHERE state = 3"));
    assert_int_equal(total(sums, "refunds"), test_number(t, "SELECT COUNT(*) FROM refunds WHERE state = 3"));
}

TEST_EACH_ENGINE(what_came_and_went_is_what_the_books_say)
{
    static const char *const asked[] = { "?to=2026-11-02&days=60", "?to=2026-11-02&days=60&by=week",
                                         "?to=2026-11-02&days=60&by=month", "?to=2026-11-02&days=60&of=provider",
                                         "?to=2026-11-02&days=60&by=month&of=offer" };
    some_days(t);
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct kit_answer a = money(t, asked[i]);
        expect_shape(billing_numbers_money_routes, &a);
        expect_sums_of_the_books(t, json_object_get(a.json, "sums"));
        expect_sums_of_the_books(t, json_object_get(a.json, "rows"));
    }
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(a_day_begins_when_it_does_in_china)
{
    some_days(t);
    struct kit_answer a = money(t, "?to=2026-10-16&days=2");
    const json_t *rows = json_object_get(a.json, "rows"), *one = json_array_get(rows, 0),
                 *two = json_array_get(rows, 1);
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(json_string_value(json_object_get(one, "day")), "2026-10-15");
    assert_int_equal(amount_of(one, "came"), PACK_PRICE);
    assert_int_equal(amount_of(one, "went"), 0);
    assert_string_equal(json_string_value(json_object_get(two, "day")), "2026-10-16");
    assert_int_equal(amount_of(two, "came"), PLAN_PRICE);
    assert_int_equal(amount_of(two, "went"), 2500);
    a = money(t, "?to=2026-11-02&days=30&by=week");
    rows = json_object_get(a.json, "rows");
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "day")), "2026-10-12"); /* Monday */
    assert_int_equal(amount_of(json_array_get(rows, 0), "came"), PACK_PRICE + PLAN_PRICE);
    assert_int_equal(json_array_size(json_object_get(a.json, "steps")), 6);
    a = money(t, "?to=2026-11-02&days=30&by=month");
    rows = json_object_get(a.json, "rows");
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "day")), "2026-10-04"); /* cut */
    assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "day")), "2026-11-01");
    assert_int_equal(amount_of(json_array_get(rows, 1), "net"), 0); /* it came twice, and went */
}

/* The rows behind each bar make up the bar: within its moments, of its offer. */
TEST_EACH_ENGINE(behind_each_sum_stand_its_rows)
{
    some_days(t);
    struct kit_answer a = money(t, "?to=2026-11-02&days=30&of=offer"), rows;
    json_t *kept = json_incref(a.json); /* an answer lives until the next one */
    const json_t *row;
    size_t i, seen = 0;
    json_array_foreach(json_object_get(a.json, "rows"), i, row)
    {
        const char *day = json_string_value(json_object_get(row, "day"));
        const json_t *step = NULL, *steps = json_object_get(a.json, "steps");
        size_t k;
        json_array_foreach(steps, k, step) if (text_eq(json_string_value(json_object_get(step, "day")), day)) break;
        const char *path = arena_printf(t->arena, "/api/operator/postings?from=%s&to=%s&offer=%s&currency=CNY",
                                        json_string_value(json_object_get(step, "begins")),
                                        json_string_value(json_object_get(step, "ends")),
                                        json_string_value(json_object_get(row, "name")));
        rows = get(t, billing_numbers_postings_routes, path);
        assert_int_equal(rows.status, 200);
        expect_shape(billing_numbers_postings_routes, &rows);
        const json_t *list = json_object_get(rows.json, "postings");
        assert_int_equal(total(list, "amount"), amount_of(row, "net"));
        assert_int_equal((int64_t)json_array_size(list), amount_of(row, "payments") + amount_of(row, "refunds"));
        seen += json_array_size(list);
        rows = get(t, billing_numbers_postings_routes, arena_printf(t->arena, "%s&way=went", path));
        assert_int_equal(total(json_object_get(rows.json, "postings"), "amount"), -amount_of(row, "went"));
    }
    json_decref(kept);
    assert_int_equal(seen, 5);
}

TEST_EACH_ENGINE(rows_come_page_by_page)
{
    some_days(t);
    static const struct {
        const char *asked;
        size_t count;
    } asked[] = { { "", 5 },
                  { "?limit=2", 2 },
                  { "?provider=fake", 5 },
                  { "?provider=other", 0 },
                  { "?offer=basic", 3 },
                  { "?currency=USD", 0 },
                  { "?way=came", 3 },
                  { "?after=1", 0 },
                  { "?from=2026-10-15T16:00:00Z&to=2026-10-16T16:00:00Z", 2 } };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct kit_answer a =
            get(t, billing_numbers_postings_routes, arena_printf(t->arena, "/api/operator/postings%s", asked[i].asked));
        size_t found = json_array_size(json_object_get(a.json, "postings"));
        if (found != asked[i].count) fail_msg("%s: %zu and not %zu", asked[i].asked, found, asked[i].count);
    }
    int64_t after = INT64_MAX, seen = 0;
    int pages = 0;
    for (; pages < 9 && after > 0; pages++) {
        const char *path = arena_printf(t->arena, "/api/operator/postings?limit=1&after=%lld", (long long)after);
        struct kit_answer a = get(t, billing_numbers_postings_routes, path);
        seen += (int64_t)json_array_size(json_object_get(a.json, "postings"));
        after = json_integer_value(json_object_get(a.json, "next"));
    }
    assert_int_equal(seen, 5);
    assert_int_equal(pages, 5); /* behind the last row there is no page */
}

TEST_EACH_ENGINE(money_as_a_table)
{
    some_days(t);
    struct kit_answer a =
        get(t, billing_numbers_money_routes, "/api/operator/numbers/money?to=2026-10-16&days=2&of=provider&format=csv");
    assert_int_equal(a.status, 200);
    assert_string_equal(strstr(a.text, "day"), "day,name,currency,came,went,sold,refunded,payments,refunds\r\n"
                                               "2026-10-15,fake,CNY,100.00,0.00,100.00,0.00,1,0\r\n"
                                               "2026-10-16,fake,CNY,50.00,25.00,50.00,25.00,1,1\r\n");
}

/* ---- what came to nothing ---- */

static void ended(struct test_db *t, int64_t account, enum payment_state to, const char *why)
{
    struct fix_paid f = fix_order(t, account, 1);
    const struct move m = { .why = why, .at_ms = kit_now() };
    if (to == PAYMENT_CLOSED) EXPECT(order_close_here(t->tx, &f.o, why, 0, kit_now()));
    else {
        EXPECT(payment_move(t->tx, &f.p, to, &m));
        EXPECT(order_close_here(t->tx, &f.o, "nobody paid it", 0, kit_now() + 1)); /* it is counted once */
    }
}

TEST_EACH_ENGINE(payments_that_came_to_nothing_are_told_by_their_cause)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    ended(t, account, PAYMENT_FAILED, "notice"), ended(t, account, PAYMENT_FAILED, "query");
    ended(t, account, PAYMENT_FAILED, "the seller is not known");
    ended(t, account, PAYMENT_CLOSED, "nobody paid it"), ended(t, account, PAYMENT_CLOSED, "closed");
    ended(t, account, PAYMENT_CLOSED, "given up"), ended(t, account, PAYMENT_CLOSED, "the provider did not answer");
    /* A way that was not taken, since the order was paid in another one, is none. */
    struct fix_paid f = fix_paid_order(t, account, 1);
    struct payment other = f.p;
    other.id = 0, other.counts = false;
    EXPECT(payment_insert(t->tx, &other, kit_now()));
    EXPECT(payment_move(t->tx, &other, PAYMENT_CLOSED, &(struct move){ .why = "closed", .at_ms = kit_now() }));
    /* Nor is one that failed, was tried again, and came. */
    struct fix_paid again = fix_order(t, account, 1);
    EXPECT(payment_move(t->tx, &again.p, PAYMENT_FAILED, &(struct move){ .why = "notice", .at_ms = kit_now() }));
    struct payment_notice came = fix_notice(&again, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &came);
    struct kit_answer a = get(t, billing_numbers_failed_routes, "/api/operator/numbers/failed");
    assert_int_equal(a.status, 200);
    expect_shape(billing_numbers_failed_routes, &a);
    static const struct {
        const char *cause;
        int64_t count;
    } causes[] = { { "declined", 2 }, { "refused", 1 }, { "unpaid", 2 }, { "givenUp", 1 }, { "unanswered", 1 } };
    json_t *sums = json_incref(json_object_get(a.json, "sums")); /* an answer lives until the next one */
    assert_int_equal(total(json_object_get(a.json, "rows"), "payments"), 7);
    for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
        const json_t *sum = json_array_get(sums, i);
        assert_string_equal(json_string_value(json_object_get(sum, "cause")), causes[i].cause);
        assert_int_equal(amount_of(sum, "payments"), causes[i].count);
        a = get(t, billing_numbers_failed_routes,
                arena_printf(t->arena, "/api/operator/failed-payments?cause=%s", causes[i].cause));
        expect_shape(billing_numbers_failed_routes + 1, &a);
        assert_int_equal((int64_t)json_array_size(json_object_get(a.json, "payments")), causes[i].count);
    }
    json_decref(sums);
    int64_t after = INT64_MAX, seen = 0;
    int pages = 0;
    for (; pages < 9 && after > 0; pages++) {
        const char *path = arena_printf(t->arena, "/api/operator/failed-payments?limit=1&after=%lld", (long long)after);
        a = get(t, billing_numbers_failed_routes, path);
        seen += (int64_t)json_array_size(json_object_get(a.json, "payments"));
        after = json_integer_value(json_object_get(a.json, "next"));
    }
    assert_int_equal(seen, 7);
    assert_int_equal(pages, 7);
    fix_expect_sound(t);
}

/* ---- what is owed, and what waits ---- */

TEST_EACH_ENGINE(what_is_owed_is_one_press_from_its_rows)
{
    some_days(t);
    struct kit_answer a = get(t, billing_owed_routes, "/api/operator/owed");
    assert_int_equal(json_array_size(json_object_get(a.json, "payments")), 0);
    /* The refund of what was paid twice is undone by hand: nobody works on it any more. */
    test_script(t, "UPDATE refunds SET state = 4 WHERE cause = 'twice';"
                   "UPDATE payments SET refunded = 0, refunding = 0 WHERE counts = 0;");
    assert_int_equal(fix_owed(t), 1);
    a = get(t, billing_owed_routes, "/api/operator/owed");
    expect_shape(billing_owed_routes, &a);
    const json_t *one = json_array_get(json_object_get(a.json, "payments"), 0);
    assert_int_equal(json_array_size(json_object_get(a.json, "payments")), 1);
    assert_int_equal(amount_of(one, "amount"), PLAN_PRICE);
    a = get(t, billing_owed_routes,
            arena_printf(t->arena, "/api/operator/owed?after=%lld", (long long)amount_of(one, "id")));
    assert_int_equal(json_array_size(json_object_get(a.json, "payments")), 0);
}

TEST_EACH_ENGINE(payments_marked_by_hand_are_found)
{
    fix_start(t);
    struct fix_paid f = fix_order(t, kit_account(t, 0), 1);
    struct kit_answer a =
        fix_post(t, ANN, billing_hand_routes, &f, "paid", "\"reason\":\"By bank\",\"trade\":\"BANK-1\"");
    assert_int_equal(a.status, 201);
    assert_true(json_is_true(json_object_get(a.json, "mine")));
    static const struct {
        const char *asked;
        size_t count;
    } asked[] = { { "", 1 }, { "?state=asked", 1 }, { "?state=agreed", 0 }, { "?after=1", 0 } };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        a = fix_call(t, BOB, billing_hand_routes, VERB_GET,
                     arena_printf(t->arena, "/api/operator/hand-payments%s", asked[i].asked), NULL);
        expect_shape(billing_hand_routes, &a);
        assert_int_equal(json_array_size(json_object_get(a.json, "handPayments")), asked[i].count);
    }
    a = fix_call(t, BOB, billing_hand_routes, VERB_GET, "/api/operator/hand-payments", NULL);
    const json_t *one = json_array_get(json_object_get(a.json, "handPayments"), 0);
    assert_true(json_is_false(json_object_get(one, "mine")));
    assert_string_equal(json_string_value(json_object_get(one, "order")), f.o.number);
    assert_int_equal(amount_of(one, "amount"), PACK_PRICE);
    struct billing_waits w;
    EXPECT(billing_waiting(t->tx, &w));
    assert_int_equal(w.hands, 1);
}

/* ---- what is not taken ---- */

TEST_EACH_ENGINE(what_the_numbers_do_not_take)
{
    static const struct {
        const struct route *routes;
        const char *path, *fault;
    } bad[] = {
        { billing_numbers_money_routes, "/api/operator/numbers/money?days=0", "days:too_small" },
        { billing_numbers_money_routes, "/api/operator/numbers/money?days=367", "days:too_large" },
        { billing_numbers_money_routes, "/api/operator/numbers/money?by=year", "by:not_one_of" },
        { billing_numbers_money_routes, "/api/operator/numbers/money?of=shop", "of:not_one_of" },
        { billing_numbers_money_routes, "/api/operator/numbers/money?to=2026-10-16T08:00:00Z", "to:format" },
        { billing_numbers_money_routes, "/api/operator/numbers/money?to=1970-03-01", "to:too_small" },
        { billing_numbers_failed_routes, "/api/operator/numbers/failed?to=soon", "to:format" },
        { billing_numbers_failed_routes, "/api/operator/failed-payments?cause=luck", "cause:not_one_of" },
        { billing_numbers_plans_routes, "/api/operator/numbers/plans?days=x", "days:type" },
        { billing_numbers_plans_routes, "/api/operator/plan-moves?kind=lost", "kind:not_one_of" },
        { billing_numbers_plans_routes, "/api/operator/plan-moves?paid=maybe", "paid:type" },
        { billing_numbers_postings_routes, "/api/operator/postings?way=both", "way:not_one_of" },
        { billing_numbers_postings_routes, "/api/operator/postings?currency=CN", "currency:too_short" },
        { billing_numbers_postings_routes, "/api/operator/postings?limit=101", "limit:too_large" },
        { billing_owed_routes, "/api/operator/owed?after=-1", "after:too_small" },
        { billing_hand_routes, "/api/operator/hand-payments?state=lost", "state:not_one_of" },
    };
    fix_start(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct kit_answer a = get(t, bad[i].routes, bad[i].path);
        if (!text_eq(a.fault, bad[i].fault)) fail_msg("%s: %s", bad[i].path, a.fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_came_and_went_is_what_the_books_say),
        EACH_ENGINE(a_day_begins_when_it_does_in_china),
        EACH_ENGINE(behind_each_sum_stand_its_rows),
        EACH_ENGINE(rows_come_page_by_page),
        EACH_ENGINE(money_as_a_table),
        EACH_ENGINE(payments_that_came_to_nothing_are_told_by_their_cause),
        EACH_ENGINE(what_is_owed_is_one_press_from_its_rows),
        EACH_ENGINE(payments_marked_by_hand_are_found),
        EACH_ENGINE(what_the_numbers_do_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
