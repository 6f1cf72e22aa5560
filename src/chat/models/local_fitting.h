/* local_fitting.h: a product that is held against a turn, for the files that do it: local_fit.c, local_slips.c and
 * local_excuse.c. */
#ifndef CHATHUB_CHAT_MODELS_LOCAL_FITTING_H
#define CHATHUB_CHAT_MODELS_LOCAL_FITTING_H

#include "chat/models/local.h"

enum { TITLE_ATOMS = 90 };

struct fitting {
    const struct heard *h;
    struct atoms title;
    bool named[LOCAL_TURN_ATOMS], missed[LOCAL_TURN_ATOMS], in_title[TITLE_ATOMS];
    bool behind[LOCAL_TURN_ATOMS]; /* a measure that stands behind its number in the title too */
    bool other;                    /* what was named is the beginning of the name of another thing */
    bool names;                    /* a word that is more than a number of a rule */
    bool called;                   /* by the shop's own name for it, in brackets */
    bool proper, is_for;           /* what it is was named; what it is for was */
    bool plain;                    /* and stands where the thing itself is named for sure */
    bool device;                   /* a model that it is made for was */
    size_t edge;                   /* where such a name ends in the turn, and another word begins */
    struct fit fit;
};

/* The atoms i to end written together; how many bytes. */
size_t local_fit_join(const struct atoms *a, size_t i, size_t end, char *out);

/* Where the title has what stands at i but for a slip, and how many of its atoms that is; 0: nowhere. */
size_t local_fit_like(const struct fitting *f, size_t i, size_t *at); /* a word */
size_t local_fit_model(const struct fitting *f, size_t i, size_t *end,
                       size_t *at);                                    /* a model, up to `end` in the turn */
size_t local_fit_sound(const struct fitting *f, size_t i, size_t *at); /* Han characters */

/* Where the title, from `t` on, has within a few characters that of the turn at i, which is a thing's last: "打印机" of
 * 标签机; 0: nowhere. */
size_t local_fit_cut(const struct fitting *f, size_t i, size_t t);

/* 童鞋 of a 儿童运动鞋: where the title has the second character, and *first where the first; 0: nowhere. */
size_t local_fit_kind(const struct fitting *f, size_t i, size_t *first);

/* "Mudguards for my commuter": where "for" stands before what somebody has already, with up to two adjectives; 0: it is
 * nobody's. */
size_t local_fit_owned(const struct atoms *a, size_t i);
/* "Lights for plants": where "for" stands before the word at i; 0: nowhere. */
size_t local_fit_behind_for(const struct atoms *a, size_t i);

/* The n atoms of the title from `at` on are the name that the shop gave the thing ("【晨曦】"); they name what it is
 * for (洗衣机 of 洗衣机专用). */
bool local_fit_is_name(const struct fitting *f, size_t at, size_t n);
bool local_fit_is_for(const struct fitting *f, size_t at, size_t n);
/* The n atoms of the title from `at` on, which the `said` ones of the turn from i on are, are nowhere in it the thing
 * itself: the 手机 of a 手机壳. */
bool local_fit_is_modifier(const struct fitting *f, size_t i, size_t said, size_t at, size_t n);
/* Nothing of the turn but an amount is of the title, and a Chinese noun of it is not. */
bool local_fit_is_amount_alone(const struct fitting *f);
/* And they stand between others of one row, where they may be the thing or not. */
bool local_fit_is_vague(const struct fitting *f, size_t at, size_t n);
/* The n atoms from `at` on, letters and digits, are a model that the thing is made for: 适用X16手机壳. */
bool local_fit_is_device(const struct fitting *f, size_t at, size_t n);
/* What the fitting has found of all this, once all words are fitted. */
void local_fit_judge_modifiers(struct fitting *f, const struct found *options);

/* The thing is what stands behind "the", and another that was named a part of it, or what may come with it. */
bool local_fit_is_whole(const struct fitting *f);
bool local_fit_is_subject(const struct fitting *f);
/* The value is one of several that the title lists (高清 and 防窥): who says one has chosen. */
bool local_fit_is_choice(const struct fitting *f, const struct mention *x);

/* "框架床": a value and the last character of the thing's name are its name. */
void local_fit_tail(struct fitting *f, const struct found *options);
/* All that was named is what it is for: an "Impeller for Pump P2" is no P2. */
bool local_fit_only_for(const struct fitting *f);

/* "磨砂壳", "净水壶的芯". */
void local_fit_excuse_nouns(struct fitting *f);
/* Words that stand beside the name and still make no other thing of it are no longer missed. */
void local_fit_excuse(struct local *m, struct fitting *f, const struct found *options);

/* 长羽绒服 of a 长款羽绒服: what the title says of its cut in two characters. */
void local_fit_excuse_shortened(struct fitting *f);
void local_fit_excuse_whom(struct fitting *f); /* "滑板车 给五岁的娃": whom it is for */

/* What was said is a value of an option, and no word of the name. */
bool local_fit_is_value(const struct fitting *f, const struct mention *x);

/* The model of the thing itself was said; letters and numbers beside the name are those of another. */
bool local_fit_model_named(const struct fitting *f);
bool local_fit_model_of_another(const struct fitting *f); /* what was said is what it is made for */
bool local_fit_other_model(struct local *m, const struct fitting *f);

/* "Bracket" of a bracket tool, "phone" of a case for it: what was named only says what the thing is for. */
bool local_fit_modifies(const struct local *m, const struct fitting *f, const struct found *options);
/* "A tent for a motorbike": what it is wanted for, of which no text of the thing speaks. */
bool local_fit_for_unknown(struct local *m, const struct fitting *f);
/* "A stand for the mixer" of a Stand Mixer: the thing itself is what another is wanted for. */
bool local_fit_part_for(const struct local *m, const struct fitting *f, size_t head);
bool local_fit_is_adjunct(const char *word);  /* a noun that stands before others: "coffee" */
bool local_fit_makes_other(const char *word); /* one that stands behind others: "case" */

#endif
