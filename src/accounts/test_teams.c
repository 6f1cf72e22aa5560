/* test_teams.c: several persons in an account, a person in several accounts: invitations, roles, leaving, switching,
 * and that neither number is ever taken for the other. Persons' and accounts' numbers differ throughout. */
#include "accounts/test_browser.h"
#include <pthread.h>
#include <stdio.h>

/* What they may be is asked here, and not how many: that is test_seats.c's. */
static bool many_seats(struct tx *tx, int64_t account, int64_t now_ms, int64_t *out)
{
    *out = 100;
    return tx && account > 0 && now_ms > 0;
}

/* A person without an account: from here no person has the number of its account. */
static void start(struct test_db *t)
{
    world_start(t);
    accounts_hooks.seats = many_seats;
    world_script(t, "INSERT INTO persons (email_key, email, name, role, lang, created_at_ms)"
                    " VALUES ('spare@example.com', 'spare@example.com', '', 1, 'en', 1)");
}

struct one {
    int64_t person, account;
    struct browser browser;
};

static struct one someone(struct test_db *t, const char *email, enum person_role role)
{
    struct one o = { .account = world_account(t, email, GOOD, role), .browser = { .lang = LANG_EN } };
    struct response r = world_login(t, &o.browser, email, GOOD);
    EXPECT(r.status == 200);
    r = ask(t, &o.browser, "GET /api/user", NULL);
    o.person = r.who.person;
    EXPECT(o.person > 0 && r.who.account == o.account && o.person != o.account);
    return o;
}

static struct caller seen(struct test_db *t, struct one *o) { return ask(t, &o->browser, "GET /api/user", NULL).who; }

static struct team_act by(const struct one *who, const struct one *of)
{
    return (struct team_act){ .account = of->account, .by = who->person, .now_ms = test_now };
}

#define IN_TX(t, code)                                                                                                 \
    do {                                                                                                               \
        test_open_tx(t);                                                                                               \
        code;                                                                                                          \
        test_close_tx(t);                                                                                              \
    } while (0)

/* All but TEAM_DONE is refused by whoever calls: what was written goes. */
static enum team done(struct test_db *t, enum team result)
{
    if (result == TEAM_DONE) test_commit(t);
    else test_reopen(t);
    return result;
}

static enum team invite(struct test_db *t, const struct one *who, const struct one *of, const char *email,
                        enum member_role role, char token[TOKEN_TEXT_SIZE])
{
    struct team_act act = by(who, of);
    struct invitation made = { .email = email, .role = role };
    enum team r;
    IN_TX(t, r = done(t, invitation_make(t->tx, &act, &made, token)));
    return r;
}

static enum team join(struct test_db *t, const struct one *who, const char *token)
{
    struct team_act act = { .by = who->person, .now_ms = test_now };
    enum team r;
    IN_TX(t, r = done(t, invitation_accept(t->tx, &act, token)));
    return r;
}

static enum team change(struct test_db *t, const struct one *who, const struct one *of, const struct one *whom,
                        enum member_role role)
{
    struct team_act act = by(who, of);
    enum team r;
    IN_TX(t, r = done(t, member_change(t->tx, &act, whom->person, role)));
    return r;
}

static enum team take_out(struct test_db *t, const struct one *who, const struct one *of, const struct one *whom)
{
    struct team_act act = by(who, of);
    enum team r;
    IN_TX(t, r = done(t, member_remove(t->tx, &act, whom->person)));
    return r;
}

static struct response switch_to(struct test_db *t, struct one *o, int64_t account)
{
    return ask(t, &o->browser, "POST /api/account/switch", &(struct post_switch){ .account = account });
}

static struct response by_operator(struct test_db *t, struct one *o, const char *what, int64_t id)
{
    return ask_in(t, NULL, &o->browser, what, &(struct post_reason){ "stolen" }, &(struct id_path){ id }, NULL);
}

static void add(struct test_db *t, struct one *owner, struct one *whom, const char *email, enum member_role role)
{
    char token[TOKEN_TEXT_SIZE];
    EXPECT(invite(t, owner, owner, email, role, token) == TEAM_DONE);
    EXPECT(join(t, whom, token) == TEAM_DONE);
}

