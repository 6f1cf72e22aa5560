/* test_answer.c: the assistant's turn in a live conversation, on both engines: a burst is answered once, a newer word
 * and a person drop what was thought before, a hand-off calls somebody, a shop that told nothing stays silent. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "knowledge/knowledge.h"
#include "shops/test_kit.h"

#include <stdio.h>
#include <sys/stat.h>

static const char known[] = "{\"name\":\"Harbor\",\"languages\":[\"en\"],\"currency\":\"USD\",\"products\":["
                            "{\"id\":\"p1\",\"title\":\"Copper Kettle\",\"price\":3900,\"available\":true}],"
                            "\"orders\":[{\"number\":\"#W1200\",\"email\":\"ann@store.example\",\"name\":\"Ann\","
                            "\"status\":\"shipped\",\"currency\":\"USD\",\"total\":3900,\"items\":[],"
                            "\"shipments\":[{\"carrier\":\"UPS\",\"tracking\":\"1Z77\"}]}],"
                            "\"faq\":[{\"id\":\"f1\",\"question\":\"Returns\",\"answer\":\"Within 30 days.\"}]}";

static int64_t account, shop, talk;
static struct visitor visitor;

static void start(struct test_db *t, const char *knows)
{
    static char dir[64];
    struct shop s;
    struct conversation c;
    kit_start();
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    visitor = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &visitor, kit_now()));
    EXPECT(visitor_conversation_or_new(t->tx, &visitor, kit_now(), &c));
    talk = c.id;
    if (knows == NULL) return;
    (void)snprintf(dir, sizeof dir, "/tmp/chat-answer-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = knowledge_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/import", (long long)shop),
                                  .account = account,
                                  .upload_dir = dir,
                                  .body = knows });
    assert_int_equal(a.status, 200);
}

static void says(struct test_db *t, const char *text)
{
    struct message m;
    struct conversation c;
    const struct post_message in = { .text = text, .clientId = arena_printf(t->arena, "id-%s", text) };
    EXPECT(visitor_says(t->tx, &visitor, &in, kit_now(), &m, &c) == MESSAGE_NEW);
}

static void person_writes(struct test_db *t)
{
    struct message m;
    struct conversation c;
    const struct message_new in = { .conversation = talk,
                                    .author = CHAT_BY_PERSON,
                                    .person = 11,
                                    .author_name = "Anna",
                                    .text = "I am here",
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static struct job *thinks(struct test_db *t)
{
    return kit_begin(t, &(struct kit_attempt){ .kind = &chat_answer_job, .ref = talk, .account = account });
}

static enum job_wish answers(struct test_db *t) { return kit_settle(t, thinks(t)); }

static int64_t by_bot(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE author = 2");
}

static enum chat_owner owner(struct test_db *t)
{
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    return c.owner;
}

TEST_EACH_ENGINE(a_burst_is_answered_once)
{
    struct message page[10];
    size_t count;
    start(t, known);
    says(t, "hello"), says(t, "how much is the copper kettle?");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'") == 1);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
    EXPECT(messages_after(t->tx, talk, 2, 10, page, &count) && count == 1 && page[0].author == CHAT_BY_BOT);
    EXPECT(strstr(page[0].text, "39.00") != NULL);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1); /* there is nothing unanswered */
    EXPECT(owner(t) == CHAT_BOT);
}

TEST_EACH_ENGINE(what_came_meanwhile_drops_the_draft)
{
    start(t, known);
    says(t, "how much is the copper kettle?");
    struct job *older = thinks(t);
    says(t, "and can I return it?");
    EXPECT(kit_settle(t, older) == JOB_FINISHED && by_bot(t) == 0);
    struct job *old = thinks(t);
    person_writes(t);
    EXPECT(kit_settle(t, old) == JOB_FINISHED && by_bot(t) == 0);
    says(t, "thanks");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 0 && owner(t) == CHAT_PERSON);
}

TEST_EACH_ENGINE(handed_back_it_begins_with_what_is_unanswered)
{
    struct conversation c;
    enum chat_may may;
    start(t, known);
    person_writes(t);
    says(t, "how much is the copper kettle?");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'") == 0);
    const struct chat_act back = { .kind = ACT_TO_BOT, .person = 11, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &back, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'") == 1);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
}

TEST_EACH_ENGINE(a_wish_for_a_person_calls_one)
{
    start(t, known);
    says(t, "I want to talk to a human");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1 && owner(t) == CHAT_WAITING);
}

TEST_EACH_ENGINE(who_cannot_be_answered_waits_for_a_person)
{
    start(t, known);
    says(t, "how much is the copper kettle?");
    kit_expire(t, &(struct kit_attempt){ .kind = &chat_answer_job, .ref = talk, .account = account });
    EXPECT(by_bot(t) == 0 && owner(t) == CHAT_WAITING);
}

TEST_EACH_ENGINE(a_shop_that_told_nothing_has_no_assistant)
{
    start(t, NULL);
    says(t, "how much is the copper kettle?");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'") == 0);
    EXPECT(by_bot(t) == 0 && owner(t) == CHAT_BOT);
}

/* Nobody finds an order by guessing: after some wrong addresses the right one is answered like any wrong one. */
TEST_EACH_ENGINE(who_guesses_orders_is_told_of_none)
{
    struct message page[40];
    size_t count;
    start(t, known);
    for (int i = 0; i < 5; i++) {
        says(t, arena_printf(t->arena, "where is my order #W1200? my mail is guess%d@example.com", i));
        EXPECT(answers(t) == JOB_FINISHED);
    }
    EXPECT(test_number(t, "SELECT order_misses FROM chat_visitors") == 5);
    says(t, "where is my order #W1200? my mail is ann@store.example");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 6);
    EXPECT(messages_after(t->tx, talk, 0, 40, page, &count) && count == 12);
    EXPECT(strstr(page[11].text, "1Z77") == NULL && strstr(page[11].text, "hipped") == NULL);
    struct visitor *other = &visitor;
    *other = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, other, kit_now()) && visitor_conversation_or_new(t->tx, other, kit_now(), &c));
    talk = c.id;
    says(t, "where is my order #W1200? my mail is ann@store.example");
    EXPECT(answers(t) == JOB_FINISHED && messages_after(t->tx, talk, 1, 10, page, &count) && count == 1);
    EXPECT(strstr(page[0].text, "1Z77") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_burst_is_answered_once),
        EACH_ENGINE(what_came_meanwhile_drops_the_draft),
        EACH_ENGINE(handed_back_it_begins_with_what_is_unanswered),
        EACH_ENGINE(a_wish_for_a_person_calls_one),
        EACH_ENGINE(who_cannot_be_answered_waits_for_a_person),
        EACH_ENGINE(a_shop_that_told_nothing_has_no_assistant),
        EACH_ENGINE(who_guesses_orders_is_told_of_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
