/* local_products.c: which product is meant. The search gives candidates; each is held against the turn (local_fit.c),
 * and those that fit best are meant. Where nothing fits by name, nothing is said of a price. */
#include "chat/models/local.h"

enum { CANDIDATES = 40, SLIPS_BYTES = 400, NAME_ATOMS = 4, KNOWN_MOST = 7 };

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }

static struct fit fit_of(struct local *m, const struct knowledge_product *p, struct found *options)
{
    return local_fit_named(m, p, options, NULL);
}

/* Whether the turn's word is of the name, or of an option, and no subject: the "gift" of a gift box, the "clean" of a
 * clean scent; and so is the rest of a phrase that it was heard in. */
static bool is_of_thing(const struct local *m, const bool *named, size_t i)
{
    const struct heard *h = &m->h;
    bool letters = h->a.atom[i].kind == ATOM_LETTERS, phrase = i > 0 && h->sense[i] == h->sense[i - 1];
    if (named[i] || (phrase && letters && named[i - 1] && (h->sense[i] & SENSE_HAGGLE)))
        return true; /* the "in" of "the waffle throw in red" */
    for (size_t k = 0; k < m->found.mentions; k++) {
        const struct mention *x = &m->found.mention[k];
        if (i >= x->at && i < x->at + x->n) return true;
        if (i + 1 == x->at && x->n > 0 && h->sense[i] == h->sense[x->at] && (h->sense[i] & SENSE_GIFT))
            return true; /* "when it comes with the hood": that is a choice */
        if (x->n > 0 && i == x->at + x->n && phrase && h->a.atom[i].kind == ATOM_HAN)
            return true; /* 的 of 装的, when 装 was of "六只装" */
    }
    return false;
}

static void unsubject(struct local *m, const bool *named)
{
    uint64_t all = 0;
    for (size_t i = 0; i < m->h.a.n; i++)
        all |= is_of_thing(m, named, i) ? m->h.sense[i] & ~(SENSE_SUBJECTS | SENSE_HAGGLE | SENSE_FIX) : m->h.sense[i];
    if (m->found.mentions > 0 && (all & SENSE_PRICE) && m->language == LOCAL_EN)
        all &= ~(uint64_t)SENSE_SIZE; /* "brogues wide fit in a 9, how much" */
    m->h.all = all;
}

/* What was said of the one product, beside its name; whether anything was that it does not know. */
static bool read_options(struct local *m)
{
    struct found options = { .how = FOUND_NONE };
    bool named[LOCAL_TURN_ATOMS];
    struct fit fit = local_fit_named(m, m->found.product[0], &options, named);
    memcpy(m->found.mention, options.mention, sizeof options.mention), m->found.mentions = options.mentions;
    unsubject(m, named);
    return fit.missed > 0;
}

/* The "changing" of a changing bag changes no order, also where another word stands beside the name. */
static void unsubject_near(struct local *m)
{
    struct found options = { .how = FOUND_NONE };
    bool named[LOCAL_TURN_ATOMS];
    struct fit fit = local_fit_named(m, m->found.product[0], &options, named);
    if (m->language != LOCAL_EN && !fit.modifies) return;
    if ((fit.exact && fit.named > 1) || fit.modifies) unsubject(m, named);
}

static int32_t worth(const struct local *m, const struct fit *x)
{
    /* 文房四宝礼盒 with its 礼盒, though a list knows that; of two that are compared, both are meant */
    size_t known = m->h.all & SENSE_COMPARE ? 0 : x->known < KNOWN_MOST ? x->known : KNOWN_MOST;
    return (x->near ? 0 : 10000) + (x->matched - x->missed) * 40 + (x->exact ? 30 : 0) + (x->head ? 20 : 0) -
           x->loose * 8 + (int32_t)known;
}

