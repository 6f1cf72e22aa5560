/* sqlite.c: the engine for one machine. WAL with synchronous=FULL: what tx_commit calls committed survives a power cut.
 * Connections are used by one thread each (NOMUTEX); the one writer is the lane's affair (lanes.c).
 *
 * Rejected: memory-mapped reads (an I/O error becomes a SIGBUS that ends the process), SQLite's memory statistics (a
 * global mutex around each allocation), and many writers with a busy time-out (one in a hundred waits more than a
 * second, since nobody queues). */
#include "base/clock.h"
#include "base/log.h"
#include "storage/private.h"
#ifdef CHATHUB_TORTURE
#include "storage/test_vfs.h"
#endif
#include <malloc.h>
#include <stdatomic.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BUSY_TIMEOUT_MS = 5000,  /* another process (the command line) may hold the writer */
    WRITER_CACHE_KIB = 8192, /* filled by load, given back in idle times */
    READER_CACHE_KIB = 16384,
    CHECKPOINT_PAGES = 2000, /* 8 MiB of log between checkpoints: hot pages are copied back once */
    /* The same in a moment in which nobody waits for the writer, where somebody did just now: who comes next waits for
     * it, so it is as many pages as take about as long as a few commits do. On a disk that syncs at once these are few;
     * where a sync takes long it is the sync that is waited for, not the pages. */
    CHECKPOINT_SOON_LEAST = 50,
    CHECKPOINT_SOON_MOST = 600,
    CHECKPOINT_SOON_COMMITS = 4,
    CHECKPOINT_SOON_MS = 1000,
    LOG_LIMIT_BYTES = 64 << 20,
};

/* Statements that frame a transaction, prepared once a connection. */
enum frame { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, PART_BEGIN, PART_KEEP, PART_UNDO, FRAME_COUNT };
static const char *const frame_sql[FRAME_COUNT] = {
    [BEGIN_READ] = "BEGIN",        [BEGIN_WRITE] = "BEGIN IMMEDIATE", [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",       [PART_BEGIN] = "SAVEPOINT p",      [PART_KEEP] = "RELEASE p",
    [PART_UNDO] = "ROLLBACK TO p",
};

struct slot {
    sqlite3_stmt *prepared;
    const struct columns *columns;
    bool writes;
};

struct sqlite_conn {
    struct conn base;
    sqlite3 *handle;
    sqlite3_stmt *frame[FRAME_COUNT];
    const char *log_path;
    ino_t log_inode;     /* 0: not seen yet */
    bool log_grew;       /* something was written since the last checkpoint of an idle time */
    int log_pages;       /* in the log after the last commit; 0: since then it was tried to copy it back */
    int soon_pages;      /* CHECKPOINT_SOON_LEAST to _MOST */
    int64_t commit_us;   /* what a commit takes, smoothed */
    struct slot slots[]; /* stmt_count() of them */
};

static struct sqlite_conn *sqlite_of(struct conn *c) { return OWNER_OF(c, struct sqlite_conn, base); }

/* ---- faults ---- */

static enum tx_fault fault_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT: return TX_CONFLICT;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                       code == SQLITE_CONSTRAINT_ROWID
                   ? TX_CONFLICT
                   : TX_BROKEN;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM: return TX_UNABLE;
    default: return TX_BROKEN;
    }
}

static void fault(struct tx *tx, const struct stmt *s)
{
    sqlite3 *handle = sqlite_of(tx->conn)->handle;
    int code = sqlite3_extended_errcode(handle);
    char number[16];
    snprintf(number, sizeof number, "%d", code);
    tx_set_fault(tx, fault_of(code), s, number, sqlite3_errmsg(handle)); /* names columns, never values */
}

/* ---- connections ---- */

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void library_start(void)
{
    /* Misuse (called too late by a test that used SQLite before) leaves the slower defaults, nothing worse. */
    if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_MULTITHREAD) != SQLITE_OK)
        LOG(LOG_WARN, "sqlite_config_refused");
    if (sqlite3_initialize() != SQLITE_OK) abort();
#ifdef CHATHUB_TORTURE
    if (forgetful_vfs_register() != SQLITE_OK) abort();
#endif
}

