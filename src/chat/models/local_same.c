/* local_same.c: one thing under several names. A shop sells 水饺 and is asked for 饺子, or sells pruning shears and is
 * asked for secateurs: where nothing is found by the word that was said, the others are tried. */
#include "chat/models/local_lexicon.h"

enum { PHRASE = 48 };

void local_same(struct arena *a, struct heard *h)
{
    h->same = ARENA_ARRAY(a, uint16_t, h->a.n + 1);
    for (size_t i = 0; i < h->a.n; i++)
        for (size_t k = 0; lexicon_same[k] && h->same[i] == 0; k++)
            if (lexicon_phrase(&h->a, i, lexicon_same[k]) > 0) h->same[i] = (uint16_t)(k + 1);
}

size_t local_same_told(const struct heard *h, size_t i, const struct atoms *t)
{
    if (!h->same || h->same[i] == 0) return 0;
    for (size_t at = 0; at < t->n; at++)
        if (lexicon_phrase(t, at, lexicon_same[h->same[i] - 1]) > 0)
            return lexicon_phrase(&h->a, i, lexicon_same[h->same[i] - 1]);
    return 0;
}

void local_same_words(const struct heard *h, struct buf *out, size_t most)
{
    for (size_t i = 0; i < h->a.n && h->same; i++) {
        const char *same = h->same[i] > 0 ? lexicon_same[h->same[i] - 1] : "";
        if (out->n + strlen(same) + 1 > most) continue;
        for (; *same; same++) buf_char(out, *same == '|' ? ' ' : *same);
        buf_char(out, ' ');
    }
}

/* As it is typed on a phone: each stands for the word behind it. */
static const char *word_typed(const char *p, size_t n)
{
    /* clang-format off */
    static const char *const words[][2] = {
        { "hw", "how" }, { "yrs", "years" }, { "hwo", "how" }, { "wat", "what" }, { "wot", "what" }, { "wht", "what" },
        { "waht", "what" }, { "u", "you" }, { "w", "with" }, { "ya", "you" }, { "yu", "you" }, { "ur", "your" },
        { "r", "are" }, { "wen", "when" }, { "whn", "when" }, { "wich", "which" }, { "wher", "where" },
        { "cn", "can" }, { "hav", "have" }, { "hv", "have" }, { "hve", "have" }, { "stk", "stock" },
        { "stok", "stock" }, { "tmrw", "tomorrow" }, { "tmr", "tomorrow" }, { "tomoz", "tomorrow" },
        { "tomorow", "tomorrow" }, { "tommorow", "tomorrow" }, { "2moro", "tomorrow" }, { "2day", "today" },
        { "b4", "before" }, { "abt", "about" }, { "dat", "that" }, { "teh", "the" }, { "hte", "the" },
        { "shud", "should" }, { "wud", "would" }, { "cud", "could" }, { "cld", "could" }, { "wld", "would" },
        { "nd", "and" }, { "n", "and" }, { "frm", "from" }, { "lng", "long" }, { "mch", "much" }, { "muc", "much" },
        { "gud", "good" }, { "delivry", "delivery" }, { "delivary", "delivery" }, { "warrenty", "warranty" },
        { "gurantee", "guarantee" }, { "colur", "colour" }, { "coulor", "colour" }, { "recieve", "receive" },
    };
    /* clang-format on */
    if (n == 1 && *p < 'a') return NULL; /* "Type R" */
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (strlen(words[k][0]) == n && strncasecmp(p, words[k][0], n) == 0) return words[k][1];
    return NULL;
}

/* How long the word at p is, without the marks behind it; *whole: with them. */
static size_t word_at(const char *p, size_t *whole)
{
    *whole = strcspn(p, " \n");
    size_t n = *whole;
    while (n > 0 && strchr(",?!.;:", p[n - 1])) n--;
    return n;
}

/* "Ring size n", "in an n": the letter itself. */
static bool is_letter(const char *text, size_t i)
{
    static const char *const before[] = { "size", "sizes", "in", "a", "an", "the", "or", "letter", NULL };
    size_t end = i > 0 ? i - 1 : 0, from = end;
    while (from > 0 && text[from - 1] != ' ' && text[from - 1] != '\n') from--;
    for (size_t k = 0; before[k]; k++)
        if (strlen(before[k]) == end - from && strncasecmp(text + from, before[k], end - from) == 0) return true;
    return i == 0 || text[i + 1] != ' ';
}

