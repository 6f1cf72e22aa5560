/* test_events.c: event streams: order, replay, reset, who gets what, sessions that end, readers that stop, limits. */
#include "http/events.h"
#include "http/test_http.h"
#include "storage/test_verify.h"
#include <stdio.h>
#include <stdlib.h>

#define STREAM_START "GET /api/events%s HTTP/1.1\r\nHost: a\r\n%s\r\n"

static struct test_client *listen_to(struct test_http *s, const char *query, const char *headers, struct buf *got)
{
    char request[512];
    (void)snprintf(request, sizeof request, STREAM_START, query, headers);
    struct test_client *c = client_open(http_port(s->http));
    client_send_text(c, request);
    buf_init(got, 64 << 20);
    if (!client_read_until(c, got, "retry: 3000\n\n", 5000)) fail_msg("no stream: %s", buf_terminated(got));
    return c;
}

static void add_note(struct test_http *s, const char *headers, const char *text)
{
    char body[64];
    (void)snprintf(body, sizeof body, "{\"text\":\"%s\"}", text);
    expect_status(s, "POST", "/api/notes", headers, body, 201, NULL);
}

static void end(struct test_client *c, struct buf *got)
{
    client_close(c);
    buf_free(got);
}

/* ---- a row whose streams end by another topic too ---- */

static enum answer run_until(struct req *req)
{
    return reply_events_until(req, (struct topic){ TOPIC_CONVERSATION, 3 }, -1, (struct topic){ TOPIC_SHOP, 9 });
}

/* As a visitor's: the row knows for whom it is, and no account does. */
static enum answer run_visit(struct req *req)
{
    req->stands_for = 5, req->stands_in = 9;
    return reply_events_until(req, (struct topic){ TOPIC_CONVERSATION, 3 }, -1, (struct topic){ TOPIC_SHOP, 9 });
}

struct tell_body {
    const char *type;
    bool outside;
};
static const struct field tell_body_fields[] = { FIELD_TEXT(struct tell_body, type, .max = 20),
                                                 FIELD_BOOL(struct tell_body, outside, .optional = true), FIELD_END };

static void no_members(struct json *j, const void *arg) { (void)j, (void)arg; }

static enum answer run_tell(struct req *req)
{
    const struct tell_body *in = req->body;
    const struct topic topic = in->outside ? (struct topic){ TOPIC_SHOP, 9 } : (struct topic){ TOPIC_CONVERSATION, 3 };
    if (!events_put_to(req->tx, topic, in->type, NULL, NULL)) return reply_fault(req);
    return reply_json(req, 200, no_members, NULL);
}

ROUTE_TAG(until_tag, "Until", "Rows of this test.");
/* clang-format off */
static const struct route until_routes[] = {
    { .verb = VERB_GET, .path = "/api/until", .who = WHO_MEMBERS, .tx = TX_READ, .tag = "Until", .run = run_until,
      .doc = "Until another topic ends it." },
    { .verb = VERB_GET, .path = "/api/visit", .who = WHO_ANYONE, .tx = TX_READ, .tag = "Until", .run = run_visit,
      .doc = "A visitor's." },
    { .verb = VERB_POST, .path = "/api/tell", .who = WHO_STAFF, .tx = TX_WRITE, .tag = "Until", .idempotent = true,
      BODY_FIELDS(tell_body), .run = run_tell, .doc = "Tell." },
    ROUTE_END
};
/* clang-format on */
static const struct route *const until_tables[] = { until_routes, NULL };
static void with_until(struct http_options *o) { o->routes = until_tables; }

static void tell(struct test_http *s, const char *body)
{
    expect_status(s, "POST", "/api/tell", AS_MERCHANT, body, 200, NULL);
}

static struct test_client *listen_at(struct test_http *s, const char *request, struct buf *got)
{
    struct test_client *c = client_open(http_port(s->http));
    client_send_text(c, request);
    buf_init(got, 64 << 20);
    if (!client_read_until(c, got, "retry: 3000\n\n", 5000)) fail_msg("no stream: %s", buf_terminated(got));
    return c;
}

static struct test_client *listen_until(struct test_http *s, struct buf *got)
{
    return listen_at(s, "GET /api/until HTTP/1.1\r\nHost: a\r\n" AS_MERCHANT "\r\n", got);
}

