/* test_socket_ends.c: sockets that are told to end, and the share of those who belong together. The rest of sockets is
 * in test_websocket.c. */
#include "http/socket.h"
#include "http/test_http.h"
#include <stdio.h>

static const struct topic talk = { TOPIC_CONVERSATION, 3 }, place = { TOPIC_SHOP, 9 };
static atomic_int open_sockets, closed_code;

struct own {
    int64_t talk, place; /* cursors */
};

static void opened(struct socket *s)
{
    const struct own *own = socket_own(s);
    (void)atomic_fetch_add(&open_sockets, 1);
    assert_true(socket_listen(s, talk, own->talk) && socket_listen(s, place, own->place));
}

static void message(struct socket *s, enum socket_message kind, struct str data) { (void)!socket_send(s, kind, data); }

static void closed(struct socket *s, int code)
{
    (void)s;
    (void)atomic_fetch_sub(&open_sockets, 1);
    atomic_store(&closed_code, code);
}

/* clang-format off */
static const struct socket_kind seat_kind = {
    .name = "seat", .own_size = sizeof(struct own), .message_max = 1000,
    .per_account = 4, .rate = { "seat messages", 50, 10 * 1000 },
    .opened = opened, .message = message, .closed = closed,
};
static const struct socket_kind beating_kind = {
    .name = "beating", .own_size = sizeof(struct own), .message_max = 1000, .beat = "{\"type\":\"beat\"}",
    .per_account = 4, .rate = { "beating messages", 50, 10 * 1000 },
    .opened = opened, .message = message, .closed = closed,
};
struct seat_query { bool together; };
static const struct field seat_query_fields[] = {
    FIELD_BOOL(struct seat_query, together, .optional = true), FIELD_END
};
struct tell_body { const char *type; bool outside; };
static const struct field tell_body_fields[] = {
    FIELD_TEXT(struct tell_body, type, .max = 20), FIELD_BOOL(struct tell_body, outside, .optional = true), FIELD_END
};
/* clang-format on */

static enum answer run_seat(struct req *req)
{
    const struct seat_query *in = req->query;
    struct own own;
    if (in->together) req->stands_in = 5;
    if (!events_last(req->tx, talk, &own.talk) || !events_last(req->tx, place, &own.place)) return reply_fault(req);
    return reply_socket(req, &own);
}

static void no_members(struct json *j, const void *arg) { (void)j, (void)arg; }

static enum answer run_tell(struct req *req)
{
    const struct tell_body *in = req->body;
    if (!events_put_to(req->tx, in->outside ? place : talk, in->type, NULL, NULL)) return reply_fault(req);
    return reply_json(req, 200, no_members, NULL);
}

ROUTE_TAG(seats_tag, "Seats", "Rows of this test.");
/* clang-format off */
static const struct route seat_routes[] = {
    { .verb = VERB_GET, .path = "/api/seat", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Seats", .socket = &seat_kind,
      QUERY_FIELDS(seat_query), .run = run_seat, .doc = "A seat." },
    { .verb = VERB_GET, .path = "/api/seat/beating", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Seats",
      .socket = &beating_kind, QUERY_FIELDS(seat_query), .run = run_seat, .doc = "A seat that is told of." },
    { .verb = VERB_POST, .path = "/api/tell", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Seats", .idempotent = true,
      BODY_FIELDS(tell_body), .run = run_tell, .doc = "Tell." },
    ROUTE_END
};
/* clang-format on */
static const struct route *const seat_tables[] = { seat_routes, NULL };
static void with_seats(struct http_options *o) { o->routes = seat_tables, o->group_max = 2; }

#define AS_OTHER "Cookie: sid=m8-a\r\n"

