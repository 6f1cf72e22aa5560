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
extern const struct lexicon_row lexicon_rows[], lexicon_keys[];
extern const struct lexicon_pair lexicon_pairs[];

#endif
