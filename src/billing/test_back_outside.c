/* test_back_outside.c: money that went back by another way than ours, on both engines: one operator says so and another
 * one agrees. */
#include "billing/test_refund_fix.h"
#include "outbound/letters.h"

#define WENT_BACK "\"reason\":\"Given back on the merchant platform\",\"takesBack\":false,\"outside\":true"

static struct kit_answer word(struct test_db *t, int64_t person, const char *what, const char *body)
{
    const char *path = arena_printf(t->arena, "/api/operator/refunds/%lld/%s", (long long)fix_newest(t), what);
    return fix_call(t, person, billing_refund_routes, VERB_POST, path, body);
}

static void hear_total(struct test_db *t, const struct fix_paid *f, int64_t total)
{
    struct payment_notice n = fix_notice(f, PAYMENT_SAYS_PAID);
    n.has_total = true, n.refund_total = money_of(total, CURRENCY_CNY);
    (void)fix_heard(t, &n);
}

/* As WeChat Pay tells it: paid, and something of it went back. */
static struct fix_paid partly_back(struct test_db *t)
{
    struct fix_paid f = fix_order(t, kit_account(t, 0), 1);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_PAID);
    n.some_back = true;
    (void)fix_heard(t, &n);
    fix_read(t, &f);
    assert_int_equal(fix_owed(t), 1);
    return f;
}

static int64_t refund_jobs(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.refund'");
}

TEST_EACH_ENGINE(what_is_owed_and_went_back_outside_is_settled_by_two)
{
    fix_start(t);
    struct fix_paid f = partly_back(t);
    struct kit_answer a = fix_refund(t, ANN, &f, WENT_BACK);
    assert_int_equal(a.status, 201);
    assert_string_equal(fix_text(&a, "state"), "asked"); /* however little it is */
    assert_string_equal(fix_text(&a, "cause"), "outside");
    assert_int_equal(fix_owed(t), 1);
    assert_string_equal(word(t, ANN, "agree", NULL).error, "refund_own");
    a = word(t, BOB, "agree", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "state"), "done");
    assert_string_equal(word(t, BOB, "agree", NULL).error, "refund_decided");
    assert_int_equal(fix_owed(t), 0);
    assert_int_equal(fix_book(t, "mismatch"), 0);
    assert_int_equal(fix_book(t, "provider:fake"), 0);
    assert_int_equal(fake.refunds + fake.queries + refund_jobs(t), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'order.refunded'"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'order.refunded_outside'"), 1);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), PACK_PRICE);
    fix_expect_sound(t);
}

/* It names whom to write to, or nobody; an answer to the letter itself is read by nobody. */
TEST_EACH_ENGINE(the_letter_says_where_to_ask)
{
    static const char *const contacts[] = { NULL, "mailto:help@house.example" };
    for (size_t i = 0; i < ARRAY_LEN(contacts); i++) {
        struct mail_row row[8];
        size_t count;
        fix_start(t);
        letters_contact = contacts[i];
        struct fix_paid f = partly_back(t);
        assert_int_equal(fix_refund(t, ANN, &f, WENT_BACK).status, 201);
        assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
        EXPECT(mail_list(t->tx, &fix_mail, 0, ARRAY_LEN(row), row, &count) == ROW_FOUND);
        assert_string_equal(row[0].kind, "order.refunded_outside");
        const char *asks = strstr(row[0].text, "write to us: help@house.example");
        if (!!asks != !!contacts[i] || strstr(row[0].text, "answer this")) fail_msg("%s", row[0].text);
    }
    letters_contact = NULL;
}

/* What one operator asks and another declines is told to nobody else; what was agreed to is. */
TEST_EACH_ENGINE(the_trail_of_a_customer_has_what_was_agreed_to_alone)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    const char *of_account = "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'refund_%' AND account > 0";
    assert_int_equal(fix_refund(t, ANN, &f, WENT_BACK).status, 201);
    assert_int_equal(word(t, BOB, "decline", "{\"reason\":\"not there\"}").status, 200);
    assert_int_equal(test_number(t, of_account), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action LIKE 'refund_%'"), 2);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":100,\"reason\":\"so\",\"takesBack\":false").status, 201);
    assert_int_equal(test_number(t, of_account), 1); /* nobody else has to agree to so little */
}

TEST_EACH_ENGINE(what_is_left_beside_it_goes_back_by_us)
{
    fix_start(t);
    struct fix_paid f = partly_back(t);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":4000," WENT_BACK).status, 201);
    assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
    assert_int_equal(fix_owed(t), 1);
    assert_string_equal(fix_refund(t, ANN, &f, "\"amount\":6001," WENT_BACK).error, "refund_too_much");
    assert_int_equal(fix_refund(t, ANN, &f, "\"reason\":\"The rest\",\"takesBack\":false").status, 201);
    kit_set_now(kit_now() + HOUR_MS);
    fake.refund = FAKE_DONE;
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fake.given, 6000);
    assert_int_equal(fix_owed(t), 0);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(what_was_bought_may_go_with_it)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 1);
    const char *all = "\"reason\":\"By a transfer\",\"takesBack\":true,\"outside\":true";
    assert_int_equal(fix_refund(t, ANN, &f, all).status, 201);
    assert_int_equal(fix_available(t, account), 0); /* held */
    assert_int_equal(word(t, BOB, "decline", "{\"reason\":\"not there\"}").status, 200);
    assert_int_equal(fix_available(t, account), PACK_CREDITS);
    assert_int_equal(fix_refund(t, ANN, &f, all).status, 201);
    assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
    assert_int_equal(fix_available(t, account), 0);
    fix_read(t, &f);
    assert_int_equal(f.o.state, ORDER_GIVEN_BACK);
    assert_int_equal(fix_book(t, "refunds"), PACK_PRICE);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM invoices WHERE kind = 3 AND refund = 2"), 1);
    fix_expect_sound(t);
    static const struct test_harm harms[] = {
        { "UPDATE refunds SET approver = actor WHERE id = 2;", "one person alone has said that it went back" },
        { "UPDATE refunds SET approver = 0 WHERE id = 2;", "one person alone has said that it went back" },
    };
    test_expect_found(t, billing_refund_checks, harms, ARRAY_LEN(harms));
}

