/* local_excuse.c: words beside a product's name that make no other thing of it: the name of an option ("kit size"),
 * what stands beside a value ("a small frame"), what the description says it goes with. */
#include "chat/models/local_fitting.h"
#include "chat/models/local_lexicon.h"

#include <stdio.h>

static bool has_word(const char *name, const struct atom *x)
{
    for (const char *p = name; *p;) {
        size_t n = strcspn(p, " ");
        if (n == x->n && strncasecmp(p, x->text, n) == 0) return true;
        p += n + strspn(p + n, " ");
    }
    return false;
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
            if (i > 0 && lexicon_phrase(&f->h->a, i - 1, lexicon_spare) > 0) continue;
            if (count == 0 && last) count = options_name_at(f->h, i, last + 1);
            bool whole = count > 0 && last;
            while (count > 0) f->missed[i + --count] = false;
            /* "what colours is the frame in": the words of "frame colour", apart */
            for (size_t j = 0; whole && j < f->h->a.n; j++)
                if (f->h->a.atom[j].n >= 3 && has_word(names[k], &f->h->a.atom[j])) f->missed[j] = false;
        }
}

/* What holds or is so much ("the 1 kg bag"): behind an amount it is no other thing. */
static bool is_pack(const struct atom *x)
{
    static const char words[] =
        " bag bags pack packs packet packets bottle bottles box boxes tin tins tub tubs jar jars "
        "pot pots can cans carton cartons roll rolls tube tubes sachet sachets bucket sack sacks "
        "set sets wide long tall high deep thick across diameter size sizes version model option variant one kit "
        "bundle edition case pc pcs piece pieces sheet sheets page pages count ct tablets capsules ";
    char padded[LOCAL_JOINED + 3];
    int n = snprintf(padded, sizeof padded, " %s ", x->text);
    return n > 0 && strstr(words, padded) != NULL;
}

/* "Big dutch oven", "the normal buds": how large somebody finds it, or that it is the plain one. */
static void excuse_opinions(struct fitting *f)
{
    static const char words[] = "big|bigger|biggest|large|larger|largest|small|smaller|smallest|little|tiny|huge|giant|"
                                "massive|normal|regular|ordinary|usual|basic|decent|proper|whole|entire|actual";
    static const char some[] = "a game of|a round of|a match of|a session of|a set of|a pair of|a bit of";
    for (size_t i = 0; i < f->h->a.n; i++) {
        if (f->missed[i] && f->h->a.atom[i].kind == ATOM_LETTERS && lexicon_phrase(&f->h->a, i, words) > 0)
            f->missed[i] = false;
        if (i + 3 < f->h->a.n && f->named[i + 3] && lexicon_phrase(&f->h->a, i, some) > 0) f->missed[i + 1] = false;
    }
}

/* "The plain acoustic version": the plain one of those that a value tells apart. */
static void excuse_plain(struct fitting *f, const struct found *options)
{
    const struct atoms *a = &f->h->a;
    for (size_t k = 0; k < options->mentions; k++) {
        size_t at = options->mention[k].at;
        bool plain = options->mention[k].n > 0 && at > 0 && f->missed[at - 1] && !a->atom[at].broken;
        if (plain && lexicon_phrase(a, at - 1, "plain|simple|standard|straight|bog standard|vanilla") > 0)
            f->missed[at - 1] = false;
    }
}

/* "4 slice toaster" of one with 4 slots: what the shopper calls what is counted, between its number and the name. */
static void excuse_counted(struct fitting *f, const struct found *options)
{
    const struct atoms *a = &f->h->a;
    for (size_t k = 0; k < options->mentions; k++) {
        const struct mention *x = &options->mention[k];
        size_t after = x->at + 1;
        bool number = x->n == 1 && a->atom[x->at].kind == ATOM_NUMBER && after + 1 < a->n && !f->named[x->at];
        if (!number || strspn(x->joined, "0123456789") != strlen(x->joined) || a->atom[after].broken) continue;
        if (f->missed[after] && f->named[after + 1] && a->atom[after].kind == ATOM_LETTERS) f->missed[after] = false;
    }
}

