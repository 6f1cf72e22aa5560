/* test_register.c: from a stranger to an account, and to a new password, through the routes. Tests that are named after
 * a defect of the replaced systems (d07...) hold that it is gone. */
#include "accounts/test_browser.h"
#include <pthread.h>
#include <stdio.h>

#define ANN "ann@example.com"

static struct response enrol(struct test_db *t, struct browser *b, const char *email, const char *password)
{
    return ask(t, b, "POST /auth/password/register", (&(struct post_register){ email, password, "Ann" }));
}

static struct response confirm(struct test_db *t, struct browser *b, const char *token, const char *password)
{
    return ask(t, b, "POST /auth/verify-email", (&(struct post_verify){ token, password }));
}

static struct response forgot(struct test_db *t, struct browser *b, const char *email)
{
    return ask(t, b, "POST /auth/password/forgot", (&(struct post_email){ email }));
}

static struct response reset(struct test_db *t, struct browser *b, const char *token, const char *password)
{
    return ask(t, b, "POST /auth/password/reset", (&(struct post_reset){ token, password }));
}

static void expect_problem(struct response r, int status, const char *code)
{
    assert_int_equal(r.status, status);
    assert_non_null(r.code);
    assert_string_equal(r.code, code);
}

static int64_t whoami(struct test_db *t, struct browser *b) { return ask(t, b, "GET /api/user", NULL).who.account; }

TEST_EACH_ENGINE(nothing_exists_before_the_mailbox_is_proven)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    struct response r = enrol(t, &b, "Ann@Example.com", GOOD);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "{\"success\":true,\"message\":\"Account created. Please verify your email.\"}");
    EXPECT(r.set_login && !r.set_sid);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM accounts"), 0);
    assert_int_equal(hook_created, 0);
    expect_problem(world_login(t, &b, ANN, GOOD), 401, "invalid_credentials");
    EXPECT(whoami(t, &b) == 0);
}

TEST_EACH_ENGINE(the_browser_that_asked_confirms_and_is_signed_in)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    EXPECT(enrol(t, &b, "Ann@Example.com", GOOD).status == 200);
    const char *token = mail_token(t, "verify_email");
    EXPECT(strstr(mail_text(t, "verify_email"), "http://chathub.test/auth/verify-email#token=") != NULL);
    struct response r = confirm(t, &b, token, NULL);
    assert_int_equal(r.status, 200);
    EXPECT(r.set_sid && b.login[0] == '\0');
    EXPECT(strstr(r.body, "\"email\":\"Ann@Example.com\",\"name\":\"Ann\"") != NULL);
    EXPECT(strstr(r.body, "\"credits\":250") != NULL && strstr(r.body, "\"lang\":\"en\"") != NULL);
    assert_int_equal(hook_created, 1);
    EXPECT(whoami(t, &b) > 0);
    expect_problem(confirm(t, &b, token, GOOD), 400, "invalid_token");
    struct browser other = { .lang = LANG_EN };
    assert_int_equal(world_login(t, &other, ANN, GOOD).status, 200);
    assert_int_equal(world_number(t,
                                  "SELECT COUNT(*) FROM audit_log WHERE action IN ('user_register', 'email_verified')"
                                  " AND actor = account AND account > 0"),
                     2);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM registrations WHERE password_hash <> ''"), 0);
}

TEST_EACH_ENGINE(another_browser_needs_the_password)
{
    struct browser b = { .lang = LANG_EN }, other = { .lang = LANG_EN, .login = "something-else" };
    world_start(t);
    EXPECT(enrol(t, &b, ANN, GOOD).status == 200);
    const char *token = mail_token(t, "verify_email");
    expect_problem(confirm(t, &other, token, NULL), 403, "password_needed");
    expect_problem(confirm(t, &other, token, OTHER), 403, "password_needed");
    EXPECT(confirm(t, &other, token, GOOD).status == 200 && whoami(t, &other) > 0 && whoami(t, &b) == 0);
}

TEST_EACH_ENGINE(links_end_after_a_day_and_with_the_next_one)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    EXPECT(enrol(t, &b, ANN, GOOD).status == 200);
    const char *first = mail_token(t, "verify_email");
    EXPECT(ask(t, &b, "POST /auth/resend-verification", (&(struct post_email){ ANN })).status == 200);
    const char *second = mail_token(t, "verify_email");
    EXPECT(strcmp(first, second) != 0);
    expect_problem(confirm(t, &b, first, GOOD), 400, "invalid_token");
    test_now = AT + REGISTRATION_LIFETIME_MS;
    expect_problem(confirm(t, &b, second, GOOD), 400, "invalid_token");
    EXPECT(ask(t, &b, "POST /auth/resend-verification", (&(struct post_email){ ANN })).status == 200);
    EXPECT(confirm(t, &b, mail_token(t, "verify_email"), NULL).status == 200); /* still the same browser */
}

