/* local_faults.c: what somebody sees that is wrong with a thing ("the lamp keeps blinking", "只有一边响"). Told is the
 * line of the product's own papers that speaks of it. Who sees it and who wrote the paper seldom use the same words: a
 * row of lexicon_sights has the words for one thing that is seen. A line must share more than one word, or what is
 * seen itself, and share more than any other line; so nothing is told of a fault that no paper knows. */
#include "chat/models/local_lexicon.h"

enum {
    TEXTS = 48,
    SIGHTS = 64,
    STATES = 64,
    LINE_ATOMS = 100,
    SIGHT = 3,
    WORD = 2,
    OF_FAULTS = 1,
    LEAST = 5,
    LEAST_OF_FAULTS = 3
};

struct seen {
    bool row[SIGHTS];   /* of lexicon_sights */
    bool state[STATES]; /* of lexicon_states */
    bool trouble;       /* it was said that something is wrong */
    struct heard h;
};

static bool is_trouble(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++) {
        if (lexicon_phrase(&h->a, i, lexicon_trouble) > 0) return true;
        bool goes = i + 3 < h->a.n && h->a.atom[i].kind == ATOM_HAN && strcmp(h->a.atom[i + 1].text, "着") == 0 &&
                    strcmp(h->a.atom[i + 3].text, "着") == 0;
        if (goes && strcmp(h->a.atom[i].text, h->a.atom[i + 2].text) == 0) return true; /* 烧着烧着 */
    }
    return (h->all & (SENSE_FAULT | SENSE_FIX)) != 0;
}

static bool has_row(const struct atoms *a, size_t k)
{
    for (size_t i = 0; i < a->n; i++)
        if (lexicon_phrase(a, i, lexicon_sights[k]) > 0) return true;
    return false;
}

/* A state that is no part of the thing's name; a title says 死蟹包赔 of none that is sold. */
static bool has_state(const struct atoms *a, const bool *used, size_t k)
{
    for (size_t i = 0; i < a->n; i++) {
        size_t n = local_state_at(a, i, k);
        if (n > 0 && strcmp(a->atom[i].text, "死") == 0) return true;
        for (size_t j = i; j < i + n; j++)
            if (!used || !used[j]) return true;
    }
    return false;
}

/* A word that says something by itself: none of grammar, none of the product's name. */
static bool tells(const struct heard *h, size_t i)
{
    return !h->used[i] && !(h->sense[i] & (SENSE_STOP | SENSE_SOFT | SENSE_POINT));
}

static bool has_words(const struct atoms *t, const struct atom *x, bool pair)
{
    for (size_t k = 0; k < t->n; k++) {
        if (!atom_akin(&t->atom[k], x)) continue;
        if (!pair || (k + 1 < t->n && strcmp(t->atom[k + 1].text, x[1].text) == 0)) return true;
    }
    return false;
}

/* 打不了, 充不进: what cannot be done, in the same characters. */
static bool cannot_too(const struct atoms *t, const struct atom *x)
{
    for (size_t k = 0; k + 2 < t->n; k++)
        if (strcmp(t->atom[k].text, x->text) == 0 && strcmp(t->atom[k + 1].text, x[1].text) == 0 &&
            strcmp(t->atom[k + 2].text, x[2].text) == 0)
            return true;
    return false;
}

/* Words of the turn that the line has too: Han by twos, others whole. */
static int words_shared(const struct heard *h, const struct atoms *t)
{
    int n = 0;
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        bool han = x->kind == ATOM_HAN;
        bool denies = han && !h->used[i] && strstr("不没无", x->text); /* 不动 */
        if (x->kind == ATOM_NUMBER || (!tells(h, i) && !denies) || (!han && x->n < 3)) continue;
        bool pair = han && i + 1 < h->a.n && x[1].kind == ATOM_HAN && !x[1].broken && tells(h, i + 1);
        bool shared = (!han || pair) && has_words(t, x, pair);
        n += shared;
        bool cannot =
            han && !denies && i + 2 < h->a.n && strcmp(x[1].text, "不") == 0 && strstr("了上出进开动到起着", x[2].text);
        n += cannot && cannot_too(t, x) ? 2 : 0;
    }
    return n;
}

