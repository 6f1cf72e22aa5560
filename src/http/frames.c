/* frames.c: see the header. wslay's frame layer keeps where it is in a frame and takes the mask off; its event layer
 * (messages, queues, 5 kB more a connection) is not used, since a socket would have to own one for ever. */
#include "http/frames.h"
#include <stdlib.h>
#include <wslay/wslay.h>

enum { KEPT_MESSAGE_BYTES = 65536 };

/* Where a text is, in the middle of a character: how many bytes are to come, and what the next one may be. */
struct utf8_place {
    unsigned left;
    uint8_t low, high;
};

struct frames {
    wslay_frame_context_ptr wslay;
    const char *in; /* fed and not taken by wslay yet */
    size_t in_n;
    uint64_t open; /* bytes that wslay took of frames that are not whole yet */
    /* the frame */
    bool in_frame;
    uint64_t frame_got;
    char control[CONTROL_MAX_BYTES];
    size_t control_n;
    /* the message */
    enum frame_opcode opcode; /* 0: none under way */
    unsigned fragments;
    struct utf8_place place;
    struct buf message;
};

static ssize_t give(uint8_t *to, size_t n, int flags, void *arg)
{
    struct frames *f = arg;
    (void)flags;
    if (n > f->in_n) n = f->in_n;
    if (n == 0) return 0;
    memcpy(to, f->in, n);
    f->in += n, f->in_n -= n;
    f->open += n;
    return (ssize_t)n;
}

struct frames *frames_new(void)
{
    static const struct wslay_frame_callbacks callbacks = { .recv_callback = give };
    struct frames *f = calloc(1, sizeof *f);
    if (f == NULL || wslay_frame_context_init(&f->wslay, &callbacks, f) != 0) abort();
    return f;
}

void frames_free(struct frames *f)
{
    if (f == NULL) return;
    wslay_frame_context_free(f->wslay);
    buf_free(&f->message);
    free(f);
}

void frames_feed(struct frames *f, const char *p, size_t n)
{
    assert(f->in_n == 0);
    f->in = p, f->in_n = n;
}

bool frames_at_rest(const struct frames *f) { return f->open == 0 && f->in_n == 0 && f->opcode == 0; }

/* ---- UTF-8 over the edges of frames ---- */

static bool utf8_begins(struct utf8_place *at, uint8_t c)
{
    *at = (struct utf8_place){ .low = 0x80, .high = 0xbf };
    if (c < 0x80) return true;
    if (c < 0xc2 || c > 0xf4) return false;
    at->left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (c == 0xe0) at->low = 0xa0;
    if (c == 0xed) at->high = 0x9f; /* no surrogates */
    if (c == 0xf0) at->low = 0x90;
    if (c == 0xf4) at->high = 0x8f;
    return true;
}

static bool utf8_goes_on(struct utf8_place *at, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (at->left == 0) {
            if (!utf8_begins(at, p[i])) return false;
            continue;
        }
        if (p[i] < at->low || p[i] > at->high) return false;
        at->left--;
        at->low = 0x80, at->high = 0xbf;
    }
    return true;
}

/* ---- judging ---- */

bool frame_close_code_ok(int code)
{
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != CLOSE_NO_CODE && code != CLOSE_ABNORMAL;
}

static bool is_control(unsigned opcode) { return opcode >= 8; }

/* What the first bytes of a frame say about it. 0 or the code of the fault. */
static int judge_frame(struct frames *f, const struct wslay_frame_iocb *io, const struct frame_limits *limits)
{
    if (!io->mask || io->rsv != 0) return CLOSE_PROTOCOL;
    if (is_control(io->opcode)) {
        bool known = io->opcode == OPCODE_CLOSE || io->opcode == OPCODE_PING || io->opcode == OPCODE_PONG;
        f->control_n = 0;
        return known && io->payload_length <= CONTROL_MAX_BYTES ? 0 : CLOSE_PROTOCOL;
    }
    if (io->opcode > OPCODE_BINARY || (io->opcode == 0) != (f->opcode != 0)) return CLOSE_PROTOCOL;
    if (f->opcode == 0) {
        f->opcode = (enum frame_opcode)io->opcode;
        f->fragments = 0;
        f->place = (struct utf8_place){ 0 };
        if (f->message.max != limits->message_max) {
            buf_free(&f->message);
            buf_init(&f->message, limits->message_max);
        }
        buf_clear(&f->message);
    }
    if (++f->fragments > limits->fragments_max) return CLOSE_POLICY;
    return io->payload_length <= limits->message_max - f->message.n ? 0 : CLOSE_TOO_BIG;
}