/* D-07: registering the address of an account set a password on it. */
TEST_EACH_ENGINE(d07_registering_a_known_address_sets_no_password)
{
    struct browser owner = { .lang = LANG_EN }, thief = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, NULL, ROLE_MERCHANT); /* has no password, like one that came by a login provider */
    EXPECT(enrol(t, &thief, " ANN@example.com ", GOOD).status == 200);
    expect_problem(world_login(t, &thief, ANN, GOOD), 401, "invalid_credentials");
    EXPECT(mail_text(t, "verify_email") == NULL && mail_text(t, "already_registered") != NULL);
    EXPECT(strstr(mail_text(t, "already_registered"), "token=") == NULL);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM persons WHERE password_hash IS NOT NULL"), 0);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM registrations"), 0);
    EXPECT(forgot(t, &owner, ANN).status == 200);
    EXPECT(reset(t, &owner, mail_token(t, "reset_password"), OTHER).status == 200);
    EXPECT(world_login(t, &owner, ANN, OTHER).status == 200);
}

TEST_EACH_ENGINE(d07_the_owner_does_not_confirm_the_password_of_a_thief)
{
    struct browser owner = { .lang = LANG_EN }, thief = { .lang = LANG_EN };
    world_start(t);
    EXPECT(enrol(t, &thief, ANN, GOOD).status == 200);
    const char *stolen = mail_token(t, "verify_email"); /* arrives in the owner's mailbox, who presses the button */
    expect_problem(confirm(t, &owner, stolen, NULL), 403, "password_needed");
    EXPECT(enrol(t, &owner, ANN, OTHER).status == 200); /* and then registers in earnest */
    expect_problem(confirm(t, &thief, stolen, GOOD), 400, "invalid_token");
    EXPECT(confirm(t, &owner, mail_token(t, "verify_email"), NULL).status == 200);
    struct browser later = { .lang = LANG_EN };
    expect_problem(world_login(t, &later, ANN, GOOD), 401, "invalid_credentials");
    EXPECT(world_login(t, &later, ANN, OTHER).status == 200);
}

TEST_EACH_ENGINE(d07_an_account_made_meanwhile_keeps_its_password)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    EXPECT(enrol(t, &b, ANN, GOOD).status == 200);
    const char *token = mail_token(t, "verify_email");
    world_account(t, ANN, OTHER, ROLE_OPERATOR);
    expect_problem(confirm(t, &b, token, NULL), 400, "invalid_token");
    expect_problem(world_login(t, &b, ANN, GOOD), 401, "invalid_credentials");
    EXPECT(world_login(t, &b, ANN, OTHER).status == 200);
}

static void expect_same(const struct response *a, const struct response *b)
{
    assert_int_equal(a->status, b->status);
    assert_string_equal(a->body, b->body);
    EXPECT(a->set_login == b->set_login && a->set_sid == b->set_sid && a->retry_after_s == b->retry_after_s);
    EXPECT((a->code == NULL) == (b->code == NULL) && (!a->code || strcmp(a->code, b->code) == 0));
}

/* D-24: which addresses exist could be asked. Here every door answers alike for known, unknown and disabled ones. */
TEST_EACH_ENGINE(d24_no_answer_tells_whether_an_address_is_known)
{
    static const char *const posts[] = { "POST /auth/password/forgot", "POST /auth/resend-verification" };
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    world_account(t, "gone@example.com", GOOD, ROLE_MERCHANT);
    world_script(t, "UPDATE accounts SET disabled = 1 WHERE id ="
                    " (SELECT id FROM persons WHERE email_key = 'gone@example.com')");
    for (int round = 0; round < 5; round++) { /* also past the limit of a mailbox */
        struct response known = enrol(t, &b, ANN, OTHER), unknown = enrol(t, &b, "new@example.com", OTHER);
        struct response disabled = enrol(t, &b, "gone@example.com", OTHER);
        expect_same(&known, &unknown), expect_same(&known, &disabled);
        for (size_t i = 0; i < ARRAY_LEN(posts); i++) {
            known = ask(t, &b, posts[i], (&(struct post_email){ ANN }));
            unknown = ask(t, &b, posts[i], (&(struct post_email){ "nobody@example.com" }));
            disabled = ask(t, &b, posts[i], (&(struct post_email){ "gone@example.com" }));
            assert_int_equal(known.status, 200);
            expect_same(&known, &unknown), expect_same(&known, &disabled);
        }
    }
    for (int round = 0; round < TRIES_FREE + 3; round++) {
        struct response wrong = world_login(t, &b, ANN, OTHER), unknown = world_login(t, &b, "no@example.com", OTHER);
        struct response disabled = world_login(t, &b, "gone@example.com", OTHER);
        expect_problem(wrong, round < TRIES_FREE ? 401 : 429,
                       round < TRIES_FREE ? "invalid_credentials" : "too_many_tries");
        expect_same(&wrong, &unknown), expect_same(&wrong, &disabled);
    }
}

