/* fuzz_http.c: heads of requests. The same bytes in one piece and in many give the same result; what is accepted holds
 * what the reader promises, and written out again it is read as the same request. */
#include "fuzz.h"
#include "http/reader.h"

enum { REWRITE_MAX_BYTES = 2 * HEAD_MAX_BYTES, FEEDS_MAX = 600 };

struct outcome {
    enum reader_result result;
    struct head head;
    size_t used;
    int status;
};

static void check_same(const struct outcome *a, const struct outcome *b)
{
    must(a->result == b->result);
    if (a->result == READ_REFUSED) must(a->status == b->status);
    if (a->result != READ_DONE) return;
    must(a->used == b->used && a->head.fields == b->head.fields && a->head.minor == b->head.minor);
    must(a->head.content_length == b->head.content_length && a->head.chunked == b->head.chunked);
    must(a->head.keep_alive == b->head.keep_alive && a->head.upgrade == b->head.upgrade);
    must(str_eq(a->head.target, b->head.target));
}

/* Fed in growing pieces, from an exact copy each time so that a read past the end is seen. Long inputs take larger
 * steps, so that a run stays short. */
static void check_pieces(struct str raw, const struct outcome *whole)
{
    struct outcome o = { .result = READ_MORE };
    size_t resume = 0, step = raw.n / FEEDS_MAX + 1;
    for (size_t n = step < raw.n ? step : raw.n; o.result == READ_MORE;) {
        char *copy = malloc(n > 0 ? n : 1);
        must(copy != NULL);
        if (n > 0) memcpy(copy, raw.p, n);
        o.result = head_read(copy, n, &resume, &o.head, &o.used, &o.status);
        if (o.result == READ_DONE || n == raw.n) {
            check_same(whole, &o);
            free(copy);
            return;
        }
        free(copy);
        n = raw.n - n < step ? raw.n : n + step;
    }
    must(whole->result == READ_REFUSED && o.result == READ_REFUSED && whole->status == o.status);
}

static void check_head(struct str raw, const struct outcome *o)
{
    const struct head *h = &o->head;
    must(o->used <= raw.n && o->used <= HEAD_MAX_BYTES && h->fields <= HEAD_MAX_HEADERS);
    must(memcmp(raw.p + o->used - 4, "\r\n\r\n", 4) == 0);
    must(inside(h->method, raw.p, o->used) && inside(h->target, raw.p, o->used));
    must(h->target.n >= 1 && h->target.n <= TARGET_MAX_BYTES && !memchr(h->target.p, ' ', h->target.n));
    must(h->path.n >= 1 && (h->path.p[0] == '/' || str_eq(h->path, STR("*"))));
    must(h->minor == 0 || h->minor == 1);
    must(!(h->chunked && (h->content_length >= 0 || h->minor == 0)));
    must((head_get(h, "content-length").p != NULL) == (h->content_length >= 0));
    must((head_get(h, "transfer-encoding").p != NULL) == h->chunked);
    must(h->minor == 0 || head_get(h, "host").p != NULL); /* may be empty (RFC 9110 7.2) */
    for (size_t i = 0; i < h->fields; i++) {
        struct str name = h->field[i].name, value = h->field[i].value;
        must(name.n > 0 && inside(name, raw.p, o->used) && inside(value, raw.p, o->used));
        must(str_eq(str_trim(value), value) && !memchr(name.p, ' ', name.n) && !memchr(name.p, ':', name.n));
        for (size_t k = 0; k < value.n; k++) must((uint8_t)value.p[k] >= 0x20 || value.p[k] == '\t');
    }
}

static void check_rewritten(const struct outcome *o)
{
    struct buf b;
    buf_init(&b, REWRITE_MAX_BYTES);
    buf_printf(&b, "%.*s %.*s HTTP/1.%d\r\n", (int)o->head.method.n, o->head.method.p, (int)o->head.target.n,
               o->head.target.p, o->head.minor);
    for (size_t i = 0; i < o->head.fields; i++) {
        buf_add(&b, o->head.field[i].name.p, o->head.field[i].name.n);
        buf_char(&b, ':');
        buf_add(&b, o->head.field[i].value.p, o->head.field[i].value.n);
        buf_text(&b, "\r\n");
    }
    buf_text(&b, "\r\n");
    must(!b.overflow && b.n <= o->used);
    struct outcome again = { 0 };
    size_t resume = 0;
    again.result = head_read(b.p, b.n, &resume, &again.head, &again.used, &again.status);
    must(again.result == READ_DONE && again.used == b.n);
    again.used = o->used;
    check_same(o, &again);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str raw = { (const char *)data, size };
    struct outcome whole = { 0 };
    size_t resume = 0;
    whole.result = head_read(raw.p, raw.n, &resume, &whole.head, &whole.used, &whole.status);
    if (whole.result == READ_REFUSED)
        must(whole.status == 400 || whole.status == 414 || whole.status == 417 || whole.status == 431 ||
             whole.status == 501 || whole.status == 505);
    check_pieces(raw, &whole);
    if (whole.result != READ_DONE) return 0;
    check_head(raw, &whole);
    check_rewritten(&whole);
    return 0;
}
