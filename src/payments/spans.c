/* spans.c: one walk from the first byte to the last, so that something behind the object is noticed too. */
#include "payments/spans.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static size_t past_blanks(struct str t, size_t at)
{
    while (at < t.n && is_blank(t.p[at])) at++;
    return at;
}

/* Behind the text that begins at `at` (a quotation mark); 0 when it does not end. */
static size_t past_text(struct str t, size_t at)
{
    for (at++; at < t.n; at++) {
        if (t.p[at] == '\\') at++;
        else if (t.p[at] == '"') return at + 1;
    }
    return 0;
}

/* Behind an object or a list; each bracket closes its own kind. */
static size_t past_nested(struct str t, size_t at)
{
    char closer[SPANS_DEPTH_MAX];
    size_t depth = 0;
    while (at < t.n) {
        char c = t.p[at];
        if (c == '"') {
            at = past_text(t, at);
            if (at == 0) return 0;
            continue;
        }
        at++;
        if (c == '{' || c == '[') {
            if (depth == SPANS_DEPTH_MAX) return 0;
            closer[depth++] = c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (depth == 0 || closer[depth - 1] != c) return 0;
            if (--depth == 0) return at;
        }
    }
    return 0;
}

/* Behind a number, true, false or null. */
static size_t past_word(struct str t, size_t at)
{
    size_t from = at;
    while (at < t.n && !is_blank(t.p[at]) && !strchr(",:{}[]\"", t.p[at])) at++;
    return at > from ? at : 0;
}

static size_t past_value(struct str t, size_t at)
{
    if (at >= t.n) return 0;
    if (t.p[at] == '"') return past_text(t, at);
    return t.p[at] == '{' || t.p[at] == '[' ? past_nested(t, at) : past_word(t, at);
}

/* One `"name" : value`; behind it, or 0. */
static size_t past_member(struct str t, size_t at, struct str *name, struct str *value)
{
    if (at >= t.n || t.p[at] != '"') return 0;
    size_t end = past_text(t, at);
    if (end == 0) return 0;
    *name = (struct str){ t.p + at + 1, end - at - 2 };
    at = past_blanks(t, end);
    if (at >= t.n || t.p[at] != ':') return 0;
    at = past_blanks(t, at + 1);
    end = past_value(t, at);
    if (end == 0) return 0;
    *value = (struct str){ t.p + at, end - at };
    return end;
}

enum span_found span_member(struct str text, struct str name, struct str *value)
{
    enum span_found found = SPAN_NONE;
    struct str at_name, at_value;
    size_t at = past_blanks(text, 0);
    if (at >= text.n || text.p[at] != '{') return SPAN_BROKEN;
    at = past_blanks(text, at + 1);
    bool more = at >= text.n || text.p[at] != '}';
    while (more) {
        at = past_member(text, at, &at_name, &at_value);
        if (at == 0) return SPAN_BROKEN;
        if (str_eq(at_name, name)) {
            if (found == SPAN_FOUND) return SPAN_BROKEN;
            found = SPAN_FOUND;
            *value = at_value;
        }
        at = past_blanks(text, at);
        if (at >= text.n || (text.p[at] != ',' && text.p[at] != '}')) return SPAN_BROKEN;
        more = text.p[at] == ',';
        if (more) at = past_blanks(text, at + 1);
    }
    return past_blanks(text, at + 1) == text.n ? found : SPAN_BROKEN;
}
