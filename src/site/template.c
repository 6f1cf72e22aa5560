/* template.c: pages are files of this folder with places in them, filled with words of words.c and with what the
 * program knows. What is said in words is escaped; slots are HTML that was made here. */
#include "base/log.h"
#include "site/private.h"

#include <stdlib.h>

enum { SLOT_NAME_MAX = 40, FILL_DEPTH_MAX = 8 };

void template_set(struct template_slots *s, const char *name, const char *html)
{
    assert(s->count < TEMPLATE_SLOTS_MAX);
    s->slot[s->count++] = (struct template_slot){ name, html };
}

void template_text(struct template_slots *s, struct arena *a, const char *name, const char *text)
{
    struct buf b;
    if (s->plain) {
        template_set(s, name, text ? arena_text(a, text) : "");
        return;
    }
    buf_init(&b, text ? 6 * strlen(text) + 1 : 1);
    html_escape(&b, str_of(text ? text : ""));
    template_set(s, name, arena_text_n(a, b.p ? b.p : "", b.n));
    buf_free(&b);
}

struct filling {
    struct buf *out;
    enum lang lang;
    const struct template_slots *slots;
    unsigned depth;
};

_Noreturn static void unknown(const char *name, size_t n)
{
    char text[SLOT_NAME_MAX + 1];
    size_t kept = n < SLOT_NAME_MAX ? n : SLOT_NAME_MAX;
    memcpy(text, name, kept);
    text[kept] = '\0';
    LOG(LOG_ERROR, "template_unknown", LOG_TEXT("name", text));
    abort();
}

static const char *slot_html(const struct filling *f, const char *name, size_t n)
{
    for (size_t i = 0; i < f->slots->count; i++)
        if (str_eq(str_of(f->slots->slot[i].name), (struct str){ name, n })) return f->slots->slot[i].html;
    unknown(name, n);
}

static void fill(struct filling *f, struct str text, bool of_words);

/* {{?name}} or {{!name}} was read and `rest` follows: its inside, and what stands behind its end. */
static struct str section(const char *name, size_t n, struct str *rest)
{
    for (const char *p = rest->p, *end = rest->p + rest->n; p + n + 5 <= end; p++) {
        if (memcmp(p, "{{/", 3) != 0 || memcmp(p + 3, name, n) != 0 || memcmp(p + 3 + n, "}}", 2) != 0) continue;
        struct str inside = { rest->p, (size_t)(p - rest->p) };
        *rest = (struct str){ p + n + 5, (size_t)(end - p) - n - 5 };
        return inside;
    }
    unknown(name, n);
}

static void fill_word(struct filling *f, const char *name, size_t n)
{
    const char *word = word_of(name, n, f->lang);
    if (word == NULL) unknown(name, n);
    fill(f, str_of(word), true);
}

static void fill_place(struct filling *f, struct str place, struct str *rest)
{
    const char *name = place.p + 1;
    size_t n = place.n - 1;
    switch (place.p[0]) {
    case '=': buf_text(f->out, slot_html(f, name, n)); return;
    case '?':
    case '!': {
        struct str inside = section(name, n, rest);
        bool empty = slot_html(f, name, n)[0] == '\0';
        if (empty == (place.p[0] == '!')) fill(f, inside, false);
        return;
    }
    default: fill_word(f, place.p, place.n);
    }
}

static void fill(struct filling *f, struct str text, bool of_words)
{
    assert(f->depth < FILL_DEPTH_MAX);
    f->depth++;
    while (text.n > 0) {
        const char *open = memmem(text.p, text.n, "{{", 2);
        struct str plain = { text.p, open ? (size_t)(open - text.p) : text.n };
        if (of_words) html_escape(f->out, plain);
        else buf_add(f->out, plain.p, plain.n);
        text = (struct str){ text.p + plain.n, text.n - plain.n };
        if (open == NULL) break;
        const char *close = memmem(text.p, text.n, "}}", 2);
        if (close == NULL || close < text.p + 3) unknown(text.p, text.n);
        struct str place = { text.p + 2, (size_t)(close - text.p) - 2 };
        text = (struct str){ close + 2, text.n - place.n - 4 };
        fill_place(f, place, &text);
    }
    f->depth--;
}

void template_fill(struct buf *out, const char *text, enum lang lang, const struct template_slots *s)
{
    struct filling f = { .out = out, .lang = lang, .slots = s };
    fill(&f, str_of(text), false);
}
