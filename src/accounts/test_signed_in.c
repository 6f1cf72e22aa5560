/* test_signed_in.c: signing in, staying so, ending it; and what operators do, through the routes. */
#include "accounts/test_browser.h"
#include "http/private.h"
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define ANN "ann@example.com"
#define BOB "bob@example.com"

static void expect_problem(struct response r, int status, const char *code)
{
    assert_int_equal(r.status, status);
    assert_non_null(r.code);
    assert_string_equal(r.code, code);
}

static int64_t whoami(struct test_db *t, struct browser *b) { return ask(t, b, "GET /api/user", NULL).who.account; }

static struct response change(struct test_db *t, struct browser *b, const char *current, const char *new)
{
    return ask(t, b, "POST /auth/password/change", (&(struct post_change){ current, new }));
}

static struct response by_id(struct test_db *t, struct browser *b, const char *what, int64_t id)
{
    const struct id_path path = { id };
    const struct post_reason reason = { "spam, again" };
    return ask_in(t, NULL, b, what, &reason, &path, NULL);
}

TEST_EACH_ENGINE(signing_in_shows_the_user)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT);
    assert_string_equal(ask(t, &b, "GET /api/user", NULL).body, "{\"user\":null}");
    struct response r = world_login(t, &b, " Ann@Example.COM ", GOOD);
    assert_int_equal(r.status, 200);
    EXPECT(r.set_sid && strlen(b.sid) == 43);
    struct response me = ask(t, &b, "GET /api/user", NULL);
    EXPECT(me.who.account == ann && me.who.signed_in_at_ms == AT);
    EXPECT(me.who.person == ann && me.who.roles == (WHO_PERSON | WHO_OWNER));
    assert_string_equal(me.who.email, ANN);
    EXPECT(strstr(me.body, "\"last_login_at\":\"2027-01-15T08:00:00.000Z\"") != NULL);
    b.sid[5] ^= 1; /* another cookie is nobody, and is not adopted */
    EXPECT(whoami(t, &b) == 0);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'password_login'"), 1);
}

/* D-21: GET /api/user showed the row. The shape test of every answer allows the listed members alone. */
TEST_EACH_ENGINE(d21_no_answer_holds_a_hash)
{
    static const char *const gets[] = { "GET /api/user", "GET /auth/sessions" };
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    struct response r = world_login(t, &b, ANN, GOOD);
    EXPECT(strstr(r.body, "argon2") == NULL && strstr(r.body, "hash") == NULL && strstr(r.body, b.sid) == NULL);
    for (size_t i = 0; i < ARRAY_LEN(gets); i++) {
        r = ask(t, &b, gets[i], NULL);
        EXPECT(r.status == 200 && strstr(r.body, "argon2") == NULL && strstr(r.body, "hash") == NULL);
        EXPECT(strstr(r.body, "token") == NULL);
    }
}

TEST_EACH_ENGINE(wrong_passwords_slow_down_and_a_right_one_forgives)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT);
    for (int i = 0; i < TRIES_FREE; i++) expect_problem(world_login(t, &b, ANN, OTHER), 401, "invalid_credentials");
    struct response r = world_login(t, &b, ANN, GOOD); /* even the right one: nothing is learned while it runs */
    expect_problem(r, 429, "too_many_tries");
    assert_int_equal(r.retry_after_s, 1);
    test_now += SECOND_MS;
    expect_problem(world_login(t, &b, ANN, OTHER), 401, "invalid_credentials");
    r = world_login(t, &b, ANN, OTHER);
    assert_int_equal(r.retry_after_s, 2);
    assert_int_equal(world_number(t, "SELECT MAX(failures) FROM sign_in_tries"), 6); /* refused ones do not count */
    test_now += 2 * SECOND_MS;
    assert_int_equal(world_login(t, &b, ANN, GOOD).status, 200);
    assert_int_equal(world_number(t, "SELECT MAX(failures) FROM sign_in_tries"), 0);
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM audit_log WHERE action = 'password_login_failed' AND account = %lld"
             " AND actor = 0 AND details LIKE '{\"route\":\"login\",\"failures\":%%'",
             (long long)ann);
    assert_int_equal(world_number(t, sql), 3); /* the 1st, 2nd and 4th */
}

