/* str.c: views, numbers, UTF-8, growing buffers, and the escapings of URLs and HTML. Everything here takes bytes from
 * strangers: no function reads past s.n, and none asks for a NUL at the end.
 *
 * Rejected: strtol and friends (they need a NUL, skip spaces, take '+', and know locales). */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUF_FIRST_BYTES = 256, I64_MAX_CHARS = 20 };

/* One bit in each byte of a word: text whose words have none of them is ASCII. */
static const uint64_t HIGH_BITS = UINT64_C(0x8080808080808080);

bool str_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

static unsigned char lower(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

void text_copy(char *to, size_t size, const char *from)
{
    size_t n = strlen(from);
    assert(n < size);
    memcpy(to, from, n + 1);
}

bool text_eq(const char *a, const char *b)
{
    if (a == NULL || b == NULL) return a == b;
    return strcmp(a, b) == 0;
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) s.p++, s.n--;
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) s.n--;
    return s;
}

bool str_to_u64(struct str s, uint64_t *out)
{
    if (s.n == 0) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        if (__builtin_mul_overflow(v, UINT64_C(10), &v)) return false;
        if (__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    uint64_t size;
    if (!str_to_u64(negative ? (struct str){ s.p + 1, s.n - 1 } : s, &size)) return false;
    if (size > (uint64_t)INT64_MAX + negative) return false;
    /* Through unsigned: -INT64_MIN has no signed form. */
    *out = (int64_t)(negative ? -size : size);
    return true;
}

static bool continues(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

size_t utf8_sequence(const char *p, size_t n)
{
    assert(n > 0);
    unsigned char c = (unsigned char)p[0];
    if (c < 0x80) return 1;
    if (c < 0xC2 || c > 0xF4) return 0; /* a continuation, an overlong form, above U+10FFFF */
    if (c < 0xE0) return n >= 2 && continues(p[1]) ? 2 : 0;
    if (n < 2) return 0;
    unsigned char next = (unsigned char)p[1];
    if (c < 0xF0) {
        unsigned char low = c == 0xE0 ? 0xA0 : 0x80;  /* shorter forms exist below U+0800 */
        unsigned char high = c == 0xED ? 0x9F : 0xBF; /* U+D800..DFFF are surrogates */
        return next >= low && next <= high && n >= 3 && continues(p[2]) ? 3 : 0;
    }
    unsigned char low = c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xF4 ? 0x8F : 0xBF;
    return next >= low && next <= high && n >= 4 && continues(p[2]) && continues(p[3]) ? 4 : 0;
}

/* How many bytes from the start are ASCII, counted in whole words: a fast first step, not the exact number. */
static size_t ascii_words(struct str s)
{
    size_t i = 0;
    for (uint64_t word; i + sizeof(word) <= s.n; i += sizeof(word)) {
        memcpy(&word, s.p + i, sizeof(word));
        if (word & HIGH_BITS) break;
    }
    return i;
}

bool utf8_valid(struct str s)
{
    for (size_t i = ascii_words(s); i < s.n;) {
        size_t step = utf8_sequence(s.p + i, s.n - i);
        if (step == 0) return false;
        i += step;
        /* Back to whole words once a character beyond ASCII is behind us and plain text follows. */
        if (step > 1) i += ascii_words((struct str){ s.p + i, s.n - i });
    }
    return true;
}

size_t utf8_length(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++) count += !continues(s.p[i]);
    return count;
}

size_t utf8_cut(struct str s, size_t max)
{
    if (s.n <= max) return s.n;
    /* At most three steps back in valid text; in broken text the cut may as well be where it falls. */
    for (size_t back = 0; back < 4 && back <= max; back++)
        if (!continues(s.p[max - back])) return max - back;
    return max;
}

bool text_has_controls(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7F) return true;
        /* C1 in UTF-8 is C2 80..C2 9F; C2 starts a character always, so no look behind is needed. */
        if (c != 0xC2 || i + 1 == s.n) continue;
        unsigned char next = (unsigned char)s.p[i + 1];
        if (next >= 0x80 && next <= 0x9F) return true;
    }
    return false;
}

