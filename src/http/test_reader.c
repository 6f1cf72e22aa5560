/* test_reader.c: the request reader, by tables. Every request is read in one piece and byte by byte, and must come out
 * alike. What Node makes of thousands more is compared by tests/http/differential.mjs. */
#include "http/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ALL = -1 }; /* READ_MORE is right: bytes are missing */

struct outcome {
    enum reader_result result;
    struct head head;
    size_t used;
    int status;
};

static struct outcome read_whole(struct str raw)
{
    struct outcome o = { 0 };
    size_t resume = 0;
    o.result = head_read(raw.p, raw.n, &resume, &o.head, &o.used, &o.status);
    return o;
}

/* Byte by byte, from an exact copy, so that a read past the end is seen by the address sanitizer. */
static struct outcome read_slowly(struct str raw)
{
    struct outcome o = { .result = READ_MORE };
    size_t resume = 0;
    for (size_t n = 1; n <= raw.n && o.result == READ_MORE; n++) {
        char *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, raw.p, n);
        o.result = head_read(copy, n, &resume, &o.head, &o.used, &o.status);
        free(copy);
    }
    return o;
}

static void expect_status(const char *name, struct str raw, int status)
{
    struct outcome whole = read_whole(raw), slow = read_slowly(raw);
    int got = whole.result == READ_REFUSED ? whole.status : whole.result == READ_MORE ? ALL : 0;
    if (got != status) fail_msg("%s: status %d instead of %d", name, got, status);
    if (whole.result != slow.result || (whole.result == READ_REFUSED && whole.status != slow.status))
        fail_msg("%s: byte by byte it is another result", name);
    if (whole.result == READ_DONE && whole.used != slow.used) fail_msg("%s: byte by byte it is another length", name);
}

#define GET "GET /healthz HTTP/1.1\r\n"
#define POST "POST /auth/password/login HTTP/1.1\r\nHost: a\r\n"
#define CASES_END                                                                                                      \
    {                                                                                                                  \
        NULL, { NULL, 0 }, 0                                                                                           \
    }
struct head_case {
    const char *name;
    struct str raw;
    int status;
};

static void expect_all(const struct head_case *c)
{
    for (; c->name; c++) expect_status(c->name, c->raw, c->status);
}

static void request_lines(void **state)
{
    static const struct head_case cases[] = {
        { "plain", { GET "Host: a\r\n\r\n", sizeof(GET "Host: a\r\n\r\n") - 1 }, 0 },
#define LINE(name, line, status)                                                                                       \
    { name, { line "\r\nHost: a\r\n\r\n", sizeof(line "\r\nHost: a\r\n\r\n") - 1 }, status }
        LINE("1.0", "GET / HTTP/1.0", 0),
        LINE("one empty line before", "\r\nGET / HTTP/1.1", 0),
        LINE("two empty lines before", "\r\n\r\nGET / HTTP/1.1", 400),
        LINE("bare LF before", "\nGET / HTTP/1.1", 400),
        LINE("bare CR before", "\rGET / HTTP/1.1", 400),
        LINE("space before", " GET / HTTP/1.1", 400),
        LINE("two spaces after the method", "GET  / HTTP/1.1", 400),
        LINE("two spaces before the version", "GET /  HTTP/1.1", 400),
        LINE("space behind", "GET / HTTP/1.1 ", 400),
        LINE("tab for space", "GET\t/ HTTP/1.1", 400),
        LINE("tab before the version", "GET /\tHTTP/1.1", 400),
        LINE("vertical tab", "GET /\x0bHTTP/1.1", 400),
        LINE("CR inside", "GET /\rx HTTP/1.1", 400),
        LINE("CR for space", "GET\r/ HTTP/1.1", 400),
        LINE("CR twice at the end", "GET / HTTP/1.1\r", 400),
        LINE("lower-case method", "get / HTTP/1.1", 400),
        LINE("mixed-case method", "Get / HTTP/1.1", 400),
        LINE("method with a digit", "GET1 / HTTP/1.1", 400),
        LINE("no method", "/ HTTP/1.1", 400),
        LINE("method with a slash", "GE/T / HTTP/1.1", 400),
        LINE("method with a byte over 0x7F", "GET\xC3\x84 / HTTP/1.1", 400),
        LINE("unknown method", "BREW / HTTP/1.1", 501),
        LINE("hyphen in the method", "M-SEARCH / HTTP/1.1", 501),
        LINE("TRACE", "TRACE / HTTP/1.1", 501),
        LINE("method cut short", "ET / HTTP/1.1", 501),
        LINE("long method", "ABCDEFGHIJKLMNOPQRSTUVWXY / HTTP/1.1", 501),
        LINE("CONNECT", "CONNECT a:443 HTTP/1.1", 501),
        LINE("CONNECT with a path", "CONNECT / HTTP/1.1", 501),
        LINE("HTTP/0.9", "GET /", 400),
        LINE("0.9 with a space", "GET / ", 400),
        LINE("version 0.9", "GET / HTTP/0.9", 505),
        LINE("version 2.0", "GET / HTTP/2.0", 505),
        LINE("version 1.2", "GET / HTTP/1.2", 505),
        LINE("version 9.9", "GET / HTTP/9.9", 505),
        LINE("version 1.10", "GET / HTTP/1.10", 400),
        LINE("version 01.1", "GET / HTTP/01.1", 400),
        LINE("version 1", "GET / HTTP/1", 400),
        LINE("version 1.", "GET / HTTP/1.", 400),
        LINE("version 1,1", "GET / HTTP/1,1", 400),
        LINE("version 1.x", "GET / HTTP/1.x", 400),
        LINE("version +1.1", "GET / HTTP/+1.1", 400),
        LINE("version lower case", "GET / http/1.1", 400),
        LINE("another protocol", "GET / HTTQ/1.1", 400),
        LINE("RTSP", "GET / RTSP/1.0", 400),
        LINE("four words", "GET / / HTTP/1.1", 400),
        LINE("h2 preface", "PRI * HTTP/2.0", 501),
        CASES_END
    };
    expect_all(cases);
}

