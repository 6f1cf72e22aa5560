/* test_named.c: who was named in a note and has not looked is told by mail, on both engines: once, and in their
 * language; who has looked, left, or named themselves is not. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/desk.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

static struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>", .keep = true };
static int64_t account, talk;
enum { ANNA = 1, BORIS = 2, STRANGER = 9 };

static void start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    struct shop s;
    struct conversation c;
    kit_start();
    if (!mail.keyring) mail.keyring = keyring_new(key, id, 1);
    chat_settings.mail = &mail, chat_settings.base_url = "https://chathub.example";
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea & Co", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    test_script(t, "INSERT INTO accounts (id, name, created_at_ms) VALUES (1, '', 1);"
                   "INSERT INTO persons (id, email_key, email, name, role, lang, password_hash, created_at_ms) VALUES"
                   " (1, 'anna@tea.example', 'anna@tea.example', 'Anna', 1, 'en', 'x', 1),"
                   " (2, 'boris@tea.example', 'boris@tea.example', 'Boris', 1, 'zh-CN', 'x', 1);"
                   "INSERT INTO members (account, person, role, joined_at_ms) VALUES (1, 1, 1, 1), (1, 2, 3, 1);");
    struct visitor v = { .account = account, .shop = s.id, .name = "Ann", .language = "en", .page = "" };
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    talk = c.id;
}

static void names(struct test_db *t, int64_t person, int64_t whom, const char *text)
{
    static int number;
    struct conversation c;
    struct note n = { .conversation = talk,
                      .person = person,
                      .person_name = person == ANNA ? "Anna" : "Boris",
                      .text = text,
                      .at_ms = kit_now() };
    EXPECT(note_put(t->tx, &n, arena_printf(t->arena, "client-%d", ++number), &c) == MESSAGE_NEW);
    EXPECT(mention_put(t->tx, &c, &n, whom));
}

static int64_t waiting(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.named'");
}

/* The job's attempt for this colleague. */
static int64_t letters_after(struct test_db *t, int64_t person)
{
    struct job job = { .arena = t->arena,
                       .account = account,
                       .ref = talk,
                       .note = arena_printf(t->arena, "%lld", (long long)person),
                       .now_ms = kit_now() };
    EXPECT(chat_named_job.settle(&job, t->tx) == JOB_FINISHED);
    return test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_named'");
}

TEST_EACH_ENGINE(who_has_not_looked_gets_one_letter)
{
    struct mail_row row[1];
    size_t count;
    start(t);
    names(t, ANNA, BORIS, "@Boris is the <blue> one back?");
    names(t, ANNA, BORIS, "@Boris and the red one?");
    EXPECT(waiting(t) == 1);
    EXPECT(test_number(t, "SELECT run_at_ms FROM jobs WHERE kind = 'chat.named'") == kit_now() + 5 * MINUTE_MS);
    EXPECT(test_number(t, "SELECT ref FROM jobs WHERE kind = 'chat.named' AND note = '2'") == talk);
    EXPECT(letters_after(t, BORIS) == 1);
    EXPECT(mail_list(t->tx, &mail, 0, 1, row, &count) == ROW_FOUND);
    assert_string_equal(row[0].to, "boris@tea.example");
    assert_string_equal(row[0].subject, "Anna 在备注中提到了您（Tea & Co）");
    assert_non_null(strstr(row[0].text, "Anna：@Boris and the red one?\nAnna：@Boris is the <blue> one back?"));
    assert_non_null(strstr(row[0].html, "&lt;blue&gt;"));
    assert_non_null(strstr(row[0].text, arena_printf(t->arena, "https://chathub.example/inbox/%lld", (long long)talk)));
}

TEST_EACH_ENGINE(a_second_letter_tells_of_no_old_naming)
{
    struct mail_row row[1];
    size_t count;
    start(t);
    names(t, ANNA, BORIS, "@Boris is the blue one back?");
    EXPECT(letters_after(t, BORIS) == 1);
    EXPECT(letters_after(t, BORIS) == 1);             /* nothing new: no letter */
    names(t, ANNA, BORIS, "@Boris and the red one?"); /* in the same moment: no time tells them apart */
    EXPECT(letters_after(t, BORIS) == 2);
    EXPECT(mail_list(t->tx, &mail, 0, 1, row, &count) == ROW_FOUND);
    assert_non_null(strstr(row[0].text, "Anna：@Boris and the red one?"));
    assert_null(strstr(row[0].text, "blue"));
    names(t, BORIS, ANNA, "@Anna?"); /* what Boris was told says nothing of Anna */
    EXPECT(letters_after(t, ANNA) == 3);
}

