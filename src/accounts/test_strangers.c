/* test_strangers.c: what strangers do costs strangers. For each thing that is counted: who fills it, and who pays. */
#include "accounts/test_browser.h"
#include <stdatomic.h>
#include <stdio.h>

#define ANN "ann@example.com"

static void expect_problem(struct response r, int status, const char *code)
{
    assert_int_equal(r.status, status);
    assert_non_null(r.code);
    assert_string_equal(r.code, code);
}

static struct response forgot(struct test_db *t, struct browser *b, const char *email)
{
    return ask(t, b, "POST /auth/password/forgot", (&(struct post_email){ email }));
}

static struct response enrol(struct test_db *t, struct browser *b, const char *email)
{
    return ask(t, b, "POST /auth/password/register", (&(struct post_register){ email, GOOD, "X" }));
}

static struct response reset(struct test_db *t, struct browser *b, const char *token, const char *password)
{
    return ask(t, b, "POST /auth/password/reset", (&(struct post_reset){ token, password }));
}

static struct response again(struct test_db *t, struct browser *b, const char *password)
{
    return ask(t, b, "POST /auth/reauthenticate", (&(struct post_reauthenticate){ password }));
}

static int64_t mails(struct test_db *t, const char *kind)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM mail_outbox WHERE kind = '%s'", kind);
    return world_number(t, sql);
}

/* Wrong passwords from so many networks that every stranger has to wait. All but the last cost the test no hash. */
static void besiege(struct test_db *t, const char *email)
{
    struct tries who = { .stranger = true };
    struct tries_count count;
    address_hash(email, who.address);
    test_open_tx(t);
    for (int i = 0; i < TRIES_FREE_STRANGERS; i++) {
        snprintf(who.source, sizeof who.source, "n:198.51.%d.0/24", i);
        EXPECT(tries_failed(t->tx, &who, test_now, &count) && !count.strangers_blocked);
    }
    test_close_tx(t);
    struct browser last = { .lang = LANG_EN, .network = "198.51.100.0/24" };
    expect_problem(world_login(t, &last, email, OTHER), 401, "invalid_credentials");
}

/* ---- wrong passwords ---- */

TEST_EACH_ENGINE(five_tries_are_free_then_the_delay_doubles)
{
    const struct tries who = { "a1", "n:x" };
    struct tries_count count;
    int64_t until_ms;
    for (int i = 1; i < TRIES_FREE; i++) {
        EXPECT(tries_failed(t->tx, &who, AT, &count) && count.failures == i);
        EXPECT(tries_blocked_until(t->tx, &who, AT, &until_ms) && until_ms == 0);
    }
    static const int64_t delays_s[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900 };
    for (size_t i = 0; i < ARRAY_LEN(delays_s); i++) {
        EXPECT(tries_failed(t->tx, &who, AT, &count));
        EXPECT(tries_blocked_until(t->tx, &who, AT, &until_ms));
        assert_int_equal(until_ms - AT, delays_s[i] * SECOND_MS);
    }
    EXPECT(tries_failed(t->tx, &who, AT + DAY_MS + 1, &count) && count.failures == 1); /* after a day of peace */
    EXPECT(tries_clear(t->tx, &who));
    EXPECT(tries_blocked_until(t->tx, &who, AT, &until_ms) && until_ms == 0);
}

TEST_EACH_ENGINE(failures_of_a_clock_that_was_ahead_keep_nobody_waiting)
{
    const struct tries who = { "a1", "n:x", .stranger = true };
    const int64_t ahead = AT + 30 * DAY_MS;
    struct tries_count count;
    int64_t until_ms;
    for (int i = 0; i < 2 * TRIES_FREE_STRANGERS; i++) EXPECT(tries_failed(t->tx, &who, ahead, &count));
    EXPECT(tries_blocked_until(t->tx, &who, ahead, &until_ms) && until_ms > ahead);
    EXPECT(tries_blocked_until(t->tx, &who, AT, &until_ms) && until_ms == 0);
    EXPECT(tries_failed(t->tx, &who, AT, &count) && count.failures == 1);
    EXPECT(tries_blocked_until(t->tx, &who, AT, &until_ms) && until_ms <= AT);
}

