/* test_mail_files.c: what is attached to an answer by mail, on both engines: pictures become the conversation's,
 * cleaned and once; everything else is named, and nothing of a mail that says nothing is kept. */
#include "base/testing.h"

#include "base/clock.h"
#include "base/json_read.h"
#include "chat/mail_in.h"
#include "shops/shops.h"
#include "shops/test_kit.h"
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char images[64];
static int64_t account, shop, talk;
static struct visitor ann;

static enum row owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = "en" };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

/* Ann left an address; a person answered. */
static void start(struct test_db *t, const char *language)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    static struct keyring *ring;
    struct shop s;
    struct conversation c;
    kit_start();
    if (!ring) ring = keyring_new(key, id, 1);
    (void)snprintf(images, sizeof images, "/tmp/chat-mail-files-%d", (int)getpid());
    (void)mkdir(images, 0700);
    chat_settings = (struct chat_settings){ .keyring = ring,
                                            .base_url = "https://chathub.example",
                                            .reply_domain = "reply.example",
                                            .mail_secret = "0123456789abcdef",
                                            .image_dir = tx_engine(t->tx) == DB_SQLITE ? images : NULL };
    tenants_settings = (struct tenants_settings){
        .feature_enabled = true, .base_url = "https://chathub.example", .enable_price = credits_of(50), .keyring = ring
    };
    tenants_hooks.owner = owner;
    account = kit_account(t, 100);
    const struct shop_new shop_new = { .account = account, .name = "Tea", .domain = "tea.example", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &shop_new, &s) == SHOP_ADDED);
    shop = s.id;
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop);
    const struct kit_request r = {
        .routes = tenants_routes, .verb = VERB_POST, .path = path, .account = account, .body = "{}"
    };
    assert_int_equal(kit_call(t, &r).status, 200);
    ann = (struct visitor){
        .account = account, .shop = shop, .name = "Ann", .language = language, .page = "", .email = ""
    };
    EXPECT(visitor_add(t->tx, &ann, kit_now()) && visitor_conversation_or_new(t->tx, &ann, kit_now(), &c));
    EXPECT(visitor_set_email(t->tx, &ann, "ann@store.example"));
    talk = c.id;
    struct message m;
    const struct message_new in = { .conversation = talk,
                                    .author = CHAT_BY_PERSON,
                                    .person = 11,
                                    .author_name = "Anna",
                                    .text = "What does it look like?",
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static size_t files(void)
{
    size_t n = 0;
    DIR *d = opendir(images);
    for (const struct dirent *e; d && (e = readdir(d));) n += e->d_name[0] != '.';
    if (d) (void)closedir(d);
    return n;
}

/* ---- mails ---- */

static void be32(struct buf *b, uint32_t v)
{
    for (int i = 24; i >= 0; i -= 8) buf_char(b, (char)(v >> i));
}

static void chunk(struct buf *b, const char *name, const char *p, size_t n)
{
    struct buf whole;
    buf_init(&whole, n + 4);
    buf_add(&whole, name, 4), buf_add(&whole, p, n);
    be32(b, (uint32_t)n), buf_add(b, whole.p, whole.n);
    be32(b, (uint32_t)crc32(0, (const Bytef *)whole.p, (uInt)whole.n));
    buf_free(&whole);
}

/* With a secret that must not stay; `bytes` of data. */
static struct str png_of(struct arena *a, uint32_t width, uint32_t height, size_t bytes, char fill)
{
    struct buf b, head;
    buf_init(&b, bytes + 1000), buf_init(&head, 20);
    buf_add(&b, "\x89PNG\r\n\x1a\n", 8);
    be32(&head, width), be32(&head, height), buf_add(&head, "\x08\x02\0\0\0", 5);
    chunk(&b, "IHDR", head.p, head.n);
    chunk(&b, "tEXt", "GPS\0SECRET", 10);
    char *data = malloc(bytes + 1);
    assert_non_null(data);
    memset(data, fill, bytes);
    chunk(&b, "IDAT", data, bytes);
    free(data);
    chunk(&b, "IEND", "", 0);
    struct str out = { arena_copy(a, b.p, b.n), b.n };
    buf_free(&b), buf_free(&head);
    return out;
}

static struct str png(struct arena *a, uint32_t side, size_t bytes, char fill)
{
    return png_of(a, side, side, bytes, fill);
}

static const char *part(struct arena *a, const char *head, struct str bytes)
{
    char *coded = arena_alloc(a, base64_size(bytes.n) + 1);
    base64_encode(bytes.p, bytes.n, coded);
    struct buf lines;
    buf_init(&lines, 16 << 20);
    for (const char *p = coded; *p;) {
        size_t n = strnlen(p, 76);
        buf_add(&lines, p, n), buf_text(&lines, "\r\n");
        p += n;
    }
    const char *out =
        arena_printf(a, "--b\r\n%s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s", head, buf_terminated(&lines));
    buf_free(&lines);
    return out;
}

static const char *file(struct arena *a, const char *name, struct str bytes)
{
    return part(a,
                arena_printf(a,
                             "Content-Type: application/octet-stream\r\n"
                             "Content-Disposition: attachment; filename=\"%s\"",
                             name),
                bytes);
}

static const char *mail_of(struct test_db *t, const char *from, const char *id, const char *words, const char *parts)
{
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    return arena_printf(t->arena,
                        "Return-Path: <x@y.example>\r\nFrom: %s\r\nTo: <%s>\r\nMessage-ID: <%s>\r\n"
                        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n%s--b--\r\n",
                        from, reply_token_address(t->arena, &c, kit_now()), id, words, parts);
}

/* As the job does it: looked at, made, acted on. */
static const char *arrives(struct test_db *t, const char *text)
{
    struct buf outcome;
    struct delivery d = { .sender = &chat_mail_sender, .arena = t->arena, .body = str_of(text), .at_ms = kit_now() };
    struct job job = { .arena = t->arena, .now_ms = kit_now() };
    buf_fixed(&outcome, arena_alloc(t->arena, DELIVERY_OUTCOME_MAX + 1), DELIVERY_OUTCOME_MAX + 1);
    EXPECT(d.sender->look(&d, &job, t->tx));
    d.sender->make(&d);
    EXPECT(d.sender->act(&d, &job, t->tx, &outcome) == JOB_FINISHED);
    return buf_terminated(&outcome);
}

/* After Anna's word. */
static size_t said(struct test_db *t, struct message out[40])
{
    size_t count;
    EXPECT(messages_after(t->tx, talk, 1, 40, out, &count));
    return count;
}

static size_t pictures(const struct message *m, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) n += m[i].image != NULL;
    return n;
}

