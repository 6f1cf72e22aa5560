/* reader_cli.c: the request reader as a filter, for tests/http/differential.mjs, which compares it with Node's parser.
 *
 * In: any number of records, each a 32-bit big-endian length and that many bytes, what one connection would send.
 * Out: one JSON line a record: {"requests":[{method,target,minor,headers:[name,value,...],body}],"status":N,"rest":N}
 * with texts in hex, status 0 or that of the refusal that ends the connection, rest: the bytes that wait for more. */
#include "base/crypto.h"
#include "base/json_write.h"
#include "http/reader.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECORD_MAX_BYTES = 1 << 20, BODY_MAX_BYTES = 1 << 16, OUTPUT_MAX_BYTES = 8 << 20 };

static void put_hex(struct json *j, const char *key, const void *p, size_t n)
{
    char *text = malloc(2 * n + 1);
    if (!text) abort();
    hex_encode(p, n, text);
    json_text(j, key, text);
    free(text);
}

/* The body of one request. READ_DONE: *used bytes were it, and it is in `body`. */
static enum reader_result body_read(const struct head *h, const char *p, size_t n, struct buf *body, size_t *used,
                                    int *status)
{
    *used = 0;
    if (!h->chunked) {
        if (h->content_length > BODY_MAX_BYTES) {
            *status = 413;
            return READ_REFUSED;
        }
        size_t need = h->content_length > 0 ? (size_t)h->content_length : 0;
        if (n < need) return READ_MORE;
        buf_add(body, p, need);
        *used = need;
        return READ_DONE;
    }
    struct chunk_reader c;
    chunk_start(&c, BODY_MAX_BYTES);
    for (;;) {
        const char *data;
        size_t took, data_n;
        enum reader_result r = chunk_read(&c, p + *used, n - *used, &took, &data, &data_n, status);
        buf_add(body, data, data_n);
        *used += took;
        if (r != READ_MORE || *used == n) return r;
    }
}

static void put_request(struct json *j, const struct head *h, const struct buf *body)
{
    json_object(j, NULL);
    put_hex(j, "method", h->method.p, h->method.n);
    put_hex(j, "target", h->target.p, h->target.n);
    json_i64(j, "minor", h->minor);
    json_array(j, "headers");
    for (size_t i = 0; i < h->fields; i++) {
        put_hex(j, NULL, h->field[i].name.p, h->field[i].name.n);
        put_hex(j, NULL, h->field[i].value.p, h->field[i].value.n);
    }
    json_end(j);
    put_hex(j, "body", body->p, body->n);
    json_end(j);
}

/* All requests of one connection, until a refusal, the end of the bytes, or "Connection: close". */
static void connection_read(struct json *j, const char *p, size_t n, struct buf *body)
{
    int status = 0;
    size_t at = 0;
    enum reader_result r = READ_DONE;
    json_array(j, "requests");
    while (at < n) {
        struct head h;
        size_t resume = 0, head_n, body_n;
        r = head_read(p + at, n - at, &resume, &h, &head_n, &status);
        if (r != READ_DONE) break;
        buf_clear(body);
        r = body_read(&h, p + at + head_n, n - at - head_n, body, &body_n, &status);
        if (r != READ_DONE) break;
        put_request(j, &h, body);
        at += head_n + body_n;
        if (!h.keep_alive) break;
    }
    json_end(j);
    json_i64(j, "status", r == READ_REFUSED ? status : 0);
    json_i64(j, "rest", (int64_t)(n - at));
}

static bool record_read(char *p, size_t *n)
{
    uint8_t size[4];
    if (fread(size, 1, sizeof(size), stdin) != sizeof(size)) return false;
    *n = (size_t)size[0] << 24 | (size_t)size[1] << 16 | (size_t)size[2] << 8 | size[3];
    return *n <= RECORD_MAX_BYTES && fread(p, 1, *n, stdin) == *n;
}

int main(void)
{
    static char record[RECORD_MAX_BYTES];
    struct buf out, body;
    buf_init(&out, OUTPUT_MAX_BYTES);
    buf_init(&body, BODY_MAX_BYTES);
    size_t n;
    while (record_read(record, &n)) {
        struct json j;
        buf_clear(&out);
        json_begin(&j, &out);
        json_object(&j, NULL);
        connection_read(&j, record, n, &body);
        json_end(&j);
        json_finish(&j);
        buf_char(&out, '\n');
        if (out.overflow || fwrite(out.p, 1, out.n, stdout) != out.n) return 1;
    }
    buf_free(&out);
    buf_free(&body);
    return fflush(stdout) == 0 ? 0 : 1;
}
