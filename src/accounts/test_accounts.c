/* test_accounts.c: the tables of accounts below the routes: addresses, counters, tokens, sessions, purging. */
#include "accounts/test_browser.h"
#include "http/private.h"
#include "jobs/private.h"
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static int64_t add(struct test_db *t, const char *email, const char *name)
{
    int64_t id = 0;
    EXPECT(accounts_add(t->tx, email, name, ROLE_MERCHANT, "hash", AT, &id) == ACCOUNT_ADDED);
    return id;
}

static void start(struct test_db *t)
{
    world_start(t);
    accounts_settings.lanes = NULL; /* nothing is written behind the answer here */
    test_lanes_stop(t);
}

TEST_EACH_ENGINE(addresses_are_compared_trimmed_and_in_lower_case)
{
    start(t);
    struct account a;
    int64_t id = add(t, " Ann@Example.COM ", "Ann"), other = 0;
    EXPECT(hook_created == 1);
    EXPECT(accounts_by_email(t->tx, "ann@example.com", &a) == ROW_FOUND && a.id == id);
    assert_string_equal(a.owner.email, "Ann@Example.COM"); /* as typed */
    EXPECT(a.owner.role == ROLE_MERCHANT && !a.disabled && a.owner.last_login_at_ms == 0 && a.created_at_ms == AT);
    EXPECT(accounts_add(t->tx, "ANN@EXAMPLE.COM", "", ROLE_OPERATOR, "hash", AT, &other) == ACCOUNT_EXISTS);
    EXPECT(hook_created == 1);
    EXPECT(accounts_by_email(t->tx, "bob@example.com", &a) == ROW_NONE);
    EXPECT(accounts_get(t->tx, id + 1, &a) == ROW_NONE);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'account_created'") == 1);
    int64_t n;
    EXPECT(accounts_count(t->tx, &n) && n == 1);
}

TEST_EACH_ENGINE(operators_find_by_the_beginning)
{
    /* clang-format off */
    static const struct { const char *prefix; size_t found; } cases[] = {
        { "", 4 }, { "ann", 2 }, { "ANN@", 1 }, { "Müller", 1 }, { "茶", 1 }, { "b", 1 }, { "%", 0 }, { "_", 0 },
        { "nn", 0 }, { "'; DROP TABLE accounts; --", 0 }, { "bob@example.com", 1 },
    };
    /* clang-format on */
    struct account row[10];
    size_t n;
    start(t);
    add(t, "ann@example.com", "Li"), add(t, "bob@example.com", "Annette"), add(t, "carl@example.com", "茶铺老板");
    add(t, "dora@example.com", "Müller");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct account_page p = { .prefix = cases[i].prefix, .limit = 10 };
        EXPECT(accounts_page(t->tx, &p, row, &n));
        if (n != cases[i].found) fail_msg("'%s' found %zu", cases[i].prefix, n);
    }
    /* A hundred characters, which are more bytes than an address has, and a cut that would fall into one. */
    for (int shift = 0; shift < 3; shift++) {
        char long_text[400] = "ab";
        for (int i = 0; i < 98; i++) memcpy(long_text + shift + 3 * (size_t)i, "茶", 4);
        EXPECT(accounts_page(t->tx, &(struct account_page){ .prefix = long_text, .limit = 10 }, row, &n) && n == 0);
        EXPECT(accounts_search(t->tx, long_text, ARRAY_LEN(row), row, &n) && n == 0);
    }
    EXPECT(accounts_page(t->tx, &(struct account_page){ .prefix = "", .limit = 3 }, row, &n) && n == 3);
    EXPECT(row[0].id > row[1].id && row[1].id > row[2].id);
    EXPECT(accounts_page(t->tx, &(struct account_page){ .prefix = "", .after = row[2].id, .limit = 3 }, row, &n));
    EXPECT(n == 1);
    assert_string_equal(row[0].owner.email, "ann@example.com");
}

