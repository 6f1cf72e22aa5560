/* test_app.c: the house as a whole: every statement prepares on both engines and walks an index, every table of routes
 * and jobs is sound, and the admin socket answers. */
#include "storage/test_db.h"

#include "app/app.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Provided by wiring.c and the folders it names; referenced so that all their statements are linked into this program.
 */
static const void *const everything[] = { app_route_tables, app_job_kinds };

TEST_EACH_ENGINE(every_statement_prepares)
{
    char error[512] = "";
    EXPECT(everything[0] && stmt_count() > 100);
    test_close_tx(t);
    if (!conn_prepare_all(t->conn, error, sizeof error)) {
        print_error("%s\n", error);
        fail();
    }
    test_open_tx(t);
}

/* Plans that begin with a scan and may. */
static const struct {
    const char *file, *name, *why;
} may_scan[] = {
    { "accounts/accounts.c", "count_all", "the minute's overview" },
    { "shops/counts.c", "count_all", "the minute's overview" },
    { "tenants/counts.c", "count_states", "the minute's overview" },
    { "credits/ledger.c", "all_totals", "the minute's overview" },
    { "credits/verify.c", "verify_page", "`verify` reads everything, in pages" },
    { "credits/routes.c", "entries_page", "scans its own inner page of at most 100 rows" },
    { "tenants/launches.c", "forget", "codes live for a minute and are then removed" },
    { "shops/purge.c", "purge_due", "scans the locked rows of its own inner LIMIT" },
    { "audit/head.c", "head_last", "takes the last row of the primary key" },
    { "http/events.c", "purge_events", "walks the primary key from its start to a LIMIT" },
    { "http/idempotency.c", "purge_keys", "walks the primary key from its start to a LIMIT" },
    { "outbound/mail.c", "purge", "walks the primary key from its start to a LIMIT" },
    { "outbound/mail.c", "list", "walks the primary key from its end to a LIMIT" },
    { "jobs/list.c", "list_kind", "scans its own inner LIMIT" },
    { "http/events.c", "date_back", "walks the primary key from its start to a LIMIT" },
    { "http/idempotency.c", "date_back", "walks the primary key from its start to a LIMIT" },
    { "outbound/mail.c", "date_back", "walks the primary key from its start to a LIMIT" },
    { "app/keys.c", "keys_retire", "one row a master key" },
    { "app/keys.c", "keys_list", "one row a master key" },
    { "storage/migrate_losses.c", "tables", "the catalogue, by a command" },
    { "jobs/purge.c", "purge_chunk", "scans its own inner LIMIT" },
    { "jobs/queue.c", "line_accounts", "scans its own walk over the index" },
    { "jobs/queue.c", "look", "scans its own walk over the index" },
    { "jobs/list.c", "count_line", "scans its own walk over the index" },
    { "jobs/list.c", "count", "scans its own inner LIMIT" },
    { "jobs/each.c", "count_skips", "what stands before the operator, not much" },
    { "credits/chain.c", "chains_used", "only at a start without a key" },
    { "jobs/each.c", "list_skips", "walks the primary key" },
    { "storage/migrate.c", "has_table", "a table of the schema" },
    { "storage/migrate.c", "applied", "one row a migration" },
};

static bool may(const struct stmt *s)
{
    for (size_t i = 0; i < ARRAY_LEN(may_scan); i++)
        if (text_eq(may_scan[i].name, s->name) && strstr(s->file, may_scan[i].file)) return true;
    return strncmp(s->name, "verify", 6) == 0;
}

static bool is_scan_of_a_table(const char *detail)
{
    /* "few": rows that a LIMIT has cut already, under the name that PostgreSQL wants. */
    return strncmp(detail, "SCAN ", 5) == 0 && !text_eq(detail, "SCAN few") && !strstr(detail, "json_each") &&
           !strstr(detail, "VIRTUAL") && !strstr(detail, "CONSTANT ROW") && !strstr(detail, "(subquery") &&
           !strstr(detail, "USING COVERING INDEX") && !strstr(detail, "USING INDEX");
}

