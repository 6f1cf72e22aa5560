/* test_pictures.c: pictures on both engines: kept once for a shop, counted, shown by an address that ends, removed with
 * their conversation, and what a kill leaves behind is swept. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/models/model.h"
#include "chat/pictures.h"
#include "shops/test_kit.h"
#include "storage/test_verify.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define NOW INT64_C(1792022400000)

static char root[64], images[96], uploads[96];

/* One pixel. */
static const char dot[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b";
static const char other_dot[] = "GIF89a\1\0\1\0\x80\0\0\1\1\1\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b";

static void start(struct test_db *t)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct keyring *ring;
    clock_fix_ms(NOW);
    (void)snprintf(root, sizeof root, "/tmp/chat-pictures-%d", (int)getpid());
    (void)snprintf(images, sizeof images, "%s/images", root);
    (void)snprintf(uploads, sizeof uploads, "%s/uploads", root);
    (void)mkdir(root, 0700), (void)mkdir(images, 0700), (void)mkdir(uploads, 0700);
    if (!ring) ring = keyring_new(key, id, 1);
    chat_settings.keyring = ring;
    chat_settings.upload_dir = uploads;
    chat_settings.image_dir = tx_engine(t->tx) == DB_SQLITE ? images : NULL;
}

static int64_t talk_of(struct test_db *t, int64_t shop)
{
    struct visitor v = { .account = 5, .shop = shop, .name = "", .language = "en", .page = "" };
    struct conversation c;
    EXPECT(visitor_add(t->tx, &v, NOW) && visitor_conversation_or_new(t->tx, &v, NOW, &c));
    return c.id;
}

static void file_put(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static struct picture_new prepared(struct test_db *t, const char *p, size_t n)
{
    struct picture_new made;
    const char *path = arena_printf(t->arena, "%s/one", uploads);
    file_put(path, p, n);
    assert_null(picture_prepare(t->arena, path, n, &made));
    return made;
}

static enum message_put send(struct test_db *t, int64_t talk, const char *id, const struct picture_new *p,
                             struct message *m)
{
    struct conversation c;
    struct chat_image *image = ARENA_NEW(t->arena, struct chat_image);
    EXPECT(conversation_locked(t->tx, talk, &c) == ROW_FOUND && picture_keep(t->tx, c.account, c.shop, p, NOW, image));
    const struct message_new in = { .conversation = talk,
                                    .author = CHAT_BY_VISITOR,
                                    .author_name = "",
                                    .client_id = id,
                                    .text = "dot.gif",
                                    .image = image,
                                    .now_ms = NOW };
    return message_put(t->tx, &in, m, &c);
}

static size_t files_in(const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static void empty(const char *dir)
{
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.') (void)unlinkat(dirfd(d), e->d_name, 0);
    (void)closedir(d);
}

static void sweep(struct test_db *t, int64_t at_ms)
{
    clock_fix_ms(at_ms);
    kit_set_now(at_ms);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_images_job }) == JOB_FINISHED);
}

/* Files have the machine's time, tests have their own. */
static void dated(const char *path, int64_t at_ms)
{
    const struct utimbuf at = { .actime = at_ms / 1000, .modtime = at_ms / 1000 };
    assert_int_equal(utime(path, &at), 0);
}

static void dated_all(const char *dir, int64_t at_ms)
{
    char path[512];
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        dated(path, at_ms);
    }
    (void)closedir(d);
}

