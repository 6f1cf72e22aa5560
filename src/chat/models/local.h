/* local.h: the parts of the local model. A turn becomes atoms (local_atoms.c), atoms get senses by word lists
 * (local_lexicon.c), products are fitted to what is left (local_products.c, local_options.c), and one of the answers is
 * made (local.c and the files it calls). Nothing of a shop outlives the ask: all memory is its arena's. */
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
/* Where in `t`, not before `from`, the n atoms of `a` from `at` on stand, to the letter; its atoms: nowhere. */
size_t atoms_where(const struct atoms *t, size_t from, const struct atoms *a, size_t at, size_t n);
bool atom_akin(const struct atom *a, const struct atom *b); /* other forms of a verb too */
bool atom_like(const struct atom *a, const struct atom *b); /* the same but for a slip of the keys */
/* How many atoms from `i` on, written together, make this text (itself written together); 0: none. */
size_t atoms_joined(const struct atoms *a, size_t i, const char *joined, size_t n);
/* How many atoms from `i` on are this amount of a unit: "9 L" is 9 litres, 1/2" is half an inch. 0: another one, or the
 * value is no amount. */
size_t amount_said(const struct atoms *a, size_t i, const struct atoms *value);
/* Whether the atoms i and k are names of one unit ("W", "watts"). */
bool units_same(const struct atoms *a, size_t i, const struct atoms *b, size_t k);
/* A number with up to three decimals, or a fraction, in thousandths; 0: none, or a larger one than any shop has. */
int64_t atom_thousandths(const struct atom *x);
/* Letters and digits of a text, in lower case, written together. */
size_t joined_of(struct str text, char *out, size_t size);
/* The simplified one of a character of traditional Chinese (three bytes of UTF-8), not ended; `han` itself when it has
 * none. */
const char *local_han_plain(const char *han);
/* Of one sound: a slip of who types by it ("空汽炸锅"). `noun`: it is what the thing is called, and then of those only
 * that names of goods are made of. */
bool local_han_alike(const char *a, const char *b, bool noun);
/* Of one sound, where what was said is no thing by itself: 壶岭 is meant for 壶铃. `rare_too`: a sign that is seldom
 * written may be said. */
bool local_han_same_sound(const char *said, const char *meant, bool rare_too);
/* Of nearly one sound, of which a tongue or a finger makes the other (dou and tou, ji and qi): that is a slip only
 * where the rest of a long name is the same. */
bool local_han_near(const char *a, const char *b);
/* The text, and behind it the same in simplified characters if that is another: for a search that knows both as they
 * are written. */
struct str local_han_both(struct arena *a, struct str text);

/* ---- senses of words ---- */

/* clang-format off */
#define LOCAL_SENSES(X)                                                                                                \
    X(STOP) X(SOFT) X(POINT) X(NOT) X(PRICE) X(STOCK) X(OPTIONS) X(COMPARE) X(HAVE) X(RECOMMEND) X(CHEAP) X(HAGGLE)    \
    X(GREET) X(THANKS) X(BYE) X(WHO) X(FINE) X(INJECT) X(ORDER) X(TRACK) X(ITEM) X(ANGRY) X(COST) X(TIME)              \
    X(WISH) X(TALK) X(HUMAN) X(NO_HUMAN) X(RETURN) X(EXCHANGE) X(SHIP) X(PAY) X(INVOICE) X(CHANGE) X(WARRANTY)         \
    X(INSTALL) X(GIFT) X(FAULT) X(CONTACT) X(STORE) X(HOURS) X(SIZE) X(DISCOUNT) X(ABROAD) X(WRAP) X(POINTS) X(CARE)   \
    X(DAMAGE) X(PRIVACY) X(USED_FOR) X(BULK) X(FIX) X(UNIT) X(OFFER) X(DEAR) X(PROTECT) X(OLD) X(GENUINE)
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
     SENSE_USED_FOR | SENSE_BULK | SENSE_PROTECT | SENSE_OLD | SENSE_GENUINE)
