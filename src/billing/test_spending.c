/* test_spending.c: what an account has spent in money, on both engines: each sum is that of its orders, its refunds and
 * the books; each falls into the month in which it happened, by the clock of the account; and its rows make it up. */
#include "billing/numbers.h"
#include "billing/spending.h"
#include "billing/test_refund_fix.h"

enum { SHOP = 77, USD_PRICE = 1500 };
static int64_t mine;

static bool zone_of(struct tx *tx, int64_t account, struct arena *a, const char **out)
{
    *out = "Asia/Shanghai";
    return tx && a && account > 0;
}
static int64_t day_begins_ms(const char *zone, int64_t day) { return day * DAY_MS - (zone[0] ? NUMBERS_ZONE_MS : 0); }
static int64_t day_of(const char *zone, int64_t at_ms) { return (at_ms + (zone[0] ? NUMBERS_ZONE_MS : 0)) / DAY_MS; }

static struct kit_answer get_of(struct test_db *t, int64_t account, const struct route *routes, const char *path)
{
    return fix_call(t, account, routes, VERB_GET, path, NULL);
}

static struct kit_answer spending(struct test_db *t, const char *asked)
{
    const char *path = arena_printf(t->arena, "/api/billing/spending%s", asked);
    struct kit_answer a = get_of(t, mine, billing_spending_routes, path);
    if (a.status != 200) fail_msg("%s: %d %s %s", asked, a.status, a.error, a.fault ? a.fault : "");
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

static const char *word(const json_t *in, const char *name) { return json_string_value(json_object_get(in, name)); }

static int64_t number(const json_t *in, const char *name)
{
    const json_t *value = json_object_get(in, name);
    return json_integer_value(json_is_object(value) ? json_object_get(value, "amount") : value);
}

static const char *currency_of(const json_t *in, const char *name)
{
    return word(json_object_get(in, name), "currency");
}

static int64_t total(const json_t *list, const char *name)
{
    int64_t sum = 0;
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one) sum += number(one, name);
    return sum;
}

static void at(const char *text)
{
    int64_t at_ms;
    EXPECT(time_parse(str_of(text), &at_ms));
    kit_set_now(at_ms);
}

static void begin(struct test_db *t)
{
    fix_start(t);
    billing_settings.calendar = (struct billing_calendar){ zone_of, day_begins_ms, day_of };
    mine = kit_account(t, 0);
}

