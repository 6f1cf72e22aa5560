/* test_channel_test.c: a test for a shop's own server, on both engines: signed as a reply, once, and what the server
 * answered line by line, whatever it is. */
#include "chat/channel.h"
#include "outbound/test_peer.h"
#include "outbound/webhook.h"
#include "tenants/test_fix.h"
#include <unistd.h>

static int64_t account, shop;
static struct {
    const char *answer; /* all of it; NULL: none */
    int asked;
    char in[16384];
} server;
static struct peer peer;

static void serve(struct peer *p, int fd)
{
    size_t n = 0;
    ssize_t got;
    (void)p;
    memset(server.in, 0, sizeof server.in);
    while (n < sizeof server.in - 1 && (got = read(fd, server.in + n, sizeof server.in - 1 - n)) > 0) {
        n += (size_t)got;
        if (strstr(server.in, "\r\n\r\n{") && server.in[n - 1] == '}') break;
    }
    server.asked++;
    if (server.answer) (void)!write(fd, server.answer, strlen(server.answer));
}

static struct kit_answer call(struct test_db *t, const struct route *routes, enum verb verb, const char *rest,
                              const char *body)
{
    const char *path = arena_printf(t->arena, "/api/shops/%lld/channel%s", (long long)shop, rest);
    return kit_call(
        t, &(struct kit_request){ .routes = routes, .verb = verb, .path = path, .account = account, .body = body });
}

static struct kit_answer ask(struct test_db *t) { return call(t, chat_channel_test_routes, VERB_POST, "/test", "{}"); }
static struct kit_answer shown(struct test_db *t) { return call(t, chat_channel_test_routes, VERB_GET, "/test", NULL); }

static enum job_wish sends(struct test_db *t)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &chat_channel_test_job, .ref = shop, .account = account });
}

static void start(struct test_db *t)
{
    fix_start();
    chat_settings.development = true;
    account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    server.answer = "HTTP/1.1 204 X\r\nConnection: close\r\n\r\n", server.asked = 0;
    peer_start(&peer, serve);
}

static void open_channel(struct test_db *t)
{
    const char *body = arena_printf(t->arena, "{\"url\":\"http://127.0.0.1:%d/hook\"}", peer.port);
    assert_int_equal(call(t, chat_channel_routes, VERB_PUT, "", body).status, 200);
}

static void stop(void)
{
    peer_stop(&peer);
    chat_settings.development = false;
}

static struct str header(const char *name)
{
    const char *at = strstr(server.in, name);
    assert_non_null(at);
    at += strlen(name);
    return (struct str){ at, (size_t)(strchr(at, '\r') - at) };
}

static const char *lines(struct test_db *t)
{
    char *text = json_dumps(json_object_get(shown(t).json, "lines"), JSON_COMPACT), *out = arena_text(t->arena, text);
    free(text);
    return out;
}

TEST_EACH_ENGINE(a_test_is_signed_as_a_reply_and_says_that_it_is_one)
{
    struct webhook_secrets secrets = { .count = 0 };
    int64_t whose;
    start(t);
    assert_string_equal(ask(t).error, "channel_missing");
    open_channel(t);
    assert_non_null(strstr(shown(t).text, "{\"state\":\"none\",\"status\":0,"));
    struct kit_answer a = ask(t);
    assert_int_equal(a.status, 202);
    assert_non_null(strstr(a.text, "\"state\":\"sending\""));
    assert_int_equal(sends(t), JOB_FINISHED);
    assert_int_equal(server.asked, 1);
    const char *body = strstr(server.in, "\r\n\r\n") + 4;
    assert_non_null(strstr(body, arena_printf(t->arena, "\"data\":{\"shopId\":\"shop-%lld\"}", (long long)shop)));
    assert_true(str_starts(str_of(body), STR("{\"type\":\"test\",\"timestamp\":\"")));
    EXPECT(tenants_webhook_secrets(t->tx, shop, kit_now(), t->arena, &secrets, &whose) == ROW_FOUND);
    struct str id = header("webhook-id: "), stamp = header("webhook-timestamp: "), mac = header("webhook-signature: ");
    EXPECT(webhook_verify(&secrets, id, stamp, mac, str_of(body), kit_now() / SECOND_MS) == WEBHOOK_OK);
    a = shown(t);
    assert_non_null(strstr(a.text, "{\"state\":\"done\",\"status\":204,"));
    assert_string_equal(fix_text(&a, "error"), "");
    assert_string_equal(lines(t), "[\"HTTP 204\"]");
    /* Done: its job does nothing more, and nothing of the conversations or tries was touched. */
    assert_int_equal(sends(t), JOB_FINISHED);
    assert_int_equal(server.asked, 1);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_sends"), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_messages"), 0);
    stop();
}