/* D60: the session id was not renewed. */
TEST_EACH_ENGINE(d60_signing_in_gives_a_new_session_and_ends_the_old)
{
    struct browser b = { .lang = LANG_EN }, old;
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT), bob = world_account(t, BOB, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    old = b;
    EXPECT(world_login(t, &b, BOB, GOOD).status == 200);
    EXPECT(strcmp(old.sid, b.sid) != 0 && whoami(t, &old) == 0 && whoami(t, &b) == bob);
    EXPECT(ann != bob);
    strcpy(b.sid, "chosen-by-somebody-else-before-the-sign-in");
    old = b;
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    EXPECT(strcmp(old.sid, b.sid) != 0 && whoami(t, &old) == 0 && whoami(t, &b) == ann);
}

/* D60: disabled users could sign in. */
TEST_EACH_ENGINE(d60_disabled_accounts_are_out_at_once_and_cannot_sign_in)
{
    struct browser b = { .lang = LANG_EN }, boss = { .lang = LANG_EN };
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT);
    world_account(t, "op@example.com", GOOD, ROLE_OPERATOR);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200 && world_login(t, &boss, "op@example.com", GOOD).status == 200);
    assert_int_equal(by_id(t, &boss, "POST /api/operator/accounts/:id/disable", ann).status, 200);
    EXPECT(whoami(t, &b) == 0);
    expect_problem(world_login(t, &b, ANN, GOOD), 401, "invalid_credentials");
    assert_int_equal(by_id(t, &boss, "POST /api/operator/accounts/:id/enable", ann).status, 200);
    EXPECT(whoami(t, &b) == 0 && world_login(t, &b, ANN, GOOD).status == 200);
    world_script(t, "UPDATE accounts SET disabled = 1"); /* by whatever way: the look-up itself says no */
    EXPECT(whoami(t, &b) == 0 && whoami(t, &boss) == 0);
}

/* D60: sessions survived a change of the password. */
TEST_EACH_ENGINE(d60_sessions_end_with_the_password)
{
    struct browser here = { .lang = LANG_EN }, there = { .lang = LANG_EN }, before;
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &here, ANN, GOOD).status == 200 && world_login(t, &there, ANN, GOOD).status == 200);
    EXPECT(ask(t, &here, "POST /auth/password/forgot", (&(struct post_email){ ANN })).status == 200);
    before = here;
    expect_problem(change(t, &here, OTHER, OTHER), 400, "wrong_password");
    assert_string_equal(change(t, &here, GOOD, "ANN@example.com").field, "newPassword equals_email");
    assert_string_equal(change(t, &here, GOOD, "12345678").field, "newPassword too_common");
    EXPECT(whoami(t, &there) == ann); /* nothing changed so far */
    struct response r = change(t, &here, GOOD, OTHER);
    assert_string_equal(r.body, "{\"success\":true,\"message\":\"Password updated successfully!\"}");
    EXPECT(whoami(t, &there) == 0 && whoami(t, &before) == 0 && whoami(t, &here) == ann);
    EXPECT(mail_text(t, "password_changed") != NULL);
    const struct post_reset stale = { mail_token(t, "reset_password"), GOOD };
    expect_problem(ask(t, &here, "POST /auth/password/reset", &stale), 400, "invalid_token");
    expect_problem(world_login(t, &there, ANN, GOOD), 401, "invalid_credentials");
    EXPECT(world_login(t, &there, ANN, OTHER).status == 200);
    struct browser nobody = { .lang = LANG_EN };
    expect_problem(change(t, &nobody, GOOD, OTHER), 401, "sign_in_required");
}

TEST_EACH_ENGINE(weak_hashes_are_replaced_at_the_next_sign_in)
{
    struct browser b = { .lang = LANG_EN };
    char weak[PASSWORD_HASH_SIZE], sql[300];
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    assert_int_equal(crypto_pwhash_str_alg(weak, GOOD, strlen(GOOD), 1, 8192, crypto_pwhash_ALG_ARGON2ID13), 0);
    snprintf(sql, sizeof sql, "UPDATE persons SET password_hash = '%s'", weak);
    world_script(t, sql);
    expect_problem(world_login(t, &b, ANN, OTHER), 401, "invalid_credentials");
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM persons WHERE password_hash LIKE '%m=8,%'"), 1);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM persons WHERE password_hash LIKE '%m=8,%'"), 0);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
}

