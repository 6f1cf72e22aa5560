/* local_slips.c: a title that was meant though a finger or an ear missed one sign of it: "kestral", "XGQ100", 空汽炸锅.
 * A digit is never guessed at: it makes another model. */
#include "chat/models/local_fitting.h"

size_t local_fit_join(const struct atoms *a, size_t i, size_t end, char *out)
{
    size_t n = 0;
    for (; i < end && n + a->atom[i].n < LOCAL_JOINED; i++)
        memcpy(out + n, a->atom[i].text, a->atom[i].n), n += a->atom[i].n;
    out[n] = 0;
    return n;
}

/* "XGQ100" is the XQG100, "JBZ-T5" the JZB-T5: the same digits, and of the letters two changed places, or one is
 * another. Of a name of less than three letters nothing is guessed: the W7 is no X7. */
static bool is_model_slip(const char *a, const char *b)
{
    enum { LETTERS = 3, DIGITS = 2 };
    size_t letters = 0, digits = 0, others = 0, first = 0;
    if (strlen(a) != strlen(b)) return false;
    for (size_t i = 0; a[i]; i++) {
        bool digit = a[i] >= '0' && a[i] <= '9';
        letters += !digit, digits += digit;
        if (a[i] == b[i]) continue;
        if (digit || (b[i] >= '0' && b[i] <= '9')) return false;
        if (others++ == 0) first = i;
    }
    if (letters < LETTERS || digits < DIGITS) return false;
    return others == 1 || (others == 2 && a[first] == b[first + 1] && a[first + 1] == b[first]);
}

/* Where letters and digits end that nothing but "-" stands between: "BGX-20". */
static size_t model_end(const struct atoms *a, size_t i, const char *text)
{
    enum { MOST = 5 };
    size_t most = i + MOST;
    for (i++; i < a->n && i < most && a->atom[i].kind != ATOM_HAN; i++) {
        const struct atom *x = &a->atom[i], *before = x - 1;
        if (!x->glued && (x->from != before->to + 1 || text[before->to] != '-')) break;
    }
    return i;
}

/* `end`: of the word in the turn that it is. */
size_t local_fit_model(const struct fitting *f, size_t i, size_t *end, size_t *at)
{
    char word[LOCAL_JOINED] = "", joined[LOCAL_JOINED] = "";
    size_t whole = model_end(&f->h->a, i, f->h->text.p);
    if (whole == i + 1) return 0;
    for (size_t from = whole; from > *end; from--)
        if (f->h->used[from - 1]) return 0;
    for (size_t k = 0; k < f->title.n; k++) {
        if (f->title.atom[k].kind == ATOM_HAN ||
            (k > 0 && f->title.atom[k].glued && f->title.atom[k - 1].kind != ATOM_HAN))
            continue;
        for (size_t last = model_end(&f->title, k, f->fit.product->title); last > k + 1; last--) {
            size_t stop = whole;
            (void)local_fit_join(&f->title, k, last, joined);
            for (; stop > i + 1; stop--) {
                (void)local_fit_join(&f->h->a, i, stop, word);
                if (is_model_slip(word, joined)) break;
            }
            if (stop == i + 1) continue;
            *end = stop, *at = k;
            return last - k;
        }
    }
    return 0;
}

size_t local_fit_behind_for(const struct atoms *a, size_t i)
{
    size_t at = i;
    if (at > 0 && lexicon_phrase(a, at - 1, "the|a|an|this|that") > 0) at--;
    return at > 1 && !a->atom[i].broken && lexicon_phrase(a, at - 1, "for") > 0 ? at - 1 : 0;
}

size_t local_fit_owned(const struct atoms *a, size_t i)
{
    enum { ADJECTIVES = 2 };
    for (size_t back = 1; back <= ADJECTIVES + 1 && back < i; back++)
        if (lexicon_phrase(a, i - back, "my|our|his|her|their") > 0)
            return lexicon_phrase(a, i - back - 1, "for") > 0 ? i - back - 1 : 0;
    return 0;
}

