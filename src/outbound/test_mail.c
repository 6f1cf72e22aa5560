/* test_mail.c: the message as text, the outbox on both engines, and an SMTP server that behaves well and badly. */
#include "storage/test_verify.h"

#include "base/clock.h"
#include "outbound/http_client.h"
#include "outbound/private.h"
#include "outbound/test_peer.h"

#include <stdio.h>

enum { WAIT_MAX_MS = 60000 };

static struct keyring *keyring;
static struct peer peer;

/* ---- the message ---- */

static struct str message(struct arena *a, const char *from, const char *subject, const char *text)
{
    return smtp_message(a, from,
                        &(struct smtp_mail){ .to = "b@example.com",
                                             .subject = subject,
                                             .text = text,
                                             .message_id = "<id@example.com>",
                                             .at_ms = INT64_C(1795320000123) });
}

static void expect_in(struct str s, const char *wanted)
{
    if (!memmem(s.p, s.n, wanted, strlen(wanted))) fail_msg("\"%s\" is not in:\n%.*s", wanted, (int)s.n, s.p);
}

static void ascii_mail_goes_as_it_is(void **state)
{
    (void)state;
    struct arena *a = arena_new(8 << 20);
    struct str m = message(a, "Chathub <no-reply@example.com>", "Confirm your e-mail",
                           "Open this link:\nhttps://example.com/auth/verify?token=abc_def-123\r\n\n.\nBye");
    assert_string_equal(
        m.p,
        "Date: Sun, 22 Nov 2026 04:00:00 +0000\r\nFrom: \"Chathub\" <no-reply@example.com>\r\nTo: <b@example.com>\r\n"
        "Subject: Confirm your e-mail\r\nMessage-ID: <id@example.com>\r\nAuto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        "Open this link:\r\nhttps://example.com/auth/verify?token=abc_def-123\r\n\r\n.\r\nBye\r\n");
    assert_true(str_eq(m, message(a, "Chathub <no-reply@example.com>", "Confirm your e-mail",
                                  "Open this link:\nhttps://example.com/auth/verify?token=abc_def-123\r\n\n.\nBye")));
    arena_free(a);
}

static void an_answer_goes_where_the_mail_says(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct smtp_mail m = { .to = "b@example.com", .subject = "s", .text = "t", .message_id = "<id@example.com>" };
    assert_null(strstr(smtp_message(a, "a@example.com", &m).p, "Reply-To:"));
    m.reply_to = "reply+1@example.com";
    expect_in(smtp_message(a, "a@example.com", &m), "\r\nReply-To: <reply+1@example.com>\r\nTo: <b@example.com>\r\n");
    arena_free(a);
}

static void other_mail_is_encoded(void **state)
{
    (void)state;
    struct arena *a = arena_new(8 << 20);
    struct str m =
        message(a, "智聊 <no-reply@example.com>", "请确认您的邮箱地址，然后开始使用客服聊天机器人", "您好\n");
    expect_in(m, "From: =?UTF-8?B?5pm66IGK?= <no-reply@example.com>\r\n");
    expect_in(m, "Subject: =?UTF-8?B?");
    expect_in(m, "?=\r\n =?UTF-8?B?"); /* folded into words, each of whole characters */
    expect_in(m, "Content-Transfer-Encoding: base64\r\n\r\n5oKo5aW9DQo=\r\n");
    size_t line = 0;
    for (size_t i = 0; i < m.n; i++) {
        line = m.p[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 79 && (unsigned char)m.p[i] < 0x7f);
    }
    /* Each encoded word decodes to valid UTF-8 by itself. */
    const char *p = memmem(m.p, m.n, "Subject: ", 9), *end = strstr(p, "\r\nMessage-ID");
    struct buf subject;
    buf_init(&subject, 4096);
    while ((p = strstr(p, "?B?")) != NULL && p < end) {
        uint8_t bytes[64];
        size_t n = sizeof(bytes);
        const char *stop = strstr(p, "?=");
        assert_true(base64_decode((struct str){ p + 3, (size_t)(stop - p) - 3 }, bytes, &n));
        assert_true(utf8_valid((struct str){ (char *)bytes, n }));
        buf_add(&subject, bytes, n);
        p = stop;
    }
    assert_string_equal(buf_terminated(&subject), "请确认您的邮箱地址，然后开始使用客服聊天机器人");
    buf_free(&subject);
    /* What looks like an encoded word is one only if we made it; a very long line is not sent bare. */
    expect_in(message(a, "no-reply@example.com", "=?UTF-8?B?aGk=?=", "x"),
              "Subject: =?UTF-8?B?PT9VVEYtOD9CP2FHaz0/PQ==?=\r\n");
    expect_in(message(a, "no-reply@example.com", "s", "x"), "From: <no-reply@example.com>\r\n");
    char *longer = arena_alloc(a, 2000);
    memset(longer, 'x', 1999);
    expect_in(message(a, "no-reply@example.com", "s", longer), "base64");
    arena_free(a);
}

/* ---- the server ---- */

struct smtp_script {
    const char *greeting, *mail, *rcpt, *data, *end; /* answers; NULL: the good one */
    const char *ehlo;                                /* what EHLO offers */
    const char *quit;
    const char *slow_at; /* the command that is answered late; "." the text */
    int slow_ms;
    const char *hang_up_at; /* the command after which it is gone; "." the text */
};

static const char *or_else(const char *text, const char *otherwise) { return text ? text : otherwise; }

static const char *answer_to(const struct smtp_script *s, const char *line)
{
    if (strncmp(line, "EHLO", 4) == 0) return or_else(s->ehlo, "250-fake\r\n250 8BITMIME\r\n");
    if (strncmp(line, "AUTH", 4) == 0) return "235 fine\r\n";
    if (strncmp(line, "MAIL", 4) == 0) return or_else(s->mail, "250 ok\r\n");
    if (strncmp(line, "RCPT", 4) == 0) return or_else(s->rcpt, "250 ok\r\n");
    if (strncmp(line, "DATA", 4) == 0) return or_else(s->data, "354 go on\r\n");
    if (strncmp(line, "QUIT", 4) == 0) return or_else(s->quit, "221 bye\r\n");
    return "502 what\r\n";
}

static void wait_at(const struct smtp_script *s, const char *line)
{
    if (s->slow_at && strncmp(line, s->slow_at, strlen(s->slow_at)) == 0) usleep((useconds_t)s->slow_ms * 1000);
}

static void serve_smtp(struct peer *p, int fd)
{
    const struct smtp_script *s = p->script;
    const char *greeting = or_else(s->greeting, "220 fake ESMTP\r\n");
    wait_at(s, "greeting");
    peer_send(fd, greeting, strlen(greeting));
    for (;;) {
        size_t from = p->seen_n;
        if (!peer_read_until(p, fd, from, "\r\n")) return;
        const char *line = p->seen + from, *answer = answer_to(s, line);
        if (s->hang_up_at && strncmp(line, s->hang_up_at, strlen(s->hang_up_at)) == 0) return;
        wait_at(s, line);
        peer_send(fd, answer, strlen(answer));
        if (strncmp(line, "DATA", 4) != 0 || answer[0] != '3') continue;
        from = p->seen_n;
        if (!peer_read_until(p, fd, from, "\r\n.\r\n")) return;
        if (s->hang_up_at && s->hang_up_at[0] == '.') return;
        wait_at(s, ".");
        const char *end = or_else(s->end, "250 taken\r\n");
        peer_send(fd, end, strlen(end));
    }
}

static enum smtp_outcome send_one(struct arena *a, const struct smtp_script *s, struct mail_settings settings,
                                  const char **error)
{
    peer_start(&peer, serve_smtp);
    peer.script = s;
    settings.host = settings.host ? settings.host : "127.0.0.1";
    settings.from = "Chathub <no-reply@chathub.example>";
    settings.port = peer.port;
    enum smtp_outcome outcome = smtp_send(a, &settings,
                                          &(struct smtp_mail){ .to = "b@example.com",
                                                               .subject = "Hi",
                                                               .text = "one\n.two\n.\n",
                                                               .message_id = "<id@x>",
                                                               .at_ms = now_ms() },
                                          error);
    peer_stop(&peer);
    return outcome;
}

static void outcomes_of_smtp(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct smtp_script s;
        enum smtp_outcome want;
        const char *error;
    } cases[] = {
        { "good", { 0 }, SMTP_SENT, NULL },
        { "unknown recipient", { .rcpt = "550 no such user\r\n" }, SMTP_REFUSED, "the recipient was answered 550" },
        { "greylisted", { .rcpt = "450 come back\r\n" }, SMTP_LATER, "the recipient was answered 450" },
        { "mailbox full", { .rcpt = "452 full\r\n" }, SMTP_LATER, "the recipient was answered 452" },
        { "sender refused", { .mail = "550 not you\r\n" }, SMTP_LATER, "the sender was answered 550" },
        { "data refused", { .data = "554 no\r\n" }, SMTP_REFUSED, "the text was answered 554" },
        { "data later", { .data = "451 no\r\n" }, SMTP_LATER, "the text was answered 451" },
        { "text refused", { .end = "554 spam\r\n" }, SMTP_REFUSED, "the text was answered 554" },
        { "text later", { .end = "451 busy\r\n" }, SMTP_LATER, "the text was answered 451" },
        { "busy", { .greeting = "421 too busy\r\n" }, SMTP_LATER, NULL },
        { "closed", { .greeting = "554 go away\r\n" }, SMTP_LATER, NULL },
        { "no mail server", { .greeting = "HTTP/1.1 400 Bad Request\r\n\r\n" }, SMTP_LATER, NULL },
        { "gone at once", { .hang_up_at = "EHLO" }, SMTP_LATER, NULL },
        { "gone at the sender", { .hang_up_at = "MAIL" }, SMTP_LATER, NULL },
        { "gone at the recipient", { .hang_up_at = "RCPT" }, SMTP_LATER, NULL },
        { "gone after the text", { .hang_up_at = "." }, SMTP_UNKNOWN, NULL },
        { "too many, in a 550",
          { .rcpt = "550 5.7.1 Too many recipients, try again later\r\n" },
          SMTP_LATER,
          "the recipient was answered 550" },
        { "counted, in a 554", { .end = "554 IP frequency limited\r\n" }, SMTP_LATER, "the text was answered 554" },
        { "4.x.x in a 550", { .rcpt = "550 4.2.1 no\r\n" }, SMTP_LATER, "the recipient was answered 550" },
        { "full, as of old", { .rcpt = "552 mailbox full\r\n" }, SMTP_LATER, "the recipient was answered 552" },
        { "too large", { .end = "552 message too large\r\n" }, SMTP_REFUSED, "the text was answered 552" },
        { "no farewell", { .quit = "" }, SMTP_SENT, NULL },
    };
    struct arena *a = arena_new(8 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *error;
        enum smtp_outcome got = send_one(a, &cases[i].s, (struct mail_settings){ 0 }, &error);
        if (got != cases[i].want) fail_msg("%s: outcome %d (%s)", cases[i].what, got, error);
        if (cases[i].error && !text_eq(error, cases[i].error)) fail_msg("%s: %s", cases[i].what, error);
        assert_true((got == SMTP_SENT) == (error == NULL));
    }
    const char *error;
    assert_int_equal(send_one(a, &cases[0].s, (struct mail_settings){ .user = "me", .password = "pw" }, &error),
                     SMTP_SENT);
    assert_null(strstr(peer.seen, "AUTH")); /* not offered, not needed */
    static const struct smtp_script auth = { .ehlo = "250-fake\r\n250 AUTH PLAIN\r\n" };
    assert_int_equal(send_one(a, &auth, (struct mail_settings){ .user = "me", .password = "pw" }, &error), SMTP_SENT);
    assert_non_null(strstr(peer.seen, "AUTH PLAIN AG1lAHB3\r\n"));
    assert_non_null(strstr(peer.seen, "EHLO chathub.example\r\n"));
    assert_non_null(strstr(peer.seen, "MAIL FROM:<no-reply@chathub.example>"));
    assert_non_null(strstr(peer.seen, "RCPT TO:<b@example.com>"));
    assert_non_null(strstr(peer.seen, "\r\none\r\n..two\r\n..\r\n.\r\n")); /* dots are doubled */
    /* Not on this machine by name: STARTTLS is demanded, nothing is said without it. */
    assert_int_equal(
        send_one(a, &auth, (struct mail_settings){ .host = "0x7f000001", .user = "me", .password = "pw" }, &error),
        SMTP_LATER);
    assert_null(strstr(peer.seen, "AUTH"));
    assert_null(strstr(peer.seen, "MAIL"));
    assert_int_equal(send_one(a, &auth, (struct mail_settings){ .tls_from_start = true }, &error), SMTP_LATER);
    assert_null(strstr(peer.seen, "EHLO"));
    arena_free(a);
}

