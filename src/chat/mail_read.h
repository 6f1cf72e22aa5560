/* mail_read.h: a mail as it came, made into what a conversation wants of it: from whom, to which addresses, whether a
 * program sent it, and the words that its writer added, without what was quoted.
 *
 * MIME is read by GMime (decision 66). Everything here is a stranger's: bounded in size and depth, names of charsets
 * are judged before anything looks for them, and what cannot be read is told as that. */
#ifndef CHATHUB_CHAT_MAIL_READ_H
#define CHATHUB_CHAT_MAIL_READ_H

#include "base/arena.h"
#include "base/str.h"

enum {
    MAIL_BYTES_MAX = 8 << 20,
    MAIL_PLAIN_MAX = 1 << 20,  /* of what is not in lines of base64: heads, words, borders of parts */
    MAIL_DASHES_MAX = 20000,   /* lines that begin as borders of parts do */
    MAIL_TEXT_MAX = 256 << 10, /* of words, before what is quoted is cut away */
    MAIL_ADDRESSES_BYTES = 16 << 10,
    MAIL_PARTS_MAX = 200,
    MAIL_DEPTH_MAX = 20,
    MAIL_FILES_KEPT = 50,
    MAIL_FILES_NAMED = 5,
    MAIL_FILE_NAME_MAX = 80, /* code points */
};
enum mail_in_kind {
    MAIL_OF_PERSON,
    MAIL_AUTOMATIC, /* an absence note, a list, a newsletter */
    MAIL_BOUNCE,
};
enum mail_in_fate {                  /* of an attachment */
                    MAIL_FILE_STAYS, /* outside: no picture, or it was not looked at */
                    MAIL_FILE_TAKEN, /* a picture of the conversation */
                    MAIL_FILE_HEIC,
                    MAIL_FILE_BROKEN,
                    MAIL_FILE_PIXELS,
                    MAIL_FILE_LARGE,
                    MAIL_FILE_MANY,
};
struct mail_in_file {
    const char *name; /* "": it has none */
    struct str bytes;
    bool shown; /* within the words, by an HTML part: a picture that was pasted, or a logo */
    enum mail_in_fate fate;
};
struct mail_in {
    enum mail_in_kind kind;
    const char *from;          /* the one address that it is from, as email_read; NULL: none, or several */
    const char *to;            /* all that names a receiver, a line each; for reply_token_find */
    const char *text;          /* what its writer added: UTF-8, lines by LF, no controls; "": nothing */
    struct mail_in_file *file; /* the first MAIL_FILES_KEPT of them, `kept`; those that are shown are not counted */
    size_t files, kept;
    char id[41]; /* of its Message-ID, in hex: the same mail that comes again has the same one */
};
/* False: no mail, or nested too deep. */
/* Refused by mail_read: more beside files than is taken apart. One pass over the bytes. */
bool mail_in_is_too_much(struct str bytes);
MUST_USE bool mail_read(struct arena *a, struct str bytes, struct mail_in *out);
bool mail_in_is_from(const struct mail_in *m, const char *email); /* "": nobody */

/* ---- mail_words.c ---- */
/* Stands above the words of each letter that can be answered, so that a quoted letter is found again. */
#define MAIL_MARK_EN "Answer above this line"
#define MAIL_MARK_ZH "请在此行上方回复"
struct mail_in_flow { /* format=flowed (RFC 3676) */
    bool flowed, delsp;
};
/* Valid UTF-8 with LF alone → the words that were added, into *out (cleared). */
void mail_in_own_words(struct str text, struct mail_in_flow flow, struct buf *out);
/* The beginning of an HTML mail up to what it quotes; all of it but quoted blocks where nothing stands before. */
struct str mail_in_own_html(struct arena *a, struct str html);
#endif