/* The same word, or the adverb of it. */
static bool is_word_of(const struct atom *t, const struct atom *x)
{
    return atom_akin(t, x) ||
           (t->n == x->n + 2 && x->n > 3 && strncmp(t->text, x->text, x->n) == 0 && strcmp(t->text + x->n, "ly") == 0);
}

/* "Piston turns stiffly: ..." is what is seen where more than half of its words were said, or half of them and both say
 * what it does not do. */
static bool head_in_words(const struct heard *h, const struct atoms *t, struct str line)
{
    enum { MOST = 6, LEAST_LETTERS = 3 };
    static const char little[] =
        "the|and|with|when|does|not|has|have|gets|get|its|from|are|one|after|turns|goes|too|very",
                      nots[] = "not|wont|doesnt|cannot|cant|isnt|no|never|without|will not|stopped|fails";
    const char *end = memchr(line.p, ':', line.n);
    size_t of = 0, said = 0, told = 0;
    bool denied = false, denies = false;
    for (size_t i = 0; end && i < t->n && line.p + t->atom[i].from < end; i++) {
        const struct atom *x = &t->atom[i];
        bool there = false;
        denied |= lexicon_phrase(t, i, nots) > 0;
        if (x->kind != ATOM_LETTERS || x->n < LEAST_LETTERS || lexicon_phrase(t, i, little) > 0) continue;
        for (size_t k = 0; k < h->a.n; k++) {
            if (!is_word_of(x, &h->a.atom[k])) continue;
            there = true, told += tells(h, k);
        }
        of++, said += there;
    }
    for (size_t k = 0; k < h->a.n && denied; k++) denies |= lexicon_phrase(&h->a, k, nots) > 0;
    return told > 0 && of <= MOST && (said * 2 > of || (said * 2 == of && denies)) && (of > 1 || denies);
}

/* "打印有竖黑线：…" is what is seen where nearly all its characters were said, in whatever order. */
static bool head_was_said(const struct heard *h, const struct atoms *t, struct str line)
{
    enum { FEW = 3, MANY = 12 };
    const char *end = memmem(line.p, line.n, "：", sizeof "：" - 1);
    size_t of = 0, said = 0, told = 0;
    if (!end) end = memchr(line.p, ':', line.n);
    for (size_t i = 0; end && i < t->n && line.p + t->atom[i].from < end; i++) {
        if (t->atom[i].kind != ATOM_HAN || strstr("有的了着是很会", t->atom[i].text)) continue;
        bool there = false, tell = false;
        for (size_t k = 0; k < h->a.n && !tell; k++)
            if (strcmp(h->a.atom[k].text, t->atom[i].text) == 0) there = true, tell = tells(h, k);
        of++, said += there, told += tell;
    }
    return of >= FEW && of <= MANY && said * 4 >= of * 3 && told >= 2;
}

/* "粘不牢：…": the state is what the line is about. */
static bool head_is_state(struct arena *a, const struct seen *seen, struct str line)
{
    const char *end = memmem(line.p, line.n, "：", sizeof "：" - 1);
    enum { LONG = 45 }; /* bytes: fifteen characters */
    if (!end || end - line.p > LONG) return false;
    struct atoms head = atoms_of(a, (struct str){ line.p, (size_t)(end - line.p) }, LINE_ATOMS);
    for (size_t k = 0; lexicon_states[k] && k < STATES; k++)
        if (seen->state[k] && has_state(&head, NULL, k)) return true;
    return false;
}

/* `head`: all but what is done about it was said. */
static int score_of(struct local *m, const struct seen *seen, struct str line, bool *head)
{
    struct arena_mark mark = arena_mark(m->arena);
    struct atoms t = atoms_of(m->arena, line, LINE_ATOMS);
    *head = head_in_words(&seen->h, &t, line);
    int score =
        words_shared(&seen->h, &t) * WORD + (*head ? SIGHT : 0) + (head_was_said(&seen->h, &t, line) ? SIGHT : 0);
    if (score == WORD) { /* one word: it is what the line is about */
        const char *end = memmem(line.p, line.n, "：", sizeof "：" - 1);
        struct atoms before = atoms_of(m->arena, (struct str){ line.p, end ? (size_t)(end - line.p) : 0 }, LINE_ATOMS);
        score += words_shared(&seen->h, &before);
    }
    for (size_t k = 0; k < SIGHTS; k++) score += seen->row[k] && has_row(&t, k) ? SIGHT : 0;
    for (size_t k = 0; k < STATES; k++) score += seen->state[k] && has_state(&t, NULL, k) ? SIGHT : 0;
    score += head_is_state(m->arena, seen, line) ? WORD : 0;
    arena_release(m->arena, mark);
    return score;
}