/* A hundredth and less of what RFC 5321 allows, in its proportions. */
/* clang-format off */
static const struct mail_patience scaled = { .command_ms = 1500, .data_ms = 1500, .block_ms = 1500, .end_ms = 5000,
                                             .quit_ms = 300 };
/* clang-format on */

static void each_phase_has_its_own_time(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct smtp_script s;
        enum smtp_outcome want;
        const char *error;
    } cases[] = {
        /* The text is looked through for longer than any other phase may take, and taken: sent, once. */
        { "slow text", { .slow_at = ".", .slow_ms = 3000 }, SMTP_SENT, NULL },
        { "silent greeting",
          { .slow_at = "greeting", .slow_ms = 3500 },
          SMTP_LATER,
          "the sign-in was not answered in time" },
        { "silent sender", { .slow_at = "MAIL", .slow_ms = 3500 }, SMTP_LATER, "the sender was not answered in time" },
        { "silent recipient",
          { .slow_at = "RCPT", .slow_ms = 3500 },
          SMTP_LATER,
          "the recipient was not answered in time" },
        { "silent data", { .slow_at = "DATA", .slow_ms = 3500 }, SMTP_LATER, "the text was not answered in time" },
        { "silent text", { .slow_at = ".", .slow_ms = 7500 }, SMTP_UNKNOWN, "the text was not answered in time" },
        { "silent farewell", { .slow_at = "QUIT", .slow_ms = 1000 }, SMTP_SENT, NULL },
    };
    struct arena *a = arena_new(8 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *error;
        enum smtp_outcome got = send_one(a, &cases[i].s, (struct mail_settings){ .patience = &scaled }, &error);
        if (got != cases[i].want) fail_msg("%s: outcome %d (%s)", cases[i].what, got, error);
        if (cases[i].error && !text_eq(error, cases[i].error)) fail_msg("%s: %s", cases[i].what, error);
        assert_int_equal(peer.connections, 1);
    }
    arena_free(a);
    /* What the program waits is what the RFC says. */
    assert_true(smtp_patience.command_ms >= 5 * MINUTE_MS && smtp_patience.data_ms >= 2 * MINUTE_MS);
    assert_true(smtp_patience.block_ms >= 3 * MINUTE_MS && smtp_patience.end_ms >= 10 * MINUTE_MS);
}

