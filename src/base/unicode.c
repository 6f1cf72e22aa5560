/* unicode.c: see unicode.h. libidn2 is in the process through libcurl and brings libunistring: nothing is added to the
 * machine. Rejected: utf8proc (smaller, but knows neither emoji nor hosts); libicu (30 MB of tables);
 * tables of our own (they would be last year's for ever). */
#include "base/unicode.h"

#include <idn2.h>
#include <stdlib.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

enum {
    ZERO_WIDTH_NON_JOINER = 0x200C,
    ZERO_WIDTH_JOINER = 0x200D,
    TEXT_SELECTOR = 0xFE0E,
    EMOJI_SELECTOR = 0xFE0F,
    KEYCAP = 0x20E3,
    BLACK_FLAG = 0x1F3F4,
    TAG_FIRST = 0xE0020,
    TAG_LAST = 0xE007E,
    TAG_END = 0xE007F,
    BRAILLE_BLANK = 0x2800,
    EMAIL_MAX_BYTES = 254,
    EMAIL_LOCAL_MAX_BYTES = 64,
    HOST_MAX_BYTES = 253,
    LABEL_MAX_BYTES = 63
};

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

struct str unicode_nfc(struct arena *a, struct str s)
{
    if (is_ascii(s)) return s;
    size_t n = 0;
    uint8_t *made = u8_normalize(UNINORM_NFC, (const uint8_t *)s.p, s.n, NULL, &n);
    if (!made) abort(); /* memory: valid text has a normal form */
    struct str out = s;
    if (n != s.n || memcmp(made, s.p, n) != 0) out = (struct str){ arena_text_n(a, (const char *)made, n), n };
    free(made);
    return out;
}

/* Spaces first: NFKC leaves one of them (U+1680) as it is. */
static size_t spaces_plain(struct str s, char *out)
{
    size_t n = 0;
    ucs4_t c;
    for (size_t i = 0; i < s.n;) {
        int bytes = u8_mbtouc(&c, (const uint8_t *)s.p + i, s.n - i);
        if (c >= 0x80 && uc_is_general_category(c, UC_SPACE_SEPARATOR)) {
            out[n++] = ' ';
        } else {
            memcpy(out + n, s.p + i, (size_t)bytes);
            n += (size_t)bytes;
        }
        i += (size_t)bytes;
    }
    return n;
}

bool unicode_password(struct str s, char *out, size_t size, size_t *out_n)
{
    *out_n = s.n;
    if (s.n > size) return false;
    if (is_ascii(s)) {
        memcpy(out, s.p, s.n);
        return true;
    }
    size_t n = spaces_plain(s, out);
    uint8_t *made = u8_normalize(UNINORM_NFKC, (const uint8_t *)out, n, NULL, out_n);
    if (!made) abort();
    bool fits = *out_n <= size;
    if (fits) memcpy(out, made, *out_n);
    explicit_bzero(made, *out_n);
    free(made);
    return fits;
}

/* ---- what a reader sees ---- */

/* Made of several code points, or shown in colour by itself. Digits are emoji by their property and none here. */
static bool is_emoji(ucs4_t c)
{
    return uc_is_property_extended_pictographic(c) || uc_is_property_emoji_modifier(c) ||
           (c >= 0x1F1E6 && c <= 0x1F1FF);
}

static bool is_keycap_base(ucs4_t c) { return (c >= '0' && c <= '9') || c == '#' || c == '*'; }

/* Characters that Unicode got after these tables were made: Han in the planes that hold nothing else. */
static bool is_newer_han(ucs4_t c) { return c >= 0x20000 && c <= 0x3FFFD; }

static bool leaves_ink(ucs4_t c)
{
    if (uc_is_property_default_ignorable_code_point(c) || c == BRAILLE_BLANK) return false;
    return uc_is_general_category(c, UC_CATEGORY_L) || uc_is_general_category(c, UC_CATEGORY_N) ||
           uc_is_general_category(c, UC_CATEGORY_P) || uc_is_general_category(c, UC_CATEGORY_S) || is_emoji(c) ||
           is_newer_han(c);
}

/* One that leaves no ink stands between these two (0: the end). `flag`: tags follow a black flag here. */
static bool belongs_to_emoji(ucs4_t before, ucs4_t c, ucs4_t after, bool flag)
{
    if (c == ZERO_WIDTH_JOINER) return (is_emoji(before) || before == EMOJI_SELECTOR) && is_emoji(after);
    if (c == EMOJI_SELECTOR) return is_emoji(before) || (is_keycap_base(before) && after == KEYCAP);
    if (c == TEXT_SELECTOR) return is_emoji(before);
    if (c >= TAG_FIRST && c <= TAG_LAST) return flag && ((after >= TAG_FIRST && after <= TAG_LAST) || after == TAG_END);
    return c == TAG_END && flag && before != BLACK_FLAG;
}

/* Where a script needs it and a reader sees it (UAX 31, 2.3): behind a sign that takes the vowel away, as in Sinhala
 * and Malayalam; and, to keep them apart, between letters that would join, as in Persian. `letter`: marks above or
 * below it do not count. */
