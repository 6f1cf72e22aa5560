/* test_answer.c: the assistant's turn in a live conversation, on both engines: a burst is answered once, a newer word
 * and a person drop what was thought before, a hand-off calls somebody, a shop that told nothing stays silent. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/desk.h"
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

/* A moment after the last word, as the job is put. */
static struct job *thinks(struct test_db *t)
{
    kit_set_now(kit_now() + 700);
    return kit_begin(t, &(struct kit_attempt){ .kind = &chat_answer_job, .ref = talk, .account = account });
}

static enum job_wish answers(struct test_db *t) { return kit_settle(t, thinks(t)); }

/* The same, so long after the beginning. */
static enum job_wish answers_at(struct test_db *t, int64_t ms)
{
    kit_set_now(KIT_START_MS + ms - 700);
    return answers(t);
}

static void types_at(struct test_db *t, int64_t ms)
{
    struct conversation c;
    kit_set_now(KIT_START_MS + ms);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND && chat_tell_typing(t->tx, &c, SIDE_VISITOR, ""));
}

static void says_at(struct test_db *t, int64_t ms)
{
    kit_set_now(KIT_START_MS + ms);
    says(t, arena_printf(t->arena, "and %lld?", (long long)ms));
}

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

TEST_EACH_ENGINE(a_reply_about_a_product_carries_its_card)
{
    struct message page[10];
    size_t count;
    start(t, known);
    says(t, "how much is the copper kettle?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
    EXPECT(messages_after(t->tx, talk, 0, 10, page, &count) && count == 2);
    assert_null(page[0].cards);
    assert_string_equal(page[1].cards,
                        "[{\"id\":\"p1\",\"title\":\"Copper Kettle\",\"price\":\"$39.00\",\"from\":false,"
                        "\"available\":true,\"url\":null,\"image\":null}]");
    /* Who listens hears of it with the message. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%\"cards\":[{\"id\":\"p1\"%'") == 2);
}

TEST_EACH_ENGINE(a_reply_is_kept_with_what_it_stands_on_and_the_team_alone_is_told)
{
    struct message page[10];
    size_t count;
    start(t, known);
    says(t, "how much is the copper kettle?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
    EXPECT(messages_after(t->tx, talk, 0, 10, page, &count) && count == 2);
    assert_null(page[0].sources);
    assert_non_null(page[1].sources);
    json_t *all = json_read(str_of(page[1].sources), JSON_READ_MAX_BYTES, NULL);
    const json_t *first = json_array_get(all, 0);
    assert_string_equal(json_string_value(json_object_get(first, "kind")), "product");
    assert_string_equal(json_string_value(json_object_get(first, "id")), "p1");
    assert_string_equal(json_string_value(json_object_get(first, "title")), "Copper Kettle");
    assert_true(json_is_null(json_object_get(first, "url")));
    json_decref(all);
    /* The inbox hears of it with the message, the visitor does not. */
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%\"sources\":[{\"kind\":\"product\"%'") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%\"cards\":[{\"id\":\"p1\"%'") == 2);
}

TEST_EACH_ENGINE(a39_what_came_meanwhile_drops_the_draft)
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

/* Resolved, it stays in the list of the colleague who had it; their letting go of it is no word to the visitor. */
TEST_EACH_ENGINE(who_lets_go_of_it_while_the_assistant_thinks_leaves_nobody_unanswered)
{
    struct conversation c;
    enum chat_may may;
    start(t, known);
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO accounts (id, name, created_at_ms) VALUES (%lld, '', 1);"
                                "INSERT INTO persons (id, email_key, email, name, role, lang, created_at_ms)"
                                " VALUES (11, 'a@tea.example', 'a@tea.example', 'Anna', 1, 'en', 1);"
                                "INSERT INTO members (account, person, role, joined_at_ms) VALUES (%lld, 11, 3, 1)",
                                (long long)account, (long long)account));
    person_writes(t);
    const struct chat_act resolve = { .kind = ACT_RESOLVE, .person = 11, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &resolve, &c, &may) == ROW_FOUND && may == CHAT_MAY && c.assignee == 11);
    says(t, "how much is the copper kettle?");
    struct job *thinking = thinks(t);
    const struct chat_act let_go = { .kind = ACT_ASSIGN, .person = 11, .to = 0, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &let_go, &c, &may) == ROW_FOUND && may == CHAT_MAY && c.owner == CHAT_BOT);
    EXPECT(kit_settle(t, thinking) == JOB_NEXT && by_bot(t) == 0);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
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

