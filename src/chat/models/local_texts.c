/* local_texts.c: answers that stand in a text of the shop: its rules (FAQ), the papers of a product, its description.
 * A text is found by what it is about (senses) and by the words it shares with the turn; what is said is a quotation,
 * whole sentences of it, never a paraphrase: the shop is held to its own words. */
#include "chat/models/local.h"

#include "base/unicode.h"

enum {
    TEXTS = 48,
    QUOTE = 600,
    SHORT = 600,
    QUERY = 560,
    TITLE_SUBJECT = 30,
    TITLE_QUALIFIER = 16,
    TITLE_WORD = 12,
    BODY_SUBJECT = 6,
    BODY_QUALIFIER = 4,
    BODY_WORD = 5,
    ENOUGH = 30
};

/* Other words for what the turn is about, and the turn itself as far as there is room. */
static struct str query_of(struct local *m, uint64_t subjects, bool turn)
{
    struct buf b;
    char *memory = arena_alloc(m->arena, QUERY);
    buf_fixed(&b, memory, QUERY);
    if (turn) buf_add(&b, m->h.text.p, utf8_cut(m->h.text, QUERY / 2));
    buf_char(&b, ' ');
    struct buf words;
    buf_fixed(&words, arena_alloc(m->arena, QUERY), QUERY);
    lexicon_words(subjects, &words);
    buf_add(&b, words.p, utf8_cut(buf_str(&words), QUERY / 2 - 2));
    return buf_str(&b);
}

/* A text about repairs is one about the warranty; a shopper's word of repairs is only where it is about our goods. */
static struct heard text_of(struct local *m, struct str text, size_t most)
{
    struct heard t = hear(m->arena, m->lexicon, text, most);
    if (t.all & SENSE_FIX) t.all |= SENSE_WARRANTY;
    return t;
}

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }

static bool has_word(const struct heard *t, const struct atom *x, const struct atom *pair)
{
    for (size_t k = 0; k < t->a.n; k++) {
        if (!atom_akin(&t->a.atom[k], x)) continue;
        if (!pair || (k + 1 < t->a.n && strcmp(t->a.atom[k + 1].text, pair->text) == 0)) return true;
    }
    return false;
}

struct shared {
    size_t of, one, either; /* words of the turn; those that the first text has; those that one of the two has */
    size_t rare;            /* of `one`: those that few other texts have */
};

/* Words of the turn that texts have too: Han by twos, others whole. `common`: words that many texts have, or NULL. */
static struct shared share(const struct heard *h, const struct heard *t, const struct heard *other, const bool *common)
{
    struct shared out = { .of = 0 };
    for (size_t i = 0; i < h->a.n; i++) {
        const struct atom *x = &h->a.atom[i];
        bool han = x->kind == ATOM_HAN;
        if (!hard(h, i) || (!han && x->n < 2)) continue;
        /* a character by itself counts where no word of two can be made of it */
        bool pair = han && i + 1 < h->a.n && h->a.atom[i + 1].kind == ATOM_HAN && hard(h, i + 1);
        if (han && !pair && i > 0 && h->a.atom[i - 1].kind == ATOM_HAN && hard(h, i - 1)) continue;
        bool first = has_word(t, x, pair ? x + 1 : NULL);
        out.of++, out.one += first;
        out.either += first || (other && has_word(other, x, pair ? x + 1 : NULL));
        out.rare += first && !(common && common[i]);
    }
    return out;
}

static size_t shared(const struct heard *h, const struct heard *t, size_t *of)
{
    struct shared s = share(h, t, NULL, NULL);
    *of = s.of;
    return s.one;
}

/* Words that a third of the rules have, and more than two, tell no rule from another ("furniture"). */
static bool *common_words(struct local *m, const struct knowledge_text *t, size_t n)
{
    bool *common = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    uint16_t *times = ARENA_ARRAY(m->arena, uint16_t, m->h.a.n + 1);
    for (size_t k = 0; k < n; k++) {
        struct heard title = { .a = atoms_of(m->arena, str_of(t[k].title), 60) },
                     text = { .a = atoms_of(m->arena, str_of(t[k].text), 160) };
        for (size_t i = 0; i < m->h.a.n; i++) {
            const struct atom *x = &m->h.a.atom[i];
            if (x->kind != ATOM_HAN && hard(&m->h, i) && (has_word(&title, x, NULL) || has_word(&text, x, NULL)))
                times[i]++;
        }
    }
    for (size_t i = 0; i < m->h.a.n; i++) common[i] = times[i] > 1 && times[i] * 3U >= n;
    return common;
}

