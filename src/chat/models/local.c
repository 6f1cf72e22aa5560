/* local.c: the model that needs no outside service. Deterministic: the same turns over the same shop give the same
 * reply, byte for byte. It keeps nothing between asks; what the talk was about is read anew from the turns.
 *
 * A turn is held against the answers in a fixed order, from what must not go wrong to what is merely helpful: orders to
 * the bot, a wish for a person, orders of goods, small talk, haggling, fault codes, rules of the shop, products, and
 * last "I don't know". What it says are facts of the shop, quoted or printed from rows; local_guard.c looks at every
 * reply before it leaves.
 *
 * Rejected: scores that weigh all answers against each other. They answer a few turns more, and nobody can say why one
 * was answered so; here the merchant reads it in `why`. */
#include "chat/models/local.h"

enum { REPLY_BYTES = 8000, TURN_BYTES = 4000, FEW = 3 };

const char *model_action_name(enum model_action a)
{
    /* Asked for or not, a person takes over: on the wire both are one. */
    static const char *const names[] = { "nothing", "answer", "ask", "decline", "hand_off", "hand_off" };
    return names[a];
}
const char *model_cited_name(enum model_cited_kind k)
{
    static const char *const names[] = { "product", "variant", "faq", "document", "promotion" };
    return names[k];
}

static void decline(struct local *m, const char *why) { local_say(m, REPLY_DECLINE, SAY_UNKNOWN, why); }

/* ---- numbers and addresses of an order ---- */

static bool is_email_mark(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("._%+-", c) != NULL);
}

static void use(struct heard *h, size_t from, size_t to)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (h->a.atom[i].from < to && h->a.atom[i].to > from) h->used[i] = true;
}

static void read_email(struct local *m)
{
    struct str s = m->h.text;
    for (size_t at = 0; at < s.n; at++) {
        if (s.p[at] != '@') continue;
        size_t from = at, to = at + 1;
        while (from > 0 && is_email_mark(s.p[from - 1])) from--;
        while (to < s.n && is_email_mark(s.p[to])) to++;
        while (to > at + 1 && (s.p[to - 1] == '.' || s.p[to - 1] == '-')) to--;
        if (from == at || !memchr(s.p + at, '.', to - at) || to - from > 254) continue;
        m->email = arena_text_n(m->arena, s.p + from, to - from);
        m->new_email = true;
        use(&m->h, from, to);
    }
}

