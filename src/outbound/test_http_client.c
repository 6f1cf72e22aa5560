/* test_http_client.c: what an outside server can do to us, and what each of it is called afterwards. */
#include "outbound/test_peer.h"

#include "base/clock.h"
#include "base/log.h"
#include "outbound/http_client.h"

#include <arpa/inet.h>
#include <stdio.h>

static struct arena *arena;
static struct peer peer;

/* ---- addresses ---- */

static bool internal(const char *text)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return address_is_internal((struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_internal((struct sockaddr *)&v6);
}

static void addresses(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const closed[] = {
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
        "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7",
        "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    };
    static const char *const open[] = {
        "1.0.0.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255",
        "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255",
        "203.0.114.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700:4700::1111",
        "2a00:1450::1", "3ffe::1", "2003::1",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(closed); i++)
        if (!internal(closed[i])) fail_msg("%s is open", closed[i]);
    for (size_t i = 0; i < ARRAY_LEN(open); i++)
        if (internal(open[i])) fail_msg("%s is closed", open[i]);
    struct sockaddr other = { .sa_family = AF_UNIX };
    assert_true(address_is_internal(&other));
}

/* What a merchant types: a name that shoppers can look up. */
static void hosts_that_are_typed(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const inside[] = {
        "", ".", ":443", "localhost", "LOCALHOST.", "localhost:6379", "redis.localhost", "a.b.internal:80", "nas.lan",
        "intern", "intern.", "intern:443", "a.home.arpa", "x.corp", "mylocal",
        "10.0.0.1", "10.0.0.1.", "10.0.0.1:443", "8.8.8.8", "127.1", "127.0.0x1", "0x7f.1", "0X7F.0x1.", "0x7f000001",
        "2130706433", "017700000001", "0177.0.0.01", "a.b.0x", "shop.example.1", "1..2",
        "[::1]", "[::1]:80", "::1", "fe80::1", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]:443", "::ffff:10.0.0.1",
        "[2001:4860:4860::8888]",
    };
    static const char *const outside[] = {
        "shop.example", "SHOP.example.", "shop.example:8443", "local.shop.example", "internal.com", "127.0.0.1.nip.io",
        "0x7f.1.example", "1.2.3.4a", "xn--fiq228c.xn--fiqs8s", "mylocal.shop",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(inside); i++)
        if (address_host_is_public(str_of(inside[i]))) fail_msg("%s is public", inside[i]);
    for (size_t i = 0; i < ARRAY_LEN(outside); i++)
        if (!address_host_is_public(str_of(outside[i]))) fail_msg("%s is not public", outside[i]);
    assert_false(address_host_is_public((struct str){ NULL, 0 }));
}

/* ---- the server ---- */

struct script {
    const char *answer;
    size_t filler;       /* bytes of 'x' behind the answer */
    int silent_ms;       /* before answering */
    bool hang_up, reset; /* instead of an answer */
    bool keeps;          /* one answer, then the next request on the connection is dropped unanswered */
};

static bool read_request(struct peer *p, int fd)
{
    size_t from = p->seen_n;
    if (!peer_read_until(p, fd, from, "\r\n\r\n")) return false;
    const char *length = strcasestr(p->seen + from, "content-length:");
    size_t body = length ? strtoul(length + 15, NULL, 10) : 0;
    size_t head_end = (size_t)((const char *)memmem(p->seen + from, p->seen_n - from, "\r\n\r\n", 4) - p->seen) + 4;
    while (p->seen_n < head_end + body) {
        ssize_t got = recv(fd, p->seen + p->seen_n, PEER_SEEN_MAX - 1 - p->seen_n, 0);
        if (got <= 0) return false;
        p->seen_n += (size_t)got;
        p->seen[p->seen_n] = '\0';
    }
    return true;
}

static void serve(struct peer *p, int fd)
{
    const struct script *s = p->script;
    if (!read_request(p, fd) || s->hang_up) return;
    for (int waited_ms = 0; waited_ms < s->silent_ms && !atomic_load(&p->stopping); waited_ms += 10) usleep(10000);
    if (s->reset) {
        struct linger now = { .l_onoff = 1 };
        if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)) != 0) abort();
        return;
    }
    peer_send(fd, s->answer, strlen(s->answer));
    char filler[4096];
    memset(filler, 'x', sizeof(filler));
    for (size_t left = s->filler; left > 0;) {
        size_t n = left < sizeof(filler) ? left : sizeof(filler);
        peer_send(fd, filler, n);
        left -= n;
    }
    if (s->keeps && read_request(p, fd)) return;
}