/* By its own topic or by the other one, of which nothing else is told: its numbers are not the reader's. */
TEST_EACH_ENGINE(a_stream_ends_when_it_is_told)
{
    struct test_http s;
    test_http_start(&s, t, with_until);
    struct buf got;
    struct test_client *c = listen_until(&s, &got);
    tell(&s, "{\"type\":\"one\"}"), tell(&s, "{\"type\":\"secret\",\"outside\":true}");
    tell(&s, "{\"type\":\"two\"}");
    assert_true(client_read_until(c, &got, "id: 2\nevent: two\n", 5000));
    tell(&s, "{\"type\":\"ended\",\"outside\":true}");
    assert_true(client_read_until(c, &got, "\n\nevent: ended\ndata: {}\n\n", 5000) ||
                strstr(buf_terminated(&got), "event: ended\ndata: {}\n\n"));
    assert_true(client_is_closed(c, 3000));
    assert_null(strstr(buf_terminated(&got), "secret"));
    client_close(c), buf_free(&got);
    c = listen_until(&s, &got); /* what was told before it came is over */
    tell(&s, "{\"type\":\"three\"}");
    assert_true(client_read_until(c, &got, "id: 3\nevent: three\n", 5000));
    tell(&s, "{\"type\":\"ended\"}");
    assert_true(client_read_until(c, &got, "id: 4\nevent: ended\n", 5000));
    assert_true(client_is_closed(c, 3000));
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

/* A colleague who is removed hears no more of the inbox, though that is told under another topic than sessions are. */
TEST_EACH_ENGINE(a_stream_asks_when_sessions_change_elsewhere)
{
    struct test_http s;
    test_http_start(&s, t, with_until);
    struct buf got;
    struct test_client *c = listen_until(&s, &got);
    tell(&s, "{\"type\":\"sessions.changed\",\"outside\":true}");
    assert_true(client_read_until(c, &got, "event: sessions.changed\ndata: {}\n\n", 5000)); /* without a number */
    (void)usleep(1600 * 1000);                                                              /* looked at, and alive */
    tell(&s, "{\"type\":\"still\"}");
    assert_true(client_read_until(c, &got, "still", 5000));
    tell(&s, "{\"type\":\"sessions.changed\",\"outside\":true}");
    atomic_store(&test_ended_account, 7);
    assert_false(client_read_until(c, &got, "never", 4000));
    assert_true(client_is_closed(c, 0));
    client_close(c), buf_free(&got);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(what_changes_is_told)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct buf one, two, other;
    struct test_client *a = listen_to(&s, "", AS_MERCHANT, &one), *b = listen_to(&s, "", AS_MERCHANT, &two);
    struct test_client *c = listen_to(&s, "", "Cookie: sid=m8-a\r\n", &other);
    const char *head = buf_terminated(&one);
    assert_non_null(strstr(head, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(head, "Content-Type: text/event-stream\r\n"));
    assert_non_null(strstr(head, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(head, "X-Accel-Buffering: no\r\n"));
    assert_non_null(strstr(head, "Transfer-Encoding: chunked\r\n"));
    add_note(&s, AS_MERCHANT, "first");
    assert_true(client_read_until(a, &one, "id: 1\nevent: note.added\ndata: {\"text\":\"first\"}\n\n", 5000));
    assert_true(client_read_until(b, &two, "id: 1\n", 5000));
    expect_status(&s, "POST", "/api/notes", AS_MERCHANT, "{\"text\":\"refuse\"}", 409, NULL);
    for (int i = 0; i < 20; i++) add_note(&s, AS_MERCHANT, "more");
    add_note(&s, AS_MERCHANT, "last");
    assert_true(client_read_until(a, &one, "id: 22\nevent: note.added\ndata: {\"text\":\"last\"}\n\n", 5000));
    add_note(&s, "Cookie: sid=m8-a\r\n", "theirs");
    assert_true(client_read_until(c, &other, "id: 1\nevent: note.added\ndata: {\"text\":\"theirs\"}", 5000));
    assert_null(strstr(buf_terminated(&other), "first")); /* nobody sees another's */
    assert_null(strstr(buf_terminated(&one), "theirs"));
    assert_null(strstr(buf_terminated(&one), "refuse"));
    end(a, &one), end(b, &two), end(c, &other);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(replay_from_the_last_seen)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    for (int i = 0; i < 450; i++) add_note(&s, AS_MERCHANT, "n");
    struct buf got;
    struct test_client *c = listen_to(&s, "?after=1", AS_MERCHANT "Last-Event-ID: 440\r\n", &got);
    assert_true(client_read_until(c, &got, "id: 450\n", 5000));
    assert_non_null(strstr(buf_terminated(&got), "id: 441\n"));
    assert_null(strstr(buf_terminated(&got), "id: 440\n"));
    end(c, &got);
    c = listen_to(&s, "?after=0", AS_MERCHANT, &got); /* in several reads */
    assert_true(client_read_until(c, &got, "id: 450\n", 5000));
    const char *at = buf_terminated(&got);
    for (int i = 1; i <= 450; i++) { /* all, once, in order */
        char id[32];
        (void)snprintf(id, sizeof id, "id: %d\n", i);
        at = strstr(at, id);
        assert_non_null(at);
        assert_null(strstr(at + 1, id));
    }
    end(c, &got);
    c = listen_to(&s, "", AS_MERCHANT, &got); /* from now on */
    add_note(&s, AS_MERCHANT, "n");
    assert_true(client_read_until(c, &got, "id: 451\n", 5000));
    assert_null(strstr(buf_terminated(&got), "id: 450\n"));
    end(c, &got);
    c = listen_to(&s, "?after=452", AS_MERCHANT, &got); /* a number we never gave */
    assert_true(client_read_until(c, &got, "id: 451\nevent: reset\ndata: {}\n\n", 5000));
    end(c, &got);
    expect_status(&s, "GET", "/api/events?after=x", AS_MERCHANT, NULL, 422, "invalid_fields");
    expect_status(&s, "GET", "/api/events", NULL, NULL, 401, "sign_in_required");
    expect_status(&s, "HEAD", "/api/events", AS_MERCHANT, NULL, 200, NULL);
    test_http_stop(&s, t);
    test_script(t, "UPDATE events SET at_ms = 1000 WHERE seq <= 100");
    assert_int_equal(events_purge(t->tx), 100);
    test_script(t, "UPDATE events SET at_ms = 4000000000000 WHERE seq <= 200");
    assert_int_equal(events_purge(t->tx), 0);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events WHERE at_ms = 4000000000000"), 0);
    test_commit(t);
    test_script(t, "DROP TABLE test_notes");
    test_http_start(&s, t, NULL);
    c = listen_to(&s, "?after=50", AS_MERCHANT, &got); /* what it missed is gone */
    assert_true(client_read_until(c, &got, "id: 451\nevent: reset\n", 5000));
    end(c, &got);
    c = listen_to(&s, "?after=100", AS_MERCHANT, &got); /* just complete */
    assert_true(client_read_until(c, &got, "id: 451\nevent: note.added\n", 5000));
    assert_null(strstr(buf_terminated(&got), "reset"));
    end(c, &got);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(hints_for_operators)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct buf theirs, ours;
    struct test_client *o = listen_to(&s, "", AS_OPERATOR, &ours), *m = listen_to(&s, "", AS_MERCHANT, &theirs);
    for (int i = 0; i < 100; i++) events_hint("jobs");
    assert_true(client_read_until(o, &ours, "event: hint\ndata: {\"kind\":\"jobs\"}\n\n", 5000));
    assert_false(client_read_until(m, &theirs, "hint", 1200));
    const char *first = strstr(buf_terminated(&ours), "hint");
    assert_null(strstr(first + 1, "hint"));
    end(o, &ours), end(m, &theirs);
    test_http_stop(&s, t);
}

/* Status of one more stream of account 7, which stays open in *c. */
static int one_more(struct test_http *s, struct test_client **c)
{
    struct buf got;
    *c = client_open(http_port(s->http));
    client_send_text(*c, "GET /api/events HTTP/1.1\r\nHost: a\r\n" AS_MERCHANT "\r\n");
    buf_init(&got, 65536);
    assert_true(client_read_until(*c, &got, "\r\n\r\n", 5000));
    int status = atoi(buf_terminated(&got) + strlen("HTTP/1.1 "));
    buf_free(&got);
    return status;
}

/* The share is the account's in the whole process, whatever loop its streams land on, and what is closed gives its
 * place back. */
TEST_EACH_ENGINE(one_stream_too_many)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    enum { MANY = 2 * STREAMS_PER_ACCOUNT + 1 }; /* two loops */
    struct test_client *c[MANY];
    int status[MANY];
    for (int i = 0; i < MANY; i++) status[i] = one_more(&s, &c[i]);
    for (int i = 0; i < MANY; i++) assert_int_equal(status[i], i < STREAMS_PER_ACCOUNT ? 200 : 429);
    struct buf other;
    struct test_client *d = listen_to(&s, "", "Cookie: sid=m8-a\r\n", &other); /* another account has its own */
    client_close(c[0]);
    int64_t until_ms = monotonic_ms() + 5000;
    for (int again = 0; again != 200;) {
        client_close(c[1]);
        again = one_more(&s, &c[1]);
        assert_true(monotonic_ms() < until_ms);
    }
    for (int i = 1; i < MANY; i++) client_close(c[i]);
    end(d, &other);
    test_http_stop(&s, t);
}

/* A browser cannot see that a stream has died; it can see that a beat did not come. */
TEST_EACH_ENGINE(a_stream_has_a_beat)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct buf got;
    struct test_client *c = listen_to(&s, "", AS_MERCHANT, &got);
    assert_null(strstr(buf_terminated(&got), "beat"));
    streams_beat_ms_for_tests(900);
    assert_true(client_read_until(c, &got, "event: beat\ndata: {}\n\n", 5000));
    buf_clear(&got);
    add_note(&s, AS_MERCHANT, "between"); /* other events do not stand in for it */
    assert_true(client_read_until(c, &got, "between", 5000));
    assert_true(client_read_until(c, &got, "event: beat\n", 5000));
    streams_beat_ms_for_tests(0);
    end(c, &got);
    test_http_stop(&s, t);
}

/* The usual time has chance in it; what is told until then is heard, and who has an account hears on. */
TEST_EACH_ENGINE(a_stream_of_a_visitor_ends_by_itself)
{
    struct test_http s;
    test_http_start(&s, t, with_until);
    struct buf usual, theirs, ours;
    struct test_client *a = listen_at(&s, "GET /api/visit HTTP/1.1\r\nHost: a\r\n\r\n", &usual);
    streams_visit_ms_for_tests(2500);
    struct test_client *v = listen_at(&s, "GET /api/visit HTTP/1.1\r\nHost: a\r\n\r\n", &theirs);
    struct test_client *m = listen_until(&s, &ours);
    tell(&s, "{\"type\":\"one\"}");
    assert_true(client_read_until(v, &theirs, "id: 1\nevent: one\n", 2000));
    assert_true(client_is_closed(v, 6000));
    tell(&s, "{\"type\":\"two\"}");
    assert_true(client_read_until(m, &ours, "id: 2\nevent: two\n", 5000));
    assert_true(client_read_until(a, &usual, "id: 2\nevent: two\n", 5000));
    assert_null(strstr(buf_terminated(&theirs), "two"));
    streams_visit_ms_for_tests(0);
    end(a, &usual), end(v, &theirs), end(m, &ours);
    test_http_stop(&s, t);
}

TEST_EACH_ENGINE(drain_ends_streams)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct buf got;
    struct test_client *c = listen_to(&s, "", AS_MERCHANT, &got);
    http_drain(s.http);
    assert_false(client_read_until(c, &got, "never", 3000));
    assert_true(client_is_closed(c, 0));
    end(c, &got);
    test_http_stop(&s, t);
}