static int bits(uint64_t v) { return __builtin_popcountll(v); }

/* Subjects that a text may be about without naming them first. */
#define SAID_WITHIN (SENSE_SUBJECTS & ~(SENSE_CONTACT | SENSE_FAULT | SENSE_SIZE | SENSE_GIFT | SENSE_CARE))

struct scored {
    int score;
    bool enough;
};

static struct scored score_rule(struct local *m, const struct knowledge_text *t, const bool *common)
{
    const struct heard *h = &m->h;
    struct heard title = text_of(m, str_of(t->title), 60), text = text_of(m, str_of(t->text), 160);
    uint64_t subjects = h->all & SENSE_SUBJECTS, more = h->all & (SENSE_COST | SENSE_TIME);
    uint64_t others = title.all & SENSE_SUBJECTS & ~subjects;
    struct shared in_title = share(h, &title, &text, common), in_text = share(h, &text, NULL, common);
    int score = bits(subjects & title.all) * TITLE_SUBJECT + bits(more & title.all) * TITLE_QUALIFIER +
                (int)in_title.one * TITLE_WORD + bits(subjects & text.all & ~title.all) * BODY_SUBJECT +
                bits(more & text.all & ~title.all) * BODY_QUALIFIER + (int)in_text.one * BODY_WORD - bits(others) * 4 -
                bits((title.all & ~h->all) & (SENSE_COST | SENSE_TIME)) * 6;
    if ((title.all & SENSE_FIX) && !(h->all & SENSE_FIX)) score -= 8; /* a guarantee is asked for, not a workshop */
    bool covered =
        in_title.rare > 0 && in_title.either * 10 >= in_title.of * 5 && (!others || in_title.one == in_title.of);
    bool told = in_text.one >= 2 && in_text.rare > 0 && in_text.one * 10 >= in_text.of * 6;
    /* all that was asked for, and no other rule speaks of it */
    told |= in_text.one > 0 && in_text.rare == in_text.of && in_text.of <= 2 && !(h->all & (SENSE_HAVE | SENSE_PRICE));
    bool within = (subjects & text.all & SAID_WITHIN) && in_text.of == 0;
    bool near = (subjects & text.all) && in_text.one >= 1 && score >= ENOUGH / 2;
    return (struct scored){ score, (subjects & title.all) || covered || told || within || near };
}

static bool in_language(const struct local *m, const char *text)
{
    struct heard t = hear(m->arena, m->lexicon, (struct str){ text, utf8_cut(str_of(text), 400) }, 80);
    return local_language_of(&t, m->language) == m->language;
}

/* Whole sentences, as many as fit; what may not be said on is left out. */
static bool quote(struct local *m, struct buf *b, struct str text, size_t most)
{
    size_t said = 0;
    for (size_t at = 0; at < text.n && said < most;) {
        struct str s = local_sentence(text, &at);
        if (said > 0 && said + s.n > most) break;
        if (!text_is_quotable(m, s, true)) continue;
        buf_add(b, s.p, s.n <= most * 2 ? s.n : unicode_cut_bytes(s, most * 2));
        said += s.n;
    }
    while (b->n > 0 && (b->p[b->n - 1] == '\n' || b->p[b->n - 1] == ' ')) b->n--;
    return said > 0;
}

static bool say_text_of(struct local *m, const struct knowledge_text *t, struct str part)
{
    size_t before = m->text.n;
    if (!in_language(m, t->text)) SAY(m, SAY_OTHER_LANGUAGE, { NULL, NULL });
    if (!quote(m, &m->text, part, QUOTE)) {
        m->text.n = before;
        return false;
    }
    local_cite_text(m, t);
    m->action = REPLY_ANSWER;
    return true;
}

/* Texts of the shop, by the words of the turn and by what it is about: two questions, since papers of products may
 * crowd the answers to one. */
