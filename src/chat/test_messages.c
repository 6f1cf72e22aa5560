/* test_messages.c: words stored on both engines: numbers without a gap, the same again once, a bot that was overtaken.
 */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include <pthread.h>

#define NOW INT64_C(1792022400000)
enum { ANNA = 11 };

static int64_t begin(struct test_db *t)
{
    struct visitor v = { .account = 5, .shop = 7, .name = "", .language = "en", .page = "" };
    struct conversation c;
    clock_fix_ms(NOW);
    EXPECT(visitor_add(t->tx, &v, NOW) && visitor_conversation_or_new(t->tx, &v, NOW, &c));
    return c.id;
}

static struct message_new word(int64_t conversation, enum chat_author author, const char *id, const char *text)
{
    return (struct message_new){ .conversation = conversation,
                                 .author = author,
                                 .person = author == CHAT_BY_PERSON ? ANNA : 0,
                                 .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                 .client_id = id,
                                 .text = text,
                                 .now_ms = NOW };
}

static enum message_put say(struct test_db *t, struct message_new in, struct message *m, struct conversation *c)
{
    return message_put(t->tx, &in, m, c);
}

TEST_EACH_ENGINE(numbers_have_no_gap_and_the_same_again_is_one_message)
{
    struct message m, page[10];
    struct conversation c;
    size_t count;
    int64_t talk = begin(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "aaaaaaaa", "Hello"), &m, &c) == MESSAGE_NEW && m.number == 1);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "aaaaaaaa", "Hello"), &m, &c) == MESSAGE_AGAIN && m.number == 1);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "aaaaaaaa", "Other"), &m, &c) == MESSAGE_OTHER);
    EXPECT(say(t, word(talk, CHAT_BY_PERSON, "aaaaaaaa", "Hi"), &m, &c) == MESSAGE_NEW && m.number == 2);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "bbbbbbbb", "Hello"), &m, &c) == MESSAGE_NEW && m.number == 3);
    EXPECT(c.last_number == 3 && c.team_unread == 1 && c.visitor_unread == 0 && c.owner == CHAT_PERSON);
    EXPECT(messages_after(t->tx, talk, 1, 10, page, &count) && count == 2);
    EXPECT(page[0].number == 2 && page[1].number == 3 && page[0].client_id == NULL);
    assert_string_equal(page[1].client_id, "bbbbbbbb");
    EXPECT(messages_before(t->tx, talk, INT64_MAX, 2, page, &count) && count == 2);
    EXPECT(page[0].number == 2 && page[1].number == 3);
    EXPECT(say(t, word(talk + 1, CHAT_BY_VISITOR, NULL, "Hello"), &m, &c) == MESSAGE_NOWHERE);
}

TEST_EACH_ENGINE(a_first_word_that_comes_too_late_is_not_written)
{
    struct message m;
    struct conversation c;
    int64_t talk = begin(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "aaaaaaaa", "Hello"), &m, &c) == MESSAGE_NEW);
    struct message_new anna = word(talk, CHAT_BY_PERSON, "bbbbbbbb", "Hi"),
                       boris = word(talk, CHAT_BY_PERSON, "cccccccc", "Yes?");
    anna.seen_epoch = boris.seen_epoch = c.epoch;
    boris.person = ANNA + 1, boris.author_name = "Boris";
    EXPECT(say(t, anna, &m, &c) == MESSAGE_NEW && m.number == 2);
    EXPECT(say(t, boris, &m, &c) == MESSAGE_STALE && c.person == ANNA && c.last_number == 2);
    assert_string_equal(c.person_name, "Anna");
    boris.seen_epoch = c.epoch;
    EXPECT(say(t, boris, &m, &c) == MESSAGE_NEW && m.number == 3 && c.person == ANNA + 1);
    /* What was stored is stored, also when it comes again and somebody has been quicker since. */
    EXPECT(say(t, anna, &m, &c) == MESSAGE_AGAIN && m.number == 2 && c.person == ANNA + 1);
    anna.text = "Other";
    EXPECT(say(t, anna, &m, &c) == MESSAGE_OTHER);
    anna.client_id = NULL;
    EXPECT(say(t, anna, &m, &c) == MESSAGE_STALE && c.last_number == 3);
}