/* Nobody reads: what waits does not pile up for ever below the maximum of a queue, and nothing that is added makes the
 * reader look alive. */
TEST_EACH_ENGINE(a_stream_that_is_not_read_ends)
{
    static const struct http_timeouts short_times = { 5000, 5000, 60000, 1500, 500 };
    struct test_http s;
    http_timeouts_for_tests(&short_times);
    test_http_start(&s, t, NULL);
    http_timeouts_for_tests(NULL);
    test_http_narrow(&s);
    struct test_client *c = client_open_narrow(http_port(s.http));
    client_send_text(c, "GET /api/events HTTP/1.1\r\nHost: a\r\n" AS_MERCHANT "\r\n");
    int64_t until_ms = monotonic_ms() + 90000;
    int more = 0;
    do {
        if (more++ < 400) add_note(&s, AS_MERCHANT, "more");
        else (void)usleep(20000);
        assert_true(monotonic_ms() < until_ms);
    } while (more < 100 || atomic_load(&s.http->connections) > 1);
    client_close(c);
    test_http_stop(&s, t);
}

/* The look at the session comes once a minute; the test asks for it now. */
TEST_EACH_ENGINE(an_ended_session_ends_its_stream)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct buf got, other;
    struct test_client *c = listen_to(&s, "", AS_MERCHANT, &got);
    struct test_client *d = listen_to(&s, "", "Cookie: sid=m8-a\r\n", &other);
    standing_recheck_ms_for_tests(500);
    (void)usleep(1600 * 1000); /* looked at, and alive */
    add_note(&s, AS_MERCHANT, "still");
    assert_true(client_read_until(c, &got, "still", 5000));
    atomic_store(&test_ended_account, 7);
    assert_false(client_read_until(c, &got, "never", 4000));
    assert_true(client_is_closed(c, 0));
    add_note(&s, "Cookie: sid=m8-a\r\n", "other");
    assert_true(client_read_until(d, &other, "other", 5000));
    standing_recheck_ms_for_tests(0);
    end(c, &got), end(d, &other);
    test_http_stop(&s, t);
}

