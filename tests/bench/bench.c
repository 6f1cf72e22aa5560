/* bench.c: the command line of the benchmark's program, and counting rows. See bench.h. */
#include "bench.h"
#include "base/log.h"
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: bench seed URL                      100,000 accounts, 1,000,000 ledger entries\n"
    "       bench seen URL                      every session and member was seen just now\n"
    "       bench counts URL                    rows of every table, as JSON\n"
    "       bench bare URL NAME FIRST SECONDS [ACCOUNTS]   plain SQL of sso, debit, enable or jobs on SQLite\n"
    "       bench script NAME [ACCOUNTS]                   the same for pgbench\n"
    "       bench bare_import URL SHOP PRODUCTS  plain SQL of a shop's files\n"
    "       bench debit URL WORKERS SECONDS     the product's debit, through its lanes\n"
    "       bench jobs URL WORKERS SECONDS      the product's jobs, through its lanes\n"
    "       bench message URL WORKERS SECONDS [SHOPS]   words of visitors, through the lanes; of so many shops,\n"
    "                                        all of which had a first one\n"
    "       bench visitors PORT COUNT [FIRST]   opens so many widget sockets, of visitors behind FIRST, and holds "
    "them\n"
    "       bench talk PORT PAIRS RATE SECONDS  words a second, and when the visitor's other socket hears them\n"
    "       bench fan PORT SHOP ROUNDS          a socket for each token of the input; when all hear that the chat "
    "ends\n"
    "       bench paced URL RATE SECONDS        the bare SQL of words as they come, and when each is synced\n"
    "       bench sync FOLDER                   what a sync of this disk costs\n"
    "       bench orders URL PROVIDER COUNT     orders that wait to be paid, of the first accounts\n"
    "       bench paid URL PROVIDER COUNT WORKERS   what a notification of each writes, through the lanes\n"
    "       bench lapse URL DUE MORE            so many subscriptions are due; so many more are not\n"
    "       bench due URL                       waits until none is due, and says how many a second were renewed\n";

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void token_of(int64_t account, char out[TOKEN_SIZE]) { snprintf(out, TOKEN_SIZE, "bench-%06d", (int)account); }

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* xorshift64* */
uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717) >> 32;
}

const char *sqlite_path(const char *url) { return strncmp(url, "sqlite:", 7) == 0 ? url + 7 : NULL; }

/* ---- counting ---- */

/* Rows that are changed and not added are counted by the numbers which every change raises by one. */
static const struct {
    const char *name, *sql;
} changes[] = {
    { "credit_accounts.seq", "SELECT CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM credit_accounts" },
    { "event_counters.last_seq", "SELECT CAST(COALESCE(SUM(last_seq), 0) AS BIGINT) FROM event_counters" },
    { "jobs.done", "SELECT COUNT(*) FROM jobs WHERE state = 2" },
};

struct counter {
    sqlite3 *lite;
    PGconn *pg;
    bool first;
};