TEST_EACH_ENGINE(a_token_works_once_and_only_for_its_purpose)
{
    char token[TOKEN_TEXT_SIZE], second[TOKEN_TEXT_SIZE];
    int64_t account = 0;
    start(t);
    int64_t ann = add(t, "ann@example.com", ""), bob = add(t, "bob@example.com", "");
    EXPECT(token_make(t->tx, ann, TOKEN_RESET, AT, token));
    EXPECT(token_make(t->tx, bob, TOKEN_RESET, AT, second));
    EXPECT(token_use(t->tx, token, (enum token_purpose)2, AT, &account) == ROW_NONE);
    EXPECT(token_use(t->tx, "", TOKEN_RESET, AT, &account) == ROW_NONE);
    EXPECT(token_use(t->tx, token, TOKEN_RESET, AT + RESET_LIFETIME_MS, &account) == ROW_NONE);
    EXPECT(token_use(t->tx, token, TOKEN_RESET, AT + RESET_LIFETIME_MS - 1, &account) == ROW_FOUND && account == ann);
    EXPECT(token_use(t->tx, token, TOKEN_RESET, AT, &account) == ROW_NONE);
    EXPECT(token_make(t->tx, bob, TOKEN_RESET, AT, token)); /* a new one ends the old */
    EXPECT(token_use(t->tx, second, TOKEN_RESET, AT, &account) == ROW_NONE);
    EXPECT(tokens_end(t->tx, bob));
    EXPECT(token_use(t->tx, token, TOKEN_RESET, AT, &account) == ROW_NONE);
}

/* D-21: tokens, session ids and passwords are stored as hashes alone. */
TEST_EACH_ENGINE(d21_no_token_is_stored)
{
    char reset[TOKEN_TEXT_SIZE], sid[TOKEN_TEXT_SIZE], verify[TOKEN_TEXT_SIZE], sql[512];
    int64_t id;
    start(t);
    int64_t ann = add(t, "ann@example.com", "");
    EXPECT(token_make(t->tx, ann, TOKEN_RESET, AT, reset));
    EXPECT(session_open(t->tx, &(struct session_new){ .person = ann, .account = ann, .now_ms = AT }, sid, &id));
    const struct registration_new r = {
        .email = "x@example.com", .password_hash = "h", .lang = "en", .browser_hash = "b", .now_ms = AT
    };
    EXPECT(registration_put(t->tx, &r, verify));
    snprintf(sql, sizeof sql,
             "SELECT (SELECT COUNT(*) FROM person_tokens WHERE token_hash = '%s') + (SELECT COUNT(*) FROM"
             " sessions WHERE token_hash = '%s') + (SELECT COUNT(*) FROM registrations WHERE token_hash = '%s')",
             reset, sid, verify);
    assert_int_equal(test_number(t, sql), 0);
}

/* ---- sessions ---- */

static const char *session_of(struct test_db *t, int64_t account, int64_t *id)
{
    char token[TOKEN_TEXT_SIZE], *key = arena_alloc(t->arena, SHA256_HEX_SIZE);
    const struct session_new s = {
        .person = account, .account = account, .network = "n", .user_agent = "u", .now_ms = AT
    };
    EXPECT(session_open(t->tx, &s, token, id));
    sha256_hex(str_of(token), key);
    return key;
}

TEST_EACH_ENGINE(sessions_end_by_idleness_and_age)
{
    struct session s;
    int64_t id, oid, boss = 0;
    start(t);
    int64_t ann = add(t, "ann@example.com", "");
    EXPECT(accounts_add(t->tx, "op@example.com", "", ROLE_OPERATOR, NULL, AT, &boss) == ACCOUNT_ADDED);
    const char *key = session_of(t, ann, &id), *op = session_of(t, boss, &oid);
    EXPECT(session_find(t->tx, key, AT, &s) == ROW_FOUND && s.account == ann && s.id == id && s.role == ROLE_MERCHANT);
    EXPECT(session_find(t->tx, key, AT + 14 * DAY_MS - 1, &s) == ROW_FOUND);
    EXPECT(session_find(t->tx, key, AT + 14 * DAY_MS, &s) == ROW_NONE);
    EXPECT(session_find(t->tx, op, AT + 30 * MINUTE_MS - 1, &s) == ROW_FOUND && s.role == ROLE_OPERATOR);
    EXPECT(session_find(t->tx, op, AT + 30 * MINUTE_MS, &s) == ROW_NONE);
    test_script(t, "UPDATE sessions SET last_seen_at_ms = 1800000000000 + CAST(90 AS BIGINT) * 86400000");
    EXPECT(session_find(t->tx, key, AT + 90 * DAY_MS - 1, &s) == ROW_FOUND);
    EXPECT(session_find(t->tx, key, AT + 90 * DAY_MS, &s) == ROW_NONE);
    test_script(t, "UPDATE sessions SET last_seen_at_ms = 1800000000000 + CAST(12 AS BIGINT) * 3600000");
    EXPECT(session_find(t->tx, op, AT + 12 * HOUR_MS - 1, &s) == ROW_FOUND);
    EXPECT(session_find(t->tx, op, AT + 12 * HOUR_MS, &s) == ROW_NONE);
    EXPECT(session_find(t->tx, "", AT, &s) == ROW_NONE);
}