/* Those that are as good as the best; titles that say less beside what was named do not count as better. */
static void choose(struct local *m, const struct fit *fit, size_t n)
{
    struct found *f = &m->found;
    int32_t best = INT32_MIN;
    bool named = false; /* else those of which only what they are for was named are near */
    for (size_t i = 0; i < n; i++)
        if (fit[i].matched > 0 && worth(m, &fit[i]) > best) best = worth(m, &fit[i]);
    for (size_t i = 0; i < n; i++)
        named |= fit[i].matched > 0 && worth(m, &fit[i]) == best && !fit[i].near && !fit[i].modifies;
    for (size_t i = 0; i < n && f->n < LOCAL_PRODUCTS; i++) {
        if (fit[i].matched <= 0 || worth(m, &fit[i]) < best || (fit[i].modifies && named)) continue;
        f->how = named ? FOUND_NAMED : FOUND_NEAR;
        f->left_over |= fit[i].missed > 0;
        f->product[f->n++] = fit[i].product;
    }
}

/* "X7 16GB+512GB", where only the X7 Pro comes so: the Pro was not named, and what the plain one has not makes no Pro
 * of it. Both are near. English alone. */
static void plain_edition(struct local *m, const struct fit *fit, size_t n)
{
    struct found *f = &m->found;
    const struct fit *chosen = NULL, *plain = NULL;
    if (m->language != LOCAL_EN || f->how != FOUND_NAMED || f->n != 1) return;
    for (size_t i = 0; i < n; i++)
        if (fit[i].product == f->product[0]) chosen = &fit[i];
    for (size_t i = 0; chosen && chosen->edition && i < n && !plain; i++) {
        bool same = fit[i].matched > 0 && !fit[i].modifies && !fit[i].edition; /* near by what it lacks */
        if (same && fit[i].named >= chosen->named && fit[i].missed > 0) plain = &fit[i];
    }
    if (!plain) return;
    f->how = FOUND_NEAR, f->n = 2, f->edition = true;
    f->product[1] = f->product[0], f->product[0] = plain->product;
}

/* ---- the product that is talked about ---- */

/* Whether the turn can be about what was talked about: it points there, or says nothing that is not an option of it. */
static bool goes_on(struct local *m, const struct knowledge_product *p, struct found *f)
{
    bool point = (m->h.all & SENSE_POINT) != 0, explained = true;
    const char *names[16];
    size_t n = options_names(m->arena, p, names, 16);
    options_heard(m, p, f);
    bool *of_name = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < m->h.a.n; i++) {
            const char *last = strrchr(names[k], ' ');
            size_t count = options_name_at(&m->h, i, names[k]);
            if (count == 0 && last) count = options_name_at(&m->h, i, last + 1);
            while (count > 0) of_name[i + --count] = true;
        }
    const bool *oneself = f->mentions > 0 ? local_of_oneself(m->arena, &m->h) : of_name;
    for (size_t i = 0; i < m->h.a.n; i++) {
        bool known = !hard(&m->h, i) || of_name[i] || oneself[i];
        for (size_t k = 0; k < f->mentions && !known; k++)
            known = i >= f->mention[k].at && i < f->mention[k].at + f->mention[k].n;
        explained &= known;
    }
    f->left_over = !explained;
    return point || explained;
}

static bool any_hard(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (hard(h, i)) return true;
    return false;
}

/* The description has every word of the turn; numbers alone say nothing. */
static bool describes(struct local *m, const struct knowledge_product *p)
{
    bool words = false;
    struct atoms d = atoms_of(m->arena, str_of(p->description ? p->description : ""), LOCAL_TEXT_ATOMS);
    for (size_t k = 0; k < m->h.a.n; k++) {
        if (!hard(&m->h, k)) continue;
        bool there = false;
        for (size_t t = 0; t < d.n && !there; t++) {
            const struct atom *x = &m->h.a.atom[k];
            there = atom_same(&d.atom[t], x->text, x->n);
            if (there && x->kind == ATOM_HAN && k + 1 < m->h.a.n && hard(&m->h, k + 1))
                there = t + 1 < d.n && strcmp(d.atom[t + 1].text, m->h.a.atom[k + 1].text) == 0;
        }
        if (!there) return false;
        /* a character alone is of any word: 开了几年 */
        bool pair = k + 1 < m->h.a.n && hard(&m->h, k + 1);
        words |= m->h.a.atom[k].kind == ATOM_LETTERS || (m->h.a.atom[k].kind == ATOM_HAN && pair);
    }
    return words;
}

