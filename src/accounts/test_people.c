/* test_people.c: which colleagues are there, and people who take their own sign-in out, on both engines. */
#include "accounts/test_browser.h"
#include "storage/test_verify.h"
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static int64_t hook_shops_of; /* this account has shops */
static int64_t hook_erased;   /* the person that others were told of */

static bool facts(struct tx *tx, const int64_t *ids, size_t count, struct account_facts *out)
{
    for (size_t i = 0; i < count; i++) out[i] = (struct account_facts){ .shops = ids[i] == hook_shops_of };
    return tx != NULL;
}

static bool erased(struct tx *tx, int64_t person, int64_t now_ms)
{
    hook_erased = person;
    return tx != NULL && now_ms > 0;
}

/* A person without an account: from here no person has the number of its account. */
static void start(struct test_db *t)
{
    world_start(t);
    hook_shops_of = hook_erased = 0;
    accounts_hooks.operator_facts = facts;
    accounts_hooks.person_erased = erased;
    world_script(t, "INSERT INTO persons (email_key, email, name, role, lang, created_at_ms)"
                    " VALUES ('spare@example.com', 'spare@example.com', '', 1, 'en', 1)");
}

struct one {
    int64_t person, account;
    struct browser browser;
};

static struct one somebody(struct test_db *t, const char *email, enum person_role role)
{
    struct one o = { .account = world_account(t, email, GOOD, role), .browser = { .lang = LANG_EN } };
    EXPECT(world_login(t, &o.browser, email, GOOD).status == 200);
    o.person = ask(t, &o.browser, "GET /api/user", NULL).who.person;
    EXPECT(o.person > 0 && o.person != o.account);
    return o;
}

static struct one someone(struct test_db *t, const char *email) { return somebody(t, email, ROLE_MERCHANT); }

static struct caller seen(struct test_db *t, struct one *o) { return ask(t, &o->browser, "GET /api/user", NULL).who; }

static void joins(struct test_db *t, const struct one *whom, const struct one *of, enum member_role role)
{
    world_script(t, arena_printf(t->arena,
                                 "INSERT INTO members (account, person, role, joined_at_ms) VALUES (%lld, %lld, %d, 1)",
                                 (long long)of->account, (long long)whom->person, (int)role));
}

static void switches(struct test_db *t, struct one *o, int64_t account)
{
    EXPECT(ask(t, &o->browser, "POST /api/account/switch", &(struct post_switch){ .account = account }).status == 200);
}

static int64_t of_person(struct test_db *t, const char *what, int64_t person)
{
    return world_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM %s = %lld", what, (long long)person));
}

/* ---- who is there ---- */

/* Times are written behind the answer. */
static void until_seen(struct test_db *t, const struct one *who, int64_t account)
{
    const char *sql = arena_printf(t->arena,
                                   "SELECT COUNT(*) FROM members WHERE account = %lld AND person = %lld"
                                   " AND seen_at_ms = %lld",
                                   (long long)account, (long long)who->person, (long long)test_now);
    for (int i = 0; i < 500 && world_number(t, sql) != 1; i++) (void)usleep(10000);
    assert_int_equal(world_number(t, sql), 1);
}

/* As ann sees it: "here", "away TIME", "away" when it is not known, "none": no member. */
static const char *there(struct test_db *t, struct one *ann, int64_t person)
{
    struct response r = ask(t, &ann->browser, "GET /api/team/presence", NULL);
    assert_int_equal(r.status, 200);
    json_t *json = json_read(str_of(r.body), 1 << 20, NULL), *one;
    const char *out = "none";
    size_t i;
    json_array_foreach(json_object_get(json, "members"), i, one)
    {
        if (json_integer_value(json_object_get(one, "person")) != person) continue;
        const char *at = json_string_value(json_object_get(one, "seenAt"));
        bool here = json_is_true(json_object_get(one, "here"));
        out = here ? "here" : at ? arena_printf(t->arena, "away %s", at) : "away";
    }
    json_decref(json);
    return out;
}

