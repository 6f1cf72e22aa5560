/* test_websocket.c: WebSockets on a running server: who may have one, what it hears, what ends it. Framing has
 * test_frames.c, the wire tests/http/websocket.mjs. */
#include "http/frames.h"
#include "http/socket.h"
#include "http/test_http.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- the kinds under test ---- */

enum { ROOM_MAX = 1024 };
/* clang-format off */
static struct { pthread_mutex_t lock; struct socket_id id[ROOM_MAX]; size_t n; } room = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
};
/* clang-format on */
static atomic_int open_sockets, closed_code, writable_told;

struct own {
    int64_t account;
    char greeting[16];
};

static void opened(struct socket *s)
{
    const struct own *own = socket_own(s);
    assert_int_equal(own->account, socket_caller(s)->account);
    (void)atomic_fetch_add(&open_sockets, 1);
    (void)pthread_mutex_lock(&room.lock);
    if (room.n < ROOM_MAX) room.id[room.n++] = socket_id(s);
    (void)pthread_mutex_unlock(&room.lock);
    if (text_eq(own->greeting, "listen")) assert_true(socket_listen(s, (struct topic){ TOPIC_CONVERSATION, 3 }, 0));
    if (text_eq(own->greeting, "told")) assert_true(socket_listen(s, (struct topic){ TOPIC_CONVERSATION, 3 }, 2));
    if (own->greeting[0] != '\0') (void)!socket_send(s, SOCKET_TEXT, str_of(own->greeting));
}

static void message(struct socket *s, enum socket_message kind, struct str data)
{
    if (str_eq(data, STR("close me"))) {
        socket_close(s, 4001, "as you wish");
        return;
    }
    if (str_eq(data, STR("no more"))) socket_listen_end(s, (struct topic){ TOPIC_CONVERSATION, 3 });
    if (str_eq(data, STR("a lot"))) {
        char *much = calloc(1, 100000);
        assert_non_null(much);
        memset(much, 'm', 100000);
        for (int i = 0; i < 100; i++)
            if (!socket_send(s, SOCKET_BINARY, (struct str){ much, 100000 })) break;
        free(much);
        return;
    }
    (void)!socket_send(s, kind, data);
}

static void writable(struct socket *s)
{
    (void)s;
    (void)atomic_fetch_add(&writable_told, 1);
}

static void closed(struct socket *s, int code)
{
    (void)s;
    (void)atomic_fetch_sub(&open_sockets, 1);
    atomic_store(&closed_code, code);
}

/* What is secret is nothing for a room. */
static bool told(const struct socket_event *e, struct buf *out)
{
    buf_printf(out, "<%d %lld %lld %.*s %.*s>", (int)e->topic.kind, (long long)e->topic.id, (long long)e->seq,
               (int)e->type.n, e->type.p, (int)e->data.n, e->data.p);
    return !str_eq(e->type, STR("secret"));
}

/* clang-format off */
static const struct socket_kind room_kind = {
    .name = "room", .own_size = sizeof(struct own), .message_max = 1000, .per_account = 4,
    .rate = { "room messages", 50, 10 * 1000 }, .opened = opened, .message = message, .writable = writable,
    .closed = closed, .told = told,
};
static const struct socket_kind crowd_kind = {
    .name = "crowd", .own_size = sizeof(struct own), .subprotocol = "crowd.v1", .message_max = 1000,
    .per_account = ROOM_MAX, .rate = { "crowd messages", 50, 10 * 1000 }, .opened = opened, .message = message,
    .closed = closed,
};

static const struct problem problem_full = { "room_full", 409, "The room is full.", "房间已满。" };
struct room_query { const char *say; };
static const struct field room_query_fields[] = {
    FIELD_TEXT(struct room_query, say, .max = 10, .optional = true), FIELD_END
};
/* clang-format on */

static enum answer run_room(struct req *req)
{
    const struct room_query *in = req->query;
    struct own own = { .account = req->who.account };
    if (in != NULL && in->say != NULL) text_copy(own.greeting, sizeof own.greeting, in->say);
    if (text_eq(own.greeting, "full")) return reply_problem(req, &problem_full);
    assert_non_null(req->tx);
    return reply_socket(req, &own);
}

