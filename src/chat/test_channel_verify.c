/* test_channel_verify.c: what is wrong with a shop's channel is found, and what it leaves on its way is not. On both
 * engines. */
#include "storage/test_verify.h"
#include "chat/channel.h"
#include "tenants/test_fix.h"

static int64_t account, shop;

static struct kit_answer call(struct test_db *t, const struct route *routes, enum verb verb, const char *rest,
                              const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = routes,
                                  .verb = verb,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/channel%s", (long long)shop, rest),
                                  .account = account,
                                  .body = body });
}

/* A channel to a server that nobody runs, and one customer whom somebody has answered. */
static int64_t start(struct test_db *t)
{
    struct message m;
    struct conversation c;
    fix_start();
    chat_settings.development = true;
    account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    assert_int_equal(call(t, chat_channel_routes, VERB_PUT, "", "{\"url\":\"http://127.0.0.1:9/hook\"}").status, 200);
    kit_set_now(kit_now() + HOUR_MS);
    assert_int_equal(call(t, chat_channel_routes, VERB_POST, "/messages",
                          "{\"customerId\":\"c-1\",\"id\":\"m-1\",\"text\":\"Hello\",\"name\":\"Ann\"}")
                         .status,
                     201);
    int64_t talk = test_number(t, "SELECT MAX(conversation) FROM chat_channel_talks");
    const struct message_new in = { .conversation = talk,
                                    .author = CHAT_BY_PERSON,
                                    .person = 11,
                                    .author_name = "Anna",
                                    .text = "Good day",
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
    return talk;
}

static enum job_wish deliver(struct test_db *t, int64_t talk)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &chat_channel_job, .ref = talk, .account = account });
}

TEST_EACH_ENGINE(what_is_wrong_with_a_channel_is_found)
{
    static const struct test_harm harms[] = {
        { "DELETE FROM jobs WHERE kind = 'chat.channel'", "a message waits for its channel and nobody sends it" },
        { "UPDATE jobs SET state = 2 WHERE kind = 'chat.channel'", "nobody sends it" },
        { "UPDATE chat_channel_talks SET told = 99", "told what nobody said" },
        { "UPDATE chat_channel_talks SET tries = -1", "tries are counted wrong" },
        { "UPDATE chat_channel_talks SET shop = shop + 1", "another shop's conversation" },
        { "UPDATE chat_channel_talks SET conversation = 99", "a conversation that is not there" },
        { "DELETE FROM chat_channel_talks", "goes to nobody" },
        { "UPDATE chat_channel_talks SET customer = 'c-2'", "goes to nobody" },
        { "UPDATE chat_channel_customers SET visitor = 99", "no visitor of its shop" },
        { "UPDATE chat_channel_customers SET shop = 99", "no visitor of its shop" },
        { "UPDATE chat_channels SET account = account + 1", "another account's shop" },
        { "UPDATE chat_channels SET skipped = -1", "gave up is counted wrong" },
        { "UPDATE shops SET status = 6", "a shop that is gone" },
        { "DELETE FROM jobs WHERE kind = 'chat.channel_test'", "a test is under way and nobody sends it" },
        { "DELETE FROM chat_channels", "a test is of no channel" },
        { "DELETE FROM chat_channel_tests; DELETE FROM chat_channels", "a try is of no channel" },
        { "UPDATE chat_channel_sends SET send = send + 1", "another's place" },
        { "UPDATE chat_channel_sends SET number = 99", "a message that is not there" },
        { "UPDATE chat_channel_sends SET shop = (SELECT MAX(shop) FROM chat_channels)", "another shop's message" },
    };
    int64_t talk = start(t);
    assert_int_equal(deliver(t, talk), JOB_NEXT); /* nobody is there: it is tried again */
    assert_int_equal(call(t, chat_channel_test_routes, VERB_POST, "/test", NULL).status, 202);
    int64_t mine = shop;
    shop = fix_shop(t, account, "Other");
    assert_int_equal(call(t, chat_channel_routes, VERB_PUT, "", "{\"url\":\"http://127.0.0.1:9/hook\"}").status, 200);
    EXPECT(shop > mine);
    test_expect_found(t, chat_checks, harms, ARRAY_LEN(harms));
}

TEST_EACH_ENGINE(what_a_channel_leaves_on_its_way_is_sound)
{
    int64_t talk = start(t), visitor = test_number(t, "SELECT MAX(id) FROM chat_visitors");
    test_expect_sound(t, chat_checks);
    /* Closed: its job ends, and what was said stays behind; opened again it is told with the next word. */
    assert_int_equal(call(t, chat_channel_routes, VERB_DELETE, "", NULL).status, 200);
    test_expect_sound(t, chat_checks);
    assert_int_equal(deliver(t, talk), JOB_FINISHED);
    test_script(t, "DELETE FROM jobs WHERE kind = 'chat.channel'");
    test_expect_sound(t, chat_checks);
    assert_int_equal(call(t, chat_channel_routes, VERB_PUT, "", "{\"url\":\"http://127.0.0.1:9/hook\"}").status, 200);
    test_expect_sound(t, chat_checks);
    /* Taken out: what hangs on it goes a moment later. */
    const struct erasure e = { .account = account, .shop = shop, .why = "asked", .at_ms = kit_now() };
    EXPECT(chat_erase_visitors(t->tx, &e, &visitor, 1));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_talks"), 1);
    test_expect_sound(t, chat_checks);
    while (test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE done_at_ms = 0") > 0)
        (void)kit_job(t, &(struct kit_attempt){ .kind = &chat_erase_job });
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_talks"), 0);
    test_expect_sound(t, chat_checks);
    EXPECT(chat_shop_purged(t->tx, account, shop, kit_now()));
    test_expect_sound(t, chat_checks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_wrong_with_a_channel_is_found),
        EACH_ENGINE(what_a_channel_leaves_on_its_way_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