/* What a paper of one product may be about. */
#define SENSE_PAPERS                                                                                                   \
    (SENSE_WARRANTY | SENSE_INSTALL | SENSE_GIFT | SENSE_FAULT | SENSE_SIZE | SENSE_CARE | SENSE_USED_FOR)

struct lexicon;
struct lexicon *lexicon_new(struct arena *a);
/* A few words of these subjects, for a search that shall find them by another word of the same subject. */
void lexicon_words(uint64_t senses, struct buf *out);
/* An option's value in the other language ("黑" for "black"); NULL: none. */
const char *lexicon_other(const char *value, size_t at);

/* Where a phrase of the list ("a|b c") stands in the text from atom i on: how many atoms; 0: nowhere there. */
size_t lexicon_phrase(const struct atoms *a, size_t i, const char *list);
bool lexicon_says(const struct atoms *a, const char *list); /* one of them, anywhere */

struct heard {
    struct str text;
    struct atoms a;
    uint64_t *sense; /* of each atom; 0: a word that no list knows */
    uint64_t all;
    bool *used;     /* atoms that are a number, an address or a matched name */
    bool *lone;     /* Han characters that a list knows by themselves: they may as well be part of a word */
    bool *asks;     /* words that ask for a quality of a thing ("防水"); NULL: not looked up */
    size_t *state;  /* of each atom: how many from there on are words of lexicon_states; NULL: not looked up */
    uint16_t *same; /* of each atom: one more than the row of lexicon_same that begins there; NULL: not looked up */
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
    bool of_kind;  /* what was named only tells of what kind it is: "desk" of a desk lamp */
    bool edition;  /* "X7" of an X7 Pro: what makes another model of it was not said */
    bool modifies; /* what was named only says what it is for: "phone" of a case */
    bool vague;    /* that, or the thing itself */
    bool early;    /* it stands among the first words of the title */
    bool more;     /* its name goes on behind what was named: "Pro" */
    bool amount;   /* nothing but an amount was named, and a noun beside it is not */
    size_t named;  /* how many of its atoms stand for the name */
    size_t known;  /* of those, how many a list knows ("礼盒") */
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
    bool purpose;   /* found by what it is to do, and not by a name */
    bool edition;   /* what was said of it only another edition has */
    /* all that have the number of a model that was said: the thing, and what is sold for it */
    const struct knowledge_product *model[LOCAL_PRODUCTS];
    size_t models;
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
    uint64_t wanted;       /* what was asked of the product last */
    const char *rule_turn; /* the turn that asked for a rule, where nothing else was named since; NULL: none */
    const char
        *open_turn; /* the turn that asked for papers, or of a code, of a product that it did not name; or NULL */
    const char *order_number, *email;
    const char *order_marked; /* with the word of capitals before it: "BRM 100601" */
    bool order_pending;       /* an order was what the last turn was about */
    bool order_talk;          /* and no product since */
    bool new_number, new_email;
    int64_t most;                              /* it may cost no more, in minor units; 0: nothing was said of that */
    bool without_money;                        /* quotations that name amounts are left out */
    bool numbered[LOCAL_TURN_ATOMS];           /* atoms of this turn that were found as the number of an item */
    unsigned ways;                             /* other ways of saying turns that were tried */
    const struct knowledge_product *candidate; /* what the search gave, while the product is looked for */
    size_t candidates;
    /* the reply under way */
    struct buf text;
    struct model_cited cited[MODEL_CITED];
    size_t cites;
    const struct knowledge_product *product_cited[MODEL_CITED];
    const char *text_cited[MODEL_CITED];
    size_t products_cited, texts_cited;
    enum model_action action;
    bool order_missed;      /* of struct model_reply */
    const char *order_told; /* the same: `order` */
    const char *why;
};

/* How well the product fits the turn; `options`: what was said of its options; `named`, or NULL: the atoms that name
 * it. */
