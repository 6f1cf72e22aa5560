/* test_order_search.c: how operators find orders by what customers and providers call them, and take lists as tables.
 */
#include "billing/test_refund_fix.h"

#include "accounts/accounts.h"

static struct kit_answer found(struct test_db *t, const char *search, const char *more)
{
    const char *path = arena_printf(t->arena, "/api/operator/orders?search=%s%s", search, more);
    struct kit_answer a = fix_call(t, ANN, billing_operator_routes, VERB_GET, path, NULL);
    assert_int_equal(a.status, 200);
    return a;
}

static const char *number_at(const struct kit_answer *a, size_t i)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(a->json, "orders"), i), "number"));
}

static void expect_one(struct test_db *t, const char *search, const struct fix_paid *f)
{
    struct kit_answer a = found(t, search, "");
    if (json_array_size(json_object_get(a.json, "orders")) != 1) fail_msg("%s finds %s", search, a.text);
    assert_string_equal(number_at(&a, 0), f->o.number);
    assert_true(json_is_null(json_object_get(a.json, "next")));
}

static void expect_none(struct test_db *t, const char *search, const char *more)
{
    struct kit_answer a = found(t, search, more);
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), 0);
}

static const char *in_capitals(struct arena *a, const char *text)
{
    char *out = arena_text(a, text);
    for (char *c = out; *c; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    return out;
}

TEST_EACH_ENGINE(an_order_is_found_by_all_of_its_numbers)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    (void)fix_paid_order(t, account, 1);
    struct fix_paid f = fix_order(t, account, 2);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    n.trade = STR("4200-ab-77");
    (void)fix_heard(t, &n);
    fix_read(t, &f);
    (void)fix_paid_order(t, account, 0);
    expect_one(t, f.o.number, &f);
    expect_one(t, in_capitals(t->arena, f.o.number), &f);
    expect_one(t, f.p.number, &f);
    expect_one(t, "4200-ab-77", &f);
    /* As tables and messengers give them out. */
    expect_one(t, arena_printf(t->arena, "\u202a%s\u202c", f.o.number), &f);
    expect_one(t, "\u20684200-ab-77\u2069 \u200e", &f);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":100,\"reason\":\"so\",\"takesBack\":false").status, 201);
    struct refund r;
    EXPECT(refund_get(t->tx, fix_newest(t), false, &r) == ROW_FOUND);
    expect_one(t, r.number, &f);
    expect_none(t, "00000000000000000000000000", "");
    expect_none(t, arena_printf(t->arena, "%.8s", f.o.number), ""); /* a part is nothing */
    expect_none(t, f.o.number, "&state=open");
    assert_string_equal(number_at(&(struct kit_answer){ .json = found(t, f.o.number, "&state=paid").json }, 0),
                        f.o.number);
    expect_none(t, f.o.number, "&account=77");
    expect_none(t, f.o.number, "&coupon=5");
}

TEST_EACH_ENGINE(money_that_does_not_count_is_found_by_its_trade)
{
    fix_start(t);
    struct fix_paid f = fix_order(t, kit_account(t, 0), 1), hand = fix_order(t, kit_account(t, 0), 1);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    n.trade = STR("OTHER-SUM-1"), n.amount = money_of(PACK_PRICE + 1, CURRENCY_CNY);
    (void)fix_heard(t, &n);
    expect_one(t, "OTHER-SUM-1", &f);
    const char *mark = "\"reason\":\"Bank transfer of 3 May\",\"trade\":\"BANK 4-2\"";
    assert_int_equal(fix_post(t, ANN, billing_hand_routes, &hand, "paid", mark).status, 201);
    expect_one(t, "bank42", &hand); /* as somebody else writes it */
}

/* ---- by the customer ---- */

static bool opened(struct tx *tx, int64_t account, int64_t now_ms) { return now_ms > 0 && credits_open(tx, account); }

