/* local_services.c: what the shop is asked to do to a thing ("do you restring necklaces", "how much to engrave a
 * locket", "can I rent a tent"), and not for the thing itself. A rule that speaks of that very service is told; where
 * none does it is not known: neither the guarantee nor the price of the thing answers it. */
#include "chat/models/local_lexicon.h"

enum { TEXTS = 24, TITLE_ATOMS = 60, TEXT_ATOMS = 160, QUERY = 400, FAR = 7 };

/* A service: as it is asked for, as it is done to a thing, as it is named, and the words by which a text tells of it.
 */
struct service {
    const char *does, *done, *noun, *told;
    bool oneself; /* who has the thing does it, too: "can you clean it with vinegar" asks for no service */
};
#define ALTERED                                                                                                        \
    "alter|altered|alteration|alterations|tailor|tailored|tailoring|shorten|shortened|shortening|hem|hemmed|hemming|"  \
    "take up|taken up|take in|taken in|let out"
static const struct service services[] = {
    { "repair|fix|mend|restore|refurbish|recondition", "repaired|fixed|mended|restored|refurbished",
      "repairs|repair|repairing|mending|restoration|refurbishment",
      "repair|repairs|repaired|repairing|fix|mend|mended|mending|restore|restoration|refurbish|resole|restitch|solder|"
      "soldering" },
    { "service|overhaul|tune up", "serviced|overhauled|tuned up", "servicing|overhaul|overhauls|tune up|tune ups",
      "we service|serviced|servicing|overhaul|overhauls|overhauled|tune up|tune ups|full service|annual service|"
      "service costs|a service is" },
    { "engrave|inscribe", "engraved|inscribed", "engraving|engravings|inscription",
      "engrave|engraved|engraving|inscribe|inscribed|inscription" },
    { "personalise|personalize|customise|customize|monogram|embroider|emboss",
      "personalised|personalized|customised|customized|monogrammed|embroidered|embossed",
      "personalisation|personalization|customisation|customization|monogramming|embroidery|embossing",
      "personalise|personalised|personalize|personalized|customise|customised|customize|customized|monogram|"
      "monogrammed|monogramming|embroider|embroidered|embroidery|emboss|embossed|embossing|engrave|engraving|"
      "initials" },
    { "restring|rethread|re string", "restrung|rethreaded", "restringing|rethreading|stringing",
      "restring|restrung|restringing|rethread|rethreaded|stringing|strung" },
    { "sharpen|hone|regrind", "sharpened|honed|reground", "sharpening|honing",
      "sharpen|sharpened|sharpening|hone|honed|honing|regrind", true },
    { "rent|rent out|hire|hire out|loan|loan out|lend|lend out", "rented|hired", "rental|rentals|hire|renting",
      "rent|rents|rental|rentals|rented|renting|hire|hired|hiring|lend" },
    { "lease", "leased", "leasing", "lease|leased|leasing" },
    { "install|wire in|plumb in", "installed|wired in|plumbed in", "installation|installations|installing",
      "install|installs|installed|installation|installations|installing|fitting|fitted|fitter|electrician", true },
    { "fit|mount", "fitted|mounted", "fitting|mounting",
      "fit|fits|fitting|fitted|fitter|mount|mounted|mounting|install|installed|installation", true },
    { "assemble|build|put together|set up|put up", "assembled|built|put together|set up|put up",
      "assembly|assembling|setting up", "assemble|assembled|assembly|assembling|set up|put together|put up|build it",
      true },
    { "clean|dry clean|deep clean|polish|wash|launder", "cleaned|dry cleaned|polished|washed",
      "cleaning|dry cleaning|polishing|laundry",
      "we clean|we polish|cleaning|polishing|cleaned|polished|dry clean|"
      "dry cleaning",
      true },
    { "resize", "resized", "resizing", "resize|resized|resizing|resizable" },
    { "alter|tailor|hem|take up|take in", "altered|tailored|hemmed|taken in|taken up",
      "alterations|alteration|tailoring|hemming", ALTERED },
    { "shorten|lengthen|let out", "shortened|lengthened|let out", "shortening|lengthening", ALTERED, true },
    { "replate|plate|gold plate|rhodium plate", "replated|plated", "replating|plating",
      "replate|replated|replating|plating" },
    { "resole|reheel", "resoled|reheeled", "resoling|reheeling", "resole|resoled|resoling|reheel|reheeled" },
    { "reupholster|upholster|re cover", "reupholstered|upholstered", "reupholstery|upholstering",
      "reupholster|reupholstered|reupholstery|upholster|upholstery|re cover" },
    { "rewire", "rewired", "rewiring", "rewire|rewired|rewiring" },
    { "refill|regas", "refilled|regassed", "refilling", "refill|refilled|refilling|refills|regas", true },
    { "reproof|rewax", "reproofed|rewaxed", "reproofing|rewaxing",
      "reproof|reproofed|reproofing|rewax|rewaxed|rewaxing", true },
    { "regrip|rehair|restuff|reline|refinish|respray|repaint|revarnish",
      "regripped|rehaired|restuffed|relined|refinished|resprayed|repainted|revarnished",
      "regripping|rehairing|relining|refinishing|respraying",
      "regrip|regripped|regripping|rehair|rehaired|rehairing|restuff|reline|relined|refinish|refinished|respray|"
      "repaint|revarnish" },
    { "value|appraise|authenticate", "valued|appraised|authenticated",
      "valuation|valuations|appraisal|appraisals|authentication",
      "valuation|valuations|we value|appraise|appraisal|appraisals|authenticate|authentication" },
    { "calibrate|recalibrate|tune|descale", "calibrated|recalibrated|tuned|descaled", "calibration|tuning|descaling",
      "we calibrate|calibration|calibrated|we tune|tuning|we descale|descaling", true },
    { "groom|pierce|babysit|tattoo", "groomed|pierced|tattooed", "grooming|piercing|piercings|tattoos",
      "groom|grooming|we pierce|piercing|piercings|tattoo", true },
    { "replace|swap out", "replaced|swapped out", "replacement", "replacement|replacements|replace|replaced", true },
};