static bool belongs_to_word(ucs4_t before, ucs4_t letter, ucs4_t c, ucs4_t after)
{
    bool behind_virama = uc_combining_class(before) == UC_CCC_VR;
    if (c == ZERO_WIDTH_JOINER) return behind_virama;
    if (c != ZERO_WIDTH_NON_JOINER) return false;
    if (behind_virama) return uc_is_general_category(after, UC_CATEGORY_L);
    int to_left = uc_joining_type(letter), from_right = uc_joining_type(after);
    return (to_left == UC_JOINING_TYPE_D || to_left == UC_JOINING_TYPE_L) &&
           (from_right == UC_JOINING_TYPE_D || from_right == UC_JOINING_TYPE_R);
}

bool unicode_shows(struct str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    ucs4_t before = 0, letter = 0, c = 0, after = 0;
    bool ink = false, flag = false;
    for (size_t i = 0; i < s.n; before = c) {
        i += (size_t)u8_mbtouc(&c, p + i, s.n - i);
        after = 0;
        if (i < s.n) (void)u8_mbtouc(&after, p + i, s.n - i);
        flag = c == BLACK_FLAG || (flag && before != TAG_END && c >= TAG_FIRST && c <= TAG_END);
        if (uc_is_property_default_ignorable_code_point(c) && !belongs_to_emoji(before, c, after, flag) &&
            !belongs_to_word(before, letter, c, after))
            return false;
        if (uc_joining_type(c) != UC_JOINING_TYPE_T) letter = c;
        ink |= leaves_ink(c);
    }
    return ink;
}

bool unicode_has_ink(struct str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    ucs4_t c;
    for (size_t i = 0; i < s.n;) {
        i += (size_t)u8_mbtouc(&c, p + i, s.n - i);
        if (leaves_ink(c)) return true;
    }
    return false;
}

bool unicode_turns(uint32_t c)
{
    return c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

struct str unicode_without_turns(struct arena *a, struct str s)
{
    if (is_ascii(s)) return s;
    char *out = arena_alloc(a, s.n);
    size_t n = 0;
    ucs4_t c;
    for (size_t i = 0; i < s.n;) {
        size_t bytes = (size_t)u8_mbtouc(&c, (const uint8_t *)s.p + i, s.n - i);
        if (!unicode_turns(c)) memcpy(out + n, s.p + i, bytes), n += bytes;
        i += bytes;
    }
    return n == s.n ? s : (struct str){ out, n };
}

/* U+1F1E6 to U+1F1FF: two make a flag. */
static bool is_flag_letter(const uint8_t *at, const uint8_t *end)
{
    return end - at >= 4 && memcmp(at, "\xF0\x9F\x87", 3) == 0 && at[3] >= 0xA6 && at[3] <= 0xBF;
}

/* Behind what a reader takes for one character: UAX 29, of which the library knows neither flags nor joined emoji. */
static const uint8_t *next_seen(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *next = u8_grapheme_next(at, end);
    if (is_flag_letter(at, end) && next - at == 4 && is_flag_letter(next, end)) next = u8_grapheme_next(next, end);
    while (next < end && next - at > 3 && memcmp(next - 3, "\xE2\x80\x8D", 3) == 0) /* joined emoji */
        next = u8_grapheme_next(next, end);
    return next;
}

size_t unicode_cut(struct str s, size_t max)
{
    const uint8_t *p = (const uint8_t *)s.p, *end = p + s.n, *at = p;
    size_t points = 0;
    while (at < end) {
        const uint8_t *next = next_seen(at, end);
        points += u8_mbsnlen(at, (size_t)(next - at));
        if (points > max) break;
        at = next;
    }
    return (size_t)(at - p);
}

size_t unicode_cut_bytes(struct str s, size_t max)
{
    enum { NEAR = 256 }; /* nothing that is written is one character for longer */
    if (s.n <= max) return s.n;
    /* Plain letters begin something new, whatever stands before them. */
    size_t from = max;
    while (from > 0 && max - from < NEAR && ((unsigned char)s.p[from] <= ' ' || (unsigned char)s.p[from] >= 0x7F))
        from--;
    from = utf8_cut(s, from);
    const uint8_t *p = (const uint8_t *)s.p, *limit = p + max, *end = p + s.n, *at = p + from;
    if (end - at > 2 * NEAR) end = at + utf8_cut((struct str){ s.p + from, s.n - from }, 2 * NEAR);
    while (at < limit) {
        const uint8_t *next = next_seen(at, end);
        if (next > limit) break;
        at = next;
    }
    /* One endless character, or none before it. */
    return (size_t)(at - p) > from || max - from < NEAR ? (size_t)(at - p) : utf8_cut(s, max);
}

/* ---- hosts ---- */

static bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

static bool label_is_sound(struct str l)
{
    if (l.n == 0 || l.n > LABEL_MAX_BYTES || l.p[0] == '-' || l.p[l.n - 1] == '-') return false;
    for (size_t i = 0; i < l.n; i++)
        if (!is_alnum(l.p[i]) && l.p[i] != '-') return false;
    return true;
}

static bool labels_are_sound(const char *host)
{
    struct str s = str_of(host);
    if (s.n == 0 || s.n > HOST_MAX_BYTES) return false;
    for (size_t start = 0, i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '.') continue;
        if (!label_is_sound((struct str){ s.p + start, i - start })) return false;
        start = i + 1;
    }
    return true;
}