static void words_of_refusals(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const later[] = {
        "550 Too many messages", "550 5.7.1 rate limit reached", "554 Try again later", "550 4.7.0 no",
        "550 Mailbox busy",
        "550 Connection frequency limited", "552 5.2.2 Over quota", "550 Greylisted", "550 User throttled",
    };
    /* clang-format on */
    static const char *const never[] = { "550 No such user", "550 5.1.1 unknown", "554 spam", "550", "", "5" };
    for (size_t i = 0; i < ARRAY_LEN(later); i++)
        if (!smtp_sounds_temporary(later[i])) fail_msg("for ever: %s", later[i]);
    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        if (smtp_sounds_temporary(never[i])) fail_msg("later: %s", never[i]);
}

static void senders(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *in, *out; } cases[] = {
        { "Chathub <no-reply@localhost>", "Chathub <no-reply@localhost>" }, { "a@b.cn", "a@b.cn" },
        { "智聊 <a@bücher.de>", "智聊 <a@xn--bcher-kva.de>" }, { "a@BÜCHER.de", "a@xn--bcher-kva.de" },
        { "客服@shop.example", NULL }, { "Shop <客服@shop.example>", NULL }, { "", NULL }, { "nobody", NULL },
        { "a@b.cn\r\nBcc: x@y.z", NULL }, { "a@b@c.cn", NULL }, { "a@", NULL }, { "@b.cn", NULL },
        { "\xff@b.cn", NULL },
    };
    /* clang-format on */
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *out = mail_sender(a, cases[i].in);
        if (!text_eq(out, cases[i].out)) fail_msg("%s became %s", cases[i].in, out ? out : "nothing");
    }
    arena_free(a);
}

