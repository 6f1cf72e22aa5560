/* test_try.c: the merchant's test-drive over what was imported, on both engines. */
#include "base/testing.h"
#include "chat/chat.h"
#include "knowledge/knowledge.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

#include <stdio.h>
#include <sys/stat.h>

static const char known[] =
    "{\"name\":\"Harbor\",\"languages\":[\"en\"],\"currency\":\"USD\",\"url\":\"https://store.example\",\"products\":["
    "{\"id\":\"p1\",\"title\":\"Copper Kettle\",\"description\":\"Holds two "
    "litres.\",\"url\":\"https://store.example/p1\","
    "\"variants\":[{\"id\":\"v1\",\"sku\":\"CK-10\",\"options\":{\"color\":\"blue\"},\"price\":3900,\"available\":true}"
    ","
    "{\"id\":\"v2\",\"sku\":\"CK-20\",\"options\":{\"color\":\"red\"},\"price\":4100,\"available\":false}]},"
    "{\"id\":\"p2\",\"title\":\"青瓷茶壶 CH-7\",\"price\":12800}],"
    "\"orders\":[{\"number\":\"#W1200\",\"email\":\"ann@store.example\",\"name\":\"Ann\",\"status\":\"shipped\","
    "\"currency\":\"USD\",\"total\":3900,\"items\":[],\"shipments\":[{\"carrier\":\"UPS\",\"tracking\":\"1Z77\"}]}],"
    "\"faq\":[{\"id\":\"f1\",\"question\":\"Returns\",\"answer\":\"You can return goods within 30 days.\"}],"
    "\"documents\":[{\"id\":\"d1\",\"product\":\"p2\",\"title\":\"保养\",\"text\":\"用清水清洗，不要用洗洁精。\"}],"
    "\"promotions\":[]}";

static int64_t account, shop;
static char dir[64];

static void start(struct test_db *t)
{
    struct shop s;
    kit_start();
    account = kit_account(t, 0);
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Shop", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    shop = s.id;
    (void)snprintf(dir, sizeof dir, "/tmp/chat-try-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = knowledge_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/import", (long long)shop),
                                  .account = account,
                                  .upload_dir = dir,
                                  .body = known });
    assert_int_equal(a.status, 200);
}

static struct kit_answer try_as(struct test_db *t, int64_t who, int64_t key, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = chat_try_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/try", (long long)shop),
                                  .account = who,
                                  .key_of_shop = key,
                                  .body = body });
}

static struct kit_answer try(struct test_db *t, const char *body) { return try_as(t, account, 0, body); }

static const char *text_of(const struct kit_answer *a, size_t reply, const char *member)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(a->json, "replies"), reply), member));
}

TEST_EACH_ENGINE(what_was_imported_is_answered)
{
    start(t);
    struct kit_answer a = try(t, "{\"turns\":[\"how much is the copper kettle?\",\"and in red?\"]}");
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(text_of(&a, 0, "text"), "$39.00"));
    assert_non_null(strstr(text_of(&a, 1, "text"), "$41.00"));
    assert_non_null(strstr(text_of(&a, 1, "text"), "out of stock"));
    assert_non_null(strstr(a.text, "\"kind\":\"variant\",\"id\":\"v2\""));
    a = try(t, "{\"turns\":[\"how much is the coper ketle\",\"ck 20?\",\"ch7多少钱\",\"青瓷茶壶怎么清洗\"]}");
    assert_non_null(strstr(text_of(&a, 0, "text"), "$39.00"));
    assert_non_null(strstr(text_of(&a, 1, "text"), "$41.00"));
    assert_non_null(strstr(text_of(&a, 2, "text"), "$128.00"));
    assert_string_equal(text_of(&a, 2, "language"), "zh-CN");
    assert_non_null(strstr(text_of(&a, 3, "text"), "洗洁精"));
    a = try(t, "{\"turns\":[\"can I send it back?\",\"do you have a sofa?\",\"agent please\"]}");
    assert_non_null(strstr(text_of(&a, 0, "text"), "30 days"));
    assert_string_equal(text_of(&a, 1, "action"), "decline");
    assert_string_equal(text_of(&a, 2, "action"), "hand_off");
    assert_non_null(strstr(a.text, "\"asked\":true"));
}

