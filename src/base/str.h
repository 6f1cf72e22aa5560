/* str.h: text. `struct str` is a view (not owned, not NUL-terminated). `struct buf` is a growing byte buffer with a
 * maximum: past it nothing is added and `overflow` is set, which the owner checks once at the end. */
#ifndef CHATHUB_BASE_STR_H
#define CHATHUB_BASE_STR_H

#include "base/compiler.h"
#include <string.h>

struct str {
    const char *p;
    size_t n;
};
#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
static inline struct str str_of(const char *text) { return (struct str){ text, text ? strlen(text) : 0 }; }

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
bool str_starts(struct str s, struct str prefix);
void text_copy(char *to, size_t size, const char *from); /* asserts that it fits, with its NUL */
bool text_eq(const char *a, const char *b);              /* NULL equals only NULL */
struct str str_trim(struct str s);                       /* ASCII space and tab */

/* Whole decimal numbers, all of `s`, no sign but '-', no leading '+', no spaces. False when not one or out of range. */
MUST_USE bool str_to_i64(struct str s, int64_t *out);
MUST_USE bool str_to_u64(struct str s, uint64_t *out);

MUST_USE bool utf8_valid(struct str s);        /* RFC 3629: no overlong forms, no surrogates */
size_t utf8_length(struct str s);              /* code points; `s` is valid UTF-8 */
size_t utf8_sequence(const char *p, size_t n); /* bytes of the valid character at p (n ≥ 1), or 0 */
size_t utf8_cut(struct str s, size_t max);     /* longest prefix ≤ max bytes that splits no character */
MUST_USE bool text_has_controls(struct str s); /* C0, DEL, and C1 (U+0080..U+009F) */

struct buf {
    char *p;
    size_t n, cap, max;
    bool overflow;
};

void buf_init(struct buf *b, size_t max);
/* A buffer in the caller's memory: never grows past `size` - 1 bytes, never allocates; do not buf_free it. */
void buf_fixed(struct buf *b, char *memory, size_t size);
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for n bytes behind the text, or NULL (overflow is set). The caller writes at most n and adds that to b->n. */
MUST_USE char *buf_room(struct buf *b, size_t n);
struct str buf_str(const struct buf *b);
const char *buf_terminated(struct buf *b); /* NUL behind the bytes (not counted in n) */

/* Percent-decoding of one path segment or query part. '+' becomes a space only when `plus_is_space`. False on a bad
 * escape, a NUL, or when the result does not fit `max`. `out` may be in.p: decoding in place. */
MUST_USE bool percent_decode(struct str in, bool plus_is_space, char *out, size_t max, size_t *out_n);
void percent_encode(struct buf *out, struct str in); /* RFC 3986 unreserved stay, all else is escaped */
void html_escape(struct buf *out, struct str in);    /* & < > " ' */

#endif