static void targets(void **state)
{
    /* clang-format off */
    static const struct head_case cases[] = {
        LINE("query", "GET /a?b=c&d HTTP/1.1", 0),
        LINE("all that browsers leave as it is", "GET /a;b=1,2/@:!$&'()*+~^|`{}[]\"<>\\?a=/?|^ HTTP/1.1", 0),
        LINE("asterisk for OPTIONS", "OPTIONS * HTTP/1.1", 0),
        LINE("asterisk for GET", "GET * HTTP/1.1", 400),
        LINE("two asterisks", "OPTIONS ** HTTP/1.1", 400),
        LINE("no slash", "GET healthz HTTP/1.1", 400),
        LINE("only a query", "GET ?a HTTP/1.1", 400),
        LINE("fragment", "GET /a#b HTTP/1.1", 400),
        LINE("NUL", "GET /a\0b HTTP/1.1", 400),
        LINE("DEL", "GET /a\x7f HTTP/1.1", 400),
        LINE("UTF-8", "GET /\xE4\xB8\xAD HTTP/1.1", 400),
        LINE("Latin-1", "GET /\xFC HTTP/1.1", 400),
        LINE("absolute", "GET http://a/x HTTP/1.1", 0),
        LINE("absolute, https", "GET https://a/x HTTP/1.1", 0),
        LINE("absolute, case of the host", "GET http://A/x HTTP/1.1", 0),
        LINE("absolute, no path", "GET http://a HTTP/1.1", 0),
        LINE("absolute, only a query", "GET http://a?b HTTP/1.1", 0),
        LINE("absolute, another host", "GET http://b/x HTTP/1.1", 400),
        LINE("absolute, another port", "GET http://a:80/x HTTP/1.1", 400),
        LINE("absolute, no host", "GET http:///x HTTP/1.1", 400),
        LINE("absolute, user", "GET http://u@a/x HTTP/1.1", 400),
        LINE("absolute, longer host", "GET http://ab/x HTTP/1.1", 400),
        LINE("absolute, other scheme", "GET ftp://a/x HTTP/1.1", 400),
        LINE("absolute, upper-case scheme", "GET HTTP://a/x HTTP/1.1", 400),
        LINE("absolute, one slash", "GET http:/a/x HTTP/1.1", 400),
        LINE("authority form", "GET a:80 HTTP/1.1", 400),
        CASES_END
    };
    /* clang-format on */
    expect_all(cases);
    const struct str orphan = STR("GET http:///x HTTP/1.0\r\n\r\n");
    expect_status("absolute without Host on 1.0", orphan, 400);
}

