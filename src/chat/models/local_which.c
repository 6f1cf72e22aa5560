/* local_which.c: which of its values somebody should take ("20斤的狗用几号航空箱", "30平的客厅买多少瓦的灯"). Told is
 * what the shop wrote of the values, with their numbers: the shopper sees where his own lies. Nothing is computed:
 * whether it must be less or may be more is in the shop's words. */
#include "chat/models/local.h"

#include "base/unicode.h"

enum { QUOTE = 600, SENTENCES = 6 };

/* A measure of his own, and which. */
static bool asks_which(const struct heard *h)
{
    static const char which[] = "几号|哪个号|哪个|哪款|哪种|什么码|哪个码|多大|多少瓦|几瓦|多长|多少升|几升|什么尺寸|"
                                "哪个尺寸|什么型号|哪个型号|几寸|多少寸|"
                                "什么规格|哪个规格|几码|几米|多少米|够不够|够吗|合适";
    static const char takes[] = "用|选|买|拿|要|配|装|穿|戴|养|拍|适合|够|合适|坐|睡|住";
    bool asks = false, measure = false, does = false;
    for (size_t i = 0; i < h->a.n; i++) {
        asks |= lexicon_phrase(&h->a, i, which) > 0;
        does |= lexicon_phrase(&h->a, i, takes) > 0;
        measure |= h->a.atom[i].kind == ATOM_NUMBER && i + 1 < h->a.n && h->a.atom[i + 1].kind == ATOM_HAN;
    }
    return asks && measure && does;
}

/* Whether the sentence tells of one of the values, with a number that is not of the value itself. */
static bool tells_of_value(struct local *m, const struct knowledge_product *p, struct str s)
{
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms t = atoms_of(m->arena, s, 100);
    size_t numbers = 0, values = 0;
    for (size_t i = 0; i < t.n; i++) numbers += t.atom[i].kind == ATOM_NUMBER;
    for (size_t v = 0; v < p->variants && values == 0; v++)
        for (size_t k = 0; k < p->variant[v].options; k++) {
            char joined[LOCAL_JOINED];
            size_t n = joined_of(str_of(p->variant[v].option[k].value), joined, sizeof joined);
            for (size_t i = 0; i < t.n && n > 1; i++) {
                size_t atoms = atoms_joined(&t, i, joined, n);
                for (size_t at = i; at < i + atoms; at++) numbers -= t.atom[at].kind == ATOM_NUMBER;
                values += atoms > 0;
            }
        }
    arena_release(m->arena, mark);
    return values > 0 && numbers > 0;
}

bool local_which(struct local *m, const struct knowledge_product *p, bool *answered)
{
    struct str text = str_of(p->description ? p->description : "");
    size_t said = 0, before = m->text.n;
    *answered = false;
    if (m->language != LOCAL_ZH || p->variants < 2 || !asks_which(&m->h)) return true;
    for (size_t at = 0; at < text.n && said < SENTENCES;) {
        struct str s = str_trim(local_sentence(text, &at));
        if (s.n > QUOTE || m->text.n - before + s.n > QUOTE || !text_is_quotable(m, s, false)) continue;
        if (!tells_of_value(m, p, s)) continue;
        buf_add(&m->text, s.p, s.n), said++;
    }
    if (said == 0) return true;
    local_cite_product(m, p, NULL);
    m->action = REPLY_ANSWER, m->why = "description", *answered = true;
    return true;
}
