/* db_conn.h: connections, and the beginning and end of transactions. For the lanes, the migrations and the tests of
 * storage; whoever else wants a transaction submits an op to the lanes (db_lanes.h). */
#ifndef CHATHUB_STORAGE_DB_CONN_H
#define CHATHUB_STORAGE_DB_CONN_H

#include "storage/db.h"

struct conn; /* one connection; used by one thread at a time */

/* TX_READ: it cannot write. TX_WRITE: it can do both. NULL: the reason is logged and in error[]. */
MUST_USE struct conn *conn_open(struct db *db, enum tx_mode mode, char *error, size_t error_size);
void conn_close(struct conn *c);           /* no transaction is open; NULL: nothing */
MUST_USE bool conn_usable(struct conn *c); /* false: lost; the owner closes it and opens another */
/* False: error[] names the first statement of the program that the engine refuses, or whose result has a type that no
 * col_* can read. */
MUST_USE bool conn_prepare_all(struct conn *c, char *error, size_t error_size);

/* One at a time on a connection. NULL when it cannot be opened (logged). Memory of results comes from `a`. PostgreSQL:
 * TX_READ sends no BEGIN, so each statement sees what is committed when it begins (as in any READ COMMITTED
 * transaction). Commit and rollback end `tx`, whatever they say: it is the connection's and not used again. */
MUST_USE struct tx *tx_begin(struct conn *c, enum tx_mode mode, struct arena *a);
enum tx_end { TX_COMMITTED, TX_ROLLED_BACK, TX_UNCERTAIN /* the answer to COMMIT was lost and could not be settled */ };
MUST_USE enum tx_end tx_commit(struct tx *tx); /* of a faulty transaction: TX_ROLLED_BACK */
void tx_rollback(struct tx *tx);
/* Runs plain SQL without parameters (migrations), maybe many statements. */
MUST_USE bool tx_script(struct tx *tx, const char *sql);

#endif