/* A panel's word opens its own merchants' accounts: whoever else's it names, nobody is signed in as one of them. */
TEST_EACH_ENGINE(a_panel_enters_no_account_but_its_own)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), adam = someone(t, "adam@example.com", ROLE_MERCHANT);
    struct one eve = someone(t, "eve@example.com", ROLE_MERCHANT);
    add(t, &ann, &adam, "adam@example.com", MEMBER_ADMIN);
    add(t, &ann, &eve, "eve@example.com", MEMBER_VIEWER);
    int64_t sessions = world_number(t, "SELECT COUNT(*) FROM sessions"), person = 0;
    test_open_tx(t);
    struct req req = { .arena = t->arena, .tx = t->tx, .now_ms = test_now };
    EXPECT(panels_enter(&req, ann.account, true, &person) == ROW_NONE);
    EXPECT(panels_enter(&req, ann.account, false, &person) == ROW_NONE);
    EXPECT(person == 0 && test_number(t, "SELECT COUNT(*) FROM sessions") == sessions);
    test_close_tx(t);
}

TEST_EACH_ENGINE(signing_up_makes_a_person_and_an_account)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT);
    struct caller who = seen(t, &ann);
    EXPECT(who.roles == (WHO_PERSON | WHO_OWNER) && who.shop == 0 && who.scopes == NULL);
    struct one boss = someone(t, "boss@example.com", ROLE_OPERATOR);
    EXPECT(seen(t, &boss).roles == (WHO_PERSON | WHO_OWNER | WHO_OPERATOR));
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM accounts"), 2);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM persons"), 3);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM members WHERE role = 1"), 2);
    /* What a person does to itself stands in the trail of its account, by the person. */
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM audit_log WHERE action = 'password_login' AND account = %lld AND actor = %lld"
             " AND actor_account = %lld",
             (long long)ann.account, (long long)ann.person, (long long)ann.account);
    assert_int_equal(world_number(t, sql), 1);
}

TEST_EACH_ENGINE(an_invitation_is_good_once_for_its_mailbox_for_a_week)
{
    char token[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE], sql[200];
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT),
               eve = someone(t, "eve@example.com", ROLE_MERCHANT);
    EXPECT(invite(t, &ann, &ann, " Bob@Example.com", MEMBER_AGENT, token) == TEAM_DONE);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM invitations WHERE token_hash = '%s'", token);
    assert_int_equal(world_number(t, sql), 0);               /* hashed */
    assert_string_equal(mail_token(t, "invitation"), token); /* and mailed, to that mailbox alone */
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'invitation'"
                                     " AND recipient = 'Bob@Example.com'"),
                     1);
    EXPECT(join(t, &eve, token) == TEAM_UNKNOWN); /* who found the mail */
    EXPECT(join(t, &bob, "no such token") == TEAM_UNKNOWN);
    EXPECT(invite(t, &ann, &ann, "bob@example.com", MEMBER_VIEWER, other) == TEAM_DONE);
    EXPECT(join(t, &bob, token) == TEAM_UNKNOWN); /* the one before ended */
    test_now = AT + INVITATION_LIFETIME_MS;
    EXPECT(join(t, &bob, other) == TEAM_UNKNOWN);
    test_now = AT - 30 * DAY_MS; /* it was written by a clock that was ahead */
    EXPECT(join(t, &bob, other) == TEAM_UNKNOWN);
    test_now = AT + INVITATION_LIFETIME_MS - 1;
    EXPECT(join(t, &bob, other) == TEAM_DONE);
    EXPECT(join(t, &bob, other) == TEAM_UNKNOWN); /* used up */
    EXPECT(invite(t, &ann, &ann, "bob@example.com", MEMBER_AGENT, token) == TEAM_MEMBER_ALREADY);
    EXPECT(invite(t, &ann, &ann, "ann@example.com", MEMBER_AGENT, token) == TEAM_MEMBER_ALREADY);
    snprintf(sql, sizeof sql, "SELECT role FROM members WHERE account = %lld AND person = %lld", (long long)ann.account,
             (long long)bob.person);
    assert_int_equal(world_number(t, sql), MEMBER_VIEWER);
    EXPECT(seen(t, &bob).account == bob.account); /* joining moves nobody */
}