ROUTE_TAG(test_tag, "Test", "Rows of this test.");
/* clang-format off */
static const struct route socket_routes[] = {
    { .verb = VERB_GET, .path = "/api/room", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Test", .socket = &room_kind,
      QUERY_FIELDS(room_query), PROBLEMS(&problem_full), .run = run_room, .doc = "A room." },
    { .verb = VERB_GET, .path = "/api/crowd", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Test",
      .socket = &crowd_kind, QUERY_FIELDS(room_query), .run = run_room, .doc = "A crowd." },
    ROUTE_END
};
/* clang-format on */
struct say_body {
    const char *type;
};
static const struct field say_body_fields[] = { FIELD_TEXT(struct say_body, type, .max = 20), FIELD_END };

static void nothing(struct json *j, const void *arg) { (void)j, (void)arg; }

/* In a transaction like any other: what is appended is heard after the commit. */
static enum answer run_say(struct req *req)
{
    const struct say_body *in = req->body;
    if (!events_put_to(req->tx, (struct topic){ TOPIC_CONVERSATION, 3 }, in->type, NULL, NULL)) return reply_fault(req);
    if (text_eq(in->type, "refused")) return reply_problem(req, &problem_full);
    return reply_json(req, 200, nothing, NULL);
}

/* clang-format off */
static const struct route say_routes[] = {
    { .verb = VERB_POST, .path = "/api/say", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Test", .idempotent = true,
      BODY_FIELDS(say_body), PROBLEMS(&problem_full), .run = run_say, .doc = "Say." },
    ROUTE_END
};
/* clang-format on */
static const struct route *const socket_tables[] = { socket_routes, say_routes, NULL };
static void with_sockets(struct http_options *o) { o->routes = socket_tables; }

/* ---- a client ---- */

/* clang-format off */
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
/* clang-format on */

static struct test_client *ask_for(struct test_http *s, const char *path, const char *headers)
{
    char request[1024];
    struct test_client *c = client_open(http_port(s->http));
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n%s%s\r\n", path, s->origin_line, headers);
    client_send_text(c, request);
    return c;
}

static struct test_client *join(struct test_http *s, const char *path, const char *headers, struct buf *got)
{
    struct test_client *c = ask_for(s, path, headers);
    buf_init(got, 64 << 20);
    if (!client_read_until(c, got, "\r\n\r\n", 5000) ||
        !str_starts(buf_str(got), STR("HTTP/1.1 101 Switching Protocols\r\n")))
        fail_msg("no socket: %s", buf_terminated(got));
    return c;
}

static void say(struct test_client *c, int first, const char *text)
{
    struct buf b;
    uint8_t header[FRAME_HEADER_MAX];
    size_t n = strlen(text), header_n = frame_header(OPCODE_TEXT, n, header);
    buf_init(&b, 1 << 20);
    header[0] = (uint8_t)first;
    header[1] |= 0x80;
    buf_add(&b, header, header_n);
    buf_add(&b, "\0\0\0\0", 4);
    buf_add(&b, text, n);
    client_send(c, b.p, b.n);
    buf_free(&b);
}

static void hear(struct test_client *c, struct buf *got, const char *bytes)
{
    if (!client_read_until(c, got, bytes, 5000)) fail_msg("not heard; got %zu bytes", got->n);
}

static void refused(struct test_http *s, const char *path, const char *headers, int status, const char *code)
{
    struct test_client *c = ask_for(s, path, headers);
    struct test_answer a = client_read(c, false, 5000);
    if (a.status != status || strcmp(answer_error(&a), code) != 0)
        fail_msg("%s: %d %s, wanted %d %s", path, a.status, answer_error(&a), status, code);
    if (status == 426) assert_string_equal(answer_header(&a, "sec-websocket-version"), "13");
    answer_free(&a);
    client_close(c);
}

static void start(struct test_http *s, struct test_db *t)
{
    test_http_start(s, t, with_sockets);
    room.n = 0;
    atomic_store(&open_sockets, 0);
    atomic_store(&closed_code, 0);
    atomic_store(&writable_told, 0);
}

static void wait_for_open(int n)
{
    int64_t until_ms = monotonic_ms() + 30000;
    while (atomic_load(&open_sockets) != n) {
        if (monotonic_ms() > until_ms) fail_msg("%d open, wanted %d", atomic_load(&open_sockets), n);
        (void)usleep(2000);
    }
}

