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

enum { REPLY_BYTES = 8000, FEW = 3, PARTS_ANSWERED = 3 };

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

/* ---- the answers, in their order ---- */

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
        if (n > 1) buf_printf(&m->text, "%s%s:\n", *answered ? "\n\n" : "", local_title(m, p[i]));
        if (!local_paper(m, p[i], subjects, &one)) return false;
        if (!one) m->text.n = before;
        *answered |= one;
    }
    return true;
}

/* "割草机电池保多久": the battery is another thing, or it is the mower's own: that is so where its paper speaks of it.
 * Whose paper it is stands before it. */
static bool paper_of_near(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered)
{
    size_t before = m->text.n, cites = m->cites, products = m->products_cited, texts = m->texts_cited, of = 0;
    buf_printf(&m->text, "%s:\n", local_title(m, p));
    size_t begin = m->text.n;
    if (!local_paper(m, p, subjects, answered)) return false;
    if (!*answered) {
        m->text.n = before;
        return true;
    }
    struct found options = { .how = FOUND_NONE };
    bool of_kind = local_fit_named(m, p, &options, NULL).of_kind;
    bool *used = local_use_title(m, p);
    struct heard t = hear(m->arena, m->lexicon, (struct str){ m->text.p + begin, m->text.n - begin }, 220);
    bool told = local_shared(&m->h, &t, &of) >= of && of > 0; /* with nothing left it may be of an M9 and not an M7 */
    m->h.used = used;
    /* "the pendant": one word of the name, and nothing that could make another thing of it; a laptop is no sleeve */
    if (told || (of == 0 && !m->found.left_over && m->found.n == 1 && !of_kind)) return true;
    m->text.n = before, m->cites = cites, m->products_cited = products, m->texts_cited = texts;
    *answered = false;
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
    if (subjects & SENSE_OLD) { /* of the old thing nothing is asked but this */
        if (!local_rule(m, answered)) return false;
        if (!*answered) decline(m, "not known"), *answered = true;
        return true;
    }
    /* what the shop says of the product itself, before what it says of all */
    bool of_one = m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1 &&
                  !(m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS));
    /* "which strap lengths": what it comes in */
    if (of_one && named && !(subjects & ~SENSE_SIZE) && local_asks_choices(m, m->found.product[0])) return true;
    bool of_thing = local_asks_of_thing(m) || (!(subjects & ~SENSE_SIZE) && local_asks_size(&m->h));
    if (of_one && of_thing && !local_detail(m, m->found.product[0], answered)) return false;
    if (*answered) return true;
    if ((paper & SENSE_INSTALL) && !local_fee(m, answered)) return false;
    if (*answered) return true;
    if (paper && (named || m->found.how == FOUND_TALKED_ABOUT || m->focuses > 0) && !papers(m, paper, answered))
        return false;
    if (!*answered && paper && named && !local_of_model(m, paper, answered)) return false;
    for (size_t i = 0; paper && m->found.how == FOUND_NEAR && m->found.n <= FEW && i < m->found.n && !*answered; i++)
        if (!paper_of_near(m, m->found.product[i], paper, answered)) return false;
    if (!*answered && of_one && (subjects & (SENSE_GIFT | SENSE_DISCOUNT)) &&
        !local_offer_naming(m, m->found.product[0], subjects, answered))
        return false;
    if (*answered) return true;
    /* "What size options": the product's own */
    if (named && !m->found.left_over && (m->h.all & SENSE_OPTIONS) && !(subjects & ~(SENSE_SIZE | SENSE_CARE)))
        return true;
    bool offer = (m->h.all & SENSE_OFFER) && !(m->h.all & SENSE_BULK);
    if ((subjects & SENSE_DISCOUNT) && of_one && !local_promotion_of(m, m->found.product[0], answered)) return false;
    if (*answered) return true;
    if (offer && !local_promotions(m, answered)) return false;
    /* the name of the one thing alone makes no rule of it: "how heavy is the stroller" */
    bool sizes = named && m->found.n == 1 && !(subjects & ~SENSE_SIZE);
    bool *used = sizes ? local_use_title(m, m->found.product[0]) : m->h.used,
         fine = *answered || local_rule(m, answered);
    m->h.used = used;
    if (!fine) return false;
    if (!*answered && (subjects & SENSE_DISCOUNT) && !(subjects & SENSE_PAY) && !local_promotions(m, answered))
        return false;
    if (!*answered && (subjects & SENSE_EXCHANGE) && !(subjects & SENSE_RETURN) &&
        !(m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS))) { /* else it is sent back */
        m->h.all |= SENSE_RETURN;
        if (!local_rule(m, answered)) return false;
        m->h.all = *answered ? m->h.all : m->h.all & ~(uint64_t)SENSE_RETURN;
    }
    if (!*answered && named && m->found.n == 1 && m->found.left_over && !(m->h.all & SENSE_PRICE) &&
        !local_detail(m, m->found.product[0], answered))
        return false;
    if (*answered) return true;
    bool given = named && m->found.n == 1 && (paper & SENSE_GIFT) && !(m->h.all & (SENSE_PRICE | SENSE_STOCK));
    if (given && !local_given_with(m, m->found.product[0], answered)) return false;
    if (given && !*answered) {
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

/* What is told of each of a few products, by name when they are several. */
static bool details(struct local *m, bool *answered)
{
    struct found f = m->found;
    bool *used = ARENA_ARRAY(m->arena, bool, m->h.a.n + 1);
    memcpy(used, m->h.used, m->h.a.n * sizeof(bool));
    *answered = false;
    for (size_t i = 0; i < f.n && f.n <= FEW; i++) {
        bool one = false;
        size_t before = m->text.n;
        if (f.n > 1 || f.how == FOUND_NEAR)
            buf_printf(&m->text, "%s%s:\n", *answered ? "\n\n" : "", local_title(m, f.product[i]));
        if (!local_detail(m, f.product[i], &one)) return false;
        if (!one) m->text.n = before;
        *answered |= one;
        if (i + 1 < f.n) memcpy(m->h.used, used, m->h.a.n * sizeof(bool));
    }
    return true;
}

static bool near_product(struct local *m, uint64_t asked, bool *answered)
{
    bool sized = local_asks_size(&m->h) && !(m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_HAVE));
    if ((asked & SENSE_PRICE) && !local_rule_called(m, answered)) return false; /* "how much is a sewing class" */
    if (*answered) return true;
    if (sized && !details(m, answered)) return false; /* "what size is the cot mattress" */
    if (*answered) return true;
    if (asked || m->most > 0 || local_asks_sold(&m->h)) local_product_answer(m), *answered = true;
    /* "is the sunscreen reef safe": what is told must be in one sentence of that product */
    else if (!details(m, answered)) return false;
    else if (!*answered && m->found.n == 1) {
        if (!local_rule_of(m, m->found.product[0], answered)) return false;
        if (!*answered && !local_may_it(m, m->found.product[0], answered)) return false;
    }
    if (!*answered && (local_names_only(&m->h) || m->found.edition)) local_product_answer(m), *answered = true;
    return true;
}

