/* fields_text.c: what a text field may hold, by form.
 *
 * Text ends up in pages, mails, logs and other people's terminals, so what changes how the rest is shown is refused at
 * the door: control characters, line separators and bidirectional overrides (a shop named with U+202E reads backwards).
 * What people say to each other may hold the latter: pages show it apart from what stands around it. What is searched
 * for is taken without them.
 * Lengths count code points, as a person does.
 *
 * Domains and the hosts of addresses have one judge (base/unicode.h), so that the two spellings of an international
 * name (xn--... and the letters) are one: a domain is kept as people read it, an address as mail carries it. */
#include "base/unicode.h"
#include "http/fields_check.h"

enum { DOMAIN_MAX_BYTES = 253, PORT_MAX = 65535 };

/* The code point at s.p, and its bytes in *n. `s` is valid UTF-8 and not empty. */
static uint32_t code_point(struct str s, size_t *n)
{
    uint8_t b = (uint8_t)s.p[0];
    if (b < 0x80) {
        *n = 1;
        return b;
    }
    *n = b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    uint32_t v = b & (0x7Fu >> *n);
    for (size_t i = 1; i < *n; i++) v = v << 6 | ((uint8_t)s.p[i] & 0x3Fu);
    return v;
}

/* White space that people type or paste without seeing it; U+3000 comes from Chinese input methods. */
static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

static struct str trim(struct str s)
{
    size_t n;
    while (s.n > 0 && is_space(code_point(s, &n))) s.p += n, s.n -= n;
    while (s.n > 0) {
        size_t at = s.n - 1;
        while (at > 0 && ((uint8_t)s.p[at] & 0xC0) == 0x80) at--;
        if (!is_space(code_point((struct str){ s.p + at, s.n - at }, &n))) break;
        s.n = at;
    }
    return s;
}

/* Nobody here gave a file its name: one that turns the direction (Windows puts such signs into paths that are copied)
 * is no reason to refuse the file. */
static bool is_refused(uint32_t c, const struct field *f)
{
    if (c == '\n' || c == '\t') return !f->multiline;
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
    if (c == 0x2028 || c == 0x2029) return !f->multiline; /* line and paragraph separator */
    bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return turns && !f->multiline && f->form != TEXT_FILE && f->form != TEXT_WORDS;
}

static bool has_refused(struct str s, const struct field *f)
{
    size_t n;
    for (size_t i = 0; i < s.n; i += n)
        if (is_refused(code_point((struct str){ s.p + i, s.n - i }, &n), f)) return true;
    return false;
}

/* Forms send line ends as CRLF; one kind is stored. A CR alone stays and is refused as a control character. */
static struct str line_ends_unified(struct arena *a, struct str s)
{
    if (!memchr(s.p, '\r', s.n)) return s;
    char *p = arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n') p[n++] = s.p[i];
    return (struct str){ p, n };
}

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* ---- domains ---- */

/* Letters of other scripts: no symbols, spaces, joiners, overrides, private use or full-width forms. */
static bool is_label_letter(uint32_t c)
{
    if (c < 0x80) return is_alnum((char)c) || c == '-';
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2FFF) && !(c >= 0x3000 && c <= 0x3004) &&
           !(c >= 0x3008 && c <= 0x3020) && !(c >= 0xD800 && c <= 0xF8FF) && c < 0xFB00;
}

static bool is_all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

/* Letters alone: the judge of hosts would map full-width forms and drop what nobody sees. */
static bool has_letters_only(struct str host)
{
    size_t n;
    for (size_t i = 0; i < host.n; i += n) {
        uint32_t c = code_point((struct str){ host.p + i, host.n - i }, &n);
        bool dot = c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61; /* Chinese input methods write these */
        if (!dot && !is_label_letter(c)) return false;
    }
    return true;
}

/* At least two labels, and the last is no number: an address of a machine is no domain of a shop. */
static bool is_public_name(const char *ascii)
{
    const char *last = strrchr(ascii, '.');
    return last && !is_all_digits(str_of(last + 1));
}

static bool is_local(struct str host)
{
    struct str name = STR("localhost");
    if (str_eq(host, name)) return true;
    if (!str_starts(host, STR("localhost:"))) return false;
    int64_t port = 0;
    struct str digits = { host.p + name.n + 1, host.n - name.n - 1 };
    return digits.n >= 1 && digits.n <= 5 && digits.p[0] != '0' && is_all_digits(digits) && str_to_i64(digits, &port) &&
           port <= PORT_MAX;
}