TEST_EACH_ENGINE(a_picture_is_kept_once_for_its_shop_and_counted)
{
    struct message m, page[4];
    struct chat_image about;
    struct str content;
    size_t count;
    start(t);
    int64_t talk = talk_of(t, 7), second = talk_of(t, 7), elsewhere = talk_of(t, 8);
    struct picture_new p = prepared(t, dot, sizeof dot - 1), o = prepared(t, other_dot, sizeof other_dot - 1);
    EXPECT(send(t, talk, "aaaaaaaa", &p, &m) == MESSAGE_NEW && m.number == 1 && m.image->kind == IMAGE_GIF);
    EXPECT(send(t, talk, "aaaaaaaa", &p, &m) == MESSAGE_AGAIN && m.number == 1);
    EXPECT(send(t, talk, "aaaaaaaa", &o, &m) == MESSAGE_OTHER);
    EXPECT(send(t, second, "bbbbbbbb", &p, &m) == MESSAGE_NEW);
    EXPECT(send(t, elsewhere, "cccccccc", &p, &m) == MESSAGE_NEW);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_images WHERE shop = 7 AND uses > 0") == 1);
    EXPECT(test_number(t, "SELECT uses FROM chat_images WHERE shop = 7 AND uses > 0") == 2);
    EXPECT(test_number(t, "SELECT uses FROM chat_images WHERE shop = 8") == 1);
    EXPECT(messages_after(t->tx, talk, 0, 4, page, &count) && count == 1 && page[0].image != NULL);
    EXPECT(page[0].image->width == 1 && page[0].image->bytes == (int64_t)sizeof dot - 1);
    assert_string_equal(page[0].text, "dot.gif");
    EXPECT(picture_read(t->tx, talk, 1, t->arena, &about, &content) == ROW_FOUND);
    assert_true(str_eq(content, (struct str){ dot, sizeof dot - 1 }) && about.kind == IMAGE_GIF);
    EXPECT(picture_read(t->tx, talk, 2, t->arena, &about, &content) == ROW_NONE);
    test_expect_sound(t, chat_checks);
    empty(images);
}

TEST_EACH_ENGINE(it_goes_with_its_last_conversation)
{
    struct message m;
    struct chat_image about;
    struct str content;
    start(t);
    empty(images), empty(uploads);
    int64_t talk = talk_of(t, 7), second = talk_of(t, 7);
    struct picture_new p = prepared(t, dot, sizeof dot - 1);
    EXPECT(send(t, talk, NULL, &p, &m) == MESSAGE_NEW && send(t, talk, NULL, &p, &m) == MESSAGE_NEW);
    EXPECT(send(t, second, NULL, &p, &m) == MESSAGE_NEW);
    EXPECT(chat_images_forget(t->tx, talk, NOW));
    EXPECT(test_number(t, "SELECT uses FROM chat_images") == 1);
    EXPECT(picture_read(t->tx, talk, 1, t->arena, &about, &content) == ROW_NONE);
    dated_all(images, NOW), dated_all(uploads, NOW);
    sweep(t, NOW + 2 * HOUR_MS);
    EXPECT(picture_read(t->tx, second, 1, t->arena, &about, &content) == ROW_FOUND);
    EXPECT(chat_images_forget(t->tx, second, NOW + 2 * HOUR_MS));
    EXPECT(chat_images_forget(t->tx, second, NOW + 2 * HOUR_MS)); /* again: nothing is counted twice */
    EXPECT(test_number(t, "SELECT uses FROM chat_images") == 0);
    sweep(t, NOW + 2 * HOUR_MS + MINUTE_MS);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_images") == 1); /* it may come back for an hour */
    sweep(t, NOW + 4 * HOUR_MS);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_images") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_image_pieces") == 0);
    sweep(t, NOW + 4 * HOUR_MS + MINUTE_MS); /* the row first, then the file */
    assert_int_equal(files_in(images), 0);
    test_expect_sound(t, chat_checks);
}

TEST_EACH_ENGINE(who_is_erased_takes_their_pictures_along)
{
    struct message m;
    struct chat_image about;
    struct conversation c;
    struct str content;
    start(t);
    int64_t talk = talk_of(t, 7);
    struct picture_new p = prepared(t, dot, sizeof dot - 1);
    EXPECT(send(t, talk, NULL, &p, &m) == MESSAGE_NEW && conversation_get(t->tx, talk, &c) == ROW_FOUND);
    const struct erasure e = { .account = 5, .shop = 7, .why = "asked", .at_ms = NOW };
    EXPECT(chat_erase_visitors(t->tx, &e, &c.visitor, 1));
    EXPECT(test_number(t, "SELECT uses FROM chat_images") == 0);
    EXPECT(picture_read(t->tx, talk, 1, t->arena, &about, &content) == ROW_NONE);
    empty(images);
}

