/* chunk.c: chunked bodies (RFC 9112 7.1), fed as the bytes come.
 *
 * Strict: a size is 1 to 8 hex digits and CRLF, nothing else. Extensions and trailers are refused: no client of ours
 * sends them, every request smuggling list has a page about each, and RFC 9112 lets a reader drop them at best. A size
 * of more than 8 digits is refused even when the leading ones are zeros: programs differ in how many they keep. */
#include "http/reader.h"

enum { CHUNK_SIZE_MAX_DIGITS = 8 };
enum chunk_state {
    CHUNK_SIZE, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_DATA_CR, CHUNK_DATA_LF, CHUNK_END_CR, CHUNK_END_LF, CHUNK_DONE
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

/* One byte of a size or of CRLF. Returns the status of a refusal, 0 when fine. */
static int take_byte(struct chunk_reader *c, char ch)
{
    switch ((enum chunk_state)c->state) {
    case CHUNK_SIZE: {
        int v = hex_value(ch);
        if (v >= 0) {
            if (++c->digits > CHUNK_SIZE_MAX_DIGITS) return 400;
            c->left = c->left * 16 + (uint64_t)v;
            return 0;
        }
        if (ch != '\r' || c->digits == 0) return 400;
        if (c->left > c->max - c->total) return 413;         /* before a byte of it is taken */
        c->state = CHUNK_SIZE_LF;
        return 0;
    }
    case CHUNK_SIZE_LF:
        c->state = c->left > 0 ? CHUNK_DATA : CHUNK_END_CR;
        return ch == '\n' ? 0 : 400;
    case CHUNK_DATA_CR:
        c->state = CHUNK_DATA_LF;
        return ch == '\r' ? 0 : 400;
    case CHUNK_DATA_LF:
        c->state = CHUNK_SIZE;
        c->digits = 0;
        return ch == '\n' ? 0 : 400;
    case CHUNK_END_CR:
        c->state = CHUNK_END_LF;
        return ch == '\r' ? 0 : 400;                         /* anything else would be a trailer */
    case CHUNK_END_LF:
        c->state = CHUNK_DONE;
        return ch == '\n' ? 0 : 400;
    case CHUNK_DATA:
    case CHUNK_DONE:
        break;
    }
    assert(!"data and the end are not taken by the byte");
    return 400;
}

enum read_result chunk_read(struct chunk_reader *c, const char *p, size_t n, size_t *used, const char **data,
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
