/* frames.h: WebSocket frames (RFC 6455) as a client sends them: bytes in, whole messages and control frames out. Pure:
 * no connection, no clock. wslay reads the frames; what the RFC says about their order and content is judged here:
 *
 *   masked always; no reserved bit, no unknown opcode; lengths written the shortest way; control frames whole and at
 * most
 *
 *   125 bytes; fragments of one message at a time; text is valid UTF-8, refused at the first byte that cannot be; close
 *
 *   codes that may be sent, with a reason in UTF-8; messages within the limits, refused when they are announced.
 *
 * Between messages a struct frames holds nothing worth keeping (frames_at_rest), so idle sockets need none: a loop
 * lends one while the bytes of a message come in parts. */
#ifndef CHATHUB_HTTP_FRAMES_H
#define CHATHUB_HTTP_FRAMES_H

#include "base/str.h"

enum {
    CLOSE_NORMAL = 1000,
    CLOSE_GOING_AWAY = 1001,
    CLOSE_PROTOCOL = 1002,
    CLOSE_NO_CODE = 1005,
    CLOSE_ABNORMAL = 1006,
    CLOSE_NOT_TEXT = 1007,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_BIG = 1009,
    CLOSE_INTERNAL = 1011,
    CLOSE_LATER = 1013,
    FRAME_HEADER_MAX = 10, /* of ours, which are not masked */
    CONTROL_MAX_BYTES = 125,
};
enum frame_event {
    FRAME_MORE, /* everything that was fed is used */
    FRAME_TEXT,
    FRAME_BINARY, /* a whole message */
    FRAME_PING,
    FRAME_PONG,
    FRAME_CLOSE, /* *code is theirs, CLOSE_NO_CODE when they gave none; the data is the reason */
    FRAME_FAULT, /* *code is what to close with; nothing may be fed any more */
};
struct frame_limits {
    size_t message_max;
    unsigned fragments_max;
};

struct frames;
MUST_USE struct frames *frames_new(void);
void frames_free(struct frames *f);
/* The bytes must live until frames_next has said FRAME_MORE. */
void frames_feed(struct frames *f, const char *p, size_t n);
/* *data is valid until the next call. */
MUST_USE enum frame_event frames_next(struct frames *f, const struct frame_limits *limits, struct str *data, int *code);
/* Nothing of a frame or a message is under way: f may serve another socket. */
MUST_USE bool frames_at_rest(const struct frames *f);

/* ---- the other way ---- */
enum frame_opcode { OPCODE_TEXT = 1, OPCODE_BINARY = 2, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };
/* The header of one whole frame of n bytes from the server; how many bytes it takes. */
size_t frame_header(enum frame_opcode opcode, size_t n, uint8_t out[FRAME_HEADER_MAX]);
/* Whether an endpoint may send this code (7.4). */
MUST_USE bool frame_close_code_ok(int code);

#endif
