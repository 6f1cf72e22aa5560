/* local_either.c: what is asked of one thing and told in words of its own or of the shop's rules: which of two it is
 * ("填的是鸭绒还是鹅绒"), how long what is opened keeps, what is given with it. */
#include "chat/models/local_lexicon.h"

#include "base/unicode.h"

enum { QUOTE = 600, TEXTS = 24, HAN_BYTES = 3 };

static bool is_han(const struct atoms *a, size_t i) { return i < a->n && a->atom[i].kind == ATOM_HAN; }

static const char *side(struct local *m, const struct local_sides *s, int which)
{
    const struct atom *first = &m->h.a.atom[s->at[which]], *last = &m->h.a.atom[s->at[which] + s->n - 1];
    return arena_text_n(m->arena, m->h.text.p + first->from, last->to - first->from);
}

/* The word, and not that it is none of that ("不插电也能用"). */
static bool has(struct str s, const char *word)
{
    static const char *const not [] = { "不", "无", "非", "免", "没", "勿" };
    for (const char *at = s.p; (at = memmem(at, s.n - (size_t)(at - s.p), word, strlen(word))) != NULL; at++) {
        bool denied = false;
        for (size_t k = 0; k < ARRAY_LEN(not ); k++)
            denied |= at - s.p >= HAN_BYTES && memcmp(at - HAN_BYTES, not [k], HAN_BYTES) == 0;
        if (!denied) return true;
    }
    return false;
}

static bool either(struct local *m, const struct knowledge_product *p, bool *answered)
{
    const struct local_sides s = local_either_at(&m->h.a);
    const uint64_t others = SENSE_PRICE | SENSE_STOCK | SENSE_RECOMMEND | SENSE_SUBJECTS;
    struct str best = { NULL, 0 };
    *answered = false;
    if (m->language != LOCAL_ZH || s.n == 0 || (m->h.all & others)) return true;
    const char *a = side(m, &s, 0), *b = side(m, &s, 1);
    struct str title = str_of(p->title), text = str_of(p->description ? p->description : "");
    bool first = has(title, a) || has(text, a), second = has(title, b) || has(text, b);
    if (first == second) return true; /* of both, or of none, it is told: the sentence would choose nothing */
    const char *told = first ? a : b;
    for (size_t at = 0; at < text.n && !best.p;) {
        struct str sentence = str_trim(local_sentence(text, &at));
        if (has(sentence, told) && text_is_quotable(m, sentence, false)) best = sentence;
    }
    if (best.p) buf_add(&m->text, best.p, best.n < QUOTE ? best.n : unicode_cut_bytes(best, QUOTE));
    else SAY(m, SAY_HAVE, { "title", local_title(m, p) });
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = best.p ? "description" : "title", *answered = true;
    return true;
}

/* ---- how long it keeps ---- */

static const char keeps_told[] = "保质期|有效期|使用期限|赏味期|保鲜期|开封后|开封";

static bool asks_how_long_it_keeps(const struct heard *h)
{
    static const char asks[] =
        "保质期|有效期|过期|开了能放|打开后|开封后|开封以后|开了以后|拆开后|打开了|开了之后|开盖后|开盖|开了|开封",
                      time[] = "多久|几天|几个月|多长时间|多少天|多少个月|几年|几周|保质期|有效期",
                      does[] = "放|用|扔|吃|喝|存|留|坏|过期|保质期|有效期";
    bool asked = false, how_long = false, keeps = false;
    for (size_t i = 0; i < h->a.n; i++) {
        asked |= lexicon_phrase(&h->a, i, asks) > 0;
        how_long |= lexicon_phrase(&h->a, i, time) > 0, keeps |= lexicon_phrase(&h->a, i, does) > 0;
    }
    return asked && how_long && keeps;
}

