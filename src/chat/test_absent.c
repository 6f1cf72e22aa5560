/* test_absent.c: who left an address and has gone is told by mail what a person answered, on both engines: once for
 * what was said in a row, and nobody else. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/desk.h"
#include "chat/pictures.h"
#include "chat/presence.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t account, shop;
static struct visitor ann;

static int64_t start(struct test_db *t, const char *email, const char *language)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct mail_settings mail;
    struct shop s;
    struct conversation c;
    kit_start();
    if (!mail.keyring) mail.keyring = keyring_new(key, id, 1);
    mail.from = "Chathub <no-reply@chathub.example>", mail.keep = true;
    chat_settings.mail = &mail, chat_settings.base_url = "https://chathub.example";
    account = kit_account(t, 0);
    const struct shop_new shop_new = { .account = account, .name = "Tea", .domain = "tea.example", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &shop_new, &s) == SHOP_ADDED);
    shop = s.id;
    ann = (struct visitor){
        .account = account, .shop = shop, .name = "", .language = language, .page = "https://evil.example", .email = ""
    };
    EXPECT(visitor_add(t->tx, &ann, kit_now()) && visitor_conversation_or_new(t->tx, &ann, kit_now(), &c));
    if (email[0]) EXPECT(visitor_set_email(t->tx, &ann, email));
    return c.id;
}

static void says(struct test_db *t, int64_t talk, enum chat_author author, const char *text)
{
    struct message m;
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    const struct message_new in = { .conversation = talk,
                                    .author = author,
                                    .person = author == CHAT_BY_PERSON ? 11 : 0,
                                    .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                    .epoch = c.epoch,
                                    .text = text,
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static int64_t letters(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_answered'");
}

static int64_t after(struct test_db *t, int64_t ms)
{
    kit_set_now(kit_now() + ms);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_absent_job }) == JOB_FINISHED);
    return letters(t);
}

TEST_EACH_ENGINE(what_was_said_in_a_row_is_one_letter_and_none_twice)
{
    int64_t talk = start(t, "ann@store.example", "en");
    says(t, talk, CHAT_BY_VISITOR, "Is it in stock?");
    says(t, talk, CHAT_BY_PERSON, "Let me look.");
    EXPECT(after(t, 4 * MINUTE_MS) == 0); /* they may still be there */
    says(t, talk, CHAT_BY_PERSON, "It is.");
    EXPECT(after(t, 4 * MINUTE_MS) == 0); /* it goes on */
    EXPECT(after(t, 2 * MINUTE_MS) == 1);
    EXPECT(after(t, HOUR_MS) == 1);
    says(t, talk, CHAT_BY_PERSON, "Shall I keep one for you?");
    EXPECT(after(t, 6 * MINUTE_MS) == 2);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_answered' AND account_id = 1") == 2);
}

TEST_EACH_ENGINE(who_has_read_it_or_left_no_address_gets_none)
{
    struct conversation c;
    int64_t talk = start(t, "ann@store.example", "zh-CN");
    says(t, talk, CHAT_BY_PERSON, "你好");
    EXPECT(conversation_read(t->tx, talk, SIDE_VISITOR, 1, &c) == ROW_FOUND);
    EXPECT(after(t, HOUR_MS) == 0);
    says(t, talk, CHAT_BY_PERSON, "在吗");
    EXPECT(visitor_block(t->tx, ann.id, true, kit_now()));
    EXPECT(after(t, HOUR_MS) == 0);
}

TEST_EACH_ENGINE(without_an_address_there_is_no_letter)
{
    int64_t talk = start(t, "", "en");
    says(t, talk, CHAT_BY_PERSON, "Hello");
    EXPECT(after(t, HOUR_MS) == 0);
    EXPECT(visitor_set_email(t->tx, &ann, "ann@store.example")); /* what was said before is not sent after it */
    EXPECT(after(t, HOUR_MS) == 0);
    says(t, talk, CHAT_BY_PERSON, "Are you there?");
    EXPECT(after(t, HOUR_MS) == 1);
}

TEST_EACH_ENGINE(what_the_assistant_said_is_not_mailed)
{
    int64_t talk = start(t, "ann@store.example", "en");
    says(t, talk, CHAT_BY_VISITOR, "How much is it?");
    says(t, talk, CHAT_BY_BOT, "$39.00");
    EXPECT(after(t, HOUR_MS) == 0);
    EXPECT(test_number(t, "SELECT mailed_number FROM chat_conversations") == 2); /* and is not looked at again */
}

