/* test_db.c: the fixture of test_db.h. SQLite: a file in a folder of its own. PostgreSQL: this program's schema in the
 * given database (test_schema.h), reached by search_path in the URL, so that everything (also a second connection or
 * process) sees it. Migrating from nothing for each test was most of what the tests cost: both engines do it once. */
#include "storage/test_db.h"
#include "base/chain.h"
#include "base/log.h"
#include "storage/private.h"
#include "storage/test_schema.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A statement's limit is far away unless a test is about it: a loaded machine stands still for seconds. */
enum { TEST_ARENA_BYTES = 64 << 20, TEST_STATEMENT_LIMIT_MS = 60000 };

int test_setup(void **state)
{
    struct test_db *t = calloc(1, sizeof *t);
    if (!t) abort();
    *state = t;
    return 0;
}

/* ---- places ---- */

static void place_sqlite(struct test_db *t)
{
    const char *base = getenv("TMPDIR");
    char folder[sizeof t->place];
    snprintf(folder, sizeof folder, "%s/chathub-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) fail_msg("cannot make %s", folder);
    text_copy(t->place, sizeof t->place, folder); /* only what exists is removed at the end */
    snprintf(t->url, sizeof t->url, "sqlite:%s/test.db", t->place);
}

/* True: the migrations have run in it. */
static bool place_postgres(struct test_db *t)
{
    bool made;
    const char *server = test_schema_server();
    char name[64];
    test_schema_take(name, sizeof name, &made);
    text_copy(t->place, sizeof t->place, name);
    /* Tests need no durable commits; the torture runs do, and use the server itself. */
    snprintf(t->url, sizeof t->url,
             "%s%capplication_name=%s&options=-csearch_path%%3D%s%%20-csynchronous_commit%%3Doff", server,
             strchr(server, '?') ? '&' : '?', name, name);
    return made;
}

/* ---- SQLite: the bytes of a migrated file, kept from the first test to the last ---- */

static struct {
    void *bytes;
    size_t n;
} migrated;

static bool keep_file(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    if (fstat(fd, &st) != 0) abort();
    migrated.n = (size_t)st.st_size;
    migrated.bytes = malloc(migrated.n);
    if (!migrated.bytes || read(fd, migrated.bytes, migrated.n) != st.st_size) abort();
    close(fd);
    return true;
}

static void write_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, migrated.bytes, migrated.n) != (ssize_t)migrated.n) fail_msg("cannot write %s", path);
    close(fd);
}

/* Where other programs of this test run find it. */
static bool shared_path(char *path, size_t size)
{
    const char *tag = test_shared_tag();
    return tag && snprintf(path, size, "%s/migrated-%s.db", getenv("CHATHUB_TEST_SHARED"), tag) < (int)size;
}

static void share_file(const char *shared)
{
    char own[512];
    (void)snprintf(own, sizeof own, "%s.%ld", shared, (long)getpid());
    write_file(own);
    if (rename(own, shared) != 0) fail_msg("cannot rename %s", own);
}

/* Migrates in a database of its own, which is closed whole (so its log is gone), for this test and those after it. */
static void migrated_file(struct test_db *t)
{
    char error[256] = "", path[sizeof t->place + 16], shared[480];
    bool shares = shared_path(shared, sizeof shared);
    snprintf(path, sizeof path, "%s/test.db", t->place);
    if (migrated.bytes || (shares && keep_file(shared))) {
        write_file(path);
        return;
    }
    struct db *db = db_open(&(struct db_options){ .url = t->url }, error, sizeof error);
    if (!db) fail_msg("%s", error);
    assert_true(migrate_up(db) >= 0);
    db_close(db);
    if (!keep_file(path)) fail_msg("cannot read %s", path);
    if (shares) share_file(shared);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

/* ---- the fixture ---- */

void test_open_tx(struct test_db *t)
{
    assert_null(t->tx);
    t->tx = tx_begin(t->conn, TX_WRITE, t->arena);
    assert_non_null(t->tx);
}

void test_close_tx(struct test_db *t)
{
    assert_int_equal(tx_commit(t->tx), TX_COMMITTED);
    t->tx = NULL;
}

void test_commit(struct test_db *t)
{
    test_close_tx(t);
    test_open_tx(t);
}

void test_reopen(struct test_db *t)
{
    tx_rollback(t->tx);
    t->tx = NULL;
    test_open_tx(t);
}

void test_run(void **state, enum db_engine e, void (*body)(struct test_db *t))
{
    struct test_db *t = *state;
    char error[256] = "";
    log_start(getenv("CHATHUB_TEST_LOG") ? LOG_DEBUG : LOG_ERROR, STDERR_FILENO);
    t->engine = e;
    chain_use((const uint8_t[CHAIN_KEY_SIZE]){ "the chain key of the tests" });
    bool made = true;
    if (e == DB_SQLITE) {
        place_sqlite(t);
        migrated_file(t);
    } else {
        made = place_postgres(t);
    }
    t->arena = arena_new(TEST_ARENA_BYTES);
    t->db = db_open(&(struct db_options){ .url = t->url, .statement_timeout_ms = TEST_STATEMENT_LIMIT_MS }, error,
                    sizeof error);
    if (!t->db) fail_msg("%s", error);
    if (!made) {
        assert_true(migrate_up(t->db) >= 0);
        test_schema_is_made();
    }
    t->conn = conn_open(t->db, TX_WRITE, error, sizeof error);
    if (!t->conn) fail_msg("%s", error);
    test_open_tx(t);
    body(t);
}

int test_teardown(void **state)
{
    struct test_db *t = *state;
    lanes_stop(t->lanes);
    if (t->tx) tx_rollback(t->tx);
    conn_close(t->conn);
    if (t->db) db_close(t->db);
    arena_free(t->arena);
    int bad = 0;
    if (t->place[0] && t->engine == DB_SQLITE) bad = nftw(t->place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    if (t->place[0] && t->engine == DB_POSTGRES) bad = test_schema_give() ? 0 : -1;
    free(t);
    return bad;
}

void test_use(struct test_db *t, const struct db_options *o)
{
    char error[256] = "";
    struct db_options options = *o;
    if (t->tx) test_close_tx(t);
    conn_close(t->conn);
    db_close(t->db);
    options.url = t->url;
    if (options.statement_timeout_ms == 0) options.statement_timeout_ms = TEST_STATEMENT_LIMIT_MS;
    t->conn = NULL;
    t->db = db_open(&options, error, sizeof error);
    if (!t->db) fail_msg("%s", error);
    t->conn = conn_open(t->db, TX_WRITE, error, sizeof error);
    if (!t->conn) fail_msg("%s", error);
    test_open_tx(t);
}

struct lanes *test_lanes(struct test_db *t, const struct lane_options *o)
{
    char error[256] = "";
    if (t->tx) test_close_tx(t);
    assert_null(t->lanes);
    t->lanes = lanes_start(t->db, o ? o : &(struct lane_options){ .readers = 1, .writers = 2 }, error, sizeof error);
    if (!t->lanes) fail_msg("%s", error);
    return t->lanes;
}

void test_lanes_stop(struct test_db *t)
{
    lanes_stop(t->lanes);
    t->lanes = NULL;
    test_open_tx(t);
}

int64_t test_number(struct test_db *t, const char *sql)
{
    int64_t number = INT64_MIN;
    if (!t->conn->engine->script(t->tx, sql, &number)) fail_msg("cannot run: %s", sql);
    assert_true(number != INT64_MIN);
    return number;
}

void test_script(struct test_db *t, const char *sql)
{
    if (!schema_run(t->tx, sql)) fail_msg("cannot run: %s", sql);
}
