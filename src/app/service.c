/* service.c: opening and closing what a process needs, in order. */
#include "accounts/accounts.h"
#include "app/app.h"
#include "app/chain_key.h"
#include "app/keys.h"
#include "app/private.h"
#include "base/clock.h"
#include "base/log.h"
#include "storage/migrate.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { APP_ARENA_MAX = 8 << 20, PATH_SIZE = 4096 };
#define SQLITE_URL "sqlite:"

/* A data directory that others can write is not ours: they could put a key, a socket or a database into it. */
static bool make_data_dir(const struct config *c, struct buf *error)
{
    struct stat st;
    if (mkdir(c->data_dir, 0700) != 0 && errno != EEXIST) {
        buf_printf(error, "CHATHUB_DATA_DIR %s cannot be made: %s.", c->data_dir, strerror(errno));
        return false;
    }
    if (stat(c->data_dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        buf_printf(error, "CHATHUB_DATA_DIR %s is not a directory.", c->data_dir);
        return false;
    }
    return owner_is_trusted(&st, c->data_dir, error);
}

/* For a look: what a start would make is there already. */
static bool is_there(const struct config *c, struct buf *error)
{
    char path[PATH_SIZE];
    struct stat st;
    if (stat(c->data_dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        buf_printf(error, "CHATHUB_DATA_DIR %s is not there.", c->data_dir);
        return false;
    }
    if (!owner_is_trusted(&st, c->data_dir, error)) return false;
    bool fits = (size_t)snprintf(path, sizeof path, "%s/master.key", c->data_dir) < sizeof path;
    if (!c->master_key && (!fits || stat(path, &st) != 0)) {
        buf_printf(error, "There is no master key: %s is not there, and CHATHUB_MASTER_KEY is not set.", path);
        return false;
    }
    const char *file = c->database_url + strlen(SQLITE_URL);
    if (!str_starts(str_of(c->database_url), STR(SQLITE_URL))) return true;
    if (stat(file, &st) == 0 && st.st_size > 0) return true;
    buf_printf(error, "There is no database at %s.", file);
    return false;
}

static unsigned lane_count(const struct config *c, enum db_engine engine, bool serving, bool writes)
{
    if (!serving) return 1;
    if (c->database_workers) return (unsigned)c->database_workers;
    if (engine == DB_SQLITE) return LANES_SQLITE;
    return writes ? LANES_POSTGRES_WRITE : LANES_POSTGRES_READ;
}

static bool open_database(struct app *app, enum app_use use, struct buf *error)
{
    char reason[512] = "";
    const char *vfs = NULL;
    bool serving = use == APP_SERVER;
#ifdef CHATHUB_TORTURE
    vfs = getenv("CHATHUB_TEST_VFS");
#endif
    app->db = db_open(&(struct db_options){ .url = app->config->database_url,
                                            .vfs = vfs,
                                            .exclusive = serving || use == APP_MIGRATION_DOWN,
                                            .announce = serving,
                                            .announced_key = keyring_first_id(app->keyring) },
                      reason, sizeof reason);
    if (!app->db) {
        buf_printf(error, "The database cannot be opened: %s", reason);
        return false;
    }
    int steps = use == APP_COMMAND || use == APP_SERVER ? migrate_up(app->db) : 0;
    if (steps == MIGRATE_IN_USE)
        buf_text(error, "The schema must be brought up to date, but a server runs on this database, maybe of an older "
                        "version: stop every server first.");
    else if (steps < 0) buf_text(error, "The database schema could not be brought up to date; the log says why.");
    if (steps < 0) return false;
    enum db_engine engine = db_engine_of(app->db);
    app->lanes = lanes_start(app->db,
                             &(struct lane_options){ .readers = lane_count(app->config, engine, serving, false),
                                                     .writers = lane_count(app->config, engine, serving, true),
                                                     .before_batch = accounts_before_batch,
                                                     .watch = serving },
                             reason, sizeof reason);
    if (!app->lanes) buf_printf(error, "The database threads cannot start: %s", reason);
    return app->lanes != NULL;
}

bool app_open(struct app *app, const struct config *c, enum app_use use, struct buf *error)
{
    *app = (struct app){ .config = c, .started_at_ms = now_ms(), .arena = arena_new(APP_ARENA_MAX) };
    app->base_url = c->base_url ? c->base_url : arena_printf(app->arena, "http://%s", c->listen);
    if (use == APP_LOOK ? !is_there(c, error) : !make_data_dir(c, error)) return false;
    app->keyring = config_keyring(c, error);
    if (!app->keyring) return false;
    app->mail = (struct mail_settings){ .host = c->smtp_host,
                                        .port = (int)c->smtp_port,
                                        .user = c->smtp_user,
                                        .password = c->smtp_password,
                                        .from = mail_sender(app->arena, c->mail_from),
                                        .tls_from_start = config_smtp_tls(c),
                                        .keep = !c->production,
                                        .keyring = app->keyring };
    app->mail_context.mail = &app->mail;
    app_fill_hooks(app);
    if (!open_database(app, use, error)) return false;
    if (use != APP_COMMAND && use != APP_SERVER) return true;
    return keys_fit(app, error) && chain_key_fit(app, error);
}

/* They stay open until the process ends: a call that outlasts the stop of the jobs may still use them. */
bool app_open_providers(const struct app *app, struct buf *error)
{
    struct provider_settings s = app->config->pay;
    const char *why = NULL;
    s.base_url = app->base_url;
    s.sandbox = !app->config->production;
    if (providers_open(&s, &why)) return true;
    buf_text(error, why);
    return false;
}

void app_close(struct app *app)
{
    if (app->lanes) lanes_stop(app->lanes);
    if (app->db) db_close(app->db);
    keyring_free(app->keyring);
    arena_free(app->arena);
    *app = (struct app){ 0 };
}
