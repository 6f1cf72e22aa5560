/* test_commands.c: the administrator's commands without a process of their own: wrong calls change nothing, a lost
 * answer is told as such and may be repeated, and what a server refuses. The program as a whole, with its exit codes,
 * is in tests/http/commands.mjs.
 *
 * The linker puts __wrap_app_do and __wrap_verify_live between the commands and the database (meson.build): they lose
 * answers. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "app/app.h"
#include "base/json_read.h"
#include "credits/credits.h"
#include "credits/settings.h"
#include "shops/test_kit.h"
#include "storage/verify.h"
#include <stdio.h>

enum { SAID_MAX = 65536, WORDS_MAX = 16, TEXT_MAX = 16 << 10 };

enum answers { ANSWERS_ARRIVE, ANSWERS_LOST, DATABASE_AWAY };
static enum answers answers;

enum op_outcome __real_app_do(struct app *app, enum tx_mode mode, app_work *work, void *arg);
enum op_outcome __wrap_app_do(struct app *app, enum tx_mode mode, app_work *work, void *arg);

enum op_outcome __wrap_app_do(struct app *app, enum tx_mode mode, app_work *work, void *arg)
{
    if (answers == DATABASE_AWAY) return OP_FAILED;
    enum op_outcome outcome = __real_app_do(app, mode, work, arg);
    return answers == ANSWERS_LOST && outcome == OP_COMMITTED ? OP_UNCERTAIN : outcome;
}

bool __real_verify_live(struct lanes *l, const struct verify_check *check, struct verify_result *out);
bool __wrap_verify_live(struct lanes *l, const struct verify_check *check, struct verify_result *out);

bool __wrap_verify_live(struct lanes *l, const struct verify_check *check, struct verify_result *out)
{
    return answers != DATABASE_AWAY && __real_verify_live(l, check, out);
}

/* ---- a house and its commands ---- */

static const struct config settings = { .data_dir = "/nonexistent" };
static struct app app;

static int64_t fix_account(struct test_db *t, const char *email)
{
    int64_t id = 0;
    EXPECT(accounts_add(t->tx, email, "A", ROLE_MERCHANT, "hash", kit_now(), &id) == ACCOUNT_ADDED);
    return id;
}

static void fix_app(struct test_db *t)
{
    answers = ANSWERS_ARRIVE;
    app = (struct app){ .config = &settings, .db = t->db, .base_url = "http://127.0.0.1" };
    app_fill_hooks(&app);
    kit_start();
}

struct said {
    enum exit_code code;
    char out[TEXT_MAX], err[TEXT_MAX];
};

/* `line`: the words, with a blank between two of them; '' is the empty word and ~ a blank within one. */
static struct said run_as(struct test_db *t, const char *line, bool served)
{
    const char *argv[WORDS_MAX];
    char *text = arena_text(t->arena, line), *rest = text;
    struct command c = { .argv = argv, .served = served, .input = "correct horse battery 9" };
    for (char *word; (word = strsep(&rest, " "));) {
        assert_true(c.argc < WORDS_MAX);
        for (char *p = word; *p; p++) *p = *p == '~' ? ' ' : *p;
        argv[c.argc++] = text_eq(word, "''") ? "" : word;
    }
    buf_init(&c.out, SAID_MAX);
    buf_init(&c.err, SAID_MAX);
    test_lanes(t, NULL);
    app.lanes = t->lanes;
    struct said s = { .code = command_run(&app, &c) };
    test_lanes_stop(t);
    (void)snprintf(s.out, sizeof s.out, "%s", buf_terminated(&c.out));
    (void)snprintf(s.err, sizeof s.err, "%s", buf_terminated(&c.err));
    buf_free(&c.out), buf_free(&c.err);
    return s;
}

static struct said run_line(struct test_db *t, const char *line) { return run_as(t, line, false); }

static json_t *json_of(const struct said *s)
{
    json_t *j = json_read(str_of(s->out), TEXT_MAX, NULL);
    assert_non_null(j);
    return j;
}

static int64_t balance(struct test_db *t, int64_t account)
{
    struct credit_balance b;
    EXPECT(credits_balance(t->tx, account, &b) == ROW_FOUND);
    return credits_count(b.available);
}

