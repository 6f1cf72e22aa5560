/* test_grants.c: what operators do to a balance: the numbers beforehand, large changes, corrections; and the credits
 * that a new account gets to try with. Here because the kit is. */
#include "base/testing.h"
#include "credits/credits.h"
#include "credits/settings.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

/* Of a domain behind this one. */
CREDITS_DECLARE(chatbot_enablement)
CREDITS_DEFINE_SERVICE(chatbot_enablement)

static int64_t account_number;

static enum row by_email(struct tx *tx, const char *email, int64_t *account)
{
    (void)tx;
    if (!text_eq(email, "rich@shop.example")) return ROW_NONE;
    *account = account_number;
    return ROW_FOUND;
}

static int64_t begin(struct test_db *t, int64_t credits)
{
    kit_start();
    credits_hooks.account_by_email = by_email;
    credits_hooks.granted = NULL;
    credits_settings = (struct credits_settings){ .price_cny = 100, .confirm_above = credits_of(10000) };
    return account_number = kit_account(t, credits);
}

/* Each by another operator: the kit's requests have one id, and a key acts once. */
static struct kit_answer post(struct test_db *t, const char *path, const char *body)
{
    static int64_t operators = 1000;
    return kit_call(
        t, &(struct kit_request){
               .routes = credits_grant_routes, .verb = VERB_POST, .path = path, .account = ++operators, .body = body });
}

static struct kit_answer preview(struct test_db *t, const char *query)
{
    const char *path = arena_printf(t->arena, "/api/billing/grant/preview?email=rich@shop.example&%s", query);
    return kit_call(
        t, &(struct kit_request){ .routes = credits_grant_routes, .verb = VERB_GET, .path = path, .account = 99 });
}

static int64_t balance(struct test_db *t)
{
    struct credit_balance b;
    EXPECT(credits_balance(t->tx, account_number, &b) == ROW_FOUND);
    return credits_count(b.balance);
}

#define GRANT(amount, more) "{\"email\":\"rich@shop.example\",\"amount\":" amount ",\"reason\":\"invoice 7\"" more "}"

TEST_EACH_ENGINE(a_large_grant_is_confirmed_with_its_numbers)
{
    begin(t, 89151);
    assert_string_equal(preview(t, "amount=100000").text,
                        "{\"account\":1,\"before\":89151,\"after\":189151,\"held\":0,\"valueFen\":1000000,"
                        "\"allowed\":true,\"needsConfirm\":true}");
    struct kit_answer a = post(t, "/api/billing/grant", GRANT("100000", ""));
    assert_int_equal(a.status, 409);
    assert_string_equal(a.error, "confirm_needed");
    assert_int_equal(kit_fact(&a, "before"), 89151);
    assert_int_equal(kit_fact(&a, "after"), 189151);
    assert_int_equal(balance(t), 89151);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log"), 0);
    assert_int_equal(post(t, "/api/billing/grant", GRANT("100000", ",\"confirm\":true")).status, 200);
    assert_int_equal(balance(t), 189151);
    assert_int_equal(post(t, "/api/billing/grant", GRANT("10000", "")).status, 200); /* not above it */
    assert_int_equal(balance(t), 199151);
    test_expect_sound(t, credits_checks);
}

TEST_EACH_ENGINE(a_correction_takes_what_is_available_and_no_more)
{
    int64_t account = begin(t, 100), hold;
    EXPECT(credits_hold(t->tx,
                        &(struct credit_change){ .account = account,
                                                 .shop = 1,
                                                 .amount = credits_of(30),
                                                 .reason = REASON_chatbot_enablement,
                                                 .key = "held",
                                                 .at_ms = kit_now() },
                        &hold) == DEBIT_DONE);
    assert_string_equal(preview(t, "amount=71&kind=correction").text,
                        "{\"account\":1,\"before\":100,\"after\":100,\"held\":30,\"valueFen\":710,"
                        "\"allowed\":false,\"needsConfirm\":false}");
    struct kit_answer a = post(t, "/api/billing/correction", GRANT("71", ""));
    assert_string_equal(a.error, "correction_too_large");
    assert_int_equal(kit_fact(&a, "available"), 70);
    assert_int_equal(balance(t), 100);
    assert_string_equal(post(t, "/api/billing/correction", GRANT("70", "")).text,
                        "{\"success\":true,\"creditsRemaining\":0}");
    assert_int_equal(balance(t), 30);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries WHERE reason = 'correction' AND amount = -70"),
                     1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'credits_corrected'"), 1);
    test_expect_sound(t, credits_checks);
}

TEST_EACH_ENGINE(bad_grants_and_corrections_are_refused)
{
    begin(t, 5);
    static const char *const paths[] = { "/api/billing/grant", "/api/billing/correction" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_string_equal(post(t, paths[i], GRANT("0", "")).fault, "amount:too_small");
        assert_string_equal(post(t, paths[i], GRANT("-5", "")).fault, "amount:too_small");
        assert_string_equal(post(t, paths[i], GRANT("1000001", "")).fault, "amount:too_large");
        assert_string_equal(post(t, paths[i], GRANT("5", ",\"confirm\":\"yes\"")).fault, "confirm:type");
        assert_string_equal(post(t, paths[i], "{\"email\":\"rich@shop.example\",\"amount\":5}").fault,
                            "reason:required");
        assert_string_equal(
            post(t, paths[i], "{\"email\":\"nobody@shop.example\",\"amount\":5,\"reason\":\"typo\"}").error,
            "account_unknown");
    }
    assert_string_equal(preview(t, "amount=5&kind=gift").fault, "kind:not_one_of");
    assert_int_equal(balance(t), 5);
}

TEST_EACH_ENGINE(a_new_account_gets_trial_credits_once)
{
    int64_t account = begin(t, 0);
    EXPECT(credits_give_trial(t->tx, account, kit_now())); /* set to nothing: nothing */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries"), 0);
    credits_settings.trial = credits_of(60);
    for (int i = 0; i < 2; i++) EXPECT(credits_give_trial(t->tx, account, kit_now()));
    assert_int_equal(balance(t), 60);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM credit_entries WHERE reason = 'trial'"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'credits_granted'"), 1);
    test_expect_sound(t, credits_checks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_large_grant_is_confirmed_with_its_numbers),
        EACH_ENGINE(a_correction_takes_what_is_available_and_no_more),
        EACH_ENGINE(bad_grants_and_corrections_are_refused),
        EACH_ENGINE(a_new_account_gets_trial_credits_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
