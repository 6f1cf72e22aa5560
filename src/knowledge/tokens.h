/* tokens.h: text cut into what the index holds and what a question is looked up by. The same function cuts both, so
 * that what is written can be found; both engines store its result and never cut anything themselves.
 *
 *   Han, kana, hangul, thai   each character, and each two that stand together   电 饭 煲 电饭 饭煲
 *   words                     without case, width, accents; plurals are singular   kettle
 *   trigrams of words         "~" before three letters of a word of four or more   ~_ke ~ket ~ett ~ttl ~tle
 *   numbers                   "#" before a model or part number, joined            #jsq22hwa
 *
 * A number is a run of ASCII letters and digits, also with - _ . / inside, that has a digit. In a question words that
 * stand side by side are joined too, since people write JSQ22-HWA as "jsq 22 hwa". */
#ifndef CHATHUB_KNOWLEDGE_TOKENS_H
#define CHATHUB_KNOWLEDGE_TOKENS_H

#include "base/arena.h"
#include "base/str.h"

enum { TOKEN_MAX_BYTES = 48, TOKEN_NUMBER_MIN = 3, TOKEN_NUMBER_MAX = 40, TOKEN_JOINED_WORDS = 4 };
enum { TOKENS_TRIGRAMS = 1, TOKENS_QUESTION = 2 };

struct token {
    struct str text;
    unsigned fields; /* a bit for each field in which it stands */
    unsigned weight; /* of a question: how often it was said, at most 3 */
};
struct tokens { /* of one text or of several fields; each token once, in the order of the first time */
    struct arena *arena;
    struct token *token;
    size_t count, most;
    uint32_t *slot;
    size_t slots;
};
/* At most `most` tokens are kept; what comes later is dropped. */
void tokens_begin(struct tokens *t, struct arena *a, size_t most);
/* `text` is UTF-8 (else it is passed over), at most TOKENS_TEXT_MAX bytes of it are looked at. `field`: a bit. */
enum { TOKENS_TEXT_MAX = 64 << 10 };
void tokens_add(struct tokens *t, struct str text, unsigned field, unsigned how);
/* A number as such: "#" and its letters and digits, in whatever spelling. Nothing when it has none, or too many. */
void tokens_add_number(struct tokens *t, struct str number, unsigned field);
/* "JSQ22-HWA" → "jsq22hwa". 0: it has no ASCII letter or digit, or more than TOKEN_NUMBER_MAX. */
size_t token_number(struct str number, char out[TOKEN_NUMBER_MAX + 1]);
/* How many of the trigrams of `word` are those of `other` too, in percent of the longer one's; both stemmed words. */
int token_likeness(struct str word, struct str other);
#endif