/* `named`: nothing that lists know is asked. "Lamp with a rechargeable battery in mustard" names a thing, and asks
 * none. */
static void no_detail(struct local *m, const struct knowledge_product *p, bool named)
{
    if (named && m->found.mentions > 0 && m->language == LOCAL_EN && !local_asks_a_question(&m->h)) {
        local_product_answer(m);
        return;
    }
    SAY(m, SAY_UNKNOWN_OF, { "title", local_title(m, p) });
    local_cite_product(m, p, NULL);
    m->action = REPLY_DECLINE, m->why = "no such detail";
}

/* SENSE_OPTIONS: one of the options is asked for by its name, or by what its values are so many of. */
static uint64_t names_asked(struct local *m, const struct knowledge_product *p, uint64_t asked)
{
    const char *names[16];
    size_t n = m->found.mentions == 0 ? options_names(m->arena, p, names, 16) : 0;
    for (size_t i = 0; i < n; i++)
        if (options_asked(m->arena, &m->h, p, names[i])) return SENSE_OPTIONS;
    return asked ? 0 : options_counted(m, p);
}

/* "有什么配件" of what comes in but one way: what is told of it. "20斤的用几号": what its values are for. */
static bool told_of_options(struct local *m, const struct knowledge_product *p, uint64_t asked, bool *answered)
{
    *answered = false;
    if (asked == SENSE_OPTIONS && p->variants < 2) return local_detail(m, p, answered);
    return (asked & (SENSE_PRICE | SENSE_STOCK)) || local_which(m, p, answered);
}

