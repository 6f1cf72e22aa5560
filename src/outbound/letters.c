/* letters.c: see letters.h. The two parts of a letter come from one walk over its words, so they cannot say different
 * things. Rejected: templates in HTML (each value is then a place to forget escaping, and the plain part is a second
 * text); a template language (paragraphs, values and one link are all that a letter wants); pictures (most readers hide
 * them, and they tell when a mail is read). */
#include "outbound/letters.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PLAIN_MAX = 16 << 10,
    HTML_MAX = 48 << 10,
    SUBJECT_MAX = 500,
    SUBJECT_VALUE_MAX = 120,
    SLOT_NAME_MAX = 32,
    LONG_NAME_BYTES = 320
};

#define FONT "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
#define HTML_HEAD                                                                                                      \
    "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"                                  \
    "<meta name=\"color-scheme\" content=\"light dark\">"
#define HTML_OPEN                                                                                                      \
    "<body style=\"margin:0;padding:24px 12px;background-color:#f3f6f6;" FONT "\">\n"                                  \
    "<div style=\"max-width:560px;margin:0 auto;padding:32px 28px;background-color:#ffffff;color:#16323a;"             \
    "border-radius:8px;font-size:16px;line-height:1.6\">\n"                                                            \
    "<p style=\"margin:0 0 20px;font-size:14px;font-weight:600;color:#0b6b70\">Chathub</p>\n"
#define HTML_CLOSE "</div>\n</body>\n</html>\n"
#define P "<p style=\"margin:0 0 16px\">"
#define BUTTON                                                                                                         \
    "display:inline-block;padding:10px 22px;border-radius:6px;background-color:#0b6b70;color:#ffffff;"                 \
    "font-weight:600;text-decoration:none"
#define SMALL "<p style=\"margin:0 0 16px;font-size:13px;color:#52707a;word-break:break-all\">"

static bool is_english(const char *lang) { return text_eq(lang, "en"); }

/* ---- values ---- */

static const struct letter_value *value_of(const struct letter_value *values, struct str name)
{
    for (const struct letter_value *v = values; v->kind != LETTER_NONE; v++)
        if (str_eq(str_of(v->name), name)) return v;
    return NULL;
}

static const struct letter_slot *slot_of(const struct letter *l, struct str name)
{
    for (size_t i = 0; i < LETTER_SLOTS_MAX && l->slot[i].kind != LETTER_NONE; i++)
        if (str_eq(str_of(l->slot[i].name), name)) return &l->slot[i];
    return NULL;
}

/* The last day before this end. */
static void put_day(struct buf *b, int64_t end_ms, bool english)
{
    /* clang-format off */
    static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August",
                                          "September", "October", "November", "December" };
    /* clang-format on */
    char text[TIME_TEXT_SIZE];
    int year = 0, month = 0, day = 0;
    time_text(end_ms - 1, text);
    if (sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3 || month < 1 || month > 12) abort();
    if (english) buf_printf(b, "%d %s %d", day, months[month - 1], year);
    else buf_printf(b, "%d年%d月%d日", year, month, day);
}

/* Line ends in a value would be paragraphs of ours, and a mail with a control in its subject is refused: they become
 * spaces, also those of C1, which are C2 80 to C2 9F. Of a longer text only `most` bytes or a few less are written. */
static void put_words(struct buf *b, const char *p, size_t most, bool lines)
{
    size_t n = strlen(p);
    if (n > most)
        for (n = most; n > 0 && ((unsigned char)p[n] & 0xc0) == 0x80;) n--;
    for (const char *end = p + n; p < end; p++) {
        unsigned char c = (unsigned char)*p, next = (unsigned char)p[1];
        bool two = c == 0xc2 && next >= 0x80 && next <= 0x9f;
        bool control = two || c == 0x7f || (c < ' ' && !(lines && c == '\n'));
        buf_char(b, control ? ' ' : *p);
        p += two;
    }
    if (*p != '\0') buf_text(b, "…");
}