static void fields_by_line(void **state)
{
/* clang-format off */
#define FIELD(name, field, status) \
    { name, { GET "Host: a\r\n" field "\r\n\r\n", sizeof(GET "Host: a\r\n" field "\r\n\r\n") - 1 }, status }
    /* clang-format on */
    static const struct head_case cases[] = {
        FIELD("no space after the colon", "X:b", 0),
        FIELD("tabs and spaces around", "X: \t b c \t ", 0),
        FIELD("empty value", "X:", 0),
        FIELD("only spaces", "X:   ", 0),
        FIELD("tab inside", "X: a\tb", 0),
        FIELD("UTF-8 in a value", "X: \xE4\xB8\xAD", 0),
        FIELD("Latin-1 in a value", "X: \xFC\x80\xFF", 0),
        FIELD("every mark of a token", "!#$%&'*+-.^_`|~09AZaz: b", 0),
        FIELD("space before the colon", "X : b", 400),
        FIELD("tab before the colon", "X\t: b", 400),
        FIELD("no name", ": b", 400),
        FIELD("no colon", "X", 400),
        FIELD("no colon but a value", "X b", 400),
        FIELD("space before the name", " X: b", 400),
        FIELD("tab before the name", "\tX: b", 400),
        FIELD("folded by space", "X: b\r\n c", 400),
        FIELD("folded by tab", "X: b\r\n\tc", 400),
        FIELD("folded empty", "X: b\r\n ", 400),
        FIELD("vertical tab in the name", "X\x0b: b", 400),
        FIELD("form feed in the name", "X\x0c: b", 400),
        FIELD("NUL in the name", "X\0Y: b", 400),
        FIELD("byte over 0x7F in the name", "X\xFC: b", 400),
        FIELD("brackets in the name", "X(Y): b", 400),
        FIELD("slash in the name", "X/Y: b", 400),
        FIELD("equals in the name", "X=Y: b", 400),
        FIELD("at in the name", "X@Y: b", 400),
        FIELD("quotes in the name", "\"X\": b", 400),
        FIELD("comma in the name", "X,Y: b", 400),
        FIELD("NUL in the value", "X: a\0b", 400),
        FIELD("NUL in a long value", "X: 0123456789abcdef0123456789\0abcdef", 400),
        FIELD("DEL in the value", "X: a\x7f", 400),
        FIELD("DEL in a long value", "X: 0123456789abcdef01234567\x7f", 400),
        FIELD("vertical tab in the value", "X: \x0b", 400),
        FIELD("form feed in the value", "X: a\x0c", 400),
        FIELD("escape in the value", "X: \x1b[0m", 400),
        FIELD("bare CR in the value", "X: a\rb", 400),
        FIELD("bare CR hides a field", "X: \rTransfer-Encoding: chunked", 400),
        FIELD("two CR at the end", "X: a\r", 400),
        FIELD("bare LF between fields", "X: a\nY: b", 400),
        FIELD("LF before the empty line", "X: a\n", 400),
        FIELD("LF CR", "X: a\n\rY: b", 400),
        FIELD("Connection: close", "Connection: close", 0),
        FIELD("Connection list", "Connection: keep-alive, , Upgrade ,x", 0),
        FIELD("Connection empty", "Connection:", 0),
        FIELD("Connection no token", "Connection: close;x", 400),
        FIELD("Connection quoted", "Connection: \"close\"", 400),
        FIELD("Connection over 0x7F", "Connection: close\xA0", 400),
        FIELD("Expect", "Expect: 100-continue", 0),
        FIELD("Expect in other case", "Expect: 100-Continue", 0),
        FIELD("Expect something else", "Expect: 200-ok", 417),
        FIELD("Expect nothing", "Expect:", 417),
        FIELD("Expect twice", "Expect: 100-continue\r\nExpect: 100-continue", 417),
        FIELD("Expect list", "Expect: 100-continue, x", 417),
        FIELD("second Host", "Host: a", 400),
        FIELD("second Host in other case", "hOST: b", 400),
        CASES_END
    };
    expect_all(cases);
}

