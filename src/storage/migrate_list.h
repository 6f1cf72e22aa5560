/* migrate_list.h: the parts of migrate.c that tests use with schemas of their own. Private to storage/ and tests. */
#ifndef CHATHUB_STORAGE_MIGRATE_LIST_H
#define CHATHUB_STORAGE_MIGRATE_LIST_H

#include "storage/migrate.h"

/* Up: applies what is missing. Down: undoes all above to_number. The list is in number order, ended by number 0. */
MUST_USE int migrate_list(struct db *db, const struct migration *list, bool up, int to_number);
void schema_expand(struct buf *out, const char *sql, enum db_engine e);
MUST_USE bool schema_run(struct tx *tx, const char *sql);    /* expands, then runs */

#endif
