/* bench.h: what the files of the benchmark share. The program `bench` fills a database, drives the bare SQL that the
 * product is measured against, and drives those parts of the product that are measured without HTTP. run.mjs starts
 * everything and does the arithmetic.
 *
 * Fairness is the point of this folder, so nothing here is a second copy of the product's SQL: the bare side looks the
 * statements up in the product's own list (STMT) by file and name, and run.mjs counts afterwards that both sides left
 * the same number of rows in every table. */
#ifndef CHATHUB_TESTS_BENCH_BENCH_H
#define CHATHUB_TESTS_BENCH_BENCH_H

#include "base/crypto.h"
#include "base/str.h"
#include "storage/db.h"

/* The data set. Accounts, shops and sessions are numbered alike: account 7 owns shop 7 and is signed in with the
 * cookie "bench-000007". The first accounts are busy ones with a long ledger; the first shops have the chatbot. */
enum {
    ACCOUNTS = 100000,
    BUSY_ACCOUNTS = 10000,
    BUSY_ENTRIES = 55,
    QUIET_ENTRIES = 5,
    ENABLED_SHOPS = 20000,
    TOKEN_SIZE = 16,
    VISITORS = 3 * 20000, /* three browsers of each enabled shop */
};
static_assert(BUSY_ACCOUNTS * BUSY_ENTRIES + (ACCOUNTS - BUSY_ACCOUNTS) * QUIET_ENTRIES == 1000000,
              "the ledger has a million entries");

enum { BARE_BATCH = 64, IN_FLIGHT = 256 };

void token_of(int64_t account, char out[TOKEN_SIZE]);
_Noreturn void die(const char *format, ...) PRINTF_LIKE(1, 2);
double seconds_now(void);
/* The rest of a line of JSON: p50, p99 and the longest; it sorts them. */
void print_times(float *ms, size_t n);
/* A small fast generator: which account is next must cost nothing. */
uint64_t next_random(uint64_t *state);
struct keyring *keyring_of_environment(void); /* of CHATHUB_MASTER_KEY, or it ends */
const char *sqlite_path(const char *url);     /* NULL: it is PostgreSQL */

const struct stmt *stmt_of(const char *file, const char *name); /* of the product, or it ends */

/* Each prints one line of JSON and returns the exit status. */
int seed(const char *url);
int seen(const char *url);
int counts(const char *url);
int bare_sqlite(const char *url, const char *name, int64_t first, double seconds, int64_t accounts);
int bare_paced(const char *url, double per_second, double seconds);
int bare_script(const char *name, int64_t accounts);
int bare_import(const char *url, int64_t shop, int64_t products);
int drive_debit(const char *url, int64_t workers, double seconds);
int sockets_idle(int64_t port, int64_t count);
int sockets_echo(int64_t port, int64_t clients, double seconds);
int drive_message(const char *url, int64_t workers, double seconds, int64_t shops, bool opened);
int visitors_idle(int64_t port, int64_t count, int64_t first);
int visitors_talk(int64_t port, int64_t count, double per_second, double seconds);
int visitors_fan(int64_t port, int64_t shop, int64_t rounds);
int disk_sync(const char *folder);
int drive_jobs(const char *url, int64_t workers, double seconds);
int money_orders(const char *url, const char *provider, int64_t count);
int money_paid(const char *url, const char *provider, int64_t count, int64_t workers);
int money_lapse(const char *url, int64_t due, int64_t more);
int money_due(const char *url); /* two lines: "begun", and the JSON */

struct lanes;
void drive_chain_key(struct lanes *of); /* what writes into chains of hashes wants it first */

#endif