struct fit local_fit_named(struct local *m, const struct knowledge_product *p, struct found *options, bool *named);
/* Of what fits, what is named by a word that tells of others of the shop only what they are for. */
void local_fit_vague_too(struct fit *fit, size_t n);
/* The e-mail address and the number of an order that the turn names. */
void local_read_email(struct local *m);
void local_read_order_number(struct local *m);
/* Goods were named by a number beside words of an order: whether those are of goods ("here yet"), or the number is none
 * of goods. */
void local_of_goods(struct local *m);
/* A number that stands alone, or beside a wish to return or to have it sent, means an order. */
void local_read_bare_number(struct local *m);
/* Words to ask a search for texts by: of the turn, and other words for its subjects. */
struct str local_query_of(struct local *m, uint64_t subjects, bool turn);
/* Words of the turn that the text has too: Han by twos, others whole. `of`: how many there are to be found. */
size_t local_shared(const struct heard *h, const struct heard *t, size_t *of);
bool local_in_language(const struct local *m, const char *text);
/* A text of the shop: one about repairs is one about the warranty. */
struct heard local_text_of(struct local *m, struct str text, size_t most);
/* Quotes a part of the text and cites it; false: nothing of it may be said on. */
bool local_say_text(struct local *m, const struct knowledge_text *t, struct str part);

/* Whether it is asked what it costs, or whether it is had: 有 alone ("有异响") asks nothing. */
bool local_asks_sold(const struct heard *h);
bool local_asks_had(const struct heard *h); /* "…有吗", last in the turn */
bool local_asks_sum(const struct heard *h); /* "…多少", last in the turn */
/* The word at i means this; of what it meant before, the turn keeps what others of its words say. */
void local_hear_anew(struct heard *h, size_t i, uint64_t sense);
/* Ways of saying that no list of words holds: "到江苏几天" asks how long the way is, 装 of "10斤装的" is no assembly.
 */
void local_idioms(struct heard *h);
/* The same of English: "take it back", "what would a bag be". */
void local_english(struct heard *h);
/* "Any deal if I buy a few": what is offered to who buys several, and no price of the asker's own. */
bool local_deals_for_several(const struct heard *h);
/* "We busk", "I am a big lad": a clause that tells of the asker alone, and asks nothing of the thing. */
void local_oneself_aside(const struct heard *h, bool *used);
/* "What size guitar for a nine year old": the text that tells of its values by age, weight or length. */
bool local_size_table(struct local *m, bool *answered);
/* The promotion that names the product, though it is tied to none. */
bool local_offer_naming(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered);
/* And as it is spoken: "what the desk runs", "anything but black". */
void local_casual(struct heard *h);
/* "Half a", "one and a half": the number of English words at i, in thousandths; how many atoms, 0: none. */
size_t local_number_words(const struct atoms *a, size_t i, int64_t *out);
/* "72 pencils" of what comes in 72 colours: the one value that counts so many of something, where the number at i
 * stands before what the title calls the goods; how many atoms, 0: none. `parts`: of the values. */
size_t local_goods_counted(const struct heard *h, size_t i, const struct atoms *title, const struct atoms *parts,
                           size_t n, size_t *which);
/* "3/8 drive": the one value that begins with the fraction at i; how many atoms, 0: none. */
size_t local_fraction_bare(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which);
/* Words that only count, point or tell for whom a thing is: "那盘眼影", "拿双靴子", "给家里老人的". */
void local_spoken(struct heard *h);
/* Of two rules, the one of the money that comes back ("退的货你们收到了，钱几天到"), or of what it did to the skin. */
int local_score_of_case(const struct heard *h, const struct atoms *title);
/* Which of the rules that lie near each other are asked for, a bit each: of 退货 and 退款, "几天内能退" asks for the
 * first; and how much more, or less, this rule is meant then. LOCAL_NOT_MEANT: it is another, and tells nothing of it;
 * from LOCAL_MEANT on it need have no other word of the turn. */
