/* bare.c: the SQL of one request and nothing else: what the product's speed is divided by.
 *
 * A program is the list of statements that a request of the product runs, in its order, found in the product's own list
 * and so always the same text. On SQLite it runs here: prepared statements, one connection with the product's settings,
 * synchronous=FULL, 64 requests in each transaction. For PostgreSQL it is printed as a script for pgbench.
 *
 * The bare side is spared what is no SQL: it hashes, signs, seals and formats nothing, and reads no column that no
 * later statement needs. So its rows have the right size and shape, and `chathub verify` would not find them sound. */
#include "base/clock.h"
#include "bench.h"
#include "http/events.h"
#include "jobs/jobs.h"
#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEPS_MAX = 24, PARAMS_MAX = 26, HASH_BYTES = 32, SEALED_BYTES = 73, KEY_SIZE = 48, HEX_SIZE = 65 };

enum kind { END, NIL_, NUMBER, TEXT, ACCOUNT_, SHOP_, SHOPS_, NOW_, SESSION_, KEY_, HASH_, SEALED_, CAPTURED };
enum capture { CAPTURE_SEQ, CAPTURE_BALANCE, CAPTURE_ID, CAPTURE_NUMBER, CAPTURES };
static const char *const capture_name[CAPTURES] = { "seq", "balance", "id", "number" };

struct param {
    enum kind kind;
    int64_t number;
    const char *text;
};
/* Tables: clang-format would give each word a line. */
/* clang-format off */
#define NIL { NIL_, 0, NULL }
#define N(n) { NUMBER, (n), NULL }
#define T(text) { TEXT, 0, (text) }
#define ACCOUNT { ACCOUNT_, 0, NULL }
#define SHOP { SHOP_, 0, NULL }
#define SHOPS { SHOPS_, 0, NULL } /* a list of one */
#define NOW { NOW_, 0, NULL }
#define SESSION { SESSION_, 0, NULL }
#define KEY { KEY_, 0, NULL }
#define HASH { HASH_, 0, NULL }
#define SEALED { SEALED_, 0, NULL }
#define SEQ(plus) { CAPTURED, (plus), "seq" }
#define BALANCE(plus) { CAPTURED, (plus), "balance" }
#define ID { CAPTURED, 0, "id" }
#define LAST { CAPTURED, 0, "number" }

struct step { const char *file, *name; struct param param[PARAMS_MAX]; };
struct program { const char *name; int64_t accounts; struct step step[STEPS_MAX]; };

#define LEDGER(price, reason, shop)                                                                                    \
    { "credits/ledger.c", "account_lock", { ACCOUNT, KEY } },                                                          \
    { "credits/ledger.c", "account_move", { ACCOUNT, SEQ(0), N(-(price)), N(0), N(0), N(price), HASH, HASH } },        \
    { "credits/ledger.c", "entry_append", { ACCOUNT, SEQ(1), KEY, N(-(price)), BALANCE(-(price)), T(reason), shop,     \
      NIL, ACCOUNT, NOW, HASH } }
#define EVENT_OF(topic, type, data)                                                                                    \
    { "http/events.c", "bump_counter", { N(topic), ACCOUNT } },                                                        \
    { "http/events.c", "append_event", { N(topic), ACCOUNT, T(type), T(data), NOW } }
#define EVENT(type, data) EVENT_OF(TOPIC_ACCOUNT, type, data)
#define AUDIT(action, details)                                                                                         \
    { "audit/log.c", "append", { ACCOUNT, ACCOUNT, ACCOUNT, T(action), T("shop"), SHOP, T(details),                    \
      T("127.0.0.0/24"), NIL, NOW } }

#define MESSAGE_DATA                                                                                                   \
    "{\"number\":12,\"author\":\"visitor\",\"name\":\"\","                                                             \
    "\"text\":\"Is the copper kettle in stock, and what does it cost?\","                                              \
    "\"at\":\"2026-11-28T17:00:00.000Z\",\"clientId\":\"bench-1792022400000123\"}"
