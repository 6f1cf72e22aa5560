/* test_left.c: a colleague who can answer no more, on both engines: what they had and had not finished is given back in
 * the same moment, so that no visitor waits for somebody who will not come. */
#include "base/testing.h"

#include "accounts/accounts.h"
#include "base/clock.h"
#include "chat/private.h"
#include "chat/settings.h"
#include "http/events.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

enum { ANNA = 1, BORIS = 2 }; /* owner, agent */
static int64_t account, shop;

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    clock_fix_ms(kit_now());
    accounts_hooks.member_left = chat_member_left;
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea & Co", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (1, '', 1);"
                   "INSERT INTO persons (id, email_key, email, name, role, lang, password_hash, created_at_ms) VALUES"
                   " (1, 'anna@tea.example', 'anna@tea.example', 'Anna', 1, 'en', 'x', 1),"
                   " (2, 'boris@tea.example', 'boris@tea.example', 'Boris', 1, 'en', 'x', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 1, 1), (1, 2, 3, 1);");
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_settings (shop, account, revision, document, changed_at_ms)"
                                " VALUES (%lld, %lld, 1, '{\"backAfterMinutes\":0}', 1);",
                                (long long)shop, (long long)account));
}

static int64_t begin(struct test_db *t)
{
    struct visitor v = { .account = account, .shop = shop, .name = "", .language = "en", .page = "", .email = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    return c.id;
}

static struct conversation now_of(struct test_db *t, int64_t talk)
{
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    return c;
}

static void does(struct test_db *t, int64_t talk, struct chat_act act)
{
    struct conversation c;
    enum chat_may may;
    act.now_ms = kit_now();
    EXPECT(conversation_act(t->tx, talk, &act, &c, &may) == ROW_FOUND && may == CHAT_MAY);
}

static void takes(struct test_db *t, int64_t talk, int64_t person)
{
    does(t, talk, (struct chat_act){ .kind = ACT_TAKE, .person = person, .person_name = "Somebody" });
}

/* person 0: the visitor. */
static void says(struct test_db *t, int64_t talk, int64_t person)
{
    struct message m;
    struct conversation c;
    const struct message_new in = { .conversation = talk,
                                    .author = person ? CHAT_BY_PERSON : CHAT_BY_VISITOR,
                                    .person = person,
                                    .author_name = person ? "Somebody" : "",
                                    .text = "Is it there?",
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static void passes(struct test_db *t, int64_t ms)
{
    kit_set_now(kit_now() + ms);
    clock_fix_ms(kit_now());
    (void)t;
}

/* By the route, as the owner. */
static void team(struct test_db *t, enum verb verb, const char *body)
{
    struct kit_answer a = kit_call(t, &(struct kit_request){ .routes = accounts_team_routes,
                                                             .verb = verb,
                                                             .path = "/api/team/members/2",
                                                             .account = ANNA,
                                                             .body = body });
    assert_int_equal(a.status, 200);
}

static int64_t told(struct test_db *t, enum topic_kind kind, int64_t id)
{
    return test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM events WHERE kind = %d AND topic = %lld",
                                       (int)kind, (long long)id));
}

static bool waits(struct test_db *t, int64_t talk)
{
    struct conversation c = now_of(t, talk);
    return c.owner == CHAT_WAITING && c.person == 0 && c.assignee == 0 && c.waiting_since_ms == kit_now() &&
           c.alert_at_ms > kit_now() && c.place > 0 && c.status == CHAT_OPEN;
}

static bool is_the_bots(struct test_db *t, int64_t talk)
{
    struct conversation c = now_of(t, talk);
    return c.owner == CHAT_BOT && c.person == 0 && c.assignee == 0 && c.status == CHAT_OPEN;
}

TEST_EACH_ENGINE(who_has_an_answer_to_come_waits_for_a_person)
{
    start(t);
    int64_t asks = begin(t), wants = begin(t), done = begin(t);
    takes(t, asks, BORIS), says(t, asks, BORIS), says(t, asks, 0);
    does(t, wants, (struct chat_act){ .kind = ACT_WANT_PERSON });
    takes(t, wants, BORIS); /* and never said a word */
    says(t, done, 0), takes(t, done, BORIS), says(t, done, BORIS);
    int64_t epoch = now_of(t, asks).epoch, heard = told(t, TOPIC_CONVERSATION, asks), of_team = told(t, TOPIC_INBOX, 1),
            of_account = told(t, TOPIC_ACCOUNT, 1);
    passes(t, 3 * HOUR_MS);
    team(t, VERB_DELETE, NULL);
    EXPECT(waits(t, asks) && waits(t, wants) && is_the_bots(t, done));
    EXPECT(now_of(t, asks).epoch > epoch && told(t, TOPIC_CONVERSATION, asks) > heard);
    EXPECT(told(t, TOPIC_INBOX, 1) > of_team && told(t, TOPIC_ACCOUNT, 1) == of_account + 1);
    EXPECT(now_of(t, asks).place == 1 && now_of(t, wants).place == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE author = 4 AND client_key LIKE 'h:waiting:%'") >=
           2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_moves WHERE why = 'left'") == 3);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(a_wish_that_somebody_began_to_answer_stands_while_they_talk)
{
    start(t);
    int64_t old = begin(t), talks = begin(t);
    does(t, old, (struct chat_act){ .kind = ACT_WANT_PERSON }), takes(t, old, BORIS);
    passes(t, SECOND_MS);
    says(t, old, BORIS);
    passes(t, 2 * HOUR_MS);
    does(t, talks, (struct chat_act){ .kind = ACT_WANT_PERSON }), takes(t, talks, BORIS), says(t, talks, BORIS);
    team(t, VERB_PATCH, "{\"role\":\"viewer\"}");
    EXPECT(waits(t, talks) && is_the_bots(t, old));
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(what_a_colleague_speaks_in_is_that_colleagues)
{
    start(t);
    int64_t shared = begin(t), back = begin(t), hers = begin(t);
    takes(t, shared, BORIS), says(t, shared, ANNA);
    takes(t, hers, ANNA), says(t, hers, BORIS), says(t, hers, 0);
    takes(t, back, BORIS), says(t, back, 0);
    test_script(t, arena_printf(t->arena,
                                "UPDATE chat_conversations SET owner = 1, person = 0, person_name = '', burst_at_ms = 0"
                                " WHERE id = %lld",
                                (long long)back)); /* fell silent, and the assistant has it */
    team(t, VERB_DELETE, NULL);
    struct conversation c = now_of(t, shared);
    EXPECT(c.owner == CHAT_PERSON && c.person == ANNA && c.assignee == ANNA);
    c = now_of(t, hers);
    EXPECT(c.owner == CHAT_WAITING && c.assignee == ANNA);
    EXPECT(is_the_bots(t, back));
}

TEST_EACH_ENGINE(snoozed_ones_come_back_to_nobody)
{
    start(t);
    int64_t talk = begin(t);
    takes(t, talk, BORIS), says(t, talk, BORIS), says(t, talk, 0);
    does(t, talk, (struct chat_act){ .kind = ACT_SNOOZE, .person = BORIS, .until_ms = kit_now() + HOUR_MS });
    team(t, VERB_DELETE, NULL);
    struct conversation c = now_of(t, talk);
    EXPECT(c.status == CHAT_SNOOZED && c.owner == CHAT_WAITING && c.assignee == 0 && c.alert_at_ms == 0);
    passes(t, HOUR_MS);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_wake_job }) == JOB_FINISHED);
    c = now_of(t, talk);
    EXPECT(c.status == CHAT_OPEN && c.owner == CHAT_WAITING && c.assignee == 0 && c.alert_at_ms > kit_now());
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(resolved_ones_stay_and_are_nobodys_when_they_are_opened)
{
    start(t);
    int64_t his = begin(t), again = begin(t), hers = begin(t);
    takes(t, his, BORIS), takes(t, again, BORIS), takes(t, hers, ANNA);
    for (int64_t talk = his; talk <= hers; talk++)
        does(t, talk, (struct chat_act){ .kind = ACT_RESOLVE, .person = ANNA });
    const struct conversation before = now_of(t, his);
    team(t, VERB_DELETE, NULL);
    struct conversation c = now_of(t, his);
    EXPECT(c.status == CHAT_RESOLVED && c.assignee == BORIS && c.epoch == before.epoch);
    says(t, his, 0);
    does(t, again, (struct chat_act){ .kind = ACT_REOPEN, .person = ANNA });
    does(t, hers, (struct chat_act){ .kind = ACT_REOPEN, .person = ANNA });
    EXPECT(now_of(t, his).status == CHAT_OPEN && now_of(t, his).assignee == 0);
    EXPECT(now_of(t, again).status == CHAT_OPEN && now_of(t, again).assignee == 0);
    EXPECT(now_of(t, hers).assignee == ANNA);
}

TEST_EACH_ENGINE(who_may_still_answer_keeps_what_they_have)
{
    start(t);
    int64_t talk = begin(t);
    takes(t, talk, BORIS), says(t, talk, 0);
    team(t, VERB_PATCH, "{\"role\":\"admin\"}");
    EXPECT(now_of(t, talk).person == BORIS && now_of(t, talk).assignee == BORIS);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.left'") == 0);
}

TEST_EACH_ENGINE(many_go_back_by_a_job_and_what_came_meanwhile_too)
{
    enum { TALKS = 120, BATCH = 50 };
    static const char had[] = "SELECT COUNT(*) FROM chat_conversations WHERE assignee = 2 OR person = 2";
    const struct kit_attempt rest = { .kind = &chat_left_job, .ref = BORIS, .account = 1 };
    start(t);
    int64_t last = 0;
    for (int i = 0; i < TALKS; i++) takes(t, last = begin(t), BORIS);
    for (int64_t talk = last - TALKS + 1; talk < last; talk++)
        does(t, talk, (struct chat_act){ .kind = ACT_TO_BOT, .person = BORIS });
    test_script(t, "UPDATE chat_conversations SET assignee = 2");
    team(t, VERB_DELETE, NULL);
    assert_int_equal(test_number(t, had), TALKS - BATCH);
    EXPECT(now_of(t, last).person == 0); /* the one that he speaks in comes first */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.left' AND ref = 2") == 2);
    EXPECT(test_number(t, arena_printf(t->arena,
                                       "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.left'"
                                       " AND run_at_ms = %lld",
                                       (long long)(kit_now() + MINUTE_MS))) == 1);
    EXPECT(kit_job(t, &rest) == JOB_NEXT && test_number(t, had) == TALKS - 2 * BATCH);
    EXPECT(kit_job(t, &rest) == JOB_FINISHED && test_number(t, had) == 0);
    takes(t, last, BORIS), says(t, last, 0); /* it was under way in another transaction */
    EXPECT(kit_job(t, &rest) == JOB_FINISHED && waits(t, last));
    takes(t, last, BORIS);
    test_script(t, "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 2, 3, 1)");
    EXPECT(kit_job(t, &rest) == JOB_FINISHED && now_of(t, last).person == BORIS); /* here again */
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(another_accounts_stay_theirs)
{
    start(t);
    int64_t talk = begin(t);
    takes(t, talk, BORIS);
    test_script(t,
                arena_printf(t->arena, "UPDATE chat_conversations SET account = 9 WHERE id = %lld", (long long)talk));
    team(t, VERB_DELETE, NULL);
    EXPECT(now_of(t, talk).person == BORIS && now_of(t, talk).assignee == BORIS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_has_an_answer_to_come_waits_for_a_person),
        EACH_ENGINE(a_wish_that_somebody_began_to_answer_stands_while_they_talk),
        EACH_ENGINE(what_a_colleague_speaks_in_is_that_colleagues),
        EACH_ENGINE(snoozed_ones_come_back_to_nobody),
        EACH_ENGINE(resolved_ones_stay_and_are_nobodys_when_they_are_opened),
        EACH_ENGINE(who_may_still_answer_keeps_what_they_have),
        EACH_ENGINE(many_go_back_by_a_job_and_what_came_meanwhile_too),
        EACH_ENGINE(another_accounts_stay_theirs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