/* SQLite tells its plan without data; a scan there is a missing index on PostgreSQL too. */
TEST_EACH_ENGINE(no_statement_reads_a_whole_table_that_grows)
{
    if (t->engine != DB_SQLITE) return;
    sqlite3 *db;
    EXPECT(sqlite3_open(t->url + strlen("sqlite:"), &db) == SQLITE_OK);
    int scans = 0;
    for (size_t i = 0; i < stmt_count(); i++) {
        const struct stmt *s = stmt_at(i);
        if (may(s)) continue;
        char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", s->sql);
        sqlite3_stmt *plan = NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &plan, NULL) == SQLITE_OK)
            while (sqlite3_step(plan) == SQLITE_ROW) {
                const char *detail = (const char *)sqlite3_column_text(plan, 3);
                if (!is_scan_of_a_table(detail)) continue;
                print_error("%s in %s: %s\n", s->name, s->file, detail);
                scans++;
            }
        sqlite3_finalize(plan);
        sqlite3_free(sql);
    }
    sqlite3_close(db);
    EXPECT(scans == 0);
}

static void the_tables_of_routes_are_sound(void **state)
{
    (void)state;
    struct buf complaints;
    buf_init(&complaints, 65536);
    bool sound = routes_check(app_route_tables, &complaints);
    if (!sound) print_error("%s\n", buf_terminated(&complaints));
    buf_free(&complaints);
    assert_true(sound);
}

static void the_senders_are_sound(void **state)
{
    (void)state;
    struct buf complaints;
    buf_init(&complaints, 65536);
    bool sound = inbound_check(app_senders, app_route_tables, &complaints);
    if (!sound) print_error("%s\n", buf_terminated(&complaints));
    buf_free(&complaints);
    assert_true(sound);
}

static void the_kinds_of_jobs_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; app_job_kinds[i]; i++) {
        const struct job_kind *k = app_job_kinds[i];
        assert_true(k->name && k->doc && k->settle && k->max_attempts >= 1 && k->max_attempts <= 100);
        assert_true(k->backoff_first_ms > 0 && k->backoff_first_ms <= k->backoff_max_ms);
        for (size_t other = 0; other < i; other++) assert_string_not_equal(k->name, app_job_kinds[other]->name);
    }
}

/* ---- the admin socket ---- */

static void send_words(int fd, const struct sockaddr_un *to)
{
    static const char line[] = "{\"words\":[\"no-such-command\"]}\n";
    assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof *to), 0);
    assert_int_equal(send(fd, line, sizeof line - 1, MSG_NOSIGNAL), sizeof line - 1);
}

static void expect_words_back(int fd)
{
    char text[512];
    struct timeval limit = { .tv_sec = 5 };
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    assert_true(n > 0);
    text[n] = '\0';
    assert_non_null(strstr(text, "\"code\":2"));
}

static void the_admin_socket_outlives_a_lack_of_descriptors(void **state)
{
    (void)state;
    char dir[] = "/tmp/chathub-admin-XXXXXX"; /* not TMPDIR: the path of a socket has room for 107 bytes */
    assert_non_null(mkdtemp(dir));
    struct config config = { .data_dir = dir };
    struct app app = { .config = &config };
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s/admin.sock", dir);
    struct buf error;
    buf_init(&error, 1024);
    assert_true(admin_socket_start(&app, &error));
    int first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(first >= 0 && second >= 0);
    struct rlimit usual, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = usual;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    send_words(first, &to); /* may still be let in: accept4 takes its descriptor before it waits */
    (void)usleep(300000);
    send_words(second, &to);
    (void)usleep(100000);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    expect_words_back(first);
    expect_words_back(second);
    close(first), close(second);
    admin_socket_stop();
    assert_int_equal(access(to.sun_path, F_OK), -1);
    assert_int_equal(rmdir(dir), 0);
    buf_free(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH_ENGINE(every_statement_prepares),
        EACH_ENGINE(no_statement_reads_a_whole_table_that_grows),
        cmocka_unit_test(the_tables_of_routes_are_sound),
        cmocka_unit_test(the_senders_are_sound),
        cmocka_unit_test(the_kinds_of_jobs_are_sound),
        cmocka_unit_test(the_admin_socket_outlives_a_lack_of_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