/* Its turn finds the conversation asleep and says nothing; whoever opens it again does not leave the visitor there. */
TEST_EACH_ENGINE(woken_it_begins_with_what_is_unanswered)
{
    struct conversation c;
    enum chat_may may;
    start(t, known);
    says(t, "how much is the copper kettle?");
    const struct chat_act sleep = {
        .kind = ACT_SNOOZE, .person = 11, .until_ms = kit_now() + 100, .now_ms = kit_now()
    };
    EXPECT(conversation_act(t->tx, talk, &sleep, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 0);
    test_script(t, "DELETE FROM jobs");
    kit_set_now(kit_now() + 100);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &chat_wake_job }), JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'") == 1);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
}

TEST_EACH_ENGINE(a36_a_wish_for_a_person_calls_one)
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
    EXPECT(by_bot(t) == 0 && owner(t) == CHAT_WAITING);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_conversations WHERE alert_at_ms > 0") == 1);
}

/* Nobody finds an order by guessing: after some wrong addresses none is told, and whoever asks hears that it is for a
 * while, not that there is no such order. */
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
    EXPECT(strstr(page[9].text, "could not find") != NULL && strstr(page[11].text, "for a while") != NULL);
    EXPECT(test_number(t, "SELECT order_misses FROM chat_visitors") == 5 && owner(t) == CHAT_BOT);
    struct visitor *other = &visitor;
    *other = (struct visitor){ .account = account, .shop = shop, .name = "", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, other, kit_now()) && visitor_conversation_or_new(t->tx, other, kit_now(), &c));
    talk = c.id;
    says(t, "where is my order #W1200? my mail is ann@store.example");
    EXPECT(answers(t) == JOB_FINISHED && messages_after(t->tx, talk, 1, 10, page, &count) && count == 1);
    EXPECT(strstr(page[0].text, "1Z77") != NULL);
}

static json_t *reads(struct test_db *t, const struct route *routes, int64_t of, const char *path, int status)
{
    struct kit_answer a =
        kit_call(t, &(struct kit_request){ .routes = routes, .verb = VERB_GET, .path = path, .account = of });
    assert_int_equal(a.status, status);
    return a.json;
}