/* What a clock that was ahead has written holds no longer than what one that was right has. */
TEST_EACH_ENGINE(sessions_and_links_of_a_clock_that_was_ahead)
{
    char token[TOKEN_TEXT_SIZE], verify[TOKEN_TEXT_SIZE];
    struct session s;
    struct session_row row[SESSIONS_LISTED_MAX];
    struct registration found;
    size_t n;
    int64_t id, before = AT - 30 * DAY_MS, person;
    start(t);
    int64_t ann = add(t, "ann@example.com", "");
    const char *key = session_of(t, ann, &id);
    EXPECT(session_find(t->tx, key, AT - CLOCK_WITNESS_MS, &s) == ROW_FOUND); /* another server's clock */
    EXPECT(session_find(t->tx, key, before, &s) == ROW_NONE);
    EXPECT(sessions_list(t->tx, ann, ROLE_MERCHANT, before, row, &n) && n == 0);
    /* Made by a right clock and seen by a wrong one: as if it had not been seen since. */
    test_script(t, "UPDATE sessions SET last_seen_at_ms = last_seen_at_ms + CAST(30 AS BIGINT) * 86400000");
    EXPECT(session_find(t->tx, key, AT + 14 * DAY_MS - 1, &s) == ROW_FOUND);
    EXPECT(session_find(t->tx, key, AT + 14 * DAY_MS, &s) == ROW_NONE);

    const struct registration_new r = {
        .email = "x@example.com", .password_hash = "h", .lang = "en", .browser_hash = "b", .now_ms = AT
    };
    EXPECT(token_make(t->tx, ann, TOKEN_RESET, AT, token) && registration_put(t->tx, &r, verify));
    EXPECT(token_find(t->tx, token, TOKEN_RESET, before, &person) == ROW_NONE);
    EXPECT(token_use(t->tx, token, TOKEN_RESET, before, &person) == ROW_NONE);
    EXPECT(token_use(t->tx, token, TOKEN_RESET, AT - CLOCK_WITNESS_MS, &person) == ROW_FOUND);
    EXPECT(registration_by_token(t->tx, verify, before, &found) == ROW_NONE);
    EXPECT(registration_use(t->tx, verify, before) == ROW_NONE);
    EXPECT(registration_by_token(t->tx, verify, AT - CLOCK_WITNESS_MS, &found) == ROW_FOUND);
    EXPECT(registration_use(t->tx, verify, AT - CLOCK_WITNESS_MS) == ROW_FOUND);
}

TEST_EACH_ENGINE(only_the_owner_ends_a_session)
{
    struct session s;
    struct session_row row[SESSIONS_LISTED_MAX];
    size_t n;
    int64_t a1, a2, b1;
    start(t);
    int64_t ann = add(t, "ann@example.com", ""), bob = add(t, "bob@example.com", "");
    const char *one = session_of(t, ann, &a1), *two = session_of(t, ann, &a2), *bobs = session_of(t, bob, &b1);
    EXPECT(sessions_list(t->tx, ann, ROLE_MERCHANT, AT, row, &n) && n == 2 && row[0].id == a2 && row[1].id == a1);
    EXPECT(sessions_list(t->tx, ann, ROLE_MERCHANT, AT + 15 * DAY_MS, row, &n) && n == 0);
    EXPECT(session_end(t->tx, bob, a1) == ROW_NONE);
    EXPECT(session_end(t->tx, ann, a1) == ROW_FOUND);
    EXPECT(session_end(t->tx, ann, a1) == ROW_NONE);
    EXPECT(session_find(t->tx, one, AT, &s) == ROW_NONE);
    EXPECT(session_find(t->tx, two, AT, &s) == ROW_FOUND);
    EXPECT(sessions_end_all(t->tx, ann, a2) == 0 && sessions_end_all(t->tx, ann, 0) == 1);
    EXPECT(session_find(t->tx, bobs, AT, &s) == ROW_FOUND);
}