TEST_EACH_ENGINE(who_may_invite_and_how_high)
{
    char token[TOKEN_TEXT_SIZE];
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), adam = someone(t, "adam@example.com", ROLE_MERCHANT),
               gus = someone(t, "gus@example.com", ROLE_MERCHANT), vic = someone(t, "vic@example.com", ROLE_MERCHANT),
               boss = someone(t, "boss@example.com", ROLE_OPERATOR);
    add(t, &ann, &adam, "adam@example.com", MEMBER_ADMIN);
    add(t, &ann, &gus, "gus@example.com", MEMBER_AGENT);
    add(t, &ann, &vic, "vic@example.com", MEMBER_VIEWER);
    EXPECT(invite(t, &adam, &ann, "x@example.com", MEMBER_OWNER, token) == TEAM_FORBIDDEN);
    EXPECT(invite(t, &adam, &ann, "x@example.com", MEMBER_ADMIN, token) == TEAM_DONE);
    EXPECT(invite(t, &gus, &ann, "y@example.com", MEMBER_VIEWER, token) == TEAM_FORBIDDEN);
    EXPECT(invite(t, &vic, &ann, "y@example.com", MEMBER_VIEWER, token) == TEAM_FORBIDDEN);
    EXPECT(invite(t, &boss, &ann, "y@example.com", MEMBER_VIEWER, token) == TEAM_FORBIDDEN); /* no member */
    EXPECT(invite(t, &ann, &ann, "y@example.com", MEMBER_OWNER, token) == TEAM_DONE);
    struct invitation open[INVITATIONS_MAX];
    size_t n;
    struct team_act act = by(&ann, &ann), agent = by(&gus, &ann), foreign = by(&boss, &boss);
    IN_TX(t, EXPECT(invitations_open(t->tx, ann.account, test_now, open, &n)));
    EXPECT(n == 2 && open[0].role == MEMBER_ADMIN && open[0].invited_by == adam.person);
    IN_TX(t, EXPECT(done(t, invitation_revoke(t->tx, &agent, open[0].id)) == TEAM_FORBIDDEN));
    IN_TX(t, EXPECT(done(t, invitation_revoke(t->tx, &foreign, open[0].id)) == TEAM_UNKNOWN));
    IN_TX(t, EXPECT(done(t, invitation_revoke(t->tx, &act, open[0].id)) == TEAM_DONE));
    IN_TX(t, EXPECT(invitations_open(t->tx, ann.account, test_now, open, &n) && n == 1));
    IN_TX(t, EXPECT(invitations_open(t->tx, ann.account, test_now + INVITATION_LIFETIME_MS, open, &n) && n == 0));
}

TEST_EACH_ENGINE(nobody_joins_as_more_than_the_inviter_could_give)
{
    char token[TOKEN_TEXT_SIZE], again[TOKEN_TEXT_SIZE];
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), adam = someone(t, "adam@example.com", ROLE_MERCHANT),
               bob = someone(t, "bob@example.com", ROLE_MERCHANT);
    add(t, &ann, &adam, "adam@example.com", MEMBER_ADMIN);
    EXPECT(invite(t, &adam, &ann, "bob@example.com", MEMBER_ADMIN, token) == TEAM_DONE);
    EXPECT(change(t, &ann, &ann, &adam, MEMBER_AGENT) == TEAM_DONE);
    EXPECT(join(t, &bob, token) == TEAM_UNKNOWN);
    EXPECT(change(t, &ann, &ann, &adam, MEMBER_ADMIN) == TEAM_DONE);
    EXPECT(take_out(t, &ann, &ann, &adam) == TEAM_DONE); /* and what a removed one promised is void */
    EXPECT(join(t, &bob, token) == TEAM_UNKNOWN);
    EXPECT(invite(t, &ann, &ann, "bob@example.com", MEMBER_ADMIN, again) == TEAM_DONE);
    world_script(t, "UPDATE accounts SET disabled = 1 WHERE id = 1");
    EXPECT(ann.account == 1 && join(t, &bob, again) == TEAM_UNKNOWN);
    EXPECT(invite(t, &ann, &ann, "zoe@example.com", MEMBER_ADMIN, token) == TEAM_FORBIDDEN);
}

