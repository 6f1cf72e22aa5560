/* seed.c: fills a new database, in seconds, with rows that `chathub verify` finds sound: hash chains by the product's
 * hash, secrets sealed under CHATHUB_MASTER_KEY, subscriptions with the product's calendar.
 *
 * Each table is filled in the order of its key, so that every page is written once. SQLite: one statement a table, no
 * journal (a seeding that breaks is thrown away). PostgreSQL: COPY.
 * Rejected: calling the product for each row (a minute on SQLite, ten on PostgreSQL, and nothing learned). */
#include "base/clock.h"
#include "base/random.h"
#include "bench.h"
#include "credits/private.h"
#include "storage/migrate.h"
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MAX = 32, COPY_BUFFER_BYTES = 1 << 20, COPY_FLUSH_BYTES = 60000, SEED_ARENA_BYTES = 1 << 20 };

/* Every debit of the benchmark takes one credit, every enable fifty. */
#define FIRST_GRANT INT64_C(1000000)
#define ENABLE_PRICE INT64_C(50)

struct sink {
    sqlite3 *lite;
    sqlite3_stmt *insert;
    PGconn *pg;
    struct buf copy;
    int column;
};

/* ---- rows into either engine ---- */

static void lite_must(struct sink *s, bool good, const char *what)
{
    if (!good) die("%s: %s", what, sqlite3_errmsg(s->lite));
}

static void pg_must(struct sink *s, PGresult *r, const char *what)
{
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
        die("%s: %s", what, PQerrorMessage(s->pg));
    PQclear(r);
}

