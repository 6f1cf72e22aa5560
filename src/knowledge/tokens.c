/* tokens.c: see tokens.h.
 *
 * Equal text has one spelling first: NFKD and case folding, accents and signs of direction dropped, composed again (a
 * plain ASCII text, which most are, is only lowered). Then one walk over its characters.
 * Rejected: a dictionary of Chinese words (a shop's own words are in none, and what it cuts wrongly is never found);
 * a real stemmer (Porter makes one word of "universe" and "university"; a plural is what shoppers write). */
#include "knowledge/tokens.h"

#include "base/unicode.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum { WORD_TRIGRAM_MIN = 4, STEM_MIN = 4, WEIGHT_MAX = 3, TRIGRAMS_OF_WORD_MAX = 48 };

/* ---- the set ---- */

void tokens_begin(struct tokens *t, struct arena *a, size_t most)
{
    size_t slots = 64;
    while (slots < most * 2) slots *= 2;
    *t = (struct tokens){ .arena = a,
                          .token = ARENA_ARRAY(a, struct token, most),
                          .most = most,
                          .slot = ARENA_ARRAY(a, uint32_t, slots),
                          .slots = slots };
}

static uint32_t hash_of(struct str s)
{
    uint32_t h = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < s.n; i++) h = (h ^ (uint8_t)s.p[i]) * 16777619U;
    return h;
}

static void put(struct tokens *t, struct str text, unsigned field)
{
    if (text.n > TOKEN_MAX_BYTES) text.n = utf8_cut(text, TOKEN_MAX_BYTES);
    if (text.n == 0) return;
    size_t i = hash_of(text) & (t->slots - 1);
    for (; t->slot[i] != 0; i = (i + 1) & (t->slots - 1)) {
        struct token *k = &t->token[t->slot[i] - 1];
        if (!str_eq(k->text, text)) continue;
        k->fields |= field;
        if (k->weight < WEIGHT_MAX) k->weight++;
        return;
    }
    if (t->count == t->most) return;
    t->token[t->count] = (struct token){ { arena_copy(t->arena, text.p, text.n), text.n }, field, 1 };
    t->slot[i] = (uint32_t)++t->count;
}

/* ---- one spelling ---- */

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80) return false;
    return true;
}

/* What is said does not depend on these: accents, and signs of direction, which nobody sees. */
static bool is_dropped(ucs4_t c) { return (c >= 0x300 && c <= 0x36f) || unicode_turns(c); }

/* `folded` without what is dropped, in its own memory; its new length. */
static size_t drop(uint8_t *folded, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n;) {
        ucs4_t c;
        int step = u8_mbtoucr(&c, folded + i, n - i);
        if (step <= 0) break;
        if (!is_dropped(c)) {
            memmove(folded + to, folded + i, (size_t)step);
            to += (size_t)step;
        }
        i += (size_t)step;
    }
    return to;
}

/* malloc'ed, or the caller's `room` when all is ASCII. */
static uint8_t *folded(struct arena *a, struct str s, size_t *n)
{
    if (is_ascii(s)) {
        uint8_t *low = arena_copy(a, s.p, s.n);
        for (size_t i = 0; i < s.n; i++)
            if (low[i] >= 'A' && low[i] <= 'Z') low[i] |= 0x20;
        *n = s.n;
        return low;
    }
    size_t wide_n = 0, whole_n = 0;
    uint8_t *wide = u8_casefold((const uint8_t *)s.p, s.n, NULL, UNINORM_NFKD, NULL, &wide_n);
    if (!wide) abort(); /* no memory: as arenas do */
    wide_n = drop(wide, wide_n);
    uint8_t *whole = u8_normalize(UNINORM_NFC, wide, wide_n, NULL, &whole_n);
    if (!whole && wide_n > 0) abort();
    uint8_t *out = whole_n > 0 ? arena_copy(a, whole, whole_n) : NULL;
    free(wide);
    free(whole);
    *n = whole_n;
    return out;
}

/* ---- words ---- */

static bool ends(const char *w, size_t n, const char *tail)
{
    size_t m = strlen(tail);
    return n > m && memcmp(w + n - m, tail, m) == 0;
}

static bool is_plain(const char *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w[i] < 'a' || w[i] > 'z') return false;
    return true;
}

/* Singular of an English word, or what singular and plural have in common ("movies", "movie": movy). */
static struct str stem(char *w, size_t n)
{
    if (n >= STEM_MIN && is_plain(w, n)) {
        if (ends(w, n, "sses") || ends(w, n, "xes") || ends(w, n, "ches") || ends(w, n, "shes") || ends(w, n, "zes"))
            n -= 2;
        else if (ends(w, n, "s") && !ends(w, n, "ss") && !ends(w, n, "us") && !ends(w, n, "is")) n--;
        if (n > STEM_MIN && ends(w, n, "ie")) w[--n - 1] = 'y';
        else if (n >= STEM_MIN && ends(w, n, "oe")) n--;
    }
    return (struct str){ w, n };
}