enum { LOCAL_NOT_MEANT = -1000, LOCAL_MEANT = 28 };
uint32_t local_near_rules_asked(const struct heard *h);
int local_score_of_near_rule(struct local *m, uint32_t asked, const struct knowledge_text *t);
bool local_said_in_amounts(const struct heard *h); /* "30ml多少钱": nothing else is named */
/* "填的是鸭绒还是鹅绒": which of two; how long what is opened keeps, by the rules of the shop. */
bool local_asks_either(const struct heard *h);
struct local_sides { /* where the two stand, how long each is; n 0: there are none */
    size_t at[2], n;
};
struct local_sides local_either_at(const struct atoms *a);
MUST_USE bool local_told_otherwise(struct local *m, const struct knowledge_product *p, bool *answered);
/* "怀孕了能用吗": told is what the shop wrote of it, or nothing. */
MUST_USE bool local_with_child(struct local *m, bool *answered);
/* "买两双有折扣吗" asks what the shop offers for several, and haggles over nothing. */
bool local_asks_for_several(const struct heard *h);
MUST_USE bool local_offered_for_several(struct local *m, const struct knowledge_product *p, bool *answered);
/* "买羽绒服送东西吗": the promotion that gives something with it. */
MUST_USE bool local_given_with(struct local *m, const struct knowledge_product *p, bool *answered);
/* How many atoms from i on are only said with the value before them: 味 of "柑橘味", 款 of "黑款"; 0: none. */
size_t local_said_with(const struct heard *h, size_t i, const char *joined);
void local_customs(struct heard *h);       /* the same, of Chinese alone */
void local_hear_contents(struct heard *h); /* "礼盒里面都有啥" */
bool local_contents(struct local *m,
                    const struct knowledge_product *p); /* what the description lists; false: nothing */
void local_no_discount(struct heard *h);                /* 减肥 */
bool local_asks_for_body(const struct heard *h);        /* "身高128拿哪款" */
void local_ways(struct heard *h); /* Chinese ones: "最低多少起" asks where the prices begin, and haggles over nothing */
/* What somebody tells of himself before the wish: "我个子高，要加长的". */
bool *local_of_oneself(struct arena *a, const struct heard *h);

/* Looks up which words of the turn have other names; how many atoms from i on are a word for which `t` has one. */
/* The text with what is typed in a hurry written out: "hw mch r u". */
const char *local_typed(struct arena *a, const char *text);
void local_same(struct arena *a, struct heard *h);
/* Of each atom: how many from there on tell of a state that a thing is in ("化冻了"). */
size_t *local_states(struct arena *a, const struct heard *h);
/* All names of what the turn names, for a search. */
void local_same_words(const struct heard *h, struct buf *out, size_t most);
size_t local_same_told(const struct heard *h, size_t i, const struct atoms *t);
/* Reads a turn: m->h, m->found and what it says of an order. local_keep(): what of it the next ones may lean on. */
MUST_USE bool local_read_turn(struct local *m, const char *text);
void local_keep(struct local *m);
void local_go_on(struct local *m); /* "And in black?" goes on with what was said of the other options */
bool local_about_order(const struct local *m);
/* The turn with one of its words said by another for the same thing, the at-th of all these ways; NULL: no more. */
const char *local_said_otherwise(struct local *m, size_t at);

/* A place in China that the turn names lies where the text says; how many atoms from i on name one. */
bool local_place_told(const struct atoms *said, const struct atoms *told);
size_t local_place_at(const struct atoms *a, size_t i);

