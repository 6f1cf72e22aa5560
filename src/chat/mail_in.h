/* mail_in.h: answers by mail. A letter that told a visitor of an answer can be answered: its Reply-To is an address of
 * the conversation (reply_token.c), the mail server hands what comes there to us (POST /hooks/mail, signed), and the
 * words become the visitor's (mail_in.c). */
#ifndef CHATHUB_CHAT_MAIL_IN_H
#define CHATHUB_CHAT_MAIL_IN_H

#include "chat/mail_read.h"
#include "chat/pictures.h"
#include "chat/private.h"
#include "inbound/inbound.h"

enum { REPLY_TOKEN_HEX = 56, REPLY_TOKEN_BYTES = 28 };
#define REPLY_TOKEN_LIFE_MS (60 * DAY_MS)
struct reply_token {
    int64_t conversation, ends_ms;
    uint8_t bytes[REPLY_TOKEN_BYTES];
};
/* chat_settings.reply_domain is set. */
const char *reply_token_address(struct arena *a, const struct conversation *c, int64_t now_ms);
/* The first address of ours in a text. Whose it is says reply_token_is_of. */
MUST_USE bool reply_token_find(struct str to, struct reply_token *out);
MUST_USE bool reply_token_is_of(const struct reply_token *t, const struct conversation *c);

/* ---- mail_files.c ---- */
enum { MAIL_PICTURES_MAX = 10 };
struct mail_in_picture {
    struct picture_new picture;
    const char *name;
};
struct mail_in_made { /* d->made of a mail */
    struct mail_in mail;
    const char *email; /* from which its pictures would be the visitor's; NULL: from none */
    bool readable;
    bool unwritten; /* one of them could not be kept: later */
    struct mail_in_picture picture[MAIL_PICTURES_MAX];
    size_t pictures;
};
void mail_in_make(struct delivery *d);
/* What was attached and not taken, a line each; "": nothing. */
const char *mail_in_files_lines(struct arena *a, const struct mail_in *m, bool english);

#endif