static int64_t changes(struct test_db *t)
{
    return test_number(t, "SELECT (SELECT COUNT(*) FROM accounts) + (SELECT COUNT(*) FROM credit_entries) +"
                          " (SELECT COUNT(*) FROM audit_log) + (SELECT COUNT(*) FROM schema_migrations) +"
                          " (SELECT COUNT(*) FROM jobs WHERE state <> 3)");
}

static int64_t grant_rows(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'credits_granted'");
}

static int64_t fix_dead_job(struct test_db *t)
{
    test_script(t,
                "INSERT INTO jobs (kind, account_id, ref, state, attempts, spared, run_at_ms, deadline_ms, put_at_ms)"
                " VALUES ('audit.seal', 0, 0, 3, 9, 0, 1, 2, 1)");
    return test_number(t, "SELECT MAX(id) FROM jobs");
}

/* ---- tests ---- */

#define GRANT "credits grant --email a@test.example --amount 5 --reason x"
#define TEN "aaaaaaaaaa"
#define LONG_NAME TEN TEN TEN TEN TEN TEN TEN TEN "a" /* a character more than a name may have */
#define USER "user add --email b@test.example --role merchant --password-stdin"

TEST_EACH_ENGINE(a_wrong_call_changes_nothing_and_names_the_word)
{
    static const struct {
        const char *line, *names;
    } cases[] = {
        { "''", "Unknown command" },
        { "credits", "credits" },
        { "credits take", "credits take" },
        { "migrate", "migrate" },
        { GRANT " --keey k", "--keey" },
        { GRANT " --key", "--key" },
        { GRANT " --key ''", "--key" },
        { GRANT " --key --json", "--key" },
        { GRANT " --key a --key a", "--key" },
        { GRANT " --json --json", "--json" },
        { GRANT " --key a b", "b is" },
        { GRANT " --key a\x01z", "--key" },
        { GRANT " --to 0", "--to" },
        { "credits grant --email a@test.example --reason x", "--amount" },
        { "credits grant --email a@test.example --amount 5", "--reason" },
        { "credits grant --amount 5 --reason x", "--email" },
        { "credits grant --email '' --amount 5 --reason x", "--email" },
        { "credits grant --email a@test.example --amount 5 --reason ''", "--reason" },
        { "credits grant --email a@test.example --amount 0 --reason x", "--amount" },
        { "credits grant --email a@test.example --amount 5x --reason x", "--amount" },
        { "credits grant --email --amount 5 --reason x", "--email" },
        { USER " --nmae N", "--nmae" },
        { USER " --name ''", "--name" },
        { USER " --name \xe2\x80\x8d", "--name" }, /* shows nothing */
        { USER " --name a\xe2\x80\xae"
               "b",
          "--name" }, /* turned round for who reads it */
        { USER " --name " LONG_NAME, "--name" },
        { "credits grant --email a@test.example --amount 5 --reason a\xe2\x80\xae"
          "b",
          "--reason" },
        { USER " password", "password" },
        { "user add --email '' --role merchant --password-stdin", "--email" },
        { "user add --email b@test.example --role owner --password-stdin", "owner" },
        { "user add --email b@test.example --role m --password-stdin", "--role" },
        { "user add --email b@test.example --role merchant", "--password-stdin" },
        { "jobs list --state bogus", "bogus" },
        { "jobs list --state ready|running", "--state" },
        { "jobs list --stat dead", "--stat" },
        { "jobs list dead", "dead" },
        { "jobs dead", "dead" },
        { "jobs --state bogus", "bogus" },
        { "jobs retry", "number" },
        { "jobs retry 1 2", "2" },
        { "jobs retry x", "number" },
        { "migrate down --to", "--to" },
        { "migrate down --too 330", "--too" },
        { "migrate down --to ''", "--to" },
        { "migrate down --to 0 --to 0", "--to" },
        { "migrate down --to 1", "--to" }, /* no migration has this number */
        { "migrate down --to -1", "--to" },
        { "migrate down 0", "0" },
        { "migrate up --to 100", "--to" },
        { "verify all", "all" },
        { "demo --json", "--json" },
        { "serve", "server" },
    };
    fix_app(t);
    fix_account(t, "a@test.example");
    int64_t before = changes(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct said s = run_line(t, cases[i].line);
        if (s.code != EXIT_USAGE || !strstr(s.err, cases[i].names))
            fail_msg("%s: exit %d, %s", cases[i].line, (int)s.code, s.err);
        assert_string_equal(s.out, "");
    }
    assert_int_equal(changes(t), before);
}