static bool price_beside(struct local *m, uint64_t asked, bool *answered)
{
    const struct found *f = &m->found;
    bool beside = f->left_over && f->n == 1 && f->mentions == 0 && (asked & SENSE_PRICE) && m->most == 0;
    return !beside || local_price_beside(m, f->product[0], answered);
}

static bool in_a_state(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n && h->state; i++)
        if (h->state[i] > 0) return true;
    return false;
}

/* "面霜用了泛红": who tells what became of a thing asks no price. */
static bool seen_of(struct local *m, const struct knowledge_product *p)
{
    bool answered = false, good = local_rule(m, &answered);
    if (good && !answered) no_detail(m, p, false);
    return good;
}

static bool asks_about(const struct heard *h)
{
    return local_said(h, "about") || (local_said(h, "made") && !local_said(h, "in"));
}

/* "9v battery", "case for a Nokia": a name and nothing else. English alone. */
static bool is_bare(const struct local *m)
{
    enum { MOST = 6 };
    return m->language == LOCAL_EN && m->h.a.n <= MOST && !local_asks_a_question(&m->h);
}

/* Of one thing, what is asked besides price and stock: its texts, the shop's, or that nothing is known of it. */
static bool detail_of_one(struct local *m, uint64_t subjects, bool of_thing, bool *answered)
{
    struct found *f = &m->found;
    if (!local_detail(m, f->product[0], answered)) return false;
    if (!*answered && !local_told_otherwise(m, f->product[0], answered)) return false;
    if (*answered) return true;
    if (local_asks_sizes(m, f->product[0], subjects, of_thing)) {
        m->h.all |= SENSE_OPTIONS, *answered = true; /* how big: as big as it comes */
        local_product_answer(m);
        return true;
    }
    if (f->left_over && !local_told_elsewhere(m, answered)) return false;
    bool goes_with = !*answered && f->left_over && !subjects; /* "兄弟2260的耗材有吗" */
    if (goes_with && local_asks_had(&m->h)) {
        f->how = FOUND_NEAR, *answered = true;
        local_product_answer(m);
        return true;
    }
    if (!*answered && f->left_over && !local_rule_of(m, f->product[0], answered)) return false;
    if (!*answered && !local_may_it(m, f->product[0], answered)) return false;
    if (!*answered) no_detail(m, f->product[0], !subjects && !of_thing);
    *answered = true;
    return true;
}

static bool product(struct local *m, bool *answered)
{
    uint64_t asked = m->h.all & (SENSE_PRICE | SENSE_STOCK | SENSE_OPTIONS | SENSE_RECOMMEND | SENSE_CHEAP);
    uint64_t subjects = m->h.all & SENSE_SUBJECTS;
    struct found *f = &m->found;
    *answered = false;
    if (f->how == FOUND_NONE) return true;
    if (!local_sold_alone(m, answered)) return false;
    if (*answered) return true;
    if (!price_beside(m, asked, answered)) return false;
    if (*answered) return true;
    if (f->how == FOUND_NEAR) return near_product(m, asked, answered);
    local_go_on(m);
    *answered = local_unmet(m);
    if (*answered) return true;
    if (m->most > 0 || (m->h.all & SENSE_DEAR)) asked |= SENSE_PRICE;
    if (f->how == FOUND_TALKED_ABOUT && f->mentions > 0 && !f->left_over && !local_asks_of_thing(m))
        asked |= m->wanted | SENSE_PRICE;
    asked |= f->n == 1 ? names_asked(m, f->product[0], asked) : 0;
    if (f->n == 1 && !told_of_options(m, f->product[0], asked, answered)) return false;
    if (*answered) return true;
    bool sizes = !(asked & ~SENSE_OPTIONS) && f->n == 1 && local_asks_size(&m->h);
    subjects |= sizes ? SENSE_SIZE : 0;
    if (sizes && !options_measure(f->product[0])) asked = 0;
    bool whether = asked == SENSE_OPTIONS && local_asks_whether(&m->h),
         how = !(asked & ~SENSE_OPTIONS) && (local_asks_how(&m->h) || local_asks_length(m));
    if (f->n == 1 && (whether || how) && !local_detail(m, f->product[0], answered)) return false;
    if (*answered) return true;
    bool can = !asked && !subjects && f->n == 1 && f->mentions == 0;
    if (can && !local_can_it(m, f->product[0], answered)) return false;
    if (*answered) return true;
    bool sum = f->mentions > 0 && (m->h.all & SENSE_COST) != 0; /* "一斤装多少" */
    if (sum && !asked && local_asks_sum(&m->h)) asked |= SENSE_PRICE, m->h.all |= SENSE_PRICE;
    bool calls = !asked && !subjects && (f->left_over || (f->mentions == 0 && !(m->h.all & SENSE_HAVE)));
    if (calls && !local_rule_called(m, answered)) return false;
    if (*answered) return true;
    bool of_thing = !asked && !subjects && !sum && local_asks_of_thing(m);
    if ((m->h.all & SENSE_COST) && !(m->h.all & SENSE_TIME) && !asked && !subjects && !of_thing && !f->left_over)
        asked |= SENSE_PRICE, m->h.all |= SENSE_PRICE; /* "红色L号的多少" */
    if (!asked && f->n > 1 && (f->left_over || of_thing) && !details(m, answered)) return false;
    if (*answered) return true;
    bool either = f->mentions == 0 && local_asks_either(&m->h);
    if (f->n == 1 && !asked && (f->left_over || subjects || of_thing || either))
        return detail_of_one(m, subjects, of_thing, answered);
    bool sold = local_asks_sold(&m->h);
    if (f->n > 1 && f->left_over && !asked && !sold) { /* "my seeds never came up": what is said of all of them */
        if (!local_rule(m, answered)) return false;
        if (*answered) return true;
    }
    *answered = true;
    if (f->n > 1 && f->left_over && !asked && !sold && is_bare(m)) f->how = FOUND_NEAR;
    if (!asked && !sold && f->n == 1 && m->language == LOCAL_ZH && in_a_state(&m->h)) return seen_of(m, f->product[0]);
    local_product_answer(m);
    if (!asked && f->n == 1 && asks_about(&m->h)) local_about(m, f->product[0]);
    return true;
}