TEST_EACH_ENGINE(roles_are_changed_by_those_above)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), adam = someone(t, "adam@example.com", ROLE_MERCHANT),
               gus = someone(t, "gus@example.com", ROLE_MERCHANT);
    add(t, &ann, &adam, "adam@example.com", MEMBER_ADMIN);
    add(t, &ann, &gus, "gus@example.com", MEMBER_AGENT);
    EXPECT(change(t, &gus, &ann, &gus, MEMBER_ADMIN) == TEAM_FORBIDDEN);
    EXPECT(change(t, &adam, &ann, &adam, MEMBER_OWNER) == TEAM_FORBIDDEN);
    EXPECT(change(t, &adam, &ann, &ann, MEMBER_VIEWER) == TEAM_FORBIDDEN);
    EXPECT(change(t, &adam, &ann, &gus, MEMBER_OWNER) == TEAM_FORBIDDEN);
    EXPECT(change(t, &adam, &ann, &gus, MEMBER_VIEWER) == TEAM_DONE);
    EXPECT(take_out(t, &adam, &ann, &ann) == TEAM_FORBIDDEN && take_out(t, &gus, &ann, &adam) == TEAM_FORBIDDEN);
    EXPECT(change(t, &ann, &ann, &ann, MEMBER_ADMIN) == TEAM_LAST_OWNER);
    EXPECT(take_out(t, &ann, &ann, &ann) == TEAM_LAST_OWNER);
    EXPECT(change(t, &ann, &ann, &adam, MEMBER_OWNER) == TEAM_DONE);
    EXPECT(change(t, &ann, &ann, &ann, MEMBER_ADMIN) == TEAM_DONE);
    EXPECT(change(t, &ann, &ann, &gus, MEMBER_OWNER) == TEAM_FORBIDDEN);
    EXPECT(change(t, &adam, &ann, &(struct one){ .person = 999 }, MEMBER_ADMIN) == TEAM_UNKNOWN);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'member_role_changed'"), 3);
}

/* Two owners leave in the same moment: one stays, on both engines. */
struct leaving {
    struct test_db *t;
    struct one who, of;
    enum op_outcome outcome;
    struct op op;
};

static enum op_wish leave_run(struct op *op, struct tx *tx)
{
    struct leaving *l = OWNER_OF(op, struct leaving, op);
    struct team_act act = by(&l->who, &l->of);
    return member_remove(tx, &act, l->who.person) == TEAM_DONE ? OP_COMMIT : OP_REFUSE;
}

static void leave_again(struct op *op) { arena_reset(op->arena); }

static void *leave(void *arg)
{
    struct leaving *l = arg;
    struct arena *a = arena_new(1 << 20);
    l->op = (struct op){ .mode = TX_WRITE, .arena = a, .run = leave_run, .again = leave_again };
    l->outcome = lanes_run(l->t->lanes, &l->op);
    arena_free(a);
    return NULL;
}

TEST_EACH_ENGINE(of_two_owners_who_leave_at_once_one_stays)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT);
    for (int round = 0; round < 20; round++) {
        world_script(t, "DELETE FROM members WHERE account = 1");
        char sql[160];
        snprintf(sql, sizeof sql,
                 "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, %lld, 1, 1),"
                 " (1, %lld, 1, 1)",
                 (long long)ann.person, (long long)bob.person);
        world_script(t, sql);
        struct leaving l[2] = { { .t = t, .who = ann, .of = ann }, { .t = t, .who = bob, .of = ann } };
        pthread_t thread[2];
        for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&thread[i], NULL, leave, &l[i]), 0);
        for (int i = 0; i < 2; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
        EXPECT((l[0].outcome == OP_COMMITTED) + (l[1].outcome == OP_COMMITTED) == 1);
        assert_int_equal(world_number(t, "SELECT COUNT(*) FROM members WHERE account = 1"), 1);
    }
}

TEST_EACH_ENGINE(a_session_acts_in_the_account_it_switched_to)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), gus = someone(t, "gus@example.com", ROLE_MERCHANT),
               eve = someone(t, "eve@example.com", ROLE_MERCHANT);
    add(t, &ann, &gus, "gus@example.com", MEMBER_AGENT);
    EXPECT(switch_to(t, &gus, eve.account).status == 404);
    EXPECT(switch_to(t, &gus, 999).status == 404);
    struct response r = switch_to(t, &gus, ann.account);
    EXPECT(r.status == 200);
    EXPECT(strstr(r.body, "\"account\":{\"id\":1,\"name\":\"ann@example.com\",\"role\":\"agent\"") != NULL);
    EXPECT(strstr(r.body, "\"email\":\"gus@example.com\"") != NULL);
    struct caller who = seen(t, &gus);
    EXPECT(who.account == ann.account && who.person == gus.person && who.roles == (WHO_PERSON | WHO_AGENT));
    EXPECT(seen(t, &ann).account == ann.account && seen(t, &eve).account == eve.account);
    /* The next sign-in begins where this one was; signing in again by password stays where it is. */
    struct one second = { .person = gus.person, .browser = { .lang = LANG_EN } };
    EXPECT(world_login(t, &second.browser, "gus@example.com", GOOD).status == 200);
    EXPECT(seen(t, &second).account == ann.account);
    EXPECT(switch_to(t, &second, gus.account).status == 200 && seen(t, &second).roles == (WHO_PERSON | WHO_OWNER));
    EXPECT(seen(t, &gus).account == ann.account); /* each session its own */
    EXPECT(
        ask(t, &gus.browser, "POST /auth/reauthenticate", &(struct post_reauthenticate){ .password = GOOD }).status ==
        200);
    EXPECT(seen(t, &gus).account == ann.account);
    struct browser stranger = { .lang = LANG_EN };
    EXPECT(ask(t, &stranger, "POST /api/account/switch", &(struct post_switch){ .account = 1 }).status == 401);
}