TEST_EACH_ENGINE(a_lost_answer_to_a_grant_is_told_with_a_key_that_repeats_it)
{
    fix_app(t);
    int64_t account = fix_account(t, "a@test.example");
    for (int with_key = 0; with_key <= 1; with_key++) {
        int64_t before = balance(t, account);
        answers = ANSWERS_LOST;
        struct said s = run_line(t, with_key ? GRANT " --json --key my~own" : GRANT " --json");
        answers = ANSWERS_ARRIVE;
        assert_int_equal(s.code, EXIT_UNKNOWN);
        assert_null(strstr(s.err, "nothing was changed"));
        assert_non_null(strstr(s.err, "not known"));
        json_t *j = json_of(&s);
        const char *key = json_string_value(json_object_get(j, "key"));
        assert_string_equal(json_string_value(json_object_get(j, "outcome")), "unknown");
        assert_non_null(key);
        assert_true(!with_key || text_eq(key, "my own"));
        assert_non_null(strstr(s.err, arena_printf(t->arena, "--key %s", key)));
        assert_int_equal(balance(t, account), before + 5); /* it was done, and is not done again */
        s = run_line(t, arena_printf(t->arena, GRANT " --key %s", with_key ? "my~own" : key));
        assert_int_equal(s.code, EXIT_OK);
        assert_int_equal(balance(t, account), before + 5);
        json_decref(j);
    }
    assert_int_equal(grant_rows(t), 2);
    answers = ANSWERS_LOST;
    struct said s = run_line(t, GRANT);
    assert_int_equal(s.code, EXIT_UNKNOWN);
    assert_string_equal(s.out, "");
    assert_non_null(strstr(s.err, "--key cli-"));
}

TEST_EACH_ENGINE(a_lost_answer_to_an_account_or_a_retry_is_told)
{
    fix_app(t);
    char *retry = arena_printf(t->arena, "jobs retry %lld --json", (long long)fix_dead_job(t));
    const char *lines[] = { USER " --json", retry };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        answers = ANSWERS_LOST;
        struct said s = run_line(t, lines[i]);
        assert_int_equal(s.code, EXIT_UNKNOWN);
        assert_string_equal(s.out, "{\"outcome\":\"unknown\"}\n");
        assert_null(strstr(s.err, "nothing was changed"));
        answers = ANSWERS_ARRIVE;
        assert_int_equal(run_line(t, lines[i]).code, EXIT_CONFLICT); /* as the sentence says */
    }
}

TEST_EACH_ENGINE(a_chat_is_set_by_a_whole_call_alone)
{
    static const char *const lines[][2] = {
        { "chat settings", "shop" },
        { "chat settings x", "shop" },
        { "chat settings 0", "shop" },
        { "chat settings 1 2", "2" },
        { "chat settings 1 --set", "--set" },
        { "chat settings 1 --set colour", "--set" },
        { "chat settings 1 --set =x", "--set" },
        { "chat settings 1 --set {", "--set" },
        { "chat settings 1 --set a-b=1", "--set" },
        { "chat set 1", "chat" },
    };
    fix_app(t);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct said s = run_line(t, lines[i][0]);
        if (s.code != EXIT_USAGE || !strstr(s.err, lines[i][1]))
            fail_msg("%s: exit %d, %s", lines[i][0], (int)s.code, s.err);
    }
}

TEST_EACH_ENGINE(a_chat_for_the_landing_page_needs_to_know_whose)
{
    static const char *const lines[][2] = {
        { "landing here", "here" },
        { "landing --email", "--email" },
        { "landing --email nobody", "--email" },
        { "landing", "--email" }, /* none was made yet */
    };
    fix_app(t);
    int64_t before = changes(t);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct said s = run_line(t, lines[i][0]);
        if (s.code != EXIT_USAGE || !strstr(s.err, lines[i][1]))
            fail_msg("%s: exit %d, %s", lines[i][0], (int)s.code, s.err);
    }
    assert_int_equal(changes(t), before);
}

TEST_EACH_ENGINE(a_database_that_is_away_has_changed_nothing)
{
    fix_app(t);
    fix_account(t, "a@test.example");
    answers = DATABASE_AWAY;
    static const char grant_json[] = GRANT " --json";
    static const char *const lines[] = { grant_json,
                                         USER,
                                         "jobs retry 1",
                                         "jobs list",
                                         "jobs",
                                         "verify",
                                         "chat settings 1 --set keepDays=30",
                                         "landing --email a@test.example" };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct said s = run_line(t, lines[i]);
        assert_int_equal(s.code, EXIT_UNAVAILABLE);
        assert_string_equal(s.out, "");
        assert_true(s.err[0]);
    }
}