static void run_sql(struct sink *s, const char *sql)
{
    if (s->lite) lite_must(s, sqlite3_exec(s->lite, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
    else pg_must(s, PQexec(s->pg, sql), sql);
}

/* `columns` separated by commas without spaces. */
static void table_begin(struct sink *s, const char *table, const char *columns)
{
    struct buf sql;
    buf_init(&sql, 4096);
    s->column = 0;
    if (s->lite) {
        buf_printf(&sql, "INSERT INTO %s (%s) VALUES (?", table, columns);
        for (const char *p = columns; *p; p++)
            if (*p == ',') buf_text(&sql, ",?");
        buf_char(&sql, ')');
        run_sql(s, "BEGIN");
        lite_must(s, sqlite3_prepare_v2(s->lite, buf_terminated(&sql), -1, &s->insert, NULL) == SQLITE_OK, table);
    } else {
        buf_printf(&sql, "COPY %s (%s) FROM STDIN", table, columns);
        pg_must(s, PQexec(s->pg, buf_terminated(&sql)), table);
    }
    buf_free(&sql);
}

static void next_column(struct sink *s)
{
    if (s->pg && s->column > 0) buf_char(&s->copy, '\t');
    s->column++;
}

static void put_i64(struct sink *s, int64_t v)
{
    next_column(s);
    if (s->pg) buf_i64(&s->copy, v);
    else if (sqlite3_bind_int64(s->insert, s->column, v) != SQLITE_OK) die("bind");
}

/* Texts of ours: no tab, newline or backslash. */
static void put_text(struct sink *s, const char *text)
{
    next_column(s);
    if (s->pg) buf_text(&s->copy, text ? text : "\\N");
    else if (sqlite3_bind_text(s->insert, s->column, text, -1, SQLITE_TRANSIENT) != SQLITE_OK) die("bind");
}

static void put_blob(struct sink *s, const void *p, size_t n)
{
    enum { BLOB_MAX = 256 };
    next_column(s);
    if (s->lite) {
        if (sqlite3_bind_blob(s->insert, s->column, p, (int)n, SQLITE_TRANSIENT) != SQLITE_OK) die("bind");
        return;
    }
    char hex[2 * BLOB_MAX + 1];
    assert(n <= BLOB_MAX);
    hex_encode(p, n, hex);
    buf_text(&s->copy, "\\\\x");
    buf_text(&s->copy, hex);
}

static void flush_copy(struct sink *s)
{
    if (s->copy.overflow || PQputCopyData(s->pg, s->copy.p, (int)s->copy.n) != 1)
        die("COPY: %s", PQerrorMessage(s->pg));
    buf_clear(&s->copy);
}

static void row_end(struct sink *s)
{
    s->column = 0;
    if (s->lite) {
        lite_must(s, sqlite3_step(s->insert) == SQLITE_DONE, "insert");
        sqlite3_reset(s->insert);
        return;
    }
    buf_char(&s->copy, '\n');
    if (s->copy.n > COPY_FLUSH_BYTES) flush_copy(s);
}

static void table_end(struct sink *s)
{
    if (s->lite) {
        sqlite3_finalize(s->insert);
        run_sql(s, "COMMIT");
        return;
    }
    flush_copy(s);
    if (PQputCopyEnd(s->pg, NULL) != 1) die("COPY: %s", PQerrorMessage(s->pg));
    for (PGresult *r; (r = PQgetResult(s->pg)) != NULL;) pg_must(s, r, "COPY");
}

/* ---- persons with an account each, sessions, shops ---- */

static void put_accounts(struct sink *s, int64_t now_ms)
{
    char text[64];
    table_begin(s, "persons", "id,email_key,email,name,role,lang,password_hash,created_at_ms");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        snprintf(text, sizeof text, "merchant%06d@bench.example", (int)i);
        put_i64(s, i), put_text(s, text), put_text(s, text), put_text(s, "Bench"), put_i64(s, 1), put_text(s, "en");
        put_text(s, NULL), put_i64(s, now_ms - DAY_MS);
        row_end(s);
    }
    table_end(s);
    table_begin(s, "accounts", "id,name,created_at_ms");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        put_i64(s, i), put_text(s, "Bench"), put_i64(s, now_ms - DAY_MS);
        row_end(s);
    }
    table_end(s);
    table_begin(s, "members", "account,person,role,joined_at_ms,seen_at_ms");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        put_i64(s, i), put_i64(s, i), put_i64(s, 1), put_i64(s, now_ms - DAY_MS), put_i64(s, now_ms);
        row_end(s);
    }
    table_end(s);
    table_begin(s, "sessions",
                "id,token_hash,person,account,network,user_agent,created_at_ms,last_seen_at_ms,signed_in_at_ms");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        char token[TOKEN_SIZE], hash[SHA256_HEX_SIZE];
        token_of(i, token);
        sha256_hex(str_of(token), hash);
        put_i64(s, i), put_text(s, hash), put_i64(s, i), put_i64(s, i), put_text(s, "127.0.0.0/24");
        put_text(s, "bench");
        put_i64(s, now_ms), put_i64(s, now_ms), put_i64(s, now_ms);
        row_end(s);
    }
    table_end(s);
}

static void put_shops(struct sink *s, int64_t now_ms)
{
    char slug[32], domain[48];
    table_begin(s, "shops",
                "id,account,status,version,name,slug,domain,created_at_ms,updated_at_ms,deleted_from,"
                "deleted_at_ms,purge_at_ms");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        snprintf(slug, sizeof slug, "bench-%06d", (int)i);
        snprintf(domain, sizeof domain, "bench%06d.example", (int)i);
        put_i64(s, i), put_i64(s, i), put_i64(s, 2), put_i64(s, 1), put_text(s, "Bench shop"), put_text(s, slug);
        put_text(s, domain), put_i64(s, now_ms), put_i64(s, now_ms), put_i64(s, 0), put_i64(s, 0), put_i64(s, 0);
        row_end(s);
    }
    table_end(s);
    table_begin(s, "shop_moves", "shop,version,account,from_status,to_status,why,actor,at_ms");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        put_i64(s, i), put_i64(s, 1), put_i64(s, i), put_i64(s, 0), put_i64(s, 2), put_text(s, "created");
        put_i64(s, i), put_i64(s, now_ms);
        row_end(s);
    }
    table_end(s);
}

/* ---- the ledger ---- */

struct account_end {
    int64_t balance, spent, seq;
    uint8_t head[SHA256_SIZE];
};

