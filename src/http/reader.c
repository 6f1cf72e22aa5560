/* reader.c: heads of HTTP/1.1 requests.
 *
 * Goal: one reading only. Every request that two programs could cut differently (a proxy in front and us) is refused,
 * because the difference is what request smuggling lives on. RFC 9112 leaves some of that to the reader; we decided:
 *   - one CRLF before the request line is skipped (RFC 9112 2.2 asks for it), a second one is refused;
 *   - methods are upper-case words, and one that no route can have is refused here (501) instead of by the router, so
 *     that the connection closes: a wrong cut shows as an odd method first. That includes CONNECT, whose target has a
 *     form of its own and whose followers are no HTTP;
 *   - absolute-form is taken (RFC 9112 3.2.2 says MUST) when its authority is the Host field, letter for letter but for
 *     case; another authority is refused instead of preferred. The target may hold any visible ASCII but '#'; whether a
 *     %-escape is well formed is the router's question, which decodes;
 *   - bytes from 0x80 in values pass (obs-text: real user agents send UTF-8), anywhere else they are refused;
 *   - Content-Length has no leading zero and must fit int64, since some programs read 010 as 8;
 *   - Host is never empty, has no userinfo, and an IPv6 address in brackets must be one.
 * An incomplete head that can no longer become a good one is refused early where that costs nothing (first byte, bare
 * LF, request line too long), and each such test answers alike for bytes that came at once or one by one.
 *
 * Rejected: a state machine by the byte (llhttp: generated, 10,000 lines); parsing a head line by line as it arrives
 * (state to keep between reads, for heads that come in one piece 99 times in 100). We wait for the empty line,
 * remembering how far we looked, then parse the whole head once, without copying or allocating. */
#include "http/reader.h"

#include <arpa/inet.h>

enum {
    METHOD_MAX_BYTES = 24, /* the longest registered method is UPDATEREDIRECTREF, 17 */
    VERSION_BYTES = 8,     /* "HTTP/1.1" */
    REQUEST_LINE_MAX_BYTES = METHOD_MAX_BYTES + 1 + TARGET_MAX_BYTES + 1 + VERSION_BYTES + 2,
    HOST_MAX_BYTES = 255 + 6,       /* a DNS name and ":65535" */
    CONTENT_LENGTH_MAX_DIGITS = 18, /* always fits int64 */
    PORT_MAX = 65535,
};

/* What may stand where, as bits of one table: a byte is looked up once and tested by mask. */
enum { IS_TOKEN = 1, IS_TARGET = 2, IS_HOST = 4, IS_DIGIT = 8, IS_UPPER = 16 };
#define LETTER_BITS (IS_TOKEN | IS_TARGET | IS_HOST)
#define UPPER(c) [c] = LETTER_BITS | IS_UPPER
#define LOWER(c) [c] = LETTER_BITS
#define DIGIT(c) [c] = LETTER_BITS | IS_DIGIT
#define BOTH(c) [c] = IS_TOKEN | IS_TARGET
#define NAME(c) [c] = IS_TOKEN | IS_TARGET | IS_HOST
#define TARGET(c) [c] = IS_TARGET
/* clang-format off */
static const uint8_t byte_kind[256] = {
    UPPER('A'), UPPER('B'), UPPER('C'), UPPER('D'), UPPER('E'), UPPER('F'), UPPER('G'), UPPER('H'), UPPER('I'),
    UPPER('J'), UPPER('K'), UPPER('L'), UPPER('M'), UPPER('N'), UPPER('O'), UPPER('P'), UPPER('Q'), UPPER('R'),
    UPPER('S'), UPPER('T'), UPPER('U'), UPPER('V'), UPPER('W'), UPPER('X'), UPPER('Y'), UPPER('Z'),
    LOWER('a'), LOWER('b'), LOWER('c'), LOWER('d'), LOWER('e'), LOWER('f'), LOWER('g'), LOWER('h'), LOWER('i'),
    LOWER('j'), LOWER('k'), LOWER('l'), LOWER('m'), LOWER('n'), LOWER('o'), LOWER('p'), LOWER('q'), LOWER('r'),
    LOWER('s'), LOWER('t'), LOWER('u'), LOWER('v'), LOWER('w'), LOWER('x'), LOWER('y'), LOWER('z'),
    DIGIT('0'), DIGIT('1'), DIGIT('2'), DIGIT('3'), DIGIT('4'), DIGIT('5'), DIGIT('6'), DIGIT('7'), DIGIT('8'),
    DIGIT('9'),
    NAME('-'), NAME('.'), NAME('_'),
    BOTH('!'), BOTH('$'), BOTH('%'), BOTH('&'), BOTH('\''), BOTH('*'), BOTH('+'), BOTH('^'), BOTH('`'), BOTH('|'),
    BOTH('~'),
    ['#'] = IS_TOKEN,                /* a fragment is never sent: in a target two readers would cut it differently */
    TARGET('"'), TARGET('('), TARGET(')'), TARGET(','), TARGET('/'), TARGET(':'), TARGET(';'), TARGET('<'),
    TARGET('='), TARGET('>'), TARGET('?'), TARGET('@'), TARGET('['), TARGET('\\'), TARGET(']'), TARGET('{'),
    TARGET('}'),
};
/* clang-format on */
#undef LETTER_BITS
#undef UPPER
#undef LOWER
#undef DIGIT
#undef BOTH
#undef NAME
#undef TARGET