/* A value as words. */
static void put_value(struct buf *b, const struct letter_value *v, bool english, size_t most)
{
    switch (v->kind) {
    case LETTER_TEXT:
    case LETTER_LINK: put_words(b, v->text, most, false); break;
    case LETTER_LINES: put_words(b, v->text, most, true); break;
    case LETTER_NUMBER: buf_i64(b, v->number); break;
    case LETTER_DAY: put_day(b, v->number, english); break;
    case LETTER_NONE: break;
    }
}

/* `words` with its values in it, of each at most so many bytes. False: a brace that never closes, or a name without a
 * value. */
static bool fill(struct buf *b, struct str words, const struct letter_value *values, bool english, size_t most)
{
    for (size_t i = 0; i < words.n; i++) {
        if (words.p[i] != '{') {
            buf_char(b, words.p[i]);
            continue;
        }
        const char *close = memchr(words.p + i, '}', words.n - i);
        if (!close) return false;
        struct str name = { words.p + i + 1, (size_t)(close - words.p) - i - 1 };
        const struct letter_value *v = value_of(values, name);
        if (!v) return false;
        put_value(b, v, english, most);
        i = (size_t)(close - words.p);
    }
    return true;
}

/* ---- paragraphs ---- */

struct letter_writer {
    struct arena *a;
    const struct letter_value *values;
    bool english;
    struct buf *plain, *html;
};

/* "[Label]{name}" alone in its paragraph. */
static bool is_link(struct str p, struct str *label, struct str *name)
{
    const char *end = p.n > 4 && p.p[0] == '[' ? memmem(p.p, p.n, "]{", 2) : NULL;
    if (!end || p.p[p.n - 1] != '}') return false;
    *label = (struct str){ p.p + 1, (size_t)(end - p.p) - 1 };
    *name = (struct str){ end + 2, (size_t)(p.p + p.n - end) - 3 };
    return true;
}

static bool put_link(struct letter_writer *w, struct str label, struct str name)
{
    const struct letter_value *v = value_of(w->values, name);
    if (!v || v->kind != LETTER_LINK) return false;
    struct str url = str_of(v->text);
    buf_add(w->plain, label.p, label.n);
    buf_printf(w->plain, "%s\n%s\n\n", w->english ? ":" : "：", v->text);
    buf_text(w->html, P "<a href=\"");
    html_escape(w->html, url);
    buf_text(w->html, "\" style=\"" BUTTON "\">");
    html_escape(w->html, label);
    buf_text(w->html, "</a></p>\n" SMALL);
    html_escape(w->html, url);
    buf_text(w->html, "</p>\n");
    return true;
}

static bool put_paragraph(struct letter_writer *w, struct str p)
{
    struct str label, name;
    if (is_link(p, &label, &name)) return put_link(w, label, name);
    struct buf words;
    buf_fixed(&words, arena_alloc(w->a, PLAIN_MAX), PLAIN_MAX);
    if (!fill(&words, p, w->values, w->english, SIZE_MAX) || words.overflow) return false;
    while (words.n > 0 && words.p[words.n - 1] == ' ') words.n--; /* a value at its end may be none */
    buf_add(w->plain, words.p, words.n);
    buf_text(w->plain, "\n\n");
    buf_text(w->html, P);
    struct str rest = buf_str(&words);
    for (const char *end; (end = memchr(rest.p, '\n', rest.n)) != NULL;) {
        struct str line = { rest.p, (size_t)(end - rest.p) };
        html_escape(w->html, line);
        buf_text(w->html, "<br>\n");
        rest.p += line.n + 1, rest.n -= line.n + 1;
    }
    html_escape(w->html, rest);
    buf_text(w->html, "</p>\n");
    return true;
}

static bool put_body(struct letter_writer *w, struct str body)
{
    while (body.n > 0) {
        const char *end = memmem(body.p, body.n, "\n\n", 2);
        struct str p = { body.p, end ? (size_t)(end - body.p) : body.n };
        if (p.n > 0 && !put_paragraph(w, p)) return false;
        size_t step = end ? p.n + 2 : p.n;
        body.p += step, body.n -= step;
    }
    return true;
}

