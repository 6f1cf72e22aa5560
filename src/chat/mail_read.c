/* mail_read.c: see the header. GMime takes the mail apart and undoes base64 and quoted-printable; charsets are read
 * here, because a mail that says GB2312 is mostly GBK, and one byte that fits nowhere must not lose the rest.
 *
 * Of several texts the plain one counts, as long as it says anything; an HTML one is read as the pages of shops are
 * (knowledge/readers.h). What an HTML part shows where its writer wrote is pasted into it, or the logo of a signature;
 * what it shows elsewhere was quoted, and is passed over. */
#include "chat/mail_read.h"

#include "base/crypto.h"
#include "base/unicode.h"
#include "knowledge/readers.h"

#include <ctype.h>
#include <errno.h>
#include <gmime/gmime.h>
#include <iconv.h>
#include <pthread.h>

enum { CHARSET_MAX = 40, HEADERS_MAX = 300, COLONS_MAX = 500, BASE64_LINE_MIN = 40, HEADER_VALUE_MAX = 4000 };

struct parts {
    struct arena *a;
    struct buf plain, html;
    struct mail_in_flow flow;
    struct mail_in_file *file;
    const char **cid; /* of each file: where an HTML part can show it; NULL */
    size_t files, kept, seen;
    bool deep;
};

static void start_gmime(void) { g_mime_init(); }

/* ---- charsets ---- */

static const char *charset_name(const char *said)
{
    static const struct {
        const char *said, *is;
    } wider[] = {
        { "gb2312", "GB18030" },     { "gbk", "GB18030" },       { "x-gbk", "GB18030" },
        { "cp936", "GB18030" },      { "iso-8859-1", "CP1252" }, { "us-ascii", "UTF-8" },
        { "ks_c_5601-1987", "UHC" }, { "euc-kr", "UHC" },        { "shift_jis", "CP932" },
        { "ascii", "UTF-8" },        { "utf8", "UTF-8" },        { "unicode-1-1-utf-7", "UTF-7" },
    };
    if (!said || !*said || strlen(said) > CHARSET_MAX) return "UTF-8";
    for (const char *p = said; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("-_.:", *p)) return "UTF-8";
    for (size_t i = 0; i < ARRAY_LEN(wider); i++)
        if (strcasecmp(said, wider[i].said) == 0) return wider[i].is;
    return said;
}

/* Valid UTF-8 with LF alone: no other controls than tabs, U+FFFD for what is no character. */
static void add_clean(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n && !out->overflow;) {
        size_t n = utf8_sequence(s.p + i, s.n - i);
        struct str one = { s.p + i, n };
        if (n == 0) {
            buf_text(out, "\xef\xbf\xbd");
            i++;
            continue;
        }
        if (s.p[i] == '\n' || s.p[i] == '\t' || !text_has_controls(one)) buf_add(out, one.p, n);
        i += n;
    }
}

static void add_converted(struct arena *a, struct buf *out, struct str bytes, const char *charset)
{
    iconv_t c = iconv_open("UTF-8", charset);
    if (c == (iconv_t)-1) {
        add_clean(out, bytes);
        return;
    }
    struct buf made;
    char room[4096];
    char *in = arena_copy(a, bytes.p, bytes.n);
    size_t left = bytes.n;
    buf_init(&made, 4 * MAIL_TEXT_MAX);
    while (left > 0 && !made.overflow) {
        char *to = room;
        size_t free_n = sizeof room;
        size_t r = iconv(c, &in, &left, &to, &free_n);
        int why = errno;
        buf_add(&made, room, sizeof room - free_n);
        if (r != (size_t)-1 || (why == E2BIG && free_n < sizeof room)) continue;
        buf_text(&made, "\xef\xbf\xbd");
        in++, left--;
    }
    (void)iconv_close(c);
    add_clean(out, buf_str(&made));
    buf_free(&made);
}

/* What fits is kept: a text that is too long is cut, at a character. */
static void add_text(struct parts *p, struct buf *to, struct str bytes, const char *said)
{
    const char *charset = charset_name(said);
    if (bytes.n > MAIL_TEXT_MAX) bytes.n = MAIL_TEXT_MAX;
    if (to->n > 0) buf_char(to, '\n');
    if (strcasecmp(charset, "UTF-8") == 0) add_clean(to, bytes);
    else add_converted(p->a, to, bytes, charset);
    to->overflow = false;
}

/* ---- parts ---- */