static void make_record(struct ledger_record *r, char key[64], int64_t account, int64_t seq)
{
    bool enable = account <= ENABLED_SHOPS && seq == 2;
    int64_t amount = seq == 1 ? FIRST_GRANT : enable ? -ENABLE_PRICE : -1;
    r->account = account, r->seq = seq, r->shop = seq == 1 ? 0 : account, r->actor = account;
    r->amount = credits_of(amount);
    r->key = key;
    r->reason = seq == 1 ? "grant" : enable ? "chatbot_enablement" : "shop_creation";
    r->note = seq == 1 ? "seed" : NULL;
    if (enable) snprintf(key, 64, "chatbot:shop-%d:1", (int)account);
    else snprintf(key, 64, "seed:%d", (int)seq);
}

static void put_account_entries(struct sink *s, int64_t account, int64_t now_ms, struct account_end *end)
{
    int64_t entries = account <= BUSY_ACCOUNTS ? BUSY_ENTRIES : QUIET_ENTRIES;
    *end = (struct account_end){ .seq = entries };
    for (int64_t seq = 1; seq <= entries; seq++) {
        char key[64];
        struct ledger_record r = { .at_ms = now_ms - DAY_MS + seq * SECOND_MS };
        memcpy(r.previous, end->head, SHA256_SIZE);
        make_record(&r, key, account, seq);
        end->balance += credits_count(r.amount);
        if (seq > 1) end->spent -= credits_count(r.amount);
        r.balance_after = credits_of(end->balance);
        ledger_hash(&r, end->head);
        put_i64(s, account), put_i64(s, seq), put_text(s, key), put_i64(s, credits_count(r.amount));
        put_i64(s, end->balance), put_text(s, r.reason);
        if (r.shop) put_i64(s, r.shop);
        else put_text(s, NULL);
        put_text(s, r.note), put_i64(s, r.actor), put_i64(s, r.at_ms), put_blob(s, end->head, SHA256_SIZE);
        row_end(s);
    }
}

static void put_ledger(struct sink *s, int64_t now_ms)
{
    struct account_end *ends = calloc(ACCOUNTS + 1, sizeof *ends);
    if (!ends) abort();
    table_begin(s, "credit_entries", "account,seq,key,amount,balance_after,reason,shop,note,actor,at_ms,hash");
    for (int64_t i = 1; i <= ACCOUNTS; i++) put_account_entries(s, i, now_ms, &ends[i]);
    table_end(s);
    table_begin(s, "credit_accounts", "account,balance,held,granted,spent,seq,head");
    for (int64_t i = 1; i <= ACCOUNTS; i++) {
        put_i64(s, i), put_i64(s, ends[i].balance), put_i64(s, 0), put_i64(s, FIRST_GRANT), put_i64(s, ends[i].spent);
        put_i64(s, ends[i].seq), put_blob(s, ends[i].head, SHA256_SIZE);
        row_end(s);
    }
    table_end(s);
    free(ends);
}

/* ---- the first shops have the chatbot: what an enable writes, but for its audit row and events ---- */

static void put_secrets(struct sink *s, int64_t now_ms)
{
    static const char *const purpose[] = { NULL, "sso", "webhook" };
    struct keyring *ring = keyring_of_environment();
    struct arena *a = arena_new(SEED_ARENA_BYTES);
    table_begin(s, "tenant_secrets",
                "tenant,kind,generation,account,state,delivered,sealed,hint,created_at_ms,"
                "shown_at_ms,valid_until_ms");
    for (int64_t i = 1; i <= ENABLED_SHOPS; i++) {
        for (int kind = 1; kind <= 2; kind++) {
            char secret[TOKEN_TEXT_SIZE];
            random_token(secret);
            struct str owner = str_of(arena_printf(a, "tenant:%lld", (long long)i));
            struct sealed sealed = seal(ring, a, owner, str_of(purpose[kind]), str_of(secret));
            put_i64(s, i), put_i64(s, kind), put_i64(s, 1), put_i64(s, i), put_i64(s, 1), put_i64(s, 1);
            put_blob(s, sealed.p, sealed.n), put_text(s, "seed"), put_i64(s, now_ms), put_i64(s, 0), put_i64(s, 0);
            row_end(s);
            arena_reset(a);
        }
    }
    table_end(s);
    arena_free(a);
    keyring_free(ring);
}