/* The provider's word that it is paid. */
static void pay(struct test_db *t, struct fix_paid *f)
{
    struct payment_notice n = fix_notice(f, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    fix_read(t, f);
    assert_int_equal(f->o.state, ORDER_DELIVERED);
}

static void refund(struct test_db *t, const struct fix_paid *f, int64_t amount)
{
    const char *members =
        arena_printf(t->arena, "\"amount\":%lld,\"reason\":\"We are sorry\",\"takesBack\":false", (long long)amount);
    assert_int_equal(fix_refund(t, ANN, f, members).status, 201);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
}

/* Of one line; `credited` is what an earlier plan was still worth in it. */
static void buy(struct test_db *t, const struct offer *o, int64_t credited)
{
    enum currency c = money_currency(o->price);
    bool plan = o->kind == OFFER_PLAN;
    struct order_quote q = { .order = { .account = mine,
                                        .person = mine,
                                        .shop = plan ? SHOP : 0,
                                        .purpose = plan ? "plan:77" : "credits",
                                        .offer = o->id,
                                        .kind = o->kind,
                                        .seats = o->seats,
                                        .quantity = 1,
                                        .list_amount = o->price,
                                        .discount = money_of(0, c),
                                        .credited = money_of(credited, c) },
                             .line = { { plan ? "plan" : "credits", 1, 0, 0, o->price, o->price },
                                       { "credited", 1, 0, 0, money_of(-credited, c), money_of(-credited, c) } },
                             .lines = credited > 0 ? 2 : 1 };
    EXPECT(money_subtract(o->price, q.order.credited, &q.order.amount));
    EXPECT(orders_insert(t->tx, &q, kit_now()));
    struct fix_paid f = { .o = q.order };
    f.p = (struct payment){ .order = f.o.id, .account = mine, .provider = "fake", .way = "page", .amount = f.o.amount };
    f.p.expires_at_ms = f.o.expires_at_ms;
    EXPECT(payment_insert(t->tx, &f.p, kit_now()));
    pay(t, &f);
}

/* Another plan in the place of one that was still worth so much: the rest of its price is paid. */
static void exchange(struct test_db *t, int64_t worth)
{
    struct offer o;
    EXPECT(offers_sold(t->tx, "pro", CURRENCY_CNY, &o) == ROW_FOUND);
    buy(t, &o, worth);
}

static void in_dollars(struct test_db *t)
{
    struct offer o;
    EXPECT(offers_sold(t->tx, "credits-1000", CURRENCY_CNY, &o) == ROW_FOUND);
    o.price = money_of(USD_PRICE, CURRENCY_USD), o.seat_price = money_of(0, CURRENCY_USD);
    EXPECT(offers_put(t->tx, &o, ANN, kit_now(), &o.id));
    buy(t, &o, 0);
}

static void by_hand(struct test_db *t)
{
    struct fix_paid f = fix_order(t, mine, 1);
    assert_int_equal(
        fix_post(t, ANN, billing_hand_routes, &f, "paid", "\"reason\":\"By bank\",\"trade\":\"BANK-1\"").status, 201);
    assert_int_equal(fix_post(t, BOB, billing_hand_routes, &f, "paid/agree", "").status, 200);
}

/* September to November, by the clock of China. */
static void some_months(struct test_db *t)
{
    begin(t);
    at("2026-09-30T15:59:59.999Z");
    struct fix_paid pack = fix_paid_order(t, mine, 1);
    at("2026-09-30T16:00:00.000Z"); /* October there */
    struct fix_paid plan = fix_paid_order(t, mine, 0);
    int64_t theirs = kit_account(t, 0);
    (void)fix_paid_order(t, theirs, 2);
    at("2026-10-20T08:00:00.000Z");
    refund(t, &plan, 1000);
    exchange(t, 2000);
    in_dollars(t);
    at("2026-11-02T09:00:00.000Z");
    refund(t, &pack, 2500); /* of what was paid in September */
    by_hand(t);
    struct payment again = plan.p; /* paid twice: it goes back */
    again.id = 0;
    EXPECT(payment_insert(t->tx, &again, kit_now()));
    struct payment_notice n = fix_notice(&(struct fix_paid){ .o = plan.o, .p = again }, PAYMENT_SAYS_PAID);
    (void)fix_heard(t, &n);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
}

static int64_t told(struct test_db *t, const char *sum, const char *from)
{
    return test_number(t, arena_printf(t->arena, "SELECT CAST(COALESCE(SUM(%s), 0) AS BIGINT) FROM %s", sum, from));
}

/* Of orders and refunds, of the books, and of the papers. */
static void expect_sums(struct test_db *t, const json_t *list, const char *currency)
{
    const char *of = arena_printf(t->arena, "account = %lld AND currency = '%s'", (long long)mine, currency);
    const char *counts = arena_printf(t->arena, "payments WHERE counts = 1 AND state = 3 AND %s", of);
    const char *back = arena_printf(
        t->arena, "refunds WHERE state = 3 AND %s AND payment IN (SELECT id FROM payments WHERE counts = 1)", of);
    const char *booked = arena_printf(t->arena,
                                      "posting_entries WHERE book IN ('revenue', 'refunds') AND currency = '%s'"
                                      " AND posting IN (SELECT id FROM postings WHERE account = %lld)",
                                      currency, (long long)mine);
    int64_t paid = 0, refunded = 0, payments = 0, refunds = 0;
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (!text_eq(currency_of(one, "paid"), currency)) continue;
        assert_int_equal(number(one, "net"), number(one, "paid") - number(one, "refunded"));
        paid += number(one, "paid"), refunded += number(one, "refunded");
        payments += number(one, "payments"), refunds += number(one, "refunds");
    }
    assert_int_equal(paid, told(t, "amount", counts));
    assert_int_equal(paid, told(t, "amount", arena_printf(t->arena, "orders WHERE state IN (3, 5) AND %s", of)));
    assert_int_equal(paid, told(t, "amount", arena_printf(t->arena, "invoices WHERE kind = 2 AND %s", of)));
    assert_int_equal(refunded, told(t, "amount", back));
    assert_int_equal(refunded, told(t, "amount", arena_printf(t->arena, "invoices WHERE kind = 3 AND %s", of)));
    assert_int_equal(paid - refunded, -told(t, "amount", booked));
    assert_int_equal(payments, told(t, "1", counts));
    assert_int_equal(refunds, told(t, "1", back));
}