#define INBOX_DATA                                                                                                     \
    "{\"conversation\":12345,\"shop\":12345,\"epoch\":1,\"person\":1,\"assignee\":0,\"unread\":12,"                    \
    "\"lastNote\":0,\"beganAt\":\"2026-11-28T17:00:00.000Z\",\"status\":\"open\",\"owner\":\"person\",\"name\":\"\","  \
    "\"lastNumber\":12,\"readByVisitor\":12,\"readByTeam\":0,\"message\":" MESSAGE_DATA "}"

static const struct program programs[] = {
    { "sso", ENABLED_SHOPS, {
        { "accounts/sessions.c", "find", { SESSION } },
        { "tenants/sso_routes.c", "signing", { SHOP, ACCOUNT } },
        AUDIT("sso_issued", "{\"role\":\"admin\"}"),
    } },
    { "debit", ACCOUNTS, {
        LEDGER(1, "shop_creation", NIL),
    } },
    { "message", ENABLED_SHOPS, {
        { "tenants/tenant.c", "of_shop", { SHOP } },
        { "shops/shops.c", "by_id", { SHOP } },
        { "chat/visitors.c", "by_id_locked", { ACCOUNT } },
        { "chat/conversations.c", "by_id", { ACCOUNT } },
        { "chat/conversations.c", "by_id_locked", { ACCOUNT } },
        { "chat/messages.c", "put", { ACCOUNT, N(1), N(0), T(""), KEY,
          T("Is the copper kettle in stock, and what does it cost?"), NOW } },
        { "chat/conversations.c", "save", { ACCOUNT, N(1), N(1), N(3), N(1), N(1), T("Ann"), N(0), LAST, N(0), LAST,
          N(0), N(0), LAST, N(0), N(0), N(0), NOW, NOW, N(0), N(0), N(0), N(0), N(0), N(0) } },
        EVENT_OF(TOPIC_CONVERSATION, "message", MESSAGE_DATA),
        EVENT_OF(TOPIC_INBOX, "message", INBOX_DATA),
    } },
    { "enable", ACCOUNTS, {
        { "accounts/sessions.c", "find", { SESSION } },
        { "shops/shops.c", "owned_locked", { SHOP, ACCOUNT } },
        { "tenants/tenant.c", "of_shop", { SHOP } },
        LEDGER(50, "chatbot_enablement", SHOP),
        { "tenants/tenant.c", "insert", { SHOP, ACCOUNT, N(3), N(1), N(1), N(2), T("bot_0123456789abcdef01234567"),
          T("Bench shop Assistant"), T("emb_0123456789abcdef"), T(""), N(1), N(0), N(0), NOW, NOW, NOW } },
        { "tenants/tenant.c", "history", { ID, N(1), ACCOUNT, N(0), N(3), T("enabled"), ACCOUNT, NOW } },
        { "tenants/subscriptions.c", "insert", { ID, N(1), SHOP, ACCOUNT, N(1), N(22), N(1), NOW, NOW, NOW, NOW,
          NOW, T("credits") } },
        AUDIT("chatbot_enabled", "{\"credits\":50,\"backend\":\"builtin\"}"),
        EVENT("chatbot.changed", "{\"shop\":12345,\"state\":\"active\"}"),
        { "tenants/secrets.c", "add_pair", { ID, ACCOUNT, SEALED, T("abcd"), SEALED, T("abcd"), NOW } },
        { "credits/ledger.c", "account_balance", { ACCOUNT } },
        EVENT("credits.changed", "{\"available\":999949}"),
    } },
    { "renew", ENABLED_SHOPS, {
        { "shops/shops.c", "by_id_free", { SHOP } },
        { "tenants/tenant.c", "of_shop", { SHOP } },
        { "tenants/subscriptions.c", "get", { SHOP, N(1) } },
        { "billing/plan_rights.c", "of_shops", { SHOPS } },
        { "tenants/panel_rows.c", "panel_gives", { SHOPS } },
        LEDGER(10, "chatbot_renewal", SHOP),
        { "tenants/subscriptions.c", "save", { SHOP, N(1), N(1), N(2), NOW, N(1800000000000), N(1800000000000), NOW,
          N(1), N(0), N(0) } },
        AUDIT("chatbot_renewed", "{\"status\":\"active\",\"expiresAt\":\"2026-12-22T04:00:00.000Z\","
                                 "\"source\":\"credits\"}"),
        EVENT("chatbot.changed", "{\"shop\":12345,\"state\":\"active\"}"),
        { "credits/ledger.c", "account_balance", { ACCOUNT } },
        EVENT("credits.changed", "{\"available\":999939}"),
    } },
};

