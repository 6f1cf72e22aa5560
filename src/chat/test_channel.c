/* test_channel.c: a shop's own server as a channel: its customers' words come in once, and what is said to them goes
 * out signed, in order, until it is taken or given up. On both engines. */
#include "chat/channel.h"
#include "knowledge/knowledge.h"
#include "outbound/test_peer.h"
#include "outbound/webhook.h"
#include "tenants/test_fix.h"
#include <sys/stat.h>
#include <unistd.h>

static int64_t account, shop;

/* ---- the shop's server ---- */

static struct {
    int status, asked;
    char in[32768];
} server;

static void serve(struct peer *p, int fd)
{
    size_t n = 0;
    ssize_t got;
    char out[200];
    while (n < sizeof server.in - 1 && (got = read(fd, server.in + n, sizeof server.in - 1 - n)) > 0) {
        n += (size_t)got;
        server.in[n] = '\0';
        const char *end = strstr(server.in, "\r\n\r\n"), *length = strstr(server.in, "Content-Length: ");
        if (end && length && strlen(end + 4) >= (size_t)atoi(length + 16)) break;
    }
    server.asked++;
    int w = snprintf(out, sizeof out, "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", server.status);
    (void)!write(fd, out, (size_t)w);
}

static struct peer peer;

static struct kit_answer call(struct test_db *t, enum verb verb, const char *rest, const char *body)
{
    return kit_call(
        t, &(struct kit_request){ .routes = chat_channel_routes,
                                  .verb = verb,
                                  .path = arena_printf(t->arena, "/api/shops/%lld/channel%s", (long long)shop, rest),
                                  .account = account,
                                  .body = body });
}

/* A shop with an assistant: its customers do not wait for a person from their first word on. */
static void teach(struct test_db *t)
{
    static char dir[64];
    (void)snprintf(dir, sizeof dir, "/tmp/chat-channel-%d", (int)getpid());
    (void)mkdir(dir, 0700);
    knowledge_settings.upload_dir = dir;
    const struct kit_request r = { .routes = knowledge_routes,
                                   .verb = VERB_POST,
                                   .path = arena_printf(t->arena, "/api/shops/%lld/knowledge/import", (long long)shop),
                                   .account = account,
                                   .upload_dir = dir,
                                   .body = "{\"currency\":\"USD\",\"products\":[{\"id\":\"p1\",\"title\":\"Kettle\","
                                           "\"price\":3900,\"available\":true}]}" };
    assert_int_equal(kit_call(t, &r).status, 200);
}

static void start(struct test_db *t)
{
    fix_start();
    chat_settings.development = true;
    account = kit_account(t, 100), shop = fix_shop(t, account, "Tea");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    teach(t);
    memset(&server, 0, sizeof server);
    server.status = 204;
    peer_start(&peer, serve);
    const char *body = arena_printf(t->arena, "{\"url\":\"http://127.0.0.1:%d/hook\"}", peer.port);
    assert_int_equal(call(t, VERB_PUT, "", body).status, 200);
}

static void stop(void)
{
    peer_stop(&peer);
    chat_settings.development = false;
}

static struct kit_answer said(struct test_db *t, const char *customer, const char *id, const char *text)
{
    return call(t, VERB_POST, "/messages",
                arena_printf(t->arena, "{\"customerId\":\"%s\",\"id\":\"%s\",\"text\":\"%s\",\"name\":\"Ann\"}",
                             customer, id, text));
}

static int64_t talk(struct test_db *t) { return test_number(t, "SELECT MAX(conversation) FROM chat_channel_talks"); }

static void person_says(struct test_db *t, int64_t conversation, const char *text)
{
    struct message m;
    struct conversation c;
    const struct message_new in = { .conversation = conversation,
                                    .author = CHAT_BY_PERSON,
                                    .person = 11,
                                    .author_name = "Anna",
                                    .text = text,
                                    .now_ms = kit_now() };
    EXPECT(message_put(t->tx, &in, &m, &c) == MESSAGE_NEW);
}

static enum job_wish deliver(struct test_db *t, int64_t conversation)
{
    return kit_job(t, &(struct kit_attempt){ .kind = &chat_channel_job, .ref = conversation, .account = account });
}

static struct str header(const char *name)
{
    const char *at = strstr(server.in, name);
    assert_non_null(at);
    at += strlen(name);
    return (struct str){ at, (size_t)(strchr(at, '\r') - at) };
}

