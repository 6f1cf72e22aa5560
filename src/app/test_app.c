/* test_app.c: the house as a whole: every statement prepares on both engines and walks an index, every table of routes
 * and jobs is sound, and settings that are wrong or unsafe are refused with a sentence. */
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
    { "accounts/counts.c", "count_all", "the minute's overview" },
    { "shops/counts.c", "count_all", "the minute's overview" },
    { "tenants/counts.c", "count_states", "the minute's overview" },
    { "credits/ledger.c", "all_totals", "the minute's overview" },
    { "credits/verify.c", "verify_page", "`verify` reads everything, in pages" },
    { "credits/routes.c", "entries_page", "scans its own inner page of at most 100 rows" },
    { "tenants/sso_tokens.c", "forget", "codes live for a minute and are then removed" },
    { "tenants/subscriptions.c", "due", "scans the locked rows of its own inner LIMIT" },
    { "shops/purge.c", "purge_due", "scans the locked rows of its own inner LIMIT" },
    { "audit/seals.c", "last_seal", "takes the last row of the primary key" },
    { "http/events.c", "purge_events", "walks the primary key from its start to a LIMIT" },
    { "http/idempotency.c", "purge_keys", "walks the primary key from its start to a LIMIT" },
    { "outbound/mail.c", "purge", "walks the primary key from its start to a LIMIT" },
    { "outbound/mail.c", "list", "walks the primary key from its end to a LIMIT" },
    { "jobs/list.c", "list_kind", "scans its own inner LIMIT" },
    { "jobs/queue.c", "purge_chunk", "scans its own inner LIMIT" },
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
    return strncmp(detail, "SCAN ", 5) == 0 && !strstr(detail, "json_each") && !strstr(detail, "VIRTUAL") &&
           !strstr(detail, "CONSTANT ROW") && !strstr(detail, "(subquery") && !strstr(detail, "USING COVERING INDEX") &&
           !strstr(detail, "USING INDEX");
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

/* ---- settings ---- */

struct wrong {
    const char *name, *value, *says;
};
static const char *const names[] = { "CHATHUB_ENV",
                                     "CHATHUB_LISTEN",
                                     "CHATHUB_BASE_URL",
                                     "CHATHUB_TEST_CLOCK",
                                     "CHATHUB_TRUSTED_PROXY",
                                     "SMTP_HOST",
                                     "CHATHUB_MASTER_KEY",
                                     "CHATBOT_BASE_URL",
                                     "CHATBOT_SHARED_SECRET",
                                     "SMTP_PORT",
                                     "CREDIT_CHATBOT_ENABLEMENT",
                                     "FROM_EMAIL",
                                     "CHATHUB_DATA_DIR",
                                     "CHATBOT_FEATURE_ENABLED",
                                     "CHATHUB_CONF",
                                     "CHATHUB_DATABASE_URL",
                                     "DATABASE_URL" };

static void clear_environment(void)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) assert_int_equal(unsetenv(names[i]), 0);
}

static bool load(char *said, size_t size, struct config *c, struct arena *a)
{
    struct buf error;
    buf_init(&error, 4096);
    bool good = config_load(a, c, &error);
    (void)snprintf(said, size, "%s", buf_terminated(&error));
    buf_free(&error);
    return good;
}