static bool is_number_mark(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* A number as orders have it: "#1001", "W5703958", "ORD-2024-17", 2026755871079. */
static void read_order_number(struct local *m)
{
    struct str s = m->h.text;
    bool about = (m->h.all & (SENSE_ORDER | SENSE_TRACK)) != 0 || m->order_pending;
    for (size_t i = 0; i < s.n;) {
        if (!is_number_mark(s.p[i])) {
            i++;
            continue;
        }
        size_t end = i, digits = 0;
        while (end < s.n && is_number_mark(s.p[end])) digits += s.p[end] >= '0' && s.p[end] <= '9', end++;
        bool marked = i > 0 && s.p[i - 1] == '#', inside = i > 0 && s.p[i - 1] == '@', used = false;
        for (size_t k = 0; k < m->h.a.n; k++)
            used |= m->h.used[k] && m->h.a.atom[k].from < end && m->h.a.atom[k].to > i;
        bool looks = digits >= 4 && end - i <= 40 && end - i >= (about ? 4U : 6U);
        if (!used && !inside && ((marked && digits >= 3) || (about && looks))) {
            m->order_number = arena_text_n(m->arena, s.p + i, end - i);
            m->new_number = true;
            use(&m->h, i, end);
            return;
        }
        i = end;
    }
}

/* A turn that is nothing but a number of no item: who was asked for one, or starts with it, means an order. */
static void read_bare_number(struct local *m)
{
    if (m->found.how == FOUND_NAMED || m->new_number) return;
    size_t meant = 0, digits = 0;
    for (size_t i = 0; i < m->h.a.n; i++) {
        const struct atom *x = &m->h.a.atom[i];
        if (m->h.used[i] || (m->h.sense[i] & SENSE_STOP)) continue;
        if (x->kind == ATOM_NUMBER) digits += x->n;
        else if (x->kind != ATOM_LETTERS || x->n > 4) meant++;
    }
    if (meant > 0 || digits < 5 || (m->h.all & ~(SENSE_STOP | SENSE_POINT | SENSE_SOFT))) return;
    m->order_pending = true;
    read_order_number(m);
}

/* ---- reading the turns ---- */

static bool about_order(const struct local *m)
{
    uint64_t rules = m->h.all & SENSE_SUBJECTS & ~(SENSE_SHIP | SENSE_FAULT | SENSE_WARRANTY);
    if (m->new_number) return true;
    if (m->h.all & SENSE_TRACK) return (m->h.all & (SENSE_ORDER | SENSE_SHIP)) != 0 || m->order_number;
    return (m->h.all & SENSE_ORDER) && !rules && !(m->h.all & (SENSE_TIME | SENSE_COST)) && m->found.how != FOUND_NAMED;
}

static bool read_turn(struct local *m, const char *text)
{
    size_t n = strnlen(text, TURN_BYTES);
    char *copy = arena_text_n(m->arena, text, n == TURN_BYTES ? utf8_cut((struct str){ text, n }, TURN_BYTES - 1) : n);
    m->h = hear(m->arena, m->lexicon, str_of(copy), LOCAL_TURN_ATOMS);
    m->found = (struct found){ .how = FOUND_NONE };
    m->new_number = m->new_email = false;
    memset(m->numbered, 0, sizeof m->numbered);
    read_email(m);
    m->language = local_language_of(&m->h, m->language);
    /* The number of an item is no secret; "#" alone does not tell which of the two it is. */
    bool order = (m->h.all & (SENSE_ORDER | SENSE_TRACK)) != 0 || m->order_pending;
    if (order) read_order_number(m);
    if (!m->new_number && !local_number(m)) return false;
    if (!order && m->found.how != FOUND_NAMED && strchr(copy, '#')) read_order_number(m);
    read_bare_number(m);
    if (!local_find(m)) return false;
    bool words = false;
    for (size_t i = 0; i < m->h.a.n; i++) words |= m->h.sense[i] == 0 && !m->h.used[i];
    if ((m->h.all & SENSE_FIX) && (m->found.how >= FOUND_TALKED_ABOUT || !words)) m->h.all |= SENSE_WARRANTY;
    return true;
}

/* What of this turn the next ones may lean on. */
static void keep(struct local *m)
{
    struct found *f = &m->found;
    uint64_t wanted = m->h.all & (SENSE_PRICE | SENSE_STOCK);
    if (f->how == FOUND_NAMED && f->n <= FEW) {
        memcpy(m->focus, f->product, sizeof m->focus);
        m->focuses = f->n;
        m->wanted = 0;
    }
    if (wanted) m->wanted = wanted;
    if (f->how == FOUND_NAMED || f->how == FOUND_TALKED_ABOUT)
        memcpy(m->kept, f->mention, sizeof m->kept), m->kepts = f->mentions;
    m->order_talk = about_order(m) || (m->order_talk && f->how != FOUND_NAMED);
    m->order_pending = about_order(m) || (m->order_pending && (m->new_email || m->h.all == 0));
}

/* "And in black?" goes on with what was said of the other options. */
static void go_on(struct local *m)
{
    struct found *f = &m->found;
    if (f->how != FOUND_TALKED_ABOUT || f->n != 1) return;
    const struct knowledge_product *p = f->product[0];
    for (size_t i = 0; i < m->kepts && f->mentions < LOCAL_MENTIONS; i++) {
        struct mention all[LOCAL_MENTIONS];
        memcpy(all, f->mention, sizeof all);
        all[f->mentions] = m->kept[i], all[f->mentions].n = 0;
        for (size_t k = 0; k < p->variants; k++)
            if (options_fit(&p->variant[k], all, f->mentions + 1)) {
                memcpy(f->mention, all, sizeof all), f->mentions++;
                break;
            }
    }
}

/* ---- the answers, in their order ---- */

static bool haggle(struct local *m)
{
    bool answered = false;
    if (m->h.all & SENSE_DISCOUNT) {
        if (!local_promotions(m, &answered)) return false;
        if (!answered && !local_rule(m, &answered)) return false;
        if (answered) return true;
    }
    const struct knowledge_product *p = m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1 ? m->found.product[0]
                                        : m->focuses == 1                                     ? m->focus[0]
                                                                                              : NULL;
    if (!p) {
        local_say(m, REPLY_DECLINE, SAY_HAGGLE, "haggling");
        return true;
    }
    SAY(m, SAY_HAGGLE_PRICE, { NULL, NULL });
    m->found.how = FOUND_TALKED_ABOUT, m->found.n = 1, m->found.product[0] = p;
    m->h.all = SENSE_PRICE;
    m->found.mentions = 0;
    memcpy(m->found.mention, m->kept, sizeof m->kept), m->found.mentions = m->kepts;
    local_product_answer(m);
    m->action = REPLY_DECLINE, m->why = "haggling";
    return true;
}

/* Papers of the products that are meant, one after the other when there are a few. */
static bool papers(struct local *m, uint64_t subjects, bool *answered)
{
    const struct knowledge_product *const *p = m->found.how >= FOUND_TALKED_ABOUT ? m->found.product : m->focus;
    size_t n = m->found.how >= FOUND_TALKED_ABOUT ? m->found.n : m->focuses;
    *answered = false;
    if (n > FEW) return true;
    for (size_t i = 0; i < n; i++) {
        bool one = false;
        size_t before = m->text.n;
        if (n > 1) buf_printf(&m->text, "%s%s:\n", before ? "\n\n" : "", local_title(m, p[i]));
        if (!local_paper(m, p[i], subjects, &one)) return false;
        if (!one) m->text.n = before;
        *answered |= one;
    }
    return true;
}

static bool has_papers_only(uint64_t subjects)
{
    return (subjects & (SENSE_WARRANTY | SENSE_INSTALL | SENSE_GIFT)) != 0;
}

/* Rules and papers. Not answered: the turn may still be about a product. */
static bool subject(struct local *m, bool *answered)
{
    uint64_t subjects = m->h.all & SENSE_SUBJECTS, paper = subjects & SENSE_PAPERS;
    bool named = m->found.how == FOUND_NAMED;
    *answered = false;
    if (paper && (named || m->found.how == FOUND_TALKED_ABOUT || m->focuses > 0) && !papers(m, paper, answered))
        return false;
    if (*answered) return true;
    if (!local_rule(m, answered)) return false;
    if (!*answered && (subjects & SENSE_DISCOUNT) && !local_promotions(m, answered)) return false;
    if (*answered) return true;
    if (named && m->found.n == 1 && (paper & SENSE_GIFT) && !(m->h.all & (SENSE_PRICE | SENSE_STOCK))) {
        SAY(m, SAY_NO_GIFT, { "title", local_title(m, m->found.product[0]) });
        local_cite_product(m, m->found.product[0], NULL);
        m->action = REPLY_DECLINE, m->why = "no gift", *answered = true;
    } else if (!named && m->focuses == 0 && has_papers_only(paper) && !m->found.left_over &&
               m->found.how == FOUND_NONE) {
        bool words = false;
        for (size_t i = 0; i < m->h.a.n; i++) words |= m->h.sense[i] == 0;
        if (words) return true;
        local_say(m, REPLY_ASK, SAY_WHICH_PRODUCT, "papers of no product");
        *answered = true;
    }
    return true;
}

static bool product(struct local *m, bool *answered)
{
    uint64_t asked = m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_RECOMMEND | SENSE_CHEAP);
    uint64_t subjects = m->h.all & SENSE_SUBJECTS;
    struct found *f = &m->found;
    *answered = false;
    if (f->how == FOUND_NONE) return true;
    if (f->how == FOUND_NEAR) {
        if (asked || (m->h.all & SENSE_HAVE)) local_product_answer(m), *answered = true;
        /* "is the sunscreen reef safe": what is told must be in one sentence of that product */
        else if (f->n == 1) return local_detail(m, f->product[0], answered);
        return true;
    }
    go_on(m);
    if (f->how == FOUND_TALKED_ABOUT && f->mentions > 0 && !f->left_over) asked |= m->wanted | SENSE_PRICE;
    const char *names[16];
    size_t n = f->n == 1 && f->mentions == 0 ? options_names(m->arena, f->product[0], names, 16) : 0;
    for (size_t i = 0; i < n; i++) asked |= options_named(&m->h, names[i]) ? SENSE_OPTIONS : 0;
    if (f->n == 1 && ((f->left_over && !asked) || (subjects && !asked))) {
        if (!local_detail(m, f->product[0], answered)) return false;
        if (*answered) return true;
        SAY(m, SAY_UNKNOWN_OF, { "title", local_title(m, f->product[0]) });
        local_cite_product(m, f->product[0], NULL);
        m->action = REPLY_DECLINE, m->why = "no such detail";
    } else local_product_answer(m);
    *answered = true;
    return true;
}