/* Signed out in another tab, disabled, a new password: the domain tells that sessions changed, and nobody waits for the
 * minute to be over. */
TEST_EACH_ENGINE(a_stream_whose_session_was_ended_hears_nothing_more)
{
    struct test_http s;
    test_http_start(&s, t, NULL);
    struct buf got;
    struct test_client *c = listen_to(&s, "", AS_MERCHANT, &got);
    add_note(&s, AS_MERCHANT, "sessions");
    assert_true(client_read_until(c, &got, "sessions.changed", 5000));
    (void)usleep(1600 * 1000); /* looked at, and alive */
    add_note(&s, AS_MERCHANT, "still");
    assert_true(client_read_until(c, &got, "still", 5000));
    add_note(&s, AS_MERCHANT, "sessions");
    atomic_store(&test_ended_account, 7);
    assert_false(client_read_until(c, &got, "never", 4000));
    assert_true(client_is_closed(c, 0));
    end(c, &got);
    test_http_stop(&s, t);
}

/* ---- topics ---- */

static void put_to(struct test_db *t, enum topic_kind kind, int64_t id, const char *type)
{
    assert_true(events_put_to(t->tx, (struct topic){ kind, id }, type, NULL, NULL));
}

static void expect_rows(const struct event_rows *rows, const struct topic_read *t, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    events_print(rows, t->first, t->n, &out);
    assert_string_equal(buf_terminated(&out), wanted);
    buf_free(&out);
}

