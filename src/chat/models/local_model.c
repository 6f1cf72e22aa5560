/* local_model.c: what the papers of a product say beside its rules: of a part of it that is sold by itself, and what is
 * offered with it. */
#include "chat/models/local.h"

enum { TEXTS = 24, TITLE_ATOMS = 6, TITLE_BYTES = 200 };

/* The words that name the part and not the thing: the "brush head" of "T5 brush head", where the thing is the "T5
 * toothbrush". All others are used. */
static bool part_words(struct local *m, const struct knowledge_product *part, const struct knowledge_product *thing,
                       struct heard *out)
{
    bool any = false, *before = m->h.used, *plain = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    for (size_t i = 0; i < m->h.a.n; i++) plain[i] = before[i] && !m->numbered[i];
    m->h.used = plain;
    (void)local_use_title(m, part);
    const bool *of_part = m->h.used;
    m->h.used = plain;
    (void)local_use_title(m, thing);
    const bool *of_thing = m->h.used;
    m->h.used = before;
    *out = m->h;
    out->used = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    for (size_t i = 0; i < m->h.a.n; i++) {
        bool names_it = m->h.sense[i] == 0 && !plain[i] && of_part[i] && !of_thing[i];
        out->used[i] = !names_it, any |= names_it;
    }
    return any;
}

/* `subjects` 0: of a fault. */
bool local_of_model(struct local *m, uint64_t subjects, bool *answered)
{
    struct found *f = &m->found;
    *answered = false;
    if (f->how != FOUND_NAMED || f->n != 1 || f->variant) return true;
    const struct knowledge_product *part = f->product[0];
    size_t before = m->text.n, cites = m->cites, products = m->products_cited, texts = m->texts_cited;
    for (size_t i = 0; i < f->models && !*answered; i++) {
        struct heard words;
        size_t of = 0;
        if (text_eq(f->model[i]->id, part->id) || !part_words(m, part, f->model[i], &words)) continue;
        f->product[0] = f->model[i];
        buf_printf(&m->text, "%s:\n", local_title(m, f->model[i])); /* it is the thing's paper, not the part's */
        size_t begin = m->text.n;
        bool good = subjects ? local_paper(m, f->model[i], subjects, answered) : local_symptom(m, answered);
        f->product[0] = part;
        if (!good) return false;
        struct heard t = hear(m->arena, m->lexicon, (struct str){ m->text.p + begin, m->text.n - begin }, 220);
        /* all of its words: the "case" of "in case of a defect" is no carrying case */
        if (*answered && local_shared(&words, &t, &of) >= of && of > 0) break;
        m->text.n = before, m->cites = cites, m->products_cited = products, m->texts_cited = texts;
        *answered = false;
    }
    return true;
}

bool local_promotion_of(struct local *m, const struct knowledge_product *p, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (!m->source->search_texts(m->source->ctx, local_query_of(m, SENSE_DISCOUNT, true), p->id, TEXTS, m->arena, &t,
                                 &n))
        return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        struct heard title = hear(m->arena, m->lexicon, str_of(t[i].title), TITLE_ATOMS);
        if (t[i].kind != KNOWLEDGE_PROMOTION && !(title.all & SENSE_DISCOUNT)) continue;
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        if (*answered) local_cite_product(m, p, NULL), m->why = arena_printf(m->arena, "paper:%s", t[i].id);
    }
    return true;
}

/* Whether the promotion has the whole name of the product, though it is tied to none: "Every Kestrel Kettle comes with
 * a free descaler". */
static bool names_product(struct local *m, const struct knowledge_text *t, const char *title)
{
    enum { WORDS = 200 };
    char name[TITLE_BYTES];
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms text = atoms_of(m->arena, str_of(arena_printf(m->arena, "%s. %s", t->title, t->text)), WORDS);
    size_t n = joined_of(str_of(title), name, sizeof name);
    bool there = false;
    for (size_t i = 0; i < text.n && n > 0 && n + 1 < sizeof name && !there; i++)
        there = atoms_joined(&text, i, name, n) > 0;
    arena_release(m->arena, mark);
    return there;
}

bool local_offer_naming(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (!m->source->search_texts(m->source->ctx, str_of(p->title), NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        if (t[i].kind != KNOWLEDGE_PROMOTION || !names_product(m, &t[i], p->title)) continue;
        struct heard h = hear(m->arena, m->lexicon, str_of(t[i].text), LOCAL_TEXT_ATOMS);
        bool given = (h.all & SENSE_GIFT) != 0;
        for (size_t k = 0; k < h.a.n && !given; k++) given = lexicon_phrase(&h.a, k, "free|gift|included|送|赠") > 0;
        if ((subjects & SENSE_GIFT) && !given) continue;
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        if (*answered) local_cite_product(m, p, NULL), m->why = arena_printf(m->arena, "paper:%s", t[i].id);
    }
    return true;
}