static json_t *sent_json(void)
{
    json_t *o = json_read(str_of(strstr(server.in, "\r\n\r\n") + 4), 1 << 16, NULL);
    assert_non_null(o);
    return o;
}

static int64_t told(struct test_db *t) { return test_number(t, "SELECT MAX(told) FROM chat_channel_talks"); }

TEST_EACH_ENGINE(what_is_said_to_a_customer_is_sent_signed_and_in_order)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello \\ud83d\\ude42").status, 201);
    int64_t c = talk(t);
    assert_int_equal(deliver(t, c), JOB_FINISHED); /* its own words are not sent back */
    assert_int_equal(server.asked, 0);
    person_says(t, c, "One");
    person_says(t, c, "Two \xf0\x9f\x99\x82");
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM jobs WHERE kind = 'chat.channel'"), 1);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    json_t *o = sent_json();
    const json_t *data = json_object_get(o, "data"), *m = json_object_get(data, "message");
    assert_string_equal(json_string_value(json_object_get(o, "type")), "message.created");
    assert_string_equal(json_string_value(json_object_get(data, "customerId")), "c-1");
    assert_string_equal(json_string_value(json_object_get(m, "text")), "One");
    json_decref(o);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    o = sent_json();
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(json_object_get(o, "data"), "message"), "text")),
        "Two \xf0\x9f\x99\x82");
    json_decref(o);
    struct webhook_secrets secrets = { 0 };
    int64_t whose;
    EXPECT(tenants_webhook_secrets(t->tx, shop, kit_now(), t->arena, &secrets, &whose) == ROW_FOUND);
    struct str body = str_of(strstr(server.in, "\r\n\r\n") + 4);
    EXPECT(webhook_verify(&secrets, header("webhook-id: "), header("webhook-timestamp: "),
                          header("webhook-signature: "), body, kit_now() / SECOND_MS) == WEBHOOK_OK);
    assert_true(str_eq(header("webhook-id: "), str_of(arena_printf(t->arena, "msg_%lld_3", (long long)c))));
    assert_int_equal(deliver(t, c), JOB_FINISHED);
    assert_int_equal(server.asked, 2);
    assert_int_equal(told(t), 3);
    stop();
}

TEST_EACH_ENGINE(a_customers_message_comes_in_once_by_the_servers_own_id)
{
    start(t);
    struct kit_answer first = said(t, "c-1", "m1", "Hello");
    assert_int_equal(first.status, 201);
    const char *text = arena_text(t->arena, first.text);
    assert_string_equal(said(t, "c-1", "m1", "Hello").text, text);
    assert_string_equal(said(t, "c-1", "m1", "Other").error, "message_differs");
    assert_int_equal(said(t, "c-1", "m2", "More").status, 201);
    assert_int_equal(said(t, "c-2", "m1", "Hello").status, 201); /* another customer's ids are another matter */
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE author = 1"), 3);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_customers WHERE visitor > 0"), 2);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_visitors WHERE name = 'Ann'"), 2);
    stop();
}

TEST_EACH_ENGINE(a_server_that_fails_is_tried_for_a_day_and_then_passed_over)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    person_says(t, c, "Two");
    server.status = 500;
    int64_t began = kit_now();
    for (int i = 1; i <= 8; i++) {
        assert_int_equal(deliver(t, c), JOB_NEXT);
        assert_int_equal(server.asked, i);
        assert_int_equal(test_number(t, "SELECT tries FROM chat_channel_talks"), i);
        assert_int_equal(deliver(t, c), JOB_NEXT); /* hurried by another word: not before its time */
        assert_int_equal(server.asked, i);
        kit_set_now(test_number(t, "SELECT next_at_ms FROM chat_channel_talks"));
    }
    EXPECT(kit_now() - began > 20 * HOUR_MS);
    struct kit_answer a = call(t, VERB_GET, "", NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "error")), "answered 500");
    assert_int_equal(json_integer_value(json_object_get(a.json, "skipped")), 0);
    assert_int_equal(deliver(t, c), JOB_NEXT); /* the ninth: given up */
    assert_int_equal(told(t), 2);
    server.status = 200;
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(told(t), 3);
    a = call(t, VERB_GET, "", NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "error")), "");
    assert_int_equal(json_integer_value(json_object_get(a.json, "skipped")), 1);
    assert_int_equal(deliver(t, c), JOB_FINISHED);
    /* A redirect is no "yes", and leads nowhere. */
    person_says(t, c, "Three");
    server.status = 302;
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(told(t), 3);
    stop();
}