TEST_EACH_ENGINE(a_stranger_delays_its_own_network_alone)
{
    struct browser stranger = { .lang = LANG_EN, .network = "198.51.100.0/24" }, owner = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    for (int i = 0; i < TRIES_FREE; i++) (void)world_login(t, &stranger, ANN, OTHER);
    expect_problem(world_login(t, &stranger, ANN, OTHER), 429, "too_many_tries");
    EXPECT(world_login(t, &owner, ANN, GOOD).status == 200);
}

/* One wrong password each quarter of an hour: the owner of 0.1.0 was never let in. */
TEST_EACH_ENGINE(a_patient_stranger_keeps_nobody_out)
{
    struct browser stranger = { .lang = LANG_EN, .network = "198.51.100.0/24" };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    for (int i = 0; i < 2 * TRIES_FREE; i++) (void)world_login(t, &stranger, ANN, OTHER);
    for (int round = 0; round < 20; round++) {
        struct browser owner = { .lang = LANG_EN }; /* a new one each time: no cookie helps it */
        (void)world_login(t, &stranger, ANN, OTHER);
        EXPECT(world_login(t, &owner, ANN, GOOD).status == 200);
        test_now += 15 * MINUTE_MS;
    }
    EXPECT(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'password_login_failed'") <= 10);
}

TEST_EACH_ENGINE(many_strangers_wait_and_the_owner_does_not)
{
    struct browser known = { .lang = LANG_EN }, fresh = { .lang = LANG_EN, .network = "192.0.2.0/24" };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &known, ANN, GOOD).status == 200 && known.device[0] != '\0');
    struct browser signed_in = known;
    known.sid[0] = '\0';
    besiege(t, ANN);
    expect_problem(world_login(t, &fresh, ANN, GOOD), 429, "too_many_tries");
    expect_problem(world_login(t, &fresh, ANN, OTHER), 429, "too_many_tries");
    EXPECT(world_login(t, &known, ANN, GOOD).status == 200); /* signed in before */
    EXPECT(again(t, &signed_in, GOOD).status == 200);        /* is signed in */
    struct response r = ask(t, &signed_in, "POST /auth/password/change", (&(struct post_change){ GOOD, OTHER }));
    assert_int_equal(r.status, 200);
    /* The owner was told, once. A new browser gets in by mail, and is known from then on. */
    assert_int_equal(mails(t, "sign_in_tried"), 1);
    EXPECT(forgot(t, &fresh, ANN).status == 200);
    EXPECT(reset(t, &fresh, mail_token(t, "reset_password"), GOOD).status == 200);
    besiege(t, ANN);
    EXPECT(world_login(t, &fresh, ANN, GOOD).status == 200);
    assert_int_equal(mails(t, "sign_in_tried"), 1);
    /* The siege ends by itself. */
    struct browser later = { .lang = LANG_EN };
    expect_problem(world_login(t, &later, ANN, GOOD), 429, "too_many_tries");
    test_now += 16 * MINUTE_MS;
    EXPECT(world_login(t, &later, ANN, GOOD).status == 200);
}

TEST_EACH_ENGINE(unknown_addresses_are_besieged_alike)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    besiege(t, "nobody@example.com");
    expect_problem(world_login(t, &b, "nobody@example.com", GOOD), 429, "too_many_tries");
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log"), 0); /* as many as one can invent */
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM mail_outbox"), 0);
}

/* A known browser and a session are limited too, each by itself. */
TEST_EACH_ENGINE(who_is_known_is_counted_apart)
{
    struct browser known = { .lang = LANG_EN }, other = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &known, ANN, GOOD).status == 200 && world_login(t, &other, ANN, GOOD).status == 200);
    struct browser session = known;
    known.sid[0] = '\0';
    for (int i = 0; i < TRIES_FREE; i++) expect_problem(world_login(t, &known, ANN, OTHER), 401, "invalid_credentials");
    expect_problem(world_login(t, &known, ANN, GOOD), 429, "too_many_tries");
    for (int i = 0; i < TRIES_FREE; i++) expect_problem(again(t, &session, OTHER), 400, "wrong_password");
    expect_problem(again(t, &session, GOOD), 429, "too_many_tries");
    EXPECT(again(t, &other, GOOD).status == 200);
    other.sid[0] = '\0';
    EXPECT(world_login(t, &other, ANN, GOOD).status == 200);
}

/* ---- the cookie of a known browser ---- */

