/* chain_key.h: the key of the chains (base/chain.h) from the database, and the start of chains under it. */
#ifndef CHATHUB_APP_CHAIN_KEY_H
#define CHATHUB_APP_CHAIN_KEY_H

#include "app/app.h"
#include "storage/reseal.h"

/* At start, behind keys_fit: reads the key, or makes it and puts the rows from before under it. False with a sentence
 * in `error`: then nothing may be written. */
MUST_USE bool chain_key_fit(struct app *app, struct buf *error);
/* The same without making or writing anything. *is_new: the next start will. */
MUST_USE bool chain_key_look(struct app *app, bool *is_new, struct buf *error);
extern const struct reseal_table chain_key_sealed[];

#endif