static bool names_something(const struct heard *h)
{
    for (size_t i = 0; i < h->a.n; i++)
        if (h->sense[i] == 0 && !h->used[i]) return true;
    return false;
}

/* "我的是EV，装得上不": every word of it stands in what the shop says of the one thing that is talked about. */
static bool of_focus(struct local *m, bool *answered)
{
    if (m->found.how != FOUND_NONE || m->focuses != 1 || local_asks_sold(&m->h) || !names_something(&m->h)) return true;
    struct found before = m->found;
    m->found.how = FOUND_NEAR, m->found.n = 1, m->found.product[0] = m->focus[0], m->found.left_over = true;
    bool good = local_detail(m, m->focus[0], answered);
    if (good && !*answered) good = local_may_it(m, m->focus[0], answered);
    if (good && !*answered) good = local_which(m, m->focus[0], answered);
    if (!*answered) m->found = before;
    return good;
}

/* "Does that cost extra": of goods nobody asks so. */
static bool asks_of_rule(const struct heard *h)
{
    static const char words[] =
        "cost extra|costs extra|extra cost|extra charge|charge extra|charge for that|charge for it|"
        "is that free|is it free|for free|how long does that take|how long will that take|"
        "how long does it take|how long will it take|要加钱|另外收费|要多久|需要多久";
    return lexicon_says(&h->a, words);
}

static bool unknown(struct local *m)
{
    bool answered = false;
    if (m->h.all & SENSE_ANGRY) {
        local_say(m, REPLY_HAND_OFF, SAY_HAND_OFF_ANGER, "anger");
        return true;
    }
    if (!local_rule(m, &answered)) return false;
    if (!answered && !local_rule_goes_on(m, &answered)) return false;
    if (!answered && !of_focus(m, &answered)) return false;
    if (!answered && !local_of_shop(m, &answered)) return false;
    if (!answered && !local_told_elsewhere(m, &answered)) return false;
    if (!answered && !local_trouble(m, &answered)) return false;
    if (answered) return true;
    if (m->most > 0 && !m->found.left_over && !names_something(&m->h))
        local_say(m, REPLY_ASK, SAY_WHICH_PRODUCT, "a budget for no product");
    else if (m->h.all & SENSE_ITEM && m->h.all & SENSE_PRICE)
        local_say(m, REPLY_DECLINE, SAY_ITEM_UNKNOWN, "no such number");
    else if ((m->h.all & (SENSE_HAVE | SENSE_PRICE | SENSE_STOCK | SENSE_RECOMMEND)) &&
             !(m->h.all & (SENSE_HUMAN | SENSE_WISH | SENSE_CONTACT | SENSE_DISCOUNT)) && !local_asks_of_staff(&m->h))
        local_say(m, REPLY_DECLINE, SAY_NOT_SOLD, "not sold");
    else decline(m, "not known");
    return true;
}