/* ---- the outbox ---- */

static struct mail_settings settings;
static const struct {
    struct mail_context mail;
} context = { { &settings } };
static struct jobs *worker;

static int64_t put(struct test_db *t, const char *to, const char *subject, const char *text)
{
    EXPECT(mail_put(t->tx, &settings,
                    &(struct mail){ .to = to, .subject = subject, .text = text, .kind = "test", .account = 3 }));
    return test_number(t, "SELECT MAX(id) FROM mail_outbox");
}

static const struct job_kind *const kinds[] = { &mail_send_job, &mail_purge_job, NULL };

static void begin(const struct smtp_script *s, bool keep)
{
    settings = (struct mail_settings){
        .host = "127.0.0.1", .from = "no-reply@chathub.example", .keep = keep, .keyring = keyring
    };
    peer_start(&peer, serve_smtp);
    peer.script = s;
    settings.port = peer.port;
}

/* Runs the jobs until none of "mail.send" is left in `state`. */
static void run_jobs(struct test_db *t, const char *sql)
{
    test_lanes(t, NULL);
    worker = jobs_start(&(struct job_options){ .lanes = t->lanes, .kinds = kinds, .context = &context, .workers = 2 });
    struct conn *c = conn_open(t->db, TX_READ, (char[256]){ 0 }, 256);
    EXPECT(c != NULL);
    bool came = false;
    for (int waited_ms = 0; !came && waited_ms < WAIT_MAX_MS; waited_ms += 20) {
        usleep(20000);
        struct test_db look = *t;
        look.tx = tx_begin(c, TX_READ, t->arena);
        EXPECT(look.tx != NULL);
        came = test_number(&look, sql) == 1;
        tx_rollback(look.tx);
    }
    conn_close(c);
    jobs_stop(worker, 5000);
    worker = NULL;
    test_lanes_stop(t);
    EXPECT(came);
}

