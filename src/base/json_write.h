/* json_write.h: JSON out. Typed, escaped and closed by the writer, so a handler cannot produce broken JSON: misuse
 * (a key in an array, too many ends) fails an assert. Keys are C literals of ours; values are escaped. Invalid UTF-8
 * in a value is replaced by U+FFFD. Depth at most 32. */
#ifndef CHATHUB_BASE_JSON_WRITE_H
#define CHATHUB_BASE_JSON_WRITE_H

#include "base/money.h"
#include "base/str.h"

enum { JSON_WRITE_MAX_DEPTH = 32 };
struct json {
    struct buf *out;
    unsigned depth; /* containers open now; closer and comma are theirs */
    char closer[JSON_WRITE_MAX_DEPTH];
    bool comma[JSON_WRITE_MAX_DEPTH];
    bool started; /* the one value at the top has begun */
};

/* Writes the members of an object that is open. */
typedef void json_writer(struct json *j, const void *arg);

void json_begin(struct json *j, struct buf *out); /* out is not cleared */
/* `key` is NULL inside an array and at the top. jansson exports three of these names too: ours have another one for the
 * linker, or a jansson that does not bind its calls to itself would build its objects with our writer. */
void json_object(struct json *j, const char *key) __asm__("json_write_object");
void json_array(struct json *j, const char *key) __asm__("json_write_array");
void json_end(struct json *j); /* closes the innermost object or array */
void json_i64(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key) __asm__("json_write_null");
void json_text(struct json *j, const char *key, const char *text); /* NULL gives null */
void json_str(struct json *j, const char *key, struct str s);
void json_credits(struct json *j, const char *key, struct credits c);
void json_time(struct json *j, const char *key, int64_t at_ms);       /* RFC 3339 UTC with ms; 0 gives null */
void json_raw(struct json *j, const char *key, struct str json_text); /* text that is JSON already, ours only */
void json_finish(struct json *j);                                     /* asserts that all is closed */

#endif
