/* test_seats.c: how many may work in an account: the house's number, or as many as plans pay for. */
#include "accounts/test_browser.h"

#include <pthread.h>

static void start(struct test_db *t)
{
    world_start(t);
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

static struct response invited(struct test_db *t, struct one *who, const char *email, enum member_role role)
{
    return ask(t, &who->browser, "POST /api/team/invitations", &((struct post_invitation){ email, role - 1 }));
}

static struct response to_member(struct test_db *t, struct one *who, const char *what, int64_t id, const void *body)
{
    return ask_in(t, NULL, &who->browser, what, body, &(struct id_path){ id }, NULL);
}

TEST_EACH_ENGINE(seats_are_members_and_open_invitations)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT);
    EXPECT(invited(t, &ann, "one@example.com", MEMBER_AGENT).status == 201);
    EXPECT(invited(t, &ann, "two@example.com", MEMBER_VIEWER).status == 201);
    EXPECT(text_eq(invited(t, &ann, "three@example.com", MEMBER_AGENT).code, "seats_full"));
    EXPECT(invited(t, &ann, "one@example.com", MEMBER_ADMIN).status == 201); /* again: no further seat */
    EXPECT(world_number(t, "SELECT COUNT(*) FROM invitations") == 2);
    int64_t id = world_number(t, "SELECT id FROM invitations WHERE email_key = 'two@example.com'");
    EXPECT(to_member(t, &bob, "DELETE /api/team/invitations/:id", id, NULL).status == 404);
    EXPECT(to_member(t, &ann, "DELETE /api/team/invitations/:id", id, NULL).status == 200);
    EXPECT(invited(t, &ann, "three@example.com", MEMBER_AGENT).status == 201);
    struct response r = ask(t, &ann.browser, "GET /api/team", NULL);
    EXPECT(r.status == 200 && strstr(r.body, "\"seats\":3") && strstr(r.body, "three@example.com") &&
           !strstr(r.body, "two@example.com") && strstr(r.body, "\"you\":true"));
    test_now += 7 * DAY_MS; /* what has expired takes no seat */
    EXPECT(invited(t, &ann, "four@example.com", MEMBER_AGENT).status == 201);
}

static int64_t seats_paid;

static bool paid_seats(struct tx *tx, int64_t account, int64_t now_ms, int64_t *out)
{
    *out = seats_paid;
    return tx && account > 0 && now_ms > 0;
}

static bool no_seats(struct tx *tx, int64_t account, int64_t now_ms, int64_t *out)
{
    *out = 0;
    return !tx && account == now_ms;
}

TEST_EACH_ENGINE(plans_say_how_many_seats_there_are_and_nobody_is_thrown_out)
{
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT), bob = someone(t, "bob@example.com", ROLE_MERCHANT),
               eve = someone(t, "eve@example.com", ROLE_MERCHANT);
    accounts_hooks.seats = paid_seats;
    seats_paid = 5;
    EXPECT(invited(t, &ann, "bob@example.com", MEMBER_AGENT).status == 201);
    const char *token = mail_token(t, "invitation");
    EXPECT(ask(t, &bob.browser, "POST /auth/invitation/accept", &(struct post_token){ token }).status == 200);
    EXPECT(invited(t, &ann, "eve@example.com", MEMBER_AGENT).status == 201);
    token = mail_token(t, "invitation");
    EXPECT(invited(t, &ann, "three@example.com", MEMBER_AGENT).status == 201);
    EXPECT(invited(t, &ann, "four@example.com", MEMBER_AGENT).status == 201);
    struct response r = invited(t, &ann, "five@example.com", MEMBER_AGENT);
    EXPECT(r.status == 409 && text_eq(r.code, "seats_full"));
    EXPECT(r.facts == 2 && text_eq(r.fact[0].name, "seats") && r.fact[0].number == 5);
    EXPECT(text_eq(r.fact[1].name, "used") && r.fact[1].number == 5);
    /* The plan is smaller now. Who is in stays; an invitation from before finds no seat. */
    seats_paid = 1;
    r = ask(t, &ann.browser, "GET /api/team", NULL);
    EXPECT(r.status == 200 && strstr(r.body, "\"seats\":2"));
    r = ask(t, &eve.browser, "POST /auth/invitation/accept", &(struct post_token){ token });
    EXPECT(r.status == 409 && text_eq(r.code, "no_seat_left"));
    EXPECT(text_eq(invited(t, &ann, "six@example.com", MEMBER_AGENT).code, "seats_full"));
    seats_paid = 0; /* no plan any more: as many as the house gives */
    EXPECT(ask(t, &eve.browser, "POST /auth/invitation/accept", &(struct post_token){ token }).status == 200);
    accounts_hooks.seats = no_seats;
    EXPECT(ask(t, &ann.browser, "GET /api/team", NULL).status == 500);
    accounts_hooks.seats = NULL;
    r = ask(t, &ann.browser, "GET /api/team", NULL);
    EXPECT(r.status == 200 && strstr(r.body, "\"seats\":3"));
    accounts_settings.seats = 7;
    r = ask(t, &ann.browser, "GET /api/team", NULL);
    accounts_settings.seats = 0;
    EXPECT(r.status == 200 && strstr(r.body, "\"seats\":7"));
}

