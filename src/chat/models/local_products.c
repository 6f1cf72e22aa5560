/* local_products.c: which product is meant. The search gives candidates; here each is held against the turn word by
 * word. What the shopper named must be in the title; a word beside it that neither the title nor an option has makes it
 * another thing ("fish tank" is no "tank top"), and then nothing is said of a price. */
#include "chat/models/local.h"

#include <stdio.h>

enum {
    WEIGHT_WORD = 4,
    WEIGHT_HAN = 2,
    CANDIDATES = 40,
    TITLE_ATOMS = 90,
    NUMBER_CALLS = 16,
    NUMBER_WORDS = 6,
    SLIPS_BYTES = 400
};

struct fitting {
    const struct heard *h;
    struct atoms title;
    bool named[LOCAL_TURN_ATOMS], missed[LOCAL_TURN_ATOMS], in_title[TITLE_ATOMS];
    bool names; /* a word that is more than a number of a rule */
    struct fit fit;
};

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }
/* A word of a rule ("gift", "card") may also be the name of a product. */
static bool soft(const struct heard *h, size_t i)
{
    if (h->used[i] || h->sense[i] == 0) return false;
    return h->a.atom[i].kind == ATOM_HAN || !(h->sense[i] & SENSE_STOP);
}

/* Letters and digits that stand together: "m9pro", "udpros", "13". */
static size_t word_end(const struct heard *h, size_t i)
{
    size_t end = i + 1;
    while (end < h->a.n && h->a.atom[end].glued && h->a.atom[end].kind != ATOM_HAN && !h->used[end]) end++;
    return end;
}

static size_t join(const struct atoms *a, size_t i, size_t end, char *out)
{
    size_t n = 0;
    for (; i < end && n + a->atom[i].n < LOCAL_JOINED; i++)
        memcpy(out + n, a->atom[i].text, a->atom[i].n), n += a->atom[i].n;
    out[n] = 0;
    return n;
}

/* Where the title has this word, whole if possible. Gives how many of its atoms, and whether it is part of a longer
 * one. */
static size_t title_at(const struct atoms *t, const char *word, size_t n, size_t *at, bool *loose)
{
    size_t found = 0;
    for (size_t i = 0; i < t->n; i++) {
        size_t count = t->atom[i].kind == ATOM_HAN ? 0 : atoms_joined(t, i, word, n);
        if (count == 0) continue;
        const struct atom *after = i + count < t->n ? &t->atom[i + count] : NULL;
        bool inner = (t->atom[i].glued && i > 0 && t->atom[i - 1].kind != ATOM_HAN) ||
                     (after && after->glued && after->kind != ATOM_HAN);
        if (found == 0 || (*loose && !inner)) found = count, *at = i, *loose = inner;
    }
    return found;
}

static size_t title_like(const struct fitting *f, size_t i, size_t *at)
{
    for (size_t k = 0; k < f->title.n; k++)
        if (atom_like(&f->h->a.atom[i], &f->title.atom[k])) {
            *at = k;
            return 1;
        }
    return 0;
}

static size_t fit_word(struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    size_t end = word_end(h, i), at = 0;
    char word[LOCAL_JOINED], two[LOCAL_JOINED];
    size_t n = join(&h->a, i, end, word);
    bool loose = false, any_hard = false, any_soft = false;
    for (size_t k = i; k < end; k++) any_hard |= hard(h, k), any_soft |= soft(h, k);
    if (!any_hard && !any_soft) return end;
    size_t found = title_at(&f->title, word, n, &at, &loose);
    if (found == 0 && end < h->a.n && h->a.atom[end].kind == ATOM_LETTERS && !h->a.atom[end].broken && any_hard) {
        size_t far = word_end(h, end), m = join(&h->a, i, far, two); /* "smart phone" is "smartphone" */
        found = m > n ? title_at(&f->title, two, m, &at, &loose) : 0;
        if (found > 0) end = far;
    }
    if (found == 0 && any_hard && end == i + 1) found = title_like(f, i, &at), loose = found > 0;
    if (found == 0) {
        for (size_t k = i; k < end; k++) f->missed[k] = hard(h, k);
        return end;
    }
    for (size_t k = i; k < end; k++) f->named[k] = true;
    for (size_t k = at; k < at + found; k++) f->in_title[k] = true;
    bool bare =
        end == i + 1 && h->a.atom[i].kind == ATOM_NUMBER && h->a.atom[i].n < 4; /* the 200 of "200 g" names nothing */
    for (size_t k = i; k < end && !bare; k++) f->names |= hard(h, k);
    f->fit.matched += any_hard && !bare ? WEIGHT_WORD : 1;
    f->fit.loose += loose;
    return end;
}

