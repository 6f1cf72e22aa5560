/* local_papers.c: papers and rules that are found by what is done ("can you sharpen my knife") or by all the words of
 * the turn, the products' names among them ("which blade fits my saw"): what the shop wrote of two things stands in the
 * paper of one. And the papers of one product, by what is asked of it. */
#include "chat/models/local.h"

#include "base/unicode.h"

enum { TEXTS = 24, TITLE_ATOMS = 60, TEXT_ATOMS = 160, SHORT = 600, OF_TITLE = 10 };

static bool hard(const struct heard *h, size_t i) { return h->sense[i] == 0 && !h->used[i]; }

static bool in_atoms(const struct atoms *a, const struct atom *x)
{
    enum { DOUBLED = 4 }; /* "fitting" of "fit" */
    for (size_t i = 0; i < a->n; i++) {
        const struct atom *t = &a->atom[i];
        bool several = t->n == x->n + 1 && t->text[x->n] == 's'; /* a noun: "can you plant it" is not about plants */
        if (!several && atom_akin(t, x)) return true;
        if (t->n == x->n + DOUBLED && memcmp(t->text, x->text, x->n) == 0 && t->text[x->n] == x->text[x->n - 1] &&
            strcmp(t->text + x->n + 1, "ing") == 0)
            return true;
    }
    return false;
}

/* How well the rule tells of this verb; 0: not at all. */
static size_t tells_of_verb(struct local *m, const struct knowledge_text *t, size_t verb)
{
    struct heard title = { .a = atoms_of(m->arena, str_of(t->title), TITLE_ATOMS) },
                 text = { .a = atoms_of(m->arena, str_of(t->text), TEXT_ATOMS) };
    const struct atom *x = &m->h.a.atom[verb];
    size_t of = 0, in_title = local_shared(&m->h, &title, &of), in_text = local_shared(&m->h, &text, &of);
    if (in_atoms(&title.a, x) && (in_title + in_text > 1 || of == 1)) return OF_TITLE + in_title + in_text;
    if (m->h.sense[verb] != 0) { /* a word of the lists: "Fitting parts", or "we repair bikes" */
        if (in_atoms(&title.a, x)) return OF_TITLE;
        return in_atoms(&text.a, x) && in_text > 0 ? in_text : 0;
    }
    return in_atoms(&text.a, x) && in_text > 1 && in_text * 3 >= of * 2 ? in_text : 0;
}

/* "帮穿线不", "能代写贺卡吗": what is to be done, by the two characters behind the word that asks for it; h->a.n:
 * nothing is. */
static size_t service_in_han(const struct heard *h, bool thing)
{
    static const char asked[] = "帮忙|帮我|帮|代为|代|给我|给|管|包|负责|提供|支持|免费", may[] = "可以|能不能|能|会";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, asked);
        if (n == 0 && !thing && !(h->all & SENSE_HAVE)) n = lexicon_phrase(&h->a, i, may);
        size_t at = i + n;
        if (n == 0 || h->a.atom[i].kind != ATOM_HAN || at + 1 >= h->a.n || h->a.atom[at + 1].broken) continue;
        if (h->a.atom[at].kind == ATOM_HAN && h->a.atom[at + 1].kind == ATOM_HAN && h->sense[at] == 0 &&
            h->sense[at + 1] == 0)
            return at;
    }
    return h->a.n;
}