static bool unknown(struct local *m)
{
    bool answered = false;
    if (m->h.all & SENSE_ANGRY) {
        local_say(m, REPLY_HAND_OFF, SAY_HAND_OFF_ANGER, "anger");
        return true;
    }
    if (!local_rule(m, &answered)) return false;
    if (answered) return true;
    if (m->h.all & SENSE_ITEM && m->h.all & SENSE_PRICE)
        local_say(m, REPLY_DECLINE, SAY_ITEM_UNKNOWN, "no such number");
    else if (m->h.all & (SENSE_HAVE | SENSE_PRICE | SENSE_STOCK | SENSE_RECOMMEND))
        local_say(m, REPLY_DECLINE, SAY_NOT_SOLD, "not sold");
    else decline(m, "not known");
    return true;
}

static bool answer(struct local *m)
{
    bool answered = false;
    enum say s = SAY_EMPTY;
    bool order = m->new_email || about_order(m) || (m->order_pending && m->new_number);
    bool picture = m->ask->turn[m->ask->turns - 1].picture;
    if (m->h.a.n == 0) {
        local_say(m, REPLY_ASK, picture ? SAY_PICTURE : SAY_EMPTY, "no words");
        return true;
    }
    if (m->h.all & SENSE_INJECT) {
        local_say(m, REPLY_DECLINE, SAY_INJECTION, "orders to the bot");
        return true;
    }
    if (!m->ask->no_wish && local_is_wish(&m->h)) {
        local_say(m, REPLY_HAND_OFF_ASKED, SAY_HAND_OFF, "wish for a person");
        return true;
    }
    if (!order && !local_order_goes_on(m, &order)) return false;
    if (order) return local_order(m);
    if (local_is_small_talk(&m->h, &s)) {
        local_say(m, REPLY_ANSWER, s, "small talk");
        return true;
    }
    if ((m->h.all & SENSE_ANGRY) && m->found.how != FOUND_NAMED) return unknown(m);
    if ((m->h.all & SENSE_COMPARE) && !local_compare(m, &answered)) return false;
    if (answered) return true;
    if ((m->h.all & SENSE_HAGGLE) && !(m->h.all & SENSE_COMPARE)) return haggle(m);
    if (!local_code(m, &answered)) return false;
    if (!answered && (m->h.all & SENSE_SUBJECTS) && !subject(m, &answered)) return false;
    if (!answered && !product(m, &answered)) return false;
    return answered || unknown(m);
}