TEST_EACH_ENGINE(a_mail_is_sealed_sent_once_and_forgotten)
{
    static const struct smtp_script good = { 0 };
    begin(&good, false);
    put(t, "a@example.com", "Hello", "link with token-123456");
    put(t, "b@example.com", "你好", "链接");
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send' AND account_id = 3 AND note IS NULL") ==
           2);
    struct mail_row row[5];
    size_t n;
    EXPECT(mail_list(t->tx, &settings, 0, 5, row, &n) == ROW_FOUND && n == 2);
    EXPECT(text_eq(row[0].text, "链接") && text_eq(row[1].text, "link with token-123456"));
    EXPECT(text_eq(row[1].state, "queued") && row[1].sent_at_ms == 0 && text_eq(row[1].to, "a@example.com"));
    EXPECT(mail_list(t->tx, &settings, row[0].id, 5, row, &n) == ROW_FOUND && n == 1);
    run_jobs(t, "SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM mail_outbox WHERE state = 1) AS x WHERE n = 2");
    peer_stop(&peer);
    EXPECT(peer.connections == 2);
    EXPECT(strstr(peer.seen, "link with token-123456") != NULL);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE body IS NOT NULL") == 0);
    EXPECT(mail_list(t->tx, &settings, 0, 5, row, &n) == ROW_FOUND && n == 2);
    EXPECT(row[0].text == NULL && text_eq(row[0].state, "sent") && row[0].sent_at_ms > 0);
}

