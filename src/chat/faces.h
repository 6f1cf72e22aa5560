/* faces.h: private to chat/: the pictures of who answers, a shop's bot or a person. */
#ifndef CHATHUB_CHAT_FACES_H
#define CHATHUB_CHAT_FACES_H

#include "chat/pictures.h"

enum { FACE_NAME_SIZE = 22 + 1, FACE_BYTES_MAX = 1 << 20, FACE_SIDE_MAX = 2048 };

/* Whose it is: of one of them, the other is 0. `account` is a shop's. */
struct face_owner {
    int64_t account, shop, person;
};
/* What its public address ends in, in the transaction's memory; NULL: there is none. False: storage fault. */
MUST_USE bool face_name(struct tx *tx, const struct face_owner *of, const char **name);
/* Instead of the one before. The same bytes again change nothing, and keep their name. */
MUST_USE bool face_put(struct tx *tx, const struct face_owner *of, const struct picture_new *in, int64_t now_ms,
                       const char **name);
/* ROW_NONE: there was none. */
MUST_USE enum row face_drop(struct tx *tx, const struct face_owner *of, int64_t now_ms);
/* The bytes behind a name, into the arena. */
MUST_USE enum row face_read(struct tx *tx, const char *name, struct arena *a, struct chat_image *about,
                            struct str *content);
/* The name of the bot's in whose shop this conversation is. */
MUST_USE bool face_of_bot(struct tx *tx, int64_t conversation, const char **name);
/* "/chat-faces/NAME", of this server; NULL of NULL. */
const char *face_path(struct arena *a, const char *name);
void face_member(struct json *j, const char *name); /* the member "picture", when there is one */

#endif