static inline bool is(char c, unsigned kind) { return (byte_kind[(uint8_t)c] & kind) != 0; }

bool reader_byte_is_token(char c) { return is(c, IS_TOKEN); }

static inline bool all_are(struct str s, unsigned kind)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is(s.p[i], kind)) return false;
    return true;
}

static enum reader_result refuse(int *status, int code)
{
    *status = code;
    return READ_REFUSED;
}

/* ---- where the head ends ---- */

/* READ_DONE: *end is behind the empty line. Over all calls no byte is looked at twice (but for that line's length). */
static enum reader_result find_end(const char *p, size_t n, size_t *resume, size_t *start, size_t *end, int *status)
{
    *start = 0;
    if (n == 0) return READ_MORE;
    if (p[0] == '\r') {
        if (n < 2) return READ_MORE;
        if (p[1] != '\n') return refuse(status, 400);
        *start = 2;
        if (n == 2) return READ_MORE;
    }
    if (!is(p[*start], IS_UPPER)) return refuse(status, 400); /* TLS to the plain port ends here too */
    size_t limit = n < HEAD_MAX_BYTES ? n : HEAD_MAX_BYTES;
    size_t line_limit = *start + REQUEST_LINE_MAX_BYTES;
    /* Only in the call that crosses the limit: before it there is nothing to say, after it the line is known to end. */
    if (limit > line_limit && *resume <= line_limit && !memchr(p + *start, '\n', REQUEST_LINE_MAX_BYTES))
        return refuse(status, 414);
    size_t at = *resume > *start ? *resume : *start;
    while (at < limit) {
        const char *lf = memchr(p + at, '\n', limit - at);
        if (!lf) break;
        size_t i = (size_t)(lf - p);
        if (i <= *start || p[i - 1] != '\r') return refuse(status, 400);
        if (p[i - 2] == '\n') {
            *end = i + 1;
            return READ_DONE;
        }
        at = i + 1;
    }
    *resume = limit;
    return n >= HEAD_MAX_BYTES ? refuse(status, 431) : READ_MORE;
}

/* ---- request line ---- */

static bool version_read(const char *p, const char *end, int *minor, int *status)
{
    if (end - p != VERSION_BYTES || memcmp(p, "HTTP/", 5) != 0 || !is(p[5], IS_DIGIT) || p[6] != '.' ||
        !is(p[7], IS_DIGIT)) {
        *status = 400;
        return false;
    }
    if (p[5] != '1' || (p[7] != '0' && p[7] != '1')) {
        *status = 505;
        return false;
    }
    *minor = p[7] - '0';
    return true;
}