/* ---- the letter ---- */

static bool values_fit(const struct letter *l, const struct letter_value *values)
{
    size_t slots = 0, count = 0;
    while (slots < LETTER_SLOTS_MAX && l->slot[slots].kind != LETTER_NONE) slots++;
    for (const struct letter_value *v = values; v->kind != LETTER_NONE; v++, count++) {
        const struct letter_slot *s = slot_of(l, str_of(v->name));
        bool has_text = v->kind == LETTER_NUMBER || v->kind == LETTER_DAY || v->text != NULL;
        if (!s || s->kind != v->kind || !has_text) return false;
        if (v->kind == LETTER_LINK && !str_starts(str_of(v->text), STR("http"))) return false;
    }
    return slots == count;
}

static bool render(struct arena *a, const struct letter_words *words, struct letter_writer *w, struct letter_text *out)
{
    struct buf subject;
    buf_fixed(&subject, arena_alloc(a, SUBJECT_MAX), SUBJECT_MAX);
    /* Two long names are more than a subject may have, and a letter that cannot be written fails its cause. */
    if (!fill(&subject, str_of(words->subject), w->values, w->english, SUBJECT_VALUE_MAX)) return false;
    buf_printf(w->html, "<!doctype html>\n<html lang=\"%s\">\n<head>" HTML_HEAD "<title>", w->english ? "en" : "zh-CN");
    html_escape(w->html, buf_str(&subject));
    buf_text(w->html, "</title></head>\n" HTML_OPEN "<h1 style=\"margin:0 0 16px;font-size:20px;line-height:1.4\">");
    html_escape(w->html, buf_str(&subject));
    buf_text(w->html, "</h1>\n");
    if (!put_body(w, str_of(words->body))) return false;
    buf_text(w->html, HTML_CLOSE);
    while (w->plain->n > 0 && w->plain->p[w->plain->n - 1] == '\n') w->plain->n--;
    buf_char(w->plain, '\n');
    *out = (struct letter_text){ buf_terminated(&subject), buf_terminated(w->plain), buf_terminated(w->html) };
    return !subject.overflow && !w->plain->overflow && !w->html->overflow;
}

bool letter_render(struct arena *a, const struct letter *l, const char *lang, const struct letter_value *values,
                   struct letter_text *out)
{
    struct buf plain, html;
    buf_fixed(&plain, arena_alloc(a, PLAIN_MAX), PLAIN_MAX);
    buf_fixed(&html, arena_alloc(a, HTML_MAX), HTML_MAX);
    struct letter_writer w = { a, values, is_english(lang), &plain, &html };
    return values_fit(l, values) && render(a, w.english ? &l->en : &l->zh, &w, out);
}

struct letters_calendar letters_calendar;
const char *letters_contact;

const char *letter_appeal(struct arena *a, const char *lang, const char *en, const char *zh)
{
    static const char *const schemes[] = { "mailto:", "tel:" };
    const char *to = letters_contact;
    if (!to) return "";
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (str_starts(str_of(to), str_of(schemes[i]))) to += strlen(schemes[i]);
    return is_english(lang) ? arena_printf(a, "%s %s", en, to) : arena_printf(a, "%s%s", zh, to);
}

/* The values with each end moved to the end of the same day in UTC, which is how it is written then. */
static bool name_days(struct tx *tx, int64_t account, const struct letter_value *in,
                      struct letter_value out[LETTER_SLOTS_MAX + 1])
{
    const char *zone = NULL;
    size_t n = 0;
    for (; in[n].kind != LETTER_NONE && n < LETTER_SLOTS_MAX; n++) {
        out[n] = in[n];
        if (in[n].kind != LETTER_DAY || account <= 0 || !letters_calendar.zone) continue;
        if (!zone && !letters_calendar.zone(tx, account, tx_arena(tx), &zone)) return false;
        out[n].number = (letters_calendar.day_of(zone, in[n].number - 1) + 1) * DAY_MS;
    }
    out[n] = (struct letter_value){ .kind = LETTER_NONE };
    return in[n].kind == LETTER_NONE;
}

