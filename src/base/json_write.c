/* json_write.c: the JSON writer. It keeps one closer and one comma flag for each open container, and writes straight
 * into the buffer: no tree is built. A buffer that overflows is noticed by its owner at the end; misuse of the writer
 * is a bug of ours and fails an assert at the place where it happens.
 *
 * Texts are copied in runs; a table says for each byte whether it may stand as it is. Rejected: jansson for output (ten
 * times the time for the same bytes, and a tree of allocations). */
#include "base/json_write.h"
#include "base/clock.h"

/* 0: plain. Letter: short escape. 'u': \u00XX. 'h': first byte of more than ASCII, or broken. */
/* clang-format off */
static const char escapes[256] = {
    [0x00 ... 0x07] = 'u', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', [0x0B] = 'u', ['\f'] = 'f', ['\r'] = 'r',
    [0x0E ... 0x1F] = 'u', ['"'] = '"', ['\\'] = '\\', [0x7F] = 'u', [0x80 ... 0xFF] = 'h',
};
/* clang-format on */

void json_begin(struct json *j, struct buf *out)
{
    /* The arrays are filled as containers open; clearing them all would cost more than a small answer. */
    j->out = out;
    j->depth = 0;
    j->started = false;
}

static void escaped(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789abcdef";
    size_t plain = 0; /* start of the run not written yet */
    buf_char(out, '"');
    for (size_t i = 0; i < s.n;) {
        char how = escapes[(unsigned char)s.p[i]];
        if (how == 0) {
            i++;
            continue;
        }
        size_t step = how == 'h' ? utf8_sequence(s.p + i, s.n - i) : 0;
        if (step > 0) { /* a good character joins the run */
            i += step;
            continue;
        }
        if (i > plain) buf_add(out, s.p + plain, i - plain);
        unsigned char c = (unsigned char)s.p[i];
        if (how == 'h') {
            buf_text(out, "\xEF\xBF\xBD"); /* U+FFFD for each byte that belongs to no character */
        } else if (how == 'u') {
            const char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
            buf_add(out, escape, sizeof(escape));
        } else {
            const char escape[2] = { '\\', how };
            buf_add(out, escape, sizeof(escape));
        }
        plain = ++i;
    }
    if (s.n > plain) buf_add(out, s.p + plain, s.n - plain);
    buf_char(out, '"');
}

/* What stands before a value: a comma where one is due, and the key in an object. */
static void value_head(struct json *j, const char *key)
{
    if (j->depth == 0) {
        assert(key == NULL && !j->started); /* one value at the top */
        j->started = true;
        return;
    }
    unsigned top = j->depth - 1;
    bool comma = j->comma[top];
    j->comma[top] = true;
    if (j->closer[top] == ']') {
        assert(key == NULL);
        if (comma) buf_char(j->out, ',');
        return;
    }
    assert(key != NULL);
    size_t n = strlen(key);
    char *p = buf_room(j->out, n + 4);
    if (p == NULL) return;
    char *end = p;
    if (comma) *end++ = ',';
    *end++ = '"';
    memcpy(end, key, n);
    end += n;
    *end++ = '"';
    *end++ = ':';
    j->out->n += (size_t)(end - p);
}

static void open_container(struct json *j, const char *key, char opener, char closer)
{
    value_head(j, key);
    assert(j->depth < JSON_WRITE_MAX_DEPTH);
    j->closer[j->depth] = closer;
    j->comma[j->depth] = false;
    j->depth++;
    buf_char(j->out, opener);
}

void json_object(struct json *j, const char *key) { open_container(j, key, '{', '}'); }

void json_array(struct json *j, const char *key) { open_container(j, key, '[', ']'); }

void json_end(struct json *j)
{
    assert(j->depth > 0);
    j->depth--;
    buf_char(j->out, j->closer[j->depth]);
}

void json_i64(struct json *j, const char *key, int64_t v)
{
    value_head(j, key);
    buf_i64(j->out, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
    value_head(j, key);
    buf_text(j->out, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
    value_head(j, key);
    buf_text(j->out, "null");
}

void json_str(struct json *j, const char *key, struct str s)
{
    value_head(j, key);
    escaped(j->out, s);
}

void json_text(struct json *j, const char *key, const char *text)
{
    if (text == NULL) json_null(j, key);
    else json_str(j, key, str_of(text));
}

void json_credits(struct json *j, const char *key, struct credits c) { json_i64(j, key, credits_count(c)); }

void json_time(struct json *j, const char *key, int64_t at_ms)
{
    if (at_ms == 0) {
        json_null(j, key);
        return;
    }
    char text[TIME_TEXT_SIZE + 1] = "\"";
    time_text(at_ms, text + 1);
    value_head(j, key);
    text[TIME_TEXT_SIZE] = '"'; /* over the NUL */
    buf_add(j->out, text, TIME_TEXT_SIZE + 1);
}

void json_raw(struct json *j, const char *key, struct str json_text)
{
    assert(json_text.n > 0);
    value_head(j, key);
    buf_add(j->out, json_text.p, json_text.n);
}

void json_finish(struct json *j) { assert(j->depth == 0 && j->started); }