static int64_t proofs(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM chat_order_proofs"); }

/* The number of the only one in the list `name`; "": it is empty. */
static const char *only_one(json_t *in, const char *name)
{
    json_t *list = json_object_get(in, name);
    EXPECT(json_is_array(list) && json_array_size(list) < 2);
    return json_array_size(list) ? json_string_value(json_object_get(json_array_get(list, 0), "number")) : "";
}

static const char *found_by(struct test_db *t, int64_t of, const char *query)
{
    json_t *items = json_object_get(
        reads(t, chat_inbox_routes, of, arena_printf(t->arena, "/api/inbox?search=%s", query), 200), "items");
    if (json_array_size(items) == 0) return "";
    json_t *found = json_object_get(json_array_get(items, 0), "found");
    EXPECT(json_array_size(items) == 1);
    return arena_printf(t->arena, "%s %s", json_string_value(json_object_get(found, "by")),
                        json_string_value(json_object_get(found, "text")));
}

/* Who said the number and the address has the order beside the conversation; they are not signed in by that. */
TEST_EACH_ENGINE(an_order_that_was_told_stands_beside_its_conversation)
{
    start(t, known);
    int64_t other = kit_account(t, 0);
    const char *asker = arena_printf(t->arena, "/api/inbox/%lld/asker", (long long)talk);
    says(t, "where is my order #W1200? my mail is bob@store.example");
    EXPECT(answers(t) == JOB_FINISHED && proofs(t) == 0);
    assert_string_equal(found_by(t, account, "w1200"), "");
    says(t, "sorry, order #W1200, ann@store.example");
    EXPECT(answers(t) == JOB_FINISHED && proofs(t) == 1);
    says(t, "and where is it now? order #W1200, ann@store.example"); /* told again: it is the same */
    EXPECT(answers(t) == JOB_FINISHED && proofs(t) == 1);
    json_t *a = reads(t, chat_customer_routes, account, asker, 200);
    EXPECT(json_is_false(json_object_get(a, "vouched")));
    assert_string_equal(only_one(a, "orders"), "");
    assert_string_equal(only_one(a, "ordersNamed"), "#W1200");
    (void)reads(t, chat_customer_routes, other, asker, 404);
    assert_string_equal(found_by(t, account, "w-1200"), "order #W1200");
    assert_string_equal(found_by(t, account, arena_printf(t->arena, "w1200&shop=%lld", (long long)shop)),
                        "order #W1200");
    assert_string_equal(found_by(t, account, "w1200&shop=99"), "");
    assert_string_equal(found_by(t, account, "w1201"), "");
    assert_string_equal(found_by(t, other, "w1200"), "");
    a = reads(t, chat_customer_routes, account, arena_printf(t->arena, "/api/inbox/%lld/customer", (long long)talk),
              200);
    assert_string_equal(only_one(a, "orders"), ""); /* by the shop's word alone */
    assert_string_equal(only_one(a, "ordersNamed"), "#W1200");
    test_script(t, "UPDATE knowledge_orders SET number = '#X'"); /* the shop has it no more */
    assert_string_equal(only_one(reads(t, chat_customer_routes, account, asker, 200), "ordersNamed"), "");
    const struct erasure e = { .account = account, .shop = shop, .at_ms = kit_now(), .why = "asked" };
    EXPECT(chat_erase_visitors(t->tx, &e, &visitor.id, 1));
    (void)reads(t, chat_customer_routes, account, asker, 404);
    assert_string_equal(found_by(t, account, "w1200"), "");
    for (int i = 0; i < 4; i++) (void)kit_job(t, &(struct kit_attempt){ .kind = &chat_erase_job });
    EXPECT(proofs(t) == 0);
}

/* By the shop's word it is theirs: that says more, and shows it already. */
TEST_EACH_ENGINE(an_order_of_a_vouched_address_is_not_proved_by_words)
{
    start(t, known);
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, %lld, %lld, 'u-1', 'Ann@Store.example', 'Ann', 1)",
                                (long long)visitor.id, (long long)account, (long long)shop));
    says(t, "where is my order #W1200? my mail is ann@store.example");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1 && proofs(t) == 0);
    json_t *a =
        reads(t, chat_customer_routes, account, arena_printf(t->arena, "/api/inbox/%lld/asker", (long long)talk), 200);
    assert_string_equal(only_one(a, "orders"), "#W1200");
    assert_string_equal(only_one(a, "ordersNamed"), "");
}

TEST_EACH_ENGINE(it_waits_while_the_visitor_types)
{
    start(t, known);
    says_at(t, 0);
    EXPECT(answers_at(t, 699) == JOB_NEXT && by_bot(t) == 0);
    types_at(t, 600);
    EXPECT(answers_at(t, 700) == JOB_NEXT && answers_at(t, 4999) == JOB_NEXT && by_bot(t) == 0);
    says_at(t, 4999); /* that was it: nobody types any more */
    EXPECT(answers_at(t, 5698) == JOB_NEXT && by_bot(t) == 0);
    EXPECT(answers_at(t, 5699) == JOB_FINISHED && by_bot(t) == 1);
    says_at(t, 20000), types_at(t, 20500);
    EXPECT(answers_at(t, 24999) == JOB_NEXT && by_bot(t) == 1);
    types_at(t, 24000);
    EXPECT(answers_at(t, 25000) == JOB_FINISHED && by_bot(t) == 2);
    says_at(t, 40000), types_at(t, 40100); /* and went away */
    EXPECT(answers_at(t, 45000) == JOB_FINISHED && by_bot(t) == 3);
}

TEST_EACH_ENGINE(a_burst_without_an_end_is_answered_in_between)
{
    start(t, known);
    for (int64_t at_ms = 0; at_ms < 15000; at_ms += 600) {
        says_at(t, at_ms);
        EXPECT(answers_at(t, at_ms + 599) == JOB_NEXT && by_bot(t) == 0);
    }
    says_at(t, 14999);
    EXPECT(answers_at(t, 15000) == JOB_FINISHED && by_bot(t) == 1);
    says_at(t, 16000); /* the next one is counted anew */
    EXPECT(answers_at(t, 16699) == JOB_NEXT && answers_at(t, 16700) == JOB_FINISHED && by_bot(t) == 2);
}

