/* test_refund_rules.c: who may give money back and who has to agree, what a request may say, and what `verify` finds of
 * rows that somebody changed. */
#include "billing/test_refund_fix.h"

#define ALL_BACK "\"reason\":\"Bought by mistake\",\"takesBack\":true"
#define MONEY_ONLY "\"reason\":\"We are sorry\",\"takesBack\":false"

/* ---- a second person ---- */

static struct kit_answer word(struct test_db *t, int64_t person, const char *what, const char *body)
{
    const char *path = arena_printf(t->arena, "/api/operator/refunds/%lld/%s", (long long)fix_newest(t), what);
    return fix_call(t, person, billing_refund_routes, VERB_POST, path, body);
}

TEST_EACH_ENGINE(a_large_one_waits_for_somebody_else)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 3);
    struct kit_answer a = fix_refund(t, ANN, &f, "\"amount\":20001," ALL_BACK);
    assert_string_equal(fix_text(&a, "state"), "asked");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.refund'"), 0);
    a = word(t, ANN, "agree", NULL);
    assert_int_equal(a.status, 403);
    assert_string_equal(a.error, "refund_own");
    fix_expect_sound(t);
    a = word(t, BOB, "agree", NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(fix_number(&a, "approver"), BOB);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.refund'"), 1);
    assert_string_equal(word(t, BOB, "agree", NULL).error, "refund_decided");
    assert_string_equal(word(t, BOB, "decline", "{\"reason\":\"too late\"}").error, "refund_under_way");
    assert_int_equal(fix_work(t, 1), JOB_FINISHED);
    assert_int_equal(fake.given, 20001);
    struct fix_paid other = fix_paid_order(t, kit_account(t, 0), 3);
    a = fix_refund(t, ANN, &other, "\"amount\":20000," MONEY_ONLY); /* at the sum itself nobody else is needed */
    assert_string_equal(fix_text(&a, "state"), "pending");
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(one_that_is_declined_gives_back_what_it_had_reserved)
{
    fix_start(t);
    int64_t account = kit_account(t, 0);
    struct fix_paid f = fix_paid_order(t, account, 3);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    assert_int_equal(fix_available(t, account), 0);
    assert_string_equal(word(t, BOB, "decline", "{\"reason\":\"\"}").fault, "reason:required");
    struct kit_answer a = word(t, ANN, "decline", "{\"reason\":\"asked in error\"}"); /* one's own may be taken back */
    assert_int_equal(a.status, 200);
    assert_string_equal(fix_text(&a, "state"), "refused");
    assert_int_equal(fix_available(t, account), 3 * PACK_CREDITS);
    assert_int_equal(fix_work(t, 1), JOB_FINISHED); /* nothing is called */
    assert_int_equal(fake.refunds + fake.queries, 0);
    a = fix_call(t, ANN, billing_refund_routes, VERB_POST, "/api/operator/refunds/999/agree", NULL);
    assert_int_equal(a.status, 404);
    fix_expect_sound(t);
}

static int64_t told_from(struct test_db *t, const char *action, int64_t actor)
{
    return test_number(t, arena_printf(t->arena,
                                       "SELECT COUNT(*) FROM audit_log WHERE action = '%s' AND actor = %lld"
                                       " AND network = '192.0.2.0/24' AND user_agent = 'kit'",
                                       action, (long long)actor));
}

TEST_EACH_ENGINE(who_asked_and_who_had_the_last_word_are_told_with_where_they_were)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 3);
    struct kit_answer a = fix_refund(t, ANN, &f, "\"amount\":20001," MONEY_ONLY);
    assert_string_equal(fix_text(&a, "actorEmail"), "ann@house.example");
    assert_int_equal(told_from(t, "refund_asked", ANN), 1);
    a = word(t, BOB, "decline", "{\"reason\":\"not ours to give\"}");
    assert_string_equal(fix_text(&a, "approverEmail"), "bob@house.example");
    assert_int_equal(told_from(t, "refund_declined", BOB), 1);
    /* Why it was declined is no fault. */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'refund_declined' AND details LIKE"
                                    " '%\"declined\":\"not ours to give\"%' AND details NOT LIKE '%\"error\"%'"),
                     1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":20001," MONEY_ONLY).status, 201);
    assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
    assert_int_equal(told_from(t, "refund_agreed", BOB), 1);
    a = fix_call(t, ANN, billing_refund_routes, VERB_GET, "/api/operator/refunds?state=refused", NULL);
    json_t *row = json_array_get(json_object_get(a.json, "refunds"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "actorEmail")), "ann@house.example");
    assert_string_equal(json_string_value(json_object_get(row, "approverEmail")), "bob@house.example");
}