static bool answer(struct local *m)
{
    bool answered = false, service = false;
    enum say s = SAY_EMPTY;
    /* an address beside goods that were named by their number is no order's */
    bool goods = !m->order_pending && !m->new_number && m->found.how == FOUND_NAMED &&
                 memchr(m->numbered, true, sizeof m->numbered) && !(m->h.all & (SENSE_ORDER | SENSE_TRACK));
    bool order = (m->new_email && !goods) || local_about_order(m) || (m->order_pending && m->new_number);
    bool picture = m->ask->turn[m->ask->turns - 1].picture;
    if (m->h.a.n == 0) {
        local_say(m, REPLY_ASK, picture ? SAY_PICTURE : SAY_EMPTY, "no words");
        return true;
    }
    if (m->h.all & SENSE_INJECT) {
        local_say(m, REPLY_DECLINE, SAY_INJECTION, "orders to the bot");
        return true;
    }
    if (!local_call(m, &answered)) return false;
    if (answered) return true;
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
    if (!local_fee_unknown(m, &answered) || (!answered && !local_business(m, &answered))) return false;
    if (!answered && (m->h.all & SENSE_COMPARE) && !local_compare(m, &answered)) return false;
    if (answered) return true;
    if ((m->h.all & SENSE_HAGGLE) && !(m->h.all & SENSE_COMPARE)) return local_haggle(m);
    if (m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1 && local_for_body(m, m->found.product[0])) return true;
    if (!local_with_child(m, &answered) || (!answered && !local_code(m, &answered))) return false;
    if (!answered && !local_symptom(m, &answered)) return false;
    if (!answered && !local_acts_up(m, &answered)) return false;
    if (!answered && !(m->h.all & SENSE_PAPERS) && !local_of_model(m, 0, &answered)) return false;
    if (!answered && !local_altered(m, &answered)) return false;
    if (!answered && !local_service(m, &service, &answered)) return false;
    if (!answered && (m->h.all & (SENSE_FIX | SENSE_SIZE | SENSE_CARE)) && !local_serves(m, &answered)) return false;
    if (!answered && !local_size_table(m, &answered)) return false;
    if (!answered && (m->h.all & SENSE_SUBJECTS) && !subject(m, &answered)) return false;
    if (!answered && asks_of_rule(&m->h) && !local_rule_goes_on(m, &answered)) return false;
    if (!answered && !local_serves(m, &answered)) return false;
    if (!answered && service && !local_service_else(m, &answered)) return false;
    if (!answered && !product(m, &answered)) return false;
    return answered || unknown(m);
}

/* ---- several questions in one turn ---- */

/* A wish for a person that stands behind a question, or in front of it, is the whole turn's. */
static bool wish_of_parts(struct local *m, const char *const *part, size_t n)
{
    for (size_t i = 0; i < n && !m->ask->no_wish; i++) {
        struct heard h = hear(m->arena, m->lexicon, str_of(part[i]), LOCAL_TURN_ATOMS);
        if (!(h.all & SENSE_INJECT) && local_is_wish(&h)) return true;
    }
    return false;
}

static bool stands_in_a_text(const char *why)
{
    return strncmp(why, "rule:", 5) == 0 || strncmp(why, "paper:", 6) == 0 || text_eq(why, "description") ||
           text_eq(why, "promotions");
}

static bool stands_in_a_row(const char *why)
{
    return text_eq(why, "price") || text_eq(why, "stock") || text_eq(why, "options");
}

static bool is_unknown(const struct local *m)
{
    return m->action == REPLY_DECLINE &&
           (text_eq(m->why, "not known") || text_eq(m->why, "no such detail") || text_eq(m->why, "not sold"));
}

/* How the parts of a turn came out. */
struct parts {
    size_t said, unknown, rows, texts; /* answered; without an answer; of the answered, what they stand in */
    bool good;
};

/* The answers to the parts, as if said one after the other, into the reply. A part that has none says so behind the
 * others: what is known of the rest is not kept back. Not good: the turn is to be read as a whole. */