/* "A small frame", where a frame size is small: a word of the option's name beside its value. */
static void excuse_beside_values(struct fitting *f, const struct knowledge_product *p, const struct found *options)
{
    const struct atoms *a = &f->h->a;
    for (size_t k = 0; k < options->mentions; k++) {
        const struct mention *x = &options->mention[k];
        for (size_t o = 0; p->variants > 0 && o < p->variant[0].options; o++) {
            const char *name = p->variant[0].option[o].name;
            size_t after = x->at + x->n;
            bool of_it = false;
            for (size_t v = 0; v < p->variants && !of_it; v++)
                of_it = o < p->variant[v].options && text_eq(p->variant[v].option[o].value, x->value);
            bool pack =
                after < a->n && !a->atom[after].broken && is_pack(&a->atom[after]) && strpbrk(x->value, "0123456789");
            if (of_it && after < a->n && (pack || has_word(name, &a->atom[after]))) f->missed[after] = false;
            if (of_it && x->at > 0 && has_word(name, &a->atom[x->at - 1])) f->missed[x->at - 1] = false;
        }
    }
}

/* 架子 beside 木架三踏板, of which 踏板 was taken: it is of that value too. */
static void excuse_parts(struct fitting *f, const struct found *options)
{
    for (size_t k = 0; k < options->mentions; k++)
        for (size_t i = 0; i < f->h->a.n; i++) {
            const struct atom *x = &f->h->a.atom[i];
            if (!f->missed[i] || x->kind != ATOM_HAN || !strstr(options->mention[k].joined, x->text)) continue;
            f->missed[i] = false;
            if (i + 1 < f->h->a.n && strcmp(f->h->a.atom[i + 1].text, "子") == 0) f->missed[i + 1] = false;
        }
}

/* Whether the description speaks of these atoms, and not to say that it is none of that: with no word of denial before
 * them in their clause, nor in what is left of it. */
static bool speaks_of(const struct atoms *d, const struct atoms *a, size_t from, size_t end)
{
    static const char not [] = "不|无|非|没|勿|除|not|no|without|never|except|cannot|cant|dont|wont|arent|isnt|doesnt";
    bool denied = false, spoken = false;
    for (size_t i = 0; i < d->n; i++) {
        size_t n = 0;
        if (d->atom[i].broken) {
            if (spoken && !denied) return true;
            denied = spoken = false;
        }
        denied |= lexicon_phrase(d, i, not ) > 0;
        while (from + n < end && i + n < d->n &&
               atom_same(&d->atom[i + n], a->atom[from + n].text, a->atom[from + n].n))
            n++;
        spoken |= from + n == end;
    }
    return spoken && !denied;
}

/* "吉他变调夹" where the shop has a 变调夹 of which it writes that it goes with a 吉他: a word before the name, of
 * which the description speaks, makes no other thing of it. */
static void excuse_told(struct local *m, struct fitting *f, const struct knowledge_product *p)
{
    const struct atoms *a = &f->h->a;
    struct atoms d = { NULL, 0 };
    for (size_t i = 0, end; i < a->n; i = end) {
        bool numbers = false;
        end = i + 1;
        if (!f->missed[i]) continue;
        while (end < a->n && f->missed[end] && !a->atom[end].broken && a->atom[end].kind == a->atom[i].kind) end++;
        for (size_t k = i; k < end; k++) numbers |= a->atom[k].kind == ATOM_NUMBER;
        end += end < a->n && strcmp(a->atom[end].text, "的") == 0;
        bool name = end < a->n && f->named[end] && !a->atom[end].broken && a->atom[end].kind == a->atom[i].kind;
        bool word = a->atom[i].kind == ATOM_HAN ? end - i >= 2 : a->atom[i].n >= 4;
        if (!name || numbers) continue;
        if (d.n == 0) d = atoms_of(m->arena, str_of(p->description ? p->description : ""), LOCAL_TEXT_ATOMS);
        /* a short word together with the name: what the title calls an SDXC card is written of as an "SD card" */
        if ((word && speaks_of(&d, a, i, end)) || (a->atom[i].kind == ATOM_LETTERS && speaks_of(&d, a, i, end + 1)))
            memset(f->missed + i, 0, end - i);
    }
}

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

/* Whether what stands at i is of a value that was said. */
static bool is_of_value(const struct found *options, size_t i)
{
    for (size_t k = 0; k < options->mentions; k++)
        if (i >= options->mention[k].at && i < options->mention[k].at + options->mention[k].n) return true;
    return false;
}