TEST_EACH_ENGINE(the_cookie_counts_only_whole_and_for_its_address)
{
    struct browser ann = { .lang = LANG_EN }, bob = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    world_account(t, "bob@example.com", GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &ann, ANN, GOOD).status == 200);
    EXPECT(world_login(t, &bob, "bob@example.com", GOOD).status == 200);
    besiege(t, ANN);
    /* clang-format off */
    static const char *const bad[] = { "", ".", "x", "a.b", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA.",
                                       "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA" };
    /* clang-format on */
    struct browser b = { .lang = LANG_EN };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        snprintf(b.device, sizeof b.device, "%s", bad[i]);
        expect_problem(world_login(t, &b, ANN, GOOD), 429, "too_many_tries");
    }
    memcpy(b.device, bob.device, sizeof b.device); /* Bob's browser is a stranger to Ann */
    expect_problem(world_login(t, &b, ANN, GOOD), 429, "too_many_tries");
    memcpy(b.device, ann.device, sizeof b.device);
    b.device[30] = b.device[30] == 'A' ? 'B' : 'A';
    expect_problem(world_login(t, &b, ANN, GOOD), 429, "too_many_tries");
    /* Both in one browser: it is known to both. */
    memcpy(b.device, ann.device, sizeof b.device);
    EXPECT(world_login(t, &b, "bob@example.com", GOOD).status == 200);
    b.sid[0] = '\0';
    besiege(t, "bob@example.com");
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    b.sid[0] = '\0';
    EXPECT(world_login(t, &b, "bob@example.com", GOOD).status == 200);
    EXPECT(strlen(b.device) == 22 + 2 * 23);
}

/* Of the key that is gone only that for MACs is kept; a sign-in makes the mark anew. */
TEST_EACH_ENGINE(a_browser_is_known_after_a_change_of_the_master_key)
{
    static const uint8_t two[1][MASTER_KEY_SIZE] = { { 22 } }, ids[] = { 2 };
    struct browser known = { .lang = LANG_EN };
    uint8_t mac[KEYRING_MAC_KEY_SIZE];
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &known, ANN, GOOD).status == 200);
    known.sid[0] = '\0';
    const struct mail_settings *usual = accounts_settings.mail;
    struct mail_settings later = *usual;
    struct keyring *kept = keyring_new(two, ids, 1), *alone = keyring_new(two, ids, 1);
    EXPECT(keyring_mac_key(usual->keyring, 1, mac) && keyring_keep_mac(kept, 1, mac));
    accounts_settings.mail = &later;
    besiege(t, ANN);
    later.keyring = alone;
    expect_problem(world_login(t, &known, ANN, GOOD), 429, "too_many_tries");
    later.keyring = kept;
    EXPECT(world_login(t, &known, ANN, GOOD).status == 200);
    EXPECT(strlen(known.device) == 22 + 23); /* in the old one's place */
    accounts_settings.mail = usual;
    keyring_free(kept);
    keyring_free(alone);
}

/* ---- mails ---- */

/* Ten calls used up the mailbox's day, and the mails that went out had no link to get in by. */
TEST_EACH_ENGINE(registrations_use_up_no_reset)
{
    struct browser stranger = { .lang = LANG_EN, .network = "198.51.100.0/24" }, owner = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    for (int i = 0; i < 20; i++) {
        EXPECT(enrol(t, &stranger, ANN).status == 200);
        test_now += 5 * MINUTE_MS;
    }
    EXPECT(mails(t, "already_registered") <= 10);
    EXPECT(forgot(t, &owner, ANN).status == 200);
    EXPECT(reset(t, &owner, mail_token(t, "reset_password"), OTHER).status == 200);
}

/* A stranger that asks all day: at any moment a link that works lies in the mailbox, or asking sends one. */
TEST_EACH_ENGINE(a_reset_mail_always_gets_through)
{
    struct browser stranger = { .lang = LANG_EN, .network = "198.51.100.0/24" }, owner = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    int64_t sent_at_ms = 0;
    for (int minute = 0; minute < 24 * 60; minute += 10) {
        int64_t before = mails(t, "reset_password");
        EXPECT(forgot(t, &stranger, ANN).status == 200);
        if (mails(t, "reset_password") > before) sent_at_ms = test_now;
        EXPECT(test_now - sent_at_ms < RESET_LIFETIME_MS);
        test_now += 10 * MINUTE_MS;
    }
    EXPECT(mails(t, "reset_password") < 60); /* and yet the mailbox is not flooded */
    EXPECT(forgot(t, &owner, ANN).status == 200);
    EXPECT(reset(t, &owner, mail_token(t, "reset_password"), OTHER).status == 200);
}

