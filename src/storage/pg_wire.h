/* pg_wire.h: what the PostgreSQL files share: connecting, our numbering of parameters, meaning of errors. */
#ifndef CHATHUB_STORAGE_PG_WIRE_H
#define CHATHUB_STORAGE_PG_WIRE_H

#include "storage/private.h"
#include <libpq-fe.h>

enum { PG_GENERATION_SIZE = 64, PG_OLDEST_SERVER = 130000 };

/* A connection with our settings, not in pipeline mode. Only to a server that writes. *generation names its run
 * and, behind '@', its timeline: the run changes with every restart and with every recovery from a crash. NULL: the
 * reason is in error[]. */
MUST_USE PGconn *pg_connect(const struct db *db, enum tx_mode mode, char generation[PG_GENERATION_SIZE], char *error,
                            size_t error_size);

/* Somebody stands between us and the server (PgBouncer): the process that answers is not the one that greeted us. */
MUST_USE bool pg_is_pooled(PGconn *pg);
/* False: that somebody gives one server connection to several clients by turns, so that settings, prepared
 * statements, locks and LISTEN of one would be another's; the sentence is in error[]. */
MUST_USE bool pg_is_our_own(const struct db *db, char *error, size_t error_size);
#define PG_POOLER_SENTENCE                                                                                             \
    "a connection pooler stands in front of the database and shares connections between clients; it must keep one "    \
    "for each client (PgBouncer: pool_mode = session)"

/* ?1 becomes $1 outside quotes and comments. *params: the highest number. The result is malloc'ed. */
char *pg_numbered(const char *sql, unsigned *params);

/* `writing`: the statement was part of a transaction that may write. */
enum tx_fault pg_fault_of(const char *sqlstate, bool writing);
/* For the log: what an error says without the values that PostgreSQL quotes in its messages. */
void pg_describe(const PGresult *r, char *out, size_t out_size);

/* What became of transaction `xid` after the answer to its COMMIT was lost. */
enum tx_end pg_settle(const struct db *db, const char *xid, const char *generation);

#endif
