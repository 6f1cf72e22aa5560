/* test_receipt.c: a merchant asks whether the ledger is whole, and is told the truth. Here because the kit is. */
#include "base/testing.h"
#include "credits/credits.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

/* Of a domain behind this one. */
CREDITS_DECLARE(chatbot_enablement)
CREDITS_DEFINE_SERVICE(chatbot_enablement)

enum { EMPTY_HEAD_NIBBLES = 64 };

static int64_t begin(struct test_db *t, int64_t credits, int debits)
{
    kit_start();
    int64_t account = kit_account(t, credits);
    for (int i = 1; i <= debits; i++) {
        struct credit_entry e;
        const struct credit_change c = { .account = account,
                                         .shop = 7,
                                         .amount = credits_of(1),
                                         .reason = REASON_chatbot_enablement,
                                         .key = arena_printf(t->arena, "k%d", i),
                                         .at_ms = kit_now() };
        EXPECT(credits_debit(t->tx, &c, &e) == DEBIT_DONE);
    }
    return account;
}

static struct kit_answer ask(struct test_db *t, int64_t account)
{
    struct kit_answer a = kit_call(
        t, &(struct kit_request){
               .routes = credits_receipt_routes, .verb = VERB_GET, .path = "/api/billing/ledger", .account = account });
    assert_int_equal(a.status, 200);
    return a;
}

static int64_t number(const struct kit_answer *a, const char *name)
{
    return json_integer_value(json_object_get(a->json, name));
}

static bool is_sound(struct test_db *t, int64_t account)
{
    struct kit_answer a = ask(t, account);
    return json_is_true(json_object_get(a.json, "sound"));
}

TEST_EACH_ENGINE(a_ledger_that_is_whole_says_so)
{
    int64_t account = begin(t, 100, 3), other = kit_account(t, 5), empty = kit_account(t, 0);
    struct kit_answer a = ask(t, account);
    assert_true(json_is_true(json_object_get(a.json, "sound")));
    assert_true(number(&a, "entries") == 4 && number(&a, "checked") == 4 && number(&a, "balance") == 97);
    char first[80];
    (void)snprintf(first, sizeof first, "%s", json_string_value(json_object_get(a.json, "fingerprint")));
    a = ask(t, other);
    assert_true(number(&a, "entries") == 1 && json_is_true(json_object_get(a.json, "sound")));
    assert_string_not_equal(json_string_value(json_object_get(a.json, "fingerprint")), first);
    a = ask(t, empty);
    assert_true(number(&a, "entries") == 0 && json_is_true(json_object_get(a.json, "sound")));
    assert_true(json_is_null(json_object_get(a.json, "lastAt")));
    assert_int_equal(strspn(json_string_value(json_object_get(a.json, "fingerprint")), "0"), EMPTY_HEAD_NIBBLES);
}

/* Only the newest are looked at, and they stand on one that is taken as it is. */
TEST_EACH_ENGINE(a_long_ledger_is_looked_at_from_its_end)
{
    enum { MANY = 1010, LOOKED_AT = 1000 };
    int64_t account = begin(t, 5000, MANY);
    struct kit_answer a = ask(t, account);
    assert_true(json_is_true(json_object_get(a.json, "sound")));
    assert_true(number(&a, "entries") == MANY + 1 && number(&a, "checked") == LOOKED_AT);
    test_script(t, "UPDATE credit_entries SET amount = -2 WHERE seq = 12");
    assert_false(is_sound(t, account));
}

TEST_EACH_ENGINE(what_was_changed_is_told)
{
    static const char *const harms[] = {
        "UPDATE credit_entries SET amount = amount - 1 WHERE seq = 3",
        "UPDATE credit_entries SET balance_after = balance_after + 1 WHERE seq = 4",
        "UPDATE credit_entries SET note = 'x' WHERE seq = 1",
        "UPDATE credit_entries SET at_ms = at_ms + 1 WHERE seq = 2",
        "UPDATE credit_entries SET shop = 8 WHERE seq = 2",
        "DELETE FROM credit_entries WHERE seq = 2",
        "DELETE FROM credit_entries WHERE seq = 4",
        "DELETE FROM credit_entries",
        "UPDATE credit_accounts SET balance = balance + 1, granted = granted + 1",
        "UPDATE credit_accounts SET seq = seq - 1",
        "UPDATE credit_accounts SET head_mac = NULL",
        "UPDATE credit_accounts SET keyed_from = 99",
    };
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        int64_t account = begin(t, 100, 3);
        assert_true(is_sound(t, account));
        test_script(t, harms[i]);
        if (is_sound(t, account)) fail_msg("%s", harms[i]);
        test_script(t, "DELETE FROM credit_entries; DELETE FROM credit_accounts");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_ledger_that_is_whole_says_so),
        EACH_ENGINE(a_long_ledger_is_looked_at_from_its_end),
        EACH_ENGINE(what_was_changed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