/* What a turn asks to be done. */
struct asked {
    const struct service *of; /* NULL: nothing of these */
    size_t at, n;             /* where its word stands */
    bool cost;                /* what that costs is asked */
    bool surely;              /* nobody does this by himself: what no rule tells is not known */
};

static const struct service *verb_at(const struct atoms *a, size_t i, size_t *n)
{
    const struct service *found = NULL;
    *n = 0;
    for (size_t k = 0; k < ARRAY_LEN(services); k++) {
        size_t long_one = lexicon_phrase(a, i, services[k].does);
        if (long_one > *n) *n = long_one, found = &services[k];
    }
    return found;
}

/* "My watch", "it for me": it is done for who asks. */
static bool for_who_asks(const struct atoms *a, size_t i)
{
    static const char whose[] = "my|our|mine|ours|for me|for us|me|us|people|customers";
    for (size_t k = i; k < a->n && k < i + FAR; k++)
        if (lexicon_phrase(a, k, whose) > 0) return true;
    return false;
}

/* "How do you fix it", "when will you install": the way is asked, or the day. */
static bool asks_the_way(const struct atoms *a, size_t i)
{
    return i > 0 && lexicon_phrase(a, i - 1, "how|why|when|where|what|which|who") > 0;
}

/* "Can you repair watches", "do you sharpen scissors". */
static bool asks_shop(const struct heard *h, struct asked *out)
{
    static const char does[] = "do you|do u|do ya|do you guys|will you|would you|does the shop|does your shop|"
                               "does the store|do they|are you able to|do you also|are there people who",
                      can[] = "can you|could you|can u|could u|can someone|could someone|can the shop|can they|"
                              "can your team|can anybody|can anyone",
                      between[] =
                          "also|please|pls|even|still|ever|guys|maybe|possibly|perhaps|kindly|happen to|offer to";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, does), able = lexicon_phrase(&h->a, i, can), at = i + (n > able ? n : able);
        if (at == i || asks_the_way(&h->a, i)) continue;
        for (size_t more = 1; more > 0; at += more) more = lexicon_phrase(&h->a, at, between);
        const struct service *s = verb_at(&h->a, at, &n);
        if (!s || h->a.atom[at].broken) continue;
        bool owned = for_who_asks(&h->a, at + n);
        if (able > 0 && s->oneself && !owned) continue;
        /* "can you still fix it" behind an order that went wrong; of what broke the guarantee is told */
        bool trouble = (h->all & (SENSE_ORDER | SENSE_CHANGE | SENSE_TRACK)) != 0;
        for (size_t k = 0; k < i && s == &services[0]; k++)
            trouble |= (h->sense[k] & (SENSE_WARRANTY | SENSE_DAMAGE | SENSE_FAULT)) != 0;
        if (trouble) continue;
        *out = (struct asked){ s, at, n, false, !s->oneself || owned };
        return true;
    }
    return false;
}

