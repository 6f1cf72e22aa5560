/* local_unheard.c: Chinese words that sound like a rule of the shop and are of something else: 减肥 is no discount, and
 * a fee of which no text of the shop speaks (人工费, 押金) is not told by a text about repairs. */
#include "chat/models/local.h"

enum { TEXTS = 16, BASE = 2, BEHIND = 8 };

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

void local_no_discount(struct heard *h)
{
    static const char others[] = "肥|脂|压|重量|重力|震|负|噪|龄|毒|痛|速|排|肚子|腹|轻";
    for (size_t i = 0; i + 1 < h->a.n; i++) {
        if (strcmp(h->a.atom[i].text, "减") != 0 || lexicon_phrase(&h->a, i + 1, others) == 0) continue;
        const uint64_t discount = SENSE_DISCOUNT | SENSE_OFFER | SENSE_HAGGLE;
        size_t first = i > 0 && (h->sense[i - 1] & discount) ? i - 1 : i; /* the 能 of 能减 */
        for (size_t k = first; k <= i; k++) local_hear_anew(h, k, k < i ? SENSE_STOP : 0);
    }
}

/* The fee that is asked for: its atoms from *at on; 0: none, or one that every shop tells of. */
static size_t fee_at(const struct heard *h, size_t *at)
{
    static const char whole[] = "租金|押金|定金|违约金", known[] = "运邮免消浪付收花自缴安装话经退递楼";
    const struct atoms *a = &h->a;
    for (size_t i = 0; i < a->n; i++) {
        size_t n = lexicon_phrase(a, i, whole);
        *at = i;
        if (n > 0) return n;
        bool fee = i > 0 && is_han(a, i - 1) && !a->atom[i].broken && strcmp(a->atom[i].text, "费") == 0;
        if (!fee || strstr(known, a->atom[i - 1].text) || lexicon_phrase(a, i + 1, "用|时|劲|心|了") > 0) continue;
        *at = i >= BASE && is_han(a, i - BASE) && !a->atom[i - 1].broken ? i - BASE : i - 1;
        return i + 1 - *at;
    }
    return 0;
}

static bool asks_sum(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (lexicon_phrase(&h->a, i, "多少|几块|几钱|怎么收|怎么算|收不收|收吗|要吗|贵吗|免费吗|贵不贵") > 0)
            return true;
    return (h->all & SENSE_PRICE) != 0;
}

/* Whether a sentence names the fee, or what it is for and behind it what is taken for that. */
static bool tells_fee(struct local *m, struct str text, size_t at, size_t n, bool whole)
{
    static const char taken[] = "收|元|免费|付|费", staff[] = "客服|在线|坐席";
    struct arena_mark mark = arena_mark(m->arena);
    bool told = false;
    for (size_t from = 0; from < text.n && !told;) {
        struct atoms t = atoms_of(m->arena, local_sentence(text, &from), LOCAL_TEXT_ATOMS);
        size_t least = n > BASE && !whole ? n - 1 : n; /* 人工 of 人工费 */
        for (size_t k = 0; k < t.n && !told; k++) {
            size_t same = 0;
            while (same < least && k + same < t.n && strcmp(t.atom[k + same].text, m->h.a.atom[at + same].text) == 0)
                same++;
            if (same < least || lexicon_phrase(&t, k + same, staff) > 0) continue;
            told = n <= BASE;
            for (size_t b = k + same; b < t.n && b < k + same + BEHIND; b++) told |= lexicon_phrase(&t, b, taken) > 0;
        }
    }
    arena_release(m->arena, mark);
    return told;
}

bool local_fee_unknown(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0, at = 0, fee = m->language == LOCAL_ZH ? fee_at(&m->h, &at) : 0;
    bool told = false;
    *answered = false;
    if (fee == 0 || !asks_sum(&m->h)) return true;
    const struct knowledge_product *p = m->found.n == 1 ? m->found.product[0] : m->focuses == 1 ? m->focus[0] : NULL;
    struct str words = local_han_both(m->arena, m->h.text);
    for (int of_product = 0; of_product < 2 && !told; of_product++) {
        if (of_product && !p) break;
        if (!m->source->search_texts(m->source->ctx, words, of_product ? p->id : NULL, TEXTS, m->arena, &t, &n))
            return false;
        for (size_t i = 0; i < n && !told; i++) /* the paper of another thing tells nothing of this one's */
            told = (of_product || !t[i].product) && (tells_fee(m, str_of(t[i].text), at, fee, false) ||
                                                     tells_fee(m, str_of(t[i].title), at, fee, false));
    }
    if (told || (p && p->description && tells_fee(m, str_of(p->description), at, fee, true))) return true;
    local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known");
    *answered = true;
    return true;
}