/* "透明壳", "雾黑的壳" of a 手机壳: its last character alone, behind a value, is the thing's own. */
static void excuse_tail(struct fitting *f, const struct found *options)
{
    static const char no_thing[] = "机器线品件款色号版具用料的了";
    const struct atoms *a = &f->h->a, *t = &f->title;
    for (size_t i = 1; i < a->n; i++) {
        size_t before = strcmp(a->atom[i - 1].text, "的") == 0 && i > 1 ? i - 2 : i - 1;
        if (!f->missed[i] || !is_han(a, i) || a->atom[i].broken || strstr(no_thing, a->atom[i].text)) continue;
        if (!is_of_value(options, before) || (is_han(a, i + 1) && f->missed[i + 1])) continue;
        for (size_t k = 1; k < t->n && f->missed[i]; k++) /* of a longer word of the title */
            if (strcmp(t->atom[k].text, a->atom[i].text) == 0 && is_han(t, k - 1)) f->missed[i] = false;
    }
}

/* 单个, 单支: one of it. */
static void excuse_one(struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    for (size_t i = 0; i + 1 < a->n; i++)
        if (f->missed[i] && strcmp(a->atom[i].text, "单") == 0 &&
            strstr("个支只瓶件条包盒袋台卷片张买独本株", a->atom[i + 1].text))
            f->missed[i] = f->missed[i + 1] = false;
}

/* "Ground coffee" where two values are ground: a word that several of its values have. */
static void excuse_of_values(struct local *m, struct fitting *f, const struct knowledge_product *p)
{
    enum { LEAST = 3, WORDS = 8 };
    struct heard *h = &m->h;
    for (size_t i = 0; i < h->a.n && f->names; i++) {
        if (!f->missed[i] || h->a.atom[i].kind != ATOM_LETTERS || h->a.atom[i].n < LEAST) continue;
        struct arena_mark mark = arena_mark(m->arena);
        for (size_t v = 0; v < p->variants && f->missed[i]; v++)
            for (size_t k = 0; k < p->variant[v].options && f->missed[i]; k++) {
                const char *text = p->variant[v].option[k].value;
                if (!strcasestr(text, h->a.atom[i].text)) continue; /* most have it not: these are not taken apart */
                struct atoms value = atoms_of(m->arena, str_of(text), WORDS);
                for (size_t t = 0; t < value.n && value.n > 1; t++)
                    if (atom_same(&value.atom[t], h->a.atom[i].text, h->a.atom[i].n)) f->missed[i] = false;
            }
        arena_release(m->arena, mark);
    }
}

/* "Big dutch oven", where there are sizes of it; "the tall ladder, 240", where one of them was said. */
static void excuse_sizes(struct fitting *f, const struct knowledge_product *p, const struct found *options)
{
    static const char sizes[] = "big|large|small|little|biggest|largest|smallest|tallest|longest|shortest|widest|"
                                "heaviest|lightest|narrowest|tiniest";
    static const char measures[] = "tall|long|short|wide|narrow|thick|thin|deep|high|heavy";
    const struct atoms *a = &f->h->a;
    bool said = false;
    for (size_t k = 0; k < options->mentions; k++) said |= strpbrk(options->mention[k].value, "0123456789") != NULL;
    for (size_t i = 0; i < a->n && options_measure(p); i++)
        if (f->missed[i] && (lexicon_phrase(a, i, sizes) > 0 || (said && lexicon_phrase(a, i, measures) > 0)))
            f->missed[i] = false;
    for (size_t i = 0; i < a->n && options_measure(p); i++)
        for (size_t n = lexicon_phrase(a, i, "大号|小号|中号|大码|小码|加大号|特大号|最大号|最小号"); n > 0; n--)
            f->missed[i + n - 1] = false;
}

/* "The ClearView tank" of a ClearView Glass Aquarium of which the shop writes "Glass tank with a lid": what the first
 * words of the description call it, behind the first word of its name. */
static void excuse_kind(struct local *m, struct fitting *f, const struct knowledge_product *p)
{
    enum { FIRST = 12, LEAST = 3 };
    static const char ends[] =
        "with|for|that|which|in|from|by|of|to|on|and|made|who|where|so|as|is|are|has|comes|takes|"
        "without|suitable|plus|or|at|whose|when|while|between|up";
    const struct atoms *a = &f->h->a;
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms d = atoms_of(m->arena, str_of(p->description ? p->description : ""), FIRST);
    size_t n = 0;
    while (n < d.n && (n == 0 || !d.atom[n].broken) && lexicon_phrase(&d, n, ends) == 0) n++;
    const struct atom *kind = n > 0 && n < d.n ? &d.atom[n - 1] : NULL;
    if (kind && kind->kind == ATOM_LETTERS && kind->n >= LEAST && f->title.n > 0 && f->in_title[0])
        for (size_t i = 1; i < a->n; i++)
            if (f->missed[i] && f->named[i - 1] && !a->atom[i].broken && atom_same(&a->atom[i], kind->text, kind->n))
                f->missed[i] = false;
    arena_release(m->arena, mark);
}

