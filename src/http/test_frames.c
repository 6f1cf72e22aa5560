/* test_frames.c: WebSocket frames, each case fed whole, a byte at a time and in pieces of other sizes: what is made of
 * them must not depend on how they came. */
#include "base/testing.h"
#include "http/frames.h"
#include <stdio.h>
#include <stdlib.h>

static const struct frame_limits small = { .message_max = 200000, .fragments_max = 8 };

enum { FIN = 0x80, BARE = 0x100, CONTINUED = 0 };

/* One frame of a client: `first` is the byte with FIN, reserved bits and opcode; BARE leaves the mask out. */
static void put_frame(struct buf *to, int first, const void *p, size_t n)
{
    static const uint8_t mask[4] = { 0xa1, 0x02, 0x00, 0xff };
    uint8_t header[FRAME_HEADER_MAX];
    size_t header_n = frame_header((enum frame_opcode)0, n, header);
    bool bare = (first & BARE) != 0;
    header[0] = (uint8_t)first;
    if (!bare) header[1] |= 0x80;
    buf_add(to, header, header_n);
    if (!bare) buf_add(to, mask, sizeof mask);
    for (size_t i = 0; i < n; i++) buf_char(to, (char)(((const uint8_t *)p)[i] ^ (bare ? 0 : mask[i % 4])));
}

static void put_text(struct buf *to, int first, const char *text) { put_frame(to, first, text, strlen(text)); }

/* What comes out, as a line: "text:hello ping:x close:1000:bye fault:1002". Long ones by their length. */
static void describe(struct buf *out, enum frame_event event, struct str data, int code)
{
    static const char *const names[] = { "more", "text", "binary", "ping", "pong", "close", "fault" };
    buf_printf(out, "%s%s", out->n > 0 ? " " : "", names[event]);
    if (event == FRAME_CLOSE || event == FRAME_FAULT) buf_printf(out, ":%d", code);
    if (event == FRAME_FAULT) return;
    if (data.n > 40) buf_printf(out, ":#%zu", data.n);
    else buf_printf(out, ":%.*s", (int)data.n, data.p);
}

static void run(const struct buf *bytes, size_t piece, const struct frame_limits *limits, struct buf *out)
{
    struct frames *f = frames_new();
    for (size_t at = 0; at < bytes->n; at += piece) {
        size_t n = bytes->n - at < piece ? bytes->n - at : piece;
        char *copy = malloc(n); /* of its own, so that a sanitizer sees a byte too much */
        assert_non_null(copy);
        memcpy(copy, bytes->p + at, n);
        frames_feed(f, copy, n);
        struct str data;
        int code = 0;
        enum frame_event event;
        while ((event = frames_next(f, limits, &data, &code)) != FRAME_MORE && event != FRAME_FAULT)
            describe(out, event, data, code);
        if (event == FRAME_FAULT) describe(out, event, data, code);
        free(copy);
        if (event == FRAME_FAULT) {
            frames_free(f);
            return;
        }
    }
    buf_text(out, frames_at_rest(f) ? " rest" : " open");
    frames_free(f);
}

static void expect_with(const struct buf *bytes, const struct frame_limits *limits, const char *wanted)
{
    static const size_t pieces[] = { SIZE_MAX, 1, 2, 3, 7, 127, 4096, 5000 };
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct buf out;
        buf_init(&out, 65536);
        run(bytes, pieces[i] == SIZE_MAX ? bytes->n : pieces[i], limits, &out);
        const char *got = buf_terminated(&out);
        while (*got == ' ') got++;
        if (strcmp(got, wanted) != 0) fail_msg("in pieces of %zu: %s, wanted %s", pieces[i], got, wanted);
        buf_free(&out);
    }
}

static void expect(struct buf *bytes, const char *wanted)
{
    expect_with(bytes, &small, wanted);
    buf_free(bytes);
    buf_init(bytes, 1 << 20);
}

