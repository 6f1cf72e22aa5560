/* test_faces.c: pictures of who answers, on both engines: one each, told with what they say, gone when they are
 * replaced, taken away, or their shop is purged; and the books of uses hold. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/faces.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include <sys/stat.h>
#include <unistd.h>

enum { ACCOUNT = 5, SHOP = 7, ANNA = 11, BERT = 12 };
static const struct face_owner bot = { .account = ACCOUNT, .shop = SHOP }, other_bot = { .account = 6, .shop = 8 },
                               anna = { .person = ANNA }, bert = { .person = BERT };

/* One pixel, in three colours. */
static const char dots[3][36] = { "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b",
                                  "GIF89a\1\0\1\0\x80\0\0\1\1\1\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b",
                                  "GIF89a\1\0\1\0\x80\0\0\2\2\2\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b" };
static struct str dot(int which) { return (struct str){ dots[which], sizeof dots[0] - 1 }; }

static char images[64];

static void start(struct test_db *t)
{
    kit_start();
    clock_fix_ms(kit_now());
    (void)snprintf(images, sizeof images, "/tmp/chat-faces-%d", (int)getpid());
    (void)mkdir(images, 0700);
    chat_settings.base_url = "https://chathub.example";
    chat_settings.image_dir = tx_engine(t->tx) == DB_SQLITE ? images : NULL;
}

static const char *wear(struct test_db *t, const struct face_owner *of, int which)
{
    struct picture_new made;
    const struct problem *p;
    const char *name;
    EXPECT(picture_prepare_bytes(t->arena, dot(which), &made, &p) == IMAGE_GOOD && p == NULL);
    EXPECT(face_put(t->tx, of, &made, kit_now(), &name));
    return name;
}

static bool shows(struct test_db *t, const char *name, int which)
{
    struct chat_image about;
    struct str content;
    enum row row = face_read(t->tx, name, t->arena, &about, &content);
    EXPECT(row != ROW_FAULT);
    return row == ROW_FOUND && about.kind == IMAGE_GIF && str_eq(content, dot(which));
}

static int64_t uses(struct test_db *t) { return test_number(t, "SELECT CAST(SUM(uses) AS BIGINT) FROM chat_images"); }

TEST_EACH_ENGINE(another_picture_has_another_address_and_the_one_before_leads_nowhere)
{
    const char *name;
    start(t);
    const char *first = wear(t, &bot, 0);
    assert_true(shows(t, first, 0) && strlen(first) == FACE_NAME_SIZE - 1);
    assert_string_equal(wear(t, &bot, 0), first); /* the same again is no change */
    EXPECT(uses(t) == 1);
    const char *second = wear(t, &bot, 1);
    assert_string_not_equal(first, second);
    assert_true(shows(t, second, 1) && !shows(t, first, 0));
    EXPECT(face_name(t->tx, &bot, &name));
    assert_string_equal(name, second);
    EXPECT(uses(t) == 1 && test_number(t, "SELECT COUNT(*) FROM chat_faces") == 1);
    EXPECT(face_name(t->tx, &anna, &name) && name == NULL);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(who_takes_theirs_away_takes_nobody_elses)
{
    start(t);
    const char *a = wear(t, &anna, 0), *b = wear(t, &bert, 0), *c = wear(t, &bot, 0), *d = wear(t, &other_bot, 0);
    assert_string_not_equal(a, b);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_images") == 3); /* once for all persons, once for each shop */
    EXPECT(face_drop(t->tx, &anna, kit_now()) == ROW_FOUND && face_drop(t->tx, &anna, kit_now()) == ROW_NONE);
    assert_true(!shows(t, a, 0) && shows(t, b, 0) && shows(t, c, 0) && shows(t, d, 0));
    EXPECT(chat_shop_purged(t->tx, ACCOUNT, SHOP, kit_now()));
    assert_true(shows(t, b, 0) && !shows(t, c, 0) && shows(t, d, 0));
    EXPECT(uses(t) == 2);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(what_nobody_wears_is_swept)
{
    start(t);
    const char *kept = wear(t, &anna, 0);
    (void)wear(t, &bot, 1), (void)wear(t, &bot, 2);
    EXPECT(face_drop(t->tx, &bot, kit_now()) == ROW_FOUND);
    kit_set_now(kit_now() + 2 * HOUR_MS);
    clock_fix_ms(kit_now());
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_images_job }) == JOB_FINISHED);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_images") == 1);
    EXPECT(test_number(t, "SELECT COUNT(DISTINCT image) FROM chat_image_pieces") == !chat_settings.image_dir);
    assert_true(shows(t, kept, 0));
    test_expect_sound(t, chat_checks);
}

