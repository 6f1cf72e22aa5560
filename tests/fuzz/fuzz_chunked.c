/* fuzz_chunked.c: chunked bodies. The first byte is the largest body allowed, the next eight say behind which bytes the
 * rest is cut. Cut or not, the body and its end are the same; and any bytes put into chunks come out again. */
#include "fuzz.h"
#include "http/reader.h"

enum { CUTS_BYTES = 8, BODY_MAX_BYTES = 1 << 16 };

struct outcome {
    enum reader_result result;
    int status;
    size_t used;
    struct buf body;
};

/* How many bytes from `at` come in one piece: up to the next cut. */
static size_t piece(const uint8_t *cuts, size_t at, size_t n)
{
    if (!cuts) return n - at;
    size_t end = at + 1;
    while (end < n && !(cuts[end / 8 % CUTS_BYTES] & 1u << end % 8)) end++;
    return end - at;
}

static struct outcome feed(struct str raw, uint64_t max, const uint8_t *cuts)
{
    struct outcome o = { .result = READ_MORE };
    struct chunk_reader c;
    chunk_start(&c, max);
    buf_init(&o.body, BODY_MAX_BYTES);
    while (o.result == READ_MORE && o.used < raw.n) {
        size_t n = piece(cuts, o.used, raw.n), used = 0, data_n = 0;
        const char *data = NULL;
        char *copy = malloc(n);
        must(copy != NULL);
        memcpy(copy, raw.p + o.used, n);
        o.result = chunk_read(&c, copy, n, &used, &data, &data_n, &o.status);
        must(used > 0 && used <= n && inside((struct str){ data, data_n }, copy, n));
        buf_add(&o.body, data, data_n);
        o.used += used;
        free(copy);
    }
    must(!o.body.overflow && o.body.n <= max);
    return o;
}

static void check_cut(struct str raw, uint64_t max, const uint8_t *cuts)
{
    struct outcome whole = feed(raw, max, NULL), cut = feed(raw, max, cuts);
    must(whole.result == cut.result && whole.used == cut.used && str_eq(buf_str(&whole.body), buf_str(&cut.body)));
    if (whole.result == READ_REFUSED) must(whole.status == cut.status && (whole.status == 400 || whole.status == 413));
    if (whole.result == READ_DONE) must(memcmp(raw.p + whole.used - 4, "\r\n\r\n", 4) == 0);
    buf_free(&whole.body);
    buf_free(&cut.body);
}

static void check_round(struct str body, const uint8_t *cuts)
{
    struct buf raw;
    buf_init(&raw, BODY_MAX_BYTES * 8);
    for (size_t at = 0; at < body.n;) {
        size_t n = piece(cuts, at, body.n);
        buf_printf(&raw, "%zx\r\n", n);
        buf_add(&raw, body.p + at, n);
        buf_text(&raw, "\r\n");
        at += n;
    }
    buf_text(&raw, "0\r\n\r\n");
    struct outcome o = feed(buf_str(&raw), body.n, cuts);
    must(o.result == READ_DONE && o.used == raw.n && str_eq(buf_str(&o.body), body));
    buf_free(&o.body);
    if (body.n > 0) {
        o = feed(buf_str(&raw), body.n - 1, cuts);
        must(o.result == READ_REFUSED && o.status == 413);
        buf_free(&o.body);
    }
    buf_free(&raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 + CUTS_BYTES || size > BODY_MAX_BYTES) return 0;
    struct str raw = { (const char *)data + 1 + CUTS_BYTES, size - 1 - CUTS_BYTES };
    check_cut(raw, data[0], data + 1);
    check_round(raw, data + 1);
    return 0;
}