static void hosts(void **state)
{
/* clang-format off */
#define HOST(name, value, status) \
    { name, { GET "Host: " value "\r\n\r\n", sizeof(GET "Host: " value "\r\n\r\n") - 1 }, status }
    static const struct head_case cases[] = {
        HOST("name", "shop.example.com", 0),
        HOST("port", "a:8080", 0),
        HOST("dot at the end", "a.", 0),
        HOST("underscore", "my_app:80", 0),
        HOST("IPv4", "127.0.0.1:80", 0),
        HOST("IPv6", "[::1]", 0),
        HOST("IPv6 and port", "[2001:db8::7]:443", 0),
        HOST("IPv4 in IPv6", "[::ffff:127.0.0.1]", 0),
        HOST("empty", "", 0),
        HOST("only port", ":80", 400),
        HOST("no port behind the colon", "a:", 400),
        HOST("port zero", "a:0", 400),
        HOST("port too large", "a:65536", 400),
        HOST("port with six digits", "a:000080", 400),
        HOST("port no number", "a:8x", 400),
        HOST("port signed", "a:+80", 400),
        HOST("two ports", "a:80:80", 400),
        HOST("user", "u@a", 400),
        HOST("path", "a/b", 400),
        HOST("query", "a?b", 400),
        HOST("fragment", "a#b", 400),
        HOST("space inside", "a b", 400),
        HOST("tab inside", "a\tb", 400),
        HOST("list", "a, b", 400),
        HOST("percent", "a%2eb", 400),
        HOST("UTF-8", "\xE4\xB8\xAD.cn", 400),
        HOST("scheme", "http://a", 400),
        HOST("dot first", ".a", 400),
        HOST("two dots", "a..b", 400),
        HOST("bracket not closed", "[::1", 400),
        HOST("brackets empty", "[]", 400),
        HOST("no IPv6", "[::g]", 400),
        HOST("IPv6 zone", "[fe80::1%25eth0]", 400),
        HOST("IPv6 zone unescaped", "[fe80::1%eth0]", 400),
        HOST("IPv6 too long", "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]", 400),
        HOST("IPvFuture", "[v1.x]", 400),
        HOST("text behind the bracket", "[::1]x", 400),
        HOST("IPv6 without brackets", "::1", 400),
        HOST("backslash", "a\\b", 400),
        CASES_END
    };
    /* clang-format on */
    expect_all(cases);
    expect_status("none on 1.1", STR(GET "\r\n"), 400);
    expect_status("none on 1.0", STR("GET / HTTP/1.0\r\n\r\n"), 0);
    expect_status("two on 1.0", STR("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
    expect_status("bad on 1.0", STR("GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"), 400);
}

static void body_lengths(void **state)
{
/* clang-format off */
#define BODY(name, fields, status) \
    { name, { POST fields "\r\n\r\n", sizeof(POST fields "\r\n\r\n") - 1 }, status }
    static const struct head_case cases[] = {
        BODY("length", "Content-Length: 5", 0),
        BODY("length zero", "Content-Length: 0", 0),
        BODY("length with spaces around", "Content-Length: \t5 \t", 0),
        BODY("18 digits", "Content-Length: 999999999999999999", 0),
        BODY("19 digits", "Content-Length: 9223372036854775807", 400),
        BODY("past int64", "Content-Length: 9223372036854775808", 400),
        BODY("past uint64", "Content-Length: 18446744073709551617", 400),
        BODY("absurd", "Content-Length: 99999999999999999999999999999999999999999999", 400),
        BODY("negative", "Content-Length: -1", 400),
        BODY("minus zero", "Content-Length: -0", 400),
        BODY("plus", "Content-Length: +3", 400),
        BODY("empty", "Content-Length:", 400),
        BODY("only spaces", "Content-Length:   ", 400),
        BODY("hex", "Content-Length: 0x5", 400),
        BODY("leading zero", "Content-Length: 05", 400),
        BODY("octal", "Content-Length: 010", 400),
        BODY("fraction", "Content-Length: 5.0", 400),
        BODY("exponent", "Content-Length: 1e1", 400),
        BODY("underscore", "Content-Length: 1_0", 400),
        BODY("space inside", "Content-Length: 1 0", 400),
        BODY("letter behind", "Content-Length: 5a", 400),
        BODY("quoted", "Content-Length: \"5\"", 400),
        BODY("list alike", "Content-Length: 5, 5", 400),
        BODY("list differing", "Content-Length: 5,6", 400),
        BODY("semicolon", "Content-Length: 5;", 400),
        BODY("full-width digit", "Content-Length: \xEF\xBC\x95", 400),
        BODY("Arabic digit", "Content-Length: \xD9\xA5", 400),
        BODY("twice alike", "Content-Length: 5\r\nContent-Length: 5", 400),
        BODY("twice differing", "Content-Length: 5\r\ncontent-length: 3", 400),
        BODY("twice, one empty", "Content-Length: 5\r\nContent-Length:", 400),
        BODY("chunked", "Transfer-Encoding: chunked", 0),
        BODY("chunked in other case", "transfer-encoding: Chunked", 0),
        BODY("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5", 400),
        BODY("length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked", 400),
        BODY("length zero and chunked", "Content-Length: 0\r\nTransfer-Encoding: chunked", 400),
        BODY("length and unknown coding", "Content-Length: 5\r\nTransfer-Encoding: x", 400),
        BODY("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        BODY("chunked and identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400),
        BODY("coding empty", "Transfer-Encoding:", 400),
        BODY("chunked, chunked", "Transfer-Encoding: chunked, chunked", 501),
        BODY("chunked, gzip", "Transfer-Encoding: chunked, gzip", 501),
        BODY("gzip, chunked", "Transfer-Encoding: gzip, chunked", 501),
        BODY("identity", "Transfer-Encoding: identity", 501),
        BODY("xchunked", "Transfer-Encoding: xchunked", 501),
        BODY("chunkedx", "Transfer-Encoding: chunkedx", 501),
        BODY("parameter", "Transfer-Encoding: chunked;q=1", 501),
        BODY("comma before", "Transfer-Encoding: ,chunked", 501),
        BODY("comma behind", "Transfer-Encoding: chunked,", 501),
        BODY("quoted", "Transfer-Encoding: \"chunked\"", 501),
        BODY("vertical tab before", "Transfer-Encoding: \x0b" "chunked", 400),
        BODY("NUL behind", "Transfer-Encoding: chunked\0", 400),
        BODY("over 0x7F behind", "Transfer-Encoding: chunked\xA0", 501),
        BODY("space before the colon", "Transfer-Encoding : chunked", 400),
        BODY("folded", "Transfer-Encoding:\r\n chunked", 400),
        BODY("underscore is another name", "Transfer_Encoding: chunked", 0),
        CASES_END
    };
    /* clang-format on */
    expect_all(cases);
    expect_status("chunked on 1.0", STR("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
    expect_status("length on 1.0", STR("POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n"), 0);
    expect_status("Expect is ignored on 1.0", STR("POST / HTTP/1.0\r\nExpect: x\r\n\r\n"), 0);
}

static void incomplete(void **state)
{
    /* clang-format off */
    static const struct str cases[] = { STR("G"), STR("\r"), STR("\r\n"), STR("GET / HTTP/1.1"),
                                        STR("GET / HTTP/1.1\r"), STR(GET), STR(GET "Host: a\r\n"),
                                        STR(GET "Host: a\r\n\r") };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) expect_status(cases[i].p, cases[i], ALL);
    struct outcome nothing = read_whole(STR(""));
    assert_int_equal(nothing.result, READ_MORE);
    /* What can never become a request is refused before it is complete. */
    expect_status("TLS hello", STR("\x16\x03\x01\x02"), 400);
    expect_status("bare LF in the first line", STR("GET / HTTP/1.1\n"), 400);
    expect_status("bare LF in the second line", STR(GET "Host: a\n"), 400);
}

/* A buffer of one head with parts of chosen sizes. */
static void put_fields(struct buf *b, size_t count, size_t value_bytes)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(b, "X%02zu: ", i);
        for (size_t k = 0; k < value_bytes; k++) buf_char(b, 'v');
        buf_text(b, "\r\n");
    }
}

static void limits(void **state)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t target = TARGET_MAX_BYTES - 1; target <= TARGET_MAX_BYTES + 40; target++) {
        buf_clear(&b);
        buf_text(&b, "GET /");
        for (size_t i = 1; i < target; i++) buf_char(&b, 'a');
        buf_text(&b, " HTTP/1.1\r\nHost: a\r\n\r\n");
        expect_status("target", buf_str(&b), target <= TARGET_MAX_BYTES ? 0 : 414);
    }
    for (size_t count = HEAD_MAX_HEADERS - 2; count <= HEAD_MAX_HEADERS; count++) {
        buf_clear(&b);
        buf_text(&b, GET "Host: a\r\n");
        put_fields(&b, count, 1);
        buf_text(&b, "\r\n");
        expect_status("fields", buf_str(&b), count + 1 <= HEAD_MAX_HEADERS ? 0 : 431);
    }
    for (size_t total = HEAD_MAX_BYTES - 1; total <= HEAD_MAX_BYTES + 1; total++) {
        buf_clear(&b);
        buf_text(&b, GET "Host: a\r\nX: ");
        while (b.n < total - 4) buf_char(&b, 'v');
        buf_text(&b, "\r\n\r\n");
        expect_status("head", buf_str(&b), total <= HEAD_MAX_BYTES ? 0 : 431);
    }
    buf_clear(&b);
    while (b.n < 20000) buf_char(&b, 'A');
    expect_status("no end of line at all", buf_str(&b), 414);
    buf_clear(&b);
    buf_text(&b, GET "Host: a\r\nX: ");
    while (b.n < 20000) buf_char(&b, 'v');
    expect_status("no end of the head", buf_str(&b), 431);
    buf_free(&b);
}