bool local_fit_only_for(const struct fitting *f)
{
    size_t end = 0;
    bool before = false, any = false;
    while (end < f->title.n && lexicon_phrase(&f->title, end, "for|fits|fit|compatible") == 0) end++;
    for (size_t i = 0; i < f->title.n; i++) before |= f->in_title[i] && i < end, any |= f->in_title[i];
    return any && !before;
}

/* One vowel for another, as it is heard: "kestral". That makes no other word of a long one. */
static bool is_one_vowel(const struct atom *a, const struct atom *b)
{
    enum { LONG = 6 };
    size_t others = 0;
    if (a->n != b->n || a->n < LONG) return false;
    for (size_t i = 0; i < a->n; i++) {
        if (a->text[i] == b->text[i]) continue;
        if (others++ > 0 || !strchr("aeiouy", a->text[i]) || !strchr("aeiouy", b->text[i])) return false;
    }
    return others == 1;
}

/* "Nife" is a knife, "rench" a wrench: a letter that is not heard, or 'f' for "ph". */
static bool is_unheard(const struct atom *a, const struct atom *b)
{
    static const char *const pairs[] = { "knn", "wrr", "pss", "gnn", "whw", "phf", NULL };
    enum { LEAST = 4 };
    for (size_t k = 0; pairs[k] && a->n >= LEAST && b->n == a->n + 1; k++)
        if (memcmp(b->text, pairs[k], 2) == 0 && a->text[0] == pairs[k][2] && strcmp(a->text + 1, b->text + 2) == 0)
            return true;
    return false;
}

/* "Cat tre" of a cat tree, "action cam" of an action camera: a short word that lacks a letter of the name's, or its
 * end, where the word before it is the name's too. */
static bool is_short_of(const struct fitting *f, size_t i, size_t k)
{
    enum { LEAST = 3, CUT = 2, PLAIN = 4 };
    const struct atom *a = &f->h->a.atom[i], *b = &f->title.atom[k];
    bool before = i > 0 && f->named[i - 1] && !a->broken;
    bool in_place = before && k > 0 && f->in_title[k - 1] && !b->broken && atom_same(a - 1, (b - 1)->text, (b - 1)->n);
    if (!before || b->kind != ATOM_LETTERS || a->n < LEAST || a->text[0] != b->text[0]) return false;
    bool begins = a->n + CUT <= b->n && memcmp(a->text, b->text, a->n) == 0;
    if (begins && (in_place || a->n >= PLAIN)) return true;
    if (in_place && a->n == LEAST && b->n == LEAST && a->text[1] == b->text[2] && a->text[2] == b->text[1])
        return true; /* "starter kti" */
    if (!in_place || b->n != a->n + 1) return false;
    size_t same = 0;
    while (same < a->n && a->text[same] == b->text[same]) same++;
    return memcmp(a->text + same, b->text + same + 1, a->n - same) == 0;
}