/* Whether a character may be part of a longer word with this one beside it: of those that lists know, only words of
 * grammar end a word for sure ("茶的价格" is about 茶, "茶几" is not). */
static bool in_word(const struct heard *h, size_t i, bool there)
{
    static const char ends[] = "的了吗呢吧啊呀么嘛有是这那个款买卖要想找喝吃穿怎还和跟与哪在贵";
    if (!there || h->a.atom[i].kind != ATOM_HAN || h->a.atom[i].broken) return false;
    if (h->used[i] || (h->sense[i] & SENSE_POINT)) return false;
    bool soft_alone = (h->sense[i] & SENSE_SOFT) != 0 || h->lone[i];
    return hard(h, i) || (soft_alone && !strstr(ends, h->a.atom[i].text));
}

/* 茶叶 is 茶, 鞋子 is 鞋: endings that say nothing. */
static bool empty_ending(const struct heard *h, size_t i)
{
    static const char endings[] = "子叶类儿";
    return i < h->a.n && h->a.atom[i].kind == ATOM_HAN && strstr(endings, h->a.atom[i].text) &&
           !in_word(h, i + 1, i + 1 < h->a.n);
}

/* The longest piece from i on that the title has, at least two characters of which a list does not know all. */
static size_t fit_han(struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    size_t best = 0, at = 0;
    for (size_t t = 0; t < f->title.n; t++) {
        size_t n = 0;
        while (i + n < h->a.n && t + n < f->title.n && (n == 0 || !h->a.atom[i + n].broken) && !h->used[i + n] &&
               h->a.atom[i + n].kind == ATOM_HAN && f->title.atom[t + n].kind == ATOM_HAN &&
               strcmp(h->a.atom[i + n].text, f->title.atom[t + n].text) == 0)
            n++;
        if (n > best) best = n, at = t;
    }
    size_t hards = 0;
    for (size_t k = i; k < i + best; k++) hards += hard(h, k);
    bool ended = best == 1 && empty_ending(h, i + 1) && !in_word(h, i - 1, i > 0);
    bool alone = ended || (!in_word(h, i - 1, i > 0) && !in_word(h, i + 1, i + 1 < h->a.n));
    if (hards == 0 || (best == 1 && !alone)) {
        f->missed[i] = hard(h, i);
        return i + 1;
    }
    for (size_t k = 0; k < best; k++) f->named[i + k] = true, f->in_title[at + k] = true;
    f->names = true;
    f->fit.matched += (int32_t)hards * WEIGHT_HAN;
    f->fit.title += 1;
    if (ended) f->named[i + 1] = true;
    return i + best + ended;
}

/* The last word of the name itself: "Water Bottle with straw, 1 l" is a bottle. */
static size_t head_of(const struct atoms *t)
{
    static const char ends[] = " with for in by from and of ";
    size_t head = t->n;
    for (size_t i = 0; i < t->n; i++) {
        char padded[LOCAL_JOINED + 3];
        int n = snprintf(padded, sizeof padded, " %s ", t->atom[i].text);
        if (i > 0 && (t->atom[i].broken || (n > 0 && strstr(ends, padded)))) break;
        if (t->atom[i].kind != ATOM_LETTERS || t->atom[i].n < 3 || t->atom[i].glued) continue;
        bool spec = i + 1 < t->n && t->atom[i + 1].kind == ATOM_NUMBER; /* "SPF 50" */
        if (!spec || head == t->n) head = i;
    }
    return head;
}