TEST_EACH_ENGINE(after_a_kill_the_same_message_goes_out_with_the_same_id)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    EXPECT(kit_begin(t, &(struct kit_attempt){ .kind = &chat_channel_job, .ref = c, .account = account }) != NULL);
    const char *id = arena_text_n(t->arena, header("webhook-id: ").p, header("webhook-id: ").n);
    assert_int_equal(told(t), 0);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_true(str_eq(header("webhook-id: "), str_of(id)));
    assert_int_equal(server.asked, 2);
    assert_int_equal(told(t), 2);
    stop();
}

TEST_EACH_ENGINE(what_was_erased_is_not_sent_and_its_customer_begins_anew)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t), visitor = test_number(t, "SELECT MAX(id) FROM chat_visitors");
    person_says(t, c, "Secret");
    const struct erasure e = { .account = account, .shop = shop, .why = "asked", .at_ms = kit_now() };
    EXPECT(chat_erase_visitors(t->tx, &e, &visitor, 1));
    assert_int_equal(deliver(t, c), JOB_FINISHED);
    assert_int_equal(server.asked, 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_customers"), 0);
    while (test_number(t, "SELECT COUNT(*) FROM chat_erasures WHERE done_at_ms = 0") > 0)
        (void)kit_job(t, &(struct kit_attempt){ .kind = &chat_erase_job });
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_talks"), 0);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    EXPECT(test_number(t, "SELECT MAX(id) FROM chat_visitors") != visitor);
    EXPECT(chat_shop_purged(t->tx, account, shop, kit_now()));
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channels"), 0);
    stop();
}

TEST_EACH_ENGINE(what_may_not_be_is_refused_and_changes_nothing)
{
    start(t);
    int64_t other = kit_account(t, 100);
    static const char *const bad[][2] = { { "http://hooks.example/", "url:https" },
                                          { "https://127.0.0.1/", "url:address_not_allowed" },
                                          { "https://localhost/x", "url:address_not_allowed" },
                                          { "https://10.0.0.1/", "url:address_not_allowed" },
                                          { "https://intern/", "url:address_not_allowed" },
                                          { "https://intern./", "url:address_not_allowed" },
                                          { "https://0x7f.1./", "url:address_not_allowed" },
                                          { "https://[::1]:8443/", "url:address_not_allowed" },
                                          { "https://[::ffff:10.0.0.1]/", "url:address_not_allowed" },
                                          { "https://2130706433/", "url:address_not_allowed" },
                                          { "https://nas.lan:8443/", "url:address_not_allowed" },
                                          { "ftp://hooks.example/", "url:format" },
                                          { "https://hooks.example:8080/", "url:port_not_allowed" },
                                          { "https://hooks.example:80/", "url:port_not_allowed" } };
    chat_settings.development = false;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_string_equal(call(t, VERB_PUT, "", arena_printf(t->arena, "{\"url\":\"%s\"}", bad[i][0])).fault,
                            bad[i][1]);
    static const char *const bodies[][2] = {
        { "{\"customerId\":\"\",\"id\":\"1\",\"text\":\"x\"}", "customerId:required" },
        { "{\"customerId\":\"c\",\"text\":\"x\"}", "id:required" },
        { "{\"customerId\":\"c\",\"id\":\"1\",\"text\":\" \"}", "text:required" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        assert_string_equal(call(t, VERB_POST, "/messages", bodies[i][0]).fault, bodies[i][1]);
    int64_t mine = account;
    account = other;
    assert_int_equal(said(t, "c", "1", "x").status, 404);
    assert_int_equal(call(t, VERB_GET, "", NULL).status, 404);
    assert_int_equal(call(t, VERB_DELETE, "", NULL).status, 404);
    account = mine;
    /* Of a blocked customer nothing is taken. */
    assert_int_equal(said(t, "c-9", "1", "Hello").status, 201);
    EXPECT(visitor_block(t->tx, test_number(t, "SELECT MAX(id) FROM chat_visitors"), true, kit_now()));
    assert_string_equal(said(t, "c-9", "2", "Hello").error, "chat_blocked");
    /* Closed: nothing is taken and nothing is sent. */
    EXPECT(visitor_block(t->tx, test_number(t, "SELECT MAX(id) FROM chat_visitors"), false, kit_now()));
    person_says(t, talk(t), "Late");
    assert_int_equal(call(t, VERB_DELETE, "", NULL).status, 200);
    assert_int_equal(call(t, VERB_DELETE, "", NULL).status, 404);
    assert_string_equal(said(t, "c-9", "2", "Hello").error, "channel_missing");
    assert_int_equal(deliver(t, talk(t)), JOB_FINISHED);
    assert_int_equal(server.asked, 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_messages WHERE author = 1"), 1);
    assert_int_equal(fix_audits(t, "chat_channel_changed"), 2);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    assert_string_equal(said(t, "c-9", "2", "Hello").error, "chat_paused");
    stop();
}

static const json_t *sends(struct test_db *t) { return json_object_get(call(t, VERB_GET, "", NULL).json, "sends"); }

static bool flag(const json_t *send, const char *name) { return json_is_true(json_object_get(send, name)); }

/* Its job used to end there, and the word stayed behind until somebody said another one. */
TEST_EACH_ENGINE(what_is_said_while_the_chat_is_off_goes_out_when_it_is_on_again)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(deliver(t, c), JOB_NEXT);
        kit_set_now(test_number(t, "SELECT next_at_ms FROM chat_channel_talks"));
    }
    assert_int_equal(server.asked, 0);
    assert_int_equal(told(t), 0);
    assert_int_equal(test_number(t, "SELECT tries FROM chat_channel_talks"), 0); /* its server was not asked */
    struct kit_answer a = call(t, VERB_GET, "", NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "error")), "the chat is off");
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    a = call(t, VERB_GET, "", NULL); /* before anything was sent: it is on */
    assert_string_equal(json_string_value(json_object_get(a.json, "error")), "");
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(server.asked, 1);
    assert_int_equal(told(t), 2);
    assert_int_equal(test_number(t, "SELECT off_since_ms FROM chat_channel_talks"), 0);
    a = call(t, VERB_GET, "", NULL);
    assert_string_equal(json_string_value(json_object_get(a.json, "error")), "");
    stop();
}

