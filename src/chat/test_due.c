/* test_due.c: what comes by itself, on both engines: the assistant after a silence, letters to the team while somebody
 * waits, places in line, what is said outside of hours; each once, and none when somebody came. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "chat/settings.h"
#include "knowledge/knowledge.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"

#include <stdio.h>
#include <sys/stat.h>

enum { ANNA = 1, BORIS = 2, VERA = 3 }; /* owner, agent, viewer */
static const char known[] = "{\"name\":\"Harbor\",\"languages\":[\"en\"],\"currency\":\"USD\",\"products\":["
                            "{\"id\":\"p1\",\"title\":\"Copper Kettle\",\"price\":3900,\"available\":true}]}";
static int64_t account, shop;
static struct mail_settings mail;

static int64_t begin(struct test_db *t, const char *name, const char *language)
{
    struct visitor v = { .account = account, .shop = shop, .name = name, .language = language, .page = "" };
    struct conversation c;
    v.email = "";
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    return c.id;
}

static int64_t start(struct test_db *t, const char *knows)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static char dir[64];
    struct shop s;
    kit_start();
    if (!mail.keyring) mail.keyring = keyring_new(key, id, 1);
    mail.from = "Chathub <no-reply@chathub.example>", mail.keep = true;
    chat_settings.mail = &mail, chat_settings.base_url = "https://chathub.example";
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea & Co", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (1, '', 1);"
                   "INSERT INTO persons (id, email_key, email, name, role, lang, password_hash, created_at_ms) VALUES"
                   " (1, 'anna@tea.example', 'anna@tea.example', 'Anna', 1, 'en', 'x', 1),"
                   " (2, 'boris@tea.example', 'boris@tea.example', 'Boris', 1, 'zh-CN', 'x', 1),"
                   " (3, 'vera@tea.example', 'vera@tea.example', 'Vera', 1, 'en', 'x', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 1, 1), (1, 2, 3, 1),"
                   " (1, 3, 4, 1);");
    if (knows) {
        (void)snprintf(dir, sizeof dir, "/tmp/chat-due-%d", (int)getpid());
        (void)mkdir(dir, 0700);
        knowledge_settings.upload_dir = dir;
        struct kit_request import = { .routes = knowledge_routes, .verb = VERB_POST, .account = account };
        import.path = arena_printf(t->arena, "/api/shops/%lld/knowledge/import", (long long)shop);
        import.upload_dir = dir, import.body = knows;
        assert_int_equal(kit_call(t, &import).status, 200);
    }
    return begin(t, "", "en");
}

/* As a row: what the routes do with it is tested with them. */
static void set(struct test_db *t, const char *document)
{
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_settings (shop, account, revision, document, changed_at_ms)"
                                " VALUES (%lld, %lld, 1, '%s', 1);",
                                (long long)shop, (long long)account, document));
}

static struct conversation now_of(struct test_db *t, int64_t talk)
{
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    return c;
}

static enum chat_may does(struct test_db *t, int64_t talk, struct chat_act act)
{
    struct conversation c;
    enum chat_may may;
    act.now_ms = kit_now();
    EXPECT(conversation_act(t->tx, talk, &act, &c, &may) == ROW_FOUND);
    return may;
}