static struct str content_of(struct arena *a, GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (!content) return STR("");
    GMimeStream *s = g_mime_stream_mem_new();
    (void)g_mime_data_wrapper_write_to_stream(content, s);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(s));
    struct str out = { "", 0 };
    if (bytes->len > 0) out = (struct str){ arena_text_n(a, (const char *)bytes->data, bytes->len), bytes->len };
    g_object_unref(s);
    return out;
}

static const char *file_name(struct arena *a, const char *name)
{
    char text[400];
    struct buf clean;
    if (!name) return "";
    buf_fixed(&clean, text, sizeof text);
    add_clean(&clean, str_of(name));
    struct str s = str_trim(buf_str(&clean));
    s.n = unicode_cut(s, MAIL_FILE_NAME_MAX);
    return s.n == 0 || text_has_controls(s) ? "" : arena_text_n(a, s.p, s.n);
}

/* `cid` NULL: an attachment. */
static void add_file(struct parts *p, const char *name, struct str bytes, const char *cid)
{
    if (!cid) p->files++;
    if (p->kept == MAIL_FILES_KEPT) return;
    p->cid[p->kept] = cid ? arena_text(p->a, cid) : NULL;
    p->file[p->kept++] = (struct mail_in_file){ .name = file_name(p->a, name), .bytes = bytes, .shown = cid != NULL };
}

static bool names(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; n > 0 && i + n <= s.n; i++)
        if (memcmp(s.p + i, word, n) == 0) return true;
    return false;
}

/* Those that are shown among the writer's own words stay, the others were quoted. A mail without HTML shows none of
 * them anywhere, and quotes none. */
static void keep_shown(struct parts *p)
{
    if (p->html.n == 0) return;
    struct str own = mail_in_own_html(p->a, buf_str(&p->html));
    size_t n = 0;
    for (size_t i = 0; i < p->kept; i++)
        if (!p->cid[i] || names(own, arena_printf(p->a, "cid:%s", p->cid[i]))) p->file[n++] = p->file[i];
    p->kept = n;
}

static void take_part(struct parts *p, GMimePart *part, bool related)
{
    GMimeObject *o = GMIME_OBJECT(part);
    GMimeContentType *type = g_mime_object_get_content_type(o);
    const char *charset = g_mime_object_get_content_type_parameter(o, "charset");
    const char *format = g_mime_object_get_content_type_parameter(o, "format");
    const char *delsp = g_mime_object_get_content_type_parameter(o, "delsp");
    bool file = g_mime_part_is_attachment(part);
    if (!file && g_mime_content_type_is_type(type, "text", "plain")) {
        p->flow.flowed = format && strcasecmp(format, "flowed") == 0;
        p->flow.delsp = delsp && strcasecmp(delsp, "yes") == 0;
        add_text(p, &p->plain, content_of(p->a, part), charset);
        return;
    }
    if (!file && g_mime_content_type_is_type(type, "text", "html")) {
        add_text(p, &p->html, content_of(p->a, part), charset);
        return;
    }
    const char *cid = related ? g_mime_object_get_content_id(o) : NULL;
    bool seal_of_mail = g_mime_content_type_is_type(type, "application", "pgp-signature") ||
                        g_mime_content_type_is_type(type, "application", "pkcs7-signature") ||
                        g_mime_content_type_is_type(type, "application", "x-pkcs7-signature");
    if (!seal_of_mail) add_file(p, g_mime_part_get_filename(part), content_of(p->a, part), cid);
}

static void walk(struct parts *p, GMimeObject *o, int depth, bool related)
{
    if (depth > MAIL_DEPTH_MAX || ++p->seen > MAIL_PARTS_MAX) {
        p->deep = true;
        return;
    }
    if (GMIME_IS_MULTIPART(o)) {
        GMimeMultipart *m = GMIME_MULTIPART(o);
        bool inside = g_mime_content_type_is_type(g_mime_object_get_content_type(o), "multipart", "related");
        for (int i = 0; i < g_mime_multipart_get_count(m) && !p->deep; i++)
            walk(p, g_mime_multipart_get_part(m, i), depth + 1, related || inside);
    } else if (GMIME_IS_PART(o)) {
        take_part(p, GMIME_PART(o), related);
    } else {
        add_file(p, NULL, (struct str){ "", 0 }, NULL); /* a mail inside of this one */
    }
}

/* ---- who sent it ---- */