static bool account_is_off;
static bool off(struct tx *tx, int64_t whose, bool *out)
{
    *out = account_is_off && whose == account;
    return tx != NULL;
}

/* Its secrets open nothing for anybody meanwhile; that is no try of its server. */
TEST_EACH_ENGINE(while_an_account_is_disabled_its_channel_waits)
{
    start(t);
    tenants_hooks.disabled = off, account_is_off = false;
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    account_is_off = true;
    assert_string_equal(said(t, "c-1", "m2", "Anybody?").error, "chat_paused");
    for (int i = 0; i < 30; i++) {
        assert_int_equal(deliver(t, c), JOB_NEXT);
        kit_set_now(test_number(t, "SELECT next_at_ms FROM chat_channel_talks"));
    }
    assert_int_equal(server.asked, 0);
    assert_int_equal(test_number(t, "SELECT tries FROM chat_channel_talks"), 0);
    assert_int_equal(test_number(t, "SELECT skipped FROM chat_channels"), 0);
    assert_string_equal(json_string_value(json_object_get(call(t, VERB_GET, "", NULL).json, "error")),
                        "the chat is off");
    account_is_off = false;
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(server.asked, 1);
    assert_int_equal(told(t), 2);
    assert_int_equal(said(t, "c-1", "m2", "Anybody?").status, 201);
    tenants_hooks.disabled = NULL;
    stop();
}

TEST_EACH_ENGINE(what_waits_for_a_day_while_the_chat_is_off_is_told_as_given_up)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    kit_set_now(kit_now() + DAY_MS + SECOND_MS);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(deliver(t, c), JOB_FINISHED); /* nothing is behind */
    struct kit_answer a = call(t, VERB_GET, "", NULL);
    assert_int_equal(json_integer_value(json_object_get(a.json, "skipped")), 1);
    const json_t *send = json_array_get(sends(t), 0);
    assert_true(flag(send, "givenUp") && !flag(send, "sent"));
    assert_string_equal(json_string_value(json_object_get(send, "error")), "the chat is off");
    assert_int_equal(server.asked, 0);
    stop();
}