static void print_count(struct counter *c, const char *name, const char *sql)
{
    int64_t n = 0;
    if (c->lite) {
        sqlite3_stmt *s;
        if (sqlite3_prepare_v2(c->lite, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
            die("%s: %s", sql, sqlite3_errmsg(c->lite));
        n = sqlite3_column_int64(s, 0);
        sqlite3_finalize(s);
    } else {
        PGresult *r = PQexec(c->pg, sql);
        if (PQresultStatus(r) != PGRES_TUPLES_OK) die("%s: %s", sql, PQerrorMessage(c->pg));
        n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
        PQclear(r);
    }
    printf("%s\"%s\":%lld", c->first ? "" : ",", name, (long long)n);
    c->first = false;
}

static void print_table(struct counter *c, const char *table)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM %s", table);
    print_count(c, table, sql);
}

static void count_sqlite_tables(struct counter *c)
{
    sqlite3_stmt *s;
    const char *sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    if (sqlite3_prepare_v2(c->lite, sql, -1, &s, NULL) != SQLITE_OK) die("%s", sqlite3_errmsg(c->lite));
    while (sqlite3_step(s) == SQLITE_ROW) print_table(c, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
}

static void count_postgres_tables(struct counter *c)
{
    PGresult *r = PQexec(c->pg, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
    if (PQresultStatus(r) != PGRES_TUPLES_OK) die("%s", PQerrorMessage(c->pg));
    for (int i = 0; i < PQntuples(r); i++) print_table(c, PQgetvalue(r, i, 0));
    PQclear(r);
}

int counts(const char *url)
{
    struct counter c = { .first = true };
    const char *path = sqlite_path(url);
    if (path && sqlite3_open_v2(path, &c.lite, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) die("cannot open %s", path);
    if (!path) c.pg = PQconnectdb(url);
    if (!path && PQstatus(c.pg) != CONNECTION_OK) die("%s", PQerrorMessage(c.pg));
    putchar('{');
    if (path) count_sqlite_tables(&c);
    else count_postgres_tables(&c);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) print_count(&c, changes[i].name, changes[i].sql);
    puts("}");
    sqlite3_close(c.lite);
    PQfinish(c.pg);
    return 0;
}

/* ---- the command line ---- */

static int64_t whole(const char *text)
{
    int64_t n;
    if (!str_to_i64(str_of(text), &n) || n < 0) die("not a whole number: %s", text);
    return n;
}

struct keyring *keyring_of_environment(void)
{
    const char *text = getenv("CHATHUB_MASTER_KEY");
    uint8_t key[1][MASTER_KEY_SIZE];
    size_t n = MASTER_KEY_SIZE;
    if (!text || !base64_decode(str_of(text), key[0], &n) || n != MASTER_KEY_SIZE)
        die("CHATHUB_MASTER_KEY must be 32 bytes in base64");
    struct keyring *k = keyring_new((const uint8_t(*)[MASTER_KEY_SIZE])key, (const uint8_t[]){ 1 }, 1);
    if (!k) die("no keyring");
    return k;
}

int main(int argc, char **argv)
{
    log_start(LOG_WARN, STDERR_FILENO);
    const char *word = argc > 1 ? argv[1] : "";
    if (text_eq(word, "seed") && argc == 3) return seed(argv[2]);
    if (text_eq(word, "seen") && argc == 3) return seen(argv[2]);
    if (text_eq(word, "counts") && argc == 3) return counts(argv[2]);
    if (text_eq(word, "bare") && (argc == 6 || argc == 7))
        return bare_sqlite(argv[2], argv[3], whole(argv[4]), strtod(argv[5], NULL), argc == 7 ? whole(argv[6]) : 0);
    if (text_eq(word, "paced") && argc == 5) return bare_paced(argv[2], strtod(argv[3], NULL), strtod(argv[4], NULL));
    if (text_eq(word, "script") && (argc == 3 || argc == 4))
        return bare_script(argv[2], argc == 4 ? whole(argv[3]) : 0);
    if (text_eq(word, "bare_import") && argc == 5) return bare_import(argv[2], whole(argv[3]), whole(argv[4]));
    if (text_eq(word, "debit") && argc == 5) return drive_debit(argv[2], whole(argv[3]), strtod(argv[4], NULL));
    if (text_eq(word, "idle") && argc == 4) return sockets_idle(whole(argv[2]), whole(argv[3]));
    if (text_eq(word, "echo") && argc == 5) return sockets_echo(whole(argv[2]), whole(argv[3]), strtod(argv[4], NULL));
    if (text_eq(word, "jobs") && argc == 5) return drive_jobs(argv[2], whole(argv[3]), strtod(argv[4], NULL));
    if (text_eq(word, "message") && argc == 5)
        return drive_message(argv[2], whole(argv[3]), strtod(argv[4], NULL), ENABLED_SHOPS, false);
    if (text_eq(word, "message") && argc == 6)
        return drive_message(argv[2], whole(argv[3]), strtod(argv[4], NULL), whole(argv[5]), true);
    if (text_eq(word, "visitors") && (argc == 4 || argc == 5))
        return visitors_idle(whole(argv[2]), whole(argv[3]), argc == 5 ? whole(argv[4]) : 0);
    if (text_eq(word, "talk") && argc == 6)
        return visitors_talk(whole(argv[2]), whole(argv[3]), strtod(argv[4], NULL), strtod(argv[5], NULL));
    if (text_eq(word, "fan") && argc == 5) return visitors_fan(whole(argv[2]), whole(argv[3]), whole(argv[4]));
    if (text_eq(word, "sync") && argc == 3) return disk_sync(argv[2]);
    if (text_eq(word, "orders") && argc == 5) return money_orders(argv[2], argv[3], whole(argv[4]));
    if (text_eq(word, "paid") && argc == 6) return money_paid(argv[2], argv[3], whole(argv[4]), whole(argv[5]));
    if (text_eq(word, "lapse") && argc == 5) return money_lapse(argv[2], whole(argv[3]), whole(argv[4]));
    if (text_eq(word, "due") && argc == 3) return money_due(argv[2]);
    fputs(usage, stderr);
    return 2;
}