/* A page that asks by itself: an agent is refused, and is there all the same. */
static void open_page(struct test_db *t, struct one *who)
{
    EXPECT(ask(t, &who->browser, "GET /api/team/presence", NULL).status == 403);
}

TEST_EACH_ENGINE(a_colleague_is_there_while_a_page_of_theirs_is)
{
    start(t);
    struct one ann = someone(t, "ann@example.com"), gus = someone(t, "gus@example.com"),
               eve = someone(t, "eve@example.com");
    joins(t, &gus, &ann, MEMBER_AGENT);
    until_seen(t, &ann, ann.account);
    assert_string_equal(there(t, &ann, ann.person), "here");
    assert_string_equal(there(t, &ann, gus.person), "away"); /* he works in an account of his own */
    assert_string_equal(there(t, &ann, eve.person), "none");
    switches(t, &gus, ann.account);
    (void)seen(t, &gus);
    until_seen(t, &gus, ann.account);
    assert_string_equal(there(t, &ann, gus.person), "here");
    /* Minutes go by in which his page only stands open: he is there, and his session is not kept by that. */
    for (int i = 0; i < 3; i++) {
        test_now += MINUTE_MS;
        open_page(t, &gus);
        until_seen(t, &gus, ann.account);
        assert_string_equal(there(t, &ann, gus.person), "here");
    }
    EXPECT(of_person(t, arena_printf(t->arena, "sessions WHERE last_seen_at_ms = %lld AND person", (long long)AT),
                     gus.person) == 1);
    test_now += MEMBER_HERE_MS;
    assert_string_equal(there(t, &ann, gus.person), "away 2027-01-15T08:03:00.000Z");
    open_page(t, &gus);
    until_seen(t, &gus, ann.account);
    assert_string_equal(there(t, &ann, gus.person), "here");
    switches(t, &gus, gus.account); /* he acts elsewhere: away at once, and since when is known */
    assert_string_equal(there(t, &ann, gus.person), "away 2027-01-15T08:04:40.000Z");
    switches(t, &gus, ann.account);
    assert_string_equal(there(t, &ann, gus.person), "here");
    EXPECT(ask(t, &gus.browser, "POST /auth/logout", NULL).status == 200);
    assert_string_equal(there(t, &ann, gus.person), "away 2027-01-15T08:04:40.000Z");
}

TEST_EACH_ENGINE(presence_is_told_to_managers_of_the_account_alone)
{
    struct browser nobody = { .lang = LANG_EN };
    start(t);
    struct one ann = someone(t, "ann@example.com"), vic = someone(t, "vic@example.com"),
               eve = someone(t, "eve@example.com");
    joins(t, &vic, &ann, MEMBER_VIEWER);
    switches(t, &vic, ann.account);
    EXPECT(ask(t, &nobody, "GET /api/team/presence", NULL).status == 401);
    struct response r = ask(t, &vic.browser, "GET /api/team/presence", NULL);
    EXPECT(r.status == 403 && text_eq(r.code, "role_not_allowed"));
    assert_string_equal(there(t, &eve, ann.person), "none");
    assert_string_equal(there(t, &eve, vic.person), "none");
    /* A clock that was ahead has written: when they were there is not known, until they come again. */
    until_seen(t, &vic, ann.account);
    world_script(t, arena_printf(t->arena, "UPDATE members SET seen_at_ms = %lld",
                                 (long long)(test_now + 2 * CLOCK_WITNESS_MS)));
    assert_string_equal(there(t, &ann, vic.person), "away");
    EXPECT(ask(t, &vic.browser, "GET /api/team/presence", NULL).status == 403);
    until_seen(t, &vic, ann.account);
    assert_string_equal(there(t, &ann, vic.person), "here");
}

/* ---- a sign-in taken out ---- */