/* ---- */

TEST_EACH_ENGINE(a_picture_in_a_mail_is_the_visitors_picture_once)
{
    struct message m[40];
    struct chat_image about;
    struct str content;
    start(t, "en");
    size_t before = files();
    struct str photo = png(t->arena, 300, 30000, 'x');
    const char *parts = arena_printf(t->arena, "%s%s", file(t->arena, "photo 1.png", photo),
                                     file(t->arena, "invoice.pdf", STR("%PDF-1.7 and so on")));
    const char *mail = mail_of(t, "ann@store.example", "1@x", "It came like this", parts);
    const char *outcome = arrives(t, mail);
    if (!strstr(outcome, "message 3")) fail_msg("%s", outcome);
    size_t count = said(t, m);
    assert_int_equal(count, 2);
    assert_string_equal(m[0].text, "It came like this\n\n[A file invoice.pdf, 18 B, was not taken]");
    assert_string_equal(m[1].text, "photo 1.png");
    EXPECT(m[1].author == CHAT_BY_VISITOR && m[1].by_mail && m[1].image && m[1].image->width == 300);
    EXPECT(picture_read(t->tx, talk, 3, t->arena, &about, &content) == ROW_FOUND);
    assert_null(memmem(content.p, content.n, "SECRET", 6));
    assert_int_equal(content.n, photo.n - 22); /* without the words in it */
    assert_int_equal(test_number(t, "SELECT uses FROM chat_images"), 1);
    /* The same mail again, by a replay or another way. */
    assert_non_null(strstr(arrives(t, mail), "there already"));
    assert_int_equal(said(t, m), 2);
    assert_int_equal(test_number(t, "SELECT uses FROM chat_images"), 1);
    if (chat_settings.image_dir) assert_true(files() > before);
}

TEST_EACH_ENGINE(a_mail_may_be_pictures_alone)
{
    struct message m[40];
    start(t, "en");
    const char *parts = arena_printf(t->arena, "%s%s", file(t->arena, "", png(t->arena, 20, 100, 'a')),
                                     file(t->arena, "<b>.png", png(t->arena, 20, 100, 'b')));
    (void)arrives(t, mail_of(t, "ann@store.example", "1@x", "", parts));
    assert_int_equal(said(t, m), 2);
    assert_string_equal(m[0].text, "image.png");
    assert_string_equal(m[1].text, "<b>.png");
    assert_int_equal(pictures(m, 2), 2);
}

