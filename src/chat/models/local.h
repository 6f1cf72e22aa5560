/* local.h: the parts of the local model. A turn becomes atoms (local_atoms.c), atoms get senses by word lists
 * (local_lexicon.c), products are fitted to what is left (local_products.c, local_options.c), and one of the answers is
 * made (local.c and the files it calls). Nothing here outlives the ask: all memory is its arena's. */
#ifndef CHATHUB_CHAT_MODELS_LOCAL_H
#define CHATHUB_CHAT_MODELS_LOCAL_H

#include "chat/models/model.h"

/* ---- atoms: a run of letters, a number, or one Han character ---- */

enum atom_kind { ATOM_LETTERS, ATOM_NUMBER, ATOM_HAN };
struct atom {
    const char *text; /* lower case, ended by NUL */
    uint8_t n;
    uint8_t kind;
    bool glued;  /* nothing stands between it and the one before */
    bool broken; /* a mark of punctuation stands before it */
    uint32_t from, to;
};
struct atoms {
    struct atom *atom;
    size_t n;
};
enum { LOCAL_TURN_ATOMS = 240, LOCAL_TEXT_ATOMS = 400, LOCAL_JOINED = 48 };

struct atoms atoms_of(struct arena *a, struct str text, size_t most);
bool atom_same(const struct atom *a, const char *text, size_t n); /* plurals are the same word */
bool atom_akin(const struct atom *a, const struct atom *b);       /* other forms of a verb too */
bool atom_like(const struct atom *a, const struct atom *b);       /* the same but for a slip of the keys */
/* How many atoms from `i` on, written together, make this text (itself written together); 0: none. */
size_t atoms_joined(const struct atoms *a, size_t i, const char *joined, size_t n);
/* Letters and digits of a text, in lower case, written together. */
size_t joined_of(struct str text, char *out, size_t size);

/* ---- senses of words ---- */

/* clang-format off */
#define LOCAL_SENSES(X)                                                                                                \
    X(STOP) X(SOFT) X(POINT) X(NOT) X(PRICE) X(STOCK) X(OPTIONS) X(COMPARE) X(HAVE) X(RECOMMEND) X(CHEAP) X(HAGGLE)    \
    X(GREET) X(THANKS) X(BYE) X(WHO) X(FINE) X(INJECT) X(ORDER) X(TRACK) X(ITEM) X(ANGRY) X(COST) X(TIME)              \
    X(WISH) X(TALK) X(HUMAN) X(NO_HUMAN) X(RETURN) X(EXCHANGE) X(SHIP) X(PAY) X(INVOICE) X(CHANGE) X(WARRANTY)         \
    X(INSTALL) X(GIFT) X(FAULT) X(CONTACT) X(STORE) X(HOURS) X(SIZE) X(DISCOUNT) X(ABROAD) X(WRAP) X(POINTS) X(CARE)   \
    X(DAMAGE) X(PRIVACY) X(USED_FOR) X(BULK) X(FIX) X(UNIT)
/* clang-format on */
#define LOCAL_SENSE_INDEX(name) SENSE_INDEX_##name,
enum { LOCAL_SENSES(LOCAL_SENSE_INDEX) SENSE_COUNT };
#define LOCAL_SENSE_BIT(name) SENSE_##name = UINT64_C(1) << SENSE_INDEX_##name,
enum { LOCAL_SENSES(LOCAL_SENSE_BIT) };
/* What a rule of the shop may be about. */
#define SENSE_SUBJECTS                                                                                                 \
    (SENSE_RETURN | SENSE_EXCHANGE | SENSE_SHIP | SENSE_PAY | SENSE_INVOICE | SENSE_CHANGE | SENSE_WARRANTY |          \
     SENSE_INSTALL | SENSE_GIFT | SENSE_FAULT | SENSE_CONTACT | SENSE_STORE | SENSE_HOURS | SENSE_SIZE |               \
     SENSE_DISCOUNT | SENSE_ABROAD | SENSE_WRAP | SENSE_POINTS | SENSE_CARE | SENSE_DAMAGE | SENSE_PRIVACY |           \
     SENSE_USED_FOR | SENSE_BULK)
/* What a paper of one product may be about. */
#define SENSE_PAPERS                                                                                                   \
    (SENSE_WARRANTY | SENSE_INSTALL | SENSE_GIFT | SENSE_FAULT | SENSE_SIZE | SENSE_CARE | SENSE_USED_FOR)

struct lexicon;
struct lexicon *lexicon_new(struct arena *a);
/* A few words of these subjects, for a search that shall find them by another word of the same subject. */
void lexicon_words(uint64_t senses, struct buf *out);
/* An option's value in the other language ("黑" for "black"); NULL: none. */
const char *lexicon_other(const char *value, size_t at);

struct heard {
    struct str text;
    struct atoms a;
    uint64_t *sense; /* of each atom; 0: a word that no list knows */
    uint64_t all;
    bool *used; /* atoms that are a number, an address or a matched name */
    bool *lone; /* Han characters that a list knows by themselves: they may as well be part of a word */
};
struct heard hear(struct arena *a, const struct lexicon *l, struct str text, size_t most);

