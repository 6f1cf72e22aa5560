/* test_absent.c: who left an address and has gone is told by mail what a person answered, on both engines: once for
 * what was said in a row, and nobody else. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/private.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_was_said_in_a_row_is_one_letter_and_none_twice),
        EACH_ENGINE(who_has_read_it_or_left_no_address_gets_none),
        EACH_ENGINE(without_an_address_there_is_no_letter),
        EACH_ENGINE(what_the_assistant_said_is_not_mailed),
        EACH_ENGINE(whatever_signs_the_words_have_the_letter_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