static void messages(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    put_text(&b, FIN | 1, "hello"), put_text(&b, FIN | 2, "bin"), put_text(&b, FIN | 1, "");
    expect(&b, "text:hello binary:bin text: rest");
    put_text(&b, 1, "he"), put_text(&b, CONTINUED, "ll"), put_text(&b, FIN, "o");
    expect(&b, "text:hello rest");
    put_text(&b, 1, ""), put_text(&b, CONTINUED, ""), put_text(&b, FIN, "");
    expect(&b, "text: rest");
    put_text(&b, 1, "a"), put_text(&b, FIN | 9, "in between"), put_text(&b, FIN | 10, ""), put_text(&b, FIN, "b");
    expect(&b, "ping:in between pong: text:ab rest");
    put_text(&b, 1, "half");
    expect(&b, "open");
    put_text(&b, FIN | 1, "x");
    b.n -= 1;
    expect(&b, "open");
    static const size_t lengths[] = { 125, 126, 127, 128, 4095, 4096, 4097, 65535, 65536, 65537, 200000 };
    char *much = malloc(200000);
    assert_non_null(much);
    memset(much, 'z', 200000);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        char wanted[64];
        put_frame(&b, FIN | 2, much, lengths[i]), put_frame(&b, FIN | 1, much, lengths[i]);
        (void)snprintf(wanted, sizeof wanted, "binary:#%zu text:#%zu rest", lengths[i], lengths[i]);
        expect(&b, wanted);
        put_frame(&b, 2, much, lengths[i] / 2), put_text(&b, FIN | 9, "p");
        put_frame(&b, FIN, much, lengths[i] - lengths[i] / 2);
        (void)snprintf(wanted, sizeof wanted, "ping:p binary:#%zu rest", lengths[i]);
        expect(&b, wanted);
    }
    free(much);
    buf_free(&b);
}

static void frames_that_are_none(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int rsv = 0x10; rsv <= 0x70; rsv += 0x10) put_text(&b, FIN | rsv | 1, "x"), expect(&b, "fault:1002");
    for (int opcode = 3; opcode <= 7; opcode++) put_text(&b, FIN | opcode, "x"), expect(&b, "fault:1002");
    for (int opcode = 11; opcode <= 15; opcode++) put_text(&b, FIN | opcode, "x"), expect(&b, "fault:1002");
    put_text(&b, FIN | BARE | 1, "not masked"), expect(&b, "fault:1002");
    put_text(&b, FIN, "continues nothing"), expect(&b, "fault:1002");
    put_text(&b, CONTINUED, "continues nothing"), expect(&b, "fault:1002");
    put_text(&b, 1, "a"), put_text(&b, FIN | 1, "another one begins"), expect(&b, "fault:1002");
    put_text(&b, 1, "a"), put_text(&b, 2, "another one begins"), expect(&b, "fault:1002");
    put_text(&b, 9, "a ping in parts"), expect(&b, "fault:1002");
    put_text(&b, 8, "a close in parts"), expect(&b, "fault:1002");
    char long_one[126] = { 0 };
    put_frame(&b, FIN | 9, long_one, 125), expect(&b, "ping:#125 rest");
    put_frame(&b, FIN | 9, long_one, 126), expect(&b, "fault:1002");
    put_frame(&b, FIN | 8, long_one, 126), expect(&b, "fault:1002");
    /* Lengths that are not written the shortest way, or not at all. */
    /* clang-format off */
    static const char long_forms[][24] = {
        "\x81\xfe\x00\x05\x00\x00\x00\x00hello", "\x81\xfe\x00\x7d\x00\x00\x00\x00hello",
        "\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00hello",
        "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x00hello",
        "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00hello",
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(long_forms); i++) buf_add(&b, long_forms[i], 23), expect(&b, "fault:1002");
    put_text(&b, FIN | 1, "good"), put_text(&b, FIN | 3, "bad"), put_text(&b, FIN | 1, "never seen");
    expect(&b, "text:good fault:1002");
    buf_free(&b);
}

static void limits(void **state)
{
    (void)state;
    struct buf b;
    struct frame_limits ten = { .message_max = 10, .fragments_max = 3 };
    buf_init(&b, 1 << 20);
    put_text(&b, FIN | 1, "0123456789");
    expect_with(&b, &ten, "text:0123456789 rest");
    buf_clear(&b);
    put_text(&b, FIN | 1, "0123456789a");
    expect_with(&b, &ten, "fault:1009");
    buf_clear(&b);
    put_text(&b, 1, "01234"), put_text(&b, FIN, "567890");
    expect_with(&b, &ten, "fault:1009");
    buf_clear(&b);
    put_text(&b, 1, "a"), put_text(&b, CONTINUED, "b"), put_text(&b, FIN, "c");
    expect_with(&b, &ten, "text:abc rest");
    buf_clear(&b);
    put_text(&b, 1, "a"), put_text(&b, CONTINUED, "b"), put_text(&b, CONTINUED, "c"), put_text(&b, FIN, "d");
    expect_with(&b, &ten, "fault:1008");
    buf_clear(&b);
    /* Announced only: 2^62 bytes, of which one comes. */
    buf_add(&b, "\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00x", 15);
    expect_with(&b, &ten, "fault:1009");
    buf_free(&b);
}