static bool shop_texts(struct local *m, uint64_t subjects, struct knowledge_text **out, size_t *n)
{
    struct knowledge_text *t[2] = { NULL, NULL };
    size_t count[2] = { 0, 0 };
    struct str query = query_of(m, subjects, true), about = query_of(m, subjects, false);
    *n = 0;
    if (!m->source->search_texts(m->source->ctx, query, NULL, TEXTS, m->arena, &t[0], &count[0])) return false;
    if (subjects && !m->source->search_texts(m->source->ctx, about, NULL, TEXTS, m->arena, &t[1], &count[1]))
        return false;
    *out = ARENA_ARRAY(m->arena, struct knowledge_text, count[0] + count[1] + 1);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < count[k]; i++) {
            bool there = t[k][i].product != NULL;
            for (size_t j = 0; j < *n && !there; j++)
                there = (*out)[j].kind == t[k][i].kind && text_eq((*out)[j].id, t[k][i].id);
            if (!there) (*out)[(*n)++] = t[k][i];
        }
    return true;
}

bool local_rule(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (!shop_texts(m, m->h.all & SENSE_SUBJECTS, &t, &n)) return false;
    const struct knowledge_text *best = NULL, *own = NULL;
    const bool *common = common_words(m, t, n);
    int most = 0, most_own = 0;
    for (size_t i = 0; i < n; i++) {
        if (t[i].kind == KNOWLEDGE_PROMOTION) continue;
        struct scored s = score_rule(m, &t[i], common);
        if (s.enough && s.score > most) best = &t[i], most = s.score;
        if (s.enough && s.score > most_own && in_language(m, t[i].text)) own = &t[i], most_own = s.score;
    }
    if (!best) return true;
    /* A shop that tells its rules twice is quoted in the shopper's language. */
    if (own && most_own * 2 >= most) best = own;
    *answered = say_text_of(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}

bool local_promotions(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0, said = 0;
    *answered = false;
    if (!shop_texts(m, SENSE_DISCOUNT, &t, &n)) return false;
    for (size_t i = 0; i < n && said < 3; i++) {
        if (t[i].kind != KNOWLEDGE_PROMOTION) continue;
        if (said > 0) buf_char(&m->text, '\n');
        if (say_text_of(m, &t[i], str_of(t[i].text))) said++;
    }
    *answered = said > 0;
    m->why = "promotions";
    return true;
}

/* ---- the papers of a product ---- */

/* The next part of a paper: what a blank line or a heading in 【】 or # begins. */
static struct str part_next(struct str s, size_t *at)
{
    size_t from = *at, i = from;
    while (i < s.n) {
        struct str rest = { s.p + i, s.n - i };
        if (i > from && (str_starts(rest, STR("【")) || str_starts(rest, STR("\n\n")) || str_starts(rest, STR("\n#"))))
            break;
        i++;
    }
    *at = i < s.n && s.p[i] == '\n' ? i + 1 : i;
    while (*at < s.n && s.p[*at] == '\n') ++*at;
    return (struct str){ s.p + from, i - from };
}

static bool has_years(const struct heard *t)
{
    for (size_t i = 0; i + 1 < t->a.n; i++) {
        const char *unit = t->a.atom[i + 1].text;
        if (t->a.atom[i].kind == ATOM_NUMBER &&
            (strcmp(unit, "年") == 0 || strncmp(unit, "year", 4) == 0 || strncmp(unit, "month", 5) == 0 ||
             strcmp(unit, "个") == 0 || strcmp(unit, "天") == 0 || strncmp(unit, "day", 3) == 0))
            return true;
    }
    return false;
}

static int score_part(struct local *m, const struct heard *title, struct str part, uint64_t subjects)
{
    struct heard t = text_of(m, part, 220), first;
    size_t line = 0, of = 0;
    while (line < part.n && part.p[line] != '\n' && line < 60 &&
           !str_starts((struct str){ part.p + line, part.n - line }, STR("】")))
        line++;
    first = text_of(m, (struct str){ part.p, unicode_cut_bytes(part, line) }, 30);
    uint64_t about = (title->all | t.all) & subjects;
    if (!about) return 0;
    int score = bits(title->all & subjects) * 10 + bits(first.all & subjects) * 8 + bits(t.all & subjects) * 4 +
                (int)shared(&m->h, &t, &of) * BODY_WORD;
    if ((m->h.all & SENSE_COST) && (t.all & SENSE_COST)) score += 6;
    if ((m->h.all & SENSE_COST) && (first.all & SENSE_COST)) score += 8;
    if ((subjects & SENSE_WARRANTY) && has_years(&t) && (t.all & SENSE_WARRANTY)) score += 8;
    if ((subjects & SENSE_WARRANTY) && (first.all & SENSE_WARRANTY)) score += 4;
    return score;
}

bool local_paper(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = false;
    if (!m->source->search_texts(m->source->ctx, query_of(m, subjects, true), p->id, TEXTS, m->arena, &t, &n))
        return false;
    const struct knowledge_text *best = NULL;
    struct str best_part = { "", 0 };
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        struct str text = str_of(t[i].text), title_text = str_of(t[i].title);
        /* A paper's title names the product too: what counts is what is said before that, or what the product is not.
         */
        struct heard title = text_of(m, title_text, 6);
        for (size_t at = 0; at < text.n;) {
            struct str part = part_next(text, &at);
            int score = score_part(m, &title, part, subjects);
            if (score > most) most = score, best = &t[i], best_part = part;
        }
    }
    if (!best) return true;
    struct str whole = str_of(best->text);
    *answered = say_text_of(m, best, whole.n <= SHORT ? whole : best_part);
    if (*answered) local_cite_product(m, p, NULL);
    m->why = arena_printf(m->arena, "paper:%s", best->id);
    return true;
}

