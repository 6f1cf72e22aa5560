/* test_books.c: the operator's money: every posting sums to zero and is written once, and the books say where money
 * lies. */
#include "billing/test_money.h"

static int64_t postings(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM postings"); }

/* Paid, without what follows of it. */
static struct payment paid_row(struct test_db *t)
{
    money_start(t);
    struct order o = money_order(t, kit_account(t, 0), 1);
    struct payment p = money_payment(t, &o);
    EXPECT(payment_move(t->tx, &p, PAYMENT_PAID, &(struct move){ .why = "test", .at_ms = kit_now() }));
    return p;
}

TEST_EACH_ENGINE(what_is_sold_lies_at_the_provider_once)
{
    struct payment p = paid_row(t);
    for (int i = 0; i < 3; i++) EXPECT(books_sold(t->tx, &p, kit_now()));
    EXPECT(postings(t) == 1 && test_number(t, "SELECT COUNT(*) FROM posting_entries") == 2);
    EXPECT(money_book(t, "provider:sandbox") == 10000 && money_book(t, "revenue") == -10000);
    EXPECT(books_unsold(t->tx, &p, kit_now()) && postings(t) == 1); /* it came once, whatever it came for */
}

TEST_EACH_ENGINE(what_goes_back_is_a_posting_of_its_own)
{
    struct payment p = paid_row(t);
    const struct refund first = { .id = 1, .number = "r1", .amount = CNY(4000) },
                        second = { .id = 2, .number = "r2", .amount = CNY(6000) };
    p.counts = true;
    EXPECT(books_sold(t->tx, &p, kit_now()));
    EXPECT(books_refunded(t->tx, &p, &first, kit_now()) && books_refunded(t->tx, &p, &first, kit_now()));
    EXPECT(money_book(t, "provider:sandbox") == 6000 && money_book(t, "refunds") == 4000);
    EXPECT(books_refunded(t->tx, &p, &second, kit_now()));
    EXPECT(money_book(t, "provider:sandbox") == 0 && money_book(t, "refunds") == 10000 && postings(t) == 3);
    EXPECT(money_book(t, "revenue") == -10000);
}

TEST_EACH_ENGINE(what_could_not_be_sold_is_no_revenue)
{
    struct payment p = paid_row(t);
    const struct refund whole = { .id = 1, .number = "r1", .amount = CNY(10000) };
    EXPECT(books_unsold(t->tx, &p, kit_now()) && money_book(t, "mismatch") == -10000);
    EXPECT(books_refunded(t->tx, &p, &whole, kit_now()));
    EXPECT(money_book(t, "mismatch") == 0 && money_book(t, "provider:sandbox") == 0 && money_book(t, "revenue") == 0);
}

/* Each currency for itself. */
TEST_EACH_ENGINE(a_posting_may_have_many_sides)
{
    struct payment p = paid_row(t);
    const struct posting_entry sides[] = { { "provider:sandbox", CNY(100) },
                                           { "revenue", CNY(-60) },
                                           { "mismatch", CNY(-40) },
                                           { "provider:stripe", money_of(7, CURRENCY_USD) },
                                           { "revenue", money_of(-7, CURRENCY_USD) } };
    const struct posting posting = { .key = "k", .order = p.order, .payment = p.id, .at_ms = kit_now() };
    EXPECT(books_post(t->tx, &posting, sides, ARRAY_LEN(sides)));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM posting_entries") == 5 && money_book(t, "revenue") == -60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_sold_lies_at_the_provider_once),
        EACH_ENGINE(what_goes_back_is_a_posting_of_its_own),
        EACH_ENGINE(what_could_not_be_sold_is_no_revenue),
        EACH_ENGINE(a_posting_may_have_many_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
