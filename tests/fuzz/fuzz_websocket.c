/* fuzz_websocket.c: WebSocket frames. The first byte says how small the limits are, the next eight behind which bytes
 * the rest is cut. Cut or not, the same messages come out; none is above the limits, text is UTF-8, close codes are
 * such as may be sent; and what is put into frames comes out again. */
#include "fuzz.h"
#include "http/frames.h"

enum { CUTS_BYTES = 8, INPUT_MAX_BYTES = 1 << 16 };

/* How many bytes from `at` come in one piece: up to the next cut. */
static size_t piece(const uint8_t *cuts, size_t at, size_t n)
{
    if (!cuts) return n - at;
    size_t end = at + 1;
    while (end < n && !(cuts[end / 8 % CUTS_BYTES] & 1u << end % 8)) end++;
    return end - at;
}

static void check_event(enum frame_event event, struct str data, int code, const struct frame_limits *limits)
{
    switch (event) {
    case FRAME_TEXT: must(utf8_valid(data) && data.n <= limits->message_max); return;
    case FRAME_BINARY: must(data.n <= limits->message_max); return;
    case FRAME_PING:
    case FRAME_PONG: must(data.n <= CONTROL_MAX_BYTES); return;
    case FRAME_CLOSE:
        must(utf8_valid(data) && data.n <= CONTROL_MAX_BYTES - 2 &&
             (code == CLOSE_NO_CODE || frame_close_code_ok(code)));
        return;
    case FRAME_FAULT: must(frame_close_code_ok(code)); return;
    case FRAME_MORE: return;
    }
}

/* Everything that came out, one behind the other. */
static struct buf feed(struct str raw, const struct frame_limits *limits, const uint8_t *cuts)
{
    struct frames *f = frames_new();
    struct buf out;
    buf_init(&out, 16 * INPUT_MAX_BYTES);
    bool over = false;
    for (size_t at = 0, n; at < raw.n && !over; at += n) {
        n = piece(cuts, at, raw.n);
        char *copy = malloc(n);
        must(copy != NULL);
        memcpy(copy, raw.p + at, n);
        frames_feed(f, copy, n);
        for (enum frame_event event = FRAME_PING; event != FRAME_MORE && !over;) {
            struct str data;
            int code = 0;
            event = frames_next(f, limits, &data, &code);
            check_event(event, data, code, limits);
            over = event == FRAME_FAULT;
            if (event == FRAME_MORE) break;
            buf_printf(&out, "%d %d %zu ", (int)event, event == FRAME_CLOSE || over ? code : 0, over ? 0 : data.n);
            if (!over) buf_add(&out, data.p, data.n);
        }
        free(copy);
    }
    if (!over) buf_printf(&out, "%d", frames_at_rest(f));
    must(!out.overflow);
    frames_free(f);
    return out;
}

/* The bytes as one binary message in fragments, cut where the cuts say. */
static void check_round(struct str body, const uint8_t *cuts)
{
    struct frame_limits limits = { .message_max = INPUT_MAX_BYTES, .fragments_max = INPUT_MAX_BYTES };
    struct buf raw, wanted;
    buf_init(&raw, 16 * INPUT_MAX_BYTES), buf_init(&wanted, 2 * INPUT_MAX_BYTES);
    for (size_t at = 0, n; at < body.n; at += n) {
        uint8_t header[FRAME_HEADER_MAX];
        n = piece(cuts, at, body.n);
        size_t header_n = frame_header(OPCODE_BINARY, n, header);
        header[0] = (uint8_t)((at + n == body.n ? 0x80 : 0) | (at == 0 ? OPCODE_BINARY : 0));
        header[1] |= 0x80;
        buf_add(&raw, header, header_n);
        buf_add(&raw, "\x01\x02\x03\x04", 4);
        for (size_t i = 0; i < n; i++) buf_char(&raw, (char)(body.p[at + i] ^ (i % 4 + 1)));
    }
    buf_printf(&wanted, "%d 0 %zu ", (int)FRAME_BINARY, body.n);
    buf_add(&wanted, body.p, body.n);
    buf_text(&wanted, "1");
    struct buf got = feed(buf_str(&raw), &limits, cuts);
    must(str_eq(buf_str(&got), buf_str(&wanted)));
    buf_free(&got), buf_free(&raw), buf_free(&wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 + CUTS_BYTES || size > INPUT_MAX_BYTES) return 0;
    struct str raw = { (const char *)data + 1 + CUTS_BYTES, size - 1 - CUTS_BYTES };
    struct frame_limits limits = { .message_max = 1 + data[0] * 16u, .fragments_max = 1 + data[0] % 8 };
    struct buf whole = feed(raw, &limits, NULL), cut = feed(raw, &limits, data + 1);
    must(str_eq(buf_str(&whole), buf_str(&cut)));
    buf_free(&whole), buf_free(&cut);
    if (raw.n > 0) check_round(raw, data + 1);
    return 0;
}