/* Each gives false when the storage failed. */
MUST_USE bool local_find(struct local *m);
MUST_USE bool local_number(struct local *m);
MUST_USE bool local_order(struct local *m);
MUST_USE bool local_order_goes_on(struct local *m, bool *goes_on);
MUST_USE bool local_rule(struct local *m, bool *answered);
/* A question of the shop that has the words of the turn, the product's name among them. */
MUST_USE bool local_rule_called(struct local *m, bool *answered);
/* "X1加长铜管一米多少钱": the price of what goes with it, where a paper of it names one. */
MUST_USE bool local_price_beside(struct local *m, const struct knowledge_product *p, bool *answered);
/* A rule that speaks of what is asked beside the product's name. */
MUST_USE bool local_rule_of(struct local *m, const struct knowledge_product *p, bool *answered);
/* "What is this?", "How much does it cost?" of nothing that was named: what the shop has written of itself. */
MUST_USE bool local_of_shop(struct local *m, bool *answered);
MUST_USE bool local_paper(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool *answered);
MUST_USE bool local_detail(struct local *m, const struct knowledge_product *p, bool *answered);
/* "白茶能煮吗": whether it can, by what is told of the verb. */
MUST_USE bool local_can_it(struct local *m, const struct knowledge_product *p, bool *answered);
/* "20斤的狗用几号": what is told of several values of an option. */
MUST_USE bool local_which(struct local *m, const struct knowledge_product *p, bool *answered);
/* "滴了能洗澡吗": the one sentence of its papers that speaks of doing that. */
MUST_USE bool local_may_it(struct local *m, const struct knowledge_product *p, bool *answered);
/* Words that named the product are not asked for again; gives what was used before, to be put back. */
bool *local_use_title(struct local *m, const struct knowledge_product *p);
enum { LOCAL_KINS = 96 };
struct local_asked { /* what the turn asks of the thing, in words of lexicon_kin; the rest of its words */
    bool kin[LOCAL_KINS], any;
    struct heard rest;
};
struct local_asked local_asked(struct local *m);
/* "几克", "煮几分钟", "how many seeds": what is counted, and where its words stand in the turn. */
struct local_count {
    size_t at, n; /* n 0: nothing is counted */
    bool time;    /* "保温多久": any unit of time will do */
};
struct local_count local_counted(const struct heard *h);
/* "Litres a day": both say by what the unit is counted. */
bool local_counted_by(const struct heard *h, const struct local_count *c, const struct heard *t);
bool *local_words_that_ask(struct local *m);       /* of a quality, and what was used before */
bool local_asks_a_question(const struct heard *h); /* and does not only name a thing */
/* What is told by the sizes or numbers that it comes in. */
bool local_asks_sizes(struct local *m, const struct knowledge_product *p, uint64_t subjects, bool of_thing);
bool local_asks_length(struct local *m);      /* "what is the cord length", of what has no sizes */
bool local_names_only(const struct heard *h); /* "nano cube 5 gallon?" */
/* "Does the house come with dolls": the sentence that says whether they are included. */
bool local_included(struct local *m, const struct knowledge_product *p);
/* "What comes inside the tea box": the sentence that tells what is in it. */
bool local_contents_told(struct local *m, const struct knowledge_product *p);
bool local_asks_contents(const struct heard *h); /* what there is in a box, a set */
bool local_asks_choices(struct local *m, const struct knowledge_product *p);
bool local_asks_measure(const struct heard *h); /* how heavy it is, or of what length; not which size to take */
bool local_asks_size(const struct heard *h);    /* how long, how large */
bool local_asks_whether(const struct heard *h); /* a yes or a no */
bool local_asks_how(const struct heard *h);     /* how something is done */
bool local_asks_of_thing(struct local *m);      /* a quality that things have: its weight, its noise */
MUST_USE bool local_code(struct local *m, bool *answered);
/* The turn, when it asks what only the papers of a product tell, and names none; else NULL. local_open_goes_on(): it
 * with the product that `text` names alone ("屏上是E2" / "壁挂炉 K3"), else `text`. */
const char *local_open_asked(struct local *m);
MUST_USE bool local_open_goes_on(struct local *m, const char **text);
/* A fee that no text of the shop tells of: "人工费多少". */
MUST_USE bool local_fee_unknown(struct local *m, bool *answered);
/* "装一个收多少": what the shop takes for it stands in a rule, where the paper of the thing has no sum. */
MUST_USE bool local_fee(struct local *m, bool *answered);
/* What is seen of a fault, in the product's own papers. */
MUST_USE bool local_symptom(struct local *m, bool *answered);
/* "My feeder is acting up": the paper of its faults. Whether a paper is one of those; whether the turn says anything of
 * that kind. */