void buf_init(struct buf *b, size_t max)
{
    assert(max > 0 && max < SIZE_MAX / 4); /* so that doubling cannot overflow */
    *b = (struct buf){ .max = max };
}

void buf_fixed(struct buf *b, char *memory, size_t size)
{
    assert(size > 1);
    /* cap is max + 1 from the start: room for all that fits and for the NUL, so buf_room never reallocates. */
    *b = (struct buf){ .p = memory, .cap = size, .max = size - 1 };
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->overflow = false;
}

/* Sets the memory to hold n bytes and a NUL; n ≤ max was checked. */
static void buf_grow(struct buf *b, size_t n)
{
    size_t cap = b->cap == 0 ? BUF_FIRST_BYTES : b->cap * 2;
    if (cap > b->max + 1) cap = b->max + 1;
    if (cap < n + 1) cap = n + 1;
    char *p = realloc(b->p, cap);
    if (p == NULL) {
        static const char why[] = "buf: out of memory\n";
        ssize_t written = write(STDERR_FILENO, why, sizeof(why) - 1);
        (void)written;
        abort(); /* the same rule as in arena.h */
    }
    b->p = p;
    b->cap = cap;
}

char *buf_room(struct buf *b, size_t n)
{
    /* Once full it stays full: a later short piece must not land behind the gap. */
    if (b->overflow || n > b->max - b->n) {
        b->overflow = true;
        return NULL;
    }
    if (b->n + n + 1 > b->cap) buf_grow(b, b->n + n);
    return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    char *to = buf_room(b, n);
    if (to == NULL || n == 0) return;
    memcpy(to, p, n);
    b->n += n;
}

void buf_text(struct buf *b, const char *text) { buf_add(b, text, strlen(text)); }

void buf_char(struct buf *b, char c)
{
    char *to = buf_room(b, 1);
    if (to == NULL) return;
    *to = c;
    b->n++;
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[I64_MAX_CHARS];
    size_t at = sizeof(digits);
    uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (v < 0) digits[--at] = '-';
    buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    /* First into what is there; most pieces fit. vsnprintf wants room for its NUL, which buf_room always leaves. */
    size_t room = b->cap > b->n ? b->cap - b->n : 0;
    int n = vsnprintf(room > 0 ? b->p + b->n : NULL, room, format, args);
    va_end(args);
    assert(n >= 0);
    char *to = buf_room(b, (size_t)n);
    if (to != NULL) {
        if ((size_t)n >= room) {
            int second = vsnprintf(to, (size_t)n + 1, format, again);
            assert(second == n);
            (void)second;
        }
        b->n += (size_t)n;
    }
    va_end(again);
}

struct str buf_str(const struct buf *b) { return (struct str){ b->p, b->n }; }

const char *buf_terminated(struct buf *b)
{
    if (b->cap < b->n + 1) buf_grow(b, b->n);
    b->p[b->n] = '\0';
    return b->p;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool percent_decode(struct str in, bool plus_is_space, char *out, size_t max, size_t *out_n)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%') {
            if (in.n - i < 3) return false;
            int high = hex_value(in.p[i + 1]), low = hex_value(in.p[i + 2]);
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        /* A NUL would end the text early for everyone who reads it as a C string. */
        if (c == '\0' || n == max) return false;
        out[n++] = c;
    }
    *out_n = n;
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void percent_encode(struct buf *out, struct str in)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < in.n; i++) {
        unsigned char c = (unsigned char)in.p[i];
        if (is_unreserved(in.p[i])) {
            buf_char(out, in.p[i]);
        } else {
            const char escape[3] = { '%', hex[c >> 4], hex[c & 15] };
            buf_add(out, escape, sizeof(escape));
        }
    }
}

static const char *html_entity(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void html_escape(struct buf *out, struct str in)
{
    size_t plain = 0; /* start of the run not written yet */
    for (size_t i = 0; i < in.n; i++) {
        const char *entity = html_entity(in.p[i]);
        if (entity == NULL) continue;
        buf_add(out, in.p + plain, i - plain);
        buf_text(out, entity);
        plain = i + 1;
    }
    if (plain < in.n) buf_add(out, in.p + plain, in.n - plain);
}