TEST_EACH_ENGINE(a_grant_tells_its_key)
{
    fix_app(t);
    int64_t account = fix_account(t, "a@test.example");
    struct said s = run_line(t, GRANT " --json");
    json_t *j = json_of(&s);
    const char *key = json_string_value(json_object_get(j, "key"));
    assert_non_null(key);
    assert_int_equal(run_line(t, arena_printf(t->arena, GRANT " --key %s", key)).code, EXIT_OK);
    assert_int_equal(balance(t, account), 5);
    assert_int_equal(run_line(t, GRANT).code, EXIT_OK);
    assert_int_equal(balance(t, account), 10); /* without a key each call is a grant of its own */
    json_decref(j);
}

TEST_EACH_ENGINE(a_server_does_not_go_down_under_itself)
{
    fix_app(t);
    int64_t before = changes(t);
    struct said s = run_as(t, "migrate down --to 0", true);
    assert_int_equal(s.code, EXIT_CONFLICT);
    assert_non_null(strstr(s.err, "stop the server first"));
    assert_int_equal(changes(t), before);
    assert_int_equal(run_as(t, "migrate status", true).code, EXIT_OK);
    s = run_as(t, "migrate down --to 0", false); /* tables with rows of their own */
    assert_int_equal(s.code, EXIT_CONFLICT);
    assert_non_null(strstr(s.err, "drops "));
    assert_non_null(strstr(s.err, "--drop-data"));
    assert_int_equal(run_as(t, "migrate down --to 0 --drop-data", false).code, EXIT_OK);
}

TEST_EACH_ENGINE(down_without_a_number_is_one_step)
{
    fix_app(t);
    int64_t steps = 0;
    for (const struct migration *m = migrations; m->number != 0; m++) steps++;
    struct said s = run_as(t, "migrate down --drop-data --json", false);
    assert_int_equal(s.code, EXIT_OK);
    assert_non_null(strstr(s.out, "\"pending\":1,\"steps\":1}"));
    for (int64_t i = 1; i < steps; i++) {
        s = run_as(t, "migrate down --drop-data", false);
        assert_int_equal(s.code, EXIT_OK);
        assert_non_null(strstr(s.out, "undoes "));
    }
    assert_non_null(strstr(s.out, "schema at 0000"));
    s = run_as(t, "migrate down", false); /* no step is no success */
    assert_int_equal(s.code, EXIT_CONFLICT);
    assert_non_null(strstr(s.err, "Nothing was applied"));
    assert_int_equal(run_as(t, "migrate up", false).code, EXIT_OK);
}

/* The same key after its kept answer is gone (24 hours): the credits came once, and so does their row. */
TEST_EACH_ENGINE(a_grant_repeated_by_http_stands_once_in_the_trail)
{
    fix_app(t);
    credits_settings.confirm_above = credits_of(10000);
    int64_t account = fix_account(t, "a@test.example");
    const struct kit_request grant = { .routes = credits_grant_routes,
                                       .verb = VERB_POST,
                                       .path = "/api/billing/grant",
                                       .account = account,
                                       .body = "{\"email\":\"a@test.example\",\"amount\":5,\"reason\":\"once\"}" };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kit_call(t, &grant).status, 200);
        assert_int_equal(balance(t, account), 5);
        assert_int_equal(grant_rows(t), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_wrong_call_changes_nothing_and_names_the_word),
        EACH_ENGINE(a_lost_answer_to_a_grant_is_told_with_a_key_that_repeats_it),
        EACH_ENGINE(a_lost_answer_to_an_account_or_a_retry_is_told),
        EACH_ENGINE(a_chat_is_set_by_a_whole_call_alone),
        EACH_ENGINE(a_chat_for_the_landing_page_needs_to_know_whose),
        EACH_ENGINE(a_database_that_is_away_has_changed_nothing),
        EACH_ENGINE(a_grant_tells_its_key),
        EACH_ENGINE(a_server_does_not_go_down_under_itself),
        EACH_ENGINE(down_without_a_number_is_one_step),
        EACH_ENGINE(a_grant_repeated_by_http_stands_once_in_the_trail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