/* ---- languages and texts ---- */

struct slot {
    const char *name, *value;
};
/* The text with its {slots} filled; a value is put in as it is, and never read for slots. */
void say_add(struct buf *b, const struct sayings *own, enum local_language l, enum say s, const struct slot *slots);
#define SAY(m, s, ...)                                                                                                 \
    say_add(&(m)->text, (m)->ask->sayings, (m)->language, (s),                                                         \
            (const struct slot[]){ __VA_ARGS__ __VA_OPT__(, ){ NULL, NULL } })
const char *say_money(struct arena *a, int64_t minor, enum currency c);
const char *say_status(enum local_language l, const char *status); /* NULL: no word for it */
const char *local_language_name(enum local_language l);
enum local_language local_language_of(const struct heard *h, enum local_language otherwise);
enum local_language local_language_named(const char *tag, enum local_language otherwise);

/* ---- the state that is made anew from the turns ---- */

enum { LOCAL_PRODUCTS = 12, LOCAL_MENTIONS = 12, LOCAL_TURNS = 8 };
struct mention {
    char joined[LOCAL_JOINED]; /* of the value */
    const char *value, *name;  /* name: of the option, when its name was said; NULL: of any */
    bool excluded;
    size_t at, n; /* where in the turn; n 0: said before */
};
struct fit {
    const struct knowledge_product *product;
    int32_t matched, loose, title, missed; /* weights */
    bool head, exact, near;
    size_t named; /* how many of its atoms stand for the name */
};
enum found_how { FOUND_NONE, FOUND_NEAR, FOUND_TALKED_ABOUT, FOUND_NAMED };
struct found {
    enum found_how how;
    const struct knowledge_product *product[LOCAL_PRODUCTS];
    size_t n;
    const char *variant; /* named by its number */
    struct mention mention[LOCAL_MENTIONS];
    size_t mentions;
    bool left_over; /* words that neither the products nor any list knows */
};
struct local {
    const struct model_ask *ask;
    const struct knowledge_source *source;
    struct arena *arena;
    struct lexicon *lexicon;
    enum local_language language;
    struct heard h; /* the turn that is read now */
    struct found found;
    /* kept from turn to turn */
    const struct knowledge_product *focus[LOCAL_PRODUCTS];
    size_t focuses;
    struct mention kept[LOCAL_MENTIONS];
    size_t kepts;
    uint64_t wanted; /* what was asked of the product last */
    const char *order_number, *email;
    bool order_pending; /* an order was what the last turn was about */
    bool order_talk;    /* and no product since */
    bool new_number, new_email;
    bool numbered[LOCAL_TURN_ATOMS]; /* atoms of this turn that were found as the number of an item */
    /* the reply under way */
    struct buf text;
    struct model_cited cited[MODEL_CITED];
    size_t cites;
    const struct knowledge_product *product_cited[MODEL_CITED];
    const char *text_cited[MODEL_CITED];
    size_t products_cited, texts_cited;
    enum model_action action;
    bool order_missed; /* of struct model_reply */
    const char *why;
};

/* Each gives false when the storage failed. */
MUST_USE bool local_find(struct local *m);
MUST_USE bool local_number(struct local *m);
MUST_USE bool local_order(struct local *m);
MUST_USE bool local_order_goes_on(struct local *m, bool *goes_on);
MUST_USE bool local_rule(struct local *m, bool *answered);
MUST_USE bool local_paper(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered);
MUST_USE bool local_detail(struct local *m, const struct knowledge_product *p, bool *answered);
MUST_USE bool local_code(struct local *m, bool *answered);
MUST_USE bool local_promotions(struct local *m, bool *answered);
MUST_USE bool local_compare(struct local *m, bool *answered);
void local_product_answer(struct local *m);
void local_say(struct local *m, enum model_action action, enum say s, const char *why);

bool local_is_wish(const struct heard *h);
bool local_is_small_talk(const struct heard *h, enum say *out);

void local_cite_product(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *v);
void local_cite_text(struct local *m, const struct knowledge_text *t);
const char *local_title(struct local *m, const struct knowledge_product *p);

/* Options. */
void options_heard(struct local *m, const struct knowledge_product *p, struct found *f);
bool options_fit(const struct knowledge_variant *v, const struct mention *mention, size_t n);
/* Names of the options that the turn asks for: a bit each of `names`. */
size_t options_names(struct arena *a, const struct knowledge_product *p, const char **out, size_t max);
bool options_named(const struct heard *h, const char *name);
size_t options_name_at(const struct heard *h, size_t i, const char *name); /* how many atoms from i on say it */

/* Sentences of a merchant's text that may be said on: none that gives orders, names another site or speaks of money. */
bool text_is_quotable(const struct local *m, struct str sentence, bool with_money);
/* Every amount of money and every address in the text stands in what is cited, or was said by the shopper. */
bool local_guard(const struct local *m, struct str text);
bool text_names_facts(struct str text); /* an amount of money, or an address of the web */
struct str local_sentence(struct str text, size_t *at);

#endif