/* Nothing has it in its name; those that speak of it in their description are near. */
static void described(struct local *m, const struct knowledge_product *p, size_t n)
{
    for (size_t i = 0; i < n && m->found.n < 3; i++) {
        if (!describes(m, &p[i])) continue;
        m->found.how = FOUND_NEAR;
        m->found.product[m->found.n++] = &p[i];
    }
}

/* How many of the turn's words the product has in its name or its description; `of`: of how many. */
static size_t words_told(struct local *m, const struct knowledge_product *p, size_t *of)
{
    enum { WORD_LEAST = 3 };
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms t = atoms_of(m->arena, str_of(p->title), 90),
                 d = atoms_of(m->arena, str_of(p->description ? p->description : ""), LOCAL_TEXT_ATOMS);
    size_t told = 0;
    *of = 0;
    for (size_t i = 0; i < m->h.a.n; i++) {
        const struct atom *x = &m->h.a.atom[i];
        bool there = false;
        if (!hard(&m->h, i) || x->kind != ATOM_LETTERS || x->n < WORD_LEAST) continue;
        for (size_t k = 0; k < t.n && !there; k++) there = atom_akin(&t.atom[k], x);
        for (size_t k = 0; k < d.n && !there; k++) there = atom_akin(&d.atom[k], x);
        ++*of, told += there;
    }
    arena_release(m->arena, mark);
    return told;
}

/* "Something that keeps bread fresh": who says what it is to do does not know its name. Those whose description has
 * most of the words, all but one at least, are near, where what fits by its name has fewer. */
static bool by_purpose(struct local *m, const struct knowledge_product *p, size_t n)
{
    enum { LEAST = 2, FEW = 3 };
    static const char anything[] = "something|anything|smth|sth|smthing|what|any|stuff|need|looking for",
                      purpose[] = "that|which|to|for|so";
    struct found *f = &m->found;
    bool any = false, thing = false, to = false, few = f->how != FOUND_NAMED || (f->left_over && f->n <= FEW);
    size_t of = 0, best = LEAST, now = 0;
    for (size_t i = 0; i < m->h.a.n; i++) {
        any |= lexicon_phrase(&m->h.a, i, anything) > 0;
        thing |= lexicon_phrase(&m->h.a, i, "something|anything|smth|sth|smthing") > 0;
        to |= any && lexicon_phrase(&m->h.a, i, purpose) > 0;
    }
    if (!any || !to || !few || f->how == FOUND_TALKED_ABOUT) return false;
    if (!thing && !(m->h.all & (SENSE_HAVE | SENSE_RECOMMEND))) return false;
    for (size_t i = 0; i < f->n; i++) {
        size_t told = words_told(m, f->product[i], &of);
        if (told > now) now = told;
    }
    const struct knowledge_product *kept[FEW];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t told = words_told(m, &p[i], &of);
        if (told <= now || told < best || told + 1 < of) continue;
        if (told > best) count = 0;
        best = told;
        if (count < FEW) kept[count++] = &p[i];
    }
    if (count == 0) return false;
    *f = (struct found){ .how = FOUND_NEAR, .n = count, .purpose = true };
    for (size_t i = 0; i < count; i++) f->product[i] = kept[i];
    return true;
}

/* A number that stands in titles is also a name, and maybe that of an option of another product ("case for the X2"):
 * the products that have it are held against the turn like all others. Numbers that only rows have decide by
 * themselves. */
static void use_numbered(struct local *m, bool used)
{
    for (size_t i = 0; i < m->h.a.n; i++)
        if (m->numbered[i]) m->h.used[i] = used;
}