/* D-23: no limit on mails to an address. */
TEST_EACH_ENGINE(d23_a_mailbox_is_not_flooded)
{
    struct browser b = { .lang = LANG_ZH };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    for (int i = 0; i < 8; i++) EXPECT(forgot(t, &b, ANN).status == 200);
    for (int i = 0; i < 8; i++) EXPECT(enrol(t, &b, "new@example.com", GOOD).status == 200);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM mail_outbox"), 6);
    const char *token = mail_token(t, "verify_email"); /* a mail that was not sent ended no token */
    test_now += 16 * MINUTE_MS;
    EXPECT(forgot(t, &b, ANN).status == 200);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM mail_outbox"), 7);
    EXPECT(confirm(t, &b, token, GOOD).status == 200);
}

/* D-23: a login took any kind of token, and a GET used it up. */
TEST_EACH_ENGINE(d23_purposes_are_not_interchangeable_and_get_consumes_nothing)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(enrol(t, &b, "new@example.com", GOOD).status == 200 && forgot(t, &b, ANN).status == 200);
    const char *verify = mail_token(t, "verify_email"), *renew = mail_token(t, "reset_password");
    expect_problem(confirm(t, &b, renew, GOOD), 400, "invalid_token");
    expect_problem(reset(t, &b, verify, OTHER), 400, "invalid_token");
    for (const struct route *r = accounts_routes; r->verb != VERB_UNSET; r++)
        EXPECT(r->verb != VERB_GET || r->tx == TX_READ); /* no GET of ours can write */
    EXPECT(confirm(t, &b, verify, NULL).status == 200 && reset(t, &b, renew, OTHER).status == 200);
}

/* D-08: no password route worked, there was no reset, and mail was dropped. */
TEST_EACH_ENGINE(d08_a_forgotten_password_is_replaced)
{
    struct browser b = { .lang = LANG_EN }, signed_in = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &signed_in, ANN, GOOD).status == 200);
    struct response r = forgot(t, &b, "ANN@example.com");
    assert_string_equal(r.body, "{\"success\":true,\"message\":\"If the email exists, a reset link has been sent.\"}");
    const char *token = mail_token(t, "reset_password");
    EXPECT(whoami(t, &signed_in) > 0); /* asking changes nothing */
    r = reset(t, &b, token, "password");
    expect_problem(r, 422, "invalid_fields");
    assert_string_equal(r.field, "password too_common");
    r = reset(t, &b, token, "Ann@Example.com");
    assert_string_equal(r.field, "password equals_email");
    for (int i = 0; i < TRIES_FREE + 1; i++) (void)world_login(t, &b, ANN, OTHER);
    r = reset(t, &b, token, OTHER); /* neither refusal nor the running lock stand in the way */
    assert_string_equal(r.body, "{\"success\":true,\"message\":\"Password reset successfully!\"}");
    EXPECT(!r.set_sid && whoami(t, &b) == 0 && whoami(t, &signed_in) == 0);
    EXPECT(mail_text(t, "password_changed") != NULL);
    expect_problem(reset(t, &b, token, GOOD), 400, "invalid_token");
    expect_problem(world_login(t, &b, ANN, GOOD), 401, "invalid_credentials");
    EXPECT(world_login(t, &b, ANN, OTHER).status == 200);
}

TEST_EACH_ENGINE(reset_links_end)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(forgot(t, &b, ANN).status == 200);
    const char *first = mail_token(t, "reset_password");
    EXPECT(forgot(t, &b, ANN).status == 200);
    const char *second = mail_token(t, "reset_password");
    expect_problem(reset(t, &b, first, OTHER), 400, "invalid_token");
    expect_problem(reset(t, &b, "", OTHER), 400, "invalid_token");
    expect_problem(reset(t, &b, "../../etc/passwd", OTHER), 400, "invalid_token");
    test_now = AT + RESET_LIFETIME_MS;
    expect_problem(reset(t, &b, second, OTHER), 400, "invalid_token");
    test_now = AT;
    world_script(t, "UPDATE accounts SET disabled = 1");
    expect_problem(reset(t, &b, second, OTHER), 400, "invalid_token");
}