/* Three characters at a time, the first with a mark before the word, since slips are rare at its begin. */
static size_t trigrams(struct str word, struct str out[TRIGRAMS_OF_WORD_MAX], char memory[TOKEN_MAX_BYTES + 2])
{
    size_t at[TOKEN_MAX_BYTES + 2], chars = 0, count = 0;
    if (word.n > TOKEN_MAX_BYTES) word.n = utf8_cut(word, TOKEN_MAX_BYTES);
    memory[0] = '_';
    memcpy(memory + 1, word.p, word.n);
    for (size_t i = 0; i < word.n + 1; i += utf8_sequence(memory + i, word.n + 1 - i)) at[chars++] = i;
    at[chars] = word.n + 1;
    if (chars < WORD_TRIGRAM_MIN + 1) return 0;
    for (size_t i = 0; i + 3 <= chars && count < TRIGRAMS_OF_WORD_MAX; i++)
        out[count++] = (struct str){ memory + at[i], at[i + 3] - at[i] };
    return count;
}

static void put_marked(struct tokens *t, char mark, struct str text, unsigned field)
{
    char marked[TOKEN_MAX_BYTES + 1];
    if (text.n == 0 || text.n > TOKEN_MAX_BYTES - 1) return;
    marked[0] = mark;
    memcpy(marked + 1, text.p, text.n);
    put(t, (struct str){ marked, text.n + 1 }, field);
}

static void put_word(struct tokens *t, const char *p, size_t n, unsigned field, unsigned how)
{
    char word[TOKEN_MAX_BYTES], memory[TOKEN_MAX_BYTES + 2];
    struct str three[TRIGRAMS_OF_WORD_MAX];
    struct str cut = { p, n };
    if (n > TOKEN_MAX_BYTES) cut.n = utf8_cut(cut, TOKEN_MAX_BYTES);
    memcpy(word, cut.p, cut.n);
    struct str s = stem(word, cut.n);
    put(t, s, field);
    if (!(how & TOKENS_TRIGRAMS)) return;
    size_t count = trigrams(s, three, memory);
    for (size_t i = 0; i < count; i++) put_marked(t, '~', three[i], field);
}

int token_likeness(struct str word, struct str other)
{
    char memory[2][TOKEN_MAX_BYTES + 2];
    struct str a[TRIGRAMS_OF_WORD_MAX], b[TRIGRAMS_OF_WORD_MAX];
    size_t n = trigrams(word, a, memory[0]), m = trigrams(other, b, memory[1]), same = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            if (b[k].n > 0 && str_eq(a[i], b[k])) {
                b[k].n = 0;
                same++;
                break;
            }
    size_t longer = n > m ? n : m;
    return longer ? (int)(same * 100 / longer) : 0;
}

/* ---- numbers ---- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

size_t token_number(struct str number, char out[TOKEN_NUMBER_MAX + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < number.n; i++) {
        char c = number.p[i];
        if (!is_letter(c) && !is_digit(c)) continue;
        if (n == TOKEN_NUMBER_MAX) return 0;
        out[n++] = (char)(is_letter(c) ? c | 0x20 : c);
    }
    out[n] = '\0';
    return n;
}

void tokens_add_number(struct tokens *t, struct str number, unsigned field)
{
    char joined[TOKEN_NUMBER_MAX + 1];
    size_t n = token_number(number, joined);
    if (n > 0) put_marked(t, '#', (struct str){ joined, n }, field);
}

static bool has(struct str s, bool (*is)(char c))
{
    for (size_t i = 0; i < s.n; i++)
        if (is(s.p[i])) return true;
    return false;
}

/* A run with its punctuation: as a number, and as a word of its own when it is one of letters and digits. */
static void put_run(struct tokens *t, struct str run, unsigned field, unsigned how)
{
    char joined[TOKEN_NUMBER_MAX + 1];
    size_t n = token_number(run, joined);
    if (n < TOKEN_NUMBER_MIN || !has(run, is_digit)) return;
    put_marked(t, '#', (struct str){ joined, n }, field);
    if (n < run.n && has(run, is_letter)) put_word(t, joined, n, field, how);
}

/* ---- the walk ---- */

/* Scripts that are written without spaces. */
static bool is_gram(ucs4_t c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x3ffff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x3040 && c <= 0x30ff) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0x0e00 && c <= 0x0e7f) || c == 0x3005;
}

