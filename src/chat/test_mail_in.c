/* test_mail_in.c: an answer by mail, on both engines: from the letter's Reply-To to the visitor's words, once; and all
 * that must not become anybody's words. */
#include "base/testing.h"

#include "base/clock.h"
#include "chat/mail_in.h"
#include "shops/shops.h"
#include "shops/test_kit.h"

#define SECRET "0123456789abcdef"
static struct mail_settings mail = { .from = "Chathub <no-reply@chathub.example>", .keep = true };
static int64_t account, shop, talk;
static struct visitor ann;
static const char *lang;

static enum row owner(struct tx *tx, int64_t of, struct tenants_owner *out)
{
    *out = (struct tenants_owner){ .email = "owner@shop.example", .lang = lang };
    return tx && of > 0 ? ROW_FOUND : ROW_FAULT;
}

static void says(struct test_db *t, enum chat_author author, const char *text)
{
    struct message m;
    struct conversation c;
    const struct message_new in = { .conversation = talk,
                                    .author = author,
                                    .person = author == CHAT_BY_PERSON ? 11 : 0,
                                    .author_name = author == CHAT_BY_PERSON ? "Anna" : "",
                                    .text = text,
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static void set_up(void)
{
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } }, id[1] = { 1 };
    kit_start();
    if (!mail.keyring) mail.keyring = keyring_new(key, id, 1);
    chat_settings = (struct chat_settings){ .keyring = mail.keyring,
                                            .base_url = "https://chathub.example",
                                            .mail = &mail,
                                            .reply_domain = "reply.example",
                                            .mail_secret = SECRET };
    tenants_settings = (struct tenants_settings){ .feature_enabled = true,
                                                  .base_url = "https://chathub.example",
                                                  .enable_price = credits_of(50),
                                                  .keyring = mail.keyring };
    tenants_hooks.owner = owner;
    lang = "en";
}

/* Ann wrote to a shop, left an address and went; Anna answered, and a letter told of it. */
static void start(struct test_db *t)
{
    struct shop s;
    struct conversation c;
    set_up();
    account = kit_account(t, 100);
    const struct shop_new shop_new = { .account = account, .name = "Tea", .domain = "tea.example", .at_ms = kit_now() };
    EXPECT(shops_add(t->tx, &shop_new, &s) == SHOP_ADDED);
    shop = s.id;
    const char *path = arena_printf(t->arena, "/api/shops/%lld/chatbot/enable", (long long)shop);
    assert_int_equal(kit_call(t, &(struct kit_request){ .routes = tenants_routes,
                                                        .verb = VERB_POST,
                                                        .path = path,
                                                        .account = account,
                                                        .body = "{\"botName\":\"Tea Bot\"}" })
                         .status,
                     200);
    ann =
        (struct visitor){ .account = account, .shop = shop, .name = "Ann", .language = "en", .page = "", .email = "" };
    EXPECT(visitor_add(t->tx, &ann, kit_now()) && visitor_conversation_or_new(t->tx, &ann, kit_now(), &c));
    EXPECT(visitor_set_email(t->tx, &ann, "ann@store.example"));
    talk = c.id;
    says(t, CHAT_BY_VISITOR, "Is it in stock?");
    says(t, CHAT_BY_PERSON, "Red or blue?");
}

static void letters(struct test_db *t)
{
    kit_set_now(kit_now() + 6 * MINUTE_MS);
    EXPECT(kit_job(t, &(struct kit_attempt){ .kind = &chat_absent_job }) == JOB_FINISHED);
}

static struct mail_row letter(struct test_db *t)
{
    struct mail_row row[1];
    size_t count;
    letters(t);
    EXPECT(mail_list(t->tx, &mail, 0, 1, row, &count) == ROW_FOUND);
    return row[0];
}

static const char *address(struct test_db *t)
{
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    return reply_token_address(t->arena, &c, kit_now());
}

/* What the delivery's job says of it. */
static const char *arrives(struct test_db *t, const char *text)
{
    struct buf outcome;
    struct delivery d = { .sender = &chat_mail_sender, .arena = t->arena, .body = str_of(text), .at_ms = kit_now() };
    struct job job = { .arena = t->arena, .now_ms = kit_now() };
    buf_fixed(&outcome, arena_alloc(t->arena, DELIVERY_OUTCOME_MAX + 1), DELIVERY_OUTCOME_MAX + 1);
    EXPECT(chat_mail_sender.act(&d, &job, t->tx, &outcome) == JOB_FINISHED);
    assert_false(outcome.overflow);
    return buf_terminated(&outcome);
}