/* A word that stands right beside the name and is not of it; a character that may be of the word may stand between. */
static bool beside(const struct fitting *f, size_t i)
{
    const struct heard *h = f->h;
    const struct atoms *a = &h->a;
    if (!f->missed[i]) return false;
    bool han = a->atom[i].kind == ATOM_HAN;
    size_t before = i, after = i + 1;
    if (han && before > 1 && !f->named[before - 1] && in_word(h, before - 1, true) && !hard(h, before - 1)) before--;
    if (before > 0 && f->named[before - 1] && !a->atom[before].broken && !a->atom[i].broken &&
        (a->atom[before - 1].kind == ATOM_HAN) == han)
        return true;
    return after < a->n && f->named[after] && !a->atom[after].broken && (a->atom[after].kind == ATOM_HAN) == han;
}

/* The name of an option ("kit size") is no other thing. */
static void excuse_names(struct fitting *f, const struct knowledge_product *p)
{
    const char *names[16];
    size_t n = options_names(NULL, p, names, 16);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < f->h->a.n; i++) {
            const char *last = strrchr(names[k], ' ');
            size_t count = options_name_at(f->h, i, names[k]);
            if (count == 0 && last) count = options_name_at(f->h, i, last + 1);
            while (count > 0) f->missed[i + --count] = false;
        }
}

/* Nouns that stand before another noun and make it a kind of that: to ask for one is not to ask for the other. */
static bool adjunct(const char *word)
{
    static const char words[] = " water coffee tea milk wine beer juice bread rice meat fish dog cat pet horse bird "
                                "baby kids child car bike bicycle "
                                "motorcycle phone laptop computer tablet camera tv book garden kitchen bath bathroom "
                                "bed bedroom office home house "
                                "door window wall floor roof table chair desk sofa hair face hand foot skin body lip "
                                "nail tooth eye sun rain snow "
                                "sea beach city mountain travel gift paper glass wood iron steel gold silver leather "
                                "cotton wool silk gas oil fire "
                                "light sound music sport sports golf tennis football swim swimming running hiking "
                                "fishing hunting camping cooking "
                                "baking sewing wedding party christmas school power battery solar air ice salt sugar "
                                "egg cheese fruit apple lemon "
                                "chocolate cake pizza flower plant tree grass toy game puzzle shoe boot sock shirt "
                                "dress coat hat bag box bottle "
                                "trampoline piano guitar drum engine tyre tire microwave oven fridge washing dish "
                                "vacuum shower toilet pool yoga ";
    char padded[LOCAL_JOINED + 3];
    int n = snprintf(padded, sizeof padded, " %s ", word);
    return n > 0 && strstr(words, padded) != NULL;
}

