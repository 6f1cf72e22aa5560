/* pictures.h: private to chat/: how pictures are kept, shown and removed. */
#ifndef CHATHUB_CHAT_PICTURES_H
#define CHATHUB_CHAT_PICTURES_H

#include "chat/images.h"
#include "chat/private.h"

/* A picture that is clean and, where pictures are files, written and synced under its name. */
struct picture_new {
    struct chat_image about;
    char hash[SHA256_HEX_SIZE];
    const char *file;   /* "": `content` goes into the database */
    struct str content; /* p NULL with a file */
};
/* Off the lanes: cleans the file and writes it where pictures are kept. NULL: *out is ready; else the refusal. */
MUST_USE const struct problem *picture_prepare(struct arena *a, const char *path, size_t size, struct picture_new *out);
/* The same of a file that is in memory; IMAGE_GOOD with *problem set: it could not be written. */
enum image_fault picture_prepare_bytes(struct arena *a, struct str file, struct picture_new *out,
                                       const struct problem **problem);
/* The row of these bytes in this shop (0: of persons): the one that is there, or a new one. Who keeps it uses it in the
 * same transaction. */
MUST_USE bool picture_keep(struct tx *tx, int64_t account, int64_t shop, const struct picture_new *in, int64_t now_ms,
                           struct chat_image *out);
/* One more shows it; one less, and the last one leaves it to the sweep. */
MUST_USE bool picture_use(struct tx *tx, int64_t image);
MUST_USE bool picture_leave(struct tx *tx, int64_t image, int64_t now_ms);
/* The bytes of one, into the arena. ROW_NONE: there is no such picture, or its file is gone. */
MUST_USE enum row picture_bytes(struct tx *tx, int64_t image, struct arena *a, struct chat_image *about,
                                struct str *content);
/* The same in two: the row, with its bytes where these are rows as well; else content->p is NULL, and the file is read
 * without a transaction. picture_file: false: it is gone. */
MUST_USE enum row picture_row(struct tx *tx, int64_t image, struct arena *a, struct chat_image *about,
                              struct str *content, const char **file);
MUST_USE bool picture_file(struct arena *a, const char *file, const struct chat_image *about, struct str *content);
/* The bytes of a message's picture, into the arena. ROW_NONE: there is no such message, or its file is gone. */
MUST_USE enum row picture_read(struct tx *tx, int64_t conversation, int64_t number, struct arena *a,
                               struct chat_image *about, struct str *content);
/* picture_routes.c: the answer that shows one: of the type that was found in it, in any page, and running nothing. */
enum answer picture_reply(struct req *req, const struct chat_image *about, struct str content, const char *cache);

/* The address of a message's picture: signed, with an end, for whoever has been told it. */
enum { PICTURE_TOKEN_SIZE = 4 + 75 + 1 }; /* "chi_", 56 bytes as base64url, NUL */
void picture_token_write(int64_t conversation, int64_t number, int64_t now_ms, char out[PICTURE_TOKEN_SIZE]);
MUST_USE bool picture_token_read(struct str text, int64_t now_ms, int64_t *conversation, int64_t *number);

MUST_USE bool chat_images_piece(struct tx *tx, struct verify_piece *found); /* of chat_checks */

extern const struct problem problem_image_heic, problem_image_unknown, problem_image_broken, problem_image_pixels;

#endif
