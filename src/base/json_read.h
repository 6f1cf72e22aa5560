/* json_read.h: JSON in (RFC 8259), by jansson with hard limits: size, depth, no duplicate members, no NUL in text,
 * integers within int64, valid UTF-8. The caller owns the result: json_decref(). */
#ifndef CHATHUB_BASE_JSON_READ_H
#define CHATHUB_BASE_JSON_READ_H

#include "base/str.h"

/* jansson has functions of the names that json_write.h gives its writer. Nobody builds jansson values here, so theirs
 * are declared under other names, and a file may include both headers. */
#define json_object jansson_unused_object
#define json_array jansson_unused_array
#define json_null jansson_unused_null
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_null

/* Bodies have at most JSON_READ_MAX_BYTES. What a file was made into may have more. */
enum { JSON_READ_MAX_DEPTH = 32, JSON_READ_MAX_BYTES = 1 << 20, JSON_READ_FILE_MAX_BYTES = 32 << 20 };
struct json_fault { /* for a person; never echoes the input */
    char text[96];
    size_t offset;
};

/* Any JSON value at the top. NULL on any fault, told in *fault (may be NULL). `max_bytes` ≤ JSON_READ_FILE_MAX_BYTES.
 */
MUST_USE json_t *json_read(struct str in, size_t max_bytes, struct json_fault *fault);
/* The same for tokens made by others: every number becomes a real, so an integer past int64 in a member that nobody
 * reads is no fault. */
MUST_USE json_t *json_read_wide(struct str in, size_t max_bytes, struct json_fault *fault);
/* The same for messages of others, whose objects grow: a number that fits neither int64 nor a real is read as a
 * fraction, which nobody takes for a count, and with it those of 19 digits and more; all others stay what they are. */
MUST_USE json_t *json_read_grown(struct str in, size_t max_bytes, struct json_fault *fault);

/* Members of an object, typed: false when `object` is no object, the member is absent or of another type. The view
 * lives as long as `object`. */
MUST_USE bool json_get_str(const json_t *object, const char *key, struct str *out);
MUST_USE bool json_get_i64(const json_t *object, const char *key, int64_t *out);
MUST_USE bool json_get_bool(const json_t *object, const char *key, bool *out);

#endif