const char *local_typed(struct arena *a, const char *text)
{
    enum { LONGER = 4 }; /* no word becomes more than four times as long */
    size_t length = strlen(text), room = length * LONGER + 1, whole = 0;
    bool any = false;
    for (size_t i = 0; i < length && !any; i += whole + 1) {
        size_t n = word_at(text + i, &whole);
        any = n > 0 && word_typed(text + i, n) != NULL;
    }
    if (!any) return text;
    struct buf b;
    buf_fixed(&b, arena_alloc(a, room), room);
    for (size_t i = 0; i < length; i += whole + 1) {
        size_t n = word_at(text + i, &whole);
        const char *word = n > 0 ? word_typed(text + i, n) : NULL;
        bool watts = n == 1 && text[i] == 'w' && i > 1 && text[i - 2] >= '0' && text[i - 2] <= '9'; /* "600 w" */
        bool letter = n == 1 && text[i] == 'n' && is_letter(text, i);
        if (word && !watts && !letter) buf_text(&b, word);
        else buf_add(&b, text + i, n);
        buf_add(&b, text + i + n, whole - n + (text[i + whole] != 0));
    }
    return buf_terminated(&b);
}

/* Words that ask, of which a finger may have made another: letters that changed places, one lost or doubled. */
static bool is_slip(const struct atom *x, const char *key)
{
    struct atom k = { .text = key, .n = (uint8_t)strlen(key), .kind = ATOM_LETTERS };
    size_t i = 0;
    if (x->n != k.n) return k.n > 5 && atom_like(x, &k); /* mulch is not much, and a coast no cost */
    while (i < x->n && x->text[i] == key[i]) i++;
    return i + 1 < x->n && x->text[i] == key[i + 1] && x->text[i + 1] == key[i] &&
           memcmp(x->text + i + 2, key + i + 2, x->n - i - 2) == 0;
}

static const char *slip_of(const struct atom *x)
{
    static const char *const keys[] = { "much",     "price",    "cost",     "costs",    "stock",  "available",
                                        "shipping", "delivery", "return",   "refund",   "colour", "colors",
                                        "sizes",    "warranty", "discount", "cheapest", NULL };
    for (size_t k = 0; keys[k] && x->kind == ATOM_LETTERS && x->n >= 4; k++)
        if (is_slip(x, keys[k])) return keys[k];
    return NULL;
}

/* "Ts-hirt": the hyphen stands where the finger put it. Of what was found so, nothing is asked anew. */
static bool is_cut(const struct local *m, size_t i)
{
    const struct heard *h = &m->h;
    const struct atom *x = &h->a.atom[i], *next = x + 1;
    if (m->found.how != FOUND_NONE || i + 1 >= h->a.n || x->kind != ATOM_LETTERS || next->kind != ATOM_LETTERS)
        return false;
    return h->text.p[x->to] == '-' && next->from == x->to + 1 && h->sense[i] == 0 && h->sense[i + 1] == 0;
}

/* "Price 4 donut bed": no number of them, where that is how the title begins. */
static bool is_for(const struct local *m, size_t i)
{
    const struct heard *h = &m->h;
    if (m->found.how != FOUND_NEAR || i == 0 || i + 1 >= h->a.n || strcmp(h->a.atom[i].text, "4") != 0) return false;
    if (!(h->sense[i - 1] & SENSE_PRICE) || h->a.atom[i].glued || h->a.atom[i + 1].glued) return false;
    for (size_t k = 0; k < m->found.n; k++) {
        struct atoms title = atoms_of(m->arena, str_of(m->found.product[k]->title), 1);
        if (title.n > 0 && strcmp(title.atom[0].text, h->a.atom[i + 1].text) == 0) return true;
    }
    return false;
}

const char *local_said_otherwise(struct local *m, size_t at)
{
    const struct heard *h = &m->h;
    char word[PHRASE];
    for (size_t i = 0; i < h->a.n; i++) {
        if (h->used[i] || h->same[i] == 0) continue;
        const char *list = lexicon_same[h->same[i] - 1];
        size_t n = lexicon_phrase(&h->a, i, list), from = h->a.atom[i].from, to = h->a.atom[i + n - 1].to;
        for (const char *p = list; *p; p += *p == '|') {
            size_t length = strcspn(p, "|");
            assert(length < PHRASE);
            memcpy(word, p, length), word[length] = 0, p += length;
            if (lexicon_phrase(&h->a, i, word) == n || at-- > 0) continue;
            return arena_printf(m->arena, "%.*s%s%.*s", (int)from, h->text.p, word, (int)(h->text.n - to),
                                h->text.p + to);
        }
    }
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        const char *key = h->sense[i] == 0 && !h->used[i] ? slip_of(x) : NULL;
        if (!key || at-- > 0) continue;
        return arena_printf(m->arena, "%.*s%s%.*s", (int)x->from, h->text.p, key, (int)(h->text.n - x->to),
                            h->text.p + x->to);
    }
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        bool cut = is_cut(m, i), four = !cut && is_for(m, i);
        if ((!cut && !four) || at-- > 0) continue;
        size_t from = cut ? x->to : x->from, to = cut ? x[1].from : x->to;
        return arena_printf(m->arena, "%.*s%s%.*s", (int)from, h->text.p, cut ? "" : "for", (int)(h->text.n - to),
                            h->text.p + to);
    }
    return NULL;
}