/* Words by themselves: who writes one of them beside another word of a name means it, and hardly the name's. */
static bool is_word(const struct atom *x)
{
    static const char words[] =
        " back bait ball band bank bark barn base bath beam bean bear beat bell belt bend bike bill bird bite blow "
        "boat "
        "body bolt bone book boot bowl bulb bull butter batter candle cane cape card care cart case cast chain chair "
        "chart chip clay clip clock cloth coal coat code coil coin cone cook cool cord core cork corn cost cover crab "
        "cream crib crop crown cube curb cure curl dart deck desk dial dice disc dish dock doll door dove drag drum "
        "duck dust face fair fall fire fish flag flat flea float floor flour flower foam fold food foot fork frame "
        "fuel fruit gate gear girl glass globe glove glue goal goat gold gown grain grass grill grip guard hair hall "
        "hand hawk head heat heel help hike hill hole home hood hook horn horse hose house ink iron jack jar juice "
        "keel "
        "key kite knit knot lace lamp land lane lawn leaf lead leash lens lift lime limb line link lint lion list load "
        "loaf lock loft log loop mail male mall mask mast mat meal meat mile milk mill mint mitt mole moon moss moth "
        "mouse mouth nail neck nest net nose note nut oar oven pail pain paint pair palm pane pant park part path peel "
        "pen pear pile pill pin pine pipe plan plane plant plate play plug plum pole polo pond pool port post pot "
        "pump purse rack raft rail rain rake ramp range rice ride ring road roast rock rod role roll roof room root "
        "rope rose rug ruler sail sale salt sand sauce saw scale scarf school seal seat seed shade shaft sheep sheet "
        "shelf shell ship shirt shoe shop shot sink skate ski skin skirt slate sleeve slide snake snow soap sock sofa "
        "sole song soup spade spare spear spoon spray spring stake steak stamp stand star steam steel stem step stick "
        "stone stool store stove straw string suit table tack tail tale tank tap tape tarp tart tea team tent test tie "
        "tile till time tin tip toad toast toe tone tool tooth top torch towel toy track trail train trap tray tree "
        "trim truck trunk tube tune vase veil vest vine wall ward wash watch water wave wax well whale wheel whip wick "
        "wine wing wire wolf wood wool worm wrap yard yarn biscuit basket letter ladder leather liter lighter loader "
        "meter motor pillow pillar pepper paper potter powder polish palette pellet pallet planer planner rubber "
        "ribbon racket rocket saddle sander slipper slippers shaver shower silver sliver spider staple tackle tickle "
        "timber timer tumbler walker washer welder whisk ";
    char padded[LOCAL_JOINED + 3] = " ";
    size_t n = x->n > 3 && x->text[x->n - 1] == 's' && x->text[x->n - 2] != 's' ? x->n - 1U : x->n;
    memcpy(padded + 1, x->text, n), padded[n + 1] = ' ', padded[n + 2] = 0;
    char whole[LOCAL_JOINED + 3] = " ";
    memcpy(whole + 1, x->text, x->n), whole[x->n + 1] = ' ', whole[x->n + 2] = 0;
    return strstr(words, padded) || strstr(words, whole);
}

/* The next sound of a word as it is heard: 'v' for a run of vowels, which is from *i up to the new *i. */
static char sound_at(const char *p, size_t *i)
{
    static const char *const pairs[] = { "phf", "ckk", "qk", "ck", "zs", "xk", "gj", NULL };
    while (*i > 0 && p[*i] == 'g' && p[*i + 1] == 'h') *i += 2; /* of a night none of it is heard */
    char c = p[*i];
    if (!c) return 0;
    if (strchr("aeiouy", c)) {
        while (p[*i] && strchr("aeiouy", p[*i])) ++*i;
        return 'v';
    }
    bool soft = c == 'c' && p[*i + 1] && strchr("eiy", p[*i + 1]);
    size_t n = 1;
    char sound = soft ? 's' : c;
    for (size_t k = 0; pairs[k] && !soft; k++) {
        size_t length = strlen(pairs[k]) - 1;
        if (strncmp(p + *i, pairs[k], length) != 0) continue;
        sound = pairs[k][length], n = length;
        break;
    }
    *i += n;
    while (p[*i] == c) ++*i;
    return sound;
}

/* "Leed" is a lead, "ovan" an oven, "baskit" a basket: all consonants sound the same, and one run of vowels is another;
 * an e at the end is not heard. */
static bool sounds_alike(const char *a, const char *b)
{
    size_t i = 0, k = 0, others = 0;
    if (*a != *b && !(strchr("ckq", *a) && strchr("ckq", *b)) && !(strchr("fp", *a) && strchr("fp", *b))) return false;
    while (a[i] || b[k]) {
        size_t from = i, begin = k;
        if (a[i] == 'e' && !a[i + 1] && !b[k]) return others <= 1;
        if (b[k] == 'e' && !b[k + 1] && !a[i]) return others <= 1;
        char x = sound_at(a, &i), y = sound_at(b, &k);
        if (x != y) return false;
        if (x == 'v' && (i - from != k - begin || memcmp(a + from, b + begin, i - from) != 0)) others++;
    }
    return others <= 1;
}