static void text_is_utf8(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const good[] = { "κόσμε", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80",
                                        "\xe0\xa0\x80", "\xc2\x80", "客服", "😀" };
    static const char *const bad[] = { "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                                       "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\x80",
                                       "\xce\xba\xe1", "\xe2\x82", "\xf0\x9f\x98", "a\xc3(", "\xe2\x28\xa1" };
    /* clang-format on */
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "text:%s rest", good[i]);
        put_text(&b, FIN | 1, good[i]), expect(&b, wanted);
        for (size_t at = 0; at <= strlen(good[i]); at++) { /* cut anywhere, also inside a character */
            put_frame(&b, 1, good[i], at);
            put_frame(&b, FIN | 9, "", 0);
            put_text(&b, FIN, good[i] + at);
            char with_ping[80];
            (void)snprintf(with_ping, sizeof with_ping, "ping: %s", wanted);
            expect(&b, with_ping);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        put_text(&b, FIN | 1, bad[i]), expect(&b, "fault:1007");
        put_frame(&b, 1, bad[i], 1), put_text(&b, FIN, bad[i] + 1), expect(&b, "fault:1007");
    }
    put_text(&b, 1, "a\xff"), expect(&b, "fault:1007"); /* at once, not at the end of the message */
    put_text(&b, 1, "a\xe2"), expect(&b, "open");
    put_frame(&b, FIN | 2, "\xff\xfe", 2), expect(&b, "binary:\xff\xfe rest");
    buf_free(&b);
}

static void close_frames(void **state)
{
    (void)state;
    static const int good[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999 };
    static const int bad[] = { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535 };
    struct buf b;
    buf_init(&b, 1 << 20);
    put_text(&b, FIN | 8, ""), expect(&b, "close:1005: rest");
    put_text(&b, FIN | 8, "\x03"), expect(&b, "fault:1002");
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        char code[2] = { (char)(good[i] >> 8), (char)good[i] }, wanted[32];
        put_frame(&b, FIN | 8, code, 2);
        (void)snprintf(wanted, sizeof wanted, "close:%d: rest", good[i]);
        expect(&b, wanted);
        assert_true(frame_close_code_ok(good[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char code[2] = { (char)(bad[i] >> 8), (char)bad[i] };
        put_frame(&b, FIN | 8, code, 2), expect(&b, "fault:1002");
        assert_false(frame_close_code_ok(bad[i]));
    }
    put_text(&b, FIN | 8,
             "\x03\xe8"
             "bye"),
        expect(&b, "close:1000:bye rest");
    put_text(&b, FIN | 8, "\x03\xe8\xff"), expect(&b, "fault:1007");
    put_text(&b, 1, "a"), put_text(&b, FIN | 8, "\x03\xe8"), expect(&b, "close:1000: open");
    buf_free(&b);
}

/* What is lent to the next socket must know nothing of the last one. */
static void lent_again(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    put_text(&b, 1, "first"), put_text(&b, FIN, "half");
    struct frames *f = frames_new();
    struct str data;
    int code;
    assert_true(frames_at_rest(f));
    for (int i = 0; i < 3; i++) {
        frames_feed(f, b.p, b.n);
        assert_int_equal(frames_next(f, &small, &data, &code), FRAME_TEXT);
        assert_int_equal(data.n, 9);
        assert_int_equal(frames_next(f, &small, &data, &code), FRAME_MORE);
        assert_true(frames_at_rest(f));
    }
    frames_feed(f, b.p, 1);
    assert_int_equal(frames_next(f, &small, &data, &code), FRAME_MORE);
    assert_false(frames_at_rest(f)); /* one byte of a header */
    frames_free(f);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),     cmocka_unit_test(frames_that_are_none), cmocka_unit_test(limits),
        cmocka_unit_test(text_is_utf8), cmocka_unit_test(close_frames),         cmocka_unit_test(lent_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
