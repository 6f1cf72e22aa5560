/* test_mail_read.c: what is read out of a mail: whose it is, whether a program wrote it, and the words that were added,
 * as the programs that people use write and quote them. */
#include "base/testing.h"

#include "chat/mail_read.h"

#define HEAD "From: Ann <ann@store.example>\r\nTo: reply+00@r.example\r\nMessage-ID: <1@x>\r\nSubject: Re: Tea\r\n"
#define PLAIN HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n"

static struct arena *arena;

static int setup(void **state)
{
    arena = arena_new(64 << 20);
    return 0;
}

static int teardown(void **state)
{
    arena_free(arena);
    return 0;
}

static struct mail_in of_bytes(struct str mail)
{
    struct mail_in m;
    assert_true(mail_read(arena, mail, &m));
    return m;
}

static struct mail_in of(const char *mail) { return of_bytes(str_of(mail)); }

static void expect_words(const char *mail, const char *words)
{
    struct mail_in m = of(mail);
    if (strcmp(m.text, words) != 0) fail_msg("'%s' instead of '%s', of:\n%s", m.text, words, mail);
}

/* A library reads groups by recursion: a stack is not a stranger's to fill. */
static void groups_without_an_end_are_refused(void **state)
{
    (void)state;
    static const char *const heads[] = { "From: ", "to:\r\n ", "Resent-Cc: ", NULL };
    for (size_t i = 0; heads[i]; i++) {
        struct buf b;
        struct mail_in m;
        buf_init(&b, 900000);
        buf_text(&b, heads[i]);
        for (int k = 0; k < 200000; k++) buf_text(&b, k % 1000 == 999 ? "a:\r\n " : "a:");
        buf_text(&b, "\r\n\r\nHello\r\n");
        assert_false(b.overflow || mail_read(arena, buf_str(&b), &m));
        buf_free(&b);
    }
    struct buf b;
    buf_init(&b, 900000);
    buf_text(&b, PLAIN "Hello");
    for (int k = 0; k < 2000; k++) buf_text(&b, "\r\n  color: red; margin: 0;");
    assert_non_null(strstr(of_bytes(buf_str(&b)).text, "margin"));
    buf_free(&b);
}

/* What stands right above who wrote the quoted words is the customer's. */
static void an_answer_without_a_blank_line_stays(void **state)
{
    (void)state;
    expect_words(PLAIN "Yes, please.\r\nOn Sat, Nov 28, 2026 at 10:00 AM Tea <a@c.example> wrote:\r\n> Red?\r\n",
                 "Yes, please.");
    expect_words(PLAIN "2 of them\r\nOn Saturday Tea <a@c.example> wrote:\r\n> Red?\r\n", "2 of them");
    expect_words(PLAIN "2 件\r\n2026年11月28日 Tea <a@c.example> 写道：\r\n> Red?\r\n", "2 件");
    expect_words(PLAIN "Thank you\r\nTea <a@c.example> wrote:\r\n> Red?\r\n", "Thank you");
    expect_words(PLAIN "From: Beijing\r\nTo: Shanghai\r\nWhat does it cost?\r\n",
                 "From: Beijing\nTo: Shanghai\nWhat does it cost?");
}

static void a_plain_mail_is_its_words(void **state)
{
    struct mail_in m = of(PLAIN "Is it still there?\r\n\r\nAnn 🙂\r\n");
    assert_string_equal(m.text, "Is it still there?\n\nAnn 🙂");
    assert_string_equal(m.from, "ann@store.example");
    assert_string_equal(m.to, "reply+00@r.example\n");
    assert_int_equal(m.kind, MAIL_OF_PERSON);
    assert_int_equal(m.files, 0);
    assert_int_equal(strlen(m.id), 40);
}

static void the_same_message_has_the_same_id(void **state)
{
    struct mail_in a = of(PLAIN "x"), b = of("Received: by another way\r\n" PLAIN "x");
    assert_string_equal(a.id, b.id);
    struct mail_in c = of("From: a@b.example\r\n\r\nx"), d = of("From: a@b.example\r\n\r\ny");
    assert_string_not_equal(c.id, d.id);
}