TEST_EACH_ENGINE(a_known_browser_asks_for_resets_of_its_own)
{
    struct browser known = { .lang = LANG_EN }, stranger = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &known, ANN, GOOD).status == 200);
    for (int i = 0; i < 10; i++) EXPECT(forgot(t, &stranger, ANN).status == 200);
    assert_int_equal(mails(t, "reset_password"), 3);
    EXPECT(forgot(t, &known, ANN).status == 200);
    assert_int_equal(mails(t, "reset_password"), 4);
}

TEST_EACH_ENGINE(one_network_does_not_use_up_a_newcomers_mails)
{
    struct browser stranger = { .lang = LANG_EN, .network = "198.51.100.0/24" }, newcomer = { .lang = LANG_EN };
    world_start(t);
    for (int i = 0; i < 30; i++) {
        EXPECT(enrol(t, &stranger, "new@example.com").status == 200);
        test_now += 5 * MINUTE_MS;
    }
    int64_t before = mails(t, "verify_email");
    EXPECT(before <= 7);
    EXPECT(enrol(t, &newcomer, "new@example.com").status == 200);
    assert_int_equal(mails(t, "verify_email"), before + 1);
}

TEST_EACH_ENGINE(mails_sent_while_the_clock_was_ahead_hold_none_up)
{
    const struct mail_asker ahead = { .address = "a1", .now_ms = AT + 30 * DAY_MS },
                            now = { .address = "a1", .now_ms = AT };
    bool allowed;
    for (int i = 0; i < 5; i++) EXPECT(mail_budget_take(t->tx, &ahead, MAIL_RESET, &allowed));
    EXPECT(!allowed);
    EXPECT(mail_budget_look(t->tx, &now, MAIL_RESET, &allowed) && allowed);
    EXPECT(mail_budget_take(t->tx, &now, MAIL_RESET, &allowed) && allowed);
}

/* Who registered, never confirmed and says "forgot" wants to get in: the link to confirm comes again. */
TEST_EACH_ENGINE(forgot_before_confirming_sends_the_link_to_confirm)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    EXPECT(enrol(t, &b, "new@example.com").status == 200);
    EXPECT(forgot(t, &b, "new@example.com").status == 200);
    assert_int_equal(mails(t, "verify_email"), 2);
    assert_int_equal(mails(t, "reset_password"), 0);
    const struct post_verify verify = { mail_token(t, "verify_email"), NULL };
    EXPECT(ask(t, &b, "POST /auth/verify-email", &verify).status == 200);
}

/* ---- the same work for every address ---- */

/* Rows of every table that such a request could write to, behind it and before its job. */
static int64_t written(struct test_db *t)
{
    return world_number(t, "SELECT 1000000 * (SELECT COUNT(*) FROM mail_asks) + 10000 * (SELECT COUNT(*) FROM jobs)"
                           " + 1000 * (SELECT COUNT(*) FROM mail_budgets) + 100 * (SELECT COUNT(*) FROM mail_outbox)"
                           " + 10 * (SELECT COUNT(*) FROM person_tokens) + (SELECT COUNT(*) FROM audit_log)"
                           " + (SELECT COUNT(*) FROM registrations)");
}

TEST_EACH_ENGINE(asking_does_the_same_for_known_and_unknown)
{
    static const char *const emails[] = { ANN, "nobody@example.com", "gone@example.com", "waits@example.com" };
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    world_account(t, "gone@example.com", GOOD, ROLE_MERCHANT);
    world_script(t, "UPDATE accounts SET disabled = 1 WHERE id ="
                    " (SELECT id FROM persons WHERE email_key = 'gone@example.com')");
    EXPECT(enrol(t, &b, "waits@example.com").status == 200);
    world_script(t, "DELETE FROM mail_budgets");
    asks_wait = true;
    int64_t step[3] = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(emails); i++) {
        int64_t before = written(t), after;
        for (int what = 0; what < 3; what++, before = after) {
            struct response r = what == 0 ? forgot(t, &b, emails[i])
                                : what == 1
                                    ? enrol(t, &b, emails[i])
                                    : ask(t, &b, "POST /auth/resend-verification", (&(struct post_email){ emails[i] }));
            assert_int_equal(r.status, 200);
            after = written(t);
            if (i == 0) step[what] = after - before;
            assert_int_equal(after - before, step[what]);
        }
    }
    EXPECT(step[0] >= 1000000 && step[0] % 1000 == 0); /* an ask, a job, a budget; nothing of the account */
    world_answer_asks(t);
    assert_int_equal(mails(t, "reset_password"), 1);
    assert_int_equal(mails(t, "already_registered"), 1);
}