/* The next line, or of a text that is one line the next sentence. */
static struct str line_next(struct str s, size_t *at)
{
    if (!memchr(s.p, '\n', s.n)) return local_sentence(s, at);
    const char *end = memchr(s.p + *at, '\n', s.n - *at);
    struct str line = { s.p + *at, end ? (size_t)(end - s.p) - *at : s.n - *at };
    *at += line.n + (end != NULL);
    return line;
}

/* What is told with a sentence that begins at `from` and ends at `at`: what follows it, up to where the next fault is
 * named ("Leaking seams: ..."). */
static struct str told_with(struct str text, size_t from, size_t at)
{
    size_t end = at;
    while (at < text.n) {
        struct str next = local_sentence(text, &at);
        if (memchr(next.p, ':', next.n) || memmem(next.p, next.n, "：", sizeof "：" - 1)) break;
        end = at;
    }
    return str_trim((struct str){ text.p + from, end - from });
}

struct line_found {
    const struct knowledge_text *text;
    const struct knowledge_product *product;
    struct str line;
    int score;
    bool alone; /* none is as good */
};

/* "The piston is stiff" tells, "is the piston stiff" asks. */
static bool begins_asking(const struct heard *h)
{
    static const char words[] = "is|are|do|does|did|can|could|would|will|has|have|how|what|which|who|where|any|got";
    return lexicon_phrase(&h->a, 0, words) > 0 || memchr(h->text.p, '?', h->text.n) != NULL;
}

/* The best line of the paper: it must have more where nothing was said of trouble, and then of a paper about faults
 * alone. A sentence that begins a paragraph is told with what follows it. */
static void look_in(struct local *m, const struct seen *seen, const struct knowledge_text *t,
                    const struct knowledge_product *p, struct line_found *best)
{
    struct str text = str_of(t->text);
    struct heard title = hear(m->arena, m->lexicon, str_of(t->title), LINE_ATOMS);
    bool of_faults = (title.all & (SENSE_FAULT | SENSE_CARE | SENSE_FIX)) != 0;
    for (size_t i = 0; i < title.a.n; i++)
        of_faults |=
            lexicon_phrase(&title.a, i, "常见问题|问题|faq|q a|questions|problems|help|messages|tips|checks") > 0;
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        struct str line = line_next(text, &at);
        bool head = false, asks = begins_asking(&m->h);
        int score = score_of(m, seen, line, &head);
        int least = of_faults && (seen->trouble || (head && !asks)) ? LEAST_OF_FAULTS : LEAST;
        if (score < least || (!of_faults && !seen->trouble)) continue;
        score += of_faults ? OF_FAULTS : 0;
        if (best->score == score) best->alone = false;
        if (score <= best->score) continue;
        bool lines = memchr(text.p, '\n', text.n) != NULL;
        *best = (struct line_found){ t, p, lines ? line : told_with(text, from, at), score, true };
    }
}

/* "没蒸汽了" of a 蒸汽煮茶壶: what is lacking is no name of it; nor is the 冻 of 化冻 that of 盐冻白虾. */
static void unname_lacking(struct local *m, struct heard *h)
{
    bool *used = ARENA_ARRAY(m->arena, bool, h->a.n + 1);
    memcpy(used, h->used, (h->a.n + 1) * sizeof *used);
    for (size_t i = 0; i < h->a.n; i++)
        for (size_t k = i; m->h.state && k < i + m->h.state[i] && k < h->a.n; k++) {
            bool before = k > i && h->used[k - 1], behind = k + 1 < i + m->h.state[i] && h->used[k + 1];
            if (!before && !behind) used[k] = used[k] && m->numbered[k];
        }
    for (size_t i = 0; i + 2 < h->a.n; i++) {
        if (h->a.atom[i].kind != ATOM_HAN || !strstr("没无不", h->a.atom[i].text)) continue;
        size_t from = i + 1 + (lexicon_phrase(&h->a, i + 1, "有|出|来") > 0);
        for (size_t k = from; k < from + 2 && k < h->a.n && h->a.atom[k].kind == ATOM_HAN; k++)
            used[k] = used[k] && m->numbered[k];
    }
    h->used = used;
}