TEST_EACH_ENGINE(the_stored_text_is_unreadable_and_bound_to_its_row)
{
    static const struct smtp_script good = { 0 };
    begin(&good, true);
    put(t, "a@example.com", "one", "token-aaaaaaaa");
    put(t, "a@example.com", "two", "token-bbbbbbbb");
    if (t->engine == DB_SQLITE)
        EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE instr(body, CAST('token' AS BLOB)) > 0") == 0);
    else EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE position('token'::bytea in body) > 0") == 0);
    test_script(t, "UPDATE mail_outbox SET body = (SELECT o.body FROM mail_outbox o WHERE o.subject = 'two') WHERE "
                   "subject = 'one'");
    struct mail_row row[5];
    size_t n;
    EXPECT(mail_list(t->tx, &settings, 0, 5, row, &n) == ROW_FOUND && n == 2);
    EXPECT(row[1].text == NULL && text_eq(row[0].text, "token-bbbbbbbb"));
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE subject = 'one' AND state = 2");
    peer_stop(&peer);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 3 AND error = 'the sealed text does not open'") ==
           1);
}

TEST_EACH_ENGINE(a_refused_mail_is_kept_for_the_operator)
{
    static const struct smtp_script refuses = { .rcpt = "550 nobody\r\n" }, good = { 0 };
    begin(&refuses, false);
    put(t, "nobody@example.com", "Hello", "text");
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE state = 2");
    peer_stop(&peer);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE state = 3 AND attempts = 1") == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox WHERE body IS NOT NULL") == 1);
    begin(&good, false);
    EXPECT(jobs_retry(t->tx, test_number(t, "SELECT MAX(id) FROM jobs WHERE state = 3")) == ROW_FOUND);
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE state = 1 AND body IS NULL");
    peer_stop(&peer);
}

/* The text arrived, its confirmation did not: the same mail once more, half an hour later, with the same Message-ID. */
TEST_EACH_ENGINE(a_mail_of_unknown_fate_is_sent_once_more_and_keeps_its_message_id)
{
    static const struct smtp_script lost = { .hang_up_at = "." }, good = { 0 };
    begin(&lost, false);
    put(t, "a@example.com", "Hello", "text");
    run_jobs(t,
             "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send' AND state = 0 AND attempts = 1 AND error IS NOT NULL");
    peer_stop(&peer);
    char first[128], second[128];
    EXPECT(sscanf(strstr(peer.seen, "Message-ID: "), "Message-ID: %127s", first) == 1);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send' AND run_at_ms >= put_at_ms + 1700000") ==
           1);
    clock_advance_ms(31 * MINUTE_MS);
    begin(&good, false);
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE state = 1");
    peer_stop(&peer);
    EXPECT(sscanf(strstr(peer.seen, "Message-ID: "), "Message-ID: %127s", second) == 1);
    assert_string_equal(first, second);
    EXPECT(strstr(first, "@chathub.example>") != NULL);
}