/* 0.1.0 hashed the bytes as they came; who typed an accent in two parts can sign in, and from then on either way. */
TEST_EACH_ENGINE(an_old_hash_of_another_spelling_is_replaced_at_the_next_sign_in)
{
    const char *apart = "cafe\xCC\x81 au lait", *composed = "caf\xC3\xA9 au lait";
    struct browser b = { .lang = LANG_EN };
    char old[PASSWORD_HASH_SIZE], sql[300];
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    int made = crypto_pwhash_str_alg(old, apart, strlen(apart), 2, 19456 * 1024, crypto_pwhash_ALG_ARGON2ID13);
    assert_int_equal(made, 0);
    snprintf(sql, sizeof sql, "UPDATE persons SET password_hash = '%s'", old);
    world_script(t, sql);
    expect_problem(world_login(t, &b, ANN, composed), 401, "invalid_credentials");
    EXPECT(world_login(t, &b, ANN, apart).status == 200);
    EXPECT(world_login(t, &b, ANN, composed).status == 200);
    EXPECT(world_login(t, &b, ANN, apart).status == 200);
}

/* The hash that was checked is no longer the stored one: nothing is known, nobody is let in. */
TEST_EACH_ENGINE(a_password_changed_while_it_is_checked_lets_nobody_in)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    const struct route *r = accounts_routes;
    while (strcmp(r->path, "/auth/password/login") != 0) r++;
    struct req req = { .route = r, .arena = t->arena, .body = &(struct post_login){ ANN, GOOD }, .now_ms = AT };
    assert_int_equal(r->prepare(&req), ANSWER_GO_ON);
    world_script(t, "UPDATE persons SET password_hash = 'other'");
    test_open_tx(t);
    req.tx = t->tx;
    assert_int_equal(r->run(&req), ANSWER_REFUSED);
    assert_int_equal(req.reply.status, 503);
    EXPECT(req.reply.cookies == 0);
    r->refused(&req);
    test_close_tx(t);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM sign_in_tries"), 0); /* not counted as a wrong password */
    buf_free(&req.reply.body);
    EXPECT(whoami(t, &b) == 0);
}

TEST_EACH_ENGINE(signing_in_again_is_fresh_and_renews_the_id)
{
    struct browser b = { .lang = LANG_EN }, old;
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    test_now += HOUR_MS;
    EXPECT(ask(t, &b, "GET /api/user", NULL).who.signed_in_at_ms == AT);
    expect_problem(ask(t, &b, "POST /auth/reauthenticate", (&(struct post_reauthenticate){ OTHER })), 400,
                   "wrong_password");
    assert_int_equal(world_number(t, "SELECT MAX(failures) FROM sign_in_tries"), 1);
    old = b;
    struct response r = ask(t, &b, "POST /auth/reauthenticate", (&(struct post_reauthenticate){ GOOD }));
    assert_string_equal(r.body, "{\"success\":true}");
    EXPECT(whoami(t, &old) == 0 && ask(t, &b, "GET /api/user", NULL).who.signed_in_at_ms == test_now &&
           whoami(t, &b) == ann);
    for (int i = 0; i < TRIES_FREE; i++)
        (void)ask(t, &b, "POST /auth/reauthenticate", (&(struct post_reauthenticate){ OTHER }));
    expect_problem(ask(t, &b, "POST /auth/reauthenticate", (&(struct post_reauthenticate){ GOOD })), 429,
                   "too_many_tries");
    struct browser nobody = { .lang = LANG_EN };
    expect_problem(ask(t, &nobody, "POST /auth/reauthenticate", (&(struct post_reauthenticate){ GOOD })), 401,
                   "sign_in_required");
}