static int64_t talk_of(struct test_db *t)
{
    struct visitor v = { .account = ACCOUNT, .shop = SHOP, .name = "", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, kit_now()) && visitor_conversation_or_new(t->tx, &v, kit_now(), &c));
    return c.id;
}

static struct message_new word(int64_t talk, enum chat_author author, int64_t epoch)
{
    return (struct message_new){ .conversation = talk,
                                 .author = author,
                                 .person = author == CHAT_BY_PERSON ? ANNA : 0,
                                 .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                 .epoch = epoch,
                                 .text = "Hello",
                                 .now_ms = kit_now() };
}

TEST_EACH_ENGINE(who_answers_is_told_with_their_picture)
{
    struct message m, page[8];
    struct conversation c;
    size_t count;
    start(t);
    const char *of_bot = wear(t, &bot, 0), *of_anna = wear(t, &anna, 1);
    int64_t talk = talk_of(t);
    struct message_new in = word(talk, CHAT_BY_VISITOR, 0);
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW && m.picture == NULL && c.picture == NULL);
    in = word(talk, CHAT_BY_BOT, c.epoch);
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW && c.picture == NULL);
    assert_string_equal(m.picture, of_bot);
    in = word(talk, CHAT_BY_PERSON, 0);
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW && c.owner == CHAT_PERSON);
    assert_string_equal(m.picture, of_anna);
    assert_string_equal(c.picture, of_anna);
    const char *told = arena_printf(t->arena,
                                    "SELECT COUNT(*) FROM events WHERE kind = %d AND data LIKE"
                                    " '%%\"name\":\"Anna\",\"picture\":\"/chat-faces/%s\"%%'",
                                    (int)TOPIC_CONVERSATION, of_anna);
    EXPECT(test_number(t, told) == 2); /* what was said, and that it is a person who speaks now */
    EXPECT(messages_after(t->tx, talk, 0, 8, page, &count) && count >= 3);
    assert_null(page[0].picture);
    assert_string_equal(page[1].picture, of_bot);
    assert_string_equal(page[count - 1].picture, of_anna);
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    assert_string_equal(c.picture, of_anna);
    enum chat_may may;
    EXPECT(conversation_act(t->tx, talk,
                            &(struct chat_act){ .kind = ACT_TO_BOT, .person = ANNA, .person_name = "Anna" }, &c,
                            &may) == ROW_FOUND);
    assert_null(c.picture);
    EXPECT(face_drop(t->tx, &anna, kit_now()) == ROW_FOUND && face_drop(t->tx, &bot, kit_now()) == ROW_FOUND);
    EXPECT(messages_after(t->tx, talk, 0, 8, page, &count));
    for (size_t i = 0; i < count; i++) assert_null(page[i].picture);
}

/* ---- by routes ---- */

static enum row an_owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static int64_t a_shop(struct test_db *t, int64_t account)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct keyring *keys;
    struct shop s;
    if (!keys) keys = keyring_new(key, id, 1);
    tenants_hooks.owner = an_owner;
    tenants_settings = (struct tenants_settings){
        .feature_enabled = true, .base_url = "https://chathub.example", .enable_price = credits_of(50), .keyring = keys
    };
    EXPECT(shops_add(t->tx, &(struct shop_new){ .account = account, .name = "Tea", .at_ms = kit_now() }, &s) ==
           SHOP_ADDED);
    return s.id;
}

static struct kit_answer call(struct test_db *t, const struct route *routes, enum verb verb, int64_t account,
                              const char *path)
{
    return kit_call(
        t, &(struct kit_request){ .routes = routes, .verb = verb, .path = path, .account = account, .body = NULL });
}