/* "shop.example.com", also with http(s):// before and one '/' behind, as copied from an address bar. NULL: none. */
static const char *domain_read(struct arena *a, struct str s)
{
    if (s.n >= 7 && str_eq_nocase((struct str){ s.p, 7 }, STR("http://"))) s.p += 7, s.n -= 7;
    else if (s.n >= 8 && str_eq_nocase((struct str){ s.p, 8 }, STR("https://"))) s.p += 8, s.n -= 8;
    if (s.n > 0 && s.p[s.n - 1] == '/') s.n--;
    if (s.n == 0 || s.n > DOMAIN_MAX_BYTES) return NULL;
    if (is_local(s)) return arena_text_n(a, s.p, s.n);
    struct host_name host;
    if (!has_letters_only(s) || !host_name_read(a, s, &host) || !is_public_name(host.ascii)) return NULL;
    return has_letters_only(str_of(host.shown)) ? host.shown : NULL; /* xn--… may say what letters may not */
}

/* "*.shop.example" too. */
static const char *domains_read(struct arena *a, struct str s)
{
    static const struct str below = { "*.", 2 };
    if (!str_starts(s, below)) return domain_read(a, s);
    const char *domain = domain_read(a, (struct str){ s.p + below.n, s.n - below.n });
    return domain && strchr(domain, '.') ? arena_printf(a, "*.%s", domain) : NULL;
}

/* ---- addresses of pages ---- */

/* Absolute http(s) with a host and visible ASCII only. No user part: it would put a password into logs and pages. */
static bool is_url(struct str s)
{
    size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;
    if (scheme == 0 || s.n == scheme || !(is_alnum(s.p[scheme]) || s.p[scheme] == '[')) return false;
    bool in_host = true;
    for (size_t i = scheme; i < s.n; i++) {
        char c = s.p[i];
        if (c <= ' ' || c >= 0x7F || strchr("\"<>\\^`{|}", c)) return false;
        if (c == '/' || c == '?' || c == '#') in_host = false;
        if (in_host && !is_alnum(c) && !strchr("-._:[]", c)) return false;
    }
    return true;
}

const char *fields_text_judge(struct arena *a, const struct field *f, struct str in, const char **result,
                              int64_t *limit)
{
    assert(f->max > 0);
    *result = NULL;
    if (!utf8_valid(in)) return "format";
    struct str s = in;
    bool exact = f->form == TEXT_EXACT || f->form == TEXT_FILE, as_it_is = f->form == TEXT_SECRET || exact;
    if (f->multiline) s = line_ends_unified(a, s);
    if (f->form == TEXT_SEARCH) s = unicode_without_turns(a, s);
    if (has_refused(s, f)) return "control_characters";
    if (exact && trim(s).n == 0) return NULL;
    if (exact) s = in;
    if (!as_it_is) s = trim(s);
    if (s.n == 0) return NULL;
    if (!as_it_is) s = unicode_nfc(a, s);
    int64_t length = (int64_t)utf8_length(s);
    *limit = f->max;
    if (length > f->max) return "too_long";
    *limit = f->min;
    if (length < f->min) return "too_short";
    *limit = 0;
    switch (f->form) {
    case TEXT_EXACT:
    case TEXT_FILE:
    case TEXT_SECRET: break;
    case TEXT_WORDS:
    case TEXT_SEARCH:
    case TEXT_PLAIN: /* what must be given must be seen */
        if (f->min > 0 && !unicode_has_ink(s)) return "invisible";
        break;
    case TEXT_NAME:
        if (!unicode_shows(s)) return "invisible";
        break;
    case TEXT_EMAIL: *result = email_read(a, s); return *result ? NULL : "format";
    case TEXT_URL:
        if (!is_url(s)) return "format";
        break;
    case TEXT_DOMAIN: *result = domain_read(a, s); return *result ? NULL : "format";
    case TEXT_DOMAINS: *result = domains_read(a, s); return *result ? NULL : "format";
    }
    *result = arena_text_n(a, s.p, s.n);
    return NULL;
}
