/* json_read.c: JSON in, by jansson, which checks syntax, UTF-8, surrogates and duplicates. Ours are the limits before
 * it: size, NUL bytes, and depth by one scan over the brackets outside texts (jansson allows 2048 levels, each a
 * stack frame); and the words of a fault: jansson's own quote the input, which may hold a secret.
 *
 * Rejected: a parser of our own (several times faster, but request bodies are small and few). */
#include "base/json_read.h"

#include <stdio.h>
#include <stdlib.h>

/* Levels of nesting, right for valid JSON. In broken input it may be wrong either way; jansson refuses that. */
static bool too_deep(struct str in, size_t *offset)
{
    unsigned depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (in_text) {
            if (c == '\\') i++;
            else if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_READ_MAX_DEPTH) {
                *offset = i;
                return true;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

static const char *fault_text(enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input: return "the JSON ends too early";
    case json_error_invalid_utf8: return "a text is not valid UTF-8";
    case json_error_null_byte_in_key:
    case json_error_null_character: return "a text holds a NUL character";
    case json_error_duplicate_key: return "an object holds the same member twice";
    case json_error_numeric_overflow: return "a number is out of range";
    case json_error_stack_overflow: return "the JSON is nested too deeply";
    case json_error_end_of_input_expected: return "something follows the JSON value";
    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range: break;
    }
    return "this is not valid JSON";
}

static json_t *refused(struct json_fault *fault, const char *why, size_t offset)
{
    if (fault != NULL) {
        *fault = (struct json_fault){ .offset = offset };
        int n = snprintf(fault->text, sizeof(fault->text), "%s", why);
        assert(n > 0 && (size_t)n < sizeof(fault->text));
        (void)n;
    }
    return NULL;
}

static json_t *load(struct str in, size_t max_bytes, size_t flags, struct json_fault *fault)
{
    assert(max_bytes <= JSON_READ_FILE_MAX_BYTES);
    size_t offset;
    if (in.n > max_bytes) return refused(fault, "the JSON is too long", max_bytes);
    /* jansson skips a NUL behind a number: "[1\0]" would pass for "[1]". No JSON holds one, so none gets there. */
    const char *nul = in.n > 0 ? memchr(in.p, '\0', in.n) : NULL;
    if (nul != NULL) return refused(fault, fault_text(json_error_null_character), (size_t)(nul - in.p));
    if (too_deep(in, &offset)) return refused(fault, fault_text(json_error_stack_overflow), offset);
    json_error_t error;
    json_t *value = json_loadb(in.n > 0 ? in.p : "", in.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | flags, &error);
    if (value == NULL) return refused(fault, fault_text(json_error_code(&error)), (size_t)error.position);
    return value;
}

json_t *json_read(struct str in, size_t max_bytes, struct json_fault *fault) { return load(in, max_bytes, 0, fault); }

json_t *json_read_wide(struct str in, size_t max_bytes, struct json_fault *fault)
{
    return load(in, max_bytes, JSON_DECODE_INT_AS_REAL, fault);
}

/* ---- numbers that do not fit ---- */

enum { NUMBER_MAX = 64, INTEGER_DIGITS_MAX = 18, EXPONENT_MAX = 200 };
#define SOME_FRACTION "0.5"

/* Whether jansson can read this number; of some that it could, false is said too: no count of ours is so large. */
static bool fits(struct str number)
{
    size_t at = 0, digits = number.n > 0 && number.p[0] == '-' ? number.n - 1 : number.n;
    while (at < number.n && number.p[at] != 'e' && number.p[at] != 'E') at++;
    if (at == number.n) return digits <= (memchr(number.p, '.', number.n) ? NUMBER_MAX : INTEGER_DIGITS_MAX);
    uint64_t exponent;
    struct str power = { number.p + at + 1, number.n - at - 1 };
    if (power.n > 0 && power.p[0] == '-') return number.n <= NUMBER_MAX;
    if (power.n > 0 && power.p[0] == '+') power = (struct str){ power.p + 1, power.n - 1 };
    return number.n <= NUMBER_MAX && str_to_u64(power, &exponent) && exponent <= EXPONENT_MAX;
}

static size_t past_digits(struct str s, size_t at)
{
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9') at++;
    return at;
}

/* As JSON writes numbers: what is none stays as it is, for jansson to refuse. */
static bool is_number(struct str s)
{
    size_t from = s.n > 0 && s.p[0] == '-' ? 1 : 0, at = past_digits(s, from);
    bool good = at == from + 1 || (at > from && s.p[from] != '0');
    if (at < s.n && s.p[at] == '.') from = at + 1, at = past_digits(s, from), good &= at > from;
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        from = at + 1;
        if (from < s.n && (s.p[from] == '+' || s.p[from] == '-')) from++;
        at = past_digits(s, from), good &= at > from;
    }
    return good && at == s.n;
}

static size_t past_number(struct str in, size_t at)
{
    while (at < in.n && in.p[at] != '\0' && strchr("0123456789+-.eE", in.p[at])) at++;
    return at;
}

/* Each number of `text` that does not fit becomes a fraction, and blanks for the rest of its place. */
static void shorten_numbers(char *text, size_t n)
{
    bool in_text = false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (in_text) {
            if (c == '\\') i++;
            else if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            struct str number = { text + i, past_number((struct str){ text, n }, i) - i };
            const size_t some = sizeof(SOME_FRACTION) - 1;
            bool is_long = number.n > some && is_number(number) && !fits(number);
            if (is_long) memset(text + i, ' ', number.n), memcpy(text + i, SOME_FRACTION, some);
            i += number.n - 1;
        }
    }
}

json_t *json_read_grown(struct str in, size_t max_bytes, struct json_fault *fault)
{
    struct json_fault first;
    json_t *value = load(in, max_bytes, 0, &first);
    if (value == NULL && fault != NULL) *fault = first;
    if (value != NULL || !text_eq(first.text, fault_text(json_error_numeric_overflow))) return value;
    char *copy = malloc(in.n + 1);
    if (copy == NULL) abort();
    memcpy(copy, in.p, in.n);
    shorten_numbers(copy, in.n);
    value = load((struct str){ copy, in.n }, max_bytes, 0, fault);
    free(copy);
    return value;
}

bool json_get_str(const json_t *object, const char *key, struct str *out)
{
    const json_t *v = json_object_get(object, key);
    if (!json_is_string(v)) return false;
    *out = (struct str){ json_string_value(v), json_string_length(v) };
    return true;
}

bool json_get_i64(const json_t *object, const char *key, int64_t *out)
{
    const json_t *v = json_object_get(object, key);
    if (!json_is_integer(v)) return false;
    *out = json_integer_value(v);
    return true;
}

bool json_get_bool(const json_t *object, const char *key, bool *out)
{
    const json_t *v = json_object_get(object, key);
    if (!json_is_boolean(v)) return false;
    *out = json_is_true(v);
    return true;
}