/* "Can I rent a tent". */
static bool asks_to_rent(const struct heard *h, struct asked *out)
{
    static const char may[] =
        "can i|could i|may i|can we|could we|possible to|want to|like to|wanna|looking to|able to|"
        "need to|wish to|hoping to|is it possible to",
                      rents[] = "rent|hire|borrow|loan";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, may), verb = n > 0 ? lexicon_phrase(&h->a, i + n, rents) : 0, of = 0;
        if (verb == 0) continue;
        const struct atom rent = { .text = "rent", .n = 4, .kind = ATOM_LETTERS };
        struct atoms one = { (struct atom *)&rent, 1 };
        *out = (struct asked){ verb_at(&one, 0, &of), i + n, verb, false, true };
        return true;
    }
    return false;
}

/* "Get my watch repaired", "have it engraved": which service, and where. */
static bool has_done(const struct heard *h, size_t from, struct asked *out)
{
    static const char what[] = "my|our|it|this|that|them|these|one|a|the|some|initials|names";
    const struct atoms *a = &h->a;
    if (from >= a->n || lexicon_phrase(a, from, what) == 0) return false;
    for (size_t i = from + 1; i < a->n && i < from + FAR && !a->atom[i].broken; i++)
        for (size_t k = 0; k < ARRAY_LEN(services); k++) {
            size_t n = lexicon_phrase(a, i, services[k].done);
            /* "a polished one" tells of a thing */
            bool of_thing = i + n < a->n && h->sense[i + n] == 0 && !a->atom[i + n].broken &&
                            lexicon_phrase(a, i + n, "with|by|while|before|and|or|here|there") == 0;
            bool one = i + n < a->n && lexicon_phrase(a, i + n, "one|ones") > 0;
            if (n == 0 || of_thing || one) continue;
            *out = (struct asked){ &services[k], i, n, false, !services[k].oneself };
            return true;
        }
    return false;
}

static bool asks_to_have_done(const struct heard *h, struct asked *out)
{
    static const char wishes[] =
        "can i|could i|can we|could we|i want to|i need to|id like to|i would like to|want|need|"
        "like to|possible to|to|how do i|where can i",
                      gets[] = "get|have|getting|having", needs[] = "i need|i want|need|want";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, wishes), get = n > 0 ? lexicon_phrase(&h->a, i + n, gets) : 0;
        if (get > 0 && has_done(h, i + n + get, out)) return true;
        n = lexicon_phrase(&h->a, i, needs);
        if (n > 0 && has_done(h, i + n, out)) return true;
    }
    return false;
}