/* clang-format on */

/* Each shop once, from the first on. */
static bool is_renew(const struct program *p) { return text_eq(p->name, "renew"); }
static bool in_order(const struct program *p) { return is_renew(p) || text_eq(p->name, "enable"); }

static const struct program *program_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(programs); i++)
        if (text_eq(programs[i].name, name)) return &programs[i];
    die("no such program: %s", name);
}

const struct stmt *stmt_of(const char *file, const char *name)
{
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        size_t n = strlen(s->file), m = strlen(file);
        if (n >= m && text_eq(s->file + n - m, file) && text_eq(s->name, name)) return s;
    }
    die("the product has no statement %s in %s any more", name, file);
}

static int params_of(const struct step *s)
{
    int n = 0;
    while (n < PARAMS_MAX && s->param[n].kind != END) n++;
    return n;
}

/* ---- SQLite ---- */

struct bare {
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *stmt[STEPS_MAX];
    int column[STEPS_MAX][CAPTURES]; /* -1: the step has no such column */
    bool reads[STEPS_MAX];
    int64_t captured[CAPTURES], account, now_ms;
    char key[KEY_SIZE], list[KEY_SIZE];
    int key_n, list_n;
    char (*session)[HEX_SIZE];
};

static void check(const struct bare *b, bool good, const char *what)
{
    if (!good) die("%s: %s", what, sqlite3_errmsg(b->db));
}

static sqlite3_stmt *prepare(const struct bare *b, const char *sql)
{
    sqlite3_stmt *p = NULL;
    check(b, sqlite3_prepare_v3(b->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &p, NULL) == SQLITE_OK, sql);
    return p;
}