/* Each topic has numbers of its own, and one read serves topics of several kinds. */
TEST_EACH_ENGINE(topics_are_numbered_apart)
{
    for (int i = 0; i < 3; i++) put_to(t, TOPIC_ACCOUNT, 5, "a");
    put_to(t, TOPIC_CONVERSATION, 5, "c");
    for (int i = 0; i < 2; i++) put_to(t, TOPIC_INBOX, 5, "i");
    put_to(t, TOPIC_INBOX, 6, "j");
    test_commit(t);
    struct topic_read list[] = {
        { .topic = { TOPIC_INBOX, 6 } },
        { .topic = { TOPIC_INBOX, 5 }, .cursor = 1 },
        { .topic = { TOPIC_ACCOUNT, 5 }, .cursor = 3 },
        { .topic = { TOPIC_CONVERSATION, 5 } },
        { .topic = { TOPIC_CONVERSATION, 9 } },
    };
    /* clang-format off */
    static const char *const wanted[] = { "", "id: 1\nevent: c\ndata: {}\n\n", "",
                                          "id: 2\nevent: i\ndata: {}\n\n", "id: 1\nevent: j\ndata: {}\n\n" };
    /* clang-format on */
    qsort(list, ARRAY_LEN(list), sizeof list[0], topic_reads_compare);
    struct event_rows rows;
    bool more = false;
    event_rows_init(&rows);
    assert_true(events_read(t->tx, list, ARRAY_LEN(list), &rows, &more));
    assert_false(more);
    for (size_t i = 0; i < ARRAY_LEN(list); i++) expect_rows(&rows, &list[i], wanted[i]);
    event_rows_free(&rows);
}