static bool decided_by_number(struct local *m, struct fit *fit, size_t *n)
{
    struct found *f = &m->found, options = { .how = FOUND_NONE };
    if (f->how != FOUND_NAMED) return false;
    if (!f->variant && f->models == 0) memcpy(f->model, f->product, sizeof f->model), f->models = f->n;
    use_numbered(m, false);
    for (size_t i = 0; i < f->n && !f->variant; i++) {
        fit[*n] = fit_of(m, f->product[i], &options);
        *n += fit[*n].matched > 0;
    }
    if (*n > 0 || (f->n > 1 && !f->variant)) { /* "256GB" is of many, and the name of none */
        if (*n == 0) memset(m->numbered, 0, sizeof m->numbered);
        f->how = FOUND_NONE, f->n = 0;
        return false;
    }
    use_numbered(m, true);
    if (f->n == 1) f->left_over = read_options(m);
    return true;
}

/* "And in black?" is about what was talked about, whatever else is black. */
static bool goes_on_plainly(struct local *m)
{
    struct found options = { .how = FOUND_NONE };
    if (m->focuses != 1 || (m->h.all & (SENSE_PRICE | SENSE_HAVE | SENSE_RECOMMEND | SENSE_COMPARE))) return false;
    if (!goes_on(m, m->focus[0], &options) || options.mentions == 0 || options.left_over) return false;
    m->found = options;
    m->found.how = FOUND_TALKED_ABOUT, m->found.n = 1, m->found.variant = NULL, m->found.product[0] = m->focus[0];
    return true;
}

/* "那续航呢": of what is talked about, whatever else has that in its name. */
static bool asks_quality(const struct local *m)
{
    bool any = false;
    if (m->focuses != 1 || (m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE | SENSE_RECOMMEND | SENSE_COMPARE)))
        return false;
    for (size_t i = 0; i < m->h.a.n; i++) {
        if (!hard(&m->h, i)) continue;
        if (!m->h.asks || !m->h.asks[i]) return false;
        any = true;
    }
    return any;
}

/* Letters that changed places in the middle of a word leave the search few trigrams of it ("latpop"): it is asked for
 * the words that the fingers may have meant. What fits is then judged as always. */
static bool slips(struct local *m, struct fit *fit, size_t *fits)
{
    struct found options = { .how = FOUND_NONE };
    struct buf b;
    size_t n = 0;
    buf_fixed(&b, arena_alloc(m->arena, SLIPS_BYTES), SLIPS_BYTES);
    for (size_t i = 0; i < m->h.a.n; i++) {
        const struct atom *x = &m->h.a.atom[i];
        if (!hard(&m->h, i) || x->kind != ATOM_LETTERS || x->n < 5 || x->n > 16) continue;
        for (size_t k = 1; k + 1 < x->n; k++) {
            char word[LOCAL_JOINED];
            memcpy(word, x->text, x->n);
            word[k] = x->text[k + 1], word[k + 1] = x->text[k];
            if (b.n + x->n + 1U < SLIPS_BYTES) buf_add(&b, word, x->n), buf_char(&b, ' ');
        }
    }
    struct knowledge_product *p = NULL;
    if (b.n == 0) return true;
    if (!m->source->search_products(m->source->ctx, buf_str(&b), CANDIDATES / 2, m->arena, &p, &n)) return false;
    for (size_t i = 0; i < n && *fits < CANDIDATES; i++) fit[(*fits)++] = fit_of(m, &p[i], &options);
    choose(m, fit, *fits);
    return true;
}

static void talked_about(struct local *m)
{
    bool named[LOCAL_TURN_ATOMS] = { false };
    m->found.how = FOUND_TALKED_ABOUT, m->found.n = m->focuses, m->found.variant = NULL;
    memcpy(m->found.product, m->focus, sizeof m->focus);
    if (!m->found.left_over) unsubject(m, named);
}

/* A model that is an option ("IF-400"): one product alone has a value of letters and digits that says the whole turn.
 */