/* ---- fault codes ---- */

static bool is_code(const struct heard *h, size_t i)
{
    const struct atom *x = &h->a.atom[i];
    return !h->used[i] && x->kind == ATOM_LETTERS && x->n <= 3 && i + 1 < h->a.n &&
           h->a.atom[i + 1].kind == ATOM_NUMBER && h->a.atom[i + 1].glued && h->a.atom[i + 1].n <= 4 &&
           !h->used[i + 1] && !memchr(h->a.atom[i + 1].text, '.', h->a.atom[i + 1].n) &&
           (!x->glued || i == 0 || h->a.atom[i - 1].kind == ATOM_HAN) &&
           (i + 2 >= h->a.n || !h->a.atom[i + 2].glued || h->a.atom[i + 2].kind == ATOM_HAN);
}

/* The line in which the code stands by itself. */
static struct str line_with(struct local *m, struct str text, const struct atom *code)
{
    for (size_t at = 0; at < text.n;) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        struct str line = { text.p + at, end ? (size_t)(end - text.p) - at : text.n - at };
        struct atoms a = atoms_of(m->arena, line, 120);
        for (size_t i = 0; i + 1 < a.n; i++)
            if (strcmp(a.atom[i].text, code[0].text) == 0 && a.atom[i + 1].glued &&
                strcmp(a.atom[i + 1].text, code[1].text) == 0 &&
                (!a.atom[i].glued || i == 0 || a.atom[i - 1].kind == ATOM_HAN))
                return line;
        at += line.n + 1;
    }
    return (struct str){ NULL, 0 };
}