static int64_t customer(struct test_db *t, const char *email)
{
    int64_t id;
    accounts_hooks.account_created = opened;
    EXPECT(accounts_add(t->tx, email, "", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    return id;
}

TEST_EACH_ENGINE(the_orders_of_customers_are_one_list_in_pages)
{
    enum { EACH = 5, LIMIT = 3 };
    fix_start(t);
    int64_t tea = customer(t, "ann@tea.example"), cups = customer(t, "ann@cups.example");
    (void)fix_order(t, customer(t, "bob@tea.example"), 1);
    for (int i = 0; i < EACH; i++) (void)fix_paid_order(t, tea, i % 2), (void)fix_paid_order(t, cups, 1);
    size_t seen = 0;
    int64_t after = INT64_MAX, last = INT64_MAX;
    for (int page = 0; page < 9 && after > 0; page++) {
        struct kit_answer a = found(t, "Ann@", arena_printf(t->arena, "&limit=%d&after=%lld", LIMIT, (long long)after));
        const json_t *orders = json_object_get(a.json, "orders");
        for (size_t i = 0; i < json_array_size(orders); i++) {
            struct order o;
            EXPECT(orders_by_number(t->tx, number_at(&a, i), false, &o) == ROW_FOUND);
            EXPECT(o.id < last && (o.account == tea || o.account == cups));
            last = o.id, seen++;
        }
        after = json_integer_value(json_object_get(a.json, "next"));
    }
    assert_int_equal(seen, 2 * EACH);
    assert_int_equal(after, 0);
    struct kit_answer a = found(t, "ann@tea.example", "&limit=100");
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), EACH);
    a = found(t, "ann@", arena_printf(t->arena, "&limit=1&account=%lld", (long long)cups));
    assert_int_equal(json_array_size(json_object_get(a.json, "orders")), 1);
    expect_none(t, "nobody@", "");
}

/* ---- tables ---- */

static size_t lines_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

TEST_EACH_ENGINE(an_operator_takes_the_list_as_a_table)
{
    enum { ORDERS = 103 };
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_order(t, account, 1);
    for (int i = 1; i < ORDERS; i++) (void)fix_paid_order(t, account, 0);
    test_script(t, arena_printf(t->arena, "UPDATE orders SET person = %d WHERE number = '%s'", BOB, f.o.number));
    struct kit_answer a = fix_call(t, ANN, billing_operator_routes, VERB_GET, "/api/operator/orders?format=csv", NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(lines_of(a.text), ORDERS + 1); /* all pages in one file */
    a = fix_call(t, ANN, billing_operator_routes, VERB_GET, "/api/operator/orders?format=csv&state=open", NULL);
    assert_int_equal(lines_of(a.text), 2);
    const char *wanted =
        arena_printf(t->arena, ",open,%lld,bob@house.example,,credits,credits-1000,1,", (long long)account);
    EXPECT(strstr(a.text, f.o.number) && strstr(a.text, wanted));
    EXPECT(strstr(a.text, ",CNY,100.00,0.00,0.00,100.00,0.00,,,,"));
    a = fix_call(t, ANN, billing_operator_routes, VERB_GET,
                 arena_printf(t->arena, "/api/operator/orders?format=csv&search=%s", f.p.number), NULL);
    assert_int_equal(lines_of(a.text), 2);
}

TEST_EACH_ENGINE(a_merchant_takes_the_own_orders_as_a_table)
{
    enum { ORDERS = 102 };
    fix_start(t);
    int64_t mine = kit_account(t, 0), theirs = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, mine, 2), other = fix_paid_order(t, theirs, 1);
    for (int i = 1; i < ORDERS; i++) (void)fix_paid_order(t, mine, 0);
    struct kit_answer a = fix_call(t, mine, billing_routes, VERB_GET, "/api/billing/orders?format=csv", NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(lines_of(a.text), ORDERS + 1);
    EXPECT(strstr(a.text, f.o.number) && !strstr(a.text, other.o.number));
    EXPECT(strstr(a.text, ",done,credits,") && strstr(a.text, ",CNY,200.00,0.00,0.00,200.00,0.00,,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_order_is_found_by_all_of_its_numbers),
        EACH_ENGINE(money_that_does_not_count_is_found_by_its_trade),
        EACH_ENGINE(the_orders_of_customers_are_one_list_in_pages),
        EACH_ENGINE(an_operator_takes_the_list_as_a_table),
        EACH_ENGINE(a_merchant_takes_the_own_orders_as_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