MUST_USE bool local_acts_up(struct local *m, bool *answered);
bool local_of_faults(struct local *m, const struct knowledge_text *t);
bool local_says_fault(const struct heard *h);
/* Words of a name ask for no paper: of a self-cleaning box nobody asks how it is cleaned. */
void local_name_asks_nothing(struct local *m);
/* "It leaks", of nothing that was named: the rule of what is faulty. */
MUST_USE bool local_trouble(struct local *m, bool *answered);
/* "Is there a number I can ring": the rule that names one, or a person. */
MUST_USE bool local_call(struct local *m, bool *answered);
/* What the shop is asked to do, by the verb of it: "can you sharpen my knife". */
size_t local_verb_of_service(const struct heard *h); /* where it stands; how many atoms there are: nowhere */
/* "Can it be made a size bigger": what the shop does to a thing that is had. */
MUST_USE bool local_altered(struct local *m, bool *answered);
MUST_USE bool local_serves(struct local *m, bool *answered);
/* "Do you restring necklaces", "how much to engrave a locket": the rule that tells of that, or that it is not known.
 * `of_shop`: it is asked of the shop, and may yet be told of the thing ("do you wash the beans"): then nothing else is
 * told of it than local_service_else() does. */
MUST_USE bool local_service(struct local *m, bool *of_shop, bool *answered);
MUST_USE bool local_service_han(struct local *m, bool *of_shop, bool *answered);
MUST_USE bool local_service_else(struct local *m, bool *answered);
/* "How long does that take?" goes on with the rule that was asked for. local_rule_asked(): whether this turn asks for
 * one, or names nothing that is not of it. */
MUST_USE bool local_rule_goes_on(struct local *m, bool *answered);
const char *local_rule_asked(struct local *m);
/* A paper of any product, or a rule, that has all the words of the turn, the names among them. */
MUST_USE bool local_told_elsewhere(struct local *m, bool *answered);
/* What the papers of the thing say of a part of it, where that was named that is sold as such a part. */
MUST_USE bool local_of_model(struct local *m, uint64_t subjects, bool *answered);
/* What the shop offers with this product. */
MUST_USE bool local_promotion_of(struct local *m, const struct knowledge_product *p, bool *answered);
MUST_USE bool local_promotions(struct local *m, bool *answered);
MUST_USE bool local_haggle(struct local *m);
MUST_USE bool local_compare(struct local *m, bool *answered);
size_t local_word_end(const struct heard *h, size_t i); /* where what is written together from i on ends */
void local_product_answer(struct local *m);
/* The first sentences of what the shop says of it, as far as they may be said on. */
void local_about(struct local *m, const struct knowledge_product *p);
/* "In 22ct gold" of what comes in 9ct and 18ct: the turn asks for a value that the thing has not. */
bool local_behind(struct local *m, const struct knowledge_product *p);
/* "Under £30", "my budget is 200": kept in `most`, and taken out of the turn. */
void local_budget(struct local *m);
/* How many atoms from i on are the name that the title has in brackets; 0: none. */
size_t local_name_at(struct arena *a, const struct heard *h, size_t i, const char *title);
/* Work, an agency, a franchise: what is asked of the shop as a business is told by a rule that speaks of it, or not. */
MUST_USE bool local_business(struct local *m, bool *answered);
/* The questions of a turn, at most LOCAL_PARTS; 0: it is one, or more than these. `pauses`: they may end at a comma,
 * too.
 */
enum { LOCAL_PARTS = 8 };
size_t local_parts(struct local *m, const char *text, bool pauses, const char **out);
size_t local_parts_at_pauses(struct local *m, const char *text, const char **out);
bool local_asks_something(struct local *m, const char *text);
void local_say(struct local *m, enum model_action action, enum say s, const char *why);

/* "Discuss this with one of your staff"; "sharpened by a real person": a person who is wished for, and none. */
bool local_wishes_for_one(const struct heard *h);
/* How many atoms from i on are somebody by his trade, or a room of the shop where somebody is ("the optician", "your
 * workshop"); 0: none. Wishes that name such; and what is asked of the staff without a wish. */
