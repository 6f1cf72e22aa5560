/* gaps.h: questions that found no answer. The job that answers notes the message; the same question, however it is
 * spelled, is one group, until there is an entry of that name in the shop's questions, or somebody puts it aside. */
#ifndef CHATHUB_CHAT_GAPS_H
#define CHATHUB_CHAT_GAPS_H

#include "chat/private.h"

enum { GAP_SIZE = 32 + 1, GAPS_LOOKED_AT = 5000, GAPS_SHOWN = 50 };
#define GAP_ENTRY "gap-" /* before it: the id of the entry in the shop's questions that answers it */

/* What the words of a question come to: without their order, case, endings and what is only polite. False: no words. */
bool gap_of(struct arena *a, struct str question, char out[GAP_SIZE]);
MUST_USE bool gap_put(struct tx *tx, const struct conversation *c, int64_t number, const char *gap, int64_t now_ms);
struct gap {
    int64_t shop, asked, last_ms, conversation, number;
    const char *question, *text; /* the hash; the words as they were asked last */
};
/* The most asked first, of the newest GAPS_LOOKED_AT since `since_ms`. shop 0: all of the account. */
MUST_USE bool gaps_open(struct tx *tx, int64_t account, int64_t shop, int64_t since_ms, struct arena *a,
                        struct gap out[GAPS_SHOWN], size_t *count);
MUST_USE bool gap_aside(struct tx *tx, int64_t shop, const char *question, int64_t now_ms);
MUST_USE bool gaps_forget(struct tx *tx, int64_t shop); /* of a shop that is purged; the rest goes with what was said */

#endif