static void sqlite_close(struct conn *c)
{
    struct sqlite_conn *s = sqlite_of(c);
    for (size_t i = 0; i < stmt_count(); i++) sqlite3_finalize(s->slots[i].prepared);
    for (int i = 0; i < FRAME_COUNT; i++) sqlite3_finalize(s->frame[i]);
    if (sqlite3_close(s->handle) != SQLITE_OK) abort(); /* a statement that is not in a slot: our bug */
    free(s);
}

/* After each commit: so many pages are in the log now. */
static int log_grown(void *arg, sqlite3 *handle, const char *name, int pages)
{
    (void)handle, (void)name;
    sqlite_of(arg)->log_pages = pages;
    return SQLITE_OK;
}

/* Copies the log back, once for each commit that made it longer than `most`, and says what is left in it: a reader of
 * another process that stays in an old snapshot holds it up, and the log grows. */
static bool log_copy_back(struct sqlite_conn *s, int most)
{
    if (s->log_pages < most) return false;
    s->log_pages = 0;
    struct db *db = s->base.db;
    int in_log = 0, copied_back = 0;
    int code = sqlite3_wal_checkpoint_v2(s->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied_back);
    bool held = code == SQLITE_OK && copied_back < in_log;
    atomic_store(&db->log_held_pages, held ? in_log - copied_back : 0);
    if (!held) {
        atomic_store(&db->log_held_since_ms, 0);
    } else if (atomic_load(&db->log_held_since_ms) == 0) {
        atomic_store(&db->log_held_since_ms, monotonic_ms());
    }
    return true; /* what was committed stays so: whatever became of this is no fault of it */
}

static bool journal_is_wal(sqlite3 *handle)
{
    sqlite3_stmt *p = NULL;
    bool is = sqlite3_prepare_v2(handle, "PRAGMA journal_mode=WAL", -1, &p, NULL) == SQLITE_OK &&
              sqlite3_step(p) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(p, 0), "wal") == 0;
    sqlite3_finalize(p);
    return is;
}

static bool configure(struct sqlite_conn *s, enum tx_mode mode)
{
    char pragmas[512];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-%d; PRAGMA temp_store=MEMORY;"
             "PRAGMA mmap_size=0; PRAGMA journal_size_limit=%d;",
             mode == TX_WRITE ? WRITER_CACHE_KIB : READER_CACHE_KIB, LOG_LIMIT_BYTES);
    static const int off[] = { SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL };
    bool good = sqlite3_busy_timeout(s->handle, BUSY_TIMEOUT_MS) == SQLITE_OK &&
                sqlite3_db_config(s->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK;
    for (size_t i = 0; i < ARRAY_LEN(off); i++)
        good = good && sqlite3_db_config(s->handle, off[i], 0, NULL) == SQLITE_OK;
    if (mode == TX_WRITE)
        good = good && sqlite3_exec(s->handle, "PRAGMA page_size=4096", NULL, NULL, NULL) == SQLITE_OK &&
               journal_is_wal(s->handle);
    good = good && sqlite3_exec(s->handle, pragmas, NULL, NULL, NULL) == SQLITE_OK;
    if (mode == TX_WRITE) sqlite3_wal_hook(s->handle, log_grown, &s->base);
    for (int i = 0; i < FRAME_COUNT; i++)
        good = good && sqlite3_prepare_v3(s->handle, frame_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->frame[i], NULL) ==
                           SQLITE_OK;
    return good;
}