TEST_EACH_ENGINE(whatever_signs_the_words_have_the_letter_fits)
{
    static char text[601];
    int64_t talk = start(t, "ann@store.example", "en");
    memset(text, '"', sizeof text - 1);
    for (int i = 0; i < 20; i++) says(t, talk, CHAT_BY_PERSON, text);
    EXPECT(after(t, HOUR_MS) == 1); /* as much as one holds; the rest is the next one's */
    int64_t told = test_number(t, "SELECT mailed_number FROM chat_conversations");
    EXPECT(told >= 5 && told < 20);
    EXPECT(after(t, MINUTE_MS) == 2);
    while (test_number(t, "SELECT mailed_number FROM chat_conversations") < 20) EXPECT(after(t, MINUTE_MS) > 2);
    int64_t all = letters(t);
    EXPECT(after(t, HOUR_MS) == all);
}

/* ---- a shop that an operator has suspended ---- */

#define at(format, id) arena_printf(t->arena, format, (long long)(id))

static void done(struct test_db *t, const struct route *routes, enum verb verb, const char *path, const char *body)
{
    struct kit_request r = { .routes = routes, .verb = verb, .path = path, .account = account, .body = body };
    assert_int_equal(kit_call(t, &r).status, 200);
}

static struct kit_answer team(struct test_db *t, const struct route *routes, const char *path)
{
    static int number;
    struct kit_request r = { .routes = routes, .verb = VERB_POST, .path = path, .account = account };
    r.body = arena_printf(t->arena, "{\"text\":\"It is.\",\"clientId\":\"client-%d\"}", ++number);
    return kit_call(t, &r);
}

static struct kit_answer team_picture(struct test_db *t, int64_t talk)
{
    static const char dot[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b";
    static char dir[64];
    (void)snprintf(dir, sizeof dir, "/tmp/chat-absent-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    chat_settings.upload_dir = dir;
    struct kit_request r = { .routes = chat_picture_routes, .verb = VERB_POST, .account = account };
    r.path = at("/api/inbox/%lld/images?name=a.gif&clientId=picture-1", talk);
    r.upload_dir = dir, r.body = dot, r.upload_size = sizeof dot - 1;
    return kit_call(t, &r);
}

TEST_EACH_ENGINE(a_shop_that_an_operator_has_suspended_writes_to_nobody)
{
    static const char why[] = "{\"reason\":\"a test\"}";
    int64_t talk = start(t, "ann@store.example", "en");
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (1, '', 1);"
                   "INSERT INTO persons (id, email_key, email, name, role, lang, password_hash, created_at_ms) VALUES"
                   " (1, 'anna@tea.example', 'anna@tea.example', 'Anna', 1, 'en', 'x', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 1, 1);");
    struct presence there = { .account = account, .shop = shop, .page = "", .referrer = "", .language = "en" };
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &there, kit_now()));
    says(t, talk, CHAT_BY_PERSON, "Let me look.");
    done(t, shops_house_routes, VERB_POST, at("/api/operator/shops/%lld/suspend", shop), why);
    const char *says_to = at("/api/inbox/%lld/messages", talk), *begins = at("/api/visitors/%lld/messages", there.id);
    for (int deleted = 0; deleted < 2; deleted++) {
        if (deleted) done(t, shops_routes, VERB_DELETE, at("/api/shops/%lld", shop), NULL);
        assert_string_equal(team(t, chat_inbox_routes, says_to).error, "shop_suspended");
        assert_string_equal(team(t, chat_presence_routes, begins).error, "shop_suspended");
        assert_string_equal(team_picture(t, talk).error, "shop_suspended");
    }
    done(t, shops_routes, VERB_POST, at("/api/shops/%lld/restore", shop), NULL);
    assert_int_equal(team(t, chat_inbox_routes, at("/api/inbox/%lld/notes", talk)).status, 201); /* for colleagues */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_messages"), 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors"), 1);
    EXPECT(after(t, HOUR_MS) == 0);
    EXPECT(test_number(t, "SELECT mailed_number FROM chat_conversations") == 1); /* and is not looked at again */
    done(t, shops_house_routes, VERB_POST, at("/api/operator/shops/%lld/resume", shop), why);
    EXPECT(after(t, HOUR_MS) == 0);
    assert_int_equal(team(t, chat_inbox_routes, says_to).status, 201);
    EXPECT(after(t, HOUR_MS) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_was_said_in_a_row_is_one_letter_and_none_twice),
        EACH_ENGINE(who_has_read_it_or_left_no_address_gets_none),
        EACH_ENGINE(without_an_address_there_is_no_letter),
        EACH_ENGINE(what_the_assistant_said_is_not_mailed),
        EACH_ENGINE(whatever_signs_the_words_have_the_letter_fits),
        EACH_ENGINE(a_shop_that_an_operator_has_suspended_writes_to_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