TEST_EACH_ENGINE(a39_a_reply_that_was_overtaken_is_not_written)
{
    struct message m;
    struct conversation c;
    enum chat_may may;
    int64_t talk = begin(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, "Is it in stock?"), &m, &c) == MESSAGE_NEW);
    struct message_new reply = word(talk, CHAT_BY_BOT, "run-1", "Yes.");
    reply.epoch = c.epoch;
    EXPECT(say(t, word(talk, CHAT_BY_PERSON, NULL, "I am here"), &m, &c) == MESSAGE_NEW && m.number == 2);
    EXPECT(say(t, reply, &m, &c) == MESSAGE_STALE && c.last_number == 2);
    reply.epoch = c.epoch; /* it would guess the epoch, but does not speak */
    EXPECT(say(t, reply, &m, &c) == MESSAGE_STALE);
    EXPECT(conversation_act(t->tx, talk, &(struct chat_act){ .kind = ACT_TO_BOT, .person = ANNA, .now_ms = NOW }, &c,
                            &may) == ROW_FOUND &&
           may == CHAT_MAY);
    EXPECT(say(t, reply, &m, &c) == MESSAGE_STALE); /* of before she handed it back */
    reply.epoch = c.epoch;
    EXPECT(say(t, reply, &m, &c) == MESSAGE_NEW && m.number == 3);
    EXPECT(say(t, reply, &m, &c) == MESSAGE_AGAIN && m.number == 3 && c.last_number == 3);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages") == 3);
}

/* What any of these would lose on the way must come back to the byte. */
TEST_EACH_ENGINE(words_come_back_to_the_byte)
{
    static const char *const texts[] = {
        "👨‍👩‍👧 🇭🇰 🙂",  "\xE2\x80\xAEright to left\xE2\x80\xAC",
        "zero\xE2\x80\x8Bwidth\xEF\xBB\xBF", " kept \n\tspaces ",
        "\xE2\x80\xA8line\xE2\x80\xA9",      "e\xCC\x81 is not \xC3\xA9",
        "'; DROP TABLE chat_messages; --",   "{\"a\":\"\\u0000\"}",
    };
    struct message m, page[ARRAY_LEN(texts)];
    struct conversation c;
    size_t count;
    int64_t talk = begin(t);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, texts[i]), &m, &c) == MESSAGE_NEW);
    EXPECT(messages_after(t->tx, talk, 0, ARRAY_LEN(texts), page, &count) && count == ARRAY_LEN(texts));
    for (size_t i = 0; i < count; i++) assert_string_equal(page[i].text, texts[i]);
}

TEST_EACH_ENGINE(what_was_read_is_counted)
{
    struct message m;
    struct conversation c;
    int64_t talk = begin(t);
    for (int i = 0; i < 3; i++) EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, "?"), &m, &c) == MESSAGE_NEW);
    EXPECT(c.team_unread == 3);
    EXPECT(conversation_read(t->tx, talk, SIDE_TEAM, 2, &c) == ROW_FOUND && c.team_unread == 1 && c.team_read == 2);
    EXPECT(conversation_read(t->tx, talk, SIDE_TEAM, 1, &c) == ROW_FOUND && c.team_unread == 1 && c.team_read == 2);
    EXPECT(say(t, word(talk, CHAT_BY_PERSON, NULL, "!"), &m, &c) == MESSAGE_NEW);
    EXPECT(c.team_unread == 0 && c.team_read == 4 && c.visitor_unread == 1);
    EXPECT(conversation_read(t->tx, talk, SIDE_VISITOR, 900, &c) == ROW_FOUND && c.visitor_unread == 0);
    EXPECT(c.visitor_read == 4);
}

TEST_EACH_ENGINE(a36_a_note_is_told_to_the_inbox_alone_and_has_no_number_of_a_message)
{
    struct message m;
    struct conversation c;
    struct note page[4];
    size_t count;
    int64_t talk = begin(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, "?"), &m, &c) == MESSAGE_NEW);
    int64_t told = test_number(t, "SELECT COUNT(*) FROM events WHERE kind = 2");
    struct note n = { .conversation = talk, .person = ANNA, .person_name = "Anna", .text = "A friend.", .at_ms = NOW };
    EXPECT(note_put(t->tx, &n, "cccccccc", &c) == MESSAGE_NEW && n.number == 1 && n.behind == 1 && c.epoch == 1);
    EXPECT(note_put(t->tx, &n, "cccccccc", &c) == MESSAGE_AGAIN && n.number == 1);
    n.text = "Other";
    EXPECT(note_put(t->tx, &n, "cccccccc", &c) == MESSAGE_OTHER);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, "?"), &m, &c) == MESSAGE_NEW && m.number == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE kind = 2") == told + 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE kind = 3 AND type = 'note'") == 1);
    EXPECT(notes_before(t->tx, talk, INT64_MAX, 4, page, &count) && count == 1);
    assert_string_equal(page[0].text, "A friend.");
}