TEST_EACH_ENGINE(a_mail_of_unknown_fate_is_not_sent_a_third_time)
{
    static const struct smtp_script lost = { .hang_up_at = "." };
    begin(&lost, false);
    put(t, "a@example.com", "Hello", "text");
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE unknowns = 1");
    peer_stop(&peer);
    clock_advance_ms(31 * MINUTE_MS);
    begin(&lost, false);
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE unknowns = 2 AND state = 2 AND body IS NOT NULL");
    peer_stop(&peer);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send' AND state = 3") == 1);
}

/* Both parts are sealed, sent, and forgotten. */
TEST_EACH_ENGINE(a_letter_keeps_both_parts_until_it_was_sent)
{
    static const struct smtp_script good = { 0 };
    begin(&good, false);
    EXPECT(mail_put(t->tx, &settings,
                    &(struct mail){ .to = "a@example.com",
                                    .subject = "s",
                                    .text = "the plain part",
                                    .html = "<p>the other part</p>",
                                    .kind = "test" }));
    struct mail_row row[1];
    size_t n;
    EXPECT(mail_list(t->tx, &settings, 0, 1, row, &n) == ROW_FOUND);
    EXPECT(text_eq(row[0].text, "the plain part") && text_eq(row[0].html, "<p>the other part</p>"));
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE state = 1 AND body IS NULL AND html IS NULL");
    peer_stop(&peer);
    EXPECT(strstr(peer.seen, "Content-Type: multipart/alternative") && strstr(peer.seen, "<p>the other part</p>"));
}

TEST_EACH_ENGINE(without_a_host_mail_is_printed_and_kept)
{
    settings = (struct mail_settings){ .keep = true, .keyring = keyring };
    put(t, "a@example.com", "Hello", "the link");
    run_jobs(t, "SELECT COUNT(*) FROM mail_outbox WHERE state = 1");
    struct mail_row row[1];
    size_t n;
    EXPECT(mail_list(t->tx, &settings, 0, 1, row, &n) == ROW_FOUND && text_eq(row[0].text, "the link"));
}