/* The question came first, and then much that is none: it is answered all the same, on what was said before. */
TEST_EACH_ENGINE(every_word_of_a_long_burst_counts)
{
    struct message page[1];
    size_t count;
    start(t, known);
    says(t, "how much is the copper kettle?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
    says(t, "and is it in stock?");
    static const char dots[] = ".............................................";
    for (int i = 1; i <= 45; i++) says(t, arena_printf(t->arena, "%.*s", i, dots));
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 2);
    EXPECT(messages_before(t->tx, talk, INT64_MAX, 1, page, &count) && count == 1 && page[0].author == CHAT_BY_BOT);
    assert_non_null(strstr(page[0].text, "in stock"));
}

/* Who writes books while nobody answers is read from the end, and from few words at least. */
TEST_EACH_ENGINE(a_burst_of_books_is_read_from_its_end)
{
    static char book[4001];
    struct message page[1];
    size_t count;
    start(t, known);
    memset(book, 'a', sizeof book - 1);
    for (int i = 0; i < 210; i++) {
        book[0] = (char)('0' + i / 100), book[1] = (char)('0' + i / 10 % 10), book[2] = (char)('0' + i % 10);
        says(t, book);
    }
    says(t, "how much is the copper kettle?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1);
    EXPECT(messages_before(t->tx, talk, INT64_MAX, 1, page, &count) && count == 1 && page[0].author == CHAT_BY_BOT);
}

/* The assistant could not answer, and meanwhile a colleague was done with it: that is not opened again. */
TEST_EACH_ENGINE(who_cannot_be_answered_any_more_calls_nobody)
{
    struct conversation c;
    enum chat_may may;
    start(t, known);
    says(t, "how much is the copper kettle?");
    const struct chat_act resolve = { .kind = ACT_RESOLVE, .person = 11, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &resolve, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    kit_expire(t, &(struct kit_attempt){ .kind = &chat_answer_job, .ref = talk, .account = account });
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    EXPECT(c.status == CHAT_RESOLVED && c.owner == CHAT_BOT && c.alert_at_ms == 0);
}

TEST_EACH_ENGINE(two_answers_in_a_row_that_found_nothing_call_a_person)
{
    start(t, known);
    says(t, "do you sell bicycles?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1 && owner(t) == CHAT_BOT);
    says(t, "how much is the copper kettle?"); /* found: it counts from there */
    EXPECT(answers(t) == JOB_FINISHED && owner(t) == CHAT_BOT);
    says(t, "do you sell bicycle lamps?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 3 && owner(t) == CHAT_BOT);
    says(t, "do you sell trampolines?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 4 && owner(t) == CHAT_WAITING);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE author = 4 AND client_key LIKE 'h:waiting:%'") ==
           1);
    struct conversation c;
    enum chat_may may;
    const struct chat_act bot = { .kind = ACT_WANT_BOT, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &bot, &c, &may) == ROW_FOUND && may == CHAT_MAY && c.failed == 0);
    says(t, "do you sell canoes?");
    EXPECT(answers(t) == JOB_FINISHED && owner(t) == CHAT_BOT);
}

TEST_EACH_ENGINE(who_is_angry_gets_a_person)
{
    start(t, known);
    says(t, "this is useless, you are a scam");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 1 && owner(t) == CHAT_WAITING);
    struct conversation c;
    enum chat_may may;
    const struct chat_act bot = { .kind = ACT_WANT_BOT, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &bot, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    says(t, "你们就是骗子，气死我了");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 2 && owner(t) == CHAT_WAITING);
}

/* Who talks to it may be a program as well: they do not go on for ever. */
TEST_EACH_ENGINE(a46_so_many_answers_an_hour_then_a_person)
{
    start(t, known);
    for (int i = 0; i < 3; i++) {
        says(t, arena_printf(t->arena, "how much is the copper kettle, for the %d. time?", i));
        EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == i + 1);
    }
    EXPECT(test_number(t, "SELECT replies FROM chat_conversations") == 3);
    test_script(t, "UPDATE chat_conversations SET replies = 59;");
    says(t, "how much is the copper kettle, then?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 4 && owner(t) == CHAT_BOT);
    says(t, "how much is the copper kettle?");
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 4 && owner(t) == CHAT_WAITING);
    kit_set_now(kit_now() + HOUR_MS);
    struct conversation c;
    enum chat_may may;
    const struct chat_act bot = { .kind = ACT_WANT_BOT, .now_ms = kit_now() };
    EXPECT(conversation_act(t->tx, talk, &bot, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    EXPECT(answers(t) == JOB_FINISHED && by_bot(t) == 5 && owner(t) == CHAT_BOT);
}

static void comes_anew(struct test_db *t, int64_t network)
{
    struct conversation c;
    visitor = (struct visitor){
        .account = account, .shop = shop, .name = "", .language = "en", .page = "", .network = network
    };
    EXPECT(visitor_add(t->tx, &visitor, kit_now()) && visitor_conversation_or_new(t->tx, &visitor, kit_now(), &c));
    talk = c.id;
}

/* Whether it is told, to a new visitor from there. */
static bool is_told(struct test_db *t, int64_t network, const char *email)
{
    struct message page[4];
    size_t count;
    comes_anew(t, network);
    says(t, arena_printf(t->arena, "where is my order #W1200? my mail is %s", email));
    EXPECT(answers(t) == JOB_FINISHED && messages_after(t->tx, talk, 1, 4, page, &count) && count == 1);
    return strstr(page[0].text, "1Z77") != NULL;
}

/* A new visitor is a click, so those of a network share a count: what one guesses slows all of them, nobody else, and
 * not for long. Tries that are not looked at count no further. */
TEST_EACH_ENGINE(a_network_that_guesses_orders_is_slowed)
{
    enum { THERE = 77, ELSEWHERE = 78 };
    start(t, known);
    for (int i = 0; i < 5; i++) EXPECT(!is_told(t, THERE, arena_printf(t->arena, "guess%d@example.com", i)));
    EXPECT(!is_told(t, THERE, "ann@store.example"));
    for (int i = 0; i < 3; i++) EXPECT(!is_told(t, THERE, "more@example.com"));
    EXPECT(is_told(t, ELSEWHERE, "ann@store.example") && is_told(t, 0, "ann@store.example"));
    kit_set_now(kit_now() + 10 * MINUTE_MS);
    EXPECT(is_told(t, THERE, "ann@store.example"));
    EXPECT(!is_told(t, THERE, "once@example.com") && !is_told(t, THERE, "ann@store.example"));
    test_script(t, "UPDATE chat_order_tries SET drained_at_ms = 9000000000000"); /* by a clock that was wrong */
    EXPECT(is_told(t, THERE, "ann@store.example"));
    EXPECT(!is_told(t, THERE, "again@example.com") && is_told(t, THERE, "ann@store.example"));
    kit_set_now(kit_now() + HOUR_MS);
    EXPECT(order_tries_forget(t->tx, kit_now(), 10) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_burst_is_answered_once),
        EACH_ENGINE(a_reply_about_a_product_carries_its_card),
        EACH_ENGINE(a_reply_is_kept_with_what_it_stands_on_and_the_team_alone_is_told),
        EACH_ENGINE(a39_what_came_meanwhile_drops_the_draft),
        EACH_ENGINE(who_lets_go_of_it_while_the_assistant_thinks_leaves_nobody_unanswered),
        EACH_ENGINE(handed_back_it_begins_with_what_is_unanswered),
        EACH_ENGINE(woken_it_begins_with_what_is_unanswered),
        EACH_ENGINE(a36_a_wish_for_a_person_calls_one),
        EACH_ENGINE(who_cannot_be_answered_waits_for_a_person),
        EACH_ENGINE(a_shop_that_told_nothing_has_no_assistant),
        EACH_ENGINE(who_guesses_orders_is_told_of_none),
        EACH_ENGINE(an_order_that_was_told_stands_beside_its_conversation),
        EACH_ENGINE(an_order_of_a_vouched_address_is_not_proved_by_words),
        EACH_ENGINE(it_waits_while_the_visitor_types),
        EACH_ENGINE(a_burst_without_an_end_is_answered_in_between),
        EACH_ENGINE(every_word_of_a_long_burst_counts),
        EACH_ENGINE(a_burst_of_books_is_read_from_its_end),
        EACH_ENGINE(who_cannot_be_answered_any_more_calls_nobody),
        EACH_ENGINE(two_answers_in_a_row_that_found_nothing_call_a_person),
        EACH_ENGINE(who_is_angry_gets_a_person),
        EACH_ENGINE(a46_so_many_answers_an_hour_then_a_person),
        EACH_ENGINE(a_network_that_guesses_orders_is_slowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
