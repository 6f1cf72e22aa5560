/* reader.h: the strict HTTP/1.1 request reader (RFC 9112). Pure: bytes in, events out, no I/O, no allocation; the views
 * point into the caller's buffer. Strict or refused: what two programs could read differently is refused.
 *   one space in the request line; HTTP/1.0 or 1.1 (else 505); our methods (else 501); target in origin-form, in
 *   absolute-form when it repeats Host, or "*" for OPTIONS, ≤ 8 KiB (414); token names; no space before ':'; CRLF
 *   only; no obs-fold; no CTL in values; one Host on 1.1 (valid host[:port]); at most one Content-Length, digits only;
 *   the one Transfer-Encoding allowed is "chunked" (else 501), never with Content-Length or on 1.0; Expect is
 *   100-continue (else 417); ≤ 64 headers, head ≤ 16 KiB (431); chunk sizes in hex; what chunks
 *   say besides (extensions, trailers) is dropped, when it is well formed, small and frames nothing.
 * reader.c says why, one by one. */
#ifndef CHATHUB_HTTP_READER_H
#define CHATHUB_HTTP_READER_H

#include "base/str.h"

enum { HEAD_MAX_BYTES = 16384, HEAD_MAX_HEADERS = 64, TARGET_MAX_BYTES = 8192 };

struct head_field { /* name as sent; value without outer white space */
    struct str name, value;
};
struct head {
    struct str method, target, path, query; /* target as sent; path is "/..." or "*"; query without '?', p NULL: none */
    int minor;                              /* 0 or 1 */
    bool keep_alive, chunked, expect_continue, upgrade;
    int64_t content_length; /* -1: none */
    size_t fields;
    struct head_field field[HEAD_MAX_HEADERS];
};
enum reader_result { READ_DONE, READ_MORE, READ_REFUSED };

/* Reads one head from the start of [p, p+n). READ_DONE: *used bytes were the head. READ_MORE: call again with the same
 * start and more bytes (`*resume`, 0 at first, remembers how far was looked, so the whole is linear). READ_REFUSED:
 * *status is the answer (400, 414, 417, 431, 501, 505): send it and close. */
MUST_USE enum reader_result head_read(const char *p, size_t n, size_t *resume, struct head *out, size_t *used,
                                      int *status);
bool reader_byte_is_token(char c);                                      /* RFC 9110 5.6.2 */
struct str head_get(const struct head *h, const char *lower_case_name); /* first; p NULL when absent */

/* Chunked bodies: feed bytes as they come; data views point into the fed bytes. */
struct chunk_reader {
    int state, digits;
    uint64_t left, total, max;
    unsigned extra, trailers; /* bytes of extensions and trailers; how many trailers */
    size_t name_n;            /* of the trailer under way; > sizeof name: longer */
    char name[17];
};
void chunk_start(struct chunk_reader *c, uint64_t max_total);
/* Takes from [p, p+n) and sets *used; when *data_n > 0, [*data, *data + *data_n) is body. READ_DONE at the end of the
 * body. READ_REFUSED: *status 400 or 413. Call until READ_MORE with everything used. */
MUST_USE enum reader_result chunk_read(struct chunk_reader *c, const char *p, size_t n, size_t *used, const char **data,
                                       size_t *data_n, int *status);
#endif
