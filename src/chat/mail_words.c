/* mail_words.c: which words of an answer by mail are its writer's own. Each mail program quotes in its own way; what is
 * known of them stands in the tables here. The surest sign is our own: the line above the words of our letters.
 *
 * Lines that begin with '>' go wherever they stand, with the line that says who wrote them; so an answer between or
 * below quoted lines is kept. What is quoted without such signs ends the mail where its head begins. */
#include "chat/mail_read.h"

#include <ctype.h>
#include <stdlib.h>

enum { HEAD_LINES = 4, ATTRIBUTION_LINES = 3, ATTRIBUTION_MAX = 300, RULE_MIN = 20, DASHES_MIN = 4 };

struct lines {
    struct str *line;
    size_t n;
};

static bool has(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (strncasecmp(s.p + i, word, n) == 0) return true;
    return false;
}

static bool begins(struct str s, const char *word)
{
    return s.n >= strlen(word) && strncasecmp(s.p, word, strlen(word)) == 0;
}

static bool ends(struct str s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && strncasecmp(s.p + s.n - n, word, n) == 0;
}

static bool among(struct str s, const char *const *list, bool (*test)(struct str, const char *))
{
    for (; *list; list++)
        if (test(s, *list)) return true;
    return false;
}

static bool is_quoted(struct str s) { return s.n > 0 && s.p[0] == '>'; }
static bool is_blank(struct str s) { return str_trim(s).n == 0; }

/* "-----Original Message-----", "------------------ 原始邮件 ------------------", "________________" */
static bool is_rule(struct str s)
{
    static const char *const words[] = { "original", "forwarded", "replied message", "原始邮件",
                                         "原邮件",   "转发邮件",  "转发的邮件",      NULL };
    size_t dashes = 0, under = 0;
    s = str_trim(s);
    while (dashes < s.n && s.p[dashes] == '-') dashes++;
    while (under < s.n && s.p[under] == '_') under++;
    return (dashes >= DASHES_MIN && among(s, words, has)) || (under >= RULE_MIN && under == s.n) ||
           begins(s, "begin forwarded message:");
}

/* Outlook's: From, then Sent, To or Subject within the next lines. */
static bool is_head(const struct lines *l, size_t at)
{
    static const char *const first[] = { "from:", "*from:*", "发件人:", "发件人：", "von:", "de:", "de :", NULL };
    static const char *const next[] = { "sent:",    "date:",    "to:",      "subject:", "*sent:*", "*date:*",
                                        "发送时间", "发送日期", "收件人",   "主题",     "日期",    "gesendet:",
                                        "enviado:", "para:",    "envoyé :", "asunto:",  "fecha:",  NULL };
    /* "From: Beijing / To: Shanghai" is a question of a customer. */
    if (!among(str_trim(l->line[at]), first, begins) || !has(l->line[at], "@")) return false;
    for (size_t i = at + 1; i < l->n && i <= at + HEAD_LINES; i++)
        if (among(str_trim(l->line[i]), next, begins)) return true;
    return false;
}

/* "On Friday, Tea wrote:", over up to three lines. *n: how many. */
static bool is_attribution(const struct lines *l, size_t at, size_t *n)
{
    static const char *const first[] = { "on ", "at ", "am ", "el ", "le ", "在", "于", NULL };
    static const char *const last[] = { "wrote:", "wrote：",   "写道:",     "写道：",         "schrieb:",
                                        "写到：", "escribió:", "a écrit :", "a écrit\u00a0:", NULL };
    char text[ATTRIBUTION_MAX + 1];
    struct buf joined;
    buf_fixed(&joined, text, sizeof text);
    bool opens = among(str_trim(l->line[at]), first, begins);
    for (*n = 1; *n <= ATTRIBUTION_LINES && at + *n <= l->n; ++*n) {
        struct str s = str_trim(l->line[at + *n - 1]);
        if (s.n == 0 || is_quoted(s)) return false;
        if (joined.n > 0) buf_char(&joined, ' ');
        buf_add(&joined, s.p, s.n);
        if (joined.overflow) return false;
        struct str all = buf_str(&joined);
        /* "2026年11月28日 Tea <…> 写道：" begins with a date. */
        bool dated = all.n > 0 && isdigit((unsigned char)all.p[0]);
        /* With an address alone it is one line: a line above it may be the answer itself. So may be one that begins
         * with a digit, when a line below it opens an attribution. */
        bool begins_here = among(s, first, begins) || (isdigit((unsigned char)s.p[0]) && among(s, last, ends));
        if (*n > 1 && !opens && begins_here) return false;
        if ((opens || dated || (*n == 1 && has(all, "@"))) && among(all, last, ends)) return true;
        if (opens && has(all, " schrieb ") && ends(all, ":")) return true;
    }
    return false;
}

static bool is_mark(struct str s) { return has(s, MAIL_MARK_EN) || has(s, MAIL_MARK_ZH); }

/* Quoted lines alone from here to the end. */
static bool only_quoted(const struct lines *l, size_t at)
{
    for (; at < l->n; at++)
        if (!is_quoted(l->line[at]) && !is_blank(l->line[at])) return false;
    return true;
}

/* Before our own mark: who wrote what follows, in whatever words. */
static size_t before_mark(const struct lines *l, size_t at)
{
    while (at > 0 && (is_blank(l->line[at - 1]) || is_quoted(l->line[at - 1]))) at--;
    for (size_t i = 1, n; i <= ATTRIBUTION_LINES && i <= at; i++)
        if (is_attribution(l, at - i, &n) && n == i) return at - i;
    return at;
}