TEST_EACH_ENGINE(who_is_removed_is_out_at_once)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), gus = someone(t, "gus@example.com", ROLE_MERCHANT);
    add(t, &ann, &gus, "gus@example.com", MEMBER_ADMIN);
    EXPECT(switch_to(t, &gus, ann.account).status == 200);
    int64_t told = world_number(t, "SELECT COUNT(*) FROM events WHERE topic = 1");
    EXPECT(take_out(t, &ann, &ann, &gus) == TEAM_DONE);
    assert_int_equal(world_number(t, "SELECT COUNT(*) FROM events WHERE topic = 1"), told + 1);
    struct caller who = seen(t, &gus);
    EXPECT(who.person == gus.person && who.account == gus.account && who.roles == (WHO_PERSON | WHO_OWNER));
    EXPECT(switch_to(t, &gus, ann.account).status == 404);
    EXPECT(take_out(t, &ann, &ann, &gus) == TEAM_UNKNOWN);
    /* The row alone is enough, whatever the session says. */
    add(t, &ann, &gus, "gus@example.com", MEMBER_ADMIN);
    EXPECT(switch_to(t, &gus, ann.account).status == 200);
    world_script(t, "DELETE FROM members WHERE account = 1 AND role = 2");
    who = seen(t, &gus);
    EXPECT(who.account == 0 && who.roles == WHO_PERSON);
    /* Without any account a person still signs in and sees that it has none. */
    world_script(t, "DELETE FROM members WHERE role = 1 AND account <> 1");
    EXPECT(world_login(t, &gus.browser, "gus@example.com", GOOD).status == 200);
    struct response r = ask(t, &gus.browser, "GET /api/user", NULL);
    EXPECT(r.who.account == 0 && r.who.person == gus.person);
    EXPECT(strstr(r.body, "\"credits\":0") && strstr(r.body, "\"timezone\":null") &&
           strstr(r.body, "\"account\":null,\"accounts\":[]"));
}

static size_t colleagues(struct test_db *t, int64_t account)
{
    struct account_colleague team[8];
    size_t n = 0;
    IN_TX(t, EXPECT(accounts_colleagues(t->tx, account, ARRAY_LEN(team), team, &n)));
    return n;
}

TEST_EACH_ENGINE(a_disabled_account_is_closed_to_its_members_alone)
{
    start(t);
    struct one boss = someone(t, "boss@example.com", ROLE_OPERATOR), ann = someone(t, "ann@example.com", ROLE_MERCHANT),
               gus = someone(t, "gus@example.com", ROLE_MERCHANT);
    add(t, &ann, &gus, "gus@example.com", MEMBER_AGENT);
    EXPECT(switch_to(t, &gus, ann.account).status == 200);
    EXPECT(by_operator(t, &boss, "POST /api/operator/accounts/:id/disable", ann.account).status == 200);
    EXPECT(seen(t, &ann).person == 0 && seen(t, &gus).person == 0);
    EXPECT(world_login(t, &ann.browser, "ann@example.com", GOOD).status == 401); /* belongs to no other */
    EXPECT(world_login(t, &gus.browser, "gus@example.com", GOOD).status == 200);
    EXPECT(seen(t, &gus).account == gus.account);
    EXPECT(switch_to(t, &gus, ann.account).status == 404);
    EXPECT(colleagues(t, ann.account) == 0 && colleagues(t, gus.account) == 1);
    EXPECT(by_operator(t, &boss, "POST /api/operator/accounts/:id/enable", ann.account).status == 200);
    EXPECT(colleagues(t, ann.account) == 2);
    EXPECT(world_login(t, &ann.browser, "ann@example.com", GOOD).status == 200);
    world_script(t, "UPDATE persons SET disabled = 1 WHERE email_key = 'ann@example.com'");
    EXPECT(seen(t, &ann).person == 0 && world_login(t, &ann.browser, "ann@example.com", GOOD).status == 401);
    EXPECT(colleagues(t, ann.account) == 1);
}