static uint64_t frame_size(const struct wslay_frame_iocb *io)
{
    uint64_t length = io->payload_length, extended = length > UINT16_MAX ? 8 : length > CONTROL_MAX_BYTES ? 2 : 0;
    return 2 + extended + 4 + length;
}

static enum frame_event whole_control(struct frames *f, unsigned opcode, struct str *data, int *code)
{
    *data = (struct str){ f->control, f->control_n };
    if (opcode == OPCODE_PING) return FRAME_PING;
    if (opcode == OPCODE_PONG) return FRAME_PONG;
    *code = CLOSE_NO_CODE;
    if (data->n == 0) return FRAME_CLOSE;
    *code = CLOSE_PROTOCOL;
    if (data->n == 1) return FRAME_FAULT;
    int theirs = (uint8_t)data->p[0] << 8 | (uint8_t)data->p[1];
    if (!frame_close_code_ok(theirs)) return FRAME_FAULT;
    *data = (struct str){ data->p + 2, data->n - 2 };
    *code = utf8_valid(*data) ? theirs : CLOSE_NOT_TEXT;
    return *code == theirs ? FRAME_CLOSE : FRAME_FAULT;
}

/* Adds what came of the frame. A message that came in one piece is not copied. 0 or the code of the fault. */
static int take_data(struct frames *f, const struct wslay_frame_iocb *io, struct str *data)
{
    if (is_control(io->opcode)) {
        assert(f->control_n + io->data_length <= sizeof f->control);
        if (io->data_length > 0) memcpy(f->control + f->control_n, io->data, io->data_length);
        f->control_n += io->data_length;
        return 0;
    }
    if (f->opcode == OPCODE_TEXT && !utf8_goes_on(&f->place, io->data, io->data_length)) return CLOSE_NOT_TEXT;
    bool all = io->fin && f->fragments == 1 && io->data_length == io->payload_length;
    if (!all) buf_add(&f->message, io->data, io->data_length);
    assert(!f->message.overflow);
    *data = all ? (struct str){ (const char *)io->data, io->data_length } : buf_str(&f->message);
    return 0;
}

static enum frame_event whole_message(struct frames *f, int *code)
{
    enum frame_event event = f->opcode == OPCODE_TEXT ? FRAME_TEXT : FRAME_BINARY;
    f->opcode = 0;
    *code = CLOSE_NOT_TEXT;
    return event == FRAME_TEXT && f->place.left > 0 ? FRAME_FAULT : event;
}

enum frame_event frames_next(struct frames *f, const struct frame_limits *limits, struct str *data, int *code)
{
    assert(limits->message_max > 0 && limits->fragments_max > 0);
    *data = (struct str){ "", 0 };
    if (f->opcode == 0 && f->message.cap > KEPT_MESSAGE_BYTES) {
        buf_free(&f->message);
        f->message.max = 0;
    }
    for (;;) {
        struct wslay_frame_iocb io = { 0 };
        ssize_t n = wslay_frame_recv(f->wslay, &io);
        if (n == WSLAY_ERR_WANT_READ) return FRAME_MORE;
        *code = CLOSE_PROTOCOL;
        if (n < 0) return FRAME_FAULT;
        if (!f->in_frame && (*code = judge_frame(f, &io, limits)) != 0) return FRAME_FAULT;
        f->in_frame = true;
        f->frame_got += io.data_length;
        if ((*code = take_data(f, &io, data)) != 0) return FRAME_FAULT;
        if (f->frame_got < io.payload_length) continue;
        f->in_frame = false;
        f->frame_got = 0;
        f->open -= frame_size(&io);
        if (is_control(io.opcode)) return whole_control(f, io.opcode, data, code);
        if (io.fin) return whole_message(f, code);
    }
}

/* ---- the other way ---- */

size_t frame_header(enum frame_opcode opcode, size_t n, uint8_t out[FRAME_HEADER_MAX])
{
    out[0] = (uint8_t)(0x80 | opcode);
    if (n <= CONTROL_MAX_BYTES) {
        out[1] = (uint8_t)n;
        return 2;
    }
    unsigned bytes = n <= UINT16_MAX ? 2 : 8;
    out[1] = bytes == 2 ? 126 : 127;
    for (unsigned i = 0; i < bytes; i++) out[2 + i] = (uint8_t)((uint64_t)n >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}