size_t local_trade_at(const struct atoms *a, size_t i);
bool local_wishes_for_trade(const struct atoms *a);
bool local_wishes_in_han(const struct heard *h);
bool local_asks_of_staff(const struct heard *h);
bool local_person_makes(const struct heard *h);
/* "Will it rain on Saturday": of the world, and this rule does not speak of it. */
bool local_of_world(const struct heard *h, const struct heard *title, const struct heard *text);
/* "Is there a discount for nurses": the rule, or the offer (`title` NULL), does not name whom it is asked for. */
bool local_of_other_group(const struct heard *h, const struct atoms *title, const struct atoms *text);
/* Of two rules, the one that speaks of the feast, or of the day of the week, by which it must be there. */
int local_score_of_time(const struct heard *h, const struct heard *title, const struct heard *text);
/* Of rules about one subject, the one about the matter of it that is asked for: "Refunds" beside "Returns". And what of
 * such a turn is heard before: "the money is back in my account". English alone. */
int local_score_of_matter(const struct heard *h, const struct heard *title, const struct heard *text);
void local_matters(struct heard *h);
void local_matter_words(const struct heard *h, struct buf *out, size_t most); /* by which such a rule is called */
/* It is about another one, and does not speak of that: "Changing an order", of who would cancel it. */
bool local_of_other_matter(const struct heard *h, const struct heard *title, const struct heard *text);
/* And the one that names the carrier. */
int local_score_of_carrier(const struct heard *h, const struct heard *text);
/* What a text is about by more than single words; what of a rule's title the turn does not ask for. */
uint64_t local_told_besides(const struct atoms *a);
uint64_t local_not_asked(const struct heard *h, const struct heard *title);
bool local_said(const struct heard *h, const char *word);
bool local_is_wish(const struct heard *h);
bool local_is_small_talk(const struct heard *h, enum say *out);

void local_cite_product(struct local *m, const struct knowledge_product *p, const struct knowledge_variant *v);
void local_cite_text(struct local *m, const struct knowledge_text *t);
const char *local_title(struct local *m, const struct knowledge_product *p);
/* That it does not come so, and in what it does. */
void local_no_variant(struct local *m, const struct knowledge_product *p);
/* "镜子能单买吗": a part of what was found, by itself. */
MUST_USE bool local_sold_alone(struct local *m, bool *answered);
/* "我家狗8斤": the value whose range of weights holds that. False: the values are no such ranges, or no weight is told.
 */
bool local_for_body(struct local *m, const struct knowledge_product *p);
/* "绿茶味10公斤": found by nothing but its values, among the n products. */
void local_by_values(struct local *m, const struct knowledge_product *p, size_t n);
/* "16GB+512GB" of a model: of one that is called more (Pro) it is not said; and whether the product lacks it. */
void local_pairs_of_less(const struct local *m, struct fit *fit, size_t n);
bool local_lacks_pair(struct local *m, const struct knowledge_product *p);
/* Answers who asks for what the products do not have: another amount, another colour, a part. False: nobody does. */
bool local_unmet(struct local *m);

/* Options. */
bool options_measure(const struct knowledge_product *p); /* one of them is a size or an amount */
void options_heard(struct local *m, const struct knowledge_product *p, struct found *f);
/* What an amount is, in its smallest unit. */
struct quantity {
    int64_t amount; /* thousandths of a milligram, of a millilitre, of a micrometre, of a watt, of a mAh, of a GB */
    char of;        /* 'w'eight, 'v'olume, 'l'ength, 'p'ower, 'e'lectric charge, 'b'ytes; others: pieces of a kind */
};
/* How many atoms from i on are an amount with its unit; 0: they are none. */
size_t quantity_at(const struct atoms *a, size_t i, struct quantity *out);
/* What a text says of an amount: nothing of its kind, another one, this one. */
enum amount_told { AMOUNT_NOT, AMOUNT_OTHER, AMOUNT_SAME };
enum amount_told local_amount_told(const struct atoms *t, const struct quantity *said);
/* How many atoms from i on are an amount that the text has too, in whatever unit; 0: none. */
size_t amount_in(const struct atoms *a, size_t i, const struct atoms *text);
/* The amounts that each of the values names. */
struct value_amounts;
const struct value_amounts *options_amounts(struct arena *a, const struct mention *values, size_t n);
/* How many atoms from i on mean one of the values by other words than its own; 0: none. `amounts`: of the values. */
size_t options_meant(struct local *m, const struct knowledge_product *p, size_t i, const struct mention *values,
                     const struct value_amounts *amounts, size_t n, size_t *which);
