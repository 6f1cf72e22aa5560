/* reseal.h: sealed values under an old master key are sealed again under the first one. Each domain has a row for each
 * table of its own that holds sealed values; app puts them together and `chathub keys rotate` goes through them on a
 * live database: a piece is a write transaction of some rows, which changes a row only if it still holds the value that
 * was opened. So it can be stopped anywhere and begun anew, and meets the service's own writes as any other writer. */
#ifndef CHATHUB_STORAGE_RESEAL_H
#define CHATHUB_STORAGE_RESEAL_H

#include "base/crypto.h"
#include "storage/db.h"

enum { RESEAL_CURSORS = 3, RESEAL_BATCH = 100 };
struct reseal_piece {
    const struct keyring *keyring;
    bool only_look;                 /* nothing is sealed anew: for `verify`, in a transaction that reads */
    int64_t cursor[RESEAL_CURSORS]; /* where the next piece begins; zeroed before the first */
    bool more;                      /* set by .piece: there may be rows behind the cursor */
    int64_t looked, resealed;       /* counted by reseal_one, as are the next two */
    int64_t broken, first_broken;   /* values that do not open: left as they are; `id` of the first */
};
struct reseal_table {
    const char *name; /* of the table and column: "tenant_secrets" */
    /* Goes through the next RESEAL_BATCH rows that hold a value and moves the cursor. False: storage fault. */
    bool (*piece)(struct tx *tx, struct reseal_piece *p);
};
/* clang-format off */
#define RESEAL_END { .name = NULL }
/* clang-format on */

/* For .piece: one value that is there (not NULL). What to store, in the transaction's arena; *changed false: it is
 * `stored` itself and stays. Counts it. `id` names the row when it is broken. */
struct sealed reseal_one(struct tx *tx, struct reseal_piece *p, int64_t id, struct str owner, struct str purpose,
                         struct str stored, bool *changed);

/* The usual .piece: a table with one such value a row. `page` gives at most ?2 rows behind the id ?1, by id; `read`
 * takes one; `save` puts ?3 into the row ?1 that still holds ?2. */
struct reseal_value {
    int64_t id;
    struct str owner, purpose, sealed;
};
struct reseal_rows {
    const struct stmt *page, *save;
    struct reseal_value (*read)(struct arena *a, const struct query *q);
    int64_t most; /* rows a piece, where a value may be large; 0: RESEAL_BATCH */
};
MUST_USE bool reseal_rows(struct tx *tx, struct reseal_piece *p, const struct reseal_rows *r);

/* PostgreSQL: a key that a running server announced to seal with and that is not `own`: *other, else -1. On SQLite
 * there is no second process. False: storage fault. */
MUST_USE bool reseal_key_of_others(struct tx *tx, uint8_t own, int64_t *other);

#endif