/* ---- several questions in one turn ---- */

enum { PARTS_MAX = 8, PARTS_ANSWERED = 3, PART_LEAST = 8 };

/* Where the next question begins behind `at`; 0: it is the last. Messages of a burst stand on lines of their own. */
static size_t part_end(const char *text, size_t at)
{
    static const char *const ends[] = { "?", "\xef\xbc\x9f", "\n", NULL };
    static const char *const joins[] = { " and can ",   " and do ",    " and does ", " and how ",
                                         " and what ",  " and is ",    " and are ",  " and when ",
                                         " and where ", " and could ", " and will ", NULL };
    for (const char *p = text + at; *p; p++) {
        for (size_t i = 0; ends[i]; i++)
            if (strncmp(p, ends[i], strlen(ends[i])) == 0) return (size_t)(p - text) + strlen(ends[i]);
        for (size_t i = 0; joins[i]; i++)
            if (strncasecmp(p, joins[i], strlen(joins[i])) == 0) return (size_t)(p - text) + 4;
    }
    return 0;
}

/* At most PARTS_MAX; 0: it is one, or more than these. What is too short to be one goes with the one before.
 */
static size_t parts_of(struct arena *a, const char *text, const char **out)
{
    size_t n = 0, from = 0, all = strlen(text);
    while (from < all) {
        size_t end = part_end(text, from);
        while (end > 0 && end < all && strspn(text + end, " ?\n") > 0) end++;
        if (end > 0 && end + PART_LEAST / 2 > all) end = all;
        if (end == 0) end = all;
        if (n == PARTS_MAX) return 0;
        out[n++] = arena_text_n(a, text + from, end - from);
        from = end;
    }
    return n > 1 ? n : 0;
}

