/* test_ahead.c: for some seconds the clock was a year ahead, and then it was put right, on both engines. Nothing that
 * was written meanwhile waits a year, and nothing that was given out meanwhile is good for one. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/pictures.h"
#include "chat/presence.h"
#include "chat/private.h"
#include "chat/settings_fields.h"
#include "chat/private.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

enum { ACCOUNT = 5, SHOP = 7 };
#define NOW KIT_START_MS
#define AHEAD (KIT_START_MS + 365 * DAY_MS)

static struct visitor ann;

/* A visitor who left an address, and a person's answer, all of it written a year ahead; then the clock is right. */
static int64_t start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct mail_settings mail;
    struct conversation c;
    struct message m;
    kit_start();
    if (!mail.keyring) mail.keyring = keyring_new(key, id, 1);
    mail.from = "Chathub <no-reply@chathub.example>", mail.keep = true;
    chat_settings = (struct chat_settings){ .keyring = mail.keyring, .base_url = "https://c.example", .mail = &mail };
    int64_t account = kit_account(t, 0);
    struct shop s;
    const struct shop_new new = { .account = account, .name = "Tea", .domain = "tea.example", .at_ms = NOW };
    EXPECT(shops_add(t->tx, &new, &s) == SHOP_ADDED);
    kit_set_now(AHEAD);
    ann = (struct visitor){ .account = account, .shop = s.id, .name = "", .language = "en", .page = "", .email = "" };
    EXPECT(visitor_add(t->tx, &ann, AHEAD) && visitor_conversation_or_new(t->tx, &ann, AHEAD, &c));
    EXPECT(visitor_set_email(t->tx, &ann, "ann@store.example"));
    const struct message_new in = { .conversation = c.id,
                                    .author = CHAT_BY_PERSON,
                                    .person = 11,
                                    .author_name = "Anna",
                                    .epoch = c.epoch,
                                    .text = "It is.",
                                    .now_ms = AHEAD };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
    kit_set_now(NOW);
    return c.id;
}

static void run(struct test_db *t, const struct job_kind *kind)
{
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = kind, .id = 1 }) == JOB_FINISHED);
}

static int64_t letters(struct test_db *t)
{
    return test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_answered'");
}

TEST_EACH_ENGINE(a_letter_goes_out_and_what_was_kept_long_enough_is_taken_out)
{
    struct conversation c;
    int64_t talk = start(t);
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_settings (shop, account, revision, document, changed_at_ms)"
                                " VALUES (%lld, %lld, 1, '{}', 1)",
                                (long long)ann.shop, (long long)ann.account));
    EXPECT(chat_keep_set(t->tx, ann.shop, 30));
    run(t, &chat_ahead_job);
    kit_set_now(NOW + 6 * MINUTE_MS);
    run(t, &chat_absent_job);
    EXPECT(letters(t) == 1);
    kit_set_now(NOW + 30 * DAY_MS - 1);
    run(t, &chat_keep_job);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    kit_set_now(NOW + 30 * DAY_MS + 1);
    run(t, &chat_keep_job);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_NONE);
}

/* Each time that waits for somebody: pulled when no right clock can have written it, else left. */
TEST_EACH_ENGINE(times_that_no_right_clock_wrote_become_those_of_now)
{
    static const struct {
        const char *table, *column, *where;
        int64_t longest_ms;
    } times[] = {
        { "chat_conversations", "back_at_ms", "1 = 1", DAY_MS },
        { "chat_conversations", "alert_at_ms", "1 = 1", DAY_MS },
        { "chat_conversations", "last_at_ms", "1 = 1", 0 }, /* unread, and to be mailed */
        { "chat_visitors", "seen_at_ms", "conversation = 0", 0 },
        { "chat_presence", "seen_at_ms", "1 = 1", 0 },
        { "chat_images", "made_at_ms", "uses = 0", 0 },
        { "chat_order_tries", "drained_at_ms", "1 = 1", HOUR_MS },
    };
    (void)start(t);
    test_script(t, "INSERT INTO chat_visitors (account, shop, generation, conversation, name, language, page,"
                   " blocked_at_ms, created_at_ms, seen_at_ms) VALUES (5, 7, 1, 0, '', '', '', 0, 1, 1);"
                   "INSERT INTO chat_presence (account, shop, visit, visitor, invited, page, referrer, language,"
                   " since_ms, page_since_ms, seen_at_ms) VALUES (5, 7, 'x', 0, 0, '', '', '', 1, 1, 1);"
                   "INSERT INTO chat_images (account, shop, hash, kind, bytes, width, height, file, uses, made_at_ms)"
                   " VALUES (5, 7, 'x', 1, 1, 1, 1, '', 0, 1);"
                   "INSERT INTO chat_order_tries (shop, network, drained_at_ms) VALUES (7, 1, 1);");
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        const char *of =
            arena_printf(t->arena, "SELECT MIN(%s) FROM %s WHERE %s", times[i].column, times[i].table, times[i].where);
        const int64_t may = NOW + times[i].longest_ms + SECOND_MS, may_not = NOW + times[i].longest_ms + HOUR_MS;
        for (int right = 1; right >= 0; right--) {
            test_script(t, arena_printf(t->arena, "UPDATE %s SET %s = %lld WHERE %s", times[i].table, times[i].column,
                                        (long long)(right ? may : may_not), times[i].where));
            run(t, &chat_ahead_job);
            int64_t is = test_number(t, of);
            if (is != (right ? may : NOW)) fail_msg("%s.%s is %lld", times[i].table, times[i].column, (long long)is);
        }
    }
}