static void says(struct test_db *t, int64_t talk, enum chat_author author, const char *text)
{
    struct message m;
    struct conversation c;
    const struct message_new in = { .conversation = talk,
                                    .author = author,
                                    .person = author == CHAT_BY_PERSON ? ANNA : 0,
                                    .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                    .text = text,
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static void passes(struct test_db *t, int64_t ms)
{
    kit_set_now(kit_now() + ms);
    assert_int_equal(kit_job(t, &(struct kit_attempt){ .kind = &chat_due_job }), JOB_FINISHED);
}

static int64_t answers_put(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'");
}

static int64_t letters(struct test_db *t) { return test_number(t, "SELECT COUNT(*) FROM mail_outbox"); }

static const char *last_text(struct test_db *t, int64_t talk)
{
    struct message m[1];
    size_t count;
    EXPECT(messages_before(t->tx, talk, INT64_MAX, 1, m, &count) && count == 1);
    return m[0].text;
}

static int64_t notices(struct test_db *t, const char *name)
{
    return test_number(t, arena_printf(t->arena,
                                       "SELECT COUNT(*) FROM chat_messages WHERE author = 4"
                                       " AND client_key LIKE 'h:%s:%%'",
                                       name));
}

/* ---- the assistant again ---- */

TEST_EACH_ENGINE(after_a_silence_the_assistant_begins_with_what_is_unanswered)
{
    int64_t talk = start(t, known);
    says(t, talk, CHAT_BY_PERSON, "I am here");
    kit_set_now(kit_now() + 5 * MINUTE_MS);
    says(t, talk, CHAT_BY_VISITOR, "how much is the copper kettle?");
    passes(t, 10 * MINUTE_MS - 1);
    EXPECT(now_of(t, talk).owner == CHAT_PERSON && answers_put(t) == 0);
    int64_t epoch = now_of(t, talk).epoch;
    passes(t, 1);
    struct conversation c = now_of(t, talk);
    EXPECT(c.owner == CHAT_BOT && c.epoch == epoch + 1 && c.assignee == ANNA && c.back_at_ms == 0);
    EXPECT(answers_put(t) == 1 && notices(t, "assistant") == 1);
    passes(t, HOUR_MS);
    EXPECT(now_of(t, talk).epoch == epoch + 1 && notices(t, "assistant") == 1);
    kit_set_now(kit_now() + SECOND_MS);
    const struct kit_attempt answer = { .kind = &chat_answer_job, .ref = talk, .account = account };
    EXPECT(kit_job(t, &answer) == JOB_FINISHED && strstr(last_text(t, talk), "39.00") != NULL);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(each_word_of_a_person_begins_the_silence_anew)
{
    int64_t talk = start(t, known);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_TAKE, .person = ANNA, .person_name = "Anna" }) == CHAT_MAY);
    for (int i = 0; i < 3; i++) {
        passes(t, 14 * MINUTE_MS);
        EXPECT(now_of(t, talk).owner == CHAT_PERSON);
        says(t, talk, CHAT_BY_PERSON, "One moment");
    }
    says(t, talk, CHAT_BY_VISITOR, "Yes"); /* the visitor's do not */
    passes(t, 15 * MINUTE_MS);
    EXPECT(now_of(t, talk).owner == CHAT_BOT);
}

TEST_EACH_ENGINE(where_nobody_would_answer_the_person_stays)
{
    int64_t talk = start(t, NULL);
    says(t, talk, CHAT_BY_PERSON, "I am here");
    passes(t, DAY_MS);
    EXPECT(now_of(t, talk).owner == CHAT_PERSON);
}

TEST_EACH_ENGINE(a_shop_may_want_the_person_to_stay)
{
    int64_t talk = start(t, known);
    set(t, "{\"backAfterMinutes\":0}");
    says(t, talk, CHAT_BY_PERSON, "I am here");
    passes(t, DAY_MS);
    EXPECT(now_of(t, talk).owner == CHAT_PERSON);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_TO_BOT, .person = ANNA }) == CHAT_MAY);
    EXPECT(now_of(t, talk).owner == CHAT_BOT && notices(t, "assistant") == 1);
}