/* A wish for a person that stands behind a question, or in front of it, is the whole turn's. */
static bool wish_of_parts(struct local *m, const char *const *part, size_t n)
{
    for (size_t i = 0; i < n && !m->ask->no_wish; i++) {
        struct heard h = hear(m->arena, m->lexicon, str_of(part[i]), LOCAL_TURN_ATOMS);
        if (!(h.all & SENSE_INJECT) && local_is_wish(&h)) return true;
    }
    return false;
}

/* Each for itself, as if said one after the other. Only when each has an answer of its own; else the turn is read as a
 * whole, and nothing of this stays. */
static bool answer_parts(struct local *m, const char *text, bool *answered)
{
    const char *part[PARTS_MAX];
    size_t n = parts_of(m->arena, text, part), begin[PARTS_MAX];
    *answered = false;
    if (wish_of_parts(m, part, n)) {
        m->h = hear(m->arena, m->lexicon, str_of(text), LOCAL_TURN_ATOMS);
        m->language = local_language_of(&m->h, m->language);
        local_say(m, REPLY_HAND_OFF_ASKED, SAY_HAND_OFF, "wish for a person");
        *answered = true;
        return true;
    }
    if (n == 0 || n > PARTS_ANSWERED) return true;
    struct local *before = ARENA_NEW(m->arena, struct local);
    *before = *m;
    bool good = true;
    size_t said = 0;
    for (size_t i = 0; i < n && good; i++) {
        if (!read_turn(m, part[i])) return false;
        size_t end = m->text.n;
        if (said > 0) buf_text(&m->text, "\n\n");
        begin[said] = m->text.n;
        if (!answer(m)) return false;
        good = m->action == REPLY_ANSWER && !text_eq(m->why, "order");
        const char *words = arena_text_n(m->arena, m->text.p + begin[said], m->text.n - begin[said]);
        for (size_t k = 0; k < said; k++) good &= strncmp(m->text.p + begin[k], words, strlen(words)) != 0;
        if (text_eq(m->why, "small talk")) m->text.n = end; /* a greeting before the question */
        else said++;
        if (i + 1 < n) keep(m);
    }
    if (good && said > 1) m->action = REPLY_ANSWER, m->why = "several questions", *answered = true;
    else *m = *before;
    return true;
}

/* What may not be is no failure to find it: nobody of the shop would answer otherwise. */
static bool is_refusal(const char *why)
{
    return text_eq(why, "haggling") || text_eq(why, "orders to the bot") ||
           text_eq(why, "order and address do not match");
}

bool model_local(const struct model_ask *ask, struct model_reply *out)
{
    struct local *m = ARENA_NEW(ask->arena, struct local);
    *m = (struct local){ .ask = ask, .source = ask->source, .arena = ask->arena, .lexicon = lexicon_new(ask->arena) };
    *out = (struct model_reply){ .action = REPLY_NOTHING };
    m->language = local_language_named(ask->language, local_language_named(ask->source->language, LOCAL_EN));
    out->language = local_language_name(m->language);
    if (ask->turns == 0 || !ask->turn[ask->turns - 1].customer) return true;
    char *memory = arena_alloc(ask->arena, REPLY_BYTES);
    buf_fixed(&m->text, memory, REPLY_BYTES);
    size_t first = ask->turns, customers = 0;
    while (first > 0 && customers < LOCAL_TURNS) customers += ask->turn[--first].customer;
    for (size_t i = first; i < ask->turns; i++) {
        if (!ask->turn[i].customer || i + 1 == ask->turns) continue;
        if (!read_turn(m, ask->turn[i].text)) return false;
        keep(m);
    }
    bool answered;
    const char *said = ask->turn[ask->turns - 1].text;
    if (!answer_parts(m, said, &answered)) return false;
    if (!answered && (!read_turn(m, said) || !answer(m))) return false;
    if (m->text.overflow || !local_guard(m, buf_str(&m->text))) {
        buf_clear(&m->text), m->text.overflow = false;
        m->cites = 0;
        decline(m, "the reply named what no source has");
    }
    out->text = buf_terminated(&m->text), out->action = m->action, out->why = m->why;
    out->failed = m->action == REPLY_DECLINE && !is_refusal(m->why);
    out->order_missed = m->order_missed;
    out->language = local_language_name(m->language);
    out->source = m->cited, out->sources = m->cites;
    return true;
}