TEST_EACH_ENGINE(a_resolved_conversation_is_taken_up_for_a_week)
{
    struct visitor v = { .account = 5, .shop = 7, .name = "", .language = "en", .page = "" };
    struct conversation c, again;
    enum chat_may may;
    clock_fix_ms(NOW);
    EXPECT(visitor_add(t->tx, &v, NOW) && visitor_conversation(t->tx, &v, NOW, &c) == ROW_NONE);
    EXPECT(visitor_conversation_or_new(t->tx, &v, NOW, &c));
    EXPECT(conversation_act(t->tx, c.id, &(struct chat_act){ .kind = ACT_RESOLVE, .person = ANNA, .now_ms = NOW }, &c,
                            &may) == ROW_FOUND &&
           may == CHAT_MAY);
    EXPECT(visitor_conversation_or_new(t->tx, &v, NOW + 7 * DAY_MS - 1, &again) && again.id == c.id);
    EXPECT(visitor_conversation_or_new(t->tx, &v, NOW + 7 * DAY_MS, &again) && again.id != c.id);
}

TEST_EACH_ENGINE(a_long_message_is_announced_and_read_from_its_number)
{
    struct message m;
    struct conversation c;
    char text[MESSAGE_MAX * 4 + 1];
    for (size_t i = 0; i < MESSAGE_MAX; i++) memcpy(text + i * 4, "🙂", 4);
    text[MESSAGE_MAX * 4] = '\0';
    int64_t talk = begin(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "dddddddd", text), &m, &c) == MESSAGE_NEW);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%\"text\":null%'") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data = '{}'") == 0);
    memset(text, '"', MESSAGE_MAX);
    text[1450] = '\0';
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "eeeeeeee", text), &m, &c) == MESSAGE_NEW);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data = '{}'") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%\"text\":null%'") == 2);
}

TEST_EACH_ENGINE(snoozed_ones_come_back_when_it_is_time)
{
    struct conversation c;
    enum chat_may may;
    int64_t talk = begin(t), other = begin(t);
    const struct chat_act soon = { .kind = ACT_SNOOZE, .person = ANNA, .until_ms = NOW + 100, .now_ms = NOW };
    const struct chat_act late = { .kind = ACT_SNOOZE, .person = ANNA, .until_ms = NOW + 900, .now_ms = NOW };
    EXPECT(conversation_act(t->tx, talk, &soon, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    EXPECT(conversation_act(t->tx, other, &late, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    kit_set_now(NOW + 99);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &chat_wake_job }), JOB_FINISHED);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND && c.status == CHAT_SNOOZED);
    kit_set_now(NOW + 100);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &chat_wake_job }), JOB_FINISHED);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND && c.status == CHAT_OPEN && c.snoozed_until_ms == 0);
    EXPECT(conversation_get(t->tx, other, &c) == ROW_FOUND && c.status == CHAT_SNOOZED);
    test_expect_sound(t, chat_checks);
}

/* ---- two at once ---- */

struct other {
    struct conn *conn;
    struct message_new in;
    struct message m;
    struct conversation c;
    enum message_put put;
    enum tx_end end;
};

static void *say_elsewhere(void *arg)
{
    struct other *o = arg;
    struct arena *a = arena_new(1 << 20);
    struct tx *tx = tx_begin(o->conn, TX_WRITE, a);
    o->put = message_put(tx, &o->in, &o->m, &o->c);
    o->end = tx_commit(tx);
    o->c.person_name = o->m.author_name = o->m.text = NULL; /* they go with the arena */
    arena_free(a);
    return NULL;
}

static pthread_t begin_elsewhere(struct test_db *t, struct other *o, struct message_new in)
{
    char error[200];
    pthread_t thread = 0;
    *o = (struct other){ .conn = conn_open(t->db, TX_WRITE, error, sizeof error), .in = in };
    EXPECT(o->conn != NULL && pthread_create(&thread, NULL, say_elsewhere, o) == 0);
    usleep(300 * 1000); /* by now it waits for the row */
    return thread;
}