static void by_value(struct local *m, const struct knowledge_product *p, size_t n)
{
    const struct knowledge_product *only = NULL;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        struct found options = { .how = FOUND_NONE };
        bool model = false, all = true, named = false;
        const char *names[16];
        size_t count_names = options_names(m->arena, &p[i], names, 16);
        options_heard(m, &p[i], &options);
        for (size_t k = 0; k < options.mentions; k++) {
            const struct mention *x = &options.mention[k];
            const struct atom *a = &m->h.a.atom[x->at];
            model |= x->n >= 2 && a->kind == ATOM_LETTERS && a[1].kind == ATOM_NUMBER;
        }
        /* "the broad nib": a value, and the name of its option */
        for (size_t k = 0; k < options.mentions; k++)
            for (size_t j = 0; j < count_names; j++) {
                size_t after = options.mention[k].at + options.mention[k].n;
                named |= hard(&m->h, options.mention[k].at) && after < m->h.a.n && hard(&m->h, after) &&
                         options_name_at(&m->h, after, names[j]) > 0;
            }
        model |= named;
        for (size_t k = 0; k < m->h.a.n && model; k++) {
            bool there = !hard(&m->h, k);
            for (size_t j = 0; j < count_names && !there; j++) /* "part number YG-2619" */
                for (size_t at = k < NAME_ATOMS ? 0 : k - NAME_ATOMS + 1; at <= k && !there; at++)
                    there = options_name_at(&m->h, at, names[j]) > k - at;
            for (size_t j = 0; j < options.mentions && !there; j++)
                there = k >= options.mention[j].at && k < options.mention[j].at + options.mention[j].n;
            all &= there;
        }
        if (model && all) only = &p[i], count++;
    }
    if (count == 1) m->found.how = FOUND_NAMED, m->found.n = 1, m->found.product[0] = only;
}

/* A part, or a quality, of what was talked about: all other words of the turn are in its description. */
static bool asks_part(struct local *m)
{
    if (m->focuses != 1 || !any_hard(&m->h)) return false;
    if (m->h.all & (SENSE_HAVE | SENSE_PRICE | (SENSE_SUBJECTS & ~SENSE_SIZE))) return false;
    bool *used = m->h.used;
    m->h.used = local_words_that_ask(m);
    bool asks = !any_hard(&m->h) || describes(m, m->focus[0]);
    m->h.used = used;
    return asks;
}

/* Of several that were talked about, the one that has the value that is said now ("4/4的"). */
static void one_in_focus(struct local *m)
{
    size_t count = 0, which = 0;
    for (size_t i = 0; i < m->focuses; i++) {
        struct found options = { .how = FOUND_NONE };
        if (!goes_on(m, m->focus[i], &options) || options.mentions == 0 || options.left_over) continue;
        count++, which = i;
    }
    if (count != 1) return;
    m->focus[0] = m->focus[which], m->focuses = 1;
}

/* "小提琴有几种尺寸": of what fits by name, what comes in sizes. */
static void those_with_options(struct local *m)
{
    struct found *f = &m->found;
    const struct knowledge_product *kept[LOCAL_PRODUCTS];
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const char *names[16];
        size_t count = options_names(m->arena, f->product[i], names, 16);
        bool asked = false;
        for (size_t k = 0; k < count && !asked; k++) asked = options_named(&m->h, names[k]);
        if (asked) kept[n++] = f->product[i];
    }
    if (n == 0 || n == f->n) return;
    for (size_t i = 0; i < n; i++) f->product[i] = kept[i];
    f->n = n;
}

/* "Ring size N": of what fits by name, what comes in that, where the word tells of nothing else. */
static void those_with_values(struct local *m)
{
    struct found *f = &m->found, options = { .how = FOUND_NONE };
    const struct knowledge_product *kept[LOCAL_PRODUCTS];
    size_t n = 0, most = 0;
    for (size_t i = 0; i < f->n; i++) {
        options_heard(m, f->product[i], &options);
        if (options.mentions > most) n = 0, most = options.mentions;
        if (options.mentions == most) kept[n++] = f->product[i];
    }
    if (most == 0 || n == f->n) return;
    for (size_t i = 0; i < n; i++) f->product[i] = kept[i];
    f->n = n;
}

