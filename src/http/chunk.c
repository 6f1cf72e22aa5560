/* chunk.c: chunked bodies (RFC 9112 7.1), fed as the bytes come.
 *
 * A size is 1 to 8 hex digits. One of more digits is refused even when the leading ones are zeros: programs differ in
 * how many they keep.
 * Extensions (7.1.1) and trailers (7.1.2) are read and dropped. Every list of smuggling tricks has a page about each,
 * and the tricks are all made of the same three things, so those are refused:
 *   - a CR or LF that is not the end of the line: one program ends the extension there, another does not. Only CRLF
 *     ends a line here, inside a quoted text too, and no control character but the tab is in one;
 *   - white space that hides a character ("1 ;", "1\t\r\n"): nothing stands between size, ';', name, '=' and value,
 *     and an extension has a name;
 *   - a trailer that a program could take for a field of the head. One that frames or steers the request is refused,
 *     the others are never shown to anybody.
 * Both are bounded over the whole body: an extension on each byte would be a way to send much and say nothing. */
#include "http/reader.h"

enum { CHUNK_SIZE_MAX_DIGITS = 8, CHUNK_EXTRA_MAX_BYTES = 4096, TRAILERS_MAX = 16 };
enum chunk_state {
    CHUNK_SIZE,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    CHUNK_END_CR,
    CHUNK_END_LF,
    CHUNK_DONE,
    EXTENSION_NAME_FIRST,
    EXTENSION_NAME,
    EXTENSION_VALUE_FIRST,
    EXTENSION_VALUE,
    EXTENSION_QUOTED,
    EXTENSION_ESCAPED,
    EXTENSION_QUOTED_END,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF
};

void chunk_start(struct chunk_reader *c, uint64_t max_total)
{
    *c = (struct chunk_reader){ .state = CHUNK_SIZE, .max = max_total };
}

static int hex_value(char ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    if (ch >= 'a' && ch <= 'f') return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F') return ch - 'A' + 10;
    return -1;
}

/* What may stand in a quoted text or a value: visible ASCII, space, tab, and bytes from 0x80 (obs-text). */
static bool is_text(char ch) { return ch == '\t' || ((uint8_t)ch >= 0x20 && ch != 0x7F); }

/* Behind a name or a value that may be the last one. */
static int extension_ends(struct chunk_reader *c, char ch)
{
    if (ch != '\r' && ch != ';') return 400;
    c->state = ch == ';' ? EXTENSION_NAME_FIRST : CHUNK_SIZE_LF;
    return 0;
}

/* ";name", ";name=word" or ";name=\"text\"", any number of them, up to the CR. */
static int take_extension(struct chunk_reader *c, char ch)
{
    if (++c->extra > CHUNK_EXTRA_MAX_BYTES) return 400;
    switch (c->state) {
    case EXTENSION_NAME_FIRST: c->state = EXTENSION_NAME; return reader_byte_is_token(ch) ? 0 : 400;
    case EXTENSION_NAME:
        if (reader_byte_is_token(ch)) return 0;
        if (ch != '=') return extension_ends(c, ch);
        c->state = EXTENSION_VALUE_FIRST;
        return 0;
    case EXTENSION_VALUE_FIRST:
        c->state = ch == '"' ? EXTENSION_QUOTED : EXTENSION_VALUE;
        return ch == '"' || reader_byte_is_token(ch) ? 0 : 400;
    case EXTENSION_VALUE: return reader_byte_is_token(ch) ? 0 : extension_ends(c, ch);
    case EXTENSION_QUOTED:
        if (ch == '"') c->state = EXTENSION_QUOTED_END;
        if (ch == '\\') c->state = EXTENSION_ESCAPED;
        return is_text(ch) ? 0 : 400;
    case EXTENSION_ESCAPED: c->state = EXTENSION_QUOTED; return is_text(ch) ? 0 : 400;
    default: return extension_ends(c, ch); /* behind the closing quote */
    }
}