static struct conn *sqlite_open(struct db *db, enum tx_mode mode, char *error, size_t error_size)
{
    pthread_once(&library_once, library_start);
    if (mode == TX_WRITE && !sqlite_file_prepare(db, error, error_size)) return NULL;
    struct sqlite_conn *s = calloc(1, sizeof *s + stmt_count() * sizeof s->slots[0]);
    if (!s) abort();
    int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (mode == TX_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    s->base.db = db;
    s->soon_pages = CHECKPOINT_SOON_MOST;
    if (sqlite3_open_v2(db->path, &s->handle, flags, db->vfs) == SQLITE_OK && configure(s, mode)) {
        s->log_path = sqlite3_filename_wal(sqlite3_db_filename(s->handle, "main"));
        return &s->base;
    }
    snprintf(error, error_size, "cannot open %s: %s", db->path, s->handle ? sqlite3_errmsg(s->handle) : "no memory");
    sqlite_close(&s->base);
    return NULL;
}

/* ---- statements ---- */

static const char *name_of(void *arg, unsigned i) { return sqlite3_column_name(arg, (int)i); }

static bool sqlite_prepare(struct conn *c, const struct stmt *s, char *error, size_t error_size)
{
    struct sqlite_conn *conn = sqlite_of(c);
    struct slot *slot = &conn->slots[stmt_slot(s)];
    if (slot->prepared) return true;
    const char *rest = NULL;
    int code = sqlite3_prepare_v3(conn->handle, s->sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->prepared, &rest);
    if (code != SQLITE_OK || !slot->prepared || rest[0] != '\0') {
        snprintf(error, error_size, "%s", code != SQLITE_OK ? sqlite3_errmsg(conn->handle) : "not one statement");
        sqlite3_finalize(slot->prepared);
        slot->prepared = NULL;
        return false;
    }
    slot->writes = !sqlite3_stmt_readonly(slot->prepared);
    slot->columns = db_columns(c->db, s, (unsigned)sqlite3_column_count(slot->prepared), name_of, slot->prepared);
    return true;
}

/* The prepared statement with its parameters bound; NULL after a fault. */
static struct slot *ready(struct query *q)
{
    struct slot *slot = &sqlite_of(q->tx->conn)->slots[stmt_slot(q->stmt)];
    char error[DB_ERROR_SIZE];
    if (!slot->prepared && !sqlite_prepare(q->tx->conn, q->stmt, error, sizeof error)) {
        fault(q->tx, q->stmt);
        return NULL;
    }
    if (slot->writes && q->tx->mode != TX_WRITE) {
        tx_set_fault(q->tx, TX_BROKEN, q->stmt, "mode", "a writing statement in a transaction that reads");
        return NULL;
    }
    sqlite3_stmt *p = slot->prepared;
    assert((int)q->params == sqlite3_bind_parameter_count(p));
    int bad = 0;
    for (int i = 0; i < (int)q->params; i++) {
        const struct query_value *v = &q->param[i];
        switch ((enum value_type)v->type) {
        case VALUE_NULL: bad |= sqlite3_bind_null(p, i + 1); break;
        case VALUE_INT: bad |= sqlite3_bind_int64(p, i + 1, v->number); break;
        case VALUE_LIST:
        case VALUE_TEXT: bad |= sqlite3_bind_text64(p, i + 1, v->bytes, v->n, SQLITE_STATIC, SQLITE_UTF8); break;
        case VALUE_BLOB: bad |= sqlite3_bind_blob64(p, i + 1, v->bytes, v->n, SQLITE_STATIC); break;
        }
    }
    if (bad == SQLITE_OK) return slot;
    fault(q->tx, q->stmt); /* longer than SQLite's limit of 1 GB, or no memory */
    return NULL;
}

/* The current row, copied into the arena with one allocation. Each column is fetched once, as a value: the other
 * sqlite3_column_* functions search, check and convert again with every call, which for a list costs more than reading
 * the page does. In multi-thread mode (library_start) a value of a row may be read like any other. */
static struct result_row *row_copy(struct query *q, sqlite3_stmt *p)
{
    unsigned columns = q->columns;
    sqlite3_value *from[QUERY_MAX_COLUMNS];
    size_t bytes = 0;
    for (unsigned i = 0; i < columns; i++) {
        from[i] = sqlite3_column_value(p, (int)i);
        int type = sqlite3_value_type(from[i]);
        if (type == SQLITE_TEXT || type == SQLITE_BLOB) bytes += (size_t)sqlite3_value_bytes(from[i]) + 1;
    }
    size_t head = sizeof(struct result_row) + columns * sizeof(struct query_value);
    struct result_row *row = arena_alloc(q->tx->arena, head + bytes);
    char *at = (char *)row + head;
    for (unsigned i = 0; i < columns; i++) {
        struct query_value *v = &row->value[i];
        const void *text = NULL;
        switch (sqlite3_value_type(from[i])) {
        case SQLITE_NULL: continue;
        case SQLITE_INTEGER:
            v->type = VALUE_INT;
            v->number = sqlite3_value_int64(from[i]);
            continue;
        case SQLITE_TEXT:
            v->type = VALUE_TEXT;
            text = sqlite3_value_text(from[i]);
            break;
        case SQLITE_BLOB:
            v->type = VALUE_BLOB;
            text = sqlite3_value_blob(from[i]);
            break;
        default: /* a fraction: no column of ours has one */
            LOG(LOG_ERROR, "fraction_in_result", LOG_TEXT("statement", q->stmt->name));
            abort();
        }
        v->n = (size_t)sqlite3_value_bytes(from[i]);
        v->bytes = at;
        if (v->n > 0) memcpy(at, text, v->n);
        at += v->n + 1;
    }
    return row;
}

static enum row sqlite_run(struct query *q, size_t max_rows)
{
    struct slot *slot = ready(q);
    if (!slot) return ROW_FAULT;
    q->names = (const char *const *)slot->columns->name;
    q->columns = slot->columns->count;
    struct result_row *first = NULL, **tail = &first;
    size_t rows = 0;
    int code;
    while ((code = sqlite3_step(slot->prepared)) == SQLITE_ROW) {
        if (rows < max_rows) {
            *tail = row_copy(q, slot->prepared);
            tail = &(*tail)->next;
            rows++;
        }
        /* A change with RETURNING runs to its end, where foreign keys are checked. */
        if (rows == max_rows && !slot->writes) break;
    }
    bool good = code == SQLITE_ROW || code == SQLITE_DONE;
    if (!good) fault(q->tx, q->stmt);
    sqlite3_reset(slot->prepared); /* repeats the code of step, which we have seen */
    q->cursor = first;
    return !good ? ROW_FAULT : first ? ROW_FOUND : ROW_NONE;
}

static int64_t sqlite_change(struct query *q)
{
    if (sqlite_run(q, 0) == ROW_FAULT) return -1;
    assert(sqlite_of(q->tx->conn)->slots[stmt_slot(q->stmt)].writes);
    return sqlite3_changes64(sqlite_of(q->tx->conn)->handle);
}

static bool sqlite_put(struct query *q) { return sqlite_run(q, 0) != ROW_FAULT; }

/* ---- transactions ---- */

static bool frame_run(struct tx *tx, enum frame f)
{
    sqlite3_stmt *p = sqlite_of(tx->conn)->frame[f];
    bool good = sqlite3_step(p) == SQLITE_DONE;
    if (!good) fault(tx, &(const struct stmt){ .name = frame_sql[f], .file = __FILE__ });
    sqlite3_reset(p);
    return good;
}

static bool still_ours(struct tx *tx)
{
    struct sqlite_conn *s = sqlite_of(tx->conn);
    if (sqlite_file_is_ours(tx->conn->db, s->log_path, &s->log_inode)) return true;
    tx_set_fault(tx, TX_UNABLE, NULL, "gone", "the database file or its log was deleted or replaced");
    return false;
}

static bool sqlite_begin(struct tx *tx)
{
    if (tx->mode == TX_WRITE && !still_ours(tx)) return false;
    if (tx->mode == TX_WRITE) (void)log_copy_back(sqlite_of(tx->conn), CHECKPOINT_PAGES);
    return frame_run(tx, tx->mode == TX_WRITE ? BEGIN_WRITE : BEGIN_READ);
}

static void sqlite_rollback(struct tx *tx)
{
    /* After a full disk SQLite may have rolled back by itself: then there is nothing to undo. */
    if (!sqlite3_get_autocommit(sqlite_of(tx->conn)->handle) && !frame_run(tx, ROLLBACK)) abort();
}

static enum tx_end sqlite_commit(struct tx *tx)
{
    if (tx->mode == TX_WRITE && !still_ours(tx)) {
        sqlite_rollback(tx);
        return TX_ROLLED_BACK;
    }
    struct sqlite_conn *s = sqlite_of(tx->conn);
    int64_t began_us = monotonic_us();
    if (frame_run(tx, COMMIT)) {
        if (tx->mode == TX_WRITE) s->log_grew = true, s->commit_us += (monotonic_us() - began_us - s->commit_us) / 8;
        return TX_COMMITTED;
    }
    /* A failed sync: this connection has rolled back, but the pages may lie in the log with a valid commit mark, and a
     * crash before the next write would bring them back. A full disk fails before that mark is written. */
    int code = sqlite3_extended_errcode(s->handle) & 0xff;
    sqlite_rollback(tx);
    return code == SQLITE_IOERR ? TX_UNCERTAIN : TX_ROLLED_BACK;
}

static bool sqlite_part_begin(struct tx *tx) { return frame_run(tx, PART_BEGIN); }

static bool sqlite_part_keep(struct tx *tx) { return frame_run(tx, PART_KEEP); }

static bool sqlite_part_undo(struct tx *tx)
{
    if (sqlite3_get_autocommit(sqlite_of(tx->conn)->handle)) return false; /* the engine gave the whole up */
    if (!frame_run(tx, PART_UNDO)) return false;
    return frame_run(tx, PART_KEEP);
}

static int64_t sqlite_written(const struct conn *c)
{
    return sqlite3_total_changes64(((const struct sqlite_conn *)c)->handle);
}

static int take_number(void *out, int columns, char **values, char **names)
{
    (void)names;
    if (out && columns > 0) *(int64_t *)out = values[0] ? strtoll(values[0], NULL, 10) : 0;
    return 0;
}

static bool sqlite_script(struct tx *tx, const char *sql, int64_t *number)
{
    sqlite3 *handle = sqlite_of(tx->conn)->handle;
    if (sqlite3_exec(handle, sql, take_number, number, NULL) == SQLITE_OK) {
        assert(!sqlite3_get_autocommit(handle)); /* no COMMIT of its own inside */
        return true;
    }
    fault(tx, &(const struct stmt){ .name = "script", .file = __FILE__ });
    return false;
}

/* Those whose batch it was have their answers: the log is copied back for nobody but who comes next. */
static void sqlite_rest(struct conn *c)
{
    struct sqlite_conn *s = sqlite_of(c);
    bool waited = conn_is_waited_for(c);
    bool soon = !waited && c->waited_for_at_ms > 0 && monotonic_ms() - c->waited_for_at_ms < CHECKPOINT_SOON_MS;
    int64_t began_us = monotonic_us();
    if (!log_copy_back(s, soon ? s->soon_pages : CHECKPOINT_PAGES) || !soon) return;
    int64_t took_us = monotonic_us() - began_us, wanted_us = CHECKPOINT_SOON_COMMITS * s->commit_us;
    if (took_us > wanted_us && s->soon_pages / 2 >= CHECKPOINT_SOON_LEAST) s->soon_pages /= 2;
    if (took_us < wanted_us / 2 && s->soon_pages * 2 <= CHECKPOINT_SOON_MOST) s->soon_pages *= 2;
}

/* A sanitizer brings its own malloc; glibc's was then never set up, and two lanes that trim it at once set it up
 * twice. */
static void give_memory_back(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    malloc_trim(0);
#endif
}

/* An idle time is when the log can be copied back whole and cut to nothing: a restart has nothing to recover then, and
 * a backup of the one file is nearly whole. Readers are not waited for: the next idle time comes. Cached pages go back
 * to the system (malloc would keep them): a service that nobody uses is a small one. */
static void sqlite_idle(struct conn *c)
{
    struct sqlite_conn *s = sqlite_of(c);
    sqlite3_db_release_memory(s->handle);
    give_memory_back();
    if (c->mode != TX_WRITE || !s->log_grew) return;
    if (sqlite3_busy_timeout(s->handle, 0) != SQLITE_OK) abort();
    int code = sqlite3_wal_checkpoint_v2(s->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (sqlite3_busy_timeout(s->handle, BUSY_TIMEOUT_MS) != SQLITE_OK) abort();
    s->log_grew = (code & 0xff) == SQLITE_BUSY;
    if (code == SQLITE_OK) {
        atomic_store(&c->db->log_held_pages, 0);
        atomic_store(&c->db->log_held_since_ms, 0);
    }
    if (code != SQLITE_OK && !s->log_grew) LOG(LOG_ERROR, "checkpoint_failed", LOG_NUMBER("code", code));
}

static bool sqlite_alive(struct conn *c) { return !c->lost; /* a file does not hang up */ }

static void sqlite_notify(struct conn *c, const char *channel)
{
    (void)c, (void)channel; /* other processes are not told: the command line writes through the server's socket */
}

const struct engine engine_sqlite = {
    .id = DB_SQLITE,
    .open = sqlite_open,
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .part_begin = sqlite_part_begin,
    .part_keep = sqlite_part_keep,
    .part_undo = sqlite_part_undo,
    .written = sqlite_written,
    .script = sqlite_script,
    .run = sqlite_run,
    .change = sqlite_change,
    .put = sqlite_put,
    .alive = sqlite_alive,
    .rest = sqlite_rest,
    .idle = sqlite_idle,
    .notify = sqlite_notify,
};
