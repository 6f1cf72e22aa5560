/* local_hear.c: senses for the words of a text, the longest phrase first. The lists are local_lexicon.c's. */
#include "chat/models/local_lexicon.h"

struct entry {
    const char *p;
    uint32_t n;
    uint64_t sense;
    struct entry *next;
};
enum { BUCKETS = 1024, GAP = 3, SIZE_LETTERS = 4 };
struct lexicon {
    struct entry *bucket[BUCKETS];
};

/* Two bytes of a word, all three of a Han character: what its plural and itself have in common. */
static size_t bucket_of(const char *p, size_t n)
{
    const unsigned char *s = (const unsigned char *)p;
    uint32_t key = s[0] * 31U + (n > 1 ? s[1] : 0U);
    if (s[0] >= 0xe0 && n > 2) key = key * 31U + s[2];
    return key * UINT32_C(2654435761) >> 22;
}

static void add_rows(struct lexicon *l, struct arena *a, const struct lexicon_row *r)
{
    for (; r->words; r++) {
        for (const char *p = r->words; *p;) {
            const char *end = strchr(p, '|');
            size_t n = end ? (size_t)(end - p) : strlen(p), first = 0;
            while (first < n && p[first] != ' ' && (unsigned char)p[first] < 0xe0) first++;
            if (first == 0) first = n < 3 ? n : 3;
            struct entry *e = ARENA_NEW(a, struct entry);
            size_t b = bucket_of(p, first);
            *e = (struct entry){ .p = p, .n = (uint32_t)n, .sense = r->sense, .next = l->bucket[b] };
            l->bucket[b] = e;
            p += n + (end != NULL);
        }
    }
}

struct lexicon *lexicon_new(struct arena *a)
{
    struct lexicon *l = ARENA_NEW(a, struct lexicon);
    add_rows(l, a, lexicon_rows);
    add_rows(l, a, lexicon_phrases);
    return l;
}

/* How many atoms from i on are this phrase; "*" is up to three words of any kind. */
static size_t phrase_at(const struct atoms *a, size_t i, const char *p, size_t n)
{
    size_t at = i, k = 0;
    while (k < n) {
        if (p[k] == ' ') {
            k++;
            continue;
        }
        if (p[k] == '*') {
            for (size_t skip = 0; skip <= GAP && at + skip < a->n; skip++) {
                size_t rest = phrase_at(a, at + skip, p + k + 1, n - k - 1);
                if (rest > 0) return at + skip + rest - i;
            }
            return 0;
        }
        size_t w = 1;
        bool han = (unsigned char)p[k] >= 0xe0;
        if (han) w = 3;
        else
            while (k + w < n && p[k + w] != ' ' && p[k + w] != '*' && (unsigned char)p[k + w] < 0xe0) w++;
        if (at >= a->n || !atom_same(&a->atom[at], p + k, w)) return 0;
        at++, k += w;
    }
    return at - i;
}

static bool is_number(const struct atom *x)
{
    static const char *const words[] = { "half",  "quarter", "quarters", "an",     "one",   "two",
                                         "three", "four",    "five",     "six",    "seven", "eight",
                                         "ten",   "twelve",  "twenty",   "thirty", "fifty", NULL };
    for (size_t i = 0; words[i]; i++)
        if (strcmp(x->text, words[i]) == 0) return true;
    return x->kind == ATOM_NUMBER;
}

/* Whether the phrase can begin with this atom: all forms of a word have its first letter, a Han character has but one.
 */
static bool may_begin(const struct atom *x, const char *p)
{
    enum { HAN_BYTES = 3 };
    return *p == *x->text && ((unsigned char)*p < 0xe0 || strncmp(p, x->text, HAN_BYTES) == 0);
}

size_t lexicon_phrase(const struct atoms *a, size_t i, const char *list)
{
    size_t best = 0;
    if (i >= a->n) return 0;
    for (const char *p = list; *p;) {
        size_t n = strcspn(p, "|"), found = may_begin(&a->atom[i], p) ? phrase_at(a, i, p, n) : 0;
        const char *end = p[n] ? p + n : NULL;
        if (found > best) best = found;
        p += n + (end != NULL);
    }
    return best;
}