/* ---- tests ---- */

TEST_EACH_ENGINE(a_socket_opens_speaks_and_ends)
{
    struct test_http s;
    start(&s, t);
    struct buf got;
    struct test_client *c = join(&s, "/api/room?say=welcome", UPGRADE AS_MERCHANT, &got);
    assert_non_null(strstr(buf_terminated(&got), "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    hear(c, &got, "\x81\x07welcome");
    say(c, 0x81, "hello"), hear(c, &got, "\x81\x05hello");
    say(c, 0x82, "bytes"), hear(c, &got,
                                "\x82\x05"
                                "bytes");
    say(c, 0x89, "there?"), hear(c, &got, "\x8a\x06there?");
    say(c, 0x01, "in "), say(c, 0x00, "three "), say(c, 0x80, "parts"), hear(c, &got, "\x81\x0ein three parts");
    say(c, 0x88,
        "\x03\xe9"
        "bye");
    hear(c, &got, "\x88\x02\x03\xe9");
    assert_true(client_is_closed(c, 3000));
    wait_for_open(0);
    assert_int_equal(atomic_load(&closed_code), 1001);
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(who_may_not_gets_an_answer_instead)
{
    struct test_http s;
    start(&s, t);
    refused(&s, "/api/room", AS_MERCHANT, 426, "upgrade_required");
    refused(&s, "/api/room", UPGRADE, 401, "sign_in_required");
    refused(&s, "/api/room", UPGRADE "Cookie: sid=dead\r\n", 401, "sign_in_required");
    refused(&s, "/api/room?say=full", UPGRADE AS_MERCHANT, 409, "room_full");
    refused(&s, "/api/room?say=much+too+long", UPGRADE AS_MERCHANT, 422, "invalid_fields");
    refused(&s, "/api/crowd", UPGRADE AS_MERCHANT, 400, "subprotocol");
    refused(&s, "/api/crowd", UPGRADE AS_MERCHANT "Sec-WebSocket-Protocol: crowd.v2\r\n", 400, "subprotocol");
    struct buf got;
    struct test_client *c = join(&s, "/api/crowd", UPGRADE AS_MERCHANT "Sec-WebSocket-Protocol: x, crowd.v1\r\n", &got);
    assert_non_null(strstr(buf_terminated(&got), "Sec-WebSocket-Protocol: crowd.v1\r\n"));
    client_close(c), buf_free(&got);
    /* A foreign page has the visitor's cookie, and its browser says where it is. */
    char foreign[512];
    (void)snprintf(foreign, sizeof foreign, "GET /api/room HTTP/1.1\r\nHost: a\r\n%s\r\n",
                   "Origin: https://evil.example\r\n" UPGRADE AS_MERCHANT);
    c = client_open(http_port(s.http));
    client_send_text(c, foreign);
    struct test_answer a = client_read(c, false, 5000);
    assert_int_equal(a.status, 403);
    answer_free(&a), client_close(c);
    wait_for_open(0);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(an_account_has_its_share)
{
    struct test_http s;
    start(&s, t);
    struct test_client *c[4], *d;
    struct buf got[4], other;
    for (int i = 0; i < 4; i++) c[i] = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got[i]);
    refused(&s, "/api/room", UPGRADE AS_MERCHANT, 429, "too_many_requests");
    d = join(&s, "/api/room", UPGRADE "Cookie: sid=m8-a\r\n", &other);
    wait_for_open(5);
    client_reset(c[0]);
    wait_for_open(4);
    buf_free(&got[0]);
    c[0] = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got[0]);
    for (int i = 0; i < 4; i++) client_close(c[i]), buf_free(&got[i]);
    client_close(d), buf_free(&other);
    wait_for_open(0);
    test_http_stop(&s, t);
}

/* From other threads, to many at once, in order; who has gone is met by nobody. */
TEST_EACH_ENGINE(one_message_reaches_a_crowd)
{
    enum { CROWD = 600, WORDS = 5 };
    struct test_http s;
    start(&s, t);
    static struct test_client *c[CROWD];
    static struct buf got[CROWD];
    for (int i = 0; i < CROWD; i++)
        c[i] = join(&s, "/api/crowd", UPGRADE AS_MERCHANT "Sec-WebSocket-Protocol: crowd.v1\r\n", &got[i]);
    wait_for_open(CROWD);
    client_reset(c[0]);
    wait_for_open(CROWD - 1);
    for (int i = 0; i < WORDS; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "word %d", i);
        struct socket_frame *f = socket_frame_new(SOCKET_TEXT, str_of(text));
        sockets_send(room.id, CROWD, f);
        socket_frame_free(f);
    }
    for (int i = 1; i < CROWD; i++) {
        hear(c[i], &got[i], "\x81\x06word 4");
        static const char in_order[] = "\x81\x06word 0\x81\x06word 1\x81\x06word 2\x81\x06word 3\x81\x06word 4";
        assert_non_null(memmem(got[i].p, got[i].n, in_order, sizeof in_order - 1));
    }
    for (int i = 1; i < CROWD; i++) client_close(c[i]), buf_free(&got[i]);
    buf_free(&got[0]);
    test_http_stop(&s, t);
}

static void *talk(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        struct socket_frame *f = socket_frame_new(SOCKET_BINARY, STR("!"));
        (void)pthread_mutex_lock(&room.lock);
        size_t n = room.n;
        (void)pthread_mutex_unlock(&room.lock);
        sockets_send(room.id, n, f);
        socket_frame_free(f);
    }
    return NULL;
}