/* "The 30 ml or the 50 ml?": no variant has both, and some have each. Those, by what was said of all of them; how many.
 * options_choice(): two values of one option were said, and who says both asks for either. */
size_t options_alternatives(const struct knowledge_product *p, const struct mention *mention, size_t mentions,
                            const struct knowledge_variant **out);
bool options_choice(const struct knowledge_product *p, const struct mention *mention, size_t mentions);
/* "JJ的" is JJ级大果: letters that one value alone begins with; how many atoms. */
size_t options_grade(struct local *m, size_t i, const struct mention *values, size_t n, size_t *which);
/* "几U的": what the values of this option are so many of. */
/* What a value is also called: looked up once, not for each word of the turn. */
enum { OPTION_OTHERS = 8 };
struct option_others {
    const char *text[OPTION_OTHERS];
    size_t n;
};
struct option_others options_others(struct arena *a, const struct mention *values, size_t n, size_t which);
/* 单个, 单包: the one value that is a single piece. */
size_t options_single(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which);
/* The title lists this value beside others of its option ("绿茶/原味/奶香"): who says it chooses. */
bool options_in_title(const struct knowledge_product *p, const char *value);
uint64_t options_counted(struct local *m, const struct knowledge_product *p); /* SENSE_OPTIONS: it is asked for */
/* "3 deep", "5 pack": how many atoms from i on mean one of the values by the words around a number; 0: none. */
size_t options_side_at(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which);
size_t options_pack_at(struct local *m, size_t i, const struct mention *values, size_t n, size_t *which);
size_t options_unit_at(const struct heard *h, size_t i, const struct mention *values, size_t n, size_t *which);
/* "Delux" of what comes as deluxe: how many atoms, with a slip of the keys; 0: none. */
size_t options_slip_at(struct local *m, size_t i, const char *title, const struct mention *values, size_t n,
                       size_t *which);
bool options_fit(const struct knowledge_variant *v, const struct mention *mention, size_t n);
/* Names of the options that the turn asks for: a bit each of `names`. */
size_t options_names(struct arena *a, const struct knowledge_product *p, const char **out, size_t max);
bool options_available(struct arena *a, const struct heard *h,
                       const struct knowledge_product *p); /* "available sizes" */
bool options_named(const struct heard *h, const char *name);
bool options_asked(struct arena *a, const struct heard *h, const struct knowledge_product *p, const char *name);
/* "512的" is 12GB+512GB: how many of the values have this number, not as their first. */
size_t options_number_within(const struct mention *values, size_t n, const char *number, size_t *which);
/* Where the second of two numbers stands that are written together: "70×100"; 0: nowhere. */
size_t options_second_number(const struct atoms *a, size_t i);
/* The n atoms from i on are of a value that says that they are not there: it is meant by who wants it without. */
void options_without(const struct heard *h, size_t i, size_t n, const char *joined, bool *excluded);
/* "都来一瓶": the one value that has some of each; how many atoms, 0: none. */
size_t options_each_at(const struct atoms *a, size_t i, const struct mention *values, size_t n, size_t *which);
size_t options_name_at(const struct heard *h, size_t i, const char *name); /* how many atoms from i on say it */

/* Sentences of a merchant's text that may be said on: none that gives orders, names another site or speaks of money. */
bool text_is_quotable(const struct local *m, struct str sentence, bool with_money);
/* Every amount of money and every address in the text stands in what is cited, or was said by the shopper. */
bool local_guard(const struct local *m, struct str text);
bool text_names_facts(struct str text); /* an amount of money, or an address of the web */
struct str local_sentence(struct str text, size_t *at);

#endif