static void put_tenants(struct sink *s, int64_t now_ms)
{
    char bot[40], embed[40];
    int64_t began = now_ms - DAY_MS, ends = time_add_months(began, 1, time_day_of_month(began));
    table_begin(s, "tenants",
                "id,shop,account,status,version,generation,backend,bot_state,bot_id,bot_name,embed_id,"
                "sync_scopes,subscription,hold,job,shop_deleted,maybe_registered,asked_at_ms,enabled_at_ms,"
                "created_at_ms,updated_at_ms");
    for (int64_t i = 1; i <= ENABLED_SHOPS; i++) {
        snprintf(bot, sizeof bot, "bot_%024d", (int)i);
        snprintf(embed, sizeof embed, "emb_%016d", (int)i);
        put_i64(s, i), put_i64(s, i), put_i64(s, i), put_i64(s, 3), put_i64(s, 1), put_i64(s, 1), put_i64(s, 1);
        put_i64(s, 2), put_text(s, bot), put_text(s, "Bench shop Assistant"), put_text(s, embed), put_text(s, "");
        put_i64(s, 1), put_i64(s, 0), put_i64(s, 0), put_i64(s, 0), put_i64(s, 0);
        put_i64(s, began), put_i64(s, began), put_i64(s, began), put_i64(s, began);
        row_end(s);
    }
    table_end(s);
    table_begin(s, "tenant_moves", "tenant,version,account,from_status,to_status,why,actor,at_ms");
    for (int64_t i = 1; i <= ENABLED_SHOPS; i++) {
        put_i64(s, i), put_i64(s, 1), put_i64(s, i), put_i64(s, 0), put_i64(s, 3), put_text(s, "enabled");
        put_i64(s, i), put_i64(s, began);
        row_end(s);
    }
    table_end(s);
    table_begin(s, "subscriptions",
                "tenant,number,shop,account,feature,source,status,anchor_day,charges,started_at_ms,"
                "period_start_ms,expires_at_ms,due_at_ms,updated_at_ms");
    for (int64_t i = 1; i <= ENABLED_SHOPS; i++) {
        put_i64(s, i), put_i64(s, 1), put_i64(s, i), put_i64(s, i), put_text(s, "chatbot"), put_text(s, "credits");
        put_i64(s, 1), put_i64(s, time_day_of_month(began)), put_i64(s, 1), put_i64(s, began), put_i64(s, began);
        put_i64(s, ends), put_i64(s, ends), put_i64(s, began);
        row_end(s);
    }
    table_end(s);
    put_secrets(s, began);
    table_begin(s, "event_counters", "kind,topic,last_seq");
    for (int64_t i = 1; i <= ENABLED_SHOPS; i++) {
        put_i64(s, 1), put_i64(s, i), put_i64(s, 2);
        row_end(s);
    }
    table_end(s);
}

/* ---- visitors, each with a conversation of its own number in which nothing was said ----
 *
 * A person has it: what is measured of a word is the word, and no assistant thinks about it or calls somebody. */

#define BROWSERS                                                                                                       \
    " FROM shops CROSS JOIN (SELECT 0 AS more UNION ALL SELECT 20000 UNION ALL SELECT 40000) AS others"                \
    " WHERE id <= 20000 ORDER BY more, id"
static_assert(ENABLED_SHOPS == 20000 && VISITORS == 60000, "the statements say the same");