TEST_EACH_ENGINE(what_was_spent_is_what_orders_refunds_and_books_say)
{
    some_months(t);
    struct kit_answer a = spending(t, "");
    expect_shape(billing_spending_routes, &a);
    static const char *const currencies[] = { "CNY", "USD" };
    for (size_t i = 0; i < ARRAY_LEN(currencies); i++) {
        expect_sums(t, json_object_get(a.json, "sums"), currencies[i]);
        expect_sums(t, json_object_get(a.json, "rows"), currencies[i]);
    }
    assert_int_equal(json_array_size(json_object_get(a.json, "sums")), 2);
    assert_int_equal(json_array_size(json_object_get(a.json, "months")), 12);
    fix_expect_sound(t);
}

static void expect_row(const json_t *row, const char *month, const char *kind, int64_t paid, int64_t refunded)
{
    assert_string_equal(word(row, "month"), month);
    assert_string_equal(word(row, "kind"), kind);
    assert_int_equal(number(row, "paid"), paid);
    assert_int_equal(number(row, "refunded"), refunded);
    if (text_eq(kind, "plan")) assert_int_equal(number(row, "shop"), SHOP);
    else assert_true(json_is_null(json_object_get(row, "shop")));
}

TEST_EACH_ENGINE(each_falls_into_its_month_by_the_clock_of_the_account)
{
    some_months(t);
    struct kit_answer a = spending(t, "?months=3");
    const json_t *rows = json_object_get(a.json, "rows"), *months = json_object_get(a.json, "months");
    assert_string_equal(word(a.json, "timezone"), "Asia/Shanghai");
    assert_string_equal(word(json_array_get(months, 0), "begins"), "2026-08-31T16:00:00.000Z");
    assert_string_equal(word(json_array_get(months, 2), "month"), "2026-11");
    assert_string_equal(word(json_array_get(months, 2), "ends"), "2026-11-30T16:00:00.000Z");
    assert_int_equal(json_array_size(rows), 4);
    expect_row(json_array_get(rows, 0), "2026-09", "credits", PACK_PRICE, 0);
    expect_row(json_array_get(rows, 1), "2026-10", "plan", PLAN_PRICE + 4000, 1000);
    expect_row(json_array_get(rows, 2), "2026-10", "credits", USD_PRICE, 0);
    assert_string_equal(currency_of(json_array_get(rows, 2), "paid"), "USD");
    expect_row(json_array_get(rows, 3), "2026-11", "credits", PACK_PRICE, 2500);
    /* A month alone: what went back in it may be more than what was paid in it. */
    at("2026-12-01T09:00:00.000Z");
    struct fix_paid f = fix_paid_order(t, mine, 1);
    at("2027-01-01T09:00:00.000Z");
    refund(t, &f, PACK_PRICE);
    a = spending(t, "?months=1");
    expect_row(json_array_get(json_object_get(a.json, "rows"), 0), "2027-01", "credits", 0, PACK_PRICE);
    assert_int_equal(total(json_object_get(a.json, "sums"), "net"), -PACK_PRICE);
    /* Without a zone months are those of UTC. */
    billing_settings.calendar = (struct billing_calendar){ 0 };
    a = spending(t, "?months=5");
    assert_string_equal(word(a.json, "timezone"), "UTC");
    expect_row(json_array_get(json_object_get(a.json, "rows"), 0), "2026-09", "credits", PACK_PRICE, 0);
    expect_row(json_array_get(json_object_get(a.json, "rows"), 1), "2026-09", "plan", PLAN_PRICE, 0);
}

TEST_EACH_ENGINE(behind_each_sum_of_a_month_stand_its_rows)
{
    some_months(t);
    struct kit_answer a = spending(t, "?months=3"), rows;
    json_t *kept = json_incref(a.json); /* an answer lives until the next one */
    const json_t *row, *months = json_object_get(kept, "months");
    size_t i, seen = 0;
    json_array_foreach(json_object_get(kept, "rows"), i, row)
    {
        const json_t *month = NULL;
        size_t k;
        json_array_foreach(months, k, month) if (text_eq(word(month, "month"), word(row, "month"))) break;
        const char *shop = text_eq(word(row, "kind"), "plan") ? "&shop=77" : "";
        const char *path =
            arena_printf(t->arena, "/api/billing/spending/rows?from=%s&to=%s&kind=%s&currency=%s%s",
                         word(month, "begins"), word(month, "ends"), word(row, "kind"), currency_of(row, "paid"), shop);
        rows = get_of(t, mine, billing_spent_routes, path);
        assert_int_equal(rows.status, 200);
        expect_shape(billing_spent_routes, &rows);
        const json_t *list = json_object_get(rows.json, "rows");
        assert_int_equal(total(list, "amount"), number(row, "net"));
        assert_int_equal((int64_t)json_array_size(list), number(row, "payments") + number(row, "refunds"));
        seen += json_array_size(list);
        rows = get_of(t, mine, billing_spent_routes, arena_printf(t->arena, "%s&way=refunded", path));
        assert_int_equal(total(json_object_get(rows.json, "rows"), "amount"), -number(row, "refunded"));
    }
    json_decref(kept);
    assert_int_equal(seen, 7);
}