static bool is_word(ucs4_t c)
{
    if (c < 0x80) return is_letter((char)c) || is_digit((char)c);
    return !is_gram(c) && (uc_is_general_category(c, UC_CATEGORY_L) || uc_is_general_category(c, UC_CATEGORY_N) ||
                           uc_is_general_category(c, UC_CATEGORY_M));
}

static bool joins(char c) { return c == '-' || c == '_' || c == '.' || c == '/'; }

struct walk {
    struct tokens *t;
    const char *p;
    size_t n;
    unsigned field, how;
    size_t recent[TOKEN_JOINED_WORDS]; /* where the last words of ASCII began, the newest first */
    size_t recents, ended;             /* ended: behind the newest */
};

static ucs4_t at(const struct walk *w, size_t i, size_t *step)
{
    ucs4_t c = 0;
    int n = u8_mbtoucr(&c, (const uint8_t *)w->p + i, w->n - i);
    *step = n > 0 ? (size_t)n : 1;
    return n > 0 ? c : 0;
}

/* Words that stand side by side in a question, with one space or sign between: perhaps they are one number. */
static void join_recent(struct walk *w, size_t begin, size_t end)
{
    bool near = w->recents > 0 && begin - w->ended <= 1;
    if (!near) w->recents = 0;
    for (size_t i = w->recents; i > 0; i--)
        if (i < TOKEN_JOINED_WORDS) w->recent[i] = w->recent[i - 1];
    w->recent[0] = begin;
    if (w->recents < TOKEN_JOINED_WORDS) w->recents++;
    w->ended = end;
    for (size_t i = 1; i < w->recents; i++) {
        struct str run = { w->p + w->recent[i], end - w->recent[i] };
        char joined[TOKEN_NUMBER_MAX + 1];
        size_t n = token_number(run, joined);
        if (n > TOKEN_NUMBER_MIN && has(run, is_digit)) put_marked(w->t, '#', (struct str){ joined, n }, w->field);
    }
}

/* A word from `i` on; where it ends. An apostrophe in it is passed over, and an s behind it. */
static size_t walk_word(struct walk *w, size_t i)
{
    char word[TOKEN_MAX_BYTES * 2];
    size_t n = 0, step, begin = i, letters = 0;
    while (i < w->n) {
        ucs4_t c = at(w, i, &step);
        bool apostrophe = c == '\'' || c == 0x2019;
        if (!is_word(c) && !apostrophe) break;
        if (apostrophe) {
            size_t after = i + step, next = 0;
            ucs4_t d = after < w->n ? at(w, after, &next) : 0;
            if (!is_word(d)) break;
            ucs4_t e = after + next < w->n ? at(w, after + next, &step) : 0;
            i = d == 's' && !is_word(e) ? after + next : after;
            continue;
        }
        if (n + step <= sizeof word) memcpy(word + n, w->p + i, step), n += step;
        i += step, letters++;
    }
    if (letters > 0) put_word(w->t, word, n, w->field, w->how);
    if (w->how & TOKENS_QUESTION) join_recent(w, begin, i);
    return i;
}

/* The end of the run of ASCII letters and digits that begins here, with what joins them. */
static size_t run_end(const struct walk *w, size_t i)
{
    size_t end = i;
    while (i < w->n && (is_letter(w->p[i]) || is_digit(w->p[i]) || joins(w->p[i]))) {
        if (!joins(w->p[i])) end = i + 1;
        else if (i > end) break; /* two signs */
        i++;
    }
    return end;
}

static size_t walk_grams(struct walk *w, size_t i)
{
    size_t before = i, step;
    bool first = true;
    while (i < w->n && is_gram(at(w, i, &step))) {
        put(w->t, (struct str){ w->p + i, step }, w->field);
        if (!first) put(w->t, (struct str){ w->p + before, i + step - before }, w->field);
        first = false, before = i;
        i += step;
    }
    return i;
}

static void walk(struct walk *w)
{
    size_t step, run = 0;
    for (size_t i = 0; i < w->n;) {
        ucs4_t c = at(w, i, &step);
        if (is_gram(c)) {
            i = walk_grams(w, i);
            continue;
        }
        if (!is_word(c)) {
            i += step;
            continue;
        }
        if (c < 0x80 && i >= run) {
            run = run_end(w, i);
            put_run(w->t, (struct str){ w->p + i, run - i }, w->field, w->how);
        }
        i = walk_word(w, i);
    }
}

void tokens_add(struct tokens *t, struct str text, unsigned field, unsigned how)
{
    size_t n = 0;
    if (text.n > TOKENS_TEXT_MAX) text.n = utf8_cut(text, TOKENS_TEXT_MAX);
    if (text.n == 0 || !utf8_valid(text)) return;
    const uint8_t *p = folded(t->arena, text, &n);
    if (n > 0) walk(&(struct walk){ .t = t, .p = (const char *)p, .n = n, .field = field, .how = how });
}