/* "Do you do repairs", "is there an engraving service": nothing stands behind it of which it could be a part. */
static bool asks_for_named(const struct heard *h, struct asked *out)
{
    static const char offers[] =
        "do you do|do you offer|do you provide|do you have|do u do|do u offer|you do|you offer|"
        "is there|have you got|do you run|any|what about|how about",
                      behind[] = "service|services|for|of|on|in|at|here|please|pls|and|or|as|too|offered|department|"
                                 "yourselves|in house";
    bool offer = false;
    for (size_t i = 0; i < h->a.n; i++) {
        offer |= lexicon_phrase(&h->a, i, offers) > 0;
        for (size_t k = 0; k < ARRAY_LEN(services); k++) {
            size_t n = lexicon_phrase(&h->a, i, services[k].noun), end = i + n;
            if (n == 0 || h->used[i]) continue;
            bool service = lexicon_phrase(&h->a, end, "service|services") > 0;
            bool ends = end >= h->a.n || h->a.atom[end].broken || lexicon_phrase(&h->a, end, behind) > 0;
            if (!service && !(offer && ends)) continue;
            *out = (struct asked){ &services[k], i, n, (h->all & (SENSE_PRICE | SENSE_COST)) != 0, true };
            return true;
        }
    }
    return false;
}

/* Where the verb stands of which the cost is asked ("how much does it cost to run …"); h->a.n: nowhere. */
static size_t verb_of_cost(const struct heard *h)
{
    static const char to[] =
        "how much to|how much is it to|how much does it cost to|how much would it cost to|how much will it cost to|"
        "how much would it be to|how much will it be to|how much do you charge to|how much would you charge to|"
        "how much for you to|how much it costs to|how much it cost to|how much it would cost to|what does it cost to|"
        "what would it cost to|what will it cost to|what do you charge to|what would you charge to|whats the cost to|"
        "what is the cost to|whats the price to|what is the price to|cost me to|cost us to|how expensive is it to|"
        "is it expensive to|cost a lot to|cost much to|cost extra to|how much did it cost to|how much does it take to|"
        "do you charge to|do you charge extra to|whats it cost to|what it costs to|how much can it cost to|cost to|"
        "price to|fee to|charge to";
    for (size_t i = 0; i < h->a.n; i++) {
        size_t n = lexicon_phrase(&h->a, i, to);
        if (n > 0 && i + n < h->a.n && !h->a.atom[i + n].broken && h->a.atom[i + n].kind == ATOM_LETTERS) return i + n;
    }
    return h->a.n;
}

/* "How much to engrave a locket", "the cost of resizing", "what is repairing a clasp". */
static bool asks_cost(const struct heard *h, struct asked *out)
{
    static const char of[] = "cost of|price of|price for|charge for|charge you for|cost for|fee for|how much for|"
                             "how much is|how much are|how much does|whats|what is|prices for|costs for",
                      goes_on[] = "a|an|the|my|our|your|it|this|that|these|them|one|cost|costs|price|prices|fee|fees|"
                                  "charge|service|on|for|of|please|per";
    size_t verb = verb_of_cost(h), n = 0;
    const struct service *s = verb < h->a.n ? verb_at(&h->a, verb, &n) : NULL;
    *out = (struct asked){ s, verb, n, true, true };
    if (s) return true;
    if (verb < h->a.n && lexicon_phrase(&h->a, verb, "have|get") > 0 && has_done(h, verb + 1, out)) {
        out->cost = out->surely = true;
        return true;
    }
    for (size_t i = 0; i < h->a.n && (h->all & (SENSE_PRICE | SENSE_COST)); i++) {
        size_t at = i + lexicon_phrase(&h->a, i, of);
        if (at == i || at >= h->a.n || h->used[at]) continue;
        for (size_t k = 0; k < ARRAY_LEN(services); k++) {
            n = lexicon_phrase(&h->a, at, services[k].noun);
            bool ends = at + n >= h->a.n || h->a.atom[at + n].broken || lexicon_phrase(&h->a, at + n, goes_on) > 0;
            if (n == 0 || !ends) continue;
            *out = (struct asked){ &services[k], at, n, true, true };
            return true;
        }
    }
    return false;
}

/* ---- the rule that speaks of it ---- */

/* "We engrave", "can be resized", "engraving": of a thing that is engraved nothing is told of the service. */
static bool text_tells(const struct atoms *t, const struct service *s)
{
    enum { NEAR = 3 };
    for (size_t i = 0; i < t->n; i++) {
        bool told = lexicon_phrase(t, i, s->told) > 0, done = lexicon_phrase(t, i, s->done) > 0;
        if (told && !done) return true;
        for (size_t back = 1; back <= NEAR && back <= i && done; back++)
            if (lexicon_phrase(t, i - back, "be|we|is|are|have|get") > 0) return true;
    }
    return false;
}

