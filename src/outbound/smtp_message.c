/* smtp_message.c: writes a mail, of one part (text) or of two that say the same (multipart/alternative, text first: the
 * reader shows the last it knows). UTF-8. Pure ASCII goes as it is (7bit), so that a link is never broken over lines;
 * anything else is base64, which every reader knows. Headers carry encoded words (RFC 2047). The boundary comes from
 * the Message-ID, so the same mail gives the same bytes. Rejected: quoted-printable (breaks long links for everyone who
 * reads the source) and libcurl's mime (its Message-ID and boundaries differ from attempt to attempt). */
#include "outbound/private.h"

#include <stdio.h>
#include <time.h>

enum {
    MESSAGE_MAX = 1 << 20,
    WORD_BYTES = 42,     /* of UTF-8 in one encoded word: 68 characters with its frame, so "Subject: " fits before */
    LINE_7BIT_MAX = 900, /* RFC 5322 allows 998 */
    HEADER_PLAIN_MAX = 200,
    BASE64_LINE_BYTES = 57, /* 76 characters */
};

static bool is_plain(struct str s, size_t max)
{
    if (s.n > max) return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] >= 0x7f) return false;
    return memmem(s.p, s.n, "=?", 2) == NULL; /* would be read as an encoded word */
}

/* Cut between characters, so that each word decodes alone. */
static void add_words(struct buf *b, struct str s)
{
    char text[4 * ((WORD_BYTES + 2) / 3) + 1];
    for (size_t at = 0; at < s.n || at == 0;) {
        size_t n = s.n - at < WORD_BYTES ? s.n - at : WORD_BYTES;
        while (n > 1 && at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80) n--;
        base64_encode(s.p + at, n, text);
        buf_printf(b, "%s=?UTF-8?B?%s?=", at ? "\r\n " : "", text);
        at += n;
        if (n == 0) break;
    }
}

static void add_from(struct buf *b, const char *from)
{
    struct str address = smtp_address(from);
    struct str name = str_trim((struct str){ from, address.p == from ? 0 : (size_t)(address.p - from) - 1 });
    buf_text(b, "From: ");
    if (name.n > 0 && is_plain(name, HEADER_PLAIN_MAX)) {
        buf_char(b, '"');
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '"') continue; /* quotes around a name in the setting are ours to write */
            if (name.p[i] == '\\') buf_char(b, '\\');
            buf_char(b, name.p[i]);
        }
        buf_text(b, "\" ");
    } else if (name.n > 0) {
        add_words(b, name);
        buf_char(b, ' ');
    }
    buf_char(b, '<');
    buf_add(b, address.p, address.n);
    buf_text(b, ">\r\n");
}

struct str smtp_address(const char *from)
{
    const char *open = strrchr(from, '<'), *close = open ? strchr(open, '>') : NULL;
    return close ? (struct str){ open + 1, (size_t)(close - open) - 1 } : str_of(from);
}

static void add_date(struct buf *b, int64_t at_ms)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t at = (time_t)(at_ms / 1000);
    struct tm t;
    if (!gmtime_r(&at, &t)) return; /* a year that does not fit: a mail without a date still arrives */
    buf_printf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
               t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* Line ends become CRLF, whatever they were. */
static void with_crlf(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\r') continue;
        if (text.p[i] == '\n') buf_char(out, '\r');
        buf_char(out, text.p[i]);
    }
    if (out->n == 0 || out->p[out->n - 1] != '\n') buf_text(out, "\r\n");
}

static bool fits_7bit(struct str text)
{
    size_t line = 0;
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] >= 0x7f || text.p[i] == '\0') return false;
        line = text.p[i] == '\n' ? 0 : line + 1;
        if (line > LINE_7BIT_MAX) return false;
    }
    return true;
}

static void add_part(struct buf *b, const char *type, struct str text)
{
    struct buf body;
    buf_init(&body, MESSAGE_MAX);
    with_crlf(&body, text);
    buf_printf(b, "Content-Type: %s; charset=utf-8\r\n", type);
    if (fits_7bit(buf_str(&body))) {
        buf_text(b, "Content-Transfer-Encoding: 7bit\r\n\r\n");
        buf_add(b, body.p, body.n);
    } else {
        buf_text(b, "Content-Transfer-Encoding: base64\r\n\r\n");
        char line[4 * (BASE64_LINE_BYTES / 3) + 1];
        for (size_t at = 0; at < body.n; at += BASE64_LINE_BYTES) {
            base64_encode(body.p + at, body.n - at < BASE64_LINE_BYTES ? body.n - at : BASE64_LINE_BYTES, line);
            buf_printf(b, "%s\r\n", line);
        }
    }
    if (body.overflow) b->overflow = true;
    buf_free(&body);
}

static void add_parts(struct buf *b, const struct smtp_mail *m)
{
    buf_text(b, "MIME-Version: 1.0\r\n");
    if (!m->html) {
        add_part(b, "text/plain", str_of(m->text));
        return;
    }
    char hash[SHA256_HEX_SIZE];
    sha256_hex(str_of(m->message_id), hash);
    buf_printf(b, "Content-Type: multipart/alternative; boundary=\"=_%.32s\"\r\n\r\n--=_%.32s\r\n", hash, hash);
    add_part(b, "text/plain", str_of(m->text));
    buf_printf(b, "\r\n--=_%.32s\r\n", hash);
    add_part(b, "text/html", str_of(m->html));
    buf_printf(b, "\r\n--=_%.32s--\r\n", hash);
}

struct str smtp_message(struct arena *a, const char *from, const struct smtp_mail *m)
{
    struct buf b;
    buf_init(&b, 2 * MESSAGE_MAX);
    add_date(&b, m->at_ms);
    add_from(&b, from);
    if (m->reply_to) buf_printf(&b, "Reply-To: <%s>\r\n", m->reply_to);
    buf_printf(&b, "To: <%s>\r\nSubject: ", m->to);
    if (is_plain(str_of(m->subject), HEADER_PLAIN_MAX)) buf_text(&b, m->subject);
    else add_words(&b, str_of(m->subject));
    buf_printf(&b, "\r\nMessage-ID: %s\r\nAuto-Submitted: auto-generated\r\n", m->message_id);
    add_parts(&b, m);
    assert(!b.overflow); /* mail_put bounds subject and text */
    struct str out = { arena_text_n(a, b.p, b.n), b.n };
    wipe(b.p, b.n); /* links with tokens do not stay in freed memory */
    buf_free(&b);
    return out;
}