static void judge(struct fitting *f, const struct found *options)
{
    struct fit *x = &f->fit;
    size_t head = head_of(&f->title), words = 0, in_title = 0, only = 0;
    for (size_t k = 0; k < options->mentions; k++)
        for (size_t i = options->mention[k].at; i < options->mention[k].at + options->mention[k].n; i++) {
            if (f->missed[i]) x->matched += f->h->a.atom[i].kind == ATOM_HAN ? 2 : 3;
            f->missed[i] = false;
        }
    excuse_names(f, x->product);
    for (size_t i = 0; i < f->h->a.n; i++) {
        bool han = f->h->a.atom[i].kind == ATOM_HAN;
        x->named += f->named[i];
        if (!f->missed[i]) continue;
        x->missed += han ? WEIGHT_HAN : WEIGHT_WORD;
        x->near |= beside(f, i);
    }
    for (size_t k = 0; k < f->title.n; k++) {
        words += f->title.atom[k].kind != ATOM_HAN;
        if (!f->in_title[k]) continue;
        in_title++, only = k;
    }
    x->exact = in_title > 0 && in_title == f->title.n;
    x->head = head < f->title.n && f->in_title[head];
    x->title = f->title.n ? (int32_t)(in_title * 100 / f->title.n) : 0;
    bool han = f->title.n > 0 && in_title > 0 && f->title.atom[only].kind == ATOM_HAN;
    bool number = in_title > 0 && ((only + 1 < f->title.n && f->title.atom[only + 1].kind == ATOM_NUMBER) ||
                                   f->title.atom[only].kind == ATOM_NUMBER || f->title.atom[only].glued ||
                                   (only + 1 < f->title.n && f->title.atom[only + 1].glued));
    /* "water" is no water bottle, "iphone" is an iPhone 15 */
    bool first = in_title > 0 && only == 0 && !(f->h->all & SENSE_HAVE) && !adjunct(f->title.atom[0].text);
    if (in_title == 1 && !han && !x->head && !number && !first && words > 1) x->near = true;
}

static bool all_named(const struct fitting *f, const struct mention *x)
{
    for (size_t i = x->at; i < x->at + x->n; i++)
        if (!f->named[i]) return false;
    return true;
}

/* "S3" is the S3 and not the S3 Pro, and not what is made for it, while those are there too. */
static int32_t besides_name(const struct fitting *f)
{
    static const char more[] = " pro max plus ultra mini lite air se fe promax ";
    int32_t penalty = 0;
    for (size_t i = 0; i + 1 < f->title.n; i++) {
        const char *next = f->title.atom[i + 1].text;
        char padded[LOCAL_JOINED + 3];
        if (!f->in_title[i] || f->in_title[i + 1]) continue;
        int n = snprintf(padded, sizeof padded, " %s ", next);
        bool fits_it = i + 2 < f->title.n && (!strcmp(next, "专") || !strcmp(next, "适")) &&
                       (!strcmp(f->title.atom[i + 2].text, "用") || !strcmp(f->title.atom[i + 2].text, "配"));
        if (fits_it || (n > 0 && strstr(more, padded))) penalty++;
    }
    return penalty;
}

static struct fit fit_named(struct local *m, const struct knowledge_product *p, struct found *options, bool *named)
{
    struct fitting *f = ARENA_NEW(m->arena, struct fitting);
    f->h = &m->h, f->title = atoms_of(m->arena, str_of(p->title), TITLE_ATOMS);
    for (size_t i = 0; i < m->h.a.n;) {
        if (m->h.used[i]) i++;
        else i = m->h.a.atom[i].kind == ATOM_HAN ? fit_han(f, i) : fit_word(f, i);
    }
    options_heard(m, p, options);
    size_t kept = 0;
    for (size_t k = 0; k < options->mentions; k++) /* a word of the name is no option ("black tea") */
        if (!all_named(f, &options->mention[k])) options->mention[kept++] = options->mention[k];
    options->mentions = kept;
    f->fit.product = p;
    judge(f, options);
    /* words of rules alone name a product only by its whole title */
    if (!f->names && !f->fit.exact) f->fit.matched = 0;
    f->fit.loose += besides_name(f);
    if (named) memcpy(named, f->named, sizeof f->named);
    return f->fit;
}

static struct fit fit_of(struct local *m, const struct knowledge_product *p, struct found *options)
{
    return fit_named(m, p, options, NULL);
}

/* A word of the name, or of an option, is no subject: the "gift" of a gift box, the "clean" of a clean scent. */
static void unsubject(struct local *m, const bool *named)
{
    uint64_t all = 0;
    for (size_t i = 0; i < m->h.a.n; i++) {
        bool option = false;
        for (size_t k = 0; k < m->found.mentions; k++)
            option |= i >= m->found.mention[k].at && i < m->found.mention[k].at + m->found.mention[k].n;
        all |= named[i] || option ? m->h.sense[i] & ~(SENSE_SUBJECTS | SENSE_HAGGLE | SENSE_FIX) : m->h.sense[i];
    }
    m->h.all = all;
}

