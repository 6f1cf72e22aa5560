/* test_verify.c: changes to persons, accounts and sessions that somebody with the database in his hands could make. */
#include "accounts/test_browser.h"
#include "storage/test_verify.h"

static bool credits_there;
static bool has_credits(struct tx *tx, int64_t account, bool *has)
{
    *has = credits_there;
    return true;
}

/* Two persons, signed in; an invitation, a reset link, a registration, and what somebody asked to be mailed. */
static void begin(struct test_db *t)
{
    struct browser ann = { .lang = LANG_EN }, bob = { .lang = LANG_EN };
    world_start(t);
    clock_fix_ms(test_now);
    credits_there = true;
    accounts_hooks.has_credits = has_credits;
    int64_t first = world_account(t, "ann@example.com", GOOD, ROLE_MERCHANT);
    (void)world_account(t, "bob@example.com", GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &ann, "ann@example.com", GOOD).status == 200);
    EXPECT(world_login(t, &bob, "bob@example.com", GOOD).status == 200);
    test_open_tx(t);
    char token[TOKEN_TEXT_SIZE];
    struct invitation made = { .email = "new@example.com", .role = MEMBER_VIEWER };
    struct user u;
    struct team_act act = { .account = first, .now_ms = test_now };
    EXPECT(user_by_key(t->tx, "ann@example.com", &u) == ROW_FOUND);
    act.by = u.person.id;
    EXPECT(invitation_make(t->tx, &act, &made, token) == TEAM_DONE);
    EXPECT(token_make(t->tx, u.person.id, TOKEN_RESET, test_now, token));
    EXPECT(registration_put(t->tx,
                            &(struct registration_new){ .email = "reg@example.com",
                                                        .name = "Reg",
                                                        .lang = "en",
                                                        .password_hash = "$argon2id$x",
                                                        .browser_hash = "b",
                                                        .now_ms = test_now },
                            token));
    test_script(t, "INSERT INTO account_notes (account, author, text, at_ms) SELECT a.id, p.id, 'x', 1"
                   " FROM accounts a, persons p ORDER BY a.id, p.id LIMIT 1;");
    test_script(t, "INSERT INTO mail_asks (kind, email, lang, at_ms) VALUES (1, 'ann@example.com', 'en', 1);");
    EXPECT(jobs_put(t->tx,
                    &(struct job_new){ .kind = accounts_ask_job.name,
                                       .ref = test_number(t, "SELECT MAX(id) FROM mail_asks") },
                    NULL) > 0);
}

TEST_EACH_ENGINE(what_was_done_to_persons_and_sessions_is_found)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE members SET role = 4;", "no owner" },
        { "DELETE FROM members;", "" },
        { "UPDATE persons SET email = 'thief@example.com' WHERE email_key = 'ann@example.com';", "another address" },
        { "UPDATE persons SET email_key = 'thief@example.com' WHERE email_key = 'ann@example.com';",
          "another address" },
        { "UPDATE persons SET password_hash = 'hunter2';", "not kept as a hash" },
        { "UPDATE persons SET password_hash = '';", "not kept as a hash" },
        { "UPDATE persons SET email = 'panel:x/1', email_key = 'panel:x/1', password_hash = '$argon2id$x'"
          " WHERE email_key = 'ann@example.com';", "whom a panel lets in has a password" },
        { "UPDATE accounts SET panel = 1;", "which merchant" },
        { "UPDATE accounts SET merchant = 'm-1';", "which merchant" },
        { "UPDATE sessions SET account = (SELECT MAX(id) FROM accounts);", "does not belong" },
        { "UPDATE sessions SET account = 99;", "does not belong" },
        { "UPDATE sessions SET person = (SELECT MAX(id) FROM persons);", "does not belong" },
        { "UPDATE person_tokens SET expires_at_ms = 99999999999999;", "lasts longer" },
        { "UPDATE person_tokens SET expires_at_ms = expires_at_ms + 1;", "lasts longer" },
        { "UPDATE registrations SET expires_at_ms = 99999999999999;", "lasts longer" },
        { "UPDATE invitations SET expires_at_ms = 99999999999999;", "lasts longer" },
        { "UPDATE account_notes SET account = 99;", "about no account" },
        { "UPDATE account_notes SET author = 99;", "by nobody" },
        { "DELETE FROM jobs WHERE kind = 'accounts.ask';", "nobody sends it" },
        { "UPDATE jobs SET state = 3 WHERE kind = 'accounts.ask';", "nobody sends it" },
    };
    /* clang-format on */
    begin(t);
    test_expect_found(t, accounts_checks, harms, ARRAY_LEN(harms));
    credits_there = false;
    EXPECT(strstr(test_verify(t, accounts_checks).what, "lost its credits"));
    test_close_tx(t);
    clock_fix_ms(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { EACH_ENGINE(what_was_done_to_persons_and_sessions_is_found) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