static void put_visitors(struct sink *s)
{
    static const char *const rows[] = {
        "INSERT INTO chat_visitors (id, account, shop, generation, conversation, name, language, page, blocked_at_ms,"
        " created_at_ms, seen_at_ms) SELECT id + more, account, id, 1, id + more, '', 'en', '', 0,"
        " created_at_ms, 9000000000000" BROWSERS,
        "INSERT INTO chat_conversations (id, account, shop, visitor, status, owner, epoch, person, person_name,"
        " assignee, last_number, last_note, visitor_read, visitor_unread, team_read, team_unread, waiting_since_ms,"
        " snoozed_until_ms, resolved_at_ms, created_at_ms, last_at_ms) SELECT id + more, account, id, id + more, 1, 3,"
        " 1, account, 'Ann', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, created_at_ms, created_at_ms" BROWSERS,
        "INSERT INTO chat_moves (conversation, epoch, account, status, owner, person, why, actor, at_ms)"
        " SELECT id + more, 1, account, 1, 3, account, 'begun', account, created_at_ms" BROWSERS,
        "INSERT INTO event_counters (kind, topic, last_seq) SELECT 2, id + more, 1" BROWSERS,
        "INSERT INTO event_counters (kind, topic, last_seq) SELECT 3, id, 1 FROM shops WHERE id <= 20000",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) run_sql(s, rows[i]);
}

/* ---- beginning and end ---- */

static void make_schema(const char *url)
{
    char error[256];
    struct db *db = db_open(&(struct db_options){ .url = url }, error, sizeof error);
    if (!db) die("%s", error);
    if (migrate_up(db) < 0) die("the schema could not be made");
    db_close(db);
}

static void open_sink(struct sink *s, const char *url)
{
    const char *path = sqlite_path(url);
    if (path) {
        if (sqlite3_open_v2(path, &s->lite, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) die("cannot open %s", path);
        run_sql(
            s,
            "PRAGMA journal_mode=DELETE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;");
        return;
    }
    s->pg = PQconnectdb(url);
    if (PQstatus(s->pg) != CONNECTION_OK) die("%s", PQerrorMessage(s->pg));
    buf_init(&s->copy, COPY_BUFFER_BYTES);
    run_sql(s, "SET synchronous_commit = off; SET client_min_messages = warning");
}

static void close_sink(struct sink *s)
{
    static const char *const numbered[] = { "persons", "accounts",      "sessions",          "shops",
                                            "tenants", "chat_visitors", "chat_conversations" };
    if (s->lite) {
        run_sql(s, "PRAGMA journal_mode=WAL");
        sqlite3_close(s->lite);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(numbered); i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT setval(pg_get_serial_sequence('%s', 'id'), (SELECT MAX(id) FROM %s))",
                 numbered[i], numbered[i]);
        run_sql(s, sql);
    }
    run_sql(s, "VACUUM ANALYZE");
    run_sql(s, "CHECKPOINT");
    buf_free(&s->copy);
    PQfinish(s->pg);
}

/* The note that a session and its member were seen (once or twice a minute, behind the answer) belongs to no request:
 * all of them were, just before the clock starts. As late as a clock may be ahead and still be believed. */
int seen(const char *url)
{
    static const char *const tables[] = { "sessions SET last_seen_at_ms", "members SET seen_at_ms" };
    struct sink s = { 0 };
    open_sink(&s, url);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char sql[120];
        snprintf(sql, sizeof sql, "UPDATE %s = %lld", tables[i],
                 (long long)(now_ms() + CLOCK_WITNESS_MS - 10 * SECOND_MS));
        run_sql(&s, sql);
    }
    if (s.pg) run_sql(&s, "VACUUM sessions, members");
    if (s.lite) {
        run_sql(&s, "PRAGMA journal_mode=WAL");
        sqlite3_close(s.lite);
    } else {
        buf_free(&s.copy);
        PQfinish(s.pg);
    }
    puts("{}");
    return 0;
}

int seed(const char *url)
{
    double began = seconds_now();
    int64_t at_ms = now_ms();
    struct sink s = { 0 };
    make_schema(url);
    open_sink(&s, url);
    put_accounts(&s, at_ms);
    put_shops(&s, at_ms);
    put_ledger(&s, at_ms);
    put_tenants(&s, at_ms);
    put_visitors(&s);
    close_sink(&s);
    printf("{\"seconds\":%.1f,\"accounts\":%d,\"entries\":1000000}\n", seconds_now() - began, ACCOUNTS);
    return 0;
}