/* A clock set back, or a kill between two words, must not let it come back into a snoozed or closed conversation. */
TEST_EACH_ENGINE(what_is_snoozed_or_closed_has_nothing_due)
{
    int64_t talk = start(t, known), other = begin(t, "", "en");
    says(t, talk, CHAT_BY_PERSON, "I am here");
    struct chat_act snooze = { .kind = ACT_SNOOZE, .person = ANNA, .until_ms = kit_now() + HOUR_MS };
    EXPECT(does(t, talk, snooze) == CHAT_MAY && now_of(t, talk).back_at_ms == 0);
    EXPECT(does(t, other, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    EXPECT(does(t, other, (struct chat_act){ .kind = ACT_RESOLVE, .person = ANNA }) == CHAT_MAY);
    passes(t, 30 * MINUTE_MS);
    EXPECT(now_of(t, talk).owner == CHAT_PERSON && letters(t) == 0);
    says(t, talk, CHAT_BY_VISITOR, "how much is the copper kettle?"); /* wakes it: the silence begins there */
    passes(t, 15 * MINUTE_MS - 1);
    EXPECT(now_of(t, talk).owner == CHAT_PERSON && now_of(t, talk).status == CHAT_OPEN);
    passes(t, 1);
    EXPECT(now_of(t, talk).owner == CHAT_BOT && answers_put(t) == 1);
}

/* ---- the team is told ---- */

TEST_EACH_ENGINE(the_team_is_told_after_two_minutes_and_after_ten_each_once)
{
    struct mail_row rows[8];
    size_t count;
    int64_t talk = start(t, known);
    says(t, talk, CHAT_BY_VISITOR, "Hello <b>\nare you there?");
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    passes(t, 2 * MINUTE_MS - 1);
    EXPECT(letters(t) == 0);
    passes(t, 1);
    EXPECT(letters(t) == 2 && notices(t, "still_waiting") == 0); /* the owner and the agent; a viewer cannot answer */
    EXPECT(mail_list(t->tx, &mail, 0, 8, rows, &count) == ROW_FOUND && count == 2);
    assert_string_equal(rows[1].to, "anna@tea.example");
    assert_string_equal(rows[1].subject, "A visitor waits for a person at Tea & Co");
    assert_non_null(strstr(rows[1].text, "A visitor: Hello <b> are you there?\n"));
    assert_non_null(strstr(rows[1].text, "waits for 2 minutes"));
    assert_non_null(
        strstr(rows[1].text, arena_printf(t->arena, "https://chathub.example/inbox/%lld", (long long)talk)));
    assert_string_equal(rows[0].subject, "等待人工客服：一位访客（Tea & Co）");
    assert_non_null(strstr(rows[0].text, "正在等待人工客服：一位访客，已等待 2 分钟"));
    assert_non_null(strstr(rows[0].text, "一位访客：Hello"));
    passes(t, 7 * MINUTE_MS);
    EXPECT(letters(t) == 2);
    passes(t, MINUTE_MS);
    EXPECT(letters(t) == 4 && notices(t, "still_waiting") == 1);
    EXPECT(now_of(t, talk).owner == CHAT_WAITING && now_of(t, talk).alerts == 2);
    passes(t, DAY_MS);
    EXPECT(letters(t) == 4 && notices(t, "still_waiting") == 1);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(who_came_in_time_gets_no_letter)
{
    int64_t talk = start(t, known), gone = begin(t, "", "en"), seen = begin(t, "", "en");
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    EXPECT(does(t, gone, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    EXPECT(does(t, seen, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    kit_set_now(kit_now() + MINUTE_MS);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_TAKE, .person = ANNA, .person_name = "Anna" }) == CHAT_MAY);
    EXPECT(does(t, gone, (struct chat_act){ .kind = ACT_WANT_BOT }) == CHAT_MAY);
    passes(t, MINUTE_MS);
    EXPECT(letters(t) == 2);
    says(t, seen, CHAT_BY_PERSON, "Here I am");
    passes(t, HOUR_MS);
    EXPECT(letters(t) == 2 && notices(t, "still_waiting") == 0);
    /* Who waits anew is told anew. */
    EXPECT(does(t, gone, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    passes(t, 2 * MINUTE_MS);
    EXPECT(letters(t) == 4);
}

TEST_EACH_ENGINE(who_is_told_is_the_shops_matter)
{
    int64_t talk = start(t, known);
    set(t, "{\"alertTo\":\"owner\",\"alertFirstMinutes\":5,\"alertAgainMinutes\":0}");
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    passes(t, 5 * MINUTE_MS - 1);
    EXPECT(letters(t) == 0);
    passes(t, 1);
    EXPECT(letters(t) == 1 && notices(t, "still_waiting") == 1); /* there is no second time to say it */
    passes(t, DAY_MS);
    EXPECT(letters(t) == 1);
    test_script(t, "UPDATE chat_settings SET document = '{\"alertMail\":false}';");
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_BOT }) == CHAT_MAY);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    passes(t, DAY_MS), passes(t, DAY_MS);
    EXPECT(letters(t) == 1 && notices(t, "still_waiting") == 2); /* the visitor is told all the same */
}

TEST_EACH_ENGINE(a_crowd_does_not_fill_the_teams_mailboxes)
{
    int64_t talk = start(t, known);
    set(t, "{\"alertTo\":\"owner\"}");
    for (int i = 0; i < 13; i++, talk = begin(t, "", "en"))
        EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    passes(t, 2 * MINUTE_MS);
    EXPECT(letters(t) == 10 && test_number(t, "SELECT COUNT(*) FROM chat_conversations WHERE alerts = 1") == 13);
}

/* ---- the line ---- */

TEST_EACH_ENGINE(places_in_line_move_up_when_somebody_leaves_it)
{
    int64_t talk[3];
    talk[0] = start(t, known);
    for (int i = 1; i < 3; i++) talk[i] = begin(t, "", "en");
    for (int i = 2; i >= 0; i--) {
        kit_set_now(kit_now() + 1);
        EXPECT(does(t, talk[i], (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
        EXPECT(now_of(t, talk[i]).place == 3 - i);
    }
    assert_string_equal(last_text(t, talk[0]), "A person has been asked to come.");
    EXPECT(does(t, talk[2], (struct chat_act){ .kind = ACT_TAKE, .person = ANNA, .person_name = "Anna" }) == CHAT_MAY);
    assert_string_equal(last_text(t, talk[2]), "Anna is here.");
    EXPECT(now_of(t, talk[2]).place == 0 && now_of(t, talk[1]).place == 1 && now_of(t, talk[0]).place == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.line'") == 1);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_line_job, .account = account }) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'place'") == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'place' AND data LIKE '%2%'") == 1);
}

/* ---- outside of hours ---- */

TEST_EACH_ENGINE(outside_of_hours_it_says_when_somebody_will_be_there)
{
    int64_t talk = start(t, known), chinese = begin(t, "", "zh-CN");
    set(t, "{\"timezone\":\"Asia/Shanghai\",\"hoursOn\":true,\"hours\":[{\"day\":\"mon\",\"from\":540,\"to\":1080}],"
           "\"texts\":[{\"language\":\"en\",\"away\":\"We sleep.\"}]}");
    int64_t sunday;
    EXPECT(time_parse(STR("2026-11-29T10:00:00Z"), &sunday));
    kit_set_now(sunday);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY && notices(t, "away") == 1);
    assert_string_equal(last_text(t, talk),
                        "We sleep.\nNobody is here at the moment. Somebody will be here tomorrow at 09:00 "
                        "(Asia/Shanghai).\nLeave your e-mail address, and you are answered there.");
    EXPECT(does(t, chinese, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY);
    assert_string_equal(last_text(t, chinese), "现在没有客服在线，明天 09:00（Asia/Shanghai）会有人为您服务。\n"
                                               "您可以留下邮箱，我们会通过邮件回复您。");
    passes(t, 2 * MINUTE_MS), passes(t, 8 * MINUTE_MS);
    EXPECT(letters(t) == 8 && notices(t, "still_waiting") == 0); /* the team is told; the visitor knows */
    kit_set_now(sunday + 16 * HOUR_MS);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_BOT }) == CHAT_MAY);
    EXPECT(does(t, talk, (struct chat_act){ .kind = ACT_WANT_PERSON }) == CHAT_MAY && notices(t, "waiting") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(after_a_silence_the_assistant_begins_with_what_is_unanswered),
        EACH_ENGINE(each_word_of_a_person_begins_the_silence_anew),
        EACH_ENGINE(where_nobody_would_answer_the_person_stays),
        EACH_ENGINE(a_shop_may_want_the_person_to_stay),
        EACH_ENGINE(what_is_snoozed_or_closed_has_nothing_due),
        EACH_ENGINE(the_team_is_told_after_two_minutes_and_after_ten_each_once),
        EACH_ENGINE(who_came_in_time_gets_no_letter),
        EACH_ENGINE(who_is_told_is_the_shops_matter),
        EACH_ENGINE(a_crowd_does_not_fill_the_teams_mailboxes),
        EACH_ENGINE(places_in_line_move_up_when_somebody_leaves_it),
        EACH_ENGINE(outside_of_hours_it_says_when_somebody_will_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