/* Two characters of its name, or that it is said of all. */
static bool speaks_of(struct local *m, const struct knowledge_product *p, const char *text)
{
    struct atoms t = atoms_of(m->arena, str_of(p->title), 90), all = atoms_of(m->arena, str_of(text), LOCAL_TEXT_ATOMS);
    for (size_t i = 0; i < all.n; i++) {
        if (lexicon_phrase(&all, i, "所有|全部|全店|全场|均为|都是|统一") > 0) return true;
        for (size_t k = 0; k + 1 < t.n && is_han(&all, i) && is_han(&all, i + 1); k++)
            if (strcmp(t.atom[k].text, all.atom[i].text) == 0 && strcmp(t.atom[k + 1].text, all.atom[i + 1].text) == 0)
                return true;
    }
    return false;
}

static bool keeps(struct local *m, const struct knowledge_product *p, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (m->language != LOCAL_ZH || (m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_RETURN | SENSE_SHIP))) return true;
    if (!asks_how_long_it_keeps(&m->h)) return true;
    if (!m->source->search_texts(m->source->ctx, STR("保质期 有效期 开封后 使用期限"), NULL, TEXTS, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        struct atoms title = atoms_of(m->arena, str_of(t[i].title), 60);
        bool about = false;
        for (size_t k = 0; k < title.n; k++) about |= lexicon_phrase(&title, k, keeps_told) > 0;
        if (t[i].product || t[i].kind == KNOWLEDGE_PROMOTION || !about || !speaks_of(m, p, t[i].text)) continue;
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        m->why = arena_printf(m->arena, "rule:%s", t[i].id);
    }
    return true;
}

bool local_told_otherwise(struct local *m, const struct knowledge_product *p, bool *answered)
{
    return either(m, p, answered) && (*answered || keeps(m, p, answered));
}

/* ---- who may have it ---- */

static const char with_child[] = "怀孕|孕期|孕妇|孕妈|孕中|孕早|孕晚|备孕|有孕|怀宝宝", nursing[] = "哺乳|喂奶|母乳";

static bool asks_with_child(const struct heard *h)
{
    static const char may[] = "能不能|可不可以|可以|能|会不会|有没有影响|有影响|适合|行不行|可否";
    bool asks = false;
    for (size_t i = 0; i < h->a.n; i++) asks |= lexicon_phrase(&h->a, i, may) > 0;
    return asks && (lexicon_says(&h->a, with_child) || lexicon_says(&h->a, nursing)) &&
           !(h->all & (SENSE_PRICE | SENSE_STOCK | SENSE_RECOMMEND));
}

/* The first sentence of the text that speaks of them; p NULL: none. */
static struct str sentence_with_child(struct local *m, struct str text)
{
    for (size_t at = 0; at < text.n;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = str_trim(local_sentence(text, &at));
        struct atoms a = atoms_of(m->arena, s, 160);
        bool speaks = lexicon_says(&a, lexicon_says(&m->h.a, with_child) ? with_child : nursing);
        arena_release(m->arena, mark);
        if (speaks && text_is_quotable(m, s, false)) return s;
    }
    return (struct str){ NULL, 0 };
}

static bool tell_with_child(struct local *m, const struct knowledge_product *p, bool *answered)
{
    struct str best = sentence_with_child(m, str_of(p->description ? p->description : ""));
    struct knowledge_text *t = NULL, *found = NULL;
    for (int shop = 0; shop < 2 && !best.p; shop++) {
        size_t n = 0;
        if (!m->source->search_texts(m->source->ctx, STR("孕妇 孕期 怀孕 哺乳期 使用说明"), shop ? NULL : p->id, TEXTS,
                                     m->arena, &t, &n))
            return false;
        for (size_t i = 0; i < n && !best.p; i++) {
            bool own = shop ? !t[i].product : true;
            if (own) best = sentence_with_child(m, str_of(t[i].text)), found = &t[i];
        }
    }
    *answered = best.p != NULL;
    if (!*answered) return true;
    buf_add(&m->text, best.p, best.n < QUOTE ? best.n : unicode_cut_bytes(best, QUOTE));
    if (found) local_cite_text(m, found);
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = found ? arena_printf(m->arena, "paper:%s", found->id) : "description";
    return true;
}