/* Names that frame or steer a request: reader.c takes each of them from the head alone. */
static bool trailer_is_refused(const struct chunk_reader *c)
{
    /* clang-format off */
    static const char *const names[] = { "content-length", "transfer-encoding", "host", "connection", "upgrade",
                                         "expect", "trailer", "te", "authorization", "cookie", "content-type",
                                         "content-encoding" };
    /* clang-format on */
    if (c->name_n > sizeof c->name) return false; /* longer than all of them */
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase((struct str){ c->name, c->name_n }, str_of(names[i]))) return true;
    return false;
}

static int trailer_begins(struct chunk_reader *c, char ch)
{
    if (++c->trailers > TRAILERS_MAX || !reader_byte_is_token(ch)) return 400; /* a fold begins with white space */
    c->state = TRAILER_NAME;
    c->name[0] = ch;
    c->name_n = 1;
    c->extra++;
    return c->extra > CHUNK_EXTRA_MAX_BYTES ? 400 : 0;
}

static int take_trailer(struct chunk_reader *c, char ch)
{
    if (++c->extra > CHUNK_EXTRA_MAX_BYTES) return 400;
    switch (c->state) {
    case TRAILER_NAME:
        if (reader_byte_is_token(ch)) {
            if (c->name_n < sizeof c->name) c->name[c->name_n] = ch;
            if (c->name_n <= sizeof c->name) c->name_n++;
            return 0;
        }
        c->state = TRAILER_VALUE;
        return ch == ':' && !trailer_is_refused(c) ? 0 : 400;
    case TRAILER_VALUE:
        if (ch != '\r') return is_text(ch) ? 0 : 400;
        c->state = TRAILER_LF;
        return 0;
    default: c->state = CHUNK_END_CR; return ch == '\n' ? 0 : 400;
    }
}

/* One byte of a size or of CRLF. Returns the status of a refusal, 0 when fine. */
static int take_byte(struct chunk_reader *c, char ch)
{
    switch (c->state) {
    case CHUNK_SIZE: {
        int v = hex_value(ch);
        if (v >= 0) {
            if (++c->digits > CHUNK_SIZE_MAX_DIGITS) return 400;
            c->left = c->left * 16 + (uint64_t)v;
            return 0;
        }
        if ((ch != '\r' && ch != ';') || c->digits == 0) return 400;
        if (c->left > c->max - c->total) return 413; /* before a byte of it is taken */
        c->state = ch == ';' ? EXTENSION_NAME_FIRST : CHUNK_SIZE_LF;
        return 0;
    }
    case CHUNK_SIZE_LF: c->state = c->left > 0 ? CHUNK_DATA : CHUNK_END_CR; return ch == '\n' ? 0 : 400;
    case CHUNK_DATA_CR: c->state = CHUNK_DATA_LF; return ch == '\r' ? 0 : 400;
    case CHUNK_DATA_LF:
        c->state = CHUNK_SIZE;
        c->digits = 0;
        return ch == '\n' ? 0 : 400;
    case CHUNK_END_CR:
        if (ch != '\r') return trailer_begins(c, ch);
        c->state = CHUNK_END_LF;
        return 0;
    case CHUNK_END_LF: c->state = CHUNK_DONE; return ch == '\n' ? 0 : 400;
    case TRAILER_NAME:
    case TRAILER_VALUE:
    case TRAILER_LF: return take_trailer(c, ch);
    case CHUNK_DATA:
    case CHUNK_DONE: assert(!"data and the end are not taken by the byte"); return 400;
    default: return take_extension(c, ch);
    }
}

enum reader_result chunk_read(struct chunk_reader *c, const char *p, size_t n, size_t *used, const char **data,
                              size_t *data_n, int *status)
{
    assert(c->total <= c->max);
    *data = NULL;
    *data_n = 0;
    size_t i = 0;
    while (i < n && c->state != CHUNK_DONE && c->state != CHUNK_DATA) {
        *status = take_byte(c, p[i++]);
        if (*status != 0) {
            *used = i;
            return READ_REFUSED;
        }
    }
    if (c->state == CHUNK_DATA && i < n) {
        *data = p + i;
        *data_n = n - i < c->left ? n - i : (size_t)c->left;
        i += *data_n;
        c->left -= *data_n;
        c->total += *data_n;
        if (c->left == 0) c->state = CHUNK_DATA_CR;
    }
    *used = i;
    return c->state == CHUNK_DONE ? READ_DONE : READ_MORE;
}