static const char *header(GMimeMessage *m, const char *name)
{
    const char *v = g_mime_object_get_header(GMIME_OBJECT(m), name);
    return v ? v : "";
}

static bool says(GMimeMessage *m, const char *name, const char *const *words)
{
    struct str v = str_trim(str_of(header(m, name)));
    for (; *words; words++)
        if (v.n >= strlen(*words) && strncasecmp(v.p, *words, strlen(*words)) == 0) return true;
    return false;
}

static const char *from_of(struct arena *a, GMimeMessage *m)
{
    InternetAddressList *list = g_mime_message_get_from(m);
    if (!list || internet_address_list_length(list) != 1) return NULL;
    InternetAddress *one = internet_address_list_get_address(list, 0);
    if (!INTERNET_ADDRESS_IS_MAILBOX(one)) return NULL;
    const char *text = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
    return text && utf8_valid(str_of(text)) ? email_read(a, str_of(text)) : NULL;
}

/* RFC 3834 and what was there before it. */
static enum mail_in_kind kind_of(GMimeMessage *m, const char *from)
{
    static const char *const null_path[] = { "<>", NULL }, *const no[] = { "no", NULL },
                             *const none[] = { "none", NULL };
    static const char *const bulk[] = { "bulk", "list", "junk", "auto_reply", "auto-reply", NULL };
    static const char *const daemons[] = { "mailer-daemon@", "postmaster@", NULL };
    static const char *const signs[] = { "X-Autoreply", "X-Autorespond",    "X-Auto-Reply",
                                         "List-Id",     "List-Unsubscribe", NULL };
    GMimeObject *root = g_mime_message_get_mime_part(m);
    GMimeContentType *type = root ? g_mime_object_get_content_type(root) : NULL;
    if (says(m, "Return-Path", null_path)) return MAIL_BOUNCE;
    if (type && g_mime_content_type_is_type(type, "multipart", "report")) return MAIL_BOUNCE;
    for (size_t i = 0; from && daemons[i]; i++)
        if (strncasecmp(from, daemons[i], strlen(daemons[i])) == 0) return MAIL_BOUNCE;
    if (*header(m, "Auto-Submitted") && !says(m, "Auto-Submitted", no)) return MAIL_AUTOMATIC;
    if (says(m, "Precedence", bulk)) return MAIL_AUTOMATIC;
    if (*header(m, "X-Auto-Response-Suppress") && !says(m, "X-Auto-Response-Suppress", none)) return MAIL_AUTOMATIC;
    for (size_t i = 0; signs[i]; i++)
        if (g_mime_object_get_header(GMIME_OBJECT(m), signs[i])) return MAIL_AUTOMATIC;
    return MAIL_OF_PERSON;
}

/* Where it was delivered to first: that is what the mail server knows. */
static const char *to_of(struct arena *a, GMimeMessage *m)
{
    static const char *const names[] = { "X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc" };
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(m));
    int count = g_mime_header_list_get_count(list);
    struct buf out;
    buf_fixed(&out, arena_alloc(a, MAIL_ADDRESSES_BYTES), MAIL_ADDRESSES_BYTES);
    for (size_t n = 0; n < ARRAY_LEN(names); n++)
        for (int i = 0; i < count && i < HEADERS_MAX; i++) {
            GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
            const char *value = g_mime_header_get_value(h);
            if (!value || strcasecmp(g_mime_header_get_name(h), names[n]) != 0) continue;
            buf_add(&out, value, strnlen(value, HEADER_VALUE_MAX));
            buf_char(&out, '\n');
        }
    out.overflow = false;
    return buf_terminated(&out);
}

/* Without a Message-ID it is what it says that makes it the same. */
static void id_of(GMimeMessage *m, struct str bytes, char out[41])
{
    const char *id = g_mime_message_get_message_id(m);
    char hex[SHA256_HEX_SIZE];
    sha256_hex(id && *id ? str_of(id) : bytes, hex);
    memcpy(out, hex, 40);
    out[40] = '\0';
}

/* ---- all of it ---- */

static const char *words_of(struct parts *p)
{
    struct buf own, page;
    buf_init(&own, 2 * MAIL_TEXT_MAX);
    mail_in_own_words(buf_str(&p->plain), p->flow, &own);
    if (!unicode_has_ink(buf_str(&p->plain)) && p->html.n > 0) {
        buf_init(&page, MAIL_TEXT_MAX);
        know_html_text(mail_in_own_html(p->a, buf_str(&p->html)), &page, NULL);
        mail_in_own_words(buf_str(&page), (struct mail_in_flow){ 0 }, &own);
        buf_free(&page);
    }
    const char *text = arena_text_n(p->a, own.p ? own.p : "", own.n);
    buf_free(&own);
    return text;
}