static struct outbound_answer ask(const struct script *s, struct outbound_request r)
{
    struct outbound_answer out;
    peer_start(&peer, serve);
    peer.script = s;
    r.url = r.url ? r.url : arena_printf(arena, "http://127.0.0.1:%d/path?q=1", peer.port);
    r.method = r.method ? r.method : "GET";
    r.connect_ms = r.connect_ms ? r.connect_ms : 2000;
    r.total_ms = r.total_ms ? r.total_ms : 4000;
    r.log_as = "test.call";
    outbound_call(arena, &r, &out);
    peer_stop(&peer);
    return out;
}

static struct outbound_answer ask_plain(const struct script *s)
{
    return ask(s, (struct outbound_request){ .trusted_address = true });
}

/* ---- answers ---- */

static void statuses(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { int status; const char *more; enum outcome want; int64_t retry_after_s; } cases[] = {
        { 200, "", OUTCOME_OK, 0 },
        { 201, "", OUTCOME_OK, 0 },
        { 202, "", OUTCOME_OK, 0 },
        { 300, "", OUTCOME_REFUSED, 0 },
        { 301, "Location: http://127.0.0.1:9/\r\n", OUTCOME_REFUSED, 0 },
        { 302, "Location: /elsewhere\r\n", OUTCOME_REFUSED, 0 },
        { 307, "Location: /x\r\n", OUTCOME_REFUSED, 0 },
        { 400, "", OUTCOME_REFUSED, 0 },
        { 401, "", OUTCOME_REFUSED, 0 },
        { 403, "", OUTCOME_REFUSED, 0 },
        { 404, "", OUTCOME_REFUSED, 0 },
        { 409, "", OUTCOME_REFUSED, 0 },
        { 410, "", OUTCOME_REFUSED, 0 },
        { 408, "", OUTCOME_LATER, 0 },
        { 425, "", OUTCOME_LATER, 0 },
        { 429, "", OUTCOME_LATER, 0 },
        { 429, "Retry-After: 120\r\n", OUTCOME_LATER, 120 },
        { 429, "RETRY-AFTER:  7 \r\n", OUTCOME_LATER, 7 },
        { 429, "Retry-After: 99999999999999\r\n", OUTCOME_LATER, 7 * 24 * 3600 },
        { 429, "Retry-After: -5\r\n", OUTCOME_LATER, 0 },
        { 429, "Retry-After: soon\r\n", OUTCOME_LATER, 0 },
        { 429, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", OUTCOME_LATER, 0 },
        { 500, "", OUTCOME_UNKNOWN, 0 },
        { 502, "", OUTCOME_UNKNOWN, 0 },
        { 504, "", OUTCOME_UNKNOWN, 0 },
        { 503, "", OUTCOME_UNKNOWN, 0 },
        { 503, "Retry-After: 0\r\n", OUTCOME_LATER, 0 },
        { 503, "Retry-After: 30\r\n", OUTCOME_LATER, 30 },
        { 503, "Retry-After: later\r\n", OUTCOME_UNKNOWN, 0 },
        { 501, "", OUTCOME_REFUSED, 0 },
        { 505, "", OUTCOME_REFUSED, 0 },
        { 599, "", OUTCOME_UNKNOWN, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct script s = { .answer = arena_printf(arena, "HTTP/1.1 %d Word\r\n%sContent-Length: 4\r\n\r\nbody",
                                                   cases[i].status, cases[i].more) };
        struct outbound_answer out = ask_plain(&s);
        if (out.outcome != cases[i].want || out.status != cases[i].status ||
            out.retry_after_s != cases[i].retry_after_s)
            fail_msg("%d %s: outcome %d, status %d, retry after %lld", cases[i].status, cases[i].more, out.outcome,
                     out.status, (long long)out.retry_after_s);
        assert_true(str_eq(out.body, STR("body")));
        assert_int_equal(peer.connections, 1); /* nothing was followed or repeated */
        assert_true((out.outcome == OUTCOME_OK) == (out.error == NULL));
    }
}

static void a_retry_after_date_counts_from_now(void **state)
{
    (void)state;
    time_t at = (time_t)(now_ms() / 1000) + 90;
    char date[64];
    struct tm t;
    assert_true(strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &t)) > 0);
    struct script s = { .answer = arena_printf(arena, "HTTP/1.1 503 No\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n",
                                               date) };
    struct outbound_answer out = ask_plain(&s);
    assert_int_equal(out.outcome, OUTCOME_LATER);
    assert_true(out.retry_after_s >= 85 && out.retry_after_s <= 90);
}