static struct response erase(struct test_db *t, struct one *o, const char *password)
{
    return ask(t, &o->browser, "POST /auth/erase", &(struct post_reauthenticate){ .password = password });
}

TEST_EACH_ENGINE(who_takes_their_sign_in_out_leaves_a_number)
{
    start(t);
    struct one ann = someone(t, "ann@example.com"), gus = someone(t, "gus@example.com"), phone;
    joins(t, &gus, &ann, MEMBER_AGENT);
    switches(t, &gus, ann.account);
    EXPECT(ask(t, &gus.browser, "PATCH /api/user", &((struct patch_user){ "Gustav", -1 })).status == 200);
    phone = (struct one){ .browser = { .lang = LANG_EN } };
    EXPECT(world_login(t, &phone.browser, "gus@example.com", GOOD).status == 200);
    EXPECT(ask(t, &phone.browser, "POST /auth/password/forgot", &(struct post_email){ "gus@example.com" }).status ==
           200);
    EXPECT(of_person(t, "person_tokens WHERE person", gus.person) == 1);
    struct response r = erase(t, &gus, OTHER);
    EXPECT(r.status == 400 && text_eq(r.code, "wrong_password") && seen(t, &gus).person == gus.person);
    const int64_t told = world_number(t, "SELECT COUNT(*) FROM events WHERE topic = 1");
    r = erase(t, &gus, GOOD);
    assert_int_equal(r.status, 200);
    EXPECT(gus.browser.sid[0] == '\0' && hook_erased == gus.person);
    EXPECT(seen(t, &phone).person == 0 && of_person(t, "sessions WHERE person", gus.person) == 0);
    EXPECT(of_person(t, "person_tokens WHERE person", gus.person) == 0);
    EXPECT(ann.account == 1 && world_number(t, "SELECT COUNT(*) FROM events WHERE topic = 1") == told + 1);
    static const char *const where[] = { "persons WHERE email", "persons WHERE email_key", "persons WHERE name",
                                         "accounts WHERE name", "audit_log WHERE details" };
    for (size_t i = 0; i < ARRAY_LEN(where); i++)
        EXPECT(world_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM %s LIKE '%%gus%%'", where[i])) == 0);
    EXPECT(of_person(t, "persons WHERE password_hash IS NULL AND name = '' AND erased_at_ms > 0 AND id", gus.person) ==
           1);
    EXPECT(world_login(t, &phone.browser, "gus@example.com", GOOD).status == 401);
    /* The account that was theirs alone is closed; the one they worked in has them no more. */
    EXPECT(of_person(t, "accounts WHERE disabled = 1 AND id", gus.account) == 1);
    EXPECT(of_person(t, "members WHERE account = 1 AND person", gus.person) == 0);
    EXPECT(strstr(ask(t, &ann.browser, "GET /api/team", NULL).body, "gus@") == NULL);
    EXPECT(of_person(t, "audit_log WHERE action = 'person_erased' AND account = 1 AND actor", gus.person) == 1);
    EXPECT(of_person(t, "audit_log WHERE action = 'member_removed' AND account = 1 AND resource_id", gus.person) == 1);
    /* The address is free again, and is somebody new. */
    struct one again = someone(t, "gus@example.com");
    EXPECT(again.person != gus.person && again.account != gus.account);
    test_open_tx(t);
    test_expect_sound(t, accounts_checks);
    test_close_tx(t);
}

static int64_t hook_left, hook_left_of; /* the last who can answer no more; the sum of those accounts */
static bool left(struct tx *tx, int64_t account, int64_t person, int64_t now_ms)
{
    hook_left = person, hook_left_of += account;
    return tx != NULL && now_ms > 0;
}

/* Whom the hook was told of since it was asked last, after this request. */
static int64_t told_of(struct test_db *t, struct one *who, const char *what, int64_t id, int role)
{
    hook_left = 0;
    struct response r =
        ask_in(t, NULL, &who->browser, what, &(struct patch_member){ role }, &(struct id_path){ id }, NULL);
    EXPECT(r.status == 200);
    return hook_left;
}

TEST_EACH_ENGINE(who_can_answer_no_more_is_told_of)
{
    enum { ADMIN = MEMBER_ADMIN - 1, AGENT = MEMBER_AGENT - 1, VIEWER = MEMBER_VIEWER - 1 };
    start(t);
    struct one ann = someone(t, "ann@example.com"), gus = someone(t, "gus@example.com");
    joins(t, &gus, &ann, MEMBER_OWNER);
    accounts_hooks.member_left = left;
    EXPECT(told_of(t, &ann, "PATCH /api/team/members/:id", gus.person, AGENT) == 0);
    EXPECT(told_of(t, &ann, "PATCH /api/team/members/:id", gus.person, ADMIN) == 0);
    EXPECT(told_of(t, &ann, "PATCH /api/team/members/:id", gus.person, VIEWER) == gus.person);
    EXPECT(told_of(t, &ann, "PATCH /api/team/members/:id", gus.person, AGENT) == 0);
    EXPECT(told_of(t, &ann, "DELETE /api/team/members/:id", gus.person, 0) == gus.person);
    joins(t, &gus, &ann, MEMBER_AGENT);
    switches(t, &gus, ann.account);
    EXPECT(told_of(t, &gus, "POST /api/team/leave", 0, 0) == gus.person);
    accounts_hooks.member_left = NULL;
}

TEST_EACH_ENGINE(what_they_had_to_answer_is_given_back_where_others_are)
{
    start(t);
    struct one ann = someone(t, "ann@example.com"), bob = someone(t, "bob@example.com"),
               gus = someone(t, "gus@example.com");
    joins(t, &gus, &ann, MEMBER_AGENT), joins(t, &gus, &bob, MEMBER_VIEWER);
    accounts_hooks.member_left = left;
    hook_left = hook_left_of = 0;
    EXPECT(erase(t, &gus, GOOD).status == 200);
    accounts_hooks.member_left = NULL;
    EXPECT(hook_left == gus.person && hook_left_of == ann.account + bob.account); /* their own is closed */
}

TEST_EACH_ENGINE(who_is_the_only_owner_of_something_stays)
{
    start(t);
    struct one ann = someone(t, "ann@example.com"), bob = someone(t, "bob@example.com");
    hook_shops_of = ann.account;
    struct response r = erase(t, &ann, GOOD);
    EXPECT(r.status == 409 && text_eq(r.code, "only_owner") && seen(t, &ann).person == ann.person);
    hook_shops_of = 0;
    joins(t, &bob, &ann, MEMBER_ADMIN); /* no shops, and a colleague who works there */
    EXPECT(text_eq(erase(t, &ann, GOOD).code, "only_owner"));
    EXPECT(seen(t, &ann).account == ann.account && hook_erased == 0);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM persons WHERE erased_at_ms > 0") == 0);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM accounts WHERE disabled = 1") == 0);
    world_script(t, "UPDATE members SET role = 1 WHERE account = 1");
    hook_shops_of = ann.account;
    EXPECT(ann.account == 1 && erase(t, &ann, GOOD).status == 200); /* bob owns it as well */
    EXPECT(world_number(t, "SELECT disabled FROM accounts WHERE id = 1") == 0);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM members WHERE account = 1") == 1);
}