/* A word beside which the turn has what the title has beside its own: "ext lead", "dutch ovan". There its sound will
 * do, or its beginning. */
static bool is_in_place(const struct fitting *f, size_t i, size_t k)
{
    enum { SOUND_LEAST = 4, CUT_LEAST = 3, CUT = 3 };
    const struct atoms *a = &f->h->a, *t = &f->title;
    const struct atom *x = &a->atom[i], *y = &t->atom[k];
    if (x->kind != ATOM_LETTERS || y->kind != ATOM_LETTERS || x->n >= LOCAL_JOINED - 1) return false;
    bool after = i + 1 < a->n && k + 1 < t->n && !x[1].broken && !y[1].broken && x[1].n > 2 &&
                 (atom_same(&x[1], y[1].text, y[1].n) || atom_like(&x[1], &y[1]));
    bool before = i > 0 && k > 0 && !x->broken && !y->broken && x[-1].n > 2 &&
                  (atom_same(&x[-1], y[-1].text, y[-1].n) || atom_like(&x[-1], &y[-1]));
    if (!after && !before) return false;
    bool cut = after && x->n >= CUT_LEAST && x->n + CUT <= y->n && memcmp(x->text, y->text, x->n) == 0;
    if (cut) return !is_word(x);
    /* "a testing kit" is a test kit: one of them is the beginning of the other */
    size_t shorter = x->n < y->n ? x->n : y->n;
    if (shorter >= SOUND_LEAST && memcmp(x->text, y->text, shorter) == 0 && atom_akin(x, y)) return true;
    return x->n >= SOUND_LEAST && y->n >= SOUND_LEAST && !is_word(x) && sounds_alike(x->text, y->text);
}

size_t local_fit_like(const struct fitting *f, size_t i, size_t *at)
{
    bool owned = local_fit_owned(&f->h->a, i) > 0; /* it has a name of its own, which is seldom a slip of the thing's */
    for (size_t k = 0; k < f->title.n; k++)
        if (atom_like(&f->h->a.atom[i], &f->title.atom[k]) &&
            (!owned || is_one_vowel(&f->h->a.atom[i], &f->title.atom[k]))) {
            *at = k;
            return 1;
        }
    for (size_t k = 0; k < f->title.n && !owned && f->h->a.atom[i].kind == ATOM_LETTERS; k++)
        if (is_unheard(&f->h->a.atom[i], &f->title.atom[k]) || is_short_of(f, i, k) || is_in_place(f, i, k)) {
            *at = k;
            return 1;
        }
    return 0;
}

static bool same_han(const struct heard *h, size_t i, const struct fitting *f, size_t t)
{
    return i < h->a.n && t < f->title.n && h->a.atom[i].kind == ATOM_HAN && !h->a.atom[i].broken &&
           strcmp(h->a.atom[i].text, f->title.atom[t].text) == 0;
}

/* Whether a name ends here, but for an ending that says nothing: what stands there is the noun, and another one is
 * another thing (晾衣夹 is no 晾衣架). */
static bool is_noun(const struct fitting *f, size_t i, size_t t)
{
    static const char endings[] = "子儿";
    if (t + 1 >= f->title.n || f->title.atom[t + 1].broken || !same_han(f->h, i + 1, f, t + 1)) return true;
    return strstr(endings, f->h->a.atom[i + 1].text) && is_noun(f, i + 1, t + 1);
}