TEST_EACH_ENGINE(an_operator_signs_a_person_out_everywhere)
{
    start(t);
    struct one boss = someone(t, "boss@example.com", ROLE_OPERATOR), ann = someone(t, "ann@example.com", ROLE_MERCHANT),
               bob = someone(t, "bob@example.com", ROLE_MERCHANT);
    struct one again = { .browser = { .lang = LANG_EN } };
    EXPECT(world_login(t, &again.browser, "ann@example.com", GOOD).status == 200);
    static const char what[] = "POST /api/operator/persons/:id/end-sessions";
    EXPECT(by_operator(t, &ann, what, ann.person).status == 404);
    struct response r = by_operator(t, &boss, what, ann.person);
    EXPECT(r.status == 200);
    assert_string_equal(r.body, "{\"success\":true,\"ended\":2}");
    EXPECT(seen(t, &ann).person == 0 && seen(t, &again).person == 0 && seen(t, &bob).person == bob.person);
    char sql[300];
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM audit_log WHERE action = 'sessions_ended' AND account = %lld AND actor = %lld"
             " AND actor_account = %lld AND resource = 'person' AND resource_id = %lld AND details LIKE '%%stolen%%'",
             (long long)ann.account, (long long)boss.person, (long long)boss.account, (long long)ann.person);
    assert_int_equal(world_number(t, sql), 1);
    EXPECT(by_operator(t, &boss, what, boss.person).status == 200);
    EXPECT(seen(t, &boss).person == boss.person); /* oneself: all but this one */
    EXPECT(by_operator(t, &boss, what, 999).status == 404);
}

/* ---- by the routes ---- */

#define ROLE(role) ((role)-1)

static struct response invited(struct test_db *t, struct one *who, const char *email, enum member_role role)
{
    return ask(t, &who->browser, "POST /api/team/invitations", &((struct post_invitation){ email, ROLE(role) }));
}

static struct response to_member(struct test_db *t, struct one *who, const char *what, int64_t id, const void *body)
{
    return ask_in(t, NULL, &who->browser, what, body, &(struct id_path){ id }, NULL);
}

TEST_EACH_ENGINE(a_stranger_signs_up_with_an_invitation)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT);
    struct browser stranger = { .lang = LANG_EN };
    EXPECT(invited(t, &ann, " New@Example.com", MEMBER_AGENT).status == 201);
    const char *token = mail_token(t, "invitation");
    struct response r = ask(t, &stranger, "POST /auth/invitation", &(struct post_token){ token });
    EXPECT(r.status == 200 && strstr(r.body, "\"role\":\"agent\"") && strstr(r.body, "\"registered\":false") &&
           strstr(r.body, "\"expired\":false") && strstr(r.body, "ann@example.com"));
    r = ask(t, &stranger, "POST /auth/invitation/register", &((struct post_joiner){ token, "new@example.com", NULL }));
    EXPECT(r.status == 422);
    r = ask(t, &stranger, "POST /auth/invitation/register", &((struct post_joiner){ "nonsense", GOOD, NULL }));
    EXPECT(r.status == 400 && text_eq(r.code, "invalid_token"));
    r = ask(t, &stranger, "POST /auth/invitation/register", &((struct post_joiner){ token, GOOD, "New" }));
    EXPECT(r.status == 200 && r.set_sid);
    r = ask(t, &stranger, "GET /api/user", NULL);
    EXPECT(r.who.account == ann.account && (r.who.roles & WHO_AGENT));
    EXPECT(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'member_joined'") == 1);
    struct browser late = { .lang = LANG_EN };
    r = ask(t, &late, "POST /auth/invitation/register", &((struct post_joiner){ token, GOOD, NULL }));
    EXPECT(text_eq(r.code, "invalid_token"));
    EXPECT(text_eq(ask(t, &late, "POST /auth/invitation", &(struct post_token){ token }).code, "invalid_token"));
    EXPECT(world_login(t, &late, "new@example.com", GOOD).status == 200);
    EXPECT(ask(t, &late, "GET /api/user", NULL).who.account == ann.account);
}