bool local_with_child(struct local *m, bool *answered)
{
    const struct found *f = &m->found;
    *answered = false;
    if (m->language != LOCAL_ZH || f->n != 1 || f->how < FOUND_TALKED_ABOUT || !asks_with_child(&m->h)) return true;
    if (!tell_with_child(m, f->product[0], answered)) return false;
    if (*answered) return true;
    SAY(m, SAY_UNKNOWN_OF, { "title", local_title(m, f->product[0]) });
    local_cite_product(m, f->product[0], NULL);
    m->action = REPLY_DECLINE, m->why = "no such detail", *answered = true;
    return true;
}

/* ---- what is given with it ---- */

/* "「云朵」或「极昼」羽绒服": where names stand in brackets, one of them is its own. */
static bool is_named_there(const struct knowledge_product *p, const char *text)
{
    bool any = false;
    for (const char *at = strstr(text, "「"); at; at = strstr(at + HAN_BYTES, "「")) {
        const char *end = strstr(at, "」");
        size_t n = end ? (size_t)(end - at) - HAN_BYTES : 0;
        if (n == 0) break;
        any = true;
        if (memmem(p->title, strlen(p->title), at + HAN_BYTES, n)) return true;
    }
    return !any;
}

/* The promotion that has one of these words, and names before it the thing or what it is a kind of; NULL: none. */
MUST_USE static bool promotion_naming(struct local *m, const struct knowledge_product *p, const char *words,
                                      const struct knowledge_text **best)
{
    static const char no_gift[] = "送货|送达|送到|送上|送修";
    struct knowledge_text *t = NULL;
    size_t n = 0, most = 1;
    struct str query = str_of(arena_printf(m->arena, "%s 赠 送 赠品 折 减 优惠", p->title));
    *best = NULL;
    if (!m->source->search_texts(m->source->ctx, query, NULL, TEXTS, m->arena, &t, &n)) return false;
    struct atoms name = atoms_of(m->arena, str_of(p->title), 90);
    for (size_t i = 0; i < n; i++) {
        struct atoms text = atoms_of(m->arena, str_of(t[i].text), LOCAL_TEXT_ATOMS);
        bool gives = false;
        size_t run = 0;
        for (size_t k = 0; k < text.n; k++) {
            gives |= lexicon_phrase(&text, k, words) > 0 && lexicon_phrase(&text, k, no_gift) == 0;
            for (size_t x = 0; x + 1 < name.n && !gives; x++) { /* what is bought stands before what is given */
                size_t same = 0;
                while (is_han(&name, x + same) && is_han(&text, k + same) &&
                       strcmp(name.atom[x + same].text, text.atom[k + same].text) == 0)
                    same++;
                run = same > run ? same : run;
            }
        }
        if (t[i].kind != KNOWLEDGE_PROMOTION || t[i].product || !gives || run <= most) continue;
        if (is_named_there(p, t[i].text)) *best = &t[i], most = run;
    }
    return true;
}

static bool say_promotion(struct local *m, const struct knowledge_product *p, const struct knowledge_text *t)
{
    if (!t || !local_say_text(m, t, str_of(t->text))) return false;
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "promotions";
    return true;
}

bool local_given_with(struct local *m, const struct knowledge_product *p, bool *answered)
{
    const struct knowledge_text *t = NULL;
    bool good = m->language != LOCAL_ZH || promotion_naming(m, p, "送|赠|赠送", &t);
    *answered = good && say_promotion(m, p, t);
    return good;
}

bool local_offered_for_several(struct local *m, const struct knowledge_product *p, bool *answered)
{
    const struct knowledge_text *t = NULL;
    bool asked = m->language == LOCAL_ZH && local_asks_for_several(&m->h),
         good = !asked || promotion_naming(m, p, "折|减|优惠|半价|立省|特价", &t);
    *answered = good && say_promotion(m, p, t);
    return good;
}