/* "礼盒配手提袋吗" asks what comes with it; "放手机的架子" tells what the thing is for. */
static void excuse_verbs(struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    bool sold = (f->h->all & (SENSE_PRICE | SENSE_STOCK)) != 0;
    for (size_t i = 0; i + 1 < a->n; i++) {
        if (!f->missed[i] || !is_han(a, i) || !is_han(a, i + 1) || a->atom[i + 1].broken) continue;
        if (i + 2 < a->n && f->named[i + 2] && strcmp(a->atom[i + 1].text, "的") == 0 &&
            strstr("吃用穿戴喝玩住睡背骑坐养种", a->atom[i].text)) /* 泰迪吃的狗粮 */
            f->missed[i] = false;
        bool comes = i > 0 && f->named[i - 1] && !a->atom[i].broken && strstr("配含带", a->atom[i].text) &&
                     f->h->sense[i + 1] == 0 && !f->named[i + 1];
        if (comes && !sold) f->missed[i] = false;
        size_t end = i + 1;
        while (end < a->n && f->named[end] && is_han(a, end)) end++;
        bool for_it = strstr("放装挂夹擦洗切煮泡收晒盛贴插烧煎存", a->atom[i].text) && end > i + 2 && end + 1 < a->n &&
                      strcmp(a->atom[end].text, "的") == 0 && f->named[end + 1];
        if (for_it) f->missed[i] = false;
    }
}

/* Where letters and digits end that stand together, or with only "-" between: "CN-L30". */
static size_t code_end(const struct atoms *a, size_t i, const char *text, bool *digits, bool *letters)
{
    size_t end = i;
    for (; end < a->n && a->atom[end].kind != ATOM_HAN; end++) {
        const struct atom *x = &a->atom[end];
        bool tied = end == i || x->glued || (x->from == x[-1].to + 1 && strchr("-/", text[x[-1].to]));
        if (!tied) break;
        *digits |= x->kind == ATOM_NUMBER, *letters |= x->kind == ATOM_LETTERS;
    }
    return end;
}

/* The model of the thing itself was said, and not one that it is made for: the last of its title, or the only one. */
bool local_fit_model_named(const struct fitting *f)
{
    static const char for_it[] = "适用|适配|兼容|通用|专用|配套|for|fits|compatible";
    bool other = false, named = false;
    for (size_t i = 0, end; i < f->title.n; i = end) {
        bool digits = false, letters = false, all = true;
        other |= lexicon_phrase(&f->title, i, for_it) > 0;
        end = code_end(&f->title, i, f->fit.product->title, &digits, &letters);
        if (end == i) end = i + 1;
        if (!digits || !letters) continue;
        for (size_t k = i; k < end; k++) all &= f->in_title[k];
        bool last = end == f->title.n, own = !other && lexicon_phrase(&f->title, end, for_it) == 0;
        named = all && (last || own) && f->title.atom[end - 1].to - f->title.atom[i].from > 3;
        if (named) return true;
    }
    return false;
}

bool local_fit_model_of_another(const struct fitting *f)
{
    static const char for_it[] = "适用|适配|兼容|通用|专用|配套";
    enum { BEFORE = 2 };
    for (size_t i = BEFORE, end; i < f->title.n; i = end) {
        bool digits = false, letters = false, all = true;
        end = code_end(&f->title, i, f->fit.product->title, &digits, &letters);
        if (end == i) end = i + 1;
        if (!digits || !letters || lexicon_phrase(&f->title, i - BEFORE, for_it) != BEFORE) continue;
        for (size_t k = i; k < end; k++) all &= f->in_title[k];
        if (all) return !local_fit_model_named(f);
    }
    return false;
}

/* "205/55R16轮胎": letters and numbers beside the name, which nothing of the product knows, make another thing of it.
 */