TEST_EACH_ENGINE(rows_of_what_was_spent_come_page_by_page)
{
    some_months(t);
    static const struct {
        const char *asked;
        size_t count;
    } asked[] = { { "", 7 },
                  { "?limit=2", 2 },
                  { "?kind=plan", 3 },
                  { "?kind=credits", 4 },
                  { "?shop=77", 3 },
                  { "?shop=78", 0 },
                  { "?currency=USD", 1 },
                  { "?way=paid", 5 },
                  { "?way=refunded", 2 },
                  { "?after=1", 0 },
                  { "?from=2026-11-01", 2 } };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        struct kit_answer a = get_of(t, mine, billing_spent_routes,
                                     arena_printf(t->arena, "/api/billing/spending/rows%s", asked[i].asked));
        size_t found = json_array_size(json_object_get(a.json, "rows"));
        if (found != asked[i].count) fail_msg("%s: %zu and not %zu", asked[i].asked, found, asked[i].count);
    }
    int64_t after = INT64_MAX, seen = 0, sum = 0;
    int pages = 0;
    for (; pages < 9 && after > 0; pages++) {
        const char *path =
            arena_printf(t->arena, "/api/billing/spending/rows?currency=CNY&limit=2&after=%lld", (long long)after);
        struct kit_answer a = get_of(t, mine, billing_spent_routes, path);
        seen += (int64_t)json_array_size(json_object_get(a.json, "rows"));
        sum += total(json_object_get(a.json, "rows"), "amount");
        after = number(a.json, "next");
    }
    assert_int_equal(pages, 3); /* a page that is full is the last one, when nothing is behind it */
    assert_int_equal(seen, 6);
    assert_int_equal(sum, 2 * PACK_PRICE + PLAN_PRICE + 4000 - 1000 - 2500);
}

/* Each a payment of `f` as far as rows go. */
static void many_postings(struct test_db *t, const struct fix_paid *f, const char *key, int count)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO postings (key, order_id, payment, refund, account, at_ms)"
                                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                                " SELECT '%s:' || i, %lld, %lld, 0, %lld, %lld FROM n;"
                                "INSERT INTO posting_entries (posting, line, book, currency, amount)"
                                " SELECT id, 2, 'revenue', 'CNY', -1 FROM postings WHERE key LIKE '%s:%%';",
                                count, key, (long long)f->o.id, (long long)f->p.id, (long long)mine,
                                (long long)kit_now(), key));
}

/* A small page is filled from as many rows as a large one. */
TEST_EACH_ENGINE(what_is_looked_for_is_found_among_two_thousand_rows_and_behind_them)
{
    begin(t);
    in_dollars(t);
    at("2026-12-01T09:00:00.000Z");
    struct fix_paid f = fix_paid_order(t, mine, 1);
    many_postings(t, &f, "older", 1998); /* with the pack: 1,999 newer ones */
    static const char *const asked = "/api/billing/spending/rows?currency=USD&limit=1";
    struct kit_answer a = get_of(t, mine, billing_spent_routes, asked);
    assert_int_equal(json_array_size(json_object_get(a.json, "rows")), 1);
    assert_true(json_is_null(json_object_get(a.json, "next")));
    at("2026-12-02T09:00:00.000Z");
    many_postings(t, &f, "newer", 200);
    a = get_of(t, mine, billing_spent_routes, asked);
    assert_int_equal(json_array_size(json_object_get(a.json, "rows")), 0);
    int64_t next = number(a.json, "next");
    assert_true(next > 0);
    a = get_of(t, mine, billing_spent_routes, arena_printf(t->arena, "%s&after=%lld", asked, (long long)next));
    assert_int_equal(json_array_size(json_object_get(a.json, "rows")), 1);
    assert_true(json_is_null(json_object_get(a.json, "next")));
}