static bool tells_cost(struct local *m, const struct knowledge_text *t)
{
    struct heard text = local_text_of(m, str_of(t->text), TEXT_ATOMS);
    return (text.all & SENSE_COST) || text_names_facts(str_of(t->text)) ||
           lexicon_says(&text.a, "pound|pounds|dollar|dollars|euro|euros|cents|pence|quote|quoted|free|extra");
}

static bool in_atoms(const struct atoms *a, const struct atom *x)
{
    for (size_t i = 0; i < a->n; i++)
        if (atom_akin(&a->atom[i], x)) return true;
    return false;
}

static int score_of(struct local *m, const struct knowledge_text *t, const struct asked *asked)
{
    enum { TITLE = 40, TEXT = 10, OWN = 12, WORD = 5 };
    static const char back[] = "return|returns|returned|returning|refund|refunds|cannot be returned|sending back";
    struct heard title = { .a = atoms_of(m->arena, str_of(t->title), TITLE_ATOMS) },
                 text = { .a = atoms_of(m->arena, str_of(t->text), TEXT_ATOMS) }, h = m->h;
    size_t of = 0;
    h.used = ARENA_ARRAY(m->arena, bool, h.a.n + 1); /* the thing's name counts, the service's does not */
    for (size_t i = asked->at; i < asked->at + asked->n && i < h.a.n; i++) h.used[i] = true;
    bool in_title = lexicon_says(&title.a, asked->of->told), in_text = text_tells(&text.a, asked->of);
    size_t words = local_shared(&h, &title, &of) + local_shared(&h, &text, &of);
    if (t->product || t->kind == KNOWLEDGE_PROMOTION || lexicon_says(&title.a, back) || !(in_title || in_text))
        return 0;
    if (!in_title && words == 0 && !lexicon_says(&text.a, "we * you|we will|we can|we do|we|our workshop")) return 0;
    /* "the clasp is replaced" where a pump is asked for: so many things are */
    if (asked->of->oneself && words == 0 && of > 0) return 0;
    if (asked->cost && !tells_cost(m, t)) return 0;
    bool own = in_atoms(&title.a, &h.a.atom[asked->at]) || in_atoms(&text.a, &h.a.atom[asked->at]);
    return in_title * TITLE + in_text * TEXT + own * OWN + (int)words * WORD + local_in_language(m, t->text);
}