static void what_is_read(void **state)
{
    struct outcome o = read_whole(STR("\r\nPOST /a/b?c=d&e HTTP/1.1\r\nHOST: Shop.Example:80\r\nX-Y:  z w \t\r\n"
                                      "x-y: 2\r\n"
                                      "Connection: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                      "Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"));
    assert_int_equal(o.result, READ_DONE);
    assert_true(str_eq(o.head.method, STR("POST")));
    assert_true(str_eq(o.head.target, STR("/a/b?c=d&e")));
    assert_true(str_eq(o.head.path, STR("/a/b")));
    assert_true(str_eq(o.head.query, STR("c=d&e")));
    assert_int_equal(o.head.minor, 1);
    assert_int_equal(o.head.content_length, 5);
    assert_int_equal(o.head.fields, 8);
    assert_true(o.head.keep_alive && o.head.upgrade && o.head.expect_continue && !o.head.chunked);
    assert_true(str_eq(head_get(&o.head, "x-y"), STR("z w")));
    assert_true(str_eq(head_get(&o.head, "host"), STR("Shop.Example:80")));
    assert_null(head_get(&o.head, "absent").p);
    assert_true(str_eq(o.head.field[1].name, STR("X-Y")));

    o = read_whole(STR("GET /a? HTTP/1.1\r\nHost: a\r\n\r\nGET"));
    assert_true(o.head.query.p && o.head.query.n == 0);
    assert_int_equal(o.used, sizeof("GET /a? HTTP/1.1\r\nHost: a\r\n\r\n") - 1);
    assert_int_equal(o.head.content_length, -1);
    o = read_whole(STR("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_true(str_eq(o.head.path, STR("/")) && !o.head.query.p);
    o = read_whole(STR("GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_true(str_eq(o.head.path, STR("/")) && str_eq(o.head.query, STR("b")));
    o = read_whole(STR("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_true(str_eq(o.head.path, STR("*")));
}

static void connections(void **state)
{
    /* clang-format off */
    static const struct { struct str raw; bool keep_alive, upgrade; } cases[] = {
        { STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), false, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n"), false, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"), false, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: notclose\r\n\r\n"), true, false },
        { STR("GET / HTTP/1.0\r\n\r\n"), false, false },
        { STR("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), true, false },
        { STR("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"), false, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"), true, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n"), true, false },
        { STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"), true, true },
        { STR("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"), false, false },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outcome o = read_whole(cases[i].raw);
        assert_int_equal(o.result, READ_DONE);
        assert_int_equal(o.head.keep_alive, cases[i].keep_alive);
        assert_int_equal(o.head.upgrade, cases[i].upgrade);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_lines), cmocka_unit_test(targets),      cmocka_unit_test(fields_by_line),
        cmocka_unit_test(hosts),         cmocka_unit_test(body_lengths), cmocka_unit_test(incomplete),
        cmocka_unit_test(limits),        cmocka_unit_test(what_is_read), cmocka_unit_test(connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