static const char *mail_of(struct test_db *t, const char *from, const char *to, const char *id, const char *text)
{
    return arena_printf(t->arena,
                        "Return-Path: <x@y.example>\r\nFrom: %s\r\nTo: <%s>\r\nMessage-ID: <%s>\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
                        from, to, id, text);
}

static struct message last_message(struct test_db *t, size_t *count)
{
    struct message m[20];
    EXPECT(messages_after(t->tx, talk, 0, 20, m, count));
    return m[*count - 1];
}

static void expect_silence(struct test_db *t, const char *mail_text, const char *outcome)
{
    int64_t words = test_number(t, "SELECT COUNT(*) FROM chat_messages"),
            notes = test_number(t, "SELECT COUNT(*) FROM chat_notes");
    int64_t outbox = test_number(t, "SELECT COUNT(*) FROM mail_outbox");
    const char *said = arrives(t, mail_text);
    if (strstr(said, outcome) == NULL) fail_msg("'%s' instead of '%s' of:\n%s", said, outcome, mail_text);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_messages") == words);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM chat_notes") == notes);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox") == outbox);
}

TEST_EACH_ENGINE(an_answer_to_the_letter_is_the_visitors_word_once)
{
    size_t count;
    start(t);
    struct mail_row row = letter(t);
    assert_string_equal(row.kind, "chat_answered_reply");
    assert_true(str_starts(str_of(row.reply_to), STR("reply+")));
    assert_non_null(strstr(row.text, MAIL_MARK_EN));
    assert_non_null(strstr(row.html, MAIL_MARK_EN));
    const char *text = arena_printf(t->arena, "Blue, please 🙂\r\n\r\nOn Saturday Tea wrote:\r\n> %s\r\n", row.text);
    const char *answer = mail_of(t, "Ann <Ann@Store.example>", row.reply_to, "1@x", text);
    assert_string_equal(arrives(t, answer), arena_printf(t->arena, "message 3 in %lld", (long long)talk));
    struct message m = last_message(t, &count);
    assert_int_equal(count, 3);
    assert_string_equal(m.text, "Blue, please 🙂");
    EXPECT(m.author == CHAT_BY_VISITOR && m.by_mail && m.client_id == NULL);
    assert_string_equal(m.author_name, "Ann");
    /* Anna speaks: nobody else is called. */
    struct conversation c;
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    EXPECT(c.owner == CHAT_PERSON && c.team_unread == 1 && c.visitor_unread == 0);
    /* The same mail by another way, and with its address in capitals. */
    expect_silence(t, answer, "there already");
    char *loud = arena_text(t->arena, row.reply_to);
    for (char *p = loud; *p; p++)
        if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    expect_silence(t, arena_printf(t->arena, "X-Original-To: %s\r\n%s", loud, answer), "there already");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'") == 1);
}

TEST_EACH_ENGINE(where_the_assistant_speaks_a_person_is_called)
{
    struct conversation c;
    enum chat_may may;
    start(t);
    EXPECT(conversation_act(t->tx, talk, &(struct chat_act){ .kind = ACT_RESOLVE, .person = 11, .now_ms = kit_now() },
                            &c, &may) == ROW_FOUND);
    kit_set_now(kit_now() + 30 * DAY_MS); /* of a resolved one too, while the address holds */
    (void)arrives(t, mail_of(t, "ann@store.example", address(t), "2@x", "Still there?"));
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND);
    EXPECT(c.status == CHAT_OPEN && c.owner == CHAT_WAITING);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.answer'") == 0);
}

