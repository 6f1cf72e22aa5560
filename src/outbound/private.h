/* private.h: what the files of mail share, and its tests: one mail as text (RFC 5322, smtp_message.c) and over the wire
 * (SMTP by libcurl, smtp_send.c). Others use mail.h and letters.h. */
#ifndef CHATHUB_OUTBOUND_PRIVATE_H
#define CHATHUB_OUTBOUND_PRIVATE_H

#include "outbound/mail.h"

enum mail_state { MAIL_QUEUED, MAIL_SENT, MAIL_FAILED }; /* stored: append, never renumber */
/* What goes into a header or a command must not be able to begin another one. */
MUST_USE bool mail_address_is_sound(struct str address);

enum smtp_outcome {
    SMTP_SENT,
    SMTP_LATER,   /* could not, or 4xx, or our sign-in or sender was refused (the operator will mend it) */
    SMTP_REFUSED, /* 5xx to this recipient or this content: no further attempt helps */
    SMTP_UNKNOWN, /* the whole text was handed over, and no answer came: it may have been taken */
};
struct str mail_seal_owner(struct arena *a, const char *message_id); /* mail.c: what a text is sealed for */
struct smtp_mail {                                                   /* html NULL: one part */
    const char *to, *subject, *text, *html, *message_id, *reply_to;  /* reply_to NULL: none */
    int64_t at_ms;
};

extern const struct mail_patience smtp_patience; /* of RFC 5321 */
/* Whether the words of a 5xx say "too many, later". */
bool smtp_sounds_temporary(const char *answer);

/* The whole message with CRLF line ends. The same mail gives the same bytes. */
struct str smtp_message(struct arena *a, const char *from, const struct smtp_mail *m);
/* The address inside "Name <address>", or all of it. */
struct str smtp_address(const char *from);
enum smtp_outcome smtp_send(struct arena *a, const struct mail_settings *s, const struct smtp_mail *m,
                            const char **error);

#endif