/* More than one batch of them: all are found, one batch a time. */
TEST_EACH_ENGINE(many_of_them_are_mended_batch_by_batch)
{
    enum { MANY = 450 };
    (void)start(t);
    for (int i = 0; i < MANY; i++)
        test_script(t, arena_printf(t->arena,
                                    "INSERT INTO chat_order_tries (shop, network, drained_at_ms)"
                                    " VALUES (7, %d, %lld)",
                                    i, (long long)AHEAD));
    int batches = 0;
    while (kit_job(t, &(struct kit_attempt){ .kind = &chat_ahead_job, .id = 1 }) == JOB_NEXT) batches++;
    EXPECT(batches == 2);
    EXPECT(test_number(t, arena_printf(t->arena, "SELECT COUNT(*) FROM chat_order_tries WHERE drained_at_ms > %lld",
                                       (long long)NOW)) == 0);
}

TEST_EACH_ENGINE(what_was_given_out_by_a_clock_ahead_opens_nothing)
{
    struct visitor_token token;
    char text[VISITOR_TOKEN_SIZE], picture[PICTURE_TOKEN_SIZE];
    int64_t talk = start(t), conversation, number;
    visitor_token_new(&ann, AHEAD, &token, text);
    EXPECT(!visitor_token_read(str_of(text), ann.shop, NOW, &token));
    visitor_token_new(&ann, NOW + MINUTE_MS / 2, &token, text); /* another machine's clock, a little ahead */
    EXPECT(visitor_token_read(str_of(text), ann.shop, NOW, &token));
    picture_token_write(talk, 1, AHEAD, picture);
    EXPECT(!picture_token_read(str_of(picture), NOW, &conversation, &number));
    picture_token_write(talk, 1, NOW, picture);
    EXPECT(picture_token_read(str_of(picture), NOW, &conversation, &number) && conversation == talk);
}

TEST_EACH_ENGINE(who_was_seen_in_the_future_is_not_here)
{
    struct presence p = { .account = ACCOUNT, .shop = SHOP, .page = "", .referrer = "", .language = "" }, out[2];
    size_t count;
    (void)start(t);
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &p, AHEAD));
    EXPECT(presence_page(t->tx, ACCOUNT, INT64_MAX, 2, NOW, out, &count) && count == 0);
    EXPECT(presence_locked(t->tx, ACCOUNT, p.id, NOW, out) == ROW_NONE);
    EXPECT(presence_beat(t->tx, "0123456789abcdef", &p, NOW));
    EXPECT(presence_page(t->tx, ACCOUNT, INT64_MAX, 2, NOW, out, &count) && count == 1);
}

TEST_EACH_ENGINE(the_next_word_and_the_next_look_are_of_now)
{
    struct conversation c;
    struct message m;
    int64_t talk = start(t);
    const struct message_new in = { .conversation = talk, .author = CHAT_BY_VISITOR, .text = "Hi", .now_ms = NOW };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
    assert_int_equal(test_number(t, "SELECT last_at_ms FROM chat_conversations"), NOW);
    EXPECT(visitor_seen(t->tx, &ann, &(struct visitor){ .id = 0 }, NOW));
    assert_int_equal(test_number(t, "SELECT seen_at_ms FROM chat_visitors"), NOW);
    /* Ended in the future: not to be taken up again until a day after that. */
    EXPECT(visitor_get(t->tx, ann.id, &ann) == ROW_FOUND);
    test_script(
        t, arena_printf(t->arena, "UPDATE chat_conversations SET status = 3, resolved_at_ms = %lld", (long long)AHEAD));
    EXPECT(visitor_conversation(t->tx, &ann, NOW, &c) == ROW_NONE);
    test_script(t, arena_printf(t->arena, "UPDATE chat_conversations SET resolved_at_ms = %lld", (long long)NOW));
    EXPECT(visitor_conversation(t->tx, &ann, NOW, &c) == ROW_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_letter_goes_out_and_what_was_kept_long_enough_is_taken_out),
        EACH_ENGINE(times_that_no_right_clock_wrote_become_those_of_now),
        EACH_ENGINE(many_of_them_are_mended_batch_by_batch),
        EACH_ENGINE(what_was_given_out_by_a_clock_ahead_opens_nothing),
        EACH_ENGINE(who_was_seen_in_the_future_is_not_here),
        EACH_ENGINE(the_next_word_and_the_next_look_are_of_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