TEST_EACH_ENGINE(what_a_kill_left_behind_is_swept_and_nothing_else)
{
    struct message m;
    char path[512];
    start(t);
    empty(images), empty(uploads);
    int64_t talk = talk_of(t, 7);
    struct picture_new shown = prepared(t, dot, sizeof dot - 1);
    EXPECT(send(t, talk, NULL, &shown, &m) == MESSAGE_NEW);
    (void)prepared(t, other_dot, sizeof other_dot - 1); /* killed before its row was written */
    (void)snprintf(path, sizeof path, "%s/abcd.part", uploads);
    file_put(path, "half a pict", 11); /* killed while it came */
    (void)snprintf(path, sizeof path, "%s/README", images);
    file_put(path, "not ours", 8);
    size_t before = files_in(images);
    sweep(t, NOW); /* all are young */
    assert_int_equal(files_in(images), before);
    dated_all(images, NOW), dated_all(uploads, NOW);
    sweep(t, NOW + 2 * HOUR_MS);
    assert_int_equal(files_in(uploads), 0);
    assert_int_equal(files_in(images), chat_settings.image_dir ? 2 : 1);
    test_expect_sound(t, chat_checks);
    empty(images);
    if (chat_settings.image_dir) {
        struct test_found f = test_verify(t, chat_checks);
        assert_int_equal(f.unsound, 1);
    }
}

TEST_EACH_ENGINE(an_address_is_of_one_message_and_ends)
{
    char token[PICTURE_TOKEN_SIZE], changed[PICTURE_TOKEN_SIZE];
    int64_t talk, number;
    start(t);
    picture_token_write(123456789012, 42, NOW, token);
    EXPECT(picture_token_read(str_of(token), NOW, &talk, &number) && talk == 123456789012 && number == 42);
    EXPECT(picture_token_read(str_of(token), NOW + DAY_MS, &talk, &number));
    EXPECT(!picture_token_read(str_of(token), NOW + 2 * DAY_MS, &talk, &number));
    picture_token_write(123456789012, 42, NOW + HOUR_MS, changed);
    assert_string_equal(token, changed); /* all day the same: a browser keeps what it has */
    for (size_t i = 0; token[i] != '\0'; i++) {
        memcpy(changed, token, sizeof token);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT(!picture_token_read(str_of(changed), NOW, &talk, &number));
    }
    EXPECT(!picture_token_read(STR(""), NOW, &talk, &number));
}

TEST_EACH_ENGINE(what_is_no_picture_leaves_nothing)
{
    static const char page[] = "<svg onload=alert(1)>";
    struct picture_new made;
    start(t);
    empty(images);
    const char *path = arena_printf(t->arena, "%s/one", uploads);
    file_put(path, page, sizeof page - 1);
    EXPECT(picture_prepare(t->arena, path, sizeof page - 1, &made) == &problem_image_unknown);
    EXPECT(picture_prepare(t->arena, path, sizeof page + 5, &made) == &problem_storage);
    assert_int_equal(files_in(images), 0);
}

TEST_EACH_ENGINE(a_picture_without_words_is_answered_in_words)
{
    struct model_reply r;
    const struct model_turn turn = { .customer = true, .text = "", .picture = true };
    const struct knowledge_source source = { .language = "en" };
    const struct model_ask ask = {
        .turn = &turn, .turns = 1, .language = "zh-CN", .source = &source, .arena = t->arena
    };
    EXPECT(model_local(&ask, &r) && r.action == REPLY_ASK);
    assert_non_null(strstr(r.text, "图片"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_picture_is_kept_once_for_its_shop_and_counted),
        EACH_ENGINE(it_goes_with_its_last_conversation),
        EACH_ENGINE(who_is_erased_takes_their_pictures_along),
        EACH_ENGINE(what_a_kill_left_behind_is_swept_and_nothing_else),
        EACH_ENGINE(an_address_is_of_one_message_and_ends),
        EACH_ENGINE(what_is_no_picture_leaves_nothing),
        EACH_ENGINE(a_picture_without_words_is_answered_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