static bool code_of(struct local *m, const struct knowledge_product *p, const struct atom *code, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    if (!m->source->search_texts(m->source->ctx, query_of(m, SENSE_FAULT, true), p->id, TEXTS, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        struct str line = line_with(m, str_of(t[i].text), code);
        if (line.p && say_text_of(m, &t[i], line)) *answered = true;
    }
    if (*answered) local_cite_product(m, p, NULL);
    return true;
}

bool local_code(struct local *m, bool *answered)
{
    size_t at = m->h.a.n;
    *answered = false;
    for (size_t i = 0; i + 1 < m->h.a.n && at == m->h.a.n; i++)
        if (is_code(&m->h, i)) at = i;
    bool known = m->found.how == FOUND_NAMED || m->found.how == FOUND_TALKED_ABOUT;
    if (at == m->h.a.n || !(m->h.all & SENSE_FAULT)) return true;
    m->why = "fault code", *answered = true;
    if (!known && m->focuses == 0) {
        local_say(m, REPLY_ASK, SAY_WHICH_PRODUCT, "fault code of no product");
        return true;
    }
    const struct knowledge_product *const *p = known ? m->found.product : m->focus;
    size_t n = known ? m->found.n : m->focuses;
    bool said = false;
    for (size_t i = 0; i < n && i < 3; i++) {
        bool one = false;
        if (said) buf_char(&m->text, '\n');
        if (n > 1) buf_printf(&m->text, "%s: ", local_title(m, p[i]));
        size_t before = m->text.n;
        if (!code_of(m, p[i], &m->h.a.atom[at], &one)) return false;
        if (!one && m->text.n == before && n > 1) buf_text(&m->text, "-");
        said |= one;
    }
    if (said) return true;
    m->text.n = 0;
    local_cite_product(m, p[0], NULL);
    SAY(m, SAY_NO_CODE, { "title", local_title(m, p[0]) });
    m->action = REPLY_DECLINE;
    return true;
}

/* ---- a question that no list knows ---- */

/* A sentence of the description, or of the product's papers, that has all the words of the question. */
static bool sentence_of(struct local *m, struct str text, bool with_money)
{
    for (size_t at = 0; at < text.n;) {
        struct str s = local_sentence(text, &at);
        struct heard t = hear(m->arena, m->lexicon, s, 100);
        size_t of = 0, n = shared(&m->h, &t, &of);
        if (of == 0 || n < of || !text_is_quotable(m, s, with_money)) continue;
        while (s.n > 0 && (*s.p == '\n' || *s.p == ' ')) s.p++, s.n--;
        while (s.n > 0 && s.p[s.n - 1] == '\n') s.n--;
        buf_add(&m->text, s.p, s.n < QUOTE ? s.n : unicode_cut_bytes(s, QUOTE));
        return true;
    }
    return false;
}

static bool one_of(const struct atom *x, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(x->text, *list) == 0) return true;
    return false;
}

/* "How heavy is it": a number with such a unit is an answer though it has no word of the question. */
static bool measure_of(struct local *m, struct str text)
{
    static const char *const heavy[] = { "heavy", "weigh", "weighs", "weight", "重", NULL };
    static const char *const weights[] = {
        "kg", "g", "gram", "grams", "lb", "lbs", "oz", "公", "克", "斤", "千", NULL
    };
    static const char *const lengths[] = { "cm", "mm", "m", "inch", "inches", "ft", "厘", "毫", "米", "寸", NULL };
    bool by_weight = false;
    size_t of = 0;
    for (size_t i = 0; i < m->h.a.n; i++) by_weight |= one_of(&m->h.a.atom[i], heavy);
    for (size_t at = 0; at < text.n;) {
        struct str s = local_sentence(text, &at);
        struct heard t = hear(m->arena, m->lexicon, s, 100);
        bool has = false;
        for (size_t i = 0; i + 1 < t.a.n && !has; i++)
            has = t.a.atom[i].kind == ATOM_NUMBER && one_of(&t.a.atom[i + 1], by_weight ? weights : lengths);
        if (!has || shared(&m->h, &t, &of) < of || !text_is_quotable(m, s, false)) continue;
        s = str_trim(s);
        buf_add(&m->text, s.p, s.n < QUOTE ? s.n : unicode_cut_bytes(s, QUOTE));
        return true;
    }
    return false;
}

bool local_detail(struct local *m, const struct knowledge_product *p, bool *answered)
{
    /* What named the product is not asked for again. */
    struct atoms title = atoms_of(m->arena, str_of(p->title), 90);
    for (size_t i = 0; i < m->h.a.n; i++)
        for (size_t k = 0; k < title.n && !m->h.used[i]; k++)
            m->h.used[i] = atom_same(&title.atom[k], m->h.a.atom[i].text, m->h.a.atom[i].n) ||
                           atom_like(&title.atom[k], &m->h.a.atom[i]);
    struct str description = str_of(p->description ? p->description : "");
    *answered = sentence_of(m, description, false);
    if (!*answered && (m->h.all & SENSE_SIZE)) *answered = measure_of(m, description);
    if (*answered) {
        local_cite_product(m, p, NULL);
        m->action = REPLY_ANSWER, m->why = "description";
        return true;
    }
    struct knowledge_text *t = NULL;
    size_t n = 0;
    if (!m->source->search_texts(m->source->ctx, m->h.text, p->id, 8, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        *answered = sentence_of(m, str_of(t[i].text), true);
        if (!*answered) continue;
        local_cite_text(m, &t[i]);
        local_cite_product(m, p, NULL);
        m->action = REPLY_ANSWER, m->why = arena_printf(m->arena, "paper:%s", t[i].id);
    }
    return true;
}