static void what_is_quoted_goes(void **state)
{
    static const char *const quotes[] = {
        /* Gmail, wrapped and not; Apple; Thunderbird */
        "On Sat, Nov 28, 2026 at 10:00 AM Tea <no-reply@c.example> wrote:\r\n\r\n> Anna: It is.\r\n>\r\n> Bye\r\n",
        "On Sat, Nov 28, 2026 at 10:00 AM Tea Shop of Somewhere\r\n<no-reply@c.example> wrote:\r\n\r\n> Anna: It "
        "is.\r\n",
        "> On 28 Nov 2026, at 10:00, Tea <a@b.example> wrote:\r\n> \r\n> Anna: It is.\r\n",
        "On 28/11/2026 10:00, Tea wrote:\r\n> Anna: It is.\r\n",
        /* Outlook */
        "-----Original Message-----\r\nFrom: Tea\r\nSent: Saturday\r\n\r\nAnna: It is.\r\n",
        "________________________________\r\nFrom: Tea <a@b.example>\r\nSent: Saturday\r\nTo: Ann\r\n\r\nAnna: It "
        "is.\r\n",
        "From: Tea <a@b.example>\r\nSent: Saturday, November 28, 2026\r\nTo: Ann\r\nSubject: x\r\n\r\nAnna: It is.\r\n",
        /* QQ, 163, Outlook in Chinese, Gmail in Chinese */
        "------------------ 原始邮件 ------------------\r\n发件人: \"Tea\"\r\n\r\nAnna: It is.\r\n",
        "---- 回复的原邮件 ----\r\n| 发件人 | Tea |\r\n\r\nAnna: It is.\r\n",
        "发件人: Tea <a@b.example>\r\n发送时间: 2026年11月28日 10:00\r\n收件人: Ann\r\n主题: x\r\n\r\nAnna: It is.\r\n",
        "Tea <a@b.example> 于2026年11月28日周六 10:00写道：\r\n\r\n> Anna: It is.\r\n",
        "在 2026-11-28 10:00:00，\"Tea\" <a@b.example> 写道：\r\n\r\nAnna: It is.\r\n",
        "2026年11月28日 10:00，Tea <a@b.example> 写道：\r\n\r\n> Anna: It is.\r\n",
        /* others */
        "Am 28.11.26 um 10:00 schrieb Tea:\r\n> Anna: It is.\r\n",
        "El sáb, 28 nov 2026 a las 10:00, Tea (<a@b.example>) escribió:\r\n\r\n> Anna: It is.\r\n",
        /* ours, in any wrapping */
        "Someone said then\r\n\r\n> — Answer above this line —\r\n> Anna: It is.\r\n",
        "On Saturday Tea wrote:\r\n— Answer above this line —\r\n\r\nAnna: It is.\r\n",
        "— 请在此行上方回复 —\r\n\r\n您好：\r\n\r\nAnna: It is.\r\n",
        "-- \r\nAnn of Store\r\nTel. 555\r\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
        struct mail_in m = of(arena_printf(arena, PLAIN "Yes, please.\r\n\r\n%s", quotes[i]));
        if (i == 15) assert_string_equal(m.text, "Yes, please.\n\nSomeone said then");
        else if (strcmp(m.text, "Yes, please.") != 0) fail_msg("%s\n---- of:\n%s", m.text, quotes[i]);
    }
    expect_words(PLAIN "> — Answer above this line —\r\n> Hello\r\n", "");
}

static void words_between_and_below_quoted_lines_are_kept(void **state)
{
    expect_words(PLAIN
                 "Hello,\r\n\r\nOn Saturday, Tea wrote:\r\n> Red or blue?\r\n\r\nBlue.\r\n\r\n> Big?\r\n\r\nYes.\r\n",
                 "Hello,\n\nBlue.\n\nYes.");
    expect_words(PLAIN "On Saturday, Tea wrote:\r\n> Red or blue?\r\n\r\nBlue.\r\n", "Blue.");
    /* what only looks alike is nobody's quotation */
    expect_words(PLAIN "From: the very start it was broken.\r\nOn Monday I wrote to you\r\n-- see above\r\n",
                 "From: the very start it was broken.\nOn Monday I wrote to you\n-- see above");
}

static void flowed_lines_are_joined(void **state)
{
    expect_words(HEAD "Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\nThis is one \r\nline.\r\n >x\r\n",
                 "This is one line.\n>x");
    expect_words(HEAD "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n一行 \r\n文字\r\n",
                 "一行文字");
}