static bool take(struct arena *a, GMimeMessage *m, struct str bytes, struct mail_in *out)
{
    struct parts p = { .a = a,
                       .file = ARENA_ARRAY(a, struct mail_in_file, MAIL_FILES_KEPT),
                       .cid = ARENA_ARRAY(a, const char *, MAIL_FILES_KEPT) };
    GMimeObject *root = g_mime_message_get_mime_part(m);
    buf_init(&p.plain, MAIL_TEXT_MAX + 8), buf_init(&p.html, MAIL_TEXT_MAX + 8);
    if (root) walk(&p, root, 0, false);
    keep_shown(&p);
    out->from = from_of(a, m);
    out->kind = kind_of(m, out->from);
    out->to = to_of(a, m);
    id_of(m, bytes, out->id);
    out->text = p.deep ? "" : words_of(&p);
    out->files = p.files, out->file = p.file, out->kept = p.kept;
    buf_free(&p.plain), buf_free(&p.html);
    return !p.deep;
}

/* A line that holds addresses begins here, in the mail's head or in that of a mail inside it. */
static bool has_addresses(struct str line)
{
    static const char *const names[] = { "from:", "sender:", "reply-to:", "to:", "cc:", "bcc:", NULL };
    if (line.n > 7 && str_eq_nocase((struct str){ line.p, 7 }, STR("resent-"))) line.p += 7, line.n -= 7;
    for (size_t i = 0; names[i]; i++) {
        size_t n = strlen(names[i]);
        if (line.n >= n && str_eq_nocase((struct str){ line.p, n }, (struct str){ names[i], n })) return true;
    }
    return false;
}

/* GMime reads a group of addresses in a group by recursion, without an end: so many colons in one such line, with the
 * lines that go on with it, are no addresses. */
static bool nests_groups(struct str s)
{
    size_t colons = 0;
    bool counts = has_addresses(s);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n' && i + 1 < s.n && s.p[i + 1] != ' ' && s.p[i + 1] != '\t') {
            colons = 0;
            counts = has_addresses((struct str){ s.p + i + 1, s.n - i - 1 });
        } else if (counts && s.p[i] == ':' && ++colons > COLONS_MAX) return true;
    }
    return false;
}

/* A line of a file as mail programs send it: long, and of base64's characters alone. */
static bool is_base64(struct str line)
{
    if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
    for (size_t i = 0; i < line.n; i++)
        if (!isalnum((unsigned char)line.p[i]) && line.p[i] != '+' && line.p[i] != '/' && line.p[i] != '=')
            return false;
    return line.n >= BASE64_LINE_MIN;
}

/* GMime makes an object of each part before any can be counted, and goes through those that are within others again and
 * again: what is large has to be files. */
bool mail_in_is_too_much(struct str s)
{
    size_t dashes = 0, plain = 0;
    while (s.n > 0) {
        const char *lf = memchr(s.p, '\n', s.n);
        struct str line = { s.p, lf ? (size_t)(lf - s.p) + 1 : s.n };
        s.p += line.n, s.n -= line.n;
        dashes += line.n > 1 && line.p[0] == '-' && line.p[1] == '-';
        if (!is_base64((struct str){ line.p, line.n - (lf != NULL) })) plain += line.n;
    }
    return dashes > MAIL_DASHES_MAX || plain > MAIL_PLAIN_MAX;
}

bool mail_read(struct arena *a, struct str bytes, struct mail_in *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, start_gmime);
    *out = (struct mail_in){ .text = "", .to = "" };
    if (bytes.n == 0 || bytes.n > MAIL_BYTES_MAX || nests_groups(bytes) || mail_in_is_too_much(bytes)) return false;
    GMimeStream *s = g_mime_stream_mem_new_with_buffer(bytes.p, bytes.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(s);
    GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
    bool good = m && take(a, m, bytes, out);
    if (m) g_object_unref(m);
    g_object_unref(parser), g_object_unref(s);
    return good;
}

bool mail_in_is_from(const struct mail_in *m, const char *email)
{
    return email[0] && m->from && strcasecmp(m->from, email) == 0;
}