/* ---- a batch ---- */

static struct caller caller_of(struct test_db *t, const char *sid)
{
    struct browser b = { .lang = LANG_EN };
    snprintf(b.sid, sizeof b.sid, "%s", sid);
    return ask(t, &b, "GET /api/user", NULL).who;
}

enum { BATCH_ACCOUNTS = 40 };
struct asking {
    struct test_db *t;
    char sid[TOKEN_TEXT_SIZE];
    int64_t account;
    bool good;
};

static void *ask_many(void *arg)
{
    struct asking *a = arg;
    struct arena *arena = arena_new(64 << 20);
    a->good = true;
    for (int i = 0; i < 20; i++) {
        struct browser b = { .lang = LANG_EN };
        snprintf(b.sid, sizeof b.sid, "%s", a->sid);
        struct response r = ask_in(a->t, arena, &b, "GET /api/user", NULL, NULL, NULL);
        a->good = a->good && r.status == 200 && r.who.account == a->account;
        arena_reset(arena);
    }
    arena_free(arena);
    return NULL;
}

TEST_EACH_ENGINE(callers_of_one_batch_are_not_mixed_up)
{
    struct asking a[BATCH_ACCOUNTS];
    pthread_t thread[BATCH_ACCOUNTS];
    start(t);
    for (int i = 0; i < BATCH_ACCOUNTS; i++) {
        char email[40];
        int64_t id;
        snprintf(email, sizeof email, "user%d@example.com", i);
        a[i] = (struct asking){ .t = t, .account = i % 4 ? add(t, email, "") : 0 };
        random_token(a[i].sid); /* each fourth is nobody */
        if (a[i].account)
            EXPECT(session_open(t->tx,
                                &(struct session_new){ .person = a[i].account, .account = a[i].account, .now_ms = AT },
                                a[i].sid, &id));
    }
    world_start(t);
    for (int i = 0; i < BATCH_ACCOUNTS; i++) assert_int_equal(pthread_create(&thread[i], NULL, ask_many, &a[i]), 0);
    for (int i = 0; i < BATCH_ACCOUNTS; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (int i = 0; i < BATCH_ACCOUNTS; i++) EXPECT(a[i].good);
    test_now = AT + 14 * DAY_MS;
    EXPECT(caller_of(t, a[1].sid).account == 0);
}

static int64_t authenticated(struct test_db *t, const char *key, int64_t now_ms)
{
    struct exchange *x = ARENA_NEW(t->arena, struct exchange);
    x->req = (struct req){ .arena = t->arena, .tx = t->tx, .now_ms = now_ms, .raw = x };
    memcpy(x->session_key, key, SHA256_HEX_SIZE);
    EXPECT(accounts_authenticate(&x->req));
    return x->req.who.account;
}

TEST_EACH_ENGINE(one_query_answers_for_a_batch)
{
    int64_t id;
    start(t);
    int64_t ann = add(t, "ann@example.com", ""), bob = add(t, "bob@example.com", "");
    const char *one = session_of(t, ann, &id), *two = session_of(t, bob, &id), *left_out = session_of(t, bob, &id);
    struct op ops[4] = {
        { .session_key = one }, { .session_key = two }, { .session_key = NULL }, { .session_key = one }
    };
    struct op *list[4] = { &ops[0], &ops[1], &ops[2], &ops[3] };
    accounts_before_batch(t->tx, list, 4);
    EXPECT(authenticated(t, left_out, AT) == bob);  /* not in the batch: asked alone */
    test_script(t, "DELETE FROM sessions");         /* from here an answer can only come from the batch */
    bool batched = tx_engine(t->tx) == DB_POSTGRES; /* SQLite has no round trips to save and asks one by one */
    EXPECT(authenticated(t, one, AT) == (batched ? ann : 0) && authenticated(t, two, AT) == (batched ? bob : 0));
    EXPECT(authenticated(t, one, AT + 14 * DAY_MS) == 0); /* the batch's answer is held to the request's time */
    EXPECT(authenticated(t, left_out, AT) == 0);
    accounts_before_batch(t->tx, list, 4); /* the next batch knows nothing of the one before */
    EXPECT(authenticated(t, one, AT) == 0 && authenticated(t, two, AT) == 0);
    accounts_before_batch(t->tx, list, 0);
}

TEST_EACH_ENGINE(being_seen_is_written_behind_the_answer)
{
    int64_t id;
    char token[TOKEN_TEXT_SIZE];
    start(t);
    int64_t ann = add(t, "ann@example.com", "");
    EXPECT(session_open(t->tx, &(struct session_new){ .person = ann, .account = ann, .now_ms = AT }, token, &id));
    world_start(t);
    test_now = AT + SESSION_TOUCH_MS;
    EXPECT(caller_of(t, token).account == ann);
    test_now = AT + SESSION_TOUCH_MS + 1;
    EXPECT(caller_of(t, token).account == ann);
    int64_t seen = 0;
    for (int i = 0; i < 3000 && seen != test_now; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        seen = world_number(t, "SELECT last_seen_at_ms FROM sessions");
    }
    assert_int_equal(seen, test_now);
    /* Seen by a clock that was ahead, and then again: that is put right. */
    test_open_tx(t);
    test_script(t, "UPDATE sessions SET last_seen_at_ms = last_seen_at_ms + CAST(30 AS BIGINT) * 86400000");
    test_close_tx(t);
    test_now++;
    EXPECT(caller_of(t, token).account == ann);
    for (int i = 0; i < 3000 && seen != test_now; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
        seen = world_number(t, "SELECT last_seen_at_ms FROM sessions");
    }
    assert_int_equal(seen, test_now);
}

/* An open tab is not a person: its event stream is asked about every minute and may not keep the session alive. */
TEST_EACH_ENGINE(what_a_page_asks_by_itself_is_not_being_seen)
{
    int64_t id;
    char token[TOKEN_TEXT_SIZE];
    const struct route stream = { .path = "/api/events", .who = WHO_MEMBERS, .passive = true };
    start(t);
    int64_t ann = add(t, "ann@example.com", "");
    EXPECT(session_open(t->tx, &(struct session_new){ .person = ann, .account = ann, .now_ms = AT }, token, &id));
    world_start(t);
    test_open_tx(t);
    struct exchange *x = ARENA_NEW(t->arena, struct exchange);
    x->req = (struct req){ .route = &stream, .arena = t->arena, .tx = t->tx, .now_ms = AT + HOUR_MS, .raw = x };
    sha256_hex(str_of(token), x->session_key);
    EXPECT(accounts_authenticate(&x->req) && x->req.who.account == ann);
    test_close_tx(t);
    for (int i = 0; i < 20; i++) nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    assert_int_equal(world_number(t, "SELECT last_seen_at_ms FROM sessions"), AT);
}

/* ---- purging ---- */

TEST_EACH_ENGINE(the_purge_takes_only_what_is_over)
{
    int64_t id, oid, boss = 0, now_ms = AT;
    char token[TOKEN_TEXT_SIZE];
    bool allowed;
    const struct tries old = { "a4", "n:x", .stranger = true }, young = { "b4", "s:y" };
    struct tries_count count;
    start(t);
    int64_t ann = add(t, "ann@example.com", ""), bob = add(t, "bob@example.com", "");
    EXPECT(accounts_add(t->tx, "op@example.com", "", ROLE_OPERATOR, NULL, AT, &boss) == ACCOUNT_ADDED);
    session_of(t, ann, &id), session_of(t, boss, &oid);
    EXPECT(token_make(t->tx, ann, TOKEN_RESET, now_ms, token) &&
           token_make(t->tx, bob, TOKEN_RESET, now_ms + 2 * DAY_MS, token));
    const struct registration_new r = {
        .email = "x@example.com", .password_hash = "h", .lang = "en", .browser_hash = "b", .now_ms = AT
    };
    EXPECT(registration_put(t->tx, &r, token));
    EXPECT(tries_failed(t->tx, &old, now_ms, &count) && tries_failed(t->tx, &young, now_ms + 2 * DAY_MS, &count));
    const struct mail_asker was = { .address = "a4", .network = "x", .now_ms = now_ms },
                            is = { .address = "b4", .now_ms = now_ms + 2 * DAY_MS };
    EXPECT(mail_budget_take(t->tx, &was, MAIL_WELCOME, &allowed) && mail_budget_take(t->tx, &is, MAIL_RESET, &allowed));
    struct job job = { .arena = t->arena, .now_ms = now_ms + 2 * DAY_MS };
    EXPECT(accounts_purge_job.load(&job, t->tx) == JOB_FINISHED &&
           accounts_purge_job.settle(&job, t->tx) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), 1); /* the operator's is over */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM person_tokens"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM registrations"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sign_in_tries"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM mail_budgets"), 1);
    job.now_ms = now_ms + 30 * DAY_MS;
    EXPECT(accounts_purge_job.load(&job, t->tx) == JOB_FINISHED &&
           accounts_purge_job.settle(&job, t->tx) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM person_tokens)"
                                    " + (SELECT COUNT(*) FROM registrations) + (SELECT COUNT(*) FROM sign_in_tries)"
                                    " + (SELECT COUNT(*) FROM mail_budgets)"),
                     0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM accounts"), 3);
}

