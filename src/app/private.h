/* private.h: what the files of the configuration share. */
#ifndef CHATHUB_APP_PRIVATE_H
#define CHATHUB_APP_PRIVATE_H

#include "app/config.h"

enum { KEY_LIST_SIZE = 1024 };
#define KEY_LIST_IS "A master key is 32 bytes in base64, or a list of ID:BASE64 separated by commas."

/* ---- config_file.c: chathub.conf ---- */
enum { CONFIG_FILE_MAX = 65536, CONFIG_LINES_MAX = 400 };
struct config_line {
    const char *name, *value;
    int line;
};
struct config_file {
    const char *path;
    bool readable_by_others;
    size_t count;
    struct config_line line[CONFIG_LINES_MAX];
};
/* False with a sentence: it cannot be read, belongs to somebody else, others may write it, or a line is not
 * NAME=value. */
MUST_USE bool config_file_read(struct arena *a, const char *path, struct config_file *out, struct buf *error);
const char *config_file_value(const struct config_file *f, const char *name); /* NULL: not there */
/* Names that no setting has. Near to one, or with a prefix of ours, it is a slip and refused; others get a warning.
 * `names` is NULL-ended. */
MUST_USE bool config_file_names(const struct config_file *f, const char *const *names, struct buf *error);

/* ---- config_text.c: settings of many lines, in files of their own ---- */
/* `name` begins the sentence. A secret one is for its owner and group alone. */
MUST_USE bool config_text_read(struct arena *a, const char *name, const char *path, bool secret, const char **out,
                               struct buf *error);

/* ---- config_check.c ---- */
MUST_USE bool config_check(const struct config *c, struct buf *error);

/* ---- config_public.c: what the house says of itself ---- */
MUST_USE bool config_public_check(const struct config *c, struct buf *error);
bool config_is_contact(const char *text); /* mailto:, tel: or https:, and something behind it */

/* ---- config_keys.c ---- */
MUST_USE bool config_keys_check(const struct config *c, struct buf *error);

/* Whether a path may be trusted with secrets: it belongs to us or to root, and nobody else may write it. `what` begins
 * the sentence. */
struct stat;
MUST_USE bool owner_is_trusted(const struct stat *st, const char *what, struct buf *error);

#endif