TEST_EACH_ENGINE(who_belongs_to_no_account_goes_as_well)
{
    struct browser nobody = { .lang = LANG_EN };
    start(t);
    struct one gus = someone(t, "gus@example.com");
    EXPECT(ask(t, &nobody, "POST /auth/erase", &(struct post_reauthenticate){ .password = GOOD }).status == 401);
    world_script(t, "DELETE FROM members WHERE role = 1");
    EXPECT(seen(t, &gus).account == 0);
    EXPECT(erase(t, &gus, GOOD).status == 200 && hook_erased == gus.person);
    EXPECT(of_person(t, "audit_log WHERE action = 'person_erased' AND actor", gus.person) == 1);
    EXPECT(seen(t, &gus).person == 0);
}

TEST_EACH_ENGINE(what_is_left_of_somebody_erased_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE persons SET erased_at_ms = 5 WHERE id = 2", "something is left of a person who was erased" },
    };
    start(t);
    (void)someone(t, "ann@example.com");
    test_open_tx(t);
    test_expect_found(t, accounts_checks, harms, ARRAY_LEN(harms));
    test_close_tx(t);
}

TEST_EACH_ENGINE(what_lets_somebody_erased_in_is_found)
{
    static const struct test_harm harms[] = {
        { "INSERT INTO person_tokens (person, purpose, token_hash, created_at_ms, expires_at_ms)"
          " SELECT id, 1, 'h', 1, 2 FROM persons WHERE erased_at_ms > 0",
          "something is left of a person who was erased" },
    };
    start(t);
    struct one gus = someone(t, "gus@example.com");
    EXPECT(erase(t, &gus, GOOD).status == 200);
    test_open_tx(t);
    test_expect_found(t, accounts_checks, harms, ARRAY_LEN(harms));
    test_close_tx(t);
}