/* "http://host:port/path?query": the authority must repeat Host, which is known only later. */
static bool absolute_form(struct str target, struct str *authority, struct str *rest)
{
    size_t scheme = str_starts(target, STR("http://")) ? 7 : str_starts(target, STR("https://")) ? 8 : 0;
    if (scheme == 0) return false;
    size_t end = scheme;
    while (end < target.n && target.p[end] != '/' && target.p[end] != '?') end++;
    *authority = (struct str){ target.p + scheme, end - scheme };
    *rest = (struct str){ target.p + end, target.n - end };
    return true;
}

static bool target_split(struct head *out, struct str *authority)
{
    struct str rest = out->target;
    *authority = (struct str){ NULL, 0 };
    out->query = (struct str){ NULL, 0 };
    if (rest.n == 1 && rest.p[0] == '*') {
        out->path = rest;
        return str_eq(out->method, STR("OPTIONS"));
    }
    if (rest.p[0] != '/' && !absolute_form(out->target, authority, &rest)) return false;
    const char *mark = memchr(rest.p, '?', rest.n);
    if (mark) {
        out->query = (struct str){ mark + 1, rest.n - (size_t)(mark + 1 - rest.p) };
        rest.n = (size_t)(mark - rest.p);
    }
    out->path = rest.n > 0 ? rest : STR("/"); /* only absolute-form can leave it empty */
    return true;
}

/* What routes are made of (HEAD and OPTIONS are answered from them). */
static bool method_is_known(struct str method)
{
    /* clang-format off */
    static const struct str known[] = { { "GET", 3 },   { "POST", 4 },   { "PUT", 3 },    { "PATCH", 5 },
                                        { "DELETE", 6 }, { "HEAD", 4 },  { "OPTIONS", 7 } };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(method, known[i])) return true;
    return false;
}

/* Reads [p, end), the line without CRLF. False: *status. */
static bool request_line(const char *p, const char *end, struct head *out, struct str *authority, int *status)
{
    *status = 400;
    const char *at = p;
    while (at < end && (is(*at, IS_UPPER) || *at == '-')) at++;
    out->method = (struct str){ p, (size_t)(at - p) };
    if (at == end || *at != ' ' || at == p) return false;
    if (!method_is_known(out->method)) {
        *status = 501;
        return false;
    }
    const char *target = ++at;
    while (at < end && is(*at, IS_TARGET)) at++;
    out->target = (struct str){ target, (size_t)(at - target) };
    if (at == end || *at != ' ' || at == target) return false;
    if (out->target.n > TARGET_MAX_BYTES) {
        *status = 414;
        return false;
    }
    return version_read(at + 1, end, &out->minor, status) && target_split(out, authority);
}

/* ---- fields ---- */

/* What the known fields said, before they are judged together. */
struct framing {
    struct str host, length, coding, expect;
    unsigned hosts, lengths, codings, expects;
    bool close, keep_alive, says_upgrade, has_upgrade;
};

/* True when one of eight bytes is a control character (below 0x20, or 0x7F): exact for "none", may err for "some" when
 * a borrow runs on; then the bytes are looked at one by one. */
static inline bool maybe_control_in_8(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
    uint64_t w;
    memcpy(&w, p, sizeof(w));
    uint64_t below = (w - ones * 0x20) & ~w & high;
    uint64_t x = w ^ (ones * 0x7F);
    return (below | ((x - ones) & ~x & high)) != 0;
}

/* The first control character other than tab at or after `p`; the head ends in CRLF, so there is one. */
static const char *value_end(const char *p, const char *end)
{
    for (;;) {
        while (end - p >= 8 && !maybe_control_in_8(p)) p += 8;
        const char *stop = end - p >= 8 ? p + 8 : end;
        for (; p < stop; p++) {
            uint8_t c = (uint8_t)*p;
            if ((c < 0x20 && c != '\t') || c == 0x7F) return p;
        }
        if (p == end) return p;
    }
}