/* Which topics have moved is told by the ids of the rows; when there are too many to name, all have. */
TEST_EACH_ENGINE(moved_topics_are_named)
{
    static struct events_moved m;
    assert_true(events_moved(t->tx, -1, &m));
    assert_true(m.all && m.n == 0);
    int64_t since = m.last;
    put_to(t, TOPIC_SHOP, 4, "s"), put_to(t, TOPIC_INBOX, 2, "i");
    assert_true(events_moved(t->tx, since, &m));
    assert_int_equal(m.n, 2);
    assert_true(m.topic[0].kind == TOPIC_SHOP && m.topic[0].id == 4 && m.topic[1].kind == TOPIC_INBOX && !m.all);
    since = m.last;
    assert_true(events_moved(t->tx, since, &m));
    assert_true(m.n == 0 && m.last == since && !m.all);
    for (int i = 0; i < EVENTS_MOVED_MAX; i++) put_to(t, TOPIC_SHOP, 1 + i, "s");
    assert_true(events_moved(t->tx, since, &m));
    assert_true(m.all);
    assert_true(events_moved(t->tx, m.last, &m));
    assert_true(m.n == 0 && !m.all);
}

static const struct migration *migration_of(int number)
{
    const struct migration *m = migrations;
    while (m->number != 0 && m->number != number) m++;
    assert_int_equal(m->number, number);
    return m;
}

/* Rows of the version that numbered by account alone: a browser that comes back goes on where it was. */
TEST_EACH_ENGINE(numbers_of_accounts_survive_the_move_to_topics)
{
    const struct migration *move = migration_of(1055);
    test_script(t, move->down);
    test_script(t, "INSERT INTO event_counters (account, last_seq) VALUES (5, 12), (6, 1);"
                   "INSERT INTO events (account, seq, type, data, at_ms) VALUES (5, 11, 'x', '{}', 1),"
                   " (6, 1, 'y', '{}', 2), (5, 12, 'z', '{}', 3)");
    test_script(t, move->up);
    put_to(t, TOPIC_ACCOUNT, 5, "new");
    put_to(t, TOPIC_SHOP, 5, "other");
    struct topic_read one = { .topic = { TOPIC_ACCOUNT, 5 }, .cursor = 11 };
    struct event_rows rows;
    bool more = false;
    event_rows_init(&rows);
    assert_true(events_read(t->tx, &one, 1, &rows, &more));
    expect_rows(&rows, &one, "id: 12\nevent: z\ndata: {}\n\nid: 13\nevent: new\ndata: {}\n\n");
    event_rows_free(&rows);
    test_script(t, move->down);
    assert_int_equal(test_number(t, "SELECT last_seq FROM event_counters WHERE account = 5"), 13);
    assert_int_equal(test_number(t, "SELECT COUNT(*) FROM events"), 4);
    test_script(t, move->up);
}

TEST_EACH_ENGINE(what_was_done_to_events_is_found)
{
    static const struct test_harm harms[] = {
        { "UPDATE event_counters SET last_seq = 1;", "beyond" },
        { "UPDATE events SET seq = 77 WHERE seq = 2;", "beyond" },
        { "UPDATE events SET seq = 0 WHERE seq = 1;", "beyond" },
        { "DELETE FROM event_counters;", "no counter" },
        { "UPDATE events SET topic = 99;", "no counter" },
    };
    EXPECT(events_put(t->tx, 7, "a.b", NULL, NULL) && events_put(t->tx, 7, "a.b", NULL, NULL));
    test_expect_found(t, events_checks, harms, ARRAY_LEN(harms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(what_changes_is_told),
        EACH_ENGINE(replay_from_the_last_seen),
        ONLY_SQLITE(hints_for_operators),
        ONLY_SQLITE(one_stream_too_many),
        ONLY_SQLITE(drain_ends_streams),
        ONLY_SQLITE(a_stream_has_a_beat),
        ONLY_SQLITE(a_stream_of_a_visitor_ends_by_itself),
        ONLY_SQLITE(a_stream_that_is_not_read_ends),
        EACH_ENGINE(an_ended_session_ends_its_stream),
        EACH_ENGINE(a_stream_whose_session_was_ended_hears_nothing_more),
        EACH_ENGINE(a_stream_ends_when_it_is_told),
        EACH_ENGINE(a_stream_asks_when_sessions_change_elsewhere),
        EACH_ENGINE(topics_are_numbered_apart),
        EACH_ENGINE(moved_topics_are_named),
        EACH_ENGINE(numbers_of_accounts_survive_the_move_to_topics),
        EACH_ENGINE(what_was_done_to_events_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