/* What the provider tells itself is in the books once. */
TEST_EACH_ENGINE(one_persons_word_gives_way_to_the_providers)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":3000," WENT_BACK).status, 201);
    int64_t asked = fix_newest(t);
    struct refund r;
    hear_total(t, &f, 3000);
    EXPECT(refund_get(t->tx, asked, false, &r) == ROW_FOUND);
    assert_int_equal(r.state, REFUND_REFUSED);
    assert_int_equal(fix_book(t, "refunds"), 3000);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunding), 3000);
    /* And what two have said is no news when the provider tells it. */
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":2000," WENT_BACK).status, 201);
    assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
    hear_total(t, &f, 5000);
    assert_int_equal(fix_book(t, "refunds"), 5000);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(what_it_does_not_take)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1), open = fix_order(t, kit_account(t, 0), 1);
    assert_string_equal(fix_refund(t, ANN, &f, "\"reason\":\"why\",\"takesBack\":false,\"outside\":\"yes\"").fault,
                        "outside:type");
    assert_string_equal(fix_refund(t, ANN, &f, "\"takesBack\":false,\"outside\":true").fault, "reason:required");
    assert_string_equal(fix_refund(t, ANN, &open, WENT_BACK).error, "payment_not_paid");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds"), 0);
}

/* Somebody made that very refund at the provider, under the number that ours shows. */
TEST_EACH_ENGINE(the_provider_may_tell_of_one_that_waits_for_its_second_word)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":3000," WENT_BACK).status, 201);
    struct refund r;
    int64_t asked = fix_newest(t);
    EXPECT(refund_get(t->tx, asked, false, &r) == ROW_FOUND);
    struct payment_notice n = fix_notice(&f, PAYMENT_SAYS_REFUNDED);
    n.refund = str_of(r.number), n.refund_amount = r.amount;
    for (int i = 0; i < 2; i++) (void)fix_heard(t, &n);
    EXPECT(refund_get(t->tx, asked, false, &r) == ROW_FOUND);
    assert_int_not_equal(r.state, REFUND_ASKED);
    assert_int_equal(fix_book(t, "refunds"), 3000);
    assert_int_equal(fix_mismatches(t, "refunded_outside"), 1);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_that_nobody_ends_is_given_up_after_a_week)
{
    fix_start(t);
    int64_t account = kit_account(t, 0), bought;
    struct fix_paid f = fix_paid_order(t, account, 1);
    bought = fix_available(t, account);
    assert_int_equal(fix_refund(t, ANN, &f, "\"reason\":\"A mistake\",\"takesBack\":true").status, 201);
    fake.refund = FAKE_OURS;
    assert_int_equal(fix_work(t, 1), JOB_NEXT);
    assert_int_equal(fix_available(t, account), 0);
    const char *why = "{\"reason\":\"The merchant account is closed\"}";
    assert_string_equal(word(t, ANN, "decline", why).error, "refund_under_way");
    assert_string_equal(fix_refund(t, ANN, &f, WENT_BACK).error, "refund_too_much");
    kit_set_now(kit_now() + 7 * DAY_MS);
    assert_string_equal(word(t, ANN, "decline", why).error, "refund_under_way");
    kit_set_now(kit_now() + 1);
    struct kit_answer a = word(t, ANN, "decline", why);
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "state"), "failed");
    assert_false(json_is_true(json_object_get(a.json, "mayGiveUp")));
    assert_string_equal(word(t, BOB, "decline", why).error, "refund_decided");
    assert_int_equal(fix_available(t, account), bought);
    assert_int_equal(fix_work(t, 2), JOB_FINISHED); /* its job has nothing to do any more */
    assert_int_equal(fake.refunds, 1);
    assert_int_equal(fix_refund(t, ANN, &f, WENT_BACK).status, 201);
    assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
    fix_read(t, &f);
    assert_int_equal(money_minor(f.p.refunded), PACK_PRICE);
    assert_int_equal(fix_book(t, "refunds"), PACK_PRICE);
    fix_expect_sound(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_owed_and_went_back_outside_is_settled_by_two),
        EACH_ENGINE(the_letter_says_where_to_ask),
        EACH_ENGINE(the_trail_of_a_customer_has_what_was_agreed_to_alone),
        EACH_ENGINE(what_is_left_beside_it_goes_back_by_us),
        EACH_ENGINE(what_was_bought_may_go_with_it),
        EACH_ENGINE(one_persons_word_gives_way_to_the_providers),
        EACH_ENGINE(what_it_does_not_take),
        EACH_ENGINE(the_provider_may_tell_of_one_that_waits_for_its_second_word),
        EACH_ENGINE(one_that_nobody_ends_is_given_up_after_a_week),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