/* Rows of guessed addresses are made as fast as argon2 allows, so a full step is followed by the next at once. */
TEST_EACH_ENGINE(the_purge_keeps_up)
{
    start(t);
    for (int i = 0; i < 300; i++) {
        struct tries who = { .source = "n:x" };
        struct tries_count count;
        snprintf(who.address, sizeof who.address, "%064d", i);
        EXPECT(tries_failed(t->tx, &who, AT, &count));
    }
    /* An attempt as the worker has it: what .settle says of the next one is kept beside the job. */
    struct run run = { .job = { .arena = t->arena, .now_ms = AT + 2 * DAY_MS, .attempt = 1 } };
    struct job *job = &run.job;
    EXPECT(accounts_purge_job.load(job, t->tx) == JOB_FINISHED && accounts_purge_job.settle(job, t->tx) == JOB_NEXT);
    EXPECT(run.again_after_ms > 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sign_in_tries"), 44);
    EXPECT(accounts_purge_job.load(job, t->tx) == JOB_FINISHED &&
           accounts_purge_job.settle(job, t->tx) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sign_in_tries"), 0);
}

/* More sessions than one step goes through: what is over is found wherever it stands, and who is signed in stays. */
TEST_EACH_ENGINE(the_purge_goes_through_all_sessions)
{
    enum { SESSIONS = 5000, OVER = 900 };
    start(t);
    int64_t ann = add(t, "ann@example.com", "");
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO sessions (token_hash, person, account, created_at_ms, last_seen_at_ms,"
                                " signed_in_at_ms) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                                " SELECT i + 1 FROM n WHERE i < %d) SELECT 'token-' || (1000000 + i * 7919 %% 5003),"
                                " %lld, %lld, c, c, c FROM (SELECT i, CASE WHEN i <= %d THEN %lld ELSE %lld END"
                                " AS c FROM n) AS made",
                                SESSIONS, (long long)ann, (long long)ann, OVER, (long long)AT,
                                (long long)(AT + 60 * DAY_MS)));
    int steps = 0;
    struct run run = { .job = { .arena = t->arena, .now_ms = AT + 60 * DAY_MS + MINUTE_MS, .attempt = 1 } };
    while (test_number(t, "SELECT COUNT(*) FROM sessions") > SESSIONS - OVER) {
        EXPECT(++steps < 10 && accounts_purge_job.load(&run.job, t->tx) == JOB_FINISHED);
        EXPECT(accounts_purge_job.settle(&run.job, t->tx) != JOB_FAULT);
    }
    EXPECT(steps > 2);
    for (int i = 0; i < 4; i++) /* once more around */
        EXPECT(accounts_purge_job.load(&run.job, t->tx) == JOB_FINISHED &&
               accounts_purge_job.settle(&run.job, t->tx) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sessions"), SESSIONS - OVER);
}

/* Somebody holds a row: the others go, and that one the next time. */
static void a_held_row_body(struct test_db *t)
{
    char error[256];
    struct job job = { .arena = t->arena, .now_ms = AT + 2 * DAY_MS };
    struct arena *arena = arena_new(1 << 20);
    start(t);
    for (int i = 0; i < 5; i++) {
        struct tries who = { .source = "n:x" };
        struct tries_count count;
        snprintf(who.address, sizeof who.address, "%064d", i);
        EXPECT(tries_failed(t->tx, &who, AT, &count));
    }
    test_commit(t);
    struct conn *other = conn_open(t->db, TX_WRITE, error, sizeof error);
    EXPECT(other != NULL);
    struct tx *slow = tx_begin(other, TX_WRITE, arena), *mine = t->tx;
    t->tx = slow;
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM (SELECT 1 FROM sign_in_tries WHERE address LIKE '%3'"
                                    " FOR UPDATE) AS held"),
                     1);
    t->tx = mine;
    EXPECT(accounts_purge_job.load(&job, t->tx) == JOB_FINISHED &&
           accounts_purge_job.settle(&job, t->tx) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sign_in_tries"), 1);
    assert_int_equal(tx_commit(slow), TX_COMMITTED);
    EXPECT(accounts_purge_job.load(&job, t->tx) == JOB_FINISHED &&
           accounts_purge_job.settle(&job, t->tx) == JOB_FINISHED);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM sign_in_tries"), 0);
    conn_close(other);
    arena_free(arena);
}

static void a_held_row_keeps_no_other_from_its_purge(void **state) { test_run(state, DB_POSTGRES, a_held_row_body); }

/* D64: no orphans, no doubles, no role that does not exist, whatever the code does. */
TEST_EACH_ENGINE(d64_the_tables_refuse_what_cannot_be)
{
    static const char *const bad[] = {
        "INSERT INTO sessions (token_hash, person, created_at_ms, last_seen_at_ms, signed_in_at_ms) VALUES ('h', 999, "
        "1, 1, 1)",
        "INSERT INTO person_tokens (person, purpose, token_hash, created_at_ms, expires_at_ms) VALUES (999, 1, 'h', "
        "1, 1)",
        "UPDATE persons SET role = 3",
        "UPDATE accounts SET disabled = 2",
        "UPDATE persons SET disabled = 2",
        "UPDATE members SET role = 5",
        "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 2, 1)",
        "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 999, 2, 1)",
        "INSERT INTO members (account, person, role, joined_at_ms) VALUES (999, 1, 2, 1)",
        "UPDATE persons SET lang = 'fr'",
        "INSERT INTO persons (email_key, email, name, role, lang, created_at_ms) VALUES ('ann@example.com', 'a', '', "
        "1, 'en', 1)",
    };
    start(t);
    add(t, "ann@example.com", "");
    test_commit(t);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        bool done = tx_script(t->tx, bad[i]) && tx_commit(t->tx) == TX_COMMITTED;
        if (done) fail_msg("accepted: %s", bad[i]);
        test_reopen(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(addresses_are_compared_trimmed_and_in_lower_case),
        EACH_ENGINE(operators_find_by_the_beginning),
        EACH_ENGINE(a_token_works_once_and_only_for_its_purpose),
        EACH_ENGINE(d21_no_token_is_stored),
        EACH_ENGINE(sessions_end_by_idleness_and_age),
        EACH_ENGINE(sessions_and_links_of_a_clock_that_was_ahead),
        EACH_ENGINE(only_the_owner_ends_a_session),
        EACH_ENGINE(callers_of_one_batch_are_not_mixed_up),
        EACH_ENGINE(one_query_answers_for_a_batch),
        EACH_ENGINE(being_seen_is_written_behind_the_answer),
        EACH_ENGINE(what_a_page_asks_by_itself_is_not_being_seen),
        EACH_ENGINE(the_purge_takes_only_what_is_over),
        EACH_ENGINE(the_purge_keeps_up),
        EACH_ENGINE(the_purge_goes_through_all_sessions),
        cmocka_unit_test_setup_teardown(a_held_row_keeps_no_other_from_its_purge, test_setup, test_teardown),
        EACH_ENGINE(d64_the_tables_refuse_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