static bool rule_of(struct local *m, const struct asked *asked, bool *answered)
{
    const struct knowledge_text *best = NULL;
    struct knowledge_text *t = NULL;
    size_t n = 0;
    int most = 0;
    struct buf query;
    buf_fixed(&query, arena_alloc(m->arena, QUERY), QUERY);
    for (const char *p = asked->of->told; *p && query.n + 1 < QUERY; p++) buf_char(&query, *p == '|' ? ' ' : *p);
    if (!m->source->search_texts(m->source->ctx, (struct str){ query.p, query.n }, NULL, TEXTS, m->arena, &t, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(m->arena);
        int score = score_of(m, &t[i], asked);
        arena_release(m->arena, mark);
        if (score > most) most = score, best = &t[i];
    }
    if (!best) return true;
    *answered = local_say_text(m, best, str_of(best->text));
    m->why = arena_printf(m->arena, "rule:%s", best->id);
    return true;
}

/* A thing that is called so ("sharpening steel") is asked for, and no service. */
static bool is_called_so(struct local *m, const struct asked *asked)
{
    bool noun = lexicon_phrase(&m->h.a, asked->at, asked->of->noun) > 0 && m->found.how != FOUND_NONE;
    for (size_t i = 0; i < m->found.n && noun; i++) {
        struct atoms title = atoms_of(m->arena, str_of(m->found.product[i]->title), TITLE_ATOMS);
        for (size_t k = 0; k < title.n; k++)
            if (atom_akin(&title.atom[k], &m->h.a.atom[asked->at])) return true;
    }
    return false;
}

/* Of what it costs to do, the price of the thing is no part. */
static void asks_no_price(struct local *m)
{
    for (size_t i = 0; i < m->h.a.n; i++)
        if (m->h.sense[i] & SENSE_PRICE) m->h.sense[i] = (m->h.sense[i] & ~(uint64_t)SENSE_PRICE) | SENSE_COST;
    m->h.all = (m->h.all & ~(uint64_t)SENSE_PRICE) | SENSE_COST;
}

/* A rule about the verb's subject, the names of the things left aside; or one that tells of the verb and of money. */
static bool rule_of_verb(struct local *m, size_t verb, uint64_t subject, bool *answered)
{
    static const char runs[] = "run|operate|power", running[] =
                                                        "running cost|running costs|to run|per hour|an hour|kwh|"
                                                        "electricity|costs about";
    bool *used = m->h.used, fine;
    const char *word = m->h.a.atom[verb].text;
    bool run = lexicon_phrase(&m->h.a, verb, runs) > 0;
    struct service of = { word, word, word, run ? running : word };
    struct asked asked = { &of, verb, 1, true, true };
    if (!subject) return rule_of(m, &asked, answered);
    for (size_t i = 0; i < m->found.n && m->found.how != FOUND_NONE; i++) (void)local_use_title(m, m->found.product[i]);
    fine = local_rule(m, answered);
    m->h.used = used;
    return fine;
}

/* "How much does it cost to ship a necklace", "to run the heater": a rule of that, and never the thing's price. */
static bool cost_of_verb(struct local *m, bool *answered)
{
    static const char buys[] = "buy|get|order|have|purchase|own|take|pay|add|upgrade|go|pick|grab|start|be|become|see|"
                               "know|include|feed|give|dose|drink|apply|eat|pour|put|cover|fill|make|do|bring|kit",
                      determiners[] = "a|an|the|my|our|your|it|this|that|these|those|them|one|two|some|both|all|up|out";
    size_t verb = verb_of_cost(&m->h);
    if (verb == m->h.a.n || !(m->h.all & (SENSE_PRICE | SENSE_COST))) return true;
    uint64_t subject = m->h.sense[verb] & SENSE_SUBJECTS & ~(uint64_t)SENSE_ABROAD;
    bool plainly = verb + 1 < m->h.a.n && lexicon_phrase(&m->h.a, verb + 1, determiners) > 0;
    if (lexicon_phrase(&m->h.a, verb, buys) > 0 || (!subject && !plainly)) return true;
    asks_no_price(m);
    if (!rule_of_verb(m, verb, subject, answered)) return false;
    if (!*answered) local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known");
    *answered = true;
    return true;
}

bool local_service(struct local *m, bool *of_shop, bool *answered)
{
    struct asked asked = { .of = NULL };
    *answered = *of_shop = false;
    if (m->language == LOCAL_ZH) return local_service_han(m, of_shop, answered);
    if (m->language != LOCAL_EN || (m->h.all & (SENSE_INJECT | SENSE_COMPARE | SENSE_HAGGLE))) return true;
    bool found = asks_cost(&m->h, &asked) || asks_shop(&m->h, &asked) || asks_to_rent(&m->h, &asked) ||
                 asks_to_have_done(&m->h, &asked) || asks_for_named(&m->h, &asked);
    if (!found || is_called_so(m, &asked)) return cost_of_verb(m, answered);
    asked.cost |= (m->h.all & SENSE_PRICE) != 0;
    if (!rule_of(m, &asked, answered)) return false;
    if (*answered) return true;
    *of_shop = true;
    if (asked.cost) asks_no_price(m);
    if (asked.surely) local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known"), *answered = true;
    return true;
}

bool local_service_else(struct local *m, bool *answered)
{
    *answered = false;
    bool one = m->found.how >= FOUND_TALKED_ABOUT && m->found.n == 1 && !(m->h.all & SENSE_COST);
    if (one && !local_detail(m, m->found.product[0], answered)) return false;
    if (!*answered) local_say(m, REPLY_DECLINE, SAY_UNKNOWN, "not known");
    *answered = true;
    return true;
}