bool local_fit_other_model(struct local *m, const struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    const struct knowledge_product *p = f->fit.product;
    struct atoms d = { NULL, 0 };
    for (size_t i = 0, end; i < a->n; i = end) {
        bool digits = false, letters = false, missed = false, known = false;
        char joined[LOCAL_JOINED];
        end = code_end(a, i, f->h->text.p, &digits, &letters);
        if (end == i) end = i + 1;
        for (size_t k = i; k < end; k++) missed |= f->missed[k], known |= f->h->used[k] || f->named[k];
        if (!missed || known || !digits || !(letters || end > i + 1) || amount_in(a, i, a) > 0) continue;
        bool name = end < a->n && f->named[end] && is_han(a, end) && !a->atom[end].broken;
        if (!name) continue;
        if (d.n == 0) d = atoms_of(m->arena, str_of(p->description ? p->description : ""), LOCAL_TEXT_ATOMS);
        size_t n = local_fit_join(a, i, end, joined), told = 0;
        for (size_t k = 0; k < d.n && told == 0; k++) told = atoms_joined(&d, k, joined, n);
        if (told == 0) return true;
    }
    return false;
}

/* "A desk for my daughter": whom it is for makes no other thing of it. */
static void excuse_persons(struct fitting *f)
{
    static const char whom[] =
        "mum|mom|dad|mother|father|wife|husband|son|daughter|boyfriend|girlfriend|friend|friends|"
        "sister|brother|gran|grandma|grandad|nan|kid|kids|child|children|baby|man|woman|men|women|"
        "boy|girl|people|person|adult|adults|beginner|beginners|birthday|christmas|xmas|present|"
        "party|parties|wedding|weddings|gig|gigs|concert|recital|show|trip|picnic|barbecue|bbq|festival|match|"
        "tournament|exam|exams|interview|prom|funeral|christening|anniversary|graduation|housewarming|"
        "presents|gift|gifts|home|house|work|office|school|use|everyone|everybody|family|guests";
    for (size_t i = 2; i < f->h->a.n; i++)
        if (f->missed[i] && lexicon_phrase(&f->h->a, i, whom) > 0 &&
            (local_fit_behind_for(&f->h->a, i) > 0 || local_fit_owned(&f->h->a, i) > 0))
            f->missed[i] = false;
}

static bool all_named(const struct fitting *f, const struct mention *x)
{
    for (size_t i = x->at; i < x->at + x->n; i++)
        if (!f->named[i]) return false;
    return true;
}

/* "The acoustic version" of a Parlour Acoustic Guitar that is sold as acoustic and as electro: the one of its values,
 * and so is "guitar acoustic", behind what the title has behind it. */
static bool said_of_version(const struct fitting *f, const struct mention *x)
{
    const struct atoms *a = &f->h->a, *t = &f->title;
    size_t after = x->at + x->n;
    bool of =
        after < a->n && !a->atom[after].broken && lexicon_phrase(a, after, "version|one|model|edition|variant") > 0;
    for (size_t k = 0; k + 1 < t->n && x->at > 0 && x->n == 1 && !of; k++)
        of = strcmp(t->atom[k].text, a->atom[x->at].text) == 0 && !t->atom[k + 1].broken &&
             t->atom[k + 1].kind == ATOM_LETTERS && strcmp(t->atom[k + 1].text, a->atom[x->at - 1].text) == 0;
    return of;
}

/* "透明壳" of a title that has 透明防摔手机壳: a value that stands in the title too is meant as one where the turn goes
 * on otherwise than the title does, and so is one of several words ("16 Pro"). */
static bool said_apart(const struct fitting *f, const struct mention *x)
{
    const struct atoms *a = &f->h->a, *t = &f->title;
    size_t after = x->at + x->n;
    if (a->atom[x->at].kind != ATOM_HAN)
        return said_of_version(f, x) || (strlen(x->joined) > 3 && (x->n > 1 || strlen(x->joined) > a->atom[x->at].n));
    if (after >= a->n) return false;
    for (size_t k = 0; k + x->n < t->n; k++) {
        size_t n = 0;
        while (n < x->n && strcmp(a->atom[x->at + n].text, t->atom[k + n].text) == 0) n++;
        if (n == x->n && (t->atom[k + n].broken || strcmp(a->atom[after].text, t->atom[k + n].text) == 0)) return false;
    }
    return true;
}

bool local_fit_is_value(const struct fitting *f, const struct mention *x)
{
    return !all_named(f, x) || said_apart(f, x) || options_in_title(f->fit.product, x->value) ||
           local_fit_is_choice(f, x);
}

/* "女泳衣" of 泳衣女士: whose it is stands elsewhere in the title. */
static void excuse_whose(struct fitting *f)
{
    const struct atoms *a = &f->h->a, *t = &f->title;
    for (size_t i = 0; i + 1 < a->n; i++) {
        if (!f->missed[i] || !f->named[i + 1] || !is_han(a, i) || !strstr("男女童", a->atom[i].text)) continue;
        for (size_t k = 0; k < t->n && f->missed[i]; k++)
            if (strcmp(t->atom[k].text, a->atom[i].text) == 0) f->missed[i] = false;
    }
}