static void a_wrong_setting_is_refused_by_name(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        { "CHATHUB_ENV", "prod", "CHATHUB_ENV" },
        { "CHATHUB_LISTEN", "8080", "CHATHUB_LISTEN" },
        { "CHATHUB_LISTEN", "0.0.0.0:8080", "loopback" },
        { "CHATHUB_LISTEN", "127.0.0.1:70000", "CHATHUB_LISTEN" },
        { "CHATHUB_BASE_URL", "http://shop.example", "loopback" },
        { "CHATHUB_BASE_URL", "https://shop.example/", "CHATHUB_BASE_URL" },
        { "CHATHUB_BASE_URL", "https://shop.example/path", "CHATHUB_BASE_URL" },
        { "CHATHUB_BASE_URL", "ftp://shop.example", "CHATHUB_BASE_URL" },
        { "SMTP_PORT", "0", "SMTP_PORT" },
        { "SMTP_PORT", "25x", "SMTP_PORT" },
        { "CREDIT_CHATBOT_ENABLEMENT", "-1", "CREDIT_CHATBOT_ENABLEMENT" },
        { "CHATBOT_FEATURE_ENABLED", "maybe", "CHATBOT_FEATURE_ENABLED" },
        { "CHATBOT_BASE_URL", "http://127.0.0.1:3000", "CHATBOT_SHARED_SECRET" },
        { "CHATBOT_SHARED_SECRET", "short", "CHATBOT_SHARED_SECRET" },
        { "CHATHUB_MASTER_KEY", "c2hvcnQ=", "CHATHUB_MASTER_KEY" },
        { "CHATHUB_MASTER_KEY", "256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "CHATHUB_MASTER_KEY" },
        { "CHATHUB_MASTER_KEY", ",", "CHATHUB_MASTER_KEY" },
        { "CHATHUB_TRUSTED_PROXY", "10.0.0.0/99", "CHATHUB_TRUSTED_PROXY" },
        { "CHATHUB_TRUSTED_PROXY", "none,127.0.0.1", "CHATHUB_TRUSTED_PROXY" },
        { "FROM_EMAIL", "a@b.example\nBcc: c@d.example", "FROM_EMAIL" },
        { "CHATHUB_CONF", "/no/such/file", "/no/such/file" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        clear_environment();
        assert_int_equal(setenv(cases[i].name, cases[i].value, 1), 0);
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        bool good = load(said, sizeof said, &c, a);
        if (good || !strstr(said, cases[i].says)) print_error("%s=%s: %s\n", cases[i].name, cases[i].value, said);
        assert_false(good);
        assert_non_null(strstr(said, cases[i].says));
        arena_free(a);
    }
    clear_environment();
}

static void nothing_set_works_in_development(void **state)
{
    (void)state;
    clear_environment();
    struct arena *a = arena_new(1 << 20);
    struct config c;
    char said[1024];
    assert_true(load(said, sizeof said, &c, a));
    assert_string_equal(c.listen, "127.0.0.1:8080");
    assert_string_equal(c.database_url, "sqlite:./data/chathub.db");
    assert_true(!c.production && c.chatbot_enabled && credits_count(c.chatbot_price) == 50);
    arena_free(a);
}

static void d18_production_does_not_start_on_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
    } good[] = { { "CHATHUB_ENV", "production" },
                 { "CHATHUB_BASE_URL", "https://chat.example" },
                 { "SMTP_HOST", "mail.example" },
                 { "CHATHUB_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" } };
    struct config c;
    char said[1024];
    for (size_t missing = 0; missing <= ARRAY_LEN(good); missing++) {
        clear_environment();
        struct arena *a = arena_new(1 << 20);
        for (size_t i = 0; i < ARRAY_LEN(good); i++)
            if (i != missing || missing == 0) assert_int_equal(setenv(good[i].name, good[i].value, 1), 0);
        bool started = load(said, sizeof said, &c, a);
        assert_int_equal(started, missing == 0 || missing == ARRAY_LEN(good));
        if (!started) assert_non_null(strstr(said, good[missing].name));
        arena_free(a);
    }
    struct arena *a = arena_new(1 << 20);
    assert_int_equal(setenv("CHATHUB_TEST_CLOCK", "1", 1), 0);
    assert_false(load(said, sizeof said, &c, a));
    clear_environment();
    arena_free(a);
}

/* Said on purpose, so that the start does not warn. */
static void nobody_may_be_the_trusted_proxy(void **state)
{
    (void)state;
    static const char *const said_by[] = { "none", "127.0.0.1" };
    for (size_t i = 0; i < ARRAY_LEN(said_by); i++) {
        clear_environment();
        assert_int_equal(setenv("CHATHUB_ENV", "production", 1), 0);
        assert_int_equal(setenv("CHATHUB_BASE_URL", "https://chat.example", 1), 0);
        assert_int_equal(setenv("SMTP_HOST", "mail.example", 1), 0);
        assert_int_equal(setenv("CHATHUB_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 1), 0);
        assert_int_equal(setenv("CHATHUB_TRUSTED_PROXY", said_by[i], 1), 0);
        struct arena *a = arena_new(1 << 20);
        struct config c;
        char said[1024];
        assert_true(load(said, sizeof said, &c, a));
        if (i == 0)
            assert_null(config_proxies(&c));
        else
            assert_string_equal(config_proxies(&c), said_by[i]);
        arena_free(a);
    }
    clear_environment();
}

static void secrets_are_not_printed(void **state)
{
    (void)state;
    clear_environment();
    assert_int_equal(setenv("CHATHUB_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 1), 0);
    assert_int_equal(setenv("CHATBOT_SHARED_SECRET", "a-secret-nobody-may-see", 1), 0);
    assert_int_equal(setenv("CHATHUB_DATABASE_URL", "postgres://user:" "hidden-word" "@host/db", 1), 0);
    struct arena *a = arena_new(1 << 20);
    struct config c;
    char said[1024];
    assert_true(load(said, sizeof said, &c, a));
    for (int json = 0; json < 2; json++) {
        struct buf out;
        buf_init(&out, 65536);
        config_print(&c, json, &out);
        const char *text = buf_terminated(&out);
        assert_null(strstr(text, "AAECAwQ"));
        assert_null(strstr(text, "a-secret-nobody-may-see"));
        assert_null(strstr(text, "hidden-word"));
        assert_non_null(strstr(text, "CHATHUB_LISTEN"));
        buf_free(&out);
    }
    clear_environment();
    arena_free(a);
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
    char dir[] = "/tmp/chathub-admin-XXXXXX";    /* not TMPDIR: the path of a socket has room for 107 bytes */
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
        cmocka_unit_test(the_kinds_of_jobs_are_sound),
        cmocka_unit_test(a_wrong_setting_is_refused_by_name),
        cmocka_unit_test(nothing_set_works_in_development),
        cmocka_unit_test(d18_production_does_not_start_on_defaults),
        cmocka_unit_test(nobody_may_be_the_trusted_proxy),
        cmocka_unit_test(secrets_are_not_printed),
        cmocka_unit_test(the_admin_socket_outlives_a_lack_of_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
