/* local_for_other.c: what something is wanted for, in English: "a cover for my scooter", "the charger for a MacBook".
 * Where no text of the thing speaks of that, nobody knows whether it would do: it is neither said to be there nor what
 * it costs. And "a stand for the mixer" of a Stand Mixer asks for another thing than the mixer. */
#include "chat/models/local_fitting.h"

enum { WORDS = 12 };

/* Whom it is for, when, and where in anybody's home: that makes no other thing of it. */
static bool is_use(const struct atoms *a, size_t i)
{
    static const char words[] =
        "mum|mom|dad|mother|father|wife|husband|son|daughter|boyfriend|girlfriend|friend|sister|brother|gran|grandma|"
        "grandad|grandpa|nan|nephew|niece|uncle|aunt|cousin|kid|child|children|baby|babies|toddler|newborn|infant|teen|"
        "teenager|man|woman|men|women|boy|girl|lady|ladies|people|person|adult|beginner|student|couple|birthday|"
        "christmas|xmas|easter|present|gift|home|house|work|office|school|college|use|everyone|everybody|family|guest|"
        "today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|tues|wed|thu|thurs|"
        "fri|sat|sun|weekend|week|month|year|day|"
        "summer|winter|autumn|spring|night|morning|evening|now|later|collection|pickup|kitchen|bathroom|bedroom|"
        "nursery|living|lounge|dining|garden|hall|hallway|room|shed|garage|attic|loft|basement|cellar|balcony|patio|"
        "terrace|yard|conservatory|porch|"
        "utility|study|landing|wall|table|shelf|floor|oven|party|wedding|holiday|trip|"
        "travel|gym|breakfast|lunch|dinner|sure|sale|free|example|money|cash|less|everyday|daily|indoor|indoors|"
        "outdoor|"
        "outdoors|both|each|them|him|her|me|us|you|it|that|this|one|two|three|four|five|six|left|right|small|large|big";
    enum { GERUND = 6 };
    const struct atom *x = &a->atom[i];
    return lexicon_phrase(a, i, words) > 0 || (x->n >= GERUND && strcmp(x->text + x->n - 3, "ing") == 0);
}

static bool is_told(const struct atoms *d, const struct atom *x)
{
    for (size_t k = 0; k < d->n; k++)
        if (atom_akin(&d->atom[k], x) || atom_like(&d->atom[k], x)) return true;
    return false;
}

/* A value, or the name of an option, has the word. */
static bool is_of_options(struct local *m, const struct knowledge_product *p, const struct atom *x)
{
    bool told = false;
    for (size_t i = 0; i < p->variants && !told; i++)
        for (size_t k = 0; k < p->variant[i].options && !told; k++) {
            struct arena_mark mark = arena_mark(m->arena);
            struct atoms value = atoms_of(m->arena, str_of(p->variant[i].option[k].value), WORDS),
                         name = atoms_of(m->arena, str_of(p->variant[i].option[k].name), WORDS);
            told = is_told(&value, x) || is_told(&name, x);
            arena_release(m->arena, mark);
        }
    return told;
}

/* What somebody has already is seldom told of by the shop: a cartridge for my printer may well be one. A thing for a
 * vehicle, or for another maker's device, is seldom one for anything else. */
static bool is_far(const struct atoms *a, size_t i)
{
    static const char things[] = "car|van|lorry|truck|boat|yacht|motorbike|motorcycle|scooter|moped|caravan|campervan|"
                                 "motorhome|trailer|tractor|horse|pony|kayak|canoe|plane|bike|bicycle|iphone|ipad|"
                                 "macbook|imac|airpods|galaxy|pixel|kindle|playstation|xbox|nintendo|gopro|fitbit|"
                                 "garmin|huawei|xiaomi|samsung|apple|sony|lenovo|dell";
    return lexicon_phrase(a, i, things) > 0;
}

/* Where the words behind "for" begin, and end. */
static size_t wanted_for(const struct heard *h, size_t at, size_t *end, bool *own)
{
    static const char whose[] = "the|a|an|all|any|most|some|this|that", own_words[] = "my|our|his|her|their|your";
    size_t i = at + 1;
    *own = i < h->a.n && lexicon_phrase(&h->a, i, own_words) > 0;
    while (i < h->a.n && !h->a.atom[i].broken &&
           (lexicon_phrase(&h->a, i, whose) > 0 || lexicon_phrase(&h->a, i, own_words) > 0))
        i++;
    *end = i;
    while (*end < h->a.n && (*end == i || !h->a.atom[*end].broken) && h->sense[*end] == 0 && !h->used[*end]) ++*end;
    return i;
}

/* Whether a word of the name stands before the one at `at`, and no mark of punctuation between. */
static bool is_named_before(const struct fitting *f, size_t at)
{
    for (size_t i = at; i > 0 && !f->h->a.atom[i].broken; i--)
        if (f->named[i - 1]) return true;
    return false;
}

bool local_fit_for_unknown(struct local *m, const struct fitting *f)
{
    const struct heard *h = f->h;
    const char *told = f->fit.product->description;
    struct atoms d = { NULL, 0 };
    if (m->language != LOCAL_EN || !(h->all & (SENSE_PRICE | SENSE_STOCK)) || m->most > 0) return false;
    for (size_t at = 1, end; at + 1 < h->a.n; at++) {
        if (lexicon_phrase(&h->a, at, "for") == 0 || !is_named_before(f, at)) continue;
        bool unknown = false, known = false, far = false, own = false;
        for (size_t i = wanted_for(h, at, &end, &own); i < end && !known; i++) {
            const struct atom *x = &h->a.atom[i];
            if (x->kind != ATOM_LETTERS || x->n < 2) continue;
            if (d.n == 0) d = atoms_of(m->arena, str_of(told ? told : ""), LOCAL_TEXT_ATOMS);
            known = !f->missed[i] || is_use(&h->a, i) || is_told(&d, x) || is_of_options(m, f->fit.product, x);
            unknown = true, far |= is_far(&h->a, i);
        }
        if (unknown && !known && (far || !own)) return true;
    }
    return false;
}

bool local_fit_part_for(const struct local *m, const struct fitting *f, size_t head)
{
    const struct heard *h = f->h;
    if (m->language != LOCAL_EN || head >= f->title.n || !f->in_title[head]) return false;
    for (size_t k = 0; k < f->title.n; k++)
        if (lexicon_phrase(&f->title, k, "for|with|of") > 0) return false;
    for (size_t at = 1, end; at + 1 < h->a.n; at++) {
        if (lexicon_phrase(&h->a, at, "for") == 0 || h->a.atom[at].broken) continue;
        bool before = false, behind = false, own = false;
        for (size_t i = 0; i < at; i++) /* the head may not be what is asked for */
            before |= f->named[i] && atom_same(&f->title.atom[head], h->a.atom[i].text, h->a.atom[i].n);
        for (size_t i = wanted_for(h, at, &end, &own); i < end; i++)
            behind |= f->named[i] && atom_same(&f->title.atom[head], h->a.atom[i].text, h->a.atom[i].n);
        if (behind && !before && f->named[at - 1]) return true;
    }
    return false;
}
