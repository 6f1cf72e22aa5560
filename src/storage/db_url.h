/* db_url.h: what can be said of a database address without connecting to it. Pure: no network, no files. */
#ifndef CHATHUB_STORAGE_DB_URL_H
#define CHATHUB_STORAGE_DB_URL_H

#include "base/arena.h"

struct db_url {
    bool postgres;
    bool remote;    /* some host of it is neither loopback nor a socket of this machine */
    bool encrypted; /* sslmode require, verify-ca or verify-full: TLS or no connection */
};
/* False with a sentence in error[] when libpq cannot read the address. One of no engine is read as not `postgres`:
 * db_open says what it is. */
MUST_USE bool db_url_read(const char *url, struct db_url *out, char *error, size_t error_size);

/* The address for people: every value that libpq marks as a password (password, sslpassword, and those that come) is
 * "(set)", wherever in the address it stands. One that cannot be read, or is of no engine, is hidden whole. Lives in
 * `a`, or is `url` itself (SQLite) or a literal. */
const char *db_url_shown(struct arena *a, const char *url);

#endif