TEST_EACH_ENGINE(many_threads_speak_while_sockets_come_and_go)
{
    struct test_http s;
    start(&s, t);
    pthread_t thread[4];
    struct buf got;
    struct test_client *c = join(&s, "/api/crowd", UPGRADE AS_MERCHANT "Sec-WebSocket-Protocol: crowd.v1\r\n", &got);
    wait_for_open(1);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&thread[i], NULL, talk, NULL), 0);
    for (int i = 0; i < 30; i++) {
        struct buf other;
        struct test_client *d =
            join(&s, "/api/crowd", UPGRADE AS_MERCHANT "Sec-WebSocket-Protocol: crowd.v1\r\n", &other);
        if (i % 2 == 0) client_reset(d);
        else client_close(d);
        buf_free(&other);
    }
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
    size_t heard = 0;
    for (int64_t until_ms = monotonic_ms() + 60000; heard < 4 * 200 && monotonic_ms() < until_ms;) {
        (void)client_read_until(c, &got, "never", 50);
        heard = 0;
        for (size_t i = 0; i + 3 <= got.n; i++) heard += memcmp(got.p + i, "\x82\x01!", 3) == 0;
    }
    assert_int_equal(heard, 4 * 200);
    say(c, 0x81, "still"), hear(c, &got, "\x81\x05still");
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

/* Nobody waits for a slow reader, and it is told why as soon as it reads. */
TEST_EACH_ENGINE(a_slow_reader_is_closed)
{
    struct test_http s;
    start(&s, t);
    test_http_narrow(&s);
    char request[1024];
    struct test_client *c = client_open_narrow(http_port(s.http));
    (void)snprintf(request, sizeof request, "GET /api/room HTTP/1.1\r\nHost: a\r\n%s%s\r\n", s.origin_line,
                   UPGRADE AS_MERCHANT);
    client_send_text(c, request);
    wait_for_open(1);
    say(c, 0x81, "a lot");
    wait_for_open(0);
    assert_int_equal(atomic_load(&closed_code), 1013);
    struct buf got;
    buf_init(&got, 64 << 20);
    hear(c, &got, "\x88\x02\x03\xf5");
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(what_a_kind_says_ends_it)
{
    struct test_http s;
    start(&s, t);
    struct buf got;
    struct test_client *c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got);
    say(c, 0x81, "close me"), say(c, 0x81, "not heard any more");
    hear(c, &got,
         "\x88\x0d\x0f\xa1"
         "as you wish");
    assert_true(client_is_closed(c, 3000));
    assert_int_equal(atomic_load(&closed_code), 4001);
    client_close(c), buf_free(&got);
    c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got);
    for (int i = 0; i < 51; i++) say(c, 0x81, "x");
    hear(c, &got, "\x88\x0a\x03\xf0too many");
    client_close(c), buf_free(&got);
    c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got);
    for (int i = 0; i < 61; i++) say(c, 0x89, "");
    hear(c, &got, "\x88\x0a\x03\xf0too many");
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(the_server_ends)
{
    struct test_http s;
    start(&s, t);
    struct buf got;
    struct test_client *c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got);
    http_drain(s.http);
    hear(c, &got, "\x88\x02\x03\xe9");
    assert_true(client_is_closed(c, 3000));
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