TEST_EACH_ENGINE(sessions_are_listed_and_ended_by_their_owner)
{
    struct browser one = { .lang = LANG_EN }, two = { .lang = LANG_EN }, bobs = { .lang = LANG_EN };
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT), bob = world_account(t, BOB, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &one, ANN, GOOD).status == 200 && world_login(t, &two, ANN, GOOD).status == 200);
    EXPECT(world_login(t, &bobs, BOB, GOOD).status == 200);
    struct response list = ask(t, &one, "GET /auth/sessions", NULL);
    EXPECT(strstr(list.body, "\"current\":true") != NULL &&
           strstr(list.body, "\"network\":\"203.0.113.0/24\"") != NULL);
    int64_t first = ask(t, &one, "GET /api/user", NULL).who.session,
            second = ask(t, &two, "GET /api/user", NULL).who.session;
    expect_problem(by_id(t, &bobs, "DELETE /auth/sessions/:id", first), 404, "not_found");
    EXPECT(whoami(t, &one) == ann);
    EXPECT(by_id(t, &one, "DELETE /auth/sessions/:id", second).status == 200 && whoami(t, &two) == 0);
    expect_problem(by_id(t, &one, "DELETE /auth/sessions/:id", second), 404, "not_found");
    EXPECT(world_login(t, &two, ANN, GOOD).status == 200);
    assert_string_equal(ask(t, &one, "POST /auth/sessions/end-others", NULL).body, "{\"success\":true,\"ended\":1}");
    EXPECT(whoami(t, &two) == 0 && whoami(t, &one) == ann && whoami(t, &bobs) == bob);
    EXPECT(by_id(t, &one, "DELETE /auth/sessions/:id", first).status == 200 && whoami(t, &one) == 0);
    assert_int_equal(
        world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action IN ('session_ended', 'sessions_ended')"), 3);
}

TEST_EACH_ENGINE(signing_out_ends_the_session_on_the_server)
{
    struct browser b = { .lang = LANG_EN }, copy;
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    copy = b;
    assert_string_equal(ask(t, &b, "POST /auth/logout", NULL).body, "{\"success\":true}");
    EXPECT(b.sid[0] == '\0' && whoami(t, &copy) == 0);
    EXPECT(ask(t, &copy, "POST /auth/logout", NULL).status == 200); /* nobody may sign out too */
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'logout'"), 1);
}

TEST_EACH_ENGINE(name_and_language_can_be_changed_and_nothing_else)
{
    struct browser b = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    expect_problem(ask(t, &b, "PATCH /api/user", (&(struct patch_user){ "x", -1 })), 401, "sign_in_required");
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    EXPECT(strstr(ask(t, &b, "PATCH /api/user", (&(struct patch_user){ "王小明", -1 })).body, "\"name\":\"王小明\"") !=
           NULL);
    struct response r = ask(t, &b, "PATCH /api/user", (&(struct patch_user){ NULL, 1 }));
    EXPECT(strstr(r.body, "\"name\":\"王小明\"") != NULL && strstr(r.body, "\"lang\":\"en\"") != NULL);
    EXPECT(strstr(r.body, "\"role\":\"merchant\"") != NULL);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'config_changed'"), 2);
    /* What is so already is no change: no row tells of it, however often it is asked for. */
    for (int i = 0; i < 3; i++) {
        EXPECT(ask(t, &b, "PATCH /api/user", (&(struct patch_user){ "王小明", 1 })).status == 200);
        EXPECT(ask(t, &b, "PATCH /api/user", (&(struct patch_user){ NULL, -1 })).status == 200);
        EXPECT(ask(t, &b, "POST /auth/sessions/end-others", NULL).status == 200);
    }
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action IN ('config_changed',"
                                     " 'sessions_ended')"),
                     2);
}

TEST_EACH_ENGINE(d22_operator_routes_do_not_exist_for_merchants)
{
    static const char *const routes[] = { "GET /api/operator/accounts", "GET /api/operator/accounts/:id",
                                          "POST /api/operator/accounts/:id/disable",
                                          "POST /api/operator/accounts/:id/enable" };
    const struct accounts_query query = { .limit = 50 };
    const struct id_path path = { 1 };
    const struct post_reason reason = { "why" };
    struct browser b = { .lang = LANG_EN }, nobody = { .lang = LANG_EN };
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &b, ANN, GOOD).status == 200);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        expect_problem(ask_in(t, NULL, &b, routes[i], &reason, &path, &query), 404, "not_found");
        expect_problem(ask_in(t, NULL, &nobody, routes[i], &reason, &path, &query), 401, "sign_in_required");
    }
    for (const struct route *r = accounts_routes; r->verb != VERB_UNSET; r++)
        EXPECT((strncmp(r->path, "/api/operator/", 14) == 0) == (r->who == WHO_OPERATOR));
}