static size_t end_of_own(const struct lines *l)
{
    size_t n;
    for (size_t i = 0; i < l->n; i++) {
        if (is_mark(l->line[i])) {
            size_t end = before_mark(l, i);
            for (size_t k = 0; k < end; k++)
                if (is_rule(l->line[k]) || is_head(l, k)) return k;
            return end;
        }
        if (is_rule(l->line[i]) || is_head(l, i)) return i;
        if (!is_attribution(l, i, &n)) continue;
        size_t next = i + n;
        while (next < l->n && is_blank(l->line[next])) next++;
        if (next == l->n || !is_quoted(l->line[next]) || only_quoted(l, next)) return i;
    }
    return l->n;
}

static void put_line(struct buf *out, struct str s, const struct mail_in_flow *flow, bool *soft)
{
    bool joins = *soft;
    if (flow->flowed && s.n > 0 && s.p[0] == ' ') s.p++, s.n--; /* stuffed */
    *soft = flow->flowed && s.n > 0 && s.p[s.n - 1] == ' ';
    if (*soft && flow->delsp) s.n--;
    while (!*soft && s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) s.n--;
    if (s.n == 0 && (out->n == 0 || (out->n > 1 && out->p[out->n - 1] == '\n' && out->p[out->n - 2] == '\n'))) return;
    if (out->n > 0 && !joins && s.n > 0 && out->p[out->n - 1] != '\n') buf_char(out, '\n');
    if (s.n == 0) buf_text(out, out->p[out->n - 1] == '\n' ? "\n" : "\n\n");
    buf_add(out, s.p, s.n);
}

static struct lines split(struct str text)
{
    struct lines l = { .n = 1 };
    for (size_t i = 0; i < text.n; i++) l.n += text.p[i] == '\n';
    l.line = calloc(l.n, sizeof *l.line);
    if (!l.line) abort();
    size_t at = 0;
    for (size_t i = 0; i < l.n; i++) {
        const char *lf = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
        size_t n = lf ? (size_t)(lf - text.p) - at : text.n - at;
        l.line[i] = (struct str){ text.n ? text.p + at : "", n };
        at += n + (lf != NULL);
    }
    return l;
}

void mail_in_own_words(struct str text, struct mail_in_flow flow, struct buf *out)
{
    struct lines l = split(text);
    bool soft = false;
    size_t n;
    buf_clear(out);
    l.n = end_of_own(&l);
    for (size_t i = 0; i < l.n; i++) {
        if (str_eq(l.line[i], STR("-- ")) || str_eq(l.line[i], STR("--"))) break; /* a signature */
        if (is_quoted(l.line[i])) {
            soft = false;
            continue;
        }
        if (is_attribution(&l, i, &n)) { /* of quoted lines that words follow */
            i += n - 1;
            continue;
        }
        put_line(out, l.line[i], &flow, &soft);
    }
    while (out->n > 0 && isspace((unsigned char)out->p[out->n - 1])) out->n--;
    free(l.line);
}

/* ---- HTML ---- */

/* Of the elements in which programs put what they quote: a part of the tag. */
static const char *const quoting[] = {
    "<blockquote",
    "gmail_quote",
    "yahoo_quoted",
    "divRplyFwdMsg",
    "appendonsend",
    "moz-cite-prefix",
    "<includetail",
    "isReplyContent",
    "ntes-mailmaster-quote",
    "protonmail_quote",
    "zmail_extra",
    "OLK_SRC_BODY_SECTION",
    "border-top:solid #E1E1E1",
    "border-top:solid #B5C4DF",
    NULL,
};

static bool has_words(struct str html)
{
    bool in_tag = false;
    for (size_t i = 0; i < html.n; i++) {
        if (html.p[i] == '<') in_tag = true;
        else if (html.p[i] == '>') in_tag = false;
        else if (!in_tag && !isspace((unsigned char)html.p[i])) {
            if (strncasecmp(html.p + i, "&nbsp;", html.n - i < 6 ? html.n - i : 6) != 0) return true;
            i += 5;
        }
    }
    return false;
}

static const char *find(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (s.p[i] == word[0] || tolower((unsigned char)s.p[i]) == tolower((unsigned char)word[0])) {
            if (strncasecmp(s.p + i, word, n) == 0) return s.p + i;
        }
    return NULL;
}

/* Quoted blocks taken out, whatever stands in them. */
static struct str without_blocks(struct arena *a, struct str html)
{
    char *out = arena_alloc(a, html.n + 1);
    size_t n = 0, depth = 0;
    for (size_t i = 0; i < html.n; i++) {
        struct str rest = { html.p + i, html.n - i };
        if (begins(rest, "<blockquote")) depth++;
        if (depth == 0) out[n++] = html.p[i];
        if (depth > 0 && begins(rest, "</blockquote")) depth--, i += strlen("</blockquote");
    }
    out[n] = '\0';
    return (struct str){ out, n };
}

struct str mail_in_own_html(struct arena *a, struct str html)
{
    const char *body = find(html, "<body"), *end = html.p + html.n;
    struct str from = body ? (struct str){ body, (size_t)(end - body) } : html;
    for (const char *const *sign = quoting; *sign; sign++) {
        const char *at = find((struct str){ from.p, (size_t)(end - from.p) }, *sign);
        if (at && at < end) end = at;
    }
    while (end > from.p && end < html.p + html.n && *end != '<') end--; /* the tag that the sign stands in */
    struct str own = { from.p, (size_t)(end - from.p) };
    return has_words(own) ? own : without_blocks(a, from);
}