/* "4-6年级的还有没", of what is talked about: that its title has the value, too, names it no more than before. */
static bool is_in_focus(const struct local *m)
{
    for (size_t i = 0; i < m->found.n; i++)
        if (text_eq(m->found.product[i]->id, m->focus[0]->id)) return true;
    return false;
}

static bool find(struct local *m)
{
    struct found *f = &m->found, options = { .how = FOUND_NONE };
    struct knowledge_product *p = NULL;
    struct fit *fit = ARENA_ARRAY(m->arena, struct fit, CANDIDATES + LOCAL_PRODUCTS + 1);
    size_t n = 0, fits = 0;
    use_numbered(m, false);
    if (!f->variant && goes_on_plainly(m)) {
        talked_about(m);
        return true;
    }
    if (!f->variant && asks_quality(m)) {
        talked_about(m);
        f->left_over = true;
        return true;
    }
    use_numbered(m, true);
    if (decided_by_number(m, fit, &fits)) return true;
    if (any_hard(&m->h) || (m->h.all & SENSE_SUBJECTS)) {
        struct str words = local_han_both(m->arena, m->h.text);
        if (!m->source->search_products(m->source->ctx, words, CANDIDATES, m->arena, &p, &n)) return false;
    }
    m->candidate = p, m->candidates = n < CANDIDATES ? n : CANDIDATES;
    for (size_t i = 0; i < n && i < CANDIDATES; i++) {
        bool there = false;
        for (size_t k = 0; k < fits && !there; k++) there = text_eq(fit[k].product->id, p[i].id);
        if (!there) fit[fits++] = fit_of(m, &p[i], &options);
    }
    local_fit_vague_too(fit, fits);
    local_pairs_of_less(m, fit, fits);
    choose(m, fit, fits);
    plain_edition(m, fit, fits);
    if (f->how == FOUND_NONE && !slips(m, fit, &fits)) return false;
    if (n > 0 && by_purpose(m, p, n < CANDIDATES ? n : CANDIDATES)) return true;
    bool rather =
        f->how == FOUND_NAMED && m->focuses == 1 && (f->left_over || is_in_focus(m) || local_said_in_amounts(&m->h));
    if (f->how != FOUND_NAMED && m->focuses > 1) one_in_focus(m);
    if ((f->how != FOUND_NAMED || rather) && m->focuses > 0 && goes_on(m, m->focus[0], &options) &&
        (!rather || (options.mentions > 0 && !options.left_over))) {
        *f = options;
        talked_about(m);
        return true;
    }
    if (f->how == FOUND_NONE && asks_part(m)) { /* "how long is the blade", of what was talked about */
        talked_about(m);
        f->left_over = true;
        return true;
    }
    if (f->how == FOUND_NONE && n > 0) by_value(m, p, n);
    if (f->how == FOUND_NONE && n > 0) local_by_values(m, p, n < CANDIDATES ? n : CANDIDATES);
    if (f->how == FOUND_NONE && n > 0 && any_hard(&m->h)) described(m, p, n);
    if (f->how == FOUND_NAMED && f->n > 1) those_with_options(m);
    if (f->how == FOUND_NAMED && f->n > 1 && m->language == LOCAL_EN) those_with_values(m);
    if (f->how == FOUND_NAMED && f->n == 1) (void)read_options(m);
    if (f->how == FOUND_NEAR && f->n == 1) unsubject_near(m);
    for (size_t i = 0; i < m->h.a.n && f->how == FOUND_NAMED; i++) m->h.used[i] |= m->numbered[i];
    return true;
}

bool local_find(struct local *m)
{
    bool good = find(m);
    m->candidate = NULL, m->candidates = 0; /* their memory may end before the turn does */
    return good;
}