/* What was said of the one product, beside its name. */
static void read_options(struct local *m)
{
    struct found options = { .how = FOUND_NONE };
    bool named[LOCAL_TURN_ATOMS];
    fit_named(m, m->found.product[0], &options, named);
    memcpy(m->found.mention, options.mention, sizeof options.mention), m->found.mentions = options.mentions;
    unsubject(m, named);
}

static int32_t worth(const struct fit *x)
{
    return (x->near ? 0 : 10000) + (x->matched - x->missed) * 40 + (x->exact ? 30 : 0) + (x->head ? 20 : 0) -
           x->loose * 8;
}

/* Those that are as good as the best; titles that say less beside what was named do not count as better. */
static void choose(struct local *m, const struct fit *fit, size_t n)
{
    struct found *f = &m->found;
    int32_t best = INT32_MIN;
    for (size_t i = 0; i < n; i++)
        if (fit[i].matched > 0 && worth(&fit[i]) > best) best = worth(&fit[i]);
    for (size_t i = 0; i < n && f->n < LOCAL_PRODUCTS; i++) {
        if (fit[i].matched <= 0 || worth(&fit[i]) < best) continue;
        f->how = fit[i].near ? FOUND_NEAR : FOUND_NAMED;
        f->left_over |= fit[i].missed > 0;
        f->product[f->n++] = fit[i].product;
    }
}

/* ---- numbers of items ---- */

static bool has_digit(const struct heard *h, size_t i, size_t end)
{
    for (; i < end; i++)
        if (h->a.atom[i].kind == ATOM_NUMBER) return true;
    return false;
}

/* Where a number that begins at word i may end: the longest first, by the caller. A word without digits may begin it
 * ("iphone 15") or follow it ("M9 Pro"), one that a list knows may not. */
static size_t number_ends(const struct heard *h, size_t i, size_t *ends)
{
    size_t count = 0;
    for (size_t end = i; end < h->a.n && count < NUMBER_WORDS && h->a.atom[end].kind != ATOM_HAN && !h->used[end];) {
        size_t next = word_end(h, end);
        bool digits = has_digit(h, end, next);
        if (end > i && (h->a.atom[end].broken && !digits)) break;
        bool tied =
            end > i && h->a.atom[end].from == h->a.atom[end - 1].to + 1 && h->text.p[h->a.atom[end].from - 1] != ' ';
        if (!digits && h->sense[end] != 0 && !tied) break;
        ends[count++] = end = next;
    }
    return count;
}

/* Up to six words of letters and digits: "jsq22 hwa", "1586641416". */
bool local_number(struct local *m)
{
    struct heard *h = &m->h;
    int calls = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        size_t ends[NUMBER_WORDS];
        if (h->used[i] || h->a.atom[i].kind == ATOM_HAN ||
            (h->a.atom[i].glued && i > 0 && h->a.atom[i - 1].kind != ATOM_HAN))
            continue;
        size_t count = number_ends(h, i, ends);
        while (count > 0 && calls < NUMBER_CALLS) {
            size_t end = ends[--count], n = 0;
            struct str text = { h->text.p + h->a.atom[i].from, h->a.atom[end - 1].to - h->a.atom[i].from };
            if (text.n < 4 || text.n > LOCAL_JOINED || !has_digit(h, i, end)) continue;
            struct knowledge_product *p = NULL;
            const char *variant = NULL;
            calls++;
            if (!m->source->by_number(m->source->ctx, text, m->arena, &p, &n, &variant)) return false;
            if (n == 0 || n > LOCAL_PRODUCTS) continue;
            m->found.how = FOUND_NAMED, m->found.n = n, m->found.variant = variant;
            for (size_t k = 0; k < n; k++) m->found.product[k] = &p[k];
            for (size_t k = 0; k < n && variant; k++) /* who names a variant means its product alone */
                for (size_t v = 0; v < p[k].variants; v++)
                    if (text_eq(p[k].variant[v].id, variant)) m->found.product[0] = &p[k], m->found.n = 1;
            for (size_t k = i; k < end; k++) h->used[k] = m->numbered[k] = true;
            return true;
        }
    }
    return true;
}