/* ---- what each of them is told ---- */

TEST_EACH_ENGINE(who_has_to_agree_is_told_what_it_is)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 0);
    struct kit_answer a = fix_refund(t, ANN, &f, "\"outside\":true,\"amount\":2000," ALL_BACK);
    assert_string_equal(fix_text(&a, "actorEmail"), "ann@house.example");
    assert_string_equal(fix_text(&a, "kind"), "plan");
    assert_true(json_is_false(json_object_get(a.json, "endsPlan"))); /* a part of it leaves the plan alone */
    a = fix_refund(t, ANN, &f, "\"outside\":true," MONEY_ONLY);
    assert_true(json_is_true(json_object_get(a.json, "endsPlan"))); /* with the part before it all is back */
    a = fix_call(t, BOB, billing_refund_routes, VERB_GET, "/api/operator/refunds?state=asked", NULL);
    const json_t *first = json_array_get(json_object_get(a.json, "refunds"), 1);
    assert_string_equal(json_string_value(json_object_get(first, "actorEmail")), "ann@house.example");
    assert_string_equal(json_string_value(json_object_get(first, "cause")), "outside");
    a = word(t, BOB, "decline", "{\"reason\":\"not so\"}");
    assert_true(json_is_false(json_object_get(a.json, "endsPlan")));
    assert_string_equal(fix_text(&a, "reason"), "We are sorry"); /* why it was asked for, beside why not */
    assert_string_equal(fix_text(&a, "error"), "not so");
    struct fix_paid pack = fix_paid_order(t, kit_account(t, 0), 1);
    a = fix_refund(t, ANN, &pack, "\"outside\":true," ALL_BACK);
    assert_string_equal(fix_text(&a, "kind"), "credits");
    assert_true(json_is_false(json_object_get(a.json, "endsPlan")));
    fix_expect_sound(t);
}

static struct kit_answer as_bought(struct test_db *t, const struct fix_paid *f)
{
    return fix_call(t, f->o.account, billing_routes, VERB_GET,
                    arena_printf(t->arena, "/api/billing/orders/%s", f->o.number), NULL);
}

/* What operators ask each other is no promise to the buyer. */
TEST_EACH_ENGINE(the_buyer_is_told_of_a_refund_when_it_is_agreed_to)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 3);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    struct kit_answer a = as_bought(t, &f);
    assert_int_equal(json_array_size(json_object_get(a.json, "refunds")), 0);
    assert_int_equal(fix_number(&a, "creditsHeld"), 3 * PACK_CREDITS);
    assert_int_equal(word(t, BOB, "decline", "{\"reason\":\"not so\"}").status, 200);
    a = as_bought(t, &f);
    assert_int_equal(json_array_size(json_object_get(a.json, "refunds")), 0);
    assert_int_equal(fix_number(&a, "creditsHeld"), 0);
    assert_int_equal(fix_refund(t, ANN, &f, ALL_BACK).status, 201);
    assert_int_equal(word(t, BOB, "agree", NULL).status, 200);
    a = as_bought(t, &f);
    assert_int_equal(json_array_size(json_object_get(a.json, "refunds")), 1);
    assert_int_equal(fix_number(&a, "creditsHeld"), 0);
    fix_expect_sound(t);
}

/* ---- bad input, and what `verify` finds ---- */

TEST_EACH_ENGINE(parts_together_wait_for_somebody_else)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 4);
    const char *part = "\"amount\":15000," MONEY_ONLY;
    struct kit_answer a = fix_refund(t, ANN, &f, part);
    assert_string_equal(fix_text(&a, "state"), "pending");
    a = fix_refund(t, ANN, &f, part);
    assert_string_equal(fix_text(&a, "state"), "asked");
    a = fix_refund(t, BOB, &f, "\"amount\":100," MONEY_ONLY); /* it is one payment, whoever asks */
    assert_string_equal(fix_text(&a, "state"), "asked");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'billing.refund'"), 1);
    fix_expect_sound(t);
}