/* ---- cheap refusals come before argon2 ---- */

/* The linker leads libsodium's functions here (--wrap). */
static atomic_int hashes;
int __real_crypto_pwhash_str_alg(char *out, const char *passwd, unsigned long long n, unsigned long long passes,
                                 size_t memory, int alg);
int __wrap_crypto_pwhash_str_alg(char *out, const char *passwd, unsigned long long n, unsigned long long passes,
                                 size_t memory, int alg);
int __real_crypto_pwhash_str_verify(const char *hash, const char *passwd, unsigned long long n);
int __wrap_crypto_pwhash_str_verify(const char *hash, const char *passwd, unsigned long long n);

int __wrap_crypto_pwhash_str_alg(char *out, const char *passwd, unsigned long long n, unsigned long long passes,
                                 size_t memory, int alg)
{
    atomic_fetch_add(&hashes, 1);
    return __real_crypto_pwhash_str_alg(out, passwd, n, passes, memory, alg);
}

int __wrap_crypto_pwhash_str_verify(const char *hash, const char *passwd, unsigned long long n)
{
    atomic_fetch_add(&hashes, 1);
    return __real_crypto_pwhash_str_verify(hash, passwd, n);
}

TEST_EACH_ENGINE(a_made_up_token_and_a_spent_budget_cost_no_hash)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    for (int i = 0; i < 3; i++) EXPECT(enrol(t, &b, "new@example.com").status == 200);
    int before = atomic_load(&hashes);
    EXPECT(before >= 3);
    for (int i = 0; i < 10; i++) {
        EXPECT(reset(t, &b, "made-up-token", "a password that is good").status == 400);
        EXPECT(enrol(t, &b, "new@example.com").status == 200);
    }
    assert_int_equal(atomic_load(&hashes), before);
}

/* ---- the administrator's way out ---- */

TEST_EACH_ENGINE(unlocking_forgets_what_others_did)
{
    struct browser fresh = { .lang = LANG_EN, .network = "192.0.2.0/24" };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    besiege(t, ANN);
    for (int i = 0; i < 5; i++) EXPECT(forgot(t, &fresh, ANN).status == 200);
    expect_problem(world_login(t, &fresh, ANN, GOOD), 429, "too_many_tries");
    test_open_tx(t);
    EXPECT(accounts_unlock(t->tx, "nobody@example.com", AT) == ROW_NONE);
    EXPECT(accounts_unlock(t->tx, ANN, AT) == ROW_FOUND);
    test_close_tx(t);
    EXPECT(world_login(t, &fresh, ANN, GOOD).status == 200);
    EXPECT(forgot(t, &fresh, ANN).status == 200);
    assert_int_equal(mails(t, "reset_password"), 4);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'account_unlocked'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(five_tries_are_free_then_the_delay_doubles),
        EACH_ENGINE(failures_of_a_clock_that_was_ahead_keep_nobody_waiting),
        EACH_ENGINE(a_stranger_delays_its_own_network_alone),
        EACH_ENGINE(a_patient_stranger_keeps_nobody_out),
        EACH_ENGINE(many_strangers_wait_and_the_owner_does_not),
        EACH_ENGINE(unknown_addresses_are_besieged_alike),
        EACH_ENGINE(who_is_known_is_counted_apart),
        EACH_ENGINE(the_cookie_counts_only_whole_and_for_its_address),
        EACH_ENGINE(a_browser_is_known_after_a_change_of_the_master_key),
        EACH_ENGINE(registrations_use_up_no_reset),
        EACH_ENGINE(a_reset_mail_always_gets_through),
        EACH_ENGINE(a_known_browser_asks_for_resets_of_its_own),
        EACH_ENGINE(one_network_does_not_use_up_a_newcomers_mails),
        EACH_ENGINE(mails_sent_while_the_clock_was_ahead_hold_none_up),
        EACH_ENGINE(forgot_before_confirming_sends_the_link_to_confirm),
        EACH_ENGINE(asking_does_the_same_for_known_and_unknown),
        EACH_ENGINE(a_made_up_token_and_a_spent_budget_cost_no_hash),
        EACH_ENGINE(unlocking_forgets_what_others_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