static void every_encoding_is_read(void **state)
{
    expect_words(HEAD
                 "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5L2g5aW9\r\n",
                 "你好");
    expect_words(HEAD
                 "Content-Type: text/plain; charset=\"GB2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                 "=C4=E3=BA=C3=E9F\r\n",
                 "你好镕"); /* which is GBK, not GB2312 */
    expect_words(HEAD "Content-Type: text/plain; charset=big5\r\n\r\n\xa7\x41\xa6\x6e\r\n", "你好");
    expect_words(HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9 \x80 5\r\n", "café € 5");
    expect_words(HEAD "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B!\r\n", "こん!");
    expect_words(HEAD "Content-Type: text/plain; charset=../../etc/passwd\r\n\r\nplain\r\n", "plain");
    expect_words(HEAD "Content-Type: text/plain; charset=no-such\r\n\r\nplain\r\n", "plain");
    /* what is no character is shown as that, and loses nothing behind it; controls go */
    expect_words(PLAIN "a\xff\xfe b\x01\x1b[2J c\r\n", "a\xef\xbf\xbd\xef\xbf\xbd b[2J c");
    expect_words(HEAD "Content-Type: text/plain; charset=gbk\r\n\r\n\xff\xff\xc4\xe3\r\n",
                 "\xef\xbf\xbd\xef\xbf\xbd你");
}

static void of_html_alone_the_words_are_read(void **state)
{
#define HTML HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n"
    expect_words(HTML
                 "<html><head><style>p{}</style></head><body><div>Yes &amp; thanks</div><div><br></div>"
                 "<div class=\"gmail_quote\"><div>On Saturday Tea wrote:</div><blockquote>Anna: It is.</blockquote>"
                 "</div></body></html>",
                 "Yes & thanks");
    expect_words(
        HTML "<p>Yes</p><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Tea</div><p>It is.",
        "Yes");
    expect_words(
        HTML "<div>好的</div><includetail><div>------------------ 原始邮件 ------------------</div>Anna</includetail>",
        "好的");
    expect_words(HTML "<p>Yes</p><p>— Answer above this line —</p><p>Anna: It is.</p>", "Yes");
    expect_words(HTML "<body><blockquote>Anna: <blockquote>x</blockquote>It is.</blockquote><p>Below</p>", "Below");
    expect_words(HTML "<script>alert(1)</script><p onclick=x>&lt;b&gt; stays words</p>", "<b> stays words");
}

#define B(t) "--b\r\nContent-Type: " t "\r\n"
#define MIXED HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
#define ALTERNATIVE HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
#define RELATED HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"

static void of_several_parts_the_plain_one_counts(void **state)
{
    expect_words(
        ALTERNATIVE B("text/plain; charset=utf-8") "\r\nplain\r\n" B("text/html") "\r\n<p>page</p>\r\n--b--\r\n",
        "plain");
    expect_words(ALTERNATIVE B("text/plain") "\r\n \r\n" B("text/html") "\r\n<p>page</p>\r\n--b--\r\n", "page");
    /* an end that never comes */
    expect_words(ALTERNATIVE B("text/plain") "\r\nplain\r\n", "plain");
}

static void attachments_are_counted_and_named(void **state)
{
    struct mail_in m = of(MIXED B("text/plain") "\r\nSee.\r\n" B(
        "image/jpeg; name=\"a.jpg\"") "Content-Disposition: attachment; filename=\"photo 1.jpg\"\r\n"
                                      "Content-Transfer-Encoding: base64\r\n\r\n/9j/\r\n" B(
                                          "text/plain") "Content-Disposition: attachment; "
                                                        "filename*=utf-8''%E8%AE%A2%E5%8D%95."
                                                        "txt\r\n\r\nno\r\n" B(
                                                            "application/"
                                                            "pgp-signature") "\r\nx\r"
                                                                             "\n" B(
                                                                                 "m"
                                                                                 "e"
                                                                                 "s"
                                                                                 "s"
                                                                                 "a"
                                                                                 "g"
                                                                                 "e"
                                                                                 "/"
                                                                                 "r"
                                                                                 "f"
                                                                                 "c"
                                                                                 "8"
                                                                                 "2"
                                                                                 "2") "\r\nFrom: x@y.example\r\n\r\nno "
                                                                                      "words of this\r\n--b--\r\n");
    assert_string_equal(m.text, "See.");
    assert_int_equal(m.files, 3);
    assert_int_equal(m.kept, 3);
    assert_string_equal(m.file[0].name, "photo 1.jpg");
    assert_int_equal(m.file[0].bytes.n, 3);
    assert_string_equal(m.file[1].name, "订单.txt");
    assert_string_equal(m.file[2].name, "");
    m = of(RELATED B("text/html") "\r\n<p>Hi</p><img src=\"cid:logo\">\r\n" B(
        "image/png") "Content-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\n--b--\r\n");
    assert_string_equal(m.text, "Hi");
    assert_int_equal(m.files, 0);
}

static void a_program_is_told_from_a_person(void **state)
{
    static const struct {
        const char *header;
        enum mail_in_kind kind;
    } cases[] = {
        { "Auto-Submitted: no", MAIL_OF_PERSON },
        { "Auto-Submitted: auto-replied", MAIL_AUTOMATIC },
        { "auto-submitted: auto-generated; owner-email=x", MAIL_AUTOMATIC },
        { "Precedence: bulk", MAIL_AUTOMATIC },
        { "Precedence: List", MAIL_AUTOMATIC },
        { "Precedence: junk", MAIL_AUTOMATIC },
        { "Precedence: auto_reply", MAIL_AUTOMATIC },
        { "Precedence: first-class", MAIL_OF_PERSON },
        { "X-Autoreply: yes", MAIL_AUTOMATIC },
        { "X-Autorespond: x", MAIL_AUTOMATIC },
        { "X-Auto-Response-Suppress: All", MAIL_AUTOMATIC },
        { "X-Auto-Response-Suppress: None", MAIL_OF_PERSON },
        { "List-Id: <l.example>", MAIL_AUTOMATIC },
        { "Return-Path: <>", MAIL_BOUNCE },
        { "Return-Path: <ann@store.example>", MAIL_OF_PERSON },
        { "Content-Type: multipart/report; report-type=delivery-status; boundary=b", MAIL_BOUNCE },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct mail_in m = of(arena_printf(arena, HEAD "%s\r\n\r\nHello\r\n", cases[i].header));
        if (m.kind != cases[i].kind) fail_msg("%s: %d", cases[i].header, m.kind);
    }
    assert_int_equal(of("From: MAILER-DAEMON@x.example\r\n\r\nx").kind, MAIL_BOUNCE);
    assert_int_equal(of("From: Postmaster <postmaster@x.example>\r\n\r\nx").kind, MAIL_BOUNCE);
}

static void who_it_is_from_is_one_address_or_nobody(void **state)
{
    assert_string_equal(of("From: =?utf-8?B?5bCP5p2O?= <Ann@STORE.example>\r\n\r\nx").from, "Ann@STORE.example");
    assert_null(of("From: a@b.example, c@d.example\r\n\r\nx").from);
    assert_null(of("From: a@b.example\r\nFrom: c@d.example\r\n\r\nx").from);
    assert_null(of("To: a@b.example\r\n\r\nx").from);
    assert_null(of("From: group: a@b.example;\r\n\r\nx").from);
    assert_null(of("From: nobody\r\n\r\nx").from);
}

static void where_it_was_delivered_to_comes_first(void **state)
{
    struct mail_in m = of("To: public@x.example\r\nCc: c@x.example\r\nDelivered-To: d@x.example\r\n"
                          "X-Original-To: o@x.example\r\nFrom: a@b.example\r\n\r\nx");
    assert_string_equal(m.to, "o@x.example\nd@x.example\npublic@x.example\nc@x.example\n");
}

static void what_is_no_mail_or_too_deep_is_told(void **state)
{
    struct mail_in m;
    struct buf b;
    assert_false(mail_read(arena, STR(""), &m));
    buf_init(&b, 2 << 20);
    buf_text(&b, HEAD);
    for (int i = 0; i < MAIL_DEPTH_MAX + 2; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    buf_text(&b, "\r\nwords\r\n");
    assert_false(mail_read(arena, buf_str(&b), &m));
    buf_clear(&b);
    buf_text(&b, MIXED);
    for (int i = 0; i < MAIL_PARTS_MAX + 1; i++) buf_text(&b, "--b\r\n\r\nx\r\n");
    assert_false(mail_read(arena, buf_str(&b), &m));
    buf_clear(&b);
    for (int i = 0; i < 100000; i++) buf_text(&b, "Content-Type: message/rfc822\r\n\r\n");
    if (b.n > MAIL_BYTES_MAX) b.n = MAIL_BYTES_MAX;
    if (mail_read(arena, buf_str(&b), &m)) assert_string_equal(m.text, ""); /* it ends, whatever it says */
    buf_free(&b);
    char *large = arena_alloc(arena, MAIL_BYTES_MAX + 1);
    memset(large, 'x', MAIL_BYTES_MAX + 1);
    assert_false(mail_read(arena, (struct str){ large, MAIL_BYTES_MAX + 1 }, &m));
}

static void a_long_text_is_cut_at_a_character(void **state)
{
    struct buf b;
    buf_init(&b, 2 << 20);
    buf_text(&b, PLAIN);
    while (b.n < MAIL_PLAIN_MAX - 10) buf_text(&b, "长");
    struct mail_in m = of_bytes(buf_str(&b));
    assert_true(strlen(m.text) > MAIL_TEXT_MAX - 10 && strlen(m.text) <= MAIL_TEXT_MAX + 8);
    assert_true(utf8_valid(str_of(m.text)));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_without_an_end_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_without_a_blank_line_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(a_plain_mail_is_its_words, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_message_has_the_same_id, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_quoted_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(words_between_and_below_quoted_lines_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(flowed_lines_are_joined, setup, teardown),
        cmocka_unit_test_setup_teardown(every_encoding_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(of_html_alone_the_words_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(of_several_parts_the_plain_one_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(attachments_are_counted_and_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_program_is_told_from_a_person, setup, teardown),
        cmocka_unit_test_setup_teardown(who_it_is_from_is_one_address_or_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(where_it_was_delivered_to_comes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_mail_or_too_deep_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_text_is_cut_at_a_character, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