static bool had_trial(struct test_db *t, int64_t account)
{
    bool had;
    test_open_tx(t);
    EXPECT(accounts_trial_was_had(t->tx, account, &had));
    test_close_tx(t);
    return had;
}

static void purges(struct test_db *t, int64_t at_ms)
{
    test_open_tx(t);
    struct job job = { .arena = t->arena, .now_ms = at_ms };
    EXPECT(accounts_purge_job.load(&job, t->tx) == JOB_FINISHED);
    EXPECT(accounts_purge_job.settle(&job, t->tx) == JOB_FINISHED);
    test_close_tx(t);
}

TEST_EACH_ENGINE(who_goes_and_comes_again_has_had_their_trial_for_a_year)
{
    start(t);
    struct one gus = someone(t, "gus@example.com");
    EXPECT(!had_trial(t, gus.account) && erase(t, &gus, GOOD).status == 200);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM trials_had WHERE address LIKE '%gus%'") == 0);
    struct one again = someone(t, "Gus@Example.com"), new = someone(t, "bob@example.com");
    EXPECT(had_trial(t, again.account) && !had_trial(t, new.account));
    EXPECT(erase(t, &again, GOOD).status == 200); /* once more: the same row */
    EXPECT(world_number(t, "SELECT COUNT(*) FROM trials_had") == 1);
    again = someone(t, "gus@example.com");
    purges(t, test_now + TRIAL_HAD_KEPT_MS - 1);
    EXPECT(had_trial(t, again.account));
    purges(t, test_now + TRIAL_HAD_KEPT_MS);
    EXPECT(!had_trial(t, again.account));
}

static void rename_to(struct test_db *t, const char *table, int64_t id, const char *name)
{
    world_script(t, arena_printf(t->arena, "UPDATE %s SET name = '%s' WHERE id = %lld", table, name, (long long)id));
}

TEST_EACH_ENGINE(an_account_that_goes_on_is_not_called_as_who_went)
{
    start(t);
    struct one ann = someone(t, "ann@example.com"), bob = someone(t, "bob@example.com");
    joins(t, &bob, &ann, MEMBER_OWNER), joins(t, &ann, &bob, MEMBER_AGENT);
    rename_to(t, "persons", ann.person, "Ann Lee"), rename_to(t, "accounts", ann.account, "Ann Lee");
    rename_to(t, "accounts", bob.account, "Ann Lee & Bob");
    hook_shops_of = ann.account;
    EXPECT(erase(t, &ann, GOOD).status == 200);
    EXPECT(of_person(t, "accounts WHERE name = '' AND disabled = 0 AND id", ann.account) == 1);
    EXPECT(of_person(t, "accounts WHERE name = 'Ann Lee & Bob' AND id", bob.account) == 1); /* its own, not theirs */
    EXPECT(of_person(t, "audit_log WHERE action = 'account_renamed' AND account", ann.account) == 1);
    EXPECT(strstr(ask(t, &bob.browser, "GET /api/user", NULL).body, "\"name\":\"bob@example.com\""));
}