/* Until then its owner's address stands for it, in the menu of its members and in invitations. */
TEST_EACH_ENGINE(an_account_gets_a_name)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT);
    const struct patch_account name = { "Tea House" };
    EXPECT(strstr(ask(t, &ann.browser, "GET /api/user", NULL).body, "\"name\":\"ann@example.com\""));
    struct response r = ask(t, &ann.browser, "PATCH /api/account", &name);
    EXPECT(r.status == 200 && strstr(r.body, "\"name\":\"Tea House\""));
    EXPECT(ask(t, &ann.browser, "PATCH /api/account", &name).status == 200); /* no change, no trail */
    EXPECT(world_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'account_renamed'"
                           " AND details LIKE '%Tea House%'") == 1);
    EXPECT(!strstr(ask(t, &bob.browser, "GET /api/user", NULL).body, "Tea House"));
    EXPECT(invited(t, &ann, "bob@example.com", MEMBER_AGENT).status == 201);
    const char *token = mail_token(t, "invitation");
    struct browser stranger = { .lang = LANG_EN };
    EXPECT(strstr(ask(t, &stranger, "POST /auth/invitation", &(struct post_token){ token }).body, "Tea House"));
    EXPECT(ask(t, &bob.browser, "POST /auth/invitation/accept", &(struct post_token){ token }).status == 200);
    r = ask(t, &bob.browser, "PATCH /api/account", &((struct patch_account){ "Mine now" })); /* an agent there */
    EXPECT(r.status == 403 && text_eq(r.code, "role_not_allowed"));
    EXPECT(ask(t, &stranger, "PATCH /api/account", &name).status == 401);
}

TEST_EACH_ENGINE(who_is_signed_in_accepts_what_was_sent_to_that_address)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT),
               eve = someone(t, "eve@example.com", ROLE_MERCHANT);
    struct browser stranger = { .lang = LANG_EN };
    EXPECT(invited(t, &ann, "bob@example.com", MEMBER_ADMIN).status == 201);
    const char *token = mail_token(t, "invitation");
    struct response r = ask(t, &stranger, "POST /auth/invitation/register", &((struct post_joiner){ token, GOOD, "" }));
    EXPECT(r.status == 409 && text_eq(r.code, "address_known"));
    r = ask(t, &eve.browser, "POST /auth/invitation/accept", &(struct post_token){ token });
    EXPECT(r.status == 403 && text_eq(r.code, "other_address"));
    r = ask(t, &stranger, "POST /auth/invitation/accept", &(struct post_token){ token });
    EXPECT(r.status == 401);
    r = ask(t, &bob.browser, "POST /auth/invitation/accept", &(struct post_token){ token });
    EXPECT(r.status == 200);
    EXPECT(seen(t, &bob).account == ann.account && (seen(t, &bob).roles & WHO_ADMIN));
    EXPECT(text_eq(invited(t, &bob, "boss@example.com", MEMBER_OWNER).code, "role_not_yours"));
    EXPECT(text_eq(to_member(t, &bob, "DELETE /api/team/members/:id", ann.person, NULL).code, "role_not_yours"));
    EXPECT(text_eq(invited(t, &ann, "BOB@example.com", MEMBER_AGENT).code, "member_already"));
    EXPECT(to_member(t, &ann, "PATCH /api/team/members/:id", bob.person, &(struct patch_member){ ROLE(MEMBER_AGENT) })
               .status == 200);
    EXPECT(text_eq(invited(t, &bob, "x@example.com", MEMBER_AGENT).code, "role_not_allowed"));
    EXPECT(ask(t, &bob.browser, "GET /api/team", NULL).status == 403);
    r = ask(t, &ann.browser, "POST /api/team/leave", NULL);
    EXPECT(r.status == 409 && text_eq(r.code, "last_owner"));
    EXPECT(ask(t, &bob.browser, "POST /api/team/leave", NULL).status == 200);
    EXPECT(seen(t, &bob).account == bob.account);
    EXPECT(to_member(t, &ann, "DELETE /api/team/members/:id", bob.person, NULL).status == 404);
}