/* "close, keep-alive, Upgrade": a list of tokens, empty members allowed (RFC 9110 5.6.1). */
static bool connection_read(struct str list, struct framing *f)
{
    const char *p = list.p, *end = list.p + list.n;
    while (p <= end) {
        const char *comma = p < end ? memchr(p, ',', (size_t)(end - p)) : NULL;
        const char *stop = comma ? comma : end;
        struct str word = str_trim((struct str){ p, (size_t)(stop - p) });
        if (!all_are(word, IS_TOKEN)) return false;
        if (str_eq_nocase(word, STR("close"))) f->close = true;
        else if (str_eq_nocase(word, STR("keep-alive"))) f->keep_alive = true;
        else if (str_eq_nocase(word, STR("upgrade"))) f->says_upgrade = true;
        if (!comma) break;
        p = comma + 1;
    }
    return true;
}

/* Notes the fields that frame or steer the request. Length first: most names stop at the switch. */
static bool field_note(const struct head_field *h, struct framing *f)
{
    switch (h->name.n) {
    case 4:
        if (str_eq_nocase(h->name, STR("host"))) f->host = h->value, f->hosts++;
        return true;
    case 6:
        if (str_eq_nocase(h->name, STR("expect"))) f->expect = h->value, f->expects++;
        return true;
    case 7:
        if (str_eq_nocase(h->name, STR("upgrade"))) f->has_upgrade = true;
        return true;
    case 10: return !str_eq_nocase(h->name, STR("connection")) || connection_read(h->value, f);
    case 14:
        if (str_eq_nocase(h->name, STR("content-length"))) f->length = h->value, f->lengths++;
        return true;
    case 17:
        if (str_eq_nocase(h->name, STR("transfer-encoding"))) f->coding = h->value, f->codings++;
        return true;
    default: return true;
    }
}

/* Reads the field lines in [p, end); `end` is behind the empty line. */
static bool fields_read(const char *p, const char *end, struct head *out, struct framing *f, int *status)
{
    *status = 400;
    out->fields = 0;
    const char *last = end - 2; /* the empty line */
    while (p < last) {
        const char *name = p;
        while (is(*p, IS_TOKEN)) p++;             /* stops at CR at the latest */
        if (p == name || *p != ':') return false; /* also obs-fold, and a space before ':' */
        if (out->fields == HEAD_MAX_HEADERS) {
            *status = 431;
            return false;
        }
        struct head_field *h = &out->field[out->fields++];
        h->name = (struct str){ name, (size_t)(p - name) };
        p++;
        while (*p == ' ' || *p == '\t') p++;
        const char *stop = value_end(p, end), *next = stop + 2;
        if (*stop != '\r' || stop[1] != '\n') return false; /* `end` is behind CRLF: stop[1] is there */
        while (stop > p && (stop[-1] == ' ' || stop[-1] == '\t')) stop--;
        h->value = (struct str){ p, (size_t)(stop - p) };
        if (!field_note(h, f)) return false;
        p = next;
    }
    return true;
}

/* ---- what the fields mean together ---- */

static bool port_is_valid(struct str s)
{
    uint64_t port = 0;
    return s.n >= 1 && s.n <= 5 && all_are(s, IS_DIGIT) && str_to_u64(s, &port) && port >= 1 && port <= PORT_MAX;
}