/* The settings of storage/sqlite.c. */
static void open_bare(struct bare *b, const char *path)
{
    if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK) die("sqlite3_config");
    if (sqlite3_open_v2(path, &b->db, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        die("open %s", path);
    check(b,
          sqlite3_exec(b->db,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                       "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
                       "PRAGMA wal_autocheckpoint=2000; PRAGMA journal_size_limit=67108864;",
                       NULL, NULL, NULL) == SQLITE_OK,
          "pragmas");
    b->begin = prepare(b, "BEGIN IMMEDIATE");
    b->commit = prepare(b, "COMMIT");
    b->now_ms = now_ms();
}

static void prepare_program(struct bare *b, const struct program *p)
{
    for (int i = 0; p->step[i].file; i++) {
        const struct step *s = &p->step[i];
        b->stmt[i] = prepare(b, stmt_of(s->file, s->name)->sql);
        b->reads[i] = sqlite3_column_count(b->stmt[i]) > 0;
        if (sqlite3_bind_parameter_count(b->stmt[i]) != params_of(s))
            die("%s of %s has other parameters now", s->name, s->file);
        for (int c = 0; c < CAPTURES; c++) {
            b->column[i][c] = -1;
            for (int k = 0; k < sqlite3_column_count(b->stmt[i]); k++)
                if (text_eq(sqlite3_column_name(b->stmt[i], k), capture_name[c])) b->column[i][c] = k;
        }
    }
    b->session = calloc(ACCOUNTS + 1, sizeof b->session[0]);
    if (!b->session) abort();
    sqlite3_stmt *tokens = prepare(b, "SELECT account, token_hash FROM sessions");
    while (sqlite3_step(tokens) == SQLITE_ROW)
        snprintf(b->session[sqlite3_column_int64(tokens, 0)], HEX_SIZE, "%s",
                 (const char *)sqlite3_column_text(tokens, 1));
    sqlite3_finalize(tokens);
}

static int64_t captured(const struct bare *b, const struct param *p)
{
    for (int c = 0; c < CAPTURES; c++)
        if (p->text == capture_name[c] || text_eq(p->text, capture_name[c])) return b->captured[c] + p->number;
    abort();
}

static int bind(const struct bare *b, sqlite3_stmt *s, int at, const struct param *p)
{
    static const uint8_t bytes[SEALED_BYTES] = { 1, 1, 7 };
    switch (p->kind) {
    case END:
    case NIL_: return sqlite3_bind_null(s, at);
    case NUMBER: return sqlite3_bind_int64(s, at, p->number);
    case TEXT: return sqlite3_bind_text(s, at, p->text, -1, SQLITE_STATIC);
    case ACCOUNT_:
    case SHOP_: return sqlite3_bind_int64(s, at, b->account);
    case SHOPS_: return sqlite3_bind_text(s, at, b->list, b->list_n, SQLITE_STATIC);
    case NOW_: return sqlite3_bind_int64(s, at, b->now_ms);
    case SESSION_: return sqlite3_bind_text(s, at, b->session[b->account], HEX_SIZE - 1, SQLITE_STATIC);
    case KEY_: return sqlite3_bind_text(s, at, b->key, b->key_n, SQLITE_STATIC);
    case HASH_: return sqlite3_bind_blob(s, at, bytes, HASH_BYTES, SQLITE_STATIC);
    case SEALED_: return sqlite3_bind_blob(s, at, bytes, SEALED_BYTES, SQLITE_STATIC);
    case CAPTURED: return sqlite3_bind_int64(s, at, captured(b, p));
    }
    abort();
}

static void run_step(struct bare *b, const struct program *p, int i)
{
    sqlite3_stmt *s = b->stmt[i];
    for (int k = 0; p->step[i].param[k].kind != END; k++)
        if (bind(b, s, k + 1, &p->step[i].param[k]) != SQLITE_OK) die("bind");
    int code = sqlite3_step(s);
    check(b, code == SQLITE_ROW || code == SQLITE_DONE, p->step[i].name);
    if (code == SQLITE_ROW) {
        for (int c = 0; c < CAPTURES; c++)
            if (b->column[i][c] >= 0) b->captured[c] = sqlite3_column_int64(s, b->column[i][c]);
        while (!sqlite3_stmt_readonly(s) && (code = sqlite3_step(s)) == SQLITE_ROW) continue;
    }
    sqlite3_reset(s);
}

static void frame(const struct bare *b, sqlite3_stmt *s)
{
    check(b, sqlite3_step(s) == SQLITE_DONE, sqlite3_sql(s));
    sqlite3_reset(s);
}

static void run_program(struct bare *b, const struct program *p, int64_t first, double seconds, int64_t accounts)
{
    bool ordered = in_order(p), renew = is_renew(p);
    uint64_t state = 88172645463325252u;
    int64_t done = 0;
    double began = seconds_now(), now = began;
    for (; now - began < seconds; now = seconds_now()) {
        if (ordered && first + done + BARE_BATCH > accounts + 1) break; /* every shop had it: a fast machine */
        frame(b, b->begin);
        for (int n = 0; n < BARE_BATCH; n++, done++) {
            b->account = ordered ? first + done : 1 + (int64_t)(next_random(&state) % (uint64_t)accounts);
            b->key_n = ordered && !renew ? snprintf(b->key, KEY_SIZE, "chatbot:shop-%d:1", (int)b->account)
                                         : snprintf(b->key, KEY_SIZE, "bench:%lld", (long long)(first + done));
            b->list_n = snprintf(b->list, KEY_SIZE, "[%lld]", (long long)b->account);
            for (int i = 0; p->step[i].file; i++) run_step(b, p, i);
        }
        frame(b, b->commit);
    }
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.1f}\n", (long long)done, now - began,
           (double)done / (now - began));
}