bool letter_put(struct tx *tx, const struct mail_settings *s, const struct letter *l, const struct letter_to *to,
                const struct letter_value *values)
{
    struct letter_text t;
    struct letter_value said[LETTER_SLOTS_MAX + 1];
    struct arena *a = tx_arena(tx);
    if (str_starts(str_of(to->email), STR(MAIL_NOBODY))) return true;
    if (!name_days(tx, to->account, values, said)) return false;
    if (!letter_render(a, l, to->lang, said, &t)) {
        LOG(LOG_ERROR, "letter.refused", LOG_TEXT("kind", l->kind));
        return false;
    }
    const struct mail m = { .to = arena_text(a, to->email),
                            .subject = t.subject,
                            .text = t.plain,
                            .html = t.html,
                            .reply_to = to->reply_to,
                            .kind = l->kind,
                            .account = to->account };
    return mail_put(tx, s, &m);
}

/* ---- looking at tables ---- */

void letter_samples(const struct letter *l, struct letter_value *out)
{
    size_t n = 0;
    for (; n < LETTER_SLOTS_MAX && l->slot[n].kind != LETTER_NONE; n++)
        out[n] = (struct letter_value){ l->slot[n].name, l->slot[n].kind, l->slot[n].sample, l->slot[n].number };
    out[n] = (struct letter_value)LETTER_END;
}

static bool uses(const struct letter_words *w, const char *name)
{
    char in_braces[SLOT_NAME_MAX + 3];
    int n = snprintf(in_braces, sizeof in_braces, "{%s}", name);
    return n > 0 && (size_t)n < sizeof in_braces && (strstr(w->subject, in_braces) || strstr(w->body, in_braces));
}

/* Names of shops and people have 80 characters, of up to 4 bytes each, and stand in subjects. */
static void make_long(struct arena *a, struct letter_value *values)
{
    char *name = arena_alloc(a, LONG_NAME_BYTES + 1);
    for (size_t i = 0; i < LONG_NAME_BYTES; i += 4) memcpy(name + i, "\xf0\x9f\x8d\xb5", 4);
    name[LONG_NAME_BYTES] = '\0';
    for (; values->kind != LETTER_NONE; values++)
        if (values->kind == LETTER_TEXT || values->kind == LETTER_LINES) values->text = name;
}

static bool letter_check(struct arena *a, const struct letter *l, struct buf *complaints)
{
    struct letter_value samples[LETTER_SLOTS_MAX + 1];
    struct letter_text text;
    size_t before = complaints->n;
    letter_samples(l, samples);
    for (size_t i = 0; i < LETTER_SLOTS_MAX && l->slot[i].kind != LETTER_NONE; i++)
        if (!uses(&l->en, l->slot[i].name) || !uses(&l->zh, l->slot[i].name))
            buf_printf(complaints, "%s: {%s} is not in both languages\n", l->kind, l->slot[i].name);
    if (!letter_render(a, l, "en", samples, &text)) buf_printf(complaints, "%s: English does not render\n", l->kind);
    if (!letter_render(a, l, "zh-CN", samples, &text)) buf_printf(complaints, "%s: Chinese does not render\n", l->kind);
    make_long(a, samples);
    if (!letter_render(a, l, "en", samples, &text) || !letter_render(a, l, "zh-CN", samples, &text))
        buf_printf(complaints, "%s: has no room for long names\n", l->kind);
    return complaints->n == before;
}

bool letters_check(const struct letter *const *table, struct buf *complaints)
{
    bool good = true;
    for (; *table; table++) {
        struct arena *a = arena_new(4 << 20);
        good &= letter_check(a, *table, complaints);
        arena_free(a);
    }
    return good;
}
