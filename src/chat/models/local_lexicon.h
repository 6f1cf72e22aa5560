/* local_lexicon.h: the word lists as data. */
#ifndef CHATHUB_CHAT_MODELS_LOCAL_LEXICON_H
#define CHATHUB_CHAT_MODELS_LOCAL_LEXICON_H

#include "chat/models/local.h"

struct lexicon_row {
    uint64_t sense;
    const char *words; /* phrases, '|' between them; lower case; NULL ends the list */
};
struct lexicon_pair {
    const char *a, *b; /* the same value of an option, written together, in two languages or spellings */
};
/* What is asked of a thing in some words is told in others: "多少瓦" by 功率1500W, "吵吗" by 低于30分贝. */
struct lexicon_kin {
    const char *asked, *told; /* phrases, '|' between them */
    const char *units;        /* what stands behind a number that tells it; NULL: none */
    bool to_the_word;         /* somebody may come to harm: "free from gluten" says nothing of nuts */
};
/* Words for one thing, '|' between them, which people use one for the other; NULL ends the list. Of a single Han
 * character: it begins no other word ("孔" is in no 孔雀). */
/* "A spare bowl": one more of a part, and no choice of it. */
extern const char lexicon_spare[];
extern const char *const lexicon_same[];
extern const struct lexicon_kin lexicon_kin[];
/* Words that tell of trouble with a thing; and rows of words for one thing that is seen of it, NULL ends them. */
extern const char lexicon_trouble[], *const lexicon_sights[];
/* The same of things that have no engine ("虾化冻了"), in Chinese; NULL ends it. How many atoms from i on tell of it.
 */
extern const char *const lexicon_states[];
size_t local_state_at(const struct atoms *a, size_t i, size_t row);
extern const struct lexicon_row lexicon_rows[], lexicon_phrases[], lexicon_keys[];
extern const struct lexicon_pair lexicon_pairs[];

#endif