size_t local_fit_cut(const struct fitting *f, size_t i, size_t t)
{
    enum { FAR = 2, FAR_WORN = 5 };
    static const char things[] = "机器仪壶锅灯车箱包膜架盒笔纸柜椅桌床杯碗锯钳扇炉煲刷罩帽鞋裤衣衫裙砂粮";
    const struct atoms *a = &f->h->a;
    if (i >= a->n || a->atom[i].kind != ATOM_HAN || a->atom[i].broken || !strstr(things, a->atom[i].text)) return 0;
    if (t < f->title.n && strcmp(a->atom[i].text, f->title.atom[t].text) == 0) return 0;
    size_t far = strstr("鞋裤衣衫裙帽", a->atom[i].text) ? FAR_WORN : FAR; /* 碳板鞋 is a 碳板竞速跑鞋 */
    for (size_t k = t; k < f->title.n && k <= t + far && f->title.atom[k].kind == ATOM_HAN && f->title.atom[k].glued;
         k++)
        if (k > t && strcmp(a->atom[i].text, f->title.atom[k].text) == 0) return k;
    return 0;
}

/* 玻尿算面膜 of 玻尿酸补水面膜: what stands behind it is of the title too, so it is no noun by which the name ends. */
static bool goes_on(const struct fitting *f, size_t i)
{
    for (size_t t = 0; t + 1 < f->title.n; t++)
        if (same_han(f->h, i + 1, f, t) && same_han(f->h, i + 2, f, t + 1)) return true;
    return false;
}

/* What one character of a piece is to that of the title in its place. */
enum slip { SLIP_SAME, SLIP_ALIKE, SLIP_NEAR, SLIP_OTHER };

static enum slip slip_at(const struct fitting *f, size_t i, size_t t)
{
    const char *x = f->h->a.atom[i].text, *y = f->title.atom[t].text;
    if (strcmp(x, y) == 0) return SLIP_SAME;
    if (local_han_alike(x, y, is_noun(f, i, t) && !goes_on(f, i))) return SLIP_ALIKE;
    if (f->h->sense[i] == 0 && !f->h->used[i] && local_han_same_sound(x, y, true)) return SLIP_ALIKE;
    bool word = f->h->sense[i] == 0 && !f->h->used[i]; /* 保温杯多少钱 is of no 保温杯托 */
    return word && local_han_near(x, y) ? SLIP_NEAR : SLIP_OTHER;
}

/* Whether so much of a name may be meant by a piece of n characters of which these are slips: one in three that sounds
 * the same, one in four that nearly does (绿头糕: in three if neither begins nor ends them), two in five. */
static bool may_be_meant(size_t n, const size_t *slip, size_t slips, bool nearly)
{
    enum { LEAST = 3, LEAST_NEARLY = 4, LEAST_OF_TWO = 5 };
    if (slips == 0) return n >= LEAST;
    if (slips == 2) return n >= LEAST_OF_TWO && (!nearly || slip[1] > slip[0] + 1);
    bool within = slip[0] > 0 && slip[0] + 1 < n;
    return n >= LEAST_NEARLY || (n == LEAST && (!nearly || within));
}

/* 飞店Pro of 飞电Pro: what is written behind both is the same, and no Han. */
static bool goes_on_in_letters(const struct fitting *f, size_t i, size_t t)
{
    if (i >= f->h->a.n || t >= f->title.n || f->h->a.atom[i].broken || !f->title.atom[t].glued) return false;
    const struct atom *x = &f->h->a.atom[i], *y = &f->title.atom[t];
    return x->kind != ATOM_HAN && x->glued && strcmp(x->text, y->text) == 0;
}

size_t local_fit_kind(const struct fitting *f, size_t i, size_t *first)
{
    enum { FAR = 8 };
    static const char whose[] = "童女男婴孕跑泳皮布棉睡雨雪凉拖", worn[] = "鞋裤衣衫裙帽袜靴";
    const struct atoms *a = &f->h->a, *t = &f->title;
    if (i + 1 >= a->n || a->atom[i + 1].broken || a->atom[i].kind != ATOM_HAN || a->atom[i + 1].kind != ATOM_HAN)
        return 0;
    if (!strstr(whose, a->atom[i].text) || !strstr(worn, a->atom[i + 1].text)) return 0;
    for (size_t k = 0; k < t->n; k++) {
        if (strcmp(t->atom[k].text, a->atom[i].text) != 0) continue;
        for (size_t to = k + 1; to < t->n && to <= k + FAR && t->atom[to].kind == ATOM_HAN && t->atom[to].glued; to++)
            if (strcmp(t->atom[to].text, a->atom[i + 1].text) == 0) {
                *first = k;
                return to;
            }
    }
    return 0;
}

