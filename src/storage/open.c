/* open.c: databases and their connections, by URL: the one place that knows which engines there are. */
#include "base/log.h"
#include "storage/pg_wire.h"
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_STATEMENT_TIMEOUT_MS = 5000, SETTLE_LIMIT_MS = 10000 };

static char *copied(const char *text)
{
    char *out = text ? strdup(text) : NULL;
    if (text && !out) abort();
    return out;
}

/* The engine and, for SQLite, the path. False for anything that is not a database URL. */
static bool understand_url(struct db *db, const char *url)
{
    static const char sqlite[] = "sqlite:";
    if (!url) return false;
    db->url = copied(url);
    if (strncmp(url, sqlite, sizeof sqlite - 1) == 0) {
        db->engine = &engine_sqlite;
        db->path = db->url + sizeof sqlite - 1;
        return db->path[0] != '\0';
    }
    db->engine = &engine_postgres;
    return strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0;
}

struct db *db_open(const struct db_options *o, char *error, size_t error_size)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db) abort();
    db->lock_fd = db->file_fd = -1;
    db->columns = calloc(stmt_count() + 1, sizeof *db->columns);
    if (!db->columns || pthread_mutex_init(&db->columns_lock, NULL) != 0) abort();
    db->vfs = copied(o->vfs);
    db->announce = o->announce;
    db->announced_key = o->announced_key;
    db->statement_timeout_ms = o->statement_timeout_ms ? o->statement_timeout_ms : DEFAULT_STATEMENT_TIMEOUT_MS;

    db->settle_limit_ms = SETTLE_LIMIT_MS;

    bool good = understand_url(db, o->url);
    if (!good) snprintf(error, error_size, "a database URL is sqlite:PATH or postgres://...");
    if (good && o->exclusive && db->engine->id == DB_SQLITE) good = sqlite_file_lock(db, error, error_size);
    if (good && o->announce && db->engine->id == DB_POSTGRES) good = pg_is_our_own(db, error, error_size);
    if (good) {
        /* One connection now, so that a wrong path or password is told at start and not by the first request. */
        struct conn *c = conn_open(db, TX_WRITE, error, error_size);
        good = c != NULL;
        conn_close(c);
    } else {
        LOG(LOG_ERROR, "database_open_failed", LOG_TEXT("reason", error));
    }
    if (good) return db;
    db_close(db);
    return NULL;
}

void db_close(struct db *db)
{
    if (!db) return;
    for (size_t i = 0; i < stmt_count(); i++) {
        struct columns *columns = db->columns[i];
        for (unsigned k = 0; columns && k < columns->count; k++) free(columns->name[k]);
        free(columns);
    }
    free(db->columns);
    pthread_mutex_destroy(&db->columns_lock);
    sqlite_file_unlock(db);
    free(db->vfs);
    free(db->url);
    free(db);
}

const char *db_file(const struct db *db) { return db->path; }

enum db_engine db_engine_of(const struct db *db) { return db->engine->id; }

struct conn *conn_open(struct db *db, enum tx_mode mode, char *error, size_t error_size)
{
    assert(mode == TX_READ || mode == TX_WRITE);
    struct conn *c = db->engine->open(db, mode, error, error_size);
    if (!c) {
        LOG(LOG_ERROR, "database_connect_failed", LOG_TEXT("reason", error));
        return NULL;
    }
    c->engine = db->engine;
    c->db = db;
    c->mode = mode;
    c->tx.conn = c;
    return c;
}

void conn_close(struct conn *c)
{
    if (!c) return;
    assert(!c->tx.open);
    c->engine->close(c);
}

bool conn_usable(struct conn *c)
{
    if (!c->lost && !c->engine->alive(c)) c->lost = true;
    return !c->lost;
}