TEST_EACH_ENGINE(bad_mail_is_not_put)
{
    settings = (struct mail_settings){ .keyring = keyring, .from = "x@example.com" };
    static const struct mail bad[] = {
        { .to = "a@example.com\r\nBcc: x@example.com", .subject = "s", .text = "t", .kind = "k" },
        { .to = "a@example.com> SIZE=1", .subject = "s", .text = "t", .kind = "k" },
        { .to = "a@example.com,b@example.com", .subject = "s", .text = "t", .kind = "k" },
        { .to = "a", .subject = "s", .text = "t", .kind = "k" },
        { .to = "@example.com", .subject = "s", .text = "t", .kind = "k" },
        { .to = "a@b@c", .subject = "s", .text = "t", .kind = "k" },
        { .to = "", .subject = "s", .text = "t", .kind = "k" },
        { .to = "a@example.com", .subject = "s\nBcc: x@example.com", .text = "t", .kind = "k" },
        { .to = "a@example.com", .subject = "s\rx", .text = "t", .kind = "k" },
        { .to = "a@example.com", .subject = "", .text = "t", .kind = "k" },
        { .to = "a@example.com", .subject = "\xff\xfe", .text = "t", .kind = "k" },
        { .to = "a@example.com", .subject = "s", .text = "\xc3(", .kind = "k" },
        { .to = "a@example.com", .subject = "s", .text = "", .kind = "k" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) EXPECT(!mail_put(t->tx, &settings, &bad[i]));
    EXPECT(test_number(t, "SELECT COUNT(*) FROM mail_outbox") == 0);
    EXPECT(test_number(t, "SELECT COUNT(*) FROM jobs") == 0);
}

TEST_EACH_ENGINE(old_mail_is_purged)
{
    static const struct smtp_script good = { 0 };
    begin(&good, false);
    put(t, "a@example.com", "old", "text");
    put(t, "b@example.com", "old", "text");
    run_jobs(t, "SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM mail_outbox WHERE state = 1) AS x WHERE n = 2");
    clock_advance_ms(31 * DAY_MS);
    put(t, "c@example.com", "new", "text");
    run_jobs(t, "SELECT COUNT(*) FROM (SELECT COUNT(*) AS n, MIN(subject) AS s FROM mail_outbox) AS x WHERE n = 1 AND "
                "s = 'new'");
    peer_stop(&peer);
}

static int setup(void **state)
{
    (void)state;
    static const uint8_t key[1][MASTER_KEY_SIZE] = { { 7 } };
    static const uint8_t id[1] = { 1 };
    outbound_start();
    keyring = keyring_new(key, id, 1);
    return keyring ? 0 : -1;
}

TEST_EACH_ENGINE(what_was_done_to_the_outbox_is_found)
{
    /* clang-format off */
    static const struct test_harm harms[] = {
        { "UPDATE mail_outbox SET state = 3 WHERE id = 1;", "no state" },
        { "UPDATE mail_outbox SET body = NULL WHERE id = 1;", "no text" },
        { "UPDATE mail_outbox SET recipient = 'nobody' WHERE id = 1;", "goes to nobody" },
        { "UPDATE mail_outbox SET recipient = 'a@example.com, b@example.com' WHERE id = 1;", "goes to nobody" },
        { "UPDATE mail_outbox SET state = 1 WHERE id = 1;", "at no time" },
        { "UPDATE mail_outbox SET state = 0 WHERE id = 2;", "" },
        { "DELETE FROM jobs WHERE ref = 1;", "nobody sends it" },
        { "UPDATE jobs SET state = 3 WHERE ref = 1;", "nobody sends it" },
        { "UPDATE jobs SET ref = 2 WHERE ref = 1;", "nobody sends it" },
        { "UPDATE jobs SET kind = 'x' WHERE ref = 1;", "nobody sends it" },
    };
    /* clang-format on */
    settings = (struct mail_settings){ .from = "no-reply@chathub.example", .keyring = keyring };
    EXPECT(put(t, "a@example.com", "s", "t") == 1 && put(t, "b@example.com", "s", "t") == 2);
    test_script(t, "UPDATE mail_outbox SET state = 1, sent_at_ms = 5, body = NULL WHERE id = 2;"
                   "UPDATE jobs SET state = 2, ended_at_ms = 5, pool = 0 WHERE ref = 2;");
    test_expect_found(t, mail_checks, harms, ARRAY_LEN(harms));
}

static int teardown(void **state)
{
    (void)state;
    keyring_free(keyring);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_goes_where_the_mail_says),
        cmocka_unit_test(ascii_mail_goes_as_it_is),
        cmocka_unit_test(other_mail_is_encoded),
        cmocka_unit_test(outcomes_of_smtp),
        cmocka_unit_test(each_phase_has_its_own_time),
        cmocka_unit_test(words_of_refusals),
        cmocka_unit_test(senders),
        EACH_ENGINE(a_letter_keeps_both_parts_until_it_was_sent),
        EACH_ENGINE(a_mail_is_sealed_sent_once_and_forgotten),
        EACH_ENGINE(the_stored_text_is_unreadable_and_bound_to_its_row),
        EACH_ENGINE(a_refused_mail_is_kept_for_the_operator),
        EACH_ENGINE(a_mail_of_unknown_fate_is_sent_once_more_and_keeps_its_message_id),
        EACH_ENGINE(a_mail_of_unknown_fate_is_not_sent_a_third_time),
        EACH_ENGINE(without_a_host_mail_is_printed_and_kept),
        EACH_ENGINE(bad_mail_is_not_put),
        EACH_ENGINE(old_mail_is_purged),
        EACH_ENGINE(what_was_done_to_the_outbox_is_found),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