TEST_EACH_ENGINE(what_no_letter_has_told_is_not_taken_for_read)
{
    struct conversation c;
    start(t);
    letters(t);
    says(t, CHAT_BY_PERSON, "Both are here, by the way.");
    (void)arrives(t, mail_of(t, "ann@store.example", address(t), "3@x", "Blue."));
    EXPECT(conversation_get(t->tx, talk, &c) == ROW_FOUND && c.visitor_unread == 2);
    letters(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_answered_reply'") == 2);
    letters(t);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE kind = 'chat_answered_reply'") == 2);
}

TEST_EACH_ENGINE(a_mail_from_elsewhere_is_a_note_for_the_team)
{
    struct note n[2];
    size_t count;
    start(t);
    const char *m = mail_of(t, "Bob <bob@elsewhere.example>", address(t), "4@x", "I am Ann, send it to me");
    assert_non_null(strstr(arrives(t, m), "another address"));
    (void)last_message(t, &count);
    assert_int_equal(count, 2);
    EXPECT(notes_before(t->tx, talk, 100, 2, n, &count) && count == 1);
    assert_string_equal(n[0].person_name, "bob@elsewhere.example");
    assert_string_equal(n[0].text,
                        "This came by mail, from another address than the visitor's:\n\nI am Ann, send it to me");
    expect_silence(t, m, "there already");
    lang = "zh-CN";
    (void)arrives(t, mail_of(t, "a@b.example, ann@store.example", address(t), "5@x", "Two senders"));
    EXPECT(notes_before(t->tx, talk, 100, 2, n, &count) && count == 2);
    assert_string_equal(n[0].text, "这封邮件发到了此对话，但发件地址不是访客的邮箱：\n\nTwo senders");
}

TEST_EACH_ENGINE(whom_the_shop_vouches_for_answers_from_that_address)
{
    start(t);
    test_script(t, arena_printf(t->arena,
                                "INSERT INTO chat_identities (visitor, account, shop, subject, email, name, at_ms)"
                                " VALUES (%lld, %lld, %lld, 's', 'vip@store.example', '', 1);",
                                (long long)ann.id, (long long)account, (long long)shop));
    assert_non_null(strstr(arrives(t, mail_of(t, "ann@store.example", address(t), "6@x", "x")), "another address"));
    assert_non_null(strstr(arrives(t, mail_of(t, "vip@store.example", address(t), "7@x", "x")), "message 3"));
}

TEST_EACH_ENGINE(an_address_that_does_not_hold_says_nothing)
{
    start(t);
    const char *right = address(t);
    char *wrong = arena_text(t->arena, right);
    wrong[strlen("reply+") + 20] ^= 1; /* another hour */
    expect_silence(t, mail_of(t, "ann@store.example", wrong, "8@x", "x"), "of no conversation");
    wrong = arena_text(t->arena, right);
    wrong[strlen("reply+") + 54] = wrong[strlen("reply+") + 54] == '0' ? '1' : '0'; /* another MAC */
    expect_silence(t, mail_of(t, "ann@store.example", wrong, "9@x", "x"), "of no conversation");
    wrong = arena_text(t->arena, right);
    wrong[strlen("reply+") + 15] ^= 1; /* another conversation */
    expect_silence(t, mail_of(t, "ann@store.example", wrong, "10@x", "x"), "of no conversation");
    expect_silence(t, mail_of(t, "ann@store.example", "reply@reply.example", "11@x", "x"), "no address");
    expect_silence(t, mail_of(t, "ann@store.example", "reply+zz@reply.example", "12@x", "x"), "no address");
    expect_silence(t,
                   mail_of(t, "ann@store.example", arena_printf(t->arena, "%.62s@other.example", right), "13@x", "x"),
                   "no address");
    kit_set_now(kit_now() + 60 * DAY_MS + HOUR_MS);
    expect_silence(t, mail_of(t, "ann@store.example", right, "14@x", "x"), "is over");
}

TEST_EACH_ENGINE(an_address_is_of_its_visitor_alone)
{
    start(t);
    const char *right = address(t);
    test_script(t, "UPDATE chat_conversations SET visitor = visitor + 1;");
    expect_silence(t, mail_of(t, "ann@store.example", right, "15@x", "x"), "of no conversation");
}

static enum inbound_verdict judged(struct test_db *t, const char *text, struct delivery *d)
{
    *d = (struct delivery){ .sender = &chat_mail_sender, .arena = t->arena, .body = str_of(text) };
    return chat_mail_sender.identify(d, t->tx);
}

/* Anybody can write to the domain: what names no address that was given out fills no disk. */
TEST_EACH_ENGINE(only_what_names_an_address_that_holds_is_kept)
{
    struct delivery d;
    start(t);
    const char *right = address(t);
    char *wrong = arena_text(t->arena, right);
    wrong[strlen("reply+") + 54] = wrong[strlen("reply+") + 54] == '0' ? '1' : '0';
    EXPECT(judged(t, mail_of(t, "ann@store.example", right, "1@x", "x"), &d) == INBOUND_GOOD);
    EXPECT(d.account == account && strlen(d.id) == SHA256_HEX_SIZE - 1);
    /* Among others, one in a line, and when one before it does not hold. */
    const char *many = arena_printf(t->arena, "%s>,\r\n Tea <%s>,\r\n <b@c.example", wrong, right);
    EXPECT(judged(t, mail_of(t, "ann@store.example", many, "2@x", "x"), &d) == INBOUND_GOOD);
    const char *in_words = mail_of(t, "ann@store.example", "reply@reply.example", "3@x", right);
    const char *none[] = { "", "\n", "\r\n\r\n", in_words, mail_of(t, "a@b.example", wrong, "4@x", "x") };
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        EXPECT(judged(t, none[i], &d) == INBOUND_ASKED && !d.id && d.account == 0 && d.answer.status == 200);
}

/* It would be passed over when it is acted on, long after its writer was told that it came. */
TEST_EACH_ENGINE(what_cannot_be_taken_apart_is_refused_while_its_writer_waits)
{
    struct delivery d;
    start(t);
    struct buf words;
    buf_init(&words, 2 * MAIL_PLAIN_MAX);
    while (words.n < MAIL_PLAIN_MAX) buf_text(&words, "many words of a person, and no file\r\n");
    const char *all = buf_terminated(&words);
    EXPECT(judged(t, mail_of(t, "ann@store.example", address(t), "1@x", all), &d) == INBOUND_ASKED);
    EXPECT(d.answer.status == 413 && !d.id);
    words.n = MAIL_PLAIN_MAX / 2;
    EXPECT(judged(t, mail_of(t, "ann@store.example", address(t), "2@x", buf_terminated(&words)), &d) == INBOUND_GOOD);
    buf_free(&words);
}

TEST_EACH_ENGINE(what_programs_write_is_nobodys_word_and_is_not_answered)
{
    static const char *const headers[] = {
        "Auto-Submitted: auto-replied", "Precedence: bulk", "Precedence: junk",
        "Precedence: auto_reply",       "X-Autoreply: yes", "X-Auto-Response-Suppress: All",
        "List-Id: <a.example>",         "Precedence: list"
    };
    start(t);
    for (size_t i = 0; i < ARRAY_LEN(headers); i++)
        expect_silence(t,
                       arena_printf(t->arena, "%s\r\n%s", headers[i],
                                    mail_of(t, "ann@store.example", address(t), "16@x", "I am on holiday")),
                       "a program wrote it");
    const char *m = mail_of(t, "ann@store.example", address(t), "17@x", "could not be delivered");
    expect_silence(t, arena_printf(t->arena, "Return-Path: <>%s", m + strlen("Return-Path: <x@y.example>")),
                   "came back");
    expect_silence(t, mail_of(t, "MAILER-DAEMON@store.example", address(t), "18@x", "x"), "came back");
    expect_silence(t,
                   arena_printf(t->arena,
                                "From: ann@store.example\r\nTo: %s\r\nContent-Type: multipart/report; "
                                "boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
                                address(t)),
                   "came back");
    expect_silence(t, mail_of(t, "ann@store.example", address(t), "19@x", "> only what was quoted"), "no words");
}

TEST_EACH_ENGINE(who_may_not_talk_may_not_by_mail)
{
    start(t);
    EXPECT(visitor_block(t->tx, ann.id, true, kit_now()));
    expect_silence(t, mail_of(t, "ann@store.example", address(t), "20@x", "x"), "blocked");
    EXPECT(visitor_block(t->tx, ann.id, false, kit_now()));
    test_script(t, arena_printf(t->arena, "UPDATE tenants SET status = %d;", TENANT_SUSPENDED));
    expect_silence(t, mail_of(t, "ann@store.example", address(t), "21@x", "x"), "off");
}

TEST_EACH_ENGINE(a_conversation_that_is_gone_takes_nothing)
{
    start(t);
    const char *right = address(t);
    const struct erasure e = { .account = account, .shop = shop, .at_ms = kit_now(), .why = "asked" };
    EXPECT(chat_erase_visitors(t->tx, &e, &ann.id, 1));
    expect_silence(t, mail_of(t, "ann@store.example", right, "22@x", "x"), "of no conversation");
}

TEST_EACH_ENGINE(a_long_mail_is_some_messages_and_files_are_told)
{
    struct message m[10];
    size_t count;
    struct buf b;
    start(t);
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 1500; i++) buf_printf(&b, "line %d 长\r\n", i);
    (void)arrives(t, mail_of(t, "ann@store.example", address(t), "23@x", buf_terminated(&b)));
    EXPECT(messages_after(t->tx, talk, 2, 10, m, &count) && count == 5);
    for (size_t i = 0; i < count; i++) assert_true(utf8_length(str_of(m[i].text)) <= MESSAGE_MAX);
    assert_true(str_starts(str_of(m[1].text), STR("line ")));
    for (int i = 0; i < 3000; i++) buf_printf(&b, "line %d 长\r\n", i);
    (void)arrives(t, mail_of(t, "ann@store.example", address(t), "24@x", buf_terminated(&b)));
    EXPECT(messages_after(t->tx, talk, 7, 10, m, &count) && count == 5);
    assert_non_null(strstr(m[4].text, " …"));
    buf_free(&b);
    const char *head =
        arena_printf(t->arena, "From: ann@store.example\r\nTo: %s\r\nMessage-ID: <25@x>\r\n", address(t));
    (void)arrives(t, arena_printf(t->arena,
                                  "%sContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee\r\n--b\r\n"
                                  "Content-Type: image/jpeg; name=a.jpg\r\n\r\nx\r\n--b--\r\n",
                                  head));
    EXPECT(messages_after(t->tx, talk, 12, 10, m, &count) && count == 1);
    assert_string_equal(m[0].text, "See\n\n[A file a.jpg, 1 B, was not taken]");
}