TEST_EACH_ENGINE(a_mailbox_and_an_account_have_a_budget_of_invitations)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT),
               eve = someone(t, "eve@example.com", ROLE_MERCHANT);
    EXPECT(invited(t, &eve, "victim@example.com", MEMBER_AGENT).status == 201);
    EXPECT(strstr(invited(t, &eve, "VICTIM@Example.com", MEMBER_VIEWER).body, "\"victim@example.com\""));
    EXPECT(world_number(t, "SELECT COUNT(*) FROM invitations WHERE email = 'victim@example.com' AND role = 4") == 1);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE recipient = 'victim@example.com'") == 2);
    EXPECT(text_eq(invited(t, &eve, "victim@example.com", MEMBER_AGENT).code, "too_many_invitations"));
    /* What one account has used up is none of another's. */
    EXPECT(invited(t, &ann, "victim@example.com", MEMBER_AGENT).status == 201);
    EXPECT(invited(t, &bob, "victim@example.com", MEMBER_AGENT).status == 201);
    EXPECT(world_number(t, "SELECT COUNT(*) FROM invitations") == 3);
    EXPECT(invited(t, &eve, "other@example.com", MEMBER_AGENT).status == 201);
    test_now += 15 * MINUTE_MS;
    EXPECT(invited(t, &eve, "victim@example.com", MEMBER_AGENT).status == 201);
    test_now += 15 * MINUTE_MS;
    /* One account writes to ever other mailboxes: its own budget ends that. */
    int sent = 0;
    for (int i = 0; i < 9; i++) {
        int64_t id = world_number(t, "SELECT COALESCE(MAX(id), 0) FROM invitations WHERE email_key LIKE 'm%'");
        if (id > 0) (void)to_member(t, &ann, "DELETE /api/team/invitations/:id", id, NULL);
        const char *email = arena_printf(t->arena, "m%d@example.com", i);
        sent += invited(t, &ann, email, MEMBER_AGENT).status == 201;
    }
    assert_int_equal(sent, 6);
}

TEST_EACH_ENGINE(many_accounts_together_do_not_flood_a_mailbox)
{
    enum { ACCOUNTS = 12, OF_ALL = 10 };
    start(t);
    struct one one[ACCOUNTS];
    int sent = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        one[i] = someone(t, arena_printf(t->arena, "o%d@example.com", i), ROLE_MERCHANT);
        if (i % 4 == 3) test_now += 15 * MINUTE_MS;
        sent += invited(t, &one[i], "victim@example.com", MEMBER_AGENT).status == 201;
    }
    assert_int_equal(sent, OF_ALL);
    test_now += 2 * HOUR_MS; /* and then at a pace */
    EXPECT(invited(t, &one[ACCOUNTS - 1], "victim@example.com", MEMBER_AGENT).status == 201);
    EXPECT(text_eq(invited(t, &one[ACCOUNTS - 2], "victim@example.com", MEMBER_AGENT).code, "too_many_invitations"));
}

TEST_EACH_ENGINE(an_invitation_that_expired_says_so)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT);
    EXPECT(invited(t, &ann, "bob@example.com", MEMBER_AGENT).status == 201);
    const char *token = mail_token(t, "invitation");
    struct browser stranger = { .lang = LANG_EN };
    test_now += 7 * DAY_MS;
    struct response r = ask(t, &stranger, "POST /auth/invitation", &(struct post_token){ token });
    EXPECT(r.status == 200 && strstr(r.body, "\"expired\":true"));
    r = ask(t, &bob.browser, "POST /auth/invitation/accept", &(struct post_token){ token });
    EXPECT(text_eq(r.code, "invalid_token"));
    test_now -= 7 * DAY_MS;
    world_script(t, arena_printf(t->arena, "UPDATE accounts SET disabled = 1 WHERE id = %lld", (long long)ann.account));
    r = ask(t, &stranger, "POST /auth/invitation", &(struct post_token){ token });
    EXPECT(text_eq(r.code, "invalid_token"));
    r = ask(t, &bob.browser, "POST /auth/invitation/accept", &(struct post_token){ token });
    EXPECT(text_eq(r.code, "invalid_token"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_panel_enters_no_account_but_its_own),
        EACH_ENGINE(signing_up_makes_a_person_and_an_account),
        EACH_ENGINE(an_invitation_is_good_once_for_its_mailbox_for_a_week),
        EACH_ENGINE(who_may_invite_and_how_high),
        EACH_ENGINE(nobody_joins_as_more_than_the_inviter_could_give),
        EACH_ENGINE(roles_are_changed_by_those_above),
        EACH_ENGINE(of_two_owners_who_leave_at_once_one_stays),
        EACH_ENGINE(a_session_acts_in_the_account_it_switched_to),
        EACH_ENGINE(who_is_removed_is_out_at_once),
        EACH_ENGINE(a_disabled_account_is_closed_to_its_members_alone),
        EACH_ENGINE(an_operator_signs_a_person_out_everywhere),
        EACH_ENGINE(a_stranger_signs_up_with_an_invitation),
        EACH_ENGINE(an_account_gets_a_name),
        EACH_ENGINE(who_is_signed_in_accepts_what_was_sent_to_that_address),
        EACH_ENGINE(a_mailbox_and_an_account_have_a_budget_of_invitations),
        EACH_ENGINE(many_accounts_together_do_not_flood_a_mailbox),
        EACH_ENGINE(an_invitation_that_expired_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