static void close_bare(struct bare *b, const struct program *p)
{
    for (int i = 0; p && p->step[i].file; i++) sqlite3_finalize(b->stmt[i]);
    free(b->session);
    sqlite3_finalize(b->begin), sqlite3_finalize(b->commit);
    if (sqlite3_close(b->db) != SQLITE_OK) die("close");
}

/* ---- words as they come: what is the least that one can be seen after ---- */

/* No server, no client, no thread, no socket: at each word's time its rows are written, all that are due in one
 * transaction, and once that is synced it would be seen. */
static void run_paced(struct bare *b, const struct program *p, double per_second, double seconds)
{
    size_t size = (size_t)(per_second * seconds) + 1, done = 0;
    float *late_ms = calloc(size, sizeof *late_ms);
    if (!late_ms) die("no memory");
    uint64_t state = 88172645463325252u;
    double began = seconds_now();
    while (done < size) {
        size_t due = (size_t)((seconds_now() - began) * per_second);
        if (due > size) due = size;
        if (due == done) continue;
        size_t first = done;
        frame(b, b->begin);
        for (; done < due; done++) {
            b->account = 1 + (int64_t)(next_random(&state) % ENABLED_SHOPS);
            b->key_n = snprintf(b->key, KEY_SIZE, "bench:%zu", done);
            for (int i = 0; p->step[i].file; i++) run_step(b, p, i);
        }
        frame(b, b->commit);
        double told = seconds_now() - began;
        for (size_t i = first; i < done; i++) late_ms[i] = (float)((told - (double)(i + 1) / per_second) * 1000);
    }
    printf("{\"said\":%zu,", size);
    print_times(late_ms, size);
    free(late_ms);
}

int bare_paced(const char *url, double per_second, double seconds)
{
    struct bare b = { 0 };
    const char *path = sqlite_path(url);
    if (!path || per_second < 1) die("words come to SQLite, one a second or more");
    open_bare(&b, path);
    sqlite3_wal_autocheckpoint(b.db, 0);
    const struct program *p = program_of("message");
    prepare_program(&b, p);
    run_paced(&b, p, per_second, seconds);
    close_bare(&b, p);
    return 0;
}

/* ---- jobs: put 64, claim 64, settle 64, three transactions ---- */

static void put_batch(const struct bare *b, sqlite3_stmt *put)
{
    for (int i = 0; i < BARE_BATCH; i++) {
        sqlite3_bind_text(put, 1, "bench.noop", -1, SQLITE_STATIC), sqlite3_bind_null(put, 2);
        sqlite3_bind_int64(put, 3, 0), sqlite3_bind_int64(put, 4, i + 1), sqlite3_bind_null(put, 5);
        sqlite3_bind_int64(put, 6, b->now_ms), sqlite3_bind_int64(put, 7, 0), sqlite3_bind_int64(put, 8, b->now_ms);
        sqlite3_bind_int64(put, 9, JOB_POOL_HOUSE);
        check(b, sqlite3_step(put) == SQLITE_ROW && sqlite3_step(put) == SQLITE_DONE, "put");
        sqlite3_reset(put);
    }
}