/* A question of the shop whose title has these two characters. */
static bool serves_in_han(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0, at = service_in_han(&m->h, m->found.how >= FOUND_TALKED_ABOUT), last = m->h.a.n;
    bool asks = (m->h.all & SENSE_COST) != 0 || (last > 0 && lexicon_phrase(&m->h.a, last - 1, "吗|不|么|嘛|没") > 0);
    for (size_t i = 0; i < last; i++) asks |= lexicon_phrase(&m->h.a, i, "吗|不 |能不能|可不可以") > 0;
    *answered = false;
    if (at == last || !asks || (m->h.all & SENSE_STOCK)) return true;
    if (!m->source->search_texts(m->source->ctx, local_han_both(m->arena, m->h.text), NULL, TEXTS, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        struct atoms title = atoms_of(m->arena, str_of(t[i].title), TITLE_ATOMS);
        bool has = false;
        for (size_t k = 0; k + 1 < title.n && !has; k++)
            has = strcmp(title.atom[k].text, m->h.a.atom[at].text) == 0 &&
                  strcmp(title.atom[k + 1].text, m->h.a.atom[at + 1].text) == 0;
        if (t[i].product || t[i].kind != KNOWLEDGE_FAQ || !has) continue;
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        m->why = arena_printf(m->arena, "rule:%s", t[i].id);
    }
    return true;
}

bool local_serves(struct local *m, bool *answered)
{
    if (m->language == LOCAL_ZH) return serves_in_han(m, answered);
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    size_t n = 0, most = 0, verb = local_verb_of_service(&m->h);
    *answered = false;
    if (verb == m->h.a.n) return true;
    if (!m->source->search_texts(m->source->ctx, m->h.text, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        size_t score = t[i].product ? 0 : tells_of_verb(m, &t[i], verb);
        arena_release(m->arena, mark);
        if (score > most) most = score, best = &t[i];
    }
    if (!best) return true;
    *answered = local_say_text(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}

static size_t says(const struct atoms *a, const char *phrases)
{
    for (size_t i = 0; i < a->n; i++)
        if (lexicon_phrase(a, i, phrases) > 0) return 1;
    return 0;
}

/* What may be done to a thing: as it is asked for, and by which words the shop tells of it. */
static const char *const alterations[][2] = {
    { "made * bigger|made * smaller|made * larger|made * wider|made * tighter|made * looser|made bigger|made smaller|"
      "made larger|made wider|made tighter|make it bigger|make it smaller|make it larger|make it fit|"
      "make them bigger|make them smaller|taken in|take it in|let out|let it out|resized|resize|enlarged",
      "resize|resized|resizing|resizable|enlarge|enlarged|alter|altered|alteration|alterations|let out|taken in|"
      "take in|stretch|stretched|stretching|tailor|tailoring" },
    { "shortened|shorten|taken up|take it up|take them up|made shorter|make it shorter|made * shorter|cut shorter|"
      "hemmed|turned up",
      "shorten|shortened|shortening|hem|hems|hemmed|hemming|cut to|take up|taken up|alteration|alterations" },
    { "have * name on|put * name on|put a name on|names on|initials on|have it engraved|get it engraved|put initials|"
      "with a name on|with initials",
      "engrave|engraved|engraving|personalise|personalised|personalize|personalized|monogram|monograms|embroider|"
      "embroidered|embroidery|initials" },
};

bool local_altered(struct local *m, bool *answered)
{
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    size_t n = 0, most = 0, which = ARRAY_LEN(alterations), of = 0;
    struct buf query;
    enum { LOCAL_QUERY = 400 };
    *answered = false;
    for (size_t k = 0; k < ARRAY_LEN(alterations); k++)
        for (size_t i = 0; i < m->h.a.n && which == ARRAY_LEN(alterations); i++)
            if (lexicon_phrase(&m->h.a, i, alterations[k][0]) > 0) which = k;
    if (which == ARRAY_LEN(alterations) || (m->h.all & (SENSE_STOCK | SENSE_RETURN | SENSE_EXCHANGE))) return true;
    buf_fixed(&query, arena_alloc(m->arena, LOCAL_QUERY), LOCAL_QUERY);
    for (const char *p = alterations[which][1]; *p; p++) buf_char(&query, *p == '|' ? ' ' : *p);
    struct str words = { query.p, query.n };
    if (!m->source->search_texts(m->source->ctx, words, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        struct heard title = { .a = atoms_of(m->arena, str_of(t[i].title), TITLE_ATOMS) },
                     text = { .a = atoms_of(m->arena, str_of(t[i].text), TEXT_ATOMS) };
        bool back = says(&title.a, "return|returns|returned|returning|refund|refunds") > 0;
        size_t score =
            t[i].product || back ? 0 : 2 * says(&title.a, alterations[which][1]) + says(&text.a, alterations[which][1]);
        if (score > 0) score = score * OF_TITLE + local_shared(&m->h, &title, &of) + local_shared(&m->h, &text, &of);
        arena_release(m->arena, mark);
        if (score > most) most = score, best = &t[i];
    }
    if (!best) return true;
    *answered = local_say_text(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}

const char *local_rule_asked(struct local *m)
{
    const struct heard *h = &m->h;
    if ((h->all & SENSE_SUBJECTS) || local_verb_of_service(h) < h->a.n)
        return arena_text_n(m->arena, h->text.p, h->text.n);
    for (size_t i = 0; i < h->a.n; i++)
        if (hard(h, i) || h->used[i]) return NULL;
    return m->rule_turn;
}

bool local_rule_goes_on(struct local *m, bool *answered)
{
    enum { SHORT_TURN = 12 };
    const uint64_t qualities = SENSE_COST | SENSE_TIME | SENSE_PRICE;
    struct heard own = m->h;
    *answered = false;
    if (!m->rule_turn || m->new_email || m->new_number || own.a.n > SHORT_TURN || !(own.all & qualities)) return true;
    for (size_t i = 0; i < own.a.n; i++)
        if (hard(&own, i)) return true;
    size_t before = strlen(m->rule_turn);
    const char *both = arena_printf(m->arena, "%s %.*s", m->rule_turn, (int)own.text.n, own.text.p);
    m->h = hear(m->arena, m->lexicon, str_of(both), LOCAL_TURN_ATOMS);
    m->h.all = 0;
    for (size_t i = 0; i < m->h.a.n; i++) { /* what was asked before is answered */
        if (m->h.a.atom[i].to <= before && (m->h.sense[i] & qualities))
            m->h.sense[i] = (m->h.sense[i] & ~qualities) | SENSE_STOP;
        m->h.all |= m->h.sense[i];
    }
    bool good = local_rule(m, answered);
    m->h = own;
    return good;
}

/* ---- of the shop itself ---- */

/* What a turn asks, without the words that say nothing of it. */
#define MEANING (~(uint64_t)(SENSE_STOP | SENSE_SOFT | SENSE_POINT | SENSE_HAVE))

/* Does this question name the shop itself and nothing else, and ask what the turn asks? */
static bool asks_of_shop(struct local *m, struct str question, struct str shop)
{
    struct heard h = hear(m->arena, m->lexicon, question, 40);
    bool named = false;
    for (size_t i = 0; i < h.a.n;) {
        size_t n = shop.n > 0 ? atoms_joined(&h.a, i, shop.p, shop.n) : 0;
        if (n == 0 && hard(&h, i)) return false;
        named |= n > 0;
        i += n > 0 ? n : 1;
    }
    return named && (h.all & MEANING) == (m->h.all & MEANING);
}

bool local_of_shop(struct local *m, bool *answered)
{
    struct knowledge_text *t = NULL;
    const struct knowledge_text *found = NULL;
    size_t n = 0;
    char *joined = arena_alloc(m->arena, LOCAL_JOINED);
    struct str name = str_of(m->source->shop_name);
    *answered = false;
    for (size_t i = 0; i < m->h.a.n; i++)
        if (hard(&m->h, i) || m->h.used[i]) return true; /* something is named */
    struct str shop = { joined, joined_of(name, joined, LOCAL_JOINED) };
    if (!m->source->search_texts(m->source->ctx, name, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        struct str title = str_of(t[i].title);
        if (t[i].kind != KNOWLEDGE_FAQ || t[i].product || !asks_of_shop(m, local_sentence(title, &at), shop)) continue;
        bool own = local_in_language(m, t[i].text);
        if (!found || own) found = &t[i];
        if (own) break;
    }
    if (!found) return true;
    *answered = local_say_text(m, found, str_of(found->text));
    m->why = arena_printf(m->arena, "rule:%s", found->id);
    return true;
}

/* ---- by all words ---- */

/* The sentence that has most words of the turn. */
static struct str best_sentence(struct local *m, const struct heard *h, struct str text)
{
    struct str best = text;
    size_t most = 0;
    for (size_t at = 0; at < text.n;) {
        struct arena_mark mark = arena_mark(m->arena);
        struct str s = local_sentence(text, &at);
        struct heard t = { .a = atoms_of(m->arena, s, TEXT_ATOMS) };
        size_t of = 0, n = local_shared(h, &t, &of);
        arena_release(m->arena, mark);
        if (n > most) best = str_trim(s), most = n;
    }
    return best;
}

bool local_told_elsewhere(struct local *m, bool *answered)
{
    enum { LEAST = 3, MAY_LACK = 4, MAY_LACK_HAN = 6 };
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    struct heard h = m->h;
    size_t n = 0, most = 0, of = 0;
    bool han = m->language == LOCAL_ZH;
    *answered = false;
    if (m->new_email || m->new_number) return true;
    h.used = ARENA_ARRAY(m->arena, bool, h.a.n + 1); /* the names count too */
    struct heard nothing = { .a = { NULL, 0 } };
    (void)local_shared(&h, &nothing, &of);
    if (of < LEAST) return true;
    struct str words = local_han_both(m->arena, m->h.text);
    if (!m->source->search_texts(m->source->ctx, words, NULL, TEXTS, m->arena, &t, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        const char *all = arena_printf(m->arena, "%s\n%s", t[i].title, t[i].text);
        struct heard text = { .a = atoms_of(m->arena, str_of(all), TITLE_ATOMS + TEXT_ATOMS) };
        size_t shared = local_shared(&h, &text, &of);
        arena_release(m->arena, mark);
        bool enough = shared == of || (of >= (han ? MAY_LACK_HAN : MAY_LACK) && shared + 1 == of);
        if (enough && shared > most) most = shared, best = &t[i];
    }
    if (!best || (local_of_faults(m, best) && !local_says_fault(&m->h))) return true;
    struct str text = str_of(best->text);
    *answered = local_say_text(m, best, text.n <= SHORT ? text : best_sentence(m, &h, text));
    m->why = arena_printf(m->arena, best->product ? "paper:%s" : "rule:%s", best->id);
    return true;
}

/* ---- the papers of a product ---- */

enum { PAPERS = 48, BODY_WORD = 5 };

static int bits_of(uint64_t v) { return __builtin_popcountll(v); }

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

/* Of what one does with a thing: to make it, to keep it, to wash it, by the words that ask and those that tell. */
static int score_of_doing(const struct heard *h, const struct heard *title, const struct heard *text)
{
    enum { DONE = 20 };
    static const char *const doings[][2] = {
        { "怎么泡|咋泡|泡法|水温|怎么煮|怎么喝|怎么冲|几分钟|brew|steep",
          "冲泡|泡法|水温|度的水|煮饮|热水|brew|steep" },
        { "保存|存放|能放|放多久|过期|保质期|冷藏|放冰箱|keep|store|shelf life",
          "保存|保质期|存放|冷藏|shelf life|store" },
        { "洗|清洁|清理|怎么擦|wash|clean", "洗|清洁|擦|wash|clean" },
        { "怎么用|怎么开|使用|怎么操作|use", "使用|用法|操作|use" },
        { "怎么装|安装|怎么接|怎么连|install|set up", "安装|组装|连接|install|set up" },
    };
    int score = 0;
    for (size_t k = 0; k < ARRAY_LEN(doings); k++)
        if (lexicon_says(&h->a, doings[k][0]))
            score += lexicon_says(&title->a, doings[k][1]) ? DONE : lexicon_says(&text->a, doings[k][1]) ? DONE / 2 : 0;
    return score;
}

static int score_heard_part(struct local *m, const struct heard *title, struct str part, uint64_t subjects)
{
    struct heard t = local_text_of(m, part, 220), first;
    size_t line = 0, of = 0;
    while (line < part.n && part.p[line] != '\n' && line < 60 &&
           !str_starts((struct str){ part.p + line, part.n - line }, STR("】")))
        line++;
    first = local_text_of(m, (struct str){ part.p, unicode_cut_bytes(part, line) }, 30);
    static const char given[] = "at no charge|at no extra cost|at no extra charge|no extra cost|free of charge|we add|"
                                "on the house|on us|now ships with|now comes with";
    if ((subjects & SENSE_GIFT) && lexicon_says(&t.a, given)) t.all |= SENSE_GIFT;
    uint64_t about = (title->all | t.all) & subjects;
    if (!about) return 0;
    int score = bits_of(title->all & subjects) * 10 + bits_of(first.all & subjects) * 8 +
                bits_of(t.all & subjects) * 4 + (int)local_shared(&m->h, &t, &of) * BODY_WORD;
    if (subjects & (SENSE_CARE | SENSE_INSTALL)) score += score_of_doing(&m->h, title, &t);
    if ((m->h.all & SENSE_COST) && (t.all & SENSE_COST)) score += 6;
    if ((m->h.all & SENSE_COST) && (first.all & SENSE_COST)) score += 8;
    if ((subjects & SENSE_WARRANTY) && has_years(&t) && (t.all & SENSE_WARRANTY))
        score += m->h.all & SENSE_TIME ? 16 : 8;
    if ((subjects & SENSE_WARRANTY) && (first.all & SENSE_WARRANTY)) score += 4;
    return score;
}

static int score_part(struct local *m, const struct heard *title, struct str part, uint64_t subjects)
{
    struct arena_mark mark = arena_mark(m->arena); /* a paper may be thousands of parts */
    int score = score_heard_part(m, title, part, subjects);
    arena_release(m->arena, mark);
    return score;
}

bool local_paper(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered)
{
    struct knowledge_text *t = NULL;
    size_t n = 0;
    *answered = (subjects & SENSE_GIFT) && local_included(m, p);
    if (*answered) return true;
    if (!m->source->search_texts(m->source->ctx, local_query_of(m, subjects, true), p->id, PAPERS, m->arena, &t, &n))
        return false;
    const struct knowledge_text *best = NULL;
    struct str best_part = { "", 0 };
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        struct str text = str_of(t[i].text), title_text = str_of(t[i].title);
        /* A paper's title names the product too: what counts is what is said before that, or what the product is not.
         */
        struct heard title = local_text_of(m, title_text, 6);
        for (size_t at = 0; at < text.n;) {
            struct str part = part_next(text, &at);
            int score = score_part(m, &title, part, subjects);
            if (score > most) most = score, best = &t[i], best_part = part;
        }
    }
    if (!best) { /* "身高128拿哪款": a range of heights in its description */
        *answered = (subjects & SENSE_SIZE) && local_asks_for_body(&m->h) && local_contents(m, p);
        return true;
    }
    struct str whole = str_of(best->text);
    *answered = local_say_text(m, best, whole.n <= SHORT ? whole : best_part);
    if (*answered) local_cite_product(m, p, NULL);
    m->why = arena_printf(m->arena, "paper:%s", best->id);
    return true;
}

bool local_fee(struct local *m, bool *answered)
{
    static const char free_of_charge[] = "免费|包安装|包装|不收费|不收|free|included|no charge|at no cost";
    const struct knowledge_product *p = m->found.how != FOUND_NONE ? m->found.product[0] : m->focus[0];
    struct local *before = ARENA_NEW(m->arena, struct local);
    bool paper = false;
    *answered = false;
    if (!(m->h.all & (SENSE_COST | SENSE_PRICE)) || (m->h.all & SENSE_TIME) || !p) return true;
    *before = *m;
    size_t begin = m->text.n;
    if (!local_paper(m, p, SENSE_INSTALL, &paper)) return false;
    struct str said = { m->text.p + begin, m->text.n - begin };
    struct atoms told = atoms_of(m->arena, said, TEXT_ATOMS);
    bool tells = paper && (text_names_facts(said) || lexicon_says(&told, free_of_charge));
    *m = *before;
    if (tells) return true;
    if (!local_rule(m, answered)) return false;
    said = (struct str){ m->text.p + begin, m->text.n - begin };
    struct heard rule = local_text_of(m, said, TEXT_ATOMS);
    if (*answered && text_names_facts(said) && (rule.all & SENSE_INSTALL)) return true;
    *m = *before, *answered = false;
    return true;
}

/* ---- the shop as a business ---- */

/* Words for one thing that is wanted of the shop and is none of its goods; a rule that tells of it has one of them. */
static const char *const businesses[] = {
    "招聘|招*师傅|招*员|招*工|招*人|招*客服|招*学徒|招人|招工|招员工|应聘|求职|兼职|招不招|还招|在招|招客服|招师傅|"
    "招店员|招学徒|招主播|招代购|入职|hiring|"
    "vacancy|"
    "vacancies|any jobs|job openings|work for you|careers|recruit|recruiting|recruitment",
    "加盟|招商|代理|分销|经销|合作|入驻|供货商|供应商|一件代发|开分店|franchise|franchising|become a dealer|"
    "become a reseller|become a distributor|reseller|distributor|partnership|partner with you",
};

static size_t business_of(const struct atoms *a)
{
    static const char no[] = "招财|招牌|招待|招呼|联名合作|合作款|代理服务器";
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < ARRAY_LEN(businesses); k++)
            if (lexicon_phrase(a, i, businesses[k]) > 0 && lexicon_phrase(a, i, no) == 0) return k;
    return ARRAY_LEN(businesses);
}

bool local_business(struct local *m, bool *answered)
{
    const uint64_t others = SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_RETURN | SENSE_ORDER | SENSE_TRACK;
    size_t which = business_of(&m->h.a), n = 0;
    struct knowledge_text *t = NULL;
    *answered = false;
    if (which == ARRAY_LEN(businesses) || (m->h.all & others) || m->found.how == FOUND_TALKED_ABOUT) return true;
    if (m->found.how == FOUND_NAMED && !m->found.left_over) return true;
    if (!m->source->search_texts(m->source->ctx, local_han_both(m->arena, m->h.text), NULL, TEXTS, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n && !*answered; i++) {
        const char *all = arena_printf(m->arena, "%s\n%s", t[i].title, t[i].text);
        struct heard text = local_text_of(m, str_of(all), TEXT_ATOMS);
        bool wholesale = which > 0 && (m->h.all & text.all & SENSE_BULK);
        if (t[i].product || (business_of(&text.a) != which && !wholesale)) continue;
        *answered = local_say_text(m, &t[i], str_of(t[i].text));
        m->why = arena_printf(m->arena, "rule:%s", t[i].id);
    }
    if (!*answered) local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known"), *answered = true;
    return true;
}