static const char *lower_ascii(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + ('a' - 'A')) : s.p[i];
    p[s.n] = '\0';
    return p;
}

static const char *taken(struct arena *a, char *made)
{
    const char *text = arena_text(a, made);
    idn2_free(made);
    return text;
}

/* The mapping would drop these without a word: what was pasted with one in it is not what was seen. */
static bool has_unseen(struct str s)
{
    ucs4_t c;
    for (size_t i = 0; i < s.n;) {
        i += (size_t)u8_mbtouc(&c, (const uint8_t *)s.p + i, s.n - i);
        if (uc_is_property_default_ignorable_code_point(c)) return true;
    }
    return false;
}

bool host_name_read(struct arena *a, struct str s, struct host_name *out)
{
    enum { FLAGS = IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT };
    enum { TYPED_MAX_BYTES = 4 * HOST_MAX_BYTES };
    char *made = NULL;
    if (s.n == 0 || s.n > TYPED_MAX_BYTES || memchr(s.p, '\0', s.n) || has_unseen(s)) return false;
    const char *typed = lower_ascii(a, s);
    if (is_ascii(s) && !strstr(typed, "xn--")) {
        *out = (struct host_name){ typed, typed };
        return labels_are_sound(typed);
    }
    if (idn2_to_ascii_8z(typed, &made, FLAGS) != IDN2_OK) return false;
    out->ascii = lower_ascii(a, str_of(taken(a, made)));
    if (!labels_are_sound(out->ascii) || idn2_to_unicode_8z8z(out->ascii, &made, FLAGS) != IDN2_OK) return false;
    out->shown = taken(a, made);
    /* A name that comes back as another one was made to deceive, or is no name. */
    if (idn2_to_ascii_8z(out->shown, &made, FLAGS) != IDN2_OK) return false;
    return text_eq(taken(a, made), out->ascii);
}

bool host_name_covers(struct arena *a, const char *kept, struct str host)
{
    static const struct str www = { "www.", 4 }, below = { "*.", 2 };
    struct str name = str_of(kept);
    struct host_name read;
    bool deep = str_starts(name, below);
    if (deep) name.p += below.n, name.n -= below.n;
    if (!host_name_read(a, name, &read)) return false;
    name = str_of(read.ascii);
    /* Below "www." alone was asked for: without it the star would stand for all that is beside it. */
    if (!deep && str_starts(name, www)) name.p += www.n, name.n -= www.n;
    size_t more = host.n > name.n ? host.n - name.n : 0;
    struct str end = { host.p + more, host.n - more };
    if (!str_eq_nocase(end, name)) return false;
    if (more == 0 || (deep && host.p[more - 1] == '.')) return true;
    return more == www.n && str_starts(host, www);
}

/* Only what every mail server agrees on: no quoting, no comments, nothing that ends a header or an envelope. */
static bool local_part_is_sound(struct str l)
{
    if (l.n == 0 || l.n > EMAIL_LOCAL_MAX_BYTES || l.p[0] == '.' || l.p[l.n - 1] == '.') return false;
    for (size_t i = 0; i < l.n; i++) {
        if (!is_alnum(l.p[i]) && (l.p[i] == '\0' || !strchr("!#$%&'*+-/=?^_`{|}~.", l.p[i]))) return false;
        if (l.p[i] == '.' && l.p[i + 1] == '.') return false; /* the last is no dot: [i + 1] is inside */
    }
    return true;
}

/* At least two labels, and the last is no number: an address of a machine is no mail host. */
static bool is_mail_host(const char *host)
{
    const char *last = strrchr(host, '.');
    return last && last[1 + strspn(last + 1, "0123456789")] != '\0';
}

const char *email_read(struct arena *a, struct str s)
{
    const char *at = s.n > 0 ? memchr(s.p, '@', s.n) : NULL;
    struct host_name host;
    if (!at || !local_part_is_sound((struct str){ s.p, (size_t)(at - s.p) })) return NULL;
    struct str typed = { at + 1, s.n - (size_t)(at - s.p) - 1 };
    if (!host_name_read(a, typed, &host) || !is_mail_host(host.ascii)) return NULL;
    /* A host in ASCII stays as it was typed, capitals and all. */
    struct str kept = is_ascii(typed) ? typed : str_of(host.ascii);
    if ((size_t)(at - s.p) + 1 + kept.n > EMAIL_MAX_BYTES) return NULL;
    return arena_printf(a, "%.*s@%.*s", (int)(at - s.p), s.p, (int)kept.n, kept.p);
}