TEST_EACH_ENGINE(bad_passwords_are_named)
{
    static const struct {
        const char *password, *field;
    } cases[] = {
        { "iloveyou", "password too_common" },
        { "new@EXAMPLE.com", "password equals_email" },
        { "1234567", "password too_short" },
    };
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct response r = enrol(t, &b, "new@example.com", cases[i].password);
        expect_problem(r, 422, "invalid_fields");
        assert_string_equal(r.field, cases[i].field);
    }
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM registrations"), 0);
}

TEST_EACH_ENGINE(mails_speak_the_language_of_the_page)
{
    struct browser b = { .lang = LANG_ZH };
    world_start(t);
    EXPECT(strstr(enrol(t, &b, ANN, GOOD).body, "请查收邮件") != NULL);
    EXPECT(strstr(mail_text(t, "verify_email"), "24 小时内有效") != NULL);
    EXPECT(strstr(confirm(t, &b, mail_token(t, "verify_email"), NULL).body, "\"lang\":\"zh-CN\"") != NULL);
    b.lang = LANG_EN; /* a stranger's page in English; the account stays Chinese */
    EXPECT(forgot(t, &b, ANN).status == 200);
    EXPECT(strstr(mail_text(t, "reset_password"), "30 分钟内有效") != NULL);
}

/* ---- at the same time ---- */

enum { AT_ONCE = 12 };
struct racing {
    struct test_db *t;
    struct browser browser;
    const char *token;
    bool resets;
    int status;
};

static void *race(void *arg)
{
    struct racing *r = arg;
    struct arena *arena = arena_new(16 << 20);
    const struct post_verify verify = { r->token, NULL };
    const struct post_reset renew = { r->token, OTHER };
    r->status = r->resets ? ask_in(r->t, arena, &r->browser, "POST /auth/password/reset", &renew, NULL, NULL).status
                          : ask_in(r->t, arena, &r->browser, "POST /auth/verify-email", &verify, NULL, NULL).status;
    arena_free(arena);
    return NULL;
}

/* How many of AT_ONCE requests with one token succeeded; the others must have been told that it is used. */
static int winners(struct test_db *t, const struct browser *b, const char *token, bool resets)
{
    struct racing r[AT_ONCE];
    pthread_t thread[AT_ONCE];
    int won = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        r[i] = (struct racing){ .t = t, .browser = *b, .token = token, .resets = resets };
        assert_int_equal(pthread_create(&thread[i], NULL, race, &r[i]), 0);
    }
    for (int i = 0; i < AT_ONCE; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (int i = 0; i < AT_ONCE; i++) {
        won += r[i].status == 200;
        if (r[i].status != 200) assert_int_equal(r[i].status, 400);
    }
    return won;
}

TEST_EACH_ENGINE(of_many_that_use_one_token_one_wins)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    EXPECT(enrol(t, &b, ANN, GOOD).status == 200);
    assert_int_equal(winners(t, &b, mail_token(t, "verify_email"), false), 1);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM accounts"), 1);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM sessions"), 1);
    EXPECT(forgot(t, &b, ANN).status == 200);
    assert_int_equal(winners(t, &b, mail_token(t, "reset_password"), true), 1);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'password_changed'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(nothing_exists_before_the_mailbox_is_proven),
        EACH_ENGINE(the_browser_that_asked_confirms_and_is_signed_in),
        EACH_ENGINE(another_browser_needs_the_password),
        EACH_ENGINE(links_end_after_a_day_and_with_the_next_one),
        EACH_ENGINE(d07_registering_a_known_address_sets_no_password),
        EACH_ENGINE(d07_the_owner_does_not_confirm_the_password_of_a_thief),
        EACH_ENGINE(d07_an_account_made_meanwhile_keeps_its_password),
        EACH_ENGINE(d24_no_answer_tells_whether_an_address_is_known),
        EACH_ENGINE(d23_a_mailbox_is_not_flooded),
        EACH_ENGINE(d23_purposes_are_not_interchangeable_and_get_consumes_nothing),
        EACH_ENGINE(d08_a_forgotten_password_is_replaced),
        EACH_ENGINE(reset_links_end),
        EACH_ENGINE(bad_passwords_are_named),
        EACH_ENGINE(mails_speak_the_language_of_the_page),
        EACH_ENGINE(of_many_that_use_one_token_one_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