TEST_EACH_ENGINE(another_address_has_no_test_yet)
{
    start(t);
    open_channel(t);
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    open_channel(t); /* as it is */
    assert_non_null(strstr(shown(t).text, "{\"state\":\"done\",\"status\":204,"));
    const char *body = arena_printf(t->arena, "{\"url\":\"http://127.0.0.1:%d/other\"}", peer.port);
    assert_int_equal(call(t, chat_channel_routes, VERB_PUT, "", body).status, 200);
    assert_non_null(strstr(shown(t).text, "{\"state\":\"none\","));
    /* One that was asked for and not sent goes nowhere; the next is the new address's. */
    assert_int_equal(ask(t).status, 202);
    open_channel(t);
    assert_int_equal(sends(t), JOB_FINISHED);
    assert_int_equal(server.asked, 1);
    assert_non_null(strstr(shown(t).text, "{\"state\":\"none\","));
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    assert_int_equal(server.asked, 2);
    assert_non_null(strstr(shown(t).text, "{\"state\":\"done\",\"status\":204,"));
    stop();
}

TEST_EACH_ENGINE(what_the_server_answers_is_shown_line_by_line)
{
    start(t);
    open_channel(t);
    server.answer = "HTTP/1.1 500 X\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                    "<b>Not today</b>\r\nat line 7 \x01\xff \xe4\xbd\xa0\n";
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    struct kit_answer a = shown(t);
    assert_string_equal(fix_text(&a, "error"), "answered 500");
    assert_string_equal(lines(t), "[\"HTTP 500\",\"Content-Type: text/html\",\"<b>Not today</b>\","
                                  "\"at line 7 \xef\xbf\xbd\xef\xbf\xbd 你\"]");
    struct buf b;
    buf_init(&b, 40000);
    buf_text(&b, "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 100; i++) buf_text(&b, "line\n");
    server.answer = buf_terminated(&b);
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    a = shown(t);
    assert_int_equal(json_array_size(json_object_get(a.json, "lines")), 1 + 30 + 1);
    buf_clear(&b);
    buf_text(&b, "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 30000; i++) buf_char(&b, 'x');
    server.answer = buf_terminated(&b);
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    a = shown(t);
    assert_int_equal(strlen(json_string_value(json_array_get(json_object_get(a.json, "lines"), 1))), 300 + 3);
    buf_free(&b);
    /* What broke off is no answer of 200, and it is said what became of it. */
    server.answer = "HTTP/1.1 200 X\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf";
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    a = shown(t);
    assert_null(strstr(fix_text(&a, "error"), "200"));
    assert_true(fix_text(&a, "error")[0] != '\0');
    assert_string_equal(lines(t), "[]");
    server.answer = NULL;
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(sends(t), JOB_FINISHED);
    assert_string_equal(lines(t), "[]");
    a = shown(t);
    assert_true(fix_text(&a, "error")[0] != '\0');
    stop();
}

TEST_EACH_ENGINE(who_may_not_and_what_is_off_sends_nothing)
{
    start(t);
    open_channel(t);
    int64_t mine = account;
    account = kit_account(t, 0);
    assert_int_equal(ask(t).status, 404);
    assert_int_equal(shown(t).status, 404);
    account = mine;
    assert_int_equal(ask(t).status, 202);
    /* Too late for another try: told, and not sent. */
    kit_expire(t, &(struct kit_attempt){ .kind = &chat_channel_test_job, .ref = shop, .account = account });
    assert_non_null(strstr(shown(t).text, "\"error\":\"could not be tried\""));
    assert_int_equal(ask(t).status, 202);
    assert_int_equal(call(t, chat_channel_routes, VERB_DELETE, "", NULL).status, 200);
    int asked = server.asked;
    assert_int_equal(sends(t), JOB_FINISHED);
    assert_int_equal(server.asked, asked);
    assert_non_null(strstr(shown(t).text, "\"state\":\"none\""));
    open_channel(t);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    assert_string_equal(ask(t).error, "chat_paused");
    assert_int_equal(server.asked, asked);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_test_is_signed_as_a_reply_and_says_that_it_is_one),
        EACH_ENGINE(another_address_has_no_test_yet),
        EACH_ENGINE(what_the_server_answers_is_shown_line_by_line),
        EACH_ENGINE(who_may_not_and_what_is_off_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