static bool in_title(const struct fitting *f, const char *text)
{
    for (size_t t = 0; t < f->title.n; t++)
        if (strcmp(f->title.atom[t].text, text) == 0) return true;
    return false;
}

/* 壶岭 of a 壶铃, where it stands by itself: a name of two characters, of which one is a slip of the same sound. */
static bool is_short_name(const struct fitting *f, size_t i, size_t t)
{
    static const char grammar[] =
        "的了吗呢吧有要买卖和跟与是在这那款个价几多咋怎哪请您你一二两三四五六七八九十半黑白红蓝绿灰黄紫粉大小中特",
                      endings[] = "子儿品式型";
    const struct heard *h = f->h;
    const struct atom *x = &h->a.atom[i], *y = &f->title.atom[t];
    bool before = i > 0 && !x->broken && x[-1].kind == ATOM_HAN && !strstr(grammar, x[-1].text);
    bool behind =
        i + 2 < h->a.n && !x[2].broken && x[2].kind == ATOM_HAN && !strstr(grammar, x[2].text) && h->sense[i + 2] == 0;
    /* 衬杉真丝的, 普饵熟茶: what stands behind is of the title, too */
    bool more = behind && i + 3 < h->a.n && x[3].kind == ATOM_HAN && !x[3].broken;
    behind = behind && !(in_title(f, x[2].text) && (!more || in_title(f, x[3].text)));
    if (before || behind || h->sense[i] != 0 || h->sense[i + 1] != 0 || h->used[i]) return false;
    bool second = strcmp(x->text, y->text) == 0;
    if (strstr(endings, x[1].text) || strstr(endings, y[1].text)) return false;
    if (!second && strcmp(x[1].text, y[1].text) != 0) return false;
    return local_han_same_sound(x[second].text, y[second].text, false);
}

/* The longest piece from i on that the title has but for one character, which sounds the same ("空汽炸锅"), or of a
 * long one two ("行车纪录议"); 0: none. */
size_t local_fit_sound(const struct fitting *f, size_t i, size_t *at)
{
    enum { MOST = 2 };
    const struct heard *h = f->h;
    size_t best = 0;
    for (size_t t = 0; t < f->title.n; t++) {
        size_t n = 0, slips = 0, slip[MOST];
        bool nearly = false;
        for (; i + n < h->a.n && t + n < f->title.n && (n == 0 || !h->a.atom[i + n].broken) && !h->used[i + n]; n++) {
            const struct atom *x = &h->a.atom[i + n], *y = &f->title.atom[t + n];
            if (x->kind != ATOM_HAN || y->kind != ATOM_HAN) break;
            if (strcmp(x->text, y->text) != 0) {
                /* what sounds alike is looked up only beside what is the same */
                bool beside = n > 0 || (same_han(h, i + 1, f, t + 1) && same_han(h, i + 2, f, t + 2));
                enum slip how = slips < MOST && beside ? slip_at(f, i + n, t + n) : SLIP_OTHER;
                if (how == SLIP_OTHER) break;
                slip[slips++] = n, nearly |= how == SLIP_NEAR;
            }
            bool name = slips == 1 && n > 0 && !nearly && f->h->sense[i] == 0 &&
                        (local_fit_is_name(f, t, n + 1) || goes_on_in_letters(f, i + n + 1, t + n + 1));
            name |= n == 1 && slips == 1 && !nearly && is_short_name(f, i, t);
            if (n + 1 > best && (name || may_be_meant(n + 1, slip, slips, nearly))) best = n + 1, *at = t;
        }
    }
    return best;
}