/* Silence is answered by a ping, silence after that ends it; so does half a message, however its bytes drip. */
TEST_EACH_ENGINE(silence_and_dripping_end_it)
{
    static const struct http_timeouts short_times = { .head_ms = 5000,
                                                      .body_ms = 2500,
                                                      .idle_ms = 60000,
                                                      .write_ms = 1500,
                                                      .linger_ms = 500,
                                                      .ping_ms = 1000,
                                                      .pong_ms = 1000 };
    struct test_http s;
    http_timeouts_for_tests(&short_times);
    start(&s, t);
    http_timeouts_for_tests(NULL);
    struct buf got, dripped;
    struct test_client *c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got);
    struct test_client *d = join(&s, "/api/room", UPGRADE AS_MERCHANT, &dripped);
    client_send(d, "\x81\xa0\0\0\0\0", 6);
    int64_t began_ms = monotonic_ms();
    hear(c, &got, "\x89");
    say(c, 0x8a, ""); /* it is there */
    buf_clear(&got);
    while (atomic_load(&open_sockets) == 2 && monotonic_ms() < began_ms + 10000) {
        client_send(d, "x", 1); /* 32 bytes would be a message */
        say(c, 0x8a, "");
        (void)usleep(200 * 1000);
    }
    hear(d, &dripped, "\x88\x0a\x03\xf0too slow");
    assert_true(monotonic_ms() - began_ms >= 2000);
    buf_clear(&got);
    hear(c, &got, "\x89");
    hear(c, &got, "\x88\x0a\x03\xe9too slow");
    wait_for_open(0);
    client_close(c), buf_free(&got), client_close(d), buf_free(&dripped);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(who_may_not_go_on_is_closed)
{
    struct test_http s;
    start(&s, t);
    struct buf got, other;
    struct test_client *c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got);
    struct test_client *d = join(&s, "/api/room", UPGRADE "Cookie: sid=m8-a\r\n", &other);
    standing_recheck_ms_for_tests(500);
    (void)usleep(1600 * 1000); /* looked at, and alive */
    say(c, 0x81, "still"), hear(c, &got, "\x81\x05still");
    atomic_store(&test_ended_account, 7);
    hear(c, &got, "\x88\x0f\x03\xf0sign in again");
    assert_true(client_is_closed(c, 3000));
    say(d, 0x81, "still"), hear(d, &other, "\x81\x05still");
    standing_recheck_ms_for_tests(0);
    client_close(c), buf_free(&got), client_close(d), buf_free(&other);
    test_http_stop(&s, t);
}

static void post_say(struct test_http *s, const char *type, int status)
{
    char body[64];
    (void)snprintf(body, sizeof body, "{\"type\":\"%s\"}", type);
    expect_status(s, "POST", "/api/say", AS_MERCHANT, body, status, NULL);
}

/* One event, read once: every socket that listens hears it after the commit, in order, as its kind tells it; what was
 * there before, from the number that the socket has seen. */