static bool in_shanghai(struct tx *tx, int64_t account, struct arena *a, const char **out)
{
    *out = arena_text(a, "Asia/Shanghai");
    return tx && account > 0;
}

TEST_EACH_ENGINE(days_are_told_in_the_zone_of_the_account)
{
    start(t);
    struct one ann = someone(t, "ann@example.com");
    EXPECT(strstr(ask(t, &ann.browser, "GET /api/user", NULL).body, "\"timezone\":\"UTC\""));
    accounts_hooks.account_zone = in_shanghai;
    EXPECT(strstr(ask(t, &ann.browser, "GET /api/user", NULL).body, "\"timezone\":\"Asia/Shanghai\""));
}

/* What a request that was let in before does when it comes to its rows after. */
TEST_EACH_ENGINE(nothing_is_given_to_who_was_erased_meanwhile)
{
    char token[TOKEN_TEXT_SIZE];
    start(t);
    struct one ann = someone(t, "ann@example.com"), gus = someone(t, "gus@example.com");
    struct team_act invites = { .account = ann.account, .by = ann.person, .now_ms = test_now },
                    accepts = { .by = gus.person, .now_ms = test_now };
    EXPECT(erase(t, &gus, GOOD).status == 200);
    test_open_tx(t);
    EXPECT(accounts_person_stays(t->tx, ann.person) == ROW_FOUND);
    EXPECT(accounts_person_stays(t->tx, gus.person) == ROW_NONE);
    EXPECT(user_update(t->tx, ann.person, "Ann", NULL) == ROW_FOUND);
    EXPECT(user_update(t->tx, gus.person, "Gus", "en") == ROW_NONE);
    struct invitation made = { .email = "gus@example.com", .role = MEMBER_VIEWER };
    EXPECT(invitation_make(t->tx, &invites, &made, token) == TEAM_DONE);
    test_script(t, "UPDATE invitations SET email_key = (SELECT email_key FROM persons WHERE erased_at_ms > 0)");
    EXPECT(invitation_accept(t->tx, &accepts, token) == TEAM_UNKNOWN);
    test_close_tx(t);
    EXPECT(of_person(t, "members WHERE account = 1 AND person", gus.person) == 0 && ann.account == 1);
}

static struct response enables(struct test_db *t, struct one *boss, int64_t account)
{
    return ask_in(t, NULL, &boss->browser, "POST /api/operator/accounts/:id/enable", &(struct post_reason){ "asked" },
                  &(struct id_path){ account }, NULL);
}

TEST_EACH_ENGINE(an_account_that_was_closed_stays_so)
{
    start(t);
    struct one boss = somebody(t, "op@example.com", ROLE_OPERATOR), gus = someone(t, "gus@example.com"),
               ann = someone(t, "ann@example.com");
    EXPECT(erase(t, &gus, GOOD).status == 200);
    struct response r = enables(t, &boss, gus.account);
    EXPECT(r.status == 409 && text_eq(r.code, "account_closed"));
    EXPECT(of_person(t, "accounts WHERE disabled = 1 AND id", gus.account) == 1);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'account_enabled'") == 0);
    world_script(t, "UPDATE accounts SET disabled = 1 WHERE id <> 1");
    EXPECT(boss.account == 1 && enables(t, &boss, ann.account).status == 200);
    EXPECT(of_person(t, "accounts WHERE disabled = 0 AND id", ann.account) == 1);
}