TEST_EACH_ENGINE(what_a_refund_does_not_take)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1), open = fix_order(t, kit_account(t, 0), 1);
    static const struct {
        const char *members, *fault;
    } bad[] = {
        { "", "reason:required" },
        { "\"reason\":\"why\"", "takesBack:required" },
        { "\"reason\":\"x\",\"takesBack\":true", "reason:too_short" },
        { "\"amount\":0," ALL_BACK, "amount:too_small" },
        { "\"amount\":-5," ALL_BACK, "amount:too_small" },
        { "\"amount\":\"50.00\"," ALL_BACK, "amount:type" },
        { "\"amount\":1.5," ALL_BACK, "amount:type" },
        { "\"reason\":\"why\",\"takesBack\":\"yes\"", "takesBack:type" },
        { "\"currency\":\"USD\"," ALL_BACK, "currency:unknown" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_string_equal(fix_refund(t, ANN, &f, bad[i].members).fault, bad[i].fault);
    struct kit_answer a = fix_refund(t, ANN, &open, ALL_BACK);
    assert_string_equal(a.error, "payment_not_paid");
    struct fix_paid crossed = { f.o, open.p };
    assert_string_equal(fix_refund(t, ANN, &crossed, ALL_BACK).error, "payment_unknown");
    struct fix_paid nothing = f;
    nothing.o.number = "00000000000000000000000000";
    assert_int_equal(fix_refund(t, ANN, &nothing, ALL_BACK).status, 404);
    nothing.o.number = "short";
    assert_string_equal(fix_refund(t, ANN, &nothing, ALL_BACK).fault, "number:too_short");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM refunds"), 0);
}

TEST_EACH_ENGINE(refunds_are_listed_by_state_and_page)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 3);
    for (int i = 0; i < 3; i++) assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":100," MONEY_ONLY).status, 201);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":25000," MONEY_ONLY).status, 201);
    static const struct {
        const char *query;
        size_t count;
    } asked[] = { { "", 4 },         { "?state=pending", 3 }, { "?state=asked", 1 }, { "?state=done", 0 },
                  { "?limit=2", 2 }, { "?after=2", 1 } };
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        const char *path = arena_printf(t->arena, "/api/operator/refunds%s", asked[i].query);
        struct kit_answer a = fix_call(t, ANN, billing_refund_routes, VERB_GET, path, NULL);
        assert_int_equal(json_array_size(json_object_get(a.json, "refunds")), asked[i].count);
    }
    struct kit_answer a = fix_call(t, ANN, billing_refund_routes, VERB_GET, "/api/operator/refunds?state=lost", NULL);
    assert_string_equal(a.fault, "state:not_one_of");
}

TEST_EACH_ENGINE(verify_finds_what_was_changed_by_hand)
{
    fix_start(t);
    struct fix_paid f = fix_paid_order(t, kit_account(t, 0), 1);
    assert_int_equal(fix_refund(t, ANN, &f, "\"amount\":5000," ALL_BACK).status, 201);
    static const struct test_harm harms[] = {
        { "UPDATE refunds SET state = 4; UPDATE payments SET refunding = 0;"
          " UPDATE billing_moves SET to_state = 4 WHERE kind = 3;",
          "not held, taken or set free" },
        { "UPDATE refunds SET credits = 1;", "not held, taken or set free" },
        { "UPDATE refunds SET hold = 0, credits = 0;", "held for no refund" },
        { "UPDATE billing_moves SET to_state = 3 WHERE kind = 3;", "did not come through the mover" },
        { "UPDATE refunds SET order_id = 99;", "of another order" },
        { "DELETE FROM jobs;", "no job works on it" },
        { "INSERT INTO mismatches (key, kind, provider, order_id, payment, account, delivery, trade, currency, amount,"
          " said, resolved_at_ms, resolver, resolution, created_at_ms)"
          " VALUES ('k', 'drift', '', 0, 0, 0, 0, '', '', 0, '', 5, 0, '', 5);",
          "resolved by nobody" },
        { "INSERT INTO hand_payments (payment, order_id, account, state, trade, reason, actor, approver, ended_at_ms,"
          " created_at_ms) VALUES (1, 1, 1, 2, 't', 'r', 7, 7, 1, 1);",
          "one person alone" },
    };
    test_expect_found(t, billing_refund_checks, harms, ARRAY_LEN(harms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_large_one_waits_for_somebody_else),
        EACH_ENGINE(one_that_is_declined_gives_back_what_it_had_reserved),
        EACH_ENGINE(who_asked_and_who_had_the_last_word_are_told_with_where_they_were),
        EACH_ENGINE(who_has_to_agree_is_told_what_it_is),
        EACH_ENGINE(the_buyer_is_told_of_a_refund_when_it_is_agreed_to),
        EACH_ENGINE(parts_together_wait_for_somebody_else),
        EACH_ENGINE(what_a_refund_does_not_take),
        EACH_ENGINE(refunds_are_listed_by_state_and_page),
        EACH_ENGINE(verify_finds_what_was_changed_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