/* "Smoked glass, the Marlow in smoke": a word of a value that was said of it anyway, and "style" of who describes it.
 */
static void excuse_said_again(struct fitting *f, const struct found *options)
{
    static const char looks[] = "style|styled|type|looking|effect|finish|ish";
    enum { LEAST = 4 };
    const struct atoms *a = &f->h->a;
    for (size_t i = 0; i < a->n; i++) {
        const struct atom *x = &a->atom[i];
        if (!f->missed[i] || x->kind != ATOM_LETTERS || x->n < LEAST) continue;
        for (size_t k = 0; k < options->mentions && f->missed[i]; k++) {
            const char *value = options->mention[k].joined;
            const struct atom of = { .text = value, .n = (uint8_t)strlen(value), .kind = ATOM_LETTERS };
            if (!options->mention[k].excluded && atom_akin(&of, x)) f->missed[i] = false;
        }
        if (options->mentions > 0 && i > 0 && lexicon_phrase(a, i, looks) > 0 && !f->missed[i - 1])
            f->missed[i] = false;
    }
}

/* "A travel adapter plug thing": who does not know its name tells what it is by a word that the shop has of it. */
static void excuse_thing(struct local *m, struct fitting *f)
{
    const struct atoms *a = &f->h->a;
    struct atoms d = { NULL, 0 };
    for (size_t i = 0; i + 1 < a->n; i++) {
        bool thing = lexicon_phrase(a, i + 1, "thing|things|thingy|thingies|thingamajig|gizmo|doodah|contraption") > 0;
        if (thing && f->named[i] && !a->atom[i + 1].broken) f->missed[i + 1] = false; /* "the sound machine thingy" */
        if (!thing || i == 0 || !f->missed[i] || !f->named[i - 1] || a->atom[i].broken || a->atom[i + 1].broken)
            continue;
        const char *told = f->fit.product->description;
        if (d.n == 0) d = atoms_of(m->arena, str_of(told ? told : ""), LOCAL_TEXT_ATOMS);
        for (size_t k = 0; k < d.n && f->missed[i]; k++)
            if (atom_akin(&d.atom[k], &a->atom[i]) || atom_like(&d.atom[k], &a->atom[i])) f->missed[i] = false;
    }
}

/* "Battery door for the scale", where the shop calls its cover a "battery door for the Feather scale": two words, and
 * what it is for behind them, as the description has them. */
static void excuse_called(struct local *m, struct fitting *f)
{
    static const char of[] = "for|of|to";
    const struct atoms *a = &f->h->a;
    struct atoms d = { NULL, 0 };
    for (size_t i = 1; i + 1 < a->n; i++) {
        const struct atom *x = &a->atom[i], *before = x - 1;
        bool calls = f->missed[i] && f->named[i - 1] && x->kind == ATOM_LETTERS && !x->broken;
        if (!calls || lexicon_phrase(a, i + 1, of) == 0) continue;
        const char *told = f->fit.product->description;
        if (d.n == 0) d = atoms_of(m->arena, str_of(told ? told : ""), LOCAL_TEXT_ATOMS);
        for (size_t k = 1; k + 1 < d.n && f->missed[i]; k++)
            if (atom_same(&d.atom[k], x->text, x->n) && atom_same(&d.atom[k - 1], before->text, before->n) &&
                lexicon_phrase(&d, k + 1, of) > 0)
                f->missed[i] = false;
    }
}

void local_fit_excuse(struct local *m, struct fitting *f, const struct found *options)
{
    excuse_names(f, f->fit.product);
    excuse_beside_values(f, f->fit.product, options);
    excuse_parts(f, options);
    excuse_told(m, f, f->fit.product);
    excuse_tail(f, options);
    local_fit_excuse_nouns(f);
    excuse_one(f);
    excuse_sizes(f, f->fit.product, options);
    excuse_kind(m, f, f->fit.product);
    excuse_of_values(m, f, f->fit.product);
    excuse_verbs(f);
    excuse_opinions(f);
    excuse_plain(f, options);
    excuse_counted(f, options);
    excuse_persons(f);
    excuse_whose(f);
    excuse_said_again(f, options);
    excuse_thing(m, f);
    excuse_called(m, f);
    local_fit_excuse_shortened(f);
    local_fit_excuse_whom(f);
}