static void says(struct test_db *t, const char *sayings)
{
    test_script(t, "DELETE FROM chat_settings");
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_settings (shop, account, revision, document, changed_at_ms)"
                                " VALUES (%lld, %lld, 1, '{\"sayings\":[%s]}', 1)",
                                (long long)shop, (long long)account, sayings));
}

/* In its language alone, with the facts filled in; between the same blanks as the built-in ones. */
TEST_EACH_ENGINE(a_shop_says_it_in_its_own_words)
{
    start(t);
    const char *turns = "{\"turns\":[\"hi\",\"is the blue copper kettle in stock?\",\"do you have a sofa?\","
                        "\"agent please\",\"你好\"]}";
    says(t, "{\"language\":\"en\",\"key\":\"greeting\",\"text\":\"Ahoy!\"},"
            "{\"language\":\"en\",\"key\":\"yesStock\",\"text\":\"Aye, {title} is aboard.\"},"
            "{\"language\":\"en\",\"key\":\"notSold\",\"text\":\"Not in our hold.\"},"
            "{\"language\":\"en\",\"key\":\"handOff\",\"text\":\"I call the captain.\"}");
    struct kit_answer a = try(t, turns);
    assert_string_equal(text_of(&a, 0, "text"), "Ahoy!");
    assert_non_null(strstr(text_of(&a, 1, "text"), "Aye, Copper Kettle"));
    assert_non_null(strstr(text_of(&a, 1, "text"), " is aboard."));
    assert_string_equal(text_of(&a, 2, "text"), "Not in our hold.");
    assert_string_equal(text_of(&a, 3, "text"), "I call the captain.");
    assert_non_null(strstr(text_of(&a, 4, "text"), "您好"));
    /* One that does not fit the sentence of this version is passed over. */
    says(t, "{\"language\":\"en\",\"key\":\"yesStock\",\"text\":\"Aye.\"}");
    a = try(t, turns);
    assert_non_null(strstr(text_of(&a, 1, "text"), "is in stock"));
    assert_non_null(strstr(text_of(&a, 0, "text"), "Hello!"));
}

TEST_EACH_ENGINE(an_order_needs_its_address)
{
    start(t);
    struct kit_answer a =
        try(t, "{\"turns\":[\"where is my order w1200?\",\"eve@store.example\",\"ANN@store.example\"]}");
    assert_null(strstr(text_of(&a, 0, "text"), "shipped"));
    assert_null(strstr(text_of(&a, 1, "text"), "shipped"));
    assert_non_null(strstr(text_of(&a, 2, "text"), "1Z77"));
}

TEST_EACH_ENGINE(another_account_learns_nothing)
{
    start(t);
    int64_t other = kit_account(t, 0);
    struct shop s;
    assert_int_equal(try_as(t, other, 0, "{\"turns\":[\"hi\"]}").status, 404);
    assert_int_equal(
        shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Other", .at_ms = kit_now() }, &s),
        SHOP_ADDED);
    assert_int_equal(try_as(t, account, s.id, "{\"turns\":[\"hi\"]}").status, 404);
    assert_int_equal(try_as(t, account, shop, "{\"turns\":[\"hi\"]}").status, 200);
}

TEST_EACH_ENGINE(what_is_no_question_is_refused)
{
    start(t);
    assert_string_equal(try(t, "{}").fault, "turns:required");
    assert_string_equal(try(t, "{\"turns\":[]}").fault, "turns:too_few");
    assert_string_equal(try(t, "{\"turns\":[\"\"]}").fault, "turns[0]:required");
    assert_string_equal(try(t, "{\"turns\":[1]}").fault, "turns[0]:type");
    assert_string_equal(
        try(t, "{\"turns\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]}").fault,
        "turns:too_many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_was_imported_is_answered),  EACH_ENGINE(a_shop_says_it_in_its_own_words),
        EACH_ENGINE(an_order_needs_its_address),     EACH_ENGINE(another_account_learns_nothing),
        EACH_ENGINE(what_is_no_question_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