TEST_EACH_ENGINE(only_its_own_account_takes_a_bots_picture_away)
{
    start(t);
    int64_t mine = kit_account(t, 100), theirs = kit_account(t, 100), shop = a_shop(t, mine);
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/picture", (long long)shop);
    const char *settings = arena_printf(t->arena, "/api/shops/%lld/chatbot/settings", (long long)shop);
    assert_string_equal(call(t, chat_faces_routes, VERB_DELETE, mine, path).error, "chatbot_not_enabled");
    struct kit_answer a = kit_call(
        t, &(struct kit_request){ .routes = tenants_routes,
                                  .verb = VERB_POST,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop),
                                  .account = mine,
                                  .body = "{}" });
    assert_int_equal(a.status, 200);
    const char *name = wear(t, &(struct face_owner){ .account = mine, .shop = shop }, 0);
    a = call(t, chat_settings_routes, VERB_GET, mine, settings);
    assert_string_equal(json_string_value(json_object_get(a.json, "picture")), face_path(t->arena, name));
    assert_string_equal(call(t, chat_faces_routes, VERB_DELETE, theirs, path).error, "not_found");
    assert_true(shows(t, name, 0));
    a = call(t, chat_faces_routes, VERB_DELETE, mine, path);
    assert_int_equal(a.status, 200);
    assert_true(json_is_null(json_object_get(a.json, "picture")) && !shows(t, name, 0));
    assert_int_equal(call(t, chat_faces_routes, VERB_DELETE, mine, path).status, 200); /* again: nothing is told */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM audit_log WHERE action = 'chat_picture_changed'"), 1);
    assert_int_equal(call(t, chat_faces_routes, VERB_GET, 0, face_path(t->arena, name)).status, 404);
    a = call(t, chat_settings_routes, VERB_GET, mine, settings);
    assert_null(json_object_get(a.json, "picture"));
}

static struct kit_answer puts_own(struct test_db *t, int64_t person)
{
    return kit_call(t, &(struct kit_request){ .routes = chat_faces_routes,
                                              .verb = VERB_PUT,
                                              .path = "/api/user/picture",
                                              .account = person, /* the kit's caller is both */
                                              .upload_dir = images,
                                              .upload_size = dot(0).n,
                                              .body = dot(0).p });
}

/* Let in, and erased before the picture comes to its row. */
TEST_EACH_ENGINE(who_was_erased_meanwhile_puts_on_no_picture)
{
    start(t);
    chat_settings.upload_dir = images;
    test_script(t, "INSERT INTO persons (id, email_key, email, name, role, lang, created_at_ms, erased_at_ms) VALUES"
                   " (11, 'a@x.example', 'a@x.example', 'Anna', 1, 'en', 1, 0),"
                   " (12, 'erased-12', 'erased-12', '', 1, 'en', 1, 5)");
    assert_int_equal(puts_own(t, ANNA).status, 200);
    assert_string_equal(puts_own(t, BERT).error, "sign_in_required");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_faces WHERE person = 11") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_faces WHERE person = 12") == 0);
    chat_settings.upload_dir = NULL;
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(verify_misses_a_use_and_a_picture)
{
    start(t);
    (void)wear(t, &anna, 0);
    test_expect_sound(t, chat_checks);
    test_script(t, "UPDATE chat_images SET uses = 2");
    struct test_found f = test_verify(t, chat_checks);
    assert_int_equal(f.unsound, 1);
    test_script(t, "UPDATE chat_images SET uses = 1; UPDATE chat_faces SET image = image + 1");
    f = test_verify(t, chat_checks);
    assert_int_equal(f.unsound, 2); /* the row shows nothing, and the picture is shown by nobody */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(another_picture_has_another_address_and_the_one_before_leads_nowhere),
        EACH_ENGINE(who_takes_theirs_away_takes_nobody_elses),
        EACH_ENGINE(what_nobody_wears_is_swept),
        EACH_ENGINE(who_answers_is_told_with_their_picture),
        EACH_ENGINE(only_its_own_account_takes_a_bots_picture_away),
        EACH_ENGINE(verify_misses_a_use_and_a_picture),
        EACH_ENGINE(who_was_erased_meanwhile_puts_on_no_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