static void headers_that_were_wanted_come_in_their_order(void **state)
{
    (void)state;
    static const char *const names[] = { "x-policy", "x-other", NULL };
    char *large = arena_alloc(arena, OUT_GOT_BYTES + 2), *most = arena_text(arena, "");
    memset(large, 'y', OUT_GOT_BYTES + 1), large[OUT_GOT_BYTES + 1] = '\0';
    for (int i = 0; i < OUT_GOT_MAX + 3; i++) most = arena_printf(arena, "%sX-Policy: %d\r\n", most, i);
    struct script s = { .answer = arena_printf(arena,
                                               "HTTP/1.1 200 OK\r\nX-Policy: default-src 'self'\r\nx-policyx: no\r\n"
                                               "X-OTHER:\r\nx-policy:  b \r\nX-Other: %s\r\nX-Policy: \xff\r\n"
                                               "Content-Length: 0\r\n\r\n",
                                               large) };
    struct outbound_answer out = ask(&s, (struct outbound_request){ .trusted_address = true, .wanted = names });
    assert_int_equal(out.outcome, OUTCOME_OK);
    assert_int_equal(out.got_count, 3);
    assert_string_equal(out.got[0].name, "x-policy");
    assert_string_equal(out.got[0].value, "default-src 'self'");
    assert_string_equal(out.got[1].name, "x-other");
    assert_string_equal(out.got[1].value, "");
    assert_string_equal(out.got[2].value, "b");
    assert_int_equal(ask_plain(&s).got_count, 0);
    s.answer = arena_printf(arena, "HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n\r\n", most);
    out = ask(&s, (struct outbound_request){ .trusted_address = true, .wanted = names });
    assert_int_equal(out.got_count, OUT_GOT_MAX);
    assert_string_equal(out.got[OUT_GOT_MAX - 1].value, "15");
}