bool lexicon_says(const struct atoms *a, const char *list)
{
    for (size_t i = 0; i < a->n; i++)
        if (lexicon_phrase(a, i, list) > 0) return true;
    return false;
}

struct heard hear(struct arena *a, const struct lexicon *l, struct str text, size_t most)
{
    struct heard h = { .text = text, .a = atoms_of(a, text, most) };
    h.sense = ARENA_ARRAY(a, uint64_t, h.a.n + 1);
    h.used = ARENA_ARRAY(a, bool, h.a.n + 1), h.lone = ARENA_ARRAY(a, bool, h.a.n + 1);
    for (size_t i = 0; i < h.a.n;) {
        size_t best = 0;
        uint64_t sense = 0;
        const struct atom *x = &h.a.atom[i];
        for (const struct entry *e = l->bucket[bucket_of(x->text, x->n)]; e; e = e->next) {
            size_t n = phrase_at(&h.a, i, e->p, e->n);
            if (n > best) best = n, sense = e->sense;
            else if (n == best && n > 0) sense |= e->sense;
        }
        /* 支 is a unit in "3支", and part of a word in 支架; so is the foot of a foot stool; "M号" is a size */
        bool letters =
            i > 0 && x->kind == ATOM_HAN && h.a.atom[i - 1].kind == ATOM_LETTERS && h.a.atom[i - 1].n <= SIZE_LETTERS;
        bool some =
            i > 0 && h.a.atom[i - 1].kind == ATOM_HAN && strstr("几两半一二三四五六七八九十", h.a.atom[i - 1].text);
        if (sense == SENSE_UNIT) sense = letters || some || (i > 0 && is_number(&h.a.atom[i - 1])) ? SENSE_SOFT : 0;
        /* "within 2 hours" tells no opening hours */
        bool counted = best == 1 && i > 0 && h.a.atom[i - 1].kind == ATOM_NUMBER && strncmp(x->text, "hour", 4) == 0;
        if (counted) sense &= ~SENSE_HOURS;
        for (size_t k = 0; k < best; k++) h.sense[i + k] = sense;
        h.lone[i] = sense != 0 && best == 1 && x->kind == ATOM_HAN && !(sense & SENSE_SOFT);
        i += best ? best : 1;
    }
    /* 透不透 asks whether it is 透: said once */
    for (size_t i = 0; i + 2 < h.a.n; i++)
        if (h.a.atom[i].kind == ATOM_HAN && strcmp(h.a.atom[i + 1].text, "不") == 0 && h.sense[i + 2] == 0 &&
            strcmp(h.a.atom[i].text, h.a.atom[i + 2].text) == 0)
            h.sense[i + 2] = SENSE_SOFT;
    for (size_t i = 0; i < h.a.n; i++) {
        /* 邮 begins a word of its own in 邮票: what no list knows goes on behind it */
        bool begins = h.lone[i] && i + 1 < h.a.n && h.a.atom[i + 1].kind == ATOM_HAN && !h.a.atom[i + 1].broken;
        if (begins && h.sense[i + 1] == 0) h.sense[i] = 0, h.lone[i] = false;
        h.all |= h.sense[i];
    }
    return h;
}

void local_hear_anew(struct heard *h, size_t i, uint64_t sense)
{
    uint64_t before = h->sense[i];
    h->sense[i] = sense;
    uint64_t others = 0;
    for (size_t k = 0; k < h->a.n; k++) others |= h->sense[k];
    h->all = (h->all & ~(before & ~others)) | sense;
}

void lexicon_words(uint64_t senses, struct buf *out)
{
    for (const struct lexicon_row *r = lexicon_keys; r->words; r++)
        if (r->sense & senses) buf_text(out, r->words), buf_char(out, ' ');
}

const char *lexicon_other(const char *value, size_t at)
{
    for (const struct lexicon_pair *p = lexicon_pairs; p->a; p++) {
        const char *found = text_eq(p->a, value) ? p->b : text_eq(p->b, value) ? p->a : NULL;
        if (found && at-- == 0) return found;
    }
    return NULL;
}