TEST_EACH_ENGINE(a_topic_is_heard_by_its_sockets)
{
    enum { MANY = 300 };
    struct test_http s;
    start(&s, t);
    post_say(&s, "one", 200), post_say(&s, "two", 200);
    struct test_client *room_c, *late_c;
    struct buf room_got, late_got;
    static struct test_client *c[MANY];
    static struct buf got[MANY];
    room_c = join(&s, "/api/room?say=listen", UPGRADE AS_MERCHANT, &room_got);
    hear(room_c, &room_got, "<2 3 1 one {}>"), hear(room_c, &room_got, "<2 3 2 two {}>");
    late_c = join(&s, "/api/room?say=told", UPGRADE AS_MERCHANT, &late_got);
    for (int i = 0; i < MANY; i++)
        c[i] = join(&s, "/api/crowd?say=told", UPGRADE AS_MERCHANT "Sec-WebSocket-Protocol: crowd.v1\r\n", &got[i]);
    wait_for_open(MANY + 2);
    post_say(&s, "refused", 409);
    post_say(&s, "secret", 200), post_say(&s, "four", 200);
    hear(room_c, &room_got, "<2 3 4 four {}>"), hear(late_c, &late_got, "<2 3 4 four {}>");
    assert_null(memmem(late_got.p, late_got.n, "two", 3));
    assert_null(memmem(late_got.p, late_got.n, "secret", 6));
    assert_null(memmem(late_got.p, late_got.n, "refused", 7));
    for (int i = 0; i < MANY; i++) {
        static const char third[] = "{\"topic\":\"conversation\",\"id\":3,\"seq\":3,\"type\":\"secret\",\"data\":{}}";
        hear(c[i], &got[i], "\"seq\":4,\"type\":\"four\"");
        assert_non_null(memmem(got[i].p, got[i].n, third, sizeof third - 1));
        assert_null(memmem(got[i].p, got[i].n, "\"seq\":2", 7));
    }
    say(late_c, 0x81, "no more"), hear(late_c, &late_got, "\x81\x07no more");
    client_reset(c[0]);
    post_say(&s, "five", 200);
    hear(room_c, &room_got, "<2 3 5 five {}>"), hear(c[1], &got[1], "\"seq\":5");
    say(late_c, 0x81, "end"), hear(late_c, &late_got,
                                   "\x81\x03"
                                   "end");
    assert_null(memmem(late_got.p, late_got.n, "five", 4));
    for (int i = 0; i < MANY; i++) {
        if (i > 0) client_close(c[i]);
        buf_free(&got[i]);
    }
    client_close(room_c), buf_free(&room_got), client_close(late_c), buf_free(&late_got);
    test_http_stop(&s, t);
}

/* Behind the request in the same bytes: one whole message and the beginning of another. */
TEST_EACH_ENGINE(bytes_behind_the_request)
{
    static const char early[] = "\x81\x85\0\0\0\0early\x81\x84\0\0\0\0ha";
    struct test_http s;
    start(&s, t);
    struct buf got, request;
    buf_init(&request, 4096), buf_init(&got, 65536);
    buf_printf(&request, "GET /api/room HTTP/1.1\r\nHost: a\r\n%s%s\r\n", s.origin_line, UPGRADE AS_MERCHANT);
    buf_add(&request, early, sizeof early - 1);
    struct test_client *c = client_open(http_port(s.http));
    client_send(c, request.p, request.n);
    hear(c, &got,
         "\x81\x05"
         "early");
    client_send(c, "lf", 2);
    hear(c, &got, "\x81\x04half");
    client_close(c), buf_free(&got), buf_free(&request);
    test_http_stop(&s, t);
}

/* It is gone before its request is answered: the kind never hears of it, neither of a beginning nor of an end. */
TEST_EACH_ENGINE(who_leaves_while_asking_was_never_there)
{
    struct test_http s;
    start(&s, t);
    for (int i = 0; i < 20; i++) {
        struct test_client *c = ask_for(&s, "/api/room", UPGRADE AS_MERCHANT);
        client_send_end(c);
        struct buf rest;
        buf_init(&rest, 65536);
        (void)client_read_until(c, &rest, "never", 3000); /* to its end */
        buf_free(&rest);
        client_close(c);
    }
    wait_for_open(0);
    struct buf got;
    struct test_client *c = join(&s, "/api/room", UPGRADE AS_MERCHANT, &got); /* and holds no place */
    wait_for_open(1);
    client_close(c), buf_free(&got);
    wait_for_open(0);
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(a_socket_opens_speaks_and_ends),
        EACH_ENGINE(who_may_not_gets_an_answer_instead),
        EACH_ENGINE(an_account_has_its_share),
        ONLY_SQLITE(one_message_reaches_a_crowd),
        ONLY_SQLITE(many_threads_speak_while_sockets_come_and_go),
        ONLY_SQLITE(a_slow_reader_is_closed),
        ONLY_SQLITE(what_a_kind_says_ends_it),
        ONLY_SQLITE(the_server_ends),
        ONLY_SQLITE(silence_and_dripping_end_it),
        EACH_ENGINE(who_may_not_go_on_is_closed),
        EACH_ENGINE(bytes_behind_the_request),
        EACH_ENGINE(a_topic_is_heard_by_its_sockets),
        EACH_ENGINE(who_leaves_while_asking_was_never_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