/* ---- the last seat ---- */

enum { CLAIMANTS = 3 };
struct claim {
    struct test_db *t;
    struct arena *arena;
    struct browser *browser;
    const char *token;
    int status;
};

static void *claim_seat(void *arg)
{
    struct claim *c = arg;
    const struct post_token body = { c->token };
    c->status = ask_in(c->t, c->arena, c->browser, "POST /auth/invitation/accept", &body, NULL, NULL).status;
    return NULL;
}

/* How many of those who have none yet get one. */
static int claimed_at_once(struct claim c[CLAIMANTS])
{
    pthread_t thread[CLAIMANTS];
    bool asks[CLAIMANTS];
    int taken = 0;
    for (int i = 0; i < CLAIMANTS; i++) {
        asks[i] = c[i].status != 200;
        if (asks[i]) assert_int_equal(pthread_create(&thread[i], NULL, claim_seat, &c[i]), 0);
    }
    for (int i = 0; i < CLAIMANTS; i++) {
        if (!asks[i]) continue;
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_true(c[i].status == 200 || c[i].status == 409);
        taken += c[i].status == 200;
    }
    return taken;
}

TEST_EACH_ENGINE(of_those_who_accept_at_once_one_gets_the_last_seat)
{
    static const char *const names[CLAIMANTS] = { "bob@example.com", "eve@example.com", "gus@example.com" };
    struct one who[CLAIMANTS];
    struct claim c[CLAIMANTS];
    start(t);
    struct one ann = someone(t, "ann@example.com", ROLE_MERCHANT);
    accounts_hooks.seats = paid_seats;
    seats_paid = 1 + CLAIMANTS;
    for (int i = 0; i < CLAIMANTS; i++) {
        who[i] = someone(t, names[i], ROLE_MERCHANT);
        EXPECT(invited(t, &ann, names[i], MEMBER_AGENT).status == 201);
        c[i] = (struct claim){ .t = t,
                               .arena = arena_new(1 << 20),
                               .browser = &who[i].browser,
                               .token = arena_text(t->arena, mail_token(t, "invitation")) };
    }
    for (int round = 1; round <= CLAIMANTS; round++) { /* the plan is smaller now: one more each time */
        seats_paid = 1 + round;
        assert_int_equal(claimed_at_once(c), 1);
        assert_int_equal(world_number(t, "SELECT COUNT(*) FROM members WHERE account = 1"), 1 + round);
    }
    for (int i = 0; i < CLAIMANTS; i++) arena_free(c[i].arena);
    accounts_hooks.seats = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(seats_are_members_and_open_invitations),
        EACH_ENGINE(plans_say_how_many_seats_there_are_and_nobody_is_thrown_out),
        EACH_ENGINE(of_those_who_accept_at_once_one_gets_the_last_seat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