/* ---- the product that is talked about ---- */

/* Whether the turn can be about what was talked about: it points there, or says nothing that is not an option of it. */
static bool goes_on(struct local *m, const struct knowledge_product *p, struct found *f)
{
    bool point = (m->h.all & SENSE_POINT) != 0, explained = true;
    const char *names[16];
    size_t n = options_names(m->arena, p, names, 16);
    options_heard(m, p, f);
    for (size_t i = 0; i < m->h.a.n; i++) {
        bool known = !hard(&m->h, i);
        for (size_t k = 0; k < f->mentions && !known; k++)
            known = i >= f->mention[k].at && i < f->mention[k].at + f->mention[k].n;
        for (size_t k = 0; k < n && !known; k++)
            known = options_named(
                &(struct heard){
                    .text = m->h.text, .a = { &m->h.a.atom[i], 1 }, .sense = &m->h.sense[i], .used = &m->h.used[i] },
                names[k]);
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

/* Nothing has it in its name; those that speak of it in their description are near. */
static void described(struct local *m, const struct knowledge_product *p, size_t n)
{
    for (size_t i = 0; i < n && m->found.n < 3; i++) {
        struct atoms d = atoms_of(m->arena, str_of(p[i].description ? p[i].description : ""), LOCAL_TEXT_ATOMS);
        bool all = true;
        for (size_t k = 0; k < m->h.a.n && all; k++) {
            if (!hard(&m->h, k)) continue;
            bool there = false;
            for (size_t t = 0; t < d.n && !there; t++) {
                const struct atom *x = &m->h.a.atom[k];
                there = atom_same(&d.atom[t], x->text, x->n);
                if (there && x->kind == ATOM_HAN && k + 1 < m->h.a.n && hard(&m->h, k + 1))
                    there = t + 1 < d.n && strcmp(d.atom[t + 1].text, m->h.a.atom[k + 1].text) == 0;
            }
            all = there;
        }
        if (!all) continue;
        m->found.how = FOUND_NEAR;
        m->found.product[m->found.n++] = &p[i];
    }
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
    if (f->n == 1) read_options(m);
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

bool local_find(struct local *m)
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
    use_numbered(m, true);
    if (decided_by_number(m, fit, &fits)) return true;
    if (any_hard(&m->h) || (m->h.all & SENSE_SUBJECTS)) {
        if (!m->source->search_products(m->source->ctx, m->h.text, CANDIDATES, m->arena, &p, &n)) return false;
    }
    for (size_t i = 0; i < n && i < CANDIDATES; i++) {
        bool there = false;
        for (size_t k = 0; k < fits && !there; k++) there = text_eq(fit[k].product->id, p[i].id);
        if (!there) fit[fits++] = fit_of(m, &p[i], &options);
    }
    choose(m, fit, fits);
    if (f->how == FOUND_NONE && !slips(m, fit, &fits)) return false;
    bool rather = f->how == FOUND_NAMED && f->left_over && m->focuses == 1;
    if ((f->how != FOUND_NAMED || rather) && m->focuses > 0 && goes_on(m, m->focus[0], &options) &&
        (!rather || (options.mentions > 0 && !options.left_over))) {
        *f = options;
        talked_about(m);
        return true;
    }
    if (f->how == FOUND_NONE && n > 0 && any_hard(&m->h)) described(m, p, n);
    if (f->how == FOUND_NAMED && f->n == 1) read_options(m);
    for (size_t i = 0; i < m->h.a.n && f->how == FOUND_NAMED; i++) m->h.used[i] |= m->numbered[i];
    return true;
}