static bool say_parts(struct local *m, const char *const *part, size_t n, struct parts *out)
{
    size_t begin[LOCAL_PARTS], first = 0;
    *out = (struct parts){ .good = true };
    for (size_t i = 0; i < n && out->good; i++) {
        if (!local_read_turn(m, part[i])) return false;
        size_t end = m->text.n;
        bool row = local_asks_sold(&m->h) || (m->h.all & SENSE_OPTIONS);
        if (first > 0) buf_text(&m->text, "\n\n");
        begin[first] = m->text.n;
        if (!answer(m)) return false;
        bool unknown = is_unknown(m) && local_asks_something(m, part[i]) && out->unknown == 0;
        bool named = m->found.how == FOUND_NAMED || stands_in_a_text(m->why);
        /* "... and how long does it take" goes on with what stood before it */
        if (unknown && first > 0 && !names_something(&m->h) && m->found.how == FOUND_NONE) out->good = false;
        out->good &=
            (m->action == REPLY_ANSWER && !text_eq(m->why, "order") && (named || out->unknown == 0)) || unknown;
        if (!out->good) break;
        assert(m->text.n >= begin[first]);
        const char *words = arena_text_n(m->arena, m->text.p + begin[first], m->text.n - begin[first]);
        for (size_t k = 0; k < first; k++) out->good &= strncmp(m->text.p + begin[k], words, strlen(words)) != 0;
        if (text_eq(m->why, "small talk")) m->text.n = end; /* a greeting before the question */
        else first++;
        out->unknown += unknown;
        out->said += m->action == REPLY_ANSWER && !text_eq(m->why, "small talk");
        out->rows += row && stands_in_a_row(m->why), out->texts += !unknown && stands_in_a_text(m->why);
        if (i + 1 < n) local_keep(m);
    }
    return true;
}

/* Only where the parts have answers of their own; else the turn is read as a whole, and nothing of this stays. */
static bool answer_parts(struct local *m, const char *text, bool *answered)
{
    const char *part[LOCAL_PARTS];
    size_t n = local_parts(m, text, false, part);
    bool loosely = false;
    *answered = false;
    if (wish_of_parts(m, part, n)) {
        m->h = hear(m->arena, m->lexicon, str_of(text), LOCAL_TURN_ATOMS);
        m->language = local_language_of(&m->h, m->language);
        local_say(m, REPLY_HAND_OFF_ASKED, SAY_HAND_OFF, "wish for a person");
        *answered = true;
        return true;
    }
    if (n == 0) n = local_parts_at_pauses(m, text, part);
    if (n == 0) n = local_parts(m, text, true, part), loosely = true;
    if (n == 0 || n > PARTS_ANSWERED) return true;
    struct local *before = ARENA_NEW(m->arena, struct local);
    *before = *m;
    struct parts p;
    if (!say_parts(m, part, n, &p)) return false;
    bool good = p.good && p.said > 0 && p.said + p.unknown > 1;
    /* at a mere pause: one of a row, one of a text, and nothing open */
    if (loosely) good &= p.unknown == 0 && p.rows > 0 && p.texts > 0;
    if (good)
        m->action = REPLY_ANSWER, m->why = p.unknown > 0 ? "several questions, one not known" : "several questions";
    else *m = *before;
    *answered = good;
    return true;
}

/* What may not be is no failure to find it: nobody of the shop would answer otherwise. */
static bool is_refusal(const char *why)
{
    return text_eq(why, "haggling") || text_eq(why, "orders to the bot") ||
           text_eq(why, "order and address do not match") || text_eq(why, "orders are not looked up for now");
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
        if (!local_read_turn(m, ask->turn[i].text)) return false;
        local_keep(m);
    }
    bool answered;
    const char *said = ask->turn[ask->turns - 1].text;
    if (!local_open_goes_on(m, &said) || !answer_parts(m, said, &answered)) return false;
    if (!answered && (!local_read_turn(m, said) || !answer(m))) return false;
    if (m->text.overflow || !local_guard(m, buf_str(&m->text))) {
        buf_clear(&m->text), m->text.overflow = false;
        m->cites = 0, m->order_told = NULL;
        decline(m, "the reply named what no source has");
    }
    out->text = buf_terminated(&m->text), out->action = m->action, out->why = m->why;
    out->failed = m->action == REPLY_DECLINE && !is_refusal(m->why);
    out->order_missed = m->order_missed, out->order = m->order_told;
    out->language = local_language_name(m->language);
    out->source = m->cited, out->sources = m->cites;
    return true;
}