/* The best line of all papers of these products. */
static bool look_in_papers(struct local *m, const struct knowledge_product *const *p, size_t n, struct line_found *best)
{
    for (size_t i = 0; i < n; i++) {
        struct knowledge_text *t = NULL;
        size_t texts = 0;
        bool *used = local_use_title(m, p[i]);
        struct seen seen = { .h = m->h, .trouble = is_trouble(&m->h) };
        m->h.used = used;
        unname_lacking(m, &seen.h);
        for (size_t k = 0; lexicon_sights[k] && k < SIGHTS; k++) {
            seen.row[k] = has_row(&m->h.a, k);
            seen.trouble |= seen.row[k] && m->language == LOCAL_ZH;
        }
        for (size_t k = 0; lexicon_states[k] && k < STATES; k++)
            seen.state[k] = has_state(&m->h.a, seen.h.used, k), seen.trouble |= seen.state[k];
        if (!m->source->search_texts(m->source->ctx, local_query_of(m, SENSE_FAULT | SENSE_CARE, true), p[i]->id, TEXTS,
                                     m->arena, &t, &texts))
            return false;
        for (size_t k = 0; k < texts; k++) look_in(m, &seen, &t[k], p[i], best);
    }
    return true;
}

/* "电机坏了 保几年": what broke is told beside it, and not asked. */
static bool asks_term(const struct heard *h)
{
    return lexicon_says(&h->a, "保几年|保多久|保多长|保几个月|保多少|保修多|保修几|质保多|质保几|保修期|质保期");
}

bool local_symptom(struct local *m, bool *answered)
{
    const uint64_t others = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_RECOMMEND | SENSE_COMPARE | SENSE_ORDER |
                            SENSE_TRACK | SENSE_RETURN | SENSE_EXCHANGE | SENSE_OLD;
    const struct found *f = &m->found;
    bool here = f->how != FOUND_NONE && (f->how != FOUND_NEAR || m->focuses == 0 || f->n == 1);
    const struct knowledge_product *const *p = here ? f->product : m->focus;
    size_t n = here ? f->n : m->focuses;
    enum { FEW = 3 };
    *answered = false;
    bool of_term = (m->h.all & SENSE_WARRANTY) && (m->h.all & SENSE_TIME); /* "坏了几年内免费修" */
    if (of_term && f->how >= FOUND_TALKED_ABOUT) return true;
    if (asks_term(&m->h) && (f->how != FOUND_NEAR || f->n == 1)) return true;
    bool wants = false; /* "do you sell drip coffee machines" */
    for (size_t i = 0; i < m->h.a.n; i++)
        wants |= lexicon_phrase(&m->h.a, i,
                                "do you sell|do you have|do u sell|do u have|have you got|got any|looking for") > 0;
    if (wants && f->how == FOUND_NEAR) return true;
    if ((m->h.all & others) || n == 0 || n > FEW || local_asks_of_thing(m)) return true;
    struct line_found best = { .score = 0 };
    if (!look_in_papers(m, p, n, &best)) return false;
    /* "blue blinking light" is said of the feeder that is talked about, though lights are sold, too */
    bool of_focus =
        !best.text && here && (f->how == FOUND_NEAR || f->left_over) && m->focuses == 1 && m->language == LOCAL_EN;
    if (of_focus && !look_in_papers(m, m->focus, 1, &best)) return false;
    if (!best.text) return true;
    size_t before = m->text.n;
    if (n > 1 || !here || f->how == FOUND_NEAR) buf_printf(&m->text, "%s:\n", local_title(m, best.product));
    /* of two that are as good, all that the paper says */
    *answered = local_say_text(m, best.text, best.alone ? best.line : str_of(best.text->text));
    if (!*answered) m->text.n = before;
    if (*answered) local_cite_product(m, best.product, NULL);
    m->why = arena_printf(m->arena, "paper:%s", best.text->id);
    return true;
}