TEST_EACH_ENGINE(who_has_bought_nothing_has_spent_nothing)
{
    some_months(t);
    int64_t other = kit_account(t, 0);
    struct kit_answer a = get_of(t, other, billing_spending_routes, "/api/billing/spending?months=36");
    expect_shape(billing_spending_routes, &a);
    assert_int_equal(json_array_size(json_object_get(a.json, "rows")), 0);
    assert_int_equal(json_array_size(json_object_get(a.json, "sums")), 0);
    assert_int_equal(json_array_size(json_object_get(a.json, "months")), 36);
    a = get_of(t, other, billing_spent_routes, "/api/billing/spending/rows");
    assert_int_equal(json_array_size(json_object_get(a.json, "rows")), 0);
    assert_true(json_is_null(json_object_get(a.json, "next")));
}

TEST_EACH_ENGINE(what_was_spent_as_a_table)
{
    some_months(t);
    struct kit_answer a = get_of(t, mine, billing_spending_routes, "/api/billing/spending?months=3&format=csv");
    assert_int_equal(a.status, 200);
    assert_string_equal(strstr(a.text, "month"), "month,kind,shop,currency,paid,refunded,payments,refunds\r\n"
                                                 "2026-09,credits,,CNY,100.00,0.00,1,0\r\n"
                                                 "2026-10,plan,77,CNY,90.00,10.00,2,1\r\n"
                                                 "2026-10,credits,,USD,15.00,0.00,1,0\r\n"
                                                 "2026-11,credits,,CNY,100.00,25.00,1,1\r\n");
}

TEST_EACH_ENGINE(more_than_is_counted_at_once_is_refused)
{
    begin(t);
    struct fix_paid f = fix_paid_order(t, mine, 1);
    many_postings(t, &f, "many", 20000);
    struct kit_answer a = get_of(t, mine, billing_spending_routes, "/api/billing/spending?months=1");
    assert_int_equal(a.status, 422);
    assert_string_equal(a.error, "months_too_many");
    test_script(t, "DELETE FROM postings WHERE key = 'many:1';");
    a = spending(t, "?months=1");
    assert_int_equal(total(json_object_get(a.json, "sums"), "paid"), PACK_PRICE + 19999);
}

TEST_EACH_ENGINE(what_spending_does_not_take)
{
    static const struct {
        const char *path, *fault;
    } bad[] = {
        { "?months=0", "months:too_small" },
        { "?months=37", "months:too_large" },
        { "?months=x", "months:type" },
        { "?ahead=0", "ahead:too_small" },
        { "?ahead=13", "ahead:too_large" },
        { "?format=pdf", "format:not_one_of" },
        { "?year=2026", "year:unknown" },
        { "/rows?kind=shop", "kind:not_one_of" },
        { "/rows?way=both", "way:not_one_of" },
        { "/rows?shop=0", "shop:too_small" },
        { "/rows?shop=tea", "shop:type" },
        { "/rows?currency=CN", "currency:too_short" },
        { "/rows?currency=CNYX", "currency:too_long" },
        { "/rows?limit=101", "limit:too_large" },
        { "/rows?after=-1", "after:too_small" },
        { "/rows?from=soon", "from:format" },
        { "/rows?to=2026-13-01", "to:format" },
    };
    begin(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        bool rows = bad[i].path[0] == '/';
        struct kit_answer a = get_of(t, mine, rows ? billing_spent_routes : billing_spending_routes,
                                     arena_printf(t->arena, "/api/billing/spending%s", bad[i].path));
        if (!text_eq(a.fault, bad[i].fault)) fail_msg("%s: %s", bad[i].path, a.fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_was_spent_is_what_orders_refunds_and_books_say),
        EACH_ENGINE(each_falls_into_its_month_by_the_clock_of_the_account),
        EACH_ENGINE(behind_each_sum_of_a_month_stand_its_rows),
        EACH_ENGINE(rows_of_what_was_spent_come_page_by_page),
        EACH_ENGINE(what_is_looked_for_is_found_among_two_thousand_rows_and_behind_them),
        EACH_ENGINE(who_has_bought_nothing_has_spent_nothing),
        EACH_ENGINE(what_was_spent_as_a_table),
        EACH_ENGINE(more_than_is_counted_at_once_is_refused),
        EACH_ENGINE(what_spending_does_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