/* They had waited for more than a day already, behind one that its server did not take. */
TEST_EACH_ENGINE(a_short_pause_of_the_chat_drops_nothing_that_is_old)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    for (int i = 0; i < 3; i++) person_says(t, c, "Waits");
    kit_set_now(kit_now() + 2 * DAY_MS);
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    kit_set_now(test_number(t, "SELECT next_at_ms FROM chat_channel_talks"));
    assert_int_equal(told(t), 0);
    assert_int_equal(fix_enable(t, account, shop).status, 200);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(deliver(t, c), JOB_NEXT);
        assert_int_equal(server.asked, i);
    }
    assert_int_equal(test_number(t, "SELECT skipped FROM chat_channels"), 0);
    /* Off for a day: what waits goes at once; what is said then waits for a day of its own. */
    person_says(t, c, "Old");
    assert_int_equal(fix_call(t, account, VERB_POST, shop, "chatbot/disable", "{}").status, 200);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    kit_set_now(kit_now() + DAY_MS + SECOND_MS);
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(test_number(t, "SELECT skipped FROM chat_channels"), 1);
    person_says(t, c, "New");
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(test_number(t, "SELECT skipped FROM chat_channels"), 1);
    stop();
}

TEST_EACH_ENGINE(without_a_secret_that_opens_it_is_a_try_that_failed)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    test_script(t, "DELETE FROM tenant_secrets");
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(server.asked, 0);
    assert_int_equal(test_number(t, "SELECT tries FROM chat_channel_talks"), 1);
    assert_string_equal(json_string_value(json_object_get(call(t, VERB_GET, "", NULL).json, "error")), "no secret");
    stop();
}

TEST_EACH_ENGINE(attempts_that_never_end_are_one_try_and_leave_nothing_behind)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    person_says(t, c, "One");
    kit_expire(t, &(struct kit_attempt){ .kind = &chat_channel_job, .ref = 999, .account = account }); /* no such */
    struct job dead = { .arena = t->arena, .ref = c, .account = account, .now_ms = kit_now() };
    EXPECT(chat_channel_job.dead(&dead, t->tx, "given up") == JOB_NEXT);
    assert_int_equal(test_number(t, "SELECT tries FROM chat_channel_talks"), 1);
    assert_false(flag(json_array_get(sends(t), 0), "givenUp"));
    kit_set_now(test_number(t, "SELECT next_at_ms FROM chat_channel_talks"));
    assert_int_equal(deliver(t, c), JOB_NEXT);
    assert_int_equal(told(t), 2);
    assert_int_equal(server.asked, 1);
    stop();
}

TEST_EACH_ENGINE(the_last_twenty_tries_are_told_without_their_words)
{
    start(t);
    assert_int_equal(said(t, "c-1", "m1", "Hello").status, 201);
    int64_t c = talk(t);
    assert_int_equal(json_array_size(sends(t)), 0);
    for (int i = 1; i <= 25; i++) {
        person_says(t, c, "Secret words");
        server.status = i == 25 ? 503 : 200;
        assert_int_equal(deliver(t, c), JOB_NEXT);
        kit_set_now(kit_now() + SECOND_MS);
    }
    struct kit_answer a = call(t, VERB_GET, "", NULL);
    const json_t *list = json_object_get(a.json, "sends"), *first = json_array_get(list, 0);
    assert_int_equal(json_array_size(list), 20);
    assert_false(flag(first, "sent"));
    assert_string_equal(json_string_value(json_object_get(first, "error")), "answered 503");
    assert_int_equal(json_integer_value(json_object_get(first, "number")), 26);
    assert_true(flag(json_array_get(list, 19), "sent"));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 19), "number")), 7);
    assert_null(strstr(a.text, "Secret"));
    assert_int_equal(call(t, VERB_DELETE, "", NULL).status, 200);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM chat_channel_sends"), 0);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_is_said_to_a_customer_is_sent_signed_and_in_order),
        EACH_ENGINE(a_customers_message_comes_in_once_by_the_servers_own_id),
        EACH_ENGINE(a_server_that_fails_is_tried_for_a_day_and_then_passed_over),
        EACH_ENGINE(after_a_kill_the_same_message_goes_out_with_the_same_id),
        EACH_ENGINE(what_was_erased_is_not_sent_and_its_customer_begins_anew),
        EACH_ENGINE(what_is_said_while_the_chat_is_off_goes_out_when_it_is_on_again),
        EACH_ENGINE(while_an_account_is_disabled_its_channel_waits),
        EACH_ENGINE(what_waits_for_a_day_while_the_chat_is_off_is_told_as_given_up),
        EACH_ENGINE(a_short_pause_of_the_chat_drops_nothing_that_is_old),
        EACH_ENGINE(without_a_secret_that_opens_it_is_a_try_that_failed),
        EACH_ENGINE(attempts_that_never_end_are_one_try_and_leave_nothing_behind),
        EACH_ENGINE(the_last_twenty_tries_are_told_without_their_words),
        EACH_ENGINE(what_may_not_be_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