static void end_elsewhere(pthread_t thread, struct other *o)
{
    EXPECT(pthread_join(thread, NULL) == 0 && o->end == TX_COMMITTED);
    conn_close(o->conn);
}

/* The reply was on its way when a person took over in a transaction that is not committed yet. */
TEST_EACH_ENGINE(a_reply_that_waited_for_a_person_is_not_written)
{
    struct message m;
    struct conversation c;
    struct other bot;
    enum chat_may may;
    int64_t talk = begin(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, "?"), &m, &c) == MESSAGE_NEW);
    test_commit(t);
    struct message_new reply = word(talk, CHAT_BY_BOT, "run-1", "Yes.");
    reply.epoch = c.epoch;
    const struct chat_act take = { .kind = ACT_TAKE, .person = ANNA, .person_name = "Anna", .now_ms = NOW };
    EXPECT(conversation_act(t->tx, talk, &take, &c, &may) == ROW_FOUND && may == CHAT_MAY);
    pthread_t thread = begin_elsewhere(t, &bot, reply);
    test_commit(t);
    end_elsewhere(thread, &bot);
    /* the question, and that she came */
    EXPECT(bot.put == MESSAGE_STALE && bot.c.last_number == 2 && bot.c.person == ANNA);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages") == 2);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(of_two_words_at_once_each_has_its_number_and_the_same_is_one)
{
    struct message m;
    struct conversation c;
    struct other same, next;
    int64_t talk = begin(t);
    test_commit(t);
    EXPECT(say(t, word(talk, CHAT_BY_VISITOR, "aaaaaaaa", "Hello"), &m, &c) == MESSAGE_NEW && m.number == 1);
    pthread_t first = begin_elsewhere(t, &same, word(talk, CHAT_BY_VISITOR, "aaaaaaaa", "Hello"));
    pthread_t second = begin_elsewhere(t, &next, word(talk, CHAT_BY_PERSON, "aaaaaaaa", "Hello"));
    test_commit(t);
    end_elsewhere(first, &same);
    end_elsewhere(second, &next);
    EXPECT(same.put == MESSAGE_AGAIN && same.m.number == 1);
    EXPECT(next.put == MESSAGE_NEW && next.m.number == 2);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(what_was_changed_behind_the_movers_back_is_found)
{
    static const char *const harm[] = {
        "UPDATE chat_conversations SET owner = 2",          "UPDATE chat_conversations SET status = 3",
        "UPDATE chat_conversations SET last_number = 3",    "UPDATE chat_conversations SET team_unread = 0",
        "UPDATE chat_conversations SET visitor_unread = 1", "UPDATE chat_conversations SET last_note = 1",
        "UPDATE chat_conversations SET back_at_ms = 9",     "UPDATE chat_conversations SET alert_at_ms = 9",
        "DELETE FROM chat_messages WHERE number = 1",       "UPDATE chat_messages SET epoch = 9 WHERE number = 2",
    };
    struct message m;
    struct conversation c;
    int64_t talk = begin(t);
    for (int i = 0; i < 2; i++) EXPECT(say(t, word(talk, CHAT_BY_VISITOR, NULL, "?"), &m, &c) == MESSAGE_NEW);
    test_expect_sound(t, chat_checks);
    test_commit(t);
    for (size_t i = 0; i < ARRAY_LEN(harm); i++) {
        test_script(t, harm[i]);
        if (test_verify(t, chat_checks).unsound != 1) fail_msg("not found: %s", harm[i]);
        test_reopen(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(numbers_have_no_gap_and_the_same_again_is_one_message),
        EACH_ENGINE(a_first_word_that_comes_too_late_is_not_written),
        EACH_ENGINE(a39_a_reply_that_was_overtaken_is_not_written),
        EACH_ENGINE(words_come_back_to_the_byte),
        EACH_ENGINE(what_was_read_is_counted),
        EACH_ENGINE(a36_a_note_is_told_to_the_inbox_alone_and_has_no_number_of_a_message),
        EACH_ENGINE(a_resolved_conversation_is_taken_up_for_a_week),
        EACH_ENGINE(a_long_message_is_announced_and_read_from_its_number),
        EACH_ENGINE(snoozed_ones_come_back_when_it_is_time),
        ONLY_POSTGRES(a_reply_that_waited_for_a_person_is_not_written),
        ONLY_POSTGRES(of_two_words_at_once_each_has_its_number_and_the_same_is_one),
        EACH_ENGINE(what_was_changed_behind_the_movers_back_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