static bool host_is_valid(struct str host)
{
    if (host.n == 0) return true; /* RFC 9110 7.2: no authority is known; probes send it */
    if (host.n > HOST_MAX_BYTES) return false;
    size_t name;
    if (host.p[0] == '[') {
        const char *close = memchr(host.p, ']', host.n);
        char text[INET6_ADDRSTRLEN];
        struct in6_addr address;
        size_t n = close ? (size_t)(close - host.p) - 1 : 0;
        if (n == 0 || n >= sizeof(text) || memchr(host.p, '\0', n + 1)) return false;
        memcpy(text, host.p + 1, n);
        text[n] = '\0';
        if (inet_pton(AF_INET6, text, &address) != 1) return false;
        name = n + 2;
    } else {
        name = 0;
        while (name < host.n && is(host.p[name], IS_HOST)) {
            if (host.p[name] == '.' && (name == 0 || host.p[name - 1] == '.')) return false;
            name++;
        }
        if (name == 0) return false;
    }
    if (name == host.n) return true;
    return host.p[name] == ':' && port_is_valid((struct str){ host.p + name + 1, host.n - name - 1 });
}

static bool length_read(struct str s, int64_t *out)
{
    if (s.n == 0 || s.n > CONTENT_LENGTH_MAX_DIGITS || !all_are(s, IS_DIGIT)) return false;
    if (s.n > 1 && s.p[0] == '0') return false;
    return str_to_i64(s, out);
}

/* How long the body is. Two answers to that question are the core of smuggling, so any doubt is a refusal. */
static bool framing_judge(const struct framing *f, struct head *out, int *status)
{
    *status = 400;
    if (f->codings > 1 || f->lengths > 1 || (f->codings > 0 && f->lengths > 0)) return false;
    if (f->lengths == 1) return length_read(f->length, &out->content_length);
    if (f->codings == 0) return true;
    if (out->minor == 0 || f->coding.n == 0) return false;
    if (!str_eq_nocase(f->coding, STR("chunked"))) {
        *status = 501;
        return false;
    }
    out->chunked = true;
    return true;
}

static bool fields_judge(const struct framing *f, struct str authority, struct head *out, int *status)
{
    out->chunked = out->expect_continue = out->upgrade = false;
    out->content_length = -1;
    *status = 400;
    if (f->hosts > 1 || (f->hosts == 0 && out->minor == 1)) return false;
    if (f->hosts == 1 && !host_is_valid(f->host)) return false;
    if (authority.p && (f->hosts == 0 || !str_eq_nocase(authority, f->host))) return false;
    if (!framing_judge(f, out, status)) return false;
    out->keep_alive = !f->close && (out->minor == 1 || f->keep_alive);
    out->upgrade = f->has_upgrade && f->says_upgrade && out->minor == 1;
    /* RFC 9110 10.1.1: a 1.0 client cannot wait for 100, so what it expects is ignored. */
    if (f->expects > 0 && out->minor == 1) {
        if (f->expects > 1 || !str_eq_nocase(f->expect, STR("100-continue"))) {
            *status = 417;
            return false;
        }
        out->expect_continue = true;
    }
    return true;
}

enum reader_result head_read(const char *p, size_t n, size_t *resume, struct head *out, size_t *used, int *status)
{
    size_t start, end = 0;
    enum reader_result found = find_end(p, n, resume, &start, &end, status);
    if (found != READ_DONE) return found;
    assert(end >= start + 4 && end <= HEAD_MAX_BYTES);
    const char *line_end = memchr(p + start, '\n', end - start);
    struct framing f = { 0 };
    struct str authority;
    if (!request_line(p + start, line_end - 1, out, &authority, status)) return READ_REFUSED;
    if (!fields_read(line_end + 1, p + end, out, &f, status)) return READ_REFUSED;
    if (!fields_judge(&f, authority, out, status)) return READ_REFUSED;
    *used = end;
    *status = 0;
    return READ_DONE;
}

struct str head_get(const struct head *h, const char *lower_case_name)
{
    struct str name = str_of(lower_case_name);
    for (size_t i = 0; i < h->fields; i++)
        if (h->field[i].name.n == name.n && str_eq_nocase(h->field[i].name, name)) return h->field[i].value;
    return (struct str){ NULL, 0 };
}