TEST_EACH_ENGINE(operators_see_and_disable_accounts)
{
    struct browser b = { .lang = LANG_EN };
    char part[200];
    world_start(t);
    int64_t ann = world_account(t, ANN, GOOD, ROLE_MERCHANT),
            boss = world_account(t, "op@example.com", GOOD, ROLE_OPERATOR);
    EXPECT(world_login(t, &b, "op@example.com", GOOD).status == 200);
    struct response r = ask_in(t, NULL, &b, "GET /api/operator/accounts", NULL, NULL,
                               &(struct accounts_query){ .search = "ANN", .limit = 50, .to = INT64_MAX });
    snprintf(part, sizeof part,
             "{\"accounts\":[{\"id\":%lld,\"email\":\"ann@example.com\",\"name\":null,\"role\":\"merchant\","
             "\"disabled\":false,\"credits\":%lld,\"shops\":%lld,",
             (long long)ann, (long long)ann * 10, (long long)ann);
    assert_memory_equal(r.body, part, strlen(part));
    r = by_id(t, &b, "GET /api/operator/accounts/:id", ann);
    EXPECT(r.status == 200 && strstr(r.body, "\"shops\":[{\"id\":") != NULL && strstr(r.body, "茶铺") != NULL);
    expect_problem(by_id(t, &b, "GET /api/operator/accounts/:id", 99999), 404, "not_found");
    expect_problem(by_id(t, &b, "POST /api/operator/accounts/:id/disable", 99999), 404, "not_found");
    expect_problem(by_id(t, &b, "POST /api/operator/accounts/:id/disable", boss), 409, "not_yourself");
    for (int i = 0; i < 2; i++) EXPECT(by_id(t, &b, "POST /api/operator/accounts/:id/disable", ann).status == 200);
    snprintf(part, sizeof part,
             "SELECT COUNT(*) FROM audit_log WHERE action = 'account_disabled' AND actor = %lld AND"
             " account = %lld AND details = '{\"reason\":\"spam, again\"}'",
             (long long)boss, (long long)ann);
    assert_int_equal(world_number(t, part), 1);
    EXPECT(strstr(by_id(t, &b, "GET /api/operator/accounts/:id", ann).body, "\"disabled\":true") != NULL);
}

/* ---- service keys ---- */

static struct caller with_key(struct test_db *t, enum who who, const char *header)
{
    const struct route route = { .path = "/x", .who = who };
    struct exchange *x = ARENA_NEW(t->arena, struct exchange);
    x->head.field[x->head.fields++] = (struct head_field){ STR("authorization"), str_of(header) };
    x->req = (struct req){ .route = &route, .arena = t->arena, .tx = t->tx, .now_ms = AT, .raw = x };
    EXPECT(accounts_authenticate(&x->req));
    return x->req.who;
}

TEST_EACH_ENGINE(a_service_key_speaks_for_its_shop_on_shop_routes_alone)
{
    world_start(t);
    hook_key_account = world_account(t, ANN, GOOD, ROLE_MERCHANT);
    test_lanes_stop(t);
    struct caller c = with_key(t, WHO_SHOP, "Bearer chsk_good");
    EXPECT(c.account == hook_key_account && c.shop == 5 && c.roles == WHO_KEY && c.person == 0);
    EXPECT(c.session == 0 && c.signed_in_at_ms == 0);
    EXPECT(with_key(t, WHO_SHOP, "Bearer chsk_bad").account == 0);
    EXPECT(with_key(t, WHO_SHOP, "Bearer chsk_").account == 0);
    EXPECT(with_key(t, WHO_SHOP, "Basic chsk_good").account == 0);
    EXPECT(with_key(t, WHO_SHOP, "").account == 0);
    EXPECT(with_key(t, WHO_MEMBERS, "Bearer chsk_good").account == 0);
    EXPECT(with_key(t, WHO_ANYONE, "Bearer chsk_good").account == 0);
    EXPECT(with_key(t, WHO_OPERATOR, "Bearer chsk_good").account == 0);
    /* What an operator switched off speaks through no door. */
    test_script(t, "UPDATE accounts SET disabled = 1");
    EXPECT(with_key(t, WHO_SHOP, "Bearer chsk_good").account == 0);
    hook_key_account++;
    EXPECT(with_key(t, WHO_SHOP, "Bearer chsk_good").account == 0);
}