static struct test_client *sit(struct test_http *s, const char *query, const char *who, const char *answer,
                               struct buf *got)
{
    char request[512];
    struct test_client *c = client_open(http_port(s->http));
    (void)snprintf(request, sizeof request,
                   "GET /api/seat%s HTTP/1.1\r\nHost: a\r\n%s%sUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                   query, s->origin_line, who);
    client_send_text(c, request);
    buf_init(got, 1 << 20);
    if (!client_read_until(c, got, "\r\n\r\n", 5000) || !strstr(buf_terminated(got), answer))
        fail_msg("not %s: %s", answer, buf_terminated(got));
    return c;
}

static void leave(struct test_client *c, struct buf *got)
{
    client_close(c);
    buf_free(got);
}

static void wait_for_open(int n)
{
    int64_t until_ms = monotonic_ms() + 30000;
    while (atomic_load(&open_sockets) != n && monotonic_ms() < until_ms) (void)usleep(2000);
    assert_int_equal(atomic_load(&open_sockets), n);
}

static void tell(struct test_http *s, const char *body)
{
    expect_status(s, "POST", "/api/tell", AS_MERCHANT, body, 200, NULL);
}

/* Whoever they are of: together they have a share too. Who was refused for that has not used up their own. */
TEST_EACH_ENGINE(who_belongs_together_has_a_share)
{
    struct test_http s;
    struct test_client *one, *two, *more[3];
    struct buf one_got, two_got, more_got[3], no;
    test_http_start(&s, t, with_seats);
    one = sit(&s, "?together=true", AS_MERCHANT, " 101 ", &one_got);
    two = sit(&s, "?together=true", AS_OTHER, " 101 ", &two_got);
    for (int i = 0; i < 6; i++) leave(sit(&s, "?together=true", AS_MERCHANT, " 429 ", &no), &no);
    for (int i = 0; i < 3; i++) more[i] = sit(&s, "", AS_MERCHANT, " 101 ", &more_got[i]);
    leave(sit(&s, "", AS_MERCHANT, " 429 ", &no), &no);
    wait_for_open(5);
    leave(two, &two_got);
    wait_for_open(4);
    two = sit(&s, "?together=true", "Cookie: sid=m9-a\r\n", " 101 ", &two_got);
    for (int i = 0; i < 3; i++) leave(more[i], &more_got[i]);
    leave(one, &one_got), leave(two, &two_got);
    wait_for_open(0);
    test_http_stop(&s, t);
}

/* What was told before it is heard, what comes after it is not. */
TEST_EACH_ENGINE(a_topic_that_ends_closes_its_sockets)
{
    static const char *const ends[] = { "{\"type\":\"ended\"}", "{\"type\":\"ended\",\"outside\":true}" };
    struct test_http s;
    test_http_start(&s, t, with_seats);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct test_client *c;
        struct buf got;
        c = sit(&s, "", AS_MERCHANT, " 101 ", &got);
        wait_for_open(1);
        tell(&s, "{\"type\":\"one\"}"), tell(&s, ends[i]), tell(&s, "{\"type\":\"late\",\"outside\":true}");
        if (!client_read_until(c, &got, "\x88\x02\x03\xf0", 5000)) fail_msg("not closed with 1008");
        assert_true(client_is_closed(c, 3000));
        assert_non_null(memmem(got.p, got.n, "\"type\":\"one\"", 12));
        assert_non_null(memmem(got.p, got.n, "\"type\":\"ended\"", 14));
        assert_true(i == 0 || !memmem(got.p, got.n, "late", 4));
        wait_for_open(0);
        assert_int_equal(atomic_load(&closed_code), 1008);
        leave(c, &got);
    }
    test_http_stop(&s, t);
}

/* A script does not see pings: it is told beside each of them, and only while its side is silent. */
TEST_EACH_ENGINE(a_silent_socket_gets_a_beat_beside_the_ping)
{
    static const struct http_timeouts short_times = { .head_ms = 5000,
                                                      .body_ms = 5000,
                                                      .idle_ms = 60000,
                                                      .write_ms = 5000,
                                                      .linger_ms = 500,
                                                      .ping_ms = 300,
                                                      .pong_ms = 30000 };
    static const char beat[] = "\x81\x0f{\"type\":\"beat\"}\x89";
    struct test_http s;
    struct buf got, none;
    http_timeouts_for_tests(&short_times);
    test_http_start(&s, t, with_seats);
    http_timeouts_for_tests(NULL);
    struct test_client *c = sit(&s, "/beating", AS_MERCHANT, " 101 ", &got),
                       *d = sit(&s, "", AS_MERCHANT, " 101 ", &none);
    for (int i = 0; i < 3; i++) {
        if (!client_read_until(c, &got, beat, 10000)) fail_msg("beat %d did not come", i);
        buf_clear(&got);
        client_send(c, "\x8a\x80\0\0\0\0", 6);
    }
    if (!client_read_until(d, &none, "\x89", 10000)) fail_msg("no ping");
    assert_null(memmem(none.p, none.n, "beat", 4)); /* who did not ask for it */
    leave(c, &got), leave(d, &none);
    wait_for_open(0);
    test_http_stop(&s, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(who_belongs_together_has_a_share),
        EACH_ENGINE(a_topic_that_ends_closes_its_sockets),
        ONLY_SQLITE(a_silent_socket_gets_a_beat_beside_the_ping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
