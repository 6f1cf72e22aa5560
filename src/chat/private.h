/* private.h: private to chat/. */
#ifndef CHATHUB_CHAT_PRIVATE_H
#define CHATHUB_CHAT_PRIVATE_H

#include "chat/chat.h"

/* ---- visitor_token.c ---- */
/* What a browser shows to be its visitor: signed, of one shop, with an end. `generation` is the row's: raised, all
 * tokens of before are void. */
struct visitor_token {
    int64_t shop, visitor, generation, expires_at_ms;
};
enum { VISITOR_TOKEN_SIZE = 4 + 86 + 1 }; /* "chv_", 64 bytes as base64url, NUL */
void visitor_token_write(const struct visitor_token *t, char out[VISITOR_TOKEN_SIZE]);
/* False: not ours, changed, over, or of another shop. The row has the last word: see visitor_of_token. */
MUST_USE bool visitor_token_read(struct str text, int64_t shop, int64_t now_ms, struct visitor_token *out);

#endif
