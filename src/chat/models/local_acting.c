/* local_acting.c: papers that tell of faults, in English: asked for by who only says that something is wrong with a
 * thing ("my feeder is acting up"), and not told to who says nothing of that kind. And words of a name that ask for no
 * paper: a self-cleaning box is not asked how it is cleaned. */
#include "chat/models/local_lexicon.h"

enum { TEXTS = 24, TITLE_ATOMS = 60 };

static const char acting[] =
    "acting up|acting weird|acting strange|acting strangely|acting funny|acting odd|playing up|plays up|act up|acts up|"
    "misbehaving|misbehaves|on the blink|on the fritz|gone wrong|goes wrong|going wrong|something wrong|something is "
    "wrong|"
    "somethings wrong|anything wrong|not right|isnt right|not quite right|being weird|being funny|went weird|gone "
    "weird|"
    "gone funny|having trouble with|having problems with|having issues with|have trouble with|have a problem with|"
    "have problems with|have an issue with|got a problem with|trouble with my|problem with my|issue with my|issues "
    "with my|"
    "problems with my|wont behave|not behaving|not working properly|not working right|isnt working properly|"
    "isnt working right|doesnt work properly|doesnt work right|keeps failing|keeps erroring|giving me trouble|"
    "giving me grief|gives an error|shows an error|showing an error|an error light|warning light|has a fault|have a "
    "fault|"
    "what do the codes|what do the error codes|list of codes|error codes|fault codes|troubleshooting|troubleshoot";

bool local_of_faults(struct local *m, const struct knowledge_text *t)
{
    struct heard title = hear(m->arena, m->lexicon, str_of(t->title), TITLE_ATOMS);
    return t->product && (title.all & SENSE_FAULT);
}

bool local_says_fault(const struct heard *h)
{
    return (h->all & (SENSE_FAULT | SENSE_FIX | SENSE_WARRANTY | SENSE_DAMAGE)) || lexicon_says(&h->a, acting) ||
           lexicon_says(&h->a, lexicon_trouble) ||
           lexicon_says(&h->a, "screen|display|shows|reads|says|beep|beeps|reset|code|codes");
}

bool local_acts_up(struct local *m, bool *answered)
{
    const uint64_t others = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_RETURN | SENSE_EXCHANGE | SENSE_ORDER |
                            SENSE_TRACK | SENSE_OLD | SENSE_INSTALL;
    bool here = m->found.how >= FOUND_TALKED_ABOUT || (m->found.how == FOUND_NEAR && m->focuses == 0);
    size_t n = here ? m->found.n : m->focuses, texts = 0;
    const struct knowledge_product *p = n == 1 ? (here ? m->found.product[0] : m->focus[0]) : NULL;
    struct knowledge_text *t = NULL;
    *answered = false;
    if (m->language != LOCAL_EN || !p || (m->h.all & others) || !lexicon_says(&m->h.a, acting)) return true;
    if (!m->source->search_texts(m->source->ctx, local_query_of(m, SENSE_FAULT, true), p->id, TEXTS, m->arena, &t,
                                 &texts))
        return false;
    for (size_t i = 0; i < texts && !*answered; i++) {
        if (!local_of_faults(m, &t[i]) || !local_in_language(m, t[i].text)) continue;
        size_t before = m->text.n;
        if (m->found.how == FOUND_NEAR) buf_printf(&m->text, "%s:\n", local_title(m, p));
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        if (!*answered) m->text.n = before;
        else local_cite_product(m, p, NULL), m->why = arena_printf(m->arena, "paper:%s", t[i].id);
    }
    return true;
}

/* The word at i and one beside it stand so in the title. */
static bool is_of_title(const struct atoms *a, size_t i, const struct atoms *title)
{
    for (size_t k = 0; k < title->n; k++) {
        if (strcmp(a->atom[i].text, title->atom[k].text) != 0) continue;
        bool before = i > 0 && k > 0 && strcmp(a->atom[i - 1].text, title->atom[k - 1].text) == 0,
             behind = i + 1 < a->n && k + 1 < title->n && strcmp(a->atom[i + 1].text, title->atom[k + 1].text) == 0;
        if (before || behind) return true;
    }
    return false;
}

void local_name_asks_nothing(struct local *m)
{
    const uint64_t of_names = SENSE_CARE | SENSE_FAULT;
    if (m->language != LOCAL_EN || m->found.how != FOUND_NAMED || !(m->h.all & of_names)) return;
    uint64_t all = 0;
    for (size_t i = 0; i < m->h.a.n; i++) {
        bool own = (m->h.sense[i] & of_names) != 0;
        for (size_t k = 0; k < m->found.n && own; k++) {
            struct atoms title = atoms_of(m->arena, str_of(m->found.product[k]->title), TITLE_ATOMS);
            own = is_of_title(&m->h.a, i, &title);
        }
        if (own) m->h.sense[i] &= ~of_names;
        all |= m->h.sense[i];
    }
    m->h.all &= ~of_names | all;
}
