/* keys.h: which master keys a database was sealed with, and their change. The settings hold the keys themselves
 * (config.h); the database knows their numbers and a proof of each. */
#ifndef CHATHUB_APP_KEYS_H
#define CHATHUB_APP_KEYS_H

#include "app/app.h"
#include "storage/reseal.h"

enum keys_fit {
    KEYS_FAULT = -1, /* the database did not answer */
    KEYS_FIT,
    KEYS_MISSING, /* *id is a key in use that the settings do not hold */
    KEYS_OTHER,   /* the settings hold another key under the number *id */
    KEYS_RETIRED, /* the first key, *id, was retired: nothing may be sealed with it */
};
/* At start: the keys in use must be there, and keys that are new here are written down. */
MUST_USE enum keys_fit keys_check(struct app *app, int64_t *id);
/* The same as a sentence in `error`; false unless they fit. */
MUST_USE bool keys_fit(struct app *app, struct buf *error);
/* The same without writing anything down. *is_new: the next start will. */
MUST_USE bool keys_look(struct app *app, bool *is_new, struct buf *error);

/* ---- mac_keys.c ---- */
/* Those of the ring whose master keys are in use and have none kept yet. */
MUST_USE bool mac_keys_keep(struct tx *tx, const struct keyring *ring);
/* Those of retired keys, into the ring, before anything is served. False: storage fault. */
MUST_USE bool mac_keys_take(struct app *app);
/* What other keys than `first` have signed ends with them. */
MUST_USE bool mac_keys_end(struct tx *tx, int64_t first);
extern const struct reseal_table mac_keys_sealed[];

extern const struct reseal_table *const app_sealed_tables[];
enum exit_code command_keys_status(struct app *app, struct command *c);
enum exit_code command_keys_rotate(struct app *app, struct command *c);

#endif