/* Once the request has left, everything but a whole answer is unknown. */
static void broken_answers_are_unknown(void **state)
{
    (void)state;
    static const char *const wanted[] = { "x-wanted", NULL };
    struct buf many;
    buf_init(&many, 1 << 20);
    buf_text(&many, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 500; i++) buf_printf(&many, "X-%d: y\r\n", i);
    buf_text(&many, "Content-Length: 0\r\n\r\n");
    const char *flood = arena_text(arena, buf_terminated(&many));
    buf_clear(&many);
    for (int i = 0; i < 500; i++) buf_text(&many, "HTTP/1.1 100 Continue\r\n\r\n");
    const char *continues = arena_text(arena, buf_terminated(&many));
    buf_free(&many);
    const struct {
        const char *what;
        struct script s;
    } cases[] = {
        { "hang up", { .hang_up = true } },
        { "reset", { .reset = true } },
        { "silent", { .silent_ms = 3000, .answer = "" } },
        { "garbage", { .answer = "\x16\x03\x01 what is this\r\n\r\n" } },
        { "old protocol", { .answer = "<html>hello</html>" } },
        { "half a head", { .answer = "HTTP/1.1 200 OK\r\nContent-Le" } },
        { "half a body", { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf" } },
        { "half a chunk", { .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf" } },
        { "bad chunk", { .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n0\r\n\r\n" } },
        { "too large", { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n", .filler = 70000 } },
        { "endless", { .answer = "HTTP/1.1 200 OK\r\n\r\n", .filler = 8 << 20 } },
        { "many headers", { .answer = flood } },
        { "only 100s", { .answer = continues } },
        { "long header", { .answer = "HTTP/1.1 200 OK\r\nX: ", .filler = 200000 } },
        { "refusal cut off", { .answer = "HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\nhalf" } },
        { "redirect cut off", { .answer = "HTTP/1.1 302 No\r\nLocation: /x\r\nContent-Length: 100\r\n\r\nhalf" } },
        { "headers and half a body",
          { .answer = "HTTP/1.1 503 No\r\nRetry-After: 9\r\nETag: \"1\"\r\nContent-Type: text/plain\r\n"
                      "X-Wanted: 1\r\nContent-Length: 100\r\n\r\nhalf" } },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outbound_answer out = ask(&cases[i].s, (struct outbound_request){ .method = "POST",
                                                                                 .body = STR("{}"),
                                                                                 .trusted_address = true,
                                                                                 .connect_ms = 500,
                                                                                 .total_ms = 1000,
                                                                                 .wanted = wanted });
        if (out.outcome != OUTCOME_UNKNOWN) fail_msg("%s: outcome %d (%s)", cases[i].what, out.outcome, out.error);
        /* Nothing of it is given: a head that came before the end of it would pass for an answer. */
        assert_true(out.status == 0 && out.body.n == 0 && out.body.p && !out.content_type && !out.etag);
        assert_true(!out.location && out.got_count == 0 && out.retry_after_s == 0);
        assert_non_null(out.error);
        assert_null(strstr(out.error, "127.0.0.1"));
        assert_int_equal(peer.connections, 1); /* a POST is never sent again */
    }
}

static void answers_up_to_the_limit(void **state)
{
    (void)state;
    struct script s = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", .filler = 1000 };
    struct outbound_answer out = ask(&s, (struct outbound_request){ .trusted_address = true, .answer_max = 1000 });
    assert_int_equal(out.outcome, OUTCOME_OK);
    assert_int_equal(out.body.n, 1000);
    out = ask(&s, (struct outbound_request){ .trusted_address = true, .answer_max = 999 });
    assert_int_equal(out.outcome, OUTCOME_UNKNOWN);
    assert_string_equal(out.error, "answer too large");
    struct script chunks = {
        .answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-End: 1\r\n\r\n"
    };
    out = ask_plain(&chunks);
    assert_true(out.outcome == OUTCOME_OK && str_eq(out.body, STR("body")));
    struct script empty = { .answer = "HTTP/1.1 204 No Content\r\n\r\n" };
    out = ask_plain(&empty);
    assert_true(out.outcome == OUTCOME_OK && out.body.n == 0 && out.body.p != NULL);
}

/* Nothing was sent: it may be tried again without a question. */
static void what_never_left_comes_later(void **state)
{
    (void)state;
    struct script s = { .answer = "HTTP/1.1 200 OK\r\n\r\n" };
    const struct {
        const char *url;
        enum outcome want;
    } cases[] = {
        { "http://127.0.0.1:1/", OUTCOME_LATER }, /* nobody listens */
        { "http://no-such-name.invalid/", OUTCOME_LATER },
        { "ftp://127.0.0.1/", OUTCOME_REFUSED },
        { "file:///etc/passwd", OUTCOME_REFUSED },
        { "http://user:secret@127.0.0.1:1/", OUTCOME_REFUSED },
        { "http://127.0.0.1:99999/", OUTCOME_REFUSED },
        { "", OUTCOME_REFUSED },
        { "not a url", OUTCOME_REFUSED },
        { "http://", OUTCOME_REFUSED },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outbound_answer out = ask(&s, (struct outbound_request){ .url = cases[i].url, .trusted_address = true });
        if (out.outcome != cases[i].want) fail_msg("%s: outcome %d (%s)", cases[i].url, out.outcome, out.error);
        assert_true(out.status == 0 && out.error);
    }
    /* TLS is spoken to a server that does not: the handshake fails, the request stayed here. */
    peer_start(&peer, serve);
    peer.script = &s;
    struct outbound_answer out;
    outbound_call(arena,
                  &(struct outbound_request){ .method = "POST",
                                              .url = arena_printf(arena, "https://127.0.0.1:%d/", peer.port),
                                              .body = STR("secret"),
                                              .connect_ms = 1000,
                                              .total_ms = 1000,
                                              .trusted_address = true,
                                              .log_as = "test.tls" },
                  &out);
    peer_stop(&peer);
    assert_int_equal(out.outcome, OUTCOME_LATER);
    assert_null(memmem(peer.seen, peer.seen_n, "secret", 6));
    char long_url[4000] = "http://127.0.0.1/";
    memset(long_url + 17, 'a', sizeof(long_url) - 18);
    out = ask(&s, (struct outbound_request){ .url = long_url, .trusted_address = true });
    assert_true(out.outcome == OUTCOME_REFUSED && peer.connections == 0);
}

/* ---- what we send ---- */

static void requests_say_what_was_asked(void **state)
{
    (void)state;
    struct script s = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0); /* must not count */
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    struct outbound_answer out = ask(&s, (struct outbound_request){ .method = "PUT",
                                                                    .body = STR("{\"a\":1}"),
                                                                    .trusted_address = true,
                                                                    .header = { { "Content-Type", "application/json" },
                                                                                { "x-shopsaas-secret", "s3cret" },
                                                                                { "X-Empty", "" } },
                                                                    .headers = 3 });
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
    assert_int_equal(out.outcome, OUTCOME_OK);
    assert_int_equal(strncmp(peer.seen, "PUT /path?q=1 HTTP/1.1\r\n", 24), 0);
    /* clang-format off */
    static const char *const wanted[] = { "\r\nContent-Type: application/json\r\n", "\r\nx-shopsaas-secret: s3cret\r\n",
        "\r\nUser-Agent: Chathub/", "\r\nContent-Length: 7\r\n", "\r\nX-Empty:\r\n", "\r\n\r\n{\"a\":1}" };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (!strstr(peer.seen, wanted[i])) fail_msg("%s is not in: %s", wanted[i], peer.seen);
    static const char *const unwanted[] = { "Expect", "Cookie", "Accept-Encoding", "urlencoded", "Proxy" };
    for (size_t i = 0; i < ARRAY_LEN(unwanted); i++) assert_null(strcasestr(peer.seen, unwanted[i]));

    ask(&s, (struct outbound_request){ .method = "POST", .trusted_address = true });
    assert_non_null(strstr(peer.seen, "Content-Length: 0"));
    ask(&s, (struct outbound_request){ .method = "DELETE", .trusted_address = true });
    assert_int_equal(strncmp(peer.seen, "DELETE ", 7), 0);
    struct script head = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" };
    out = ask(&head, (struct outbound_request){ .method = "HEAD", .trusted_address = true });
    assert_int_equal(out.outcome, OUTCOME_OK);
}

static void bad_headers_are_not_sent(void **state)
{
    (void)state;
    struct script s = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
    static const struct outbound_header bad[] = { { "X-A", "1\r\nX-B: 2" }, { "X-A", "1\n" },  { "X-A\r\nX-B", "1" },
                                                  { "X A", "1" },           { "", "1" },       { "X:", "1" },
                                                  { "X-A", "\x01" },        { "X-A", "a\x7f" } };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct outbound_answer out =
            ask(&s, (struct outbound_request){ .header = { bad[i] }, .headers = 1, .trusted_address = true });
        assert_int_equal(out.outcome, OUTCOME_REFUSED);
        assert_int_equal(peer.connections, 0);
    }
}

/* A connection that was kept and died: libcurl would send the request again by itself. For a GET that is fine. */
static void a_post_never_travels_on_a_kept_connection(void **state)
{
    (void)state;
    struct script s = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .keeps = true };
    static const char *const methods[] = { "GET", "POST", "PUT" };
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        struct outbound_answer out;
        peer_start(&peer, serve);
        peer.script = &s;
        struct outbound_request r = { .method = "GET",
                                      .url = arena_printf(arena, "http://127.0.0.1:%d/", peer.port),
                                      .connect_ms = 1000,
                                      .total_ms = 8000,
                                      .trusted_address = true,
                                      .log_as = "test.kept" };
        outbound_call(arena, &r, &out);
        assert_int_equal(out.outcome, OUTCOME_OK);
        r.method = methods[i];
        r.url = arena_printf(arena, "http://127.0.0.1:%d/second", peer.port);
        outbound_call(arena, &r, &out);
        assert_int_equal(out.outcome, OUTCOME_OK);
        peer_stop(&peer);
        int arrived = 0;
        for (const char *p = peer.seen; (p = strstr(p, "/second")) != NULL; p++) arrived++;
        assert_int_equal(arrived, i == 0 ? 2 : 1);
    }
}

/* ---- merchants' urls ---- */

static void merchants_urls_reach_only_the_internet(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *url, *error; } cases[] = {
        { "https://127.0.0.1/", "address not allowed" },
        { "https://localhost/", "address not allowed" },
        { "https://localhost:8443/", "address not allowed" },
        { "https://10.1.2.3/", "address not allowed" },
        { "https://169.254.169.254/latest/", "address not allowed" },
        { "https://[::1]/", "address not allowed" },
        { "https://[::ffff:8.8.8.8]/", "address not allowed" },
        { "https://[fd00::1]/", "address not allowed" },
        { "https://0x7f.1/", "address not allowed" },
        { "https://2130706433/", "address not allowed" },
        { "https://127.1/", "address not allowed" },
        { "https://0/", "address not allowed" },
        { "https://017700000001/", "address not allowed" },
        { "https://8.8.8.8:22/", "port not allowed" },
        { "https://8.8.8.8:80/", "port not allowed" },
        { "https://8.8.8.8:8080/", "port not allowed" },
        { "http://8.8.8.8/", NULL },
        { "https://user@8.8.8.8/", "bad url" },
        { "https://u:p@8.8.8.8/", "bad url" },
        { "https://[fe80::1%25lo]/", "bad url" },
        { "gopher://8.8.8.8/", NULL },
        { "https://", "bad url" },
        { "//8.8.8.8/", NULL },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outbound_answer out;
        outbound_call(arena,
                      &(struct outbound_request){ .method = "POST",
                                                  .url = cases[i].url,
                                                  .body = STR("{}"),
                                                  .connect_ms = 300,
                                                  .total_ms = 300,
                                                  .log_as = "test.merchant" },
                      &out);
        if (out.outcome != OUTCOME_REFUSED) fail_msg("%s: outcome %d (%s)", cases[i].url, out.outcome, out.error);
        if (cases[i].error && !text_eq(out.error, cases[i].error)) fail_msg("%s: %s", cases[i].url, out.error);
    }
    struct outbound_answer out;
    outbound_call(arena,
                  &(struct outbound_request){ .method = "GET",
                                              .url = "https://no-such-name.invalid/",
                                              .connect_ms = 300,
                                              .total_ms = 300,
                                              .log_as = "test.merchant" },
                  &out);
    assert_int_equal(out.outcome, OUTCOME_LATER);
}

static int setup(void **state)
{
    (void)state;
    log_start(LOG_ERROR, STDERR_FILENO);
    outbound_start();
    arena = arena_new(256 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(hosts_that_are_typed),
        cmocka_unit_test(statuses),
        cmocka_unit_test(a_retry_after_date_counts_from_now),
        cmocka_unit_test(headers_that_were_wanted_come_in_their_order),
        cmocka_unit_test(broken_answers_are_unknown),
        cmocka_unit_test(answers_up_to_the_limit),
        cmocka_unit_test(what_never_left_comes_later),
        cmocka_unit_test(requests_say_what_was_asked),
        cmocka_unit_test(bad_headers_are_not_sent),
        cmocka_unit_test(a_post_never_travels_on_a_kept_connection),
        cmocka_unit_test(merchants_urls_reach_only_the_internet),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