TEST_EACH_ENGINE(an_operator_stays)
{
    start(t);
    struct one boss = somebody(t, "op@example.com", ROLE_OPERATOR), ann = someone(t, "ann@example.com");
    struct response r = erase(t, &boss, GOOD);
    EXPECT(r.status == 409 && text_eq(r.code, "last_operator") && seen(t, &boss).person == boss.person);
    struct one second = somebody(t, "two@example.com", ROLE_OPERATOR);
    world_script(t,
                 arena_printf(t->arena, "UPDATE accounts SET disabled = 1 WHERE id = %lld", (long long)second.account));
    EXPECT(text_eq(erase(t, &boss, GOOD).code, "last_operator")); /* that one cannot sign in */
    world_script(t, "UPDATE accounts SET disabled = 0");
    EXPECT(erase(t, &boss, GOOD).status == 200);
    EXPECT(text_eq(erase(t, &second, GOOD).code, "last_operator")); /* who went counts no more */
    EXPECT(erase(t, &ann, GOOD).status == 200);
}

/* Two owners go in the same moment: one stays. */
struct going {
    struct test_db *t;
    struct one who;
    struct arena *arena;
    int status;
};

static void *go(void *arg)
{
    struct going *g = arg;
    const struct post_reauthenticate body = { .password = GOOD };
    g->status = ask_in(g->t, g->arena, &g->who.browser, "POST /auth/erase", &body, NULL, NULL).status;
    return NULL;
}

static void go_at_once(struct test_db *t, struct one a, struct one b)
{
    struct going g[2] = { { .t = t, .who = a, .arena = arena_new(1 << 20) },
                          { .t = t, .who = b, .arena = arena_new(1 << 20) } };
    pthread_t thread[2];
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&thread[i], NULL, go, &g[i]), 0);
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
    EXPECT((g[0].status == 200) + (g[1].status == 200) == 1 && g[0].status + g[1].status == 200 + 409);
    for (int i = 0; i < 2; i++) arena_free(g[i].arena);
}

TEST_EACH_ENGINE(of_two_owners_who_go_at_once_one_stays)
{
    start(t);
    struct one ann = someone(t, "ann@example.com"), bob = someone(t, "bob@example.com");
    joins(t, &bob, &ann, MEMBER_OWNER);
    hook_shops_of = ann.account;
    go_at_once(t, ann, bob);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM members WHERE account = 1 AND role = 1"), 1);
}

TEST_EACH_ENGINE(of_two_operators_who_go_at_once_one_stays)
{
    start(t);
    struct one boss = somebody(t, "op@example.com", ROLE_OPERATOR),
               second = somebody(t, "two@example.com", ROLE_OPERATOR);
    go_at_once(t, boss, second);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM persons WHERE role = 2 AND erased_at_ms = 0"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(days_are_told_in_the_zone_of_the_account),
        EACH_ENGINE(a_colleague_is_there_while_a_page_of_theirs_is),
        EACH_ENGINE(presence_is_told_to_managers_of_the_account_alone),
        EACH_ENGINE(who_takes_their_sign_in_out_leaves_a_number),
        EACH_ENGINE(who_can_answer_no_more_is_told_of),
        EACH_ENGINE(what_they_had_to_answer_is_given_back_where_others_are),
        EACH_ENGINE(who_is_the_only_owner_of_something_stays),
        EACH_ENGINE(who_belongs_to_no_account_goes_as_well),
        EACH_ENGINE(what_is_left_of_somebody_erased_is_found),
        EACH_ENGINE(of_two_owners_who_go_at_once_one_stays),
        EACH_ENGINE(of_two_operators_who_go_at_once_one_stays),
        EACH_ENGINE(what_lets_somebody_erased_in_is_found),
        EACH_ENGINE(who_goes_and_comes_again_has_had_their_trial_for_a_year),
        EACH_ENGINE(an_account_that_goes_on_is_not_called_as_who_went),
        EACH_ENGINE(nothing_is_given_to_who_was_erased_meanwhile),
        EACH_ENGINE(an_account_that_was_closed_stays_so),
        EACH_ENGINE(an_operator_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
