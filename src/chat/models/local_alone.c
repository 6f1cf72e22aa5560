/* local_alone.c: "电饭煲的内胆单卖吗", "镜子能单买吗": a part of a thing, or one of a set, is asked for by itself. What
 * the whole costs is no answer to that, nor that it is in stock. What is sold as that part is; else a sentence of the
 * shop that tells of buying it by itself is said, or what is near. */
#include "chat/models/local.h"

enum { FIRST = 8, PART_MOST = 6, TITLE_ATOMS = 90, VALUE_ATOMS = 16, TEXTS = 8 };

static const char alone[] =
    "单卖|单买|单售|单独卖|单独买|单独售|单独购买|单独出售|分开卖|分开买|拆开卖|拆开买|拆卖|零卖|另卖";

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* Where the part is named that stands before the words that ask for it alone; how many atoms, 0: nowhere. */
static size_t part_at(const struct heard *h, size_t *at)
{
    static const char between[] = "能不能|可不可以|可以|能|可|是|有|想|要|就|只|给|了|坏|我|也|都";
    const struct atoms *a = &h->a;
    for (size_t i = 1; i < a->n; i++) {
        if (lexicon_phrase(a, i, alone) == 0) continue;
        size_t end = i, from;
        for (bool skipped = true; skipped && end > 0;) {
            skipped = false;
            for (size_t n = 1; n <= 4 && n <= end && !skipped; n++)
                if (lexicon_phrase(a, end - n, between) == n) end -= n, skipped = true;
        }
        for (from = end; from > 0 && end - from < PART_MOST && is_han(a, from - 1); from--) {
            if (from < end && a->atom[from].broken) break;
            if (lexicon_phrase(a, from - 1, "的|里|个|只|张|把|条|根|块") > 0) break;
        }
        *at = from;
        return end - from;
    }
    return 0;
}

/* Whether what is sold is the part: the first words of the title name it, or a value does ("单桌"). One character alone
 * is of a longer name: the 椅 of a set of 餐桌椅. */
static bool is_part(struct local *m, const struct knowledge_product *p, size_t at, size_t n)
{
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms t = atoms_of(m->arena, str_of(p->title), TITLE_ATOMS);
    bool part = n > 1 && atoms_where(&t, 0, &m->h.a, at, n) < FIRST;
    for (size_t i = 0; i < p->variants && !part; i++)
        for (size_t k = 0; k < p->variant[i].options && !part; k++) {
            struct arena_mark one = arena_mark(m->arena);
            struct atoms v = atoms_of(m->arena, str_of(p->variant[i].option[k].value), VALUE_ATOMS);
            size_t there = atoms_where(&v, 0, &m->h.a, at, n);
            part = there < v.n && (v.n == n || (there == 1 && strcmp(v.atom[0].text, "单") == 0));
            arena_release(m->arena, one);
        }
    arena_release(m->arena, mark);
    return part;
}

/* A sentence that tells of buying, and names the part by two characters of it at least. */
static struct str told_in(struct local *m, struct str text, size_t at, size_t n)
{
    static const char buys[] = "单独|单买|单卖|单售|另购|选购|加购|另外购买|有偿购买|单配|另配";
    for (size_t from = 0; from < text.n;) {
        struct str s = local_sentence(text, &from);
        struct arena_mark mark = arena_mark(m->arena);
        struct atoms t = atoms_of(m->arena, s, LOCAL_TEXT_ATOMS);
        bool told = false;
        for (size_t i = 0; i < t.n && !told; i++) told = lexicon_phrase(&t, i, buys) > 0;
        told &= n >= 2 && atoms_where(&t, 0, &m->h.a, at, n) < t.n;
        arena_release(m->arena, mark);
        if (told && text_is_quotable(m, s, true)) return str_trim(s);
    }
    return (struct str){ NULL, 0 };
}

static bool say_told(struct local *m, const struct knowledge_product *p, size_t at, size_t n, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t count = 0;
    struct str words = local_han_both(m->arena, m->h.text);
    if (!m->source->search_texts(m->source->ctx, words, p->id, TEXTS, m->arena, &t, &count)) return false;
    for (size_t i = 0; i < count && !*answered; i++) {
        struct str s = told_in(m, str_of(t[i].text), at, n);
        if (!s.p) continue;
        *answered = local_say_text(m, &t[i], s);
        if (*answered) local_cite_product(m, p, NULL), m->why = arena_printf(m->arena, "paper:%s", t[i].id);
    }
    return true;
}

bool local_sold_alone(struct local *m, bool *answered)
{
    struct found *f = &m->found;
    size_t at = 0, kept = 0, n = m->language == LOCAL_ZH && f->n > 0 ? part_at(&m->h, &at) : 0;
    const struct knowledge_product *parts[LOCAL_PRODUCTS];
    *answered = false;
    if (n == 0 || f->how == FOUND_NONE || f->variant) return true;
    if (n > 1 && strcmp(m->h.a.atom[at + n - 1].text, "子") == 0) n--;
    for (size_t i = 0; i < f->n; i++)
        if (is_part(m, f->product[i], at, n)) parts[kept++] = f->product[i];
    if (kept > 0) {
        for (size_t i = 0; i < kept; i++) f->product[i] = parts[i];
        f->n = kept;
        return true;
    }
    if (f->n == 1 && !say_told(m, f->product[0], at, n, answered)) return false;
    if (*answered) return true;
    f->how = FOUND_NEAR, *answered = true;
    local_product_answer(m);
    return true;
}