TEST_EACH_ENGINE(one_conversation_takes_so_many_in_an_hour)
{
    start(t);
    for (int i = 0; i < 20; i++) {
        const char *id = arena_printf(t->arena, "n%d@x", i);
        const char *from = i % 2 ? "ann@store.example" : "bob@elsewhere.example";
        assert_null(strstr(arrives(t, mail_of(t, from, address(t), id, "again")), "refused"));
    }
    expect_silence(t, mail_of(t, "ann@store.example", address(t), "more@x", "again"), "too many");
    kit_set_now(kit_now() + HOUR_MS + 1);
    assert_null(strstr(arrives(t, mail_of(t, "ann@store.example", address(t), "more@x", "again")), "refused"));
}

TEST_EACH_ENGINE(without_a_reply_domain_letters_are_as_before)
{
    start(t);
    chat_settings.reply_domain = chat_settings.mail_secret = NULL;
    struct mail_row row = letter(t);
    assert_string_equal(row.kind, "chat_answered");
    assert_null(row.reply_to);
    assert_null(strstr(row.text, MAIL_MARK_EN));
    assert_false(chat_mail_routes[0].exists());
}

TEST_EACH_ENGINE(only_signed_bytes_are_believed)
{
    uint8_t mac[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    set_up();
    struct str body = STR("From: a@b.example\r\n\r\nx");
    hmac_sha256(STR(SECRET), body, mac);
    hex_encode(mac, sizeof mac, hex);
    struct delivery d = {
        .sender = &chat_mail_sender, .arena = t->arena, .body = body, .at_ms = kit_now(), .headers = 1
    };
    d.header[0].name = "x-signature";
    d.header[0].value = str_of(arena_printf(t->arena, "sha256=%s", hex));
    EXPECT(chat_mail_sender.verify(&d, t->tx) == INBOUND_GOOD);
    d.body = STR("From: a@b.example\r\n\r\ny");
    EXPECT(chat_mail_sender.verify(&d, t->tx) == INBOUND_REFUSED);
    d.headers = 0;
    EXPECT(chat_mail_sender.verify(&d, t->tx) == INBOUND_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(an_answer_to_the_letter_is_the_visitors_word_once),
        EACH_ENGINE(where_the_assistant_speaks_a_person_is_called),
        EACH_ENGINE(what_no_letter_has_told_is_not_taken_for_read),
        EACH_ENGINE(a_mail_from_elsewhere_is_a_note_for_the_team),
        EACH_ENGINE(whom_the_shop_vouches_for_answers_from_that_address),
        EACH_ENGINE(an_address_that_does_not_hold_says_nothing),
        EACH_ENGINE(an_address_is_of_its_visitor_alone),
        EACH_ENGINE(only_what_names_an_address_that_holds_is_kept),
        EACH_ENGINE(what_cannot_be_taken_apart_is_refused_while_its_writer_waits),
        EACH_ENGINE(what_programs_write_is_nobodys_word_and_is_not_answered),
        EACH_ENGINE(who_may_not_talk_may_not_by_mail),
        EACH_ENGINE(a_conversation_that_is_gone_takes_nothing),
        EACH_ENGINE(a_long_mail_is_some_messages_and_files_are_told),
        EACH_ENGINE(one_conversation_takes_so_many_in_an_hour),
        EACH_ENGINE(without_a_reply_domain_letters_are_as_before),
        EACH_ENGINE(only_signed_bytes_are_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
