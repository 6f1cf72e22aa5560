/* reseal.h: sealed values under an old master key are sealed again under the first one. Each domain has a row for each
 * table of its own that holds sealed values; app puts them together and `chathub keys rotate` goes through them on a
 * live database: a piece is a write transaction of some rows, which changes a row only if it still holds the value that
 * was opened. So it can be stopped anywhere and begun anew, and meets the service's own writes as any other writer. */
#ifndef CHATHUB_STORAGE_RESEAL_H
#define CHATHUB_STORAGE_RESEAL_H

#include "base/crypto.h"
#include "storage/db.h"

enum { RESEAL_CURSORS = 3, RESEAL_BATCH = 100, RESEAL_TEXT_MAX = 256 };
struct reseal_piece {
    const struct keyring *keyring;
    int64_t cursor[RESEAL_CURSORS];          /* where the next piece begins; zeroed before the first */
    bool more;                               /* set by the table */
    int64_t looked, resealed;
    int64_t broken, first_broken;            /* values that do not open: left as they are */
};
struct reseal_table {
    const char *name;                        /* of the table and column: "tenant_secrets" */
    /* The next RESEAL_BATCH rows that hold a value. False: storage fault. */
    bool (*piece)(struct tx *tx, struct reseal_piece *p);
};
#define RESEAL_END { .name = NULL }

/* One value: what to store instead, or *changed false. Counts it. `id` names the row when it is broken. */
struct sealed reseal_one(struct tx *tx, struct reseal_piece *p, int64_t id, struct str owner, struct str purpose,
                         struct str stored, bool *changed);

#endif