static int claim_batch(const struct bare *b, sqlite3_stmt *claim, int64_t ids[BARE_BATCH])
{
    int n = 0;
    sqlite3_bind_int64(claim, 1, JOB_POOL_HOUSE), sqlite3_bind_int64(claim, 2, b->now_ms + 20000);
    sqlite3_bind_int64(claim, 3, BARE_BATCH), sqlite3_bind_text(claim, 4, "[\"0\"]", -1, SQLITE_STATIC);
    while (sqlite3_step(claim) == SQLITE_ROW && n < BARE_BATCH) ids[n++] = sqlite3_column_int64(claim, 0);
    sqlite3_reset(claim);
    return n;
}

static void settle_batch(const struct bare *b, sqlite3_stmt *move, const int64_t *ids, int n)
{
    for (int i = 0; i < n; i++) {
        sqlite3_bind_int64(move, 1, ids[i]), sqlite3_bind_int64(move, 2, 1), sqlite3_bind_int64(move, 3, 1);
        sqlite3_bind_int64(move, 4, 2), sqlite3_bind_int64(move, 5, b->now_ms), sqlite3_bind_int64(move, 6, b->now_ms);
        sqlite3_bind_null(move, 7), sqlite3_bind_int64(move, 8, 0), sqlite3_bind_int64(move, 9, 0);
        sqlite3_bind_int64(move, 10, b->now_ms);
        check(b, sqlite3_step(move) == SQLITE_DONE && sqlite3_changes(b->db) == 1, "settle");
        sqlite3_reset(move);
    }
}

static void run_jobs(struct bare *b, double seconds)
{
    sqlite3_stmt *put = prepare(b, stmt_of("jobs/put.c", "put")->sql);
    sqlite3_stmt *claim = prepare(b, stmt_of("jobs/queue.c", "claim_line")->sql);
    sqlite3_stmt *move = prepare(b, stmt_of("jobs/queue.c", "move")->sql);
    int64_t ids[BARE_BATCH], done = 0;
    double began = seconds_now(), now = began;
    for (; now - began < seconds; now = seconds_now()) {
        frame(b, b->begin), put_batch(b, put), frame(b, b->commit);
        frame(b, b->begin);
        int n = claim_batch(b, claim, ids);
        frame(b, b->commit);
        if (n != BARE_BATCH) die("claimed %d jobs", n);
        frame(b, b->begin), settle_batch(b, move, ids, n), frame(b, b->commit);
        done += n;
    }
    printf("{\"ops\":%lld,\"seconds\":%.3f,\"per_second\":%.1f}\n", (long long)done, now - began,
           (double)done / (now - began));
    sqlite3_finalize(put), sqlite3_finalize(claim), sqlite3_finalize(move);
}

int bare_sqlite(const char *url, const char *name, int64_t first, double seconds, int64_t accounts)
{
    struct bare b = { 0 };
    const char *path = sqlite_path(url);
    if (!path) die("bare runs on SQLite; for PostgreSQL give the output of `bench script` to pgbench");
    open_bare(&b, path);
    const struct program *p = text_eq(name, "jobs") ? NULL : program_of(name);
    if (p) {
        prepare_program(&b, p);
        run_program(&b, p, is_renew(p) ? 1 : first, seconds, accounts > 0 ? accounts : p->accounts);
    } else run_jobs(&b, seconds);
    close_bare(&b, p);
    return 0;
}

/* ---- PostgreSQL: scripts for pgbench ---- */

/* pgbench takes every :word for a variable, also inside a literal. */
static void print_literal(const char *text)
{
    putchar('\'');
    for (; *text; text++) putchar(*text == ':' ? '=' : *text);
    putchar('\'');
}

static void print_bytes(int n)
{
    printf("'\\x");
    for (int i = 0; i < n; i++) printf("0%d", i % 10);
    putchar('\'');
}