/* ---- two at once, where transactions run beside each other ---- */

struct beside {
    struct test_db *t;
    struct browser b;
    struct arena *arena;
    struct response r;
    const char *what;
};

static void *ask_beside(void *arg)
{
    struct beside *s = arg;
    const struct post_login login = { ANN, GOOD };
    const struct post_reauthenticate again = { GOOD };
    const void *body = strstr(s->what, "login") ? (const void *)&login : &again;
    s->r = ask_in(s->t, s->arena, &s->b, s->what, body, NULL, NULL);
    return NULL;
}

/* A reset that is written and not yet committed while the old password is being accepted: it must find that sign-in, or
 * that sign-in must find the reset. Else a session of the old password outlives the reset. */
static void reset_beside(struct test_db *t, const char *what)
{
    struct beside s = { .t = t, .b = { .lang = LANG_EN }, .arena = arena_new(1 << 20), .what = what };
    pthread_t thread;
    world_start(t);
    world_account(t, ANN, GOOD, ROLE_MERCHANT);
    EXPECT(world_login(t, &s.b, ANN, GOOD).status == 200);
    test_open_tx(t);
    test_script(t, "UPDATE persons SET password_hash = 'x'");
    test_script(t, "DELETE FROM sessions");
    EXPECT(pthread_create(&thread, NULL, ask_beside, &s) == 0);
    /* Until it waits for this transaction, or (when it never asks for the account's row) has had time to end. */
    for (int i = 0; i < 200; i++) {
        if (test_number(t, "SELECT COUNT(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"))
            break;
        usleep(20000);
    }
    test_close_tx(t);
    EXPECT(pthread_join(thread, NULL) == 0);
    expect_problem(s.r, 503, "busy");
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM sessions"), 0);
    arena_free(s.arena);
}

TEST_EACH_ENGINE(no_sign_in_outlives_a_reset_beside_it) { reset_beside(t, "POST /auth/password/login"); }

TEST_EACH_ENGINE(no_reauthentication_outlives_a_reset_beside_it) { reset_beside(t, "POST /auth/reauthenticate"); }

/* Every row of the tables is complete: who, transaction, documentation, answers. */
static void the_tables_have_no_fault(void **state)
{
    const struct route *const tables[] = { accounts_routes, audit_routes, NULL };
    struct buf complaints;
    buf_init(&complaints, 4096);
    if (!routes_check(tables, &complaints)) fail_msg("%s", buf_terminated(&complaints));
    buf_free(&complaints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(signing_in_shows_the_user),
        EACH_ENGINE(d21_no_answer_holds_a_hash),
        EACH_ENGINE(wrong_passwords_slow_down_and_a_right_one_forgives),
        EACH_ENGINE(d60_signing_in_gives_a_new_session_and_ends_the_old),
        EACH_ENGINE(d60_disabled_accounts_are_out_at_once_and_cannot_sign_in),
        EACH_ENGINE(d60_sessions_end_with_the_password),
        EACH_ENGINE(weak_hashes_are_replaced_at_the_next_sign_in),
        EACH_ENGINE(an_old_hash_of_another_spelling_is_replaced_at_the_next_sign_in),
        EACH_ENGINE(a_password_changed_while_it_is_checked_lets_nobody_in),
        EACH_ENGINE(signing_in_again_is_fresh_and_renews_the_id),
        EACH_ENGINE(sessions_are_listed_and_ended_by_their_owner),
        EACH_ENGINE(signing_out_ends_the_session_on_the_server),
        EACH_ENGINE(name_and_language_can_be_changed_and_nothing_else),
        EACH_ENGINE(d22_operator_routes_do_not_exist_for_merchants),
        EACH_ENGINE(operators_see_and_disable_accounts),
        EACH_ENGINE(a_service_key_speaks_for_its_shop_on_shop_routes_alone),
        ONLY_POSTGRES(no_sign_in_outlives_a_reset_beside_it),
        ONLY_POSTGRES(no_reauthentication_outlives_a_reset_beside_it),
        cmocka_unit_test(the_tables_have_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