TEST_EACH_ENGINE(what_is_no_picture_is_named_with_its_reason)
{
    struct message m[40];
    start(t, "en");
    struct str whole = png(t->arena, 300, 30000, 'x'), cut = { whole.p, whole.n - 30 };
    const char *parts = arena_printf(t->arena, "%s%s%s%s%s%s",
                                     file(t->arena, "a.heic",
                                          STR("\0\0\0\x18"
                                              "ftypheic\0\0\0\0mif1heic")),
                                     file(t->arena, "logo.svg", STR("<svg onload=alert(1)>")),
                                     file(t->arena, "page.png", STR("<html>")), file(t->arena, "cut.png", cut),
                                     file(t->arena, "wide.png", png(t->arena, 16000, 100, 'x')),
                                     file(t->arena, "sixth.zip", STR("PK")));
    (void)arrives(t, mail_of(t, "ann@store.example", "1@x", "See", parts));
    assert_int_equal(said(t, m), 1);
    assert_string_equal(m[0].text, "See\n\n"
                                   "[A picture a.heic, 24 B, was not taken: browsers do not show HEIC]\n"
                                   "[A file logo.svg, 21 B, was not taken]\n"
                                   "[A file page.png, 6 B, was not taken]\n"
                                   "[A picture cut.png, 30 kB, was not taken: it is damaged]\n"
                                   "[A picture wide.png, 179 B, was not taken: it has too many pixels]\n"
                                   "[1 more was not taken]");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_images"), 0);
    (void)arrives(
        t, mail_of(t, "ann@store.example", "2@x", "", file(t->arena, "huge.png", png(t->arena, 300, 5300000, 'x'))));
    assert_int_equal(said(t, m), 2);
    assert_string_equal(m[1].text, "[A picture huge.png, 5.3 MB, was not taken: it is larger than 5 MB]");
}

TEST_EACH_ENGINE(of_forty_pictures_ten_are_taken_and_the_others_told)
{
    struct message m[40];
    struct buf parts;
    start(t, "zh-CN");
    buf_init(&parts, 1 << 20);
    for (int i = 0; i < 40; i++)
        buf_text(&parts, file(t->arena, arena_printf(t->arena, "%d.png", i), png(t->arena, 20, 100 + (size_t)i, 'x')));
    (void)arrives(t, mail_of(t, "ann@store.example", "1@x", "看图", buf_terminated(&parts)));
    buf_free(&parts);
    size_t count = said(t, m);
    assert_int_equal(count, 11);
    assert_int_equal(pictures(m, count), 10);
    assert_non_null(strstr(m[0].text, "看图\n\n［图片 10.png（189 B）未收录：每封邮件最多收录 10 张图片］\n"));
    assert_non_null(strstr(m[0].text, "\n［另有 25 个未收录］"));
}

/* They are counted, not what they hold: the third of an hour with its pictures is not the one too many. */
TEST_EACH_ENGINE(twenty_mails_of_ten_pictures_are_taken_in_an_hour)
{
    struct buf parts;
    start(t, "en");
    buf_init(&parts, 1 << 20);
    for (int i = 0; i < 10; i++)
        buf_text(&parts, file(t->arena, arena_printf(t->arena, "%d.png", i), png(t->arena, 20, 100, (char)('a' + i))));
    for (int i = 0; i < 21; i++) {
        const char *id = arena_printf(t->arena, "%d@x", i);
        const char *said = arrives(t, mail_of(t, "ann@store.example", id, "See", buf_terminated(&parts)));
        if ((strstr(said, "too many mails") != NULL) != (i == 20)) fail_msg("mail %d: %s", i, said);
    }
    buf_free(&parts);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_messages"), 1 + 20 * 11);
}

TEST_EACH_ENGINE(what_was_pasted_comes_and_logos_and_quoted_pictures_do_not)
{
    struct message m[40];
    start(t, "en");
    static const char *const cid[] = { "pasted", "logo", "quoted", "strip", "small" };
    const struct str picture[] = { png(t->arena, 400, 40000, 'a'), png(t->arena, 60, 500, 'b'),
                                   png(t->arena, 400, 40000, 'c'), png_of(t->arena, 900, 150, 60000, 'd'),
                                   png(t->arena, 400, 500, 'e') };
    const char *parts = "";
    for (size_t i = 0; i < ARRAY_LEN(cid); i++)
        parts = arena_printf(
            t->arena, "%s%s", parts,
            part(t->arena,
                 arena_printf(t->arena, "Content-Type: image/png; name=%s.png\r\nContent-ID: <%s>", cid[i], cid[i]),
                 picture[i]));
    const char *mail = mail_of(t, "ann@store.example", "1@x", "", parts);
    const char *kind = strstr(mail, "multipart/mixed"), *plain = strstr(mail, "--b\r\nContent-Type: text/plain");
    const char *rest = strstr(plain, "--b\r\nContent-Type: image");
    mail = arena_printf(t->arena,
                        "%.*smultipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
                        "<p>Broken here:</p><img src=\"cid:pasted\"><img src=\"cid:logo\">"
                        "<img src=\"cid:strip\"><img src=\"cid:small\">"
                        "<blockquote><img src=\"cid:quoted\"></blockquote>\r\n%s",
                        (int)(kind - mail), mail, rest);
    (void)arrives(t, mail);
    assert_int_equal(said(t, m), 4);
    assert_string_equal(m[0].text, "Broken here:");
    assert_string_equal(m[1].text, "pasted.png");
    assert_string_equal(m[2].text, "strip.png");
    assert_string_equal(m[3].text, "small.png");
}