static void print_param(const struct param *p, const struct program *of)
{
    switch (p->kind) {
    case END:
    case NIL_: printf("NULL"); return;
    case NUMBER: printf("%lld", (long long)p->number); return;
    case TEXT: print_literal(p->text); return;
    case ACCOUNT_:
    case SHOP_: printf(":account"); return;
    case SHOPS_: printf("ARRAY[CAST(:account AS text)]"); return;
    case NOW_: printf(":now"); return;
    /* pgbench knows no hash functions: the server makes the cookie's hash, once a statement, in about a microsecond. */
    case SESSION_:
        printf("encode(sha256(CAST('bench-' || lpad(CAST(:account AS text), 6, '0') AS bytea)), 'hex')");
        return;
    case KEY_:
        if (of && in_order(of))
            printf("'%s=shop-' || CAST(:account AS text) || '=1'", is_renew(of) ? "renewal" : "chatbot");
        else printf("'bench=' || CAST(:k AS text)");
        return;
    case HASH_: print_bytes(HASH_BYTES); return;
    case SEALED_: print_bytes(SEALED_BYTES); return;
    case CAPTURED: printf(p->number ? "(:%s + %lld)" : ":%s", p->text, (long long)p->number); return;
    }
}

static void print_statement(const struct step *s, const struct program *of)
{
    const struct stmt *stmt = stmt_of(s->file, s->name);
    for (const char *p = stmt->postgres ? stmt->postgres : stmt->sql; *p; p++) {
        if (*p != '?' || !isdigit((unsigned char)p[1])) {
            putchar(*p);
            continue;
        }
        int n = 0;
        while (isdigit((unsigned char)p[1])) n = n * 10 + (*++p - '0');
        print_param(&s->param[n - 1], of);
    }
    bool keeps = text_eq(s->name, "account_lock") ||
                 (text_eq(s->name, "insert") && text_eq(s->file, "tenants/tenant.c")) ||
                 (text_eq(s->name, "put") && text_eq(s->file, "chat/messages.c"));
    puts(keeps ? " \\gset" : ";");
}

static void print_job_scripts(const char *name)
{
    static const struct step put = { "jobs/put.c",
                                     "put",
                                     { T("bench.noop"), NIL, N(0), N(1), NIL, NOW, N(0), NOW, N(JOB_POOL_HOUSE) } };
    static const struct step claim = { "jobs/queue.c",
                                       "claim_line",
                                       { N(JOB_POOL_HOUSE), { CAPTURED, 0, "lease" }, N(BARE_BATCH), T("{0}") } };
    if (text_eq(name, "jobs_put")) {
        print_statement(&put, NULL);
        return;
    }
    /* pgbench cannot loop over rows: 16 jobs a transaction, as the product settles them, but in one statement. */
    puts("\\set lease random(4000000000000, 9000000000000)");
    print_statement(&claim, NULL);
    for (int i = 0; i < BARE_BATCH / 16; i++)
        puts("UPDATE jobs SET state = 2, run_at_ms = :now, ended_at_ms = :now, error = NULL WHERE attempts = 1 AND "
             "state = 1"
             " AND id IN (SELECT id FROM jobs WHERE state < 2 AND pool = 0 AND state = 1"
             " AND run_at_ms = :lease LIMIT 16);");
}

int bare_script(const char *name, int64_t accounts)
{
    if (strncmp(name, "jobs_", 5) == 0) {
        print_job_scripts(name);
        return 0;
    }
    const struct program *p = program_of(name);
    /* Every client has shops of its own, one after the other; `first`, `clients` and `n` (0) come from -D. */
    if (in_order(p))
        printf("\\set account %s + :client_id + :n * :clients\n\\set n :n + 1\n", is_renew(p) ? "1" : ":first");
    else
        printf("\\set account random(1, %lld)\n\\set k random(1, 9000000000000000)\n",
               (long long)(accounts > 0 ? accounts : p->accounts));
    puts("BEGIN;");
    for (int i = 0; p->step[i].file; i++) print_statement(&p->step[i], p);
    puts("COMMIT;");
    return 0;
}