TEST_EACH_ENGINE(who_has_looked_or_named_themselves_gets_none)
{
    start(t);
    names(t, ANNA, BORIS, "@Boris?");
    EXPECT(mentions_seen(t->tx, account, talk, BORIS, kit_now() + 1));
    EXPECT(letters_after(t, BORIS) == 0);
    names(t, ANNA, ANNA, "@Anna, do not forget");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.named' AND note = '1'") == 0);
    names(t, BORIS, ANNA, "@Anna?");
    EXPECT(letters_after(t, BORIS) == 0);
    EXPECT(letters_after(t, ANNA) == 1);
}

TEST_EACH_ENGINE(who_has_left_and_what_is_gone_is_nobodys_letter)
{
    start(t);
    names(t, ANNA, BORIS, "@Boris?");
    EXPECT(letters_after(t, STRANGER) == 0);
    test_script(t, "DELETE FROM members WHERE person = 2;");
    EXPECT(letters_after(t, BORIS) == 0);
    talk += 100;
    EXPECT(letters_after(t, ANNA) == 0);
}

static struct kit_answer bell(struct test_db *t)
{
    return kit_call(
        t, &(struct kit_request){
               .routes = chat_mention_routes, .verb = VERB_GET, .path = "/api/inbox/mentions", .account = account });
}

/* The first person of the account asks: its number is the account's here. */
TEST_EACH_ENGINE(who_is_named_finds_it_in_the_bell_until_they_look)
{
    start(t);
    assert_string_equal(bell(t).text, "{\"mentions\":[],\"more\":false}");
    names(t, BORIS, ANNA, "@Anna is the <blue> one back?");
    names(t, ANNA, BORIS, "@Boris it is");
    names(t, BORIS, ANNA, arena_printf(t->arena, "@Anna %0200d", 7));
    struct kit_answer a = bell(t);
    json_t *list = json_object_get(a.json, "mentions"), *one = json_array_get(list, 0);
    assert_int_equal(json_array_size(list), 1); /* a conversation once, by its newest note */
    assert_int_equal(json_integer_value(json_object_get(one, "conversation")), talk);
    assert_string_equal(json_string_value(json_object_get(one, "by")), "Boris");
    assert_string_equal(json_string_value(json_object_get(one, "visitorName")), "Ann");
    assert_string_equal(json_string_value(json_object_get(one, "words")), arena_printf(t->arena, "@Anna %0134d…", 0));
    EXPECT(mentions_seen(t->tx, account, talk, BORIS, kit_now() + 1));
    assert_int_equal(json_array_size(json_object_get(bell(t).json, "mentions")), 1);
    EXPECT(mentions_seen(t->tx, account, talk, ANNA, kit_now() + 1));
    assert_int_equal(json_array_size(json_object_get(bell(t).json, "mentions")), 0);
    names(t, BORIS, ANNA, "@Anna?");
    assert_int_equal(json_array_size(json_object_get(bell(t).json, "mentions")), 1);
    account++; /* of another account nothing is found, whoever asks */
    assert_int_equal(json_array_size(json_object_get(bell(t).json, "mentions")), 0);
}

TEST_EACH_ENGINE(every_open_page_hears_that_it_may_be_named)
{
    start(t);
    EXPECT(mentions_hint(t->tx, talk) && mentions_hint(t->tx, talk + 100));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM events WHERE type = 'mention'") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_has_not_looked_gets_one_letter),
        EACH_ENGINE(a_second_letter_tells_of_no_old_naming),
        EACH_ENGINE(who_has_looked_or_named_themselves_gets_none),
        EACH_ENGINE(who_is_named_finds_it_in_the_bell_until_they_look),
        EACH_ENGINE(every_open_page_hears_that_it_may_be_named),
        EACH_ENGINE(who_has_left_and_what_is_gone_is_nobodys_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