TEST_EACH_ENGINE(of_others_and_of_programs_no_picture_is_kept)
{
    struct message m[40];
    struct note n[2];
    size_t count;
    start(t, "en");
    size_t before = files();
    const char *parts = file(t->arena, "a.png", png(t->arena, 300, 30000, 'x'));
    (void)arrives(t, mail_of(t, "bob@elsewhere.example", "1@x", "I am Ann", parts));
    EXPECT(notes_before(t->tx, talk, 100, 2, n, &count) && count == 1);
    assert_non_null(strstr(n[0].text, "I am Ann\n\n[A file a.png, 30 kB, was not taken]"));
    assert_int_equal(said(t, m), 0);
    (void)arrives(t, arena_printf(t->arena, "Auto-Submitted: auto-replied\r\n%s",
                                  mail_of(t, "ann@store.example", "2@x", "Away", parts)));
    EXPECT(visitor_block(t->tx, ann.id, true, kit_now()));
    assert_non_null(strstr(arrives(t, mail_of(t, "ann@store.example", "3@x", "x", parts)), "blocked"));
    assert_int_equal(said(t, m), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_images"), 0);
    assert_int_equal(files(), before);
}

TEST_EACH_ENGINE(a_picture_that_cannot_be_written_comes_later)
{
    struct message m[40];
    struct buf outcome;
    char room[DELIVERY_OUTCOME_MAX + 1];
    start(t, "en");
    if (!chat_settings.image_dir) return; /* it is in the transaction, or is not */
    const char *text =
        mail_of(t, "ann@store.example", "1@x", "See", file(t->arena, "a.png", png(t->arena, 300, 30000, 'x')));
    struct delivery d = { .sender = &chat_mail_sender, .arena = t->arena, .body = str_of(text), .at_ms = kit_now() };
    struct job job = { .arena = t->arena, .now_ms = kit_now() };
    chat_settings.image_dir = "/nowhere/at/all";
    buf_fixed(&outcome, room, sizeof room);
    EXPECT(d.sender->look(&d, &job, t->tx));
    d.sender->make(&d);
    EXPECT(d.sender->act(&d, &job, t->tx, &outcome) == JOB_AGAIN);
    assert_int_equal(said(t, m), 0);
    chat_settings.image_dir = images;
    (void)arrives(t, text);
    assert_int_equal(said(t, m), 2);
}

TEST_EACH_ENGINE(a_mail_made_of_nothing_but_parts_ends_soon)
{
    struct message m[40];
    struct buf parts;
    start(t, "en");
    buf_init(&parts, 8 << 20);
    for (int i = 0; i < 40000; i++) buf_text(&parts, "--b\r\n\r\nx\r\n");
    assert_non_null(strstr(arrives(t, mail_of(t, "ann@store.example", "1@x", "x", buf_terminated(&parts))),
                           "no mail that can be read"));
    buf_clear(&parts);
    for (int i = 0; i < 25000; i++) buf_text(&parts, "--b\r\nContent-Type: message/rfc822\r\n\r\n" + (i ? 5 : 0));
    /* Small enough to be taken apart: the parts within parts have an end. */
    const char *outcome = arrives(t, mail_of(t, "ann@store.example", "2@x", "deep", buf_terminated(&parts)));
    buf_free(&parts);
    if (!str_starts(str_of(outcome), STR("message 2"))) fail_msg("%s", outcome);
    assert_int_equal(said(t, m), 1);
    assert_true(str_starts(str_of(m[0].text), STR("deep")));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_images"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_picture_in_a_mail_is_the_visitors_picture_once),
        EACH_ENGINE(a_mail_may_be_pictures_alone),
        EACH_ENGINE(what_is_no_picture_is_named_with_its_reason),
        EACH_ENGINE(of_forty_pictures_ten_are_taken_and_the_others_told),
        EACH_ENGINE(twenty_mails_of_ten_pictures_are_taken_in_an_hour),
        EACH_ENGINE(what_was_pasted_comes_and_logos_and_quoted_pictures_do_not),
        EACH_ENGINE(of_others_and_of_programs_no_picture_is_kept),
        EACH_ENGINE(a_picture_that_cannot_be_written_comes_later),
        EACH_ENGINE(a_mail_made_of_nothing_but_parts_ends_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
